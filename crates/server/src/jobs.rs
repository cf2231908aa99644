//! Work that takes longer than a request: landings and runs.
//!
//! A job is a row. A worker takes it under a lease and renews the lease while
//! it works; a process that dies leaves a lease that runs out, or that is
//! declared over when the same data folder is opened again. A job that was cut
//! off is begun again from its spooled upload or its statement, at most
//! [`crate::limits::JOB_ATTEMPTS_MAX`] times.
//!
//! INVARIANT (one worker): a job is ended only by the worker that holds its
//! lease; the database compares the worker's name.
//! INVARIANT (no silent end): every job that was acknowledged ends as done,
//! failed with a problem, or cancelled.
//!
//! Not here: what the kinds do (`jobs::land`, `jobs::run`, `jobs::train`).

pub(crate) mod land;
pub(crate) mod run;
pub(crate) mod train;
pub(crate) mod worker;

pub use worker::work_until_idle;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shuyu_ledger::{Event, Ledger, LedgerError, Row};
use shuyu_model::id::{
    CandidateId, HoldingId, JobId, LandingId, OrganisationId, PersonId, ResourceId, ScenarioId, TrainingId,
};
use shuyu_model::{Actor, Time};
use shuyu_sources::Format;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use crate::error::Problem;
use crate::limits::JOBS_WAITING_MAX;
use crate::store::jobs as store;

/// What a job does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Task {
    /// Lands a spooled upload and seals it.
    Land {
        /// For which resource.
        resource: ResourceId,
        /// The landing's id, drawn when the upload came, so that a second
        /// attempt is the same landing.
        landing: LandingId,
        /// What the bytes are.
        format: Format,
        /// How many there are.
        bytes: u64,
        /// When they came.
        at: Time,
    },
    /// Runs a statement on all rows of a scenario's holdings.
    Run {
        /// For which scenario.
        scenario: ScenarioId,
        /// What to run.
        job: Box<shuyu_workroom::Job>,
    },
    /// Trains or validates a model on samples of a scenario's holdings.
    Train {
        /// For which scenario.
        scenario: ScenarioId,
        /// What to run.
        training: Box<shuyu_workroom::NewTraining>,
    },
}

impl Task {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Land { .. } => "land",
            Self::Run { .. } => "run",
            Self::Train { .. } => "train",
        }
    }

    pub(crate) fn subject(&self) -> &str {
        match self {
            Self::Land { resource, .. } => resource.as_str(),
            Self::Run { scenario, .. } | Self::Train { scenario, .. } => scenario.as_str(),
        }
    }
}

/// A job to be queued.
pub(crate) struct NewJob {
    pub(crate) id: JobId,
    pub(crate) actor: Actor,
    pub(crate) task: Task,
}

/// What a job came to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum JobResult {
    /// A sealed version.
    Land {
        /// The version.
        #[schema(value_type = String)]
        holding: HoldingId,
        /// Rows in it.
        rows_good: u64,
        /// Rows that were left out; the report lists them.
        rows_bad: u64,
        /// The report on its quality; never a cell's value.
        #[schema(value_type = Object)]
        report: Value,
    },
    /// A result that nobody has seen.
    Run {
        /// The result.
        #[schema(value_type = String)]
        candidate: CandidateId,
        /// Its rows.
        rows: u64,
    },
    /// A training or validation that was run. Its model stays inside.
    Train {
        /// The training.
        #[schema(value_type = String)]
        training: TrainingId,
    },
}

/// How far a running job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Progress {
    /// Done so far.
    pub done: u64,
    /// Of how many; 0 where that is not known.
    pub total: u64,
    /// Of what: `bytes`, `rows`.
    pub unit: &'static str,
}

/// A job, as its organisation sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: JobId,
    /// `land`, `run` or `train`.
    pub kind: String,
    /// `queued`, `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// Who asked for it.
    #[schema(value_type = String)]
    pub person: PersonId,
    /// For whom.
    #[schema(value_type = String)]
    pub organisation: OrganisationId,
    /// The resource or scenario it is about.
    pub subject: String,
    /// How far it is.
    pub progress: Progress,
    /// What it came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<JobResult>)]
    pub result: Option<Value>,
    /// Why it failed: a problem document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub problem: Option<Value>,
    /// When it was asked for.
    pub created_at: i64,
    /// When it was first begun.
    pub begun_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
}

/// A running job in this process.
#[derive(Clone, Default)]
pub(crate) struct Running {
    done: Arc<AtomicU64>,
    total: Arc<AtomicU64>,
    pub(crate) cancel: CancellationToken,
}

impl Running {
    pub(crate) fn tell(&self, done: u64, total: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }
}

/// The queue.
#[derive(Clone)]
pub struct Jobs {
    ledger: Ledger,
    /// The data folder whose spool holds the uploads.
    home: Arc<str>,
    running: Arc<Mutex<HashMap<JobId, Running>>>,
    bell: Arc<Notify>,
}

