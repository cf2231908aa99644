//! The processor: a role of one document alone; its agreement, orders, and computing
//! within them.

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::regime::words::Mode;
use shuyu_model::{ColumnClass, ColumnType, CryptoProfile, Mask, Role, UseKind};

use crate::order::{OrderState, OrderStep, OrderedField};
use crate::testing::{Town, allowed, column, fund_columns, refused, regime_of, town_under};
use crate::{Act, AgreementKind, EntityKind, NewClearing, NewOrganisation, Permit, RegistryError, Scope, rules};

const CODE: &str = "changsha-2023";

/// A town with an operator agreement and an approved scenario on two columns.
struct Ordered {
    town: Town,
    fund: shuyu_model::id::ResourceId,
    scenario: shuyu_model::id::ScenarioId,
    processing: shuyu_model::id::AgreementId,
}

async fn ready(ledger: &shuyu_ledger::Ledger) -> Ordered {
    let town = town_under(ledger, regime_of(ledger, CODE)).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
    let fields: &[(&_, &[&str])] = &[(&fund, &["balance", "district"])];
    let scenario = town.scenario("核验", UseKind::Industry, &agreement, fields).await;
    let processing = town.processing(std::slice::from_ref(&fund)).await;
    Ordered { town, fund, scenario, processing }
}

impl Ordered {
    async fn compute(&self, who: &shuyu_model::Actor) -> Result<Permit, Vec<(String, String)>> {
        let permit = self.town.registry.permit(who, Act::Compute, &Scope::of(self.scenario.clone())).await;
        let told = permit.unwrap().into_result();
        told.map_err(|reasons| reasons.iter().map(|r| (r.code.to_string(), r.clause.to_string())).collect())
    }
}

fn codes(told: Vec<(String, String)>) -> Vec<String> {
    told.into_iter().map(|(code, _)| code).collect()
}

#[tokio::test]
async fn only_one_document_has_processors_and_under_the_others_nobody_can_be_one() {
    for code in rules::codes() {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town_under(&ledger, regime_of(&ledger, code)).await;
        let first17 = "91430200MA4L00001";
        let check = shuyu_model::identifier::credit_code_check(first17).unwrap();
        let new = NewOrganisation {
            identity_number: None,
            name: "某个加工主体".into(),
            credit_code: format!("{first17}{check}"),
            roles: vec![Role::Processor],
            entity_kind: Some(EntityKind::LegalPerson),
            owned_by: Vec::new(),
        };
        let added = town.registry.add_organisation(&town.admins[0], new).await.unwrap();
        let granted = town.registry.grant_role(&town.admins[1], &town.operator[0].person, Role::Processor).await;
        let granted = refused(granted.unwrap());
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let operator = town.operator[0].organisation.clone();
        let today = ledger.now().day();
        let new = town.new_agreement(AgreementKind::Processing, operator, vec![fund], None, today, today);
        let drafted = refused(town.registry.draft_agreement(&town.agency[0], new).await.unwrap());
        let has = code == CODE;
        assert_eq!(town.registry.regime().has_role(Role::Processor), has, "{code}");
        assert_eq!(town.registry.regime().words.contains_key(&Role::Processor), has, "{code}");
        assert_eq!(town.registry.regime().computing_role() == Role::Processor, has, "{code}");
        if has {
            allowed(added);
            // The operator's own people are no processors: their organisation is none.
            assert_eq!((granted, drafted), (vec!["REG-023".to_owned()], vec!["REG-028".to_owned()]));
        } else {
            assert_eq!(refused(added), ["REG-070"], "{code}");
            assert_eq!(granted, ["REG-023", "REG-070"], "{code}");
            assert_eq!(drafted, ["REG-028", "REG-070"], "{code}");
        }
    }
}

