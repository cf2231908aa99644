//! Verification from files alone: whole logs pass, any flipped bit is found.

use super::*;
use crate::log::Log;
use crate::log::tests::{append_events, event, open};

/// A published log with partial tiles of several sizes and accesses among its events.
async fn published(folder: &Path, profile: CryptoProfile) -> Log {
    let log = open(folder, profile);
    let access = br#"{"kind":"access","access":{}}"#.to_vec();
    append_events(&log, 1..301).await;
    log.publish().await.unwrap();
    log.append(access.clone()).await.unwrap();
    append_events(&log, 301..310).await;
    log.publish().await.unwrap();
    log.append(access).await.unwrap();
    append_events(&log, 310..340).await;
    log.shutdown().await.unwrap();
    log
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() { files.extend(self::files(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

#[tokio::test]
async fn counts_what_it_proved() {
    for profile in CryptoProfile::ALL {
        let data = tempfile::tempdir().unwrap();
        let log = published(data.path(), profile).await;
        let folder = data.path().join("log");
        let report = verify_dir(&folder, Some(log.verifier())).unwrap();
        assert_eq!((report.size, report.events_count, report.accesses_count), (341, 339, 2));
        assert_eq!((report.unsigned_count, report.is_key_given), (0, true));
        assert_eq!(report.files_count, files(&folder).len() as u64);
        assert_eq!(report.root, hex::encode(log.checkpoint().root));
    }
}

#[tokio::test]
async fn finds_a_flipped_bit_anywhere() {
    for profile in CryptoProfile::ALL {
        let data = tempfile::tempdir().unwrap();
        published(data.path(), profile).await;
        let folder = data.path().join("log");
        for path in files(&folder) {
            let bytes = fs::read(&path).unwrap();
            let step = if bytes.len() > 1000 { 149 } else { 7 };
            for at in (0..bytes.len()).step_by(step).chain([bytes.len() - 1]) {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << (at % 8);
                fs::write(&path, &flipped).unwrap();
                assert!(verify_dir(&folder, None).is_err(), "{}, byte {at}", path.display());
            }
            fs::write(&path, &bytes).unwrap();
        }
        verify_dir(&folder, None).unwrap();
    }
}

#[tokio::test]
async fn finds_a_file_cut_short_lengthened_or_added() {
    let data = tempfile::tempdir().unwrap();
    published(data.path(), CryptoProfile::International).await;
    let folder = data.path().join("log");
    for path in files(&folder) {
        let bytes = fs::read(&path).unwrap();
        for changed in [&bytes[..bytes.len() - 1], &[], &[bytes.clone(), b"\n".to_vec()].concat()] {
            fs::write(&path, changed).unwrap();
            assert!(verify_dir(&folder, None).is_err(), "{}", path.display());
        }
        fs::write(&path, &bytes).unwrap();
    }
    for stray in [
        "readme.txt",
        "tile/9",
        "tile/0/003",
        "tile/0/001.p/250",
        "tile/entries/002",
        "tile/2/000.p/1",
        "tile/0/000.bak",
    ] {
        let path = folder.join(stray);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, [0; 32]).unwrap();
        assert!(verify_dir(&folder, None).is_err(), "{stray}");
        fs::remove_file(&path).unwrap();
    }
    verify_dir(&folder, None).unwrap();
}

#[tokio::test]
async fn finds_every_missing_file_that_the_checkpoint_speaks_for() {
    let data = tempfile::tempdir().unwrap();
    published(data.path(), CryptoProfile::International).await;
    let folder = data.path().join("log");
    // Partial tiles of earlier checkpoints may go; nobody is sent to them any more.
    let earlier = ["tile/0/001.p/44", "tile/0/001.p/54", "tile/entries/001.p/44", "tile/entries/001.p/54"];
    for path in files(&folder) {
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap();
        assert_eq!(verify_dir(&folder, None).is_ok(), earlier.contains(&name), "{name}");
        fs::write(&path, &bytes).unwrap();
    }
}

#[tokio::test]
async fn takes_no_other_log_for_the_one_asked_for() {
    let (ours, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    published(ours.path(), CryptoProfile::International).await;
    let other = published(other.path(), CryptoProfile::International).await;
    let verified = verify_dir(&ours.path().join("log"), Some(other.verifier()));
    assert!(matches!(verified, Err(VerifyError::OtherKey { .. })));
}

#[tokio::test]
async fn finds_a_gap_a_repetition_and_what_is_no_entry() {
    let bad =
        [event(4), event(2), event(0), b"{}".to_vec(), b"\xff".to_vec(), br#"{"kind":"access","seq":3}"#.to_vec()];
    for (turn, entry) in bad.into_iter().enumerate() {
        let data = tempfile::tempdir().unwrap();
        let log = open(data.path(), CryptoProfile::Guomi);
        append_events(&log, 1..3).await;
        log.append(entry).await.unwrap();
        log.shutdown().await.unwrap();
        match verify_dir(&data.path().join("log"), None) {
            Err(VerifyError::Gap { index: 2, expected: 3, .. }) => assert!(turn < 3),
            Err(VerifyError::Entry { index: 2 }) => assert!(turn >= 3),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn says_that_a_folder_holds_no_log() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(verify_dir(folder.path(), None), Err(VerifyError::Ledger(LedgerError::File { .. }))));
}

#[tokio::test(flavor = "multi_thread")]
async fn verifies_a_log_while_it_is_written() {
    let data = tempfile::tempdir().unwrap();
    let log = open(data.path(), CryptoProfile::International);
    let folder = data.path().join("log");
    let verifying = tokio::task::spawn_blocking(move || {
        let mut size = 0;
        while size < 1500 {
            let report = verify_dir(&folder, None).unwrap();
            assert!(report.size >= size, "the log shrank");
            size = report.size;
        }
    });
    let mut seq = 1;
    while !verifying.is_finished() {
        append_events(&log, seq..seq + 37).await;
        seq += 37;
        log.publish().await.unwrap();
    }
    verifying.await.unwrap();
}
