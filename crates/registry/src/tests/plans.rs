//! What an agreement and an application for a scenario say under each document, and that
//! the time which an application names binds.

use std::collections::BTreeSet;

use shuyu_ledger::testing::sqlite;
use shuyu_model::{CryptoProfile, Time, UseKind};

use crate::testing::{Town, allowed, fund_columns, refused, regime_of, town_under};
use crate::{Act, AgreementKind, NewAgreement, NewScenario, Plan, PlannedForm, PlannedProduct, Scope, Shares};

async fn under(code: &str) -> (Town, shuyu_model::id::ResourceId, tempfile::TempDir) {
    let (ledger, folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, code)).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    (town, fund, folder)
}

async fn drafts(town: &Town, new: NewScenario) -> Vec<String> {
    let drafted = town.registry.draft_scenario(town.drafter(), new).await.unwrap().into_result();
    drafted.map_or_else(|r| r.iter().map(|reason| reason.code.to_string()).collect(), |_| Vec::new())
}

#[tokio::test]
async fn an_application_says_all_that_its_document_lists_and_is_told_all_that_is_missing() {
    let rows: [(&str, &[&str], usize); 5] = [
        ("changsha-2026", &[], 0),
        ("xianning-2025", &[], 0),
        ("luohu-2025", &["REG-092"], 7),
        // Who drafts it is the entity that brought it.
        ("changchun-2025", &["REG-092"], 1),
        ("changsha-2023", &["REG-015", "REG-092"], 2),
    ];
    for (code, codes, missing) in rows {
        let (town, fund, _folder) = under(code).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
        let new = town.new_scenario("场景", UseKind::Industry, &agreement, &[(&fund, &["balance"])]);
        let bare = NewScenario { plan: Plan::default(), ..new.clone() };
        let drafted = town.registry.draft_scenario(town.drafter(), bare).await.unwrap().into_result();
        let reasons = drafted.map_or_else(shuyu_model::Reasons::into_vec, |_| Vec::new());
        let found: BTreeSet<&str> = reasons.iter().map(|reason| reason.code.as_ref()).collect();
        let expected: BTreeSet<&str> = codes.iter().copied().filter(|code| *code != "REG-015").collect();
        assert_eq!(found.into_iter().filter(|code| *code != "REG-015").collect::<BTreeSet<_>>(), expected, "{code}");
        let told =
            reasons.iter().find(|reason| reason.code == "REG-092").map(|reason| reason.what.matches('(').count());
        assert_eq!(told.unwrap_or(0), missing, "{code}: {reasons:?}");
        assert!(!drafts(&town, new).await.contains(&"REG-092".to_owned()), "{code}");
    }
}

