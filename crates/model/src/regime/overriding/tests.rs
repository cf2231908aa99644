//! What can be set anew, and what is said where it cannot.

use serde_json::json;

use super::*;
use crate::matter::MatterKind;
use crate::regime::{ProcedureKind, STEP_NUMBERS};

const RULE: &str = "某省数据局 某数〔2026〕3号 第五条";

fn every() -> Vec<Regime> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../regimes");
    ["changchun-2025", "changsha-2023", "changsha-2026", "luohu-2025", "xianning-2025"]
        .map(|code| {
            let text = std::fs::read_to_string(folder.join(code).join("regime.toml")).unwrap();
            Regime::parse(code, &text).unwrap()
        })
        .to_vec()
}

fn changchun() -> Regime {
    every().remove(0)
}

fn anew(regime: &Regime, key: &str, value: Json) -> Result<Regime, String> {
    let set = regime.set_anew(&[Anew { key, value: &value, source: RULE }])?;
    let faults = set.faults();
    if faults.is_empty() { Ok(set) } else { Err(faults.join("; ")) }
}

#[test]
fn rules_with_nothing_set_anew_are_the_rules() {
    for regime in every() {
        assert_eq!(regime.set_anew(&[]), Ok(regime.clone()), "{}", regime.code);
        assert_eq!((regime.stamp(), regime.faults()), (regime.document(), Vec::new()));
    }
}

/// A leaf of a file can be set to what it is, whichever it is: every thirteenth, for time.
#[test]
fn any_value_of_any_document_can_be_set_anew() {
    for regime in every() {
        let plain = without_empty(Value::try_from(&regime).unwrap());
        let mut leaves = Vec::new();
        leaves_of(&plain, String::new(), &mut leaves);
        assert!(leaves.len() > 500, "{}: {}", regime.code, leaves.len());
        for (key, value) in leaves.into_iter().step_by(13) {
            let parts: Vec<&str> = key.split('.').collect();
            if is_itself(&parts, &value).is_err() {
                assert!(anew(&regime, &key, value).is_err(), "{} {key}", regime.code);
                continue;
            }
            let set = anew(&regime, &key, value).unwrap_or_else(|fault| panic!("{} {key}: {fault}", regime.code));
            assert_eq!(set.stamp(), format!("{}+1", regime.document()), "{key}");
        }
    }
}

