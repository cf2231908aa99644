//! The log: an append-only Merkle tree in plain files that a stranger verifies.
//!
//! Entries become durable in the write-ahead log (`wal/`) by group commit and
//! are published as C2SP tlog-tiles with signed checkpoints (`log/`), every
//! second and at the end. `log/` can be served by any static file server.
//!
//! INVARIANT (durable before answer): `append` returns after the sync.
//! INVARIANT (row and event): only this crate appends; the stations read.
//! INVARIANT (only grows): a published checkpoint is continued by all later
//! ones; a start that would break this fails.
//!
//! Not here: what entries say (`event`), proofs from files alone (`verify`), who
//! watches the log (`witness`), who may open it (`ledger` holds the lock).

mod attestation;
mod checkpoint;
mod committer;
pub(crate) mod fault;
pub(crate) mod key_file;
pub(crate) mod note;
mod publisher;
mod tail;
pub(crate) mod tiles;
pub(crate) mod tree;
mod wal;

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;

use parking_lot::{Mutex, RwLock};
use shuyu_model::CryptoProfile;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

pub use attestation::verified_lines;
pub use checkpoint::Checkpoint;
use fault::{at, damaged};
use note::{KeyUse, SignerKey, VerifierKey};
pub(crate) use publisher::CHECKPOINT_FILE;
use tail::{Shared, Tail};
use tiles::{FileTiles, MemoryTiles, STAGING, TILE_WIDTH, TileId, TileReader as _, sync_folder};
use tree::{Edge, Hash};
use wal::{Leaf, Recovered, Wal};

use crate::LedgerError;

/// Entries that one call of [`Log::entries`] gives at most.
pub(crate) const ENTRIES_PER_READ_MAX: usize = 4096;
/// Durable but unpublished bytes beyond which nothing new is taken.
const UNPUBLISHED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The open log. Clones are the same one.
#[derive(Clone)]
pub struct Log(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    /// `None` once shut down.
    commits: RwLock<Option<UnboundedSender<committer::Request>>>,
    publications: Mutex<Option<mpsc::Sender<publisher::Request>>>,
    threads: Mutex<Threads>,
}

#[derive(Default)]
struct Threads {
    committer: Option<JoinHandle<()>>,
    publisher: Option<JoinHandle<()>>,
}

