//! Every reason against opening or moving a matter, each by itself and all at
//! once; and what is a mistake and no refusal.

use std::collections::BTreeSet;
use std::sync::Arc;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{CryptoProfile, Regime};
use shuyu_registry::testing::{allowed, fund_columns, new_resource, refused};
use shuyu_registry::{Page, Registry, rules};

use super::desk::{Desk, desk, told_at};
use crate::matter::{FACTS_MAX, Facts, MOVES_MAX};
use crate::{Casework, CaseworkError, MatterFilter, MatterMove, NewMatter, Outcome};

fn facts(pairs: &[(&str, &str)]) -> Facts {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// Codes against opening, each row with one fault.
async fn codes_of_openings(desk: &Desk) -> Vec<(Vec<String>, Vec<&'static str>)> {
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let new = |kind, subject: &str| desk.prepared(kind, subject);
    let exit = || new(MatterKind::Exit, desk.agreement.as_str());
    let onboarding = || new(MatterKind::EntityOnboarding, town.bank[0].organisation.as_str());
    let rows = [
        (&town.bank[0], exit(), vec!["CAS-031"]),
        (&town.other_operator[0], exit(), vec!["CAS-022"]),
        (&town.agency[0], NewMatter { facts: Facts::new(), ..exit() }, vec!["CAS-027", "CAS-033"]),
        (&town.agency[0], NewMatter { facts: facts(&[("ground", "bad luck")]), ..exit() }, vec!["CAS-033"]),
        (&town.affiliate[0], onboarding(), vec!["CAS-022"]),
        (&town.admins[0], NewMatter { facts: Facts::new(), ..onboarding() }, vec!["CAS-027", "CAS-031"]),
    ];
    let mut seen = Vec::new();
    for (actor, new, expected) in rows {
        seen.push((refused(casework.open_matter(actor, new).await.unwrap()), expected));
    }
    let _ = allowed(casework.open_matter(&town.bank[0], onboarding()).await.unwrap());
    seen.push((refused(casework.open_matter(&town.bank[1], onboarding()).await.unwrap()), vec!["CAS-032"]));
    seen
}

/// Codes against moving, each row with one fault.
async fn codes_of_moves(desk: &Desk) -> Vec<(Vec<String>, Vec<&'static str>)> {
    let (town, mut seen) = (&desk.office.town, Vec::new());
    let id = desk.open(&town.agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
    seen.push((desk.may_not(&town.agency[1], &id, "accept").await, vec!["CAS-020"]));
    seen.push((desk.may_not(&town.operator[0], &id, "talk").await, vec!["CAS-021", "CAS-023"]));
    let bare = MatterMove { evidence: None, ..desk.complete(&id, "order").await };
    seen.push((refused(desk.attempt(&town.agency[0], &id, bare).await), vec!["CAS-026"]));
    let late = MatterMove { due_day: Some(jiff::civil::date(2026, 12, 31)), ..desk.complete(&id, "order").await };
    seen.push((refused(desk.attempt(&town.agency[0], &id, late).await), vec!["CAS-030"]));
    desk.moves(&town.agency[0], &id, "order").await;
    let other = MatterMove { facts: facts(&[("finding", "nothing")]), ..desk.complete(&id, "report_done").await };
    seen.push((refused(desk.attempt(&town.operator[0], &id, other).await), vec!["CAS-028"]));
    seen.push((desk.may_not(&town.regulators[0], &id, "mark_overdue").await, vec!["CAS-021"]));
    seen.push((desk.may_not(&town.regulators[0], &id, "report_done").await, vec!["CAS-021"]));
    desk.moves(&town.operator[0], &id, "report_done").await;
    seen.push((desk.may_not(&town.agency[0], &id, "accept").await, vec!["CAS-024"]));

    // The body complained against is the one that decides complaints here.
    let kind = MatterKind::Complaint;
    let against = NewMatter {
        counterparty: Some(town.regulators[0].organisation.clone()),
        ..desk.prepared(kind, town.regulators[0].organisation.as_str())
    };
    let id = allowed(desk.office.casework.open_matter(&town.bank[0], against).await.unwrap());
    seen.push((desk.may_not(&town.regulators[0], &id, "receive").await, vec!["CAS-025"]));
    seen.push((desk.may_not(&town.bank[0], &id, "receive").await, vec!["CAS-021"]));

    let id = desk.open(&town.source[0], MatterKind::NegativeListEntry, desk.fund.as_str()).await;
    desk.moves(&town.agency[0], &id, "review").await;
    seen.push((desk.may_not(&town.source[0], &id, "decide").await, vec!["CAS-021", "CAS-023", "CAS-024"]));
    seen
}

async fn codes_of_filing_and_notice(desk: &Desk) -> Vec<(Vec<String>, Vec<&'static str>)> {
    let (town, mut seen) = (&desk.office.town, Vec::new());
    let id = desk.open(&town.agency[0], MatterKind::OperatorSelection, town.agency[0].organisation.as_str()).await;
    for (n, name) in [(0, "announce"), (0, "evaluate"), (1, "decide_collectively"), (0, "publish_notice")] {
        desk.moves(&town.agency[n], &id, name).await;
    }
    seen.push((desk.may_not(&town.agency[1], &id, "select").await, vec!["CAS-029"]));
    desk.office.advance_to(2026, 6, 9);
    desk.moves(&town.agency[1], &id, "select").await;
    desk.moves(&town.agency[1], &id, "sign").await;
    let version = desk.view(&id).await.filings[0].version;
    let file = |actor| {
        desk.office.casework.file_matter(actor, &id, version, shuyu_model::regime::words::Body::Regulator, None)
    };
    seen.push((refused(file(&town.regulators[0]).await.unwrap()), vec!["CAS-034"]));
    let () = allowed(file(&town.agency[0]).await.unwrap());
    assert!(matches!(file(&town.agency[0]).await, Err(CaseworkError::Conflict { .. })));
    assert!(desk.view(&id).await.filings[0].filed_at.is_some());
    let wrong = desk
        .office
        .casework
        .file_matter(&town.agency[0], &id, 1, shuyu_model::regime::words::Body::Regulator, None)
        .await;
    assert!(matches!(wrong, Err(CaseworkError::Malformed { .. })), "{wrong:?}");
    seen
}

pub(super) async fn codes_of_matters_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::Guomi).await;
    let desk = desk(&ledger).await;
    let mut rows = codes_of_openings(&desk).await;
    rows.extend(codes_of_moves(&desk).await);
    rows.extend(codes_of_filing_and_notice(&desk).await);
    rows.into_iter().flat_map(|(seen, _)| seen).collect()
}

