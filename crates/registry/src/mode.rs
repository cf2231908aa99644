//! The mode of an operator agreement (授权模式), and its term against the one that the
//! document names.
//!
//! Not here: the scheme that it rests on (`casework`), which is a matter.

use std::collections::BTreeSet;

use shuyu_model::id::ResourceId;
use shuyu_model::regime::words::{Mode, TermSetBy};
use shuyu_model::{Day, Reason, Regime};

use crate::decide::Asked;
use crate::reasons::{self, names};
use crate::{Agreement, AgreementKind, AgreementState, NewAgreement};

/// REG-076, REG-077.
pub(crate) fn against(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) {
    let (regime, rules) = (asked.regime, &asked.regime.mode);
    let words = || rules.allowed.value.iter().map(|mode| mode.word()).collect::<Vec<_>>().join(", ");
    let Some(mode) = agreement.mode else {
        let what = format!("the agreement does not say its mode; here there are: {}", words());
        found.push(regime.reason(reasons::MODE, &rules.allowed, what, "name one of them as `mode`"));
        return;
    };
    if !rules.allowed.value.contains(&mode) {
        let what = format!("`{}` ({}) is no mode here; there are: {}", mode.word(), mode.zh(), words());
        found.push(regime.reason(reasons::MODE, &rules.allowed, what, "authorise in one of these"));
    }
    full_copy(asked, agreement, mode, found);
}

/// REG-077: what is authorised by sector also lies in the scope of a whole
/// authorisation, where the document asks for that.
fn full_copy(asked: &Asked<'_>, agreement: &Agreement, mode: Mode, found: &mut Vec<Reason>) {
    let rule = asked.regime.mode.full_copy_to_whole.as_ref();
    let Some(rule) = rule.filter(|rule| rule.value && mode == Mode::Sector) else { return };
    let today = asked.now.day();
    let is_whole = |a: &&Agreement| {
        a.kind == AgreementKind::Operator
            && a.mode == Some(Mode::Whole)
            && a.state == AgreementState::InForce
            && (a.from..=a.until).contains(&today)
    };
    let whole: BTreeSet<&ResourceId> =
        asked.world.agreements.values().map(AsRef::as_ref).filter(is_whole).flat_map(|a| &a.resources).collect();
    let lacking = agreement.resources.iter().filter(|id| !whole.contains(id));
    let lacking: Vec<&str> =
        lacking.map(|id| asked.world.resources.get(id).map_or(id.as_str(), |resource| &resource.name)).collect();
    if !lacking.is_empty() {
        let what = format!("in no whole authorisation that is in force: {}", names(&lacking));
        let instead = "have the whole authorisation cover them first; they are supplied in full there, too";
        found.push(asked.regime.reason(reasons::NO_FULL_COPY, rule, what, instead));
    }
}

/// The last day of an agreement to be drafted: what it says, or the end of the term that
/// the document sets.
pub(crate) fn until(regime: &Regime, new: &NewAgreement) -> Option<Day> {
    let is_set = new.kind == AgreementKind::Operator && regime.agreement.term_set_by.value == TermSetBy::Document;
    new.until.or_else(|| is_set.then(|| last_day(regime, new.from)))
}

/// The last day of the term that the rules name, from a first day.
pub fn last_day(regime: &Regime, from: Day) -> Day {
    let years = jiff::Span::new().years(i64::from(regime.agreement.years_max.value));
    from.saturating_add(years).saturating_sub(jiff::Span::new().days(1))
}

/// REG-018, REG-078: a term that is longer or shorter than the document's. One that
/// the document sets in principle (原则上) can be longer, and one that it sets can be
/// shorter, with a reason that is recorded.
pub(crate) fn term(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) {
    let rules = &asked.regime.agreement;
    let has_reason = agreement.term_reason.is_some();
    if !(rules.term_is_in_principle.value && has_reason) {
        crate::agreements::term(asked, agreement, &rules.years_max, found);
    }
    let last = last_day(asked.regime, agreement.from);
    if rules.term_set_by.value == TermSetBy::Document && agreement.until < last && !has_reason {
        let what = format!(
            "the term is {} years, to {last}; it ends on {} and does not say why",
            rules.years_max.value, agreement.until
        );
        let instead = format!("let it end on {last}, or say why as `term_reason`");
        found.push(asked.regime.reason(reasons::TERM_WITHOUT_REASON, &rules.term_set_by, what, instead));
    }
}
