//! Own tables: who may bring one, who computes with it, and when it is gone; and
//! entities that redevelop inside.

use std::collections::BTreeSet;
use std::sync::Arc;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::ScenarioId;
use shuyu_model::{Actor, ColumnClass, ColumnType, CryptoProfile, Mask, Regime, UseKind, Verdict};

use crate::testing::{Town, allowed, column, fund_columns, refused, regime_of, town_under};
use crate::{Act, NewOwnTable, OWN_TABLES_MAX, Page, Permit, RegistryError, Scope, rules};

struct Set {
    town: Town,
    scenario: ScenarioId,
}

async fn set(ledger: &shuyu_ledger::Ledger, regime: Arc<Regime>) -> Set {
    let town = town_under(ledger, regime).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
    let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["id_card", "balance"])]).await;
    Set { town, scenario }
}

impl Set {
    async fn compute(&self, who: &Actor) -> Verdict<Permit> {
        self.town.registry.permit(who, Act::Compute, &Scope::of(self.scenario.clone())).await.unwrap()
    }

    async fn tables(&self, who: &Actor) -> Vec<(String, bool)> {
        let permit = allowed(self.compute(who).await);
        permit.tables().iter().map(|table| (table.name.clone(), table.is_own)).collect()
    }

    fn table(&self, name: &str) -> NewOwnTable {
        let mut id_card = column("id_card", ColumnType::Text, ColumnClass::DirectIdentifier, Mask::Pseudonym);
        id_card.is_entity = true;
        NewOwnTable {
            scenario: self.scenario.clone(),
            name: name.into(),
            title: "客户名单".into(),
            origin: "本公司客户, 依合同收集".into(),
            origin_digest: crate::testing::digest(self.town.ledger(), "contract"),
            columns: vec![id_card, column("limit", ColumnType::Integer, ColumnClass::Plain, Mask::None)],
        }
    }
}

#[tokio::test]
async fn an_operator_computes_with_what_it_brought_until_it_withdraws_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, regime_of(&ledger, "changchun-2025")).await;
        let (registry, operator) = (&set.town.registry, &set.town.operator[0]);
        let before = allowed(set.compute(operator).await);
        let id = allowed(registry.declare_own_table(operator, set.table("clients")).await.unwrap());
        assert!(before.is_live(), "what somebody brings ends nobody's permit");
        let both = [("fund_accounts".to_owned(), false), ("clients".to_owned(), true)];
        assert_eq!(set.tables(operator).await, both, "{backend}");
        let permit = allowed(set.compute(operator).await);
        assert_eq!(permit.tables()[1].entity.as_ref().map(|column| column.name.as_str()), Some("id_card"));
        // The whole of a scenario is asked for; whoever names columns gets those alone.
        let narrow = Scope::of(set.scenario.clone()).columns(vec![(id.clone(), vec!["limit".into()])]);
        assert_eq!(refused(registry.permit(operator, Act::Compute, &narrow).await.unwrap()), ["REG-009"]);

        // Another operator has no business with it, and cannot see it either.
        let other = &set.town.other_operator[0];
        assert_eq!(refused(registry.withdraw_own_table(other, &id, "x").await.unwrap()), ["REG-010"]);
        assert!(registry.own_table(other, &id).await.unwrap().is_none());
        assert!(registry.own_table(&set.town.agency[0], &id).await.unwrap().is_some());
        let page = Page { after: None, items_max: 10 };
        assert_eq!(registry.own_tables(other, None, &page).await.unwrap().total, 0);
        assert_eq!(registry.own_tables(operator, Some(&set.scenario), &page).await.unwrap().total, 1);
        assert_eq!(registry.table(&id).await.unwrap().map(|(owner, _)| owner), Some(operator.organisation.clone()));

        for _ in 0..2 {
            allowed(registry.withdraw_own_table(operator, &id, "不再使用").await.unwrap());
        }
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(set.tables(operator).await, both[..1], "{backend}");
        assert_eq!(registry.table(&id).await.unwrap(), None);
        // Opened again, the registry knows the same.
        let again = crate::Registry::new(ledger.clone(), registry.regime_arc());
        let known = again.own_table(operator, &id).await.unwrap().unwrap();
        assert_eq!(known.withdrawn_ground.as_deref(), Some("不再使用"), "{backend}");
    }
}

