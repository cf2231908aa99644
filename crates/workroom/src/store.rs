//! The rows of candidates and trainings.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{AgreementId, CandidateId, OrderId, OrganisationId, PersonId, ScenarioId, TrainingId};
use shuyu_model::{Digest, Time};

use crate::WorkroomError;
use crate::candidate::{Candidate, CandidateItem, Computed};
use crate::training::Training;

pub(crate) async fn insert(change: &mut Change, candidate: &Candidate) -> Result<(), WorkroomError> {
    let id = candidate.id.as_str();
    let args = args![
        id,
        candidate.scenario.as_str(),
        candidate.agreement.as_str(),
        json(id, "use_kind", &candidate.use_kind)?,
        candidate.author.as_str(),
        candidate.organisation.as_str(),
        candidate.operator.as_str(),
        candidate.order.as_ref().map(OrderId::as_str),
        candidate.title.as_str(),
        candidate.statement.as_str(),
        candidate.plan.as_str(),
        json(id, "output", &(&candidate.output, &candidate.columns))?,
        json(id, "lineage", &candidate.lineage)?,
        json(id, "inputs", &candidate.inputs)?,
        json(id, "counts", &candidate.counts)?,
        number(id, "raw_row_matches", candidate.raw_row_matches)?,
        candidate.digest.to_string(),
        number(id, "bytes", candidate.bytes)?,
        number(id, "row_count", candidate.rows)?,
        candidate.regime.as_str(),
        json(id, "clauses", &candidate.clauses)?,
        json(id, "means", &candidate.means)?,
        candidate.made_at,
    ];
    change
        .write(
            "INSERT INTO candidates (id, scenario, agreement, use_kind, author, organisation, operator, ordered_by, title, \
             statement, plan, \
             output, lineage, inputs, counts, raw_row_matches, digest, bytes, row_count, regime, clauses, means, made_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
             $21, $22, $23)",
            args,
        )
        .await?;
    Ok(())
}

pub(crate) async fn candidate(ledger: &Ledger, id: &CandidateId) -> Result<Option<Candidate>, WorkroomError> {
    let rows = ledger.read("SELECT * FROM candidates WHERE id = $1", args![id.as_str()]).await?;
    rows.first().map(read).transpose()
}

/// A scenario's candidates before `before` in order of making, newest first.
pub(crate) async fn candidates(
    ledger: &Ledger,
    scenario: &ScenarioId,
    before: Option<&CandidateId>,
    rows_max: i64,
) -> Result<Vec<Candidate>, WorkroomError> {
    // Ids of one kind sort by their time of making.
    // No id has a `g` there, so it comes after every one, whatever a database's
    // collation makes of punctuation.
    let before = before.map_or("CAN-g", CandidateId::as_str);
    let rows = ledger
        .read(
            "SELECT * FROM candidates WHERE scenario = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            args![scenario.as_str(), before, rows_max],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// What people of an organisation computed before `before`, newest first, and how much there
/// is in all.
pub(crate) async fn candidates_of(
    ledger: &Ledger,
    organisation: &OrganisationId,
    before: Option<&CandidateId>,
    rows_max: i64,
) -> Result<(Vec<CandidateItem>, i64), WorkroomError> {
    let sql = "SELECT CAST(count(*) AS BIGINT) AS total FROM candidates WHERE organisation = $1";
    let counted = ledger.read(sql, args![organisation.as_str()]).await?;
    let total = counted.first().map(|row| row.int("total")).transpose()?.unwrap_or(0);
    let before = before.map_or("CAN-g", CandidateId::as_str);
    let sql = "SELECT id, scenario, author, title, made_at FROM candidates \
               WHERE organisation = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    let one = |row: &Row| {
        let id = row.text("id")?;
        let bad = |field: &'static str| WorkroomError::Stored { id: id.clone(), field };
        Ok(CandidateItem {
            scenario: ScenarioId::parse(&row.text("scenario")?).map_err(|_| bad("scenario"))?,
            author: PersonId::parse(&row.text("author")?).map_err(|_| bad("author"))?,
            title: row.text("title")?,
            made_at: Time(row.int("made_at")?),
            id: CandidateId::parse(&id).map_err(|_| bad("id"))?,
        })
    };
    let rows = ledger.read(sql, args![organisation.as_str(), before, rows_max]).await?;
    Ok((rows.iter().map(one).collect::<Result<_, WorkroomError>>()?, total))
}

/// Everything that was computed for a scenario, oldest first.
pub(crate) async fn computed(ledger: &Ledger, scenario: &ScenarioId) -> Result<Vec<Computed>, WorkroomError> {
    let sql = "SELECT id, made_at, inputs, lineage FROM candidates WHERE scenario = $1 ORDER BY id";
    let rows = ledger.read(sql, args![scenario.as_str()]).await?;
    let one = |row: &Row| {
        let id = row.text("id")?;
        let (inputs, lineage) = (from_json(row, &id, "inputs")?, from_json(row, &id, "lineage")?);
        Ok(Computed { made_at: Time(row.int("made_at")?), inputs, lineage })
    };
    rows.iter().map(one).collect()
}

fn read(row: &Row) -> Result<Candidate, WorkroomError> {
    let id = row.text("id")?;
    let bad = |field: &'static str| {
        let id = id.clone();
        move || WorkroomError::Stored { id, field }
    };
    let (output, columns) = from_json(row, &id, "output")?;
    let size = |field: &'static str| -> Result<u64, WorkroomError> {
        u64::try_from(row.int(field)?).map_err(|_| bad(field)())
    };
    let organisation = OrganisationId::parse(&row.text("organisation")?).map_err(|_| bad("organisation")())?;
    let operator = row.opt_text("operator")?.map(|text| OrganisationId::parse(&text)).transpose();
    let order = row.opt_text("ordered_by")?.map(|text| OrderId::parse(&text)).transpose();
    Ok(Candidate {
        // Where nothing is said, who computed it computed it for itself.
        operator: operator.map_err(|_| bad("operator")())?.unwrap_or_else(|| organisation.clone()),
        order: order.map_err(|_| bad("ordered_by")())?,
        organisation,
        scenario: ScenarioId::parse(&row.text("scenario")?).map_err(|_| bad("scenario")())?,
        agreement: AgreementId::parse(&row.text("agreement")?).map_err(|_| bad("agreement")())?,
        use_kind: from_json(row, &id, "use_kind")?,
        author: PersonId::parse(&row.text("author")?).map_err(|_| bad("author")())?,
        title: row.text("title")?,
        statement: row.text("statement")?,
        plan: row.text("plan")?,
        output,
        columns,
        lineage: from_json(row, &id, "lineage")?,
        inputs: from_json(row, &id, "inputs")?,
        counts: from_json(row, &id, "counts")?,
        raw_row_matches: size("raw_row_matches")?,
        digest: Digest::parse(&row.text("digest")?).map_err(|_| bad("digest")())?,
        bytes: size("bytes")?,
        rows: size("row_count")?,
        regime: row.text("regime")?,
        clauses: from_json(row, &id, "clauses")?,
        means: from_json(row, &id, "means")?,
        made_at: Time(row.int("made_at")?),
        id: CandidateId::parse(&id).map_err(|_| bad("id")())?,
    })
}

