//! The airlock: nothing computed in a workroom leaves except through here.
//!
//! Takes a [`Candidate`](shuyu_workroom::Candidate) and a
//! [`Decision`](shuyu_casework::Decision); gives a [`Release`] or all reasons
//! why not.
//!
//! INVARIANT (four eyes): who made a result does not sign for it.
//! INVARIANT (seen is sent): the digest that was checked and reviewed is the
//! digest that is released, and the bytes that are delivered have it.
//!
//! Not here: masking (`workroom`), the steps of the review and who signs them
//! (`casework`), to whom a release goes (`delivery`).

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

mod airlock;
pub mod checks;
mod error;
mod lint;
pub mod reasons;
mod release;
mod releasing;
mod review;
pub mod scan;
mod sealed;
mod store;
mod summary;
pub mod view;

pub use airlock::Airlock;
pub use checks::{CheckResult, run_all};
pub use error::AirlockError;
pub use lint::{Hint, Lint};
pub use reasons::REASONS;
pub use release::{Release, Signer};
pub use releasing::{GROUND_CHARS_MAX, GROUND_CHARS_MIN, PAGE_RELEASES_MAX, Releases};
pub use review::{Before, ColumnLineage, Review, Shown};
pub use shuyu_workroom::{OutputColumn, OutputKind};
pub use store::Withdrawn;
pub use summary::{ColumnSummary, ColumnsDiff, CountSummary, DISTINCT_MAX};
pub use view::{Declared, Finding, Place};
