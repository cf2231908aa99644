//! How an operator's agreement ends: not at a word, but by its exit, which rests on
//! records, lists what is handed over, and lets deliveries go on meanwhile.
//!
//! INVARIANT (by its exit): what ends an operator's agreement is a move of an exit, of a
//! rectification or of an incident, or its last day; the direct way is for development
//! and processing agreements.
//! INVARIANT (nothing falls between): an exit with a handover closes when each thing on
//! its list has an outcome, and where it goes to somebody, their acceptance.
//!
//! An emergency stop is no ending: an incident's `stop_service` suspends at once.
//!
//! Not here: which grounds want which records (`matter.exit` of the regime file), what
//! an ending does to permits (`registry::enact`).

use shuyu_model::id::{AgreementId, OrganisationId};
use shuyu_model::matter::{Effect, MatterKind, Transition};
use shuyu_model::regime::Particular;
use shuyu_model::{Actor, Reason, Reasons, Verdict};
use shuyu_registry::{AgreementKind, Turn, enact};

use crate::matter::{Facts, Matter, MatterMove};
use crate::{Casework, CaseworkError, reasons};

pub mod handover;
mod proposing;
mod store;
pub mod targets;

pub use handover::{HandoverItem, HandoverOutcome, HandoverView, NewOutcome};
pub use proposing::Proposed;
pub use targets::{NewResult, TargetState, TargetView};

type Result<T> = std::result::Result<T, CaseworkError>;

/// The fact that names a ground, and the ground that is a day.
const GROUND: &str = "ground";
const EXPIRY: &str = "expiry";
/// The ground that rests on a missed target.
const TARGETS: &str = "targets_unmet_and_unrectified";
/// The fact that says for which of the operator's own standards an entity is removed.
const STANDARD: &str = "exit_standard";

fn told<'a>(matter: &'a Matter, named: &'a MatterMove, key: &str) -> Option<&'a str> {
    let told: Option<&String> = named.facts.get(key).or_else(|| matter.facts.get(key));
    told.map(|told| told.trim()).filter(|told| !told.is_empty())
}

impl Casework {
    /// Ends a development or processing agreement on a ground that the rules name. An
    /// operator's agreement is refused here: it ends by its exit.
    pub async fn end_agreement(&self, actor: &Actor, id: &AgreementId, ground: &str) -> Result<Verdict<()>> {
        let agreement = self.registry().agreement(id).await?;
        if agreement.is_some_and(|agreement| agreement.kind == AgreementKind::Operator) {
            let regime = self.registry().regime();
            let rules = regime.matter.get(&MatterKind::Exit);
            let clause = regime.cite_clause(rules.map_or("setting", |rules| &rules.source));
            let what = "an operator's agreement ends by its exit, whose ground rests on records";
            let instead = "open a matter `exit` on it; to stop at once, an incident's `stop_service` suspends it";
            let reasons = Reasons::one(Reason::new(reasons::ENDS_BY_EXIT, what, clause, instead));
            let turn = self.registry().turn().await?;
            return self.refuse(turn, actor, "agreement.ending_refused", id.as_str(), reasons).await;
        }
        Ok(self.registry().terminate_agreement(actor, id, ground).await?)
    }

    /// CAS-111, CAS-114 to CAS-116 against a move that the matter has now.
    pub(crate) async fn against_ending(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        named: &MatterMove,
    ) -> Result<Vec<Reason>> {
        let mut found = Vec::new();
        match (matter.kind, named.name.as_str()) {
            (MatterKind::Exit, "confirm" | "end_access") => {
                found.extend(self.not_run_out(turn, matter, named).await?);
                if named.name == "confirm" {
                    found.extend(self.no_target_missed(turn, matter, named).await?);
                }
            }
            (MatterKind::Exit, "close") => found.extend(self.handover_open(turn, matter).await?),
            (MatterKind::EntityOnboarding, "remove") => found.extend(self.no_standard(turn, matter, named).await?),
            _ => {}
        }
        Ok(found)
    }

    /// CAS-114: an agreement does not run out before its day.
    async fn not_run_out(&self, turn: &mut Turn, matter: &Matter, named: &MatterMove) -> Result<Option<Reason>> {
        if told(matter, named, GROUND) != Some(EXPIRY) {
            return Ok(None);
        }
        let agreement = self.registry().agreement_in(turn, &matter.subject).await?;
        let today = turn.change().now().day();
        Ok((today <= agreement.until).then(|| {
            let what = format!("the agreement runs to {}", agreement.until);
            let regime = self.registry().regime();
            let instead = "wait for the day after, or name the ground on which it ends before";
            regime.reason(reasons::NOT_RUN_OUT, &regime.agreement.exit_grounds, what, instead)
        }))
    }

