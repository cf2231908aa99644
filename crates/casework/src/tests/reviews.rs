//! Releases: several reviewers, blind, none of whom made the result.

use std::collections::BTreeSet;

use proptest::prelude::*;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::CryptoProfile;
use shuyu_registry::Page;
use shuyu_registry::testing::{allowed, refused};

use super::{Office, office, opinion};
use crate::{CaseState, CaseworkError, Outcome};

/// Up to the step that two reviewers sign.
async fn under_review(office: &Office) -> shuyu_model::id::CaseId {
    let (case, _) = office.open_release().await;
    assert_eq!(office.approves(&office.town.operator[2], &case, "operator_check").await, CaseState::Open);
    case
}

#[tokio::test]
async fn reviewers_do_not_see_each_other_before_all_have_signed() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let [first, second, third, ..] = &office.town.agency[..] else { panic!("three reviewers") };
        let case = under_review(&office).await;
        office.says(first, &case, "security_review", Outcome::Refuse).await;

        let step = |view: crate::CaseView| view.steps[1].clone();
        let own = step(office.view(&case, first).await);
        assert_eq!((own.opinions.len(), own.opinions_hidden), (1, 0), "{backend}");
        for other in [second, &office.town.operator[0], &office.town.regulators[0]] {
            let seen = step(office.view(&case, other).await);
            assert_eq!((seen.opinions.len(), seen.opinions_hidden), (0, 1), "{backend}");
        }
        // Nor does the journal tell.
        let newest = ledger.journal_page(i64::MAX, 1).await.unwrap()[0].text("written").unwrap();
        assert!(newest.contains("case.signed") && !newest.contains("refuse\""), "{newest}");

        // The refusal takes effect when the second has spoken, not before.
        assert_eq!(office.view(&case, second).await.state, CaseState::Open);
        assert_eq!(office.may_not(first, &case, "security_review").await, ["CAS-006"]);
        assert_eq!(office.approves(second, &case, "security_review").await, CaseState::Refused, "{backend}");
        let seen = step(office.view(&case, third).await);
        assert_eq!((seen.opinions.len(), seen.opinions_hidden), (2, 0));
        assert!(office.casework.decision(&case).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn nobody_who_made_a_result_signs_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (case, _) = office.open_release().await;
        let [ran_it, opened_it, colleague] = &office.town.operator[..] else { panic!("three") };
        for author in [ran_it, opened_it] {
            assert_eq!(office.may_not(author, &case, "operator_check").await, ["CAS-005"], "{backend}");
        }
        let seen = office.digest_of(&case).await;
        let verdict =
            office.casework.sign(ran_it, &case, "operator_check", opinion(Outcome::Approve, seen)).await.unwrap();
        let reasons = verdict.into_result().unwrap_err();
        assert_eq!(reasons.iter().next().unwrap().clause, "changsha-2026 十");
        office.approves(colleague, &case, "operator_check").await;
    }
}

#[tokio::test]
async fn a_return_discards_the_turn_and_the_next_one_counts_alone() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, case) = (&office.town, under_review(&office).await);
        office.approves(&town.agency[0], &case, "security_review").await;
        let returned = office.says(&town.agency[1], &case, "security_review", Outcome::Return).await;
        assert_eq!(returned, CaseState::Returned, "{backend}");
        let newest = ledger.journal_page(i64::MAX, 1).await.unwrap()[0].text("written").unwrap();
        assert!(newest.contains("\"discarded_turn\":1"), "{newest}");
        assert_eq!(office.may_not(&town.agency[2], &case, "security_review").await, ["CAS-001"]);

        let seen = office.digest_of(&case).await;
        let _ = allowed(office.casework.resubmit(&town.operator[1], &case, seen).await.unwrap());
        office.approves(&town.operator[2], &case, "operator_check").await;
        office.approves(&town.agency[0], &case, "security_review").await;
        assert_eq!(office.approves(&town.agency[2], &case, "security_review").await, CaseState::Approved, "{backend}");
        let decision = office.casework.decision(&case).await.unwrap().unwrap();
        let signers: BTreeSet<_> = decision.signers().iter().map(|signature| signature.person.clone()).collect();
        let expected = [&town.operator[2], &town.agency[0], &town.agency[2]].map(|actor| actor.person.clone());
        assert_eq!(signers, BTreeSet::from(expected));
        let discarded = office.view(&case, &town.agency[3]).await.discarded;
        assert_eq!(discarded.len(), 3, "{backend}");
        assert!(discarded.iter().all(|opinion| opinion.reason == "looked at all of it"), "{backend}: {discarded:?}");
    }
}

#[tokio::test]
async fn a_decision_whose_signatures_were_tampered_with_decides_nothing() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let case = under_review(&office).await;
        for reviewer in &office.town.agency[..2] {
            office.approves(reviewer, &case, "security_review").await;
        }
        assert!(office.casework.decision(&case).await.unwrap().is_some());
        let mut change = ledger.change().await.unwrap();
        crate::store::tamper(&mut change, &case, &office.town.operator[0].person).await.unwrap();
        change.commit(shuyu_ledger::Event::done(None, "test.tampered", case.as_str())).await.unwrap();
        let read = office.casework.decision(&case).await;
        assert!(matches!(read, Err(CaseworkError::Damaged { .. })), "{backend}: {read:?}");
    }
}

