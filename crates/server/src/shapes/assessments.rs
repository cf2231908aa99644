//! Shapes of rounds, material and results of assessments.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// A round of assessments to be opened.
#[derive(ToSchema)]
pub struct NewAssessmentRound {
    /// What people call it.
    pub title: String,
    /// Whom or what it assesses.
    #[schema(pattern = "^(operator|agency|source|processor|entity|resource|product|scenario|city)$")]
    pub of: String,
    /// In which form; `assessment` where nothing is said.
    #[schema(required = false, pattern = "^(assessment|audit|review)$")]
    pub form: Option<String>,
    /// Which, by their ids; all organisations of the kind where none is named.
    #[schema(required = false, max_items = 200)]
    pub subjects: Vec<String>,
}

/// Why no assessment of a body was opened.
#[derive(ToSchema)]
pub struct RoundReason {
    /// Its code.
    pub code: String,
    /// What.
    pub what: String,
    /// The clause.
    pub clause: String,
    /// What is allowed instead.
    pub instead: String,
}

/// What came of one body of a round.
#[derive(ToSchema)]
pub struct RoundMatter {
    /// Which.
    pub subject: String,
    /// The assessment that was opened.
    pub matter: Option<String>,
    /// Why none was.
    pub reasons: Vec<RoundReason>,
}

/// A round.
#[derive(ToSchema)]
pub struct AssessmentRound {
    /// Counts up from 1.
    pub number: i64,
    /// What people call it.
    pub title: String,
    /// Whom or what it assesses.
    pub of: String,
    /// In which form.
    pub form: String,
    /// When it was opened, in microseconds.
    pub opened_at: i64,
    /// How many assessments were opened in it.
    pub matters_total: u64,
    /// How many of them have a confirmed result.
    pub results_total: u64,
}

/// An item of material.
#[derive(ToSchema)]
pub struct NewAssessmentItem {
    /// Which of those that the rules ask for.
    pub item: String,
    /// Of the document.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document: String,
    /// Of the signed statement that it is true.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub statement: String,
    /// Figures since the last result: `income_fen`, `calls`, `incidents`.
    #[schema(required = false)]
    pub figures: BTreeMap<String, i64>,
}

/// An item that is asked for, and what was given.
#[derive(ToSchema)]
pub struct AssessmentItem {
    /// Which.
    pub item: String,
    /// The last day on which it is in time.
    pub due_day: Option<String>,
    /// `asked`, `given`, `late` or `missing`.
    pub state: String,
    /// Of the document.
    pub document: Option<String>,
    /// Of the statement that it is true.
    pub statement: Option<String>,
    /// What was told.
    pub figures: BTreeMap<String, i64>,
    /// When, in microseconds.
    pub given_at: Option<i64>,
}

/// A confirmed result.
#[derive(ToSchema)]
pub struct AssessmentResultView {
    /// The assessment.
    pub matter: String,
    /// In which form it was held.
    pub form: String,
    /// Whom it concerns.
    pub organisation: String,
    /// What it is about.
    pub subject: String,
    /// Of which round.
    pub round: Option<i64>,
    /// The mark of each dimension.
    pub marks: BTreeMap<String, i64>,
    /// Marks by weights, `86.25`.
    pub total: Option<String>,
    /// `passed` or `failed`.
    pub result: Option<String>,
    /// Material that was not given.
    pub items_missing: Vec<String>,
    /// Material that was late.
    pub items_late: Vec<String>,
    /// Papers that were not on file.
    pub papers_missing: Vec<String>,
    /// The clause.
    pub clause: String,
    /// When it was confirmed, in microseconds.
    pub confirmed_at: i64,
    /// The cases and matters that were decided on it.
    pub used_by: Vec<String>,
}

/// A figure that the assessed told, beside what the platform counted.
#[derive(ToSchema)]
pub struct ToldFigure {
    /// Which: `income_fen`, `calls`, `incidents`.
    pub figure: String,
    /// What people call it.
    pub title: String,
    /// What was told.
    pub told: i64,
    /// What the log and the closed months say.
    pub counted: i64,
    /// Whether they differ.
    pub is_flagged: bool,
}
