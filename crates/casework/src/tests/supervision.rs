//! A processor that helps the bureau: what it looks at by which day, what it takes away,
//! what its own orders and assessments say of it.

use std::collections::BTreeSet;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{AgreementId, MatterId, ScenarioId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Dimension;
use shuyu_model::{Actor, CryptoProfile, UseKind};
use shuyu_registry::testing::{allowed, digest, fund_columns, refused};
use shuyu_registry::{Act, AgreementState, OrderStep, Page, Scope};

use super::Office;
use super::desk::{By, Desk, desk, who};
use super::processing::apart;
use super::shipped_matters::desk_under;
use crate::matter::Facts;
use crate::{MatterMove, NewMatter, Obligation, ObligationKind, ObligationState};

async fn owed(office: &Office, kind: ObligationKind) -> Vec<Obligation> {
    let all = office.casework.obligations(&office.town.regulators[0], &Page::first()).await.unwrap().items;
    all.into_iter().filter(|owed| owed.kind == kind).collect()
}

struct Works {
    scenario: ScenarioId,
    processing: AgreementId,
}

/// An operator with a scenario, and a processor with an agreement.
async fn works(office: &Office) -> Works {
    let town = &office.town;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 3).await;
    let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["district"])]).await;
    let processing = town.processing(std::slice::from_ref(&fund)).await;
    Works { scenario, processing }
}

/// Assesses the processor with this result; says what the last move told.
async fn assessed(desk: &Desk, result: &str, years: &[(&str, &str)]) -> (MatterId, Vec<String>) {
    let town = &desk.office.town;
    let processor = town.processor[0].organisation.to_string();
    let id = desk.open(&town.regulators[0], MatterKind::Assessment, &processor).await;
    desk.moves(&town.processor[0], &id, "submit_material").await;
    // The marks decide the result.
    let mut scored = desk.complete(&id, "score").await;
    let mark = if result == "passed" { "80" } else { "40" };
    scored.facts.extend(Dimension::ALL.iter().map(|one| (one.word().to_owned(), mark.to_owned())));
    allowed(desk.attempt(&town.regulators[0], &id, scored).await);
    let mut named = desk.complete(&id, "confirm").await;
    named.facts.insert("result".into(), result.into());
    named.facts.extend(years.iter().map(|(key, told)| ((*key).to_owned(), (*told).to_owned())));
    let verdict = desk.attempt(&town.regulators[1], &id, named).await;
    let codes = verdict.into_result().map_or_else(|r| r.iter().map(|r| r.code.to_string()).collect(), |_| Vec::new());
    (id, codes)
}

/// CAS-125 and CAS-155, each given here.
pub(super) async fn codes_of_a_processor_that_is_assessed() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let (_, codes) = assessed(&desk, "failed", &[("failing_years_running", "0")]).await;
    let mut seen: BTreeSet<String> = codes.into_iter().collect();
    let facts = Facts::from([("discovered_at".to_owned(), "昨天".to_owned())]);
    let new = NewMatter { facts, ..desk.prepared(MatterKind::Incident, desk.scenario.as_str()) };
    seen.extend(refused(desk.office.casework.open_matter(&desk.office.town.processor[0], new).await.unwrap()));
    seen
}

