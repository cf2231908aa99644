//! Drafting scenarios and taking them back. That one is approved is `casework`'s
//! to decide (see [`crate::enact`]).

use serde_json::json;
use shuyu_ledger::{Event, LedgerError};
use shuyu_model::id::{OrganisationId, ScenarioId};
use shuyu_model::regime::PaperAct;
use shuyu_model::{Actor, Reason, Reasons, Role, Verdict};

use crate::decide::{self, Asked};
use crate::dossier::{self, Parties};
use crate::live::Basis;
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::reasons::cut;
use crate::scenario::{NewScenario, Reviewed, Scenario, ScenarioState};
use crate::world::World;
use crate::{AgreementKind, Registry, RegistryError, canonical, plan, product, reasons, requirement, store};

type Result<T> = std::result::Result<T, RegistryError>;

impl Registry {
    /// Whether a scenario uses a resource whose name, or whose department's, says this.
    pub async fn scenario_rests_on_in(&self, turn: &mut crate::Turn, id: &str, named: &str) -> Result<bool> {
        let world = self.world_in(turn).await?;
        let Some(scenario) = ScenarioId::parse(id).ok().and_then(|id| world.scenarios.get(&id).cloned()) else {
            return Ok(false);
        };
        let says = |id: &shuyu_model::id::ResourceId| {
            let Some(resource) = world.resources.get(id) else { return false };
            resource.title.contains(named) || world.name_of(&resource.source).contains(named)
        };
        Ok(scenario.resources().into_iter().any(says))
    }

    /// Drafts a scenario: the operator one of its own, or where the document lets
    /// entities propose, an entity one for the operator of the agreement.
    pub async fn draft_scenario(&self, actor: &Actor, new: NewScenario) -> Result<Verdict<ScenarioId>> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let mut faults = new.faults();
        unknown_fields(&world, &new, &mut faults)?;
        RegistryError::of_faults(faults)?;
        let scenario = self.reviewed(actor, new, &world)?;
        let asked = self.asked(&world);
        let mut found = Vec::new();
        decide::role(&asked, actor, plan::drafters(self.regime()), &mut found);
        against(&asked, &scenario, &mut found)?;
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "scenario.draft_refused", "", reasons).await;
        }
        store::insert_scenario(turn.change(), &scenario).await?;
        turn.touch(Basis::Scenario(scenario.id.clone()));
        let facts = json!({
            "agreement": scenario.agreement, "use_kind": scenario.use_kind, "fields": scenario.fields.len(),
            "proposed_by": scenario.plan.proposed_by, "demand": scenario.plan.demand, "scheme": scenario.plan.scheme,
        });
        let event = Event::done(Some(actor), "scenario.drafted", scenario.id.as_str()).facts(facts);
        turn.commit(event.digests(None, Some(scenario.digest)).under(self.regime())).await?;
        Ok(Verdict::Allow(scenario.id))
    }

    fn reviewed(&self, actor: &Actor, new: NewScenario, world: &World) -> Result<Scenario> {
        let NewScenario { title, purpose, use_kind, agreement, emergency_plan_digest, mut fields, mut plan } = new;
        fields.sort();
        // Who drafts one as an entity drafts it for the operator of the agreement.
        let is_operator = actor.is(Role::Operator) || !actor.is(Role::Entity);
        let of_agreement = world.agreement(&agreement)?.grantee.clone();
        let operator = if is_operator { actor.organisation.clone() } else { of_agreement };
        plan.proposed_by = (!is_operator).then(|| actor.organisation.clone());
        let reviewed = Reviewed {
            title: &title,
            purpose: &purpose,
            use_kind,
            operator: &operator,
            agreement: &agreement,
            emergency_plan_digest,
            fields: &fields,
            plan: &plan,
        };
        let digest = canonical::digest(self.ledger().profile(), &reviewed).map_err(LedgerError::from)?;
        Ok(Scenario {
            id: self.ledger().new_id(),
            title,
            purpose,
            use_kind,
            operator,
            agreement,
            emergency_plan_digest,
            fields,
            struck: Vec::new(),
            plan,
            digest,
            state: ScenarioState::Draft,
            authors: vec![actor.person.clone()],
            approved_at: None,
            withdrawn_ground: None,
        })
    }

    /// Takes a scenario back, at once (its operator, or the agency).
    pub async fn withdraw_scenario(&self, actor: &Actor, id: &ScenarioId, ground: &str) -> Result<Verdict<()>> {
        let mut faults = Vec::new();
        text_fault("ground", ground, NAME_CHARS_MAX, &mut faults);
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let scenario = world.scenario(id)?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Operator, Role::Agency], &mut found);
        if !actor.is(Role::Agency) {
            let clause = self.regime().cite_role(Role::Operator);
            found.extend(self.unless_own(&world, actor, &scenario.operator, clause));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "scenario.withdrawal_refused", id.as_str(), reasons).await;
        }
        if !store::set_withdrawn(turn.change(), id, ground).await? {
            return Err(RegistryError::conflict(format!("`{id}` was withdrawn before")));
        }
        turn.touch(Basis::Scenario(id.clone()));
        let event = Event::done(Some(actor), "scenario.withdrawn", id.as_str()).facts(json!({ "ground": ground }));
        turn.commit(event.digests(Some(scenario.digest), None).under(self.regime())).await?;
        Ok(Verdict::Allow(()))
    }
}

