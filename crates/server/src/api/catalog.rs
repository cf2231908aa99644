//! What is registered, and what never is authorised.

use axum::extract::State;
use serde::Deserialize;
use shuyu_model::id::ResourceId;
use shuyu_registry::CatalogEntry;
use utoipa::ToSchema;

use super::{Stations, granted, listed, page};
use crate::endpoint::{Asked, At, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::shaped;

/// A resource for the negative list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBar {
    /// Which resource.
    #[schema(value_type = String, pattern = "^RES-[0-9a-f]{32}$")]
    pub resource: ResourceId,
    /// Why, in words.
    pub ground: String,
    /// Under which clause.
    pub clause: String,
}

shaped! { NewBar => NewBar }

/// Puts a resource on the negative list. It takes effect at once.
pub async fn bar(State(app): Stations, Who(actor): Who, Json(new): Json<NewBar>) -> Result<Done, Problem> {
    granted(app.registry().put_on_negative_list(&actor, &new.resource, &new.ground, &new.clause).await?)?;
    Ok(Done)
}

/// Takes a resource off the negative list.
pub async fn unbar(State(app): Stations, Who(actor): Who, At(id): At<ResourceId>) -> Result<Done, Problem> {
    granted(app.registry().take_off_negative_list(&actor, &id).await?)?;
    Ok(Done)
}

/// Lists what is registered, oldest first.
pub async fn list(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<CatalogEntry>>, Problem> {
    Ok(Shown(listed(app.registry().catalog(&page(&asked)?).await?)?))
}
