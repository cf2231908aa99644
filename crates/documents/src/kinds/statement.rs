//! 结算单: a closed month, as the book has it.

use shuyu_model::{Money, Month, UseKind};
use shuyu_settlement::Why;

use super::parts::use_title;
use super::{Desk, Result, malformed};
use crate::document::{Cell, Section, Table};
use crate::reasons;

fn why(why: Why) -> &'static str {
    match why {
        Why::FreeUse => "免费用途",
        Why::Tariff => "按价格",
        Why::Capped => "按最高限价",
        Why::SourceFree => "数源单位无偿使用",
        Why::ConditionsUnmet => "未满足免费条件",
        Why::NoTariff => "未定价",
    }
}

pub(super) async fn write(desk: &mut Desk<'_>) -> Result<()> {
    let period = desk.period()?;
    if period.months() != 1 {
        return Err(malformed("`period` is one month, as in `2026-11`"));
    }
    let month = Month::of(period.first_day());
    desk.content.fact("结算月份", Cell::text(period.title()));
    let Some(statement) = desk.stations.settlement.statement(month).await? else {
        let clause = desk.regime.cite(&desk.regime.price.treasury_share);
        let what = format!("the month {month} is not closed");
        desk.refuse(reasons::NOT_CONCLUDED, what, &clause, "close the month first");
        return Ok(());
    };
    let body = statement.view(desk.actor);
    let mut sum = Money::ZERO;
    let mut lines =
        Table::of(["产品和服务", "使用单位", "运营机构", "用途", "计价", "单价（元）", "计量数", "金额（元）"]);
    for line in &body.lines {
        let use_kind: UseKind = line.use_kind;
        sum = sum.plus(line.amount)?;
        desk.parties.insert(line.operator.clone());
        lines.rows.push(vec![
            Cell::text(desk.records.product_title(&line.product)),
            Cell::text(desk.records.name(&line.entity)),
            Cell::text(desk.records.name(&line.operator)),
            Cell::text(use_title(use_kind)),
            Cell::text(why(line.why)),
            Cell::Money(line.price),
            Cell::Count(line.units),
            Cell::Money(line.amount),
        ]);
    }
    let mut costs = Table::of(["运营机构", "成本项目", "金额（元）"]);
    for cost in &body.costs {
        costs.rows.push(vec![
            Cell::text(desk.records.name(&cost.operator)),
            Cell::text(&cost.item),
            Cell::Money(cost.amount),
        ]);
    }
    let mut results = Table::of(["运营机构", "收入（元）", "成本（元）", "上缴财政（元）"]);
    for result in &body.results {
        results.rows.push(vec![
            Cell::text(desk.records.name(&result.operator)),
            Cell::Money(result.income),
            Cell::Money(result.cost),
            Cell::Money(result.to_treasury),
        ]);
    }
    desk.content.fact("收入合计（元）", Cell::Money(sum));
    desk.content.fact("结算单摘要", Cell::text(statement.digest().to_string()));
    desk.content.sections.push(Section::table("服务费", lines));
    desk.content.sections.push(Section::table("成本", costs));
    desk.content.sections.push(Section::table("收益分配", results));
    desk.content.notes.push("各方可依公开日志自行复算。".to_owned());
    desk.made_from(body.id.to_string());
    desk.cites(body.treasury_clause);
    Ok(())
}
