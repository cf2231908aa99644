//! Tables that several kinds have.

use shuyu_delivery::{ProductKind, ProductState};
use shuyu_model::id::OrganisationId;
use shuyu_model::{Day, UseKind};
use shuyu_registry::{Agreement, AgreementKind, Resource, ScenarioState};

use super::{Desk, Result};
use crate::document::{Cell, Section, Table};
use crate::records::Uses;

pub(super) fn use_title(kind: UseKind) -> &'static str {
    match kind {
        UseKind::PublicGovernance => "公共治理",
        UseKind::PublicWelfare => "公益事业",
        UseKind::Industry => "产业发展、行业发展",
    }
}

fn product_title(kind: ProductKind) -> &'static str {
    match kind {
        ProductKind::Lookup => "核验查询",
        ProductKind::Dataset => "数据集",
        ProductKind::Report => "数据报告",
        ProductKind::Model => "数据模型",
    }
}

pub(super) fn agreement_title(kind: AgreementKind) -> &'static str {
    match kind {
        AgreementKind::Operator => "授权运营协议",
        AgreementKind::Processing => "加工授权协议",
        AgreementKind::Development => "开发利用协议",
    }
}

/// `2026年1月1日至2027年12月31日`.
pub(super) fn term(from: Day, until: Day) -> String {
    format!("{}至{}", Cell::Day(from).shown(), Cell::Day(until).shown())
}

