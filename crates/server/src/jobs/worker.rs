//! The worker: takes jobs while there are any, holds their leases, ends them.

use std::sync::Arc;

use shuyu_ledger::{Event, LedgerError};
use shuyu_model::id::{JobId, PersonId};
use shuyu_model::{Actor, Reason, Reasons};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{JobResult, Running, Task, land, run, train};
use crate::app::App;
use crate::error::Problem;
use crate::limits::{JOB_ATTEMPTS_MAX, JOB_LEASE_MICROS, JOB_RENEW, JOBS_AT_ONCE_MAX, JOBS_POLL};
use crate::reasons;
use crate::store::jobs as store;

/// How a job came to its end in this worker.
pub(crate) enum Ended {
    /// With a result.
    Done(JobResult),
    /// Not, for a reason that the caller can read.
    Failed(Problem),
    /// Because somebody asked for it, or because the server goes down.
    Stopped,
}

/// A job that this worker holds.
struct Held {
    id: JobId,
    person: PersonId,
    task: Task,
    attempts: i64,
    cancel_asked: bool,
}

/// Works until `stop`; then gives back what is not done.
pub(crate) async fn work(app: App, stop: CancellationToken) -> Result<(), LedgerError> {
    let slots = Arc::new(Semaphore::new(JOBS_AT_ONCE_MAX));
    let mut jobs = JoinSet::new();
    while !stop.is_cancelled() {
        let slot = tokio::select! {
            () = stop.cancelled() => break,
            slot = Arc::clone(&slots).acquire_owned() => slot,
        };
        match take(&app).await {
            Ok(Some(held)) => {
                let (app, stop) = (app.clone(), stop.clone());
                jobs.spawn(async move {
                    hold(&app, held, &stop).await;
                    drop(slot);
                });
            }
            Ok(None) => {
                drop(slot);
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = app.jobs().bell.notified() => {}
                    () = tokio::time::sleep(JOBS_POLL) => {}
                }
            }
            Err(error) => {
                tracing::error!(error = ?Problem::fault(error), "no job can be taken");
                tokio::time::sleep(JOBS_POLL).await;
            }
        }
        while jobs.try_join_next().is_some() {}
    }
    while jobs.join_next().await.is_some() {}
    Ok(())
}

/// Works until nothing waits any more.
pub async fn work_until_idle(app: App) -> Result<u64, LedgerError> {
    let mut count = 0;
    while let Some(held) = take(&app).await? {
        hold(&app, held, &CancellationToken::new()).await;
        count += 1;
    }
    Ok(count)
}

/// Declares over what a dead process of this data folder held, and forgets the
/// uploads that nobody waits for. Called once, before anything works.
pub(crate) async fn recover(app: &App) -> Result<(), LedgerError> {
    let home = Arc::clone(&app.jobs().home);
    let mut change = app.ledger().change().await?;
    let orphaned = store::orphan(&mut change, &home).await?;
    if orphaned > 0 {
        let facts = serde_json::json!({ "jobs": orphaned });
        change.commit(Event::done(None, "job.orphaned", home.as_ref()).facts(facts)).await?;
    }
    let needed = store::unfinished_ids(app.ledger(), &home).await?.into_iter().collect();
    match app.spool().sweep(&needed) {
        Ok(swept) => tracing::info!(orphaned, swept, "recovered jobs"),
        Err(error) => tracing::warn!(%error, "the spool cannot be swept"),
    }
    Ok(())
}

/// Takes the oldest free job. Does not touch the pen when there is none.
async fn take(app: &App) -> Result<Option<Held>, LedgerError> {
    let jobs = app.jobs();
    if !store::has_free(app.ledger(), &jobs.home, app.worker(), app.ledger().now()).await? {
        return Ok(None);
    }
    let mut change = app.ledger().change().await?;
    let now = change.now();
    let Some(row) = store::next_free(&mut change, &jobs.home, app.worker(), now).await? else { return Ok(None) };
    let (id, person) = (row.text("id")?, row.text("person")?);
    let lease_until = now.plus_micros(JOB_LEASE_MICROS);
    store::begin(&mut change, &id, app.worker(), now, lease_until).await?;
    let attempts = row.int("attempts")? + 1;
    let facts = serde_json::json!({ "attempt": attempts });
    change.commit(Event::done(None, "job.begun", id.as_str()).facts(facts)).await?;
    let stored = |what: String| LedgerError::Disagree { what };
    Ok(Some(Held {
        id: JobId::parse(&id).map_err(|error| stored(error.to_string()))?,
        person: PersonId::parse(&person).map_err(|error| stored(error.to_string()))?,
        task: serde_json::from_str(&row.text("task")?)?,
        attempts,
        cancel_asked: row.int("cancel_asked")? != 0,
    }))
}

