//! A document as a page that needs nothing from elsewhere: no script, no picture,
//! one style inside it.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{PREVIEW, heading, source_lines};
use crate::document::{Cell, Document, Section, chinese_day};

/// The style inside each page. The server allows exactly this one, by its hash.
pub const STYLE: &str = include_str!("document.css");

/// The page.
pub(super) fn render(document: &Document, digest: &str) -> String {
    let content = &document.content;
    let page = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (content.title) }
                // A constant of ours, which holds no text of a record.
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (content.title) }
                    p class="number" { (document.number.as_deref().unwrap_or(PREVIEW)) }
                    @if let Some(addressee) = &content.addressee { p class="addressee" { (addressee) "：" } }
                    @if !content.facts.is_empty() {
                        table class="facts" {
                            tbody {
                                @for fact in &content.facts { tr { th scope="row" { (fact.label) } (cell(&fact.value)) } }
                            }
                        }
                    }
                    @for (index, part) in content.sections.iter().enumerate() { (section(index, part)) }
                    @if !content.notes.is_empty() {
                        section class="notes" { h2 { "说明" } @for note in &content.notes { p { (note) } } }
                    }
                    p class="signed" { (document.issuer) br; (chinese_day(document.day)) }
                }
                footer { @for line in source_lines(document, digest) { p { (line) } } }
            }
        }
    };
    page.into_string()
}

fn section(index: usize, part: &Section) -> Markup {
    html! {
        section {
            h2 { (heading(index, &part.heading)) }
            @for paragraph in &part.paragraphs { p { (paragraph) } }
            @if let Some(table) = &part.table {
                table {
                    thead { tr { th scope="col" { "序号" } @for head in &table.heads { th scope="col" { (head) } } } }
                    tbody {
                        @for (row, cells) in table.rows.iter().enumerate() {
                            tr { td class="figure" { (row.saturating_add(1)) } @for one in cells { (cell(one)) } }
                        }
                    }
                }
            }
        }
    }
}

fn cell(cell: &Cell) -> Markup {
    html! { td class=[cell.is_figure().then_some("figure")] { (cell.shown()) } }
}
