//! One change of the registry: a ledger change that knows what it touches.
//!
//! INVARIANT (dies at once): when [`Turn::commit`] returns, every permit that
//! rested on what was touched is dead; also when the caller was dropped midway,
//! because a client that hangs up must not keep a permit alive.

use std::collections::BTreeSet;
use std::sync::Arc;

use shuyu_ledger::{Change, Entry, Event};

use crate::RegistryError;
use crate::live::Basis;
use crate::registry::Inner;

/// A change under way. Dropped, it changes nothing.
#[must_use = "a turn that is not committed is rolled back"]
pub struct Turn {
    change: Change,
    touched: BTreeSet<Basis>,
    registry: Arc<Inner>,
}

/// Touches on the way out, however that comes about.
struct Touching {
    registry: Arc<Inner>,
    touched: BTreeSet<Basis>,
}

impl Drop for Touching {
    fn drop(&mut self) {
        self.registry.touched(&self.touched);
    }
}

impl Turn {
    pub(crate) fn new(change: Change, registry: Arc<Inner>) -> Self {
        Self { change, touched: BTreeSet::new(), registry }
    }

    /// The ledger's change, for rows of the caller's own.
    pub fn change(&mut self) -> &mut Change {
        &mut self.change
    }

    pub(crate) fn regime(&self) -> &shuyu_model::Regime {
        self.registry.regime()
    }

    pub(crate) fn registry(&self) -> crate::Registry {
        crate::Registry(Arc::clone(&self.registry))
    }

    pub(crate) fn touch(&mut self, basis: Basis) {
        self.touched.insert(basis);
    }

    /// Commits rows and event. It runs to its end even when nobody waits for it.
    pub async fn commit(self, event: Event) -> Result<Entry, RegistryError> {
        let Self { change, touched, registry } = self;
        if touched.is_empty() {
            return Ok(change.commit(event).await?);
        }
        let task = tokio::spawn(async move {
            let _touching = Touching { registry, touched };
            change.commit(event).await
        });
        Ok(task.await.map_err(|_| RegistryError::Interrupted)??)
    }
}
