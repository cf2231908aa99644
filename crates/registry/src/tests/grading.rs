//! Rules of grading: who sets them, and that a column below them is used by nobody.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::ledgers;
use shuyu_model::id::{ResourceId, ScenarioId};
use shuyu_model::{ColumnClass, Grade, UseKind};

use crate::testing::{Town, allowed, digest, fund_columns, refused, regime_of, town_under};
use crate::{Act, NewGradingRules, Registry, RegistryError, Scope};

async fn ready(ledger: &Ledger, code: &str) -> (Town, ResourceId, ScenarioId) {
    let town = town_under(ledger, regime_of(ledger, code)).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
    let scenario = town.scenario("公积金核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
    (town, fund, scenario)
}

fn at_least(ledger: &Ledger, class: ColumnClass, grade: Grade) -> NewGradingRules {
    NewGradingRules { grade_min: BTreeMap::from([(class, grade)]), document_digest: digest(ledger, "rules") }
}

#[tokio::test]
async fn the_agency_alone_sets_the_rules_of_grading_and_a_column_below_them_is_not_used() {
    for (backend, ledger, _folder) in ledgers().await {
        let (town, fund, scenario) = ready(&ledger, "luohu-2025").await;
        let registry = &town.registry;
        let columns = registry.resource(&fund).await.unwrap().unwrap().columns.clone();
        let balance = columns.iter().find(|column| column.name == "balance").unwrap();
        let scope = Scope::of(scenario);
        let asks = async || registry.permit(&town.operator[0], Act::Compute, &scope).await.unwrap();
        let permit = allowed(asks().await);
        let high = at_least(&ledger, balance.class, Grade::Important);
        for other in [&town.regulators[0], &town.source[0], &town.operator[0]] {
            assert_eq!(refused(registry.set_grading_rules(other, high.clone()).await.unwrap()), ["REG-011"]);
        }
        let same = at_least(&ledger, balance.class, balance.grade.unwrap());
        assert_eq!(allowed(registry.set_grading_rules(&town.agency[0], same).await.unwrap()), 1, "{backend}");
        let _ = allowed(asks().await);
        assert_eq!(allowed(registry.set_grading_rules(&town.agency[0], high).await.unwrap()), 2, "{backend}");
        assert!(!permit.is_live(), "{backend}: it counts at once");
        assert_eq!(refused(asks().await), ["REG-138"], "{backend}");
        let again = Registry::new(ledger.clone(), registry.regime_arc());
        assert_eq!(refused(again.permit(&town.operator[0], Act::Compute, &scope).await.unwrap()), ["REG-138"]);
        let known = registry.grading_rules().await.unwrap();
        assert_eq!(known.iter().map(|rules| rules.version).collect::<Vec<_>>(), [1, 2], "{backend}: both are kept");
        let empty = NewGradingRules { grade_min: BTreeMap::new(), document_digest: digest(&ledger, "rules") };
        let told = registry.set_grading_rules(&town.agency[0], empty).await;
        assert!(matches!(told, Err(RegistryError::Malformed { .. })), "{backend}");
    }
}

#[tokio::test]
async fn where_the_document_names_nobody_there_are_no_rules_of_grading() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let (town, ..) = ready(&ledger, "changsha-2026").await;
    let told = town.registry.set_grading_rules(&town.agency[0], at_least(&ledger, ColumnClass::Plain, Grade::L2)).await;
    assert!(matches!(told, Err(RegistryError::Malformed { .. })), "{told:?}");
}

/// REG-138, for `every_code_is_given_somewhere`.
pub(super) async fn codes_of_low_grades() -> BTreeSet<String> {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let (town, _, scenario) = ready(&ledger, "luohu-2025").await;
    let mut seen = BTreeSet::new();
    for class in [ColumnClass::Sensitive, ColumnClass::Plain] {
        let rules = at_least(&ledger, class, Grade::Core);
        allowed(town.registry.set_grading_rules(&town.agency[0], rules).await.unwrap());
        let asked = town.registry.permit(&town.operator[0], Act::Compute, &Scope::of(scenario.clone())).await.unwrap();
        seen.extend(
            asked
                .into_result()
                .err()
                .into_iter()
                .flat_map(|r| r.iter().map(|r| r.code.to_string()).collect::<Vec<_>>()),
        );
    }
    seen
}
