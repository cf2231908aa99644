//! What the table counts and what is shown of it.

use super::*;
use crate::clauses::tests::SHIPPED;
use page::escape;

const CARRIERS: &str = r#"
[[carrier]]
name = "control:AIR-053"
tests = ["crates/a.rs::holds", "crates/b.rs::holds_too"]

[[carrier]]
name = "control:REG-007"
tests = ["crates/a.rs::holds"]

[[carrier]]
name = "record:scenarios.purpose"
tests = []
"#;

fn clause(id: &str, kind: ClauseKind, carried_by: &[&str], partly: Option<&str>, missing: Option<&str>) -> Clause {
    Clause {
        id: id.into(),
        cite: "三(一)".into(),
        actor: crate::clauses::ClauseActor::Operator,
        kind,
        rule: format!("The rule of {id} & <more>."),
        quote_zh: "不得".into(),
        capability: "agreement".into(),
        check: "Try.".into(),
        carried_by: carried_by.iter().map(|text| Carrier::parse(text).unwrap()).collect(),
        partly: partly.map(str::to_owned),
        missing: missing.map(str::to_owned),
        beyond: carried_by.first().filter(|text| **text == "procedure:scenario").map(|_| "said > aloud".into()),
    }
}

fn document() -> Document {
    Document {
        document: "here-2026".into(),
        prefix: "HR".into(),
        title: "某市<办法>".into(),
        clauses: vec![
            clause("HR-1-1", ClauseKind::Control, &["control:AIR-053", "control:REG-007"], None, None),
            clause(
                "HR-1-2",
                ClauseKind::Record,
                &["control:REG-007", "record:scenarios.purpose"],
                Some("\"half\""),
                None,
            ),
            clause("HR-1-3", ClauseKind::Report, &[], None, Some("a yearly report")),
            clause("HR-1-4", ClauseKind::Institution, &["display"], None, None),
            clause("HR-1-5", ClauseKind::Workflow, &["procedure:scenario"], None, None),
        ],
    }
}

fn rows() -> Vec<Row> {
    let seen = |action: &str| Evidence { seq: 7, at: Time(0), action: action.into(), object: "AGR-1".into() };
    let evidence = BTreeMap::from([
        ("REG-007".to_owned(), seen("delivery.refused")),
        ("scenario".to_owned(), seen("case.approved")),
        ("REG-999".to_owned(), seen("nothing.asked")),
    ]);
    table(&document().clauses, &Carriers::parse("carriers.toml", CARRIERS).unwrap(), &evidence)
}

#[test]
fn a_clause_is_tested_only_when_every_carrier_is() {
    let rows = rows();
    let seen: Vec<_> = rows.iter().map(|row| (row.status(), row.is_tested(), row.untested.len())).collect();
    assert_eq!(
        seen,
        [
            (Status::Carried, true, 0),
            (Status::Partly, false, 1),
            (Status::Missing, false, 0),
            (Status::Display, false, 0),
            (Status::Carried, false, 1),
        ]
    );
    assert_eq!(rows[0].tests, ["crates/a.rs::holds", "crates/b.rs::holds_too"], "each test once");
    let expected = Tally { carried: 2, partly: 1, missing: 1, display: 1, tested: 1, untested: 2 };
    assert_eq!(Tally::of(&rows), expected);
}

#[test]
fn evidence_is_found_by_the_carriers_own_key_alone() {
    let rows = rows();
    let actions = |row: &Row| row.evidence.iter().map(|(c, e)| format!("{c} {}", e.action)).collect::<Vec<_>>();
    assert_eq!(actions(&rows[0]), ["control:REG-007 delivery.refused"]);
    assert_eq!(actions(&rows[2]), Vec::<String>::new());
    assert_eq!(actions(&rows[4]), ["procedure:scenario case.approved"]);
}

