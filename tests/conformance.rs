//! What the clauses of `regimes/*/clauses.toml` say of this software, held to the
//! software: each carrier exists, each test named for it exists, and nothing is
//! listed that carries nothing.
//!
//! INVARIANT (no empty label): a carrier that is named is there: a refusal in
//! `docs/reasons.md`, a column in `migrations/`, a route in `docs/openapi.json`,
//! an event in the sources, a procedure, a matter with its move or a value in that
//! document's own regime.
//!
//! Not here: the form of a clause (`model::clauses`) and whether the test really
//! breaks with its carrier (whoever writes the row has tried it or says so).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::root;

/// One `[[clause]]` or `[[carrier]]`, as it is written.
type Written = toml::Table;

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn table(path: &Path) -> toml::Table {
    read(path).parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn listed(table: &toml::Table, key: &str) -> Vec<Written> {
    let items = table.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    items.into_iter().filter_map(|item| item.as_table().cloned()).collect()
}

fn text<'a>(written: &'a Written, key: &str) -> &'a str {
    written.get(key).and_then(toml::Value::as_str).unwrap_or_default()
}

fn texts(written: &Written, key: &str) -> Vec<String> {
    let items = written.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    items.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect()
}

/// Every document, by the name of its folder.
fn documents() -> BTreeMap<String, Vec<Written>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("regimes")).unwrap() {
        let path = entry.unwrap().path().join("clauses.toml");
        if path.is_file() {
            let code = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
            found.insert(code, listed(&table(&path), "clause"));
        }
    }
    assert!(found.len() >= 5, "the documents were not found: {:?}", found.keys());
    found
}

/// The rows of `docs/carriers.toml`, by name.
fn carriers() -> BTreeMap<String, Written> {
    let rows = listed(&table(&root().join("docs/carriers.toml")), "carrier");
    let count = rows.len();
    let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (text(&row, "name").to_owned(), row)).collect();
    assert_eq!(rows.len(), count, "a carrier has two rows");
    rows
}

/// What there is for carriers to name.
struct There {
    codes: BTreeSet<String>,
    columns: BTreeSet<(String, String)>,
    routes: serde_json::Value,
    code: String,
    regimes: BTreeMap<String, toml::Table>,
}

impl There {
    fn new() -> Self {
        let reasons = read(&root().join("docs/reasons.md"));
        let codes = reasons.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next().map(str::to_owned));
        let mut columns = BTreeSet::new();
        for path in files(&root().join("migrations"), ".sql") {
            columns_of(&read(&path), &mut columns);
        }
        let mut code = String::new();
        for path in product_files() {
            code.push_str(product_code(&read(&path)));
        }
        let mut regimes = BTreeMap::new();
        for document in documents().into_keys() {
            let path = root().join("regimes").join(&document).join("regime.toml");
            if path.is_file() {
                regimes.insert(document, table(&path));
            }
        }
        let routes = serde_json::from_str(&read(&root().join("docs/openapi.json"))).unwrap();
        Self { codes: codes.collect(), columns, routes, code, regimes }
    }

    /// What is wrong with a carrier that a document names; nothing, mostly.
    fn fault(&self, document: &str, carrier: &str, row: Option<&Written>) -> Option<String> {
        let Some((kind, name)) = carrier.split_once(':') else {
            return (carrier != "display").then(|| "it is no carrier".to_owned());
        };
        let is_there = match kind {
            "control" => self.codes.contains(name),
            "record" => name
                .split_once('.')
                .is_some_and(|(table, column)| self.columns.contains(&(table.into(), column.into()))),
            "route" => name.split_once(' ').is_some_and(|(method, path)| self.has_route(method, path)),
            "event" => self.code.contains(&format!("\"{name}\"")),
            "procedure" => self.regimes.get(document).is_none_or(|regime| has_procedure(regime, name)),
            "matter" => self.regimes.get(document).is_none_or(|regime| has_matter(regime, name)),
            "obligation" => OBLIGATIONS.contains(&name) && self.code.contains(&format!("=> \"{name}\",")),
            "rule" => self.is_read(name) && self.regimes.get(document).is_none_or(|regime| has_value(regime, name)),
            "calculation" | "report" => row.is_some_and(|row| root().join(text(row, "code")).is_file()),
            _ => false,
        };
        (!is_there).then(|| format!("{kind} `{name}` is not there"))
    }

    fn has_route(&self, method: &str, path: &str) -> bool {
        self.routes["paths"][path][method.to_lowercase()].is_object()
    }

    /// Whether code outside the schema reads a value: `.years_max`.
    fn is_read(&self, name: &str) -> bool {
        name.rsplit('.').next().is_some_and(|key| self.code.contains(&format!(".{key}")))
    }
}

fn has_procedure(regime: &toml::Table, name: &str) -> bool {
    let (kind, step) = name.split_once('/').map_or((name, None), |(kind, step)| (kind, Some(step)));
    let procedures = regime.get("procedure").and_then(toml::Value::as_table);
    let Some(procedure) = procedures.and_then(|all| all.get(kind)).and_then(toml::Value::as_table) else {
        return false;
    };
    step.is_none_or(|step| listed(procedure, "steps").iter().any(|one| text(one, "step") == step))
}

