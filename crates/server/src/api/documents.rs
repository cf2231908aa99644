//! Documents on paper: previewed, issued, listed, fetched as page, PDF or workbook.
//! Those that the law makes public are served to everybody too.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use serde::{Deserialize, Serialize};
use shuyu_casework::{Obligation, ObligationState};
use shuyu_documents::render::html::STYLE;
use shuyu_documents::{DocumentDuty, DocumentFilter, DocumentKind, Issued, NewDocument, Shape};
use shuyu_model::id::DocumentId;
use shuyu_model::{Actor, CryptoProfile, Day, Reason};
use shuyu_registry::Listing;
use utoipa::{IntoParams, ToSchema};

use super::{Stations, granted, listed, page};
use crate::app::App;
use crate::endpoint::{Asked, At, Bytes, Created, Html, InPath, Json, Listed, PageAsked, Raw, Shown, Who};
use crate::error::Problem;
use crate::public_documents;
use crate::shapes::{documents, matters, shaped};

/// A document as it would be today.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewView {
    /// The page.
    pub html: String,
    /// Why it cannot be issued as it is; empty where it can.
    #[schema(value_type = Vec<Object>)]
    pub reasons: Vec<Reason>,
}

/// Which documents, and which piece of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct DocumentsAsked {
    /// `next_cursor` of the piece before; nothing for the first.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many items, 1 to 200.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Of this kind.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub kind: Option<DocumentKind>,
    /// About this.
    #[serde(default)]
    pub about: Option<String>,
}

/// What is owed: a deed of a procedure, or a document.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Owed {
    /// A move, a step, a copy, an assessment, an end.
    Deed(Obligation),
    /// A report, a disclosure.
    Paper(DocumentDuty),
}

impl Owed {
    pub(crate) fn key(&self) -> &str {
        match self {
            Self::Deed(deed) => &deed.key,
            Self::Paper(paper) => &paper.key,
        }
    }

    pub(crate) fn state(&self) -> ObligationState {
        match self {
            Self::Deed(deed) => deed.state,
            Self::Paper(paper) => paper.state,
        }
    }

    pub(crate) fn due_day(&self) -> Day {
        match self {
            Self::Deed(deed) => deed.due_day,
            Self::Paper(paper) => paper.due_day,
        }
    }

    /// One page of two lists that are ordered by the same key, both cut after the
    /// same key and to the same length.
    pub(crate) fn joined(deeds: Listing<Obligation>, papers: Listing<DocumentDuty>, items_max: usize) -> Listing<Self> {
        let total = deeds.total.saturating_add(papers.total);
        let mut is_more = deeds.next.is_some() || papers.next.is_some();
        let mut items: Vec<Self> = deeds.items.into_iter().map(Self::Deed).collect();
        items.extend(papers.items.into_iter().map(Self::Paper));
        items.sort_by(|a, b| a.key().cmp(b.key()));
        is_more |= items_max < items.len();
        items.truncate(items_max);
        let next = items.last().filter(|_| is_more).map(|last| last.key().to_owned());
        Listing { items, next, total }
    }
}

shaped! {
    PreviewView => PreviewView, NewDocument => documents::NewDocument, Issued => documents::IssuedDocument,
    Owed => matters::Obligation,
}

impl InPath for Shape {
    const NAME: &'static str = "shape";
    const PATTERN: &'static str = "^(html|pdf|xlsx)$";
    fn read(text: &str) -> Result<Self, String> {
        let found = Shape::ALL.into_iter().find(|shape| shape.word() == text);
        found.ok_or_else(|| "a document is had as `html`, `pdf` or `xlsx`".to_owned())
    }
}

/// Shows a document as it would be, and what keeps it from being issued.
pub async fn preview(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewDocument>,
) -> Result<Created<PreviewView>, Problem> {
    let preview = granted(app.documents().preview(&actor, &new).await?)?;
    Ok(Created(PreviewView { html: preview.html, reasons: preview.reasons }))
}

/// Issues a document.
pub async fn issue(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewDocument>,
) -> Result<Created<Issued>, Problem> {
    Ok(Created(granted(app.documents().issue(&actor, &new).await?)?))
}

/// Lists the documents that the caller may read.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<DocumentsAsked>,
) -> Result<Shown<Listed<Issued>>, Problem> {
    let DocumentsAsked { cursor, limit, kind, about } = asked;
    let page = page(&PageAsked { cursor, limit })?;
    Ok(Shown(listed(app.documents().documents(Some(&actor), &DocumentFilter { kind, about }, &page).await?)?))
}

/// Shows what is known of a document.
pub async fn show(State(app): Stations, Who(actor): Who, At(id): At<DocumentId>) -> Result<Shown<Issued>, Problem> {
    Ok(Shown(app.documents().document(Some(&actor), &id).await?.ok_or_else(|| Problem::unseen("document"))?))
}

/// Fetches a document.
pub async fn fetch(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<DocumentId>,
    At(shape): At<Shape>,
) -> Result<Raw<Bytes>, Problem> {
    Ok(Raw::new(bytes(&app, Some(&actor), &id, shape).await?))
}

/// The page that lists what is public.
pub async fn public_page(State(app): Stations, Asked(asked): Asked<PageAsked>) -> Result<Raw<Html>, Problem> {
    let html = public_documents::render(&app, &page(&asked)?).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(crate::page::CONTENT_SECURITY_POLICY)),
    ];
    Ok(Raw::new((headers, html)))
}

/// Fetches a public document.
pub async fn public_fetch(
    State(app): Stations,
    At(id): At<DocumentId>,
    At(shape): At<Shape>,
) -> Result<Raw<Bytes>, Problem> {
    Ok(Raw::new(bytes(&app, None, &id, shape).await?))
}

async fn bytes(app: &App, viewer: Option<&Actor>, id: &DocumentId, shape: Shape) -> Result<Response, Problem> {
    let found = app.documents().file(viewer, id, shape).await?;
    let (issued, bytes) = found.ok_or_else(|| Problem::unseen("document"))?;
    let digest = issued.digest_of(shape).to_string();
    let cache = if issued.is_public { "public, max-age=3600" } else { "private, no-store" };
    let value = |text: String| HeaderValue::from_str(&text).map_err(Problem::fault);
    let shown_as = if shape == Shape::Xlsx { "attachment" } else { "inline" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(shape.media_type())),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (header::ETAG, value(format!("\"{digest}\""))?),
        (DIGEST, value(digest)?),
        (header::CONTENT_DISPOSITION, value(format!("{shown_as}; filename=\"{}.{}\"", issued.id, shape.word()))?),
        (header::CONTENT_SECURITY_POLICY, value(policy())?),
    ];
    Ok((headers, bytes).into_response())
}

/// The digest of the bytes, as the event of the issue holds it.
const DIGEST: HeaderName = HeaderName::from_static("x-content-digest");

/// A document may use its own style, which is a constant, and nothing else.
fn policy() -> String {
    let digest = CryptoProfile::International.digest(STYLE.as_bytes());
    let hash = base64::engine::general_purpose::STANDARD.encode(digest.bytes());
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
}
