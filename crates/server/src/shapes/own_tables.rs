//! Shapes of own tables, and of the means by which something was computed.

use utoipa::ToSchema;

use super::nouns::Column;

/// By which trustworthy means something was computed.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ProcessingMeans {
    /// Only what a permit holds, masked, while it lives.
    UsageControl,
    /// In an engine that reaches neither files nor network.
    DataSandbox,
    /// Without one side seeing what the other holds.
    PrivacyComputing,
}

/// A table that its owner brings into a workroom.
#[derive(ToSchema)]
pub struct NewOwnTable {
    /// Into the workroom of which scenario.
    #[schema(pattern = "^SCN-[0-9a-f]{32}$")]
    pub scenario: String,
    /// Its name in SQL.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,62}$")]
    pub name: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Where it comes from, and on what lawful ground.
    #[schema(min_length = 1, max_length = 4000)]
    pub origin: String,
    /// The digest of what proves that.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub origin_digest: String,
    /// Its columns, each with class, grade and mask.
    #[schema(min_items = 1)]
    pub columns: Vec<Column>,
}

/// A table that its owner brought.
#[derive(ToSchema)]
pub struct OwnTable {
    /// Its id, among those of resources: landings and versions name it so.
    pub id: String,
    /// In the workroom of which scenario.
    pub scenario: String,
    /// Whose it is.
    pub owner: String,
    /// Its name in SQL.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Where it comes from, and on what lawful ground.
    pub origin: String,
    /// The digest of what proves that.
    pub origin_digest: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Who declared it.
    pub declared_by: String,
    /// When.
    pub declared_at: i64,
    /// When it was withdrawn.
    pub withdrawn_at: Option<i64>,
    /// Why.
    pub withdrawn_ground: Option<String>,
}
