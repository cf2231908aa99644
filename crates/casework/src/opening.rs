//! Opening a matter: what it is about, what speaks against it, its first entry.
//!
//! INVARIANT (opened is written): the row, its first move, what it is asked and its event
//! are one change; a service that is stopped with the report is stopped in the same one.
//! INVARIANT (one way): whoever opens a matter, people, the public or the platform, it is
//! written by [`Casework::insert_opened`], and whom the rules name is told of it.
//! INVARIANT (unseen is unknown): what the actor may not see cannot be what a matter is
//! about, and is answered as if it were not there.
//!
//! Not here: what speaks against an opening (`matter/guards.rs`), and what comes after it
//! (`matters.rs`).

use std::collections::BTreeMap;

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{CaseId, MatterId, OrganisationId, PersonId};
use shuyu_model::matter::{MatterKind, Running, SubjectKind};
use shuyu_model::regime::{MatterRules, MoveRule, OPENING};
use shuyu_model::{Actor, Reason, Reasons, Role, Verdict};
use shuyu_registry::{MatterSubject, Turn};

use crate::candidacy::gates;
use crate::matter::guards::{self, Openers};
use crate::matter::{Begun, Facts, Matter, Moved, NewMatter, ROUND, discovery, sees_all, store};
use crate::matters::{Made, malformed};
use crate::store::Book;
use crate::{Casework, CaseworkError, assessment, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

/// The move that stops the service of an incident.
const STOPS: &str = "stop_service";

/// What is known of a subject, wherever it is kept.
pub(crate) struct MatterBase {
    pub(crate) organisation: Option<OrganisationId>,
    pub(crate) parties: BTreeMap<Role, OrganisationId>,
    pub(crate) authors: Vec<PersonId>,
    pub(crate) is_draft: bool,
}

/// Upholds INVARIANT (unseen is unknown) for what concerns its parties alone.
pub(crate) fn may_know(viewer: &Actor, subject: &MatterSubject) -> bool {
    let concerns = subject.concerns.as_ref();
    concerns.is_none_or(|concerns| concerns.contains(&viewer.organisation) || sees_all(viewer))
}

/// How a matter is opened.
pub(crate) struct Opening<'a> {
    /// Nobody where it is the platform.
    pub(crate) actor: Option<&'a Actor>,
    /// Why, where the platform opens it.
    pub(crate) reason: &'a str,
    /// The records that it rests on.
    pub(crate) cites: Vec<String>,
}

/// What an opening left behind.
pub(crate) struct Opened {
    /// The records that it rests on, with the rules on file.
    pub(crate) cites: Vec<String>,
    /// Who was told.
    pub(crate) told: Vec<OrganisationId>,
}

