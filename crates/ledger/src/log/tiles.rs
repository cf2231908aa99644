//! The layout of the log on disk: C2SP tlog-tiles, plain files that any static
//! file server can offer and any tlog client can read.
//!
//! `checkpoint`, `tile/<level>/<index>[.p/<width>]` (rows of 32-byte hashes) and
//! `tile/entries/<index>[.p/<width>]` (entries, each behind its length as a
//! big-endian u16). A level holds 256 times fewer hashes than the one below.
//!
//! INVARIANT (whole or absent): a file comes into being by rename after fsync,
//! so nobody ever reads half of one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::fault::{at, damaged, is_absent};
use super::tree::Hash;
use crate::LedgerError;
use crate::event::ENTRY_BYTES_MAX;

/// Hashes in a full tile, entries in a full bundle.
pub(crate) const TILE_WIDTH: u16 = 256;
/// Where files are written before they are renamed into place.
pub(crate) const STAGING: &str = ".staging";
/// Tiles of level 0 cover 2^8 leaves, of level 7 all that a u64 can count.
const LEVEL_MAX: u8 = 7;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TileKind {
    /// The entries themselves.
    Entries,
    /// Hashes of this level.
    Hashes(u8),
}

/// The name of a tile: what it holds, its place in the row, how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TileId {
    pub(crate) kind: TileKind,
    pub(crate) index: u64,
    /// 1 to 256.
    pub(crate) width: u16,
}

impl TileId {
    /// A tile of hashes.
    pub(crate) fn hashes(level: u8, index: u64, width: u16) -> Self {
        Self { kind: TileKind::Hashes(level), index, width }
    }

    /// A bundle of entries.
    pub(crate) fn entries(index: u64, width: u16) -> Self {
        Self { kind: TileKind::Entries, index, width }
    }

    /// A tile as wide as the tree of `size` leaves has it.
    pub(crate) fn in_tree(level: u8, index: u64, size: u64) -> Self {
        let hashes_count = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
        match Self::last_partial(level, size) {
            Some(tile) if index == hashes_count / u64::from(TILE_WIDTH) => tile,
            _ => Self::hashes(level, index, TILE_WIDTH),
        }
    }

    /// The tile of this level that is not full in the tree of `size` leaves.
    pub(crate) fn last_partial(level: u8, size: u64) -> Option<Self> {
        let hashes_count = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
        let [width, ..] = hashes_count.to_le_bytes();
        (width > 0).then(|| Self::hashes(level, hashes_count / u64::from(TILE_WIDTH), u16::from(width)))
    }

    /// Whether it holds all it can.
    pub(crate) fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The same tile, full.
    pub(crate) fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// The path of the file under the folder of the log.
    pub(crate) fn path(self) -> String {
        let mut rest = self.index;
        let mut number = format!("{:03}", rest % 1000);
        while rest >= 1000 {
            rest /= 1000;
            number = format!("x{:03}/{number}", rest % 1000);
        }
        let kind = match self.kind {
            TileKind::Entries => "entries".to_owned(),
            TileKind::Hashes(level) => level.to_string(),
        };
        let partial = if self.is_full() { String::new() } else { format!(".p/{}", self.width) };
        format!("tile/{kind}/{number}{partial}")
    }

    /// The tile that lies at `path`, if any does.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes(level.parse().ok().filter(|level| *level <= LEVEL_MAX)?),
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok().filter(|width| *width < TILE_WIDTH)?),
            None => (rest, TILE_WIDTH),
        };
        let index = number.split('/').try_fold(0_u64, |index, digits| {
            let digits: u64 = digits.trim_start_matches('x').parse().ok()?;
            index.checked_mul(1000)?.checked_add(digits)
        })?;
        let tile = Self { kind, index, width };
        (width > 0 && tile.path() == path).then_some(tile)
    }
}

/// Where tiles of hashes come from: files, or what was fetched beforehand.
pub(crate) trait TileReader {
    /// Exactly the hashes that the tile's width says.
    fn tile(&self, tile: TileId) -> Result<Vec<Hash>, LedgerError>;
}

