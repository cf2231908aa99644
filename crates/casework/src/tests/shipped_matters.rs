//! The moves that only the four other documents choose, each made by whom they name
//! and at the place where they have it.

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::sqlite;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{Citable, CiteRule};
use shuyu_model::{CryptoProfile, Role};
use shuyu_registry::rules;
use shuyu_registry::testing::{regime_of, town_under};

use super::Office;
use super::desk::{By, Desk, Walk, furnished, who};
use crate::{Casework, testing};

/// Longer than any period of a shipped document, in days.
const LONG: i64 = 60;

fn agreement(desk: &Desk) -> String {
    desk.agreement.to_string()
}

fn scenario(desk: &Desk) -> String {
    desk.scenario.to_string()
}

fn agency(desk: &Desk) -> String {
    desk.office.town.agency[0].organisation.to_string()
}

fn bank(desk: &Desk) -> String {
    desk.office.town.bank[0].organisation.to_string()
}

const CHANGCHUN: &[Walk] = &[
    (
        MatterKind::Scheme,
        agency,
        By::Agency(0),
        &[
            (By::Regulator(0), "advise", "advised"),
            (By::Agency(0), "submit", "review"),
            (By::Regulator(0), "return", "returned"),
            (By::Agency(0), "submit", "review"),
            (By::Regulator(0), "refer", "government_decision"),
            (By::Regulator(0), "approve", "effective"),
            (By::Agency(0), "amend", "effective"),
            (By::Agency(0), "propose_change", "change_pending"),
            (By::Agency(0), "submit", "review"),
            (By::Regulator(0), "refer", "government_decision"),
            (By::Regulator(0), "approve", "effective"),
            (By::Regulator(0), "repeal", "repealed"),
        ],
    ),
    (
        MatterKind::Assessment,
        agreement,
        By::Agency(0),
        &[
            (By::Operator, "submit_material", "material"),
            (By::Agency(0), "score", "scored"),
            (By::Agency(1), "confirm", "result"),
            (By::Agency(0), "apply", "applied"),
        ],
    ),
    (
        MatterKind::Inspection,
        agency,
        By::Regulator(0),
        &[
            (By::Regulator(0), "request", "requested"),
            (By::Agency(0), "answer", "answered"),
            (By::Regulator(0), "find", "found"),
            (By::Regulator(0), "close", "closed"),
        ],
    ),
    (
        MatterKind::DataDemand,
        |desk| desk.office.town.source[0].organisation.to_string(),
        By::Source,
        &[(By::Source, "seek", "sought"), (By::Source, "supply", "supplied"), (By::Agency(0), "confirm", "met")],
    ),
    (
        MatterKind::QualityIssue,
        |desk| desk.fund.to_string(),
        By::Regulator(0),
        &[
            (By::Regulator(0), "assign", "assigned"),
            (By::Source, "fix", "fixed"),
            (By::Regulator(0), "confirm", "confirmed"),
        ],
    ),
    (
        MatterKind::Coordination,
        scenario,
        By::Operator,
        &[
            (By::Regulator(0), "table", "tabled"),
            (By::Regulator(0), "consult", "consulting"),
            (By::Source, "give_opinion", "tabled"),
            (By::Regulator(0), "decide", "decided"),
            (By::Source, "carry_out", "carried_out"),
            (By::Regulator(0), "close", "closed"),
        ],
    ),
    (
        MatterKind::Guidance,
        agency,
        By::Regulator(0),
        &[
            (PLATFORM, "remind", "reminded"),
            (By::Agency(0), "answer", "answered"),
            (By::Regulator(0), "follow_up", "given"),
            (By::Agency(0), "answer", "answered"),
            (By::Regulator(0), "close", "closed"),
        ],
    ),
    (
        MatterKind::Call,
        |desk| desk.office.town.source[0].organisation.to_string(),
        By::Source,
        &[
            (By::Source, "publish", "published"),
            (By::Source, "close", "closed"),
            (By::Source2, "evaluate", "evaluated"),
        ],
    ),
    (
        MatterKind::RiskReport,
        scenario,
        By::Operator,
        &[
            (By::Regulator(0), "assess", "assessed"),
            (By::Operator, "treat", "treated"),
            (By::Regulator(0), "resolve", "resolved"),
        ],
    ),
    (
        MatterKind::Exit,
        agreement,
        By::Agency(0),
        &[
            (By::Agency(0), "confirm", "confirmed"),
            (By::Agency(0), "end_access", "access_ended"),
            (By::Agency(0), "record_refusal", "handover_refused"),
            (By::Agency(0), "order_deletion", "deletion_ordered"),
            (By::Agency(0), "record_refusal", "deletion_refused"),
            (By::Agency(0), "seal_logs", "logs_sealed"),
            (By::Agency(0), "close", "closed"),
        ],
    ),
];

