//! A matter as it is kept, as it is opened, and a move as it is made.
//!
//! INVARIANT (in the table): [`Matter::enter`] is the only writer of a state, and
//! takes it from a transition of the kind's table.
//! INVARIANT (opened under): a matter keeps the rules that it was opened under; a
//! later version of them changes no matter.
//!
//! Not here: who may do what (`matter/guards.rs`), what a move does to rights
//! (`matter/effects.rs`), the moves themselves (`matters.rs`), days and the
//! platform's own moves (`matter/sweep.rs`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use shuyu_model::calendar::WorkingDay;
use shuyu_model::id::{MatterId, OrganisationId, PersonId};
use shuyu_model::matter::{Effect, Machine, MatterKind, Transition};
use shuyu_model::regime::MatterRules;
use shuyu_model::{Calendar, Day, Digest, Role, Time};

use crate::case::{REASON_CHARS_MAX, REASON_CHARS_MIN};

pub(crate) mod cites;
pub(crate) mod discovery;
pub(crate) mod effects;
pub(crate) mod followed;
pub(crate) mod guards;
pub(crate) mod opinions;
pub(crate) mod processors;
pub(crate) mod reopen;
pub(crate) mod store;
mod supplies;
mod sweep;
mod view;

pub use sweep::{SWEEP_MATTERS_MAX, Swept};
pub use view::{MatterFiling, MatterFilter, MatterItem, MatterView, MoveView, MovedView};
pub(crate) use view::{is_visible, of_matter, sees_all};

/// The longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 200;
/// The most facts that a matter can have.
pub const FACTS_MAX: usize = 64;
/// The longest key of a fact, in characters.
pub const FACT_KEY_CHARS_MAX: usize = 64;
/// The longest fact, in characters.
pub const FACT_CHARS_MAX: usize = 2000;
/// The most moves of one matter, its opening included.
pub const MOVES_MAX: i64 = 200;
/// The most records that one move, or an opening, cites.
pub const CITES_MAX: usize = 32;

/// Facts of a matter: what the documents prescribe as contents, and what else the
/// parties tell. Never a value from the data.
pub type Facts = BTreeMap<String, String>;

/// A matter to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMatter {
    /// Of which kind.
    pub kind: MatterKind,
    /// What it is about: the id of an organisation, an agreement, a scenario, a
    /// resource, a case or another matter.
    pub subject: String,
    /// The second party, where the kind has one: the operator that admits, the body
    /// complained against.
    #[serde(default)]
    pub counterparty: Option<OrganisationId>,
    /// What people call it.
    pub title: String,
    /// What is known of it.
    #[serde(default)]
    pub facts: Facts,
    /// The records that it rests on: ids of matters, cases and things.
    #[serde(default)]
    pub cites: Vec<String>,
}

/// A move to be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatterMove {
    /// Which, by its word in the table.
    pub name: String,
    /// Why.
    pub reason: String,
    /// The document that the move needs, by its digest.
    #[serde(default)]
    pub evidence: Option<Digest>,
    /// What is told by it.
    #[serde(default)]
    pub facts: Facts,
    /// The day by which the next move is due, where it shall be earlier than the
    /// rules allow (限期).
    #[serde(default)]
    pub due_day: Option<Day>,
    /// The records that it rests on: ids of matters, cases and things.
    #[serde(default)]
    pub cites: Vec<String>,
    /// Whom the matter goes to, where the move gives it to somebody.
    #[serde(default)]
    pub assignee: Option<OrganisationId>,
    /// The version of the matter that the caller saw.
    pub seen_version: i64,
}

