//! What goes up: written with the fact, sent in order, kept with its receipt.
//!
//! INVARIANT (row with fact): [`queue`] writes into the change that the fact is in.
//! INVARIANT (in order): a platform gets its records by their sequence; while one
//! cannot be sent, none behind it is.
//! INVARIANT (nothing doubled): what is sent again after a lost answer is the same
//! bytes under the same number, which the other end knows again.

use serde::Serialize;
use serde_json::{Value, json};
use shuyu_ledger::{Change, Event, Ledger};
use shuyu_model::id::{DispatchId, PeerId};
use shuyu_model::regime::words::{Body, Upward};
use shuyu_model::{Digest, Reason, Regime, Time, canonical};

use crate::inbox::{Answer, Letter};
use crate::receipt::{OUTCOME, RECEIPT, Word, digest_of};
use crate::view::{Attempt, DispatchState, SubmissionState};
use crate::{Exchange, ExchangeError, Peer, Side, fields, reasons, store};

type Result<T> = std::result::Result<T, ExchangeError>;

/// A record waits for its receipt no longer than this.
pub const AGE_DAYS_MAX: i64 = 30;
/// A platform that does not answer is asked so often an hour at most.
pub const FAILURES_PER_HOUR_MAX: i64 = 30;
/// The longest wait between two attempts.
pub const WAIT_SECONDS_MAX: i64 = 600;
/// The shortest wait before asking again what the bureau above decided.
pub const ASK_AGAIN_SECONDS_MIN: i64 = 2;
/// The longest.
pub const ASK_AGAIN_SECONDS_MAX: i64 = 6 * 3600;
const SECOND_MICROS: i64 = 1_000_000;
const HOUR_MICROS: i64 = 3600 * SECOND_MICROS;
/// Records that are given up in one pass.
const EXPIRED_PER_PASS_MAX: usize = 100;

/// What is told about a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Of which kind.
    pub kind: Upward,
    /// About what: an id.
    pub subject: String,
    /// The fields of its kind.
    pub payload: Value,
}

/// A copy that is due with somebody, and that a platform may stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilingOf {
    /// The case or matter.
    pub of: String,
    /// After which move of a matter; 0 for a case.
    pub version: i64,
    /// With whom.
    pub to: Body,
}

impl FilingOf {
    fn is_for(&self, peer: &Peer) -> bool {
        peer.stands_for.contains(&self.to)
    }
}

/// Puts what is told about a fact on its way to every platform that gets it: for what
/// the rules send up, and for copies of which a platform above is the recipient.
pub async fn queue(
    ledger: &Ledger,
    change: &mut Change,
    regime: &Regime,
    record: &Record,
    copies: &[FilingOf],
) -> Result<Vec<DispatchId>> {
    let sends_up = regime.hierarchy.sends_up.as_ref().is_some_and(|kinds| kinds.value.contains(&record.kind));
    let mut queued = Vec::new();
    for peer in store::peers_in(change, Side::Above).await? {
        let copy = copies.iter().find(|copy| copy.is_for(&peer));
        if !sends_up && copy.is_none() {
            continue;
        }
        let faults = fields::faults(record.kind, &record.payload, "setting");
        if let Some(fault) = faults.first() {
            return Err(ExchangeError::Damaged { id: record.subject.clone(), what: fault.what.clone() });
        }
        let payload = canonical::text(&record.payload);
        let new = store::NewDispatch {
            id: ledger.new_id(),
            digest: ledger.profile().digest(payload.as_bytes()),
            payload,
            regime: regime.stamp(),
        };
        store::insert_dispatch(change, &peer.id, record, &new, copy).await?;
        queued.push(new.id);
    }
    Ok(queued)
}

/// The name of the platform whose receipt files this copy, while it is waited for.
pub async fn files_itself(change: &mut Change, of: &str, version: i64, to: Body) -> Result<Option<String>> {
    store::waiting_for(change, of, version, to).await
}

/// A record as it goes over the network.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Which.
    pub dispatch: DispatchId,
    /// To whom.
    pub peer: PeerId,
    /// Where.
    pub url: String,
    /// The path that the signature covers.
    pub path: &'static str,
    /// Signature and digest among them.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes.
    pub body: Vec<u8>,
    sequence: i64,
    digest: Digest,
    /// Whether it has a receipt and only the bureau's word is asked for.
    is_asked_again: bool,
}

/// A record with the words of the platform that took it, verified.
#[derive(Debug, Clone)]
pub struct Taken {
    parcel: Parcel,
    word: Word,
    receipt: String,
    outcome: Option<(Word, String)>,
    reasons: Vec<Reason>,
}

impl Taken {
    /// Which.
    pub fn dispatch(&self) -> &DispatchId {
        &self.parcel.dispatch
    }

    /// Its number.
    pub fn sequence(&self) -> i64 {
        self.parcel.sequence
    }

    /// When the other platform took it, by its clock.
    pub fn at(&self) -> Time {
        self.word.at
    }

