//! Versions of agreements: drafts made anew, amendments, and what a change of rules asks.

use axum::extract::State;
use shuyu_model::id::AgreementId;
use shuyu_registry::{AffectedAgreement, AgreementVersion, NewAgreement, NewAgreementFinding, NewAmendment};

use super::{Stations, granted, listed, page};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::{Made, Numbered};

/// Lists what an agreement said, says and may come to say, oldest first.
pub async fn versions(
    State(app): Stations,
    At(id): At<AgreementId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<AgreementVersion>>, Problem> {
    let found = app.registry().agreement_versions(&id, &page(&asked)?).await?;
    Ok(Shown(listed(found.ok_or_else(|| Problem::unseen("agreement"))?)?))
}

/// Makes the draft of an agreement anew, as its next version.
pub async fn revise(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<AgreementId>,
    Json(new): Json<NewAgreement>,
) -> Result<Created<Numbered>, Problem> {
    let number = granted(app.registry().revise_agreement(&actor, &id, new).await?)?;
    Ok(Created(Numbered { number }))
}

/// Drafts an amendment of an agreement in force; a case decides on it.
pub async fn amend(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<AgreementId>,
    Json(new): Json<NewAmendment>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().draft_amendment(&actor, &id, new).await?)?)))
}

/// Records that an agreement needs no change although the rules have changed.
pub async fn find(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<AgreementId>,
    Json(new): Json<NewAgreementFinding>,
) -> Result<Done, Problem> {
    granted(app.registry().find_no_change(&actor, &id, new).await?)?;
    Ok(Done)
}

/// Lists the agreements in force that changes of rules touch, the most urgent first.
pub async fn affected(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<AffectedAgreement>>, Problem> {
    Ok(Shown(listed(app.registry().affected_agreements(&page(&asked)?).await?)?))
}
