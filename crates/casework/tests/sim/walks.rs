//! Matters as they are opened and moved by people: mostly as they should, sometimes by
//! the wrong ones, too early, without the paper, on an older version.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_casework::exits::{HandoverOutcome, NewOutcome};
use shuyu_casework::{MatterMove, NewMatter};
use shuyu_model::id::OrganisationId;
use shuyu_model::matter::{MatterKind, SubjectKind};
use shuyu_model::regime::{CiteRule, Dimension, FactForm, Handing, Maker, OPENING};
use shuyu_model::{Actor, Role};
use shuyu_registry::testing::{allowed, digest};

use crate::city::City;
use crate::memory::{Expect, Made, Matter};

/// Moves that end a matter before it has come far: drawn again once, so that most are
/// walked further.
const EARLY_ENDS: [&str; 8] = ["withdraw", "cancel", "dismiss", "fail", "decline", "refuse", "reject", "disqualify"];

/// The most matters that run at once; then those are moved on.
const RUNNING_MAX: usize = 40;

/// A fact in the form that the rules ask for.
fn formed(form: FactForm) -> String {
    match form {
        FactForm::Years => "3".to_owned(),
        FactForm::Day => "2026-03-05".to_owned(),
        FactForm::Resources => format!("RES-{:032x}", 1),
        FactForm::List => "甲, 乙".to_owned(),
        FactForm::Shares => "甲=60, 乙=40".to_owned(),
    }
}

/// What no casework of its own makes: a simulation of it has none.
const BEYOND: [SubjectKind; 3] = [SubjectKind::Product, SubjectKind::Statement, SubjectKind::Distribution];

impl City {
    /// Mostly all that is asked for at a move; sometimes not, or a ground that is none.
    fn drawn_facts(&mut self, kind: MatterKind, at: &str) -> BTreeMap<String, String> {
        let keys: Vec<String> =
            self.memory.rules(kind).contents_at(at).flat_map(|contents| contents.keys.clone()).collect();
        let grounds = self.memory.regime.agreement.exit_grounds.value.clone();
        let mut facts = BTreeMap::new();
        for key in keys {
            if self.dice.chance(97) {
                let codes: Vec<String> = self.memory.registrations.iter().map(|r| r.code.to_string()).collect();
                let choices = &self.memory.rules(kind).choices;
                let listed = choices.iter().find(|choice| choice.key == key).map(|choice| choice.values.clone());
                let form = self.memory.rules(kind).forms.iter().find(|form| form.key == key).map(|form| form.form);
                let told = match (key.as_str(), listed) {
                    ("exit_grounds", _) => grounds[0].clone(),
                    (_, None) if form.is_some() => form.map(formed).unwrap_or_default(),
                    ("mode", _) => self.memory.regime.mode.allowed.value[0].word().to_owned(),
                    ("registration_code", _) => self.dice.pick(&codes).unwrap_or_default(),
                    ("ground", _) if self.dice.chance(94) => self.dice.pick(&grounds).unwrap(),
                    ("method", _) if self.dice.chance(94) => {
                        self.memory.regime.selection.methods.value[0].word().to_owned()
                    }
                    ("exit_standard", _) if self.dice.chance(90) => "第三章".to_owned(),
                    (key, _) if key.ends_with("_digest") && self.dice.chance(94) => {
                        digest(self.town.ledger(), "signed").to_string()
                    }
                    (_, Some(listed)) if self.dice.chance(96) => self.dice.pick(&listed).unwrap(),
                    _ => format!("说明 {key}"),
                };
                facts.insert(key, told);
            }
        }
        if (kind, at) == (MatterKind::Scheme, "submit") && self.dice.chance(97) {
            facts.insert("mode".to_owned(), self.memory.regime.mode.allowed.value[0].word().to_owned());
        }
        if (kind, at) == (MatterKind::Assessment, "score") {
            for dimension in Dimension::ALL {
                let mark = if self.dice.chance(97) { self.dice.below(130).to_string() } else { "好".to_owned() };
                facts.insert(dimension.word().to_owned(), mark);
            }
        }
        if (kind, at) == (MatterKind::Assessment, "confirm") {
            let rows = self.memory.regime.assessment.clone();
            for key in rows.iter().filter_map(|row| row.tells.as_ref()).flat_map(|tells| &tells.value) {
                if self.dice.chance(95) {
                    facts.insert(key.clone(), "passed".to_owned());
                }
            }
        }
        facts
    }

