//! Finds raw identifiers in a text, however they are written: identity numbers
//! (GB 11643-1999), unified social credit codes (GB 32100-2015) and mobile
//! numbers.
//!
//! A text is first brought into one alphabet: digits of any script become
//! ASCII digits, full-width letters ASCII letters, and characters that nobody
//! sees are dropped. Then numbers are looked for, whole and cut into groups.
//! The check digit tells an identity number from an order number: one window
//! of eighteen random digits in five thousand passes, so a whole number counts
//! wherever it stands, and one in groups only where the cuts look like a
//! person's writing; else each list of coordinates would be full of citizens.
//!
//! INVARIANT (pure): the same text gives the same answer, and the answer holds
//! no part of the text.

use shuyu_model::identifier::{id_card_check, is_credit_code, is_id_card, is_mobile};

/// Which identifiers a text holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hits {
    /// An identity number.
    pub id_card: bool,
    /// A unified social credit code.
    pub credit_code: bool,
    /// A mobile number.
    pub mobile: bool,
    /// Fifteen digits in the shape of an identity number before 1999. They have
    /// no check digit: only a whole column of them says something.
    pub old_id_card: bool,
    /// Digits whose last is a bank card's check (one in ten passes by chance).
    pub bank_card: bool,
}

impl Hits {
    /// Whether one alone is enough to refuse.
    pub fn is_certain(self) -> bool {
        self.id_card || self.credit_code || self.mobile
    }

    fn or(self, other: Self) -> Self {
        Self {
            id_card: self.id_card || other.id_card,
            credit_code: self.credit_code || other.credit_code,
            mobile: self.mobile || other.mobile,
            old_id_card: self.old_id_card || other.old_id_card,
            bank_card: self.bank_card || other.bank_card,
        }
    }
}

/// No identifier has fewer digits: a credit code's division has six.
const DIGITS_MIN: usize = 6;
/// More characters than this between two digits are no separator.
const SEPARATOR_CHARS_MAX: usize = 3;
/// From this length on, a run of hexadecimal digits is taken for a hash.
const HASH_CHARS_MIN: usize = 20;
/// Where people cut identity numbers: division, year, month, day, order.
const ID_CUTS: [usize; 5] = [6, 10, 12, 14, 17];
/// Where people cut credit codes.
const CREDIT_CUTS: [usize; 4] = [2, 8, 16, 17];
/// How people cut mobile numbers.
const MOBILE_CUTS: [&[usize]; 4] = [&[3, 4, 4], &[4, 3, 4], &[3, 3, 5], &[3, 8]];

/// What `text` holds.
pub fn scan(text: &str) -> Hits {
    let could_be = text.chars().filter(|c| c.is_ascii_digit() || !c.is_ascii()).count();
    if could_be < DIGITS_MIN {
        return Hits::default();
    }
    let hits = scan_plain(&plain(text, Numerals::Digits));
    // 一一〇一〇五…: only when there are enough of them, for 三亚 is a city.
    let numerals = text.chars().filter(|c| chinese_digit(*c).is_some()).count();
    if numerals >= DIGITS_MIN { hits.or(scan_plain(&plain(text, Numerals::ChineseToo))) } else { hits }
}

/// What a whole number holds, written without separators.
pub fn scan_whole(value: i128) -> Hits {
    const MOBILE_MIN: u128 = 10_000_000_000;
    if value.unsigned_abs() < MOBILE_MIN {
        Hits::default()
    } else {
        scan_plain(value.unsigned_abs().to_string().as_bytes())
    }
}

/// Whether a number that lost its last digits (as a double does) has the shape
/// of an identity number: eighteen digits, a province, a day that exists.
pub fn is_rounded_id_card(value: f64) -> bool {
    if !(1.1e17..8.4e17).contains(&value) {
        return false;
    }
    // Doubles of this size lie 128 apart, so the order number may have been
    // rounded over the edge of its day.
    let Ok(near) = format!("{value:.0}").parse::<u64>() else { return false };
    [near.saturating_sub(64), near, near.saturating_add(64)].iter().any(|near| {
        let text = near.to_string();
        let Some(first17) = text.get(..17) else { return false };
        id_card_check(first17).is_some_and(|check| is_id_card(&format!("{first17}{check}")))
    })
}

/// Whether a text is one of the workroom's pseudonyms: letters `a` to `p`, so
/// many of them (`workroom::Pseudonymiser` makes them so).
pub fn is_pseudonym(text: &str) -> bool {
    const PSEUDONYM_CHARS: usize = 32;
    text.len() == PSEUDONYM_CHARS && text.bytes().all(|byte| matches!(byte, b'a'..=b'p'))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Numerals {
    Digits,
    ChineseToo,
}

/// The text in one alphabet: ASCII letters and digits as they are, `~` for
/// letters of other alphabets, any other byte is a separator.
fn plain(text: &str, numerals: Numerals) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        let chinese = if numerals == Numerals::ChineseToo { chinese_digit(c) } else { None };
        plain.push(match digit(c).or(chinese) {
            Some(value) => b'0'.saturating_add(value),
            None => letter_or_separator(c),
        });
    }
    plain
}

