//! The pen: rows with their events, no gap, nothing twice, on both databases.

use shuyu_model::CryptoProfile;
use shuyu_model::id::ResourceId;

use crate::testing::{config, ledgers};
use crate::{DatabaseUrl, Event, Ledger, LedgerError, args};

const INSERT: &str = "INSERT INTO log_index (seq, leaf_index) VALUES ($1, $2)";
const COUNT: &str =
    "SELECT CAST(count(*) AS BIGINT) AS n, CAST(sum(leaf_index) AS BIGINT) AS s FROM log_index WHERE seq >= 1000";

async fn count(ledger: &Ledger) -> i64 {
    ledger.read(COUNT, args![]).await.unwrap()[0].int("n").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_written_with_its_event_or_not_at_all() {
    for (backend, ledger, _folder) in ledgers().await {
        let mut dropped = ledger.change().await.unwrap();
        dropped.write(INSERT, args![1000_i64, 5_i64]).await.unwrap();
        drop(dropped);
        assert_eq!((count(&ledger).await, ledger.journal_head().await.unwrap()), (0, 0), "{backend}");

        let mut change = ledger.change().await.unwrap();
        change.write(INSERT, args![1000_i64, 5_i64]).await.unwrap();
        let entry = change.commit(Event::done(None, "test.written", "X")).await.unwrap();
        assert_eq!((entry.seq, count(&ledger).await), (1, 1), "{backend}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_too_large_to_tell_leaves_nothing_behind() {
    for (backend, ledger, _folder) in ledgers().await {
        let mut change = ledger.change().await.unwrap();
        change.write(INSERT, args![1000_i64, 5_i64]).await.unwrap();
        let told = change.commit(Event::done(None, "test.written", "X".repeat(70_000))).await;
        assert!(matches!(told, Err(LedgerError::EventTooLarge { .. })), "{backend}");
        assert_eq!((count(&ledger).await, ledger.journal_head().await.unwrap()), (0, 0), "{backend}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_leave_no_gap_and_every_event_reaches_the_log() {
    for (backend, ledger, _folder) in ledgers().await {
        let writers: Vec<_> = (0..8_i64)
            .map(|writer| {
                let ledger = ledger.clone();
                tokio::spawn(async move {
                    for turn in 0..10_i64 {
                        let mut change = ledger.change().await.unwrap();
                        change.write(INSERT, args![1000 + writer * 100 + turn, turn]).await.unwrap();
                        if turn % 3 == 2 {
                            drop(change);
                        } else {
                            change.commit(Event::done(None, "test.written", "X")).await.unwrap();
                        }
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        ledger.settle().await.unwrap();
        assert_eq!(ledger.journal_head().await.unwrap(), 56, "{backend}");
        assert_eq!(ledger.log().size(), 56, "{backend}");
        for (seq, expected) in (1..=56).zip(0..) {
            assert_eq!(ledger.leaf_of(seq).await.unwrap(), Some(expected), "{backend}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_on_the_same_folder_is_refused() {
    let (ledger, folder) = crate::testing::sqlite(CryptoProfile::International).await;
    let again = DatabaseUrl::Sqlite(folder.path().join("shuyu.db"));
    let error = Ledger::open(config(&folder, again.clone(), CryptoProfile::International)).await.err();
    assert!(matches!(error, Some(LedgerError::Busy { .. })));
    ledger.shutdown().await.unwrap();
    assert!(Ledger::open(config(&folder, again, CryptoProfile::International)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_a_crash_kept_out_of_the_index_are_not_appended_twice() {
    let (ledger, folder) = crate::testing::sqlite(CryptoProfile::Guomi).await;
    for _ in 0..5 {
        ledger.refuse(Event::done(None, "test.written", "X")).await.unwrap();
    }
    ledger.settle().await.unwrap();
    // What a crash between the append and the index leaves behind.
    let mut change = ledger.change().await.unwrap();
    change.write("DELETE FROM log_index WHERE seq > 2", args![]).await.unwrap();
    change.commit(Event::done(None, "test.crashed", "X")).await.unwrap();
    ledger.shutdown().await.unwrap();

    let database = DatabaseUrl::Sqlite(folder.path().join("shuyu.db"));
    let ledger = Ledger::open(config(&folder, database, CryptoProfile::Guomi)).await.unwrap();
    assert_eq!(ledger.log().size(), 6);
    assert_eq!(ledger.leaf_of(6).await.unwrap(), Some(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_ordered_by_the_time_of_their_making() {
    let (ledger, _folder) = crate::testing::sqlite(CryptoProfile::International).await;
    let first: ResourceId = ledger.new_id();
    ledger.clock().advance_to(ledger.now().plus_micros(1_000)).unwrap();
    let second: ResourceId = ledger.new_id();
    assert!(first < second);
}

#[test]
fn a_database_on_another_machine_is_never_spoken_to_in_the_clear() {
    for (address, is_taken) in [
        ("postgres://shuyu@db.city.example/shuyu", false),
        ("postgres://shuyu@db.city.example/shuyu?sslmode=prefer", false),
        ("postgres://shuyu:secret@10.0.0.7:5432/shuyu?sslmode=disable", false),
        ("postgres://shuyu@db.city.example/shuyu?sslmode=require", true),
        ("postgres://shuyu@db.city.example/shuyu?sslmode=verify-full", true),
        ("postgres://shuyu@localhost/shuyu", true),
        ("postgres://shuyu@127.0.0.1:5433/shuyu", true),
        ("postgres:///shuyu?host=/run/postgresql", true),
        ("sqlite:book.db", true),
    ] {
        let parsed = crate::DatabaseUrl::parse(address);
        assert_eq!(parsed.is_ok(), is_taken, "{address}");
        if let Err(error) = parsed {
            let told = error.to_string();
            assert!(told.contains("sslmode") && !told.contains("secret"), "{told}");
        }
    }
}
