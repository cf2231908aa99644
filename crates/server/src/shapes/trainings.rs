//! Shapes of trainings.

use utoipa::ToSchema;

/// What a program is run for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum TrainingPurpose {
    /// It makes a model.
    Train,
    /// It measures one.
    Validate,
}

/// As what a table is asked for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum GivenAs {
    /// Its sample, masked.
    SampledMasked,
    /// All of it, as it is: always refused.
    Raw,
}

/// A table that a program asks for.
#[derive(ToSchema)]
pub struct TrainingInput {
    /// Its name in the scenario.
    pub table: String,
    /// As what; unmarked is refused like raw.
    #[schema(required = false)]
    pub given_as: Option<GivenAs>,
}

/// A program to be run on samples.
#[derive(ToSchema)]
pub struct NewTraining {
    /// What for.
    pub purpose: TrainingPurpose,
    /// What people call it.
    pub title: String,
    /// Python, its standard library: reads `/in/TABLE.csv`, writes `/out/metrics.json` and,
    /// to train, `/out/model`.
    pub program: String,
    /// Which tables it reads.
    pub inputs: Vec<TrainingInput>,
    /// Of a validation: the training whose model it finds as `/in/model`.
    #[schema(required = false, pattern = "^TRN-[0-9a-f]{32}$")]
    pub validates: Option<String>,
}

/// What was mounted.
#[derive(ToSchema)]
pub struct MountedSample {
    /// The table's name.
    pub table: String,
    /// The version that the sample was drawn from.
    pub holding: String,
    /// How many rows were mounted.
    pub rows: u64,
    /// How it was marked.
    pub given_as: GivenAs,
}

/// A training or validation as it was run.
#[derive(ToSchema)]
pub struct Trained {
    /// Its id.
    pub id: String,
    /// In whose workroom.
    pub scenario: String,
    /// Under which operator agreement.
    pub agreement: String,
    /// What for.
    pub purpose: TrainingPurpose,
    /// Of a validation: whose model.
    pub validates: Option<String>,
    /// Who ran it.
    pub author: String,
    /// For whom the author acted.
    pub organisation: String,
    /// For which operator.
    pub operator: String,
    /// What people call it.
    pub title: String,
    /// The program, as the author wrote it.
    pub program: String,
    /// What was mounted.
    pub inputs: Vec<MountedSample>,
    /// What the program measured on samples.
    #[schema(value_type = Object)]
    pub metrics: (),
    /// The sealed model: its digest and how many bytes it has.
    #[schema(value_type = Option<Vec<Object>>)]
    pub model: (),
    /// Under which version of which rules.
    pub regime: String,
    /// Under which clauses.
    pub clauses: Vec<String>,
    /// When.
    pub made_at: i64,
}
