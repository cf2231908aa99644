//! kill -9 at any moment while tables land, statements run and answers go out;
//! then a restart, and everything that was acknowledged is there.
//!
//! The seed is printed; `SHUYU_SEED=…` replays the moments of the kills.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use shuyu_town::story::cast;
use shuyu_town::story::open::{OpenCity, open};
use shuyu_town::story::{Login, StoryOptions};
use shuyu_town::{City, CityOptions};
use tempfile::TempDir;

use crate::process::{Server, run, verify};

const KILLS: u64 = 4;
const LIVES_MILLIS_MAX: u64 = 900;
const SETTLES_MAX: Duration = Duration::from_secs(120);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// What the server said yes to before it died.
#[derive(Default)]
struct Acknowledged {
    receipts: BTreeSet<String>,
    landings: BTreeSet<String>,
    runs: BTreeSet<String>,
}

impl fmt::Display for Acknowledged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { receipts, landings, runs } = self;
        write!(f, "{} receipts, {} landings, {} runs", receipts.len(), landings.len(), runs.len())
    }
}

fn seed() -> u64 {
    let given = std::env::var("SHUYU_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()));
    println!("SHUYU_SEED={seed}");
    seed
}

/// A small generator (splitmix64); the moments need no better one.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn bootstrap(data: &Path) -> StoryOptions {
    let folder = data.to_str().unwrap();
    let code = cast::PLATFORM.credit_code();
    let (status, printed) = run(&["admin", "bootstrap", "--credit-code", &code, "--data", folder]);
    assert!(status.success(), "{printed}");
    let login = |word: &str| {
        let line = printed.lines().find(|line| line.split_whitespace().any(|w| w == word));
        let password = line.and_then(|line| line.split_whitespace().last());
        Login { login: word.to_owned(), password: password.unwrap_or_else(|| panic!("{printed}")).to_owned() }
    };
    StoryOptions {
        residents: 400,
        seed: 7,
        system_admin: login("system.admin"),
        security_admin: login("security.admin"),
        audit_admin: login("audit.admin"),
        is_terminal: false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let mut state = seed();
    let data = TempDir::new().unwrap();
    let options = bootstrap(data.path());
    let mut server = Server::start(data.path(), &[]).await;
    let mut told = Vec::new();
    let mut city = match open(&server.base, options, &mut told).await {
        Ok(city) => city,
        Err(error) => panic!("{error:#}\n{}\n{}", String::from_utf8_lossy(&told), server.said()),
    };
    let mut acknowledged = Acknowledged::default();
    for kill in 1..=KILLS {
        let lives = Duration::from_millis(100 + next(&mut state) % LIVES_MILLIS_MAX);
        hammer(&city, lives, server, &mut acknowledged).await;
        verify(data.path());
        server = Server::start(data.path(), &[]).await;
        city.move_to(&server.base);
        jobs_end(&city, &acknowledged).await;
        println!("kill {kill} after {lives:?}: {acknowledged}");
    }
    let Acknowledged { receipts, landings, runs } = &acknowledged;
    let is_idle = receipts.is_empty() || landings.is_empty() || runs.is_empty();
    assert!(!is_idle, "the server died before it did anything: {acknowledged}");
    server.stop();
    verify(data.path());
    let logged = receipts_in_the_log(data.path());
    let lost: Vec<_> = receipts.difference(&logged).collect();
    assert!(lost.is_empty(), "answered, but not in the log: {lost:?}");
}

/// Asks, lands and runs without a pause, until the server is killed under it.
async fn hammer(city: &OpenCity, lives: Duration, server: Server, acknowledged: &mut Acknowledged) {
    let is_over = AtomicBool::new(false);
    let resource = city.report().resources["fund_accounts"].clone();
    let accounts = accounts();
    let killing = async {
        tokio::time::sleep(lives).await;
        server.kill();
        is_over.store(true, Ordering::SeqCst);
    };
    let (receipts, landings, runs, ()) = tokio::join!(
        ask(city, &is_over),
        promised(&is_over, async || city.land(&resource, &accounts).await),
        promised(&is_over, async || city.run().await),
        killing,
    );
    acknowledged.receipts.extend(receipts);
    acknowledged.landings.extend(landings);
    acknowledged.runs.extend(runs);
}

/// Receipts of answers that came.
async fn ask(city: &OpenCity, is_over: &AtomicBool) -> BTreeSet<String> {
    let mut receipts = BTreeSet::new();
    let Ok(now) = city.now_seconds().await else { return receipts };
    while !is_over.load(Ordering::SeqCst) {
        let question = city.question(now).unwrap();
        // No answer at all is what a killed server gives; any other is looked at.
        let Ok((status, answer)) = city.ask(question).await else { break };
        assert_eq!(status, 200, "{answer}");
        receipts.insert(answer["receipt"].as_str().unwrap().to_owned());
    }
    receipts
}

/// Jobs that were promised.
async fn promised(is_over: &AtomicBool, order: impl AsyncFn() -> anyhow::Result<String>) -> BTreeSet<String> {
    let mut jobs = BTreeSet::new();
    while !is_over.load(Ordering::SeqCst) {
        match order().await {
            Ok(job) => jobs.insert(job),
            // Without a server there is no answer; a no would be one.
            Err(error) => {
                assert!(!format!("{error:#}").contains("` answered"), "{error:#}");
                break;
            }
        };
    }
    jobs
}

/// A small new version of the provident fund's accounts.
fn accounts() -> String {
    let mut csv = Vec::new();
    City::make(&CityOptions::residents(300)).write_accounts(&mut csv).unwrap();
    String::from_utf8(csv).unwrap()
}

/// Each acknowledged job is still known, and ends well or says why not.
async fn jobs_end(city: &OpenCity, acknowledged: &Acknowledged) {
    let since = Instant::now();
    for job in &acknowledged.landings {
        while !is_ended(job, &city.see(&format!("/v1/jobs/{job}")).await.unwrap(), since) {
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
    }
    for job in &acknowledged.runs {
        while !is_ended(job, &city.see_as_engineer(&format!("/v1/jobs/{job}")).await.unwrap(), since) {
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
    }
}

fn is_ended(job: &str, seen: &Value, since: Instant) -> bool {
    match seen["state"].as_str() {
        Some("done") => true,
        Some("failed") => {
            assert!(seen["problem"] != Value::Null, "{job} failed without saying why: {seen}");
            true
        }
        Some("queued" | "running") => {
            assert!(since.elapsed() < SETTLES_MAX, "{job} does not end: {seen}");
            false
        }
        other => panic!("{job} is {other:?}"),
    }
}

/// From the public files alone, without our code: every entry bundle, whole or
/// partial, is a run of (16-bit length, bytes).
fn receipts_in_the_log(data: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![data.join("log/tile/entries")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bundle = std::fs::read(&path).unwrap();
            let mut rest = bundle.as_slice();
            while rest.len() >= 2 {
                let length = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
                let entry: Value = serde_json::from_slice(&rest[2..2 + length]).unwrap();
                if entry["kind"] == "access" {
                    found.insert(entry["access"]["receipt"].as_str().unwrap().to_owned());
                }
                rest = &rest[2 + length..];
            }
        }
    }
    found
}
