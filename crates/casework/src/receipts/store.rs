//! All SQL of the numbers that signers give.

use shuyu_ledger::{Change, args};
use shuyu_model::id::CaseId;

use super::Receipt;
use crate::CaseworkError;
use crate::case::{Case, Signed};
use crate::store::Book;

pub(crate) async fn of(book: &mut Book<'_>, id: &CaseId) -> Result<Vec<Receipt>, CaseworkError> {
    let sql = "SELECT turn, step, number FROM receipt_numbers WHERE case_id = $1 ORDER BY turn, step, person";
    let rows = book.read(sql, args![id.as_str()]).await?;
    rows.iter()
        .map(|row| Ok(Receipt { turn: row.int("turn")?, step: row.text("step")?, number: row.text("number")? }))
        .collect()
}

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
