//! 预期产品和服务清单: what the applications for scenarios plan, class by class: what
//! supports governance and public good, and what supports industry. An operator lists its
//! own, the agency all.

use shuyu_model::{Role, UseKind};
use shuyu_registry::{PlannedForm, ScenarioState};

use super::Desk;
use super::parts::use_title;
use crate::document::{Cell, Section, Table};

/// The two classes of the list, each with the kinds of use that it has.
const CLASSES: [(&str, &[UseKind]); 2] = [
    ("支持公共治理、公益事业", &[UseKind::PublicGovernance, UseKind::PublicWelfare]),
    ("支持产业发展、行业发展", &[UseKind::Industry]),
];

fn form_title(form: PlannedForm) -> &'static str {
    match form {
        PlannedForm::Dataset => "数据集",
        PlannedForm::Interface => "接口",
        PlannedForm::Report => "报告",
        PlannedForm::Model => "模型",
        PlannedForm::Service => "服务",
    }
}

pub(super) fn write(desk: &mut Desk<'_>) {
    let is_all = desk.actor.is(Role::Agency);
    let own = &desk.actor.organisation;
    let mut count = 0_i64;
    let mut sections = Vec::new();
    for (title, kinds) in CLASSES {
        let mut table = Table::of(["产品或服务", "形式", "支持", "应用场景", "状态"]);
        let scenarios = desk.records.scenarios.values().filter(|scenario| is_all || scenario.operator == *own);
        for scenario in scenarios.filter(|scenario| scenario.state != ScenarioState::Withdrawn) {
            for product in scenario.plan.products.iter().filter(|product| kinds.contains(&product.class)) {
                table.rows.push(vec![
                    Cell::text(&product.title),
                    Cell::text(form_title(product.form)),
                    Cell::text(use_title(product.class)),
                    Cell::text(&scenario.title),
                    Cell::text(if scenario.state == ScenarioState::Approved { "已通过" } else { "申请中" }),
                ]);
                count = count.saturating_add(1);
            }
        }
        sections.push(Section::table(title, table));
    }
    desk.content.fact("截至", Cell::Day(desk.today));
    desk.content.fact("产品和服务数", Cell::Count(count));
    desk.content.sections.extend(sections);
    desk.made_from("应用场景申请");
    let clause = match &desk.regime.scenario.plan_required {
        Some(rule) => desk.regime.cite(rule),
        None => desk.regime.cite_role(Role::Operator),
    };
    desk.cites(clause);
}
