//! Facts of resources, the base catalogue, a department's stop, requirements of fields,
//! on real databases.

use std::collections::BTreeSet;

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{ResourceId, ScenarioId};
use shuyu_model::regime::FactKind;
use shuyu_model::{Column, ColumnClass, ColumnType, CryptoProfile, Grade, Mask, UseKind, Verdict};

use crate::testing::{Town, allowed, column, digest, fund_columns, new_resource, refused, regime_of, town_under};
use crate::{
    Act, AgreementKind, InventoryState, NewBaseEntry, NewFact, NewRequirement, Page, Permit, RegistryError,
    RequirementState, Scope,
};

async fn town(ledger: &Ledger, code: &str) -> Town {
    town_under(ledger, regime_of(ledger, code)).await
}

fn told(fact: FactKind, told: &[&str]) -> NewFact {
    NewFact { fact, told: told.iter().map(|one| (*one).to_owned()).collect() }
}

/// A scenario on `fund_accounts`, in force.
async fn scenario(town: &Town, fund: &ResourceId) -> ScenarioId {
    let agreement = town.agreement(std::slice::from_ref(fund), 1).await;
    town.scenario("公积金核验", UseKind::Industry, &agreement, &[(fund, &["balance"])]).await
}

async fn run(town: &Town, scenario: &ScenarioId) -> Verdict<Permit> {
    let by = if town.processor.is_empty() { &town.operator[0] } else { &town.processor[0] };
    town.registry.permit(by, Act::Compute, &Scope::of(scenario.clone())).await.unwrap()
}

/// A column of important data that is shown as it is.
fn important() -> Column {
    Column { grade: Some(Grade::Important), ..column("reserve", ColumnType::Integer, ColumnClass::Plain, Mask::None) }
}

async fn drafted(town: &Town, name: &str) -> ResourceId {
    allowed(town.registry.draft_resource(&town.source[0], new_resource(name, fund_columns())).await.unwrap())
}

/// What speaks against an agreement on one resource.
async fn against_agreement(town: &Town, id: &ResourceId) -> Vec<String> {
    let (from, grantee) = (town.ledger().now().day(), town.operator[0].organisation.clone());
    let until = from.saturating_add(jiff::Span::new().months(6));
    let new = town.new_agreement(AgreementKind::Operator, grantee, vec![id.clone()], None, from, until);
    let drafted = town.registry.draft_agreement(&town.agency[0], new).await.unwrap();
    drafted.into_result().map_or_else(|all| all.iter().map(|one| one.code.to_string()).collect(), |_| Vec::new())
}

/// Every code of this file, each by what it is given for.
pub(super) async fn codes_of_facts_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let mut seen = BTreeSet::new();
    let city = town(&ledger, "changsha-2023").await;
    let bare = drafted(&city, "bare").await;
    seen.extend(against_agreement(&city, &bare).await);
    let barred = city.registry.put_on_negative_list(&city.regulators[0], &bare, "ground", "13").await.unwrap();
    seen.extend(refused(barred));
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let city = town(&ledger, "xianning-2025").await;
    let fund = city.resource("fund_accounts", fund_columns()).await;
    let wrong = city.registry.tell_fact(&city.source[0], &fund, told(FactKind::PriorityFields, &["航天"])).await;
    seen.extend(refused(wrong.unwrap()));
    let scenario = scenario(&city, &fund).await;
    allowed(city.registry.stop_resource(&city.source[0], &fund, Some("正在核查数据")).await.unwrap());
    seen.extend(refused(run(&city, &scenario).await));
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let district = town(&ledger, "luohu-2025").await;
    let slow = drafted(&district, "slow").await;
    let holder = district.source[0].organisation.clone();
    let entry = NewBaseEntry { id: "SZ-1".into(), title: "账户".into(), holder, update_every_days: Some(7) };
    allowed(district.registry.enter_base_entry(&district.agency[0], entry).await.unwrap());
    allowed(
        district.registry.tell_fact(&district.source[0], &slow, told(FactKind::BaseEntry, &["SZ-1"])).await.unwrap(),
    );
    seen.extend(against_agreement(&district, &slow).await);
    let mut columns = fund_columns();
    columns.push(important());
    let plain = district.resource("plain", columns).await;
    let agreement = district.agreement(std::slice::from_ref(&plain), 1).await;
    let new = district.new_scenario("储备", UseKind::Industry, &agreement, &[(&plain, &["reserve"])]);
    seen.extend(refused(district.registry.draft_scenario(&district.operator[0], new).await.unwrap()));
    let fund = district.resource("fund_accounts", fund_columns()).await;
    let scenario = self::scenario(&district, &fund).await;
    for requirement in district.registry.requirements().await.unwrap() {
        let id = &requirement.requirement.id;
        allowed(district.registry.withdraw_requirement(&district.agency[0], id).await.unwrap());
    }
    seen.extend(refused(run(&district, &scenario).await));
    seen
}