/// The words of `casework::ObligationKind`.
const OBLIGATIONS: [&str; 21] = [
    "move",
    "step",
    "filing",
    "assessment",
    "agreement_end",
    "rules_end",
    "milestone",
    "renewal",
    "explanation",
    "paper",
    "selection",
    "order",
    "supervision",
    "later_record",
    "rules_warning",
    "update",
    "catalogue",
    "entry",
    "notice",
    "risk",
    "amendment",
];

/// `kind`, or `kind/move`, in the sections that a document's own regime has.
fn has_matter(regime: &toml::Table, name: &str) -> bool {
    let (kind, by) = name.split_once('/').map_or((name, None), |(kind, by)| (kind, Some(by)));
    let matters = regime.get("matter").and_then(toml::Value::as_table);
    let Some(matter) = matters.and_then(|all| all.get(kind)).and_then(toml::Value::as_table) else { return false };
    by.is_none_or(|by| listed(matter, "moves").iter().any(|one| text(one, "move") == by))
}

fn has_value(regime: &toml::Table, name: &str) -> bool {
    let mut keys = name.split('.');
    let first = keys.next().and_then(|key| regime.get(key));
    keys.try_fold(first, |value, key| value?.get(key).map(Some)).flatten().is_some()
}

/// `CREATE TABLE name (` and its lines; `ALTER TABLE name ADD COLUMN column`.
fn columns_of(sql: &str, columns: &mut BTreeSet<(String, String)>) {
    let mut table: Option<String> = None;
    for line in sql.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["CREATE", "TABLE", name, ..] => table = Some(name.trim_end_matches('(').to_owned()),
            ["ALTER", "TABLE", name, "ADD", "COLUMN", column, ..] => {
                columns.insert((name.to_owned(), column.to_owned()));
            }
            [");", ..] => table = None,
            [column, _, ..] if column.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') => {
                if let Some(table) = &table {
                    columns.insert((table.clone(), column.to_owned()));
                }
            }
            _ => {}
        }
    }
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The code of the stations: no tests, no help for tests, no declarations of the
/// regime file's values.
const READERS: [&str; 3] = ["regime/roles.rs", "regime/public.rs", "regime/security.rs"];

fn product_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        found.extend(files(&entry.unwrap().path().join("src"), ".rs"));
    }
    found.retain(|path| {
        let name = path.to_string_lossy();
        // Of the schema, the files in which its values are put to use for all stations.
        let is_schema = name.contains("/model/src/regime") && !READERS.iter().any(|reader| name.ends_with(reader));
        !name.contains("/tests") && !name.ends_with("/testing.rs") && !is_schema
    });
    found
}

/// The part of a file before its unit tests.
fn product_code(text: &str) -> &str {
    let (unit_tests, shared) = ("\n#[cfg(test)]\nmod ", "\n#[cfg(test)]\npub(crate) mod ");
    text.split(unit_tests).next().and_then(|code| code.split(shared).next()).unwrap_or(text)
}

/// What is wrong with `file::function` as the name of a test.
fn test_fault(name: &str) -> Option<String> {
    let Some((file, function)) = name.split_once("::") else { return Some("it is not `file::function`".into()) };
    let path = root().join(file);
    if !path.is_file() {
        return Some(format!("`{file}` is no file"));
    }
    let text = read(&path);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let heads = [format!("fn {function}("), format!("async fn {function}(")];
    let Some(at) = lines.iter().position(|line| heads.iter().any(|head| line.starts_with(head.as_str()))) else {
        return Some(format!("`{file}` has no function `{function}`"));
    };
    let mut above = lines[..at].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("//"));
    let is_test = above.any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"));
    (!is_test).then(|| format!("`{function}` is no test"))
}

