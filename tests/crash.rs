//! kill -9 at any moment while tables land, statements run and answers go out;
//! then a restart, and everything that was acknowledged is there.
//!
//! The seed is printed; `SHUYU_SEED=…` replays the moments of the kills.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use shuyu_town::story::open::OpenCity;
use tempfile::TempDir;

use crate::city::{Acknowledged, accounts, jobs_end, open_city, receipts_in_the_log};
use crate::process::{Place, Server, verify};

const KILLS: u64 = 4;
const LIVES_MILLIS_MAX: u64 = 900;

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

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let mut state = seed();
    let data = TempDir::new().unwrap();
    let place = Place::plain(data.path());
    let (mut server, mut city) = open_city(&place, &[]).await;
    let mut acknowledged = Acknowledged::default();
    for kill in 1..=KILLS {
        let lives = Duration::from_millis(100 + next(&mut state) % LIVES_MILLIS_MAX);
        hammer(&city, lives, server, &mut acknowledged).await;
        verify(&place);
        server = Server::start(&place, &[]).await;
        city.move_to(&server.base);
        jobs_end(&city, &acknowledged).await;
        println!("kill {kill} after {lives:?}: {acknowledged}");
    }
    let Acknowledged { receipts, landings, runs } = &acknowledged;
    let is_idle = receipts.is_empty() || landings.is_empty() || runs.is_empty();
    assert!(!is_idle, "the server died before it did anything: {acknowledged}");
    server.stop();
    verify(&place);
    let logged = receipts_in_the_log(&place.seen());
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
