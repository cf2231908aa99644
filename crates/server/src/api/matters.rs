//! Matters: lifecycles that the document prescribes beside approvals (整改、退出、
//! 事件、投诉 and others), and what everybody owes by which day.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_casework::{Invited, MatterFilter, MatterItem, MatterMove, MatterView, NewMatter, NewStance};
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;
use utoipa::{IntoParams, ToSchema};

use super::cases::Filed;
use super::documents::Owed;
use super::{Stations, granted, listed, page};
use crate::endpoint::{Asked, At, Created, Done, FiledWith, Json, Listed, PageAsked, Shown, Version, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{matters, shaped, voices};

/// Where a matter stands now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Moved {
    /// The word of its state.
    pub state: String,
}

/// Which matters, and which piece of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct MattersAsked {
    /// `next_cursor` of the piece before; nothing for the first.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many items, 1 to 200.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Of this kind.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub kind: Option<MatterKind>,
    /// In this state.
    #[serde(default)]
    pub state: Option<String>,
    /// Opened by, about or against this organisation.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub organisation: Option<OrganisationId>,
    /// On this subject.
    #[serde(default)]
    pub subject: Option<String>,
}

shaped! {
    Moved => Moved, NewMatter => matters::NewMatter, MatterMove => matters::MatterMove,
    MatterItem => matters::MatterItem, MatterView => matters::MatterView,
}

/// Opens a matter.
pub async fn open(State(app): Stations, Who(actor): Who, Json(new): Json<NewMatter>) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.casework().open_matter(&actor, new).await?)?)))
}

/// Lists the matters that the caller may see.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<MattersAsked>,
) -> Result<Shown<Listed<MatterItem>>, Problem> {
    let MattersAsked { cursor, limit, kind, state, organisation, subject } = asked;
    let filter = MatterFilter { kind, state, organisation, subject };
    let page = page(&PageAsked { cursor, limit })?;
    Ok(Shown(listed(app.casework().matters(&actor, &filter, &page).await?)?))
}

/// Shows a matter.
pub async fn show(State(app): Stations, Who(actor): Who, At(id): At<MatterId>) -> Result<Shown<MatterView>, Problem> {
    Ok(Shown(app.casework().matter(&id, &actor).await?.ok_or_else(|| Problem::unseen("matter"))?))
}

/// Makes a move on the version that the caller saw.
pub async fn make_move(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Json(named): Json<MatterMove>,
) -> Result<Created<Moved>, Problem> {
    Ok(Created(Moved { state: granted(app.casework().make_move(&actor, &id, named).await?)? }))
}

/// Says that a copy after a move was filed.
pub async fn file(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    At(Version(version)): At<Version>,
    At(FiledWith(to)): At<FiledWith>,
    Json(filed): Json<Filed>,
) -> Result<Done, Problem> {
    granted(app.casework().file_matter(&actor, &id, version, to, filed.evidence).await?)?;
    Ok(Done)
}

/// Whom somebody names.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedOrganisation {
    /// Its id.
    #[schema(value_type = String, pattern = "^ORG-[0-9a-f]{32}$")]
    pub organisation: OrganisationId,
}

/// Every body that was asked.
#[derive(Debug, Serialize)]
pub struct Opinions {
    /// In the order of their ids.
    pub items: Vec<Invited>,
}

shaped! {
    NamedOrganisation => NamedOrganisation, NewStance => voices::NewStance, Opinions => voices::Opinions,
}

/// Asks a body for its opinion.
pub async fn invite(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Json(named): Json<NamedOrganisation>,
) -> Result<Done, Problem> {
    granted(app.casework().invite(&actor, &id, &named.organisation).await?)?;
    Ok(Done)
}

/// Gives the own organisation's opinion.
pub async fn give_opinion(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Json(new): Json<NewStance>,
) -> Result<Done, Problem> {
    granted(app.casework().give_opinion(&actor, &id, new).await?)?;
    Ok(Done)
}

/// Lists who was asked for an opinion, and what each said.
pub async fn opinions(State(app): Stations, Who(actor): Who, At(id): At<MatterId>) -> Result<Shown<Opinions>, Problem> {
    let items = app.casework().opinions(&id, &actor).await?.ok_or_else(|| Problem::unseen("matter"))?;
    Ok(Shown(Opinions { items }))
}

/// Says for the own organisation that it knows of a move.
pub async fn receive(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    At(Version(version)): At<Version>,
) -> Result<Done, Problem> {
    granted(app.casework().receive_notice(&actor, &id, version).await?)?;
    Ok(Done)
}

/// Lists what is owed, the most urgent first.
pub async fn obligations(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Owed>>, Problem> {
    let page = page(&asked)?;
    let deeds = app.casework().obligations(&actor, &page).await?;
    let papers = app.documents().duties(&actor, &page).await?;
    Ok(Shown(listed(Owed::joined(deeds, papers, page.items_max))?))
}
