//! The job `train`: a program is run on masked samples; the model that it makes stays inside.
//!
//! A second attempt after a crash runs the program again.

use shuyu_model::Actor;
use shuyu_model::id::ScenarioId;
use shuyu_workroom::NewTraining;

use super::{JobResult, Running};
use crate::api::granted;
use crate::api::scenarios::permit_to_compute;
use crate::app::App;
use crate::error::Problem;

pub(crate) async fn perform(
    app: &App,
    actor: &Actor,
    scenario: &ScenarioId,
    training: NewTraining,
    running: &Running,
) -> Result<JobResult, Problem> {
    let permit = permit_to_compute(app, actor, scenario).await?;
    let progress = |so_far: shuyu_workroom::Progress| running.tell(so_far.rows, 0);
    let trained = app.workrooms().train(&permit, training, running.cancel.clone(), &progress).await?;
    Ok(JobResult::Train { training: granted(trained)?.id })
}
