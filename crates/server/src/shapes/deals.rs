//! Shapes of deals, trades, refusals to supply, support and accounts.

use utoipa::ToSchema;

use super::nouns::UseKind;

/// A deal to be concluded: a subscription, on these terms.
#[derive(ToSchema)]
pub struct NewDeal {
    /// Of which product.
    #[schema(pattern = "^PRD-[0-9a-f]{32}$")]
    pub product: String,
    /// With whom.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub entity: String,
    /// For what.
    #[schema(pattern = "^SCN-[0-9a-f]{32}$")]
    pub scenario: String,
    /// Under which development agreement.
    #[schema(pattern = "^AGR-[0-9a-f]{32}$")]
    pub agreement: String,
    /// The use.
    pub use_kind: UseKind,
    /// The quota of a day.
    #[schema(minimum = 1)]
    pub calls_per_day_max: i64,
    /// Whether the operator promises to serve nobody else so.
    #[schema(required = false)]
    pub is_exclusive: bool,
    /// What else is agreed.
    #[schema(required = false)]
    pub other_terms: Option<String>,
    /// Why these terms are not those that others have.
    #[schema(required = false)]
    pub terms_reason: Option<String>,
    /// Why it is sold without an exchange's number.
    #[schema(required = false)]
    pub unlisted_reason: Option<String>,
}

/// A deal as it was concluded.
#[derive(ToSchema)]
pub struct Deal {
    /// The subscription.
    pub subscription: String,
    /// Of which product.
    pub product: String,
    /// With whom.
    pub entity: String,
    /// By whom.
    pub operator: String,
    /// For which use.
    pub use_kind: UseKind,
    /// What else was agreed.
    pub other_terms: Option<String>,
    /// The exchange at which the product was listed.
    pub exchange: Option<String>,
    /// Its number there.
    pub listing_number: Option<String>,
    /// Why there is none.
    pub unlisted_reason: Option<String>,
    /// The numbers under which the exchange recorded trades of it.
    pub trades: Vec<String>,
    /// Whether it is charged and no exchange has recorded a trade of it.
    pub is_elsewhere: bool,
    /// When it was concluded, in microseconds.
    pub concluded_at: i64,
}

/// Conditions of free use that an entity meets.
#[derive(ToSchema)]
pub struct NewFreeGrant {
    /// Who.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub entity: String,
    /// Which conditions.
    pub conditions: String,
    /// The digest of the document that shows it.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: String,
}

/// A trade, as an exchange recorded it.
#[derive(ToSchema)]
pub struct NewExchangeTrade {
    /// Of which subscription.
    #[schema(pattern = "^SUB-[0-9a-f]{32}$")]
    pub subscription: String,
    /// Which exchange.
    pub exchange: String,
    /// Its record's number.
    pub trade_number: String,
    /// On which day.
    #[schema(format = Date)]
    pub traded_on: String,
    /// At what price for a unit.
    #[schema(minimum = 0)]
    pub unit_price_fen: i64,
}

/// A recorded trade.
#[derive(ToSchema)]
pub struct ExchangeTrade {
    /// Counts up from 1.
    pub number: i64,
    /// Of which subscription.
    pub subscription: String,
    /// Which exchange.
    pub exchange: String,
    /// Its record's number.
    pub trade_number: String,
    /// On which day.
    pub traded_on: String,
    /// At what price for a unit.
    pub unit_price_fen: i64,
    /// When it was entered, in microseconds.
    pub recorded_at: i64,
}

/// A refusal to supply, to be told.
#[derive(ToSchema)]
pub struct NewSupplyRefusal {
    /// Of which product.
    #[schema(pattern = "^PRD-[0-9a-f]{32}$")]
    pub product: String,
    /// Who was refused.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub entity: String,
    /// Why, in the operator's words.
    #[schema(required = false)]
    pub reason: Option<String>,
}

/// A refusal to supply.
#[derive(ToSchema)]
pub struct SupplyRefusal {
    /// Counts up from 1.
    pub number: i64,
    /// Of which product.
    pub product: String,
    /// Who was refused.
    pub entity: String,
    /// By whom.
    pub operator: String,
    /// Why.
    pub reason: Option<String>,
    /// Who tells of it.
    pub told_for: String,
    /// When, in microseconds.
    pub told_at: i64,
    /// Whether nobody said why.
    pub is_unexplained: bool,
}

/// Support to be booked.
#[derive(ToSchema)]
pub struct NewSupport {
    /// Who received it.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub receiver: String,
    /// In what form.
    #[schema(pattern = "^(technology|product|service|revenue)$")]
    pub form: String,
    /// What for.
    pub what: String,
    /// What it is worth.
    #[schema(minimum = 1)]
    pub value_fen: i64,
    /// On which day it was given.
    #[schema(format = Date)]
    pub given_on: String,
    /// The digest of the receiver's receipt.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub voucher: String,
}

/// Support that was given.
#[derive(ToSchema)]
pub struct Support {
    /// Counts up from 1.
    pub number: i64,
    /// By whom.
    pub operator: String,
    /// Who received it.
    pub receiver: String,
    /// In what form.
    pub form: String,
    /// What for.
    pub what: String,
    /// What it is worth.
    pub value_fen: i64,
    /// On which day it was given.
    pub given_on: String,
    /// The digest of the receiver's receipt.
    pub voucher: String,
}

/// What one product took in or cost, of one kind.
#[derive(ToSchema)]
pub struct AccountLine {
    /// Which product.
    pub product: Option<String>,
    /// `income` or `cost`.
    pub side: String,
    /// The kind of service, or of cost.
    pub kind: String,
    /// How much.
    pub amount_fen: i64,
    /// How many units, or entries.
    pub count: i64,
}

/// Whether a financial rule is kept.
#[derive(ToSchema)]
pub struct AccountCheck {
    /// Which.
    pub rule: String,
    /// What it asks.
    pub title: String,
    /// Whether it is kept.
    pub is_kept: bool,
    /// How many entries do not keep it.
    pub broken_total: u64,
}

/// An operator's account of a closed month.
#[derive(ToSchema)]
pub struct MonthAccount {
    /// Names it in pages.
    pub key: String,
    /// Which month.
    pub month: String,
    /// Whose.
    pub operator: String,
    /// What came in.
    pub income_fen: i64,
    /// What it cost.
    pub cost_fen: i64,
    /// By product, side and kind.
    pub lines: Vec<AccountLine>,
    /// By the items of the operator's scheme.
    pub items: Vec<AccountItem>,
    /// The financial rules.
    pub checks: Vec<AccountCheck>,
}

/// What one item of the operator's scheme cost in a month.
#[derive(ToSchema)]
pub struct AccountItem {
    /// In the scheme's words.
    pub item: String,
    /// How much.
    pub amount_fen: i64,
    /// How many costs.
    pub count: i64,
}

/// A sale at another price than the guided price or standard.
#[derive(ToSchema)]
pub struct PriceDeparture {
    /// Names it in pages.
    pub key: String,
    /// Which subscription.
    pub subscription: String,
    /// Of which product.
    pub product: String,
    /// By whom.
    pub operator: String,
    /// For which use.
    pub use_kind: UseKind,
    /// In which month or on which day.
    pub when: String,
    /// At what price.
    pub price_fen: i64,
    /// The guided range or the standard that held.
    pub floor_fen: i64,
    /// See `floor_fen`.
    pub ceiling_fen: Option<i64>,
    /// `above`, `below`, `unpriced` or `capped`.
    pub how: String,
}
