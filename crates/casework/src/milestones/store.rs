//! All SQL of milestones.

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::regime::{Counted, Figure};
use shuyu_model::{Actor, Time};

use super::{Mark, NewMark};
use crate::CaseworkError;
use crate::states::CaseState;
use crate::store::{Reader, json, to_i64};

type Result<T> = std::result::Result<T, CaseworkError>;

/// Cases of a kind that ended with yes; what counts is their subject.
macro_rules! decided {
    () => {
        "(SELECT subject AS id, ended_at AS at, 1 AS weight FROM cases WHERE procedure = $1 AND state = $2) f"
    };
}

/// Matters of a kind that came into a state, by the first time that they did.
macro_rules! reached {
    () => {
        "(SELECT v.matter_id AS id, min(v.moved_at) AS at, 1 AS weight FROM matter_moves v JOIN matters m ON m.id = v.matter_id \
         WHERE m.kind = $1 AND v.to_state = $2 GROUP BY v.matter_id) f"
    };
}

/// Confirmed results about scenarios.
macro_rules! effects {
    () => {
        "(SELECT matter_id AS id, confirmed_at AS at, 1 AS weight FROM assessment_results \
         WHERE subject LIKE 'SCN-%' AND form = $1 AND $2 <> '') f"
    };
}

/// Months that were closed; each weighs as much as it settles.
macro_rules! uses {
    () => {
        "(SELECT id, closed_at AS at, uses_count AS weight FROM accounts_closed WHERE id LIKE $1 AND $2 = '') f"
    };
}

/// The statement over the records that a figure is counted from, and its two words.
macro_rules! over {
    ($figure:expr, $before:literal, $after:literal) => {
        match $figure.counted() {
            Counted::Decided(kind) => (concat!($before, decided!(), $after), kind.word(), CaseState::Approved.word()),
            Counted::Reached(kind, state) => (concat!($before, reached!(), $after), kind.word(), state),
            Counted::Effects => (concat!($before, effects!(), $after), "assessment", "result"),
            Counted::Uses => (concat!($before, uses!(), $after), "STM-%", ""),
        }
    };
}

/// How many were made between two times.
pub(crate) async fn count(ledger: &Ledger, figure: Figure, from: Time, until: Time) -> Result<u64> {
    let (sql, kind, state) = over!(
        figure,
        "SELECT CAST(coalesce(sum(f.weight), 0) AS BIGINT) AS total FROM ",
        " WHERE f.at >= $3 AND f.at < $4"
    );
    let rows = ledger.read(sql, args![kind, state, from, until]).await?;
    let total = rows.first().map(|row| row.int("total")).transpose()?.unwrap_or(0);
    Ok(u64::try_from(total).unwrap_or(0))
}

/// When the first was made.
pub(super) async fn first(ledger: &Ledger, figure: Figure) -> Result<Option<Time>> {
    let (sql, kind, state) = over!(figure, "SELECT min(f.at) AS first_at FROM ", "");
    let rows = ledger.read(sql, args![kind, state]).await?;
    Ok(rows.first().map(|row| row.opt_int("first_at")).transpose()?.flatten().map(Time))
}

/// Whether an id is one of what a figure counts.
pub(super) async fn is_counted(change: &mut Change, figure: Figure, id: &str) -> Result<bool> {
    let (sql, kind, state) = over!(figure, "SELECT f.id FROM ", " WHERE f.id = $3 LIMIT 1");
    Ok(!change.read(sql, args![kind, state, id]).await?.is_empty())
}

fn read_mark(row: &Row) -> Result<(String, Mark)> {
    let row = Reader(row);
    let mark = Mark {
        number: row.0.int("number")?,
        is_met: row.0.int("is_met")? != 0,
        reason: row.0.text("reason")?,
        evidence: row.opt_digest("evidence")?,
        cites: row.json("cites")?,
        organisation: row.id("organisation")?,
        marked_at: Time(row.0.int("marked_at")?),
    };
    Ok((row.0.text("name")?, mark))
}

/// Everything that was said under these rules, oldest first.
pub(super) async fn marks(ledger: &Ledger, code: &str, items_max: usize) -> Result<Vec<(String, Mark)>> {
    let sql = "SELECT * FROM milestone_marks WHERE code = $1 ORDER BY name, number LIMIT $2";
    ledger.read(sql, args![code, to_i64(items_max)]).await?.iter().map(read_mark).collect()
}

/// What was said last of one goal.
pub(super) async fn last(change: &mut Change, code: &str, name: &str) -> Result<Option<Mark>> {
    let sql = "SELECT * FROM milestone_marks WHERE code = $1 AND name = $2 ORDER BY number DESC LIMIT 1";
    let rows = change.read(sql, args![code, name]).await?;
    Ok(rows.first().map(read_mark).transpose()?.map(|(_, mark)| mark))
}

pub(super) async fn insert(change: &mut Change, code: &str, number: i64, new: &NewMark, by: &Actor) -> Result<()> {
    let sql = "INSERT INTO milestone_marks (code, name, number, is_met, reason, evidence, cites, person, organisation, \
               marked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let args = args![
        code,
        &new.name,
        number,
        new.is_met,
        &new.reason,
        new.evidence.map(|digest| digest.to_string()),
        json(&new.cites)?,
        by.person.as_str(),
        by.organisation.as_str(),
        change.now(),
    ];
    change.write(sql, args).await?;
    Ok(())
}
