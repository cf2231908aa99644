//! Sessions, by the digest of their token.

use shuyu_ledger::{Change, Ledger, LedgerError, Row, args};
use shuyu_model::Time;

const COLUMNS_BY_TOKEN: &str = "SELECT id, person, opened_at, seen_at, ends_at FROM sessions WHERE token_digest = $1";

pub(crate) async fn by_token(ledger: &Ledger, token_digest: &str) -> Result<Option<Row>, LedgerError> {
    Ok(ledger.read(COLUMNS_BY_TOKEN, args![token_digest]).await?.into_iter().next())
}

pub(crate) async fn insert(
    change: &mut Change,
    id: &str,
    token_digest: &str,
    person: &str,
    at: Time,
    ends_at: Time,
) -> Result<(), LedgerError> {
    change
        .write(
            "INSERT INTO sessions (id, token_digest, person, opened_at, seen_at, ends_at) VALUES ($1, $2, $3, $4, $4, $5)",
            args![id, token_digest, person, at, ends_at],
        )
        .await?;
    Ok(())
}

pub(crate) async fn seen(change: &mut Change, id: &str, at: Time) -> Result<u64, LedgerError> {
    change.write("UPDATE sessions SET seen_at = $2 WHERE id = $1", args![id, at]).await
}

pub(crate) async fn delete(change: &mut Change, id: &str) -> Result<u64, LedgerError> {
    change.write("DELETE FROM sessions WHERE id = $1", args![id]).await
}

/// Forgets sessions that ended before `at`.
pub(crate) async fn delete_ended(change: &mut Change, at: Time) -> Result<u64, LedgerError> {
    change.write("DELETE FROM sessions WHERE ends_at < $1", args![at]).await
}

/// Lets open sessions outlive a jump of a demonstration's clock.
pub(crate) async fn carry_over(change: &mut Change, at: Time, micros: i64) -> Result<u64, LedgerError> {
    change
        .write(
            "UPDATE sessions SET seen_at = seen_at + $2, ends_at = ends_at + $2 WHERE ends_at >= $1",
            args![at, micros],
        )
        .await
}
