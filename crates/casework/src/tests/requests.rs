//! Matters that go from one organisation to another and that rest on records: who is
//! given them, what they must cite, whom they are opened on, and what they hold up.

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::CryptoProfile;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::ProcedureKind;
use shuyu_registry::testing::{allowed, fund_columns, new_resource, refused};
use shuyu_registry::{AgreementKind, Page};

use super::desk::{By, Desk, desk, who};
use super::shipped_matters::desk_under;
use crate::matter::Facts;
use crate::{CaseworkError, MatterFilter, MatterMove, NewMatter};

/// The codes of an opening that is refused.
async fn not_opened(desk: &Desk, by: By, new: NewMatter) -> Vec<String> {
    refused(desk.office.casework.open_matter(who(desk, by), new).await.unwrap())
}

/// What speaks against the rules of this file, each alone: a code, and what was given.
pub(super) async fn codes_of_requests() -> Vec<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let town = &desk.office.town;
    let mut seen = Vec::new();

    // An operator oversees entities, not the agency; nobody inspects itself.
    let inspects = |subject: &str| desk.prepared(MatterKind::Inspection, subject);
    let agency = town.agency[0].organisation.to_string();
    seen.extend(not_opened(&desk, By::Operator, inspects(&agency)).await);
    let bureau = town.regulators[0].organisation.to_string();
    assert_eq!(not_opened(&desk, By::Regulator(0), inspects(&bureau)).await, ["CAS-023"]);

    // A listed answer, a record, an assignee in the role.
    let wild = Facts::from([("area".to_owned(), "the weather".to_owned())]);
    seen.extend(not_opened(&desk, By::Supervisor, NewMatter { facts: wild, ..inspects(&agency) }).await);
    let id = desk.open(&town.operator[0], MatterKind::DataDemand, desk.scenario.as_str()).await;
    let bank = town.bank[0].organisation.clone();
    let put = MatterMove { assignee: Some(bank), ..desk.complete(&id, "put").await };
    seen.extend(refused(desk.attempt(&town.agency[0], &id, put).await));
    desk.moves(&town.agency[0], &id, "put").await;
    let bare = MatterMove { cites: Vec::new(), ..desk.complete(&id, "supply").await };
    seen.extend(refused(desk.attempt(&town.source[0], &id, bare).await));

    // An exit from a draft.
    let draft = drafted(&desk).await;
    seen.extend(not_opened(&desk, By::Agency(0), desk.prepared(MatterKind::Exit, draft.as_str())).await);

    // A risk holds a case up.
    let other =
        allowed(town.registry.draft_resource(&town.source[0], new_resource("held", fund_columns())).await.unwrap());
    let case = desk.office.open(&town.source[0], ProcedureKind::ResourceRegistration, other.as_str()).await;
    desk.open(&town.operator[0], MatterKind::RiskReport, other.as_str()).await;
    seen.extend(desk.office.may_not(&town.agency[0], &case, "acceptance").await);
    seen
}

async fn drafted(desk: &Desk) -> shuyu_model::id::AgreementId {
    let town = &desk.office.town;
    let day = |year| jiff::civil::date(year, 6, 1);
    let operator = town.other_operator[0].organisation.clone();
    let new =
        town.new_agreement(AgreementKind::Operator, operator, vec![desk.fund.clone()], None, day(2026), day(2027));
    allowed(town.registry.draft_agreement(&town.agency[0], new).await.unwrap())
}

#[tokio::test]
async fn each_request_is_refused_for_the_one_thing_that_is_wrong_with_it() {
    let expected = ["CAS-061", "CAS-062", "CAS-063", "CAS-060", "CAS-064", "CAS-065"];
    assert_eq!(codes_of_requests().await, expected);
}

