//! The one agency that gives whole authorisations, and operators that no selection chose.

use std::collections::BTreeSet;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::regime::words::Mode;
use shuyu_model::{Actor, CryptoProfile, Role};

use super::parties::organisation;
use crate::testing::{Town, allowed, digest, fund_columns, refused, regime_of, town, town_under};
use crate::{AgreementKind, Bootstrap, EntityKind, NewPerson, NewWholeAgency, Password, Registry, RegistryError};

/// Another agency of the city, with one person.
async fn second_agency(town: &Town) -> Actor {
    let new = organisation("市住建数据中心", 501, &[Role::Agency], None);
    let id = allowed(town.registry.add_organisation(&town.admins[0], new).await.unwrap());
    let (name, login) = ("骆川".to_owned(), "luo.chuan".to_owned());
    let new = NewPerson { name, login, organisation: id, password: Password::new("a long password".to_owned()) };
    let person = allowed(town.registry.add_person(&town.admins[0], new).await.unwrap());
    allowed(town.registry.grant_role(&town.admins[1], &person, Role::Agency).await.unwrap());
    town.registry.actor(&person).await.unwrap().unwrap()
}

/// Whether the one agency speaks against this one's authorising in that mode.
async fn barred(town: &Town, by: &Actor, mode: Mode) -> bool {
    let resource = town.registry.resources(&crate::Page::first()).await.unwrap().items[0].id.clone();
    let from = town.ledger().now().day();
    let grantee = town.operator[0].organisation.clone();
    let mut new = town.new_agreement(AgreementKind::Operator, grantee, vec![resource], None, from, town.last_day(from));
    new.mode = Some(mode);
    let drafted = town.registry.draft_agreement(by, new).await.unwrap().into_result();
    drafted.is_err_and(|found| found.iter().any(|reason| reason.code == "REG-134"))
}

pub(super) async fn codes_of_the_whole_and_the_chosen() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger).await;
    let operator = town.operator[0].organisation.clone();
    let new = NewWholeAgency { organisation: operator, document: digest(&ledger, "naming") };
    let mut seen: BTreeSet<String> =
        refused(town.registry.name_whole_agency(&town.regulators[0], new).await.unwrap()).into_iter().collect();
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "changchun-2025")).await;
    let new = organisation("自称运营", 502, &[Role::Operator], Some(EntityKind::LegalPerson));
    seen.extend(refused(town.registry.add_organisation(&town.admins[0], new).await.unwrap()));
    seen
}

#[tokio::test]
async fn exactly_one_agency_gives_whole_authorisations_beside_those_of_sectors() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let (registry, first, second) = (&town.registry, &town.agency[0], second_agency(&town).await);
        town.resource("fund_accounts", fund_columns()).await;
        let one = registry.whole_agency().await.unwrap().unwrap();
        assert_eq!(
            (&one.organisation, one.document),
            (&first.organisation, None),
            "{backend}: the first, until one is named"
        );
        assert!(!barred(&town, first, Mode::Whole).await && barred(&town, &second, Mode::Whole).await, "{backend}");
        assert!(!barred(&town, &second, Mode::Sector).await, "{backend}: sectors have agencies of their own");

        let named = |organisation| NewWholeAgency { organisation, document: digest(&ledger, "naming") };
        let own = registry.name_whole_agency(first, named(second.organisation.clone())).await.unwrap();
        assert_eq!(refused(own), ["REG-011"], "{backend}: the managing body names it");
        let bank = town.bank[0].organisation.clone();
        let wrong = registry.name_whole_agency(&town.regulators[0], named(bank)).await.unwrap();
        assert_eq!(refused(wrong), ["REG-134"], "{backend}");
        allowed(registry.name_whole_agency(&town.regulators[0], named(second.organisation.clone())).await.unwrap());
        assert!(barred(&town, first, Mode::Whole).await && !barred(&town, &second, Mode::Whole).await, "{backend}");
        let again = Registry::new(ledger.clone(), registry.regime_arc());
        assert_eq!(again.whole_agency().await.unwrap().unwrap().organisation, second.organisation, "{backend}");
    }
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "changchun-2025")).await;
    assert_eq!(town.registry.whole_agency().await.unwrap(), None, "that document has none");
}

#[tokio::test]
async fn the_platform_is_not_founded_by_an_operator_whom_no_selection_chose() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let registry = Registry::new(ledger.clone(), regime_of(&ledger, "changchun-2025"));
    let bootstrap = Bootstrap {
        organisation: organisation("江城运营", 7, &[Role::Operator], Some(EntityKind::LegalPerson)),
        admins: ["system", "security", "audit"]
            .map(|login| (format!("{login} 管理员"), login.to_owned(), Password::new(format!("{login} of the city")))),
    };
    let founded = registry.bootstrap(bootstrap).await;
    let Err(RegistryError::Malformed { faults }) = founded else { panic!("{founded:?}") };
    assert!(faults[0].contains("whom a completed selection has chosen"), "{faults:?}");
}