const XIANNING: &[Walk] = &[
    (
        MatterKind::OperatorSelection,
        agency,
        By::Agency(0),
        &[
            (By::Agency(0), "announce", "announced"),
            (By::Agency(0), "evaluate", "evaluated"),
            (By::Agency(0), "publish_notice", "notice"),
            (By::Agency(1), "select", "selected"),
            (By::Agency(0), "sign", "agreement_signed"),
        ],
    ),
    (
        MatterKind::EntityOnboarding,
        bank,
        By::Bank,
        &[
            (By::Operator, "review", "reviewed"),
            (By::Bank, "sign", "agreement_signed"),
            (By::Operator, "admit", "active"),
            (By::Operator, "remove", "removed"),
        ],
    ),
    (
        MatterKind::Incident,
        scenario,
        By::Source,
        &[
            (By::Operator, "stop_service", "service_stopped"),
            (By::Operator, "report", "reported"),
            (By::Regulator(0), "assess", "assessed"),
            (By::Operator, "contain", "contained"),
            (By::Regulator(0), "resume", "resumed"),
            (By::Regulator(0), "review", "reviewed"),
        ],
    ),
    (
        MatterKind::Rectification,
        agreement,
        By::Agency(0),
        &[
            (By::Agency(0), "order", "ordered"),
            (PLATFORM, "mark_overdue", "overdue"),
            (By::Agency(0), "terminate", "terminated"),
        ],
    ),
    (
        MatterKind::Inspection,
        |desk| desk.office.town.operator[0].organisation.to_string(),
        By::Regulator(0),
        &[(By::Regulator(0), "find", "found"), (By::Regulator(1), "penalise", "penalised")],
    ),
    (
        MatterKind::DataDemand,
        scenario,
        By::Operator,
        &[
            (By::Agency(0), "put", "put"),
            (By::Source, "seek", "sought"),
            (By::Source, "supply", "supplied"),
            (By::Operator, "confirm", "met"),
        ],
    ),
    (
        MatterKind::Coordination,
        agreement,
        By::Agency(0),
        &[
            (By::Regulator(0), "table", "tabled"),
            (By::Regulator(0), "decide", "decided"),
            (By::Source, "carry_out", "carried_out"),
            (By::Regulator(0), "close", "closed"),
        ],
    ),
    (
        MatterKind::Guidance,
        agreement,
        By::Regulator(0),
        &[(By::Operator, "answer", "answered"), (By::Regulator(0), "close", "closed")],
    ),
    (
        MatterKind::RiskReport,
        scenario,
        By::Operator,
        &[(By::Regulator(0), "assess", "assessed"), (By::Operator, "treat", "treated")],
    ),
];

