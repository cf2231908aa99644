//! Rules of distribution under every document, without a database.

use jiff::civil::date;
use proptest::prelude::*;
use shuyu_model::CryptoProfile;

use super::*;
use crate::testing::{id, regime_of};

const CITY: &str = "市级财政";

fn party(part: Part, organisation: u128, parts: u32) -> Party {
    Party {
        part,
        organisation: id(organisation),
        parts,
        input: "数据".to_owned(),
        contribution: "汇聚治理".to_owned(),
        body: None,
        finance_rule: None,
    }
}

fn three() -> NewSharingRule {
    NewSharingRule {
        operator: id(2),
        product: None,
        from: date(2026, 6, 1),
        whole: 100,
        district: None,
        document_title: "授权运营协议".to_owned(),
        document_digest: CryptoProfile::International.digest(b"x"),
        parties: vec![party(Part::Owner, 1, 60), party(Part::Operator, 2, 25), party(Part::Processor, 3, 15)],
    }
}

fn rule(new: NewSharingRule) -> SharingRule {
    let digest = CryptoProfile::International.digest(b"rule");
    let (consents, consents_missing) = (vec![], vec![]);
    SharingRule { id: id(9), version: 1, rule: new, digest, consents, consents_missing, completed_at: Some(Time(1)) }
}

#[track_caller]
fn check(code: &str, new: &NewSharingRule, expected: &[&str]) {
    check_of(code, new, &recorded(BodyKind::Administrative), expected);
}

/// Who is what on record: the first is a public body, the others are firms.
fn recorded(first: BodyKind) -> OnRecord {
    OnRecord::from([(id(1), first), (id(2), BodyKind::Enterprise), (id(3), BodyKind::Enterprise)])
}

#[track_caller]
fn check_of(code: &str, new: &NewSharingRule, on_record: &OnRecord, expected: &[&str]) {
    let found = rule_reasons(new, on_record, &regime_of(code));
    let found: Vec<&str> = found.iter().map(|reason| reason.code.as_ref()).collect();
    assert_eq!(found, expected, "{code}");
}

#[test]
fn the_agreement_of_2023_needs_three_shares_that_sum_to_the_whole() {
    check("changsha-2023", &three(), &[]);
    let mut less = three();
    less.parties.pop();
    check("changsha-2023", &less, &[reasons::SHARES_SUM, reasons::SHARE_MISSING]);
    check("changsha-2026", &less, &[reasons::SHARES_SUM]);
    less.whole = 85;
    check("xianning-2025", &less, &[]);
    less.parties.remove(0);
    less.whole = 25;
    check("xianning-2025", &less, &[reasons::SHARE_MISSING]);
}

#[test]
fn who_invests_and_contributes_benefits_and_says_what() {
    let mut silent = three();
    silent.parties[1].contribution.clear();
    check("changchun-2025", &three(), &[]);
    check("changchun-2025", &silent, &[reasons::CONTRIBUTION_UNSAID]);
    check("changsha-2023", &silent, &[]);
}

#[test]
fn the_owners_share_goes_to_the_treasury_of_the_projects_level_and_no_other() {
    let mut district = three();
    district.district = Some("岳麓区".to_owned());
    check("changsha-2023", &district, &[]);
    for code in ["changsha-2026", "changchun-2025", "xianning-2025"] {
        check(code, &district, &[reasons::TREASURY_PLACE]);
    }
    let to = |party: &Party, district: Option<&str>| booked_to(party, district, &regime_of("changsha-2023")).0;
    for (rule_of, expected) in [(three(), CITY), (district, "岳麓区财政")] {
        let district = rule_of.district.as_deref();
        assert_eq!(to(&rule_of.parties[0], district).as_deref(), Some(expected));
        assert_eq!(to(&rule_of.parties[1], district), None);
    }
}

#[test]
fn a_public_bodys_share_names_its_finance_rule_and_an_administrative_ones_is_non_tax_revenue() {
    let mut shares = three();
    shares.parties[0].part = Part::Source;
    check("luohu-2025", &shares, &[reasons::FINANCE_RULE]);
    let firm = recorded(BodyKind::Enterprise);
    check_of("luohu-2025", &shares, &firm, &[]);
    shares.parties[0].finance_rule = Some("政府非税收入管理办法".to_owned());
    check("luohu-2025", &shares, &[]);
    check("changsha-2023", &shares, &[reasons::SHARE_MISSING]);
    // What the text says of a party decides nothing, and against the record it is refused.
    shares.parties[0].body = Some(BodyKind::Enterprise);
    check("luohu-2025", &shares, &[reasons::NOT_ON_RECORD]);
    let mut unstated = recorded(BodyKind::Administrative);
    unstated.remove(&id(1));
    shares.parties[0].body = None;
    check_of("luohu-2025", &shares, &unstated, &[reasons::NOT_ON_RECORD]);
    check_of("changchun-2025", &shares, &unstated, &[]);

    let mut luohu = regime_of("luohu-2025");
    let mut booked = |body, institution| {
        luohu.money.institution_share.as_mut().unwrap().value = institution;
        booked_to(&Party { body: Some(body), ..shares.parties[0].clone() }, None, &luohu)
    };
    for (body, institution, treasury, how) in [
        (BodyKind::Administrative, Booking::OwnAccount, Some("区级财政"), Some(Booking::Treasury)),
        (BodyKind::Institution, Booking::FiscalAccount, Some("区级财政专户"), Some(Booking::FiscalAccount)),
        (BodyKind::Institution, Booking::Treasury, Some("区级财政"), Some(Booking::Treasury)),
        (BodyKind::Institution, Booking::OwnAccount, None, Some(Booking::OwnAccount)),
        (BodyKind::Enterprise, Booking::Treasury, None, None),
    ] {
        assert_eq!(booked(body, institution), (treasury.map(str::to_owned), how), "{body:?} by {institution:?}");
    }
}

