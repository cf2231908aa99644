//! Organisations, people, passwords, and who may be what.

use std::collections::BTreeSet;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::identifier::credit_code_check;
use shuyu_model::{CryptoProfile, Role, UseKind};

use crate::testing::{Town, allowed, fund_columns, refused, regime, regime_of, town, town_under};
use crate::{
    AgreementKind, Bootstrap, EntityKind, NewOrganisation, NewPerson, Page, Password, Registry, RegistryError,
};

fn credit_code(n: u32) -> String {
    let first17 = format!("91430200MA4L{n:05}");
    format!("{first17}{}", credit_code_check(&first17).unwrap())
}

pub(super) fn organisation(name: &str, n: u32, roles: &[Role], kind: Option<EntityKind>) -> NewOrganisation {
    let (name, roles, credit_code) = (name.to_owned(), roles.to_vec(), credit_code(n));
    NewOrganisation { name, credit_code, identity_number: None, roles, entity_kind: kind, owned_by: Vec::new() }
}

pub(super) async fn codes_of_a_natural_person_as_entity(town: &Town) -> Vec<String> {
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 5).await;
    let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
    let person = super::units::person(&super::units::identity_number());
    let person = allowed(town.registry.add_organisation(&town.admins[0], person).await.unwrap());
    let (from, until) = (jiff::civil::date(2026, 6, 1), jiff::civil::date(2027, 6, 1));
    let new = town.new_agreement(AgreementKind::Development, person, Vec::new(), Some(scenario), from, until);
    refused(town.registry.draft_agreement(&town.operator[0], new).await.unwrap())
}

pub(super) async fn codes_of_parties_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger).await;
    let (registry, security) = (&town.registry, &town.admins[1]);
    let mut seen: BTreeSet<String> = codes_of_a_natural_person_as_entity(&town).await.into_iter().collect();
    let both = organisation("一个班子", 2, &[Role::Agency, Role::Regulator], None);
    seen.extend(refused(registry.add_organisation(&town.admins[0], both).await.unwrap()));
    seen.extend(refused(registry.grant_role(security, &security.person, Role::AuditAdmin).await.unwrap()));
    seen.extend(refused(registry.grant_role(security, &town.bank[0].person, Role::Operator).await.unwrap()));
    seen
}

#[tokio::test]
async fn the_administrators_are_made_once_and_are_three() {
    for (backend, ledger, _folder) in ledgers().await {
        let registry = Registry::new(ledger.clone(), regime());
        let bootstrap = || Bootstrap {
            organisation: organisation("江城市数据局", 7, &[Role::Regulator], None),
            admins: ["system", "security", "audit"].map(|login| {
                (format!("{login} 管理员"), login.to_owned(), Password::new(format!("{login} of the city")))
            }),
        };
        let people = registry.bootstrap(bootstrap()).await.unwrap();
        let roles: Vec<&[Role]> = people.iter().map(|person| person.roles.as_slice()).collect();
        assert_eq!(roles, [[Role::SystemAdmin], [Role::SecurityAdmin], [Role::AuditAdmin]], "{backend}");
        assert!(matches!(registry.bootstrap(bootstrap()).await, Err(RegistryError::Conflict { .. })), "{backend}");

        let actor = registry.sign_in("security", &Password::new("security of the city")).await.unwrap().unwrap();
        assert_eq!(actor.roles, [Role::SecurityAdmin]);
        assert_eq!(registry.sign_in("security", &Password::new("system of the city")).await.unwrap(), None);
        assert_eq!(registry.sign_in("nobody", &Password::new("system of the city")).await.unwrap(), None);
    }
}

