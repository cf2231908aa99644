//! On what prices rest, what the public is told of them, and the terms of each entity.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_delivery::ProductState;
use shuyu_model::id::{ProductId, SubscriptionId};
use shuyu_model::{Digest, UseKind};
use shuyu_settlement::{
    MeterRate, NewPermittedRevenue, NewPriceBasis, PermittedRevenue, PriceBasis, PriceFiling, Terms, Unit,
};
use utoipa::ToSchema;

use super::{Stations, cut, granted};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{money, nouns, shaped};

/// A product's price for a use, as the public is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mark {
    /// Its name in this list.
    pub id: String,
    /// Of which product.
    #[schema(value_type = String)]
    pub product: ProductId,
    /// What people call it.
    pub title: String,
    /// For which use.
    #[schema(value_type = nouns::UseKind)]
    pub use_kind: UseKind,
    /// For one of what: `call` or `file`.
    #[schema(value_type = String)]
    pub unit: Unit,
    /// How much; 0 is free.
    pub price_fen: i64,
    /// The document that the price rests on.
    pub basis: Option<String>,
    /// What the document of the place calls the charge.
    pub fee_name: Option<String>,
}

/// That the conditions of free use are met.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreeConditions {
    /// Which conditions.
    pub conditions: String,
    /// The digest of the evidence.
    #[schema(value_type = String, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: Digest,
}

/// Why terms differ.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermsReason {
    /// In a sentence.
    #[schema(min_length = 1, max_length = 200)]
    pub reason: String,
}

shaped! {
    Mark => Mark, FreeConditions => FreeConditions, TermsReason => TermsReason,
    NewPriceBasis => money::NewPriceBasis, PriceBasis => money::PriceBasis, PriceFiling => money::PriceFiling,
    MeterRate => money::MeterRate, Terms => money::Terms, NewPermittedRevenue => money::NewPermittedRevenue,
    PermittedRevenue => money::PermittedRevenue,
}

/// Lists what each product costs today, for everybody.
pub async fn list(State(app): Stations, Asked(asked): Asked<PageAsked>) -> Result<Shown<Listed<Mark>>, Problem> {
    let mut prices = app.settlement().price_list(app.ledger().now().day()).await?;
    let fee = app.registry().regime().money.fee_name.as_ref().map(|name| name.value.clone());
    let mut marks = Vec::new();
    for product in app.delivery().products().into_iter().filter(|product| product.state == ProductState::Offered) {
        for mark in prices.remove(&product.id).unwrap_or_default() {
            marks.push(Mark {
                id: format!("{}.{}", product.id, marks.len()),
                product: product.id.clone(),
                title: product.title.clone(),
                use_kind: mark.use_kind,
                unit: mark.unit,
                price_fen: mark.price.fen,
                basis: mark.basis,
                fee_name: fee.clone(),
            });
        }
    }
    Ok(Shown(cut(marks, &asked, |mark| &mark.id)?))
}

/// Puts a document on file that prices may rest on.
pub async fn file_basis(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewPriceBasis>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.settlement().file_basis(&actor, new).await?)?)))
}

/// Lists the documents that prices may rest on.
pub async fn bases(State(app): Stations, Asked(asked): Asked<PageAsked>) -> Result<Shown<Listed<PriceBasis>>, Problem> {
    Ok(Shown(cut(app.settlement().bases().await?, &asked, |basis| basis.id.as_str())?))
}

/// Lists what was filed with prices.
pub async fn filings(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<PriceFiling>>, Problem> {
    let all = app.settlement().price_filings(&actor).await?;
    let numbered = all.into_iter().map(|filing| (filing.number.to_string(), filing));
    let Listed { items, next_cursor, total } = cut(numbered.collect(), &asked, |(number, _): &(String, _)| number)?;
    Ok(Shown(Listed { items: items.into_iter().map(|(_, filing)| filing).collect(), next_cursor, total }))
}

/// Records that the conditions of free use are met for a subscription.
pub async fn free_conditions(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<SubscriptionId>,
    Json(given): Json<FreeConditions>,
) -> Result<Done, Problem> {
    let FreeConditions { conditions, evidence } = given;
    granted(app.settlement().record_free_conditions(&actor, &id, &conditions, evidence).await?)?;
    Ok(Done)
}

/// Sets what a metered use of the infrastructure costs.
pub async fn set_rate(State(app): Stations, Who(actor): Who, Json(rate): Json<MeterRate>) -> Result<Done, Problem> {
    granted(app.settlement().set_meter_rate(&actor, rate).await?)?;
    Ok(Done)
}

/// Lists what metered uses cost, of all times.
pub async fn rates(State(app): Stations, Asked(asked): Asked<PageAsked>) -> Result<Shown<Listed<MeterRate>>, Problem> {
    let named = |rate: MeterRate| (format!("{}.{}", rate.metered.word(), rate.from), rate);
    let named: Vec<_> = app.settlement().meter_rates().await?.into_iter().map(named).collect();
    let Listed { items, next_cursor, total } = cut(named, &asked, |(name, _)| name)?;
    Ok(Shown(Listed { items: items.into_iter().map(|(_, rate)| rate).collect(), next_cursor, total }))
}

/// Sets the most that an operator may earn in a year.
pub async fn permit_revenue(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewPermittedRevenue>,
) -> Result<Done, Problem> {
    granted(app.settlement().set_permitted_revenue(&actor, new).await?)?;
    Ok(Done)
}

/// Lists the years with what may be earned, what was, and who adjusts what.
pub async fn permitted_revenues(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<PermittedRevenue>>, Problem> {
    let named = |year: PermittedRevenue| (format!("{}.{}", year.set.operator, year.set.year), year);
    let named: Vec<_> = app.settlement().permitted_revenues(&actor).await?.into_iter().map(named).collect();
    let Listed { items, next_cursor, total } = cut(named, &asked, |(name, _)| name)?;
    Ok(Shown(Listed { items: items.into_iter().map(|(_, year)| year).collect(), next_cursor, total }))
}

/// Lists the terms of each entity beside the usual ones.
pub async fn terms(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Terms>>, Problem> {
    Ok(Shown(cut(app.settlement().terms(&actor).await?, &asked, |terms| terms.subscription.as_str())?))
}

/// Says why a subscription's terms differ from the usual ones.
pub async fn explain_terms(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<SubscriptionId>,
    Json(given): Json<TermsReason>,
) -> Result<Done, Problem> {
    granted(app.settlement().explain_terms(&actor, &id, &given.reason).await?)?;
    Ok(Done)
}
