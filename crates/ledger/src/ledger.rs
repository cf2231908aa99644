//! The ledger opened: one database, one log, one clock.
//!
//! INVARIANT (one writer): a data folder is served by one process at a time; a
//! second one is told so instead of forking the log.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use shuyu_model::id::{Key, OrganisationId};
use shuyu_model::{CryptoProfile, Time};
use tokio::sync::Notify;
use tokio::sync::watch;

use crate::change::Change;
use crate::clock::Clock;
use crate::db::{DatabaseUrl, Db};
use crate::event::{Access, Entry, Event, Request};
use crate::journal::{self, Bundle, Counted, Reach, Sought, Stretch};
use crate::log::Log;
use crate::sequencer::Sequencer;
use crate::value::{Args, Row};
use crate::{LedgerError, migrate, store};

/// How to open a ledger.
#[derive(Debug, Clone)]
pub struct LedgerConfig {
    /// The folder of the log (`log/`), the keys (`keys/`) and the lock.
    pub data_dir: PathBuf,
    /// The database.
    pub database: DatabaseUrl,
    /// Which algorithms; fixed with the first start.
    pub profile: CryptoProfile,
    /// The log's name to the world: `jiangcheng.example/shuyu`.
    pub origin: String,
    /// The clock.
    pub clock: Clock,
}

/// The open ledger. Clones are the same one.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    db: Db,
    log: Log,
    clock: Clock,
    profile: CryptoProfile,
    data_dir: PathBuf,
    committed: Arc<Notify>,
    sequencer: Sequencer,
    /// Held as long as the ledger is open; the system lets go when we die.
    _lock: File,
}

impl Ledger {
    /// Migrates the database, recovers the log, folds in what a crash left out,
    /// and starts the sequencer.
    pub async fn open(config: LedgerConfig) -> Result<Self, LedgerError> {
        let lock = lock(&config.data_dir)?;
        let db = Db::open(&config.database).await?;
        migrate::migrate(&db, &config.clock).await?;
        journal::catch_up(&db).await?;
        let log = Log::open(&config.data_dir, &config.origin, config.profile)?;
        let committed = Arc::new(Notify::new());
        let sequencer = Sequencer::start(db.clone(), log.clone(), Arc::clone(&committed)).await?;
        Ok(Self(Arc::new(Inner {
            db,
            log,
            clock: config.clock,
            profile: config.profile,
            data_dir: config.data_dir,
            committed,
            sequencer,
            _lock: lock,
        })))
    }

