//! Organisations that take part.

use axum::extract::State;
use serde::Deserialize;
use shuyu_model::id::{OrganisationId, ResourceId};
use shuyu_registry::{NewOrganisation, NewWholeAgency, Organisation, Origin, Unit, WholeAgency};
use utoipa::ToSchema;

use super::{Stations, granted, page, shared};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shared, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::{self, Made};
use crate::shapes::{path, shaped};

/// Who owns or controls an organisation directly.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Owners {
    /// Their ids; empty for nobody who is known here.
    #[schema(value_type = Vec<nouns::OrganisationId>)]
    pub owned_by: Vec<OrganisationId>,
}

shaped! {
    Owners => Owners, Unit => path::Unit, Origin => path::Origin, WholeAgency => path::WholeAgency,
    NewWholeAgency => path::NewWholeAgency,
}

/// Adds an organisation.
pub async fn add(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewOrganisation>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().add_organisation(&actor, new).await?)?)))
}

/// Shows the one agency that gives whole authorisations.
pub async fn whole_agency(State(app): Stations) -> Result<Shown<WholeAgency>, Problem> {
    let found = app.registry().whole_agency().await?;
    Ok(Shown(found.ok_or_else(|| Problem::unseen("agency of whole authorisations"))?))
}

/// Names it.
pub async fn name_whole_agency(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewWholeAgency>,
) -> Result<Done, Problem> {
    granted(app.registry().name_whole_agency(&actor, new).await?)?;
    Ok(Done)
}

/// Lists organisations, oldest first.
pub async fn list(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Shared<Organisation>>>, Problem> {
    Ok(Shown(shared(app.registry().organisations(&page(&asked)?).await?)?))
}

/// States what kind of unit an organisation is, and where.
pub async fn state_unit(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<OrganisationId>,
    Json(unit): Json<Unit>,
) -> Result<Done, Problem> {
    granted(app.registry().state_unit(&actor, &id, unit).await?)?;
    Ok(Done)
}

/// States from where a resource's data came.
pub async fn state_origin(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ResourceId>,
    Json(origin): Json<Origin>,
) -> Result<Done, Problem> {
    granted(app.registry().state_origin(&actor, &id, origin).await?)?;
    Ok(Done)
}

/// Says anew who owns an organisation.
pub async fn set_owners(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<OrganisationId>,
    Json(owners): Json<Owners>,
) -> Result<Done, Problem> {
    granted(app.registry().set_owners(&actor, &id, owners.owned_by).await?)?;
    Ok(Done)
}
