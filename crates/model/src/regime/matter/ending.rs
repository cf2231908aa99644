//! How an agreement ends, as a jurisdiction says it: what must have gone before a move,
//! who alone makes it, on which records an exit is proposed, what is handed over.
//!
//! INVARIANT (fulfillable): what is asked for can be done here: a move that must have
//! gone before is one that the jurisdiction has, and so is a record that proposes.
//!
//! Not here: asking (`casework::matter::guards`), proposing and handing over
//! (`casework::exits`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AnyOf, Citable, Faults, Maker, Makers, MatterRules, Regime};
use crate::actor::Role;
use crate::matter::MatterKind;

/// A move before which another must have been made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Which move waits.
    pub at: String,
    /// For which.
    pub after: String,
    /// Only where the fact `ground` is one of these; always where none is named.
    #[serde(default)]
    pub grounds: Vec<String>,
    /// Only where the organisation concerned takes part in one of these roles.
    #[serde(default)]
    pub on: Vec<Role>,
    /// What must have been told.
    #[serde(default)]
    pub told: BTreeMap<String, AnyOf>,
    /// The clause that asks for it.
    pub source: String,
}

/// A move that, on an organisation in some role, only some of its makers make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reserved {
    /// Which move.
    pub at: String,
    /// On organisations in one of these roles.
    pub on: Vec<Role>,
    /// Who alone makes it then.
    pub by: Makers,
    /// The clause that says so.
    pub source: String,
}

/// A record on which an exit is proposed, so that the agency must decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Of which kind the record is.
    pub of: Citable,
    /// In one of these states.
    pub states: Vec<String>,
    /// What it tells.
    #[serde(default)]
    pub told: BTreeMap<String, AnyOf>,
    /// On which ground the exit is proposed.
    pub ground: String,
    /// The clause.
    pub source: String,
}

/// What is handed over at an exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handing {
    /// 在供服务: the deliveries to an entity for a scenario.
    Service,
    /// 授权数据: a resource whose data was retained under the agreement.
    Data,
    /// 资产: an asset of the operator's register.
    Asset,
}

impl Handing {
    /// Every one.
    pub const ALL: [Handing; 3] = [Self::Service, Self::Data, Self::Asset];

    /// The word in files, database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Data => "data",
            Self::Asset => "asset",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|handing| handing.word() == word)
    }

    /// What people call it.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Service => "在供服务",
            Self::Data => "授权运营数据",
            Self::Asset => "资产",
        }
    }
}

/// Whether facts name one of these grounds; always where none is listed.
pub(super) fn is_on(grounds: &[String], facts: &BTreeMap<String, String>) -> bool {
    grounds.is_empty() || facts.get("ground").is_some_and(|ground| grounds.contains(ground))
}

impl Passage {
    /// Whether it asks on the ground that these facts name, of an organisation in these roles.
    pub fn applies(&self, facts: &BTreeMap<String, String>, roles: &[Role]) -> bool {
        is_on(&self.grounds, facts) && (self.on.is_empty() || self.on.iter().any(|role| roles.contains(role)))
    }

    /// Whether what must have been told is told so.
    pub fn is_told(&self, facts: &BTreeMap<String, String>) -> bool {
        self.told.iter().all(|(key, told)| told.holds(facts.get(key)))
    }
}

impl Proposal {
    /// Whether a matter in this state, telling this, proposes an exit.
    pub fn holds(&self, state: &str, facts: &BTreeMap<String, String>) -> bool {
        self.states.iter().any(|named| named == state) && self.told.iter().all(|(key, told)| told.holds(facts.get(key)))
    }
}

impl MatterRules {
    /// What must have gone before a move.
    pub fn passages_at<'a>(&'a self, at: &'a str) -> impl Iterator<Item = &'a Passage> + 'a {
        self.passages_required.iter().filter(move |passage| passage.at == at)
    }

    /// Who alone makes a move on an organisation in these roles, if anybody alone does.
    pub fn reserved_at<'a>(&'a self, at: &'a str, roles: &'a [Role]) -> Option<&'a Reserved> {
        self.reserved.iter().find(|one| one.at == at && one.on.iter().any(|role| roles.contains(role)))
    }
}

pub(super) fn faults_of(name: &str, kind: MatterKind, rules: &MatterRules, regime: &Regime, faults: &mut Faults) {
    let grounds = &regime.agreement.exit_grounds.value;
    let has = |word: &String| rules.moves.iter().any(|rule| rule.word == *word);
    let known = |at: &str, given: &[String], faults: &mut Faults| {
        for ground in given.iter().filter(|ground| !grounds.contains(ground)) {
            faults.named(format!("{at}: `{ground}` is none of `agreement.exit_grounds`"));
        }
    };
    for contents in &rules.contents_required {
        known(&format!("{name} contents at `{}`", contents.at), &contents.grounds, faults);
    }
    for passage in &rules.passages_required {
        let at = format!("{name} passage to `{}`", passage.at);
        for word in [&passage.at, &passage.after].into_iter().filter(|word| !has(word)) {
            faults.named(format!("{at}: there is no move `{word}` here"));
        }
        if passage.source.trim().is_empty() {
            faults.named(format!("{at} needs a clause (`source`)"));
        }
        known(&at, &passage.grounds, faults);
    }
    for reserved in &rules.reserved {
        let at = format!("{name} reserved `{}`", reserved.at);
        let makers: Vec<Maker> =
            rules.moves.iter().filter(|rule| rule.word == reserved.at).flat_map(|rule| rule.by.0.clone()).collect();
        if reserved.on.is_empty() || reserved.source.trim().is_empty() {
            faults.named(format!("{at} needs `on` and a clause (`source`)"));
        }
        for maker in reserved.by.0.iter().filter(|maker| !makers.contains(maker)) {
            faults.named(format!("{at}: `{}` does not make that move here", maker.word()));
        }
    }
    for proposal in &rules.proposed_on {
        let at = format!("{name} proposed on `{}`", proposal.of.word());
        known(&at, std::slice::from_ref(&proposal.ground), faults);
        let Citable::Matter(of) = proposal.of else {
            faults.named(format!("{at}: an exit is proposed on a matter"));
            continue;
        };
        if !regime.matter.contains_key(&of) {
            faults.named(format!("{at}: there is no `matter.{}` here", of.word()));
        }
        if proposal.states.is_empty() || proposal.source.trim().is_empty() {
            faults.named(format!("{at} needs `states` and a clause (`source`)"));
        }
        for state in proposal.states.iter().filter(|state| of.machine().state(state).is_none()) {
            faults.named(format!("{at}: it never is `{state}`"));
        }
    }
    if rules.hands_over.as_ref().is_some_and(|hands| hands.value.is_empty()) && kind == MatterKind::Exit {
        faults.named(format!("{name}: `hands_over` is empty; leave it out where nothing is listed"));
    }
    if rules.deliveries_go_on_days.as_ref().is_some_and(|days| days.value == 0) {
        faults.named(format!("{name}: `deliveries_go_on_days` is 0; leave it out where deliveries end at once"));
    }
}
