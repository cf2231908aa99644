//! Everything that is no success, as problem documents (RFC 9457).
//!
//! Three things that must not be mixed up, and how each is sent:
//! - a refusal (a rule says no): 403 or 422 with every reason and its clause;
//! - a mistake (the caller sent nonsense): 400, 404, 409, 412, 413, 415, 429
//!   with a sentence that says what to do;
//! - a fault (we could not decide): 500 with a number and nothing else.
//!
//! INVARIANT (faults are mute): the text of a fault goes to our own log, once,
//! under the number that the caller got; never to the caller.
//!
//! Not here: which station error is a mistake and which a fault (`translate`).

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shuyu_model::{Reason, Reasons};
use utoipa::ToSchema;

/// The longest piece of the caller's own input that a message repeats.
const DETAIL_CHARS_MAX: usize = 500;

/// A request that did not succeed.
#[derive(Clone)]
pub struct Problem(Arc<Kind>);

enum Kind {
    Refusal { status: StatusCode, reasons: Reasons },
    Mistake { status: StatusCode, detail: String, retry_after_seconds: Option<u64> },
    Fault { source: Box<dyn StdError + Send + Sync> },
}

/// The document as it is sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// `urn:shuyu:problem:refusal`, `…:mistake` or `…:fault`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The kind in words.
    title: &'static str,
    /// The HTTP status once more.
    status: u16,
    /// What to do about it. Empty for a fault.
    detail: String,
    /// Every reason of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<ReasonDocument>>)]
    reasons: Option<Vec<Reason>>,
    /// The number to quote when asking about it.
    trace: String,
}

/// One reason, as it is sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonDocument {
    /// A code that never changes.
    pub code: String,
    /// A sentence for the person who asked.
    pub what: String,
    /// Where the rule stands.
    pub clause: String,
    /// What the person can do instead.
    pub instead: String,
}

impl Problem {
    /// A rule says no to what was asked.
    pub fn refused(reasons: Reasons) -> Self {
        // Every rule about *who* speaks through 403, every one about *what*
        // through 422; the codes of the first kind are listed.
        let is_about_who = reasons.iter().any(|reason| crate::reasons::is_about_who(&reason.code));
        let status = if is_about_who { StatusCode::FORBIDDEN } else { StatusCode::UNPROCESSABLE_ENTITY };
        Self::refused_as(status, reasons)
    }

    /// The same with a status that says more: a quota is 429.
    pub fn refused_as(status: StatusCode, reasons: Reasons) -> Self {
        Self(Arc::new(Kind::Refusal { status, reasons }))
    }

    fn mistake(status: StatusCode, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        let detail = detail.chars().take(DETAIL_CHARS_MAX).collect();
        Self(Arc::new(Kind::Mistake { status, detail, retry_after_seconds: None }))
    }

    fn later(status: StatusCode, detail: impl Into<String>, seconds: u64) -> Self {
        Self(Arc::new(Kind::Mistake { status, detail: detail.into(), retry_after_seconds: Some(seconds) }))
    }

