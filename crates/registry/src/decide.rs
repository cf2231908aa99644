//! The rules of the registry, as pure functions over what it knows: each looks
//! at one thing and adds every reason that speaks against it.

use std::collections::BTreeMap;

use shuyu_model::id::{OrganisationId, ResourceId};
use shuyu_model::regime::{FactAct, PaperAct};
use shuyu_model::{Actor, Column, Day, Mask, Reason, Regime, Role, Time, Verdict};

use crate::dossier::{self, OnFile, Parties};
use crate::live::Basis;
use crate::permit::{Act, Granted, PermittedTable, Scope};
use crate::reasons::{self, cut, names};
use crate::registration::rules as registration;
use crate::world::World;
use crate::{
    Agreement, AgreementState, RegistryError, Resource, ResourceState, Scenario, ScenarioState, affiliates, catalogue,
    facts, findings, grading, headings, own, plan, processing, product, requirement, standing,
};

/// What a question is asked about.
pub(crate) struct Asked<'a> {
    pub(crate) world: &'a World,
    pub(crate) regime: &'a Regime,
    pub(crate) now: Time,
}

impl Asked<'_> {
    fn today(&self) -> Day {
        self.now.day()
    }
}

/// The whole question of a permit. The bases are what the answer rests on.
pub(crate) fn permit(
    asked: &Asked<'_>,
    actor: &Actor,
    act: Act,
    scope: &Scope,
) -> Result<Verdict<(Granted, Vec<Basis>)>, RegistryError> {
    let scenario = asked.world.scenario(&scope.scenario)?;
    let agreement = asked.world.agreement(&scenario.agreement)?;
    let entity = match (act.has_entity(), &scope.entity) {
        (false, _) => None,
        (true, Some(entity)) => Some(&asked.world.organisation(entity)?.id),
        (true, None) if act == Act::Use => Some(&actor.organisation),
        (true, None) if act == Act::Deliver && scope.is_public && scenario.is_open(asked.regime) => None,
        (true, None) => return Err(RegistryError::Malformed { faults: vec!["`entity` is missing".to_owned()] }),
    };

    let mut found = Vec::new();
    in_force(asked, &mut found);
    role(asked, actor, act.roles(asked.regime), &mut found);
    // Whoever names columns gets those alone; own tables come with all of a scenario's.
    let asks_for_all = scope.columns.is_empty();
    let redevelops = act == Act::Compute && is_of_entity(asked, actor, scenario);
    let is_ordered = act == Act::Compute && !redevelops && asked.regime.has_role(Role::Processor);
    let leave = if is_ordered { processing::leave(asked, actor, scenario, &mut found) } else { None };
    let scope = match &leave {
        Some(leave) => &processing::within(asked, &leave.order, scope, &mut found),
        None => scope,
    };
    let goes_on = goes_on(asked, act, agreement);
    // Who computes on an order is its party by having taken it, and an entity by its
    // development agreement.
    let development = match entity {
        _ if redevelops => own::of_entity(asked, actor, scenario, &mut found),
        Some(entity) => {
            standing::admitted(asked, &scenario.operator, entity, &mut found);
            affiliated(asked, &scenario.operator, entity, &mut found);
            contracted(asked, scenario, entity, goes_on.map(|_| agreement.as_ref()), &mut found)
        }
        None => None,
    };
    if !is_ordered && !redevelops {
        party(asked, actor, act, scenario, agreement, entity, &mut found);
    }
    approved(asked, scenario, &mut found);
    plan::over(asked, act, scenario, &mut found);
    standing::quarantined(asked, act, scenario, &mut found);
    standing::delisted(asked, scope, &mut found);
    if goes_on.is_some() {
        standing::suspended(asked, agreement.id.as_str(), reasons::AGREEMENT_SUSPENDED, &mut found);
    } else {
        of_agreement(asked, agreement, &mut found);
    }
    used_for(asked, scenario, scope, &mut found);
    let mut tables = columns(asked, scenario, scope, &mut found)?;
    covered(asked, agreement, scenario.resources(), &mut found);
    requirement::against(asked, scenario, &mut found);
    product::unpermitted(asked, scenario, &mut found);

    let product_end = scope.product.as_ref().and_then(|product| registration::of_product(asked, product, &mut found));
    if let Some(product) = scope.product.as_ref().filter(|_| act.has_entity()) {
        product::against(asked, product, scenario.use_kind, &mut found);
    }
    let entity_here = entity.or(redevelops.then_some(&actor.organisation));
    headings::of_its_system(asked, development.filter(|_| act.has_entity()), &mut found);
    let on_file = on_file(asked, act, scenario, agreement, entity_here, &mut found)?;
    let staff_end = match act {
        Act::Compute => dossier::staff::against_access(asked, &actor.organisation, &actor.person, &mut found),
        Act::Review | Act::Deliver | Act::Use => None,
    };

    let mut bases = vec![
        Basis::Person(actor.person.clone()),
        Basis::Organisation(actor.organisation.clone()),
        Basis::Scenario(scenario.id.clone()),
        Basis::Agreement(agreement.id.clone()),
    ];
    bases.extend(on_file.whose.into_iter().map(Basis::Organisation));
    let ends_at = goes_on.map_or(agreement.ends_at(), first_moment_after);
    let mut until = until(asked, ends_at, &tables, development, leave.as_ref(), &mut bases)?;
    until = on_file.last_day.into_iter().chain(staff_end).map(first_moment_after).fold(until, Time::min);
    if act == Act::Compute && asks_for_all {
        let own = own::permitted(asked, actor, scenario, leave.as_ref());
        bases.extend(own.iter().map(|table| Basis::Resource(table.resource.clone())));
        tables.extend(own);
    }
    until = scenario.plan.last_day(act).map(first_moment_after).map_or(until, |end| until.min(end));
    if let Some(product) = &scope.product {
        until = product_end.map_or(until, |end| until.min(end));
        bases.push(Basis::Product(product.clone()));
    }
    for party in entity_here.into_iter().chain(entity_here.map(|_| &scenario.operator)) {
        // Whoever owns them decides whether they are affiliated.
        bases.extend(affiliates::owners(asked.world, party).into_iter().cloned().map(Basis::Organisation));
    }
    let granted = Granted {
        scenario: scenario.id.clone(),
        agreement: agreement.id.clone(),
        development: development.map(|agreement| agreement.id.clone()),
        goes_on: goes_on.is_some(),
        leave,
        use_kind: scenario.use_kind,
        operator: scenario.operator.clone(),
        entity: entity.cloned(),
        tables,
        until,
        clauses: clauses(asked.regime, is_ordered, entity.is_some()),
        regime: asked.regime.stamp(),
    };
    Ok(Verdict::from_reasons((granted, bases), found))
}