#[tokio::test]
async fn a_processing_agreement_says_all_that_the_document_asks_for_and_holds_no_longer_than_a_cycle() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let here = ready(&ledger).await;
    let (town, today) = (&here.town, ledger.now().day());
    let processor = || town.processor[0].organisation.clone();
    let until = |years: i64| today.saturating_add(jiff::Span::new().years(years)).yesterday().unwrap();
    let new = |years| {
        town.new_agreement(AgreementKind::Processing, processor(), vec![here.fund.clone()], None, today, until(years))
    };
    let headings = town.registry.regime().processor.as_ref().unwrap().contents_required.value.clone();
    assert_eq!(headings.len(), 5, "art. 9");
    for heading in headings {
        for text in [None, Some("  ")] {
            let mut lacking = new(3);
            lacking.contents.remove(&heading);
            lacking.contents.extend(text.map(|text| (heading.clone(), text.to_owned())));
            let told = town.registry.draft_agreement(&town.agency[0], lacking).await.unwrap();
            let reasons = told.into_result().unwrap_err();
            let reason = reasons.iter().next().unwrap();
            assert_eq!((&*reason.code, &*reason.clause), ("REG-071", "changsha-2023 9"));
            assert!(reason.what.contains(&heading), "{}", reason.what);
        }
    }
    assert_eq!(refused(town.registry.draft_agreement(&town.agency[0], new(4)).await.unwrap()), ["REG-018"]);
    assert_eq!(refused(town.registry.draft_agreement(&town.operator[0], new(3)).await.unwrap()), ["REG-011"]);
    allowed(town.registry.draft_agreement(&town.agency[0], new(3)).await.unwrap());
}

#[tokio::test]
async fn the_processor_computes_what_was_ordered_and_the_operator_does_not_compute() {
    for (backend, ledger, _folder) in ledgers().await {
        let here = ready(&ledger).await;
        let (town, registry) = (&here.town, &here.town.registry);
        let own = here.compute(&town.operator[0]).await.unwrap_err();
        let by_role = ("REG-011".to_owned(), "changsha-2023 15".to_owned());
        assert!(own.contains(&by_role), "{backend}: {own:?}");
        let unordered = here.compute(&town.processor[0]).await.unwrap_err();
        assert_eq!(unordered, [("REG-072".to_owned(), "changsha-2023 15,26加(二)".to_owned())], "{backend}");

        let placed = town.new_order(&here.scenario, &here.processing, &["report"]);
        let id = allowed(registry.place_order(&town.operator[0], placed.clone()).await.unwrap());
        let untaken = here.compute(&town.processor[0]).await.unwrap_err();
        assert_eq!(codes(untaken), ["REG-072"], "{backend}: it was not taken");
        assert!(matches!(registry.place_order(&town.operator[0], placed).await, Err(RegistryError::Conflict { .. })));
        let step = |who, step| registry.answer_order(who, &id, step, "we answer");
        assert_eq!(refused(step(&town.operator[0], OrderStep::Take).await.unwrap()), ["REG-010", "REG-011"]);
        assert_eq!(refused(step(&town.processor[0], OrderStep::Withdraw).await.unwrap()), ["REG-010", "REG-011"]);
        assert_eq!(allowed(step(&town.processor[1], OrderStep::Take).await.unwrap()), OrderState::Taken);
        assert!(matches!(step(&town.processor[0], OrderStep::Decline).await, Err(RegistryError::Conflict { .. })));

        let permit = here.compute(&town.processor[0]).await.unwrap();
        assert_eq!(permit.order().map(|order| &order.id), Some(&id), "{backend}");
        assert_eq!(permit.operator(), &town.operator[0].organisation, "{backend}");
        assert!(permit.clauses().contains(&"changsha-2023 15,26加(二)".to_owned()), "{:?}", permit.clauses());
        let until = shuyu_model::Time::at_start_of(ledger.now().day().saturating_add(jiff::Span::new().months(6)));
        assert!(permit.until() <= until.plus_days(1), "{backend}: an order's last day ends it");
        let regime = registry.regime();
        assert!(permit.against_output(regime, "report").is_none());
        let otherwise = permit.against_output(regime, "dataset").unwrap();
        assert_eq!((&*otherwise.code, &*otherwise.clause), ("REG-073", "changsha-2023 26加(二)"), "{backend}");
        let still = here.compute(&town.operator[0]).await.unwrap_err();
        assert!(still.contains(&by_role), "{backend}: an order gives the operator nothing");

        assert!(permit.is_live());
        allowed(step(&town.operator[0], OrderStep::Close).await.unwrap());
        assert!(!permit.is_live(), "{backend}: an order that was closed is none");
        assert_eq!(codes(here.compute(&town.processor[0]).await.unwrap_err()), ["REG-072"], "{backend}");
    }
}

