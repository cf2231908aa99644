//! What the documents say of resources, agreements, scenarios and permits, reckoned
//! anew from memory.
//!
//! INVARIANT (no permit outlives its basis): [`Memory::against_permit`] is asked of
//! every permit after every step; what speaks against it has killed it.

use std::collections::BTreeSet;

use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::TermSetBy;
use shuyu_model::{Actor, Day, Role, UseKind};
use shuyu_registry::{Act, AdmissionState, AgreementKind, AgreementState, ScenarioState};

use crate::memory::{Agreement, Memory, Org, Scenario, need};
use crate::registrations::Of;

type Grounds = Vec<&'static str>;

/// What a permit is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) act: Act,
    pub(crate) scenario: usize,
    pub(crate) entity: Option<Org>,
    pub(crate) use_kind: Option<UseKind>,
    /// As which product.
    pub(crate) product: Option<usize>,
    /// The development agreement that it was given under; any that holds, before.
    pub(crate) under: Option<usize>,
}

impl Memory {
    /// Whether the document holds today.
    pub(crate) fn law(&self, found: &mut Grounds) {
        let years = self.regime.in_force.years.map(|years| jiff::Span::new().years(i64::from(years)));
        let first: Option<Day> = self.regime.in_force.from;
        let holds = first.is_some_and(|first| {
            first <= self.today() && years.is_none_or(|years| self.today() < first.saturating_add(years))
        });
        need(holds, "the document does not hold", found);
    }

    pub(crate) fn role(&self, actor: &Actor, roles: &[Role], found: &mut Grounds) {
        need(roles.iter().any(|role| self.is(actor, *role)), "the role", found);
    }

    pub(crate) fn rests(&self, id: &str) -> bool {
        self.held.iter().any(|(held, _)| held == id)
    }

    pub(crate) fn against_resource(&self, at: usize, found: &mut Grounds) {
        let (resource, rules) = (&self.resources[at], &self.regime.resource);
        need(!rules.must_be_registered.value || resource.registered_until.is_some(), "not registered", found);
        need(resource.registered_until.is_none_or(|until| self.now < until), "registration expired", found);
        need(!rules.negative_list_is_barred.value || !resource.is_barred, "on the negative list", found);
        let is_free = resource.shared_from.is_none() || resource.has_consent;
        need(!rules.shared_needs_provider_consent.value || is_free, "no consent to sharing", found);
    }

    fn against_columns(&self, at: usize, columns: &[&str], found: &mut Grounds) {
        let rules = &self.regime.resource;
        for (_, grade) in self.resources[at].columns.iter().filter(|(name, _)| columns.contains(&name.as_str())) {
            need(grade.is_some() || !rules.must_be_graded.value, "ungraded", found);
            need(!grade.is_some_and(|grade| rules.grades_barred.value.contains(&grade)), "of a barred grade", found);
        }
    }

    /// Whether an agreement holds now.
    pub(crate) fn against_holding(&self, at: usize, found: &mut Grounds) {
        let agreement = &self.agreements[at];
        need(agreement.state == AgreementState::InForce, "agreement not in force", found);
        need(agreement.from <= self.today() && self.today() <= agreement.until, "not within its term", found);
        need(!self.rests(agreement.id.as_str()), "agreement suspended", found);
    }

    /// All who own it, itself first.
    fn above(&self, org: &Org) -> BTreeSet<Org> {
        let mut seen = BTreeSet::from([org.clone()]);
        let mut left = vec![org.clone()];
        while let Some(next) = left.pop() {
            left.extend(self.owners[&next].iter().filter(|owner| seen.insert((*owner).clone())).cloned());
        }
        seen
    }

    /// The town has no public body among the owners, so a common one makes kin.
    fn affiliated(&self, operator: &Org, entity: &Org, found: &mut Grounds) {
        let is_apart = self.above(operator).is_disjoint(&self.above(entity));
        need(is_apart || !self.regime.agreement.operator_may_not_redevelop.value, "affiliated", found);
    }

    /// Against an agreement as it is drafted.
    pub(crate) fn against_agreement(&self, new: &Agreement) -> Grounds {
        let (mut found, rules) = (Vec::new(), &self.regime.agreement);
        self.law(&mut found);
        let gets = if new.kind == AgreementKind::Operator { Role::Operator } else { Role::Entity };
        need(self.roles_of[&new.grantee].contains(&gets), "the grantee's role", &mut found);
        match new.scenario {
            None => {
                let years = jiff::Span::new().years(i64::from(rules.years_max.value));
                let (end, after) =
                    (new.from.saturating_add(years), new.until.saturating_add(jiff::Span::new().days(1)));
                let is_in_principle = rules.term_is_in_principle.value && new.has_reason;
                need(after <= end || is_in_principle, "too long", &mut found);
                let is_stated = rules.term_set_by.value == TermSetBy::Document;
                need(end <= after || !is_stated || new.has_reason, "shorter without a reason", &mut found);
                new.resources.iter().for_each(|at| self.against_resource(*at, &mut found));
            }
            Some(at) => {
                let scenario = &self.scenarios[at];
                self.against_use(at, &mut found);
                need(scenario.operator == new.grantor, "somebody else's scenario", &mut found);
                let known: BTreeSet<usize> = scenario.fields.iter().map(|(at, _)| *at).collect();
                need(new.resources.iter().all(|at| known.contains(at)), "beyond the scenario", &mut found);
                self.affiliated(&new.grantor, &new.grantee, &mut found);
                self.against_holding(scenario.agreement, &mut found);
                let is_within = new.until <= self.agreements[scenario.agreement].until;
                need(is_within || !rules.development_within_operator_term.value, "outlasts the other", &mut found);
            }
        }
        found
    }

