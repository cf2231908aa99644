//! The ledger's own SQL: migrations applied, the journal, where its events lie
//! in the log.

use shuyu_model::Time;

use crate::db::{Db, Tx};
use crate::value::Row;
use crate::{LedgerError, args};

pub(crate) const MIGRATIONS_TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (
    number BIGINT PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, applied_at BIGINT NOT NULL)";

pub(crate) async fn applied(tx: &mut Tx) -> Result<Vec<(i64, String)>, LedgerError> {
    let rows = tx.read("SELECT number, digest FROM migrations ORDER BY number", args![]).await?;
    rows.iter().map(|row| Ok((row.int("number")?, row.text("digest")?))).collect()
}

pub(crate) async fn insert_migration(
    tx: &mut Tx,
    number: i64,
    name: &str,
    digest: &str,
    at: Time,
) -> Result<(), LedgerError> {
    tx.write(
        "INSERT INTO migrations (number, name, digest, applied_at) VALUES ($1, $2, $3, $4)",
        args![number, name, digest, at],
    )
    .await?;
    Ok(())
}

/// Takes the journal's lock: one change at a time on PostgreSQL too, and no gap
/// when one rolls back.
pub(crate) async fn lock_journal(tx: &mut Tx) -> Result<(), LedgerError> {
    if matches!(tx, Tx::Postgres(_)) {
        tx.read("SELECT seq FROM journal_head WHERE id = 1 FOR UPDATE", args![]).await?;
    }
    Ok(())
}

pub(crate) async fn next_seq(tx: &mut Tx) -> Result<i64, LedgerError> {
    let rows = tx.read("UPDATE journal_head SET seq = seq + 1 WHERE id = 1 RETURNING seq", args![]).await?;
    match rows.first() {
        Some(row) => row.int("seq"),
        None => {
            Err(LedgerError::Disagree { what: "the journal has no head; the migrations were not applied".to_owned() })
        }
    }
}

pub(crate) async fn insert_journal(
    tx: &mut Tx,
    seq: i64,
    at: Time,
    action: &str,
    object: &str,
    written: &str,
) -> Result<(), LedgerError> {
    tx.write(
        "INSERT INTO journal (seq, at, action, object, written) VALUES ($1, $2, $3, $4, $5)",
        args![seq, at, action, object, written],
    )
    .await?;
    Ok(())
}

pub(crate) async fn journal_after(db: &Db, seq: i64, rows_max: i64) -> Result<Vec<(i64, String)>, LedgerError> {
    let rows =
        db.read("SELECT seq, written FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2", args![seq, rows_max]).await?;
    rows.iter().map(|row| Ok((row.int("seq")?, row.text("written")?))).collect()
}

pub(crate) async fn journal_head(db: &Db) -> Result<i64, LedgerError> {
    let rows = db.read("SELECT seq FROM journal_head WHERE id = 1", args![]).await?;
    rows.first().map_or(Ok(0), |row| row.int("seq"))
}

pub(crate) async fn journal_page(db: &Db, before: i64, rows_max: i64) -> Result<Vec<Row>, LedgerError> {
    db.read(
        "SELECT j.seq AS seq, j.written AS written, l.leaf_index AS leaf_index
         FROM journal j LEFT JOIN log_index l ON l.seq = j.seq
         WHERE j.seq < $1 ORDER BY j.seq DESC LIMIT $2",
        args![before, rows_max],
    )
    .await
}

/// Events whose text holds a mark, newest first.
pub(crate) async fn journal_with(db: &Db, mark: &str, before: i64, rows_max: i64) -> Result<Vec<Row>, LedgerError> {
    db.read(
        "SELECT seq, written FROM journal WHERE seq < $1 AND written LIKE '%' || $2 || '%' ORDER BY seq DESC LIMIT $3",
        args![before, mark, rows_max],
    )
    .await
}

pub(crate) async fn journal_of(db: &Db, action: &'static str, from: Time, to: Time) -> Result<Vec<Row>, LedgerError> {
    db.read(
        "SELECT seq, written FROM journal WHERE action = $1 AND at >= $2 AND at < $3 ORDER BY seq",
        args![action, from, to],
    )
    .await
}

pub(crate) async fn leaf_of(db: &Db, seq: i64) -> Result<Option<i64>, LedgerError> {
    let rows = db.read("SELECT leaf_index FROM log_index WHERE seq = $1", args![seq]).await?;
    rows.first().map(|row| row.int("leaf_index")).transpose()
}

/// The last event that is known to lie in the log, and where.
pub(crate) async fn last_indexed(db: &Db) -> Result<Option<(i64, i64)>, LedgerError> {
    let rows = db.read("SELECT seq, leaf_index FROM log_index ORDER BY seq DESC LIMIT 1", args![]).await?;
    rows.first().map(|row| Ok((row.int("seq")?, row.int("leaf_index")?))).transpose()
}

/// Notes where events lie. Derived from the log and never evidence itself, so
/// it is the one write that has no event.
pub(crate) async fn index_events(db: &Db, found: &[(i64, i64)]) -> Result<(), LedgerError> {
    let mut tx = db.begin().await?;
    for (seq, leaf_index) in found {
        tx.write(
            "INSERT INTO log_index (seq, leaf_index) VALUES ($1, $2) ON CONFLICT (seq) DO NOTHING",
            args![*seq, *leaf_index],
        )
        .await?;
    }
    tx.commit().await
}
