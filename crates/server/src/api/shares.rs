//! Who shares in the income, and what treasuries are owed and paid.

use axum::extract::State;
use serde::Deserialize;
use shuyu_model::id::{OrganisationId, ProductId, SharingRuleId, TreasuryDueId};
use shuyu_model::{Digest, Month};
use shuyu_settlement::{Distribution, DueView, NewPayment, NewSharingRule, NewSpending, SharingRule, TreasuryReport};
use utoipa::ToSchema;

use super::{Stations, cut, granted};
use crate::endpoint::{Asked, At, Created, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{money, shaped};

/// Consent to a rule of distribution.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consenting {
    /// For which body, where the caller's organisation could speak for several.
    #[schema(required = false)]
    #[serde(default)]
    pub named: Option<String>,
    /// The digest of the rule that the caller saw.
    #[schema(value_type = String, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub digest: Digest,
}

/// A month to be distributed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDistribution {
    /// The month; it is closed.
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$")]
    pub month: Month,
    /// Whose surplus.
    #[schema(value_type = String, pattern = "^ORG-[0-9a-f]{32}$")]
    pub operator: OrganisationId,
    /// Of which product alone; of all that have no rule of their own where none is named.
    #[schema(value_type = Option<String>, pattern = "^PRD-[0-9a-f]{32}$", required = false)]
    #[serde(default)]
    pub product: Option<ProductId>,
}

shaped! {
    Consenting => Consenting, NewDistribution => NewDistribution, NewSharingRule => money::NewSharingRule,
    SharingRule => money::SharingRule, Distribution => money::Distribution, DueView => money::DueView,
    NewPayment => money::NewPayment, NewSpending => money::NewSpending, TreasuryReport => money::TreasuryReport,
}

/// Proposes a rule of distribution.
pub async fn propose(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewSharingRule>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.settlement().propose_sharing(&actor, new).await?)?)))
}

/// Consents to a rule of distribution.
pub async fn consent(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<SharingRuleId>,
    Json(given): Json<Consenting>,
) -> Result<Shown<SharingRule>, Problem> {
    let named = given.named.as_deref();
    Ok(Shown(granted(app.settlement().consent_to_sharing(&actor, &id, named, given.digest).await?)?))
}

/// Lists rules of distribution, the caller's own or all.
pub async fn rules(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<SharingRule>>, Problem> {
    Ok(Shown(cut(app.settlement().sharing_rules(&actor).await?, &asked, |rule| rule.id.as_str())?))
}

/// Distributes a closed month by the rule that holds for it.
pub async fn distribute(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewDistribution>,
) -> Result<Created<Distribution>, Problem> {
    Ok(Created(granted(app.settlement().distribute(&actor, new.month, (&new.operator, new.product.as_ref())).await?)?))
}

/// Lists distributions, the caller's own or all.
pub async fn distributions(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Distribution>>, Problem> {
    Ok(Shown(cut(app.settlement().distributions(&actor).await?, &asked, |found| found.body().id.as_str())?))
}

/// Lists what treasuries are owed, with what is open and overdue.
pub async fn dues(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<DueView>>, Problem> {
    Ok(Shown(cut(app.settlement().dues(&actor).await?, &asked, |view| view.due.id.as_str())?))
}

/// Records a payment to a treasury.
pub async fn pay(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<TreasuryDueId>,
    Json(new): Json<NewPayment>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.settlement().record_payment(&actor, &id, new).await?)?)))
}

/// Books what public income was spent on.
pub async fn spend(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewSpending>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.settlement().record_spending(&actor, new).await?)?)))
}

/// Lists what each treasury took in, and what was spent of it by purpose.
pub async fn treasuries(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<TreasuryReport>>, Problem> {
    Ok(Shown(cut(app.settlement().treasuries(&actor).await?, &asked, |report| report.treasury.as_str())?))
}
