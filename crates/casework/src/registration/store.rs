//! All SQL of what registration adds to cases.

use std::collections::BTreeMap;

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{CaseId, ObjectionId, PersonId};
use shuyu_model::{Digest, Time};

use super::view::ReturnView;
use super::{Defect, Delay, Objection};
use crate::CaseworkError;
use crate::store::{Book, Reader, json};

type Result<T> = std::result::Result<T, CaseworkError>;

pub(crate) async fn insert_return(
    change: &mut Change,
    case: &CaseId,
    turn: i64,
    defects: &[Defect],
    materials: &BTreeMap<String, Digest>,
) -> Result<()> {
    let sql = "INSERT INTO registration_returns (case_id, turn, defects, materials, returned_at) \
               VALUES ($1, $2, $3, $4, $5)";
    let now = change.now();
    change.write(sql, args![case.as_str(), turn, json(&defects)?, json(materials)?, now]).await?;
    Ok(())
}

pub(crate) async fn returns(book: &mut Book<'_>, case: &CaseId) -> Result<Vec<ReturnView>> {
    let sql = "SELECT * FROM registration_returns WHERE case_id = $1 ORDER BY turn";
    let rows = book.read(sql, args![case.as_str()]).await?;
    let read = |row: &Row| {
        let row = Reader(row);
        Ok(ReturnView {
            turn: row.0.int("turn")?,
            defects: row.json("defects")?,
            materials: row.json("materials")?,
            returned_at: Time(row.0.int("returned_at")?),
        })
    };
    rows.iter().map(read).collect()
}

pub(crate) async fn insert_delay(change: &mut Change, new: &Delay, by: &PersonId) -> Result<bool> {
    let sql = "INSERT INTO registration_delays (case_id, turn, step, reason, person, explained_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (case_id, turn, step) DO NOTHING";
    let args = args![new.case.as_str(), new.turn, &new.step, &new.reason, by.as_str(), new.explained_at];
    Ok(change.write(sql, args).await? == 1)
}

/// Those of cases that have not ended.
pub(crate) async fn delays(ledger: &Ledger) -> Result<Vec<Delay>> {
    let sql = "SELECT d.* FROM registration_delays d JOIN cases c ON c.id = d.case_id WHERE c.state = 'open' \
               ORDER BY d.case_id, d.turn, d.step";
    let read = |row: &Row| {
        let row = Reader(row);
        Ok(Delay {
            case: row.id("case_id")?,
            turn: row.0.int("turn")?,
            step: row.0.text("step")?,
            reason: row.0.text("reason")?,
            explained_at: Time(row.0.int("explained_at")?),
        })
    };
    ledger.read(sql, args![]).await?.iter().map(read).collect()
}

fn read_objection(row: &Row) -> Result<Objection> {
    let row = Reader(row);
    Ok(Objection {
        id: row.id("id")?,
        case: row.id("case_id")?,
        person: row.id("person")?,
        organisation: row.id("organisation")?,
        name: row.0.text("name")?,
        objection: row.0.text("objection")?,
        evidence: Digest::parse(&row.0.text("evidence")?).map_err(|error| row.damaged(error))?,
        filed_at: Time(row.0.int("filed_at")?),
        upheld: row.0.opt_int("upheld")?.map(|upheld| upheld != 0),
        decision: row.0.opt_text("decision")?,
        decided_at: row.0.opt_int("decided_at")?.map(Time),
    })
}

pub(crate) async fn insert_objection(change: &mut Change, new: &Objection) -> Result<()> {
    let sql = "INSERT INTO registration_objections (id, case_id, person, organisation, name, objection, evidence, \
               filed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let args = args![
        new.id.as_str(),
        new.case.as_str(),
        new.person.as_str(),
        new.organisation.as_str(),
        &new.name,
        &new.objection,
        new.evidence.to_string(),
        new.filed_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn objection(change: &mut Change, id: &ObjectionId) -> Result<Objection> {
    let rows = change.read("SELECT * FROM registration_objections WHERE id = $1", args![id.as_str()]).await?;
    read_objection(rows.first().ok_or_else(|| CaseworkError::Unknown { id: id.to_string() })?)
}

pub(crate) async fn objections(book: &mut Book<'_>, case: &CaseId) -> Result<Vec<Objection>> {
    let sql = "SELECT * FROM registration_objections WHERE case_id = $1 ORDER BY id";
    book.read(sql, args![case.as_str()]).await?.iter().map(read_objection).collect()
}

pub(crate) async fn open_objections(change: &mut Change, case: &CaseId) -> Result<Vec<Objection>> {
    let sql = "SELECT * FROM registration_objections WHERE case_id = $1 AND upheld IS NULL ORDER BY id";
    change.read(sql, args![case.as_str()]).await?.iter().map(read_objection).collect()
}

pub(crate) async fn set_decided(
    change: &mut Change,
    id: &ObjectionId,
    upheld: bool,
    reason: &str,
    by: &PersonId,
) -> Result<()> {
    let sql = "UPDATE registration_objections SET upheld = $2, decision = $3, decided_by = $4, decided_at = $5 \
               WHERE id = $1 AND upheld IS NULL";
    let now = change.now();
    change.write(sql, args![id.as_str(), upheld, reason, by.as_str(), now]).await?;
    Ok(())
}

/// Whether somebody decides on a renewal still.
pub(crate) async fn has_running_renewal(change: &mut Change, subject: &str) -> Result<bool> {
    let sql = "SELECT id FROM cases WHERE subject = $1 AND procedure = 'registration_renewal' \
               AND state IN ('open', 'returned')";
    Ok(!change.read(sql, args![subject]).await?.is_empty())
}
