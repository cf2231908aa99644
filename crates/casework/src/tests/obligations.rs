//! Who owes what by when, as the store grows.

use shuyu_ledger::testing::ledgers;
use shuyu_model::Actor;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::ProcedureKind;
use shuyu_registry::Page;
use shuyu_registry::testing::{allowed, fund_columns, new_resource};

use super::desk::{Desk, desk};
use crate::{MatterMove, Obligation, ObligationKind, ObligationState};

async fn owed(desk: &Desk, viewer: &Actor) -> Vec<Obligation> {
    desk.office.casework.obligations(viewer, &Page::first()).await.unwrap().items
}

/// What is owed about something: what, by when, and how it stands.
async fn about(desk: &Desk, id: &str) -> Vec<(String, String, ObligationState)> {
    let all = owed(desk, &desk.office.town.regulators[0]).await;
    let of = all.into_iter().filter(|owed| owed.about == id);
    of.map(|owed| (owed.what, owed.due_day.to_string(), owed.state)).collect()
}

fn row(what: &str, day: &str, state: ObligationState) -> (String, String, ObligationState) {
    (what.to_owned(), day.to_owned(), state)
}

/// A clause says `obligation:WORD`; its words are these.
#[test]
fn what_is_owed_has_the_words_that_clauses_know() {
    let known: Vec<&str> = shuyu_model::clauses::Owed::ALL.iter().map(|owed| owed.word()).collect();
    let own: Vec<&str> = ObligationKind::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(own, known);
}

#[tokio::test]
async fn a_move_is_owed_until_it_is_made_and_then_met_or_late() {
    use ObligationState::{Late, Met, Open, Overdue};
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let id = desk.open(&town.agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
        assert_eq!(about(&desk, id.as_str()).await, [], "{backend}: nothing is ordered yet");
        desk.moves(&town.agency[0], &id, "order").await;
        // Twenty working days after Monday 1 June 2026, over the Dragon Boat Festival (Friday 19 June off).
        assert_eq!(about(&desk, id.as_str()).await, [row("report_done", "2026-06-30", Open)], "{backend}");
        let all = owed(&desk, &town.operator[0]).await;
        let own = all.iter().find(|owed| owed.about == id.as_str()).unwrap();
        assert_eq!((own.kind, own.organisation.as_ref()), (ObligationKind::Move, Some(&town.operator[0].organisation)));
        assert_eq!((own.clause.as_str(), own.is_estimated), ("changsha-2026 setting", false));
        assert!(owed(&desk, &town.other_operator[0]).await.is_empty(), "{backend}: everybody sees the own");

        desk.office.advance_to(2026, 6, 30);
        desk.moves(&town.operator[0], &id, "report_done").await;
        let expected = [row("report_done 3", "2026-06-30", Met), row("accept", "2026-07-14", Open)];
        assert_eq!(about(&desk, id.as_str()).await, expected, "{backend}");
        desk.office.advance_to(2026, 7, 15);
        assert_eq!(about(&desk, id.as_str()).await[1], row("accept", "2026-07-14", Overdue), "{backend}");
        desk.moves(&town.agency[1], &id, "accept").await;
        assert_eq!(about(&desk, id.as_str()).await[1], row("accept 4", "2026-07-14", Late), "{backend}");
    }
}

#[tokio::test]
async fn what_the_platform_did_in_somebodys_stead_stays_overdue() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let agency = &desk.office.town.agency;
        let id = desk.open(&agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
        let order = MatterMove { due_day: Some(jiff::civil::date(2026, 6, 5)), ..desk.complete(&id, "order").await };
        let _ = allowed(desk.attempt(&agency[0], &id, order).await);
        let open = row("report_done", "2026-06-05", ObligationState::Open);
        assert_eq!(about(&desk, id.as_str()).await, [open], "{backend}: the day that was set, not the longest");
        desk.office.advance_to(2026, 6, 6);
        desk.office.casework.sweep(ledger.now()).await.unwrap();
        let missed = row("mark_overdue 3", "2026-06-05", ObligationState::Overdue);
        assert_eq!(about(&desk, id.as_str()).await, [missed], "{backend}");
    }
}

