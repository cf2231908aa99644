//! The file of a registration's case: its papers, what was told, who objects.

use std::collections::BTreeMap;

use serde::Serialize;
use shuyu_model::id::{CaseId, ObjectionId};
use shuyu_model::registration::{Material, RegistrationKind};
use shuyu_model::{Actor, Digest, Time};

use super::{Defect, store};
use crate::store::{Book, case as read_case};
use crate::view::{DayView, is_visible};
use crate::{Casework, CaseworkError};

/// What was told with a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReturnView {
    /// In which turn.
    pub turn: i64,
    /// Every paper that was missing or at fault.
    pub defects: Vec<Defect>,
    /// The papers as they were then.
    #[serde(skip)]
    pub materials: BTreeMap<String, Digest>,
    /// When.
    pub returned_at: Time,
}

/// An objection, as the parties see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ObjectionView {
    /// Which.
    pub id: ObjectionId,
    /// Who objects: the real name.
    pub name: String,
    /// What they say.
    pub objection: String,
    /// What shows it.
    pub evidence: Digest,
    /// When.
    pub filed_at: Time,
    /// How it was decided.
    pub upheld: Option<bool>,
    /// Why.
    pub decision: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Time>,
}

/// What a registration's case holds beside its steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegistrationFile {
    /// What is applied for.
    pub kind: RegistrationKind,
    /// The papers that it needs.
    pub needed: Vec<Material>,
    /// The papers that are there.
    pub given: BTreeMap<String, Digest>,
    /// The words of those that are not.
    pub missing: Vec<String>,
    /// What was told, oldest first.
    pub returns: Vec<ReturnView>,
    /// Why the open step takes longer than its days, where somebody said so.
    pub delay: Option<String>,
    /// The last day of the notice that runs.
    pub notice_until: Option<DayView>,
    /// Who objects.
    pub objections: Vec<ObjectionView>,
}

impl Casework {
    /// The file of a case about a registration, for those whose business it is; `None`
    /// for others, and where a case is about something else.
    pub async fn registration_file(
        &self,
        id: &CaseId,
        viewer: &Actor,
    ) -> Result<Option<RegistrationFile>, CaseworkError> {
        let mut book = Book::Ledger(self.registry().ledger());
        let case = match read_case(&mut book, id).await {
            Err(CaseworkError::Unknown { .. }) => return Ok(None),
            found => found?,
        };
        let Some(kind) = case.registration().filter(|_| is_visible(&case, viewer)) else { return Ok(None) };
        let returns = store::returns(&mut book, id).await?;
        let objections = store::objections(&mut book, id).await?;
        let step = case.open_step().map(|step| step.step.clone()).unwrap_or_default();
        let delays = store::delays(self.registry().ledger()).await?;
        let delay = delays.into_iter().find(|d| d.case == *id && d.turn == case.turn && d.step == step);
        let papers = self.registry().application_papers(&case.subject, kind).await?;
        Ok(Some(RegistrationFile {
            kind,
            needed: papers.needed.to_vec(),
            missing: papers.missing().into_iter().map(|material| material.key.to_owned()).collect(),
            given: papers.given,
            returns,
            delay: delay.map(|delay| delay.reason),
            notice_until: case.notice_ends(self.calendar()).map(DayView::from),
            objections: objections
                .into_iter()
                .map(|objection| ObjectionView {
                    id: objection.id,
                    name: objection.name,
                    objection: objection.objection,
                    evidence: objection.evidence,
                    filed_at: objection.filed_at,
                    upheld: objection.upheld,
                    decision: objection.decision,
                    decided_at: objection.decided_at,
                })
                .collect(),
        }))
    }
}