impl Desk<'_> {
    /// What an agreement covers, in titles.
    pub(super) fn scope(&self, agreement: &Agreement) -> String {
        let titles: Vec<&str> = match &agreement.scenario {
            Some(id) => self.records.resources_of(id).into_iter().map(|id| self.records.resource_title(id)).collect(),
            None => agreement.resources.iter().map(|id| self.records.resource_title(id)).collect(),
        };
        titles.join("、")
    }

    /// Who is authorised what, in which scope, until when (授权对象、内容、范围、时限).
    pub(super) fn authorised(&mut self, heading: &str, from: Day, until: Day, of: Option<&OrganisationId>) {
        let mut table = Table::of(["授权方", "授权对象", "授权内容", "授权范围", "授权时限"]);
        let mut ids = Vec::new();
        for agreement in self.records.agreements_between(from, until) {
            if of.is_some_and(|of| agreement.grantor != *of && agreement.grantee != *of) {
                continue;
            }
            let what = match &agreement.scenario {
                Some(id) => format!("{}（{}）", agreement_title(agreement.kind), self.records.scenario_title(id)),
                None => agreement_title(agreement.kind).to_owned(),
            };
            ids.push(agreement.id.to_string());
            table.rows.push(vec![
                Cell::text(self.records.name(&agreement.grantor)),
                Cell::text(self.records.name(&agreement.grantee)),
                Cell::text(what),
                Cell::text(self.scope(agreement)),
                Cell::text(term(agreement.from, agreement.until)),
            ]);
        }
        self.content.sections.push(Section::table(heading, table));
        self.made_from("协议登记");
    }

    /// The scenarios of an operator, or all, that were approved by the period's end.
    pub(super) fn scenarios(&mut self, heading: &str, until: Day, of: Option<&OrganisationId>) {
        let mut table = Table::of(["场景", "运营机构", "用途", "使用的数据资源", "字段数", "批准日期", "状态"]);
        for scenario in self.records.scenarios.values() {
            let approved = scenario.approved_at.map(|at| at.day()).filter(|day| *day <= until);
            let (Some(approved), true) = (approved, of.is_none_or(|of| scenario.operator == *of)) else { continue };
            let titles: Vec<&str> =
                scenario.resources().into_iter().map(|id| self.records.resource_title(id)).collect();
            let state = if scenario.state == ScenarioState::Withdrawn { "已撤回" } else { "已批准" };
            table.rows.push(vec![
                Cell::text(&scenario.title),
                Cell::text(self.records.name(&scenario.operator)),
                Cell::text(use_title(scenario.use_kind)),
                Cell::text(titles.join("、")),
                Cell::Count(i64::try_from(scenario.fields.len()).unwrap_or(i64::MAX)),
                Cell::Day(approved),
                Cell::text(state),
            ]);
        }
        self.content.sections.push(Section::table(heading, table));
        self.made_from("场景登记");
    }

    /// What an operator offers, or all, as published by the period's end.
    pub(super) fn products(&mut self, heading: &str, until: Day, of: Option<&OrganisationId>) {
        let mut table = Table::of(["产品和服务", "运营机构", "形态", "应用场景", "发布日期", "需个人授权", "状态"]);
        for product in self.records.products.values() {
            let published = product.published_at.day();
            if until < published || of.is_some_and(|of| product.operator != *of) {
                continue;
            }
            let is_offered = product.state == ProductState::Offered;
            table.rows.push(vec![
                Cell::text(&product.title),
                Cell::text(self.records.name(&product.operator)),
                Cell::text(product_title(product.kind)),
                Cell::text(self.records.scenario_title(&product.scenario)),
                Cell::Day(published),
                Cell::text(if product.needs_consent { "是" } else { "否" }),
                Cell::text(if is_offered { "提供中" } else { "已下架" }),
            ]);
        }
        self.content.sections.push(Section::table(heading, table));
        self.made_from("产品登记");
    }

    /// What was used: resource, scenario, calls, period (XN25-5-4). `with_entities`
    /// tells who used it; the public is not told.
    pub(super) fn usage(
        &mut self,
        heading: &str,
        uses: &Uses,
        wanted: impl Fn(&shuyu_delivery::Subscription) -> bool,
        readers: Readers,
    ) {
        let mut sums: std::collections::BTreeMap<Vec<String>, (i64, i64)> = std::collections::BTreeMap::new();
        for ((id, use_kind), used) in uses {
            let Some(subscription) = self.records.subscriptions.get(id).filter(|one| wanted(one)) else { continue };
            let resources = self.records.resources_of(&subscription.scenario);
            let titles: Vec<&str> = resources.into_iter().map(|id| self.records.resource_title(id)).collect();
            let mut key = vec![
                titles.join("、"),
                self.records.scenario_title(&subscription.scenario).to_owned(),
                self.records.product_title(&subscription.product).to_owned(),
                use_title(*use_kind).to_owned(),
            ];
            if readers == Readers::Parties {
                key.push(self.records.name(&subscription.entity).to_owned());
            }
            let sum = sums.entry(key).or_default();
            sum.0 = sum.0.saturating_add(used.calls);
            sum.1 = sum.1.saturating_add(used.units);
        }
        let mut table = match readers {
            Readers::Everybody => Table::of(["数据资源", "应用场景", "产品和服务", "用途", "调用次数", "计量数"]),
            Readers::Parties => {
                Table::of(["数据资源", "应用场景", "产品和服务", "用途", "使用单位", "调用次数", "计量数"])
            }
        };
        for (key, (calls, units)) in sums {
            let mut row: Vec<Cell> = key.into_iter().map(Cell::text).collect();
            row.extend([Cell::Count(calls), Cell::Count(units)]);
            table.rows.push(row);
        }
        self.content.sections.push(Section::table(heading, table));
        self.made_from("访问日志");
    }

    /// Matters of some kinds that the issuer may see, opened in these days.
    pub(super) async fn matters(
        &mut self,
        heading: &str,
        kinds: &[shuyu_model::matter::MatterKind],
        from: Day,
        until: Day,
    ) -> Result<()> {
        let mut table = Table::of(["类别", "事项", "所涉单位", "提出日期", "状态", "办结日期"]);
        for kind in kinds {
            for item in self.stations.matters(self.actor, *kind).await? {
                let opened = item.opened_at.day();
                if opened < from || until < opened {
                    continue;
                }
                let organisation = item.subject_organisation.as_ref().map(|id| self.records.name(id));
                table.rows.push(vec![
                    Cell::text(kind.machine().title),
                    Cell::text(&item.title),
                    organisation.map_or(Cell::Nothing, Cell::text),
                    Cell::Day(opened),
                    Cell::text(&item.state_title),
                    Cell::day(item.ended_at.map(|at| at.day())),
                ]);
            }
        }
        self.content.sections.push(Section::table(heading, table));
        self.made_from("事项登记");
        Ok(())
    }

    /// Resources with what is registered about them.
    pub(super) fn resources<'r>(&self, resources: impl Iterator<Item = &'r Resource>) -> Table {
        let mut table = Table::of(["数据资源", "数源单位", "内容", "字段数", "更新周期（天）", "登记日期", "有效期止"]);
        for resource in resources {
            table.rows.push(vec![
                Cell::text(&resource.title),
                Cell::text(self.records.name(&resource.source)),
                Cell::text(&resource.description),
                Cell::Count(i64::try_from(resource.columns.len()).unwrap_or(i64::MAX)),
                Cell::Count(i64::from(resource.update_every_days)),
                Cell::day(resource.registered_at.map(|at| at.day())),
                Cell::day(resource.registered_until.map(|at| at.plus_micros(-1).day())),
            ]);
        }
        table
    }
}

/// Who will read a statement of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Anybody.
    Everybody,
    /// Those whose it is.
    Parties,
}
