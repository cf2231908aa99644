//! A Parquet file becomes batches of the declared types.
//!
//! Its footer lies at the end, so the bytes are first copied into a nameless
//! file. Columns are matched by name or title like a CSV header. Only what is
//! certain is converted: whole numbers and text into each other and into
//! numbers, text into all types in the forms that CSV has; the rest is an error
//! that names all such columns. Here nothing but null is null.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::compute::filter_record_batch;
use arrow::compute::kernels::cast::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use shuyu_model::{Column, ColumnType};

use crate::buffers::{BATCH_ROWS_MAX, ColumnBuffer, arrow_type, schema};
use crate::csv::match_headers;
use crate::error::SourceError;
use crate::intake::{Intake, Progress};
use crate::meter::Meter;
use crate::reasons::Fault;
use crate::report::ReportDraft;
use crate::spool::{self, Encoder};
use crate::values::CITY_OFFSET_MICROS;

/// How many bytes are copied at once.
const COPY_BYTES: usize = 1 << 18;

/// Reads the input to its end.
pub(crate) fn read<R: Read>(
    intake: &Intake,
    meter: &mut Meter<'_, R>,
    encoder: &Encoder,
    report: &mut ReportDraft,
    progress: &dyn Fn(Progress),
) -> Result<(), SourceError> {
    let file = copy(intake, meter, progress)?;
    // The decoder asserts where a damaged file contradicts itself. Nothing that
    // it or we hold is used after that: the intake ends.
    let decoding = AssertUnwindSafe(|| decode(intake, file, meter, encoder, report, progress));
    catch_unwind(decoding).unwrap_or_else(|_| {
        Err(SourceError::Parquet { source: ParquetError::General("it contradicts itself".to_owned()) })
    })
}

fn decode<R: Read>(
    intake: &Intake,
    file: File,
    meter: &Meter<'_, R>,
    encoder: &Encoder,
    report: &mut ReportDraft,
    progress: &dyn Fn(Progress),
) -> Result<(), SourceError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|source| SourceError::Parquet { source })?;
    let headers: Vec<_> = builder.schema().fields().iter().map(|field| field.name().trim().to_owned()).collect();
    let order = match_headers(&intake.columns, &headers)?;
    let types: Vec<_> = builder.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    check_types(&intake.columns, &order, &types)?;
    let batches = builder.with_batch_size(BATCH_ROWS_MAX).build().map_err(|source| SourceError::Parquet { source })?;
    for batch in batches {
        meter.check_cancel()?;
        let batch = batch.map_err(|error| SourceError::Parquet { source: error.into() })?;
        if let Some(good) = judge(intake, &order, &batch, report).map_err(|source| SourceError::Parquet { source })? {
            encoder.send_batch(good)?;
        }
        if report.rows() > intake.limits.rows_max {
            return Err(SourceError::TooMuch { what: "rows", max: intake.limits.rows_max });
        }
        progress(Progress { bytes: meter.bytes(), rows: report.rows() });
    }
    Ok(())
}

fn copy<R: Read>(intake: &Intake, meter: &mut Meter<'_, R>, progress: &dyn Fn(Progress)) -> Result<File, SourceError> {
    let mut file = spool::create(&intake.spool_dir)?;
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        let count = meter.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        file.write_all(buffer.get(..count).unwrap_or_default()).map_err(SourceError::spool)?;
        progress(Progress { bytes: meter.bytes(), rows: 0 });
    }
    if meter.bytes() == 0 {
        return Err(SourceError::Empty);
    }
    file.rewind().map_err(SourceError::spool)?;
    Ok(file)
}

/// The type inside a dictionary.
fn inner(given: &DataType) -> &DataType {
    match given {
        DataType::Dictionary(_, value) => value,
        given => given,
    }
}

