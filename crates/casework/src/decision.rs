//! A decision: the prescribed procedure ended so, signed by these people. Only
//! casework can make one, from a case whose last step is signed.

use shuyu_model::id::{CaseId, OrganisationId, PersonId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{Digest, Time};

use crate::case::{Case, Signed};
use crate::states::CaseState;

/// Who signed what.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Signature {
    /// Who.
    pub person: PersonId,
    /// For whom.
    pub organisation: OrganisationId,
    /// Which step.
    pub step: String,
    /// When.
    pub at: Time,
    /// Of the opinion that was signed.
    pub opinion_digest: Digest,
}

/// A procedure that ended with yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    case: CaseId,
    kind: ProcedureKind,
    subject: String,
    subject_digest: Digest,
    signers: Vec<Signature>,
    decided_at: Time,
    regime: String,
    clause: String,
}

impl Decision {
    /// INVARIANT (four eyes) and INVARIANT (signed is enacted) are checked again
    /// on reading back: a row that was changed behind our back decides nothing.
    pub(crate) fn of(case: &Case, signed: &[Signed]) -> Option<Self> {
        let decided_at = case.ended_at.filter(|_| case.state == CaseState::Approved)?;
        let counted: Vec<&Signed> = signed.iter().filter(|signed| signed.turn == case.turn).collect();
        let is_complete = case.procedure.steps.iter().all(|step| {
            let of_step = counted.iter().filter(|signed| signed.step == step.step).count();
            of_step >= usize::from(step.signatures)
        });
        let is_sound = counted.iter().all(|signed| {
            signed.opinion.outcome == crate::Outcome::Approve
                && signed.opinion.subject_digest == case.subject_digest
                && !case.authors.contains(&signed.person)
        });
        (is_complete && is_sound).then(|| Self {
            case: case.id.clone(),
            kind: case.kind,
            subject: case.subject.clone(),
            subject_digest: case.subject_digest,
            signers: counted
                .into_iter()
                .map(|signed| Signature {
                    person: signed.person.clone(),
                    organisation: signed.organisation.clone(),
                    step: signed.step.clone(),
                    at: signed.at,
                    opinion_digest: signed.digest,
                })
                .collect(),
            decided_at,
            regime: case.regime.clone(),
            clause: case.procedure.source.clone(),
        })
    }

    /// In which case.
    pub fn case(&self) -> &CaseId {
        &self.case
    }

    /// By which procedure.
    pub fn kind(&self) -> ProcedureKind {
        self.kind
    }

    /// On what: an id.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Of what was decided on.
    pub fn subject_digest(&self) -> Digest {
        self.subject_digest
    }

    /// Who signed, in order.
    pub fn signers(&self) -> &[Signature] {
        &self.signers
    }

    /// When the last one signed.
    pub fn decided_at(&self) -> Time {
        self.decided_at
    }

    /// Under which version of which rules.
    pub fn regime(&self) -> &str {
        &self.regime
    }

    /// The clause that prescribes the procedure.
    pub fn clause(&self) -> &str {
        &self.clause
    }
}
