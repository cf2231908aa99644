//! The Merkle tree of RFC 6962 (and RFC 9162 section 2.1), under either hash.
//!
//! Everything here is pure: which subtrees a proof consists of, which tiles
//! those subtrees need, and whether a proof holds. Reading tiles is `tiles`.
//!
//! INVARIANT (domain separation): leaves are hashed with 0x00 before them and
//! nodes with 0x01, so that no node can be passed off as an entry.

use std::collections::BTreeSet;
use std::ops::Range;

use shuyu_model::{CryptoProfile, Hasher};

use super::tiles::{TILE_WIDTH, TileId, TileReader};
use crate::LedgerError;

/// A node of the tree.
pub type Hash = [u8; 32];

const LEAF: &[u8] = &[0];
const NODE: &[u8] = &[1];
/// A tile spans eight levels of the tree: 256 = 2^8.
const TILE_LEVELS: u32 = 8;

fn hash(profile: CryptoProfile, parts: &[&[u8]]) -> Hash {
    let mut hasher = Hasher::new(profile);
    for part in parts {
        hasher.update(part);
    }
    *hasher.finish().bytes()
}

/// The hash of an entry.
pub fn leaf_hash(profile: CryptoProfile, entry: &[u8]) -> Hash {
    hash(profile, &[LEAF, entry])
}

/// The hash of an inner node.
pub fn node_hash(profile: CryptoProfile, left: &Hash, right: &Hash) -> Hash {
    hash(profile, &[NODE, left, right])
}

/// The root over a row of nodes. All but the last are complete subtrees of one
/// height; the last may be lower. An empty row has the hash of nothing.
pub fn root_of(profile: CryptoProfile, row: &[Hash]) -> Hash {
    let mut row = row.to_vec();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .filter_map(|pair| pair.iter().copied().reduce(|left, right| node_hash(profile, &left, &right)))
            .collect();
    }
    row.first().copied().unwrap_or_else(|| hash(profile, &[]))
}

/// The right edge of a growing tree: of each level of tiles the hashes in the
/// tile that is not full yet. Enough to append and to tell the root.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    profile: CryptoProfile,
    size: u64,
    rows: Vec<Vec<Hash>>,
}

impl Edge {
    /// The edge of an empty tree.
    pub(crate) fn new(profile: CryptoProfile) -> Self {
        Self { profile, size: 0, rows: Vec::new() }
    }

    /// The edge of a tree of `size` whose tiles exist.
    pub(crate) fn read(profile: CryptoProfile, size: u64, tiles: &impl TileReader) -> Result<Self, LedgerError> {
        let mut rows = Vec::new();
        for level in 0_u8.. {
            if size.checked_shr(TILE_LEVELS * u32::from(level)).unwrap_or(0) == 0 {
                break;
            }
            rows.push(match TileId::last_partial(level, size) {
                Some(tile) => tiles.tile(tile)?,
                None => Vec::new(),
            });
        }
        Ok(Self { profile, size, rows })
    }

    /// Appends a leaf; returns the tiles that it filled, lowest first.
    pub(crate) fn push(&mut self, leaf: Hash) -> Vec<(TileId, Vec<Hash>)> {
        self.size += 1;
        let mut full = Vec::new();
        let mut hash = leaf;
        for level in 0_u8.. {
            let at = usize::from(level);
            if self.rows.len() == at {
                self.rows.push(Vec::with_capacity(usize::from(TILE_WIDTH)));
            }
            let Some(row) = self.rows.get_mut(at) else { break };
            row.push(hash);
            if row.len() < usize::from(TILE_WIDTH) {
                break;
            }
            let row = std::mem::take(row);
            hash = root_of(self.profile, &row);
            let index = (self.size >> (TILE_LEVELS * (u32::from(level) + 1))) - 1;
            full.push((TileId::hashes(level, index, TILE_WIDTH), row));
        }
        full
    }

    /// How many leaves the tree has.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub(crate) fn root(&self) -> Hash {
        let mut lower: Option<Hash> = None;
        for row in self.rows.iter().filter(|row| !row.is_empty()) {
            let row: Vec<Hash> = row.iter().copied().chain(lower).collect();
            lower = Some(root_of(self.profile, &row));
        }
        lower.unwrap_or_else(|| root_of(self.profile, &[]))
    }

    /// The tiles that are not full, lowest first.
    pub(crate) fn partial_tiles(&self) -> impl Iterator<Item = (TileId, &Vec<Hash>)> {
        let size = self.size;
        (0_u8..).zip(&self.rows).filter_map(move |(level, row)| Some((TileId::last_partial(level, size)?, row)))
    }
}

