//! The console's files, as they were built into `web/dist` and embedded.
//!
//! INVARIANT (nothing from elsewhere): a page of the console may load what comes from here
//! and nothing else; scripts come as files, styles as files or under this answer's nonce.
//! INVARIANT (named by content): a file under `assets/` has its digest in its name, so it
//! may be kept for ever; the page that names them is never kept.
//!
//! Not here: how they are built (`web/`). `cargo build` embeds what is there and calls
//! nobody; a binary without them says so and serves the API.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::error::Problem;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/dist"]
#[allow_missing = true]
struct Files;

/// Where the page keeps the place for the nonce.
const NONCE_PLACE: &str = "__CSP_NONCE__";
/// Random bytes of a nonce.
const NONCE_BYTES: usize = 16;

const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>界面未构建</title>\
    <h1>界面未构建 · The console is not built</h1>\
    <p>此程序编译时没有 <code>web/dist</code>；接口照常可用。运行 <code>make demo</code> 会先构建界面。</p>\
    <p>This program was compiled without <code>web/dist</code>; the API works. <code>make demo</code> builds the console first.</p>\
    <p><a href=\"/\">公示 · the public page</a></p></html>";

/// The page that every address of the console begins with.
///
/// # Errors
///
/// A fault where the machine gives no randomness.
pub(crate) fn start() -> Result<Response, Problem> {
    let Some(file) = Files::get("index.html") else {
        return Ok(page(NOT_BUILT.to_owned(), "default-src 'none'; frame-ancestors 'none'"));
    };
    let mut bytes = [0_u8; NONCE_BYTES];
    getrandom::fill(&mut bytes).map_err(Problem::fault)?;
    let nonce = hex::encode(bytes);
    let text = String::from_utf8(file.data.into_owned()).map_err(Problem::fault)?;
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         connect-src 'self'; font-src 'self'; worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    );
    Ok(page(text.replace(NONCE_PLACE, &nonce), &policy))
}

fn page(text: String, policy: &str) -> Response {
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A file by its name under `web/dist`, compressed as the caller accepts it; the start page
/// for every address that is no file's, so that an address of the console can be opened
/// anew.
///
/// # Errors
///
/// Unseen where a file under `assets/` is asked for that is not there.
pub(crate) fn file(name: &str, asked: &HeaderMap) -> Result<Response, Problem> {
    let Some(kind) = kind_of(name) else { return start() };
    let accepted = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (word, ending) in [("br", ".br"), ("gzip", ".gz")] {
        let is_accepted = accepted.split(',').any(|one| one.split(';').next().is_some_and(|one| one.trim() == word));
        if let Some(file) = is_accepted.then(|| Files::get(&format!("{name}{ending}"))).flatten() {
            return Ok(sent(file, kind, Some(word)));
        }
    }
    let file = Files::get(name).ok_or_else(|| Problem::unseen("file of the console"))?;
    Ok(sent(file, kind, None))
}

fn sent(file: EmbeddedFile, kind: &'static str, encoding: Option<&'static str>) -> Response {
    let mut response = Response::new(Body::from(file.data.into_owned()));
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// What a file is, by its ending; nothing for an address that is no file's.
fn kind_of(name: &str) -> Option<&'static str> {
    if !name.starts_with("assets/") {
        return None;
    }
    match name.rsplit('.').next() {
        Some("js") => Some("text/javascript; charset=utf-8"),
        Some("css") => Some("text/css; charset=utf-8"),
        Some("svg") => Some("image/svg+xml"),
        Some("woff2") => Some("font/woff2"),
        _ => Some("application/octet-stream"),
    }
}
