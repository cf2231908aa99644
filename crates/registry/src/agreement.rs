//! Agreements: between agency and operator, and between operator and entity.

use serde::{Deserialize, Serialize};
use shuyu_model::id::{AgreementId, OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::{Day, Digest, Time};

/// Between whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementKind {
    /// 授权运营协议: the agency authorises the operator.
    Operator,
    /// 再开发协议: the operator supplies an entity.
    Development,
}

impl AgreementKind {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Development => "development",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Operator, Self::Development].into_iter().find(|kind| kind.word() == word)
    }
}

/// How far an agreement has come. That its days have run out is not a state:
/// the calendar says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementState {
    /// Not signed by all.
    Draft,
    /// Signed; it holds on its days.
    InForce,
    /// Ended before its days had run out.
    Ended,
}

impl AgreementState {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InForce => "in_force",
            Self::Ended => "ended",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Draft, Self::InForce, Self::Ended].into_iter().find(|state| state.word() == word)
    }
}

/// An agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// Between whom.
    pub kind: AgreementKind,
    /// Who gives: the agency's organisation, or the operator's.
    pub grantor: OrganisationId,
    /// Who gets: the operator, or the entity.
    pub grantee: OrganisationId,
    /// For which scenario; always there for development, never for operation.
    pub scenario: Option<ScenarioId>,
    /// On which resources; empty for development, where the scenario says it.
    pub resources: Vec<ResourceId>,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub until: Day,
    /// Of the signed document.
    pub document_digest: Digest,
    /// Of all of the above.
    pub digest: Digest,
    /// How far it has come.
    pub state: AgreementState,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// When the last party signed.
    pub decided_at: Option<Time>,
    /// When it was ended.
    pub ended_at: Option<Time>,
    /// On which ground.
    pub ended_ground: Option<String>,
}

impl Agreement {
    /// The first moment after its last day.
    pub fn ends_at(&self) -> Time {
        Time::at_start_of(self.until.saturating_add(jiff::Span::new().days(1)))
    }
}

/// What the parties agree on; an agreement's digest is the digest of this.
#[derive(Debug, Serialize)]
pub(crate) struct Agreed<'a> {
    pub(crate) kind: AgreementKind,
    pub(crate) grantor: &'a OrganisationId,
    pub(crate) grantee: &'a OrganisationId,
    pub(crate) scenario: Option<&'a ScenarioId>,
    pub(crate) resources: &'a [ResourceId],
    pub(crate) from: Day,
    pub(crate) until: Day,
    pub(crate) document_digest: Digest,
}

/// An agreement to be drafted. The grantor is the drafter's organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAgreement {
    /// Between whom.
    pub kind: AgreementKind,
    /// Who gets.
    pub grantee: OrganisationId,
    /// On which resources (operation).
    #[serde(default)]
    pub resources: Vec<ResourceId>,
    /// For which scenario (development).
    #[serde(default)]
    pub scenario: Option<ScenarioId>,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub until: Day,
    /// Of the document to be signed.
    pub document_digest: Digest,
}

/// The most resources in one agreement.
pub const AGREEMENT_RESOURCES_MAX: usize = 5000;

impl NewAgreement {
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.until < self.from {
            faults.push("`until` lies before `from`".to_owned());
        }
        match self.kind {
            AgreementKind::Operator => {
                if self.resources.is_empty() || self.resources.len() > AGREEMENT_RESOURCES_MAX {
                    faults.push(format!("`resources` names 1 to {AGREEMENT_RESOURCES_MAX} resources"));
                }
                if self.scenario.is_some() {
                    faults.push("`scenario` belongs to a development agreement".to_owned());
                }
            }
            AgreementKind::Development => {
                if self.scenario.is_none() {
                    faults.push("`scenario` is missing; a development agreement is for one scenario".to_owned());
                }
            }
        }
        faults
    }
}
