//! The public list of selections (遴选公示): each that was announced, and from the day of
//! its notice who is chosen. Chinese with English beside it; no script.

use maud::{DOCTYPE, html};
use shuyu_model::candidacy::ChosenAs;

use crate::app::App;
use crate::error::Problem;

/// The list.
pub(crate) async fn render(app: &App) -> Result<String, Problem> {
    let all = app.casework().public_selections().await?;
    let regime = app.registry().regime();
    let chosen_as = |chosen: ChosenAs| chosen.zh();
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "遴选公示 · Selections" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header {
                    h1 { "遴选公示" span lang="en" { "Selections" } }
                    p { "依据《" (regime.title) "》。" a href="/" { "返回首页" } }
                }
                main {
                    section {
                        h2 { "遴选" small { (all.len()) } span lang="en" { "Selections" } }
                        @if all.is_empty() { p class="none" { "暂无 None yet." } } @else {
                            table {
                                thead { tr {
                                    th { "名称 Title" } th { "组织单位 Held by" } th { "遴选 For" } th { "实施方案 Scheme" }
                                    th { "状态 State" } th { "入选 Chosen" } th { "公示期 Notice" } th { "确定日期 Chosen on" }
                                } }
                                tbody {
                                    @for one in &all {
                                        tr {
                                            td { (one.title) }
                                            td { (one.held_by) }
                                            td { (chosen_as(one.chosen_as)) }
                                            td {
                                                @if let Some(scheme) = &one.scheme { code { (scheme) } }
                                                @if let Some(publication) = &one.publication { p { (publication) } }
                                            }
                                            td { (one.state_title) }
                                            td { @if let Some(name) = &one.chosen { (name) } }
                                            td {
                                                @if let Some(from) = one.notice_from {
                                                    span.day { (from) }
                                                    @if let Some(until) = one.notice_until { " – " span.day { (until) } }
                                                }
                                            }
                                            td { @if let Some(on) = one.chosen_on { span.day { (on) } } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                footer { p { "数据截至 As of " (app.ledger().now()) } }
            }
        }
    };
    Ok(page.into_string())
}
