//! What can go wrong with the book. None of these is a refusal.

use std::path::PathBuf;

/// A fault of the ledger, or a mistake in how it is used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The database said no.
    #[error("the database failed while {attempt}")]
    Database {
        /// What was attempted.
        attempt: &'static str,
        /// What it said.
        source: sqlx::Error,
    },
    /// A row does not look as the code expects.
    #[error("column `{column}` {what}")]
    Column {
        /// Its name.
        column: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A file could not be read or written.
    #[error("{attempt} failed at `{}`", path.display())]
    File {
        /// What was attempted.
        attempt: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address of the database cannot be understood.
    #[error("`{given}` is no database address: expected `sqlite:PATH` or `postgres://USER@HOST/NAME`")]
    Address {
        /// As it came, without a password.
        given: String,
    },
    /// A database on another machine would be spoken to in the clear.
    #[error(
        "the database on `{host}` would be spoken to in the clear; add `?sslmode=verify-full` (or `require`) to its \
         address, or keep it on this machine"
    )]
    PlainDatabase {
        /// Where.
        host: String,
    },
    /// A database of another process is not copied from here.
    #[error("a PostgreSQL database is copied by its own `pg_dump`; stop the server, dump it, and copy the data folder")]
    NoSnapshot,
    /// An applied migration is not the one in this program.
    #[error(
        "migration {number} `{name}` was changed after it was applied; restore the database from a backup or use the program that made it"
    )]
    Migration {
        /// Its number.
        number: i64,
        /// Its name.
        name: String,
    },
    /// Another process writes in this folder.
    #[error("another shuyu works in `{}`; stop it first or give another --data", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// An event is larger than an entry of the log can be.
    #[error("an event of {bytes} bytes is larger than {bytes_max}")]
    EventTooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// The journal and the log do not agree.
    #[error("the journal and the log disagree: {what}")]
    Disagree {
        /// In what.
        what: String,
    },
    /// The log has stopped taking entries.
    #[error("the log takes no entries: {why}")]
    LogClosed {
        /// Why.
        why: String,
    },
    /// A file of the log is not what it should be.
    #[error("the log is damaged: {what}")]
    LogDamaged {
        /// In what way.
        what: String,
    },
    /// A key file cannot be used.
    #[error("the key file `{}` cannot be used: {what}", path.display())]
    Key {
        /// Which.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// The machine gave no random bytes.
    #[error("the machine gives no random bytes: {what}")]
    Randomness {
        /// What it said.
        what: String,
    },
    /// A text that is no signed note, no checkpoint or no verifier key.
    #[error("not a signed checkpoint or verifier key: {what}")]
    Note {
        /// What is wrong with it.
        what: &'static str,
    },
    /// A note without a good signature by the key asked for.
    #[error("no valid signature by `{name}`")]
    Unsigned {
        /// The name of the key.
        name: String,
    },
    /// A proof that does not prove.
    #[error("the {what} proof does not hold")]
    Proof {
        /// `inclusion` or `consistency`.
        what: &'static str,
    },
    /// More of the log was asked for than there is.
    #[error("asked for {asked}, the log holds {size}")]
    OutOfRange {
        /// The index or size asked for.
        asked: u64,
        /// The size it was compared with.
        size: u64,
    },
    /// An event could not be written as JSON.
    #[error("an event cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl LedgerError {
    /// Whether the disk is full: the caller refuses new work and loses nothing.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::File { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            // SQLITE_FULL is 13; PostgreSQL's disk_full is 53100.
            Self::Database { source: sqlx::Error::Database(error), .. } => {
                matches!(error.code().as_deref(), Some("13" | "53100"))
            }
            Self::LogClosed { why } => why.contains("No space left"),
            _ => false,
        }
    }
}
