//! Shapes of versions and amendments of agreements.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::agreements::OperatingTarget;
use super::nouns::{Mode, ResourceId};
use super::plans::Shares;

/// An amendment to be drafted; what it leaves out stays as it is.
#[derive(ToSchema)]
pub struct NewAmendment {
    /// On which resources from then on.
    #[schema(required = false)]
    pub resources: Option<Vec<ResourceId>>,
    /// Its last day.
    #[schema(required = false, format = Date)]
    pub until: Option<String>,
    /// Of the document to be signed.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document_digest: String,
    /// The implementing scheme that it rests on.
    #[schema(required = false, pattern = "^MAT-[0-9a-f]{32}$")]
    pub scheme: Option<String>,
    /// Who gets how much of the income.
    #[schema(required = false)]
    pub shares: Option<Shares>,
    /// Why its term is not the one of the rules.
    #[schema(required = false, min_length = 1, max_length = 1000)]
    pub term_reason: Option<String>,
    /// The headings under which something else stands; an empty text takes one out.
    #[schema(required = false)]
    pub contents: BTreeMap<String, String>,
    /// Against what the operator is measured.
    #[schema(required = false, max_items = 40)]
    pub targets: Option<Vec<OperatingTarget>>,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// The change of rules that it follows, by its key.
    #[schema(required = false)]
    pub rule_change: Option<String>,
}

/// What one version of an agreement says.
#[derive(ToSchema)]
pub struct AgreementText {
    /// For which scenario (development).
    pub scenario: Option<String>,
    /// On which resources.
    pub resources: Vec<String>,
    /// Its first day.
    #[schema(format = Date)]
    pub from: String,
    /// Its last day.
    #[schema(format = Date)]
    pub until: String,
    /// Of the signed document.
    pub document_digest: String,
    /// How much it authorises at once.
    pub mode: Option<Mode>,
    /// The implementing scheme.
    pub scheme: Option<String>,
    /// The selection.
    pub selection: Option<String>,
    /// Who gets how much of the income.
    pub shares: Option<Shares>,
    /// Why its term is not the one of the rules.
    pub term_reason: Option<String>,
    /// What it says, by heading.
    pub contents: BTreeMap<String, String>,
    /// Against what the operator is measured.
    pub targets: Vec<OperatingTarget>,
}

/// What an agreement said, says or may come to say.
#[derive(ToSchema)]
pub struct AgreementVersion {
    /// Counts them, from 1; of an amendment that waits, the one it would be.
    pub version: i64,
    /// `draft`, `holds`, `ended`, `replaced`, `proposed` or `overtaken`.
    pub standing: String,
    /// `draft`, `in_force` or `ended`: how far the agreement had come in it.
    pub state: String,
    /// The amendment by which it came or comes; a case is opened on it.
    pub amendment: Option<String>,
    /// Which parts of it changed.
    pub changes: Vec<String>,
    /// Why.
    pub reason: Option<String>,
    /// The change of rules that it follows.
    pub rule_change: Option<String>,
    /// What it says.
    pub text: AgreementText,
    /// What a signature on it names.
    pub digest: String,
    /// The stamp of the rules under which it was decided on; empty where it was not.
    pub regime: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When the last party signed it.
    pub decided_at: Option<i64>,
    /// When another version took its place.
    pub replaced_at: Option<i64>,
}

/// A change of rules.
#[derive(ToSchema)]
pub struct RuleChange {
    /// Names it: `override-3`, or the stamp of the document.
    pub key: String,
    /// What changed, in words.
    pub what: String,
    /// Since when it counts here.
    pub since: i64,
}

/// That an agreement needs no change.
#[derive(ToSchema)]
pub struct AgreementFinding {
    /// Of which version.
    pub version: i64,
    /// Why it needs none.
    pub reason: String,
    /// Of the document that shows it.
    pub evidence: Option<String>,
    /// Who found so.
    pub found_by: String,
    /// When.
    pub found_at: i64,
}

/// A finding to be recorded.
#[derive(ToSchema)]
pub struct NewAgreementFinding {
    /// On which change of rules, by its key.
    pub rule_change: String,
    /// Why the agreement needs no change.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
    /// Of the document that shows it.
    #[schema(required = false, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: Option<String>,
}

/// An agreement in force that was decided on before a change of rules.
#[derive(ToSchema)]
pub struct AffectedAgreement {
    /// Names the row in pages.
    pub key: String,
    /// Which.
    pub agreement: String,
    /// Who gave it, and amends it.
    pub grantor: String,
    /// Who got it.
    pub grantee: String,
    /// The change.
    pub change: RuleChange,
    /// By which day it is amended or found to need no change.
    #[schema(format = Date)]
    pub due_day: String,
    /// What the rules say now against what it says.
    #[schema(value_type = Vec<crate::error::ReasonDocument>)]
    pub against: Vec<crate::error::ReasonDocument>,
    /// The amendment that follows the change, drafted or in force.
    pub amendment: Option<String>,
    /// That it needs no change.
    pub finding: Option<AgreementFinding>,
    /// When it was settled: by an amendment in force or by a finding.
    pub settled_at: Option<i64>,
}

super::shaped! {
    shuyu_registry::NewAmendment => NewAmendment,
    shuyu_registry::AgreementVersion => AgreementVersion,
    shuyu_registry::NewAgreementFinding => NewAgreementFinding,
    shuyu_registry::AffectedAgreement => AffectedAgreement,
}
