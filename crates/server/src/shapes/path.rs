//! Shapes of what `registry` and `casework` read and write.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::nouns::{Column, Grade, OrganisationId, ProcedureKind, Role, UseKind};
use super::plans::{Plan, Said};

/// An organisation to be added.
#[derive(ToSchema)]
pub struct NewOrganisation {
    /// Its name.
    pub name: String,
    /// Unified social credit code, with a valid check character; empty for a natural person.
    #[schema(required = false)]
    pub credit_code: String,
    /// Of a natural person: the identity number. It is not kept.
    #[schema(required = false)]
    pub identity_number: Option<String>,
    /// What it is here.
    pub roles: Vec<Role>,
    /// Its legal form: `legal_person`, `organisation`, `natural_person`.
    #[schema(required = false, pattern = "^(legal_person|organisation|natural_person)$")]
    pub entity_kind: Option<String>,
    /// Who owns or controls it directly.
    #[schema(required = false)]
    pub owned_by: Vec<OrganisationId>,
}

/// An organisation.
#[derive(ToSchema)]
pub struct Organisation {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Unified social credit code.
    pub credit_code: String,
    /// What it is here.
    pub roles: Vec<Role>,
    /// Its legal form; null for a public body.
    pub entity_kind: Option<String>,
    /// Who owns or controls it directly.
    pub owned_by: Vec<String>,
    /// What kind of unit it is, and where; null before it was stated.
    pub unit: Option<Unit>,
    /// Of a natural person: the identity number, masked.
    pub identity: Option<String>,
}

/// What kind of unit a party is.
#[derive(ToSchema)]
pub struct Unit {
    /// Of which kind.
    #[schema(
        pattern = "^(party_or_government|public_institution|enterprise|utility|social_organisation|upper_level)$"
    )]
    pub unit_kind: String,
    /// Its division code (GB/T 2260).
    #[schema(pattern = "^[0-9]{6}$")]
    pub division: String,
    /// By duty or by reference.
    #[schema(pattern = "^(duty|by_reference)$")]
    pub takes_part: String,
}

/// From where a resource's data came.
#[derive(ToSchema)]
pub struct Origin {
    /// In a duty or in a service.
    #[schema(pattern = "^(statutory_duty|public_service)$")]
    pub arose_in: String,
    /// How.
    #[schema(pattern = "^(collected|produced|obtained|returned)$")]
    pub way: String,
    /// Of what came back from a ministry or the province: the day.
    #[schema(required = false, format = Date)]
    pub returned_on: Option<String>,
    /// In which duty or service.
    #[schema(min_length = 1, max_length = 500)]
    pub duty: String,
}

/// A person to be added.
#[derive(ToSchema)]
pub struct NewPerson {
    /// Their name.
    pub name: String,
    /// Lower-case letters, digits, `.`, `-`, `_`.
    #[schema(pattern = "^[a-z0-9._-]{1,64}$")]
    pub login: String,
    /// Their first password.
    #[schema(min_length = 10)]
    pub password: String,
    /// For whom they act.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub organisation: String,
}

/// A person.
#[derive(ToSchema)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What they sign in with.
    pub login: String,
    /// For whom they act.
    pub organisation: String,
    /// In which roles.
    pub roles: Vec<Role>,
}

/// A resource to be described.
#[derive(ToSchema)]
pub struct NewResource {
    /// Its name in SQL.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,62}$")]
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it holds and how it comes about.
    pub description: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Who shared it, where it is not the department's own.
    #[schema(required = false, pattern = "^ORG-[0-9a-f]{32}$")]
    pub shared_from: Option<String>,
    /// How often it is landed anew, in days.
    #[schema(minimum = 1)]
    pub update_every_days: u16,
}

/// Why a resource stands on the negative list.
#[derive(ToSchema)]
pub struct Barred {
    /// In words.
    pub ground: String,
    /// Under which clause.
    pub clause: String,
}

