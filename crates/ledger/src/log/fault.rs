//! How the log names what went wrong with its files.

use std::io;
use std::path::Path;

use crate::LedgerError;

/// Names what was attempted, and on which file.
pub(crate) fn at(attempt: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LedgerError {
    let path = path.to_path_buf();
    move |source| LedgerError::File { attempt, path, source }
}

/// Names the file that does not hold what it must.
pub(crate) fn damaged(path: &Path, what: &str) -> LedgerError {
    LedgerError::LogDamaged { what: format!("`{}`: {what}", path.display()) }
}

/// Whether the file asked for does not exist.
pub(crate) fn is_absent(error: &LedgerError) -> bool {
    matches!(error, LedgerError::File { source, .. } if source.kind() == io::ErrorKind::NotFound)
}
