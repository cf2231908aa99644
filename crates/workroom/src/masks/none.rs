//! As it is. Reveals: the value. Only for columns registered so.

use datafusion::arrow::array::ArrayRef;

pub(super) fn apply(values: &ArrayRef) -> ArrayRef {
    ArrayRef::clone(values)
}
