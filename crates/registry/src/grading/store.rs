//! All SQL of rules of grading.

use shuyu_ledger::{Change, args};
use shuyu_model::Time;
use shuyu_model::id::PersonId;

use super::GradingRules;
use crate::RegistryError;
use crate::store::{Book, json, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

pub(super) async fn insert(change: &mut Change, rules: &GradingRules, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO grading_rules (version, grade_min, document_digest, person, organisation, set_at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let args = args![
        rules.version,
        json(&rules.grade_min)?,
        rules.document_digest.to_string(),
        by.as_str(),
        rules.organisation.as_str(),
        rules.set_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// Every version, oldest first.
pub(crate) async fn all(book: &mut Book<'_>) -> Result<Vec<GradingRules>> {
    let sql = "SELECT version, grade_min, document_digest, organisation, set_at FROM grading_rules ORDER BY version";
    let rows = book.read(sql, args![]).await?;
    read_all("rules of grading", &rows, |row| {
        Ok(GradingRules {
            version: row.row.int("version")?,
            grade_min: row.json("grade_min")?,
            document_digest: row.digest("document_digest")?,
            organisation: row.id("organisation")?,
            set_at: Time(row.row.int("set_at")?),
        })
    })
}
