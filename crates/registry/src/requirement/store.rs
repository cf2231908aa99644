//! All SQL of field requirements.

use shuyu_ledger::{Change, args};
use shuyu_model::id::{OrganisationId, PersonId, RequirementId};
use shuyu_model::{Actor, Time};

use super::FieldRequirement;
use crate::RegistryError;
use crate::store::{Book, json, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

pub(crate) async fn requirements(book: &mut Book<'_>) -> Result<Vec<FieldRequirement>> {
    let sql = "SELECT id, field, resources, uses, scope, security, document_digest, organisation, proposed_at, \
               withdrawn_at FROM field_requirements ORDER BY id";
    let rows = book.read(sql, args![]).await?;
    let mut found = read_all("field requirement", &rows, |row| {
        Ok(FieldRequirement {
            id: row.id("id")?,
            field: row.text("field")?,
            resources: row.json("resources")?,
            uses: row.json("uses")?,
            scope: row.text("scope")?,
            security: row.text("security")?,
            document_digest: row.digest("document_digest")?,
            organisation: row.id("organisation")?,
            proposed_at: Time(row.row.int("proposed_at")?),
            consents: Vec::new(),
            withdrawn_at: row.opt_time("withdrawn_at")?,
        })
    })?;
    let sql = "SELECT requirement, organisation FROM requirement_consents ORDER BY requirement, consented_at";
    let rows = book.read(sql, args![]).await?;
    let consents = read_all("consent", &rows, |row| {
        Ok((row.id::<RequirementId>("requirement")?, row.id::<OrganisationId>("organisation")?))
    })?;
    for requirement in &mut found {
        let own = consents.iter().filter(|(of, _)| *of == requirement.id);
        requirement.consents = own.map(|(_, organisation)| organisation.clone()).collect();
    }
    Ok(found)
}

pub(crate) async fn insert(change: &mut Change, new: &FieldRequirement, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO field_requirements (id, field, resources, uses, scope, security, document_digest, \
               proposed_by, organisation, proposed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![
        new.id.as_str(),
        &*new.field,
        json(&new.resources)?,
        json(&new.uses)?,
        &*new.scope,
        &*new.security,
        new.document_digest.to_string(),
        by.as_str(),
        new.organisation.as_str(),
        new.proposed_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn consent(change: &mut Change, id: &RequirementId, actor: &Actor) -> Result<()> {
    let now = change.now();
    let sql = "INSERT INTO requirement_consents (requirement, organisation, person, consented_at) \
               VALUES ($1, $2, $3, $4)";
    change.write(sql, args![id.as_str(), actor.organisation.as_str(), actor.person.as_str(), now]).await?;
    Ok(())
}

pub(crate) async fn withdraw(change: &mut Change, id: &RequirementId) -> Result<()> {
    let now = change.now();
    change.write("UPDATE field_requirements SET withdrawn_at = $2 WHERE id = $1", args![id.as_str(), now]).await?;
    Ok(())
}
