//! What can be drafted, and every reason why something cannot.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{CryptoProfile, Grade, UseKind, Verdict};

use crate::testing::{allowed, digest, fund_columns, new_resource, refused, regime, town};
use crate::{AgreementKind, Barred, NewScenario, Page, Registry, RegistryError, ResourceState};

fn codes<T: std::fmt::Debug>(seen: &mut BTreeSet<String>, verdict: Verdict<T>) -> Vec<String> {
    let codes = refused(verdict);
    seen.extend(codes.iter().cloned());
    codes
}

pub(super) async fn codes_of_drafts_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let (town, mut seen) = (town(&ledger).await, BTreeSet::new());
    let registry = &town.registry;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let draft = allowed(registry.draft_resource(&town.source[0], new_resource("rents", fund_columns())).await.unwrap());
    town.found_clear(&draft).await;
    let operator = town.operator[0].organisation.clone();
    let day = |year, month, day| jiff::civil::date(year, month, day);

    let new = town.new_agreement(
        AgreementKind::Operator,
        town.bank[0].organisation.clone(),
        vec![draft.clone()],
        None,
        day(2026, 6, 1),
        day(2031, 6, 1),
    );
    let verdict = registry.draft_agreement(&town.source[0], new).await.unwrap();
    assert_eq!(codes(&mut seen, verdict), ["REG-001", "REG-011", "REG-018", "REG-028"]);

    // Five years to the day are allowed.
    let new = town.new_agreement(
        AgreementKind::Operator,
        operator,
        vec![fund.clone()],
        None,
        day(2026, 6, 1),
        day(2031, 5, 31),
    );
    let verdict = registry.draft_agreement(&town.agency[0], new).await.unwrap();
    let agreement = town.in_force(allowed(verdict)).await;

    let mut new =
        town.new_scenario("贷前核验", UseKind::Industry, &agreement, &[(&fund, &["balance"]), (&draft, &["balance"])]);
    new.emergency_plan_digest = None;
    new.fields[0].reason = "用".into();
    let verdict = registry.draft_scenario(&town.other_operator[0], new).await.unwrap();
    assert_eq!(codes(&mut seen, verdict), ["REG-001", "REG-010", "REG-016", "REG-017", "REG-027"]);

    let scenario = town.scenario("贷前核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
    let (kind, affiliate) = (AgreementKind::Development, town.affiliate[0].organisation.clone());
    let of = Some(scenario.clone());
    let new = town.new_agreement(kind, affiliate, vec![draft], of.clone(), day(2026, 6, 1), day(2031, 6, 1));
    let verdict = registry.draft_agreement(&town.operator[0], new).await.unwrap();
    assert_eq!(codes(&mut seen, verdict), ["REG-016", "REG-019", "REG-020"]);
    let department = town.source[0].organisation.clone();
    let new = town.new_agreement(kind, department, Vec::new(), of, day(2026, 6, 1), day(2027, 6, 1));
    let verdict = registry.draft_agreement(&town.other_operator[0], new).await.unwrap();
    assert_eq!(codes(&mut seen, verdict), ["REG-010", "REG-028"]);

    let development = town.development(&town.bank[0].organisation, &scenario).await;
    let verdict = registry.terminate_agreement(&town.bank[0], &development, "boredom").await.unwrap();
    assert_eq!(codes(&mut seen, verdict), ["REG-010", "REG-011", "REG-026"]);
    seen
}

#[tokio::test]
async fn every_fault_of_a_draft_is_told_at_once() {
    let _seen = codes_of_drafts_with_every_fault().await;
}

#[tokio::test]
async fn an_entity_of_another_legal_form_is_refused() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger).await;
    let seen = super::parties::codes_of_a_natural_person_as_entity(&town).await;
    assert_eq!(seen, ["REG-021"]);
}

