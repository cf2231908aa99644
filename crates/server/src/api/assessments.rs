//! Assessments beside their matters: rounds, material item by item, results.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_casework::{AssessmentItemView, NewItem, NewRound, ResultFilter, ResultView, RoundMatter, RoundView};
use shuyu_documents::ToldFigure;
use shuyu_model::id::{MatterId, OrganisationId};
use utoipa::{IntoParams, ToSchema};

use super::{Stations, cut, granted, listed, page};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::{assessments, shaped};

/// A round that was opened.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoundOpened {
    /// Its number.
    pub number: i64,
    /// What came of each body.
    #[schema(value_type = Vec<assessments::RoundMatter>)]
    pub matters: Vec<RoundMatter>,
}

/// Which results, and which piece of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ResultsAsked {
    /// `next_cursor` of the piece before; nothing for the first.
    #[serde(default)]
    pub cursor: Option<String>,
    /// How many items, 1 to 200.
    #[serde(default)]
    pub limit: Option<u32>,
    /// Of this organisation.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub organisation: Option<OrganisationId>,
    /// Of this round.
    #[serde(default)]
    pub round: Option<i64>,
}

shaped! {
    RoundOpened => RoundOpened, NewRound => assessments::NewAssessmentRound,
    RoundView => assessments::AssessmentRound, NewItem => assessments::NewAssessmentItem,
    AssessmentItemView => assessments::AssessmentItem, ResultView => assessments::AssessmentResultView,
    ToldFigure => assessments::ToldFigure,
}

/// Opens a round, and an assessment of each body.
pub async fn open_round(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewRound>,
) -> Result<Created<RoundOpened>, Problem> {
    let (number, matters) = granted(app.casework().open_round(&actor, new).await?)?;
    Ok(Created(RoundOpened { number, matters }))
}

/// Lists rounds, oldest first.
pub async fn rounds(
    State(app): Stations,
    Who(_): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<RoundView>>, Problem> {
    Ok(Shown(listed(app.casework().rounds(&page(&asked)?).await?)?))
}

/// Lists confirmed results, newest first.
pub async fn results(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<ResultsAsked>,
) -> Result<Shown<Listed<ResultView>>, Problem> {
    let ResultsAsked { cursor, limit, organisation, round } = asked;
    let filter = ResultFilter { organisation, round, matter: None };
    let page = page(&PageAsked { cursor, limit })?;
    Ok(Shown(listed(app.casework().assessment_results(&actor, &filter, &page).await?)?))
}

/// Lists the material that an assessment asks for, and what was given.
pub async fn items(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<AssessmentItemView>>, Problem> {
    Ok(Shown(cut(app.casework().assessment_items(&actor, &id).await?, &asked, |item| &item.item)?))
}

/// Gives an item of material.
pub async fn give_item(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Json(new): Json<NewItem>,
) -> Result<Done, Problem> {
    granted(app.casework().give_item(&actor, &id, new).await?)?;
    Ok(Done)
}

/// Lists the figures that the assessed told beside what was counted.
pub async fn figures(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<ToldFigure>>, Problem> {
    Ok(Shown(cut(app.documents().told_figures(&actor, &id).await?, &asked, |one| one.figure)?))
}
