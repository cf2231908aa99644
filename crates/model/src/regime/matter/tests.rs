//! What a matter section may say, and how it is told that it may not.

use super::super::{Regime, RegimeError};
use super::*;

const SHIPPED: &str = include_str!("../../../../../regimes/changsha-2026/regime.toml");

#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    assert!(SHIPPED.contains(from), "the shipped file no longer says {from:?}");
    let said = Regime::parse("x.toml", &SHIPPED.replacen(from, to, 1)).err().map(|error| error.to_string());
    let said = said.unwrap_or_default();
    assert!(said.contains(expected), "expected {expected:?}, was told {said:?}");
}

fn shipped() -> Regime {
    match Regime::parse("regime.toml", SHIPPED) {
        Ok(regime) => regime,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_shipped_file_has_the_kinds_of_its_document_and_each_is_cited() {
    let regime = shipped();
    // It knows no call, no note of guidance, no referral, no remedy and no supervision by a
    // processor; no voice beside complaints.
    let absent = [
        MatterKind::Guidance,
        MatterKind::Call,
        MatterKind::Referral,
        MatterKind::Voice,
        MatterKind::Remedy,
        MatterKind::Supervision,
    ];
    for kind in MatterKind::ALL {
        assert_ne!(regime.matter.contains_key(&kind), absent.contains(&kind), "{kind:?}");
    }
    let Some(rules) = regime.matter.get(&MatterKind::Rectification) else { panic!("no rectification") };
    let machine = MatterKind::Rectification.machine();
    let Some(rule) = rules.rule(machine, "ordered", "report_done") else { panic!("no report") };
    assert_eq!(regime.cite_move(rules, rule, "working_days_max"), "changsha-2026 setting");
    assert_eq!(regime.cite_move(rules, rule, ""), "changsha-2026 六(三)");
    assert_eq!(rule.title(machine), "报告整改完成");
    assert!(rules.rule(machine, "found", "report_done").is_none());
}

#[test]
fn a_section_reads_back_from_what_is_kept_of_it() {
    for rules in shipped().matter.values() {
        let kept = serde_json::to_string(rules).unwrap_or_default();
        assert_eq!(serde_json::from_str::<MatterRules>(&kept).ok().as_ref(), Some(rules));
    }
}

#[test]
fn a_jurisdiction_without_matters_has_none() {
    let text = include_str!("../../../../../regimes/changchun-2025/regime.toml");
    let text = text.split("[matter.scheme]").next().unwrap_or_default();
    // Alerts need the matter in which they wait.
    let (before, after) = text.split_once("[security.alerts]").unwrap_or_default();
    let after = after.split_once("[security.controls]").map_or(after, |(_, after)| after);
    let text = format!("{before}[security.controls]{after}");
    // Where nobody can complain, the public cannot either.
    let text = text.replacen("complaints_about =", "# complaints_about =", 1);
    assert!(Regime::parse("x.toml", &text).is_ok_and(|regime| regime.matter.is_empty()));
}

#[test]
fn what_is_not_in_the_table_is_told_its_nearest_neighbour() {
    check("move = \"hand_over\"", "move = \"handover\"", "did you mean `hand_over`?");
    check("[matter.rectification]", "[matter.rectifications]", "did you mean `rectification`?");
    check("\"transition\", \"handed_over\", ", "\"triggered\", ", "does not leave `triggered` in the table");
    check("{ move = \"talk\", by = [\"agency\"", "{ move = \"talk\", by = [\"agencies\"", "`agencies` is no role");
    check("{ move = \"talk\", by", "{ move = \"talk\", bye", "did you mean `by`?");
    check("open_by = [\"entity\"]\n", "open_by = []\n", "opened by nobody");
    check(
        "{ move = \"talk\", by = [\"agency\", \"regulator\"]",
        "{ move = \"talk\", by = []",
        "`talk` is made by nobody",
    );
    check(
        "{ move = \"talk\", by = [\"agency\"",
        "{ move = \"talk\", by = [\"counterparty\"",
        "counterparty that there",
    );
    check("{ move = \"talk\", by = [\"agency\"", "{ move = \"talk\", by = [\"platform\"", "not by both");
}

#[test]
fn a_number_without_a_clause_is_a_fault() {
    check(
        "working_days_max = 10, settings = [\"working_days_max\"] },\n  { move = \"reject\"",
        "working_days_max = 10 },\n  { move = \"reject\"",
        "`working_days_max` needs a clause",
    );
    check(
        "by = \"regulator\", working_days_max = 5, settings = [\"working_days_max\"]",
        "by = \"regulator\", settings = [\"working_days_max\"]",
        "but does not set it",
    );
    check(
        "working_days_max = 30, settings = [\"working_days_max\"] },\n  # Whoever hands",
        "working_days_max = 30, settings = [\"working_day_max\"] },\n  # Whoever hands",
        "did you mean `working_days_max`?",
    );
    check("working_days_max = 1, settings", "working_days_max = 1001, settings", "is more than 1000");
    check(
        "working_days_min = 5, settings = [\"working_days_min\"]",
        "working_days_min = 5, working_days_max = 5, settings = [\"working_days_min\", \"working_days_max\"]",
        "before it is overdue",
    );
    check("every_months = { value = 12, setting = true }", "every_months = { value = 12 }", "needs its clause");
    check("every_months = { value = 12, setting", "every_months = { value = 0, setting", "every_months.value` is 0");
}

#[test]
fn what_cannot_be_walked_is_a_fault() {
    check("  { move = \"close\", from = [\"logs_sealed\"], by = \"agency\" },\n", "", "no way out of `logs_sealed`");
    check("  { move = \"announce\", by = \"agency\" },\n", "", "`evaluate` can never be made");
    check("  { move = \"announce\", by = \"agency\" },\n", "", "no final state can be reached");
    check(
        "{ move = \"mark_overdue\", from = [\"ordered\", \"plan_agreed\", \"suspended\"], by = \"platform\"",
        "{ move = \"supervise\", by = \"platform\"",
        "`supervise` can never be made",
    );
    check(
        "  { move = \"talk\", by = [\"agency\", \"regulator\"] },\n",
        "  { move = \"talk\", by = \"agency\" },\n  { move = \"talk\", by = \"regulator\" },\n",
        "a move twice in `found`",
    );
    check(
        "by = \"platform\", working_days_max = 0, settings = [\"working_days_max\"]",
        "by = \"platform\"",
        "no day in",
    );
    check(
        "{ move = \"terminate\", by = \"agency\", ground = \"targets",
        "{ move = \"supervise\", by = \"platform\" },\n  { move = \"terminate\", by = \"agency\", ground = \"targets",
        "two moves in `overdue`",
    );
}

#[test]
fn an_agreement_ends_on_a_ground_that_the_rules_name() {
    check("ground = \"unlawful\"", "ground = \"bad_luck\"", "none of `agreement.exit_grounds`");
    check("by = \"agency\", ground = \"unlawful\"", "by = \"agency\"", "ends an agreement and names no `ground`");
    check("{ move = \"cancel\", by", "{ move = \"cancel\", ground = \"other\", by", "needs no `ground`");
}

#[test]
fn contents_are_asked_for_at_a_move_and_by_a_clause() {
    check("{ at = \"apply\"", "{ at = \"applies\"", "there is no such move here");
    check("keys = [\"use_of_result\"]", "keys = []", "need `keys` and a clause");
    check("keys = [\"use_of_result\"]", "keys = [\"The Score\"]", "`The Score` is no key");
    check("counterparty_decides = {", "required_for_use = {", "belongs to `matter.entity_onboarding`");
    let error = Regime::parse(
        "x.toml",
        &SHIPPED.replacen("[matter.exit]\nsource  = \"六\"", "[matter.exit]\nsource = \" \"", 1),
    );
    assert!(matches!(error, Err(RegimeError::Faults { .. })), "{error:?}");
}

#[test]
fn what_is_asked_of_a_matter_beside_its_moves_can_be_given() {
    check(
        "open_on = { agency = [\"source\", \"operator\"",
        "open_on = { source = [\"operator\"",
        "`open_on.source` needs its place",
    );
    check(
        "operator = [\"entity\"] }\n# An",
        "operator = [] }\n# An",
        "`open_on.operator` needs its place in `open_by` and somebody",
    );
    check(
        "under_agreement = { value = [\"operator\"]",
        "under_agreement = { value = [\"source\"]",
        "`under_agreement` names `source`, which opens none",
    );
    check("to = [\"source\"], ", "", "`put` goes to somebody and says not to which roles (`to`)");
    check(
        "{ move = \"talk\", by",
        "{ move = \"talk\", to = [\"source\"], by",
        "`talk` goes to nobody and needs no `to`",
    );
    check("values = [\"departments\", \"levels\"]", "values = []", "need a key, `values` and a clause");
    check("key = \"concerning\"", "key = \"Con Cerning\"", "choices of `Con Cerning` need a key");
    check("{ at = \"follow_up\", of = [\"rectification\"]", "{ at = \"follow_up\", of = []", "need `of` and a clause");
    check("{ at = \"follow_up\", of", "{ at = \"follow_out\", of", "cites at `follow_out`: there is no such move here");
    check("of = [\"rectification\"], source", "of = [\"referral\"], source", "there is no `matter.referral` here");
    check("of = [\"rectification\"], source", "of = [\"rectifications\"], source", "neither a matter nor a thing");
    check("states = [\"accepted\", ", "states = [\"acepted\", ", "no cited matter ever is `acepted`");
    check(
        "grounds = [\"assessment_failed\"]",
        "grounds = [\"bad_luck\"]",
        "`bad_luck` is none of `agreement.exit_grounds`",
    );
}

#[test]
fn how_an_agreement_ends_can_be_done_here() {
    let passage = "{ at = \"report_done\", after = \"agree_plan\", on = [\"source\"], source = \"七(一)\" }";
    check(passage, &passage.replace("agree_plan", "agree_plans"), "there is no move `agree_plans` here");
    check(passage, &passage.replace("七(一)", " "), "passage to `report_done` needs a clause");
    check(passage, &passage.replace("on =", "grounds = [\"bad_luck\"], on ="), "`bad_luck` is none of");
    let reserved = "{ at = \"accept\", on = [\"source\"], by = \"regulator\", source = \"七(一)\" }";
    check(reserved, &reserved.replace("regulator", "supervisor"), "`supervisor` does not make that move here");
    check(reserved, &reserved.replace("[\"source\"]", "[]"), "reserved `accept` needs `on` and a clause");
    let proposed = "{ of = \"rectification\", states = [\"overdue\", \"channel_closed\"], ground";
    check(proposed, &proposed.replace("rectification", "referral"), "there is no `matter.referral` here");
    check(proposed, &proposed.replace("rectification", "agreement"), "an exit is proposed on a matter");
    check(proposed, &proposed.replace("\"overdue\"", "\"overdone\""), "it never is `overdone`");
    check(proposed, &proposed.replace("[\"overdue\", \"channel_closed\"]", "[]"), "needs `states` and a clause");
    check("value = [\"service\", \"data\", \"asset\"]", "value = []", "is an empty list");
    check("deliveries_go_on_days = { value = 60", "deliveries_go_on_days = { value = 0", "is 0");
    check("opened_at_expiry = { value = true", "required_for_use = { value = true", "belongs to `matter.entity_");
    check("counterparty_decides = {", "opened_at_expiry = {", "`opened_at_expiry` belongs to `matter.exit`");
    check(
        "grounds = [\"other\"] },\n  { at = \"confirm\"",
        "grounds = [\"others\"] },\n  { at = \"confirm\"",
        "`others` is none",
    );
    check(
        "states = [\"rectification/ordered\"",
        "states = [\"inspection/ordered\"",
        "no cited matter ever is `inspection/",
    );
}
