//! The registry opened: the ledger, the rules, and a memory of everything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;
use shuyu_ledger::Ledger;
use shuyu_model::id::{AgreementId, OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::regime::RulesInForce;
use shuyu_model::{Actor, Reasons, Regime, Time, Verdict};

use crate::decide::Asked;
use crate::live::{Basis, Pulse};
use crate::page::{Listing, Page};
use crate::store::Book;
use crate::subject::parsed;
use crate::turn::Turn;
use crate::world::World;
use crate::{Agreement, Organisation, Person, RegistryError, Resource, Scenario};

/// The registry. Clones are the same one.
#[derive(Clone)]
pub struct Registry(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) ledger: Ledger,
    pub(crate) rules: RulesInForce,
    pub(crate) pulse: Pulse,
    /// Counts changes; a world of an older generation is not decided from.
    generation: AtomicU64,
    cache: RwLock<Cache>,
    /// Who reads the database again; the others wait for them.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Cache {
    world: Option<Arc<World>>,
    /// What changed since that world, and with which generation.
    dirty: BTreeMap<Basis, u64>,
}

impl Inner {
    /// The rules as they hold now.
    pub(crate) fn regime(&self) -> &Regime {
        self.rules.regime()
    }

    /// Says that these have changed. Upholds INVARIANT (dies at once): the
    /// generation moves first, so that a permit made from the old world either
    /// sees it (and is made anew) or pinned the old counters (and dies here).
    pub(crate) fn touched(&self, bases: &BTreeSet<Basis>) {
        {
            let mut cache = self.cache.write();
            let generation = self.generation.fetch_add(1, Ordering::SeqCst) + 1;
            cache.dirty.extend(bases.iter().map(|basis| (basis.clone(), generation)));
        }
        for basis in bases {
            self.pulse.beat(basis);
        }
    }

    pub(crate) fn is_current(&self, world: &World) -> bool {
        world.generation == self.generation.load(Ordering::SeqCst)
    }

    fn current(&self) -> Option<Arc<World>> {
        self.cache.read().world.clone().filter(|world| self.is_current(world))
    }
}

impl Registry {
    /// A registry over this ledger under these rules. Reads nothing yet.
    pub fn new(ledger: Ledger, regime: Arc<Regime>) -> Self {
        Self(Arc::new(Inner {
            ledger,
            rules: RulesInForce::from(regime),
            pulse: Pulse::default(),
            generation: AtomicU64::new(0),
            cache: RwLock::default(),
            reading: tokio::sync::Mutex::new(()),
        }))
    }

    /// The rules.
    pub fn regime(&self) -> &Regime {
        self.0.regime()
    }

    /// The rules as their file says them, to be kept.
    pub fn regime_arc(&self) -> Arc<Regime> {
        Arc::clone(self.0.rules.written())
    }

    /// The rules as they hold at each moment, for the other stations.
    pub fn rules(&self) -> RulesInForce {
        self.0.rules.clone()
    }

    /// The ledger.
    pub fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    pub(crate) fn now(&self) -> Time {
        self.0.ledger.now()
    }

    /// The world as it is now. Costs a lock and a count, unless something has
    /// changed since; then the changed rows are read again.
    pub(crate) async fn world(&self) -> Result<Arc<World>, RegistryError> {
        loop {
            if let Some(world) = self.0.current() {
                return Ok(world);
            }
            let _reading = self.0.reading.lock().await;
            if self.0.current().is_none() {
                self.read_again(&mut Book::Ledger(&self.0.ledger)).await?;
            }
        }
    }

    /// The same inside a change, where nothing else can change it.
    pub(crate) async fn world_in(&self, turn: &mut Turn) -> Result<Arc<World>, RegistryError> {
        loop {
            if let Some(world) = self.0.current() {
                return Ok(world);
            }
            // Without waiting for `reading`: its holder may wait for a
            // connection that is only free once this change has ended.
            self.read_again(&mut Book::Change(turn.change())).await?;
        }
    }

    async fn read_again(&self, book: &mut Book<'_>) -> Result<(), RegistryError> {
        let (generation, base, dirty) = {
            let cache = self.0.cache.read();
            let dirty: BTreeSet<Basis> = cache.dirty.keys().cloned().collect();
            (self.0.generation.load(Ordering::SeqCst), cache.world.clone(), dirty)
        };
        let mut world = match base {
            None => World::load(book).await?,
            Some(base) => {
                let mut world = World::clone(&base);
                world.refresh(book, &dirty).await?;
                world
            }
        };
        world.generation = generation;
        let mut cache = self.0.cache.write();
        if cache.world.as_ref().is_none_or(|known| known.generation <= generation) {
            // What was touched while we read stays dirty.
            cache.dirty.retain(|_, touched| *touched > generation);
            cache.world = Some(Arc::new(world));
        }
        Ok(())
    }

