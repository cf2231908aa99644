//! The write-ahead log: what makes an entry durable before it is published.
//!
//! Segments `wal/<first index>.seg` hold batches, each with a head (magic, first
//! index, count, length, check) and its entries as in a bundle. One fdatasync
//! makes a batch durable.
//!
//! INVARIANT (acknowledged stays): only the tail of the last segment is ever cut
//! off, and only what no good batch follows: a batch is written after the one
//! before it was durable, so whatever was acknowledged has stayed. Damage in
//! front of a good batch is an error, never a cut.
//! INVARIANT (no bytes behind a tear): after a failed write nothing is written
//! until the torn bytes are cut off.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use shuyu_model::{CryptoProfile, Hasher};

use super::fault::{at, damaged};
use super::tiles::{decode_bundle, entry_length, sync_folder};
use super::tree::{Hash, leaf_hash};
use crate::LedgerError;

const MAGIC: &[u8; 4] = b"SYB1";
const HEAD_BYTES: usize = 4 + 8 + 4 + 4 + CHECK_BYTES;
const CHECK_BYTES: usize = 16;
/// A segment that has grown to this is followed by a new one.
const SEGMENT_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A busy segment (one of at least [`GROWS_FROM_BYTES`]) grows ahead of its
/// batches by so many zeros at a time. A sync of bytes that were there already
/// need not write the file's new length too, which halves its cost.
const GROWS_BY_BYTES: u64 = 4 * 1024 * 1024;
const GROWS_FROM_BYTES: u64 = 256 * 1024;

/// An entry and its hash.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) hash: Hash,
    pub(crate) entry: Arc<[u8]>,
}

impl Leaf {
    pub(crate) fn new(profile: CryptoProfile, entry: &[u8]) -> Self {
        Self { hash: leaf_hash(profile, entry), entry: entry.into() }
    }
}

/// What the segments hold.
#[derive(Debug)]
pub(crate) struct Recovered {
    /// The index of the first leaf.
    pub(crate) first: u64,
    pub(crate) leaves: Vec<Leaf>,
}

/// The segments, open to append.
pub(crate) struct Wal {
    folder: PathBuf,
    profile: CryptoProfile,
    /// First indexes, ascending; the last segment is the one written to.
    segments: Vec<u64>,
    file: File,
    durable_bytes: u64,
    /// Up to where the file holds zeros for what comes.
    grown_bytes: u64,
    is_torn: bool,
    next: u64,
}

impl Wal {
    /// Reads the segments; cuts off a torn tail. `None` when there is none yet.
    pub(crate) fn recover(folder: &Path, profile: CryptoProfile) -> Result<Option<(Self, Recovered)>, LedgerError> {
        let segments = list(folder)?;
        let (Some(first), Some(last)) = (segments.first().copied(), segments.last().copied()) else {
            return Ok(None);
        };
        let mut leaves = Vec::new();
        let mut next = first;
        let mut durable_bytes = 0;
        for segment in &segments {
            let path = segment_path(folder, *segment);
            if *segment != next {
                return Err(damaged(&path, &format!("it should begin with entry {next}")));
            }
            let bytes = fs::read(&path).map_err(at("read", &path))?;
            durable_bytes = read_batches(profile, &bytes, &mut next, &mut leaves);
            let rest = bytes.get(durable_bytes..).unwrap_or_default();
            if !rest.is_empty() && (*segment != last || has_batch(profile, rest, next)) {
                return Err(damaged(&path, &format!("byte {durable_bytes} begins no batch, but good ones follow")));
            }
        }
        let path = segment_path(folder, last);
        let file = OpenOptions::new().read(true).write(true).open(&path).map_err(at("open", &path))?;
        let durable_bytes = durable_bytes as u64;
        let mut wal = Self {
            folder: folder.to_path_buf(),
            profile,
            segments,
            file,
            durable_bytes,
            grown_bytes: 0,
            is_torn: true,
            next,
        };
        wal.cut_the_tear()?;
        Ok(Some((wal, Recovered { first, leaves })))
    }

