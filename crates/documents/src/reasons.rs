//! Every code with which documents refuse. A code is never used again.

macro_rules! reasons {
    ($(($code:literal, $name:ident, $when:literal))*) => {
        $(pub(crate) const $name: &str = $code;)*
        /// Each code and when it is given.
        pub const REASONS: &[(&str, &str)] = &[$(($code, $when),)*];
    };
}

reasons! {
    ("DOC-001", NOT_THE_ISSUER, "a document is issued by somebody whose role does not issue it")
    ("DOC-002", NOT_THE_PARTY, "a document is issued for another organisation than the one whose it is")
    ("DOC-003", NOT_IN_RULES, "the rules in force know no such report or disclosure of this body")
    ("DOC-004", PERIOD_RUNNING, "the period that a document accounts for is not over")
    ("DOC-005", ISSUED_BEFORE, "a document of this kind, subject and period stands, and the new one does not supersede it")
    ("DOC-006", CONTENTS_MISSING, "contents that the rules prescribe are neither in the records nor told")
    ("DOC-007", NOT_ITS_PREDECESSOR, "a document would supersede one of another kind, subject, period or issuer, or one superseded before")
    ("DOC-008", NOT_CONCLUDED, "what the document is about is not concluded")
    ("DOC-009", OTHER_INTERVAL, "the period is not one of the interval that the rules set")
    ("DOC-010", FIGURES_DIFFER, "a result is issued while figures that were told differ from what was counted, and nobody says why")
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_count_up_and_are_never_given_twice() {
        let expected: Vec<String> = (1..).take(super::REASONS.len()).map(|n| format!("DOC-{n:03}")).collect();
        let codes: Vec<&str> = super::REASONS.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, expected);
    }
}
