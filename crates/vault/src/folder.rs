//! Where sealed files lie: `holdings/`, `results/`, and `unfinished/` for files
//! that are being written.
//!
//! INVARIANT (file before row): [`Folder::write`] returns when the file is on
//! disk under its name: written aside, synced, renamed, folder synced.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::error::VaultError;

/// What a sealed file is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Holding,
    Result,
}

impl Kind {
    pub(crate) const ALL: [Kind; 2] = [Self::Holding, Self::Result];

    fn folder(self) -> &'static str {
        match self {
            Self::Holding => "holdings",
            Self::Result => "results",
        }
    }
}

const UNFINISHED: &str = "unfinished";
const SUFFIX: &str = ".sealed";
const WRITE_BYTES: usize = 1 << 18;

/// The vault's folder. Held with a lock that says that somebody uses it.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    lock: File,
}

impl Folder {
    /// Opens the folder, and makes it where it is missing, for its owner alone.
    pub(crate) fn open(root: &Path) -> Result<Self, VaultError> {
        let doing = VaultError::folder("open the vault's folder");
        for folder in Kind::ALL.map(Kind::folder).into_iter().chain([UNFINISHED]) {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(root.join(folder)).map_err(&doing)?;
        }
        let lock = File::options().create(true).append(true).open(root.join("lock")).map_err(&doing)?;
        Ok(Self { root: root.to_owned(), lock })
    }

    /// Whether no other process uses the folder. Keeps others out until
    /// [`Folder::share`].
    pub(crate) fn is_alone(&self) -> Result<bool, VaultError> {
        match flock(&self.lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(VaultError::folder("lock the vault's folder")(error.into())),
        }
    }

    /// Says that somebody uses it, as long as this value lives.
    pub(crate) fn share(&self) -> Result<(), VaultError> {
        flock(&self.lock, FlockOperation::LockShared)
            .map_err(|e| VaultError::folder("lock the vault's folder")(e.into()))
    }

    fn path(&self, kind: Kind, id: &str) -> PathBuf {
        self.root.join(kind.folder()).join(format!("{id}{SUFFIX}"))
    }

    /// Writes a file under its name, whole and durable, or not at all.
    pub(crate) fn write<T>(
        &self,
        kind: Kind,
        id: &str,
        content: impl FnOnce(&mut BufWriter<&File>) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let doing = VaultError::folder("write a sealed file");
        let file = tempfile::NamedTempFile::new_in(self.root.join(UNFINISHED)).map_err(&doing)?;
        let mut out = BufWriter::with_capacity(WRITE_BYTES, file.as_file());
        let written = content(&mut out)?;
        out.flush().map_err(&doing)?;
        drop(out);
        file.as_file().sync_all().map_err(&doing)?;
        file.persist_noclobber(self.path(kind, id)).map_err(|error| doing(error.error))?;
        self.sync(kind)?;
        Ok(written)
    }

    pub(crate) fn read(&self, kind: Kind, id: &str) -> Result<File, VaultError> {
        File::open(self.path(kind, id)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => VaultError::Missing { id: id.to_owned() },
            _ => VaultError::folder("open a sealed file")(error),
        })
    }

    /// Removes a file; it may be gone already.
    pub(crate) fn remove(&self, kind: Kind, id: &str) -> Result<(), VaultError> {
        remove(&self.path(kind, id))?;
        self.sync(kind)
    }

    fn sync(&self, kind: Kind) -> Result<(), VaultError> {
        let doing = VaultError::folder("sync the vault's folder");
        File::open(self.root.join(kind.folder())).map_err(&doing)?.sync_all().map_err(&doing)
    }

    /// Removes unfinished files and those of `kind` that are not among `kept`;
    /// says how many. Only for one who is alone.
    pub(crate) fn sweep(&self, kind: Kind, kept: &BTreeSet<String>) -> Result<usize, VaultError> {
        let mut count = 0;
        for name in names(&self.root.join(UNFINISHED))? {
            remove(&self.root.join(UNFINISHED).join(name))?;
            count += 1;
        }
        for name in names(&self.root.join(kind.folder()))? {
            if name.strip_suffix(SUFFIX).is_none_or(|id| !kept.contains(id)) {
                remove(&self.root.join(kind.folder()).join(name))?;
                count += 1;
            }
        }
        Ok(count)
    }
}

fn remove(path: &Path) -> Result<(), VaultError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(VaultError::folder("remove a sealed file")(error)),
        _ => Ok(()),
    }
}

fn names(folder: &Path) -> Result<Vec<String>, VaultError> {
    let doing = VaultError::folder("list the vault's folder");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(&doing)? {
        names.push(entry.map_err(&doing)?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}
