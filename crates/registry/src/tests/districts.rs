//! Districts in the registry. The way of a scheme to its end, under each document, is
//! walked in `casework`.

use std::collections::BTreeSet;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::CryptoProfile;

use crate::testing::{allowed, digest, fund_columns, refused, regime_of, town_under};
use crate::{AgreementKind, NewDistrictScheme, Page};

fn scheme(ledger: &shuyu_ledger::Ledger) -> NewDistrictScheme {
    let document_digest = digest(ledger, "scheme");
    NewDistrictScheme {
        title: "方案".into(),
        document_digest,
        sections: Default::default(),
        narrows: Default::default(),
        parent: None,
    }
}

pub(super) async fn codes_of_districts_with_every_fault() -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let luohu = town_under(&ledger, regime_of(&ledger, "luohu-2025")).await;
    let agency = &luohu.agency[0].organisation;
    let placed = luohu.registry.place_in_district(&luohu.admins[0], agency, agency).await.unwrap();
    seen.extend(refused(placed));

    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "changsha-2026")).await;
    let (registry, admin) = (&town.registry, &town.admins[0]);
    let bureau = &town.regulators[0].organisation;
    seen.extend(refused(registry.place_in_district(admin, bureau, bureau).await.unwrap()));
    seen.extend(refused(registry.draft_district_scheme(&town.agency[0], scheme(&ledger)).await.unwrap()));
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agency = &town.agency[0].organisation;
    allowed(registry.place_in_district(admin, agency, agency).await.unwrap());
    let from = ledger.now().day();
    let grantee = town.operator[0].organisation.clone();
    let new = town.new_agreement(AgreementKind::Operator, grantee, vec![fund], None, from, from);
    seen.extend(refused(registry.draft_agreement(&town.agency[0], new).await.unwrap()));
    seen
}

#[tokio::test]
async fn a_draft_of_a_scheme_is_told_every_fault_and_read_back_after_a_restart() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town_under(&ledger, regime_of(&ledger, "changchun-2025")).await;
        let (registry, agency) = (&town.registry, &town.agency[0]);
        allowed(registry.place_in_district(&town.admins[0], &agency.organisation, &agency.organisation).await.unwrap());
        let mut bad = scheme(&ledger);
        bad.title = String::new();
        bad.sections = [("组织架构".to_owned(), "x".repeat(2001))].into();
        let told = registry.draft_district_scheme(agency, bad).await.unwrap_err().to_string();
        for expected in ["`title`", "names no section", "2000 characters"] {
            assert!(told.contains(expected), "{backend}: {expected} is missing from {told}");
        }
        let id = allowed(registry.draft_district_scheme(agency, scheme(&ledger)).await.unwrap());
        let known = registry.district_scheme(agency, &id).await.unwrap().unwrap();
        let anew = crate::Registry::new(ledger.clone(), registry.regime_arc());
        assert_eq!(anew.district_scheme(agency, &id).await.unwrap().as_deref(), Some(&*known), "{backend}");
        assert_eq!(anew.district_schemes(&town.bank[0], &Page::first()).await.unwrap().total, 1, "the city sees all");
    }
}

#[tokio::test]
async fn what_runs_by_a_districts_authorisation_says_its_district() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "changsha-2026")).await;
    let registry = &town.registry;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
    let use_kind = shuyu_model::UseKind::Industry;
    let scenario = town.scenario("核验", use_kind, &agreement, &[(&fund, &["balance"])]).await;
    assert_eq!(registry.district_of(&scenario).await.unwrap(), None, "the city's own");
    let agency = &town.agency[0].organisation;
    allowed(registry.place_in_district(&town.admins[0], agency, agency).await.unwrap());
    assert_eq!(registry.district_of(&scenario).await.unwrap().as_ref(), Some(agency));
}
