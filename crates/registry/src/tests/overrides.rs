//! Rules of a higher level that set a value anew, and districts that narrow one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::regime::{Procedure, ProcedureKind};
use shuyu_model::{CryptoProfile, Day};

use crate::testing::{Town, allowed, digest, fund_columns, refused, regime_of, town_under};
use crate::{AgreementKind, NewDistrictScheme, NewOverride, Registry, RegistryError, enact};

fn new(ledger: &Ledger, key: &str, value: impl Into<Value>, first_day: Day) -> NewOverride {
    NewOverride {
        key: key.into(),
        value: value.into(),
        issuer: "广东省政务服务和数据管理局".into(),
        rule: "粤数〔2026〕3号 第五条".into(),
        first_day,
        document: digest(ledger, "higher rule"),
    }
}

/// What speaks against an agreement of so many years from today, by code and clause.
async fn against_years(town: &Town, years: i64) -> Vec<(String, String)> {
    let resource = town.registry.resources(&crate::Page::first()).await.unwrap().items[0].id.clone();
    let from = town.ledger().now().day();
    let until = from.saturating_add(jiff::Span::new().years(years)).saturating_sub(jiff::Span::new().days(1));
    let grantee = town.operator[0].organisation.clone();
    let mut new = town.new_agreement(AgreementKind::Operator, grantee, vec![resource], None, from, until);
    new.term_reason = None;
    let drafted = town.registry.draft_agreement(&town.agency[0], new).await.unwrap().into_result();
    let told = |reasons: shuyu_model::Reasons| {
        reasons.iter().map(|reason| (reason.code.to_string(), reason.clause.clone())).collect()
    };
    drafted.map_or_else(told, |_| Vec::new())
}

pub(super) async fn codes_of_overrides_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "changsha-2026")).await;
    let one = new(&ledger, "agreement.years_max", 2, ledger.now().day());
    let mut seen: BTreeSet<String> =
        refused(town.registry.enter_override(&town.regulators[0], one).await.unwrap()).into_iter().collect();
    let (registry, agency) = (&town.registry, &town.agency[0]);
    allowed(registry.place_in_district(&town.admins[0], &agency.organisation, &agency.organisation).await.unwrap());
    seen.extend(refused(registry.draft_district_scheme(agency, scheme(&ledger, 9)).await.unwrap()));
    seen
}

fn scheme(ledger: &Ledger, years: i64) -> NewDistrictScheme {
    NewDistrictScheme {
        title: "城东区实施方案".into(),
        document_digest: digest(ledger, "scheme"),
        sections: BTreeMap::new(),
        parent: None,
        narrows: BTreeMap::from([("agreement.years_max".to_owned(), years)]),
    }
}

#[tokio::test]
async fn a_higher_rule_sets_a_value_anew_from_its_day_where_the_document_yields() {
    for (code, yields) in [("luohu-2025", true), ("changchun-2025", true), ("xianning-2025", false)] {
        for (backend, ledger, _folder) in ledgers().await {
            let town = town_under(&ledger, regime_of(&ledger, code)).await;
            let registry = &town.registry;
            let before = registry.regime().selection.holds_months.clone();
            let first_day = ledger.now().day().saturating_add(jiff::Span::new().days(3));
            let one = new(&ledger, "selection.holds_months", 6, first_day);
            let by_agency = registry.enter_override(&town.agency[0], one.clone()).await.unwrap();
            assert!(refused(by_agency).contains(&"REG-011".to_owned()), "{code} {backend}");
            let entered = registry.enter_override(&town.regulators[0], one).await.unwrap();
            if !yields {
                assert_eq!(refused(entered), ["REG-101"], "{code} {backend}");
                continue;
            }
            assert_eq!(allowed(entered), 1, "{code} {backend}");
            assert_eq!(registry.regime().selection.holds_months, before, "{code}: its day has not come");
            ledger.clock().advance_to(ledger.now().plus_days(3)).unwrap();
            registry.refresh_rules().await.unwrap();
            let rule = &registry.regime().selection.holds_months;
            assert_eq!((rule.value, rule.setting), (6, false), "{code} {backend}");
            let expected = format!("{code} 广东省政务服务和数据管理局 粤数〔2026〕3号 第五条");
            assert_eq!(registry.regime().cite(rule), expected, "{code} {backend}");
            let anew = Registry::new(ledger.clone(), registry.regime_arc());
            assert_eq!(anew.regime().selection.holds_months, before, "read from the file");
            anew.refresh_rules().await.unwrap();
            assert_eq!(anew.regime().selection.holds_months.value, 6, "{code} {backend}: after a restart, too");
        }
    }
}

#[tokio::test]
async fn an_agreement_is_held_to_the_term_of_the_higher_rule() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "luohu-2025")).await;
    town.resource("fund_accounts", fund_columns()).await;
    assert_eq!(against_years(&town, 2).await, [], "the document lets it");
    let today = ledger.now().day();
    allowed(
        town.registry.enter_override(&town.regulators[0], new(&ledger, "agreement.years_max", 1, today)).await.unwrap(),
    );
    let against = against_years(&town, 2).await;
    assert_eq!(against.len(), 1, "{against:?}");
    assert_eq!(against[0].1, "luohu-2025 广东省政务服务和数据管理局 粤数〔2026〕3号 第五条");
    assert_eq!(against_years(&town, 1).await, []);
}

