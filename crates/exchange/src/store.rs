//! All SQL of the exchange.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{DispatchId, IdError, PeerId, PersonId, SubmissionId};
use shuyu_model::regime::words::Body;
use shuyu_model::{Digest, Reason, Time};

use crate::inbox::{Answer, Letter};
use crate::outbox::{FilingOf, Record};
use crate::view::{
    Attempt, DispatchState, DispatchView, HeldBelow, PeerStatus, Piece, SubmissionState, SubmissionView,
};
use crate::{ExchangeError, Peer, Side};

type Result<T> = std::result::Result<T, ExchangeError>;

/// One row being read back, which knows how to complain.
struct Reader<'a>(&'a Row);

impl Reader<'_> {
    fn damaged(&self, what: impl ToString) -> ExchangeError {
        ExchangeError::Damaged { id: self.0.text("id").unwrap_or_default(), what: what.to_string() }
    }

    fn id<T: TryFrom<String, Error = IdError>>(&self, column: &str) -> Result<T> {
        T::try_from(self.0.text(column)?).map_err(|error| self.damaged(error))
    }

    fn word<T>(&self, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
        parse(&self.0.text(column)?).ok_or_else(|| self.damaged(format!("`{column}` has an unknown word")))
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.0.text(column)?).map_err(|error| self.damaged(error))
    }

    fn digest(&self, column: &str) -> Result<Digest> {
        Digest::parse(&self.0.text(column)?).map_err(|error| self.damaged(error))
    }

    fn opt_time(&self, column: &str) -> Result<Option<Time>> {
        Ok(self.0.opt_int(column)?.map(Time))
    }
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| ExchangeError::Damaged { id: String::new(), what: error.to_string() })
}

fn count(rows: &[Row]) -> Result<i64> {
    Ok(rows.first().map(|row| row.int("n")).transpose()?.unwrap_or(0))
}

/// The piece that begins the list; one row more than fits tells of a next one.
fn piece<T>(rows: &[Row], items_max: usize, total: i64, read: impl Fn(&Row) -> Result<T>) -> Result<Piece<T>> {
    let items = rows.iter().take(items_max).map(read).collect::<Result<Vec<T>>>()?;
    let last = rows.get(items_max.saturating_sub(1)).filter(|_| rows.len() > items_max);
    let next = last.map(|row| row.text("id")).transpose()?;
    Ok(Piece { items, next, total: usize::try_from(total).unwrap_or(0) })
}

