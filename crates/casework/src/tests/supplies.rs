//! Data that comes late or does not pass its check, demands that wait for it, and the
//! lists of work that show both.

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::CryptoProfile;
use shuyu_model::id::OrganisationId;
use shuyu_model::matter::MatterKind;
use shuyu_registry::testing::{allowed, refused};
use shuyu_registry::{CatalogueKind, NewBaseEntry, NewCatalogue, Page};

use super::desk::{Desk, desk};
use super::shipped_matters::desk_under;
use crate::matter::Facts;
use crate::{CaseworkError, MatterMove, NewMatter, Obligation, ObligationKind, ObligationState};

fn later(ledger: &Ledger, days: i64) {
    ledger.clock().advance_to(ledger.now().plus_days(days)).unwrap();
}

async fn owed(desk: &Desk, viewer: &shuyu_model::Actor, kind: ObligationKind) -> Vec<Obligation> {
    let all = desk.office.casework.obligations(viewer, &Page::first()).await.unwrap().items;
    all.into_iter().filter(|owed| owed.kind == kind).collect()
}

/// What speaks against the moves of this file, each alone.
pub(super) async fn codes_of_supplies() -> Vec<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let town = &desk.office.town;
    let issue = desk.open(&town.operator[0], MatterKind::QualityIssue, desk.fund.as_str()).await;
    desk.moves(&town.agency[0], &issue, "assign").await;
    desk.moves(&town.source[0], &issue, "fix").await;
    let mut seen = desk.may_not(&town.agency[1], &issue, "confirm").await;
    seen.extend(refused(supplies(&desk, "aggregation").await));
    seen
}

/// Opens a demand of this kind, puts it to the department and lets it supply.
async fn supplies(desk: &Desk, request: &str) -> shuyu_model::Verdict<String> {
    let town = &desk.office.town;
    let mut new = desk.prepared(MatterKind::DataDemand, desk.scenario.as_str());
    new.facts.insert("request".into(), request.into());
    let id = allowed(desk.office.casework.open_matter(&town.operator[0], new).await.unwrap());
    desk.moves(&town.agency[0], &id, "put").await;
    let supply = desk.complete(&id, "supply").await;
    desk.attempt(&town.source[0], &id, supply).await
}

#[tokio::test]
async fn a_quality_issue_ends_only_with_a_check_that_passed_after_it_was_fixed() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let issue = desk.open(&town.operator[0], MatterKind::QualityIssue, desk.fund.as_str()).await;
        desk.moves(&town.agency[0], &issue, "assign").await;
        town.landed(&desk.fund, 1000).await;
        later(&ledger, 1);
        desk.moves(&town.source[0], &issue, "fix").await;
        let agency = &town.agency[1];
        assert_eq!(desk.may_not(agency, &issue, "confirm").await, ["CAS-136"], "{backend}: landed before the fix");
        later(&ledger, 1);
        town.landed(&desk.fund, 949).await;
        assert_eq!(desk.may_not(agency, &issue, "confirm").await, ["CAS-136"], "{backend}: the check failed");
        town.landed(&desk.fund, 950).await;
        let confirm = desk.complete(&issue, "confirm").await;
        assert_eq!(allowed(desk.attempt(agency, &issue, confirm).await), "confirmed", "{backend}");
    }
}

#[tokio::test]
async fn an_aggregation_is_supplied_once_data_has_landed_and_other_demands_wait_for_none() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    desk.office.town.landed(&desk.fund, 1000).await;
    later(&ledger, 1);
    assert_eq!(refused(supplies(&desk, "aggregation").await), ["CAS-135"], "what came before does not count");
    assert_eq!(allowed(supplies(&desk, "data").await), "supplied");
    let town = &desk.office.town;
    let mut new = desk.prepared(MatterKind::DataDemand, desk.scenario.as_str());
    new.facts.insert("request".into(), "aggregation".into());
    let id = allowed(desk.office.casework.open_matter(&town.operator[0], new).await.unwrap());
    desk.moves(&town.agency[0], &id, "put").await;
    later(&ledger, 1);
    town.landed(&desk.fund, 1000).await;
    assert_eq!(desk.moves(&town.source[0], &id, "supply").await, "supplied");
}

#[tokio::test]
async fn a_promised_update_is_owed_by_its_day_and_becomes_overdue() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger as &Ledger, "luohu-2025").await;
        let town = &desk.office.town;
        let day = |days: i64| ledger.now().plus_days(days).day();
        let mut expected = (day(30), ObligationState::Open);
        for viewer in [&town.source[0], &town.agency[0]] {
            let update = owed(&desk, viewer, ObligationKind::Update).await;
            assert_eq!(update.iter().map(|one| (one.due_day, one.state)).collect::<Vec<_>>(), [expected], "{backend}");
            assert_eq!(update[0].clause, "luohu-2025 五(三)", "{backend}");
        }
        assert!(owed(&desk, &town.other_source[0], ObligationKind::Update).await.is_empty(), "{backend}");
        later(&ledger, 31);
        expected.1 = ObligationState::Overdue;
        let update = owed(&desk, &town.source[0], ObligationKind::Update).await;
        assert_eq!((update[0].due_day, update[0].state), expected, "{backend}");
        let work = desk.office.casework.work(&town.source[0]).await.unwrap();
        assert!(work[0].is_overdue && work[0].landed_on.is_none(), "{backend}: {work:?}");
        town.landed(&desk.fund, 990).await;
        let update = owed(&desk, &town.source[0], ObligationKind::Update).await;
        assert_eq!((update[0].due_day, update[0].state), (ledger.now().plus_days(30).day(), ObligationState::Open));
        let work = desk.office.casework.work(&town.source[0]).await.unwrap();
        assert_eq!((work[0].accuracy, work[0].completeness, work[0].is_overdue), (Some(990), Some(1000), false));
    }
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    assert!(owed(&desk, &desk.office.town.agency[0], ObligationKind::Update).await.is_empty(), "not asked for there");
}

