//! The run plane: what a candidate is, and that nobody sees it.

use shuyu_model::UseKind;
use shuyu_model::id::ResourceId;
use shuyu_workroom::{EntityCounts, Programs};
use tokio_util::sync::CancellationToken;

use crate::here::{PEOPLE, codes, everywhere, here_with, job, lookup, rooms};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_candidate_says_what_was_computed_by_whom_from_what_and_reloads() {
    for here in everywhere().await {
        let sql = "SELECT district, count(*) AS people, avg(balance) AS mean FROM accounts GROUP BY district";
        let made = here.run(sql).await;
        assert_eq!(here.rows(&made).await, ["east|40|1030.0", "west|20|1028.5"]);
        assert_eq!((made.rows(), made.counts()), (2, &EntityCounts::Counted));
        let mut counts = here.rooms.entity_counts(&made).await.unwrap().unwrap();
        counts.sort_unstable();
        assert_eq!(counts, [20, 40]);
        assert_eq!(made.author(), &here.author().person);
        assert_eq!(made.authors(), [here.author().person.clone()]);
        assert_eq!((made.statement(), made.inputs().len()), (sql, 2));
        let lineage: Vec<_> =
            made.lineage().iter().map(|column| (column.name.as_str(), column.origins.clone())).collect();
        let of = |column: &str| vec![(here.accounts.clone(), column.to_owned())];
        assert_eq!(lineage, [("district", of("district")), ("people", Vec::new()), ("mean", of("balance"))]);
        assert_eq!(made.raw_row_matches(), 0);

        // Another process, another start: the row says the same, the bytes are
        // the ones that were digested.
        let again = rooms(
            &here.ledger,
            &here.vault,
            shuyu_registry::testing::regime().as_ref().clone(),
            here.folder.path(),
            Programs::default(),
        );
        let reloaded = again.candidate(made.id()).await.unwrap().unwrap();
        assert_eq!(reloaded, made);
        assert_eq!(again.candidates(&here.scenario, None, 10).await.unwrap(), std::slice::from_ref(&made));
        assert!(again.candidates(&here.scenario, Some(made.id()), 10).await.unwrap().is_empty());
        let digest = again.result(&reloaded).await.unwrap().sealed().digest().unwrap();
        assert_eq!(digest, made.digest());
        let journal = here.journal().await;
        assert!(journal.contains("candidate.made") && !journal.contains("CANARY"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn showing_a_run_plane_result_is_always_refused_with_its_clause() {
    let here = here_with(|_| ()).await;
    let made = here.run("SELECT count(*) AS people FROM accounts").await;
    let verdict = here.rooms.show(here.author(), &made).await.unwrap();
    let reasons = verdict.into_result().unwrap_err().into_vec();
    assert_eq!((reasons[0].code.as_ref(), reasons[0].clause.as_str()), ("WRK-030", "changsha-2026 setting"));
    assert!(reasons[0].instead.contains("linted") && reasons[0].instead.contains("submit it to the airlock"));
    assert!(here.journal().await.contains("candidate.show_refused"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pseudonyms_join_within_a_scenario_and_nowhere_else() {
    for here in everywhere().await {
        let sql = "SELECT id_card FROM accounts";
        let made =
            here.rooms.run(&here.permit().await, lookup(sql, "id_card"), CancellationToken::new(), &|_| ()).await;
        let mine = here.rows(&shuyu_registry::testing::allowed(made.unwrap())).await;
        // A release turns an identity number that is asked for into this.
        assert!(mine.contains(&here.rooms.pseudonymiser(&here.scenario).pseudonym("ID-CANARY-7")));
        let joined = here.run("SELECT count(*) AS n FROM accounts JOIN contributions ON id_card = payer").await;
        assert_eq!(here.rows(&joined).await, [(PEOPLE * 2).to_string()]);

        let fields: [(&ResourceId, &[&str]); 1] = [(&here.accounts, &["id_card"])];
        let other = here.town.scenario("另一个", UseKind::Industry, &here.agreement, &fields).await;
        let permit = here.permit_for(&other).await;
        let made = here.rooms.run(&permit, job(sql), CancellationToken::new(), &|_| ()).await.unwrap();
        let theirs = here.rows(&shuyu_registry::testing::allowed(made)).await;
        assert!(mine.len() == PEOPLE && theirs.len() == PEOPLE && !theirs.iter().any(|row| mine.contains(row)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_the_output_rows_that_are_a_sources_rows() {
    let here = here_with(|_| ()).await;
    for (sql, expected) in [
        // Two open columns of one row.
        ("SELECT account, balance FROM accounts", PEOPLE as u64),
        ("SELECT account, balance + 0 AS b FROM accounts WHERE balance < 1010", 10),
        ("SELECT account, CAST(balance AS TEXT) AS b, district FROM accounts WHERE balance < 1010", 10),
        ("SELECT account || '' AS a, CASE WHEN true THEN balance END AS b FROM accounts", PEOPLE as u64),
        ("SELECT account, max(balance) AS b FROM accounts GROUP BY account", PEOPLE as u64),
        ("SELECT account, balance + CAST(street = 'x' AS BIGINT) * 1 AS b FROM accounts", PEOPLE as u64),
        ("SELECT account, CASE WHEN street <> district THEN balance END AS b FROM accounts", PEOPLE as u64),
        // One alone, masked ones, plain ones, or values of other rows.
        ("SELECT balance FROM accounts", 0),
        ("SELECT id_card, balance FROM accounts", 0),
        ("SELECT balance, district, opened_on FROM accounts", 0),
        ("SELECT account, balance + 100000 AS b FROM accounts", 0),
        // A street that ten share or more with a balance is nobody's row.
        ("SELECT street, count(balance) AS n FROM accounts GROUP BY street", 0),
    ] {
        assert_eq!(here.run(sql).await.raw_row_matches(), expected, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_describes_too_few_is_compared_and_one_of_many_is_not() {
    let here = here_with(|_| ()).await;
    let sql = "SELECT street, balance / 100 * 100 + 0 AS b, count(*) AS n FROM accounts GROUP BY 1, 2";
    // Seven streets of eight or nine persons, fewer than ten: compared with
    // (street, balance), of which only the balance 1000 is a raw one.
    assert_eq!(here.run(sql).await.raw_row_matches(), 1);
    let here = here_with(|regime| regime.release.cell_count_min.value = 5).await;
    assert_eq!(here.run(sql).await.raw_row_matches(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_output_without_names_types_or_key_is_refused_with_every_reason() {
    let here = here_with(|_| ()).await;
    let permit = here.permit().await;
    let run = async |job| codes(here.rooms.run(&permit, job, CancellationToken::new(), &|_| ()).await.unwrap());
    assert_eq!(run(job("SELECT count(*) FROM accounts")).await, ["WRK-028"]);
    assert_eq!(run(job("SELECT a.street, b.street FROM accounts a, accounts b")).await, ["WRK-028"]);
    assert_eq!(run(job("SELECT INTERVAL '1 day' AS i")).await, ["WRK-028"]);
    assert_eq!(
        run(lookup("SELECT count(*), street FROM accounts GROUP BY street", "id_card")).await,
        ["WRK-028", "WRK-029"]
    );
    assert_eq!(run(job("SELECT secret FROM accounts")).await, ["WRK-007"]);
    assert!(here.rooms.candidates(&here.scenario, None, 10).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_counted_depends_on_the_statements_shape() {
    let here = here_with(|_| ()).await;
    for (sql, expected) in [
        ("SELECT street FROM accounts", EntityCounts::EachRow),
        ("SELECT 1 AS one", EntityCounts::Nobody),
        ("SELECT district, count(*) AS n FROM accounts GROUP BY district", EntityCounts::Counted),
    ] {
        let made = here.run(sql).await;
        assert_eq!(made.counts(), &expected, "{sql}");
        let counts = here.rooms.entity_counts(&made).await.unwrap();
        assert_eq!(counts.is_some(), expected == EntityCounts::Counted);
    }
    let made = here.run("SELECT avg(n) AS a FROM (SELECT count(*) AS n FROM accounts GROUP BY street) t").await;
    assert!(matches!(made.counts(), EntityCounts::Unknown { why } if why.contains("grouped before")));
    // The entity column counts even where the statement may not name it.
    let fields: [(&ResourceId, &[&str]); 1] = [(&here.accounts, &["district"])];
    let narrow = here.town.scenario("只有区", UseKind::Industry, &here.agreement, &fields).await;
    let permit = here.permit_for(&narrow).await;
    let sql = "SELECT district, count(*) AS n FROM accounts GROUP BY district";
    let made = here.rooms.run(&permit, job(sql), CancellationToken::new(), &|_| ()).await.unwrap();
    let made = shuyu_registry::testing::allowed(made);
    let mut counts = here.rooms.entity_counts(&made).await.unwrap().unwrap();
    counts.sort_unstable();
    assert_eq!(counts, [20, 40]);
    let verdict = here.rooms.run(&permit, job("SELECT id_card FROM accounts"), CancellationToken::new(), &|_| ()).await;
    assert_eq!(codes(verdict.unwrap()), ["WRK-007"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_candidate_says_by_which_means_and_none_is_made_by_means_that_the_document_does_not_name() {
    use shuyu_model::regime::words::Means;
    let here = here_with(|_| ()).await;
    let made = here.run("SELECT count(*) AS people FROM accounts").await;
    assert_eq!(made.means(), [Means::UsageControl, Means::Sandbox]);
    assert!(here.journal().await.contains("usage_control"), "the entry says so, too");
    for (named, refused) in [(Means::Sandbox, &[][..]), (Means::PrivacyComputing, &["WRK-035"][..])] {
        let here = here_with(|regime| {
            let mut means = shuyu_registry::rules::shipped("xianning-2025").unwrap().regime.workroom.means.clone();
            means.as_mut().unwrap().value = vec![named];
            regime.workroom.means = means;
        })
        .await;
        let run = job("SELECT count(*) AS people FROM accounts");
        let told = here.rooms.run(&here.permit().await, run, CancellationToken::new(), &|_| ()).await.unwrap();
        let told = match told {
            shuyu_model::Verdict::Allow(_) => Vec::new(),
            refusal => codes(refusal),
        };
        assert_eq!(told, refused, "{named:?}");
    }
}
