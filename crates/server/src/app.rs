//! What every handler can reach: the stations, and the server's own few things.

use std::sync::Arc;

use shuyu_airlock::Airlock;
use shuyu_casework::Casework;
use shuyu_delivery::Delivery;
use shuyu_documents::Documents;
use shuyu_exchange::Exchange;
use shuyu_ledger::{Ledger, LedgerError};
use shuyu_model::Actor;
use shuyu_model::id::PersonId;
use shuyu_registry::Registry;
use shuyu_settlement::Settlement;
use shuyu_vault::Vault;
use shuyu_workroom::Workrooms;
use tokio::sync::Semaphore;

use crate::authority::Authority;
use crate::callers::Callers;
use crate::clock_file::ClockFile;
use crate::controls::Controls;
use crate::error::Problem;
use crate::idempotency::Keys;
use crate::jobs::Jobs;
use crate::limits::REQUESTS_AT_ONCE_MAX;
use crate::sessions::Sessions;
use crate::spool::Spool;
use crate::throttle::Throttle;
use crate::wiring::Settings;

/// The stations, in the order that data flows.
pub struct Stations {
    /// The pen and the book.
    pub ledger: Ledger,
    /// Who and what.
    pub registry: Registry,
    /// What the law prescribes.
    pub casework: Casework,
    /// Other platforms.
    pub exchange: Exchange,
    /// Sealed versions.
    pub vault: Vault,
    /// Where results are computed.
    pub workrooms: Workrooms,
    /// Where they leave.
    pub airlock: Airlock,
    /// To whom they go.
    pub delivery: Delivery,
    /// What that costs.
    pub settlement: Settlement,
    /// What goes on paper.
    pub documents: Documents,
}

/// The server's state. Clones are the same one.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    stations: Stations,
    authority: Authority,
    sessions: Sessions,
    throttle: Throttle,
    callers: Callers,
    readers: Callers,
    keys: Keys,
    controls: Controls,
    jobs: Jobs,
    spool: Spool,
    worker: String,
    requests: Semaphore,
    settings: Settings,
    clock_file: ClockFile,
}

/// The parts of an [`App`] that are made outside of it.
pub(crate) struct Parts {
    pub(crate) stations: Stations,
    pub(crate) authority: Authority,
    pub(crate) spool: Spool,
    /// The name of the data folder.
    pub(crate) home: String,
    /// The name of this process.
    pub(crate) worker: String,
    pub(crate) settings: Settings,
    pub(crate) clock_file: ClockFile,
}

impl App {
    pub(crate) fn new(parts: Parts) -> Self {
        let ledger = &parts.stations.ledger;
        Self(Arc::new(Inner {
            sessions: Sessions::new(ledger.clone()),
            throttle: Throttle::default(),
            callers: Callers::of_voices(),
            readers: Callers::of_files(),
            keys: Keys::new(ledger.clone()),
            controls: Controls::default(),
            jobs: Jobs::new(ledger.clone(), &parts.home),
            requests: Semaphore::new(REQUESTS_AT_ONCE_MAX),
            authority: parts.authority,
            spool: parts.spool,
            worker: parts.worker,
            settings: parts.settings,
            clock_file: parts.clock_file,
            stations: parts.stations,
        }))
    }

    /// How often the public writes from where.
    pub fn callers(&self) -> &Callers {
        &self.0.callers
    }

    /// How many open files went where today.
    pub fn readers(&self) -> &Callers {
        &self.0.readers
    }

    /// The pen and the book.
    pub fn ledger(&self) -> &Ledger {
        &self.0.stations.ledger
    }

    /// Who and what.
    pub fn registry(&self) -> &Registry {
        &self.0.stations.registry
    }

    /// What the law prescribes.
    pub fn casework(&self) -> &Casework {
        &self.0.stations.casework
    }

    /// Other platforms.
    pub fn exchange(&self) -> &Exchange {
        &self.0.stations.exchange
    }

    /// Sealed versions.
    pub fn vault(&self) -> &Vault {
        &self.0.stations.vault
    }

    /// Where results are computed.
    pub fn workrooms(&self) -> &Workrooms {
        &self.0.stations.workrooms
    }

    /// Where results leave.
    pub fn airlock(&self) -> &Airlock {
        &self.0.stations.airlock
    }

    /// To whom they go.
    pub fn delivery(&self) -> &Delivery {
        &self.0.stations.delivery
    }

    /// What that costs.
    pub fn settlement(&self) -> &Settlement {
        &self.0.stations.settlement
    }

    /// What goes on paper.
    pub fn documents(&self) -> &Documents {
        &self.0.stations.documents
    }

    /// Who may call what.
    pub fn authority(&self) -> &Authority {
        &self.0.authority
    }

    /// Who is signed in.
    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    /// The queue of long work.
    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    pub(crate) fn throttle(&self) -> &Throttle {
        &self.0.throttle
    }

    /// How the required controls stand.
    pub fn controls(&self) -> &Controls {
        &self.0.controls
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn spool(&self) -> &Spool {
        &self.0.spool
    }

    pub(crate) fn worker(&self) -> &str {
        &self.0.worker
    }

    pub(crate) fn requests(&self) -> &Semaphore {
        &self.0.requests
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn clock_file(&self) -> &ClockFile {
        &self.0.clock_file
    }

    /// A person as they may act now.
    pub(crate) async fn actor(&self, person: &PersonId) -> Result<Option<Actor>, Problem> {
        Ok(self.registry().actor(person).await?)
    }

    /// Folds what is left into the log, publishes it and closes the database.
    pub async fn close(self) -> Result<(), LedgerError> {
        self.ledger().clone().shutdown().await
    }
}
