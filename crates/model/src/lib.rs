//! The nouns all stations share: ids, money, time, grades, masks, rules of a
//! jurisdiction, and the two ways to answer (yes with a thing, no with reasons).
//!
//! INVARIANT (pure): nothing in this crate does input or output, reads a clock
//! or draws a random number; the same arguments give the same answer for ever.
//!
//! Not here: anything that must be stored (`ledger`), decided (`registry`,
//! `casework`) or computed from data (`workroom`, `airlock`).

#![cfg_attr(
    test,
    allow(clippy::allow_attributes, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")
)]

pub mod actor;
pub mod calendar;
pub mod candidacy;
pub mod canonical;
pub mod clauses;
pub mod column;
pub mod conformance;
pub mod digest;
pub mod id;
pub mod identifier;
pub mod matter;
pub mod money;
pub mod permitted;
pub mod regime;
pub mod registration;
pub mod sharing;
pub mod time;
pub mod verdict;

pub use actor::{Actor, Role};
pub use calendar::Calendar;
pub use column::{Column, ColumnClass, ColumnType, Grade, Mask};
pub use digest::{CryptoProfile, Digest, Hasher};
pub use money::Money;
pub use regime::{Regime, UseKind};
pub use time::{Day, Month, Time};
pub use verdict::{Reason, Reasons, Verdict};