#[tokio::test]
async fn what_is_registered_is_a_draft_again_when_it_is_changed() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let registry = &town.registry;
        let id = town.resource("fund_accounts", fund_columns()).await;
        let before = registry.resource(&id).await.unwrap().unwrap();
        assert_eq!(before.state, ResourceState::Registered, "{backend}");
        assert_eq!(registry.catalog(&Page::first()).await.unwrap().total, 1);

        let same = BTreeMap::from([("balance".to_owned(), Grade::L2)]);
        allowed(registry.grade_columns(&town.source[0], &id, &same).await.unwrap());
        assert_eq!(*registry.resource(&id).await.unwrap().unwrap(), *before, "{backend}: nothing changed");

        let raised = BTreeMap::from([("balance".to_owned(), Grade::L4)]);
        allowed(registry.grade_columns(&town.source[1], &id, &raised).await.unwrap());
        let after = registry.resource(&id).await.unwrap().unwrap();
        assert_eq!((after.state, after.registered_until), (ResourceState::Draft, None));
        assert_ne!(after.digest, before.digest);
        assert_eq!(after.authors.len(), 2, "who grades has written, too");
        assert_eq!(registry.catalog(&Page::first()).await.unwrap().total, 0);

        let mut revised = new_resource("fund_accounts", fund_columns());
        revised.columns[1].grade = None;
        allowed(registry.revise_resource(&town.source[0], &id, revised).await.unwrap());
        let subject = registry.subject(ProcedureKind::RegistrationChange, id.as_str()).await.unwrap().unwrap();
        let against: Vec<&str> = subject.against.iter().map(|reason| reason.code.as_ref()).collect();
        assert_eq!((against, subject.is_draft), (vec!["REG-002"], true));
        assert_eq!(subject.authors.len(), 2);
    }
}

#[tokio::test]
async fn another_departments_resource_is_not_ones_own_to_change() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let registry = &town.registry;
        let id = town.resource("fund_accounts", fund_columns()).await;
        let grades = BTreeMap::from([("balance".to_owned(), Grade::L1)]);
        let verdict = registry.grade_columns(&town.other_source[0], &id, &grades).await.unwrap();
        assert_eq!(refused(verdict), ["REG-010"], "{backend}");
        let verdict = registry.put_on_negative_list(&town.source[0], &id, "ground", "clause").await.unwrap();
        assert_eq!(refused(verdict), ["REG-011"]);
    }
}

#[tokio::test]
async fn shared_data_waits_for_its_providers_consent() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let registry = &town.registry;
        let mut new = new_resource("marriages", fund_columns());
        new.shared_from = Some(town.other_source[0].organisation.clone());
        let id = allowed(registry.draft_resource(&town.source[0], new).await.unwrap());
        town.register(&id).await;
        let document = Some(crate::testing::digest(&ledger, "consent"));
        let verdict = registry.consent_to_sharing(&town.source[0], &id, document).await.unwrap();
        assert_eq!(refused(verdict), ["REG-010"], "{backend}: only the provider consents");
        let operator = town.operator[0].organisation.clone();
        let day = |year| jiff::civil::date(year, 6, 1);
        let new = town.new_agreement(AgreementKind::Operator, operator, vec![id.clone()], None, day(2026), day(2027));
        let verdict = registry.draft_agreement(&town.agency[0], new.clone()).await.unwrap();
        assert_eq!(refused(verdict), ["REG-005"]);
        allowed(registry.consent_to_sharing(&town.other_source[0], &id, document).await.unwrap());
        let _id = allowed(registry.draft_agreement(&town.agency[0], new).await.unwrap());
    }
}

#[tokio::test]
async fn mistakes_are_told_all_at_once_and_are_no_refusals() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
    let mut new = town.new_scenario(" ", UseKind::Industry, &agreement, &[(&fund, &["salary", "wage"])]);
    new.purpose = "x".repeat(5000);
    let before = ledger.journal_head().await.unwrap();
    let Err(RegistryError::Malformed { faults }) = town.registry.draft_scenario(&town.operator[0], new).await else {
        panic!("a mistake")
    };
    assert_eq!(faults.len(), 4, "{faults:?}");
    assert_eq!(ledger.journal_head().await.unwrap(), before);
    let taken = town.registry.draft_resource(&town.source[0], new_resource("fund_accounts", fund_columns())).await;
    assert!(matches!(taken, Err(RegistryError::Conflict { .. })), "{taken:?}");
}

