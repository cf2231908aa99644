//! What leaves: who signed, which bytes, until when.

use std::collections::BTreeSet;
use std::io::Read as _;

use arrow::array::{ArrayRef, AsArray as _};
use arrow::datatypes::Int64Type;
use arrow::util::display::array_value_to_string;
use shuyu_airlock::{AirlockError, OutputKind, Release};
use shuyu_registry::testing::{allowed, refused};

use crate::here::{PEOPLE, everywhere, here, id_card, output};

async fn rows(release: &Release) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in release.read_rows().await.unwrap() {
        for row in 0..batch.num_rows() {
            let cell = |array: &ArrayRef| array_value_to_string(array, row).unwrap();
            rows.push(batch.columns().iter().map(cell).collect::<Vec<_>>().join("|"));
        }
    }
    rows.sort();
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_checked_and_signed_for_is_what_leaves() {
    for here in everywhere().await {
        let candidate = here.report().await;
        assert!(allowed(here.airlock.lint(here.author(), &candidate).await.unwrap()).is_clean());
        let case = here.submit(&candidate).await;
        assert_eq!(refused(here.airlock.complete(&case).await.unwrap()), ["AIR-053"], "nobody has signed");
        assert_eq!(
            refused(here.approve(here.author(), &case, "operator_check", candidate.digest()).await),
            ["CAS-005"]
        );
        here.sign_all(here.colleague(), &case, candidate.digest()).await;

        let release = allowed(here.airlock.complete(&case).await.unwrap());
        assert_eq!(rows(&release).await, ["east|40", "west|20"]);
        let bytes = release.read_all().await.unwrap();
        assert_eq!(here.ledger.profile().digest(&bytes), candidate.digest());
        assert_eq!((release.digest(), release.bytes()), (candidate.digest(), bytes.len() as u64));
        let mut reader = release.reader().await.unwrap();
        let streamed = tokio::task::spawn_blocking(move || {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).map(|_| all)
        });
        assert_eq!(streamed.await.unwrap().unwrap(), bytes);
        // The clock stands still here, so those of one step have no order.
        let signers: BTreeSet<_> = release.signers().iter().map(|signer| signer.person.clone()).collect();
        let expected = [here.colleague(), &here.town.agency[0], &here.town.agency[1]].map(|actor| actor.person.clone());
        assert_eq!(signers, BTreeSet::from(expected));
        assert_eq!(release.checks().len(), 7);
        assert!(release.is_live() && release.kind() == &OutputKind::Report && release.case() == &case);

        let journal = here.journal().await;
        for action in ["candidate.checked", "case.opened", "release.made"] {
            assert!(journal.contains(action), "{action}");
        }
        assert!(!journal.contains("CANARY") && !journal.contains(&id_card(8)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_is_made_once_and_found_again_after_a_restart() {
    for here in everywhere().await {
        let candidate = here.report().await;
        let release = here.released(&candidate).await;
        let again = allowed(here.airlock.complete(release.case()).await.unwrap());
        assert_eq!(again.id(), release.id());
        let restarted = here.airlock_under(|_| ());
        let found = restarted.find(release.id()).await.unwrap().unwrap();
        assert_eq!(
            (found.digest(), found.columns(), found.signers()),
            (release.digest(), release.columns(), release.signers())
        );
        assert_eq!(rows(&found).await, rows(&release).await);
        assert_eq!(restarted.release_of(candidate.id()).await.unwrap().unwrap().id(), release.id());
        assert!(restarted.find(&here.ledger.new_id()).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_withdrawal_ends_every_copy_at_once() {
    for here in everywhere().await {
        let release = here.released(&here.report().await).await;
        let copy = here.airlock.find(release.id()).await.unwrap().unwrap();
        let withdraw = async |actor, ground| here.airlock.withdraw(actor, &release, ground).await.unwrap();
        assert_eq!(refused(withdraw(&here.town.bank[0], "x").await), ["AIR-060", "AIR-061"]);
        assert_eq!(refused(withdraw(&here.town.other_operator[0], "wrong by a row").await), ["AIR-060"]);
        assert!(release.is_live() && copy.is_live());
        allowed(withdraw(&here.town.agency[0], "the source was corrected").await);
        assert!(!release.is_live() && !copy.is_live());
        assert_eq!(refused(withdraw(here.author(), "the source was corrected").await), ["AIR-059"]);
        assert!(!here.airlock.find(release.id()).await.unwrap().unwrap().is_live());
        assert!(!here.airlock_under(|_| ()).find(release.id()).await.unwrap().unwrap().is_live());
        let withdrawn = here.airlock.withdrawn(release.id()).await.unwrap().unwrap();
        assert_eq!(
            (withdrawn.by, withdrawn.ground.as_str()),
            (here.town.agency[0].person.clone(), "the source was corrected")
        );
        assert!(here.journal().await.contains("release.withdrawn"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lookup_is_asked_with_a_raw_key_and_holds_pseudonyms() {
    let here = here().await;
    let sql = "SELECT id_card, CASE WHEN balance > 77000 THEN 1 ELSE 0 END AS is_covered FROM accounts";
    let kind = OutputKind::Lookup { key: "id_card".to_owned() };
    let release = here.released(&here.run(sql, output(kind, &["id_card", "is_covered"])).await).await;
    assert_eq!((release.key(), release.rows()), (Some("id_card"), u64::from(PEOPLE)));
    let all = rows(&release).await;
    assert!(all.contains(&format!("{}|0", release.pseudonym(&id_card(0)))));
    assert!(all.contains(&format!("{}|1", release.pseudonym(&id_card(7)))));
    assert!(!all.iter().any(|row| row.contains(&id_card(7))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reviewers_see_columns_counts_and_changes_but_no_row() {
    let here = here().await;
    let first = here.released(&here.report().await).await;
    let sql =
        "SELECT district, count(DISTINCT id_card) AS people, sum(balance) AS total FROM accounts GROUP BY district";
    let candidate = here.run(sql, output(OutputKind::Report, &["district", "people*", "total"])).await;
    here.submit(&candidate).await;
    let review = here.airlock.review(candidate.id()).await.unwrap().unwrap();
    let columns: Vec<_> = review.shown.columns.iter().map(|c| (c.name.as_str(), c.distinct, c.null_permille)).collect();
    assert_eq!(columns, [("district", 2, 0), ("people", 2, 0), ("total", 2, 0)]);
    let counts = review.shown.columns[1].counts.clone().unwrap();
    assert_eq!((counts.min, counts.max, counts.below_least), (Some(20), Some(40), 0));
    let before = review.before.as_ref().unwrap();
    assert_eq!((&before.release, before.columns.added.as_slice()), (first.id(), ["total".to_owned()].as_slice()));
    assert!(review.checks.iter().all(|result| result.is_passed()) && review.checks.len() == 7);
    let lineage = &review.shown.lineage[2];
    assert_eq!(lineage.from, [format!("{}.balance", here.accounts)]);
    let told = serde_json::to_string(&review).unwrap();
    let reader = here.rooms.result(&candidate).await.unwrap();
    let batches =
        tokio::task::spawn_blocking(move || reader.batches().unwrap().map(Result::unwrap).collect::<Vec<_>>());
    for batch in batches.await.unwrap() {
        for total in batch.column(2).as_primitive::<Int64Type>().iter().flatten() {
            assert!(total > 1_000_000 && !told.contains(&total.to_string()));
        }
    }
    assert!(!told.contains("\"west") && !told.contains("\"east"));
    assert!(here.airlock.review(&here.ledger.new_id()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn releases_are_listed_newest_first_with_an_honest_total() {
    let here = here().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(here.released(&here.report().await).await.id().clone());
        here.ledger.clock().advance_to(here.ledger.now().plus_micros(1_000_000)).unwrap();
    }
    made.reverse();
    let first = here.airlock.releases(None, 2).await.unwrap();
    assert_eq!((first.total, first.next.as_ref()), (3, Some(&made[1])));
    let second = here.airlock.releases(first.next.as_ref(), 2).await.unwrap();
    assert_eq!((second.total, second.next), (3, None));
    let listed: Vec<_> = first.items.iter().chain(&second.items).map(|release| release.id().clone()).collect();
    assert_eq!(listed, made);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_were_changed_at_rest_neither_leave_nor_are_delivered() {
    let here = here().await;
    let (candidate, other) = (here.report().await, here.report().await);
    let release = here.released(&other).await;
    let case = here.submit(&candidate).await;
    here.sign_all(here.colleague(), &case, candidate.digest()).await;
    for candidate in [&candidate, &other] {
        let file = here.sealed_file(candidate);
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, bytes).unwrap();
    }
    let failed = here.airlock.complete(&case).await;
    assert!(matches!(failed, Err(AirlockError::Workroom(_) | AirlockError::Sealed { .. })), "{failed:?}");
    assert!(here.airlock.release_of(candidate.id()).await.unwrap().is_none());
    assert!(release.read_all().await.is_err() && release.read_rows().await.is_err() && release.reader().await.is_err());
}
