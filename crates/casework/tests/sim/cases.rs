//! Cases: opened, signed, returned, submitted again, taken back, their copies filed.
//!
//! INVARIANT (four eyes): what is allowed here is expected of memory first, and memory
//! knows who wrote, opened and signed.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_casework::{CaseState, Opinion, Outcome, Said};
use shuyu_model::id::{CandidateId, CaseId, PersonId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::Body;
use shuyu_model::regime::{ProcedureKind, Step};
use shuyu_model::registration::RegistrationKind;
use shuyu_model::{Actor, Day, Digest, Role};
use shuyu_registry::testing::digest;
use shuyu_registry::{AgreementKind, AgreementState, ScenarioState};

use crate::city::City;
use crate::memory::{Case, Copy, Expect, Matter, Memory, Org, Thing, need};
use crate::registrations::Of;

/// What memory knows of a draft.
struct Draft {
    opener: Role,
    parties: BTreeMap<Role, Org>,
    authors: BTreeSet<PersonId>,
    digest: Digest,
    is_draft: bool,
    against: Vec<&'static str>,
}

impl Case {
    pub(crate) fn open_step(&self) -> Option<&Step> {
        self.steps.get(self.step).filter(|_| self.state == CaseState::Open)
    }

    fn party<'a>(&'a self, step: &'a Step) -> Option<&'a Org> {
        step.party.as_ref().or_else(|| self.parties.get(&step.by))
    }

    pub(crate) fn is_running(&self) -> bool {
        matches!(self.state, CaseState::Open | CaseState::Returned)
    }

    pub(crate) fn is_visible(&self, viewer: &Actor) -> bool {
        let own = &viewer.organisation;
        let signs = |step: &Step| viewer.is(step.by) && self.party(step).is_none_or(|party| party == own);
        self.opener == *own
            || self.parties.values().any(|party| party == own)
            || self.steps.iter().any(signs)
            || viewer.is(Role::Regulator)
            || viewer.is(Role::Supervisor)
    }
}

impl Memory {
    fn draft(&self, thing: &Thing, actor: &Actor, seen: Digest) -> Draft {
        match thing {
            Thing::Registration(of, kind) => {
                let application = self.applications.get(&(*of, *kind));
                let (holder, role) = self.holder(*of);
                let (opener, applicant) = application.map_or((role, holder), |a| (a.role, a.applicant.clone()));
                let mut authors = match of {
                    Of::Resource(at) => self.resources[*at].authors.clone(),
                    Of::Product(_) => BTreeSet::new(),
                };
                authors.extend(application.into_iter().flat_map(|application| application.authors.clone()));
                Draft {
                    opener,
                    parties: BTreeMap::from([(opener, applicant)]),
                    authors,
                    digest: self.seen.get(&(*of, *kind)).copied().unwrap_or(seen),
                    is_draft: (*kind == RegistrationKind::First) == self.standing(*of).is_none(),
                    against: self.against_deciding(*of, *kind),
                }
            }
            Thing::Agreement(at) => {
                let agreement = &self.agreements[*at];
                let (gives, gets) = match agreement.kind {
                    AgreementKind::Operator => (Role::Agency, Role::Operator),
                    AgreementKind::Development => (Role::Operator, Role::Entity),
                    AgreementKind::Processing => (Role::Agency, Role::Processor),
                };
                let parties = [(gives, agreement.grantor.clone()), (gets, agreement.grantee.clone())];
                Draft {
                    opener: gives,
                    parties: BTreeMap::from(parties),
                    authors: agreement.authors.clone(),
                    digest: agreement.digest,
                    is_draft: agreement.state == AgreementState::Draft,
                    against: self.against_agreement(agreement),
                }
            }
            Thing::Scenario(at) => {
                let scenario = &self.scenarios[*at];
                let agency = self.agreements[scenario.agreement].grantor.clone();
                Draft {
                    opener: Role::Operator,
                    parties: BTreeMap::from([(Role::Operator, scenario.operator.clone()), (Role::Agency, agency)]),
                    authors: scenario.authors.clone(),
                    digest: scenario.digest,
                    is_draft: scenario.state == ScenarioState::Draft,
                    against: self.against_scenario(scenario),
                }
            }
            // Known to the airlock only: it is what its opener says.
            Thing::Release(_) => Draft {
                opener: self.computes(actor),
                parties: [Role::Operator, self.computes(actor)].map(|role| (role, actor.organisation.clone())).into(),
                authors: BTreeSet::new(),
                digest: seen,
                is_draft: true,
                against: Vec::new(),
            },
        }
    }

    /// In which role somebody opens a release: where a processor computes, an operator opens
    /// none; where entities redevelop inside, they open their own.
    fn computes(&self, actor: &Actor) -> Role {
        let first = if self.regime.processor.is_some() { Role::Processor } else { Role::Operator };
        let inside = self.regime.workroom.entities_compute.value;
        if inside && !self.is(actor, first) && self.is(actor, Role::Entity) { Role::Entity } else { first }
    }

    fn kind_of(&self, thing: &Thing) -> ProcedureKind {
        match thing {
            Thing::Registration(of, kind) => kind.procedure(Self::registrable(*of)),
            Thing::Agreement(at) if self.agreements[*at].kind == AgreementKind::Operator => {
                ProcedureKind::OperatorAgreement
            }
            Thing::Agreement(_) => ProcedureKind::DevelopmentAgreement,
            Thing::Scenario(_) => ProcedureKind::Scenario,
            Thing::Release(_) => ProcedureKind::Release,
        }
    }

    /// The procedure's steps; of whoever provides the data to a scenario, one each.
    fn steps_of(&self, thing: &Thing) -> Vec<Step> {
        let steps = self.regime.procedure[&self.kind_of(thing)].steps.clone();
        let Thing::Scenario(at) = thing else { return steps };
        let fields = &self.scenarios[*at].fields;
        let sources: BTreeSet<Org> = fields.iter().map(|(at, _)| self.resources[*at].source.clone()).collect();
        let each = |step: Step| -> Vec<Step> {
            if step.by != Role::Source {
                return vec![step];
            }
            let numbered = sources.iter().enumerate().map(|(index, source)| Step {
                step: if index == 0 { step.step.clone() } else { format!("{}_{}", step.step, index + 1) },
                party: Some(source.clone()),
                ..step.clone()
            });
            numbered.collect()
        };
        steps.into_iter().flat_map(each).collect()
    }

    fn is_same(draft: &Draft, seen: Digest, found: &mut Vec<&'static str>) {
        need(draft.is_draft, "no draft any more", found);
        need(draft.digest == seen, "another digest", found);
    }

    fn against_signing(&self, case: &Case, actor: &Actor, step: &Step, opinion: &Opinion) -> Vec<&'static str> {
        let mut found = Vec::new();
        need(case.open_step().is_some_and(|open| open.step == step.step), "another step", &mut found);
        need(self.is(actor, step.by), "the role", &mut found);
        need(case.party(step).is_none_or(|party| *party == actor.organisation), "another party", &mut found);
        need(!case.authors.contains(&actor.person), "the author", &mut found);
        let has_signed = |(turn, name, person, _): &(i64, String, PersonId, Outcome)| {
            *turn == case.turn && *name == step.step && *person == actor.person
        };
        need(!case.signed.iter().any(has_signed), "signed before", &mut found);
        need(opinion.subject_digest == case.digest, "another digest", &mut found);
        self.against_registering(case, step, opinion.outcome, &mut found);
        need(!step.receipt || opinion.outcome == Outcome::Approve, "a receipt", &mut found);
        if opinion.outcome != Outcome::Approve {
            return found;
        }
        if let (Some(days), true) = (step.working_days_min, case.open_step().is_some_and(|o| o.step == step.step)) {
            need(self.calendar.after(case.step_opened, days).day < self.today(), "too early", &mut found);
        }
        need(step.evidence.is_none() || opinion.evidence.is_some(), "no document", &mut found);
        let about = [case.id.to_string(), self.id_of(&case.thing)];
        let is_risk = |matter: &&Matter| matter.kind == MatterKind::RiskReport && about.contains(&matter.subject);
        let is_held = self.matters.iter().filter(is_risk).any(|matter| !matter.is_ended());
        need(!is_held, "a risk is open", &mut found);
        let is_held = self.is_held_up(case.kind, &case.thing, Some(case.id.to_string()), case.parties.values());
        need(!is_held, "a check found something", &mut found);
        if !matches!(case.thing, Thing::Release(_)) {
            let draft = self.draft(&case.thing, actor, case.digest);
            Self::is_same(&draft, case.digest, &mut found);
            found.extend(draft.against);
        }
        found
    }

    /// What a signature that was allowed leads to.
    fn signed(&mut self, at: usize, step: &Step, actor: &Actor, outcome: Outcome) -> Option<(Day, Day)> {
        let today = self.today();
        let case = &mut self.cases[at];
        case.signed.push((case.turn, step.step.clone(), actor.person.clone(), outcome));
        case.version += 1;
        let turn = case.turn;
        let of_step = case.signed.iter().filter(|(of, name, ..)| *of == turn && *name == step.step);
        let outcomes: Vec<Outcome> = of_step.map(|(.., outcome)| *outcome).collect();
        if outcomes.len() < usize::from(step.signatures) {
            return None;
        }
        if outcomes.contains(&Outcome::Refuse) {
            case.state = CaseState::Refused;
        } else if outcomes.contains(&Outcome::Return) {
            case.state = CaseState::Returned;
        } else if case.step + 1 < case.steps.len() {
            case.step += 1;
            case.step_opened = today;
        } else {
            case.state = CaseState::Approved;
            return self.enacted(at);
        }
        None
    }

    /// Gives the days of what was registered.
    fn enacted(&mut self, at: usize) -> Option<(Day, Day)> {
        let today = self.today();
        let files = &self.regime.procedure[&self.cases[at].kind].file;
        let copy = |(file, to): (&shuyu_model::regime::Filing, Body)| Copy {
            filer: None,
            version: 0,
            to,
            due: self.calendar.after(today, file.working_days_max.value).day,
            filed: None,
        };
        let copies: Vec<Copy> =
            files.iter().flat_map(|file| file.recipients().map(move |to| (file, to))).map(copy).collect();
        self.cases[at].copies = copies;
        match self.cases[at].thing {
            Thing::Registration(of, kind) => return self.registered(of, kind),
            Thing::Agreement(of) => {
                self.agreements[of].state = AgreementState::InForce;
                // Concluded while its grantee's rights rest, it begins at rest.
                let (grantee, id) = (self.agreements[of].grantee.to_string(), self.agreements[of].id.to_string());
                let by: Vec<usize> = self.held.iter().filter(|(held, _)| *held == grantee).map(|(_, by)| *by).collect();
                self.held.extend(by.into_iter().map(|by| (id.clone(), by)));
            }
            Thing::Scenario(of) => self.scenarios[of].state = ScenarioState::Approved,
            Thing::Release(_) => {}
        }
        None
    }
}

