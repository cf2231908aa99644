//! What can go wrong with sealed data. No message holds data or keys.

use std::io;
use std::path::PathBuf;

use shuyu_ledger::LedgerError;
use shuyu_model::Time;
use shuyu_sources::SourceError;

/// A mistake of the caller or a fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The book could not be read or written.
    #[error("the book cannot be read or written")]
    Ledger(#[from] LedgerError),
    /// The row of a kept file could not be written.
    #[error(transparent)]
    Registry(#[from] shuyu_registry::RegistryError),
    /// The landing's table could not be read.
    #[error("the landing cannot be read")]
    Landing(#[from] SourceError),
    /// A sealed file is not what was sealed.
    #[error("the sealed file `{id}` has been tampered with or is damaged")]
    Tampered {
        /// Whose file.
        id: String,
    },
    /// The master key does not fit.
    #[error("the master key does not open the key of `{id}`: it is another master key, or the row was changed")]
    WrongMasterKey {
        /// Whose key.
        id: String,
    },
    /// The master key's file cannot be used.
    #[error("the key file `{}` cannot be used: {what}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random bytes: {what}")]
    Random {
        /// What it said.
        what: String,
    },
    /// More than one sealed file can hold.
    #[error("a sealed file holds at most {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: u64,
    },
    /// Bytes beyond the end were asked for.
    #[error("the bytes {start} to {end} were asked for, and there are {bytes}")]
    Range {
        /// From.
        start: u64,
        /// To, exclusive.
        end: u64,
        /// How many there are.
        bytes: u64,
    },
    /// There is no such thing.
    #[error("there is no {kind} `{id}`")]
    Unknown {
        /// What it should have been.
        kind: &'static str,
        /// What was named.
        id: String,
    },
    /// The holding was destroyed.
    #[error("the holding `{id}` was destroyed at {at} and cannot be opened")]
    Destroyed {
        /// Which.
        id: String,
        /// When.
        at: Time,
    },
    /// A permitted resource has no sealed version yet.
    #[error("the resource `{resource}` has no sealed version to compute with")]
    NoVersion {
        /// Which.
        resource: String,
    },
    /// The version was landed under another description of its columns.
    #[error("the newest version of `{resource}` does not have the permitted columns {}; land it again", columns.join(", "))]
    OtherColumns {
        /// Which resource.
        resource: String,
        /// The permitted columns that are missing or of another type.
        columns: Vec<String>,
    },
    /// The permit is for something else.
    #[error("holdings are opened only under a permit to compute")]
    PermitAct,
    /// The permit no longer holds.
    #[error("the permit has ended")]
    PermitEnded,
    /// The file of a row is gone.
    #[error("the sealed file of `{id}` is missing")]
    Missing {
        /// Whose file.
        id: String,
    },
    /// The disk is full.
    #[error("there is no room left for the sealed file; make room and try again")]
    DiskFull,
    /// The folder cannot be used.
    #[error("cannot {doing}")]
    Folder {
        /// What was attempted.
        doing: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A row that we wrote does not read back.
    #[error("the row of `{id}` cannot be read back: {what}")]
    Damaged {
        /// Whose row.
        id: String,
        /// What is wrong with it.
        what: String,
    },
    /// A task that had to run to its end did not.
    #[error("a task of the vault was interrupted")]
    Interrupted,
}

impl VaultError {
    /// What the system said while we did this, with a full disk told apart.
    pub(crate) fn folder(doing: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::DiskFull,
            _ => Self::Folder { doing, source },
        }
    }

    pub(crate) fn tampered(id: &str) -> Self {
        Self::Tampered { id: id.to_owned() }
    }

    pub(crate) fn damaged(id: &str, what: impl ToString) -> Self {
        Self::Damaged { id: id.to_owned(), what: what.to_string() }
    }
}
