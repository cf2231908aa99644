//! The gateway: a bank asks, an answer comes back.
//!
//! authenticate → subscription and permit → consent → quota → look up → output
//! filter → durable record → answer. All of it in memory but for the record.
//!
//! INVARIANT (durable first): the answer is given when the log holds its record.
//! INVARIANT (no silent no): every refusal is written down, with all its reasons.
//! INVARIANT (at once): see `state`; what is decided here is decided under one
//! lock, at one time, and that time is in the record.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shuyu_exchange::signature::{Presented, SignedCall, first_half};
use shuyu_ledger::{Access, Event};
use shuyu_model::id::{ClientKeyId, ConsentId, ProductId, SubscriptionId};
use shuyu_model::{Reason, Reasons, Regime, Time, Verdict};

use crate::consent::{self, Wanted};
use crate::delivery::Delivery;
use crate::error::DeliveryError;
use crate::offers::unknown;
use crate::product::{ProductKind, Subscription};
use crate::reasons;
use crate::receipt::Receipt;
use crate::replay::Admission;
use crate::shelf::is_raw_identifier;
use crate::state::{Line, Offer, State};
use crate::stock::{FileFormat, to_file};
use crate::subject::Subject;

type Result<T> = std::result::Result<T, DeliveryError>;

/// The largest body of a call, in bytes.
pub const CALL_BYTES_MAX: usize = 8192;
/// The longest key that is looked up, in bytes.
pub const KEY_BYTES_MAX: usize = 256;
/// What one answer or one file counts.
pub(crate) const UNITS: i64 = 1;

/// What a lookup asks: the body of the call.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    subscription: SubscriptionId,
    key: String,
    #[serde(default)]
    consent: Option<ConsentId>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Whether there is such a row. A question about somebody unknown counts
    /// like any other.
    pub found: bool,
    /// The product's columns; empty where nothing was found.
    pub values: Map<String, Value>,
    #[serde(skip)]
    text: String,
}

impl Answer {
    fn new(row: Option<Map<String, Value>>) -> Result<Self> {
        let found = row.is_some();
        let mut answer = Self { found, values: row.unwrap_or_default(), text: String::new() };
        answer.text = serde_json::to_string(&answer)?;
        Ok(answer)
    }

    /// The answer as JSON: the bytes whose digest the receipt holds. Whoever
    /// sends it on sends it byte for byte.
    pub fn as_json(&self) -> &str {
        &self.text
    }
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileBody {
    /// Its bytes, whose digest the receipt holds.
    pub bytes: Bytes,
    /// What they are.
    pub format: FileFormat,
}

/// Somebody whose signature was right.
struct Caller {
    presented: Presented,
    client: ClientKeyId,
    subscription: SubscriptionId,
    line: Arc<Line>,
    product: ProductId,
}

/// What a caller wants of a product.
struct Request<'a> {
    caller: &'a Caller,
    /// What it is answered from, be it superseded meanwhile.
    offer: &'a Offer,
    /// The subscription that the call names; it must be the key's.
    named: Option<&'a SubscriptionId>,
    is_file: bool,
    /// Whom it is about and the consent that the call names.
    subject: Option<Subject>,
    consent: Option<&'a ConsentId>,
}

/// Let through: at this time, on this consent.
struct Admitted {
    at: Time,
    subscription: Subscription,
    consent: Option<ConsentId>,
}

impl Delivery {
    /// Answers a lookup.
    pub async fn answer(&self, call: SignedCall) -> Result<Verdict<(Answer, Receipt)>> {
        let product = product_of(&call.path)?;
        let caller = match self.authenticate(&call, product)? {
            Ok(caller) => caller,
            Err((product, reasons)) => return self.turn_away(None, &product, reasons).await,
        };
        let question: Question = serde_json::from_slice(&call.body).map_err(|_| DeliveryError::Malformed {
            part: "body",
            what: "JSON with `subscription`, `key` and perhaps `consent`",
        })?;
        if question.key.is_empty() || question.key.len() > KEY_BYTES_MAX {
            return Err(DeliveryError::Malformed { part: "key", what: "a text of 1 to 256 bytes" });
        }
        let offer = self.offer(&caller.product)?;
        let request = Request {
            caller: &caller,
            offer: &offer,
            named: Some(&question.subscription),
            is_file: false,
            subject: offer.product.needs_consent.then(|| self.0.subjects.subject(&question.key)),
            consent: question.consent.as_ref(),
        };
        let stock = self.stocked(&offer).await?;
        let admitted = match self.admit(&request).await? {
            Ok(admitted) => admitted,
            Err(reasons) => return self.turn_away(Some(&caller), &caller.product, reasons).await,
        };
        let row = stock.find(&question.key).inspect_err(|_| self.uncount(&caller, &admitted))?;
        if row.as_ref().is_some_and(|row| row.values().any(is_raw_identifier)) {
            self.uncount(&caller, &admitted);
            let reasons = Reasons::one(self.raw_reason());
            return self.turn_away(Some(&caller), &caller.product, reasons).await;
        }
        let answer = Answer::new(row).inspect_err(|_| self.uncount(&caller, &admitted))?;
        let receipt = self.record(&caller, admitted, answer.as_json().as_bytes()).await?;
        Ok(Verdict::Allow((answer, receipt)))
    }