#[tokio::test]
async fn nothing_is_computed_while_the_owners_slot_of_the_project_is_empty() {
    for (backend, ledger, _folder) in ledgers().await {
        let here = ready(&ledger).await;
        let (town, agency) = (&here.town, &here.town.agency[0]);
        town.order(&here.scenario, &here.processing, &["report"]).await;
        let permit = here.compute(&town.processor[0]).await.unwrap();
        let kind = shuyu_model::regime::PaperKind::Mandate;
        let owner = async || town.registry.issuer_on_file(&agency.organisation, kind).await.unwrap();
        assert!(owner().await.is_some(), "{backend}: who gave the mandate");
        let papers = town.registry.papers(agency, &agency.organisation).await.unwrap().unwrap();
        for view in papers.iter().filter(|view| view.paper.kind == kind) {
            allowed(town.registry.withdraw_paper(agency, &view.paper.id, "the mandate ended").await.unwrap());
        }
        assert_eq!(owner().await, None, "{backend}");
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(codes(here.compute(&town.processor[0]).await.unwrap_err()), ["REG-040"], "{backend}");
    }
}

#[tokio::test]
async fn a_permit_of_the_processor_dies_with_its_agreement_and_with_its_order_s_last_day() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let here = ready(&ledger).await;
    let town = &here.town;
    town.order(&here.scenario, &here.processing, &["report"]).await;
    let permit = here.compute(&town.processor[0]).await.unwrap();
    ledger.clock().advance_to(permit.until()).unwrap();
    assert!(!permit.is_live());
    assert_eq!(codes(here.compute(&town.processor[0]).await.unwrap_err()), ["REG-072"]);

    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let here = ready(&ledger).await;
    let town = &here.town;
    town.order(&here.scenario, &here.processing, &["report"]).await;
    let permit = here.compute(&town.processor[0]).await.unwrap();
    allowed(town.registry.terminate_agreement(&town.agency[0], &here.processing, "other").await.unwrap());
    assert!(!permit.is_live());
    assert_eq!(codes(here.compute(&town.processor[0]).await.unwrap_err()), ["REG-007"]);
}

