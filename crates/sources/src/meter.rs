//! The tap that all input runs through: counted, hashed, limited, stoppable.

use std::io::{ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use shuyu_model::{Digest, Hasher};

use crate::error::SourceError;
use crate::intake::Intake;

/// Pieces of input that may wait for the hasher.
const QUEUE_PIECES_MAX: usize = 8;

/// A reader that hashes what it reads on another thread.
pub(crate) struct Meter<'a, R> {
    input: R,
    cancel: &'a AtomicBool,
    bytes: u64,
    bytes_max: u64,
    hashing: SyncSender<Vec<u8>>,
    spare: Receiver<Vec<u8>>,
}

impl<'a, R: Read> Meter<'a, R> {
    /// Starts the hasher's thread. It ends when the meter is dropped.
    pub(crate) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        intake: &'a Intake,
        input: R,
    ) -> (Self, ScopedJoinHandle<'scope, Digest>) {
        let (hashing, pieces) = sync_channel::<Vec<u8>>(QUEUE_PIECES_MAX);
        let (used, spare) = channel();
        let mut hasher = Hasher::new(intake.profile);
        let thread = scope.spawn(move || {
            for piece in pieces {
                hasher.update(&piece);
                // A meter that is gone needs no buffers back.
                used.send(piece).ok();
            }
            hasher.finish()
        });
        let meter =
            Self { input, cancel: &intake.cancel, bytes: 0, bytes_max: intake.limits.bytes_max, hashing, spare };
        (meter, thread)
    }

    /// How many bytes were read.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Ends the intake where somebody asked for that.
    pub(crate) fn check_cancel(&self) -> Result<(), SourceError> {
        if self.cancel.load(Ordering::Relaxed) { Err(SourceError::Cancelled) } else { Ok(()) }
    }

    /// Reads some bytes; 0 at the end of the input.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> Result<usize, SourceError> {
        self.check_cancel()?;
        let count = loop {
            match self.input.read(into) {
                Ok(count) => break count,
                Err(error) if error.kind() == ErrorKind::Interrupted => self.check_cancel()?,
                Err(source) => return Err(SourceError::Read { source }),
            }
        };
        let piece = into.get(..count).ok_or(SourceError::Worker("input"))?;
        self.bytes = self.bytes.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        if self.bytes > self.bytes_max {
            return Err(SourceError::TooMuch { what: "bytes", max: self.bytes_max });
        }
        if count > 0 {
            // None is spare at the beginning, or the hasher has gone.
            let mut copy = self.spare.try_recv().unwrap_or_default();
            copy.clear();
            copy.extend_from_slice(piece);
            self.hashing.send(copy).map_err(|_| SourceError::Worker("hasher"))?;
        }
        Ok(count)
    }
}
