//! Models trained and validated inside, on sampled and masked rows.

use axum::extract::State;
use serde::Serialize;
use shuyu_model::id::{JobId, ScenarioId, TrainingId};
use shuyu_workroom::{NewTraining, Training};
use utoipa::ToSchema;

use super::Stations;
use super::scenarios::{Queued, permit_to_compute};
use crate::endpoint::{Accepted, At, Json, Shown, Who};
use crate::error::Problem;
use crate::jobs::{NewJob, Task};
use crate::shapes::{shaped, trainings};

/// A training or validation; never a byte of its model.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrainingView {
    /// What was run, on what, and what it measured.
    #[serde(flatten)]
    #[schema(value_type = trainings::Trained, inline)]
    pub training: Training,
    /// Always true: a model is no candidate, and leaves by no way.
    pub stays_inside: bool,
}

shaped! { NewTraining => trainings::NewTraining, TrainingView => TrainingView }

/// Queues a program to be run on masked samples.
pub async fn train(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ScenarioId>,
    Json(new): Json<NewTraining>,
) -> Result<Accepted<Queued>, Problem> {
    // Asked now so that who may not learns it now; asked again when it runs.
    permit_to_compute(&app, &actor, &id).await?;
    let id_of_job = app.ledger().new_id();
    let queued = Queued { job: String::from(JobId::clone(&id_of_job)) };
    let task = Task::Train { scenario: id, training: Box::new(new) };
    app.jobs().submit(NewJob { id: id_of_job, actor, task }).await?;
    Ok(Accepted(queued))
}

/// Shows what was run, on what, and what it measured.
pub async fn show(State(app): Stations, At(id): At<TrainingId>) -> Result<Shown<TrainingView>, Problem> {
    let training = app.workrooms().training(&id).await?.ok_or_else(|| Problem::unseen("training"))?;
    Ok(Shown(TrainingView { training, stays_inside: true }))
}