/// REG-040 to REG-042, REG-045: the papers that this act waits for.
fn on_file<'a>(
    asked: &Asked<'a>,
    act: Act,
    scenario: &'a Scenario,
    agreement: &'a Agreement,
    entity: Option<&'a OrganisationId>,
    found: &mut Vec<Reason>,
) -> Result<OnFile, RegistryError> {
    let mut sources = Vec::new();
    for id in scenario.resources() {
        sources.push(&asked.world.resource(id)?.source);
    }
    let parties = Parties::default()
        .with(Role::Operator, [&scenario.operator])
        .with(Role::Agency, [&agreement.grantor])
        .with(Role::Source, sources)
        .with(Role::Entity, entity);
    let act = match act {
        Act::Compute => PaperAct::Run,
        Act::Review => PaperAct::ReleaseReview,
        Act::Deliver | Act::Use => PaperAct::Delivery,
    };
    Ok(dossier::against(asked, act, &parties, Some(&scenario.id), found))
}

/// To which day deliveries under an agreement that has ended go on; what else was
/// permitted under it does not. (CS26 六: an exit interrupts no service.)
fn goes_on(asked: &Asked<'_>, act: Act, agreement: &Agreement) -> Option<Day> {
    let last = asked.world.going_on.get(&agreement.id).copied()?;
    let is_over = agreement.state == AgreementState::Ended;
    Some(last).filter(|last| act.has_entity() && is_over && asked.today() <= *last)
}

/// When a permit ends, if nothing changes before; what that rests on joins the bases.
fn until(
    asked: &Asked<'_>,
    ends_at: Time,
    tables: &[PermittedTable],
    development: Option<&Agreement>,
    leave: Option<&processing::Leave>,
    bases: &mut Vec<Basis>,
) -> Result<Time, RegistryError> {
    let mut until = asked.regime.last_day().map(first_moment_after).map_or(ends_at, |end| end.min(ends_at));
    for table in tables {
        let resource = asked.world.resource(&table.resource)?;
        until = resource.registered_until.map_or(until, |end| until.min(end));
        bases.push(Basis::Resource(resource.id.clone()));
    }
    if let Some(development) = development {
        // One that ran out with the operator's own goes on with it.
        until = Some(development.ends_at()).filter(|end| asked.now < *end).map_or(until, |end| until.min(end));
        bases.push(Basis::Agreement(development.id.clone()));
    }
    if let Some(leave) = leave {
        until = until.min(leave.ends_at());
        bases.extend([Basis::Order(leave.order.id.clone()), Basis::Agreement(leave.agreement.id.clone())]);
        let parties = [&leave.order.operator, &leave.order.processor];
        let owners = parties.into_iter().flat_map(|party| affiliates::owners(asked.world, party));
        bases.extend(owners.cloned().map(Basis::Organisation));
    }
    Ok(until)
}

