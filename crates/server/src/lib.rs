//! The server: HTTP, sessions, jobs and the wiring of the stations. It
//! translates and decides nothing.
//!
//! INVARIANT (no route without a need): see [`router`].
//! INVARIANT (no rules): a handler reads, calls one station and writes what it
//! said; an `if` about data belongs to a station.
//!
//! Not here: SQL (but for `store`), rules, money, data.

#![cfg_attr(
    test,
    allow(
        clippy::allow_attributes,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a test fails by panicking"
    )
)]

pub mod api;
pub mod app;
pub mod authority;
pub mod backup;
pub mod callers;
mod clauses;
pub mod cli;
pub mod clock_file;
mod commands;
mod connections;
mod console;
pub mod controls;
pub mod endpoint;
pub mod error;
pub mod figures;
mod guard;
pub mod idempotency;
pub mod jobs;
pub mod limits;
pub mod needs;
pub mod openapi;
mod owner;
mod page;
mod planned;
pub mod program;
mod public_documents;
mod public_selections;
pub mod raised;
pub mod reasons;
pub mod router;
pub mod serve;
pub mod sessions;
pub mod shapes;
mod signals;
pub mod spool;
mod store;
mod sweeper;
pub mod throttle;
pub mod tls;
mod translate;
mod trying;
mod upstream;
mod watch;
pub mod wiring;