#[tokio::test]
async fn each_fault_is_told_by_its_own_code() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let mut rows = codes_of_openings(&desk).await;
        rows.extend(codes_of_moves(&desk).await);
        rows.extend(codes_of_filing_and_notice(&desk).await);
        for (number, (seen, expected)) in rows.into_iter().enumerate() {
            assert_eq!(seen, expected, "{backend}: row {number}");
        }
    }
}

#[tokio::test]
async fn everything_wrong_with_a_move_is_told_at_once_and_is_an_event() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let id = desk.open(&town.source[0], MatterKind::NegativeListEntry, desk.fund.as_str()).await;
        desk.moves(&town.agency[0], &id, "review").await;
        let named =
            MatterMove { evidence: None, facts: facts(&[("finding", "none")]), ..desk.complete(&id, "decide").await };
        let before = ledger.journal_head().await.unwrap();
        let codes = refused(desk.attempt(&town.source[0], &id, named).await);
        assert_eq!(codes, ["CAS-021", "CAS-023", "CAS-024", "CAS-026"], "{backend}");
        assert_eq!(ledger.journal_head().await.unwrap(), before + 1);
        let newest = ledger.journal_page(i64::MAX, 1).await.unwrap()[0].text("written").unwrap();
        for part in ["matter.refused", "CAS-021", "CAS-026", "changsha-2026@1"] {
            assert!(newest.contains(part), "{newest}");
        }
        assert_eq!(desk.view(&id).await.item.version, 2, "nothing else was written");
    }
}

#[track_caller]
fn faults<T: std::fmt::Debug>(made: Result<T, CaseworkError>) -> String {
    match made {
        Err(CaseworkError::Malformed { faults }) => faults.join("; "),
        other => panic!("a mistake, not {other:?}"),
    }
}