    pub(crate) fn against_use(&self, at: usize, found: &mut Grounds) {
        let scenario = &self.scenarios[at];
        need(scenario.state == ScenarioState::Approved, "scenario not approved", found);
        need(!self.rests(scenario.id.as_str()), "scenario suspended", found);
    }

    fn covered(&self, scenario: &Scenario, found: &mut Grounds) {
        let known = &self.agreements[scenario.agreement].resources;
        need(scenario.fields.iter().all(|(at, _)| known.contains(at)), "not covered", found);
    }

    fn against_fields(&self, scenario: &Scenario, found: &mut Grounds) {
        let used: BTreeSet<usize> = scenario.fields.iter().map(|(at, _)| *at).collect();
        for at in used {
            let of_it = scenario.fields.iter().filter(|(of, _)| *of == at).map(|(_, name)| name.as_str());
            self.against_resource(at, found);
            self.against_columns(at, &of_it.collect::<Vec<_>>(), found);
        }
    }

    /// Against a scenario as it is drafted.
    pub(crate) fn against_scenario(&self, new: &Scenario) -> Grounds {
        let mut found = Vec::new();
        self.law(&mut found);
        self.against_holding(new.agreement, &mut found);
        self.covered(new, &mut found);
        need(new.operator == self.agreements[new.agreement].grantee, "somebody else's agreement", &mut found);
        self.against_fields(new, &mut found);
        need(new.has_reasons, "a field without a reason", &mut found);
        need(new.has_plan || !self.regime.scenario.needs_emergency_plan.value, "no emergency plan", &mut found);
        found
    }

    /// Against a permit, now.
    pub(crate) fn against_permit(&self, actor: &Actor, wish: &Wish) -> Grounds {
        let (mut found, scenario) = (Vec::new(), &self.scenarios[wish.scenario]);
        self.law(&mut found);
        let (roles, whose): (&[Role], Vec<&Org>) = match wish.act {
            Act::Compute if self.regime.processor.is_some() => (&[Role::Processor], vec![&scenario.operator]),
            Act::Compute | Act::Deliver => (&[Role::Operator], vec![&scenario.operator]),
            Act::Review => {
                let agency = &self.agreements[scenario.agreement].grantor;
                (&[Role::Agency, Role::Operator], vec![&scenario.operator, agency])
            }
            Act::Use => (&[Role::Entity], wish.entity.iter().collect()),
        };
        self.role(actor, roles, &mut found);
        need(whose.contains(&&actor.organisation), "no party", &mut found);
        self.against_use(wish.scenario, &mut found);
        need(
            scenario.plan_until.is_none_or(|last| self.today() <= last),
            "applied for a time that is over",
            &mut found,
        );
        self.against_holding(scenario.agreement, &mut found);
        need(wish.use_kind.is_none_or(|kind| kind == scenario.use_kind), "another use", &mut found);
        self.covered(scenario, &mut found);
        self.against_fields(scenario, &mut found);
        let mut used = scenario.fields.iter().map(|(at, _)| self.resources[*at].id.as_str());
        need(!used.any(|id| self.rests(id)), "use of the resource stopped", &mut found);
        if let Some(entity) = &wish.entity {
            self.against_serving(wish, entity, &mut found);
        }
        if let Some(product) = wish.product {
            let is_registered = self.holding(Of::Product(product)).is_some();
            let is_asked = self.regime.registration.products_are_registered.value;
            need(is_registered || !is_asked, "product not registered", &mut found);
        }
        found
    }

    fn against_serving(&self, wish: &Wish, entity: &Org, found: &mut Grounds) {
        let operator = &self.scenarios[wish.scenario].operator;
        if self.regime.agreement.entity_must_be_contracted.value {
            let holds = |at: usize| {
                let mut against = Vec::new();
                self.against_holding(at, &mut against);
                against.is_empty()
            };
            let is_of = |agreement: &Agreement| {
                agreement.scenario == Some(wish.scenario)
                    && agreement.grantee == *entity
                    && agreement.kind == AgreementKind::Development
            };
            let any = || (0..self.agreements.len()).any(|at| is_of(&self.agreements[at]) && holds(at));
            need(wish.under.map_or_else(any, holds), "not contracted", found);
        }
        let rules = self.regime.matter.get(&MatterKind::EntityOnboarding);
        let is_asked = rules.and_then(|rules| rules.required_for_use.as_ref()).is_some_and(|asked| asked.value);
        let is_in = match self.admissions.get(&(entity.clone(), operator.clone())) {
            Some(state) => *state == AdmissionState::Admitted,
            None => !is_asked,
        };
        need(is_in, "not admitted", found);
        self.affiliated(operator, entity, found);
    }
}