impl City {
    /// A draft without a running case; mostly.
    fn drawn_thing(&mut self) -> Option<Thing> {
        if self.dice.chance(15) {
            return Some(Thing::Release(self.town.ledger().new_id::<CandidateId>().to_string()));
        }
        let is_strict = self.dice.chance(90);
        let memory = &self.memory;
        let mut things = Vec::new();
        let waits = |(of, kind): &(Of, RegistrationKind)| (Thing::Registration(*of, *kind), true);
        things.extend(memory.applications.keys().map(waits));
        let first = |at| (Thing::Registration(Of::Resource(at), RegistrationKind::First), is_strict);
        things.extend((0..memory.resources.len()).map(first).filter(|_| !is_strict));
        let is_draft = |state| state == AgreementState::Draft;
        things.extend(memory.agreements.iter().enumerate().map(|(at, a)| (Thing::Agreement(at), is_draft(a.state))));
        let is_draft = |state| state == ScenarioState::Draft;
        things.extend(memory.scenarios.iter().enumerate().map(|(at, s)| (Thing::Scenario(at), is_draft(s.state))));
        let is_free = |thing: &Thing| {
            let id = memory.id_of(thing);
            !memory.cases.iter().any(|case| memory.id_of(&case.thing) == id && case.is_running())
        };
        let chosen = things.into_iter().filter(|(thing, is_draft)| !is_strict || (*is_draft && is_free(thing)));
        let chosen: Vec<Thing> = chosen.map(|(thing, _)| thing).collect();
        self.dice.pick(&chosen)
    }

