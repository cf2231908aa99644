//! Shapes of registration.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::path::DayView;

/// What is applied for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum RegistrationKind {
    /// 首次登记.
    First,
    /// 变更登记.
    Change,
    /// 更正登记.
    Correction,
    /// 续展.
    Renewal,
    /// 注销登记.
    Cancellation,
}

/// An application; it takes the place of the one of its kind that waits.
#[derive(ToSchema)]
pub struct NewApplication {
    /// `RES-…` or `PRD-…`.
    pub subject: String,
    /// What for.
    pub kind: RegistrationKind,
    /// Why, and what else there is to say.
    #[schema(required = false, max_length = 2000)]
    pub note: String,
    /// The digests of the papers, by the words of their kinds.
    #[schema(example = json!({
        "risk_assessment": "sha256:0000000000000000000000000000000000000000000000000000000000000000"
    }))]
    pub materials: BTreeMap<String, String>,
    /// For how many years it is renewed.
    #[schema(required = false, minimum = 1, maximum = 3)]
    pub years: Option<u8>,
}

/// Where else a product is registered.
#[derive(ToSchema)]
pub struct ExchangeEntry {
    /// The exchange's name.
    pub exchange: String,
    /// Its number for the product.
    pub number: String,
}

/// A result of registration.
#[derive(ToSchema)]
pub struct Registration {
    /// Its id.
    pub id: String,
    /// Under which anybody can look it up.
    pub code: String,
    /// What was applied for.
    pub kind: RegistrationKind,
    /// `resource` or `product`.
    pub of: String,
    /// Its id.
    pub subject: String,
    /// What people call it.
    pub title: String,
    /// Who holds the registration.
    pub holder: String,
    /// Of what was decided on.
    pub digest: String,
    /// The day of the code.
    #[schema(format = Date)]
    pub issued: String,
    /// Its first day.
    #[schema(format = Date)]
    pub valid_from: String,
    /// Its last day.
    #[schema(format = Date)]
    pub valid_until: String,
    /// `valid`, `replaced`, `cancelled` or `revoked`.
    pub state: String,
    /// What it took the place of.
    pub predecessor: Option<String>,
    /// Where else a product is registered.
    pub exchange: Option<ExchangeEntry>,
    /// When it ended, in microseconds.
    pub ended_at: Option<i64>,
    /// Why.
    pub ended_ground: Option<String>,
}

/// An application on public notice.
#[derive(ToSchema)]
pub struct Notice {
    /// Its case: what an objection names.
    pub case: String,
    /// What is applied for.
    pub kind: RegistrationKind,
    /// What people call that.
    pub kind_title: String,
    /// What it is about.
    pub title: String,
    /// What it holds, in short.
    pub summary: String,
    /// Who applies.
    pub applicant: String,
    /// Since when.
    #[schema(format = Date)]
    pub from: String,
    /// The last day on which somebody can object.
    #[schema(format = Date)]
    pub until: String,
    /// Whether a year on the way to that day had no holiday notice yet.
    pub is_estimated: bool,
}

/// An objection to be filed.
#[derive(ToSchema)]
pub struct NewObjection {
    /// What speaks against the registration.
    #[schema(min_length = 5, max_length = 2000)]
    pub objection: String,
    /// The digest of what shows it.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: String,
}

/// How an objection is decided.
#[derive(ToSchema)]
pub struct ObjectionDecision {
    /// Upheld: the registration comes to nothing.
    pub upheld: bool,
    /// Why.
    #[schema(min_length = 5, max_length = 2000)]
    pub reason: String,
}

/// A registration to be revoked.
#[derive(ToSchema)]
pub struct Revocation {
    /// Its code.
    #[schema(example = "R2026030500017O")]
    pub code: String,
    /// `false_material`, `tampered_result`, `unlawful_use` or `improper_gain`.
    #[schema(pattern = "^(false_material|tampered_result|unlawful_use|improper_gain)$")]
    pub ground: String,
    /// Why, in words.
    #[schema(min_length = 5, max_length = 2000)]
    pub reason: String,
    /// The digest of what shows it.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: String,
    /// The digest of the written decision.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub decision: String,
}

/// A paper that an application needs.
#[derive(ToSchema)]
pub struct Material {
    /// The word in `materials`.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// The clause that asks for it.
    pub source: String,
}

/// A paper at fault.
#[derive(ToSchema)]
pub struct Defect {
    /// Which: the word of its kind.
    pub material: String,
    /// What is wrong with it.
    #[schema(min_length = 4, max_length = 500)]
    pub what: String,
}

/// What was told with a return.
#[derive(ToSchema)]
pub struct ReturnView {
    /// In which turn.
    pub turn: i64,
    /// Every paper that was missing or at fault.
    pub defects: Vec<Defect>,
    /// When, in microseconds.
    pub returned_at: i64,
}

/// An objection.
#[derive(ToSchema)]
pub struct ObjectionView {
    /// Its id.
    pub id: String,
    /// Who objects: the real name.
    pub name: String,
    /// What they say.
    pub objection: String,
    /// The digest of what shows it.
    pub evidence: String,
    /// When, in microseconds.
    pub filed_at: i64,
    /// How it was decided.
    pub upheld: Option<bool>,
    /// Why.
    pub decision: Option<String>,
    /// When it was decided, in microseconds.
    pub decided_at: Option<i64>,
}

/// What a registration's case holds beside its steps.
#[derive(ToSchema)]
pub struct RegistrationFile {
    /// What is applied for.
    pub kind: RegistrationKind,
    /// The papers that it needs.
    pub needed: Vec<Material>,
    /// The papers that are there.
    pub given: BTreeMap<String, String>,
    /// The words of those that are not.
    pub missing: Vec<String>,
    /// What was told, oldest first.
    pub returns: Vec<ReturnView>,
    /// Why the open step takes longer than its days.
    pub delay: Option<String>,
    /// The last day of the notice that runs.
    pub notice_until: Option<DayView>,
    /// Who objects.
    pub objections: Vec<ObjectionView>,
}
