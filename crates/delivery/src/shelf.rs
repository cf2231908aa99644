//! A released table as the gateway holds it: rows in memory, found by key.
//!
//! INVARIANT (declared only): a column that the product does not answer with is
//! dropped on loading, so that no later mistake can let it out.
//! INVARIANT (no raw identifier): every text cell that goes out is looked at
//! again; an identity number, credit code or mobile number stops the answer.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::{Map, Value};
use shuyu_airlock::scan::{scan, scan_whole};

use crate::error::DeliveryError;

/// The most rows of a lookup product that one gateway holds in memory.
pub const LOOKUP_ROWS_MAX: usize = 5_000_000;

/// Why a table cannot be looked up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It has no such column.
    NoColumn,
    /// A key stands in it twice.
    RepeatedKey,
    /// A key is empty.
    NullKey,
    /// It has too many rows.
    TooManyRows,
}

/// A table in memory.
pub(crate) struct Shelf {
    rows: HashMap<Box<str>, u32>,
    answer: Vec<(String, ArrayRef)>,
}

impl Shelf {
    /// Loads a table; `answer` names the columns that may go out.
    pub(crate) fn load(
        batches: &[RecordBatch],
        key: &str,
        answer: &[String],
        rows_max: usize,
    ) -> Result<Result<Self, Unfit>, DeliveryError> {
        let Some(first) = batches.first() else {
            return Ok(Ok(Self { rows: HashMap::new(), answer: Vec::new() }));
        };
        if batches.iter().map(RecordBatch::num_rows).sum::<usize>() > rows_max {
            return Ok(Err(Unfit::TooManyRows));
        }
        let table = concat_batches(&first.schema(), batches).map_err(DeliveryError::Arrow)?;
        let Some(keys) = table.column_by_name(key) else { return Ok(Err(Unfit::NoColumn)) };
        let keys = cast(keys, &DataType::Utf8).map_err(DeliveryError::Arrow)?;
        let mut rows = HashMap::with_capacity(keys.len());
        for (row, key) in (0_u32..).zip(keys.as_string::<i32>()) {
            let Some(key) = key else { return Ok(Err(Unfit::NullKey)) };
            if rows.insert(Box::from(key), row).is_some() {
                return Ok(Err(Unfit::RepeatedKey));
            }
        }
        let mut columns = Vec::with_capacity(answer.len());
        for name in answer {
            let Some(column) = table.column_by_name(name) else { return Ok(Err(Unfit::NoColumn)) };
            columns.push((name.clone(), ArrayRef::clone(column)));
        }
        Ok(Ok(Self { rows, answer: columns }))
    }

    /// Whether its keys name people or firms: pseudonyms, or raw identifiers.
    pub(crate) fn has_names(&self) -> bool {
        let is_pseudonym = |key: &str| key.len() == 32 && key.bytes().all(|byte| matches!(byte, b'a'..=b'p'));
        self.rows.keys().any(|key| is_pseudonym(key) || is_raw_identifier(&Value::String(key.to_string())))
    }

    /// The answer for a key; `None` where there is no such row.
    pub(crate) fn find(&self, key: &str) -> Result<Option<Map<String, Value>>, DeliveryError> {
        let Some(row) = self.rows.get(key) else { return Ok(None) };
        let row = usize::try_from(*row).map_err(|_| DeliveryError::ReleasedFile { what: "a row is out of reach" })?;
        let cells = self.answer.iter().map(|(name, column)| Ok((name.clone(), cell(column, row)?)));
        cells.collect::<Result<Map<_, _>, DeliveryError>>().map(Some)
    }
}

/// Whether a cell names somebody, see INVARIANT (no raw identifier). It reads
/// texts as the airlock does.
pub(crate) fn is_raw_identifier(value: &Value) -> bool {
    match value {
        Value::String(text) => scan(text).is_certain(),
        // A number of eleven digits in a number column is an amount, not a phone.
        Value::Number(number) => number.as_i64().is_some_and(|whole| scan_whole(i128::from(whole)).id_card),
        _ => false,
    }
}

