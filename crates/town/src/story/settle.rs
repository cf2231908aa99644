//! Chapter seven: the month is closed. Industry use is charged by the tariff,
//! public welfare costs nothing, and the statement balances to the fen.

use anyhow::ensure;
use serde_json::{Value, json};
use shuyu_model::Month;

use super::World;
use super::client::{items, number, text};
use super::deliver::{PARKING_PRICE_FEN, PEOPLE_ASKED, VERIFICATION_PRICE_FEN};

/// What the operator spent in the month.
const COST_FEN: i64 = 12_345;

pub(super) async fn chapter(w: &mut World<'_>) -> anyhow::Result<()> {
    w.stage.chapter("七、计费与结算", "Seven: the month is settled")?;
    let month = Month::of(w.today());
    w.stage.step("运营机构登记成本", "the operator enters a cost");
    let body = json!({
        "month": month.to_string(), "kind": "平台建设运维", "item": "算力 compute", "amount_fen": COST_FEN,
    });
    let cost = text(&w.person("su.he")?.post("/v1/costs", &body).await?.json()?, "id")?;
    let path = format!("/v1/costs/{cost}/acceptance");
    w.person("fang.ming")?.post(&path, &json!({})).await?.json()?;
    w.stage.done(format!("{COST_FEN} 分 fen,经实施机构审核 accepted by the agency"))?;

    w.stage.step("月份未完就结账", "closing a month that still runs");
    let path = format!("/v1/months/{month}/closing");
    let reply = w.person("fang.ming")?.post(&path, &json!({})).await?;
    w.refused("closing a running month", reply, "STL-008")?;

    w.stage.step("月末之后结账", "the month is over and is closed");
    let (_, after) = month.bounds();
    w.advance_to(after.plus_micros(SETTLE_AFTER_MICROS)).await?;
    let statement = w.person("fang.ming")?.post(&path, &json!({})).await?.json()?;
    w.stage.done(text(&statement, "id")?)?;
    check(w, &statement)
}

/// So long after the month's end: nine in the morning.
const SETTLE_AFTER_MICROS: i64 = 9 * 3600 * 1_000_000;

fn check(w: &mut World<'_>, statement: &Value) -> anyhow::Result<()> {
    w.stage.step(
        "核对账单：产业用途按价收费，公益免费，借贷平衡",
        "the statement: industry pays, welfare does not, debit equals credit",
    );
    let asked = i64::try_from(PEOPLE_ASKED)?;
    let expected = [
        ("verification", asked, asked * VERIFICATION_PRICE_FEN),
        ("parking", 1, PARKING_PRICE_FEN),
        ("districts", 1, 0),
    ];
    let lines = items(statement, "lines")?;
    let mut told = Vec::new();
    for (word, units, amount_fen) in expected {
        let subscription = World::made(&w.subscriptions, word)?.to_owned();
        let of_it: Vec<_> =
            lines.iter().filter(|line| text(line, "subscription").is_ok_and(|s| s == subscription)).collect();
        let sum = |field: &str| of_it.iter().map(|line| number(line, field)).sum::<anyhow::Result<i64>>();
        let (units_got, amount_got) = (sum("units")?, sum("amount_fen")?);
        ensure!(units_got == units, "{word}: {units_got} units charged, {units} were delivered");
        ensure!(amount_got == amount_fen, "{word}: {amount_got} fen charged, {amount_fen} are due");
        told.push(format!("{word} {units} × → {amount_fen} 分 fen"));
        w.report.charges_fen.insert(word.to_owned(), amount_got);
        w.report.charges_total_fen += amount_got;
    }
    let results = items(statement, "results")?;
    let sum = |field: &str| results.iter().map(|result| number(result, field)).sum::<anyhow::Result<i64>>();
    let (income, cost, treasury) = (sum("income_fen")?, sum("cost_fen")?, sum("to_treasury_fen")?);
    let charged = w.report.charges_total_fen;
    ensure!(income == charged, "the statement's income is {income} fen, its lines charge {charged}");
    ensure!(cost == COST_FEN, "the statement's cost is {cost} fen, {COST_FEN} were entered");
    ensure!(treasury == (income - cost).max(0), "{treasury} fen go to the treasury of {income} less {cost}");
    told.push(format!("收入 income {income} − 成本 cost {cost} → 财政 treasury {treasury}"));
    let fee = text(statement, "fee_name")?;
    ensure!(fee == "公共数据运营服务费", "the charge is called {fee}");
    w.report.treasury_fen = treasury;
    w.stage.done(told.join("; "))
}
