//! Requirements of a field (重点领域要求): what of it may be used, for what, under which
//! security, agreed between the agency and each department whose data it names.
//!
//! INVARIANT (both agree): a requirement holds once the agency and every department of
//! its resources has consented to it; whoever withdraws it ends it at once.
//! INVARIANT (three parts): catalogue, scope of use and security are there, or there is
//! no requirement.
//!
//! Not here: permits (`decide` asks [`against`]).

pub(crate) mod store;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, RequirementId, ResourceId};
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Time, UseKind, Verdict};

use crate::decide::{self, Asked};
use crate::live::Basis;
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::reasons::names;
use crate::resource::DESCRIPTION_CHARS_MAX;
use crate::world::World;
use crate::{Registry, RegistryError, Scenario, reasons};

type Result<T> = std::result::Result<T, RegistryError>;

/// How many resources a requirement names.
const REQUIRED_RESOURCES_MAX: usize = 500;

/// How a requirement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequirementState {
    /// Somebody has not consented yet.
    Proposed,
    /// It holds.
    InForce,
    /// It was withdrawn.
    Withdrawn,
}

/// What is agreed for a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldRequirement {
    /// Its id.
    pub id: RequirementId,
    /// Which field.
    pub field: String,
    /// Its catalogue: which resources.
    pub resources: Vec<ResourceId>,
    /// For which uses.
    pub uses: Vec<UseKind>,
    /// The scope of use, in words.
    pub scope: String,
    /// The security requirements.
    pub security: String,
    /// Of the document that says so.
    pub document_digest: Digest,
    /// Who proposed it.
    pub organisation: OrganisationId,
    /// When.
    pub proposed_at: Time,
    /// Who has consented.
    pub consents: Vec<OrganisationId>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Time>,
}

/// A requirement with how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequirementView {
    /// What is agreed.
    #[serde(flatten)]
    pub requirement: FieldRequirement,
    /// How it stands.
    pub state: RequirementState,
    /// Whose consent is missing.
    pub waits_for: Vec<String>,
}

/// A requirement to be proposed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRequirement {
    /// Which field.
    pub field: String,
    /// Its catalogue: which resources.
    pub resources: Vec<ResourceId>,
    /// For which uses.
    pub uses: Vec<UseKind>,
    /// The scope of use, in words.
    pub scope: String,
    /// The security requirements.
    pub security: String,
    /// Of the document that says so.
    pub document_digest: Digest,
}

impl NewRequirement {
    /// Upholds INVARIANT (three parts).
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        text_fault("field", &self.field, NAME_CHARS_MAX, &mut faults);
        text_fault("scope", &self.scope, DESCRIPTION_CHARS_MAX, &mut faults);
        text_fault("security", &self.security, DESCRIPTION_CHARS_MAX, &mut faults);
        if self.resources.is_empty() || self.resources.len() > REQUIRED_RESOURCES_MAX {
            faults.push(format!("`resources` names 1 to {REQUIRED_RESOURCES_MAX} resources: the field's catalogue"));
        }
        if self.uses.is_empty() {
            faults.push("`uses` is empty: name what the data may be used for".to_owned());
        }
        faults
    }
}

impl FieldRequirement {
    /// Whose consent it needs and lacks: a department's, or (`None`) the agency's.
    fn lacks(&self, world: &World) -> Vec<Option<OrganisationId>> {
        let sources: BTreeSet<&OrganisationId> =
            self.resources.iter().filter_map(|id| world.resources.get(id)).map(|resource| &resource.source).collect();
        let is_agency = |id: &OrganisationId| {
            world.organisations.get(id).is_some_and(|organisation| organisation.roles.contains(&Role::Agency))
        };
        let agency = (!self.consents.iter().any(is_agency)).then_some(None);
        let missing = sources.into_iter().filter(|source| !self.consents.contains(source)).cloned().map(Some);
        agency.into_iter().chain(missing).collect()
    }

    fn state(&self, world: &World) -> RequirementState {
        if self.withdrawn_at.is_some() {
            RequirementState::Withdrawn
        } else if self.lacks(world).is_empty() {
            RequirementState::InForce
        } else {
            RequirementState::Proposed
        }
    }
}

impl Registry {
    fn agreed_here(&self) -> Result<String> {
        let rule = self.regime().resource.requirements_agreed.as_ref().filter(|rule| rule.value);
        rule.map(|rule| self.regime().cite(rule)).ok_or_else(|| {
            let faults = vec!["these rules have no requirements of a field that are agreed".to_owned()];
            RegistryError::Malformed { faults }
        })
    }

