//! Why a row is bad: every code that intake can give.

/// What is wrong with a row. Each has a code that never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// More or fewer cells than the header.
    CellCount,
    /// No whole number of 64 bits.
    Integer,
    /// No finite number.
    Float,
    /// Neither true nor false.
    Boolean,
    /// No day that exists.
    Date,
    /// No moment that exists.
    Timestamp,
    /// Bytes that are no text in the file's encoding.
    Undecodable,
    /// A cell over its limit.
    CellTooLong,
    /// A row over its limit.
    RowTooLong,
    /// Text between a closing quote and the next comma.
    TextAfterQuote,
    /// A quote that is never closed.
    QuoteOpen,
}

/// Every code and when it is given.
pub const REASONS: &[(&str, &str)] = &[
    ("SRC-001", "the row has more or fewer cells than the header"),
    ("SRC-002", "the cell is no whole number of 64 bits"),
    ("SRC-003", "the cell is no finite number"),
    ("SRC-004", "the cell is none of true, false, t, f, yes, no, y, n, 1, 0, 是, 否"),
    ("SRC-005", "the cell is no day: 2026-11-22, 2026/11/22, 20261122 or 2026年11月22日"),
    ("SRC-006", "the cell is no moment: a day, then at most 17:30:00.123456 and an offset"),
    ("SRC-007", "the bytes are no text in the encoding of the file"),
    ("SRC-008", "the cell is longer than a cell may be"),
    ("SRC-009", "the row is longer than a row may be"),
    ("SRC-010", "text stands between a closing quote and the next comma"),
    ("SRC-011", "a quote is opened and not closed within the longest row"),
];

impl Fault {
    /// Every one, in the order of [`REASONS`].
    pub const ALL: [Fault; 11] = [
        Self::CellCount,
        Self::Integer,
        Self::Float,
        Self::Boolean,
        Self::Date,
        Self::Timestamp,
        Self::Undecodable,
        Self::CellTooLong,
        Self::RowTooLong,
        Self::TextAfterQuote,
        Self::QuoteOpen,
    ];

    /// The code and the words.
    pub fn words(self) -> (&'static str, &'static str) {
        let index = Self::ALL.iter().position(|fault| *fault == self).unwrap_or_default();
        REASONS.get(index).copied().unwrap_or(("SRC-000", "unknown"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_own_code() {
        assert_eq!(Fault::ALL.len(), REASONS.len());
        for (index, fault) in Fault::ALL.into_iter().enumerate() {
            assert_eq!(fault.words(), REASONS[index]);
            assert_eq!(fault.words().0, format!("SRC-{:03}", index + 1));
        }
    }
}
