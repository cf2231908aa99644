//! The rules of a jurisdiction, as data: one TOML file, each value with the
//! clause it comes from.
//!
//! INVARIANT (sourced): every number and list that a rule rests on names its
//! clause, or says that it is the city's own setting; never both, never neither.
//! INVARIANT (no silence): a key that the engine does not know is an error that
//! names the nearest key it does know, never ignored.
//! INVARIANT (data only): there are no expressions; a test that no document has
//! needed yet is a named control in Rust.
//!
//! Not here: who applies which version when (`registry`), the procedures' run
//! (`casework`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::actor::Role;
use crate::column::Grade;
use crate::time::Day;
use crate::verdict::Reason;

/// A value and where the law says so.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// The clause: `三(三)` of this document, or `N27 14(2)` of a national rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// True where no document states the value and the city chose it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub setting: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// What public data is used for; it decides whether it may cost anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseKind {
    /// 公共治理.
    PublicGovernance,
    /// 公益事业.
    PublicWelfare,
    /// 产业发展、行业发展.
    Industry,
}

/// What a case is about. Each has its procedure in the regime file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcedureKind {
    /// A resource becomes registered (登记).
    ResourceRegistration,
    /// An operator agreement (运营协议).
    OperatorAgreement,
    /// A development agreement between operator and entity (再开发协议).
    DevelopmentAgreement,
    /// A scenario (应用场景).
    Scenario,
    /// A result leaves (出域审查).
    Release,
}

impl ProcedureKind {
    /// Every one.
    pub const ALL: [ProcedureKind; 5] = [
        Self::ResourceRegistration,
        Self::OperatorAgreement,
        Self::DevelopmentAgreement,
        Self::Scenario,
        Self::Release,
    ];

    /// The word in files, database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::ResourceRegistration => "resource_registration",
            Self::OperatorAgreement => "operator_agreement",
            Self::DevelopmentAgreement => "development_agreement",
            Self::Scenario => "scenario",
            Self::Release => "release",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One step of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name, `compliance_review`.
    pub step: String,
    /// What people call it: 合规审查.
    pub title: String,
    /// Who signs it.
    pub by: Role,
    /// How many different people of that role must sign. They do not see each
    /// other's signatures before all have signed.
    #[serde(default = "one")]
    pub signatures: u8,
    /// Working days from the step's opening in which it must be signed.
    #[serde(default)]
    pub working_days_max: Option<u16>,
    /// Working days that must have passed before it can be signed (公示).
    #[serde(default)]
    pub working_days_min: Option<u16>,
    /// A document whose digest the signer must give: `minutes`.
    #[serde(default)]
    pub evidence: Option<String>,
    /// Its own clause, where the procedure's does not say it all.
    #[serde(default)]
    pub source: Option<String>,
    /// Which of its numbers ([`STEP_NUMBERS`]) no document states, so that the
    /// city chose them.
    #[serde(default)]
    pub settings: Vec<String>,
}

/// The numbers of a step that need a clause or must be called a setting.
pub const STEP_NUMBERS: [&str; 3] = ["signatures", "working_days_max", "working_days_min"];

/// The most signatures that a step can ask for.
pub const SIGNATURES_MAX: u8 = 20;

fn one() -> u8 {
    1
}

/// A copy that must be filed with somebody after the end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Filing {
    /// With whom.
    pub to: Role,
    /// Within how many working days, where a document or the city says so.
    pub working_days_max: Sourced<u16>,
    /// The clause that asks for the filing.
    pub source: String,
}

/// The steps of a procedure, in order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Steps in order.
    pub steps: Vec<Step>,
    /// Filings after the last step.
    #[serde(default)]
    pub file: Vec<Filing>,
    /// The clause that prescribes it.
    pub source: String,
}

/// How long the document holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    /// Its first day.
    pub from: Day,
    /// For how many years.
    pub years: u8,
    /// The clause.
    pub source: String,
}

/// Who may be what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRules {
    /// Whether the implementing body is another body than the managing one.
    pub agency_apart_from_regulator: Sourced<bool>,
    /// What an entity may be: `legal_person`, `organisation`, `natural_person`.
    pub entity_kinds: Sourced<Vec<String>>,
    /// The three platform administrators hold no other role (三员分立).
    pub admins_are_apart: Sourced<bool>,
}

