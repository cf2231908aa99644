//! Registrations: applied for, noticed, objected to, renewed or lapsed, revoked; and
//! products, which are delivered on a registration only.
//!
//! INVARIANT (registered as remembered): each result has the days that memory reckons,
//! and what memory says ended has ended.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_casework::{CaseState, NewObjection, ObjectionDecision, Revocation};
use shuyu_model::id::{ObjectionId, PersonId, ProductId, RegistrationId};
use shuyu_model::registration::{Applicant, Registrable, RegistrationCode, RegistrationKind as Kind, RevocationGround};
use shuyu_model::{Actor, Day, Digest, Role, Time};
use shuyu_registry::testing::digest;
use shuyu_registry::{AgreementState, NewApplication, ProductEntry, RegistrationState as State, ScenarioState};

use crate::city::City;
use crate::memory::{Case, Expect, Memory, Org, Thing, need};

/// What is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    Resource(usize),
    Product(usize),
}

pub(crate) struct Product {
    pub(crate) id: ProductId,
    pub(crate) scenario: usize,
}

pub(crate) struct Registration {
    pub(crate) id: RegistrationId,
    pub(crate) code: RegistrationCode,
    pub(crate) of: Of,
    pub(crate) from: Day,
    pub(crate) until: Day,
    pub(crate) state: State,
}

#[derive(Clone)]
pub(crate) struct Application {
    pub(crate) papers: BTreeSet<String>,
    pub(crate) applicant: Org,
    pub(crate) role: Role,
    pub(crate) authors: BTreeSet<PersonId>,
    pub(crate) years: Option<u8>,
}

pub(crate) struct Objection {
    pub(crate) id: ObjectionId,
    pub(crate) person: PersonId,
    pub(crate) is_decided: bool,
}

const INTERESTED: [Role; 4] = [Role::Source, Role::Operator, Role::Entity, Role::Agency];

/// So many products; then these are registered anew.
const PRODUCTS_MAX: usize = 6;

fn day_after(day: Day) -> Day {
    day.saturating_add(jiff::Span::new().days(1))
}

fn last_of(from: Day, years: u8) -> Day {
    from.saturating_add(jiff::Span::new().years(i64::from(years))).saturating_sub(jiff::Span::new().days(1))
}

impl Memory {
    pub(crate) fn registrable(of: Of) -> Registrable {
        match of {
            Of::Resource(_) => Registrable::Resource,
            Of::Product(_) => Registrable::Product,
        }
    }

    pub(crate) fn id_of_registrable(&self, of: Of) -> String {
        match of {
            Of::Resource(at) => self.resources[at].id.to_string(),
            Of::Product(at) => self.products[at].id.to_string(),
        }
    }

    pub(crate) fn holder(&self, of: Of) -> (Org, Role) {
        match of {
            Of::Resource(at) => (self.resources[at].source.clone(), Role::Source),
            Of::Product(at) => (self.scenarios[self.products[at].scenario].operator.clone(), Role::Operator),
        }
    }

    /// The last one that nobody ended.
    pub(crate) fn standing(&self, of: Of) -> Option<usize> {
        let known = (0..self.registrations.len()).filter(|at| self.registrations[*at].of == of);
        known.filter(|at| self.registrations[*at].state == State::Valid).max_by_key(|at| self.registrations[*at].until)
    }

    pub(crate) fn holding(&self, of: Of) -> Option<usize> {
        let today = self.today();
        (0..self.registrations.len()).find(|at| {
            let known = &self.registrations[*at];
            known.of == of && known.state == State::Valid && known.from <= today && today <= known.until
        })
    }

    pub(crate) fn is_draft_of(&self, of: Of) -> bool {
        matches!(of, Of::Resource(at) if self.resources[at].registered_until.is_none())
    }

