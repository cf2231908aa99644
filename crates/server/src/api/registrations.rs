//! Registration (登记): applications, public notice and objections, and what anybody can
//! look up by a code.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use serde::{Deserialize, Serialize};
use shuyu_casework::{CaseState, NewObjection, Notice, ObjectionDecision, RegistrationFile, Revocation};
use shuyu_model::id::{CaseId, ObjectionId, ProductId};
use shuyu_model::registration::{Registrable, RegistrationCode};
use shuyu_model::{Day, Digest};
use shuyu_registry::{ExchangeEntry, NewApplication, ProductEntry, Registration};
use utoipa::{IntoParams, ToSchema};

use super::cases::Standing;
use super::{Stations, granted, listed, page};
use crate::app::App;
use crate::endpoint::{Asked, At, Created, Done, Html, Json, Listed, PageAsked, Raw, Shown, Who};
use crate::error::Problem;
use crate::page::registrations as html;
use crate::shapes::nouns::Made;
use crate::shapes::{registrations, shaped};

/// An application as it lies there now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Applied {
    /// The procedure that decides it.
    pub procedure: String,
    /// The digest that its case is opened on.
    pub subject_digest: String,
}

/// What anybody is told of a registration.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegistrationShown {
    /// Its code.
    pub code: String,
    /// `valid`, `not_yet`, `expired`, `replaced`, `cancelled` or `revoked`.
    pub state: &'static str,
    /// `resource` or `product`.
    pub of: &'static str,
    /// What is registered.
    pub title: String,
    /// Who holds it.
    pub holder: String,
    /// Its first day.
    #[schema(value_type = String, format = Date)]
    pub valid_from: Day,
    /// Its last day.
    #[schema(value_type = String, format = Date)]
    pub valid_until: Day,
}

/// Why a step takes longer than its days.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Delayed {
    /// In at least five characters.
    #[schema(min_length = 5)]
    pub reason: String,
}

/// What the exchange calls a product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewExchangeEntry {
    /// The exchange's name.
    pub exchange: String,
    /// Its number for the product.
    pub number: String,
    /// The digest of the exchange's paper.
    #[schema(value_type = String, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: Digest,
}

/// Which code is looked up.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CodeAsked {
    /// The code, as it is written on paper.
    #[serde(default)]
    pub code: Option<String>,
}

shaped! {
    Applied => Applied, RegistrationShown => RegistrationShown, Delayed => Delayed, NewExchangeEntry => NewExchangeEntry,
    NewApplication => registrations::NewApplication, Registration => registrations::Registration,
    Notice => registrations::Notice, NewObjection => registrations::NewObjection,
    ObjectionDecision => registrations::ObjectionDecision, Revocation => registrations::Revocation,
    RegistrationFile => registrations::RegistrationFile,
}

/// Applies for a registration, or for what follows one.
pub async fn apply(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewApplication>,
) -> Result<Created<Applied>, Problem> {
    let product = match ProductId::parse(&new.subject) {
        Ok(id) => {
            let known = app.delivery().product(&id).ok_or_else(|| Problem::unseen("product"))?;
            Some(ProductEntry { product: id, title: known.title, scenario: known.scenario })
        }
        Err(_) => None,
    };
    let of = if product.is_some() { Registrable::Product } else { Registrable::Resource };
    let procedure = new.kind.procedure(of).word().to_owned();
    let digest = granted(app.registry().apply(&actor, new, product).await?)?;
    Ok(Created(Applied { procedure, subject_digest: digest.to_string() }))
}

/// Lists registrations, oldest first.
pub async fn list(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Registration>>, Problem> {
    Ok(Shown(listed(app.registry().registrations(&page(&asked)?).await?)?))
}

/// What anybody is told of a code.
pub(crate) async fn looked_up(app: &App, code: &RegistrationCode) -> Result<Option<RegistrationShown>, Problem> {
    let Some(known) = app.registry().registration_by_code(code).await? else { return Ok(None) };
    let holder = app.registry().organisation(&known.holder).await?;
    Ok(Some(RegistrationShown {
        code: known.code.to_string(),
        state: known.standing(app.ledger().now().day()),
        of: known.of.word(),
        title: known.title,
        holder: holder.map(|holder| holder.name.clone()).unwrap_or_default(),
        valid_from: known.valid_from,
        valid_until: known.valid_until,
    }))
}

/// Looks a code up, for everybody.
pub async fn verify(State(app): Stations, At(code): At<RegistrationCode>) -> Result<Shown<RegistrationShown>, Problem> {
    Ok(Shown(looked_up(&app, &code).await?.ok_or_else(|| Problem::unseen("registration"))?))
}

/// The same as a page.
pub async fn verify_page(State(app): Stations, Asked(asked): Asked<CodeAsked>) -> Result<Raw<Html>, Problem> {
    let given = asked.code.unwrap_or_default();
    let found = match RegistrationCode::parse(&given) {
        Some(code) => looked_up(&app, &code).await?,
        None => None,
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(html::CONTENT_SECURITY_POLICY)),
    ];
    Ok(Raw::new((headers, html::verify(&given, found.as_ref()))))
}

/// Lists what is on public notice, oldest first, for everybody.
pub async fn notices(State(app): Stations, Asked(asked): Asked<PageAsked>) -> Result<Shown<Listed<Notice>>, Problem> {
    Ok(Shown(listed(app.casework().notices(&page(&asked)?).await?)?))
}

/// Shows the papers of a registration's case, what was told and who objects.
pub async fn file(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CaseId>,
) -> Result<Shown<RegistrationFile>, Problem> {
    let file = app.casework().registration_file(&id, &actor).await?;
    Ok(Shown(file.ok_or_else(|| Problem::unseen("case about a registration"))?))
}

/// Objects to what is on public notice, under the real name.
pub async fn object(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CaseId>,
    Json(new): Json<NewObjection>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.casework().object(&actor, &id, new).await?)?)))
}

/// Decides an objection; one that is upheld ends the registration.
pub async fn decide(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ObjectionId>,
    Json(decision): Json<ObjectionDecision>,
) -> Result<Created<Standing>, Problem> {
    let state: CaseState = granted(app.casework().decide_objection(&actor, &id, decision).await?)?;
    Ok(Created(Standing { state }))
}

/// Explains why the open step takes longer than its days.
pub async fn delay(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CaseId>,
    Json(delayed): Json<Delayed>,
) -> Result<Done, Problem> {
    granted(app.casework().explain_delay(&actor, &id, &delayed.reason).await?)?;
    Ok(Done)
}

/// Revokes a registration; what rests on it ends at once.
pub async fn revoke(State(app): Stations, Who(actor): Who, Json(new): Json<Revocation>) -> Result<Done, Problem> {
    granted(app.casework().revoke_registration(&actor, new).await?)?;
    Ok(Done)
}

/// Says where else a product is registered or listed, and under which number.
pub async fn exchange(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ProductId>,
    Json(new): Json<NewExchangeEntry>,
) -> Result<Done, Problem> {
    let NewExchangeEntry { exchange, number, evidence } = new;
    let entry = ExchangeEntry { exchange, number };
    granted(app.registry().record_exchange(&actor, &id, entry, evidence).await?)?;
    Ok(Done)
}
