//! The log proved again, from its published files alone.
//!
//! Needs no database, no server and no trust in whoever wrote the files: it
//! rebuilds the tree from the entries and compares every file with it.
//!
//! INVARIANT (nothing unseen): every byte in the folder is either compared or an
//! error; a file that has no place in a log is an error too.
//!
//! Also here, for whoever verifies one entry: keys, notes and proofs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use shuyu_model::CryptoProfile;

use crate::LedgerError;
use crate::log::fault::{at, is_absent};
use crate::log::key_file::{VERIFIER_FILE, read_verifier};
use crate::log::tiles::{FileTiles, STAGING, TileId, TileKind, decode_bundle, encode_bundle};
use crate::log::tree::Edge;
use crate::log::{CHECKPOINT_FILE, Checkpoint};

pub use crate::log::note::{KeyUse, NOTE_BYTES_MAX, Note, VerifierKey};
pub use crate::log::tree::{Hash, leaf_hash, node_hash, root_of, verify_consistency, verify_inclusion};

/// Why the files do not prove what they claim.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file cannot be read, or the checkpoint or the key is no good.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The folder's key is not the one that was given.
    #[error("`{path}` is not the key you gave: {given}")]
    OtherKey {
        /// The file with the other key.
        path: PathBuf,
        /// The key that was asked for.
        given: String,
    },
    /// A file that the checkpoint speaks for is not there.
    #[error("`{path}` is missing")]
    Missing {
        /// Its name in the folder.
        path: String,
    },
    /// A file differs from what the entries hash to.
    #[error("`{path}` is not what the entries hash to")]
    Differs {
        /// Its name in the folder.
        path: String,
    },
    /// A file that has no place in a log.
    #[error("`{path}` has no place in the log")]
    Stray {
        /// Its name in the folder.
        path: String,
    },
    /// The entries do not hash to what the checkpoint says.
    #[error("the first {size} entries do not hash to the root that the checkpoint signs")]
    Root {
        /// The size in the checkpoint.
        size: u64,
    },
    /// An entry is no event and no access.
    #[error("entry {index} is neither an event nor an access")]
    Entry {
        /// Its index in the log.
        index: u64,
    },
    /// A number in the journal is left out or comes twice.
    #[error("entry {index} is event {found}, but {expected} is next")]
    Gap {
        /// Its index in the log.
        index: u64,
        /// The number that should come.
        expected: i64,
        /// The number that came.
        found: i64,
    },
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// The log's own name.
    pub origin: String,
    /// Its algorithms.
    pub profile: CryptoProfile,
    /// The entries that the checkpoint signs.
    pub size: u64,
    /// Their root, in hexadecimal digits.
    pub root: String,
    /// The key that signed, as published.
    pub key: String,
    /// Whether the key came from whoever verifies. If not, the log was only
    /// compared with the key that lies beside it.
    pub is_key_given: bool,
    /// Events among all entries found.
    pub events_count: u64,
    /// Accesses among all entries found.
    pub accesses_count: u64,
    /// Requests among all entries found.
    pub requests_count: u64,
    /// Entries found behind the checkpoint: written, not yet signed.
    pub unsigned_count: u64,
    /// Files compared.
    pub files_count: u64,
}

/// What every entry tells.
#[derive(Deserialize)]
struct Head {
    kind: String,
    seq: Option<i64>,
}

/// Verifies the log in `folder` (the one with `checkpoint` in it). With `key`,
/// the log is the one of that key; without, the key beside the log is used.
pub fn verify_dir(folder: &Path, key: Option<&VerifierKey>) -> Result<VerifyReport, VerifyError> {
    let key_path = folder.join(VERIFIER_FILE);
    let own_key = read_verifier(&key_path)?;
    if let Some(given) = key.filter(|given| **given != own_key) {
        return Err(VerifyError::OtherKey { path: key_path, given: given.to_string() });
    }
    let note_path = folder.join(CHECKPOINT_FILE);
    let note = fs::read_to_string(&note_path).map_err(at("read", &note_path))?;
    let checkpoint = Checkpoint::verify(&note, &own_key)?;
    // A log that is being written: bundles appear before the tiles over them
    // and tiles before the checkpoint, so they are listed the other way round.
    let mut files = Files::list(folder)?;
    let mut proof = Proof::new(own_key.profile(), checkpoint.size);
    proof.replay(&mut files)?;
    if proof.root != Some(checkpoint.root) {
        return Err(VerifyError::Root { size: checkpoint.size });
    }
    if let Some(tile) = files.found.first() {
        return Err(VerifyError::Stray { path: tile.path() });
    }
    Ok(VerifyReport {
        origin: checkpoint.origin,
        profile: own_key.profile(),
        size: checkpoint.size,
        root: hex::encode(checkpoint.root),
        key: own_key.to_string(),
        is_key_given: key.is_some(),
        events_count: proof.events_count,
        accesses_count: proof.accesses_count,
        requests_count: proof.edge.size() - proof.events_count - proof.accesses_count,
        unsigned_count: proof.edge.size() - checkpoint.size,
        files_count: files.compared_count + 2,
    })
}