    fn drawn_subject(&mut self, kind: MatterKind) -> Option<String> {
        let known = kind.machine().subjects.iter().copied().filter(|of| !BEYOND.contains(of));
        let of = self.dice.pick(&known.collect::<Vec<_>>()).unwrap();
        let memory = &self.memory;
        let ids: Vec<String> = match of {
            SubjectKind::Organisation => {
                let role = match kind {
                    MatterKind::EntityOnboarding => Role::Entity,
                    MatterKind::Scheme | MatterKind::OperatorSelection => Role::Agency,
                    _ => Role::Operator,
                };
                let of_role = |actor: &&(String, Actor)| actor.1.is(role);
                self.cast.iter().filter(of_role).map(|(_, actor)| actor.organisation.to_string()).collect()
            }
            SubjectKind::Agreement => memory.agreements.iter().map(|a| a.id.to_string()).collect(),
            SubjectKind::Scenario => memory.scenarios.iter().map(|s| s.id.to_string()).collect(),
            SubjectKind::Resource => memory.resources.iter().map(|r| r.id.to_string()).collect(),
            SubjectKind::Matter => memory.matters.iter().map(|m| m.id.to_string()).collect(),
            SubjectKind::Case => memory.cases.iter().map(|c| c.id.to_string()).collect(),
            SubjectKind::Product | SubjectKind::Statement | SubjectKind::Distribution => Vec::new(),
        };
        // The newest are the ones that somebody cares about.
        let newest = ids.len().saturating_sub(12);
        self.dice.pick(&ids[newest..])
    }

    pub(crate) async fn open_matter(&mut self) {
        if self.memory.matters.iter().filter(|matter| !matter.is_ended()).count() >= RUNNING_MAX {
            return self.move_matter().await;
        }
        // What follows a plan step by step is walked in `src/tests/watching.rs`.
        let rules = self.memory.regime.matter.iter().filter(|(_, rules)| rules.plan.is_none());
        let kinds: Vec<MatterKind> = rules.map(|(kind, _)| *kind).collect();
        let mut kind = self.dice.pick(&kinds).unwrap();
        let has_onboarding = kinds.contains(&MatterKind::EntityOnboarding);
        if has_onboarding && self.memory.admissions.len() < 3 && self.dice.chance(50) {
            // Nobody is served before somebody is admitted.
            kind = MatterKind::EntityOnboarding;
        }
        let Some(subject) = self.drawn_subject(kind) else { return };
        let openers = self.memory.rules(kind).open_by.clone();
        let role = self.dice.pick(&openers).unwrap();
        let nobody = self.cast[0].1.clone();
        let party = self.memory.about(&subject, &nobody).and_then(|about| about.parties.get(&role).cloned());
        let (_, actor) = self.drawn_actor(role, party.as_ref(), &[], 88);
        let against: &[&str] = match kind {
            MatterKind::EntityOnboarding => &["operator0", "operator0", "other_operator0"],
            MatterKind::Complaint => &["regulator0", "agency0", "operator0", "bank0"],
            _ => &[],
        };
        let named = self.dice.pick(against);
        let mut counterparty =
            named.map(|name| self.cast.iter().find(|(n, _)| n == name).unwrap().1.organisation.clone());
        if self.dice.chance(2) {
            counterparty = None;
        }
        let mut facts = self.drawn_facts(kind, OPENING);
        if kind == MatterKind::OperatorSelection && self.dice.chance(50) {
            // Whom it chooses follows whom an agreement was given to.
            let terms = self.memory.agreements.iter().filter(|agreement| agreement.is_of_operator());
            let terms: Vec<String> = terms.map(|agreement| agreement.id.to_string()).collect();
            facts.extend(self.dice.pick(&terms).map(|of| ("successor_of".to_owned(), of)));
        }
        let cites = self.drawn_cites(&actor, None, kind, OPENING, &facts);
        let new = NewMatter { kind, subject: subject.clone(), counterparty, title: "事项".into(), facts, cites };
        let (expect, about) = self.memory.opening(&actor, &new);
        let of = subject.split('-').next().unwrap_or_default();
        self.says(&actor, format!("opens_{} on a {of}", kind.word()));
        let result = self.casework.open_matter(&actor, new.clone()).await;
        let Some(id) = self.judged(expect, 1, result).await else { return };
        let about = about.unwrap();
        let tellers = new.facts.keys().map(|key| (key.clone(), actor.organisation.clone())).collect();
        let today = self.memory.today();
        let mut matter = Matter {
            id,
            kind,
            subject,
            subject_org: about.org,
            counterparty: new.counterparty,
            parties: about.parties,
            authors: about.authors,
            state: kind.machine().initial(),
            entered: today,
            due: None,
            platform_day: None,
            version: 1,
            opener: actor.organisation.clone(),
            known: [(kind.machine().initial(), new.facts.clone())].into_iter().collect(),
            facts: new.facts,
            tellers,
            cites: new.cites,
            made: vec![Made {
                version: 1,
                by: OPENING.to_owned(),
                was_due: None,
                org: Some(actor.organisation),
                person: Some(actor.person),
                day: today,
            }],
            copies: Vec::new(),
            is_answered: false,
            has_open_handover: false,
        };
        self.memory.begin(&mut matter, kind.machine().initial(), None);
        self.memory.matters.push(matter);
        self.reads_back(self.memory.matters.len() - 1).await;
    }

