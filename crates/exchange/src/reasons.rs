//! Every code with which a record or a call of another platform is refused. A code is
//! never used again.

macro_rules! reasons {
    ($(($code:literal, $name:ident, $when:literal))*) => {
        $(pub(crate) const $name: &str = $code;)*
        /// Each code and when it is given.
        pub const REASONS: &[(&str, &str)] = &[$(($code, $when),)*];
    };
}

reasons! {
    ("EXC-001", UNKNOWN_CALLER, "a call of another platform bears no signature of a platform that is known here")
    ("EXC-002", REPLAYED, "a signed call of another platform came twice")
    ("EXC-003", UNKNOWN_KIND, "a record is of a kind that is not taken here")
    ("EXC-004", UNKNOWN_FIELD, "a record holds a field that its kind does not have")
    ("EXC-005", MISSING_FIELD, "a record lacks a field that its kind has")
    ("EXC-006", WRONG_FIELD, "a field of a record is not of its form")
    ("EXC-007", OTHER_DIGEST, "a record is not what its digest says")
    ("EXC-008", OLDER_VERSION, "a record is no newer than what is held of its subject")
    ("EXC-009", NOT_TAKEN, "the platform above gave no receipt for a record and would give none")
    ("EXC-010", NOT_THE_BUREAU, "a record from below is decided on by somebody who does not manage")
    ("EXC-011", DECIDED_BEFORE, "a record from below has been decided on")
    ("EXC-012", NOT_THE_ADMIN, "platforms are entered by somebody who is no system administrator")
    ("EXC-013", BUREAU_SAYS_NO, "the managing body of the platform above refused the record")
    ("EXC-014", OWN_PLATFORM_BARRED, "a district's own platform is entered, and districts build none beside the city's")
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_count_up_and_are_never_given_twice() {
        let expected: Vec<String> = (1..=super::REASONS.len()).map(|n| format!("EXC-{n:03}")).collect();
        let codes: Vec<&str> = super::REASONS.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, expected);
    }
}
