//! Results that nobody has seen: their facts, and what the airlock would say.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_airlock::{Finding, Hint};
use shuyu_model::id::{CandidateId, CaseId, HoldingId, OrderId, OrganisationId, PersonId, ScenarioId};
use shuyu_model::regime::words::Means;
use shuyu_model::{Digest, Time, UseKind};
use shuyu_workroom::{Candidate, CandidateItem, ColumnLineage, OutputSpec, ResultColumn};
use utoipa::{IntoParams, ToSchema};

use super::{Stations, granted};
use crate::app::App;
use crate::endpoint::{Asked, At, Done, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::{nouns, own_tables, path, review, shaped};

/// What the airlock would say.
#[derive(Debug, Serialize, ToSchema)]
pub struct Linted {
    /// Whether it could be submitted.
    pub is_clean: bool,
    /// Everything found.
    #[schema(value_type = Vec<review::Finding>)]
    pub findings: Vec<Finding>,
    /// How to repair it.
    #[schema(value_type = Vec<path::Hint>)]
    pub hints: Vec<Hint>,
}

/// The facts of a result; never a value of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CandidateView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CandidateId,
    /// For which scenario it was computed.
    #[schema(value_type = String)]
    pub scenario: ScenarioId,
    /// For which kind of use.
    #[schema(value_type = nouns::UseKind)]
    pub use_kind: UseKind,
    /// Who ran it.
    #[schema(value_type = String)]
    pub author: PersonId,
    /// For which operator.
    #[schema(value_type = String)]
    pub operator: OrganisationId,
    /// Whose people computed it: the operator's, or a processor's.
    #[schema(value_type = String)]
    pub computed_by: OrganisationId,
    /// On which order, where a processor computed it.
    #[schema(value_type = Option<String>)]
    pub order: Option<OrderId>,
    /// What people call it.
    pub title: String,
    /// The statement, as the author wrote it.
    pub sql: String,
    /// The plan that was run.
    pub plan: String,
    /// What it is meant for, as its author declared.
    #[schema(value_type = Object)]
    pub output: OutputSpec,
    /// Its columns as they are.
    #[schema(value_type = Vec<Object>)]
    pub columns: Vec<ResultColumn>,
    /// Where each column comes from.
    #[schema(value_type = Vec<Object>)]
    pub lineage: Vec<ColumnLineage>,
    /// The versions that were read.
    #[schema(value_type = Vec<String>)]
    pub inputs: Vec<HoldingId>,
    /// The digest of the result.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// How many rows it has.
    pub rows: u64,
    /// How many bytes it has.
    pub bytes: u64,
    /// By which trustworthy means it was computed.
    #[schema(value_type = Vec<own_tables::ProcessingMeans>)]
    pub means: Vec<Means>,
    /// Under which version of which rules it was computed.
    pub regime: String,
    /// When.
    #[schema(value_type = i64)]
    pub made_at: Time,
}

/// A result of the own organisation.
#[derive(Debug, Serialize, ToSchema)]
pub struct CandidateListed {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CandidateId,
    /// For which scenario it was computed.
    #[schema(value_type = String)]
    pub scenario: ScenarioId,
    /// Who ran it.
    #[schema(value_type = String)]
    pub author: PersonId,
    /// What people call it.
    pub title: String,
    /// When.
    #[schema(value_type = i64)]
    pub made_at: Time,
    /// The case that was opened when it was submitted; null before.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
}

/// What somebody asks of a result.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FactsAsked {
    /// Anything here asks for more than facts, and is refused.
    #[serde(default)]
    show: Option<String>,
}

shaped! { Linted => Linted, CandidateView => CandidateView, CandidateListed => CandidateListed }

impl CandidateView {
    fn new(candidate: &Candidate) -> Self {
        Self {
            id: candidate.id().clone(),
            scenario: candidate.scenario().clone(),
            use_kind: candidate.use_kind(),
            author: candidate.author().clone(),
            operator: candidate.operator().clone(),
            computed_by: candidate.organisation().clone(),
            order: candidate.order().cloned(),
            title: candidate.title().to_owned(),
            sql: candidate.statement().to_owned(),
            plan: candidate.plan().to_owned(),
            output: candidate.output().clone(),
            columns: candidate.columns().to_vec(),
            lineage: candidate.lineage().to_vec(),
            inputs: candidate.inputs().to_vec(),
            digest: candidate.digest(),
            rows: candidate.rows(),
            bytes: candidate.bytes(),
            means: candidate.means().to_vec(),
            regime: candidate.regime().to_owned(),
            made_at: candidate.made_at(),
        }
    }
}

async fn known(app: &App, id: &CandidateId) -> Result<Candidate, Problem> {
    app.workrooms().candidate(id).await?.ok_or_else(|| Problem::unseen("candidate"))
}

/// Lists what people of the own organisation computed, newest first.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<CandidateListed>>, Problem> {
    let limit = u16::try_from(asked.limit()?).map_err(Problem::fault)?;
    let before = asked.cursor.as_deref().map(CandidateId::parse).transpose();
    let before = before.map_err(|error| Problem::malformed(format!("`cursor` is no cursor of this list: {error}")))?;
    let (found, total) = app.workrooms().candidates_of(&actor.organisation, before.as_ref(), limit).await?;
    let next_cursor = found.last().filter(|_| found.len() == usize::from(limit)).map(|last| last.id.to_string());
    let mut items = Vec::new();
    for CandidateItem { id, scenario, author, title, made_at } in found {
        let case = app.casework().cases_of(id.as_str()).await?.into_iter().next();
        items.push(CandidateListed { id, scenario, author, title, made_at, case });
    }
    Ok(Shown(Listed { items, next_cursor, total }))
}

/// The facts of a result.
pub async fn show(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CandidateId>,
    Asked(asked): Asked<FactsAsked>,
) -> Result<Shown<CandidateView>, Problem> {
    let candidate = known(&app, &id).await?;
    if asked.show.is_some() {
        match granted(app.workrooms().show(&actor, &candidate).await?)? {}
    }
    Ok(Shown(CandidateView::new(&candidate)))
}

/// The rows of a result. Always refused, and written down.
pub async fn rows(State(app): Stations, Who(actor): Who, At(id): At<CandidateId>) -> Result<Done, Problem> {
    let candidate = known(&app, &id).await?;
    match granted(app.workrooms().show(&actor, &candidate).await?)? {}
}

/// Runs the airlock's checks for the author. Changes nothing.
pub async fn lint(State(app): Stations, Who(actor): Who, At(id): At<CandidateId>) -> Result<Shown<Linted>, Problem> {
    let candidate = known(&app, &id).await?;
    let lint = granted(app.airlock().lint(&actor, &candidate).await?)?;
    let is_clean = lint.is_clean();
    let findings = lint.results.into_iter().flat_map(|result| result.findings).collect();
    Ok(Shown(Linted { is_clean, findings, hints: lint.hints }))
}
