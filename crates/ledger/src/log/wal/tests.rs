//! The write-ahead log: torn tails, full disks, segments that may go.

use std::io::Write as _;

use proptest::prelude::*;

use super::*;

const PROFILE: CryptoProfile = CryptoProfile::International;

fn leaves(names: &[&str]) -> Vec<Leaf> {
    names.iter().map(|name| Leaf::new(PROFILE, name.as_bytes())).collect()
}

fn names(recovered: &Recovered) -> Vec<String> {
    recovered.leaves.iter().map(|leaf| String::from_utf8(leaf.entry.to_vec()).unwrap()).collect()
}

/// Three acknowledged batches; the bytes of the segment and where each ends.
fn three_batches(folder: &Path) -> (Vec<u8>, [usize; 3]) {
    let mut wal = Wal::create(folder, PROFILE, 0).unwrap();
    let ends = [&["a", "b"][..], &["c"], &["d", "", "f"]].map(|batch| {
        wal.append(&leaves(batch)).unwrap();
        wal.durable_bytes as usize
    });
    (fs::read(segment_path(folder, 0)).unwrap(), ends)
}

/// What is there after a crash that left these bytes.
fn reopened(bytes: &[u8]) -> Result<(Wal, Vec<String>, tempfile::TempDir), LedgerError> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(segment_path(folder.path(), 0), bytes).unwrap();
    let (wal, recovered) = Wal::recover(folder.path(), PROFILE)?.unwrap();
    Ok((wal, names(&recovered), folder))
}

#[test]
fn a_tail_cut_anywhere_loses_only_what_was_not_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, [_, second, third]) = three_batches(folder.path());
    for end in second..third {
        let (mut wal, found, folder) = reopened(&bytes[..end]).unwrap();
        assert_eq!(found, ["a", "b", "c"], "cut at {end}");
        wal.append(&leaves(&["x"])).unwrap();
        let (_, recovered) = Wal::recover(folder.path(), PROFILE).unwrap().unwrap();
        assert_eq!(names(&recovered), ["a", "b", "c", "x"], "cut at {end}");
    }
    assert_eq!(reopened(&bytes).unwrap().1.len(), 6);
}

#[test]
fn a_tail_torn_in_any_way_loses_only_what_was_not_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, [first, second, third]) = three_batches(folder.path());
    let zeroed = [&bytes[..second], &vec![0; third - second]].concat();
    let half_zeroed = [&bytes[..second + 10], &vec![0; third - second - 10]].concat();
    let stale = [&bytes[..second], &bytes[first..second]].concat();
    let magic = [&bytes[..second], MAGIC.as_slice()].concat();
    let boast = [&bytes[..second], MAGIC.as_slice(), &[255; 64]].concat();
    for (kind, torn) in
        [("zeroed", zeroed), ("half zeroed", half_zeroed), ("stale", stale), ("magic", magic), ("boast", boast)]
    {
        assert_eq!(reopened(&torn).unwrap().1, ["a", "b", "c"], "{kind}");
    }
    for at in second..third {
        let mut torn = bytes.clone();
        torn[at] ^= 0x55;
        assert_eq!(reopened(&torn).unwrap().1, ["a", "b", "c"], "byte {at}");
    }
}

#[test]
fn damage_in_front_of_a_good_batch_is_never_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, [_, second, _]) = three_batches(folder.path());
    for at in 0..second {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        assert!(matches!(reopened(&damaged), Err(LedgerError::LogDamaged { .. })), "byte {at}");
    }
}

proptest! {
    #[test]
    fn whatever_a_crash_leaves_behind_the_acknowledged_batches_stay(garbage in proptest::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let (bytes, _) = three_batches(folder.path());
        let (_, found, _folder) = reopened(&[bytes, garbage].concat()).unwrap();
        prop_assert_eq!(found, ["a", "b", "c", "d", "", "f"]);
    }
}