/// What a yes rests on, for the entry that is made of it.
fn clauses(regime: &Regime, is_ordered: bool, has_entity: bool) -> Vec<String> {
    let mut clauses = vec![
        regime.cite(&regime.agreement.scope_is_binding),
        regime.cite(&regime.resource.must_be_registered),
        regime.cite(&regime.resource.must_be_graded),
        regime.cite(&regime.agreement.access_ends_with_it),
    ];
    if let Some(rules) = regime.processor.as_ref().filter(|_| is_ordered) {
        clauses.push(regime.cite(&rules.on_orders_only));
    }
    if has_entity {
        clauses.push(regime.cite(&regime.agreement.entity_must_be_contracted));
    }
    clauses.dedup();
    clauses
}

fn first_moment_after(day: Day) -> Time {
    Time::at_start_of(day.saturating_add(jiff::Span::new().days(1)))
}

/// REG-015.
pub(crate) fn in_force(asked: &Asked<'_>, found: &mut Vec<Reason>) {
    let (regime, today) = (asked.regime, asked.today());
    if regime.holds_on(today) {
        return;
    }
    let rules = regime.stamp();
    let (what, instead) = match (regime.in_force.from, regime.last_day()) {
        (None, _) => (
            format!("the rules {rules} are a draft for comment and were never put in force"),
            "run under rules that are in force",
        ),
        (Some(from), Some(last)) => (
            format!("the rules {rules} hold from {from} to {last}, not on {today}"),
            "run under rules that are in force on this day",
        ),
        (Some(from), None) => (
            format!("the rules {rules} hold from {from}, not on {today}"),
            "run under rules that are in force on this day",
        ),
    };
    found.push(Reason::new(reasons::REGIME_NOT_IN_FORCE, what, regime.cite_clause(&regime.in_force.source), instead));
}

/// REG-011: by what the registry knows now, not by what the actor says.
pub(crate) fn role(asked: &Asked<'_>, actor: &Actor, roles: &[Role], found: &mut Vec<Reason>) {
    let known = asked.world.people.get(&actor.person).filter(|person| person.organisation == actor.organisation);
    let held: Vec<Role> = actor.roles.iter().copied().filter(|r| known.is_some_and(|p| p.roles.contains(r))).collect();
    let really = Actor { roles: held, ..actor.clone() };
    found.extend(reasons::needs_role(asked.regime, &really, roles));
}

/// REG-010.
fn party(
    asked: &Asked<'_>,
    actor: &Actor,
    act: Act,
    scenario: &Scenario,
    agreement: &Agreement,
    entity: Option<&OrganisationId>,
    found: &mut Vec<Reason>,
) {
    let (allowed, whose): (Vec<&OrganisationId>, &str) = match act {
        Act::Compute | Act::Deliver => (vec![&scenario.operator], "the operator of its agreement"),
        Act::Review => (vec![&scenario.operator, &agreement.grantor], "the operator or the agency of its agreement"),
        Act::Use => (entity.into_iter().collect(), "the entity that it is for"),
    };
    if !allowed.contains(&&actor.organisation) {
        let regime = asked.regime;
        found.push(regime.reason(
            reasons::NOT_A_PARTY,
            &regime.agreement.scope_is_binding,
            format!("`{}` is not {whose}", cut(asked.world.name_of(&actor.organisation))),
            "ask that organisation; what is authorised cannot be passed on",
        ));
    }
}

