//! What was used, counted from real access records: told to the public without the
//! names of who used it, and to the department with them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use shuyu_delivery::testing::{Client, Released, delivery};
use shuyu_delivery::{NewProduct, NewSubscription, ProductKind};
use shuyu_ledger::Event;
use shuyu_model::{ColumnClass, UseKind};
use shuyu_settlement::{NewSupport, SupportForm};

use super::*;

/// A bank that took a report of the fund's data three times in June 2026.
pub(super) async fn used(ledger: &Ledger) -> Office {
    let town = town_under(ledger, regime_of(ledger, "changchun-2025")).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let above = town.agreement(std::slice::from_ref(&fund), 2).await;
    let (bank, use_kind) = (town.bank[0].organisation.clone(), UseKind::PublicWelfare);
    let scenario = town.scenario("缴存统计", use_kind, &above, &[(&fund, &["district"])]).await;
    let agreement = town.development(&bank, &scenario).await;
    let people = Arc::new(Int64Array::from(vec![36])) as ArrayRef;
    let released = Released {
        id: ledger.new_id(),
        scenario: scenario.clone(),
        operator: town.operator[0].organisation.clone(),
        kind: ProductKind::Report,
        key: None,
        columns: vec![("people".to_owned(), ColumnClass::Plain)],
        rows: RecordBatch::try_from_iter([("people", people)]).unwrap(),
        is_live: Arc::new(AtomicBool::new(true)),
    };
    let delivery = delivery(&town.registry, std::slice::from_ref(&released)).await;
    let (release, title) = (released.id, "区县报告".to_owned());
    let new = NewProduct { release, title, kind: ProductKind::Report, key: None };
    let product = allowed(delivery.publish(&town.operator[0], new).await.unwrap());
    town.register_product(&product, &scenario).await;
    let new = NewSubscription { product, entity: bank, scenario, agreement, use_kind, calls_per_day_max: 9 };
    let subscription = allowed(delivery.subscribe(&town.operator[0], new).await.unwrap());
    let client = Client::new(&delivery, &town.bank[0], &subscription, 1).await;
    for _ in 0..3 {
        allowed(delivery.file(client.file(ledger, "csv")).await.unwrap());
    }
    let rules = rules::shipped(rules::SHIPPED_CODE).unwrap();
    let casework = Casework::new(town.registry.clone(), rules.calendar);
    let settlement = Settlement::new(delivery.clone(), rules.national);
    let documents = Documents::open(casework, delivery, settlement).await.unwrap();
    Office { town, documents }
}

async fn page(office: &Office, actor: &Actor, issued: &Issued) -> String {
    let (_, html) = office.documents.file(Some(actor), &issued.id, Shape::Html).await.unwrap().unwrap();
    String::from_utf8(html).unwrap()
}

#[tokio::test]
async fn use_is_counted_from_the_log_and_only_the_parties_are_told_by_whom() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = used(&ledger).await;
        office.advance_to(2027, 1, 5);
        let (operator, source) = (office.town.operator[0].clone(), office.town.source[0].clone());
        let bank = office.town.registry.organisation(&office.town.bank[0].organisation).await.unwrap().unwrap();
        let disclosed = office.issued(&operator, &of_period(DocumentKind::Disclosure, None, "2026")).await;
        let html = page(&office, &operator, &disclosed).await;
        let usage = html.split("数据资源使用情况</h2>").nth(1).unwrap();
        for part in ["缴存统计", "区县报告", "公益事业", ">3<"] {
            assert!(usage.contains(part), "{backend}: {part} in {usage}");
        }
        assert!(!usage.contains(&bank.name), "{backend}: the public is not told who used it");

        let account = of_period(DocumentKind::SourceAccount, Some(source.organisation.as_str()), "2026-06");
        let issued = office.issued(&source, &account).await;
        let html = page(&office, &source, &issued).await;
        assert!(html.contains(&bank.name) && html.contains(">3<"), "{backend}: {html}");
        let before = of_period(DocumentKind::SourceAccount, Some(source.organisation.as_str()), "2026-05");
        let issued = office.issued(&source, &before).await;
        assert!(!page(&office, &source, &issued).await.contains(&bank.name), "{backend}: nothing was used in May");
        assert_eq!(office.may_not(&office.town.other_source[0], &account).await, ["DOC-002"], "{backend}");
    }
}

#[tokio::test]
async fn an_annual_report_counts_each_of_the_five_parts_and_lists_support() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let office = used(&ledger).await;
    let operator = office.town.operator[0].clone();
    let (delivery, settlement) = {
        let stations = office.documents.stations();
        (stations.delivery.clone(), stations.settlement.clone())
    };
    let facts = serde_json::json!({ "scenario": delivery.products()[0].scenario });
    for (action, count) in [("candidate.made", 7), ("release.made", 5)] {
        for _ in 0..count {
            let event = Event::done(Some(&operator), action, "X").facts(facts.clone());
            ledger.change().await.unwrap().commit(event).await.unwrap();
        }
    }
    let support = |receiver| NewSupport {
        receiver,
        form: SupportForm::Technology,
        what: "数据治理工具".to_owned(),
        value_fen: 4_500,
        given_on: jiff::civil::date(2026, 6, 15),
        voucher: shuyu_registry::testing::digest(&ledger, "receipt"),
    };
    let bank = support(office.town.bank[0].organisation.clone());
    let found = settlement.record_support(&operator, bank).await.unwrap();
    assert_eq!(shuyu_registry::testing::refused(found), ["STL-059"], "a bank is no public body");
    let given = support(office.town.source[0].organisation.clone());
    assert_eq!(allowed(settlement.record_support(&operator, given).await.unwrap()), 1);
    office.advance_to(2027, 1, 5);
    let mut report = of_period(DocumentKind::OperatorReport, Some("operation"), "2026");
    let issued = office.issued(&operator, &report).await;
    let html = page(&office, &operator, &issued).await;
    for part in ["授权情况", "区县报告", "江城银行", "融合利用", "加工次数", ">7<", "出域结果数", ">5<"]
    {
        assert!(html.contains(part), "{part} in {html}");
    }
    for part in ["对数据治理和信息化建设的支持", "数据治理工具", "45.00"] {
        assert!(html.contains(part), "{part} in {html}");
    }
    // What is counted cannot be told.
    report.told.insert("加工处理".to_owned(), "很多".to_owned());
    assert!(office.documents.issue(&operator, &report).await.is_err());
}

#[tokio::test]
async fn a_month_that_is_not_closed_has_no_statement_on_paper() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let office = used(&ledger).await;
    office.advance_to(2026, 7, 5);
    let agency = office.town.agency[0].clone();
    let june = of_period(DocumentKind::SettlementStatement, None, "2026-06");
    assert_eq!(office.may_not(&agency, &june).await, ["DOC-008"]);
    let month = shuyu_model::Month::parse("2026-06").unwrap();
    let settlement = office.documents.stations().settlement.clone();
    allowed(settlement.close(&agency, month).await.unwrap());
    let issued = office.issued(&agency, &june).await;
    let html = page(&office, &agency, &issued).await;
    assert!(html.contains("区县报告") && html.contains("未满足免费条件"), "{html}");
}
