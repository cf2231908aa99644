//! The public's voice: whoever has no account files a report, an answer to a call, an idea
//! or a comment, and follows it by its number and a secret word; over JSON or on a page.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use serde::{Deserialize, Serialize};
use shuyu_casework::{CallShown, EntityProductShown, NewVoice, VoiceKind, VoiceView};
use utoipa::ToSchema;

use super::{Stations, granted};
use crate::app::App;
use crate::callers::Caller;
use crate::endpoint::{At, Created, Form, Html, Json, Raw, Shown, VoiceNumber};
use crate::error::Problem;
use crate::page::voices as html;
use crate::shapes::{shaped, voices};

/// What whoever wrote keeps, to follow it.
#[derive(Debug, Serialize, ToSchema)]
pub struct VoiceTaken {
    /// Its number.
    pub number: String,
    /// The secret word; it is told once and kept nowhere.
    pub secret: String,
}

/// The secret word with which a voice is followed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoiceSecret {
    /// As it was told.
    pub secret: String,
}

/// What the page sends to file a voice.
#[derive(Debug, Deserialize, ToSchema)]
pub struct VoiceForm {
    /// What is wanted.
    pub kind: String,
    /// Whom it is about, or which call it answers; empty for the others.
    #[serde(default)]
    pub about: String,
    /// In one line.
    pub title: String,
    /// In full.
    pub text: String,
}

/// What the page sends to follow one.
#[derive(Debug, Deserialize, ToSchema)]
pub struct FollowForm {
    /// The number.
    pub number: String,
    /// The secret word.
    pub secret: String,
}

/// The calls that the public sees.
#[derive(Debug, Serialize)]
pub struct Calls {
    /// Newest first.
    pub items: Vec<CallShown>,
}

/// What entities have registered and offer.
#[derive(Debug, Serialize)]
pub struct EntityProducts {
    /// Newest first.
    pub items: Vec<EntityProductShown>,
}

shaped! {
    VoiceTaken => VoiceTaken, VoiceSecret => VoiceSecret, VoiceForm => VoiceForm, FollowForm => FollowForm,
    NewVoice => voices::NewVoice, VoiceView => voices::VoiceView, Calls => voices::Calls,
    EntityProducts => voices::EntityProducts,
}

/// How many random bytes a secret word has.
const SECRET_BYTES: usize = 10;

async fn taken(app: &App, caller: Caller, new: NewVoice) -> Result<VoiceTaken, Problem> {
    if !app.spool().has_room_for(0) {
        return Err(Problem::disk_full());
    }
    app.callers().count(caller, app.ledger().now().day())?;
    let mut bytes = [0_u8; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Problem::fault(error.to_string()))?;
    let secret = hex::encode(bytes);
    let digest = app.ledger().profile().digest(secret.as_bytes());
    let number = granted(app.casework().file_voice(new, digest).await?)?;
    Ok(VoiceTaken { number, secret })
}

async fn followed(app: &App, number: &str, secret: &str) -> Result<Option<VoiceView>, Problem> {
    let word: String = secret.chars().filter(|c| c.is_ascii_hexdigit()).take(64).collect();
    let digest = app.ledger().profile().digest(word.to_ascii_lowercase().as_bytes());
    Ok(app.casework().voice(number.trim(), &digest).await?)
}

/// Takes what somebody without an account says.
pub async fn file(
    State(app): Stations,
    caller: Caller,
    Json(new): Json<NewVoice>,
) -> Result<Created<VoiceTaken>, Problem> {
    Ok(Created(taken(&app, caller, new).await?))
}

/// Shows what became of a voice, to whoever knows its secret word.
pub async fn follow(
    State(app): Stations,
    At(VoiceNumber(number)): At<VoiceNumber>,
    Json(given): Json<VoiceSecret>,
) -> Result<Shown<VoiceView>, Problem> {
    Ok(Shown(followed(&app, &number, &given.secret).await?.ok_or_else(|| Problem::unseen("voice"))?))
}

/// Lists the published calls, for everybody.
pub async fn calls(State(app): Stations) -> Result<Shown<Calls>, Problem> {
    Ok(Shown(Calls { items: app.casework().public_calls().await? }))
}

/// Lists what entities have registered and offer, for everybody.
pub async fn entity_products(State(app): Stations) -> Result<Shown<EntityProducts>, Problem> {
    Ok(Shown(EntityProducts { items: app.casework().entity_products().await? }))
}

fn page(text: String) -> Raw<Html> {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(html::CONTENT_SECURITY_POLICY)),
    ];
    Raw::new((headers, text))
}

/// The page on which the public writes and follows.
pub async fn open_page(State(app): Stations) -> Result<Raw<Html>, Problem> {
    Ok(page(html::desk(&html::Desk::read(&app).await?, html::Said::Nothing, &html::Written::default())))
}

/// Takes what the page's form says.
pub async fn file_page(
    State(app): Stations,
    caller: Caller,
    Form(form): Form<VoiceForm>,
) -> Result<Raw<Html>, Problem> {
    let kind = VoiceKind::parse(&form.kind).ok_or_else(|| Problem::malformed("`kind` is none of the page's"))?;
    let VoiceForm { kind: word, about, title, text } = form;
    let written = html::Written { kind: word, about: about.clone(), title: title.clone(), text: text.clone() };
    // A list for two kinds of voice: what does not belong to this one is left.
    let needs_about = matches!(kind, VoiceKind::Complaint | VoiceKind::CallAnswer);
    let about = Some(about).filter(|about| needs_about && !about.is_empty());
    let new = NewVoice { kind, about, title, text };
    let desk = html::Desk::read(&app).await?;
    match taken(&app, caller, new).await {
        Ok(taken) => Ok(page(html::desk(&desk, html::Said::Taken(&taken), &html::Written::default()))),
        Err(problem) => match problem.reasons() {
            Some(reasons) => Ok(page(html::desk(&desk, html::Said::Refused(reasons), &written))),
            None => Err(problem),
        },
    }
}

/// Shows on the page what became of a voice.
pub async fn follow_page(State(app): Stations, Form(form): Form<FollowForm>) -> Result<Raw<Html>, Problem> {
    let found = followed(&app, &form.number, &form.secret).await?;
    let said = found.as_ref().map_or(html::Said::Unknown, html::Said::Became);
    Ok(page(html::desk(&html::Desk::read(&app).await?, said, &html::Written::default())))
}
