//! AIR-007: a report holds no hidden key.
//!
//! Each row of a report can describe ten persons and still name one of them:
//! `max(account)` beside the counts is the account of somebody. Such a column
//! gives itself away by two things together: almost each row has its own value,
//! and the values look like numbers of files: words with many digits, whole
//! numbers of one length, moments to the second. Names of districts and streets
//! are near-unique too but look like words; sums differ in length, and rounding
//! ends their likeness at all.
//!
//! Small reports pass: of nineteen groups each has its own of everything.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use arrow::array::{Array, ArrayRef, Float64Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use super::Check;
use crate::view::{Finding, View, for_each_batch, is_text, label, texts, wholes};

/// The check.
pub(super) const CHECK: Check = Check { code: "AIR-007", title: "a key hidden in a report", run };

/// Fewer filled cells than this tell nothing.
const FILLED_MIN: u64 = 20;
/// Of a hundred filled cells, so many have a value of their own.
const DISTINCT_PERCENT_MIN: u64 = 95;
/// Of a hundred filled cells, so many look like keys.
const KEYLIKE_PERCENT_MIN: u64 = 90;
/// A word that is a key has so many characters, and so many of them digits.
const WORD_CHARS_MIN: usize = 8;
const WORD_DIGITS_MIN: usize = 4;
/// A whole number that is a key has so many digits.
const WHOLE_DIGITS_MIN: u32 = 8;
/// Values beyond this many are not told apart; a report never has so many rows.
const DISTINCT_MAX: usize = 100_000;
/// Whole numbers have up to 39 digits.
const LENGTHS: usize = 40;

/// What one column is like.
struct Likeness {
    hasher: RandomState,
    distinct: HashSet<u64>,
    filled: u64,
    keylike_words: u64,
    whole_lengths: [u64; LENGTHS],
    odd_moments: u64,
}

impl Likeness {
    fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            distinct: HashSet::new(),
            filled: 0,
            keylike_words: 0,
            whole_lengths: [0; LENGTHS],
            odd_moments: 0,
        }
    }

    fn fill(&mut self, value: impl std::hash::Hash) {
        self.filled = self.filled.saturating_add(1);
        if self.distinct.len() < DISTINCT_MAX {
            self.distinct.insert(self.hasher.hash_one(value));
        }
    }

    fn word(&mut self, word: &str) {
        self.fill(word);
        self.keylike_words = self.keylike_words.saturating_add(u64::from(is_keylike(word)));
    }

    fn whole(&mut self, value: i128) {
        self.fill(value);
        let digits = value.unsigned_abs().checked_ilog10().map_or(1, |log| log.saturating_add(1));
        // Sums in round thousands are no keys, whatever their length.
        if digits >= WHOLE_DIGITS_MIN
            && value % 1000 != 0
            && let Some(many) = usize::try_from(digits).ok().and_then(|digits| self.whole_lengths.get_mut(digits))
        {
            *many = many.saturating_add(1);
        }
    }

    fn moment(&mut self, micros: i128) {
        const HOUR_MICROS: i128 = 3600 * 1_000_000;
        self.fill(micros);
        self.odd_moments = self.odd_moments.saturating_add(u64::from(micros % HOUR_MICROS != 0));
    }

    fn is_key(&self) -> bool {
        let is_most = |many: u64, percent: u64| many.saturating_mul(100) >= self.filled.saturating_mul(percent);
        let keylike =
            self.whole_lengths.iter().copied().chain([self.keylike_words, self.odd_moments]).max().unwrap_or(0);
        self.filled >= FILLED_MIN
            && is_most(self.distinct.len() as u64, DISTINCT_PERCENT_MIN)
            && is_most(keylike, KEYLIKE_PERCENT_MIN)
    }
}

fn is_keylike(word: &str) -> bool {
    word.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').any(|part| {
        part.len() >= WORD_CHARS_MIN
            && part.bytes().filter(u8::is_ascii_digit).count() >= WORD_DIGITS_MIN
            && !is_date(part)
    })
}

/// `2026-11-22`: a report by day has a day in each row.
fn is_date(part: &str) -> bool {
    part.get(..10).unwrap_or(part).parse::<shuyu_model::Day>().is_ok() && part.len() <= 10
}

