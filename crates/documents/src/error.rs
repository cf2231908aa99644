//! Mistakes of a caller and faults of ours. No message holds a text of a record.

use std::path::PathBuf;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// The book could not be read or written.
    #[error("the book cannot be read or written")]
    Ledger(#[from] shuyu_ledger::LedgerError),
    /// The registry could not say something.
    #[error(transparent)]
    Registry(#[from] shuyu_registry::RegistryError),
    /// Casework could not say something.
    #[error(transparent)]
    Casework(#[from] shuyu_casework::CaseworkError),
    /// Delivery could not say something.
    #[error(transparent)]
    Delivery(#[from] shuyu_delivery::DeliveryError),
    /// Settlement could not say something.
    #[error(transparent)]
    Settlement(#[from] shuyu_settlement::SettlementError),
    /// There is no such thing, or it is none of the caller's business.
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
    /// Others issued documents at the same time, again and again.
    #[error("others took the next number each time; try again")]
    Busy,
    /// It is larger than a document can be.
    #[error("the document has {found} {part}; the most is {max}")]
    TooLarge {
        /// What there is too much of.
        part: &'static str,
        /// How much there is.
        found: usize,
        /// How much there can be.
        max: usize,
    },
    /// A font is missing.
    #[error("the font file `{file}` is not in {}; install the package fonts-noto-cjk", folders.join(", "))]
    NoFont {
        /// Which.
        file: &'static str,
        /// Where it was looked for.
        folders: Vec<String>,
    },
    /// A font file holds something else.
    #[error("`{}` holds no font of the family `{family}`; install the package fonts-noto-cjk anew", path.display())]
    NotThatFont {
        /// Which file.
        path: PathBuf,
        /// What it should hold.
        family: &'static str,
    },
    /// typst could not set it.
    #[error("the PDF cannot be set: {at}")]
    Setting {
        /// Where.
        at: &'static str,
    },
    /// The workbook could not be made.
    #[error("the workbook cannot be made")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// A file could not be read or written.
    #[error("the file `{}` cannot be read or written", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not what was issued.
    #[error("the file of `{id}` is not the one that was issued")]
    Tampered {
        /// Whose.
        id: String,
    },
    /// A row of ours does not read.
    #[error("the table `{table}` holds what documents did not write")]
    Stored {
        /// Which table.
        table: &'static str,
    },
    /// A document could not be written as JSON.
    #[error("a document cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// A sum is too large.
    #[error("a sum cannot be written down")]
    Money(#[from] shuyu_model::money::MoneyOverflow),
    /// The rendering thread ended before its work.
    #[error("the rendering was cut off")]
    Stopped,
}