/// Rules about resources.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceRules {
    /// Only registered resources are authorised.
    pub must_be_registered: Sourced<bool>,
    /// Only graded columns are authorised.
    pub must_be_graded: Sourced<bool>,
    /// Columns of these grades are never authorised.
    pub grades_barred: Sourced<Vec<Grade>>,
    /// Resources on the negative list are never authorised.
    pub negative_list_is_barred: Sourced<bool>,
    /// Shared data needs its provider's consent.
    pub shared_needs_provider_consent: Sourced<bool>,
    /// For how many years a registration holds.
    pub registration_years: Sourced<u8>,
}

/// Rules about agreements.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgreementRules {
    /// The longest term of an operator agreement.
    pub years_max: Sourced<u8>,
    /// `renew`, `reselect`, `leave`.
    pub at_expiry: Sourced<Vec<String>>,
    /// A development agreement ends no later than the operator's own.
    pub development_within_operator_term: Sourced<bool>,
    /// The operator and its affiliates may not redevelop what it delivered.
    pub operator_may_not_redevelop: Sourced<bool>,
    /// Only an entity with a development agreement is supplied.
    pub entity_must_be_contracted: Sourced<bool>,
    /// Use outside the approved scenario is barred.
    pub scope_is_binding: Sourced<bool>,
    /// When an agreement ends, access ends at once.
    pub access_ends_with_it: Sourced<bool>,
    /// The grounds on which it ends.
    pub exit_grounds: Sourced<Vec<String>>,
}

/// Rules about scenarios.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioRules {
    /// Nothing is computed without an emergency plan on file.
    pub needs_emergency_plan: Sourced<bool>,
    /// How many characters at least say what a field is needed for.
    pub field_reason_chars_min: Sourced<u16>,
}

/// Rules about people whom data is about.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PersonalRules {
    /// An answer about a person needs that person's own consent.
    pub consent_per_person: Sourced<bool>,
    /// How long a consent holds at most, in days.
    pub consent_days_max: Sourced<u16>,
}

/// Rules inside a workroom.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WorkroomRules {
    /// Those who process never see raw data.
    pub raw_is_invisible: Sourced<bool>,
    /// Rows in a draft-plane sample.
    pub sample_rows_max: Sourced<u32>,
    /// Rows that a statement may give.
    pub result_rows_max: Sourced<u32>,
    /// Seconds that a statement may run.
    pub run_seconds_max: Sourced<u32>,
    /// Memory that a statement may take, in mebibytes.
    pub memory_mebibytes_max: Sourced<u32>,
}

/// Rules for what leaves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRules {
    /// Raw data never leaves.
    pub raw_never_leaves: Sourced<bool>,
    /// The least number of persons or firms that a published cell may describe.
    pub cell_count_min: Sourced<u32>,
    /// The most rows of a report.
    pub report_rows_max: Sourced<u32>,
    /// The most bytes of a release.
    pub bytes_max: Sourced<u64>,
    /// How many rows equal to raw rows a release may hold.
    pub raw_row_matches_max: Sourced<u32>,
    /// The makers of a result do not review it.
    pub reviewer_is_not_author: Sourced<bool>,
}

/// Rules of price and money.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PriceRules {
    /// Uses that cost nothing.
    pub free_uses: Sourced<Vec<UseKind>>,
    /// Uses that may be charged.
    pub charged_uses: Sourced<Vec<UseKind>>,
    /// What goes to the treasury: `surplus` (income less cost).
    pub treasury_share: Sourced<String>,
}

/// How long what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LogRules {
    /// Network logs, in years.
    pub network_log_years_min: Sourced<u8>,
}

