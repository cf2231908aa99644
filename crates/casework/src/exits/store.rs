//! All SQL of handovers and targets.

use shuyu_ledger::{Change, args};
use shuyu_model::id::{AgreementId, MatterId, OrganisationId, PersonId};
use shuyu_model::regime::Handing;
use shuyu_model::{Digest, Time};
use shuyu_registry::Handed;

use super::handover::{HandoverItem, HandoverOutcome};
use crate::CaseworkError;
use crate::store::{Book, Reader, to_i64};

type Result<T> = std::result::Result<T, CaseworkError>;

fn opt_id<T: TryFrom<String, Error = shuyu_model::id::IdError>>(row: &Reader<'_>, column: &str) -> Result<Option<T>> {
    let text = row.0.opt_text(column)?;
    text.map(|text| T::try_from(text).map_err(|error| row.damaged(error))).transpose()
}

pub(super) async fn items(book: &mut Book<'_>, id: &MatterId) -> Result<Vec<HandoverItem>> {
    let sql = "SELECT * FROM handover_items WHERE matter_id = $1 ORDER BY number";
    let rows = book.read(sql, args![id.as_str()]).await?;
    let read = |row: &shuyu_ledger::Row| {
        let row = Reader(row);
        let outcome = row.0.opt_text("outcome")?;
        let outcome = outcome.map(|word| HandoverOutcome::parse(&word).ok_or_else(|| row.damaged("no such outcome")));
        Ok(HandoverItem {
            number: row.0.int("number")?,
            kind: row.word("kind", Handing::parse)?,
            subject: row.0.text("subject")?,
            what: row.0.text("what")?,
            concerns: opt_id(&row, "concerns")?,
            outcome: outcome.transpose()?,
            receiver: opt_id(&row, "receiver")?,
            reason: row.0.opt_text("reason")?,
            evidence: row.opt_digest("evidence")?,
            decided_by: opt_id(&row, "decided_by")?,
            decided_at: row.0.opt_int("decided_at")?.map(Time),
            accepted_by: opt_id(&row, "accepted_by")?,
            accepted_at: row.0.opt_int("accepted_at")?.map(Time),
            receipt: row.opt_digest("receipt")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn insert_items(change: &mut Change, id: &MatterId, listed: &[Handed]) -> Result<()> {
    let sql = "INSERT INTO handover_items (matter_id, number, kind, subject, what, concerns) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    for (index, handed) in listed.iter().enumerate() {
        let (number, concerns) = (to_i64(index).saturating_add(1), handed.concerns.as_ref());
        let concerns = concerns.map(OrganisationId::as_str);
        let args = args![id.as_str(), number, handed.kind.word(), &handed.subject, &handed.what, concerns];
        change.write(sql, args).await?;
    }
    Ok(())
}

/// Writes an outcome; an acceptance of another one before counts no more.
pub(super) async fn set_outcome(change: &mut Change, id: &MatterId, item: &HandoverItem) -> Result<()> {
    let sql = "UPDATE handover_items SET outcome = $3, receiver = $4, reason = $5, evidence = $6, decided_by = $7, \
               decided_at = $8, accepted_by = NULL, accepted_at = NULL, receipt = NULL \
               WHERE matter_id = $1 AND number = $2";
    let now = change.now();
    let args = args![
        id.as_str(),
        item.number,
        item.outcome.map(HandoverOutcome::word),
        item.receiver.as_ref().map(OrganisationId::as_str),
        item.reason.as_deref(),
        item.evidence.map(|digest| digest.to_string()),
        item.decided_by.as_ref().map(PersonId::as_str),
        now,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(super) async fn set_accepted(
    change: &mut Change,
    id: &MatterId,
    number: i64,
    by: &PersonId,
    receipt: Digest,
) -> Result<()> {
    let sql = "UPDATE handover_items SET accepted_by = $3, accepted_at = $4, receipt = $5 \
               WHERE matter_id = $1 AND number = $2";
    let now = change.now();
    change.write(sql, args![id.as_str(), number, by.as_str(), now, receipt.to_string()]).await?;
    Ok(())
}

/// What was measured of a target.
pub(super) struct Measured {
    pub(super) code: String,
    pub(super) actual: i64,
    pub(super) evidence: Digest,
    pub(super) at: Time,
}

/// What was measured of an agreement's targets, the last of each last.
pub(super) async fn results(book: &mut Book<'_>, agreement: &str) -> Result<Vec<Measured>> {
    let sql = "SELECT agreement AS id, code, actual, evidence, measured_at FROM target_results \
               WHERE agreement = $1 ORDER BY code, number";
    let rows = book.read(sql, args![agreement]).await?;
    let read = |row: &shuyu_ledger::Row| {
        let row = Reader(row);
        let evidence = row.opt_digest("evidence")?.ok_or_else(|| row.damaged("it has no evidence"))?;
        let at = Time(row.0.int("measured_at")?);
        Ok(Measured { code: row.0.text("code")?, actual: row.0.int("actual")?, evidence, at })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn insert_result(
    change: &mut Change,
    agreement: &AgreementId,
    by: &PersonId,
    measured: &Measured,
) -> Result<()> {
    let Measured { code, actual, evidence, at } = measured;
    let count = "SELECT CAST(count(*) AS BIGINT) AS total FROM target_results WHERE agreement = $1 AND code = $2";
    let rows = change.read(count, args![agreement.as_str(), code]).await?;
    let before = rows.first().map(|row| row.int("total")).transpose()?.unwrap_or(0);
    let sql = "INSERT INTO target_results (agreement, code, number, actual, evidence, measured_by, measured_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (number, evidence) = (before.saturating_add(1), evidence.to_string());
    change.write(sql, args![agreement.as_str(), code, number, *actual, evidence, by.as_str(), *at]).await?;
    Ok(())
}
