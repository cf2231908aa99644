//! Who shares in the income and who agrees to it, on what a price rests, what counts
//! as cost: the part of a document that the settlement reads beside `[price]`.

use serde::{Deserialize, Serialize};

use super::Sourced;
use super::faults::Faults;
use super::words::{BasisKind, Booking, Indicator, Metered, Part, Treasury};
use crate::actor::Role;

/// A body whose consent a rule of distribution needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentRule {
    /// What the document calls it: 财政部门. No organisation consents for two.
    pub name: String,
    /// Whose people speak for it.
    pub by: Sourced<Role>,
}

/// Rules of distribution, price and cost.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct MoneyRules {
    /// The parties to whom a rule of distribution must give a share.
    pub shares_of: Option<Sourced<Vec<Part>>>,
    /// Whoever has a share consents to the rule.
    pub parties_consent: Option<Sourced<bool>>,
    /// The rule says what each party put in and contributed.
    pub contribution_is_stated: Option<Sourced<bool>>,
    /// The bodies that consent to the rule.
    #[serde(default)]
    pub consent: Vec<ConsentRule>,
    /// A product can have a rule of distribution of its own, with its own participants.
    pub shares_by_product: Option<Sourced<bool>>,
    /// Accounts are kept in the scheme's items of cost, and income is shared by the
    /// scheme's shares.
    pub follows_scheme: Option<Sourced<bool>>,
    /// How the share of a public institution is booked, where `price.treasury` leaves
    /// that to the finance department's rules.
    pub institution_share: Option<Sourced<Booking>>,
    /// In how many days after a month is settled the treasury is paid (及时).
    pub treasury_days_max: Sourced<u16>,
    /// On what a charged price may rest.
    pub basis_kinds: Sourced<Vec<BasisKind>>,
    /// A charged price needs a guided price of the agency.
    pub guided_price_required: Option<Sourced<bool>>,
    /// What is filed with a price.
    pub filing_contents: Option<Sourced<Vec<String>>>,
    /// What the document calls the charge.
    pub fee_name: Option<Sourced<String>>,
    /// Entities of like conditions get like terms; a difference needs its reason.
    pub terms_are_alike: Option<Sourced<bool>>,
    /// An operator concludes no exclusive terms and keeps no entity out.
    pub exclusivity_barred: Option<Sourced<bool>>,
    /// A charged price stays under an amount: of the document that it rests on, or of the
    /// agency's cap.
    pub ceiling_required: Option<Sourced<bool>>,
    /// A price says what of it is cost and what is return.
    pub price_is_explained: Option<Sourced<bool>>,
    /// What is charged for is sold at one of `exchanges`, under its number.
    pub listing_required: Option<Sourced<bool>>,
    /// In principle only: a recorded reason stands for the number.
    pub listing_has_exceptions: Option<Sourced<bool>>,
    /// The exchanges at which products are listed and traded.
    pub exchanges: Option<Sourced<Vec<String>>>,
    /// Each cost has its voucher.
    pub costs_have_vouchers: Option<Sourced<bool>>,
    /// The kinds of cost that an operator accounts for.
    pub cost_kinds: Sourced<Vec<String>>,
    /// Who accepts a cost; what nobody accepted is not deducted.
    pub cost_accepted_by: Sourced<Role>,
    /// Uses of the infrastructure that are metered and borne by the operator.
    pub metered: Option<Sourced<Vec<Metered>>>,
    /// The figures of a department's contribution.
    pub contribution_indicators: Option<Sourced<Vec<Indicator>>>,
    /// Their weights, in per cent.
    pub contribution_weights: Option<Sourced<Vec<u8>>>,
}

pub(super) fn faults_of(money: &MoneyRules, treasury: Option<Treasury>, faults: &mut Faults) {
    match (treasury == Some(Treasury::ByRules), &money.institution_share) {
        (true, None) => {
            let what = "`money.institution_share` is missing; say how an institution's share is booked";
            faults.at("price.treasury", what);
        }
        (false, Some(_)) => {
            let what = "`price.treasury` is not `by_finance_rules`; leave it out";
            faults.at("money.institution_share", what);
        }
        _ => {}
    }
    for (index, found) in money.consent.iter().enumerate() {
        if money.consent.iter().take(index).any(|earlier| earlier.name == found.name) {
            let what = format!("`money.consent` names `{}` twice; keep one", found.name);
            faults.at(format!("money.consent.{index}.name"), what);
        }
        if found.by.value.is_platform_admin() || found.by.value == Role::Subject {
            let what = format!("`{}` decides nothing about money; name a party", found.by.value.word());
            faults.at(format!("money.consent.{index}.by"), what);
        }
    }
    if money.consent.is_empty() && !money.parties_consent.as_ref().is_some_and(|rule| rule.value) {
        let what = "`money` names nobody who consents to a distribution; add `parties_consent` or `[[money.consent]]`";
        faults.at("money", what);
    }
    if money.listing_required.is_some() && money.exchanges.is_none() {
        faults.at("money.listing_required", "`money.exchanges` is missing; name where products are listed");
    }
    if money.listing_has_exceptions.is_some() && money.listing_required.is_none() {
        faults.at("money.listing_has_exceptions", "nothing must be listed; leave it out");
    }
    let items = money.contribution_indicators.as_ref().map(|items| items.value.len());
    let weights = money.contribution_weights.as_ref().map(|weights| weights.value.as_slice());
    if items.is_some() && weights.is_none() {
        faults.at("money.contribution_indicators", "`money.contribution_weights` is missing; weigh each indicator");
    }
    super::faults::weights("money.contribution_weights", items, weights, faults);
}
