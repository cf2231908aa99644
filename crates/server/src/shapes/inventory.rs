//! Shapes of facts, catalogues in versions, requirements of fields, what is asked of
//! products, and lists of work.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::dossier::Interest;
use super::nouns::{Column, Grade, MatterId, ResourceId, UseKind};

/// A fact that is told of a resource or a scenario.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum FactKind {
    /// 开放方式.
    OpenMode,
    /// 优先支持标准.
    PriorityCriteria,
    /// 优先支持领域.
    PriorityFields,
    /// 所属目录条目.
    BaseEntry,
    /// 采集标准.
    CollectionStandard,
    /// 采集依据.
    BasisOfCollecting,
    /// 持有依据.
    BasisOfHolding,
    /// 托管依据.
    BasisOfHosting,
    /// 使用依据.
    BasisOfUse,
}

/// A fact to be told.
#[derive(ToSchema)]
pub struct NewFact {
    /// Which.
    pub fact: FactKind,
    /// What it is.
    #[schema(min_items = 1, max_items = 40)]
    pub told: Vec<String>,
}

/// A fact, as it was told last.
#[derive(ToSchema)]
pub struct Fact {
    /// Which.
    pub fact: FactKind,
    /// Counts how often it was told, from 1.
    pub number: u32,
    /// What was told.
    pub told: Vec<String>,
    /// Who told it.
    pub told_by: String,
    /// For whom.
    pub organisation: String,
    /// When, in microseconds.
    pub told_at: i64,
}

/// A fact that the rules ask for, and what was told.
#[derive(ToSchema)]
pub struct FactView {
    /// Which.
    pub fact: FactKind,
    /// What people call it.
    pub title: String,
    /// The clause that asks for it.
    pub clause: String,
    /// What it can be; empty where any text does.
    pub values: Vec<String>,
    /// Whether an act waits for it and it is not there.
    pub is_missing: bool,
    /// What was told.
    pub told: Option<Fact>,
}

/// A department's stop of its own resource.
#[derive(ToSchema)]
pub struct Stop {
    /// Why.
    pub ground: String,
    /// Who ordered it.
    pub stopped_by: String,
    /// When, in microseconds.
    pub stopped_at: i64,
}

/// Whose a resource is, what was told of it, and whether it is stopped.
#[derive(ToSchema)]
pub struct ResourceFacts {
    /// Whose the data is by the rules; null where they do not say.
    pub owner: Option<String>,
    /// The department that holds it.
    pub holder: String,
    /// Its department's stop, while one holds.
    pub stopped: Option<Stop>,
    /// Each fact that the rules ask for.
    pub facts: Vec<FactView>,
}

/// A resource or scenario with its marks.
#[derive(ToSchema)]
pub struct MarkedThing {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// With what it is marked.
    pub marks: Vec<String>,
}

/// An entry of the base catalogue to be entered.
#[derive(ToSchema)]
pub struct NewBaseEntry {
    /// Its identifier there.
    #[schema(min_length = 1, max_length = 200)]
    pub id: String,
    /// What it is called there.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Who holds it.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub holder: String,
    /// How often it is brought up to date there, in days.
    #[schema(required = false, minimum = 1)]
    pub update_every_days: Option<u16>,
}

/// A line of the inventory.
#[derive(ToSchema)]
pub struct InventoryLine {
    /// Names it in pages.
    pub key: String,
    /// The entry of the base catalogue; null for a resource that names none.
    pub entry: Option<String>,
    /// What it is called.
    pub title: String,
    /// Who holds it.
    pub holder: String,
    /// What stands for it.
    pub resource: Option<String>,
    /// `in_scope`, `excluded`, `described`, `outstanding` or `unlinked`.
    pub state: String,
    /// Why it is excluded, and under which clause.
    pub ground: Option<String>,
}

/// A version to be compiled.
#[derive(ToSchema)]
pub struct NewCatalogue {
    /// `operating`, or `department` for the own department's.
    #[schema(pattern = "^(operating|department)$")]
    pub kind: String,
    /// The demands that it answers.
    #[schema(required = false)]
    pub demands: Vec<MatterId>,
}

/// An entry, as it was when the version was compiled.
#[derive(ToSchema)]
pub struct CatalogueEntry {
    /// Which resource.
    pub resource: String,
    /// What people call it.
    pub title: String,
    /// What it holds.
    pub description: String,
    /// The department that holds it.
    pub source: String,
    /// Its name.
    pub source_name: String,
    /// Whose it is by the rules.
    pub owner: Option<String>,
    /// How often it is landed anew, in days.
    pub update_every_days: u16,
    /// Its data items, each with its type.
    pub columns: Vec<Column>,
    /// Its entry in the base catalogue.
    pub base_entry: Option<String>,
    /// What was told of it, by the name of each fact.
    pub facts: BTreeMap<String, Vec<String>>,
    /// The code of its registration.
    pub registration_code: Option<String>,
    /// Of its description.
    pub digest: String,
}

