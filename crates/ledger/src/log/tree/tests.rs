//! The tree: RFC 6962 vectors, every size, and proofs that must fail.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::log::tiles::MemoryTiles;

const SIZE_MAX: u64 = 300;

/// The definition of RFC 6962 section 2.1, word for word.
fn defined_root(profile: CryptoProfile, entries: &[Vec<u8>]) -> Hash {
    match entries {
        [] => hash(profile, &[]),
        [entry] => leaf_hash(profile, entry),
        _ => {
            let (left, right) = entries.split_at(split(entries.len() as u64) as usize);
            node_hash(profile, &defined_root(profile, left), &defined_root(profile, right))
        }
    }
}

fn entries(size: u64) -> Vec<Vec<u8>> {
    (0..size).map(|n| n.to_be_bytes().to_vec()).collect()
}

/// The roots at the sizes wanted, and the tiles of the tree of `size`.
fn grow(
    profile: CryptoProfile,
    size: u64,
    wanted: impl IntoIterator<Item = u64>,
) -> (BTreeMap<u64, Hash>, MemoryTiles) {
    let wanted: BTreeSet<u64> = wanted.into_iter().collect();
    let mut edge = Edge::new(profile);
    let mut tiles = MemoryTiles::default();
    let mut roots = BTreeMap::from([(0, edge.root())]);
    for entry in entries(size) {
        for (tile, row) in edge.push(leaf_hash(profile, &entry)) {
            tiles.insert(tile, row);
        }
        if wanted.contains(&edge.size()) {
            roots.insert(edge.size(), edge.root());
        }
    }
    for (tile, row) in edge.partial_tiles() {
        tiles.insert(tile, row.clone());
    }
    (roots, tiles)
}

/// The places where proofs change their shape, and some in between.
fn places(until: u64) -> impl Iterator<Item = u64> {
    let edges =
        [0, 1, 2, 127, 128, 254, 255, 256, until / 3, until / 2, until.saturating_sub(2), until.saturating_sub(1)];
    BTreeSet::from(edges).into_iter().filter(move |place| *place < until)
}

#[test]
fn agrees_with_the_published_vectors() {
    // The test vectors of the Certificate Transparency reference implementation.
    let entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut edge = Edge::new(CryptoProfile::International);
    assert_eq!(hex::encode(edge.root()), roots[0]);
    for (entry, root) in entries.iter().zip(&roots[1..]) {
        edge.push(leaf_hash(CryptoProfile::International, &hex::decode(entry).unwrap()));
        assert_eq!(hex::encode(edge.root()), *root);
    }
}

#[test]
fn the_root_is_the_one_defined_at_every_size() {
    for profile in CryptoProfile::ALL {
        let (roots, tiles) = grow(profile, SIZE_MAX, 0..=SIZE_MAX);
        for size in 0..=SIZE_MAX {
            assert_eq!(roots[&size], defined_root(profile, &entries(size)), "size {size}");
        }
        let edge = Edge::read(profile, SIZE_MAX, &tiles).unwrap();
        assert_eq!((edge.size(), edge.root()), (SIZE_MAX, roots[&SIZE_MAX]));
    }
}

#[test]
fn three_levels_of_tiles_give_the_root_that_is_defined() {
    let profile = CryptoProfile::International;
    let size = 256 * 256 + 256 * 2 + 3;
    let olds = [1, 256, 65_535, 65_536, 65_537, size - 1];
    let (roots, tiles) = grow(profile, size, olds.into_iter().chain([size]));
    let root = roots[&size];
    assert_eq!(root, defined_root(profile, &entries(size)));
    for index in [0, 255, 256, 65_535, 65_536, size - 1] {
        let proof = super::roots(profile, &inclusion_ranges(index, size), size, &tiles).unwrap();
        let leaf = leaf_hash(profile, &index.to_be_bytes());
        verify_inclusion(profile, &leaf, index, size, &root, &proof).unwrap();
    }
    for old in olds {
        let proof = super::roots(profile, &consistency_ranges(old, size), size, &tiles).unwrap();
        verify_consistency(profile, (old, &roots[&old]), (size, &root), &proof).unwrap();
    }
}

#[test]
fn entries_of_every_size_are_proved() {
    let profile = CryptoProfile::International;
    let (roots, tiles) = grow(profile, SIZE_MAX, 0..=SIZE_MAX);
    for size in 1..=SIZE_MAX {
        for index in places(size) {
            // The tiles of the largest tree are wider, which must not matter.
            let proof = super::roots(profile, &inclusion_ranges(index, size), size, &tiles).unwrap();
            let leaf = leaf_hash(profile, &index.to_be_bytes());
            verify_inclusion(profile, &leaf, index, size, &roots[&size], &proof).unwrap();
        }
    }
}

