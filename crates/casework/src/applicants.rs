//! For whom a case is opened: an entity that applied through its operator (公共数据资源使用
//! 申请、出域审核) is named by it, sees the case with its outcome and reasons, and can appeal.
//!
//! INVARIANT (named by the opener): only the organisation that opened a case names for
//! whom; nobody is taken out again.
//!
//! Not here: the appeal (`matter.complaint`).

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{CaseId, OrganisationId};
use shuyu_model::{Actor, Reasons, Role, Verdict};

use crate::store::{self as cases, Book};
use crate::{Casework, CaseworkError, reasons};

pub(crate) mod store;

/// The most entities for which one case is opened.
pub const APPLICANTS_MAX: usize = 20;

impl Casework {
    /// Says that a case was opened for an entity. For people of its opener.
    pub async fn name_applicant(
        &self,
        actor: &Actor,
        id: &CaseId,
        applicant: &OrganisationId,
    ) -> Result<Verdict<()>, CaseworkError> {
        let mut turn = self.registry().turn().await?;
        let case = cases::case(&mut Book::Change(turn.change()), id).await?;
        let known = self.known(&mut turn, actor).await?;
        let roles = self.registry().roles_of_in(&mut turn, applicant).await?;
        let mut found = Vec::new();
        if known.organisation != case.opener || !known.is(case.opener_role) {
            let what = "for whom a case is opened is said by the organisation that opened it";
            found.push(self.reason(&case.procedure, reasons::NOT_THE_OPENER, what, "ask that organisation"));
        }
        if !roles.contains(&Role::Entity) {
            let who = self.registry().regime().word(Role::Entity);
            let what = format!("a case is opened for somebody who takes part as {who}");
            found.push(self.reason(&case.procedure, reasons::NO_APPLICANT, what, "name an entity"));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "case.applicant_refused", id.as_str(), reasons).await;
        }
        if case.applicants.contains(applicant) {
            return Ok(Verdict::Allow(()));
        }
        if case.applicants.len() >= APPLICANTS_MAX {
            return Err(CaseworkError::Conflict { what: format!("the case is for {APPLICANTS_MAX} entities already") });
        }
        store::insert(turn.change(), id, applicant, &actor.person).await?;
        let event = Event::done(Some(actor), "case.applicant_named", id.as_str());
        let event = event.facts(json!({ "applicant": applicant })).under(self.registry().regime());
        turn.commit(event).await?;
        Ok(Verdict::Allow(()))
    }
}
