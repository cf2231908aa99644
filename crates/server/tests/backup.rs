//! Backups that are taken while the platform is written on, and taking one back.

use std::path::Path;

use serde_json::json;
use shuyu_ledger::testing::sqlite;
use shuyu_ledger::{Clock, DatabaseUrl, Ledger, LedgerConfig, LedgerError};
use shuyu_model::{CryptoProfile, Role};
use shuyu_registry::{Page, Registry};
use shuyu_server::backup::{self, MANIFEST};

use crate::support::{Server, server};

/// What is there after a backup was taken back: a ledger of its own.
async fn opened(data: &Path) -> Ledger {
    let config = LedgerConfig {
        data_dir: data.to_path_buf(),
        database: DatabaseUrl::parse(&format!("sqlite:{}", data.join("shuyu.db").display())).unwrap(),
        profile: CryptoProfile::International,
        origin: "jiangcheng.example/shuyu".to_owned(),
        clock: Clock::system(),
    };
    Ledger::open(config).await.unwrap()
}

async fn writes(server: &Server, count: usize) {
    for n in 0..count {
        let new = json!({
            "kind": "data_demand", "subject": server.person(Role::Source).organisation, "title": format!("需求 {n}"),
            "facts": { "request": "data", "demand": "缴存月数" },
        });
        server.post(server.person(Role::Operator), "/v1/matters", &new).await.ok();
    }
}

#[tokio::test]
async fn a_backup_that_is_taken_under_writes_is_whole_and_the_platform_goes_on_from_it() {
    let (server, folder) = (server().await, tempfile::tempdir().unwrap());
    server.things().await;
    let (backups, data) = (folder.path().join("backups"), folder.path().join("data"));
    let (taken, ()) = tokio::join!(backup::take(&server.app, &backups), writes(&server, 20));
    let (whole, manifest) = taken.unwrap();
    assert!(manifest.files.iter().any(|file| file.path.starts_with("vault/holdings/")), "sealed data is in it");
    assert!(manifest.files.iter().any(|file| file.path == "keys/vault.key"), "and what opens it");
    assert_eq!(backup::faults(&whole, &manifest).unwrap(), Vec::<String>::new());
    let journal = server
        .app
        .ledger()
        .journal_of("backup.taken", shuyu_model::Time(0), server.app.ledger().now().plus_days(1))
        .await;
    assert_eq!(journal.unwrap().len(), 1, "it stands in the journal");

    backup::restore(&whole, &data).unwrap();
    let ledger = opened(&data).await;
    ledger.settle().await.unwrap();
    let registry = Registry::new(ledger.clone(), server.app.registry().regime_arc());
    let before = server.app.registry().scenarios(&Page::first()).await.unwrap().total;
    assert_eq!(registry.scenarios(&Page::first()).await.unwrap().total, before);
    let head = ledger.journal_head().await.unwrap();
    assert!(ledger.leaf_of(head).await.unwrap().is_some(), "journal and log agree");
    let event = shuyu_ledger::Event::done(None, "test.goes_on", "x");
    let entry = ledger.change().await.unwrap().commit(event).await.unwrap();
    assert_eq!(entry.seq, head + 1, "and it goes on where it was");
    ledger.settle().await.unwrap();
    ledger.shutdown().await.unwrap();
    shuyu_ledger::verify::verify_dir(&data.join("log"), None).unwrap();
}

#[tokio::test]
async fn an_altered_a_missing_or_a_half_made_backup_is_told_file_by_file_and_nothing_is_restored() {
    let (server, folder) = (server().await, tempfile::tempdir().unwrap());
    server.things().await;
    let (backups, data) = (folder.path().join("backups"), folder.path().join("data"));
    let (whole, manifest) = backup::take(&server.app, &backups).await.unwrap();
    let victims: Vec<_> = ["shuyu.db", "keys/", "vault/", "log/"]
        .iter()
        .map(|stem| manifest.files.iter().find(|file| file.path.starts_with(stem) && file.bytes > 0).unwrap())
        .collect();
    for victim in victims {
        let path = whole.join(&victim.path);
        let bytes = std::fs::read(&path).unwrap();
        let mut altered = bytes.clone();
        altered[bytes.len() / 2] ^= 1;
        std::fs::write(&path, altered).unwrap();
        let told = backup::restore(&whole, &data).unwrap_err().to_string();
        assert!(told.contains(&format!("`{}` was changed", victim.path)), "{told}");
        std::fs::remove_file(&path).unwrap();
        let told = backup::restore(&whole, &data).unwrap_err().to_string();
        assert!(told.contains(&format!("`{}` is missing", victim.path)), "{told}");
        assert!(!data.exists(), "nothing is restored");
        std::fs::write(&path, bytes).unwrap();
    }
    std::fs::rename(whole.join(MANIFEST), whole.join("other")).unwrap();
    assert!(backup::restore(&whole, &data).is_err(), "one that was broken off before its end is none");
    assert_eq!(backup::all(&backups).unwrap().len(), 0);
    std::fs::rename(whole.join("other"), whole.join(MANIFEST)).unwrap();
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("mine"), "x").unwrap();
    assert!(backup::restore(&whole, &data).unwrap_err().to_string().contains("not empty"), "never over something");
    assert_eq!(std::fs::read_to_string(data.join("mine")).unwrap(), "x");
    std::fs::remove_file(data.join("mine")).unwrap();
    backup::restore(&whole, &data).unwrap();
}

#[tokio::test]
async fn a_backup_that_another_broke_off_is_in_the_way_until_it_is_removed_and_seven_are_kept() {
    let (server, folder) = (server().await, tempfile::tempdir().unwrap());
    let clock = server.app.ledger().clock();
    for _ in 0..9 {
        backup::take(&server.app, folder.path()).await.unwrap();
        clock.advance_to(server.app.ledger().now().plus_days(1)).unwrap();
    }
    let all = backup::all(folder.path()).unwrap();
    assert_eq!(all.len(), backup::BACKUPS_KEPT);
    assert!(all.is_sorted_by_key(|(_, manifest)| manifest.taken_at));
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, backup::BACKUPS_KEPT, "the oldest are gone, and nothing half made is left");
}

#[tokio::test]
async fn a_database_of_another_process_is_not_copied_and_that_is_said() {
    let Some((_, ledger, _folder)) =
        shuyu_ledger::testing::ledgers().await.into_iter().find(|(backend, ..)| backend.contains("postgres"))
    else {
        // Without PostgreSQL there is nothing to say: SQLite is copied.
        let (ledger, folder) = sqlite(CryptoProfile::International).await;
        let to = folder.path().join("copy");
        std::fs::create_dir(&to).unwrap();
        ledger.snapshot(&to).await.unwrap();
        assert!(to.join("shuyu.db").is_file());
        return;
    };
    let to = tempfile::tempdir().unwrap();
    let told = ledger.snapshot(to.path()).await;
    assert!(matches!(told, Err(LedgerError::NoSnapshot)), "{told:?}");
    assert_eq!(std::fs::read_dir(to.path()).unwrap().count(), 0, "nothing is half made");
}
