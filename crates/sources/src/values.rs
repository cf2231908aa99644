//! The forms that a cell's value may have, as text.
//!
//! Blanks around a number, a truth, a day or a moment are dropped; text is kept
//! as it came. A cell that is empty, `NA` or `NULL` has no value.

use crate::reasons::Fault;

/// Whether a cell says that there is no value.
pub(crate) fn is_null(cell: &[u8]) -> bool {
    matches!(cell, b"" | b"NA" | b"NULL")
}

/// An optional sign and digits, within 64 bits.
pub(crate) fn integer(cell: &[u8]) -> Result<i64, Fault> {
    let (is_negative, digits) = match cell {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() {
        return Err(Fault::Integer);
    }
    // Summed below zero, where there is one number more.
    let mut sum = 0_i64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(Fault::Integer);
        }
        sum = sum.checked_mul(10).and_then(|s| s.checked_sub(i64::from(digit))).ok_or(Fault::Integer)?;
    }
    if is_negative { Ok(sum) } else { sum.checked_neg().ok_or(Fault::Integer) }
}

/// Digits with at most one point and an exponent; finite. No `inf`, no `nan`.
pub(crate) fn float(cell: &[u8]) -> Result<f64, Fault> {
    if !cell.iter().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')) {
        return Err(Fault::Float);
    }
    let text = std::str::from_utf8(cell).map_err(|_| Fault::Float)?;
    text.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or(Fault::Float)
}

/// `true`, `t`, `yes`, `y`, `1`, `是` and their contraries, in any case.
pub(crate) fn boolean(cell: &[u8]) -> Result<bool, Fault> {
    const TRUE: [&[u8]; 5] = [b"true", b"t", b"yes", b"y", b"1"];
    const FALSE: [&[u8]; 5] = [b"false", b"f", b"no", b"n", b"0"];
    if TRUE.iter().any(|word| cell.eq_ignore_ascii_case(word)) || cell == "是".as_bytes() {
        Ok(true)
    } else if FALSE.iter().any(|word| cell.eq_ignore_ascii_case(word)) || cell == "否".as_bytes() {
        Ok(false)
    } else {
        Err(Fault::Boolean)
    }
}

/// Days since 1970-01-01 of `2026-11-22`, `2026/11/22` (month and day with one
/// digit or two), `20261122` or `2026年11月22日`.
pub(crate) fn date(cell: &[u8]) -> Result<i32, Fault> {
    match day_at_start(cell) {
        Some((days, [])) => Ok(days),
        _ => Err(Fault::Date),
    }
}

/// Microseconds since 1970-01-01T00:00 on the city's clock: a day as in
/// [`date`], then `T` or a blank and `17:30`, `17:30:00` or `17:30:00.123456`.
/// With `Z` or an offset it is first turned into the city's time (+08:00).
pub(crate) fn timestamp(cell: &[u8]) -> Result<i64, Fault> {
    let (days, rest) = day_at_start(cell).ok_or(Fault::Timestamp)?;
    let midnight = i64::from(days) * DAY_MICROS;
    let Some((b'T' | b' ', clock)) = rest.split_first() else {
        return if rest.is_empty() { Ok(midnight) } else { Err(Fault::Timestamp) };
    };
    let (micros, rest) = clock_at_start(clock).ok_or(Fault::Timestamp)?;
    let shift = offset(rest).ok_or(Fault::Timestamp)?;
    Ok(midnight + micros + shift)
}

/// 24 hours.
pub(crate) const DAY_MICROS: i64 = 86_400_000_000;
/// The city's clock is 8 hours ahead of UTC all year.
pub(crate) const CITY_OFFSET_MICROS: i64 = 8 * 3_600_000_000;

fn day_at_start(cell: &[u8]) -> Option<(i32, &[u8])> {
    let (year, rest) = number(cell, 4, 4)?;
    let (month, day, rest) = match rest {
        [separator @ (b'-' | b'/'), rest @ ..] => {
            let (month, rest) = number(rest, 1, 2)?;
            let rest = rest.strip_prefix(&[*separator])?;
            let (day, rest) = number(rest, 1, 2)?;
            (month, day, rest)
        }
        [b'0'..=b'9', ..] => {
            let (month, rest) = number(rest, 2, 2)?;
            let (day, rest) = number(rest, 2, 2)?;
            (month, day, rest)
        }
        _ => {
            let (month, rest) = number(rest.strip_prefix("年".as_bytes())?, 1, 2)?;
            let (day, rest) = number(rest.strip_prefix("月".as_bytes())?, 1, 2)?;
            (month, day, rest.strip_prefix("日".as_bytes())?)
        }
    };
    Some((days_since_1970(year, month, day)?, rest))
}

/// The digits at the start, as many as there are up to `digits_max`.
fn number(bytes: &[u8], digits_min: usize, digits_max: usize) -> Option<(i32, &[u8])> {
    let digits = bytes.iter().take(digits_max).take_while(|b| b.is_ascii_digit()).count();
    if digits < digits_min {
        return None;
    }
    let (head, rest) = bytes.split_at_checked(digits)?;
    Some((head.iter().fold(0, |sum, b| sum * 10 + i32::from(b - b'0')), rest))
}

