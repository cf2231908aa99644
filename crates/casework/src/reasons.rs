//! Every code that casework can give. A code is never used again.

macro_rules! reasons {
    ($(($code:literal, $name:ident, $when:literal))*) => {
        $(pub(crate) const $name: &str = $code;)*
        /// Each code and when it is given.
        pub const REASONS: &[(&str, &str)] = &[$(($code, $when),)*];
    };
}

reasons! {
    ("CAS-001", NOT_OPEN, "the case waits for no signature: it was returned or has ended")
    ("CAS-002", OTHER_STEP, "another step is open")
    ("CAS-003", WRONG_ROLE, "the signer does not hold the role that signs this step")
    ("CAS-004", OTHER_PARTY, "the signer acts for another organisation than the one that signs this step")
    ("CAS-005", AUTHOR, "the signer wrote the subject, opened the case or ran the job")
    ("CAS-006", SIGNED_BEFORE, "the signer has signed this step")
    ("CAS-007", TOO_EARLY, "a prescribed period has not passed")
    ("CAS-008", NO_EVIDENCE, "a document that the step needs is missing")
    ("CAS-009", OTHER_DIGEST, "the signer looked at something else than the case is about")
    ("CAS-010", SUBJECT_CHANGED, "the subject has changed or is no draft any more")
    ("CAS-011", NOT_THE_OPENER, "a case is opened or submitted again by somebody who may not")
    ("CAS-012", RUNNING, "another case on the subject is running")
    ("CAS-013", NOT_THE_AUTHOR, "a case is taken back by somebody who is not its author")
    ("CAS-014", NOT_THE_FILER, "a filing is marked by somebody else than the one who must file")
    ("CAS-015", NOT_RETURNED, "a case is submitted again that was not returned")
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_count_up_and_are_never_given_twice() {
        for (index, (code, when)) in super::REASONS.iter().enumerate() {
            assert_eq!(*code, format!("CAS-{:03}", index + 1));
            assert!(!when.is_empty());
        }
    }
}