fn to_i64(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

// Peers.

fn read_peer(row: &Row) -> Result<Peer> {
    let row = Reader(row);
    Ok(Peer {
        id: row.id("id")?,
        side: row.word("side", Side::parse)?,
        name: row.0.text("name")?,
        url: row.0.opt_text("url")?,
        stands_for: row.json("stands_for")?,
        public_key: row.0.text("public_key")?,
        verifier: row.0.text("verifier")?,
        made_at: Time(row.0.int("made_at")?),
        withdrawn_at: row.opt_time("withdrawn_at")?,
        failures: row.0.int("failures")?,
        next_at: Time(row.0.int("next_at")?),
    })
}

pub(crate) async fn peers(ledger: &Ledger, side: Option<Side>) -> Result<Vec<Peer>> {
    let sql = "SELECT * FROM peers WHERE $1 = '' OR side = $1 ORDER BY id";
    ledger.read(sql, args![side.map_or("", Side::word)]).await?.iter().map(read_peer).collect()
}

pub(crate) async fn all_peers_in(change: &mut Change) -> Result<Vec<Peer>> {
    change.read("SELECT * FROM peers ORDER BY id", args![]).await?.iter().map(read_peer).collect()
}

/// Those on a side that are still known.
pub(crate) async fn peers_in(change: &mut Change, side: Side) -> Result<Vec<Peer>> {
    let sql = "SELECT * FROM peers WHERE side = $1 AND withdrawn_at IS NULL ORDER BY id";
    change.read(sql, args![side.word()]).await?.iter().map(read_peer).collect()
}

pub(crate) async fn peer(ledger: &Ledger, id: &PeerId) -> Result<Option<Peer>> {
    let sql = "SELECT * FROM peers WHERE id = $1 AND withdrawn_at IS NULL";
    ledger.read(sql, args![id.as_str()]).await?.first().map(read_peer).transpose()
}

pub(crate) async fn below_with_key(ledger: &Ledger, key: &str) -> Result<Option<Peer>> {
    let sql = "SELECT * FROM peers WHERE side = 'below' AND public_key = $1 AND withdrawn_at IS NULL";
    ledger.read(sql, args![key]).await?.first().map(read_peer).transpose()
}

pub(crate) async fn insert_peer(change: &mut Change, new: &Peer) -> Result<()> {
    let sql = "INSERT INTO peers (id, side, name, url, stands_for, public_key, verifier, made_at, failures, next_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![
        new.id.as_str(),
        new.side.word(),
        &new.name,
        new.url.as_deref(),
        json(&new.stands_for)?,
        &new.public_key,
        &new.verifier,
        new.made_at,
        new.failures,
        new.next_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// Gives up what waits for it as well.
pub(crate) async fn set_withdrawn(change: &mut Change, id: &PeerId) -> Result<bool> {
    let now = change.now();
    let sql = "UPDATE peers SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";
    let is_known = change.write(sql, args![id.as_str(), now]).await? == 1;
    let sql = "UPDATE dispatches SET state = 'expired' WHERE peer = $1 AND state = 'waiting'";
    change.write(sql, args![id.as_str()]).await?;
    Ok(is_known)
}

pub(crate) async fn set_peer_pace(change: &mut Change, id: &PeerId, failures: i64, next_at: Time) -> Result<()> {
    let sql = "UPDATE peers SET failures = $2, next_at = $3 WHERE id = $1";
    change.write(sql, args![id.as_str(), failures, next_at]).await?;
    Ok(())
}

pub(crate) async fn peer_failures(change: &mut Change, id: &PeerId) -> Result<i64> {
    let rows = change.read("SELECT failures AS n FROM peers WHERE id = $1", args![id.as_str()]).await?;
    count(&rows)
}

/// How many attempts failed since then, and when the first of them did.
pub(crate) async fn failures_since(change: &mut Change, id: &PeerId, since: Time) -> Result<(i64, Option<Time>)> {
    let sql = "SELECT CAST(count(*) AS BIGINT) AS n, min(at) AS oldest FROM dispatch_attempts \
               WHERE peer = $1 AND at >= $2 AND outcome IN ('unreachable', 'turned_away')";
    let rows = change.read(sql, args![id.as_str(), since]).await?;
    let oldest = rows.first().map(|row| row.opt_int("oldest")).transpose()?.flatten();
    Ok((count(&rows)?, oldest.map(Time)))
}

/// Remembers a nonce until its signature is stale; `false` when it was seen.
pub(crate) async fn admit_nonce(
    change: &mut Change,
    peer: &PeerId,
    nonce: &str,
    until: Time,
    now: Time,
) -> Result<bool> {
    change.write("DELETE FROM peer_nonces WHERE until < $1", args![now]).await?;
    let sql = "INSERT INTO peer_nonces (peer, nonce, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(change.write(sql, args![peer.as_str(), nonce, until]).await? == 1)
}

pub(crate) async fn status(ledger: &Ledger, peer: Peer) -> Result<PeerStatus> {
    let sql = match peer.side {
        Side::Above => {
            "SELECT CAST(count(CASE WHEN state = 'waiting' THEN 1 END) AS BIGINT) AS waiting, \
             min(CASE WHEN state = 'waiting' THEN queued_at END) AS oldest, max(receipt_at) AS receipt_at, \
             CAST(count(CASE WHEN state = 'refused' THEN 1 END) AS BIGINT) AS refused, \
             CAST(count(CASE WHEN state = 'expired' THEN 1 END) AS BIGINT) AS expired \
             FROM dispatches WHERE peer = $1"
        }
        Side::Below => {
            "SELECT CAST(count(CASE WHEN state = 'pending' THEN 1 END) AS BIGINT) AS waiting, \
             min(CASE WHEN state = 'pending' THEN received_at END) AS oldest, max(received_at) AS receipt_at, \
             CAST(count(CASE WHEN state = 'refused' THEN 1 END) AS BIGINT) AS refused, \
             CAST(0 AS BIGINT) AS expired FROM peer_records WHERE peer = $1"
        }
    };
    let rows = ledger.read(sql, args![peer.id.as_str()]).await?;
    let int = |column: &str| rows.first().map(|row| row.opt_int(column)).transpose().map(Option::flatten);
    let sql = "SELECT at, outcome, detail FROM dispatch_attempts \
               WHERE peer = $1 AND outcome IN ('unreachable', 'turned_away') ORDER BY at DESC LIMIT 1";
    let failure = ledger.read(sql, args![peer.id.as_str()]).await?;
    Ok(PeerStatus {
        waiting: int("waiting")?.unwrap_or(0),
        oldest_at: int("oldest")?.map(Time),
        last_receipt_at: int("receipt_at")?.map(Time),
        refused: int("refused")?.unwrap_or(0),
        expired: int("expired")?.unwrap_or(0),
        last_failure: failure.first().map(read_attempt).transpose()?,
        peer: peer.id,
        name: peer.name,
        side: peer.side,
        failures: peer.failures,
        next_at: peer.next_at,
    })
}

// What goes up.

/// A row to be written; its number and version are counted when it is.
pub(crate) struct NewDispatch {
    pub(crate) id: DispatchId,
    pub(crate) payload: String,
    pub(crate) digest: Digest,
    pub(crate) regime: String,
}

/// A row that can be sent.
pub(crate) struct NextDispatch {
    pub(crate) id: DispatchId,
    pub(crate) sequence: i64,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) version: i64,
    pub(crate) regime: String,
    pub(crate) payload: String,
    pub(crate) digest: Digest,
    pub(crate) state: DispatchState,
}

pub(crate) async fn insert_dispatch(
    change: &mut Change,
    peer: &PeerId,
    record: &Record,
    new: &NewDispatch,
    copy: Option<&FilingOf>,
) -> Result<()> {
    let sql = "SELECT CAST(COALESCE(max(sequence), 0) AS BIGINT) AS n FROM dispatches WHERE peer = $1";
    let sequence = count(&change.read(sql, args![peer.as_str()]).await?)?.saturating_add(1);
    let sql = "SELECT CAST(COALESCE(max(version), 0) AS BIGINT) AS n FROM dispatches WHERE peer = $1 AND subject = $2";
    let version = count(&change.read(sql, args![peer.as_str(), &record.subject]).await?)?.saturating_add(1);
    let sql = "INSERT INTO dispatches (id, peer, sequence, kind, subject, version, payload, digest, regime, queued_at, \
               state, next_at, reasons, filing_of, filing_version, filing_to) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $10, '[]', $11, $12, $13)";
    let now = change.now();
    let args = args![
        new.id.as_str(),
        peer.as_str(),
        sequence,
        record.kind.word(),
        &record.subject,
        version,
        &new.payload,
        new.digest.to_string(),
        &new.regime,
        now,
        copy.map(|copy| copy.of.as_str()),
        copy.map(|copy| copy.version),
        copy.map(|copy| copy.to.word()),
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// The first that waits; where none does, the one that has waited longest for the
/// word of the bureau above and may be asked after.
pub(crate) async fn next_dispatch(ledger: &Ledger, peer: &PeerId, now: Time) -> Result<Option<NextDispatch>> {
    let sql = "SELECT * FROM dispatches WHERE peer = $1 AND (state = 'waiting' \
               OR (state = 'acknowledged' AND next_at <= $2)) \
               ORDER BY CASE WHEN state = 'waiting' THEN 0 ELSE 1 END, \
               CASE WHEN state = 'waiting' THEN sequence ELSE next_at END LIMIT 1";
    let rows = ledger.read(sql, args![peer.as_str(), now]).await?;
    let read = |row: &Row| -> Result<NextDispatch> {
        let row = Reader(row);
        Ok(NextDispatch {
            id: row.id("id")?,
            sequence: row.0.int("sequence")?,
            kind: row.0.text("kind")?,
            subject: row.0.text("subject")?,
            version: row.0.int("version")?,
            regime: row.0.text("regime")?,
            payload: row.0.text("payload")?,
            digest: row.digest("digest")?,
            state: row.word("state", DispatchState::parse)?,
        })
    };
    rows.first().map(read).transpose()
}

pub(crate) async fn older_than(ledger: &Ledger, before: Time, items_max: usize) -> Result<Vec<DispatchId>> {
    let sql = "SELECT id FROM dispatches WHERE state = 'waiting' AND queued_at < $1 ORDER BY id LIMIT $2";
    ledger.read(sql, args![before, to_i64(items_max)]).await?.iter().map(|row| Reader(row).id("id")).collect()
}

pub(crate) async fn set_expired(change: &mut Change, id: &DispatchId) -> Result<()> {
    let sql = "UPDATE dispatches SET state = 'expired' WHERE id = $1 AND state = 'waiting'";
    change.write(sql, args![id.as_str()]).await?;
    Ok(())
}

pub(crate) async fn set_refused(change: &mut Change, id: &DispatchId, reasons: &[Reason]) -> Result<()> {
    let sql = "UPDATE dispatches SET state = 'refused', reasons = $2 WHERE id = $1 AND state = 'waiting'";
    change.write(sql, args![id.as_str(), json(&reasons)?]).await?;
    Ok(())
}

pub(crate) async fn dispatch_state(change: &mut Change, id: &DispatchId) -> Result<DispatchState> {
    let rows = change.read("SELECT id, state FROM dispatches WHERE id = $1", args![id.as_str()]).await?;
    let row = rows.first().ok_or_else(|| ExchangeError::Unknown { kind: "dispatch", id: id.to_string() })?;
    Reader(row).word("state", DispatchState::parse)
}

/// What is kept of an answer.
pub(crate) struct Kept<'a> {
    pub(crate) state: DispatchState,
    pub(crate) receipt: &'a str,
    pub(crate) receipt_at: Time,
    pub(crate) outcome: Option<&'a str>,
    pub(crate) reasons: &'a [Reason],
    pub(crate) next_at: Time,
}

pub(crate) async fn set_taken(change: &mut Change, id: &DispatchId, kept: &Kept<'_>) -> Result<()> {
    let sql = "UPDATE dispatches SET state = $2, receipt = $3, receipt_at = $4, outcome = $5, reasons = $6, \
               next_at = $7 WHERE id = $1 AND state IN ('waiting', 'acknowledged')";
    let args = args![
        id.as_str(),
        kept.state.word(),
        kept.receipt,
        kept.receipt_at,
        kept.outcome,
        json(&kept.reasons)?,
        kept.next_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn filing_of(change: &mut Change, id: &DispatchId) -> Result<Option<(String, i64, Body)>> {
    let sql = "SELECT id, filing_of, filing_version, filing_to FROM dispatches \
               WHERE id = $1 AND filing_of IS NOT NULL";
    let rows = change.read(sql, args![id.as_str()]).await?;
    let read = |row: &Row| -> Result<(String, i64, Body)> {
        let row = Reader(row);
        Ok((row.0.text("filing_of")?, row.0.int("filing_version")?, row.word("filing_to", Body::parse)?))
    };
    rows.first().map(read).transpose()
}

/// The platform whose receipt would file this copy, while the record waits for it.
pub(crate) async fn waiting_for(change: &mut Change, of: &str, version: i64, to: Body) -> Result<Option<String>> {
    let sql = "SELECT p.name FROM dispatches d JOIN peers p ON p.id = d.peer WHERE d.filing_of = $1 \
               AND d.filing_version = $2 AND d.filing_to = $3 AND d.state = 'waiting' ORDER BY p.id LIMIT 1";
    let rows = change.read(sql, args![of, version, to.word()]).await?;
    Ok(rows.first().map(|row| row.text("name")).transpose()?)
}

fn read_attempt(row: &Row) -> Result<Attempt> {
    Ok(Attempt { at: Time(row.int("at")?), outcome: row.text("outcome")?, detail: row.text("detail")? })
}

pub(crate) async fn insert_attempt(
    change: &mut Change,
    dispatch: &DispatchId,
    peer: &PeerId,
    new: &Attempt,
) -> Result<()> {
    let sql = "SELECT CAST(COALESCE(max(number), 0) AS BIGINT) AS n FROM dispatch_attempts WHERE dispatch = $1";
    let number = count(&change.read(sql, args![dispatch.as_str()]).await?)?.saturating_add(1);
    let sql = "INSERT INTO dispatch_attempts (dispatch, number, peer, at, outcome, detail) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let args = args![dispatch.as_str(), number, peer.as_str(), new.at, &new.outcome, &new.detail];
    change.write(sql, args).await?;
    Ok(())
}

/// A record with its peer's name and its newest attempt.
macro_rules! dispatch_rows {
    () => {
        "SELECT d.*, p.name AS peer_name, a.number AS attempts, a.at, a.outcome AS attempt_outcome, a.detail \
         FROM dispatches d JOIN peers p ON p.id = d.peer LEFT JOIN dispatch_attempts a ON a.dispatch = d.id \
         AND a.number = (SELECT max(number) FROM dispatch_attempts WHERE dispatch = d.id) "
    };
}

fn read_dispatch(row: &Row) -> Result<DispatchView> {
    let row = Reader(row);
    let attempts = row.0.opt_int("attempts")?.unwrap_or(0);
    let last_attempt = match row.0.opt_int("at")? {
        None => None,
        Some(at) => {
            Some(Attempt { at: Time(at), outcome: row.0.text("attempt_outcome")?, detail: row.0.text("detail")? })
        }
    };
    Ok(DispatchView {
        id: row.id("id")?,
        peer: row.0.text("peer_name")?,
        sequence: row.0.int("sequence")?,
        kind: row.0.text("kind")?,
        subject: row.0.text("subject")?,
        version: row.0.int("version")?,
        payload: row.json("payload")?,
        digest: row.digest("digest")?,
        queued_at: Time(row.0.int("queued_at")?),
        state: row.word("state", DispatchState::parse)?,
        receipt: row.0.opt_text("receipt")?,
        receipt_at: row.opt_time("receipt_at")?,
        outcome: row.0.opt_text("outcome")?,
        reasons: row.json("reasons")?,
        filing_of: row.0.opt_text("filing_of")?,
        attempts_count: attempts,
        last_attempt,
    })
}

pub(crate) async fn dispatches(
    ledger: &Ledger,
    state: Option<DispatchState>,
    after: &str,
    items_max: usize,
) -> Result<Piece<DispatchView>> {
    let state = state.map_or("", DispatchState::word);
    let sql = "SELECT CAST(count(*) AS BIGINT) AS n FROM dispatches WHERE $1 = '' OR state = $1";
    let total = count(&ledger.read(sql, args![state]).await?)?;
    let sql = concat!(dispatch_rows!(), "WHERE ($1 = '' OR d.state = $1) AND d.id > $2 ORDER BY d.id LIMIT $3");
    let rows = ledger.read(sql, args![state, after, to_i64(items_max.saturating_add(1))]).await?;
    piece(&rows, items_max, total, read_dispatch)
}

pub(crate) async fn dispatch(ledger: &Ledger, id: &DispatchId) -> Result<Option<DispatchView>> {
    let sql = concat!(dispatch_rows!(), "WHERE d.id = $1");
    ledger.read(sql, args![id.as_str()]).await?.first().map(read_dispatch).transpose()
}

// What comes from below.

/// The record that a number was given to, and what was answered.
pub(crate) async fn submission_of(
    change: &mut Change,
    peer: &PeerId,
    sequence: i64,
) -> Result<Option<(Digest, Answer)>> {
    let sql = "SELECT * FROM peer_records WHERE peer = $1 AND sequence = $2";
    let rows = change.read(sql, args![peer.as_str(), sequence]).await?;
    let read = |row: &Row| -> Result<(Digest, Answer)> {
        let row = Reader(row);
        let answer = Answer {
            state: row.0.text("state")?,
            receipt: row.0.text("receipt")?,
            outcome: row.0.opt_text("outcome")?,
            reasons: row.json("reasons")?,
        };
        Ok((row.digest("digest")?, answer))
    };
    rows.first().map(read).transpose()
}

/// The newest version of a subject that was not refused; 0 where there is none.
pub(crate) async fn newest_version(change: &mut Change, peer: &Peer, subject: &str, kind: &str) -> Result<i64> {
    let sql = "SELECT CAST(COALESCE(max(version), 0) AS BIGINT) AS n FROM peer_records \
               WHERE peer = $1 AND subject = $2 AND kind = $3 AND state <> 'refused'";
    count(&change.read(sql, args![peer.id.as_str(), subject, kind]).await?)
}

pub(crate) async fn insert_submission(
    change: &mut Change,
    id: &SubmissionId,
    peer: &PeerId,
    letter: &Letter,
    state: SubmissionState,
    answer: &Answer,
) -> Result<()> {
    let sql = "INSERT INTO peer_records (id, peer, sequence, kind, subject, version, payload, digest, regime, \
               received_at, state, reasons, receipt) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let now = change.now();
    let args = args![
        id.as_str(),
        peer.as_str(),
        letter.sequence,
        &letter.kind,
        &letter.subject,
        letter.version,
        &letter.payload,
        letter.digest.to_string(),
        &letter.regime,
        now,
        state.word(),
        json(&answer.reasons)?,
        &answer.receipt,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// What a decision needs to know of a record.
pub(crate) struct KeptSubmission {
    pub(crate) sender: String,
    pub(crate) sequence: i64,
    pub(crate) digest: Digest,
    pub(crate) state: SubmissionState,
}

pub(crate) async fn submission(change: &mut Change, id: &SubmissionId) -> Result<KeptSubmission> {
    let sql = "SELECT s.*, p.public_key FROM peer_records s JOIN peers p ON p.id = s.peer WHERE s.id = $1";
    let rows = change.read(sql, args![id.as_str()]).await?;
    let row = rows.first().ok_or_else(|| ExchangeError::Unknown { kind: "submission", id: id.to_string() })?;
    let row = Reader(row);
    Ok(KeptSubmission {
        sender: row.0.text("public_key")?,
        sequence: row.0.int("sequence")?,
        digest: row.digest("digest")?,
        state: row.word("state", SubmissionState::parse)?,
    })
}

pub(crate) async fn set_decided(
    change: &mut Change,
    id: &SubmissionId,
    state: SubmissionState,
    reasons: &[Reason],
    outcome: &str,
    by: &PersonId,
) -> Result<()> {
    let sql = "UPDATE peer_records SET state = $2, reasons = $3, outcome = $4, decided_at = $5, decided_by = $6 \
               WHERE id = $1 AND state = 'pending'";
    let now = change.now();
    change.write(sql, args![id.as_str(), state.word(), json(&reasons)?, outcome, now, by.as_str()]).await?;
    Ok(())
}

fn read_submission(row: &Row) -> Result<SubmissionView> {
    let row = Reader(row);
    let decided_by = row.0.opt_text("decided_by")?.map(PersonId::try_from).transpose();
    Ok(SubmissionView {
        id: row.id("id")?,
        peer: row.0.text("peer_name")?,
        sequence: row.0.int("sequence")?,
        kind: row.0.text("kind")?,
        subject: row.0.text("subject")?,
        version: row.0.int("version")?,
        // One that was refused for being no JSON has none.
        payload: serde_json::from_str(&row.0.text("payload")?).unwrap_or_default(),
        digest: row.digest("digest")?,
        regime: row.0.text("regime")?,
        received_at: Time(row.0.int("received_at")?),
        state: row.word("state", SubmissionState::parse)?,
        reasons: row.json("reasons")?,
        receipt: row.0.text("receipt")?,
        outcome: row.0.opt_text("outcome")?,
        decided_at: row.opt_time("decided_at")?,
        decided_by: decided_by.map_err(|error| row.damaged(error))?,
    })
}

pub(crate) async fn submissions(
    ledger: &Ledger,
    state: Option<SubmissionState>,
    after: &str,
    items_max: usize,
) -> Result<Piece<SubmissionView>> {
    let state = state.map_or("", SubmissionState::word);
    let sql = "SELECT CAST(count(*) AS BIGINT) AS n FROM peer_records WHERE $1 = '' OR state = $1";
    let total = count(&ledger.read(sql, args![state]).await?)?;
    let sql = "SELECT s.*, p.name AS peer_name FROM peer_records s JOIN peers p ON p.id = s.peer \
               WHERE ($1 = '' OR s.state = $1) AND s.id > $2 ORDER BY s.id LIMIT $3";
    let rows = ledger.read(sql, args![state, after, to_i64(items_max.saturating_add(1))]).await?;
    piece(&rows, items_max, total, read_submission)
}

/// Of each entry the newest that was accepted.
macro_rules! held {
    () => {
        " FROM peer_records s JOIN peers p ON p.id = s.peer WHERE s.kind = 'catalog_entry' AND s.state = 'accepted' \
         AND p.withdrawn_at IS NULL AND s.version = (SELECT max(t.version) FROM peer_records t WHERE t.peer = s.peer \
         AND t.subject = s.subject AND t.kind = s.kind AND t.state = 'accepted')"
    };
}

pub(crate) async fn held_below(ledger: &Ledger, after: &str, items_max: usize) -> Result<Piece<HeldBelow>> {
    let total = count(&ledger.read(concat!("SELECT CAST(count(*) AS BIGINT) AS n", held!()), args![]).await?)?;
    let sql = concat!("SELECT s.*, p.name AS peer_name", held!(), " AND s.id > $1 ORDER BY s.id LIMIT $2");
    let rows = ledger.read(sql, args![after, to_i64(items_max.saturating_add(1))]).await?;
    piece(&rows, items_max, total, |row| {
        let row = Reader(row);
        Ok(HeldBelow {
            submission: row.id("id")?,
            held_by: row.0.text("peer_name")?,
            entry: row.json("payload")?,
            received_at: Time(row.0.int("received_at")?),
        })
    })
}
