//! Casework opened: opening cases, looking at them, and reading decisions.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{CaseId, OrganisationId, PersonId, ScenarioId};
use shuyu_model::regime::{Procedure, ProcedureKind};
use shuyu_model::{Actor, Calendar, Digest, Reason, Reasons, Role, Verdict};
use shuyu_registry::page::PAGE_ITEMS_MAX;
use shuyu_registry::{Listing, Page, Registry, Subject, Turn};

use crate::case::{Case, day_text, for_each};
use crate::held::About;
use crate::states::CaseState;
use crate::store::{self, Book};
use crate::{CaseView, CaseworkError, Decision, InboxItem, gates, reasons, view};

type Result<T> = std::result::Result<T, CaseworkError>;

/// Casework. Clones are the same one.
#[derive(Clone)]
pub struct Casework {
    registry: Registry,
    calendar: Arc<Calendar>,
}

/// A result that asks to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRelease {
    /// The candidate's id.
    pub subject: String,
    /// What people call it.
    pub title: String,
    /// Of its bytes.
    pub subject_digest: Digest,
    /// Who ran it or had part in it: none of them signs.
    pub authors: Vec<PersonId>,
    /// For whom it was computed.
    pub operator: OrganisationId,
    /// For which scenario.
    pub scenario: ScenarioId,
}

/// What the registry does not know of a case that is opened.
struct Of {
    operator: OrganisationId,
    title: String,
    scenario: Option<ScenarioId>,
}

/// The longest subject, in bytes: an id.
const SUBJECT_BYTES_MAX: usize = 100;

impl Casework {
    /// Casework over this registry, counting days by this calendar.
    pub fn new(registry: Registry, calendar: Arc<Calendar>) -> Self {
        Self { registry, calendar }
    }

