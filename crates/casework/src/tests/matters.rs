//! Each machine walked to its end under the shipped rules, and what that does to
//! permits.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use shuyu_ledger::Event;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::matter::MatterKind;
use shuyu_model::{CryptoProfile, Regime, Verdict};
use shuyu_registry::testing::{allowed, refused};
use shuyu_registry::{Act, AdmissionState, Permit, Registry, rules};

use super::desk::{By, Walk, desk, who};
use crate::matter::Facts;
use crate::{Casework, CaseworkError, MatterMove};

const WALKS: &[Walk] = &[
    (
        MatterKind::PriorAgreement,
        |desk| desk.office.town.source[0].organisation.to_string(),
        By::Source,
        &[(By::Source, "file", "filed"), (By::Regulator(0), "end", "ended")],
    ),
    (
        MatterKind::Scheme,
        |desk| desk.office.town.regulators[0].organisation.to_string(),
        By::Regulator(0),
        &[
            (By::Regulator(0), "submit", "review"),
            (By::Regulator(1), "return", "returned"),
            (By::Regulator(0), "submit", "review"),
            (By::Regulator(1), "decide_collectively", "collective_decision"),
            (By::Regulator(0), "refer", "government_decision"),
            (By::Regulator(1), "approve", "effective"),
            (By::Regulator(0), "propose_change", "change_pending"),
            (By::Regulator(0), "drop_change", "effective"),
            (By::Regulator(0), "expire", "expired"),
        ],
    ),
    (
        MatterKind::OperatorSelection,
        |desk| desk.office.town.agency[0].organisation.to_string(),
        By::Agency(0),
        &[
            (By::Agency(0), "announce", "announced"),
            (By::Agency(0), "evaluate", "evaluated"),
            (By::Agency(1), "decide_collectively", "decided"),
            (By::Agency(0), "publish_notice", "notice"),
            (By::Agency(0), "disqualify", "checked"),
            (By::Agency(0), "fail", "failed"),
        ],
    ),
    (
        MatterKind::EntityOnboarding,
        |desk| desk.office.town.bank[0].organisation.to_string(),
        By::Bank,
        &[
            (By::Operator, "review", "reviewed"),
            (By::Bank, "sign", "agreement_signed"),
            (By::Operator, "admit", "active"),
            (By::Agency(0), "suspend", "suspended"),
            (By::Operator, "reinstate", "active"),
            (By::Bank, "leave", "left"),
        ],
    ),
    (
        MatterKind::Incident,
        |desk| desk.scenario.to_string(),
        By::Operator,
        &[
            (By::Operator, "start_plan", "plan_started"),
            (By::Operator, "stop_service", "plan_started"),
            (By::Operator, "report", "reported"),
            (By::Agency(0), "assess", "assessed"),
            (By::Operator, "contain", "contained"),
            (By::Agency(0), "resume", "resumed"),
            (By::Agency(0), "review", "reviewed"),
        ],
    ),
    (
        MatterKind::Rectification,
        |desk| desk.agreement.to_string(),
        By::Agency(1),
        &[
            (By::Agency(0), "talk", "talked"),
            (By::Agency(0), "order", "ordered"),
            (By::Operator, "report_done", "done"),
            (By::Regulator(0), "reject", "ordered"),
            (By::Operator, "report_done", "done"),
            (By::Agency(2), "accept", "accepted"),
        ],
    ),
    (
        MatterKind::Complaint,
        |desk| desk.scenario.to_string(),
        By::Bank,
        &[
            (By::Regulator(0), "receive", "received"),
            (By::Regulator(0), "investigate", "investigating"),
            (By::Regulator(1), "decide", "decided"),
            (By::Regulator(0), "notify", "notified"),
            (By::Regulator(0), "order_remedy", "remedy"),
            (By::Regulator(0), "close", "closed"),
        ],
    ),
    (
        MatterKind::Assessment,
        |desk| desk.agreement.to_string(),
        By::Agency(0),
        &[
            (By::Operator, "submit_material", "material"),
            (By::Agency(0), "score", "scored"),
            (By::Agency(1), "reopen", "material"),
            (By::Agency(0), "score", "scored"),
            (By::Agency(2), "confirm", "result"),
            (By::Agency(0), "apply", "applied"),
        ],
    ),
    (
        MatterKind::NegativeListEntry,
        |desk| desk.fund.to_string(),
        By::Source,
        &[
            (By::Agency(0), "review", "reviewed"),
            (By::Regulator(0), "decide", "decided"),
            (By::Regulator(0), "enter_into_force", "in_force"),
            (By::Regulator(1), "lift", "lifted"),
        ],
    ),
    (
        MatterKind::Product,
        |desk| desk.scenario.to_string(),
        By::Operator,
        &[
            (By::Operator, "register", "registered"),
            (By::Operator, "set_price", "priced"),
            (By::Operator, "list", "listed"),
            (By::Operator, "set_price", "listed"),
            (By::Regulator(0), "order_delisting", "delisted"),
        ],
    ),
    (
        MatterKind::Inspection,
        |desk| desk.agreement.to_string(),
        By::Supervisor,
        &[
            (By::Supervisor, "request", "requested"),
            (By::Operator, "answer", "answered"),
            (By::Supervisor, "request", "requested"),
            (By::Operator, "answer", "answered"),
            (By::Supervisor, "find", "found"),
            (By::Supervisor, "follow_up", "followed_up"),
            (By::Supervisor, "close", "closed"),
        ],
    ),
    (
        MatterKind::DataDemand,
        |desk| desk.office.town.operator[0].organisation.to_string(),
        By::Operator,
        &[
            (By::Agency(0), "put", "put"),
            (By::Source, "decline", "declined"),
            (By::Agency(0), "put", "put"),
            (By::Source, "accept", "accepted"),
            (By::Source, "supply", "supplied"),
            (By::Operator, "return", "accepted"),
            (By::Source, "supply", "supplied"),
            (By::Operator, "confirm", "met"),
        ],
    ),
    (
        MatterKind::QualityIssue,
        |desk| desk.fund.to_string(),
        By::Operator,
        &[
            (By::Agency(0), "assign", "assigned"),
            (By::Source, "dispute", "disputed"),
            (By::Agency(0), "assign", "assigned"),
            (By::Source, "fix", "fixed"),
            (By::Operator, "reopen", "assigned"),
            (By::Source, "fix", "fixed"),
            (By::Operator, "confirm", "confirmed"),
        ],
    ),
    (
        MatterKind::Coordination,
        |desk| desk.fund.to_string(),
        By::Source,
        &[
            (By::Regulator(0), "table", "tabled"),
            (By::Regulator(0), "consult", "consulting"),
            (By::Source, "give_opinion", "tabled"),
            (By::Regulator(0), "decide", "decided"),
            (By::Source, "carry_out", "carried_out"),
            (By::Regulator(1), "close", "closed"),
        ],
    ),
    (
        MatterKind::Alert,
        |desk| desk.office.town.operator[0].organisation.to_string(),
        By::Agency(0),
        &[
            (By::Operator, "explain", "raised"),
            (By::Regulator(0), "acknowledge", "acknowledged"),
            (By::Operator, "explain", "acknowledged"),
            (By::Regulator(1), "close", "closed"),
        ],
    ),
    (
        MatterKind::RiskReport,
        |desk| desk.scenario.to_string(),
        By::Operator,
        &[
            (By::Agency(0), "suspend", "suspended"),
            (By::Agency(0), "assess", "assessed"),
            (By::Operator, "treat", "treated"),
            (By::Agency(0), "reopen", "assessed"),
            (By::Operator, "treat", "treated"),
            (By::Regulator(0), "resolve", "resolved"),
        ],
    ),
    (
        MatterKind::EntityProduct,
        |desk| desk.development.to_string(),
        By::Bank,
        &[(By::Bank, "register", "registered"), (By::Bank, "offer", "offered"), (By::Bank, "withdraw", "withdrawn")],
    ),
    // Last: afterwards nothing is authorised any more.
    (
        MatterKind::Exit,
        |desk| desk.agreement.to_string(),
        By::Agency(3),
        &[
            (By::Agency(1), "confirm", "confirmed"),
            (By::Agency(1), "end_access", "access_ended"),
            (By::Operator, "begin_transition", "transition"),
            (By::Operator, "hand_over", "handed_over"),
            (By::Agency(1), "order_deletion", "deletion_ordered"),
            (By::Operator, "prove_deletion", "deletion_proved"),
            (By::Agency(1), "seal_logs", "logs_sealed"),
            (By::Agency(1), "close", "closed"),
        ],
    ),
];

