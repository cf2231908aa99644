//! What a processor (数据加工主体) may: its agreement, and computing within an order.
//!
//! Only where the document has a processor apart from the operator. There the operator
//! orders and does not compute; the processor computes what was ordered, within its own
//! agreement, and nothing else (CS23 15, 16, 26).
//!
//! INVARIANT (ordered): where `processor.on_orders_only` holds, a permit to compute
//! rests on an order that its processor has taken, and dies with it.
//!
//! Not here: placing and answering orders (`orders`).

use std::collections::BTreeSet;
use std::sync::Arc;

use shuyu_model::id::ResourceId;
use shuyu_model::regime::{Ban, PaperAct};
use shuyu_model::{Actor, Reason, Regime, Role, Time};

use crate::decide::{self, Asked};
use crate::dossier::{self, Parties};
use crate::order::{Order, OrderState};
use crate::permit::Scope;
use crate::reasons::{self, cut, names};
use crate::{Agreement, Scenario, affiliates, agreements};

/// Everything that speaks against a processing agreement as it is drafted.
pub(crate) fn against(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) {
    found.extend(role_here(asked.regime, Role::Processor));
    let Some(rules) = &asked.regime.processor else { return };
    // No length is stated; the next selection is due then (CS23 19).
    agreements::term(asked, agreement, &rules.cycle_years, found);
    for resource in agreement.resources.iter().filter_map(|id| asked.world.resources.get(id)) {
        decide::of_resource(asked, resource, found);
    }
    let parties = Parties::default().with(Role::Agency, [&agreement.grantor]);
    let parties = parties.with(Role::Processor, [&agreement.grantee]);
    dossier::against(asked, PaperAct::ProcessingAgreement, &parties, None, found);
    let is_empty = |heading: &&String| agreement.contents.get(*heading).is_none_or(|text| text.trim().is_empty());
    let missing: Vec<&String> = rules.contents_required.value.iter().filter(is_empty).collect();
    if !missing.is_empty() {
        let what = format!("the processing agreement says nothing under: {}", names(&missing));
        let instead = "write something under each of these headings";
        found.push(asked.regime.reason(reasons::PROCESSING_CONTENTS, &rules.contents_required, what, instead));
    }
}

/// REG-070: nobody takes part in a role that the document does not know.
pub(crate) fn role_here(regime: &Regime, role: Role) -> Option<Reason> {
    (!regime.has_role(role)).then(|| {
        let rule = &regime.roles.processor;
        let what = format!("the rules {} know no {}", regime.stamp(), role.word());
        let instead = format!("here this is done by the {}", regime.word(regime.computing_role()));
        regime.reason(reasons::ROLE_NOT_HERE, rule, what, instead)
    })
}

/// What a permit to compute rests on beside the operator's own agreement.
#[derive(Debug, Clone)]
pub(crate) struct Leave {
    pub(crate) order: Arc<Order>,
    pub(crate) agreement: Arc<Agreement>,
}

impl Leave {
    /// The first moment after its last day, or that of its agreement.
    pub(crate) fn ends_at(&self) -> Time {
        self.agreement.ends_at().min(ends_at(&self.order))
    }
}

fn ends_at(order: &Order) -> Time {
    Time::at_start_of(order.until.saturating_add(jiff::Span::new().days(1)))
}

/// REG-072 and what is wrong with the agreement: the order under which the actor's
/// organisation may compute for a scenario.
pub(crate) fn leave(asked: &Asked<'_>, actor: &Actor, scenario: &Scenario, found: &mut Vec<Reason>) -> Option<Leave> {
    let rules = asked.regime.processor.as_ref()?;
    let today = asked.now.day();
    let live = asked.world.orders.values().find(|order| {
        order.scenario == scenario.id
            && order.processor == actor.organisation
            && order.state == OrderState::Taken
            && today <= order.until
    });
    let Some(order) = live else {
        let what = format!(
            "`{}` has taken no order for the scenario `{}` that runs today",
            cut(asked.world.name_of(&actor.organisation)),
            scenario.title
        );
        let instead = format!("the {} orders first, and the order is taken", asked.regime.word(Role::Operator));
        found.push(asked.regime.reason(reasons::NO_ORDER, &rules.on_orders_only, what, instead));
        return None;
    };
    let agreement = asked.world.agreements.get(&order.agreement)?;
    decide::of_agreement(asked, agreement, found);
    decide::covered(asked, agreement, order.resources(), found);
    apart(asked, order, found);
    Some(Leave { order: Arc::clone(order), agreement: Arc::clone(agreement) })
}

