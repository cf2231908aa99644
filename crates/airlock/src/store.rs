//! The airlock's SQL: results of checks, submissions, releases.

use shuyu_ledger::{Change, Ledger, LedgerError, Row, args};
use shuyu_model::id::{CandidateId, PersonId, ReleaseId, ScenarioId};
use shuyu_model::{Digest, Time};

use crate::AirlockError;
use crate::checks::CheckResult;
use crate::release::Document;
use crate::review::Shown;

/// What one check said, when, of which bytes, under which rules.
pub(crate) struct StoredCheck {
    pub(crate) digest: Digest,
    pub(crate) regime: String,
    pub(crate) result: CheckResult,
}

/// A release as it lies in the database.
pub(crate) struct StoredRelease {
    pub(crate) id: ReleaseId,
    pub(crate) document: Document,
    pub(crate) released_at: Time,
    pub(crate) withdrawn: Option<Withdrawn>,
}

/// When and why a release was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// When.
    pub at: Time,
    /// By whom.
    pub by: PersonId,
    /// Why.
    pub ground: String,
}

pub(crate) async fn put_checks(
    change: &mut Change,
    candidate: &CandidateId,
    digest: Digest,
    regime: &str,
    results: &[CheckResult],
) -> Result<(), AirlockError> {
    let at = change.now();
    change.write("DELETE FROM release_checks WHERE candidate = $1", args![candidate.as_str()]).await?;
    for result in results {
        change
            .write(
                "INSERT INTO release_checks (candidate, code, digest, regime, is_passed, result, checked_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
                args![
                    candidate.as_str(),
                    result.code.as_str(),
                    digest.to_string(),
                    regime,
                    result.is_passed(),
                    serde_json::to_string(result)?,
                    at
                ],
            )
            .await?;
    }
    Ok(())
}

pub(crate) async fn checks(ledger: &Ledger, candidate: &CandidateId) -> Result<Vec<StoredCheck>, AirlockError> {
    let rows = ledger
        .read(
            "SELECT digest, regime, result FROM release_checks WHERE candidate = $1 ORDER BY code",
            args![candidate.as_str()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredCheck {
                digest: read(row, "digest", "release_checks", |text| Digest::parse(text).ok())?,
                regime: row.text("regime")?,
                result: read(row, "result", "release_checks", |text| serde_json::from_str(text).ok())?,
            })
        })
        .collect()
}

pub(crate) async fn put_submission(
    change: &mut Change,
    candidate: &CandidateId,
    by: &PersonId,
    shown: &Shown,
) -> Result<(), AirlockError> {
    let at = change.now();
    change
        .write(
            "INSERT INTO submissions (candidate, submitted_by, submitted_at, shown) VALUES ($1, $2, $3, $4)
             ON CONFLICT (candidate) DO UPDATE SET submitted_by = $2, submitted_at = $3, shown = $4",
            args![candidate.as_str(), by.as_str(), at, serde_json::to_string(shown)?],
        )
        .await?;
    Ok(())
}

/// Who submitted a candidate, when, and what reviewers are shown of it.
pub(crate) async fn submission(
    ledger: &Ledger,
    candidate: &CandidateId,
) -> Result<Option<(PersonId, Time, Shown)>, AirlockError> {
    let rows = ledger
        .read(
            "SELECT submitted_by, submitted_at, shown FROM submissions WHERE candidate = $1",
            args![candidate.as_str()],
        )
        .await?;
    rows.first()
        .map(|row| {
            let by = read(row, "submitted_by", "submissions", |text| PersonId::parse(text).ok())?;
            let shown = read(row, "shown", "submissions", |text| serde_json::from_str(text).ok())?;
            Ok((by, Time(row.int("submitted_at")?), shown))
        })
        .transpose()
}

/// Whether a candidate has been released. Asked within the change that releases.
pub(crate) async fn is_released(change: &mut Change, candidate: &CandidateId) -> Result<bool, LedgerError> {
    let rows = change.read("SELECT id FROM releases WHERE candidate = $1", args![candidate.as_str()]).await?;
    Ok(!rows.is_empty())
}

