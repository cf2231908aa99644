//! Shapes of districts' schemes.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// A scheme to be drafted, for the drafter's own district.
#[derive(ToSchema)]
pub struct NewDistrictScheme {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Of the document.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document_digest: String,
    /// What each prescribed section says, in short.
    #[schema(required = false)]
    pub sections: BTreeMap<String, String>,
    /// The city's scheme that it follows.
    #[schema(required = false, pattern = "^MAT-[0-9a-f]{32}$")]
    pub parent: Option<String>,
    /// What it narrows of the city's values: `agreement.years_max`.
    #[schema(required = false)]
    pub narrows: BTreeMap<String, i64>,
}

/// A district's scheme.
#[derive(ToSchema)]
pub struct DistrictScheme {
    /// Its id.
    pub id: String,
    /// The district's data department.
    pub district: String,
    /// What people call it.
    pub title: String,
    /// Of the document.
    pub document_digest: String,
    /// What each prescribed section says, in short.
    pub sections: BTreeMap<String, String>,
    /// The city's scheme that it follows.
    pub parent: Option<String>,
    /// What it narrows of the city's values.
    pub narrows: BTreeMap<String, i64>,
    /// Of all of the above; a signature names it.
    pub digest: String,
    /// `draft`, `in_force` or `superseded`.
    pub state: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Since when it is in force, in microseconds.
    pub in_force_at: Option<i64>,
    /// Since when a newer one is, in microseconds.
    pub superseded_at: Option<i64>,
}
