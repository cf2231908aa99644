//! Deals and their terms, what exchanges recorded, refusals to supply, support, accounts.

use axum::extract::State;
use serde::Deserialize;
use shuyu_model::Digest;
use shuyu_model::id::{OrganisationId, ProductId};
use shuyu_settlement::{
    DealView, Departure, ExchangeTrade, MonthAccount, NewDeal, NewRefusal, NewSupport, NewTrade, SupplyRefusal, Support,
};

use super::{Stations, cut, granted};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::{Made, Numbered};
use crate::shapes::{deals, shaped};

/// Conditions of free use that an entity meets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFreeGrant {
    /// Who.
    pub entity: OrganisationId,
    /// Which conditions.
    pub conditions: String,
    /// The digest of the document that shows it.
    pub evidence: Digest,
}

shaped! {
    NewFreeGrant => deals::NewFreeGrant, NewDeal => deals::NewDeal, DealView => deals::Deal,
    NewTrade => deals::NewExchangeTrade, ExchangeTrade => deals::ExchangeTrade,
    NewRefusal => deals::NewSupplyRefusal, SupplyRefusal => deals::SupplyRefusal,
    NewSupport => deals::NewSupport, Support => deals::Support, MonthAccount => deals::MonthAccount,
    Departure => deals::PriceDeparture,
}

/// Concludes a deal: opens a subscription on its terms.
pub async fn conclude(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewDeal>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.settlement().conclude(&actor, new).await?)?)))
}

/// Lists deals, oldest first.
pub async fn list(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<DealView>>, Problem> {
    Ok(Shown(cut(app.settlement().deals(&actor).await?, &asked, |deal| deal.subscription.as_str())?))
}

/// Records that an entity meets the conditions of free use.
pub async fn grant_free_use(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ProductId>,
    Json(given): Json<NewFreeGrant>,
) -> Result<Done, Problem> {
    let NewFreeGrant { entity, conditions, evidence } = given;
    granted(app.settlement().grant_free_use(&actor, (&id, &entity), &conditions, evidence).await?)?;
    Ok(Done)
}

/// Enters a trade as an exchange recorded it.
pub async fn trade(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewTrade>,
) -> Result<Created<Numbered>, Problem> {
    Ok(Created(Numbered { number: granted(app.settlement().record_trade(&actor, new).await?)? }))
}

/// Lists recorded trades, oldest first.
pub async fn trades(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<ExchangeTrade>>, Problem> {
    numbered(app.settlement().trades(&actor).await?, &asked, |one| one.number)
}

/// Tells of a refusal to supply.
pub async fn refuse_supply(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewRefusal>,
) -> Result<Created<Numbered>, Problem> {
    Ok(Created(Numbered { number: granted(app.settlement().record_refusal(&actor, new).await?)? }))
}

/// Lists refusals to supply, oldest first.
pub async fn supply_refusals(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<SupplyRefusal>>, Problem> {
    numbered(app.settlement().supply_refusals(&actor).await?, &asked, |one| one.number)
}

/// Books support to a public body.
pub async fn support(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewSupport>,
) -> Result<Created<Numbered>, Problem> {
    Ok(Created(Numbered { number: granted(app.settlement().record_support(&actor, new).await?)? }))
}

/// Lists support, oldest first.
pub async fn supports(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Support>>, Problem> {
    numbered(app.settlement().supports(&actor).await?, &asked, |one| one.number)
}

/// Lists the accounts of closed months, oldest first.
pub async fn accounts(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<MonthAccount>>, Problem> {
    Ok(Shown(cut(app.settlement().accounts(&actor).await?, &asked, |account| account.key.as_str())?))
}

/// Lists sales at other prices than the guided price or standard.
pub async fn departures(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Departure>>, Problem> {
    Ok(Shown(cut(app.settlement().departures(&actor).await?, &asked, |one| one.key.as_str())?))
}

/// A list whose items are named by their numbers.
fn numbered<T>(all: Vec<T>, asked: &PageAsked, number: impl Fn(&T) -> i64) -> Result<Shown<Listed<T>>, Problem> {
    let named: Vec<(String, T)> = all.into_iter().map(|one| (number(&one).to_string(), one)).collect();
    let Listed { items, next_cursor, total } = cut(named, asked, |(name, _)| name.as_str())?;
    Ok(Shown(Listed { items: items.into_iter().map(|(_, one)| one).collect(), next_cursor, total }))
}
