//! Intake: bytes that a department sends become a [`Landing`], a table of
//! stated columns with a digest and a report of its quality.
//!
//! Takes an [`Intake`] and a reader; gives a [`Landing`] or a [`SourceError`].
//!
//! INVARIANT (every row): each row of the input is either in the landing or
//! counted as bad, with its line and its reason; none is dropped or repaired
//! silently.
//! INVARIANT (no values): neither report nor error holds the content of a cell.
//! INVARIANT (bounded): memory does not grow with the input; every length has
//! its limit in [`IntakeLimits`].
//!
//! Not here: who may send (`registry`), encryption at rest (`vault`).
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

mod buffers;
mod charset;
mod csv;
mod error;
mod intake;
mod landing;
mod meter;
mod parquet_file;
mod reasons;
mod report;
mod rows;
mod spool;
mod values;

#[cfg(test)]
mod tests;

pub use charset::Encoding;
pub use error::SourceError;
pub use intake::{Format, Intake, IntakeLimits, Progress, land};
pub use landing::Landing;
pub use reasons::{Fault, REASONS};
pub use report::{BadRow, ColumnProfile, IdentifierFormats, QualityReport};
