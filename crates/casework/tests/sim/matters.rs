//! What memory knows of matters: who may open one and make a move, where it leads, what
//! that does to rights, and which moves the platform makes when a day has come.
//!
//! INVARIANT (in the table): a state is only ever reached by a transition of the table.
//! INVARIANT (what is overdue has its effect): [`Memory::sweep`] foretells every move of
//! the platform; a sweep makes these and no other.
//!
//! Not here: who is drawn to do what (`walks.rs`).

use std::collections::{BTreeMap, BTreeSet};

use shuyu_casework::{CaseState, MatterMove, NewMatter};
use shuyu_model::calendar::WorkingDay;
use shuyu_model::id::PersonId;
use shuyu_model::matter::{Effect, Guard, MatterKind, Running, SubjectKind, Transition};
use shuyu_model::regime::{AssessmentForm, Handing, MoveRule, OPENING};
use shuyu_model::{Actor, Day, Role};
use shuyu_registry::{AdmissionState, AgreementKind, AgreementState, RegistrationState};

use crate::memory::{Copy, Expect, Made, Matter, Memory, Org, need};
use crate::registrations::{Of, Registration};

/// What a matter is about.
pub(crate) struct About {
    pub(crate) org: Option<Org>,
    pub(crate) parties: BTreeMap<Role, Org>,
    pub(crate) authors: BTreeSet<PersonId>,
}

impl Matter {
    pub(crate) fn is_ended(&self) -> bool {
        self.kind.machine().is_final(self.state)
    }

    pub(crate) fn is_visible(&self, viewer: &Actor) -> bool {
        let own = Some(&viewer.organisation);
        Some(&self.opener) == own
            || self.subject_org.as_ref() == own
            || self.counterparty.as_ref() == own
            || self.parties.values().any(|party| Some(party) == own)
            || (self.kind == MatterKind::Call
                && !matches!(self.state, "drafted" | "withdrawn")
                && !viewer.roles.is_empty())
            || [Role::Regulator, Role::Agency, Role::Supervisor].iter().any(|role| viewer.is(*role))
    }
}

impl Memory {
    /// What a subject is; `None` where it is none of the actor's business.
    pub(crate) fn about(&self, id: &str, actor: &Actor) -> Option<About> {
        let party = |org: &Org, parties: Vec<(Role, Org)>, authors: &BTreeSet<PersonId>| About {
            org: Some(org.clone()),
            parties: parties.into_iter().collect(),
            authors: authors.clone(),
        };
        match SubjectKind::of(id)? {
            SubjectKind::Organisation => {
                let (org, roles) = self.roles_of.iter().find(|(org, _)| org.as_str() == id)?;
                let parties = roles.iter().map(|role| (*role, org.clone())).collect();
                Some(party(org, parties, &BTreeSet::new()))
            }
            SubjectKind::Agreement => {
                let agreement = &self.agreements[self.agreement_of(id)?];
                let (gives, gets) = match agreement.kind {
                    AgreementKind::Operator => (Role::Agency, Role::Operator),
                    AgreementKind::Development => (Role::Operator, Role::Entity),
                    AgreementKind::Processing => (Role::Agency, Role::Processor),
                };
                let parties = vec![(gives, agreement.grantor.clone()), (gets, agreement.grantee.clone())];
                Some(party(&agreement.grantee, parties, &agreement.authors))
            }
            SubjectKind::Scenario => {
                let scenario = &self.scenarios[self.scenario_of(id)?];
                let agency = self.agreements[scenario.agreement].grantor.clone();
                let parties = vec![(Role::Operator, scenario.operator.clone()), (Role::Agency, agency)];
                Some(party(&scenario.operator, parties, &scenario.authors))
            }
            SubjectKind::Resource => {
                let resource = &self.resources[self.resource_of(id)?];
                Some(party(&resource.source, vec![(Role::Source, resource.source.clone())], &resource.authors))
            }
            SubjectKind::Matter => {
                let matter = self.matters.iter().find(|matter| matter.id.as_str() == id)?;
                let movers = matter.made.iter().filter_map(|made| made.person.clone());
                let authors = movers.chain(matter.authors.iter().cloned()).collect();
                let about = About { org: matter.subject_org.clone(), parties: matter.parties.clone(), authors };
                matter.is_visible(actor).then_some(about)
            }
            SubjectKind::Product | SubjectKind::Statement | SubjectKind::Distribution => None,
            SubjectKind::Case => {
                let case = self.cases.iter().find(|case| case.id.as_str() == id)?;
                let signers = case.signed.iter().map(|(_, _, person, _)| person.clone());
                let authors = signers.chain(case.authors.iter().cloned()).collect();
                let about = About { org: Some(case.opener.clone()), parties: case.parties.clone(), authors };
                case.is_visible(actor).then_some(about)
            }
        }
    }

