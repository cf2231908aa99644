//! The airlock opened: checks what wants to leave and submits it to review.
//!
//! The order of writing makes each step safe to do again after a crash: first
//! the checks' results and what reviewers are shown, then the case, then, when
//! it has ended, the release (`releasing`).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::json;
use shuyu_casework::{CaseState, Casework, CaseworkError, NewRelease};
use shuyu_ledger::{Event, Ledger};
use shuyu_model::id::{CandidateId, CaseId, ReleaseId};
use shuyu_model::regime::{RulesInForce, Sourced};
use shuyu_model::{Actor, Digest, Reason, Reasons, Verdict};
use shuyu_workroom::{Candidate, Workrooms};

use crate::AirlockError;
use crate::checks::{ALL, CheckResult, run_all};
use crate::lint::{Lint, lint};
use crate::reasons::{OTHER_DIGEST, OTHERS_CANDIDATE, RELEASED, UNDER_REVIEW};
use crate::release::Life;
use crate::review::{Before, Review, Shown};
use crate::sealed::Sealed;
use crate::store;
use crate::summary::{ColumnSummary, diff, summarise};

/// The airlock. Clones are the same one.
#[derive(Clone)]
pub struct Airlock(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) ledger: Ledger,
    pub(crate) casework: Casework,
    pub(crate) workrooms: Workrooms,
    pub(crate) rules: RulesInForce,
    /// See INVARIANT (dies at once) of [`crate::Release`].
    pub(crate) lives: Mutex<HashMap<ReleaseId, Life>>,
}

/// What was found when a candidate was looked at.
struct Checked {
    digest: Digest,
    results: Vec<CheckResult>,
    columns: Vec<ColumnSummary>,
}

impl Airlock {
    /// An airlock over these stations under these rules.
    pub fn new(ledger: Ledger, casework: Casework, workrooms: Workrooms, rules: impl Into<RulesInForce>) -> Self {
        Self(Arc::new(Inner { ledger, casework, workrooms, rules: rules.into(), lives: Mutex::default() }))
    }

    pub(crate) fn reason<T>(&self, code: &'static str, rule: &Sourced<T>, what: &str, instead: &str) -> Reason {
        self.0.rules.regime().reason(code, rule, what, instead)
    }

    /// Writes a refusal down and gives it.
    pub(crate) async fn refuse<T>(
        &self,
        actor: Option<&Actor>,
        action: &'static str,
        object: &str,
        reasons: Reasons,
    ) -> Result<Verdict<T>, AirlockError> {
        let event = Event::refused(actor, action, object, &reasons).under(self.0.rules.regime());
        self.0.ledger.refuse(event).await?;
        Ok(Verdict::Refuse(reasons))
    }

    /// Whether somebody has no business with a candidate: only people of whoever
    /// computed it look at it before the review.
    fn stranger(&self, actor: &Actor, candidate: &Candidate) -> Option<Reason> {
        let computes = self.0.rules.regime().computing_roles().iter().any(|role| actor.is(*role));
        if computes && actor.organisation == *candidate.organisation() {
            return None;
        }
        let rule = &self.0.rules.regime().agreement.scope_is_binding;
        Some(self.reason(
            OTHERS_CANDIDATE,
            rule,
            "the candidate was made by another organisation, or you do not act for it in the role that computes",
            "ask somebody of the organisation that made it",
        ))
    }

    /// Tells the author what the gate would say, and how to repair it. Changes
    /// nothing.
    pub async fn lint(&self, actor: &Actor, candidate: &Candidate) -> Result<Verdict<Lint>, AirlockError> {
        if let Some(reason) = self.stranger(actor, candidate) {
            return self
                .refuse(Some(actor), "candidate.lint_refused", candidate.id().as_str(), Reasons::one(reason))
                .await;
        }
        let sealed = Sealed::open(&self.0.workrooms, candidate).await?;
        let regime = Arc::clone(self.0.rules.regime());
        let entities = self.entity_columns(candidate).await?;
        let lint = tokio::task::spawn_blocking(move || sealed.look(&regime, |view| lint(view, &entities))).await??;
        Ok(Verdict::Allow(lint))
    }

    /// The columns that name persons or firms in the tables that a candidate
    /// comes from.
    async fn entity_columns(&self, candidate: &Candidate) -> Result<Vec<String>, AirlockError> {
        let mut names = BTreeSet::new();
        let origins: BTreeSet<_> =
            candidate.lineage().iter().flat_map(|column| column.origins.iter().map(|(id, _)| id)).collect();
        for id in origins {
            let table = self.0.casework.registry().table(id).await.map_err(CaseworkError::from)?;
            let columns = table.iter().flat_map(|(_, columns)| columns.iter());
            names.extend(columns.filter(|column| column.is_entity).map(|column| column.name.clone()));
        }
        Ok(names.into_iter().collect())
    }

    /// Runs the checks. When all pass, opens the review; else refuses with
    /// everything that was found.
    pub async fn submit(&self, actor: &Actor, candidate: &Candidate) -> Result<Verdict<CaseId>, AirlockError> {
        let id = candidate.id();
        let mut reasons: Vec<Reason> = self.stranger(actor, candidate).into_iter().collect();
        if store::release_of(&self.0.ledger, id).await?.is_some() {
            let rule = &self.0.rules.regime().release.raw_never_leaves;
            reasons.push(self.reason(
                RELEASED,
                rule,
                "the candidate has been released",
                "run the statement again for a new result",
            ));
        }
        if self.is_under_review(actor, id).await? {
            let rule = &self.0.rules.regime().release.reviewer_is_not_author;
            reasons.push(self.reason(
                UNDER_REVIEW,
                rule,
                "the candidate's review has not ended",
                "wait for it, or take it back first",
            ));
        }
        if let Some(reasons) = Reasons::new(reasons) {
            return self.refuse(Some(actor), "candidate.submission_refused", id.as_str(), reasons).await;
        }
        let checked = self.check(candidate).await?;
        if let Some(reasons) = self.write_checks(actor, candidate, &checked).await? {
            return Ok(Verdict::Refuse(reasons));
        }
        let mut authors = candidate.authors();
        authors.push(actor.person.clone());
        let (operator, scenario) = (candidate.operator().clone(), candidate.scenario().clone());
        let (subject, title) = (id.to_string(), candidate.title().to_owned());
        let new = NewRelease { subject, title, subject_digest: checked.digest, authors, operator, scenario };
        Ok(self.0.casework.open_release(actor, new).await?)
    }

