//! Publishing: what is durable becomes tiles, bundles and a signed checkpoint.
//!
//! INVARIANT (word after deed): a checkpoint appears only when every tile and
//! bundle it speaks for is durable.

use std::fs;
use std::io::ErrorKind;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::checkpoint::Checkpoint;
use super::fault::at;
use super::tail::{Shared, Snapshot};
use super::tiles::{TILE_WIDTH, TileId, encode_bundle, write_files};
use super::tree::Hash;
use crate::LedgerError;

/// How long an entry waits for its checkpoint.
const PUBLISH_EVERY: Duration = Duration::from_secs(1);
/// The file that is read first.
pub(crate) const CHECKPOINT_FILE: &str = "checkpoint";

/// Asks for a checkpoint now.
pub(crate) type Request = oneshot::Sender<Result<Checkpoint, LedgerError>>;

/// Publishes every second, and when asked, until every sender is gone.
pub(crate) fn run(requests: &Receiver<Request>, shared: &Shared) {
    loop {
        match requests.recv_timeout(PUBLISH_EVERY) {
            Ok(reply) => drop(reply.send(publish(shared))),
            Err(RecvTimeoutError::Timeout) => {
                if let Err(error) = publish(shared) {
                    tracing::error!(%error, "the log was not published; it is tried again");
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// Publishes all that is durable. Where nothing is new, the last checkpoint holds.
pub(crate) fn publish(shared: &Shared) -> Result<Checkpoint, LedgerError> {
    let _one_at_a_time = shared.publishing.lock();
    let last = shared.published.lock().clone();
    let is_first = last.note.is_empty();
    if shared.size() == last.size && !is_first {
        return Ok(last);
    }
    let snapshot = shared.snapshot();
    write_files(&shared.folder, &files(&snapshot)?)?;
    let checkpoint = Checkpoint::sign(&shared.key, snapshot.edge.size(), snapshot.edge.root())?;
    // INVARIANT (word after deed).
    write_files(&shared.folder, &[(CHECKPOINT_FILE.to_owned(), checkpoint.note.clone().into_bytes())])?;
    shared.forget(&snapshot, checkpoint.clone());
    // Those that stay do no harm: `verify` compares them like all others.
    if let Err(error) = remove_partial(shared, &snapshot) {
        tracing::warn!(%error, "a partial tile stays beside the full one");
    }
    Ok(checkpoint)
}

/// Bundles first: whoever finds a tile finds the entries under it.
fn files(snapshot: &Snapshot) -> Result<Vec<(String, Vec<u8>)>, LedgerError> {
    let mut files = Vec::new();
    for (bundle, entries) in bundles(snapshot) {
        files.push((bundle.path(), encode_bundle(entries.iter())?));
    }
    let tile_bytes = |row: &[Hash]| row.as_flattened().to_vec();
    files.extend(snapshot.full.iter().map(|(tile, row)| (tile.path(), tile_bytes(row))));
    files.extend(snapshot.edge.partial_tiles().map(|(tile, row)| (tile.path(), tile_bytes(row))));
    Ok(files)
}

fn bundles(snapshot: &Snapshot) -> impl Iterator<Item = (TileId, &[std::sync::Arc<[u8]>])> {
    let first = snapshot.first / u64::from(TILE_WIDTH);
    (first..).zip(snapshot.entries.chunks(usize::from(TILE_WIDTH))).map(|(index, entries)| {
        let width = u16::try_from(entries.len()).unwrap_or(TILE_WIDTH);
        (TileId::entries(index, width), entries)
    })
}

/// Full tiles replace the partial ones before them (tlog-tiles, "Partial tiles").
fn remove_partial(shared: &Shared, snapshot: &Snapshot) -> Result<(), LedgerError> {
    let bundles = bundles(snapshot).map(|(bundle, _)| bundle).filter(|bundle| bundle.is_full());
    for tile in bundles.chain(snapshot.full.keys().copied()) {
        let folder = shared.folder.join(format!("{}.p", tile.path()));
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(at("remove", &folder)(error)),
            _ => {}
        }
    }
    Ok(())
}
