//! Other platforms: who they are, what goes up to them, what came from below.
//!
//! A record from below is signed by the platform that sends it; `exchange` checks that
//! and decides everything.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use shuyu_exchange::{
    Answer, Decided, DispatchState, DispatchView, HeldBelow, NewPeer, Peer, PeerStatus, Piece, Shown as Identity,
    SubmissionState, SubmissionView,
};
use shuyu_model::Verdict;
use shuyu_model::id::{DispatchId, PeerId, SubmissionId};
use utoipa::{IntoParams, ToSchema};

use super::answers::signed_call;
use super::{Stations, cut, granted};
use crate::endpoint::{Asked, At, Created, Doc, Done, Json, Listed, PageAsked, Part, Shown, Who, Whole};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{exchange, shaped};

shaped! {
    Identity => exchange::Identity, NewPeer => exchange::NewPeer, Peer => exchange::Peer,
    PeerStatus => exchange::PeerStatus, DispatchView => exchange::DispatchView,
    SubmissionView => exchange::SubmissionView, HeldBelow => exchange::HeldBelow, Decided => exchange::Decided,
    DecidedState => DecidedState,
}

/// Where a record from below stands now.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecidedState {
    /// `accepted` or `refused`.
    pub state: String,
}

/// Which records, and which piece of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RecordsAsked {
    /// `next_cursor` of the piece before; nothing for the first.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many items, 1 to 200.
    #[serde(default)]
    pub limit: Option<u32>,
    /// In this state.
    #[serde(default)]
    pub state: Option<String>,
}

/// An answer to another platform, described as [`exchange::Answer`].
pub struct Acknowledged(Answer);

impl Part for Acknowledged {
    fn describe(doc: &mut Doc) {
        doc.takes_json::<exchange::Letter>();
        doc.gives_json::<exchange::Answer>();
    }
}

impl IntoResponse for Acknowledged {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn limit(asked: Option<u32>) -> Result<usize, Problem> {
    let asked = PageAsked { cursor: None, limit: asked };
    usize::try_from(asked.limit()?).map_err(Problem::fault)
}

fn listed<T>(piece: Piece<T>) -> Result<Listed<T>, Problem> {
    let total = i64::try_from(piece.total).map_err(Problem::fault)?;
    Ok(Listed { items: piece.items, next_cursor: piece.next, total })
}

fn state<T>(asked: Option<&str>, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Problem> {
    let unknown = || Problem::malformed("`state` is no state of such a record; see /openapi.json");
    asked.map(|word| parse(word).ok_or_else(unknown)).transpose()
}

/// Who this platform is to others.
pub async fn identity(State(app): Stations) -> Result<Shown<Identity>, Problem> {
    Ok(Shown(app.exchange().shown()))
}

/// Enters another platform.
pub async fn add_peer(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewPeer>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.exchange().add_peer(&actor, new).await?)?)))
}

/// Lists other platforms.
pub async fn peers(State(app): Stations, Asked(asked): Asked<PageAsked>) -> Result<Shown<Listed<Peer>>, Problem> {
    Ok(Shown(cut(app.exchange().peers().await?, &asked, |peer| peer.id.as_str())?))
}

/// Knows a platform no more.
pub async fn withdraw_peer(State(app): Stations, Who(actor): Who, At(id): At<PeerId>) -> Result<Done, Problem> {
    granted(app.exchange().withdraw_peer(&actor, &id).await?)?;
    Ok(Done)
}

/// How it stands with each of them.
pub async fn status(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<PeerStatus>>, Problem> {
    Ok(Shown(cut(app.exchange().status().await?, &asked, |status| status.peer.as_str())?))
}

/// Lists what goes up.
pub async fn dispatches(
    State(app): Stations,
    Asked(asked): Asked<RecordsAsked>,
) -> Result<Shown<Listed<DispatchView>>, Problem> {
    let state = state(asked.state.as_deref(), DispatchState::parse)?;
    let after = asked.cursor.unwrap_or_default();
    Ok(Shown(listed(app.exchange().dispatches(state, &after, limit(asked.limit)?).await?)?))
}

/// Shows a record that goes up.
pub async fn dispatch(State(app): Stations, At(id): At<DispatchId>) -> Result<Shown<DispatchView>, Problem> {
    Ok(Shown(app.exchange().dispatch(&id).await?.ok_or_else(|| Problem::unseen("dispatch"))?))
}

/// Takes a record from below. Who is not known gets 401.
pub async fn receive(State(app): Stations, whole: Whole) -> Result<Acknowledged, Problem> {
    match app.exchange().receive(&signed_call(whole)).await? {
        Verdict::Allow(answer) => Ok(Acknowledged(answer)),
        Verdict::Refuse(reasons) => Err(Problem::refused_as(StatusCode::UNAUTHORIZED, reasons)),
    }
}

/// Lists what came from below.
pub async fn submissions(
    State(app): Stations,
    Asked(asked): Asked<RecordsAsked>,
) -> Result<Shown<Listed<SubmissionView>>, Problem> {
    let state = state(asked.state.as_deref(), SubmissionState::parse)?;
    let after = asked.cursor.unwrap_or_default();
    Ok(Shown(listed(app.exchange().submissions(state, &after, limit(asked.limit)?).await?)?))
}

/// Accepts what came from below, or says what is against it.
pub async fn decide(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<SubmissionId>,
    Json(decided): Json<Decided>,
) -> Result<Created<DecidedState>, Problem> {
    let state = granted(app.exchange().decide(&actor, &id, decided).await?)?;
    Ok(Created(DecidedState { state: state.word().to_owned() }))
}

/// Lists what is held below.
pub async fn held_below(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<HeldBelow>>, Problem> {
    let after = asked.cursor.clone().unwrap_or_default();
    Ok(Shown(listed(app.exchange().held_below(&after, limit(asked.limit)?).await?)?))
}
