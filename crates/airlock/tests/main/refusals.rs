//! What does not leave, each time with every reason and its clause.

use shuyu_airlock::OutputKind;
use shuyu_model::UseKind;
use shuyu_model::id::CandidateId;
use shuyu_model::regime::ProcedureKind;
use shuyu_registry::testing::{allowed, refused};

use crate::here::{BY_DISTRICT, here, id_card, output};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cell_below_the_least_count_is_refused_and_the_linter_says_how_to_repair_it() {
    let here = here().await;
    let sql = "SELECT street, count(DISTINCT id_card) AS people FROM accounts GROUP BY street";
    let candidate = here.run(sql, output(OutputKind::Report, &["street", "people*"])).await;
    assert_eq!(here.submission_codes(&candidate).await, ["AIR-002"]);
    let lint = allowed(here.airlock.lint(here.author(), &candidate).await.unwrap());
    let hint = lint.hints.iter().find_map(|hint| hint.sql.clone());
    assert_eq!(hint.as_deref(), Some("HAVING count(DISTINCT id_card) >= 10"));

    let repaired = BY_DISTRICT.to_owned() + " HAVING count(DISTINCT id_card) >= 10";
    let candidate = here.run(&repaired, output(OutputKind::Report, &["district", "people*"])).await;
    here.submit(&candidate).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raw_identifier_is_refused_with_all_that_is_wrong_beside_it() {
    let here = here().await;
    let candidate =
        here.run("SELECT balance, note, street FROM accounts", output(OutputKind::Dataset, &["balance", "note"])).await;
    let verdict = here.airlock.submit(here.author(), &candidate).await.unwrap();
    let reasons = verdict.into_result().unwrap_err().into_vec();
    let mut codes: Vec<_> = reasons.iter().map(|reason| reason.code.as_ref()).collect();
    codes.dedup();
    assert_eq!(codes, ["AIR-001", "AIR-002", "AIR-003", "AIR-006"]);
    assert!(reasons.iter().all(|reason| reason.clause.starts_with("changsha-2026 ") && !reason.instead.is_empty()));
    let told = format!("{reasons:?}{}", here.journal().await);
    assert!(!told.contains(&id_card(8)) && !told.contains("CANARY") && !told.contains("代办人"));
    assert!(told.contains("candidate.refused"));
    assert!(here.casework.cases_of(candidate.id().as_str()).await.unwrap().is_empty());
    assert!(here.airlock.review(candidate.id()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_operator_that_made_it_submits_and_once_at_a_time() {
    let here = here().await;
    let candidate = here.report().await;
    for stranger in [&here.town.other_operator[0], &here.town.agency[0], &here.town.bank[0]] {
        assert_eq!(refused(here.airlock.submit(stranger, &candidate).await.unwrap()), ["AIR-051"]);
        assert_eq!(refused(here.airlock.lint(stranger, &candidate).await.unwrap()), ["AIR-051"]);
    }
    let case = here.submit(&candidate).await;
    assert_eq!(here.submission_codes(&candidate).await, ["AIR-062"]);
    here.sign_all(here.colleague(), &case, candidate.digest()).await;
    allowed(here.airlock.complete(&case).await.unwrap());
    assert_eq!(here.submission_codes(&candidate).await, ["AIR-052"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_opened_past_the_airlock_releases_nothing() {
    let here = here().await;
    let candidate = here.report().await;
    let id = candidate.id().as_str();
    // Opened by a colleague who keeps silent about who made it: the maker can
    // sign, but to no end. The digest is another one, too.
    let other = here.ledger.profile().digest(b"another result");
    let case = here.casework.open(here.colleague(), ProcedureKind::Release, id, other, Vec::new()).await;
    let case = allowed(case.unwrap());
    here.sign_all(here.author(), &case, other).await;
    assert_eq!(refused(here.airlock.complete(&case).await.unwrap()), ["AIR-056", "AIR-057", "AIR-058"]);
    assert!(here.airlock.release_of(candidate.id()).await.unwrap().is_none());
    assert!(here.journal().await.contains("release.refused"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_releases_only_what_it_is_about() {
    let here = here().await;
    let (one, two) = (here.report().await, here.report().await);
    let case = here.submit(&one).await;
    here.submit(&two).await;
    here.sign_all(here.colleague(), &case, one.digest()).await;
    let decision = here.casework.decision(&case).await.unwrap().unwrap();
    let codes = refused(here.airlock.release(&two, &decision).await.unwrap());
    assert!(codes.contains(&"AIR-055".to_owned()), "{codes:?}");

    let fields: [(_, &[&str]); 1] = [(&here.accounts, &["district"])];
    let new = here.town.new_scenario("另一个", UseKind::Industry, &here.agreement, &fields);
    let scenario = allowed(here.town.registry.draft_scenario(here.author(), new).await.unwrap());
    let seen = here.town.registry.scenario(&scenario).await.unwrap().unwrap().digest;
    let opened = here.casework.open(here.author(), ProcedureKind::Scenario, scenario.as_str(), seen, Vec::new()).await;
    let case = allowed(opened.unwrap());
    allowed(here.approve(&here.town.agency[0], &case, "compliance_review", seen).await);
    let decision = here.casework.decision(&case).await.unwrap().unwrap();
    assert_eq!(refused(here.airlock.release(&two, &decision).await.unwrap()), ["AIR-054", "AIR-055", "AIR-056"]);
    assert!(here.airlock.complete(&case).await.is_err(), "a scenario is no candidate");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_made_under_other_rules_do_not_count() {
    let here = here().await;
    let candidate = here.report().await;
    let case = here.submit(&candidate).await;
    here.sign_all(here.colleague(), &case, candidate.digest()).await;
    let stricter = here.airlock_under(|rules| {
        rules.version += 1;
        rules.release.cell_count_min.value = 30;
    });
    assert_eq!(refused(stricter.complete(&case).await.unwrap()), ["AIR-057"]);
    assert_eq!(refused(stricter.submit(here.author(), &candidate).await.unwrap()), ["AIR-002", "AIR-002"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_no_pseudonym_is_refused() {
    let here = here().await;
    let kind = || OutputKind::Lookup { key: "id_card".to_owned() };
    let candidate =
        here.run("SELECT note AS id_card, district FROM accounts", output(kind(), &["id_card", "district"])).await;
    assert_eq!(here.submission_codes(&candidate).await, ["AIR-001"]);
    let unknown: CandidateId = here.ledger.new_id();
    assert!(here.airlock.review(&unknown).await.unwrap().is_none());
}
