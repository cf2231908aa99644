//! The house's own rules, checked on the text of the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::root;

/// ARCHITECTURE.md, "Who may know whom": what each crate may name in its
/// `[dependencies]`, of ours. A crate that is not here fails, and so does one
/// that knows more or less than its row.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("ledger", &["model"]),
    ("registry", &["model", "ledger"]),
    ("exchange", &["model", "ledger"]),
    ("casework", &["model", "ledger", "registry", "exchange"]),
    ("sources", &["model"]),
    ("vault", &["model", "ledger", "registry", "sources"]),
    ("workroom", &["model", "ledger", "registry", "vault"]),
    ("airlock", &["model", "ledger", "casework", "workroom"]),
    ("delivery", &["model", "ledger", "registry", "airlock", "exchange"]),
    ("settlement", &["model", "ledger", "registry", "delivery"]),
    ("documents", &["model", "ledger", "registry", "casework", "delivery", "settlement"]),
    ("town", &["model"]),
    ("bench", &["model", "ledger", "sources", "vault", "town"]),
    (
        "server",
        &[
            "model",
            "ledger",
            "registry",
            "casework",
            "exchange",
            "sources",
            "vault",
            "workroom",
            "airlock",
            "delivery",
            "settlement",
            "documents",
            "town",
        ],
    ),
];

const LINES_PER_FILE_MAX: usize = 600;

fn manifest(name: &str) -> toml::Table {
    let path = root().join("crates").join(name).join("Cargo.toml");
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).parse().unwrap()
}

fn ours(manifest: &toml::Table, section: &str) -> BTreeSet<String> {
    let names = manifest.get(section).and_then(toml::Value::as_table).map(toml::Table::keys);
    names.into_iter().flatten().filter_map(|n| n.strip_prefix("shuyu-")).map(str::to_owned).collect()
}

/// Every file below `folder` with one of these endings, but not what is built.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | "node_modules" | ".git" | "data") {
                found.extend(files(&path, endings));
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The part of a file before its unit tests.
fn product_code(text: &str) -> &str {
    text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(text)
}

#[test]
fn each_crate_knows_only_its_row() {
    let on_disk: BTreeSet<String> = std::fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    let in_table: BTreeSet<String> = MAY_KNOW.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(on_disk, in_table, "a crate without its row, or a row without its crate");
    for (name, allowed) in MAY_KNOW {
        let allowed: BTreeSet<String> = allowed.iter().map(|n| (*n).to_owned()).collect();
        let known = ours(&manifest(name), "dependencies");
        assert!(known.is_subset(&allowed), "{name} knows {known:?}, its row allows {allowed:?}");
    }
}

#[test]
fn the_table_in_the_architecture_is_this_one() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (name, allowed) in MAY_KNOW {
        let row = text
            .lines()
            .find(|line| line.starts_with(&format!("| {name} |")))
            .unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for {name}"));
        let cell = row.split('|').nth(3).unwrap_or_default().trim();
        let written: BTreeSet<&str> = cell.split(", ").filter(|n| !matches!(*n, "–" | "all" | "")).collect();
        if cell != "all" {
            assert_eq!(written, allowed.iter().copied().collect(), "the row of {name}");
        }
    }
}

#[test]
fn only_casework_enacts() {
    for path in files(&root().join("crates"), &[".rs"]) {
        let name = shown(&path);
        if name.starts_with("crates/casework/") || name.starts_with("crates/registry/") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("registry::enact") && !text.contains("enact::"), "{name} enacts without a decision");
    }
}

/// Whether a file is only compiled for tests: by its place, or because whoever
/// declares it says so.
fn is_for_tests(path: &Path) -> bool {
    let name = shown(path);
    if name.contains("/tests/") || name.ends_with("/tests.rs") || name.ends_with("/testing.rs") {
        return true;
    }
    let (Some(folder), Some(stem)) = (path.parent(), path.file_stem().and_then(|s| s.to_str())) else { return false };
    let declared = [format!("#[cfg(test)]\nmod {stem};"), format!("#[cfg(test)]\npub(crate) mod {stem};")];
    [folder.join("lib.rs"), folder.with_extension("rs")]
        .iter()
        .filter_map(|parent| std::fs::read_to_string(parent).ok())
        .any(|text| declared.iter().any(|line| text.contains(line)))
}

#[test]
fn the_program_takes_no_short_cut_that_tests_have() {
    for path in files(&root().join("crates"), &[".rs"]) {
        let name = shown(&path);
        if is_for_tests(&path) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = product_code(&text);
        for short_cut in ["registry::testing", "ledger::testing", "delivery::testing", "casework::testing"] {
            assert!(!code.contains(short_cut), "{name} uses {short_cut}, which is for tests");
        }
    }
}