/// A resource.
#[derive(ToSchema)]
pub struct Resource {
    /// Its id.
    pub id: String,
    /// Its name in SQL.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it holds.
    pub description: String,
    /// The department that holds it.
    pub source: String,
    /// Who shared it with that department.
    pub shared_from: Option<String>,
    /// The digest of that body's consent.
    pub consent_digest: Option<String>,
    /// How often it is landed anew, in days.
    pub update_every_days: u16,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Of everything that is registered about it; a signature names it.
    pub digest: String,
    /// `draft` or `registered`.
    pub state: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When it was registered.
    pub registered_at: Option<i64>,
    /// The first moment after its registration.
    pub registered_until: Option<i64>,
    /// Its place on the negative list.
    pub barred: Option<Barred>,
    /// From where its data came; null before it was stated.
    pub origin: Option<Origin>,
}

/// Grades by column.
#[derive(ToSchema)]
pub struct Grades {
    /// The grade of each column named.
    pub grades: BTreeMap<String, Grade>,
}

/// A column, and what it is needed for.
#[derive(ToSchema)]
pub struct Field {
    /// Of which resource.
    #[schema(pattern = "^RES-[0-9a-f]{32}$")]
    pub resource: String,
    /// Which column.
    pub column: String,
    /// What it is needed for.
    pub reason: String,
}

/// A scenario to be drafted; the caller's organisation is the operator.
#[derive(ToSchema)]
pub struct NewScenario {
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Which kind of use that is.
    pub use_kind: UseKind,
    /// Under which operator agreement.
    #[schema(pattern = "^AGR-[0-9a-f]{32}$")]
    pub agreement: String,
    /// Of the emergency plan.
    #[schema(required = false, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub emergency_plan_digest: Option<String>,
    /// The fewest fields that it can do with.
    pub fields: Vec<Field>,
    /// What else the application says; the rules may ask for parts of it.
    #[schema(required = false)]
    pub plan: Plan,
}

/// A scenario.
#[derive(ToSchema)]
pub struct Scenario {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Which kind of use that is.
    pub use_kind: UseKind,
    /// Who computes.
    pub operator: String,
    /// Under which operator agreement.
    pub agreement: String,
    /// Of the emergency plan.
    pub emergency_plan_digest: Option<String>,
    /// The fields; of an approved one those that were granted.
    pub fields: Vec<Field>,
    /// The fields that a reviewer did not grant.
    pub struck: Vec<Field>,
    /// What else the application says.
    pub plan: Plan,
    /// Of all that was applied for; a signature names it.
    pub digest: String,
    /// `draft`, `approved` or `withdrawn`.
    pub state: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When it was approved.
    pub approved_at: Option<i64>,
    /// Why it was taken back.
    pub withdrawn_ground: Option<String>,
}

/// A sealed version of a resource.
#[derive(ToSchema)]
pub struct Holding {
    /// Its id.
    pub id: String,
    /// What it is a version of.
    pub resource: String,
    /// Which version, from 1.
    pub version: i64,
    /// `sealed` or `destroyed`.
    pub state: String,
    /// The arrival that it was made of.
    pub landing: String,
    /// Who sent it.
    pub department: String,
    /// When it arrived.
    pub landed_at: i64,
    /// The digest of the bytes as they came.
    pub landed_digest: String,
    /// How many bytes came.
    pub landed_bytes: i64,
    /// The digest of the table.
    pub digest: String,
    /// How many bytes the table has.
    pub bytes: i64,
    /// Its rows.
    pub rows: i64,
    /// Rows that were left out.
    pub rows_bad: i64,
    /// Its columns, as declared when it landed.
    pub columns: Vec<Column>,
    /// When it was sealed.
    pub sealed_at: i64,
    /// When it was destroyed.
    pub destroyed_at: Option<i64>,
    /// Why.
    pub destroyed_ground: Option<String>,
}

