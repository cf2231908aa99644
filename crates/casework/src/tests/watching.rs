//! Watching over security: alerts in a queue, notices with an answer, plans step by step,
//! what stays inside after an incident, risks by rota.

use std::collections::BTreeSet;

use shuyu_ledger::Event;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::PaperId;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{PaperKind, Particular, Unusual};
use shuyu_model::{CryptoProfile, Reason, Reasons};
use shuyu_registry::testing::{allowed, new_paper, refused};
use shuyu_registry::{Act, Page};

use super::desk::{Desk, desk, told_now};
use super::shipped_matters::desk_under;
use crate::matter::Facts;
use crate::{MatterFilter, MatterMove, ObligationKind, ObligationState, Observed};

fn calls(desk: &Desk, count: i64) -> Observed {
    let organisation = Some(desk.office.town.bank[0].organisation.clone());
    let object = Some("SUB-1".to_owned());
    Observed { pattern: Unusual::CallsNearQuota, organisation, person: None, object, count, threshold: 90 }
}

#[tokio::test]
async fn so_many_refusals_of_one_person_on_one_day_alert_the_bureau_once() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (casework, town) = (&desk.office.casework, &desk.office.town);
        let rules = town.registry.regime().alerts().unwrap().clone();
        let max = rules.refusals_a_day_max.unwrap().value;
        let reasons = Reasons::one(Reason::new("SRV-001", "no", "setting", "ask"));
        for count in 1..=max {
            assert!(casework.watch(ledger.now()).await.unwrap().is_empty(), "{backend}: {count}");
            ledger.refuse(Event::refused(Some(&town.operator[0]), "request.refused", "/", &reasons)).await.unwrap();
        }
        let raised = casework.watch(ledger.now()).await.unwrap();
        assert_eq!(raised.len(), 1, "{backend}");
        assert!(casework.watch(ledger.now()).await.unwrap().is_empty(), "{backend}: once a day");
        let view = desk.view(&raised[0]).await;
        assert_eq!(view.facts["person"], town.operator[0].person.to_string(), "{backend}");
        assert_eq!((view.facts["pattern"].as_str(), view.history[0].person.as_ref()), ("refusals", None));
        assert_eq!(view.item.subject_organisation.as_ref(), Some(&town.operator[0].organisation));
        assert!(desk.newest().await.contains("alert.raised"), "{backend}");

        // The next day begins anew.
        ledger.clock().advance_to(ledger.now().plus_days(1)).unwrap();
        assert!(casework.watch(ledger.now()).await.unwrap().is_empty(), "{backend}");
    }
}

#[tokio::test]
async fn an_alert_is_taken_by_the_bureau_told_to_the_party_and_ends_with_an_outcome() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (casework, town) = (&desk.office.casework, &desk.office.town);
        let (bureau, bank) = (&town.regulators[0], &town.bank[0]);
        let id = casework.raise(calls(&desk, 95)).await.unwrap().unwrap();
        assert_eq!(casework.raise(calls(&desk, 99)).await.unwrap(), None, "{backend}: once a day");
        let filter = MatterFilter { kind: Some(MatterKind::Alert), ..MatterFilter::default() };
        let queue = casework.matters(bureau, &filter, &Page::first()).await.unwrap();
        assert_eq!((queue.total, &queue.items[0].id), (1, &id), "{backend}");
        let owed = casework.obligations(bureau, &Page { after: None, items_max: 200 }).await.unwrap().items;
        let of = |kind| owed.iter().filter(|owed| owed.about == id.as_str() && owed.kind == kind).count();
        assert_eq!((of(ObligationKind::Move), of(ObligationKind::Notice)), (1, 1), "{backend}");

        // Who it is about knows, and says what it was; who was sent nothing answers nothing.
        assert_eq!(refused(casework.receive_notice(bureau, &id, 1).await.unwrap()), ["CAS-160"], "{backend}");
        allowed(casework.receive_notice(bank, &id, 1).await.unwrap());
        assert!(casework.receive_notice(bank, &id, 1).await.is_err(), "{backend}: once");
        assert_eq!(desk.view(&id).await.notices[0].received_by.as_ref(), Some(&bank.person), "{backend}");
        desk.moves(bank, &id, "explain").await;
        assert_eq!(desk.may_not(bank, &id, "acknowledge").await, ["CAS-021"], "{backend}");

        // It is closed with an outcome that the rules list, or rests on what became of it.
        desk.moves(bureau, &id, "acknowledge").await;
        let bare = MatterMove { facts: Facts::new(), ..desk.complete(&id, "close").await };
        assert_eq!(refused(desk.attempt(bureau, &id, bare).await), ["CAS-027"], "{backend}");
        let uncited = MatterMove { cites: Vec::new(), ..desk.complete(&id, "escalate").await };
        assert_eq!(refused(desk.attempt(bureau, &id, uncited).await), ["CAS-060"], "{backend}");
        let incident = desk.open(&town.agency[0], MatterKind::Incident, bank.organisation.as_str()).await;
        let cites = vec![incident.to_string()];
        let escalate = MatterMove { cites, ..desk.complete(&id, "escalate").await };
        assert_eq!(allowed(desk.attempt(bureau, &id, escalate).await), "escalated", "{backend}");
        assert_eq!(desk.view(&incident).await.cited_by, std::slice::from_ref(&id), "{backend}");
    }
}

