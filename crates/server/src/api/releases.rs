//! Releases: what passed the airlock.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_airlock::{Release, Signer};
use shuyu_model::id::{CandidateId, CaseId, HoldingId, OrganisationId, ReleaseId, ScenarioId};
use shuyu_model::{Digest, Time};
use utoipa::ToSchema;

use super::agreements::Ground;
use super::{Stations, granted};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::{path, shaped};

/// A result to be submitted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// The result of a run.
    #[schema(value_type = String, pattern = "^CAN-[0-9a-f]{32}$")]
    pub candidate: CandidateId,
}

/// The case in which the result is reviewed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Submitted {
    /// The case.
    #[schema(value_type = String)]
    pub case: CaseId,
}

/// What a reviewed result became.
#[derive(Debug, Serialize, ToSchema)]
pub struct Completed {
    /// The release.
    #[schema(value_type = String)]
    pub release: ReleaseId,
}

/// A release: facts, never values.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleaseView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ReleaseId,
    /// What people call it.
    pub title: String,
    /// `lookup`, `dataset`, `report` or `model`.
    pub kind: &'static str,
    /// The column that a lookup is looked up by.
    pub key: Option<String>,
    /// The candidate that it was.
    #[schema(value_type = String)]
    pub candidate: CandidateId,
    /// The case in which it was signed for.
    #[schema(value_type = String)]
    pub case: CaseId,
    /// For which scenario it was made.
    #[schema(value_type = String)]
    pub scenario: ScenarioId,
    /// Which operator made it.
    #[schema(value_type = String)]
    pub operator: OrganisationId,
    /// The digest of its bytes.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// Its rows.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Its columns.
    pub columns: Vec<String>,
    /// The sealed versions that it was computed from.
    #[schema(value_type = Vec<String>)]
    pub inputs: Vec<HoldingId>,
    /// The codes of the checks that it passed.
    pub checks: Vec<String>,
    /// Who signed for it.
    #[schema(value_type = Vec<path::Signer>)]
    pub signers: Vec<Signer>,
    /// When it was released.
    #[schema(value_type = i64)]
    pub released_at: Time,
    /// Whether it may still be delivered.
    pub is_live: bool,
    /// Under which version of which rules.
    pub regime: String,
    /// Under which clauses.
    pub clauses: Vec<String>,
}

shaped! { Submission => Submission, Submitted => Submitted, Completed => Completed, ReleaseView => ReleaseView }

impl ReleaseView {
    fn new(release: &Release) -> Self {
        Self {
            id: release.id().clone(),
            title: release.title().to_owned(),
            kind: release.kind().word(),
            key: release.key().map(str::to_owned),
            candidate: release.candidate().clone(),
            case: release.case().clone(),
            scenario: release.scenario().clone(),
            operator: release.operator().clone(),
            digest: release.digest(),
            rows: release.rows(),
            bytes: release.bytes(),
            columns: release.columns().iter().map(|column| column.name.clone()).collect(),
            inputs: release.inputs().to_vec(),
            checks: release.checks().to_vec(),
            signers: release.signers().to_vec(),
            released_at: release.released_at(),
            is_live: release.is_live(),
            regime: release.regime().to_owned(),
            clauses: release.clauses().to_vec(),
        }
    }
}

/// Submits a result: the checks run, and when all pass the review begins.
pub async fn submit(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<Submission>,
) -> Result<Created<Submitted>, Problem> {
    let candidate = app.workrooms().candidate(&new.candidate).await?.ok_or_else(|| Problem::unseen("candidate"))?;
    Ok(Created(Submitted { case: granted(app.airlock().submit(&actor, &candidate).await?)? }))
}

/// Lists releases, newest first.
pub async fn list(State(app): Stations, Asked(asked): Asked<PageAsked>) -> Result<Shown<Listed<ReleaseView>>, Problem> {
    let before = asked.cursor.as_deref().map(ReleaseId::parse).transpose();
    let before = before.map_err(|error| Problem::malformed(format!("`cursor` is no cursor of this list: {error}")))?;
    let releases = app.airlock().releases(before.as_ref(), asked.limit()?).await?;
    Ok(Shown(Listed {
        items: releases.items.iter().map(ReleaseView::new).collect(),
        next_cursor: releases.next.map(|id| id.to_string()),
        total: i64::try_from(releases.total).map_err(Problem::fault)?,
    }))
}

/// Shows a release.
pub async fn show(State(app): Stations, At(id): At<ReleaseId>) -> Result<Shown<ReleaseView>, Problem> {
    let release = app.airlock().find(&id).await?.ok_or_else(|| Problem::unseen("release"))?;
    Ok(Shown(ReleaseView::new(&release)))
}

/// Releases what a case decided. Done again, it gives the same release again.
pub async fn complete(
    State(app): Stations,
    Who(actor): Who,
    At(case): At<CaseId>,
) -> Result<Created<Completed>, Problem> {
    app.casework().case(&case, &actor).await?.ok_or_else(|| Problem::unseen("case"))?;
    let release = granted(app.airlock().complete(&case).await?)?;
    Ok(Created(Completed { release: release.id().clone() }))
}

/// Ends a release; no copy of it is live when this returns.
pub async fn withdraw(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ReleaseId>,
    Json(ground): Json<Ground>,
) -> Result<Done, Problem> {
    let release = app.airlock().find(&id).await?.ok_or_else(|| Problem::unseen("release"))?;
    granted(app.airlock().withdraw(&actor, &release, &ground.ground).await?)?;
    Ok(Done)
}
