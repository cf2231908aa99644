//! Copies that must be filed with somebody after the end (备案): an obligation
//! with a day, open until it is marked as done.
//!
//! INVARIANT (one a recipient): each who gets a copy has a row of its own, which only its
//! own receipt or word files.

use serde::Serialize;
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{AgreementId, CaseId};
use shuyu_model::regime::Filing as FilingRule;
use shuyu_model::regime::words::Body;
use shuyu_model::{Actor, Day, Digest, Reason, Reasons, Time, Verdict};
use shuyu_registry::{Turn, enact};

use crate::case::Case;
use crate::store::{self, Book};
use crate::{Casework, CaseworkError, reasons};

/// A filing that is due or done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filing {
    /// After which case.
    pub case: CaseId,
    /// With whom.
    pub to: Body,
    /// The last day on which it is in time.
    pub due_day: Day,
    /// Whether a year on the way to that day had no holiday notice yet.
    pub is_estimated: bool,
    /// The clause that asks for it.
    pub clause: String,
    /// When it was filed.
    pub filed_at: Option<Time>,
    /// Of what was filed, or of its receipt.
    pub evidence: Option<Digest>,
}

/// Each copy of these filings: one a recipient.
pub(crate) fn each_copy(files: &[FilingRule]) -> impl Iterator<Item = (&FilingRule, Body)> {
    files.iter().flat_map(|file| file.recipients().map(move |to| (file, to)))
}

/// CAS-096: nothing but its receipt files a copy, where the rules say so.
pub(crate) fn without_receipt(
    files: &[FilingRule],
    to: Body,
    evidence: Option<Digest>,
    clause: &str,
) -> Option<Reason> {
    let asked = each_copy(files).any(|(file, with)| with == to && file.by_receipt);
    (asked && evidence.is_none()).then(|| {
        let what = format!("the receipt of {} is not given", to.zh());
        Reason::new(reasons::NO_RECEIPT, what, clause, "give the digest of its receipt as `evidence`")
    })
}

impl Casework {
    /// What must be filed now that a case has ended with yes.
    pub(crate) fn filings_of(&self, case: &Case, ended_at: Time) -> Vec<Filing> {
        let filing = |(file, to): (&FilingRule, Body)| {
            let due = self.calendar().after(ended_at.day(), file.working_days_max.value);
            Filing {
                case: case.id.clone(),
                to,
                due_day: due.day,
                is_estimated: due.is_estimated,
                clause: self.registry().regime().cite_clause(&file.source),
                filed_at: None,
                evidence: None,
            }
        };
        each_copy(&case.procedure.file).map(filing).collect()
    }

    /// Marks a copy as filed, with the digest of it or of its receipt. For the
    /// people of the organisation that opened the case.
    pub async fn file(
        &self,
        actor: &Actor,
        id: &CaseId,
        to: Body,
        evidence: Option<Digest>,
    ) -> Result<Verdict<()>, CaseworkError> {
        let mut turn = self.registry().turn().await?;
        let case = store::case(&mut Book::Change(turn.change()), id).await?;
        let known = self.known(&mut turn, actor).await?;
        if known.organisation != case.opener || !known.is(case.opener_role) {
            let regime = self.registry().regime();
            let reason = Reason::new(
                reasons::NOT_THE_FILER,
                format!("the copy is filed by {}", regime.word(case.opener_role)),
                regime.cite_clause(&case.procedure.source),
                "ask the organisation that opened the case",
            );
            return self.refuse(turn, actor, "filing.refused", id.as_str(), Reasons::one(reason)).await;
        }
        let filings = store::filings(&mut Book::Change(turn.change()), id).await?;
        let Some(filing) = filings.iter().find(|filing| filing.to == to) else {
            return Err(CaseworkError::Malformed {
                faults: vec![format!("nothing of `{id}` is filed with {}", to.word())],
            });
        };
        if let Some(reason) = without_receipt(&case.procedure.file, to, evidence, &filing.clause) {
            return self.refuse(turn, actor, "filing.refused", id.as_str(), Reasons::one(reason)).await;
        }
        if let Some(reason) = self.files_itself(&mut turn, id.as_str(), 0, to, &filing.clause).await? {
            return self.refuse(turn, actor, "filing.refused", id.as_str(), Reasons::one(reason)).await;
        }
        if !store::set_filed(turn.change(), id, to, &actor.person, evidence).await? {
            return Err(CaseworkError::Conflict {
                what: format!("the copy of `{id}` for {} has been filed", to.word()),
            });
        }
        self.note_filed(&mut turn, id).await?;
        let is_late = filing.due_day < turn.change().now().day();
        let facts = json!({ "to": to, "due_day": filing.due_day, "is_late": is_late, "evidence": evidence });
        let event = Event::done(Some(actor), "case.filed", id.as_str()).facts(facts).citing(&filing.clause);
        turn.commit(event.under(self.registry().regime())).await?;
        Ok(Verdict::Allow(()))
    }

    /// Where the last copy of an agreement has been filed, its permits learn of it.
    pub(crate) async fn note_filed(&self, turn: &mut Turn, id: &CaseId) -> Result<(), CaseworkError> {
        let filings = store::filings(&mut Book::Change(turn.change()), id).await?;
        let case = store::case(&mut Book::Change(turn.change()), id).await?;
        match AgreementId::parse(&case.subject) {
            Ok(agreement) if filings.iter().all(|filing| filing.filed_at.is_some()) => {
                Ok(enact::agreement_filed(turn, &agreement).await?)
            }
            _ => Ok(()),
        }
    }

    /// Filings that are still due, the most urgent first, and how many there are
    /// in all.
    pub async fn open_filings(&self, items_max: usize) -> Result<(Vec<Filing>, usize), CaseworkError> {
        store::open_filings(self.registry().ledger(), items_max).await
    }
}
