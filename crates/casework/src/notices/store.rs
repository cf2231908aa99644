//! All SQL of notices.

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::Time;
use shuyu_model::id::{MatterId, PersonId};

use super::MatterNotice;
use crate::CaseworkError;
use crate::store::{Book, Reader, to_i64};

type Result<T> = std::result::Result<T, CaseworkError>;

fn read(row: &Row) -> Result<MatterNotice> {
    let row = Reader(row);
    let due_day = row.0.text("due_day")?.parse().map_err(|error| row.damaged(error))?;
    let by = row.0.opt_text("received_by")?;
    Ok(MatterNotice {
        matter: row.id("matter_id")?,
        version: row.0.int("version")?,
        organisation: row.id("organisation")?,
        sent_at: Time(row.0.int("sent_at")?),
        due_day,
        is_estimated: row.0.int("is_estimated")? != 0,
        clause: row.0.text("clause")?,
        received_at: row.0.opt_int("received_at")?.map(Time),
        received_by: by.map(|id| PersonId::try_from(id).map_err(|error| row.damaged(error))).transpose()?,
    })
}

pub(crate) async fn insert(change: &mut Change, new: &MatterNotice) -> Result<()> {
    let sql = "INSERT INTO matter_notices (matter_id, version, organisation, sent_at, due_day, is_estimated, clause) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![
        new.matter.as_str(),
        new.version,
        new.organisation.as_str(),
        new.sent_at,
        new.due_day.to_string(),
        new.is_estimated,
        &new.clause,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn of_matter(book: &mut Book<'_>, id: &MatterId) -> Result<Vec<MatterNotice>> {
    let sql = "SELECT * FROM matter_notices WHERE matter_id = $1 ORDER BY version, organisation";
    book.read(sql, args![id.as_str()]).await?.iter().map(read).collect()
}

/// Those without an answer, or answered since then.
pub(crate) async fn recent(ledger: &Ledger, since: Time, items_max: usize) -> Result<Vec<MatterNotice>> {
    let sql = "SELECT * FROM matter_notices WHERE received_at IS NULL OR received_at >= $1 \
               ORDER BY due_day, matter_id, version, organisation LIMIT $2";
    ledger.read(sql, args![since, to_i64(items_max)]).await?.iter().map(read).collect()
}

pub(crate) async fn set_received(change: &mut Change, of: &MatterNotice, by: &PersonId) -> Result<()> {
    let sql = "UPDATE matter_notices SET received_at = $4, received_by = $5 \
               WHERE matter_id = $1 AND version = $2 AND organisation = $3 AND received_at IS NULL";
    let now = change.now();
    change.write(sql, args![of.matter.as_str(), of.version, of.organisation.as_str(), now, by.as_str()]).await?;
    Ok(())
}
