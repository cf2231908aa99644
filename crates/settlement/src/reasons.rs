//! Every reason for which settlement says no.

/// Code and when it is given.
pub const REASONS: &[(&str, &str)] = &[
    (NOT_OPERATOR, "somebody other than the product's operator sets its price, or a non-operator records a cost"),
    (NOT_AGENCY, "somebody other than the agency sets a cap or closes a month"),
    (FREE_USE, "a price is put on a use that is free"),
    (UNPRICED_USE, "a price is put on a use that may not be charged"),
    (ABOVE_CAP, "a price is above the cap that the agency has set"),
    (PAST_DAY, "a price or cap would reach back to a day that has begun"),
    (UNIT, "a price counts another unit than the product is delivered in"),
    (MONTH_RUNNING, "a month is closed before it has ended and its last calls are in the log"),
    (MONTH_CLOSED, "a month that is closed is closed again, or a cost is recorded in it"),
    (EARLIER_OPEN, "a month is closed while an earlier one with deliveries or costs is open"),
    (FUTURE_MONTH, "a cost is recorded in a month that has not begun"),
];

pub(crate) const NOT_OPERATOR: &str = "STL-001";
pub(crate) const NOT_AGENCY: &str = "STL-002";
pub(crate) const FREE_USE: &str = "STL-003";
pub(crate) const UNPRICED_USE: &str = "STL-004";
pub(crate) const ABOVE_CAP: &str = "STL-005";
pub(crate) const PAST_DAY: &str = "STL-006";
pub(crate) const UNIT: &str = "STL-007";
pub(crate) const MONTH_RUNNING: &str = "STL-008";
pub(crate) const MONTH_CLOSED: &str = "STL-009";
pub(crate) const EARLIER_OPEN: &str = "STL-010";
pub(crate) const FUTURE_MONTH: &str = "STL-011";

#[cfg(test)]
mod tests {
    #[test]
    fn each_code_stands_once_and_in_order() {
        let codes: Vec<&str> = super::REASONS.iter().map(|(code, _)| *code).collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
    }
}
