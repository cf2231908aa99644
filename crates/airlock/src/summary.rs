//! What a reviewer may know of a result without seeing a row: its columns, how
//! full they are, how many values they have, and how small the counts are.
//!
//! INVARIANT (no value): of cells only counts of persons or firms are shown,
//! the least and the greatest, since those are what the reviewer judges; of
//! anything else only how many.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use arrow::array::{Array, ArrayRef, Float64Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use serde::{Deserialize, Serialize};
use shuyu_model::{ColumnClass, ColumnType};

use crate::view::{View, for_each_batch, is_text, is_whole, label, texts, wholes};

/// Values beyond this many are not told apart.
pub const DISTINCT_MAX: usize = 100_000;

/// One column, as a reviewer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSummary {
    /// Its name, or `#3` where the name must not be shown.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its type; `None` where it is one that may not leave.
    #[serde(rename = "type")]
    pub kind: Option<ColumnType>,
    /// What it says about whom.
    pub class: ColumnClass,
    /// Whether it counts persons or firms.
    pub is_count: bool,
    /// Of a thousand cells, how many are empty.
    pub null_permille: u64,
    /// How many different values it has, up to [`DISTINCT_MAX`].
    pub distinct: u64,
    /// Of a count: its numbers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub counts: Option<CountSummary>,
}

/// The numbers of a column that counts persons or firms.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CountSummary {
    /// The least.
    pub min: Option<i64>,
    /// The least above zero.
    pub min_above_zero: Option<i64>,
    /// The greatest.
    pub max: Option<i64>,
    /// How many cells lie below the least count, zero not among them.
    pub below_least: u64,
}

impl CountSummary {
    fn take(&mut self, count: i64, least: i64) {
        self.min = Some(self.min.map_or(count, |min| min.min(count)));
        self.max = Some(self.max.map_or(count, |max| max.max(count)));
        if count > 0 {
            self.min_above_zero = Some(self.min_above_zero.map_or(count, |min| min.min(count)));
        }
        if count != 0 && count < least {
            self.below_least = self.below_least.saturating_add(1);
        }
    }
}

/// The type of a column in our words.
pub(crate) fn column_type(kind: &DataType) -> Option<ColumnType> {
    match kind {
        kind if is_text(kind) => Some(ColumnType::Text),
        kind if kind.is_integer() => Some(ColumnType::Integer),
        DataType::Float32 | DataType::Float64 | DataType::Decimal128(_, _) => Some(ColumnType::Float),
        DataType::Boolean => Some(ColumnType::Boolean),
        DataType::Date32 => Some(ColumnType::Date),
        DataType::Timestamp(_, _) => Some(ColumnType::Timestamp),
        _ => None,
    }
}

struct Tally {
    hasher: RandomState,
    distinct: HashSet<u64>,
    cells: u64,
    nulls: u64,
    counts: CountSummary,
}

impl Tally {
    fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            distinct: HashSet::new(),
            cells: 0,
            nulls: 0,
            counts: CountSummary::default(),
        }
    }

    fn take(&mut self, value: impl std::hash::Hash) {
        if self.distinct.len() < DISTINCT_MAX {
            self.distinct.insert(self.hasher.hash_one(value));
        }
    }

    fn take_array(&mut self, array: &ArrayRef, is_count: bool, least: i64) -> Result<(), ArrowError> {
        let kind = array.data_type();
        self.cells = self.cells.saturating_add(array.len() as u64);
        self.nulls = self.nulls.saturating_add(array.logical_null_count() as u64);
        if is_text(kind) {
            texts(array)?.iter().flatten().for_each(|text| self.take(text));
        } else if is_whole(kind) || matches!(kind, DataType::Boolean | DataType::Date32) {
            let array = if kind.is_numeric() { array.clone() } else { cast(array, &DataType::Int64)? };
            wholes(&array)?.iter().flatten().for_each(|whole| self.take(whole));
        } else if kind.is_floating() {
            let doubles = Float64Array::from(cast(array, &DataType::Float64)?.to_data());
            doubles.iter().flatten().for_each(|double| self.take(double.to_bits()));
        }
        if is_count && kind.is_numeric() {
            for count in wholes(array)?.iter().flatten() {
                self.counts.take(i64::try_from(count).unwrap_or(i64::MAX), least);
            }
        }
        Ok(())
    }
}