#[tokio::test]
async fn a_demand_is_seen_and_answered_by_whom_it_was_put_to_and_by_nobody_else() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let id = desk.open(&town.operator[0], MatterKind::DataDemand, desk.scenario.as_str()).await;
        let sees = async |actor| desk.office.casework.matter(&id, actor).await.unwrap().is_some();
        assert!(!sees(&town.source[0]).await, "{backend}: nobody put it to them");
        desk.moves(&town.agency[0], &id, "put").await;
        assert!(sees(&town.source[0]).await && !sees(&town.other_source[0]).await, "{backend}");
        let owed = desk.office.casework.obligations(&town.source[0], &Page::first()).await.unwrap();
        let supply = owed.items.iter().find(|owed| owed.about == id.as_str() && owed.what == "supply");
        assert_eq!(supply.and_then(|owed| owed.organisation.as_ref()), Some(&town.source[0].organisation), "{backend}");
        desk.moves(&town.source[0], &id, "decline").await;
        let other = Some(town.other_source[0].organisation.clone());
        let put = MatterMove { assignee: other.clone(), ..desk.complete(&id, "put").await };
        assert_eq!(allowed(desk.attempt(&town.agency[0], &id, put).await), "put", "{backend}");
        assert!(!sees(&town.source[0]).await && sees(&town.other_source[0]).await, "{backend}");
        let view = desk.view(&id).await;
        assert_eq!(view.history.iter().rev().find_map(|moved| moved.assignee.clone()), other, "{backend}");
        assert_eq!(view.moves.iter().find(|one| one.name == "supply").unwrap().cites_required.len(), 2, "{backend}");
        // What the first department holds does not answer what the second was asked.
        let supply = desk.complete(&id, "supply").await;
        assert_eq!(refused(desk.attempt(&town.other_source[0], &id, supply).await), ["CAS-060"], "{backend}");
    }
}

#[tokio::test]
async fn an_inspection_ends_only_once_what_it_found_is_rectified_and_each_shows_the_other() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let (police, agency, operator) = (&town.supervisor[0], &town.agency, &town.operator[0]);
        let id = desk.open(police, MatterKind::Inspection, operator.organisation.as_str()).await;
        desk.moves(police, &id, "request").await;
        assert_eq!(desk.may_not(operator, &id, "find").await, ["CAS-021", "CAS-023"], "{backend}");
        desk.moves(operator, &id, "answer").await;
        desk.moves(police, &id, "find").await;
        assert_eq!(desk.may_not(police, &id, "follow_up").await, ["CAS-060"], "{backend}: nothing to follow");
        let new = desk.prepared(MatterKind::Rectification, desk.agreement.as_str());
        let new = NewMatter { cites: vec![id.to_string()], ..new };
        let put_right = allowed(desk.office.casework.open_matter(&agency[0], new).await.unwrap());
        assert_eq!(desk.view(&id).await.cited_by, std::slice::from_ref(&put_right), "{backend}");
        desk.moves(police, &id, "follow_up").await;
        assert_eq!(desk.may_not(police, &id, "close").await, ["CAS-060"], "{backend}: it is not put right");
        for (by, name) in [(&agency[0], "order"), (operator, "report_done"), (&agency[1], "accept")] {
            desk.moves(by, &put_right, name).await;
        }
        let close = MatterMove { cites: Vec::new(), ..desk.complete(&id, "close").await };
        assert_eq!(
            allowed(desk.attempt(police, &id, close).await),
            "closed",
            "{backend}: what was cited before counts"
        );
        let cited: Vec<_> = desk.view(&id).await.history.into_iter().flat_map(|moved| moved.cites).collect();
        assert_eq!(cited, [put_right.to_string()], "{backend}");
    }
}