    /// The registry.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The calendar.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    fn procedure(&self, kind: ProcedureKind) -> Result<&Procedure> {
        // `Regime::parse` asks for every procedure; only a regime made by hand lacks one.
        self.registry.regime().procedure.get(&kind).ok_or_else(|| CaseworkError::Malformed {
            faults: vec![format!("the rules have no procedure `{}`", kind.word())],
        })
    }

    /// The actor with the roles that they hold now, not those they came with.
    pub(crate) async fn known(&self, turn: &mut Turn, actor: &Actor) -> Result<Actor> {
        let known = self.registry.actor_in(turn, &actor.person).await?;
        let held = |role: &Role| {
            known.as_ref().is_some_and(|known| known.organisation == actor.organisation && known.is(*role))
        };
        Ok(Actor { roles: actor.roles.iter().copied().filter(held).collect(), ..actor.clone() })
    }

    /// Writes a refusal down in the turn in which it was found.
    pub(crate) async fn refuse<T>(
        &self,
        turn: Turn,
        actor: &Actor,
        action: &'static str,
        object: &str,
        reasons: Reasons,
    ) -> Result<Verdict<T>> {
        turn.commit(shuyu_registry::refusal(self.registry.regime(), actor, action, object, &reasons)).await?;
        Ok(Verdict::Refuse(reasons))
    }

    /// Opens a case on a draft. `subject_digest` is what the opener saw; `authors`
    /// are people who made the subject beside those whom the registry knows (for a
    /// release: who ran the job). None of them, nor the opener, can sign.
    pub async fn open(
        &self,
        actor: &Actor,
        kind: ProcedureKind,
        subject: impl Into<String>,
        subject_digest: Digest,
        authors: Vec<PersonId>,
    ) -> Result<Verdict<CaseId>> {
        let subject = subject.into();
        let scenario = ScenarioId::parse(&subject).ok().filter(|_| kind == ProcedureKind::Scenario);
        let of = Of { operator: actor.organisation.clone(), title: subject.clone(), scenario };
        self.open_for(actor, kind, subject, subject_digest, authors, of).await
    }

    /// Opens the case of a release that was computed for `operator`: by itself, or
    /// where the document has a processor apart, by that.
    pub async fn open_release(&self, actor: &Actor, new: NewRelease) -> Result<Verdict<CaseId>> {
        let NewRelease { subject, title, subject_digest, authors, operator, scenario } = new;
        let of = Of { operator, title, scenario: Some(scenario) };
        self.open_for(actor, ProcedureKind::Release, subject, subject_digest, authors, of).await
    }

    async fn open_for(
        &self,
        actor: &Actor,
        kind: ProcedureKind,
        subject: String,
        subject_digest: Digest,
        authors: Vec<PersonId>,
        of: Of,
    ) -> Result<Verdict<CaseId>> {
        if subject.is_empty() || subject.len() > SUBJECT_BYTES_MAX {
            return Err(CaseworkError::Malformed { faults: vec!["`subject` is no id".to_owned()] });
        }
        let procedure = self.procedure(kind)?.clone();
        let mut turn = self.registry.turn().await?;
        let known = self.known(&mut turn, actor).await?;
        let draft = self.registry.subject_in(&mut turn, kind, &subject).await?;
        let regime = self.registry.regime();
        let in_role = regime.computing_roles().iter().copied().find(|role| known.is(*role));
        let computes = in_role.unwrap_or_else(|| regime.computing_role());
        let Of { operator, title, scenario } = of;
        let draft = draft.unwrap_or_else(|| release(&known, computes, operator, title, subject_digest));
        let mut found = Vec::new();
        if kind == ProcedureKind::Release {
            found.extend(self.registry.against_release_in(&mut turn, &known.organisation).await?);
        }
        found.extend(draft.against.iter().cloned());
        found.extend(self.against_unselected(&mut turn, kind, &subject, &draft).await?);
        found.extend(self.gates(&mut turn, kind, &subject).await?);
        let parties = draft.parties.values().collect();
        let about = About { kind, ids: &[&subject], scenario: scenario.as_ref(), parties };
        found.extend(self.held_by_checks(&mut turn, &about).await?);
        let ground = self.agreement_rests_on(&mut turn, kind, &subject).await?;
        found.extend(ground.against);
        self.may_open(&procedure, &draft, &known, &mut found);
        self.is_same(&procedure, &draft, subject_digest, &mut found);
        if let Some(running) = store::running(turn.change(), &subject).await? {
            found.push(self.reason(
                &procedure,
                reasons::RUNNING,
                format!("the case {running} on it has not ended"),
                "go on with that one",
            ));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "case.open_refused", &subject, reasons).await;
        }
        let procedure = for_each(procedure, &draft.each);
        let case = Case { scenario, ..self.opened(actor, kind, procedure, subject, draft, authors) };
        store::insert_case(turn.change(), &case).await?;
        self.rested_on(&mut turn, &ground.rests_on, case.id.as_str()).await?;
        let facts = json!({
            "procedure": case.kind, "subject": case.subject, "step": case.open_step().map(|step| &step.step),
            "earliest": day_text(case.earliest(&self.calendar)), "due": day_text(case.due(&self.calendar)), "rests_on": ground.rests_on,
        });
        let event = Event::done(Some(actor), "case.opened", case.id.as_str()).facts(facts);
        let event = event.digests(None, Some(case.subject_digest)).under(self.registry.regime());
        turn.commit(event.citing(self.registry.regime().cite_clause(&case.procedure.source))).await?;
        Ok(Verdict::Allow(case.id))
    }

    /// What must be in force elsewhere for a case of this kind on this subject.
    pub(crate) async fn gates(&self, turn: &mut Turn, kind: ProcedureKind, subject: &str) -> Result<Vec<Reason>> {
        let regime = self.registry.regime();
        match kind {
            ProcedureKind::OperatorAgreement | ProcedureKind::AgreementAmendment => {
                let agreement = self.registry.decided_agreement_in(turn, subject).await?;
                let mut found = gates::scheme::against(turn, regime, &agreement).await?;
                found.extend(gates::agreement::against_term(regime, &agreement));
                found.extend(self.against_targets(&agreement));
                Ok(found)
            }
            ProcedureKind::Scenario => {
                let scenario = self.registry.scenario_in(turn, subject).await?;
                gates::scenario::against(turn, regime, &scenario).await
            }
            ProcedureKind::DistrictScheme => {
                let parent = self.registry.district_scheme_in(turn, subject).await?.parent.clone();
                let against = gates::scheme::against_parent(turn, regime, parent.as_ref()).await?;
                Ok(against.into_iter().collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    fn opened(
        &self,
        actor: &Actor,
        kind: ProcedureKind,
        procedure: Procedure,
        subject: String,
        draft: Subject,
        mut authors: Vec<PersonId>,
    ) -> Case {
        let now = self.registry.ledger().now();
        authors.extend(draft.authors);
        authors.push(actor.person.clone());
        authors.sort();
        authors.dedup();
        Case {
            id: self.registry.ledger().new_id(),
            kind,
            procedure,
            regime: self.registry.regime().stamp(),
            subject,
            subject_digest: draft.digest,
            title: draft.title,
            scenario: None,
            state: CaseState::Open,
            turn: 1,
            step: 0,
            step_opened_at: now,
            version: 1,
            opener: actor.organisation.clone(),
            opener_person: actor.person.clone(),
            opener_role: draft.opener,
            parties: draft.parties,
            authors,
            applicants: Vec::new(),
            opened_at: now,
            ended_at: None,
        }
    }

    /// A reason that rests on the procedure's own clause.
    pub(crate) fn reason(
        &self,
        procedure: &Procedure,
        code: &'static str,
        what: impl Into<String>,
        instead: &str,
    ) -> Reason {
        Reason::new(code, what, self.registry.regime().cite_clause(&procedure.source), instead)
    }

    /// CAS-011.
    pub(crate) fn may_open(&self, procedure: &Procedure, draft: &Subject, known: &Actor, found: &mut Vec<Reason>) {
        let is_party = draft.parties.get(&draft.opener).is_none_or(|party| *party == known.organisation);
        if !known.is(draft.opener) || !is_party {
            let what = format!("a case on this is opened by its {}", self.registry.regime().word(draft.opener));
            found.push(self.reason(procedure, reasons::NOT_THE_OPENER, what, "ask the organisation whose draft it is"));
        }
    }

    /// CAS-009, CAS-010: the draft is still the one that was looked at.
    pub(crate) fn is_same(&self, procedure: &Procedure, draft: &Subject, seen: Digest, found: &mut Vec<Reason>) {
        if !draft.is_draft {
            let what = "the subject is no draft any more";
            found.push(self.reason(procedure, reasons::SUBJECT_CHANGED, what, "there is nothing left to decide"));
        }
        if draft.digest != seen {
            let what = format!("you looked at {seen}; the subject is {}", draft.digest);
            found.push(self.reason(procedure, reasons::OTHER_DIGEST, what, "read the subject again"));
        }
    }

    /// A case, as this viewer may see it; `None` when it is none of their business.
    pub async fn case(&self, id: &CaseId, viewer: &Actor) -> Result<Option<CaseView>> {
        let mut book = Book::Ledger(self.registry.ledger());
        let case = match store::case(&mut book, id).await {
            Err(CaseworkError::Unknown { .. }) => return Ok(None),
            found => found?,
        };
        if !self.sight(viewer).await?.sees_case(&case) {
            return Ok(None);
        }
        let signed = store::signed(&mut book, id).await?;
        let filings = store::filings(&mut book, id).await?;
        let regime = self.registry.regime();
        let cite = |step: &shuyu_model::regime::Step| regime.cite_step(&case.procedure, step, "");
        let today = self.registry.ledger().now().day();
        let view = view::of_case(&case, &signed, filings, viewer, &self.calendar, cite, today);
        let remedies = if case.state == CaseState::Refused { regime.remedies_at_law() } else { Vec::new() };
        let on_it = self.matters_on(&mut book, id.as_str(), viewer).await?;
        Ok(Some(CaseView { remedies, matters_on_it: on_it, ..view }))
    }

    /// The cases on a subject, newest first.
    pub async fn cases_of(&self, subject: &str) -> Result<Vec<CaseId>> {
        store::cases_of(self.registry.ledger(), subject).await
    }

    /// What waits for this person, oldest first.
    pub async fn inbox(&self, actor: &Actor, page: &Page) -> Result<Listing<InboxItem>> {
        let items_max = page.items_max.clamp(1, PAGE_ITEMS_MAX);
        let after = page.after.as_deref().unwrap_or_default();
        let sight = self.sight(actor).await?;
        // One more than fits tells whether there is a next page.
        let (cases, total) =
            store::inbox(self.registry.ledger(), actor, sight.district(), after, items_max.saturating_add(1)).await?;
        let today = self.registry.ledger().now().day();
        let items: Vec<InboxItem> =
            cases.iter().take(items_max).map(|case| view::of_inbox(case, &self.calendar, today)).collect();
        let next = (cases.len() > items_max).then(|| items.last().map(|item| item.id.to_string())).flatten();
        Ok(Listing { items, next, total })
    }

    /// The decision that a case ended in, if it ended in one.
    pub async fn decision(&self, id: &CaseId) -> Result<Option<Decision>> {
        let mut book = Book::Ledger(self.registry.ledger());
        let case = store::case(&mut book, id).await?;
        if case.state != CaseState::Approved {
            return Ok(None);
        }
        let signed = store::signed(&mut book, id).await?;
        let what = "its signatures do not carry its state";
        let damaged = || CaseworkError::Damaged { id: id.to_string(), what: what.to_owned() };
        Decision::of(&case, &signed).ok_or_else(damaged).map(Some)
    }
}

/// A release is known to the airlock, not to the registry: it is what the opener
/// says it is, and never changes.
fn release(opener: &Actor, computes: Role, operator: OrganisationId, title: String, digest: Digest) -> Subject {
    Subject {
        digest,
        title,
        authors: Vec::new(),
        opener: computes,
        parties: BTreeMap::from([(Role::Operator, operator), (computes, opener.organisation.clone())]),
        each: BTreeMap::new(),
        is_draft: true,
        against: Vec::new(),
    }
}