/// A resource that can be authorised.
#[derive(ToSchema)]
pub struct CatalogEntry {
    /// Which.
    pub resource: String,
    /// Its name in SQL.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it holds.
    pub description: String,
    /// The department's name.
    pub source: String,
    /// Whose the data is by the rules.
    pub owner: Option<String>,
    /// How often it is landed anew, in days.
    pub update_every_days: u16,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The first moment after its registration.
    pub registered_until: Option<i64>,
    /// The code of its registration, under which anybody can look it up.
    pub registration_code: Option<String>,
}

/// A day that was counted to.
#[derive(ToSchema)]
pub struct DayView {
    /// The day.
    #[schema(format = Date)]
    pub day: String,
    /// Whether a year on the way had no holiday notice yet.
    pub is_estimated: bool,
}

/// A signature as others may see it.
#[derive(ToSchema)]
pub struct OpinionView {
    /// In which turn.
    pub turn: i64,
    /// On which step.
    pub step: String,
    /// Who.
    pub person: String,
    /// For whom.
    pub organisation: String,
    /// `approve`, `return` or `refuse`.
    pub outcome: String,
    /// Why.
    pub reason: String,
    /// The document that was given.
    pub evidence: Option<String>,
    /// Conditions, findings, fields that are not granted.
    pub said: Said,
    /// The number of the document that was given, or of the receipt.
    pub number: Option<String>,
    /// When.
    pub signed_at: i64,
}

/// A step of a case.
#[derive(ToSchema)]
pub struct StepView {
    /// Its name.
    pub step: String,
    /// What people call it.
    pub title: String,
    /// Who signs it.
    pub by: Role,
    /// Which organisation's people, where it is a certain one's.
    pub party: Option<String>,
    /// How many signatures it needs.
    pub signatures_min: u8,
    /// The document that a signer must give.
    pub evidence: Option<String>,
    /// What a signer finds on, one by one, before a yes.
    pub findings: Vec<String>,
    /// Whether it is the receipt of what is filed: it has a number, and can only be given.
    pub is_receipt: bool,
    /// Whether it waits for signatures now.
    pub is_open: bool,
    /// Whether it has them all.
    pub is_complete: bool,
    /// The first day on which it can be approved.
    pub earliest: Option<DayView>,
    /// The last day on which it is in time.
    pub due: Option<DayView>,
    /// Whether that day has passed.
    pub is_overdue: bool,
    /// The signatures that show.
    pub opinions: Vec<OpinionView>,
    /// How many there are that do not show yet.
    pub opinions_hidden: u64,
    /// The clause.
    pub clause: String,
}

/// A copy that must be filed.
#[derive(ToSchema)]
pub struct Filing {
    /// After which case.
    pub case: String,
    /// With whom.
    pub to: super::exchange::Body,
    /// The last day on which it is in time.
    #[schema(format = Date)]
    pub due_day: String,
    /// Whether a year on the way had no holiday notice yet.
    pub is_estimated: bool,
    /// The clause.
    pub clause: String,
    /// When it was filed.
    pub filed_at: Option<i64>,
    /// Of what was filed, or of its receipt.
    pub evidence: Option<String>,
}

/// A case, as the caller may see it.
#[derive(ToSchema)]
pub struct CaseView {
    /// Its id.
    pub id: String,
    /// By which procedure.
    pub procedure: ProcedureKind,
    /// On what.
    pub subject: String,
    /// What people call that.
    pub title: String,
    /// Of what is decided on; a signature names it.
    pub subject_digest: String,
    /// `open`, `returned`, `approved`, `refused` or `withdrawn`.
    pub state: String,
    /// Counts from 1; each return ends one.
    pub turn: i64,
    /// Counts changes.
    pub version: i64,
    /// Who opened it.
    pub opened_by: String,
    /// For whom.
    pub opener: String,
    /// When.
    pub opened_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Under which version of which rules.
    pub regime: String,
    /// The steps, in order.
    pub steps: Vec<StepView>,
    /// Signatures of earlier turns, which no longer count.
    pub discarded: Vec<OpinionView>,
    /// What must be filed now that it has ended.
    pub filings: Vec<Filing>,
    /// The entities for which it was opened.
    pub applicants: Vec<String>,
    /// Of a refusal: the remedies at law.
    pub remedies: Vec<super::voices::Remedy>,
    /// The appeals, reviews, suits and other matters about it, as far as the viewer sees them.
    pub matters_on_it: Vec<String>,
}