const LUOHU: &[Walk] = &[
    (
        MatterKind::OperatorSelection,
        agency,
        By::Agency(0),
        &[
            (By::Agency(0), "announce", "announced"),
            (By::Agency(0), "check", "checked"),
            (By::Agency(0), "evaluate", "evaluated"),
            (By::Agency(1), "select", "selected"),
            (By::Agency(0), "disqualify", "checked"),
        ],
    ),
    (
        MatterKind::Complaint,
        scenario,
        By::Bank,
        &[
            (By::Regulator(0), "receive", "received"),
            (By::Regulator(0), "decide", "decided"),
            (By::Regulator(0), "notify", "notified"),
            (By::Regulator(0), "close", "closed"),
        ],
    ),
    (
        MatterKind::Rectification,
        agreement,
        By::Agency(0),
        &[
            (By::Agency(0), "talk", "talked"),
            (By::Agency(0), "order_suspended", "suspended"),
            (By::Operator, "report_done", "done_suspended"),
            (By::Agency(1), "accept", "accepted"),
        ],
    ),
    (
        MatterKind::Incident,
        scenario,
        By::Source,
        &[
            (By::Source, "report", "reported"),
            (By::Operator, "contain", "contained"),
            (By::Agency(0), "terminate", "terminated"),
        ],
    ),
    (
        MatterKind::Exit,
        agreement,
        By::Operator,
        &[
            (By::Agency(0), "negotiate", "negotiation"),
            (By::Agency(0), "confirm", "confirmed"),
            (By::Agency(0), "end_access", "access_ended"),
            (By::Agency(0), "close", "closed"),
        ],
    ),
    (
        MatterKind::Rectification,
        agreement,
        By::Agency(0),
        &[
            (By::Agency(0), "order_suspended", "suspended"),
            (PLATFORM, "mark_overdue", "overdue"),
            (PLATFORM, "terminate", "terminated"),
        ],
    ),
    (
        MatterKind::Inspection,
        agreement,
        By::Agency(0),
        &[
            (By::Agency(0), "request", "requested"),
            (By::Operator, "answer", "answered"),
            (By::Agency(0), "find", "found"),
            (By::Agency(0), "follow_up", "followed_up"),
            (By::Agency(0), "close", "closed"),
        ],
    ),
    (
        MatterKind::DataDemand,
        scenario,
        By::Operator,
        &[(By::Agency(0), "put", "put"), (By::Source, "supply", "supplied"), (By::Operator, "confirm", "met")],
    ),
    (
        MatterKind::QualityIssue,
        |desk| desk.fund.to_string(),
        By::Operator,
        &[
            (By::Agency(0), "assign", "assigned"),
            (By::Source, "dispute", "disputed"),
            (By::Agency(0), "dismiss", "dismissed"),
        ],
    ),
    (
        MatterKind::Referral,
        agreement,
        By::Agency(0),
        &[
            (By::Agency(0), "seal", "sealed"),
            (By::Agency(1), "hand_over", "handed_over"),
            (By::Supervisor, "receive", "received"),
            (By::Supervisor, "conclude", "concluded"),
        ],
    ),
];