/// Does a job under its lease, and writes down how it ended.
async fn hold(app: &App, held: Held, stop: &CancellationToken) {
    let running = Running { cancel: stop.child_token(), ..Running::default() };
    app.jobs().running.lock().insert(held.id.clone(), running.clone());
    let ended = if held.cancel_asked {
        Ended::Stopped
    } else if held.attempts > JOB_ATTEMPTS_MAX {
        Ended::Failed(gave_up())
    } else {
        let (app_of_job, held_id) = (app.clone(), held.id.clone());
        let lease = renew(app, &held.id, &running.cancel);
        // A panic in a station ends this job, not the worker.
        let (task, person, running) = (held.task.clone(), held.person.clone(), running.clone());
        let mut work = tokio::spawn(async move { perform(&app_of_job, &held_id, &person, task, &running).await });
        let joined = tokio::select! {
            joined = &mut work => joined,
            () = lease => work.await,
        };
        joined.unwrap_or_else(|error| Ended::Failed(Problem::fault(error)))
    };
    if let Err(error) = end(app, &held, ended, stop).await {
        tracing::error!(job = %held.id, error = ?Problem::fault(error), "how a job ended cannot be written down; it will be done again");
    }
    app.jobs().running.lock().remove(&held.id);
}

async fn perform(app: &App, id: &JobId, person: &PersonId, task: Task, running: &Running) -> Ended {
    // INVARIANT (fresh roles): who asked then may have lost the role since.
    let actor: Actor = match app.actor(person).await {
        Ok(Some(actor)) => actor,
        Ok(None) => return Ended::Failed(Problem::not_signed_in()),
        Err(problem) => return Ended::Failed(problem),
    };
    let done = match task {
        Task::Land { resource, landing, format, bytes, at } => {
            let upload = land::Upload { job: id, resource, landing, format, bytes, at };
            land::perform(app, &actor, upload, running).await
        }
        Task::Run { scenario, job } => run::perform(app, &actor, &scenario, *job, running).await,
        Task::Train { scenario, training } => train::perform(app, &actor, &scenario, *training, running).await,
    };
    match done {
        Ok(result) => Ended::Done(result),
        Err(_) if running.cancel.is_cancelled() => Ended::Stopped,
        Err(problem) => Ended::Failed(problem),
    }
}

/// Renews the lease until it is lost or somebody asks for the job to stop; then
/// asks the job to stop.
async fn renew(app: &App, id: &JobId, cancel: &CancellationToken) {
    loop {
        tokio::time::sleep(JOB_RENEW).await;
        match renew_once(app, id).await {
            Ok(true) => {}
            Ok(false) => {
                tracing::warn!(job = %id, "another worker took the job");
                break;
            }
            // A ledger that cannot be written now may be written in half a
            // minute; the lease outlasts several tries.
            Err(error) => tracing::error!(job = %id, error = ?Problem::fault(error), "the lease cannot be renewed"),
        }
    }
    cancel.cancel();
}

async fn renew_once(app: &App, id: &JobId) -> Result<bool, LedgerError> {
    let mut change = app.ledger().change().await?;
    let lease_until = change.now().plus_micros(JOB_LEASE_MICROS);
    if store::renew(&mut change, id.as_str(), app.worker(), lease_until).await? == 0 {
        return Ok(false);
    }
    change.commit(Event::done(None, "job.lease_renewed", id.as_str())).await?;
    Ok(true)
}

async fn end(app: &App, held: &Held, ended: Ended, stop: &CancellationToken) -> Result<(), LedgerError> {
    let id = held.id.as_str();
    let mut change = app.ledger().change().await?;
    let now = change.now();
    if matches!(ended, Ended::Stopped) && stop.is_cancelled() {
        if store::give_back(&mut change, id, app.worker()).await? > 0 {
            change.commit(Event::done(None, "job.given_back", id)).await?;
        }
        return Ok(());
    }
    let (state, action, result, problem) = match ended {
        Ended::Done(result) => ("done", "job.done", Some(serde_json::to_string(&result)?), None),
        Ended::Stopped => ("cancelled", "job.cancelled", None, None),
        Ended::Failed(problem) => {
            problem.log(id, "job");
            ("failed", "job.failed", None, Some(serde_json::to_string(&problem.document(id))?))
        }
    };
    if store::end(&mut change, id, app.worker(), state, result.as_deref(), problem.as_deref(), now).await? > 0 {
        change.commit(Event::done(None, action, id)).await?;
        app.spool().forget(&held.id);
    }
    metrics::counter!("shuyu_jobs_ended_total", "kind" => held.task.word(), "state" => state).increment(1);
    Ok(())
}

