//! Jobs and their leases.

use shuyu_ledger::{Change, Ledger, LedgerError, Row, args};
use shuyu_model::Time;

use crate::jobs::NewJob;

pub(crate) async fn insert(
    change: &mut Change,
    job: &NewJob,
    home: &str,
    task: &str,
    at: Time,
) -> Result<(), LedgerError> {
    change
        .write(
            "INSERT INTO jobs (id, kind, state, person, organisation, subject, task, home, attempts, cancel_asked, created_at)
             VALUES ($1, $2, 'queued', $3, $4, $5, $6, $7, 0, 0, $8)",
            args![
                job.id.as_str(),
                job.task.word(),
                job.actor.person.as_str(),
                job.actor.organisation.as_str(),
                job.task.subject(),
                task,
                home,
                at
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn waiting_of(change: &mut Change, organisation: &str) -> Result<i64, LedgerError> {
    let rows = change
        .read(
            "SELECT count(*) AS waiting FROM jobs WHERE organisation = $1 AND state IN ('queued', 'running')",
            args![organisation],
        )
        .await?;
    rows.first().map_or(Ok(0), |row| row.int("waiting"))
}

pub(crate) async fn find(ledger: &Ledger, id: &str) -> Result<Option<Row>, LedgerError> {
    let rows = ledger
        .read(
            "SELECT id, kind, state, person, organisation, subject, task, attempts, cancel_asked, result, problem,
                    created_at, begun_at, ended_at
             FROM jobs WHERE id = $1",
            args![id],
        )
        .await?;
    Ok(rows.into_iter().next())
}

/// Jobs of one organisation (or of all, where none is named), newest first,
/// after the cursor, with the number of all.
pub(crate) async fn page(
    ledger: &Ledger,
    organisation: Option<&str>,
    before: Option<&str>,
    limit: i64,
) -> Result<(Vec<Row>, i64), LedgerError> {
    let rows = ledger
        .read(
            "SELECT id, kind, state, person, organisation, subject, task, attempts, cancel_asked, result, problem,
                    created_at, begun_at, ended_at
             FROM jobs
             WHERE ($1 = '' OR organisation = $1) AND ($2 = '' OR id < $2)
             ORDER BY id DESC LIMIT $3",
            args![organisation.unwrap_or_default(), before.unwrap_or_default(), limit],
        )
        .await?;
    let total = ledger
        .read(
            "SELECT count(*) AS total FROM jobs WHERE ($1 = '' OR organisation = $1)",
            args![organisation.unwrap_or_default()],
        )
        .await?;
    Ok((rows, total.first().map_or(Ok(0), |row| row.int("total"))?))
}

/// The oldest job that waits, or whose worker let its lease run out.
///
/// A worker never takes a job from itself: the clock of a demonstration can
/// jump over a lease that is being held.
pub(crate) async fn next_free(
    change: &mut Change,
    home: &str,
    worker: &str,
    at: Time,
) -> Result<Option<Row>, LedgerError> {
    let rows = change
        .read(
            "SELECT id, kind, person, task, attempts, cancel_asked FROM jobs
             WHERE home = $1 AND (state = 'queued' OR (state = 'running' AND lease_until < $2 AND worker <> $3))
             ORDER BY created_at, id LIMIT 1",
            args![home, at, worker],
        )
        .await?;
    Ok(rows.into_iter().next())
}

/// Whether there is anything for a worker to take: asked before a change is begun.
pub(crate) async fn has_free(ledger: &Ledger, home: &str, worker: &str, at: Time) -> Result<bool, LedgerError> {
    let rows = ledger
        .read(
            "SELECT id FROM jobs
             WHERE home = $1 AND (state = 'queued' OR (state = 'running' AND lease_until < $2 AND worker <> $3)) LIMIT 1",
            args![home, at, worker],
        )
        .await?;
    Ok(!rows.is_empty())
}

pub(crate) async fn begin(
    change: &mut Change,
    id: &str,
    worker: &str,
    at: Time,
    lease_until: Time,
) -> Result<(), LedgerError> {
    change
        .write(
            "UPDATE jobs SET state = 'running', worker = $2, lease_until = $4, attempts = attempts + 1,
                    begun_at = COALESCE(begun_at, $3)
             WHERE id = $1",
            args![id, worker, at, lease_until],
        )
        .await?;
    Ok(())
}

pub(crate) async fn renew(change: &mut Change, id: &str, worker: &str, lease_until: Time) -> Result<u64, LedgerError> {
    change
        .write(
            "UPDATE jobs SET lease_until = $3 WHERE id = $1 AND worker = $2 AND state = 'running'",
            args![id, worker, lease_until],
        )
        .await
}

/// Ends a job that this worker still holds. Says whether it did.
pub(crate) async fn end(
    change: &mut Change,
    id: &str,
    worker: &str,
    state: &str,
    result: Option<&str>,
    problem: Option<&str>,
    at: Time,
) -> Result<u64, LedgerError> {
    change
        .write(
            "UPDATE jobs SET state = $3, result = $4, problem = $5, ended_at = $6, lease_until = NULL
             WHERE id = $1 AND worker = $2 AND state = 'running'",
            args![id, worker, state, result, problem, at],
        )
        .await
}

/// Gives a running job back to the queue without counting the attempt: its
/// server goes down.
pub(crate) async fn give_back(change: &mut Change, id: &str, worker: &str) -> Result<u64, LedgerError> {
    change
        .write(
            "UPDATE jobs SET state = 'queued', worker = NULL, lease_until = NULL, attempts = attempts - 1
             WHERE id = $1 AND worker = $2 AND state = 'running'",
            args![id, worker],
        )
        .await
}

/// Cancels a job that waits. Says whether it did.
pub(crate) async fn cancel_waiting(change: &mut Change, id: &str, at: Time) -> Result<u64, LedgerError> {
    change
        .write("UPDATE jobs SET state = 'cancelled', ended_at = $2 WHERE id = $1 AND state = 'queued'", args![id, at])
        .await
}

/// Asks for a running job to stop. Says whether it runs.
pub(crate) async fn ask_to_cancel(change: &mut Change, id: &str) -> Result<u64, LedgerError> {
    change.write("UPDATE jobs SET cancel_asked = 1 WHERE id = $1 AND state = 'running'", args![id]).await
}

/// Lets the leases of a data folder's dead process run out at once. The ledger
/// holds the folder's lock, so whoever held these jobs is gone.
pub(crate) async fn orphan(change: &mut Change, home: &str) -> Result<u64, LedgerError> {
    change.write("UPDATE jobs SET lease_until = 0 WHERE home = $1 AND state = 'running'", args![home]).await
}

/// How many jobs run or wait, for the metrics.
pub(crate) async fn unfinished(ledger: &Ledger) -> Result<i64, LedgerError> {
    let rows =
        ledger.read("SELECT count(*) AS unfinished FROM jobs WHERE state IN ('queued', 'running')", args![]).await?;
    rows.first().map_or(Ok(0), |row| row.int("unfinished"))
}

/// The uploads that unfinished jobs of this folder still need.
pub(crate) async fn unfinished_ids(ledger: &Ledger, home: &str) -> Result<Vec<String>, LedgerError> {
    let rows =
        ledger.read("SELECT id FROM jobs WHERE home = $1 AND state IN ('queued', 'running')", args![home]).await?;
    rows.iter().map(|row| row.text("id")).collect()
}