#[test]
fn every_carrier_that_a_clause_names_is_there() {
    let (there, rows) = (There::new(), carriers());
    let mut faults = Vec::new();
    for (document, clauses) in documents() {
        for clause in &clauses {
            for carrier in texts(clause, "carried_by") {
                if let Some(fault) = there.fault(&document, &carrier, rows.get(&carrier)) {
                    faults.push(format!("{}: {fault}", text(clause, "id")));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} carriers are labels only:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_carrier_has_its_row_and_every_row_carries_something() {
    let used: BTreeSet<String> = documents()
        .values()
        .flatten()
        .flat_map(|clause| texts(clause, "carried_by"))
        .filter(|carrier| carrier != "display")
        .collect();
    let rows: BTreeSet<String> = carriers().into_keys().collect();
    let without: Vec<_> = used.difference(&rows).collect();
    let unused: Vec<_> = rows.difference(&used).collect();
    assert!(without.is_empty(), "docs/carriers.toml has no row for: {without:#?}");
    assert!(unused.is_empty(), "no clause rests on these rows of docs/carriers.toml: {unused:#?}");
}

#[test]
fn every_test_that_a_carrier_names_is_there() {
    let mut faults = Vec::new();
    for (name, row) in carriers() {
        let tests = texts(&row, "tests");
        let different: BTreeSet<&String> = tests.iter().collect();
        if different.len() != tests.len() {
            faults.push(format!("{name}: a test is named twice"));
        }
        faults.extend(tests.iter().filter_map(|test| Some(format!("{name}: {}", test_fault(test)?))));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The crate that gives a code, by its letters.
const STATIONS: [(&str, &str); 10] = [
    ("AIR", "airlock"),
    ("CAS", "casework"),
    ("DLV", "delivery"),
    ("DOC", "documents"),
    ("EXC", "exchange"),
    ("REG", "registry"),
    ("SRV", "server"),
    ("STL", "settlement"),
    ("VLT", "vault"),
    ("WRK", "workroom"),
];

/// The code itself, and the names under which its own crate writes it:
/// `const NAME: &str = "REG-001"` or `("REG-001", NAME, …)`.
fn names_of(code: &str, home: &Path) -> Vec<String> {
    let letters = code.split('-').next().unwrap_or_default();
    // A test may count the codes up instead of listing them.
    let mut names = vec![format!("\"{code}\""), format!("\"{letters}-{{n:03}}\"")];
    for line in files(home, ".rs").iter().flat_map(|path| read(path).lines().map(str::to_owned).collect::<Vec<_>>()) {
        let constant =
            line.split_once(&format!(": &str = \"{code}\"")).and_then(|(before, _)| before.split(' ').next_back());
        let listed = line.split_once(&format!("(\"{code}\", ")).and_then(|(_, after)| after.split(',').next());
        let found =
            constant.into_iter().chain(listed).filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
        names.extend(found.map(str::to_owned));
    }
    names
}

#[test]
fn a_test_that_is_named_for_a_refusal_stands_where_its_code_is_asserted() {
    for (name, row) in carriers() {
        let (Some(code), tests) = (name.strip_prefix("control:"), texts(&row, "tests")) else { continue };
        let station = STATIONS.iter().find(|(letters, _)| code.starts_with(letters)).map(|(_, station)| *station);
        let Some(station) = station else { panic!("{name} is of no station") };
        let names = names_of(code, &root().join("crates").join(station).join("src"));
        let is_said = tests.iter().filter_map(|test| test.split_once("::")).any(|(file, _)| {
            let text = read(&root().join(file));
            // Of a file of product code, only its unit tests count.
            let tests = if file.contains("tests") { text.as_str() } else { &text[product_code(&text).len()..] };
            names.iter().any(|name| tests.contains(name.as_str()))
        });
        assert!(tests.is_empty() || is_said, "{name}: no test named for it stands in a file that says {names:?}");
    }
}

#[test]
fn the_tally_is_printed() {
    let rows = carriers();
    println!("document kind: carried partly missing display | with test, without");
    for (document, clauses) in documents() {
        let mut tallies: BTreeMap<&str, [usize; 6]> = BTreeMap::new();
        for clause in &clauses {
            let carried_by = texts(clause, "carried_by");
            let is_carried = !carried_by.is_empty() && carried_by != ["display"];
            let status = match () {
                () if carried_by.is_empty() => 2,
                () if !is_carried => 3,
                () if clause.contains_key("partly") => 1,
                () => 0,
            };
            let has_test = |carrier: &String| rows.get(carrier).is_some_and(|row| !texts(row, "tests").is_empty());
            let tested = if carried_by.iter().all(has_test) { 4 } else { 5 };
            for kind in [text(clause, "kind"), "all"] {
                let tally = tallies.entry(kind).or_default();
                tally[status] += 1;
                tally[tested] += usize::from(is_carried);
            }
        }
        for (kind, [carried, partly, missing, display, tested, untested]) in &tallies {
            println!("{document} {kind}: {carried} {partly} {missing} {display} | {tested}, {untested}");
        }
        let all = tallies.get("all").copied().unwrap_or_default();
        assert_eq!(all[..4].iter().sum::<usize>(), clauses.len(), "{document}: a clause was not counted");
    }
}

#[test]
fn what_is_not_there_is_found_out() {
    let there = There::new();
    for carrier in [
        "control:REG-999",
        "record:agreements.colour",
        "record:wishes.name",
        "route:GET /v1/wishes",
        "route:DELETE /v1/agreements",
        "event:wish.granted",
        "procedure:wedding",
        "procedure:scenario/wedding",
        "matter:wedding",
        "matter:exit/wedding",
        // In the table of its kind, but not chosen by this document.
        "matter:exit/negotiate",
        "obligation:thanks",
        "rule:agreement.colour",
        "rule:incident.report_hours",
        "calculation:tea.leaves",
        "magic:wand",
        "wand",
    ] {
        assert!(there.fault("changsha-2026", carrier, None).is_some(), "{carrier} was taken for something");
    }
    for test in [
        "every_test",
        "tests/nothing.rs::nothing",
        "tests/conformance.rs::nothing",
        "tests/conformance.rs::product_code",
    ] {
        assert!(test_fault(test).is_some(), "{test} was taken for a test");
    }
    assert_eq!(test_fault("tests/conformance.rs::what_is_not_there_is_found_out"), None);
}
