//! AIR-003: rows that equal raw rows do not leave.
//!
//! The airlock can not know raw rows. The workroom compares them inside, where
//! both are, by digests of whole rows, and tells how many equal one. What it
//! could not compare fails. A statement that only copies rows is so refused
//! even where nobody can be named by them: raw data stays inside.

use arrow::error::ArrowError;

use super::Check;
use crate::view::{Finding, View};

/// The check.
pub(super) const CHECK: Check = Check { code: "AIR-003", title: "rows that equal raw rows", run };

fn run(view: &View<'_>) -> Result<Vec<Finding>, ArrowError> {
    let rule = &view.regime.release.raw_row_matches_max;
    let instead = "group the rows, or give fewer columns of each";
    let finding = match view.facts.raw_row_matches {
        None => Finding::new(view, CHECK.code, rule, "it is not known how many rows equal raw rows", instead),
        Some(matches) if matches > u64::from(rule.value) => {
            let what = format!("{matches} rows equal raw rows; the most allowed is {}", rule.value);
            let mut finding = Finding::new(view, CHECK.code, rule, what, instead);
            finding.count = matches;
            finding
        }
        Some(_) => return Ok(Vec::new()),
    };
    Ok(vec![finding])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::Int64Array;

    use super::super::table::{Sample, report};
    use super::*;

    #[test]
    fn refuses_more_raw_rows_than_the_most_and_what_is_not_known() {
        // The sample's rules allow none.
        for (matches, expected) in [(Some(0), 0), (Some(1), 1), (Some(u64::MAX), 1), (None, 1)] {
            let mut sample = Sample::of(report(), vec![("n", Arc::new(Int64Array::from(vec![20])))]);
            sample.facts.raw_row_matches = matches;
            assert_eq!(sample.run(CHECK).len(), expected, "{matches:?}");
        }
    }

    #[test]
    fn the_most_is_the_rules_number() {
        for (matches, expected) in [(4, 0), (5, 0), (6, 1)] {
            let mut sample = Sample::of(report(), vec![("n", Arc::new(Int64Array::from(vec![20])))]);
            sample.regime.release.raw_row_matches_max.value = 5;
            sample.facts.raw_row_matches = Some(matches);
            assert_eq!(sample.run(CHECK).len(), expected, "{matches}");
        }
    }
}
