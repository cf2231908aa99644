//! Papers kept whole: given, shared with the readers of a record, published, read.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use shuyu_model::id::{AgreementId, CaseId, FileId, JobId, MatterId, OrganisationId, ScenarioId};
use shuyu_model::{Actor, Day, Digest};
use shuyu_registry::kept::FILE_BYTES_MAX;
use shuyu_registry::{FileKind, KeptFile, NewFile};
use utoipa::{IntoParams, ToSchema};

use super::{Stations, granted, listed, page};
use crate::app::App;
use crate::endpoint::{Asked, At, Bytes, Created, Done, Json, Listed, PageAsked, Raw, Shown, Upload, Who};
use crate::error::Problem;
use crate::shapes::{shaped, voices};

/// What is said of a file that is given.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FileAsked {
    /// What people call it.
    pub title: String,
    /// `application/pdf`, `application/ofd`, `text/plain`, `image/png` or `image/jpeg`.
    pub media_type: String,
    /// `paper`, `rules_text`, `plan` or `rule`.
    #[param(value_type = String)]
    pub kind: FileKind,
    /// Its number, where it has one.
    #[serde(default)]
    pub number: Option<String>,
    /// The day that stands on it.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub dated: Option<Day>,
}

/// With the readers of which record the paper is shared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RecordAsked {
    /// The id of a matter, a case, an agreement, a scenario or an organisation whose
    /// dossier the caller sees; nothing for a file of the own organisation.
    #[serde(default)]
    pub record: Option<String>,
}

/// Which files are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FilesAsked {
    /// Those that are shared with the readers of this record; nothing for those of the
    /// own organisation.
    #[serde(default)]
    pub record: Option<String>,
    /// Where the last page ended.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many entries.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// With the readers of which record a file is shared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSharing {
    /// The id of a matter, a case, an agreement, a scenario or an organisation whose
    /// dossier the caller sees.
    pub record: String,
}

shaped! { KeptFile => voices::KeptFile, NewSharing => NewSharing }

/// Keeps a paper whole.
pub async fn keep(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<FileAsked>,
    headers: HeaderMap,
    Upload(body): Upload,
) -> Result<Created<KeptFile>, Problem> {
    let FileAsked { title, media_type, kind, number, dated } = asked;
    let new = NewFile { title, media_type, kind, number, dated };
    let faults = new.faults();
    if !faults.is_empty() {
        return Err(Problem::malformed(faults.join("; ")));
    }
    // The spool's name of an upload; no job waits for it, so a crash leaves it to the sweep.
    let upload: JobId = app.ledger().new_id();
    app.spool().take_up_to(&upload, &headers, body, FILE_BYTES_MAX).await?;
    let kept = kept_from(&app, &actor, new, &upload).await;
    app.spool().forget(&upload);
    Ok(Created(kept?))
}

async fn kept_from(app: &App, actor: &Actor, new: NewFile, upload: &JobId) -> Result<KeptFile, Problem> {
    let input = std::fs::File::open(app.spool().path(upload)).map_err(Problem::fault)?;
    granted(app.vault().keep_file(app.registry(), actor, new, input).await?)
}

/// Lists the files that the own organisation keeps, or those that are shared with the
/// readers of a record; oldest first.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<FilesAsked>,
) -> Result<Shown<Listed<KeptFile>>, Problem> {
    let page = page(&PageAsked { cursor: asked.cursor, limit: asked.limit })?;
    let Some(record) = asked.record else {
        return Ok(Shown(listed(app.registry().files(&actor.organisation, &page).await?)?));
    };
    if !sees(&app, &actor, &record).await? {
        return Err(Problem::unseen("record"));
    }
    Ok(Shown(listed(app.registry().files_of_record(&record, &page).await?)?))
}