    /// Gives a data set or report as a file: `?subscription=SUB-…&format=csv`
    /// (or `parquet`).
    pub async fn file(&self, call: SignedCall) -> Result<Verdict<(FileBody, Receipt)>> {
        let product = product_of(&call.path)?;
        let caller = match self.authenticate(&call, product)? {
            Ok(caller) => caller,
            Err((product, reasons)) => return self.turn_away(None, &product, reasons).await,
        };
        let (named, format) = file_query(&call.query)?;
        let offer = self.offer(&caller.product)?;
        let request = Request {
            caller: &caller,
            offer: &offer,
            named: named.as_ref(),
            is_file: true,
            subject: None,
            consent: None,
        };
        // Whoever is let through, a release that was withdrawn must be known as that.
        self.stocked(&offer).await?;
        // Asked twice: before the work, and again when the file is ready to go,
        // since much may have ended while it was made.
        let early = match self.admit(&request).await? {
            Ok(admitted) => admitted,
            Err(reasons) => return self.turn_away(Some(&caller), &caller.product, reasons).await,
        };
        self.uncount(&caller, &early);
        let opened = self.opened(&offer.product.release).await?;
        let bytes = tokio::task::spawn_blocking(move || to_file(opened, format)).await??;
        let admitted = match self.admit(&request).await? {
            Ok(admitted) => admitted,
            Err(reasons) => return self.turn_away(Some(&caller), &caller.product, reasons).await,
        };
        let receipt = self.record(&caller, admitted, &bytes).await?;
        Ok(Verdict::Allow((FileBody { bytes, format }, receipt)))
    }

    /// Who calls. One vague reason for whatever is wrong.
    fn authenticate(
        &self,
        call: &SignedCall,
        product: ProductId,
    ) -> Result<std::result::Result<Caller, (ProductId, Reasons)>> {
        if call.body.len() > CALL_BYTES_MAX {
            return Err(DeliveryError::Malformed { part: "body", what: "8192 bytes at most" });
        }
        let now = self.0.ledger.now();
        let vague = |product| Ok(Err((product, Reasons::one(signature_reason()))));
        let Some(presented) = Presented::read(call, now) else { return vague(product) };
        let Ok(client) = ClientKeyId::parse(&presented.keyid) else { return vague(product) };
        let known = {
            let state = self.0.state.read();
            state.keys.get(&client).filter(|key| key.withdrawn_at.is_none()).and_then(|key| {
                let line = state.lines.get(&key.subscription)?;
                Some((key.public_key, key.subscription.clone(), Arc::clone(line)))
            })
        };
        let Some((public_key, subscription, line)) = known else { return vague(product) };
        if !presented.is_by(&public_key) {
            return vague(product);
        }
        let request = presented.request_digest(self.0.ledger.profile());
        let request = first_half(request.bytes());
        match self.0.replay.lock().admit(presented.once(), request, presented.fresh_until, now) {
            Admission::Seen => return vague(product),
            Admission::Full => return Ok(Err((product, Reasons::one(no_room_reason())))),
            Admission::Fresh => {}
        }
        Ok(Ok(Caller { presented, client, subscription, line, product }))
    }

