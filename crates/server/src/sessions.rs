//! Who is signed in: a random token in a cookie, its digest in the database.
//!
//! INVARIANT (token is nowhere): the 32 bytes leave only in the cookie; what is
//! stored is their digest, and what guards against forged requests is another.
//! INVARIANT (fresh roles): a session stores a person, never roles, so that a
//! role withdrawn is gone with the next request.
//!
//! Not here: the password itself (`registry`), how often it may be wrong
//! (`throttle`).

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use shuyu_ledger::{Change, Event, Ledger, LedgerError};
use shuyu_model::id::{PersonId, SessionId};
use shuyu_model::{Actor, Time};

use crate::limits::{SESSION_IDLE_MICROS_MAX, SESSION_MICROS_MAX, SESSION_SEEN_MICROS};
use crate::store::sessions as store;

/// The cookie's name.
pub const COOKIE: &str = "shuyu_session";
/// The header that a changing request must carry.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// A session that was just opened.
#[derive(Debug)]
pub struct Opened {
    /// For the cookie.
    pub token: String,
    /// For the header of changing requests.
    pub csrf: String,
}

/// A session that holds.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub person: PersonId,
}

/// Why a session cannot be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The ledger failed.
    #[error("the sessions cannot be read or written")]
    Ledger(#[from] LedgerError),
    /// The machine gave no random bytes.
    #[error("the machine gives no random bytes: {0}")]
    Randomness(String),
    /// A stored id is no id.
    #[error("a stored session names what is no id")]
    Stored(#[from] shuyu_model::id::IdError),
}

/// All sessions.
#[derive(Clone)]
pub struct Sessions {
    ledger: Ledger,
    /// When each was last seen, exactly; the database is up to
    /// [`SESSION_SEEN_MICROS`] behind.
    seen: Arc<Mutex<HashMap<SessionId, Time>>>,
}

impl Sessions {
    /// The sessions of this ledger.
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger, seen: Arc::default() }
    }

    /// Opens a session for somebody whose password was right.
    pub async fn open(&self, actor: &Actor) -> Result<Opened, SessionError> {
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret).map_err(|error| SessionError::Randomness(error.to_string()))?;
        let token = hex::encode(secret);
        let id: SessionId = self.ledger.new_id();
        let now = self.ledger.now();
        let mut change = self.ledger.change().await?;
        store::delete_ended(&mut change, now).await?;
        let digest = self.digest("token", &token);
        let ends_at = now.plus_micros(SESSION_MICROS_MAX);
        store::insert(&mut change, id.as_str(), &digest, actor.person.as_str(), now, ends_at).await?;
        change.commit(Event::done(Some(actor), "session.opened", id.as_str())).await?;
        self.seen.lock().insert(id, now);
        Ok(Opened { csrf: self.csrf(&token), token })
    }

    /// A series of wrong passwords has closed this person's login name for a while.
    pub async fn blocked(&self, person: &PersonId) -> Result<(), SessionError> {
        let change = self.ledger.change().await?;
        change.commit(Event::done(None, "session.blocked", person.as_str())).await?;
        Ok(())
    }

    /// The session of a token, if it still holds. Counts as a use of it.
    pub async fn find(&self, token: &str) -> Result<Option<Session>, SessionError> {
        let Some(row) = store::by_token(&self.ledger, &self.digest("token", token)).await? else { return Ok(None) };
        let session =
            Session { id: SessionId::parse(&row.text("id")?)?, person: PersonId::parse(&row.text("person")?)? };
        let now = self.ledger.now();
        let stored = Time(row.int("seen_at")?);
        let seen = self.seen.lock().get(&session.id).copied().unwrap_or(stored).max(stored);
        if Time(row.int("ends_at")?) <= now || seen.plus_micros(SESSION_IDLE_MICROS_MAX) <= now {
            self.seen.lock().remove(&session.id);
            return Ok(None);
        }
        self.seen.lock().insert(session.id.clone(), now);
        if stored.plus_micros(SESSION_SEEN_MICROS) <= now {
            let mut change = self.ledger.change().await?;
            store::seen(&mut change, session.id.as_str(), now).await?;
            change.commit(Event::done(None, "session.seen", session.id.as_str())).await?;
        }
        Ok(Some(session))
    }

    /// Ends a session.
    pub async fn close(&self, session: &Session, actor: &Actor) -> Result<(), SessionError> {
        let mut change = self.ledger.change().await?;
        if 0 < store::delete(&mut change, session.id.as_str()).await? {
            change.commit(Event::done(Some(actor), "session.closed", session.id.as_str())).await?;
        }
        self.seen.lock().remove(&session.id);
        Ok(())
    }

    /// A demonstration's clock is about to jump: whoever is signed in stays so.
    /// Part of the change that writes the jump down.
    pub(crate) async fn carry_over(&self, change: &mut Change, micros: i64) -> Result<(), LedgerError> {
        let now = change.now();
        store::carry_over(change, now, micros).await?;
        self.seen.lock().clear();
        Ok(())
    }

    /// What a changing request under this token must carry.
    pub fn csrf(&self, token: &str) -> String {
        self.digest("csrf", token)
    }

    /// Whether `given` is that, compared in constant time.
    pub fn csrf_matches(&self, token: &str, given: &str) -> bool {
        is_same(self.csrf(token).as_bytes(), given.as_bytes())
    }

    fn digest(&self, purpose: &str, token: &str) -> String {
        let bytes = [b"shuyu session ", purpose.as_bytes(), b"\0", token.as_bytes()].concat();
        hex::encode(self.ledger.profile().digest(&bytes).bytes())
    }
}

