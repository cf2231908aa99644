//! Products, who subscribes to them, with which keys, on whose consent.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_delivery::{Consent, NewConsent, NewProduct, Product, Subscription};
use shuyu_model::id::{ClientKeyId, ConsentId, OrganisationId, ProductId, ReleaseId, SubscriptionId};
use utoipa::ToSchema;

use super::{Stations, cut, granted};
use crate::authority::Standing;
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shown, Who};
use crate::error::Problem;
use crate::needs::Needs;
use crate::shapes::nouns::Made;
use crate::shapes::{market, shaped};

/// A newer release of a product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Successor {
    /// Of the same scenario, kind and columns.
    #[schema(value_type = String, pattern = "^REL-[0-9a-f]{32}$")]
    pub release: ReleaseId,
}

/// A key that signs calls.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClientKey {
    /// For which subscription.
    #[schema(value_type = String, pattern = "^SUB-[0-9a-f]{32}$")]
    pub subscription: SubscriptionId,
    /// The Ed25519 public key: 32 bytes in base64.
    pub public_key: String,
    /// What people call it.
    pub name: String,
}

/// A subscription, and the district by whose authorisation it is delivered.
#[derive(Debug, Clone, Serialize)]
pub struct SubscriptionShown {
    /// The subscription.
    #[serde(flatten)]
    pub subscription: Subscription,
    /// The district; none for the city's own.
    pub district: Option<OrganisationId>,
}

/// A consent, with the names that who gave it knows.
#[derive(Debug, Clone, Serialize)]
pub struct ConsentShown {
    /// The consent.
    #[serde(flatten)]
    pub consent: Consent,
    /// What the product is called.
    pub product_title: String,
    /// What the entity is called.
    pub entity_name: String,
    /// Whether it is in force now.
    pub is_in_force: bool,
}

shaped! { Successor => Successor, NewClientKey => NewClientKey, SubscriptionShown => market::Subscription, ConsentShown => market::Consent }

/// Makes a product of a release.
pub async fn publish(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewProduct>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.delivery().publish(&actor, new).await?)?)))
}

/// Lists products, oldest first.
pub async fn list(State(app): Stations, Asked(asked): Asked<PageAsked>) -> Result<Shown<Listed<Product>>, Problem> {
    Ok(Shown(cut(app.delivery().products(), &asked, |product| product.id.as_str())?))
}

/// Serves a newer release from now on.
pub async fn supersede(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ProductId>,
    Json(successor): Json<Successor>,
) -> Result<Done, Problem> {
    granted(app.delivery().supersede(&actor, &id, &successor.release).await?)?;
    Ok(Done)
}

/// Takes a product back, at once.
pub async fn withdraw(State(app): Stations, Who(actor): Who, At(id): At<ProductId>) -> Result<Done, Problem> {
    granted(app.delivery().withdraw_product(&actor, &id).await?)?;
    Ok(Done)
}

/// Lists the organisation's subscriptions, oldest first; every one for those who
/// oversee.
pub async fn subscriptions(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<SubscriptionShown>>, Problem> {
    let sees_all = app.authority().allows(&actor.roles, Needs::SeeAllSubscriptions, Standing::Platform);
    let sees_all = sees_all.map_err(Problem::fault)?;
    let own = |s: &Subscription| s.operator == actor.organisation || s.entity == actor.organisation;
    let mut all = Vec::new();
    for subscription in app.delivery().subscriptions().into_iter().filter(|s| sees_all || own(s)) {
        let district = app.registry().district_of(&subscription.scenario).await?;
        all.push(SubscriptionShown { subscription, district });
    }
    Ok(Shown(cut(all, &asked, |shown| shown.subscription.id.as_str())?))
}

/// Answers for a subscription in the place of whoever opened it.
pub async fn take_over(State(app): Stations, Who(actor): Who, At(id): At<SubscriptionId>) -> Result<Done, Problem> {
    granted(app.delivery().take_over(&actor, &id).await?)?;
    Ok(Done)
}

/// Ends a subscription, at once.
pub async fn end(State(app): Stations, Who(actor): Who, At(id): At<SubscriptionId>) -> Result<Done, Problem> {
    granted(app.delivery().end_subscription(&actor, &id).await?)?;
    Ok(Done)
}

/// Registers a key that signs calls.
pub async fn add_key(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewClientKey>,
) -> Result<Created<Made>, Problem> {
    let added = app.delivery().add_client_key(&actor, &new.subscription, &new.public_key, &new.name).await?;
    Ok(Created(Made::new(granted(added)?)))
}

/// Withdraws a key, at once.
pub async fn withdraw_key(State(app): Stations, Who(actor): Who, At(id): At<ClientKeyId>) -> Result<Done, Problem> {
    granted(app.delivery().withdraw_client_key(&actor, &id).await?)?;
    Ok(Done)
}

/// Records a consent.
pub async fn consent(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewConsent>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.delivery().give_consent(&actor, new).await?)?)))
}

/// Lists the consents that the caller gave, or that their entity holds, newest first.
pub async fn consents(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<ConsentShown>>, Problem> {
    let now = app.ledger().now();
    let ids = cut(app.delivery().consents_seen_by(&actor), &asked, |id| id.as_str())?;
    let mut items = Vec::new();
    for consent in ids.items.iter().filter_map(|id| app.delivery().consent(id)) {
        let entity = app.registry().organisation(&consent.entity).await?;
        items.push(ConsentShown {
            product_title: app.delivery().product(&consent.product).map(|product| product.title).unwrap_or_default(),
            entity_name: entity.map(|known| known.name.clone()).unwrap_or_default(),
            is_in_force: consent.is_live(now),
            consent,
        });
    }
    Ok(Shown(Listed { items, next_cursor: ids.next_cursor, total: ids.total }))
}

/// Withdraws a consent, at once.
pub async fn withdraw_consent(State(app): Stations, Who(actor): Who, At(id): At<ConsentId>) -> Result<Done, Problem> {
    granted(app.delivery().withdraw_consent(&actor, &id).await?)?;
    Ok(Done)
}
