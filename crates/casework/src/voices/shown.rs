//! What everybody is shown of matters: calls, and what entities offer.

use serde::Serialize;
use shuyu_model::Time;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;

use crate::matter::{Matter, store as matters};
use crate::{Casework, CaseworkError, DayView};

/// The most items of one kind that the public is shown at once.
pub const PUBLIC_ITEMS_MAX: usize = 200;

/// A call, for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallShown {
    /// Which.
    pub id: MatterId,
    /// What people call it.
    pub title: String,
    /// Who calls.
    pub caller: Option<OrganisationId>,
    /// The scenario.
    pub scenario: String,
    /// What is asked for.
    pub asked_for: String,
    /// Whether it can be answered now.
    pub is_open: bool,
    /// Since when it stands so.
    pub since: Time,
    /// Until when it can be answered.
    pub until: Option<DayView>,
}

/// A product of an entity, for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntityProductShown {
    /// Which.
    pub id: MatterId,
    /// What people call it.
    pub title: String,
    /// Whose.
    pub entity: Option<OrganisationId>,
    /// The exchange where it is registered; empty where none is told.
    pub exchange: String,
    /// Its number there.
    pub registration_number: String,
    /// Whether it is offered.
    pub is_offered: bool,
    /// Since when it stands so.
    pub since: Time,
}

fn fact(matter: &Matter, key: &str) -> String {
    matter.facts.get(key).cloned().unwrap_or_default()
}

impl Casework {
    /// The calls that were published, newest first.
    pub async fn public_calls(&self) -> Result<Vec<CallShown>, CaseworkError> {
        let states = ["published", "closed"];
        let ledger = self.registry().ledger();
        let found = matters::in_states(ledger, MatterKind::Call, states, PUBLIC_ITEMS_MAX).await?;
        let shown = |call: Matter| CallShown {
            is_open: call.state == "published",
            until: call.due.filter(|_| call.state == "published").map(DayView::from),
            scenario: fact(&call, "scenario"),
            asked_for: fact(&call, "asked_for"),
            since: call.entered_at,
            caller: call.subject_organisation,
            title: call.title,
            id: call.id,
        };
        Ok(found.into_iter().map(shown).collect())
    }

    /// What entities have registered and offer, newest first.
    pub async fn entity_products(&self) -> Result<Vec<EntityProductShown>, CaseworkError> {
        let states = ["registered", "offered"];
        let ledger = self.registry().ledger();
        let found = matters::in_states(ledger, MatterKind::EntityProduct, states, PUBLIC_ITEMS_MAX).await?;
        let shown = |product: Matter| EntityProductShown {
            exchange: fact(&product, "exchange"),
            registration_number: fact(&product, "registration_number"),
            is_offered: product.state == "offered",
            since: product.entered_at,
            entity: product.subject_organisation,
            title: product.title,
            id: product.id,
        };
        Ok(found.into_iter().map(shown).collect())
    }
}