impl NewMatter {
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let chars = self.title.trim().chars().count();
        if !(1..=TITLE_CHARS_MAX).contains(&chars) || self.title.chars().any(char::is_control) {
            faults.push(format!("`title` has {chars} characters; it is 1 to {TITLE_CHARS_MAX}, on one line"));
        }
        match (self.kind.machine().counterparty, &self.counterparty) {
            (Some(what), None) => faults.push(format!("`counterparty` is missing: {what}")),
            (None, Some(_)) => faults.push("a matter of this kind has no `counterparty`".to_owned()),
            _ => {}
        }
        facts_faults(&self.facts, &mut faults);
        cites_faults(&self.cites, &mut faults);
        faults
    }
}

impl MatterMove {
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let chars = self.reason.trim().chars().count();
        if !(REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&chars) {
            faults
                .push(format!("`reason` has {chars} characters; say why in {REASON_CHARS_MIN} to {REASON_CHARS_MAX}"));
        }
        facts_faults(&self.facts, &mut faults);
        cites_faults(&self.cites, &mut faults);
        faults
    }
}

fn cites_faults(cites: &[String], faults: &mut Vec<String>) {
    if cites.len() > CITES_MAX {
        faults.push(format!("`cites` are more than {CITES_MAX}"));
    }
    if cites.iter().collect::<BTreeSet<_>>().len() < cites.len() {
        faults.push("`cites` name a record twice".to_owned());
    }
}

fn facts_faults(facts: &Facts, faults: &mut Vec<String>) {
    if facts.len() > FACTS_MAX {
        faults.push(format!("`facts` are more than {FACTS_MAX}"));
    }
    for (key, value) in facts {
        let shown: String = key.chars().take(FACT_KEY_CHARS_MAX).collect();
        if !shuyu_model::regime::is_key(key) || key.len() > FACT_KEY_CHARS_MAX {
            faults.push(format!("`{shown}` is no key: 1 to {FACT_KEY_CHARS_MAX} lower-case letters, digits or `_`"));
        }
        if value.chars().count() > FACT_CHARS_MAX {
            faults.push(format!("the fact `{shown}` is longer than {FACT_CHARS_MAX} characters"));
        }
    }
}

/// A matter as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Matter {
    pub(crate) id: MatterId,
    pub(crate) kind: MatterKind,
    pub(crate) rules: MatterRules,
    pub(crate) regime: String,
    pub(crate) subject: String,
    pub(crate) subject_organisation: Option<OrganisationId>,
    pub(crate) counterparty: Option<OrganisationId>,
    pub(crate) title: String,
    pub(crate) state: &'static str,
    pub(crate) entered_at: Time,
    /// When the next move of people is due.
    pub(crate) due: Option<WorkingDay>,
    /// The first day on which the platform makes its own.
    pub(crate) platform_day: Option<Day>,
    /// Counts moves, the opening included: the ETag.
    pub(crate) version: i64,
    pub(crate) opener: OrganisationId,
    pub(crate) opener_person: PersonId,
    pub(crate) parties: BTreeMap<Role, OrganisationId>,
    /// Who opened it or made its subject.
    pub(crate) authors: Vec<PersonId>,
    pub(crate) facts: Facts,
    pub(crate) opened_at: Time,
    pub(crate) ended_at: Option<Time>,
}

/// The fact in which an assessment says its form.
pub(crate) const FORM: &str = "form";
/// The fact in which it says of which round it is.
pub(crate) const ROUND: &str = "round";

/// A move as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Moved {
    pub(crate) version: i64,
    pub(crate) by: String,
    pub(crate) from: String,
    pub(crate) to: String,
    /// Nobody where the platform made it.
    pub(crate) person: Option<PersonId>,
    pub(crate) organisation: Option<OrganisationId>,
    pub(crate) reason: String,
    pub(crate) evidence: Option<Digest>,
    pub(crate) facts: Facts,
    pub(crate) cites: Vec<String>,
    /// Whom it gave the matter to.
    pub(crate) assignee: Option<OrganisationId>,
    /// When it was due, if there was a day.
    pub(crate) due_day: Option<Day>,
    pub(crate) at: Time,
}