impl Jobs {
    /// The queue of this ledger, for the data folder named `home`.
    pub fn new(ledger: Ledger, home: &str) -> Self {
        Self { ledger, home: home.into(), running: Arc::default(), bell: Arc::default() }
    }

    /// Queues a job. Durable on return.
    pub(crate) async fn submit(&self, job: NewJob) -> Result<(), Problem> {
        let task = serde_json::to_string(&job.task).map_err(Problem::fault)?;
        let mut change = self.ledger.change().await.map_err(Problem::fault)?;
        let organisation = job.actor.organisation.as_str();
        let waiting = store::waiting_of(&mut change, organisation).await.map_err(Problem::fault)?;
        if waiting >= JOBS_WAITING_MAX {
            return Err(Problem::too_often(
                format!("{waiting} jobs of your organisation wait; the most is {JOBS_WAITING_MAX}"),
                60,
            ));
        }
        let now = change.now();
        store::insert(&mut change, &job, &self.home, &task, now).await.map_err(Problem::fault)?;
        let facts = serde_json::json!({ "kind": job.task.word(), "subject": job.task.subject() });
        let event = Event::done(Some(&job.actor), "job.queued", job.id.as_str()).facts(facts);
        change.commit(event).await.map_err(Problem::fault)?;
        self.bell.notify_one();
        Ok(())
    }

    /// One job.
    pub(crate) async fn view(&self, id: &JobId) -> Result<Option<JobView>, Problem> {
        let row = store::find(&self.ledger, id.as_str()).await.map_err(Problem::fault)?;
        row.map(|row| self.read(&row)).transpose()
    }

    /// Whose job it is.
    pub(crate) async fn owner(&self, id: &JobId) -> Result<Option<OrganisationId>, Problem> {
        Ok(self.view(id).await?.map(|job| job.organisation))
    }

    /// Jobs of an organisation, or of all; newest first.
    pub(crate) async fn page(
        &self,
        organisation: Option<&OrganisationId>,
        before: Option<&JobId>,
        limit: u32,
    ) -> Result<(Vec<JobView>, i64), Problem> {
        let organisation = organisation.map(OrganisationId::as_str);
        let (rows, total) = store::page(&self.ledger, organisation, before.map(JobId::as_str), i64::from(limit))
            .await
            .map_err(Problem::fault)?;
        Ok((rows.iter().map(|row| self.read(row)).collect::<Result<_, _>>()?, total))
    }

    fn read(&self, row: &Row) -> Result<JobView, Problem> {
        let text = |column: &str| row.text(column).map_err(Problem::fault);
        let json = |column: &str| -> Result<Option<Value>, Problem> {
            let text = row.opt_text(column).map_err(Problem::fault)?;
            text.map(|text| serde_json::from_str(&text)).transpose().map_err(Problem::fault)
        };
        let id = JobId::parse(&text("id")?).map_err(Problem::fault)?;
        let kind = text("kind")?;
        let unit = if kind == "land" { "bytes" } else { "rows" };
        let running = self.running.lock().get(&id).cloned().unwrap_or_default();
        let progress =
            Progress { done: running.done.load(Ordering::Relaxed), total: running.total.load(Ordering::Relaxed), unit };
        Ok(JobView {
            kind,
            state: text("state")?,
            person: PersonId::parse(&text("person")?).map_err(Problem::fault)?,
            organisation: OrganisationId::parse(&text("organisation")?).map_err(Problem::fault)?,
            subject: text("subject")?,
            progress,
            result: json("result")?,
            problem: json("problem")?,
            created_at: row.int("created_at").map_err(Problem::fault)?,
            begun_at: row.opt_int("begun_at").map_err(Problem::fault)?,
            ended_at: row.opt_int("ended_at").map_err(Problem::fault)?,
            id,
        })
    }

    /// Cancels a job: at once when it waits, as soon as it looks when it runs.
    pub(crate) async fn cancel(&self, actor: &Actor, id: &JobId) -> Result<(), Problem> {
        let mut change = self.ledger.change().await.map_err(Problem::fault)?;
        let now = change.now();
        let (waited, ran) = cancel_in(&mut change, id, now).await.map_err(Problem::fault)?;
        if !waited && !ran {
            return Err(Problem::conflict("the job has ended; what has ended cannot be cancelled"));
        }
        let action = if waited { "job.cancelled" } else { "job.cancel_asked" };
        change.commit(Event::done(Some(actor), action, id.as_str())).await.map_err(Problem::fault)?;
        if let Some(running) = self.running.lock().get(id) {
            running.cancel.cancel();
        }
        Ok(())
    }

    /// How many jobs have not ended.
    pub(crate) async fn unfinished(&self) -> Result<i64, LedgerError> {
        store::unfinished(&self.ledger).await
    }
}

async fn cancel_in(change: &mut shuyu_ledger::Change, id: &JobId, now: Time) -> Result<(bool, bool), LedgerError> {
    let waited = 0 < store::cancel_waiting(change, id.as_str(), now).await?;
    let ran = !waited && 0 < store::ask_to_cancel(change, id.as_str()).await?;
    Ok((waited, ran))
}
