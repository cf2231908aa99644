//! The steps that a document prescribes before something becomes so: who signs
//! what, in which order, in how many working days, and with whom a copy is filed.
//!
//! Not here: how a case walks them (`casework`).

use serde::{Deserialize, Serialize};

use super::Sourced;
use crate::actor::Role;

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

pub(super) fn faults_of(kind: ProcedureKind, procedure: &Procedure, faults: &mut Vec<String>) {
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