    /// The time now.
    pub fn now(&self) -> Time {
        self.0.clock.now()
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Which algorithms this installation uses.
    pub fn profile(&self) -> CryptoProfile {
        self.0.profile
    }

    /// The folder that this installation keeps its files in.
    pub fn data_dir(&self) -> &std::path::Path {
        &self.0.data_dir
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    /// The log of plain files.
    pub fn log(&self) -> &Log {
        &self.0.log
    }

    /// A new id, ordered by time of making.
    pub fn new_id<K: Key>(&self) -> K {
        let millis = u64::try_from(self.now().0.div_euclid(1000)).unwrap_or(0);
        let mut random = [0_u8; 10];
        // Ids name, they do not protect: a machine without randomness still
        // gets unique ones from the time and the counter below.
        if getrandom::fill(&mut random).is_err() {
            random = fallback_bytes();
        }
        K::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// Reads rows.
    pub async fn read(&self, sql: &'static str, args: Args) -> Result<Vec<Row>, LedgerError> {
        self.0.db.read(sql, args).await
    }

    /// Begins a change; it waits for the one before it.
    pub async fn change(&self) -> Result<Change, LedgerError> {
        let mut tx = self.0.db.begin().await?;
        store::lock_journal(&mut tx).await?;
        Ok(Change::new(tx, self.0.clock.clone(), Arc::clone(&self.0.committed)))
    }

    /// Writes down a refusal: an event that changes nothing.
    pub async fn refuse(&self, event: Event) -> Result<Entry, LedgerError> {
        self.change().await?.commit(event).await
    }

    /// Makes an access durable. The answer may go out when this returns.
    pub async fn record(&self, access: Access) -> Result<Entry, LedgerError> {
        let index = self.0.log.append(access.to_bytes()?).await?;
        Ok(Entry { seq: i64::try_from(index).unwrap_or(i64::MAX) })
    }

    /// Makes the entry of a request durable, before its answer goes out.
    pub async fn note(&self, request: &Request) -> Result<Entry, LedgerError> {
        let index = self.0.log.append(request.to_bytes()?).await?;
        Ok(Entry { seq: i64::try_from(index).unwrap_or(i64::MAX) })
    }

    /// Events within somebody's reach that answer a question, before number `before`,
    /// newest first; and how many there are in all.
    pub async fn journal_sought(
        &self,
        reach: &Reach,
        sought: &Sought,
        before: i64,
        rows_max: i64,
    ) -> Result<(Vec<Row>, i64), LedgerError> {
        journal::page(&self.0.db, reach, sought, before, rows_max).await
    }

    /// Who was refused at least so often.
    pub async fn refusals_by(&self, on: Stretch, min: i64, rows_max: i64) -> Result<Vec<Counted>, LedgerError> {
        store::refusals_by(&self.0.db, on, min, rows_max).await
    }

    /// To what something was done at least so often, and how often.
    pub async fn objects_of(
        &self,
        action: &str,
        on: Stretch,
        min: i64,
        rows_max: i64,
    ) -> Result<Vec<(String, i64)>, LedgerError> {
        store::objects_of(&self.0.db, action, on, min, rows_max).await
    }

    /// Who left events of one of these kinds outside of some hours of the day that `on`
    /// begins with.
    pub async fn events_outside(
        &self,
        actions: &[&str],
        on: Stretch,
        hours: (i64, i64),
        rows_max: i64,
    ) -> Result<Vec<Counted>, LedgerError> {
        let mut found = Vec::new();
        for action in actions {
            found.extend(store::events_outside(&self.0.db, action, on, hours, rows_max).await?);
        }
        Ok(found)
    }

    /// What an organisation left in the journal in a span of time, as evidence.
    pub async fn bundle(&self, organisation: &OrganisationId, on: Stretch) -> Result<Bundle, LedgerError> {
        journal::bundle(&self.0.db, self.0.profile, organisation, on).await
    }

    /// How many events of each kind are kept, and since when.
    pub async fn kept(&self) -> Result<Vec<Row>, LedgerError> {
        store::kept(&self.0.db).await
    }

    /// The number of the last event.
    pub async fn journal_head(&self) -> Result<i64, LedgerError> {
        store::journal_head(&self.0.db).await
    }

    /// Events before number `before`, newest first, as they were written, each
    /// with its index in the log once it has one.
    pub async fn journal_page(&self, before: i64, rows_max: i64) -> Result<Vec<Row>, LedgerError> {
        store::journal_page(&self.0.db, before, rows_max).await
    }

    /// Events before number `before` that name an organisation, newest first, as they were
    /// written: those that its people did, and those that are about it.
    pub async fn journal_naming(
        &self,
        organisation: &OrganisationId,
        before: i64,
        max: i64,
    ) -> Result<Vec<Row>, LedgerError> {
        let mark = format!("\"organisation\":\"{organisation}\"");
        store::journal_with(&self.0.db, &mark, before, max).await
    }

    /// Events of one kind in a span of time, oldest first, as they were written.
    pub async fn journal_of(&self, action: &'static str, from: Time, to: Time) -> Result<Vec<Row>, LedgerError> {
        store::journal_of(&self.0.db, action, from, to).await
    }

    /// The index in the log of event number `seq`, once it is folded in.
    pub async fn leaf_of(&self, seq: i64) -> Result<Option<i64>, LedgerError> {
        store::leaf_of(&self.0.db, seq).await
    }

    /// Waits until every event committed so far lies in the log.
    pub async fn settle(&self) -> Result<(), LedgerError> {
        let head = self.journal_head().await?;
        self.0.sequencer.reached(head).await
    }

    /// Folds in what is left, publishes the log and closes the database.
    pub async fn shutdown(self) -> Result<(), LedgerError> {
        let settled = self.settle().await;
        self.0.sequencer.stop().await;
        let published = self.0.log.shutdown().await;
        self.0.db.close().await;
        settled.and(published)
    }
}

fn fallback_bytes() -> [u8; 10] {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let mut bytes = [0; 10];
    if let Some(tail) = bytes.last_chunk_mut::<8>() {
        *tail = COUNTER.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    }
    bytes
}

/// INVARIANT (one writer).
fn lock(data_dir: &std::path::Path) -> Result<File, LedgerError> {
    let file = |attempt: &'static str, source: std::io::Error| LedgerError::File {
        attempt,
        path: data_dir.to_path_buf(),
        source,
    };
    std::fs::create_dir_all(data_dir).map_err(|e| file("making the data folder", e))?;
    let lock = File::create(data_dir.join("lock")).map_err(|e| file("making the lock file", e))?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| LedgerError::Busy { path: data_dir.to_path_buf() })?;
    Ok(lock)
}

/// Tells those who wait how far the sequencer has come.
pub(crate) type Progress = watch::Receiver<i64>;
