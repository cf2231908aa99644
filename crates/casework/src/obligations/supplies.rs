//! What is owed about data as such: landings at the promised interval, the next version
//! of the catalogue, and entries of the base catalogue that nothing stands for.
//!
//! Not here: the facts that these days follow from (`registry`).

use shuyu_model::Role;

use super::{Known, Obligation, ObligationKind, Owed, exactly};

pub(super) fn owed(known: &Known<'_>, found: &mut Vec<Obligation>) {
    let regime = known.regime;
    let source = || vec![Role::Source.word().to_owned()];
    if let Some(rule) = regime.quality.as_ref().and_then(|rules| rules.updates_are_owed.as_ref()) {
        for due in known.updates {
            let about = due.resource.as_str();
            let owed = Owed { kind: ObligationKind::Update, about, what: "landing", done: None };
            found.push(owed.made(known, exactly(due.due_day), source(), Some(due.source.clone()), regime.cite(rule)));
        }
    }
    if let Some(due) = known.catalogue {
        let owed = Owed { kind: ObligationKind::Catalogue, about: &regime.document(), what: "publication", done: None };
        let day = known.calendar.after(due.since.day(), due.working_days_max);
        found.push(owed.made(known, day, vec![due.by.word().to_owned()], None, due.clause.clone()));
    }
    let rule = regime.catalogue.as_ref().and_then(|rules| rules.inventory_working_days_max.as_ref());
    for entry in rule.map(|_| known.entries).unwrap_or_default() {
        let Some(rule) = rule else { continue };
        let owed = Owed { kind: ObligationKind::Entry, about: &entry.id, what: "describe_or_exclude", done: None };
        let day = known.calendar.after(entry.entered_at.day(), rule.value);
        found.push(owed.made(known, day, source(), Some(entry.holder.clone()), regime.cite(rule)));
    }
}
