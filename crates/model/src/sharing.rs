//! An amount split into shares, exactly.
//!
//! INVARIANT (to the fen): the shares of an amount sum to the amount, no share is
//! negative, and none is a whole fen or more away from its exact part.
//! INVARIANT (no favour): what rounding leaves goes to the largest remainders; of
//! equal ones the earlier, so that everybody splits to the same result.
//!
//! Not here: who has a share, and who agreed to it (`settlement`).

use std::collections::BTreeSet;

use crate::money::{Money, MoneyOverflow};

/// The most shares of one amount.
pub const SHARES_MAX: usize = 50;

/// Why an amount cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// There is nobody to give it to, or too many, or nobody has a part.
    #[error("an amount is split among 1 to 50 shares of which one is more than 0")]
    Shares,
    /// Debts are not shared out.
    #[error("an amount below 0 is not split")]
    Negative,
    /// The sum cannot be written down.
    #[error(transparent)]
    Overflow(#[from] MoneyOverflow),
}

/// Splits an amount by parts of their sum; see both invariants.
pub fn split(amount: Money, parts: &[u32]) -> Result<Vec<Money>, SplitError> {
    if parts.len() > SHARES_MAX {
        return Err(SplitError::Shares);
    }
    by_weights(amount, &parts.iter().map(|part| i128::from(*part)).collect::<Vec<_>>())
}

/// Splits an amount as these amounts stand to each other; one below 0 counts as 0.
pub fn split_like(amount: Money, amounts: &[Money]) -> Result<Vec<Money>, SplitError> {
    by_weights(amount, &amounts.iter().map(|like| i128::from(like.fen.max(0))).collect::<Vec<_>>())
}

fn by_weights(amount: Money, weights: &[i128]) -> Result<Vec<Money>, SplitError> {
    let whole: i128 = weights.iter().sum();
    if whole == 0 {
        return Err(SplitError::Shares);
    }
    if amount < Money::ZERO {
        return Err(SplitError::Negative);
    }
    // Two amounts of 63 bits each: their product has room.
    let exact = |weight: &i128| i128::from(amount.fen).saturating_mul(*weight);
    let floors: Vec<i128> = weights.iter().map(|weight| exact(weight).div_euclid(whole)).collect();
    let left = i128::from(amount.fen) - floors.iter().sum::<i128>();
    let mut by_remainder: Vec<(i128, usize)> =
        weights.iter().enumerate().map(|(index, weight)| (-exact(weight).rem_euclid(whole), index)).collect();
    by_remainder.sort_unstable();
    let gets_one_more: BTreeSet<usize> =
        by_remainder.iter().take(usize::try_from(left).map_err(|_| MoneyOverflow)?).map(|(_, index)| *index).collect();
    let share = |(index, floor): (usize, i128)| {
        let fen = floor + i128::from(gets_one_more.contains(&index));
        i64::try_from(fen).map(Money::fen).map_err(|_| SplitError::from(MoneyOverflow))
    };
    floors.into_iter().enumerate().map(share).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(fen: i64, parts: &[u32], expected: &[i64]) {
        let found: Vec<i64> = split(Money::fen(fen), parts).unwrap().iter().map(|share| share.fen).collect();
        assert_eq!(found, expected, "{fen} by {parts:?}");
    }

    #[test]
    fn what_rounding_leaves_goes_to_the_largest_remainders() {
        check(100, &[1, 1, 1], &[34, 33, 33]);
        check(200, &[1, 1, 1], &[67, 67, 66]);
        check(101, &[60, 25, 15], &[61, 25, 15]);
        check(1, &[15, 25, 60], &[0, 0, 1]);
        check(7, &[0, 1], &[0, 7]);
        check(0, &[3, 4], &[0, 0]);
        check(i64::MAX, &[u32::MAX, u32::MAX], &[i64::MAX / 2 + 1, i64::MAX / 2]);
    }

    #[test]
    fn an_amount_is_split_as_others_stand_to_each_other_and_a_loss_gets_nothing() {
        for (fen, like, expected) in [
            (100, vec![300, 100, -50], vec![75, 25, 0]),
            (10, vec![i64::MAX, i64::MAX], vec![5, 5]),
            (i64::MAX, vec![i64::MAX, 0], vec![i64::MAX, 0]),
        ] {
            let like: Vec<Money> = like.into_iter().map(Money::fen).collect();
            let found: Vec<i64> = split_like(Money::fen(fen), &like).unwrap().iter().map(|part| part.fen).collect();
            assert_eq!(found, expected);
        }
        assert_eq!(split_like(Money::fen(1), &[Money::fen(-1)]), Err(SplitError::Shares), "nothing to stand to");
    }

    #[test]
    fn refuses_debts_and_shares_of_nobody() {
        for (fen, parts, expected) in [
            (-1, vec![1], SplitError::Negative),
            (1, vec![], SplitError::Shares),
            (1, vec![0, 0], SplitError::Shares),
            (1, vec![1; SHARES_MAX + 1], SplitError::Shares),
        ] {
            assert_eq!(split(Money::fen(fen), &parts), Err(expected), "{fen} by {parts:?}");
        }
    }

    proptest! {
        #[test]
        fn shares_sum_to_the_amount_and_nobody_is_a_fen_away_from_an_exact_part(
            fen in 0_i64..=i64::MAX,
            parts in prop::collection::vec(0_u32..=1_000_000, 1..SHARES_MAX).prop_filter("a part", |p| p.iter().any(|p| *p > 0)),
        ) {
            let shares = split(Money::fen(fen), &parts).unwrap();
            let whole: i128 = parts.iter().map(|part| i128::from(*part)).sum();
            prop_assert_eq!(shares.iter().map(|share| i128::from(share.fen)).sum::<i128>(), i128::from(fen));
            for (share, part) in shares.iter().zip(&parts) {
                prop_assert!(share.fen >= 0);
                let away = i128::from(share.fen) * whole - i128::from(fen) * i128::from(*part);
                prop_assert!(away.abs() < whole, "{share:?} of {part}");
            }
        }
    }
}
