//! What is offered, and to whom: products, subscriptions, client keys.
//!
//! INVARIANT (released only): a product rests on a release, and answers with
//! that release's columns and no others.

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use shuyu_model::id::{
    AgreementId, ClientKeyId, OrganisationId, PersonId, ProductId, ReleaseId, ScenarioId, SubscriptionId,
};
use shuyu_model::{Time, UseKind};

/// The longest title or name, in characters.
pub const TITLE_CHARS_MAX: usize = 200;
/// The most calls a day that a subscription can allow.
pub const CALLS_PER_DAY_MAX: i64 = 1_000_000_000;
/// The most keys in use of one subscription.
pub const CLIENT_KEYS_MAX: usize = 20;

/// How a product is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductKind {
    /// One answer a call, by key: 核验, 查询.
    Lookup,
    /// A file of rows.
    Dataset,
    /// A file of counts.
    Report,
    /// A file of what was learnt: a model's parameters.
    Model,
}

impl ProductKind {
    /// The word in JSON and in the journal.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lookup => "lookup",
            Self::Dataset => "dataset",
            Self::Report => "report",
            Self::Model => "model",
        }
    }
}

/// Whether a product can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductState {
    /// It can.
    Offered,
    /// It was taken back.
    Withdrawn,
}

/// Something that an entity can subscribe to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Product {
    /// Its name.
    pub id: ProductId,
    /// What it serves at present.
    pub release: ReleaseId,
    /// For which scenario it was made.
    pub scenario: ScenarioId,
    /// Who offers it.
    pub operator: OrganisationId,
    /// What people call it.
    pub title: String,
    /// How it is used.
    pub kind: ProductKind,
    /// The column that a call's key is looked up in.
    pub key: Option<String>,
    /// The columns that go out.
    pub answer: Vec<String>,
    /// Whether each answer is about a person or firm that must have consented.
    pub needs_consent: bool,
    /// Whether it can be had.
    pub state: ProductState,
    /// Since when.
    pub published_at: Time,
}

/// What the operator says of a product to be published.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    /// The release behind it.
    pub release: ReleaseId,
    /// What people call it.
    pub title: String,
    /// How it is used.
    pub kind: ProductKind,
    /// The key column of a lookup.
    #[serde(default)]
    pub key: Option<String>,
}

/// An entity's right to use a product for a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subscription {
    /// Its name.
    pub id: SubscriptionId,
    /// Of which product.
    pub product: ProductId,
    /// Whose.
    pub entity: OrganisationId,
    /// Who offers it.
    pub operator: OrganisationId,
    /// For what.
    pub scenario: ScenarioId,
    /// Under which development agreement.
    pub agreement: AgreementId,
    /// The scenario's use.
    pub use_kind: UseKind,
    /// The quota of a day in the city.
    pub calls_per_day_max: i64,
    /// Who opened it for the operator.
    pub opened_by: PersonId,
    /// When.
    pub opened_at: Time,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// Whether it is everybody's: the entity is then 社会公众, and the agreement the
    /// operator's own.
    pub is_public: bool,
}

/// What the operator says of a subscription to be opened.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSubscription {
    /// Of which product.
    pub product: ProductId,
    /// For whom.
    pub entity: OrganisationId,
    /// For what.
    pub scenario: ScenarioId,
    /// Under which development agreement.
    pub agreement: AgreementId,
    /// The use.
    pub use_kind: UseKind,
    /// The quota of a day.
    pub calls_per_day_max: i64,
}

/// A key with which a client signs its calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClientKey {
    /// Its name; the `keyid` of signatures.
    pub id: ClientKeyId,
    /// For which subscription.
    pub subscription: SubscriptionId,
    /// What people call it.
    pub name: String,
    /// The Ed25519 public key.
    #[serde(serialize_with = "as_base64")]
    pub public_key: VerifyingKey,
    /// Since when.
    pub added_at: Time,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Time>,
}

fn as_base64<S: serde::Serializer>(key: &VerifyingKey, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&key_to_text(key))
}

pub(crate) fn key_to_text(key: &VerifyingKey) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(key.as_bytes())
}

/// Reads an Ed25519 public key: 32 bytes in base64. A weak key, under which a
/// stranger can sign, is none.
pub(crate) fn key_from_text(text: &str) -> Option<VerifyingKey> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?;
    let key = VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok()?;
    (!key.is_weak()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_public_key_of_32_bytes_and_no_weak_one() {
        let good = ed25519_dalek::SigningKey::from_bytes(&[5; 32]).verifying_key();
        assert_eq!(key_from_text(&key_to_text(&good)), Some(good));
        for bad in ["", "AAAA", "not base64!", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
            assert_eq!(key_from_text(bad), None, "{bad}");
        }
    }
}
