//! Shapes of what `model` defines.

use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

/// A role.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Role {
    /// The managing body.
    Regulator,
    /// The implementing body that authorises.
    Agency,
    /// A department that holds data.
    Source,
    /// The chosen operator.
    Operator,
    /// Computes on the operator's orders, where a document has such a party.
    Processor,
    /// A re-developer or buyer.
    Entity,
    /// Cyberspace, police, state security, cryptography, secrets.
    Supervisor,
    /// Development and reform, finance, market regulation.
    Finance,
    /// A person whom the data is about.
    Subject,
    /// Runs the platform.
    SystemAdmin,
    /// Grants and withdraws roles.
    SecurityAdmin,
    /// Reads the log.
    AuditAdmin,
}

/// What public data is used for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum UseKind {
    /// 公共治理.
    PublicGovernance,
    /// 公益事业.
    PublicWelfare,
    /// 产业发展、行业发展.
    Industry,
}

/// What a case is about.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ProcedureKind {
    /// A resource becomes registered.
    ResourceRegistration,
    /// An operator agreement.
    OperatorAgreement,
    /// A development agreement.
    DevelopmentAgreement,
    /// A scenario.
    Scenario,
    /// A result leaves.
    Release,
    /// A product becomes registered.
    ProductRegistration,
    /// What was registered has changed.
    RegistrationChange,
    /// What was registered was wrong.
    RegistrationCorrection,
    /// A registration goes on after its end.
    RegistrationRenewal,
    /// A registration ends before its end.
    RegistrationCancellation,
    /// An agreement with a processor.
    ProcessorAgreement,
    /// A change of an agreement.
    AgreementAmendment,
    /// What follows an agreement's end.
    AgreementRenewal,
    /// A district's scheme comes into force.
    DistrictScheme,
}

/// How much is authorised at once.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Mode {
    /// Whole authorisation.
    Whole,
    /// Authorisation of one field.
    Sector,
    /// Scenario by scenario.
    ByScenario,
}

/// The type of a column.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ColumnType {
    /// Text.
    Text,
    /// Whole numbers of 64 bits.
    Integer,
    /// Doubles.
    Float,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A moment.
    Timestamp,
}

/// What a column says about a person or firm.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ColumnClass {
    /// Names one person or firm alone.
    DirectIdentifier,
    /// Narrows down who it is.
    QuasiIdentifier,
    /// Must not be learnt about an identified person.
    Sensitive,
    /// None of these.
    Plain,
}

/// How bad a leak would be (GB/T 43697-2024).
#[derive(ToSchema)]
pub enum Grade {
    /// General, level 1.
    #[schema(rename = "l1")]
    L1,
    /// General, level 2.
    #[schema(rename = "l2")]
    L2,
    /// General, level 3.
    #[schema(rename = "l3")]
    L3,
    /// General, level 4.
    #[schema(rename = "l4")]
    L4,
    /// 重要数据.
    #[schema(rename = "important")]
    Important,
    /// 核心数据.
    #[schema(rename = "core")]
    Core,
}

/// How a column is hidden inside a workroom: `none`, `keep_prefix` with
/// `chars`, `generalise_date` with `to`, `bucket` with `width`, `redact`,
/// `pseudonym`.
#[derive(ToSchema)]
pub struct Mask {
    /// Which mask.
    #[schema(pattern = "^(none|keep_prefix|generalise_date|bucket|redact|pseudonym)$", example = "none")]
    pub mask: String,
    /// Of `keep_prefix`: how many characters stay.
    #[schema(required = false, nullable = false)]
    pub chars: Option<u16>,
    /// Of `generalise_date`: `month` or `year`.
    #[schema(required = false, nullable = false)]
    pub to: Option<String>,
    /// Of `bucket`: its width.
    #[schema(required = false, nullable = false)]
    pub width: Option<u32>,
}

/// A column of a resource.
#[derive(ToSchema)]
pub struct Column {
    /// The name in SQL.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,62}$")]
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its type.
    #[schema(rename = "type")]
    pub kind: ColumnType,
    /// What it says about whom.
    pub class: ColumnClass,
    /// Its grade; null until graded.
    pub grade: Option<Grade>,
    /// How it is hidden.
    pub mask: Mask,
    /// Whether it names the person or firm that a row is about.
    #[schema(required = false)]
    pub is_entity: bool,
}

/// Ids in lists: utoipa writes a pattern for a field, not for the items of one.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let pattern = concat!("^", $prefix, "-[0-9a-f]{32}$");
                RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build()))
            }
        }

        impl ToSchema for $name {}
    )*};
}

ids! {
    /// An organisation's id.
    OrganisationId = "ORG";
    /// A resource's id.
    ResourceId = "RES";
    /// A matter's id.
    MatterId = "MAT";
}

/// Something that was made, by its id.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct Made {
    /// Its id.
    pub id: String,
}

/// Something that got a number.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct Numbered {
    /// Counts up from 1.
    pub number: i64,
}

super::shaped! { Made => Made, Numbered => Numbered }

impl Made {
    /// What was made is called so.
    pub(crate) fn new(id: impl std::fmt::Display) -> Self {
        Self { id: id.to_string() }
    }
}
