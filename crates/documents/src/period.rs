//! A period that a document accounts for: a year, a half, a quarter, a month.

use std::fmt;

use serde::{Deserialize, Serialize};
use shuyu_model::{Day, Time};

/// Whole months of one year: `2026`, `2026-H1`, `2026-Q3`, `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    year: i16,
    /// 12, 6, 3 or 1.
    months: u8,
    /// Counts them from 1 in their year.
    index: u8,
}

/// Why a string is no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no period: write `2026`, `2026-H1`, `2026-Q3` or `2026-11`")]
pub struct PeriodError(String);

impl Period {
    /// Reads it as it is written.
    pub fn parse(given: &str) -> Result<Self, PeriodError> {
        let error = || PeriodError(given.chars().take(20).collect());
        let (year, rest) = given.split_once('-').unwrap_or((given, ""));
        let is_year = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
        let year: i16 = year.parse().ok().filter(|year| is_year && (1949..=9000).contains(year)).ok_or_else(error)?;
        let count = |text: &str, digits: usize| {
            text.parse::<u8>().ok().filter(|_| text.len() == digits && text.bytes().all(|b| b.is_ascii_digit()))
        };
        let (months, index) = if rest.is_empty() && !given.contains('-') {
            (12, Some(1))
        } else if let Some(half) = rest.strip_prefix('H') {
            (6, count(half, 1))
        } else if let Some(quarter) = rest.strip_prefix('Q') {
            (3, count(quarter, 1))
        } else {
            (1, count(rest, 2))
        };
        let index = index.filter(|index| (1..=12 / months).contains(index)).ok_or_else(error)?;
        Ok(Self { year, months, index })
    }

    /// The period of this length that a day lies in; none where a year does not
    /// divide into such.
    pub fn of(day: Day, months: u8) -> Option<Self> {
        if ![1, 3, 6, 12].contains(&months) {
            return None;
        }
        let month = day.month().unsigned_abs();
        Some(Self { year: day.year(), months, index: month.saturating_sub(1) / months + 1 })
    }

    /// How many months it has.
    pub fn months(self) -> u8 {
        self.months
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        let before = i64::from(self.index.saturating_sub(1)) * i64::from(self.months);
        first_of(self.year).saturating_add(jiff::Span::new().months(before))
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        self.next_first_day().saturating_sub(jiff::Span::new().days(1))
    }

    fn next_first_day(self) -> Day {
        self.first_day().saturating_add(jiff::Span::new().months(i64::from(self.months)))
    }

    /// The one after it.
    pub fn next(self) -> Self {
        Self::of(self.next_first_day(), self.months).unwrap_or(self)
    }

    /// From its first moment to the first moment after it.
    pub fn bounds(self) -> (Time, Time) {
        (Time::at_start_of(self.first_day()), Time::at_start_of(self.next_first_day()))
    }

    /// `2026年第三季度`.
    pub fn title(self) -> String {
        let year = self.year;
        match (self.months, self.index) {
            (12, _) => format!("{year}年度"),
            (6, 1) => format!("{year}年上半年"),
            (6, _) => format!("{year}年下半年"),
            (3, index) => {
                let which = ["一", "二", "三", "四"].get(usize::from(index.saturating_sub(1))).unwrap_or(&"");
                format!("{year}年第{which}季度")
            }
            (_, index) => format!("{year}年{index}月"),
        }
    }
}

fn first_of(year: i16) -> Day {
    // A period's year is one that a day can have.
    Day::new(year, 1, 1).unwrap_or_default()
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.months {
            12 => write!(f, "{}", self.year),
            6 => write!(f, "{}-H{}", self.year, self.index),
            3 => write!(f, "{}-Q{}", self.year, self.index),
            _ => write!(f, "{}-{:02}", self.year, self.index),
        }
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;
    fn try_from(given: String) -> Result<Self, PeriodError> {
        Self::parse(&given)
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_period_reads_back_and_has_its_days_and_title() {
        for (word, from, until, title) in [
            ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026年度"),
            ("2026-H1", date(2026, 1, 1), date(2026, 6, 30), "2026年上半年"),
            ("2026-H2", date(2026, 7, 1), date(2026, 12, 31), "2026年下半年"),
            ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31), "2024年第一季度"),
            ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "2026年第四季度"),
            ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
        ] {
            let period = Period::parse(word).unwrap();
            assert_eq!((period.to_string().as_str(), period.first_day(), period.last_day()), (word, from, until));
            assert_eq!(period.title(), title);
            assert_eq!(Period::of(until, period.months()), Some(period));
            assert_eq!(period.next().first_day(), until.tomorrow().unwrap());
        }
    }

    #[test]
    fn refuses_what_is_no_period() {
        for given in [
            "", "26", "2026-", "2026-H3", "2026-Q0", "2026-Q5", "2026-13", "2026-1", "2026-H", "2026-00", "+026",
            "0000",
        ] {
            assert!(Period::parse(given).is_err(), "{given}");
        }
        assert_eq!(Period::of(date(2026, 1, 1), 4), None);
    }
}