#[tokio::test]
async fn an_inbox_holds_what_one_can_sign_and_counts_all_of_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let town = &office.town;
        let mut cases = Vec::new();
        for _ in 0..3 {
            cases.push(under_review(&office).await);
        }
        office.open_release().await;
        assert_eq!(office.inbox(&town.operator[2], 10).await.total, 1, "{backend}: one waits for a check");
        for author in &town.operator[..2] {
            assert_eq!(office.inbox(author, 10).await.total, 0, "{backend}: none of their own");
        }
        assert_eq!(office.inbox(&town.other_operator[0], 10).await.total, 0);
        office.approves(&town.agency[0], &cases[0], "security_review").await;
        assert_eq!(office.inbox(&town.agency[0], 10).await.total, 2, "{backend}: signed is done");

        let first = office.inbox(&town.agency[1], 2).await;
        assert_eq!((first.items.len(), first.total), (2, 3));
        let rest = office.casework.inbox(&town.agency[1], &Page { after: first.next, items_max: 2 }).await.unwrap();
        assert_eq!((rest.items.len(), rest.total, rest.next), (1, 3, None));
        let item = &rest.items[0];
        assert_eq!(item.step.as_deref(), Some("security_review"));
        assert_eq!(item.due.map(|due| due.day), Some(jiff::civil::date(2026, 6, 8)));

        office.says(&town.agency[1], &cases[0], "security_review", Outcome::Return).await;
        assert_eq!(office.inbox(&town.operator[0], 10).await.total, 1, "{backend}: returned to its author's house");
    }
}

#[tokio::test]
async fn a_case_is_shown_to_those_whose_business_it_is() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, (case, _)) = (&office.town, office.open_release().await);
        for (viewer, is_shown) in [
            (&town.operator[0], true),
            (&town.agency[3], true),
            (&town.regulators[0], true),
            (&town.bank[0], false),
            (&town.other_operator[0], false),
            (&town.source[0], false),
            (&town.admins[0], false),
            (&town.admins[2], false),
        ] {
            let seen = office.casework.case(&case, viewer).await.unwrap();
            assert_eq!(seen.is_some(), is_shown, "{backend} {viewer:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_last_signatures_at_once_make_one_decision() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = std::sync::Arc::new(office(&ledger).await);
        let case = under_review(&office).await;
        let seen = office.digest_of(&case).await;
        let tasks: Vec<_> = (0..4)
            .map(|index| {
                let (office, case) = (std::sync::Arc::clone(&office), case.clone());
                tokio::spawn(async move {
                    let reviewer = &office.town.agency[index];
                    let given = opinion(Outcome::Approve, seen);
                    office.casework.sign(reviewer, &case, "security_review", given).await.unwrap()
                })
            })
            .collect();
        let mut states = Vec::new();
        for task in tasks {
            match task.await.unwrap().into_result() {
                Ok(state) => states.push(state),
                Err(reasons) => assert!(reasons.has("CAS-001"), "{backend}: {reasons:?}"),
            }
        }
        states.sort_by_key(|state| *state == CaseState::Approved);
        assert_eq!(states, [CaseState::Open, CaseState::Approved], "{backend}");
        assert_eq!(office.casework.decision(&case).await.unwrap().unwrap().signers().len(), 3);
    }
}

#[tokio::test]
async fn a_signature_on_an_older_version_is_told_to_read_again() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (case, seen) = office.open_release().await;
        let sign = |version| {
            let given = opinion(Outcome::Approve, seen);
            office.casework.sign_if(&office.town.operator[2], &case, "operator_check", given, Some(version))
        };
        assert!(matches!(sign(7).await, Err(CaseworkError::Stale { version: 1 })), "{backend}");
        let _ = allowed(sign(1).await.unwrap());
        assert_eq!(office.view(&case, &office.town.operator[2]).await.version, 2);
        let withdrawn = office.casework.withdraw(&office.town.agency[0], &case, "no").await.unwrap();
        assert_eq!(refused(withdrawn), ["CAS-013"]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// INVARIANT (four eyes), whoever tries to sign what in whatever order.
    #[test]
    fn whatever_is_tried_a_decision_is_signed_by_enough_people_who_did_not_make_it(
        tries in proptest::collection::vec((0_usize..12, 0_usize..2, 0_usize..8), 1..25),
    ) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (ledger, _folder) = sqlite(CryptoProfile::International).await;
            let office = office(&ledger).await;
            let (case, seen) = office.open_release().await;
            let town = &office.town;
            let people: Vec<_> = [&town.operator[..], &town.agency, &town.bank, &town.regulators, &town.source]
                .into_iter().flatten().collect();
            for (person, step, outcome) in tries {
                let outcome = [Outcome::Return, Outcome::Refuse].get(outcome).copied().unwrap_or(Outcome::Approve);
                let step = ["operator_check", "security_review"][step];
                let given = opinion(outcome, seen);
                let _ = office.casework.sign(people[person % people.len()], &case, step, given).await.unwrap();
            }
            let state = office.view(&case, &town.regulators[0]).await.state;
            let decision = office.casework.decision(&case).await.unwrap();
            assert_eq!(decision.is_some(), state == CaseState::Approved);
            if let Some(decision) = decision {
                let of_step = |name: &str| -> BTreeSet<_> {
                    decision.signers().iter().filter(|s| s.step == name).map(|s| s.person.clone()).collect()
                };
                assert_eq!((of_step("operator_check").len(), of_step("security_review").len()), (1, 2));
                let authors = [&town.operator[0].person, &town.operator[1].person];
                assert!(decision.signers().iter().all(|s| !authors.contains(&&s.person)));
            }
        });
    }
}
