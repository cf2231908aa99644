//! The SQL of what the treasury is owed, is paid and spends.

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{PaymentId, TreasuryDueId};
use shuyu_model::{Actor, Digest, Money};

use super::{Result, day, read};
use crate::error::SettlementError;
use crate::treasury::{Due, Payment, Spending};

pub(crate) async fn insert_due(change: &mut Change, due: &Due) -> Result<()> {
    change
        .write(
            "INSERT INTO treasury_dues (id, month, operator_id, treasury, amount_fen, due_day, clause, source_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                due.id.as_str(),
                due.month.to_string(),
                due.operator.as_str(),
                due.treasury.as_str(),
                due.amount.fen,
                due.due_day.to_string(),
                due.clause.as_str(),
                due.source.as_str(),
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn insert_payment(change: &mut Change, payment: &Payment, actor: &Actor) -> Result<()> {
    let at = change.now();
    change
        .write(
            "INSERT INTO treasury_payments (id, due_id, amount_fen, paid_on, voucher, recorded_by, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                payment.id.as_str(),
                payment.due.as_str(),
                payment.amount.fen,
                payment.paid_on.to_string(),
                payment.voucher.to_string(),
                actor.person.as_str(),
                at,
            ],
        )
        .await?;
    Ok(())
}

const DUES: &str = "SELECT id, month, operator_id, treasury, amount_fen, due_day, clause, source_id
                    FROM treasury_dues ORDER BY id";
const PAYMENTS: &str = "SELECT id, due_id, amount_fen, paid_on, voucher FROM treasury_payments ORDER BY id";
const USES: &str = "SELECT id, treasury, purpose, what, amount_fen, voucher FROM treasury_uses ORDER BY id";

/// Everything that is owed, with what was paid of it.
pub(crate) async fn dues(ledger: &Ledger) -> Result<Vec<Due>> {
    dues_of(&ledger.read(DUES, args![]).await?, &ledger.read(PAYMENTS, args![]).await?)
}

/// As this change sees them.
pub(crate) async fn dues_in(change: &mut Change) -> Result<Vec<Due>> {
    let dues = change.read(DUES, args![]).await?;
    dues_of(&dues, &change.read(PAYMENTS, args![]).await?)
}

fn dues_of(dues: &[Row], payments: &[Row]) -> Result<Vec<Due>> {
    const TABLE: &str = "treasury_dues";
    let payments: Vec<Payment> = payments.iter().map(payment).collect::<Result<_>>()?;
    let due = |row: &Row| {
        let id = read::<TreasuryDueId>(row, "id", TABLE)?;
        Ok(Due {
            payments: payments.iter().filter(|payment| payment.due == id).cloned().collect(),
            id,
            month: read(row, "month", TABLE)?,
            operator: read(row, "operator_id", TABLE)?,
            treasury: row.text("treasury")?,
            amount: Money::fen(row.int("amount_fen")?),
            due_day: day(row, "due_day", TABLE)?,
            clause: row.text("clause")?,
            source: row.text("source_id")?,
        })
    };
    dues.iter().map(due).collect()
}

fn payment(row: &Row) -> Result<Payment> {
    const TABLE: &str = "treasury_payments";
    Ok(Payment {
        id: read::<PaymentId>(row, "id", TABLE)?,
        due: read(row, "due_id", TABLE)?,
        amount: Money::fen(row.int("amount_fen")?),
        paid_on: day(row, "paid_on", TABLE)?,
        voucher: voucher(row, TABLE)?,
    })
}

fn voucher(row: &Row, table: &'static str) -> Result<Digest> {
    Digest::parse(&row.text("voucher")?).map_err(|_| SettlementError::Stored { table })
}

pub(crate) async fn insert_use(change: &mut Change, spending: &Spending, actor: &Actor) -> Result<()> {
    let at = change.now();
    change
        .write(
            "INSERT INTO treasury_uses (id, treasury, purpose, what, amount_fen, voucher, recorded_by, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                spending.id.as_str(),
                spending.treasury.as_str(),
                spending.purpose.as_str(),
                spending.what.as_str(),
                spending.amount.fen,
                spending.voucher.to_string(),
                actor.person.as_str(),
                at,
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn uses(ledger: &Ledger) -> Result<Vec<Spending>> {
    ledger.read(USES, args![]).await?.iter().map(spending).collect()
}

/// As this change sees them.
pub(crate) async fn uses_in(change: &mut Change) -> Result<Vec<Spending>> {
    change.read(USES, args![]).await?.iter().map(spending).collect()
}

fn spending(row: &Row) -> Result<Spending> {
    const TABLE: &str = "treasury_uses";
    Ok(Spending {
        id: read::<PaymentId>(row, "id", TABLE)?,
        treasury: row.text("treasury")?,
        purpose: row.text("purpose")?,
        what: row.text("what")?,
        amount: Money::fen(row.int("amount_fen")?),
        voucher: voucher(row, TABLE)?,
    })
}
