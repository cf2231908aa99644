//! Chance that repeats: the same seed and name give the same throws for ever.
//!
//! Reductions to a range are our own few lines, because a random-number
//! library may change its own between versions and the city must not change.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A stream of throws.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream called `name` under `seed`. Streams do not touch each other:
    /// one more throw for residents leaves the employers as they were.
    pub(crate) fn new(seed: u64, name: &str) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // FNV-1a: any fixed function from names to streams will do.
        let stream = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        rng.set_stream(stream);
        Self(rng)
    }

    /// 0 up to, not including, `bound`; 0 when there is nothing to choose from.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(bound);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// An index into something of this length.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        let bound = u32::try_from(len).unwrap_or(u32::MAX);
        usize::try_from(self.below(bound)).unwrap_or(0)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low.saturating_add(self.below(high.saturating_sub(low).saturating_add(1)))
    }

    /// True in `percent` of a hundred throws.
    pub(crate) fn percent(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of these words; nothing when there is none.
    pub(crate) fn word<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let index = self.index(words.len());
        words.get(index).copied().unwrap_or_default()
    }

    /// An index, heavier weights more often.
    pub(crate) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return index,
            }
        }
        0
    }

    /// An index into running totals of weights, for long lists.
    pub(crate) fn by_running_total(&mut self, totals: &[u32]) -> usize {
        let throw = self.below(totals.last().copied().unwrap_or(0));
        totals.partition_point(|total| *total <= throw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_stay_in_their_range_and_reach_its_ends() {
        let mut dice = Dice::new(1, "test");
        let throws: Vec<u32> = (0..1000).map(|_| dice.between(3, 6)).collect();
        assert_eq!((throws.iter().min(), throws.iter().max()), (Some(&3), Some(&6)));
        assert_eq!(dice.below(0), 0);
        assert!((0..1000).all(|_| dice.weighted(&[0, 1, 0]) == 1));
        assert!((0..1000).all(|_| dice.by_running_total(&[0, 5, 5]) == 1));
    }

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        let throws = |name| {
            let mut dice = Dice::new(7, name);
            (0..9).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(throws("a"), throws("a"));
        assert_ne!(throws("a"), throws("b"));
    }
}