#[tokio::test]
async fn each_machine_is_walked_to_its_end_and_every_move_is_an_event() {
    assert_eq!(WALKS.len(), shuyu_registry::testing::regime().matter.len());
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        for (kind, subject, opener, steps) in WALKS {
            let id = desk.open(who(&desk, *opener), *kind, &subject(&desk)).await;
            assert!(desk.newest().await.contains("\"action\":\"matter.opened\""));
            for (by, name, expected) in *steps {
                desk.applied(&id, name).await;
                let before = ledger.journal_head().await.unwrap();
                assert_eq!(desk.moves(who(&desk, *by), &id, name).await, *expected, "{backend} {kind:?} {name}");
                assert_eq!(ledger.journal_head().await.unwrap(), before + 1, "one move, one event");
                let newest = desk.newest().await;
                for part in ["\"action\":\"matter.moved\"", "\"regime\":\"changsha-2026@1\"", "\"clauses\":[\"chang"] {
                    assert!(newest.contains(part), "{newest}");
                }
                assert!(!newest.contains("looked at all") && !newest.contains("说明"), "an event tells keys: {newest}");
            }
            let view = desk.view(&id).await;
            assert!(view.moves.is_empty() && view.item.ended_at.is_some(), "{kind:?}");
            assert_eq!(view.history.len(), steps.len() + 1);
            assert_eq!(desk.may_not(&desk.office.town.regulators[0], &id, steps[0].1).await[0], "CAS-020");
        }
    }
}

