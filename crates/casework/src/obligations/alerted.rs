//! Obligations of those who watch over security: an answer to a notice, and risks that
//! are assessed by rota.

use shuyu_model::calendar::WorkingDay;
use shuyu_model::matter::MatterKind;
use shuyu_model::{Role, Time};

use super::{Known, Obligation, ObligationKind, Owed, exactly};

/// Everybody who was told says that they know.
pub(super) fn notices(known: &Known<'_>, found: &mut Vec<Obligation>) {
    for notice in known.notices {
        let what = format!("{} {}", notice.version, notice.organisation);
        let done = notice.received_at.map(Time::day);
        let owed = Owed { kind: ObligationKind::Notice, about: notice.matter.as_str(), what: &what, done };
        let due = WorkingDay { day: notice.due_day, is_estimated: notice.is_estimated };
        let (by, organisation) = (vec!["notified".to_owned()], Some(notice.organisation.clone()));
        found.push(owed.made(known, due, by, organisation, notice.clause.clone()));
    }
}

/// Where the rules have an interval: of each operator, resource and product the risks
/// are reported and assessed anew before it has passed. A report that was dismissed
/// counts: somebody has looked.
pub(super) fn risks(known: &Known<'_>, found: &mut Vec<Obligation>) {
    let regime = known.regime;
    let Some(rules) = regime.matter.get(&MatterKind::RiskReport) else { return };
    let Some(every) = &rules.every_months else { return };
    for subject in known.watched {
        let of = known.matters.iter().filter(|m| m.kind == MatterKind::RiskReport && m.subject == subject.id);
        let last = of.map(|matter| matter.opened_at.day()).max();
        let last = last.map_or(subject.since, |last| last.max(subject.since));
        let due = last.saturating_add(jiff::Span::new().months(i64::from(every.value)));
        let owed = Owed { kind: ObligationKind::Risk, about: &subject.id, what: "risk_report", done: None };
        let by = rules.open_by.iter().map(|role: &Role| role.word().to_owned()).collect();
        found.push(owed.made(known, exactly(due), by, None, regime.cite(every)));
    }
}
