//! A product that is open to everybody, over a real ledger and registry.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use shuyu_ledger::Ledger;
use shuyu_model::id::ProductId;
use shuyu_model::{ColumnClass, CryptoProfile, UseKind};
use shuyu_registry::testing::{Town, allowed, fund_columns, refused, regime_of, town_under};

use super::*;
use crate::NewProduct;
use crate::testing::{Released, delivery};

struct Stand {
    town: Town,
    ledger: Ledger,
    delivery: Delivery,
    released: Vec<Released>,
    products: Vec<ProductId>,
}

/// A report for the public good, a lookup for it, and a report for industry.
async fn stand(ledger: Ledger, code: &str) -> Stand {
    let town = town_under(&ledger, regime_of(&ledger, code)).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let above = town.agreement(std::slice::from_ref(&fund), 1).await;
    let mut released = Vec::new();
    for (use_kind, kind) in [
        (UseKind::PublicWelfare, ProductKind::Report),
        (UseKind::PublicWelfare, ProductKind::Lookup),
        (UseKind::Industry, ProductKind::Report),
    ] {
        let scenario = town.scenario("报告", use_kind, &above, &[(&fund, &["district"])]).await;
        let key = (kind == ProductKind::Lookup).then(|| "code".to_owned());
        let names = ["code", "people"];
        let numbers = || Arc::new(Int64Array::from(vec![36])) as ArrayRef;
        released.push(Released {
            id: ledger.new_id(),
            scenario,
            operator: town.operator[0].organisation.clone(),
            kind,
            key,
            columns: names.map(|name| (name.to_owned(), ColumnClass::Plain)).to_vec(),
            rows: match kind {
                ProductKind::Lookup => {
                    let codes = Arc::new(arrow::array::StringArray::from(vec!["key:a"])) as ArrayRef;
                    RecordBatch::try_from_iter([("code", codes), ("people", numbers())]).unwrap()
                }
                _ => RecordBatch::try_from_iter(names.map(|name| (name, numbers()))).unwrap(),
            },
            is_live: Arc::new(AtomicBool::new(true)),
        });
    }
    let delivery = delivery(&town.registry, &released).await;
    let mut products = Vec::new();
    for one in &released {
        let (release, title, kind, key) = (one.id.clone(), "区县报告".to_owned(), one.kind, one.key.clone());
        let id = allowed(delivery.publish(&town.operator[0], NewProduct { release, title, kind, key }).await.unwrap());
        town.register_product(&id, &one.scenario).await;
        products.push(id);
    }
    Stand { town, ledger, delivery, released, products }
}

impl Stand {
    async fn opens(&self, product: usize, files: i64) -> Verdict<SubscriptionId> {
        self.delivery.open_to_public(&self.town.operator[0], &self.products[product], files).await.unwrap()
    }

    async fn reads(&self, product: usize) -> Result<Verdict<(FileBody, Receipt)>> {
        self.delivery.public_file(&self.products[product], FileFormat::Csv).await
    }
}

#[tokio::test]
async fn whoever_asks_has_the_file_of_an_open_product_so_often_a_day_and_each_is_on_record() {
    for (backend, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
        let stand = stand(ledger, "luohu-2025").await;
        assert!(matches!(stand.reads(0).await, Err(DeliveryError::Unknown { .. })), "{backend}: not open yet");
        let id = allowed(stand.opens(0, 2).await);
        assert_eq!(stand.delivery.open_products().len(), 1, "{backend}");
        let again = stand.delivery.open_to_public(&stand.town.operator[0], &stand.products[0], 2).await;
        assert!(matches!(again, Err(DeliveryError::Conflict { .. })), "{backend}");
        for _ in 0..2 {
            let (file, receipt) = allowed(stand.reads(0).await.unwrap());
            assert_eq!(String::from_utf8_lossy(&file.bytes[3..]), "code,people\n36,36\n", "{backend}");
            let held = stand.delivery.receipt(receipt.id()).await.unwrap().unwrap();
            assert_eq!((held.client(), held.subscription(), held.use_kind()), (None, &id, UseKind::PublicWelfare));
        }
        assert_eq!(refused(stand.reads(0).await.unwrap()), [reasons::QUOTA], "{backend}");
        // After a restart the day's files are counted from the log.
        let again = delivery(&stand.town.registry, &stand.released).await;
        let read = again.public_file(&stand.products[0], FileFormat::Csv).await.unwrap();
        assert_eq!(refused(read), [reasons::QUOTA], "{backend}");
        stand.ledger.clock().advance_to(stand.ledger.now().plus_days(1)).unwrap();
        allowed(stand.reads(0).await.unwrap());

        stand.released[0].is_live.store(false, Ordering::SeqCst);
        assert_eq!(refused(stand.reads(0).await.unwrap()), [reasons::NOT_LIVE], "{backend}");
        stand.released[0].is_live.store(true, Ordering::SeqCst);
        allowed(stand.delivery.end_subscription(&stand.town.operator[0], &id).await.unwrap());
        assert!(matches!(stand.reads(0).await, Err(DeliveryError::Unknown { .. })), "{backend}: closed");
        allowed(stand.opens(0, 2).await);
        allowed(stand.delivery.withdraw_product(&stand.town.operator[0], &stand.products[0]).await.unwrap());
        assert_eq!(refused(stand.reads(0).await.unwrap()), [reasons::PRODUCT_WITHDRAWN], "{backend}");
        assert!(stand.delivery.open_products().is_empty(), "{backend}");
    }
}

#[tokio::test]
async fn nothing_is_opened_that_names_somebody_serves_industry_or_no_document_opens() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let luohu = stand(ledger, "luohu-2025").await;
    assert_eq!(refused(luohu.opens(1, 9).await), [reasons::PERSONAL]);
    assert_eq!(refused(luohu.opens(2, 9).await), [reasons::NOT_OPENED]);
    let by_bank = luohu.delivery.open_to_public(&luohu.town.bank[0], &luohu.products[0], 9).await.unwrap();
    assert_eq!(refused(by_bank)[0], reasons::NOT_OPERATOR);
    assert!(luohu.delivery.open_to_public(&luohu.town.operator[0], &luohu.products[0], 0).await.is_err());
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let elsewhere = stand(ledger, "changsha-2026").await;
    assert_eq!(refused(elsewhere.opens(0, 9).await), [reasons::NOT_OPENED]);
}

#[tokio::test]
async fn an_open_product_dies_with_what_it_rests_on() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(CryptoProfile::International).await;
    let stand = stand(ledger, "luohu-2025").await;
    allowed(stand.opens(0, 9).await);
    stand.town.revoke(stand.products[0].as_str()).await;
    assert!(!refused(stand.reads(0).await.unwrap()).is_empty(), "a product without its registration");
}
