//! 运营报告: annual, half-yearly, quarterly, as `[[report]]` of the rules asks. What
//! the platform knows is in it; the other contents are told by the operator.

use shuyu_ledger::Stretch;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::{Body, body_of};
use shuyu_model::{Money, Month, Role};
use shuyu_registry::{Admission, AdmissionState, AgreementKind};

use super::parts::{Readers, term};
use super::work::{self, Work};
use super::{Desk, Result};
use crate::document::{Cell, Section, Table};
use crate::reasons;

/// A part of a report that the records hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Authorised,
    Scenarios,
    Products,
    Usage,
    Money,
    Events,
    Entities,
    /// What a processor looked at, and what it found (CS23 24).
    Supervision,
    /// What a processor was ordered to compute.
    Orders,
    Log,
}

/// The parts of each report by its name.
const REPORTS: &[(&str, &[Part])] = &[
    ("operation", &[Part::Authorised, Part::Scenarios, Part::Products, Part::Usage, Part::Money, Part::Events]),
    ("security", &[Part::Scenarios, Part::Events]),
    ("entities", &[Part::Entities, Part::Usage]),
];

/// Contents by the documents' words that those parts hold.
const HELD: &[&str] = &["数据资源的授权存储", "市场运营情况", LOG];

/// Where a document wants it: what the operator left in the log, and its proof.
const LOG: &str = "操作日志及其证明";

pub(crate) fn parts_of(name: &str) -> Option<&'static [Part]> {
    REPORTS.iter().find(|(known, _)| *known == name).map(|(_, parts)| *parts)
}

/// What is in a processor's report, whatever it is called.
const OF_PROCESSORS: &[Part] = &[Part::Orders, Part::Supervision, Part::Events];

pub(super) async fn write(desk: &mut Desk<'_>) -> Result<()> {
    let (period, name, regime) = (desk.period()?, desk.about(), desk.regime);
    let role = if desk.actor.is(Role::Processor) { Role::Processor } else { Role::Operator };
    let is_theirs = |duty: &&shuyu_model::regime::ReportDuty| body_of(role) == Some(duty.by);
    let Some(duty) = regime.report.iter().filter(is_theirs).find(|duty| duty.name == name) else {
        let known: Vec<&str> = regime.report.iter().filter(is_theirs).map(|duty| duty.name.as_str()).collect();
        let what = format!("the rules ask of the {} these reports: {}", regime.word(role), known.join(", "));
        let clause = regime.cite_role(role);
        desk.refuse(reasons::NOT_IN_RULES, what, &clause, "name one of them in `about`");
        return Ok(());
    };
    if duty.every_months.value != period.months() {
        let what = format!("it is owed every {} months", duty.every_months.value);
        let clause = regime.cite(&duty.every_months);
        desk.refuse(reasons::OTHER_INTERVAL, what, &clause, "name a period of that length");
    }
    desk.content.title = format!("{}{}", period.title(), duty.title);
    desk.content.addressee = Some(to_whom(desk, duty.to));
    desk.content.fact("报送单位", Cell::text(desk.records.name(&desk.actor.organisation)));
    desk.content.fact("报告期间", Cell::text(period.title()));
    desk.cites(regime.cite_clause(&duty.source));
    let parts = if role == Role::Processor { OF_PROCESSORS } else { parts_of(name).unwrap_or_default() };
    for part in parts {
        write_part(desk, *part).await?;
    }
    if duty.contents.as_ref().is_some_and(|listed| listed.value.iter().any(|content| content == LOG)) {
        write_part(desk, Part::Log).await?;
    }
    if let Some(listed) = &duty.contents {
        let clause = regime.cite(listed);
        for content in listed.value.iter().filter(|content| !HELD.contains(&content.as_str())) {
            match Work::of(content) {
                Some(counted) => work::write(desk, counted, content).await?,
                None => desk.tell(content, &clause),
            }
        }
    }
    Ok(())
}