#[tokio::test]
async fn mistakes_are_told_all_at_once_and_write_nothing() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let id = desk.open(&town.agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
    let before = ledger.journal_head().await.unwrap();

    let wrong = NewMatter {
        kind: MatterKind::EntityOnboarding,
        subject: desk.fund.to_string(),
        counterparty: None,
        title: " ".into(),
        facts: facts(&[("Not A Key", "x"), ("long", &"x".repeat(2001))]),
        cites: vec!["MAT-x".into(), "MAT-x".into()],
    };
    let said = faults(casework.open_matter(&town.bank[0], wrong).await);
    for part in
        ["`title` has 0", "`counterparty` is missing", "`Not A Key` is no key", "longer than 2000", "ORG-", "twice"]
    {
        assert!(said.contains(part), "{part:?} is missing from {said:?}");
    }
    let bank = town.bank[0].organisation.clone();
    let new = desk.prepared(MatterKind::EntityOnboarding, bank.as_str());
    let said = faults(casework.open_matter(&town.bank[0], NewMatter { counterparty: Some(bank.clone()), ..new }).await);
    assert_eq!(said, "`counterparty` is no operator");
    let new = NewMatter { counterparty: Some(bank.clone()), ..desk.prepared(MatterKind::Complaint, bank.as_str()) };
    assert!(faults(casework.open_matter(&town.bank[0], new).await).contains("your own organisation"));
    let many = (0..=FACTS_MAX).map(|n| (format!("k{n}"), String::new())).collect();
    let new = NewMatter { facts: many, ..desk.prepared(MatterKind::Exit, desk.agreement.as_str()) };
    assert!(faults(casework.open_matter(&town.agency[0], new).await).contains("more than 64"));

    let wrong = MatterMove {
        name: "hand_over".into(),
        reason: "ok".into(),
        due_day: Some(jiff::civil::date(2026, 1, 1)),
        ..desk.complete(&id, "order").await
    };
    let said = faults(casework.make_move(&town.agency[0], &id, wrong).await);
    assert!(said.contains("2 characters") && said.contains("there is no such move here"), "{said}");
    let past = MatterMove { due_day: Some(jiff::civil::date(2026, 5, 31)), ..desk.complete(&id, "order").await };
    assert_eq!(faults(casework.make_move(&town.agency[0], &id, past).await), "`due_day` has passed");
    let idle = MatterMove { due_day: Some(jiff::civil::date(2026, 6, 5)), ..desk.complete(&id, "talk").await };
    assert!(faults(casework.make_move(&town.agency[0], &id, idle).await).contains("nothing falls due"));
    let full: Facts = (0..FACTS_MAX).map(|n| (format!("k{n}"), "x".into())).collect();
    let full = MatterMove { facts: full, ..desk.complete(&id, "talk").await };
    assert!(faults(casework.make_move(&town.agency[0], &id, full).await).contains("more than 64 facts"));
    let stale = MatterMove { seen_version: 7, ..desk.complete(&id, "talk").await };
    let made = casework.make_move(&town.agency[0], &id, stale).await;
    assert!(matches!(made, Err(CaseworkError::Stale { version: 1 })), "{made:?}");
    assert_eq!(ledger.journal_head().await.unwrap(), before, "a mistake is no event");
}

#[tokio::test]
async fn a_kind_that_the_jurisdiction_lacks_is_not_there() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let mut regime = Regime::clone(desk.office.town.registry.regime());
    regime.matter.retain(|kind, _| matches!(kind, MatterKind::Scheme | MatterKind::OperatorSelection));
    let registry = Registry::new(ledger.clone(), Arc::new(regime));
    let casework = Casework::new(registry, rules::shipped(rules::SHIPPED_CODE).unwrap().calendar);
    let new = desk.prepared(MatterKind::Exit, desk.agreement.as_str());
    let said = faults(casework.open_matter(&desk.office.town.agency[0], new).await);
    assert_eq!(said, "changsha-2026@1 has no matter `exit`; it has: scheme, operator_selection");
}

#[tokio::test]
async fn a_matter_keeps_the_rules_that_it_was_opened_under() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let town = &desk.office.town;
    let id = desk.open(&town.agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
    let mut regime = Regime::clone(town.registry.regime());
    regime.matter.clear();
    let registry = Registry::new(ledger.clone(), Arc::new(regime));
    let casework = Casework::new(registry, rules::shipped(rules::SHIPPED_CODE).unwrap().calendar);
    let named = desk.complete(&id, "talk").await;
    assert_eq!(allowed(casework.make_move(&town.agency[0], &id, named).await.unwrap()), "talked");
}

