//! What is told of resources and scenarios, a department's stop, requirements of fields,
//! and what is asked of products.

use axum::extract::State;
use serde::Serialize;
use shuyu_model::id::{ProductId, RequirementId, ResourceId, ScenarioId};
use shuyu_registry::{
    DeclaredUse, Fact, GradingRules, Listing, NewFact, NewGradingRules, NewProductFinding, NewRequirement, NewRight,
    NewSpecialUse, ProductFinding, RequirementView, ResourceFacts, RightView,
};
use utoipa::ToSchema;

use super::agreements::Ground;
use super::{Stations, cut, granted, listed, page};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{inventory, shaped};

/// A version of the rules of grading that was set.
#[derive(Debug, Serialize, ToSchema)]
pub struct GradingVersion {
    /// Counts up from 1.
    pub version: i64,
}

shaped! {
    GradingVersion => GradingVersion, NewGradingRules => inventory::NewGradingRules,
    GradingRules => inventory::GradingRules,
    NewFact => inventory::NewFact, Fact => inventory::Fact, ResourceFacts => inventory::ResourceFacts,
    NewRequirement => inventory::NewRequirement, RequirementView => inventory::Requirement,
    NewProductFinding => inventory::NewProductFinding, ProductFinding => inventory::ProductFinding,
    NewRight => inventory::NewRight, RightView => inventory::RightView,
    NewSpecialUse => inventory::NewSpecialUse, DeclaredUse => inventory::DeclaredUse,
}

/// Shows whose a resource is, what was told of it, and whether it is stopped.
pub async fn show(State(app): Stations, At(id): At<ResourceId>) -> Result<Shown<ResourceFacts>, Problem> {
    Ok(Shown(app.registry().resource_facts(&id).await?))
}

/// Tells a fact of a resource.
pub async fn tell(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ResourceId>,
    Json(new): Json<NewFact>,
) -> Result<Done, Problem> {
    granted(app.registry().tell_fact(&actor, &id, new).await?)?;
    Ok(Done)
}

/// Stops every use of an own resource, at once.
pub async fn stop(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ResourceId>,
    Json(ground): Json<Ground>,
) -> Result<Done, Problem> {
    granted(app.registry().stop_resource(&actor, &id, Some(&ground.ground)).await?)?;
    Ok(Done)
}

/// Lifts an own stop.
pub async fn lift(State(app): Stations, Who(actor): Who, At(id): At<ResourceId>) -> Result<Done, Problem> {
    granted(app.registry().stop_resource(&actor, &id, None).await?)?;
    Ok(Done)
}

/// Marks a scenario.
pub async fn mark(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ScenarioId>,
    Json(new): Json<NewFact>,
) -> Result<Done, Problem> {
    granted(app.registry().mark_scenario(&actor, &id, new).await?)?;
    Ok(Done)
}

/// Lists the marks of a scenario.
pub async fn marks(
    State(app): Stations,
    At(id): At<ScenarioId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Fact>>, Problem> {
    Ok(Shown(cut(app.registry().marks(&id).await?, &asked, |fact| fact.fact.word())?))
}

/// Declares a special use of a scenario, or permits it.
pub async fn special_use(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ScenarioId>,
    Json(new): Json<NewSpecialUse>,
) -> Result<Done, Problem> {
    granted(app.registry().special_use(&actor, &id, new).await?)?;
    Ok(Done)
}

/// Lists the special uses that were declared for a scenario.
pub async fn special_uses(
    State(app): Stations,
    At(id): At<ScenarioId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<DeclaredUse>>, Problem> {
    Ok(Shown(cut(app.registry().special_uses(&id).await?, &asked, |one| one.special_use.word())?))
}

/// Sets the rules of grading anew.
pub async fn set_grading_rules(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewGradingRules>,
) -> Result<Created<GradingVersion>, Problem> {
    Ok(Created(GradingVersion { version: granted(app.registry().set_grading_rules(&actor, new).await?)? }))
}

/// Lists the versions of the rules of grading; the last one counts.
pub async fn grading_rules(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<GradingRules>>, Problem> {
    let all = app.registry().grading_rules().await?;
    let all: Vec<(String, GradingRules)> = all.into_iter().map(|one| (format!("{:010}", one.version), one)).collect();
    let cut = Listing::cut(all.iter(), &page(&asked)?, |(key, _)| key.as_str(), |(_, one)| one.clone());
    Ok(Shown(listed(cut)?))
}

/// Proposes what agency and departments agree on for a field.
pub async fn propose(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewRequirement>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().propose_requirement(&actor, new).await?)?)))
}

/// Lists what is agreed for fields.
pub async fn requirements(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<RequirementView>>, Problem> {
    Ok(Shown(cut(app.registry().requirements().await?, &asked, |one| one.requirement.id.as_str())?))
}

/// Consents to a requirement.
pub async fn consent(State(app): Stations, Who(actor): Who, At(id): At<RequirementId>) -> Result<Done, Problem> {
    granted(app.registry().consent_to_requirement(&actor, &id).await?)?;
    Ok(Done)
}

/// Takes a requirement back, at once.
pub async fn withdraw(State(app): Stations, Who(actor): Who, At(id): At<RequirementId>) -> Result<Done, Problem> {
    granted(app.registry().withdraw_requirement(&actor, &id).await?)?;
    Ok(Done)
}

/// Records what was found on a protected interest of a product.
pub async fn find(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ProductId>,
    Json(new): Json<NewProductFinding>,
) -> Result<Done, Problem> {
    granted(app.registry().record_product_finding(&actor, &id, new).await?)?;
    Ok(Done)
}

/// Lists what was found on a product last.
pub async fn findings(
    State(app): Stations,
    At(id): At<ProductId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<ProductFinding>>, Problem> {
    Ok(Shown(cut(app.registry().product_findings(&id).await?, &asked, |one| one.interest.word())?))
}

/// The scenario of a product.
fn scenario_of(app: &crate::app::App, id: &ProductId) -> Result<ScenarioId, Problem> {
    let product = app.delivery().products().into_iter().find(|product| product.id == *id);
    product.map(|product| product.scenario).ok_or_else(|| Problem::unseen("product"))
}

/// Lists who holds which right in a product.
pub async fn rights(
    State(app): Stations,
    At(id): At<ProductId>,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<RightView>>, Problem> {
    let rights = app.registry().product_rights(&id, &scenario_of(&app, &id)?).await?;
    Ok(Shown(cut(rights, &asked, |right| right.held_right.word())?))
}

/// Says who holds a right in a product, by an agreement.
pub async fn allot(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ProductId>,
    Json(new): Json<NewRight>,
) -> Result<Done, Problem> {
    granted(app.registry().allot_right(&actor, &id, &scenario_of(&app, &id)?, new).await?)?;
    Ok(Done)
}
