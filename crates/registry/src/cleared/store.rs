//! All SQL of cleared conflicts.

use shuyu_ledger::{Change, args};
use shuyu_model::Time;

use super::ClearedConflict;
use crate::RegistryError;
use crate::store::{Book, read_all};

/// Those of a project, or all where it is empty.
pub(crate) async fn cleared(book: &mut Book<'_>, scenario: &str) -> Result<Vec<ClearedConflict>, RegistryError> {
    let sql = "SELECT scenario AS id, cleared_conflicts.* FROM cleared_conflicts WHERE $1 = '' OR scenario = $1";
    let rows = book.read(sql, args![scenario]).await?;
    read_all("cleared conflict", &rows, |row| {
        Ok(ClearedConflict {
            scenario: row.id("scenario")?,
            processor: row.id("processor")?,
            conflict: row.text("conflict")?,
            reason: row.text("reason")?,
            cleared_by: row.id("cleared_by")?,
            cleared_at: Time(row.row.int("cleared_at")?),
        })
    })
}

pub(crate) async fn insert(change: &mut Change, new: &ClearedConflict) -> Result<(), RegistryError> {
    let sql = "INSERT INTO cleared_conflicts (scenario, processor, conflict, reason, cleared_by, cleared_at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let (scenario, processor, by) = (new.scenario.as_str(), new.processor.as_str(), new.cleared_by.as_str());
    change.write(sql, args![scenario, processor, &new.conflict, &new.reason, by, new.cleared_at]).await?;
    Ok(())
}
