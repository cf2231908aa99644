//! The workroom: governed SQL over sealed holdings, for one scenario under one
//! permit.
//!
//! Takes a [`shuyu_registry::Permit`] and a statement; gives draft rows (sampled,
//! masked, on screen) or a [`Candidate`] (all rows, sealed, seen by nobody).
//!
//! INVARIANT (raw is invisible): no expression of the author's is evaluated on a
//! value before its mask, nor on a row that the permit filters out.
//! INVARIANT (one gate): every statement passes the gate before it is run, and
//! the plan that passed is the plan that runs.
//! INVARIANT (mute): nothing that the engine says about a failure reaches the
//! author; it may hold a value. They get a code and a number to quote.
//!
//! Not here: what may leave (`airlock`), who may compute (`registry`), files at
//! rest (`vault`).

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

pub mod functions;
pub mod reasons;

mod alarm;
mod barrier;
mod candidate;
mod draft;
mod entities;
mod error;
mod execute;
mod gate;
mod governed;
mod key;
mod lineage;
mod masks;
mod output;
mod probe;
mod pseudonym;
mod raw_rows;
mod run;
mod sample;
mod sandbox;
mod sealed_table;
mod sealing;
mod session;
mod store;
mod training;
mod workrooms;

#[cfg(test)]
mod tests;

pub use candidate::{Candidate, CandidateItem, ColumnLineage, Computed, EntityCounts};
pub use draft::DraftResult;
pub use error::WorkroomError;
pub use key::PseudonymKey;
pub use output::{Job, OutputColumn, OutputKind, OutputSpec, ResultColumn};
pub use pseudonym::Pseudonymiser;
pub use reasons::REASONS;
pub use run::Progress;
pub use sandbox::Programs;
pub use training::{GivenAs, Mounted, NewTraining, Purpose, Training, TrainingInput};
pub use workrooms::{ResultReader, WorkroomConfig, Workrooms};