/// The tree as it grows again from the entries.
struct Proof {
    profile: CryptoProfile,
    size: u64,
    edge: Edge,
    root: Option<Hash>,
    events_count: u64,
    accesses_count: u64,
    last_seq: i64,
}

impl Proof {
    fn new(profile: CryptoProfile, size: u64) -> Self {
        let edge = Edge::new(profile);
        let root = (size == 0).then(|| edge.root());
        Self { profile, size, edge, root, events_count: 0, accesses_count: 0, last_seq: 0 }
    }

    fn replay(&mut self, files: &mut Files) -> Result<(), VerifyError> {
        for index in 0.. {
            let Some((bundle, entries)) = files.take_bundle(index)? else { break };
            files.require(bundle.kind, index, self.size)?;
            for entry in entries {
                self.check_entry(&entry)?;
                for (tile, row) in self.edge.push(leaf_hash(self.profile, &entry)) {
                    files.compare(tile, &row, self.size)?;
                }
                if self.edge.size() == self.size {
                    self.root = Some(self.edge.root());
                }
            }
            if !bundle.is_full() {
                break;
            }
        }
        if self.edge.size() < self.size {
            let bundle = TileId { kind: TileKind::Entries, ..TileId::in_tree(0, self.edge.size() / 256, self.size) };
            return Err(VerifyError::Missing { path: bundle.path() });
        }
        self.edge.partial_tiles().try_for_each(|(tile, row)| files.compare(tile, row, self.size))
    }

    fn check_entry(&mut self, entry: &[u8]) -> Result<(), VerifyError> {
        let index = self.edge.size();
        let head: Head = serde_json::from_slice(entry).map_err(|_| VerifyError::Entry { index })?;
        match (head.kind.as_str(), head.seq) {
            ("event", Some(found)) => {
                let expected = self.last_seq + 1;
                if found != expected {
                    return Err(VerifyError::Gap { index, expected, found });
                }
                self.last_seq = found;
                self.events_count += 1;
                Ok(())
            }
            ("access", None) => {
                self.accesses_count += 1;
                Ok(())
            }
            ("request", None) => Ok(()),
            _ => Err(VerifyError::Entry { index }),
        }
    }
}

/// A bundle's place and its entries.
type Bundle = (TileId, Vec<Vec<u8>>);

/// The files of the log that are not compared yet.
struct Files {
    folder: PathBuf,
    tiles: FileTiles,
    found: BTreeSet<TileId>,
    /// Of each tile the widths that there are, compared or not.
    widths: BTreeMap<(TileKind, u64), BTreeSet<u16>>,
    compared_count: u64,
}

impl Files {
    fn list(folder: &Path) -> Result<Self, VerifyError> {
        let mut found = BTreeSet::new();
        for name in names(folder)? {
            match name.as_str() {
                CHECKPOINT_FILE | VERIFIER_FILE | STAGING | "tile" => {}
                _ => return Err(VerifyError::Stray { path: name }),
            }
        }
        let tile_folder = folder.join("tile");
        // Hashes before entries: see the order in `verify_dir`.
        let mut kinds = if tile_folder.exists() { names(&tile_folder)? } else { Vec::new() };
        kinds.sort_by_key(|kind| kind == "entries");
        for kind in kinds {
            walk(folder, &format!("tile/{kind}"), &mut found)?;
        }
        let mut widths: BTreeMap<_, BTreeSet<u16>> = BTreeMap::new();
        for tile in &found {
            widths.entry((tile.kind, tile.index)).or_default().insert(tile.width);
        }
        Ok(Self { folder: folder.to_path_buf(), tiles: FileTiles::new(folder), found, widths, compared_count: 0 })
    }

    /// The widths of a tile that are still to be compared, widest first.
    fn take_widths(&mut self, kind: TileKind, index: u64, width_max: u16) -> Vec<TileId> {
        let widths = self.widths.get(&(kind, index)).into_iter().flatten().rev();
        let tiles: Vec<TileId> = widths.map(|width| TileId { kind, index, width: *width }).collect();
        tiles.into_iter().filter(|tile| tile.width <= width_max && self.found.remove(tile)).collect()
    }