#[tokio::test]
async fn an_alert_can_end_with_a_warning() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let desk = desk(&ledger).await;
    let bureau = &desk.office.town.regulators[0];
    let id = desk.office.casework.raise(calls(&desk, 95)).await.unwrap().unwrap();
    desk.moves(bureau, &id, "acknowledge").await;
    let bare = MatterMove { evidence: None, ..desk.complete(&id, "warn").await };
    assert_eq!(refused(desk.attempt(bureau, &id, bare).await), ["CAS-026"]);
    assert_eq!(desk.moves(bureau, &id, "warn").await, "warned");
}

#[tokio::test]
async fn only_the_officer_whom_the_dossier_names_answers_an_alert() {
    assert_eq!(codes_of_another_than_the_officer().await, ["CAS-158"]);
}

/// Somebody else than the named officer tries; then the officer does it.
async fn codes_of_another_than_the_officer() -> Vec<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let (casework, town) = (&desk.office.casework, &desk.office.town);
    let operator = &town.operator[0].organisation;
    let officer = town.registry.person(&town.operator[1].person).await.unwrap().unwrap();
    let kind = PaperKind::SecurityOfficer;
    let before = desk.paper(kind).await.unwrap();
    let mut paper = new_paper(&ledger, kind, None);
    paper.particulars.insert(Particular::Officer, officer.name.clone());
    paper.replaces = Some(PaperId::parse(&before).unwrap());
    allowed(town.registry.enter_paper(&town.operator[0], operator, paper).await.unwrap());
    let seen = Observed { organisation: Some(operator.clone()), object: None, ..calls(&desk, 95) };
    let id = casework.raise(seen).await.unwrap().unwrap();
    let view = desk.view(&id).await;
    assert_eq!((&view.facts["officer"], &view.facts["officer_person"]), (&officer.name, &officer.id.to_string()));
    let codes = desk.may_not(&town.operator[0], &id, "explain").await;
    desk.moves(&town.operator[1], &id, "explain").await;
    codes
}

/// Every code of this part, for `tests/refusals.rs`.
pub(super) async fn codes_of_watching() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "luohu-2025").await;
    let (agency, operator) = (&desk.office.town.agency[0], &desk.office.town.operator[0]);
    let mut seen: BTreeSet<String> = codes_of_another_than_the_officer().await.into_iter().collect();
    let mut new = desk.prepared(MatterKind::Incident, desk.scenario.as_str());
    new.facts.insert("discovered_at".to_owned(), "昨天".to_owned());
    seen.extend(refused(desk.office.casework.open_matter(operator, new).await.unwrap()));
    let id = desk.open(operator, MatterKind::Incident, desk.scenario.as_str()).await;
    seen.extend(refused(desk.office.casework.receive_notice(operator, &id, 1).await.unwrap()));
    desk.moves(operator, &id, "start_plan").await;
    let other = Facts::from([("plan_step".to_owned(), "别的".to_owned())]);
    let other = MatterMove { facts: other, ..desk.complete(&id, "take_step").await };
    seen.extend(refused(desk.attempt(operator, &id, other).await));
    desk.moves(operator, &id, "report").await;
    seen.extend(desk.may_not(operator, &id, "contain").await);
    for name in ["take_step", "contain"] {
        desk.moves(operator, &id, name).await;
    }
    desk.moves(agency, &id, "resume").await;
    seen.extend(desk.may_not(agency, &id, "review").await);
    seen
}