/// The largest power of two below `count`, which is at least 2.
fn split(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// The subtrees whose roots prove that leaf `index` is in the tree of `size`
/// leaves, lowest first (RFC 9162 section 2.1.3.1).
pub(crate) fn inclusion_ranges(index: u64, size: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    let (mut from, mut until) = (0, size);
    while until - from > 1 {
        let middle = from + split(until - from);
        if index < middle {
            ranges.push(middle..until);
            until = middle;
        } else {
            ranges.push(from..middle);
            from = middle;
        }
    }
    ranges.reverse();
    ranges
}

/// The subtrees whose roots prove that the tree of `new` leaves continues the
/// tree of `old` leaves, lowest first (RFC 9162 section 2.1.4.1).
pub(crate) fn consistency_ranges(old: u64, new: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    if old == 0 || old >= new {
        return ranges;
    }
    let (mut from, mut until) = (0, new);
    while old != until {
        let middle = from + split(until - from);
        if old <= middle {
            ranges.push(middle..until);
            until = middle;
        } else {
            ranges.push(from..middle);
            from = middle;
        }
    }
    // Whoever checks has the old root; a subtree that starts at 0 is that root.
    if from > 0 {
        ranges.push(from..until);
    }
    ranges.reverse();
    ranges
}

/// A complete subtree, as the piece of a tile that holds its lowest hashes.
struct Piece {
    tile: TileId,
    place: Range<usize>,
}

/// A range of the tree of `size` leaves as complete subtrees, left to right.
fn pieces(range: &Range<u64>, size: u64) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut from = range.start;
    while from < range.end {
        let level = u64::BITS - 1 - (range.end - from).leading_zeros();
        let (tile_level, height) = (level / TILE_LEVELS, level % TILE_LEVELS);
        let first = from >> (TILE_LEVELS * tile_level);
        let [start, ..] = first.to_le_bytes();
        let start = usize::from(start);
        let [tile_level, ..] = tile_level.to_le_bytes();
        pieces.push(Piece {
            tile: TileId::in_tree(tile_level, first >> TILE_LEVELS, size),
            place: start..start + (1 << height),
        });
        from += 1 << level;
    }
    pieces
}

/// Every tile that `ranges` of the tree of `size` leaves need.
pub(crate) fn tiles_of(ranges: &[Range<u64>], size: u64) -> BTreeSet<TileId> {
    ranges.iter().flat_map(|range| pieces(range, size)).map(|piece| piece.tile).collect()
}

/// The roots of `ranges` of the tree of `size` leaves.
pub(crate) fn roots(
    profile: CryptoProfile,
    ranges: &[Range<u64>],
    size: u64,
    tiles: &impl TileReader,
) -> Result<Vec<Hash>, LedgerError> {
    let mut roots = Vec::with_capacity(ranges.len());
    for range in ranges {
        let mut hashes = Vec::new();
        for piece in pieces(range, size) {
            let row = tiles.tile(piece.tile)?;
            let row = row.get(piece.place).ok_or(LedgerError::OutOfRange { asked: range.end, size })?;
            hashes.push(root_of(profile, row));
        }
        let root = hashes.into_iter().rev().reduce(|right, left| node_hash(profile, &left, &right));
        roots.push(root.unwrap_or_else(|| root_of(profile, &[])));
    }
    Ok(roots)
}

/// Checks that the leaf with hash `leaf` is at `index` in the tree of `size`
/// leaves with this `root` (RFC 9162 section 2.1.3.2).
pub fn verify_inclusion(
    profile: CryptoProfile,
    leaf: &Hash,
    index: u64,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), LedgerError> {
    let failed = LedgerError::Proof { what: "inclusion" };
    if index >= size {
        return Err(failed);
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(failed);
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(profile, sibling, &hash);
            climb_to_a_right_child(&mut at, &mut last);
        } else {
            hash = node_hash(profile, &hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    if last == 0 && hash == *root { Ok(()) } else { Err(failed) }
}

/// Skips the levels on which the node on the right edge has no sibling.
fn climb_to_a_right_child(at: &mut u64, last: &mut u64) {
    while *at & 1 == 0 && *at != 0 {
        *at >>= 1;
        *last >>= 1;
    }
}

/// Checks that the tree of `new` leaves and root `new_root` continues the tree
/// of `old` leaves and root `old_root` (RFC 9162 section 2.1.4.2).
pub fn verify_consistency(
    profile: CryptoProfile,
    (old, old_root): (u64, &Hash),
    (new, new_root): (u64, &Hash),
    proof: &[Hash],
) -> Result<(), LedgerError> {
    let failed = LedgerError::Proof { what: "consistency" };
    if old == new || old == 0 {
        let expected = if old == 0 { root_of(profile, &[]) } else { *new_root };
        let holds = proof.is_empty() && *old_root == expected && (old != new || old_root == new_root);
        return if holds { Ok(()) } else { Err(failed) };
    }
    let is_start_the_old_root = old.is_power_of_two();
    let mut path = is_start_the_old_root.then_some(old_root).into_iter().chain(proof);
    let Some(start) = path.next().filter(|_| old < new && !proof.is_empty()) else {
        return Err(failed);
    };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*start, *start);
    for sibling in path {
        if last == 0 {
            return Err(failed);
        }
        if at & 1 == 1 || at == last {
            old_hash = node_hash(profile, sibling, &old_hash);
            new_hash = node_hash(profile, sibling, &new_hash);
            climb_to_a_right_child(&mut at, &mut last);
        } else {
            new_hash = node_hash(profile, &new_hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    let holds = last == 0 && old_hash == *old_root && new_hash == *new_root;
    if holds { Ok(()) } else { Err(failed) }
}

#[cfg(test)]
mod tests;
