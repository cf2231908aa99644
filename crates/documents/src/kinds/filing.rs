//! 备案表: which copies of a decision or of a move are filed with whom, by when.

use shuyu_model::id::CaseId;

use super::{Desk, Result};
use crate::DocumentsError;
use crate::document::{Cell, Section, Table};
use crate::reasons;

struct Row {
    after: String,
    to: shuyu_model::regime::words::Body,
    due_day: shuyu_model::Day,
    filed_at: Option<shuyu_model::Time>,
    evidence: Option<shuyu_model::Digest>,
    clause: String,
}

pub(super) async fn write(desk: &mut Desk<'_>) -> Result<()> {
    let about = desk.about();
    let (title, opener, rows) = match CaseId::parse(about) {
        Ok(id) => {
            let unseen = || DocumentsError::Unknown { kind: "case", id: about.to_owned() };
            let case = desk.stations.casework.case(&id, desk.actor).await?.ok_or_else(unseen)?;
            let rows = case.filings.into_iter().map(|one| Row {
                after: "办结".to_owned(),
                to: one.to,
                due_day: one.due_day,
                filed_at: one.filed_at,
                evidence: one.evidence,
                clause: one.clause,
            });
            (case.title, case.opener, rows.collect::<Vec<_>>())
        }
        Err(_) => {
            let matter = desk.matter().await?;
            let title = |version: i64| matter.history.iter().find(|moved| moved.version == version);
            let rows = matter.filings.iter().map(|one| Row {
                after: title(one.version).map_or_else(String::new, |moved| moved.title.clone()),
                to: one.to,
                due_day: one.due_day,
                filed_at: one.filed_at,
                evidence: one.evidence,
                clause: one.clause.clone(),
            });
            (matter.item.title.clone(), matter.opener.clone(), rows.collect::<Vec<_>>())
        }
    };
    let clause = rows.first().map_or_else(|| desk.regime.cite_clause("setting"), |row| row.clause.clone());
    desk.only_for(&opener, &clause);
    if rows.is_empty() {
        let what = "nothing of it is to be filed yet";
        desk.refuse(reasons::NOT_CONCLUDED, what, &clause, "issue it when a copy is due");
    }
    desk.content.fact("备案事项", Cell::text(&title));
    desk.content.fact("备案单位", Cell::text(desk.records.name(&opener)));
    let mut table = Table::of(["环节", "接收单位", "截止日期", "备案日期", "材料摘要", "依据"]);
    for row in rows {
        desk.cites(row.clause.clone());
        table.rows.push(vec![
            Cell::text(row.after),
            Cell::text(desk.regime.body_word(row.to)),
            Cell::Day(row.due_day),
            Cell::day(row.filed_at.map(|at| at.day())),
            row.evidence.map_or(Cell::Nothing, |digest| Cell::text(digest.to_string())),
            Cell::text(row.clause),
        ]);
    }
    desk.content.sections.push(Section::table("备案", table));
    desk.made_from(about);
    Ok(())
}
