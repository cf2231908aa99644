//! Differences between regimes, and that each is said in words.

use std::collections::BTreeSet;

use super::super::labels::{LABELS, label, matched};
use super::super::told::TOLD;
use super::*;

#[track_caller]
fn between(a: &str, b: &str, path: &str) -> Difference {
    let found = diff(&parsed(a), &parsed(b)).into_iter().find(|found| found.path == path);
    let Some(found) = found else { panic!("{a} and {b} do not differ on {path}") };
    found
}

#[track_caller]
fn check(a: &str, b: &str, path: &str, what_zh: &str, clauses: &[&str]) {
    let found = between(a, b, path);
    assert_eq!(found.what_zh, what_zh);
    assert_eq!(found.clauses, clauses, "{path}");
}

#[test]
fn a_difference_says_for_whom_what_from_what_to_what_and_where_it_stands() {
    check(
        "changsha-2026",
        "luohu-2025",
        "agreement.years_max",
        "对运营机构:授权运营最长期限由“5年”改为“2年”",
        &["changsha-2026 三(三)", "luohu-2025 六(一)"],
    );
    check(
        "changsha-2026",
        "luohu-2025",
        "bans.redevelopment",
        "对各方:“运营机构直接或间接参与再开发”由“禁止”改为未禁止",
        &["changsha-2026 七(二)2"],
    );
    check(
        "changchun-2025",
        "changsha-2023",
        "in_force.from",
        "对各方:施行日期由“2025-09-19”改为未规定",
        &["changchun-2025 29"],
    );
    check(
        "changsha-2023",
        "luohu-2025",
        "assessment.operator.every_months",
        "对各方:“运营机构”的考核:周期由未规定改为“3个月”",
        &["luohu-2025 十一"],
    );
    let steps = between("changsha-2026", "xianning-2025", "procedure.scenario.steps");
    assert_eq!(
        steps.b.as_deref(),
        Some("数据提供单位审核(数据提供单位,10个工作日内) → 市政数局审核(市政数局,10个工作日内)")
    );
}

#[test]
fn the_same_rules_do_not_differ_and_another_clause_is_no_difference() {
    for (code, _) in FILES {
        assert_eq!(diff(&parsed(code), &parsed(code)), Vec::new(), "{code}");
    }
    let mut moved = parsed("changsha-2026");
    moved.agreement.years_max.source = Some("九".to_owned());
    moved.version = 2;
    assert_eq!(diff(&parsed("changsha-2026"), &moved), Vec::new());
    moved.agreement.years_max.value = 3;
    assert_eq!(diff(&parsed("changsha-2026"), &moved).len(), 1);
}

#[test]
fn every_content_that_is_told_in_a_matter_has_a_name_of_its_own_and_no_name_is_left_over() {
    let mut asked = BTreeSet::new();
    for (code, _) in FILES {
        for rules in parsed(code).matter.values() {
            asked.extend(rules.contents_required.iter().flat_map(|contents| contents.keys.clone()));
        }
    }
    let named: BTreeSet<String> = TOLD.iter().map(|(key, _)| (*key).to_owned()).collect();
    assert_eq!(named, asked);
}

#[test]
fn every_path_of_every_regime_has_a_label_and_no_english() {
    for (code, _) in FILES {
        for path in paths(&parsed(code)) {
            let what = label(&path).what;
            assert!(LABELS.iter().any(|(pattern, ..)| matched(pattern, &path).is_some()), "{code}: {path}");
            assert!(!what.contains(|c: char| c.is_ascii_lowercase()), "{code}: {path} is called {what}");
        }
    }
    for (a, _) in FILES {
        for (b, _) in FILES {
            for found in diff(&parsed(a), &parsed(b)) {
                let has_words = found.what_zh.contains(|c: char| c.is_ascii_lowercase());
                assert!(!has_words, "{a} {b}: {}", found.what_zh);
            }
        }
    }
}

/// Adds the sections that are only there.
fn whole(root: &mut toml::Table, other: toml::Table) {
    for (key, value) in other {
        match (root.get_mut(&key), value) {
            (None, value) => drop(root.insert(key, value)),
            (Some(toml::Value::Table(here)), toml::Value::Table(there)) if !there.contains_key("value") => {
                whole(here, there);
            }
            _ => {}
        }
    }
}

