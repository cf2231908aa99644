//! Calls against a real ledger and a real registry: who gets an answer, who does
//! not and for which reasons, and what the log holds afterwards.

use std::sync::atomic::{AtomicBool, Ordering};

use shuyu_ledger::{Clock, Ledger, LedgerConfig};
use shuyu_model::regime::Unusual;
use shuyu_model::{CryptoProfile, Role};
use shuyu_registry::testing::{allowed, refused};

use super::*;
use crate::NewConsent;
use crate::desk::{PERSON, QUOTA, STRANGER, desk, desk_with, subscription};
use crate::testing::Client;
use crate::{ANSWER_PREFIX, blind_digest};

const DAY: i64 = 24 * 3_600_000_000;

#[tokio::test]
async fn an_answer_has_a_consent_and_a_durable_record_that_names_neither_question_nor_answer() {
    for (backend, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let desk = desk(ledger).await;
        let consent = desk.consent(10).await;
        let call = desk.clients[0].question(&desk.ledger, &PERSON.to_lowercase());
        let signature = call.signature.clone().unwrap();
        let (answer, receipt) = allowed(desk.delivery.answer(call).await.unwrap());
        assert_eq!(answer.as_json(), r#"{"found":true,"values":{"months":36,"note":"缴存正常"}}"#, "{backend}");
        assert_eq!(receipt.consent(), Some(&consent));
        let entry = desk.ledger.log().entries(receipt.index(), 1).await.unwrap().remove(0);
        assert_eq!(Access::from_entry(&entry).as_ref(), Some(receipt.access()));
        let entry = String::from_utf8(entry).unwrap();
        assert!(!entry.contains(PERSON) && !entry.contains("缴存") && !entry.contains("months"), "{entry}");
        // The bank recomputes the digest from its own signature.
        let signature = signature.trim_start_matches("sig1=:").trim_end_matches(':');
        let signature = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, signature).unwrap();
        let digest = blind_digest(desk.ledger.profile(), ANSWER_PREFIX, &signature, answer.as_json().as_bytes());
        assert_eq!(receipt.answer(), digest);
        assert_eq!(desk.reopened().await.receipt(receipt.id()).await.unwrap(), Some(receipt));
    }
}

#[tokio::test]
async fn every_reason_is_given_at_once() {
    for (backend, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let desk = desk(ledger).await;
        let consent = desk.consent(10).await;
        for _ in 0..QUOTA {
            allowed(desk.ask(PERSON).await);
        }
        assert_eq!(refused(desk.ask(STRANGER).await), [reasons::NO_CONSENT, reasons::QUOTA], "{backend}");
        allowed(desk.delivery.withdraw_consent(&desk.town.bank[0], &consent).await.unwrap());
        allowed(desk.delivery.withdraw_product(&desk.town.agency[0], &desk.products[0]).await.unwrap());
        let ended = desk.delivery.end_subscription(&desk.town.bank[0], &desk.subscriptions[0]).await.unwrap();
        allowed(ended);
        let ground = "operator_request";
        let registry = &desk.town.registry;
        allowed(registry.terminate_agreement(&desk.town.operator[0], &desk.agreement, ground).await.unwrap());
        for delivery in [desk.delivery.clone(), desk.reopened().await] {
            let call = desk.clients[0].question(&desk.ledger, PERSON);
            assert_eq!(
                refused(delivery.answer(call).await.unwrap()),
                [
                    reasons::CONSENT_WITHDRAWN,
                    reasons::SUBSCRIPTION_ENDED,
                    reasons::PRODUCT_WITHDRAWN,
                    reasons::QUOTA,
                    "REG-007",
                    "REG-012",
                ],
            );
        }
        let written = desk.ledger.journal_page(i64::MAX, 1).await.unwrap()[0].text("written").unwrap();
        assert!(written.contains("delivery.refused") && written.contains("REG-012") && !written.contains(PERSON));
    }
}

