//! All SQL of the vault.

use std::collections::BTreeSet;

use shuyu_ledger::{Change, Ledger, LedgerError, Row, args};
use shuyu_model::{Digest, Time};
use shuyu_sources::Landing;

use crate::error::VaultError;
use crate::results::SealedRef;
use crate::sealed_file::Sealed;

/// A row about to be written.
pub(crate) struct NewHolding<'a> {
    pub(crate) id: &'a str,
    pub(crate) landing: &'a Landing,
    pub(crate) sealed: Sealed,
    pub(crate) wrapped_key: &'a str,
    pub(crate) sealed_by: &'a str,
    pub(crate) sealed_at: Time,
}

/// Writes a holding as the next version of its resource; gives the version.
pub(crate) async fn insert_holding(change: &mut Change, new: NewHolding<'_>) -> Result<i64, VaultError> {
    let landing = new.landing;
    let resource = landing.resource().as_str();
    let sql = "SELECT COALESCE(MAX(version), 0) + 1 AS version FROM holdings WHERE resource = $1";
    let version = first(change.read(sql, args![resource]).await?, resource)?.int("version")?;
    let columns = serde_json::to_string(landing.columns()).map_err(|e| VaultError::damaged(new.id, e))?;
    let report = serde_json::to_string(landing.report()).map_err(|e| VaultError::damaged(new.id, e))?;
    let sql = "INSERT INTO holdings (id, resource, version, state, landing, department, landed_at, landed_digest, \
               landed_bytes, digest, bytes, rows_good, rows_bad, columns, report, wrapped_key, sealed_by, sealed_at) \
               VALUES ($1, $2, $3, 'sealed', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    let values = args![
        new.id,
        resource,
        version,
        landing.id().as_str(),
        landing.department().as_str(),
        landing.at(),
        landing.digest().to_string(),
        count(landing.bytes_count()),
        new.sealed.digest.to_string(),
        count(new.sealed.bytes),
        count(landing.rows_good()),
        count(landing.rows_bad()),
        columns,
        report,
        new.wrapped_key,
        new.sealed_by,
        new.sealed_at,
    ];
    change.write(sql, values).await?;
    Ok(version)
}

/// Bytes and rows are far below what 63 bits hold.
pub(crate) fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn first(rows: Vec<Row>, id: &str) -> Result<Row, VaultError> {
    rows.into_iter().next().ok_or_else(|| VaultError::damaged(id, "no row"))
}

const HOLDING: &str = "SELECT id, resource, version, state, landing, department, landed_at, landed_digest, landed_bytes, \
    digest, bytes, rows_good, rows_bad, columns, wrapped_key, sealed_at, destroyed_at, destroyed_ground \
    FROM holdings WHERE id = $1";

/// One holding's row.
pub(crate) async fn holding(ledger: &Ledger, id: &str) -> Result<Option<Row>, LedgerError> {
    Ok(ledger.read(HOLDING, args![id]).await?.into_iter().next())
}

/// One holding's row, as this change sees it.
pub(crate) async fn holding_within(change: &mut Change, id: &str) -> Result<Option<Row>, LedgerError> {
    Ok(change.read(HOLDING, args![id]).await?.into_iter().next())
}

/// All versions of a resource, the newest first.
pub(crate) async fn holdings(ledger: &Ledger, resource: &str) -> Result<Vec<Row>, LedgerError> {
    let sql = "SELECT id, resource, version, state, landing, department, landed_at, landed_digest, landed_bytes, digest, \
               bytes, rows_good, rows_bad, columns, wrapped_key, sealed_at, destroyed_at, destroyed_ground \
               FROM holdings WHERE resource = $1 ORDER BY version DESC";
    ledger.read(sql, args![resource]).await
}

/// The newest version of a resource that can be opened.
pub(crate) async fn latest(ledger: &Ledger, resource: &str) -> Result<Option<Row>, LedgerError> {
    let sql = "SELECT id, resource, version, state, landing, department, landed_at, landed_digest, landed_bytes, digest, \
               bytes, rows_good, rows_bad, columns, wrapped_key, sealed_at, destroyed_at, destroyed_ground \
               FROM holdings WHERE resource = $1 AND state = 'sealed' ORDER BY version DESC LIMIT 1";
    Ok(ledger.read(sql, args![resource]).await?.into_iter().next())
}

/// A holding's quality report, as JSON.
pub(crate) async fn report(ledger: &Ledger, id: &str) -> Result<Option<String>, LedgerError> {
    let rows = ledger.read("SELECT report FROM holdings WHERE id = $1", args![id]).await?;
    rows.first().map(|row| row.text("report")).transpose()
}

/// Erases the wrapped key.
pub(crate) async fn destroy(change: &mut Change, id: &str, at: Time, ground: &str) -> Result<u64, LedgerError> {
    let sql = "UPDATE holdings SET state = 'destroyed', wrapped_key = '', destroyed_at = $2, destroyed_ground = $3 \
               WHERE id = $1 AND state = 'sealed'";
    change.write(sql, args![id, at, ground]).await
}

/// Writes a sealed result.
pub(crate) async fn insert_result(
    change: &mut Change,
    result: &SealedRef,
    wrapped_key: &str,
    sealed_at: Time,
) -> Result<(), LedgerError> {
    let sql = "INSERT INTO sealed_results (id, digest, bytes, wrapped_key, sealed_at) VALUES ($1, $2, $3, $4, $5)";
    let values = args![result.id.as_str(), result.digest.to_string(), count(result.bytes), wrapped_key, sealed_at];
    change.write(sql, values).await?;
    Ok(())
}

/// A sealed result and its wrapped key.
pub(crate) async fn result(ledger: &Ledger, id: &str) -> Result<Option<(SealedRef, String)>, VaultError> {
    let sql = "SELECT digest, bytes, wrapped_key FROM sealed_results WHERE id = $1";
    let Some(row) = ledger.read(sql, args![id]).await?.into_iter().next() else { return Ok(None) };
    let digest = Digest::parse(&row.text("digest")?).map_err(|e| VaultError::damaged(id, e))?;
    let bytes = u64::try_from(row.int("bytes")?).map_err(|e| VaultError::damaged(id, e))?;
    Ok(Some((SealedRef { id: id.to_owned(), digest, bytes }, row.text("wrapped_key")?)))
}

/// The ids of holdings whose files must be there.
pub(crate) async fn kept_holdings(ledger: &Ledger) -> Result<BTreeSet<String>, LedgerError> {
    let rows = ledger.read("SELECT id FROM holdings WHERE state = 'sealed'", args![]).await?;
    rows.iter().map(|row| row.text("id")).collect()
}

/// The ids of results whose files must be there.
pub(crate) async fn kept_results(ledger: &Ledger) -> Result<BTreeSet<String>, LedgerError> {
    let rows = ledger.read("SELECT id FROM sealed_results", args![]).await?;
    rows.iter().map(|row| row.text("id")).collect()
}

/// Some wrapped key, to see whether the master key is the right one.
pub(crate) async fn any_key(ledger: &Ledger) -> Result<Option<(String, String)>, LedgerError> {
    let sql = "SELECT id, wrapped_key FROM holdings WHERE state = 'sealed' \
               UNION ALL SELECT id, wrapped_key FROM sealed_results LIMIT 1";
    let rows = ledger.read(sql, args![]).await?;
    rows.first().map(|row| Ok((row.text("id")?, row.text("wrapped_key")?))).transpose()
}
