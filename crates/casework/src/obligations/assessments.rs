//! What is owed about assessments: each by the interval of its row, from the last
//! confirmed result; inspections of each part by theirs; the copy of a result that goes
//! to a body without an account.
//!
//! INVARIANT (confirmed is held): what was only begun puts nothing off.

use shuyu_model::id::OrganisationId;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::Body;
use shuyu_model::regime::{Assessed, Assessment};
use shuyu_model::{Day, Role, Time};
use shuyu_registry::Term;

use super::{CANCELLED, Known, Obligation, ObligationKind, Owed, exactly};
use crate::assessment::{Held, HeldBy, next_due};

pub(super) fn owed(known: &Known<'_>, found: &mut Vec<Obligation>) {
    for row in &known.regime.assessment {
        match row.of {
            Assessed::Operator => of_terms(known, row, known.terms, found),
            Assessed::Processor => of_terms(known, row, known.processing_terms, found),
            Assessed::City => {
                // One for the whole city, whoever implements there.
                let first = known.organisations.iter().find(|(_, roles)| roles.contains(&Role::Agency));
                of_organisations(known, row, first.into_iter(), found);
            }
            of => {
                let is_of = |one: &&(OrganisationId, Vec<Role>)| of.role().is_some_and(|role| one.1.contains(&role));
                of_organisations(known, row, known.organisations.iter().filter(is_of), found);
            }
        }
    }
    copies(known, found);
    inspections(known, found);
}

fn last_held(known: &Known<'_>, row: &Assessment, of: &OrganisationId) -> Option<Day> {
    let is_it = |held: &&Held| held.held_by == Some(HeldBy::of(row)) && held.organisation == *of;
    known.results.iter().filter(is_it).map(|held| held.confirmed_at.day()).max()
}

fn of_terms(known: &Known<'_>, row: &Assessment, terms: &[Term], found: &mut Vec<Obligation>) {
    for term in terms {
        let last = last_held(known, row, &term.operator);
        if let Some(due) = next_due(row, (term.from, term.until), last) {
            push(known, row, term.agreement.as_str(), due, found);
        }
    }
}

fn of_organisations<'a>(
    known: &Known<'_>,
    row: &Assessment,
    all: impl Iterator<Item = &'a (OrganisationId, Vec<Role>)>,
    found: &mut Vec<Obligation>,
) {
    let (Some(every), Some(from)) = (&row.every_months, known.regime.in_force.from) else { return };
    for (organisation, _) in all {
        let last = last_held(known, row, organisation).unwrap_or(from);
        let due = last.saturating_add(jiff::Span::new().months(i64::from(every.value)));
        push(known, row, organisation.as_str(), due, found);
    }
}

fn push(known: &Known<'_>, row: &Assessment, about: &str, due: Day, found: &mut Vec<Obligation>) {
    let Some(every) = &row.every_months else { return };
    let owed = Owed { kind: ObligationKind::Assessment, about, what: row.form().word(), done: None };
    let by = vec![row.entered_by().word().to_owned()];
    found.push(owed.made(known, exactly(due), by, None, known.regime.cite(every)));
}

/// Copies of results for a body that never signs in: whoever confirmed keeps the receipt.
fn copies(known: &Known<'_>, found: &mut Vec<Obligation>) {
    for held in known.results {
        let Some(matter) = known.matters.iter().find(|matter| matter.id == held.matter) else { continue };
        let row = held.held_by.and_then(|by| known.regime.assessment_row(by.of, by.by, by.form));
        let Some((row, to)) = row.and_then(|row| Some((row, row.filed_outside()?))) else { continue };
        let done = (matter.state != "result").then(|| matter.entered_at.day());
        let owed = Owed { kind: ObligationKind::Filing, about: held.matter.as_str(), what: Body::word(to.value), done };
        let days = row.filed_days_max.as_ref().map_or(0, |days| days.value);
        let due = known.calendar.after(Time::day(held.confirmed_at), days);
        let clause = known.regime.cite(to);
        found.push(owed.made(known, due, vec!["opener".to_owned()], Some(matter.opener.clone()), clause));
    }
}

/// Inspections by the interval of the rules: of each operator, each part.
fn inspections(known: &Known<'_>, found: &mut Vec<Obligation>) {
    let rules = known.regime.matter.get(&MatterKind::Inspection);
    let Some((every, parts)) = rules.and_then(|rules| rules.every_months.as_ref().zip(rules.parts.as_ref())) else {
        return;
    };
    for term in known.terms {
        let about = |subject: &str| subject == term.agreement.as_str() || subject == term.operator.as_str();
        for part in &parts.value {
            let ended = known.matters.iter().filter(|matter| {
                matter.kind == MatterKind::Inspection
                    && matter.is_ended()
                    && matter.state != CANCELLED
                    && about(&matter.subject)
                    && matter.facts.get("area") == Some(part)
            });
            let last = ended.filter_map(|matter| matter.ended_at).map(Time::day).max();
            let last = last.map_or(term.from, |last| last.max(term.from));
            let due = last.saturating_add(jiff::Span::new().months(i64::from(every.value)));
            if due <= term.until {
                let what = format!("inspection {part}");
                let kind = ObligationKind::Assessment;
                let owed = Owed { kind, about: term.agreement.as_str(), what: &what, done: None };
                let by = vec![Role::Agency.word().to_owned()];
                found.push(owed.made(known, exactly(due), by, None, known.regime.cite(every)));
            }
        }
    }
}
