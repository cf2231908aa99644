//! What is owed, reckoned anew from memory and held against what casework lists.
//!
//! INVARIANT (owed as remembered): every obligation in the list is one that memory
//! knows, with its day and its state on this day; none that is still to be done is
//! missing.
//!
//! What was cancelled was not done: an assessment or an exit that came to nothing leaves
//! what is owed as it was.

use std::collections::BTreeMap;

use shuyu_casework::{CaseState, Obligation, ObligationKind, ObligationState};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{Assessed, Counted};
use shuyu_model::{Day, Time};
use shuyu_registry::{AgreementKind, AgreementState, Page};

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
        let mut seen = BTreeMap::new();
        for obligation in &listed {
            let rest = (obligation.due_day, obligation.state);
            self.holds(!obligation.clause.is_empty(), || format!("{} names no clause", obligation.key));
            match obligation.kind {
                ObligationKind::Move | ObligationKind::Step | ObligationKind::Filing => {
                    let key = (obligation.kind.word(), obligation.about.clone(), obligation.what.clone());
                    let known = owed.get(&key).map(|(due, state, _)| (*due, *state));
                    self.holds(known == Some(rest), || format!("{key:?} is {rest:?}, remembered is {known:?}"));
                    seen.insert(key, rest);
                }
                ObligationKind::Renewal if obligation.about.starts_with("AGR-") => self.terms(obligation),
                ObligationKind::Renewal => self.renewal(obligation),
                // Nobody explains here: it is owed as long as the step is.
                ObligationKind::Explanation => self.holds(obligation.state == ObligationState::Overdue, || {
                    format!("{} is {:?}", obligation.key, obligation.state)
                }),
                ObligationKind::Assessment | ObligationKind::AgreementEnd | ObligationKind::RulesEnd => {
                    self.terms(obligation);
                }
                ObligationKind::Milestone => self.goal(obligation),
                ObligationKind::Paper => self.papers(obligation),
            }
        }
        for (key, (due, state, is_pending)) in &owed {
            self.holds(!is_pending || seen.contains_key(key), || format!("{key:?} ({due}, {state:?}) is not listed"));
        }
    }

    /// A goal is met by the first matter that it counts, or, as nobody marks one here, not at all.
    fn goal(&self, owed: &Obligation) {
        let goal = self.memory.regime.milestone.iter().find(|goal| goal.name == owed.about).unwrap();
        let done = goal.met_by.and_then(|figure| match figure.counted() {
            Counted::Reached(kind, state) => self.memory.reached(kind, state),
            Counted::Decided(kind) => panic!("no goal with a day is met by a case of {}", kind.word()),
            Counted::Effects => panic!("no goal with a day is met by an assessment of effect"),
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

    /// What an operator agreement in force owes: its next assessment, and its end.
    fn terms(&self, owed: &Obligation) {
        let (memory, today) = (&self.memory, self.memory.today());
        if owed.kind == ObligationKind::RulesEnd {
            let is_so = owed.state == stands(owed.due_day, None, today);
            return self.holds(is_so, || format!("{} is {:?} on {today}", owed.key, owed.state));
        }
        // Of bodies without a term it falls due by the interval alone.
        if owed.kind == ObligationKind::Assessment && owed.about.starts_with("ORG-") {
            let of = memory.roles_of.keys().find(|org| org.as_str() == owed.about).unwrap();
            let last = memory.assessed.iter().filter(|(held, _)| held == of).map(|(_, day)| *day).max();
            let from = last.or(memory.regime.in_force.from).unwrap();
            let due = from.saturating_add(jiff::Span::new().months(12));
            let listed = (owed.due_day, owed.state);
            let expected = (due, stands(due, None, today));
            return self
                .holds(listed == expected, || format!("{} is {listed:?}, remembered is {expected:?}", owed.key));
        }
        let known = memory.agreement_of(&owed.about).map(|at| &memory.agreements[at]);
        let holds = |agreement: &&Agreement| {
            agreement.kind == AgreementKind::Operator && agreement.state == AgreementState::InForce
        };
        let Some(agreement) = known.filter(holds) else {
            return self.holds(false, || format!("{} is owed under no agreement in force", owed.key));
        };
        let opened = |kind| {
            let about = [agreement.id.as_str(), agreement.grantee.as_str()];
            let is_of = move |matter: &&Matter| matter.kind == kind && about.contains(&matter.subject.as_str());
            memory.matters.iter().filter(is_of).filter(|matter| matter.state != "cancelled").map(|m| m.made[0].day)
        };
        let row = memory.regime.assessment.iter().find(|row| row.of == Assessed::Operator);
        let expected = if owed.kind == ObligationKind::Assessment {
            let every = row.unwrap().every_months.as_ref().unwrap().value;
            let last = memory.assessed.iter().filter(|(of, _)| *of == agreement.grantee).map(|(_, day)| *day).max();
            let last = last.map_or(agreement.from, |last| last.max(agreement.from));
            let due = last.saturating_add(jiff::Span::new().months(i64::from(every)));
            (due.min(agreement.until), stands(due.min(agreement.until), None, today))
        } else if owed.kind == ObligationKind::Renewal {
            let months = memory.regime.agreement.renewal_months_before.as_ref().unwrap().value;
            let due = agreement.until.saturating_sub(jiff::Span::new().months(i64::from(months)));
            let is_longer = |other: &Agreement| {
                holds(&other) && other.grantee == agreement.grantee && agreement.until < other.until
            };
            self.holds(!memory.agreements.iter().any(is_longer), || format!("{} has been applied for", owed.key));
            (due, stands(due, None, today))
        } else {
            (agreement.until, stands(agreement.until, opened(MatterKind::Exit).min(), today))
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
