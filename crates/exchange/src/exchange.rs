//! The exchange opened: who we are to others, who they are to us, and what is shown.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use shuyu_ledger::{Event, Ledger};
use shuyu_model::id::{DispatchId, PeerId};
use shuyu_model::regime::RulesInForce;
use shuyu_model::{Actor, Reason, Reasons, Regime, Role, Verdict};

use crate::identity::Identity;
use crate::peer::{NewPeer, Peer, Side};
use crate::view::{DispatchState, DispatchView, HeldBelow, PeerStatus, Piece, SubmissionState, SubmissionView};
use crate::{ExchangeError, reasons, store};

type Result<T> = std::result::Result<T, ExchangeError>;

/// Where a platform takes records from below.
pub const CALL_PATH: &str = "/v1/exchange/submissions";
/// The most platforms, withdrawn ones included.
const PEERS_MAX: usize = 500;

/// The exchange. Clones are the same one.
#[derive(Clone)]
pub struct Exchange(Arc<Inner>);

struct Inner {
    ledger: Ledger,
    rules: RulesInForce,
    identity: Identity,
}

/// What another platform's administrator enters about this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The key that our calls are signed with, in base64.
    pub public_key: String,
    /// The key of our log, which signs our receipts.
    pub verifier: String,
}

impl Exchange {
    /// Opens it; makes the key of our calls at the first start.
    pub fn open(ledger: Ledger, rules: impl Into<RulesInForce>) -> Result<Self> {
        let identity = Identity::load_or_create(&ledger.data_dir().join("keys").join("exchange.key"))?;
        Ok(Self(Arc::new(Inner { ledger, rules: rules.into(), identity })))
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    pub(crate) fn regime(&self) -> &Regime {
        self.0.rules.regime()
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// The clause that links this platform to others, as a reason cites it.
    pub(crate) fn clause(&self) -> String {
        let (regime, hierarchy) = (self.regime(), &self.regime().hierarchy);
        let linked = hierarchy.linked_to.as_ref().map(|linked| regime.cite(linked));
        let districts = || hierarchy.districts.as_ref().map(|districts| regime.cite(districts));
        linked.or_else(districts).unwrap_or_else(|| regime.cite_clause("setting"))
    }

    /// What another platform's administrator enters about this one.
    pub fn shown(&self) -> Shown {
        Shown {
            public_key: self.identity().public_key().to_owned(),
            verifier: self.ledger().log().verifier().to_string(),
        }
    }

    /// Enters another platform (system administrator).
    pub async fn add_peer(&self, actor: &Actor, new: NewPeer) -> Result<Verdict<PeerId>> {
        let faults = new.faults(self.identity().public_key());
        if !faults.is_empty() {
            return Err(ExchangeError::Malformed { faults });
        }
        let mut change = self.ledger().change().await?;
        if let Some(reasons) = Reasons::new(self.against_peer(actor, new.side)) {
            let event = Event::refused(Some(actor), "peer.refused", "", &reasons);
            change.commit(event.under(self.regime())).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        let known = store::all_peers_in(&mut change).await?;
        if known.len() >= PEERS_MAX {
            return Err(ExchangeError::Conflict {
                what: format!("{PEERS_MAX} platforms are known, the most there can be"),
            });
        }
        let is_live = |peer: &&Peer| peer.withdrawn_at.is_none();
        if known.iter().filter(is_live).any(|peer| peer.side == new.side && peer.public_key == new.public_key) {
            return Err(ExchangeError::Conflict { what: "a platform with this key is known already".to_owned() });
        }
        if known.iter().any(|peer| peer.name == new.name) {
            return Err(ExchangeError::Conflict { what: "a platform of this name is or was known".to_owned() });
        }
        let peer = Peer {
            id: self.ledger().new_id(),
            side: new.side,
            name: new.name,
            url: new.url,
            stands_for: new.stands_for,
            public_key: new.public_key,
            verifier: new.verifier,
            made_at: change.now(),
            withdrawn_at: None,
            failures: 0,
            next_at: change.now(),
        };
        store::insert_peer(&mut change, &peer).await?;
        let facts = json!({
            "side": peer.side, "name": peer.name, "stands_for": peer.stands_for, "public_key": peer.public_key,
            "verifier": peer.verifier,
        });
        let event = Event::done(Some(actor), "peer.added", peer.id.as_str()).facts(facts);
        change.commit(event.under(self.regime()).citing(self.clause())).await?;
        Ok(Verdict::Allow(peer.id))
    }

    /// Knows another platform no more (system administrator): its calls are turned
    /// away, and what waits for it is given up.
    pub async fn withdraw_peer(&self, actor: &Actor, id: &PeerId) -> Result<Verdict<()>> {
        let mut change = self.ledger().change().await?;
        if !actor.is(Role::SystemAdmin) {
            let reasons = Reasons::one(self.not_the_admin());
            change.commit(Event::refused(Some(actor), "peer.refused", id.as_str(), &reasons)).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        if !store::set_withdrawn(&mut change, id).await? {
            return Err(ExchangeError::Unknown { kind: "peer", id: id.to_string() });
        }
        let event = Event::done(Some(actor), "peer.withdrawn", id.as_str());
        change.commit(event.under(self.regime())).await?;
        Ok(Verdict::Allow(()))
    }

    fn against_peer(&self, actor: &Actor, side: Side) -> Vec<Reason> {
        let mut found = Vec::new();
        if !actor.is(Role::SystemAdmin) {
            found.push(self.not_the_admin());
        }
        let rule = self.regime().hierarchy.own_platform_barred.as_ref().filter(|rule| rule.value);
        if let (Side::Below, Some(rule)) = (side, rule) {
            let what = "a district works on the city's platform and builds none of its own";
            let instead = "enter the district's organisations here, and its scheme";
            found.push(self.regime().reason(reasons::OWN_PLATFORM_BARRED, rule, what, instead));
        }
        found
    }

    fn not_the_admin(&self) -> Reason {
        let what = "other platforms are entered by the system administrator";
        Reason::new(reasons::NOT_THE_ADMIN, what, "setting", "ask the system administrator")
    }

    /// Every platform that is or was known, oldest first.
    pub async fn peers(&self) -> Result<Vec<Peer>> {
        store::peers(self.ledger(), None).await
    }

    /// How it stands with each of them that is known.
    pub async fn status(&self) -> Result<Vec<PeerStatus>> {
        let mut all = Vec::new();
        for peer in self.peers().await?.into_iter().filter(|peer| peer.withdrawn_at.is_none()) {
            all.push(store::status(self.ledger(), peer).await?);
        }
        Ok(all)
    }

    /// What was sent, oldest first.
    pub async fn dispatches(
        &self,
        state: Option<DispatchState>,
        after: &str,
        items_max: usize,
    ) -> Result<Piece<DispatchView>> {
        store::dispatches(self.ledger(), state, after, items_max).await
    }

    /// One of them, with its attempts' last.
    pub async fn dispatch(&self, id: &DispatchId) -> Result<Option<DispatchView>> {
        store::dispatch(self.ledger(), id).await
    }

    /// What came from below, oldest first.
    pub async fn submissions(
        &self,
        state: Option<SubmissionState>,
        after: &str,
        items_max: usize,
    ) -> Result<Piece<SubmissionView>> {
        store::submissions(self.ledger(), state, after, items_max).await
    }

    /// Entries of the catalogues below: the newest that was accepted of each, which is
    /// held there and cannot be used here.
    pub async fn held_below(&self, after: &str, items_max: usize) -> Result<Piece<HeldBelow>> {
        store::held_below(self.ledger(), after, items_max).await
    }
}
