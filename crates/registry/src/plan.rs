//! What an application for a scenario says beside its title, its purpose and its fields:
//! for whom, until when, to what effect, what is to come of it, and what it rests on.
//!
//! INVARIANT (time binds): nothing is read after the day that the application names for
//! the use of data, and nothing is delivered after the one of its service.
//!
//! Not here: whether the demand is confirmed and the scheme in force (`casework`).

use serde::{Deserialize, Serialize};
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::regime::Sourced;
use shuyu_model::regime::words::{Body, ScenarioPart};
use shuyu_model::{Day, Reason, Regime, Role, UseKind};

use crate::decide::Asked;
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::permit::Act;
use crate::reasons::{self, cut, names};
use crate::{Scenario, ScenarioState};

/// The longest text of a plan, in characters.
pub const PLAN_CHARS_MAX: usize = 2000;
/// The most products that one plans.
pub const PLANNED_PRODUCTS_MAX: usize = 50;

/// In which form a product is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedForm {
    /// 数据集.
    Dataset,
    /// 接口.
    Interface,
    /// 报告.
    Report,
    /// 模型.
    Model,
    /// 服务.
    Service,
}

/// A product or service that is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedProduct {
    /// What people call it.
    pub title: String,
    /// In which form it is to come.
    pub form: PlannedForm,
    /// What it supports: governance and public good, or industry.
    pub class: UseKind,
}

/// What an application says; a part that is not said is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plan {
    /// Whom it serves.
    pub users: Option<String>,
    /// What the service covers.
    pub service_scope: Option<String>,
    /// The last day of the service.
    pub service_until: Option<Day>,
    /// What is expected of it.
    pub effect: Option<String>,
    /// How the data is used.
    pub manner: Option<String>,
    /// The last day on which data is read for it.
    pub data_until: Option<Day>,
    /// The products and services that are planned.
    pub products: Vec<PlannedProduct>,
    /// Of which type of the document's list the operation is.
    pub operation_type: Option<String>,
    /// The data demand that it answers.
    pub demand: Option<MatterId>,
    /// The scheme that it carries out.
    pub scheme: Option<MatterId>,
    /// The entity that brought it; whoever drafts it, where that is not the operator.
    pub proposed_by: Option<OrganisationId>,
}

impl Plan {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn faults(&self, faults: &mut Vec<String>) {
        let texts = [
            ("plan.users", &self.users),
            ("plan.service_scope", &self.service_scope),
            ("plan.effect", &self.effect),
            ("plan.manner", &self.manner),
            ("plan.operation_type", &self.operation_type),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                text_fault(name, text, PLAN_CHARS_MAX, faults);
            }
        }
        if self.products.len() > PLANNED_PRODUCTS_MAX {
            faults.push(format!("`plan.products` are more than {PLANNED_PRODUCTS_MAX}"));
        }
        for product in self.products.iter().take(PLANNED_PRODUCTS_MAX) {
            text_fault("plan.products.title", &product.title, NAME_CHARS_MAX, faults);
        }
    }

    fn says(&self, part: ScenarioPart) -> bool {
        match part {
            ScenarioPart::Users => self.users.is_some(),
            ScenarioPart::Scope => self.service_scope.is_some(),
            ScenarioPart::Term => self.service_until.is_some(),
            ScenarioPart::EffectExpected => self.effect.is_some(),
            ScenarioPart::Manner => self.manner.is_some(),
            ScenarioPart::DataUntil => self.data_until.is_some(),
            ScenarioPart::Products => !self.products.is_empty(),
            ScenarioPart::OperationType => self.operation_type.is_some(),
            ScenarioPart::Demand => self.demand.is_some(),
            ScenarioPart::Scheme => self.scheme.is_some(),
            ScenarioPart::ProposedBy => self.proposed_by.is_some(),
        }
    }

    /// The last day of an act under it, where it names one.
    pub(crate) fn last_day(&self, act: Act) -> Option<Day> {
        let service = self.service_until.filter(|_| matches!(act, Act::Deliver | Act::Use));
        service.into_iter().chain(self.data_until).min()
    }
}

/// Who drafts scenarios: operators; where the document lets entities propose and not
/// operators, those, and the operator passes on what they drafted.
pub fn drafters(regime: &Regime) -> &'static [Role] {
    let Some(proposers) = &regime.scenario.proposed_by else { return &[Role::Operator] };
    let names = |body: Body| proposers.value.contains(&body);
    match (names(Body::Operator), names(Body::Entity), names(Body::Anyone)) {
        (false, true, false) => &[Role::Entity],
        (_, true, _) | (_, _, true) => &[Role::Operator, Role::Entity],
        _ => &[Role::Operator],
    }
}

/// REG-092, REG-094, REG-095.
pub(crate) fn against(asked: &Asked<'_>, scenario: &Scenario, found: &mut Vec<Reason>) {
    let (regime, plan) = (asked.regime, &scenario.plan);
    if let Some(required) = &regime.scenario.plan_required {
        let missing = required.value.iter().filter(|part| !plan.says(**part));
        let missing: Vec<String> = missing.map(|part| format!("{} ({})", part.word(), part.zh())).collect();
        if !missing.is_empty() {
            let what = format!("the application does not say: {}", missing.join(", "));
            let instead = "say each of them in `plan`; `proposed_by` is whoever drafts it";
            found.push(regime.reason(reasons::PLAN_INCOMPLETE, required, what, instead));
        }
    }
    if let (Some(types), Some(told)) = (&regime.scenario.operation_types, &plan.operation_type)
        && !types.value.contains(told)
    {
        let what = format!("`{}` is no type of operation that the document lists", cut(told));
        let instead = format!("name one of: {}", types.value.join(", "));
        found.push(regime.reason(reasons::OPERATION_TYPE, types, what, instead));
    }
    one_scheme(asked, scenario, found);
}

/// REG-095: 一场景、一方案.
fn one_scheme(asked: &Asked<'_>, scenario: &Scenario, found: &mut Vec<Reason>) {
    let regime = asked.regime;
    let is_asked = |rule: &&Sourced<bool>| rule.value;
    let Some(rule) = regime.scenario.one_by_one.as_ref().filter(is_asked) else { return };
    let Some(scheme) = &scenario.plan.scheme else { return };
    let others = asked.world.scenarios.values().filter(|other| {
        other.id != scenario.id && other.state == ScenarioState::Approved && other.plan.scheme.as_ref() == Some(scheme)
    });
    let others: Vec<&str> = others.map(|other| other.title.as_str()).collect();
    if !others.is_empty() {
        let what = format!("the scheme {scheme} is carried out by another scenario: {}", names(&others));
        found.push(regime.reason(reasons::SCHEME_TAKEN, rule, what, "have a scheme of its own approved for it"));
    }
}

/// REG-093. Upholds INVARIANT (time binds).
pub(crate) fn over(asked: &Asked<'_>, act: Act, scenario: &Scenario, found: &mut Vec<Reason>) {
    let Some(last) = scenario.plan.last_day(act).filter(|last| *last < asked.now.day()) else { return };
    let regime = asked.regime;
    let what = format!("the scenario `{}` was applied for to {last}", scenario.title);
    let instead = "have a new scenario approved for the time after that day";
    let reason = match &regime.scenario.plan_required {
        Some(rule) => regime.reason(reasons::PLAN_TIME_OVER, rule, what, instead),
        None => regime.reason(reasons::PLAN_TIME_OVER, &regime.agreement.scope_is_binding, what, instead),
    };
    found.push(reason);
}
