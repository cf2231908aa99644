//! Applying, withdrawing, answering, judging; and asking more than the document does.
//!
//! Upholds INVARIANT (seen is judged) and INVARIANT (apart).

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::candidacy::{CODE_BYTES_MAX, ChosenAs};
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::is_key;
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Verdict};
use shuyu_registry::Turn;

use super::sheet::Beside;
use super::{
    Answer, Bid, CANDIDACIES_MAX, Candidacy, CandidacyState, Declaration, EVIDENCE_TITLE_CHARS_MAX, Evidence, Finding,
    Found, Item, ItemKind, Judgement, NewCandidacy, NewCondition, sheet, store,
};
use crate::case::{REASON_CHARS_MAX, REASON_CHARS_MIN};
use crate::matter::{self, Matter};
use crate::matters::malformed;
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

/// A matter with its candidacies, in a turn, and who asks.
pub(super) struct Desk {
    pub(super) turn: Turn,
    pub(super) matter: Matter,
    pub(super) chosen_as: ChosenAs,
    pub(super) candidacies: Vec<Candidacy>,
    /// The actor with the roles that they hold now.
    pub(super) known: Actor,
}

/// When something can be done with a candidacy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Applications come in.
    Open,
    /// Applicants are looked at.
    Checking,
    /// The matter goes on.
    Running,
}

/// Whether a matter stands where this can be done.
pub(super) fn is_at(matter: &Matter, stage: Stage) -> bool {
    let has_window = matter.rules.moves.iter().any(|rule| rule.word == "open_applications");
    let is_selection = matter.kind == MatterKind::OperatorSelection;
    match (stage, matter.state) {
        (Stage::Running, _) => !matter.is_ended(),
        (Stage::Open, "applications_open") => true,
        (Stage::Open, "announced") => !has_window,
        (Stage::Checking, "announced" | "applications_open" | "closed" | "checked") => is_selection,
        (Stage::Checking, "applied" | "reviewed" | "agreement_signed") => !is_selection,
        _ => false,
    }
}

/// Whether somebody acts for the body that runs the matter.
pub(super) fn is_runner(matter: &Matter, actor: &Actor) -> bool {
    match matter.kind {
        MatterKind::EntityOnboarding => {
            actor.is(Role::Operator) && matter.counterparty.as_ref() == Some(&actor.organisation)
        }
        _ => matter.opener == actor.organisation && matter.rules.open_by.iter().any(|role| actor.is(*role)),
    }
}

impl Desk {
    pub(super) fn position(&self, organisation: &OrganisationId) -> Option<usize> {
        self.candidacies.iter().position(|candidacy| candidacy.organisation == *organisation)
    }

    /// CAS-040.
    pub(super) fn out_of_time(&self, casework: &Casework, stage: Stage, what: &str) -> Option<Reason> {
        (!is_at(&self.matter, stage)).then(|| {
            let machine = self.matter.machine();
            let state = machine.state(self.matter.state).map_or(self.matter.state, |state| state.title);
            let what = format!("{what}, and the matter is {} ({state})", self.matter.state);
            let clause = casework.registry().regime().cite_clause(&self.matter.rules.source);
            Reason::new(reasons::OUT_OF_TIME, what, clause, "wait for its time, or for the next selection")
        })
    }

    /// CAS-047.
    pub(super) fn not_for_you(&self, casework: &Casework, what: &str) -> Reason {
        let clause = casework.registry().regime().cite_clause(&self.matter.rules.source);
        Reason::new(reasons::NOT_THEIRS, what, clause, "leave it to them")
    }

    /// CAS-047 unless the actor acts for who runs the matter.
    pub(super) fn unless_runner(&self, casework: &Casework, what: &str) -> Option<Reason> {
        (!is_runner(&self.matter, &self.known)).then(|| self.not_for_you(casework, what))
    }
}

