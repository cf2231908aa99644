//! Why bytes did not become a landing at all.

use std::io;

use parquet::errors::ParquetError;

/// A mistake in the input as a whole, or a fault of ours. A bad row is neither:
/// it stands in the report.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The columns asked for cannot be a table.
    #[error("the declared columns are no table: {what}")]
    Columns {
        /// What is wrong with them.
        what: String,
    },
    /// The header is not the declared columns. The unknown headers are given by
    /// position: in a file without a header they would be somebody's data.
    #[error("the header does not match the declared columns: {}", header_words(missing, unknown, duplicate))]
    Header {
        /// Declared columns that no header names.
        missing: Vec<String>,
        /// Positions, from 1, of headers that name no declared column.
        unknown: Vec<usize>,
        /// Declared columns that two headers name.
        duplicate: Vec<String>,
    },
    /// Columns of a Parquet file that cannot become the declared types.
    #[error("columns of another type than declared: {}", columns.join(", "))]
    Types {
        /// `name (is …, declared …)`.
        columns: Vec<String>,
    },
    /// Nothing came.
    #[error("the input is empty; expected at least a header")]
    Empty,
    /// UTF-16, or no text at all.
    #[error("the input is {found}; expected text in UTF-8 or GB18030, save the file as such")]
    Encoding {
        /// What it seems to be.
        found: &'static str,
    },
    /// No Parquet file, or a damaged one.
    #[error("the input is no readable Parquet file")]
    Parquet {
        /// What the reader says.
        source: ParquetError,
    },
    /// The input is over a limit.
    #[error("the input has more than {max} {what}")]
    TooMuch {
        /// Of what: bytes, rows.
        what: &'static str,
        /// The limit.
        max: u64,
    },
    /// Somebody set the cancel flag.
    #[error("the intake was cancelled")]
    Cancelled,
    /// The sender's bytes ended with an error.
    #[error("the input cannot be read")]
    Read {
        /// What the reader says.
        source: io::Error,
    },
    /// There is no room for the spool file.
    #[error("there is no room left for the spool file; make room and send again")]
    DiskFull,
    /// The spool file cannot be written or read.
    #[error("the spool file cannot be used")]
    Spool {
        /// What the system says.
        source: io::Error,
    },
    /// The table cannot be encoded; a fault of ours.
    #[error("the table cannot be encoded")]
    Encode {
        /// What the encoder says.
        source: ParquetError,
    },
    /// A worker thread ended early; a fault of ours.
    #[error("the {0} ended early")]
    Worker(&'static str),
}

impl SourceError {
    /// What the system said about the spool, with a full disk told apart.
    pub(crate) fn spool(source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::DiskFull,
            _ => Self::Spool { source },
        }
    }

    /// What the Parquet writer said; a full disk lies somewhere below.
    pub(crate) fn encode(source: ParquetError) -> Self {
        match source {
            ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(io_error) => Self::spool(*io_error),
                Err(inner) => Self::Encode { source: ParquetError::External(inner) },
            },
            source => Self::Encode { source },
        }
    }
}

fn header_words(missing: &[String], unknown: &[usize], duplicate: &[String]) -> String {
    let mut words = Vec::new();
    if !missing.is_empty() {
        words.push(format!("missing: {}", missing.join(", ")));
    }
    if !unknown.is_empty() {
        let positions: Vec<_> = unknown.iter().map(usize::to_string).collect();
        words.push(format!("not declared: the headers at position {}", positions.join(", ")));
    }
    if !duplicate.is_empty() {
        words.push(format!("twice: {}", duplicate.join(", ")));
    }
    words.join("; ")
}
