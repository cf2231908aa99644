//! What the section on security and the followed parts of a matter cannot say.

use super::*;

const CHANGSHA: &str = include_str!("../../../../../regimes/changsha-2026/regime.toml");
const LUOHU: &str = include_str!("../../../../../regimes/luohu-2025/regime.toml");

#[track_caller]
fn check(text: &str, from: &str, to: &str, said: &str) {
    assert!(text.contains(from), "{from}");
    let error = Regime::parse("x", &text.replacen(from, to, 1)).err().map(|error| error.to_string());
    let error = error.unwrap_or_default();
    assert!(error.contains(said), "{from} -> {to}: {error}");
}

#[test]
fn what_is_watched_and_followed_can_be_watched_and_followed() {
    let readers = r#"journal_readers = { value = ["regulator", "agency", "supervisor"]"#;
    check(CHANGSHA, readers, r#"journal_readers = { value = ["audit_admin"]"#, "name bodies and parties");
    check(CHANGSHA, readers, r#"journal_readers = { value = ["processor"]"#, "name bodies and parties");
    check(CHANGSHA, "last_hour                = { value = 22", "last_hour = { value = 6", "after `first_hour`");
    check(CHANGSHA, "mean_days                = { value = 7, setting = true }\n", "", "need each other");
    check(CHANGSHA, "first_hour               = { value = 6, setting = true }\n", "", "need each other");
    check(CHANGSHA, "calls_percent_of_quota   = { value = 90", "calls_percent_of_quota = { value = 101", "100 at most");
    check(CHANGSHA, "\"sandbox\"", "\"sandbx\"", "did you mean `sandbox`?");
    check(LUOHU, "times = [{ key = \"discovered_at\"", "times = [{ key = \"Discovered\"", "needs to be a key");
    check(LUOHU, "notices = [{ at = \"open\"", "notices = [{ at = \"opening\"", "there is no such move here");
    check(
        LUOHU,
        "before = [\"contain\"], source = \"九(二)\" }",
        "before = [\"x\"], source = \"九(二)\" }",
        "no move `x`",
    );
    check(LUOHU, "keys = [\"plan_step\"]", "keys = [\"step\"]", "`plan_step` among the contents");
    check(LUOHU, "of = [\"scenario_emergency_plan\"", "of = [\"added_tool\"", "there is no `dossier.added_tool` here");
}

#[test]
fn a_document_that_asks_for_no_monitoring_has_none() {
    for (code, alerts, controls) in [
        ("changchun-2025", true, true),
        ("changsha-2023", true, false),
        ("changsha-2026", true, true),
        ("luohu-2025", false, false),
        ("xianning-2025", false, false),
    ] {
        let regime = parsed(code);
        assert_eq!((regime.alerts().is_some(), regime.controls().is_some()), (alerts, controls), "{code}");
        assert_eq!(regime.matter.contains_key(&MatterKind::Alert), alerts, "{code}");
        assert_eq!(regime.logs_requests(), matches!(code, "changsha-2026" | "luohu-2025"), "{code}");
    }
}

#[test]
fn an_entry_is_kept_for_the_years_that_the_rules_name() {
    let regime = parsed("changsha-2026");
    let written = crate::Time::at_start_of(jiff::civil::date(2026, 6, 1));
    assert_eq!(regime.log_kept_until(written), jiff::civil::date(2036, 6, 1));
}
