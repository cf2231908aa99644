//! A number becomes the lower bound of its bucket. Reveals: which bucket of
//! `width` it lies in, counted from zero. What has no bucket becomes null.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array};

pub(super) fn integers(values: &Int64Array, width: u32) -> ArrayRef {
    let width = i64::from(width.max(1));
    Arc::new(values.iter().map(|n| n.and_then(|n| n.div_euclid(width).checked_mul(width))).collect::<Int64Array>())
}

#[expect(clippy::float_arithmetic, reason = "the column holds floats")]
pub(super) fn floats(values: &Float64Array, width: u32) -> ArrayRef {
    let width = f64::from(width.max(1));
    Arc::new(
        values
            .iter()
            .map(|x| x.map(|x| (x / width).floor() * width).filter(|x| x.is_finite()))
            .collect::<Float64Array>(),
    )
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::AsArray as _;
    use datafusion::arrow::datatypes::{Float64Type, Int64Type};

    use super::*;

    #[test]
    fn below_zero_buckets_go_down_too() {
        let masked = integers(&Int64Array::from(vec![Some(0), Some(19), Some(-1), None, Some(i64::MIN)]), 10);
        let masked: Vec<_> = masked.as_primitive::<Int64Type>().iter().collect();
        assert_eq!(masked, [Some(0), Some(10), Some(-10), None, None]);
    }

    #[test]
    fn a_float_without_a_bucket_is_null() {
        let masked = floats(&Float64Array::from(vec![12.7, -0.5, f64::NAN, f64::INFINITY]), 5);
        let masked: Vec<_> = masked.as_primitive::<Float64Type>().iter().collect();
        assert_eq!(masked, [Some(10.0), Some(-5.0), None, None]);
    }
}