#[tokio::test]
async fn what_lies_beyond_order_scenario_or_agreement_is_refused_with_each_reason() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let here = ready(&ledger).await;
    let (town, registry) = (&here.town, &here.town.registry);
    let parking = column("plate", ColumnType::Text, ColumnClass::Plain, Mask::None);
    let parking = town.resource("parking", vec![parking]).await;
    let field = |resource: &shuyu_model::id::ResourceId, column: &str| OrderedField {
        resource: resource.clone(),
        column: column.to_owned(),
    };
    let mut beyond = town.new_order(&here.scenario, &here.processing, &["report"]);
    beyond.fields = vec![field(&here.fund, "id_card"), field(&parking, "plate")];
    beyond.until = ledger.now().day().saturating_add(jiff::Span::new().years(5));
    let told = refused(registry.place_order(&town.operator[0], beyond).await.unwrap());
    assert_eq!(told, ["REG-009", "REG-016", "REG-074", "REG-074"]);
    let others = town.new_order(&here.scenario, &here.processing, &["report"]);
    let told = refused(registry.place_order(&town.other_operator[0], others.clone()).await.unwrap());
    assert_eq!(told, ["REG-010"], "another's scenario");
    assert_eq!(refused(registry.place_order(&town.agency[0], others).await.unwrap()), ["REG-010", "REG-011"]);

    let mut narrow = town.new_order(&here.scenario, &here.processing, &["report", "lookup"]);
    narrow.fields = vec![field(&here.fund, "district")];
    let id = allowed(registry.place_order(&town.operator[0], narrow).await.unwrap());
    allowed(registry.answer_order(&town.processor[0], &id, OrderStep::Take, "we can").await.unwrap());
    let permit = here.compute(&town.processor[0]).await.unwrap();
    let columns: Vec<&str> = permit.tables().iter().flat_map(|t| &t.columns).map(|c| c.name.as_str()).collect();
    assert_eq!(columns, ["district"], "the scenario has more, the order does not");
    let wider = Scope::of(here.scenario.clone()).columns(vec![(here.fund.clone(), vec!["balance".to_owned()])]);
    let told = registry.permit(&town.processor[0], Act::Compute, &wider).await.unwrap().into_result().unwrap_err();
    let told: Vec<_> = told.iter().map(|reason| (&*reason.code, &*reason.clause)).collect();
    assert_eq!(told, [("REG-073", "changsha-2023 26加(一)")]);
}

#[tokio::test]
async fn a_processor_that_the_operator_owns_takes_no_order_of_it() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let here = ready(&ledger).await;
    let (town, registry) = (&here.town, &here.town.registry);
    town.order(&here.scenario, &here.processing, &["report"]).await;
    let permit = here.compute(&town.processor[0]).await.unwrap();
    let (processor, operator) = (&town.processor[0].organisation, &town.operator[0].organisation);
    allowed(registry.set_owners(&town.admins[0], processor, vec![operator.clone()]).await.unwrap());
    assert!(!permit.is_live(), "who owns whom is a basis of it");
    assert_eq!(codes(here.compute(&town.processor[0]).await.unwrap_err()), ["REG-075"]);
}

#[tokio::test]
async fn a_conflict_of_operator_and_processor_is_cleared_by_the_bureau_alone_with_its_reason() {
    for (backend, ledger, _folder) in ledgers().await {
        let here = ready(&ledger).await;
        let (town, registry) = (&here.town, &here.town.registry);
        let (processor, operator) = (&town.processor[0].organisation, &town.operator[0].organisation);
        let new = |reason: &str| NewClearing { processor: processor.clone(), reason: reason.into() };
        let early = registry.clear_conflict(&town.regulators[0], &here.scenario, new("全市仅此一家")).await;
        assert!(matches!(early, Err(RegistryError::Conflict { .. })), "{backend}: there is none yet");
        allowed(registry.set_owners(&town.admins[0], processor, vec![operator.clone()]).await.unwrap());
        let order = town.new_order(&here.scenario, &here.processing, &["report"]);
        let placed = registry.place_order(&town.operator[0], order.clone()).await.unwrap();
        assert_eq!(refused(placed), ["REG-075"], "{backend}");
        for who in [&town.operator[0], &town.processor[0], &town.agency[0]] {
            let tried = registry.clear_conflict(who, &here.scenario, new("全市仅此一家")).await.unwrap();
            assert_eq!(refused(tried), ["REG-011"], "{backend}: the bureau's alone");
        }
        let bare = registry.clear_conflict(&town.regulators[0], &here.scenario, new("好")).await;
        assert!(matches!(bare, Err(RegistryError::Malformed { .. })), "{backend}: with its reason");
        allowed(registry.clear_conflict(&town.regulators[0], &here.scenario, new("全市仅此一家")).await.unwrap());
        let page = crate::Page { after: None, items_max: 1 };
        let listed = registry.cleared_conflicts(&page).await.unwrap();
        assert_eq!((listed.total, listed.items[0].reason.as_str()), (1, "全市仅此一家"), "{backend}");
        town.order(&here.scenario, &here.processing, &["report"]).await;
        assert!(here.compute(&town.processor[0]).await.is_ok(), "{backend}");
        // For this project and no other.
        let fields: &[(&_, &[&str])] = &[(&here.fund, &["balance"])];
        let agreement = registry.scenario(&here.scenario).await.unwrap().unwrap().agreement.clone();
        let other = town.scenario("另一项目", UseKind::Industry, &agreement, fields).await;
        let order = town.new_order(&other, &here.processing, &["report"]);
        assert!(refused(registry.place_order(&town.operator[0], order).await.unwrap()).contains(&"REG-075".to_owned()));
        let again = crate::Registry::new(ledger.clone(), registry.regime_arc());
        assert_eq!(again.cleared_conflicts(&page).await.unwrap().total, 1, "{backend}");
    }
}

