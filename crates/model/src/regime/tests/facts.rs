//! What each document wants told of resources, asks of its catalogue and of products,
//! side by side; and the mistakes that a file can make about them.

use super::super::{FactAct, FactKind, Interest, Right};
use super::*;

#[test]
fn each_document_asks_for_its_own_facts_and_says_which_act_waits() {
    use FactAct::{Listing, Using};
    use FactKind as F;
    let before = |regime: &Regime, kind: FactKind| {
        regime.fact.get(&kind).map(|rules| rules.before.as_ref().map(|acts| acts.value.clone()).unwrap_or_default())
    };
    for (code, kind, expected) in [
        ("luohu-2025", F::OpenMode, Some(vec![Listing])),
        ("luohu-2025", F::BaseEntry, Some(vec![Listing])),
        ("xianning-2025", F::BaseEntry, Some(vec![])),
        ("xianning-2025", F::PriorityFields, Some(vec![])),
        ("changsha-2023", F::BasisOfHosting, Some(vec![Using])),
        ("changsha-2026", F::OpenMode, None),
        ("changchun-2025", F::PriorityFields, None),
    ] {
        assert_eq!(before(&parsed(code), kind), expected, "{code} {kind:?}");
    }
    let fields = parsed("xianning-2025").fact[&F::PriorityFields].values.clone().map(|values| values.value.len());
    assert_eq!(fields, Some(25), "24 fields, and others");
}

#[test]
fn each_document_says_who_compiles_decides_on_and_publishes_its_catalogue() {
    use Role::{Agency, Operator, Regulator};
    for (code, expected) in [
        ("changsha-2026", Some((vec![Regulator], Regulator, Some(Body::Regulator), false))),
        ("changchun-2025", Some((vec![Agency, Regulator], Regulator, None, false))),
        ("xianning-2025", Some((vec![Agency], Agency, None, true))),
        ("luohu-2025", Some((vec![Operator], Agency, None, true))),
        ("changsha-2023", None),
    ] {
        let rules = parsed(code).catalogue.map(|rules| {
            let agrees = rules.departments_agree.is_some_and(|rule| rule.value);
            let decides = rules.decided_by.map(|body| body.value);
            (rules.compiled_by.value, rules.published_by.value, decides, agrees)
        });
        assert_eq!(rules, expected, "{code}");
    }
}

#[test]
fn whose_the_data_is_and_what_is_asked_of_products_differs() {
    for (code, owner, interests, rights) in [
        ("changsha-2023", Some(Body::Government), 0, 0),
        ("luohu-2025", Some(Body::Source), 3, Right::ALL.len()),
        ("changchun-2025", None, 5, 0),
        ("changsha-2026", None, 0, 0),
        ("xianning-2025", None, 0, 0),
    ] {
        let regime = parsed(code);
        assert_eq!(regime.resource.owner.map(|owner| owner.value), owner, "{code}");
        let product = regime.product.as_ref();
        let asked = product.and_then(|rules| rules.interests.as_ref()).map_or(0, |rule| rule.value.len());
        let told = product.and_then(|rules| rules.rights.as_ref()).map_or(0, |rule| rule.value.len());
        assert_eq!((asked, told), (interests, rights), "{code}");
    }
    let interests = parsed("changsha-2023").resource.interests.map(|rule| rule.value).unwrap_or_default();
    assert!(interests.contains(&Interest::CollectiveSecrets) && interests.contains(&Interest::TradeSecrets));
}

#[test]
fn what_cannot_hold_is_told_with_its_place() {
    let file = |code: &str| FILES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text).unwrap_or_default();
    for (code, from, to, said) in [
        ("changsha-2026", "score_min        = { value = 95", "score_min        = { value = 101", "it is per cent"),
        (
            "changsha-2026",
            "{ value = [\"regulator\"], source = \"二(一)\" }\npublished",
            "{ value = [], source = \"二(一)\" }\npublished",
            "name who compiles it",
        ),
        (
            "changsha-2023",
            "owner                         = { value = \"government\"",
            "owner = { value = \"operator\"",
            "others own no public data",
        ),
        (
            "changsha-2023",
            "before                = { value = [\"using\"]",
            "before                = { value = []",
            "leave it out where no act waits",
        ),
        ("luohu-2025", "interests         = {", "rights_x         = {", "did you mean"),
        (
            "xianning-2025",
            "[fact.base_entry]\nsource = \"三(一)\"",
            "[fact.base_entry]\nsource = \"三(一)\"\nvalues = { value = [\"x\"], setting = true }",
            "what entries there are",
        ),
        ("xianning-2025", "name   = \"文旅数据集\"", "name   = \"住房公积金信用\"", "is there twice"),
    ] {
        let text = file(code);
        assert!(text.contains(from), "{code}: {from:?} is no longer there");
        let told = Regime::parse("x.toml", &text.replacen(from, to, 1)).err().map(|error| error.to_string());
        let told = told.unwrap_or_default();
        assert!(told.contains(said) && told.contains("line "), "{code}: {said:?} in {told:?}");
    }
}