/// Counts days in the Gregorian calendar; `None` for a day that does not exist.
fn days_since_1970(year: i32, month: i32, day: i32) -> Option<i32> {
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days_in_month = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    if year < 1 || !(1..=days_in_month).contains(&day) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last of its year.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (y / 400, y % 400);
    let of_year = (153 * m + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn clock_at_start(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (hour, rest) = number(bytes, 1, 2)?;
    let (minute, rest) = number(rest.strip_prefix(b":")?, 2, 2)?;
    let (second, rest) = match rest.strip_prefix(b":") {
        Some(rest) => number(rest, 2, 2)?,
        None => (0, rest),
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (micros, rest) = match rest.strip_prefix(b".") {
        Some(rest) => fraction(rest)?,
        None => (0, rest),
    };
    Some(((i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second)) * 1_000_000 + micros, rest))
}

/// Up to six digits, as microseconds; a seventh would be lost and is a fault.
fn fraction(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (value, rest) = number(bytes, 1, 6)?;
    let digits = bytes.len() - rest.len();
    if rest.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let scale = [1_i64, 100_000, 10_000, 1_000, 100, 10, 1].get(digits)?;
    Some((i64::from(value) * scale, rest))
}

/// What turns a time with this offset into the city's; nothing for none.
fn offset(bytes: &[u8]) -> Option<i64> {
    let (sign, rest) = match bytes {
        [] => return Some(0),
        b"Z" | b"z" => return Some(CITY_OFFSET_MICROS),
        [b'+', rest @ ..] => (-1, rest),
        [b'-', rest @ ..] => (1, rest),
        _ => return None,
    };
    let (hours, rest) = number(rest, 2, 2)?;
    let (minutes, rest) = match rest {
        [] => (0, rest),
        rest => number(rest.strip_prefix(b":").unwrap_or(rest), 2, 2)?,
    };
    if !rest.is_empty() || hours > 14 || minutes > 59 {
        return None;
    }
    Some(CITY_OFFSET_MICROS + sign * (i64::from(hours) * 60 + i64::from(minutes)) * 60_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_within_64_bits() {
        let rows: &[(&str, Result<i64, Fault>)] = &[
            ("0", Ok(0)),
            ("-7", Ok(-7)),
            ("+7", Ok(7)),
            ("9223372036854775807", Ok(i64::MAX)),
            ("-9223372036854775808", Ok(i64::MIN)),
            ("9223372036854775808", Err(Fault::Integer)),
            ("-9223372036854775809", Err(Fault::Integer)),
            ("1.0", Err(Fault::Integer)),
            ("1,000", Err(Fault::Integer)),
            ("-", Err(Fault::Integer)),
            ("１", Err(Fault::Integer)),
        ];
        for (text, expected) in rows {
            assert_eq!(integer(text.as_bytes()), *expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_finite() {
        for (text, expected) in [("1.5", 1.5), ("-2e3", -2000.0), (".5", 0.5), ("7", 7.0)] {
            assert_eq!(float(text.as_bytes()), Ok(expected), "{text}");
        }
        for text in ["inf", "NaN", "1e999", "1,5", "", "-", "1.2.3", "0x10"] {
            assert_eq!(float(text.as_bytes()), Err(Fault::Float), "{text}");
        }
    }

    #[test]
    fn truth_is_said_in_few_words() {
        for text in ["true", "T", "Yes", "y", "1", "是"] {
            assert_eq!(boolean(text.as_bytes()), Ok(true), "{text}");
        }
        for text in ["FALSE", "f", "no", "N", "0", "否"] {
            assert_eq!(boolean(text.as_bytes()), Ok(false), "{text}");
        }
        for text in ["2", "真", "on", ""] {
            assert_eq!(boolean(text.as_bytes()), Err(Fault::Boolean), "{text}");
        }
    }

    #[test]
    fn days_agree_with_the_calendar() {
        let epoch = shuyu_model::Day::constant(1970, 1, 1);
        let mut day = shuyu_model::Day::constant(1, 1, 1);
        let step = std::time::Duration::from_secs(86_400 * 97);
        while day.year() < 9990 {
            let expected = (day - epoch).get_days();
            assert_eq!(date(day.to_string().as_bytes()), Ok(expected), "{day}");
            day = day.saturating_add(step);
        }
    }

    #[test]
    fn a_day_has_four_forms_and_must_exist() {
        for text in ["2026-11-02", "2026-11-2", "2026/11/02", "20261102", "2026年11月2日"] {
            assert_eq!(date(text.as_bytes()), Ok(20_759), "{text}");
        }
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-11-2/",
            "2026-11/02",
            "0000-01-01",
            "26-11-02",
            "2026-11-02 00:00",
            "2026",
        ] {
            assert_eq!(date(text.as_bytes()), Err(Fault::Date), "{text}");
        }
        assert_eq!(date(b"2024-02-29"), Ok(19_782));
    }

    #[test]
    fn a_moment_is_on_the_citys_clock() {
        let day = 20_759 * DAY_MICROS;
        let rows = [
            ("2026-11-02", day),
            ("2026-11-02 17:30:00", day + 63_000_000_000),
            ("2026/11/2 17:30", day + 63_000_000_000),
            ("2026-11-02T17:30:00.5", day + 63_000_500_000),
            ("2026-11-02T17:30:00.000001", day + 63_000_000_001),
            ("2026-11-02T09:30:00Z", day + 63_000_000_000),
            ("2026-11-02T17:30:00+08:00", day + 63_000_000_000),
            ("2026-11-02T09:30:00+0000", day + 63_000_000_000),
            ("2026-11-02T04:30:00-05", day + 63_000_000_000),
        ];
        for (text, expected) in rows {
            assert_eq!(timestamp(text.as_bytes()), Ok(expected), "{text}");
        }
        for text in [
            "17:30",
            "2026-11-02T24:00:00",
            "2026-11-02T17:60",
            "2026-11-02T17:30:00.1234567",
            "2026-11-02 17:30:00 +8",
            "2026-11-02T",
            "2026-11-02x",
        ] {
            assert_eq!(timestamp(text.as_bytes()), Err(Fault::Timestamp), "{text}");
        }
    }
}