/// A resource that a version does not hold.
#[derive(ToSchema)]
pub struct LeftOut {
    /// Which.
    pub resource: String,
    /// What people call it.
    pub title: String,
    /// Everything that speaks against it.
    pub reasons: Vec<String>,
}

/// What a department answered.
#[derive(ToSchema)]
pub struct CatalogueAnswer {
    /// Which department.
    pub organisation: String,
    /// Whether it agrees.
    pub is_agreed: bool,
    /// What it says.
    pub opinion: String,
    /// When, in microseconds.
    pub answered_at: i64,
}

/// A version of a catalogue.
#[derive(ToSchema)]
pub struct Catalogue {
    /// Its id.
    pub id: String,
    /// `operating` or `department`.
    pub kind: String,
    /// Who compiled it.
    pub organisation: String,
    /// Counts the versions, from 1.
    pub number: u32,
    /// `compiled`, `published`, `superseded` or `dropped`.
    pub state: String,
    /// What it holds.
    pub entries: Vec<CatalogueEntry>,
    /// What it does not hold, and why.
    pub left_out: Vec<LeftOut>,
    /// The departments that are asked.
    pub asked: Vec<String>,
    /// The demands that it answers.
    pub demands: Vec<String>,
    /// Of its entries.
    pub digest: String,
    /// Who compiled it.
    pub compiled_by: String,
    /// When, in microseconds.
    pub compiled_at: i64,
    /// Of the minutes of the decision.
    pub decision: Option<String>,
    /// When it was decided on.
    pub decided_at: Option<i64>,
    /// When it was published.
    pub published_at: Option<i64>,
    /// What departments answered.
    pub answers: Vec<CatalogueAnswer>,
}

/// A requirement to be proposed.
#[derive(ToSchema)]
pub struct NewRequirement {
    /// Which field.
    #[schema(min_length = 1, max_length = 200)]
    pub field: String,
    /// Its catalogue: which resources.
    #[schema(min_items = 1)]
    pub resources: Vec<ResourceId>,
    /// For which uses.
    #[schema(min_items = 1)]
    pub uses: Vec<UseKind>,
    /// The scope of use.
    #[schema(min_length = 1)]
    pub scope: String,
    /// The security requirements.
    #[schema(min_length = 1)]
    pub security: String,
    /// Of the document that says so.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document_digest: String,
}

/// What is agreed for a field.
#[derive(ToSchema)]
pub struct Requirement {
    /// Its id.
    pub id: String,
    /// Which field.
    pub field: String,
    /// Its catalogue.
    pub resources: Vec<String>,
    /// For which uses.
    pub uses: Vec<UseKind>,
    /// The scope of use.
    pub scope: String,
    /// The security requirements.
    pub security: String,
    /// Of the document that says so.
    pub document_digest: String,
    /// Who proposed it.
    pub organisation: String,
    /// When, in microseconds.
    pub proposed_at: i64,
    /// Who has consented.
    pub consents: Vec<String>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<i64>,
    /// `proposed`, `in_force` or `withdrawn`.
    pub state: String,
    /// Whose consent is missing.
    pub waits_for: Vec<String>,
}

/// A finding on a product to be recorded.
#[derive(ToSchema)]
pub struct NewProductFinding {
    /// On which interest.
    pub interest: Interest,
    /// Nothing touches it, something does and is treated, or it would be harmed.
    #[schema(pattern = "^(clear|treated|harmed)$")]
    pub outcome: String,
    /// How it is treated, where it is.
    #[schema(required = false, max_length = 200)]
    pub treatment: Option<String>,
    /// Of the document that says so.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document_digest: String,
}

/// What was found on one interest of a product.
#[derive(ToSchema)]
pub struct ProductFinding {
    /// On which.
    pub interest: Interest,
    /// Counts the findings on it, from 1.
    pub number: u32,
    /// `clear`, `treated` or `harmed`.
    pub outcome: String,
    /// How it is treated.
    pub treatment: Option<String>,
    /// Of the document that says so.
    pub document_digest: String,
    /// Who found it.
    pub found_by: String,
    /// For whom.
    pub organisation: String,
    /// When, in microseconds.
    pub found_at: i64,
}

/// A right in a product.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Right {
    /// 数据资源持有权.
    Hold,
    /// 数据加工使用权.
    Process,
    /// 数据产品经营权.
    Operate,
    /// 衍生数据权属.
    Derived,
}

