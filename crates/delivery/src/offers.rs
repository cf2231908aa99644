//! What the operator does: publish, supersede and withdraw products; open, take
//! over and end subscriptions. And the entity: add and withdraw client keys.

use shuyu_ledger::Event;
use shuyu_model::id::{ClientKeyId, ProductId, ReleaseId, SubscriptionId};
use shuyu_model::{Actor, Reason, Reasons, Role, Verdict};
use shuyu_registry::{Act, Permit, Scope};
use tokio::sync::OnceCell;

use crate::delivery::Delivery;
use crate::error::DeliveryError;
use crate::product::{
    CALLS_PER_DAY_MAX, CLIENT_KEYS_MAX, ClientKey, NewProduct, NewSubscription, Product, ProductState, Subscription,
    TITLE_CHARS_MAX, key_from_text,
};
use crate::revoke::Revoked;
use crate::state::{Line, Offer};
use crate::stock::Stock;
use crate::{reasons, store};

type Result<T> = std::result::Result<T, DeliveryError>;

impl Delivery {
    /// Offers a release as a product.
    pub async fn publish(&self, actor: &Actor, new: NewProduct) -> Result<Verdict<ProductId>> {
        let title = title(&new.title)?;
        let stock = self.stock(&new.release).await?;
        let mut found = Vec::from_iter(self.operator_reason(actor, stock.operator()));
        found.extend(self.stock_reasons(&stock, &new));
        if let Some(reasons) = Reasons::new(found) {
            let reasons = self.refused(Some(actor), "product.refused", new.release.as_str(), reasons).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        let mut change = self.0.ledger.change().await?;
        let product = Product {
            id: self.0.ledger.new_id(),
            release: new.release,
            scenario: stock.scenario().clone(),
            operator: stock.operator().clone(),
            title,
            kind: new.kind,
            key: new.key,
            answer: stock.answer(),
            needs_consent: stock.is_about_people(),
            state: ProductState::Offered,
            published_at: change.now(),
        };
        store::insert_product(&mut change, &product).await?;
        let event = Event::done(Some(actor), "product.published", product.id.as_str())
            .under(self.regime())
            .digests(None, Some(stock.digest()))
            .facts(serde_json::json!({
                "release": product.release, "scenario": product.scenario, "needs_consent": product.needs_consent,
                "kind": product.kind,
            }));
        change.commit(event).await?;
        let id = product.id.clone();
        self.0.state.write().add_offer(Offer { product, stock: OnceCell::new_with(Some(stock)) });
        Ok(Verdict::Allow(id))
    }

    /// Serves a newer release of the same scenario, kind and shape from now on.
    pub async fn supersede(&self, actor: &Actor, id: &ProductId, release: &ReleaseId) -> Result<Verdict<()>> {
        let product = self.known_product(id)?;
        let stock = self.stock(release).await?;
        let new = NewProduct {
            release: release.clone(),
            title: product.title.clone(),
            kind: product.kind,
            key: product.key.clone(),
        };
        let mut found = Vec::from_iter(self.operator_reason(actor, &product.operator));
        found.extend(self.stock_reasons(&stock, &new));
        let is_alike = *stock.scenario() == product.scenario
            && stock.answer() == product.answer
            && stock.is_about_people() == product.needs_consent;
        if !is_alike {
            let regime = self.regime();
            found.push(regime.reason(
                reasons::SUCCESSOR,
                &regime.agreement.scope_is_binding,
                "the release is of another scenario or has other columns than the product",
                "publish it as a product of its own",
            ));
        }
        if let Some(reasons) = Reasons::new(found) {
            return Ok(Verdict::Refuse(self.refused(Some(actor), "product.refused", id.as_str(), reasons).await?));
        }
        let mut change = self.0.ledger.change().await?;
        store::update_product_release(&mut change, id, release).await?;
        let event = Event::done(Some(actor), "product.superseded", id.as_str())
            .under(self.regime())
            .digests(None, Some(stock.digest()))
            .facts(serde_json::json!({ "release": release, "before": product.release }));
        change.commit(event).await?;
        let product = Product { release: release.clone(), ..product };
        self.0.state.write().add_offer(Offer { product, stock: OnceCell::new_with(Some(stock)) });
        Ok(Verdict::Allow(()))
    }

    /// Takes a product back, at once. The operator may, and the agency.
    pub async fn withdraw_product(&self, actor: &Actor, id: &ProductId) -> Result<Verdict<()>> {
        let product = self.known_product(id)?;
        if let Some(reason) = self.operator_reason(actor, &product.operator).filter(|_| !actor.is(Role::Agency)) {
            let reasons = self.refused(Some(actor), "product.refused", id.as_str(), Reasons::one(reason)).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        if product.state == ProductState::Offered {
            self.revoke(actor, Revoked::Product(id.clone())).await?;
        }
        Ok(Verdict::Allow(()))
    }

    /// Opens a subscription for an entity.
    pub async fn subscribe(&self, actor: &Actor, new: NewSubscription) -> Result<Verdict<SubscriptionId>> {
        let product = self.known_product(&new.product)?;
        if !(1..=CALLS_PER_DAY_MAX).contains(&new.calls_per_day_max) {
            return Err(DeliveryError::Malformed { part: "quota of a day", what: "a number from 1 to 1000000000" });
        }
        let mut found = Vec::from_iter(self.operator_reason(actor, &product.operator));
        let regime = self.regime();
        if new.scenario != product.scenario {
            found.push(regime.reason(
                reasons::NOT_OF_SCENARIO,
                &regime.agreement.scope_is_binding,
                "the product was made for another scenario",
                "name the product's own scenario",
            ));
        }
        found.extend(self.offered_reason(&product));
        let scope = Scope::of(new.scenario.clone()).to(new.entity.clone()).used_for(new.use_kind);
        // INVARIANT (registered first): the registry asks for the product's registration.
        let scope = scope.as_product(new.product.clone()).as_order();
        let permit = match self.0.registry.permit(actor, Act::Deliver, &scope).await? {
            Verdict::Allow(permit) => Some(permit),
            Verdict::Refuse(reasons) => {
                found.extend(reasons.into_vec());
                None
            }
        };
        if permit.as_ref().is_some_and(Permit::goes_on) {
            found.push(regime.reason(
                reasons::ONLY_GOES_ON,
                &regime.agreement.access_ends_with_it,
                "the operator's agreement has ended; while it hands over, only what was live goes on",
                "wait for the agency or the next operator to offer it",
            ));
        }
        if permit.as_ref().and_then(Permit::development_agreement).is_some_and(|id| *id != new.agreement) {
            found.push(regime.reason(
                reasons::AGREEMENT,
                &regime.agreement.entity_must_be_contracted,
                "another development agreement than the one named is in force for this entity and scenario",
                "name the agreement in force",
            ));
        }
        if let Some(reasons) = Reasons::new(found) {
            let reasons = self.refused(Some(actor), "subscription.refused", new.product.as_str(), reasons).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        let mut change = self.0.ledger.change().await?;
        let subscription = Subscription {
            id: self.0.ledger.new_id(),
            product: new.product,
            entity: new.entity,
            operator: product.operator,
            scenario: new.scenario,
            agreement: new.agreement,
            use_kind: new.use_kind,
            calls_per_day_max: new.calls_per_day_max,
            opened_by: actor.person.clone(),
            opened_at: change.now(),
            ended_at: None,
            is_public: false,
        };
        store::insert_subscription(&mut change, &subscription).await?;
        let event = Event::done(Some(actor), "subscription.opened", subscription.id.as_str())
            .under(regime)
            .citing(regime.cite(&regime.agreement.entity_must_be_contracted))
            .facts(serde_json::to_value(&subscription)?);
        change.commit(event).await?;
        let id = subscription.id.clone();
        self.0.state.write().add_line(Line::new(subscription, permit));
        Ok(Verdict::Allow(id))
    }

    /// Makes another person of the operator answer for a subscription: a permit
    /// dies with the role of the person whom it was given to.
    pub async fn take_over(&self, actor: &Actor, id: &SubscriptionId) -> Result<Verdict<()>> {
        let line = self.line(id)?;
        let subscription = line.subscription.read().clone();
        let mut found = Vec::from_iter(self.operator_reason(actor, &subscription.operator));
        let permit = match self.ask(actor, &subscription).await? {
            Verdict::Allow(permit) => Some(permit),
            Verdict::Refuse(reasons) => {
                found.extend(reasons.into_vec());
                None
            }
        };
        if let Some(reasons) = Reasons::new(found) {
            return Ok(Verdict::Refuse(self.refused(Some(actor), "subscription.refused", id.as_str(), reasons).await?));
        }
        let mut change = self.0.ledger.change().await?;
        store::take_over_subscription(&mut change, id, &actor.person).await?;
        let event = Event::done(Some(actor), "subscription.taken_over", id.as_str()).under(self.regime());
        change.commit(event).await?;
        line.subscription.write().opened_by = actor.person.clone();
        *line.permit.write() = permit;
        Ok(Verdict::Allow(()))
    }

    /// Ends a subscription, at once. The operator may, and the entity.
    pub async fn end_subscription(&self, actor: &Actor, id: &SubscriptionId) -> Result<Verdict<()>> {
        let subscription = self.line(id)?.subscription.read().clone();
        let is_entity = actor.is(Role::Entity) && actor.organisation == subscription.entity;
        if let Some(reason) = self.operator_reason(actor, &subscription.operator).filter(|_| !is_entity) {
            let reasons = self.refused(Some(actor), "subscription.refused", id.as_str(), Reasons::one(reason)).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        if subscription.ended_at.is_none() {
            self.revoke(actor, Revoked::Subscription(id.clone())).await?;
        }
        Ok(Verdict::Allow(()))
    }

    /// Adds a key with which the entity's clients sign: an Ed25519 public key,
    /// 32 bytes in base64.
    pub async fn add_client_key(
        &self,
        actor: &Actor,
        subscription: &SubscriptionId,
        public_key: &str,
        name: &str,
    ) -> Result<Verdict<ClientKeyId>> {
        let entity = self.line(subscription)?.subscription.read().entity.clone();
        let name = title(name)?;
        let what = "an Ed25519 public key, 32 bytes in base64";
        let public_key = key_from_text(public_key).ok_or(DeliveryError::Malformed { part: "public key", what })?;
        if let Some(reason) = self.entity_reason(actor, &entity) {
            let reasons = Reasons::one(reason);
            let reasons = self.refused(Some(actor), "client_key.refused", subscription.as_str(), reasons).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        let in_use = self.client_keys(subscription).into_iter().filter(|key| key.withdrawn_at.is_none());
        if in_use.clone().any(|key| key.public_key == public_key) {
            return Err(DeliveryError::Conflict { part: "public key", what: "it is in use for this subscription" });
        }
        if in_use.count() >= CLIENT_KEYS_MAX {
            return Err(DeliveryError::Conflict { part: "public key", what: "20 keys are in use; withdraw one first" });
        }
        let mut change = self.0.ledger.change().await?;
        let key = ClientKey {
            id: self.0.ledger.new_id(),
            subscription: subscription.clone(),
            name,
            public_key,
            added_at: change.now(),
            withdrawn_at: None,
        };
        store::insert_client_key(&mut change, &key).await?;
        let event = Event::done(Some(actor), "client_key.added", key.id.as_str())
            .under(self.regime())
            .facts(serde_json::to_value(&key)?);
        change.commit(event).await?;
        let id = key.id.clone();
        self.0.state.write().keys.insert(id.clone(), key);
        Ok(Verdict::Allow(id))
    }

    /// Withdraws a client key, at once.
    pub async fn withdraw_client_key(&self, actor: &Actor, id: &ClientKeyId) -> Result<Verdict<()>> {
        let key = self.client_key(id).ok_or_else(|| unknown("client key", id.as_str()))?;
        let entity = self.line(&key.subscription)?.subscription.read().entity.clone();
        if let Some(reason) = self.entity_reason(actor, &entity) {
            let reasons = self.refused(Some(actor), "client_key.refused", id.as_str(), Reasons::one(reason)).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        if key.withdrawn_at.is_none() {
            self.revoke(actor, Revoked::ClientKey(id.clone())).await?;
        }
        Ok(Verdict::Allow(()))
    }

    /// Why a release cannot be offered like this; all reasons.
    fn stock_reasons(&self, stock: &Stock, new: &NewProduct) -> Vec<Reason> {
        let regime = self.regime();
        let mut found = Vec::new();
        if !stock.is_live() {
            found.push(self.not_live_reason());
        }
        found.extend(stock.shape_faults(new.kind, new.key.as_deref()).into_iter().map(|what| {
            regime.reason(
                reasons::KIND,
                &regime.release.raw_never_leaves,
                what,
                "offer the release as what it was reviewed for",
            )
        }));
        found.extend(stock.direct_answers().into_iter().map(|column| {
            regime.reason(
                reasons::DIRECT_ANSWER,
                &regime.release.raw_never_leaves,
                format!("the column `{column}` names a person or firm"),
                "make a result without that column",
            )
        }));
        found
    }

    pub(crate) fn not_live_reason(&self) -> Reason {
        let regime = self.regime();
        regime.reason(
            reasons::NOT_LIVE,
            &regime.release.raw_never_leaves,
            "the release behind the product was withdrawn",
            "have a newer result reviewed and released",
        )
    }

    pub(crate) fn offered_reason(&self, product: &Product) -> Option<Reason> {
        let regime = self.regime();
        (product.state == ProductState::Withdrawn).then(|| {
            regime.reason(
                reasons::PRODUCT_WITHDRAWN,
                &regime.agreement.access_ends_with_it,
                "the product was withdrawn",
                "ask the operator what replaces it",
            )
        })
    }

    fn entity_reason(&self, actor: &Actor, entity: &shuyu_model::id::OrganisationId) -> Option<Reason> {
        let regime = self.regime();
        (!actor.is(Role::Entity) || actor.organisation != *entity).then(|| {
            regime.reason(
                reasons::NOT_ENTITY,
                &regime.agreement.entity_must_be_contracted,
                "only the subscribed entity says which keys are its own",
                "ask the entity",
            )
        })
    }

    /// Asks the registry for leave to deliver.
    pub(crate) async fn ask(&self, actor: &Actor, subscription: &Subscription) -> Result<Verdict<Permit>> {
        let scope = Scope::of(subscription.scenario.clone()).used_for(subscription.use_kind);
        let scope = if subscription.is_public { scope.to_the_public() } else { scope.to(subscription.entity.clone()) };
        let scope = scope.as_product(subscription.product.clone());
        Ok(self.0.registry.permit(actor, Act::Deliver, &scope).await?)
    }

    fn known_product(&self, id: &ProductId) -> Result<Product> {
        self.product(id).ok_or_else(|| unknown("product", id.as_str()))
    }

    pub(crate) fn line(&self, id: &SubscriptionId) -> Result<std::sync::Arc<Line>> {
        self.0.state.read().lines.get(id).cloned().ok_or_else(|| unknown("subscription", id.as_str()))
    }
}

pub(crate) fn unknown(kind: &'static str, id: &str) -> DeliveryError {
    DeliveryError::Unknown { kind, id: id.to_owned() }
}

fn title(given: &str) -> Result<String> {
    let title = given.trim();
    if title.is_empty() || title.chars().count() > TITLE_CHARS_MAX || title.chars().any(char::is_control) {
        return Err(DeliveryError::Malformed { part: "title", what: "1 to 200 characters on one line" });
    }
    Ok(title.to_owned())
}

#[cfg(test)]
mod tests;