impl Casework {
    /// The desk of a matter; what the actor has no business with is not there.
    pub(super) async fn desk(&self, actor: &Actor, id: &MatterId) -> Result<Desk> {
        let mut turn = self.registry().turn().await?;
        let matter = crate::matter::store::matter(&mut Book::Change(turn.change()), id).await?;
        let unknown = || CaseworkError::Unknown { id: id.to_string() };
        let Some(chosen_as) = sheet::chosen_as(&matter) else { return Err(unknown()) };
        let candidacies = store::candidacies(&mut Book::Change(turn.change()), id).await?;
        let is_applicant = candidacies.iter().any(|one| one.organisation == actor.organisation);
        let is_called = matter.kind == MatterKind::OperatorSelection && is_at(&matter, Stage::Open);
        if !is_applicant && !is_called && !matter::is_visible(&matter, actor) {
            return Err(unknown());
        }
        let known = self.known(&mut turn, actor).await?;
        Ok(Desk { turn, matter, chosen_as, candidacies, known })
    }

    /// Applies in a selection; where its document has no time for applications, who runs
    /// it can enter an applicant.
    pub async fn enter_candidacy(
        &self,
        actor: &Actor,
        id: &MatterId,
        new: NewCandidacy,
    ) -> Result<Verdict<OrganisationId>> {
        let mut desk = self.desk(actor, id).await?;
        let organisation = new.organisation.clone().unwrap_or_else(|| actor.organisation.clone());
        if desk.matter.kind != MatterKind::OperatorSelection {
            return Err(malformed("the applicant of an admission is who opened it"));
        }
        if let Some(fault) = new.bid.and_then(bid_fault) {
            return Err(malformed(fault));
        }
        // What is no organisation is a mistake, not a refusal.
        self.registry().applicant_in(&mut desk.turn, &organisation).await?;
        if desk.position(&organisation).is_some() {
            return Err(CaseworkError::Conflict { what: format!("`{organisation}` has applied") });
        }
        if desk.candidacies.len() >= CANDIDACIES_MAX {
            return Err(CaseworkError::Conflict { what: format!("there are {CANDIDACIES_MAX} applicants") });
        }
        let mut found = Vec::new();
        found.extend(desk.out_of_time(self, Stage::Open, "an application comes while applications are taken"));
        let is_own = organisation == actor.organisation && !desk.known.roles.is_empty();
        let has_window = desk.matter.rules.moves.iter().any(|rule| rule.word == "open_applications");
        if organisation == desk.matter.opener {
            found.push(desk.not_for_you(self, "who runs a selection does not apply in it"));
        } else if !is_own && (has_window || !is_runner(&desk.matter, &desk.known)) {
            found.push(desk.not_for_you(self, "an application is made by the applicant's own people"));
        }
        let regime = self.registry().regime();
        if let (None, Some(rule)) = (new.bid, regime.selection.shares_are_bid.as_ref().filter(|rule| rule.value)) {
            let what = "the application bids no shares of owner, operator and processor";
            found.push(regime.reason(reasons::SHARES_NOT_BID, rule, what, "name the three, 1000 per mille in all"));
        }
        found.extend(self.against_other_scheme(&desk.matter, new.scheme.as_ref()));
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(desk.turn, actor, "candidacy.refused", id.as_str(), reasons).await;
        }
        let mut book = Book::Change(desk.turn.change());
        let beside = sheet::beside(&mut book, regime, &desk.matter, id.as_str()).await?;
        let given = (new.document, new.bid);
        let candidacy = self.entered(actor, &desk.matter, desk.chosen_as, organisation, &beside, given);
        let candidacy = Candidacy { scheme: new.scheme, ..candidacy };
        store::insert_candidacy(desk.turn.change(), &candidacy).await?;
        let facts = json!({
            "organisation": candidacy.organisation, "chosen_as": candidacy.chosen_as, "asked": candidacy.items.len(),
            "has_bid": candidacy.bid.is_some(), "scheme": candidacy.scheme,
        });
        let event = Event::done(Some(actor), "candidacy.entered", id.as_str()).facts(facts).under(regime);
        let event = event.digests(None, candidacy.document).citing(regime.cite_clause(&desk.matter.rules.source));
        desk.turn.commit(event).await?;
        Ok(Verdict::Allow(candidacy.organisation))
    }

    fn entered(
        &self,
        actor: &Actor,
        matter: &Matter,
        chosen_as: ChosenAs,
        organisation: OrganisationId,
        beside: &Beside,
        (document, bid): (Digest, Option<Bid>),
    ) -> Candidacy {
        Candidacy {
            matter: matter.id.clone(),
            organisation,
            chosen_as,
            document: Some(document),
            bid,
            scheme: None,
            state: CandidacyState::Standing,
            entered_by: actor.person.clone(),
            entered_for: actor.organisation.clone(),
            applied_at: self.registry().ledger().now(),
            ended_at: None,
            items: sheet::of(self.registry().regime(), chosen_as, beside),
        }
    }

    /// The candidacy that an admission begins with: who opens it has applied.
    pub(crate) async fn enter_applicant(&self, turn: &mut Turn, actor: &Actor, matter: &Matter) -> Result<()> {
        let (Some(operator), Some(entity)) = (&matter.counterparty, &matter.subject_organisation) else {
            return Ok(());
        };
        let (regime, scope) = (self.registry().regime(), operator.as_str());
        let beside = sheet::beside(&mut Book::Change(turn.change()), regime, matter, scope).await?;
        let (entity, none) = (entity.clone(), (self.registry().ledger().profile().digest(b""), None));
        let mut candidacy = self.entered(actor, matter, ChosenAs::Entity, entity, &beside, none);
        // The matter itself is the application.
        candidacy.document = None;
        store::insert_candidacy(turn.change(), &candidacy).await
    }

    /// Takes an application back.
    pub async fn withdraw_candidacy(
        &self,
        actor: &Actor,
        id: &MatterId,
        organisation: &OrganisationId,
    ) -> Result<Verdict<()>> {
        let mut desk = self.desk(actor, id).await?;
        let at = self.visible(&desk, organisation)?;
        let candidacy = desk.candidacies.swap_remove(at);
        if desk.matter.kind != MatterKind::OperatorSelection {
            return Err(malformed("an admission is taken back by its move `withdraw`"));
        }
        let mut found = Vec::new();
        found.extend(desk.out_of_time(self, Stage::Checking, "an application is taken back before the evaluation"));
        found.extend(self.unless_answers(&desk, &candidacy, "an application is taken back by who made it"));
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(desk.turn, actor, "candidacy.refused", id.as_str(), reasons).await;
        }
        if !store::set_state(desk.turn.change(), &candidacy, CandidacyState::Withdrawn).await? {
            return Err(CaseworkError::Conflict { what: "the candidacy stands no more".to_owned() });
        }
        let event = Event::done(Some(actor), "candidacy.withdrawn", id.as_str());
        let event = event.facts(json!({ "organisation": organisation })).under(self.registry().regime());
        desk.turn.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// Which candidacy; what the actor may not see is not there. Upholds INVARIANT (sealed).
    pub(super) fn visible(&self, desk: &Desk, organisation: &OrganisationId) -> Result<usize> {
        let sees = *organisation == desk.known.organisation
            || is_runner(&desk.matter, &desk.known)
            || matter::sees_all(&desk.known);
        let at = desk.position(organisation).filter(|_| sees);
        at.ok_or_else(|| CaseworkError::Unknown { id: organisation.to_string() })
    }

    /// CAS-047: the applicant answers, or who entered it on its behalf.
    fn unless_answers(&self, desk: &Desk, candidacy: &Candidacy, what: &str) -> Option<Reason> {
        let own = &desk.known.organisation;
        let answers = [&candidacy.organisation, &candidacy.entered_for].contains(&own) && !desk.known.roles.is_empty();
        (!answers).then(|| desk.not_for_you(self, what))
    }

    /// Gives evidence for a condition; a verdict on what was there before falls. Says the
    /// version that a verdict names.
    pub async fn give_evidence(
        &self,
        actor: &Actor,
        id: &MatterId,
        organisation: &OrganisationId,
        given: Evidence,
    ) -> Result<Verdict<i64>> {
        let Evidence { code, document, title, dated, valid_until } = given;
        let today = self.registry().ledger().now().day();
        let mut faults = Vec::new();
        let chars = title.trim().chars().count();
        if !(1..=EVIDENCE_TITLE_CHARS_MAX).contains(&chars) || title.chars().any(char::is_control) {
            faults.push(format!("`title` has {chars} characters; it is 1 to {EVIDENCE_TITLE_CHARS_MAX}, on one line"));
        }
        if dated > today {
            faults.push("`dated` has not come".to_owned());
        }
        if valid_until.is_some_and(|last| last < dated) {
            faults.push("`valid_until` lies before `dated`".to_owned());
        }
        let answer = |by, at| Answer {
            document: Some(document),
            title: Some(title),
            dated: Some(dated),
            valid_until,
            is_clear: None,
            on: None,
            by,
            at,
        };
        self.answered(actor, id, organisation, (&code, ItemKind::Condition, faults), answer).await
    }

    /// Declares on a ground; a finding on what was declared before falls.
    pub async fn declare(
        &self,
        actor: &Actor,
        id: &MatterId,
        organisation: &OrganisationId,
        given: Declaration,
    ) -> Result<Verdict<i64>> {
        let Declaration { code, is_clear, on, document } = given;
        let faults = self.record_faults(is_clear, on);
        let answer = |by, at| Answer {
            document,
            title: None,
            dated: None,
            valid_until: None,
            is_clear: Some(is_clear),
            on,
            by,
            at,
        };
        self.answered(actor, id, organisation, (&code, ItemKind::Ground, faults), answer).await
    }

    /// A record has a day that has come; where there is none, it has none.
    fn record_faults(&self, is_clear: bool, on: Option<shuyu_model::Day>) -> Vec<String> {
        let today = self.registry().ledger().now().day();
        let fault = match (is_clear, on) {
            (true, Some(_)) => Some("`on` is the day of a record, and there is none"),
            (false, None) => Some("`on` is missing: the day of the record"),
            (false, Some(day)) if day > today => Some("`on` has not come"),
            _ => None,
        };
        fault.map(str::to_owned).into_iter().collect()
    }

    async fn answered(
        &self,
        actor: &Actor,
        id: &MatterId,
        organisation: &OrganisationId,
        (code, kind, mut faults): (&str, ItemKind, Vec<String>),
        answer: impl FnOnce(shuyu_model::id::PersonId, shuyu_model::Time) -> Answer,
    ) -> Result<Verdict<i64>> {
        let mut desk = self.desk(actor, id).await?;
        let at = self.visible(&desk, organisation)?;
        let candidacy = desk.candidacies.swap_remove(at);
        let item = self.item(&candidacy, code, kind, &mut faults)?;
        let mut found = Vec::new();
        found.extend(desk.out_of_time(self, Stage::Checking, "an answer comes before the evaluation"));
        found.extend(self.unless_answers(&desk, &candidacy, "an applicant answers for itself"));
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(desk.turn, actor, "candidacy.refused", id.as_str(), reasons).await;
        }
        let answer = answer(actor.person.clone(), desk.turn.change().now());
        let digest = answer.document;
        // Upholds INVARIANT (seen is judged).
        let version = item.version.saturating_add(1);
        let item = Item { version, answer: Some(answer), finding: None, ..item };
        store::update_item(desk.turn.change(), &candidacy, &item).await?;
        let facts = json!({ "organisation": organisation, "code": code, "kind": kind, "version": version });
        let event = Event::done(Some(actor), "candidacy.answered", id.as_str()).facts(facts);
        let event = event.digests(None, digest).under(self.registry().regime());
        desk.turn.commit(event.citing(&item.clause)).await?;
        Ok(Verdict::Allow(version))
    }

    fn item(&self, candidacy: &Candidacy, code: &str, kind: ItemKind, faults: &mut Vec<String>) -> Result<Item> {
        let item = candidacy.item(code).filter(|item| item.kind == kind);
        if item.is_none() {
            let known: Vec<&str> =
                candidacy.items.iter().filter(|item| item.kind == kind).map(|item| item.code.as_str()).collect();
            faults.push(format!("`code` is no {} that is asked; there are: {}", kind.word(), known.join(", ")));
        }
        if !candidacy.is_standing() {
            faults.push("the candidacy stands no more".to_owned());
        }
        match item {
            Some(item) if faults.is_empty() => Ok(item.clone()),
            _ => Err(CaseworkError::Malformed { faults: std::mem::take(faults) }),
        }
    }

    /// A verdict on a condition.
    pub async fn judge_condition(
        &self,
        actor: &Actor,
        id: &MatterId,
        organisation: &OrganisationId,
        given: Judgement,
    ) -> Result<Verdict<()>> {
        let Judgement { code, is_met, reason, seen_version } = given;
        let finding = Told { is_good: is_met, on: None, fine_fen: None, document: None, reason };
        self.found(actor, id, organisation, (&code, ItemKind::Condition, seen_version), finding).await
    }

    /// What was found about a ground.
    pub async fn find_ground(
        &self,
        actor: &Actor,
        id: &MatterId,
        organisation: &OrganisationId,
        given: Finding,
    ) -> Result<Verdict<()>> {
        let Finding { code, is_clear, on, fine_fen, document, reason, seen_version } = given;
        let mut faults = self.record_faults(is_clear, on);
        faults.extend(fine_fen.filter(|fine| *fine < 0).map(|_| "`fine_fen` is below 0".to_owned()));
        if !faults.is_empty() {
            return Err(CaseworkError::Malformed { faults });
        }
        let finding = Told { is_good: is_clear, on, fine_fen, document: Some(document), reason };
        self.found(actor, id, organisation, (&code, ItemKind::Ground, seen_version), finding).await
    }

    async fn found(
        &self,
        actor: &Actor,
        id: &MatterId,
        organisation: &OrganisationId,
        (code, kind, seen_version): (&str, ItemKind, i64),
        told: Told,
    ) -> Result<Verdict<()>> {
        let Told { is_good, on, fine_fen, document, reason } = told;
        let mut desk = self.desk(actor, id).await?;
        let at = self.visible(&desk, organisation)?;
        let candidacy = desk.candidacies.swap_remove(at);
        let mut faults = Vec::new();
        let chars = reason.trim().chars().count();
        if !(REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&chars) {
            faults
                .push(format!("`reason` has {chars} characters; say why in {REASON_CHARS_MIN} to {REASON_CHARS_MAX}"));
        }
        let item = self.item(&candidacy, code, kind, &mut faults)?;
        if item.version != seen_version {
            return Err(CaseworkError::Stale { version: item.version });
        }
        let mut against = Vec::new();
        against.extend(desk.out_of_time(self, Stage::Running, "a verdict is given while the matter runs"));
        against.extend(desk.unless_runner(self, "a verdict is given by people of the body that runs the matter"));
        against.extend(self.tied(&desk, &candidacy, &item));
        against.extend(self.against_fine(desk.chosen_as, &item, is_good, fine_fen));
        if is_good && kind == ItemKind::Condition && item.answer.is_none() {
            let what = format!("there is no evidence for `{code}` ({}) that could be judged", item.what);
            let instead = "wait for the evidence, or judge that it is not met";
            against.push(Reason::new(reasons::ITEM_UNANSWERED, what, &item.clause, instead));
        }
        if let Some(reasons) = Reasons::new(against) {
            return self.refuse(desk.turn, actor, "candidacy.refused", id.as_str(), reasons).await;
        }
        let found =
            Found { is_good, on, fine_fen, document, reason, by: actor.person.clone(), at: desk.turn.change().now() };
        let item = Item { finding: Some(found), ..item };
        store::update_item(desk.turn.change(), &candidacy, &item).await?;
        let facts = json!({
            "organisation": organisation, "code": code, "kind": kind, "is_good": is_good, "on": on,
            "version": item.version,
        });
        let before = item.answer.as_ref().and_then(|answer| answer.document);
        let event = Event::done(Some(actor), "candidacy.judged", id.as_str()).facts(facts);
        let event = event.digests(before, document).under(self.registry().regime());
        desk.turn.commit(event.citing(&item.clause)).await?;
        Ok(Verdict::Allow(()))
    }

    /// CAS-046. Upholds INVARIANT (apart).
    fn tied(&self, desk: &Desk, candidacy: &Candidacy, item: &Item) -> Option<Reason> {
        let person = &desk.known.person;
        let is_own = candidacy.organisation == desk.known.organisation;
        let has_answered = item.answer.as_ref().is_some_and(|answer| answer.by == *person);
        (is_own || has_answered || candidacy.entered_by == *person).then(|| {
            let what = match is_own {
                true => "you are of the applicant",
                false => "you entered the applicant or what it answered",
            };
            Reason::new(reasons::REVIEWER_TIED, what, &item.clause, "leave it to a colleague who had no part in it")
        })
    }

    /// Asks in a selection for more than the document does.
    pub async fn add_condition(&self, actor: &Actor, id: &MatterId, new: NewCondition) -> Result<Verdict<()>> {
        let mut desk = self.desk(actor, id).await?;
        if desk.matter.kind != MatterKind::OperatorSelection {
            return Err(malformed("an operator asks for more in every admission, not in one"));
        }
        let mut found = Vec::new();
        found.extend(desk.unless_runner(self, "conditions are added by who runs the selection"));
        if !matches!(desk.matter.state, "planned" | "announced") || !desk.candidacies.is_empty() {
            let what = "a condition is added before the first application";
            let clause = self.registry().regime().cite_clause(&desk.matter.rules.source);
            found.push(Reason::new(reasons::OUT_OF_TIME, what, clause, "ask for it in the next selection"));
        }
        let regime = self.registry().regime();
        let beside = sheet::beside(&mut Book::Change(desk.turn.change()), regime, &desk.matter, id.as_str()).await?;
        self.added(&beside, desk.chosen_as, &new, &mut found)?;
        self.commit_added(desk.turn, actor, id.as_str(), new, found).await
    }

    /// Asks, as an operator, every entity that applies from now on for more than the
    /// document does.
    pub async fn add_admission_condition(&self, actor: &Actor, new: NewCondition) -> Result<Verdict<()>> {
        let mut turn = self.registry().turn().await?;
        let known = self.known(&mut turn, actor).await?;
        let (mut found, regime) = (Vec::new(), self.registry().regime());
        if !known.is(Role::Operator) {
            let what = "conditions of admission are added by an operator, for those whom it admits";
            let clause = regime.cite_role(Role::Operator);
            found.push(Reason::new(reasons::NOT_THEIRS, what, clause, "leave it to the operator"));
        }
        let scope = actor.organisation.to_string();
        let own = store::own_conditions(&mut Book::Change(turn.change()), &scope).await?;
        self.added(&Beside { own, ..Beside::default() }, ChosenAs::Entity, &new, &mut found)?;
        self.commit_added(turn, actor, &scope, new, found).await
    }

    /// What speaks against one more condition.
    fn added(&self, beside: &Beside, chosen_as: ChosenAs, new: &NewCondition, found: &mut Vec<Reason>) -> Result<()> {
        let regime = self.registry().regime();
        let own = &beside.own;
        let mut faults = Vec::new();
        if !is_key(&new.code) || new.code.len() > CODE_BYTES_MAX {
            faults.push(format!("`code` is 1 to {CODE_BYTES_MAX} lower-case letters, digits or `_`"));
        }
        let chars = new.what.trim().chars().count();
        if !(1..=EVIDENCE_TITLE_CHARS_MAX).contains(&chars) || new.what.chars().any(char::is_control) {
            faults.push(format!("`what` has {chars} characters; it is 1 to {EVIDENCE_TITLE_CHARS_MAX}, on one line"));
        }
        if own.len() >= sheet::OWN_CONDITIONS_MAX {
            faults.push(format!("there are {} conditions beside the document's", own.len()));
        }
        if !faults.is_empty() {
            return Err(CaseworkError::Malformed { faults });
        }
        if sheet::of(regime, chosen_as, beside).iter().any(|item| item.code == new.code) {
            return Err(CaseworkError::Conflict { what: format!("`{}` is asked already", new.code) });
        }
        if !sheet::asks(regime, chosen_as).own.is_some_and(|own| own.value) {
            let what = "the document lists the conditions and lets nobody add to them";
            let clause = regime.cite_clause("setting");
            found.push(Reason::new(reasons::NOT_THEIRS, what, clause, "judge by the document's own conditions"));
        }
        Ok(())
    }

    async fn commit_added(
        &self,
        mut turn: Turn,
        actor: &Actor,
        scope: &str,
        new: NewCondition,
        found: Vec<Reason>,
    ) -> Result<Verdict<()>> {
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "candidacy.refused", scope, reasons).await;
        }
        store::insert_own(turn.change(), scope, &new, &actor.person).await?;
        let event = Event::done(Some(actor), "condition.added", scope).facts(json!({ "code": new.code }));
        turn.commit(event.under(self.registry().regime())).await?;
        Ok(Verdict::Allow(()))
    }
}

/// What a reviewer says of one item.
struct Told {
    is_good: bool,
    on: Option<shuyu_model::Day>,
    fine_fen: Option<i64>,
    document: Option<Digest>,
    reason: String,
}

fn bid_fault(bid: Bid) -> Option<String> {
    let sum = [bid.owner_per_mille, bid.operator_per_mille, bid.processor_per_mille].map(u32::from).iter().sum::<u32>();
    (sum != 1000).then(|| format!("the shares of `bid` sum to {sum} per mille, not to 1000"))
}
