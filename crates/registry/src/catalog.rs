//! What can be authorised, and what is authorised to whom until when: the two
//! lists that the public may see (二(三): 授权对象、内容、范围和时限).

use serde::Serialize;
use shuyu_model::id::{AgreementId, ResourceId, ScenarioId};
use shuyu_model::registration::RegistrationCode;
use shuyu_model::{Column, Day, Time};

use crate::findings;
use crate::page::{Listing, Page};
use crate::world::World;
use crate::{
    Agreement, AgreementKind, AgreementState, Registry, RegistryError, Resource, ResourceState, Scenario, ScenarioState,
};

/// A resource that can be authorised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogEntry {
    /// Which.
    pub resource: ResourceId,
    /// Its name in SQL.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it holds.
    pub description: String,
    /// The department's name.
    pub source: String,
    /// Whose the data is by the rules.
    pub owner: Option<String>,
    /// How often it is landed anew, in days.
    pub update_every_days: u16,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The first moment after its registration.
    pub registered_until: Option<Time>,
    /// The code of its registration, under which anybody can look it up.
    pub registration_code: Option<RegistrationCode>,
}

/// An agreement in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Authorised {
    /// Which.
    pub agreement: AgreementId,
    /// Between whom.
    pub kind: AgreementKind,
    /// Who gives.
    pub grantor: String,
    /// To whom.
    pub grantee: String,
    /// For what: the scenario's title.
    pub scenario: Option<String>,
    /// What: the titles of the resources.
    pub resources: Vec<String>,
    /// The division code of who gives; the document's own where none was stated.
    pub division: String,
    /// From when.
    pub from: Day,
    /// Until when, inclusive.
    pub until: Day,
}

impl Registry {
    /// The catalog: registered, not expired, not on the negative list.
    pub async fn catalog(&self, page: &Page) -> Result<Listing<CatalogEntry>, RegistryError> {
        let (world, now) = (self.world().await?, self.now());
        let open = world.resources.values().map(AsRef::as_ref).filter(|resource: &&Resource| {
            let is_current = resource.registered_until.is_none_or(|until| now < until);
            let is_listed = resource.state == ResourceState::Registered && is_current && resource.barred.is_none();
            is_listed && !findings::is_harmed(&self.asked(&world), resource)
        });
        Ok(Listing::cut(
            open,
            page,
            |resource| resource.id.as_str(),
            |resource| CatalogEntry {
                resource: resource.id.clone(),
                name: resource.name.clone(),
                title: resource.title.clone(),
                description: resource.description.clone(),
                source: world.name_of(&resource.source).to_owned(),
                owner: self.owner_of(&world, resource),
                update_every_days: resource.update_every_days,
                columns: resource.columns.clone(),
                registered_until: resource.registered_until,
                registration_code: world
                    .registration_on(resource.id.as_str(), now.day())
                    .map(|registration| registration.code.clone()),
            },
        ))
    }

    /// What is authorised today.
    pub async fn authorised(&self, page: &Page) -> Result<Listing<Authorised>, RegistryError> {
        let (world, today) = (self.world().await?, self.now().day());
        let holds = |agreement: &Agreement| {
            agreement.state == AgreementState::InForce && agreement.from <= today && today <= agreement.until
        };
        // A development agreement ends with the operator agreement above it.
        let above = |agreement: &Agreement| {
            let scenario = agreement.scenario.as_ref().and_then(|id| world.scenarios.get(id));
            scenario.is_none_or(|scenario| world.agreements.get(&scenario.agreement).is_some_and(|above| holds(above)))
        };
        let in_force =
            world.agreements.values().map(AsRef::as_ref).filter(|agreement| holds(agreement) && above(agreement));
        Ok(Listing::cut(
            in_force,
            page,
            |agreement| agreement.id.as_str(),
            |agreement| {
                let scenario = agreement.scenario.as_ref().and_then(|id| world.scenarios.get(id));
                let ids = match scenario {
                    Some(scenario) => scenario.resources().into_iter().collect(),
                    None => agreement.resources.iter().collect::<Vec<_>>(),
                };
                let unit = world.organisations.get(&agreement.grantor).and_then(|grantor| grantor.unit.as_ref());
                let own = self.regime().roles.division.as_ref().map(|own| own.value.clone());
                Authorised {
                    division: unit.map(|unit| unit.division.clone()).or(own).unwrap_or_default(),
                    agreement: agreement.id.clone(),
                    kind: agreement.kind,
                    grantor: world.name_of(&agreement.grantor).to_owned(),
                    grantee: world.name_of(&agreement.grantee).to_owned(),
                    scenario: scenario.map(|scenario| scenario.title.clone()),
                    resources: ids
                        .into_iter()
                        .filter_map(|id| world.resources.get(id).map(|r| r.title.clone()))
                        .collect(),
                    from: agreement.from,
                    until: agreement.until,
                }
            },
        ))
    }
}

