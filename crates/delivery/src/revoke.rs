//! Taking back: a product, a subscription, a client key, a consent.
//!
//! INVARIANT (at once): see `state`. It runs to its end even when whoever asked
//! for it hangs up, so that memory and database do not part.

use shuyu_ledger::Event;
use shuyu_model::id::{ClientKeyId, ConsentId, ProductId, SubscriptionId};
use shuyu_model::{Actor, Time};

use crate::delivery::Delivery;
use crate::error::DeliveryError;
use crate::product::ProductState;
use crate::state::State;
use crate::store;

/// What is taken back.
pub(crate) enum Revoked {
    Product(ProductId),
    Subscription(SubscriptionId),
    ClientKey(ClientKeyId),
    Consent(ConsentId),
}

impl Revoked {
    fn id(&self) -> &str {
        match self {
            Self::Product(id) => id.as_str(),
            Self::Subscription(id) => id.as_str(),
            Self::ClientKey(id) => id.as_str(),
            Self::Consent(id) => id.as_str(),
        }
    }

    fn action(&self) -> &'static str {
        match self {
            Self::Product(_) => "product.withdrawn",
            Self::Subscription(_) => "subscription.ended",
            Self::ClientKey(_) => "client_key.withdrawn",
            Self::Consent(_) => "consent.withdrawn",
        }
    }

    /// Marks it, or takes the mark off again.
    fn mark(&self, state: &mut State, at: Option<Time>) {
        match self {
            Self::Product(id) => state.mark_product(id, at.map_or(ProductState::Offered, |_| ProductState::Withdrawn)),
            Self::Subscription(id) => state.mark_line(id, at),
            Self::ClientKey(id) => state.mark_key(id, at),
            Self::Consent(id) => state.mark_consent(id, at),
        }
    }

    async fn write(&self, delivery: &Delivery, actor: &Actor, at: Time) -> Result<(), DeliveryError> {
        let mut change = delivery.0.ledger.change().await?;
        match self {
            Self::Product(id) => store::update_product_state(&mut change, id, ProductState::Withdrawn).await?,
            Self::Subscription(id) => store::end_subscription(&mut change, id, at).await?,
            Self::ClientKey(id) => store::withdraw_client_key(&mut change, id, at).await?,
            Self::Consent(id) => store::withdraw_consent(&mut change, id, at).await?,
        }
        let event = Event::done(Some(actor), self.action(), self.id()).under(delivery.regime());
        change.commit(event.facts(serde_json::json!({ "at": at }))).await?;
        Ok(())
    }
}

impl Delivery {
    /// Takes back, from this moment on.
    pub(crate) async fn revoke(&self, actor: &Actor, what: Revoked) -> Result<(), DeliveryError> {
        let (this, actor) = (self.clone(), actor.clone());
        tokio::spawn(async move {
            let at = {
                let mut state = this.0.state.write();
                let at = this.0.ledger.now();
                what.mark(&mut state, Some(at));
                at
            };
            let written = what.write(&this, &actor, at).await;
            if written.is_err() {
                what.mark(&mut this.0.state.write(), None);
            }
            written
        })
        .await?
    }
}