/// Reads a paper: of the own organisation, or one that its keeper shared with those who
/// see a record, of whom the caller is one.
pub async fn read(
    State(app): Stations,
    Who(actor): Who,
    At(digest): At<Digest>,
    Asked(asked): Asked<RecordAsked>,
) -> Result<Raw<Bytes>, Problem> {
    let files = app.registry().files_of(&digest).await?;
    let own = files.into_iter().find(|file| file.organisation == actor.organisation || file.published_at.is_some());
    let file = match (own, &asked.record) {
        (None, Some(record)) if sees(&app, &actor, record).await? => {
            app.registry().shared_file(&digest, record).await?
        }
        (own, _) => own,
    };
    let unseen = || Problem::unseen("file, or it is shared with the readers of no record that you named and see");
    bytes(&app, &file.ok_or_else(unseen)?, "private, no-store").await
}

/// Shares a file with all who see a record.
pub async fn share(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<FileId>,
    Json(new): Json<NewSharing>,
) -> Result<Done, Problem> {
    if !sees(&app, &actor, &new.record).await? {
        return Err(Problem::unseen("record"));
    }
    granted(app.registry().share_file(&actor, &id, &new.record).await?)?;
    Ok(Done)
}

/// Whether the caller sees a record.
async fn sees(app: &App, actor: &Actor, record: &str) -> Result<bool, Problem> {
    if let Ok(id) = MatterId::parse(record) {
        // Seen by who sees the matter, and by the bodies that were asked for an opinion.
        return Ok(app.casework().opinions(&id, actor).await?.is_some());
    }
    if let Ok(id) = CaseId::parse(record) {
        return Ok(app.casework().case(&id, actor).await?.is_some());
    }
    if let Ok(id) = OrganisationId::parse(record) {
        return Ok(app.registry().papers(actor, &id).await?.is_some());
    }
    // Agreements and scenarios are seen by everybody who takes part in the business.
    let has_part = !actor.roles.is_empty();
    if let Ok(id) = AgreementId::parse(record) {
        return Ok(has_part && app.registry().agreement(&id).await?.is_some());
    }
    if let Ok(id) = ScenarioId::parse(record) {
        return Ok(has_part && app.registry().scenario(&id).await?.is_some());
    }
    Ok(false)
}

/// Lets everybody read a file.
pub async fn publish(State(app): Stations, Who(actor): Who, At(id): At<FileId>) -> Result<Done, Problem> {
    granted(app.registry().publish_file(&actor, &id).await?)?;
    Ok(Done)
}

/// Lists the files that everybody may read, oldest first.
pub async fn published(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<KeptFile>>, Problem> {
    Ok(Shown(listed(app.registry().published_files(&page(&asked)?).await?)?))
}

/// Reads a published file.
pub async fn public_read(State(app): Stations, At(digest): At<Digest>) -> Result<Raw<Bytes>, Problem> {
    let files = app.registry().files_of(&digest).await?;
    let file = files.iter().find(|file| file.published_at.is_some()).ok_or_else(|| Problem::unseen("file"))?;
    bytes(&app, file, "public, max-age=3600").await
}

/// The digest of the bytes, as records tell it.
const DIGEST: HeaderName = HeaderName::from_static("x-content-digest");

async fn bytes(app: &App, file: &KeptFile, cache: &'static str) -> Result<Raw<Bytes>, Problem> {
    let bytes = app.vault().read_file(file).await?;
    let value = |text: String| HeaderValue::from_str(&text).map_err(Problem::fault);
    let media = match file.media_type.as_str() {
        "text/plain" => "text/plain; charset=utf-8".to_owned(),
        media => media.to_owned(),
    };
    let headers = [
        (header::CONTENT_TYPE, value(media)?),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (DIGEST, value(file.digest.to_string())?),
        (header::CONTENT_DISPOSITION, value(format!("inline; filename=\"{}.{}\"", file.id, file.ending()))?),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
        ),
    ];
    Ok(Raw::new((headers, bytes).into_response()))
}
