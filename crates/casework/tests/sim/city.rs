//! A city that lives: stations, memory, dice, and what is held against each other
//! after every step.
//!
//! INVARIANT (foreseen): memory says before each act whether it is allowed, refused or
//! a mistake, and the station says the same.
//! INVARIANT (nothing unlogged): what is allowed adds its events, a refusal exactly one
//! with its reasons and clauses, a mistake none.
//! INVARIANT (no fault): nothing else ever goes wrong.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use shuyu_casework::candidacy::NewCondition;
use shuyu_casework::{Casework, CaseworkError};
use shuyu_ledger::{Clock, DatabaseUrl, Ledger, LedgerConfig};
use shuyu_model::id::PersonId;
use shuyu_model::{Actor, CryptoProfile, Regime, Role, Time, Verdict};
use shuyu_registry::testing::{Town, town_under};
use shuyu_registry::{Page, Permit, RegistryError, rules};
use tempfile::TempDir;

use crate::dice::Dice;
use crate::law::Wish;
use crate::memory::{Expect, Memory, Org};

/// How many acts are told when something does not hold.
const ACTS_TOLD: usize = 20;

/// A permit that somebody keeps.
pub(crate) struct Kept {
    pub(crate) permit: Permit,
    pub(crate) actor: Actor,
    pub(crate) wish: Wish,
    pub(crate) is_dead: bool,
}

/// One city under one regime.
pub(crate) struct City {
    pub(crate) town: Town,
    pub(crate) casework: Casework,
    pub(crate) memory: Memory,
    pub(crate) dice: Dice,
    pub(crate) step: usize,
    /// Counts what is said and noted.
    pub(crate) acted: usize,
    /// Everybody, by a name that a replay shares.
    pub(crate) cast: Vec<(String, Actor)>,
    pub(crate) kept: Vec<Kept>,
    pub(crate) head: i64,
    pub(crate) tally: Tally,
    pub(crate) folder: TempDir,
    acts: VecDeque<String>,
    trace: DefaultHasher,
    seed: u64,
}

/// What a life came to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) allowed: usize,
    pub(crate) refused: usize,
    pub(crate) mistaken: usize,
    pub(crate) permits: usize,
    pub(crate) permits_died: usize,
    pub(crate) swept: usize,
    /// What spoke against acts, and how often.
    pub(crate) grounds: BTreeMap<&'static str, usize>,
    /// Allowed acts, by their first two words.
    pub(crate) acts: BTreeMap<String, usize>,
}

/// A mistake of a caller, or a fault.
pub(crate) trait Failure: std::fmt::Debug {
    fn is_mistake(&self) -> bool;
}

impl Failure for RegistryError {
    fn is_mistake(&self) -> bool {
        matches!(self, Self::Unknown { .. } | Self::Malformed { .. } | Self::Conflict { .. })
    }
}

impl Failure for CaseworkError {
    fn is_mistake(&self) -> bool {
        match self {
            Self::Registry(error) => error.is_mistake(),
            Self::Ledger(_) | Self::Damaged { .. } | Self::Exchange(_) => false,
            Self::Unknown { .. } | Self::Malformed { .. } | Self::Conflict { .. } | Self::Stale { .. } => true,
        }
    }
}

/// Five years are thousands of changes, each of which waits for the disk. Memory that
/// looks like a disk proves the same rules; what a crash does is for other tests.
fn scratch() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let here = if memory.is_dir() { TempDir::new_in(memory).ok() } else { None };
    here.unwrap_or_else(|| TempDir::new().unwrap())
}

/// A regime, a draft as if released on the first day, and the moment a life begins.
fn begun(code: &str) -> (Arc<Regime>, Time) {
    let regime = Regime::clone(&rules::shipped(code).unwrap().regime);
    let first = regime.in_force.from.unwrap_or(jiff::civil::date(2026, 6, 1));
    (Arc::new(regime.tried_from(first)), Time::at_start_of(first).plus_micros(9 * 3_600_000_000))
}

/// An empty town. Ids are made by chance, and the departments sign in the order of
/// theirs: founded anew until that order is the one that a replay shares.
async fn founded(code: &str) -> (Town, TempDir) {
    loop {
        let (regime, start) = begun(code);
        let folder = scratch();
        let config = LedgerConfig {
            data_dir: folder.path().to_path_buf(),
            database: DatabaseUrl::Sqlite(folder.path().join("shuyu.db")),
            profile: CryptoProfile::International,
            origin: "jiangcheng.example/sim".to_owned(),
            clock: Clock::stepped(start),
        };
        let town = town_under(&Ledger::open(config).await.unwrap(), regime).await;
        if town.source[0].organisation < town.other_source[0].organisation {
            return (town, folder);
        }
        town.ledger().clone().shutdown().await.unwrap();
    }
}

