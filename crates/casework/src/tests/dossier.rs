//! What waits for papers in matters and cases, and when papers fall due.

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::ledgers;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::PaperKind;
use shuyu_model::{Actor, Role};
use shuyu_registry::testing::{allowed, new_paper, regime_of, town_under};
use shuyu_registry::{Answer, Page, PaperAnswer, PaperState, rules};

use super::Office;
use super::desk::{Desk, furnished};
use crate::{Casework, ObligationKind, ObligationState};

async fn desk_under(ledger: &Ledger, code: &str) -> Desk {
    let town = town_under(ledger, regime_of(ledger, code)).await;
    let casework = Casework::new(town.registry.clone(), rules::shipped(code).unwrap().calendar);
    furnished(Office { town, casework }, 1).await
}

async fn withdraws(desk: &Desk, keeper: &Actor, kind: PaperKind) {
    let registry = &desk.office.town.registry;
    let all = registry.papers(keeper, &keeper.organisation).await.unwrap().unwrap();
    let paper = all.into_iter().find(|view| view.paper.kind == kind && view.state != PaperState::Withdrawn).unwrap();
    allowed(registry.withdraw_paper(keeper, &paper.paper.id, "taken away in a test").await.unwrap());
}

#[tokio::test]
async fn nobody_is_admitted_under_rules_to_which_the_bureau_has_not_consented() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "xianning-2025").await;
        let (town, registry) = (&desk.office.town, &desk.office.town.registry);
        let (operator, bank, bureau) = (&town.operator[0], &town.bank[0], &town.regulators[0]);
        withdraws(&desk, operator, PaperKind::EntityRules).await;
        let id = desk.open(bank, MatterKind::EntityOnboarding, bank.organisation.as_str()).await;
        desk.moves(operator, &id, "review").await;
        desk.moves(bank, &id, "sign").await;
        assert_eq!(desk.may_not(operator, &id, "admit").await, ["REG-040"], "{backend}");
        let new = new_paper(&ledger, PaperKind::EntityRules, None);
        let paper = allowed(registry.enter_paper(operator, &operator.organisation, new).await.unwrap());
        assert_eq!(desk.may_not(operator, &id, "admit").await, ["REG-042"], "{backend}");
        let said = PaperAnswer { answer: Answer::Consented, note: "同意".into() };
        allowed(registry.answer_paper(bureau, &paper, said).await.unwrap());
        assert_eq!(desk.moves(operator, &id, "admit").await, "active", "{backend}");
    }
}

#[tokio::test]
async fn under_another_document_admission_waits_for_no_such_rules() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let desk = desk_under(&ledger, "changsha-2026").await;
    let (operator, bank) = (&desk.office.town.operator[0], &desk.office.town.bank[0]);
    withdraws(&desk, operator, PaperKind::OperationRules).await;
    let id = desk.open(bank, MatterKind::EntityOnboarding, bank.organisation.as_str()).await;
    desk.moves(operator, &id, "review").await;
    desk.moves(bank, &id, "sign").await;
    assert_eq!(desk.moves(operator, &id, "admit").await, "active");
}

#[tokio::test]
async fn a_drill_of_each_year_is_owed_by_the_operator_with_its_clause() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "luohu-2025").await;
        let operator = &desk.office.town.operator[0];
        let drill = async || {
            let all = desk.office.casework.obligations(operator, &Page::first()).await.unwrap().items;
            let of = all.into_iter().filter(|owed| owed.kind == ObligationKind::Paper && owed.what == "drill_record");
            of.map(|owed| (owed.due_day, owed.state, owed.clause, owed.by)).collect::<Vec<_>>()
        };
        let day = ledger.now().day().saturating_add(jiff::Span::new().months(12));
        let by = vec![Role::Operator.word().to_owned()];
        let row = |state| vec![(day, state, "luohu-2025 九(二)".to_owned(), by.clone())];
        assert_eq!(drill().await, row(ObligationState::Open), "{backend}");
        ledger.clock().advance_to(ledger.now().plus_days(367)).unwrap();
        assert_eq!(drill().await, row(ObligationState::Overdue), "{backend}");
        let new = new_paper(&ledger, PaperKind::DrillRecord, None);
        allowed(desk.office.town.registry.enter_paper(operator, &operator.organisation, new).await.unwrap());
        let due = drill().await;
        assert!(due.len() == 1 && day < due[0].0 && due[0].1 == ObligationState::Open, "{backend}: {due:?}");
    }
}
