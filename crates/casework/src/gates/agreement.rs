//! The term of an operator agreement where the document has one and no other, and its
//! shares against those that its operator bid.
//!
//! Not here: a term that the document bounds (`registry`), or the scheme (`scheme`).

use shuyu_model::{Reason, Regime};
use shuyu_registry::{Agreement, last_day};

use crate::candidacy::Bid;
use crate::reasons;

/// CAS-102.
pub(crate) fn against_term(regime: &Regime, agreement: &Agreement) -> Option<Reason> {
    let rule = regime.agreement.term_is_fixed_for.as_ref()?;
    let last = last_day(regime, agreement.from);
    let is_fixed = agreement.mode.is_some_and(|mode| rule.value.contains(&mode));
    (is_fixed && agreement.until != last).then(|| {
        let years = regime.agreement.years_max.value;
        let what = format!("the term is {years} years, to {last}; the agreement ends on {}", agreement.until);
        regime.reason(reasons::TERM_FIXED, rule, what, format!("let it end on {last}, or leave `until` out"))
    })
}

/// CAS-104.
pub(crate) fn against_shares(regime: &Regime, agreement: &Agreement, bid: Option<Bid>) -> Option<Reason> {
    let rule = regime.selection.shares_are_bid.as_ref().filter(|rule| rule.value)?;
    let (shares, bid) = (agreement.shares?, bid?);
    let bid = [bid.owner_per_mille, bid.operator_per_mille, bid.processor_per_mille];
    let is_kept = shares.all().iter().zip(bid).all(|(share, per_mille)| *share == per_mille.saturating_mul(10));
    (!is_kept).then(|| {
        let shown: Vec<String> = bid.iter().map(|share| share.saturating_mul(10).to_string()).collect();
        let what = "the agreement names other shares than its operator bid in the selection";
        let instead = format!("name {} hundredths of a per cent, as was bid", shown.join(" / "));
        regime.reason(reasons::OTHER_SHARES, rule, what, instead)
    })
}
