//! What a report says of an operator's work in a period: processing, analysis, fusion of
//! resources, support to public bodies; each counted from the journal and the registers.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_model::id::ScenarioId;

use super::{Desk, Result};
use crate::DocumentsError;
use crate::document::{Cell, Section, Table};

/// A part of a report by the document's word, and from what it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Runs in workrooms.
    Processing,
    /// Results that passed the airlock.
    Analysis,
    /// Scenarios that bring resources of several departments together.
    Fusion,
}

impl Work {
    /// By the document's word.
    pub(super) fn of(content: &str) -> Option<Self> {
        match content {
            "加工处理" => Some(Self::Processing),
            "分析挖掘" => Some(Self::Analysis),
            "融合利用" => Some(Self::Fusion),
            _ => None,
        }
    }
}

pub(super) async fn write(desk: &mut Desk<'_>, work: Work, heading: &str) -> Result<()> {
    match work {
        Work::Processing => counted(desk, heading, "candidate.made", "加工次数").await,
        Work::Analysis => counted(desk, heading, "release.made", "出域结果数").await,
        Work::Fusion => {
            fusion(desk, heading);
            Ok(())
        }
    }
}

/// Events of the journal by scenario of the issuer.
async fn counted(desk: &mut Desk<'_>, heading: &str, action: &'static str, column: &str) -> Result<()> {
    let (begin, end) = desk.period()?.bounds();
    let ledger = desk.stations.casework.registry().ledger();
    let mut counts: BTreeMap<ScenarioId, i64> = BTreeMap::new();
    for row in ledger.journal_of(action, begin, end).await? {
        let written: serde_json::Value =
            serde_json::from_str(&row.text("written")?).map_err(shuyu_ledger::LedgerError::from)?;
        let scenario = written.pointer("/facts/scenario").and_then(serde_json::Value::as_str);
        if let Some(Ok(scenario)) = scenario.map(ScenarioId::parse) {
            *counts.entry(scenario).or_default() += 1;
        }
    }
    let own = &desk.actor.organisation;
    let is_own = |id: &ScenarioId| desk.records.scenarios.get(id).is_some_and(|one| one.operator == *own);
    let mut table = Table::of(["应用场景", column]);
    for (scenario, count) in counts.iter().filter(|(scenario, _)| is_own(scenario)) {
        table.rows.push(vec![Cell::text(desk.records.scenario_title(scenario)), Cell::Count(*count)]);
    }
    desk.content.sections.push(Section::table(heading, table));
    desk.made_from("平台日志");
    Ok(())
}

fn fusion(desk: &mut Desk<'_>, heading: &str) {
    let mut table = Table::of(["应用场景", "融合的数据资源", "数源单位数"]);
    for scenario in desk.records.scenarios.values().filter(|one| one.operator == desk.actor.organisation) {
        let resources = scenario.resources();
        let sources: BTreeSet<_> =
            resources.iter().filter_map(|id| desk.records.resources.get(*id)).map(|one| &one.source).collect();
        if resources.len() < 2 || scenario.approved_at.is_none() {
            continue;
        }
        let titles: Vec<&str> = resources.iter().map(|id| desk.records.resource_title(id)).collect();
        table.rows.push(vec![
            Cell::text(&scenario.title),
            Cell::text(titles.join("、")),
            Cell::Count(i64::try_from(sources.len()).unwrap_or(i64::MAX)),
        ]);
    }
    desk.content.sections.push(Section::table(heading, table));
    desk.made_from("场景登记");
}

/// Support that the issuer gave to public bodies in the period, by receiver, form and value.
pub(super) async fn support(desk: &mut Desk<'_>) -> std::result::Result<(), DocumentsError> {
    let period = desk.period()?;
    let mut table = Table::of(["受支持单位", "形式", "内容", "价值（元）", "日期"]);
    for one in desk.stations.settlement.supports(desk.actor).await? {
        let given = one.support.given_on;
        let is_own = one.operator == desk.actor.organisation;
        if !is_own || given < period.first_day() || period.last_day() < given {
            continue;
        }
        table.rows.push(vec![
            Cell::text(desk.records.name(&one.support.receiver)),
            Cell::text(one.support.form.zh()),
            Cell::text(&one.support.what),
            Cell::Money(shuyu_model::Money::fen(one.support.value_fen)),
            Cell::Day(given),
        ]);
    }
    if !table.rows.is_empty() {
        desk.content.sections.push(Section::table("对数据治理和信息化建设的支持", table));
        desk.made_from("结算账簿");
    }
    Ok(())
}
