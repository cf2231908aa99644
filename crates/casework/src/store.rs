//! All SQL of casework.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use shuyu_ledger::{Args, Change, Ledger, LedgerError, Row, args};
use shuyu_model::id::{CaseId, IdError, OrganisationId, PersonId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::regime::words::Body;
use shuyu_model::{Actor, Day, Digest, Role, Time};

use crate::CaseworkError;
use crate::case::{Case, Opinion, Outcome, Signed};
use crate::filing::Filing;
use crate::states::CaseState;

type Result<T> = std::result::Result<T, CaseworkError>;

/// Where to read: outside of a change, or inside one.
pub(crate) enum Book<'a> {
    Ledger(&'a Ledger),
    Change(&'a mut Change),
}

impl Book<'_> {
    pub(crate) async fn read(&mut self, sql: &'static str, args: Args) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Ledger(ledger) => ledger.read(sql, args).await?,
            Self::Change(change) => change.read(sql, args).await?,
        })
    }
}

/// One row being read back, which knows how to complain.
pub(crate) struct Reader<'a>(pub(crate) &'a Row);

impl Reader<'_> {
    pub(crate) fn damaged(&self, what: impl ToString) -> CaseworkError {
        let id = self
            .0
            .text("id")
            .or_else(|_| self.0.text("case_id"))
            .or_else(|_| self.0.text("matter_id"))
            .unwrap_or_default();
        CaseworkError::Damaged { id, what: what.to_string() }
    }

    pub(crate) fn id<T: TryFrom<String, Error = IdError>>(&self, column: &str) -> Result<T> {
        T::try_from(self.0.text(column)?).map_err(|error| self.damaged(error))
    }

    pub(crate) fn opt_id<T: TryFrom<String, Error = IdError>>(&self, column: &str) -> Result<Option<T>> {
        let text = self.0.opt_text(column)?;
        text.map(|text| T::try_from(text).map_err(|error| self.damaged(error))).transpose()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.0.text(column)?).map_err(|error| self.damaged(error))
    }

    pub(crate) fn word<T>(&self, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
        parse(&self.0.text(column)?).ok_or_else(|| self.damaged(format!("`{column}` has an unknown word")))
    }

    fn digest(&self, column: &str) -> Result<Digest> {
        Digest::parse(&self.0.text(column)?).map_err(|error| self.damaged(error))
    }

    pub(crate) fn day(&self, column: &str) -> Result<Day> {
        Day::from_str(&self.0.text(column)?).map_err(|error| self.damaged(error))
    }

    pub(crate) fn opt_digest(&self, column: &str) -> Result<Option<Digest>> {
        let text = self.0.opt_text(column)?;
        text.map(|text| Digest::parse(&text).map_err(|error| self.damaged(error))).transpose()
    }
}

pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| LedgerError::from(error).into())
}