fn leaves_of(value: &Value, path: String, found: &mut Vec<(String, Json)>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Table(table) if table.contains_key("value") => {
            found.push((path, serde_json::to_value(&table["value"]).unwrap()));
        }
        Value::Table(table) => {
            for (key, value) in table.iter().filter(|(key, _)| !BESIDE.contains(&key.as_str())) {
                leaves_of(value, below(key), found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_table) => {
            for (place, item) in items.iter().enumerate() {
                leaves_of(item, below(&place.to_string()), found);
            }
        }
        plain => found.push((path, serde_json::to_value(plain).unwrap())),
    }
}

#[test]
fn what_is_set_anew_cites_the_higher_rule() {
    let regime = changchun();
    let set = anew(&regime, "agreement.years_max", json!(3)).unwrap();
    assert_eq!(set.agreement.years_max.value, 3);
    assert_eq!(set.cite(&set.agreement.years_max), format!("changchun-2025 {RULE}"));
    assert_eq!(set.agreement.at_expiry, regime.agreement.at_expiry, "nothing else");
    // A setting of the city is one no longer.
    let set = anew(&regime, "selection.holds_months", json!(6)).unwrap();
    assert_eq!((set.selection.holds_months.value, set.selection.holds_months.setting), (6, false));
    // A step's number, whose clause is the step's or the procedure's.
    let key = "procedure.release.steps.0.working_days_max";
    let set = anew(&regime, key, json!(2)).unwrap();
    let release = &set.procedure[&ProcedureKind::Release];
    let step = &release.steps[0];
    assert_eq!(step.working_days_max, Some(2));
    for number in STEP_NUMBERS {
        let cited = set.cite_step(release, step, number);
        let chosen = step.settings.iter().any(|setting| setting == number);
        assert!(chosen || cited.ends_with(RULE), "{number}: {cited}");
    }
    assert!(!step.settings.iter().any(|number| number == "working_days_max"), "the city no longer chose it");
    // A move's number.
    let key = "matter.exit.moves.1.working_days_max";
    let exit = anew(&regime, key, json!(3)).unwrap().matter[&MatterKind::Exit].clone();
    assert_eq!(exit.moves[1].working_days_max, Some(3));
    assert!(exit.moves[1].source.as_deref().is_some_and(|source| source.ends_with(RULE)), "{:?}", exit.moves[1]);
    assert!(exit.moves[1].source.as_deref().is_some_and(|source| source.starts_with("13,26")));
}

#[test]
fn a_list_a_section_and_what_the_document_lacks_are_set_anew() {
    let regime = changchun();
    let set = anew(&regime, "price.free_uses", json!(["public_governance"])).unwrap();
    assert_eq!(set.price.free_uses.value.len(), 1);
    // Two that hold only together.
    let both = json!({ "amends_with_law": false, "amends_within_days": null });
    assert!(anew(&regime, "agreement.amends_with_law", json!(false)).unwrap_err().contains("name both or neither"));
    let set = anew(&regime, "agreement", both).unwrap();
    assert!(set.agreement.amends_within_days.is_none());
    assert_eq!(set.agreement.years_max, regime.agreement.years_max);
    // Keys that the document does not have: one with a source, one row of a list.
    assert!(regime.agreement.renewal_months_before.is_none());
    let set = anew(&regime, "agreement.renewal_months_before", json!(6)).unwrap();
    let rule = set.agreement.renewal_months_before.clone().unwrap();
    assert_eq!((rule.value, rule.source.as_deref()), (6, Some(RULE)));
    let last = regime.selection.conditions.len();
    let row = json!({ "code": "localisation", "what": "本地服务能力", "source": RULE });
    let set = anew(&regime, &format!("selection.conditions.{last}"), row).unwrap();
    assert_eq!(set.selection.conditions.len(), last + 1);
    let set = anew(&regime, "bans.profiling", json!("5"));
    assert!(set.is_err_and(|what| what.contains("unknown variant `profiling`")), "bans are a closed list");
}

#[test]
fn what_cannot_be_set_anew_is_told_with_what_to_do() {
    let regime = changchun();
    for (key, value, expected) in [
        ("agreement.year_max", json!(3), "did you mean `years_max`?"),
        ("agrement.years_max", json!(3), "did you mean `agreement`?"),
        ("procedure.release.step.2.days", json!(3), "did you mean `steps`?"),
        ("procedure.relase.steps", json!(3), "did you mean `release`?"),
        ("agreement.years_max", json!("3"), "write the number without quotes"),
        ("agreement.years_max", json!(300), "too small or too large"),
        ("agreement.years_max", json!(-1), "too small or too large"),
        ("agreement.years_max", json!(0), "name 1 at least"),
        ("agreement.years_max", json!(1.5), "no whole number"),
        ("agreement.years_max", json!(null), "every regime says this"),
        ("price.free_uses", json!([]), "is an empty list"),
        ("price.free_uses", json!([null]), "is null inside a value"),
        ("agreement.years_max.value", json!(3), "name `agreement.years_max`"),
        ("agreement.years_max.most", json!(3), "name it alone"),
        ("agreement..years_max", json!(3), "is no key"),
        ("price.charged_uses", json!(["public_welfare"]), "both free and charged"),
        ("price.kind", json!("guidence"), "did you mean `guidance`?"),
        ("selection.conditions.99.what", json!("其他"), "from 0 to 7"),
        ("selection", json!(3), "is a section"),
        ("selection.conditions", json!([]), "is an empty list"),
        ("version", json!(2), "says what document this is"),
        ("hierarchy", json!({ "higher_rules_prevail": false }), "says what document this is"),
        ("hierarchy", json!(null), "says what document this is"),
    ] {
        let told = anew(&regime, key, value.clone()).err().unwrap_or_default();
        assert!(told.contains(expected), "{key} {value}: {told}");
    }
}
