//! What is written down: an event for each change or refusal, an access for
//! each delivery.
//!
//! INVARIANT (no values): an entry names things and digests; it never holds a
//! value from the data.
//! Entries are JSON in the log, `"kind":"event"` with a sequence number, `"kind":"access"`
//! or `"kind":"request"`; `verify` reads them with no other knowledge.

use serde::{Deserialize, Serialize};
use shuyu_model::id::{ClientKeyId, ConsentId, OrganisationId, PersonId, ProductId, ReceiptId, SubscriptionId};
use shuyu_model::{Actor, Digest, Reason, Reasons, Regime, Role, Time, UseKind};

use crate::LedgerError;

/// The largest entry. A C2SP entry bundle counts an entry's bytes in 16 bits.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// Whether a thing was done or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused, for these reasons.
    Refused(Reasons),
}

/// What changed or was refused, by whom, under which clauses.
#[derive(Debug, Clone)]
pub struct Event {
    /// Who did it; `None` is the platform itself.
    pub actor: Option<Actor>,
    /// What, in the past: `resource.registered`.
    pub action: &'static str,
    /// To what: an id.
    pub object: String,
    /// The digest of the object before.
    pub before: Option<Digest>,
    /// The digest of the object after.
    pub after: Option<Digest>,
    /// Under which version of which rules: `changsha-2026@1`.
    pub regime: Option<String>,
    /// Under which clauses.
    pub clauses: Vec<String>,
    /// Done or refused.
    pub outcome: Outcome,
    /// What else a reader must know; see INVARIANT (no values).
    pub facts: serde_json::Value,
}

impl Event {
    /// Something was done.
    pub fn done(actor: Option<&Actor>, action: &'static str, object: impl Into<String>) -> Self {
        Self {
            actor: actor.cloned(),
            action,
            object: object.into(),
            before: None,
            after: None,
            regime: None,
            clauses: Vec::new(),
            outcome: Outcome::Done,
            facts: serde_json::Value::Null,
        }
    }

    /// Something was refused.
    pub fn refused(actor: Option<&Actor>, action: &'static str, object: impl Into<String>, reasons: &Reasons) -> Self {
        let clauses = reasons.iter().map(|reason| reason.clause.clone()).collect();
        Self { outcome: Outcome::Refused(reasons.clone()), clauses, ..Self::done(actor, action, object) }
    }

    /// Stamps the version of the rules.
    #[must_use]
    pub fn under(mut self, regime: &Regime) -> Self {
        self.regime = Some(regime.stamp());
        self
    }

    /// Names a clause.
    #[must_use]
    pub fn citing(mut self, clause: impl Into<String>) -> Self {
        self.clauses.push(clause.into());
        self
    }

    /// Adds facts.
    #[must_use]
    pub fn facts(mut self, facts: serde_json::Value) -> Self {
        self.facts = facts;
        self
    }

    /// The object's digests before and after.
    #[must_use]
    pub fn digests(mut self, before: Option<Digest>, after: Option<Digest>) -> Self {
        self.before = before;
        self.after = after;
        self
    }

    /// The bytes that are hashed into the log.
    pub(crate) fn to_bytes(&self, seq: i64, at: Time) -> Result<String, LedgerError> {
        let written = WrittenEvent {
            kind: "event",
            seq,
            at,
            person: self.actor.as_ref().map(|a| &a.person),
            organisation: self.actor.as_ref().map(|a| &a.organisation),
            roles: self.actor.as_ref().map(|a| a.roles.as_slice()).unwrap_or_default(),
            action: self.action,
            object: &self.object,
            before: self.before,
            after: self.after,
            regime: self.regime.as_deref(),
            clauses: &self.clauses,
            refused: match &self.outcome {
                Outcome::Done => Vec::new(),
                Outcome::Refused(reasons) => reasons.iter().collect(),
            },
            facts: &self.facts,
        };
        let text = serde_json::to_string(&written)?;
        if text.len() > ENTRY_BYTES_MAX {
            return Err(LedgerError::EventTooLarge { bytes: text.len(), bytes_max: ENTRY_BYTES_MAX });
        }
        Ok(text)
    }
}