    pub(crate) async fn open_case(&mut self) {
        let Some(thing) = self.drawn_thing() else { return };
        if let Thing::Registration(of, kind) = thing {
            self.seen(of, kind).await;
        }
        let subject = self.memory.id_of(&thing);
        let other = digest(self.town.ledger(), &format!("seen {}", self.step));
        if self.dice.chance(85) {
            self.choose_operator(&thing).await;
            self.assess_operator(&thing).await;
        }
        let nobody = &self.town.bank[0].clone();
        let mut seen = self.memory.draft(&thing, nobody, other).digest;
        if self.dice.chance(4) {
            seen = other;
        }
        let draft = self.memory.draft(&thing, nobody, seen);
        let party = draft.parties.get(&draft.opener).cloned().filter(|_| !matches!(thing, Thing::Release(_)));
        let (_, actor) = self.drawn_actor(draft.opener, party.as_ref(), &[], 92);
        let ran = self.drawn_actor(Role::Operator, None, &[], 100).1.person;
        let authors = if matches!(thing, Thing::Release(_)) { vec![ran] } else { Vec::new() };
        let draft = self.memory.draft(&thing, &actor, seen);
        let mut found = draft.against.clone();
        self.memory.unselected(&thing, &mut found);
        if let Thing::Agreement(at) = &thing {
            let new = &self.memory.agreements[*at];
            if new.kind == AgreementKind::Operator {
                self.memory.unassessed(Some(&new.grantee), Some(new), &mut found);
            }
        }
        need(self.memory.is(&actor, draft.opener), "the opener's role", &mut found);
        let is_party = draft.parties.get(&draft.opener).is_none_or(|party| *party == actor.organisation);
        need(is_party, "the opener's party", &mut found);
        Memory::is_same(&draft, seen, &mut found);
        let is_running =
            self.memory.cases.iter().any(|case| self.memory.id_of(&case.thing) == subject && case.is_running());
        need(!is_running, "running", &mut found);
        let kind = self.memory.kind_of(&thing);
        let is_held = self.memory.is_held_up(kind, &thing, None, draft.parties.values());
        need(!is_held, "a check found something", &mut found);
        self.says(&actor, format!("opens a {} case on {thing:?}", kind.word()));
        let result = self.casework.open(&actor, kind, subject, seen, authors.clone()).await;
        let Some(id) = self.judged(Expect::decided(found), 1, result).await else { return };
        let mut all = draft.authors;
        all.extend(authors);
        all.insert(actor.person.clone());
        let case = Case {
            id,
            kind,
            steps: self.memory.steps_of(&thing),
            state: CaseState::Open,
            turn: 1,
            step: 0,
            step_opened: self.memory.today(),
            version: 1,
            opener: actor.organisation.clone(),
            opener_role: draft.opener,
            parties: draft.parties,
            authors: all,
            digest: draft.digest,
            signed: Vec::new(),
            copies: Vec::new(),
            objections: Vec::new(),
            thing,
        };
        self.memory.cases.push(case);
    }