    /// Begins a change; it waits for the one before it, so that what
    /// the registry says inside it holds until it ends. Inside it, ask only what
    /// takes the turn.
    pub async fn turn(&self) -> Result<Turn, RegistryError> {
        let change = self.0.ledger.change().await?;
        Ok(Turn::new(change, Arc::clone(&self.0)))
    }

    pub(crate) fn asked<'a>(&'a self, world: &'a World) -> Asked<'a> {
        Asked { world, regime: self.0.regime(), now: self.now() }
    }

    /// Writes a refusal down in the turn in which it was found; nothing else may
    /// have been written in it.
    pub(crate) async fn refuse<T>(
        &self,
        turn: Turn,
        actor: &Actor,
        action: &'static str,
        object: &str,
        reasons: Reasons,
    ) -> Result<Verdict<T>, RegistryError> {
        turn.commit(crate::refusal(self.0.regime(), actor, action, object, &reasons)).await?;
        Ok(Verdict::Refuse(reasons))
    }

    /// An organisation.
    pub async fn organisation(&self, id: &OrganisationId) -> Result<Option<Arc<Organisation>>, RegistryError> {
        Ok(self.world().await?.organisations.get(id).cloned())
    }

    /// Organisations, oldest first.
    pub async fn organisations(&self, page: &Page) -> Result<Listing<Arc<Organisation>>, RegistryError> {
        let world = self.world().await?;
        Ok(Listing::cut(world.organisations.values(), page, |o| o.id.as_str(), Arc::clone))
    }

    /// A person.
    pub async fn person(&self, id: &PersonId) -> Result<Option<Arc<Person>>, RegistryError> {
        Ok(self.world().await?.people.get(id).cloned())
    }

    /// People, oldest first.
    pub async fn people(&self, page: &Page) -> Result<Listing<Arc<Person>>, RegistryError> {
        let world = self.world().await?;
        Ok(Listing::cut(world.people.values(), page, |p| p.id.as_str(), Arc::clone))
    }

    /// A person as they may act now: with the roles that they hold now.
    pub async fn actor(&self, id: &PersonId) -> Result<Option<Actor>, RegistryError> {
        Ok(self.world().await?.people.get(id).map(|person| person.actor()))
    }

    /// The same inside a change.
    pub async fn actor_in(&self, turn: &mut Turn, id: &PersonId) -> Result<Option<Actor>, RegistryError> {
        Ok(self.world_in(turn).await?.people.get(id).map(|person| person.actor()))
    }

    /// A person, inside a change.
    pub async fn person_in(&self, turn: &mut Turn, id: &PersonId) -> Result<Option<Arc<Person>>, RegistryError> {
        Ok(self.world_in(turn).await?.people.get(id).cloned())
    }

    /// A resource.
    pub async fn resource(&self, id: &ResourceId) -> Result<Option<Arc<Resource>>, RegistryError> {
        Ok(self.world().await?.resources.get(id).cloned())
    }

    /// Resources, oldest first.
    pub async fn resources(&self, page: &Page) -> Result<Listing<Arc<Resource>>, RegistryError> {
        let world = self.world().await?;
        Ok(Listing::cut(world.resources.values(), page, |r| r.id.as_str(), Arc::clone))
    }

    /// An agreement.
    pub async fn agreement(&self, id: &AgreementId) -> Result<Option<Arc<Agreement>>, RegistryError> {
        Ok(self.world().await?.agreements.get(id).cloned())
    }

    /// A scenario inside a change, by its id as people write it.
    pub async fn scenario_in(&self, turn: &mut Turn, id: &str) -> Result<Arc<Scenario>, RegistryError> {
        let world = self.world_in(turn).await?;
        Ok(Arc::clone(world.scenario(&parsed(ScenarioId::parse(id))?)?))
    }

    /// The same inside a change, by its id as people write it.
    pub async fn agreement_in(&self, turn: &mut Turn, id: &str) -> Result<Arc<Agreement>, RegistryError> {
        let world = self.world_in(turn).await?;
        Ok(Arc::clone(world.agreement(&parsed(AgreementId::parse(id))?)?))
    }

    /// Agreements, oldest first.
    pub async fn agreements(&self, page: &Page) -> Result<Listing<Arc<Agreement>>, RegistryError> {
        let world = self.world().await?;
        Ok(Listing::cut(world.agreements.values(), page, |a| a.id.as_str(), Arc::clone))
    }

    /// A scenario.
    pub async fn scenario(&self, id: &ScenarioId) -> Result<Option<Arc<Scenario>>, RegistryError> {
        Ok(self.world().await?.scenarios.get(id).cloned())
    }

    /// Scenarios, oldest first.
    pub async fn scenarios(&self, page: &Page) -> Result<Listing<Arc<Scenario>>, RegistryError> {
        let world = self.world().await?;
        Ok(Listing::cut(world.scenarios.values(), page, |s| s.id.as_str(), Arc::clone))
    }
}