#[tokio::test]
async fn an_entity_computes_inside_where_the_document_says_so_under_its_agreement_and_with_its_own_tables() {
    for code in rules::codes() {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let set = set(&ledger, regime_of(&ledger, code)).await;
        let (registry, bank) = (&set.town.registry, &set.town.bank[0]);
        let inside = registry.regime().workroom.entities_compute.value;
        assert_eq!(inside, ["changchun-2025", "luohu-2025"].contains(&code), "{code}");
        let without = refused(set.compute(bank).await);
        if !inside {
            assert!(without.contains(&"REG-011".to_owned()), "{code}: {without:?}");
            continue;
        }
        assert!(without.contains(&"REG-012".to_owned()) && !without.contains(&"REG-011".to_owned()), "{without:?}");
        assert!(
            refused(registry.declare_own_table(bank, set.table("clients")).await.unwrap()).contains(&"REG-012".into())
        );
        let development = set.town.development(&bank.organisation, &set.scenario).await;
        allowed(registry.declare_own_table(bank, set.table("clients")).await.unwrap());
        let permit = allowed(set.compute(bank).await);
        assert_eq!(permit.development_agreement(), Some(&development), "{code}");
        let names: Vec<&str> = permit.tables().iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["fund_accounts", "clients"], "{code}");
        // Whose it is computes with it, and nobody else.
        let own = [("fund_accounts".to_owned(), false)];
        assert_eq!(set.tables(&set.town.operator[0]).await, own, "{code}");
        // The agreement's end is the end of computing inside.
        allowed(registry.terminate_agreement(&set.town.operator[0], &development, "breach").await.unwrap());
        assert!(!permit.is_live(), "{code}");
        assert!(refused(set.compute(bank).await).contains(&"REG-012".to_owned()), "{code}");
        // A firm of the operator's own is no entity here, where the document says so.
        let told = refused(set.compute(&set.town.affiliate[0]).await);
        let is_barred = registry.regime().agreement.operator_may_not_redevelop.value;
        assert_eq!(told.contains(&"REG-020".to_owned()), is_barred, "{code}: {told:?}");
    }
}

#[tokio::test]
async fn a_table_has_a_name_of_its_own_an_origin_and_graded_columns() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let set = set(&ledger, regime_of(&ledger, "changchun-2025")).await;
    let (registry, operator) = (&set.town.registry, &set.town.operator[0]);
    let told =
        registry.declare_own_table(operator, set.table("fund_accounts")).await.err().map(|error| error.to_string());
    assert!(told.as_deref().unwrap_or_default().contains("is taken"), "{told:?}");
    let mut bad = set.table("Clients");
    bad.origin = " ".into();
    bad.columns.clear();
    let told = registry.declare_own_table(operator, bad).await;
    let Err(RegistryError::Malformed { faults }) = told else { panic!("{told:?}") };
    assert_eq!(faults.len(), 3, "{faults:?}");
    for n in 0..OWN_TABLES_MAX {
        allowed(registry.declare_own_table(operator, set.table(&format!("t{n}"))).await.unwrap());
    }
    let told = registry.declare_own_table(operator, set.table("one_more")).await;
    assert!(matches!(told, Err(RegistryError::Conflict { .. })), "{told:?}");
}

#[tokio::test]
async fn data_that_is_not_public_is_let_in_by_the_rules_alone() {
    assert!(codes_of_own_tables_with_every_fault().await.contains("REG-135"));
}

/// The codes of an own table that everything speaks against.
pub(super) async fn codes_of_own_tables_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let mut regime = Regime::clone(&regime_of(&ledger, "changchun-2025"));
    regime.workroom.own_data.value = false;
    let set = set(&ledger, Arc::new(regime)).await;
    let mut new = set.table("clients");
    new.columns[0].grade = None;
    new.columns[1].grade = Some(shuyu_model::Grade::Core);
    let codes = refused(set.town.registry.declare_own_table(&set.town.bank[0], new).await.unwrap());
    for code in ["REG-002", "REG-003", "REG-012", "REG-135"] {
        assert!(codes.iter().any(|told| told == code), "{code} is missing from {codes:?}");
    }
    codes.into_iter().collect()
}
