//! Milestones (目标、阶段任务): what the document sets out to reach, what the managing
//! body's plan does, and how far each is.

use axum::extract::State;
use serde::Serialize;
use shuyu_casework::{MilestoneView, NewMark, NewPlanTarget, PlanTargetView};
use utoipa::ToSchema;

use super::{Stations, granted, listed, page};
use crate::endpoint::{Asked, Created, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::{milestones, shaped};

/// A mark that was made, or a target that was set.
#[derive(Debug, Serialize, ToSchema)]
pub struct Marked {
    /// Its number; marks of a goal, and targets, count up from 1.
    pub number: i64,
}

shaped! {
    Marked => Marked, NewMark => milestones::NewMark, MilestoneView => milestones::Milestone,
    NewPlanTarget => milestones::NewPlanTarget, PlanTargetView => milestones::PlanTarget,
}

/// Lists the goals, in the document's order.
pub async fn list(
    State(app): Stations,
    Who(_): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<MilestoneView>>, Problem> {
    Ok(Shown(listed(app.casework().milestones(&page(&asked)?).await?)?))
}

/// Lists the targets of the managing body's plan, in the order of setting.
pub async fn targets(
    State(app): Stations,
    Who(_): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<PlanTargetView>>, Problem> {
    Ok(Shown(listed(app.casework().plan_targets(&page(&asked)?).await?)?))
}

/// Sets a target.
pub async fn set_target(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewPlanTarget>,
) -> Result<Created<Marked>, Problem> {
    Ok(Created(Marked { number: granted(app.casework().set_plan_target(&actor, new).await?)? }))
}

/// Marks a goal.
pub async fn mark(State(app): Stations, Who(actor): Who, Json(new): Json<NewMark>) -> Result<Created<Marked>, Problem> {
    Ok(Created(Marked { number: granted(app.casework().mark(&actor, new).await?)? }))
}
