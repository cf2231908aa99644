//! The SQL of deals, trades, refusals to supply, conditions of free use and support.

use std::collections::BTreeMap;

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{OrganisationId, ProductId, SubscriptionId};
use shuyu_model::{Actor, Digest, Time};

use super::{Result, day, from_word, read, word};
use crate::deals::{ExchangeTrade, Kept, NewRefusal, NewSupport, NewTrade, SupplyRefusal, Support};
use crate::error::SettlementError;

/// What is numbered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counted {
    Trades,
    Refusals,
    Supports,
}

/// The next number.
pub(crate) async fn next(change: &mut Change, of: Counted) -> Result<i64> {
    let sql = match of {
        Counted::Trades => "SELECT COALESCE(MAX(number), 0) AS number FROM exchange_trades",
        Counted::Refusals => "SELECT COALESCE(MAX(number), 0) AS number FROM supply_refusals",
        Counted::Supports => "SELECT COALESCE(MAX(number), 0) AS number FROM supports",
    };
    let rows = change.read(sql, args![]).await?;
    let last = rows.first().map(|row| row.int("number")).transpose()?.unwrap_or_default();
    Ok(last.saturating_add(1))
}

pub(crate) async fn insert_deal(change: &mut Change, id: &SubscriptionId, deal: &Kept, actor: &Actor) -> Result<()> {
    let at = change.now();
    let sql = "INSERT INTO deals (subscription_id, other_terms, terms_reason, exchange, listing_number,
                                  unlisted_reason, recorded_by, recorded_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        id.as_str(),
        deal.other_terms.clone(),
        deal.terms_reason.clone(),
        deal.exchange.clone(),
        deal.listing_number.clone(),
        deal.unlisted_reason.clone(),
        actor.person.as_str(),
        at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// What was kept of each deal, and when.
pub(crate) async fn deals(ledger: &Ledger) -> Result<BTreeMap<SubscriptionId, (Kept, Time)>> {
    let sql =
        "SELECT subscription_id, other_terms, terms_reason, exchange, listing_number, unlisted_reason, recorded_at
               FROM deals";
    let deal = |row: &Row| {
        let kept = Kept {
            other_terms: row.opt_text("other_terms")?,
            terms_reason: row.opt_text("terms_reason")?,
            exchange: row.opt_text("exchange")?,
            listing_number: row.opt_text("listing_number")?,
            unlisted_reason: row.opt_text("unlisted_reason")?,
        };
        Ok((read(row, "subscription_id", "deals")?, (kept, Time(row.int("recorded_at")?))))
    };
    ledger.read(sql, args![]).await?.iter().map(deal).collect()
}

pub(crate) async fn insert_grant(
    change: &mut Change,
    (product, entity): (&ProductId, &OrganisationId),
    conditions: &str,
    evidence: Digest,
    actor: &Actor,
) -> Result<()> {
    let at = change.now();
    let sql = "INSERT INTO free_grants (product_id, entity_id, conditions, evidence, recorded_by, recorded_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    let evidence = evidence.to_string();
    change
        .write(sql, args![product.as_str(), entity.as_str(), conditions, evidence, actor.person.as_str(), at])
        .await?;
    Ok(())
}

/// The conditions that an entity meets, and the document that shows it.
pub(crate) async fn grant(
    ledger: &Ledger,
    product: &ProductId,
    entity: &OrganisationId,
) -> Result<Option<(String, Digest)>> {
    let sql = "SELECT conditions, evidence FROM free_grants WHERE product_id = $1 AND entity_id = $2";
    let rows = ledger.read(sql, args![product.as_str(), entity.as_str()]).await?;
    let granted = |row: &Row| {
        let evidence = Digest::parse(&row.text("evidence")?);
        Ok((row.text("conditions")?, evidence.map_err(|_| SettlementError::Stored { table: "free_grants" })?))
    };
    rows.first().map(granted).transpose()
}

pub(crate) async fn insert_trade(change: &mut Change, number: i64, new: &NewTrade, actor: &Actor) -> Result<()> {
    let at = change.now();
    let sql = "INSERT INTO exchange_trades (number, subscription_id, exchange, trade_number, traded_on, unit_price_fen,
                                            recorded_by, recorded_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        number,
        new.subscription.as_str(),
        new.exchange.as_str(),
        new.trade_number.as_str(),
        new.traded_on.to_string(),
        new.unit_price_fen,
        actor.person.as_str(),
        at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn trades(ledger: &Ledger) -> Result<Vec<ExchangeTrade>> {
    const TABLE: &str = "exchange_trades";
    let sql = "SELECT number, subscription_id, exchange, trade_number, traded_on, unit_price_fen, recorded_at
               FROM exchange_trades ORDER BY number";
    let trade = |row: &Row| {
        Ok(ExchangeTrade {
            number: row.int("number")?,
            trade: NewTrade {
                subscription: read(row, "subscription_id", TABLE)?,
                exchange: row.text("exchange")?,
                trade_number: row.text("trade_number")?,
                traded_on: day(row, "traded_on", TABLE)?,
                unit_price_fen: row.int("unit_price_fen")?,
            },
            recorded_at: Time(row.int("recorded_at")?),
        })
    };
    ledger.read(sql, args![]).await?.iter().map(trade).collect()
}

pub(crate) async fn insert_refusal(
    change: &mut Change,
    number: i64,
    (new, reason): (&NewRefusal, Option<&str>),
    operator: &OrganisationId,
    actor: &Actor,
) -> Result<()> {
    let at = change.now();
    let sql =
        "INSERT INTO supply_refusals (number, product_id, entity_id, operator_id, reason, told_by, told_for, told_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        number,
        new.product.as_str(),
        new.entity.as_str(),
        operator.as_str(),
        reason,
        actor.person.as_str(),
        actor.organisation.as_str(),
        at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn refusals(ledger: &Ledger) -> Result<Vec<SupplyRefusal>> {
    const TABLE: &str = "supply_refusals";
    let sql = "SELECT number, product_id, entity_id, operator_id, reason, told_for, told_at
               FROM supply_refusals ORDER BY number";
    let refusal = |row: &Row| {
        let reason = row.opt_text("reason")?;
        Ok(SupplyRefusal {
            number: row.int("number")?,
            product: read(row, "product_id", TABLE)?,
            entity: read(row, "entity_id", TABLE)?,
            operator: read(row, "operator_id", TABLE)?,
            is_unexplained: reason.is_none(),
            reason,
            told_for: read(row, "told_for", TABLE)?,
            told_at: Time(row.int("told_at")?),
        })
    };
    ledger.read(sql, args![]).await?.iter().map(refusal).collect()
}

pub(crate) async fn insert_support(change: &mut Change, number: i64, new: &NewSupport, actor: &Actor) -> Result<()> {
    let at = change.now();
    let sql = "INSERT INTO supports (number, operator_id, receiver, form, what, value_fen, given_on, voucher,
                                     recorded_by, recorded_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![
        number,
        actor.organisation.as_str(),
        new.receiver.as_str(),
        word(new.form)?,
        new.what.as_str(),
        new.value_fen,
        new.given_on.to_string(),
        new.voucher.to_string(),
        actor.person.as_str(),
        at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn supports(ledger: &Ledger) -> Result<Vec<Support>> {
    const TABLE: &str = "supports";
    let sql = "SELECT number, operator_id, receiver, form, what, value_fen, given_on, voucher
               FROM supports ORDER BY number";
    let support = |row: &Row| {
        Ok(Support {
            number: row.int("number")?,
            operator: read(row, "operator_id", TABLE)?,
            support: NewSupport {
                receiver: read(row, "receiver", TABLE)?,
                form: from_word(row.text("form")?, TABLE)?,
                what: row.text("what")?,
                value_fen: row.int("value_fen")?,
                given_on: day(row, "given_on", TABLE)?,
                voucher: Digest::parse(&row.text("voucher")?).map_err(|_| SettlementError::Stored { table: TABLE })?,
            },
        })
    };
    ledger.read(sql, args![]).await?.iter().map(support).collect()
}
