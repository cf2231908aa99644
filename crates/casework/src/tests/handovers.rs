//! What an exit hands over, one by one; what goes on meanwhile; and how entities are
//! admitted and sent away by rules that stand on file.

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{Handing, PaperKind};
use shuyu_model::{CryptoProfile, Role};
use shuyu_registry::testing::{allowed, new_paper, refused};
use shuyu_registry::{Act, Page, Scope};

use super::desk::{Desk, desk};
use super::shipped_matters::desk_under;
use crate::exits::{HandoverItem, HandoverOutcome, NewOutcome};
use crate::{CaseworkError, MatterMove};

impl Desk {
    fn outcome(&self, outcome: HandoverOutcome) -> NewOutcome {
        let evidence = shuyu_registry::testing::digest(self.office.town.ledger(), "plan");
        NewOutcome { outcome, receiver: None, reason: "as agreed".into(), evidence }
    }

    async fn items(&self, exit: &shuyu_model::id::MatterId) -> Vec<HandoverItem> {
        self.office.casework.handover(exit, &self.office.town.agency[0]).await.unwrap().unwrap().items
    }
}

#[tokio::test]
async fn deliveries_go_on_while_the_operators_own_access_has_ended_and_stop_when_the_exit_closes() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let (agency, operator, bank) = (&town.agency, &town.operator[0], town.bank[0].organisation.clone());
        let deliver = Scope::of(desk.scenario.clone()).to(bank);
        let exit = desk.open(&agency[0], MatterKind::Exit, desk.agreement.as_str()).await;
        desk.moves(&agency[1], &exit, "confirm").await;
        let (compute, using) = (allowed(desk.asks(Act::Compute).await), allowed(desk.asks(Act::Use).await));
        desk.moves(&agency[1], &exit, "end_access").await;
        assert!(!compute.is_live() && !using.is_live(), "{backend}: what was granted died");
        assert_eq!(refused(desk.asks(Act::Compute).await), ["REG-007"], "{backend}: no raw data");
        let going_on = allowed(desk.asks(Act::Use).await);
        assert!(going_on.is_live() && going_on.goes_on(), "{backend}");
        assert!(allowed(town.registry.permit(operator, Act::Deliver, &deliver).await.unwrap()).goes_on());
        // It ends by its day, and an incident still stops it.
        let incident = desk.open(&agency[0], MatterKind::Incident, desk.scenario.as_str()).await;
        desk.moves(&agency[0], &incident, "stop_service").await;
        assert!(!going_on.is_live(), "{backend}");
        desk.moves(&agency[0], &incident, "dismiss").await;
        let going_on = allowed(desk.asks(Act::Use).await);
        for (by, name) in [
            (&agency[1], "order_deletion"),
            (operator, "prove_deletion"),
            (&agency[1], "seal_logs"),
            (&agency[1], "close"),
        ] {
            assert!(going_on.is_live(), "{backend}: until {name}");
            desk.moves(by, &exit, name).await;
        }
        assert!(!going_on.is_live(), "{backend}");
        assert_eq!(refused(desk.asks(Act::Use).await), ["REG-007"], "{backend}");
    }
}

#[tokio::test]
async fn what_goes_on_ends_on_its_day_and_where_the_document_is_silent_nothing_goes_on() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let first = desk(&ledger).await;
    let agency = &first.office.town.agency;
    let exit = first.open(&agency[0], MatterKind::Exit, first.agreement.as_str()).await;
    first.moves(&agency[1], &exit, "confirm").await;
    first.moves(&agency[1], &exit, "end_access").await;
    ledger.clock().advance_to(ledger.now().plus_days(60)).unwrap();
    assert!(allowed(first.asks(Act::Use).await).is_live());
    ledger.clock().advance_to(ledger.now().plus_days(1)).unwrap();
    assert_eq!(refused(first.asks(Act::Use).await), ["REG-007"]);

    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let second = desk_under(&ledger, "luohu-2025").await;
    let agency = &second.office.town.agency;
    let exit = second.open(&agency[0], MatterKind::Exit, second.agreement.as_str()).await;
    second.moves(&agency[1], &exit, "confirm").await;
    second.moves(&agency[1], &exit, "end_access").await;
    assert_eq!(refused(second.asks(Act::Use).await), ["REG-007"]);
}

#[tokio::test]
async fn services_go_on_past_the_last_day_of_an_agreement_that_nobody_renewed() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2026").await;
    let town = &desk.office.town;
    let until = town.registry.agreement(&desk.agreement).await.unwrap().unwrap().until;
    ledger.clock().advance_to(shuyu_model::Time::at_start_of(until).plus_days(1)).unwrap();
    assert_eq!(refused(desk.asks(Act::Compute).await), ["REG-007"]);
    desk.office.casework.propose_exits(ledger.now()).await.unwrap();
    assert_eq!(refused(desk.asks(Act::Compute).await), ["REG-007"]);
    assert!(allowed(desk.asks(Act::Use).await).goes_on());
}

