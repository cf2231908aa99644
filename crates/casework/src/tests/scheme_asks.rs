//! What a scheme says of its operator is asked: its conditions of every applicant in the
//! selection that serves it, its indicators of the operator that is assessed.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::CryptoProfile;
use shuyu_model::id::MatterId;
use shuyu_model::regime::Assessed;
use shuyu_registry::Page;
use shuyu_registry::testing::{allowed, digest, fund_columns};

use super::candidacies::{Call, office_under};
use super::competition::opening;
use super::desk::Desk;
use super::shipped_matters::desk_under;
use crate::candidacy::NewCondition;
use crate::{NewItem, NewRound, testing};

/// A selection that serves a scheme which says this and takes applications.
async fn serving(ledger: &Ledger, code: &str, told: &[(&str, &str)]) -> Call {
    let office = office_under(ledger, code).await;
    let (agency, reviewer) = (&office.town.agency[0], &office.town.agency[3]);
    let scheme = testing::scheme_that_says(&office.casework, agency, reviewer, told).await;
    let mut new = opening(&office, "method").await;
    new.facts.insert("scheme".into(), scheme.to_string());
    new.facts.insert("unpublished_reason".into(), "平台暂停服务".into());
    let id = allowed(office.casework.open_matter(agency, new).await.unwrap());
    let call = Call { office, id, scheme: Some(scheme) };
    call.moves("announce").await;
    call
}

#[tokio::test]
async fn a_selection_asks_every_condition_of_its_scheme_and_each_refuses_by_itself() {
    for (backend, ledger, _folder) in ledgers().await {
        let told = [("operator_conditions", "两年以上运营经验、本地服务团队，两年以上运营经验")];
        let call = serving(&ledger, "changchun-2025", &told).await;
        let (casework, agency) = (&call.office.casework, &call.office.town.agency);
        let own = NewCondition { code: "scheme_1".into(), what: "另一条件".into() };
        let taken = casework.add_condition(&agency[0], &call.id, own).await;
        assert!(matches!(taken, Err(crate::CaseworkError::Conflict { .. })), "{backend}: the code is taken");
        let page = Page { after: None, items_max: 100 };
        let shown = casework.conditions(&call.id, call.applicant(), &page).await.unwrap().unwrap().items;
        let of_scheme = |what: &str| shown.iter().filter(|asked| asked.what == what).count();
        assert_eq!(
            (of_scheme("两年以上运营经验"), of_scheme("本地服务团队")),
            (1, 1),
            "{backend}: told before anybody applies"
        );
        if call.has("open_applications") {
            call.moves("open_applications").await;
        }
        call.complete(call.applicant()).await;
        call.to_evaluation().await;
        let items = call.items().await;
        assert_eq!(items.len(), 7 + 2, "{backend}");
        for code in ["scheme_1", "scheme_2"] {
            let item = items.iter().find(|item| item.code == code).unwrap().clone();
            assert_eq!(item.clause, "changchun-2025 13,15", "{backend}");
            assert!(item.answer.is_some() && item.finding.is_some(), "{backend}: evidence and verdict");
            allowed(call.judges(call.reviewer(), &item, false).await);
            let reasons = call.reasons("evaluate", &[]).await;
            assert_eq!((reasons.len(), reasons[0].code.as_ref()), (1, "CAS-044"), "{backend}: {reasons:?}");
            let item = call.items().await.into_iter().find(|item| item.code == code).unwrap();
            allowed(call.judges(call.reviewer(), &item, true).await);
        }
        assert_eq!(call.moves("evaluate").await, "evaluated", "{backend}");
    }
}

#[tokio::test]
async fn a_scheme_asks_nothing_of_applicants_where_the_document_does_not_say_so() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let call = serving(&ledger, "changsha-2023", &[("operator_conditions", "本地服务团队")]).await;
    let page = Page { after: None, items_max: 100 };
    let shown = call.office.casework.conditions(&call.id, call.reviewer(), &page).await.unwrap().unwrap().items;
    assert!(!shown.iter().any(|asked| asked.what == "本地服务团队"));
}

/// A desk in Changchun whose operator has an agreement on a scheme that says this.
async fn authorised(ledger: &Ledger, told: &[(&str, &str)]) -> (Desk, MatterId) {
    let desk = desk_under(ledger, "changchun-2025").await;
    let town = &desk.office.town;
    let scheme = testing::scheme_that_says(&desk.office.casework, &town.agency[0], &town.agency[3], told).await;
    let parking = town.resource("parking_zones", fund_columns()).await;
    town.agreement_on(&scheme, &[parking], 1).await;
    (desk, scheme)
}

fn round(desk: &Desk) -> NewRound {
    let subjects = vec![desk.office.town.operator[0].organisation.to_string()];
    NewRound { title: "年度考核".into(), of: Assessed::Operator, form: None, subjects }
}

#[tokio::test]
async fn a_round_asks_for_each_indicator_of_the_scheme_as_it_was_when_it_was_opened() {
    for (backend, ledger, _folder) in ledgers().await {
        let (desk, _) = authorised(&ledger, &[("indicators", "服务质量, 数据覆盖率, 加工处理")]).await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        let (agency, operator) = (&town.agency, &town.operator[0]);
        let (_, opened) = allowed(casework.open_round(&agency[0], round(&desk)).await.unwrap());
        let id = opened[0].matter.clone().unwrap_or_else(|| panic!("{backend}: {:?}", opened[0].reasons));
        let asked = casework.assessment_items(operator, &id).await.unwrap();
        let asked: Vec<&str> = asked.iter().map(|item| item.item.as_str()).collect();
        let own = ["授权存储", "加工处理", "分析挖掘", "融合利用", "市场运营"];
        assert_eq!(asked, [&own[..], &["服务质量", "数据覆盖率"]].concat(), "{backend}: each once");
        let item = |name: &str| NewItem {
            item: name.into(),
            document: digest(&ledger, name),
            statement: digest(&ledger, "真实性承诺"),
            figures: BTreeMap::new(),
        };
        allowed(casework.give_item(operator, &id, item("数据覆盖率")).await.unwrap());
        desk.moves(operator, &id, "submit_material").await;
        desk.moves(&agency[0], &id, "score").await;
        desk.moves(&agency[1], &id, "confirm").await;
        let filter = crate::ResultFilter::default();
        let results = casework.assessment_results(&agency[0], &filter, &Page::first()).await.unwrap().items;
        let missing = &results[0].items_missing;
        assert_eq!((missing.contains(&"服务质量".to_owned()), missing.len()), (true, 6), "{backend}: {missing:?}");
    }
}

#[tokio::test]
async fn nobody_is_assessed_under_a_scheme_without_indicators() {
    assert_eq!(codes_of_a_scheme_without_indicators().await, BTreeSet::from(["CAS-095".to_owned()]));
}

pub(super) async fn codes_of_a_scheme_without_indicators() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let (desk, _) = authorised(&ledger, &[]).await;
    let agency = &desk.office.town.agency[0];
    let (_, opened) = allowed(desk.office.casework.open_round(agency, round(&desk)).await.unwrap());
    assert!(opened[0].matter.is_none());
    opened[0].reasons.iter().map(|reason| reason.code.to_string()).collect()
}