#[test]
fn a_rule_for_one_product_is_for_documents_that_share_by_participants() {
    let one = NewSharingRule { product: Some(id(5)), ..three() };
    check("luohu-2025", &NewSharingRule { parties: one.parties[1..].to_vec(), whole: 40, ..one.clone() }, &[]);
    check("changsha-2023", &one, &[reasons::NOT_BY_PRODUCT]);
    let (general, own) = (rule(three()), rule(NewSharingRule { product: Some(id(5)), ..three() }));
    let rules = [general, SharingRule { id: id(10), version: 2, ..own }];
    let june = Month::parse("2026-06").unwrap();
    let version = |product: Option<ProductId>| {
        in_force(&rules, (&id(2), product.as_ref()), june, Time(5)).map(|rule| rule.version)
    };
    assert_eq!((version(None), version(Some(id(5))), version(Some(id(6)))), (Some(1), Some(2), None));
}

#[test]
fn of_the_rules_that_all_consented_to_the_newest_that_had_begun_holds() {
    let july = Month::parse("2026-07").unwrap();
    let first = rule(three());
    let mut second = rule(NewSharingRule { from: date(2026, 7, 1), ..three() });
    (second.id, second.version) = (id(10), 2);
    let mut open = rule(three());
    (open.id, open.version, open.completed_at) = (id(11), 3, None);
    let mut later = rule(NewSharingRule { from: date(2026, 7, 2), ..three() });
    (later.id, later.version) = (id(12), 4);
    let rules = [first, second, open, later];
    let version = |month, at| in_force(&rules, (&id(2), None), month, at).map(|rule| rule.version);
    assert_eq!(version(july, Time(5)), Some(2), "a rule from the second day on is for the month after");
    assert_eq!(version(Month::parse("2026-06").unwrap(), Time(5)), Some(1));
    assert_eq!(version(Month::parse("2026-05").unwrap(), Time(5)), None);
    assert_eq!(version(july, Time(0)), None, "nobody had consented by then");
    assert_eq!(in_force(&rules, (&id(3), None), july, Time(5)), None);
}

/// Two products that have so much to share together.
fn surplus(month: Month, fen: i64, rule: &SharingRule) -> Surplus<'_> {
    let pots = [(id(5), Money::fen(fen / 2)), (id(6), Money::fen(fen - fen / 2))];
    let on_record = recorded(BodyKind::Administrative);
    Surplus { month, statement: id(1), pots: pots.into(), rule, scheme: None, on_record }
}

#[test]
fn a_distribution_that_was_changed_is_not_read_back() {
    let regime = regime_of("changsha-2023");
    let june = Month::parse("2026-06").unwrap();
    let profile = CryptoProfile::International;
    let rule = rule(three());
    let made = Distribution::compute(id(1), surplus(june, 101, &rule), &regime, profile).unwrap();
    let amounts: Vec<i64> = made.body().lines.iter().map(|line| line.amount.fen).collect();
    assert_eq!((amounts, made.body().clause.as_str()), (vec![61, 25, 15], "changsha-2023 21"));
    let text = made.to_text().unwrap();
    assert_eq!(Distribution::read_back(&text, made.digest()).unwrap(), made);
    let changed = text.replace(":61", ":60");
    assert!(matches!(Distribution::read_back(&changed, made.digest()), Err(SettlementError::Stored { .. })));
    let digest = profile.digest(changed.as_bytes());
    assert!(matches!(Distribution::read_back(&changed, digest), Err(SettlementError::Unbalanced)));
}

proptest! {
    #[test]
    fn a_month_is_shared_out_to_the_fen_and_its_entries_balance(
        fen in 1_i64..=1_000_000_000_000, parts in prop::collection::vec(0_u32..1000, 3),
    ) {
        prop_assume!(parts.iter().any(|part| *part > 0));
        let mut new = three();
        for (party, parts) in new.parties.iter_mut().zip(&parts) {
            party.parts = *parts;
        }
        let june = Month::parse("2026-06").unwrap();
        let (regime, profile) = (regime_of("changsha-2023"), CryptoProfile::International);
        let rule = rule(new);
        let made = Distribution::compute(id(1), surplus(june, fen, &rule), &regime, profile).unwrap();
        let entries = made.entries();
        let of = |account, party| crate::book::balance(&entries, account, &id(party)).unwrap().fen;
        prop_assert_eq!(of(Account::Undistributed, 2), fen);
        prop_assert_eq!(of(Account::TreasuryPayable, 2) + of(Account::SharePayable, 2) + of(Account::SharePayable, 3), -fen);
    }
}
