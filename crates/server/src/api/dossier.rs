//! The dossier of an organisation: what the rules want on file, what is there, and the
//! papers themselves (档案); and what was found on the protected interests of a resource.

use axum::extract::State;
use shuyu_model::id::{OrganisationId, PaperId, ResourceId};
use shuyu_registry::{DossierItem, InterestView, MissingPaper, NewFinding, NewPaper, PaperAnswer, PaperView};

use super::agreements::Ground;
use super::{Stations, cut, granted};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{dossier, shaped};

shaped! {
    NewPaper => dossier::NewPaper, PaperAnswer => dossier::PaperAnswer,
    DossierItem => dossier::DossierItem, MissingPaper => dossier::MissingPaper, PaperView => dossier::PaperView,
    NewFinding => dossier::NewFinding, InterestView => dossier::InterestView,
}

/// Lists what the rules ask of an organisation, and what is there.
pub async fn show(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<OrganisationId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<DossierItem>>, Problem> {
    let items = app.registry().dossier(&actor, &id).await?.ok_or_else(|| Problem::unseen("dossier"))?;
    Ok(Shown(cut(items, &asked, |item| item.key.as_str())?))
}

/// Lists the parties that lack a paper which the rules want on file.
pub async fn missing(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<MissingPaper>>, Problem> {
    let missing = app.registry().missing_papers(&actor).await?;
    Ok(Shown(cut(missing, &asked, |missing| missing.key.as_str())?))
}

/// Lists every paper that an organisation ever had, oldest first.
pub async fn papers(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<OrganisationId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<PaperView>>, Problem> {
    let papers = app.registry().papers(&actor, &id).await?.ok_or_else(|| Problem::unseen("dossier"))?;
    Ok(Shown(cut(papers, &asked, |view| view.paper.id.as_str())?))
}

/// Enters a paper of the own organisation.
pub async fn enter(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<OrganisationId>,
    Json(new): Json<NewPaper>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().enter_paper(&actor, &id, new).await?)?)))
}

/// Consents to a paper or refuses it, or says that a copy was received.
pub async fn answer(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<PaperId>,
    Json(said): Json<PaperAnswer>,
) -> Result<Done, Problem> {
    granted(app.registry().answer_paper(&actor, &id, said).await?)?;
    Ok(Done)
}

/// Takes a paper of the own organisation back.
pub async fn withdraw(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<PaperId>,
    Json(ground): Json<Ground>,
) -> Result<Done, Problem> {
    granted(app.registry().withdraw_paper(&actor, &id, &ground.ground).await?)?;
    Ok(Done)
}

/// Lists the protected interests, and what was found on each, oldest first.
pub async fn interests(
    State(app): Stations,
    At(id): At<ResourceId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<InterestView>>, Problem> {
    let interests = app.registry().interests(&id).await?;
    Ok(Shown(cut(interests, &asked, |view| view.interest.word())?))
}

/// Records what was found on a protected interest.
pub async fn find(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ResourceId>,
    Json(new): Json<NewFinding>,
) -> Result<Done, Problem> {
    granted(app.registry().record_finding(&actor, &id, new).await?)?;
    Ok(Done)
}