#[tokio::test]
async fn what_one_may_not_see_one_cannot_cite_and_it_is_a_mistake() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let town = &desk.office.town;
    let secret = desk.open(&town.agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
    for cited in [secret.as_str(), "MAT-x", "nothing", "RES-00000000000000000000000000000000"] {
        let new = desk.prepared(MatterKind::Complaint, desk.scenario.as_str());
        let new = NewMatter { cites: vec![cited.to_owned()], ..new };
        let made = desk.office.casework.open_matter(&town.bank[0], new).await;
        assert!(matches!(made, Err(CaseworkError::Malformed { .. })), "{cited}: {made:?}");
    }
    let id = desk.open(&town.operator[0], MatterKind::DataDemand, desk.scenario.as_str()).await;
    for wrong in [
        MatterMove { assignee: None, ..desk.complete(&id, "put").await },
        MatterMove { assignee: Some(town.source[0].organisation.clone()), ..desk.complete(&id, "refuse").await },
    ] {
        let made = desk.office.casework.make_move(&town.agency[0], &id, wrong).await;
        assert!(matches!(made, Err(CaseworkError::Malformed { .. })), "{made:?}");
    }
}

#[tokio::test]
async fn an_exit_for_a_failed_assessment_cites_one_that_was_failed() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (agency, operator) = (&desk.office.town.agency, &desk.office.town.operator[0]);
        let assessed = desk.open(&agency[0], MatterKind::Assessment, desk.agreement.as_str()).await;
        desk.moves(operator, &assessed, "submit_material").await;
        desk.moves(&agency[0], &assessed, "score").await;
        let new = desk.prepared(MatterKind::Exit, desk.agreement.as_str());
        let ground = Facts::from([("ground".to_owned(), "assessment_failed".to_owned())]);
        let new = NewMatter { facts: ground, ..new };
        let exit = allowed(desk.office.casework.open_matter(&agency[2], new).await.unwrap());
        let cites = vec![assessed.to_string()];
        let confirm = MatterMove { cites: cites.clone(), ..desk.complete(&exit, "confirm").await };
        assert_eq!(
            refused(desk.attempt(&agency[1], &exit, confirm.clone()).await),
            ["CAS-060"],
            "{backend}: no result"
        );
        let mut fails = desk.complete(&assessed, "confirm").await;
        fails.facts.insert("result".into(), "failed".into());
        allowed(desk.attempt(&agency[1], &assessed, fails).await);
        assert_eq!(allowed(desk.attempt(&agency[1], &exit, confirm).await), "confirmed", "{backend}");
    }
}

#[tokio::test]
async fn an_operator_that_hands_nothing_over_and_deletes_nothing_holds_no_exit_up() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let agency = &desk.office.town.agency;
    let id = desk.open(&agency[0], MatterKind::Exit, desk.agreement.as_str()).await;
    desk.moves(&agency[1], &id, "confirm").await;
    desk.moves(&agency[1], &id, "end_access").await;
    assert_eq!(desk.may_not(&agency[1], &id, "record_refusal").await, ["CAS-029"], "its days have not passed");
    let operator = &desk.office.town.operator[0];
    assert!(desk.may_not(operator, &id, "record_refusal").await.contains(&"CAS-023".to_owned()));
    for expected in ["handover_refused", "deletion_ordered", "deletion_refused"] {
        ledger.clock().advance_to(ledger.now().plus_days(60)).unwrap();
        let name = if expected == "deletion_ordered" { "order_deletion" } else { "record_refusal" };
        assert_eq!(desk.moves(&agency[1], &id, name).await, expected);
    }
    assert_eq!(desk.may_not(&agency[1], &id, "seal_logs").await, ["CAS-020"], "a refusal proves nothing");
    assert_eq!(desk.moves(&agency[1], &id, "prove_deletion").await, "deletion_proved");
    assert_eq!(desk.moves(&agency[1], &id, "seal_logs").await, "logs_sealed");
}

