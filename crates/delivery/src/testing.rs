//! Small values, and a delivery over tables at hand instead of an airlock, for
//! the tests of this crate and of settlement.
//!
//! Not for the program: nothing outside of tests names this module (the tidy test
//! looks). What it opens rests on a real ledger and a real registry.

#![allow(clippy::allow_attributes, clippy::expect_used, reason = "only tests call this; a test fails by panicking")]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arrow::array::RecordBatch;
use base64::Engine as _;
use bytes::Bytes;
use ed25519_dalek::{Signer as _, SigningKey};
use futures::FutureExt as _;
use parquet::arrow::ArrowWriter;
use shuyu_ledger::Ledger;
use shuyu_model::id::{ClientKeyId, OrganisationId, ProductId, ReleaseId, ScenarioId, SubscriptionId};
use shuyu_model::{Actor, ColumnClass, Time};
use shuyu_registry::Registry;

use crate::stock::{Facts, Opened, StockColumn};
use crate::{Delivery, ProductKind, SignedCall, content_digest};

/// A table that passes for a release.
#[derive(Clone)]
pub struct Released {
    /// Its name.
    pub id: ReleaseId,
    /// Of which scenario.
    pub scenario: ScenarioId,
    /// Whose.
    pub operator: OrganisationId,
    /// What it was reviewed as.
    pub kind: ProductKind,
    /// The key column of a lookup.
    pub key: Option<String>,
    /// Its columns, as declared.
    pub columns: Vec<(String, ColumnClass)>,
    /// Its rows.
    pub rows: RecordBatch,
    /// Set to false to withdraw it.
    pub is_live: Arc<AtomicBool>,
}

/// A delivery over these releases. Keys are looked up as they are asked for,
/// with `key:` before them.
pub async fn delivery(registry: &Registry, releases: &[Released]) -> Delivery {
    let releases: HashMap<ReleaseId, Released> = releases.iter().map(|r| (r.id.clone(), r.clone())).collect();
    let profile = registry.ledger().profile();
    let opener = move |id: ReleaseId| {
        let opened = releases.get(&id).cloned().map(|released| {
            let parquet = parquet(&released.rows);
            let columns = released.columns.into_iter().map(|(name, class)| StockColumn { name, class }).collect();
            let facts = Facts {
                operator: released.operator,
                scenario: released.scenario,
                digest: profile.digest(&parquet),
                kind: released.kind,
                key: released.key,
                columns,
            };
            let is_live = released.is_live;
            let living = Arc::new(move || is_live.load(Ordering::SeqCst));
            Opened { facts, keying: Arc::new(|key: &str| format!("key:{key}")), living, parquet }
        });
        async move { Ok(opened) }.boxed()
    };
    Delivery::over(registry.clone(), Arc::new(opener)).await.expect("an open delivery")
}

fn parquet(rows: &RecordBatch) -> Bytes {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), None).expect("a Parquet writer");
    writer.write(rows).expect("rows");
    writer.close().expect("a Parquet file");
    Bytes::from(bytes)
}

/// A program of an entity that signs its calls.
pub struct Client {
    key: SigningKey,
    id: ClientKeyId,
    subscription: SubscriptionId,
    product: ProductId,
    nonce: AtomicU64,
}

impl Client {
    /// Adds a key to a subscription.
    pub async fn new(delivery: &Delivery, entity: &Actor, subscription: &SubscriptionId, seed: u8) -> Self {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let public = base64::engine::general_purpose::STANDARD.encode(key.verifying_key().as_bytes());
        let added = delivery.add_client_key(entity, subscription, &public, "gateway 1").await.expect("a client key");
        let product = delivery.subscription(subscription).expect("a subscription").product;
        let id = added.into_result().expect("an allowed client key");
        Self { key, id, subscription: subscription.clone(), product, nonce: AtomicU64::new(0) }
    }

    /// Its key's name.
    pub fn id(&self) -> &ClientKeyId {
        &self.id
    }

    /// A signed question.
    pub fn question(&self, ledger: &Ledger, key: &str) -> SignedCall {
        let body = serde_json::json!({ "subscription": self.subscription, "key": key });
        self.call(ledger.now(), "POST", "answers", "", &body.to_string())
    }

    /// A signed question that names a consent.
    pub fn question_on(&self, ledger: &Ledger, key: &str, consent: &str) -> SignedCall {
        let body = serde_json::json!({ "subscription": self.subscription, "key": key, "consent": consent });
        self.call(ledger.now(), "POST", "answers", "", &body.to_string())
    }

    /// A signed request for a file.
    pub fn file(&self, ledger: &Ledger, format: &str) -> SignedCall {
        let query = format!("?subscription={}&format={format}", self.subscription);
        self.call(ledger.now(), "GET", "file", &query, "")
    }

    /// A signed call.
    pub fn call(&self, now: Time, method: &str, tail: &str, query: &str, body: &str) -> SignedCall {
        let path = format!("/v1/products/{}/{tail}", self.product);
        let digest = content_digest(body.as_bytes());
        let params = format!(
            r#"("@method" "@path" "content-digest");created={};keyid="{}";alg="ed25519";nonce="{:016}""#,
            now.0.div_euclid(1_000_000),
            self.id,
            self.nonce.fetch_add(1, Ordering::SeqCst),
        );
        let base = format!(
            "\"@method\": {method}\n\"@path\": {path}\n\"content-digest\": {digest}\n\"@signature-params\": {params}"
        );
        let signature = base64::engine::general_purpose::STANDARD.encode(self.key.sign(base.as_bytes()).to_bytes());
        SignedCall {
            method: method.to_owned(),
            path,
            query: query.to_owned(),
            content_digest: Some(digest),
            signature_input: Some(format!("sig1={params}")),
            signature: Some(format!("sig1=:{signature}:")),
            body: Bytes::from(body.to_owned()),
            ..SignedCall::default()
        }
    }
}

#[cfg(test)]
pub(crate) use small::{id, regime, subject};

#[cfg(test)]
mod small {
    use shuyu_model::Regime;
    use shuyu_model::id::Key;

    use crate::subject::Subject;

    /// The rules that the tests run under.
    pub(crate) fn regime() -> Regime {
        Regime::clone(&shuyu_registry::testing::regime())
    }

    /// An id that ends in this number.
    pub(crate) fn id<K: Key>(number: u128) -> K {
        K::from_uuid(uuid::Uuid::from_u128(number))
    }

    /// A subject that ends in this number.
    pub(crate) fn subject(number: u128) -> Subject {
        Subject::parse(&format!("{number:064x}")).unwrap()
    }
}
