//! Shapes of what `delivery` and `settlement` read and write.

use utoipa::ToSchema;

use super::nouns::UseKind;

/// A product to be made of a release.
#[derive(ToSchema)]
pub struct NewProduct {
    /// The release behind it.
    #[schema(pattern = "^REL-[0-9a-f]{32}$")]
    pub release: String,
    /// What people call it.
    pub title: String,
    /// `lookup`, `dataset`, `report` or `model`.
    #[schema(pattern = "^(lookup|dataset|report|model)$")]
    pub kind: String,
    /// The key column of a lookup.
    #[schema(required = false)]
    pub key: Option<String>,
}

/// A product.
#[derive(ToSchema)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// What it serves at present.
    pub release: String,
    /// For which scenario it was made.
    pub scenario: String,
    /// Who offers it.
    pub operator: String,
    /// What people call it.
    pub title: String,
    /// `lookup`, `dataset`, `report` or `model`.
    pub kind: String,
    /// The column that a call's key is looked up in.
    pub key: Option<String>,
    /// The columns that go out.
    pub answer: Vec<String>,
    /// Whether each answer is about somebody who must have consented.
    pub needs_consent: bool,
    /// `offered` or `withdrawn`.
    pub state: String,
    /// Since when.
    pub published_at: i64,
}

/// A subscription to be opened.
#[derive(ToSchema)]
pub struct NewSubscription {
    /// Of which product.
    #[schema(pattern = "^PRD-[0-9a-f]{32}$")]
    pub product: String,
    /// For whom.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub entity: String,
    /// For what.
    #[schema(pattern = "^SCN-[0-9a-f]{32}$")]
    pub scenario: String,
    /// Under which development agreement.
    #[schema(pattern = "^AGR-[0-9a-f]{32}$")]
    pub agreement: String,
    /// The use.
    pub use_kind: UseKind,
    /// The quota of a day.
    #[schema(minimum = 1)]
    pub calls_per_day_max: i64,
}

/// An entity's right to use a product.
#[derive(ToSchema)]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// Of which product.
    pub product: String,
    /// Whose.
    pub entity: String,
    /// Who offers it.
    pub operator: String,
    /// For what.
    pub scenario: String,
    /// Under which development agreement.
    pub agreement: String,
    /// The use.
    pub use_kind: UseKind,
    /// The quota of a day.
    pub calls_per_day_max: i64,
    /// Who opened it for the operator.
    pub opened_by: String,
    /// When.
    pub opened_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Whether it is everybody's, without a contract.
    pub is_public: bool,
    /// The district by whose authorisation it is delivered; none for the city's own.
    pub district: Option<String>,
}

/// A consent; never whose.
#[derive(ToSchema)]
pub struct Consent {
    /// Its id.
    pub id: String,
    /// To whom.
    pub entity: String,
    /// What the entity is called.
    pub entity_name: String,
    /// For which product.
    pub product: String,
    /// What the product is called.
    pub product_title: String,
    /// From when, in microseconds.
    pub from_at: i64,
    /// Until when, at the latest.
    pub until_at: i64,
    /// Who signed in to give it.
    pub given_by: String,
    /// The digest of what shows it.
    pub evidence: Option<String>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<i64>,
    /// Whether it is in force now.
    pub is_in_force: bool,
}

/// A consent to be recorded.
#[derive(ToSchema)]
pub struct NewConsent {
    /// For which product.
    #[schema(pattern = "^PRD-[0-9a-f]{32}$")]
    pub product: String,
    /// To whom.
    #[schema(pattern = "^ORG-[0-9a-f]{32}$")]
    pub entity: String,
    /// Whose: an identity number, or a firm's credit code. Only a keyed digest
    /// of it is kept.
    pub subject_id_number: String,
    /// Until when, in microseconds of UTC.
    pub until: i64,
    /// The digest of what shows it; an entity must have it.
    #[schema(required = false, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence_digest: Option<String>,
}

super::shaped! {
    shuyu_delivery::NewProduct => NewProduct,
    shuyu_delivery::Product => Product,
    shuyu_delivery::NewSubscription => NewSubscription,
    shuyu_delivery::NewConsent => NewConsent,
}
