//! All SQL of the numbers that signers give.

use shuyu_ledger::{Change, args};

use crate::CaseworkError;
use crate::case::{Case, Signed};

/// Keeps the number of a signature, where there is one.
pub(crate) async fn insert(change: &mut Change, case: &Case, signed: &Signed) -> Result<(), CaseworkError> {
    let Some(number) = signed.opinion.number.as_ref().filter(|number| !number.trim().is_empty()) else {
        return Ok(());
    };
    let sql = "INSERT INTO receipt_numbers (case_id, turn, step, person, number) VALUES ($1, $2, $3, $4, $5)";
    let args = args![case.id.as_str(), signed.turn, &signed.step, signed.person.as_str(), number.trim()];
    change.write(sql, args).await?;
    Ok(())
}