    /// Against deciding for it now.
    pub(crate) fn against_deciding(&self, of: Of, kind: Kind) -> Vec<&'static str> {
        let mut found = Vec::new();
        self.law(&mut found);
        let is_standing = self.standing(of).is_some();
        need(kind == Kind::First || is_standing, "no registration", &mut found);
        need(kind != Kind::First || !is_standing, "registered before", &mut found);
        need(kind != Kind::Renewal || !self.is_draft_of(of), "written anew", &mut found);
        if let (Of::Resource(at), Kind::First | Kind::Change) = (of, kind) {
            let is_graded = self.resources[at].columns.iter().all(|(_, grade)| grade.is_some());
            need(is_graded || !self.regime.resource.must_be_graded.value, "ungraded", &mut found);
        }
        if let (Of::Product(at), Some(_)) = (of, self.applications.get(&(of, kind))) {
            let scenario = self.products[at].scenario;
            self.against_use(scenario, &mut found);
            self.against_holding(self.scenarios[scenario].agreement, &mut found);
        }
        found
    }

    /// Whether it is not registered, was written anew, or can be renewed.
    fn needs_registering(&self, of: Of) -> bool {
        let days = jiff::Span::new().days(i64::from(self.regime.registration.renewal_days_before.value));
        let is_ending = |at: usize| self.registrations[at].until.saturating_sub(days) <= self.today();
        self.is_draft_of(of) || self.standing(of).is_none_or(is_ending)
    }

    /// Whether its station knows enough to open a case on it.
    pub(crate) fn is_known(&self, of: Of, kind: Kind) -> bool {
        let is_registered = self.registrations.iter().any(|known| known.of == of);
        matches!(of, Of::Resource(_)) || is_registered || self.applications.contains_key(&(of, kind))
    }

    fn missing(&self, of: Of, kind: Kind) -> bool {
        let application = self.applications.get(&(of, kind));
        let is_other = application.is_some_and(|application| application.applicant != self.holder(of).0);
        let by = if is_other { Applicant::Other } else { Applicant::Holder };
        let needed = kind.materials(Self::registrable(of), by);
        let has = |key: &str| application.is_some_and(|application| application.papers.contains(key));
        needed.iter().any(|paper| !has(paper.key))
    }

    /// Against a signature on a registration, beside what is against any.
    pub(crate) fn against_registering(
        &self,
        case: &Case,
        step: &shuyu_model::regime::Step,
        outcome: shuyu_casework::Outcome,
        found: &mut Vec<&'static str>,
    ) {
        let Thing::Registration(of, kind) = case.thing else { return };
        let approves = outcome == shuyu_casework::Outcome::Approve;
        if step.working_days_min.is_some() && approves {
            need(case.objections.iter().all(|objection| objection.is_decided), "an objection is open", found);
        }
        let is_open = case.open_step().is_some_and(|open| open.step == step.step);
        if case.step == 0 && is_open {
            let is_missing = self.missing(of, kind);
            need(!approves || !is_missing, "papers missing", found);
            need(outcome != shuyu_casework::Outcome::Return || is_missing, "nothing at fault", found);
        }
    }

    fn set_until(&mut self, of: Of, until: Option<Day>) {
        if let Of::Resource(at) = of {
            self.resources[at].registered_until = until.map(|until| Time::at_start_of(day_after(until)));
        }
    }

    /// Ends every one that nobody ended.
    fn ends_all(&mut self, of: Of, state: State) {
        for known in self.registrations.iter_mut().filter(|known| known.of == of && known.state == State::Valid) {
            known.state = state;
        }
        self.set_until(of, None);
        self.applications.retain(|(subject, _), _| *subject != of);
    }

    /// What a decision makes of it: the days of a new result, if there is one.
    pub(crate) fn registered(&mut self, of: Of, kind: Kind) -> Option<(Day, Day)> {
        let today = self.today();
        let application = self.applications.remove(&(of, kind));
        let standing = self.standing(of).map(|at| self.registrations[at].until);
        match kind {
            Kind::First => {
                let years = self.regime.resource.registration_years.value;
                let mut until = last_of(today, years);
                if let Of::Product(at) = of {
                    let term = &self.agreements[self.scenarios[self.products[at].scenario].agreement];
                    if term.until <= last_of(term.from, years) {
                        until = term.until;
                    }
                }
                self.set_until(of, Some(until));
                Some((today, until))
            }
            Kind::Change | Kind::Correction => {
                let at = self.holding(of).or_else(|| self.standing(of)).unwrap();
                if self.is_draft_of(of) {
                    self.set_until(of, standing);
                }
                self.registrations[at].state = State::Replaced;
                let until = self.registrations[at].until;
                Some((today.min(until), until))
            }
            Kind::Renewal => {
                let max = self.regime.registration.renewal_years_max.value;
                let from = day_after(standing.unwrap());
                let until = last_of(from, application.and_then(|application| application.years).unwrap_or(max));
                if !self.is_draft_of(of) {
                    self.set_until(of, Some(until));
                }
                Some((from, until))
            }
            Kind::Cancellation => {
                self.ends_all(of, State::Cancelled);
                None
            }
        }
    }

    /// What the platform ends on this day, and how.
    fn lapses(&mut self) -> Vec<(usize, State)> {
        let today = self.today();
        let has_run_out = |known: &Registration| known.state == State::Valid && known.until < today;
        let run_out: Vec<usize> =
            (0..self.registrations.len()).filter(|at| has_run_out(&self.registrations[*at])).collect();
        let mut ended = Vec::new();
        for at in run_out {
            let of = self.registrations[at].of;
            let is_renewed = |case: &&Case| case.thing == Thing::Registration(of, Kind::Renewal) && case.is_running();
            if self.standing(of) != Some(at) {
                self.registrations[at].state = State::Replaced;
                ended.push((at, State::Replaced));
            } else if self.cases.iter().find(is_renewed).is_none() {
                self.ends_all(of, State::Cancelled);
                ended.push((at, State::Cancelled));
            }
        }
        ended
    }
}