    /// Begins with entry `next`, in a folder without segments.
    pub(crate) fn create(folder: &Path, profile: CryptoProfile, next: u64) -> Result<Self, LedgerError> {
        let file = create_segment(folder, next)?;
        let segments = vec![next];
        Ok(Self {
            folder: folder.to_path_buf(),
            profile,
            segments,
            file,
            durable_bytes: 0,
            grown_bytes: 0,
            is_torn: false,
            next,
        })
    }

    /// The index of the next entry.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// Writes a batch. All of it is durable when this returns, or none of it
    /// will ever be read.
    pub(crate) fn append(&mut self, leaves: &[Leaf]) -> Result<(), LedgerError> {
        self.cut_the_tear()?;
        if self.durable_bytes >= SEGMENT_BYTES_MAX {
            // Zeros behind the last batch of a segment that another follows would
            // be damage.
            self.is_torn = self.durable_bytes < self.grown_bytes;
            self.cut_the_tear()?;
            self.file = create_segment(&self.folder, self.next)?;
            (self.durable_bytes, self.grown_bytes) = (0, 0);
            self.segments.push(self.next);
        }
        let batch = encode_batch(self.profile, self.next, leaves)?;
        self.grow(batch.len() as u64)?;
        let path = || segment_path(&self.folder, self.segments.last().copied().unwrap_or(self.next));
        self.is_torn = true;
        self.file.write_all_at(&batch, self.durable_bytes).map_err(|error| at("write", &path())(error))?;
        self.file.sync_data().map_err(|error| at("sync", &path())(error))?;
        self.is_torn = false;
        self.durable_bytes += batch.len() as u64;
        self.next += leaves.len() as u64;
        Ok(())
    }

    /// Makes room for a batch in a busy segment. Where there is no room for that
    /// much, there may still be for the batch.
    fn grow(&mut self, batch_bytes: u64) -> Result<(), LedgerError> {
        let needed = self.durable_bytes + batch_bytes;
        if self.durable_bytes < GROWS_FROM_BYTES || needed <= self.grown_bytes {
            return Ok(());
        }
        let end = needed + GROWS_BY_BYTES;
        let begin = self.grown_bytes.max(self.durable_bytes);
        let zeros = vec![0; usize::try_from(end - begin).unwrap_or(0)];
        match self.file.write_all_at(&zeros, begin).and_then(|()| self.file.sync_all()) {
            Ok(()) => self.grown_bytes = end,
            Err(_) => {
                self.is_torn = true;
                self.cut_the_tear()?;
            }
        }
        Ok(())
    }

    /// INVARIANT (no bytes behind a tear).
    fn cut_the_tear(&mut self) -> Result<(), LedgerError> {
        if self.is_torn {
            let path = segment_path(&self.folder, self.segments.last().copied().unwrap_or(self.next));
            self.file.set_len(self.durable_bytes).map_err(at("cut", &path))?;
            self.file.sync_all().map_err(at("sync", &path))?;
            self.grown_bytes = self.durable_bytes;
            self.is_torn = false;
        }
        Ok(())
    }

    /// A test's way to a disk that is full.
    #[cfg(test)]
    pub(crate) fn swap_file(&mut self, file: File) -> File {
        std::mem::replace(&mut self.file, file)
    }

    /// Removes the segments that hold nothing from entry `first` on.
    pub(crate) fn forget_before(&mut self, first: u64) -> Result<(), LedgerError> {
        while let [oldest, second, ..] = *self.segments.as_slice()
            && second <= first
        {
            let path = segment_path(&self.folder, oldest);
            fs::remove_file(&path).map_err(at("remove", &path))?;
            self.segments.remove(0);
        }
        Ok(())
    }
}

fn segment_path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}.seg"))
}

/// A file of this name can only be left over from a start that failed: entry
/// `first` was never acknowledged from it.
fn create_segment(folder: &Path, first: u64) -> Result<File, LedgerError> {
    let path = segment_path(folder, first);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    let file = options.open(&path).map_err(at("create", &path))?;
    sync_folder(folder)?;
    Ok(file)
}

