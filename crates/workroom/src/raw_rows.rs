//! How many output rows are, in two or more columns, a row of a source.
//!
//! Compared are output columns that come from a source column which identifies
//! or is sensitive and is not masked, with that column, whatever expression lies
//! between: it is the values that are compared, so that neither `balance + 0` nor
//! `balance + k - k` hides anything. Counts are not compared.
//! Rows that describe a group of the least count or more are not compared: that
//! a region has a street is nobody's row.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryPool, MemoryReservation};
use shuyu_model::{ColumnClass, Mask};

use crate::governed::Table;
use crate::lineage::Trace;

/// The most pairs of columns that are compared for one table. Pairs of columns
/// that stand near each other come first.
const PAIRS_MAX: usize = 66;
/// What one remembered pair takes: its row, its number, and both again when it
/// is looked up.
const PAIR_BYTES: usize = 48;

/// A source table of which two or more columns are in the output.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its place among the permitted tables.
    pub(crate) table: usize,
    /// Its columns that are compared.
    pub(crate) columns: Vec<String>,
    /// Pairs: two places in the output and two in `columns`.
    pairs: Vec<[usize; 4]>,
}

/// Remembers the output's rows and finds them among the sources'.
pub(crate) struct RawRows {
    sources: Vec<Source>,
    hasher: RandomState,
    rows: u64,
    /// Each pair's number and the output row it is in.
    outputs: Vec<(u64, u64)>,
    matched: HashSet<u64>,
    known: HashSet<u64>,
    memory: MemoryReservation,
}

impl RawRows {
    /// What is to be compared for an output with these traces.
    pub(crate) fn new(traces: &[Trace], tables: &[Arc<Table>], pool: &Arc<dyn MemoryPool>) -> Self {
        let mut by_table: BTreeMap<usize, Vec<(usize, String)>> = BTreeMap::new();
        for (place, trace) in traces.iter().enumerate() {
            for origin in trace.origins.iter().filter(|_| !trace.is_count) {
                let table = tables.get(origin.table);
                let column = table.and_then(|table| table.columns.iter().find(|column| column.name == origin.column));
                if column.is_some_and(|column| column.class != ColumnClass::Plain && column.mask == Mask::None) {
                    by_table.entry(origin.table).or_default().push((place, origin.column.clone()));
                }
            }
        }
        let sources = by_table.into_iter().filter_map(|(table, places)| Source::new(table, &places)).collect();
        Self {
            sources,
            hasher: RandomState::new(),
            rows: 0,
            outputs: Vec::new(),
            matched: HashSet::new(),
            known: HashSet::new(),
            memory: MemoryConsumer::new("raw rows").register(pool),
        }
    }

    /// The tables whose rows must be looked at.
    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Remembers output rows, of those that are to be compared.
    pub(crate) fn output(
        &mut self,
        batch: &RecordBatch,
        is_compared: &dyn Fn(usize) -> bool,
    ) -> Result<(), DataFusionError> {
        for source in &self.sources {
            let columns = normal_columns(batch.columns(), source.pairs.iter().flat_map(|[a, b, ..]| [*a, *b]))?;
            for (number, [a, b, ..]) in source.pairs.iter().enumerate() {
                let (Some(a), Some(b)) = (columns.get(a), columns.get(b)) else { continue };
                let before = self.outputs.len();
                for row in (0..batch.num_rows()).filter(|row| is_compared(*row)) {
                    if let (Some(a), Some(b)) = (value(a, row), value(b, row)) {
                        let code = self.hasher.hash_one((source.table, number, a, b));
                        self.outputs.push((code, self.rows + u64::try_from(row).unwrap_or(u64::MAX)));
                    }
                }
                self.memory.try_grow((self.outputs.len() - before) * PAIR_BYTES)?;
            }
        }
        self.rows += u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Compares with rows of the source at `index`, of its `columns`.
    pub(crate) fn compare(&mut self, index: usize, batch: &RecordBatch) -> Result<(), DataFusionError> {
        if self.known.is_empty() {
            self.known = self.outputs.iter().map(|(code, _)| *code).collect();
        }
        let Some(source) = self.sources.get(index) else { return Ok(()) };
        let columns = normal_columns(batch.columns(), 0..source.columns.len())?;
        for (number, [_, _, a, b]) in source.pairs.iter().enumerate() {
            let (Some(a), Some(b)) = (columns.get(a), columns.get(b)) else { continue };
            for row in 0..batch.num_rows() {
                if let (Some(a), Some(b)) = (value(a, row), value(b, row)) {
                    let code = self.hasher.hash_one((source.table, number, a, b));
                    if self.known.contains(&code) {
                        self.matched.insert(code);
                    }
                }
            }
        }
        Ok(())
    }

    /// How many output rows were found among the sources'.
    pub(crate) fn matches(&self) -> u64 {
        let rows: BTreeSet<u64> =
            self.outputs.iter().filter(|(code, _)| self.matched.contains(code)).map(|(_, row)| *row).collect();
        u64::try_from(rows.len()).unwrap_or(u64::MAX)
    }
}

impl Source {
    fn new(table: usize, places: &[(usize, String)]) -> Option<Self> {
        let columns: Vec<String> =
            places.iter().map(|(_, name)| name.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        let place_of = |name: &str| columns.iter().position(|column| column == name);
        let mut pairs = Vec::new();
        for distance in 1..places.len() {
            for (a, b) in places.iter().zip(places.iter().skip(distance)) {
                // Twice the same column is no more of a row than once.
                if let (true, Some(c), Some(d)) = (a.0 != b.0 && a.1 != b.1, place_of(&a.1), place_of(&b.1)) {
                    pairs.push([a.0, b.0, c, d]);
                }
            }
        }
        pairs.truncate(PAIRS_MAX);
        if pairs.is_empty() { None } else { Some(Self { table, columns, pairs }) }
    }
}

fn normal_columns(
    columns: &[ArrayRef],
    places: impl Iterator<Item = usize>,
) -> Result<BTreeMap<usize, ArrayRef>, ArrowError> {
    let mut normal = BTreeMap::new();
    for place in places {
        if let Some(array) = columns.get(place) {
            normal.insert(place, cast(array, &DataType::Utf8)?);
        }
    }
    Ok(normal)
}

/// A value as text, in which 10, 10.0 and '10' are the same.
fn value(column: &ArrayRef, row: usize) -> Option<String> {
    let texts = column.as_string_opt::<i32>()?;
    if texts.is_null(row) {
        return None;
    }
    let text = texts.value(row).trim();
    Some(text.parse::<f64>().map_or_else(|_| text.to_owned(), |number| number.to_string()))
}
