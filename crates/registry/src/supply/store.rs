//! All SQL of supplies.

use shuyu_ledger::{Change, LedgerError, args};
use shuyu_model::Time;

use super::Supply;
use crate::RegistryError;
use crate::store::{Book, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

pub(crate) async fn insert(change: &mut Change, new: &Supply) -> std::result::Result<(), LedgerError> {
    let sql = "INSERT INTO supplies (holding, resource, version, landed_at, rows_good, rows_bad, accuracy, completeness) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        new.holding.as_str(),
        new.resource.as_str(),
        new.version,
        new.landed_at,
        new.rows_good,
        new.rows_bad,
        new.accuracy,
        new.completeness,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// The last supply of a resource, or of each where `resource` is empty.
pub(crate) async fn last(book: &mut Book<'_>, resource: &str) -> Result<Vec<Supply>> {
    let sql = "SELECT holding, resource, version, landed_at, rows_good, rows_bad, accuracy, completeness \
               FROM supplies s WHERE ($1 = '' OR resource = $1) AND version = \
               (SELECT MAX(version) FROM supplies WHERE resource = s.resource) ORDER BY resource";
    let rows = book.read(sql, args![resource]).await?;
    read_all("supply", &rows, |row| {
        Ok(Supply {
            holding: row.id("holding")?,
            resource: row.id("resource")?,
            version: row.row.int("version")?,
            landed_at: Time(row.row.int("landed_at")?),
            rows_good: row.row.int("rows_good")?,
            rows_bad: row.row.int("rows_bad")?,
            accuracy: row.row.int("accuracy")?,
            completeness: row.row.int("completeness")?,
        })
    })
}