#[tokio::test]
async fn consent_is_the_persons_own_and_ends_when_it_says() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::Guomi).await;
    let desk = desk(ledger).await;
    assert_eq!(refused(desk.ask(PERSON).await), [reasons::NO_CONSENT]);
    let consent = desk.consent(1).await;
    assert_eq!(refused(desk.ask(STRANGER).await), [reasons::NO_CONSENT]);
    allowed(desk.ask(PERSON).await);
    let on = |consent: &ConsentId| desk.clients[0].question_on(&desk.ledger, PERSON, consent.as_str());
    allowed(desk.delivery.answer(on(&consent)).await.unwrap());
    let nobodys = desk.ledger.new_id();
    assert_eq!(refused(desk.delivery.answer(on(&nobodys)).await.unwrap()), [reasons::NO_CONSENT]);
    desk.advance(DAY);
    assert_eq!(refused(desk.ask(PERSON).await), [reasons::CONSENT_EXPIRED]);
    desk.consent(1).await;
    allowed(desk.ask(PERSON).await);
    assert_eq!(refused(desk.delivery.answer(on(&consent)).await.unwrap()), [reasons::CONSENT_EXPIRED]);
}

#[tokio::test]
async fn somebody_unknown_is_an_answer_that_counts() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let desk = desk(ledger).await;
    let new = NewConsent {
        product: desk.products[0].clone(),
        entity: desk.town.bank[0].organisation.clone(),
        subject_id_number: STRANGER.to_owned(),
        until: desk.ledger.now().plus_days(1),
        evidence_digest: None,
    };
    let person = shuyu_model::Actor { roles: vec![Role::Subject], ..desk.town.bank[1].clone() };
    allowed(desk.delivery.give_consent(&person, new).await.unwrap());
    let (answer, receipt) = allowed(desk.ask(STRANGER).await);
    assert_eq!((answer.as_json(), receipt.units()), (r#"{"found":false,"values":{}}"#, 1));
    assert_eq!(desk.delivery.calls_today(&desk.subscriptions[0]), 1);
}

#[tokio::test]
async fn the_quota_of_a_day_survives_a_restart_and_not_the_day() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let desk = desk(ledger).await;
    desk.consent(10).await;
    for _ in 0..QUOTA {
        allowed(desk.ask(PERSON).await);
    }
    let again = desk.reopened().await;
    assert_eq!(again.calls_today(&desk.subscriptions[0]), QUOTA);
    let call = || desk.clients[0].question(&desk.ledger, PERSON);
    assert_eq!(refused(again.answer(call()).await.unwrap()), [reasons::QUOTA]);
    desk.advance(DAY);
    allowed(again.answer(call()).await.unwrap());
    assert_eq!(desk.reopened().await.calls_today(&desk.subscriptions[0]), 1);
}

#[tokio::test]
async fn calls_near_the_quota_of_a_day_are_noticed_until_the_day_is_over() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let desk = desk(ledger).await;
    desk.consent(10).await;
    let seen = async || {
        let calls = desk.delivery.unusual_calls(desk.ledger.now()).await.unwrap();
        calls.into_iter().map(|calls| (calls.pattern, calls.count)).collect::<Vec<_>>()
    };
    allowed(desk.ask(PERSON).await);
    assert_eq!(seen().await, [], "one call of a day is nothing");
    for _ in 1..QUOTA {
        allowed(desk.ask(PERSON).await);
    }
    assert_eq!(seen().await, [(Unusual::CallsNearQuota, QUOTA)]);
    desk.advance(DAY);
    assert_eq!(seen().await, [], "the next day begins anew");
}

#[tokio::test]
async fn a_signed_call_passes_once_also_over_a_restart() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let desk = desk(ledger).await;
    desk.consent(10).await;
    let call = desk.clients[0].question(&desk.ledger, PERSON);
    allowed(desk.delivery.answer(call.clone()).await.unwrap());
    assert_eq!(refused(desk.delivery.answer(call.clone()).await.unwrap()), [reasons::SIGNATURE]);
    desk.advance(299_000_000);
    assert_eq!(refused(desk.reopened().await.answer(call.clone()).await.unwrap()), [reasons::SIGNATURE]);
    desk.advance(600_000_000);
    assert_eq!(refused(desk.delivery.answer(call).await.unwrap()), [reasons::SIGNATURE]);
}

