//! Moments and days. A moment is UTC microseconds; a day is a day in the city,
//! which lies at +08:00 all year.
//!
//! INVARIANT (pure): there is no "now" here; `ledger::Clock` is the one place.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A calendar day in the city.
pub type Day = jiff::civil::Date;

/// Every Chinese city keeps Beijing time and none has summer time.
const CITY_OFFSET_MICROS: i64 = 8 * 3600 * 1_000_000;
const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;

/// A moment: microseconds since 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// The day on the city's calendar.
    pub fn day(self) -> Day {
        let days = (self.0 + CITY_OFFSET_MICROS).div_euclid(DAY_MICROS);
        EPOCH.saturating_add(jiff::Span::new().days(days.clamp(-700_000, 2_900_000)))
    }

    /// The first moment of a day in the city.
    pub fn at_start_of(day: Day) -> Self {
        let days = i64::from((day - EPOCH).get_days());
        Self(days * DAY_MICROS - CITY_OFFSET_MICROS)
    }

    /// This moment and `micros` more.
    pub fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// This moment and `days` times 24 hours more.
    pub fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(DAY_MICROS)))
    }
}

const EPOCH: Day = jiff::civil::date(1970, 1, 1);

impl fmt::Display for Time {
    /// `2026-11-20T17:30:00.000000+08:00`: the city's clock, with its offset.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.0 + CITY_OFFSET_MICROS;
        let (secs, micros) = (local.div_euclid(1_000_000), local.rem_euclid(1_000_000));
        let of_day = secs.rem_euclid(86_400);
        write!(f, "{}T{:02}:{:02}:{:02}.{:06}+08:00", self.day(), of_day / 3600, of_day / 60 % 60, of_day % 60, micros)
    }
}

/// A calendar month, `2026-11`: the period that money is settled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: i16,
    month: i8,
}

/// Why a string is no month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no month: expected `2026-11`")]
pub struct MonthError(String);

impl Month {
    /// The month that a day lies in.
    pub fn of(day: Day) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// Reads `2026-11`.
    pub fn parse(given: &str) -> Result<Self, MonthError> {
        format!("{given}-01").parse::<Day>().map(Self::of).map_err(|_| MonthError(given.chars().take(20).collect()))
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        // Both numbers come from a `Day`, so this always is one.
        Day::new(self.year, self.month, 1).unwrap_or(EPOCH)
    }

    /// From its first moment to the first moment after it.
    pub fn bounds(self) -> (Time, Time) {
        let first = self.first_day();
        let next = first.saturating_add(jiff::Span::new().months(1));
        (Time::at_start_of(first), Time::at_start_of(next))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl TryFrom<String> for Month {
    type Error = MonthError;
    fn try_from(given: String) -> Result<Self, MonthError> {
        Self::parse(&given)
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_begins_at_sixteen_hours_utc_of_the_day_before() {
        let start = Time::at_start_of(date(2026, 3, 5));
        assert_eq!(start.to_string(), "2026-03-05T00:00:00.000000+08:00");
        assert_eq!(start.day(), date(2026, 3, 5));
        assert_eq!(start.plus_micros(-1).day(), date(2026, 3, 4));
    }

    #[test]
    fn a_month_holds_its_days_and_no_other() {
        let month = Month::parse("2026-12").unwrap_or(Month::of(date(1970, 1, 1)));
        let (from, to) = month.bounds();
        assert_eq!((from.day(), to.day()), (date(2026, 12, 1), date(2027, 1, 1)));
        assert_eq!(to.plus_micros(-1).day(), date(2026, 12, 31));
        assert_eq!(month.to_string(), "2026-12");
    }

    #[test]
    fn refuses_what_is_no_month() {
        for given in ["", "2026", "2026-13", "2026-1-1", "26-01", "2026-00"] {
            assert!(Month::parse(given).is_err(), "{given}");
        }
    }
}