    /// Proposes a requirement; the proposer's own consent goes with it.
    pub async fn propose_requirement(&self, actor: &Actor, new: NewRequirement) -> Result<Verdict<RequirementId>> {
        let clause = self.agreed_here()?;
        RegistryError::of_faults(new.faults())?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let mut is_own = false;
        for id in &new.resources {
            is_own |= world.resource(id)?.source == actor.organisation;
        }
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Agency, Role::Source], &mut found);
        if !actor.is(Role::Agency) && !is_own {
            let what = "none of these resources is your department's";
            found.push(Reason::new(reasons::NOT_A_PARTY, what, clause.clone(), "leave it to the departments"));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "requirement.refused", "", reasons).await;
        }
        let NewRequirement { field, resources, uses, scope, security, document_digest } = new;
        let requirement = FieldRequirement {
            id: self.ledger().new_id(),
            field,
            resources,
            uses,
            scope,
            security,
            document_digest,
            organisation: actor.organisation.clone(),
            proposed_at: self.now(),
            consents: Vec::new(),
            withdrawn_at: None,
        };
        store::insert(turn.change(), &requirement, &actor.person).await?;
        store::consent(turn.change(), &requirement.id, actor).await?;
        touch(&mut turn, &requirement);
        let event = Event::done(Some(actor), "requirement.proposed", requirement.id.as_str()).under(self.regime());
        let facts = json!({ "resources": requirement.resources.len(), "uses": requirement.uses });
        turn.commit(event.facts(facts).citing(clause).digests(None, Some(document_digest))).await?;
        Ok(Verdict::Allow(requirement.id))
    }

    /// Consents to a requirement, as the agency or as a department of its resources.
    pub async fn consent_to_requirement(&self, actor: &Actor, id: &RequirementId) -> Result<Verdict<()>> {
        self.moved(actor, id, "requirement.consented").await
    }

    /// Takes a requirement back; it no longer holds, at once.
    pub async fn withdraw_requirement(&self, actor: &Actor, id: &RequirementId) -> Result<Verdict<()>> {
        self.moved(actor, id, "requirement.withdrawn").await
    }

    async fn moved(&self, actor: &Actor, id: &RequirementId, action: &'static str) -> Result<Verdict<()>> {
        let clause = self.agreed_here()?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let known = world.requirements.get(id).ok_or_else(|| RegistryError::unknown("requirement", id.as_str()))?;
        if known.withdrawn_at.is_some() {
            return Err(RegistryError::conflict(format!("{id} was withdrawn; propose another")));
        }
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Agency, Role::Source], &mut found);
        let of_own = known.resources.iter().filter_map(|id| world.resources.get(id));
        if !actor.is(Role::Agency) && !of_own.into_iter().any(|resource| resource.source == actor.organisation) {
            let what = "none of its resources is your department's";
            found.push(Reason::new(reasons::NOT_A_PARTY, what, clause.clone(), "leave it to the departments"));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "requirement.refused", id.as_str(), reasons).await;
        }
        if action == "requirement.withdrawn" {
            store::withdraw(turn.change(), id).await?;
        } else if known.consents.contains(&actor.organisation) {
            return Err(RegistryError::conflict("your organisation has consented already".to_owned()));
        } else {
            store::consent(turn.change(), id, actor).await?;
        }
        touch(&mut turn, known);
        let event = Event::done(Some(actor), action, id.as_str()).under(self.regime()).citing(clause);
        turn.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// The requirements, oldest first.
    pub async fn requirements(&self) -> Result<Vec<RequirementView>> {
        let world = self.world().await?;
        let agency = self.regime().word(Role::Agency);
        let view = |requirement: &std::sync::Arc<FieldRequirement>| RequirementView {
            state: requirement.state(&world),
            waits_for: requirement
                .lacks(&world)
                .iter()
                .map(|whose| whose.as_ref().map_or(agency, |id| world.name_of(id)).to_owned())
                .collect(),
            requirement: FieldRequirement::clone(requirement),
        };
        Ok(world.requirements.values().map(view).collect())
    }
}

/// What is agreed is asked of every permit on its resources.
fn touch(turn: &mut crate::Turn, requirement: &FieldRequirement) {
    turn.touch(Basis::Catalogues);
    for id in &requirement.resources {
        turn.touch(Basis::Resource(id.clone()));
    }
}

/// REG-111: a resource of a scenario for which nothing is agreed, or nothing for its use.
pub(crate) fn against(asked: &Asked<'_>, scenario: &Scenario, found: &mut Vec<Reason>) {
    let Some(rule) = asked.regime.resource.requirements_agreed.as_ref().filter(|rule| rule.value) else { return };
    let in_force: Vec<_> = asked
        .world
        .requirements
        .values()
        .filter(|requirement| requirement.state(asked.world) == RequirementState::InForce)
        .collect();
    let name = |id: &ResourceId| asked.world.resources.get(id).map_or(id.to_string(), |known| known.name.clone());
    let (mut bare, mut outside) = (Vec::new(), Vec::new());
    for id in scenario.resources() {
        let of: Vec<_> = in_force.iter().filter(|requirement| requirement.resources.contains(id)).collect();
        if of.is_empty() {
            bare.push(name(id));
        } else if !of.iter().any(|requirement| requirement.uses.contains(&scenario.use_kind)) {
            outside.push(name(id));
        }
    }
    if !bare.is_empty() {
        let what = format!("agency and department have agreed on no requirements for: {}", names(&bare));
        let instead = "propose the field's catalogue, scope of use and security, and let both consent";
        found.push(asked.regime.reason(reasons::OUTSIDE_REQUIREMENTS, rule, what, instead));
    }
    if !outside.is_empty() {
        let what = format!("what is agreed for the field does not open to this use: {}", names(&outside));
        let instead = "use it for what is agreed, or agree anew";
        found.push(asked.regime.reason(reasons::OUTSIDE_REQUIREMENTS, rule, what, instead));
    }
}