const CHANGSHA_2023: &[Walk] = &[
    (
        MatterKind::Supervision,
        scenario,
        By::Regulator(0),
        &[
            (By::Regulator(0), "assign", "assigned"),
            (By::Processor, "find", "found"),
            (By::Processor, "suspend", "suspended"),
            (By::Regulator(1), "confirm", "confirmed"),
            (By::Regulator(0), "lift", "settled"),
        ],
    ),
    (
        MatterKind::Supervision,
        |desk| desk.office.town.operator[0].organisation.to_string(),
        By::Processor,
        &[(By::Processor, "clear", "clear")],
    ),
    (
        MatterKind::Guidance,
        |desk| desk.office.town.processor[0].organisation.to_string(),
        By::Regulator(0),
        &[(By::Processor, "answer", "answered"), (By::Regulator(0), "close", "closed")],
    ),
    (
        MatterKind::Coordination,
        scenario,
        By::Operator,
        &[
            (By::Regulator(0), "table", "tabled"),
            (By::Regulator(0), "decide", "decided"),
            (By::Source, "carry_out", "carried_out"),
            (By::Regulator(0), "close", "closed"),
        ],
    ),
    (
        MatterKind::Scheme,
        |desk| desk.office.town.operator[0].organisation.to_string(),
        By::Operator,
        &[(By::Operator, "submit", "review"), (By::Regulator(0), "approve_directly", "effective")],
    ),
    (
        MatterKind::OperatorSelection,
        agency,
        By::Agency(0),
        &[
            (By::Agency(0), "announce", "announced"),
            (By::Agency(0), "open_applications", "applications_open"),
            (By::Agency(0), "close_applications", "closed"),
            (By::Agency(0), "check", "checked"),
            (By::Agency(0), "evaluate", "evaluated"),
            (By::Regulator(0), "approve", "approved"),
            (By::Agency(0), "publish_notice", "notice"),
            (By::Agency(1), "select", "selected"),
            (By::Agency(0), "sign", "agreement_signed"),
        ],
    ),
    (
        MatterKind::Rectification,
        |desk| desk.office.town.processor[0].organisation.to_string(),
        By::Regulator(0),
        &[
            (By::Regulator(0), "order", "ordered"),
            (By::Processor, "report_done", "done"),
            (By::Regulator(0), "reject", "ordered"),
            (PLATFORM, "mark_overdue", "overdue"),
            (By::Regulator(0), "cancel_permissions", "permissions_cancelled"),
        ],
    ),
    (
        MatterKind::Assessment,
        |desk| desk.office.town.processor[0].organisation.to_string(),
        By::Regulator(0),
        &[
            (By::Processor, "submit_material", "material"),
            (By::Regulator(0), "score", "scored"),
            (By::Regulator(1), "confirm", "result"),
            (By::Regulator(0), "apply", "applied"),
        ],
    ),
    (
        MatterKind::Rectification,
        |desk| desk.office.town.source[0].organisation.to_string(),
        By::Regulator(0),
        &[
            (By::Regulator(0), "order", "ordered"),
            (PLATFORM, "mark_overdue", "overdue"),
            (By::Regulator(0), "supervise", "supervised"),
            (By::Source, "report_done", "done"),
            (By::Regulator(1), "accept", "accepted"),
        ],
    ),
    (
        MatterKind::Rectification,
        agreement,
        By::Regulator(0),
        &[
            (By::Regulator(0), "order", "ordered"),
            (PLATFORM, "mark_overdue", "overdue"),
            (By::Regulator(0), "close_channel", "channel_closed"),
            (By::Regulator(0), "terminate", "terminated"),
        ],
    ),
    (
        MatterKind::Rectification,
        agreement,
        By::Regulator(0),
        &[(By::Regulator(0), "order", "ordered"), (By::Regulator(0), "hand_over", "handed_over")],
    ),
    (
        MatterKind::Inspection,
        |desk| desk.office.town.source[0].organisation.to_string(),
        By::Regulator(0),
        &[
            (By::Regulator(0), "request", "requested"),
            (By::Source, "answer", "answered"),
            (By::Regulator(0), "find", "found"),
            (By::Regulator(0), "follow_up", "followed_up"),
            (By::Regulator(0), "close", "closed"),
        ],
    ),
    (
        MatterKind::DataDemand,
        |desk| desk.office.town.operator[0].organisation.to_string(),
        By::Operator,
        &[
            (By::Regulator(0), "put", "put"),
            (By::Source, "decline", "declined"),
            (By::Regulator(0), "refuse", "refused"),
        ],
    ),
    (
        MatterKind::Call,
        |desk| desk.office.town.regulators[0].organisation.to_string(),
        By::Regulator(0),
        &[
            (By::Regulator(0), "publish", "published"),
            (By::Regulator(0), "close", "closed"),
            (By::Regulator(1), "evaluate", "evaluated"),
        ],
    ),
    (
        MatterKind::Referral,
        agreement,
        By::Regulator(0),
        &[
            (By::Regulator(0), "seal", "sealed"),
            (By::Regulator(1), "hand_over", "handed_over"),
            (By::Supervisor, "return", "returned"),
        ],
    ),
];

/// In a walk: the platform, when the day has come. The number of nobody.
const PLATFORM: By = By::Regulator(usize::MAX);

