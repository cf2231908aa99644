//! All SQL of controls.

use shuyu_ledger::{Change, LedgerError, args};

use crate::controls::ControlState;

/// Keeps how a control stands.
pub(crate) async fn set(change: &mut Change, state: &ControlState) -> Result<(), LedgerError> {
    let sql = "INSERT INTO controls (name, holds, since, checked_at, detail) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (name) DO UPDATE SET holds = excluded.holds, since = excluded.since, \
               checked_at = excluded.checked_at, detail = excluded.detail";
    let args = args![state.control.word(), state.holds, state.since, state.checked_at, &state.detail];
    change.write(sql, args).await?;
    Ok(())
}
