//! People with access to data: on file by name, with training and undertaking, before
//! they get a role that computes and whenever they compute.

use std::collections::BTreeSet;

use shuyu_ledger::Event;
use shuyu_ledger::testing::ledgers;
use shuyu_model::id::MatterId;
use shuyu_model::regime::{PaperKind, Particular};
use shuyu_model::{Actor, Role, UseKind};

use crate::testing::{allowed, fund_columns, new_paper, refused, regime_of, town_under};
use crate::{Act, NewPerson, Password, Scope, enact};

#[tokio::test]
async fn somebody_without_a_record_of_staff_gets_no_role_and_computes_nothing() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town_under(&ledger, regime_of(&ledger, "changchun-2025")).await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
        let scenario = town.scenario("公积金核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
        let (registry, operator) = (&town.registry, &town.operator[0]);
        let scope = Scope::of(scenario.clone());
        let permit = allowed(registry.permit(operator, Act::Compute, &scope).await.unwrap());

        // A record of one person opens nothing to another.
        let new = NewPerson {
            organisation: operator.organisation.clone(),
            name: "新来的".into(),
            login: "newcomer".into(),
            password: Password::new("correct horse battery"),
        };
        let newcomer = allowed(registry.add_person(&town.admins[0], new).await.unwrap());
        let grant = || registry.grant_role(&town.admins[1], &newcomer, Role::Operator);
        assert_eq!(refused(grant().await.unwrap()), ["REG-132"], "{backend}");
        let mut record = new_paper(&ledger, PaperKind::StaffRecord, None);
        record.particulars.insert(Particular::Person, newcomer.to_string());
        record.valid_until = Some(ledger.now().day().saturating_add(jiff::Span::new().days(30)));
        allowed(registry.enter_paper(operator, &operator.organisation, record).await.unwrap());
        allowed(grant().await.unwrap());
        let newcomer =
            Actor { person: newcomer, organisation: operator.organisation.clone(), roles: vec![Role::Operator] };
        let theirs = allowed(registry.permit(&newcomer, Act::Compute, &scope).await.unwrap());
        assert!(theirs.is_live() && theirs.until() < permit.until(), "{backend}: it ends with the record");

        // The training of one has run out; the other goes on.
        ledger.clock().advance_to(ledger.now().plus_days(40)).unwrap();
        assert!(!theirs.is_live(), "{backend}");
        let again = registry.permit(&newcomer, Act::Compute, &scope).await.unwrap();
        assert_eq!(refused(again), ["REG-132"], "{backend}");
        allowed(registry.permit(operator, Act::Compute, &scope).await.unwrap());
    }
}

#[tokio::test]
async fn where_the_document_asks_for_no_record_nobody_is_asked() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let town = town_under(&ledger, regime_of(&ledger, "luohu-2025")).await;
    assert!(!town.registry.regime().dossier.contains_key(&PaperKind::StaffRecord));
}

/// REG-130 to REG-132 and REG-136, for `every_code_is_given_somewhere`.
pub(super) async fn codes_of_staff_and_incidents() -> BTreeSet<String> {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let town = town_under(&ledger, regime_of(&ledger, "changchun-2025")).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
    let scenario = town.scenario("公积金核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
    let mut turn = town.registry.turn().await.unwrap();
    let ground: MatterId = ledger.new_id();
    enact::suspended(&mut turn, fund.as_str(), &ground).await.unwrap();
    enact::results_quarantined(&mut turn, fund.as_str(), &ground).await.unwrap();
    turn.commit(Event::done(None, "test.stopped", fund.as_str())).await.unwrap();
    let scope = Scope::of(scenario);
    let mut seen: BTreeSet<String> =
        refused(town.registry.permit(&town.operator[0], Act::Review, &scope).await.unwrap()).into_iter().collect();
    let stranger = Actor { person: ledger.new_id(), ..town.operator[0].clone() };
    seen.extend(refused(town.registry.permit(&stranger, Act::Compute, &scope).await.unwrap()));
    let mut turn = town.registry.turn().await.unwrap();
    enact::delisted(&mut turn, agreement.as_str(), None, &ground).await.unwrap();
    turn.commit(Event::done(None, "test.delisted", agreement.as_str())).await.unwrap();
    let order = scope.to(town.bank[0].organisation.clone()).as_order();
    seen.extend(refused(town.registry.permit(&town.operator[0], Act::Deliver, &order).await.unwrap()));
    seen
}
