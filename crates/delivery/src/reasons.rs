//! Every reason for which delivery says no.

/// Code and when it is given.
pub const REASONS: &[(&str, &str)] = &[
    (SIGNATURE, "a call's signature is missing, wrong, stale, repeated, or of a key that is not in use"),
    (NO_ROOM, "so many signed calls came within minutes that a repetition could not be told"),
    (NOT_OPERATOR, "somebody other than the scenario's operator publishes, supersedes or subscribes"),
    (NOT_LIVE, "a product rests on a release that is not live"),
    (KIND, "a product's kind or key is not that of its release, or its keys repeat"),
    (DIRECT_ANSWER, "a product would answer with a column that names a person or firm"),
    (SUCCESSOR, "a newer release is of another scenario, kind or shape"),
    (NOT_OF_SCENARIO, "a subscription's scenario is not the product's"),
    (AGREEMENT, "a subscription names another development agreement than the one in force"),
    (NOT_ENTITY, "somebody other than the subscribed entity adds or withdraws its client keys"),
    (CONSENT_GIVER, "somebody other than the person or the entity gives or withdraws a consent"),
    (CONSENT_TERM, "a consent would end in the past or hold longer than allowed"),
    (CONSENT_EVIDENCE, "an entity brings a consent without the digest of its evidence"),
    (CONSENT_NEEDLESS, "a consent is given for a product that is not about people"),
    (NO_CONSENT, "the person has given no consent to this entity for this product"),
    (CONSENT_WITHDRAWN, "the person's consent was withdrawn"),
    (CONSENT_EXPIRED, "the person's consent has expired"),
    (CONSENT_OTHER_ENTITY, "the consent named was given to another entity"),
    (CONSENT_OTHER_PRODUCT, "the consent named was given for another product"),
    (SUBSCRIPTION_ENDED, "the subscription has ended"),
    (SUBSCRIPTION_OTHER, "the call names a product or subscription that the client key is not for"),
    (PRODUCT_WITHDRAWN, "the product was withdrawn"),
    (QUOTA, "the subscription's calls of the day are used up"),
    (RAW_ANSWER, "an answer holds a raw identifier"),
    (NOT_LOOKUP, "an answer is asked of a product that is a file, or a file of one that answers"),
    (ONLY_GOES_ON, "a subscription is opened while the operator hands over, and only what was live goes on"),
    (NOT_OPENED, "a product is opened to everybody that does not serve the public good, or no document opens it"),
    (PERSONAL, "a product is opened to everybody that answers about somebody, or names anybody"),
];

pub(crate) const SIGNATURE: &str = "DLV-001";
pub(crate) const NO_ROOM: &str = "DLV-002";
pub(crate) const NOT_OPERATOR: &str = "DLV-003";
pub(crate) const NOT_LIVE: &str = "DLV-004";
pub(crate) const KIND: &str = "DLV-005";
pub(crate) const DIRECT_ANSWER: &str = "DLV-006";
pub(crate) const SUCCESSOR: &str = "DLV-007";
pub(crate) const NOT_OF_SCENARIO: &str = "DLV-008";
pub(crate) const AGREEMENT: &str = "DLV-009";
pub(crate) const NOT_ENTITY: &str = "DLV-010";
pub(crate) const CONSENT_GIVER: &str = "DLV-011";
pub(crate) const CONSENT_TERM: &str = "DLV-012";
pub(crate) const CONSENT_EVIDENCE: &str = "DLV-013";
pub(crate) const CONSENT_NEEDLESS: &str = "DLV-014";
pub(crate) const NO_CONSENT: &str = "DLV-015";
pub(crate) const CONSENT_WITHDRAWN: &str = "DLV-016";
pub(crate) const CONSENT_EXPIRED: &str = "DLV-017";
pub(crate) const CONSENT_OTHER_ENTITY: &str = "DLV-018";
pub(crate) const CONSENT_OTHER_PRODUCT: &str = "DLV-019";
pub(crate) const SUBSCRIPTION_ENDED: &str = "DLV-020";
pub(crate) const SUBSCRIPTION_OTHER: &str = "DLV-021";
pub(crate) const PRODUCT_WITHDRAWN: &str = "DLV-022";
/// The server answers 429 where this is among the reasons.
pub const QUOTA: &str = "DLV-023";
pub(crate) const RAW_ANSWER: &str = "DLV-024";
pub(crate) const NOT_LOOKUP: &str = "DLV-025";
pub(crate) const ONLY_GOES_ON: &str = "DLV-026";
pub(crate) const NOT_OPENED: &str = "DLV-027";
pub(crate) const PERSONAL: &str = "DLV-028";

/// The server answers 401 where this is the reason.
pub const UNAUTHENTICATED: &str = SIGNATURE;

#[cfg(test)]
mod tests {
    #[test]
    fn each_code_stands_once_and_in_order() {
        let codes: Vec<&str> = super::REASONS.iter().map(|(code, _)| *code).collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
    }
}
