//! Registrations: what can be applied for when, what a result says, and what dies
//! with it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use shuyu_ledger::Event;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{ProductId, ResourceId, ScenarioId};
use shuyu_model::registration::{Applicant, Registrable, RegistrationKind};
use shuyu_model::{CryptoProfile, Day, Digest, Time, UseKind, Verdict};

use crate::testing::{Town, allowed, digest, fund_columns, new_resource, refused, town, town_under};
use crate::{
    Act, Ending, ExchangeEntry, NewApplication, ProductEntry, Registration, RegistrationState, ResourceState, Scope,
    enact,
};

fn papers(town: &Town, kind: RegistrationKind, of: Registrable) -> BTreeMap<String, Digest> {
    let needed = kind.materials(of, Applicant::Holder);
    needed.iter().map(|paper| (paper.key.to_owned(), digest(town.ledger(), paper.key))).collect()
}

fn about(town: &Town, kind: RegistrationKind, id: &ResourceId) -> NewApplication {
    let materials = papers(town, kind, Registrable::Resource);
    NewApplication { subject: id.to_string(), kind, note: String::new(), materials, years: None }
}

async fn applied(town: &Town, new: NewApplication) -> Verdict<Digest> {
    town.registry.apply(&town.source[0], new, None).await.unwrap()
}

/// As the last signature of a case does it.
async fn decided(town: &Town, kind: RegistrationKind, subject: &str, seen: Digest) {
    let mut turn = town.registry.turn().await.unwrap();
    let of = Registrable::of(subject).unwrap();
    enact::decided(&mut turn, kind.procedure(of), subject, seen).await.unwrap();
    turn.commit(Event::done(None, "test.decided", subject)).await.unwrap();
}

async fn ended(town: &Town, subject: &str, state: RegistrationState) {
    let mut turn = town.registry.turn().await.unwrap();
    enact::registration_ended(&mut turn, subject, Ending { state, ground: "a test" }).await.unwrap();
    turn.commit(Event::done(None, "test.ended", subject)).await.unwrap();
}

fn advance_to(town: &Town, day: Day) {
    let noon = Time::at_start_of(day).plus_micros(12 * 3_600_000_000);
    town.ledger().clock().advance_to(noon).unwrap();
}

async fn last(town: &Town, subject: &str) -> Registration {
    town.registry.registrations_of(subject).await.unwrap().pop().unwrap()
}

async fn scenario(town: &Town, fund: &ResourceId, years: u8) -> ScenarioId {
    let agreement = town.agreement(std::slice::from_ref(fund), years).await;
    town.scenario("核验", UseKind::Industry, &agreement, &[(fund, &["balance"])]).await
}

#[tokio::test]
async fn a_renewal_is_asked_for_in_the_last_sixty_days_and_begins_with_the_day_after() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let first = last(&town, fund.as_str()).await;
        assert_eq!((first.valid_from, first.valid_until), (date(2026, 6, 1), date(2029, 5, 31)), "{backend}");
        assert!(first.code.as_str().starts_with("R2026060100001"), "{backend}: {}", first.code);

        // 60 calendar days before 31 May: 1 April. A day early and a day late are refused.
        let renewal = || about(&town, RegistrationKind::Renewal, &fund);
        advance_to(&town, date(2029, 3, 31));
        let refusal = applied(&town, renewal()).await.into_result().unwrap_err();
        let reason = refusal.iter().next().unwrap();
        assert_eq!(reason.code, "REG-062", "{backend}");
        assert!(reason.instead.contains("from 2029-04-01 to 2029-05-31"), "{backend}: {}", reason.instead);
        advance_to(&town, date(2029, 4, 1));
        let too_long = NewApplication { years: Some(4), ..renewal() };
        assert_eq!(refused(applied(&town, too_long).await), ["REG-063"], "{backend}");
        let seen = allowed(applied(&town, NewApplication { years: Some(2), ..renewal() }).await);

        decided(&town, RegistrationKind::Renewal, fund.as_str(), seen).await;
        let renewed = last(&town, fund.as_str()).await;
        assert_eq!((renewed.valid_from, renewed.valid_until), (date(2029, 6, 1), date(2031, 5, 31)), "{backend}");
        assert_eq!(renewed.predecessor, Some(first.id), "{backend}");
        let until = town.registry.resource(&fund).await.unwrap().unwrap().registered_until.unwrap();
        assert_eq!(until.day(), date(2031, 6, 1), "{backend}");
        assert_eq!(town.registry.registration_of(fund.as_str()).await.unwrap().unwrap().code, first.code);

        // It is renewed already: its own window opens later.
        advance_to(&town, date(2029, 5, 31));
        assert_eq!(refused(applied(&town, renewal()).await), ["REG-062"], "{backend}");
        advance_to(&town, date(2029, 6, 1));
        assert_eq!(town.registry.registration_of(fund.as_str()).await.unwrap().unwrap().code, renewed.code);
    }
}