    /// What is expected of opening a matter, and what it is about.
    pub(crate) fn opening(&self, actor: &Actor, new: &NewMatter) -> (Expect, Option<About>) {
        let (machine, rules) = (new.kind.machine(), self.rules(new.kind));
        let is_subject = SubjectKind::of(&new.subject).is_some_and(|kind| machine.subjects.contains(&kind));
        let is_own = new.kind == MatterKind::Complaint && new.counterparty.as_ref() == Some(&actor.organisation);
        if machine.counterparty.is_some() != new.counterparty.is_some() || !is_subject || is_own {
            return (Expect::mistake("counterparty or subject"), None);
        }
        let Some(mut about) = self.about(&new.subject, actor) else {
            return (Expect::mistake("an unknown subject"), None);
        };
        if new.cites.iter().any(|id| self.about(id, actor).is_none()) {
            return (Expect::mistake("an unknown record"), None);
        }
        if let (MatterKind::EntityOnboarding, Some(operator)) = (new.kind, &new.counterparty) {
            if !self.roles_of[operator].contains(&Role::Operator) {
                return (Expect::mistake("the counterparty is no operator"), None);
            }
            about.parties.insert(Role::Operator, operator.clone());
        }
        let mut found = Vec::new();
        let held: Vec<&Role> = rules.open_by.iter().filter(|role| self.is(actor, **role)).collect();
        need(!held.is_empty(), "not the opener", &mut found);
        let of = about.org.as_ref().map(|org| self.roles_of[org].clone()).unwrap_or_default();
        let oversees = held.is_empty() || held.iter().any(|role| rules.oversees(**role, &of));
        need(oversees, "not its overseer", &mut found);
        let is_party = |role: &&Role| about.parties.get(*role).is_none_or(|party| *party == actor.organisation);
        let is_open = new.kind == MatterKind::Complaint || held.is_empty() || held.iter().any(is_party);
        need(is_open || !oversees, "another party", &mut found);
        need(self.may_look_at(rules, actor, about.org.as_ref()), "no agreement with it", &mut found);
        for guard in machine.opening {
            match guard {
                Guard::NotTheSubject => {
                    need(about.org.as_ref() != Some(&actor.organisation), "about the own", &mut found)
                }
                _ => {
                    let draft = self.agreement_of(&new.subject).map(|at| self.agreements[at].state);
                    need(draft != Some(AgreementState::Draft), "never concluded", &mut found);
                }
            }
        }
        self.contents(new.kind, OPENING, &new.facts, &mut found);
        self.answers(new.kind, &new.facts, &mut found);
        self.forms(new.kind, &new.facts, &mut found);
        let of = (new.subject.as_str(), [&about.org, &new.counterparty]);
        self.asks_for(new.kind, OPENING, &new.facts, of, &new.cites, &mut found);
        if new.kind == MatterKind::Assessment {
            let row = self.row(&new.subject, about.org.as_ref(), &actor.organisation);
            need(row.is_some_and(|row| self.is(actor, row.entered_by())), "nothing to assess", &mut found);
        }
        let asks_ground = new.kind == MatterKind::Exit;
        need(!asks_ground || self.is_known_ground(&new.facts), "unknown ground", &mut found);
        let is_same = |matter: &&Matter| {
            matter.kind == new.kind && matter.subject == new.subject && matter.counterparty == new.counterparty
        };
        let runs = self.matters.iter().filter(is_same).any(|matter| !matter.is_ended());
        need(machine.running == Running::Many || !runs, "running", &mut found);
        need(self.is_method(new), "no such method", &mut found);
        self.rests_on_scheme(new, &mut found);
        about.authors.insert(actor.person.clone());
        (Expect::decided(found), Some(about))
    }

