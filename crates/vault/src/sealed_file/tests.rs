//! What holds of a sealed file, under both profiles.

use proptest::prelude::*;

use super::*;

const ID: &str = "HLD-00000000000000000000000000000001";

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn plain(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|i| (i * 31 + i / 251) as u8).collect()
}

fn sealed(plain: &[u8], key: &DataKey, id: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let sealed = seal(&mut &plain[..], key, id, &mut out).unwrap();
    assert_eq!((sealed.bytes, sealed.digest), (plain.len() as u64, key.profile().digest(plain)));
    out
}

fn open(bytes: &[u8], key: &DataKey, id: &str) -> Result<Bytes, VaultError> {
    let reader = SealedReader::open(file(bytes), key, id)?;
    reader.read_range(0..reader.bytes())
}

#[track_caller]
fn is_tampered(bytes: &[u8], key: &DataKey, id: &str, how: &str) {
    let opened = open(bytes, key, id);
    assert!(matches!(opened, Err(VaultError::Tampered { .. })), "{how}: {opened:?}");
}

#[test]
fn comes_back_whole_at_every_length_near_a_chunks_edge() {
    for profile in CryptoProfile::ALL {
        for bytes in [0, 1, 15, 16, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]
        {
            let (key, plain) = (DataKey::generate(profile).unwrap(), plain(bytes));
            let sealed = sealed(&plain, &key, ID);
            assert_eq!(open(&sealed, &key, ID).unwrap(), plain, "{profile:?} {bytes}");
            let reader = SealedReader::open(file(&sealed), &key, ID).unwrap();
            assert_eq!(reader.digest().unwrap(), profile.digest(&plain));
            let mut streamed = Vec::new();
            reader.stream_from(0).read_to_end(&mut streamed).unwrap();
            assert_eq!(streamed, plain);
        }
    }
}

#[test]
fn a_sealed_file_shows_nothing_of_what_is_in_it() {
    let key = DataKey::generate(CryptoProfile::Guomi).unwrap();
    let plain = b"430102199001010010".repeat(100);
    let (one, other) = (sealed(&plain, &key, ID), sealed(&plain, &key, ID));
    assert!(!one.windows(8).any(|window| window == &plain[..8]));
    assert_ne!(one[32..], other[32..]);
}

#[test]
fn every_flipped_bit_of_a_small_file_shows() {
    for profile in CryptoProfile::ALL {
        let key = DataKey::generate(profile).unwrap();
        let good = sealed(&plain(40), &key, ID);
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            is_tampered(&bad, &key, ID, &format!("byte {at}"));
        }
    }
}

#[test]
fn cutting_extending_swapping_and_repeating_chunks_shows() {
    const SEALED: usize = CHUNK_BYTES + TAG_BYTES;
    for profile in CryptoProfile::ALL {
        let key = DataKey::generate(profile).unwrap();
        let good = sealed(&plain(3 * CHUNK_BYTES + 100), &key, ID);
        for length in [0, 31, 32, 33, 32 + SEALED, 32 + 2 * SEALED, 32 + 3 * SEALED, good.len() - 1] {
            is_tampered(&good[..length], &key, ID, &format!("cut to {length}"));
        }
        is_tampered(&[&good[..], b"x"].concat(), &key, ID, "extended");
        let (head, body) = good.split_at(32);
        let chunks: Vec<_> = body.chunks(SEALED).collect();
        is_tampered(&[head, chunks[1], chunks[0], chunks[2], chunks[3]].concat(), &key, ID, "swapped");
        is_tampered(&[head, chunks[0], chunks[0], chunks[2], chunks[3]].concat(), &key, ID, "repeated");
        is_tampered(&[head, chunks[0], chunks[2], chunks[3]].concat(), &key, ID, "one missing");
        is_tampered(&[head, chunks[0], chunks[1], chunks[2], chunks[3], chunks[3]].concat(), &key, ID, "one more");
    }
}

#[test]
fn a_file_in_anothers_place_does_not_open() {
    for profile in CryptoProfile::ALL {
        let key = DataKey::generate(profile).unwrap();
        let good = sealed(&plain(10), &key, ID);
        is_tampered(&good, &key, "HLD-00000000000000000000000000000002", "another id");
        is_tampered(&good, &DataKey::generate(profile).unwrap(), ID, "another key");
        let other = CryptoProfile::ALL.into_iter().find(|other| *other != profile).unwrap();
        is_tampered(&good, &DataKey::generate(other).unwrap(), ID, "another profile");
    }
}

#[test]
fn a_file_beyond_its_positions_is_refused_by_name() {
    let key = DataKey::generate(CryptoProfile::International).unwrap();
    let mut out = Vec::new();
    let two = plain(CHUNK_BYTES + 1);
    let error = seal_from(&mut &two[..], &key, ID, &mut out, u32::MAX).unwrap_err();
    assert!(matches!(error, VaultError::TooLarge { bytes_max: PLAIN_BYTES_MAX }));
    assert!(seal_from(&mut &two[..], &key, ID, &mut out, u32::MAX - 1).is_ok());
}

#[test]
fn a_range_beyond_the_end_is_a_mistake_and_not_tampering() {
    let key = DataKey::generate(CryptoProfile::International).unwrap();
    let reader = SealedReader::open(file(&sealed(&plain(10), &key, ID)), &key, ID).unwrap();
    for range in [0..11, 11..11, 11..12] {
        assert!(matches!(reader.read_range(range), Err(VaultError::Range { bytes: 10, .. })));
    }
    assert!(reader.read_range(10..10).unwrap().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_range_is_the_same_range_of_what_was_sealed(
        bytes in 0..4 * CHUNK_BYTES, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(), is_guomi: bool,
    ) {
        let key = DataKey::generate(if is_guomi { CryptoProfile::Guomi } else { CryptoProfile::International }).unwrap();
        let plain = plain(bytes);
        let reader = SealedReader::open(file(&sealed(&plain, &key, ID)), &key, ID).unwrap();
        let (a, b) = (a.index(bytes + 1), b.index(bytes + 1));
        let (start, end) = (a.min(b), a.max(b));
        prop_assert_eq!(&reader.read_range(start as u64..end as u64).unwrap()[..], &plain[start..end]);
    }

    #[test]
    fn a_flipped_bit_anywhere_shows(at in any::<prop::sample::Index>(), bit in 0_u32..8, is_guomi: bool) {
        let key = DataKey::generate(if is_guomi { CryptoProfile::Guomi } else { CryptoProfile::International }).unwrap();
        let mut bytes = sealed(&plain(2 * CHUNK_BYTES + 100), &key, ID);
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        let opened = open(&bytes, &key, ID);
        prop_assert!(matches!(opened, Err(VaultError::Tampered { .. })), "byte {}", at);
    }
}
