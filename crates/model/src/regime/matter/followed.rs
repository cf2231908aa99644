//! What a jurisdiction wants to be followed in a matter: who is told of a move and
//! answers that it knows, which facts are times, which plan is carried out step by step.
//!
//! INVARIANT (fulfillable): what is named here are moves that the jurisdiction has.
//!
//! Not here: sending, checking and counting (`casework::notices`, `casework::matter`).

use serde::{Deserialize, Serialize};

use super::{Faults, MatterRules, OPENING, Sourced, is_key};
use crate::actor::Role;
use crate::matter::MatterKind;

/// Who is told of a move at once, each organisation by itself, and says that it knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeRule {
    /// At which move; [`OPENING`] for the opening.
    pub at: String,
    /// Every organisation that holds one of these roles.
    #[serde(default)]
    pub to: Vec<Role>,
    /// The organisation that the matter is about, too.
    #[serde(default)]
    pub concerned: bool,
    /// Working days in which each says that it knows.
    pub working_days_max: Sourced<u16>,
    /// The clause that asks for it.
    pub source: String,
}

/// A fact that is a time: it has passed, and what follows is counted from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldTime {
    /// Which fact.
    pub key: String,
    /// The clause that counts from it.
    pub source: String,
}

/// A plan on file, cited when it is started, whose steps are taken one by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRule {
    /// The move that takes a step; it tells which in the fact `plan_step`.
    pub steps_at: String,
    /// The moves that wait for all of them.
    pub before: Vec<String>,
    /// The clause that asks for it.
    pub source: String,
}

/// The fact that names a step of the plan.
pub const PLAN_STEP: &str = "plan_step";

impl MatterRules {
    /// Whether a move of this name is one of those that the jurisdiction has.
    pub fn has_move(&self, word: &str) -> bool {
        self.moves.iter().any(|rule| rule.word == word)
    }

    /// Who is told of a move, or of the [`OPENING`].
    pub fn notices_at<'a>(&'a self, at: &'a str) -> impl Iterator<Item = &'a NoticeRule> + 'a {
        self.notices.iter().filter(move |rule| rule.at == at)
    }
}

pub(super) fn faults_of(name: &str, kind: MatterKind, rules: &MatterRules, faults: &mut Faults) {
    let is_there = |word: &str| word == OPENING || rules.has_move(word);
    for rule in &rules.notices {
        let at = format!("{name} notices at `{}`", rule.at);
        if !is_there(&rule.at) {
            faults.named(format!("{at}: there is no such move here"));
        }
        if (rule.to.is_empty() && !rule.concerned) || rule.source.trim().is_empty() {
            faults.named(format!("{at} need somebody (`to` or `concerned`) and a clause (`source`)"));
        }
        if rule.to.iter().any(|role| role.is_platform_admin() || *role == Role::Subject) {
            faults.named(format!("{at} go to a role that receives none; name a body or a party"));
        }
    }
    for told in &rules.times {
        if !is_key(&told.key) || told.source.trim().is_empty() {
            faults.named(format!("{name} times: `{}` needs to be a key, with a clause (`source`)", told.key));
        }
    }
    if let Some(plan) = &rules.plan {
        for word in std::iter::once(&plan.steps_at).chain(&plan.before).filter(|word| !rules.has_move(word)) {
            faults.named(format!("{name} plan: there is no move `{word}` here"));
        }
        let tells = rules.contents_at(&plan.steps_at).any(|contents| contents.keys.iter().any(|key| key == PLAN_STEP));
        if !tells || plan.before.is_empty() || plan.source.trim().is_empty() {
            faults.named(format!(
                "{name} plan needs `{PLAN_STEP}` among the contents at `{}`, `before` and a clause (`source`)",
                plan.steps_at
            ));
        }
    }
    if rules.at_once.is_some() && kind != MatterKind::Incident {
        faults.named(format!("{name}: `at_once` belongs to `matter.incident`"));
    }
    if rules.at_once.is_some() && !rules.has_move("stop_service") {
        faults.named(format!("{name}: `at_once` needs the move `stop_service`"));
    }
}
