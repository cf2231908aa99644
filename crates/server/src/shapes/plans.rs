//! Shapes of what an application for a scenario, an agreement and a signature say beside
//! the rest.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::nouns::UseKind;

/// A product or service that is planned.
#[derive(ToSchema)]
pub struct PlannedProduct {
    /// What people call it.
    pub title: String,
    /// `dataset`, `interface`, `report`, `model` or `service`.
    #[schema(pattern = "^(dataset|interface|report|model|service)$")]
    pub form: String,
    /// What it supports: governance and public good, or industry.
    pub class: UseKind,
}

/// What an application for a scenario says beside title, purpose and fields.
#[derive(ToSchema)]
pub struct Plan {
    /// Whom it serves.
    #[schema(required = false)]
    pub users: Option<String>,
    /// What the service covers.
    #[schema(required = false)]
    pub service_scope: Option<String>,
    /// The last day of the service; nothing is delivered after it.
    #[schema(required = false, format = Date)]
    pub service_until: Option<String>,
    /// What is expected of it.
    #[schema(required = false)]
    pub effect: Option<String>,
    /// How the data is used.
    #[schema(required = false)]
    pub manner: Option<String>,
    /// The last day on which data is read for it.
    #[schema(required = false, format = Date)]
    pub data_until: Option<String>,
    /// The products and services that are planned.
    #[schema(required = false)]
    pub products: Vec<PlannedProduct>,
    /// Of which type of the document's list the operation is.
    #[schema(required = false)]
    pub operation_type: Option<String>,
    /// The data demand that it answers.
    #[schema(required = false, pattern = "^MAT-[0-9a-f]{32}$")]
    pub demand: Option<String>,
    /// The scheme that it carries out.
    #[schema(required = false, pattern = "^MAT-[0-9a-f]{32}$")]
    pub scheme: Option<String>,
    /// The entity that brought it: whoever drafts it, where that is not the operator.
    #[schema(required = false, pattern = "^ORG-[0-9a-f]{32}$")]
    pub proposed_by: Option<String>,
}

/// Who gets how much of the income, in hundredths of a per cent: 10000 in all.
#[derive(ToSchema)]
pub struct Shares {
    /// Of whoever owns the rights in the data.
    #[schema(maximum = 10000)]
    pub owner_basis_points: u16,
    /// Of the operator.
    #[schema(maximum = 10000)]
    pub operator_basis_points: u16,
    /// Of the processor.
    #[schema(maximum = 10000)]
    pub processor_basis_points: u16,
}

/// A field of a scenario that a reviewer does not grant.
#[derive(ToSchema)]
pub struct StruckField {
    /// Of which resource.
    #[schema(pattern = "^RES-[0-9a-f]{32}$")]
    pub resource: String,
    /// Which column.
    pub column: String,
}

/// What a signer says beside yes or no.
#[derive(ToSchema)]
pub struct Said {
    /// On which conditions a yes is given.
    #[schema(required = false)]
    pub conditions: Option<String>,
    /// What was found, good or not, on each thing that the step finds on.
    #[schema(required = false)]
    pub findings: BTreeMap<String, bool>,
    /// Fields of a scenario that are not granted.
    #[schema(required = false)]
    pub struck: Vec<StruckField>,
}
