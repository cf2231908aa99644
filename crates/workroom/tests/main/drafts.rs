//! The draft plane: what is on screen, and what never is.

use tokio_util::sync::CancellationToken;

use crate::here::{PEOPLE, codes, everywhere, here_with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shows_masked_rows_and_never_an_identifier_or_a_sensitive_value() {
    for here in everywhere().await {
        let shown = here.draft("SELECT * FROM accounts ORDER BY balance").await;
        assert_eq!(shown.columns, ["id_card", "account", "balance", "street", "opened_on", "district"]);
        assert_eq!(shown.rows.len(), PEOPLE);
        for row in &shown.rows {
            let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("")).collect();
            // Even `account`, which the registry leaves open, is a pseudonym here.
            assert!(cells[..2].iter().all(|cell| cell.len() == 32), "{cells:?}");
            assert_eq!(cells[2], "1000");
            assert_eq!(cells[4], "2020-03-01");
            assert!(!cells.concat().contains("CANARY"));
        }
        assert!(!here.journal().await.contains("CANARY"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn draws_the_same_few_rows_each_time_and_the_same_persons_from_each_table() {
    let here = here_with(|regime| regime.workroom.sample_rows_max.value = 10).await;
    let sql = "SELECT id_card FROM accounts ORDER BY id_card";
    let shown = here.draft(sql).await;
    let mut sampled = shown.sampled.clone();
    sampled.sort();
    assert_eq!(sampled, [("accounts".to_owned(), 10), ("contributions".to_owned(), 10)]);
    assert_eq!(here.draft(sql).await.rows, shown.rows);
    // Ten contributions are of five persons, all of whom are among the ten.
    let joined =
        here.draft("SELECT count(*), count(DISTINCT payer) FROM contributions JOIN accounts ON payer = id_card").await;
    assert_eq!(joined.rows, [[Some("10".to_owned()), Some("5".to_owned())]]);
    let all = here.draft("SELECT a.account, b.account FROM accounts a, accounts b").await;
    assert!(all.is_cut && all.rows.len() == 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_outside_the_permit_is_refused_and_written_down() {
    for here in everywhere().await {
        let permit = here.permit().await;
        let verdict = here.rooms.draft(&permit, "SELECT secret FROM accounts", CancellationToken::new()).await.unwrap();
        assert_eq!(codes(verdict), ["WRK-007"]);
        let journal = here.journal().await;
        assert!(journal.contains("draft.refused") && journal.contains("WRK-007"), "{journal}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_fails_on_a_row_says_so_without_the_row() {
    let here = here_with(|_| ()).await;
    let permit = here.permit().await;
    for sql in [
        "SELECT CAST(street AS BIGINT) FROM accounts",
        "SELECT 1 / (balance - 1000) FROM accounts",
        "SELECT CAST(district AS DATE) FROM accounts",
    ] {
        let verdict = here.rooms.draft(&permit, sql, CancellationToken::new()).await.unwrap();
        let said = format!("{verdict:?}");
        assert_eq!(codes(verdict), ["WRK-027"], "{sql}");
        for word in ["s1", "east", "Divide", "Arrow", "Cast"] {
            assert!(!said.contains(&format!("'{word}")) && !said.contains(&format!("{word} error")), "{said}");
        }
    }
    assert!(!here.journal().await.contains("Cannot cast"));
}