#[test]
fn every_size_continues_smaller_ones() {
    let profile = CryptoProfile::International;
    let (roots, tiles) = grow(profile, SIZE_MAX, 0..=SIZE_MAX);
    for new in 0..=SIZE_MAX {
        for old in places(new).chain([new]) {
            let proof = super::roots(profile, &consistency_ranges(old, new), new, &tiles).unwrap();
            let (old, new) = ((old, &roots[&old]), (new, &roots[&new]));
            verify_consistency(profile, old, new, &proof).unwrap();
        }
    }
}

proptest! {
    #[test]
    fn a_changed_inclusion_proof_proves_nothing(size in 1..=SIZE_MAX, pick in any::<u64>(), bit in 0..256_usize, guomi in any::<bool>()) {
        let profile = if guomi { CryptoProfile::Guomi } else { CryptoProfile::International };
        let index = pick % size;
        let (roots, tiles) = grow(profile, size, [size]);
        let root = roots[&size];
        let leaf = leaf_hash(profile, &index.to_be_bytes());
        let proof = super::roots(profile, &inclusion_ranges(index, size), size, &tiles).unwrap();
        verify_inclusion(profile, &leaf, index, size, &root, &proof).unwrap();

        let flip = |hash: &Hash| { let mut hash = *hash; hash[bit / 8] ^= 1 << (bit % 8); hash };
        for at in 0..proof.len() {
            let mut changed = proof.clone();
            changed[at] = flip(&proof[at]);
            prop_assert!(verify_inclusion(profile, &leaf, index, size, &root, &changed).is_err());
            changed.remove(at);
            prop_assert!(verify_inclusion(profile, &leaf, index, size, &root, &changed).is_err());
        }
        let longer = [proof.clone(), vec![root]].concat();
        prop_assert!(verify_inclusion(profile, &leaf, index, size, &root, &longer).is_err());
        prop_assert!(verify_inclusion(profile, &flip(&leaf), index, size, &root, &proof).is_err());
        prop_assert!(verify_inclusion(profile, &leaf, index, size, &flip(&root), &proof).is_err());
        prop_assert!(verify_inclusion(profile, &leaf, size, size, &root, &proof).is_err());
        prop_assert!(index + 1 == size || verify_inclusion(profile, &leaf, index + 1, size, &root, &proof).is_err());
    }

    #[test]
    fn a_changed_consistency_proof_proves_nothing(new in 2..=SIZE_MAX, pick in any::<u64>(), bit in 0..256_usize) {
        let profile = CryptoProfile::Guomi;
        let old = 1 + pick % (new - 1);
        let (roots, tiles) = grow(profile, new, [old, new]);
        let (old_root, new_root) = (roots[&old], roots[&new]);
        let proof = super::roots(profile, &consistency_ranges(old, new), new, &tiles).unwrap();
        verify_consistency(profile, (old, &old_root), (new, &new_root), &proof).unwrap();

        let flip = |hash: &Hash| { let mut hash = *hash; hash[bit / 8] ^= 1 << (bit % 8); hash };
        for at in 0..proof.len() {
            let mut changed = proof.clone();
            changed[at] = flip(&proof[at]);
            prop_assert!(verify_consistency(profile, (old, &old_root), (new, &new_root), &changed).is_err());
            changed.remove(at);
            prop_assert!(verify_consistency(profile, (old, &old_root), (new, &new_root), &changed).is_err());
        }
        prop_assert!(verify_consistency(profile, (old, &flip(&old_root)), (new, &new_root), &proof).is_err());
        prop_assert!(verify_consistency(profile, (old, &old_root), (new, &flip(&new_root)), &proof).is_err());
        prop_assert!(verify_consistency(profile, (new, &new_root), (old, &old_root), &proof).is_err());
    }
}

#[test]
fn one_size_has_one_root() {
    let profile = CryptoProfile::International;
    let (a, b) = ([1; 32], [2; 32]);
    assert!(verify_consistency(profile, (5, &a), (5, &a), &[]).is_ok());
    assert!(verify_consistency(profile, (5, &a), (5, &b), &[]).is_err());
    assert!(verify_consistency(profile, (5, &a), (5, &a), &[b]).is_err());
    let empty = root_of(profile, &[]);
    assert!(verify_consistency(profile, (0, &empty), (5, &a), &[]).is_ok());
    assert!(verify_consistency(profile, (0, &a), (5, &a), &[]).is_err());
    assert!(verify_consistency(profile, (0, &empty), (0, &a), &[]).is_err());
    assert!(verify_consistency(profile, (3, &a), (5, &a), &[]).is_err());
}
