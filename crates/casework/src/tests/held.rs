//! What holds a project's next stage up, whom an operator may look at, and what comes off
//! the shelf.

use std::collections::BTreeSet;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::matter::MatterKind;
use shuyu_model::{CryptoProfile, UseKind};
use shuyu_registry::testing::{allowed, digest, refused};
use shuyu_registry::{Act, Scope};

use super::desk::Desk;
use super::opinion;
use super::shipped_matters::desk_under;
use crate::{CaseState, NewRelease, Outcome};

/// What opening a release of the desk's scenario is answered.
async fn opens_release(desk: &Desk) -> Result<shuyu_model::id::CaseId, Vec<String>> {
    let town = &desk.office.town;
    let candidate: shuyu_model::id::CandidateId = town.ledger().new_id();
    let new = NewRelease {
        subject: candidate.to_string(),
        title: "分区统计".into(),
        subject_digest: digest(town.ledger(), candidate.as_str()),
        authors: vec![town.processor[0].person.clone()],
        operator: town.operator[0].organisation.clone(),
        scenario: desk.scenario.clone(),
    };
    let opened = desk.office.casework.open_release(&town.processor[1], new).await.unwrap();
    opened.into_result().map_err(|reasons| reasons.iter().map(|reason| reason.code.to_string()).collect())
}

/// CAS-178 and CAS-179, each given here.
pub(super) async fn codes_of_what_a_check_holds_up() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let inspector = &desk.office.town.regulators[0];
    let id = desk.open(inspector, MatterKind::Inspection, desk.scenario.as_str()).await;
    desk.moves(inspector, &id, "find").await;
    let mut seen: BTreeSet<String> = opens_release(&desk).await.unwrap_err().into_iter().collect();
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2026").await;
    let town = &desk.office.town;
    let new = desk.prepared(MatterKind::Inspection, town.affiliate[0].organisation.as_str());
    seen.extend(refused(desk.office.casework.open_matter(&town.operator[0], new).await.unwrap()));
    seen
}

#[tokio::test]
async fn a_failed_check_blocks_the_next_stage_of_its_project_until_it_is_put_right() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "changsha-2023").await;
        let (office, town) = (&desk.office, &desk.office.town);
        let inspector = &town.regulators[0];
        for subject in [desk.scenario.to_string(), desk.agreement.to_string()] {
            let case = opens_release(&desk).await.unwrap();
            let id = desk.open(inspector, MatterKind::Inspection, &subject).await;
            assert!(opens_release(&desk).await.is_ok(), "{backend}: nothing is found yet");
            desk.moves(inspector, &id, "find").await;
            assert_eq!(opens_release(&desk).await.unwrap_err(), ["CAS-178"], "{backend}: {subject}");
            assert_eq!(office.may_not(&town.operator[0], &case, "operator_check").await, ["CAS-178"], "{backend}");

            let other = town.scenario("统计", UseKind::Industry, &desk.agreement, &[(&desk.fund, &["district"])]).await;
            let is_of_the_agreement = subject == desk.agreement.as_str();
            let beside = Desk { scenario: other, ..desk_of(&desk) };
            assert_eq!(opens_release(&beside).await.is_err(), is_of_the_agreement, "{backend}: another project");

            let returned = opinion(Outcome::Return, office.digest_of(&case).await);
            let returned = office.casework.sign(&town.operator[0], &case, "operator_check", returned).await.unwrap();
            assert_eq!(allowed(returned), CaseState::Returned, "{backend}: to return need not wait");
            put_right(&desk, &id).await;
            assert!(opens_release(&desk).await.is_ok(), "{backend}: what was found is put right");
        }
    }
}

/// Follows what was found up to an accepted rectification.
async fn put_right(desk: &Desk, inspection: &shuyu_model::id::MatterId) {
    let town = &desk.office.town;
    let agreement = desk.agreement.as_str();
    let order = desk.open(&town.regulators[0], MatterKind::Rectification, agreement).await;
    desk.moves(&town.regulators[0], &order, "order").await;
    let mut followed = desk.complete(inspection, "follow_up").await;
    followed.cites = vec![order.to_string()];
    allowed(desk.attempt(&town.regulators[0], inspection, followed).await);
    assert_eq!(opens_release(desk).await.unwrap_err(), ["CAS-178"], "an order alone puts nothing right");
    desk.moves(&town.operator[0], &order, "report_done").await;
    desk.moves(&town.regulators[1], &order, "accept").await;
    let mut closed = desk.complete(inspection, "close").await;
    closed.cites = vec![order.to_string()];
    allowed(desk.attempt(&town.regulators[0], inspection, closed).await);
}

