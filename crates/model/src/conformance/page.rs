//! The rows as one page for people: Chinese first, English beside it.
//!
//! INVARIANT (escaped): every text that did not stand in this file goes through
//! [`escape`].
//! INVARIANT (no script): the page holds none and loads nothing; the filter is
//! an anchor and a style.

use std::fmt::Write as _;

use super::{Row, Status, Tally};
use crate::clauses::{ClauseKind, Document};

/// The style of the page, in it or beside it ([`Styled`]).
pub const STYLE: &str = "\
body{font:16px/1.6 'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei',sans-serif;margin:0 auto;max-width:90rem;\
padding:1rem;color:#1a1a1a;background:#fff}\
h1{font-size:1.5rem}h2{font-size:1.15rem}\
span[lang=en],p[lang=en],small{color:#555;font-size:.85em}\
table{border-collapse:collapse;width:100%;margin:1rem 0}\
th,td{border:1px solid #999;padding:.35rem .5rem;text-align:left;vertical-align:top}\
thead th{background:#eee}th code{white-space:nowrap}code{font-size:.85em;overflow-wrap:anywhere}ul{margin:0;padding-left:1.1rem}\
nav a{display:inline-block;padding:.3rem .6rem;margin:.2rem;border:1px solid #666;color:#0b3d91}\
a:focus-visible{outline:3px solid #b35900}\
tr.carried td.status{border-left:6px solid #1b6e36}tr.partly td.status{border-left:6px solid #9a6700}\
tr.missing td.status{border-left:6px solid #a11}tr.display td.status{border-left:6px solid #666}\
#show-carried:target~table.rows>tbody>tr:not(.carried),#show-partly:target~table.rows>tbody>tr:not(.partly),\
#show-missing:target~table.rows>tbody>tr:not(.missing),#show-display:target~table.rows>tbody>tr:not(.display),\
#show-untested:target~table.rows>tbody>tr:not(.untested){display:none}\
@media print{nav{display:none}body{font-size:10pt;max-width:none;padding:0}thead{display:table-header-group}\
tr{break-inside:avoid}a{color:inherit;text-decoration:none}}";

/// Where the page has its style from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Styled {
    /// It stands in the page, which is one file.
    Inline,
    /// It is served at this path.
    By(&'static str),
}

/// The page. Writing to a `String` never fails, so what `write!` says is dropped.
pub fn page(document: &Document, rows: &[Row], styled: Styled) -> String {
    let mut html = String::new();
    let style = match styled {
        Styled::Inline => format!("<style>{STYLE}</style>"),
        Styled::By(path) => format!("<link rel=\"stylesheet\" href=\"{path}\">"),
    };
    let (title, tally) = (escape(&document.title), Tally::of(rows));
    let _never = write!(
        html,
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>逐条对照：{title} · Clause by clause</title>\n{style}\n</head>\n<body>\n<main>\n\
         <h1>逐条对照：{title} <span lang=\"en\">Clause by clause</span></h1>\n\
         <p>条文内容系本项目对公开文件的阅读摘要，以原文为准。每条列明由什么承载、由哪些测试证明、尚缺什么。\
         承载以本文件的规则值已写入规则文件（regime.toml）为前提。</p>\n\
         <p lang=\"en\">The statements are our own reading of a public document; the original prevails. Each says what \
         carries it, which tests show that, and what is still missing. It is carried once the document's values \
         stand in its regime file.</p>\n"
    );
    summary(&mut html, rows, &tally);
    // The anchors stand before the table, so that `:target ~ table` reaches it.
    for word in Status::ALL.map(Status::word).into_iter().chain(["untested", "all"]) {
        let _never = writeln!(html, "<span id=\"show-{word}\"></span>");
    }
    filter(&mut html, rows, &tally);
    table(&mut html, rows);
    html.push_str("</main>\n</body>\n</html>\n");
    html
}

fn summary(html: &mut String, rows: &[Row], all: &Tally) {
    html.push_str(
        "<h2>汇总 <span lang=\"en\">Tally</span></h2>\n<table>\n<thead><tr>\
         <th scope=\"col\">类别 <span lang=\"en\">Kind</span></th>",
    );
    for status in Status::ALL {
        let _never =
            write!(html, "<th scope=\"col\">{} <span lang=\"en\">{}</span></th>", status.title(), status.word());
    }
    html.push_str(
        "<th scope=\"col\">有测试 <span lang=\"en\">tested</span></th>\
         <th scope=\"col\">无测试 <span lang=\"en\">no test</span></th></tr></thead>\n<tbody>\n",
    );
    for kind in ClauseKind::ALL {
        let of_kind = Tally::of(rows.iter().filter(|row| row.kind == *kind));
        counts(html, kind.title(), kind.word(), &of_kind);
    }
    counts(html, "合计", "all", all);
    html.push_str("</tbody>\n</table>\n");
}

