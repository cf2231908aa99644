//! All SQL of what schemes say of money.

use shuyu_ledger::{Change, args};
use shuyu_model::Time;
use shuyu_model::id::MatterId;

use super::{SchemeMoney, Version};
use crate::RegistryError;
use crate::store::{Book, json, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

/// Upholds INVARIANT (as approved): what held ends, what holds from now on is another row.
pub(crate) async fn put(change: &mut Change, scheme: &MatterId, says: Option<&SchemeMoney>) -> Result<()> {
    let now = change.now();
    let ends = "UPDATE scheme_money SET until_at = $1 WHERE scheme_id = $2 AND until_at IS NULL";
    change.write(ends, args![now, scheme.as_str()]).await?;
    let Some(says) = says else { return Ok(()) };
    let counts = "SELECT COUNT(*) AS versions FROM scheme_money WHERE scheme_id = $1";
    let rows = change.read(counts, args![scheme.as_str()]).await?;
    let number = rows.first().map(|row| row.int("versions")).transpose()?.unwrap_or(0).saturating_add(1);
    let sql = "INSERT INTO scheme_money (scheme_id, number, cost_items, shares, from_at) VALUES ($1, $2, $3, $4, $5)";
    let (items, shares) = (json(&says.cost_items)?, json(&says.shares)?);
    change.write(sql, args![scheme.as_str(), number, items, shares, now]).await?;
    Ok(())
}

/// What every scheme said, oldest first.
pub(super) async fn versions(book: &mut Book<'_>) -> Result<Vec<Version>> {
    let sql =
        "SELECT scheme_id AS id, cost_items, shares, from_at, until_at FROM scheme_money ORDER BY scheme_id, number";
    let rows = book.read(sql, args![]).await?;
    read_all("scheme", &rows, |row| {
        Ok(Version {
            scheme: row.id("id")?,
            says: SchemeMoney { cost_items: row.json("cost_items")?, shares: row.json("shares")? },
            from: Time(row.row.int("from_at")?),
            until: row.row.opt_int("until_at")?.map(Time),
        })
    })
}
