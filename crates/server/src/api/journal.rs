//! The journal, for whoever audits.

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Stations;
use crate::endpoint::{Asked, At, Listed, PageAsked, Seq, Shown};
use crate::error::Problem;
use crate::shapes::shaped;

/// An event, as it was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct JournalEntry {
    /// Its number, from 1, without a gap.
    pub seq: i64,
    /// Its index in the log, once it lies there.
    pub leaf_index: Option<i64>,
    /// The event: who, what, when, under which clauses.
    #[schema(value_type = Object)]
    pub event: Value,
}

/// That an event lies in the log: recompute the root from these.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proof {
    /// The event's number.
    pub seq: i64,
    /// Its index in the log.
    pub leaf_index: u64,
    /// The size of the tree that the proof is for.
    pub tree_size: u64,
    /// That tree's root, in hexadecimal digits.
    pub root: String,
    /// The hashes on the way up (RFC 6962), in hexadecimal digits.
    pub path: Vec<String>,
    /// The entry's bytes, as text.
    pub entry: String,
    /// The signed checkpoint of that tree.
    pub checkpoint: String,
}

shaped! { JournalEntry => JournalEntry, Proof => Proof }

/// Events, newest first.
pub async fn list(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<JournalEntry>>, Problem> {
    let limit = i64::from(asked.limit()?);
    let before = match asked.cursor.as_deref().map(str::parse::<i64>) {
        None => i64::MAX,
        Some(Ok(before)) => before,
        Some(Err(_)) => {
            return Err(Problem::malformed("`cursor` is no cursor of this list: it is a number of the journal"));
        }
    };
    let rows = app.ledger().journal_page(before, limit).await.map_err(Problem::fault)?;
    let read = |row: &shuyu_ledger::Row| -> Result<JournalEntry, Problem> {
        let written = row.text("written").map_err(Problem::fault)?;
        Ok(JournalEntry {
            seq: row.int("seq").map_err(Problem::fault)?,
            leaf_index: row.opt_int("leaf_index").map_err(Problem::fault)?,
            event: serde_json::from_str(&written).map_err(Problem::fault)?,
        })
    };
    let items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let next_cursor = items.last().filter(|entry| entry.seq > 1).map(|entry| entry.seq.to_string());
    let total = app.ledger().journal_head().await.map_err(Problem::fault)?;
    Ok(Shown(Listed { items, next_cursor, total }))
}

/// The proof that an event lies in the published log.
pub async fn proof(State(app): Stations, At(Seq(seq)): At<Seq>) -> Result<Shown<Proof>, Problem> {
    let ledger = app.ledger();
    if ledger.journal_head().await.map_err(Problem::fault)? < seq {
        return Err(Problem::unseen("event"));
    }
    // An event just committed is folded in and published before it is proved.
    ledger.settle().await.map_err(Problem::fault)?;
    let checkpoint = ledger.log().publish().await.map_err(Problem::fault)?;
    let leaf = ledger.leaf_of(seq).await.map_err(Problem::fault)?.ok_or_else(|| Problem::unseen("event"))?;
    let leaf_index = u64::try_from(leaf).map_err(Problem::fault)?;
    let path = ledger.log().inclusion(leaf_index, checkpoint.size).await.map_err(Problem::fault)?;
    let entry = ledger.log().entries(leaf_index, 1).await.map_err(Problem::fault)?;
    let entry = entry.into_iter().next().ok_or_else(|| Problem::unseen("event"))?;
    Ok(Shown(Proof {
        seq,
        leaf_index,
        tree_size: checkpoint.size,
        root: hex::encode(checkpoint.root),
        path: path.iter().map(hex::encode).collect(),
        entry: String::from_utf8(entry).map_err(Problem::fault)?,
        checkpoint: checkpoint.note,
    }))
}
