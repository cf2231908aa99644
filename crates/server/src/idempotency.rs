//! A request sent twice is done once: `idempotency-key` on POST.
//!
//! The key is written down before the request is served and its answer after.
//! The same key with the same request gets the same answer; with another
//! request it gets 409. Where a crash fell between the two, nobody knows
//! whether the request was done, and the caller is told just that.
//!
//! Faults are not kept: a request that failed by our fault may be sent again.

use axum::http::StatusCode;
use shuyu_ledger::{Event, Ledger, LedgerError};
use shuyu_model::{Actor, Digest};

use crate::error::Problem;
use crate::limits::{IDEMPOTENCY_ANSWER_BYTES_MAX, IDEMPOTENCY_KEY_CHARS_MAX, IDEMPOTENCY_MICROS};
use crate::store::idempotency as store;

/// The header's name.
pub const HEADER: &str = "idempotency-key";

/// What a key says about a request.
#[derive(Debug)]
pub enum Begun {
    /// It is new: serve it, then call [`Keys::finish`].
    New,
    /// It was served before; this was the answer.
    Before {
        /// Its status.
        status: StatusCode,
        /// Its body.
        body: String,
    },
}

/// The keys given so far.
#[derive(Clone)]
pub struct Keys {
    ledger: Ledger,
}

impl Keys {
    /// The keys of this ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Writes the key down, or finds what it was answered with.
    pub async fn begin(&self, actor: &Actor, given: &str, request: Digest) -> Result<Begun, Problem> {
        if given.is_empty() || given.chars().count() > IDEMPOTENCY_KEY_CHARS_MAX {
            return Err(Problem::malformed(format!("`{HEADER}` has 1 to {IDEMPOTENCY_KEY_CHARS_MAX} characters")));
        }
        let mut change = self.ledger.change().await.map_err(Problem::fault)?;
        let now = change.now();
        let forget_before = now.plus_micros(-IDEMPOTENCY_MICROS);
        let row = store::find(&mut change, actor.person.as_str(), given).await.map_err(Problem::fault)?;
        if let Some(row) = row
            && forget_before.0 <= row.int("begun_at").map_err(Problem::fault)?
        {
            let stored = row.text("request_digest").map_err(Problem::fault)?;
            if stored != request.to_string() {
                return Err(Problem::conflict(format!(
                    "this `{HEADER}` was sent with another request; draw a new key"
                )));
            }
            let status = row.opt_int("status").map_err(Problem::fault)?;
            let body = row.opt_text("answer").map_err(Problem::fault)?.unwrap_or_default();
            let status = status.and_then(|s| u16::try_from(s).ok()).and_then(|s| StatusCode::from_u16(s).ok());
            return status.map(|status| Begun::Before { status, body }).ok_or_else(|| {
                Problem::conflict(
                    "a request with this key is being served or was cut off by a crash; look whether it was done before sending it with a new key",
                )
            });
        }
        self.write_down(change, actor, given, request).await.map_err(Problem::fault)?;
        Ok(Begun::New)
    }

    async fn write_down(
        &self,
        mut change: shuyu_ledger::Change,
        actor: &Actor,
        given: &str,
        request: Digest,
    ) -> Result<(), LedgerError> {
        let now = change.now();
        store::delete_before(&mut change, now.plus_micros(-IDEMPOTENCY_MICROS)).await?;
        store::insert(&mut change, actor.person.as_str(), given, &request.to_string(), now).await?;
        let event = Event::done(Some(actor), "request.begun", actor.person.as_str()).digests(None, Some(request));
        change.commit(event).await?;
        Ok(())
    }

    /// Keeps the answer; or forgets the key where the request may be sent again.
    pub async fn finish(&self, actor: &Actor, given: &str, status: StatusCode, body: &[u8]) -> Result<(), LedgerError> {
        let mut change = self.ledger.change().await?;
        let text = std::str::from_utf8(body).ok().filter(|text| text.len() <= IDEMPOTENCY_ANSWER_BYTES_MAX);
        let event = match text {
            Some(text) if !status.is_server_error() => {
                let code = i64::from(status.as_u16());
                store::answer(&mut change, actor.person.as_str(), given, code, text).await?;
                Event::done(Some(actor), "request.answered", actor.person.as_str())
            }
            _ => {
                store::delete(&mut change, actor.person.as_str(), given).await?;
                Event::done(Some(actor), "request.forgotten", actor.person.as_str())
            }
        };
        change.commit(event).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use shuyu_ledger::testing::ledgers;
    use shuyu_model::CryptoProfile;

    use super::*;

    #[tokio::test]
    async fn the_same_request_is_answered_alike_and_another_is_a_conflict() {
        for (backend, ledger, _dir) in ledgers().await {
            let keys = Keys::new(ledger.clone());
            let actor = Actor { person: ledger.new_id(), organisation: ledger.new_id(), roles: Vec::new() };
            let request = CryptoProfile::International.digest(b"one");
            assert!(matches!(keys.begin(&actor, "k", request).await, Ok(Begun::New)), "{backend}");
            let unknown = keys.begin(&actor, "k", request).await.map(|_| ()).map_err(|p| p.status());
            assert_eq!(unknown, Err(StatusCode::CONFLICT), "{backend}: not known before it is finished");
            keys.finish(&actor, "k", StatusCode::CREATED, b"{}").await.unwrap();
            let again = keys.begin(&actor, "k", request).await.unwrap();
            assert!(matches!(again, Begun::Before { status: StatusCode::CREATED, body } if body == "{}"), "{backend}");
            let other = CryptoProfile::International.digest(b"two");
            assert_eq!(
                keys.begin(&actor, "k", other).await.map(|_| ()).map_err(|p| p.status()),
                Err(StatusCode::CONFLICT)
            );
            // Another person's key of the same name is another key.
            let somebody = Actor { person: ledger.new_id(), ..actor.clone() };
            assert!(matches!(keys.begin(&somebody, "k", other).await, Ok(Begun::New)), "{backend}");
            ledger.clock().advance_to(ledger.now().plus_micros(IDEMPOTENCY_MICROS + 1)).unwrap();
            assert!(matches!(keys.begin(&actor, "k", other).await, Ok(Begun::New)), "{backend}: forgotten after a day");
        }
    }

    #[tokio::test]
    async fn a_fault_may_be_tried_again_with_the_same_key() {
        for (backend, ledger, _dir) in ledgers().await {
            let keys = Keys::new(ledger.clone());
            let actor = Actor { person: ledger.new_id(), organisation: ledger.new_id(), roles: Vec::new() };
            let request = CryptoProfile::International.digest(b"one");
            keys.begin(&actor, "k", request).await.unwrap();
            keys.finish(&actor, "k", StatusCode::INTERNAL_SERVER_ERROR, b"").await.unwrap();
            assert!(matches!(keys.begin(&actor, "k", request).await, Ok(Begun::New)), "{backend}");
        }
    }
}
