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
    (SHARES_SUM, "a rule of distribution has shares that do not sum to the whole"),
    (SHARE_MISSING, "a rule of distribution has no share for a party that the document names"),
    (CONTRIBUTION_UNSAID, "a rule of distribution does not say what each party put in and contributed"),
    (TREASURY_PLACE, "a share is sent to a district's treasury where the document knows none"),
    (FINANCE_RULE, "a public body has a share without the finance rule by which it is booked"),
    (NOT_PROPOSER, "somebody other than agency, finance department or a party proposes a rule of distribution"),
    (REACHES_BACK, "a rule of distribution reaches into a month that is settled by the former one"),
    (NOT_ASKED, "somebody consents to a rule of distribution whose consent is not asked for"),
    (NO_RULE, "a month is distributed without a rule in force"),
    (DISTRIBUTED, "a month is distributed twice for an operator"),
    (NOTHING_TO_SHARE, "a month is distributed in which nothing is to be shared"),
    (NOT_PAYER, "somebody other than the operator that owes or the finance department records a payment"),
    (OVERPAID, "a payment to the treasury is above what is open"),
    (NOT_FINANCE, "somebody other than the finance department books what is its to book"),
    (PURPOSE, "public income is spent on a purpose that the document does not allow"),
    (OVERSPENT, "more public income is spent than was paid in"),
    (NO_BASIS, "a price is charged without a document that it rests on"),
    (BASIS_UNFIT, "a price rests on a document of another kind than the rules ask for, or of other days"),
    (ABOVE_BASIS, "a price is above the standard that it rests on"),
    (NO_GUIDED_PRICE, "a price is charged where the document asks for a guided price and none is set"),
    (BELOW_FLOOR, "a price is below the guided range"),
    (FILING_INCOMPLETE, "a price is set without the contents that are filed with it"),
    (NOT_KEEPER, "somebody other than agency or finance department files a price document, or a cap is upside down"),
    (COST_KIND, "a cost is of no kind that the rules account for"),
    (NOT_ACCEPTER, "somebody other than the body that accepts costs accepts one"),
    (PROFIT_RATE, "a permitted rate of profit is above what the country allows"),
    (RISK_UNSAID, "an asset is pledged or invested without a finding of its risk"),
    (NOT_OWN_ASSET, "a unit books an asset that is not its own"),
    (NO_CEILING, "a price is charged that no amount bounds: neither of its document nor of a cap"),
    (PRICE_UNEXPLAINED, "a price does not say what of it is cost and what is return, or these do not make it up"),
    (EXCLUSIVE, "a deal would keep others out"),
    (TERMS_UNEXPLAINED, "a deal is on other terms than others have, and nobody says why"),
    (NOT_LISTED, "what is charged for is sold without an exchange's number"),
    (OTHER_EXCHANGE, "a listing or trade names an exchange that the rules do not know"),
    (CONDITIONS_UNRECORDED, "a free use is served whose conditions nobody recorded"),
    (NO_VOUCHER, "a cost is entered without its voucher"),
    (NOT_A_PARTY, "somebody tells of a deal or refusal in which they have no part"),
    (NOT_A_RECEIVER, "support is booked as given to somebody who is no public body"),
    (OTHER_PROJECT, "a rule of distribution names another district than the operator's projects are of"),
    (OTHER_ITEM, "a cost is of no item in which the operator's scheme keeps its accounts"),
    (OTHER_SHARES, "a rule of distribution, when it is proposed or a month is shared by it, departs from the scheme"),
    (NOT_ON_RECORD, "a rule of distribution calls a party what it is not on record, or no record says what it is"),
    (NOT_BY_PRODUCT, "a rule of distribution is for one product where the document shares a month as a whole"),
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
pub(crate) const SHARES_SUM: &str = "STL-020";
pub(crate) const SHARE_MISSING: &str = "STL-021";
pub(crate) const CONTRIBUTION_UNSAID: &str = "STL-022";
pub(crate) const TREASURY_PLACE: &str = "STL-023";
pub(crate) const FINANCE_RULE: &str = "STL-024";
pub(crate) const NOT_PROPOSER: &str = "STL-025";
pub(crate) const REACHES_BACK: &str = "STL-026";
pub(crate) const NOT_ASKED: &str = "STL-027";
pub(crate) const NO_RULE: &str = "STL-028";
pub(crate) const DISTRIBUTED: &str = "STL-029";
pub(crate) const NOTHING_TO_SHARE: &str = "STL-030";
pub(crate) const NOT_PAYER: &str = "STL-031";
pub(crate) const OVERPAID: &str = "STL-032";
pub(crate) const NOT_FINANCE: &str = "STL-033";
pub(crate) const PURPOSE: &str = "STL-034";
pub(crate) const OVERSPENT: &str = "STL-035";
pub(crate) const NO_BASIS: &str = "STL-036";
pub(crate) const BASIS_UNFIT: &str = "STL-037";
pub(crate) const ABOVE_BASIS: &str = "STL-038";
pub(crate) const NO_GUIDED_PRICE: &str = "STL-039";
pub(crate) const BELOW_FLOOR: &str = "STL-040";
pub(crate) const FILING_INCOMPLETE: &str = "STL-041";
pub(crate) const NOT_KEEPER: &str = "STL-042";
pub(crate) const COST_KIND: &str = "STL-043";
pub(crate) const NOT_ACCEPTER: &str = "STL-044";
pub(crate) const PROFIT_RATE: &str = "STL-045";
pub(crate) const RISK_UNSAID: &str = "STL-046";
pub(crate) const NOT_OWN_ASSET: &str = "STL-047";
pub(crate) const NO_CEILING: &str = "STL-050";
pub(crate) const PRICE_UNEXPLAINED: &str = "STL-051";
pub(crate) const EXCLUSIVE: &str = "STL-052";
pub(crate) const TERMS_UNEXPLAINED: &str = "STL-053";
pub(crate) const NOT_LISTED: &str = "STL-054";
pub(crate) const OTHER_EXCHANGE: &str = "STL-055";
pub(crate) const CONDITIONS_UNRECORDED: &str = "STL-056";
pub(crate) const NO_VOUCHER: &str = "STL-057";
pub(crate) const NOT_A_PARTY: &str = "STL-058";
pub(crate) const NOT_A_RECEIVER: &str = "STL-059";
pub(crate) const OTHER_PROJECT: &str = "STL-060";
pub(crate) const OTHER_ITEM: &str = "STL-061";
pub(crate) const OTHER_SHARES: &str = "STL-062";
pub(crate) const NOT_ON_RECORD: &str = "STL-063";
pub(crate) const NOT_BY_PRODUCT: &str = "STL-064";

#[cfg(test)]
mod tests {
    #[test]
    fn each_code_stands_once_and_in_order() {
        let codes: Vec<&str> = super::REASONS.iter().map(|(code, _)| *code).collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
    }
}