#[tokio::test]
async fn people_come_without_roles_and_get_only_those_of_their_organisation() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let (registry, [system, security, audit]) = (&town.registry, &town.admins[..]) else { panic!("three") };
        let password = Password::new("correct horse battery");
        let new = |login: &str| NewPerson {
            name: "李四".into(),
            login: login.into(),
            password: password.clone(),
            organisation: town.bank[0].organisation.clone(),
        };
        assert_eq!(refused(registry.add_person(security, new("li.si")).await.unwrap()), ["REG-011"], "{backend}");
        let person = allowed(registry.add_person(system, new("li.si")).await.unwrap());
        assert!(matches!(registry.add_person(system, new("li.si")).await, Err(RegistryError::Conflict { .. })));
        assert!(matches!(registry.add_person(system, new("Li Si")).await, Err(RegistryError::Malformed { .. })));
        assert_eq!(registry.sign_in("li.si", &password).await.unwrap(), None, "{backend}: no roles yet");

        for (by, role, expected) in [
            (system, Role::Entity, vec!["REG-011"]),
            (audit, Role::Entity, vec!["REG-011"]),
            (security, Role::Operator, vec!["REG-023"]),
            (security, Role::AuditAdmin, vec!["REG-023"]),
        ] {
            assert_eq!(refused(registry.grant_role(by, &person, role).await.unwrap()), expected, "{backend} {role:?}");
        }
        allowed(registry.grant_role(security, &person, Role::Entity).await.unwrap());
        let actor = registry.sign_in("li.si", &password).await.unwrap().unwrap();
        assert_eq!(actor.roles, [Role::Entity], "{backend}");

        let better = Password::new("an even better one");
        assert!(!registry.change_password(&actor, &better, &password).await.unwrap());
        assert!(registry.change_password(&actor, &password, &better).await.unwrap());
        assert_eq!(registry.sign_in("li.si", &password).await.unwrap(), None);
        assert!(registry.sign_in("li.si", &better).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn an_administrator_holds_no_other_role() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let (registry, security) = (&town.registry, &town.admins[1]);
        let seen = refused(registry.grant_role(security, &town.admins[0].person, Role::AuditAdmin).await.unwrap());
        assert_eq!(seen, ["REG-022"], "{backend}");
        let seen = refused(registry.grant_role(security, &security.person, Role::SystemAdmin).await.unwrap());
        assert_eq!(seen, ["REG-022", "REG-024"], "{backend}");
        let seen = refused(registry.withdraw_role(security, &security.person, Role::SecurityAdmin).await.unwrap());
        assert_eq!(seen, ["REG-024"], "{backend}");
    }
}

#[tokio::test]
async fn an_organisation_is_entered_once_with_a_valid_code() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger).await;
        let (registry, system) = (&town.registry, &town.admins[0]);
        let before = registry.organisations(&Page::first()).await.unwrap().total;
        let new = || organisation("江城保险", 3, &[Role::Entity], Some(EntityKind::LegalPerson));
        let id = allowed(registry.add_organisation(system, new()).await.unwrap());
        assert!(
            matches!(registry.add_organisation(system, new()).await, Err(RegistryError::Conflict { .. })),
            "{backend}"
        );
        let wrong =
            NewOrganisation { credit_code: credit_code(3).replace("MA4L", "MA4M"), ..organisation(" ", 3, &[], None) };
        let Err(RegistryError::Malformed { faults }) = registry.add_organisation(system, wrong).await else { panic!() };
        assert_eq!(faults.len(), 3, "{faults:?}");
        let list = registry.organisations(&Page { after: None, items_max: 2 }).await.unwrap();
        assert_eq!((list.items.len(), list.total), (2, before + 1));
        assert_eq!(registry.organisation(&id).await.unwrap().unwrap().name, "江城保险");
    }
}

#[tokio::test]
async fn what_the_document_gives_to_one_body_by_name_no_second_one_is() {
    let rows: [(&str, &[Role], &[Role]); 5] = [
        ("changsha-2026", &[Role::Regulator], &[Role::Agency, Role::Source, Role::Operator]),
        ("changchun-2025", &[Role::Regulator], &[Role::Agency]),
        ("changsha-2023", &[Role::Regulator], &[Role::Agency, Role::Source]),
        ("luohu-2025", &[Role::Regulator, Role::Agency], &[Role::Source]),
        ("xianning-2025", &[Role::Regulator, Role::Agency], &[Role::Operator]),
    ];
    for (code, single, several) in rows {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town_under(&ledger, regime_of(&ledger, code)).await;
        let mut n = 10;
        let mut tried = async |role: Role| {
            n += 1;
            let new = organisation(&format!("单位{n}"), n, &[role], None);
            town.registry.add_organisation(&town.admins[0], new).await.unwrap()
        };
        for role in single {
            assert_eq!(refused(tried(*role).await), ["REG-049"], "{code} {role:?}");
        }
        for role in several {
            allowed(tried(*role).await);
        }
    }
}

/// REG-100: of an association that would operate in Luohu.
pub(super) async fn codes_of_an_operators_form() -> Vec<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "luohu-2025")).await;
    let new = organisation("某协会", 77, &[Role::Operator], Some(EntityKind::Organisation));
    refused(town.registry.add_organisation(&town.admins[0], new).await.unwrap())
}

#[tokio::test]
async fn an_operator_is_of_a_legal_form_that_the_document_lets_operate() {
    for (code, is_asked) in [("luohu-2025", true), ("changsha-2023", false)] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town_under(&ledger, regime_of(&ledger, code)).await;
        for (n, kind) in [(77, None), (78, Some(EntityKind::Organisation)), (79, Some(EntityKind::LegalPerson))] {
            let new = organisation(&format!("某机构{n}"), n, &[Role::Operator], kind);
            let verdict = town.registry.add_organisation(&town.admins[0], new).await.unwrap();
            match is_asked && kind != Some(EntityKind::LegalPerson) {
                true => assert_eq!(refused(verdict), ["REG-100"], "{code} {kind:?}"),
                false => drop(allowed(verdict)),
            }
        }
    }
}