impl City {
    /// Reads what a case on it would be decided on: a digest, which memory may ask for.
    pub(crate) async fn seen(&mut self, of: Of, kind: Kind) -> Option<Digest> {
        let (id, procedure) = (self.memory.id_of_registrable(of), kind.procedure(Memory::registrable(of)));
        let seen = match self.memory.is_known(of, kind) {
            true => Some(self.town.registry.subject(procedure, &id).await.unwrap().unwrap().digest),
            false => None,
        };
        seen.map(|seen| self.memory.seen.insert((of, kind), seen));
        seen
    }

    fn drawn_registrable(&mut self) -> Option<Of> {
        let memory = &self.memory;
        let resources = (0..memory.resources.len()).map(Of::Resource).collect::<Vec<_>>();
        let products = (0..memory.products.len()).map(Of::Product).collect::<Vec<_>>();
        // Mostly one that has to be registered, and that nobody has applied for yet.
        let waits = |of: &Of| {
            let id = memory.id_of_registrable(*of);
            let is_applied = memory.applications.keys().any(|(subject, _)| subject == of);
            let is_running = memory.cases.iter().any(|case| case.is_running() && memory.id_of(&case.thing) == id);
            !is_applied && !is_running && memory.needs_registering(*of)
        };
        let all: Vec<Of> = resources.iter().chain(&products).copied().collect();
        let waiting: Vec<Of> = all.iter().copied().filter(waits).collect();
        if !waiting.is_empty() && self.dice.chance(80) {
            return self.dice.pick(&waiting);
        }
        self.dice.pick(&all)
    }

    /// The kind that fits, mostly.
    fn drawn_kind(&mut self, of: Of) -> Kind {
        if self.dice.chance(4) {
            return self.dice.pick(&Kind::ALL).unwrap();
        }
        let Some(at) = self.memory.standing(of) else { return Kind::First };
        if self.memory.is_draft_of(of) {
            return Kind::Change;
        }
        let days = i64::from(self.memory.regime.registration.renewal_days_before.value);
        let opens = self.memory.registrations[at].until.saturating_sub(jiff::Span::new().days(days));
        if opens <= self.memory.today() {
            return Kind::Renewal;
        }
        match self.dice.below(100) {
            0..40 => Kind::Correction,
            40..75 => Kind::Change,
            75..94 => Kind::Renewal,
            _ => Kind::Cancellation,
        }
    }

