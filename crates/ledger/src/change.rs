//! The only pen: a transaction that can only be committed together with its event.
//!
//! INVARIANT (row and event): [`Change`] has no other way to commit; dropped, it
//! rolls back.

use std::sync::Arc;

use shuyu_model::Time;
use tokio::sync::Notify;

use crate::LedgerError;
use crate::clock::Clock;
use crate::db::Tx;
use crate::event::{Entry, Event};
use crate::journal;
use crate::store;
use crate::value::{Args, Row};

/// Rows about to be written.
#[must_use = "a change that is not committed is rolled back"]
pub struct Change {
    tx: Tx,
    clock: Clock,
    committed: Arc<Notify>,
}

impl Change {
    pub(crate) fn new(tx: Tx, clock: Clock, committed: Arc<Notify>) -> Self {
        Self { tx, clock, committed }
    }

    /// The time now.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Reads, seeing what this change has written.
    pub async fn read(&mut self, sql: &'static str, args: Args) -> Result<Vec<Row>, LedgerError> {
        self.tx.read(sql, args).await
    }

    /// Writes; says how many rows were touched.
    pub async fn write(&mut self, sql: &'static str, args: Args) -> Result<u64, LedgerError> {
        self.tx.write(sql, args).await
    }

    /// Commits the rows and their event; durable on return.
    pub async fn commit(mut self, event: Event) -> Result<Entry, LedgerError> {
        let seq = store::next_seq(&mut self.tx).await?;
        let at = self.clock.now();
        let written = event.to_bytes(seq, at)?;
        store::insert_journal(&mut self.tx, seq, at, event.action, &event.object, &written).await?;
        journal::index(&mut self.tx, &event, seq, at).await?;
        self.tx.commit().await?;
        self.committed.notify_one();
        Ok(Entry { seq })
    }
}
