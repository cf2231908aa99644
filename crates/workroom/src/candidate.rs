//! A result computed inside, that nobody has seen: what was computed, by whom,
//! from what, under which permit; and where its sealed bytes are.
//!
//! INVARIANT (made by running): the fields are private; a candidate comes out of
//! `Workrooms::run` or out of the row that it wrote.

use serde::{Deserialize, Serialize};
use shuyu_model::id::{AgreementId, CandidateId, HoldingId, OrderId, OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::regime::words::Means;
use shuyu_model::{CryptoProfile, Digest, Time, UseKind};

use crate::output::{OutputSpec, ResultColumn};

/// What is known of how many persons or firms each row describes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "counts")]
pub enum EntityCounts {
    /// No table of the statement is about persons or firms.
    Nobody,
    /// Each row describes one.
    EachRow,
    /// Counted inside for each row; `Workrooms::entity_counts` reads them.
    Counted,
    /// The statement's shape does not tell.
    Unknown {
        /// Why not, as the end of a sentence: the statement is such that …
        why: String,
    },
}

/// Where one output column comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnLineage {
    /// The output column.
    pub name: String,
    /// Every source column that is computed into its values.
    pub origins: Vec<(ResourceId, String)>,
    /// Whether its values only count rows or places.
    pub is_count: bool,
}

/// That something was computed, without what was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Computed {
    /// When.
    pub made_at: Time,
    /// From which versions.
    pub inputs: Vec<HoldingId>,
    /// Where each column of the result came from.
    pub lineage: Vec<ColumnLineage>,
}

/// A result as it stands in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateItem {
    /// Which.
    pub id: CandidateId,
    /// For which scenario it was computed.
    pub scenario: ScenarioId,
    /// Who ran it.
    pub author: PersonId,
    /// What people call it.
    pub title: String,
    /// When it was made.
    pub made_at: Time,
}

/// A result that wants to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub(crate) id: CandidateId,
    pub(crate) scenario: ScenarioId,
    pub(crate) agreement: AgreementId,
    pub(crate) use_kind: UseKind,
    pub(crate) author: PersonId,
    pub(crate) organisation: OrganisationId,
    pub(crate) operator: OrganisationId,
    pub(crate) order: Option<OrderId>,
    pub(crate) title: String,
    pub(crate) statement: String,
    pub(crate) plan: String,
    pub(crate) output: OutputSpec,
    pub(crate) columns: Vec<ResultColumn>,
    pub(crate) lineage: Vec<ColumnLineage>,
    pub(crate) inputs: Vec<HoldingId>,
    pub(crate) counts: EntityCounts,
    pub(crate) raw_row_matches: u64,
    pub(crate) digest: Digest,
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
    pub(crate) regime: String,
    pub(crate) clauses: Vec<String>,
    pub(crate) means: Vec<Means>,
    pub(crate) made_at: Time,
}

impl Candidate {
    /// Its id.
    pub fn id(&self) -> &CandidateId {
        &self.id
    }

    /// For which scenario it was computed.
    pub fn scenario(&self) -> &ScenarioId {
        &self.scenario
    }

    /// Under which operator agreement.
    pub fn agreement(&self) -> &AgreementId {
        &self.agreement
    }

    /// For which kind of use.
    pub fn use_kind(&self) -> UseKind {
        self.use_kind
    }

    /// Who ran it.
    pub fn author(&self) -> &PersonId {
        &self.author
    }

    /// Everybody who made it, none of whom may review it.
    pub fn authors(&self) -> Vec<PersonId> {
        vec![self.author.clone()]
    }

    /// For whom the author acted.
    pub fn organisation(&self) -> &OrganisationId {
        &self.organisation
    }

    /// For which operator: the author's own, or who ordered it from a processor.
    pub fn operator(&self) -> &OrganisationId {
        &self.operator
    }

    /// On which order, where a processor computed it.
    pub fn order(&self) -> Option<&OrderId> {
        self.order.as_ref()
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The statement, as the author wrote it.
    pub fn statement(&self) -> &str {
        &self.statement
    }

    /// The statement's digest.
    pub fn statement_digest(&self, profile: CryptoProfile) -> Digest {
        profile.digest(self.statement.as_bytes())
    }

    /// The plan that was run, for reviewers to read. It names columns and the
    /// author's own constants, nothing of the data.
    pub fn plan(&self) -> &str {
        &self.plan
    }

    /// The plan's digest.
    pub fn plan_digest(&self, profile: CryptoProfile) -> Digest {
        profile.digest(self.plan.as_bytes())
    }

    /// What it is meant for, as its author declared.
    pub fn output(&self) -> &OutputSpec {
        &self.output
    }

    /// Its columns as they are.
    pub fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// Where each column comes from.
    pub fn lineage(&self) -> &[ColumnLineage] {
        &self.lineage
    }

    /// The versions that were read.
    pub fn inputs(&self) -> &[HoldingId] {
        &self.inputs
    }

    /// What is known of how many persons or firms each row describes.
    pub fn counts(&self) -> &EntityCounts {
        &self.counts
    }

    /// How many rows are, in two or more identifying or sensitive columns, a
    /// row of a source.
    pub fn raw_row_matches(&self) -> u64 {
        self.raw_row_matches
    }

    /// The digest of the result, a Parquet file.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How many bytes the result has.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many rows the result has.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Under which version of which rules it was computed.
    pub fn regime(&self) -> &str {
        &self.regime
    }

    /// By which trustworthy means it was computed.
    pub fn means(&self) -> &[Means] {
        &self.means
    }

    /// Under which clauses.
    pub fn clauses(&self) -> &[String] {
        &self.clauses
    }

    /// When.
    pub fn made_at(&self) -> Time {
        self.made_at
    }
}
