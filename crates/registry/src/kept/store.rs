//! All SQL of kept files.

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{FileId, PersonId};
use shuyu_model::{Digest, Time};

use super::{FileKind, KeptFile};
use crate::RegistryError;
use crate::store::{Book, must_write, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

fn read(rows: &[Row]) -> Result<Vec<KeptFile>> {
    read_all("kept file", rows, |row| {
        Ok(KeptFile {
            id: row.id("id")?,
            digest: row.digest("digest")?,
            bytes: row.row.int("bytes")?,
            media_type: row.text("media_type")?,
            kind: row.word("kind", FileKind::parse)?,
            title: row.text("title")?,
            number: row.text("number")?,
            dated: row.text("dated")?,
            organisation: row.id("organisation")?,
            person: row.id("person")?,
            kept_at: Time(row.row.int("kept_at")?),
            published_at: row.opt_time("published_at")?,
        })
    })
}

pub(super) async fn insert(change: &mut Change, new: &KeptFile) -> Result<()> {
    let sql = "INSERT INTO kept_files (id, digest, bytes, media_type, kind, title, number, dated, organisation, person, \
               kept_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let args = args![
        new.id.as_str(),
        new.digest.to_string(),
        new.bytes,
        &new.media_type,
        new.kind.word(),
        &new.title,
        &new.number,
        &new.dated,
        new.organisation.as_str(),
        new.person.as_str(),
        new.kept_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(super) async fn file(book: &mut Book<'_>, id: &FileId) -> Result<Option<KeptFile>> {
    let rows = book.read("SELECT * FROM kept_files WHERE id = $1", args![id.as_str()]).await?;
    Ok(read(&rows)?.pop())
}

pub(super) async fn of_digest(ledger: &Ledger, digest: &Digest) -> Result<Vec<KeptFile>> {
    let sql = "SELECT * FROM kept_files WHERE digest = $1 ORDER BY kept_at, id";
    read(&ledger.read(sql, args![digest.to_string()]).await?)
}

/// Those of an organisation; the published ones where it is empty.
pub(super) async fn files(
    ledger: &Ledger,
    organisation: &str,
    after: &str,
    items_max: usize,
) -> Result<(Vec<KeptFile>, usize)> {
    let sql = "SELECT CAST(count(*) AS BIGINT) AS total FROM kept_files \
               WHERE organisation = $1 OR ($1 = '' AND published_at IS NOT NULL)";
    let rows = ledger.read(sql, args![organisation]).await?;
    let total = rows.first().map(|row| row.int("total")).transpose()?.unwrap_or(0);
    let sql = "SELECT * FROM kept_files WHERE (organisation = $1 OR ($1 = '' AND published_at IS NOT NULL)) \
               AND id > $2 ORDER BY id LIMIT $3";
    let rows_max = i64::try_from(items_max).unwrap_or(i64::MAX);
    let found = read(&ledger.read(sql, args![organisation, after, rows_max]).await?)?;
    Ok((found, usize::try_from(total).unwrap_or(0)))
}

pub(super) async fn newest_published(ledger: &Ledger, kind: FileKind) -> Result<Option<KeptFile>> {
    let sql = "SELECT * FROM kept_files WHERE kind = $1 AND published_at IS NOT NULL \
               ORDER BY published_at DESC, id DESC LIMIT 1";
    Ok(read(&ledger.read(sql, args![kind.word()]).await?)?.pop())
}

pub(super) async fn publish(change: &mut Change, id: &FileId) -> Result<()> {
    let now = change.now();
    let sql = "UPDATE kept_files SET published_at = $2 WHERE id = $1 AND published_at IS NULL";
    must_write(change, "kept file", id.as_str(), sql, args![id.as_str(), now]).await
}

/// Those that are shared with the readers of a record.
pub(super) async fn of_record(
    ledger: &Ledger,
    record: &str,
    after: &str,
    items_max: usize,
) -> Result<(Vec<KeptFile>, usize)> {
    let sql = "SELECT CAST(count(*) AS BIGINT) AS total FROM kept_file_records WHERE record = $1";
    let rows = ledger.read(sql, args![record]).await?;
    let total = rows.first().map(|row| row.int("total")).transpose()?.unwrap_or(0);
    let sql = "SELECT f.* FROM kept_file_records r JOIN kept_files f ON f.id = r.file_id \
               WHERE r.record = $1 AND f.id > $2 ORDER BY f.id LIMIT $3";
    let rows_max = i64::try_from(items_max).unwrap_or(i64::MAX);
    let found = read(&ledger.read(sql, args![record, after, rows_max]).await?)?;
    Ok((found, usize::try_from(total).unwrap_or(0)))
}

pub(super) async fn shared(ledger: &Ledger, digest: &Digest, record: &str) -> Result<Option<KeptFile>> {
    let sql = "SELECT f.* FROM kept_file_records r JOIN kept_files f ON f.id = r.file_id \
               WHERE r.record = $1 AND f.digest = $2 ORDER BY f.id LIMIT 1";
    Ok(read(&ledger.read(sql, args![record, digest.to_string()]).await?)?.pop())
}

/// The records with whose readers a file is shared.
pub(super) async fn records(change: &mut Change, id: &FileId) -> Result<Vec<String>> {
    let sql = "SELECT record FROM kept_file_records WHERE file_id = $1 ORDER BY record";
    let rows = change.read(sql, args![id.as_str()]).await?;
    read_all("kept file", &rows, |row| row.text("record"))
}

pub(super) async fn share(change: &mut Change, id: &FileId, record: &str, by: &PersonId) -> Result<()> {
    let now = change.now();
    let sql = "INSERT INTO kept_file_records (file_id, record, shared_by, shared_at) VALUES ($1, $2, $3, $4)";
    change.write(sql, args![id.as_str(), record, by.as_str(), now]).await?;
    Ok(())
}