#[tokio::test]
async fn steps_filings_assessments_and_ends_are_owed_too() {
    use ObligationState::{Met, Open};
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (town, agreement) = (&desk.office.town, desk.agreement.as_str());
        let expected = [row("assessment", "2027-06-01", Open), row("at_expiry", "2031-05-31", Open)];
        assert_eq!(about(&desk, agreement).await, expected, "{backend}");
        let of_the_rules = [row("publication", "2026-06-30", Open), row("in_force", "2031-03-04", Open)];
        assert_eq!(about(&desk, "changsha-2026@1").await, of_the_rules, "{backend}");

        let drafted = town.registry.draft_resource(&town.source[0], new_resource("other", fund_columns())).await;
        let id = allowed(drafted.unwrap());
        let case = desk.office.open(&town.source[0], ProcedureKind::ResourceRegistration, id.as_str()).await;
        assert_eq!(about(&desk, case.as_str()).await, [row("acceptance", "2026-06-04", Open)], "{backend}");

        desk.office.advance_to(2026, 9, 1);
        let id = desk.open(&town.agency[0], MatterKind::Assessment, agreement).await;
        assert_eq!(
            about(&desk, agreement).await[0],
            row("assessment", "2027-06-01", Open),
            "{backend}: begun is not held"
        );
        for (actor, name) in [(&town.operator[0], "submit_material"), (&town.agency[0], "score")] {
            desk.moves(actor, &id, name).await;
        }
        desk.moves(&town.agency[1], &id, "confirm").await;
        assert_eq!(about(&desk, agreement).await[0], row("assessment", "2027-09-01", Open), "{backend}");
        let filing = |state| row("regulator 4", "2026-09-15", state);
        assert!(about(&desk, id.as_str()).await.contains(&filing(Open)), "{backend}");
        let filed = desk
            .office
            .casework
            .file_matter(&town.agency[0], &id, 4, shuyu_model::regime::words::Body::Regulator, None)
            .await;
        let () = allowed(filed.unwrap());
        assert!(about(&desk, id.as_str()).await.contains(&filing(Met)), "{backend}");

        // An exit alone says not who operates afterwards; a selection that is opened for it does.
        desk.open(&town.agency[0], MatterKind::Exit, agreement).await;
        assert_eq!(about(&desk, agreement).await[1], row("at_expiry", "2031-05-31", Open), "{backend}");
        let agency = &town.agency[0];
        let mut new = desk.prepared(MatterKind::OperatorSelection, agency.organisation.as_str());
        new.facts.insert("successor_of".into(), agreement.to_owned());
        let id = allowed(desk.office.casework.open_matter(agency, new).await.unwrap());
        assert_eq!(about(&desk, agreement).await[1], row("at_expiry", "2031-05-31", Met), "{backend}");
        desk.moves(agency, &id, "announce").await;
        desk.moves(agency, &id, "fail").await;
        let is_open = row("at_expiry", "2031-05-31", Open);
        assert_eq!(about(&desk, agreement).await[1], is_open, "{backend}: nobody was chosen");
    }
}

#[tokio::test]
async fn a_copy_is_owed_by_whoever_made_the_move_and_not_by_whoever_opened_the_matter() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        // The customer's incident, which the operator reports.
        let id = desk.open(&town.bank[0], MatterKind::Incident, desk.scenario.as_str()).await;
        desk.moves(&town.operator[0], &id, "start_plan").await;
        desk.moves(&town.operator[0], &id, "report").await;
        let all = owed(&desk, &town.regulators[0]).await;
        let copy = all.iter().find(|o| o.about == id.as_str() && o.kind == ObligationKind::Filing).unwrap();
        let operator = Some(&town.operator[0].organisation);
        assert_eq!((copy.by[0].as_str(), copy.organisation.as_ref()), ("maker", operator), "{backend}");
    }
}

#[tokio::test]
async fn what_was_cancelled_was_not_done_and_what_was_done_long_ago_was() {
    use ObligationState::{Open, Overdue};
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (town, agreement) = (&desk.office.town, desk.agreement.as_str());
        let expected = [row("assessment", "2027-06-01", Open), row("at_expiry", "2031-05-31", Open)];
        for kind in [MatterKind::Assessment, MatterKind::Exit] {
            desk.office.advance_to(2026, 9, 1);
            let id = desk.open(&town.agency[0], kind, agreement).await;
            desk.moves(&town.agency[1], &id, "cancel").await;
            assert_eq!(about(&desk, agreement).await, expected, "{backend} {kind:?}");
        }
        let id = desk.open(&town.agency[0], MatterKind::Assessment, agreement).await;
        desk.moves(&town.operator[0], &id, "submit_material").await;
        for (agent, name) in [(0, "score"), (1, "confirm"), (1, "apply")] {
            desk.moves(&town.agency[agent], &id, name).await;
        }
        // Longer after its end than the list keeps what is done.
        desk.office.advance_to(2028, 3, 1);
        assert_eq!(about(&desk, agreement).await[0], row("assessment", "2027-09-01", Overdue), "{backend}");
    }
}

#[tokio::test]
async fn the_most_urgent_comes_first_and_pages_follow_each_other() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let all = owed(&desk, &desk.office.town.regulators[0]).await;
        assert!(all.is_sorted_by_key(|owed| owed.due_day), "{backend}");
        let mut page = Page { after: None, items_max: 1 };
        let mut seen = Vec::new();
        loop {
            let listed = desk.office.casework.obligations(&desk.office.town.regulators[0], &page).await.unwrap();
            seen.extend(listed.items);
            match listed.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, all, "{backend}");
    }
}
