//! Documents: what the law wants on paper, made from the records.
//!
//! Takes what the stations before it know; gives a numbered document in three shapes
//! (HTML, PDF, XLSX), kept as files, with their digests in one event of the journal.
//!
//! INVARIANT (from the records): what the platform knows is written from its records
//! and cannot be told otherwise; only what it cannot know is told by the issuer.
//! INVARIANT (as issued): an issued document never changes. A better one supersedes it.
//! INVARIANT (one number): a number is given once; numbers of an issuer and year have no gap.
//!
//! Not here: approvals of what is written (`casework`), the public log (`ledger`).

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

mod document;
mod documents;
mod duties;
mod error;
mod figures;
mod headings;
mod issued;
mod kind;
mod kinds;
mod period;
mod project;
mod reasons;
mod records;
pub mod render;
mod shelf;
mod store;
#[cfg(test)]
mod tests;

pub use document::{CHARS_MAX, COLUMNS_MAX, Cell, Content, Document, Fact, ROWS_MAX, SECTIONS_MAX, Section, Table};
pub use documents::{Documents, Preview, TOLD_MAX};
pub use duties::{DUTY_DAYS_KEPT, DocumentDuty};
pub use error::DocumentsError;
pub use figures::ToldFigure;
pub use issued::{DocumentFilter, Issued, NewDocument, Shape};
pub use kind::{About, DocumentKind};
pub use period::Period;
pub use project::{ProjectItem, ProjectStage, ProjectSubject, ProjectSystem, ProjectView, StageState};
pub use reasons::REASONS;
pub use records::RECORDS_MAX;
