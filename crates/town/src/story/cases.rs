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

/// Applies for a first registration with these papers, and opens its case.
pub(crate) async fn apply(w: &World<'_>, login: &str, subject: &str, papers: &[&str]) -> anyhow::Result<Case> {
    let materials: Value = papers.iter().map(|paper| ((*paper).to_owned(), document_digest(paper))).collect();
    let body = json!({ "subject": subject, "kind": "first", "materials": materials });
    let applied = w.person(login)?.post("/v1/registrations/applications", &body).await?.json()?;
    open(w, login, &text(&applied, "procedure")?, subject, &text(&applied, "subject_digest")?).await
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