#[tokio::test]
async fn a_selection_waits_for_its_notice_and_tells_what_an_agreement_must_hold() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let agency = &desk.office.town.agency;
        let id = desk.open(&agency[0], MatterKind::OperatorSelection, agency[0].organisation.as_str()).await;
        for (n, name) in [(0, "announce"), (0, "evaluate"), (1, "decide_collectively"), (0, "publish_notice")] {
            desk.moves(&agency[n], &id, name).await;
        }
        assert_eq!(desk.may_not(&agency[1], &id, "select").await, ["CAS-029"], "{backend}");
        // Five working days after Monday 1 June have passed on Tuesday 9.
        desk.office.advance_to(2026, 6, 9);
        assert_eq!(desk.moves(&agency[1], &id, "select").await, "selected");
        let bare = MatterMove { facts: Facts::new(), ..desk.complete(&id, "sign").await };
        let verdict = desk.attempt(&agency[0], &id, bare).await;
        let reasons: Vec<_> = verdict.into_result().unwrap_err().into_vec();
        assert_eq!((reasons.len(), reasons[0].code.as_ref()), (1, "CAS-027"));
        assert!(reasons[0].what.contains("data_scope, term,") && reasons[0].what.contains("change_and_termination"));
        assert_eq!(reasons[0].clause, "changsha-2026 N27 14");
        assert_eq!(desk.view(&id).await.moves.iter().find(|m| m.name == "sign").unwrap().contents_missing.len(), 12);
        assert_eq!(desk.moves(&agency[0], &id, "sign").await, "agreement_signed");
        let filings = desk.view(&id).await.filings;
        assert_eq!(
            (filings.len(), filings[0].to, filings[0].filed_at),
            (1, shuyu_model::regime::words::Body::Regulator, None),
            "{backend}"
        );
    }
}