fn letter_or_separator(c: char) -> u8 {
    let c = match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or('~'),
        // Letters that look like the check digit X.
        'Х' | 'х' | 'Χ' | 'χ' | 'Ⅹ' | 'ⅹ' | '×' | '✕' | '✖' => 'X',
        other => other,
    };
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii_alphanumeric() => byte,
        Ok(byte) if byte.is_ascii_punctuation() => byte,
        _ if c.is_alphanumeric() => b'~',
        _ if c.is_whitespace() || c.is_control() => b' ',
        _ => b'|',
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{20DD}'..='\u{20E4}' | '\u{0300}'..='\u{036F}')
}

/// First character, how many follow in order, and the value of the first.
const DIGITS: [(u32, u32, u8); 20] = [
    (0x30, 10, 0),
    (0xFF10, 10, 0),
    (0x660, 10, 0),
    (0x6F0, 10, 0),
    (0x966, 10, 0),
    (0x9E6, 10, 0),
    (0xE50, 10, 0),
    (0xF20, 10, 0),
    (0x1810, 10, 0),
    (0xB2, 2, 2),
    (0xB9, 1, 1),
    (0x2070, 1, 0),
    (0x2074, 6, 4),
    (0x2080, 10, 0),
    (0x2460, 9, 1),
    (0x2474, 9, 1),
    (0x2488, 9, 1),
    (0x24EA, 1, 0),
    (0x24F5, 9, 1),
    (0x2776, 9, 1),
];

fn digit(c: char) -> Option<u8> {
    let code = u32::from(c);
    // Mathematical digits: five alphabets of ten, one after the other.
    if (0x1D7CE..=0x1D7FF).contains(&code) {
        return u8::try_from((code - 0x1D7CE) % 10).ok();
    }
    let (start, _, value) = DIGITS.iter().find(|(start, many, _)| (*start..start + many).contains(&code))?;
    u8::try_from(code - start).ok()?.checked_add(*value)
}

fn chinese_digit(c: char) -> Option<u8> {
    const ORDERS: [&str; 3] = ["〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "○壹貳參肆伍陸柒捌玖"];
    ORDERS.iter().find_map(|order| order.chars().position(|other| other == c)).and_then(|at| u8::try_from(at).ok())
}

fn scan_plain(plain: &[u8]) -> Hits {
    let groups = groups(plain, |byte| byte.is_ascii_alphanumeric());
    let numbers = groups_of_digits(plain);
    Hits {
        id_card: plain.windows(18).any(is_id) || joined(&numbers, 18).any(|j| is_id(&j.text) && j.is_id_written()),
        credit_code: groups.iter().any(|group| holds_credit_code(group.text))
            || joined(&groups, 18).any(|j| is_credit(&j.text) && j.is_credit_written()),
        mobile: groups.iter().any(|group| holds_mobile(group.text))
            || joined(&numbers, 11)
                .any(|j| as_str(&j.text).is_some_and(is_mobile) && j.is_mobile_written(numbers.len())),
        old_id_card: groups.iter().any(|group| is_old_id_card(group.text)),
        bank_card: groups.iter().any(|group| is_bank_card(group.text)),
    }
}

fn as_str(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn is_id(window: &[u8]) -> bool {
    as_str(window).is_some_and(is_id_card)
}

/// A credit code whose registering department, kind and province exist. The
/// check character alone would pass one random number in thirty-one.
fn is_credit(window: &[u8]) -> bool {
    let upper = window.to_ascii_uppercase();
    let province = upper.get(2..4).and_then(as_str).and_then(|p| p.parse::<u8>().ok()).unwrap_or(0);
    matches!(upper.first(), Some(b'1'..=b'9' | b'A' | b'N' | b'Y'))
        && matches!(upper.get(1), Some(b'1'..=b'5' | b'9'))
        && matches!(province, 10..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=66 | 71 | 81..=83)
        && as_str(&upper).is_some_and(is_credit_code)
}

fn holds_credit_code(group: &[u8]) -> bool {
    if group.len() == 18 {
        return is_credit(group);
    }
    // Inside a longer run, digits alone or hexadecimal digits pass too often.
    let is_only = |allowed: fn(&u8) -> bool| group.iter().all(allowed);
    !is_only(u8::is_ascii_digit)
        && !is_hash(group)
        && group.windows(18).any(|w| w.iter().any(u8::is_ascii_alphabetic) && is_credit(w))
}

fn is_hash(group: &[u8]) -> bool {
    group.len() >= HASH_CHARS_MIN && group.iter().all(u8::is_ascii_hexdigit)
}

/// A mobile number has no check digit, so it must stand alone between letters,
/// but for the country's code or the 0 that some dial before it.
fn holds_mobile(group: &[u8]) -> bool {
    if is_hash(group) && group.iter().any(u8::is_ascii_alphabetic) {
        return false;
    }
    group
        .split(|byte| !byte.is_ascii_digit())
        .filter_map(as_str)
        .any(|run| ["", "0", "86", "086", "0086"].iter().any(|code| run.strip_prefix(code).is_some_and(is_mobile)))
}

fn is_old_id_card(group: &[u8]) -> bool {
    let (Some(division), Some(rest)) = (group.get(..6), group.get(6..)) else { return false };
    // The same rules as for the long form, with the century it left out.
    let long = [division, b"19", rest].concat();
    group.len() == 15
        && as_str(&long)
            .is_some_and(|first17| id_card_check(first17).is_some_and(|check| is_id_card(&format!("{first17}{check}"))))
}

fn is_bank_card(group: &[u8]) -> bool {
    if !(16..=19).contains(&group.len())
        || !group.iter().all(u8::is_ascii_digit)
        || !matches!(group.first(), Some(b'3'..=b'6'))
    {
        return false;
    }
    let sum: u32 = group
        .iter()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let value = u32::from(byte - b'0') * if at % 2 == 1 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A run of letters and digits, and the separator after it.
struct Group<'a> {
    text: &'a [u8],
    gap: &'a [u8],
}

fn groups(plain: &[u8], is_in: impl Fn(&u8) -> bool) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    let mut rest = plain;
    while let Some(start) = rest.iter().position(&is_in) {
        let from = rest.get(start..).unwrap_or_default();
        let (text, after) = from.split_at(from.iter().position(|b| !is_in(b)).unwrap_or(from.len()));
        let (gap, next) = after.split_at(after.iter().position(&is_in).unwrap_or(after.len()));
        groups.push(Group { text, gap });
        rest = next;
    }
    groups
}

/// Runs of digits. X counts as one, for it may be the last.
fn groups_of_digits(plain: &[u8]) -> Vec<Group<'_>> {
    groups(plain, |byte| byte.is_ascii_digit() || matches!(byte, b'X' | b'x'))
}

