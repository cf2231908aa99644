//! Every reason of casework, and what each state answers to each attempt.

use std::collections::BTreeSet;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{CryptoProfile, Verdict};
use shuyu_registry::testing::{allowed, digest, fund_columns, new_resource, refused};

use super::{office, opinion};
use crate::states::Move;
use crate::{CaseState, CaseworkError, Opinion, Outcome};

#[tokio::test]
async fn everything_wrong_with_a_signature_is_told_at_once() {
    let (ledger, _folder) = sqlite(CryptoProfile::Guomi).await;
    let office = office(&ledger).await;
    let (town, registry) = (&office.town, &office.town.registry);
    let mut new = new_resource("fund_accounts", fund_columns());
    let id = allowed(registry.draft_resource(&town.source[0], new.clone()).await.unwrap());
    let case = office.open(&town.source[0], ProcedureKind::ResourceRegistration, id.as_str()).await;
    // The subject changes, and no longer is graded.
    new.columns[0].grade = None;
    allowed(registry.revise_resource(&town.source[0], &id, new).await.unwrap());
    let blind = opinion(Outcome::Approve, digest(&ledger, "something else"));
    let verdict = office.casework.sign(&town.source[0], &case, "formal_review", blind).await.unwrap();
    let expected = ["CAS-002", "CAS-003", "CAS-005", "CAS-009", "CAS-010", "REG-002"];
    assert_eq!(refused(verdict), expected);
}

#[tokio::test]
async fn every_code_is_given() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office(&ledger).await;
    let (town, registry, casework) = (&office.town, &office.town.registry, &office.casework);
    let mut seen = BTreeSet::new();
    let kind = ProcedureKind::ResourceRegistration;
    let mut new = new_resource("fund_accounts", fund_columns());
    let id = allowed(registry.draft_resource(&town.source[0], new.clone()).await.unwrap());
    let right = registry.subject(kind, id.as_str()).await.unwrap().unwrap().digest;
    let wrong = digest(&ledger, "something else");

    seen.extend(refused(casework.open(&town.other_source[0], kind, id.as_str(), wrong, Vec::new()).await.unwrap()));
    let case = office.open(&town.source[0], kind, id.as_str()).await;
    seen.extend(refused(casework.open(&town.source[0], kind, id.as_str(), right, Vec::new()).await.unwrap()));
    seen.extend(office.may_not(&town.source[0], &case, "formal_review").await);
    seen.extend(refused(casework.resubmit(&town.source[0], &case, right).await.unwrap()));
    seen.extend(refused(casework.withdraw(&town.bank[0], &case, "mine now").await.unwrap()));
    seen.extend(refused(
        casework.file(&town.bank[0], &case, shuyu_model::regime::words::Body::Regulator, None).await.unwrap(),
    ));
    office.approves(&town.agency[0], &case, "acceptance").await;
    office.approves(&town.agency[0], &case, "formal_review").await;
    seen.extend(office.may_not(&town.regulators[0], &case, "public_notice").await);
    new.description = "changed".into();
    allowed(registry.revise_resource(&town.source[0], &id, new).await.unwrap());
    seen.extend(office.may_not(&town.regulators[0], &case, "public_notice").await);
    assert_eq!(office.says(&town.regulators[0], &case, "public_notice", Outcome::Refuse).await, CaseState::Refused);
    seen.extend(office.may_not(&town.regulators[0], &case, "public_notice").await);

    let fund = town.resource("fund_loans", fund_columns()).await;
    let operator = town.operator[0].organisation.clone();
    let day = |year| jiff::civil::date(year, 6, 1);
    let kind = shuyu_registry::AgreementKind::Operator;
    let new = town.new_agreement(kind, operator, vec![fund], None, day(2026), town.last_day(day(2026)));
    let agreement = allowed(registry.draft_agreement(&town.agency[0], new).await.unwrap());
    let case = office.open_chosen(agreement.as_str()).await;
    seen.extend(office.may_not(&town.agency[1], &case, "collective_decision").await);

    let (case, _) = office.open_release().await;
    seen.extend(office.may_not(&town.other_operator[0], &case, "operator_check").await);
    office.approves(&town.operator[2], &case, "operator_check").await;
    office.approves(&town.agency[0], &case, "security_review").await;
    seen.extend(office.may_not(&town.agency[0], &case, "security_review").await);
    seen.extend(super::milestones::codes_of_marks().await);
    seen.extend(super::milestones::codes_of_targets().await);
    seen.extend(super::public::codes_of_the_public().await);
    seen.extend(super::matter_refusals::codes_of_matters_with_every_fault().await);
    seen.extend(super::registration::codes_of_registrations_with_every_fault().await);
    seen.extend(super::candidacies::codes_of_candidacies_with_every_fault().await);
    seen.extend(super::requests::codes_of_requests().await);
    seen.extend(super::supplies::codes_of_supplies().await);
    seen.extend(super::schemes::codes_of_schemes_with_every_fault().await);
    seen.extend(super::agreements::codes_of_agreements_with_every_fault().await);
    seen.extend(super::plans::codes_of_plans_with_every_fault().await);
    seen.extend(super::processing::codes_of_a_processor_that_reviews_itself().await);
    seen.extend(super::watching::codes_of_watching().await);
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    seen.extend(super::districts::codes_of_another_district(&ledger).await);
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    seen.extend(super::upward::codes_of_a_copy_on_its_way(&ledger).await);
    seen.extend(super::competition::codes_of_a_competition().await);
    seen.extend(super::supervision::codes_of_a_processor_that_is_assessed().await);
    seen.extend(super::group::codes_of_the_group().await);
    seen.extend(super::exits::codes_of_exits().await);
    seen.extend(super::assessments::codes_of_assessments().await);
    seen.extend(super::scheme_asks::codes_of_a_scheme_without_indicators().await);
    seen.extend(super::held::codes_of_what_a_check_holds_up().await);
    let all: BTreeSet<String> = crate::REASONS.iter().map(|(code, _)| (*code).to_owned()).collect();
    assert_eq!(all.difference(&seen).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// Every state × every attempt: what the table of states calls legal works, and
/// nothing else does.
#[tokio::test]
async fn each_state_allows_its_moves_and_no_other() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let town = &office.town;
        for state in CaseState::ALL {
            for attempt in [Move::Advance, Move::Resubmit, Move::Withdraw] {
                let (case, seen) = office.open_release().await;
                match state {
                    CaseState::Open => {}
                    CaseState::Approved => {
                        office.approves(&town.operator[2], &case, "operator_check").await;
                        office.approves(&town.agency[0], &case, "security_review").await;
                        office.approves(&town.agency[1], &case, "security_review").await;
                    }
                    CaseState::Returned => {
                        office.says(&town.operator[2], &case, "operator_check", Outcome::Return).await;
                    }
                    CaseState::Refused => {
                        office.says(&town.operator[2], &case, "operator_check", Outcome::Refuse).await;
                    }
                    CaseState::Withdrawn => {
                        let _ = allowed(office.casework.withdraw(&town.operator[1], &case, "a mistake").await.unwrap());
                    }
                }
                assert_eq!(office.view(&case, &town.operator[0]).await.state, state);
                let verdict = match attempt {
                    Move::Resubmit => office.casework.resubmit(&town.operator[1], &case, seen).await.unwrap(),
                    Move::Withdraw => office.casework.withdraw(&town.operator[1], &case, "a mistake").await.unwrap(),
                    _ => {
                        let given = opinion(Outcome::Approve, seen);
                        office.casework.sign(&town.operator[2], &case, "operator_check", given).await.unwrap()
                    }
                };
                let reached = match verdict {
                    Verdict::Allow(reached) => Some(reached),
                    Verdict::Refuse(_) => None,
                };
                assert_eq!(reached, state.after(attempt), "{backend}: {state:?} {attempt:?}");
            }
        }
    }
}

