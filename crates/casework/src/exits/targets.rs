//! Operating targets (经营目标): what an agreement holds its operator to, what was
//! measured of each, and the verdict.
//!
//! INVARIANT (its day first): a target is missed when what was measured after its day
//! falls short; before that day it can only be met.
//!
//! Not here: the targets themselves (`registry::Target`), what a missed one leads to
//! (`matter.exit` of the regime file).

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::AgreementId;
use shuyu_model::{Actor, Day, Digest, Reason, Reasons, Role, Verdict};
use shuyu_registry::{Agreement, Target, Turn};

use super::{Result, store};
use crate::matters::malformed;
use crate::store::Book;
use crate::{Casework, reasons};

/// How a target stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetState {
    /// Its day has not passed.
    Open,
    /// As much as was agreed was measured.
    Met,
    /// Less was measured after its day.
    Missed,
    /// Its day has passed and nothing was measured since.
    Unmeasured,
}

/// A target with what was measured of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TargetView {
    /// The target.
    #[serde(flatten)]
    pub target: Target,
    /// What was measured last.
    pub actual: Option<i64>,
    /// Of the document that shows it.
    pub evidence: Option<Digest>,
    /// The day on which it was measured.
    pub measured_on: Option<Day>,
    /// How it stands.
    pub state: TargetState,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewResult {
    /// Of which target.
    pub code: String,
    /// How much.
    pub actual: i64,
    /// Of the document that shows it.
    pub evidence: Digest,
}

fn view(target: &Target, last: Option<&store::Measured>, today: Day) -> TargetView {
    let state = match last {
        Some(last) if target.at_least <= last.actual => TargetState::Met,
        Some(last) if target.by < last.at.day() => TargetState::Missed,
        _ if today <= target.by => TargetState::Open,
        _ => TargetState::Unmeasured,
    };
    TargetView {
        target: target.clone(),
        actual: last.map(|last| last.actual),
        evidence: last.map(|last| last.evidence),
        measured_on: last.map(|last| last.at.day()),
        state,
    }
}

impl Casework {
    /// CAS-113 against signing an operator's agreement.
    pub(crate) fn against_targets(&self, agreement: &Agreement) -> Option<Reason> {
        let regime = self.registry().regime();
        let rule = regime.agreement.targets_min.as_ref()?;
        let (stated, least) = (agreement.targets.len(), usize::from(rule.value));
        (stated < least).then(|| {
            let what = format!("the agreement states {stated} operating targets, and {least} at least are agreed on");
            let instead = "draft it anew with a target that can be measured: what, in which unit, how much, by when";
            regime.reason(reasons::TARGETS_MISSING, rule, what, instead)
        })
    }

    /// Records what was measured of a target. For the agency that gave the agreement.
    pub async fn measure_target(&self, actor: &Actor, id: &AgreementId, new: NewResult) -> Result<Verdict<()>> {
        let mut turn = self.registry().turn().await?;
        let agreement = self.registry().agreement_in(&mut turn, id.as_str()).await?;
        let regime = self.registry().regime();
        let known = self.known(&mut turn, actor).await?;
        if !known.is(Role::Agency) || agreement.grantor != known.organisation {
            let what = "an operator is measured by the agency that gave it the agreement";
            let clause = regime.cite_role(Role::Agency);
            let reason = Reason::new(reasons::NOT_THEIR_HANDOVER, what, clause, "leave it to that agency");
            return self.refuse(turn, actor, "target.refused", id.as_str(), Reasons::one(reason)).await;
        }
        let Some(target) = agreement.targets.iter().find(|target| target.code == new.code) else {
            let known: Vec<&str> = agreement.targets.iter().map(|target| target.code.as_str()).collect();
            return Err(malformed(format!("the agreement has no such target; it has: {}", known.join(", "))));
        };
        if new.actual < 0 {
            return Err(malformed("`actual` is less than nothing"));
        }
        let at = turn.change().now();
        let measured = store::Measured { code: new.code, actual: new.actual, evidence: new.evidence, at };
        store::insert_result(turn.change(), id, &actor.person, &measured).await?;
        let state = view(target, Some(&measured), at.day()).state;
        let facts = json!({ "code": measured.code, "actual": measured.actual, "state": state });
        let event = Event::done(Some(actor), "target.measured", id.as_str()).facts(facts).under(regime);
        turn.commit(event.digests(None, Some(measured.evidence))).await?;
        Ok(Verdict::Allow(()))
    }

    pub(super) async fn targets_in(&self, turn: &mut Turn, id: &str) -> Result<Vec<TargetView>> {
        let agreement = self.registry().agreement_in(turn, id).await?;
        let today = turn.change().now().day();
        views(&mut Book::Change(turn.change()), &agreement, today).await
    }

    /// The targets of an agreement, as they stand; `None` where there is no such agreement.
    pub async fn targets(&self, id: &AgreementId) -> Result<Option<Vec<TargetView>>> {
        let Some(agreement) = self.registry().agreement(id).await? else { return Ok(None) };
        let ledger = self.registry().ledger();
        views(&mut Book::Ledger(ledger), &agreement, ledger.now().day()).await.map(Some)
    }
}

async fn views(book: &mut Book<'_>, agreement: &Agreement, today: Day) -> Result<Vec<TargetView>> {
    let results = store::results(book, agreement.id.as_str()).await?;
    let last = |target: &Target| results.iter().rfind(|result| result.code == target.code);
    Ok(agreement.targets.iter().map(|target| view(target, last(target), today)).collect())
}
