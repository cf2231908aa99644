//! Settlement: what was delivered becomes what is owed, balanced to the fen.
//!
//! Takes the log's access records, prices and costs; gives a [`Statement`] a
//! month that every party computes again, and shares out what remains of it.
//!
//! INVARIANT (from the log): a charge is computed from access records only.
//! INVARIANT (double entry): debits equal credits, in every entry and every sum.
//! INVARIANT (free is free): a use that the rules make free costs nothing.
//! INVARIANT (surplus): income less accepted cost goes to the treasury in full, or is
//! shared to the fen by a rule that all whom the document names have consented to.
//!
//! Not here: who may have what (`delivery`), what entities paid.

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

mod accounts;
mod basis;
mod book;
mod by_scheme;
mod charge;
mod costs;
mod deals;
mod distribute;
mod error;
mod pots;
mod reasons;
mod settlement;
mod sharing;
mod statement;
mod store;
mod tariff;
mod terms;
#[cfg(test)]
mod testing;
mod treasury;
mod worth;
mod yearly;

pub use accounts::{AccountLine, Departure, ItemLine, MonthAccount, RuleCheck};
pub use basis::{NewPriceBasis, PriceBasis, PriceFiling};
pub use book::{Account, BookEntry, Posting, balance};
pub use charge::Line;
pub use costs::{EnteredCost, MeterRate, NewCost};
pub use deals::{
    DealView, ExchangeTrade, NewDeal, NewRefusal, NewSupport, NewTrade, SupplyRefusal, Support, SupportForm,
};
pub use error::SettlementError;
pub use reasons::REASONS;
pub use settlement::{COST_FEN_MAX, FILING_CONTENTS_MAX, ITEM_CHARS_MAX, LAST_CALLS_MICROS, Settlement};
pub use sharing::{
    BodyKind, Consent, Distribution, DistributionBody, NewSharingRule, Party, ShareLine, SharingRule, WHOLE_MAX,
};
pub use statement::{Cost, OperatorResult, Recomputation, Statement, StatementBody};
pub use tariff::{Cap, PRICE_FEN_MAX, PriceMark, Tariff, Unit, Why};
pub use terms::Terms;
pub use treasury::{Due, DueState, DueView, NewPayment, NewSpending, Payment, Spending, TreasuryReport};
pub use worth::{Asset, AssetState, Contribution, Figure, NewAsset};
pub use yearly::{NewPermittedRevenue, PermittedRevenue};
