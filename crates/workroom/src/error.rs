//! What can go wrong in a workroom that is neither a refusal nor the author's
//! statement.
//!
//! INVARIANT (mute): an engine's error is kept by kind, never by text: its text
//! may hold a value of the data.

use datafusion::error::DataFusionError;
use shuyu_ledger::LedgerError;

/// A fault or a caller's mistake.
#[derive(Debug, thiserror::Error)]
pub enum WorkroomError {
    /// The ledger could not be read or written.
    #[error("the ledger failed")]
    Ledger(#[from] LedgerError),
    /// The vault could not open, seal or read.
    #[error("the vault failed while {doing}")]
    Vault {
        /// What was attempted.
        doing: &'static str,
        /// Why it failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The engine failed for a reason that is not the statement's.
    #[error("the engine failed while {doing} ({kind})")]
    Engine {
        /// What was attempted.
        doing: &'static str,
        /// The kind of the engine's error.
        kind: &'static str,
    },
    /// A file in the spool folder could not be written or read.
    #[error("the spool file failed while {doing}")]
    Spool {
        /// What was attempted.
        doing: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A stored candidate does not read back as it was written.
    #[error("the candidate `{id}` is stored with an unreadable {field}")]
    Stored {
        /// The candidate.
        id: String,
        /// The column that cannot be read.
        field: &'static str,
    },
}

impl WorkroomError {
    /// An engine error of which only the kind is kept.
    pub(crate) fn engine(doing: &'static str) -> impl FnOnce(DataFusionError) -> Self {
        move |error| Self::Engine { doing, kind: kind_of(&error) }
    }
}

/// The kind of an engine error: a word of ours, nothing of its text.
pub(crate) fn kind_of(error: &DataFusionError) -> &'static str {
    match error.find_root() {
        DataFusionError::ArrowError(..) => "arrow",
        DataFusionError::ParquetError(_) => "parquet",
        DataFusionError::ObjectStore(_) => "object_store",
        DataFusionError::IoError(_) => "io",
        DataFusionError::SQL(..) => "sql",
        DataFusionError::NotImplemented(_) => "not_implemented",
        DataFusionError::Internal(_) => "internal",
        DataFusionError::Plan(_) => "plan",
        DataFusionError::SchemaError(..) => "schema",
        DataFusionError::Execution(_) => "execution",
        DataFusionError::ExecutionJoin(_) => "task",
        DataFusionError::ResourcesExhausted(_) => "resources_exhausted",
        DataFusionError::External(_) => "external",
        _ => "other",
    }
}
