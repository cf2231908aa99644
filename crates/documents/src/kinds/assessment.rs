//! 评估考核结果: the marks and what follows from them, as confirmed.

use shuyu_model::matter::MatterKind;

use super::{Desk, Result, scheme};
use crate::document::{Cell, Section, Table};
use crate::reasons;

/// States in which a result is there.
const CONCLUDED: &[&str] = &["result", "applied"];

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
    let mut weights = Table::of(["考核内容", "权重（%）"]);
    for rules in &desk.regime.assessment {
        let weight = |index: usize| rules.weights.as_ref().and_then(|weights| weights.value.get(index)).copied();
        for (index, dimension) in rules.dimensions.iter().flat_map(|listed| &listed.value).enumerate() {
            weights.rows.push(vec![
                Cell::text(dimension),
                weight(index).map_or(Cell::Nothing, |weight| Cell::Count(i64::from(weight))),
            ]);
        }
    }
    if !weights.rows.is_empty() {
        desk.content.sections.push(Section::table("考核内容", weights));
    }
    let mut told = Table::of(["项目", "内容"]);
    for (key, text) in &matter.facts {
        told.rows.push(vec![Cell::text(key), Cell::text(text)]);
    }
    desk.content.sections.push(Section::table("考核结果", told));
    desk.content.sections.push(scheme::history(&matter, desk));
    desk.made_from(matter.item.id.to_string());
    desk.cites(clause);
    Ok(())
}