fn gave_up() -> Problem {
    Problem::refused(Reasons::one(Reason::new(
        reasons::GAVE_UP,
        format!("the job was begun {JOB_ATTEMPTS_MAX} times and never came to its end"),
        "setting",
        "send it again; if it ends like this once more, tell the system administrator its number",
    )))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::HeaderMap;
    use shuyu_ledger::testing::ledgers;
    use shuyu_model::id::ResourceId;
    use shuyu_registry::rules;
    use shuyu_registry::testing::{Town, fund_columns, town};
    use shuyu_sources::Format;

    use super::*;
    use crate::jobs::{JobView, NewJob};
    use crate::wiring::{Settings, wire_over};

    const CSV: &str = "id_card,account,balance,opened_on,district\n1,a,2,2026-01-01,x\n";

    async fn open(town: &Town) -> App {
        let rules = rules::shipped(rules::SHIPPED_CODE).unwrap();
        wire_over(town.registry.clone(), rules.calendar, rules.national, 0, Settings::default()).await.unwrap()
    }

    async fn queue(app: &App, town: &Town, resource: &ResourceId) -> JobId {
        let id: JobId = app.ledger().new_id();
        let spooled = app.spool().take(&id, &HeaderMap::new(), Body::from(CSV)).await.unwrap();
        let (landing, at) = (app.ledger().new_id(), app.ledger().now());
        let task = Task::Land { resource: resource.clone(), landing, format: Format::Csv, bytes: spooled.bytes, at };
        app.jobs().submit(NewJob { id: id.clone(), actor: town.source[0].clone(), task }).await.unwrap();
        id
    }

    async fn view(app: &App, id: &JobId) -> JobView {
        app.jobs().view(id).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn a_job_whose_process_died_is_done_by_the_next_one() {
        for (backend, ledger, _dir) in ledgers().await {
            let town = town(&ledger).await;
            let resource = town.resource("fund_accounts", fund_columns()).await;
            let first = open(&town).await;
            let job = queue(&first, &town, &resource).await;
            // Taken, and never ended: the process is gone.
            assert!(take(&first).await.unwrap().is_some(), "{backend}");
            assert!(take(&first).await.unwrap().is_none(), "{backend}: a held job is not taken twice");
            drop(first);
            let second = open(&town).await;
            assert_eq!(work_until_idle(second.clone()).await.unwrap(), 1, "{backend}");
            let view = view(&second, &job).await;
            assert_eq!(view.state, "done", "{backend}: {:?}", view.problem);
            assert!(!second.spool().path(&job).exists(), "{backend}: the upload is not kept");
        }
    }

    #[tokio::test]
    async fn a_job_that_dies_each_time_ends_as_failed() {
        for (backend, ledger, _dir) in ledgers().await {
            let town = town(&ledger).await;
            let resource = town.resource("fund_accounts", fund_columns()).await;
            let mut app = open(&town).await;
            let job = queue(&app, &town, &resource).await;
            for attempt in 1..=JOB_ATTEMPTS_MAX {
                let held = take(&app).await.unwrap();
                assert_eq!(held.map(|held| held.attempts), Some(attempt), "{backend}");
                app = open(&town).await;
            }
            work_until_idle(app.clone()).await.unwrap();
            let view = view(&app, &job).await;
            assert_eq!(view.state, "failed", "{backend}");
            assert!(view.problem.unwrap().to_string().contains(reasons::GAVE_UP), "{backend}");
        }
    }

    #[tokio::test]
    async fn a_landing_that_was_sealed_before_the_crash_is_not_sealed_again() {
        for (backend, ledger, _dir) in ledgers().await {
            let town = town(&ledger).await;
            let resource = town.resource("fund_accounts", fund_columns()).await;
            let app = open(&town).await;
            queue(&app, &town, &resource).await;
            let held = take(&app).await.unwrap().unwrap();
            let done = |held: &Held| (held.id.clone(), held.person.clone(), held.task.clone());
            let (id, person, task) = done(&held);
            let first = perform(&app, &id, &person, task.clone(), &Running::default()).await;
            let second = perform(&app, &id, &person, task, &Running::default()).await;
            let holding = |ended: &Ended| match ended {
                Ended::Done(JobResult::Land { holding, .. }) => holding.clone(),
                Ended::Failed(problem) => panic!("{backend}: {problem:?}"),
                _ => panic!("{backend}: no landing"),
            };
            assert_eq!(holding(&first), holding(&second), "{backend}");
            assert_eq!(app.vault().holdings(&resource).await.unwrap().len(), 1, "{backend}");
        }
    }

    #[tokio::test]
    async fn what_a_stopping_server_did_not_finish_waits_for_the_next_one() {
        for (backend, ledger, _dir) in ledgers().await {
            let town = town(&ledger).await;
            let resource = town.resource("fund_accounts", fund_columns()).await;
            let app = open(&town).await;
            let job = queue(&app, &town, &resource).await;
            let held = take(&app).await.unwrap().unwrap();
            let stop = CancellationToken::new();
            stop.cancel();
            end(&app, &held, Ended::Stopped, &stop).await.unwrap();
            assert_eq!(view(&app, &job).await.state, "queued", "{backend}");
            assert_eq!(take(&app).await.unwrap().map(|held| held.attempts), Some(1), "{backend}: it does not count");
        }
    }
}