/// Neighbouring groups that together have so many characters.
struct Joined {
    text: Vec<u8>,
    cuts: Vec<usize>,
    gaps: Vec<u8>,
}

fn joined<'a>(groups: &'a [Group<'a>], chars: usize) -> impl Iterator<Item = Joined> + 'a {
    (0..groups.len()).filter_map(move |start| {
        let mut joined = Joined { text: Vec::with_capacity(chars), cuts: Vec::new(), gaps: Vec::new() };
        for group in groups.get(start..)? {
            joined.text.extend_from_slice(group.text);
            if joined.text.len() >= chars {
                return (joined.text.len() == chars && !joined.cuts.is_empty()).then_some(joined);
            }
            let gap = group.gap.first()?;
            let is_separator = |b: &u8| b == gap && !b.is_ascii_alphanumeric() && *b != b'~';
            let is_separator = group.gap.len() <= SEPARATOR_CHARS_MAX && group.gap.iter().all(is_separator);
            if !is_separator {
                return None;
            }
            joined.cuts.push(joined.text.len());
            joined.gaps.push(*gap);
        }
        None
    })
}

impl Joined {
    fn has_one_separator(&self) -> bool {
        self.gaps.windows(2).all(|pair| pair.first() == pair.last())
    }

    fn lengths(&self) -> Vec<usize> {
        let mut from = 0;
        let mut lengths = Vec::with_capacity(self.cuts.len() + 1);
        for cut in self.cuts.iter().chain(std::iter::once(&self.text.len())) {
            lengths.push(cut.saturating_sub(from));
            from = *cut;
        }
        lengths
    }

    /// Cut where its parts are, or several times with the same separator. One
    /// dot anywhere else is a decimal point.
    fn is_id_written(&self) -> bool {
        self.cuts.iter().all(|cut| ID_CUTS.contains(cut))
            || (self.has_one_separator() && (self.cuts.len() > 1 || self.gaps.first() != Some(&b'.')))
    }

    fn is_credit_written(&self) -> bool {
        let lengths = self.lengths();
        let is_even = lengths.iter().rev().skip(1).all(|length| Some(length) == lengths.first());
        self.cuts.iter().all(|cut| CREDIT_CUTS.contains(cut))
            || (self.has_one_separator() && (is_even || self.text.iter().any(u8::is_ascii_alphabetic)))
    }

    /// Eleven single digits only when the text has no other: a list of marks
    /// holds a mobile number in each tenth place.
    fn is_mobile_written(&self, groups_in_text: usize) -> bool {
        let lengths = self.lengths();
        let is_spelled_out = lengths.len() == 11 && groups_in_text == 11;
        self.has_one_separator() && (is_spelled_out || MOBILE_CUTS.contains(&lengths.as_slice()))
    }
}

#[cfg(test)]
mod tests;
