//! The rows of higher rules.

use shuyu_ledger::{Change, args};

use super::{Book, Result, read_all};
use crate::overrides::Override;

pub(crate) async fn overrides(book: &mut Book<'_>) -> Result<Vec<Override>> {
    let rows = book.read("SELECT * FROM rule_overrides ORDER BY number", args![]).await?;
    read_all("rule override", &rows, |row| {
        Ok(Override {
            number: row.row.int("number")?,
            key: row.text("rule_key")?,
            value: row.json("set_to")?,
            issuer: row.text("issuer")?,
            rule: row.text("rule")?,
            first_day: row.day("first_day")?,
            document: row.digest("document")?,
            entered_by: row.id("entered_by")?,
            entered_at: shuyu_model::Time(row.row.int("entered_at")?),
        })
    })
}

pub(crate) async fn insert_override(change: &mut Change, new: &Override) -> Result<()> {
    let sql = "INSERT INTO rule_overrides (number, rule_key, set_to, issuer, rule, first_day, document, entered_by, \
               entered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let args = args![
        new.number,
        new.key.as_str(),
        new.value.to_string(),
        new.issuer.as_str(),
        new.rule.as_str(),
        new.first_day.to_string(),
        new.document.to_string(),
        new.entered_by.as_str(),
        new.entered_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}
