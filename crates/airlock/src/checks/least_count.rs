//! AIR-002: each cell describes at least so many persons or firms, or none.
//!
//! This is the test of re-identification (GB/T 42460—2023): whoever is described cannot be
//! told from fewer than so many others, so that the risk of any row is one in that number
//! at most. It is run on every candidate and its result kept with the candidate; what it
//! does not cover, a lookup, leaves with the person's consent alone.
//!
//! The number is of persons or firms, not of rows: a firm with thirty lorries
//! is one firm. It comes from the workroom, which counts them beside the
//! statement, so that the author can not leave it out; what could not be
//! counted fails. A column that is declared to count persons or firms must
//! bear the same rule in the value it shows, since that is what its reader
//! takes for the count.
//!
//! Zero passes: an empty cell names nobody. It can still give a whole group
//! away, when all of its row sits in one other cell; that needs the table's
//! margins and is not looked at here. A null passes: it is how an author
//! withholds a cell.
//!
//! A lookup's rows describe one person each, as they must. They leave one at a
//! time with that person's consent (`delivery`), so only its declared counts
//! are looked at.

use arrow::array::{Array, Float64Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use shuyu_workroom::OutputKind;

use super::Check;
use crate::view::{Entities, Finding, Rows, View, for_each_batch, label};

/// The check.
pub(super) const CHECK: Check = Check { code: "AIR-002", title: "least count of persons or firms in a cell", run };

fn run(view: &View<'_>) -> Result<Vec<Finding>, ArrowError> {
    let mut findings = Vec::new();
    if !matches!(view.declared.kind, OutputKind::Lookup { .. }) {
        findings.extend(behind_rows(view));
    }
    let fields = view.table.schema().fields();
    for (at, field) in fields.iter().enumerate() {
        if view.declared.column(field.name()).is_some_and(|declared| declared.is_count) {
            findings.extend(in_column(view, at)?);
        }
    }
    Ok(findings)
}

/// Whether a count is between nothing and the least.
fn is_too_few(count: u64, min: u64) -> bool {
    0 < count && count < min
}

fn behind_rows(view: &View<'_>) -> Vec<Finding> {
    let rule = &view.regime.release.cell_count_min;
    let min = u64::from(rule.value);
    let instead =
        format!("keep only groups of {min} or more (HAVING count(DISTINCT …) >= {min}), or make the groups larger");
    let unknown = |why: &str, rows: &Rows| {
        let what = format!("it is not known how many persons or firms stand behind the rows: {why}");
        let instead = "write the statement so that each row comes from a group, with the entity column in reach";
        Finding::new(view, CHECK.code, rule, what, instead).in_rows(rows)
    };
    let every_row = Rows { count: view.facts.rows, listed: Vec::new() };
    let counts = match &view.facts.entities {
        Entities::Nobody => return Vec::new(),
        Entities::EachRow if view.facts.rows == 0 || !is_too_few(1, min) => return Vec::new(),
        Entities::EachRow => {
            let what = format!("each row describes one person or firm; the least allowed is {min}");
            return vec![Finding::new(view, CHECK.code, rule, what, instead).in_rows(&every_row)];
        }
        Entities::PerRow(counts) if counts.len() as u64 == view.facts.rows => counts,
        Entities::PerRow(_) => return vec![unknown("there are other counts than rows", &every_row)],
        Entities::Unknown(why) => return vec![unknown(why, &every_row)],
    };
    let (mut few, mut missing) = (Rows::default(), Rows::default());
    for (row, count) in (0_u64..).zip(counts) {
        match count {
            Some(count) if is_too_few(*count, min) => few.add(row),
            Some(_) => {}
            None => missing.add(row),
        }
    }
    let mut findings = Vec::new();
    if few.count > 0 {
        let what = format!("{} rows describe fewer than {min} persons or firms", few.count);
        findings.push(Finding::new(view, CHECK.code, rule, what, instead).in_rows(&few));
    }
    if missing.count > 0 {
        findings.push(unknown("some were not counted", &missing));
    }
    findings
}

fn in_column(view: &View<'_>, at: usize) -> Result<Option<Finding>, ArrowError> {
    let rule = &view.regime.release.cell_count_min;
    let min = f64::from(rule.value);
    let is_number = view.table.schema().fields().get(at).is_some_and(|field| field.data_type().is_numeric());
    if !is_number {
        let finding = Finding::new(view, CHECK.code, rule, "a declared count is no number", "declare it as what it is");
        return Ok(Some(finding.in_column(label(view, at))));
    }
    let mut few = Rows::default();
    for_each_batch(view, |before, batch| {
        let Some(array) = batch.columns().get(at) else { return Ok(()) };
        let counts = Float64Array::from(cast(array, &DataType::Float64)?.to_data());
        for (row, count) in (before..).zip(counts.iter()) {
            // A count below zero or no number at all is none, and fails too.
            if count.is_some_and(|count| !(count == 0.0 || count >= min)) {
                few.add(row);
            }
        }
        Ok(())
    })?;
    if few.count == 0 {
        return Ok(None);
    }
    let what = format!("{} cells count fewer than {} persons or firms", few.count, rule.value);
    let instead = format!("withhold them (NULL), or round to a multiple of {} with the small ones to 0", rule.value);
    Ok(Some(Finding::new(view, CHECK.code, rule, what, instead).in_column(label(view, at)).in_rows(&few)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, StringArray};

    use super::super::table::{Sample, dataset, lookup, report};
    use super::*;

    fn sample(entities: Entities) -> Sample {
        let mut sample = Sample::of(report(), vec![("n", Arc::new(Int64Array::from(vec![50, 60, 70])) as ArrayRef)]);
        sample.facts.entities = entities;
        sample
    }

    fn rows(found: &[Finding]) -> Vec<u64> {
        found.iter().flat_map(|finding| finding.place.rows.clone()).collect()
    }

    #[test]
    fn refuses_a_row_below_the_least_count_and_lets_the_edge_and_zero_pass() {
        // The least count of the sample's rules is 10.
        for (count, expected) in
            [(0, vec![]), (1, vec![2]), (9, vec![2]), (10, vec![]), (11, vec![]), (u64::MAX, vec![])]
        {
            let found = sample(Entities::PerRow(vec![Some(10), Some(count), Some(99)])).run(CHECK);
            assert_eq!(rows(&found), expected, "{count}");
        }
    }

    #[test]
    fn what_could_not_be_counted_fails() {
        assert_eq!(sample(Entities::Unknown("of its shape".to_owned())).run(CHECK).len(), 1);
        assert_eq!(rows(&sample(Entities::PerRow(vec![Some(10), None, Some(10)])).run(CHECK)), [2]);
        assert_eq!(sample(Entities::PerRow(vec![Some(10)])).run(CHECK).len(), 1, "a count for each row or none");
    }

    #[test]
    fn tables_about_nobody_need_no_count_and_data_sets_do() {
        assert_eq!(sample(Entities::Nobody).run(CHECK).len(), 0);
        let mut sample = sample(Entities::PerRow(vec![Some(1); 3]));
        sample.declared.kind = dataset();
        assert_eq!(sample.run(CHECK).len(), 1);
    }

    #[test]
    fn rows_that_describe_one_each_fail_unless_there_are_none() {
        let mut sample = sample(Entities::EachRow);
        let found = sample.run(CHECK);
        assert_eq!(found.iter().map(|finding| finding.count).collect::<Vec<_>>(), [3]);
        sample.facts.rows = 0;
        assert_eq!(sample.run(CHECK).len(), 0);
        sample.facts.rows = 3;
        sample.regime.release.cell_count_min.value = 1;
        assert_eq!(sample.run(CHECK).len(), 0);
    }

    #[test]
    fn a_row_of_a_lookup_describes_one_person() {
        let mut sample = sample(Entities::PerRow(vec![Some(1); 3]));
        sample.declared.kind = lookup("n");
        assert_eq!(sample.run(CHECK).len(), 0);
    }

    #[track_caller]
    fn check_count(array: ArrayRef, expected: &[u64]) {
        let mut sample = Sample::of(report(), vec![("n", array)]);
        sample.declared.columns[0].is_count = true;
        let found = sample.run(CHECK);
        assert_eq!(rows(&found), expected, "{found:?}");
    }

    #[test]
    fn a_declared_count_shows_none_or_enough() {
        check_count(Arc::new(Int64Array::from(vec![Some(0), Some(9), Some(10), Some(11), None])), &[2]);
        check_count(Arc::new(Int64Array::from(vec![-1, i64::MIN, i64::MAX])), &[1, 2]);
        check_count(Arc::new(Float64Array::from(vec![9.99, 10.0, f64::NAN, 0.0])), &[1, 3]);
    }

    #[test]
    fn a_declared_count_that_is_no_number_fails() {
        let mut sample = Sample::of(report(), vec![("n", Arc::new(StringArray::from(vec!["20"])) as ArrayRef)]);
        sample.declared.columns[0].is_count = true;
        assert_eq!(sample.run(CHECK).len(), 1);
    }
}