/// REG-008, REG-030.
pub(crate) fn approved(asked: &Asked<'_>, scenario: &Scenario, found: &mut Vec<Reason>) {
    let regime = asked.regime;
    standing::suspended(asked, scenario.id.as_str(), reasons::SCENARIO_SUSPENDED, found);
    let (what, instead) = match scenario.state {
        ScenarioState::Approved => return,
        ScenarioState::Draft => ("is not approved yet", "open its review and wait for the approval"),
        ScenarioState::Withdrawn => ("was withdrawn", "draft a new scenario and have it reviewed"),
    };
    found.push(regime.reason(
        reasons::SCENARIO_NOT_APPROVED,
        &regime.agreement.scope_is_binding,
        format!("the scenario `{}` {what}", scenario.title),
        instead,
    ));
}

/// REG-006, REG-007, REG-029: whether an agreement holds today.
pub(crate) fn of_agreement(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) -> bool {
    let (regime, today) = (asked.regime, asked.today());
    let id = agreement.id.as_str();
    let is_free = standing::suspended(asked, id, reasons::AGREEMENT_SUSPENDED, found);
    let not_yet = |what: String, instead: &str| {
        regime.reason(reasons::AGREEMENT_NOT_IN_FORCE, &regime.agreement.scope_is_binding, what, instead)
    };
    let ended = |what: String| {
        let instead = "conclude a new agreement; until then nothing opens";
        regime.reason(reasons::AGREEMENT_ENDED, &regime.agreement.access_ends_with_it, what, instead)
    };
    let reason = match agreement.state {
        AgreementState::Draft => {
            not_yet(format!("the agreement {id} is not signed by all"), "have it decided and signed")
        }
        AgreementState::Ended => {
            let ground = agreement.ended_ground.as_deref().unwrap_or("other");
            let at = agreement.ended_at.unwrap_or(asked.now);
            ended(format!("the agreement {id} was ended at {at} on the ground `{ground}`"))
        }
        AgreementState::InForce if today < agreement.from => {
            not_yet(format!("the agreement {id} begins on {}", agreement.from), "wait for that day")
        }
        AgreementState::InForce if agreement.until < today => {
            ended(format!("the agreement {id} expired with {}", agreement.until))
        }
        AgreementState::InForce => return is_free,
    };
    found.push(reason);
    false
}

/// Whether somebody computes as an entity that redevelops inside the domain.
fn is_of_entity(asked: &Asked<'_>, actor: &Actor, scenario: &Scenario) -> bool {
    let is_entity = asked.regime.computing_roles().contains(&Role::Entity) && actor.is(Role::Entity);
    is_entity && actor.organisation != scenario.operator && !actor.is(asked.regime.computing_role())
}

/// REG-013.
fn used_for(asked: &Asked<'_>, scenario: &Scenario, scope: &Scope, found: &mut Vec<Reason>) {
    if let Some(asked_for) = scope.use_kind.filter(|kind| *kind != scenario.use_kind) {
        let regime = asked.regime;
        found.push(regime.reason(
            reasons::OTHER_USE,
            &regime.agreement.scope_is_binding,
            format!(
                "the scenario `{}` was approved for {:?}, not for {asked_for:?}",
                scenario.title, scenario.use_kind
            ),
            "use it for what it was approved for, or have another scenario approved",
        ));
    }
}

/// REG-009 for what was asked beyond the scenario; REG-001 to REG-005 and
/// REG-014 for what was asked within it. Gives the permitted tables.
fn columns(
    asked: &Asked<'_>,
    scenario: &Scenario,
    scope: &Scope,
    found: &mut Vec<Reason>,
) -> Result<Vec<PermittedTable>, RegistryError> {
    let mut wanted: BTreeMap<ResourceId, Vec<&str>> = BTreeMap::new();
    if scope.columns.is_empty() {
        wanted.extend(scenario.resources().into_iter().map(|id| (id.clone(), scenario.columns_of(id))));
    }
    for (id, columns) in &scope.columns {
        let permitted = scenario.columns_of(id);
        let (inside, outside): (Vec<&str>, Vec<&str>) =
            columns.iter().map(String::as_str).partition(|column| permitted.contains(column));
        if permitted.is_empty() || !outside.is_empty() {
            found.push(outside_scenario(asked, scenario, id, &outside, &permitted));
        }
        if !permitted.is_empty() {
            wanted.entry(id.clone()).or_default().extend(inside);
        }
    }
    let mut tables = Vec::new();
    for (id, columns) in wanted {
        let resource = asked.world.resource(&id)?;
        of_resource(asked, resource, found);
        standing::stopped(asked, resource.id.as_str(), found);
        of_columns(asked, resource, &columns, found);
        tables.push(PermittedTable {
            resource: id,
            name: resource.name.clone(),
            columns: resource.columns.iter().filter(|c| columns.contains(&c.name.as_str())).cloned().collect(),
            entity: resource.entity_column().cloned(),
            is_own: false,
        });
    }
    Ok(tables)
}