impl Casework {
    /// Opens a matter.
    pub async fn open_matter(&self, actor: &Actor, new: NewMatter) -> Result<Verdict<MatterId>> {
        let mut faults = new.faults();
        let rules = self.matter_rules(new.kind)?;
        let machine = new.kind.machine();
        let is_subject = SubjectKind::of(&new.subject).is_some_and(|kind| machine.subjects.contains(&kind));
        if !is_subject {
            let known: Vec<&str> = machine.subjects.iter().map(|kind| kind.prefix()).collect();
            faults.push(format!("`subject` is none of what such a matter is about: {}…", known.join("…, ")));
        }
        if new.kind == MatterKind::Complaint && new.counterparty.as_ref() == Some(&actor.organisation) {
            faults.push("`counterparty` is your own organisation".to_owned());
        }
        faults.extend(gates::fault_of_role(self.registry().regime(), &new));
        if !faults.is_empty() {
            return Err(CaseworkError::Malformed { faults });
        }
        let mut turn = self.registry().turn().await?;
        let subject = self.subject_of(&mut turn, actor, &new.subject).await?;
        let known = self.known(&mut turn, actor).await?;
        let cites = new.cites.clone();
        let cited = self.cited(&mut turn, Some(actor), &cites).await?;
        let is_draft = subject.is_draft;
        let mut matter = self.opened_matter(&mut turn, actor, new, rules, subject).await?;
        let openers = if matter.kind == MatterKind::Complaint { Openers::Anyone } else { Openers::Parties };
        let mut found = Vec::new();
        gates::against_method(self.registry().regime(), &matter, &mut found);
        found.extend(self.against_ground_of_scheme(&mut turn, &matter).await?);
        self.against_scheme_of_selection(&mut turn, &matter, &mut found).await?;
        let subject_roles = match &matter.subject_organisation {
            Some(organisation) => self.registry().roles_of_in(&mut turn, organisation).await?,
            None => Vec::new(),
        };
        let has_agreement = match &matter.subject_organisation {
            Some(other) => self.registry().have_agreement_in(&mut turn, &actor.organisation, other).await?,
            None => false,
        };
        let opened = guards::Opened { openers, subject_roles: &subject_roles, is_draft, has_agreement, cited: &cited };
        guards::against_opening(&self.asked(&known), &matter, &opened, &mut found);
        let held_by = self.against_assessment(&mut turn, &matter, (&subject_roles, &known), &mut found).await?;
        found.extend(self.is_running(&mut turn, &matter).await?);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "matter.refused", &matter.subject, reasons).await;
        }
        let opening = Opening { actor: Some(actor), reason: "", cites };
        let Opened { cites, told } = self.insert_opened(&mut turn, &matter, opening).await?;
        if let Some((held_by, indicators)) = held_by {
            let round = matter.facts.get(ROUND).and_then(|round| round.trim().parse().ok());
            assessment::store::insert_held_by(turn.change(), &matter.id, held_by, round).await?;
            assessment::store::insert_indicators(turn.change(), &matter.id, &indicators).await?;
        }
        if matter.kind == MatterKind::EntityOnboarding {
            self.enter_applicant(&mut turn, actor, &matter).await?;
        }
        let (is_stopped, after) = (self.stop_at_once(&mut turn, &known, &mut matter).await?, self.told(&matter.facts)?);
        let regime = self.registry().regime();
        let clause = regime.cite_clause(&matter.rules.source);
        let event = Event::done(Some(actor), "matter.opened", matter.id.as_str()).facts(json!({
            "kind": matter.kind, "subject": matter.subject, "counterparty": matter.counterparty,
            "state": matter.state, "keys": matter.facts.keys().collect::<Vec<_>>(),
            "due": matter.due.map(|due| due.day), "cites": cites, "told": told, "is_stopped": is_stopped,
        }));
        turn.commit(event.digests(None, Some(after)).under(regime).citing(clause)).await?;
        Ok(Verdict::Allow(matter.id))
    }

    /// Writes a matter and its opening, and tells whom the rules name; its event is for
    /// the caller to commit.
    pub(crate) async fn insert_opened(&self, turn: &mut Turn, matter: &Matter, opening: Opening<'_>) -> Result<Opened> {
        let Opening { actor, reason, cites } = opening;
        store::insert_matter(turn.change(), matter).await?;
        let cites = self.with_rules_on_file(turn, matter, OPENING, cites).await?;
        let moved = Moved {
            version: 1,
            by: OPENING.to_owned(),
            from: String::new(),
            to: matter.state.to_owned(),
            person: actor.map(|actor| actor.person.clone()),
            organisation: actor.map(|actor| actor.organisation.clone()),
            reason: reason.to_owned(),
            evidence: None,
            facts: matter.facts.clone(),
            cites,
            assignee: None,
            due_day: None,
            at: matter.opened_at,
        };
        store::insert_move(turn.change(), &matter.id, &moved).await?;
        let told = self.notify(turn, matter, OPENING).await?;
        Ok(Opened { cites: moved.cites, told })
    }

    /// Where the rules stop the service with the opening: whoever may, has stopped it.
    async fn stop_at_once(&self, turn: &mut Turn, known: &Actor, matter: &mut Matter) -> Result<bool> {
        if !matter.rules.at_once.as_ref().is_some_and(|at_once| at_once.value) {
            return Ok(false);
        }
        let machine = matter.machine();
        let rule = matter.rules.rule(machine, matter.state, STOPS).cloned();
        let leads = rule.zip(machine.transition(matter.state, STOPS));
        let may = |rule: &MoveRule| rule.by.0.iter().any(|maker| guards::is_maker(*maker, matter, known));
        let Some((rule, transition)) = leads.filter(|(rule, _)| may(rule)) else { return Ok(false) };
        let (reason, facts, cites) = ("stopped with the report 报告即停止服务", Facts::new(), Vec::new());
        let made = Made { actor: Some(known), reason, evidence: None, facts, due_day: None, cites, assignee: None };
        // Its entry is the opening's: one change, one event.
        self.advance(turn, matter, &rule, transition, made).await?;
        Ok(true)
    }

    pub(crate) async fn opened_matter(
        &self,
        turn: &mut Turn,
        actor: &Actor,
        new: NewMatter,
        rules: MatterRules,
        subject: MatterBase,
    ) -> Result<Matter> {
        let NewMatter { kind, subject: id, counterparty, title, mut facts, .. } = new;
        let MatterBase { organisation, mut parties, mut authors, .. } = subject;
        if let Some(counterparty) = &counterparty {
            let roles = self.registry().roles_of_in(turn, counterparty).await?;
            if kind == MatterKind::EntityOnboarding {
                if !roles.contains(&Role::Operator) {
                    return Err(malformed("`counterparty` is no operator"));
                }
                parties.insert(Role::Operator, counterparty.clone());
            }
        }
        if let Some(district) = self.chooses_itself(turn, kind, &actor.organisation).await? {
            parties.insert(Role::Regulator, district);
        }
        authors.push(actor.person.clone());
        authors.sort();
        authors.dedup();
        let at = self.registry().ledger().now();
        discovery::noted(kind, &mut facts, at);
        let begun = Begun {
            id: self.registry().ledger().new_id(),
            kind,
            rules,
            regime: self.registry().regime().stamp(),
            subject: id,
            subject_organisation: organisation,
            counterparty,
            title,
            opener: actor.organisation.clone(),
            opener_person: actor.person.clone(),
            parties,
            authors,
            facts,
        };
        Ok(Matter::begun(begun, at, self.calendar()))
    }

    /// Whether there is something of this id that the actor may see.
    pub(crate) async fn is_subject(&self, turn: &mut Turn, actor: &Actor, id: &str) -> Result<bool> {
        use shuyu_registry::RegistryError;
        match self.subject_of(turn, actor, id).await {
            Ok(_) => Ok(true),
            Err(
                CaseworkError::Unknown { .. }
                | CaseworkError::Malformed { .. }
                | CaseworkError::Registry(RegistryError::Unknown { .. } | RegistryError::Malformed { .. }),
            ) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What a matter is about. What the actor may not see is not there.
    async fn subject_of(&self, turn: &mut Turn, actor: &Actor, id: &str) -> Result<MatterBase> {
        if let Some(subject) = self.registry().matter_subject_in(turn, id).await? {
            if !may_know(actor, &subject) {
                return Err(CaseworkError::Unknown { id: id.chars().take(80).collect() });
            }
            let MatterSubject { organisation, parties, authors, is_draft, concerns: _ } = subject;
            return Ok(MatterBase { organisation: Some(organisation), parties, authors, is_draft });
        }
        let unknown = || CaseworkError::Unknown { id: id.chars().take(80).collect() };
        if let Ok(matter) = MatterId::parse(id) {
            let matter = store::matter(&mut Book::Change(turn.change()), &matter).await?;
            if !self.sight_in(turn, actor).await?.sees_matter(&matter) {
                return Err(unknown());
            }
            let history = store::moves(&mut Book::Change(turn.change()), &matter.id).await?;
            let movers = history.into_iter().filter_map(|moved| moved.person);
            return Ok(MatterBase {
                organisation: matter.subject_organisation,
                parties: matter.parties,
                // Who moved a matter decides no complaint about it.
                authors: movers.chain(matter.authors).collect(),
                is_draft: false,
            });
        }
        let case = CaseId::parse(id).map_err(|error| malformed(error.to_string()))?;
        let case = crate::store::case(&mut Book::Change(turn.change()), &case).await?;
        if !self.sight_in(turn, actor).await?.sees_case(&case) {
            return Err(unknown());
        }
        let signed = crate::store::signed(&mut Book::Change(turn.change()), &case.id).await?;
        let authors = signed.into_iter().map(|signed| signed.person).chain(case.authors).collect();
        Ok(MatterBase { organisation: Some(case.opener), parties: case.parties, authors, is_draft: false })
    }

    /// CAS-032.
    async fn is_running(&self, turn: &mut Turn, matter: &Matter) -> Result<Option<Reason>> {
        if matter.machine().running == Running::Many {
            return Ok(None);
        }
        let same = store::running(turn.change(), matter).await?;
        Ok(same.map(|id| {
            let what = format!("the matter {id} on it has not ended");
            let clause = self.registry().regime().cite_clause(&matter.rules.source);
            Reason::new(reasons::MATTER_RUNNING, what, clause, "go on with that one")
        }))
    }
}
