//! Delivery opened: its ledger, registry and airlock, and its memory of what is
//! offered to whom.
//!
//! Not here: the calls themselves (`gateway`).

use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use shuyu_ledger::{Access, Event, Ledger};
use shuyu_model::id::{ClientKeyId, ConsentId, OrganisationId, ProductId, ReceiptId, ReleaseId, SubscriptionId};
use shuyu_model::{Actor, Reason, Reasons, Regime, Role, Time};
use shuyu_registry::Registry;
use tokio::sync::OnceCell;

use crate::accesses::{Accesses, DISORDER_MICROS};
use crate::consent::Consent;
use crate::error::DeliveryError;
use crate::product::{ClientKey, Product, Subscription};
use crate::receipt::Receipt;
use crate::replay::{NONCES_MAX, Replay};
use crate::state::{Line, Offer, State};
use crate::stock::{Opened, Opener, Stock};
use crate::subject::SubjectKey;
use crate::{reasons, store};
use shuyu_exchange::signature::{SIGNATURE_SECONDS_MAX, first_half};

/// The open station. Clones are the same one.
#[derive(Clone)]
pub struct Delivery(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) ledger: Ledger,
    pub(crate) registry: Registry,
    pub(crate) opener: Opener,
    pub(crate) accesses: Accesses,
    pub(crate) subjects: SubjectKey,
    pub(crate) state: RwLock<State>,
    pub(crate) replay: Mutex<Replay>,
}

impl Delivery {
    /// Reads what is offered to whom, counts the day's calls from the log, and
    /// remembers which signed calls of the last minutes were answered.
    pub(crate) async fn over(registry: Registry, opener: Opener) -> Result<Self, DeliveryError> {
        let ledger = registry.ledger().clone();
        let subjects = SubjectKey::open(&ledger.data_dir().join("keys"), ledger.profile())?;
        let mut state = State::default();
        for product in store::products(&ledger).await? {
            state.add_offer(Offer { product, stock: OnceCell::new() });
        }
        for subscription in store::subscriptions(&ledger).await? {
            state.add_line(Line::new(subscription, None));
        }
        for key in store::client_keys(&ledger).await? {
            state.keys.insert(key.id.clone(), key);
        }
        let mut after = String::new();
        loop {
            let page = store::consents_after(&ledger, &after).await?;
            let Some(last) = page.last() else { break };
            after = last.id.as_str().to_owned();
            page.into_iter().for_each(|consent| state.add_consent(consent));
        }
        let accesses = Accesses::new(ledger.clone());
        let mut replay = Replay::new(NONCES_MAX);
        recount(&accesses, &state, &mut replay, ledger.now()).await?;
        let (state, replay) = (RwLock::new(state), Mutex::new(replay));
        Ok(Self(Arc::new(Inner { ledger, registry, opener, accesses, subjects, state, replay })))
    }

    /// The ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    /// The registry.
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    /// The rules.
    pub fn regime(&self) -> &Regime {
        self.0.registry.regime()
    }

    /// Every product, oldest first.
    pub fn products(&self) -> Vec<Product> {
        let mut products: Vec<Product> = self.0.state.read().offers.values().map(|o| o.product.clone()).collect();
        products.sort_by(|a, b| a.id.cmp(&b.id));
        products
    }

    /// A product.
    pub fn product(&self, id: &ProductId) -> Option<Product> {
        self.0.state.read().offers.get(id).map(|offer| offer.product.clone())
    }

    /// Every subscription, oldest first. Who may see which is the caller's
    /// question: an operator its own, an entity its own.
    pub fn subscriptions(&self) -> Vec<Subscription> {
        let lines = &self.0.state.read().lines;
        let mut subscriptions: Vec<Subscription> =
            lines.values().map(|line| line.subscription.read().clone()).collect();
        subscriptions.sort_by(|a, b| a.id.cmp(&b.id));
        subscriptions
    }

    /// A subscription.
    pub fn subscription(&self, id: &SubscriptionId) -> Option<Subscription> {
        self.0.state.read().lines.get(id).map(|line| line.subscription.read().clone())
    }

    /// How many calls of today a subscription has used.
    pub fn calls_today(&self, id: &SubscriptionId) -> i64 {
        let today = self.0.ledger.now().day();
        self.0.state.read().lines.get(id).map_or(0, |line| line.usage.lock().calls(today))
    }

