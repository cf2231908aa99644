//! Scenarios, and computing in their workrooms.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_model::id::{JobId, ScenarioId};
use shuyu_model::{Actor, Verdict};
use shuyu_registry::{Act, NewScenario, Permit, Scenario, Scope};
use shuyu_workroom::{DraftResult, Job, OutputColumn, OutputKind, OutputSpec};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::agreements::Ground;
use super::{Stations, granted, page, shared};
use crate::app::App;
use crate::endpoint::{Accepted, Asked, At, Created, Done, Json, Listed, PageAsked, Shared, Shown, Who};
use crate::error::Problem;
use crate::jobs::{NewJob, Task};
use crate::shapes::nouns::Made;
use crate::shapes::{review, shaped};

/// A statement to be tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// One SQL query over the scenario's tables.
    pub sql: String,
}

/// A statement to be run on all rows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRun {
    /// One SQL query over the scenario's tables.
    pub sql: String,
    /// What people call the result.
    pub title: String,
    /// What it is meant for.
    pub output: Output,
}

/// What a result is meant for, as its author declares it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// How it is to be delivered.
    pub kind: Kind,
    /// Of a lookup: the column that is asked by.
    #[serde(default)]
    #[schema(required = false)]
    pub key: Option<String>,
    /// Its columns, every one.
    #[schema(value_type = Vec<review::OutputColumn>)]
    pub columns: Vec<OutputColumn>,
}

/// How a result is to be delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Row by row, to who asks for a key.
    Lookup,
    /// As a whole.
    Dataset,
    /// As a table to be read.
    Report,
    /// As what was learnt: its parameters, one row each.
    Model,
}

impl Output {
    fn spec(self) -> Result<OutputSpec, Problem> {
        let kind = match (self.kind, self.key) {
            (Kind::Lookup, Some(key)) => OutputKind::Lookup { key },
            (Kind::Lookup, None) => {
                return Err(Problem::malformed("`output.key` is missing: a lookup is asked by a column"));
            }
            (_, Some(_)) => return Err(Problem::malformed("`output.key` belongs to a lookup")),
            (Kind::Dataset, None) => OutputKind::Dataset,
            (Kind::Report, None) => OutputKind::Report,
            (Kind::Model, None) => OutputKind::Model,
        };
        Ok(OutputSpec { kind, columns: self.columns })
    }
}

/// What a statement gives on a masked sample.
#[derive(Debug, Serialize, ToSchema)]
pub struct Drafted {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The cells as text.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many rows are shown.
    pub rows_count: usize,
    /// Whether the statement gave more.
    pub is_cut: bool,
    /// Always true: nothing else is ever shown.
    pub is_sample: bool,
    /// How many rows of each table the statement saw.
    pub sampled: BTreeMap<String, u64>,
    /// How long it took.
    pub took_micros: i64,
}

impl From<DraftResult> for Drafted {
    fn from(result: DraftResult) -> Self {
        Self {
            rows_count: result.rows.len(),
            columns: result.columns,
            rows: result.rows,
            is_cut: result.is_cut,
            is_sample: true,
            sampled: result.sampled.into_iter().collect(),
            took_micros: result.took_micros,
        }
    }
}

/// A job that was queued.
#[derive(Debug, Serialize, ToSchema)]
pub struct Queued {
    /// Its id; ask `GET /v1/jobs/{id}` how it goes.
    pub job: String,
}

shaped! { Draft => Draft, NewRun => NewRun, Queued => Queued, Drafted => Drafted }

/// Drafts a scenario; the caller's organisation is the operator.
pub async fn draft(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewScenario>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().draft_scenario(&actor, new).await?)?)))
}

/// Lists scenarios, oldest first.
pub async fn list(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Shared<Scenario>>>, Problem> {
    Ok(Shown(shared(app.registry().scenarios(&page(&asked)?).await?)?))
}

/// Shows a scenario.
pub async fn show(State(app): Stations, At(id): At<ScenarioId>) -> Result<Shown<Shared<Scenario>>, Problem> {
    Ok(Shown(Shared(app.registry().scenario(&id).await?.ok_or_else(|| Problem::unseen("scenario"))?)))
}

/// Takes a scenario back, at once.
pub async fn withdraw(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ScenarioId>,
    Json(ground): Json<Ground>,
) -> Result<Done, Problem> {
    granted(app.registry().withdraw_scenario(&actor, &id, &ground.ground).await?)?;
    Ok(Done)
}

/// Tries a statement on a masked sample. Who hangs up ends it.
pub async fn try_out(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ScenarioId>,
    Json(draft): Json<Draft>,
) -> Result<Shown<Drafted>, Problem> {
    let permit = permit_to_compute(&app, &actor, &id).await?;
    let cancel = CancellationToken::new();
    let _ends_with_the_request = cancel.clone().drop_guard();
    Ok(Shown(granted(app.workrooms().draft(&permit, &draft.sql, cancel).await?)?.into()))
}

/// Queues a run on all rows. Nothing of it is shown.
pub async fn run(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ScenarioId>,
    Json(new): Json<NewRun>,
) -> Result<Accepted<Queued>, Problem> {
    let job = Job { sql: new.sql, title: new.title, output: new.output.spec()? };
    // Asked now so that who may not learns it now; asked again when it runs.
    permit_to_compute(&app, &actor, &id).await?;
    let id_of_job = app.ledger().new_id();
    let queued = Queued { job: String::from(JobId::clone(&id_of_job)) };
    app.jobs().submit(NewJob { id: id_of_job, actor, task: Task::Run { scenario: id, job: Box::new(job) } }).await?;
    Ok(Accepted(queued))
}

/// Leave to compute with all that a scenario allows.
pub(crate) async fn permit_to_compute(app: &App, actor: &Actor, scenario: &ScenarioId) -> Result<Permit, Problem> {
    let verdict: Verdict<Permit> = app.registry().permit(actor, Act::Compute, &Scope::of(scenario.clone())).await?;
    granted(verdict)
}
