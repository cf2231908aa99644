//! Objections against what is on public notice (公示异议, N26 12), and delays of a
//! review explained (N26 11).

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{CaseId, ObjectionId};
use shuyu_model::{Actor, Reason, Reasons, Verdict};

use super::{Delay, NewObjection, Objection, ObjectionDecision, store};
use crate::case::{REASON_CHARS_MAX, REASON_CHARS_MIN};
use crate::states::Move;
use crate::store::{Book, case as read_case, update_case};
use crate::{CaseState, Casework, CaseworkError, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

pub(super) fn words_fault(field: &str, text: &str) -> Result<()> {
    let chars = text.trim().chars().count();
    if (REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&chars) {
        return Ok(());
    }
    let fault = format!("`{field}` has {chars} characters; say it in {REASON_CHARS_MIN} to {REASON_CHARS_MAX}");
    Err(CaseworkError::Malformed { faults: vec![fault] })
}

impl Casework {
    /// Files an objection, under the real name of whoever does. For anybody with an
    /// account, while the notice runs.
    pub async fn object(&self, actor: &Actor, case: &CaseId, new: NewObjection) -> Result<Verdict<ObjectionId>> {
        words_fault("objection", &new.objection)?;
        let mut turn = self.registry().turn().await?;
        let known = read_case(&mut Book::Change(turn.change()), case).await?;
        let Some(person) = self.registry().person_in(&mut turn, &actor.person).await? else {
            return Err(CaseworkError::Unknown { id: actor.person.to_string() });
        };
        let today = self.registry().ledger().now().day();
        let runs = known.notice_ends(self.calendar()).filter(|last| today <= last.day);
        let clause = self.registry().regime().cite_clause("N26 12");
        if runs.is_none() {
            let what = "no public notice runs on this case".to_owned();
            let instead = "object while a notice runs; afterwards, complain to the regulator";
            let reason = Reason::new(reasons::NOT_ON_NOTICE, what, clause, instead);
            return self.refuse(turn, actor, "objection.refused", case.as_str(), Reasons::one(reason)).await;
        }
        let objection = Objection {
            id: self.registry().ledger().new_id(),
            case: case.clone(),
            person: actor.person.clone(),
            organisation: actor.organisation.clone(),
            name: person.name.clone(),
            objection: new.objection,
            evidence: new.evidence,
            filed_at: turn.change().now(),
            upheld: None,
            decision: None,
            decided_at: None,
        };
        store::insert_objection(turn.change(), &objection).await?;
        let facts = json!({ "case": case, "evidence": objection.evidence });
        let event = Event::done(Some(actor), "objection.filed", objection.id.as_str()).facts(facts).citing(clause);
        turn.commit(event.under(self.registry().regime())).await?;
        Ok(Verdict::Allow(objection.id))
    }

    /// Decides an objection, with a reason. For whoever signs the notice, unless they
    /// wrote the application or the objection. One that is upheld ends the case.
    pub async fn decide_objection(
        &self,
        actor: &Actor,
        id: &ObjectionId,
        decision: ObjectionDecision,
    ) -> Result<Verdict<CaseState>> {
        words_fault("reason", &decision.reason)?;
        let mut turn = self.registry().turn().await?;
        let objection = store::objection(turn.change(), id).await?;
        let mut case = read_case(&mut Book::Change(turn.change()), &objection.case).await?;
        if objection.upheld.is_some() {
            return Err(CaseworkError::Conflict { what: format!("the objection `{id}` has been decided") });
        }
        let known = self.known(&mut turn, actor).await?;
        let clause = self.registry().regime().cite_clause("N26 12");
        let mut found = Vec::new();
        match case.open_step() {
            None => {
                let what = format!("the case is {}", case.state.word());
                found.push(Reason::new(reasons::NOT_OPEN, what, &clause, "read the case again"));
            }
            Some(step) => {
                let is_party = case.party(step).is_none_or(|party| *party == known.organisation);
                let has_part = case.authors.contains(&known.person) || objection.person == known.person;
                if !known.is(step.by) || !is_party || has_part {
                    let who = self.registry().regime().word(step.by);
                    let what = format!("an objection is decided by {who}, by somebody without a part in it");
                    found.push(Reason::new(reasons::OBJECTION_DECIDER, what, &clause, "leave it to them"));
                }
            }
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "objection.refused", id.as_str(), reasons).await;
        }
        store::set_decided(turn.change(), id, decision.upheld, &decision.reason, &actor.person).await?;
        if decision.upheld {
            let at = turn.change().now();
            self.apply(&mut case, Move::Refuse, at)?;
            update_case(turn.change(), &case).await?;
        }
        let facts = json!({ "case": case.id, "upheld": decision.upheld, "state": case.state });
        let event = Event::done(Some(actor), "objection.decided", id.as_str()).facts(facts).citing(clause);
        turn.commit(event.under(self.registry().regime())).await?;
        Ok(Verdict::Allow(case.state))
    }

    /// Explains to the applicant why the open step takes longer than its days. For
    /// whoever signs it.
    pub async fn explain_delay(&self, actor: &Actor, id: &CaseId, reason: &str) -> Result<Verdict<()>> {
        words_fault("reason", reason)?;
        let mut turn = self.registry().turn().await?;
        let case = read_case(&mut Book::Change(turn.change()), id).await?;
        let Some(step) = case.open_step().filter(|step| step.working_days_max.is_some()).cloned() else {
            return Err(CaseworkError::Conflict { what: "no step with a day is open".to_owned() });
        };
        let known = self.known(&mut turn, actor).await?;
        if !known.is(step.by) || case.party(&step).is_some_and(|party| *party != known.organisation) {
            let regime = self.registry().regime();
            let what = format!("a delay of `{}` ({}) is explained by {}", step.step, step.title, regime.word(step.by));
            let clause = regime.cite_step(&case.procedure, &step, "working_days_max");
            let reason = Reason::new(reasons::WRONG_ROLE, what, clause, "leave it to them");
            return self.refuse(turn, actor, "case.delay_refused", id.as_str(), Reasons::one(reason)).await;
        }
        let delay = Delay {
            case: id.clone(),
            turn: case.turn,
            step: step.step.clone(),
            reason: reason.trim().to_owned(),
            explained_at: turn.change().now(),
        };
        if !store::insert_delay(turn.change(), &delay, &actor.person).await? {
            return Err(CaseworkError::Conflict { what: format!("the delay of `{}` has been explained", step.step) });
        }
        let clause = self.registry().regime().cite_step(&case.procedure, &step, "working_days_max");
        let facts = json!({ "step": step.step, "turn": case.turn });
        let event = Event::done(Some(actor), "case.delay_explained", id.as_str()).facts(facts).citing(clause);
        turn.commit(event.under(self.registry().regime())).await?;
        Ok(Verdict::Allow(()))
    }
}
