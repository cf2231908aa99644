//! A scenario: a purpose, and the fewest fields that it can do with.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shuyu_model::id::{AgreementId, OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::{Digest, Regime, Time, UseKind};

use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::plan::Plan;

/// How far a scenario has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScenarioState {
    /// Not reviewed yet.
    Draft,
    /// Approved.
    Approved,
    /// Approved once and taken back.
    Withdrawn,
}

impl ScenarioState {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Draft, Self::Approved, Self::Withdrawn].into_iter().find(|state| state.word() == word)
    }
}

/// A column, and what it is needed for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Of which resource.
    pub resource: ResourceId,
    /// Which column.
    pub column: String,
    /// What it is needed for.
    pub reason: String,
}

/// A purpose under an operator agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scenario {
    /// Its id.
    pub id: ScenarioId,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Which kind of use that is.
    pub use_kind: UseKind,
    /// Who computes.
    pub operator: OrganisationId,
    /// Under which operator agreement.
    pub agreement: AgreementId,
    /// Of the emergency plan.
    pub emergency_plan_digest: Option<Digest>,
    /// The fields, ordered by resource; of an approved one those that were granted.
    pub fields: Vec<Field>,
    /// The fields that a reviewer struck: applied for and not granted.
    pub struck: Vec<Field>,
    /// What else the application says.
    pub plan: Plan,
    /// Of all that was applied for.
    pub digest: Digest,
    /// How far it has come.
    pub state: ScenarioState,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// When it was approved.
    pub approved_at: Option<Time>,
    /// Why it was taken back.
    pub withdrawn_ground: Option<String>,
}

impl Scenario {
    /// Whether the document opens what is made for it to everybody.
    pub(crate) fn is_open(&self, regime: &Regime) -> bool {
        regime.opens_public_good().is_some() && self.use_kind == UseKind::PublicWelfare
    }

    /// The columns of a resource that it may use.
    pub fn columns_of(&self, resource: &ResourceId) -> Vec<&str> {
        self.fields.iter().filter(|f| &f.resource == resource).map(|f| f.column.as_str()).collect()
    }

    /// The resources that it uses, each once.
    pub fn resources(&self) -> BTreeSet<&ResourceId> {
        self.fields.iter().map(|field| &field.resource).collect()
    }
}

/// What is reviewed; a scenario's digest is the digest of this.
#[derive(Debug, Serialize)]
pub(crate) struct Reviewed<'a> {
    pub(crate) title: &'a str,
    pub(crate) purpose: &'a str,
    pub(crate) use_kind: UseKind,
    pub(crate) operator: &'a OrganisationId,
    pub(crate) agreement: &'a AgreementId,
    pub(crate) emergency_plan_digest: Option<Digest>,
    pub(crate) fields: &'a [Field],
    #[serde(skip_serializing_if = "Plan::is_empty")]
    pub(crate) plan: &'a Plan,
}

/// A scenario to be drafted. The operator is the drafter's organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewScenario {
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Which kind of use that is.
    pub use_kind: UseKind,
    /// Under which operator agreement.
    pub agreement: AgreementId,
    /// Of the emergency plan.
    #[serde(default)]
    pub emergency_plan_digest: Option<Digest>,
    /// The fewest fields that it can do with.
    pub fields: Vec<Field>,
    /// What else the application says.
    #[serde(default)]
    pub plan: Plan,
}

/// The longest purpose, in characters.
pub const PURPOSE_CHARS_MAX: usize = 4000;
/// The longest reason for a field, in characters.
pub const FIELD_REASON_CHARS_MAX: usize = 500;
/// The most fields of a scenario.
pub const FIELDS_MAX: usize = 500;

impl NewScenario {
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        text_fault("title", &self.title, NAME_CHARS_MAX, &mut faults);
        text_fault("purpose", &self.purpose, PURPOSE_CHARS_MAX, &mut faults);
        self.plan.faults(&mut faults);
        if self.fields.is_empty() || self.fields.len() > FIELDS_MAX {
            faults.push(format!("`fields` has {} fields; 1 to {FIELDS_MAX} are possible", self.fields.len()));
        }
        let mut seen = BTreeSet::new();
        for (index, field) in self.fields.iter().enumerate().take(FIELDS_MAX) {
            if field.reason.chars().count() > FIELD_REASON_CHARS_MAX {
                faults.push(format!("`fields[{index}].reason` is longer than {FIELD_REASON_CHARS_MAX} characters"));
            }
            if !seen.insert((&field.resource, &field.column)) {
                faults.push(format!("`fields[{index}]` names a column for the second time"));
            }
        }
        faults
    }
}
