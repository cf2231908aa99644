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
use crate::matter::MatterKind;
use crate::time::Day;
use crate::verdict::Reason;

mod matter;
mod procedure;
mod rules;
mod sources;

pub use matter::{Contents, MOVE_NUMBERS, Maker, Makers, MatterRules, MoveRule, OPENING, is_key};
pub use procedure::{Filing, Procedure, ProcedureKind, SIGNATURES_MAX, STEP_NUMBERS, Step};
pub use rules::{
    AgreementRules, LogRules, PersonalRules, PriceRules, ReleaseRules, ResourceRules, RoleRules, ScenarioRules,
    UseKind, WorkroomRules,
};
use sources::{hint, sources_of};

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
    /// Lifecycles beside approvals; one that the jurisdiction lacks is not there.
    #[serde(default)]
    pub matter: BTreeMap<MatterKind, MatterRules>,
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
                Some(found) => procedure::faults_of(kind, found, &mut faults),
            }
        }
        matter::faults_of(self, &mut faults);
        if let Some(both) = self.price.free_uses.value.iter().find(|u| self.price.charged_uses.value.contains(u)) {
            faults.push(format!("`price` makes {both:?} both free and charged"));
        }
        faults
    }
}

#[cfg(test)]
mod tests;
