//! All SQL of catalogues.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_ledger::{Change, args};
use shuyu_model::id::{CatalogueId, OrganisationId, PersonId, ResourceId};
use shuyu_model::{Digest, Time};

use super::{Catalogue, CatalogueAnswer, CatalogueEntry, CatalogueKind, CatalogueState};
use crate::RegistryError;
use crate::store::{Book, Reader, json, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

pub(crate) async fn insert(change: &mut Change, new: &Catalogue) -> Result<()> {
    let sql = "INSERT INTO catalogues (id, kind, organisation, number, state, entries, left_out, asked, demands, digest, \
               compiled_by, compiled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let args = args![
        new.id.as_str(),
        new.kind.word(),
        new.organisation.as_str(),
        i64::from(new.number),
        new.state.word(),
        json(&new.entries)?,
        json(&new.left_out)?,
        json(&new.asked)?,
        json(&new.demands)?,
        new.digest.to_string(),
        new.compiled_by.as_str(),
        new.compiled_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

const ALL: &str = "SELECT id, kind, organisation, number, state, entries, left_out, asked, demands, digest, compiled_by, \
    compiled_at, decision, decided_at, published_at FROM catalogues \
    WHERE ($1 = '' OR id = $1) AND ($2 = '' OR kind = $2) AND ($3 = '' OR organisation = $3) \
    ORDER BY compiled_at DESC, number DESC LIMIT $4";

fn read(row: &Reader<'_>) -> Result<Catalogue> {
    Ok(Catalogue {
        id: row.id("id")?,
        kind: row.word("kind", CatalogueKind::parse)?,
        organisation: row.id("organisation")?,
        number: u32::try_from(row.row.int("number")?).map_err(|error| row.damaged(error))?,
        state: row.word("state", CatalogueState::parse)?,
        entries: row.json("entries")?,
        left_out: row.json("left_out")?,
        asked: row.json("asked")?,
        demands: row.json("demands")?,
        digest: row.digest("digest")?,
        compiled_by: row.id("compiled_by")?,
        compiled_at: Time(row.row.int("compiled_at")?),
        decision: row.opt_digest("decision")?,
        decided_at: row.opt_time("decided_at")?,
        published_at: row.opt_time("published_at")?,
        answers: Vec::new(),
    })
}

/// How many versions of one catalogue are read.
const VERSIONS_MAX: i64 = 100_000;

/// The versions of one catalogue, the newest first, without answers.
pub(crate) async fn versions(
    book: &mut Book<'_>,
    kind: CatalogueKind,
    owner: Option<&OrganisationId>,
) -> Result<Vec<Catalogue>> {
    let owner = owner.map_or("", |owner| owner.as_str());
    let rows = book.read(ALL, args!["", kind.word(), owner, VERSIONS_MAX]).await?;
    read_all("catalogue", &rows, read)
}

/// Versions of all catalogues, the newest first, with their answers.
pub(crate) async fn all(book: &mut Book<'_>, max: usize) -> Result<Vec<Catalogue>> {
    let rows = book.read(ALL, args!["", "", "", i64::try_from(max).unwrap_or(i64::MAX)]).await?;
    let mut all = read_all("catalogue", &rows, read)?;
    let mut answers = answers(book, "").await?;
    for version in &mut all {
        version.answers = answers.remove(version.id.as_str()).unwrap_or_default();
    }
    Ok(all)
}

/// One version with its answers.
pub(crate) async fn one(book: &mut Book<'_>, id: &CatalogueId) -> Result<Option<Catalogue>> {
    let rows = book.read(ALL, args![id.as_str(), "", "", 1_i64]).await?;
    let Some(mut found) = read_all("catalogue", &rows, read)?.into_iter().next() else { return Ok(None) };
    found.answers = answers(book, id.as_str()).await?.remove(id.as_str()).unwrap_or_default();
    Ok(Some(found))
}

async fn answers(book: &mut Book<'_>, catalogue: &str) -> Result<BTreeMap<String, Vec<CatalogueAnswer>>> {
    let sql = "SELECT catalogue, organisation, is_agreed, opinion, answered_at FROM catalogue_answers \
               WHERE $1 = '' OR catalogue = $1 ORDER BY catalogue, number";
    let rows = book.read(sql, args![catalogue]).await?;
    let mut found: BTreeMap<String, Vec<CatalogueAnswer>> = BTreeMap::new();
    let read = read_all("catalogue answer", &rows, |row| {
        let answer = CatalogueAnswer {
            organisation: row.id("organisation")?,
            is_agreed: row.row.int("is_agreed")? == 1,
            opinion: row.text("opinion")?,
            answered_at: Time(row.row.int("answered_at")?),
        };
        Ok((row.text("catalogue")?, answer))
    })?;
    for (catalogue, answer) in read {
        found.entry(catalogue).or_default().push(answer);
    }
    Ok(found)
}

pub(crate) async fn insert_answer(
    change: &mut Change,
    of: &Catalogue,
    answer: &CatalogueAnswer,
    by: &PersonId,
) -> Result<()> {
    let sql = "INSERT INTO catalogue_answers (catalogue, number, organisation, is_agreed, opinion, answered_by, \
               answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let number = i64::try_from(of.answers.len()).unwrap_or(i64::MAX).saturating_add(1);
    let args = args![
        of.id.as_str(),
        number,
        answer.organisation.as_str(),
        i64::from(answer.is_agreed),
        &*answer.opinion,
        by.as_str(),
        answer.answered_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn set_decided(change: &mut Change, id: &CatalogueId, minutes: Digest, by: &PersonId) -> Result<()> {
    let now = change.now();
    let sql = "UPDATE catalogues SET decision = $2, decided_by = $3, decided_at = $4 WHERE id = $1";
    change.write(sql, args![id.as_str(), minutes.to_string(), by.as_str(), now]).await?;
    Ok(())
}

pub(crate) async fn set_published(change: &mut Change, id: &CatalogueId, by: &PersonId) -> Result<()> {
    let now = change.now();
    let sql = "UPDATE catalogues SET state = 'published', published_by = $2, published_at = $3 WHERE id = $1";
    change.write(sql, args![id.as_str(), by.as_str(), now]).await?;
    Ok(())
}

/// The published version gives way.
pub(crate) async fn supersede(change: &mut Change, kind: CatalogueKind, of: Option<&OrganisationId>) -> Result<()> {
    let sql = "UPDATE catalogues SET state = 'superseded' \
               WHERE kind = $1 AND ($2 = '' OR organisation = $2) AND state = 'published'";
    change.write(sql, args![kind.word(), of.map_or("", |of| of.as_str())]).await?;
    Ok(())
}

/// What was compiled and not published is dropped.
pub(crate) async fn drop_compiled(change: &mut Change, kind: CatalogueKind, of: Option<&OrganisationId>) -> Result<()> {
    let sql = "UPDATE catalogues SET state = 'dropped' \
               WHERE kind = $1 AND ($2 = '' OR organisation = $2) AND state = 'compiled'";
    change.write(sql, args![kind.word(), of.map_or("", |of| of.as_str())]).await?;
    Ok(())
}

/// What stands in the catalogues that departments published.
pub(crate) async fn department_catalogues(
    book: &mut Book<'_>,
) -> Result<BTreeMap<OrganisationId, BTreeSet<ResourceId>>> {
    let sql = "SELECT id, organisation, entries FROM catalogues WHERE kind = 'department' AND state = 'published'";
    let rows = book.read(sql, args![]).await?;
    let read = read_all("catalogue", &rows, |row| {
        let entries: Vec<CatalogueEntry> = row.json("entries")?;
        let ids: BTreeSet<ResourceId> = entries.into_iter().map(|entry| entry.resource).collect();
        Ok((row.id::<OrganisationId>("organisation")?, ids))
    })?;
    Ok(read.into_iter().collect())
}