/// An action on a case, and what speaks against it.
#[derive(ToSchema)]
pub struct AllowedAction {
    /// `approve`, `return`, `refuse`, `resubmit` or `withdraw`.
    #[schema(pattern = "^(approve|return|refuse|resubmit|withdraw)$")]
    pub action: String,
    /// Whether it would be allowed, once its form is filled in.
    pub is_allowed: bool,
    /// Every reason why not.
    pub reasons: Vec<super::candidacies::Against>,
    /// What the action is on: the case's subject as it was submitted, or, to submit it again,
    /// as it is now.
    pub subject_digest: String,
}

/// A case that waits for the caller.
#[derive(ToSchema)]
pub struct InboxItem {
    /// Which.
    pub id: String,
    /// By which procedure.
    pub procedure: ProcedureKind,
    /// On what.
    pub subject: String,
    /// What people call that.
    pub title: String,
    /// Where it stands.
    pub state: String,
    /// The step to be signed.
    pub step: Option<String>,
    /// What people call it.
    pub step_title: Option<String>,
    /// The first day on which it can be approved.
    pub earliest: Option<DayView>,
    /// The last day on which it is in time.
    pub due: Option<DayView>,
    /// Whether that day has passed.
    pub is_overdue: bool,
}

/// A case that is open, whoever it waits for.
#[derive(ToSchema)]
pub struct OpenCase {
    /// Which.
    pub id: String,
    /// By which procedure.
    pub procedure: ProcedureKind,
    /// What people call its subject.
    pub title: String,
    /// Who opened it.
    pub opener: String,
    /// When, in microseconds.
    pub opened_at: i64,
    /// The step that waits for signatures.
    pub step_title: Option<String>,
    /// Its last day.
    pub due: Option<DayView>,
    /// Whether that day has passed.
    pub is_overdue: bool,
}

/// How to repair what a check found.
#[derive(ToSchema)]
pub struct Hint {
    /// The check's code.
    pub code: String,
    /// What to do.
    pub advice: String,
    /// A piece of SQL that does it, where there is one.
    #[schema(required = false)]
    pub sql: Option<String>,
}

/// Somebody who signed for a release.
#[derive(ToSchema)]
pub struct Signer {
    /// Who.
    pub person: String,
    /// For which organisation.
    pub organisation: String,
    /// In which step.
    pub step: String,
    /// When.
    pub at: i64,
}

/// The agency that gives whole authorisations.
#[derive(ToSchema)]
pub struct WholeAgency {
    /// Which.
    pub organisation: OrganisationId,
    /// The document that names it; none where nobody was named yet, and the first agency is it.
    pub document: Option<String>,
    /// Since when.
    pub named_at: Option<i64>,
}

/// An agency to be named.
#[derive(ToSchema)]
pub struct NewWholeAgency {
    /// Which.
    pub organisation: OrganisationId,
    /// The document that names it.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document: String,
}

super::shaped! {
    shuyu_registry::NewOrganisation => NewOrganisation,
    shuyu_registry::Organisation => Organisation,
    shuyu_registry::NewPerson => NewPerson,
    shuyu_registry::Person => Person,
    shuyu_registry::NewResource => NewResource,
    shuyu_registry::Resource => Resource,
    shuyu_registry::NewScenario => NewScenario,
    shuyu_registry::Scenario => Scenario,
    shuyu_registry::CatalogEntry => CatalogEntry,
}