#[tokio::test]
async fn a_product_that_is_planned_has_a_form_and_a_class() {
    let rows = [
        (r#"{"title":"报告","form":"report","class":"industry"}"#, true),
        (r#"{"title":"报告","class":"industry"}"#, false),
        (r#"{"title":"报告","form":"dream","class":"industry"}"#, false),
        (r#"{"title":"报告","form":"report"}"#, false),
    ];
    for (text, is_read) in rows {
        assert_eq!(serde_json::from_str::<PlannedProduct>(text).is_ok(), is_read, "{text}");
    }
    let read: PlannedProduct = serde_json::from_str(rows[0].0).unwrap();
    assert_eq!((read.form, read.class), (PlannedForm::Report, UseKind::Industry));
}

#[tokio::test]
async fn after_the_day_that_an_application_names_nothing_is_read_under_it() {
    let (town, fund, _folder) = under("luohu-2025").await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
    let last = jiff::civil::date(2026, 9, 1);
    let mut new = town.new_scenario("场景", UseKind::Industry, &agreement, &[(&fund, &["balance"])]);
    new.plan.data_until = Some(last);
    let id = allowed(town.registry.draft_scenario(&town.operator[0], new).await.unwrap());
    let seen = town.registry.scenario(&id).await.unwrap().unwrap().digest;
    let mut turn = town.registry.turn().await.unwrap();
    crate::enact::scenario_approved(&mut turn, &id, seen).await.unwrap();
    turn.commit(shuyu_ledger::Event::done(None, "scenario.approved", id.as_str())).await.unwrap();
    town.papers_of_scenario(&id).await;
    let asks = async || town.registry.permit(&town.operator[0], Act::Compute, &Scope::of(id.clone())).await.unwrap();
    town.ledger().clock().advance_to(Time::at_start_of(last)).unwrap();
    let permit = allowed(asks().await);
    assert!(permit.is_live());
    town.ledger().clock().advance_to(Time::at_start_of(last).plus_days(1)).unwrap();
    assert!(!permit.is_live(), "it ends with the day");
    assert_eq!(refused(asks().await), ["REG-093"]);
}

#[tokio::test]
async fn an_agreement_says_something_under_each_heading_of_its_document_and_names_whole_shares() {
    let (town, fund, _folder) = under("changsha-2023").await;
    let from = town.ledger().now().day();
    let (grantee, until) = (town.operator[0].organisation.clone(), town.last_day(from));
    let good = town.new_agreement(AgreementKind::Operator, grantee, vec![fund], None, from, until);
    let headings: Vec<String> = good.contents.keys().cloned().collect();
    assert_eq!(headings.len(), 5);
    let codes = async |new: NewAgreement| {
        let drafted = town.registry.draft_agreement(&town.agency[0], new).await.unwrap().into_result();
        drafted.map_or_else(|r| r.iter().map(|reason| reason.code.to_string()).collect::<Vec<_>>(), |_| Vec::new())
    };
    assert_eq!(codes(good.clone()).await, Vec::<String>::new());
    for heading in headings {
        let mut new = good.clone();
        new.contents.insert(heading.clone(), "  ".to_owned());
        assert_eq!(codes(new).await, ["REG-090"], "{heading}");
    }
    assert_eq!(codes(NewAgreement { shares: None, ..good.clone() }).await, ["REG-091"]);
    let less = Shares { owner_basis_points: 3000, operator_basis_points: 5000, processor_basis_points: 1999 };
    assert_eq!(codes(NewAgreement { shares: Some(less), ..good }).await, ["REG-091"]);
}

#[tokio::test]
async fn a_development_agreement_of_luohu_says_all_seven_or_is_told_which_it_does_not() {
    let (town, fund, _folder) = under("luohu-2025").await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
    let scenario = town.scenario("场景", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
    let from = town.ledger().now().day();
    let bank = town.bank[0].organisation.clone();
    let until = from.saturating_add(jiff::Span::new().months(6));
    let mut new = town.new_agreement(AgreementKind::Development, bank, Vec::new(), Some(scenario), from, until);
    assert_eq!(new.contents.len(), 7);
    new.contents.remove("服务费用");
    new.contents.remove("违约责任");
    let reasons = town.registry.draft_agreement(&town.operator[0], new).await.unwrap().into_result().unwrap_err();
    let all = reasons.into_vec();
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].code == "REG-090" && all[0].what.contains("服务费用") && all[0].what.contains("违约责任"));
}

#[tokio::test]
async fn a_type_of_operation_is_one_that_the_document_lists() {
    let (town, fund, _folder) = under("changsha-2023").await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
    let new = town.new_scenario("场景", UseKind::Industry, &agreement, &[(&fund, &["balance"])]);
    let of = |kind: &str| NewScenario {
        plan: Plan { operation_type: Some(kind.into()), ..new.plan.clone() },
        ..new.clone()
    };
    assert_eq!(drafts(&town, of("别的")).await, ["REG-094"]);
    let listed = new.plan.operation_type.clone().unwrap();
    assert_eq!(drafts(&town, of(&listed)).await, Vec::<String>::new());
}

/// Each of the reasons of this file, for the list of all.
pub(super) async fn codes_of_plans_with_every_fault() -> BTreeSet<String> {
    let mut seen = BTreeSet::from(["REG-093".to_owned()]);
    let (town, fund, _folder) = under("changsha-2023").await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
    let new = town.new_scenario("场景", UseKind::Industry, &agreement, &[(&fund, &["balance"])]);
    let first = town.scenario("第一个", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
    let taken = town.registry.scenario(&first).await.unwrap().unwrap().plan.scheme.clone();
    let plan = Plan { operation_type: Some("别的".into()), scheme: taken, ..Plan::default() };
    seen.extend(drafts(&town, NewScenario { plan, ..new.clone() }).await);
    seen.extend(drafts(&town, NewScenario { plan: Plan::default(), ..new }).await);
    let (grantee, from) = (town.operator[0].organisation.clone(), town.ledger().now().day());
    let mut bare = town.new_agreement(AgreementKind::Operator, grantee, vec![fund], None, from, town.last_day(from));
    bare.contents.clear();
    bare.shares = None;
    seen.extend(refused(town.registry.draft_agreement(&town.agency[0], bare).await.unwrap()));
    seen
}