    /// Whether a request is let through; asks the registry again where the
    /// permit at hand is dead.
    async fn admit(&self, request: &Request<'_>) -> Result<std::result::Result<Admitted, Reasons>> {
        loop {
            let line = &request.caller.line;
            let mut found = Vec::new();
            if !line.is_permitted() {
                found = self.renew(line).await?;
            }
            match self.decide(request, found) {
                Decision::Admitted(admitted) => return Ok(Ok(*admitted)),
                Decision::Refused(reasons) => return Ok(Err(reasons)),
                // The permit died between the two lines above.
                Decision::PermitDied => {}
            }
        }
    }

    /// Asks for a new permit; gives every reason why there is none.
    pub(crate) async fn renew(&self, line: &Line) -> Result<Vec<Reason>> {
        let subscription = line.subscription.read().clone();
        let Some(actor) = self.0.registry.actor(&subscription.opened_by).await? else {
            return Err(unknown("person", subscription.opened_by.as_str()));
        };
        match self.ask(&actor, &subscription).await? {
            Verdict::Allow(permit) => {
                *line.permit.write() = Some(permit);
                Ok(Vec::new())
            }
            Verdict::Refuse(reasons) => Ok(reasons.into_vec()),
        }
    }

    /// INVARIANT (at once): one lock, one time.
    fn decide(&self, request: &Request<'_>, mut found: Vec<Reason>) -> Decision {
        let regime = self.regime();
        let caller = request.caller;
        let state = self.0.state.read();
        let at = self.0.ledger.now();
        let subscription = caller.line.subscription.read().clone();
        if found.is_empty() && !caller.line.is_permitted() {
            return Decision::PermitDied;
        }
        if state.keys.get(&caller.client).is_none_or(|key| key.withdrawn_at.is_some()) {
            return Decision::Refused(Reasons::one(signature_reason()));
        }
        if caller.product != subscription.product || request.named.is_some_and(|id| *id != caller.subscription) {
            found.push(regime.reason(
                reasons::SUBSCRIPTION_OTHER,
                &regime.agreement.scope_is_binding,
                "the client key is for another product or subscription than the call names",
                "sign with a key of the subscription that the call is for",
            ));
        } else if let Some(offer) = state.offers.get(&caller.product) {
            found.extend(self.offered_reason(&offer.product));
            if request.offer.stock.get().is_some_and(|stock| !stock.is_live()) {
                found.push(self.not_live_reason());
            }
            if request.is_file == (offer.product.kind == ProductKind::Lookup) {
                found.push(self.kind_reason());
            }
        }
        found.extend(ended_reason(regime, &subscription));
        let consent = self.consent_of(&state, request, &subscription, at).unwrap_or_else(|reasons| {
            found.extend(reasons);
            None
        });
        let mut usage = caller.line.usage.lock();
        if !usage.has_room(at.day(), subscription.calls_per_day_max) {
            found.push(quota_reason(regime, &subscription));
        }
        match Reasons::new(found) {
            Some(reasons) => Decision::Refused(reasons),
            None => {
                usage.count(at.day());
                Decision::Admitted(Box::new(Admitted { at, subscription, consent }))
            }
        }
    }

    /// INVARIANT (own consent): the consent that carries a request, where it
    /// needs one.
    fn consent_of(
        &self,
        state: &State,
        request: &Request<'_>,
        subscription: &Subscription,
        now: Time,
    ) -> std::result::Result<Option<ConsentId>, Vec<Reason>> {
        let Some(subject) = request.subject else { return Ok(None) };
        let wanted = Wanted { subject, entity: &subscription.entity, product: &subscription.product, now };
        let given = match request.consent.map(|id| state.consent(id)) {
            None => consent::find(&wanted, None, state.consents_of(subject, wanted.product), self.regime()),
            Some(Some(named)) => consent::find(&wanted, Some(named), std::iter::empty(), self.regime()),
            // A name that nothing bears is as good as no consent.
            Some(None) => Err(vec![consent::no_consent(self.regime())]),
        };
        given.map(Some)
    }

    /// INVARIANT (durable first).
    async fn record(&self, caller: &Caller, admitted: Admitted, answer: &[u8]) -> Result<Receipt> {
        let profile = self.0.ledger.profile();
        let access = Access {
            subscription: admitted.subscription.id.clone(),
            product: admitted.subscription.product.clone(),
            receipt: self.0.ledger.new_id(),
            client: Some(caller.client.clone()),
            consent: admitted.consent.clone(),
            use_kind: admitted.subscription.use_kind,
            request: caller.presented.request_digest(profile),
            answer: caller.presented.answer_digest(profile, answer),
            units: UNITS,
            at: admitted.at,
        };
        let entry = self.0.ledger.record(access.clone()).await.inspect_err(|_| self.uncount(caller, &admitted))?;
        Ok(Receipt::of_recorded(u64::try_from(entry.seq).unwrap_or(u64::MAX), access))
    }

