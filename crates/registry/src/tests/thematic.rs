//! Thematic databases: built on an order, measured at both ends, read by one operator.

use std::collections::BTreeSet;

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{OrderId, ThematicId};
use shuyu_model::{CryptoProfile, UseKind};

use crate::testing::{Town, allowed, digest, fund_columns, refused, regime_of, town_under};
use crate::{ComputedTable, GovernanceKind, GovernanceStep, Measured, NewThematicDatabase, Page, RegistryError};

/// A processor with an order that it has taken.
async fn ordered(ledger: &Ledger) -> (Town, OrderId) {
    let town = town_under(ledger, regime_of(ledger, "changsha-2023")).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
    let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["district"])]).await;
    let processing = town.processing(std::slice::from_ref(&fund)).await;
    let order = town.order(&scenario, &processing, &["report"]).await;
    (town, order)
}

fn measured(rows: u64, bad: u64, nulls: u64) -> Measured {
    Measured { rows, bad, nulls }
}

fn steps(end: u64) -> Vec<GovernanceStep> {
    let (what, middle) = ("按统一社会信用代码".to_owned(), measured(95, 2, 5));
    let one = |kind, before, after| GovernanceStep { kind, what: what.clone(), before, after };
    vec![
        one(GovernanceKind::Deduplicate, measured(100, 7, 9), middle),
        one(GovernanceKind::Aggregate, middle, measured(end, 0, 0)),
    ]
}

fn computed(ledger: &Ledger, order: Option<&OrderId>) -> ComputedTable {
    ComputedTable {
        candidate: ledger.new_id(),
        order: order.cloned(),
        digest: digest(ledger, "table"),
        rows: 3,
        sources: Vec::new(),
        rows_read: 100,
        bad_read: 7,
    }
}

async fn begun(town: &Town, order: &OrderId) -> ThematicId {
    let new = NewThematicDatabase { title: "公积金专题库".into(), order: order.clone() };
    allowed(town.registry.begin_thematic(&town.processor[0], new).await.unwrap())
}

/// REG-103 and REG-104, each given here.
pub(super) async fn codes_of_thematic_databases_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let (town, order) = ordered(&ledger).await;
    let id = begun(&town, &order).await;
    let other = computed(&ledger, None);
    let refused =
        refused(town.registry.enter_thematic_version(&town.processor[0], &id, other, steps(4)).await.unwrap());
    refused.into_iter().collect()
}

#[tokio::test]
async fn a_version_is_what_was_computed_on_the_order_and_its_steps_lead_there() {
    for (backend, ledger, _folder) in ledgers().await {
        let (town, order) = ordered(&ledger).await;
        let (registry, processor) = (&town.registry, &town.processor[0]);
        let new = NewThematicDatabase { title: "公积金专题库".into(), order: order.clone() };
        let by_operator = registry.begin_thematic(&town.operator[0], new).await.unwrap();
        assert!(refused(by_operator).contains(&"REG-103".to_owned()), "{backend}");
        let id = begun(&town, &order).await;
        let enter = async |computed, steps| registry.enter_thematic_version(processor, &id, computed, steps).await;
        let elsewhere = enter(computed(&ledger, None), steps(3)).await.unwrap();
        assert_eq!(refused(elsewhere), ["REG-103"], "{backend}: not computed on this order");
        let other_end = enter(computed(&ledger, Some(&order)), steps(4)).await.unwrap();
        assert_eq!(refused(other_end), ["REG-104"], "{backend}: the platform counted three rows");
        let mut torn = steps(3);
        torn[1].before.bad = 1;
        let torn = enter(computed(&ledger, Some(&order)), torn).await;
        assert!(matches!(torn, Err(RegistryError::Malformed { .. })), "{backend}: {torn:?}");
        let first = computed(&ledger, Some(&order));
        assert_eq!(allowed(enter(first.clone(), steps(3)).await.unwrap()), 1, "{backend}");
        let again = enter(first, steps(3)).await;
        assert!(matches!(again, Err(RegistryError::Conflict { .. })), "{backend}: {again:?}");
        assert_eq!(allowed(enter(computed(&ledger, Some(&order)), steps(3)).await.unwrap()), 2, "{backend}");
        let kept = registry.thematic(processor, &id).await.unwrap().unwrap();
        assert_eq!((kept.versions.len(), kept.versions[0].steps.clone(), kept.versions[0].rows), (2, steps(3), 3));
        assert_eq!(kept.order, order, "{backend}");
    }
}

#[tokio::test]
async fn its_interface_is_one_operators_and_closed_until_it_is_opened() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let (town, order) = ordered(&ledger).await;
    let registry = &town.registry;
    let id = begun(&town, &order).await;
    let operator = &town.operator[0];
    assert!(registry.thematic(operator, &id).await.unwrap().is_none(), "not opened yet");
    assert_eq!(refused(registry.open_thematic_interface(operator, &id).await.unwrap()), ["REG-103"]);
    allowed(registry.open_thematic_interface(&town.processor[0], &id).await.unwrap());
    assert!(registry.open_thematic_interface(&town.processor[0], &id).await.is_err(), "it is open");
    assert!(registry.thematic(operator, &id).await.unwrap().is_some());
    for nobody in [&town.other_operator[0], &town.bank[0], &town.source[0]] {
        assert!(registry.thematic(nobody, &id).await.unwrap().is_none(), "{nobody:?}");
        assert_eq!(registry.thematics(nobody, &Page::first()).await.unwrap().total, 0);
    }
    assert_eq!(registry.thematics(&town.regulators[0], &Page::first()).await.unwrap().total, 1);
}
