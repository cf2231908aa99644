//! When an incident was discovered, and how long after that it was told (及时上报).
//!
//! INVARIANT (kept): every incident has the moment of its discovery; who tells none says
//! that it is discovered now.
//!
//! Not here: the moves of an incident (`model::matter`).

use shuyu_model::matter::MatterKind;
use shuyu_model::{Reason, Regime, Time};

use super::{Facts, Matter};
use crate::reasons;

/// The fact that names the moment: `2026-06-01T09:30:00+08:00`.
const DISCOVERED_AT: &str = "discovered_at";

/// Writes the moment down where nobody told it.
pub(crate) fn noted(kind: MatterKind, facts: &mut Facts, now: Time) {
    let is_told = facts.get(DISCOVERED_AT).is_some_and(|told| !told.trim().is_empty());
    if kind == MatterKind::Incident && !is_told {
        facts.insert(DISCOVERED_AT.to_owned(), now.to_string());
    }
}

/// CAS-127: what is told is a moment, and it has come.
pub(crate) fn against(regime: &Regime, matter: &Matter) -> Option<Reason> {
    let told = matter.facts.get(DISCOVERED_AT).filter(|_| matter.kind == MatterKind::Incident)?;
    let at = read(told);
    at.is_none_or(|at| matter.opened_at < at).then(|| {
        let what = "the fact `discovered_at` is no moment, or one that has not come";
        let clause = regime.cite_clause(&matter.rules.source);
        let instead = "write it as in 2026-06-01T09:30:00+08:00, or leave it out where it is now";
        Reason::new(reasons::DISCOVERY, what, clause, instead)
    })
}

/// How many minutes after its discovery an incident was told here.
pub(crate) fn told_after_minutes(matter: &Matter) -> Option<i64> {
    let at = read(matter.facts.get(DISCOVERED_AT).filter(|_| matter.kind == MatterKind::Incident)?)?;
    Some(matter.opened_at.0.saturating_sub(at.0).max(0) / 60_000_000)
}

fn read(told: &str) -> Option<Time> {
    told.trim().parse::<jiff::Timestamp>().ok().map(|at| Time(at.as_microsecond()))
}