    /// Mostly a record that the rules ask for, where there is one; now and then another.
    fn drawn_cites(
        &mut self,
        actor: &Actor,
        at: Option<usize>,
        kind: MatterKind,
        name: &str,
        facts: &BTreeMap<String, String>,
    ) -> Vec<String> {
        let rules: Vec<CiteRule> = self.memory.rules(kind).cites_at(name).cloned().collect();
        let about = at.map(|at| &self.memory.matters[at]);
        let about = about.map(|m| (m.subject.clone(), m.subject_org.clone(), m.counterparty.clone()));
        let (subject, org, counterparty) = about.unwrap_or_default();
        let matters = self.memory.matters.iter().map(|matter| matter.id.to_string());
        let resources = self.memory.resources.iter().map(|resource| resource.id.to_string());
        let ids: Vec<String> = matters.chain(resources).collect();
        let mut cites = Vec::new();
        for rule in rules.iter().filter(|rule| rule.applies(facts)) {
            let fits = |id: &&String| self.memory.answers_to(id, rule, (&subject, [&org, &counterparty]));
            let sees = |id: &&String| self.memory.about(id, actor).is_some();
            let fitting: Vec<String> = ids.iter().filter(fits).filter(sees).cloned().collect();
            if self.dice.chance(94) {
                cites.extend(self.dice.pick(&fitting));
            }
        }
        if self.dice.chance(4) {
            cites.extend(self.dice.pick(&ids));
        }
        cites.sort();
        cites.dedup();
        cites
    }

    /// Somebody whom the move may give the matter to; now and then somebody else, or nobody.
    fn drawn_assignee(&mut self, at: usize, name: &str) -> Option<OrganisationId> {
        let matter = &self.memory.matters[at];
        let to = self.memory.leads(matter, name).map(|(rule, _)| rule.to).unwrap_or_default();
        if to.is_empty() {
            return None;
        }
        let is_strict = self.dice.chance(94);
        let may = |actor: &Actor| !is_strict || to.iter().any(|role| actor.is(*role));
        let legal: Vec<Actor> = self.cast.iter().filter(|(_, actor)| may(actor)).map(|(_, a)| a.clone()).collect();
        let chosen = self.dice.pick(&legal).map(|actor| actor.organisation);
        chosen.filter(|_| self.dice.chance(98))
    }

    /// The move's word: mostly one that the matter has now.
    fn drawn_move(&mut self, at: usize) -> String {
        let matter = &self.memory.matters[at];
        let machine = matter.kind.machine();
        let rules = self.memory.rules(matter.kind).rules_from(machine, matter.state);
        let here: Vec<String> = rules.filter(|rule| !rule.is_of_platform()).map(|rule| rule.word.clone()).collect();
        let all: Vec<String> = machine.moves.iter().map(|row| row.word.to_owned()).collect();
        let from = if self.dice.chance(93) && !here.is_empty() { here } else { all };
        let mut name = self.dice.pick(&from).unwrap();
        if EARLY_ENDS.contains(&name.as_str()) {
            name = self.dice.pick(&from).unwrap();
        }
        name
    }

