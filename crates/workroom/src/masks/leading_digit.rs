//! A number keeps its sign, its length and its first digit: 4,521 becomes 4,000.
//!
//! Reveals: those three. Buckets numbers in the draft plane whose column has no
//! bucket of its own, at whatever scale they are.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array};

pub(super) fn integers(values: &Int64Array) -> ArrayRef {
    Arc::new(values.iter().map(|n| n.map(coarse)).collect::<Int64Array>())
}

/// Below one there is no leading digit left of the point: zero. Beyond 2^53 a
/// float is no whole number any more: null.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    reason = "the column holds floats; only whole numbers below 2^53 are converted"
)]
pub(super) fn floats(values: &Float64Array) -> ArrayRef {
    const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
    Arc::new(
        values
            .iter()
            .map(|x| x.filter(|x| x.abs() < WHOLE_MAX).map(|x| coarse(x.trunc() as i64) as f64 + 0.0))
            .collect::<Float64Array>(),
    )
}

fn coarse(n: i64) -> i64 {
    let mut unit = 1_i64;
    while n / unit > 9 || n / unit < -9 {
        unit = unit.saturating_mul(10);
    }
    n / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_first_digit_at_any_scale() {
        for (given, expected) in [
            (0, 0),
            (7, 7),
            (10, 10),
            (4_521, 4_000),
            (-37, -30),
            (i64::MAX, 9_000_000_000_000_000_000),
            (i64::MIN, -9_000_000_000_000_000_000),
        ] {
            assert_eq!(coarse(given), expected, "{given}");
        }
    }
}