#[tokio::test]
async fn after_its_last_day_it_is_too_late_unless_somebody_applied_in_time() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let other = town.resource("other", fund_columns()).await;
    advance_to(&town, date(2029, 5, 31));
    let mut renewal = about(&town, RegistrationKind::Renewal, &fund);
    allowed(applied(&town, renewal.clone()).await);
    advance_to(&town, date(2029, 6, 1));
    renewal.note = "one paper anew".into();
    allowed(applied(&town, renewal).await);
    let late = about(&town, RegistrationKind::Renewal, &other);
    assert_eq!(refused(applied(&town, late).await), ["REG-062"]);
}

#[tokio::test]
async fn what_is_revoked_or_cancelled_ends_permits_at_once_and_says_so() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let scenario = scenario(&town, &fund, 5).await;
        let product: ProductId = ledger.new_id();
        let bank = town.bank[0].organisation.clone();
        town.development(&bank, &scenario).await;
        let compute =
            async || town.registry.permit(&town.operator[0], Act::Compute, &Scope::of(scenario.clone())).await;
        let scope = Scope::of(scenario.clone()).to(bank).as_product(product.clone());
        let deliver = async || town.registry.permit(&town.operator[0], Act::Deliver, &scope).await.unwrap();

        assert_eq!(refused(deliver().await), ["REG-064"], "{backend}");
        town.register_product(&product, &scenario).await;
        let (first, second) = (allowed(deliver().await), allowed(compute().await.unwrap()));
        // The product's term is over three years, so its registration has three.
        assert_eq!(first.until().day(), date(2029, 6, 1), "{backend}");
        ended(&town, product.as_str(), RegistrationState::Revoked).await;
        assert!(!first.is_live() && second.is_live(), "{backend}");
        assert_eq!(refused(deliver().await), ["REG-066"], "{backend}");

        ended(&town, fund.as_str(), RegistrationState::Cancelled).await;
        assert!(!second.is_live(), "{backend}");
        assert_eq!(refused(compute().await.unwrap()), ["REG-001", "REG-066"], "{backend}");
        assert_eq!(town.registry.resource(&fund).await.unwrap().unwrap().state, ResourceState::Draft);
        town.register(&fund).await;
        let _lives = allowed(compute().await.unwrap());
        assert_eq!(last(&town, fund.as_str()).await.kind, RegistrationKind::First, "{backend}");
    }
}

#[tokio::test]
async fn a_product_holds_for_its_operating_term_where_that_is_no_longer() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    for (years, until) in [(2, date(2028, 5, 31)), (3, date(2029, 5, 31)), (5, date(2029, 5, 31))] {
        let scenario = scenario(&town, &fund, years).await;
        let product: ProductId = ledger.new_id();
        advance_to(&town, date(2026, 6, 1));
        town.register_product(&product, &scenario).await;
        assert_eq!(last(&town, product.as_str()).await.valid_until, until, "{years}");
    }
}

#[tokio::test]
async fn a_change_takes_the_place_of_what_it_changes_until_the_same_day() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let before = last(&town, fund.as_str()).await;
        advance_to(&town, date(2027, 1, 4));
        let mut new = new_resource("fund_accounts", fund_columns());
        new.title = "另一个名称".into();
        allowed(town.registry.revise_resource(&town.source[0], &fund, new).await.unwrap());
        let first = about(&town, RegistrationKind::First, &fund);
        assert_eq!(refused(applied(&town, first).await), ["REG-060"], "{backend}");
        let seen = allowed(applied(&town, about(&town, RegistrationKind::Change, &fund)).await);
        decided(&town, RegistrationKind::Change, fund.as_str(), seen).await;

        let all = town.registry.registrations_of(fund.as_str()).await.unwrap();
        let [old, new] = &all[..] else { panic!("{backend}: {all:?}") };
        assert_eq!((old.state, old.standing(date(2027, 1, 4))), (RegistrationState::Replaced, "replaced"));
        assert_eq!((new.title.as_str(), new.valid_until), ("另一个名称", before.valid_until), "{backend}");
        assert_ne!(new.code, before.code, "{backend}");
        let resource = town.registry.resource(&fund).await.unwrap().unwrap();
        assert_eq!(resource.registered_until.unwrap().day(), date(2029, 6, 1), "{backend}");
    }
}

#[tokio::test]
async fn other_columns_need_the_consent_of_whoever_shared_them_anew() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let mut new = new_resource("shared", fund_columns());
        new.shared_from = Some(town.other_source[0].organisation.clone());
        let id = allowed(town.registry.draft_resource(&town.source[0], new.clone()).await.unwrap());
        let paper = Some(digest(&ledger, "consent"));
        allowed(town.registry.consent_to_sharing(&town.other_source[0], &id, paper).await.unwrap());
        new.description = "the same columns".into();
        allowed(town.registry.revise_resource(&town.source[0], &id, new.clone()).await.unwrap());
        assert!(town.registry.resource(&id).await.unwrap().unwrap().consent_digest.is_some(), "{backend}");
        new.columns.remove(4);
        allowed(town.registry.revise_resource(&town.source[0], &id, new).await.unwrap());
        assert_eq!(town.registry.resource(&id).await.unwrap().unwrap().consent_digest, None, "{backend}");
    }
}

