//! What a column is: its type, what it says about whom, how bad its leak would
//! be, and how it may be hidden.

use serde::{Deserialize, Serialize};

/// The types a landed column can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Text.
    Text,
    /// Whole numbers of 64 bits.
    Integer,
    /// IEEE 754 doubles.
    Float,
    /// `true` or `false`.
    Boolean,
    /// `2026-11-22`.
    Date,
    /// `2026-11-22 17:30:00`, microseconds, in the city's zone.
    Timestamp,
}

impl ColumnType {
    /// Every one.
    pub const ALL: [ColumnType; 6] =
        [Self::Text, Self::Integer, Self::Float, Self::Boolean, Self::Date, Self::Timestamp];
}

/// What a column says about a person or firm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnClass {
    /// Names one person or firm alone: identity number, credit code, phone, account.
    DirectIdentifier,
    /// Narrows down who it is together with others: birth date, street.
    QuasiIdentifier,
    /// Must not be learnt about an identified person (PIPL 28): balance, diagnosis.
    Sensitive,
    /// None of these.
    Plain,
}

/// GB/T 43697-2024 grades; general data in four levels (its annex H).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// General, level 1: no harm; may be public.
    L1,
    /// General, level 2: harm to a person or organisation.
    L2,
    /// General, level 3: serious harm to one.
    L3,
    /// General, level 4: especially serious harm to one.
    L4,
    /// 重要数据.
    Important,
    /// 核心数据: never authorised.
    Core,
}

/// How a column's values are hidden from those who compute with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "mask", deny_unknown_fields)]
pub enum Mask {
    /// As it is.
    None,
    /// The first characters stay, each later one becomes `*`.
    KeepPrefix {
        /// How many characters stay.
        chars: u16,
    },
    /// A date becomes the first day of its month or year.
    GeneraliseDate {
        /// To what.
        to: DatePart,
    },
    /// A number becomes the lower bound of its bucket.
    Bucket {
        /// The bucket's width, at least 1.
        width: u32,
    },
    /// Always null.
    Redact,
    /// A keyed pseudonym: equal values stay equal inside one scenario only.
    Pseudonym,
}

/// What a date is generalised to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatePart {
    /// The first day of its month.
    Month,
    /// The first day of its year.
    Year,
}

/// A column of a resource, as registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Lower-case ASCII letters, digits and `_`; the name in SQL.
    pub name: String,
    /// What people call it: 公积金账号.
    pub title: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// What it says about whom.
    pub class: ColumnClass,
    /// Its grade; `None` until graded, and ungraded data is never authorised.
    pub grade: Option<Grade>,
    /// How it is hidden inside a workroom.
    pub mask: Mask,
    /// Whether it names the person or firm that a row is about. Counts of
    /// people count distinct values of this column. At most one per resource.
    #[serde(default)]
    pub is_entity: bool,
}

/// Whether `name` can be a column's or a table's name in SQL without quotes.
pub fn is_plain_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    matches!(bytes.next(), Some(b'a'..=b'z'))
        && bytes.all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && name.len() <= NAME_BYTES_MAX
}

/// The longest name of a table or column.
pub const NAME_BYTES_MAX: usize = 63;

/// The most columns that a resource can have.
pub const COLUMNS_MAX: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_needs_no_quotes() {
        for name in ["a", "id_card", "pm2_5"] {
            assert!(is_plain_name(name), "{name}");
        }
        for name in ["", "1a", "Id", "a b", "姓名", "a;b", "a\"b", "_a", &"a".repeat(64)] {
            assert!(!is_plain_name(name), "{name}");
        }
    }

    #[test]
    fn masks_read_as_the_registry_writes_them() {
        let mask: Result<Mask, _> = serde_json::from_str(r#"{"mask":"keep_prefix","chars":6}"#);
        assert_eq!(mask.ok(), Some(Mask::KeepPrefix { chars: 6 }));
        assert!(serde_json::from_str::<Mask>(r#"{"mask":"keep_prefix","chars":6,"x":1}"#).is_err());
    }

    #[test]
    fn grades_are_ordered_by_harm() {
        assert!(Grade::L1 < Grade::L4 && Grade::L4 < Grade::Important && Grade::Important < Grade::Core);
    }
}