#[tokio::test]
async fn an_exit_lists_services_data_and_assets_and_closes_when_each_is_decided_and_received() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        let (agency, operator, successor) = (&town.agency, &town.operator[0], &town.other_operator[0]);
        let exit = desk.open(&agency[0], MatterKind::Exit, desk.agreement.as_str()).await;
        for name in ["confirm", "end_access", "order_deletion"] {
            desk.moves(&agency[1], &exit, name).await;
        }
        desk.moves(operator, &exit, "prove_deletion").await;
        desk.moves(&agency[1], &exit, "seal_logs").await;
        let items = desk.items(&exit).await;
        let kinds: Vec<Handing> = items.iter().map(|item| item.kind).collect();
        assert!(kinds.contains(&Handing::Service) && kinds.contains(&Handing::Data), "{backend}: {items:?}");
        assert_eq!(desk.may_not(&agency[1], &exit, "close").await, ["CAS-111"], "{backend}");
        let of = |kind: Handing| items.iter().find(|item| item.kind == kind).unwrap().number;
        let (service, data) = (of(Handing::Service), of(Handing::Data));

        // The agency decides, and nobody who leaves receives anything.
        let by = casework.decide_handover(operator, &exit, service, desk.outcome(HandoverOutcome::Agency)).await;
        assert_eq!(refused(by.unwrap()), ["CAS-118"], "{backend}");
        for (outcome, receiver) in [
            (HandoverOutcome::Deleted, None),
            (HandoverOutcome::Successor, None),
            (HandoverOutcome::Successor, Some(&operator.organisation)),
            (HandoverOutcome::Successor, Some(&town.bank[0].organisation)),
            (HandoverOutcome::Agency, Some(&successor.organisation)),
        ] {
            let new = NewOutcome { receiver: receiver.cloned(), ..desk.outcome(outcome) };
            let wrong = casework.decide_handover(&agency[0], &exit, service, new).await;
            assert!(matches!(wrong, Err(CaseworkError::Malformed { .. })), "{backend} {outcome:?}: {wrong:?}");
        }
        let to =
            NewOutcome { receiver: Some(successor.organisation.clone()), ..desk.outcome(HandoverOutcome::Successor) };
        allowed(casework.decide_handover(&agency[0], &exit, service, to).await.unwrap());
        for item in items.iter().filter(|item| item.number != service) {
            let outcome = if item.number == data { HandoverOutcome::Deleted } else { HandoverOutcome::Remains };
            allowed(casework.decide_handover(&agency[0], &exit, item.number, desk.outcome(outcome)).await.unwrap());
        }
        assert_eq!(desk.may_not(&agency[1], &exit, "close").await, ["CAS-111"], "{backend}: not received");
        let receipt = shuyu_registry::testing::digest(&ledger, "receipt");
        let by = casework.accept_handover(&agency[0], &exit, service, receipt).await.unwrap();
        assert_eq!(refused(by), ["CAS-118"], "{backend}");
        let seen = casework.handover(&exit, successor).await.unwrap().unwrap();
        assert_eq!(seen.items.iter().map(|item| item.number).collect::<Vec<_>>(), [service], "{backend}: its own");
        allowed(casework.accept_handover(successor, &exit, service, receipt).await.unwrap());
        let close = desk.complete(&exit, "close").await;
        assert_eq!(allowed(desk.attempt(&agency[1], &exit, close).await), "closed", "{backend}");
        assert!(desk.items(&exit).await.iter().all(HandoverItem::is_settled), "{backend}");
    }
}

#[tokio::test]
async fn a_service_that_the_handover_ends_ends_with_its_agreement() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let (agency, casework) = (&desk.office.town.agency, &desk.office.casework);
    let exit = desk.open(&agency[0], MatterKind::Exit, desk.agreement.as_str()).await;
    desk.moves(&agency[1], &exit, "confirm").await;
    desk.moves(&agency[1], &exit, "end_access").await;
    let going_on = allowed(desk.asks(Act::Use).await);
    let service = desk.items(&exit).await.into_iter().find(|item| item.kind == Handing::Service).unwrap();
    let ends = desk.outcome(HandoverOutcome::Ended);
    allowed(casework.decide_handover(&agency[0], &exit, service.number, ends).await.unwrap());
    assert!(!going_on.is_live());
    assert_eq!(refused(desk.asks(Act::Use).await), ["REG-007", "REG-012"]);
}

#[tokio::test]
async fn what_an_incident_cut_off_does_not_go_on_by_the_exit_after_it() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let agency = &desk.office.town.agency;
    let order = desk.open(&agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
    desk.moves(&agency[0], &order, "order").await;
    ledger.clock().advance_to(ledger.now().plus_days(60)).unwrap();
    desk.sweep().await;
    desk.moves(&agency[1], &order, "terminate").await;
    let exit = desk.open(&agency[0], MatterKind::Exit, desk.agreement.as_str()).await;
    desk.moves(&agency[1], &exit, "confirm").await;
    desk.moves(&agency[1], &exit, "end_access").await;
    let codes = refused(desk.asks(Act::Use).await);
    assert!(codes.contains(&"REG-007".to_owned()), "{codes:?}");
}

