//! What happens before a handler: who calls, may they, is it the same request
//! again, is there room, and how long may it take.
//!
//! INVARIANT (no route without a need): every route is built with one guard
//! ([`crate::router`]), and nobody reaches a handler past it.
//! INVARIANT (no is written down): a refusal to somebody who is signed in is an
//! event; what nobody in particular tried is counted, not written.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use shuyu_ledger::Event;
use shuyu_model::{Actor, Reason, Reasons, Role};

use crate::app::App;
use crate::authority::Standing;
use crate::endpoint::{Who, read_body};
use crate::error::Problem;
use crate::idempotency::{self, Begun};
use crate::limits::{DRAFT_SECONDS_MAX, REQUEST_SECONDS_MAX, UPLOAD_SECONDS_MAX};
use crate::needs::{About, Needs};
use crate::owner;
use crate::reasons;
use crate::sessions::{COOKIE, CSRF_HEADER, Session};
use crate::watch::Trace;

/// What a guard knows of its route.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) app: App,
    pub(crate) needs: Needs,
    pub(crate) path: &'static str,
}

/// The session of the request, for the handlers that end it.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The token against forged requests.
    pub csrf: String,
}

/// The whole guard.
pub(crate) async fn guard(
    State(gate): State<Gate>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    mut request: Request,
    next: Next,
) -> Response {
    let Ok(params) = params else {
        return Problem::malformed("the address is not UTF-8; percent-encode it as UTF-8").into_response();
    };
    match admit(&gate, &params, &mut request).await {
        Ok(None) => within_time(&gate, request, next).await,
        Ok(Some(actor)) => once(&gate, &actor, request, next).await,
        Err(problem) => problem.into_response(),
    }
}

/// Whether the request may go on; and who sends it, where a person must.
async fn admit(gate: &Gate, params: &RawPathParams, request: &mut Request) -> Result<Option<Actor>, Problem> {
    let is_safe = request.method().is_safe();
    if !is_safe && !gate.app.spool().has_room_for(0) && makes_work(gate.needs) {
        return Err(Problem::disk_full());
    }
    if gate.needs.action().is_none() {
        return Ok(None);
    }
    let (actor, signed_in) = who(&gate.app, request.headers()).await?;
    if !is_safe {
        let given = request.headers().get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !crate::sessions::is_same(signed_in.csrf.as_bytes(), given.as_bytes()) {
            return Err(refuse(gate, &actor, no_csrf()).await);
        }
    }
    let standing = match gate.needs.about() {
        About::Platform => Standing::Platform,
        About::Owned => standing(gate, params, &actor).await?,
    };
    if !gate.app.authority().allows(&actor.roles, gate.needs, standing).map_err(Problem::fault)? {
        return Err(refuse(gate, &actor, denied(gate, standing)).await);
    }
    if let Some(reason) = closed(gate, &actor).await? {
        return Err(refuse(gate, &actor, reason).await);
    }
    request.extensions_mut().insert(signed_in);
    request.extensions_mut().insert(Who(actor.clone()));
    Ok(Some(actor))
}

/// What is against people who act for nobody but an operator whose agreement has ended:
/// they hand over, settle and answer, and do nothing else.
async fn closed(gate: &Gate, actor: &Actor) -> Result<Option<Reason>, Problem> {
    if gate.needs.is_left_to_a_former_operator() || actor.roles != [Role::Operator] {
        return Ok(None);
    }
    Ok(gate.app.casework().against_former_operator(&actor.organisation).await?)
}

/// A full disk still lets people sign in and out, and stop what runs.
fn makes_work(needs: Needs) -> bool {
    !matches!(needs, Needs::Nothing | Needs::Session | Needs::OwnJob)
}

async fn who(app: &App, headers: &HeaderMap) -> Result<(Actor, SignedIn), Problem> {
    let jar = CookieJar::from_headers(headers);
    let token = jar.get(COOKIE).map(|cookie| cookie.value().to_owned()).ok_or_else(Problem::not_signed_in)?;
    let session = app.sessions().find(&token).await.map_err(Problem::fault)?.ok_or_else(Problem::not_signed_in)?;
    let actor = app.actor(&session.person).await?.ok_or_else(Problem::not_signed_in)?;
    let csrf = app.sessions().csrf(&token);
    Ok((actor, SignedIn { session, csrf }))
}

/// How the owner of what `{id}` names stands to the caller.
async fn standing(gate: &Gate, params: &RawPathParams, actor: &Actor) -> Result<Standing, Problem> {
    let id = params.iter().find(|(name, _)| *name == "id").map(|(_, id)| id).unwrap_or_default();
    Ok(match owner::of(&gate.app, id).await? {
        Some(owner) if owner == actor.organisation => Standing::Own,
        Some(_) => Standing::Other,
        // Roles come first: somebody without the role learns nothing about
        // what is there. Whoever has the role is told by the handler.
        None => Standing::Own,
    })
}

