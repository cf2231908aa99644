//! Signed calls of entities: one answer, one file, each with its receipt.
//!
//! Nothing of the server's sessions is asked here; the signature says who calls
//! and `delivery` decides everything. The answer's bytes go out as `delivery`
//! made them, because the receipt holds their digest.

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shuyu_delivery::{QUOTA, SignedCall, UNAUTHENTICATED};
use shuyu_model::id::ProductId;
use shuyu_model::{Reasons, Verdict};
use utoipa::ToSchema;

use super::Stations;
use crate::endpoint::{At, Bytes, Doc, Part, Raw, RawJson, Whole};
use crate::error::Problem;

/// The header with the receipt of a file.
pub(super) const RECEIPT: &str = "shuyu-receipt";

/// An answer with its receipt.
#[derive(ToSchema)]
pub struct Answered {
    /// What was found.
    pub answer: AnswerShape,
    /// The receipt: the record that the log holds.
    pub receipt: String,
}

/// What was found.
#[derive(ToSchema)]
pub struct AnswerShape {
    /// Whether there is such a row.
    pub found: bool,
    /// The product's columns.
    #[schema(value_type = Object)]
    pub values: String,
}

/// What a lookup asks.
#[derive(ToSchema)]
pub struct Question {
    /// The subscription that the key belongs to.
    pub subscription: String,
    /// What to look up; the person's identity number where the product is about
    /// people.
    pub key: String,
    /// The consent; found by itself where there is one in force.
    #[schema(required = false)]
    pub consent: Option<String>,
}

/// An answer as JSON, described as [`Answered`].
pub struct AnsweredJson(Raw<RawJson>);

impl Part for AnsweredJson {
    fn describe(doc: &mut Doc) {
        doc.takes_json::<Question>();
        doc.gives_json::<Answered>();
    }
}

impl IntoResponse for AnsweredJson {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

/// The request as `delivery` wants to see it.
pub(crate) fn signed_call(Whole { parts, body }: Whole) -> SignedCall {
    let line = |name: &str| joined(&parts, name);
    SignedCall {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default(),
        authority: line("host"),
        content_type: line("content-type"),
        content_digest: line("content-digest"),
        signature_input: line("signature-input"),
        signature: line("signature"),
        body,
    }
}

/// Header lines that came several times, joined; none where one is no text.
fn joined(parts: &Parts, name: &str) -> Option<String> {
    let lines: Option<Vec<&str>> = parts.headers.get_all(name).iter().map(|value| value.to_str().ok()).collect();
    lines.filter(|lines| !lines.is_empty()).map(|lines| lines.join(", "))
}

/// Who is not known gets 401 and who asked too often 429.
fn turned_away(reasons: Reasons) -> Problem {
    if reasons.has(UNAUTHENTICATED) {
        Problem::refused_as(StatusCode::UNAUTHORIZED, reasons)
    } else if reasons.has(QUOTA) {
        Problem::refused_as(StatusCode::TOO_MANY_REQUESTS, reasons)
    } else {
        Problem::refused_as(StatusCode::FORBIDDEN, reasons)
    }
}

/// Answers one call.
pub async fn answer(State(app): Stations, At(_product): At<ProductId>, whole: Whole) -> Result<AnsweredJson, Problem> {
    match app.delivery().answer(signed_call(whole)).await? {
        Verdict::Refuse(reasons) => Err(turned_away(reasons)),
        Verdict::Allow((answer, receipt)) => {
            let body = format!("{{\"answer\":{},\"receipt\":\"{}\"}}", answer.as_json(), receipt.id());
            let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
            Ok(AnsweredJson(Raw::new((kind, body))))
        }
    }
}

/// Delivers the product's file.
pub async fn file(State(app): Stations, At(_product): At<ProductId>, whole: Whole) -> Result<Raw<Bytes>, Problem> {
    match app.delivery().file(signed_call(whole)).await? {
        Verdict::Refuse(reasons) => Err(turned_away(reasons)),
        Verdict::Allow((file, receipt)) => {
            let receipt = HeaderValue::from_str(receipt.id().as_str()).map_err(Problem::fault)?;
            let kind = HeaderValue::from_static(file.format.media_type());
            let mut response = file.bytes.into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            response.headers_mut().insert(RECEIPT, receipt);
            Ok(Raw::new(response))
        }
    }
}