    fn drawn_case(&mut self, is_of: impl Fn(&Case) -> bool) -> Option<usize> {
        let is_strict = self.dice.chance(95);
        let cases = self.memory.cases.iter().enumerate();
        let chosen: Vec<usize> = cases.filter(|(_, case)| !is_strict || is_of(case)).map(|(at, _)| at).collect();
        // Some are stuck for good, with nobody left who may sign: mostly the newest.
        let newest = if self.dice.chance(80) { chosen.len().saturating_sub(8) } else { 0 };
        self.dice.pick(&chosen[newest..])
    }

    pub(crate) async fn sign(&mut self) {
        let Some(at) = self.drawn_case(|case| case.state == CaseState::Open) else { return };
        let case = &self.memory.cases[at];
        let (id, steps) = (case.id.clone(), case.steps.clone());
        let mut step = steps[case.step].clone();
        let party = case.party(&step).cloned();
        let mut avoid: Vec<PersonId> = case.authors.iter().cloned().collect();
        let own = case.signed.iter().filter(|(turn, name, ..)| *turn == case.turn && *name == step.step);
        avoid.extend(own.map(|(_, _, person, _)| person.clone()));
        let mut seen = case.digest;
        let version = case.version;
        if self.dice.chance(4) {
            step = self.dice.pick(&steps).unwrap();
        }
        if self.dice.chance(3) {
            seen = digest(self.town.ledger(), "something else");
        }
        if let Thing::Registration(of, kind) = self.memory.cases[at].thing {
            self.seen(of, kind).await;
        }
        let (_, actor) = self.drawn_actor(step.by, party.as_ref(), &avoid, 90);
        let outcome = match self.dice.below(100) {
            0..94 => Outcome::Approve,
            94..98 => Outcome::Return,
            _ => Outcome::Refuse,
        };
        let reason = if self.dice.chance(2) { "ok" } else { "looked at all of it" };
        let evidence = self.dice.chance(93).then(|| digest(self.town.ledger(), "minutes"));
        let findings = step.findings.iter().map(|key| (key.clone(), true)).collect();
        let (reason, said) = (reason.to_owned(), Said { findings, ..Said::default() });
        let number = Some("备〔2026〕1号".to_owned());
        let opinion = Opinion { outcome, reason, evidence, number, subject_digest: seen, defects: vec![], said };
        let named = [None, Some(version), Some(version - 1)][[0, 0, 0, 0, 1, 1, 1, 1, 1, 2][self.dice.below(10)]];
        let expect = if opinion.reason == "ok" {
            Expect::mistake("no reason")
        } else if named.is_some_and(|named| named != version) {
            Expect::mistake("an older version")
        } else {
            let case = &self.memory.cases[at];
            Expect::decided(self.memory.against_signing(case, &actor, &step, &opinion))
        };
        self.says(&actor, format!("signs {} of case {at}: {}", step.step, outcome.word()));
        let result = self.casework.sign_if(&actor, &id, &step.step, opinion, named).await;
        let Some(state) = self.judged(expect, 1, result).await else { return };
        let issued = self.memory.signed(at, &step, &actor, outcome);
        let expected = self.memory.cases[at].state;
        self.holds(state == expected, || format!("the case is {state:?}, not {expected:?}"));
        if state == CaseState::Approved {
            self.registered(at, issued).await;
            self.decided(at, &id).await;
        }
    }

