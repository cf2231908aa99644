//! All SQL of assessments beside their matters.

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::regime::words::Body;
use shuyu_model::regime::{Assessed, AssessmentForm};
use shuyu_model::{Actor, Digest, Time};

use super::items::{Given, Indicator};
use super::rounds::{NewRound, RoundView};
use super::{Held, HeldBy, Result};
use crate::store::{Book, Reader, json};

pub(crate) async fn next_round(change: &mut Change) -> Result<i64> {
    let rows = change.read("SELECT max(number) AS last_number FROM assessment_rounds", args![]).await?;
    let last = rows.first().map(|row| row.opt_int("last_number")).transpose()?.flatten();
    Ok(last.unwrap_or(0).saturating_add(1))
}

pub(crate) async fn insert_round(
    change: &mut Change,
    number: i64,
    (new, form): (&NewRound, AssessmentForm),
    regime: &str,
    by: &Actor,
) -> Result<()> {
    let sql = "INSERT INTO assessment_rounds (number, title, assessed, form, regime, organisation, opened_by, opened_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let at = change.now();
    let args = args![
        number,
        &new.title,
        new.of.word(),
        form.word(),
        regime,
        by.organisation.as_str(),
        by.person.as_str(),
        at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// Whether an organisation has opened a round of this number by this row.
pub(crate) async fn is_round(change: &mut Change, number: i64, held: HeldBy, by: &OrganisationId) -> Result<bool> {
    let sql = "SELECT number FROM assessment_rounds WHERE number = $1 AND assessed = $2 AND form = $3 \
               AND organisation = $4";
    let rows = change.read(sql, args![number, held.of.word(), held.form.word(), by.as_str()]).await?;
    Ok(!rows.is_empty())
}

/// Keeps by which row an assessment is held.
pub(crate) async fn insert_held_by(change: &mut Change, id: &MatterId, held: HeldBy, round: Option<i64>) -> Result<()> {
    let sql = "INSERT INTO assessments (matter_id, assessed, assessor, form, round) VALUES ($1, $2, $3, $4, $5)";
    change.write(sql, args![id.as_str(), held.of.word(), held.by.word(), held.form.word(), round]).await?;
    Ok(())
}

/// Keeps which indicators of schemes an assessment asks for.
pub(crate) async fn insert_indicators(change: &mut Change, id: &MatterId, asked: &[Indicator]) -> Result<()> {
    let sql = "INSERT INTO assessment_indicators (matter_id, place, indicator, scheme) VALUES ($1, $2, $3, $4)";
    for (place, Indicator { what, scheme }) in (1_i64..).zip(asked) {
        change.write(sql, args![id.as_str(), place, what.as_str(), scheme.as_str()]).await?;
    }
    Ok(())
}

/// Which indicators of schemes an assessment asks for.
pub(crate) async fn indicators(change: &mut Change, id: &MatterId) -> Result<Vec<String>> {
    let sql = "SELECT indicator FROM assessment_indicators WHERE matter_id = $1 ORDER BY place";
    let rows = change.read(sql, args![id.as_str()]).await?;
    rows.iter().map(|row| Ok(row.text("indicator")?)).collect()
}

/// By which row an assessment is held.
pub(crate) async fn held_by(change: &mut Change, id: &MatterId) -> Result<Option<HeldBy>> {
    let sql = "SELECT matter_id, assessed, assessor, form FROM assessments WHERE matter_id = $1";
    let rows = change.read(sql, args![id.as_str()]).await?;
    let Some(row) = rows.first().map(Reader) else { return Ok(None) };
    let (of, by) = (row.word("assessed", Assessed::parse)?, row.word("assessor", Body::parse)?);
    Ok(Some(HeldBy { of, by, form: row.word("form", AssessmentForm::parse)? }))
}

/// Takes a row away as only somebody with the database in hands could, or as one of
/// before rows were kept has none.
#[cfg(test)]
pub(crate) async fn forget_held_by(change: &mut Change, id: &MatterId) -> Result<()> {
    change.write("DELETE FROM assessments WHERE matter_id = $1", args![id.as_str()]).await?;
    Ok(())
}

/// The rounds, oldest first. An assessment names its round as a fact.
pub(crate) async fn rounds(book: &mut Book<'_>) -> Result<Vec<RoundView>> {
    let sql = "SELECT r.*, (SELECT CAST(count(*) AS BIGINT) FROM assessments a WHERE a.round = r.number) \
               AS matters_total, \
               (SELECT CAST(count(*) AS BIGINT) FROM assessment_results s WHERE s.round = r.number) AS results_total \
               FROM assessment_rounds r ORDER BY r.number";
    let read = |row: &Row| {
        let row = Reader(row);
        let count = |column| row.0.int(column).map(|total| u64::try_from(total).unwrap_or(0));
        Ok(RoundView {
            number: row.0.int("number")?,
            title: row.0.text("title")?,
            of: row.word("assessed", Assessed::parse)?,
            form: row.word("form", AssessmentForm::parse)?,
            opened_at: Time(row.0.int("opened_at")?),
            matters_total: count("matters_total")?,
            results_total: count("results_total")?,
        })
    };
    book.read(sql, args![]).await?.iter().map(read).collect()
}

pub(crate) async fn insert_item(change: &mut Change, id: &MatterId, new: &Given, by: &Actor) -> Result<()> {
    let sql = "INSERT INTO assessment_items (matter_id, item, document, statement, figures, is_late, given_by, given_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        id.as_str(),
        &new.item,
        new.document.to_string(),
        new.statement.to_string(),
        json(&new.figures)?,
        new.is_late,
        by.person.as_str(),
        new.given_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn items(book: &mut Book<'_>, id: &MatterId) -> Result<Vec<Given>> {
    let sql = "SELECT * FROM assessment_items WHERE matter_id = $1 ORDER BY item";
    let read = |row: &Row| {
        let row = Reader(row);
        let digest = |column| Digest::parse(&row.0.text(column)?).map_err(|error| row.damaged(error));
        Ok(Given {
            item: row.0.text("item")?,
            document: digest("document")?,
            statement: digest("statement")?,
            figures: row.json("figures")?,
            is_late: row.0.int("is_late")? != 0,
            given_at: Time(row.0.int("given_at")?),
        })
    };
    book.read(sql, args![id.as_str()]).await?.iter().map(read).collect()
}

pub(crate) async fn insert_result(change: &mut Change, new: &Held) -> Result<()> {
    let sql = "INSERT INTO assessment_results (matter_id, form, organisation, subject, round, marks, total, result, \
               items_missing, items_late, papers_missing, clause, confirmed_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let args = args![
        new.matter.as_str(),
        new.form.word(),
        new.organisation.as_str(),
        &new.subject,
        new.round,
        json(&new.marks)?,
        new.total.map(i64::from),
        new.result.clone(),
        json(&new.items_missing)?,
        json(&new.items_late)?,
        json(&new.papers_missing)?,
        &new.clause,
        new.confirmed_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

fn read_result(row: &Row) -> Result<Held> {
    let row = Reader(row);
    let form = row.word("form", AssessmentForm::parse)?;
    let held_by = match row.0.opt_text("assessed")? {
        Some(_) => {
            let (of, by) = (row.word("assessed", Assessed::parse)?, row.word("assessor", Body::parse)?);
            Some(HeldBy { of, by, form })
        }
        None => None,
    };
    let total = row.0.opt_int("total")?.map(|total| u32::try_from(total).map_err(|error| row.damaged(error)));
    Ok(Held {
        matter: row.id("matter_id")?,
        form,
        held_by,
        organisation: row.id("organisation")?,
        subject: row.0.text("subject")?,
        round: row.0.opt_int("round")?,
        marks: row.json("marks")?,
        total: total.transpose()?,
        result: row.0.opt_text("result")?,
        items_missing: row.json("items_missing")?,
        items_late: row.json("items_late")?,
        papers_missing: row.json("papers_missing")?,
        clause: row.0.text("clause")?,
        confirmed_at: Time(row.0.int("confirmed_at")?),
    })
}

/// Every result, oldest first.
pub(crate) async fn results(ledger: &Ledger) -> Result<Vec<Held>> {
    let sql = "SELECT s.*, a.assessed, a.assessor FROM assessment_results s \
               LEFT JOIN assessments a ON a.matter_id = s.matter_id ORDER BY s.confirmed_at, s.matter_id";
    ledger.read(sql, args![]).await?.iter().map(read_result).collect()
}

/// The newest result of an organisation by a row.
pub(crate) async fn latest(change: &mut Change, organisation: &str, by: HeldBy) -> Result<Option<Held>> {
    let sql = "SELECT s.*, a.assessed, a.assessor FROM assessment_results s \
               JOIN assessments a ON a.matter_id = s.matter_id \
               WHERE s.organisation = $1 AND a.assessed = $2 AND a.assessor = $3 AND a.form = $4 \
               ORDER BY s.confirmed_at DESC, s.matter_id DESC LIMIT 1";
    let rows = change.read(sql, args![organisation, by.of.word(), by.by.word(), by.form.word()]).await?;
    rows.first().map(read_result).transpose()
}

/// The results of an organisation by a row, each with the year in which it was begun, in
/// the order of their confirmation.
pub(crate) async fn by_year(change: &mut Change, organisation: &str, by: HeldBy) -> Result<Vec<(i16, String)>> {
    let sql = "SELECT s.result, m.opened_at FROM assessment_results s \
               JOIN assessments a ON a.matter_id = s.matter_id JOIN matters m ON m.id = s.matter_id \
               WHERE s.organisation = $1 AND a.assessed = $2 AND a.assessor = $3 AND a.form = $4 \
               AND s.result IS NOT NULL ORDER BY s.confirmed_at, s.matter_id";
    let rows = change.read(sql, args![organisation, by.of.word(), by.by.word(), by.form.word()]).await?;
    rows.iter().map(|row| Ok((Time(row.int("opened_at")?).day().year(), row.text("result")?))).collect()
}

pub(crate) async fn insert_use(change: &mut Change, result: &MatterId, used_by: &str) -> Result<()> {
    let sql = "INSERT INTO assessment_uses (matter_id, used_by, used_at) VALUES ($1, $2, $3) \
               ON CONFLICT (matter_id, used_by) DO NOTHING";
    let at = change.now();
    change.write(sql, args![result.as_str(), used_by, at]).await?;
    Ok(())
}

/// Which case or matter was decided on which result.
pub(crate) async fn uses(ledger: &Ledger) -> Result<Vec<(MatterId, String)>> {
    let sql = "SELECT matter_id, used_by FROM assessment_uses ORDER BY matter_id, used_by";
    let rows = ledger.read(sql, args![]).await?;
    rows.iter().map(|row| Ok((Reader(row).id("matter_id")?, row.text("used_by")?))).collect()
}
