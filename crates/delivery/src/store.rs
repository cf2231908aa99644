//! The SQL of delivery: products, subscriptions, client keys, consents.
//!
//! Not here: deliveries themselves. They are records of the log, not rows.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shuyu_ledger::{Change, Ledger, LedgerError, Row, args};
use shuyu_model::id::{ClientKeyId, ConsentId, PersonId, ProductId, ReleaseId, SubscriptionId};
use shuyu_model::{Digest, Time};

use crate::consent::Consent;
use crate::error::DeliveryError;
use crate::product::{ClientKey, Product, ProductState, Subscription, key_from_text, key_to_text};
use crate::subject::Subject;

type Result<T> = std::result::Result<T, DeliveryError>;

/// A value that JSON writes as one word, as that word.
fn word<T: Serialize>(value: T) -> Result<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        _ => Err(DeliveryError::Malformed { part: "value", what: "one word" }),
    }
}

fn from_word<T: DeserializeOwned>(word: String, table: &'static str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|_| DeliveryError::Stored { table })
}

fn id<T: TryFrom<String>>(row: &Row, column: &str, table: &'static str) -> Result<T> {
    T::try_from(row.text(column)?).map_err(|_| DeliveryError::Stored { table })
}

pub(crate) async fn insert_product(change: &mut Change, product: &Product) -> Result<()> {
    change
        .write(
            "INSERT INTO products (id, release_id, scenario_id, operator_id, title, kind, key_column, answer_columns,
                                   needs_consent, state, published_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            args![
                product.id.as_str(),
                product.release.as_str(),
                product.scenario.as_str(),
                product.operator.as_str(),
                product.title.as_str(),
                word(product.kind)?,
                product.key.clone(),
                serde_json::to_string(&product.answer)?,
                product.needs_consent,
                word(product.state)?,
                product.published_at,
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn update_product_release(change: &mut Change, id: &ProductId, release: &ReleaseId) -> Result<()> {
    change.write("UPDATE products SET release_id = $2 WHERE id = $1", args![id.as_str(), release.as_str()]).await?;
    Ok(())
}

pub(crate) async fn update_product_state(change: &mut Change, id: &ProductId, state: ProductState) -> Result<()> {
    change.write("UPDATE products SET state = $2 WHERE id = $1", args![id.as_str(), word(state)?]).await?;
    Ok(())
}

pub(crate) async fn products(ledger: &Ledger) -> Result<Vec<Product>> {
    const TABLE: &str = "products";
    let rows = ledger
        .read(
            "SELECT id, release_id, scenario_id, operator_id, title, kind, key_column, answer_columns, needs_consent,
                    state, published_at
             FROM products ORDER BY id",
            args![],
        )
        .await?;
    let product = |row: &Row| {
        Ok(Product {
            id: id(row, "id", TABLE)?,
            release: id(row, "release_id", TABLE)?,
            scenario: id(row, "scenario_id", TABLE)?,
            operator: id(row, "operator_id", TABLE)?,
            title: row.text("title")?,
            kind: from_word(row.text("kind")?, TABLE)?,
            key: row.opt_text("key_column")?,
            answer: serde_json::from_str(&row.text("answer_columns")?)?,
            needs_consent: row.int("needs_consent")? != 0,
            state: from_word(row.text("state")?, TABLE)?,
            published_at: Time(row.int("published_at")?),
        })
    };
    rows.iter().map(product).collect()
}

pub(crate) async fn insert_subscription(change: &mut Change, subscription: &Subscription) -> Result<()> {
    change
        .write(
            "INSERT INTO subscriptions (id, product_id, entity_id, operator_id, scenario_id, agreement_id, use_kind,
                                        calls_per_day_max, opened_by, opened_at, ended_at, is_public)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            args![
                subscription.id.as_str(),
                subscription.product.as_str(),
                subscription.entity.as_str(),
                subscription.operator.as_str(),
                subscription.scenario.as_str(),
                subscription.agreement.as_str(),
                word(subscription.use_kind)?,
                subscription.calls_per_day_max,
                subscription.opened_by.as_str(),
                subscription.opened_at,
                subscription.ended_at,
                subscription.is_public,
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn end_subscription(change: &mut Change, id: &SubscriptionId, at: Time) -> Result<()> {
    change.write("UPDATE subscriptions SET ended_at = $2 WHERE id = $1", args![id.as_str(), at]).await?;
    Ok(())
}

pub(crate) async fn take_over_subscription(change: &mut Change, id: &SubscriptionId, by: &PersonId) -> Result<()> {
    change.write("UPDATE subscriptions SET opened_by = $2 WHERE id = $1", args![id.as_str(), by.as_str()]).await?;
    Ok(())
}

pub(crate) async fn subscriptions(ledger: &Ledger) -> Result<Vec<Subscription>> {
    const TABLE: &str = "subscriptions";
    let rows = ledger
        .read(
            "SELECT id, product_id, entity_id, operator_id, scenario_id, agreement_id, use_kind, calls_per_day_max,
                    opened_by, opened_at, ended_at, is_public
             FROM subscriptions ORDER BY id",
            args![],
        )
        .await?;
    let subscription = |row: &Row| {
        Ok(Subscription {
            id: id(row, "id", TABLE)?,
            product: id(row, "product_id", TABLE)?,
            entity: id(row, "entity_id", TABLE)?,
            operator: id(row, "operator_id", TABLE)?,
            scenario: id(row, "scenario_id", TABLE)?,
            agreement: id(row, "agreement_id", TABLE)?,
            use_kind: from_word(row.text("use_kind")?, TABLE)?,
            calls_per_day_max: row.int("calls_per_day_max")?,
            opened_by: id(row, "opened_by", TABLE)?,
            opened_at: Time(row.int("opened_at")?),
            ended_at: row.opt_int("ended_at")?.map(Time),
            is_public: row.int("is_public")? != 0,
        })
    };
    rows.iter().map(subscription).collect()
}

pub(crate) async fn insert_client_key(change: &mut Change, key: &ClientKey) -> Result<()> {
    change
        .write(
            "INSERT INTO client_keys (id, subscription_id, name, public_key, added_at, withdrawn_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![
                key.id.as_str(),
                key.subscription.as_str(),
                key.name.as_str(),
                key_to_text(&key.public_key),
                key.added_at,
                key.withdrawn_at,
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn withdraw_client_key(change: &mut Change, id: &ClientKeyId, at: Time) -> Result<()> {
    change.write("UPDATE client_keys SET withdrawn_at = $2 WHERE id = $1", args![id.as_str(), at]).await?;
    Ok(())
}

pub(crate) async fn client_keys(ledger: &Ledger) -> Result<Vec<ClientKey>> {
    const TABLE: &str = "client_keys";
    let rows = ledger
        .read(
            "SELECT id, subscription_id, name, public_key, added_at, withdrawn_at FROM client_keys ORDER BY id",
            args![],
        )
        .await?;
    let key = |row: &Row| {
        Ok(ClientKey {
            id: id(row, "id", TABLE)?,
            subscription: id(row, "subscription_id", TABLE)?,
            name: row.text("name")?,
            public_key: key_from_text(&row.text("public_key")?).ok_or(DeliveryError::Stored { table: TABLE })?,
            added_at: Time(row.int("added_at")?),
            withdrawn_at: row.opt_int("withdrawn_at")?.map(Time),
        })
    };
    rows.iter().map(key).collect()
}

pub(crate) async fn insert_consent(change: &mut Change, consent: &Consent) -> Result<()> {
    change
        .write(
            "INSERT INTO consents (id, subject, entity_id, product_id, from_at, until_at, given_by, evidence, withdrawn_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                consent.id.as_str(),
                consent.subject.to_text(),
                consent.entity.as_str(),
                consent.product.as_str(),
                consent.from,
                consent.until,
                consent.given_by.as_str(),
                consent.evidence.map(|digest| digest.to_string()),
                consent.withdrawn_at,
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn withdraw_consent(change: &mut Change, id: &ConsentId, at: Time) -> Result<()> {
    change.write("UPDATE consents SET withdrawn_at = $2 WHERE id = $1", args![id.as_str(), at]).await?;
    Ok(())
}

/// Rows that are read at a time.
const CONSENTS_PAGE: i64 = 10_000;

/// Consents in the order of their names, those after `after`; empty at the end.
pub(crate) async fn consents_after(ledger: &Ledger, after: &str) -> Result<Vec<Consent>> {
    const TABLE: &str = "consents";
    let rows: std::result::Result<Vec<Row>, LedgerError> = ledger
        .read(
            "SELECT id, subject, entity_id, product_id, from_at, until_at, given_by, evidence, withdrawn_at
             FROM consents WHERE id > $1 ORDER BY id LIMIT $2",
            args![after, CONSENTS_PAGE],
        )
        .await;
    let evidence = |row: &Row| match row.opt_text("evidence")? {
        None => Ok(None),
        Some(text) => Digest::parse(&text).map(Some).map_err(|_| DeliveryError::Stored { table: TABLE }),
    };
    let consent = |row: &Row| {
        Ok(Consent {
            id: id(row, "id", TABLE)?,
            subject: Subject::parse(&row.text("subject")?).ok_or(DeliveryError::Stored { table: TABLE })?,
            entity: id(row, "entity_id", TABLE)?,
            product: id(row, "product_id", TABLE)?,
            from: Time(row.int("from_at")?),
            until: Time(row.int("until_at")?),
            given_by: id(row, "given_by", TABLE)?,
            evidence: evidence(row)?,
            withdrawn_at: row.opt_int("withdrawn_at")?.map(Time),
        })
    };
    rows?.iter().map(consent).collect()
}