fn to_whom(desk: &Desk<'_>, to: Body) -> String {
    let role = Role::ALL.iter().copied().find(|role| body_of(*role) == Some(to));
    role.map_or_else(|| to.zh().to_owned(), |role| desk.regime.word(role).to_owned())
}

async fn write_part(desk: &mut Desk<'_>, part: Part) -> Result<()> {
    let period = desk.period()?;
    let (from, until) = (period.first_day(), period.last_day());
    let own = desk.actor.organisation.clone();
    match part {
        Part::Authorised => desk.authorised("授权情况", from, until, Some(&own)),
        Part::Scenarios => desk.scenarios("应用场景", until, Some(&own)),
        Part::Products => desk.products("产品和服务", until, Some(&own)),
        Part::Usage => {
            let (begin, end) = period.bounds();
            let uses = desk.stations.uses(begin, end).await?;
            desk.usage("使用情况", &uses, |one| one.operator == own, Readers::Parties);
        }
        Part::Money => {
            money(desk).await?;
            work::support(desk).await?;
        }
        Part::Events => {
            let kinds = [MatterKind::Incident, MatterKind::Rectification, MatterKind::Complaint];
            desk.matters("安全事件、整改和投诉", &kinds, from, until).await?;
        }
        Part::Entities => entities(desk).await?,
        Part::Supervision => {
            let kinds = [MatterKind::Supervision, MatterKind::Guidance, MatterKind::RiskReport];
            desk.matters("日常监管、指导和风险", &kinds, from, until).await?;
        }
        Part::Orders => orders(desk, from, until).await?,
        Part::Log => log(desk).await?,
    }
    Ok(())
}

/// What was ordered in the period, and how it was answered.
async fn orders(desk: &mut Desk<'_>, from: shuyu_model::Day, until: shuyu_model::Day) -> Result<()> {
    let registry = desk.stations.casework.registry();
    let mut table = Table::of(["加工任务", "运营主体", "应用场景", "下达日期", "答复期限", "答复日期", "状态"]);
    let mut page = shuyu_registry::Page::first();
    loop {
        let listing = registry.orders(desk.actor, &page).await?;
        for order in &listing.items {
            let placed = order.placed_at.day();
            if placed < from || until < placed {
                continue;
            }
            table.rows.push(vec![
                Cell::text(&order.title),
                Cell::text(desk.records.name(&order.operator)),
                Cell::text(desk.records.scenario_title(&order.scenario)),
                Cell::Day(placed),
                Cell::day(order.answer_by),
                Cell::day(order.answered_at.map(|at| at.day())),
                Cell::text(order.state.word()),
            ]);
        }
        match listing.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    desk.content.sections.push(Section::table("加工任务", table));
    desk.made_from("加工任务登记");
    Ok(())
}

/// The operator's own entries of the period: their numbers, how many, their digest, and the
/// signed log that proves each (`GET /v1/journal/{seq}/proof`).
async fn log(desk: &mut Desk<'_>) -> Result<()> {
    let (from, to) = desk.period()?.bounds();
    let own = desk.actor.organisation.clone();
    let ledger = desk.stations.casework.registry().ledger();
    let bundle = ledger.bundle(&own, Stretch { from, to }).await?;
    ledger.settle().await?;
    let checkpoint = ledger.log().publish().await?;
    let root: String = checkpoint.root.iter().map(|byte| format!("{byte:02x}")).collect();
    let number = |seq: Option<i64>| Cell::text(seq.map_or_else(String::new, |seq| seq.to_string()));
    let mut table = Table::of(["事项", "内容"]);
    table.rows.push(vec![Cell::text("首条编号"), number(bundle.first)]);
    table.rows.push(vec![Cell::text("末条编号"), number(bundle.last)]);
    table.rows.push(vec![Cell::text("条数"), Cell::text(bundle.count.to_string())]);
    table.rows.push(vec![Cell::text("其中被拒绝"), Cell::text(bundle.refused.to_string())]);
    table.rows.push(vec![Cell::text("各条按序摘要"), Cell::text(bundle.digest.to_string())]);
    table.rows.push(vec![Cell::text("日志检查点条数"), Cell::text(checkpoint.size.to_string())]);
    table.rows.push(vec![Cell::text("日志检查点根"), Cell::text(root)]);
    desk.content.sections.push(Section::table(LOG, table));
    desk.made_from("操作日志");
    Ok(())
}

/// The closed months of the period.
async fn money(desk: &mut Desk<'_>) -> Result<()> {
    let period = desk.period()?;
    let own = desk.actor.organisation.clone();
    let mut table = Table::of(["月份", "收入（元）", "成本（元）", "上缴财政（元）"]);
    let mut sums = [Money::ZERO; 3];
    let mut day = period.first_day();
    while day <= period.last_day() {
        let month = Month::of(day);
        let statement = desk.stations.settlement.statement(month).await?;
        let results = statement.map(|statement| statement.view(desk.actor).results).unwrap_or_default();
        for result in results.iter().filter(|result| result.operator == own) {
            let amounts = [result.income, result.cost, result.to_treasury];
            for (sum, amount) in sums.iter_mut().zip(amounts) {
                *sum = sum.plus(amount)?;
            }
            let mut row = vec![Cell::text(month.to_string())];
            row.extend(amounts.map(Cell::Money));
            table.rows.push(row);
        }
        day = day.saturating_add(jiff::Span::new().months(1));
    }
    if !table.rows.is_empty() {
        let mut row = vec![Cell::text("合计")];
        row.extend(sums.map(Cell::Money));
        table.rows.push(row);
    }
    desk.content.sections.push(Section::table("收入、成本和收益分配", table));
    desk.made_from("结算账簿");
    Ok(())
}

fn admitted(state: AdmissionState) -> &'static str {
    match state {
        AdmissionState::Admitted => "已准入",
        AdmissionState::Suspended => "暂停",
        AdmissionState::Removed => "已退出",
    }
}