    /// Where the record stands by it.
    pub fn state(&self) -> DispatchState {
        match (self.word.state, &self.outcome) {
            (SubmissionState::Refused, _) => DispatchState::Refused,
            (_, Some((Word { state: SubmissionState::Refused, .. }, _))) => DispatchState::Refused,
            (_, Some((Word { state: SubmissionState::Accepted, .. }, _))) => DispatchState::Accepted,
            _ => DispatchState::Acknowledged,
        }
    }
}

/// A copy that a receipt files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledBy {
    /// The case or matter.
    pub of: String,
    /// After which move of a matter; 0 for a case.
    pub version: i64,
    /// With whom.
    pub to: Body,
    /// Of the receipt.
    pub receipt: Digest,
    /// When it was given, by the clock above.
    pub at: Time,
}

/// Writes down that a record was taken. Gives the copy that is filed by it, the first
/// time; its event is for the caller to commit.
pub async fn taken(ledger: &Ledger, change: &mut Change, taken: &Taken) -> Result<(Option<FiledBy>, Event)> {
    let parcel = &taken.parcel;
    let state = taken.state();
    let now = change.now();
    let before = store::dispatch_state(change, &parcel.dispatch).await?;
    let asked_since = now.0.saturating_sub(taken.word.at.0).max(0) / SECOND_MICROS;
    let again = (asked_since / 4).clamp(ASK_AGAIN_SECONDS_MIN, ASK_AGAIN_SECONDS_MAX);
    let kept = store::Kept {
        state,
        receipt: &taken.receipt,
        receipt_at: taken.word.at,
        outcome: taken.outcome.as_ref().map(|(_, note)| note.as_str()),
        reasons: &taken.reasons,
        next_at: now.plus_micros(again * SECOND_MICROS),
    };
    store::set_taken(change, &parcel.dispatch, &kept).await?;
    let outcome = if state == DispatchState::Refused { "refused" } else { "taken" };
    let attempt = Attempt { at: now, outcome: outcome.to_owned(), detail: state.word().to_owned() };
    store::insert_attempt(change, &parcel.dispatch, &parcel.peer, &attempt).await?;
    store::set_peer_pace(change, &parcel.peer, 0, now).await?;
    let receipt = ledger.profile().digest(taken.receipt.as_bytes());
    let is_first = before == DispatchState::Waiting && taken.word.state != SubmissionState::Refused;
    let filed = if is_first { store::filing_of(change, &parcel.dispatch).await? } else { None };
    let filed = filed.map(|(of, version, to)| FiledBy { of, version, to, receipt, at: taken.word.at });
    let codes: Vec<&str> = taken.reasons.iter().map(|reason| &*reason.code).collect();
    let event = Event::done(None, "exchange.taken", parcel.dispatch.as_str()).facts(json!({
        "peer": parcel.peer, "sequence": parcel.sequence, "state": state, "receipt": receipt,
        "receipt_at": taken.word.at, "codes": codes,
    }));
    Ok((filed, event.digests(None, Some(parcel.digest))))
}

/// Why there is no answer that could be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Failure {
    /// Nobody answered; the cause in a word.
    Unreachable(&'static str),
    /// Somebody answered, but with this status.
    Status(u16),
    /// The answer bears no word of the platform that we know, or is about another record.
    Unverified,
}

impl Failure {
    /// Whether the same record would be turned away again however often it came.
    fn is_final(&self) -> bool {
        matches!(self, Self::Status(400 | 409 | 413 | 415 | 422))
    }
}

impl Exchange {
    /// The next record to send to each platform above that may be asked now.
    pub async fn due(&self) -> Result<Vec<Parcel>> {
        let now = self.ledger().now();
        self.give_up_on_old(now).await?;
        let mut parcels = Vec::new();
        for peer in store::peers(self.ledger(), Some(Side::Above)).await? {
            if peer.withdrawn_at.is_some() || now < peer.next_at {
                continue;
            }
            let Some(next) = store::next_dispatch(self.ledger(), &peer.id, now).await? else { continue };
            let letter = Letter {
                sequence: next.sequence,
                kind: next.kind,
                subject: next.subject,
                version: next.version,
                regime: next.regime,
                payload: next.payload,
                digest: next.digest,
            };
            let body = serde_json::to_vec(&letter)
                .map_err(|error| ExchangeError::Damaged { id: next.id.to_string(), what: error.to_string() })?;
            let path = crate::CALL_PATH;
            parcels.push(Parcel {
                headers: self.identity().sign("POST", path, &body, now)?,
                url: peer.url.clone().unwrap_or_default(),
                peer: peer.id,
                path,
                body,
                sequence: letter.sequence,
                digest: letter.digest,
                is_asked_again: next.state == DispatchState::Acknowledged,
                dispatch: next.id,
            });
        }
        Ok(parcels)
    }

