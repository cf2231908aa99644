//! The SQL of costs and of the rates of metered use.

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{CostId, OrganisationId, ProductId};
use shuyu_model::{Actor, Digest, Money, Month, Time};

use super::{Result, day, from_word, read, word};
use crate::costs::{EnteredCost, MeterRate};
use crate::error::SettlementError;
use crate::statement::Cost;

pub(crate) async fn insert_cost(
    change: &mut Change,
    id: &CostId,
    month: Month,
    (cost, voucher): (&Cost, Option<Digest>),
    actor: &Actor,
) -> Result<()> {
    let at = change.now();
    change
        .write(
            "INSERT INTO costs (id, month, operator_id, kind, product_id, item, amount_fen, recorded_by, recorded_at,
                                voucher)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                id.as_str(),
                month.to_string(),
                cost.operator.as_str(),
                cost.kind.as_str(),
                cost.product.as_ref().map(ProductId::as_str),
                cost.item.as_str(),
                cost.amount.fen,
                actor.person.as_str(),
                at,
                voucher.map(|digest| digest.to_string()),
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn accept(change: &mut Change, id: &CostId, actor: &Actor) -> Result<()> {
    let at = change.now();
    let sql = "UPDATE costs SET accepted_by = $1, accepted_at = $2 WHERE id = $3";
    change.write(sql, args![actor.person.as_str(), at, id.as_str()]).await?;
    Ok(())
}

const ACCEPTED: &str = "SELECT operator_id, kind, product_id, item, amount_fen FROM costs
                        WHERE month = $1 AND accepted_at IS NOT NULL ORDER BY id";
const ENTERED: &str =
    "SELECT id, month, operator_id, kind, product_id, item, amount_fen, accepted_at, voucher FROM costs
                       ORDER BY id";

/// The accepted costs of a month.
pub(crate) async fn accepted(ledger: &Ledger, month: Month) -> Result<Vec<Cost>> {
    ledger.read(ACCEPTED, args![month.to_string()]).await?.iter().map(cost).collect()
}

/// As this change sees them.
pub(crate) async fn accepted_in(change: &mut Change, month: Month) -> Result<Vec<Cost>> {
    change.read(ACCEPTED, args![month.to_string()]).await?.iter().map(cost).collect()
}

/// Every cost, accepted or not.
pub(crate) async fn entered(ledger: &Ledger) -> Result<Vec<EnteredCost>> {
    ledger.read(ENTERED, args![]).await?.iter().map(entered_cost).collect()
}

/// As this change sees them.
pub(crate) async fn entered_in(change: &mut Change) -> Result<Vec<EnteredCost>> {
    change.read(ENTERED, args![]).await?.iter().map(entered_cost).collect()
}

fn cost(row: &Row) -> Result<Cost> {
    let stored = |_| SettlementError::Stored { table: "costs" };
    Ok(Cost {
        operator: read::<OrganisationId>(row, "operator_id", "costs")?,
        kind: row.text("kind")?,
        product: row.opt_text("product_id")?.map(|id| ProductId::parse(&id).map_err(stored)).transpose()?,
        item: row.text("item")?,
        amount: Money::fen(row.int("amount_fen")?),
    })
}

fn entered_cost(row: &Row) -> Result<EnteredCost> {
    Ok(EnteredCost {
        id: read::<CostId>(row, "id", "costs")?,
        month: read(row, "month", "costs")?,
        cost: cost(row)?,
        voucher: row
            .opt_text("voucher")?
            .map(|digest| Digest::parse(&digest).map_err(|_| SettlementError::Stored { table: "costs" }))
            .transpose()?,
        accepted_at: row.opt_int("accepted_at")?.map(Time),
    })
}

pub(crate) async fn insert_rate(change: &mut Change, rate: &MeterRate, actor: &Actor) -> Result<()> {
    let at = change.now();
    change
        .write(
            "INSERT INTO meter_rates (metered, rate_fen, from_day, set_by, set_at) VALUES ($1, $2, $3, $4, $5)",
            args![word(rate.metered)?, rate.rate_fen, rate.from.to_string(), actor.person.as_str(), at],
        )
        .await?;
    Ok(())
}

const RATES: &str = "SELECT metered, rate_fen, from_day FROM meter_rates ORDER BY metered, from_day";

pub(crate) async fn rates(ledger: &Ledger) -> Result<Vec<MeterRate>> {
    ledger.read(RATES, args![]).await?.iter().map(rate).collect()
}

/// As this change sees them.
pub(crate) async fn rates_in(change: &mut Change) -> Result<Vec<MeterRate>> {
    change.read(RATES, args![]).await?.iter().map(rate).collect()
}

fn rate(row: &Row) -> Result<MeterRate> {
    Ok(MeterRate {
        metered: from_word(row.text("metered")?, "meter_rates")?,
        rate_fen: row.int("rate_fen")?,
        from: day(row, "from_day", "meter_rates")?,
    })
}

#[cfg(test)]
pub(crate) mod testing {
    //! What no door does.

    use super::*;

    /// The voucher of a cost is gone, as if somebody had reached into the database.
    pub(crate) async fn lose_voucher(change: &mut Change, id: &CostId) {
        change.write("UPDATE costs SET voucher = NULL WHERE id = $1", args![id.as_str()]).await.unwrap();
    }
}
