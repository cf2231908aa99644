//! Around every request: a number to ask about it, a fence against panics, a
//! bound on how many run, the headers that keep browsers careful, and figures.
//!
//! INVARIANT (logged once): a problem gets its body and its log line here and
//! nowhere else.

use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use metrics::SharedString;

use shuyu_ledger::Request as Logged;

use crate::app::App;
use crate::endpoint::Who;
use crate::error::Problem;
use crate::guard::Entered;

/// The number under which a request can be found in our log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trace(pub(crate) String);

const TRACE_HEADER: HeaderName = HeaderName::from_static("x-trace");

/// The next number. They begin anywhere, so that those of two runs differ, and
/// then count: a number helps to find, it protects nothing.
fn new_trace() -> Trace {
    static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| {
        let mut begin = [0_u8; 8];
        // Without randomness the first number is 0.
        AtomicU64::new(getrandom::fill(&mut begin).map_or(0, |()| u64::from_be_bytes(begin)))
    });
    Trace(format!("{:016x}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// A method as a label of figures. Whoever invents methods must not invent
/// labels: each would be kept for ever.
fn word_of(method: &Method) -> &'static str {
    const KNOWN: [Method; 7] =
        [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS, Method::PATCH];
    const WORDS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];
    KNOWN.iter().zip(WORDS).find(|(known, _)| *known == method).map_or("other", |(_, word)| word)
}

/// The panic of a handler, as a fault.
#[derive(Debug, thiserror::Error)]
#[error("a handler panicked: {0}")]
struct Panicked(String);

pub(crate) async fn watch(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let trace = new_trace();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", |path| path.as_str()).to_owned();
    let method = word_of(request.method());
    let method_and_path = (method, request.uri().path().to_owned());
    let begun = Instant::now();
    request.extensions_mut().insert(trace.clone());
    let response = match app.requests().try_acquire() {
        Ok(_running) => AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|panic| {
            let what = panic
                .downcast_ref::<&str>()
                .map(|s| (*s).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned());
            Problem::fault(Panicked(what.unwrap_or_default())).into_response()
        }),
        Err(_) => Problem::busy().into_response(),
    };
    let response = note(&app, response, (&method_and_path, &route, &trace)).await;
    let mut response = finish(response, &trace, &route);
    let status = response.status().as_u16();
    let took = begun.elapsed();
    let labels: [(_, SharedString); 3] =
        [("method", method.into()), ("route", route.clone().into()), ("status", status.to_string().into())];
    metrics::counter!("shuyu_http_requests_total", &labels).increment(1);
    metrics::histogram!("shuyu_http_request_duration_seconds", "route" => route.clone()).record(took.as_secs_f64());
    tracing::debug!(
        trace = trace.0,
        method,
        route,
        status,
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    if let Ok(value) = HeaderValue::from_str(&trace.0) {
        response.headers_mut().insert(TRACE_HEADER, value);
    }
    response
}

/// Where the rules log every request: its entry is durable before its answer goes out, and
/// without it there is no answer.
async fn note(
    app: &App,
    response: Response,
    ((method, path), route, trace): (&(&'static str, String), &str, &Trace),
) -> Response {
    let is_entered = response.extensions().get::<Entered>().is_some() || route == LOG;
    if !app.registry().regime().logs_requests() || is_entered {
        return response;
    }
    let who = response.extensions().get::<Who>().map(|Who(actor)| actor.clone());
    let request = Logged {
        at: app.ledger().now(),
        person: who.as_ref().map(|actor| actor.person.clone()),
        organisation: who.map(|actor| actor.organisation),
        method: (*method).to_owned(),
        route: route.to_owned(),
        object: object_of(route, path),
        status: response.status().as_u16(),
        trace: trace.0.clone(),
    };
    match app.ledger().note(&request).await {
        Ok(_) => response,
        Err(error) if error.is_disk_full() => Problem::disk_full().into_response(),
        Err(error) => Problem::fault(error).into_response(),
    }
}

/// The log's own public files: a mirror that reads them would make the log grow by reading.
const LOG: &str = "/log/{*file}";

/// The id in an address. What stands there and is no id is nobody's to keep.
fn object_of(route: &str, path: &str) -> Option<String> {
    let at = route.split('/').position(|part| part == "{id}")?;
    let given = path.split('/').nth(at)?;
    let is_id = given.len() == ID_BYTES && given.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_id.then(|| given.to_owned())
}

/// Three letters, a dash and 32 digits.
const ID_BYTES: usize = 36;

fn finish(response: Response, trace: &Trace, route: &str) -> Response {
    let mut response = match response.extensions().get::<Problem>() {
        Some(problem) => {
            problem.log(&trace.0, route);
            problem.respond(&trace.0)
        }
        None => response,
    };
    for (name, value) in CAREFUL {
        // A page or a file of the log says its own; what says nothing gets these.
        if !response.headers().contains_key(&name) {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    response
}

/// What a response carries unless it says otherwise: it is not kept by anybody,
/// is nothing but what it says it is, and may load nothing.
const CAREFUL: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
];

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use shuyu_ledger::testing::ledgers;
    use shuyu_registry::rules;
    use shuyu_registry::testing::town;
    use tower::ServiceExt as _;

    use super::*;
    use crate::limits::REQUESTS_AT_ONCE_MAX;
    use crate::wiring::{Settings, wire_over};

    async fn ask(app: &App) -> (StatusCode, String) {
        async fn broken() -> StatusCode {
            panic!("the key is hunter2")
        }
        let router = Router::new().route("/", get(broken)).layer(from_fn_with_state(app.clone(), watch));
        let router: Router = router.with_state(app.clone());
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[test]
    fn no_two_requests_have_one_number_and_no_method_makes_a_label_of_its_own() {
        let (first, second) = (new_trace().0, new_trace().0);
        assert!(first != second && first.len() == 16, "{first} {second}");
        assert_eq!(word_of(&Method::DELETE), "DELETE");
        assert_eq!(word_of(&Method::from_bytes(b"BREW").unwrap()), "other");
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_with_a_number_and_the_next_request_is_served() {
        let (_, ledger, _dir) = ledgers().await.into_iter().next().unwrap();
        let town = town(&ledger).await;
        let rules = rules::shipped(rules::SHIPPED_CODE).unwrap();
        let app =
            wire_over(town.registry.clone(), rules.calendar, rules.national, 0, Settings::default()).await.unwrap();
        for _ in 0..2 {
            let (status, body) = ask(&app).await;
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
            assert!(body.contains("\"trace\":\"") && !body.contains("hunter2"), "{body}");
        }
        let all = u32::try_from(REQUESTS_AT_ONCE_MAX).unwrap();
        let _held = app.requests().acquire_many(all).await.unwrap();
        assert_eq!(ask(&app).await.0, StatusCode::SERVICE_UNAVAILABLE);
    }
}