fn cast(town: &Town) -> Vec<(String, Actor)> {
    let houses = [
        ("regulator", &town.regulators),
        ("agency", &town.agency),
        ("source", &town.source),
        ("other_source", &town.other_source),
        ("operator", &town.operator),
        ("other_operator", &town.other_operator),
        ("bank", &town.bank),
        ("affiliate", &town.affiliate),
        ("supervisor", &town.supervisor),
        ("admin", &town.admins),
    ];
    let named = |(house, people): (&str, &Vec<Actor>)| -> Vec<(String, Actor)> {
        people.iter().enumerate().map(|(at, actor)| (format!("{house}{at}"), actor.clone())).collect()
    };
    houses.into_iter().flat_map(named).collect()
}

impl City {
    pub(crate) async fn found(code: &str, seed: u64) -> Self {
        let (town, folder) = founded(code).await;
        let calendar = rules::shipped(code).unwrap().calendar;
        let casework = Casework::new(town.registry.clone(), Arc::clone(&calendar));
        let organisations = town.registry.organisations(&Page::first()).await.unwrap().items;
        let cast = cast(&town);
        let memory = Memory {
            regime: town.registry.regime_arc(),
            calendar,
            now: town.ledger().now(),
            roles: cast.iter().map(|(_, a)| (a.person.clone(), a.roles.iter().copied().collect())).collect(),
            roles_of: organisations.iter().map(|o| (o.id.clone(), o.roles.clone())).collect(),
            owners: organisations.iter().map(|o| (o.id.clone(), o.owned_by.clone())).collect(),
            resources: Vec::new(),
            agreements: Vec::new(),
            scenarios: Vec::new(),
            products: Vec::new(),
            registrations: Vec::new(),
            applications: BTreeMap::new(),
            seen: BTreeMap::new(),
            cases: Vec::new(),
            matters: Vec::new(),
            held: std::collections::BTreeSet::new(),
            admissions: BTreeMap::new(),
            chosen: Vec::new(),
        };
        for operator in [&town.operator[0], &town.other_operator[0]] {
            let new = NewCondition { code: "own_condition".into(), what: "自设条件".into() };
            let added = casework.add_admission_condition(operator, new).await.unwrap();
            let may = memory.regime.entity.as_ref().and_then(|rules| rules.own_conditions.as_ref());
            assert_eq!(added.into_result().is_ok(), may.is_some_and(|may| may.value));
        }
        let head = town.ledger().journal_head().await.unwrap();
        Self {
            town,
            casework,
            memory,
            dice: Dice::of(seed),
            step: 0,
            acted: 0,
            cast,
            kept: Vec::new(),
            head,
            tally: Tally::default(),
            folder,
            acts: VecDeque::new(),
            trace: DefaultHasher::new(),
            seed,
        }
    }

    /// Somebody; `legal_percent` of the time somebody who may, and is none of `avoid`.
    pub(crate) fn drawn_actor(
        &mut self,
        role: Role,
        party: Option<&Org>,
        avoid: &[PersonId],
        legal_percent: usize,
    ) -> (String, Actor) {
        let may = |actor: &Actor| {
            self.memory.is(actor, role)
                && party.is_none_or(|party| *party == actor.organisation)
                && !avoid.contains(&actor.person)
        };
        let legal: Vec<(String, Actor)> = self.cast.iter().filter(|(_, actor)| may(actor)).cloned().collect();
        let is_legal = self.dice.chance(legal_percent);
        let chosen = if is_legal && !legal.is_empty() { legal } else { self.cast.clone() };
        self.dice.pick(&chosen).unwrap()
    }

    pub(crate) fn name_of(&self, actor: &Actor) -> &str {
        self.cast.iter().find(|(_, known)| known.person == actor.person).map_or("", |(name, _)| name)
    }

    /// Remembers an act, for who has to find out.
    pub(crate) fn says(&mut self, actor: &Actor, act: String) {
        let act = format!("{} {} {act}", self.memory.today(), self.name_of(actor));
        self.notes(act);
    }

