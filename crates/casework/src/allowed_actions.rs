//! What somebody could do in a case now, and of what they cannot, every reason: so that
//! a page offers what will be allowed and explains what will not, and holds no rule.
//!
//! INVARIANT (the act's own question): an action is asked about in the code that the act itself
//! asks. What only a form can answer (a paper, a finding, a number) is no reason here: it
//! is said as what the form needs.
//!
//! Not here: the acts (`signing`).

use serde::Serialize;
use shuyu_model::id::CaseId;
use shuyu_model::{Actor, Digest, Reason};

use crate::case::{Opinion, Outcome};
use crate::store::{self, Book};
use crate::{CaseState, Casework, CaseworkError, reasons};

/// The reasons that filling in the form answers.
const BY_THE_FORM: [&str; 4] =
    [reasons::NO_EVIDENCE, reasons::NOT_FOUND_ON, reasons::RECEIPT_WITHOUT_NUMBER, reasons::NO_DEFECT];

/// An action on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseAction {
    /// Signing the open step with a yes.
    Approve,
    /// Signing it so that the author mends the draft.
    Return,
    /// Signing it with a no.
    Refuse,
    /// Submitting a returned case again.
    Resubmit,
    /// Taking the case back.
    Withdraw,
}

/// What speaks against an action of somebody on a case.
#[derive(Debug, Clone, Serialize)]
pub struct AllowedAction {
    /// Which action.
    pub action: CaseAction,
    /// Whether it would be allowed, once its form is filled in.
    pub is_allowed: bool,
    /// Every reason why not.
    pub reasons: Vec<Reason>,
    /// What the action is on: the case's subject as it was submitted, or, to submit it again,
    /// as it is now.
    pub subject_digest: Digest,
}

impl AllowedAction {
    fn of(action: CaseAction, subject_digest: Digest, mut reasons: Vec<Reason>) -> Self {
        reasons.retain(|reason| !BY_THE_FORM.contains(&reason.code.as_ref()));
        Self { action, is_allowed: reasons.is_empty(), reasons, subject_digest }
    }
}

impl Casework {
    /// What the actor could do in a case now; nothing where they do not see it. Nothing is
    /// written.
    ///
    /// # Errors
    ///
    /// Faults alone.
    pub async fn allowed_actions(
        &self,
        actor: &Actor,
        id: &CaseId,
    ) -> Result<Option<Vec<AllowedAction>>, CaseworkError> {
        let mut turn = self.registry().turn().await?;
        let case = match store::case(&mut Book::Change(turn.change()), id).await {
            Err(CaseworkError::Unknown { .. }) => return Ok(None),
            found => found?,
        };
        let known = self.known(&mut turn, actor).await?;
        if !self.sight_in(&mut turn, &known).await?.sees_case(&case) {
            return Ok(None);
        }
        let mut actions = Vec::new();
        if let Some(step) = case.open_step().cloned() {
            let before = store::signed(&mut Book::Change(turn.change()), id).await?;
            for (action, outcome) in [
                (CaseAction::Approve, Outcome::Approve),
                (CaseAction::Return, Outcome::Return),
                (CaseAction::Refuse, Outcome::Refuse),
            ] {
                let opinion = Opinion::unsaid(outcome, case.subject_digest);
                let (found, _) = self.against_opinion(&mut turn, &case, &step, &known, &before, &opinion).await?;
                actions.push(AllowedAction::of(action, case.subject_digest, found));
            }
        }
        if case.state == CaseState::Returned {
            let draft = self.registry().subject_in(&mut turn, case.kind, &case.subject).await?;
            let digest = draft.as_ref().map_or(case.subject_digest, |draft| draft.digest);
            let found = self.against_resubmission(&case, &known, draft.as_ref(), digest);
            actions.push(AllowedAction::of(CaseAction::Resubmit, digest, found));
        }
        if case.ended_at.is_none() {
            let found = self.against_withdrawal(&case, &known);
            actions.push(AllowedAction::of(CaseAction::Withdraw, case.subject_digest, found));
        }
        Ok(Some(actions))
    }
}
