//! What memory knows of checks: which matter holds which case up, and whom alone somebody
//! may look at.

use std::collections::BTreeSet;

use shuyu_model::Actor;
use shuyu_model::regime::{MatterRules, ProcedureKind};
use shuyu_registry::AgreementState;

use crate::memory::{Memory, Org, Thing};

impl Memory {
    /// Whether a matter about a case, its project or its parties holds it up.
    pub(crate) fn is_held_up<'a>(
        &self,
        kind: ProcedureKind,
        thing: &Thing,
        case: Option<String>,
        parties: impl Iterator<Item = &'a Org>,
    ) -> bool {
        let mut about: BTreeSet<String> = parties.map(ToString::to_string).chain(case).collect();
        about.insert(self.id_of(thing));
        if let Thing::Scenario(at) = thing {
            let scenario = &self.scenarios[*at];
            about.insert(self.agreements[scenario.agreement].id.to_string());
            about.insert(scenario.operator.to_string());
        }
        self.matters.iter().filter(|matter| about.contains(&matter.subject)).any(|matter| {
            let is_of = |state: &String| state == matter.state;
            self.rules(matter.kind).holds_on(kind).any(|hold| hold.states.iter().any(is_of))
        })
    }

    /// Whether somebody may look at another without an agreement with it, or has one.
    pub(crate) fn may_look_at(&self, rules: &MatterRules, actor: &Actor, other: Option<&Org>) -> bool {
        let held: Vec<_> = rules.open_by.iter().filter(|role| self.is(actor, **role)).collect();
        let (own, today) = (&actor.organisation, self.today());
        let is_between = |one: &crate::memory::Agreement| {
            let holds = one.state == AgreementState::InForce && one.from <= today && today <= one.until;
            let pair = [Some(&one.grantor), Some(&one.grantee)];
            holds && (pair == [Some(own), other] || pair == [other, Some(own)])
        };
        held.is_empty()
            || held.iter().any(|role| !rules.needs_agreement(**role))
            || self.agreements.iter().any(is_between)
    }
}
