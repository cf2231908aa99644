//! Columns that grow row by row and can take their last row back.
//!
//! Arrow's builders cannot forget a row, and a row may turn out bad at its last
//! cell. These are the plain vectors that Arrow arrays are made of.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, BooleanBufferBuilder, Date32Array, Float64Array, Int64Array, NullBufferBuilder,
    RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use shuyu_model::{Column, ColumnType};

use crate::reasons::Fault;
use crate::values;

/// Rows of a batch.
pub(crate) const BATCH_ROWS_MAX: usize = 8192;
/// Bytes of text in a batch, within one row.
const BATCH_BYTES_MAX: usize = 8 << 20;

/// The Arrow type of a column. Moments are on the city's clock, without a zone.
pub(crate) fn arrow_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

/// The schema of a table with these columns.
pub(crate) fn schema(columns: &[Column]) -> SchemaRef {
    let fields: Vec<_> = columns.iter().map(|column| Field::new(&column.name, arrow_type(column.kind), true)).collect();
    Arc::new(Schema::new(fields))
}

enum Values {
    Text { ends: Vec<i32>, bytes: Vec<u8> },
    Integer(Vec<i64>),
    Float(Vec<f64>),
    Boolean(BooleanBufferBuilder),
    Date(Vec<i32>),
    Timestamp(Vec<i64>),
}

/// One column.
pub(crate) struct ColumnBuffer {
    values: Values,
    nulls: NullBufferBuilder,
    cell_bytes_max: usize,
}

impl ColumnBuffer {
    pub(crate) fn new(kind: ColumnType, cell_bytes_max: usize) -> Self {
        let values = match kind {
            ColumnType::Text => Values::Text { ends: vec![0], bytes: Vec::new() },
            ColumnType::Integer => Values::Integer(Vec::new()),
            ColumnType::Float => Values::Float(Vec::new()),
            ColumnType::Boolean => Values::Boolean(BooleanBufferBuilder::new(BATCH_ROWS_MAX)),
            ColumnType::Date => Values::Date(Vec::new()),
            ColumnType::Timestamp => Values::Timestamp(Vec::new()),
        };
        Self { values, nulls: NullBufferBuilder::new(BATCH_ROWS_MAX), cell_bytes_max }
    }

    /// Takes in a cell, in UTF-8. Nothing is taken in where it is at fault.
    pub(crate) fn push(&mut self, cell: &[u8]) -> Result<(), Fault> {
        if cell.len() > self.cell_bytes_max {
            return Err(Fault::CellTooLong);
        }
        let cell = if matches!(self.values, Values::Text { .. }) { cell } else { cell.trim_ascii() };
        if values::is_null(cell) {
            self.push_null();
            return Ok(());
        }
        match &mut self.values {
            Values::Text { ends, bytes } => {
                let end = i32::try_from(bytes.len() + cell.len()).map_err(|_| Fault::CellTooLong)?;
                bytes.extend_from_slice(cell);
                ends.push(end);
            }
            Values::Integer(list) => list.push(values::integer(cell)?),
            Values::Float(list) => list.push(values::float(cell)?),
            Values::Boolean(list) => list.append(values::boolean(cell)?),
            Values::Date(list) => list.push(values::date(cell)?),
            Values::Timestamp(list) => list.push(values::timestamp(cell)?),
        }
        self.nulls.append_non_null();
        Ok(())
    }

    /// Takes in a cell without a value.
    pub(crate) fn push_null(&mut self) {
        match &mut self.values {
            Values::Text { ends, .. } => ends.push(ends.last().copied().unwrap_or_default()),
            Values::Integer(list) | Values::Timestamp(list) => list.push(0),
            Values::Float(list) => list.push(0.0),
            Values::Boolean(list) => list.append(false),
            Values::Date(list) => list.push(0),
        }
        self.nulls.append_null();
    }

    fn truncate(&mut self, rows: usize) {
        match &mut self.values {
            Values::Text { ends, bytes } => {
                ends.truncate(rows + 1);
                let end = ends.last().copied().unwrap_or_default();
                bytes.truncate(usize::try_from(end).unwrap_or_default());
            }
            Values::Integer(list) | Values::Timestamp(list) => list.truncate(rows),
            Values::Float(list) => list.truncate(rows),
            Values::Boolean(list) => list.truncate(rows),
            Values::Date(list) => list.truncate(rows),
        }
        self.nulls.truncate(rows);
    }

    /// The column as an array; the buffer is empty again.
    pub(crate) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let nulls: Option<NullBuffer> = self.nulls.finish();
        fn scalars<T: arrow::datatypes::ArrowNativeType>(list: &mut Vec<T>) -> ScalarBuffer<T> {
            let room = list.len();
            ScalarBuffer::from(std::mem::replace(list, Vec::with_capacity(room)))
        }
        Ok(match &mut self.values {
            Values::Text { ends, bytes } => {
                let mut next = Vec::with_capacity(ends.len());
                next.push(0);
                let offsets = OffsetBuffer::new(ScalarBuffer::from(std::mem::replace(ends, next)));
                let room = bytes.len();
                let data = Buffer::from_vec(std::mem::replace(bytes, Vec::with_capacity(room)));
                Arc::new(StringArray::try_new(offsets, data, nulls)?)
            }
            Values::Integer(list) => Arc::new(Int64Array::try_new(scalars(list), nulls)?),
            Values::Float(list) => Arc::new(Float64Array::try_new(scalars(list), nulls)?),
            Values::Boolean(list) => Arc::new(BooleanArray::new(list.finish(), nulls)),
            Values::Date(list) => Arc::new(Date32Array::try_new(scalars(list), nulls)?),
            Values::Timestamp(list) => Arc::new(TimestampMicrosecondArray::try_new(scalars(list), nulls)?),
        })
    }
}

/// A batch that is being filled.
pub(crate) struct Table {
    schema: SchemaRef,
    columns: Vec<ColumnBuffer>,
    rows: usize,
    bytes: usize,
}

impl Table {
    pub(crate) fn new(columns: &[Column], cell_bytes_max: usize) -> Self {
        let buffers = columns.iter().map(|column| ColumnBuffer::new(column.kind, cell_bytes_max)).collect();
        Self { schema: schema(columns), columns: buffers, rows: 0, bytes: 0 }
    }

    /// Takes a cell into the row that is being filled.
    pub(crate) fn push(&mut self, column: usize, cell: &[u8]) -> Result<(), Fault> {
        let buffer = self.columns.get_mut(column).ok_or(Fault::CellCount)?;
        self.bytes += cell.len();
        buffer.push(cell)
    }

    /// The row is whole.
    pub(crate) fn keep_row(&mut self) {
        self.rows += 1;
    }

    /// The row is bad; no cell of it stays.
    pub(crate) fn drop_row(&mut self) {
        for column in &mut self.columns {
            column.truncate(self.rows);
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS_MAX || self.bytes >= BATCH_BYTES_MAX
    }

    /// The rows so far, if any, as a batch.
    pub(crate) fn take(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        self.bytes = 0;
        if std::mem::take(&mut self.rows) == 0 {
            return Ok(None);
        }
        let arrays = self.columns.iter_mut().map(ColumnBuffer::finish).collect::<Result<_, _>>()?;
        RecordBatch::try_new(self.schema.clone(), arrays).map(Some)
    }
}
