//! The SQL of permitted revenue, reasons for terms, and data assets.

use std::collections::BTreeMap;

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{AssetId, SubscriptionId};
use shuyu_model::{Actor, Day, Digest};

use super::{Result, from_word, read, word};
use crate::error::SettlementError;
use crate::worth::{Asset, NewAsset};
use crate::yearly::NewPermittedRevenue;

pub(crate) async fn insert_permitted(change: &mut Change, new: &NewPermittedRevenue, actor: &Actor) -> Result<()> {
    let at = change.now();
    change
        .write(
            "INSERT INTO permitted_revenues (operator_id, year, body, set_by, set_at) VALUES ($1, $2, $3, $4, $5)",
            args![new.operator.as_str(), i64::from(new.year), serde_json::to_string(new)?, actor.person.as_str(), at,],
        )
        .await?;
    Ok(())
}

const PERMITTED: &str = "SELECT body FROM permitted_revenues ORDER BY operator_id, year";

pub(crate) async fn permitted(ledger: &Ledger) -> Result<Vec<NewPermittedRevenue>> {
    ledger.read(PERMITTED, args![]).await?.iter().map(body).collect()
}

/// As this change sees them.
pub(crate) async fn permitted_in(change: &mut Change) -> Result<Vec<NewPermittedRevenue>> {
    change.read(PERMITTED, args![]).await?.iter().map(body).collect()
}

fn body(row: &Row) -> Result<NewPermittedRevenue> {
    Ok(serde_json::from_str(&row.text("body")?)?)
}

pub(crate) async fn insert_terms_reason(
    change: &mut Change,
    id: &SubscriptionId,
    reason: &str,
    actor: &Actor,
) -> Result<()> {
    let at = change.now();
    change
        .write(
            "INSERT INTO terms_reasons (subscription_id, reason, recorded_by, recorded_at) VALUES ($1, $2, $3, $4)",
            args![id.as_str(), reason, actor.person.as_str(), at],
        )
        .await?;
    Ok(())
}

/// Why the terms of subscriptions differ.
pub(crate) async fn terms_reasons(ledger: &Ledger) -> Result<BTreeMap<SubscriptionId, String>> {
    let rows = ledger.read("SELECT subscription_id, reason FROM terms_reasons", args![]).await?;
    rows.iter().map(|row| Ok((read(row, "subscription_id", "terms_reasons")?, row.text("reason")?))).collect()
}

pub(crate) async fn insert_asset(change: &mut Change, found: &Asset, actor: &Actor) -> Result<()> {
    let (at, asset) = (change.now(), &found.asset);
    change
        .write(
            "INSERT INTO data_assets (id, unit_id, subject_id, title, state, booked_fen, booked_on, document,
                                      risk_finding, recorded_by, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            args![
                found.id.as_str(),
                asset.unit.as_str(),
                asset.subject.as_str(),
                asset.title.as_str(),
                word(asset.state)?,
                asset.booked_fen,
                asset.booked_on.map(|day| day.to_string()),
                asset.document.to_string(),
                asset.risk_finding.clone(),
                actor.person.as_str(),
                at,
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn assets(ledger: &Ledger) -> Result<Vec<Asset>> {
    const TABLE: &str = "data_assets";
    const STORED: SettlementError = SettlementError::Stored { table: TABLE };
    let sql = "SELECT id, unit_id, subject_id, title, state, booked_fen, booked_on, document, risk_finding
               FROM data_assets ORDER BY id";
    let asset = |row: &Row| {
        let booked_on: Option<Day> =
            row.opt_text("booked_on")?.map(|day| day.parse().map_err(|_| STORED)).transpose()?;
        Ok(Asset {
            id: read::<AssetId>(row, "id", TABLE)?,
            asset: NewAsset {
                unit: read(row, "unit_id", TABLE)?,
                subject: row.text("subject_id")?,
                title: row.text("title")?,
                state: from_word(row.text("state")?, TABLE)?,
                booked_fen: row.opt_int("booked_fen")?,
                booked_on,
                document: Digest::parse(&row.text("document")?).map_err(|_| STORED)?,
                risk_finding: row.opt_text("risk_finding")?,
            },
        })
    };
    ledger.read(sql, args![]).await?.iter().map(asset).collect()
}
