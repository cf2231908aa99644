//! The handover of an exit: what stands on the list, what becomes of it, who accepts it.

use axum::extract::State;
use serde::Deserialize;
use shuyu_casework::exits::{HandoverView, NewOutcome};
use shuyu_model::Digest;
use shuyu_model::id::MatterId;
use utoipa::ToSchema;

use super::{Stations, granted};
use crate::endpoint::{At, Done, Json, Numbered, Shown, Who};
use crate::error::Problem;
use crate::shapes::{handover as shapes, shaped};

/// That a thing was received.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverReceipt {
    /// Of the receipt.
    #[schema(value_type = String, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub receipt: Digest,
}

shaped! {
    HandoverReceipt => HandoverReceipt, HandoverView => shapes::HandoverView, NewOutcome => shapes::NewHandoverOutcome,
}

/// Shows the list.
pub async fn show(State(app): Stations, Who(actor): Who, At(id): At<MatterId>) -> Result<Shown<HandoverView>, Problem> {
    Ok(Shown(app.casework().handover(&id, &actor).await?.ok_or_else(|| Problem::unseen("handover"))?))
}

/// Decides what becomes of a thing.
pub async fn decide(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    At(Numbered(number)): At<Numbered>,
    Json(new): Json<NewOutcome>,
) -> Result<Done, Problem> {
    granted(app.casework().decide_handover(&actor, &id, number, new).await?)?;
    Ok(Done)
}

/// Accepts a thing for the organisation that gets it.
pub async fn accept(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    At(Numbered(number)): At<Numbered>,
    Json(receipt): Json<HandoverReceipt>,
) -> Result<Done, Problem> {
    granted(app.casework().accept_handover(&actor, &id, number, receipt.receipt).await?)?;
    Ok(Done)
}
