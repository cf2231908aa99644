//! Signing a step, submitting again, taking back.
//!
//! INVARIANT (four eyes), INVARIANT (blind), INVARIANT (signed is enacted): kept
//! here; `decision.rs` checks the first and the last again on reading back.

use serde_json::json;
use shuyu_ledger::{Event, LedgerError};
use shuyu_model::id::CaseId;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{ProcedureKind, Step};
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Verdict};
use shuyu_registry::{Subject, Turn, canonical, enact};

use crate::case::{Case, Opinion, Outcome, Signed, day_text};
use crate::held::About;
use crate::registration::guards::Acceptance;
use crate::states::{CaseState, Move};
use crate::store::{self, Book};
use crate::{Casework, CaseworkError, reasons, receipts, said};

type Result<T> = std::result::Result<T, CaseworkError>;

/// What an opinion's digest covers.
#[derive(serde::Serialize)]
struct Attested<'a> {
    case: &'a CaseId,
    turn: i64,
    step: &'a str,
    person: &'a str,
    outcome: Outcome,
    reason: &'a str,
    evidence: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<&'a str>,
    subject_digest: Digest,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    defects: &'a [crate::Defect],
    #[serde(skip_serializing_if = "crate::Said::is_empty")]
    said: &'a crate::Said,
    at: i64,
}

impl Casework {
    /// Signs the open step of a case. Says where the case stands then.
    pub async fn sign(&self, actor: &Actor, id: &CaseId, step: &str, opinion: Opinion) -> Result<Verdict<CaseState>> {
        self.sign_if(actor, id, step, opinion, None).await
    }

