//! The job `land`: a spooled upload becomes a sealed version.
//!
//! INVARIANT (once sealed): a second attempt after a crash finds the version
//! that the first attempt sealed, by the landing's id, and does not seal another.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use shuyu_model::id::{JobId, LandingId, ResourceId};
use shuyu_model::{Actor, Time};
use shuyu_sources::{Format, Intake, IntakeLimits, Landing, QualityReport};
use shuyu_vault::Holding;

use super::{JobResult, Running};
use crate::api::granted;
use crate::app::App;
use crate::error::Problem;

/// What came, and for what.
pub(crate) struct Upload<'a> {
    pub(crate) job: &'a JobId,
    pub(crate) resource: ResourceId,
    pub(crate) landing: LandingId,
    pub(crate) format: Format,
    pub(crate) bytes: u64,
    pub(crate) at: Time,
}

pub(crate) async fn perform(
    app: &App,
    actor: &Actor,
    upload: Upload<'_>,
    running: &Running,
) -> Result<JobResult, Problem> {
    let sealed = app.vault().holdings(&upload.resource).await?;
    if let Some(holding) = sealed.into_iter().find(|holding| *holding.landing() == upload.landing) {
        let report = app.vault().report(holding.id()).await?;
        return result(&holding, &report);
    }
    let (_, columns) = app.registry().table(&upload.resource).await?.ok_or_else(|| Problem::unseen("resource"))?;
    let cancel = Arc::new(AtomicBool::new(false));
    let intake = Intake {
        landing: upload.landing,
        department: actor.organisation.clone(),
        resource: upload.resource,
        columns,
        format: upload.format,
        profile: app.ledger().profile(),
        limits: IntakeLimits::default(),
        spool_dir: app.spool().dir().to_path_buf(),
        at: upload.at,
        cancel: Arc::clone(&cancel),
    };
    let file = File::open(app.spool().path(upload.job)).map_err(Problem::fault)?;
    let landing = read(intake, file, upload.bytes, running, &cancel).await?;
    let report = landing.report().clone();
    let holding = granted(app.vault().seal(landing, actor).await?)?;
    result(&holding, &report)
}

/// Reads the file to its end on a thread of its own.
async fn read(
    intake: Intake,
    file: File,
    bytes: u64,
    running: &Running,
    cancel: &AtomicBool,
) -> Result<Landing, Problem> {
    let progress = running.clone();
    let mut reading = tokio::task::spawn_blocking(move || {
        shuyu_sources::land(&intake, file, &|so_far| progress.tell(so_far.bytes, bytes))
    });
    let landed = tokio::select! {
        landed = &mut reading => landed,
        () = running.cancel.cancelled() => {
            cancel.store(true, Ordering::Relaxed);
            reading.await
        }
    };
    Ok(landed.map_err(Problem::fault)??)
}

fn result(holding: &Holding, report: &QualityReport) -> Result<JobResult, Problem> {
    Ok(JobResult::Land {
        holding: holding.id().clone(),
        rows_good: report.rows_good,
        rows_bad: report.rows_bad,
        report: serde_json::to_value(report).map_err(Problem::fault)?,
    })
}
