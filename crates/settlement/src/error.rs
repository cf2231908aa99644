//! What goes wrong here that is no refusal: mistakes of the caller, faults of ours.

use shuyu_model::money::MoneyOverflow;

/// A mistake or a fault.
#[derive(Debug, thiserror::Error)]
pub enum SettlementError {
    /// Nothing is known under this name.
    #[error("there is no {kind} `{id}`")]
    Unknown {
        /// What was asked for.
        kind: &'static str,
        /// The name asked for.
        id: String,
    },
    /// The caller sent what cannot be used.
    #[error("the {part} cannot be used: {what}")]
    Malformed {
        /// Which part of what was sent.
        part: &'static str,
        /// What it should be.
        what: &'static str,
    },
    /// It contradicts what is there.
    #[error("the {part} contradicts what is there: {what}")]
    Conflict {
        /// Which part of what was sent.
        part: &'static str,
        /// What is there.
        what: &'static str,
    },
    /// The ledger failed.
    #[error("the ledger failed")]
    Ledger(#[from] shuyu_ledger::LedgerError),
    /// Delivery failed.
    #[error("delivery failed")]
    Delivery(#[from] shuyu_delivery::DeliveryError),
    /// A sum is too large.
    #[error("a sum cannot be written down")]
    Money(#[from] MoneyOverflow),
    /// An amount could not be split.
    #[error("an amount cannot be shared out")]
    Split(#[from] shuyu_model::sharing::SplitError),
    /// A statement could not be written or read as JSON.
    #[error("a statement cannot be written or read as JSON")]
    Json(#[from] serde_json::Error),
    /// The book does not balance, see INVARIANT (double entry).
    #[error("an entry of the book does not balance")]
    Unbalanced,
    /// A row of ours does not read.
    #[error("the table `{table}` holds what settlement did not write")]
    Stored {
        /// Which table.
        table: &'static str,
    },
}

impl SettlementError {
    /// Whether the caller made a mistake, as against a fault of ours.
    pub fn is_mistake(&self) -> bool {
        match self {
            Self::Unknown { .. } | Self::Malformed { .. } | Self::Conflict { .. } => true,
            Self::Delivery(error) => error.is_mistake(),
            _ => false,
        }
    }
}
