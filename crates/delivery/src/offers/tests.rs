//! What can be offered, to whom, and who may say so.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use shuyu_model::{Actor, ColumnClass, CryptoProfile, UseKind};
use shuyu_registry::testing::{allowed, refused};

use super::*;
use crate::desk::{Desk, PERSON, desk, subscription};
use crate::testing::{Released, delivery};
use crate::{NewConsent, ProductKind};

async fn fresh() -> (Desk, tempfile::TempDir) {
    let (ledger, folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    (desk(ledger).await, folder)
}

fn product(released: &Released) -> NewProduct {
    let (release, kind, key) = (released.id.clone(), released.kind, released.key.clone());
    NewProduct { release, title: " 核验 ".to_owned(), kind, key }
}

/// The desk's lookup, changed, as another release.
fn changed(desk: &Desk, change: impl FnOnce(&mut Released)) -> Released {
    let mut released = desk.released[0].clone();
    (released.id, released.is_live) = (desk.ledger.new_id(), Arc::new(AtomicBool::new(true)));
    change(&mut released);
    released
}

/// With these keys, declared to name nobody.
fn with_keys(released: &mut Released, keys: [&str; 2]) {
    released.columns[0].1 = ColumnClass::Plain;
    let mut columns = released.rows.columns().to_vec();
    columns[0] = Arc::new(arrow::array::StringArray::from(keys.to_vec()));
    released.rows = arrow::array::RecordBatch::try_new(released.rows.schema(), columns).unwrap();
}

#[tokio::test]
async fn a_release_is_offered_as_what_it_was_reviewed_for_by_its_own_operator() {
    let (desk, _folder) = fresh().await;
    let withdrawn = changed(&desk, |r| r.is_live.store(false, Ordering::SeqCst));
    let naming = changed(&desk, |r| r.columns[1].1 = ColumnClass::DirectIdentifier);
    let twice = changed(&desk, |r| {
        r.rows = arrow::compute::concat_batches(&r.rows.schema(), [&r.rows, &r.rows]).unwrap();
    });
    let absent = changed(&desk, |r| r.columns.push(("absent".to_owned(), ColumnClass::Plain)));
    let plain = changed(&desk, |r| with_keys(r, ["福田区", "罗湖区"]));
    let all = [withdrawn, naming, twice, absent, plain];
    let delivery = delivery(&desk.town.registry, &all).await;
    let [withdrawn, naming, twice, absent, plain] = all.each_ref().map(product);
    let (own, other) = (&desk.town.operator[1], &desk.town.other_operator[0]);
    let as_report = NewProduct { kind: ProductKind::Report, key: Some("months".to_owned()), ..plain.clone() };
    for (actor, new, codes) in [
        (own, withdrawn, &[reasons::NOT_LIVE][..]),
        (own, naming.clone(), &[reasons::DIRECT_ANSWER]),
        (other, naming, &[reasons::NOT_OPERATOR, reasons::DIRECT_ANSWER]),
        (own, twice, &[reasons::KIND]),
        (own, absent, &[reasons::KIND]),
        (own, as_report, &[reasons::KIND, reasons::KIND]),
        (&desk.town.bank[0], plain.clone(), &[reasons::NOT_OPERATOR]),
    ] {
        assert_eq!(refused(delivery.publish(actor, new).await.unwrap()), codes);
    }
    let id = allowed(delivery.publish(own, plain.clone()).await.unwrap());
    let published = delivery.product(&id).unwrap();
    assert_eq!((published.title.as_str(), published.needs_consent), ("核验", false));
    for title in ["", "a\nb", &"x".repeat(201)] {
        let new = NewProduct { title: title.to_owned(), ..plain.clone() };
        assert!(delivery.publish(own, new).await.unwrap_err().is_mistake());
    }
}

#[tokio::test]
async fn pseudonyms_as_keys_ask_for_consent_whatever_was_declared() {
    let (desk, _folder) = fresh().await;
    let released = changed(&desk, |r| with_keys(r, ["abcdefghijklmnopabcdefghijklmnop", "x"]));
    let delivery = delivery(&desk.town.registry, std::slice::from_ref(&released)).await;
    let id = allowed(delivery.publish(&desk.town.operator[0], product(&released)).await.unwrap());
    assert!(delivery.product(&id).unwrap().needs_consent);
}

#[tokio::test]
async fn a_subscription_rests_on_contract_scenario_and_use() {
    for (_, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let desk = desk(ledger).await;
        let (operator, released) = (&desk.town.operator[0], &desk.released[0]);
        let good = subscription(&desk.products[0], released, &desk.town.bank[0].organisation, &desk.agreement);
        let no_contract = NewSubscription { entity: desk.town.source[0].organisation.clone(), ..good.clone() };
        let other_use = NewSubscription { use_kind: UseKind::PublicWelfare, ..good.clone() };
        let other_paper = NewSubscription { agreement: desk.ledger.new_id(), ..good.clone() };
        for (actor, new, codes) in [
            (operator, no_contract.clone(), &["REG-012", "REG-031"][..]),
            (operator, other_use, &["REG-013"]),
            (operator, other_paper, &[reasons::AGREEMENT]),
            (&desk.town.bank[0], no_contract, &[reasons::NOT_OPERATOR, "REG-010", "REG-011", "REG-012", "REG-031"]),
        ] {
            assert_eq!(refused(desk.delivery.subscribe(actor, new).await.unwrap()), codes);
        }
        for quota in [0, -1, CALLS_PER_DAY_MAX + 1] {
            let new = NewSubscription { calls_per_day_max: quota, ..good.clone() };
            assert!(desk.delivery.subscribe(operator, new).await.unwrap_err().is_mistake());
        }
        allowed(desk.delivery.withdraw_product(operator, &desk.products[0]).await.unwrap());
        assert_eq!(refused(desk.delivery.subscribe(operator, good).await.unwrap()), [reasons::PRODUCT_WITHDRAWN]);
    }
}

#[tokio::test]
async fn while_an_operator_hands_over_what_was_live_goes_on_and_nothing_new_begins() {
    for (_, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let desk = desk(ledger).await;
        desk.consent(10).await;
        allowed(desk.ask(PERSON).await);
        let (registry, released) = (&desk.town.registry, &desk.released[0]);
        let above = registry.scenario(&released.scenario).await.unwrap().unwrap().agreement.clone();
        desk.town.hand_over(&above, 5).await;
        allowed(desk.ask(PERSON).await);
        let new = subscription(&desk.products[0], released, &desk.town.bank[0].organisation, &desk.agreement);
        let verdict = desk.delivery.subscribe(&desk.town.operator[0], new).await.unwrap();
        assert_eq!(refused(verdict), [reasons::ONLY_GOES_ON]);
        allowed(desk.delivery.take_over(&desk.town.operator[1], &desk.subscriptions[0]).await.unwrap());
        desk.advance(6 * 86_400_000_000);
        assert_eq!(refused(desk.ask(PERSON).await), ["REG-007"]);
    }
}

#[tokio::test]
async fn a_subscription_outlives_the_person_who_opened_it_when_another_takes_over() {
    let (desk, _folder) = fresh().await;
    desk.consent(10).await;
    allowed(desk.ask(PERSON).await);
    let (registry, opener) = (&desk.town.registry, &desk.town.operator[0]);
    allowed(registry.withdraw_role(&desk.town.admins[1], &opener.person, Role::Operator).await.unwrap());
    assert_eq!(refused(desk.ask(PERSON).await), ["REG-011"]);
    let line = &desk.subscriptions[0];
    let stranger = desk.delivery.take_over(&desk.town.other_operator[0], line).await.unwrap();
    assert_eq!(refused(stranger), [reasons::NOT_OPERATOR, "REG-010"]);
    allowed(desk.delivery.take_over(&desk.town.operator[1], line).await.unwrap());
    allowed(desk.ask(PERSON).await);
    assert_eq!(desk.reopened().await.subscription(line).unwrap().opened_by, desk.town.operator[1].person);
}

#[tokio::test]
async fn a_newer_release_of_the_same_shape_takes_over_at_once() {
    for (_, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let desk = desk(ledger).await;
        desk.consent(10).await;
        let newer = changed(&desk, |r| r.rows = r.rows.slice(1, 1));
        let other = changed(&desk, |r| {
            r.columns.remove(2);
        });
        let releases = [desk.released[0].clone(), newer.clone(), other.clone()];
        let delivery = delivery(&desk.town.registry, &releases).await;
        let (operator, product) = (&desk.town.operator[0], &desk.products[0]);
        assert_eq!(refused(delivery.supersede(operator, product, &other.id).await.unwrap()), [reasons::SUCCESSOR]);
        let answer = async || delivery.answer(desk.clients[0].question(&desk.ledger, PERSON)).await.unwrap();
        assert!(allowed(answer().await).0.found);
        allowed(delivery.supersede(operator, product, &newer.id).await.unwrap());
        assert!(!allowed(answer().await).0.found);
        assert_eq!(delivery.product(product).unwrap().release, newer.id);
    }
}

#[tokio::test]
async fn keys_are_the_entitys_own_and_few() {
    let (desk, _folder) = fresh().await;
    let (bank, line) = (&desk.town.bank[0], &desk.subscriptions[0]);
    let public =
        |seed: u8| crate::product::key_to_text(&ed25519_dalek::SigningKey::from_bytes(&[seed; 32]).verifying_key());
    let add = |seed: u8| desk.delivery.add_client_key(bank, line, Box::leak(public(seed).into_boxed_str()), "k");
    let by_operator = desk.delivery.add_client_key(&desk.town.operator[0], line, &public(100), "k").await.unwrap();
    assert_eq!(refused(by_operator), [reasons::NOT_ENTITY]);
    assert!(matches!(add(1).await, Err(DeliveryError::Conflict { .. })));
    for seed in 101..100 + u8::try_from(CLIENT_KEYS_MAX).unwrap() {
        allowed(add(seed).await.unwrap());
    }
    assert!(matches!(add(200).await, Err(DeliveryError::Conflict { .. })));
    assert!(matches!(
        desk.delivery.add_client_key(bank, line, "no key", "k").await,
        Err(DeliveryError::Malformed { part: "public key", .. })
    ));
}

#[tokio::test]
async fn where_the_document_wants_the_letter_held_its_digest_alone_is_not_enough() {
    let (desk, _folder) = fresh().await;
    let mut regime = shuyu_model::Regime::clone(desk.town.registry.regime());
    let needed = shuyu_model::regime::Sourced { value: true, source: Some("26运(五)".into()), setting: false };
    regime.personal.letter_needed = Some(needed);
    let registry = shuyu_registry::Registry::new(desk.ledger.clone(), Arc::new(regime));
    let strict = delivery(&registry, &desk.released).await;
    let (bank, letter) = (&desk.town.bank[0], desk.ledger.profile().digest(b"the letter"));
    let new = || NewConsent {
        product: desk.products[0].clone(),
        entity: bank.organisation.clone(),
        subject_id_number: PERSON.to_owned(),
        until: desk.ledger.now().plus_days(1),
        evidence_digest: Some(letter),
    };
    assert_eq!(refused(strict.give_consent(bank, new()).await.unwrap()), ["REG-128"]);
    let described = shuyu_registry::NewFile {
        title: "授权书".into(),
        media_type: "application/pdf".into(),
        kind: shuyu_registry::FileKind::Paper,
        number: None,
        dated: None,
    };
    let mut change = desk.ledger.change().await.unwrap();
    let file = shuyu_registry::KeptFile::of(desk.ledger.new_id(), described, bank, letter, 10, change.now());
    shuyu_registry::kept::keep_in(&mut change, &file).await.unwrap();
    change.commit(Event::done(Some(bank), "file.kept", file.id.as_str())).await.unwrap();
    allowed(strict.give_consent(bank, new()).await.unwrap());
}

#[tokio::test]
async fn a_consent_is_given_by_those_who_can_for_what_needs_it_and_not_too_long() {
    for (_, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let desk = desk(ledger).await;
        let (bank, now) = (&desk.town.bank[0], desk.ledger.now());
        let good = NewConsent {
            product: desk.products[0].clone(),
            entity: bank.organisation.clone(),
            subject_id_number: PERSON.to_owned(),
            until: now.plus_days(1),
            evidence_digest: Some(desk.ledger.profile().digest(b"form")),
        };
        assert!(!format!("{good:?}").contains(PERSON));
        let foreign = NewConsent { entity: desk.town.affiliate[0].organisation.clone(), ..good.clone() };
        let long = NewConsent { until: now.plus_days(181), evidence_digest: None, ..good.clone() };
        let needless = NewConsent { product: desk.products[1].clone(), until: now, ..good.clone() };
        for (new, codes) in [
            (foreign, &[reasons::CONSENT_GIVER][..]),
            (long, &[reasons::CONSENT_TERM, reasons::CONSENT_EVIDENCE]),
            (needless, &[reasons::CONSENT_TERM, reasons::CONSENT_NEEDLESS]),
        ] {
            assert_eq!(refused(desk.delivery.give_consent(bank, new).await.unwrap()), codes);
        }
        let wrong = NewConsent { subject_id_number: "110105194912310021".to_owned(), ..good.clone() };
        assert!(desk.delivery.give_consent(bank, wrong).await.unwrap_err().is_mistake());
        let id = allowed(desk.delivery.give_consent(bank, good).await.unwrap());
        let stranger = desk.delivery.withdraw_consent(&desk.town.affiliate[0], &id).await.unwrap();
        assert_eq!(refused(stranger), [reasons::CONSENT_GIVER]);
        allowed(desk.delivery.withdraw_consent(bank, &id).await.unwrap());
        let withdrawn = desk.reopened().await.consent(&id).unwrap().withdrawn_at;
        assert_eq!(withdrawn, desk.delivery.consent(&id).unwrap().withdrawn_at);
    }
}

#[tokio::test]
async fn consents_are_seen_by_who_gave_them_and_by_the_entity_that_holds_them_newest_first() {
    let (desk, _folder) = fresh().await;
    let (bank, clerk) = (&desk.town.bank[0], &desk.town.affiliate[0]);
    let citizen = Actor { roles: vec![Role::Subject], ..clerk.clone() };
    let new = |evidence_digest| NewConsent {
        product: desk.products[0].clone(),
        entity: bank.organisation.clone(),
        subject_id_number: PERSON.to_owned(),
        until: desk.ledger.now().plus_days(1),
        evidence_digest,
    };
    let brought = new(Some(desk.ledger.profile().digest(b"form")));
    let brought = allowed(desk.delivery.give_consent(bank, brought).await.unwrap());
    let given = allowed(desk.delivery.give_consent(&citizen, new(None)).await.unwrap());
    assert_eq!(desk.delivery.consents_seen_by(bank), [given.clone(), brought.clone()]);
    for delivery in [&desk.delivery, &desk.reopened().await] {
        // Read again, two of one moment come in the order of their ids.
        assert_eq!(BTreeSet::from_iter(delivery.consents_seen_by(bank)), [brought.clone(), given.clone()].into());
        assert_eq!(delivery.consents_seen_by(&citizen), [given.clone()]);
        // Another entity sees neither, though one of its people gave one as a citizen.
        assert_eq!(delivery.consents_seen_by(clerk), []);
    }
}
