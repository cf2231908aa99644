//! All SQL of findings.

use shuyu_ledger::{Change, args};
use shuyu_model::Time;
use shuyu_model::id::ResourceId;
use shuyu_model::regime::Interest;

use super::{Finding, FindingOutcome};
use crate::RegistryError;
use crate::store::{Book, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

fn interest(word: &str) -> Option<Interest> {
    Interest::ALL.iter().copied().find(|interest| interest.word() == word)
}

/// What was found on a resource, or on all where `resource` is empty, oldest first.
pub(crate) async fn findings(book: &mut Book<'_>, resource: &str) -> Result<Vec<(ResourceId, Finding)>> {
    let sql = "SELECT resource, interest, number, outcome, treatment, document_digest, resource_digest, found_by, \
               organisation, found_at FROM findings WHERE $1 = '' OR resource = $1 ORDER BY resource, interest, number";
    let rows = book.read(sql, args![resource]).await?;
    read_all("finding", &rows, |row| {
        let finding = Finding {
            interest: row.word("interest", interest)?,
            number: u32::try_from(row.row.int("number")?).map_err(|error| row.damaged(error))?,
            outcome: row.word("outcome", FindingOutcome::parse)?,
            treatment: row.row.opt_text("treatment")?,
            document_digest: row.digest("document_digest")?,
            resource_digest: row.digest("resource_digest")?,
            found_by: row.id("found_by")?,
            organisation: row.id("organisation")?,
            found_at: Time(row.row.int("found_at")?),
        };
        Ok((row.id("resource")?, finding))
    })
}

pub(crate) async fn insert(change: &mut Change, resource: &ResourceId, new: &Finding) -> Result<()> {
    let sql = "INSERT INTO findings (resource, interest, number, outcome, treatment, document_digest, resource_digest, \
               found_by, organisation, found_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![
        resource.as_str(),
        new.interest.word(),
        i64::from(new.number),
        new.outcome.word(),
        new.treatment.as_deref(),
        new.document_digest.to_string(),
        new.resource_digest.to_string(),
        new.found_by.as_str(),
        new.organisation.as_str(),
        new.found_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}