#[tokio::test]
async fn mistakes_are_told_all_at_once_and_write_nothing() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office(&ledger).await;
    let (case, seen) = office.open_release().await;
    let before = ledger.journal_head().await.unwrap();
    let short = Opinion { reason: "ok  ".into(), ..opinion(Outcome::Approve, seen) };
    let Err(CaseworkError::Malformed { faults }) =
        office.casework.sign(&office.town.operator[2], &case, "x", short).await
    else {
        panic!("a mistake")
    };
    assert!(faults[0].contains("2 characters") && faults[1].contains("operator_check, security_review"), "{faults:?}");
    let unknown = shuyu_model::id::CaseId::parse(&format!("CAS-{}", "0".repeat(32))).unwrap();
    assert!(office.casework.case(&unknown, &office.town.agency[0]).await.unwrap().is_none());
    let read = office.casework.decision(&unknown).await;
    assert!(matches!(read, Err(CaseworkError::Unknown { .. })), "{read:?}");
    assert_eq!(ledger.journal_head().await.unwrap(), before);
}

#[tokio::test]
async fn a_subject_has_one_running_case_and_may_have_another_later() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (case, seen) = office.open_release().await;
        let (casework, opener) = (&office.casework, &office.town.operator[1]);
        let subject = office.view(&case, opener).await.subject;
        let again = || casework.open(opener, ProcedureKind::Release, subject.clone(), seen, Vec::new());
        assert_eq!(refused(again().await.unwrap()), ["CAS-012"], "{backend}");
        let _ = allowed(casework.withdraw(opener, &case, "a mistake").await.unwrap());
        let second = allowed(again().await.unwrap());
        assert_eq!(casework.cases_of(&subject).await.unwrap().len(), 2);
        assert_ne!(second, case);
    }
}

#[tokio::test]
async fn only_an_operators_people_open_a_release() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let seen = digest(&ledger, "x");
        let opened =
            office.casework.open(&office.town.bank[0], ProcedureKind::Release, "CAN-x", seen, Vec::new()).await;
        assert_eq!(refused(opened.unwrap()), ["CAS-011"], "{backend}");
    }
}