pub(crate) async fn put_release(
    change: &mut Change,
    id: &ReleaseId,
    document: &Document,
    at: Time,
) -> Result<(), AirlockError> {
    change
        .write(
            "INSERT INTO releases (id, candidate, case_id, scenario, title, digest, document, released_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                id.as_str(),
                document.candidate.as_str(),
                document.case.as_str(),
                document.scenario.as_str(),
                document.declared.title.as_str(),
                document.digest.to_string(),
                serde_json::to_string(document)?,
                at
            ],
        )
        .await?;
    Ok(())
}

const TABLE: &str = "releases";

fn stored(row: &Row) -> Result<StoredRelease, AirlockError> {
    let withdrawn = match row.opt_int("withdrawn_at")? {
        None => None,
        Some(at) => Some(Withdrawn {
            at: Time(at),
            by: read(row, "withdrawn_by", TABLE, |text| PersonId::parse(text).ok())?,
            ground: row.text("ground")?,
        }),
    };
    Ok(StoredRelease {
        id: read(row, "id", TABLE, |text| ReleaseId::parse(text).ok())?,
        document: read(row, "document", TABLE, |text| serde_json::from_str(text).ok())?,
        released_at: Time(row.int("released_at")?),
        withdrawn,
    })
}

fn read<T>(
    row: &Row,
    column: &str,
    table: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, AirlockError> {
    parse(&row.text(column)?).ok_or(AirlockError::Stored { table })
}

pub(crate) async fn release(ledger: &Ledger, id: &ReleaseId) -> Result<Option<StoredRelease>, AirlockError> {
    let sql = "SELECT id, document, released_at, withdrawn_at, withdrawn_by, ground FROM releases WHERE id = $1";
    ledger.read(sql, args![id.as_str()]).await?.first().map(stored).transpose()
}

pub(crate) async fn release_of(
    ledger: &Ledger,
    candidate: &CandidateId,
) -> Result<Option<StoredRelease>, AirlockError> {
    let sql = "SELECT id, document, released_at, withdrawn_at, withdrawn_by, ground FROM releases WHERE candidate = $1";
    ledger.read(sql, args![candidate.as_str()]).await?.first().map(stored).transpose()
}

/// The latest release of the same scenario and title, other than this
/// candidate's own.
pub(crate) async fn before(
    ledger: &Ledger,
    scenario: &ScenarioId,
    title: &str,
    candidate: &CandidateId,
) -> Result<Option<StoredRelease>, AirlockError> {
    let sql = "SELECT id, document, released_at, withdrawn_at, withdrawn_by, ground FROM releases
               WHERE scenario = $1 AND title = $2 AND candidate <> $3 ORDER BY released_at DESC, id DESC LIMIT 1";
    ledger.read(sql, args![scenario.as_str(), title, candidate.as_str()]).await?.first().map(stored).transpose()
}

/// Releases before this one, newest first.
pub(crate) async fn page(ledger: &Ledger, before: &str, rows_max: i64) -> Result<Vec<StoredRelease>, AirlockError> {
    let sql = "SELECT id, document, released_at, withdrawn_at, withdrawn_by, ground FROM releases
               WHERE id < $1 ORDER BY id DESC LIMIT $2";
    ledger.read(sql, args![before, rows_max]).await?.iter().map(stored).collect()
}

pub(crate) async fn count(ledger: &Ledger) -> Result<i64, AirlockError> {
    let rows = ledger.read("SELECT count(*) AS releases FROM releases", args![]).await?;
    rows.first().map_or(Ok(0), |row| Ok(row.int("releases")?))
}

/// Whether there was a release to withdraw.
pub(crate) async fn withdraw(change: &mut Change, id: &ReleaseId, withdrawn: &Withdrawn) -> Result<bool, LedgerError> {
    let rows = change
        .write(
            "UPDATE releases SET withdrawn_at = $2, withdrawn_by = $3, ground = $4 WHERE id = $1 AND withdrawn_at IS NULL",
            args![id.as_str(), withdrawn.at, withdrawn.by.as_str(), withdrawn.ground.as_str()],
        )
        .await?;
    Ok(rows == 1)
}
