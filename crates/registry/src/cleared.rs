//! Conflicts that the managing body has cleared: one party is operator and processor of the
//! same project (数据运营主体和数据加工主体为不同主体), or both hang together by ownership.
//!
//! INVARIANT (by name): a clearing is for one project and one processor, and opens nothing
//! else; its reason is on record with who gave it.
//!
//! Not here: what is a conflict (`affiliates`), the order that waits (`processing`).

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, PersonId, ScenarioId};
use shuyu_model::{Actor, Reasons, Role, Time, Verdict};

use crate::live::Basis;
use crate::party::text_fault;
use crate::scenario::PURPOSE_CHARS_MAX;
use crate::{Listing, Page, Registry, RegistryError, affiliates, decide};

pub(crate) mod store;

type Result<T> = std::result::Result<T, RegistryError>;

/// The shortest reason, in characters.
const REASON_CHARS_MIN: usize = 5;

/// A conflict that was cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClearedConflict {
    /// Of which project.
    pub scenario: ScenarioId,
    /// Who processes in it although it is, or hangs together with, its operator.
    pub processor: OrganisationId,
    /// What the conflict was.
    pub conflict: String,
    /// Why it is cleared.
    pub reason: String,
    /// Who cleared it.
    pub cleared_by: PersonId,
    /// When.
    pub cleared_at: Time,
}

/// A conflict to be cleared.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClearing {
    /// Who would process.
    pub processor: OrganisationId,
    /// Why the conflict is cleared.
    pub reason: String,
}

impl Registry {
    /// Clears a conflict of a project (managing body). Upholds INVARIANT (by name).
    pub async fn clear_conflict(&self, actor: &Actor, id: &ScenarioId, new: NewClearing) -> Result<Verdict<()>> {
        let mut faults = Vec::new();
        text_fault("reason", &new.reason, PURPOSE_CHARS_MAX, &mut faults);
        if new.reason.trim().chars().count() < REASON_CHARS_MIN {
            faults.push(format!("`reason` has {REASON_CHARS_MIN} characters at least"));
        }
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let scenario = world.scenario(id)?;
        world.organisation(&new.processor)?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Regulator], &mut found);
        found.extend(crate::processing::role_here(self.regime(), Role::Processor));
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "conflict.refused", id.as_str(), reasons).await;
        }
        let Some(conflict) = affiliates::link(&world, &scenario.operator, &new.processor) else {
            return Err(RegistryError::conflict(
                "between the operator of the project and this processor there is none",
            ));
        };
        if world.cleared.contains_key(&(id.clone(), new.processor.clone())) {
            return Err(RegistryError::conflict("it has been cleared"));
        }
        let NewClearing { processor, reason } = new;
        let (cleared_by, cleared_at) = (actor.person.clone(), turn.change().now());
        let one = ClearedConflict { scenario: id.clone(), processor, conflict, reason, cleared_by, cleared_at };
        store::insert(turn.change(), &one).await?;
        turn.touch(Basis::Scenario(id.clone()));
        let facts = json!({ "processor": one.processor, "conflict": one.conflict });
        let event = Event::done(Some(actor), "conflict.cleared", id.as_str()).facts(facts).under(self.regime());
        turn.commit(event.citing(self.regime().cite(&self.regime().roles.processor))).await?;
        Ok(Verdict::Allow(()))
    }

    /// The conflicts that were cleared, by project and processor.
    pub async fn cleared_conflicts(&self, page: &Page) -> Result<Listing<ClearedConflict>> {
        let world = self.world().await?;
        let keyed: Vec<(String, &ClearedConflict)> =
            world.cleared.values().map(|one| (format!("{} {}", one.scenario, one.processor), one)).collect();
        Ok(Listing::cut(keyed.iter(), page, |(key, _)| key.as_str(), |(_, one)| (*one).clone()))
    }
}