#[tokio::test]
async fn an_incident_stops_a_service_at_once_and_its_end_restores_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let permits = [allowed(desk.asks(Act::Compute).await), allowed(desk.asks(Act::Use).await)];
        let id = desk.open(&town.agency[0], MatterKind::Incident, desk.scenario.as_str()).await;
        assert!(permits.iter().all(Permit::is_live), "{backend}: an incident alone stops nothing");
        desk.moves(&town.agency[0], &id, "stop_service").await;
        assert!(permits.iter().all(|permit| !permit.is_live()), "{backend}");
        assert!(desk.newest().await.contains(&format!("\"touched\":[\"{}\"]", desk.scenario)));
        assert_eq!(refused(desk.asks(Act::Use).await), ["REG-030"], "{backend}");
        for (by, name) in [(By::Operator, "start_plan"), (By::Operator, "report"), (By::Agency(0), "assess")] {
            desk.moves(who(&desk, by), &id, name).await;
        }
        desk.moves(&town.operator[0], &id, "contain").await;
        assert_eq!(desk.may_not(&town.operator[0], &id, "resume").await, ["CAS-021", "CAS-023"], "{backend}");
        desk.moves(&town.agency[0], &id, "resume").await;
        assert!(allowed(desk.asks(Act::Use).await).is_live(), "{backend}");
    }
}

#[tokio::test]
async fn an_overdue_rectification_is_closed_by_the_platform_once_and_restored_when_accepted() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let operator = town.operator[0].organisation.as_str();
        let id = desk.open(&town.agency[0], MatterKind::Rectification, operator).await;
        let order = MatterMove { due_day: Some(jiff::civil::date(2026, 6, 12)), ..desk.complete(&id, "order").await };
        assert_eq!(allowed(desk.attempt(&town.agency[0], &id, order).await), "ordered");
        let permit = allowed(desk.asks(Act::Use).await);
        desk.office.advance_to(2026, 6, 12);
        assert_eq!(desk.sweep().await, [], "{backend}: its last day is in time");
        desk.office.advance_to(2026, 6, 13);
        let expected = [("mark_overdue", "overdue"), ("close_channel", "channel_closed")];
        let expected: Vec<_> = expected.map(|(name, state)| (name.to_owned(), state.to_owned())).into();
        assert_eq!(desk.sweep().await, expected, "{backend}");
        assert!(!permit.is_live(), "{backend}");
        let (head, newest) = (ledger.journal_head().await.unwrap(), desk.newest().await);
        assert!(newest.contains("close_channel") && !newest.contains("\"person\""), "by nobody: {newest}");
        assert_eq!(desk.sweep().await, [], "{backend}: once");
        assert_eq!(ledger.journal_head().await.unwrap(), head);
        assert_eq!(refused(desk.asks(Act::Compute).await), ["REG-029"], "{backend}");

        desk.moves(&town.operator[0], &id, "report_done").await;
        assert_eq!(desk.may_not(&town.operator[0], &id, "accept").await, ["CAS-021", "CAS-023"]);
        assert_eq!(desk.may_not(&town.agency[0], &id, "accept").await, ["CAS-024"], "{backend}: who opened it");
        assert_eq!(desk.moves(&town.agency[1], &id, "accept").await, "accepted");
        assert!(allowed(desk.asks(Act::Compute).await).is_live(), "{backend}");
    }
}

