//! The log as its users see it; `outside` has other people's tools look at it.

mod outside;

use super::*;
use crate::log::tree::{verify_consistency, verify_inclusion};
use crate::verify::verify_dir;

pub(crate) const ORIGIN: &str = "jiangcheng.example/shuyu";

/// Event number `seq` as it lies in the log.
pub(crate) fn event(seq: u64) -> Vec<u8> {
    format!(r#"{{"kind":"event","seq":{seq},"at":0,"action":"test.written","object":"X"}}"#).into_bytes()
}

/// Appends the events `from..until` and waits for them.
pub(crate) async fn append_events(log: &Log, seqs: Range<u64>) -> Range<u64> {
    log.append_all(seqs.map(event).collect()).await.unwrap()
}

pub(crate) fn open(folder: &Path, profile: CryptoProfile) -> Log {
    Log::open(folder, ORIGIN, profile).unwrap()
}

/// What a crash would leave: all files as they lie there now.
pub(crate) fn crash_image(folder: &Path) -> tempfile::TempDir {
    let image = tempfile::tempdir().unwrap();
    copy(folder, image.path());
    image
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let to = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy(&file.path(), &to);
        } else {
            fs::copy(file.path(), &to).unwrap();
        }
    }
}

async fn all_entries(log: &Log) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    loop {
        let found = log.entries(entries.len() as u64, 100).await.unwrap();
        if found.is_empty() {
            return entries;
        }
        entries.extend(found);
    }
}

fn events(until: u64) -> Vec<Vec<u8>> {
    (1..=until).map(event).collect()
}

#[tokio::test]
async fn gives_back_what_it_took_published_or_not() {
    for profile in CryptoProfile::ALL {
        let folder = tempfile::tempdir().unwrap();
        let log = open(folder.path(), profile);
        let mut next = 1;
        for count in [1, 255, 1, 300, 3, 600] {
            append_events(&log, next..next + count).await;
            next += count;
            assert_eq!(all_entries(&log).await, events(next - 1));
            log.publish().await.unwrap();
            assert_eq!(all_entries(&log).await, events(next - 1));
            assert_eq!(log.checkpoint().size, log.size());
            verify_dir(&folder.path().join("log"), Some(log.verifier())).unwrap();
        }
        assert!(log.entries(next + 5, 1).await.unwrap().is_empty());
        assert!(log.entries(0, 0).await.unwrap().is_empty());
        log.shutdown().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_writer_hears_where_its_own_entry_lies() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path(), CryptoProfile::International);
    let writers: Vec<_> = (0..32)
        .map(|writer| {
            let log = log.clone();
            tokio::spawn(async move {
                let mut indexes = Vec::new();
                for turn in 0..30 {
                    let entry = format!("{writer}/{turn}").into_bytes();
                    indexes.push((log.append(entry.clone()).await.unwrap(), entry));
                }
                indexes
            })
        })
        .collect();
    let mut written = Vec::new();
    for writer in writers {
        written.extend(writer.await.unwrap());
    }
    written.sort();
    let indexes: Vec<u64> = written.iter().map(|(index, _)| *index).collect();
    assert_eq!(indexes, (0..960).collect::<Vec<_>>());
    let entries: Vec<_> = written.into_iter().map(|(_, entry)| entry).collect();
    assert_eq!(all_entries(&log).await, entries);
}

#[tokio::test]
async fn entries_appended_together_lie_together() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path(), CryptoProfile::Guomi);
    let (a, b) = tokio::join!(append_events(&log, 1..4), append_events(&log, 4..6));
    assert_eq!((a, b), (0..3, 3..5));
    assert_eq!(append_events(&log, 6..6).await, 5..5);
}

