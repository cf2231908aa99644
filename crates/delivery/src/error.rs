//! What goes wrong here that is no refusal: mistakes of the caller, faults of ours.

use std::path::PathBuf;

/// A mistake or a fault; no value from the data is in it.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// Nothing is known under this id.
    #[error("there is no {kind} `{id}`")]
    Unknown {
        /// What was asked for.
        kind: &'static str,
        /// The id asked for.
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
    /// The registry failed.
    #[error("the registry failed")]
    Registry(#[from] shuyu_registry::RegistryError),
    /// The airlock failed.
    #[error("the airlock failed")]
    Airlock(#[from] shuyu_airlock::AirlockError),
    /// A released file is not what its release says.
    #[error("the released file cannot be served: {what}")]
    ReleasedFile {
        /// In what way.
        what: &'static str,
    },
    /// A released file cannot be read or written in another format.
    #[error("the released file cannot be converted")]
    Arrow(#[source] arrow::error::ArrowError),
    /// A row of ours does not read.
    #[error("the table `{table}` holds what delivery did not write")]
    Stored {
        /// Which table.
        table: &'static str,
    },
    /// An answer could not be written as JSON.
    #[error("an answer cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The key file cannot be used.
    #[error("the key file `{}` cannot be used", path.display())]
    KeyFile {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A task of ours ended before its time.
    #[error("a task ended before its time")]
    Task(#[from] tokio::task::JoinError),
}

impl DeliveryError {
    /// Whether the caller made a mistake, as against a fault of ours.
    pub fn is_mistake(&self) -> bool {
        matches!(self, Self::Unknown { .. } | Self::Malformed { .. } | Self::Conflict { .. })
    }
}
