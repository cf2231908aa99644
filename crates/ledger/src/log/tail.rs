//! What is durable but not yet published, and the right edge of the tree.
//!
//! INVARIANT (published is durable): entries come here only after their batch
//! was synced, and checkpoints are made from here only.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use shuyu_model::CryptoProfile;

use super::checkpoint::Checkpoint;
use super::note::SignerKey;
use super::tiles::{TILE_WIDTH, TileId};
use super::tree::{Edge, Hash};
use super::wal::Leaf;

/// What the threads of the log share.
pub(crate) struct Shared {
    /// The folder that is published.
    pub(crate) folder: PathBuf,
    pub(crate) profile: CryptoProfile,
    pub(crate) key: SignerKey,
    pub(crate) tail: Mutex<Tail>,
    pub(crate) published: Mutex<Checkpoint>,
    /// Held by whoever publishes: one at a time.
    pub(crate) publishing: Mutex<()>,
    /// Durable entries.
    size: AtomicU64,
    /// Bytes of durable entries that are not in full bundles yet.
    unpublished_bytes: AtomicU64,
    /// Entries before this one lie in full, durable bundles.
    bundled: AtomicU64,
}

/// The durable entries from the last full, published bundle on.
pub(crate) struct Tail {
    pub(crate) edge: Edge,
    /// The index of the first leaf: a multiple of 256.
    pub(crate) first: u64,
    pub(crate) leaves: VecDeque<Leaf>,
    /// Tiles that are full and not published.
    pub(crate) full: BTreeMap<TileId, Vec<Hash>>,
}

impl Tail {
    /// A tail without leaves, behind the tree that `edge` ends.
    pub(crate) fn new(edge: Edge) -> Self {
        Self { first: edge.size(), edge, leaves: VecDeque::new(), full: BTreeMap::new() }
    }

    /// Takes in a durable leaf.
    pub(crate) fn push(&mut self, leaf: Leaf) {
        self.full.extend(self.edge.push(leaf.hash));
        self.leaves.push_back(leaf);
    }

    /// The hashes of a tile that is not on disk yet, or not full.
    pub(crate) fn tile(&self, tile: TileId) -> Option<Vec<Hash>> {
        self.full.get(&tile.full()).cloned().or_else(|| {
            let mut partial = self.edge.partial_tiles();
            partial.find(|(at, _)| at.full() == tile.full()).map(|(_, row)| row.clone())
        })
    }

    fn bytes_count(&self) -> u64 {
        self.leaves.iter().map(|leaf| leaf.entry.len() as u64).sum()
    }
}

impl Shared {
    pub(crate) fn new(
        folder: PathBuf,
        profile: CryptoProfile,
        key: SignerKey,
        tail: Tail,
        published: Checkpoint,
    ) -> Self {
        Self {
            folder,
            profile,
            key,
            size: AtomicU64::new(tail.edge.size()),
            unpublished_bytes: AtomicU64::new(tail.bytes_count()),
            bundled: AtomicU64::new(tail.first),
            tail: Mutex::new(tail),
            published: Mutex::new(published),
            publishing: Mutex::new(()),
        }
    }

    /// How many entries are durable.
    pub(crate) fn size(&self) -> u64 {
        self.size.load(Ordering::Acquire)
    }

    pub(crate) fn unpublished_bytes(&self) -> u64 {
        self.unpublished_bytes.load(Ordering::Relaxed)
    }

    /// Entries before this one lie in full, durable bundles.
    pub(crate) fn bundled(&self) -> u64 {
        self.bundled.load(Ordering::Acquire)
    }

    /// Takes in a durable batch; tells the index of its first entry.
    pub(crate) fn take_in(&self, batch: Vec<Leaf>) -> u64 {
        let bytes_count: u64 = batch.iter().map(|leaf| leaf.entry.len() as u64).sum();
        let mut tail = self.tail.lock();
        let first = tail.edge.size();
        for leaf in batch {
            tail.push(leaf);
        }
        self.unpublished_bytes.fetch_add(bytes_count, Ordering::Relaxed);
        self.size.store(tail.edge.size(), Ordering::Release);
        first
    }

    /// Everything that a checkpoint of now must publish.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let tail = self.tail.lock();
        Snapshot {
            edge: tail.edge.clone(),
            first: tail.first,
            entries: tail.leaves.iter().map(|leaf| Arc::clone(&leaf.entry)).collect(),
            full: tail.full.clone(),
        }
    }

    /// Lets go of what `snapshot` has made durable in full bundles and tiles.
    pub(crate) fn forget(&self, snapshot: &Snapshot, checkpoint: Checkpoint) {
        let mut tail = self.tail.lock();
        tail.full.retain(|tile, _| !snapshot.full.contains_key(tile));
        let bundled = checkpoint.size - checkpoint.size % u64::from(TILE_WIDTH);
        let mut bytes_count = 0;
        while tail.first < bundled {
            let Some(leaf) = tail.leaves.pop_front() else { break };
            bytes_count += leaf.entry.len() as u64;
            tail.first += 1;
        }
        self.unpublished_bytes.fetch_sub(bytes_count, Ordering::Relaxed);
        self.bundled.store(tail.first, Ordering::Release);
        *self.published.lock() = checkpoint;
    }
}

/// A still picture of the tail.
pub(crate) struct Snapshot {
    pub(crate) edge: Edge,
    pub(crate) first: u64,
    pub(crate) entries: Vec<Arc<[u8]>>,
    pub(crate) full: BTreeMap<TileId, Vec<Hash>>,
}
