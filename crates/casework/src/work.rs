//! What waits for a department, what was demanded of it and its affiliates, and the list
//! of all demands with scenario and data items.
//!
//! INVARIANT (own work): a department's list holds its own resources; whoever supervises
//! sees everybody's, in a district its own.
//!
//! Not here: making a demand's moves (`matters`); who owes what by which day
//! (`obligations`).

use std::collections::BTreeMap;

use serde::Serialize;
use shuyu_model::id::{CatalogueId, MatterId, OrganisationId, ResourceId};
use shuyu_model::matter::MatterKind;
use shuyu_model::{Actor, Day, Role, Verdict};
use shuyu_registry::{NewCatalogue, Organisation, Page, ResourceState};

use crate::matter::{Matter, store};
use crate::store::Book;
use crate::{Casework, CaseworkError};

type Result<T> = std::result::Result<T, CaseworkError>;

/// The most matters of a kind that a list is made from.
const MATTERS_MAX: usize = 10_000;

/// A resource of a department, and what waits for it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkItem {
    /// Which.
    pub resource: ResourceId,
    /// What people call it.
    pub title: String,
    /// The department's name.
    pub source: String,
    /// Whether it is registered.
    pub is_registered: bool,
    /// Whether it stands on the negative list.
    pub is_barred: bool,
    /// Whether its department stopped it.
    pub is_stopped: bool,
    /// When it was landed last.
    pub landed_on: Option<Day>,
    /// Good rows of a thousand then: the score of the check.
    pub accuracy: Option<i64>,
    /// Cells that held something, of a thousand.
    pub completeness: Option<i64>,
    /// The last day on which the next landing is in time.
    pub update_due: Option<Day>,
    /// Whether that day has passed.
    pub is_overdue: bool,
    /// Facts that acts wait for, by their Chinese names.
    pub facts_missing: Vec<String>,
    /// Quality issues that have not ended.
    pub quality_issues: Vec<MatterId>,
    /// Demands about it that have not ended.
    pub demands: Vec<MatterId>,
}

/// What was demanded of a department or an institution under one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SupplyTask {
    /// Who supplies.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// The names of the departments that it belongs to.
    pub under: Vec<String>,
    /// Demands that were put to it.
    pub put: u32,
    /// Of these, supplied or met.
    pub supplied: u32,
    /// Of these, open.
    pub outstanding: u32,
    /// The resources that it has registered.
    pub resources: u32,
    /// The open ones.
    pub demands: Vec<MatterId>,
}

/// A demand: which scenario needs which data items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemandLine {
    /// The matter.
    pub matter: MatterId,
    /// What people call it.
    pub title: String,
    /// Who entered it.
    pub entered_by: String,
    /// How far it has come, by its Chinese name.
    pub state: String,
    /// The scenario.
    pub scenario: Option<String>,
    /// The data items.
    pub data_items: Option<String>,
    /// What is asked for, in words.
    pub demand: Option<String>,
    /// Who has it.
    pub put_to: Option<String>,
    /// Whether it has ended: met, refused or taken back.
    pub is_ended: bool,
}

impl Casework {
    /// Compiles the next version of a catalogue; the demands that it answers are ones that
    /// the caller sees.
    pub async fn compile_catalogue(&self, actor: &Actor, new: NewCatalogue) -> Result<Verdict<CatalogueId>> {
        let sight = self.sight(actor).await?;
        let mut faults = Vec::new();
        for id in &new.demands {
            let is_demand = match store::matter(&mut Book::Ledger(self.registry().ledger()), id).await {
                Err(CaseworkError::Unknown { .. }) => false,
                found => found.map(|found| found.kind == MatterKind::DataDemand && sight.sees_matter(&found))?,
            };
            if !is_demand {
                faults.push(format!("`demands`: there is no demand `{id}`"));
            }
        }
        if !faults.is_empty() {
            return Err(CaseworkError::Malformed { faults });
        }
        Ok(self.registry().compile_catalogue(actor, new).await?)
    }

