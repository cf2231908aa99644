//! The SQL of what prices rest on.

use std::collections::BTreeMap;

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{PriceBasisId, SubscriptionId};
use shuyu_model::{Actor, Day, Digest, Time};

use super::{Result, day, from_word, read, word};
use crate::basis::{NewPriceBasis, PriceBasis, PriceFiling};
use crate::error::SettlementError;
use crate::tariff::Tariff;

pub(crate) async fn insert_basis(change: &mut Change, found: &PriceBasis, actor: &Actor) -> Result<()> {
    let (at, basis) = (change.now(), &found.basis);
    change
        .write(
            "INSERT INTO price_bases (id, kind, title, clause, digest, ceiling_fen, from_day, until_day, recorded_by,
                                      recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                found.id.as_str(),
                word(basis.kind)?,
                basis.title.as_str(),
                basis.clause.as_str(),
                basis.digest.to_string(),
                basis.ceiling_fen,
                basis.from.to_string(),
                basis.until.map(|until| until.to_string()),
                actor.person.as_str(),
                at,
            ],
        )
        .await?;
    Ok(())
}

const BASES: &str = "SELECT id, kind, title, clause, digest, ceiling_fen, from_day, until_day
                     FROM price_bases ORDER BY id";

pub(crate) async fn bases(ledger: &Ledger) -> Result<Vec<PriceBasis>> {
    ledger.read(BASES, args![]).await?.iter().map(basis).collect()
}

/// As this change sees them.
pub(crate) async fn bases_in(change: &mut Change) -> Result<Vec<PriceBasis>> {
    change.read(BASES, args![]).await?.iter().map(basis).collect()
}

fn basis(row: &Row) -> Result<PriceBasis> {
    const TABLE: &str = "price_bases";
    let stored = |_| SettlementError::Stored { table: TABLE };
    let until: Option<Day> = row
        .opt_text("until_day")?
        .map(|day| day.parse().map_err(|_| SettlementError::Stored { table: TABLE }))
        .transpose()?;
    Ok(PriceBasis {
        id: read::<PriceBasisId>(row, "id", TABLE)?,
        basis: NewPriceBasis {
            kind: from_word(row.text("kind")?, TABLE)?,
            title: row.text("title")?,
            clause: row.text("clause")?,
            digest: Digest::parse(&row.text("digest")?).map_err(stored)?,
            ceiling_fen: row.opt_int("ceiling_fen")?,
            from: day(row, "from_day", TABLE)?,
            until,
        },
    })
}

/// The number that the filing got.
pub(crate) async fn insert_filing(
    change: &mut Change,
    tariff: &Tariff,
    contents: &BTreeMap<String, String>,
) -> Result<i64> {
    let at = change.now();
    let rows = change.read("SELECT COALESCE(MAX(number), 0) AS number FROM price_filings", args![]).await?;
    let last = rows.first().map(|row| row.int("number")).transpose()?.unwrap_or_default();
    let number = last.saturating_add(1);
    change
        .write(
            "INSERT INTO price_filings (number, product_id, use_kind, from_day, contents, filed_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![
                number,
                tariff.product.as_str(),
                word(tariff.use_kind)?,
                tariff.from.to_string(),
                serde_json::to_string(contents)?,
                at,
            ],
        )
        .await?;
    Ok(number)
}

pub(crate) async fn filings(ledger: &Ledger) -> Result<Vec<PriceFiling>> {
    const TABLE: &str = "price_filings";
    let sql = "SELECT number, product_id, use_kind, from_day, contents, filed_at FROM price_filings ORDER BY number";
    let filing = |row: &Row| {
        Ok(PriceFiling {
            number: row.int("number")?,
            product: read(row, "product_id", TABLE)?,
            use_kind: from_word(row.text("use_kind")?, TABLE)?,
            from: day(row, "from_day", TABLE)?,
            contents: serde_json::from_str(&row.text("contents")?)?,
            filed_at: Time(row.int("filed_at")?),
        })
    };
    ledger.read(sql, args![]).await?.iter().map(filing).collect()
}

pub(crate) async fn insert_free_conditions(
    change: &mut Change,
    subscription: &SubscriptionId,
    conditions: &str,
    evidence: Digest,
    actor: &Actor,
) -> Result<()> {
    let at = change.now();
    change
        .write(
            "INSERT INTO free_conditions (subscription_id, conditions, evidence, from_day, recorded_by, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![
                subscription.as_str(),
                conditions,
                evidence.to_string(),
                at.day().to_string(),
                actor.person.as_str(),
                at,
            ],
        )
        .await?;
    Ok(())
}

const CONDITIONS: &str = "SELECT subscription_id, from_day FROM free_conditions";

/// Since which day the conditions of free use are met.
pub(crate) async fn free_conditions(ledger: &Ledger) -> Result<BTreeMap<SubscriptionId, Day>> {
    ledger.read(CONDITIONS, args![]).await?.iter().map(since).collect()
}

/// As this change sees them.
pub(crate) async fn free_conditions_in(change: &mut Change) -> Result<BTreeMap<SubscriptionId, Day>> {
    change.read(CONDITIONS, args![]).await?.iter().map(since).collect()
}

fn since(row: &Row) -> Result<(SubscriptionId, Day)> {
    const TABLE: &str = "free_conditions";
    Ok((read(row, "subscription_id", TABLE)?, day(row, "from_day", TABLE)?))
}
