//! What is owed about processors (数据加工主体): the assessment of each, as often as the
//! document says, for as long as its agreement holds.
//!
//! Not here: what the operators' agreements owe (`obligations`).

use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::Body;

use super::{CANCELLED, Known, Obligation, ObligationKind, Owed, exactly};

pub(super) fn owed(known: &Known<'_>, found: &mut Vec<Obligation>) {
    let Some(rule) = known.regime.assessment.iter().find(|rule| rule.of == Body::Processor) else { return };
    for term in known.processing_terms {
        let about = [term.agreement.as_str(), term.operator.as_str()];
        let done = known.matters.iter().filter(|matter| {
            matter.kind == MatterKind::Assessment
                && matter.state != CANCELLED
                && about.contains(&matter.subject.as_str())
        });
        let last = done.map(|matter| matter.opened_at.day()).max().map_or(term.from, |last| last.max(term.from));
        let due = last.saturating_add(jiff::Span::new().months(i64::from(rule.every_months.value)));
        // What falls due after its last day is owed of the next agreement.
        let last_day = term.until.saturating_add(jiff::Span::new().days(1));
        if due <= last_day {
            let kind = ObligationKind::Assessment;
            let owed = Owed { kind, about: term.agreement.as_str(), what: "assessment", done: None };
            let by = vec![rule.by.word().to_owned()];
            found.push(owed.made(known, exactly(due.min(term.until)), by, None, known.regime.cite(&rule.every_months)));
        }
    }
}