    /// What waits for the viewer's department; for every department, where the viewer
    /// supervises.
    pub async fn work(&self, viewer: &Actor) -> Result<Vec<WorkItem>> {
        let ledger = self.registry().ledger();
        let today = ledger.now().day();
        let sight = self.sight(viewer).await?;
        let issues = store::of_kind(ledger, MatterKind::QualityIssue, MATTERS_MAX).await?;
        let demands = store::of_kind(ledger, MatterKind::DataDemand, MATTERS_MAX).await?;
        let supplies = self.registry().last_supplies().await?;
        let updates = self.registry().updates_due().await?;
        let names = self.names().await?;
        let mut items = Vec::new();
        for resource in self.all_resources().await? {
            if !sight.sees_owed(Some(&resource.source)) {
                continue;
            }
            let facts = self.registry().resource_facts(&resource.id).await?;
            let supply = supplies.iter().find(|supply| supply.resource == resource.id);
            let due = updates.iter().find(|due| due.resource == resource.id).map(|due| due.due_day);
            let open = |all: &[Matter]| {
                let own = all.iter().filter(|one| one.subject == resource.id.as_str() && !one.is_ended());
                own.map(|one| one.id.clone()).collect()
            };
            items.push(WorkItem {
                resource: resource.id.clone(),
                title: resource.title.clone(),
                source: names.get(&resource.source).map(|one| one.name.clone()).unwrap_or_default(),
                is_registered: resource.state == ResourceState::Registered,
                is_barred: resource.barred.is_some(),
                is_stopped: facts.stopped.is_some(),
                landed_on: supply.map(|supply| supply.landed_at.day()),
                accuracy: supply.map(|supply| supply.accuracy),
                completeness: supply.map(|supply| supply.completeness),
                update_due: due,
                is_overdue: due.is_some_and(|due| due < today),
                facts_missing: facts
                    .facts
                    .iter()
                    .filter(|fact| fact.is_missing)
                    .map(|fact| fact.title.to_owned())
                    .collect(),
                quality_issues: open(&issues),
                demands: open(&demands),
            });
        }
        Ok(items)
    }

    /// What was demanded of each department and of the institutions under it: the own for
    /// a department, everybody's for who supervises.
    pub async fn supply_tasks(&self, viewer: &Actor) -> Result<Vec<SupplyTask>> {
        let demands = store::of_kind(self.registry().ledger(), MatterKind::DataDemand, MATTERS_MAX).await?;
        let names = self.names().await?;
        let resources = self.all_resources().await?;
        let sight = self.sight(viewer).await?;
        let mut tasks = Vec::new();
        for organisation in names.values().filter(|one| one.roles.contains(&Role::Source)) {
            let is_under = organisation.owned_by.contains(&viewer.organisation);
            if !is_under && !sight.sees_owed(Some(&organisation.id)) {
                continue;
            }
            let put: Vec<&Matter> =
                demands.iter().filter(|one| one.counterparty.as_ref() == Some(&organisation.id)).collect();
            let is_supplied = |one: &&&Matter| matches!(one.state, "supplied" | "met");
            let open: Vec<MatterId> =
                put.iter().filter(|one| !one.is_ended() && !is_supplied(one)).map(|one| one.id.clone()).collect();
            let registered =
                resources.iter().filter(|one| one.source == organisation.id && one.state == ResourceState::Registered);
            let of_departments = organisation.owned_by.iter().filter_map(|id| names.get(id));
            tasks.push(SupplyTask {
                organisation: organisation.id.clone(),
                name: organisation.name.clone(),
                under: of_departments.map(|one| one.name.clone()).collect(),
                put: count(put.len()),
                supplied: count(put.iter().filter(is_supplied).count()),
                outstanding: count(open.len()),
                resources: count(registered.count()),
                demands: open,
            });
        }
        Ok(tasks)
    }

    /// The demands that the viewer sees: its own business, and for an operator, which
    /// collects them, those that entities entered.
    pub async fn demands(&self, viewer: &Actor) -> Result<Vec<DemandLine>> {
        let demands = store::of_kind(self.registry().ledger(), MatterKind::DataDemand, MATTERS_MAX).await?;
        let names = self.names().await?;
        let sight = self.sight(viewer).await?;
        let is_of_entity = |one: &Matter| {
            names.get(&one.opener).is_some_and(|organisation| organisation.roles.contains(&Role::Entity))
        };
        let name = |id: &OrganisationId| names.get(id).map_or_else(|| id.to_string(), |one| one.name.clone());
        let seen =
            demands.iter().filter(|one| sight.sees_matter(one) || (viewer.is(Role::Operator) && is_of_entity(one)));
        let line = |one: &Matter| {
            let told = |key: &str| one.facts.get(key).cloned();
            DemandLine {
                matter: one.id.clone(),
                title: one.title.clone(),
                entered_by: name(&one.opener),
                state: one.machine().state(one.state).map_or(one.state, |state| state.title).to_owned(),
                scenario: told("scenario"),
                data_items: told("data_items"),
                demand: told("demand"),
                put_to: one.counterparty.as_ref().map(name),
                is_ended: one.is_ended(),
            }
        };
        Ok(seen.map(line).collect())
    }

    /// Every organisation, by id.
    pub(crate) async fn names(&self) -> Result<BTreeMap<OrganisationId, std::sync::Arc<Organisation>>> {
        let (mut found, mut page) = (BTreeMap::new(), Page::first());
        loop {
            let listing = self.registry().organisations(&page).await?;
            found.extend(listing.items.into_iter().map(|one| (one.id.clone(), one)));
            let Some(next) = listing.next else { return Ok(found) };
            page.after = Some(next);
        }
    }

    async fn all_resources(&self) -> Result<Vec<std::sync::Arc<shuyu_registry::Resource>>> {
        let (mut found, mut page) = (Vec::new(), Page::first());
        loop {
            let listing = self.registry().resources(&page).await?;
            found.extend(listing.items);
            let Some(next) = listing.next else { return Ok(found) };
            page.after = Some(next);
        }
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
