//! The rows of versions of agreements, of amendments, and of findings on changed rules.

use shuyu_ledger::{Change, args};
use shuyu_model::id::{AgreementId, AmendmentId, MatterId, PersonId, ScenarioId};
use shuyu_model::regime::words::Mode;

use super::{Book, Result, json, read_all};
use crate::amendment::{AgreementFinding, AgreementVersion, Amendment};
use crate::{Agreement, AgreementState};

/// Amendments of one agreement, or of all.
pub(crate) async fn amendments(book: &mut Book<'_>, agreement: &str) -> Result<Vec<Amendment>> {
    let sql = "SELECT * FROM agreement_amendments WHERE $1 = '' OR agreement = $1";
    let rows = book.read(sql, args![agreement]).await?;
    read_all("amendment", &rows, |row| {
        Ok(Amendment {
            id: row.id("id")?,
            agreement: row.id("agreement")?,
            version: row.row.int("version")?,
            text: row.json("content")?,
            changes: row.json("changes")?,
            reason: row.text("reason")?,
            rule_change: row.row.opt_text("rule_change")?,
            digest: row.digest("digest")?,
            agreed_digest: row.digest("agreed_digest")?,
            authors: row.json("authors")?,
            drafted_at: shuyu_model::Time(row.row.int("drafted_at")?),
            decided_at: row.opt_time("decided_at")?,
        })
    })
}

pub(crate) async fn insert_amendment(change: &mut Change, new: &Amendment) -> Result<()> {
    let sql = "INSERT INTO agreement_amendments (id, agreement, version, content, changes, reason, rule_change, digest, \
               agreed_digest, authors, drafted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let args = args![
        new.id.as_str(),
        new.agreement.as_str(),
        new.version,
        json(&new.text)?,
        json(&new.changes)?,
        new.reason.as_str(),
        new.rule_change.as_deref(),
        new.digest.to_string(),
        new.agreed_digest.to_string(),
        json(&new.authors)?,
        new.drafted_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// An amendment is decided on. Says whether it waited for that.
pub(crate) async fn set_amended(change: &mut Change, id: &AmendmentId) -> Result<bool> {
    let sql = "UPDATE agreement_amendments SET decided_at = $2 WHERE id = $1 AND decided_at IS NULL";
    let now = change.now();
    Ok(change.write(sql, args![id.as_str(), now]).await? == 1)
}

/// Keeps what an agreement said and lets it say something else from now on. Says whether
/// it stood where `before` saw it.
pub(crate) async fn replaced(change: &mut Change, before: &Agreement, after: &Agreement) -> Result<bool> {
    let now = change.now();
    let sql = "UPDATE agreements SET scenario = $3, resources = $4, from_day = $5, until_day = $6, document_digest = $7, \
               digest = $8, authors = $9, mode = $10, scheme = $11, term_reason = $12, contents = $13, \
               selection = $14, shares = $15, targets = $16, amended_at = $17, regime = $18, version = $2 + 1 \
               WHERE id = $1 AND version = $2 AND state = $19";
    let args = args![
        before.id.as_str(),
        before.version,
        after.scenario.as_ref().map(ScenarioId::as_str),
        json(&after.resources)?,
        after.from.to_string(),
        after.until.to_string(),
        after.document_digest.to_string(),
        after.digest.to_string(),
        json(&after.authors)?,
        after.mode.map(Mode::word),
        after.scheme.as_ref().map(MatterId::as_str),
        after.term_reason.as_deref(),
        json(&after.contents)?,
        after.selection.as_ref().map(MatterId::as_str),
        json(&after.shares)?,
        json(&after.targets)?,
        (before.state == AgreementState::InForce).then_some(now),
        after.regime.as_str(),
        before.state.word(),
    ];
    let is_written = change.write(sql, args).await? == 1;
    let sql = "INSERT INTO agreement_versions (agreement, version, state, content, digest, regime, authors, decided_at, \
               replaced_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let args = args![
        before.id.as_str(),
        before.version,
        before.state.word(),
        json(&before.text())?,
        before.digest.to_string(),
        before.regime.as_str(),
        json(&before.authors)?,
        before.amended_at.or(before.decided_at),
        now,
    ];
    if is_written {
        change.write(sql, args).await?;
    }
    Ok(is_written)
}

/// What an agreement said before, oldest first.
pub(crate) async fn versions(book: &mut Book<'_>, agreement: &AgreementId) -> Result<Vec<AgreementVersion>> {
    let sql = "SELECT * FROM agreement_versions WHERE agreement = $1 ORDER BY version";
    let rows = book.read(sql, args![agreement.as_str()]).await?;
    read_all("version of an agreement", &rows, |row| {
        Ok(AgreementVersion {
            version: row.row.int("version")?,
            standing: "replaced",
            state: row.word("state", AgreementState::parse)?,
            amendment: None,
            changes: Vec::new(),
            reason: None,
            rule_change: None,
            text: row.json("content")?,
            digest: row.digest("digest")?,
            regime: row.text("regime")?,
            authors: row.json("authors")?,
            decided_at: row.opt_time("decided_at")?,
            replaced_at: row.opt_time("replaced_at")?,
        })
    })
}

pub(crate) async fn set_filed(change: &mut Change, id: &AgreementId) -> Result<()> {
    let now = change.now();
    change.write("UPDATE agreements SET filed_at = $2 WHERE id = $1", args![id.as_str(), now]).await?;
    Ok(())
}

/// Every finding that an agreement needs no change, with its agreement and change of rules.
pub(crate) async fn findings_of_rules(book: &mut Book<'_>) -> Result<Vec<(AgreementId, String, AgreementFinding)>> {
    let rows = book.read("SELECT * FROM agreement_findings", args![]).await?;
    read_all("finding on an agreement", &rows, |row| {
        let finding = AgreementFinding {
            version: row.row.int("version")?,
            reason: row.text("reason")?,
            evidence: row.opt_digest("evidence")?,
            found_by: row.id("found_by")?,
            found_at: shuyu_model::Time(row.row.int("found_at")?),
        };
        Ok((row.id("agreement")?, row.text("rule_change")?, finding))
    })
}

pub(crate) async fn insert_finding_of_rules(
    change: &mut Change,
    agreement: &AgreementId,
    rule_change: &str,
    finding: &AgreementFinding,
) -> Result<()> {
    let sql = "INSERT INTO agreement_findings (agreement, version, rule_change, reason, evidence, found_by, found_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let args = args![
        agreement.as_str(),
        finding.version,
        rule_change,
        finding.reason.as_str(),
        finding.evidence.map(|digest| digest.to_string()),
        PersonId::as_str(&finding.found_by),
        finding.found_at,
    ];
    change.write(sql, args).await?;
    Ok(())
}
