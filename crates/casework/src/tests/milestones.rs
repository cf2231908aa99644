//! Goals of the documents: counted, marked, taken back, late.

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{Figure, PaperKind, ProcedureKind};
use shuyu_model::{CryptoProfile, UseKind};
use shuyu_registry::testing::{allowed, digest, fund_columns, new_resource, refused, regime_of, town_under};
use shuyu_registry::{ClosedAccount, Listing, Page, rules};

use super::Office;
use super::desk::{Desk, desk, furnished};
use crate::{Casework, CaseworkError, MilestoneView, NewMark, NewPlanTarget, ObligationState};

async fn goal(desk: &Desk, name: &str) -> MilestoneView {
    let all = desk.office.casework.milestones(&Page::first()).await.unwrap().items;
    all.into_iter().find(|goal| goal.name == name).unwrap()
}

fn mark(name: &str, is_met: bool, cites: &[&str]) -> NewMark {
    let cites = cites.iter().map(|id| (*id).to_owned()).collect();
    NewMark { name: name.into(), is_met, reason: "the report shows it".into(), evidence: None, cites }
}

/// A town under Luohu's document, whose goals have no days but all three forms.
async fn luohu() -> (Desk, tempfile::TempDir) {
    let (ledger, folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "luohu-2025")).await;
    let casework = Casework::new(town.registry.clone(), rules::shipped("luohu-2025").unwrap().calendar);
    (furnished(Office { town, casework }, 1).await, folder)
}

/// Every code with which a mark is refused.
pub(super) async fn codes_of_marks() -> Vec<String> {
    let (desk, _folder) = luohu().await;
    let mut seen = Vec::new();
    for name in ["scheme_drafted", "pilots_operated"] {
        let bank = &desk.office.town.bank[0];
        seen.extend(refused(desk.office.casework.mark(bank, mark(name, true, &[])).await.unwrap()));
    }
    seen
}

#[tokio::test]
async fn what_was_decided_is_counted_beside_its_goal_by_year() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let found = goal(&desk, "system_established").await;
        let figures: Vec<(&str, u64)> = found.figures.iter().map(|figure| (figure.figure, figure.total)).collect();
        let expected = [("resources_registered", 0), ("scenarios_approved", 0), ("entities_contracted", 0)];
        assert_eq!(figures, expected, "{backend}: the town was founded without a case");
        desk.office.advance_to(2026, 9, 1);
        for at in [(2026, 9, 1), (2027, 3, 1), (2027, 4, 1)] {
            desk.office.advance_to(at.0, at.1, at.2);
            let id = desk.open(&desk.office.town.agency[0], MatterKind::Incident, desk.scenario.as_str()).await;
            desk.moves(&desk.office.town.agency[1], &id, "dismiss").await;
        }
        let counted = goal(&desk, "market_thrives").await.figures;
        let incidents = counted.iter().find(|figure| figure.figure == "incidents_found").unwrap();
        let by_year: Vec<(i16, u64)> = incidents.by_year.iter().map(|(year, made)| (*year, *made)).collect();
        assert_eq!((by_year, incidents.total), (vec![(2026, 1), (2027, 2)], 3), "{backend}");
    }
}