#[derive(Serialize)]
struct WrittenEvent<'a> {
    kind: &'static str,
    seq: i64,
    at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<&'a PersonId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<&'a OrganisationId>,
    #[serde(skip_serializing_if = "<[Role]>::is_empty")]
    roles: &'a [Role],
    action: &'static str,
    object: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regime: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    clauses: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<&'a Reason>,
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    facts: &'a serde_json::Value,
}

/// One answer or one file that went out. Money is counted from these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Under which subscription.
    pub subscription: SubscriptionId,
    /// Of which product.
    pub product: ProductId,
    /// The receipt's name.
    pub receipt: ReceiptId,
    /// Which client key signed the request; none where the product is open to everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientKeyId>,
    /// On whose consent, where a person is concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentId>,
    /// For what.
    pub use_kind: UseKind,
    /// Digest of the signed request.
    pub request: Digest,
    /// Digest of what went out.
    pub answer: Digest,
    /// How many units the tariff counts.
    pub units: i64,
    /// When.
    pub at: Time,
}

#[derive(Serialize, Deserialize)]
struct WrittenAccess<'a> {
    kind: std::borrow::Cow<'a, str>,
    access: std::borrow::Cow<'a, Access>,
}

impl Access {
    /// The bytes that are hashed into the log.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, LedgerError> {
        let written =
            WrittenAccess { kind: std::borrow::Cow::Borrowed("access"), access: std::borrow::Cow::Borrowed(self) };
        Ok(serde_json::to_vec(&written)?)
    }

    /// Reads an entry of the log; `None` where it is no access.
    pub fn from_entry(entry: &[u8]) -> Option<Self> {
        let written: WrittenAccess<'_> = serde_json::from_slice(entry).ok()?;
        (written.kind == "access").then(|| written.access.into_owned())
    }
}

/// That somebody asked for something over HTTP, and how it ended: who, when, what, of
/// which thing. Never what was asked or answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// When.
    pub at: Time,
    /// Who, where somebody is signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// `GET`.
    pub method: String,
    /// The address with its parameters in braces.
    pub route: String,
    /// The id that stands in the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// How it was answered.
    pub status: u16,
    /// Its number in our own records.
    pub trace: String,
}

#[derive(Serialize, Deserialize)]
struct WrittenRequest<'a> {
    kind: std::borrow::Cow<'a, str>,
    request: std::borrow::Cow<'a, Request>,
}

impl Request {
    /// The bytes that are hashed into the log.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, LedgerError> {
        let written =
            WrittenRequest { kind: std::borrow::Cow::Borrowed("request"), request: std::borrow::Cow::Borrowed(self) };
        Ok(serde_json::to_vec(&written)?)
    }

    /// Reads an entry of the log; `None` where it is no request.
    pub fn from_entry(entry: &[u8]) -> Option<Self> {
        let written: WrittenRequest<'_> = serde_json::from_slice(entry).ok()?;
        (written.kind == "request").then(|| written.request.into_owned())
    }
}

/// Where an entry came to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// An event's number in the journal, from 1; an access's index in the log,
    /// from 0.
    pub seq: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_too_large_for_the_log_is_refused_before_it_is_written() {
        let event = Event::done(None, "test.written", "X").facts(serde_json::json!("x".repeat(ENTRY_BYTES_MAX)));
        assert!(matches!(event.to_bytes(1, Time(0)), Err(LedgerError::EventTooLarge { .. })));
    }

    #[test]
    fn an_event_says_who_did_what_and_nothing_that_is_not_there() {
        let bytes = Event::done(None, "test.written", "X").citing("changsha-2026 六").to_bytes(7, Time(5)).unwrap();
        assert_eq!(
            bytes,
            r#"{"kind":"event","seq":7,"at":5,"action":"test.written","object":"X","clauses":["changsha-2026 六"]}"#
        );
    }
}
