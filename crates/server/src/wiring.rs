//! How the stations are put together: in the order that data flows, each with
//! nothing but what it may know.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use shuyu_airlock::Airlock;
use shuyu_casework::Casework;
use shuyu_delivery::Delivery;
use shuyu_documents::Documents;
use shuyu_exchange::Exchange;
use shuyu_ledger::{Clock, DatabaseUrl, Ledger, LedgerConfig};
use shuyu_model::regime::National;
use shuyu_model::{Calendar, Time};
use shuyu_registry::{Registry, Rules, rules};
use shuyu_settlement::Settlement;
use shuyu_vault::{MasterKey, Vault, VaultConfig};
use shuyu_workroom::{Programs, PseudonymKey, WorkroomConfig, Workrooms};

use crate::app::{App, Parts, Stations};
use crate::authority::Authority;
use crate::cli::StoreArgs;
use crate::clock_file::ClockFile;
use crate::jobs::worker;
use crate::limits::UPLOAD_BYTES_MAX;
use crate::spool::Spool;
use crate::trying;

/// What the server itself is told.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whether the clock may be moved over the API.
    pub is_demo: bool,
    /// Whether anybody may take anybody's part without a password: in a demonstration that
    /// this machine alone can reach.
    pub has_open_parts: bool,
    /// Whether cookies go out over TLS only. Off on the loopback interface.
    pub has_secure_cookies: bool,
    /// Where backups go, and how often; nowhere where nothing is said.
    pub backups: Option<crate::backup::Plan>,
}

/// Which clock to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockKind {
    /// The machine's, or where a demonstration of this folder has left off.
    Plain,
    /// The same; a new folder begins at [`DEMO_BEGINS`].
    Demo,
}

/// When a demonstration begins: 1 June 2026, nine in the morning, in the city.
/// The shipped regime is in force then, and its calendar known.
const DEMO_BEGINS: Time = Time(1_780_275_600_000_000);

/// The clock of a data folder.
pub fn clock_of(data: &Path, kind: ClockKind) -> io::Result<Clock> {
    let file = ClockFile::of(data);
    if let Some(ahead_micros) = file.read()? {
        return Ok(Clock::ahead_by(ahead_micros));
    }
    if kind == ClockKind::Plain {
        return Ok(Clock::system());
    }
    let clock = Clock::ahead_by(DEMO_BEGINS.0.saturating_sub(Clock::system().now().0));
    file.write(&clock)?;
    Ok(clock)
}

/// Opens the ledger of a data folder.
pub async fn open_ledger(data: &Path, store: &StoreArgs, clock: Clock) -> anyhow::Result<Ledger> {
    std::fs::create_dir_all(data).with_context(|| format!("the data folder `{}` cannot be made", data.display()))?;
    let database = match &store.database {
        Some(url) => DatabaseUrl::parse(url)?,
        None => DatabaseUrl::Sqlite(data.join("shuyu.db")),
    };
    let config = LedgerConfig {
        data_dir: data.to_path_buf(),
        database,
        profile: store.profile.into(),
        origin: store.origin.clone(),
        clock,
    };
    Ok(Ledger::open(config).await?)
}

/// Opens everything.
pub async fn wire(data: &Path, store: &StoreArgs, clock: Clock, settings: Settings) -> anyhow::Result<App> {
    let ledger = open_ledger(data, store, clock).await?;
    let rules = trying::tried(data, load_rules(store)?, store.is_tried, ledger.now().day())?;
    let reserve_bytes = store.disk_reserve_mib.saturating_mul(1_048_576);
    let registry = Registry::new(ledger, rules.regime);
    wire_over(registry, rules.calendar, rules.national, reserve_bytes, settings).await
}

fn load_rules(store: &StoreArgs) -> anyhow::Result<Rules> {
    Ok(match &store.regimes {
        Some(dir) => rules::load(dir, &store.regime)?,
        None => rules::shipped(&store.regime)?,
    })
}

/// Puts the other stations over a registry that is open.
pub async fn wire_over(
    registry: Registry,
    calendar: Arc<Calendar>,
    national: Arc<National>,
    reserve_bytes: u64,
    settings: Settings,
) -> anyhow::Result<App> {
    registry.refresh_rules().await?;
    let (ledger, rules) = (registry.ledger().clone(), registry.rules());
    let data: PathBuf = ledger.data_dir().to_path_buf();
    let keys = data.join("keys");
    let casework = Casework::new(registry.clone(), calendar);
    let exchange = Exchange::open(ledger.clone(), rules.clone())?;
    let master_key = MasterKey::load_or_create(&keys.join("vault.key"), ledger.profile())?;
    let vault = Vault::open(ledger.clone(), VaultConfig { root: data.join("vault"), master_key }).await?;
    let pseudonym_key =
        PseudonymKey::load_or_create(&keys.join("pseudonym.key")).context("the pseudonym key cannot be used")?;
    let workroom = WorkroomConfig { pseudonym_key, spool_dir: data.join("workroom"), programs: Programs::default() };
    let workrooms = Workrooms::new(ledger.clone(), vault.clone(), rules.clone(), workroom)?;
    let airlock = Airlock::new(ledger.clone(), casework.clone(), workrooms.clone(), rules);
    let delivery = Delivery::open(registry.clone(), airlock.clone()).await?;
    let settlement = Settlement::new(delivery.clone(), national);
    let documents = Documents::open(casework.clone(), delivery.clone(), settlement.clone()).await?;
    let spool =
        Spool::open(data.join("spool"), reserve_bytes, UPLOAD_BYTES_MAX).context("the spool folder cannot be made")?;
    let app = App::new(Parts {
        stations: Stations {
            ledger,
            registry,
            casework,
            exchange,
            vault,
            workrooms,
            airlock,
            delivery,
            settlement,
            documents,
        },
        authority: Authority::load()?,
        spool,
        home: home_of(&data)?,
        worker: random_name().context("the machine gives no random bytes")?,
        settings,
        clock_file: ClockFile::of(&data),
    });
    worker::recover(&app).await?;
    Ok(app)
}

/// The data folder's own name, made once: jobs stay with the folder that holds
/// their uploads.
fn home_of(data: &Path) -> anyhow::Result<String> {
    let path = data.join("home");
    match std::fs::read_to_string(&path) {
        Ok(name) => Ok(name.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let name = random_name().context("the machine gives no random bytes")?;
            std::fs::write(&path, format!("{name}\n")).context("the data folder's name cannot be written")?;
            Ok(name)
        }
        Err(error) => Err(error).context("the data folder's name cannot be read"),
    }
}

/// Sixteen hexadecimal digits.
fn random_name() -> io::Result<String> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(hex::encode(bytes))
}
