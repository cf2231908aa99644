//! The job `run`: a statement is run on all rows; what it makes is sealed and
//! shown to nobody.
//!
//! A second attempt after a crash runs the statement again. What a first attempt
//! sealed without living to tell stays unseen and unused.

use shuyu_model::Actor;
use shuyu_model::id::ScenarioId;
use shuyu_workroom::Job;

use super::{JobResult, Running};
use crate::api::granted;
use crate::api::scenarios::permit_to_compute;
use crate::app::App;
use crate::error::Problem;

pub(crate) async fn perform(
    app: &App,
    actor: &Actor,
    scenario: &ScenarioId,
    job: Job,
    running: &Running,
) -> Result<JobResult, Problem> {
    let permit = permit_to_compute(app, actor, scenario).await?;
    let progress = |so_far: shuyu_workroom::Progress| running.tell(so_far.rows, 0);
    let ran = app.workrooms().run(&permit, job, running.cancel.clone(), &progress).await?;
    let candidate = granted(ran)?;
    Ok(JobResult::Run { candidate: candidate.id().clone(), rows: candidate.rows() })
}
