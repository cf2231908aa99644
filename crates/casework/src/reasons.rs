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
    ("CAS-040", OUT_OF_TIME, "an application, an answer, a verdict or a score is given outside of its time")
    ("CAS-041", ITEM_UNANSWERED, "an applicant has given no evidence for a condition, or declared nothing about a ground")
    ("CAS-042", EVIDENCE_EXPIRED, "the evidence for a condition has run out")
    ("CAS-043", ITEM_UNJUDGED, "a condition or ground of an applicant has no verdict of a reviewer")
    ("CAS-044", CONDITION_UNMET, "an applicant does not meet a condition")
    ("CAS-045", DISQUALIFIED, "a record rules an applicant out")
    ("CAS-046", REVIEWER_TIED, "a verdict is given by somebody of the applicant, or who entered what it answered")
    ("CAS-047", NOT_THEIRS, "something is done with a candidacy by somebody whose it is not to do")
    ("CAS-048", NOBODY_STANDS, "nobody stands in a selection, or who is to be chosen does not")
    ("CAS-049", TOO_FEW_EXPERTS, "fewer experts judge the bids than the rules ask for")
    ("CAS-050", EXPERT_TIED, "an expert has a tie to an applicant or to who runs the selection")
    ("CAS-051", UNSCORED, "an applicant was not scored by every expert on every item")
    ("CAS-052", NOT_THE_FIRST, "another than the first of the ranking is to be chosen, without a reason")
    ("CAS-053", METHOD_UNKNOWN, "an operator would be chosen by no method that the document knows")
    ("CAS-054", NOT_SELECTED, "an agreement is made with an operator whom no selection in time has chosen")
    ("CAS-055", SHARES_NOT_BID, "an application bids no shares, or an agreement is not signed for those that were bid")
    ("CAS-060", NOT_CITED, "a record that a move must rest on is not cited")
    ("CAS-061", NOT_ITS_OVERSEER, "a matter is opened on an organisation that the opener does not oversee")
    ("CAS-062", NO_SUCH_ANSWER, "a fact has an answer that the rules do not list")
    ("CAS-063", WRONG_ASSIGNEE, "a matter is given to an organisation in none of the roles that the move names")
    ("CAS-064", NOT_CONCLUDED, "an exit is opened from an agreement that was never concluded")
    ("CAS-065", HELD_BY_RISK, "a case is approved while a risk that was reported about it is open")
    ("CAS-070", MATERIALS_MISSING, "an application would be accepted without all of its papers")
    ("CAS-071", NO_DEFECT, "an application is returned at acceptance and nothing is said to be at fault")
    ("CAS-072", TOLD_LATE, "a paper is said to be at fault that an earlier return saw and did not name")
    ("CAS-073", NOT_ON_NOTICE, "somebody objects to what is not on public notice")
    ("CAS-074", OBJECTION_OPEN, "a public notice would end while an objection is not decided")
    ("CAS-075", OBJECTION_DECIDER, "an objection is decided by somebody who may not")
    ("CAS-076", NO_SUCH_CODE, "a product cites a registration code under which it is not registered today")
    ("CAS-077", NOT_THE_REVOKER, "a registration is revoked by somebody who may not")
    ("CAS-080", MAKERS_ORGANISATION, "a result is reviewed by the organisation that computed it")
    ("CAS-081", NO_SCHEME, "an authorisation by sector names no implementing scheme")
    ("CAS-082", SCHEME_NOT_IN_FORCE, "what an agreement names is no implementing scheme in force")
    ("CAS-083", OTHER_MODE, "the scheme is of another mode than the agreement")
    ("CAS-084", BEYOND_SCHEME, "an agreement goes beyond the scope or the term of its scheme")
    ("CAS-085", SCHEME_MODE, "a scheme is submitted with a mode that the rules do not have")
    ("CAS-086", NO_PROCESSOR, "a measure against processors is taken against somebody else")
    ("CAS-087", FILES_ITSELF, "a copy is marked as filed by hand while it is on its way to a platform above")
    ("CAS-088", OTHER_DISTRICT, "somebody of a district signs a case of the city or of another district")
    ("CAS-090", MILESTONE_ROLE, "a goal is marked by somebody else than the managing body")
    ("CAS-091", MILESTONE_COUNTED, "a goal that a figure decides is marked by hand")
    ("CAS-092", MILESTONE_CITES, "a goal is marked as met without the records that it rests on")
    ("CAS-110", NOT_PASSED, "what must go before a move was not done, or came out otherwise")
    ("CAS-111", HANDOVER_OPEN, "an exit is closed while something of its handover is undecided or not accepted")
    ("CAS-112", ENDS_BY_EXIT, "an operator's agreement is ended without its exit")
    ("CAS-113", TARGETS_MISSING, "an agreement is signed with fewer measurable targets than the rules ask for")
    ("CAS-114", NOT_RUN_OUT, "an agreement would end by expiry before its last day has passed")
    ("CAS-115", NO_TARGET_MISSED, "an agreement would end for a missed target and none is on record")
    ("CAS-116", NOT_A_STANDARD, "a removal rests on nothing that stands in the operator's rules on file")
    ("CAS-117", NOTHING_ASKED, "an admission would be reviewed against no condition at all")
    ("CAS-118", NOT_THEIR_HANDOVER, "a handover is decided, accepted or measured by somebody whose it is not")
    ("CAS-119", OPERATOR_CLOSED, "people of an operator whose agreement has ended do more than to hand over")
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_count_up_and_are_never_given_twice() {
        // 016 to 019 are free: cases may still need them, matters begin at 020.
        let codes: Vec<&str> = super::REASONS.iter().map(|(code, _)| *code).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        assert!(codes.iter().all(|code| code.len() == 7 && code.starts_with("CAS-")), "{codes:?}");
        assert!(super::REASONS.iter().all(|(_, when)| !when.is_empty()));
    }
}
