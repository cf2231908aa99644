//! When an incident was discovered (发现时间).
//!
//! INVARIANT (kept): every incident has the moment of its discovery; who tells none says
//! that it is discovered now.
//!
//! Not here: the moves of an incident (`model::matter`); what is said against a moment that
//! is none, and how long after it a move was made (`followed`).

use shuyu_model::Time;
use shuyu_model::matter::MatterKind;

use super::Facts;

/// The fact that names the moment: `2026-06-01T09:30:00+08:00`.
pub(crate) const DISCOVERED_AT: &str = "discovered_at";

/// Writes the moment down where nobody told it.
pub(crate) fn noted(kind: MatterKind, facts: &mut Facts, now: Time) {
    let is_told = facts.get(DISCOVERED_AT).is_some_and(|told| !told.trim().is_empty());
    if kind == MatterKind::Incident && !is_told {
        facts.insert(DISCOVERED_AT.to_owned(), now.to_string());
    }
}