/// One version of one jurisdiction's rules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// `changsha-2026`.
    pub code: String,
    /// Counts up; a version once in force is never edited.
    pub version: u32,
    /// The document's title.
    pub title: String,
    /// Who issued it.
    pub issued_by: String,
    /// From when to when.
    pub in_force: InForce,
    /// What each role is called on screen and paper.
    pub words: BTreeMap<Role, String>,
    /// The clause in which each role's duties stand.
    pub duties: BTreeMap<Role, String>,
    /// Who may be what.
    pub roles: RoleRules,
    /// Resources.
    pub resource: ResourceRules,
    /// Agreements.
    pub agreement: AgreementRules,
    /// Scenarios.
    pub scenario: ScenarioRules,
    /// People.
    pub personal: PersonalRules,
    /// Workrooms.
    pub workroom: WorkroomRules,
    /// What leaves.
    pub release: ReleaseRules,
    /// Money.
    pub price: PriceRules,
    /// Logs.
    pub logs: LogRules,
    /// Steps.
    pub procedure: BTreeMap<ProcedureKind, Procedure>,
}

/// Why a regime file cannot be used. All faults of one kind at once.
#[derive(Debug, thiserror::Error)]
pub enum RegimeError {
    /// It is no TOML, misses a key, or has one that the engine does not know.
    #[error("the regime file `{file}` cannot be read: {what}{hint}")]
    Shape {
        /// The file.
        file: String,
        /// What the parser says, with line and column.
        what: String,
        /// ` (did you mean …?)` or nothing.
        hint: String,
    },
    /// It reads, but says what cannot hold.
    #[error("the regime file `{file}` contradicts itself: {}", faults.join("; "))]
    Faults {
        /// The file.
        file: String,
        /// Every fault.
        faults: Vec<String>,
    },
}

impl Regime {
    /// Reads and checks a regime file.
    pub fn parse(file: &str, text: &str) -> Result<Self, RegimeError> {
        let regime: Self = toml::from_str(text).map_err(|error| RegimeError::Shape {
            file: file.to_owned(),
            what: error.to_string(),
            hint: hint(error.message()),
        })?;
        let mut faults = regime.faults();
        sources_of(&toml::from_str(text).unwrap_or(toml::Value::Boolean(false)), "", &mut faults);
        if faults.is_empty() { Ok(regime) } else { Err(RegimeError::Faults { file: file.to_owned(), faults }) }
    }

    /// `changsha-2026@1`, stamped on everything decided under it.
    pub fn stamp(&self) -> String {
        format!("{}@{}", self.code, self.version)
    }

    /// The last day on which it is in force.
    pub fn last_day(&self) -> Day {
        self.in_force
            .from
            .saturating_add(jiff::Span::new().years(i64::from(self.in_force.years)))
            .saturating_sub(jiff::Span::new().days(1))
    }

    /// How a reason cites a value of this file: `changsha-2026 三(三)`, or
    /// `changsha-2026 setting`.
    pub fn cite<T>(&self, value: &Sourced<T>) -> String {
        format!("{} {}", self.code, value.source.as_deref().unwrap_or("setting"))
    }

    /// How a reason cites a clause that stands in this file: `changsha-2026 十`.
    pub fn cite_clause(&self, clause: &str) -> String {
        format!("{} {clause}", self.code)
    }

    /// How a reason cites the duties of a role.
    pub fn cite_role(&self, role: Role) -> String {
        self.cite_clause(self.duties.get(&role).map_or("setting", String::as_str))
    }

    /// What people call a role; its plain word where the file has none.
    pub fn word(&self, role: Role) -> &str {
        self.words.get(&role).map_or(role.word(), String::as_str)
    }

    /// How a reason cites a step of a procedure, for its `number` (one of
    /// [`STEP_NUMBERS`]) or for the step as such (`""`).
    pub fn cite_step(&self, procedure: &Procedure, step: &Step, number: &str) -> String {
        if step.settings.iter().any(|setting| setting == number) {
            return self.cite_clause("setting");
        }
        self.cite_clause(step.source.as_deref().unwrap_or(&procedure.source))
    }

