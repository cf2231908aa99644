//! A witness over honest, forked, shortened and unreachable logs.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::log::Log;
use crate::log::tests::{append_events, copy, crash_image, open};

const NOW: Time = Time(1_780_300_800_000_000);

struct Scene {
    data: tempfile::TempDir,
    state: tempfile::TempDir,
    log: Log,
}

impl Scene {
    fn new(profile: CryptoProfile) -> Self {
        let (data, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let log = open(data.path(), profile);
        Self { data, state, log }
    }

    /// Lets the log grow and publishes it.
    async fn grow(&self, seqs: std::ops::Range<u64>) {
        append_events(&self.log, seqs).await;
        self.log.publish().await.unwrap();
    }

    fn witness(&self) -> Witness {
        let source = LogSource::Folder(self.data.path().join("log"));
        Witness::open(self.state.path(), "witness.example/w1", self.log.verifier().clone(), source).unwrap()
    }
}

/// The witness remembers `seen`; then the log offers what is in `offered`.
async fn refused(scene: &Scene, witness: &mut Witness, offered: &Path) -> WitnessError {
    let before = fs::read(scene.state.path().join(CHECKPOINT_FILE)).unwrap();
    witness.source = LogSource::Folder(offered.join("log"));
    let error = witness.run_once(NOW).await.unwrap_err();
    assert_eq!(fs::read(scene.state.path().join(CHECKPOINT_FILE)).unwrap(), before, "nothing was cosigned");
    error
}

#[tokio::test]
async fn cosigns_a_log_that_only_grows() {
    for profile in CryptoProfile::ALL {
        let scene = Scene::new(profile);
        let mut witness = scene.witness();
        let mut seq = 1;
        for count in [0, 1, 1, 254, 300, 0, 5] {
            scene.grow(seq..seq + count).await;
            seq += count;
            let witnessed = witness.run_once(NOW).await.unwrap();
            assert_eq!((witnessed.checkpoint.size, witnessed.grown_by), (seq - 1, count));
            let written = fs::read_to_string(scene.state.path().join(CHECKPOINT_FILE)).unwrap();
            assert_eq!(written, witnessed.note);
            let note = Note::parse_unverified(&written).unwrap();
            note.verify(scene.log.verifier()).unwrap();
            assert_eq!(note.verify_cosignature(witness.verifier()).unwrap(), 1_780_300_800);
        }
    }
}

#[tokio::test]
async fn remembers_over_a_restart() {
    let scene = Scene::new(CryptoProfile::International);
    scene.grow(1..11).await;
    let early = crash_image(scene.data.path());
    scene.grow(11..301).await;
    let key = {
        let mut witness = scene.witness();
        witness.run_once(NOW).await.unwrap();
        witness.verifier().clone()
    };
    let mut witness = scene.witness();
    assert_eq!((witness.verifier(), witness.seen().unwrap().size), (&key, 300));
    assert!(matches!(refused(&scene, &mut witness, early.path()).await, WitnessError::Shrunk { .. }));
}

#[tokio::test]
async fn refuses_a_log_that_shrank_and_keeps_both_statements() {
    let scene = Scene::new(CryptoProfile::Guomi);
    scene.grow(1..11).await;
    let early = crash_image(scene.data.path());
    scene.grow(11..301).await;
    let mut witness = scene.witness();
    witness.run_once(NOW).await.unwrap();
    let error = refused(&scene, &mut witness, early.path()).await;
    assert!(error.is_proof());
    let WitnessError::Shrunk { seen: 300, offered: 10, evidence } = error else { panic!("{error}") };
    for (name, size) in [("seen", 300), ("offered", 10)] {
        let note = fs::read_to_string(evidence.join(name)).unwrap();
        assert_eq!(Checkpoint::verify(&note, scene.log.verifier()).unwrap().size, size);
    }
}

#[tokio::test]
async fn refuses_a_log_that_was_rewritten() {
    for profile in CryptoProfile::ALL {
        let scene = Scene::new(profile);
        scene.grow(1..101).await;
        let other = crash_image(scene.data.path());
        scene.grow(101..301).await;
        let mut witness = scene.witness();
        witness.run_once(NOW).await.unwrap();
        // The same key signs another history: 300 entries, then more.
        let fork = open(other.path(), profile);
        for (seqs, size) in [(1001..1201, 300), (1201..1601, 700)] {
            append_events(&fork, seqs).await;
            fork.publish().await.unwrap();
            let error = refused(&scene, &mut witness, other.path()).await;
            assert!(matches!(error, WitnessError::Forked { seen: 300, offered, .. } if offered == size), "{error}");
        }
        // The honest log is still cosigned.
        witness.source = LogSource::Folder(scene.data.path().join("log"));
        scene.grow(301..303).await;
        assert_eq!(witness.run_once(NOW).await.unwrap().grown_by, 2);
    }
}

#[tokio::test]
async fn accuses_nobody_when_a_copy_is_bad() {
    let scene = Scene::new(CryptoProfile::International);
    scene.grow(1..301).await;
    let mut witness = scene.witness();
    witness.run_once(NOW).await.unwrap();
    scene.grow(301..311).await;
    let bad = crash_image(scene.data.path());
    let tile = bad.path().join("log/tile/0/001.p/54");
    let mut bytes = fs::read(&tile).unwrap();
    bytes[5] ^= 1;
    fs::write(&tile, &bytes).unwrap();
    assert!(matches!(refused(&scene, &mut witness, bad.path()).await, WitnessError::Tiles { size: 310 }));
    fs::remove_file(&tile).unwrap();
    assert!(matches!(refused(&scene, &mut witness, bad.path()).await, WitnessError::Fetch { .. }));
    fs::remove_file(bad.path().join("log/checkpoint")).unwrap();
    assert!(matches!(refused(&scene, &mut witness, bad.path()).await, WitnessError::Fetch { .. }));
    assert!(!scene.state.path().join("evidence").exists());
}

#[tokio::test]
async fn refuses_a_checkpoint_that_the_log_did_not_sign() {
    let (scene, other) = (Scene::new(CryptoProfile::International), Scene::new(CryptoProfile::International));
    scene.grow(1..3).await;
    other.grow(1..5).await;
    let mut witness = scene.witness();
    witness.run_once(NOW).await.unwrap();
    let error = refused(&scene, &mut witness, other.data.path()).await;
    assert!(matches!(error, WitnessError::Ledger(LedgerError::Unsigned { .. })));
}

#[tokio::test]
async fn two_witnesses_do_not_share_a_memory() {
    let scene = Scene::new(CryptoProfile::International);
    let _first = scene.witness();
    let source = LogSource::Folder(scene.data.path().join("log"));
    let second = Witness::open(scene.state.path(), "witness.example/w1", scene.log.verifier().clone(), source);
    assert!(matches!(second, Err(WitnessError::InUse { .. })));
}

#[tokio::test]
async fn a_partial_tile_may_have_given_way_to_the_full_one() {
    let scene = Scene::new(CryptoProfile::International);
    scene.grow(1..201).await;
    let early = crash_image(scene.data.path());
    scene.grow(201..301).await;
    // The checkpoint of 200 entries over the files of 300.
    let late = crash_image(scene.data.path());
    fs::copy(early.path().join("log/checkpoint"), late.path().join("log/checkpoint")).unwrap();
    let mut witness = scene.witness();
    witness.source = LogSource::Folder(late.path().join("log"));
    assert_eq!(witness.run_once(NOW).await.unwrap().checkpoint.size, 200);
}

/// Serves the files below a folder, as any static file server would.
async fn serve_files(folder: PathBuf) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            let request = String::from_utf8(request).unwrap();
            let path = request.split(' ').nth(1).unwrap().trim_start_matches("/log/");
            let (status, body) = match fs::read(folder.join(path)) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", Vec::new()),
            };
            let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), &body].concat()).await.unwrap();
        }
    });
    format!("http://{address}/log/")
}