fn run(view: &View<'_>) -> Result<Vec<Finding>, ArrowError> {
    if !view.declared.kind.is_summary() {
        return Ok(Vec::new());
    }
    let fields = view.table.schema().fields();
    let mut columns: Vec<Likeness> = fields.iter().map(|_| Likeness::new()).collect();
    for_each_batch(view, |_, batch| {
        for (column, array) in columns.iter_mut().zip(batch.columns()) {
            take_array(column, array)?;
        }
        Ok(())
    })?;
    let is_count = |at: usize| {
        let name = fields.get(at).map(|field| field.name());
        name.and_then(|name| view.declared.column(name)).is_some_and(|declared| declared.is_count)
    };
    let found =
        columns.iter().enumerate().filter(|(at, column)| column.is_key() && !is_count(*at)).map(|(at, column)| {
            let what = format!("almost each of {} cells has its own value, and they look like keys", column.filled);
            let instead = "leave the column out, or round its numbers to thousands and its moments to days";
            Finding::new(view, CHECK.code, &view.regime.release.raw_never_leaves, what, instead)
                .in_column(label(view, at))
        });
    Ok(found.collect())
}

fn take_array(column: &mut Likeness, array: &ArrayRef) -> Result<(), ArrowError> {
    let kind = array.data_type();
    if is_text(kind) {
        texts(array)?.iter().flatten().for_each(|word| column.word(word));
    } else if let DataType::Timestamp(_, zone) = kind {
        let micros = DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, zone.clone());
        wholes(&cast(array, &micros)?)?.iter().flatten().for_each(|moment| column.moment(moment));
    } else if kind.is_integer() || matches!(kind, DataType::Decimal128(_, _)) {
        wholes(array)?.iter().flatten().for_each(|whole| column.whole(whole));
    } else if kind.is_floating() {
        // A double without a fraction is a whole number in disguise.
        let doubles = Float64Array::from(cast(array, &DataType::Float64)?.to_data());
        for value in doubles.iter().flatten() {
            match format!("{value:.0}").parse::<i128>() {
                Ok(whole) if value.fract() == 0.0 => column.whole(whole),
                _ => column.fill(value.to_bits()),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};

    use super::super::table::{Sample, dataset, report};
    use super::*;

    #[track_caller]
    fn check(array: ArrayRef, expected: usize) {
        let found = Sample::of(report(), vec![("x", array)]).run(CHECK);
        assert_eq!(found.len(), expected, "{found:?}");
    }

    fn wholes_of(rows: i64, value: impl Fn(i64) -> i64) -> ArrayRef {
        Arc::new(Int64Array::from_iter_values((0..rows).map(value)))
    }

    fn words_of(rows: i64, value: impl Fn(i64) -> String) -> ArrayRef {
        Arc::new(StringArray::from_iter_values((0..rows).map(value)))
    }

    #[test]
    fn finds_a_key_from_twenty_rows_on() {
        for (rows, expected) in [(19, 0), (20, 1), (500, 1)] {
            check(wholes_of(rows, |n| 731_000_001 + n * 7), expected);
            check(words_of(rows, |n| format!("GJJ{:09}", n * 7)), expected);
            check(Arc::new(Float64Array::from_iter_values((0..rows).map(|n| 731_000_001.0 + n as f64))), expected);
        }
    }

    #[test]
    fn a_key_has_its_own_value_in_almost_each_row() {
        // 94, 95 and 96 values in a hundred rows.
        for (distinct, expected) in [(94, 0), (95, 1), (96, 1)] {
            check(wholes_of(100, |n| 731_000_001 + n.min(distinct - 1)), expected);
        }
    }

    #[test]
    fn what_a_report_is_grouped_by_is_no_key() {
        check(words_of(300, |n| format!("第{n}街道")), 0);
        check(words_of(365, |n| format!("2026-{:02}-{:02}", n / 28 % 12 + 1, n % 28 + 1)), 0);
        check(Arc::new(Date32Array::from_iter_values(20_000..20_365)), 0);
        check(Arc::new(TimestampMicrosecondArray::from_iter_values((0..100).map(|n| n * 3_600_000_000))), 0);
    }

    #[test]
    fn amounts_of_many_lengths_or_rounded_are_no_keys() {
        check(wholes_of(200, |n| n * n * n * 977 + 13), 0);
        check(wholes_of(200, |n| (100_000 + n) * 1000), 0);
        check(Arc::new(Float64Array::from_iter_values((0..200).map(|n| 0.5 + f64::from(n)))), 0);
    }

    #[test]
    fn a_moment_of_its_own_in_each_row_is_a_key() {
        check(Arc::new(TimestampMicrosecondArray::from_iter_values((0..100).map(|n| n * 3_600_000_000 + 1))), 1);
    }

    #[test]
    fn a_data_set_may_have_keys() {
        let sample = Sample::of(dataset(), vec![("x", wholes_of(100, |n| 731_000_001 + n * 7))]);
        assert_eq!(sample.run(CHECK).len(), 0);
    }
}
