//! The rules as values: what the rules in force say, each with its clause, and how they
//! differ from another document that is built in.
//!
//! Not here: what is carried of each clause (`clauses`), the rules above (`choosing`).

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shuyu_model::Regime;
use shuyu_model::regime::{Difference, Stated, diff, stated};
use shuyu_registry::rules::{codes, shipped};
use utoipa::{IntoParams, ToSchema};

use super::Stations;
use crate::endpoint::{Asked, Shown};
use crate::error::Problem;
use crate::shapes::shaped;

/// A value of the rules in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleValue {
    /// Its path: `agreement.years_max`.
    pub path: String,
    /// Whom it concerns, in Chinese.
    pub whom_zh: &'static str,
    /// What it is called, in Chinese.
    pub title_zh: String,
    /// What is said, in Chinese.
    pub text_zh: String,
    /// The clause that it comes from; null where the document gives none and the city chose.
    pub clause: Option<String>,
}

/// Everything that the rules in force say.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleValues {
    /// By path.
    pub items: Vec<RuleValue>,
}

/// With what the rules in force are compared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ComparisonAsked {
    /// The code of a document that is built in.
    #[serde(default)]
    pub with: Option<String>,
}

/// A document that is built in.
#[derive(Debug, Serialize, ToSchema)]
pub struct BuiltIn {
    /// Its code: `changsha-2026`.
    pub code: String,
    /// Its title.
    pub title: String,
}

/// Something on which two documents differ.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleDifference {
    /// The path.
    pub path: String,
    /// Whom it concerns, in Chinese.
    pub whom_zh: &'static str,
    /// What it is called, in Chinese.
    pub title_zh: String,
    /// The whole in one sentence, in Chinese.
    pub what_zh: String,
    /// What the rules in force say; null where they say nothing.
    pub here: Option<String>,
    /// What the other document says; null where it says nothing.
    pub there: Option<String>,
    /// The clauses of both.
    pub clauses: Vec<String>,
}

/// How the rules in force differ from another document.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesCompared {
    /// The documents with which they can be compared.
    pub others: Vec<BuiltIn>,
    /// With which they are; null where none was asked for.
    pub with: Option<BuiltIn>,
    /// On what they differ, by path; none where none was asked for.
    pub items: Vec<RuleDifference>,
}

shaped! { RuleValues => RuleValues, RulesCompared => RulesCompared }

/// Everything that the rules in force say.
pub async fn values(State(app): Stations) -> Result<Shown<RuleValues>, Problem> {
    let one =
        |Stated { path, whom_zh, title_zh, text, clause }| RuleValue { path, whom_zh, title_zh, text_zh: text, clause };
    Ok(Shown(RuleValues { items: stated(app.registry().regime()).into_iter().map(one).collect() }))
}

/// How the rules in force differ from another document.
pub async fn differences(
    State(app): Stations,
    Asked(asked): Asked<ComparisonAsked>,
) -> Result<Shown<RulesCompared>, Problem> {
    let here = app.registry().regime();
    let mut others = Vec::new();
    let mut chosen = None;
    for code in codes().filter(|code| *code != here.code) {
        let other = shipped(code).map_err(Problem::fault)?.regime;
        if asked.with.as_deref() == Some(code) {
            chosen = Some((named(&other), diff(here, &other)));
        }
        others.push(named(&other));
    }
    if asked.with.is_some() && chosen.is_none() {
        let known: Vec<&str> = others.iter().map(|other| other.code.as_str()).collect();
        return Err(Problem::malformed(format!("`with` names no other document; there are {}", known.join(", "))));
    }
    let (with, items) = chosen.map_or((None, Vec::new()), |(with, items)| (Some(with), items));
    let one = |Difference { path, whom_zh, title_zh, what_zh, a, b, clauses }| RuleDifference {
        path,
        whom_zh,
        title_zh,
        what_zh,
        here: a,
        there: b,
        clauses,
    };
    Ok(Shown(RulesCompared { others, with, items: items.into_iter().map(one).collect() }))
}

fn named(regime: &Regime) -> BuiltIn {
    BuiltIn { code: regime.code.clone(), title: regime.title.clone() }
}
