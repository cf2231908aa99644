//! Receipts (备案回执): a step that files and does not approve is signed with the number of
//! the filing, and is neither returned nor refused.
//!
//! INVARIANT (blind): a number is a part of its opinion and shows when that shows.
//!
//! Not here: which steps are receipts (`regime::Step`).

use shuyu_model::regime::Step;
use shuyu_model::{Reason, Regime};

use crate::case::{Case, Opinion, Outcome};
use crate::reasons;

pub(crate) mod store;

/// CAS-147, CAS-148.
pub(crate) fn against(regime: &Regime, case: &Case, step: &Step, opinion: &Opinion, found: &mut Vec<Reason>) {
    if !step.receipt {
        return;
    }
    let clause = regime.cite_step(&case.procedure, step, "");
    if opinion.outcome != Outcome::Approve {
        let what = format!("`{}` ({}) is the receipt of what is filed, not an approval", step.step, step.title);
        let instead = "sign that it was received; where something is wrong with it, open an inspection or an order";
        found.push(Reason::new(reasons::RECEIPT_ONLY, what, &clause, instead));
    }
    if opinion.number.as_ref().is_none_or(|number| number.trim().is_empty()) {
        let what = format!("the receipt `{}` ({}) has no number", step.step, step.title);
        found.push(Reason::new(reasons::RECEIPT_WITHOUT_NUMBER, what, &clause, "give it as `number`"));
    }
}