pub(super) async fn desk_under(ledger: &Ledger, code: &str) -> Desk {
    let town = town_under(ledger, regime_of(ledger, code)).await;
    let casework = Casework::new(town.registry.clone(), rules::shipped(code).unwrap().calendar);
    furnished(Office { town, casework }, 1).await
}

async fn walk(code: &str, (kind, subject, opener, steps): &Walk) {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, code).await;
    let later = || ledger.clock().advance_to(ledger.now().plus_days(LONG)).unwrap();
    rectified(&desk, *kind, &subject(&desk)).await;
    if *kind == MatterKind::OperatorSelection {
        // Who was an operator is chosen again on its latest results.
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        testing::assessed(casework, &town.agency[0], &town.operator[0].organisation).await;
    }
    let id = desk.open(who(&desk, *opener), *kind, &subject(&desk)).await;
    for (by, name, expected) in *steps {
        let state = if *by == PLATFORM {
            // One sweep makes all that are due.
            if desk.view(&id).await.item.state != *expected && !was_made(&desk, &id, name).await {
                assert!(desk.sweep().await.is_empty(), "{code} {kind:?}: `{name}` before its day");
                later();
                assert!(!desk.sweep().await.is_empty(), "{code} {kind:?}: `{name}` on its day");
            }
            assert!(was_made(&desk, &id, name).await, "{code} {kind:?} {name}");
            continue;
        } else {
            let rules = &desk.office.town.registry.regime().matter[kind];
            if rules.moves.iter().any(|rule| rule.word == *name && rule.working_days_min.is_some()) {
                assert_eq!(desk.may_not(who(&desk, *by), &id, name).await, ["CAS-029"], "{code} {name}");
                later();
            }
            desk.moves(who(&desk, *by), &id, name).await
        };
        assert_eq!(state, *expected, "{code} {kind:?} {name}");
    }
    let last = steps.last().map(|(_, _, state)| *state);
    assert_eq!(Some(desk.view(&id).await.item.state.as_str()), last, "{code} {kind:?}");
}

/// Where the rules of a kind ask for a rectification: one that has been opened and ended.
async fn rectified(desk: &Desk, kind: MatterKind, subject: &str) {
    let regime = desk.office.town.registry.regime();
    let asks = |rule: &CiteRule| rule.of.contains(&Citable::Matter(MatterKind::Rectification));
    if regime.matter[&kind].cites_required.iter().any(asks) {
        let is_bureau = regime.matter[&MatterKind::Rectification].open_by[0] == Role::Regulator;
        let by = if is_bureau { By::Regulator(0) } else { By::Agency(0) };
        let id = desk.open(who(desk, by), MatterKind::Rectification, subject).await;
        desk.moves(who(desk, by), &id, "withdraw").await;
    }
}

async fn was_made(desk: &Desk, id: &shuyu_model::id::MatterId, name: &str) -> bool {
    desk.view(id).await.history.iter().any(|moved| moved.name == name && moved.person.is_none())
}

#[tokio::test]
async fn each_document_has_its_own_moves_by_its_own_people() {
    let all = [
        ("changchun-2025", CHANGCHUN),
        ("xianning-2025", XIANNING),
        ("luohu-2025", LUOHU),
        ("changsha-2023", CHANGSHA_2023),
    ];
    for (code, walks) in all {
        for one in walks {
            walk(code, one).await;
        }
    }
}

#[tokio::test]
async fn changchuns_bureau_assesses_the_agency_which_gives_material_and_scores_nothing() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(shuyu_model::CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changchun-2025").await;
    let (agency, bureau) = (&desk.office.town.agency, &desk.office.town.regulators);
    let id = desk.open(&bureau[0], MatterKind::Assessment, agency[0].organisation.as_str()).await;
    desk.moves(&agency[0], &id, "submit_material").await;
    assert!(desk.may_not(&agency[1], &id, "score").await.contains(&"CAS-023".to_owned()));
    desk.moves(&bureau[0], &id, "score").await;
    assert_eq!(desk.moves(&bureau[1], &id, "confirm").await, "result");
}