#[tokio::test]
async fn two_failing_years_running_end_a_processors_standing_at_once() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "changsha-2023").await;
        let town = &desk.office.town;
        let years = async |id: &MatterId| desk.view(id).await.facts["failing_years_running"].clone();
        let (passed, _) = assessed(&desk, "passed", &[]).await;
        assert_eq!(years(&passed).await, "0", "{backend}");
        desk.moves(&town.regulators[0], &passed, "apply").await;
        ledger.clock().advance_to(ledger.now().plus_days(366)).unwrap();
        let (first, codes) = assessed(&desk, "failed", &[("failing_years_running", "0")]).await;
        assert_eq!(codes, ["CAS-125"], "{backend}: it is counted, not told");
        let mut named = desk.complete(&first, "confirm").await;
        named.facts.insert("result".into(), "failed".into());
        let _ = allowed(desk.attempt(&town.regulators[1], &first, named).await);
        assert_eq!(years(&first).await, "1", "{backend}");
        desk.moves(&town.regulators[0], &first, "apply").await;
        ledger.clock().advance_to(ledger.now().plus_days(366)).unwrap();

        let agreement = town.processing(std::slice::from_ref(&desk.fund)).await;
        let state = async || town.registry.agreement(&agreement).await.unwrap().unwrap().state;
        assert_eq!(state().await, AgreementState::InForce, "{backend}: one failing year ends nothing");
        let (second, codes) = assessed(&desk, "failed", &[]).await;
        assert_eq!((codes, years(&second).await), (Vec::new(), "2".to_owned()), "{backend}");
        assert_eq!(state().await, AgreementState::Ended, "{backend}: lost in the same change");
        let touched = desk.newest().await;
        assert!(touched.contains(agreement.as_str()), "{backend}: {touched}");
    }
}

#[tokio::test]
async fn what_the_platform_counts_is_told_by_nobody_at_any_move() {
    // CAS-125.
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let town = &desk.office.town;
    let processor = town.processor[0].organisation.to_string();
    for key in ["orders_placed", "orders_declined", "orders_late", "failing_years_running"] {
        let counted = (key.to_owned(), "0".to_owned());
        let facts = Facts::from([counted.clone()]);
        let new = NewMatter { facts, ..desk.prepared(MatterKind::Assessment, &processor) };
        let opened = desk.office.casework.open_matter(&town.regulators[0], new).await.unwrap();
        assert_eq!(refused(opened), ["CAS-125"], "{key}");
    }
    let id = desk.open(&town.regulators[0], MatterKind::Assessment, &processor).await;
    let mut named = desk.complete(&id, "submit_material").await;
    named.facts.insert("orders_late".into(), "0".into());
    assert_eq!(refused(desk.attempt(&town.processor[0], &id, named).await), ["CAS-125"]);
}

#[tokio::test]
async fn an_order_is_answered_by_a_day_and_what_was_declined_or_late_stands_in_the_assessment() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = apart(&ledger).await;
        let town = &office.town;
        let Works { scenario, processing } = works(&office).await;
        let place = async || {
            let new = town.new_order(&scenario, &processing, &["report"]);
            allowed(town.registry.place_order(&town.operator[0], new).await.unwrap())
        };
        let answer = async |id: &shuyu_model::id::OrderId, step| {
            allowed(town.registry.answer_order(&town.processor[0], id, step, "as we can").await.unwrap());
        };
        let declined = place().await;
        let order = town.registry.order(&town.processor[0], &declined).await.unwrap().unwrap();
        let due = ledger.now().day().saturating_add(jiff::Span::new().days(10));
        assert_eq!(order.answer_by, Some(due), "{backend}");
        let open = owed(&office, ObligationKind::Order).await.remove(0);
        assert_eq!(
            (open.due_day, open.state, open.organisation),
            (due, ObligationState::Open, Some(order.processor.clone()))
        );
        answer(&declined, OrderStep::Decline).await;
        assert_eq!(owed(&office, ObligationKind::Order).await[0].state, ObligationState::Met, "{backend}");
        let late = place().await;
        ledger.clock().advance_to(ledger.now().plus_days(12)).unwrap();
        // Both were placed in one moment: which is listed first is chance.
        let about_late =
            owed(&office, ObligationKind::Order).await.into_iter().find(|owed| owed.about == late.as_str());
        assert_eq!(about_late.unwrap().state, ObligationState::Overdue, "{backend}");
        answer(&late, OrderStep::Take).await;
        let id = office.open_assessment().await;
        let view = office.casework.matter(&id, &town.regulators[0]).await.unwrap().unwrap();
        let told = |key: &str| view.facts[key].clone();
        assert_eq!([told("orders_placed"), told("orders_declined"), told("orders_late")], ["2", "1", "1"], "{backend}");
    }
}

