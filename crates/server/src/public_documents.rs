//! The public list of documents: disclosures and catalogs, as issued, with their
//! numbers and digests (N27 17, 18). Chinese with English beside it; no script.

use maud::{DOCTYPE, html};
use shuyu_documents::{DocumentFilter, Shape};
use shuyu_registry::Page;

use crate::app::App;
use crate::error::Problem;

/// One page of the list.
pub(crate) async fn render(app: &App, page: &Page) -> Result<String, Problem> {
    let listing = app.documents().documents(None, &DocumentFilter::default(), page).await?;
    let registry = app.registry();
    let mut rows = Vec::new();
    for one in listing.items {
        let issuer = registry.organisation(&one.issuer).await?.map(|found| found.name.clone()).unwrap_or_default();
        rows.push((one, issuer));
    }
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "公共数据资源授权运营信息公开 · Public documents" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header {
                    h1 { "公共数据资源授权运营信息公开" span lang="en" { "Public documents" } }
                    p { "依据《" (registry.regime().title) "》。每份文件的摘要载入公开日志。" a href="/" { "返回首页" } }
                }
                main {
                    section {
                        h2 { "文件" small { (listing.total) } span lang="en" { "Documents" } }
                        @if rows.is_empty() { p class="none" { "暂无 None yet." } } @else {
                            table {
                                thead { tr {
                                    th { "文号 Number" } th { "标题 Title" } th { "签发单位 Issuer" }
                                    th { "签发日期 Issued" } th { "文件 Files" } th { "内容摘要 Digest" }
                                } }
                                tbody {
                                    @for (one, issuer) in &rows {
                                        tr {
                                            td { (one.number) }
                                            td {
                                                (one.title)
                                                @if one.superseded_by.is_some() { p { "已被替代 superseded" } }
                                            }
                                            td { (issuer) }
                                            td { span.day { (one.issued_at.day()) } }
                                            td {
                                                @for shape in Shape::ALL {
                                                    a href={ "/public/documents/" (one.id) "/" (shape.word()) } { (shape.word()) } " "
                                                }
                                            }
                                            td { code { (one.content_digest) } }
                                        }
                                    }
                                }
                            }
                        }
                        @if let Some(next) = &listing.next {
                            p { a href={ "/public/documents?cursor=" (next) } { "下一页 Next" } }
                        }
                    }
                }
                footer { p { "数据截至 As of " (app.ledger().now()) } }
            }
        }
    };
    Ok(page.into_string())
}
