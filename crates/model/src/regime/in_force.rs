//! The rules as they hold now, for every station alike: what the document says, with what
//! higher rules have set anew by now.
//!
//! INVARIANT (one): all clones say the same at the same moment.
//!
//! Not here: which higher rules there are and when they count (`registry::overrides`).

use std::sync::{Arc, PoisonError, RwLock};

use super::Regime;

/// The rules as they hold now. Clones are the same ones.
#[derive(Debug, Clone)]
pub struct RulesInForce(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    written: Arc<Regime>,
    /// It lives as long as the process, so that whoever decides holds it without a lock;
    /// there is one for each day on which higher rules came into force since the start.
    anew: RwLock<Option<&'static Arc<Regime>>>,
}

impl RulesInForce {
    /// The rules as they hold now.
    pub fn regime(&self) -> &Arc<Regime> {
        let anew = *self.0.anew.read().unwrap_or_else(PoisonError::into_inner);
        anew.unwrap_or(&self.0.written)
    }

    /// The rules as the document says them.
    pub fn written(&self) -> &Arc<Regime> {
        &self.0.written
    }

    /// From now on these hold.
    pub fn take_up(&self, regime: Regime) {
        let kept: &'static Arc<Regime> = Box::leak(Box::new(Arc::new(regime)));
        *self.0.anew.write().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }
}

impl From<Arc<Regime>> for RulesInForce {
    fn from(written: Arc<Regime>) -> Self {
        Self(Arc::new(Inner { written, anew: RwLock::new(None) }))
    }
}