fn outside_scenario(
    asked: &Asked<'_>,
    scenario: &Scenario,
    id: &ResourceId,
    outside: &[&str],
    permitted: &[&str],
) -> Reason {
    let name = asked.world.resources.get(id).map_or(id.as_str(), |resource| resource.name.as_str());
    let outside: Vec<String> = outside.iter().map(|column| cut(column)).collect();
    let (what, instead) = if permitted.is_empty() {
        let known: Vec<&str> = scenario
            .resources()
            .into_iter()
            .filter_map(|id| asked.world.resources.get(id).map(|resource| resource.name.as_str()))
            .collect();
        (
            format!("`{name}` is no part of the scenario `{}`", scenario.title),
            format!("permitted are: {}", names(&known)),
        )
    } else {
        (
            format!("outside the scenario `{}` on `{name}`: {}", scenario.title, names(&outside)),
            format!("permitted on `{name}` are: {}", names(permitted)),
        )
    };
    asked.regime.reason(reasons::OUTSIDE_SCENARIO, &asked.regime.agreement.scope_is_binding, what, instead)
}

/// REG-001, REG-004, REG-005, REG-014, REG-046, REG-047, REG-105, REG-107, REG-113, REG-114.
pub(crate) fn of_resource(asked: &Asked<'_>, resource: &Resource, found: &mut Vec<Reason>) {
    let (regime, rules) = (asked.regime, &asked.regime.resource);
    let name = &resource.name;
    registered(asked, resource, found);
    on_negative_list(asked, resource, found);
    findings::against(asked, resource, found);
    facts::stopped(asked, resource, found);
    facts::against(asked, resource, FactAct::Using, found);
    catalogue::of_department(asked, resource, found);
    if rules.shared_needs_provider_consent.value
        && let (Some(provider), None) = (&resource.shared_from, resource.consent_digest)
    {
        found.push(regime.reason(
            reasons::PROVIDER_DID_NOT_CONSENT,
            &rules.shared_needs_provider_consent,
            format!("`{name}` was shared by `{}`, which has not consented", asked.world.name_of(provider)),
            "ask that body to record its consent",
        ));
    }
}

/// REG-001, REG-014, REG-066.
pub(crate) fn registered(asked: &Asked<'_>, resource: &Resource, found: &mut Vec<Reason>) {
    let (regime, rules) = (asked.regime, &asked.regime.resource);
    let name = &resource.name;
    if rules.must_be_registered.value && resource.state != ResourceState::Registered {
        registration::ended(asked, resource.id.as_str(), found);
        found.push(regime.reason(
            reasons::UNREGISTERED,
            &rules.must_be_registered,
            format!("the resource `{name}` is not registered"),
            "its department opens the registration",
        ));
    }
    if let Some(until) = resource.registered_until.filter(|until| *until <= asked.now) {
        found.push(regime.reason(
            reasons::REGISTRATION_EXPIRED,
            &rules.registration_years,
            format!("the registration of `{name}` expired at {until}"),
            "its department renews the registration",
        ));
    }
}

pub(crate) fn on_negative_list(asked: &Asked<'_>, resource: &Resource, found: &mut Vec<Reason>) {
    let rule = &asked.regime.resource.negative_list_is_barred;
    if let Some(barred) = resource.barred.as_ref().filter(|_| rule.value) {
        let what = format!("`{}` stands on the negative list: {} ({})", resource.name, barred.ground, barred.clause);
        found.push(asked.regime.reason(reasons::NEGATIVE_LISTED, rule, what, "do without it"));
    }
}

/// REG-002, REG-003, REG-112.
pub(crate) fn of_columns(asked: &Asked<'_>, resource: &Resource, columns: &[&str], found: &mut Vec<Reason>) {
    graded(asked, resource, columns, found);
    let rule = &asked.regime.resource.grades_barred;
    let barred = names_where(resource, columns, |column| column.grade.is_some_and(|grade| rule.value.contains(&grade)));
    if !barred.is_empty() {
        let what = format!("of a grade that is never authorised, on `{}`: {}", resource.name, names(&barred));
        found.push(asked.regime.reason(reasons::GRADE_BARRED, rule, what, "do without them"));
    }
    let Some(rule) = &asked.regime.resource.grades_masked else { return };
    let is_bare = |column: &Column| column.mask == Mask::None && column.grade.is_some_and(|g| rule.value.contains(&g));
    let bare = names_where(resource, columns, is_bare);
    if !bare.is_empty() {
        let what =
            format!("of a grade that is shown masked only, without a mask on `{}`: {}", resource.name, names(&bare));
        found.push(asked.regime.reason(reasons::UNMASKED, rule, what, "let its department give each a mask"));
    }
}

