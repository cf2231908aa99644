//! The pulse of everything that a permit rests on.
//!
//! INVARIANT (dies at once): each thing has a counter; whoever changes the thing
//! moves the counter before the change is answered, and a permit that saw
//! another number is dead. Asking costs a few loads and no lock.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;
use shuyu_model::id::{AgreementId, OrderId, OrganisationId, PersonId, ProductId, ResourceId, ScenarioId};

/// Something that a permit can rest on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Basis {
    Organisation(OrganisationId),
    Person(PersonId),
    Resource(ResourceId),
    Agreement(AgreementId),
    Scenario(ScenarioId),
    Product(ProductId),
    /// What somebody applies for, about this thing. No permit rests on it.
    Application(String),
    Order(OrderId),
    /// The base catalogue, the departments' catalogues and the requirements of fields.
    Catalogues,
    /// What higher rules have set anew.
    Rules,
}

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct Pulse(RwLock<HashMap<Basis, Arc<AtomicU64>>>);

/// A counter and what it stood at.
#[derive(Debug, Clone)]
pub(crate) struct Pin {
    counter: Arc<AtomicU64>,
    seen: u64,
}

impl Pin {
    pub(crate) fn holds(&self) -> bool {
        self.counter.load(Ordering::SeqCst) == self.seen
    }
}

impl Pulse {
    /// Pins of each of these, as they stand now.
    pub(crate) fn pin(&self, bases: &[Basis]) -> Arc<[Pin]> {
        let known: Vec<Option<Arc<AtomicU64>>> = {
            let counters = self.0.read();
            bases.iter().map(|basis| counters.get(basis).cloned()).collect()
        };
        let pin = |counter: Arc<AtomicU64>| Pin { seen: counter.load(Ordering::SeqCst), counter };
        bases
            .iter()
            .zip(known)
            .map(|(basis, counter)| match counter {
                Some(counter) => pin(counter),
                None => pin(Arc::clone(self.0.write().entry(basis.clone()).or_default())),
            })
            .collect()
    }

    /// Kills every permit that rests on this.
    pub(crate) fn beat(&self, basis: &Basis) {
        self.0.write().entry(basis.clone()).or_default().fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use shuyu_model::id::Key;

    use super::*;

    #[test]
    fn a_pin_holds_until_its_own_thing_changes() {
        let (pulse, id) = (Pulse::default(), |n| Basis::Resource(ResourceId::from_uuid(uuid::Uuid::from_u128(n))));
        let pins = pulse.pin(&[id(1), id(2)]);
        pulse.beat(&id(3));
        assert!(pins.iter().all(Pin::holds));
        pulse.beat(&id(2));
        assert_eq!(pins.iter().map(Pin::holds).collect::<Vec<_>>(), [true, false]);
        assert!(pulse.pin(&[id(2)]).iter().all(Pin::holds));
    }
}
