//! Own tables: what an operator or entity brings into the workroom of a scenario. They
//! are landed and destroyed like a department's resources, by their id.

use axum::extract::State;
use serde::Deserialize;
use shuyu_model::id::{ResourceId, ScenarioId};
use shuyu_registry::{NewOwnTable, OwnTable};
use utoipa::{IntoParams, ToSchema};

use super::{Stations, granted, page, shared};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shared, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{own_tables, shaped};

/// Which own tables.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct OwnTablesAsked {
    /// `next_cursor` of the piece before; nothing for the first.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many items, 1 to 200.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Of this scenario.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub scenario: Option<ScenarioId>,
}

/// Why an own table is withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnTableWithdrawn {
    /// In a sentence.
    #[schema(min_length = 1, max_length = 200)]
    pub ground: String,
}

shaped! { OwnTableWithdrawn => OwnTableWithdrawn, NewOwnTable => own_tables::NewOwnTable, OwnTable => own_tables::OwnTable }

/// Declares a table of the caller's organisation, with its origin.
pub async fn declare(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewOwnTable>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().declare_own_table(&actor, new).await?)?)))
}

/// Lists the own tables that the caller may see, oldest first.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<OwnTablesAsked>,
) -> Result<Shown<Listed<Shared<OwnTable>>>, Problem> {
    let OwnTablesAsked { cursor, limit, scenario } = asked;
    let page = page(&PageAsked { cursor, limit })?;
    let listing = app.registry().own_tables(&actor, scenario.as_ref(), &page).await?;
    Ok(Shown(shared(listing)?))
}

/// Shows an own table.
pub async fn show(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ResourceId>,
) -> Result<Shown<Shared<OwnTable>>, Problem> {
    let table = app.registry().own_table(&actor, &id).await?;
    Ok(Shown(Shared(table.ok_or_else(|| Problem::unseen("own table"))?)))
}

/// Withdraws an own table at once, and destroys what landed of it. Said again, it goes on
/// where it was cut off.
pub async fn withdraw(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ResourceId>,
    Json(why): Json<OwnTableWithdrawn>,
) -> Result<Done, Problem> {
    granted(app.registry().withdraw_own_table(&actor, &id, &why.ground).await?)?;
    let ground = format!("own table withdrawn: {}", why.ground);
    for holding in app.vault().holdings(&id).await? {
        if holding.destroyed_at().is_none() {
            granted(app.vault().destroy(holding.id(), &actor, &ground).await?)?;
        }
    }
    Ok(Done)
}