/// Reads tiles below a folder.
pub(crate) struct FileTiles {
    root: PathBuf,
}

impl FileTiles {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }

    /// The bytes of a tile's file. A partial tile may be gone when the full one
    /// exists (tlog-tiles allows to delete it), so that one serves as well.
    pub(crate) fn bytes(&self, tile: TileId) -> Result<Vec<u8>, LedgerError> {
        let read = |tile: TileId| {
            let path = self.root.join(tile.path());
            fs::read(&path).map_err(at("read", &path))
        };
        match read(tile) {
            Err(error) if is_absent(&error) && !tile.is_full() => read(tile.full()).map_err(|_| error),
            read => read,
        }
    }

    /// The entries of a bundle.
    pub(crate) fn entries(&self, bundle: TileId) -> Result<Vec<Vec<u8>>, LedgerError> {
        let path = || self.root.join(bundle.path());
        let mut entries = decode_bundle(&self.bytes(bundle)?)
            .ok_or_else(|| damaged(&path(), "the lengths of its entries do not add up"))?;
        if entries.len() < usize::from(bundle.width) {
            return Err(damaged(&path(), "entries are missing"));
        }
        entries.truncate(usize::from(bundle.width));
        Ok(entries)
    }
}

impl TileReader for FileTiles {
    fn tile(&self, tile: TileId) -> Result<Vec<Hash>, LedgerError> {
        decode_tile(&self.bytes(tile)?, tile.width).ok_or_else(|| damaged(&self.root.join(tile.path()), "wrong length"))
    }
}

/// Tiles held in memory: fetched beforehand, or not yet written.
#[derive(Default)]
pub(crate) struct MemoryTiles {
    rows: BTreeMap<(TileKind, u64), Vec<Hash>>,
}

impl MemoryTiles {
    pub(crate) fn insert(&mut self, tile: TileId, row: Vec<Hash>) {
        self.rows.insert((tile.kind, tile.index), row);
    }
}

impl TileReader for MemoryTiles {
    fn tile(&self, tile: TileId) -> Result<Vec<Hash>, LedgerError> {
        self.rows
            .get(&(tile.kind, tile.index))
            .and_then(|row| row.get(..usize::from(tile.width)))
            .map(<[Hash]>::to_vec)
            .ok_or_else(|| damaged(Path::new(&tile.path()), "not at hand"))
    }
}

/// The first `width` hashes in the bytes of a tile that has at least those.
pub(crate) fn decode_tile(bytes: &[u8], width: u16) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    let is_whole = rest.is_empty() && hashes.len() <= usize::from(TILE_WIDTH);
    hashes.get(..usize::from(width)).filter(|_| is_whole).map(<[Hash]>::to_vec)
}

/// The bytes of an entry bundle. Entries longer than a u16 can say were refused
/// when they were appended.
pub(crate) fn encode_bundle(entries: impl Iterator<Item = impl AsRef<[u8]>>) -> Result<Vec<u8>, LedgerError> {
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = entry_length(entry)?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// The length of an entry, or the refusal of one that is too long.
pub(crate) fn entry_length(entry: &[u8]) -> Result<u16, LedgerError> {
    u16::try_from(entry.len())
        .map_err(|_| LedgerError::EventTooLarge { bytes: entry.len(), bytes_max: ENTRY_BYTES_MAX })
}

/// The entries in the bytes of a bundle; `None` if the lengths do not add up.
pub(crate) fn decode_bundle(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry.to_vec());
        bytes = rest;
    }
    Some(entries)
}

