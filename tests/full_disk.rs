//! A disk that is really full, at every size of room that is left: new work is
//! refused as that, what was acknowledged stays, and once there is room again
//! everything goes on without a restart.
//!
//! The reserve with which the server refuses work in time is off here, so that
//! writes fail wherever they happen to fail: in the database, in the log, in a
//! spool, in the vault.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use shuyu_town::story::open::OpenCity;
use tempfile::TempDir;

use crate::city::{Acknowledged, accounts, jobs_end, open_city, receipts_in_the_log};
use crate::process::{Place, Server, verify};

const DISK_MEBIBYTES: u32 = 96;
const WITHOUT_RESERVE: [&str; 2] = ["--disk-reserve-mib", "0"];
/// Bytes left free, one round after another.
const ROOMS: [usize; 5] = [2_000_000, 300_000, 60_000, 9_000, 0];
const TRIES_PER_ROUND: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_new_work_and_loses_nothing() {
    let data = TempDir::new().unwrap();
    let Some(place) = Place::small(data.path(), DISK_MEBIBYTES) else {
        println!("skipped: this machine lets nobody mount a small file system");
        return;
    };
    let (mut server, mut city) = open_city(&place, &WITHOUT_RESERVE).await;
    let mut acknowledged = Acknowledged::default();
    let mut refused = 0;
    for room in ROOMS {
        fill(&place.seen(), room);
        for _ in 0..TRIES_PER_ROUND {
            refused += work(&server, &city, &mut acknowledged).await;
        }
        // The power goes while the disk is full.
        server.kill();
        free(&place.seen());
        server = Server::start(&place, &WITHOUT_RESERVE).await;
        city.move_to(&server.base);
        jobs_end(&city, &acknowledged).await;
        println!("{room} bytes of room: {refused} refused, {acknowledged}");
    }
    assert!(refused > 0, "the disk was never full");

    // And once more without a restart.
    fill(&place.seen(), 0);
    while work(&server, &city, &mut acknowledged).await == 0 {}
    free(&place.seen());
    let mut after = Acknowledged::default();
    assert_eq!(work(&server, &city, &mut after).await, 0, "there is room again");
    jobs_end(&city, &after).await;
    let all = acknowledged.receipts.len() + after.receipts.len();
    acknowledged.receipts.extend(after.receipts);
    assert_eq!(acknowledged.receipts.len(), all);

    server.stop();
    verify(&place);
    let logged = receipts_in_the_log(&place.seen());
    let lost: Vec<_> = acknowledged.receipts.difference(&logged).collect();
    assert!(lost.is_empty(), "answered, but not in the log: {lost:?}");
}

fn filler(data: &Path) -> std::path::PathBuf {
    data.join("filler")
}

/// Leaves so many bytes.
fn fill(data: &Path, room: usize) {
    let spare = data.join("spare");
    std::fs::write(&spare, vec![1; room]).unwrap();
    let mut file = File::create(filler(data)).unwrap();
    for bytes in [1 << 20, 4096, 1] {
        let block = vec![1; bytes];
        loop {
            match file.write_all(&block) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("filling the disk: {error}"),
            }
        }
    }
    std::fs::remove_file(spare).unwrap();
}

fn free(data: &Path) {
    std::fs::remove_file(filler(data)).unwrap();
}

/// Asks, lands and runs once each; gives how many were refused for want of room.
/// Any other no is a failure.
async fn work(server: &Server, city: &OpenCity, acknowledged: &mut Acknowledged) -> usize {
    let mut refused = 0;
    let (status, answer) = city.ask(city.question(city.now_seconds().await.unwrap()).unwrap()).await.unwrap();
    match status {
        200 => _ = acknowledged.receipts.insert(answer["receipt"].as_str().unwrap().to_owned()),
        507 => refused += 1,
        _ => panic!("asked on a full disk: {status} {answer}\n{}", server.said()),
    }
    let resource = city.report().resources["fund_accounts"].clone();
    for (job, jobs) in [
        (city.land(&resource, &accounts()).await, &mut acknowledged.landings),
        (city.run().await, &mut acknowledged.runs),
    ] {
        match job {
            Ok(job) => _ = jobs.insert(job),
            Err(error) if format!("{error:#}").contains("` answered 507") => refused += 1,
            Err(error) => panic!("worked on a full disk: {error:#}\n{}", server.said()),
        }
    }
    refused
}
