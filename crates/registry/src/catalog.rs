//! What can be authorised, and what is authorised to whom until when: the two
//! lists that the public may see (二(三): 授权对象、内容、范围和时限).

use serde::Serialize;
use shuyu_model::id::{AgreementId, ResourceId};
use shuyu_model::registration::RegistrationCode;
use shuyu_model::{Column, Day, Time};

use crate::page::{Listing, Page};
use crate::{Agreement, AgreementKind, AgreementState, Registry, RegistryError, Resource, ResourceState};

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
            resource.state == ResourceState::Registered && is_current && resource.barred.is_none()
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
