//! Districts on the city's platform: who belongs to which, and their schemes. A scheme
//! comes into force by a case of `district_scheme`.

use axum::extract::State;
use serde::Deserialize;
use shuyu_model::id::{DistrictSchemeId, OrganisationId};
use shuyu_registry::{DistrictScheme, NewDistrictScheme};
use utoipa::ToSchema;

use super::{Stations, granted, page, shared};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shared, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::{self, Made};
use crate::shapes::{districts, shaped};

/// The district that an organisation belongs to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InDistrict {
    /// The district's data department; the organisation itself where it is that.
    #[schema(value_type = nouns::OrganisationId)]
    pub district: OrganisationId,
}

shaped! {
    InDistrict => InDistrict, NewDistrictScheme => districts::NewDistrictScheme, DistrictScheme => districts::DistrictScheme,
}

/// Says to which district an organisation belongs.
pub async fn place(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<OrganisationId>,
    Json(place): Json<InDistrict>,
) -> Result<Done, Problem> {
    granted(app.registry().place_in_district(&actor, &id, &place.district).await?)?;
    Ok(Done)
}

/// Drafts the scheme of the caller's district.
pub async fn draft(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewDistrictScheme>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().draft_district_scheme(&actor, new).await?)?)))
}

/// Lists districts' schemes, oldest first.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Shared<DistrictScheme>>>, Problem> {
    Ok(Shown(shared(app.registry().district_schemes(&actor, &page(&asked)?).await?)?))
}

/// Shows a district's scheme.
pub async fn show(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<DistrictSchemeId>,
) -> Result<Shown<Shared<DistrictScheme>>, Problem> {
    let found = app.registry().district_scheme(&actor, &id).await?;
    Ok(Shown(Shared(found.ok_or_else(|| Problem::unseen("district scheme"))?)))
}
