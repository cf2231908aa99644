//! Shapes of orders.

use utoipa::ToSchema;

use super::nouns::{OrganisationId, ResourceId};

/// How far an order has come.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum OrderState {
    /// The processor has not answered.
    Placed,
    /// The processor has taken it and can compute.
    Taken,
    /// The processor has declined it.
    Declined,
    /// The operator has what it asked for.
    Closed,
    /// The operator took it back.
    Withdrawn,
}

/// What is done with an order.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum OrderStep {
    /// The processor takes it.
    Take,
    /// The processor declines it.
    Decline,
    /// The operator has what it asked for.
    Close,
    /// The operator takes it back.
    Withdraw,
}

/// A kind of output that can be ordered.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum OrderedOutput {
    /// Row by row, to who asks for a key.
    Lookup,
    /// As a whole.
    Dataset,
    /// As a table to be read.
    Report,
}

/// A column that is ordered.
#[derive(ToSchema)]
pub struct OrderedField {
    /// Of which resource.
    pub resource: ResourceId,
    /// Which.
    pub column: String,
}

/// An order to be placed; the caller's organisation is the operator.
#[derive(ToSchema)]
pub struct NewOrder {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// For which scenario.
    #[schema(pattern = "^SCN-[0-9a-f]{32}$")]
    pub scenario: String,
    /// Under which processing agreement; its grantee computes.
    #[schema(pattern = "^AGR-[0-9a-f]{32}$")]
    pub agreement: String,
    /// What is asked for.
    #[schema(min_length = 1, max_length = 4000)]
    pub requirements: String,
    /// As which kinds of output.
    #[schema(min_items = 1, max_items = 3)]
    pub outputs: Vec<OrderedOutput>,
    /// On which columns; all of the scenario's where none is named.
    #[schema(required = false)]
    pub fields: Vec<OrderedField>,
    /// Its last day.
    #[schema(format = Date)]
    pub until: String,
}

/// An order.
#[derive(ToSchema)]
pub struct Order {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// For which scenario.
    pub scenario: String,
    /// Under which processing agreement.
    pub agreement: String,
    /// Who orders.
    pub operator: String,
    /// Who computes.
    pub processor: String,
    /// What is asked for.
    pub requirements: String,
    /// As which kinds of output.
    pub outputs: Vec<OrderedOutput>,
    /// On which columns.
    pub fields: Vec<OrderedField>,
    /// Its last day.
    pub until: String,
    /// The last day on which the processor's answer is in time.
    #[schema(format = Date)]
    pub answer_by: Option<String>,
    /// How far it has come.
    pub state: OrderState,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// When it was placed.
    pub placed_at: i64,
    /// When the processor answered.
    pub answered_at: Option<i64>,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Why it was answered or ended so.
    pub reason: Option<String>,
}

/// A conflict to be cleared.
#[derive(ToSchema)]
pub struct NewClearing {
    /// Who would process.
    pub processor: OrganisationId,
    /// Why the conflict is cleared.
    #[schema(min_length = 5, max_length = 4000)]
    pub reason: String,
}

/// A conflict of operator and processor that was cleared.
#[derive(ToSchema)]
pub struct ClearedConflict {
    /// Of which project.
    pub scenario: String,
    /// Who processes in it.
    pub processor: String,
    /// What the conflict was.
    pub conflict: String,
    /// Why it was cleared.
    pub reason: String,
    /// Who cleared it.
    pub cleared_by: String,
    /// When.
    pub cleared_at: i64,
}
