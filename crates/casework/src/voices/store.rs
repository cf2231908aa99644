//! All SQL of voices.

use shuyu_ledger::{Change, Ledger, args};
use shuyu_model::id::MatterId;
use shuyu_model::{Day, Digest, Time};

use super::VoiceKind;
use crate::CaseworkError;
use crate::store::Reader;

type Result<T> = std::result::Result<T, CaseworkError>;

/// How many came on a day.
pub(super) async fn count_on(change: &mut Change, day: Day) -> Result<i64> {
    let sql = "SELECT CAST(count(*) AS BIGINT) AS total FROM voices WHERE day = $1";
    let rows = change.read(sql, args![day.to_string()]).await?;
    Ok(rows.first().map(|row| row.int("total")).transpose()?.unwrap_or(0))
}

pub(crate) async fn insert(
    change: &mut Change,
    number: &str,
    secret_digest: &Digest,
    kind: VoiceKind,
    matter: &MatterId,
    day: Day,
) -> Result<()> {
    let sql = "INSERT INTO voices (number, secret_digest, kind, matter_id, day, filed_at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let now = change.now();
    let args = args![number, secret_digest.to_string(), kind.word(), matter.as_str(), day.to_string(), now];
    change.write(sql, args).await?;
    Ok(())
}

/// The voice of this number, if its secret word has this digest.
pub(crate) async fn find(
    ledger: &Ledger,
    number: &str,
    secret_digest: &Digest,
) -> Result<Option<(VoiceKind, MatterId, Time)>> {
    let sql = "SELECT number, kind, matter_id, filed_at FROM voices WHERE number = $1 AND secret_digest = $2";
    let rows = ledger.read(sql, args![number, secret_digest.to_string()]).await?;
    let Some(row) = rows.first().map(Reader) else { return Ok(None) };
    let (kind, matter) = (row.word("kind", VoiceKind::parse)?, row.id("matter_id")?);
    Ok(Some((kind, matter, Time(row.0.int("filed_at")?))))
}