#[tokio::test]
async fn a_key_opens_its_own_subscription_until_it_is_withdrawn() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let desk = desk(ledger).await;
    desk.consent(10).await;
    let bank = &desk.town.bank[0];
    let other = allowed(
        desk.delivery
            .subscribe(
                &desk.town.operator[0],
                subscription(&desk.products[0], &desk.released[0], &bank.organisation, &desk.agreement),
            )
            .await
            .unwrap(),
    );
    let body = format!(r#"{{"subscription":"{other}","key":"{PERSON}"}}"#);
    let foreign = desk.clients[0].call(desk.ledger.now(), "POST", "answers", "", &body);
    assert_eq!(refused(desk.delivery.answer(foreign).await.unwrap()), [reasons::SUBSCRIPTION_OTHER]);
    let mut stolen = desk.clients[0].question(&desk.ledger, PERSON);
    stolen.signature_input =
        stolen.signature_input.map(|i| i.replace(desk.clients[0].id().as_str(), desk.clients[1].id().as_str()));
    assert_eq!(refused(desk.delivery.answer(stolen).await.unwrap()), [reasons::SIGNATURE]);
    assert_eq!(
        refused(desk.delivery.withdraw_client_key(&desk.town.operator[0], desk.clients[0].id()).await.unwrap()),
        [reasons::NOT_ENTITY]
    );
    allowed(desk.delivery.withdraw_client_key(bank, desk.clients[0].id()).await.unwrap());
    assert_eq!(refused(desk.ask(PERSON).await), [reasons::SIGNATURE]);
    let call = desk.clients[0].question(&desk.ledger, PERSON);
    assert_eq!(refused(desk.reopened().await.answer(call).await.unwrap()), [reasons::SIGNATURE]);
}

