//! The rows of what rests: by which name, on whose ground, since when. `id` is one name,
//! or empty for all.

use shuyu_ledger::{Change, args};
use shuyu_model::Time;

use super::{Book, Result, read_all};

/// What rests, and since when; a thing once, however many matters hold it.
pub(crate) async fn suspensions(book: &mut Book<'_>, id: &str) -> Result<Vec<(String, Time)>> {
    let sql = "SELECT subject AS id, CAST(min(since) AS BIGINT) AS since FROM suspensions \
               WHERE lifted_at IS NULL AND ($1 = '' OR subject = $1) GROUP BY subject";
    let rows = book.read(sql, args![id]).await?;
    read_all("suspension", &rows, |row| Ok((row.text("id")?, Time(row.row.int("since")?))))
}

/// The same for everything whose name begins so; `stem` is an id and a word.
pub(crate) async fn suspensions_below(book: &mut Book<'_>, stem: &str) -> Result<Vec<(String, Time)>> {
    let sql = "SELECT subject AS id, CAST(min(since) AS BIGINT) AS since FROM suspensions \
               WHERE lifted_at IS NULL AND (subject = $1 OR subject LIKE $2) GROUP BY subject";
    let rows = book.read(sql, args![stem, format!("{stem}/%")]).await?;
    read_all("suspension", &rows, |row| Ok((row.text("id")?, Time(row.row.int("since")?))))
}

pub(crate) async fn suspend(change: &mut Change, subject: &str, ground: &str) -> Result<()> {
    let sql = "INSERT INTO suspensions (subject, ground, since) VALUES ($1, $2, $3) \
               ON CONFLICT (subject, ground) DO UPDATE SET since = excluded.since, lifted_at = NULL \
               WHERE suspensions.lifted_at IS NOT NULL";
    let now = change.now();
    change.write(sql, args![subject, ground, now]).await?;
    Ok(())
}

/// Which matters hold this.
pub(crate) async fn grounds_of(change: &mut Change, subject: &str) -> Result<Vec<String>> {
    let sql = "SELECT ground AS id FROM suspensions WHERE subject = $1 AND lifted_at IS NULL ORDER BY ground";
    let rows = change.read(sql, args![subject]).await?;
    read_all("suspension", &rows, |row| row.text("id"))
}

/// What this ground holds.
pub(crate) async fn held_by(change: &mut Change, ground: &str) -> Result<Vec<String>> {
    let sql = "SELECT subject AS id FROM suspensions WHERE ground = $1 AND lifted_at IS NULL ORDER BY subject";
    let rows = change.read(sql, args![ground]).await?;
    read_all("suspension", &rows, |row| row.text("id"))
}

pub(crate) async fn lift(change: &mut Change, ground: &str) -> Result<()> {
    let now = change.now();
    let sql = "UPDATE suspensions SET lifted_at = $2 WHERE ground = $1 AND lifted_at IS NULL";
    change.write(sql, args![ground, now]).await?;
    Ok(())
}