    /// CAS-115: where agreements state targets, one that was missed.
    async fn no_target_missed(&self, turn: &mut Turn, matter: &Matter, named: &MatterMove) -> Result<Option<Reason>> {
        let regime = self.registry().regime();
        let Some(rule) = &regime.agreement.targets_min else { return Ok(None) };
        if told(matter, named, GROUND) != Some(TARGETS) {
            return Ok(None);
        }
        let views = self.targets_in(turn, &matter.subject).await?;
        Ok((!views.iter().any(|view| view.state == TargetState::Missed)).then(|| {
            let what = "no operating target of the agreement is on record as missed";
            let instead = "record what was measured of the target after its day, or name another ground";
            regime.reason(reasons::NO_TARGET_MISSED, rule, what, instead)
        }))
    }

    /// CAS-116: where a removal names a standard, it stands in the operator's own rules.
    async fn no_standard(&self, turn: &mut Turn, matter: &Matter, named: &MatterMove) -> Result<Option<Reason>> {
        let Some(contents) = matter.rules.contents_at("remove").find(|one| one.keys.iter().any(|key| key == STANDARD))
        else {
            return Ok(None);
        };
        let (Some(standard), Some(operator)) = (told(matter, named, STANDARD), &matter.counterparty) else {
            // That it is missing is told as CAS-027.
            return Ok(None);
        };
        let rules = self.registry().entity_rules_in(turn, operator).await?;
        let part = rules.as_ref().and_then(|paper| paper.particulars.get(&Particular::ExitPart));
        Ok((!part.is_some_and(|part| part.contains(standard))).then(|| {
            let what = "the fact `exit_standard` does not stand in the exit standards of the operator's rules on file";
            let clause = self.registry().regime().cite_clause(&contents.source);
            let instead = "quote one of them as it stands there, or put a newer version of the rules on file first";
            Reason::new(reasons::NOT_A_STANDARD, what, clause, instead)
        }))
    }

    /// The operator's rules on file join what an admission's opening and decisions rest
    /// on, so that the version under which each was made stays known.
    pub(crate) async fn with_rules_on_file(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        at: &str,
        mut cites: Vec<String>,
    ) -> Result<Vec<String>> {
        let is_decided = ["open", "review", "refuse", "admit", "suspend", "remove"].contains(&at);
        let operator = matter.counterparty.as_ref().filter(|_| matter.kind == MatterKind::EntityOnboarding);
        let Some(operator) = operator.filter(|_| is_decided) else { return Ok(cites) };
        let rules = self.registry().entity_rules_in(turn, operator).await?;
        cites.extend(rules.map(|paper| paper.id.to_string()));
        cites.sort();
        cites.dedup();
        Ok(cites)
    }

    /// What a move of an exit does beside ending the agreement: the list of what is
    /// handed over, and deliveries that go on until that is done.
    pub(crate) async fn exit_moved(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        transition: &Transition,
        ended: &[String],
    ) -> Result<()> {
        if matter.kind != MatterKind::Exit {
            return Ok(());
        }
        let agreement = AgreementId::parse(&matter.subject)
            .map_err(|error| CaseworkError::Damaged { id: matter.id.to_string(), what: error.to_string() })?;
        if transition.effects.contains(&Effect::EndAccess) {
            self.list_handover(turn, matter, &agreement).await?;
            // What a rectification or an incident cut off before stays so.
            if ended.contains(&matter.subject) {
                self.let_deliveries_go_on(turn, matter, &agreement).await?;
            }
        }
        if matter.machine().is_final(transition.to) {
            enact::deliveries_end(turn, &agreement).await?;
        }
        Ok(())
    }

    /// (CS26 六: 确保交割期间已有服务平稳过渡.)
    async fn let_deliveries_go_on(&self, turn: &mut Turn, matter: &Matter, agreement: &AgreementId) -> Result<()> {
        let Some(days) = &matter.rules.deliveries_go_on_days else { return Ok(()) };
        let last = turn.change().now().day().saturating_add(jiff::Span::new().days(i64::from(days.value)));
        enact::deliveries_go_on(turn, agreement, &matter.id, last).await?;
        Ok(())
    }

    /// CAS-119: what people of an operator whose last agreement has ended are refused,
    /// beyond what they need to hand over and to settle.
    pub async fn against_former_operator(&self, organisation: &OrganisationId) -> Result<Option<Reason>> {
        let Some((agreement, at)) = self.registry().operated_until(organisation).await? else { return Ok(None) };
        let regime = self.registry().regime();
        let what = format!("the agreement {agreement} ended at {at}, and with it what its operator may do here");
        let instead = "hand over, prove the deletion and settle; for more, conclude a new agreement";
        Ok(Some(regime.reason(reasons::OPERATOR_CLOSED, &regime.agreement.access_ends_with_it, what, instead)))
    }
}

/// A ground as a fact.
fn on_ground(ground: &str) -> Facts {
    Facts::from([(GROUND.to_owned(), ground.to_owned())])
}
