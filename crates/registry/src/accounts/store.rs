//! All SQL of closed accounts.

use shuyu_ledger::{Change, args};

use super::ClosedAccount;
use crate::RegistryError;
use crate::store::{json, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

pub(super) async fn insert(change: &mut Change, account: &ClosedAccount) -> Result<()> {
    let now = change.now();
    let sql = "INSERT INTO accounts_closed (id, operator_id, agency_id, parties, closed_by, closed_at, \
               uses_count) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let ClosedAccount { id, operator, agency, parties, closed_by, uses_count } = account;
    let operator = operator.as_ref().map(|operator| operator.as_str().to_owned());
    let args = args![id, operator, agency.as_str(), json(parties)?, closed_by.as_str(), now, *uses_count];
    change.write(sql, args).await?;
    Ok(())
}

/// One by its id.
pub(crate) async fn closed(change: &mut Change, id: &str) -> Result<Option<ClosedAccount>> {
    let sql = "SELECT id, operator_id, agency_id, parties, closed_by, uses_count FROM accounts_closed WHERE id = $1";
    let rows = change.read(sql, args![id]).await?;
    let found = read_all("closed account", &rows, |row| {
        Ok(ClosedAccount {
            id: row.text("id")?,
            operator: row.opt_id("operator_id")?,
            agency: row.id("agency_id")?,
            parties: row.json("parties")?,
            closed_by: row.id("closed_by")?,
            uses_count: row.row.int("uses_count")?,
        })
    })?;
    Ok(found.into_iter().next())
}
