//! All SQL of units, natural persons and origins. What is read of them is read with the
//! party or resource (`crate::store`).

use shuyu_ledger::{Change, args};
use shuyu_model::id::{OrganisationId, PersonId, ResourceId};

use super::{Origin, Unit};
use crate::RegistryError;

type Result<T> = std::result::Result<T, RegistryError>;

pub(super) async fn put_unit(change: &mut Change, id: &OrganisationId, unit: &Unit, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO unit_facts (organisation, unit_kind, division, basis, stated_by, stated_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (organisation) DO UPDATE SET unit_kind = $2, division = $3, \
               basis = $4, stated_by = $5, stated_at = $6";
    let now = change.now();
    let (kind, part) = (unit.unit_kind.word(), unit.takes_part.word());
    change.write(sql, args![id.as_str(), kind, &unit.division, part, by.as_str(), now]).await?;
    Ok(())
}

pub(super) async fn put_origin(change: &mut Change, id: &ResourceId, origin: &Origin, by: &PersonId) -> Result<()> {
    let sql = "INSERT INTO resource_origins (resource, way, duty, stated_by, stated_at, arose_in, returned_on) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (resource) DO UPDATE SET way = $2, duty = $3, \
               stated_by = $4, stated_at = $5, arose_in = $6, returned_on = $7";
    let now = change.now();
    let returned = origin.returned_on.map(|day| day.to_string());
    let (way, duty, arose) = (origin.way.word(), origin.duty.trim(), origin.arose_in.word());
    change.write(sql, args![id.as_str(), way, duty, by.as_str(), now, arose, returned]).await?;
    Ok(())
}

pub(crate) async fn insert_natural_person(
    change: &mut Change,
    id: &OrganisationId,
    mask: &str,
    hash: &str,
) -> Result<()> {
    let sql = "INSERT INTO natural_persons (organisation, identity_mask, identity_hash) VALUES ($1, $2, $3)";
    change.write(sql, args![id.as_str(), mask, hash]).await?;
    Ok(())
}