fn is_text(given: &DataType) -> bool {
    matches!(inner(given), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn is_convertible(given: &DataType, kind: ColumnType) -> bool {
    let given = inner(given);
    is_text(given)
        || match kind {
            ColumnType::Text | ColumnType::Integer => given.is_integer(),
            ColumnType::Float => given.is_numeric(),
            ColumnType::Boolean => *given == DataType::Boolean,
            ColumnType::Date => matches!(given, DataType::Date32),
            ColumnType::Timestamp => matches!(given, DataType::Timestamp(_, _) | DataType::Date32),
        }
}

fn check_types(columns: &[Column], order: &[usize], types: &[DataType]) -> Result<(), SourceError> {
    let wrong: Vec<_> = order
        .iter()
        .zip(types)
        .filter_map(|(index, given)| Some((columns.get(*index)?, given)))
        .filter(|(column, given)| !is_convertible(given, column.kind))
        .map(|(column, given)| format!("`{}` (is {given}, declared {:?})", column.name, column.kind))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(SourceError::Types { columns: wrong }) }
}

/// The good rows of a batch, in declared order; the bad ones go to the report.
fn judge(
    intake: &Intake,
    order: &[usize],
    batch: &RecordBatch,
    report: &mut ReportDraft,
) -> Result<Option<RecordBatch>, ParquetError> {
    let mut faults: Vec<Option<(usize, Fault)>> = vec![None; batch.num_rows()];
    let mut arrays = Vec::with_capacity(intake.columns.len());
    for (index, column) in intake.columns.iter().enumerate() {
        let at = order.iter().position(|declared| *declared == index);
        let given = at.and_then(|at| batch.columns().get(at));
        let given = given.ok_or_else(|| ParquetError::General("a column is gone".to_owned()))?;
        let mut blame = |row: usize, fault: Fault| {
            if let Some(slot @ None) = faults.get_mut(row) {
                *slot = Some((index, fault));
            }
        };
        arrays.push(convert(given, column.kind, intake.limits.cell_bytes_max, &mut blame)?);
    }
    let row_first = report.rows() + 1;
    for (line, fault) in (row_first..).zip(&faults) {
        match fault {
            None => report.rows_good += 1,
            Some((index, fault)) => {
                report.bad(line, intake.columns.get(*index).map(|column| (*index, column)), *fault);
            }
        }
    }
    let whole = RecordBatch::try_new(schema(&intake.columns), arrays)?;
    if faults.iter().all(Option::is_none) {
        return Ok(Some(whole));
    }
    let is_good: BooleanArray = faults.iter().map(|fault| Some(fault.is_none())).collect();
    let good = filter_record_batch(&whole, &is_good)?;
    Ok((good.num_rows() > 0).then_some(good))
}

/// The column in its declared type. Each value that cannot be so is blamed.
fn convert(
    given: &ArrayRef,
    kind: ColumnType,
    cell_bytes_max: usize,
    blame: &mut dyn FnMut(usize, Fault),
) -> Result<ArrayRef, ArrowError> {
    if is_text(given.data_type()) {
        return convert_text(given, kind, cell_bytes_max, blame);
    }
    let options = CastOptions { safe: true, ..CastOptions::default() };
    let (fault, made) = match (kind, inner(given.data_type())) {
        (ColumnType::Timestamp, DataType::Timestamp(unit, zone)) => {
            return convert_moments(given, *unit, zone.is_some(), blame);
        }
        (kind, _) => (fault_of(kind), cast_with_options(given, &arrow_type(kind), &options)?),
    };
    let floats = made.as_any().downcast_ref::<Float64Array>();
    for row in 0..made.len() {
        let is_infinite = floats.is_some_and(|f| f.is_valid(row) && !f.value(row).is_finite());
        if is_infinite || (made.is_null(row) && given.is_valid(row)) {
            blame(row, fault);
        }
    }
    Ok(made)
}

fn fault_of(kind: ColumnType) -> Fault {
    match kind {
        ColumnType::Text => Fault::Undecodable,
        ColumnType::Integer => Fault::Integer,
        ColumnType::Float => Fault::Float,
        ColumnType::Boolean => Fault::Boolean,
        ColumnType::Date => Fault::Date,
        ColumnType::Timestamp => Fault::Timestamp,
    }
}

fn convert_text(
    given: &ArrayRef,
    kind: ColumnType,
    cell_bytes_max: usize,
    blame: &mut dyn FnMut(usize, Fault),
) -> Result<ArrayRef, ArrowError> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let made = cast_with_options(given, &DataType::Utf8, &options)?;
    let texts = made.as_any().downcast_ref::<StringArray>();
    let texts = texts.ok_or_else(|| ArrowError::CastError("text is no text".to_owned()))?;
    if kind == ColumnType::Text {
        for (row, text) in texts.iter().enumerate() {
            if text.is_some_and(|text| text.len() > cell_bytes_max) {
                blame(row, Fault::CellTooLong);
            }
        }
        return Ok(made);
    }
    let mut buffer = ColumnBuffer::new(kind, cell_bytes_max);
    for (row, text) in texts.iter().enumerate() {
        if let Some(text) = text
            && let Err(fault) = buffer.push(text.as_bytes())
        {
            blame(row, fault);
            buffer.push_null();
        } else if text.is_none() {
            buffer.push_null();
        }
    }
    buffer.finish()
}

/// Moments in microseconds on the city's clock. Those with a zone are moments in
/// UTC and are shifted; finer ones than microseconds are blamed, not rounded.
fn convert_moments(
    given: &ArrayRef,
    unit: TimeUnit,
    has_zone: bool,
    blame: &mut dyn FnMut(usize, Fault),
) -> Result<ArrayRef, ArrowError> {
    let options = CastOptions { safe: true, ..CastOptions::default() };
    let numbers = cast_with_options(given, &DataType::Int64, &options)?;
    let numbers = numbers.as_any().downcast_ref::<arrow::array::PrimitiveArray<Int64Type>>();
    let numbers = numbers.ok_or_else(|| ArrowError::CastError("a moment is no number".to_owned()))?;
    let shift = if has_zone { CITY_OFFSET_MICROS } else { 0 };
    let mut made = Vec::with_capacity(numbers.len());
    for (row, number) in numbers.iter().enumerate() {
        let micros = number.and_then(|number| {
            let micros = match unit {
                TimeUnit::Second => number.checked_mul(1_000_000),
                TimeUnit::Millisecond => number.checked_mul(1_000),
                TimeUnit::Microsecond => Some(number),
                TimeUnit::Nanosecond => (number % 1_000 == 0).then_some(number / 1_000),
            };
            micros.and_then(|micros| micros.checked_add(shift))
        });
        if number.is_some() && micros.is_none() {
            blame(row, Fault::Timestamp);
        }
        made.push(micros);
    }
    Ok(Arc::new(TimestampMicrosecondArray::from(made)))
}
