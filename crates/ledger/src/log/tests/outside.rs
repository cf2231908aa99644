//! Other people's implementations of tlog-tiles and signed notes read our files.

use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::{Error, Hash, Tile, TileHashReader, TileReader};

use super::*;

/// Reads our files for `tlog_tiles`, which puts the tile height in the path.
struct Published(std::path::PathBuf);

impl TileReader for Published {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let read = |tile: &Tile| fs::read(self.0.join(tile.path().replacen("tile/8/", "tile/", 1))).unwrap();
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// The checkpoint in the folder, verified by `signed_note` and read by `tlog_tiles`.
fn checkpoint(folder: &Path) -> tlog_tiles::Checkpoint {
    let key = fs::read_to_string(folder.join("verifier.key")).unwrap();
    let verifier = StandardVerifier::new(key.trim_end()).unwrap();
    let note = Note::from_bytes(&fs::read(folder.join("checkpoint")).unwrap()).unwrap();
    let (verified, unknown) = note.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
    assert_eq!((verified.len(), unknown.len()), (1, 0));
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!(checkpoint.origin(), ORIGIN);
    checkpoint
}

#[tokio::test]
async fn others_verify_our_checkpoints_entries_and_growth() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("log");
    let log = open(data.path(), CryptoProfile::International);
    let published = Published(folder.clone());
    let mut before: Option<(u64, Hash)> = None;
    let mut seq = 1;
    for count in [1, 4, 251, 1, 300, 255, 66_000] {
        append_events(&log, seq..seq + count).await;
        seq += count;
        log.publish().await.unwrap();

        let checkpoint = checkpoint(&folder);
        let (size, root) = (checkpoint.size(), *checkpoint.hash());
        assert_eq!(size, seq - 1);
        let hashes = TileHashReader::new(size, root, &published);
        for index in [0, size / 2, size - 1] {
            let leaf = tlog_tiles::record_hash(&event(index + 1));
            let theirs = tlog_tiles::prove_record(size, index, &hashes).unwrap();
            tlog_tiles::check_record(&theirs, size, root, index, leaf).unwrap();
            let ours: Vec<Hash> = log.inclusion(index, size).await.unwrap().into_iter().map(Hash).collect();
            assert_eq!(ours, theirs);
        }
        if let Some((old_size, old_root)) = before {
            let theirs = tlog_tiles::prove_tree(size, old_size, &hashes).unwrap();
            tlog_tiles::check_tree(&theirs, size, root, old_size, old_root).unwrap();
            let ours: Vec<Hash> = log.consistency(old_size, size).await.unwrap().into_iter().map(Hash).collect();
            assert_eq!(ours, theirs);
        }
        before = Some((size, root));
    }
}

#[tokio::test]
async fn others_read_the_checkpoint_of_an_empty_log() {
    let data = tempfile::tempdir().unwrap();
    open(data.path(), CryptoProfile::International).shutdown().await.unwrap();
    let checkpoint = checkpoint(&data.path().join("log"));
    assert_eq!((checkpoint.size(), *checkpoint.hash()), (0, tlog_tiles::EMPTY_HASH));
}

#[tokio::test]
async fn others_do_not_take_a_guomi_log_for_one_of_theirs() {
    let data = tempfile::tempdir().unwrap();
    let log = open(data.path(), CryptoProfile::Guomi);
    append_events(&log, 1..4).await;
    log.shutdown().await.unwrap();
    let key = fs::read_to_string(data.path().join("log/verifier.key")).unwrap();
    assert!(StandardVerifier::new(key.trim_end()).is_err());
    assert!(log.checkpoint().note.starts_with("jiangcheng.example/shuyu+sm3\n"));
}