#[tokio::test]
async fn a_removal_quotes_the_operators_own_rules_and_each_decision_keeps_their_version() {
    for code in ["luohu-2025", "xianning-2025"] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = desk_under(&ledger, code).await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        let (bank, operator) = (&town.bank[0], &town.operator[0]);
        let rules = async || {
            let mut turn = town.registry.turn().await.unwrap();
            town.registry.entity_rules_in(&mut turn, &operator.organisation).await.unwrap().unwrap()
        };
        let first = rules().await;
        let id = desk.open(bank, MatterKind::EntityOnboarding, bank.organisation.as_str()).await;
        if code == "luohu-2025" {
            // The document names no condition: the operator's own are asked for.
            desk.applied(&id, "review").await;
            assert!(desk.may_not(operator, &id, "review").await.contains(&"CAS-117".to_owned()));
            desk.moves(bank, &id, "withdraw").await;
            let new = crate::candidacy::NewCondition { code: "capital".into(), what: "实缴资本".into() };
            allowed(casework.add_admission_condition(operator, new).await.unwrap());
        } else {
            desk.moves(bank, &id, "withdraw").await;
        }
        let id = desk.open(bank, MatterKind::EntityOnboarding, bank.organisation.as_str()).await;
        desk.moves(operator, &id, "review").await;
        let view = desk.view(&id).await;
        assert_eq!(view.history[0].cites, [first.id.to_string()], "{code}");
        desk.moves(bank, &id, "sign").await;
        // A newer version between application and admission: each keeps its own.
        let new = new_paper(&ledger, PaperKind::EntityRules, None);
        let new = shuyu_registry::NewPaper { replaces: Some(first.id.clone()), ..new };
        let paper = allowed(town.registry.enter_paper(operator, &operator.organisation, new).await.unwrap());
        let asked = &town.registry.regime().dossier[&PaperKind::EntityRules];
        if let Some(by) = asked.answered_by().map(|by| by.value) {
            let who = if by == Role::Regulator { &town.regulators[0] } else { &town.agency[0] };
            let answer = if asked.consent_by.is_some() {
                shuyu_registry::Answer::Consented
            } else {
                shuyu_registry::Answer::Received
            };
            let said = shuyu_registry::PaperAnswer { answer, note: "agreed".into() };
            allowed(town.registry.answer_paper(who, &paper, said).await.unwrap());
        }
        desk.moves(operator, &id, "admit").await;
        let admitted = desk.view(&id).await.history.pop().unwrap();
        assert_eq!(admitted.cites, [paper.to_string()], "{code}");

        let mut remove = desk.complete(&id, "remove").await;
        remove.facts.insert("exit_standard".into(), "因为我们想这样".into());
        assert_eq!(refused(desk.attempt(operator, &id, remove).await), ["CAS-116"], "{code}");
        let remove = MatterMove { facts: Default::default(), ..desk.complete(&id, "remove").await };
        assert_eq!(refused(desk.attempt(operator, &id, remove).await), ["CAS-027"], "{code}");
        assert_eq!(desk.moves(operator, &id, "remove").await, "removed", "{code}");
    }
}

#[tokio::test]
async fn an_entity_that_leaves_by_itself_is_filed_by_the_operator() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "luohu-2025").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let (bank, operator) = (&town.bank[0], &town.operator[0]);
    let new = crate::candidacy::NewCondition { code: "capital".into(), what: "实缴资本".into() };
    allowed(casework.add_admission_condition(operator, new).await.unwrap());
    let id = desk.open(bank, MatterKind::EntityOnboarding, bank.organisation.as_str()).await;
    for (by, name) in [(operator, "review"), (bank, "sign"), (operator, "admit"), (bank, "leave")] {
        desk.moves(by, &id, name).await;
    }
    let copy = desk.view(&id).await.filings.pop().unwrap();
    assert_eq!(copy.filer.as_ref(), Some(&operator.organisation));
    let owed = casework.obligations(&town.agency[0], &Page::first()).await.unwrap();
    let what = format!("{} {}", copy.to.word(), copy.version);
    let one = owed.items.iter().find(|one| one.about == id.as_str() && one.what == what).unwrap();
    assert_eq!(
        (one.by.as_slice(), one.organisation.as_ref()),
        (&["filer".to_owned()][..], Some(&operator.organisation))
    );
    let by = casework.file_matter(bank, &id, copy.version, copy.to, None).await.unwrap();
    assert_eq!(refused(by), ["CAS-034"]);
    allowed(casework.file_matter(operator, &id, copy.version, copy.to, None).await.unwrap());
}
