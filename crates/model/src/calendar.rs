//! Working days of the People's Republic: weekdays, less the State Council's
//! holidays, plus its make-up workdays (调休).
//!
//! INVARIANT (flagged year): a day in a year without a notice counts as a plain
//! weekday, and every answer that rests on such a year says so.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::time::Day;

/// One year's notice, as `regimes/calendar/YEAR.json` holds it.
#[derive(Debug, Deserialize)]
struct Notice {
    year: i16,
    days: Vec<NoticeDay>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NoticeDay {
    date: Day,
    is_off_day: bool,
}

/// Why a notice cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the holiday notice `{name}` cannot be read")]
pub struct CalendarError {
    name: String,
    source: serde_json::Error,
}

/// The notices known.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    years: BTreeSet<i16>,
    exceptions: BTreeMap<Day, bool>,
}

/// A day that was counted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkingDay {
    /// The day.
    pub day: Day,
    /// Whether a year on the way had no notice, so that only weekends were
    /// known (see INVARIANT (flagged year)).
    pub is_estimated: bool,
}

impl Calendar {
    /// Adds a year's notice. A notice without days is a year not yet announced.
    pub fn add_notice(&mut self, name: &str, json: &str) -> Result<(), CalendarError> {
        let notice: Notice =
            serde_json::from_str(json).map_err(|source| CalendarError { name: name.to_owned(), source })?;
        if !notice.days.is_empty() {
            self.years.insert(notice.year);
        }
        // A notice for 2026 may move a day of 2025: only its own year is "known".
        self.exceptions.extend(notice.days.iter().map(|d| (d.date, d.is_off_day)));
        Ok(())
    }

    /// Whether people work on this day.
    pub fn is_working_day(&self, day: Day) -> bool {
        match self.exceptions.get(&day) {
            Some(is_off) => !is_off,
            None => !matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday),
        }
    }

    /// The day by which something due within `count` working days after `from`
    /// must be done. The day of the event itself does not count
    /// (民法典 201: 开始的当日不计入). `count` is at most [`WORKING_DAYS_MAX`].
    pub fn after(&self, from: Day, count: u16) -> WorkingDay {
        let mut day = from;
        let mut is_estimated = !self.years.contains(&from.year());
        let mut left = count.min(WORKING_DAYS_MAX);
        while left > 0 {
            day = day.saturating_add(jiff::Span::new().days(1));
            is_estimated |= !self.years.contains(&day.year());
            if self.is_working_day(day) {
                left -= 1;
            }
        }
        WorkingDay { day, is_estimated }
    }

    /// How many working days are left after `today` until `until`, which counts itself;
    /// below zero how many have passed since.
    pub fn left(&self, today: Day, until: Day) -> i64 {
        let (mut day, last, sign) = if today <= until { (today, until, 1) } else { (until, today, -1) };
        let mut count = 0_i64;
        while day < last {
            day = day.saturating_add(jiff::Span::new().days(1));
            count += i64::from(self.is_working_day(day));
        }
        sign * count
    }
}

/// The longest period that can be asked for, in working days.
pub const WORKING_DAYS_MAX: u16 = 1000;

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn calendar() -> Calendar {
        let mut calendar = Calendar::default();
        let json = r#"{"year":2026,"days":[
            {"name":"元旦","date":"2026-01-01","isOffDay":true},
            {"name":"元旦","date":"2026-01-02","isOffDay":true},
            {"name":"元旦","date":"2026-01-04","isOffDay":false}]}"#;
        assert!(calendar.add_notice("2026.json", json).is_ok());
        calendar
    }

    #[test]
    fn counts_make_up_workdays_and_skips_holidays() {
        let calendar = calendar();
        // 1 and 2 January are off, 3 is a Saturday, 4 a Sunday that is worked.
        assert_eq!(calendar.after(date(2025, 12, 31), 1).day, date(2026, 1, 4));
        assert_eq!(calendar.after(date(2026, 1, 1), 2).day, date(2026, 1, 5));
    }

    #[test]
    fn the_day_of_the_event_does_not_count() {
        assert_eq!(calendar().after(date(2026, 1, 5), 0).day, date(2026, 1, 5));
        assert_eq!(calendar().after(date(2026, 1, 5), 1).day, date(2026, 1, 6));
    }

    #[test]
    fn the_days_that_are_left_are_those_that_a_period_of_as_many_has() {
        let calendar = calendar();
        for count in [0_u16, 1, 2, 9, 30] {
            let until = calendar.after(date(2025, 12, 31), count).day;
            assert_eq!(calendar.left(date(2025, 12, 31), until), i64::from(count));
            assert_eq!(calendar.left(until, date(2025, 12, 31)), -i64::from(count));
        }
        assert_eq!(calendar.left(date(2026, 1, 1), date(2026, 1, 3)), 0, "a holiday and a Saturday");
        assert_eq!(calendar.left(date(2027, 1, 1), date(2047, 1, 4)), 5220, "twenty years of weekdays");
    }

    #[test]
    fn a_year_without_a_notice_is_flagged() {
        let calendar = calendar();
        assert!(!calendar.after(date(2026, 3, 2), 10).is_estimated);
        assert!(calendar.after(date(2026, 12, 30), 5).is_estimated);
        assert!(calendar.after(date(2025, 12, 31), 1).is_estimated);
    }
}
