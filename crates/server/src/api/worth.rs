//! Data assets and what departments contribute.

use axum::extract::State;
use shuyu_model::Month;
use shuyu_model::id::CostId;
use shuyu_settlement::{Asset, Contribution, EnteredCost, NewAsset};

use super::{Stations, cut, granted};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{money, shaped};

shaped! {
    NewAsset => money::NewAsset, Asset => money::Asset, Contribution => money::Contribution,
    EnteredCost => money::EnteredCost,
}

/// Records a data asset.
pub async fn record(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewAsset>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.settlement().record_asset(&actor, new).await?)?)))
}

/// Lists data assets with their booked values, the caller's own or all.
pub async fn assets(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Asset>>, Problem> {
    Ok(Shown(cut(app.settlement().assets(&actor).await?, &asked, |asset| asset.id.as_str())?))
}

/// Lists each department's contribution, with the records behind every figure.
pub async fn contributions(
    State(app): Stations,
    At(month): At<Month>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Contribution>>, Problem> {
    Ok(Shown(cut(app.settlement().contributions(month).await?, &asked, |found| found.department.as_str())?))
}

/// Lists costs as they were entered, accepted or not.
pub async fn costs(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<EnteredCost>>, Problem> {
    Ok(Shown(cut(app.settlement().entered_costs(&actor).await?, &asked, |cost| cost.id.as_str())?))
}

/// Accepts a cost.
pub async fn accept_cost(State(app): Stations, Who(actor): Who, At(id): At<CostId>) -> Result<Done, Problem> {
    granted(app.settlement().accept_cost(&actor, &id).await?)?;
    Ok(Done)
}
