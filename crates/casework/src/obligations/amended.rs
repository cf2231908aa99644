//! Agreements that a change of rules touches: whoever gave one amends it by its day, or
//! records that it needs no change.

use shuyu_model::{Role, Time};

use super::{Known, Obligation, ObligationKind, Owed, exactly};

pub(super) fn owed(known: &Known<'_>, found: &mut Vec<Obligation>) {
    let regime = known.regime;
    let Some(rule) = &regime.agreement.amends_with_law else { return };
    for affected in known.affected {
        let (about, what) = (affected.agreement.as_str(), affected.change.key.as_str());
        let done = affected.settled_at.map(Time::day);
        let owed = Owed { kind: ObligationKind::Amendment, about, what, done };
        let by = vec![Role::Agency.word().to_owned()];
        found.push(owed.made(known, exactly(affected.due_day), by, Some(affected.grantor.clone()), regime.cite(rule)));
    }
}