    async fn is_under_review(&self, actor: &Actor, candidate: &CandidateId) -> Result<bool, AirlockError> {
        for case in self.0.casework.cases_of(candidate.as_str()).await? {
            let seen = self.0.casework.case(&case, actor).await?;
            if seen.is_some_and(|case| matches!(case.state, CaseState::Open | CaseState::Returned)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Hashes the candidate's bytes, runs the checks over them and sums them up.
    async fn check(&self, candidate: &Candidate) -> Result<Checked, AirlockError> {
        let sealed = Sealed::open(&self.0.workrooms, candidate).await?;
        let regime = Arc::clone(self.0.rules.regime());
        let work = move || {
            let digest = sealed.digest()?;
            let (results, columns) = sealed.look(&regime, |view| Ok((run_all(view)?, summarise(view)?)))?;
            Ok(Checked { digest, results, columns })
        };
        tokio::task::spawn_blocking(work).await?
    }

    /// Writes down what the checks said, with what reviewers are shown.
    async fn write_checks(
        &self,
        actor: &Actor,
        candidate: &Candidate,
        checked: &Checked,
    ) -> Result<Option<Reasons>, AirlockError> {
        let (id, regime) = (candidate.id(), self.0.rules.regime());
        let mut reasons = all_reasons(&checked.results);
        if checked.digest != candidate.digest() {
            // INVARIANT (seen is sent), seen from its beginning.
            let what = "the candidate's bytes are not those that the workroom sealed";
            reasons.push(self.reason(OTHER_DIGEST, &regime.release.raw_never_leaves, what, "run the statement again"));
        }
        let reasons = Reasons::new(reasons);
        let mut change = self.0.ledger.change().await?;
        store::put_checks(&mut change, id, checked.digest, &regime.stamp(), &checked.results).await?;
        if reasons.is_none() {
            // What was refused is shown to nobody: its very title may be what is wrong.
            store::put_submission(&mut change, id, &actor.person, &self.shown(candidate, checked)).await?;
        }
        let passed: Vec<&str> = checked.results.iter().filter(|r| r.is_passed()).map(|r| r.code.as_str()).collect();
        let event = match reasons.as_ref().and_then(in_brief) {
            None => Event::done(Some(actor), "candidate.checked", id.as_str()),
            Some(brief) => Event::refused(Some(actor), "candidate.refused", id.as_str(), &brief),
        };
        let facts = json!({ "passed": passed, "rows": candidate.rows(), "bytes": candidate.bytes() });
        change.commit(event.under(regime).digests(None, Some(checked.digest)).facts(facts)).await?;
        Ok(reasons)
    }

    fn shown(&self, candidate: &Candidate, checked: &Checked) -> Shown {
        Shown {
            candidate: candidate.id().clone(),
            scenario: candidate.scenario().clone(),
            author: candidate.author().clone(),
            declared: crate::sealed::declared(candidate),
            digest: checked.digest,
            rows: candidate.rows(),
            bytes: candidate.bytes(),
            columns: checked.columns.clone(),
            lineage: crate::sealed::lineage(candidate),
            statement: candidate.statement().to_owned(),
            plan: candidate.plan().to_owned(),
            regime: self.0.rules.regime().stamp(),
        }
    }

    /// What reviewers see of a candidate that was submitted. Who may ask is the
    /// case's business.
    pub async fn review(&self, candidate: &CandidateId) -> Result<Option<Review>, AirlockError> {
        let ledger = &self.0.ledger;
        let Some((submitted_by, submitted_at, shown)) = store::submission(ledger, candidate).await? else {
            return Ok(None);
        };
        let checks = store::checks(ledger, candidate).await?.into_iter().map(|check| check.result).collect();
        let before = store::before(ledger, &shown.scenario, &shown.declared.title, candidate).await?;
        let before = before.map(|release| Before {
            columns: diff(&release.document.columns, &shown.columns),
            rows: release.document.rows,
            release: release.id,
        });
        Ok(Some(Review { shown, submitted_by, submitted_at, checks, before }))
    }
}

/// Every finding as a reason, under its check's own code.
fn all_reasons(results: &[CheckResult]) -> Vec<Reason> {
    let code_of = |result: &CheckResult| ALL.iter().find(|check| check.code == result.code).map(|check| check.code);
    results
        .iter()
        .filter_map(|result| code_of(result).map(|code| (code, result)))
        .flat_map(|(code, result)| result.findings.iter().map(move |finding| finding.reason(code)))
        .collect()
}

/// One reason a code, for the book: an entry has a largest size, and the
/// findings themselves lie with the checks.
fn in_brief(reasons: &Reasons) -> Option<Reasons> {
    let mut brief: Vec<Reason> = Vec::new();
    for reason in reasons.iter() {
        if brief.iter().all(|earlier| earlier.code != reason.code) {
            brief.push(reason.clone());
        }
    }
    Reasons::new(brief)
}
