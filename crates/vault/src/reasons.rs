//! Why the vault says no: every code, and when it is given.

use shuyu_model::Reason;

/// Every code and when it is given.
pub const REASONS: &[(&str, &str)] = &[
    ("VLT-001", "a landing without one good row is sealed"),
    ("VLT-002", "somebody seals what another department landed"),
    ("VLT-010", "a holding that was destroyed already is destroyed"),
    ("VLT-011", "a holding is destroyed without a ground, or with one too long to be kept"),
    ("VLT-012", "a holding is destroyed by neither its department nor the agency"),
];

/// The fewest characters of a ground.
const GROUND_CHARS_MIN: usize = 5;
/// The most.
const GROUND_CHARS_MAX: usize = 1000;

/// Whether these words can be a ground.
pub(crate) fn is_ground(words: &str) -> bool {
    (GROUND_CHARS_MIN..=GROUND_CHARS_MAX).contains(&words.chars().count())
}

const SETTING: &str = "setting";

pub(crate) fn no_good_row() -> Reason {
    Reason::new(
        "VLT-001",
        "none of the rows is good, so there is nothing to seal",
        SETTING,
        "correct the rows that the quality report lists and send the table again",
    )
}

pub(crate) fn other_department() -> Reason {
    Reason::new(
        "VLT-002",
        "the landing came from another department than the actor's",
        SETTING,
        "let somebody of the department that sent the table seal it",
    )
}

pub(crate) fn is_destroyed() -> Reason {
    Reason::new(
        "VLT-010",
        "the holding was destroyed already",
        SETTING,
        "read its proof in the log; nothing is left to do",
    )
}

pub(crate) fn no_ground() -> Reason {
    Reason::new(
        "VLT-011",
        format!("the ground for destroying has not {GROUND_CHARS_MIN} to {GROUND_CHARS_MAX} characters"),
        SETTING,
        "say why the holding is destroyed",
    )
}

pub(crate) fn not_theirs() -> Reason {
    Reason::new(
        "VLT-012",
        "a holding is destroyed by the department that landed it or by the agency",
        SETTING,
        "ask the department or the agency",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_listed_once() {
        let made = [no_good_row(), other_department(), is_destroyed(), no_ground(), not_theirs()];
        let made: Vec<_> = made.iter().map(|reason| reason.code.as_ref()).collect();
        let listed: Vec<_> = REASONS.iter().map(|(code, _)| *code).collect();
        assert_eq!(made, listed);
    }
}