/// A resource of a scenario, and the fields of it that the scenario takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UsedResource {
    /// What people call it.
    pub title: String,
    /// The department's name.
    pub source: String,
    /// What people call each field.
    pub fields: Vec<String>,
}

/// An approved scenario, as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicScenario {
    /// Which.
    pub scenario: ScenarioId,
    /// What people call it.
    pub title: String,
    /// The operator's name.
    pub operator: String,
    /// The data that it needs.
    pub uses: Vec<UsedResource>,
}

/// A resource or scenario with its marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarkedThing {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// With what it is marked.
    pub marks: Vec<String>,
}

impl Registry {
    /// What a scenario is made from: each resource with the fields that it takes.
    pub async fn uses_of(&self, id: &ScenarioId) -> Result<Vec<UsedResource>, RegistryError> {
        let world = self.world().await?;
        Ok(used(&world, world.scenario(id)?))
    }

    /// The approved scenarios, oldest first, each with the data that it needs.
    pub async fn approved_scenarios(&self, page: &Page) -> Result<Listing<PublicScenario>, RegistryError> {
        let world = self.world().await?;
        let approved =
            world.scenarios.values().map(AsRef::as_ref).filter(|one: &&Scenario| one.state == ScenarioState::Approved);
        Ok(Listing::cut(
            approved,
            page,
            |scenario| scenario.id.as_str(),
            |scenario| PublicScenario {
                scenario: scenario.id.clone(),
                title: scenario.title.clone(),
                operator: world.name_of(&scenario.operator).to_owned(),
                uses: used(&world, scenario),
            },
        ))
    }

    /// The resources and scenarios that bear this mark, or any mark.
    pub async fn marked(&self, value: Option<&str>) -> Result<Vec<MarkedThing>, RegistryError> {
        let world = self.world().await?;
        let title = |id: &str| {
            let resource = ResourceId::parse(id).ok().and_then(|id| world.resources.get(&id));
            let scenario = ScenarioId::parse(id).ok().and_then(|id| world.scenarios.get(&id));
            resource.map(|one| one.title.clone()).or_else(|| scenario.map(|one| one.title.clone()))
        };
        let marked = world.facts.iter().filter_map(|(id, facts)| {
            let marks: Vec<String> =
                facts.iter().filter(|(kind, _)| kind.is_mark()).flat_map(|(_, fact)| fact.told.clone()).collect();
            let bears = value.map_or(!marks.is_empty(), |value| marks.iter().any(|mark| mark == value));
            bears.then_some(MarkedThing { id: id.clone(), title: title(id)?, marks })
        });
        Ok(marked.collect())
    }
}

fn used(world: &World, scenario: &Scenario) -> Vec<UsedResource> {
    let resources = scenario.resources().into_iter().filter_map(|id| world.resources.get(id));
    let used = resources.map(|resource| UsedResource {
        title: resource.title.clone(),
        source: world.name_of(&resource.source).to_owned(),
        fields: scenario
            .columns_of(&resource.id)
            .into_iter()
            .map(|name| resource.column(name).map_or_else(|| name.to_owned(), |column| column.title.clone()))
            .collect(),
    });
    used.collect()
}