    /// Somebody who makes the move; mostly somebody who may.
    fn drawn_mover(&mut self, at: usize, name: &str) -> Actor {
        let matter = &self.memory.matters[at];
        let rule = self.memory.leads(matter, name).map(|(rule, _)| rule);
        let may = |actor: &Actor| {
            rule.as_ref().is_some_and(|rule| self.memory.is_maker(matter, rule, actor))
                && self.memory.guarded(matter, name, actor).is_empty()
        };
        let legal: Vec<Actor> = self.cast.iter().filter(|(_, actor)| may(actor)).map(|(_, a)| a.clone()).collect();
        let of_role = |actor: &Actor| {
            let makers = rule.as_ref().map(|rule| rule.by.0.clone()).unwrap_or_default();
            makers.iter().any(|maker| matches!(maker, Maker::Role(role) if actor.is(*role)))
        };
        let near: Vec<Actor> = self.cast.iter().filter(|(_, a)| of_role(a)).map(|(_, a)| a.clone()).collect();
        let all: Vec<Actor> = self.cast.iter().map(|(_, actor)| actor.clone()).collect();
        let from = match self.dice.below(100) {
            0..88 if !legal.is_empty() => legal,
            0..94 if !near.is_empty() => near,
            _ => all,
        };
        self.dice.pick(&from).unwrap()
    }

    pub(crate) async fn move_matter(&mut self) {
        let is_strict = self.dice.chance(97);
        let is_open = |at: &usize| !is_strict || !self.memory.matters[*at].is_ended();
        let open: Vec<usize> = (0..self.memory.matters.len()).filter(is_open).collect();
        let Some(mut at) = self.dice.pick(&open) else { return };
        let is_admission = |at: &usize| self.memory.matters[*at].kind == MatterKind::EntityOnboarding;
        let admissions: Vec<usize> = open.into_iter().filter(is_admission).collect();
        if self.dice.chance(15) {
            at = self.dice.pick(&admissions).unwrap_or(at);
        }
        let name = self.drawn_move(at);
        if name == "review" && self.dice.chance(92) {
            self.answer_admission(at).await;
        }
        if self.dice.chance(92) {
            self.ask_opinions(at, &name).await;
        }
        if name == "close" && self.dice.chance(85) {
            self.settle_handover(at).await;
        }
        let actor = self.drawn_mover(at, &name);
        let matter = &self.memory.matters[at];
        let (kind, id, version) = (matter.kind, matter.id.clone(), matter.version);
        let told = matter.facts.clone();
        let mut facts = self.drawn_facts(kind, &name);
        if self.dice.chance(95) {
            facts.retain(|key, _| !told.contains_key(key));
        } else if let Some(key) = told.keys().next() {
            facts.insert(key.clone(), "anders 改".to_owned());
        }
        let leads = self.memory.leads(&self.memory.matters[at], &name);
        let has_due = leads.is_some_and(|(_, to)| {
            let mut rules = self.memory.rules(kind).rules_from(kind.machine(), to.to);
            to.to != to.from && rules.any(|rule| !rule.is_of_platform() && rule.working_days_max.is_some())
        });
        let due_day = (self.dice.chance(if has_due { 15 } else { 1 })).then(|| {
            let days = i64::try_from(self.dice.below(50)).unwrap() - 3;
            self.memory.today().saturating_add(jiff::Span::new().days(days))
        });
        let mut all = told.clone();
        all.extend(facts.clone());
        let cites = self.drawn_cites(&actor, Some(at), kind, &name, &all);
        let assignee = self.drawn_assignee(at, &name);
        let named = MatterMove {
            name: name.clone(),
            reason: if self.dice.chance(98) { "looked at all of it" } else { "ok" }.to_owned(),
            evidence: self.dice.chance(94).then(|| digest(self.town.ledger(), &name)),
            facts,
            due_day,
            cites,
            assignee,
            seen_version: if self.dice.chance(97) { version } else { version - 1 },
        };
        let expect = self.memory.moving(at, &actor, &named);
        let state = self.memory.matters[at].state;
        self.says(&actor, format!("moves_{} {at}: {name} from {state}", kind.word()));
        let result = self.casework.make_move(&actor, &id, named.clone()).await;
        let Some(state) = self.judged(expect, 1, result).await else { return };
        self.memory.moved(at, &name, Some((&actor, &named)));
        let expected = self.memory.matters[at].state;
        self.holds(state == expected, || format!("the matter is {state}, not {expected}"));
        self.reads_back(at).await;
    }