impl Log {
    /// Opens the log in `data_dir`, or begins it. Blocks while it reads what was
    /// not published. The folder must be locked by the caller.
    pub(crate) fn open(data_dir: &Path, origin: &str, profile: CryptoProfile) -> Result<Self, LedgerError> {
        let (folder, wal_folder) = (data_dir.join("log"), data_dir.join("wal"));
        for folder in [&folder, &wal_folder] {
            fs::create_dir_all(folder).map_err(at("create", folder))?;
        }
        clear_staging(&folder)?;
        let (key, published) = open_key(data_dir, &folder, origin, profile)?;
        let (wal, tail) = recover(&folder, &wal_folder, profile, published.as_ref())?;
        let origin = key.verifier().origin();
        let nothing = Checkpoint { origin, size: 0, root: Edge::new(profile).root(), note: String::new() };
        let shared = Arc::new(Shared::new(folder, profile, key, tail, published.unwrap_or(nothing)));
        // The names of what was just made must outlive a power cut as well.
        sync_folder(data_dir)?;
        publisher::publish(&shared)?;

        let (commits, commit_requests) = tokio::sync::mpsc::unbounded_channel();
        let (publications, publish_requests) = mpsc::channel();
        let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
            let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
            thread.map_err(at("start a thread for", data_dir))
        };
        let for_committer = Arc::clone(&shared);
        let committer = spawn("log-commit", Box::new(move || committer::run(commit_requests, wal, &for_committer)))?;
        let for_publisher = Arc::clone(&shared);
        let publisher = spawn("log-publish", Box::new(move || publisher::run(&publish_requests, &for_publisher)))?;
        Ok(Self(Arc::new(Inner {
            shared,
            commits: RwLock::new(Some(commits)),
            publications: Mutex::new(Some(publications)),
            threads: Mutex::new(Threads { committer: Some(committer), publisher: Some(publisher) }),
        })))
    }

    /// Appends an entry; tells its index once it is durable. The place in the
    /// queue is taken at the first poll. Who stops waiting may find the entry
    /// written all the same.
    pub(crate) async fn append(&self, entry: Vec<u8>) -> Result<u64, LedgerError> {
        self.append_all(vec![entry]).await.map(|indexes| indexes.start)
    }

    /// Appends entries in this order and next to each other: all or none.
    pub(crate) async fn append_all(&self, entries: Vec<Vec<u8>>) -> Result<Range<u64>, LedgerError> {
        let shared = &self.0.shared;
        let closed = |why: &str| LedgerError::LogClosed { why: why.to_owned() };
        if shared.unpublished_bytes() > UNPUBLISHED_BYTES_MAX {
            return Err(closed("publishing is behind"));
        }
        for entry in &entries {
            tiles::entry_length(entry)?;
        }
        let leaves = entries.iter().map(|entry| Leaf::new(shared.profile, entry)).collect();
        let (reply, answer) = oneshot::channel();
        let request = committer::Request { leaves, reply };
        let is_sent = self.0.commits.read().as_ref().is_some_and(|commits| commits.send(request).is_ok());
        if !is_sent {
            return Err(closed("it was shut down"));
        }
        answer.await.map_err(|_| closed("it was shut down"))?
    }

    /// How many entries are durable.
    pub fn size(&self) -> u64 {
        self.0.shared.size()
    }

    /// Publishes all that is durable.
    pub async fn publish(&self) -> Result<Checkpoint, LedgerError> {
        let closed = || LedgerError::LogClosed { why: "it was shut down".to_owned() };
        let (reply, answer) = oneshot::channel();
        let is_sent = self.0.publications.lock().as_ref().is_some_and(|requests| requests.send(reply).is_ok());
        if !is_sent {
            return Err(closed());
        }
        answer.await.map_err(|_| closed())?
    }

    /// The last published checkpoint.
    pub fn checkpoint(&self) -> Checkpoint {
        self.0.shared.published.lock().clone()
    }

    /// The key that verifies the checkpoints.
    pub fn verifier(&self) -> &VerifierKey {
        self.0.shared.key.verifier()
    }

    /// Says something in the log's name that is no checkpoint: a title, then lines.
    pub fn attest(&self, title: &'static str, lines: &[String]) -> Result<String, LedgerError> {
        attestation::sign(&self.0.shared.key, title, lines)
    }

    /// Durable entries from index `from` on: at most `entries_max`, at most
    /// 4096, and none when `from` is the size.
    pub async fn entries(&self, from: u64, entries_max: usize) -> Result<Vec<Vec<u8>>, LedgerError> {
        let shared = Arc::clone(&self.0.shared);
        blocking(move || read_entries(&shared, from, entries_max.min(ENTRIES_PER_READ_MAX))).await
    }

    /// The proof that entry `index` is among the first `size` entries.
    pub async fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, LedgerError> {
        if index >= size {
            return Err(LedgerError::OutOfRange { asked: index, size });
        }
        self.prove(tree::inclusion_ranges(index, size), size).await
    }

    /// The proof that the log of `new` entries continues the log of `old` entries.
    pub async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, LedgerError> {
        if old > new {
            return Err(LedgerError::OutOfRange { asked: old, size: new });
        }
        self.prove(tree::consistency_ranges(old, new), new).await
    }

    async fn prove(&self, ranges: Vec<Range<u64>>, size: u64) -> Result<Vec<Hash>, LedgerError> {
        if size > self.size() {
            return Err(LedgerError::OutOfRange { asked: size, size: self.size() });
        }
        let shared = Arc::clone(&self.0.shared);
        blocking(move || {
            let tiles = read_tiles(&shared, tree::tiles_of(&ranges, size))?;
            tree::roots(shared.profile, &ranges, size, &tiles)
        })
        .await
    }

    /// Takes nothing new, makes durable what waits, and publishes it. Later
    /// calls do nothing.
    pub(crate) async fn shutdown(&self) -> Result<(), LedgerError> {
        let inner = Arc::clone(&self.0);
        let publications = self.0.publications.lock().take();
        blocking(move || {
            let is_open = publications.is_some();
            drop(publications);
            inner.stop_committing();
            inner.stop_publishing();
            if is_open { publisher::publish(&inner.shared).map(|_| ()) } else { Ok(()) }
        })
        .await
    }
}

impl Inner {
    fn stop_committing(&self) {
        drop(self.commits.write().take());
        join(self.threads.lock().committer.take());
    }

    fn stop_publishing(&self) {
        drop(self.publications.lock().take());
        join(self.threads.lock().publisher.take());
    }
}

impl Drop for Inner {
    /// Waits for the threads, so that nobody writes once the caller lets go of
    /// the lock. Publishes nothing: that is what `shutdown` is for.
    fn drop(&mut self) {
        self.stop_committing();
        self.stop_publishing();
    }
}

fn join(thread: Option<JoinHandle<()>>) {
    if thread.is_some_and(|thread| thread.join().is_err()) {
        tracing::error!("a thread of the log panicked");
    }
}

/// Reading and hashing files has no place on the threads that answer.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| LedgerError::LogClosed { why: error.to_string() })?
}

fn clear_staging(folder: &Path) -> Result<(), LedgerError> {
    let staging = folder.join(STAGING);
    match fs::remove_dir_all(&staging) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(at("remove", &staging)(error)),
        _ => Ok(()),
    }
}

