//! Who uses what: the scenarios on a resource and under an agreement, who is supplied by
//! them, and which agreements end soon.
//!
//! Not here: whether somebody may use it now (`permit`), how often it was computed on
//! (`workroom`).

use std::sync::Arc;

use shuyu_model::Day;
use shuyu_model::id::{AgreementId, ResourceId, ScenarioId};

use crate::{Agreement, AgreementState, Registry, RegistryError, Scenario};

type Result<T> = std::result::Result<T, RegistryError>;

impl Registry {
    /// The scenarios that use a column of a resource or ask for one, oldest first.
    pub async fn scenarios_on(&self, resource: &ResourceId) -> Result<Vec<Arc<Scenario>>> {
        let world = self.world().await?;
        let concerned = |one: &&Arc<Scenario>| one.fields.iter().any(|field| field.resource == *resource);
        Ok(world.scenarios.values().filter(concerned).cloned().collect())
    }

    /// The scenarios under an operator agreement, oldest first.
    pub async fn scenarios_under(&self, agreement: &AgreementId) -> Result<Vec<Arc<Scenario>>> {
        let world = self.world().await?;
        Ok(world.scenarios.values().filter(|one| one.agreement == *agreement).cloned().collect())
    }

    /// The development agreements by which entities are supplied from a scenario.
    pub async fn agreements_for(&self, scenario: &ScenarioId) -> Result<Vec<Arc<Agreement>>> {
        let world = self.world().await?;
        Ok(world.agreements.values().filter(|one| one.scenario.as_ref() == Some(scenario)).cloned().collect())
    }

    /// The agreements in force whose last day is one of these, the soonest first.
    pub async fn agreements_ending(&self, from: Day, until: Day) -> Result<Vec<Arc<Agreement>>> {
        let world = self.world().await?;
        let ends =
            |one: &&Arc<Agreement>| one.state == AgreementState::InForce && from <= one.until && one.until <= until;
        let mut found: Vec<Arc<Agreement>> = world.agreements.values().filter(ends).cloned().collect();
        found.sort_by(|a, b| (a.until, &a.id).cmp(&(b.until, &b.id)));
        Ok(found)
    }
}
