//! AIR-001: a raw identifier must not leave.
//!
//! Why it is enough to look: the gate of the workroom keeps permitted columns
//! masked, so an identifier in a result is either free text that the
//! department typed one into, or an identifier put together again. Both look
//! like what they are, and the check digit keeps the false alarms rare. One
//! certain hit refuses: there is no harmless identity number.
//!
//! Looked through: text, whole numbers, decimals and moments cell by cell;
//! doubles by shape, for they lost the check digit; and the names and titles
//! of columns, which leave as well. What has no check digit (old identity
//! numbers, bank cards, mobile numbers in a column of whole numbers) counts
//! only when the column is full of it. A lookup's key, and a column that its
//! author declares to be a direct identifier, must hold the workroom's
//! pseudonyms and nothing else. Those are letters alone and can never be taken
//! for a number.

use arrow::array::{Array, ArrayRef, Float64Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use shuyu_model::ColumnClass;
use shuyu_workroom::OutputKind;

use super::Check;
use crate::scan::{Hits, is_pseudonym, is_rounded_id_card, scan, scan_whole};
use crate::view::{Finding, Rows, View, for_each_batch, is_text, is_whole, label, texts, wholes};

/// The check.
pub(super) const CHECK: Check =
    Check { code: "AIR-001", title: "raw identifiers: identity numbers, credit codes, mobile numbers", run };

/// From so many cells on, a column can be full of something.
const SUSPECTS_MIN: u64 = 5;
/// Of ten cells that hold something, so many must look like it.
const SUSPECTS_OF_TEN_MIN: u64 = 8;

/// What one column holds.
#[derive(Default)]
struct Column {
    id_cards: Rows,
    credit_codes: Rows,
    mobiles: Rows,
    /// Cells that hold something at all.
    filled: u64,
    old_id_cards: u64,
    bank_cards: u64,
    whole_mobiles: u64,
    /// Cells that should hold a pseudonym and do not.
    bare: Rows,
}

/// Whether a column's values name a person or firm, so that only their
/// pseudonyms may leave.
fn must_be_pseudonyms(view: &View<'_>, name: &str) -> bool {
    let is_key = matches!(&view.declared.kind, OutputKind::Lookup { key } if key == name);
    is_key || view.declared.column(name).is_some_and(|declared| declared.class == ColumnClass::DirectIdentifier)
}

impl Column {
    fn take(&mut self, row: u64, hits: Hits, is_number: bool) {
        self.filled = self.filled.saturating_add(1);
        if hits.id_card {
            self.id_cards.add(row);
        }
        if hits.credit_code {
            self.credit_codes.add(row);
        }
        match (hits.mobile, is_number) {
            (true, false) => self.mobiles.add(row),
            (true, true) => self.whole_mobiles = self.whole_mobiles.saturating_add(1),
            _ => {}
        }
        self.old_id_cards = self.old_id_cards.saturating_add(u64::from(hits.old_id_card));
        self.bank_cards = self.bank_cards.saturating_add(u64::from(hits.bank_card));
    }

    fn is_full_of(&self, suspects: u64) -> bool {
        suspects >= SUSPECTS_MIN && suspects.saturating_mul(10) >= self.filled.saturating_mul(SUSPECTS_OF_TEN_MIN)
    }
}

fn run(view: &View<'_>) -> Result<Vec<Finding>, ArrowError> {
    let mut findings = in_words(view);
    let fields = view.table.schema().fields();
    let mut columns: Vec<Column> = fields.iter().map(|_| Column::default()).collect();
    for_each_batch(view, |before, batch| {
        for (column, (array, field)) in columns.iter_mut().zip(batch.columns().iter().zip(fields)) {
            take_array(column, before, array, must_be_pseudonyms(view, field.name()))?;
        }
        Ok(())
    })?;
    for (at, (column, field)) in columns.iter().zip(fields).enumerate() {
        let is_count = view.declared.column(field.name()).is_some_and(|declared| declared.is_count);
        findings.extend(found_in(view, at, column, is_count));
    }
    Ok(findings)
}

fn take_array(column: &mut Column, before: u64, array: &ArrayRef, must_be_pseudonyms: bool) -> Result<(), ArrowError> {
    let kind = array.data_type();
    if is_text(kind) {
        for (row, text) in (before..).zip(texts(array)?.iter()) {
            let Some(text) = text else { continue };
            column.take(row, scan(text), false);
            if must_be_pseudonyms && !is_pseudonym(text) {
                column.bare.add(row);
            }
        }
        return Ok(());
    }
    if must_be_pseudonyms {
        (before..).zip(0..array.len()).for_each(|(row, _)| column.bare.add(row));
    }
    if is_whole(kind) {
        for (row, value) in (before..).zip(wholes(array)?.iter()) {
            if let Some(value) = value {
                column.take(row, scan_whole(value), true);
            }
        }
    } else if kind.is_floating() {
        let doubles = Float64Array::from(cast(array, &DataType::Float64)?.to_data());
        for (row, value) in (before..).zip(doubles.iter()) {
            if let Some(value) = value {
                column.take(row, scan_double(value), true);
            }
        }
    }
    Ok(())
}

/// A double keeps sixteen digits: enough for all of a mobile number and for
/// the birth date inside an identity number.
fn scan_double(value: f64) -> Hits {
    let is_mobile = (1.3e10..2e10).contains(&value) && value.fract() == 0.0;
    Hits { id_card: is_rounded_id_card(value), mobile: is_mobile, ..Hits::default() }
}

fn found_in(view: &View<'_>, at: usize, column: &Column, is_count: bool) -> Vec<Finding> {
    let rule = &view.regime.release.raw_never_leaves;
    let certain = [
        (&column.id_cards, "identity numbers"),
        (&column.credit_codes, "unified social credit codes"),
        (&column.mobiles, "mobile numbers"),
    ];
    let mut findings: Vec<Finding> = certain
        .into_iter()
        .filter(|(rows, _)| rows.count > 0)
        .map(|(rows, of)| {
            let what = format!("{} cells hold {of}", rows.count);
            Finding::new(
                view,
                CHECK.code,
                rule,
                what,
                "leave the column out, or cut the numbers from its text in the statement",
            )
            .in_column(label(view, at))
            .in_rows(rows)
        })
        .collect();
    if column.bare.count > 0 {
        let what = format!("{} cells of a column that names persons or firms hold no pseudonym", column.bare.count);
        let instead = "give the entity column as the workroom gives it, or leave the column out";
        findings
            .push(Finding::new(view, CHECK.code, rule, what, instead).in_column(label(view, at)).in_rows(&column.bare));
    }
    // Sums of money can have eleven digits; counts of people do not reach so far.
    let suspected = [
        (column.old_id_cards, "identity numbers of fifteen digits"),
        (column.bank_cards, "bank card numbers"),
        (if is_count { 0 } else { column.whole_mobiles }, "mobile numbers"),
    ];
    findings.extend(suspected.into_iter().filter(|(many, _)| column.is_full_of(*many)).map(|(many, of)| {
        let what = format!("{many} of {} cells look like {of}", column.filled);
        let mut finding =
            Finding::new(view, CHECK.code, rule, what, "leave the column out; give amounts in larger units")
                .in_column(label(view, at));
        finding.count = many;
        finding
    }));
    findings
}

/// What stands in the names and titles.
fn in_words(view: &View<'_>) -> Vec<Finding> {
    let rule = &view.regime.release.raw_never_leaves;
    let mut findings = Vec::new();
    for (at, field) in view.table.schema().fields().iter().enumerate() {
        let declared = view.declared.column(field.name());
        if scan(field.name()).is_certain() || declared.is_some_and(|d| scan(&d.title).is_certain()) {
            let what = "a column's name or title holds an identifier";
            findings.push(
                Finding::new(view, CHECK.code, rule, what, "give the column another name").in_column(label(view, at)),
            );
        }
    }
    if scan(&view.declared.title).is_certain() {
        findings.push(Finding::new(view, CHECK.code, rule, "the title holds an identifier", "give it another title"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        Decimal128Array, Int64Array, LargeStringArray, StringArray, StringViewArray, TimestampMicrosecondArray,
        UInt64Array,
    };

    use super::super::table::{Sample, dataset, lookup, report};
    use super::*;

    const ID: &str = "440524188001010014";

    #[track_caller]
    fn check(array: ArrayRef, expected: &[u64]) {
        let found = Sample::of(report(), vec![("note", array)]).run(CHECK);
        let rows: Vec<u64> = found.iter().flat_map(|finding| finding.place.rows.clone()).collect();
        assert_eq!(rows, expected, "{found:?}");
        assert!(!format!("{found:?}").contains("4405"), "a finding holds a value");
    }

    #[test]
    fn refuses_one_identity_number_in_any_type_of_column() {
        let number: i64 = 440_524_188_001_010_014;
        check(Arc::new(StringArray::from(vec![Some("x"), None, Some(ID)])), &[3]);
        check(Arc::new(StringViewArray::from(vec!["x", &format!("号{ID}。")])), &[2]);
        check(Arc::new(LargeStringArray::from(vec!["440524 1880 0101 0014".to_owned()])), &[1]);
        check(Arc::new(Int64Array::from(vec![1, number])), &[2]);
        check(Arc::new(UInt64Array::from(vec![440_524_188_001_010_014_u64])), &[1]);
        check(Arc::new(TimestampMicrosecondArray::from(vec![number])), &[1]);
        check(Arc::new(Float64Array::from(vec![0.5, 440_524_188_001_010_014.0])), &[2]);
        let decimals = Decimal128Array::from(vec![i128::from(number) * 100]).with_precision_and_scale(38, 2).unwrap();
        check(Arc::new(decimals), &[1]);
    }

    #[test]
    fn lets_a_number_with_a_wrong_check_digit_pass() {
        check(Arc::new(StringArray::from(vec!["440524188001010015"])), &[]);
        check(Arc::new(Int64Array::from(vec![440_524_188_001_010_015_i64, -1, 0, i64::MAX, i64::MIN])), &[]);
    }

    #[test]
    fn one_number_of_eleven_digits_is_a_sum_but_a_column_of_them_are_mobile_numbers() {
        let array = |many: i64, other: i64| -> ArrayRef {
            Arc::new(Int64Array::from_iter_values(
                (0..many).map(|n| 13_812_345_678 + n).chain((0..other).map(|n| n * 977)),
            ))
        };
        for (many, other, expected) in [(1, 0, 0), (4, 0, 0), (5, 0, 1), (8, 2, 1), (7, 3, 0), (0, 9, 0)] {
            let found = Sample::of(report(), vec![("amount", array(many, other))]).run(CHECK);
            assert_eq!(found.len(), expected, "{many} and {other}");
        }
    }

    #[test]
    fn one_mobile_number_in_text_is_enough() {
        check(Arc::new(StringArray::from(vec!["a", "请拨 138-1234-5678"])), &[2]);
    }

    #[test]
    fn a_name_or_title_can_hold_an_identifier_and_is_not_repeated() {
        let name = format!("n{ID}");
        let found = Sample::of(report(), vec![(&name, Arc::new(Int64Array::from(vec![20])))]).run(CHECK);
        assert_eq!(found.len(), 1);
        assert!(found.iter().all(|f| f.place.columns == ["#1"]), "{found:?}");
        let mut sample = Sample::of(report(), vec![("n", Arc::new(Int64Array::from(vec![20])))]);
        sample.declared.title = ID.to_owned();
        assert_eq!(sample.run(CHECK).len(), 1);
    }

    #[test]
    fn a_column_that_names_people_holds_pseudonyms_and_nothing_else() {
        let pseudonym = "abcdefghijklmnopabcdefghijklmnop";
        let column = |second: &str| -> ArrayRef { Arc::new(StringArray::from(vec![pseudonym, second])) };
        for (second, expected) in [(pseudonym, 0), ("abc", 1), ("qbcdefghijklmnopabcdefghijklmnop", 1), ("", 1)] {
            let sample = Sample::of(lookup("account"), vec![("account", column(second))]);
            assert_eq!(sample.run(CHECK).len(), expected, "the key {second}");
            let mut sample = Sample::of(dataset(), vec![("account", column(second))]);
            assert_eq!(sample.run(CHECK).len(), 0, "a plain {second}");
            sample.declared.columns[0].class = ColumnClass::DirectIdentifier;
            assert_eq!(sample.run(CHECK).len(), expected, "declared {second}");
        }
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        assert_eq!(Sample::of(lookup("account"), vec![("account", numbers)]).run(CHECK).len(), 1);
    }
}
