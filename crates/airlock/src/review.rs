//! What a reviewer sees of a candidate: what it claims to be, what the checks
//! said, its columns without their values, and what changed since the release
//! before. No rows.

use serde::{Deserialize, Serialize};
use shuyu_model::id::{CandidateId, PersonId, ScenarioId};
use shuyu_model::{Digest, Time};

use crate::checks::CheckResult;
use crate::summary::{ColumnSummary, ColumnsDiff};
use crate::view::Declared;

/// What was written down at submission, of the very bytes that were checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Which candidate.
    pub candidate: CandidateId,
    /// For which scenario.
    pub scenario: ScenarioId,
    /// Who made it.
    pub author: PersonId,
    /// What it is declared to be.
    pub declared: Declared,
    /// The digest of its bytes; who signs, signs for this.
    pub digest: Digest,
    /// Its rows.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Its columns.
    pub columns: Vec<ColumnSummary>,
    /// Where each output column comes from: `resource.column`.
    pub lineage: Vec<ColumnLineage>,
    /// The statement, as its author wrote it.
    pub statement: String,
    /// The plan that was run.
    pub plan: String,
    /// Which rules they were checked under.
    pub regime: String,
}

/// Where one output column comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnLineage {
    /// The output column.
    pub column: String,
    /// The columns that are computed into it: `RES-….balance`.
    pub from: Vec<String>,
}

/// Everything a reviewer sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Review {
    /// What was written down at submission.
    #[serde(flatten)]
    pub shown: Shown,
    /// Who submitted it.
    pub submitted_by: PersonId,
    /// When.
    pub submitted_at: Time,
    /// What each check said.
    pub checks: Vec<CheckResult>,
    /// The release before of the same scenario and title, and what changed.
    pub before: Option<Before>,
}

/// The release before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Before {
    /// Which.
    pub release: shuyu_model::id::ReleaseId,
    /// Its rows.
    pub rows: u64,
    /// What changed in the columns.
    pub columns: ColumnsDiff,
}
