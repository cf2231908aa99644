//! What handlers take from a request. Each part refuses what it cannot read
//! with a hint.

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shuyu_model::id::OrganisationId;
use shuyu_model::regime::words::Body;
use shuyu_model::registration::RegistrationCode;
use shuyu_model::{Actor, Month, Role};
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Required};

use super::{Doc, Part, Shaped, etag};
use crate::error::Problem;
use crate::limits::{BODY_BYTES_MAX, PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};

/// The person who is signed in. The guard put them there.
#[derive(Debug, Clone)]
pub struct Who(pub Actor);

impl Part for Who {
    fn describe(_doc: &mut Doc) {}
}

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Who>().cloned().ok_or_else(Problem::not_signed_in)
    }
}

/// Something that can stand in an address.
pub trait InPath: Sized {
    /// Its name between braces.
    const NAME: &'static str;
    /// How it looks, as a regular expression.
    const PATTERN: &'static str;
    /// Reads it.
    fn read(text: &str) -> Result<Self, String>;
}

macro_rules! ids_in_path {
    ($($id:ident = $name:literal, $prefix:literal;)*) => {$(
        impl InPath for shuyu_model::id::$id {
            const NAME: &'static str = $name;
            const PATTERN: &'static str = concat!("^", $prefix, "-[0-9a-f]{32}$");
            fn read(text: &str) -> Result<Self, String> {
                Self::parse(text).map_err(|error| error.to_string())
            }
        }
    )*};
}

ids_in_path! {
    PersonId = "id", "PER";
    ResourceId = "id", "RES";
    HoldingId = "id", "HLD";
    AgreementId = "id", "AGR";
    ScenarioId = "id", "SCN";
    CaseId = "id", "CAS";
    CandidateId = "id", "CAN";
    TrainingId = "id", "TRN";
    OrganisationId = "id", "ORG";
    ReleaseId = "id", "REL";
    SubscriptionId = "id", "SUB";
    ProductId = "id", "PRD";
    ConsentId = "id", "CNS";
    ClientKeyId = "id", "CLK";
    JobId = "id", "JOB";
    MatterId = "id", "MAT";
    ObjectionId = "id", "OBJ";
    PaperId = "id", "PAP";
    CatalogueId = "id", "CTL";
    RequirementId = "id", "FRQ";
    OrderId = "id", "ORD";
    ThematicId = "id", "THM";
    PeerId = "id", "PEE";
    DistrictSchemeId = "id", "DSC";
    DispatchId = "id", "DSP";
    SubmissionId = "id", "SBM";
    DocumentId = "id", "DOC";
    SharingRuleId = "id", "SHR";
    TreasuryDueId = "id", "TDU";
    CostId = "id", "CST";
    FileId = "id", "FIL";
}

impl InPath for RegistrationCode {
    const NAME: &'static str = "code";
    const PATTERN: &'static str = "^[RPrp][0-9A-Za-z -]{14,20}$";
    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(|| "it is no registration code: 15 characters, the last one a check".to_owned())
    }
}

impl InPath for Role {
    const NAME: &'static str = "role";
    const PATTERN: &'static str = "^[a-z_]+$";
    fn read(text: &str) -> Result<Self, String> {
        Role::parse(text).ok_or_else(|| {
            let all: Vec<_> = Role::ALL.iter().map(|role| role.word()).collect();
            format!("there is no such role; the roles are {}", all.join(", "))
        })
    }
}

/// The body that a copy is filed with.
#[derive(Debug, Clone, Copy)]
pub struct FiledWith(pub Body);

impl InPath for FiledWith {
    const NAME: &'static str = "to";
    const PATTERN: &'static str = "^[a-z_]+$";
    fn read(text: &str) -> Result<Self, String> {
        let known =
            || format!("`to` is none of: {}", Body::ALL.iter().map(|body| body.word()).collect::<Vec<_>>().join(", "));
        Body::parse(text).map(FiledWith).ok_or_else(known)
    }
}

/// The organisation whose part in something is meant, beside the id of that.
#[derive(Debug, Clone)]
pub struct OfOrganisation(pub OrganisationId);

impl InPath for OfOrganisation {
    const NAME: &'static str = "organisation";
    const PATTERN: &'static str = "^ORG-[0-9a-f]{32}$";
    fn read(text: &str) -> Result<Self, String> {
        <OrganisationId as InPath>::read(text).map(OfOrganisation)
    }
}