impl Office {
    /// An assessment of the processor that has been scored.
    async fn open_assessment(&self) -> MatterId {
        let (casework, bureau) = (&self.casework, &self.town.regulators[0]);
        let new = NewMatter {
            cites: Vec::new(),
            kind: MatterKind::Assessment,
            subject: self.town.processor[0].organisation.to_string(),
            counterparty: None,
            title: "年度考核".into(),
            facts: Facts::new(),
        };
        let id = allowed(casework.open_matter(bureau, new).await.unwrap());
        let material = MatterMove {
            cites: Vec::new(),
            assignee: None,
            name: "submit_material".into(),
            reason: "looked at all of it".into(),
            evidence: Some(digest(self.town.ledger(), "material")),
            facts: Facts::new(),
            due_day: None,
            seen_version: 1,
        };
        allowed(casework.make_move(&self.town.processor[0], &id, material.clone()).await.unwrap());
        let mut facts = Facts::from([("score".to_owned(), "60".to_owned())]);
        facts.extend(Dimension::ALL.iter().map(|one| (one.word().to_owned(), "60".to_owned())));
        let named = MatterMove { name: "score".into(), evidence: None, facts, seen_version: 2, ..material };
        allowed(casework.make_move(bureau, &id, named).await.unwrap());
        id
    }
}

#[tokio::test]
async fn a_processor_looks_at_each_operator_at_the_intervals_of_the_rules() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let town = &desk.office.town;
    town.processing(std::slice::from_ref(&desk.fund)).await;
    let areas = async || {
        let all = owed(&desk.office, ObligationKind::Supervision).await;
        let area = |owed: &Obligation| owed.what.split(' ').next().unwrap_or_default().to_owned();
        all.iter().map(|owed| (area(owed), owed.due_day.to_string(), owed.state)).collect::<Vec<_>>()
    };
    // The town begins on Monday 1 June 2026.
    let open = ObligationState::Open;
    let expected = [
        ("data_use".to_owned(), "2026-07-01".to_owned(), open),
        ("log_audit".to_owned(), "2026-07-01".to_owned(), open),
        ("inspection_round".to_owned(), "2026-09-01".to_owned(), open),
        ("permission_review".to_owned(), "2026-09-01".to_owned(), open),
    ];
    let mut seen = areas().await;
    seen.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
    assert_eq!(seen, expected);
    desk.office.advance_to(2026, 7, 2);
    assert!(areas().await.iter().any(|(area, _, state)| area == "log_audit" && *state == ObligationState::Overdue));
    let facts = Facts::from([("area".to_owned(), "log_audit".to_owned())]);
    let new = NewMatter { facts, ..desk.prepared(MatterKind::Supervision, town.operator[0].organisation.as_str()) };
    let id = allowed(desk.office.casework.open_matter(&town.processor[0], new).await.unwrap());
    assert!(areas().await.iter().any(|(area, day, _)| area == "log_audit" && day == "2026-07-01"), "begun is not done");
    desk.moves(&town.processor[0], &id, "clear").await;
    assert!(areas().await.contains(&("log_audit".to_owned(), "2026-08-02".to_owned(), open)));
}

