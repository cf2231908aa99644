//! Shapes of thematic databases.

use utoipa::ToSchema;

/// A step of governance.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum GovernanceKind {
    /// 标准化.
    Standardise,
    /// 去重.
    Deduplicate,
    /// 缺失处理.
    FillMissing,
    /// 异常处理.
    CorrectBad,
    /// 关联融合.
    Associate,
    /// 脱敏.
    Desensitise,
    /// 汇总.
    Aggregate,
}

/// How good a table is at a moment.
#[derive(ToSchema)]
pub struct Measured {
    /// Its rows.
    pub rows: u64,
    /// Of them, bad ones.
    pub bad: u64,
    /// Values that are missing.
    pub nulls: u64,
}

/// One step.
#[derive(ToSchema)]
pub struct GovernanceStep {
    /// What kind.
    pub kind: GovernanceKind,
    /// What was done.
    #[schema(min_length = 1, max_length = 200)]
    pub what: String,
    /// The quality before.
    pub before: Measured,
    /// The quality after.
    pub after: Measured,
}

/// A version.
#[derive(ToSchema)]
pub struct ThematicVersion {
    /// Counts them, from 1.
    pub number: i64,
    /// The table that it is.
    pub candidate: String,
    /// Its digest.
    pub digest: String,
    /// Its rows.
    pub rows: u64,
    /// The resources that it was computed from.
    pub sources: Vec<String>,
    /// The steps that led to it.
    pub steps: Vec<GovernanceStep>,
    /// When it was entered, in microseconds.
    pub made_at: i64,
}

/// A thematic database to be begun.
#[derive(ToSchema)]
pub struct NewThematicDatabase {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// On which order.
    #[schema(pattern = "^ORD-[0-9a-f]{32}$")]
    pub order: String,
}

/// A thematic database.
#[derive(ToSchema)]
pub struct ThematicDatabase {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// On which order it is built.
    pub order: String,
    /// For which scenario.
    pub scenario: String,
    /// For which operator.
    pub operator: String,
    /// By whom.
    pub processor: String,
    /// When it was begun, in microseconds.
    pub begun_at: i64,
    /// Since when the operator reads it by its interface.
    pub interface_since: Option<i64>,
    /// Its versions, oldest first.
    pub versions: Vec<ThematicVersion>,
}