/// What was known when a matter last reached a state; what was forgotten on the way
/// is not.
pub(crate) fn known_at(machine: &Machine, history: &[Moved], state: &str) -> Facts {
    let (mut known, mut there) = (Facts::new(), Facts::new());
    for moved in history {
        let row = machine.transition(&moved.from, &moved.by);
        if row.is_some_and(|row| row.effects.contains(&Effect::Forget)) {
            known = there.clone();
        }
        known.extend(moved.facts.clone());
        if moved.to == state {
            there = known.clone();
        }
    }
    there
}

/// What a matter begins with, whoever opens it.
pub(crate) struct Begun {
    pub(crate) id: MatterId,
    pub(crate) kind: MatterKind,
    pub(crate) rules: MatterRules,
    pub(crate) regime: String,
    pub(crate) subject: String,
    pub(crate) subject_organisation: Option<OrganisationId>,
    pub(crate) counterparty: Option<OrganisationId>,
    pub(crate) title: String,
    pub(crate) opener: OrganisationId,
    pub(crate) opener_person: PersonId,
    pub(crate) parties: BTreeMap<Role, OrganisationId>,
    pub(crate) authors: Vec<PersonId>,
    pub(crate) facts: Facts,
}

impl Matter {
    /// In the first state of its kind, with the days that follow from it.
    pub(crate) fn begun(new: Begun, at: Time, calendar: &Calendar) -> Self {
        let initial = new.kind.machine().initial();
        let mut matter = Self {
            id: new.id,
            kind: new.kind,
            rules: new.rules,
            regime: new.regime,
            subject: new.subject,
            subject_organisation: new.subject_organisation,
            counterparty: new.counterparty,
            title: new.title,
            state: initial,
            entered_at: at,
            due: None,
            platform_day: None,
            version: 1,
            opener: new.opener,
            opener_person: new.opener_person,
            parties: new.parties,
            authors: new.authors,
            facts: new.facts,
            opened_at: at,
            ended_at: None,
        };
        matter.begin_in(initial, at, None, calendar);
        matter
    }

    pub(crate) fn machine(&self) -> &'static Machine {
        self.kind.machine()
    }

    pub(crate) fn is_ended(&self) -> bool {
        self.machine().is_final(self.state)
    }

    /// The last day on which the rules let the next move of people be in time; the
    /// earliest, where several have one.
    pub(crate) fn due_in(&self, state: &str, at: Time, calendar: &Calendar) -> Option<WorkingDay> {
        let rules = self.rules.rules_from(self.machine(), state).filter(|rule| !rule.is_of_platform());
        let days = rules.filter_map(|rule| rule.working_days_max).min()?;
        Some(calendar.after(at.day(), days))
    }

    /// Goes where a transition leads. A transition that stays leaves the days as they are.
    pub(crate) fn enter(&mut self, transition: &Transition, at: Time, due_day: Option<Day>, calendar: &Calendar) {
        self.version = self.version.saturating_add(1);
        if transition.to != transition.from {
            self.begin_in(transition.to, at, due_day, calendar);
        }
        if self.is_ended() {
            self.ended_at = Some(at);
        }
    }

    /// Stands in a state from now on, with the days that follow from it.
    pub(crate) fn begin_in(&mut self, state: &'static str, at: Time, due_day: Option<Day>, calendar: &Calendar) {
        self.state = state;
        self.entered_at = at;
        let due = self.due_in(state, at, calendar);
        self.due = due.map(|due| due_day.map_or(due, |day| WorkingDay { day, is_estimated: false }));
        let own = self.rules.rules_from(self.machine(), state).find(|rule| rule.is_of_platform());
        self.platform_day = own.and_then(|rule| match rule.working_days_max {
            Some(days) => Some(calendar.after(at.day(), days).day),
            None => self.due.map(|due| due.day.saturating_add(jiff::Span::new().days(1))),
        });
    }
}
