//! What goes wrong here that is no refusal: mistakes of the caller, faults of
//! ours. No message holds a value from the data.

/// A mistake or a fault.
#[derive(Debug, thiserror::Error)]
pub enum AirlockError {
    /// Nothing is known under this id.
    #[error("there is no {kind} `{id}`")]
    Unknown {
        /// What was asked for.
        kind: &'static str,
        /// The id asked for.
        id: String,
    },
    /// The ledger failed.
    #[error("the ledger failed")]
    Ledger(#[from] shuyu_ledger::LedgerError),
    /// The casework failed.
    #[error("the casework failed")]
    Casework(#[from] shuyu_casework::CaseworkError),
    /// The workroom failed.
    #[error("the workroom failed")]
    Workroom(#[from] shuyu_workroom::WorkroomError),
    /// A sealed result could not be read.
    #[error("the sealed result of `{id}` cannot be read")]
    Sealed {
        /// The candidate.
        id: String,
        /// Why not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A result does not read as a table. The reader's own words are not kept:
    /// they may repeat a value.
    #[error("the result `{id}` does not read as a table")]
    Table {
        /// The candidate or release.
        id: String,
    },
    /// INVARIANT (seen is sent): bytes at rest are not those that were reviewed.
    #[error("the bytes of `{id}` are not those that were reviewed")]
    Altered {
        /// The release.
        id: String,
    },
    /// A row of ours does not read.
    #[error("the table `{table}` holds what the airlock did not write")]
    Stored {
        /// Which table.
        table: &'static str,
    },
    /// A finding or summary could not be written as JSON.
    #[error("a finding cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// A task of ours ended before its time.
    #[error("a task ended before its time")]
    Task(#[from] tokio::task::JoinError),
}

impl AirlockError {
    /// Whether the caller made a mistake, as against a fault of ours.
    pub fn is_mistake(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }
}
