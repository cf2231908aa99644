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
    ("CAS-020", NO_SUCH_MOVE, "a matter in this state has no such move")
    ("CAS-021", MOVE_WRONG_ROLE, "a move of a matter is made by somebody else's role")
    ("CAS-022", MOVE_OTHER_PARTY, "a move is made for another organisation than the one that makes it in this matter")
    ("CAS-023", OWN_MATTER, "an organisation decides a matter that is about itself")
    ("CAS-024", OWN_WORK, "a person decides a matter that they opened, or whose subject they made")
    ("CAS-025", COUNTERPARTY_DECIDES, "the body complained against decides the complaint")
    ("CAS-026", MOVE_NO_EVIDENCE, "a document that a move needs is missing")
    ("CAS-027", CONTENTS_MISSING, "prescribed contents are missing")
    ("CAS-028", OTHERS_FACT, "a fact that another organisation told is changed")
    ("CAS-029", MOVE_TOO_EARLY, "a period that must pass before a move has not passed")
    ("CAS-030", DUE_TOO_LATE, "a day is set that lies later than the rules allow")
    ("CAS-031", MATTER_NOT_THE_OPENER, "a matter is opened by somebody who may not")
    ("CAS-032", MATTER_RUNNING, "a matter of this kind on the same subject is running")
    ("CAS-033", UNKNOWN_GROUND, "an agreement would end on no ground that the rules name")
    ("CAS-034", MATTER_NOT_THE_FILER, "a copy is marked as filed by somebody else than the one who must file")
    ("CAS-080", FILES_ITSELF, "a copy is marked as filed by hand while it is on its way to a platform above")
    ("CAS-081", OTHER_DISTRICT, "somebody of a district signs a case of the city or of another district")
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_count_up_and_are_never_given_twice() {
        // 016 to 019 are free: cases may still need them, matters begin at 020.
        let codes: Vec<&str> = super::REASONS.iter().map(|(code, _)| *code).collect();
        assert!(codes.iter().zip(codes.iter().skip(1)).all(|(before, after)| before < after), "{codes:?}");
        assert!(super::REASONS.iter().all(|(_, when)| !when.is_empty()));
    }
}