#[tokio::test]
async fn a_holder_and_an_owner_are_two_things_where_the_document_says_so_and_nobody_tells_the_owner() {
    let rows = [
        ("changsha-2023", Some("长沙市人民政府")),
        ("luohu-2025", Some("江城市住房公积金管理中心")),
        ("changsha-2026", None),
    ];
    for (code, owner) in rows {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town(&ledger, code).await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let facts = town.registry.resource_facts(&fund).await.unwrap();
        assert_eq!((facts.owner.as_deref(), facts.holder.as_str()), (owner, "江城市住房公积金管理中心"), "{code}");
        let listed = town.registry.catalog(&Page::first()).await.unwrap().items;
        assert_eq!(listed[0].owner.as_deref(), owner, "{code}");
    }
}

#[tokio::test]
async fn each_act_waits_for_the_facts_that_its_document_asks_for_and_says_which() {
    // What is asked of personal data is not asked of any other.
    let rows = [
        ("changsha-2023", fund_columns(), 4),
        ("changsha-2023", plain_columns(), 0),
        ("luohu-2025", fund_columns(), 0),
    ];
    for (code, columns, missing) in rows {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town(&ledger, code).await;
        let new = new_resource("bare", columns);
        let bare = allowed(town.registry.draft_resource(&town.source[0], new).await.unwrap());
        let codes = against_agreement(&town, &bare).await;
        assert_eq!(codes.iter().filter(|code| *code == "REG-105").count(), missing, "{code}: {codes:?}");
    }
}

fn plain_columns() -> Vec<Column> {
    vec![column("district", ColumnType::Text, ColumnClass::Plain, Mask::None)]
}

#[tokio::test]
async fn a_fact_is_told_by_its_own_department_and_the_last_one_counts() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger, "xianning-2025").await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let tell = async |actor, values: &[&str]| {
            town.registry.tell_fact(actor, &fund, told(FactKind::PriorityFields, values)).await.unwrap()
        };
        assert_eq!(refused(tell(&town.other_source[0], &["金融"]).await), ["REG-010"], "{backend}");
        assert_eq!(refused(tell(&town.operator[0], &["金融"]).await), ["REG-010", "REG-011"], "{backend}");
        allowed(tell(&town.source[0], &["金融", "住房公积金"]).await);
        allowed(tell(&town.agency[0], &["住房公积金"]).await);
        let facts = town.registry.resource_facts(&fund).await.unwrap().facts;
        let view = facts.iter().find(|view| view.fact == FactKind::PriorityFields).unwrap();
        assert_eq!(view.values.len(), 25, "{backend}: 24 fields and others");
        assert_eq!(
            view.told.as_ref().map(|fact| (fact.number, fact.told.as_slice())),
            Some((2, &["住房公积金".to_owned()][..])),
            "{backend}"
        );
        let unasked = town.registry.tell_fact(&town.source[0], &fund, told(FactKind::OpenMode, &["x"])).await;
        assert!(matches!(unasked, Err(RegistryError::Malformed { .. })), "{backend}: {unasked:?}");
    }
}

