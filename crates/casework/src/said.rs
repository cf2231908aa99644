//! What a signer says beside yes or no: the conditions of a yes, a finding on each thing
//! that the document wants found on, the fields of a scenario that are not granted.
//!
//! INVARIANT (one by one): where a step finds on several things, no yes passes without a
//! good finding on each.
//! INVARIANT (struck is not granted): a field that one of the reviewers of a scenario
//! struck is not among those that are approved.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shuyu_model::id::{ResourceId, ScenarioId};
use shuyu_model::regime::{ProcedureKind, Step, is_key};
use shuyu_model::{Reason, Regime};
use shuyu_registry::{Scenario, Turn, enact};

use crate::case::{Case, Opinion, Outcome, REASON_CHARS_MAX, REASON_CHARS_MIN};
use crate::store::{self, Book};
use crate::{Casework, CaseworkError, reasons};

/// The most things that one signature finds on.
pub(crate) const FINDINGS_MAX: usize = 20;

/// A field that a reviewer does not grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StruckField {
    /// Of which resource.
    pub resource: ResourceId,
    /// Which column.
    pub column: String,
}

/// What a signer says beside yes or no.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Said {
    /// On which conditions a yes is given (有条件同意).
    pub conditions: Option<String>,
    /// What was found, good or not, on each thing that the step finds on.
    pub findings: BTreeMap<String, bool>,
    /// Fields of a scenario that are not granted.
    pub struck: Vec<StruckField>,
}

impl Said {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Mistakes of the signer; `scenario` is what the case is about.
    pub(crate) fn faults(&self, outcome: Outcome, scenario: Option<&Scenario>) -> Vec<String> {
        let mut faults = Vec::new();
        if let Some(conditions) = &self.conditions {
            let chars = conditions.trim().chars().count();
            if !(REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&chars) {
                let what = "`said.conditions` has too few or too many characters";
                faults.push(format!("{what}; say them in {REASON_CHARS_MIN} to {REASON_CHARS_MAX}"));
            }
        }
        if outcome != Outcome::Approve && (self.conditions.is_some() || !self.struck.is_empty()) {
            faults.push("`said.conditions` and `said.struck` belong to a yes".to_owned());
        }
        if self.findings.len() > FINDINGS_MAX || !self.findings.keys().all(|key| is_key(key)) {
            faults.push(format!("`said.findings` are {FINDINGS_MAX} at most, each under a key"));
        }
        let struck: BTreeSet<(&ResourceId, &str)> =
            self.struck.iter().map(|field| (&field.resource, field.column.as_str())).collect();
        let fields = scenario.map(|scenario| scenario.fields.as_slice()).unwrap_or_default();
        let known: BTreeSet<(&ResourceId, &str)> =
            fields.iter().map(|field| (&field.resource, field.column.as_str())).collect();
        if !struck.is_subset(&known) {
            faults.push("`said.struck` names a field that was not applied for".to_owned());
        } else if !struck.is_empty() && struck == known {
            faults.push("`said.struck` leaves no field; refuse the scenario, or return it".to_owned());
        }
        faults
    }
}

/// CAS-108. Upholds INVARIANT (one by one).
pub(crate) fn against(regime: &Regime, case: &Case, step: &Step, opinion: &Opinion) -> Option<Reason> {
    let is_good = |key: &&String| opinion.said.findings.get(*key) == Some(&true);
    let lacking: Vec<&str> = step.findings.iter().filter(|key| !is_good(key)).map(String::as_str).collect();
    (!lacking.is_empty()).then(|| {
        let what = format!("there is no good finding on: {}", lacking.join(", "));
        let clause = regime.cite_step(&case.procedure, step, "");
        let instead = "find on each of them in `said.findings`, or return or refuse it";
        Reason::new(reasons::NOT_FOUND_ON, what, clause, instead)
    })
}

impl Casework {
    /// The scenario that a case is about, where it is about one.
    pub(crate) async fn scenario_of(&self, turn: &mut Turn, case: &Case) -> Result<Option<Scenario>, CaseworkError> {
        if case.kind != ProcedureKind::Scenario {
            return Ok(None);
        }
        let scenario = self.registry().scenario_in(turn, &case.subject).await?;
        Ok(Some(Scenario::clone(&scenario)))
    }

    /// Upholds INVARIANT (struck is not granted).
    pub(crate) async fn strike(&self, turn: &mut Turn, case: &Case) -> Result<(), CaseworkError> {
        let Ok(id) = ScenarioId::parse(&case.subject) else { return Ok(()) };
        let signed = store::signed(&mut Book::Change(turn.change()), &case.id).await?;
        let of_turn = signed.into_iter().filter(|signed| signed.turn == case.turn);
        let mut fields: Vec<(ResourceId, String)> =
            of_turn.flat_map(|signed| signed.opinion.said.struck).map(|field| (field.resource, field.column)).collect();
        fields.sort();
        fields.dedup();
        if case.kind == ProcedureKind::Scenario && !fields.is_empty() {
            let known = self.registry().scenario_in(turn, &case.subject).await?.fields.len();
            if fields.len() >= known {
                let what = "the reviewers together left no field of the scenario; return or refuse it".to_owned();
                return Err(CaseworkError::Conflict { what });
            }
            enact::struck(turn, &id, &fields).await?;
        }
        Ok(())
    }
}
