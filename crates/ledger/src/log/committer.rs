//! Group commit: many writers, one thread, one sync for all that wait.
//!
//! INVARIANT (durable before answer): a writer hears its index only after the
//! sync of its batch returned.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use super::publisher::publish;
use super::tail::Shared;
use super::wal::{Leaf, Wal};
use crate::LedgerError;

/// Requests that one sync serves at most.
const REQUESTS_PER_BATCH_MAX: usize = 4096;
/// Bytes that one batch has at most, but for one request larger than this.
const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Unpublished bytes beyond which committing waits for publishing, so that the
/// memory stays bounded and nobody is refused while the disk keeps up at all.
const UNPUBLISHED_BYTES_CALM: u64 = 64 * 1024 * 1024;

/// How long a batch waits for company at most.
const PAUSE_MAX: Duration = Duration::from_millis(1);

/// Entries that become durable together, and who waits for them.
pub(crate) struct Request {
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) reply: oneshot::Sender<Result<Range<u64>, LedgerError>>,
}

/// Commits until every sender is gone.
pub(crate) fn run(mut requests: UnboundedReceiver<Request>, mut wal: Wal, shared: &Arc<Shared>) {
    let mut waiting = Vec::new();
    let mut pace = Pace::default();
    while requests.blocking_recv_many(&mut waiting, REQUESTS_PER_BATCH_MAX) > 0 {
        if let Some(pause) = pace.pause_before(waiting.len()) {
            // Nobody calls it back early; those who come meanwhile find it at the queue.
            std::thread::park_timeout(pause);
            while waiting.len() < REQUESTS_PER_BATCH_MAX
                && let Ok(request) = requests.try_recv()
            {
                waiting.push(request);
            }
        }
        let (company, begun) = (waiting.len(), Instant::now());
        let mut batch = Vec::new();
        let mut batch_bytes = 0;
        for request in waiting.drain(..) {
            let request_bytes: usize = request.leaves.iter().map(|leaf| leaf.entry.len()).sum();
            if batch_bytes + request_bytes > BATCH_BYTES_MAX && !batch.is_empty() {
                commit(std::mem::take(&mut batch), &mut wal, shared);
                batch_bytes = 0;
            }
            batch_bytes += request_bytes;
            batch.push(request);
        }
        commit(batch, &mut wal, shared);
        pace = Pace { company, took: begun.elapsed() };
        if shared.unpublished_bytes() > UNPUBLISHED_BYTES_CALM
            && let Err(error) = publish(shared)
        {
            tracing::error!(%error, "the log was not published; it is tried again");
        }
        // A segment that cannot be removed now is tried again next time.
        if let Err(error) = wal.forget_before(shared.bundled()) {
            tracing::warn!(%error, "a published segment stays behind");
        }
    }
}

/// How the batch before went. Where writers came in company, they will again: a
/// batch then waits for them, no longer than the sync that this saves took, so
/// that nobody waits more than twice as long and each sync serves many. Who
/// writes alone never waits.
#[derive(Default)]
struct Pace {
    company: usize,
    took: Duration,
}

impl Pace {
    fn pause_before(&self, waiting: usize) -> Option<Duration> {
        (waiting < self.company).then(|| self.took.min(PAUSE_MAX))
    }
}

fn commit(batch: Vec<Request>, wal: &mut Wal, shared: &Shared) {
    let mut leaves = Vec::new();
    let mut waiting = Vec::with_capacity(batch.len());
    for request in batch {
        waiting.push((request.leaves.len() as u64, request.reply));
        leaves.extend(request.leaves);
    }
    match wal.append(&leaves) {
        Ok(()) => {
            let mut next = shared.take_in(leaves);
            for (count, reply) in waiting {
                // Whoever stopped waiting does not need to know; the entry stays.
                drop(reply.send(Ok(next..next + count)));
                next += count;
            }
        }
        Err(error) => {
            tracing::error!(%error, entries_count = leaves.len(), "entries were refused");
            for (_, reply) in waiting {
                drop(reply.send(Err(again(&error))));
            }
        }
    }
}

/// The same error for each who waits.
fn again(error: &LedgerError) -> LedgerError {
    match error {
        LedgerError::File { attempt, path, source } => {
            let code = source.raw_os_error();
            let same = || io::Error::new(source.kind(), source.to_string());
            let source = code.map_or_else(same, io::Error::from_raw_os_error);
            LedgerError::File { attempt, path: path.clone(), source }
        }
        other => LedgerError::LogClosed { why: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::super::checkpoint::Checkpoint;
    use super::super::note::{KeyUse, SignerKey};
    use super::super::tail::Tail;
    use super::super::tree::Edge;
    use super::*;
    use shuyu_model::CryptoProfile;

    #[test]
    fn who_writes_alone_never_waits_and_company_is_waited_for_as_long_as_a_sync_takes() {
        let micros = Duration::from_micros;
        let after = |company, took| Pace { company, took: micros(took) };
        assert_eq!(Pace::default().pause_before(1), None);
        assert_eq!(after(1, 300).pause_before(1), None);
        assert_eq!(after(8, 300).pause_before(2), Some(micros(300)));
        assert_eq!(after(8, 300).pause_before(8), None, "everybody is here");
        assert_eq!(after(8, 900_000).pause_before(1), Some(PAUSE_MAX), "a disk that hangs is not waited for");
    }

    #[test]
    fn a_full_disk_refuses_the_batch_and_loses_nothing() {
        let profile = CryptoProfile::International;
        let folder = tempfile::tempdir().unwrap();
        let key = SignerKey::generate("a.example", profile, KeyUse::Log).unwrap();
        let nothing = Checkpoint::sign(&key, 0, Edge::new(profile).root()).unwrap();
        let shared = Shared::new(folder.path().join("log"), profile, key, Tail::new(Edge::new(profile)), nothing);
        let mut wal = Wal::create(folder.path(), profile, 0).unwrap();
        let write = |wal: &mut Wal, entries: &[&str]| {
            let (reply, mut answer) = oneshot::channel();
            let leaves = entries.iter().map(|entry| Leaf::new(profile, entry.as_bytes())).collect();
            commit(vec![Request { leaves, reply }], wal, &shared);
            answer.try_recv().unwrap()
        };

        assert_eq!(write(&mut wal, &["a", "b"]).unwrap(), 0..2);
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let disk = wal.swap_file(full);
        assert!(write(&mut wal, &["refused"]).unwrap_err().is_disk_full());
        assert_eq!(shared.size(), 2);
        wal.swap_file(disk);
        assert_eq!(write(&mut wal, &["c"]).unwrap(), 2..3);

        let entries: Vec<_> = shared.tail.lock().leaves.iter().map(|leaf| leaf.entry.to_vec()).collect();
        assert_eq!(entries, [b"a", b"b", b"c"]);
    }
}
