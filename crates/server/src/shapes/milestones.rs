//! Shapes of milestones.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// What somebody says of a goal.
#[derive(ToSchema)]
pub struct NewMark {
    /// Which goal, by its name.
    pub name: String,
    /// Whether it is met; `false` takes an earlier mark back.
    pub is_met: bool,
    /// Why, in 5 to 2000 characters.
    #[schema(min_length = 5, max_length = 2000)]
    pub reason: String,
    /// Of the document that shows it.
    #[schema(required = false, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: Option<String>,
    /// The records that show it, by their ids; 50 at most.
    #[schema(required = false, max_items = 50)]
    pub cites: Vec<String>,
}

/// What was said.
#[derive(ToSchema)]
pub struct GoalMark {
    /// Counts up from 1.
    pub number: i64,
    /// Whether it was met.
    pub is_met: bool,
    /// Why.
    pub reason: String,
    /// Of the document that shows it.
    pub evidence: Option<String>,
    /// The records that show it.
    pub cites: Vec<String>,
    /// Who said so.
    pub organisation: String,
    /// When, in microseconds.
    pub marked_at: i64,
}

/// A figure beside a goal.
#[derive(ToSchema)]
pub struct GoalFigure {
    /// Which: `scenarios_approved`.
    pub figure: String,
    /// What people call it.
    pub title: String,
    /// How many in all.
    pub total: u64,
    /// How many in each year that has any.
    pub by_year: BTreeMap<String, u64>,
}

/// A goal as it stands.
#[derive(ToSchema)]
pub struct Milestone {
    /// Its name.
    pub name: String,
    /// What the document calls it.
    pub title: String,
    /// Its phase, where the document counts phases.
    pub phase: Option<u8>,
    /// Its day, where it has one.
    #[schema(format = Date)]
    pub due_day: Option<String>,
    /// The clause.
    pub clause: String,
    /// `open`, `met`, `late` or `overdue`; one without a day is never late.
    pub state: String,
    /// The day on which it was met.
    #[schema(format = Date)]
    pub met_day: Option<String>,
    /// Whether a figure decides it, so that nobody marks it.
    pub is_counted: bool,
    /// What is counted towards it.
    pub figures: Vec<GoalFigure>,
    /// What was said of it, oldest first.
    pub marks: Vec<GoalMark>,
}
