//! The orders' rows.

use shuyu_ledger::{Change, args};
use shuyu_model::id::{OrderId, ScenarioId};

use super::{Book, Result, json, must_write, read_all};
use crate::order::{Order, OrderState};

/// `id` is one id, or empty for all.
pub(crate) async fn orders(book: &mut Book<'_>, id: &str) -> Result<Vec<Order>> {
    let sql = "SELECT id, title, scenario, agreement, operator, processor, requirements, outputs, fields, until_day, \
               state, authors, placed_at, answered_at, ended_at, reason, \
               answer_by FROM orders WHERE $1 = '' OR id = $1";
    let rows = book.read(sql, args![id]).await?;
    read_all("order", &rows, |row| {
        Ok(Order {
            id: row.id("id")?,
            title: row.text("title")?,
            scenario: row.id::<ScenarioId>("scenario")?,
            agreement: row.id("agreement")?,
            operator: row.id("operator")?,
            processor: row.id("processor")?,
            requirements: row.text("requirements")?,
            outputs: row.json("outputs")?,
            fields: row.json("fields")?,
            until: row.day("until_day")?,
            answer_by: row.opt_day("answer_by")?,
            state: row.word("state", OrderState::parse)?,
            authors: row.json("authors")?,
            placed_at: shuyu_model::Time(row.row.int("placed_at")?),
            answered_at: row.opt_time("answered_at")?,
            ended_at: row.opt_time("ended_at")?,
            reason: row.row.opt_text("reason")?,
        })
    })
}

pub(crate) async fn insert_order(change: &mut Change, new: &Order) -> Result<()> {
    let sql = "INSERT INTO orders (id, title, scenario, agreement, operator, processor, requirements, outputs, fields, \
               until_day, state, authors, placed_at, answer_by) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let args = args![
        new.id.as_str(),
        new.title.as_str(),
        new.scenario.as_str(),
        new.agreement.as_str(),
        new.operator.as_str(),
        new.processor.as_str(),
        new.requirements.as_str(),
        json(&new.outputs)?,
        json(&new.fields)?,
        new.until.to_string(),
        new.state.word(),
        json(&new.authors)?,
        new.placed_at,
        new.answer_by.map(|day| day.to_string()),
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// Where an order stands from now on.
pub(crate) async fn set_order(change: &mut Change, id: &OrderId, state: OrderState, reason: &str) -> Result<()> {
    let answers = matches!(state, OrderState::Taken | OrderState::Declined);
    let sql = if answers {
        "UPDATE orders SET state = $2, reason = $3, answered_at = $4 WHERE id = $1"
    } else {
        "UPDATE orders SET state = $2, reason = $3, ended_at = $4 WHERE id = $1"
    };
    let now = change.now();
    must_write(change, "order", id.as_str(), sql, args![id.as_str(), state.word(), reason, now]).await
}