#[test]
fn machines_read_each_row_with_carriers_tests_and_evidence() {
    let text = json(&document(), &rows()).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["tally"]["missing"], 1);
    assert_eq!(value["rows"].as_array().unwrap().len(), 5);
    let first = &value["rows"][0];
    assert_eq!(
        (first["id"].as_str(), first["kind"].as_str(), first["status"].as_str()),
        (Some("HR-1-1"), Some("control"), Some("carried"))
    );
    assert_eq!(first["carried_by"][1], "control:REG-007");
    assert_eq!(first["tests"][1], "crates/b.rs::holds_too");
    assert_eq!(first["evidence"]["control:REG-007"]["seq"], 7);
    assert_eq!(value["rows"][2]["missing"], "a yearly report");
    assert_eq!(value["rows"][4]["beyond"], "said > aloud");
    assert_eq!(value["rows"][1]["untested"][0], "record:scenarios.purpose");
}

#[test]
fn people_read_every_clause_with_its_status_in_both_languages() {
    let html = page(&document(), &rows(), Styled::Inline);
    for text in [
        "已承载",
        "部分承载",
        "尚未承载",
        "仅展示",
        "无测试",
        "某市&lt;办法&gt;",
        "The rule of HR-1-3 &amp; &lt;more&gt;.",
        "&quot;half&quot;",
        "a yearly report",
        "软件所不及",
        "said &gt; aloud",
        "<tr class=\"carried\" id=\"HR-1-1\">",
        "<tr class=\"partly untested\" id=\"HR-1-2\">",
        "<tr class=\"missing\" id=\"HR-1-3\">",
        "<a href=\"#show-missing\">尚未承载 <span lang=\"en\">missing</span> 1</a>",
        "№ 7",
        "1970-01-01T08:00:00",
    ] {
        assert!(html.contains(text), "{text:?} is not on the page");
    }
    for status in Status::ALL {
        assert!(html.contains(&format!("id=\"show-{}\"", status.word())), "no anchor for {status:?}");
    }
}

#[test]
fn the_page_runs_and_loads_nothing_and_lets_no_text_out_of_its_place() {
    let mut document = document();
    document.title = "</title><script>alert(1)</script>".into();
    document.clauses[0].rule = "<img src=x onerror=alert(1)>".into();
    document.clauses[2].missing = Some("'\" onmouseover=x <b>".into());
    let rows = table(&document.clauses, &Carriers::default(), &BTreeMap::new());
    let html = page(&document, &rows, Styled::Inline);
    for text in ["<script", "<img", "src=\"", "url(", "<b>", "\" onmouseover"] {
        assert!(!html.contains(text), "{text:?} is on the page");
    }
}

#[test]
fn escapes_what_means_something_in_html_and_nothing_else() {
    for (text, expected) in [
        ("", ""),
        ("三重一大", "三重一大"),
        ("a < b && c > 'd' \"e\"", "a &lt; b &amp;&amp; c &gt; &#39;d&#39; &quot;e&quot;"),
        ("&amp;", "&amp;amp;"),
    ] {
        assert_eq!(escape(text), expected);
    }
}

#[test]
fn a_file_of_carriers_is_told_what_is_wrong_with_it() {
    for (from, to, expected) in [
        ("control:REG-007", "control:REG-7", "does not name a code"),
        ("control:REG-007", "control:AIR-053", "`control:AIR-053` has two rows"),
        ("tests = []", "test = []", "unknown field `test`"),
    ] {
        let said =
            Carriers::parse("carriers.toml", &CARRIERS.replacen(from, to, 1)).err().map(|error| error.to_string());
        assert!(said.as_deref().unwrap_or_default().contains(expected), "{said:?}");
    }
}

#[test]
fn every_shipped_document_has_its_table() {
    let carriers = include_str!("../../../../docs/carriers.toml");
    let carriers = Carriers::parse("docs/carriers.toml", carriers).unwrap();
    for (code, text) in SHIPPED {
        let document = Document::parse(code, text).unwrap();
        let rows = table(&document.clauses, &carriers, &BTreeMap::new());
        let tally = Tally::of(&rows);
        assert_eq!(tally.carried + tally.partly + tally.missing + tally.display, document.clauses.len(), "{code}");
        assert_eq!(tally.tested + tally.untested, tally.carried + tally.partly, "{code}");
        assert_eq!(page(&document, &rows, Styled::Inline).matches("<tr class=").count(), rows.len(), "{code}");
    }
}