/// Who develops, since when, under which agreement; who was admitted and who left.
async fn entities(desk: &mut Desk<'_>) -> Result<()> {
    let period = desk.period()?;
    let own = desk.actor.organisation.clone();
    let mut table = Table::of(["经营主体", "应用场景", "协议期限", "准入状态", "状态日期"]);
    let agreements: Vec<_> = desk
        .records
        .agreements_between(period.first_day(), period.last_day())
        .filter(|agreement| agreement.kind == AgreementKind::Development && agreement.grantor == own)
        .cloned()
        .collect();
    let admissions = desk.stations.casework.registry().admissions_by(&own).await?;
    for agreement in &agreements {
        let admission = admissions.iter().find(|one| one.entity == agreement.grantee);
        let state = admission.map_or("—", |one| admitted(one.state));
        table.rows.push(vec![
            Cell::text(desk.records.name(&agreement.grantee)),
            agreement.scenario.as_ref().map_or(Cell::Nothing, |id| Cell::text(desk.records.scenario_title(id))),
            Cell::text(term(agreement.from, agreement.until)),
            Cell::text(state),
            Cell::day(admission.map(|one| one.since.day())),
        ]);
    }
    // Who was admitted, or left in the period, and had no agreement in it.
    let had_none = |one: &&Admission| !agreements.iter().any(|agreement| agreement.grantee == one.entity);
    let counts = |one: &&Admission| {
        let day = one.since.day();
        one.state != AdmissionState::Removed || (period.first_day() <= day && day <= period.last_day())
    };
    for one in admissions.iter().filter(had_none).filter(counts) {
        table.rows.push(vec![
            Cell::text(desk.records.name(&one.entity)),
            Cell::Nothing,
            Cell::text("无"),
            Cell::text(admitted(one.state)),
            Cell::day(Some(one.since.day())),
        ]);
    }
    desk.content.sections.push(Section::table("开发利用主体", table));
    desk.made_from("协议登记");
    Ok(())
}
