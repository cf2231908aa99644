//! Mistakes of a caller and faults of ours. A rule that says no is neither: that
//! is a [`shuyu_model::Verdict`].

use shuyu_ledger::LedgerError;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The book could not be read or written.
    #[error("the book cannot be read or written")]
    Ledger(#[from] LedgerError),
    /// The caller named something that is not there.
    #[error("there is no {kind} `{id}`")]
    Unknown {
        /// What it should have been.
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
    /// Somebody else's thing has the name, or the thing is in another state.
    #[error("{what}")]
    Conflict {
        /// What is in the way, and what to do.
        what: String,
    },
    /// A row that we wrote does not read back.
    #[error("the {kind} `{id}` cannot be read back: {what}")]
    Damaged {
        /// What it is.
        kind: &'static str,
        /// Which.
        id: String,
        /// What is wrong with it.
        what: String,
    },
    /// A password could not be hashed.
    #[error("a password cannot be hashed: {what}")]
    Hashing {
        /// What the algorithm said.
        what: String,
    },
    /// A task that had to run to its end did not.
    #[error("a change was interrupted; read the object again to see whether it was made")]
    Interrupted,
    /// The rules could not be loaded.
    #[error(transparent)]
    Rules(#[from] crate::rules::RulesError),
}

impl RegistryError {
    pub(crate) fn unknown(kind: &'static str, id: impl Into<String>) -> Self {
        Self::Unknown { kind, id: id.into().chars().take(80).collect() }
    }

    pub(crate) fn conflict(what: impl Into<String>) -> Self {
        Self::Conflict { what: what.into() }
    }

    /// Nothing, or every fault at once.
    pub(crate) fn of_faults(faults: Vec<String>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self::Malformed { faults }) }
    }
}