    /// The rule and the transition of a move, where the matter has it now.
    pub(crate) fn leads(&self, matter: &Matter, name: &str) -> Option<(MoveRule, &'static Transition)> {
        self.leads_with(matter, name, &BTreeMap::new())
    }

    /// The same of a move that tells this.
    fn leads_with(
        &self,
        matter: &Matter,
        name: &str,
        told: &BTreeMap<String, String>,
    ) -> Option<(MoveRule, &'static Transition)> {
        let machine = matter.kind.machine();
        let mut facts = matter.facts.clone();
        facts.extend(told.clone());
        let rule = self.rules(matter.kind).rule_for(machine, matter.state, name, &facts)?.clone();
        Some((rule, machine.transition(matter.state, name)?))
    }

    fn due_in(&self, kind: MatterKind, state: &str, from: Day) -> Option<WorkingDay> {
        let rules = self.rules(kind).rules_from(kind.machine(), state).filter(|rule| !rule.is_of_platform());
        rules.filter_map(|rule| rule.working_days_max).min().map(|days| self.calendar.after(from, days))
    }

    pub(crate) fn is_maker(&self, matter: &Matter, rule: &MoveRule, actor: &Actor) -> bool {
        use shuyu_model::regime::Maker;
        rule.by.0.iter().any(|maker| match maker {
            Maker::Role(role) => {
                self.is(actor, *role) && matter.parties.get(role).is_none_or(|party| *party == actor.organisation)
            }
            Maker::Opener => self.is_anybody(actor) && actor.organisation == matter.opener,
            Maker::Counterparty => self.is_anybody(actor) && matter.counterparty.as_ref() == Some(&actor.organisation),
            Maker::Concerned => self.is_anybody(actor) && matter.subject_org.as_ref() == Some(&actor.organisation),
            Maker::Platform => false,
        })
    }

