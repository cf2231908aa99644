//! A city in the middle of its story, on a server of this build; and what it was
//! promised. Shared by the tests that treat the server badly.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use shuyu_town::story::open::{OpenCity, open};
use shuyu_town::story::{StoryOptions, cast};
use shuyu_town::{City, CityOptions};

use crate::process::{Place, Server, run};

const SETTLES_MAX: Duration = Duration::from_secs(120);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// What the server said yes to before it died.
#[derive(Default)]
pub(crate) struct Acknowledged {
    pub(crate) receipts: BTreeSet<String>,
    pub(crate) landings: BTreeSet<String>,
    pub(crate) runs: BTreeSet<String>,
}

impl fmt::Display for Acknowledged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { receipts, landings, runs } = self;
        write!(f, "{} receipts, {} landings, {} runs", receipts.len(), landings.len(), runs.len())
    }
}

/// A new platform at this place, and the story told to where the bank has its
/// first answers.
pub(crate) async fn open_city(place: &Place, serve: &[&str]) -> (Server, OpenCity) {
    let code = cast::PLATFORM.credit_code();
    let (status, printed) = run(place, &["admin", "bootstrap", "--credit-code", &code, "--data", place.data()]);
    assert!(status.success(), "{printed}");
    let options = StoryOptions::bootstrapped(&printed, 400).unwrap();
    let server = Server::start(place, serve).await;
    let mut told = Vec::new();
    match open(&server.base, options, &mut told).await {
        Ok(city) => (server, city),
        Err(error) => panic!("{error:#}\n{}\n{}", String::from_utf8_lossy(&told), server.said()),
    }
}

/// A small new version of the provident fund's accounts.
pub(crate) fn accounts() -> String {
    let mut csv = Vec::new();
    City::make(&CityOptions::residents(300)).write_accounts(&mut csv).unwrap();
    String::from_utf8(csv).unwrap()
}

/// Each acknowledged job is still known, and ends well or says why not.
pub(crate) async fn jobs_end(city: &OpenCity, acknowledged: &Acknowledged) {
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
pub(crate) fn receipts_in_the_log(data: &Path) -> BTreeSet<String> {
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
