//! All SQL of targets.

use shuyu_ledger::{Change, Ledger, args};
use shuyu_model::id::PaperId;
use shuyu_model::regime::Figure;
use shuyu_model::{Actor, Time};

use super::{NewPlanTarget, PLAN_TARGETS_MAX, Target};
use crate::CaseworkError;
use crate::store::Reader;

type Result<T> = std::result::Result<T, CaseworkError>;

/// The number of the last target, and how many one plan has.
pub(super) async fn numbers(change: &mut Change, plan: &PaperId) -> Result<(i64, i64)> {
    let sql = "SELECT CAST(coalesce(max(number), 0) AS BIGINT) AS last, \
               CAST(coalesce(sum(CASE WHEN plan = $1 THEN 1 ELSE 0 END), 0) AS BIGINT) AS of_plan FROM plan_targets";
    let rows = change.read(sql, args![plan.as_str()]).await?;
    match rows.first() {
        Some(row) => Ok((row.int("last")?, row.int("of_plan")?)),
        None => Ok((0, 0)),
    }
}

pub(super) async fn insert(change: &mut Change, target: &Target, by: &Actor) -> Result<()> {
    let sql = "INSERT INTO plan_targets (number, plan, plan_version, plan_day, title, figure, at_least, due_day, \
               person, organisation, set_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let NewPlanTarget { plan, title, figure, at_least, due_day } = &target.new;
    let args = args![
        target.number,
        plan.as_str(),
        target.plan_version,
        target.plan_day.to_string(),
        title,
        figure.word(),
        *at_least,
        due_day.to_string(),
        by.person.as_str(),
        target.organisation.as_str(),
        target.set_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// The targets that were set, the newest [`PLAN_TARGETS_MAX`] times ten of them, oldest first.
pub(super) async fn targets(ledger: &Ledger) -> Result<Vec<Target>> {
    let sql = "SELECT * FROM plan_targets ORDER BY number DESC LIMIT $1";
    let rows = ledger.read(sql, args![PLAN_TARGETS_MAX.saturating_mul(10)]).await?;
    let mut found = Vec::new();
    for row in rows.iter().rev() {
        let row = Reader(row);
        found.push(Target {
            number: row.0.int("number")?,
            plan_version: row.0.int("plan_version")?,
            plan_day: row.day("plan_day")?,
            organisation: row.id("organisation")?,
            set_at: Time(row.0.int("set_at")?),
            new: NewPlanTarget {
                plan: row.id("plan")?,
                title: row.0.text("title")?,
                figure: row.word("figure", Figure::parse)?,
                at_least: row.0.int("at_least")?,
                due_day: row.day("due_day")?,
            },
        });
    }
    Ok(found)
}
