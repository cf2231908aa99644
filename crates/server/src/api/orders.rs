//! Orders: what an operator asks a processor to compute, where the document has a
//! processor apart.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_model::id::{OrderId, ScenarioId};
use shuyu_registry::{ClearedConflict, NewClearing, NewOrder, Order, OrderState, OrderStep};
use utoipa::ToSchema;

use super::{Stations, granted, listed, page, shared};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shared, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{orders, shaped};

/// What is done with an order, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderStepMade {
    /// Which.
    #[schema(value_type = orders::OrderStep)]
    pub step: OrderStep,
    /// Why, in a sentence.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

/// Where an order stands now.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderStands {
    /// Its state.
    #[schema(value_type = orders::OrderState)]
    pub state: OrderState,
}

shaped! {
    OrderStepMade => OrderStepMade, OrderStands => OrderStands, NewOrder => orders::NewOrder, Order => orders::Order,
    NewClearing => orders::NewClearing, ClearedConflict => orders::ClearedConflict,
}

/// Places an order; the caller's organisation is the operator.
pub async fn place(State(app): Stations, Who(actor): Who, Json(new): Json<NewOrder>) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().place_order(&actor, new).await?)?)))
}

/// Clears a conflict of operator and processor in a project.
pub async fn clear(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ScenarioId>,
    Json(new): Json<NewClearing>,
) -> Result<Done, Problem> {
    granted(app.registry().clear_conflict(&actor, &id, new).await?)?;
    Ok(Done)
}

/// Lists the conflicts that were cleared.
pub async fn cleared(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<ClearedConflict>>, Problem> {
    Ok(Shown(listed(app.registry().cleared_conflicts(&page(&asked)?).await?)?))
}

/// Lists the orders that the caller may see, oldest first.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Shared<Order>>>, Problem> {
    Ok(Shown(shared(app.registry().orders(&actor, &page(&asked)?).await?)?))
}

/// Shows an order.
pub async fn show(State(app): Stations, Who(actor): Who, At(id): At<OrderId>) -> Result<Shown<Shared<Order>>, Problem> {
    Ok(Shown(Shared(app.registry().order(&actor, &id).await?.ok_or_else(|| Problem::unseen("order"))?)))
}

/// Takes or declines an order, closes it or takes it back.
pub async fn step(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<OrderId>,
    Json(made): Json<OrderStepMade>,
) -> Result<Shown<OrderStands>, Problem> {
    let state = granted(app.registry().answer_order(&actor, &id, made.step, &made.reason).await?)?;
    Ok(Shown(OrderStands { state }))
}
