//! A copy of the book as it is at one moment, while it is written on.
//!
//! INVARIANT (one moment): no event lies in the copied log that its journal does not know.
//! Changes wait while it is made; what of the journal is not in the log yet is folded in
//! when the copy is opened, as after a crash. Accesses and requests go on, and may lie in
//! the copied log beyond the last change.
//!
//! Not here: the files of other stations, the manifest, taking one back (`server::backup`).

use std::io;
use std::path::{Path, PathBuf};

use crate::db::Db;
use crate::{Ledger, LedgerError, args};

/// How often it is tried again where the log moved under the copy.
const ATTEMPTS_MAX: usize = 20;

/// The name of a SQLite file in a data folder.
pub const SQLITE_NAME: &str = "shuyu.db";
/// The folders that the log lies in: published, and written ahead.
pub const LOG_FOLDERS: [&str; 2] = ["wal", "log"];

impl Ledger {
    /// Copies database, published log and write-ahead log into a folder that is there and
    /// holds none of them. Changes wait meanwhile.
    pub async fn snapshot(&self, to: &Path) -> Result<(), LedgerError> {
        let Db::Sqlite { .. } = self.db() else { return Err(LedgerError::NoSnapshot) };
        for _ in 0..ATTEMPTS_MAX {
            // Held until the copy is whole: nobody changes anything.
            let held = self.change().await?;
            let database = to.join(SQLITE_NAME);
            self.read("VACUUM INTO $1", args![database.display().to_string()]).await?;
            let (from, into) = (self.data_dir().to_path_buf(), to.to_path_buf());
            let copied = tokio::task::spawn_blocking(move || copy_log(&from, &into)).await;
            drop(held);
            let fault = |source| LedgerError::File { attempt: "copying the log", path: to.to_path_buf(), source };
            if copied.map_err(|error| fault(io::Error::other(error)))?.map_err(fault)? {
                return Ok(());
            }
            std::fs::remove_file(&database).map_err(fault)?;
        }
        Err(LedgerError::Disagree { what: format!("the log moved under {ATTEMPTS_MAX} attempts to copy it") })
    }
}

/// Copies the log's folders; `false` where something was published meanwhile, so that what
/// was copied first may not reach what was copied last.
fn copy_log(from: &Path, to: &Path) -> io::Result<bool> {
    let checkpoint = from.join("log").join("checkpoint");
    let before = read_if_there(&checkpoint)?;
    for folder in LOG_FOLDERS {
        let into = to.join(folder);
        if into.exists() {
            std::fs::remove_dir_all(&into)?;
        }
        copy_folder(&from.join(folder), &into)?;
    }
    Ok(before == read_if_there(&checkpoint)?)
}

fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A folder with all below it. What vanishes meanwhile was staged and is published by now,
/// which the checkpoint tells.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    std::fs::create_dir_all(to)?;
    let mut left: Vec<(PathBuf, PathBuf)> = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = left.pop() {
        for entry in std::fs::read_dir(&from)? {
            let entry = entry?;
            let into = to.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                std::fs::create_dir_all(&into)?;
                left.push((entry.path(), into));
            } else if let Err(error) = std::fs::copy(entry.path(), into)
                && error.kind() != io::ErrorKind::NotFound
            {
                return Err(error);
            }
        }
    }
    Ok(())
}