/// A right, as an agreement allots it.
#[derive(ToSchema)]
pub struct NewRight {
    /// Which.
    pub right: Right,
    /// To whom.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub holder: String,
    /// By which agreement.
    #[schema(pattern = "^AGR-[0-9a-f]{32}$")]
    pub agreement: String,
    /// Of the part of it that says so.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document_digest: String,
}

/// A right in a product, and who holds it.
#[derive(ToSchema)]
pub struct RightView {
    /// Which.
    pub right: Right,
    /// What people call it.
    pub title: String,
    /// The names of who holds it; empty where nothing was agreed yet.
    pub holders: Vec<String>,
    /// The agreement that says so; null where it follows from the records.
    pub agreement: Option<String>,
    /// The clause.
    pub clause: String,
}

/// A use that needs a permission of its own.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum SpecialUse {
    /// 专利申报.
    Patent,
    /// 学术成果独占性发布.
    ExclusivePublication,
}

/// A special use to be declared, or permitted.
#[derive(ToSchema)]
pub struct NewSpecialUse {
    /// Which.
    pub special_use: SpecialUse,
    /// Of the permission; the agency's to give.
    #[schema(required = false, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub permission: Option<String>,
}

/// A special use that was declared for a scenario.
#[derive(ToSchema)]
pub struct DeclaredUse {
    /// Which.
    pub special_use: SpecialUse,
    /// Who declared it.
    pub declared_by: String,
    /// When, in microseconds.
    pub declared_at: i64,
    /// Of the permission.
    pub permission: Option<String>,
    /// When it was permitted.
    pub permitted_at: Option<i64>,
}

/// A resource of a department, and what waits for it there.
#[derive(ToSchema)]
pub struct WorkItem {
    /// Which.
    pub resource: String,
    /// What people call it.
    pub title: String,
    /// The department's name.
    pub source: String,
    /// Whether it is registered.
    pub is_registered: bool,
    /// Whether it stands on the negative list.
    pub is_barred: bool,
    /// Whether its department stopped it.
    pub is_stopped: bool,
    /// When it was landed last.
    #[schema(format = Date)]
    pub landed_on: Option<String>,
    /// Good rows of a thousand then.
    pub accuracy: Option<i64>,
    /// Cells that held something, of a thousand.
    pub completeness: Option<i64>,
    /// The last day on which the next landing is in time.
    #[schema(format = Date)]
    pub update_due: Option<String>,
    /// Whether that day has passed.
    pub is_overdue: bool,
    /// Facts that acts wait for.
    pub facts_missing: Vec<String>,
    /// Quality issues that have not ended.
    pub quality_issues: Vec<String>,
    /// Demands about it that have not ended.
    pub demands: Vec<String>,
}

/// What was demanded of a department or an institution under one.
#[derive(ToSchema)]
pub struct SupplyTask {
    /// Who supplies.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// The departments that it belongs to.
    pub under: Vec<String>,
    /// Demands that were put to it.
    pub put: u32,
    /// Of these, supplied or met.
    pub supplied: u32,
    /// Of these, open.
    pub outstanding: u32,
    /// The resources that it has registered.
    pub resources: u32,
    /// The open ones.
    pub demands: Vec<String>,
}

/// A demand: which scenario needs which data items.
#[derive(ToSchema)]
pub struct DemandLine {
    /// The matter.
    pub matter: String,
    /// What people call it.
    pub title: String,
    /// Who entered it.
    pub entered_by: String,
    /// How far it has come.
    pub state: String,
    /// The scenario.
    pub scenario: Option<String>,
    /// The data items.
    pub data_items: Option<String>,
    /// What is asked for.
    pub demand: Option<String>,
    /// Who has it.
    pub put_to: Option<String>,
    /// Whether it has ended.
    pub is_ended: bool,
}

/// The lowest grade of a column of each class; a class that is not named has none.
#[derive(ToSchema)]
pub struct GradeMinima {
    /// Of what names one person or firm alone.
    #[schema(required = false)]
    pub direct_identifier: Grade,
    /// Of what narrows down who it is.
    #[schema(required = false)]
    pub quasi_identifier: Grade,
    /// Of what must not be learnt about somebody.
    #[schema(required = false)]
    pub sensitive: Grade,
    /// Of all else.
    #[schema(required = false)]
    pub plain: Grade,
}

/// Rules of grading to be set.
#[derive(ToSchema)]
pub struct NewGradingRules {
    /// The lowest grade of each class.
    pub grade_min: GradeMinima,
    /// Of the document that says so.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document_digest: String,
}

/// A version of the rules of grading.
#[derive(ToSchema)]
pub struct GradingRules {
    /// Counts up from 1.
    pub version: i64,
    /// The lowest grade of a column of each class.
    pub grade_min: GradeMinima,
    /// Of the document that says so.
    pub document_digest: String,
    /// Who set it.
    pub organisation: String,
    /// When, in microseconds.
    pub set_at: i64,
}