    /// A reason that rests on one value of this file.
    pub fn reason<T>(
        &self,
        code: &'static str,
        value: &Sourced<T>,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) -> Reason {
        Reason::new(code, what, self.cite(value), instead)
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.version == 0 {
            faults.push("`version` counts from 1".to_owned());
        }
        if self.in_force.years == 0 {
            faults.push("`in_force.years` is 0".to_owned());
        }
        for kind in ProcedureKind::ALL {
            match self.procedure.get(&kind) {
                None => faults.push(format!("`procedure.{}` is missing", kind.word())),
                Some(procedure) => faults_of(kind, procedure, &mut faults),
            }
        }
        if let Some(both) = self.price.free_uses.value.iter().find(|u| self.price.charged_uses.value.contains(u)) {
            faults.push(format!("`price` makes {both:?} both free and charged"));
        }
        faults
    }
}

fn faults_of(kind: ProcedureKind, procedure: &Procedure, faults: &mut Vec<String>) {
    let name = kind.word();
    if procedure.steps.is_empty() {
        faults.push(format!("`procedure.{name}` has no step"));
    }
    if procedure.source.trim().is_empty() {
        faults.push(format!("`procedure.{name}` needs its clause (`source`)"));
    }
    for (index, step) in procedure.steps.iter().enumerate() {
        let at = format!("`procedure.{name}` step `{}`", step.step);
        if step.signatures == 0 {
            faults.push(format!("{at} asks for no signature"));
        }
        if step.signatures > SIGNATURES_MAX {
            faults.push(format!("{at} asks for more than {SIGNATURES_MAX} signatures"));
        }
        if procedure.steps.iter().take(index).any(|earlier| earlier.step == step.step) {
            faults.push(format!("{at} is there twice"));
        }
        if let (Some(min), Some(max)) = (step.working_days_min, step.working_days_max)
            && min >= max
        {
            // The minimum must have passed in full, so on the last day it has not.
            faults.push(format!("{at} cannot be signed before it is overdue"));
        }
        step_sources(step, &at, faults);
    }
}

/// INVARIANT (sourced) for the plain numbers of a step.
fn step_sources(step: &Step, at: &str, faults: &mut Vec<String>) {
    let given = [step.signatures != one(), step.working_days_max.is_some(), step.working_days_min.is_some()];
    let has_source = step.source.as_deref().is_some_and(|source| !source.trim().is_empty());
    for (number, is_given) in STEP_NUMBERS.into_iter().zip(given) {
        let is_setting = step.settings.iter().any(|setting| setting == number);
        if is_given && !is_setting && !has_source {
            faults.push(format!("{at}: `{number}` needs a clause (`source`) or a place in `settings`"));
        }
        if is_setting && !is_given {
            faults.push(format!("{at} calls `{number}` a setting but does not set it"));
        }
    }
    for unknown in step.settings.iter().filter(|setting| !STEP_NUMBERS.contains(&setting.as_str())) {
        let nearest = STEP_NUMBERS.iter().min_by_key(|known| strsim::damerau_levenshtein(known, unknown)).copied();
        faults.push(format!(
            "{at} has the unknown setting `{unknown}` (did you mean `{}`?)",
            nearest.unwrap_or_default()
        ));
    }
}

/// INVARIANT (sourced): walks every `{ value = … }` in the file.
fn sources_of(value: &toml::Value, path: &str, faults: &mut Vec<String>) {
    match value {
        toml::Value::Table(table) => {
            if table.contains_key("value") {
                let has_source =
                    table.get("source").and_then(toml::Value::as_str).is_some_and(|s| !s.trim().is_empty());
                let is_setting = table.get("setting").and_then(toml::Value::as_bool) == Some(true);
                if has_source == is_setting {
                    faults.push(format!("`{path}` needs its clause (`source`) or `setting = true`, and not both"));
                }
            }
            for (key, inner) in table {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                sources_of(inner, &path, faults);
            }
        }
        toml::Value::Array(items) => {
            for item in items {
                sources_of(item, path, faults);
            }
        }
        _ => {}
    }
}

/// INVARIANT (no silence): the nearest known key, read from the parser's own list.
fn hint(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let Some(given) = quoted.next() else { return String::new() };
    if !message.starts_with("unknown") {
        return String::new();
    }
    quoted
        .map(|known| (strsim::damerau_levenshtein(given, known), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len().div_ceil(2))
        .map(|(_, known)| format!(" (did you mean `{known}`?)"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
