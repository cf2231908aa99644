//! What another platform is told about a resource, an agreement or a scenario that has
//! just been decided: what it is, of whom, until when; nobody's name but an
//! organisation's, and never a value.
//!
//! Not here: which of it goes where (`exchange`), the list of fields that it is held to
//! (`exchange::fields`).

use serde_json::{Value, json};
use shuyu_model::Day;
use shuyu_model::id::{AgreementId, AmendmentId, OrganisationId, ProductId, ResourceId, ScenarioId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::regime::words::Upward;
use shuyu_model::registration::RegistrationKind;

use crate::subject::parsed;
use crate::world::World;
use crate::{Registry, RegistryError, Resource, Turn};

impl Registry {
    /// What is told about the subject of a case that is decided in this turn; nothing
    /// for kinds of which nothing goes up.
    pub async fn told_above_in(
        &self,
        turn: &mut Turn,
        kind: ProcedureKind,
        id: &str,
    ) -> Result<Vec<(Upward, Value)>, RegistryError> {
        let world = self.world_in(turn).await?;
        let today = turn.change().now().day();
        Ok(match kind {
            ProcedureKind::ResourceRegistration => {
                let resource = world.resource(&parsed(ResourceId::parse(id))?)?;
                let years = i64::from(self.regime().resource.registration_years.value);
                let until = today.saturating_add(jiff::Span::new().years(years));
                vec![
                    (Upward::Registration, registration(&world, resource, today, until)),
                    (Upward::Catalog, entry(&world, resource, until)),
                ]
            }
            ProcedureKind::ProductRegistration => product(&world, &parsed(ProductId::parse(id))?, today)?
                .map(|told| (Upward::Product, told))
                .into_iter()
                .collect(),
            ProcedureKind::OperatorAgreement | ProcedureKind::AgreementAmendment => {
                let of = match AmendmentId::parse(id) {
                    Ok(amendment) => world.amendments.get(&amendment).map(|one| one.agreement.clone()),
                    Err(_) => Some(parsed(AgreementId::parse(id))?),
                };
                let Some(of) = of else { return Err(RegistryError::unknown("amendment", id)) };
                vec![(Upward::Agreement, agreement(&world, &of, today)?)]
            }
            ProcedureKind::Scenario => {
                vec![(Upward::Scenario, scenario(&world, &parsed(ScenarioId::parse(id))?, today)?)]
            }
            _ => Vec::new(),
        })
    }

    /// An organisation's name, inside a change.
    pub async fn name_of_in(&self, turn: &mut Turn, id: &OrganisationId) -> Result<String, RegistryError> {
        Ok(self.world_in(turn).await?.name_of(id).to_owned())
    }
}

fn registration(world: &World, resource: &Resource, today: Day, until: Day) -> Value {
    json!({
        "resource": resource.id, "title": resource.title, "source": world.name_of(&resource.source),
        "digest": resource.digest, "registered_on": today, "registered_until": until,
    })
}

fn entry(world: &World, resource: &Resource, until: Day) -> Value {
    let column = |column: &shuyu_model::Column| {
        json!({
            "name": column.name, "title": column.title, "kind": column.kind, "class": column.class,
            "grade": column.grade,
        })
    };
    json!({
        "resource": resource.id, "name": resource.name, "title": resource.title,
        "description": resource.description, "source": world.name_of(&resource.source),
        "update_every_days": resource.update_every_days,
        "columns": resource.columns.iter().map(column).collect::<Vec<_>>(), "registered_until": until,
    })
}

fn titles<'a>(world: &World, resources: impl Iterator<Item = &'a ResourceId>) -> Vec<String> {
    resources.filter_map(|id| world.resources.get(id)).map(|resource| resource.title.clone()).collect()
}

fn agreement(world: &World, id: &AgreementId, today: Day) -> Result<Value, RegistryError> {
    let agreement = world.agreement(id)?;
    Ok(json!({
        "agreement": agreement.id, "kind": agreement.kind, "grantor": world.name_of(&agreement.grantor),
        "grantee": world.name_of(&agreement.grantee), "resources": titles(world, agreement.resources.iter()),
        "from": agreement.from, "until": agreement.until, "document_digest": agreement.document_digest,
        "digest": agreement.digest, "signed_on": today,
    }))
}

fn scenario(world: &World, id: &ScenarioId, today: Day) -> Result<Value, RegistryError> {
    let scenario = world.scenario(id)?;
    Ok(json!({
        "scenario": scenario.id, "title": scenario.title, "use_kind": scenario.use_kind,
        "operator": world.name_of(&scenario.operator), "agreement": scenario.agreement,
        "resources": titles(world, scenario.resources().into_iter()), "digest": scenario.digest,
        "approved_on": today,
    }))
}

/// A product, by the application that is decided in this turn; by what was registered,
/// where that has gone already.
fn product(world: &World, id: &ProductId, today: Day) -> Result<Option<Value>, RegistryError> {
    if let Some(entry) = world.application(id.as_str(), RegistrationKind::First).and_then(|one| one.product.as_ref()) {
        let scenario = world.scenario(&entry.scenario)?;
        return Ok(Some(json!({
            "product": id, "title": entry.title, "operator": world.name_of(&scenario.operator),
            "scenario": scenario.id, "resources": titles(world, scenario.resources().into_iter()),
            "registered_on": today,
        })));
    }
    let known = world.registrations_of(id.as_str()).last();
    Ok(known.map(|known| {
        json!({
            "product": id, "title": known.title, "operator": world.name_of(&known.holder), "registered_on": today,
        })
    }))
}
