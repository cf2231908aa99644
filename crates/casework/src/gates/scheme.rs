//! An operator agreement rests on an implementing scheme (实施方案) in force: of its
//! mode, within what the scheme says of scope and term.
//!
//! INVARIANT (narrow rests on a scheme): an agreement by sector names its scheme; one
//! of another mode that names one is held to it, too.
//!
//! A scheme says its mode under `mode`, and where it limits them its resources under
//! `scope_resources` (ids, separated by commas) and its term under `term_years`.

use std::collections::BTreeSet;

use shuyu_model::id::MatterId;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::Mode;
use shuyu_model::{Reason, Regime};
use shuyu_registry::{Agreement, Turn};

use crate::matter::{Facts, Matter, known_at, store};
use crate::store::Book;
use crate::{CaseworkError, reasons};

/// The states in which a scheme is in force; a change that is pending changes nothing.
const IN_FORCE: [&str; 2] = [EFFECTIVE, CHANGE_PENDING];
const EFFECTIVE: &str = "effective";
const CHANGE_PENDING: &str = "change_pending";

/// CAS-081 to CAS-084 against an operator agreement.
pub(crate) async fn against(
    turn: &mut Turn,
    regime: &Regime,
    agreement: &Agreement,
) -> Result<Vec<Reason>, CaseworkError> {
    let Some(id) = &agreement.scheme else {
        let is_narrow = agreement.mode == Some(Mode::Sector);
        return Ok(is_narrow.then(|| no_scheme(regime)).into_iter().collect());
    };
    let Some(mut scheme) = in_force(turn, id).await? else {
        let what = format!("{id} is no implementing scheme in force");
        let instead = "name a scheme that has been approved and has not ended";
        return Ok(vec![reason(regime, reasons::SCHEME_NOT_IN_FORCE, what, instead)]);
    };
    if scheme.state == CHANGE_PENDING {
        // What was approved holds, not what is proposed.
        let history = store::moves(&mut Book::Change(turn.change()), id).await?;
        scheme.facts = known_at(scheme.machine(), &history, EFFECTIVE);
    }
    Ok(beyond(regime, agreement, &scheme))
}

/// The scheme of this id, if it is one in force.
pub(crate) async fn in_force(turn: &mut Turn, id: &MatterId) -> Result<Option<Matter>, CaseworkError> {
    match store::matter(&mut Book::Change(turn.change()), id).await {
        Ok(matter) => Ok(Some(matter).filter(|m| m.kind == MatterKind::Scheme && IN_FORCE.contains(&m.state))),
        Err(CaseworkError::Unknown { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn reason(regime: &Regime, code: &'static str, what: String, instead: &str) -> Reason {
    regime.reason(code, &regime.scheme.approved_by, what, instead)
}

fn no_scheme(regime: &Regime) -> Reason {
    let what = "an authorisation by sector rests on a scheme of its own, and none is named".to_owned();
    reason(regime, reasons::NO_SCHEME, what, "have the scheme approved and name it as `scheme`")
}

fn beyond(regime: &Regime, agreement: &Agreement, scheme: &Matter) -> Vec<Reason> {
    let mut found = Vec::new();
    let mode = mode_of(regime, &scheme.facts);
    if mode != agreement.mode {
        let word = |mode: Option<Mode>| mode.map_or("no stated mode", Mode::word);
        let what = format!("the scheme is of {}, the agreement of {}", word(mode), word(agreement.mode));
        found.push(reason(regime, reasons::OTHER_MODE, what, "name a scheme of the same mode"));
    }
    if let Some(scope) = scheme.facts.get("scope_resources").filter(|scope| !scope.trim().is_empty()) {
        let within: BTreeSet<&str> = scope.split(',').map(str::trim).collect();
        let outside = agreement.resources.iter().filter(|id| !within.contains(id.as_str())).count();
        if outside > 0 {
            let what = format!("the scheme's scope does not have {outside} of the agreement's resources");
            found.push(reason(regime, reasons::BEYOND_SCHEME, what, "do without them, or have the scheme changed"));
        }
    }
    let years = scheme.facts.get("term_years").and_then(|years| years.trim().parse::<i64>().ok());
    if let Some(years) = years.filter(|years| (1..=100).contains(years)) {
        let last =
            agreement.from.saturating_add(jiff::Span::new().years(years)).saturating_sub(jiff::Span::new().days(1));
        if last < agreement.until {
            let what =
                format!("the scheme's term is {years} years, to {last}; the agreement ends on {}", agreement.until);
            found.push(reason(regime, reasons::BEYOND_SCHEME, what, "let it end with the scheme's term or before"));
        }
    }
    found
}

/// What a scheme says of its mode; what the rules take in principle where it says
/// nothing.
fn mode_of(regime: &Regime, facts: &Facts) -> Option<Mode> {
    match facts.get("mode").map(|told| told.trim()).filter(|told| !told.is_empty()) {
        Some(told) => Mode::parse(told),
        None => regime.mode.taken(),
    }
}

/// CAS-085: a scheme that is submitted says a mode that there is, or none.
pub(crate) fn against_mode(regime: &Regime, kind: MatterKind, facts: &Facts) -> Option<Reason> {
    let told = facts.get("mode").filter(|told| kind == MatterKind::Scheme && !told.trim().is_empty())?;
    let allowed = &regime.mode.allowed;
    let is_known = Mode::parse(told.trim()).is_some_and(|mode| allowed.value.contains(&mode));
    (!is_known).then(|| {
        let words: Vec<&str> = allowed.value.iter().map(|mode| mode.word()).collect();
        let what = "the fact `mode` is no mode of authorisation here";
        regime.reason(reasons::SCHEME_MODE, allowed, what, format!("tell one of: {}", words.join(", ")))
    })
}
