//! Papers that say that rights in data were given away, for `casework` to open a case on.

use shuyu_model::Role;
use shuyu_model::id::{OrganisationId, PaperId, PersonId};

use super::paper::PaperState;
use crate::{Registry, RegistryError};

/// A paper in effect that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdversePaper {
    /// Which.
    pub id: PaperId,
    /// Whose.
    pub organisation: OrganisationId,
    /// What it is called.
    pub title: String,
    /// Who entered it.
    pub entered_by: PersonId,
}

impl Registry {
    /// Every paper in effect that says that rights in data are given away.
    pub async fn adverse_papers(&self) -> Result<Vec<AdversePaper>, RegistryError> {
        let world = self.world().await?;
        let today = self.ledger().now().day();
        let mut found = Vec::new();
        for paper in world.papers.values().flatten() {
            let rules = self.regime().dossier.get(&paper.kind);
            if rules.is_some_and(|rules| paper.state(rules, today) == PaperState::Adverse) {
                found.push(AdversePaper {
                    id: paper.id.clone(),
                    organisation: paper.organisation.clone(),
                    title: paper.title.clone(),
                    entered_by: paper.entered_by.clone(),
                });
            }
        }
        found.sort_by(|a, b| a.id.as_str().cmp(b.id.as_str()));
        Ok(found)
    }

    /// The city's organisation that holds a role; the first, where several do.
    pub async fn holder_of(&self, role: Role) -> Result<Option<OrganisationId>, RegistryError> {
        let world = self.world().await?;
        let holds = |id: &&OrganisationId| {
            world.organisations.get(*id).is_some_and(|one| one.roles.contains(&role))
                && !world.districts.contains_key(*id)
        };
        let mut all: Vec<&OrganisationId> = world.organisations.keys().filter(holds).collect();
        all.sort();
        Ok(all.first().map(|id| (*id).clone()))
    }
}