#[tokio::test]
async fn an_order_is_seen_by_its_parties_and_by_who_supervises() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let here = ready(&ledger).await;
    let (town, registry) = (&here.town, &here.town.registry);
    let id = town.order(&here.scenario, &here.processing, &["report"]).await;
    for (who, sees) in [
        (&town.operator[1], true),
        (&town.processor[1], true),
        (&town.agency[0], true),
        (&town.regulators[0], true),
        (&town.other_operator[0], false),
        (&town.bank[0], false),
    ] {
        assert_eq!(registry.order(who, &id).await.unwrap().is_some(), sees, "{:?}", who.roles);
        let listed = registry.orders(who, &crate::Page { after: None, items_max: 10 }).await.unwrap();
        assert_eq!(listed.total, usize::from(sees), "{:?}", who.roles);
    }
}

/// Each of the reasons of this file, for the list of all.
pub(super) async fn codes_of_orders_with_every_fault() -> Vec<String> {
    let mut seen = Vec::new();
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let here = ready(&ledger).await;
    let (town, registry) = (&here.town, &here.town.registry);
    seen.extend(codes(here.compute(&town.processor[0]).await.unwrap_err()));
    let (today, grantee) = (ledger.now().day(), town.processor[0].organisation.clone());
    let mut bare = town.new_agreement(AgreementKind::Processing, grantee, vec![here.fund.clone()], None, today, today);
    bare.contents.clear();
    seen.extend(refused(registry.draft_agreement(&town.agency[0], bare).await.unwrap()));
    town.order(&here.scenario, &here.processing, &["report"]).await;
    let beyond = Scope::of(here.scenario.clone()).columns(vec![(here.fund.clone(), vec!["id_card".to_owned()])]);
    seen.extend(refused(registry.permit(&town.processor[0], Act::Compute, &beyond).await.unwrap()));
    let (processor, operator) = (&town.processor[0].organisation, &town.operator[0].organisation);
    allowed(registry.set_owners(&town.admins[0], processor, vec![operator.clone()]).await.unwrap());
    seen.extend(codes(here.compute(&town.processor[0]).await.unwrap_err()));

    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let here = ready(&ledger).await;
    let mut long = here.town.new_order(&here.scenario, &here.processing, &["report"]);
    long.until = long.until.saturating_add(jiff::Span::new().years(9));
    seen.extend(refused(here.town.registry.place_order(&here.town.operator[0], long).await.unwrap()));

    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = crate::testing::town(&ledger).await;
    let granted = town.registry.grant_role(&town.admins[1], &town.operator[0].person, Role::Processor).await;
    seen.extend(refused(granted.unwrap()));

    let (fund, operator) =
        (town.resource("fund_accounts", fund_columns()).await, town.operator[0].organisation.clone());
    let today = ledger.now().day();
    for mode in [Mode::Sector, Mode::Scenario] {
        let fund = vec![fund.clone()];
        let mut new = town.new_agreement(AgreementKind::Operator, operator.clone(), fund, None, today, today);
        (new.mode, new.term_reason) = (Some(mode), None);
        seen.extend(refused(town.registry.draft_agreement(&town.agency[0], new).await.unwrap()));
    }
    seen
}