    pub(crate) fn guarded(&self, matter: &Matter, name: &str, actor: &Actor) -> Vec<&'static str> {
        let (mut found, own) = (Vec::new(), Some(&actor.organisation));
        let row = matter.kind.machine().moves.iter().find(|row| row.word == name);
        for guard in row.map(|row| row.guards).unwrap_or_default() {
            match guard {
                Guard::NotTheSubject => need(matter.subject_org.as_ref() != own, "about the own", &mut found),
                Guard::NotTheAuthor => need(!matter.authors.contains(&actor.person), "own work", &mut found),
                Guard::NotTheCounterparty => {
                    let rule = self.rules(matter.kind).counterparty_decides.as_ref();
                    let is_free = rule.is_some_and(|rule| rule.value);
                    need(matter.counterparty.as_ref() != own || is_free, "complained against", &mut found);
                }
                // No dossier here names an officer who has an account.
                Guard::Concluded | Guard::TheOfficer => {}
                Guard::AboutAProcessor => {
                    need(matter.parties.contains_key(&Role::Processor), "about no processor", &mut found);
                }
                Guard::KnownGround => need(self.is_known_ground(&matter.facts), "unknown ground", &mut found),
            }
        }
        found
    }

    /// What is expected of a move.
    pub(crate) fn moving(&self, at: usize, actor: &Actor, named: &MatterMove) -> Expect {
        let matter = &self.matters[at];
        let leads = self.leads_with(matter, &named.name, &named.facts);
        let has_rule = self.rules(matter.kind).moves.iter().any(|rule| rule.word == named.name);
        let is_day_wrong = |(day, (_, leads)): (Day, &(MoveRule, &'static Transition))| {
            self.due_in(matter.kind, leads.to, self.today()).is_none() || leads.to == leads.from || day < self.today()
        };
        let gives = leads.as_ref().map(|(_, leads)| leads.effects.contains(&Effect::Assign));
        if !matter.is_visible(actor) {
            return Expect::mistake("none of their business");
        } else if gives.is_some_and(|gives| gives != named.assignee.is_some()) {
            return Expect::mistake("given to nobody, or to somebody for nothing");
        } else if named.reason.len() < 5 || !has_rule || named.due_day.zip(leads.as_ref()).is_some_and(is_day_wrong) {
            return Expect::mistake("reason, move or day");
        } else if named.seen_version != matter.version || matter.version >= 200 {
            return Expect::mistake("an older version");
        } else if named.cites.iter().any(|id| self.about(id, actor).is_none()) {
            return Expect::mistake("an unknown record");
        }
        let mut found = self.guarded(matter, &named.name, actor);
        let mut facts = matter.facts.clone();
        facts.extend(named.facts.clone());
        match &leads {
            None => found.push("no such move"),
            Some((rule, transition)) => {
                need(self.is_maker(matter, rule, actor), "not the maker", &mut found);
                need(rule.evidence.is_none() || named.evidence.is_some(), "no document", &mut found);
                self.contents(matter.kind, &named.name, &facts, &mut found);
                self.answers(matter.kind, &named.facts, &mut found);
                self.forms(matter.kind, &named.facts, &mut found);
                need(rule.fits(&facts), "for other facts", &mut found);
                self.of_a_scheme(matter, named, &mut found);
                let cites: Vec<String> = matter.cites.iter().chain(&named.cites).cloned().collect();
                let of = (matter.subject.as_str(), [&matter.subject_org, &matter.counterparty]);
                self.asks_for(matter.kind, &named.name, &facts, of, &cites, &mut found);
                self.passed(matter, &named.name, &facts, actor, &mut found);
                self.ending(matter, &named.name, &facts, &mut found);
                if let Some(assignee) = &named.assignee {
                    let may = rule.to.iter().any(|role| self.roles_of[assignee].contains(role));
                    need(may, "not in that role", &mut found);
                }
                let min = rule.working_days_min.map(|days| self.calendar.after(matter.entered, days).day);
                need(min.is_none_or(|last| last < self.today()), "too early", &mut found);
                let last = self.due_in(matter.kind, transition.to, self.today());
                let is_late = named.due_day.zip(last).is_some_and(|(day, last)| last.day < day);
                need(!is_late, "due too late", &mut found);
                let reopens = transition.effects.contains(&Effect::Reopen);
                need(!reopens || self.reopens(matter).is_some(), "nothing to reopen", &mut found);
                let ends = transition.effects.contains(&Effect::EndAccess);
                need(!ends || rule.ground.is_some() || self.is_known_ground(&facts), "unknown ground", &mut found);
                self.applicants(matter, &named.name, &mut found);
                self.scoring(matter, &named.name, &facts, &mut found);
                if (matter.kind, named.name.as_str()) == (MatterKind::Exit, "confirm") {
                    self.unassessed(matter.subject_org.as_ref(), None, &mut found);
                }
            }
        }
        let is_others = |(key, value): (&String, &String)| {
            matter.facts.get(key).is_some_and(|told| told != value)
                && matter.tellers.get(key) != Some(&actor.organisation)
        };
        need(!named.facts.iter().any(is_others), "somebody else's fact", &mut found);
        let quality = self.regime.quality.as_ref();
        match (matter.kind, named.name.as_str()) {
            // Nobody lands anything here.
            (MatterKind::QualityIssue, "confirm") => {
                let rechecks = quality.and_then(|rules| rules.recheck.as_ref()).is_some_and(|rule| rule.value);
                need(!rechecks || leads.is_none(), "not checked anew", &mut found);
            }
            (MatterKind::DataDemand, "supply") => {
                let waits = quality.and_then(|rules| rules.supply_is_landed.as_ref()).is_some_and(|rule| rule.value);
                let request = facts.get("request").map(String::as_str);
                let is_of_data = matches!(request, Some("aggregation" | "data_update"));
                need(!waits || !is_of_data || leads.is_none(), "nothing was landed", &mut found);
            }
            _ => {}
        }
        if let (MatterKind::Product, "register", Some(told)) =
            (matter.kind, named.name.as_str(), named.facts.get("registration_code"))
        {
            let is_cited = |known: &Registration| {
                known.code.as_str() == told.as_str() && Some(&self.holder(known.of).0) == matter.subject_org.as_ref()
            };
            let is_product = |at: &usize| matches!(self.registrations[*at].of, Of::Product(_));
            let holds = |at: &usize| {
                let known = &self.registrations[*at];
                let today = self.today();
                known.state == RegistrationState::Valid && known.from <= today && today <= known.until
            };
            let mut all = (0..self.registrations.len()).filter(is_product).filter(holds);
            need(all.any(|at| is_cited(&self.registrations[at])), "no such code", &mut found);
        }
        Expect::decided(found)
    }

    /// A matter stands in a state from today on.
    pub(crate) fn begin(&self, matter: &mut Matter, state: &'static str, due_day: Option<Day>) {
        let today = self.today();
        matter.state = state;
        matter.entered = today;
        matter.due = self.due_in(matter.kind, state, today).map(|due| match due_day {
            Some(day) => WorkingDay { day, is_estimated: false },
            None => due,
        });
        let own = self.rules(matter.kind).rules_from(matter.kind.machine(), state).find(|rule| rule.is_of_platform());
        matter.platform_day = own.and_then(|rule| match rule.working_days_max {
            Some(days) => Some(self.calendar.after(today, days).day),
            None => matter.due.map(|due| due.day.saturating_add(jiff::Span::new().days(1))),
        });
    }

    /// A move that was made: by an actor with what they told, or by the platform.
    pub(crate) fn moved(&mut self, at: usize, name: &str, by: Option<(&Actor, &MatterMove)>) {
        let told = by.map(|(_, named)| named.facts.clone()).unwrap_or_default();
        let (rule, transition) = self.leads_with(&self.matters[at], name, &told).unwrap();
        let today = self.today();
        if let Some((actor, named)) = by {
            let matter = &mut self.matters[at];
            if transition.effects.contains(&Effect::Forget) {
                matter.facts = matter.known[transition.to].clone();
            }
            matter.cites.extend(named.cites.clone());
            matter.counterparty = named.assignee.clone().or(matter.counterparty.clone());
            matter.facts.extend(named.facts.clone());
            let told = named.facts.keys().map(|key| (key.clone(), actor.organisation.clone()));
            matter.tellers.extend(told);
        }
        let facts = &self.matters[at].facts;
        let ground = facts.get("ground").filter(|_| self.is_known_ground(facts)).or(rule.ground.as_ref()).cloned();
        if self.matters[at].kind == MatterKind::Exit && transition.effects.contains(&Effect::EndAccess) {
            let agreement = &self.agreements[self.agreement_of(&self.matters[at].subject).unwrap()];
            let is_operators = agreement.kind == AgreementKind::Operator;
            let listed = self.rules(MatterKind::Exit).hands_over.as_ref().map(|hands| hands.value.clone());
            // Whoever operates has assets on file and data; an entity was given some of the latter at most.
            let has_data = !agreement.resources.is_empty();
            let has_any = |listed: Vec<Handing>| is_operators || has_data && listed.contains(&Handing::Data);
            self.matters[at].has_open_handover = listed.is_some_and(has_any);
        }
        for effect in transition.effects {
            self.effect(at, *effect, ground.as_deref());
        }
        let copies: Vec<Copy> = rule
            .file
            .iter()
            .flat_map(|file| file.recipients().map(move |to| (file, to)))
            .map(|(file, to)| Copy {
                filer: file.by.and_then(|_| self.matters[at].counterparty.clone()),
                version: self.matters[at].version + 1,
                to,
                due: self.calendar.after(today, file.working_days_max.value).day,
                filed: None,
            })
            .collect();
        let mut matter = self.matters.remove(at);
        let was_due = matter.due.filter(|_| rule.working_days_max.is_some() || by.is_none()).map(|due| due.day);
        matter.version += 1;
        matter.made.push(Made {
            version: matter.version,
            by: name.to_owned(),
            was_due,
            org: by.map(|(actor, _)| actor.organisation.clone()),
            person: by.map(|(actor, _)| actor.person.clone()),
            day: today,
        });
        matter.copies.extend(copies);
        let of_body = matter.subject.starts_with("ORG-") || matter.subject.starts_with("AGR-");
        if matter.kind == MatterKind::Assessment && name == "confirm" && of_body {
            self.assessed.extend(matter.subject_org.clone().map(|org| (org, AssessmentForm::Assessment, today)));
        }
        matter.known.insert(transition.to, matter.facts.clone());
        if transition.to != transition.from {
            self.begin(&mut matter, transition.to, by.and_then(|(_, named)| named.due_day));
        }
        self.matters.insert(at, matter);
    }

    /// The agreements in force that a subject is or was given.
    fn under(&self, subject: &str) -> Vec<usize> {
        let is_of = |at: &usize| {
            let agreement = &self.agreements[*at];
            agreement.state == AgreementState::InForce
                && (agreement.id.as_str() == subject || agreement.grantee.as_str() == subject)
        };
        (0..self.agreements.len()).filter(is_of).collect()
    }

    /// The refused case that an appeal opens again.
    fn reopens(&self, matter: &Matter) -> Option<usize> {
        let at = self.cases.iter().position(|case| case.id.as_str() == matter.subject)?;
        let of = self.id_of(&self.cases[at].thing);
        let runs = self.cases.iter().any(|case| case.is_running() && self.id_of(&case.thing) == of);
        (self.cases[at].state == CaseState::Refused && !runs).then_some(at)
    }

    fn effect(&mut self, at: usize, effect: Effect, ground: Option<&str>) {
        let subject = self.matters[at].subject.clone();
        match effect {
            Effect::Suspend => {
                let held: Vec<String> =
                    self.under(&subject).iter().map(|of| self.agreements[*of].id.to_string()).collect();
                self.held.extend(held.into_iter().map(|id| (id, at)));
                if SubjectKind::of(&subject) == Some(SubjectKind::Organisation) {
                    self.held.insert((subject.clone(), at));
                }
                if self.scenario_of(&subject).is_some() || self.resource_of(&subject).is_some() {
                    self.held.insert((subject, at));
                }
            }
            Effect::SuspendIfHigh => {
                let matter = &self.matters[at];
                let is_listed = self.rules(matter.kind).choices.iter().any(|choice| choice.key == "severity");
                if is_listed && matter.facts.get("severity").is_some_and(|told| told == "high") {
                    self.effect(at, Effect::Suspend, ground);
                }
            }
            Effect::Resume => self.held.retain(|(_, by)| *by != at),
            Effect::EndAccess => {
                let scenario = self.scenario_of(&subject).map(|of| self.scenarios[of].agreement);
                let subject = scenario.map_or(subject, |of| self.agreements[of].id.to_string());
                for of in self.under(&subject) {
                    self.agreements[of].state = AgreementState::Ended;
                    self.agreements[of].ended_ground = ground.map(str::to_owned);
                }
            }
            Effect::Admit => self.admits(at, AdmissionState::Admitted),
            Effect::SuspendAdmission => self.admits(at, AdmissionState::Suspended),
            Effect::RemoveAdmission => self.admits(at, AdmissionState::Removed),
            // Matters with a move that clears results are not lived here.
            // What comes off the shelf is ordered no more, and nothing is ordered here.
            Effect::Assign | Effect::Forget | Effect::Quarantine | Effect::Clear | Effect::Delist => {}
            Effect::Reopen => {
                let (of, today) = (self.reopens(&self.matters[at]).unwrap(), self.today());
                let case = &mut self.cases[of];
                (case.state, case.turn, case.version) = (CaseState::Open, case.turn + 1, case.version + 1);
                (case.step, case.step_opened) = (0, today);
            }
            Effect::Bar | Effect::Unbar => {
                let of = self.resource_of(&subject).unwrap();
                self.resources[of].is_barred = effect == Effect::Bar;
            }
        }
    }

    fn admits(&mut self, at: usize, state: AdmissionState) {
        let matter = &self.matters[at];
        let entity = self.roles_of.keys().find(|org| org.as_str() == matter.subject).unwrap().clone();
        self.admissions.insert((entity, matter.counterparty.clone().unwrap()), state);
    }

    /// Makes every move of the platform whose day has come: which matter, which move,
    /// where it leads.
    pub(crate) fn sweep(&mut self) -> Vec<(usize, String, String)> {
        let today = self.today();
        let mut due: Vec<usize> = (0..self.matters.len()).collect();
        due.retain(|at| self.matters[*at].platform_day.is_some_and(|day| day <= today));
        due.sort_by_key(|at| (self.matters[*at].platform_day, *at));
        let mut swept = Vec::new();
        for at in due {
            while self.matters[at].platform_day.is_some_and(|day| day <= today) {
                let matter = &self.matters[at];
                let rules = self.rules(matter.kind).rules_from(matter.kind.machine(), matter.state);
                let name = rules.into_iter().find(|rule| rule.is_of_platform()).unwrap().word.clone();
                self.moved(at, &name, None);
                swept.push((at, name, self.matters[at].state.to_owned()));
            }
        }
        swept
    }
}
