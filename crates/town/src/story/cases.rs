//! Running a prescribed procedure: open the case, sign its steps.

use serde_json::{Value, json};

use super::World;
use super::client::{Reply, text};
use super::world::document_digest;

/// A case under way.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// `CAS-…`.
    pub(crate) id: String,
    /// What the signatures must name.
    pub(crate) subject_digest: String,
}

/// Opens a case about a subject whose digest the opener has read.
pub(crate) async fn open(
    w: &World<'_>,
    login: &str,
    procedure: &str,
    subject: &str,
    subject_digest: &str,
) -> anyhow::Result<Case> {
    let body = json!({ "procedure": procedure, "subject": subject, "subject_digest": subject_digest });
    let opened = w.person(login)?.post("/v1/cases", &body).await?.json()?;
    Ok(Case { id: text(&opened, "id")?, subject_digest: subject_digest.to_owned() })
}

/// Tries to sign a step.
pub(crate) async fn try_sign(
    w: &World<'_>,
    login: &str,
    case: &Case,
    step: &str,
    evidence: Option<&str>,
) -> anyhow::Result<Reply> {
    let mut body = json!({
        "step": step, "outcome": "approve", "reason": "已核对材料，符合规定 checked against the rules",
        "subject_digest": case.subject_digest,
    });
    if let (Some(evidence), Some(fields)) = (evidence, body.as_object_mut()) {
        fields.insert("evidence".to_owned(), Value::String(document_digest(evidence)));
    }
    w.person(login)?.post(&format!("/v1/cases/{}/signatures", case.id), &body).await
}

/// Signs a step.
pub(crate) async fn sign(
    w: &World<'_>,
    login: &str,
    case: &Case,
    step: &str,
    evidence: Option<&str>,
) -> anyhow::Result<Value> {
    try_sign(w, login, case, step, evidence).await?.json()
}
