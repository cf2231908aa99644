//! AIR-005: a result has only types that the other checks can read.
//!
//! A list, a struct, a map or bytes could carry a whole table in one cell, past
//! every check that looks at cells.

use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use super::Check;
use crate::view::{Finding, View, is_text, label};

/// The check.
pub(super) const CHECK: Check = Check { code: "AIR-005", title: "types of columns", run };

fn is_allowed(kind: &DataType) -> bool {
    is_text(kind)
        || kind.is_integer()
        || matches!(
            kind,
            DataType::Boolean
                | DataType::Float32
                | DataType::Float64
                | DataType::Decimal128(_, _)
                | DataType::Date32
                | DataType::Timestamp(_, _)
        )
}

fn run(view: &View<'_>) -> Result<Vec<Finding>, ArrowError> {
    let fields = view.table.schema().fields();
    let found = fields.iter().enumerate().filter(|(_, field)| !is_allowed(field.data_type())).map(|(at, _)| {
        let what = "a column has a type that can not be checked";
        let instead = "give text, numbers, booleans, dates or times; one value a cell";
        Finding::new(view, CHECK.code, &view.regime.release.raw_never_leaves, what, instead).in_column(label(view, at))
    });
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::new_empty_array;
    use arrow::datatypes::{Field, TimeUnit};

    use super::super::table::{Sample, report};
    use super::*;

    #[test]
    fn lets_only_types_pass_that_can_be_checked() {
        let item = Arc::new(Field::new("item", DataType::Int64, true));
        let words = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        for kind in [
            DataType::Utf8,
            DataType::LargeUtf8,
            DataType::Utf8View,
            words,
            DataType::Boolean,
            DataType::Int8,
            DataType::UInt64,
            DataType::Float32,
            DataType::Date32,
            DataType::Timestamp(TimeUnit::Microsecond, None),
            DataType::Decimal128(38, 2),
        ] {
            let sample = Sample::of(report(), vec![("n", new_empty_array(&kind))]);
            assert_eq!(sample.run(CHECK).len(), 0, "{kind}");
        }
        let bytes = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Binary));
        for kind in [
            DataType::Binary,
            DataType::BinaryView,
            DataType::FixedSizeBinary(16),
            DataType::List(item.clone()),
            DataType::Struct(vec![item].into()),
            DataType::Null,
            DataType::Duration(TimeUnit::Second),
            bytes,
        ] {
            let sample = Sample::of(report(), vec![("n", new_empty_array(&kind))]);
            assert_eq!(sample.run(CHECK).len(), 1, "{kind}");
        }
    }
}
