//! 实施方案: what was told in its matter, item by item, and how it was approved.

use shuyu_model::matter::MatterKind;

use super::{Desk, Result};
use crate::document::{Cell, Section, Table};
use crate::headings::heading;
use crate::reasons;

/// The state in which a scheme is as it was approved.
const EFFECTIVE: &str = "effective";

pub(super) async fn write(desk: &mut Desk<'_>) -> Result<()> {
    let matter = desk.matter().await?;
    if matter.item.kind != MatterKind::Scheme {
        return Err(super::malformed("`about` names no scheme"));
    }
    let clause = matter.clause.clone();
    desk.only_for(&matter.opener, &clause);
    // While a change is on its way, what was approved holds and is what is printed.
    let holds = matter.item.state == EFFECTIVE || matter.approved.is_some();
    let facts = matter.approved.as_ref().unwrap_or(&matter.facts);
    if !holds {
        let what = format!("the scheme is not in force: {}", matter.item.state);
        desk.refuse(reasons::NOT_CONCLUDED, what, &clause, "issue it when it is approved");
    }
    desk.content.title = crate::document::plain(&matter.item.title);
    desk.content.fact("编制单位", Cell::text(desk.records.name(&matter.opener)));
    desk.content.fact("状态", Cell::text(&matter.item.state_title));
    let rules = desk.regime.matter.get(&MatterKind::Scheme);
    for contents in rules.into_iter().flat_map(|rules| rules.contents_for("submit", facts)) {
        let clause = desk.regime.cite_clause(&contents.source);
        for key in &contents.keys {
            match facts.get(key) {
                Some(text) => desk.content.sections.push(Section::words(heading(key), text)),
                None => desk.tell(heading(key), &clause),
            }
        }
        desk.cites(clause);
    }
    desk.content.sections.push(history(&matter, desk));
    desk.made_from(matter.item.id.to_string());
    desk.cites(clause);
    Ok(())
}

/// What was done, by whom, when.
pub(super) fn history(matter: &shuyu_casework::MatterView, desk: &Desk<'_>) -> Section {
    let mut table = Table::of(["办理", "单位", "日期", "材料摘要"]);
    for moved in &matter.history {
        let by = moved.organisation.as_ref().map_or("平台", |id| desk.records.name(id));
        table.rows.push(vec![
            Cell::text(&moved.title),
            Cell::text(by),
            Cell::Day(moved.at.day()),
            moved.evidence.map_or(Cell::Nothing, |digest| Cell::text(digest.to_string())),
        ]);
    }
    Section::table("办理过程", table)
}