fn cell(column: &ArrayRef, row: usize) -> Result<Value, DeliveryError> {
    if row >= column.len() {
        return Err(DeliveryError::ReleasedFile { what: "its columns differ in length" });
    }
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match column.data_type() {
        DataType::Boolean => Value::Bool(column.as_boolean().value(row)),
        DataType::Int8 => column.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => column.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt8 => column.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => column.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float32 => f64::from(column.as_primitive::<Float32Type>().value(row)).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => column.as_string::<i64>().value(row).into(),
        DataType::Utf8View => column.as_string_view().value(row).into(),
        // Dates, times, decimals: as arrow writes them.
        _ => ArrayFormatter::try_new(column.as_ref(), &FormatOptions::default())
            .map_err(DeliveryError::Arrow)?
            .value(row)
            .try_to_string()
            .map_err(DeliveryError::Arrow)?
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray, StringViewArray,
    };
    use serde_json::json;

    use super::*;

    fn table(keys: Vec<Option<&str>>) -> RecordBatch {
        let count = keys.len();
        let amounts = Decimal128Array::from(vec![1050; count]).with_precision_and_scale(10, 2).unwrap();
        RecordBatch::try_from_iter([
            ("person", Arc::new(StringArray::from(keys)) as ArrayRef),
            ("months", Arc::new(Int64Array::from(vec![36; count]))),
            ("is_paying", Arc::new(BooleanArray::from(vec![true; count]))),
            ("ratio", Arc::new(Float64Array::from(vec![0.5; count]))),
            ("since", Arc::new(Date32Array::from(vec![Some(20_000); count]))),
            ("amount", Arc::new(amounts)),
            ("city", Arc::new(StringViewArray::from(vec![None::<&str>; count]))),
            ("secret", Arc::new(StringArray::from(vec!["x"; count]))),
        ])
        .unwrap()
    }

    const ANSWER: [&str; 6] = ["months", "is_paying", "ratio", "since", "amount", "city"];

    fn load(batches: &[RecordBatch], rows_max: usize) -> Result<Shelf, Unfit> {
        Shelf::load(batches, "person", &ANSWER.map(str::to_owned), rows_max).unwrap()
    }

    #[test]
    fn answers_with_the_declared_columns_of_the_row_and_nothing_else() {
        let shelf =
            load(&[table(vec![Some("a")]), table(vec![Some("b"), Some("c")])], 3).unwrap_or_else(|u| panic!("{u:?}"));
        let expected = json!({
            "months": 36, "is_paying": true, "ratio": 0.5, "since": "2024-10-04", "amount": "10.50", "city": null,
        });
        assert_eq!(shelf.find("c").unwrap().map(Value::Object), Some(expected));
        assert_eq!(shelf.find("d").unwrap(), None);
    }

    #[test]
    fn refuses_a_table_that_gives_no_single_answer() {
        let check = |batches: &[RecordBatch], rows_max, expected| {
            assert_eq!(load(batches, rows_max).err(), Some(expected));
        };
        check(&[table(vec![Some("a"), Some("a")])], 9, Unfit::RepeatedKey);
        check(&[table(vec![Some("a"), None])], 9, Unfit::NullKey);
        check(&[table(vec![Some("a"), Some("b")])], 1, Unfit::TooManyRows);
        let no_column = Shelf::load(&[table(vec![Some("a")])], "person", &["absent".to_owned()], 9).unwrap();
        assert_eq!(no_column.err(), Some(Unfit::NoColumn));
    }

    #[test]
    fn knows_a_raw_identifier_in_a_cell() {
        for (value, is_raw) in [
            (json!("11010519491231002X"), true),
            (json!(" 11010519491231002X "), true),
            (json!("13800138000"), true),
            (json!("张三，11010519491231002X"), true),
            (json!("１３８００１３８０００"), true),
            (
                json!(format!(
                    "91430100MA4L00001{}",
                    shuyu_model::identifier::credit_code_check("91430100MA4L00001").unwrap()
                )),
                true,
            ),
            (json!(110_105_194_912_310_000_i64), false),
            (json!(13_800_138_000_i64), false),
            (json!("1101051949"), false),
            (json!(null), false),
            (json!(true), false),
        ] {
            assert_eq!(is_raw_identifier(&value), is_raw, "{value}");
        }
    }
}