#[tokio::test]
async fn looks_over_http_until_told_to_stop_or_the_log_is_caught() {
    let scene = Scene::new(CryptoProfile::International);
    scene.grow(1..301).await;
    let served = tempfile::tempdir().unwrap();
    copy(&scene.data.path().join("log"), served.path());
    let source = LogSource::web(&serve_files(served.path().to_path_buf()).await).unwrap();
    let log_key = scene.log.verifier().clone();
    let mut witness = Witness::open(scene.state.path(), "witness.example/w1", log_key, source).unwrap();
    assert_eq!(witness.run_once(NOW).await.unwrap().checkpoint.size, 300);

    witness.serve(Duration::from_millis(1), || NOW, async {}).await.unwrap();
    let other = Scene::new(CryptoProfile::International);
    copy(&scene.data.path().join("keys"), &other.data.path().join("fork/keys"));
    let fork = open(&other.data.path().join("fork"), CryptoProfile::International);
    append_events(&fork, 1..401).await;
    append_events(&fork, 1..2).await;
    fork.shutdown().await.unwrap();
    // Entries 1 to 300 are the same: this is growth. What follows 401 is not.
    copy(&other.data.path().join("fork/log"), served.path());
    assert_eq!(witness.run_once(NOW).await.unwrap().grown_by, 101);
    scene.grow(301..501).await;
    copy(&scene.data.path().join("log"), served.path());
    let caught = witness.serve(Duration::from_millis(1), || NOW, std::future::pending()).await.unwrap_err();
    assert!(matches!(caught, WitnessError::Forked { seen: 401, offered: 500, .. }), "{caught}");
}