    /// The same, if the case still is at the version that the caller saw.
    pub async fn sign_if(
        &self,
        actor: &Actor,
        id: &CaseId,
        step: &str,
        opinion: Opinion,
        version: Option<i64>,
    ) -> Result<Verdict<CaseState>> {
        let mut turn = self.registry().turn().await?;
        let mut case = store::case(&mut Book::Change(turn.change()), id).await?;
        let mut faults = opinion.faults();
        let Some(named) = case.procedure.steps.iter().find(|known| known.step == step).cloned() else {
            let known: Vec<&str> = case.procedure.steps.iter().map(|step| step.step.as_str()).collect();
            faults.push(format!("the procedure has no such step; its steps are: {}", known.join(", ")));
            return Err(CaseworkError::Malformed { faults });
        };
        faults.extend(self.faults_of_defects(&case, &named, &opinion));
        let scenario = self.scenario_of(&mut turn, &case).await?;
        faults.extend(opinion.said.faults(opinion.outcome, scenario.as_ref()));
        if !faults.is_empty() {
            return Err(CaseworkError::Malformed { faults });
        }
        if version.is_some_and(|seen| seen != case.version) {
            return Err(CaseworkError::Stale { version: case.version });
        }
        let before = store::signed(&mut Book::Change(turn.change()), id).await?;
        let known = self.known(&mut turn, actor).await?;
        let (found, acceptance) = self.against_opinion(&mut turn, &case, &named, &known, &before, &opinion).await?;
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "case.signature_refused", id.as_str(), reasons).await;
        }
        let signed = self.attested(&case, actor, step, opinion)?;
        store::insert_signed(turn.change(), &case, &signed).await?;
        receipts::store::insert(turn.change(), &case, &signed).await?;
        let mut of_step: Vec<&Signed> = before.iter().filter(|s| s.turn == case.turn && s.step == step).collect();
        of_step.push(&signed);
        let by = next_move(&case, &named, &of_step);
        if by == Move::Return {
            self.note_return(&mut turn, &case, case.turn, &signed.opinion, acceptance).await?;
        }
        self.apply(&mut case, by, signed.at)?;
        store::update_case(turn.change(), &case).await?;
        let event = self.signed_event(actor, &case, step, by, &of_step);
        self.conclude(turn, &case, by, event).await?;
        Ok(Verdict::Allow(case.state))
    }

    /// All that speaks against an opinion; what of it only an approval meets, too.
    pub(crate) async fn against_opinion(
        &self,
        turn: &mut Turn,
        case: &Case,
        step: &Step,
        known: &Actor,
        before: &[Signed],
        opinion: &Opinion,
    ) -> Result<(Vec<Reason>, Acceptance)> {
        let regime = self.registry().regime();
        let mut found = self.against_signing(case, step, known, before, opinion);
        found.extend(self.of_another_district(turn, case, known).await?);
        receipts::against(regime, case, step, opinion, &mut found);
        if opinion.outcome == Outcome::Approve {
            let draft = self.registry().subject_in(turn, case.kind, &case.subject).await?;
            self.against_approving(case, step, draft.as_ref(), opinion, &mut found);
            found.extend(said::against(regime, case, step, opinion));
            found.extend(self.held_by_risk(turn, case).await?);
            let (ids, parties) = ([case.id.as_str(), case.subject.as_str()], case.parties.values().collect());
            let about = About { kind: case.kind, ids: &ids, scenario: case.scenario.as_ref(), parties };
            found.extend(self.held_by_checks(turn, &about).await?);
            found.extend(self.gates(turn, case.kind, &case.subject).await?);
        }
        let acceptance = self.against_registration(turn, case, step, opinion, &mut found).await?;
        Ok((found, acceptance))
    }

    fn attested(&self, case: &Case, actor: &Actor, step: &str, opinion: Opinion) -> Result<Signed> {
        let ledger = self.registry().ledger();
        let at = ledger.now();
        let attested = Attested {
            case: &case.id,
            turn: case.turn,
            step,
            person: actor.person.as_str(),
            outcome: opinion.outcome,
            reason: &opinion.reason,
            evidence: opinion.evidence,
            number: opinion.number.as_deref(),
            subject_digest: opinion.subject_digest,
            defects: &opinion.defects,
            said: &opinion.said,
            at: at.0,
        };
        let digest = canonical::digest(ledger.profile(), &attested).map_err(LedgerError::from)?;
        let (person, organisation) = (actor.person.clone(), actor.organisation.clone());
        Ok(Signed { turn: case.turn, step: step.to_owned(), person, organisation, opinion, digest, at })
    }

    /// CAS-001 to CAS-006 and CAS-009: against any signature.
    fn against_signing(
        &self,
        case: &Case,
        step: &Step,
        known: &Actor,
        before: &[Signed],
        opinion: &Opinion,
    ) -> Vec<Reason> {
        let regime = self.registry().regime();
        let clause = regime.cite_step(&case.procedure, step, "");
        let mut found = Vec::new();
        let mut add =
            |code, what: String, clause: &str, instead: &str| found.push(Reason::new(code, what, clause, instead));
        match case.open_step() {
            None => {
                let instead = "read the case again; a returned one is submitted again by its author";
                add(reasons::NOT_OPEN, format!("the case is {}", case.state.word()), &clause, instead);
            }
            Some(open) if open.step != step.step => {
                let what = format!("`{}` is not open; `{}` ({}) is", step.step, open.step, open.title);
                add(reasons::OTHER_STEP, what, &clause, "sign the steps in their order");
            }
            Some(_) => {}
        }
        if !known.is(step.by) {
            let what = format!("`{}` ({}) is signed by {}", step.step, step.title, regime.word(step.by));
            add(reasons::WRONG_ROLE, what, &clause, "leave it to somebody who holds that role");
        }
        if case.party(step).is_some_and(|party| *party != known.organisation) {
            let what = format!("`{}` is signed by the {} of this case", step.step, regime.word(step.by));
            add(reasons::OTHER_PARTY, what, &clause, "leave it to that organisation");
        }
        if case.authors.contains(&known.person) {
            let four_eyes = match case.kind {
                ProcedureKind::Release => regime.cite(&regime.release.reviewer_is_not_author),
                _ => regime.cite_clause(&case.procedure.source),
            };
            let what = "you wrote the subject, opened the case or ran the job".to_owned();
            add(reasons::AUTHOR, what, &four_eyes, "leave it to a colleague who had no part in it");
        }
        if case
            .party_of(Role::Processor)
            .is_some_and(|made| case.kind == ProcedureKind::Release && *made == known.organisation)
        {
            let clause = regime.cite(&regime.release.reviewer_is_not_author);
            let what = "your organisation computed the result".to_owned();
            add(reasons::MAKERS_ORGANISATION, what, &clause, "leave it to the operator that ordered it, or the agency");
        }
        if before.iter().any(|s| s.turn == case.turn && s.step == step.step && s.person == known.person) {
            add(reasons::SIGNED_BEFORE, format!("you have signed `{}`", step.step), &clause, "wait for the others");
        }
        if opinion.subject_digest != case.subject_digest {
            let what = format!("you looked at {}; the case is about {}", opinion.subject_digest, case.subject_digest);
            add(reasons::OTHER_DIGEST, what, &clause, "read the subject again and sign what the case is about");
        }
        found
    }

    /// CAS-007, CAS-008, CAS-010, and what the registry says against the subject:
    /// a return or a refusal need not wait for any of these.
    fn against_approving(
        &self,
        case: &Case,
        step: &Step,
        draft: Option<&Subject>,
        opinion: &Opinion,
        found: &mut Vec<Reason>,
    ) {
        let regime = self.registry().regime();
        let today = self.registry().ledger().now().day();
        let is_this = case.open_step().is_some_and(|open| open.step == step.step);
        if let Some(earliest) = case.earliest(self.calendar()).filter(|earliest| is_this && today < earliest.day) {
            let days = step.working_days_min.unwrap_or(0);
            let estimated =
                if earliest.is_estimated { ", by weekdays alone: a holiday notice is not out yet" } else { "" };
            found.push(Reason::new(
                reasons::TOO_EARLY,
                format!(
                    "`{}` ({}) runs for {days} working days; they have passed on {}{estimated}",
                    step.step, step.title, earliest.day
                ),
                regime.cite_step(&case.procedure, step, "working_days_min"),
                format!("sign on {} or later", earliest.day),
            ));
        }
        if let (Some(document), None) = (&step.evidence, opinion.evidence) {
            let what = format!("`{}` needs a document: {document}", step.step);
            let clause = regime.cite_step(&case.procedure, step, "");
            found.push(Reason::new(reasons::NO_EVIDENCE, what, clause, "give its digest as `evidence`"));
        }
        if let Some(draft) = draft {
            if !draft.is_draft || draft.digest != case.subject_digest {
                let what = "the subject has changed since the case was opened";
                let instead = "return the case, so that its author submits it as it is now";
                found.push(self.reason(&case.procedure, reasons::SUBJECT_CHANGED, what, instead));
            }
            found.extend(draft.against.iter().cloned());
        }
    }

    /// CAS-065: a risk that is reported about a case, or about what it decides on, holds
    /// it up until it is resolved. A return or a refusal need not wait.
    async fn held_by_risk(&self, turn: &mut Turn, case: &Case) -> Result<Option<Reason>> {
        let about = [case.id.as_str(), case.subject.as_str()];
        let open = crate::matter::store::open_on(turn.change(), MatterKind::RiskReport, about).await?;
        Ok(open.map(|id| {
            let what = format!("the risk report {id} on it is open");
            let instead = "wait until it is resolved, return the case or refuse it";
            self.reason(&case.procedure, reasons::HELD_BY_RISK, what, instead)
        }))
    }

    /// Moves a case on; the table of states has the last word.
    pub(crate) fn apply(&self, case: &mut Case, by: Move, at: shuyu_model::Time) -> Result<()> {
        case.moves(by, at)
    }

    /// INVARIANT (blind): the event of a step that lacks signatures holds the
    /// opinion's digest and nothing that it says.
    fn signed_event(&self, actor: &Actor, case: &Case, step: &str, by: Move, of_step: &[&Signed]) -> Event {
        let (action, is_complete) = match by {
            Move::Sign => ("case.signed", false),
            Move::Advance => ("case.step_completed", true),
            Move::Approve => ("case.approved", true),
            Move::Return => ("case.returned", true),
            Move::Refuse => ("case.refused", true),
            Move::Resubmit | Move::Withdraw | Move::Reopen => ("case.moved", true),
        };
        let opinion = |signed: &&Signed| {
            let outcome = is_complete.then_some(signed.opinion.outcome);
            let evidence = signed.opinion.evidence.filter(|_| is_complete);
            json!({ "person": signed.person, "opinion": signed.digest, "outcome": outcome, "evidence": evidence })
        };
        // A return ends the turn: its signatures no longer count.
        let discarded = (by == Move::Return).then_some(case.turn);
        let facts = json!({
            "procedure": case.kind, "subject": case.subject, "step": step, "turn": case.turn, "version": case.version,
            "signatures": of_step.iter().map(opinion).collect::<Vec<_>>(), "discarded_turn": discarded,
            "next_step": case.open_step().map(|step| &step.step),
            "earliest": day_text(case.earliest(self.calendar())), "due": day_text(case.due(self.calendar())),
        });
        let regime = self.registry().regime();
        let event = Event::done(Some(actor), action, case.id.as_str()).facts(facts).under(regime);
        event.digests(None, Some(case.subject_digest)).citing(regime.cite_clause(&case.procedure.source))
    }

    /// INVARIANT (signed is enacted): the last signature, what becomes so by it,
    /// and what must be filed are one change.
    async fn conclude(&self, mut turn: Turn, case: &Case, by: Move, event: Event) -> Result<()> {
        if by == Move::Approve {
            self.strike(&mut turn, case).await?;
            enact::decided(&mut turn, case.kind, &case.subject, case.subject_digest).await?;
            for filing in self.filings_of(case, case.ended_at.unwrap_or(case.step_opened_at)) {
                store::insert_filing(turn.change(), &filing).await?;
            }
            self.tell_case(&mut turn, case).await?;
        }
        turn.commit(event).await?;
        Ok(())
    }

    /// Submits a returned case again, as its subject is now. Signing begins anew.
    pub async fn resubmit(&self, actor: &Actor, id: &CaseId, subject_digest: Digest) -> Result<Verdict<CaseState>> {
        let mut turn = self.registry().turn().await?;
        let mut case = store::case(&mut Book::Change(turn.change()), id).await?;
        let known = self.known(&mut turn, actor).await?;
        let draft = self.registry().subject_in(&mut turn, case.kind, &case.subject).await?;
        let found = self.against_resubmission(&case, &known, draft.as_ref(), subject_digest);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "case.resubmission_refused", id.as_str(), reasons).await;
        }
        let at = self.registry().ledger().now();
        let before = std::mem::replace(&mut case.subject_digest, subject_digest);
        self.apply(&mut case, Move::Resubmit, at)?;
        store::update_case(turn.change(), &case).await?;
        for author in draft.into_iter().flat_map(|draft| draft.authors).chain([actor.person.clone()]) {
            store::insert_author(turn.change(), id, &author).await?;
        }
        let event = Event::done(Some(actor), "case.resubmitted", id.as_str()).facts(json!({ "turn": case.turn }));
        turn.commit(event.digests(Some(before), Some(subject_digest)).under(self.registry().regime())).await?;
        Ok(Verdict::Allow(case.state))
    }

    /// All that speaks against submitting a case again.
    pub(crate) fn against_resubmission(
        &self,
        case: &Case,
        known: &Actor,
        draft: Option<&Subject>,
        subject_digest: Digest,
    ) -> Vec<Reason> {
        let mut found = Vec::new();
        if case.state.after(Move::Resubmit).is_none() {
            let what = format!("the case is {}, not returned", case.state.word());
            found.push(self.reason(&case.procedure, reasons::NOT_RETURNED, what, "read the case again"));
        }
        if !known.is(case.opener_role) || known.organisation != case.opener {
            let what =
                format!("the case is submitted again by its {}", self.registry().regime().word(case.opener_role));
            let instead = "ask the organisation whose draft it is";
            found.push(self.reason(&case.procedure, reasons::NOT_THE_OPENER, what, instead));
        }
        match draft {
            Some(draft) => {
                self.is_same(&case.procedure, draft, subject_digest, &mut found);
                found.extend(draft.against.iter().cloned());
            }
            // A release never changes; another result is another case.
            None if subject_digest != case.subject_digest => {
                let what = "another result is another case";
                found.push(self.reason(&case.procedure, reasons::OTHER_DIGEST, what, "submit the new result"));
            }
            None => {}
        }
        found
    }

    /// Takes a case back, before it has ended (its author). The draft stays.
    pub async fn withdraw(&self, actor: &Actor, id: &CaseId, reason: &str) -> Result<Verdict<CaseState>> {
        let mut turn = self.registry().turn().await?;
        let mut case = store::case(&mut Book::Change(turn.change()), id).await?;
        let known = self.known(&mut turn, actor).await?;
        let found = self.against_withdrawal(&case, &known);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "case.withdrawal_refused", id.as_str(), reasons).await;
        }
        let at = self.registry().ledger().now();
        self.apply(&mut case, Move::Withdraw, at)?;
        store::update_case(turn.change(), &case).await?;
        let reason: String = reason.chars().take(crate::case::REASON_CHARS_MAX).collect();
        let event = Event::done(Some(actor), "case.withdrawn", id.as_str()).facts(json!({ "reason": reason }));
        turn.commit(event.digests(Some(case.subject_digest), None).under(self.registry().regime())).await?;
        Ok(Verdict::Allow(case.state))
    }

    /// All that speaks against taking a case back.
    pub(crate) fn against_withdrawal(&self, case: &Case, known: &Actor) -> Vec<Reason> {
        let mut found = Vec::new();
        if !case.authors.contains(&known.person) || !known.is(case.opener_role) {
            let what = "a case is taken back by its author";
            found.push(self.reason(&case.procedure, reasons::NOT_THE_AUTHOR, what, "ask its author"));
        }
        if case.state.after(Move::Withdraw).is_none() {
            let what = format!("the case is {}", case.state.word());
            found.push(self.reason(
                &case.procedure,
                reasons::NOT_OPEN,
                what,
                "it has ended; there is nothing to take back",
            ));
        }
        found
    }
}

/// What a step's signatures amount to: nothing before all are there, then the
/// hardest of them.
fn next_move(case: &Case, step: &Step, of_step: &[&Signed]) -> Move {
    if of_step.len() < usize::from(step.signatures) {
        return Move::Sign;
    }
    let is_last = case.step.saturating_add(1) >= case.procedure.steps.len();
    match of_step.iter().map(|signed| signed.opinion.outcome).max() {
        Some(Outcome::Refuse) => Move::Refuse,
        Some(Outcome::Return) => Move::Return,
        _ if is_last => Move::Approve,
        _ => Move::Advance,
    }
}
