//! The numbers of national rules that hold in every city: one file, read and checked
//! like a regime.
//!
//! The settlement reads the numbers of price. Not yet read by any control: the others;
//! what a city's own file repeats of them is compared in the registry's tests. Not here: numbers that nobody has confirmed in a text.

use serde::{Deserialize, Serialize};

use super::faults::{Faults, is_day_of_year, of_values};
use super::lines::{Lines, read};
use super::{Fault, InForce, RegimeError, Sourced};

/// A national rule that sources cite by a short name: `N27 14(2)`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NationalDocument {
    /// `N27`.
    pub short: String,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: Option<String>,
    /// From when to when.
    pub in_force: Option<InForce>,
}

/// Registration of public data (N26).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NationalRegistration {
    /// Working days from delivery to the first registration.
    pub first_working_days_max: Sourced<u16>,
    /// The same for operation from before 2025-03-01, from that day.
    pub legacy_working_days_max: Sourced<u16>,
    /// Working days to accept.
    pub acceptance_working_days_max: Sourced<u16>,
    /// Working days of formal review.
    pub review_working_days_max: Sourced<u16>,
    /// Working days of public notice.
    pub notice_working_days: Sourced<u16>,
    /// Working days to cancel.
    pub cancellation_working_days_max: Sourced<u16>,
    /// Years that it holds.
    pub years: Sourced<u8>,
    /// Calendar days before the end in which it can be renewed.
    pub renewal_days_before: Sourced<u16>,
    /// Years of each renewal at most.
    pub renewal_years_max: Sourced<u8>,
}

/// Agreements and schemes (N27).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NationalOperation {
    /// Years of an agreement, in principle.
    pub agreement_years_max: Sourced<u8>,
    /// What a scheme holds.
    pub scheme_contents: Sourced<Vec<String>>,
    /// What an agreement holds.
    pub agreement_contents: Sourced<Vec<String>>,
}

/// Prices (P65).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NationalPrice {
    /// Percentage points above the ten-year bond's yield that profit may reach.
    pub profit_points_above_yield_max: Sourced<u8>,
    /// Years between two evaluations, in principle.
    pub evaluation_years_max: Sourced<u8>,
    /// Per cent of deviation up to which the operator adjusts its own prices.
    pub deviation_percent_max: Sourced<u8>,
    /// By which day of the year the last year is reported.
    pub report_due: Sourced<String>,
}

/// Disclosure, logs and records.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NationalRecords {
    /// By which day of the year agency and operator disclose the last one.
    pub disclosure_due: Sourced<String>,
    /// Months of network logs.
    pub network_log_months_min: Sourced<u8>,
    /// Years of records of providing and entrusting.
    pub providing_record_years_min: Sourced<u8>,
    /// Years of impact assessments.
    pub impact_assessment_years_min: Sourced<u8>,
}

/// Security of data.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NationalSecurity {
    /// Hours to report a flaw that touches national security or public interest.
    pub flaw_report_hours_max: Sourced<u8>,
    /// Months between two risk assessments of important data.
    pub risk_assessment_every_months: Sourced<u8>,
    /// People above whom the duties of important data hold.
    pub important_people_count: Sourced<u64>,
}

/// The national rules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct National {
    /// Counts up.
    pub version: u32,
    /// The rules that are cited.
    pub document: Vec<NationalDocument>,
    /// Registration.
    pub registration: NationalRegistration,
    /// Agreements and schemes.
    pub operation: NationalOperation,
    /// Prices.
    pub price: NationalPrice,
    /// Disclosure, logs and records.
    pub records: NationalRecords,
    /// Security.
    pub security: NationalSecurity,
}

impl National {
    /// Reads and checks the national file.
    pub fn parse(file: &str, text: &str) -> Result<Self, RegimeError> {
        let (national, plain) = read::<Self>(file, text)?;
        let mut faults = Faults::default();
        of_values(&plain, "", &mut faults);
        if national.version == 0 {
            faults.at("version", "`version` counts from 1");
        }
        let days = [
            ("price.report_due", &national.price.report_due),
            ("records.disclosure_due", &national.records.disclosure_due),
        ];
        for (path, due) in days.into_iter().filter(|(_, due)| !is_day_of_year(&due.value)) {
            faults.at(path, format!("`{}` is no day of the year; write month and day, as in \"03-31\"", due.value));
        }
        for (index, found) in national.document.iter().enumerate() {
            if national.document.iter().take(index).any(|earlier| earlier.short == found.short) {
                faults.at(format!("document.{index}.short"), format!("`{}` is there twice; keep one", found.short));
            }
        }
        Fault::unless_none(file, &Lines::of(text), faults)?;
        Ok(national)
    }

    /// The document that a source cites, where it is a national one.
    pub fn document_of(&self, source: &str) -> Option<&NationalDocument> {
        let fits = |rest: &str| rest.is_empty() || rest.starts_with(' ');
        self.document.iter().find(|found| source.strip_prefix(found.short.as_str()).is_some_and(fits))
    }
}
