//! What is owed to somebody who looks on: a selection held anew, an order answered, checks
//! at an interval, an answer to what was found after a choice, and that the rules end.
//!
//! Not here: entering any of it.

use shuyu_model::candidacy::ChosenAs;
use shuyu_model::matter::MatterKind;
use shuyu_model::{Day, Role, Time};

use super::{Known, Obligation, ObligationKind, Owed, exactly};
use crate::candidacy::sheet;
use crate::matter::Matter;

/// In these a check has not come to anything.
const UNDONE: [&str; 3] = ["begun", "assigned", "cancelled"];
/// What answers a record after the choice: the choice is taken back, or one of these is
/// opened on the one who was chosen.
const ANSWERS: [MatterKind; 3] = [MatterKind::Rectification, MatterKind::Exit, MatterKind::Inspection];

pub(super) fn owed(known: &Known<'_>, found: &mut Vec<Obligation>) {
    of_cycle(known, found);
    of_orders(known, found);
    of_supervision(known, found);
    of_later_records(known, found);
    of_end(known, found);
}

/// A new choice of a processor, so many years after the last (CS23 19).
fn of_cycle(known: &Known<'_>, found: &mut Vec<Obligation>) {
    let Some(rules) = &known.regime.processor else { return };
    let is_of_processor = |matter: &&(Matter, Time)| sheet::chosen_as(&matter.0) == Some(ChosenAs::Processor);
    let of = || known.announced.iter().filter(is_of_processor);
    let Some((last, at)) = of().filter(|(_, at)| at.0 > 0).max_by_key(|(_, at)| *at) else { return };
    let due = at.day().saturating_add(jiff::Span::new().years(i64::from(rules.cycle_years.value)));
    let done = of().filter(|(matter, _)| matter.opened_at > *at).map(|(matter, _)| matter.opened_at.day()).min();
    let owed = Owed { kind: ObligationKind::Selection, about: last.id.as_str(), what: "processor", done };
    let by = vec![Role::Agency.word().to_owned()];
    found.push(owed.made(known, exactly(due), by, Some(last.opener.clone()), known.regime.cite(&rules.cycle_years)));
}

fn of_orders(known: &Known<'_>, found: &mut Vec<Obligation>) {
    let rule = known.regime.processor.as_ref().and_then(|rules| rules.answer_days_max.as_ref());
    let Some(rule) = rule else { return };
    for order in known.orders {
        let Some(due) = order.answer_by else { continue };
        // What was taken back before the answer is owed by nobody.
        let done = order.answered_at.or(order.ended_at).map(Time::day);
        let owed = Owed { kind: ObligationKind::Order, about: order.id.as_str(), what: "answer", done };
        let by = vec![Role::Processor.word().to_owned()];
        let organisation = Some(order.processor.clone());
        found.push(owed.made(known, exactly(due), by, organisation, known.regime.cite(rule)));
    }
}

/// Each processor looks at each operator while both agreements hold (CS23 15, 24).
fn of_supervision(known: &Known<'_>, found: &mut Vec<Obligation>) {
    for duty in &known.regime.supervision {
        for by in known.processing_terms {
            for of in known.terms {
                let (from, until) = (by.from.max(of.from), by.until.min(of.until));
                let is_it = |matter: &&Matter| {
                    matter.kind == MatterKind::Supervision
                        && !UNDONE.contains(&matter.state)
                        && matter.facts.get("area") == Some(&duty.name)
                        && matter.subject_organisation.as_ref() == Some(&of.operator)
                        && (matter.opener == by.operator || matter.counterparty.as_ref() == Some(&by.operator))
                };
                let last: Option<Day> = known.matters.iter().filter(is_it).map(|matter| matter.opened_at.day()).max();
                let last = last.map_or(from, |last| last.max(from));
                let due = last.saturating_add(jiff::Span::new().months(i64::from(duty.every_months.value)));
                if until < due {
                    continue;
                }
                let what = format!("{} {}", duty.name, by.agreement);
                let owed =
                    Owed { kind: ObligationKind::Supervision, about: of.agreement.as_str(), what: &what, done: None };
                let who = vec![duty.by.word().to_owned()];
                let clause = known.regime.cite(&duty.every_months);
                found.push(owed.made(known, exactly(due), who, Some(by.operator.clone()), clause));
            }
        }
    }
}

fn of_later_records(known: &Known<'_>, found: &mut Vec<Obligation>) {
    for record in known.later {
        let selection = known.announced.iter().map(|(matter, _)| matter).find(|matter| matter.id == record.matter);
        let taken_back =
            selection.is_none_or(|matter| !matches!(matter.state, "notice" | "selected" | "agreement_signed"));
        let answers = |matter: &&Matter| {
            ANSWERS.contains(&matter.kind)
                && matter.subject_organisation.as_ref() == Some(&record.organisation)
                && record.found_at <= matter.opened_at
        };
        let answered = known.matters.iter().filter(answers).map(|matter| matter.opened_at.day()).min();
        let done = answered.or_else(|| selection.filter(|_| taken_back).map(|matter| matter.entered_at.day()));
        let what = format!("{} {}", record.code, record.number);
        let owed = Owed { kind: ObligationKind::LaterRecord, about: record.matter.as_str(), what: &what, done };
        let by = vec![Role::Agency.word().to_owned()];
        let organisation = selection.map(|matter| matter.opener.clone());
        found.push(owed.made(known, exactly(record.due_day), by, organisation, record.clause.clone()));
    }
}

/// From so many days before the end on, managing body and agency see it coming.
fn of_end(known: &Known<'_>, found: &mut Vec<Obligation>) {
    let (Some(rule), Some(warn), Some(last)) =
        (&known.regime.in_force.warn_days_before, known.regime.first_warning(), known.regime.last_day())
    else {
        return;
    };
    if known.today < warn {
        return;
    }
    let document = known.regime.document();
    let owed = Owed { kind: ObligationKind::RulesWarning, about: &document, what: "in_force", done: None };
    let by = [Role::Regulator, Role::Agency].map(|role| role.word().to_owned()).to_vec();
    found.push(owed.made(known, exactly(last), by, None, known.regime.cite(rule)));
}
