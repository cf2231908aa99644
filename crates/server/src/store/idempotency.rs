//! Requests that came with an `idempotency-key`, and their answers.

use shuyu_ledger::{Change, LedgerError, Row, args};
use shuyu_model::Time;

pub(crate) async fn find(change: &mut Change, person: &str, given: &str) -> Result<Option<Row>, LedgerError> {
    let rows = change
        .read(
            "SELECT request_digest, begun_at, status, answer FROM idempotency_keys WHERE person = $1 AND given = $2",
            args![person, given],
        )
        .await?;
    Ok(rows.into_iter().next())
}

pub(crate) async fn insert(
    change: &mut Change,
    person: &str,
    given: &str,
    request_digest: &str,
    at: Time,
) -> Result<(), LedgerError> {
    change
        .write(
            "INSERT INTO idempotency_keys (person, given, request_digest, begun_at, status, answer)
             VALUES ($1, $2, $3, $4, NULL, NULL)",
            args![person, given, request_digest, at],
        )
        .await?;
    Ok(())
}

pub(crate) async fn answer(
    change: &mut Change,
    person: &str,
    given: &str,
    status: i64,
    answer: &str,
) -> Result<(), LedgerError> {
    change
        .write(
            "UPDATE idempotency_keys SET status = $3, answer = $4 WHERE person = $1 AND given = $2",
            args![person, given, status, answer],
        )
        .await?;
    Ok(())
}

pub(crate) async fn delete(change: &mut Change, person: &str, given: &str) -> Result<(), LedgerError> {
    change.write("DELETE FROM idempotency_keys WHERE person = $1 AND given = $2", args![person, given]).await?;
    Ok(())
}

/// Forgets keys whose time is over.
pub(crate) async fn delete_before(change: &mut Change, at: Time) -> Result<u64, LedgerError> {
    change.write("DELETE FROM idempotency_keys WHERE begun_at < $1", args![at]).await
}