    /// INVARIANT (four eyes), on what the station itself says of a decision.
    async fn decided(&mut self, at: usize, id: &CaseId) {
        let decision = self.casework.decision(id).await.unwrap().unwrap();
        let case = &self.memory.cases[at];
        let signers: Vec<&PersonId> = decision.signers().iter().map(|signature| &signature.person).collect();
        let needed: usize = case.steps.iter().map(|step| usize::from(step.signatures)).sum();
        self.holds(signers.len() == needed, || format!("{} signatures, not {needed}", signers.len()));
        let is_apart = signers.iter().all(|signer| !case.authors.contains(signer));
        self.holds(is_apart, || "an author signed".to_owned());
    }

    pub(crate) async fn resubmit(&mut self) {
        let Some(at) = self.drawn_case(|case| case.state == CaseState::Returned) else { return };
        let case = &self.memory.cases[at];
        let (id, thing, role, opener) = (case.id.clone(), case.thing.clone(), case.opener_role, case.opener.clone());
        let nobody = self.town.bank[0].clone();
        let before = case.digest;
        if let Thing::Registration(of, kind) = thing {
            if self.dice.chance(80) {
                // Whatever was told is mended first; that is an act of its own.
                return self.applies(of, kind).await;
            }
            self.seen(of, kind).await;
        }
        let mut seen = self.memory.draft(&thing, &nobody, before).digest;
        if self.dice.chance(5) {
            seen = digest(self.town.ledger(), "something else");
        }
        let (_, actor) = self.drawn_actor(role, Some(&opener), &[], 90);
        let case = &self.memory.cases[at];
        let mut found = Vec::new();
        need(case.state == CaseState::Returned, "not returned", &mut found);
        need(self.memory.is(&actor, role) && actor.organisation == opener, "not the opener", &mut found);
        let draft = self.memory.draft(&thing, &actor, case.digest);
        Memory::is_same(&draft, seen, &mut found);
        found.extend(draft.against.iter().copied());
        self.says(&actor, format!("submits case {at} again"));
        let result = self.casework.resubmit(&actor, &id, seen).await;
        let Some(state) = self.judged(Expect::decided(found), 1, result).await else { return };
        self.holds(state == CaseState::Open, || format!("the case is {state:?}"));
        let today = self.memory.today();
        let case = &mut self.memory.cases[at];
        case.state = CaseState::Open;
        case.turn += 1;
        case.version += 1;
        case.step = 0;
        case.step_opened = today;
        case.digest = seen;
        case.authors.extend(draft.authors);
        case.authors.insert(actor.person);
    }

