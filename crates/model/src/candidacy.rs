//! Candidacies (申请): what is chosen, what the platform itself remembers of an
//! applicant, and how far back a record counts.
//!
//! INVARIANT (whole years): a look-back is counted by the calendar. The day of the
//! record is not counted, and the last year ends on the day of the same number; where
//! a month has no such day, on its last (民法典 200 to 202).
//!
//! Not here: what a document asks of an applicant (`regime::SelectionRules`,
//! `regime::EntityRules`); who says what about one (`casework::candidacy`).

use serde::{Deserialize, Serialize};

use crate::regime::words::words;
use crate::time::Day;

/// The longest code of a condition or ground, in bytes.
pub const CODE_BYTES_MAX: usize = 40;

words! {
    /// What somebody is chosen or admitted as.
    ChosenAs {
        Operator = "operator" "运营机构",
        Processor = "processor" "数据加工主体",
        Entity = "entity" "经营主体",
    }
    /// What the platform itself remembers of an organisation, and counts against it
    /// without being told.
    Record {
        Incident = "incident" "本平台确认的安全事件",
        EndedForCause = "ended_for_cause" "因违法违规或考核未通过被终止的协议",
        DisqualifiedBefore = "disqualified_before" "被取消的入选资格",
    }
}

/// The grounds of `agreement.exit_grounds` that are the operator's or entity's own
/// fault: an agreement that ended on one of them is a [`Record::EndedForCause`].
pub const FOR_CAUSE: [&str; 8] = [
    "grave_breach",
    "misuse",
    "no_safeguards",
    "grave_hazard_or_incident",
    "targets_unmet_and_unrectified",
    "rectification_overdue",
    "assessment_failed",
    "unlawful",
];

/// The first day on which a record of `on` counts no longer. Upholds INVARIANT
/// (whole years).
pub fn free_from(on: Day, look_back_years: u8) -> Day {
    // A year has no 29 February where it is no leap year; `jiff` then takes the 28th.
    let last = on.saturating_add(jiff::Span::new().years(i64::from(look_back_years)));
    last.saturating_add(jiff::Span::new().days(1))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::regime::words::EXIT_GROUNDS;

    #[test]
    fn a_record_counts_to_the_same_day_of_its_last_year_and_not_a_day_longer() {
        let rows = [
            (date(2023, 6, 1), 3, date(2026, 6, 2)),
            (date(2024, 2, 29), 3, date(2027, 3, 1)),
            (date(2024, 2, 29), 4, date(2028, 3, 1)),
            (date(2023, 12, 31), 1, date(2025, 1, 1)),
            (date(2023, 2, 28), 1, date(2024, 2, 29)),
        ];
        for (on, years, expected) in rows {
            assert_eq!(free_from(on, years), expected, "{on} and {years} years");
        }
    }

    #[test]
    fn what_is_for_cause_is_a_ground_that_rules_can_name() {
        for ground in FOR_CAUSE {
            assert!(EXIT_GROUNDS.iter().any(|(known, _)| *known == ground), "{ground}");
        }
    }

    #[test]
    fn words_read_back() {
        for one in ChosenAs::ALL {
            assert_eq!(ChosenAs::parse(one.word()), Some(*one));
        }
        assert_eq!(ChosenAs::parse("agency"), None);
    }
}