#[tokio::test]
async fn resources_and_scenarios_are_found_by_their_marks() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger, "xianning-2025").await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let scenario = scenario(&town, &fund).await;
    let livelihood = told(FactKind::PriorityCriteria, &["与民生紧密相关"]);
    allowed(town.registry.tell_fact(&town.source[0], &fund, livelihood.clone()).await.unwrap());
    assert_eq!(
        refused(town.registry.mark_scenario(&town.bank[0], &scenario, livelihood.clone()).await.unwrap()).len(),
        2
    );
    allowed(town.registry.mark_scenario(&town.operator[0], &scenario, livelihood).await.unwrap());
    let found = async |value: Option<&str>| {
        let all = town.registry.marked(value).await.unwrap();
        all.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(found(Some("与民生紧密相关")).await, [fund.to_string(), scenario.to_string()]);
    assert_eq!(found(Some("金融")).await, Vec::<String>::new());
    let not_a_mark = told(FactKind::BaseEntry, &["x"]);
    let marked = town.registry.mark_scenario(&town.operator[0], &scenario, not_a_mark).await;
    assert!(matches!(marked, Err(RegistryError::Malformed { .. })));
}

#[tokio::test]
async fn an_entry_of_the_base_catalogue_is_in_scope_excluded_or_outstanding_and_what_has_none_is_listed() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger, "xianning-2025").await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let holder = town.source[0].organisation.clone();
        for id in ["B-1", "B-2"] {
            let entry =
                NewBaseEntry { id: id.into(), title: id.into(), holder: holder.clone(), update_every_days: None };
            assert_eq!(
                refused(town.registry.enter_base_entry(&town.bank[0], entry.clone()).await.unwrap()).len(),
                2,
                "{backend}"
            );
            allowed(town.registry.enter_base_entry(&town.agency[0], entry).await.unwrap());
        }
        let states = async || {
            let lines = town.registry.inventory().await.unwrap();
            lines.into_iter().map(|line| (line.key, line.state)).collect::<Vec<_>>()
        };
        use InventoryState::{Excluded, InScope, Outstanding, Unlinked};
        let [one, two] = ["B-1", "B-2"].map(str::to_owned);
        let before = vec![(one.clone(), Outstanding), (two.clone(), Outstanding), (fund.to_string(), Unlinked)];
        assert_eq!(states().await, before, "{backend}");
        assert_eq!(town.registry.outstanding_entries().await.unwrap().len(), 2, "{backend}");
        let names = |id: &'static str| told(FactKind::BaseEntry, &[id]);
        let unknown = town.registry.tell_fact(&town.source[0], &fund, names("B-3")).await.unwrap();
        assert_eq!(refused(unknown), ["REG-106"], "{backend}");
        allowed(town.registry.tell_fact(&town.source[0], &fund, names("B-1")).await.unwrap());
        assert_eq!(states().await, [(one.clone(), InScope), (two.clone(), Outstanding)], "{backend}");
        allowed(town.registry.put_on_negative_list(&town.regulators[0], &fund, "不宜开放", "二").await.unwrap());
        assert_eq!(states().await, [(one, Excluded), (two, Outstanding)], "{backend}");
        let line = town.registry.inventory().await.unwrap().swap_remove(0);
        assert_eq!(line.ground.as_deref(), Some("不宜开放（二）"), "{backend}");
    }
}

#[tokio::test]
async fn a_department_stops_its_own_data_at_once_and_it_lives_again_when_the_stop_is_lifted() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger, "xianning-2025").await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let scenario = scenario(&town, &fund).await;
        let permit = allowed(run(&town, &scenario).await);
        let stop = async |actor, ground| town.registry.stop_resource(actor, &fund, ground).await;
        assert_eq!(
            refused(stop(&town.other_source[0], Some("不是本单位数据")).await.unwrap()),
            ["REG-010"],
            "{backend}"
        );
        allowed(stop(&town.source[0], Some("正在核查数据")).await.unwrap());
        assert!(!permit.is_live(), "{backend}: it dies with the stop");
        assert_eq!(refused(run(&town, &scenario).await), ["REG-114"], "{backend}");
        assert!(
            matches!(stop(&town.source[0], Some("再停一次")).await, Err(RegistryError::Conflict { .. })),
            "{backend}"
        );
        assert_eq!(refused(stop(&town.agency[0], None).await.unwrap()).len(), 2, "{backend}: its own to lift");
        allowed(stop(&town.source[1], None).await.unwrap());
        allowed(run(&town, &scenario).await);
    }
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger, "changsha-2026").await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let asked = town.registry.stop_resource(&town.source[0], &fund, Some("这里没有这项权利")).await;
    assert!(matches!(asked, Err(RegistryError::Malformed { .. })), "another document gives no such right: {asked:?}");
}

