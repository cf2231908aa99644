//! What is followed in a matter: times that are told, the steps of the plan that it
//! started, the officer whom a dossier names, results that are kept inside.
//!
//! INVARIANT (step by step): a plan counts as carried out when each of its steps was
//! told once, and only steps that stand in it can be told.
//!
//! Not here: which of these a jurisdiction asks for (`regime::PlanRule` and its like).

use std::collections::BTreeSet;
use std::str::FromStr;

use shuyu_model::matter::{Effect, Guard, Transition};
use shuyu_model::regime::{MatterRules, PLAN_STEP, Particular, plan_steps};
use shuyu_model::{Reason, Regime, Time};
use shuyu_registry::{Turn, enact};

use super::cites::Cited;
use super::discovery::DISCOVERED_AT;
use super::{Facts, Matter, MatterMove, Moved};
use crate::{Casework, CaseworkError, reasons};

/// A time as it is told: `2026-03-05T08:30:00+08:00`.
pub(crate) fn told_time(told: &str) -> Option<Time> {
    jiff::Timestamp::from_str(told.trim()).ok().map(|at| Time(at.as_microsecond()))
}

/// CAS-155: each told time that is none, or lies ahead; the moment of a discovery is one
/// under every document.
pub(crate) fn against_times(regime: &Regime, rules: &MatterRules, facts: &Facts, now: Time) -> Vec<Reason> {
    let is_wrong = |told: &String| told_time(told).is_none_or(|at| now < at);
    let mut keys: Vec<(&str, &str)> =
        rules.times.iter().map(|time| (time.key.as_str(), time.source.as_str())).collect();
    if keys.iter().all(|(key, _)| *key != DISCOVERED_AT) {
        keys.push((DISCOVERED_AT, rules.source.as_str()));
    }
    let wrong = keys.into_iter().filter(|(key, _)| facts.get(*key).is_some_and(is_wrong));
    wrong
        .map(|(key, source)| {
            let what = format!("the fact `{key}` is no time that has passed 所载时间无效或晚于当前");
            let instead = "write the time with its zone, as in 2026-03-05T08:30:00+08:00";
            Reason::new(reasons::TOLD_TIME, what, regime.cite_clause(source), instead)
        })
        .collect()
}

/// When what a matter is about was found: the first time that its rules ask for, or the
/// moment of a discovery.
pub(crate) fn found_at(matter: &Matter) -> Option<Time> {
    let key = matter.rules.times.first().map_or(DISCOVERED_AT, |time| time.key.as_str());
    matter.facts.get(key).and_then(|told| told_time(told))
}

/// CAS-156, CAS-157: a step that stands in no plan that the matter cites, and a move that
/// waits for steps which nobody has taken. Upholds INVARIANT (step by step).
pub(crate) fn against_steps(
    regime: &Regime,
    matter: &Matter,
    named: &MatterMove,
    history: &[Moved],
    cited: &[Cited],
) -> Vec<Reason> {
    let Some(plan) = &matter.rules.plan else { return Vec::new() };
    let texts: Vec<&String> = cited.iter().filter_map(|cited| cited.told(Particular::Steps.word())).collect();
    let steps: Vec<&str> = texts.iter().flat_map(|text| plan_steps(text)).collect();
    let clause = || regime.cite_clause(&plan.source);
    let mut found = Vec::new();
    if named.name == plan.steps_at
        && let Some(told) = named.facts.get(PLAN_STEP)
        && !steps.contains(&told.trim())
    {
        let what = "the fact `plan_step` is no step of the plan that was started 所述步骤不在已启动的预案中";
        let instead = match steps.is_empty() {
            true => "start the plan first and cite it".to_owned(),
            false => format!("tell one of: {}", steps.join(", ")),
        };
        found.push(Reason::new(reasons::NO_SUCH_STEP, what, clause(), instead));
    }
    if plan.before.contains(&named.name) {
        let taken: BTreeSet<&str> =
            history.iter().filter_map(|moved| moved.facts.get(PLAN_STEP)).map(|told| told.trim()).collect();
        let left: Vec<&str> = steps.into_iter().filter(|step| !taken.contains(step)).collect();
        if !left.is_empty() {
            let what = format!("steps of the plan have not been taken 预案步骤尚未完成: {}", left.join(", "));
            let instead = format!("take each of them by `{}`", plan.steps_at);
            found.push(Reason::new(reasons::STEPS_LEFT, what, clause(), instead));
        }
    }
    found
}

impl Casework {
    /// CAS-155 to CAS-159 against a move.
    pub(crate) async fn against_followed(
        &self,
        turn: &mut Turn,
        known: &shuyu_model::Actor,
        matter: &Matter,
        named: &MatterMove,
        leads: &Transition,
        (history, cited): (&[Moved], &[Cited]),
    ) -> Result<Vec<Reason>, CaseworkError> {
        let regime = self.registry().regime();
        let mut found = against_times(regime, &matter.rules, &named.facts, self.registry().ledger().now());
        found.extend(against_steps(regime, matter, named, history, cited));
        let guards = matter.machine().row(&named.name).map(|row| row.guards).unwrap_or_default();
        if guards.contains(&Guard::TheOfficer) {
            found.extend(self.not_the_officer(turn, known, matter).await?);
        }
        let ends = matter.machine().is_final(leads.to) && !leads.effects.contains(&Effect::Clear);
        let has_clearing = matter.rules.has_move("clear_results");
        if ends && has_clearing && !enact::results_held(turn, &matter.id).await?.is_empty() {
            let what = "what was made under it is still quarantined 加工成果仍在隔离";
            let clause = regime.cite_clause(&matter.rules.source);
            found.push(Reason::new(reasons::RESULTS_HELD, what, clause, "clear it by `clear_results` first"));
        }
        Ok(found)
    }

    /// CAS-158.
    async fn not_the_officer(
        &self,
        turn: &mut Turn,
        known: &shuyu_model::Actor,
        matter: &Matter,
    ) -> Result<Option<Reason>, CaseworkError> {
        let officer = self.registry().officer_of_in(turn, &known.organisation).await?;
        let Some(person) = officer.and_then(|officer| officer.person) else { return Ok(None) };
        Ok((person != known.person).then(|| {
            let what = "the dossier names another person as security officer 应由档案所载安全负责人说明";
            let clause = self.registry().regime().cite_clause(&matter.rules.source);
            Reason::new(reasons::NOT_THE_OFFICER, what, clause, "leave it to that officer, or enter a newer paper")
        }))
    }
}