    /// A product is made of a scenario; its station lies above this one.
    fn makes_product(&mut self) {
        let memory = &self.memory;
        let is_used = |at: &usize| {
            let scenario = &memory.scenarios[*at];
            let agreement = &memory.agreements[scenario.agreement];
            scenario.state == ScenarioState::Approved && agreement.state == AgreementState::InForce
        };
        let used: Vec<usize> = (0..memory.scenarios.len()).filter(is_used).collect();
        if memory.products.len() < PRODUCTS_MAX
            && let Some(scenario) = self.dice.pick(&used)
        {
            self.memory.products.push(Product { id: self.town.ledger().new_id(), scenario });
        }
    }

    /// Applies where nothing waits for a decision; what is returned is mended.
    pub(crate) async fn apply(&mut self) {
        if self.dice.chance(20) {
            self.makes_product();
        }
        let Some(of) = self.drawn_registrable() else { return };
        let kind = self.drawn_kind(of);
        self.applies(of, kind).await;
    }

    pub(crate) async fn applies(&mut self, of: Of, kind: Kind) {
        let (holder, role) = self.memory.holder(of);
        let (_, actor) = self.drawn_actor(role, Some(&holder), &[], if kind == Kind::Correction { 70 } else { 93 });
        let mut keys: Vec<String> = kind
            .materials(Memory::registrable(of), Applicant::Other)
            .iter()
            .map(|paper| paper.key.to_owned())
            .collect();
        if self.dice.chance(8) {
            keys.remove(self.dice.below(keys.len()));
        }
        let years = (kind == Kind::Renewal && self.dice.chance(40)).then(|| u8::try_from(self.dice.below(5)).unwrap());
        let before = self.memory.applications.get(&(of, kind)).cloned();
        let (applied_as, mut found) = self.applicant(&actor, kind, (&holder, role), before.as_ref());
        let standing = self.memory.standing(of);
        need(kind == Kind::First || standing.is_some(), "no registration", &mut found);
        need(kind != Kind::First || standing.is_none(), "registered before", &mut found);
        need(kind != Kind::Renewal || !self.memory.is_draft_of(of), "written anew", &mut found);
        if let (Kind::Renewal, Some(at), None) = (kind, standing, &before) {
            let days = i64::from(self.memory.regime.registration.renewal_days_before.value);
            let until = self.memory.registrations[at].until;
            let opens = until.saturating_sub(jiff::Span::new().days(days));
            let today = self.memory.today();
            need(opens <= today && today <= until, "outside of the window", &mut found);
        }
        let max = self.memory.regime.registration.renewal_years_max.value;
        need(years.is_none_or(|years| 0 < years && years <= max), "too many years", &mut found);
        let subject = self.memory.id_of_registrable(of);
        let note = format!("on {} at step {}", self.memory.today(), self.step);
        let paper = |key: &String| (key.clone(), digest(self.town.ledger(), key));
        let materials: BTreeMap<String, Digest> = keys.iter().map(paper).collect();
        let new = NewApplication { subject, kind, note, materials, years };
        let entry = match of {
            Of::Resource(_) => None,
            Of::Product(at) => {
                let product = &self.memory.products[at];
                let scenario = self.memory.scenarios[product.scenario].id.clone();
                Some(ProductEntry { product: product.id.clone(), title: "产品".into(), scenario })
            }
        };
        self.says(&actor, format!("applies_{} for {of:?}", kind.word()));
        let result = self.town.registry.apply(&actor, new, entry).await;
        if self.judged(Expect::decided(found), 1, result).await.is_some() {
            let mut authors = before.map(|before| before.authors).unwrap_or_default();
            authors.insert(actor.person.clone());
            let applicant = actor.organisation;
            let papers = keys.into_iter().collect();
            let application = Application { papers, applicant, role: applied_as, authors, years };
            self.memory.applications.insert((of, kind), application);
        }
    }