    pub(crate) fn notes(&mut self, act: String) {
        // Ids differ from run to run; a candidate's is the only one that is told.
        act.split("Release").next().unwrap_or_default().hash(&mut self.trace);
        self.acted += 1;
        self.acts.push_back(act);
        if self.acts.len() > ACTS_TOLD {
            self.acts.pop_front();
        }
    }

    /// The same for the same life.
    pub(crate) fn trace(&self) -> u64 {
        self.trace.finish()
    }

    #[track_caller]
    pub(crate) fn holds(&self, is_so: bool, what: impl FnOnce() -> String) {
        if !is_so {
            self.fails(&what());
        }
    }

    #[track_caller]
    fn fails(&self, what: &str) -> ! {
        let acts: Vec<&str> = self.acts.iter().map(String::as_str).collect();
        panic!(
            "{what}\nunder {} on {}, seed {}, step {}, while: {}\nthe last acts:\n  {}",
            self.memory.regime.stamp(),
            self.memory.today(),
            self.seed,
            self.step,
            acts.last().unwrap_or(&"nothing"),
            acts.join("\n  ")
        )
    }

    /// Holds a verdict against what was foreseen, and the journal against both. Gives
    /// what was allowed.
    pub(crate) async fn judged<T, E: Failure>(
        &mut self,
        expect: Expect,
        events: i64,
        result: Result<Verdict<T>, E>,
    ) -> Option<T> {
        let before = self.head;
        self.head = self.town.ledger().journal_head().await.unwrap();
        let added = self.head - before;
        expect.grounds.iter().for_each(|ground| *self.tally.grounds.entry(ground).or_default() += 1);
        let foreseen = match expect.mistake {
            Some(what) => format!("a mistake ({what})"),
            None if expect.grounds.is_empty() => "a yes".to_owned(),
            None => format!("a no ({})", expect.grounds.join(", ")),
        };
        let (seen, is_foreseen, given) = match result {
            Err(error) => {
                self.holds(error.is_mistake(), || format!("a fault of ours: {error:?}"));
                self.tally.mistaken += 1;
                self.holds(added == 0, || format!("a mistake added {added} events"));
                (format!("a mistake: {error:?}"), expect.mistake.is_some(), None)
            }
            Ok(Verdict::Allow(given)) => {
                self.tally.allowed += 1;
                self.counted();
                self.holds(added == events, || format!("{added} events were added, not {events}"));
                ("a yes".to_owned(), expect.mistake.is_none() && expect.grounds.is_empty(), Some(given))
            }
            Ok(Verdict::Refuse(reasons)) => {
                self.tally.refused += 1;
                self.refused(added, &reasons).await;
                (format!("a no: {reasons:?}"), expect.mistake.is_none() && !expect.grounds.is_empty(), None)
            }
        };
        self.holds(is_foreseen, || format!("foreseen was {foreseen}, it is {seen}"));
        seen.split(':').next().unwrap_or_default().hash(&mut self.trace);
        given
    }

    fn counted(&mut self) {
        let act = self.acts.back().cloned().unwrap_or_default();
        // The day and who come first.
        let words: Vec<&str> = act.split_whitespace().skip(2).take(1).collect();
        *self.tally.acts.entry(words.join(" ")).or_default() += 1;
    }

    async fn refused(&mut self, added: i64, reasons: &shuyu_model::Reasons) {
        self.holds(added == 1, || format!("a refusal added {added} events"));
        let code = format!("{} ", self.memory.regime.code);
        let is_sourced = |reason: &shuyu_model::Reason| {
            reason.clause.strip_prefix(&code).is_some_and(|clause| !clause.trim().is_empty())
                && !reason.what.is_empty()
                && !reason.instead.is_empty()
        };
        self.holds(reasons.iter().next().is_some(), || "a refusal without a reason".to_owned());
        self.holds(reasons.iter().all(is_sourced), || format!("a reason without its clause: {reasons:?}"));
        let newest = self.town.ledger().journal_page(i64::MAX, 1).await.unwrap();
        let written: serde_json::Value = serde_json::from_str(&newest[0].text("written").unwrap()).unwrap();
        let codes = |value: &serde_json::Value| value["code"].as_str().map(str::to_owned);
        let told: Vec<String> = written["refused"].as_array().into_iter().flatten().filter_map(codes).collect();
        let given: Vec<String> = reasons.iter().map(|reason| reason.code.to_string()).collect();
        self.holds(told == given, || format!("the journal tells {told:?}, the caller was told {given:?}"));
    }
}
