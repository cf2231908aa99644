//! A city in the middle of its story: products on offer, the bank under
//! contract, people who consented. For whoever wants to knock on its doors often
//! (benches) or at bad moments (the crash test).
//!
//! INVARIANT (only HTTP): as the story, this reaches nothing but the public API.

use std::io::Write;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::client::{Client, Reply};
use super::signing::SigningClient;
use super::stage::Stage;
use super::{BAD_ROWS, StoryOptions, StoryReport, World, admit, authorise, compute, deliver, gather, land, release};
use crate::city::{City, CityOptions};

/// The open city.
pub struct OpenCity {
    base: String,
    http: reqwest::Client,
    signer: SigningClient,
    subscription: String,
    product: String,
    source: Client,
    engineer: Client,
    run: (String, Value),
    id_number: String,
    report: StoryReport,
}

/// A request that can be sent as it is, once.
#[derive(Debug, Clone)]
pub struct SignedRequest {
    /// `/v1/products/PRD-…/answers`.
    pub path: String,
    /// Names and values, signature included.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Vec<u8>,
}

/// Tells the story up to the point where the bank has its first answers.
pub async fn open(base: &str, options: StoryOptions, out: &mut (dyn Write + Send)) -> anyhow::Result<OpenCity> {
    let mut world = World::new(base, &options, Stage::new(out, options.is_terminal))?;
    let city = CityOptions { seed: options.seed, bad_rows: BAD_ROWS, ..CityOptions::residents(options.residents) };
    let city = tokio::task::spawn_blocking(move || City::make(&city)).await.context("making the city")?;
    gather::chapter(&mut world, &options).await?;
    land::chapter(&mut world, &city).await?;
    authorise::register(&mut world).await?;
    authorise::agree(&mut world).await?;
    compute::chapter(&mut world).await?;
    release::chapter(&mut world).await?;
    admit::entities(&mut world).await?;
    deliver::offer(&mut world).await?;
    deliver::answer(&mut world, &city).await?;
    Ok(OpenCity {
        base: world.base.clone(),
        http: world.http.clone(),
        signer: world.signers.get("verification").cloned().context("the bank has no key")?,
        subscription: World::made(&world.subscriptions, "verification")?.to_owned(),
        product: World::made(&world.report.products, "verification")?.to_owned(),
        source: world.person("zhou.min")?,
        engineer: world.person("lu.yao")?,
        run: compute::a_run(&world)?,
        // One of those who consented, but not the one who took it back.
        id_number: deliver::holders(&city)?.get(1).copied().unwrap_or_default().to_owned(),
        report: world.into_report(),
    })
}

impl OpenCity {
    /// The address it is asked at.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// After a restart, the same city at another address.
    pub fn move_to(&mut self, base: &str) {
        self.base = base.to_owned();
        self.source.move_to(base);
        self.engineer.move_to(base);
    }

    /// What happened so far.
    pub fn report(&self) -> &StoryReport {
        &self.report
    }

    /// What the server's clock shows, in seconds.
    pub async fn now_seconds(&self) -> anyhow::Result<u64> {
        let reply =
            Reply::of("GET /healthz".to_owned(), self.http.get(format!("{}/healthz", self.base))).await?.json()?;
        let now = super::client::number(&reply, "now_at")?;
        Ok(u64::try_from(now / 1_000_000).unwrap_or(0))
    }

    /// A question about somebody who consented, signed for this second.
    pub fn question(&self, now_seconds: u64) -> anyhow::Result<SignedRequest> {
        let path = format!("/v1/products/{}/answers", self.product);
        let body = json!({ "subscription": self.subscription, "key": self.id_number }).to_string().into_bytes();
        let headers = self.signer.headers("POST", &path, &body, now_seconds)?;
        Ok(SignedRequest { path, headers, body })
    }

    /// Asks it; gives the status and the JSON.
    pub async fn ask(&self, question: SignedRequest) -> anyhow::Result<(u16, Value)> {
        let mut request = self.http.post(format!("{}{}", self.base, question.path)).body(question.body);
        for (name, value) in question.headers {
            request = request.header(name, value);
        }
        let reply = Reply::of("a signed question".to_owned(), request).await?;
        Ok((reply.status, serde_json::from_slice(&reply.body).unwrap_or_default()))
    }

    /// The provident fund sends a small new version of a table; gives the job.
    pub async fn land(&self, resource: &str, csv: &str) -> anyhow::Result<String> {
        let path = format!("/v1/resources/{resource}/landings?format=csv");
        let reply = self.source.upload(&path, "text/csv", csv.as_bytes().to_vec()).await?.json()?;
        super::client::text(&reply, "job")
    }

    /// The operator's engineer computes on everything; gives the job.
    pub async fn run(&self) -> anyhow::Result<String> {
        let (path, body) = &self.run;
        super::client::text(&self.engineer.post(path, body).await?.json()?, "job")
    }

    /// What the engineer sees at `path`.
    pub async fn see_as_engineer(&self, path: &str) -> anyhow::Result<Value> {
        self.engineer.get(path).await?.json()
    }

    /// What the fund sees at `path`.
    pub async fn see(&self, path: &str) -> anyhow::Result<Value> {
        self.source.get(path).await?.json()
    }
}