    fn applicant(
        &self,
        actor: &Actor,
        kind: Kind,
        (holder, role): (&Org, Role),
        before: Option<&Application>,
    ) -> (Role, Vec<&'static str>) {
        let mut found = Vec::new();
        if kind == Kind::Correction && actor.organisation != *holder {
            self.memory.role(actor, &INTERESTED, &mut found);
            need(before.is_none_or(|before| before.applicant == actor.organisation), "another's", &mut found);
            let role = INTERESTED.into_iter().find(|role| actor.is(*role)).unwrap_or(role);
            return (role, found);
        }
        self.memory.role(actor, &[role], &mut found);
        need(actor.organisation == *holder, "not the holder", &mut found);
        (role, found)
    }

    /// A case that was approved: its result as its station has it.
    pub(crate) async fn registered(&mut self, at: usize, issued: Option<(Day, Day)>) {
        let Thing::Registration(of, _) = self.memory.cases[at].thing else { return };
        let Some((from, until)) = issued else { return };
        let all = self.town.registry.registrations_of(&self.memory.id_of_registrable(of)).await.unwrap();
        let last = all.last().unwrap().clone();
        let days = (last.valid_from, last.valid_until);
        self.holds(days == (from, until), || format!("{of:?} holds {days:?}, remembered is {from} to {until}"));
        self.memory.registrations.push(Registration {
            id: last.id,
            code: last.code,
            of,
            from,
            until,
            state: State::Valid,
        });
    }

    /// INVARIANT (registered as remembered).
    pub(crate) async fn audit_registrations(&self) {
        for (at, known) in self.memory.registrations.iter().enumerate() {
            let all = self.town.registry.registrations_of(&self.memory.id_of_registrable(known.of)).await.unwrap();
            let state = all.iter().find(|registration| registration.id == known.id).map(|found| found.state);
            self.holds(state == Some(known.state), || {
                format!("registration {at} is {state:?}, remembered is {:?}", known.state)
            });
        }
    }

    /// The platform's own endings: those that memory foretells, and no other.
    pub(crate) async fn lapse(&mut self) {
        let foretold = self.memory.lapses();
        let swept = self.casework.sweep_registrations(self.memory.now).await.unwrap();
        let made: Vec<_> = swept.iter().map(|swept| (swept.registration.clone(), swept.state)).collect();
        let expected: Vec<_> =
            foretold.iter().map(|(at, state)| (self.memory.registrations[*at].id.clone(), *state)).collect();
        self.holds(made == expected, || format!("lapsed {made:?}, foretold was {expected:?}"));
        let before = self.head;
        self.head = self.town.ledger().journal_head().await.unwrap();
        let added = usize::try_from(self.head - before).unwrap();
        self.holds(added == swept.len(), || format!("{} endings added {added} events", swept.len()));
        self.tally.swept += swept.len();
        for (at, state) in foretold {
            self.notes(format!("{} platform ends registration {at}: {}", self.memory.today(), state.word()));
        }
        let again = self.casework.sweep_registrations(self.memory.now).await.unwrap();
        self.holds(again.is_empty(), || format!("lapsed twice: {again:?}"));
    }

