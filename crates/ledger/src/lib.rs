//! The pen and the book: nothing changes without its entry.
//!
//! [`Ledger::change`] gives a database transaction whose only way to commit is
//! [`Change::commit`] with an [`Event`]; [`Ledger::record`] makes an [`Access`]
//! durable before an answer goes out. Both end in one Merkle log of plain files
//! that a stranger can verify without our code or our database.
//!
//! INVARIANT (row and event): a row is written with its event, or not at all.
//! INVARIANT (gapless): journal sequence numbers have no gap and no repetition.
//! INVARIANT (durable before answer): an entry is on disk when its call returns.
//!
//! Not here: what an event means (the stations), who may read it (`server`).

#![cfg_attr(
    test,
    allow(
        clippy::allow_attributes,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a test fails by panicking"
    )
)]

mod audit;
mod change;
mod clock;
mod db;
mod error;
mod event;
mod journal;
mod ledger;
mod log;
mod migrate;
mod sequencer;
pub mod snapshot;
mod store;
pub mod testing;
mod value;
pub mod verify;
pub mod witness;

#[cfg(test)]
mod tests;

pub use audit::AuditState;
pub use change::Change;
pub use clock::{Clock, ClockError};
pub use db::DatabaseUrl;
pub use error::LedgerError;
pub use event::{Access, ENTRY_BYTES_MAX, Entry, Event, Outcome, Request};
pub use journal::{Bundle, Counted, Reach, Sought, Stretch};
pub use ledger::{Ledger, LedgerConfig};
pub use log::{Checkpoint, Log, verified_lines};
pub use migrate::MIGRATIONS;
pub use value::{Args, Row, Value};
