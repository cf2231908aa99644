//! What a regime file may say, and how it is told that it may not.

use super::*;

const SHIPPED: &str = include_str!("../../../../regimes/changsha-2026/regime.toml");

#[track_caller]
fn refused(text: &str) -> String {
    Regime::parse("x.toml", text).err().map(|error| error.to_string()).unwrap_or_default()
}

/// The shipped file with one piece of text replaced.
#[track_caller]
fn with(from: &str, to: &str) -> String {
    assert!(SHIPPED.contains(from), "the shipped file no longer says {from:?}");
    SHIPPED.replacen(from, to, 1)
}

#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    let said = refused(&with(from, to));
    assert!(said.contains(expected), "expected {expected:?}, was told {said:?}");
}

#[test]
fn the_shipped_file_parses_and_cites() {
    let regime = Regime::parse("regime.toml", SHIPPED).map_err(|error| error.to_string());
    let Ok(regime) = regime else { panic!("{regime:?}") };
    assert_eq!(regime.stamp(), "changsha-2026@1");
    assert_eq!(regime.last_day(), jiff::civil::date(2031, 3, 4));
    assert_eq!(regime.cite(&regime.agreement.years_max), "changsha-2026 三(三)");
    assert_eq!(regime.cite(&regime.release.cell_count_min), "changsha-2026 setting");
    assert_eq!(regime.words.len(), Role::ALL.len());
    let Some(release) = regime.procedure.get(&ProcedureKind::Release) else { panic!("no release procedure") };
    let Some(review) = release.steps.last() else { panic!("no step") };
    assert_eq!(regime.cite_step(release, review, "signatures"), "changsha-2026 setting");
    assert_eq!(regime.cite_step(release, review, ""), "changsha-2026 十");
}

#[test]
fn an_unknown_key_is_told_its_nearest_neighbour() {
    check("years_max  ", "year_max  ", "did you mean `years_max`?");
    check("[procedure.release]", "[procedure.relaese]", "did you mean `release`?");
    check("evidence = \"minutes\"", "evidnce = \"minutes\"", "did you mean `evidence`?");
}

#[test]
fn a_value_without_a_clause_is_a_fault() {
    check("{ value = 10, source = \"六\" }", "{ value = 10 }", "`logs.network_log_years_min` needs its clause");
    check(
        "{ value = 10, source = \"六\" }",
        "{ value = 10, source = \" \" }",
        "`logs.network_log_years_min` needs its clause",
    );
    check("{ value = 180, setting = true }", "{ value = 180, setting = true, source = \"八\" }", "and not both");
}

#[test]
fn a_number_of_a_step_without_a_clause_is_a_fault() {
    check("working_days_max = 3, source = \"N26 10\"", "working_days_max = 3", "`working_days_max` needs a clause");
    check(
        "settings = [\"signatures\", \"working_days_max\"]",
        "settings = [\"signatres\"]",
        "did you mean `signatures`?",
    );
    check(
        "settings = [\"working_days_max\"], source",
        "settings = [\"working_days_min\"], source",
        "but does not set it",
    );
}

#[test]
fn a_use_both_free_and_charged_is_a_fault() {
    check("{ value = [\"industry\"]", "{ value = [\"industry\", \"public_welfare\"]", "both free and charged");
}

#[test]
fn a_procedure_that_cannot_be_walked_is_a_fault() {
    check("signatures = 2,", "signatures = 0,", "asks for no signature");
    check("signatures = 2,", "signatures = 21,", "asks for more than 20 signatures");
    check("step = \"formal_review\"", "step = \"acceptance\"", "is there twice");
    check("working_days_min = 10,", "working_days_min = 10, working_days_max = 10,", "before it is overdue");
}

#[test]
fn every_fault_is_told_at_once() {
    let text = with("{ value = 10, source = \"六\" }", "{ value = 10 }");
    let text = text.replacen("version   = 1", "version   = 0", 1).replacen("signatures = 2,", "signatures = 0,", 1);
    let said = refused(&text);
    for expected in ["network_log_years_min", "`version` counts from 1", "asks for no signature"] {
        assert!(said.contains(expected), "{expected:?} is missing from {said:?}");
    }
}

#[test]
fn a_missing_key_is_named() {
    let text: String =
        SHIPPED.lines().filter(|line| !line.starts_with("years_max")).map(|line| format!("{line}\n")).collect();
    assert!(refused(&text).contains("missing field `years_max`"), "{}", refused(&text));
    let text = with("[procedure.scenario]", "[procedure.scenario_x]");
    assert!(refused(&text).contains("unknown variant `scenario_x`"), "{}", refused(&text));
}
