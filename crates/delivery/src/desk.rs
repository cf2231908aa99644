//! A bank at a delivery's desk, for this crate's tests.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use shuyu_ledger::Ledger;
use shuyu_model::id::{AgreementId, ConsentId, OrganisationId, ProductId, SubscriptionId};
use shuyu_model::{ColumnClass, UseKind, Verdict};
use shuyu_registry::testing::{Town, allowed, fund_columns, town};

use crate::testing::{Client, Released, delivery};
use crate::{Answer, Delivery, NewConsent, NewProduct, NewSubscription, ProductKind, Receipt};

pub(crate) const PERSON: &str = "11010519491231002X";
pub(crate) const STRANGER: &str = "440524188001010014";

/// A bank that subscribes to a lookup about people and to a data set.
pub(crate) struct Desk {
    pub(crate) town: Town,
    pub(crate) ledger: Ledger,
    pub(crate) delivery: Delivery,
    pub(crate) released: Vec<Released>,
    pub(crate) agreement: AgreementId,
    pub(crate) products: Vec<ProductId>,
    pub(crate) subscriptions: Vec<SubscriptionId>,
    pub(crate) clients: Vec<Client>,
}

pub(crate) const QUOTA: i64 = 3;

fn rows(note: &str) -> RecordBatch {
    RecordBatch::try_from_iter([
        ("person", Arc::new(StringArray::from(vec![format!("key:{PERSON}"), "key:x".to_owned()])) as ArrayRef),
        ("months", Arc::new(Int64Array::from(vec![36, 1]))),
        ("note", Arc::new(StringArray::from(vec![note, "缴存正常"]))),
    ])
    .unwrap()
}

pub(crate) async fn desk(ledger: Ledger) -> Desk {
    desk_with(ledger, "缴存正常").await
}

pub(crate) async fn desk_with(ledger: Ledger, note: &str) -> Desk {
    let town = town(&ledger).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let above = town.agreement(std::slice::from_ref(&fund), 2).await;
    let scenario = town.scenario("核验", UseKind::Industry, &above, &[(&fund, &["id_card", "balance"])]).await;
    let agreement = town.development(&town.bank[0].organisation, &scenario).await;
    let columns =
        [("person", ColumnClass::DirectIdentifier), ("months", ColumnClass::Plain), ("note", ColumnClass::Plain)];
    let mut lookup = Released {
        id: ledger.new_id(),
        scenario: scenario.clone(),
        operator: town.operator[0].organisation.clone(),
        kind: ProductKind::Lookup,
        key: Some("person".to_owned()),
        columns: columns.map(|(name, class)| (name.to_owned(), class)).to_vec(),
        rows: rows(note),
        is_live: Arc::new(AtomicBool::new(true)),
    };
    let mut dataset = Released { id: ledger.new_id(), kind: ProductKind::Dataset, key: None, ..lookup.clone() };
    dataset.columns.remove(0);
    dataset.rows.remove_column(0);
    lookup.is_live = Arc::new(AtomicBool::new(true));
    let released = vec![lookup, dataset];
    let delivery = delivery(&town.registry, &released).await;
    let (mut products, mut subscriptions, mut clients) = (vec![], vec![], vec![]);
    for (seed, released) in (1..).zip(&released) {
        let (release, kind, key) = (released.id.clone(), released.kind, released.key.clone());
        let new = NewProduct { release, title: "公积金核验".to_owned(), kind, key };
        let product = allowed(delivery.publish(&town.operator[0], new).await.unwrap());
        town.register_product(&product, &scenario).await;
        let new = subscription(&product, released, &town.bank[0].organisation, &agreement);
        let subscription = allowed(delivery.subscribe(&town.operator[0], new).await.unwrap());
        clients.push(Client::new(&delivery, &town.bank[0], &subscription, seed).await);
        products.push(product);
        subscriptions.push(subscription);
    }
    Desk { town, ledger, delivery, released, agreement, products, subscriptions, clients }
}

pub(crate) fn subscription(
    product: &ProductId,
    released: &Released,
    entity: &OrganisationId,
    agreement: &AgreementId,
) -> NewSubscription {
    NewSubscription {
        product: product.clone(),
        entity: entity.clone(),
        scenario: released.scenario.clone(),
        agreement: agreement.clone(),
        use_kind: UseKind::Industry,
        calls_per_day_max: QUOTA,
    }
}

impl Desk {
    pub(crate) async fn consent(&self, days: i64) -> ConsentId {
        let new = NewConsent {
            product: self.products[0].clone(),
            entity: self.town.bank[0].organisation.clone(),
            subject_id_number: PERSON.to_owned(),
            until: self.ledger.now().plus_days(days),
            evidence_digest: Some(self.ledger.profile().digest(b"form")),
        };
        allowed(self.delivery.give_consent(&self.town.bank[0], new).await.unwrap())
    }

    pub(crate) async fn ask(&self, key: &str) -> Verdict<(Answer, Receipt)> {
        self.delivery.answer(self.clients[0].question(&self.ledger, key)).await.unwrap()
    }

    /// As after a restart: all memory is gone.
    pub(crate) async fn reopened(&self) -> Delivery {
        delivery(&self.town.registry, &self.released).await
    }

    pub(crate) fn advance(&self, micros: i64) {
        self.ledger.clock().advance_to(self.ledger.now().plus_micros(micros)).unwrap();
    }
}