#[test]
fn only_stores_speak_sql() {
    let verbs = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];
    // The workroom's business is the SQL of others; the story and the tests send
    // some, the linter suggests some, the bench speaks to its peers.
    let exempt = [
        "crates/workroom/",
        "crates/town/",
        "crates/bench/",
        "crates/airlock/tests/",
        "crates/airlock/src/lint.rs",
        "crates/server/tests/",
    ];
    for path in files(&root().join("crates"), &[".rs"]) {
        let name = shown(&path);
        let is_store = name.ends_with("/store.rs") || name.contains("/store/") || name.ends_with("tests.rs");
        if is_store || (exempt.iter().any(|e| name.starts_with(e)) && !name.ends_with("/store.rs")) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, line) in product_code(&text).lines().enumerate() {
            let code = line.trim_start();
            if code.starts_with("//") {
                continue;
            }
            for verb in verbs {
                assert!(!code.contains(&format!("\"{verb}")), "{name}:{}: SQL outside a store", number + 1);
            }
        }
    }
}

#[test]
fn each_file_opens_with_a_promise_and_stays_short() {
    for path in files(&root().join("crates"), &[".rs"]).into_iter().chain(files(&root().join("tests"), &[".rs"])) {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = shown(&path);
        assert!(text.starts_with("//!"), "{name} opens without a promise");
        let lines = text.lines().count();
        assert!(lines <= LINES_PER_FILE_MAX, "{name} has {lines} lines, {LINES_PER_FILE_MAX} at most");
    }
}

#[test]
fn nothing_is_left_for_later_in_the_code() {
    let banned = [
        ("todo!(", "absent things are absent"),
        ("unimplemented!(", "absent things are absent"),
        ("#[ignore", "a known wrong behaviour is asserted with a FIXME"),
        ("#[should_panic", "assert the error"),
        ("dbg!(", "use tracing"),
        ("SystemTime::now", "ask `ledger::Clock`"),
        ("Timestamp::now", "ask `ledger::Clock`"),
        ("Utc::now", "ask `ledger::Clock`"),
        ("thread::sleep", "wait for the thing itself"),
    ];
    for path in files(&root().join("crates"), &[".rs"]) {
        let name = shown(&path);
        let text = std::fs::read_to_string(&path).unwrap();
        for (word, instead) in banned {
            let is_the_clock = name == "crates/ledger/src/clock.rs" && word == "SystemTime::now";
            assert!(is_the_clock || !text.contains(word), "{name} has `{word}`: {instead}");
        }
    }
}

#[test]
fn a_named_invariant_is_said_where_it_is_promised() {
    // Whoever repeats an invariant's name must find its promise somewhere.
    let mut promised = BTreeSet::new();
    let mut used: BTreeMap<String, String> = BTreeMap::new();
    for path in files(&root().join("crates"), &[".rs"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines() {
            let Some(tail) = line.split("INVARIANT (").nth(1) else { continue };
            let Some((name, after)) = tail.split_once(')') else { continue };
            if line.trim_start().starts_with("//!") && after.starts_with(':') {
                promised.insert(name.to_owned());
            } else {
                used.insert(name.to_owned(), shown(&path));
            }
        }
    }
    for (name, place) in used {
        assert!(promised.contains(&name), "{place} upholds INVARIANT ({name}), which no file promises");
    }
    assert!(promised.len() >= 10, "the promises were not found: {promised:?}");
}

#[test]
fn a_refusal_code_belongs_to_one_crate_and_is_listed_once() {
    let mut codes: BTreeMap<String, String> = BTreeMap::new();
    for path in files(&root().join("crates"), &["reasons.rs"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines().map(str::trim_start) {
            let Some(code) = line.strip_prefix("(\"").and_then(|l| l.split('"').next()) else { continue };
            assert!(
                code.len() == 7 && code[..3].bytes().all(|b| b.is_ascii_uppercase()) && code.as_bytes()[3] == b'-',
                "{}: `{code}` is no code",
                shown(&path)
            );
            let earlier = codes.insert(code.to_owned(), shown(&path));
            assert!(earlier.is_none(), "`{code}` is listed in {} and {}", earlier.unwrap_or_default(), shown(&path));
        }
    }
    assert!(codes.len() >= 30, "the lists were not found: {codes:?}");
}

/// Two shapes of one name are one schema to OpenAPI, and one of them is then wrong.
#[test]
fn each_published_shape_has_a_name_of_its_own() {
    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut twice = Vec::new();
    for file in files(&root().join("crates/server/src"), &["rs"]) {
        let text = std::fs::read_to_string(&file).unwrap();
        for published in text.split("ToSchema)]").skip(1) {
            let head = published.lines().find(|line| line.starts_with("pub struct ") || line.starts_with("pub enum "));
            let name = head.and_then(|head| head.split([' ', '(', ';', '<']).nth(2)).unwrap_or_default().to_owned();
            if let Some(other) = seen.insert(name.clone(), file.clone()) {
                twice.push(format!("{name}: {} and {}", shown(&other), shown(&file)));
            }
        }
    }
    assert!(seen.len() > 100 && twice.is_empty(), "{twice:#?}");
}

#[test]
fn every_test_file_is_part_of_a_test_binary() {
    let text = std::fs::read_to_string(root().join("tests/main.rs")).unwrap();
    for path in files(&root().join("tests"), &[".rs"]) {
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
        let is_top = path.parent() == Some(&root().join("tests"));
        if is_top && stem != "main" {
            assert!(text.contains(&format!("mod {stem};")), "tests/{stem}.rs is never run");
        }
    }
}