#[tokio::test]
async fn the_next_catalogue_and_entries_that_nothing_stands_for_are_owed() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let town = &desk.office.town;
    let bureau = &town.regulators[0];
    let catalogue = owed(&desk, bureau, ObligationKind::Catalogue).await;
    assert_eq!(catalogue.iter().map(|one| one.by.clone()).collect::<Vec<_>>(), [["regulator"]]);
    let holder = town.source[0].organisation.clone();
    let entry =
        NewBaseEntry { id: "B-1".into(), title: "缴存".into(), holder: holder.clone(), update_every_days: None };
    allowed(town.registry.enter_base_entry(&town.agency[0], entry).await.unwrap());
    let entries = owed(&desk, &town.source[0], ObligationKind::Entry).await;
    assert_eq!(
        entries.iter().map(|one| (one.about.as_str(), one.organisation.clone())).collect::<Vec<_>>(),
        [("B-1", Some(holder))]
    );
    assert_eq!(entries[0].clause, "changsha-2026 setting");
}

#[tokio::test]
async fn a_department_sees_its_own_work_and_who_supervises_sees_all() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let town = &desk.office.town;
    let issue = desk.open(&town.operator[0], MatterKind::QualityIssue, desk.fund.as_str()).await;
    let casework = &desk.office.casework;
    let own = casework.work(&town.source[0]).await.unwrap();
    assert_eq!((own.len(), own[0].quality_issues.as_slice()), (1, &[issue][..]));
    assert!(casework.work(&town.other_source[0]).await.unwrap().is_empty());
    assert_eq!(casework.work(&town.agency[0]).await.unwrap().len(), 1);
    assert!(casework.work(&town.bank[0]).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_demanded_of_a_department_and_of_those_under_it_is_summed_up() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let town = &desk.office.town;
    allowed(supplies(&desk, "data").await);
    let id = desk.open(&town.operator[0], MatterKind::DataDemand, desk.scenario.as_str()).await;
    desk.moves(&town.agency[0], &id, "put").await;
    let sums = async |viewer| {
        let tasks = desk.office.casework.supply_tasks(viewer).await.unwrap();
        tasks
            .into_iter()
            .map(|one| (one.put, one.supplied, one.outstanding, one.resources, one.demands))
            .collect::<Vec<_>>()
    };
    assert_eq!(sums(&town.source[0]).await, [(2, 1, 1, 1, vec![id.clone()])]);
    assert_eq!(sums(&town.other_source[0]).await, [(0, 0, 0, 0, vec![])]);
    assert_eq!(sums(&town.agency[0]).await.len(), 2, "every department's");
    // An institution that a department owns is a line of that department's list.
    let department = &town.source[0].organisation;
    let other = &town.other_source[0].organisation;
    let owned = town.registry.set_owners(&town.admins[0], other, vec![department.clone()]).await.unwrap();
    allowed(owned);
    let tasks = desk.office.casework.supply_tasks(&town.source[0]).await.unwrap();
    // Departments come by their ids, which one moment makes in any order.
    let under = |of: &OrganisationId| tasks.iter().find(|one| one.organisation == *of).map(|one| one.under.len());
    assert_eq!((tasks.len(), under(department), under(other)), (2, Some(0), Some(1)));
}

#[tokio::test]
async fn an_entity_enters_a_demand_that_the_operator_lists_and_a_catalogue_answers() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger as &Ledger, "xianning-2025").await;
    let town = &desk.office.town;
    let bank = &town.bank[0];
    let bare = Facts::from([("request".into(), "data".into()), ("demand".into(), "需要缴存数据".into())]);
    let prepared = desk.prepared(MatterKind::DataDemand, bank.organisation.as_str());
    let opened = desk.office.casework.open_matter(bank, NewMatter { facts: bare, ..prepared.clone() }).await.unwrap();
    assert_eq!(refused(opened), ["CAS-027"], "scenario and data items are missing");
    let id = allowed(desk.office.casework.open_matter(bank, prepared).await.unwrap());
    for (viewer, lines) in [(&town.operator[0], 1), (bank, 1), (&town.agency[0], 1), (&town.other_source[0], 0)] {
        let demands = desk.office.casework.demands(viewer).await.unwrap();
        assert_eq!(demands.len(), lines);
        assert!(demands.iter().all(|line| line.scenario.is_some() && line.data_items.is_some()), "{demands:?}");
    }
    let new =
        |id: &shuyu_model::id::MatterId| NewCatalogue { kind: CatalogueKind::Operating, demands: vec![id.clone()] };
    let version = allowed(desk.office.casework.compile_catalogue(&town.agency[0], new(&id)).await.unwrap());
    assert_eq!(town.registry.catalogue(&version).await.unwrap().unwrap().demands, std::slice::from_ref(&id));
    let other = desk.open(&town.agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
    let compiled = desk.office.casework.compile_catalogue(&town.agency[0], new(&other)).await;
    assert!(matches!(compiled, Err(CaseworkError::Malformed { .. })), "no demand: {compiled:?}");
    let late = MatterMove { cites: vec![desk.fund.to_string()], ..desk.complete(&id, "put").await };
    assert_eq!(allowed(desk.attempt(&town.agency[0], &id, late).await), "put");
}
