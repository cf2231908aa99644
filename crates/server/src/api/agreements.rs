//! Agreements between agency and operator, and between operator and entity.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_casework::exits::{NewResult, TargetView};
use shuyu_model::id::AgreementId;
use shuyu_registry::{Agreement, NewAgreement};
use utoipa::ToSchema;

use super::{Stations, granted, page, shared};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shared, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{agreements as shapes, shaped};

/// On which ground something ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// For an agreement one of the words of the regime, as `breach`; otherwise
    /// in the person's own words.
    pub ground: String,
}

/// The operating targets of an agreement.
#[derive(Debug, Serialize)]
pub struct Targets {
    /// Each with its verdict.
    pub items: Vec<TargetView>,
}

shaped! { Ground => Ground, Targets => shapes::Targets, NewResult => shapes::NewTargetResult }

/// Drafts an agreement; the caller's organisation is the grantor.
pub async fn draft(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewAgreement>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().draft_agreement(&actor, new).await?)?)))
}

/// Lists agreements, oldest first.
pub async fn list(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Shared<Agreement>>>, Problem> {
    Ok(Shown(shared(app.registry().agreements(&page(&asked)?).await?)?))
}

/// Shows an agreement.
pub async fn show(State(app): Stations, At(id): At<AgreementId>) -> Result<Shown<Shared<Agreement>>, Problem> {
    Ok(Shown(Shared(app.registry().agreement(&id).await?.ok_or_else(|| Problem::unseen("agreement"))?)))
}

/// Ends a development or processing agreement; every permit under it is dead when this
/// returns. An operator's ends by its exit.
pub async fn end(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<AgreementId>,
    Json(ground): Json<Ground>,
) -> Result<Done, Problem> {
    granted(app.casework().end_agreement(&actor, &id, &ground.ground).await?)?;
    Ok(Done)
}

/// Shows what an agreement holds its operator to, what was measured, and the verdict.
pub async fn targets(State(app): Stations, At(id): At<AgreementId>) -> Result<Shown<Targets>, Problem> {
    let items = app.casework().targets(&id).await?.ok_or_else(|| Problem::unseen("agreement"))?;
    Ok(Shown(Targets { items }))
}

/// Records what was measured of a target.
pub async fn measure(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<AgreementId>,
    Json(new): Json<NewResult>,
) -> Result<Done, Problem> {
    granted(app.casework().measure_target(&actor, &id, new).await?)?;
    Ok(Done)
}
