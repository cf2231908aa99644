//! What the gateway decides by, in memory.
//!
//! INVARIANT (at once): what is withdrawn, ended or taken back is marked here
//! under the writer's lock, with the time, before it is written to the database;
//! a call decides under the reader's lock and takes its time there. So no call
//! is let through after the time of a withdrawal. If the database does not
//! take the withdrawal, the mark is taken off and the caller told.
//! INVARIANT (what is granted is written): what opens something comes here only
//! after its commit.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use shuyu_model::id::{ClientKeyId, ConsentId, ProductId, SubscriptionId};
use shuyu_model::{Day, Time};
use shuyu_registry::Permit;
use tokio::sync::OnceCell;

use crate::consent::Consent;
use crate::product::{ClientKey, Product, ProductState, Subscription};
use crate::stock::Stock;
use crate::subject::Subject;

/// A product and what it serves, once somebody asked.
pub(crate) struct Offer {
    pub(crate) product: Product,
    pub(crate) stock: OnceCell<Stock>,
}

/// The calls of the day so far. Counted up when a call is let through; counted
/// again from the log after a start.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    day: Option<Day>,
    calls: i64,
}

impl Usage {
    /// Whether one more call fits into this day.
    pub(crate) fn has_room(&self, day: Day, calls_max: i64) -> bool {
        self.day != Some(day) || self.calls < calls_max
    }

    /// Counts a call.
    pub(crate) fn count(&mut self, day: Day) {
        if self.day != Some(day) {
            *self = Self { day: Some(day), calls: 0 };
        }
        self.calls = self.calls.saturating_add(1);
    }

    /// Takes back a call that came to nothing.
    pub(crate) fn uncount(&mut self, day: Day) {
        if self.day == Some(day) {
            self.calls = self.calls.saturating_sub(1);
        }
    }

    /// The calls of this day.
    pub(crate) fn calls(&self, day: Day) -> i64 {
        if self.day == Some(day) { self.calls } else { 0 }
    }
}

/// A subscription with what changes from call to call.
pub(crate) struct Line {
    pub(crate) subscription: RwLock<Subscription>,
    pub(crate) permit: RwLock<Option<Permit>>,
    pub(crate) usage: Mutex<Usage>,
}

impl Line {
    pub(crate) fn new(subscription: Subscription, permit: Option<Permit>) -> Self {
        let (subscription, permit) = (RwLock::new(subscription), RwLock::new(permit));
        Self { subscription, permit, usage: Mutex::new(Usage::default()) }
    }

    pub(crate) fn is_permitted(&self) -> bool {
        self.permit.read().as_ref().is_some_and(Permit::is_live)
    }
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) offers: HashMap<ProductId, Arc<Offer>>,
    pub(crate) lines: HashMap<SubscriptionId, Arc<Line>>,
    pub(crate) keys: HashMap<ClientKeyId, ClientKey>,
    /// The public's subscriptions of each product, ended ones too.
    open: HashMap<ProductId, Vec<SubscriptionId>>,
    consents: HashMap<ConsentId, Consent>,
    consents_of: HashMap<(Subject, ProductId), Vec<ConsentId>>,
    /// By the id of who gave them, and of the entity that they were given to; oldest first.
    consents_seen_by: HashMap<String, Vec<ConsentId>>,
}

impl State {
    pub(crate) fn add_offer(&mut self, offer: Offer) {
        self.offers.insert(offer.product.id.clone(), Arc::new(offer));
    }

    pub(crate) fn add_line(&mut self, line: Line) {
        let (id, of) = {
            let subscription = line.subscription.read();
            (subscription.id.clone(), subscription.is_public.then(|| subscription.product.clone()))
        };
        if let Some(product) = of {
            self.open.entry(product).or_default().push(id.clone());
        }
        self.lines.insert(id, Arc::new(line));
    }

    pub(crate) fn add_consent(&mut self, consent: Consent) {
        let of = (consent.subject, consent.product.clone());
        self.consents_of.entry(of).or_default().push(consent.id.clone());
        for sees in [consent.given_by.as_str(), consent.entity.as_str()] {
            self.consents_seen_by.entry(sees.to_owned()).or_default().push(consent.id.clone());
        }
        self.consents.insert(consent.id.clone(), consent);
    }

    pub(crate) fn consent(&self, id: &ConsentId) -> Option<&Consent> {
        self.consents.get(id)
    }

    /// The consents that this person gave, or that were given to this organisation, oldest first.
    pub(crate) fn consents_seen_by(&self, id: &str) -> &[ConsentId] {
        self.consents_seen_by.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    /// The running subscription of the public's to a product, where there is one.
    pub(crate) fn open_line(&self, product: &ProductId) -> Option<Arc<Line>> {
        let is_open = |line: &&Arc<Line>| {
            let subscription = line.subscription.read();
            subscription.is_public && subscription.product == *product && subscription.ended_at.is_none()
        };
        self.open.get(product).into_iter().flatten().filter_map(|id| self.lines.get(id)).find(is_open).cloned()
    }

    /// Marks a consent withdrawn, or takes the mark off again.
    pub(crate) fn mark_consent(&mut self, id: &ConsentId, withdrawn_at: Option<Time>) {
        if let Some(consent) = self.consents.get_mut(id) {
            consent.withdrawn_at = withdrawn_at;
        }
    }

    pub(crate) fn consents_of(&self, subject: Subject, product: &ProductId) -> impl Iterator<Item = &Consent> {
        let ids = self.consents_of.get(&(subject, product.clone())).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.consents.get(id))
    }

    /// Marks a key withdrawn, or takes the mark off again.
    pub(crate) fn mark_key(&mut self, id: &ClientKeyId, withdrawn_at: Option<Time>) {
        if let Some(key) = self.keys.get_mut(id) {
            key.withdrawn_at = withdrawn_at;
        }
    }

    /// Marks a subscription ended, or takes the mark off again. The reader's
    /// lock of the whole is not enough for this; see INVARIANT (at once).
    pub(crate) fn mark_line(&mut self, id: &SubscriptionId, ended_at: Option<Time>) {
        if let Some(line) = self.lines.get(id) {
            line.subscription.write().ended_at = ended_at;
        }
    }

    /// Marks a product withdrawn, or takes the mark off again; its rows are read
    /// again when asked for.
    pub(crate) fn mark_product(&mut self, id: &ProductId, state: ProductState) {
        if let Some(offer) = self.offers.get(id) {
            let product = Product { state, ..offer.product.clone() };
            self.add_offer(Offer { product, stock: OnceCell::new() });
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_quota_holds_for_a_day_and_begins_anew_with_the_next() {
        let (today, tomorrow) = (date(2026, 6, 1), date(2026, 6, 2));
        let mut usage = Usage::default();
        assert!(usage.has_room(today, 1) && usage.calls(today) == 0);
        usage.count(today);
        assert!(!usage.has_room(today, 1) && usage.has_room(today, 2) && usage.has_room(tomorrow, 1));
        usage.uncount(tomorrow);
        assert_eq!(usage.calls(today), 1);
        usage.uncount(today);
        assert!(usage.has_room(today, 1));
        usage.count(today);
        usage.count(tomorrow);
        assert_eq!((usage.calls(today), usage.calls(tomorrow)), (0, 1));
    }
}