    pub(crate) async fn object(&mut self) {
        let is_noticed = |at: &usize| {
            let case = &self.memory.cases[*at];
            let is_notice = case.open_step().is_some_and(|step| step.working_days_min.is_some());
            matches!(case.thing, Thing::Registration(..)) && is_notice
        };
        let noticed: Vec<usize> = (0..self.memory.cases.len()).filter(is_noticed).collect();
        let Some(at) = self.dice.pick(&noticed) else { return };
        let cast: Vec<Actor> = self.cast.iter().map(|(_, actor)| actor.clone()).collect();
        let actor = self.dice.pick(&cast).unwrap();
        let case = &self.memory.cases[at];
        let days = case.open_step().unwrap().working_days_min.unwrap();
        let last = self.memory.calendar.after(case.step_opened, days).day;
        let mut found = Vec::new();
        need(self.memory.today() <= last, "not on notice", &mut found);
        let id = case.id.clone();
        let new = NewObjection {
            objection: "不是他的数据 not theirs".into(),
            evidence: digest(self.town.ledger(), "shows"),
        };
        self.says(&actor, format!("objects to case {at}"));
        let result = self.casework.object(&actor, &id, new).await;
        if let Some(id) = self.judged(Expect::decided(found), 1, result).await {
            let objection = Objection { id, person: actor.person, is_decided: false };
            self.memory.cases[at].objections.push(objection);
        }
    }

    pub(crate) async fn decide_objection(&mut self) {
        let mut open = Vec::new();
        for (at, case) in self.memory.cases.iter().enumerate() {
            let objections = case.objections.iter().enumerate();
            open.extend(objections.filter(|(_, objection)| !objection.is_decided).map(|(of, _)| (at, of)));
        }
        let Some((at, of)) = self.dice.pick(&open) else { return };
        let case = &self.memory.cases[at];
        let role = case.open_step().map_or(Role::Agency, |step| step.by);
        let avoid: Vec<PersonId> = case.authors.iter().cloned().collect();
        let (_, actor) = self.drawn_actor(role, None, &avoid, 92);
        let upheld = self.dice.chance(15);
        let case = &self.memory.cases[at];
        let mut found = Vec::new();
        need(case.state == CaseState::Open, "not open", &mut found);
        if let Some(step) = case.open_step() {
            let has_part = case.authors.contains(&actor.person) || case.objections[of].person == actor.person;
            let is_party = case.parties.get(&step.by).is_none_or(|party| *party == actor.organisation);
            need(self.memory.is(&actor, step.by) && is_party && !has_part, "may not decide", &mut found);
        }
        let id = case.objections[of].id.clone();
        self.says(&actor, format!("decides_objection {of} of case {at}: {upheld}"));
        let decision = ObjectionDecision { upheld, reason: "looked at all of it".into() };
        let result = self.casework.decide_objection(&actor, &id, decision).await;
        if self.judged(Expect::decided(found), 1, result).await.is_some() {
            let case = &mut self.memory.cases[at];
            case.objections[of].is_decided = true;
            if upheld {
                case.state = CaseState::Refused;
                case.version += 1;
            }
        }
    }

    /// Rarely: what is revoked ends at once.
    pub(crate) async fn revoke(&mut self) {
        let valid: Vec<usize> = (0..self.memory.registrations.len())
            .filter(|at| self.memory.registrations[*at].state == State::Valid)
            .collect();
        let Some(at) = self.dice.pick(&valid) else { return };
        let known = &self.memory.registrations[at];
        let (code, of) = (known.code.clone(), known.of);
        let (_, actor) = self.drawn_actor(Role::Regulator, None, &[], 50);
        let mut found = Vec::new();
        self.memory.role(&actor, &[Role::Agency, Role::Regulator], &mut found);
        need(actor.organisation != self.memory.holder(of).0, "the own registration", &mut found);
        let (evidence, decision) = (digest(self.town.ledger(), "shows"), digest(self.town.ledger(), "decision"));
        let ground = self.dice.pick(&RevocationGround::ALL).unwrap();
        let new = Revocation { code, ground, reason: "looked at all of it".into(), evidence, decision };
        self.says(&actor, format!("revokes registration {at}"));
        let result = self.casework.revoke_registration(&actor, new).await;
        if self.judged(Expect::decided(found), 1, result).await.is_some() {
            self.memory.ends_all(of, State::Revoked);
        }
    }
}
