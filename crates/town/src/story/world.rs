//! What the story knows as it goes on: who has signed in, what has been made,
//! what time the server has.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::Context as _;
use serde_json::json;
use shuyu_model::{CryptoProfile, Day, Time};

use super::client::{Client, Reply, number};
use super::signing::SigningClient;
use super::stage::Stage;
use super::{Refusal, StoryOptions, StoryReport};

/// The state of the story.
pub(crate) struct World<'a> {
    pub(crate) stage: Stage<'a>,
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) report: StoryReport,
    /// Signing programs by the word of their product.
    pub(crate) signers: BTreeMap<String, SigningClient>,
    /// Subscriptions by the word of their product.
    pub(crate) subscriptions: BTreeMap<String, String>,
    /// Who may move the demonstration's clock.
    clock_mover: String,
    /// What the server's clock showed, and when that was.
    read: Time,
    read_at: Instant,
}

impl<'a> World<'a> {
    pub(crate) fn new(base: &str, options: &StoryOptions, stage: Stage<'a>) -> anyhow::Result<Self> {
        Ok(Self {
            stage,
            http: reqwest::Client::builder().build().context("building an HTTP client")?,
            base: base.trim_end_matches('/').to_owned(),
            clients: BTreeMap::new(),
            report: StoryReport::default(),
            signers: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            clock_mover: options.system_admin.login.clone(),
            read: Time(0),
            read_at: Instant::now(),
        })
    }

    pub(crate) fn into_report(mut self) -> StoryReport {
        self.report.steps = self.stage.steps_count();
        self.report.seconds = self.stage.took().as_secs();
        self.report
    }

    /// The server's clock: as last read, and what has passed since.
    pub(crate) fn now(&self) -> Time {
        let passed = i64::try_from(self.read_at.elapsed().as_micros()).unwrap_or(0);
        self.read.plus_micros(passed)
    }

    /// The same, as signatures want it.
    pub(crate) fn now_seconds(&self) -> u64 {
        u64::try_from(self.now().0 / 1_000_000).unwrap_or(0)
    }

    /// The day in the city.
    pub(crate) fn today(&self) -> Day {
        self.now().day()
    }

    /// Reads the server's clock.
    pub(crate) async fn learn_time(&mut self) -> anyhow::Result<()> {
        let asked = "GET /healthz".to_owned();
        let health = Reply::of(asked, self.http.get(format!("{}/healthz", self.base))).await?.json()?;
        (self.read, self.read_at) = (Time(number(&health, "now_at")?), Instant::now());
        Ok(())
    }

    /// Moves the demonstration's clock by so many days.
    pub(crate) async fn advance_days(&mut self, days: i64) -> anyhow::Result<()> {
        self.advance_to(self.now().plus_days(days)).await
    }

    /// Moves the demonstration's clock to a moment that lies ahead.
    pub(crate) async fn advance_to(&mut self, to: Time) -> anyhow::Result<()> {
        let admin = self.clients.get(&self.clock_mover).cloned().context("nobody may move the clock")?;
        let moved = admin.post("/v1/demo/clock", &json!({ "to": to.0 })).await?.json()?;
        (self.read, self.read_at) = (Time(number(&moved, "to")?), Instant::now());
        Ok(())
    }

    /// Notes a refusal, which must hold this code.
    pub(crate) fn refused(&mut self, tried: &str, reply: Reply, code: &str) -> anyhow::Result<()> {
        let (status, reasons) = reply.refusal(code)?;
        self.stage.refused(&reasons)?;
        self.report.refusals.push(Refusal { tried: tried.to_owned(), status, reasons });
        Ok(())
    }

    /// An id that an earlier step made.
    pub(crate) fn made<'b>(ids: &'b BTreeMap<String, String>, word: &str) -> anyhow::Result<&'b str> {
        ids.get(word).map(String::as_str).with_context(|| format!("nothing was made for `{word}`"))
    }
}

/// A digest of a document that lies on paper elsewhere.
pub(crate) fn document_digest(text: &str) -> String {
    CryptoProfile::International.digest(text.as_bytes()).to_string()
}
