//! Milestones (目标、阶段任务): what the document sets out to reach, and how far it is.

use axum::extract::State;
use serde::Serialize;
use shuyu_casework::{MilestoneView, NewMark};
use utoipa::ToSchema;

use super::{Stations, granted, listed, page};
use crate::endpoint::{Asked, Created, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::{milestones, shaped};

/// A mark that was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Marked {
    /// Its number; marks of a goal count up from 1.
    pub number: i64,
}

shaped! { Marked => Marked, NewMark => milestones::NewMark, MilestoneView => milestones::Milestone }

/// Lists the goals, in the document's order.
pub async fn list(
    State(app): Stations,
    Who(_): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<MilestoneView>>, Problem> {
    Ok(Shown(listed(app.casework().milestones(&page(&asked)?).await?)?))
}

/// Marks a goal.
pub async fn mark(State(app): Stations, Who(actor): Who, Json(new): Json<NewMark>) -> Result<Created<Marked>, Problem> {
    Ok(Created(Marked { number: granted(app.casework().mark(&actor, new).await?)? }))
}
