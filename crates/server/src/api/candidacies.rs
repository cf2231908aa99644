//! Candidacies: who asks to be chosen or admitted in a matter, what each answers and
//! was found, how experts scored it.

use axum::extract::State;
use serde::Serialize;
use shuyu_casework::candidacy::{
    CandidacyItem, CandidacyView, ConditionView, Declaration, Evidence, Expert, Finding, Judgement, NewCandidacy,
    NewCondition, NewExpert, Ranked, Score,
};
use shuyu_model::id::{MatterId, OrganisationId};
use utoipa::ToSchema;

use super::{Stations, granted, listed, page};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, OfOrganisation, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::{candidacies, shaped};

/// Whose candidacy was entered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Entered {
    /// Its id.
    #[schema(value_type = String)]
    pub organisation: OrganisationId,
}

/// An answer as it is kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemAnswered {
    /// The version to name in a verdict on it.
    pub version: i64,
}

/// An expert as they are kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct Named {
    /// The number to name in scores.
    pub number: i64,
}

shaped! {
    Entered => Entered, ItemAnswered => ItemAnswered, Named => Named, NewCandidacy => candidacies::NewCandidacy,
    Evidence => candidacies::Evidence, Declaration => candidacies::Declaration, Judgement => candidacies::Judgement,
    Finding => candidacies::RecordFinding, NewCondition => candidacies::NewCondition, NewExpert => candidacies::NewExpert,
    Score => candidacies::Score, CandidacyItem => candidacies::CandidacyItem,
    CandidacyView => candidacies::CandidacyView, ConditionView => candidacies::ConditionView,
    Expert => candidacies::Expert, Ranked => candidacies::Ranked,
}

fn unseen<T>(found: Option<T>) -> Result<T, Problem> {
    found.ok_or_else(|| Problem::unseen("matter or candidacy"))
}

/// Applies, or enters an applicant.
pub async fn enter(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Json(new): Json<NewCandidacy>,
) -> Result<Created<Entered>, Problem> {
    let organisation = granted(app.casework().enter_candidacy(&actor, &id, new).await?)?;
    Ok(Created(Entered { organisation }))
}

/// Lists the applicants that the caller may see.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<CandidacyItem>>, Problem> {
    Ok(Shown(listed(unseen(app.casework().candidacies(&id, &actor, &page(&asked)?).await?)?)?))
}

/// Shows a candidacy.
pub async fn show(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    At(OfOrganisation(of)): At<OfOrganisation>,
) -> Result<Shown<CandidacyView>, Problem> {
    Ok(Shown(unseen(app.casework().candidacy(&id, &of, &actor).await?)?))
}

/// Takes an application back.
pub async fn withdraw(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    At(OfOrganisation(of)): At<OfOrganisation>,
) -> Result<Done, Problem> {
    granted(app.casework().withdraw_candidacy(&actor, &id, &of).await?)?;
    Ok(Done)
}

/// Gives evidence for a condition.
pub async fn give_evidence(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    At(OfOrganisation(of)): At<OfOrganisation>,
    Json(given): Json<Evidence>,
) -> Result<Created<ItemAnswered>, Problem> {
    Ok(Created(ItemAnswered { version: granted(app.casework().give_evidence(&actor, &id, &of, given).await?)? }))
}

/// Declares on a ground.
pub async fn declare(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    At(OfOrganisation(of)): At<OfOrganisation>,
    Json(given): Json<Declaration>,
) -> Result<Created<ItemAnswered>, Problem> {
    Ok(Created(ItemAnswered { version: granted(app.casework().declare(&actor, &id, &of, given).await?)? }))
}

/// Gives a verdict on a condition.
pub async fn judge(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    At(OfOrganisation(of)): At<OfOrganisation>,
    Json(given): Json<Judgement>,
) -> Result<Done, Problem> {
    granted(app.casework().judge_condition(&actor, &id, &of, given).await?)?;
    Ok(Done)
}

/// Says what was found about a ground.
pub async fn find(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    At(OfOrganisation(of)): At<OfOrganisation>,
    Json(given): Json<Finding>,
) -> Result<Done, Problem> {
    granted(app.casework().find_ground(&actor, &id, &of, given).await?)?;
    Ok(Done)
}

/// Lists what applicants are asked.
pub async fn conditions(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<ConditionView>>, Problem> {
    Ok(Shown(listed(unseen(app.casework().conditions(&id, &actor, &page(&asked)?).await?)?)?))
}

/// Asks in a selection for more than the document does.
pub async fn add_condition(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Json(new): Json<NewCondition>,
) -> Result<Done, Problem> {
    granted(app.casework().add_condition(&actor, &id, new).await?)?;
    Ok(Done)
}

/// Asks, as an operator, every entity for more than the document does.
pub async fn add_admission_condition(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewCondition>,
) -> Result<Done, Problem> {
    granted(app.casework().add_admission_condition(&actor, new).await?)?;
    Ok(Done)
}

/// Names an expert.
pub async fn name_expert(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Json(new): Json<NewExpert>,
) -> Result<Created<Named>, Problem> {
    Ok(Created(Named { number: granted(app.casework().name_expert(&actor, &id, new).await?)? }))
}

/// Lists the experts of a selection.
pub async fn experts(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Expert>>, Problem> {
    Ok(Shown(listed(unseen(app.casework().experts(&id, &actor, &page(&asked)?).await?)?)?))
}

/// Keeps how an expert scored an applicant.
pub async fn score(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Json(given): Json<Score>,
) -> Result<Done, Problem> {
    granted(app.casework().score(&actor, &id, given).await?)?;
    Ok(Done)
}

/// Lists who came where.
pub async fn ranking(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Ranked>>, Problem> {
    Ok(Shown(listed(unseen(app.casework().ranking(&id, &actor, &page(&asked)?).await?)?)?))
}
