//! All SQL of own tables.

use shuyu_ledger::{Change, args};
use shuyu_model::Time;
use shuyu_model::id::{PersonId, ResourceId};

use super::OwnTable;
use crate::RegistryError;
use crate::store::{Book, json, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

/// One of this id, or all where it is empty, oldest first.
pub(crate) async fn own_tables(book: &mut Book<'_>, id: &str) -> Result<Vec<OwnTable>> {
    let sql = "SELECT id, scenario, owner, name, title, origin, origin_digest, columns, declared_by, declared_at, \
               withdrawn_at, withdrawn_ground FROM own_tables WHERE $1 = '' OR id = $1 ORDER BY id";
    let rows = book.read(sql, args![id]).await?;
    read_all("own table", &rows, |row| {
        Ok(OwnTable {
            id: row.id("id")?,
            scenario: row.id("scenario")?,
            owner: row.id("owner")?,
            name: row.text("name")?,
            title: row.text("title")?,
            origin: row.text("origin")?,
            origin_digest: row.digest("origin_digest")?,
            columns: row.json("columns")?,
            declared_by: row.id("declared_by")?,
            declared_at: Time(row.row.int("declared_at")?),
            withdrawn_at: row.opt_time("withdrawn_at")?,
            withdrawn_ground: row.row.opt_text("withdrawn_ground")?,
        })
    })
}

pub(crate) async fn insert(change: &mut Change, new: &OwnTable) -> Result<()> {
    let sql = "INSERT INTO own_tables (id, scenario, owner, name, title, origin, origin_digest, columns, declared_by, \
               declared_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![
        new.id.as_str(),
        new.scenario.as_str(),
        new.owner.as_str(),
        new.name.as_str(),
        new.title.as_str(),
        new.origin.as_str(),
        new.origin_digest.to_string(),
        json(&new.columns)?,
        new.declared_by.as_str(),
        new.declared_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn withdraw(change: &mut Change, id: &ResourceId, by: &PersonId, ground: &str) -> Result<()> {
    let sql = "UPDATE own_tables SET withdrawn_by = $2, withdrawn_at = $3, withdrawn_ground = $4 \
               WHERE id = $1 AND withdrawn_at IS NULL";
    let now = change.now();
    change.write(sql, args![id.as_str(), by.as_str(), now, ground]).await?;
    Ok(())
}
