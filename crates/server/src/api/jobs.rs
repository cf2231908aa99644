//! Long work: how far it is, what it came to.

use axum::extract::State;
use shuyu_model::id::JobId;

use super::Stations;
use crate::authority::Standing;
use crate::endpoint::{Asked, At, Done, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::jobs::JobView;
use crate::needs::Needs;
use crate::shapes::shaped;

shaped! { JobView => JobView }

/// The organisation's jobs, newest first; all of them for the system administrator.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<JobView>>, Problem> {
    let limit = asked.limit()?;
    let before = asked.cursor.as_deref().map(JobId::parse).transpose();
    let before = before.map_err(|error| Problem::malformed(format!("`cursor` is no cursor of this list: {error}")))?;
    let sees_all =
        app.authority().allows(&actor.roles, Needs::SeeAllJobs, Standing::Platform).map_err(Problem::fault)?;
    let organisation = (!sees_all).then_some(&actor.organisation);
    let (items, total) = app.jobs().page(organisation, before.as_ref(), limit).await?;
    let is_full = items.len() == usize::try_from(limit).unwrap_or(usize::MAX);
    let next_cursor = items.last().filter(|_| is_full).map(|job| job.id.to_string());
    Ok(Shown(Listed { items, next_cursor, total }))
}

/// One job.
pub async fn show(State(app): Stations, At(id): At<JobId>) -> Result<Shown<JobView>, Problem> {
    Ok(Shown(app.jobs().view(&id).await?.ok_or_else(|| Problem::unseen("job"))?))
}

/// Cancels a job.
pub async fn cancel(State(app): Stations, Who(actor): Who, At(id): At<JobId>) -> Result<Done, Problem> {
    app.jobs().view(&id).await?.ok_or_else(|| Problem::unseen("job"))?;
    app.jobs().cancel(&actor, &id).await?;
    Ok(Done)
}