pub(crate) fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0_u8, |different, (x, y)| different | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use shuyu_ledger::testing::ledgers;
    use shuyu_model::Role;

    use super::*;

    fn actor(ledger: &Ledger) -> Actor {
        Actor { person: ledger.new_id(), organisation: ledger.new_id(), roles: vec![Role::Agency] }
    }

    #[tokio::test]
    async fn a_session_ends_when_idle_and_in_any_case_after_half_a_day() {
        for (backend, ledger, _dir) in ledgers().await {
            let sessions = Sessions::new(ledger.clone());
            let opened = sessions.open(&actor(&ledger)).await.unwrap();
            let start = ledger.now();
            let mut used = 0;
            // Used every 20 minutes it holds, until the absolute end.
            loop {
                ledger.clock().advance_to(ledger.now().plus_micros(20 * 60 * 1_000_000)).unwrap();
                if sessions.find(&opened.token).await.unwrap().is_none() {
                    break;
                }
                used += 1;
            }
            assert_eq!(used, 35, "{backend}");
            assert!(start.plus_micros(SESSION_MICROS_MAX) <= ledger.now(), "{backend}");
            let idle = sessions.open(&actor(&ledger)).await.unwrap();
            ledger.clock().advance_to(ledger.now().plus_micros(SESSION_IDLE_MICROS_MAX)).unwrap();
            assert!(sessions.find(&idle.token).await.unwrap().is_none(), "{backend}");
        }
    }

    #[tokio::test]
    async fn a_restart_keeps_sessions_and_a_closed_one_stays_closed() {
        for (backend, ledger, _dir) in ledgers().await {
            let somebody = actor(&ledger);
            let opened = Sessions::new(ledger.clone()).open(&somebody).await.unwrap();
            let after_restart = Sessions::new(ledger.clone());
            let session = after_restart.find(&opened.token).await.unwrap();
            assert_eq!(session.as_ref().map(|s| &s.person), Some(&somebody.person), "{backend}");
            after_restart.close(&session.unwrap(), &somebody).await.unwrap();
            assert!(Sessions::new(ledger).find(&opened.token).await.unwrap().is_none(), "{backend}");
        }
    }

    #[tokio::test]
    async fn a_token_of_one_session_is_no_csrf_token_of_another() {
        for (backend, ledger, _dir) in ledgers().await {
            let sessions = Sessions::new(ledger.clone());
            let one = sessions.open(&actor(&ledger)).await.unwrap();
            let other = sessions.open(&actor(&ledger)).await.unwrap();
            assert!(sessions.csrf_matches(&one.token, &one.csrf), "{backend}");
            for wrong in ["", "0", &other.csrf, &one.token] {
                assert!(!sessions.csrf_matches(&one.token, wrong), "{backend}");
            }
        }
    }
}
