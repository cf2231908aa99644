//! Who becomes operator by the choice of a selection, where the document makes nobody
//! operator otherwise.

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{OrganisationId, PersonId};
use shuyu_model::identifier::credit_code_check;
use shuyu_model::{CryptoProfile, Role};
use shuyu_registry::testing::{allowed, digest, refused};
use shuyu_registry::{EntityKind, NewOrganisation, NewPerson, Password};

use super::candidacies::{Call, call};
use crate::candidacy::{Evidence, Judgement, NewCandidacy};

fn firm(roles: &[Role], kind: EntityKind) -> NewOrganisation {
    let first17 = "91430200MA4L77777";
    NewOrganisation {
        name: "新来的运营公司".into(),
        credit_code: format!("{first17}{}", credit_code_check(first17).unwrap()),
        identity_number: None,
        roles: roles.to_vec(),
        entity_kind: Some(kind),
        owned_by: Vec::new(),
    }
}

/// A firm that is entered as an entity, with one person.
async fn entered(call: &Call, kind: EntityKind) -> (OrganisationId, PersonId) {
    let town = &call.office.town;
    let id = allowed(town.registry.add_organisation(&town.admins[0], firm(&[Role::Entity], kind)).await.unwrap());
    let (name, login) = ("高云".to_owned(), "gao.yun".to_owned());
    let new =
        NewPerson { name, login, organisation: id.clone(), password: Password::new("a long password".to_owned()) };
    let person = allowed(town.registry.add_person(&town.admins[0], new).await.unwrap());
    (id, person)
}

/// The agency enters the firm, and a colleague judges all of it.
async fn applied(call: &Call, of: &OrganisationId) {
    let (casework, town) = (&call.office.casework, &call.office.town);
    let document = digest(town.ledger(), "application");
    let new = NewCandidacy { organisation: Some(of.clone()), document, bid: None, scheme: call.scheme.clone() };
    allowed(casework.enter_candidacy(&town.agency[0], &call.id, new).await.unwrap());
    for item in call.view(of, call.reviewer()).await.unwrap().items {
        let (code, dated) = (item.code.clone(), town.ledger().now().day());
        let given = Evidence { code, document, title: item.what.clone(), dated, valid_until: None };
        allowed(casework.give_evidence(&town.agency[0], &call.id, of, given).await.unwrap());
    }
    for item in call.view(of, call.reviewer()).await.unwrap().items {
        let (code, reason, seen_version) = (item.code.clone(), "looked at all of it".to_owned(), item.version);
        let given = Judgement { code, is_met: true, reason, seen_version };
        allowed(casework.judge_condition(call.reviewer(), &call.id, of, given).await.unwrap());
    }
}

pub(super) async fn grants(call: &Call, person: &PersonId) -> Vec<String> {
    let town = &call.office.town;
    let granted = town.registry.grant_role(&town.admins[1], person, Role::Operator).await.unwrap();
    granted.into_result().map_or_else(|found| found.iter().map(|one| one.code.to_string()).collect(), |()| Vec::new())
}

async fn roles(call: &Call, of: &OrganisationId, person: &PersonId) -> (bool, bool) {
    let registry = &call.office.town.registry;
    let organisation = registry.organisation(of).await.unwrap().unwrap();
    let person = registry.person(person).await.unwrap().unwrap();
    (organisation.roles.contains(&Role::Operator), person.roles.contains(&Role::Operator))
}

#[tokio::test]
async fn nobody_is_entered_as_operator_and_whom_a_selection_chooses_becomes_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let call = call(&ledger, "changchun-2025").await;
        let town = &call.office.town;
        let as_operator = firm(&[Role::Operator], EntityKind::LegalPerson);
        let refusal = town.registry.add_organisation(&town.admins[0], as_operator).await.unwrap();
        assert_eq!(refused(refusal), ["REG-133"], "{backend}");
        let (of, person) = entered(&call, EntityKind::LegalPerson).await;
        assert!(!grants(&call, &person).await.is_empty(), "{backend}: before the choice nobody of it is operator");
        applied(&call, &of).await;
        let winner = [("winner", of.as_str())];
        allowed(call.tries("evaluate", &winner).await);
        call.moves("decide_collectively").await;
        assert_eq!(roles(&call, &of, &person).await, (false, false), "{backend}: not before it is complete");
        call.moves("select").await;
        assert_eq!(roles(&call, &of, &person).await, (true, false), "{backend}");
        assert_eq!(grants(&call, &person).await, Vec::<String>::new(), "{backend}");
        assert_eq!(roles(&call, &of, &person).await, (true, true), "{backend}");
        // The choice is taken back, and the role with it.
        call.moves("disqualify").await;
        assert_eq!(roles(&call, &of, &person).await, (false, false), "{backend}");
    }
}

#[tokio::test]
async fn who_is_no_legal_person_is_not_chosen() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let call = call(&ledger, "changchun-2025").await;
    let (of, person) = entered(&call, EntityKind::Organisation).await;
    applied(&call, &of).await;
    assert_eq!(call.codes("evaluate", &[("winner", of.as_str())]).await, ["CAS-044"]);
    assert_eq!(roles(&call, &of, &person).await, (false, false));
}

#[tokio::test]
async fn elsewhere_an_operator_is_entered_as_such() {
    for code in ["changsha-2023", "luohu-2025", "xianning-2025"] {
        let (ledger, _folder): (Ledger, _) = sqlite(CryptoProfile::International).await;
        let call = call(&ledger, code).await;
        let town = &call.office.town;
        let new = firm(&[Role::Operator], EntityKind::LegalPerson);
        allowed(town.registry.add_organisation(&town.admins[0], new).await.unwrap());
    }
}
