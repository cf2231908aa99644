//! All SQL of districts.

use shuyu_ledger::{Change, Row, args};
use shuyu_model::id::{DistrictSchemeId, MatterId, OrganisationId};
use shuyu_model::{Digest, Time};

use super::{DistrictScheme, DistrictSchemeState};
use crate::RegistryError;
use crate::store::Book;

type Result<T> = std::result::Result<T, RegistryError>;

fn damaged(row: &Row, what: impl ToString) -> RegistryError {
    let id = row.text("id").unwrap_or_default();
    RegistryError::Damaged { kind: "district", id, what: what.to_string() }
}

fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| shuyu_ledger::LedgerError::from(error).into())
}

/// Which organisation belongs to which district; of one, or of all where it is empty.
pub(crate) async fn places(book: &mut Book<'_>, id: &str) -> Result<Vec<(OrganisationId, OrganisationId)>> {
    let sql = "SELECT organisation AS id, district FROM district_places WHERE $1 = '' OR organisation = $1";
    let read = |row: &Row| -> Result<(OrganisationId, OrganisationId)> {
        let id = |column| OrganisationId::parse(&row.text(column)?).map_err(|error| damaged(row, error));
        Ok((id("id")?, id("district")?))
    };
    book.read(sql, args![id]).await?.iter().map(read).collect()
}

pub(crate) async fn insert_place(
    change: &mut Change,
    organisation: &OrganisationId,
    district: &OrganisationId,
) -> Result<()> {
    let sql = "INSERT INTO district_places (organisation, district, since) VALUES ($1, $2, $3)";
    let now = change.now();
    change.write(sql, args![organisation.as_str(), district.as_str(), now]).await?;
    Ok(())
}

/// Schemes of one district, or of all where it is empty.
pub(crate) async fn schemes(book: &mut Book<'_>, district: &str) -> Result<Vec<DistrictScheme>> {
    let sql = "SELECT * FROM district_schemes WHERE $1 = '' OR district = $1 ORDER BY id";
    let read = |row: &Row| -> Result<DistrictScheme> {
        let digest = |column| Digest::parse(&row.text(column)?).map_err(|error| damaged(row, error));
        let state = DistrictSchemeState::parse(&row.text("state")?);
        Ok(DistrictScheme {
            id: DistrictSchemeId::parse(&row.text("id")?).map_err(|error| damaged(row, error))?,
            district: OrganisationId::parse(&row.text("district")?).map_err(|error| damaged(row, error))?,
            title: row.text("title")?,
            document_digest: digest("document_digest")?,
            sections: serde_json::from_str(&row.text("sections")?).map_err(|error| damaged(row, error))?,
            parent: row
                .opt_text("parent")?
                .map(|id| MatterId::parse(&id))
                .transpose()
                .map_err(|error| damaged(row, error))?,
            narrows: serde_json::from_str(&row.text("narrows")?).map_err(|error| damaged(row, error))?,
            digest: digest("digest")?,
            state: state.ok_or_else(|| damaged(row, "`state` has an unknown word"))?,
            authors: serde_json::from_str(&row.text("authors")?).map_err(|error| damaged(row, error))?,
            in_force_at: row.opt_int("in_force_at")?.map(Time),
            superseded_at: row.opt_int("superseded_at")?.map(Time),
        })
    };
    book.read(sql, args![district]).await?.iter().map(read).collect()
}

pub(crate) async fn insert_scheme(change: &mut Change, new: &DistrictScheme) -> Result<()> {
    let sql = "INSERT INTO district_schemes (id, district, title, document_digest, sections, digest, state, authors, \
               drafted_at, parent, narrows) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let now = change.now();
    let args = args![
        new.id.as_str(),
        new.district.as_str(),
        &new.title,
        new.document_digest.to_string(),
        json(&new.sections)?,
        new.digest.to_string(),
        new.state.word(),
        json(&new.authors)?,
        now,
        new.parent.as_ref().map(MatterId::as_str),
        json(&new.narrows)?,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// A draft with this digest comes into force, in the place of the one before it.
/// Says whose it is; nothing where there is no such draft.
pub(crate) async fn set_in_force(
    change: &mut Change,
    id: &DistrictSchemeId,
    digest: Digest,
) -> Result<Option<OrganisationId>> {
    let sql = "SELECT id, district FROM district_schemes WHERE id = $1 AND digest = $2 AND state = 'draft'";
    let rows = change.read(sql, args![id.as_str(), digest.to_string()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let district = OrganisationId::parse(&row.text("district")?).map_err(|error| damaged(row, error))?;
    let now = change.now();
    let sql = "UPDATE district_schemes SET state = 'superseded', superseded_at = $2 \
               WHERE district = $1 AND state = 'in_force'";
    change.write(sql, args![district.as_str(), now]).await?;
    let sql = "UPDATE district_schemes SET state = 'in_force', in_force_at = $2 WHERE id = $1";
    change.write(sql, args![id.as_str(), now]).await?;
    Ok(Some(district))
}