#[tokio::test]
async fn a_matter_is_seen_by_its_parties_and_by_who_supervises() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        let first = desk.open(&town.agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
        // Ids are ordered by the millisecond in which they were made.
        ledger.clock().advance_to(ledger.now().plus_micros(2000)).unwrap();
        let second = desk.open(&town.bank[0], MatterKind::Complaint, desk.scenario.as_str()).await;
        let sees: [(_, &[_]); 6] = [
            (&town.regulators[0], &[&first, &second]),
            (&town.agency[1], &[&first, &second]),
            (&town.operator[1], &[&first, &second]),
            (&town.bank[1], &[&second]),
            (&town.other_operator[0], &[]),
            (&town.source[0], &[]),
        ];
        for (viewer, expected) in sees {
            let listed = casework.matters(viewer, &MatterFilter::default(), &Page::first()).await.unwrap();
            let ids: Vec<_> = listed.items.iter().map(|item| &item.id).collect();
            assert_eq!((ids.as_slice(), listed.total), (expected, expected.len()), "{backend} {viewer:?}");
            for id in [&first, &second] {
                assert_eq!(casework.matter(id, viewer).await.unwrap().is_some(), expected.contains(&id), "{backend}");
            }
        }
        let made = casework.make_move(&town.source[0], &first, desk.complete(&first, "talk").await).await;
        assert!(matches!(made, Err(CaseworkError::Unknown { .. })), "{backend}: {made:?}");
        // What one may not see, one cannot complain about.
        let about = desk.prepared(MatterKind::Complaint, first.as_str());
        let made = casework.open_matter(&town.bank[0], about).await;
        assert!(matches!(made, Err(CaseworkError::Unknown { .. })), "{backend}: {made:?}");

        let filters = [
            (MatterFilter { kind: Some(MatterKind::Complaint), ..MatterFilter::default() }, 1),
            (MatterFilter { state: Some("found".into()), ..MatterFilter::default() }, 1),
            (MatterFilter { subject: Some(desk.scenario.to_string()), ..MatterFilter::default() }, 1),
            (MatterFilter { organisation: Some(town.operator[0].organisation.clone()), ..MatterFilter::default() }, 2),
            (MatterFilter { organisation: Some(town.source[0].organisation.clone()), ..MatterFilter::default() }, 0),
        ];
        for (filter, expected) in filters {
            let listed = casework.matters(&town.regulators[0], &filter, &Page::first()).await.unwrap();
            assert_eq!((listed.items.len(), listed.total), (expected, expected), "{backend} {filter:?}");
        }
        let page = Page { after: None, items_max: 1 };
        let listed = casework.matters(&town.regulators[0], &MatterFilter::default(), &page).await.unwrap();
        assert_eq!((listed.next.as_deref(), listed.total), (Some(first.as_str()), 2), "{backend}");
    }
}

#[tokio::test]
async fn who_moved_a_matter_or_signed_a_case_decides_no_complaint_about_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        let entry = desk.open(&town.source[0], MatterKind::NegativeListEntry, desk.fund.as_str()).await;
        desk.moves(&town.agency[0], &entry, "review").await;
        desk.moves(&town.regulators[0], &entry, "reject").await;
        let new = new_resource("other", fund_columns());
        let other = allowed(town.registry.draft_resource(&town.source[0], new).await.unwrap());
        let case = desk.office.open(&town.source[0], ProcedureKind::ResourceRegistration, other.as_str()).await;
        desk.office.says(&town.agency[0], &case, "acceptance", Outcome::Refuse).await;
        let agency = town.agency[0].organisation.clone();
        for (subject, may_not) in [(entry.as_str(), vec!["CAS-024"]), (case.as_str(), vec![])] {
            let new = desk.prepared(MatterKind::Complaint, subject);
            let new = NewMatter { counterparty: Some(agency.clone()), ..new };
            let id = allowed(casework.open_matter(&town.source[1], new.clone()).await.unwrap());
            desk.moves(&town.regulators[0], &id, "receive").await;
            desk.moves(&town.regulators[0], &id, "investigate").await;
            if may_not.is_empty() {
                // A stranger to the case cannot complain about it.
                let made = casework.open_matter(&town.other_operator[0], new).await;
                assert!(matches!(made, Err(CaseworkError::Unknown { .. })), "{backend}: {made:?}");
                assert_eq!(desk.may_not(&town.agency[0], &id, "decide").await, ["CAS-021", "CAS-024", "CAS-025"]);
            } else {
                assert_eq!(desk.may_not(&town.regulators[0], &id, "decide").await, may_not, "{backend}");
            }
            assert_eq!(desk.moves(&town.regulators[1], &id, "decide").await, "decided", "{backend}");
        }
    }
}

#[tokio::test]
async fn an_appeal_is_about_a_matter_and_a_matter_does_not_go_on_for_ever() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let town = &desk.office.town;
    let bank = town.bank[0].organisation.as_str();
    let id = desk.open(&town.bank[0], MatterKind::EntityOnboarding, bank).await;
    desk.moves(&town.operator[0], &id, "refuse").await;
    let appeal = desk.open(&town.bank[0], MatterKind::Complaint, id.as_str()).await;
    assert_eq!(desk.view(&appeal).await.item.subject, id.as_str());
    assert_eq!(desk.view(&appeal).await.facts, told_at(&desk, MatterKind::Complaint, "open"));

    let id = desk.open(&town.agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
    let mut change = ledger.change().await.unwrap();
    crate::matter::store::tamper(&mut change, &id, "found", MOVES_MAX).await.unwrap();
    change.commit(shuyu_ledger::Event::done(None, "test.tampered", "")).await.unwrap();
    let named = desk.complete(&id, "talk").await;
    let made = desk.office.casework.make_move(&town.agency[0], &id, named).await;
    assert!(matches!(made, Err(CaseworkError::Conflict { .. })), "{made:?}");
}