    async fn give_up_on_old(&self, now: Time) -> Result<()> {
        let before = now.plus_days(-AGE_DAYS_MAX);
        for id in store::older_than(self.ledger(), before, EXPIRED_PER_PASS_MAX).await? {
            let mut change = self.ledger().change().await?;
            store::set_expired(&mut change, &id).await?;
            let event = Event::done(None, "exchange.expired", id.as_str()).facts(json!({ "days_max": AGE_DAYS_MAX }));
            change.commit(event).await?;
        }
        Ok(())
    }

    /// Reads the answer to a record: what the platform that we know said about it, or
    /// nothing.
    pub async fn read_answer(&self, parcel: Parcel, body: &[u8]) -> Result<Option<Taken>> {
        let Some(peer) = store::peer(self.ledger(), &parcel.peer).await? else { return Ok(None) };
        let Ok(key) = shuyu_ledger::verify::VerifierKey::parse(&peer.verifier) else { return Ok(None) };
        let Ok(Answer { receipt, outcome, reasons, .. }) = serde_json::from_slice::<Answer>(body) else {
            return Ok(None);
        };
        let is_ours = |word: &Word| {
            word.sender == self.identity().public_key()
                && word.sequence == parcel.sequence
                && word.digest == parcel.digest
        };
        let Some(word) = Word::verify(&receipt, &key, RECEIPT).filter(is_ours) else { return Ok(None) };
        let outcome = match outcome {
            None => None,
            Some(note) => match Word::verify(&note, &key, OUTCOME).filter(is_ours) {
                Some(word) => Some((word, note)),
                None => return Ok(None),
            },
        };
        let said = outcome.as_ref().map_or(word.reasons, |(word, _)| word.reasons);
        if said != digest_of(&reasons) {
            return Ok(None);
        }
        Ok(Some(Taken { parcel, word, receipt, outcome, reasons }))
    }

    /// Writes down that a record could not be sent, and when it is tried again. One
    /// that would be turned away for ever is refused by it.
    pub async fn failed(&self, parcel: &Parcel, failure: &Failure) -> Result<()> {
        let mut change = self.ledger().change().await?;
        let now = change.now();
        let (outcome, detail) = match failure {
            Failure::Unreachable(cause) => ("unreachable", (*cause).to_owned()),
            Failure::Status(status) => ("turned_away", format!("status {status}")),
            Failure::Unverified => ("turned_away", "unverified answer".to_owned()),
        };
        let attempt = Attempt { at: now, outcome: outcome.to_owned(), detail: detail.clone() };
        store::insert_attempt(&mut change, &parcel.dispatch, &parcel.peer, &attempt).await?;
        let is_final = failure.is_final() && !parcel.is_asked_again;
        let mut next_at = now;
        if is_final {
            let what = format!("the platform above answered with {detail} and gave no receipt");
            let instead = "put the record right and let its fact come about anew, or file the copy by hand";
            let reason = Reason::new(reasons::NOT_TAKEN, what, self.clause(), instead);
            store::set_refused(&mut change, &parcel.dispatch, &[reason]).await?;
        } else {
            let since = now.plus_micros(-HOUR_MICROS);
            let (count, oldest) = store::failures_since(&mut change, &parcel.peer, since).await?;
            let failures = store::peer_failures(&mut change, &parcel.peer).await?.saturating_add(1);
            next_at = now.plus_micros(wait_micros(failures));
            if count >= FAILURES_PER_HOUR_MAX {
                next_at = next_at.max(oldest.unwrap_or(now).plus_micros(HOUR_MICROS));
            }
            store::set_peer_pace(&mut change, &parcel.peer, failures, next_at).await?;
        }
        let event = Event::done(None, "exchange.failed", parcel.dispatch.as_str()).facts(json!({
            "peer": parcel.peer, "sequence": parcel.sequence, "outcome": outcome, "detail": detail,
            "is_final": is_final, "next_at": next_at,
        }));
        change.commit(event).await?;
        Ok(())
    }
}

/// Doubles from a second on; between half of it and all of it, so that many platforms
/// that lost the same one do not come back together.
fn wait_micros(failures: i64) -> i64 {
    let doublings = u32::try_from(failures.clamp(1, 20) - 1).unwrap_or(0);
    let full = (SECOND_MICROS << doublings).min(WAIT_SECONDS_MAX * SECOND_MICROS);
    let mut random = [0; 4];
    // Without randomness it waits in full.
    let part = getrandom::fill(&mut random).map_or(u32::MAX, |()| u32::from_be_bytes(random));
    full / 2 + (full / 2).saturating_mul(i64::from(part)) / i64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_after_each_failure_and_never_longer_than_the_longest() {
        for (failures, seconds) in [(1, 1), (2, 2), (4, 8), (10, 512), (11, WAIT_SECONDS_MAX), (99, WAIT_SECONDS_MAX)] {
            let full = seconds * SECOND_MICROS;
            for _ in 0..50 {
                let wait = wait_micros(failures);
                assert!((full / 2..=full).contains(&wait), "{failures}: {wait}");
            }
        }
    }
}