/// Writes files below `root` so that each is whole or absent, and durable when
/// this returns. They appear in the order given.
///
/// All are written, then all are synced, then all are renamed: the first sync
/// makes the file system commit for the rest as well, which costs a fraction of
/// file by file.
pub(crate) fn write_files(root: &Path, files: &[(String, Vec<u8>)]) -> Result<(), LedgerError> {
    let staging = root.join(STAGING);
    let mut folders = BTreeSet::new();
    make_folder(&staging, &mut folders)?;
    let mut staged = Vec::with_capacity(files.len());
    for (number, (path, bytes)) in files.iter().enumerate() {
        let temporary = staging.join(number.to_string());
        let mut file = File::create(&temporary).map_err(at("create", &temporary))?;
        file.write_all(bytes).map_err(at("write", &temporary))?;
        staged.push((temporary, file, root.join(path)));
    }
    for (temporary, file, _) in &staged {
        file.sync_all().map_err(at("sync", temporary))?;
    }
    for (temporary, _, path) in &staged {
        if let Some(folder) = path.parent() {
            make_folder(folder, &mut folders)?;
            folders.insert(folder.to_path_buf());
        }
        fs::rename(temporary, path).map_err(at("write", path))?;
    }
    folders.iter().try_for_each(|folder| sync_folder(folder))
}

/// Makes a folder and its parents; notes those whose list of names changed.
fn make_folder(folder: &Path, changed: &mut BTreeSet<PathBuf>) -> Result<(), LedgerError> {
    match fs::create_dir(folder) {
        Ok(()) => {
            changed.extend(folder.parent().map(Path::to_path_buf));
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => match folder.parent() {
            Some(parent) => {
                make_folder(parent, changed)?;
                make_folder(folder, changed)
            }
            None => Err(at("create", folder)(error)),
        },
        Err(error) => Err(at("create", folder)(error)),
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), LedgerError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at("sync", folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tile: TileId, path: &str) {
        assert_eq!(tile.path(), path);
        assert_eq!(TileId::parse(path), Some(tile), "{path}");
    }

    #[test]
    fn names_tiles_as_tlog_tiles_does() {
        check(TileId::hashes(0, 0, 256), "tile/0/000");
        check(TileId::hashes(1, 5, 7), "tile/1/005.p/7");
        check(TileId::hashes(0, 1_234_067, 256), "tile/0/x001/x234/067");
        check(TileId::hashes(2, 1_234_067, 8), "tile/2/x001/x234/067.p/8");
        check(TileId::entries(1000, 256), "tile/entries/x001/000");
        check(TileId::entries(0, 255), "tile/entries/000.p/255");
    }

    #[test]
    fn takes_no_other_name_for_a_tile() {
        let names =
            ["tile/0/0", "tile/0/000.p/0", "tile/0/000.p/256", "tile/8/000", "tile/0/001/000", "tile/0/x000/000"];
        for name in
            names.into_iter().chain(["tile/data/000", "tile/00/000", "tile/0/000.p/01", "checkpoint", "tile/0/"])
        {
            assert_eq!(TileId::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_bundle_gives_back_its_entries_and_nothing_else() {
        let entries = [b"one".to_vec(), Vec::new(), vec![7; ENTRY_BYTES_MAX]];
        let bytes = encode_bundle(entries.iter()).unwrap();
        assert_eq!(decode_bundle(&bytes).unwrap(), entries);
        assert_eq!(decode_bundle(&bytes[..bytes.len() - 1]), None);
        assert_eq!(decode_bundle(&[0]), None);
    }

    #[test]
    fn refuses_an_entry_that_its_length_cannot_tell() {
        let entries = [vec![0; ENTRY_BYTES_MAX + 1]];
        assert!(matches!(encode_bundle(entries.iter()), Err(LedgerError::EventTooLarge { .. })));
    }

    #[test]
    fn a_full_tile_serves_where_the_partial_one_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..=255_u8).flat_map(|n| [n; 32]).collect();
        write_files(folder.path(), &[(TileId::hashes(0, 0, 256).path(), bytes)]).unwrap();
        let row = FileTiles::new(folder.path()).tile(TileId::hashes(0, 0, 2)).unwrap();
        assert_eq!(row, [[0; 32], [1; 32]]);
        let absent = FileTiles::new(folder.path()).tile(TileId::hashes(0, 1, 2)).unwrap_err();
        assert!(is_absent(&absent));
    }
}