/// Columns that no resource has are a mistake, not a question of permission.
fn unknown_fields(world: &World, new: &NewScenario, faults: &mut Vec<String>) -> Result<()> {
    if world.agreement(&new.agreement)?.kind != AgreementKind::Operator {
        faults.push("`agreement` is a development agreement; a scenario lies under an operator agreement".to_owned());
    }
    for (index, field) in new.fields.iter().enumerate() {
        let resource = world.resource(&field.resource)?;
        if resource.column(&field.column).is_none() {
            faults.push(format!("`fields[{index}]`: `{}` has no column `{}`", resource.name, cut(&field.column)));
        }
    }
    Ok(())
}

/// Everything that speaks against a scenario as it is drafted.
pub(crate) fn against(asked: &Asked<'_>, scenario: &Scenario, found: &mut Vec<Reason>) -> Result<()> {
    let regime = asked.regime;
    let agreement = asked.world.agreement(&scenario.agreement)?;
    decide::in_force(asked, found);
    decide::of_agreement(asked, agreement, found);
    decide::covered(asked, agreement, scenario.resources(), found);
    if scenario.operator != agreement.grantee {
        let what = format!("`{}` is not the operator of {}", asked.world.name_of(&scenario.operator), agreement.id);
        let instead = "work under an agreement of the own";
        found.push(regime.reason(reasons::NOT_A_PARTY, &regime.agreement.scope_is_binding, what, instead));
    }
    for id in scenario.resources() {
        let resource = asked.world.resource(id)?;
        decide::of_resource(asked, resource, found);
        decide::of_columns(asked, resource, &scenario.columns_of(id), found);
    }
    requirement::against(asked, scenario, found);
    product::unpermitted(asked, scenario, found);
    reasons_for_fields(asked, scenario, found);
    plan::against(asked, scenario, found);
    on_file(asked, scenario, &agreement.grantor, found);
    let rule = &regime.scenario.needs_emergency_plan;
    if rule.value && scenario.emergency_plan_digest.is_none() {
        let what = "there is no emergency plan";
        found.push(regime.reason(reasons::NO_EMERGENCY_PLAN, rule, what, "give the digest of the plan"));
    }
    Ok(())
}

/// REG-040 to REG-042, REG-045: the papers that a scenario waits for.
fn on_file(asked: &Asked<'_>, scenario: &Scenario, agency: &OrganisationId, found: &mut Vec<Reason>) {
    let resources = scenario.resources().into_iter().filter_map(|id| asked.world.resources.get(id));
    let parties = Parties::default()
        .with(Role::Operator, [&scenario.operator])
        .with(Role::Agency, [agency])
        .with(Role::Source, resources.map(|resource| &resource.source));
    dossier::against(asked, PaperAct::ScenarioReview, &parties, None, found);
}

/// REG-017.
fn reasons_for_fields(asked: &Asked<'_>, scenario: &Scenario, found: &mut Vec<Reason>) {
    let rule = &asked.regime.scenario.field_reason_chars_min;
    let chars_min = usize::from(rule.value);
    let silent = scenario.fields.iter().filter(|field| field.reason.trim().chars().count() < chars_min);
    let silent: Vec<&str> = silent.map(|field| field.column.as_str()).collect();
    if !silent.is_empty() {
        let what = format!("these fields do not say what they are needed for: {}", reasons::names(&silent));
        let instead = format!("say it in at least {chars_min} characters, or do without the field");
        found.push(asked.regime.reason(reasons::FIELD_WITHOUT_REASON, rule, what, instead));
    }
}
