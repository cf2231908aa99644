//! What is asked of products beside their registration: findings on protected interests,
//! the holders of rights, and uses that need a permission of their own.
//!
//! INVARIANT (one by one): each interest that the document protects has its own finding on
//! a product; one that is missing or found harmed keeps it from being delivered.
//! INVARIANT (held by the source): no act says otherwise of who holds the data behind a
//! product; the other rights rest on an agreement, and one that changes leaves the others.
//! INVARIANT (permitted first): a declared special use holds its scenario up until the
//! agency's permission is on record.
//!
//! Not here: products themselves (`delivery`); what is found on resources (`findings`).

mod rights;
pub(crate) mod store;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, PersonId, ProductId, ScenarioId};
use shuyu_model::regime::{Interest, SpecialUse};
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Time, UseKind, Verdict};

use crate::decide::{self, Asked};
use crate::live::Basis;
use crate::reasons::names;
use crate::world::World;
use crate::{FindingOutcome, Registry, RegistryError, Scenario, findings, reasons};

pub use rights::{NewRight, RightView};

type Result<T> = std::result::Result<T, RegistryError>;

/// What somebody found on one interest of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductFinding {
    /// On which.
    pub interest: Interest,
    /// Counts the findings on it, from 1.
    pub number: u32,
    /// What was found.
    pub outcome: FindingOutcome,
    /// How it is treated.
    pub treatment: Option<String>,
    /// Of the document that says so.
    pub document_digest: Digest,
    /// Who found it.
    pub found_by: PersonId,
    /// For whom.
    pub organisation: OrganisationId,
    /// When.
    pub found_at: Time,
}

/// A finding on a product to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProductFinding {
    /// On which interest.
    pub interest: Interest,
    /// What was found.
    pub outcome: FindingOutcome,
    /// How it is treated, where it is.
    #[serde(default)]
    pub treatment: Option<String>,
    /// Of the document that says so.
    pub document_digest: Digest,
}

/// A use that needs a permission of its own, declared for a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeclaredUse {
    /// Which.
    pub special_use: SpecialUse,
    /// Who declared it.
    pub declared_by: PersonId,
    /// When.
    pub declared_at: Time,
    /// Of the permission, once there is one.
    pub permission: Option<Digest>,
    /// When it was permitted.
    pub permitted_at: Option<Time>,
}

/// A special use to be declared, or (with its permission) permitted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSpecialUse {
    /// Which.
    pub special_use: SpecialUse,
    /// Of the permission; the agency's to give.
    #[serde(default)]
    pub permission: Option<Digest>,
}

impl Registry {
    /// Records what was found on an interest of a product: its operator, the agency or the
    /// managing body.
    pub async fn record_product_finding(
        &self,
        actor: &Actor,
        id: &ProductId,
        new: NewProductFinding,
    ) -> Result<Verdict<()>> {
        let rule = self.regime().product.as_ref().and_then(|rules| rules.interests.as_ref());
        let rule = findings::asked_for(rule, new.interest, "products")?;
        RegistryError::of_faults(findings::treatment_faults(new.outcome, new.treatment.as_deref()))?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let holder = holder_of(&world, id)?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Operator, Role::Agency, Role::Regulator], &mut found);
        let last = world.product_findings.get(id).and_then(|known| known.get(&new.interest));
        if !actor.is(Role::Agency) && !actor.is(Role::Regulator) {
            found.extend(self.unless_own(&world, actor, &holder, self.regime().cite(rule)));
            let last = last.map(|last| (last.outcome, &last.organisation));
            found.extend(self.harmed_by_others(&world, last, &holder, new.interest, rule));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "product.finding_refused", id.as_str(), reasons).await;
        }
        let finding = ProductFinding {
            interest: new.interest,
            number: last.map_or(0, |last| last.number).saturating_add(1),
            outcome: new.outcome,
            treatment: new.treatment,
            document_digest: new.document_digest,
            found_by: actor.person.clone(),
            organisation: actor.organisation.clone(),
            found_at: self.now(),
        };
        store::insert_finding(turn.change(), id, &finding).await?;
        turn.touch(Basis::Product(id.clone()));
        let facts = json!({ "interest": finding.interest, "outcome": finding.outcome, "number": finding.number });
        let event = Event::done(Some(actor), "product.interest_found", id.as_str()).facts(facts).under(self.regime());
        let event = event.citing(self.regime().cite(rule)).digests(None, Some(finding.document_digest));
        turn.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// What was found on a product last, on each interest that the rules protect.
    pub async fn product_findings(&self, id: &ProductId) -> Result<Vec<ProductFinding>> {
        let world = self.world().await?;
        Ok(world.product_findings.get(id).into_iter().flat_map(|known| known.values().cloned()).collect())
    }

    /// Declares a special use of a scenario (its operator), or permits it (the agency).
    pub async fn special_use(&self, actor: &Actor, id: &ScenarioId, new: NewSpecialUse) -> Result<Verdict<()>> {
        let rule = self.regime().product.as_ref().and_then(|rules| rules.special_uses.as_ref());
        let rule = rule.filter(|rule| rule.value.contains(&new.special_use)).ok_or_else(|| {
            let faults = vec!["`special_use`: these rules ask for no permission of such a use".to_owned()];
            RegistryError::Malformed { faults }
        })?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let scenario = world.scenario(id)?;
        let agreement = world.agreement(&scenario.agreement)?;
        let mut found = Vec::new();
        let (role, whose) = match new.permission {
            None => (Role::Operator, &scenario.operator),
            Some(_) => (Role::Agency, &agreement.grantor),
        };
        decide::role(&self.asked(&world), actor, &[role], &mut found);
        found.extend(self.unless_own(&world, actor, whose, self.regime().cite(rule)));
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "special_use.refused", id.as_str(), reasons).await;
        }
        let known = world.special_uses.get(id).is_some_and(|known| known.contains_key(&new.special_use));
        let action = match (new.permission, known) {
            (None, true) => return Err(RegistryError::conflict("this use was declared already".to_owned())),
            (Some(_), false) => {
                return Err(RegistryError::conflict("nobody declared this use of the scenario".to_owned()));
            }
            (None, false) => {
                store::declare_use(turn.change(), id, new.special_use, &actor.person).await?;
                "special_use.declared"
            }
            (Some(permission), true) => {
                store::permit_use(turn.change(), id, new.special_use, permission, &actor.person).await?;
                "special_use.permitted"
            }
        };
        turn.touch(Basis::Scenario(id.clone()));
        let event = Event::done(Some(actor), action, id.as_str()).facts(json!({ "special_use": new.special_use }));
        let event = event.under(self.regime()).citing(self.regime().cite(rule)).digests(None, new.permission);
        turn.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// The special uses that were declared for a scenario.
    pub async fn special_uses(&self, id: &ScenarioId) -> Result<Vec<DeclaredUse>> {
        let world = self.world().await?;
        world.scenario(id)?;
        Ok(world.special_uses.get(id).into_iter().flat_map(|known| known.values().cloned()).collect())
    }
}