/// What the parser expects in a section, from its own answer to a key that it does
/// not know.
fn keys_of(section: &[&str]) -> Vec<String> {
    let mut root: toml::Table = toml::from_str(FILES[1].1).unwrap_or_default();
    // One regime has no such section: taken from another.
    for (_, text) in FILES {
        whole(&mut root, toml::from_str(text).unwrap_or_default());
    }
    let mut at = &mut root;
    for part in section {
        at = match at.get_mut(*part) {
            Some(toml::Value::Table(table)) => table,
            Some(toml::Value::Array(items)) => match items.first_mut() {
                Some(toml::Value::Table(table)) => table,
                _ => panic!("{section:?}"),
            },
            _ => panic!("{section:?}"),
        };
    }
    at.insert("zzz".to_owned(), toml::Value::Integer(1));
    let message = toml::from_str::<Regime>(&toml::to_string(&root).unwrap_or_default()).err();
    let message = message.map(|error| error.message().to_owned()).unwrap_or_default();
    assert!(message.starts_with("unknown field `zzz`"), "{section:?}: {message}");
    message.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_key_that_the_parser_knows_has_a_label() {
    let mut seen = BTreeSet::new();
    for section in keys_of(&[]) {
        let plain = ["code", "version", "title", "issued_by", "status", "level", "number", "issued_on", "published_on"];
        let plain = plain.contains(&section.as_str());
        let open = ["words", "duties", "bodies", "bans", "procedure"].contains(&section.as_str());
        if plain || open {
            continue;
        }
        let starred = [
            "assessment",
            "supervision",
            "report",
            "disclosure",
            "milestone",
            "matter",
            "dossier",
            "fact",
            "planned_product",
        ];
        let star = starred.contains(&section.as_str());
        let inside = match section.as_str() {
            "matter" => vec!["matter", "rectification"],
            "dossier" => vec!["dossier", "security_rules"],
            "fact" => vec!["fact", "basis_of_holding"],
            _ => vec![section.as_str()],
        };
        for key in keys_of(&inside).into_iter().filter(|key| key != "source") {
            let path = if star { format!("{section}.x.{key}") } else { format!("{section}.{key}") };
            if ["security.alerts", "security.controls"].contains(&path.as_str()) {
                for inner in keys_of(&[&section, &key]) {
                    let path = format!("{path}.{inner}");
                    let pattern = LABELS.iter().find(|(pattern, ..)| *pattern == path);
                    assert!(pattern.is_some(), "{path} has no label");
                    seen.extend(pattern.map(|(pattern, ..)| *pattern));
                }
                continue;
            }
            let pattern = LABELS.iter().find(|(pattern, ..)| matched(pattern, &path).is_some());
            assert!(pattern.is_some(), "{path} has no label");
            seen.extend(pattern.map(|(pattern, ..)| *pattern));
        }
    }
    let open = ["words.*", "bodies.*", "bans.*", "procedure.*.steps", "procedure.*.file"];
    let plain = ["title", "issued_by", "status", "level"];
    seen.extend(open.into_iter().chain(plain));
    let known: BTreeSet<&str> = LABELS.iter().map(|(pattern, ..)| *pattern).collect();
    assert_eq!(seen, known, "a label without a key, or a key without a label");
}

#[test]
fn each_value_is_said_once_with_its_name_and_its_clause_or_that_it_has_none() {
    for code in ["changchun-2025", "changsha-2023", "changsha-2026", "luohu-2025", "xianning-2025"] {
        let regime = parsed(code);
        let found = stated(&regime);
        assert_eq!(found.iter().map(|one| one.path.clone()).collect::<Vec<_>>(), paths(&regime), "{code}");
        assert!(found.iter().all(|one| one.title_zh != one.path && !one.text.is_empty()), "{code}");
    }
    let changsha = stated(&parsed("changsha-2026"));
    let at = |path: &str| changsha.iter().find(|one| one.path == path).unwrap().clone();
    let term = at("agreement.years_max");
    assert_eq!((term.whom_zh, term.title_zh.as_str(), term.text.as_str()), ("运营机构", "授权运营最长期限", "5年"));
    assert_eq!(term.clause.as_deref(), Some("changsha-2026 三(三)"));
    assert!(changsha.iter().any(|one| one.clause.is_none()), "what the document leaves open is told to be a setting");
}
