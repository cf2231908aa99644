//! Settlement: what was delivered becomes what is owed, balanced to the fen.
//!
//! Takes the log's access records, prices and costs; gives a [`Statement`] a
//! month that every party computes again.
//!
//! INVARIANT (from the log): a charge is computed from access records only.
//! INVARIANT (double entry): debits equal credits, in every entry and every sum.
//! INVARIANT (free is free): a use that the rules make free costs nothing.
//! INVARIANT (surplus): income less cost goes to the treasury in full.
//!
//! Not here: who may have what (`delivery`), payments that were made.

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

mod book;
mod charge;
mod error;
mod reasons;
mod settlement;
mod statement;
mod store;
mod tariff;
#[cfg(test)]
mod testing;

pub use book::{Account, BookEntry, Posting, balance};
pub use charge::Line;
pub use error::SettlementError;
pub use reasons::REASONS;
pub use settlement::{COST_FEN_MAX, ITEM_CHARS_MAX, LAST_CALLS_MICROS, Settlement};
pub use statement::{Cost, OperatorResult, Recomputation, Statement, StatementBody};
pub use tariff::{Cap, PRICE_FEN_MAX, Tariff, Unit, Why};