    /// The bytes of the file, exactly this one. A partial tile may vanish while
    /// we look, when the full one has come.
    fn read(&mut self, tile: TileId) -> Result<Option<Vec<u8>>, VerifyError> {
        let path = self.folder.join(tile.path());
        match fs::read(&path).map_err(at("read", &path)) {
            Ok(bytes) => {
                self.compared_count += 1;
                Ok(Some(bytes))
            }
            Err(error) if is_absent(&error) && !tile.is_full() => {
                self.tiles.bytes(tile.full())?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The widest bundle at `index`, the narrower ones compared with it.
    fn take_bundle(&mut self, index: u64) -> Result<Option<Bundle>, VerifyError> {
        let mut widest: Option<(TileId, Vec<Vec<u8>>)> = None;
        for bundle in self.take_widths(TileKind::Entries, index, u16::MAX) {
            let differs = || VerifyError::Differs { path: bundle.path() };
            let bytes = self.read(bundle)?;
            match (&widest, bytes) {
                (Some(_), None) => {}
                (Some((_, entries)), Some(bytes)) => {
                    let expected = entries.get(..usize::from(bundle.width)).ok_or_else(differs)?;
                    if encode_bundle(expected.iter())? != bytes {
                        return Err(differs());
                    }
                }
                // The full bundle came while we looked; it begins the same.
                (None, None) => widest = Some((bundle, self.tiles.entries(bundle)?)),
                (None, Some(bytes)) => {
                    let entries = decode_bundle(&bytes).filter(|entries| entries.len() == usize::from(bundle.width));
                    widest = Some((bundle, entries.ok_or_else(differs)?));
                }
            }
        }
        Ok(widest)
    }

    /// Compares every file of a tile with the hashes it must hold.
    fn compare(&mut self, tile: TileId, row: &[Hash], size: u64) -> Result<(), VerifyError> {
        for file in self.take_widths(tile.kind, tile.index, tile.width) {
            let Some(bytes) = self.read(file)? else { continue };
            if row.get(..usize::from(file.width)).is_none_or(|row| row.as_flattened() != bytes) {
                return Err(VerifyError::Differs { path: file.path() });
            }
        }
        self.require(tile.kind, tile.index, size)
    }

    /// A reader of the checkpoint asks for the tile as wide as the checkpoint
    /// has it, and else for the full one.
    fn require(&self, kind: TileKind, index: u64, size: u64) -> Result<(), VerifyError> {
        let level = match kind {
            TileKind::Entries => 0,
            TileKind::Hashes(level) => level,
        };
        let hashes_count = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
        if index.saturating_mul(256) >= hashes_count {
            return Ok(());
        }
        let needed = TileId { kind, ..TileId::in_tree(level, index, size) };
        let is_there = self
            .widths
            .get(&(kind, index))
            .is_some_and(|widths| widths.contains(&needed.width) || widths.contains(&needed.full().width));
        if is_there { Ok(()) } else { Err(VerifyError::Missing { path: needed.path() }) }
    }
}

/// The names in a folder; one that is no text stands as it is shown.
fn names(folder: &Path) -> Result<Vec<String>, LedgerError> {
    let mut names = Vec::new();
    for file in fs::read_dir(folder).map_err(at("read", folder))? {
        names.push(file.map_err(at("read", folder))?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Notes every tile below `path`; anything else is a stray.
fn walk(root: &Path, path: &str, found: &mut BTreeSet<TileId>) -> Result<(), VerifyError> {
    let here = root.join(path);
    let kind = match fs::symlink_metadata(&here) {
        Ok(metadata) => metadata.file_type(),
        // A partial tile that was replaced while we looked.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && path.contains(".p") => return Ok(()),
        Err(error) => return Err(at("read", &here)(error).into()),
    };
    if kind.is_dir() {
        let names = match names(&here) {
            Err(error) if is_absent(&error) && path.contains(".p") => return Ok(()),
            names => names?,
        };
        return names.iter().try_for_each(|name| walk(root, &format!("{path}/{name}"), found));
    }
    match TileId::parse(path).filter(|_| kind.is_file()) {
        Some(tile) => {
            found.insert(tile);
            Ok(())
        }
        None => Err(VerifyError::Stray { path: path.to_owned() }),
    }
}

#[cfg(test)]
mod tests;