pub(crate) async fn insert_training(change: &mut Change, training: &Training) -> Result<(), WorkroomError> {
    let id = training.id.as_str();
    let args = args![
        id,
        training.scenario.as_str(),
        training.agreement.as_str(),
        json(id, "purpose", &training.purpose)?,
        training.validates.as_ref().map(TrainingId::as_str),
        training.author.as_str(),
        training.organisation.as_str(),
        training.operator.as_str(),
        training.title.as_str(),
        training.program.as_str(),
        json(id, "inputs", &training.inputs)?,
        json(id, "metrics", &training.metrics)?,
        training.model.map(|(digest, _)| digest.to_string()),
        training.model.map(|(_, bytes)| number(id, "bytes", bytes)).transpose()?,
        training.regime.as_str(),
        json(id, "clauses", &training.clauses)?,
        training.made_at,
    ];
    change
        .write(
            "INSERT INTO trainings (id, scenario, agreement, purpose, validates, author, organisation, operator, \
             title, program, inputs, metrics, digest, bytes, regime, clauses, made_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            args,
        )
        .await?;
    Ok(())
}

pub(crate) async fn training(ledger: &Ledger, id: &TrainingId) -> Result<Option<Training>, WorkroomError> {
    let rows = ledger.read("SELECT * FROM trainings WHERE id = $1", args![id.as_str()]).await?;
    rows.first().map(read_training).transpose()
}

fn read_training(row: &Row) -> Result<Training, WorkroomError> {
    let id = row.text("id")?;
    let bad = |field: &'static str| {
        let id = id.clone();
        move || WorkroomError::Stored { id, field }
    };
    let digest = row.opt_text("digest")?.map(|text| Digest::parse(&text)).transpose();
    let bytes = row.opt_int("bytes")?.map(u64::try_from).transpose().map_err(|_| bad("bytes")())?;
    let validates = row.opt_text("validates")?.map(|text| TrainingId::parse(&text)).transpose();
    Ok(Training {
        scenario: ScenarioId::parse(&row.text("scenario")?).map_err(|_| bad("scenario")())?,
        agreement: AgreementId::parse(&row.text("agreement")?).map_err(|_| bad("agreement")())?,
        purpose: from_json(row, &id, "purpose")?,
        validates: validates.map_err(|_| bad("validates")())?,
        author: PersonId::parse(&row.text("author")?).map_err(|_| bad("author")())?,
        organisation: OrganisationId::parse(&row.text("organisation")?).map_err(|_| bad("organisation")())?,
        operator: OrganisationId::parse(&row.text("operator")?).map_err(|_| bad("operator")())?,
        title: row.text("title")?,
        program: row.text("program")?,
        inputs: from_json(row, &id, "inputs")?,
        metrics: from_json(row, &id, "metrics")?,
        model: digest.map_err(|_| bad("digest")())?.zip(bytes),
        regime: row.text("regime")?,
        clauses: from_json(row, &id, "clauses")?,
        made_at: Time(row.int("made_at")?),
        id: TrainingId::parse(&id).map_err(|_| bad("id")())?,
    })
}

fn json<T: Serialize>(id: &str, field: &'static str, value: &T) -> Result<String, WorkroomError> {
    serde_json::to_string(value).map_err(|_| WorkroomError::Stored { id: id.to_owned(), field })
}

fn from_json<T: DeserializeOwned>(row: &Row, id: &str, field: &'static str) -> Result<T, WorkroomError> {
    serde_json::from_str(&row.text(field)?).map_err(|_| WorkroomError::Stored { id: id.to_owned(), field })
}

fn number(id: &str, field: &'static str, value: u64) -> Result<i64, WorkroomError> {
    i64::try_from(value).map_err(|_| WorkroomError::Stored { id: id.to_owned(), field })
}