/// The shipped rules, as Luohu writes them (十二): the order suspends, and what is
/// not done in time is ended.
fn as_in_luohu() -> Arc<Regime> {
    let text = include_str!("../../../../regimes/changsha-2026/regime.toml");
    let text = text
        .replace("{ move = \"order\", by", "{ move = \"order_suspended\", by")
        .replace("  { move = \"terminate\", by = \"agency\", ground = \"targets_unmet_and_unrectified\"", "  # ")
        .replace("{ move = \"close_channel\", by", "{ move = \"terminate\", ground = \"breach\", by");
    Arc::new(Regime::parse("luohu.toml", &text).unwrap())
}

#[tokio::test]
async fn where_the_order_itself_suspends_rights_rest_until_it_is_accepted_or_end() {
    for (backend, ledger, _folder) in ledgers().await {
        let mut desk = desk(&ledger).await;
        let registry = Registry::new(ledger.clone(), as_in_luohu());
        let calendar = rules::shipped(rules::SHIPPED_CODE).unwrap().calendar;
        desk.office.casework = Casework::new(registry.clone(), calendar);
        desk.office.town.registry = registry;
        let (agency, operator) = (desk.office.town.agency.clone(), desk.office.town.operator.clone());
        for ends in [false, true] {
            let permit = allowed(desk.asks(Act::Use).await);
            let id = desk.open(&agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
            assert_eq!(desk.moves(&agency[0], &id, "order_suspended").await, "suspended");
            assert!(!permit.is_live(), "{backend}");
            assert_eq!(refused(desk.asks(Act::Use).await), ["REG-029"], "{backend}");
            if ends {
                desk.office.advance_to(2026, 8, 1);
                let expected = [("mark_overdue", "overdue"), ("terminate", "terminated")];
                let expected: Vec<_> = expected.map(|(name, state)| (name.to_owned(), state.to_owned())).into();
                assert_eq!(desk.sweep().await, expected, "{backend}");
                let ended = desk.office.town.registry.agreement(&desk.agreement).await.unwrap().unwrap();
                assert_eq!(ended.ended_ground.as_deref(), Some("breach"), "{backend}");
                assert_eq!(refused(desk.asks(Act::Compute).await), ["REG-007", "REG-029"], "{backend}");
            } else {
                desk.moves(&operator[0], &id, "report_done").await;
                desk.moves(&agency[1], &id, "reject").await;
                assert_eq!(refused(desk.asks(Act::Use).await), ["REG-029"], "{backend}: still");
                desk.moves(&operator[0], &id, "report_done").await;
                desk.moves(&agency[1], &id, "accept").await;
            }
        }
    }
}

#[tokio::test]
async fn an_exit_ends_access_at_once_and_the_log_stays() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let agency = &desk.office.town.agency;
        let permit = allowed(desk.asks(Act::Use).await);
        let id = desk.open(&agency[1], MatterKind::Exit, desk.agreement.as_str()).await;
        desk.moves(&agency[0], &id, "confirm").await;
        assert!(permit.is_live(), "{backend}");
        let before = ledger.journal_head().await.unwrap();
        desk.moves(&agency[0], &id, "end_access").await;
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(refused(desk.asks(Act::Compute).await), ["REG-007"], "{backend}");
        let ended = desk.office.town.registry.agreement(&desk.agreement).await.unwrap().unwrap();
        assert_eq!(ended.ended_ground.as_deref(), Some("operator_request"));
        let kept = ledger.journal_page(i64::MAX, 1000).await.unwrap();
        assert!(i64::try_from(kept.len()).unwrap() > before, "{backend}: nothing is forgotten");
    }
}

