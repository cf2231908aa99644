//! Folds the journal's events into the log, in order, each once.
//!
//! INVARIANT (each once): an event may lie in the log before `log_index` says so
//! (a crash between the two); at the start the log is read from the last indexed
//! event on, so that none is appended twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinHandle;

use crate::db::Db;
use crate::ledger::Progress;
use crate::log::Log;
use crate::{LedgerError, store};

const EVENTS_PER_FOLD_MAX: i64 = 500;
const ENTRIES_PER_READ_MAX: usize = 4096;
/// After a failure (a full disk), how long until the next attempt.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The running task.
pub(crate) struct Sequencer {
    task: Mutex<Option<JoinHandle<()>>>,
    progress: Progress,
    committed: Arc<Notify>,
    is_stopping: Arc<AtomicBool>,
}

#[derive(Deserialize)]
struct Head {
    kind: String,
    #[serde(default)]
    seq: i64,
}

impl Sequencer {
    /// Finds where the log stands, folds in what is missing, then follows.
    pub(crate) async fn start(db: Db, log: Log, committed: Arc<Notify>) -> Result<Self, LedgerError> {
        let mut last = recover(&db, &log).await?;
        while fold(&db, &log, &mut last).await? {}
        let (sender, progress) = watch::channel(last);
        let is_stopping = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(follow(db, log, Arc::clone(&committed), Arc::clone(&is_stopping), sender, last));
        Ok(Self { task: Mutex::new(Some(task)), progress, committed, is_stopping })
    }

    /// Waits until event `seq` is folded in.
    pub(crate) async fn reached(&self, seq: i64) -> Result<(), LedgerError> {
        let mut progress = self.progress.clone();
        progress
            .wait_for(|last| *last >= seq)
            .await
            .map(|_| ())
            .map_err(|_| LedgerError::LogClosed { why: "the sequencer has stopped".to_owned() })
    }

    /// Stops after the fold under way.
    pub(crate) async fn stop(&self) {
        self.is_stopping.store(true, Ordering::SeqCst);
        self.committed.notify_one();
        if let Some(task) = self.task.lock().await.take()
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the sequencer ended badly");
        }
    }
}

async fn follow(
    db: Db,
    log: Log,
    committed: Arc<Notify>,
    is_stopping: Arc<AtomicBool>,
    progress: watch::Sender<i64>,
    mut last: i64,
) {
    while !is_stopping.load(Ordering::SeqCst) {
        match fold(&db, &log, &mut last).await {
            Ok(true) => {
                progress.send_replace(last);
            }
            Ok(false) => committed.notified().await,
            Err(error) => {
                tracing::error!(%error, last_seq = last, "events wait to be folded into the log");
                tokio::time::sleep(RETRY_AFTER).await;
            }
        }
    }
}

/// Appends the next events; says whether there were any.
async fn fold(db: &Db, log: &Log, last: &mut i64) -> Result<bool, LedgerError> {
    let events = store::journal_after(db, *last, EVENTS_PER_FOLD_MAX).await?;
    if events.is_empty() {
        return Ok(false);
    }
    for (expected, (seq, _)) in (*last + 1..).zip(&events) {
        // INVARIANT (gapless), checked where it is read.
        if *seq != expected {
            return Err(LedgerError::Disagree { what: format!("event {expected} is missing; the next is {seq}") });
        }
    }
    let entries = events.iter().map(|(_, written)| written.clone().into_bytes()).collect();
    let places = log.append_all(entries).await?;
    let found: Vec<(i64, i64)> =
        events.iter().map(|(seq, _)| *seq).zip(places.map(|index| i64::try_from(index).unwrap_or(i64::MAX))).collect();
    store::index_events(db, &found).await?;
    *last = found.last().map_or(*last, |(seq, _)| *seq);
    Ok(true)
}

/// INVARIANT (each once): the last event that lies in the log.
async fn recover(db: &Db, log: &Log) -> Result<i64, LedgerError> {
    let (mut last, mut next) = match store::last_indexed(db).await? {
        Some((seq, leaf)) => (seq, u64::try_from(leaf).unwrap_or(0) + 1),
        None => (0, 0),
    };
    let mut found = Vec::new();
    while next < log.size() {
        let entries = log.entries(next, ENTRIES_PER_READ_MAX).await?;
        if entries.is_empty() {
            return Err(LedgerError::Disagree { what: format!("the log has no entry {next} though it says so") });
        }
        for (entry, index) in entries.iter().zip(next..) {
            if let Ok(Head { kind, seq }) = serde_json::from_slice::<Head>(entry)
                && kind == "event"
            {
                found.push((seq, i64::try_from(index).unwrap_or(i64::MAX)));
                last = seq;
            }
        }
        next += u64::try_from(entries.len()).unwrap_or(u64::MAX);
    }
    let head = store::journal_head(db).await?;
    if last > head {
        return Err(LedgerError::Disagree {
            what: format!(
                "the log holds event {last}, the database ends at {head}; it was restored from an older backup"
            ),
        });
    }
    store::index_events(db, &found).await?;
    Ok(last)
}
