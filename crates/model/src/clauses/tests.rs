//! What a file of clauses may say, and how it is told that it may not.

use super::*;

/// Every file that is shipped.
pub(crate) const SHIPPED: [(&str, &str); 5] = [
    ("changsha-2026", include_str!("../../../../regimes/changsha-2026/clauses.toml")),
    ("changchun-2025", include_str!("../../../../regimes/changchun-2025/clauses.toml")),
    ("xianning-2025", include_str!("../../../../regimes/xianning-2025/clauses.toml")),
    ("luohu-2025", include_str!("../../../../regimes/luohu-2025/clauses.toml")),
    ("changsha-2023", include_str!("../../../../regimes/changsha-2023/clauses.toml")),
];

const GOOD: &str = r#"document = "here-2026"
prefix = "HR26"
title = "某市办法"

[[clause]]
id = "HR26-3.1-1"
cite = "三(一)"
actor = "operator"
kind = "control"
rule = "Nothing leaves unseen."
quote_zh = "不得"
capability = "release_review"
check = "Try it."
carried_by = ["control:AIR-053"]
partly = "what is spoken"

[[clause]]
id = "HR26-3.1-2"
cite = "三(一)"
actor = "agency"
kind = "report"
rule = "A report each year."
quote_zh = "每年"
capability = "reporting"
check = "Wait a year."
carried_by = []
missing = "a yearly report"

[[clause]]
id = "HR26-4-1"
cite = "四"
actor = "government"
kind = "institution"
rule = "The city is to flourish."
quote_zh = ""
capability = "scheme_approval"
check = "Look."
carried_by = ["display"]
"#;

#[track_caller]
fn faults(changes: &[(&str, &str)]) -> Vec<String> {
    let mut text = GOOD.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "the good file does not say {from:?}");
        text = text.replacen(from, to, 1);
    }
    Document::parse("x.toml", &text).err().map(|error| error.faults).unwrap_or_default()
}

#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    assert_eq!(faults(&[(from, to)]), [expected.to_owned()], "{from:?} → {to:?}");
}

#[test]
fn a_good_file_reads_as_it_was_written() {
    let document = Document::parse("x.toml", GOOD).unwrap();
    assert_eq!((document.document.as_str(), document.prefix.as_str()), ("here-2026", "HR26"));
    let [first, second, third] = &document.clauses[..] else { panic!("{document:?}") };
    assert_eq!(first.carried_by, [Carrier::Control("AIR-053".into())]);
    assert_eq!((first.kind, first.actor), (ClauseKind::Control, ClauseActor::Operator));
    assert_eq!(first.partly.as_deref(), Some("what is spoken"));
    assert_eq!((second.carried_by.len(), second.missing.as_deref()), (0, Some("a yearly report")));
    assert_eq!(third.carried_by, [Carrier::Display]);
}

#[test]
fn each_fault_is_told_with_its_line() {
    check("\"control\"", "\"contrl\"", "x.toml:5: there is no kind `contrl` (did you mean `control`?)");
    check("\"agency\"", "\"agent\"", "x.toml:17: there is no actor `agent` (did you mean `agency`?)");
    check("HR26-3.1-2", "HR25-3.1-2", "x.toml:17: the id `HR25-3.1-2` is not `HR26-SECTION-NUMBER`");
    check("HR26-3.1-2", "HR26-3", "x.toml:17: the id `HR26-3` is not `HR26-SECTION-NUMBER`");
    check("HR26-3.1-2", "HR26-3.1-1", "x.toml:17: the id `HR26-3.1-1` is there twice");
    check(
        "missing = \"a yearly report\"",
        "",
        "x.toml:17: `HR26-3.1-2` is carried by nothing and does not say what is missing",
    );
    check("partly =", "missing =", "x.toml:5: `HR26-3.1-1` is carried and missing at once; say `partly`");
    check(
        "[\"display\"]",
        "[\"control:REG-001\"]",
        "x.toml:29: `HR26-4-1` is an institution: `display` carries it, and nothing else",
    );
    check("missing = \"a yearly report\"", "missing = \" \"", "x.toml:17: `missing` of `HR26-3.1-2` says nothing");
    check(
        "[\"control:AIR-053\"]",
        "[\"control:AIR-053\", \"control:AIR-053\"]",
        "x.toml:5: the carrier `control:AIR-053` is there twice",
    );
    let long = "长".repeat(QUOTE_CHARS_MAX + 1);
    check(
        "quote_zh = \"每年\"",
        &format!("quote_zh = \"{long}\""),
        "x.toml:17: `quote_zh` of `HR26-3.1-2` has more than 25 characters",
    );
}

#[test]
fn what_lies_beyond_software_needs_a_carrier_for_the_rest() {
    assert_eq!(faults(&[("partly =", "beyond =")]), Vec::<String>::new());
    let said = faults(&[("missing =", "beyond =")]);
    assert_eq!(
        said,
        [
            "x.toml:17: `HR26-3.1-2` is carried by nothing and does not say what is missing",
            "x.toml:17: `HR26-3.1-2` says `beyond` of nothing"
        ]
    );
}

#[test]
fn display_is_for_institutions_alone() {
    let said = faults(&[("[\"control:AIR-053\"]", "[\"display\"]")]);
    assert_eq!(
        said,
        [
            "x.toml:5: `HR26-3.1-1` asks more than to be shown; `display` is for institutions",
            "x.toml:5: `HR26-3.1-1` says `partly` of nothing"
        ]
    );
}

#[test]
fn an_unknown_or_absent_key_is_a_fault_of_its_clause_and_the_others_are_still_told() {
    let said = faults(&[("capability = \"reporting\"", "capabilty = \"reporting\""), ("[\"display\"]", "[\"shown\"]")]);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].starts_with("x.toml:17: unknown field `capabilty`"), "{said:?}");
    assert_eq!(said[1], "x.toml:29: the carrier `shown` is neither `display` nor `kind:name`");
}

#[test]
fn every_fault_is_told_at_once() {
    let said = faults(&[
        ("\"control\"", "\"contrl\""),
        ("\"operator\"", "\"opertor\""),
        ("control:AIR-053", "control:AIR-53"),
        ("HR26-3.1-2", "HR26-three-two"),
    ]);
    assert_eq!(said.len(), 4, "{said:?}");
}

#[test]
fn a_file_that_is_no_toml_is_told_its_line() {
    let said = Document::parse("x.toml", "document = \"a\"\nprefix = \n").err().map(|error| error.faults).unwrap();
    assert!(said[0].starts_with("x.toml:2: "), "{said:?}");
    let said = faults(&[("title =", "titel =")]);
    assert!(said[0].contains("titel"), "{said:?}");
}

#[test]
fn every_shipped_file_is_good_and_belongs_to_its_folder() {
    let mut prefixes = BTreeSet::new();
    for (code, text) in SHIPPED {
        let document = Document::parse(code, text);
        let Ok(document) = document else { panic!("{document:?}") };
        assert_eq!(document.document, code);
        assert!(prefixes.insert(document.prefix.clone()), "{code} has another document's prefix");
        assert!(document.clauses.len() > 100, "{code} has only {} clauses", document.clauses.len());
    }
}