    /// A call that came to nothing does not count.
    fn uncount(&self, caller: &Caller, admitted: &Admitted) {
        caller.line.usage.lock().uncount(admitted.at.day());
    }

    /// INVARIANT (no silent no).
    async fn turn_away<T>(&self, caller: Option<&Caller>, product: &ProductId, reasons: Reasons) -> Result<Verdict<T>> {
        let facts = match caller {
            Some(caller) => serde_json::json!({ "client": caller.client, "subscription": caller.subscription }),
            None => Value::Null,
        };
        let event = Event::refused(None, "delivery.refused", product.as_str(), &reasons).under(self.regime());
        self.0.ledger.refuse(event.facts(facts)).await?;
        Ok(Verdict::Refuse(reasons))
    }

    pub(crate) fn offer(&self, product: &ProductId) -> Result<Arc<Offer>> {
        self.0.state.read().offers.get(product).cloned().ok_or_else(|| unknown("product", product.as_str()))
    }

    fn raw_reason(&self) -> Reason {
        let regime = self.regime();
        regime.reason(
            reasons::RAW_ANSWER,
            &regime.release.raw_never_leaves,
            "the answer holds a raw identifier and was stopped",
            "tell the operator; the release must be reviewed again",
        )
    }

    fn kind_reason(&self) -> Reason {
        let regime = self.regime();
        regime.reason(
            reasons::NOT_LOOKUP,
            &regime.agreement.scope_is_binding,
            "the product is not delivered this way",
            "ask a lookup for answers, and a data set, report or model for its file",
        )
    }
}

enum Decision {
    Admitted(Box<Admitted>),
    Refused(Reasons),
    PermitDied,
}

/// INVARIANT (one vague no), see `signature`.
fn signature_reason() -> Reason {
    Reason::new(
        reasons::SIGNATURE,
        "the call is not signed as it must be by a key in use",
        "RFC 9421",
        "sign @method, @path and content-digest with created, nonce and keyid; check key, clock and body",
    )
}

pub(crate) fn ended_reason(regime: &Regime, subscription: &Subscription) -> Option<Reason> {
    subscription.ended_at.map(|_| {
        regime.reason(
            reasons::SUBSCRIPTION_ENDED,
            &regime.agreement.access_ends_with_it,
            "the subscription has ended",
            "ask the operator for a new subscription",
        )
    })
}

pub(crate) fn quota_reason(regime: &Regime, subscription: &Subscription) -> Reason {
    regime.reason(
        reasons::QUOTA,
        &regime.agreement.scope_is_binding,
        format!("the {} calls of this day are used up", subscription.calls_per_day_max),
        "wait for the next day, or ask the operator for a larger quota",
    )
}

fn no_room_reason() -> Reason {
    Reason::new(
        reasons::NO_ROOM,
        "too many signed calls came within minutes",
        "RFC 9421 7.2.2",
        "try again in a few minutes with a new signature",
    )
}

/// `/v1/products/PRD-…/answers`.
fn product_of(path: &str) -> Result<ProductId> {
    let found = path.split('/').find_map(|segment| ProductId::parse(segment).ok());
    found.ok_or(DeliveryError::Malformed { part: "path", what: "it names a product" })
}

fn file_query(query: &str) -> Result<(Option<SubscriptionId>, FileFormat)> {
    let (mut named, mut format) = (None, FileFormat::Csv);
    let malformed = |part, what| DeliveryError::Malformed { part, what };
    for pair in query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("subscription", id)) => {
                named = Some(SubscriptionId::parse(id).map_err(|_| malformed("subscription", "an id `SUB-…`"))?);
            }
            Some(("format", "csv")) => format = FileFormat::Csv,
            Some(("format", "parquet")) => format = FileFormat::Parquet,
            _ => return Err(malformed("query", "`subscription=SUB-…` and perhaps `format=csv` or `format=parquet`")),
        }
    }
    Ok((named, format))
}

#[cfg(test)]
mod tests;
