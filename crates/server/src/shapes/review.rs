//! Shapes of what reviewers see of a result: facts and sums, never a row.

use utoipa::ToSchema;

/// What reviewers see of a result: facts and sums, never a row.
#[derive(ToSchema)]
pub struct Review {
    /// Which candidate.
    pub candidate: String,
    /// For which scenario.
    pub scenario: String,
    /// Who made it.
    pub author: String,
    /// What it is declared to be.
    pub declared: DeclaredResult,
    /// The digest of its bytes; who signs, signs for this.
    pub digest: String,
    /// Its rows.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Its columns, summed up.
    pub columns: Vec<ColumnSummary>,
    /// Where each output column comes from.
    pub lineage: Vec<ColumnLineage>,
    /// The statement, as its author wrote it.
    pub statement: String,
    /// The plan that was run.
    pub plan: String,
    /// Which rules it was checked under.
    pub regime: String,
    /// Who submitted it.
    pub submitted_by: String,
    /// When.
    pub submitted_at: i64,
    /// What each check said.
    pub checks: Vec<CheckResult>,
    /// The release before of the same scenario and title, and what changed.
    pub before: Option<ReleaseBefore>,
}

/// What a result is declared to be.
#[derive(ToSchema)]
pub struct DeclaredResult {
    /// What people call it.
    pub title: String,
    /// How it is to be delivered.
    #[schema(value_type = Object)]
    pub kind: String,
    /// Its columns.
    pub columns: Vec<OutputColumn>,
}

/// A column of a result, summed up; never a value of it.
#[derive(ToSchema)]
pub struct ColumnSummary {
    /// Its name, or `#3` where the name must not be shown.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its type; null where it is one that may not leave.
    #[schema(rename = "type")]
    pub kind: Option<super::nouns::ColumnType>,
    /// What it says about whom.
    pub class: super::nouns::ColumnClass,
    /// Whether it counts persons or firms.
    pub is_count: bool,
    /// Of a thousand cells, how many are empty.
    pub null_permille: u64,
    /// How many different values it has, up to a bound.
    pub distinct: u64,
    /// Of a count: its numbers.
    #[schema(required = false)]
    pub counts: Option<CountSummary>,
}

/// The numbers of a column that counts persons or firms.
#[derive(ToSchema)]
pub struct CountSummary {
    /// The least.
    pub min: Option<i64>,
    /// The least above nought.
    pub min_above_zero: Option<i64>,
    /// The greatest.
    pub max: Option<i64>,
    /// How many cells lie below the least count.
    pub below_least: u64,
}

/// Where a column of a result comes from.
#[derive(ToSchema)]
pub struct ColumnLineage {
    /// The column.
    pub column: String,
    /// The columns that are computed into it: `RES-….balance`.
    pub from: Vec<String>,
}

/// What one check said.
#[derive(ToSchema)]
pub struct CheckResult {
    /// Its code.
    pub code: String,
    /// What it looks for.
    pub title: String,
    /// What it found; empty is passed.
    pub findings: Vec<Finding>,
}

/// The release before, and what changed since.
#[derive(ToSchema)]
pub struct ReleaseBefore {
    /// Which.
    pub release: String,
    /// Its rows.
    pub rows: u64,
    /// What changed in the columns.
    pub columns: ColumnsDiff,
}

/// What changed in the columns.
#[derive(ToSchema)]
pub struct ColumnsDiff {
    /// New ones.
    pub added: Vec<String>,
    /// Those that are gone.
    pub removed: Vec<String>,
    /// Those of the same name and another type, class or meaning.
    pub changed: Vec<String>,
}

/// A declared output column.
#[derive(ToSchema)]
pub struct OutputColumn {
    /// Its name in the result.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it says about whom.
    pub class: super::nouns::ColumnClass,
    /// Whether it counts persons or firms.
    #[schema(required = false)]
    pub is_count: bool,
}

/// Where something was found.
#[derive(ToSchema)]
pub struct Place {
    /// Columns: a name, or `#3` where the name itself must not be shown.
    pub columns: Vec<String>,
    /// The first rows, counted from 1.
    pub rows: Vec<u64>,
}

/// Something that a check found; never a value.
#[derive(ToSchema)]
pub struct Finding {
    /// The check's code.
    pub code: String,
    /// What is wrong.
    pub what: String,
    /// Where the rule stands.
    pub clause: String,
    /// What the author can do.
    pub instead: String,
    /// How often it was found.
    pub count: u64,
    /// Where.
    #[schema(rename = "where")]
    pub place: Place,
}
