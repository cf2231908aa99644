//! What each document says about money, side by side; each line is held to its text.

use super::super::words::{BasisKind, Metered, Part};
use super::*;

#[test]
fn each_document_names_who_consents_to_a_distribution() {
    for (code, expected) in [
        ("changsha-2023", &[][..]),
        ("changsha-2026", &["市大数据中心", "市财政部门"]),
        ("changchun-2025", &["市政数局", "市发改部门", "市财政部门", "市国资部门", "相关行业主管部门"]),
        ("xianning-2025", &["市政数局", "市财政局"]),
        ("luohu-2025", &[]),
    ] {
        let money = parsed(code).money;
        let names: Vec<&str> = money.consent.iter().map(|body| body.name.as_str()).collect();
        assert_eq!(names, expected, "{code}");
        let is_negotiated = money.parties_consent.is_some_and(|rule| rule.value);
        assert_eq!(is_negotiated, expected.is_empty(), "{code}: where no body is named, the parties consent");
    }
}

#[test]
fn each_document_says_who_shares_and_on_what_a_price_rests() {
    use BasisKind::{Approval, Policy, Standard};
    let three: &[Part] = &[Part::Owner, Part::Operator, Part::Processor];
    let two: &[Part] = &[Part::Owner, Part::Operator];
    for (code, shares, kinds, is_guided, filed) in [
        ("changsha-2023", three, &[Policy, Standard, Approval][..], false, 0),
        ("changsha-2026", &[], &[Policy, Approval], false, 0),
        ("changchun-2025", &[], &[Approval], true, 0),
        ("xianning-2025", two, &[Policy, Standard], false, 0),
        ("luohu-2025", &[], &[Standard], false, 4),
    ] {
        let money = parsed(code).money;
        assert_eq!(money.shares_of.map(|rule| rule.value).unwrap_or_default(), shares, "{code}");
        assert_eq!(money.basis_kinds.value, kinds, "{code}");
        assert_eq!(money.guided_price_required.is_some_and(|rule| rule.value), is_guided, "{code}");
        assert_eq!(money.filing_contents.map_or(0, |rule| rule.value.len()), filed, "{code}");
    }
}

#[test]
fn the_operator_bears_the_infrastructure_where_the_document_says_so() {
    use Metered::{Call, Export, Masking, Release, Run, RunSecond, Stored};
    for (code, expected) in [
        ("changsha-2023", &[Run, RunSecond, Stored, Masking, Release, Export][..]),
        ("changsha-2026", &[]),
        ("changchun-2025", &[]),
        ("xianning-2025", &[]),
        ("luohu-2025", &[Run, RunSecond, Stored, Call]),
    ] {
        let regime = parsed(code);
        assert_eq!(regime.price.infrastructure_cost_by.is_some(), !expected.is_empty(), "{code}");
        assert_eq!(regime.money.metered.map(|rule| rule.value).unwrap_or_default(), expected, "{code}");
    }
    let fee = parsed("changsha-2026").money.fee_name.map(|name| name.value);
    assert_eq!(fee.as_deref(), Some("公共数据运营服务费"));
}