/// Every column of a result.
pub(crate) fn summarise(view: &View<'_>) -> Result<Vec<ColumnSummary>, ArrowError> {
    let fields = view.table.schema().fields();
    let least = i64::from(view.regime.release.cell_count_min.value);
    let is_count: Vec<bool> = fields
        .iter()
        .map(|field| view.declared.column(field.name()).is_some_and(|declared| declared.is_count))
        .collect();
    let mut tallies: Vec<Tally> = fields.iter().map(|_| Tally::new()).collect();
    for_each_batch(view, |_, batch| {
        for (tally, (array, is_count)) in tallies.iter_mut().zip(batch.columns().iter().zip(&is_count)) {
            tally.take_array(array, *is_count, least)?;
        }
        Ok(())
    })?;
    let columns = fields.iter().zip(tallies).enumerate().map(|(at, (field, tally))| {
        let declared = view.declared.column(field.name());
        ColumnSummary {
            name: label(view, at),
            title: declared.map(|declared| declared.title.clone()).unwrap_or_default(),
            kind: column_type(field.data_type()),
            class: declared.map_or(ColumnClass::Plain, |declared| declared.class),
            is_count: declared.is_some_and(|declared| declared.is_count),
            null_permille: tally.nulls.saturating_mul(1000).checked_div(tally.cells).unwrap_or(0),
            distinct: tally.distinct.len() as u64,
            counts: declared.filter(|declared| declared.is_count).map(|_| tally.counts),
        }
    });
    Ok(columns.collect())
}

/// How the columns differ from those of the release before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ColumnsDiff {
    /// New ones.
    pub added: Vec<String>,
    /// Those that are gone.
    pub removed: Vec<String>,
    /// Those of the same name and another type, class or meaning.
    pub changed: Vec<String>,
}

/// What changed from the columns `before` to the columns `after`.
pub(crate) fn diff(before: &[ColumnSummary], after: &[ColumnSummary]) -> ColumnsDiff {
    let find = |columns: &[ColumnSummary], name: &str| columns.iter().find(|column| column.name == name).cloned();
    let facets = |column: &ColumnSummary| (column.kind, column.class, column.is_count, column.title.clone());
    let mut diff = ColumnsDiff::default();
    for column in after {
        match find(before, &column.name) {
            None => diff.added.push(column.name.clone()),
            Some(earlier) if facets(&earlier) != facets(column) => diff.changed.push(column.name.clone()),
            Some(_) => {}
        }
    }
    diff.removed = before.iter().filter(|column| find(after, &column.name).is_none()).map(|c| c.name.clone()).collect();
    diff
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{BooleanArray, Date32Array, Int64Array, StringArray};

    use super::*;
    use crate::checks::table::{Sample, report};

    fn summaries() -> Vec<ColumnSummary> {
        let mut sample = Sample::of(
            report(),
            vec![
                ("street", Arc::new(StringArray::from(vec![Some("a"), Some("b"), Some("a"), None]))),
                ("people", Arc::new(Int64Array::from(vec![Some(0), Some(9), Some(4210), None]))),
                ("mean", Arc::new(Float64Array::from(vec![0.5, 0.5, 0.25, 1.5]))),
                ("is_open", Arc::new(BooleanArray::from(vec![true, false, true, true]))),
                ("day", Arc::new(Date32Array::from(vec![1, 2, 3, 3]))),
            ],
        );
        sample.declared.columns[1].is_count = true;
        summarise(&sample.view()).unwrap()
    }

    #[test]
    fn tells_how_full_and_how_varied_a_column_is() {
        let told: Vec<_> = summaries().into_iter().map(|c| (c.name, c.null_permille, c.distinct)).collect();
        let expected = [("street", 250, 2), ("people", 250, 3), ("mean", 0, 3), ("is_open", 0, 2), ("day", 0, 3)];
        assert_eq!(told, expected.map(|(name, nulls, distinct)| (name.to_owned(), nulls, distinct)));
    }

    #[test]
    fn shows_numbers_of_counts_alone() {
        let counts: Vec<_> = summaries().into_iter().map(|column| column.counts).collect();
        let people = CountSummary { min: Some(0), min_above_zero: Some(9), max: Some(4210), below_least: 1 };
        assert_eq!(counts, [None, Some(people), None, None, None]);
    }

    #[test]
    fn never_repeats_a_value() {
        let told = serde_json::to_string(&summaries()).unwrap();
        assert!(!told.contains("0.25") && !told.contains("\"a\""), "{told}");
    }

    #[test]
    fn tells_what_changed_since_the_release_before() {
        let before = summaries();
        let mut after = before.clone();
        after.remove(0);
        after[0].class = ColumnClass::Sensitive;
        after.push(ColumnSummary { name: "rate".to_owned(), ..before[2].clone() });
        let expected = ColumnsDiff {
            added: vec!["rate".to_owned()],
            removed: vec!["street".to_owned()],
            changed: vec!["people".to_owned()],
        };
        assert_eq!(diff(&before, &after), expected);
        assert_eq!(diff(&before, &before), ColumnsDiff::default());
    }
}
