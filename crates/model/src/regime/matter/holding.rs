//! What a matter holds up while it stands as it does, whom alone its opener may open it
//! on, and which other matter follows from what it tells, as a jurisdiction says it.
//!
//! INVARIANT (can stand): a state that holds something up is one of the table, and what
//! it holds up is a procedure that the jurisdiction has.
//!
//! Not here: asking (`casework::held`), opening what follows (`casework::raised`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Faults, MatterRules, Regime};
use crate::actor::Role;
use crate::matter::MatterKind;
use crate::regime::ProcedureKind;

/// What goes on no further while a matter about it, about its project or about who
/// carries it out stands in one of some states: a failed check blocks the next stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// In which states of the matter.
    pub states: Vec<String>,
    /// Which cases open no more, and are approved no more.
    pub procedures: Vec<ProcedureKind>,
    /// The clause.
    pub source: String,
}

/// A matter that the platform opens because another tells something: a complaint about
/// monopoly conduct opens an inspection by whoever supervises the market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raise {
    /// What the matter tells.
    pub told: BTreeMap<String, String>,
    /// Which matter is opened on the counterparty, or else on whom the first is about.
    pub opens: MatterKind,
    /// Who opens it: the body that has this role here.
    pub by: Role,
    /// What it tells at its opening beside what was found.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
    /// Prices and terms of the organisation are told with it.
    #[serde(default)]
    pub attaches_terms: bool,
    /// The clause.
    pub source: String,
}

impl MatterRules {
    /// The holds on cases of a kind.
    pub fn holds_on(&self, kind: ProcedureKind) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(move |hold| hold.procedures.contains(&kind))
    }

    /// Whether who opens it in this role must have an agreement with whom it is about.
    pub fn needs_agreement(&self, role: Role) -> bool {
        self.under_agreement.as_ref().is_some_and(|roles| roles.value.contains(&role))
    }
}

pub(super) fn faults_of(name: &str, kind: MatterKind, rules: &MatterRules, regime: &Regime, faults: &mut Faults) {
    for hold in &rules.holds {
        if hold.states.is_empty() || hold.procedures.is_empty() || hold.source.trim().is_empty() {
            faults.named(format!("{name} holds need `states`, `procedures` and a clause (`source`)"));
        }
        for state in hold.states.iter().filter(|state| kind.machine().state(state).is_none()) {
            faults.named(format!("{name} holds: it never is `{state}`"));
        }
        for held in hold.procedures.iter().filter(|held| !regime.procedure.contains_key(held)) {
            faults.named(format!("{name} holds: there is no `procedure.{}` here", held.word()));
        }
    }
    for raise in &rules.raises {
        let at = format!("{name} raises `matter.{}`", raise.opens.word());
        if raise.told.is_empty() || raise.source.trim().is_empty() {
            faults.named(format!("{at}: it needs what is `told` and a clause (`source`)"));
        }
        for (key, told) in &raise.told {
            let choice = rules.choices.iter().find(|choice| choice.key == *key);
            if !choice.is_some_and(|choice| choice.values.contains(told)) {
                faults.named(format!("{at}: `{key}` is never answered with `{told}`"));
            }
        }
        match regime.matter.get(&raise.opens) {
            None => faults.named(format!("{at}: there is none here")),
            Some(of) if !of.open_by.contains(&raise.by) => {
                faults.named(format!("{at}: `{}` opens none of these", raise.by.word()));
            }
            Some(_) => {}
        }
    }
    for role in rules.under_agreement.iter().flat_map(|roles| &roles.value) {
        if !rules.open_by.contains(role) {
            faults.named(format!("{name}: `under_agreement` names `{}`, which opens none", role.word()));
        }
    }
}
