//! Papers kept whole: given, read by who may see the record that tells them, published.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use shuyu_model::id::{AgreementId, CaseId, FileId, JobId, MatterId, OrganisationId, ScenarioId};
use shuyu_model::{Actor, Day, Digest};
use shuyu_registry::kept::{self, FILE_BYTES_MAX};
use shuyu_registry::{FileKind, KeptFile, NewFile};
use utoipa::IntoParams;

use super::{Stations, granted, listed, page};
use crate::app::App;
use crate::endpoint::{Asked, At, Bytes, Created, Done, Listed, PageAsked, Raw, Shown, Upload, Who};
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

/// Which record tells the paper that is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RecordAsked {
    /// The id of a matter, a case, an agreement, a scenario, a consent's holder or an
    /// organisation whose dossier it lies in; nothing for a file of the own organisation.
    #[serde(default)]
    pub record: Option<String>,
}

shaped! { KeptFile => voices::KeptFile }

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

/// Lists the files that the own organisation keeps, oldest first.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<KeptFile>>, Problem> {
    Ok(Shown(listed(app.registry().files(&actor.organisation, &page(&asked)?).await?)?))
}

/// Reads a paper: of the own organisation, or one that a record tells which the caller sees.
pub async fn read(
    State(app): Stations,
    Who(actor): Who,
    At(digest): At<Digest>,
    Asked(asked): Asked<RecordAsked>,
) -> Result<Raw<Bytes>, Problem> {
    let unseen = || Problem::unseen("file, or it is told by no record that you named and see");
    let files = app.registry().files_of(&digest).await?;
    let own = files.iter().find(|file| file.organisation == actor.organisation || file.published_at.is_some());
    let told = match (&own, &asked.record) {
        (None, Some(record)) => tells(&app, &actor, record, &digest).await?,
        _ => false,
    };
    let file = own.or_else(|| files.first().filter(|_| told)).ok_or_else(unseen)?;
    bytes(&app, file, "private, no-store").await
}

/// Whether a record that the caller sees tells this digest.
async fn tells(app: &App, actor: &Actor, record: &str, digest: &Digest) -> Result<bool, Problem> {
    if let Ok(id) = MatterId::parse(record) {
        let asked = app.casework().opinions(&id, actor).await?;
        let seen = app.casework().matter(&id, actor).await?;
        return Ok(kept::tells(&seen, digest) || kept::tells(&asked, digest));
    }
    if let Ok(id) = CaseId::parse(record) {
        return Ok(kept::tells(&app.casework().case(&id, actor).await?, digest));
    }
    if let Ok(id) = OrganisationId::parse(record) {
        return Ok(kept::tells(&app.registry().papers(actor, &id).await?, digest));
    }
    // Agreements and scenarios are seen by everybody who takes part in the business.
    let has_part = !actor.roles.is_empty();
    if let Ok(id) = AgreementId::parse(record) {
        let seen = app.registry().agreement(&id).await?;
        return Ok(has_part && seen.is_some_and(|seen| kept::tells(&*seen, digest)));
    }
    if let Ok(id) = ScenarioId::parse(record) {
        let seen = app.registry().scenario(&id).await?;
        return Ok(has_part && seen.is_some_and(|seen| kept::tells(&*seen, digest)));
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