/// REG-073: cuts what is asked for down to what is ordered; what lies beyond is refused.
pub(crate) fn within(asked: &Asked<'_>, order: &Order, scope: &Scope, found: &mut Vec<Reason>) -> Scope {
    let ordered = || order.resources().into_iter().map(|id| (id.clone(), owned(order.columns_of(id)))).collect();
    if scope.columns.is_empty() {
        return scope.clone().columns(ordered());
    }
    let mut beyond = BTreeSet::new();
    for (id, columns) in &scope.columns {
        let within = order.columns_of(id);
        let name = name_of(asked, id);
        beyond.extend(columns.iter().filter(|c| !within.contains(&c.as_str())).map(|c| format!("{name}.{}", cut(c))));
    }
    if !beyond.is_empty() {
        let beyond: Vec<String> = beyond.into_iter().collect();
        let what = format!("not part of the order `{}`: {}", order.title, names(&beyond));
        found.push(otherwise(asked.regime, Ban::ProcessorBeyondScope, what, "compute on the ordered columns"));
    }
    scope.clone()
}

fn owned(columns: Vec<&str>) -> Vec<String> {
    columns.into_iter().map(str::to_owned).collect()
}

fn name_of<'a>(asked: &'a Asked<'_>, id: &'a ResourceId) -> &'a str {
    asked.world.resources.get(id).map_or(id.as_str(), |resource| resource.name.as_str())
}

/// REG-073 for a kind of output that was not ordered.
pub(crate) fn against_output(regime: &Regime, order: &Order, output: &str) -> Option<Reason> {
    (!order.outputs.iter().any(|ordered| ordered == output)).then(|| {
        let what = format!("the order `{}` asks for {}, not for a {output}", order.title, order.outputs.join(", "));
        otherwise(regime, Ban::ProcessorOtherwise, what, "declare an output that was ordered, or have another ordered")
    })
}

fn otherwise(regime: &Regime, ban: Ban, what: String, instead: &str) -> Reason {
    let clause = regime.ban(ban).unwrap_or_else(|| regime.cite_role(Role::Processor));
    Reason::new(reasons::OTHERWISE_THAN_ORDERED, what, clause, instead)
}

/// Everything that speaks against an order as it is placed or taken.
pub(crate) fn against_order(asked: &Asked<'_>, order: &Order, found: &mut Vec<Reason>) {
    decide::in_force(asked, found);
    found.extend(role_here(asked.regime, Role::Processor));
    let (Some(scenario), Some(agreement)) =
        (asked.world.scenarios.get(&order.scenario), asked.world.agreements.get(&order.agreement))
    else {
        return;
    };
    decide::approved(asked, scenario, found);
    let above = asked.world.agreements.get(&scenario.agreement);
    for agreement in above.into_iter().chain([agreement]) {
        decide::of_agreement(asked, agreement, found);
        if agreement.until < order.until {
            let what = format!("it ends on {}, the agreement {} on {}", order.until, agreement.id, agreement.until);
            let instead = format!("let it end on {} or before", agreement.until);
            let rule = &asked.regime.agreement.scope_is_binding;
            found.push(asked.regime.reason(reasons::ORDER_OUTLASTS, rule, what, instead));
        }
    }
    decide::covered(asked, agreement, order.resources(), found);
    apart(asked, order, found);
    let mut beyond = Vec::new();
    for field in &order.fields {
        if !scenario.columns_of(&field.resource).contains(&field.column.as_str()) {
            beyond.push(format!("{}.{}", name_of(asked, &field.resource), cut(&field.column)));
        }
    }
    if !beyond.is_empty() {
        let what = format!("outside the scenario `{}`: {}", scenario.title, names(&beyond));
        let rule = &asked.regime.agreement.scope_is_binding;
        found.push(asked.regime.reason(reasons::OUTSIDE_SCENARIO, rule, what, "order columns of the scenario"));
    }
}

/// REG-075: the processor watches the operator (CS23 24), so it is another, and
/// independent of it, unless the managing body has cleared the conflict for this project.
fn apart(asked: &Asked<'_>, order: &Order, found: &mut Vec<Reason>) {
    let is_cleared = asked.world.cleared.contains_key(&(order.scenario.clone(), order.processor.clone()));
    let link = affiliates::link(asked.world, &order.operator, &order.processor);
    if let Some(link) = link.filter(|_| !is_cleared) {
        let what = format!("`{}` cannot process for this operator: {link}", asked.world.name_of(&order.processor));
        let instead = "order from a processor that is independent of the operator, or let the managing body clear \
                       the conflict with its reason";
        found.push(asked.regime.reason(reasons::OWN_PROCESSOR, &asked.regime.roles.processor, what, instead));
    }
}
