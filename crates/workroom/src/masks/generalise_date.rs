//! A date becomes the first day of its month or year; a moment the first moment
//! of it. Reveals: the month and year, or the year.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, TimestampMicrosecondArray};
use shuyu_model::column::DatePart;

const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;

pub(super) fn dates(values: &Date32Array, to: DatePart) -> ArrayRef {
    Arc::new(
        values
            .iter()
            .map(|day| day.and_then(|day| i32::try_from(first_day(i64::from(day), to)).ok()))
            .collect::<Date32Array>(),
    )
}

/// `None` for another unit than microseconds.
pub(super) fn timestamps(values: Option<&TimestampMicrosecondArray>, to: DatePart) -> Option<ArrayRef> {
    let masked = values?
        .iter()
        .map(|moment| moment.and_then(|m| first_day(m.div_euclid(DAY_MICROS), to).checked_mul(DAY_MICROS)))
        .collect::<TimestampMicrosecondArray>();
    Some(Arc::new(masked))
}

/// The first day of the month or year that a day lies in, as days since
/// 1970-01-01. The proleptic Gregorian calendar by eras of 400 years, counted
/// from 1 March, so that the leap day is a year's last.
fn first_day(day: i64, to: DatePart) -> i64 {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let year_start = era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 - 719_468;
    let of_year = day - year_start;
    let month = (5 * of_year + 2) / 153;
    // January and February end the year that began in March.
    let year = era * 400 + year_of_era + i64::from(month >= 10);
    match to {
        DatePart::Month => year_start + (153 * month + 2) / 5,
        DatePart::Year => new_year(year),
    }
}

/// 1 January of a year, as days since 1970-01-01.
fn new_year(year: i64) -> i64 {
    let whole = year - 1;
    365 * whole + whole.div_euclid(4) - whole.div_euclid(100) + whole.div_euclid(400) - 719_162
}

#[cfg(test)]
mod tests {
    use shuyu_model::{Day, Time};

    use super::*;

    fn number(day: Day) -> i64 {
        (Time::at_start_of(day).0 + 8 * 3600 * 1_000_000) / DAY_MICROS
    }

    #[test]
    fn agrees_with_the_calendar_on_every_day_of_two_centuries() {
        let mut day: Day = "1900-01-01".parse().unwrap();
        let end: Day = "2101-01-01".parse().unwrap();
        let mut n = (Time::at_start_of(day).0 + 8 * 3600 * 1_000_000).div_euclid(DAY_MICROS);
        while day < end {
            let month = (Time::at_start_of(day.first_of_month()).0 + 8 * 3600 * 1_000_000).div_euclid(DAY_MICROS);
            let year = (Time::at_start_of(day.first_of_year()).0 + 8 * 3600 * 1_000_000).div_euclid(DAY_MICROS);
            assert_eq!(first_day(n, DatePart::Month), month, "{day}");
            assert_eq!(first_day(n, DatePart::Year), year, "{day}");
            day = day.tomorrow().unwrap();
            n += 1;
        }
    }

    #[test]
    fn a_moment_becomes_the_first_of_its_month() {
        let at = |text: &str| number(text.parse().unwrap()) * DAY_MICROS;
        let values = TimestampMicrosecondArray::from(vec![Some(at("2026-02-14") + 5), None]);
        let masked = timestamps(Some(&values), DatePart::Month).unwrap();
        let expected: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![Some(at("2026-02-01")), None]));
        assert_eq!(&masked, &expected);
    }
}