fn list(folder: &Path) -> Result<Vec<u64>, LedgerError> {
    let mut segments = Vec::new();
    for file in fs::read_dir(folder).map_err(at("read", folder))? {
        let path = file.map_err(at("read", folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".seg"));
        match name.and_then(|digits| digits.parse().ok()) {
            Some(first) => segments.push(first),
            None => return Err(damaged(&path, "it is no segment and has no place here")),
        }
    }
    segments.sort_unstable();
    Ok(segments)
}

fn check(profile: CryptoProfile, head: &[u8], leaves: &[Leaf]) -> [u8; CHECK_BYTES] {
    let mut hasher = Hasher::new(profile);
    hasher.update(head);
    for leaf in leaves {
        hasher.update(&leaf.hash);
    }
    let mut check = [0; CHECK_BYTES];
    for (to, from) in check.iter_mut().zip(hasher.finish().bytes()) {
        *to = *from;
    }
    check
}

fn encode_batch(profile: CryptoProfile, first: u64, leaves: &[Leaf]) -> Result<Vec<u8>, LedgerError> {
    let too_large = |_| LedgerError::LogClosed { why: "a batch is larger than a batch can be".to_owned() };
    let payload_bytes: usize = leaves.iter().map(|leaf| 2 + leaf.entry.len()).sum();
    let mut batch = Vec::with_capacity(HEAD_BYTES + payload_bytes);
    batch.extend_from_slice(MAGIC);
    batch.extend_from_slice(&first.to_be_bytes());
    batch.extend_from_slice(&u32::try_from(leaves.len()).map_err(too_large)?.to_be_bytes());
    batch.extend_from_slice(&u32::try_from(payload_bytes).map_err(too_large)?.to_be_bytes());
    let check = check(profile, &batch, leaves);
    batch.extend_from_slice(&check);
    for leaf in leaves {
        batch.extend_from_slice(&entry_length(&leaf.entry)?.to_be_bytes());
        batch.extend_from_slice(&leaf.entry);
    }
    Ok(batch)
}

/// The batch that `bytes` begin with: its first index, its leaves, its length.
fn decode_batch(profile: CryptoProfile, bytes: &[u8]) -> Option<(u64, Vec<Leaf>, usize)> {
    let (checked, rest) = bytes.split_at_checked(HEAD_BYTES - CHECK_BYTES)?;
    let (expected, rest) = rest.split_first_chunk::<CHECK_BYTES>()?;
    let (first, counts) = checked.strip_prefix(MAGIC)?.split_first_chunk::<8>()?;
    let (count, payload_bytes) = counts.split_first_chunk::<4>()?;
    let payload_bytes = usize::try_from(u32::from_be_bytes(*payload_bytes.first_chunk()?)).ok()?;
    let entries = decode_bundle(rest.get(..payload_bytes)?)?;
    let leaves: Vec<Leaf> = entries.iter().map(|entry| Leaf::new(profile, entry)).collect();
    let is_whole = u32::try_from(leaves.len()).ok()? == u32::from_be_bytes(*count)
        && check(profile, checked, &leaves) == *expected;
    is_whole.then(|| (u64::from_be_bytes(*first), leaves, HEAD_BYTES + payload_bytes))
}

/// Takes in good batches from the front; tells how many bytes they are.
fn read_batches(profile: CryptoProfile, bytes: &[u8], next: &mut u64, leaves: &mut Vec<Leaf>) -> usize {
    let mut good_bytes = 0;
    while let Some((first, batch, batch_bytes)) = bytes.get(good_bytes..).and_then(|rest| decode_batch(profile, rest))
        && first == *next
    {
        *next += batch.len() as u64;
        leaves.extend(batch);
        good_bytes += batch_bytes;
    }
    good_bytes
}

/// INVARIANT (acknowledged stays): whether a later batch lies anywhere in
/// `bytes`, which proves that what is in front of it was once durable.
fn has_batch(profile: CryptoProfile, bytes: &[u8], next: u64) -> bool {
    (0..bytes.len()).any(|from| {
        bytes.get(from..).is_some_and(|rest| {
            rest.starts_with(MAGIC) && decode_batch(profile, rest).is_some_and(|(first, _, _)| first >= next)
        })
    })
}

#[cfg(test)]
mod tests;
