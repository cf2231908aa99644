//! All SQL of the agency of whole authorisations.

use shuyu_ledger::{Change, args};
use shuyu_model::Time;
use shuyu_model::id::PersonId;

use super::WholeAgency;
use crate::RegistryError;
use crate::store::{Book, read_all};

/// The one that was named last.
pub(crate) async fn named(book: &mut Book<'_>) -> Result<Option<WholeAgency>, RegistryError> {
    let sql = "SELECT organisation AS id, organisation, document, named_at FROM whole_agencies \
               ORDER BY number DESC LIMIT 1";
    let rows = book.read(sql, args![]).await?;
    let found = read_all("agency of whole authorisations", &rows, |row| {
        Ok(WholeAgency {
            organisation: row.id("organisation")?,
            document: match row.row.opt_text("document")? {
                Some(_) => Some(row.digest("document")?),
                None => None,
            },
            named_at: Some(Time(row.row.int("named_at")?)),
        })
    })?;
    Ok(found.into_iter().next())
}

pub(crate) async fn insert(change: &mut Change, new: &WholeAgency, by: &PersonId) -> Result<(), RegistryError> {
    let sql = "INSERT INTO whole_agencies (number, organisation, document, named_by, named_at) \
               SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4 FROM whole_agencies";
    let document = new.document.map(|digest| digest.to_string());
    change.write(sql, args![new.organisation.as_str(), document, by.as_str(), new.named_at]).await?;
    Ok(())
}
