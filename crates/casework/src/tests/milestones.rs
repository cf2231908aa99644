//! Goals of the documents: counted, marked, taken back, late.

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::CryptoProfile;
use shuyu_model::matter::MatterKind;
use shuyu_registry::testing::{allowed, digest, refused, regime_of, town_under};
use shuyu_registry::{Listing, Page, rules};

use super::Office;
use super::desk::{Desk, desk, furnished};
use crate::{Casework, CaseworkError, MilestoneView, NewMark, ObligationState};

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