#[tokio::test]
async fn a_higher_rule_sets_any_value_anew_and_moves_the_stamp() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town_under(&ledger, regime_of(&ledger, "changchun-2025")).await;
        let (registry, regulator, today) = (&town.registry, &town.regulators[0], ledger.now().day());
        let days = |rules: &shuyu_model::Regime| {
            let of = |procedure: &Procedure| procedure.steps[0].working_days_max;
            of(&rules.procedure[&ProcedureKind::Release])
        };
        let (written, stamp) = (registry.regime().clone(), registry.regime().stamp());
        let theirs = registry.rules();
        let key = "procedure.release.steps.0.working_days_max";
        allowed(registry.enter_override(regulator, new(&ledger, key, 2, today)).await.unwrap());
        assert_eq!(
            (days(registry.regime()), days(theirs.regime())),
            (Some(2), Some(2)),
            "{backend}: for every station"
        );
        assert_ne!(days(&written), Some(2), "{backend}");
        assert_eq!(registry.regime().stamp(), format!("{stamp}+1"), "{backend}");
        let later = today.saturating_add(jiff::Span::new().days(5));
        let list = json!(["public_governance"]);
        allowed(registry.enter_override(regulator, new(&ledger, "price.free_uses", list, later)).await.unwrap());
        assert_eq!(registry.regime().stamp(), format!("{stamp}+1"), "{backend}: its day has not come");
        let page = crate::Page { after: None, items_max: 1 };
        let listed = registry.overrides_listed(&page).await.unwrap();
        assert_eq!((listed.items.len(), listed.total, listed.items[0].1), (1, 2, true), "{backend}");
        let next = crate::Page { after: listed.next, items_max: 1 };
        let listed = registry.overrides_listed(&next).await.unwrap();
        assert_eq!((listed.items[0].0.number, listed.items[0].1, listed.next), (2, false, None), "{backend}");
        ledger.clock().advance_to(ledger.now().plus_days(5)).unwrap();
        registry.refresh_rules().await.unwrap();
        assert_eq!(theirs.regime().price.free_uses.value.len(), 1, "{backend}");
        assert_eq!(registry.regime().stamp(), format!("{stamp}+2"), "{backend}");
    }
}

#[tokio::test]
async fn a_higher_rule_that_the_document_cannot_take_on_any_later_day_is_not_entered() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "luohu-2025")).await;
    let (regulator, today) = (&town.regulators[0], ledger.now().day());
    let later = today.saturating_add(jiff::Span::new().days(30));
    let months = json!(20);
    allowed(
        town.registry
            .enter_override(regulator, new(&ledger, "agreement.renewal_months_before", months, later))
            .await
            .unwrap(),
    );
    for (key, value, told) in [
        ("agreement.year_max", json!(1), "did you mean `years_max`?"),
        ("price.kind", json!(1), "price.kind"),
        ("agreement.years_max", json!(0), "name 1 at least"),
        ("agreement.years_max", json!(300), "too small or too large"),
        // Fine today, and against the rule that counts later.
        ("agreement.years_max", json!(1), "is as long as the term itself"),
        ("code", json!("x"), "what document this is"),
        ("agreement.years_max", json!("x".repeat(30_000)), "more than 20000 bytes"),
    ] {
        let wrong = town.registry.enter_override(regulator, new(&ledger, key, value.clone(), today)).await;
        let Err(RegistryError::Malformed { faults }) = wrong else { panic!("{key}: {wrong:?}") };
        assert!(faults.iter().any(|fault| fault.contains(told)), "{key}: {faults:?}");
    }
    assert_eq!(town.registry.overrides().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_districts_scheme_narrows_the_term_and_never_widens_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town_under(&ledger, regime_of(&ledger, "changchun-2025")).await;
        let (registry, agency) = (&town.registry, &town.agency[0]);
        town.resource("fund_accounts", fund_columns()).await;
        allowed(registry.place_in_district(&town.admins[0], &agency.organisation, &agency.organisation).await.unwrap());
        let citys = i64::from(registry.regime().agreement.years_max.value);
        let wide = registry.draft_district_scheme(agency, scheme(&ledger, citys + 1)).await.unwrap();
        assert_eq!(refused(wide), ["REG-102"], "{backend}");
        let mut other = scheme(&ledger, 1);
        other.narrows = BTreeMap::from([("price.kind".to_owned(), 1)]);
        assert_eq!(refused(registry.draft_district_scheme(agency, other).await.unwrap()), ["REG-102"], "{backend}");
        let id = allowed(registry.draft_district_scheme(agency, scheme(&ledger, 1)).await.unwrap());
        let drafted = registry.district_scheme(agency, &id).await.unwrap().unwrap();
        assert_eq!(drafted.narrows["agreement.years_max"], 1, "{backend}: kept as it was drafted");
        let mut turn = registry.turn().await.unwrap();
        enact::district_scheme_in_force(&mut turn, &id, drafted.digest).await.unwrap();
        turn.commit(shuyu_ledger::Event::done(None, "district_scheme.in_force", id.as_str())).await.unwrap();
        let codes: Vec<String> = against_years(&town, 2).await.into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, ["REG-102"], "{backend}: the city's rules would let it");
        assert_eq!(against_years(&town, 1).await, [], "{backend}");
    }
}
