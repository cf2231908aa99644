//! All SQL of the dossier.

use shuyu_ledger::{Change, args};
use shuyu_model::Time;
use shuyu_model::id::{OrganisationId, PaperId, PersonId};
use shuyu_model::regime::PaperKind;

use super::paper::{Answer, Paper, PaperAnswer};
use crate::RegistryError;
use crate::store::{Book, json, must_write, read_all};

type Result<T> = std::result::Result<T, RegistryError>;

fn kind_of(word: &str) -> Option<PaperKind> {
    PaperKind::ALL.iter().copied().find(|kind| kind.word() == word)
}

/// The papers of an organisation, or of all where `organisation` is empty, oldest first.
pub(crate) async fn papers(book: &mut Book<'_>, organisation: &str) -> Result<Vec<Paper>> {
    let sql = "SELECT id, organisation, kind, scenario, title, issuer, number, version, issued_on, valid_until, digest, \
               particulars, replaces, replaced_by, entered_by, entered_at, answer, answered_by, answered_at, \
               answer_note, withdrawn_at, withdrawn_ground FROM papers \
               WHERE $1 = '' OR organisation = $1 ORDER BY entered_at, version, id";
    let rows = book.read(sql, args![organisation]).await?;
    read_all("paper", &rows, |row| {
        let valid_until = row.row.opt_text("valid_until")?;
        let answer = row.row.opt_text("answer")?;
        Ok(Paper {
            id: row.id("id")?,
            organisation: row.id("organisation")?,
            kind: row.word("kind", kind_of)?,
            scenario: row.opt_id("scenario")?,
            title: row.text("title")?,
            issuer: row.row.opt_text("issuer")?,
            number: row.row.opt_text("number")?,
            version: u32::try_from(row.row.int("version")?).map_err(|error| row.damaged(error))?,
            issued_on: row.day("issued_on")?,
            valid_until: valid_until.map(|day| day.parse().map_err(|error| row.damaged(error))).transpose()?,
            digest: row.digest("digest")?,
            particulars: row.json("particulars")?,
            replaces: row.opt_id("replaces")?,
            replaced_by: row.opt_id("replaced_by")?,
            entered_by: row.id("entered_by")?,
            entered_at: Time(row.row.int("entered_at")?),
            answer: answer.map(|word| Answer::parse(&word).ok_or_else(|| row.damaged("no such answer"))).transpose()?,
            answered_by: row.opt_id("answered_by")?,
            answered_at: row.opt_time("answered_at")?,
            answer_note: row.row.opt_text("answer_note")?,
            withdrawn_at: row.opt_time("withdrawn_at")?,
            withdrawn_ground: row.row.opt_text("withdrawn_ground")?,
        })
    })
}

/// Whose a paper is; `None` where there is none.
pub(crate) async fn owner(book: &mut Book<'_>, id: &PaperId) -> Result<Option<OrganisationId>> {
    let rows = book.read("SELECT id, organisation FROM papers WHERE id = $1", args![id.as_str()]).await?;
    Ok(read_all("paper", &rows, |row| row.id("organisation"))?.into_iter().next())
}

pub(crate) async fn insert(change: &mut Change, new: &Paper) -> Result<()> {
    let sql = "INSERT INTO papers (id, organisation, kind, scenario, title, issuer, number, version, issued_on, \
               valid_until, digest, particulars, replaces, entered_by, entered_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    let args = args![
        new.id.as_str(),
        new.organisation.as_str(),
        new.kind.word(),
        new.scenario.as_ref().map(|id| id.as_str()),
        &new.title,
        new.issuer.as_deref(),
        new.number.as_deref(),
        i64::from(new.version),
        new.issued_on.to_string(),
        new.valid_until.map(|day| day.to_string()),
        new.digest.to_string(),
        json(&new.particulars)?,
        new.replaces.as_ref().map(PaperId::as_str),
        new.entered_by.as_str(),
        new.entered_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn set_replaced(change: &mut Change, id: &PaperId, by: &PaperId) -> Result<()> {
    let sql = "UPDATE papers SET replaced_by = $2 WHERE id = $1";
    must_write(change, "paper", id.as_str(), sql, args![id.as_str(), by.as_str()]).await
}

pub(crate) async fn set_answer(change: &mut Change, id: &PaperId, by: &PersonId, said: &PaperAnswer) -> Result<()> {
    let sql = "UPDATE papers SET answer = $2, answered_by = $3, answered_at = $4, answer_note = $5 WHERE id = $1";
    let args = args![id.as_str(), said.answer.word(), by.as_str(), change.now(), &said.note];
    must_write(change, "paper", id.as_str(), sql, args).await
}

pub(crate) async fn set_withdrawn(change: &mut Change, id: &PaperId, ground: &str) -> Result<()> {
    let sql = "UPDATE papers SET withdrawn_at = $2, withdrawn_ground = $3 WHERE id = $1";
    let args = args![id.as_str(), change.now(), ground];
    must_write(change, "paper", id.as_str(), sql, args).await
}