#[tokio::test]
async fn a_document_without_monitoring_raises_nothing() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let desk = desk_under(&ledger, "xianning-2025").await;
    assert_eq!(desk.office.casework.raise(calls(&desk, 95)).await.unwrap(), None);
    assert!(desk.office.casework.watch(ledger.now()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_department_stops_every_scenario_that_uses_its_resource_with_its_report() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "luohu-2025").await;
        let town = &desk.office.town;
        let permit = allowed(desk.asks(Act::Compute).await);
        let id = desk.open(&town.source[0], MatterKind::Incident, desk.fund.as_str()).await;
        assert!(!permit.is_live(), "{backend}");
        let codes = refused(desk.asks(Act::Use).await);
        assert!(codes.contains(&"REG-131".to_owned()) && codes.contains(&"REG-130".to_owned()), "{backend} {codes:?}");
        assert_eq!(desk.view(&id).await.item.state, "service_stopped", "{backend}");

        // Agency and every overseer were told in the same change, each by itself.
        let view = desk.view(&id).await;
        let told: Vec<_> = view.notices.iter().map(|notice| notice.organisation.clone()).collect();
        for body in [&town.agency[0], &town.supervisor[0]] {
            assert!(told.contains(&body.organisation), "{backend}");
            allowed(desk.office.casework.receive_notice(body, &id, 1).await.unwrap());
        }
        assert_eq!(view.notices[0].sent_at, view.item.opened_at, "{backend}");
        assert_eq!(view.history[1].minutes_since_found, Some(0), "{backend}");
    }
}

#[tokio::test]
async fn what_was_made_stays_inside_until_the_agency_has_cleared_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "luohu-2025").await;
        let town = &desk.office.town;
        let id = desk.open(&town.operator[0], MatterKind::Incident, desk.scenario.as_str()).await;
        desk.moves(&town.operator[0], &id, "start_plan").await;
        // The plan on file is what is followed: no other step, and each of its own.
        let other = Facts::from([("plan_step".to_owned(), "别的".to_owned())]);
        let other = MatterMove { facts: other, ..desk.complete(&id, "take_step").await };
        assert_eq!(refused(desk.attempt(&town.operator[0], &id, other).await), ["CAS-156"], "{backend}");
        desk.moves(&town.operator[0], &id, "report").await;
        assert_eq!(desk.may_not(&town.operator[0], &id, "contain").await, ["CAS-157"], "{backend}");
    }
}

#[tokio::test]
async fn service_resumes_without_the_results_until_they_are_cleared() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "luohu-2025").await;
        let (agency, operator) = (&desk.office.town.agency[0], &desk.office.town.operator[0]);
        let id = desk.open(operator, MatterKind::Incident, desk.scenario.as_str()).await;
        for name in ["start_plan", "take_step", "report", "contain"] {
            desk.moves(operator, &id, name).await;
        }
        desk.moves(agency, &id, "resume").await;
        allowed(desk.asks(Act::Compute).await);
        assert_eq!(refused(desk.asks(Act::Review).await), ["REG-130"], "{backend}");
        assert_eq!(desk.may_not(agency, &id, "review").await, ["CAS-159"], "{backend}");
        desk.moves(agency, &id, "clear_results").await;
        allowed(desk.asks(Act::Review).await);
        desk.moves(agency, &id, "review").await;
    }
}