#[tokio::test]
async fn a_goal_is_marked_by_the_managing_body_taken_back_and_late_after_its_day() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (casework, town) = (&desk.office.casework, &desk.office.town);
        let name = "system_established";
        assert_eq!(goal(&desk, name).await.state, ObligationState::Open, "{backend}");
        assert_eq!(refused(casework.mark(&town.agency[0], mark(name, true, &[])).await.unwrap()), ["CAS-090"]);
        let again = casework.mark(&town.regulators[0], mark(name, false, &[])).await;
        assert!(matches!(again, Err(CaseworkError::Conflict { .. })), "{backend}: it was never marked");
        let paper = NewMark { evidence: Some(digest(&ledger, "report")), ..mark(name, true, &[]) };
        let _ = allowed(casework.mark(&town.regulators[0], paper).await.unwrap());
        assert_eq!(goal(&desk, name).await.state, ObligationState::Met, "{backend}");
        let _ = allowed(casework.mark(&town.regulators[1], mark(name, false, &[])).await.unwrap());
        desk.office.advance_to(2027, 1, 1);
        let found = goal(&desk, name).await;
        assert_eq!((found.state, found.met_day, found.marks.len()), (ObligationState::Overdue, None, 2), "{backend}");
        let _ = allowed(casework.mark(&town.regulators[0], mark(name, true, &[])).await.unwrap());
        let owed = casework.obligations(&town.regulators[0], &Page::first()).await.unwrap().items;
        let owed = owed.iter().find(|owed| owed.about == name).unwrap();
        assert_eq!((owed.state, owed.clause.as_str()), (ObligationState::Late, "changsha-2026 一"), "{backend}");
    }
}

#[tokio::test]
async fn a_goal_that_a_figure_decides_is_met_by_it_and_by_nobody() {
    let (desk, _folder) = luohu().await;
    let (casework, town) = (&desk.office.casework, &desk.office.town);
    let told = casework.mark(&town.agency[0], mark("scheme_drafted", true, &[])).await.unwrap();
    assert_eq!(refused(told), ["CAS-090", "CAS-091"], "everything that speaks against it");
    assert_eq!(goal(&desk, "scheme_drafted").await.met_day, None);
    let bureau = &town.regulators;
    let id = desk.open(&bureau[0], MatterKind::Scheme, bureau[0].organisation.as_str()).await;
    for (n, name) in [(0, "submit"), (0, "refer"), (1, "approve")] {
        desk.moves(&bureau[n], &id, name).await;
    }
    let found = goal(&desk, "scheme_drafted").await;
    assert!(found.is_counted, "{found:?}");
    assert_eq!((found.met_day, found.state), (Some(town.ledger().now().day()), ObligationState::Met));
}

#[tokio::test]
async fn a_goal_that_rests_on_records_is_marked_with_such_and_with_no_others() {
    let (desk, _folder) = luohu().await;
    let (casework, bureau) = (&desk.office.casework, &desk.office.town.regulators[0]);
    let scenario = desk.scenario.as_str();
    for cites in [&[][..], &["AGR-nothing"][..], &[scenario][..]] {
        let told = casework.mark(bureau, mark("pilots_operated", true, cites)).await.unwrap();
        assert_eq!(refused(told), ["CAS-092"], "{cites:?}: the town's scenario was approved by no case");
    }
    let town = &desk.office.town;
    let of_operator = desk.open(&town.agency[0], MatterKind::Assessment, desk.agreement.as_str()).await;
    let held = desk.open(&town.agency[0], MatterKind::Assessment, scenario).await;
    let told = casework.mark(bureau, mark("effect_assessed", true, &[held.as_str()])).await.unwrap();
    assert_eq!(refused(told), ["CAS-092"], "it was only begun");
    for (actor, name) in
        [(&town.operator[0], "submit_material"), (&town.agency[0], "score"), (&town.agency[1], "confirm")]
    {
        desk.moves(actor, &held, name).await;
        desk.moves(actor, &of_operator, name).await;
    }
    let other = casework.mark(bureau, mark("effect_assessed", true, &[of_operator.as_str()])).await.unwrap();
    assert_eq!(refused(other), ["CAS-092"], "of a scenario, not of the operator");
    let beside = casework.mark(bureau, mark("effect_assessed", true, &[held.as_str(), scenario])).await.unwrap();
    assert_eq!(refused(beside), ["CAS-092"], "and only such");
    allowed(casework.mark(bureau, mark("effect_assessed", true, &[held.as_str()])).await.unwrap());
    assert_eq!(goal(&desk, "effect_assessed").await.state, ObligationState::Met);
    let bad = NewMark { reason: "ok".into(), ..mark("pilots_operatd", true, &[]) };
    let Err(CaseworkError::Malformed { faults }) = casework.mark(bureau, bad).await else { panic!("two faults") };
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[1].contains("pilots_operated"), "the names that there are: {faults:?}");
}

