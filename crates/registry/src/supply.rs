//! What each landing brought, as a check with shares of a thousand: when, how many rows
//! were good, how many cells held something.
//!
//! INVARIANT (row with holding): the vault writes it in the change that seals the holding.
//!
//! Not here: the check itself (`sources`), what waits for a passed one (`casework`).

pub(crate) mod store;

use serde::Serialize;
use shuyu_ledger::{Change, LedgerError};
use shuyu_model::id::{HoldingId, OrganisationId, ResourceId};
use shuyu_model::{Day, Time};

use crate::facts::entry_of;
use crate::store::Book;
use crate::world::World;
use crate::{Registry, RegistryError, Resource, ResourceState, Turn};

type Result<T> = std::result::Result<T, RegistryError>;

/// What a landing brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Supply {
    /// What was sealed.
    pub holding: HoldingId,
    /// Of which resource.
    pub resource: ResourceId,
    /// Which version.
    pub version: i64,
    /// When it arrived.
    pub landed_at: Time,
    /// Rows that were good.
    pub rows_good: i64,
    /// Rows that were left out.
    pub rows_bad: i64,
    /// Good rows of a thousand: the score of the check.
    pub accuracy: i64,
    /// Cells that hold something, of a thousand.
    pub completeness: i64,
}

/// A registered resource whose next landing has a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateDue {
    /// Which.
    pub resource: ResourceId,
    /// Its department.
    pub source: OrganisationId,
    /// The last day on which the next landing is in time.
    pub due_day: Day,
}

/// Writes what a landing brought, in the change that seals it.
pub async fn landed(change: &mut Change, supply: &Supply) -> std::result::Result<(), LedgerError> {
    store::insert(change, supply).await
}

/// The day by which a resource is landed anew: so many days after it was last, or after
/// it was registered. Its own promise, or its entry's, whichever is shorter.
fn due_of(world: &World, resource: &Resource, last: Option<&Supply>) -> Option<Day> {
    let from = last.map(|supply| supply.landed_at).or(resource.registered_at)?;
    let entry = entry_of(world, resource).and_then(|entry| world.base.get(entry));
    let days = entry.and_then(|entry| entry.update_every_days).unwrap_or(resource.update_every_days);
    let days = days.min(resource.update_every_days);
    Some(from.day().saturating_add(jiff::Span::new().days(i64::from(days))))
}

impl Registry {
    /// The last supply of each resource.
    pub async fn last_supplies(&self) -> Result<Vec<Supply>> {
        store::last(&mut Book::Ledger(self.ledger()), "").await
    }

    /// The last supply of one resource, inside a change.
    pub async fn last_supply_in(&self, turn: &mut Turn, resource: &ResourceId) -> Result<Option<Supply>> {
        Ok(store::last(&mut Book::Change(turn.change()), resource.as_str()).await?.into_iter().next())
    }

    /// When each registered resource is landed anew, where the rules hold departments to
    /// what they promised.
    pub async fn updates_due(&self) -> Result<Vec<UpdateDue>> {
        let rule = self.regime().quality.as_ref().and_then(|rules| rules.updates_are_owed.as_ref());
        if !rule.is_some_and(|rule| rule.value) {
            return Ok(Vec::new());
        }
        let world = self.world().await?;
        let last = self.last_supplies().await?;
        let now = self.now();
        let owed = world.resources.values().filter(|resource| {
            let is_current = resource.registered_until.is_none_or(|until| now < until);
            resource.state == ResourceState::Registered && is_current && resource.barred.is_none()
        });
        let due = owed.filter_map(|resource| {
            let last = last.iter().find(|supply| supply.resource == resource.id);
            let (resource_id, source) = (resource.id.clone(), resource.source.clone());
            let due_day = due_of(&world, resource, last)?;
            Some(UpdateDue { resource: resource_id, source, due_day })
        });
        Ok(due.collect())
    }
}
