//! What holds a case up: a matter about it, about its project or about who carries the
//! project out, that stands as the rules say nothing goes on beside.
//!
//! INVARIANT (held is not decided): no case opens and no step of one is approved while
//! such a matter stands; to return, to refuse and to take back need not wait.
//!
//! Not here: in which states a matter holds up what (`model::regime::Hold`), reported
//! risks (CAS-065, `signing.rs`).

use std::collections::BTreeSet;

use shuyu_model::Reason;
use shuyu_model::id::{OrganisationId, ScenarioId};
use shuyu_model::regime::ProcedureKind;
use shuyu_registry::Turn;

use crate::matter::store;
use crate::{Casework, CaseworkError, reasons};

/// What a case is about, as far as matters can be about it.
pub(crate) struct About<'a> {
    pub(crate) kind: ProcedureKind,
    /// Its own id, where it has one, and its subject.
    pub(crate) ids: &'a [&'a str],
    /// The project that it belongs to.
    pub(crate) scenario: Option<&'a ScenarioId>,
    /// Who carries it out.
    pub(crate) parties: Vec<&'a OrganisationId>,
}

impl Casework {
    /// CAS-178, one for each kind of matter that holds it up. Upholds INVARIANT (held is
    /// not decided).
    pub(crate) async fn held_by_checks(
        &self,
        turn: &mut Turn,
        about: &About<'_>,
    ) -> Result<Vec<Reason>, CaseworkError> {
        let regime = self.registry().regime();
        let mut holding = Vec::new();
        for (kind, rules) in &regime.matter {
            holding.extend(rules.holds_on(about.kind).map(|hold| (*kind, hold)));
        }
        let mut found = Vec::new();
        if holding.is_empty() {
            return Ok(found);
        }
        let mut subjects: BTreeSet<String> = about.ids.iter().map(|id| (*id).to_owned()).collect();
        subjects.extend(about.parties.iter().map(|party| party.to_string()));
        if let Some(id) = about.scenario {
            let scenario = self.registry().scenario_in(turn, id.as_str()).await?;
            subjects.extend([id.to_string(), scenario.agreement.to_string(), scenario.operator.to_string()]);
        }
        for (kind, hold) in holding {
            let standing = store::standing_on(turn.change(), kind, &hold.states, &subjects).await?;
            let Some(matter) = standing else { continue };
            let what = format!("what {matter} ({}) found is not put right", kind.machine().title);
            let instead = "wait until it has ended; what is wrong can still be returned or refused";
            found.push(Reason::new(reasons::HELD_BY_CHECK, what, regime.cite_clause(&hold.source), instead));
        }
        Ok(found)
    }
}