#[tokio::test]
async fn a_dropped_change_leaves_a_scheme_as_it_was() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let bureau = &desk.office.town.regulators;
    let id = desk.open(&bureau[0], MatterKind::Scheme, bureau[0].organisation.as_str()).await;
    let steps = [(0, "submit"), (1, "decide_collectively"), (0, "refer"), (1, "approve")];
    for (n, name) in steps {
        desk.moves(&bureau[n], &id, name).await;
    }
    let approved = desk.view(&id).await.facts;
    let mut change = desk.complete(&id, "propose_change").await;
    change.facts = Facts::from([("name".to_owned(), "另一个方案".to_owned()), ("more".to_owned(), "新".to_owned())]);
    allowed(desk.attempt(&bureau[0], &id, change).await);
    assert_ne!(desk.view(&id).await.facts, approved);
    desk.moves(&bureau[0], &id, "drop_change").await;
    assert_eq!(desk.view(&id).await.facts, approved);
    // And what was dropped once does not come back when another change is dropped.
    desk.moves(&bureau[0], &id, "propose_change").await;
    desk.moves(&bureau[0], &id, "drop_change").await;
    assert_eq!(desk.view(&id).await.facts, approved);
}

#[tokio::test]
async fn what_an_organisation_is_given_while_its_rights_rest_begins_at_rest() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let operator = town.operator[0].organisation.as_str();
        let id = desk.open(&town.agency[0], MatterKind::Rectification, operator).await;
        desk.moves(&town.agency[0], &id, "order").await;
        ledger.clock().advance_to(ledger.now().plus_days(60)).unwrap();
        desk.sweep().await;
        let other = town.resource("other", fund_columns()).await;
        let later = town.agreement(std::slice::from_ref(&other), 3).await;
        assert!(town.registry.suspended_since(later.as_str()).await.unwrap().is_some(), "{backend}");
        desk.moves(&town.operator[0], &id, "report_done").await;
        desk.moves(&town.agency[1], &id, "accept").await;
        assert!(town.registry.suspended_since(later.as_str()).await.unwrap().is_none(), "{backend}");
    }
}

#[tokio::test]
async fn an_entity_answers_what_its_operator_orders() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let town = &desk.office.town;
    let bank = town.bank[0].organisation.as_str();
    let id = desk.open(&town.operator[0], MatterKind::Rectification, bank).await;
    desk.moves(&town.operator[0], &id, "order").await;
    assert_eq!(desk.may_not(&town.agency[0], &id, "report_done").await, ["CAS-021"]);
    desk.moves(&town.bank[0], &id, "report_done").await;
    assert_eq!(desk.may_not(&town.bank[0], &id, "accept").await, ["CAS-021", "CAS-023"]);
    assert_eq!(desk.moves(&town.operator[1], &id, "accept").await, "accepted");
    let id = desk.open(&town.operator[0], MatterKind::Assessment, bank).await;
    assert_eq!(desk.moves(&town.bank[0], &id, "submit_material").await, "material");
}

#[tokio::test]
async fn everybody_with_an_account_sees_a_call_once_it_is_published() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk: Desk = desk_under(&ledger as &Ledger, "changsha-2023").await;
        let town = &desk.office.town;
        let bureau = town.regulators[0].organisation.as_str();
        let id = desk.open(&town.regulators[0], MatterKind::Call, bureau).await;
        let filter = MatterFilter { kind: Some(MatterKind::Call), ..MatterFilter::default() };
        for is_published in [false, true] {
            for viewer in [&town.bank[0], &town.other_operator[0], &town.source[0]] {
                let shown = desk.office.casework.matter(&id, viewer).await.unwrap().is_some();
                let listed = desk.office.casework.matters(viewer, &filter, &Page::first()).await.unwrap().total;
                assert_eq!((shown, listed), (is_published, usize::from(is_published)), "{backend}");
            }
            if !is_published {
                desk.moves(&town.regulators[0], &id, "publish").await;
            }
        }
        let answer = desk.prepared(MatterKind::Scheme, town.operator[0].organisation.as_str());
        let answer = NewMatter { cites: vec![id.to_string()], ..answer };
        let answer = allowed(desk.office.casework.open_matter(&town.operator[0], answer).await.unwrap());
        assert_eq!(desk.view(&id).await.cited_by, [answer], "{backend}");
    }
}
