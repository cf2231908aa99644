//! 评估考核结果: round, marks by weights, total, what was missing, and what follows, as
//! confirmed; the basis of each unit for arranging its projects.

use shuyu_casework::{ResultFilter, ResultView};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Dimension;
use shuyu_registry::Page;

use super::{Desk, Result, scheme};
use crate::document::{Cell, Section, Table};
use crate::headings::heading;
use crate::{figures, reasons};

/// States in which a result is there.
const CONCLUDED: &[&str] = &["result", "filed", "applied", "accepted"];
/// The fact in which the agency says why told figures differ from what was counted.
const EXPLAINED: &str = "figures_explained";

pub(super) async fn write(desk: &mut Desk<'_>) -> Result<()> {
    let matter = desk.matter().await?;
    if matter.item.kind != MatterKind::Assessment {
        return Err(super::malformed("`about` names no assessment"));
    }
    let clause = matter.clause.clone();
    desk.only_for(&matter.opener, &clause);
    if !CONCLUDED.contains(&matter.item.state.as_str()) {
        let what = format!("the result is not confirmed: {}", matter.item.state);
        desk.refuse(reasons::NOT_CONCLUDED, what, &clause, "issue it when the result is confirmed");
    }
    if let Some(assessed) = &matter.item.subject_organisation {
        desk.content.addressee = Some(desk.records.name(assessed).to_owned());
        desk.content.fact("考核对象", Cell::text(desk.records.name(assessed)));
        desk.parties.insert(assessed.clone());
    }
    desk.content.fact("考核事项", Cell::text(&matter.item.title));
    desk.content.fact("启动日期", Cell::Day(matter.item.opened_at.day()));
    desk.content.fact("状态", Cell::text(&matter.item.state_title));
    let filter = ResultFilter { matter: Some(matter.item.id.clone()), ..ResultFilter::default() };
    let held = desk.stations.casework.assessment_results(desk.actor, &filter, &Page::first()).await?;
    if let Some(held) = held.items.first() {
        marks(desk, held);
    }
    let told = figures::of(desk.stations, desk.actor, &matter.item.id).await?;
    if !told.is_empty() {
        let mut table = Table::of(["指标", "报送数", "平台统计数", "是否一致"]);
        for one in &told {
            let same = if one.is_flagged { "不一致" } else { "一致" };
            table.rows.push(vec![
                Cell::text(one.title),
                Cell::Count(one.told),
                Cell::Count(one.counted),
                Cell::text(same),
            ]);
        }
        desk.content.sections.push(Section::table("报送数据核对", table));
        desk.made_from("访问日志");
        let is_explained = matter.facts.get(EXPLAINED).is_some_and(|why| !why.trim().is_empty());
        if told.iter().any(|one| one.is_flagged) && !is_explained {
            let names: Vec<&str> = told.iter().filter(|one| one.is_flagged).map(|one| one.title).collect();
            let what = format!("told figures differ from what was counted: {}", names.join("、"));
            let instead = "look into it, and say what was found as the fact `figures_explained`";
            desk.refuse(reasons::FIGURES_DIFFER, what, &clause, instead);
        }
    }
    let mut told = Table::of(["项目", "内容"]);
    for (key, text) in &matter.facts {
        let title = Dimension::parse(key).map_or_else(|| heading(key), |one| one.zh());
        told.rows.push(vec![Cell::text(title), Cell::text(text)]);
    }
    desk.content.sections.push(Section::table("考核结果", told));
    desk.content.sections.push(scheme::history(&matter, desk));
    desk.made_from(matter.item.id.to_string());
    desk.cites(clause);
    Ok(())
}

/// The round, each mark, the total, and what was not given.
fn marks(desk: &mut Desk<'_>, held: &ResultView) {
    desk.content.fact("形式", Cell::text(held.form.zh()));
    if let Some(round) = held.round {
        desk.content.fact("轮次", Cell::Count(round));
    }
    if let Some(total) = &held.total {
        desk.content.fact("总分", Cell::text(total));
    }
    if let Some(result) = &held.result {
        desk.content.fact("结论", Cell::text(shuyu_model::regime::words::zh(result)));
    }
    if !held.marks.is_empty() {
        let mut table = Table::of(["考核内容", "得分"]);
        for (word, mark) in &held.marks {
            let title = Dimension::parse(word).map_or(word.as_str(), |one| one.zh());
            table.rows.push(vec![Cell::text(title), Cell::Count(i64::from(*mark))]);
        }
        desk.content.sections.push(Section::table("考核内容", table));
    }
    let lists = [("未提供", &held.items_missing), ("逾期提供", &held.items_late), ("应备未备", &held.papers_missing)];
    let mut table = Table::of(["材料", "情况"]);
    for (how, list) in lists {
        table.rows.extend(list.iter().map(|item| vec![Cell::text(item), Cell::text(how)]));
    }
    if !table.rows.is_empty() {
        desk.content.sections.push(Section::table("材料提供情况", table));
    }
}