/// REG-002, REG-138.
pub(crate) fn graded(asked: &Asked<'_>, resource: &Resource, columns: &[&str], found: &mut Vec<Reason>) {
    let rule = &asked.regime.resource.must_be_graded;
    let ungraded = names_where(resource, columns, |column| column.grade.is_none());
    if rule.value && !ungraded.is_empty() {
        let what = format!("without a grade on `{}`: {}", resource.name, names(&ungraded));
        found.push(asked.regime.reason(reasons::UNGRADED, rule, what, "its department grades them"));
    }
    grading::against(asked, resource, columns, found);
}

fn names_where<'a>(resource: &'a Resource, columns: &[&str], is: impl Fn(&Column) -> bool) -> Vec<&'a str> {
    let chosen = resource.columns.iter().filter(|column| columns.contains(&column.name.as_str()));
    chosen.filter(|column| is(column)).map(|column| column.name.as_str()).collect()
}

/// REG-016.
pub(crate) fn covered<'a>(
    asked: &Asked<'_>,
    agreement: &Agreement,
    resources: impl IntoIterator<Item = &'a ResourceId>,
    found: &mut Vec<Reason>,
) {
    let beyond: Vec<&str> = resources
        .into_iter()
        .filter(|id| !agreement.resources.contains(id))
        .map(|id| asked.world.resources.get(id).map_or(id.as_str(), |resource| resource.name.as_str()))
        .collect();
    if !beyond.is_empty() {
        found.push(asked.regime.reason(
            reasons::OUTSIDE_AGREEMENT,
            &asked.regime.agreement.scope_is_binding,
            format!("not covered by the agreement {}: {}", agreement.id, names(&beyond)),
            "have the agreement extended, or do without",
        ));
    }
}

/// REG-020.
pub(crate) fn affiliated(
    asked: &Asked<'_>,
    operator: &OrganisationId,
    entity: &OrganisationId,
    found: &mut Vec<Reason>,
) {
    let rule = &asked.regime.agreement.operator_may_not_redevelop;
    if let Some(link) = affiliates::link(asked.world, operator, entity).filter(|_| rule.value) {
        let what = format!("`{}` cannot redevelop what the operator delivers: {link}", asked.world.name_of(entity));
        found.push(asked.regime.reason(
            reasons::AFFILIATED,
            rule,
            what,
            "choose an entity that is independent of the operator",
        ));
    }
}

/// REG-012, REG-007: the development agreement that holds today for an entity. Where
/// deliveries go on `with` an operator's agreement that has ended, one that ran out
/// on the same day holds as long.
pub(crate) fn contracted<'a>(
    asked: &Asked<'a>,
    scenario: &Scenario,
    entity: &OrganisationId,
    with: Option<&Agreement>,
    found: &mut Vec<Reason>,
) -> Option<&'a Agreement> {
    let rule = &asked.regime.agreement.entity_must_be_contracted;
    if !rule.value {
        return None;
    }
    let mut against = Vec::new();
    let of_scenario = asked.world.development_of(entity).filter(|a| a.scenario.as_ref() == Some(&scenario.id));
    for agreement in of_scenario {
        let ran_out = agreement.state == AgreementState::InForce && agreement.until < asked.today();
        if ran_out && with.is_some_and(|above| above.until == agreement.until) {
            standing::suspended(asked, agreement.id.as_str(), reasons::AGREEMENT_SUSPENDED, found);
            return Some(agreement);
        }
        if of_agreement(asked, agreement, &mut against) {
            return Some(agreement);
        }
    }
    found.append(&mut against);
    let elsewhere = asked.world.development_of(entity).any(|a| a.state == AgreementState::InForce);
    let name = asked.world.name_of(entity);
    let what = if elsewhere {
        format!("`{name}` has a development agreement, but none in force for the scenario `{}`", scenario.title)
    } else {
        format!("`{name}` has no development agreement in force for the scenario `{}`", scenario.title)
    };
    let instead = "conclude a development agreement for this scenario first";
    found.push(asked.regime.reason(reasons::ENTITY_NOT_CONTRACTED, rule, what, instead));
    None
}