#[tokio::test]
async fn an_error_can_be_shown_by_others_with_the_holders_consent() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let kind = RegistrationKind::Correction;
    let new = about(&town, kind, &fund);
    let apply = |actor, new: &NewApplication| town.registry.apply(actor, new.clone(), None);
    assert_eq!(refused(apply(&town.admins[0], &new).await.unwrap()), ["REG-011"]);
    allowed(apply(&town.bank[0], &new).await.unwrap());
    let papers = town.registry.application_papers(fund.as_str(), kind).await.unwrap();
    assert_eq!(papers.missing().iter().map(|paper| paper.key).collect::<Vec<_>>(), ["holder_consent"]);
    assert_eq!(refused(apply(&town.affiliate[0], &new).await.unwrap()), ["REG-010"], "it is the bank's");
    allowed(apply(&town.source[0], &new).await.unwrap());
    assert!(
        town.registry.application_papers(fund.as_str(), kind).await.unwrap().missing().is_empty(),
        "the holder itself"
    );
}

#[tokio::test]
async fn what_the_exchange_calls_a_product_stands_on_its_registration() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let (scenario, product) = (scenario(&town, &fund, 3).await, ledger.new_id::<ProductId>());
        let entry = ExchangeEntry { exchange: "湖南大数据交易所".into(), number: "HN-17".into() };
        let paper = digest(&ledger, "notice");
        let record = |actor| town.registry.record_exchange(actor, &product, entry.clone(), paper);
        assert_eq!(refused(record(&town.operator[0]).await.unwrap()), ["REG-064"], "{backend}");
        town.register_product(&product, &scenario).await;
        assert_eq!(refused(record(&town.other_operator[0]).await.unwrap()), ["REG-010"], "{backend}");
        allowed(record(&town.operator[0]).await.unwrap());
        assert_eq!(last(&town, product.as_str()).await.exchange, Some(entry), "{backend}");
    }
}

#[tokio::test]
async fn what_is_no_application_is_told_with_all_of_its_faults() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let mut new = about(&town, RegistrationKind::Change, &fund);
    new.materials.insert("certificate".into(), digest(&ledger, "x"));
    new.years = Some(3);
    new.note = "长".repeat(2001);
    let error = town.registry.apply(&town.source[0], new.clone(), None).await.unwrap_err().to_string();
    for expected in ["knows no certificate", "for a renewal only", "more than 2000"] {
        assert!(error.contains(expected), "{expected}: {error}");
    }
    for subject in ["ORG-1", fund.as_str().replace("RES", "PRD").as_str()] {
        let new = NewApplication { subject: subject.to_owned(), ..about(&town, RegistrationKind::First, &fund) };
        assert!(town.registry.apply(&town.source[0], new, None).await.is_err(), "{subject}");
    }
}

/// For the table of all codes.
pub(super) async fn codes_of_registrations_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, crate::testing::regime()).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let scenario = scenario(&town, &fund, 5).await;
    let (product, bank) = (ledger.new_id::<ProductId>(), town.bank[0].organisation.clone());
    let mut seen = BTreeSet::new();
    let draft = new_resource("draft", fund_columns());
    let draft = allowed(town.registry.draft_resource(&town.source[0], draft).await.unwrap());
    seen.extend(refused(applied(&town, about(&town, RegistrationKind::First, &fund)).await));
    seen.extend(refused(applied(&town, about(&town, RegistrationKind::Change, &draft)).await));
    let renewal = NewApplication { years: Some(9), ..about(&town, RegistrationKind::Renewal, &fund) };
    seen.extend(refused(applied(&town, renewal).await));
    let scope = Scope::of(scenario.clone()).to(bank).as_product(product.clone());
    let deliver = async || refused(town.registry.permit(&town.operator[0], Act::Deliver, &scope).await.unwrap());
    seen.extend(deliver().await);
    let entry = ProductEntry { product: product.clone(), title: "核验".into(), scenario: scenario.clone() };
    let new = NewApplication {
        subject: product.to_string(),
        materials: papers(&town, RegistrationKind::First, Registrable::Product),
        ..about(&town, RegistrationKind::First, &fund)
    };
    let digest = allowed(town.registry.apply(&town.operator[0], new, Some(entry)).await.unwrap());
    decided(&town, RegistrationKind::First, product.as_str(), digest).await;
    advance_to(&town, date(2029, 6, 1));
    seen.extend(deliver().await);
    ended(&town, product.as_str(), RegistrationState::Cancelled).await;
    seen.extend(deliver().await);
    seen
}
