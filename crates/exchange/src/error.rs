//! Mistakes of a caller and faults of ours. A rule that says no is neither.

use shuyu_ledger::LedgerError;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The book could not be read or written.
    #[error("the book cannot be read or written")]
    Ledger(#[from] LedgerError),
    /// There is no such thing.
    #[error("there is no {kind} `{id}`")]
    Unknown {
        /// What it would be.
        kind: &'static str,
        /// What was named.
        id: String,
    },
    /// What the caller sent cannot be, in every way that it cannot.
    #[error("{}", faults.join("; "))]
    Malformed {
        /// Every fault.
        faults: Vec<String>,
    },
    /// It has been done before.
    #[error("{what}")]
    Conflict {
        /// What is in the way.
        what: String,
    },
    /// A row that we wrote does not read back.
    #[error("`{id}` cannot be read back: {what}")]
    Damaged {
        /// Which.
        id: String,
        /// What is wrong with it.
        what: String,
    },
    /// The key with which this platform signs its calls cannot be used.
    #[error("the key file `{path}` cannot be used: {what}")]
    Key {
        /// Which.
        path: String,
        /// Why.
        what: String,
    },
    /// A call could not be signed.
    #[error("a call cannot be signed: {what}")]
    Signing {
        /// Why.
        what: String,
    },
}