pub(crate) fn to_i64(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

// Cases.

pub(crate) async fn case(book: &mut Book<'_>, id: &CaseId) -> Result<Case> {
    let rows = book.read("SELECT * FROM cases WHERE id = $1", args![id.as_str()]).await?;
    let row = rows.first().ok_or_else(|| CaseworkError::Unknown { id: id.to_string() })?;
    let authors = authors(book, id).await?;
    let applicants = crate::applicants::store::of(book, id).await?;
    Ok(Case { applicants, ..read_case(&Reader(row), authors)? })
}

async fn authors(book: &mut Book<'_>, id: &CaseId) -> Result<Vec<PersonId>> {
    let rows = book
        .read("SELECT case_id, person FROM case_authors WHERE case_id = $1 ORDER BY person", args![id.as_str()])
        .await?;
    rows.iter().map(|row| Reader(row).id("person")).collect()
}

fn read_case(row: &Reader<'_>, authors: Vec<PersonId>) -> Result<Case> {
    Ok(Case {
        id: row.id("id")?,
        kind: row.word("procedure", ProcedureKind::parse)?,
        procedure: row.json("procedure_text")?,
        regime: row.0.text("regime")?,
        subject: row.0.text("subject")?,
        subject_digest: row.digest("subject_digest")?,
        title: row.0.text("title")?,
        scenario: row.opt_id("scenario")?,
        state: row.word("state", CaseState::parse)?,
        turn: row.0.int("turn")?,
        step: usize::try_from(row.0.int("step")?).map_err(|error| row.damaged(error))?,
        step_opened_at: Time(row.0.int("step_opened_at")?),
        version: row.0.int("version")?,
        opener: row.id("opener")?,
        opener_person: row.id("opener_person")?,
        opener_role: row.word("opener_role", Role::parse)?,
        parties: row.json("parties")?,
        authors,
        applicants: Vec::new(),
        opened_at: Time(row.0.int("opened_at")?),
        ended_at: row.0.opt_int("ended_at")?.map(Time),
    })
}

pub(crate) async fn insert_case(change: &mut Change, new: &Case) -> Result<()> {
    let sql = "INSERT INTO cases (id, procedure, procedure_text, regime, subject, subject_digest, title, state, turn, \
               step, step_opened_at, version, opener, opener_person, opener_role, parties, waits_role, waits_party, \
               opened_at, scenario) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    let waits = new.waits_for();
    let args = args![
        new.id.as_str(),
        new.kind.word(),
        json(&new.procedure)?,
        &new.regime,
        &new.subject,
        new.subject_digest.to_string(),
        &new.title,
        new.state.word(),
        new.turn,
        to_i64(new.step),
        new.step_opened_at,
        new.version,
        new.opener.as_str(),
        new.opener_person.as_str(),
        new.opener_role.word(),
        json(&new.parties)?,
        waits.map(|(role, _)| role.word()),
        waits.and_then(|(_, party)| party).map(|party| party.as_str()),
        new.opened_at,
        new.scenario.as_ref().map(|scenario| scenario.as_str()),
    ];
    change.write(sql, args).await?;
    for author in &new.authors {
        let sql = "INSERT INTO case_authors (case_id, person) VALUES ($1, $2)";
        change.write(sql, args![new.id.as_str(), author.as_str()]).await?;
    }
    Ok(())
}

/// Writes what a move changed; `version` has been counted up by it.
pub(crate) async fn update_case(change: &mut Change, case: &Case) -> Result<()> {
    let sql = "UPDATE cases SET state = $2, turn = $3, step = $4, step_opened_at = $5, version = $6, subject_digest = $7, \
               waits_role = $8, waits_party = $9, ended_at = $10 WHERE id = $1 AND version = $11";
    let waits = case.waits_for();
    let args = args![
        case.id.as_str(),
        case.state.word(),
        case.turn,
        to_i64(case.step),
        case.step_opened_at,
        case.version,
        case.subject_digest.to_string(),
        waits.map(|(role, _)| role.word()),
        waits.and_then(|(_, party)| party).map(|party| party.as_str()),
        case.ended_at,
        case.version.saturating_sub(1),
    ];
    match change.write(sql, args).await? {
        1 => Ok(()),
        _ => Err(CaseworkError::Stale { version: case.version }),
    }
}

pub(crate) async fn insert_author(change: &mut Change, case: &CaseId, person: &PersonId) -> Result<()> {
    let sql = "INSERT INTO case_authors (case_id, person) VALUES ($1, $2) ON CONFLICT (case_id, person) DO NOTHING";
    change.write(sql, args![case.as_str(), person.as_str()]).await?;
    Ok(())
}

/// The case on a subject that has not ended.
pub(crate) async fn running(change: &mut Change, subject: &str) -> Result<Option<String>> {
    let sql = "SELECT id FROM cases WHERE subject = $1 AND state IN ('open', 'returned')";
    let rows = change.read(sql, args![subject]).await?;
    Ok(rows.first().map(|row| row.text("id")).transpose()?)
}

/// The cases on a subject, newest first.
pub(crate) async fn cases_of(ledger: &Ledger, subject: &str) -> Result<Vec<CaseId>> {
    let rows = ledger.read("SELECT id FROM cases WHERE subject = $1 ORDER BY id DESC", args![subject]).await?;
    rows.iter().map(|row| Reader(row).id("id")).collect()
}

/// Which cases wait for somebody: the open step is theirs to sign, they are no
/// author and have not signed it; or it was returned to their organisation. Who is of
/// a district (`$4`) signs what was opened there, or what their organisation is named in.
macro_rules! waiting {
    () => {
        " FROM cases c WHERE $1 LIKE '%,' || c.waits_role || ',%' AND (c.waits_party IS NULL OR c.waits_party = $2) \
         AND (c.state <> 'open' OR (NOT EXISTS (SELECT 1 FROM case_authors a WHERE a.case_id = c.id AND a.person = $3) \
         AND NOT EXISTS (SELECT 1 FROM signatures s WHERE s.case_id = c.id AND s.turn = c.turn AND s.step_index = c.step \
         AND s.person = $3))) AND ($4 = '' OR c.waits_party = $2 OR EXISTS (SELECT 1 FROM district_places p \
         WHERE p.district = $4 AND p.organisation = c.opener))"
    };
}

pub(crate) async fn inbox(
    ledger: &Ledger,
    actor: &Actor,
    district: &str,
    after: &str,
    items_max: usize,
) -> Result<(Vec<Case>, usize)> {
    let roles: String = actor.roles.iter().map(|role| format!("{},", role.word())).collect();
    let roles = format!(",{roles}");
    let (party, person) = (actor.organisation.as_str(), actor.person.as_str());
    let count = ledger
        .read(concat!("SELECT CAST(count(*) AS BIGINT) AS total", waiting!()), args![&roles, party, person, district])
        .await?;
    let total = count.first().map(|row| row.int("total")).transpose()?.unwrap_or(0);
    let sql = concat!("SELECT c.*", waiting!(), " AND c.id > $5 ORDER BY c.id LIMIT $6");
    let rows = ledger.read(sql, args![&roles, party, person, district, after, to_i64(items_max)]).await?;
    // An inbox shows no authors.
    let cases = rows.iter().map(|row| read_case(&Reader(row), Vec::new())).collect::<Result<_>>()?;
    Ok((cases, usize::try_from(total).unwrap_or(0)))
}

/// Every case that has not ended, oldest first.
pub(crate) async fn open_cases(ledger: &Ledger, items_max: usize) -> Result<Vec<Case>> {
    let sql = "SELECT * FROM cases WHERE state = 'open' ORDER BY id LIMIT $1";
    // What is owed shows no authors.
    ledger.read(sql, args![to_i64(items_max)]).await?.iter().map(|row| read_case(&Reader(row), Vec::new())).collect()
}

// Signatures.

pub(crate) async fn signed(book: &mut Book<'_>, id: &CaseId) -> Result<Vec<Signed>> {
    let sql = "SELECT s.*, r.number FROM signatures s LEFT JOIN receipt_numbers r ON r.case_id = s.case_id \
               AND r.turn = s.turn AND r.step = s.step AND r.person = s.person \
               WHERE s.case_id = $1 ORDER BY s.turn, s.step_index, s.signed_at, s.person";
    let rows = book.read(sql, args![id.as_str()]).await?;
    rows.iter()
        .map(|row| {
            let row = Reader(row);
            Ok(Signed {
                turn: row.0.int("turn")?,
                step: row.0.text("step")?,
                person: row.id("person")?,
                organisation: row.id("organisation")?,
                opinion: Opinion {
                    outcome: row.word("outcome", Outcome::parse)?,
                    reason: row.0.text("reason")?,
                    evidence: row.opt_digest("evidence")?,
                    number: row.0.opt_text("number")?,
                    subject_digest: row.digest("subject_digest")?,
                    // Kept with the return that told them.
                    defects: Vec::new(),
                    said: serde_json::from_str(&row.0.text("said")?).map_err(|error| row.damaged(error))?,
                },
                digest: row.digest("digest")?,
                at: Time(row.0.int("signed_at")?),
            })
        })
        .collect()
}

pub(crate) async fn insert_signed(change: &mut Change, case: &Case, new: &Signed) -> Result<()> {
    let sql = "INSERT INTO signatures (case_id, turn, step, step_index, person, organisation, outcome, reason, evidence, \
               subject_digest, digest, signed_at, said) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let said = serde_json::to_string(&new.opinion.said).map_err(shuyu_ledger::LedgerError::from)?;
    let args = args![
        case.id.as_str(),
        new.turn,
        &new.step,
        to_i64(case.step),
        new.person.as_str(),
        new.organisation.as_str(),
        new.opinion.outcome.word(),
        &new.opinion.reason,
        new.opinion.evidence.map(|digest| digest.to_string()),
        new.opinion.subject_digest.to_string(),
        new.digest.to_string(),
        new.at,
        said,
    ];
    change.write(sql, args).await?;
    Ok(())
}

// Filings.

fn read_filing(row: &Row) -> Result<Filing> {
    let row = Reader(row);
    Ok(Filing {
        case: row.id("case_id")?,
        to: row.word("recipient", Body::parse)?,
        due_day: Day::from_str(&row.0.text("due_day")?).map_err(|error| row.damaged(error))?,
        is_estimated: row.0.int("is_estimated")? != 0,
        clause: row.0.text("clause")?,
        filed_at: row.0.opt_int("filed_at")?.map(Time),
        evidence: row.opt_digest("evidence")?,
    })
}

pub(crate) async fn filings(book: &mut Book<'_>, id: &CaseId) -> Result<Vec<Filing>> {
    let sql = "SELECT * FROM filings WHERE case_id = $1 ORDER BY recipient";
    book.read(sql, args![id.as_str()]).await?.iter().map(read_filing).collect()
}

/// Filings that are still due, the most urgent first.
pub(crate) async fn open_filings(ledger: &Ledger, items_max: usize) -> Result<(Vec<Filing>, usize)> {
    let count =
        ledger.read("SELECT CAST(count(*) AS BIGINT) AS total FROM filings WHERE filed_at IS NULL", args![]).await?;
    let total = count.first().map(|row| row.int("total")).transpose()?.unwrap_or(0);
    let sql = "SELECT * FROM filings WHERE filed_at IS NULL ORDER BY due_day, case_id, recipient LIMIT $1";
    let rows = ledger.read(sql, args![to_i64(items_max)]).await?;
    Ok((rows.iter().map(read_filing).collect::<Result<_>>()?, usize::try_from(total).unwrap_or(0)))
}

/// Copies not filed, or filed since then, each with who files it.
pub(crate) async fn recent_filings(
    ledger: &Ledger,
    since: Time,
    items_max: usize,
) -> Result<Vec<(Filing, OrganisationId)>> {
    let sql = "SELECT f.*, c.opener AS opener FROM filings f JOIN cases c ON c.id = f.case_id \
               WHERE f.filed_at IS NULL OR f.filed_at >= $1 ORDER BY f.due_day, f.case_id, f.recipient LIMIT $2";
    let rows = ledger.read(sql, args![since, to_i64(items_max)]).await?;
    rows.iter().map(|row| Ok((read_filing(row)?, Reader(row).id("opener")?))).collect()
}

pub(crate) async fn insert_filing(change: &mut Change, new: &Filing) -> Result<()> {
    let sql = "INSERT INTO filings (case_id, recipient, due_day, is_estimated, clause) VALUES ($1, $2, $3, $4, $5)";
    let args = args![new.case.as_str(), new.to.word(), new.due_day.to_string(), new.is_estimated, &new.clause];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn set_filed(
    change: &mut Change,
    case: &CaseId,
    to: Body,
    by: &PersonId,
    evidence: Option<Digest>,
) -> Result<bool> {
    let sql = "UPDATE filings SET filed_at = $3, filed_by = $4, evidence = $5 \
               WHERE case_id = $1 AND recipient = $2 AND filed_at IS NULL";
    let now = change.now();
    let args = args![case.as_str(), to.word(), now, by.as_str(), evidence.map(|digest| digest.to_string())];
    Ok(change.write(sql, args).await? == 1)
}

/// The same by the receipt of the platform that the copy went to; on the day of that
/// receipt, but never on one that has not come here.
pub(crate) async fn set_filed_by_receipt(change: &mut Change, filed: &shuyu_exchange::FiledBy) -> Result<bool> {
    let sql = "UPDATE filings SET filed_at = $3, evidence = $4 \
               WHERE case_id = $1 AND recipient = $2 AND filed_at IS NULL";
    let at = filed.at.min(change.now());
    Ok(change.write(sql, args![&filed.of, filed.to.word(), at, filed.receipt.to_string()]).await? == 1)
}

/// Puts an author's name under somebody else's signature, as only somebody with
/// the database in hands could: to test that a decision notices.
#[cfg(test)]
pub(crate) async fn tamper(change: &mut Change, case: &CaseId, author: &PersonId) -> Result<()> {
    let sql = "UPDATE signatures SET person = $2 WHERE case_id = $1 AND step_index = 0";
    change.write(sql, args![case.as_str(), author.as_str()]).await?;
    Ok(())
}