#[tokio::test]
async fn a_processor_takes_an_operators_access_away_and_the_bureau_confirms_it_or_gives_it_back() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "changsha-2023").await;
        let town = &desk.office.town;
        let bank = &town.bank[0];
        let asks = async || town.registry.permit(bank, Act::Use, &Scope::of(desk.scenario.clone())).await.unwrap();
        let permit = allowed(asks().await);
        let id = desk.open(&town.processor[0], MatterKind::Supervision, desk.scenario.as_str()).await;
        let early = desk.may_not(&town.processor[0], &id, "suspend").await;
        assert_eq!(early, ["CAS-020"], "{backend}: nothing is taken away before something is found");
        desk.moves(&town.processor[0], &id, "find").await;
        let own = desk.may_not(&town.operator[0], &id, "settle").await;
        assert!(own.contains(&"CAS-023".to_owned()), "{backend}: {own:?}");
        let bare = MatterMove { facts: Facts::new(), ..desk.complete(&id, "suspend").await };
        assert_eq!(refused(desk.attempt(&town.processor[0], &id, bare).await), ["CAS-027"], "{backend}: with a reason");
        desk.moves(&town.processor[0], &id, "suspend").await;
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(refused(asks().await), ["REG-030"], "{backend}");
        assert_eq!(desk.may_not(&town.processor[0], &id, "confirm").await, ["CAS-021"], "{backend}: the bureau does");
        desk.moves(&town.regulators[0], &id, "lift").await;
        let _ = allowed(asks().await);
    }
}

#[tokio::test]
async fn what_the_bureau_assigns_is_done_by_the_processor_that_it_was_given_to() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let town = &desk.office.town;
    let id = desk.open(&town.regulators[0], MatterKind::Supervision, desk.agreement.as_str()).await;
    desk.moves(&town.regulators[0], &id, "assign").await;
    let due = desk.view(&id).await.item.due;
    assert!(due.is_some(), "with a day");
    assert_eq!(desk.may_not(&town.regulators[0], &id, "clear").await, ["CAS-021"]);
    assert_eq!(desk.moves(&town.processor[0], &id, "clear").await, "clear");
}

#[tokio::test]
async fn an_incident_says_when_it_was_discovered_and_how_long_after_it_was_told() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let opened = async |told: &str| {
            let facts = Facts::from([("discovered_at".to_owned(), told.to_owned())]);
            let mut new = desk.prepared(MatterKind::Incident, desk.scenario.as_str());
            new.facts.extend(facts);
            desk.office.casework.open_matter(&town.agency[0], new).await.unwrap()
        };
        for wrong in ["昨天", "2099-01-01T00:00:00+08:00"] {
            assert_eq!(refused(opened(wrong).await), ["CAS-155"], "{backend}: {wrong}");
        }
        let earlier = jiff::Timestamp::from_microsecond(ledger.now().plus_micros(-90 * 60_000_000).0).unwrap();
        let id = allowed(opened(&earlier.to_string()).await);
        assert_eq!(desk.view(&id).await.history[0].minutes_since_found, Some(90), "{backend}");
        let agreement = desk.agreement.to_string();
        let id = desk.open(who(&desk, By::Agency(0)), MatterKind::Incident, &agreement).await;
        assert_eq!(
            desk.view(&id).await.history[0].minutes_since_found,
            Some(0),
            "{backend}: who tells none discovers it now"
        );
    }
}

#[tokio::test]
async fn managing_body_and_agency_are_warned_before_the_rules_end() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "luohu-2025").await;
    let warned = async |actor: &Actor| {
        let all = desk.office.casework.obligations(actor, &Page::first()).await.unwrap().items;
        all.into_iter().find(|owed| owed.kind == ObligationKind::RulesWarning)
    };
    let town = &desk.office.town;
    let warn = town.registry.regime().first_warning().unwrap();
    assert_eq!(warn.to_string(), "2027-05-28", "180 days before 24 November 2027");
    desk.office.advance_to(2027, 5, 27);
    assert_eq!(warned(&town.regulators[0]).await, None);
    desk.office.advance_to(2027, 5, 28);
    for actor in [&town.regulators[0], &town.agency[0]] {
        let warning = warned(actor).await.unwrap();
        assert_eq!(
            (warning.due_day.to_string(), warning.clause.as_str()),
            ("2027-11-24".to_owned(), "luohu-2025 setting")
        );
        assert_eq!(warning.by, ["regulator", "agency"]);
    }
}
