//! Money is whole fen. It never is a float, and it never overflows in silence.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of yuan in fen (1/100). Negative is owed the other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money {
    /// The amount in fen.
    pub fen: i64,
}

/// A sum went beyond what 64 bits of fen can hold (92 quadrillion yuan).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount of money is beyond 9223372036854775807 fen")]
pub struct MoneyOverflow;

impl Money {
    /// Nothing owed.
    pub const ZERO: Money = Money { fen: 0 };

    /// So many fen.
    pub fn fen(fen: i64) -> Self {
        Self { fen }
    }

    /// This and that.
    pub fn plus(self, other: Money) -> Result<Self, MoneyOverflow> {
        self.fen.checked_add(other.fen).map(Self::fen).ok_or(MoneyOverflow)
    }

    /// This, `count` times.
    pub fn times(self, count: i64) -> Result<Self, MoneyOverflow> {
        self.fen.checked_mul(count).map(Self::fen).ok_or(MoneyOverflow)
    }
}

impl fmt::Display for Money {
    /// `-1234.05`: yuan with two decimals, no sign for the currency.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.fen < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.fen.unsigned_abs() / 100, self.fen.unsigned_abs() % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_yuan_with_two_decimals() {
        for (fen, text) in
            [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123_405, "1234.05"), (i64::MIN, "-92233720368547758.08")]
        {
            assert_eq!(Money::fen(fen).to_string(), text);
        }
    }

    #[test]
    fn refuses_a_sum_beyond_sixty_four_bits() {
        assert_eq!(Money::fen(i64::MAX).plus(Money::fen(1)), Err(MoneyOverflow));
        assert_eq!(Money::fen(i64::MAX).times(2), Err(MoneyOverflow));
        assert_eq!(Money::fen(2).times(-3), Ok(Money::fen(-6)));
    }
}
