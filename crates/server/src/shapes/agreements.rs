//! Shapes of agreements.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::nouns::{Mode, ResourceId};
use super::plans::Shares;

/// An agreement to be drafted; the caller's organisation is the grantor.
#[derive(ToSchema)]
pub struct NewAgreement {
    /// `operator`, `development` or `processing`.
    #[schema(pattern = "^(operator|development|processing)$")]
    pub kind: String,
    /// Who gets.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub grantee: String,
    /// On which resources (operation, processing).
    #[schema(required = false)]
    pub resources: Vec<ResourceId>,
    /// For which scenario (development).
    #[schema(required = false, pattern = "^SCN-[0-9a-f]{32}$")]
    pub scenario: Option<String>,
    /// Its first day.
    #[schema(format = Date)]
    pub from: String,
    /// Its last day; where the document sets the term (operation), the end of that.
    #[schema(required = false, format = Date)]
    pub until: Option<String>,
    /// Of the document to be signed.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document_digest: String,
    /// How much it authorises at once (operation).
    #[schema(required = false)]
    pub mode: Option<Mode>,
    /// The implementing scheme that it rests on (operation).
    #[schema(required = false, pattern = "^MAT-[0-9a-f]{32}$")]
    pub scheme: Option<String>,
    /// The selection that it follows (operation).
    #[schema(required = false, pattern = "^MAT-[0-9a-f]{32}$")]
    pub selection: Option<String>,
    /// Who gets how much of the income (operation).
    #[schema(required = false)]
    pub shares: Option<Shares>,
    /// Why its term is not the one of the rules.
    #[schema(required = false, min_length = 1, max_length = 1000)]
    pub term_reason: Option<String>,
    /// What it says, by heading; the rules may list the headings.
    #[schema(required = false)]
    pub contents: BTreeMap<String, String>,
    /// Against what the operator is measured (operation).
    #[schema(required = false, max_items = 40)]
    pub targets: Vec<OperatingTarget>,
}

/// An operating target: at least so much of something by a day.
#[derive(ToSchema)]
pub struct OperatingTarget {
    /// Names it within its agreement.
    pub code: String,
    /// What is measured.
    pub what: String,
    /// In which unit.
    pub unit: String,
    /// How much at least.
    #[schema(minimum = 1)]
    pub at_least: i64,
    /// The day by which.
    #[schema(format = Date)]
    pub by: String,
}

/// A target with what was measured of it.
#[derive(ToSchema)]
pub struct TargetView {
    /// Names it within its agreement.
    pub code: String,
    /// What is measured.
    pub what: String,
    /// In which unit.
    pub unit: String,
    /// How much at least.
    pub at_least: i64,
    /// The day by which.
    #[schema(format = Date)]
    pub by: String,
    /// What was measured last.
    pub actual: Option<i64>,
    /// Of the document that shows it.
    pub evidence: Option<String>,
    /// The day on which it was measured.
    #[schema(format = Date)]
    pub measured_on: Option<String>,
    /// `open`, `met`, `missed` or `unmeasured`.
    pub state: String,
}

/// The operating targets of an agreement.
#[derive(ToSchema)]
pub struct Targets {
    /// Each with its verdict.
    pub items: Vec<TargetView>,
}

/// What was measured of a target.
#[derive(ToSchema)]
pub struct NewTargetResult {
    /// Of which target.
    pub code: String,
    /// How much.
    #[schema(minimum = 0)]
    pub actual: i64,
    /// Of the document that shows it.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: String,
}

/// An agreement.
#[derive(ToSchema)]
pub struct Agreement {
    /// Its id.
    pub id: String,
    /// `operator`, `development` or `processing`.
    pub kind: String,
    /// Who gives.
    pub grantor: String,
    /// Who gets.
    pub grantee: String,
    /// For which scenario.
    pub scenario: Option<String>,
    /// On which resources.
    pub resources: Vec<String>,
    /// Its first day.
    pub from: String,
    /// Its last day.
    pub until: String,
    /// Of the signed document.
    pub document_digest: String,
    /// How much it authorises at once.
    pub mode: Option<Mode>,
    /// The implementing scheme that was named.
    pub scheme: Option<String>,
    /// The selection that was named.
    pub selection: Option<String>,
    /// Who gets how much of the income.
    pub shares: Option<Shares>,
    /// Why its term is not the one of the rules.
    pub term_reason: Option<String>,
    /// What it says, by heading.
    pub contents: BTreeMap<String, String>,
    /// Against what the operator is measured.
    pub targets: Vec<OperatingTarget>,
    /// Of all of the above; a signature names it.
    pub digest: String,
    /// Counts what it said, from 1.
    pub version: i64,
    /// `draft`, `in_force` or `ended`.
    pub state: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// The stamp of the rules under which this version was decided on; empty before that.
    pub regime: String,
    /// When the last party signed.
    pub decided_at: Option<i64>,
    /// When the last party signed the amendment by which it is what it is.
    pub amended_at: Option<i64>,
    /// When the last copy was filed that the rules ask for after its case.
    pub filed_at: Option<i64>,
    /// When it was ended.
    pub ended_at: Option<i64>,
    /// On which ground.
    pub ended_ground: Option<String>,
}

super::shaped! {
    shuyu_registry::NewAgreement => NewAgreement,
    shuyu_registry::Agreement => Agreement,
}