#[tokio::test]
async fn the_pilot_of_the_document_is_a_scenario_on_the_data_that_the_document_names() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = super::shipped_matters::desk_under(&ledger, "xianning-2025").await;
    let (casework, town, bureau) = (&desk.office.casework, &desk.office.town, &desk.office.town.regulators[0]);
    // A table of another department, of which nothing is said of the fund.
    let other = allowed(
        town.registry.draft_resource(&town.other_source[0], new_resource("city_order", fund_columns())).await.unwrap(),
    );
    town.register(&other).await;
    let agreement = town.agreement(&[desk.fund.clone(), other.clone()], 1).await;
    let mut approved = Vec::new();
    for resource in [&other, &desk.fund] {
        let mut new = town.new_scenario("试点", UseKind::Industry, &agreement, &[(resource, &["balance"])]);
        new.plan.scheme = new.plan.scheme.map(|_| shuyu_registry::testing::scheme_id());
        let scenario = allowed(town.registry.draft_scenario(town.drafter(), new).await.unwrap());
        let owner = if *resource == other { &town.other_source } else { &town.source };
        desk.office.decide_by(&town.operator[0], ProcedureKind::Scenario, scenario.as_str(), owner).await;
        approved.push(scenario);
    }
    let told = casework.mark(bureau, mark("pilot_started", true, &[approved[0].as_str()])).await.unwrap();
    assert_eq!(refused(told), ["CAS-092"], "an approved scenario, but on other data");
    let both = [approved[0].as_str(), approved[1].as_str()];
    assert_eq!(refused(casework.mark(bureau, mark("pilot_started", true, &both)).await.unwrap()), ["CAS-092"]);
    allowed(casework.mark(bureau, mark("pilot_started", true, &[approved[1].as_str()])).await.unwrap());
    let found = goal(&desk, "pilot_started").await;
    assert_eq!((found.state, found.marks.len()), (ObligationState::Late, 1), "2025 is over here");
}

#[tokio::test]
async fn what_was_delivered_is_counted_from_the_months_that_were_settled() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        for (id, uses_count) in [("STM-1", 70), ("STM-2", 5), ("DST-1", 0)] {
            let account = ClosedAccount {
                id: id.into(),
                operator: None,
                agency: town.agency[0].organisation.clone(),
                parties: [town.bank[0].organisation.clone()].into(),
                closed_by: town.agency[0].person.clone(),
                uses_count,
            };
            let mut change = ledger.change().await.unwrap();
            town.registry.account_closed(&mut change, &account).await.unwrap();
            change.commit(shuyu_ledger::Event::done(None, "month.closed", id)).await.unwrap();
        }
        let figures = goal(&desk, "market_thrives").await.figures;
        let settled = figures.iter().find(|figure| figure.figure == "uses_settled").unwrap();
        assert_eq!(settled.total, 75, "{backend}");
    }
}

/// CAS-180, for `every_code_is_given`.
pub(super) async fn codes_of_targets() -> Vec<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = super::shipped_matters::desk_under(&ledger, "changsha-2023").await;
    let new = target(ledger.new_id(), 1, ledger.now().day());
    refused(desk.office.casework.set_plan_target(&desk.office.town.bank[0], new).await.unwrap())
}

fn target(plan: shuyu_model::id::PaperId, at_least: i64, due_day: shuyu_model::Day) -> NewPlanTarget {
    NewPlanTarget {
        plan, title: "落地政务数据运营场景".into(), figure: Figure::IncidentsFound, at_least, due_day
    }
}

