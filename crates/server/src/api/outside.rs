//! What anybody may see: the public page, the log, health, figures and the
//! description of the API.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shuyu_model::Time;
use utoipa::ToSchema;

use super::Stations;
use crate::endpoint::{Bytes, Html, Raw, RawJson, Shown, Text};
use crate::error::Problem;
use crate::shapes::shaped;
use crate::{clauses, figures, openapi, page};

/// Whether the server works.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; a server that is not answers otherwise.
    pub status: &'static str,
    /// Events in the journal.
    pub journal_size: i64,
    /// Durable entries of the log.
    pub log_size: u64,
    /// The server's clock.
    #[schema(value_type = i64)]
    pub now_at: Time,
    /// Whether this is a demonstration, whose clock can be moved.
    pub is_demo: bool,
}

shaped! { Health => Health }

/// Reads the book and says so.
pub async fn health(State(app): Stations) -> Result<Shown<Health>, Problem> {
    let ledger = app.ledger();
    let journal_size = ledger.journal_head().await.map_err(Problem::fault)?;
    Ok(Shown(Health {
        status: "ok",
        journal_size,
        log_size: ledger.log().size(),
        now_at: ledger.now(),
        is_demo: app.settings().is_demo,
    }))
}

/// Figures for Prometheus.
pub async fn metrics(State(app): Stations) -> Result<Raw<Text>, Problem> {
    let text = figures::render(&app).await?;
    Ok(Raw::new(([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"))], text)))
}

/// The description of the API.
pub async fn openapi() -> Result<Raw<RawJson>, Problem> {
    let text = openapi::document().to_pretty_json().map_err(Problem::fault)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    Ok(Raw::new((headers, text)))
}

/// The public page.
pub async fn page(State(app): Stations) -> Result<Raw<Html>, Problem> {
    let html = page::render(&app).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(page::CONTENT_SECURITY_POLICY)),
    ];
    Ok(Raw::new((headers, html)))
}

/// What the document says, clause by clause, and what carries it.
pub async fn conformance(State(app): Stations) -> Result<Raw<Html>, Problem> {
    let found = clauses::page(&app.registry().regime().code).map_err(Problem::fault)?;
    let html = found.ok_or_else(|| Problem::unseen("page"))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(page::CONTENT_SECURITY_POLICY)),
    ];
    Ok(Raw::new((headers, html)))
}

/// The style of that page.
pub async fn conformance_style() -> Result<Raw<Text>, Problem> {
    Ok(Raw::new((style_headers(), shuyu_model::conformance::STYLE)))
}

/// The page's style. It is a file so that the page needs no inline style.
pub async fn style() -> Result<Raw<Text>, Problem> {
    Ok(Raw::new((style_headers(), page::STYLE)))
}

fn style_headers() -> [(header::HeaderName, HeaderValue); 2] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ]
}

/// A file of the log.
pub async fn log_file(State(app): Stations, uri: Uri) -> Result<Raw<Bytes>, Problem> {
    let file = uri.path().strip_prefix("/log/").filter(|file| is_name_in_log(file));
    let file = file.ok_or_else(|| Problem::unseen("file of the log"))?;
    let path = app.ledger().data_dir().join("log").join(file);
    match tokio::fs::read(&path).await {
        Ok(bytes) => Ok(Raw::new(sent(file, bytes))),
        Err(error) if is_no_file(&error) => Err(Problem::unseen("file of the log")),
        Err(error) => Err(Problem::fault(error)),
    }
}

fn is_no_file(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | IsADirectory | NotADirectory)
}

/// Tiles never change once they are there; the checkpoint always does.
fn sent(file: &str, bytes: Vec<u8>) -> Response {
    let is_tile = file.starts_with("tile/");
    let kind = if is_tile { "application/octet-stream" } else { "text/plain; charset=utf-8" };
    let cache = if is_tile { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = (StatusCode::OK, bytes).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// Names of a log are short words between slashes; nothing that leads outside
/// and nothing hidden.
fn is_name_in_log(file: &str) -> bool {
    const PARTS_MAX: usize = 16;
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-'))
    };
    file.split('/').count() <= PARTS_MAX && file.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_a_log_are_looked_up() {
        for name in ["checkpoint", "verifier.key", "tile/0/000", "tile/entries/x001/234.p/17"] {
            assert!(is_name_in_log(name), "{name}");
        }
        for name in [
            "",
            "..",
            "../keys/log.key",
            "tile//0",
            "/etc/passwd",
            "tile/../../keys",
            ".staging/x",
            "TILE",
            "%2e%2e/keys",
            "a\\b",
        ] {
            assert!(!is_name_in_log(name), "{name}");
        }
    }
}