#[tokio::test]
async fn what_is_agreed_for_a_field_takes_both_consents_and_opens_to_its_uses_only() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger, "luohu-2025").await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let scenario = scenario(&town, &fund).await;
        let permit = allowed(run(&town, &scenario).await);
        let made = town.registry.requirements().await.unwrap().swap_remove(0).requirement.id;
        allowed(town.registry.withdraw_requirement(&town.source[0], &made).await.unwrap());
        assert!(!permit.is_live(), "{backend}: what was agreed no longer is");
        assert_eq!(refused(run(&town, &scenario).await), ["REG-111"], "{backend}");
        let new = |uses: Vec<UseKind>| NewRequirement {
            field: "住房".into(),
            resources: vec![fund.clone()],
            uses,
            scope: "只用于核验".into(),
            security: "只出统计结果".into(),
            document_digest: digest(&ledger, "requirement"),
        };
        for bare in [
            NewRequirement { resources: Vec::new(), ..new(vec![UseKind::Industry]) },
            NewRequirement { scope: " ".into(), ..new(vec![UseKind::Industry]) },
            NewRequirement { security: String::new(), ..new(vec![UseKind::Industry]) },
            new(Vec::new()),
        ] {
            let proposed = town.registry.propose_requirement(&town.agency[0], bare).await;
            assert!(matches!(proposed, Err(RegistryError::Malformed { .. })), "{backend}: {proposed:?}");
        }
        let other = town.registry.propose_requirement(&town.other_source[0], new(vec![UseKind::Industry])).await;
        assert_eq!(refused(other.unwrap()), ["REG-010"], "{backend}");
        let narrow = new(vec![UseKind::PublicWelfare]);
        let narrow = allowed(town.registry.propose_requirement(&town.agency[0], narrow).await.unwrap());
        let state = async |id: &shuyu_model::id::RequirementId| {
            let all = town.registry.requirements().await.unwrap();
            let one = all.into_iter().find(|one| one.requirement.id == *id).unwrap();
            (one.state, one.waits_for)
        };
        let waits = vec!["江城市住房公积金管理中心".to_owned()];
        assert_eq!(state(&narrow).await, (RequirementState::Proposed, waits), "{backend}: one alone agrees on nothing");
        allowed(town.registry.consent_to_requirement(&town.source[0], &narrow).await.unwrap());
        assert_eq!(state(&narrow).await, (RequirementState::InForce, Vec::new()), "{backend}");
        assert_eq!(refused(run(&town, &scenario).await), ["REG-111"], "{backend}: for another use than is agreed");
        let wide = new(vec![UseKind::Industry]);
        let wide = allowed(town.registry.propose_requirement(&town.source[0], wide).await.unwrap());
        assert_eq!(refused(run(&town, &scenario).await), ["REG-111"], "{backend}: the agency has not agreed");
        allowed(town.registry.consent_to_requirement(&town.agency[0], &wide).await.unwrap());
        allowed(run(&town, &scenario).await);
    }
}

