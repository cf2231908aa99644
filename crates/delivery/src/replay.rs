//! Which signed calls were seen already.
//!
//! INVARIANT (once): a nonce passes once while its signature could pass for
//! fresh. When there is no room to remember another one, it does not pass.
//!
//! What is kept falls into buckets of a minute by the time until which it must
//! be kept; a bucket goes as a whole. After a restart the calls that were
//! answered are known again from the log, by the digest of the request.

use std::collections::{BTreeMap, HashSet};

use shuyu_model::Time;

/// The most nonces that are kept, some 150 MB of them. A nonce is kept for five
/// to ten minutes, so that 6,000 calls a second always pass.
pub const NONCES_MAX: usize = 4_000_000;

const BUCKET_MICROS: i64 = 60 * 1_000_000;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Not seen before; it is remembered now.
    Fresh,
    /// Seen before.
    Seen,
    /// Nobody can say: there is no room.
    Full,
}

pub(crate) struct Replay {
    buckets: BTreeMap<i64, HashSet<[u8; 16]>>,
    count: usize,
    count_max: usize,
}

impl Replay {
    pub(crate) fn new(count_max: usize) -> Self {
        Self { buckets: BTreeMap::new(), count: 0, count_max }
    }

    /// Admits what was not seen before and remembers it until `until`.
    pub(crate) fn admit(&mut self, once: [u8; 16], request: [u8; 16], until: Time, now: Time) -> Admission {
        self.forget_before(now);
        if self.buckets.values().any(|bucket| bucket.contains(&once) || bucket.contains(&request)) {
            return Admission::Seen;
        }
        if self.count >= self.count_max {
            return Admission::Full;
        }
        self.remember(once, until);
        Admission::Fresh
    }

    /// Remembers what a run before this one answered.
    pub(crate) fn remember(&mut self, what: [u8; 16], until: Time) {
        let bucket = until.0.div_euclid(BUCKET_MICROS);
        if self.buckets.entry(bucket).or_default().insert(what) {
            self.count += 1;
        }
    }

    fn forget_before(&mut self, now: Time) {
        let current = now.0.div_euclid(BUCKET_MICROS);
        while let Some(bucket) = self.buckets.first_entry() {
            if *bucket.key() >= current {
                break;
            }
            self.count -= bucket.remove().len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [u8; 16] = [0; 16];

    #[test]
    fn a_nonce_passes_once_while_it_is_fresh() {
        let mut replay = Replay::new(10);
        let until = Time(300_000_000);
        assert_eq!(replay.admit([1; 16], NONE, until, Time(0)), Admission::Fresh);
        assert_eq!(replay.admit([1; 16], NONE, until, Time(299_000_000)), Admission::Seen);
        assert_eq!(replay.admit([1; 16], NONE, until.plus_micros(120_000_000), Time(1)), Admission::Seen);
        assert_eq!(replay.admit([2; 16], NONE, until, Time(0)), Admission::Fresh);
    }

    #[test]
    fn closes_when_there_is_no_room_and_opens_when_there_is() {
        let mut replay = Replay::new(2);
        let until = Time(300_000_000);
        for n in 1..=2 {
            assert_eq!(replay.admit([n; 16], NONE, until, Time(0)), Admission::Fresh);
        }
        assert_eq!(replay.admit([3; 16], NONE, until, Time(0)), Admission::Full);
        assert_eq!(replay.admit([3; 16], NONE, Time(999_000_000), Time(400_000_000)), Admission::Fresh);
    }

    #[test]
    fn knows_an_answered_request_again_after_a_restart() {
        let mut replay = Replay::new(2);
        replay.remember([9; 16], Time(300_000_000));
        assert_eq!(replay.admit([1; 16], [9; 16], Time(300_000_000), Time(0)), Admission::Seen);
    }
}
