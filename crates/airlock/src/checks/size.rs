//! AIR-004: a report is small enough for a person to have read it, and no
//! release is larger than the rules allow.
//!
//! A reviewer signs for what is inside. Nobody reads a hundred thousand rows,
//! and a large file has room to hide another one in.

use arrow::error::ArrowError;

use super::Check;
use crate::view::{Finding, View};

/// The check.
pub(super) const CHECK: Check = Check { code: "AIR-004", title: "rows of a report, bytes of a release", run };

fn run(view: &View<'_>) -> Result<Vec<Finding>, ArrowError> {
    let release = &view.regime.release;
    let (rows_max, bytes_max) = (u64::from(release.report_rows_max.value), release.bytes_max.value);
    let mut findings = Vec::new();
    if view.declared.kind.is_summary() && view.facts.rows > rows_max {
        let what =
            format!("the {} has {} rows; the most allowed is {rows_max}", view.declared.kind.word(), view.facts.rows);
        findings.push(Finding::new(
            view,
            CHECK.code,
            &release.report_rows_max,
            what,
            "make the groups larger, or declare a data set",
        ));
    }
    if view.facts.bytes > bytes_max {
        let what = format!("the result has {} bytes; the most allowed is {bytes_max}", view.facts.bytes);
        findings.push(Finding::new(
            view,
            CHECK.code,
            &release.bytes_max,
            what,
            "give fewer columns or rows, or several results",
        ));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::Int64Array;

    use shuyu_workroom::OutputKind;

    use super::super::table::{Sample, dataset, report};
    use super::*;

    #[track_caller]
    fn check(kind: OutputKind, rows: u64, bytes: u64, expected: usize) {
        let mut sample = Sample::of(kind, vec![("n", Arc::new(Int64Array::from(vec![20])))]);
        (sample.facts.rows, sample.facts.bytes) = (rows, bytes);
        (sample.regime.release.report_rows_max.value, sample.regime.release.bytes_max.value) = (100, 1000);
        assert_eq!(sample.run(CHECK).len(), expected, "{rows} rows, {bytes} bytes");
    }

    #[test]
    fn refuses_what_is_larger_than_the_most() {
        for (rows, bytes, expected) in [(100, 1000, 0), (99, 999, 0), (101, 1000, 1), (100, 1001, 1), (101, 1001, 2)] {
            check(report(), rows, bytes, expected);
        }
    }

    #[test]
    fn only_reports_and_models_are_bounded_in_rows() {
        check(OutputKind::Model, 101, 1000, 1);
        check(dataset(), 101, 1000, 0);
        check(dataset(), 101, 1001, 1);
    }
}
