//! Catalogues in versions, the base catalogue beneath them, products that the document
//! announces, and what is marked as a priority.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_model::Digest;
use shuyu_model::id::CatalogueId;
use shuyu_registry::{Catalogue, InventoryLine, NewBaseEntry, NewCatalogue};
use utoipa::{IntoParams, ToSchema};

use super::{Stations, cut, granted};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{inventory, shaped};

/// What a department says to a version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCatalogueAnswer {
    /// Whether it agrees.
    pub is_agreed: bool,
    /// What it says.
    pub opinion: String,
}

/// A decision on a version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogueDecision {
    /// Of the minutes of whoever decides.
    #[schema(value_type = String, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub minutes: Digest,
}

/// A product that the document announces.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlannedProductView {
    /// What it is called there.
    pub name: String,
    /// In which batch.
    pub batch: u16,
    /// `planned`, or `offered` once a product of this name is.
    pub state: &'static str,
    /// The clause.
    pub clause: String,
}

/// Which mark, and which piece of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct MarkedAsked {
    /// `next_cursor` of the piece before; nothing for the first.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many items, 1 to 200.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Marked with this, as the document writes it.
    #[serde(default)]
    pub value: Option<String>,
}

shaped! {
    NewCatalogueAnswer => NewCatalogueAnswer, CatalogueDecision => CatalogueDecision,
    PlannedProductView => PlannedProductView, Catalogue => inventory::Catalogue,
    NewCatalogue => inventory::NewCatalogue, NewBaseEntry => inventory::NewBaseEntry,
    InventoryLine => inventory::InventoryLine, shuyu_registry::MarkedThing => inventory::MarkedThing,
}

/// Compiles the next version.
pub async fn compile(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewCatalogue>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.casework().compile_catalogue(&actor, new).await?)?)))
}

/// Lists versions, the newest first.
pub async fn list(State(app): Stations, Asked(asked): Asked<PageAsked>) -> Result<Shown<Listed<Catalogue>>, Problem> {
    Ok(Shown(cut(app.registry().catalogues(false).await?, &asked, |one| one.id.as_str())?))
}

/// Lists what was published, former versions too, for everybody.
pub async fn published(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Catalogue>>, Problem> {
    Ok(Shown(cut(app.registry().catalogues(true).await?, &asked, |one| one.id.as_str())?))
}

/// Shows a version.
pub async fn show(State(app): Stations, At(id): At<CatalogueId>) -> Result<Shown<Catalogue>, Problem> {
    Ok(Shown(app.registry().catalogue(&id).await?.ok_or_else(|| Problem::unseen("catalogue"))?))
}

/// Answers for a department whose entries a version touches.
pub async fn answer(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CatalogueId>,
    Json(said): Json<NewCatalogueAnswer>,
) -> Result<Done, Problem> {
    granted(app.registry().answer_catalogue(&actor, &id, said.is_agreed, &said.opinion).await?)?;
    Ok(Done)
}

/// Records the decision on a version.
pub async fn decide(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<CatalogueId>,
    Json(decision): Json<CatalogueDecision>,
) -> Result<Done, Problem> {
    granted(app.registry().decide_catalogue(&actor, &id, decision.minutes).await?)?;
    Ok(Done)
}

/// Publishes a version.
pub async fn publish(State(app): Stations, Who(actor): Who, At(id): At<CatalogueId>) -> Result<Done, Problem> {
    granted(app.registry().publish_catalogue(&actor, &id).await?)?;
    Ok(Done)
}

/// Enters what a department holds into the base catalogue.
pub async fn enter(State(app): Stations, Who(actor): Who, Json(new): Json<NewBaseEntry>) -> Result<Done, Problem> {
    granted(app.registry().enter_base_entry(&actor, new).await?)?;
    Ok(Done)
}

/// Lists what is held, what stands for it, and what has no entry.
pub async fn inventory(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<InventoryLine>>, Problem> {
    Ok(Shown(cut(app.registry().inventory().await?, &asked, |line| line.key.as_str())?))
}

/// Lists the products that the document announces, for everybody.
pub async fn planned(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<PlannedProductView>>, Problem> {
    Ok(Shown(cut(crate::planned::products(&app).await?, &asked, |planned| planned.name.as_str())?))
}

/// Lists the resources and scenarios that bear a mark.
pub async fn marked(
    State(app): Stations,
    Asked(asked): Asked<MarkedAsked>,
) -> Result<Shown<Listed<shuyu_registry::MarkedThing>>, Problem> {
    let MarkedAsked { cursor, limit, value } = asked;
    let marked = app.registry().marked(value.as_deref()).await?;
    Ok(Shown(cut(marked, &PageAsked { cursor, limit }, |one| one.id.as_str())?))
}
