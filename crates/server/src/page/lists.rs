//! The parts of the public page about catalogue versions, scenarios with the data that
//! they need, and products that the document announces.

use maud::{Markup, html};
use shuyu_model::Regime;
use shuyu_registry::{Catalogue, CatalogueKind, PublicScenario};

use crate::api::catalogues::PlannedProductView;

/// The published versions of the catalogue; nothing where the document has none.
pub(super) fn section_of_versions(regime: &Regime, versions: &[Catalogue]) -> Markup {
    let title = regime.terms.catalogue.as_ref().map_or("授权运营目录", |word| word.value.as_str());
    html! {
        @if regime.catalogue.is_some() {
            section {
                h2 { (title) small { (versions.len()) } span lang="en" { "Catalogue, in versions" } }
                @if versions.is_empty() { p.none { "暂无 None yet." } } @else {
                    table {
                        thead { tr { th { "目录 Catalogue" } th { "版本 Version" } th { "发布日期 Published" } th { "条目 Entries" } th { "状态 State" } } }
                        tbody {
                            @for version in versions {
                                tr {
                                    td { @match version.kind { CatalogueKind::Operating => { (title) }, CatalogueKind::Department => { (department(version)) } } }
                                    td { "第" (version.number) "版" }
                                    td { @if let Some(at) = version.published_at { span.day { (at.day()) } } }
                                    td { (version.entries.iter().map(|entry| entry.title.as_str()).collect::<Vec<_>>().join("、")) }
                                    td { @if version.state == shuyu_registry::CatalogueState::Published { "现行 in force" } @else { "已被替代 superseded" } }
                                }
                            }
                        }
                    }
                    p { "全文 In full: " a href="/v1/published_catalogues" { code { "/v1/published_catalogues" } } }
                }
            }
        }
    }
}

fn department(version: &Catalogue) -> String {
    let name = version.entries.first().map(|entry| entry.source_name.as_str()).unwrap_or_default();
    format!("{name}公共数据目录")
}

/// Approved scenarios, each with the fields that it needs.
pub(super) fn scenarios_table(scenarios: &[PublicScenario]) -> Markup {
    html! {
        table {
            thead { tr { th { "应用场景 Scenario" } th { "运营机构 Operator" } th { "所需数据 Data needed" } } }
            tbody {
                @for scenario in scenarios {
                    tr {
                        td { (scenario.title) }
                        td { (scenario.operator) }
                        td { @for used in &scenario.uses { p { (used.title) "（" (used.source) "）: " (used.fields.join("、")) } } }
                    }
                }
            }
        }
    }
}

/// The products that the document announces; nothing where it announces none.
pub(super) fn section_of_planned(planned: &[PlannedProductView]) -> Markup {
    html! {
        @if !planned.is_empty() {
            section {
                h2 { "拟提供的产品和服务" small { (planned.len()) } span lang="en" { "Products announced" } }
                table {
                    thead { tr { th { "产品 Product" } th { "批次 Batch" } th { "状态 State" } } }
                    tbody {
                        @for product in planned {
                            tr {
                                td { (product.name) }
                                td { "第" (product.batch) "批" }
                                td { @if product.state == "offered" { "已提供 offered" } @else { "拟提供 planned" } }
                            }
                        }
                    }
                }
            }
        }
    }
}
