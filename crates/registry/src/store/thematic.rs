//! The rows of thematic databases.

use std::collections::BTreeMap;

use shuyu_ledger::{Change, args};
use shuyu_model::Time;
use shuyu_model::id::ThematicId;

use super::{Book, Result, json, read_all};
use crate::thematic::{ThematicDatabase, ThematicVersion};

/// `id` is one id, or empty for all; by their ids.
pub(crate) async fn thematics(book: &mut Book<'_>, id: &str) -> Result<Vec<ThematicDatabase>> {
    let sql = "SELECT * FROM thematic_versions WHERE $1 = '' OR database_id = $1 ORDER BY database_id, number";
    let rows = book.read(sql, args![id]).await?;
    let mut versions: BTreeMap<String, Vec<ThematicVersion>> = BTreeMap::new();
    let read = read_all("thematic database", &rows, |row| {
        let rows = row.row.int("row_count")?;
        let version = ThematicVersion {
            number: row.row.int("number")?,
            candidate: row.id("candidate")?,
            digest: row.digest("digest")?,
            rows: u64::try_from(rows).map_err(|error| row.damaged(error))?,
            sources: row.json("sources")?,
            steps: row.json("steps")?,
            made_at: Time(row.row.int("made_at")?),
        };
        Ok((row.text("database_id")?, version))
    })?;
    for (of, version) in read {
        versions.entry(of).or_default().push(version);
    }
    let rows = book.read("SELECT * FROM thematic_databases WHERE $1 = '' OR id = $1 ORDER BY id", args![id]).await?;
    let mut found = read_all("thematic database", &rows, |row| {
        Ok(ThematicDatabase {
            id: row.id("id")?,
            title: row.text("title")?,
            order: row.id("ordered_by")?,
            scenario: row.id("scenario")?,
            operator: row.id("operator")?,
            processor: row.id("processor")?,
            begun_at: Time(row.row.int("begun_at")?),
            interface_since: row.opt_time("interface_since")?,
            versions: Vec::new(),
        })
    })?;
    for database in &mut found {
        database.versions = versions.remove(database.id.as_str()).unwrap_or_default();
    }
    Ok(found)
}

pub(crate) async fn insert_thematic(change: &mut Change, new: &ThematicDatabase) -> Result<()> {
    let sql = "INSERT INTO thematic_databases (id, title, ordered_by, scenario, operator, processor, begun_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![
        new.id.as_str(),
        new.title.as_str(),
        new.order.as_str(),
        new.scenario.as_str(),
        new.operator.as_str(),
        new.processor.as_str(),
        new.begun_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn insert_thematic_version(change: &mut Change, id: &ThematicId, new: &ThematicVersion) -> Result<()> {
    let sql = "INSERT INTO thematic_versions (database_id, number, candidate, digest, row_count, sources, steps, made_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        id.as_str(),
        new.number,
        new.candidate.as_str(),
        new.digest.to_string(),
        i64::try_from(new.rows).unwrap_or(i64::MAX),
        json(&new.sources)?,
        json(&new.steps)?,
        new.made_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// Says whether it was closed before.
pub(crate) async fn open_thematic_interface(change: &mut Change, id: &ThematicId) -> Result<bool> {
    let sql = "UPDATE thematic_databases SET interface_since = $2 WHERE id = $1 AND interface_since IS NULL";
    let now = change.now();
    Ok(change.write(sql, args![id.as_str(), now]).await? == 1)
}