#[tokio::test]
async fn proves_entries_and_growth_at_any_size() {
    for profile in CryptoProfile::ALL {
        let folder = tempfile::tempdir().unwrap();
        let log = open(folder.path(), profile);
        let mut edge = Edge::new(profile);
        let mut roots = vec![edge.root()];
        for seq in 1..=700 {
            edge.push(tree::leaf_hash(profile, &event(seq)));
            roots.push(edge.root());
        }
        append_events(&log, 1..601).await;
        log.publish().await.unwrap();
        append_events(&log, 601..701).await;
        for size in [1, 2, 255, 256, 257, 511, 600, 601, 700] {
            for index in [0, 1, 254, 255, 256, 511, 512, 599, 699].into_iter().filter(|index| *index < size) {
                let proof = log.inclusion(index, size).await.unwrap();
                let leaf = tree::leaf_hash(profile, &event(index + 1));
                verify_inclusion(profile, &leaf, index, size, &roots[size as usize], &proof).unwrap();
            }
            for old in [0, 1, 100, 256, 300, 512, 600].into_iter().filter(|old| *old <= size) {
                let proof = log.consistency(old, size).await.unwrap();
                let (old, new) = ((old, &roots[old as usize]), (size, &roots[size as usize]));
                verify_consistency(profile, old, new, &proof).unwrap();
            }
        }
        assert!(matches!(log.inclusion(5, 5).await, Err(LedgerError::OutOfRange { .. })));
        assert!(matches!(log.inclusion(5, 701).await, Err(LedgerError::OutOfRange { .. })));
        assert!(matches!(log.consistency(5, 4).await, Err(LedgerError::OutOfRange { .. })));
    }
}

#[tokio::test]
async fn a_crash_at_any_moment_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path(), CryptoProfile::International);
    let mut next = 1;
    for (turn, count) in [1, 200, 55, 1, 400, 256, 7].into_iter().enumerate() {
        append_events(&log, next..next + count).await;
        next += count;
        if turn % 2 == 0 {
            log.publish().await.unwrap();
        }
        let image = crash_image(folder.path());
        let before = log.checkpoint();
        let reopened = open(image.path(), CryptoProfile::International);
        assert_eq!(all_entries(&reopened).await, events(next - 1));
        // The start has published what the crash kept from being published.
        let after = reopened.checkpoint();
        let proof = reopened.consistency(before.size, after.size).await.unwrap();
        let (old, new) = ((before.size, &before.root), (after.size, &after.root));
        verify_consistency(CryptoProfile::International, old, new, &proof).unwrap();
        append_events(&reopened, next..next + 300).await;
        reopened.shutdown().await.unwrap();
        let report = verify_dir(&image.path().join("log"), Some(log.verifier())).unwrap();
        assert_eq!(report.events_count, next + 299);
    }
}

#[tokio::test]
async fn a_start_clears_what_a_crash_left_half_published() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path(), CryptoProfile::International);
    append_events(&log, 1..301).await;
    log.publish().await.unwrap();
    append_events(&log, 301..801).await;
    let unpublished = crash_image(folder.path());
    log.shutdown().await.unwrap();
    // Bundles and tiles of the next checkpoint are there, the checkpoint is not.
    let half = crash_image(folder.path());
    fs::copy(unpublished.path().join("log/checkpoint"), half.path().join("log/checkpoint")).unwrap();
    fs::create_dir_all(half.path().join("log/.staging")).unwrap();
    fs::write(half.path().join("log/.staging/3"), b"half of a ti").unwrap();

    let report = verify_dir(&half.path().join("log"), None).unwrap();
    assert_eq!((report.size, report.unsigned_count), (300, 500));
    let reopened = open(half.path(), CryptoProfile::International);
    assert_eq!(reopened.checkpoint().root, log.checkpoint().root);
    assert!(!half.path().join("log/.staging/3").exists());
}

#[tokio::test]
async fn goes_on_after_an_end_without_shutdown() {
    let folder = tempfile::tempdir().unwrap();
    for turn in 0..3 {
        let log = open(folder.path(), CryptoProfile::Guomi);
        assert_eq!(log.size(), turn * 100);
        append_events(&log, turn * 100 + 1..turn * 100 + 101).await;
    }
    assert_eq!(all_entries(&open(folder.path(), CryptoProfile::Guomi)).await, events(300));
}

#[tokio::test]
async fn comes_back_from_its_published_files_alone() {
    for size in [0, 3, 256, 300] {
        let folder = tempfile::tempdir().unwrap();
        let log = open(folder.path(), CryptoProfile::International);
        append_events(&log, 1..size + 1).await;
        log.shutdown().await.unwrap();
        drop(log);
        fs::remove_dir_all(folder.path().join("wal")).unwrap();
        for turn in 0..2 {
            let log = open(folder.path(), CryptoProfile::International);
            assert_eq!(all_entries(&log).await, events(size), "start {turn}");
        }
        let log = open(folder.path(), CryptoProfile::International);
        append_events(&log, size + 1..size + 300).await;
        log.shutdown().await.unwrap();
        verify_dir(&folder.path().join("log"), None).unwrap();
    }
}