    /// 400: the request cannot be read; says how it should look.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::mistake(StatusCode::BAD_REQUEST, detail)
    }

    /// 401: nobody is signed in.
    pub fn not_signed_in() -> Self {
        Self::mistake(StatusCode::UNAUTHORIZED, "sign in with POST /v1/sessions and send the cookie `shuyu_session`")
    }

    /// 401: the login name and password do not belong together. It never says
    /// which of them is wrong.
    pub fn wrong_password() -> Self {
        Self::mistake(StatusCode::UNAUTHORIZED, "no person has this login name and this password")
    }

    /// 401: a client's signature does not hold.
    pub fn not_signed(detail: impl Into<String>) -> Self {
        Self::mistake(StatusCode::UNAUTHORIZED, detail)
    }

    /// 404: nothing is there that the caller may know of.
    pub fn unseen(kind: &str) -> Self {
        Self::mistake(StatusCode::NOT_FOUND, format!("there is no such {kind}, or you may not know of it"))
    }

    /// 405: the address exists, this method does not.
    pub fn no_such_method() -> Self {
        Self::mistake(StatusCode::METHOD_NOT_ALLOWED, "this address does not take this method; see /openapi.json")
    }

    /// 409: it cannot be done in the state that things are in.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::mistake(StatusCode::CONFLICT, detail)
    }

    /// 412: the thing has changed since the caller saw it.
    pub fn stale() -> Self {
        Self::mistake(
            StatusCode::PRECONDITION_FAILED,
            "this has changed since you read it; read it again and send its new `etag` in `if-match`",
        )
    }

    /// 413: more bytes than the named limit.
    pub fn too_large(bytes_max: u64) -> Self {
        Self::mistake(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body is larger than {bytes_max} bytes, the most taken here"),
        )
    }

    /// 415: the body is of another kind.
    pub fn wrong_media(expected: &str) -> Self {
        Self::mistake(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("send the body as `content-type: {expected}`"))
    }

    /// 429: too often.
    pub fn too_often(detail: impl Into<String>, seconds: u64) -> Self {
        Self::later(StatusCode::TOO_MANY_REQUESTS, detail, seconds)
    }

    /// 503: too much is being done at once, or the server is going down.
    pub fn busy() -> Self {
        Self::later(StatusCode::SERVICE_UNAVAILABLE, "the server is busy; send the request again", 1)
    }

    /// 503: the time given to one request is over; nothing was changed by it
    /// that its answer would have told.
    pub fn too_slow(seconds_max: u64) -> Self {
        Self::later(StatusCode::SERVICE_UNAVAILABLE, format!("the request took more than {seconds_max} seconds"), 5)
    }

    /// 507: no room for new work. What is there stays.
    pub fn disk_full() -> Self {
        Self::mistake(
            StatusCode::INSUFFICIENT_STORAGE,
            "the disk is full: no new work is taken, nothing that was acknowledged is lost; ask the system administrator for room",
        )
    }

    /// 500, or 507 where the cause is a full disk.
    pub fn fault(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let source = source.into();
        if is_disk_full(source.as_ref()) { Self::disk_full() } else { Self(Arc::new(Kind::Fault { source })) }
    }

    /// The status it is sent with.
    pub fn status(&self) -> StatusCode {
        match &*self.0 {
            Kind::Refusal { status, .. } | Kind::Mistake { status, .. } => *status,
            Kind::Fault { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The reasons, where it is a refusal.
    pub fn reasons(&self) -> Option<&Reasons> {
        match &*self.0 {
            Kind::Refusal { reasons, .. } => Some(reasons),
            _ => None,
        }
    }

    /// The document for the caller; and, for a fault, the one line in our log.
    pub fn document(&self, trace: &str) -> ProblemDocument {
        let (kind, title, detail, reasons) = match &*self.0 {
            Kind::Refusal { reasons, .. } => {
                let detail = reasons.iter().map(|r| r.what.as_str()).collect::<Vec<_>>().join("; ");
                ("urn:shuyu:problem:refusal", "a rule says no", detail, Some(reasons.clone().into_vec()))
            }
            Kind::Mistake { detail, .. } => {
                ("urn:shuyu:problem:mistake", "the request cannot be served as it is", detail.clone(), None)
            }
            Kind::Fault { .. } => ("urn:shuyu:problem:fault", "the server could not decide", String::new(), None),
        };
        ProblemDocument { kind, title, status: self.status().as_u16(), detail, reasons, trace: trace.to_owned() }
    }

    /// Writes the fault to our log with all of its causes. Called once, by `watch`.
    pub(crate) fn log(&self, trace: &str, route: &str) {
        match &*self.0 {
            Kind::Fault { source } => tracing::error!(trace, route, error = %Causes(source.as_ref()), "fault"),
            Kind::Refusal { reasons, .. } => {
                let codes: Vec<_> = reasons.iter().map(|r| r.code.as_ref()).collect();
                tracing::info!(trace, route, codes = codes.join(","), "refusal");
            }
            Kind::Mistake { status, .. } => tracing::debug!(trace, route, status = status.as_u16(), "mistake"),
        }
    }

    /// The response of this problem under this trace number.
    pub(crate) fn respond(&self, trace: &str) -> Response {
        let body = serde_json::to_vec(&self.document(trace)).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Kind::Mistake { retry_after_seconds: Some(seconds), .. } = &*self.0 {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
        }
        response
    }
}

/// Handlers return a problem; `watch` gives it its trace number and its body.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(self);
        response
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Fault { source } => write!(f, "Fault({})", Causes(source.as_ref())),
            _ => write!(f, "{:?}", self.document("")),
        }
    }
}

/// An error and all that caused it, on one line.
struct Causes<'a>(&'a (dyn StdError + 'static));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            write!(f, ": {cause}")?;
            next = cause.source();
        }
        Ok(())
    }
}

/// Whether a full disk is among the causes of an error.
pub(crate) fn is_disk_full(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            if matches!(io.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) {
                return true;
            }
            // An `io::Error` that wraps another does not list it as its source.
            if io.get_ref().is_some_and(|inner| is_disk_full(inner)) {
                return true;
            }
        }
        // The words of SQLITE_FULL (13) and of PostgreSQL's 53100.
        let words = cause.to_string();
        if words.contains("database or disk is full") || words.contains("No space left on device") {
            return true;
        }
        next = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the part cannot be written")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn a_full_disk_is_found_among_the_causes_and_is_no_fault() {
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(Problem::fault(Outer(full())).status(), StatusCode::INSUFFICIENT_STORAGE);
        assert_eq!(Problem::fault(std::io::Error::other(full())).status(), StatusCode::INSUFFICIENT_STORAGE);
        let broken = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert_eq!(Problem::fault(Outer(broken)).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn a_fault_shows_its_number_and_nothing_else() {
        let problem = Problem::fault(std::io::Error::other("password=hunter2"));
        let sent = serde_json::to_string(&problem.document("00ff")).unwrap();
        assert!(!sent.contains("hunter2"), "{sent}");
        assert!(sent.contains("\"trace\":\"00ff\"") && sent.contains("\"detail\":\"\""), "{sent}");
    }

    #[test]
    fn a_refusal_carries_every_reason_with_its_clause() {
        let reasons =
            Reasons::new(vec![Reason::new("B-1", "second", "c 2", "do b"), Reason::new("A-1", "first", "c 1", "do a")]);
        let document = Problem::refused(reasons.unwrap()).document("1");
        assert_eq!((document.status, document.detail.as_str()), (422, "first; second"));
        assert_eq!(document.reasons.map(|r| r.len()), Some(2));
    }
}
