//! Resources, and landing data for them.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use shuyu_model::id::{HoldingId, ResourceId};
use shuyu_model::{Digest, Grade, Time};
use shuyu_registry::{NewResource, Resource};
use shuyu_sources::Format;
use shuyu_vault::Holding;
use utoipa::{IntoParams, ToSchema};

use super::agreements::Ground;
use super::scenarios::Queued;
use super::{Stations, granted, page, shared};
use crate::app::App;
use crate::endpoint::{
    Accepted, Asked, At, Created, Done, IfMatch, Json, Listed, PageAsked, Shared, Shown, Upload, Who,
};
use crate::error::Problem;
use crate::jobs::{NewJob, Task};
use crate::shapes::nouns::Made;
use crate::shapes::{path, shaped};

/// Grades by column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grades {
    grades: BTreeMap<String, Grade>,
}

/// A provider's consent to the authorised operation of what it shared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SharingConsent {
    /// The digest of the document; null takes the consent back, at once.
    #[schema(value_type = Option<String>, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document_digest: Option<Digest>,
}

/// What is being landed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct LandingAsked {
    /// `csv` or `parquet`.
    #[param(value_type = String)]
    format: Format,
}

/// The proof that a version is gone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Destroyed {
    /// Which version.
    #[schema(value_type = String)]
    pub holding: HoldingId,
    /// The digest of the bytes that nobody can read any more.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// The digest of the wrapped key that was erased.
    #[schema(value_type = String)]
    pub key_digest: Digest,
    /// When.
    #[schema(value_type = i64)]
    pub destroyed_at: Time,
    /// The number of the event that says so.
    pub seq: i64,
}

shaped! { Grades => path::Grades, SharingConsent => SharingConsent, Holding => path::Holding, Destroyed => Destroyed }

/// Describes a table that the caller's department holds.
pub async fn draft(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewResource>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().draft_resource(&actor, new).await?)?)))
}

/// Lists resources, oldest first.
pub async fn list(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Shared<Resource>>>, Problem> {
    Ok(Shown(shared(app.registry().resources(&page(&asked)?).await?)?))
}

async fn known(app: &App, id: &ResourceId) -> Result<Shared<Resource>, Problem> {
    Ok(Shared(app.registry().resource(id).await?.ok_or_else(|| Problem::unseen("resource"))?))
}

/// Shows a resource.
pub async fn show(State(app): Stations, At(id): At<ResourceId>) -> Result<Shown<Shared<Resource>>, Problem> {
    Ok(Shown(known(&app, &id).await?))
}

/// Writes a resource anew: it is a draft again.
pub async fn revise(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ResourceId>,
    if_match: IfMatch,
    Json(new): Json<NewResource>,
) -> Result<Done, Problem> {
    if_match.holds_for(&known(&app, &id).await?)?;
    granted(app.registry().revise_resource(&actor, &id, new).await?)?;
    Ok(Done)
}

/// Grades columns.
pub async fn grade(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ResourceId>,
    if_match: IfMatch,
    Json(grades): Json<Grades>,
) -> Result<Done, Problem> {
    if_match.holds_for(&known(&app, &id).await?)?;
    granted(app.registry().grade_columns(&actor, &id, &grades.grades).await?)?;
    Ok(Done)
}

/// Records or takes back the provider's consent.
pub async fn consent(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ResourceId>,
    Json(consent): Json<SharingConsent>,
) -> Result<Done, Problem> {
    granted(app.registry().consent_to_sharing(&actor, &id, consent.document_digest).await?)?;
    Ok(Done)
}

/// Takes a file in. It is on disk when the answer goes out; a job does the rest.
pub async fn land(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ResourceId>,
    Asked(asked): Asked<LandingAsked>,
    headers: HeaderMap,
    Upload(body): Upload,
) -> Result<Accepted<Queued>, Problem> {
    // A department's resource, or an own table of whoever computes.
    app.registry().table(&id).await?.ok_or_else(|| Problem::unseen("resource"))?;
    let ledger = app.ledger();
    let job = ledger.new_id();
    let spooled = app.spool().take(&job, &headers, body).await?;
    let (landing, at) = (ledger.new_id(), ledger.now());
    let task = Task::Land { resource: id, landing, format: asked.format, bytes: spooled.bytes, at };
    if let Err(problem) = app.jobs().submit(NewJob { id: job.clone(), actor, task }).await {
        app.spool().forget(&job);
        return Err(problem);
    }
    Ok(Accepted(Queued { job: job.to_string() }))
}

/// Lists the sealed versions of a resource, newest first, destroyed ones too.
pub async fn holdings(
    State(app): Stations,
    At(id): At<ResourceId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Holding>>, Problem> {
    app.registry().table_owner(&id).await?.ok_or_else(|| Problem::unseen("resource"))?;
    let all = app.vault().holdings(&id).await?;
    Ok(Shown(super::cut(all, &asked, |holding| holding.id().as_str())?))
}

/// Destroys a version for good.
pub async fn destroy(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<HoldingId>,
    Json(ground): Json<Ground>,
) -> Result<Shown<Destroyed>, Problem> {
    let gone = granted(app.vault().destroy(&id, &actor, &ground.ground).await?)?;
    Ok(Shown(Destroyed {
        holding: gone.holding,
        digest: gone.digest,
        key_digest: gone.key_digest,
        destroyed_at: gone.at,
        seq: gone.entry.seq,
    }))
}