    /// The agency decides on everything that an exit lists, and who gets it accepts it.
    async fn settle_handover(&mut self, at: usize) {
        let matter = &self.memory.matters[at];
        if !matter.has_open_handover || matter.is_ended() {
            return;
        }
        let (id, agency) = (matter.id.clone(), matter.parties.get(&Role::Agency).cloned());
        let may = |actor: &&Actor| {
            let is_party = agency.as_ref().is_none_or(|agency| *agency == actor.organisation);
            is_party && self.memory.is(actor, Role::Agency)
        };
        let Some(actor) = self.cast.iter().map(|(_, actor)| actor).find(may).cloned() else { return };
        let list = self.casework.handover(&id, &actor).await.unwrap().unwrap();
        for item in list.items.iter().filter(|item| !item.is_settled()) {
            let outcome = match item.kind {
                Handing::Service => HandoverOutcome::Agency,
                Handing::Data => HandoverOutcome::Deleted,
                Handing::Asset => HandoverOutcome::Remains,
            };
            let evidence = digest(self.town.ledger(), "handover");
            let new = NewOutcome { outcome, receiver: None, reason: "as agreed".to_owned(), evidence };
            allowed(self.casework.decide_handover(&actor, &id, item.number, new).await.unwrap());
            if outcome.has_receiver() {
                allowed(self.casework.accept_handover(&actor, &id, item.number, evidence).await.unwrap());
            }
        }
        self.memory.matters[at].has_open_handover = false;
        self.counts_events().await;
    }

    /// A matter as its station shows it, held against memory.
    pub(crate) async fn reads_back(&self, at: usize) {
        let matter = &self.memory.matters[at];
        let view = self.casework.matter(&matter.id, &self.town.regulators[0]).await.unwrap().unwrap();
        let shown = (view.item.state.as_str(), view.item.version, view.history.len(), view.item.due.map(|due| due.day));
        let made = (matter.state, matter.version, matter.made.len(), matter.due.map(|due| due.day));
        self.holds(shown == made, || format!("matter {at} shows {shown:?}, remembered is {made:?}"));
        // The platform notes when an incident was discovered, where nobody tells it.
        let mut facts = view.facts.clone();
        let noted = facts.remove("discovered_at").is_some();
        self.holds(noted == (matter.kind == MatterKind::Incident), || {
            format!("matter {at} notes a discovery: {noted}")
        });
        self.holds(facts == matter.facts, || format!("matter {at} tells other facts: {:?}", view.facts));
        self.holds(view.item.ended_at.is_some() == matter.is_ended(), || format!("matter {at} ended or not"));
        let words: BTreeSet<&str> = matter.kind.machine().states.iter().map(|state| state.word).collect();
        self.holds(view.history.iter().all(|moved| words.contains(moved.to.as_str())), || "no such state".to_owned());
    }

    pub(crate) async fn file_matter(&mut self) {
        let is_strict = self.dice.chance(95);
        let mut copies = Vec::new();
        for (at, matter) in self.memory.matters.iter().enumerate() {
            let open = matter.copies.iter().filter(|copy| copy.filed.is_none() || !is_strict);
            copies.extend(open.map(|copy| (at, copy.version, copy.to)));
        }
        let Some((at, version, to)) = self.dice.pick(&copies) else { return };
        let matter = &self.memory.matters[at];
        let id = matter.id.clone();
        let filer = matter.copies.iter().find(|copy| copy.version == version && copy.to == to);
        let filer = filer.and_then(|copy| copy.filer.clone());
        let made = matter.made.iter().find(|made| made.version == version);
        let maker = filer.or(made.and_then(|made| made.org.clone()));
        let of_maker: Vec<Actor> =
            self.cast.iter().filter(|(_, a)| Some(&a.organisation) == maker.as_ref()).map(|(_, a)| a.clone()).collect();
        let all: Vec<Actor> = self.cast.iter().map(|(_, actor)| actor.clone()).collect();
        let from = if self.dice.chance(88) && !of_maker.is_empty() { of_maker } else { all };
        let actor = self.dice.pick(&from).unwrap();
        let matter = &self.memory.matters[at];
        let copy = matter.copies.iter().position(|copy| copy.version == version && copy.to == to).unwrap();
        let is_filer = Some(&actor.organisation) == maker.as_ref() && self.memory.is_anybody(&actor);
        let expect = if !matter.is_visible(&actor) {
            Expect::mistake("none of their business")
        } else if !is_filer {
            Expect::decided(vec!["not the filer"])
        } else if matter.copies[copy].filed.is_some() {
            Expect::mistake("filed before")
        } else {
            Expect::decided(Vec::new())
        };
        self.says(&actor, format!("files a copy of matter {at}, move {version}"));
        let result =
            self.casework.file_matter(&actor, &id, version, to, Some(digest(self.town.ledger(), "receipt"))).await;
        if self.judged(expect, 1, result).await.is_some() {
            self.memory.matters[at].copies[copy].filed = Some(self.memory.now);
        }
    }
}
