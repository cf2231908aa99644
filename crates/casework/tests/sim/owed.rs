//! What is owed, reckoned anew from memory and held against what casework lists.
//!
//! INVARIANT (owed as remembered): every obligation in the list is one that memory
//! knows, with its day and its state on this day; none that is still to be done is
//! missing.
//!
//! What was cancelled was not done: an assessment, an inspection, a selection or an exit
//! that came to nothing leaves what is owed as it was.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_casework::{CaseState, Obligation, ObligationKind, ObligationState};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{Assessed, Counted};
use shuyu_model::{Day, Time};
use shuyu_registry::Page;

use crate::city::City;
use crate::memory::{Agreement, Copy, Matter, Memory};

/// Kind, what about, which move or step or recipient.
type Key = (&'static str, String, String);

/// When it is due, how it stands, and whether it must be in the list.
type Owed = (Day, ObligationState, bool);

fn stands(due: Day, done: Option<Day>, today: Day) -> ObligationState {
    match done {
        Some(done) if due < done => ObligationState::Late,
        Some(_) => ObligationState::Met,
        None if due < today => ObligationState::Overdue,
        None => ObligationState::Open,
    }
}

impl Memory {
    fn owed(&self) -> BTreeMap<Key, Owed> {
        let mut owed = BTreeMap::new();
        self.matters.iter().for_each(|matter| self.owed_in(matter, &mut owed));
        self.agreements.iter().filter(|one| one.is_of_operator()).for_each(|one| self.owed_under(one, &mut owed));
        for case in &self.cases {
            if let (CaseState::Open, Some(step)) = (case.state, case.open_step())
                && let Some(days) = step.working_days_max
            {
                let due = self.calendar.after(case.step_opened, days).day;
                let key = ("step", case.id.to_string(), step.step.clone());
                owed.insert(key, (due, stands(due, None, self.today()), true));
            }
            for copy in &case.copies {
                let key = ("filing", case.id.to_string(), copy.to.word().to_owned());
                owed.insert(key, self.owed_copy(copy));
            }
        }
        owed
    }

    /// Under an operator's agreement: what follows it, and the inspection of each part.
    fn owed_under(&self, agreement: &Agreement, owed: &mut BTreeMap<Key, Owed>) {
        let (today, until) = (self.today(), agreement.until);
        let followed = stands(until, self.followed(agreement), today);
        owed.insert(("agreement_end", agreement.id.to_string(), "at_expiry".to_owned()), (until, followed, true));
        let Some(rules) = self.regime.matter.get(&MatterKind::Inspection) else { return };
        let (Some(every), Some(parts)) = (&rules.every_months, &rules.parts) else { return };
        for part in &parts.value {
            let is_of_part = |matter: &&Matter| {
                let is_done = ["clear", "closed", "penalised"].contains(&matter.state);
                is_done && matter.facts.get("area") == Some(part)
            };
            let last = self.of_agreement(MatterKind::Inspection, agreement).filter(is_of_part);
            let last = last.map(|matter| matter.entered).chain([agreement.from]).max().unwrap();
            let due = last.saturating_add(jiff::Span::new().months(i64::from(every.value)));
            if due <= until {
                let key = ("assessment", agreement.id.to_string(), format!("inspection {part}"));
                owed.insert(key, (due, stands(due, None, today), true));
            }
        }
    }

    /// The matters of a kind about an agreement or about whom it was given to.
    fn of_agreement<'a>(&'a self, kind: MatterKind, of: &'a Agreement) -> impl Iterator<Item = &'a Matter> {
        let about = [of.id.as_str(), of.grantee.as_str()];
        self.matters.iter().filter(move |matter| matter.kind == kind && about.contains(&matter.subject.as_str()))
    }

    /// When it was settled what follows an agreement: its operator was given a longer
    /// one, who gave it began a choice of who follows that has not failed, or, where nobody
    /// has to be chosen anew, its exit was begun.
    fn followed(&self, agreement: &Agreement) -> Option<Day> {
        let mut days = Vec::new();
        for other in self.agreements.iter().filter(|other| other.is_of_operator()) {
            if other.grantee == agreement.grantee && agreement.until < other.until {
                days.push(other.from.min(agreement.until));
            }
        }
        for matter in self.matters.iter().filter(|matter| matter.kind == MatterKind::OperatorSelection) {
            let follows = matter.facts.get("successor_of").is_some_and(|of| of == agreement.id.as_str());
            if follows && matter.opener == agreement.grantor && matter.state != "failed" {
                days.push(matter.made[0].day);
            }
        }
        if !self.regime.agreement.at_expiry.value.contains(&"reselect".to_owned()) {
            let exits = self.of_agreement(MatterKind::Exit, agreement).filter(|exit| exit.state != "cancelled");
            days.extend(exits.map(|exit| exit.made[0].day));
        }
        days.into_iter().min()
    }

    fn owed_copy(&self, copy: &Copy) -> Owed {
        (copy.due, stands(copy.due, copy.filed.map(Time::day), self.today()), copy.filed.is_none())
    }

    fn owed_in(&self, matter: &Matter, owed: &mut BTreeMap<Key, Owed>) {
        let today = self.today();
        let id = matter.id.to_string();
        for made in matter.made.iter() {
            if let Some(due) = made.was_due {
                let done = made.person.is_some().then_some(made.day);
                owed.insert(
                    ("move", id.clone(), format!("{} {}", made.by, made.version)),
                    (due, stands(due, done, today), false),
                );
            }
        }
        for copy in &matter.copies {
            let what = format!("{} {}", copy.to.word(), copy.version);
            owed.insert(("filing", id.clone(), what), self.owed_copy(copy));
        }
        let Some(due) = matter.due.filter(|_| !matter.is_ended()) else { return };
        let rules = || {
            let rules = self.rules(matter.kind).rules_from(matter.kind.machine(), matter.state);
            rules.filter(|rule| !rule.is_of_platform())
        };
        let first = rules().filter_map(|rule| rule.working_days_max).min();
        let is_set = first.map(|days| self.calendar.after(matter.entered, days)) != Some(due);
        for rule in rules() {
            if let Some(days) = rule.working_days_max {
                let own = self.calendar.after(matter.entered, days).day;
                let day = if is_set { due.day } else { own };
                owed.insert(("move", id.clone(), rule.word.clone()), (day, stands(day, None, today), true));
            }
        }
    }
}

impl City {
    /// INVARIANT (owed as remembered).
    pub(crate) async fn owes(&self) {
        let listed = self.listed().await;
        let owed = self.memory.owed();
        let mut seen = BTreeSet::new();
        for obligation in &listed {
            self.holds(!obligation.clause.is_empty(), || format!("{} names no clause", obligation.key));
            match obligation.kind {
                ObligationKind::Move | ObligationKind::Step | ObligationKind::Filing | ObligationKind::AgreementEnd => {
                    self.remembers(obligation, &owed, &mut seen);
                }
                ObligationKind::Assessment if obligation.what.starts_with("inspection ") => {
                    self.remembers(obligation, &owed, &mut seen);
                }
                ObligationKind::Renewal if obligation.about.starts_with("AGR-") => self.terms(obligation),
                ObligationKind::Renewal => self.renewal(obligation),
                // Nobody explains here: it is owed as long as the step is.
                ObligationKind::Explanation => self.holds(obligation.state == ObligationState::Overdue, || {
                    format!("{} is {:?}", obligation.key, obligation.state)
                }),
                ObligationKind::Assessment | ObligationKind::RulesEnd => self.terms(obligation),
                ObligationKind::Milestone => self.goal(obligation),
                ObligationKind::Paper => self.papers(obligation),
                ObligationKind::RulesWarning => self.warning(obligation),
                // Nobody looks at anybody here on his day, no choice falls due again within a
                // life, and orders and later records are not part of one.
                ObligationKind::Supervision | ObligationKind::Selection => {
                    let is_open = stands(obligation.due_day, None, self.memory.today()) == obligation.state;
                    self.holds(is_open || obligation.kind == ObligationKind::Selection, || obligation.key.clone());
                }
                ObligationKind::Order | ObligationKind::LaterRecord => {
                    self.holds(false, || format!("{} is owed, and nobody entered it", obligation.key));
                }
                // Nothing is landed or published here: it is owed as long as there is something.
                ObligationKind::Update | ObligationKind::Catalogue | ObligationKind::Entry => {
                    let expected = stands(obligation.due_day, None, self.memory.today());
                    self.holds(obligation.state == expected, || format!("{} is {expected:?}", obligation.key));
                }
                // Who was told, and risks by rota: `src/tests/watching.rs`.
                ObligationKind::Notice | ObligationKind::Risk => {}
                // No rules change here: `src/tests/amendments.rs`.
                ObligationKind::Amendment => {}
            }
        }
        for (key, (due, state, is_pending)) in &owed {
            self.holds(!is_pending || seen.contains(key), || format!("{key:?} ({due}, {state:?}) is not listed"));
        }
    }

    /// Holds an obligation against what memory reckons under its key.
    fn remembers(&self, listed: &Obligation, owed: &BTreeMap<Key, Owed>, seen: &mut BTreeSet<Key>) {
        let key = (listed.kind.word(), listed.about.clone(), listed.what.clone());
        let rest = (listed.due_day, listed.state);
        let known = owed.get(&key).map(|(due, state, _)| (*due, *state));
        self.holds(known == Some(rest), || format!("{key:?} is {rest:?}, remembered is {known:?}"));
        seen.insert(key);
    }

    /// Warned of is the last day, in the last days that the rules name.
    fn warning(&self, owed: &Obligation) {
        let regime = &self.memory.regime;
        let is_time = regime.first_warning().is_some_and(|day| day <= self.memory.today());
        self.holds(is_time && regime.last_day() == Some(owed.due_day), || format!("{} is too early", owed.key));
    }

    /// A goal is met by the first matter that it counts, or, as nobody marks one here, not at all.
    fn goal(&self, owed: &Obligation) {
        let goal = self.memory.regime.milestone.iter().find(|goal| goal.name == owed.about).unwrap();
        let done = goal.met_by.and_then(|figure| match figure.counted() {
            Counted::Reached(kind, state) => self.memory.reached(kind, state),
            Counted::Decided(kind) => panic!("no goal with a day is met by a case of {}", kind.word()),
            Counted::Effects => panic!("no goal with a day is met by an assessment of effect"),
            Counted::Uses => panic!("no goal is met by uses"),
        });
        let listed = (Some(owed.due_day), owed.state);
        let expected = (goal.due, stands(owed.due_day, done, self.memory.today()));
        self.holds(listed == expected, || format!("{} is {listed:?}, remembered is {expected:?}", owed.key));
    }

    /// A renewal is owed from the day on which it can be applied for to the last day.
    fn renewal(&self, owed: &Obligation) {
        let (memory, today) = (&self.memory, self.memory.today());
        let at = memory.registrations.iter().position(|known| known.id.as_str() == owed.about);
        let Some(known) = at.map(|at| &memory.registrations[at]) else {
            return self.holds(false, || format!("{} is owed by no registration", owed.key));
        };
        let days = i64::from(memory.regime.registration.renewal_days_before.value);
        let opens = known.until.saturating_sub(jiff::Span::new().days(days));
        let is_so = memory.standing(known.of) == at
            && opens <= today
            && (owed.due_day, owed.state) == (known.until, stands(known.until, None, today));
        self.holds(is_so, || format!("{} is {:?} on {today}", owed.key, owed.state));
    }

    /// What the rules owe at their end, and an operator's agreement: its next assessment,
    /// and the application for a further term.
    fn terms(&self, owed: &Obligation) {
        let (memory, today) = (&self.memory, self.memory.today());
        if owed.kind == ObligationKind::RulesEnd {
            let is_so = owed.state == stands(owed.due_day, None, today);
            return self.holds(is_so, || format!("{} is {:?} on {today}", owed.key, owed.state));
        }
        // Of bodies without a term it falls due by the interval alone.
        if owed.kind == ObligationKind::Assessment && owed.about.starts_with("ORG-") {
            let of = memory.roles_of.keys().find(|org| org.as_str() == owed.about).unwrap();
            let row = memory.regime.assessment.iter().find(|row| {
                let is_theirs = row.of.role().is_some_and(|role| memory.roles_of[of].contains(&role));
                row.form().word() == owed.what && (is_theirs || row.of == Assessed::City)
            });
            let Some((row, every)) = row.and_then(|row| Some((row, row.every_months.as_ref()?))) else {
                return self.holds(false, || format!("{} falls due by no interval", owed.key));
            };
            let from = memory.last_assessed(of, row.form()).or(memory.regime.in_force.from).unwrap();
            let due = from.saturating_add(jiff::Span::new().months(i64::from(every.value)));
            let listed = (owed.due_day, owed.state);
            let expected = (due, stands(due, None, today));
            return self
                .holds(listed == expected, || format!("{} is {listed:?}, remembered is {expected:?}", owed.key));
        }
        let known = memory.agreement_of(&owed.about).map(|at| &memory.agreements[at]);
        let Some(agreement) = known.filter(|agreement| agreement.is_of_operator()) else {
            return self.holds(false, || format!("{} is owed under no agreement in force", owed.key));
        };
        let row =
            memory.regime.assessment.iter().find(|row| row.of == Assessed::Operator && row.form().word() == owed.what);
        let expected = if owed.kind == ObligationKind::Assessment {
            let row = row.unwrap();
            let every = row.every_months.as_ref().unwrap().value;
            let last = memory.last_assessed(&agreement.grantee, row.form());
            let last = last.map_or(agreement.from, |last| last.max(agreement.from));
            let due = last.saturating_add(jiff::Span::new().months(i64::from(every)));
            (due.min(agreement.until), stands(due.min(agreement.until), None, today))
        } else {
            let months = memory.regime.agreement.renewal_months_before.as_ref().unwrap().value;
            let due = agreement.until.saturating_sub(jiff::Span::new().months(i64::from(months)));
            let is_longer = |other: &Agreement| {
                other.is_of_operator() && other.grantee == agreement.grantee && agreement.until < other.until
            };
            self.holds(!memory.agreements.iter().any(is_longer), || format!("{} has been applied for", owed.key));
            (due, stands(due, None, today))
        };
        let listed = (owed.due_day, owed.state);
        self.holds(listed == expected, || format!("{} is {listed:?}, remembered is {expected:?}", owed.key));
    }

    /// A paper is owed by somebody, on its day; the dossier's own tests say which day.
    fn papers(&self, owed: &Obligation) {
        let is_so = owed.organisation.is_some() && owed.state == stands(owed.due_day, None, self.memory.today());
        self.holds(is_so, || format!("{} is {:?} on {}", owed.key, owed.state, self.memory.today()));
    }

    async fn listed(&self) -> Vec<Obligation> {
        let (mut page, mut listed) = (Page::first(), Vec::new());
        loop {
            let found = self.casework.obligations(&self.town.regulators[0], &page).await.unwrap();
            listed.extend(found.items);
            match found.next {
                Some(next) => page.after = Some(next),
                None => return listed,
            }
        }
    }
}
