//! Agreements between agency and operator, and between operator and entity.

use axum::extract::State;
use serde::Deserialize;
use shuyu_model::id::AgreementId;
use shuyu_registry::{Agreement, NewAgreement};
use utoipa::ToSchema;

use super::{Stations, granted, page, shared};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shared, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::shaped;

/// On which ground something ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// For an agreement one of the words of the regime, as `breach`; otherwise
    /// in the person's own words.
    pub ground: String,
}

shaped! { Ground => Ground }

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

/// Ends an agreement; every permit under it is dead when this returns.
pub async fn end(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<AgreementId>,
    Json(ground): Json<Ground>,
) -> Result<Done, Problem> {
    granted(app.registry().terminate_agreement(&actor, &id, &ground.ground).await?)?;
    Ok(Done)
}
