//! All SQL of alerts.

use shuyu_ledger::{Change, args};
use shuyu_model::Day;
use shuyu_model::id::MatterId;

use super::Observed;
use crate::CaseworkError;

type Result<T> = std::result::Result<T, CaseworkError>;

/// Whether it has alerted on that day.
pub(super) async fn is_raised(change: &mut Change, seen: &Observed, about: &str, day: Day) -> Result<bool> {
    let sql = "SELECT matter_id FROM alerts_raised WHERE pattern = $1 AND about = $2 AND day = $3";
    Ok(!change.read(sql, args![seen.pattern.word(), about, day.to_string()]).await?.is_empty())
}

pub(super) async fn insert(change: &mut Change, seen: &Observed, about: &str, day: Day, id: &MatterId) -> Result<()> {
    let sql = "INSERT INTO alerts_raised (pattern, about, day, matter_id, count, threshold) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let args = args![seen.pattern.word(), about, day.to_string(), id.as_str(), seen.count, seen.threshold];
    change.write(sql, args).await?;
    Ok(())
}