#[tokio::test]
async fn the_plan_has_targets_of_its_version_and_progress_is_counted_against_each() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = super::shipped_matters::desk_under(&ledger, "changsha-2023").await;
        let (casework, town, bureau) = (&desk.office.casework, &desk.office.town, &desk.office.town.regulators[0]);
        let papers = town.registry.papers(bureau, &bureau.organisation).await.unwrap().unwrap();
        let plan = papers.iter().find(|view| view.paper.kind == PaperKind::DevelopmentPlan).unwrap().paper.clone();
        let due = ledger.now().plus_days(90).day();
        let other = papers.iter().find(|view| view.paper.kind != PaperKind::DevelopmentPlan).unwrap();
        for (who, of, expected) in [
            (&town.bank[0], &plan.id, vec!["CAS-090"]),
            (bureau, &other.paper.id, vec!["CAS-180"]),
            (&town.agency[0], &other.paper.id, vec!["CAS-180"]),
        ] {
            let told = casework.set_plan_target(who, target(of.clone(), 2, due)).await.unwrap();
            let codes = refused(told);
            assert!(expected.iter().all(|code| codes.contains(&(*code).to_owned())), "{backend}: {codes:?}");
        }
        for faulty in [
            NewPlanTarget { title: "x".into(), ..target(plan.id.clone(), 2, due) },
            target(plan.id.clone(), 0, due),
            target(plan.id.clone(), 2, plan.issued_on.yesterday().unwrap()),
            NewPlanTarget { figure: Figure::EntitiesAdmitted, ..target(plan.id.clone(), 2, due) },
        ] {
            let told = casework.set_plan_target(bureau, faulty).await;
            assert!(matches!(told, Err(CaseworkError::Malformed { .. })), "{backend}: {told:?}");
        }
        assert_eq!(allowed(casework.set_plan_target(bureau, target(plan.id.clone(), 2, due)).await.unwrap()), 1);
        let far = target(plan.id.clone(), 3, due);
        assert_eq!(allowed(casework.set_plan_target(bureau, far).await.unwrap()), 2, "{backend}");

        let stands = async || casework.plan_targets(&Page::first()).await.unwrap().items;
        for _ in 0..2 {
            let id = desk.open(&town.agency[0], MatterKind::Incident, desk.scenario.as_str()).await;
            desk.moves(&town.regulators[1], &id, "dismiss").await;
        }
        let seen: Vec<_> = stands().await.iter().map(|one| (one.counted, one.state, one.is_current)).collect();
        let (met, open) = (ObligationState::Met, ObligationState::Open);
        assert_eq!(seen, [(2, met, true), (2, open, true)], "{backend}");
        ledger.clock().advance_to(ledger.now().plus_days(120)).unwrap();
        let id = desk.open(&town.agency[0], MatterKind::Incident, desk.scenario.as_str()).await;
        desk.moves(&town.regulators[1], &id, "dismiss").await;
        let late = &stands().await[1];
        assert_eq!((late.counted, late.state), (2, ObligationState::Overdue), "{backend}: what came later is late");
        assert_eq!((late.plan_version, late.figure), (i64::from(plan.version), "incidents_found"));
    }
}

#[tokio::test]
async fn goals_come_in_the_documents_order_page_by_page() {
    let (desk, _folder) = luohu().await;
    let mut page = Page { after: None, items_max: 4 };
    let mut names = Vec::new();
    loop {
        let Listing { items, next, total } = desk.office.casework.milestones(&page).await.unwrap();
        assert_eq!(total, desk.office.town.registry.regime().milestone.len());
        names.extend(items.into_iter().map(|goal| goal.name));
        let Some(next) = next else { break };
        page.after = Some(next);
    }
    let expected: Vec<&str> =
        desk.office.town.registry.regime().milestone.iter().map(|goal| goal.name.as_str()).collect();
    assert_eq!(names, expected);
}