#[tokio::test]
async fn a_release_needs_the_operators_check_of_security_and_compliance_with_its_record() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let (office, town) = (&desk.office, &desk.office.town);
    let case = opens_release(&desk).await.unwrap();
    let bare = opinion(Outcome::Approve, office.digest_of(&case).await);
    let codes = refused(office.casework.sign(&town.operator[0], &case, "operator_check", bare).await.unwrap());
    assert_eq!(codes, ["CAS-008", "CAS-108"], "neither a record nor a finding");
    office.approves(&town.operator[0], &case, "operator_check").await;
    let view = office.view(&case, &town.regulators[0]).await;
    let check = view.steps.iter().find(|step| step.step == "operator_check").unwrap();
    assert!(check.is_complete);
    let answerable: Vec<&str> = check.opinions.iter().map(|seen| seen.person.as_str()).collect();
    assert_eq!(answerable, [town.operator[0].person.as_str()], "who answers for its security is on record");
}

#[tokio::test]
async fn an_operator_looks_at_whom_it_has_a_contract_with_and_at_nobody_else() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2026").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    for kind in [MatterKind::Inspection, MatterKind::Rectification] {
        let new = |of: &str| desk.prepared(kind, of);
        let stranger = town.affiliate[0].organisation.as_str();
        assert_eq!(refused(casework.open_matter(&town.operator[0], new(stranger)).await.unwrap()), ["CAS-179"]);
        let customer = town.bank[0].organisation.as_str();
        let id = allowed(casework.open_matter(&town.operator[0], new(customer)).await.unwrap());
        assert_eq!(desk.view(&id).await.item.subject, customer, "the result stands on its record");
        let of_bureau = casework.open_matter(&town.regulators[0], new(stranger)).await.unwrap();
        let _ = allowed(of_bureau);
    }
}

#[tokio::test]
async fn after_its_day_the_bureau_takes_a_projects_products_off_the_shelf_and_orders_are_refused() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "changsha-2023").await;
        let town = &desk.office.town;
        let delivers = async |is_order: bool| {
            let scope = Scope::of(desk.scenario.clone()).to(town.bank[0].organisation.clone());
            let scope = if is_order { scope.as_order() } else { scope };
            town.registry.permit(&town.operator[0], Act::Deliver, &scope).await.unwrap()
        };
        let id = desk.open(&town.regulators[0], MatterKind::Rectification, desk.agreement.as_str()).await;
        desk.moves(&town.regulators[0], &id, "order").await;
        let early = desk.may_not(&town.regulators[0], &id, "delist").await;
        assert_eq!(early, ["CAS-020"], "{backend}: its day has not passed");
        ledger.clock().advance_to(ledger.now().plus_days(60)).unwrap();
        desk.sweep().await;
        let _ = allowed(delivers(true).await);
        desk.moves(&town.regulators[0], &id, "delist").await;
        assert_eq!(refused(delivers(true).await), ["REG-136"], "{backend}");
        let _ = allowed(delivers(false).await);
        // Another registry over the same records knows it too.
        let again = shuyu_registry::Registry::new(ledger.clone(), town.registry.regime_arc());
        let scope = Scope::of(desk.scenario.clone()).to(town.bank[0].organisation.clone()).as_order();
        let seen = again.permit(&town.operator[0], Act::Deliver, &scope).await.unwrap();
        assert_eq!(refused(seen), ["REG-136"], "{backend}: after a restart");
        desk.moves(&town.operator[0], &id, "report_done").await;
        desk.moves(&town.regulators[1], &id, "accept").await;
        let _ = allowed(delivers(true).await);
    }
}

#[tokio::test]
async fn a_product_that_is_delisted_in_its_matter_is_ordered_no_more_and_its_fellows_are() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let town = &desk.office.town;
    let products: [shuyu_model::id::ProductId; 2] = [ledger.new_id(), ledger.new_id()];
    for product in &products {
        town.register_product(product, &desk.scenario).await;
    }
    let orders = async |of: usize| {
        let scope = Scope::of(desk.scenario.clone()).to(town.bank[0].organisation.clone());
        let scope = scope.as_product(products[of].clone()).as_order();
        town.registry.permit(&town.operator[0], Act::Deliver, &scope).await.unwrap()
    };
    let mut new = desk.prepared(MatterKind::Product, desk.scenario.as_str());
    new.facts.insert("product".into(), products[0].to_string());
    let id = allowed(desk.office.casework.open_matter(&town.operator[0], new).await.unwrap());
    desk.moves(&town.operator[0], &id, "register").await;
    let _ = allowed(orders(0).await);
    desk.moves(&town.regulators[0], &id, "order_delisting").await;
    assert_eq!(refused(orders(0).await), ["REG-136"]);
    let _ = allowed(orders(1).await);
}

/// The same desk, to change one thing of it.
fn desk_of(desk: &Desk) -> Desk {
    Desk {
        office: super::Office { town: desk.office.town.clone(), casework: desk.office.casework.clone() },
        fund: desk.fund.clone(),
        agreement: desk.agreement.clone(),
        scenario: desk.scenario.clone(),
        development: desk.development.clone(),
        code: desk.code.clone(),
    }
}
