//! Mistakes of a caller and faults of ours. A rule that says no is neither: that
//! is a [`shuyu_model::Verdict`].

use shuyu_ledger::LedgerError;
use shuyu_registry::RegistryError;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum CaseworkError {
    /// The book could not be read or written.
    #[error("the book cannot be read or written")]
    Ledger(#[from] LedgerError),
    /// The registry could not say or do something.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// What goes up could not be written down.
    #[error(transparent)]
    Exchange(#[from] shuyu_exchange::ExchangeError),
    /// There is no such case or matter, or it is none of the caller's business.
    #[error("there is no case or matter `{id}`")]
    Unknown {
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
    /// The caller saw an older version of the case or matter.
    #[error("it is at version {version}, not at the one you saw; read it again")]
    Stale {
        /// Where it is.
        version: i64,
    },
    /// A row that we wrote does not read back.
    #[error("`{id}` cannot be read back: {what}")]
    Damaged {
        /// Which.
        id: String,
        /// What is wrong with it.
        what: String,
    },
}
