//! What a check looks at: a result's rows as Arrow batches, what its author
//! declared about them, what the workroom counted while it made them, and the
//! rules in force.
//!
//! A check may open the rows as often as it likes; each opening streams them
//! from the same bytes, whose digest is the candidate's.
//!
//! Not here: where the bytes come from (`airlock`), what is done with a
//! finding (`submit`).

use arrow::array::{Array, ArrayRef, Decimal128Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use serde::{Deserialize, Serialize};
use shuyu_model::column::is_plain_name;
use shuyu_model::regime::Sourced;
use shuyu_model::{Reason, Regime};
use shuyu_workroom::{OutputColumn, OutputKind, ResultReader};

use crate::scan::scan;

/// Rows that are decoded at a time.
const BATCH_ROWS_MAX: usize = 8192;

/// The most row ordinals that a finding lists; all are counted.
pub const ROWS_LISTED_MAX: usize = 20;

/// What the author said the result is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// What people call the result.
    pub title: String,
    /// What it is meant for.
    pub kind: OutputKind,
    /// Its columns.
    pub columns: Vec<OutputColumn>,
}

impl Declared {
    /// The declaration of a column, if there is one.
    pub fn column(&self, name: &str) -> Option<&OutputColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// How many persons or firms stand behind each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entities {
    /// No table that went in is about persons or firms.
    Nobody,
    /// Each row describes one.
    EachRow,
    /// One number for each row, in the order of the rows; `None` where the
    /// workroom could not tell.
    PerRow(Vec<Option<u64>>),
    /// The workroom could not tell, for this reason.
    Unknown(String),
}

/// What the workroom counted while it made the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Rows of the result.
    pub rows: u64,
    /// Bytes of the result.
    pub bytes: u64,
    /// Who stands behind the rows.
    pub entities: Entities,
    /// How many rows equal a raw row; `None` where the workroom could not tell.
    pub raw_row_matches: Option<u64>,
}

/// The rows of a result.
#[derive(Debug, Clone)]
pub enum Table {
    /// As batches.
    Batches(SchemaRef, Vec<RecordBatch>),
    /// As a sealed Parquet file.
    Sealed(SchemaRef, ResultReader),
}

/// Rows, a batch at a time.
#[derive(Debug)]
pub enum Batches<'a> {
    /// From batches.
    Held(std::slice::Iter<'a, RecordBatch>),
    /// From a Parquet file.
    Decoded(Box<ParquetRecordBatchReader>),
}

impl Iterator for Batches<'_> {
    type Item = Result<RecordBatch, ArrowError>;
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Held(batches) => batches.next().cloned().map(Ok),
            Self::Decoded(reader) => reader.next(),
        }
    }
}

impl Table {
    /// The table in a sealed Parquet file.
    pub fn sealed(reader: ResultReader) -> Result<Self, ArrowError> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(reader.sealed().clone())?;
        Ok(Self::Sealed(builder.schema().clone(), reader))
    }

    /// Its columns.
    pub fn schema(&self) -> &SchemaRef {
        match self {
            Self::Batches(schema, _) | Self::Sealed(schema, _) => schema,
        }
    }

    /// Its rows, from the first.
    pub fn batches(&self) -> Result<Batches<'_>, ArrowError> {
        Ok(match self {
            Self::Batches(_, batches) => Batches::Held(batches.iter()),
            Self::Sealed(_, reader) => {
                let builder = ParquetRecordBatchReaderBuilder::try_new(reader.sealed().clone())?;
                Batches::Decoded(Box::new(builder.with_batch_size(BATCH_ROWS_MAX).build()?))
            }
        })
    }
}

/// Everything that a check may look at.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The rules in force.
    pub regime: &'a Regime,
    /// What the author declared.
    pub declared: &'a Declared,
    /// What the workroom counted.
    pub facts: &'a Facts,
    /// The rows.
    pub table: &'a Table,
}