impl InPath for Month {
    const NAME: &'static str = "month";
    const PATTERN: &'static str = "^[0-9]{4}-[0-9]{2}$";
    fn read(text: &str) -> Result<Self, String> {
        Month::parse(text).map_err(|error| error.to_string())
    }
}

impl InPath for shuyu_model::Digest {
    const NAME: &'static str = "digest";
    const PATTERN: &'static str = "^(sha256|sm3):[0-9a-f]{64}$";
    fn read(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| error.to_string())
    }
}

/// The number under which a voice of the public is followed.
#[derive(Debug, Clone)]
pub struct VoiceNumber(pub String);

impl InPath for VoiceNumber {
    const NAME: &'static str = "number";
    const PATTERN: &'static str = "^V[0-9]{8}-[0-9]{4,}$";
    fn read(text: &str) -> Result<Self, String> {
        let is_number = text.starts_with('V') && text.len() <= 24 && text.is_ascii();
        is_number
            .then(|| Self(text.to_owned()))
            .ok_or_else(|| "a voice's number looks like `V20260601-0001`".to_owned())
    }
}

/// A number in the journal.
#[derive(Debug, Clone, Copy)]
pub struct Seq(pub i64);

impl InPath for Seq {
    const NAME: &'static str = "seq";
    const PATTERN: &'static str = "^[0-9]+$";
    fn read(text: &str) -> Result<Self, String> {
        match text.parse::<i64>() {
            Ok(seq) if seq >= 1 => Ok(Seq(seq)),
            _ => Err("a number of the journal is a whole number from 1".to_owned()),
        }
    }
}

/// A number that counts the moves of a matter.
#[derive(Debug, Clone, Copy)]
pub struct Version(pub i64);

impl InPath for Version {
    const NAME: &'static str = "version";
    const PATTERN: &'static str = "^[0-9]+$";
    fn read(text: &str) -> Result<Self, String> {
        match text.parse::<i64>() {
            Ok(version) if version >= 1 => Ok(Version(version)),
            _ => Err("the moves of a matter are counted from 1".to_owned()),
        }
    }
}

/// The number of a thing on a list.
#[derive(Debug, Clone, Copy)]
pub struct Numbered(pub i64);

impl InPath for Numbered {
    const NAME: &'static str = "number";
    const PATTERN: &'static str = "^[0-9]+$";
    fn read(text: &str) -> Result<Self, String> {
        match text.parse::<i64>() {
            Ok(number) if number >= 1 => Ok(Numbered(number)),
            _ => Err("the things on a list are counted from 1".to_owned()),
        }
    }
}

/// One parameter of the address.
#[derive(Debug, Clone)]
pub struct At<T>(pub T);

impl<T: InPath> Part for At<T> {
    fn describe(doc: &mut Doc) {
        doc.path_parameter(T::NAME, T::PATTERN);
    }
}

impl<S: Send + Sync, T: InPath> FromRequestParts<S> for At<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let raw = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::malformed("the address is not UTF-8; percent-encode it as UTF-8"))?;
        let text = raw.iter().find(|(name, _)| *name == T::NAME).map(|(_, text)| text).unwrap_or_default();
        T::read(text).map(At).map_err(Problem::malformed)
    }
}

/// Parameters after the question mark.
#[derive(Debug, Clone)]
pub struct Asked<T>(pub T);

impl<T: IntoParams> Part for Asked<T> {
    fn describe(doc: &mut Doc) {
        doc.parameters.extend(T::into_params(|| Some(ParameterIn::Query)));
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri).map(|query| Asked(query.0)).map_err(|error| {
            Problem::malformed(format!("what follows the question mark cannot be read: {}", inner_text(&error)))
        })
    }
}