#[tokio::test]
async fn a_refusal_with_more_reasons_than_an_entry_holds_is_told_in_full_and_recorded() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger).await;
    let mut resources = Vec::new();
    for n in 0..300 {
        let new = new_resource(&format!("table_{n:03}"), fund_columns());
        resources.push(allowed(town.registry.draft_resource(&town.source[0], new).await.unwrap()));
    }
    let day = |year| jiff::civil::date(year, 6, 1);
    let operator = town.operator[0].organisation.clone();
    let new = town.new_agreement(AgreementKind::Operator, operator, resources, None, day(2026), day(2027));
    assert_eq!(refused(town.registry.draft_agreement(&town.agency[0], new).await.unwrap()).len(), 600);
    let newest = ledger.journal_page(i64::MAX, 1).await.unwrap()[0].text("written").unwrap();
    assert!(newest.contains(r#""facts":{"reasons":600}"#), "{newest}");
}

#[tokio::test]
async fn what_was_told_of_it_is_kept_and_decided_on() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
        let scenario = town.scenario("贷前核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
        let (ground, clause) = ("涉及公共安全", "三(二)1");
        let barred = town.registry.put_on_negative_list(&town.regulators[0], &fund, ground, clause).await;
        let () = allowed(barred.unwrap());

        // As another process reads it.
        let anew = Registry::new(ledger.clone(), regime());
        let read = anew.resource(&fund).await.unwrap().unwrap();
        let expected = Barred { ground: ground.to_owned(), clause: clause.to_owned() };
        assert_eq!(read.barred, Some(expected), "{backend}");
        let read = anew.agreement(&agreement).await.unwrap().unwrap();
        assert_eq!(read.document_digest, digest(&ledger, "agreement"), "{backend}");
        let read = anew.scenario(&scenario).await.unwrap().unwrap();
        assert_eq!(read.purpose, "to be computed in a test", "{backend}");

        // Another purpose is another scenario to whoever reviews it.
        let () = allowed(town.registry.take_off_negative_list(&town.regulators[0], &fund).await.unwrap());
        let new = town.new_scenario("贷前核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]);
        let mut digests = BTreeSet::new();
        for purpose in ["贷款审批前核验", "贷款发放后核验"] {
            let new = NewScenario { purpose: purpose.to_owned(), ..new.clone() };
            let id = allowed(town.registry.draft_scenario(&town.operator[0], new).await.unwrap());
            digests.insert(town.registry.scenario(&id).await.unwrap().unwrap().digest);
        }
        assert_eq!(digests.len(), 2, "{backend}");
    }
}

#[tokio::test]
async fn the_public_sees_what_is_authorised_to_whom_until_when() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 5).await;
        let scenario = town.scenario("公积金核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
        town.development(&town.bank[0].organisation, &scenario).await;
        let list = town.registry.authorised(&Page::first()).await.unwrap();
        assert_eq!(list.total, 2, "{backend}");
        let last = list.items.iter().find(|item| item.kind == AgreementKind::Development).unwrap();
        assert_eq!((last.grantee.as_str(), last.scenario.as_deref()), ("江城银行", Some("公积金核验")));
        assert_eq!(
            (last.resources.as_slice(), last.until),
            (["表 fund_accounts".to_owned()].as_slice(), jiff::civil::date(2031, 5, 31))
        );
        town.end_agreement(&agreement, "expiry").await;
        assert_eq!(town.registry.authorised(&Page::first()).await.unwrap().total, 0, "{backend}: both end");
    }
}