fn no_csrf() -> Reason {
    Reason::new(
        reasons::NO_CSRF,
        format!("a request that changes something needs the session's token in `{CSRF_HEADER}`"),
        "setting",
        "send the `csrf` that POST /v1/sessions and GET /v1/me answer with",
    )
}

fn denied(gate: &Gate, standing: Standing) -> Reason {
    let authority = gate.app.authority();
    let regime = gate.app.registry().regime();
    let roles = authority.roles_that_may(gate.needs, Standing::of(gate.needs));
    let roles: Vec<&str> = roles.into_iter().filter(|role| regime.has_role(*role)).map(Role::word).collect();
    let roles = roles.join(", ");
    if standing == Standing::Other {
        return Reason::new(
            reasons::NOT_YOUR_ORGANISATION,
            "this belongs to another organisation",
            "policies/path.cedar",
            format!("ask a person of the owning organisation who is {roles}"),
        );
    }
    let action = gate.needs.action().unwrap_or_default();
    Reason::new(
        reasons::NOT_YOUR_ROLE,
        format!("none of your roles may {}", action.replace('_', " ")),
        "policies/",
        format!("ask somebody who is {roles}"),
    )
}

async fn refuse(gate: &Gate, actor: &Actor, reason: Reason) -> Problem {
    let reasons = Reasons::one(reason);
    let event = Event::refused(Some(actor), "request.refused", gate.path, &reasons);
    match gate.app.ledger().refuse(event).await {
        Ok(_) => Problem::refused_as(StatusCode::FORBIDDEN, reasons),
        Err(error) => Problem::fault(error),
    }
}

/// Serves a request at most once for each idempotency key.
async fn once(gate: &Gate, actor: &Actor, request: Request, next: Next) -> Response {
    let key = request.headers().get(idempotency::HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let Some(key) = key.filter(|_| request.method() == Method::POST) else {
        return within_time(gate, request, next).await;
    };
    match once_keyed(gate, actor, &key, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn once_keyed(gate: &Gate, actor: &Actor, key: &str, request: Request, next: Next) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let target = format!("{} {}\n", parts.method, parts.uri);
    let (seen, body) = if gate.needs == Needs::Land {
        // An upload is not held in memory: its digest stands for its bytes, and
        // the spool holds the bytes to it.
        let digest = parts.headers.get("content-digest").ok_or_else(|| {
            Problem::malformed("an upload with an `idempotency-key` needs its `content-digest` (RFC 9530)")
        })?;
        (Bytes::copy_from_slice(digest.as_bytes()), body)
    } else {
        let limit = Duration::from_secs(REQUEST_SECONDS_MAX);
        let bytes = tokio::time::timeout(limit, read_body(body)).await;
        let bytes = bytes.map_err(|_| Problem::too_slow(REQUEST_SECONDS_MAX))??;
        (bytes.clone(), Body::from(bytes))
    };
    let digest = gate.app.ledger().profile().digest(&[target.as_bytes(), &seen].concat());
    let keys = gate.app.keys();
    if let Begun::Before { status, body } = keys.begin(actor, key, digest).await? {
        return Ok(replay(status, body));
    }
    let trace = parts.extensions.get::<Trace>().cloned().unwrap_or_default();
    let response = within_time(gate, Request::from_parts(parts, body), next).await;
    let (status, extensions) = (response.status(), response.extensions().clone());
    let (parts, body) = response.into_parts();
    let bytes = match extensions.get::<Problem>() {
        Some(problem) => serde_json::to_vec(&problem.document(&trace.0)).map(Bytes::from).map_err(Problem::fault)?,
        None => axum::body::to_bytes(body, usize::MAX).await.map_err(Problem::fault)?,
    };
    keys.finish(actor, key, status, &bytes).await.map_err(Problem::fault)?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn replay(status: StatusCode, body: String) -> Response {
    let is_problem = status.is_client_error() || status.is_server_error();
    let kind = if is_problem { "application/problem+json" } else { "application/json" };
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}

/// Serves the request, but not for ever; and says "not changed" where the
/// caller already has what it asks for.
async fn within_time(gate: &Gate, request: Request, next: Next) -> Response {
    let seconds_max = match gate.needs {
        Needs::Land => UPLOAD_SECONDS_MAX,
        Needs::Compute => DRAFT_SECONDS_MAX,
        _ => REQUEST_SECONDS_MAX,
    };
    let seen = request.headers().get(header::IF_NONE_MATCH).cloned();
    match tokio::time::timeout(Duration::from_secs(seconds_max), next.run(request)).await {
        Ok(response) => match (seen, response.headers().get(header::ETAG)) {
            (Some(seen), Some(tag)) if seen == tag => {
                let mut unchanged = StatusCode::NOT_MODIFIED.into_response();
                unchanged.headers_mut().insert(header::ETAG, tag.clone());
                unchanged
            }
            _ => response,
        },
        Err(_) => Problem::too_slow(seconds_max).into_response(),
    }
}