/// The log's key and its last word. A log that has spoken never gets a new key.
fn open_key(
    data_dir: &Path,
    folder: &Path,
    origin: &str,
    profile: CryptoProfile,
) -> Result<(SignerKey, Option<Checkpoint>), LedgerError> {
    let (key_path, note_path) = (data_dir.join("keys").join("log.key"), folder.join(CHECKPOINT_FILE));
    let note = match fs::read_to_string(&note_path) {
        Ok(note) => Some(note),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(at("read", &note_path)(error)),
    };
    if note.is_some() && !key_path.exists() {
        let what = "it is missing, but the log has signed with it".to_owned();
        return Err(LedgerError::Key { path: key_path, what });
    }
    let key = key_file::open_or_make(&key_path, origin, profile, KeyUse::Log)?;
    let checkpoint = note.map(|note| Checkpoint::verify(&note, key.verifier())).transpose()?;
    key_file::publish_verifier(folder, key.verifier())?;
    Ok((key, checkpoint))
}

/// Rebuilds the tail from the published tiles and the write-ahead log.
fn recover(
    folder: &Path,
    wal_folder: &Path,
    profile: CryptoProfile,
    published: Option<&Checkpoint>,
) -> Result<(Wal, Tail), LedgerError> {
    let size = published.map_or(0, |checkpoint| checkpoint.size);
    let bundled = size - size % u64::from(TILE_WIDTH);
    let files = FileTiles::new(folder);
    let mut tail = Tail::new(Edge::read(profile, bundled, &files)?);
    let (mut wal, leaves) = match Wal::recover(wal_folder, profile)? {
        Some((wal, recovered)) if recovered.first <= bundled => (wal, leaves_from(recovered, bundled)),
        Some((_, recovered)) => return Err(damaged(wal_folder, &format!("it begins at entry {}", recovered.first))),
        None => (Wal::create(wal_folder, profile, bundled)?, Vec::new()),
    };
    // Without any entry here the log was restored from its published files.
    let restored = if leaves.is_empty() { restore_partial(&files, profile, bundled, size)? } else { Vec::new() };
    if !restored.is_empty() {
        wal.append(&restored)?;
    }
    if wal.next() < size {
        let what = format!("it ends at entry {}, the checkpoint says {size}", wal.next());
        return Err(damaged(wal_folder, &what));
    }
    let mut leaves = restored.into_iter().chain(leaves);
    // INVARIANT (only grows): what is recovered continues what was published.
    let known = usize::try_from(size - bundled).unwrap_or(usize::MAX);
    leaves.by_ref().take(known).for_each(|leaf| tail.push(leaf));
    if published.is_some_and(|checkpoint| checkpoint.root != tail.edge.root() || tail.edge.size() != size) {
        return Err(damaged(wal_folder, "it contradicts the published checkpoint"));
    }
    leaves.for_each(|leaf| tail.push(leaf));
    Ok((wal, tail))
}

/// The published entries behind the last full bundle.
fn restore_partial(
    files: &FileTiles,
    profile: CryptoProfile,
    bundled: u64,
    size: u64,
) -> Result<Vec<Leaf>, LedgerError> {
    let width = u16::try_from(size - bundled).unwrap_or(TILE_WIDTH);
    if width == 0 {
        return Ok(Vec::new());
    }
    let entries = files.entries(TileId::entries(bundled / u64::from(TILE_WIDTH), width))?;
    Ok(entries.iter().map(|entry| Leaf::new(profile, entry)).collect())
}

fn leaves_from(recovered: Recovered, first: u64) -> Vec<Leaf> {
    let skipped = usize::try_from(first - recovered.first).unwrap_or(usize::MAX);
    recovered.leaves.into_iter().skip(skipped).collect()
}

fn read_entries(shared: &Shared, from: u64, entries_max: usize) -> Result<Vec<Vec<u8>>, LedgerError> {
    let files = FileTiles::new(&shared.folder);
    let mut entries = Vec::new();
    let mut next = from;
    while entries.len() < entries_max && next < shared.size() {
        let wanted = entries_max - entries.len();
        let unpublished = {
            let tail = shared.tail.lock();
            next.checked_sub(tail.first).map(|skipped| {
                let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
                tail.leaves.iter().skip(skipped).take(wanted).map(|leaf| leaf.entry.to_vec()).collect::<Vec<_>>()
            })
        };
        let found = match unpublished {
            Some(found) => found,
            None => {
                let bundle = TileId::entries(next / u64::from(TILE_WIDTH), TILE_WIDTH);
                let [skipped, ..] = next.to_le_bytes();
                files.entries(bundle)?.into_iter().skip(usize::from(skipped)).take(wanted).collect()
            }
        };
        next += found.len() as u64;
        entries.extend(found);
    }
    Ok(entries)
}

/// The tiles asked for: from memory what is not published, the rest from files.
fn read_tiles(shared: &Shared, wanted: impl IntoIterator<Item = TileId>) -> Result<MemoryTiles, LedgerError> {
    let files = FileTiles::new(&shared.folder);
    let mut tiles = MemoryTiles::default();
    for tile in wanted {
        let unpublished = shared.tail.lock().tile(tile);
        let row = match unpublished {
            Some(row) => row,
            // Only full tiles have left the memory.
            None => files.tile(tile.full())?,
        };
        tiles.insert(tile, row);
    }
    Ok(tiles)
}

#[cfg(test)]
pub(crate) mod tests;
