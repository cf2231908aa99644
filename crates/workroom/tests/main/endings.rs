//! Runs that end before their end: limits, cancellation, a permit that dies.

use std::sync::atomic::{AtomicBool, Ordering};

use shuyu_model::{Column, ColumnClass, ColumnType, Mask};
use shuyu_registry::testing::column;
use shuyu_registry::{Act, Scope};
use tokio_util::sync::CancellationToken;

use crate::here::{Here, codes, everywhere, here_with, job};

/// What a run leaves behind besides its candidate.
async fn nothing_is_left(here: &Here) {
    assert!(here.rooms.candidates(&here.scenario, None, 10).await.unwrap().is_empty());
    let unfinished = std::fs::read_dir(here.folder.path().join("vault")).unwrap();
    for folder in unfinished.map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let name = folder.file_name().to_string_lossy().into_owned();
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        assert!(!name.contains("unfinished") && !name.contains("result") || files == 0, "{name} has {files} files");
    }
    // The engine's own tasks let go of their files in their own time.
    let started = std::time::Instant::now();
    while spooled(here) > 0 && started.elapsed().as_secs() < 20 {
        tokio::task::yield_now().await;
    }
    assert_eq!(spooled(here), 0, "the spool folder is empty");
}

fn spooled(here: &Here) -> usize {
    fn files(path: &std::path::Path) -> usize {
        std::fs::read_dir(path)
            .unwrap()
            .map(Result::unwrap)
            .map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 })
            .sum()
    }
    files(&here.folder.path().join("spool"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_rows_than_a_result_may_have_are_refused() {
    let here = here_with(|regime| regime.workroom.result_rows_max.value = 59).await;
    assert_eq!(codes(here.try_run("SELECT street FROM accounts").await.unwrap()), ["WRK-024"]);
    nothing_is_left(&here).await;
    assert_eq!(here.run("SELECT street FROM accounts WHERE balance > 1000").await.rows(), 59);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_takes_too_long_is_ended() {
    let here = here_with(|regime| regime.workroom.run_seconds_max.value = 1).await;
    let product = "FROM accounts a, accounts b, accounts c, accounts d, contributions e";
    for sql in [
        // Joins that find nothing for minutes, and so hand nothing on.
        format!(
            "SELECT count(*) AS n {product} WHERE levenshtein(concat(a.id_card, b.id_card), concat(c.id_card, d.id_card, e.payer)) < 0"
        ),
        "SELECT a.street FROM accounts a JOIN accounts b ON a.balance + b.balance > 0 JOIN accounts c ON true \
         JOIN accounts d ON levenshtein(concat(a.id_card, b.id_card), concat(c.id_card, d.id_card)) < 0"
            .to_owned(),
        // And ones that hand on more than anybody can count.
        format!(
            "SELECT count(*) AS n, count(DISTINCT a.street) AS m {product} WHERE a.balance + d.balance + e.amount > 0"
        ),
        "SELECT count(*) AS n FROM accounts a JOIN accounts b ON a.opened_on = b.opened_on JOIN accounts c ON \
         a.opened_on = c.opened_on JOIN accounts d ON a.opened_on = d.opened_on AND \
         levenshtein(concat(a.id_card, b.id_card), concat(c.id_card, d.id_card)) < 0"
            .to_owned(),
    ] {
        let started = std::time::Instant::now();
        assert_eq!(codes(here.try_run(&sql).await.unwrap()), ["WRK-025"], "{sql}");
        assert!(started.elapsed().as_secs() < 20, "{sql} took {:?}", started.elapsed());
        nothing_is_left(&here).await;
    }
    // The engine is free again.
    assert_eq!(here.run("SELECT street FROM accounts").await.rows(), 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_run_ends_and_leaves_nothing() {
    let here = here_with(|_| ()).await;
    let permit = here.permit().await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let verdict = here.rooms.run(&permit, job("SELECT street FROM accounts"), cancel, &|_| ()).await.unwrap();
    assert_eq!(codes(verdict), ["WRK-026"]);
    // And one that is well under way: 12,960,000 rows, of which it sees few.
    let sql = "SELECT a.street FROM accounts a, accounts b, accounts c, accounts d";
    let cancel = CancellationToken::new();
    let seen = AtomicBool::new(false);
    let progress = |now: shuyu_workroom::Progress| {
        seen.store(now.rows > 0, Ordering::SeqCst);
        cancel.cancel();
    };
    let verdict = here.rooms.run(&permit, job(sql), cancel.clone(), &progress).await.unwrap();
    assert_eq!(codes(verdict), ["WRK-026"]);
    assert!(seen.load(Ordering::SeqCst));
    nothing_is_left(&here).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permit_that_dies_under_way_ends_the_run_at_once() {
    for here in everywhere().await {
        let permit = here.permit().await;
        let sql = "SELECT a.street FROM accounts a, accounts b, accounts c, accounts d";
        let (rooms, watched) = (here.rooms.clone(), permit.clone());
        let (first, mut started) = tokio::sync::mpsc::unbounded_channel();
        let run = tokio::spawn(async move {
            let progress = |_: shuyu_workroom::Progress| {
                let _ = first.send(());
            };
            rooms.run(&watched, job(sql), CancellationToken::new(), &progress).await
        });
        started.recv().await.unwrap();
        here.town.end_agreement(&here.agreement, "breach").await;
        assert!(!permit.is_live());
        assert_eq!(codes(run.await.unwrap().unwrap()), ["WRK-021"]);
        nothing_is_left(&here).await;
        // And nothing new begins under it, in either plane.
        let verdict = here.rooms.draft(&permit, "SELECT street FROM accounts", CancellationToken::new()).await.unwrap();
        assert_eq!(codes(verdict), ["WRK-021"]);
        assert!(here.journal().await.contains("run.refused"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permit_for_another_act_opens_no_workroom() {
    let here = here_with(|_| ()).await;
    let permit = here.town.registry.permit(&here.town.agency[0], Act::Review, &Scope::of(here.scenario.clone())).await;
    let permit = shuyu_registry::testing::allowed(permit.unwrap());
    let verdict = here.rooms.run(&permit, job("SELECT street FROM accounts"), CancellationToken::new(), &|_| ()).await;
    assert_eq!(codes(verdict.unwrap()), ["WRK-020"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permitted_table_without_a_version_or_with_another_shape_is_refused() {
    let here = here_with(|_| ()).await;
    // The next version lacks a permitted column.
    let columns: Vec<Column> = vec![column("payer", ColumnType::Text, ColumnClass::DirectIdentifier, Mask::Pseudonym)];
    here.seal(&here.contributions, columns, "payer\nx\n").await;
    let verdict = here.try_run("SELECT street FROM accounts").await.unwrap();
    let reasons = verdict.into_result().unwrap_err().into_vec();
    assert_eq!(reasons[0].code, "WRK-022");
    assert!(reasons[0].what.ends_with("lacks the column `amount` as registered"), "{}", reasons[0].what);
}

/// Sorting needs more memory than the limit and goes through the spool folder.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_into_memory_is_spooled_and_what_cannot_be_is_refused() {
    let here = here_with(|regime| regime.workroom.memory_mebibytes_max.value = 24).await;
    // 216,000 rows of two long texts each: some 50 mebibytes.
    let rows = "SELECT concat(a.id_card, b.id_card, c.id_card) AS x, concat(b.id_card, c.id_card, a.id_card) AS y \
                FROM accounts a, accounts b, accounts c";
    let sorted = here.run(&format!("{rows} ORDER BY 2, 1")).await;
    assert_eq!(sorted.rows(), 216_000);
    assert_eq!(spooled(&here), 0, "what was spooled is gone");
    // Counting different texts in one group cannot be spooled.
    let sql = format!("SELECT count(DISTINCT x) AS n, count(DISTINCT y) AS m FROM ({rows}) t");
    let tight = here_with(|regime| regime.workroom.memory_mebibytes_max.value = 8).await;
    assert_eq!(codes(tight.try_run(&sql).await.unwrap()), ["WRK-023"]);
    nothing_is_left(&tight).await;
}

/// In the file of `accounts` each identifier holds the word CANARY; an engine's
/// own message about any of these would repeat it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_fails_on_a_row_says_and_writes_nothing_of_the_row() {
    for here in everywhere().await {
        for sql in [
            "SELECT CAST(account AS BIGINT) AS n FROM accounts",
            "SELECT CAST(account AS DATE) AS d FROM accounts",
            "SELECT balance * 9223372036854775807 / (balance - 1007) AS n FROM accounts",
            "SELECT to_timestamp(account) AS t FROM accounts",
        ] {
            let verdict = here.try_run(sql).await.unwrap();
            let said = format!("{verdict:?}");
            assert_eq!(codes(verdict), ["WRK-027"], "{sql}");
            assert!(!said.contains("CANARY") && !said.contains("1007"), "{said}");
        }
        nothing_is_left(&here).await;
        let journal = here.journal().await;
        assert!(journal.contains("WRK-027") && !journal.contains("CANARY"));
    }
}