#[tokio::test]
async fn an_interval_longer_than_the_entrys_is_refused() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger, "luohu-2025").await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let scenario = scenario(&town, &fund).await;
    allowed(run(&town, &scenario).await);
    let holder = town.source[0].organisation.clone();
    for (days, expected) in [(30, None), (7, Some("REG-107"))] {
        // The resource is promised every 30 days.
        let id = format!("SZ-{days}");
        let entry = NewBaseEntry {
            id: id.clone(),
            title: "账户".into(),
            holder: holder.clone(),
            update_every_days: Some(days),
        };
        allowed(town.registry.enter_base_entry(&town.agency[0], entry).await.unwrap());
        allowed(town.registry.tell_fact(&town.source[0], &fund, told(FactKind::BaseEntry, &[&id])).await.unwrap());
        let codes = run(&town, &scenario).await.into_result().err();
        let codes = codes.map(|all| all.iter().map(|one| one.code.to_string()).collect::<Vec<_>>());
        let against = codes.as_ref().and_then(|codes| codes.first()).map(String::as_str);
        assert_eq!(against, expected, "{days} days");
    }
}

#[tokio::test]
async fn important_data_without_a_mask_is_not_authorised() {
    for (code, expected) in [
        ("changsha-2026", vec!["REG-112"]),
        ("luohu-2025", vec!["REG-112"]),
        ("changchun-2025", vec!["REG-112"]),
        ("xianning-2025", vec![]),
    ] {
        for (mask, is_bare) in [(Mask::None, true), (Mask::Bucket { width: 100 }, false)] {
            let (ledger, _folder) = sqlite(CryptoProfile::International).await;
            let town = town(&ledger, code).await;
            let mut columns = fund_columns();
            columns.push(Column { mask, ..important() });
            let id = town.resource("reserves", columns).await;
            let expected = if is_bare { expected.clone() } else { vec![] };
            let agreement = town.agreement(std::slice::from_ref(&id), 1).await;
            let new = town.new_scenario("储备", UseKind::Industry, &agreement, &[(&id, &["reserve"])]);
            let drafted = town.registry.draft_scenario(town.drafter(), new).await.unwrap();
            let codes = drafted.into_result().err().map(|all| all.iter().map(|one| one.code.to_string()).collect());
            let codes: Vec<String> = codes.unwrap_or_default();
            assert_eq!(codes, expected, "{code}");
        }
    }
}

#[tokio::test]
async fn where_the_document_names_who_decides_the_bureau_bars_nothing_by_itself() {
    for (code, expected) in [("changsha-2023", Some("REG-115")), ("changsha-2026", None)] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town(&ledger, code).await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let barred = town.registry.put_on_negative_list(&town.regulators[0], &fund, "不宜开放", "13").await.unwrap();
        let codes =
            barred.into_result().err().map(|all| all.iter().map(|one| one.code.to_string()).collect::<Vec<_>>());
        assert_eq!(codes.as_ref().and_then(|codes| codes.first()).map(String::as_str), expected, "{code}");
        let is_barred = town.registry.resource(&fund).await.unwrap().unwrap().barred.is_some();
        assert_eq!(is_barred, expected.is_none(), "{code}");
    }
}

#[tokio::test]
async fn a_department_takes_over_no_entry_of_anothers_and_sets_no_interval() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger, "luohu-2025").await;
        let enter = async |actor: &shuyu_model::Actor, holder: &shuyu_model::Actor, days: Option<u16>| {
            let (id, title) = ("SZ-1".to_owned(), "账户".to_owned());
            let entry = NewBaseEntry { id, title, holder: holder.organisation.clone(), update_every_days: days };
            town.registry.enter_base_entry(actor, entry).await.unwrap()
        };
        let (own, other) = (&town.source[0], &town.other_source[0]);
        assert_eq!(refused(enter(own, own, Some(7)).await), ["REG-011"], "{backend}: the agency sets the interval");
        allowed(enter(&town.agency[0], own, Some(7)).await);
        assert_eq!(refused(enter(other, other, None).await), ["REG-010"], "{backend}: it is another's");
        assert_eq!(refused(enter(own, own, Some(90)).await), ["REG-011"], "{backend}");
        allowed(enter(own, own, None).await);
        let known = town.registry.world().await.unwrap().base["SZ-1"].clone();
        assert_eq!((known.holder, known.update_every_days), (own.organisation.clone(), Some(7)), "{backend}");
        allowed(enter(&town.agency[0], other, Some(30)).await);
    }
}