/// Whose product it is, by its registration or the application for one.
fn holder_of(world: &World, id: &ProductId) -> Result<OrganisationId> {
    let known = world.registrations_of(id.as_str()).last().map(|known| known.holder.clone());
    let applied = world.applications.values().find(|one| one.subject == id.as_str());
    let applied = applied.and_then(|one| world.scenarios.get(&one.product.as_ref()?.scenario));
    known
        .or_else(|| applied.map(|scenario| scenario.operator.clone()))
        .ok_or_else(|| RegistryError::unknown("registration of the product", id.as_str()))
}

/// REG-116, REG-117: what is not found yet on a product, and what is found harmed.
pub(crate) fn against(asked: &Asked<'_>, product: &ProductId, use_kind: UseKind, found: &mut Vec<Reason>) {
    let Some(rules) = &asked.regime.product else { return };
    let Some(rule) = &rules.interests else { return };
    if rules.interests_of_uses.as_ref().is_some_and(|uses| !uses.value.contains(&use_kind)) {
        return;
    }
    let none = BTreeMap::new();
    let known = asked.world.product_findings.get(product).unwrap_or(&none);
    let told = |interest: &&Interest| format!("{} ({})", interest.word(), interest.zh());
    let missing: Vec<String> = rule.value.iter().filter(|one| !known.contains_key(one)).map(|one| told(&one)).collect();
    if !missing.is_empty() {
        let what = format!("on the product {product} nothing was found yet about: {}", names(&missing));
        let instead = "let its operator record a finding on each";
        found.push(asked.regime.reason(reasons::PRODUCT_UNFOUND, rule, what, instead));
    }
    let is_harmed = |one: &&Interest| known.get(one).is_some_and(|last| last.outcome == FindingOutcome::Harmed);
    let harmed: Vec<String> = rule.value.iter().filter(is_harmed).map(|one| told(&one)).collect();
    if !harmed.is_empty() {
        let what = format!("the product {product} was found to harm: {}", names(&harmed));
        let instead = "deliver nothing of it until it is treated and found anew";
        found.push(asked.regime.reason(reasons::PRODUCT_HARMS, rule, what, instead));
    }
}

/// REG-118: a special use that nobody has permitted.
pub(crate) fn unpermitted(asked: &Asked<'_>, scenario: &Scenario, found: &mut Vec<Reason>) {
    let Some(rule) = asked.regime.product.as_ref().and_then(|rules| rules.special_uses.as_ref()) else { return };
    let declared = asked.world.special_uses.get(&scenario.id).into_iter().flat_map(BTreeMap::values);
    let open: Vec<&str> = declared.filter(|one| one.permission.is_none()).map(|one| one.special_use.zh()).collect();
    if !open.is_empty() {
        let what = format!("the scenario `{}` is for uses that nobody permitted: {}", scenario.title, names(&open));
        let instead = "ask the agency to record its permission";
        found.push(asked.regime.reason(reasons::USE_UNPERMITTED, rule, what, instead));
    }
}
