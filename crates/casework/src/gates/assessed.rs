//! Acts that rest on the latest result of an operator: a further agreement (续约、调整授权
//! 范围、再次申请), an exit, a new selection of the same operator.
//!
//! INVARIANT (the latest): an act rests on the newest confirmed result of each form that
//! the document names, and not on one whose successor is overdue; the act names it.
//! INVARIANT (no hostage): an exit does not wait for a first result that is not due yet.
//!
//! Not here: holding assessments (`assessment`).

use shuyu_model::Reason;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::Effect;
use shuyu_model::regime::{Assessed, ProcedureKind};
use shuyu_registry::{AgreementKind, Amendment, Turn};

use crate::assessment::{HeldBy, next_due, store};
use crate::candidacy::sheet;
use crate::matter::{Matter, MatterMove};
use crate::{Casework, CaseworkError, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

/// What speaks against an act, and the results that it rests on.
#[derive(Default)]
pub(crate) struct Ground {
    pub(crate) against: Vec<Reason>,
    pub(crate) rests_on: Vec<MatterId>,
}

/// Whether an act waits for a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waits {
    /// For one in time.
    Always,
    /// Only for one that is due.
    OnceDue,
}

impl Casework {
    /// CAS-173: what an act that has one of these effects on an operator rests on. Every
    /// act that a document lets an assessment decide calls this.
    pub(crate) async fn latest_results(
        &self,
        turn: &mut Turn,
        operator: &OrganisationId,
        effects: &[Effect],
        waits: Waits,
    ) -> Result<Ground> {
        let (regime, today) = (self.registry().regime(), turn.change().now().day());
        let mut ground = Ground::default();
        let asks = |row: &&shuyu_model::regime::Assessment| {
            row.of == Assessed::Operator && effects.iter().any(|effect| row.decides(*effect))
        };
        let terms = self.registry().terms_with_in(turn, operator).await?;
        for row in regime.assessment.iter().filter(asks) {
            let latest = store::latest(turn.change(), operator.as_str(), HeldBy::of(row)).await?;
            let confirmed = latest.as_ref().map(|held| held.confirmed_at.day());
            // The same clock as what is owed (`obligations/assessments.rs`).
            let due = terms.iter().filter_map(|term| next_due(row, (term.from, term.until), confirmed)).min();
            let is_overdue = due.is_some_and(|due| due < today);
            let holds = match waits {
                Waits::Always => latest.is_some() && !is_overdue,
                Waits::OnceDue => !is_overdue,
            };
            if !holds {
                let clause =
                    row.effects.as_ref().map_or_else(|| regime.cite_clause(&row.source), |one| regime.cite(one));
                let what = match confirmed {
                    Some(day) => {
                        format!("the latest {} of the operator is of {day}, and the next is overdue", row.form().zh())
                    }
                    None => format!("no {} of the operator has a confirmed result", row.form().zh()),
                };
                let instead = format!("have its {} held and confirmed first", row.form().zh());
                ground.against.push(Reason::new(reasons::UNASSESSED, what, clause, instead));
            }
            ground.rests_on.extend(latest.map(|held| held.matter));
        }
        Ok(ground)
    }

    /// What an operator agreement's case rests on: nothing for a first agreement.
    pub(crate) async fn agreement_rests_on(&self, turn: &mut Turn, kind: ProcedureKind, id: &str) -> Result<Ground> {
        if let Some(amendment) = self.registry().amendment_in(turn, id).await? {
            return self.amendment_rests_on(turn, &amendment).await;
        }
        if kind != ProcedureKind::OperatorAgreement {
            return Ok(Ground::default());
        }
        let agreement = self.registry().agreement_in(turn, id).await?;
        let earlier = self.registry().agreements_with_in(turn, &agreement.grantee).await?;
        if !earlier.iter().any(|one| one.id != agreement.id) {
            return Ok(Ground::default());
        }
        let effects: &[Effect] = if self.registry().is_renewal_in(turn, id).await? {
            &[Effect::Renewal, Effect::Reapplication]
        } else {
            &[Effect::Scope, Effect::Renewal, Effect::Reapplication]
        };
        self.latest_results(turn, &agreement.grantee, effects, Waits::Always).await
    }

    /// What an amendment rests on: a change of scope or a longer term on the latest results.
    /// One that follows a change of rules does not wait for a first result.
    async fn amendment_rests_on(&self, turn: &mut Turn, amendment: &Amendment) -> Result<Ground> {
        let agreement = self.registry().agreement_in(turn, amendment.agreement.as_str()).await?;
        if agreement.kind != AgreementKind::Operator {
            return Ok(Ground::default());
        }
        let is_of_scope = agreement.resources != amendment.text.resources;
        let is_longer = agreement.until < amendment.text.until;
        let effects: Vec<Effect> = [(is_of_scope, Effect::Scope), (is_longer, Effect::Renewal)]
            .into_iter()
            .filter_map(|(changes, effect)| changes.then_some(effect))
            .collect();
        let waits = if amendment.rule_change.is_some() { Waits::OnceDue } else { Waits::Always };
        self.latest_results(turn, &agreement.grantee, &effects, waits).await
    }

    /// What a move rests on: the end of an exit, the choice of an operator that was one.
    pub(crate) async fn move_rests_on(&self, turn: &mut Turn, matter: &Matter, named: &MatterMove) -> Result<Ground> {
        match (matter.kind, named.name.as_str()) {
            (MatterKind::Exit, "confirm") => {
                let Some(operator) = &matter.subject_organisation else { return Ok(Ground::default()) };
                if self.registry().agreements_with_in(turn, operator).await?.is_empty() {
                    return Ok(Ground::default());
                }
                self.latest_results(turn, operator, &[Effect::Exit], Waits::OnceDue).await
            }
            (
                MatterKind::OperatorSelection,
                "evaluate" | "decide_collectively" | "approve" | "publish_notice" | "select" | "sign",
            ) => {
                let winner = named.facts.get(sheet::WINNER).or_else(|| matter.facts.get(sheet::WINNER));
                let Some(Ok(winner)) = winner.map(|winner| OrganisationId::parse(winner.trim())) else {
                    return Ok(Ground::default());
                };
                let was_operator = !self.registry().agreements_with_in(turn, &winner).await?.is_empty();
                let is_chosen = sheet::chosen_as(matter) == Some(shuyu_model::candidacy::ChosenAs::Operator);
                if !was_operator || !is_chosen {
                    return Ok(Ground::default());
                }
                // Where an agreement can be renewed, the renewal itself asks.
                let may_renew = self.registry().regime().agreement.at_expiry.value.iter().any(|word| word == "renew");
                let effects: &[Effect] =
                    if may_renew { &[Effect::Reapplication] } else { &[Effect::Reapplication, Effect::Renewal] };
                self.latest_results(turn, &winner, effects, Waits::Always).await
            }
            _ => Ok(Ground::default()),
        }
    }

    /// Keeps that an act was decided on results.
    pub(crate) async fn rested_on(&self, turn: &mut Turn, results: &[MatterId], act: &str) -> Result<()> {
        for result in results {
            store::insert_use(turn.change(), result, act).await?;
        }
        Ok(())
    }
}
