//! Shapes of handovers.

use utoipa::ToSchema;

/// What becomes of a thing that is handed over.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum HandoverOutcome {
    /// The agency goes on with the service.
    Agency,
    /// Another operator does.
    Successor,
    /// Data or an asset goes to somebody.
    HandedOver,
    /// The service ends; its development agreement ends with it.
    Ended,
    /// The data is deleted.
    Deleted,
    /// The asset remains with the operator.
    Remains,
}

/// What shall become of a thing.
#[derive(ToSchema)]
pub struct NewHandoverOutcome {
    /// What.
    pub outcome: HandoverOutcome,
    /// Who gets it, where somebody does; nobody is named where the agency goes on with it.
    #[schema(required = false, pattern = "^ORG-[0-9a-f]{32}$")]
    pub receiver: Option<String>,
    /// Why so, in at least five characters.
    #[schema(min_length = 5)]
    pub reason: String,
    /// Of the document that shows it.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: String,
}

/// A thing on the list of an exit.
#[derive(ToSchema)]
pub struct HandoverItem {
    /// Counts them within the exit, from 1.
    pub number: i64,
    /// `service`, `data` or `asset`.
    pub kind: String,
    /// Its id: a development agreement, a resource, a paper.
    pub subject: String,
    /// What people call it.
    pub what: String,
    /// Whom else it concerns.
    pub concerns: Option<String>,
    /// What becomes of it, once that is decided.
    pub outcome: Option<HandoverOutcome>,
    /// Who gets it.
    pub receiver: Option<String>,
    /// Why so.
    pub reason: Option<String>,
    /// Of the document that shows it.
    pub evidence: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When, in microseconds.
    pub decided_at: Option<i64>,
    /// Who accepted it for the receiver.
    pub accepted_by: Option<String>,
    /// When, in microseconds.
    pub accepted_at: Option<i64>,
    /// Of the receipt.
    pub receipt: Option<String>,
}

/// The list of an exit.
#[derive(ToSchema)]
pub struct HandoverView {
    /// Everything on it that the caller may see.
    pub items: Vec<HandoverItem>,
    /// How many of these are not settled.
    pub open: u64,
}