#[tokio::test]
async fn a_told_time_is_one_that_has_passed() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let desk = desk_under(&ledger, "luohu-2025").await;
    let casework = &desk.office.casework;
    let later = jiff::Timestamp::from_microsecond(ledger.now().plus_days(1).0).unwrap().to_string();
    for (told, is_fine) in [("昨天", false), (later.as_str(), false), (told_now(&ledger).as_str(), true)] {
        let mut new = desk.prepared(MatterKind::Incident, desk.scenario.as_str());
        new.facts.insert("discovered_at".to_owned(), told.to_owned());
        let opened = casework.open_matter(&desk.office.town.agency[0], new).await.unwrap();
        match is_fine {
            true => drop(allowed(opened)),
            false => assert_eq!(refused(opened), ["CAS-155"], "{told}"),
        }
    }
}

#[tokio::test]
async fn the_bureau_of_2023_instructs_and_accepts_before_a_service_resumes() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "changsha-2023").await;
        let (bureau, operator) = (&desk.office.town.regulators[0], &desk.office.town.operator[0]);
        let id = desk.open(operator, MatterKind::Incident, desk.scenario.as_str()).await;
        assert_eq!(desk.view(&id).await.item.state, "service_stopped", "{backend}: stopped with the report");
        for name in ["start_plan", "report"] {
            desk.moves(operator, &id, name).await;
        }
        assert_eq!(desk.may_not(operator, &id, "contain").await, ["CAS-020"], "{backend}");
        desk.moves(bureau, &id, "instruct").await;
        assert_eq!(desk.may_not(operator, &id, "carry_out").await, ["CAS-157"], "{backend}");
        for name in ["take_step", "carry_out"] {
            desk.moves(operator, &id, name).await;
        }
        assert_eq!(desk.moves(bureau, &id, "reject").await, "instructed", "{backend}");
        desk.moves(operator, &id, "carry_out").await;
        assert_eq!(desk.may_not(operator, &id, "contain").await, ["CAS-021"], "{backend}");
        desk.moves(bureau, &id, "contain").await;
        assert_eq!(desk.moves(bureau, &id, "resume").await, "resumed", "{backend}");
    }
}

#[tokio::test]
async fn a_high_risk_stops_what_it_is_about_until_it_is_resolved() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "changchun-2025").await;
        let (agency, operator) = (&desk.office.town.agency[0], &desk.office.town.operator[0]);
        let id = desk.open(operator, MatterKind::RiskReport, desk.scenario.as_str()).await;
        allowed(desk.asks(Act::Compute).await);
        desk.moves(agency, &id, "assess").await;
        assert_eq!(refused(desk.asks(Act::Compute).await), ["REG-030"], "{backend}");
        desk.moves(operator, &id, "treat").await;
        desk.moves(agency, &id, "resolve").await;
        allowed(desk.asks(Act::Compute).await);
    }
}

#[tokio::test]
async fn risks_of_operators_resources_and_products_are_owed_by_rota() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let desk = desk_under(&ledger, "changchun-2025").await;
    let (casework, town) = (&desk.office.casework, &desk.office.town);
    let product = town.registry.risk_subjects().await.unwrap();
    let product = product.iter().find(|subject| subject.id.starts_with("PRD-")).unwrap().id.clone();
    let subjects = [town.operator[0].organisation.to_string(), desk.fund.to_string(), product.clone()];
    let owed = async |subject: &str| {
        let page = Page { after: None, items_max: 200 };
        let all = casework.obligations(&town.regulators[0], &page).await.unwrap().items;
        let of = |one: &&crate::Obligation| one.kind == ObligationKind::Risk && one.about == subject;
        all.iter().find(of).map(|one| (one.due_day, one.state)).unwrap()
    };
    for subject in &subjects {
        assert_eq!(owed(subject).await.1, ObligationState::Open, "{subject}");
    }
    ledger.clock().advance_to(ledger.now().plus_days(200)).unwrap();
    let before = owed(&product).await.0;
    desk.open(&town.agency[0], MatterKind::RiskReport, &product).await;
    assert!(before < owed(&product).await.0, "counted from the last one");
}
