//! Every reason that the airlock can refuse for.

/// The code of each and when it is given. A code is never used again.
pub const REASONS: &[(&str, &str)] = &[
    (
        "AIR-001",
        "a result holds a raw identifier: an identity number, a credit code, a mobile number, or a key that is no pseudonym",
    ),
    (
        "AIR-002",
        "a row or a declared count describes fewer persons or firms than the least, or it is not known how many",
    ),
    ("AIR-003", "a result holds rows that equal raw rows, or it is not known how many"),
    ("AIR-004", "a report has too many rows, or a result too many bytes"),
    ("AIR-005", "a column has a type that the checks can not read"),
    ("AIR-006", "a result's columns are not those that were declared"),
    ("AIR-007", "a report's column has a value of its own in almost each row and looks like a key"),
    (OTHERS_CANDIDATE, "somebody submits a candidate that their organisation did not make"),
    (RELEASED, "a candidate is submitted that has been released"),
    (NO_DECISION, "a release is asked for before its review has ended with yes"),
    (OTHER_KIND, "a decision is of another kind than release"),
    (OTHER_CANDIDATE, "a decision is about another candidate"),
    (OTHER_DIGEST, "a candidate's bytes are not those that the reviewers signed for"),
    (NOT_CHECKED, "a candidate has not passed every check under the rules in force"),
    (SIGNED_BY_MAKER, "somebody who made the result signed its security review"),
    (ENDED, "a release is withdrawn that has been withdrawn"),
    (MAY_NOT_WITHDRAW, "a release is withdrawn by somebody who is neither the agency, the regulator nor its operator"),
    (NO_GROUND, "a release is withdrawn without a ground that says something"),
    (UNDER_REVIEW, "a candidate is submitted whose review has not ended"),
];

pub(crate) const OTHERS_CANDIDATE: &str = "AIR-051";
pub(crate) const RELEASED: &str = "AIR-052";
pub(crate) const NO_DECISION: &str = "AIR-053";
pub(crate) const OTHER_KIND: &str = "AIR-054";
pub(crate) const OTHER_CANDIDATE: &str = "AIR-055";
pub(crate) const OTHER_DIGEST: &str = "AIR-056";
pub(crate) const NOT_CHECKED: &str = "AIR-057";
pub(crate) const SIGNED_BY_MAKER: &str = "AIR-058";
pub(crate) const ENDED: &str = "AIR-059";
pub(crate) const MAY_NOT_WITHDRAW: &str = "AIR-060";
pub(crate) const NO_GROUND: &str = "AIR-061";
pub(crate) const UNDER_REVIEW: &str = "AIR-062";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_listed_once_in_order_and_says_when() {
        let codes: Vec<_> = REASONS.iter().map(|(code, _)| *code).collect();
        let unique: BTreeSet<_> = codes.iter().copied().collect();
        assert_eq!(codes, unique.into_iter().collect::<Vec<_>>());
        assert!(REASONS.iter().all(|(code, when)| code.starts_with("AIR-") && !when.is_empty()));
    }
}
