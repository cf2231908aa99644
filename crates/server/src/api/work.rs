//! What waits for departments, what was demanded of them, and the list of demands.

use axum::extract::State;
use shuyu_casework::{DemandLine, SupplyTask, WorkItem};

use super::{Stations, cut};
use crate::endpoint::{Asked, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::{inventory, shaped};

shaped! {
    WorkItem => inventory::WorkItem, SupplyTask => inventory::SupplyTask, DemandLine => inventory::DemandLine,
}

/// Lists the department's resources and what waits for each.
pub async fn work(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<WorkItem>>, Problem> {
    Ok(Shown(cut(app.casework().work(&actor).await?, &asked, |item| item.resource.as_str())?))
}

/// Lists what was demanded of the department and of those under it.
pub async fn supply_tasks(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<SupplyTask>>, Problem> {
    Ok(Shown(cut(app.casework().supply_tasks(&actor).await?, &asked, |task| task.organisation.as_str())?))
}

/// Lists demands with scenario and data items.
pub async fn demands(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<DemandLine>>, Problem> {
    Ok(Shown(cut(app.casework().demands(&actor).await?, &asked, |line| line.matter.as_str())?))
}
