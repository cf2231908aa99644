//! 运营报告: annual, half-yearly, quarterly, as `[[report]]` of the rules asks. What
//! the platform knows is in it; the other contents are told by the operator.

use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::{Body, body_of};
use shuyu_model::{Money, Month, Role};
use shuyu_registry::{Admission, AdmissionState, AgreementKind};

use super::parts::{Readers, term};
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
}

/// The parts of each report by its name.
const REPORTS: &[(&str, &[Part])] = &[
    ("operation", &[Part::Authorised, Part::Scenarios, Part::Products, Part::Usage, Part::Money, Part::Events]),
    ("security", &[Part::Scenarios, Part::Events]),
    ("entities", &[Part::Entities, Part::Usage]),
];

/// Contents by the documents' words that those parts hold.
const HELD: &[&str] = &["数据资源的授权存储", "市场运营情况"];

pub(crate) fn parts_of(name: &str) -> Option<&'static [Part]> {
    REPORTS.iter().find(|(known, _)| *known == name).map(|(_, parts)| *parts)
}

/// Where an operator is not the one who owes it, somebody else's report.
fn is_of_operator(by: Body) -> bool {
    body_of(Role::Operator) == Some(by)
}

pub(super) async fn write(desk: &mut Desk<'_>) -> Result<()> {
    let (period, name, regime) = (desk.period()?, desk.about(), desk.regime);
    let Some(duty) = regime.report.iter().find(|duty| duty.name == name && is_of_operator(duty.by)) else {
        let known: Vec<&str> =
            regime.report.iter().filter(|duty| is_of_operator(duty.by)).map(|duty| duty.name.as_str()).collect();
        let what = format!("the rules ask an operator for these reports: {}", known.join(", "));
        let clause = regime.cite_role(Role::Operator);
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
    for part in parts_of(name).unwrap_or_default() {
        write_part(desk, *part).await?;
    }
    if let Some(listed) = &duty.contents {
        let clause = regime.cite(listed);
        for content in listed.value.iter().filter(|content| !HELD.contains(&content.as_str())) {
            desk.tell(content, &clause);
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
        Part::Money => money(desk).await?,
        Part::Events => {
            let kinds = [MatterKind::Incident, MatterKind::Rectification, MatterKind::Complaint];
            desk.matters("安全事件、整改和投诉", &kinds, from, until).await?;
        }
        Part::Entities => entities(desk).await?,
    }
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