    pub(crate) async fn withdraw_case(&mut self) {
        let Some(at) = self.drawn_case(Case::is_running) else { return };
        let case = &self.memory.cases[at];
        let (id, role, opener) = (case.id.clone(), case.opener_role, case.opener.clone());
        let (_, actor) = self.drawn_actor(role, Some(&opener), &[], 80);
        let case = &self.memory.cases[at];
        let mut found = Vec::new();
        let is_author = case.authors.contains(&actor.person) && self.memory.is(&actor, role);
        need(is_author, "not its author", &mut found);
        need(case.is_running(), "it has ended", &mut found);
        self.says(&actor, format!("takes case {at} back"));
        let result = self.casework.withdraw(&actor, &id, "not needed any more").await;
        let Some(state) = self.judged(Expect::decided(found), 1, result).await else { return };
        self.holds(state == CaseState::Withdrawn, || format!("the case is {state:?}"));
        self.memory.cases[at].state = CaseState::Withdrawn;
        self.memory.cases[at].version += 1;
    }

    pub(crate) async fn file_case(&mut self) {
        let Some(at) = self.drawn_case(|case| case.copies.iter().any(|copy| copy.filed.is_none())) else { return };
        let case = &self.memory.cases[at];
        let (id, role, opener) = (case.id.clone(), case.opener_role, case.opener.clone());
        let open = case.copies.iter().find(|copy| copy.filed.is_none()).or(case.copies.first());
        let to = open.map_or(Body::Regulator, |copy| copy.to);
        let (_, actor) = self.drawn_actor(role, Some(&opener), &[], 85);
        let case = &self.memory.cases[at];
        let copy = case.copies.iter().find(|copy| copy.to == to);
        let is_filer = actor.organisation == opener && self.memory.is(&actor, role);
        let expect = match copy {
            _ if !is_filer => Expect::decided(vec!["not the filer"]),
            None => Expect::mistake("nothing to file"),
            Some(copy) if copy.filed.is_some() => Expect::mistake("filed before"),
            Some(_) => Expect::decided(Vec::new()),
        };
        self.says(&actor, format!("files a copy of case {at}"));
        let result = self.casework.file(&actor, &id, to, Some(digest(self.town.ledger(), "receipt"))).await;
        if self.judged(expect, 1, result).await.is_some() {
            let now = self.memory.now;
            self.memory.cases[at].copies.iter_mut().find(|copy| copy.to == to).unwrap().filed = Some(now);
        }
    }
}