    /// The keys of a subscription, oldest first, withdrawn ones too.
    pub fn client_keys(&self, subscription: &SubscriptionId) -> Vec<ClientKey> {
        let state = self.0.state.read();
        let mut keys: Vec<ClientKey> =
            state.keys.values().filter(|k| k.subscription == *subscription).cloned().collect();
        keys.sort_by(|a, b| a.id.cmp(&b.id));
        keys
    }

    /// A client key.
    pub fn client_key(&self, id: &ClientKeyId) -> Option<ClientKey> {
        self.0.state.read().keys.get(id).cloned()
    }

    /// A consent.
    pub fn consent(&self, id: &ConsentId) -> Option<Consent> {
        self.0.state.read().consent(id).cloned()
    }

    /// What went out from `from` on and before `to`, in the log's order.
    pub async fn accesses(&self, from: Time, to: Time) -> Result<Vec<Receipt>, DeliveryError> {
        let mut found = Vec::new();
        self.for_each_access(from, to, |index, access| found.push(Receipt::of_recorded(index, access))).await?;
        Ok(found)
    }

    /// The same, one by one: a month need not fit into memory.
    pub async fn for_each_access(
        &self,
        from: Time,
        to: Time,
        mut visit: impl FnMut(u64, Access),
    ) -> Result<(), DeliveryError> {
        let visit = |index, access| {
            visit(index, access);
            Ok(())
        };
        self.0.accesses.for_each(from, to, visit).await
    }

    /// A receipt, read back from the log.
    pub async fn receipt(&self, id: &ReceiptId) -> Result<Option<Receipt>, DeliveryError> {
        self.0.accesses.find(id).await
    }

    /// A release, opened.
    pub(crate) async fn opened(&self, release: &ReleaseId) -> Result<Opened, DeliveryError> {
        let opened = (self.0.opener)(release.clone()).await?;
        opened.ok_or_else(|| DeliveryError::Unknown { kind: "release", id: release.as_str().to_owned() })
    }

    /// A release, made ready to be served.
    pub(crate) async fn stock(&self, release: &ReleaseId) -> Result<Stock, DeliveryError> {
        let opened = self.opened(release).await?;
        // Decoding takes as long as the release is large.
        tokio::task::spawn_blocking(move || Stock::load(opened)).await?
    }

    /// What a product serves; read the first time that somebody asks.
    pub(crate) async fn stocked<'a>(&self, offer: &'a Offer) -> Result<&'a Stock, DeliveryError> {
        offer.stock.get_or_try_init(|| self.stock(&offer.product.release)).await
    }

    /// Writes a refusal down and gives the reasons back.
    pub(crate) async fn refused(
        &self,
        actor: Option<&Actor>,
        action: &'static str,
        object: &str,
        reasons: Reasons,
    ) -> Result<Reasons, DeliveryError> {
        let event = Event::refused(actor, action, object, &reasons).under(self.regime());
        self.0.ledger.refuse(event).await?;
        Ok(reasons)
    }

    /// Whether the actor acts for this operator.
    pub(crate) fn operator_reason(&self, actor: &Actor, operator: &OrganisationId) -> Option<Reason> {
        if actor.is(Role::Operator) && actor.organisation == *operator {
            return None;
        }
        let regime = self.regime();
        Some(regime.reason(
            reasons::NOT_OPERATOR,
            &regime.agreement.scope_is_binding,
            "only the operator of the scenario offers what was made for it",
            "ask the operator",
        ))
    }
}

/// Usage is derived from the log, never the other way round.
async fn recount(accesses: &Accesses, state: &State, replay: &mut Replay, now: Time) -> Result<(), DeliveryError> {
    let today = now.day();
    let fresh_micros = (2 * SIGNATURE_SECONDS_MAX + 1) * 1_000_000;
    let from = Time::at_start_of(today).min(now.plus_micros(-fresh_micros)).plus_micros(-DISORDER_MICROS);
    accesses
        .for_each_since(from, |access| {
            if access.at.day() == today
                && let Some(line) = state.lines.get(&access.subscription)
            {
                line.usage.lock().count(today);
            }
            // Signed at most so much later than it was answered.
            let fresh_until = access.at.plus_micros(fresh_micros);
            if fresh_until > now {
                replay.remember(first_half(access.request.bytes()), fresh_until);
            }
        })
        .await
}