#[tokio::test]
async fn does_not_start_where_it_would_contradict_what_it_published() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path(), CryptoProfile::International);
    append_events(&log, 1..11).await;
    let early = crash_image(folder.path());
    append_events(&log, 11..21).await;
    log.shutdown().await.unwrap();

    let refused = |image: &tempfile::TempDir| {
        Log::open(image.path(), ORIGIN, CryptoProfile::International).map(|_| ()).unwrap_err()
    };
    // The write-ahead log of an older backup.
    let image = crash_image(folder.path());
    fs::remove_dir_all(image.path().join("wal")).unwrap();
    copy(&early.path().join("wal"), &image.path().join("wal"));
    assert!(matches!(refused(&image), LedgerError::LogDamaged { .. }));
    // The write-ahead log of another history.
    let forked = open(early.path(), CryptoProfile::International);
    append_events(&forked, 31..51).await;
    forked.shutdown().await.unwrap();
    fs::remove_dir_all(image.path().join("wal")).unwrap();
    copy(&early.path().join("wal"), &image.path().join("wal"));
    assert!(matches!(refused(&image), LedgerError::LogDamaged { .. }));
    // A new key would be a new log under the old name.
    let image = crash_image(folder.path());
    fs::remove_file(image.path().join("keys/log.key")).unwrap();
    assert!(matches!(refused(&image), LedgerError::Key { .. }));
    // Other algorithms would be another log.
    let image = crash_image(folder.path());
    assert!(Log::open(image.path(), ORIGIN, CryptoProfile::Guomi).is_err());
    assert!(Log::open(image.path(), "elsewhere.example", CryptoProfile::International).is_err());
    // A checkpoint that was tampered with.
    let path = image.path().join("log/checkpoint");
    fs::write(&path, fs::read_to_string(&path).unwrap().replacen("20", "10", 1)).unwrap();
    assert!(matches!(refused(&image), LedgerError::Unsigned { .. }));
}

#[tokio::test]
async fn refuses_after_the_end_and_what_is_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path(), CryptoProfile::International);
    assert!(matches!(log.append(vec![0; 65_536]).await, Err(LedgerError::EventTooLarge { .. })));
    assert_eq!(log.append(vec![b'x'; 65_535]).await.unwrap(), 0);
    log.shutdown().await.unwrap();
    log.shutdown().await.unwrap();
    assert!(matches!(log.append(vec![1]).await, Err(LedgerError::LogClosed { .. })));
    assert!(matches!(log.publish().await, Err(LedgerError::LogClosed { .. })));
    assert_eq!(log.entries(0, 9).await.unwrap(), [vec![b'x'; 65_535]]);
}

#[tokio::test]
async fn keeps_no_partial_tile_that_a_full_one_replaces() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path(), CryptoProfile::International);
    append_events(&log, 1..101).await;
    log.publish().await.unwrap();
    assert!(folder.path().join("log/tile/0/000.p/100").exists());
    append_events(&log, 101..301).await;
    log.publish().await.unwrap();
    assert!(!folder.path().join("log/tile/0/000.p").exists());
    assert!(!folder.path().join("log/tile/entries/000.p").exists());
    verify_dir(&folder.path().join("log"), None).unwrap();
}

#[tokio::test]
async fn goes_on_taking_and_giving_while_it_cannot_publish() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path(), CryptoProfile::International);
    append_events(&log, 1..11).await;
    log.publish().await.unwrap();
    let staging = folder.path().join("log").join(STAGING);
    fs::remove_dir_all(&staging).unwrap();
    fs::write(&staging, "no folder").unwrap();

    append_events(&log, 11..601).await;
    assert!(matches!(log.publish().await, Err(LedgerError::File { .. })));
    assert_eq!((log.checkpoint().size, log.size()), (10, 600));
    assert_eq!(all_entries(&log).await, events(600));

    fs::remove_file(&staging).unwrap();
    assert_eq!(log.publish().await.unwrap().size, 600);
    verify_dir(&folder.path().join("log"), None).unwrap();
}