#[tokio::test]
async fn a_file_goes_out_with_a_record_and_a_lookup_is_no_file() {
    for (_, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let desk = desk(ledger).await;
        let file = |client: usize, format: &str| desk.delivery.file(desk.clients[client].file(&desk.ledger, format));
        let (body, receipt) = allowed(file(1, "csv").await.unwrap());
        assert_eq!(std::str::from_utf8(&body.bytes).unwrap(), "\u{feff}months,note\n36,缴存正常\n1,缴存正常\n");
        assert_eq!((receipt.consent(), receipt.units()), (None, 1));
        let (body, _) = allowed(file(1, "parquet").await.unwrap());
        assert!(body.bytes.starts_with(b"PAR1"));
        assert!(matches!(file(1, "xlsx").await, Err(DeliveryError::Malformed { .. })));
        assert_eq!(refused(file(0, "csv").await.unwrap()), [reasons::NOT_LOOKUP]);
        let answer = desk.delivery.answer(desk.clients[1].question(&desk.ledger, PERSON)).await.unwrap();
        assert_eq!(refused(answer), [reasons::NOT_LOOKUP]);
        assert_eq!(desk.delivery.calls_today(&desk.subscriptions[1]), 2);
        desk.released[1].is_live.store(false, Ordering::SeqCst);
        assert_eq!(refused(file(1, "csv").await.unwrap()), [reasons::NOT_LIVE]);
        let again = desk.reopened().await.file(desk.clients[1].file(&desk.ledger, "csv")).await.unwrap();
        assert_eq!(refused(again), [reasons::NOT_LIVE]);
        assert_eq!(desk.delivery.accesses(Time(0), Time(i64::MAX)).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_raw_identifier_does_not_go_out() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let desk = desk_with(ledger, STRANGER).await;
    desk.consent(10).await;
    assert_eq!(refused(desk.ask(PERSON).await), [reasons::RAW_ANSWER]);
    assert_eq!(desk.delivery.calls_today(&desk.subscriptions[0]), 0);
    assert_eq!(desk.delivery.accesses(Time(0), Time(i64::MAX)).await.unwrap().len(), 0);
}

#[tokio::test]
async fn what_is_sent_wrong_is_told_and_nothing_is_counted() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let desk = desk(ledger).await;
    desk.consent(10).await;
    let subscription = &desk.subscriptions[0];
    for body in [
        String::new(),
        "{}".to_owned(),
        format!(r#"{{"subscription":"{subscription}","key":""}}"#),
        format!(r#"{{"subscription":"{subscription}","key":"{}"}}"#, "x".repeat(KEY_BYTES_MAX + 1)),
        format!(r#"{{"subscription":"{subscription}","key":"x","extra":1}}"#),
        format!(r#"{{"subscription":"{subscription}","key":"{}"}}"#, "x".repeat(CALL_BYTES_MAX)),
    ] {
        let call = desk.clients[0].call(desk.ledger.now(), "POST", "answers", "", &body);
        let error = desk.delivery.answer(call).await.unwrap_err();
        assert!(error.is_mistake(), "{error}");
    }
    assert_eq!(desk.delivery.calls_today(subscription), 0);
}

/// A real clock and many callers: no record is later than the withdrawal.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_answer_is_given_after_the_time_of_a_withdrawal() {
    let folder = tempfile::tempdir().unwrap();
    let database =
        shuyu_ledger::DatabaseUrl::parse(&format!("sqlite:{}", folder.path().join("x.db").display())).unwrap();
    let config = shuyu_ledger::testing::config(&folder, database, CryptoProfile::International);
    let ledger = Ledger::open(LedgerConfig { clock: Clock::system(), ..config }).await.unwrap();
    let desk = desk(ledger).await;
    let mut new = subscription(&desk.products[0], &desk.released[0], &desk.town.bank[0].organisation, &desk.agreement);
    new.calls_per_day_max = 1_000_000;
    let wide = allowed(desk.delivery.subscribe(&desk.town.operator[0], new).await.unwrap());
    let client = Arc::new(Client::new(&desk.delivery, &desk.town.bank[0], &wide, 9).await);
    let consent = desk.consent(10).await;
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let (delivery, ledger) = (desk.delivery.clone(), desk.ledger.clone());
            let (client, stop) = (Arc::clone(&client), Arc::clone(&stop));
            tokio::spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    let call = client.question(&ledger, PERSON);
                    if let Verdict::Refuse(reasons) = delivery.answer(call).await.unwrap() {
                        assert!(reasons.has(reasons::CONSENT_WITHDRAWN));
                        break;
                    }
                }
            })
        })
        .collect();
    while desk.delivery.calls_today(&wide) < 50 {
        tokio::task::yield_now().await;
    }
    allowed(desk.delivery.withdraw_consent(&desk.town.bank[0], &consent).await.unwrap());
    let withdrawn_at = desk.delivery.consent(&consent).unwrap().withdrawn_at.unwrap();
    let told_at = desk.ledger.log().size();
    for caller in callers {
        caller.await.unwrap();
    }
    stop.store(true, Ordering::SeqCst);
    let accesses = desk.delivery.accesses(Time(0), Time(i64::MAX)).await.unwrap();
    assert!(accesses.len() >= 50 && told_at >= 50);
    assert!(accesses.iter().all(|receipt| receipt.at() <= withdrawn_at));
    assert_eq!(i64::try_from(accesses.len()).unwrap(), desk.delivery.calls_today(&wide));
}

/// INVARIANT (registered first): no product is subscribed to before it is registered,
/// and none is delivered from the moment that its registration ends.
#[tokio::test]
async fn a_registration_that_ends_stops_its_product_at_once_and_no_other() {
    for (backend, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let desk = desk(ledger).await;
        desk.consent(10).await;
        allowed(desk.ask(PERSON).await);
        desk.town.revoke(desk.products[0].as_str()).await;
        assert_eq!(refused(desk.ask(PERSON).await), ["REG-066"], "{backend}");
        let file = desk.delivery.file(desk.clients[1].file(&desk.ledger, "csv")).await.unwrap();
        let _other = allowed(file);
        let new = crate::NewProduct {
            release: desk.released[1].id.clone(),
            title: "另一个产品".to_owned(),
            kind: desk.released[1].kind,
            key: None,
        };
        let product = allowed(desk.delivery.publish(&desk.town.operator[0], new).await.unwrap());
        let bank = &desk.town.bank[0].organisation;
        let new = || subscription(&product, &desk.released[1], bank, &desk.agreement);
        let early = desk.delivery.subscribe(&desk.town.operator[0], new()).await.unwrap();
        assert_eq!(refused(early), ["REG-064"], "{backend}");
        desk.town.register_product(&product, &desk.released[1].scenario).await;
        allowed(desk.delivery.subscribe(&desk.town.operator[0], new()).await.unwrap());
    }
}
