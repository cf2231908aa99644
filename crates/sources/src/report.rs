//! What intake found out about the quality of a table.
//!
//! INVARIANT (no values): counts, lines and names of columns; never a cell.
//! INVARIANT (every row): `rows_bad` is the sum of `faults`, which counts each
//! bad row once, under the first fault found in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_model::Column;

use crate::charset::Encoding;
use crate::reasons::Fault;

/// The report on one landing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityReport {
    /// The encoding found; none for Parquet.
    pub encoding: Option<Encoding>,
    /// Rows in the landing.
    pub rows_good: u64,
    /// Rows left out.
    pub rows_bad: u64,
    /// Lines with nothing on them, which are no rows.
    pub lines_blank: u64,
    /// The first bad rows, as many as the limit allows.
    pub bad_rows: Vec<BadRow>,
    /// Bad rows by reason code.
    pub faults: BTreeMap<Cow<'static, str>, u64>,
    /// Each column, in the declared order.
    pub columns: Vec<ColumnProfile>,
}

/// Shares of a report are of so many.
const THOUSAND: u64 = 1000;

impl QualityReport {
    /// Good rows of a thousand: the score of the check. Nothing at all is no good row.
    pub fn accuracy(&self) -> u64 {
        share(self.rows_good, self.rows_good.saturating_add(self.rows_bad))
    }

    /// Cells of good rows that hold something, of a thousand.
    pub fn completeness(&self) -> u64 {
        let nulls = self.columns.iter().fold(0_u64, |sum, column| sum.saturating_add(column.nulls));
        let columns = u64::try_from(self.columns.len()).unwrap_or(u64::MAX);
        let cells = self.rows_good.saturating_mul(columns);
        share(cells.saturating_sub(nulls), cells)
    }
}

/// `part` of `whole`, of a thousand and rounded down, so that only all is a thousand.
fn share(part: u64, whole: u64) -> u64 {
    u64::try_from(u128::from(part) * u128::from(THOUSAND) / u128::from(whole.max(1))).unwrap_or(THOUSAND)
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// The physical line on which it starts, from 1; for Parquet the row, from 1.
    pub line: u64,
    /// The column at fault, where it is one.
    pub column: Option<String>,
    /// The reason's code.
    pub code: Cow<'static, str>,
    /// The reason in words.
    pub what: Cow<'static, str>,
}

/// What the good rows hold in one column, and how many were bad because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// The column.
    pub name: String,
    /// Good rows without a value.
    pub nulls: u64,
    /// Bad rows because of this column.
    pub faults: u64,
    /// For text that identifies people or firms: how many have which format.
    pub formats: Option<IdentifierFormats>,
}

/// How many values of an identifying column are well-formed what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentifierFormats {
    /// Citizens' identity numbers with a right check digit.
    pub id_cards: u64,
    /// Unified social credit codes with a right check character.
    pub credit_codes: u64,
    /// Mobile numbers.
    pub mobiles: u64,
    /// None of these.
    pub others: u64,
}

/// A report that is being written.
pub(crate) struct ReportDraft {
    encoding: Option<Encoding>,
    pub(crate) rows_good: u64,
    rows_bad: u64,
    pub(crate) lines_blank: u64,
    bad_rows: Vec<BadRow>,
    bad_rows_max: usize,
    faults: BTreeMap<Fault, u64>,
    column_faults: Vec<u64>,
}

impl ReportDraft {
    pub(crate) fn new(columns: usize, bad_rows_max: usize) -> Self {
        Self {
            encoding: None,
            rows_good: 0,
            rows_bad: 0,
            lines_blank: 0,
            bad_rows: Vec::new(),
            bad_rows_max,
            faults: BTreeMap::new(),
            column_faults: vec![0; columns],
        }
    }

    pub(crate) fn found(&mut self, encoding: Encoding) {
        self.encoding = Some(encoding);
    }

    /// Good and bad rows so far.
    pub(crate) fn rows(&self) -> u64 {
        self.rows_good + self.rows_bad
    }

    /// Counts a bad row, and lists it while there is room.
    pub(crate) fn bad(&mut self, line: u64, column: Option<(usize, &Column)>, fault: Fault) {
        self.rows_bad += 1;
        *self.faults.entry(fault).or_default() += 1;
        if let Some(count) = column.and_then(|(index, _)| self.column_faults.get_mut(index)) {
            *count += 1;
        }
        if self.bad_rows.len() < self.bad_rows_max {
            let (code, what) = fault.words();
            let column = column.map(|(_, column)| column.name.clone());
            self.bad_rows.push(BadRow { line, column, code: code.into(), what: what.into() });
        }
    }

    /// The report, with what the good rows were found to hold.
    pub(crate) fn finish(self, columns: &[Column], held: &[Held]) -> QualityReport {
        let faults = self.faults.iter().map(|(fault, count)| (Cow::Borrowed(fault.words().0), *count)).collect();
        let columns = columns
            .iter()
            .zip(held)
            .zip(&self.column_faults)
            .map(|((column, held), faults)| ColumnProfile {
                name: column.name.clone(),
                nulls: held.nulls,
                faults: *faults,
                formats: held.formats,
            })
            .collect();
        QualityReport {
            encoding: self.encoding,
            rows_good: self.rows_good,
            rows_bad: self.rows_bad,
            lines_blank: self.lines_blank,
            bad_rows: self.bad_rows,
            faults,
            columns,
        }
    }
}

/// What the good rows hold in one column.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Held {
    pub(crate) nulls: u64,
    pub(crate) formats: Option<IdentifierFormats>,
}