#[test]
fn a_full_disk_refuses_and_leaves_nothing_torn() {
    let folder = tempfile::tempdir().unwrap();
    let mut wal = Wal::create(folder.path(), PROFILE, 0).unwrap();
    wal.append(&leaves(&["a"])).unwrap();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let disk = wal.swap_file(full);

    for _ in 0..2 {
        assert!(wal.append(&leaves(&["lost"])).is_err());
        assert_eq!(wal.next(), 1);
    }
    // Part of the batch had got through before the disk was full.
    let mut torn = OpenOptions::new().append(true).open(segment_path(folder.path(), 0)).unwrap();
    torn.write_all(b"SYB1 torn").unwrap();
    wal.swap_file(disk);
    wal.append(&leaves(&["b"])).unwrap();

    let (_, recovered) = Wal::recover(folder.path(), PROFILE).unwrap().unwrap();
    assert_eq!(names(&recovered), ["a", "b"]);
}

#[test]
fn segments_follow_each_other_and_are_forgotten_from_the_front() {
    let folder = tempfile::tempdir().unwrap();
    let mut wal = Wal::create(folder.path(), PROFILE, 0).unwrap();
    let big: Vec<Leaf> = (0..520).map(|_| Leaf::new(PROFILE, &[7; 65_535])).collect();
    wal.append(&big).unwrap();
    wal.append(&leaves(&["second"])).unwrap();
    assert_eq!(list(folder.path()).unwrap(), [0, 520]);
    let (_, recovered) = Wal::recover(folder.path(), PROFILE).unwrap().unwrap();
    assert_eq!((recovered.first, recovered.leaves.len()), (0, 521));

    wal.forget_before(519).unwrap();
    assert_eq!(list(folder.path()).unwrap(), [0, 520]);
    wal.forget_before(521).unwrap();
    assert_eq!(list(folder.path()).unwrap(), [520]);
    let (wal, recovered) = Wal::recover(folder.path(), PROFILE).unwrap().unwrap();
    assert_eq!((recovered.first, wal.next()), (520, 521));
}

#[test]
fn a_missing_segment_and_a_foreign_file_are_told() {
    let folder = tempfile::tempdir().unwrap();
    three_batches(folder.path());
    fs::write(segment_path(folder.path(), 9), b"").unwrap();
    assert!(matches!(Wal::recover(folder.path(), PROFILE), Err(LedgerError::LogDamaged { .. })));
    fs::remove_file(segment_path(folder.path(), 9)).unwrap();
    fs::write(folder.path().join("notes.txt"), b"").unwrap();
    assert!(matches!(Wal::recover(folder.path(), PROFILE), Err(LedgerError::LogDamaged { .. })));
}

#[test]
fn a_busy_segment_grows_ahead_and_a_crash_or_a_successor_leaves_no_zeros_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut wal = Wal::create(folder.path(), PROFILE, 0).unwrap();
    let length = |first: u64| fs::metadata(segment_path(folder.path(), first)).unwrap().len();
    let batch: Vec<Leaf> = (0..8).map(|_| Leaf::new(PROFILE, &[7; 60_000])).collect();
    wal.append(&batch).unwrap();
    assert_eq!(length(0), wal.durable_bytes, "a quiet segment is as long as what it holds");
    wal.append(&batch).unwrap();
    assert!(length(0) > wal.durable_bytes, "a busy one is longer");
    drop(wal);

    let (mut wal, recovered) = Wal::recover(folder.path(), PROFILE).unwrap().unwrap();
    assert_eq!((recovered.leaves.len(), length(0)), (16, wal.durable_bytes));
    while wal.segments.len() == 1 {
        wal.append(&batch).unwrap();
    }
    let count = wal.next();
    drop(wal);
    let (wal, recovered) = Wal::recover(folder.path(), PROFILE).unwrap().unwrap();
    assert_eq!((recovered.leaves.len() as u64, wal.next()), (count, count));
}

#[test]
fn a_disk_without_room_to_grow_takes_what_it_has_room_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut wal = Wal::create(folder.path(), PROFILE, 0).unwrap();
    let batch: Vec<Leaf> = (0..8).map(|_| Leaf::new(PROFILE, &[7; 60_000])).collect();
    wal.append(&batch).unwrap();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let disk = wal.swap_file(full);
    assert!(wal.append(&batch).is_err());
    wal.swap_file(disk);
    wal.append(&batch).unwrap();
    let (_, recovered) = Wal::recover(folder.path(), PROFILE).unwrap().unwrap();
    assert_eq!(recovered.leaves.len(), 16);
}