/// Something that a check found.
///
/// INVARIANT (no value): a finding names columns and rows by where they stand
/// and never holds a value of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The check's code, `AIR-002`.
    pub code: String,
    /// What is wrong, for the author.
    pub what: String,
    /// Where the rule stands.
    pub clause: String,
    /// What the author can do.
    pub instead: String,
    /// How often it was found.
    pub count: u64,
    /// Where.
    #[serde(rename = "where")]
    pub place: Place,
}

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// Columns: a name, or `#3` where the name itself must not be shown.
    pub columns: Vec<String>,
    /// The first rows, counted from 1; at most [`ROWS_LISTED_MAX`].
    pub rows: Vec<u64>,
}

impl Finding {
    /// A finding that rests on a value of the regime.
    pub fn new<T>(
        view: &View<'_>,
        code: &'static str,
        rule: &Sourced<T>,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) -> Self {
        Self {
            code: code.to_owned(),
            what: what.into(),
            clause: view.regime.cite(rule),
            instead: instead.into(),
            count: 1,
            place: Place::default(),
        }
    }

    /// The same, in this column.
    pub fn in_column(mut self, label: String) -> Self {
        self.place.columns.push(label);
        self
    }

    /// The same, in these rows.
    pub fn in_rows(mut self, rows: &Rows) -> Self {
        self.count = rows.count;
        self.place.rows.clone_from(&rows.listed);
        self
    }

    /// The same as a reason to refuse.
    pub fn reason(&self, code: &'static str) -> Reason {
        let mut what = self.what.clone();
        if !self.place.columns.is_empty() {
            what = format!("{what}; column {}", self.place.columns.join(", "));
        }
        if !self.place.rows.is_empty() {
            let rows: Vec<String> = self.place.rows.iter().map(u64::to_string).collect();
            let more = if self.count > self.place.rows.len() as u64 { ", …" } else { "" };
            what = format!("{what}; row {}{more}", rows.join(", "));
        }
        Reason::new(code, what, self.clause.clone(), self.instead.clone())
    }
}

/// Rows that were found: all counted, the first listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows {
    /// How many.
    pub count: u64,
    /// The first, counted from 1.
    pub listed: Vec<u64>,
}

impl Rows {
    /// Takes in the row that has `before` rows before it.
    pub fn add(&mut self, before: u64) {
        self.count = self.count.saturating_add(1);
        if self.listed.len() < ROWS_LISTED_MAX {
            self.listed.push(before.saturating_add(1));
        }
    }
}

/// What a finding calls the column at a place: its name, or `#3` when the name
/// is not plain or could itself be an identifier.
pub fn label(view: &View<'_>, at: usize) -> String {
    let name = view.table.schema().fields().get(at).map(|field| field.name().as_str());
    match name {
        Some(name) if is_plain_name(name) && !scan(name).is_certain() => name.to_owned(),
        _ => format!("#{}", at.saturating_add(1)),
    }
}

/// Calls `each` for every batch in order, with the number of rows before it.
pub fn for_each_batch(
    view: &View<'_>,
    mut each: impl FnMut(u64, &RecordBatch) -> Result<(), ArrowError>,
) -> Result<(), ArrowError> {
    let mut before = 0_u64;
    for batch in view.table.batches()? {
        let batch = batch?;
        each(before, &batch)?;
        before = before.saturating_add(batch.num_rows() as u64);
    }
    Ok(())
}

/// Whether a column holds text, plain or by dictionary.
pub fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

/// A text column as one kind of array.
pub fn texts(array: &ArrayRef) -> Result<StringArray, ArrowError> {
    let text = cast(array, &DataType::Utf8)?;
    Ok(StringArray::from(text.to_data()))
}

/// Whether a column's values are whole numbers underneath, as far as hiding
/// one in it goes: moments are whole numbers too.
pub fn is_whole(kind: &DataType) -> bool {
    kind.is_integer() || matches!(kind, DataType::Timestamp(_, _) | DataType::Decimal128(_, _) | DataType::Date64)
}

/// Such a column as whole numbers of 38 digits; fractions are rounded.
pub fn wholes(array: &ArrayRef) -> Result<Decimal128Array, ArrowError> {
    let array = match array.data_type() {
        DataType::Timestamp(_, _) | DataType::Date64 => cast(array, &DataType::Int64)?,
        _ => array.clone(),
    };
    Ok(Decimal128Array::from(cast(&array, &DataType::Decimal128(38, 0))?.to_data()))
}
