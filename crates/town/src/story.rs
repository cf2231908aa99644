//! The story of 江城市: one city's authorised operation from the first table to
//! the first closed month, told over the public HTTP API of a running server.
//!
//! Every step checks its answer; everything that must be refused is tried, and
//! must be refused with the expected code and a clause. The clock of a
//! demonstration server is moved where a procedure prescribes working days.
//!
//! In: an address and two administrators. Out: lines for a watcher, and a
//! [`StoryReport`] for a test.
//!
//! INVARIANT (only HTTP): what is checked here is what a stranger could check.
//!
//! Not here: who plays (`cast`), the tables (`city`, `shipped`), the look of
//! the lines (`stage`).

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::Context as _;
use shuyu_model::Month;

use crate::city::{City, CityOptions};
use client::Client;
pub use client::Reason;
use stage::Stage;

mod admit;
mod authorise;
mod cases;
pub mod cast;
mod client;
mod compute;
mod deliver;
mod dossier;
mod gather;
mod jobs;
mod land;
mod leave;
pub mod open;
mod prove;
mod release;
mod select;
mod settle;
mod signing;
mod stage;
mod tables;
mod truth;
mod world;

pub(crate) use world::World;

/// Somebody's login name and password.
#[derive(Debug, Clone)]
pub struct Login {
    /// Login name.
    pub login: String,
    /// Password.
    pub password: String,
}

/// How to tell it.
#[derive(Debug, Clone)]
pub struct StoryOptions {
    /// How many people live in the city.
    pub residents: u32,
    /// Another seed, another city.
    pub seed: u64,
    /// Who runs the platform at its first start.
    pub system_admin: Login,
    /// Who grants roles.
    pub security_admin: Login,
    /// Who reads the journal.
    pub audit_admin: Login,
    /// Whether progress can overwrite its own line.
    pub is_terminal: bool,
}

impl StoryOptions {
    /// A city with the three administrators whom `shuyu admin bootstrap` printed.
    pub fn bootstrapped(printed: &str, residents: u32) -> anyhow::Result<Self> {
        let login = |word: &str| {
            let mut lines = printed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
            let line = lines.find(|words| words.contains(&word)).with_context(|| format!("no `{word}` was printed"))?;
            let password = line.last().context("no password was printed")?;
            anyhow::Ok(Login { login: word.to_owned(), password: (*password).to_owned() })
        };
        Ok(Self {
            residents,
            seed: 7,
            system_admin: login("system.admin")?,
            security_admin: login("security.admin")?,
            audit_admin: login("audit.admin")?,
            is_terminal: false,
        })
    }
}

/// A thing that was tried and refused, as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What was tried.
    pub tried: String,
    /// The status.
    pub status: u16,
    /// Every reason.
    pub reasons: Vec<Reason>,
}

/// What happened, for a test to look at.
#[derive(Debug, Clone, Default)]
pub struct StoryReport {
    /// Organisations by their word in [`cast`].
    pub organisations: BTreeMap<String, String>,
    /// Resources by their name.
    pub resources: BTreeMap<String, String>,
    /// Good and bad rows by resource name.
    pub rows: BTreeMap<String, (i64, i64)>,
    /// The selection that chose the operator.
    pub selection: String,
    /// Agreements by what they are for.
    pub agreements: BTreeMap<String, String>,
    /// Scenarios by their word.
    pub scenarios: BTreeMap<String, String>,
    /// Candidates by their word.
    pub candidates: BTreeMap<String, String>,
    /// Releases by their word.
    pub releases: BTreeMap<String, String>,
    /// Products by their word.
    pub products: BTreeMap<String, String>,
    /// Every receipt given.
    pub receipts: Vec<String>,
    /// Everything refused.
    pub refusals: Vec<Refusal>,
    /// Charges of the closed month in fen, by subscription.
    pub charges_fen: BTreeMap<String, i64>,
    /// All charges of the closed month together.
    pub charges_total_fen: i64,
    /// What of it goes to the city's treasury, in fen.
    pub treasury_fen: i64,
    /// Entries of the log that were re-hashed to its signed root.
    pub log_entries: u64,
    /// Steps that went as they must.
    pub steps: usize,
    /// Seconds from first to last line.
    pub seconds: u64,
}

impl StoryReport {
    /// Whether something was refused with this code.
    pub fn has_refusal(&self, code: &str) -> bool {
        self.refusals.iter().any(|refusal| refusal.reasons.iter().any(|reason| reason.code == code))
    }
}

/// Tells it. An error names the step that did not go as it must.
pub async fn tell(base: &str, options: StoryOptions, out: &mut (dyn Write + Send)) -> anyhow::Result<StoryReport> {
    let stage = Stage::new(out, options.is_terminal);
    let mut world = World::new(base, &options, stage)?;
    match live(&mut world, &options).await {
        Ok(()) => Ok(world.into_report()),
        Err(error) => {
            let step = world.stage.step_name();
            world.stage.failed()?;
            Err(error.context(format!("the story broke off at `{step}`")))
        }
    }
}

/// Rows of the account table that are broken on purpose.
pub const BAD_ROWS: u32 = 3;

/// The city as it is on the server's day: the last month told is the one before.
async fn make_city(world: &World<'_>, options: &StoryOptions) -> anyhow::Result<City> {
    let last_month = Month::of(world.today().first_of_month().saturating_sub(jiff::Span::new().days(1)));
    let city = CityOptions { residents: options.residents, seed: options.seed, last_month, bad_rows: BAD_ROWS };
    tokio::task::spawn_blocking(move || City::make(&city)).await.context("making the city")
}

async fn live(world: &mut World<'_>, options: &StoryOptions) -> anyhow::Result<()> {
    gather::chapter(world, options).await?;
    let city = &make_city(world, options).await?;
    land::chapter(world, city).await?;
    authorise::register(world).await?;
    authorise::agree(world).await?;
    compute::chapter(world).await?;
    release::chapter(world).await?;
    admit::entities(world).await?;
    deliver::offer(world).await?;
    deliver::answer(world, city).await?;
    deliver::end(world, city).await?;
    settle::chapter(world).await?;
    prove::chapter(world, options).await?;
    leave::chapter(world).await
}

impl World<'_> {
    /// The client of somebody in the cast.
    pub(crate) fn person(&self, login: &str) -> anyhow::Result<Client> {
        self.clients.get(login).cloned().with_context(|| format!("`{login}` has not signed in"))
    }
}