#[tokio::test]
async fn a_negative_list_entry_bars_and_an_admission_that_rests_refuses() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let entry = desk.open(&town.source[0], MatterKind::NegativeListEntry, desk.fund.as_str()).await;
        desk.moves(&town.agency[0], &entry, "review").await;
        desk.moves(&town.regulators[0], &entry, "decide").await;
        let permit = allowed(desk.asks(Act::Compute).await);
        desk.moves(&town.regulators[0], &entry, "enter_into_force").await;
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(refused(desk.asks(Act::Compute).await), ["REG-004"], "{backend}");
        desk.moves(&town.regulators[0], &entry, "lift").await;
        assert!(allowed(desk.asks(Act::Compute).await).is_live(), "{backend}");

        let bank = town.bank[0].organisation.clone();
        let id = desk.open(&town.bank[0], MatterKind::EntityOnboarding, bank.as_str()).await;
        for (by, name) in [(By::Operator, "review"), (By::Operator, "sign"), (By::Operator, "admit")] {
            desk.moves(who(&desk, by), &id, name).await;
        }
        let permit = allowed(desk.asks(Act::Use).await);
        desk.moves(&town.operator[0], &id, "suspend").await;
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(refused(desk.asks(Act::Use).await), ["REG-031"], "{backend}");
        desk.moves(&town.operator[0], &id, "remove").await;
        let admissions = town.registry.admissions_of(&bank).await.unwrap();
        assert_eq!(admissions[0].state, AdmissionState::Removed, "{backend}");
    }
}

#[tokio::test]
async fn of_two_who_saw_the_same_version_one_moves() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let agency = &desk.office.town.agency;
        let id = desk.open(&agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
        let (talk, order) = (desk.complete(&id, "talk").await, desk.complete(&id, "order").await);
        let casework = &desk.office.casework;
        let (first, second) =
            tokio::join!(casework.make_move(&agency[0], &id, talk), casework.make_move(&agency[1], &id, order));
        let stale =
            |made: &Result<Verdict<String>, CaseworkError>| matches!(made, Err(CaseworkError::Stale { version: 2 }));
        assert!(stale(&first) != stale(&second), "{backend}: {first:?} {second:?}");
        assert_eq!(desk.view(&id).await.item.version, 2, "{backend}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]
    /// Whoever tries whatever, a matter stays in its table, and each attempt that
    /// is no mistake is exactly one event.
    #[test]
    fn random_moves_stay_in_the_table_and_are_all_written(
        attempts in prop::collection::vec((0..WALKS.len(), 0..40_usize, 0..5_usize), 20)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (ledger, _folder) = sqlite(CryptoProfile::International).await;
            let desk = desk(&ledger).await;
            let mut open = BTreeMap::new();
            for (kind, subject, opener, _) in WALKS {
                open.insert(*kind, desk.open(who(&desk, *opener), *kind, &subject(&desk)).await);
            }
            for (kind, name, by) in attempts {
                let kind = WALKS[kind].0;
                let (machine, id) = (kind.machine(), &open[&kind]);
                let name = machine.moves[name % machine.moves.len()].word;
                let by = [By::Regulator(1), By::Agency(2), By::Operator, By::Bank, By::Source][by];
                let (from, before) = (desk.view(id).await.item.state, ledger.journal_head().await.unwrap());
                let named = desk.complete(id, name).await;
                let made = desk.office.casework.make_move(who(&desk, by), id, named).await;
                let to = desk.view(id).await.item.state;
                let written = ledger.journal_head().await.unwrap() - before;
                match made {
                    Ok(Verdict::Allow(reached)) => {
                        assert_eq!((written, &reached), (1, &to));
                        assert_eq!(machine.transition(&from, name).map(|t| t.to), Some(to.as_str()));
                    }
                    Ok(Verdict::Refuse(_)) => assert_eq!((written, &from), (1, &to)),
                    Err(_) => assert_eq!((written, &from), (0, &to)),
                }
            }
        });
    }
}

#[tokio::test]
async fn what_is_kept_reads_back_only_from_the_table() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let id = desk.open(&desk.office.town.agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
    let mut change = ledger.change().await.unwrap();
    crate::matter::store::tamper(&mut change, &id, "paid_off", 1).await.unwrap();
    change.commit(Event::done(None, "test.tampered", "")).await.unwrap();
    let read = desk.office.casework.matter(&id, &desk.office.town.agency[0]).await;
    assert!(matches!(read, Err(CaseworkError::Damaged { .. })), "{read:?}");
}