fn counts(html: &mut String, title: &str, word: &str, tally: &Tally) {
    let _never = write!(html, "<tr><th scope=\"row\">{title} <span lang=\"en\">{word}</span></th>");
    for count in Status::ALL.map(|status| tally.count(status)).into_iter().chain([tally.tested, tally.untested]) {
        let _never = write!(html, "<td>{count}</td>");
    }
    html.push_str("</tr>\n");
}

fn filter(html: &mut String, rows: &[Row], tally: &Tally) {
    html.push_str("<nav aria-label=\"按状态筛选 Filter by status\">\n");
    let _never = writeln!(html, "<a href=\"#show-all\">全部 <span lang=\"en\">all</span> {}</a>", rows.len());
    for status in Status::ALL {
        let (word, title, count) = (status.word(), status.title(), tally.count(status));
        let _never = writeln!(html, "<a href=\"#show-{word}\">{title} <span lang=\"en\">{word}</span> {count}</a>");
    }
    let _never =
        writeln!(html, "<a href=\"#show-untested\">无测试 <span lang=\"en\">no test</span> {}</a>", tally.untested);
    html.push_str("</nav>\n");
}

fn table(html: &mut String, rows: &[Row]) {
    html.push_str("<table class=\"rows\">\n<caption>条文 <span lang=\"en\">Clauses</span></caption>\n<thead><tr>");
    // Where nobody looked for evidence, an empty column would say that there is none.
    let has_evidence = rows.iter().any(|row| !row.evidence.is_empty());
    let columns = [
        ("条款", "Clause"),
        ("类别", "Kind"),
        ("内容", "What it says"),
        ("状态", "Status"),
        ("承载方式", "Carried by"),
        ("测试", "Tests"),
        ("最近记录", "Last seen"),
    ];
    for (title, english) in columns.into_iter().take(if has_evidence { 7 } else { 6 }) {
        let _never = write!(html, "<th scope=\"col\">{title} <span lang=\"en\">{english}</span></th>");
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        one(html, row, has_evidence);
    }
    html.push_str("</tbody>\n</table>\n");
}

fn one(html: &mut String, row: &Row, has_evidence: bool) {
    let status = row.status();
    let untested = if row.is_carried() && !row.is_tested() { " untested" } else { "" };
    let _never = write!(
        html,
        "<tr class=\"{}{untested}\" id=\"{id}\"><th scope=\"row\">{}<br><code>{id}</code></th>\
         <td>{} <span lang=\"en\">{}</span></td><td><p>{}</p><p lang=\"en\">{}</p></td>\
         <td class=\"status\">{} <span lang=\"en\">{}</span></td><td>",
        status.word(),
        escape(&row.cite),
        row.kind.title(),
        row.kind.word(),
        escape(&row.quote_zh),
        escape(&row.rule),
        status.title(),
        status.word(),
        id = escape(&row.id),
    );
    if status != Status::Display {
        list(html, &row.carried_by);
    }
    if let Some(partly) = &row.partly {
        let _never = write!(html, "<p><strong>未覆盖</strong> <span lang=\"en\">{}</span></p>", escape(partly));
    }
    if let Some(missing) = &row.missing {
        let _never = write!(html, "<p><strong>尚缺</strong> <span lang=\"en\">{}</span></p>", escape(missing));
    }
    if let Some(beyond) = &row.beyond {
        let _never = write!(html, "<p><strong>软件所不及</strong> <span lang=\"en\">{}</span></p>", escape(beyond));
    }
    html.push_str("</td><td>");
    list(html, &row.tests);
    if row.is_carried() && !row.is_tested() {
        html.push_str("<p><strong>无测试</strong> <span lang=\"en\">no test:</span></p>");
        list(html, &row.untested);
    }
    if has_evidence {
        html.push_str("</td><td>");
    }
    for (carrier, seen) in &row.evidence {
        let _never = write!(
            html,
            "<p><code>{}</code> {} <span lang=\"en\">{} {} (№ {})</span></p>",
            escape(carrier),
            escape(&seen.at.to_string()),
            escape(&seen.action),
            escape(&seen.object),
            seen.seq
        );
    }
    html.push_str("</td></tr>\n");
}

fn list(html: &mut String, items: &[String]) {
    if items.is_empty() {
        return;
    }
    html.push_str("<ul>");
    for item in items {
        let _never = write!(html, "<li><code>{}</code></li>", escape(item));
    }
    html.push_str("</ul>");
}

/// A text as it may stand in an element or between double or single quotes.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
