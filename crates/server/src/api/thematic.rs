//! Thematic databases: what a processor builds on an order, version by version, and the
//! interface by which its operator reads them.

use axum::extract::State;
use serde::Deserialize;
use shuyu_model::id::{CandidateId, ThematicId};
use shuyu_registry::{ComputedTable, GovernanceStep, NewThematicDatabase, ThematicDatabase};
use utoipa::ToSchema;

use super::{Stations, granted, listed, page};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::{Made, Numbered};
use crate::shapes::{shaped, thematic};

/// A table that becomes a version, and the steps that led to it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewThematicVersion {
    /// The table, as it was computed on the order.
    #[schema(value_type = String, pattern = "^CAN-[0-9a-f]{32}$")]
    pub candidate: CandidateId,
    /// The steps, in order.
    #[schema(value_type = Vec<thematic::GovernanceStep>, min_items = 1, max_items = 50)]
    pub steps: Vec<GovernanceStep>,
}

shaped! {
    NewThematicVersion => NewThematicVersion, NewThematicDatabase => thematic::NewThematicDatabase,
    ThematicDatabase => thematic::ThematicDatabase,
}

/// Begins one on an order.
pub async fn begin(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewThematicDatabase>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().begin_thematic(&actor, new).await?)?)))
}

/// Lists those that the caller may read.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<ThematicDatabase>>, Problem> {
    Ok(Shown(listed(app.registry().thematics(&actor, &page(&asked)?).await?)?))
}

/// Shows one.
pub async fn show(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ThematicId>,
) -> Result<Shown<ThematicDatabase>, Problem> {
    let found = app.registry().thematic(&actor, &id).await?;
    Ok(Shown(found.ok_or_else(|| Problem::unseen("thematic database"))?))
}

/// Enters a version.
pub async fn enter(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ThematicId>,
    Json(new): Json<NewThematicVersion>,
) -> Result<Created<Numbered>, Problem> {
    let unseen = || Problem::unseen("candidate");
    let candidate = app.workrooms().candidate(&new.candidate).await?.ok_or_else(unseen)?;
    if *candidate.organisation() != actor.organisation {
        return Err(unseen());
    }
    let (mut rows_read, mut bad_read, mut sources) = (0_u64, 0_u64, Vec::new());
    for id in candidate.inputs() {
        let holding = app.vault().holding(id).await?;
        rows_read = rows_read.saturating_add(u64::try_from(holding.rows()).map_err(Problem::fault)?);
        bad_read = bad_read.saturating_add(u64::try_from(holding.rows_bad()).map_err(Problem::fault)?);
        sources.push(holding.resource().clone());
    }
    let computed = ComputedTable {
        candidate: candidate.id().clone(),
        order: candidate.order().cloned(),
        digest: candidate.digest(),
        rows: candidate.rows(),
        sources,
        rows_read,
        bad_read,
    };
    let number = granted(app.registry().enter_thematic_version(&actor, &id, computed, new.steps).await?)?;
    Ok(Created(Numbered { number }))
}

/// Opens the interface to the operator.
pub async fn open_interface(State(app): Stations, Who(actor): Who, At(id): At<ThematicId>) -> Result<Done, Problem> {
    granted(app.registry().open_thematic_interface(&actor, &id).await?)?;
    Ok(Done)
}
