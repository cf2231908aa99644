//! All SQL of facts, stops and the base catalogue.

use shuyu_ledger::{Change, args};
use shuyu_model::Time;
use shuyu_model::id::{PersonId, ResourceId};
use shuyu_model::regime::FactKind;

use super::{BaseEntry, Fact, Stop};
use crate::RegistryError;
use crate::store::{Book, json, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

/// What was told of a subject, or of all where `subject` is empty, oldest first.
pub(crate) async fn facts(book: &mut Book<'_>, subject: &str) -> Result<Vec<(String, Fact)>> {
    let sql = "SELECT subject, fact, number, told, told_by, organisation, told_at FROM facts \
               WHERE $1 = '' OR subject = $1 ORDER BY subject, fact, number";
    let rows = book.read(sql, args![subject]).await?;
    read_all("fact", &rows, |row| {
        let fact = Fact {
            fact: row.word("fact", FactKind::parse)?,
            number: u32::try_from(row.row.int("number")?).map_err(|error| row.damaged(error))?,
            told: row.json("told")?,
            told_by: row.id("told_by")?,
            organisation: row.id("organisation")?,
            told_at: Time(row.row.int("told_at")?),
        };
        Ok((row.text("subject")?, fact))
    })
}

pub(crate) async fn insert_fact(change: &mut Change, subject: &str, new: &Fact) -> Result<()> {
    let sql = "INSERT INTO facts (subject, fact, number, told, told_by, organisation, told_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![
        subject,
        new.fact.word(),
        i64::from(new.number),
        json(&new.told)?,
        new.told_by.as_str(),
        new.organisation.as_str(),
        new.told_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// The stops that hold.
pub(crate) async fn stops(book: &mut Book<'_>, resource: &str) -> Result<Vec<(ResourceId, Stop)>> {
    let sql = "SELECT resource, ground, stopped_by, stopped_at FROM stops \
               WHERE ($1 = '' OR resource = $1) AND lifted_at IS NULL";
    let rows = book.read(sql, args![resource]).await?;
    read_all("stop", &rows, |row| {
        let stop = Stop {
            ground: row.text("ground")?,
            stopped_by: row.id("stopped_by")?,
            stopped_at: Time(row.row.int("stopped_at")?),
        };
        Ok((row.id("resource")?, stop))
    })
}

pub(crate) async fn insert_stop(change: &mut Change, id: &ResourceId, ground: &str, by: &PersonId) -> Result<()> {
    let now = change.now();
    let sql = "INSERT INTO stops (resource, number, ground, stopped_by, stopped_at) \
               SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4 FROM stops WHERE resource = $1";
    change.write(sql, args![id.as_str(), ground, by.as_str(), now]).await?;
    Ok(())
}

pub(crate) async fn lift_stop(change: &mut Change, id: &ResourceId, by: &PersonId) -> Result<()> {
    let now = change.now();
    let sql = "UPDATE stops SET lifted_by = $2, lifted_at = $3 WHERE resource = $1 AND lifted_at IS NULL";
    change.write(sql, args![id.as_str(), by.as_str(), now]).await?;
    Ok(())
}

pub(crate) async fn base_entries(book: &mut Book<'_>) -> Result<Vec<BaseEntry>> {
    let sql = "SELECT id, title, holder, update_every_days, entered_at FROM base_entries";
    let rows = book.read(sql, args![]).await?;
    read_all("base entry", &rows, |row| {
        let days = row.row.opt_int("update_every_days")?;
        let days = days.map(u16::try_from).transpose().map_err(|error| row.damaged(error))?;
        Ok(BaseEntry {
            id: row.text("id")?,
            title: row.text("title")?,
            holder: row.id("holder")?,
            update_every_days: days,
            entered_at: Time(row.row.int("entered_at")?),
        })
    })
}

pub(crate) async fn put_base_entry(change: &mut Change, new: &BaseEntry, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO base_entries (id, title, holder, update_every_days, entered_by, entered_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET title = excluded.title, \
               holder = excluded.holder, update_every_days = excluded.update_every_days";
    let days = new.update_every_days.map(i64::from);
    let args = args![&*new.id, &*new.title, new.holder.as_str(), days, by.as_str(), new.entered_at];
    change.write(sql, args).await?;
    Ok(())
}