fn inner_text(error: &(dyn std::error::Error + 'static)) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

/// Which piece of a list.
#[derive(Debug, Clone, serde::Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PageAsked {
    /// `next_cursor` of the piece before; nothing for the first.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many items, 1 to 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

impl PageAsked {
    /// The number of items, within the limit.
    pub fn limit(&self) -> Result<u32, Problem> {
        match self.limit.unwrap_or(PAGE_ITEMS_DEFAULT) {
            limit @ 1..=PAGE_ITEMS_MAX => Ok(limit),
            _ => Err(Problem::malformed(format!("`limit` is a number from 1 to {PAGE_ITEMS_MAX}"))),
        }
    }
}

/// A JSON body.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<T: Shaped> Part for Json<T> {
    fn describe(doc: &mut Doc) {
        doc.takes_json::<T::Shape>();
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::wrong_media("application/json"));
        }
        let bytes = read_body(request.into_body()).await?;
        // A derived reader would take a list of values in the order of the fields.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') && !bytes.is_empty() {
            return Err(Problem::malformed(
                "the body is not what this address takes: a JSON object was expected; /openapi.json describes it",
            ));
        }
        serde_json::from_slice(&bytes).map(Json).map_err(|error| {
            let example = if bytes.is_empty() { " (the body is empty)" } else { "" };
            Problem::malformed(format!(
                "the body is not what this address takes{example}: {error}; /openapi.json describes it"
            ))
        })
    }
}

/// Whether the body says that it is JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

/// The whole of a small body.
pub(crate) async fn read_body(body: axum::body::Body) -> Result<bytes::Bytes, Problem> {
    axum::body::to_bytes(body, BODY_BYTES_MAX).await.map_err(|error| {
        let is_too_long = inner_text(&error).contains("length limit");
        match u64::try_from(BODY_BYTES_MAX) {
            Ok(bytes_max) if is_too_long => Problem::too_large(bytes_max),
            _ => Problem::malformed("the body broke off; send it again"),
        }
    })
}

/// What a page's form sends.
#[derive(Debug, Clone)]
pub struct Form<T>(pub T);

impl<T: Shaped> Part for Form<T> {
    fn describe(doc: &mut Doc) {
        doc.takes_form::<T::Shape>();
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim().to_owned();
        if !media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Problem::wrong_media("application/x-www-form-urlencoded"));
        }
        let bytes = read_body(request.into_body()).await?;
        let request = Request::builder()
            .method(axum::http::Method::POST)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(axum::body::Body::from(bytes))
            .map_err(Problem::fault)?;
        axum::Form::<T>::from_request(request, &()).await.map(|form| Form(form.0)).map_err(|_| {
            Problem::malformed("the form is not what this address takes; open the page again and fill it in")
        })
    }
}

/// A body of any size, taken as it comes.
pub struct Upload(pub axum::body::Body);

impl Part for Upload {
    fn describe(doc: &mut Doc) {
        let schema =
            ObjectBuilder::new().schema_type(Type::String).content_media_type("application/octet-stream").build();
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new()
            .required(Some(Required::True))
            .content("application/octet-stream", content)
            .build();
        doc.body = Some(body);
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;
    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        Ok(Upload(request.into_body()))
    }
}

/// The request as it came, for signatures over it.
pub struct Whole {
    /// Method, address and headers.
    pub parts: Parts,
    /// The body.
    pub body: bytes::Bytes,
}

impl Part for Whole {
    fn describe(doc: &mut Doc) {
        doc.header("signature-input", "RFC 9421: `@method`, `@path`, `content-digest`; created, keyid, nonce");
        doc.header("signature", "RFC 9421: the signature of the client key");
        doc.header("content-digest", "RFC 9530: the digest of the body");
    }
}

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = Problem;
    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        Ok(Whole { parts, body: read_body(body).await? })
    }
}

/// `if-match`: the caller changes only what it has seen.
#[derive(Debug, Clone)]
pub struct IfMatch(Option<String>);

impl Part for IfMatch {
    fn describe(doc: &mut Doc) {
        doc.header("if-match", "the `etag` that was read; 412 when the thing has changed since");
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let given = parts.headers.get(header::IF_MATCH).map(|value| value.to_str().map(str::to_owned));
        given.transpose().map(IfMatch).map_err(|_| Problem::malformed("`if-match` is an etag between quotes"))
    }
}

impl IfMatch {
    /// Whether the caller asks for the check at all.
    pub fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Passes when nothing was asked, or when `current` still has that etag.
    pub fn holds_for(&self, current: &impl Serialize) -> Result<(), Problem> {
        let Some(given) = &self.0 else { return Ok(()) };
        let bytes = serde_json::to_vec(current).map_err(Problem::fault)?;
        if given == "*" || given.split(',').any(|one| one.trim() == etag(&bytes)) {
            Ok(())
        } else {
            Err(Problem::stale())
        }
    }
}
