//! Assessments: who holds which, marks and material, rounds, and the acts that rest on them.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{Assessed, AssessmentForm, ProcedureKind};
use shuyu_model::{Actor, CryptoProfile, Verdict};
use shuyu_registry::testing::{allowed, digest, fund_columns, refused};
use shuyu_registry::{AgreementKind, Page};

use super::desk::{Desk, desk};
use super::shipped_matters::desk_under;
use crate::matter::Facts;
use crate::{
    CaseworkError, MatterMove, NewItem, NewMatter, NewRound, ObligationKind, ResultFilter, ResultView, testing,
};

async fn results(desk: &Desk, viewer: &Actor) -> Vec<ResultView> {
    let filter = ResultFilter::default();
    desk.office.casework.assessment_results(viewer, &filter, &Page::first()).await.unwrap().items
}

async fn held(desk: &Desk, by: &[Actor], of: &Actor, subject: &str) -> shuyu_model::id::MatterId {
    let id = desk.open(&by[0], MatterKind::Assessment, subject).await;
    desk.moves(of, &id, "submit_material").await;
    desk.moves(&by[0], &id, "score").await;
    desk.moves(&by[1], &id, "confirm").await;
    id
}

fn round(of: Assessed) -> NewRound {
    NewRound { title: "年度考核".into(), of, form: None, subjects: Vec::new() }
}

#[tokio::test]
async fn each_document_says_who_assesses_whom() {
    // Opener, subject, form, and what the five documents answer.
    let rows: [(&str, &str, &str, [&[&str]; 3]); 6] = [
        ("agency", "operator", "", [&[], &[], &[]]),
        ("regulator", "operator", "", [&["CAS-061", "CAS-165"], &["CAS-165"], &["CAS-031", "CAS-165"]]),
        ("regulator", "agency", "", [&[], &[], &["CAS-031", "CAS-165"]]),
        ("agency", "operator", "audit", [&["CAS-165"], &[], &["CAS-165"]]),
        ("regulator", "resource", "", [&["CAS-165"], &[], &["CAS-031", "CAS-165"]]),
        ("agency", "scenario", "", [&["CAS-165"], &["CAS-165"], &[]]),
    ];
    for (place, code) in ["changsha-2026", "changchun-2025", "luohu-2025"].into_iter().enumerate() {
        for (by, of, form, expected) in rows {
            let (ledger, _folder) = sqlite(CryptoProfile::International).await;
            let desk = desk_under(&ledger, code).await;
            let town = &desk.office.town;
            let by_whom = if by == "agency" { &town.agency[0] } else { &town.regulators[0] };
            let subject = match of {
                "operator" => town.operator[0].organisation.to_string(),
                "agency" => town.agency[0].organisation.to_string(),
                "resource" => desk.fund.to_string(),
                _ => desk.scenario.to_string(),
            };
            let facts = if form.is_empty() { Facts::new() } else { Facts::from([("form".into(), form.into())]) };
            let new = NewMatter { facts, ..desk.prepared(MatterKind::Assessment, &subject) };
            let verdict = desk.office.casework.open_matter(by_whom, new).await.unwrap();
            let codes = match verdict {
                Verdict::Allow(_) => Vec::new(),
                found => refused(found),
            };
            // The resource of this town has the sole role of its source, which Changsha's bureau oversees.
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            assert_eq!(codes, expected[place], "{code}: {by} of {of} {form}");
        }
    }
}

#[tokio::test]
async fn form_marks_and_result_are_told_at_their_own_move_and_at_no_other() {
    // CAS-175.
    for (key, told) in [("form", "audit"), ("round", "7"), ("safety", "100"), ("result", "passed")] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = desk(&ledger).await;
        let (agency, operator) = (&desk.office.town.agency, &desk.office.town.operator[0]);
        let id = desk.open(&agency[0], MatterKind::Assessment, operator.organisation.as_str()).await;
        let mut named = desk.complete(&id, "submit_material").await;
        named.facts.insert(key.into(), told.into());
        assert_eq!(refused(desk.attempt(operator, &id, named).await), ["CAS-175"], "{key}");
    }
}

#[tokio::test]
async fn an_assessment_that_no_row_of_the_rules_holds_is_cancelled_and_nothing_else() {
    // CAS-176.
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let (agency, operator) = (&desk.office.town.agency, &desk.office.town.operator[0]);
    let id = desk.open(&agency[0], MatterKind::Assessment, operator.organisation.as_str()).await;
    rowless(&desk, &id).await;
    assert_eq!(desk.may_not(operator, &id, "submit_material").await, ["CAS-176"]);
    assert_eq!(desk.moves(&agency[0], &id, "cancel").await, "cancelled");
}

/// As one is that was opened before rows were kept.
async fn rowless(desk: &Desk, id: &shuyu_model::id::MatterId) {
    let town = &desk.office.town;
    let mut turn = town.registry.turn().await.unwrap();
    crate::assessment::store::forget_held_by(turn.change(), id).await.unwrap();
    let event = shuyu_ledger::Event::done(Some(&town.agency[0]), "matter.moved", id.as_str());
    turn.commit(event.under(town.registry.regime())).await.unwrap();
}

#[tokio::test]
async fn an_exit_rests_on_no_result_whose_successor_is_overdue() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let agency = &desk.office.town.agency;
    let exit = desk.open(&agency[0], MatterKind::Exit, desk.agreement.as_str()).await;
    held(&desk, agency, &desk.office.town.operator[0], desk.agreement.as_str()).await;
    desk.office.advance_to(2027, 6, 30);
    assert_eq!(desk.may_not(&agency[1], &exit, "confirm").await, ["CAS-173"]);
}

#[tokio::test]
async fn a_round_that_names_what_there_is_not_opens_nothing() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let own = town.source[0].organisation.to_string();
    let absent: shuyu_model::id::OrganisationId = ledger.new_id();
    for subjects in [vec![own.clone(), absent.to_string()], vec![own.clone(), own.clone()], vec![desk.fund.to_string()]]
    {
        let new = NewRound { subjects, ..round(Assessed::Source) };
        let opened = casework.open_round(&town.regulators[0], new).await;
        assert!(matches!(opened, Err(CaseworkError::Malformed { .. })), "{opened:?}");
        assert_eq!(casework.rounds(&Page::first()).await.unwrap().total, 0);
    }
}

#[tokio::test]
async fn a_total_is_computed_from_the_marks_and_decides_the_result() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (agency, operator) = (&desk.office.town.agency, &desk.office.town.operator[0]);
        let id = desk.open(&agency[0], MatterKind::Assessment, operator.organisation.as_str()).await;
        assert_eq!(desk.may_not(&agency[0], &id, "score").await, ["CAS-168"], "{backend}: material can still come");
        desk.moves(operator, &id, "submit_material").await;
        for (key, told) in [("safety", "101"), ("effect", "很好"), ("compliance", "")] {
            let mut named = desk.complete(&id, "score").await;
            named.facts.insert(key.into(), told.into());
            assert_eq!(refused(desk.attempt(&agency[0], &id, named).await), ["CAS-166"], "{backend} {key}");
        }
        let mut named = desk.complete(&id, "score").await;
        named
            .facts
            .extend([("compliance", "50"), ("safety", "70"), ("effect", "61")].map(|(k, v)| (k.into(), v.into())));
        allowed(desk.attempt(&agency[0], &id, named).await);
        // 50 by 40, 70 by 30, 61 by 30 per cent.
        let mut passed = desk.complete(&id, "confirm").await;
        assert_eq!(refused(desk.attempt(&agency[1], &id, passed.clone()).await), ["CAS-167"], "{backend}");
        passed.facts.insert("result".into(), "failed".into());
        allowed(desk.attempt(&agency[1], &id, passed).await);
        let found = results(&desk, operator).await.remove(0);
        assert_eq!((found.total.as_deref(), found.result.as_deref()), (Some("59.30"), Some("failed")), "{backend}");
        assert_eq!((found.marks["safety"], found.matter), (70, id), "{backend}");
        assert!(
            results(&desk, &desk.office.town.bank[0]).await.is_empty(),
            "{backend}: it is none of a bank's business"
        );
    }
}

#[tokio::test]
async fn material_is_given_item_by_item_and_what_is_missing_or_late_stands_in_the_result() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let (agency, operator) = (&desk.office.town.agency, &desk.office.town.operator[0]);
    let casework = &desk.office.casework;
    let id = desk.open(&agency[0], MatterKind::Assessment, operator.organisation.as_str()).await;
    let item = |name: &str| NewItem {
        item: name.into(),
        document: digest(&ledger, name),
        statement: digest(&ledger, "真实性承诺"),
        figures: BTreeMap::from([("calls".to_owned(), 7)]),
    };
    assert_eq!(refused(casework.give_item(&agency[0], &id, item("管理制度")).await.unwrap()), ["CAS-171"]);
    let unknown = casework.give_item(operator, &id, item("别的")).await;
    assert!(matches!(unknown, Err(CaseworkError::Malformed { .. })));
    allowed(casework.give_item(operator, &id, item("管理制度")).await.unwrap());
    let again = casework.give_item(operator, &id, item("管理制度")).await;
    assert!(matches!(again, Err(CaseworkError::Conflict { .. })));
    ledger.clock().advance_to(ledger.now().plus_days(60)).unwrap();
    allowed(casework.give_item(operator, &id, item("安全情况")).await.unwrap());
    let states: Vec<&str> =
        casework.assessment_items(operator, &id).await.unwrap().iter().map(|item| item.state).collect();
    assert_eq!(states, ["missing", "given", "late", "missing"]);
    // Whoever withholds holds nothing up: it is scored without.
    desk.moves(&agency[0], &id, "score").await;
    assert_eq!(refused(casework.give_item(operator, &id, item("运营情况说明")).await.unwrap()), ["CAS-172"]);
    desk.moves(&agency[1], &id, "confirm").await;
    let found = results(&desk, &agency[0]).await.remove(0);
    assert_eq!(found.items_missing, ["运营情况说明", "数据产品和服务情况"]);
    assert_eq!(found.items_late, ["安全情况"]);
}

#[tokio::test]
async fn a_result_shows_which_papers_are_not_on_file() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let town = &desk.office.town;
    held(&desk, &town.agency, &town.operator[0], town.operator[0].organisation.as_str()).await;
    let shown = results(&desk, &town.agency[0]).await.remove(0).papers_missing;
    let dossier = town.registry.dossier(&town.agency[0], &town.operator[0].organisation).await.unwrap().unwrap();
    let missing = dossier.iter().filter(|item| item.state == shuyu_registry::Standing::Missing);
    let mut missing: Vec<&str> = missing.map(|item| item.kind_title).collect();
    missing.dedup();
    assert_eq!(shown, missing);
}

#[tokio::test]
async fn a_round_opens_one_of_each_body_and_says_why_not() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        assert_eq!(refused(casework.open_round(&town.agency[0], round(Assessed::Source)).await.unwrap()), ["CAS-174"]);
        let (number, opened) =
            allowed(casework.open_round(&town.regulators[0], round(Assessed::Source)).await.unwrap());
        let sources: Vec<_> = casework.roles_of_all().await.unwrap();
        let sources = sources.iter().filter(|(_, roles)| roles.contains(&shuyu_model::Role::Source)).count();
        assert_eq!((number, opened.len()), (1, sources), "{backend}");
        assert!(opened.iter().all(|one| one.matter.is_some()), "{backend}: {opened:?}");
        // What runs already is told of each.
        let (number, again) = allowed(casework.open_round(&town.regulators[0], round(Assessed::Source)).await.unwrap());
        let codes: Vec<_> =
            again.iter().flat_map(|one| one.reasons.iter().map(|reason| reason.code.as_ref())).collect();
        assert_eq!((number, codes), (2, vec!["CAS-032"; sources]), "{backend}");
        let id = opened[0].matter.clone().unwrap();
        let source =
            [&town.source[0], &town.source[1]].into_iter().find(|one| one.organisation.as_str() == opened[0].subject);
        let Some(source) = source else { continue };
        desk.moves(source, &id, "submit_material").await;
        desk.moves(&town.regulators[0], &id, "score").await;
        desk.moves(&town.regulators[1], &id, "confirm").await;
        let found = results(&desk, &town.regulators[0]).await.remove(0);
        assert_eq!((found.round, found.total.as_deref()), (Some(1), Some("80.00")), "{backend}");
        let rounds = casework.rounds(&Page::first()).await.unwrap().items;
        let counts: Vec<_> = rounds.iter().map(|round| (round.matters_total, round.results_total)).collect();
        assert_eq!(counts, [(u64::try_from(sources).unwrap(), 1), (0, 0)], "{backend}");
    }
}

#[tokio::test]
async fn a_further_agreement_rests_on_the_latest_result_and_names_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        let other = town.resource("other", fund_columns()).await;
        let from = ledger.now().day();
        let grantee = town.operator[0].organisation.clone();
        let new = town.new_agreement(AgreementKind::Operator, grantee, vec![other], None, from, town.last_day(from));
        let new = allowed(town.registry.draft_agreement(&town.agency[0], new).await.unwrap());
        testing::selected(casework, &town.agency[0], &town.agency[1], &town.operator[0].organisation).await;
        let asked = || async {
            let seen = town.registry.agreement(&new).await.unwrap().unwrap().digest;
            casework
                .open(&town.agency[0], ProcedureKind::OperatorAgreement, new.as_str(), seen, Vec::new())
                .await
                .unwrap()
        };
        assert!(refused(asked().await).contains(&"CAS-173".to_owned()), "{backend}");
        let id = held(&desk, &town.agency, &town.operator[0], desk.agreement.as_str()).await;
        let case = allowed(asked().await);
        let found = results(&desk, &town.agency[0]).await.remove(0);
        assert_eq!((found.matter, found.used_by), (id, vec![case.to_string()]), "{backend}");
    }
}

#[tokio::test]
async fn an_exit_names_the_latest_result_and_waits_only_for_one_that_is_due() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let agency = &desk.office.town.agency;
    let operator = &desk.office.town.operator[0];
    let id = desk.open(&agency[0], MatterKind::Exit, desk.agreement.as_str()).await;
    desk.office.advance_to(2027, 6, 2);
    assert_eq!(desk.may_not(&agency[1], &id, "confirm").await, ["CAS-173"], "the first was due on the day before");
    let assessed = held(&desk, agency, operator, desk.agreement.as_str()).await;
    desk.moves(&agency[1], &id, "confirm").await;
    assert_eq!(desk.view(&assessed).await.cited_by, std::slice::from_ref(&id));
    let confirm = desk.view(&id).await.history.into_iter().find(|moved| moved.name == "confirm").unwrap();
    assert_eq!(confirm.cites, [assessed.to_string()]);
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let early = desk_under(&ledger, "changsha-2026").await;
    let id = early.open(&early.office.town.agency[0], MatterKind::Exit, early.agreement.as_str()).await;
    assert_eq!(early.moves(&early.office.town.agency[1], &id, "confirm").await, "confirmed", "nothing is due yet");
}

#[tokio::test]
async fn who_was_an_operator_is_chosen_again_on_its_results_audit_included() {
    for (code, codes) in [("changchun-2025", vec!["CAS-173", "CAS-173"]), ("luohu-2025", vec!["CAS-173"])] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = desk_under(&ledger, code).await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        let id = desk.open(&town.agency[0], MatterKind::OperatorSelection, town.agency[0].organisation.as_str()).await;
        desk.moves(&town.agency[0], &id, "announce").await;
        desk.applied(&id, "close_applications").await;
        let rules = &town.registry.regime().matter[&MatterKind::OperatorSelection];
        let mut state = desk.view(&id).await.item.state;
        for name in ["close_applications", "check"] {
            if rules.rule(MatterKind::OperatorSelection.machine(), &state, name).is_some() {
                state = desk.moves(&town.agency[0], &id, name).await;
            }
        }
        desk.applied(&id, "evaluate").await;
        let named = desk.complete(&id, "evaluate").await;
        assert_eq!(refused(desk.attempt(&town.agency[0], &id, named).await), codes, "{code}");
        testing::assessed(casework, &town.agency[0], &town.operator[0].organisation).await;
        desk.moves(&town.agency[0], &id, "evaluate").await;
    }
}

#[tokio::test]
async fn changchuns_result_of_the_agency_is_owed_to_the_working_group_until_its_receipt_is_there() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changchun-2025").await;
    let (agency, bureau) = (&desk.office.town.agency, &desk.office.town.regulators);
    let id = held(&desk, bureau, &agency[0], agency[0].organisation.as_str()).await;
    let copy = || async {
        let all = desk.office.casework.obligations(&bureau[0], &Page { after: None, items_max: 200 }).await.unwrap();
        let is_it = |owed: &crate::Obligation| owed.about == id.as_str() && owed.kind == ObligationKind::Filing;
        all.items.into_iter().find(is_it).map(|owed| (owed.what, owed.state))
    };
    use crate::ObligationState::{Met, Open};
    assert_eq!(copy().await, Some(("leading_group".to_owned(), Open)));
    assert_eq!(desk.may_not(&bureau[0], &id, "apply").await, ["CAS-170"]);
    let bare = MatterMove { evidence: None, ..desk.complete(&id, "file").await };
    assert_eq!(refused(desk.attempt(&bureau[0], &id, bare).await), ["CAS-026"]);
    desk.moves(&bureau[0], &id, "file").await;
    assert_eq!(copy().await, Some(("leading_group".to_owned(), Met)));
    desk.moves(&bureau[0], &id, "apply").await;
}

#[tokio::test]
async fn what_falls_due_is_told_of_each_form_and_each_part() {
    let rows: [(&str, &[(&str, usize)]); 3] = [
        ("changchun-2025", &[("assessment", 2), ("audit", 1), ("review", 1)]),
        ("luohu-2025", &[("assessment", 1), ("inspection data_use", 1), ("inspection service_effect", 1)]),
        ("xianning-2025", &[("assessment", 3), ("audit", 0)]),
    ];
    for (code, expected) in rows {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = desk_under(&ledger, code).await;
        let page = Page { after: None, items_max: 200 };
        let all = desk.office.casework.obligations(&desk.office.town.regulators[0], &page).await.unwrap().items;
        for (what, count) in expected {
            let is_it = |owed: &&crate::Obligation| owed.kind == ObligationKind::Assessment && owed.what == *what;
            assert_eq!(all.iter().filter(is_it).count(), *count, "{code} {what}: {all:?}");
        }
    }
}

#[tokio::test]
async fn luohus_quality_is_accepted_on_a_passed_result_with_a_verdict_on_rules_and_staff() {
    for (marks, expected) in [("40", Err("CAS-169")), ("80", Ok("accepted"))] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = desk_under(&ledger, "luohu-2025").await;
        let (agency, operator) = (&desk.office.town.agency, &desk.office.town.operator[0]);
        let id = desk.open(&agency[0], MatterKind::Assessment, operator.organisation.as_str()).await;
        desk.moves(operator, &id, "submit_material").await;
        let mut named = desk.complete(&id, "score").await;
        named.facts.values_mut().for_each(|mark| *mark = marks.to_owned());
        allowed(desk.attempt(&agency[0], &id, named).await);
        assert_eq!(desk.may_not(&agency[1], &id, "accept").await, ["CAS-020"], "nothing is confirmed");
        let result = if marks == "40" { "failed" } else { "passed" };
        let mut bare = desk.complete(&id, "confirm").await;
        bare.facts = Facts::from([("result".into(), result.into())]);
        assert_eq!(refused(desk.attempt(&agency[1], &id, bare.clone()).await), ["CAS-027"], "no verdict on staff");
        bare.facts.extend([("platform_rules".into(), "passed".into()), ("staff".into(), "passed".into())]);
        allowed(desk.attempt(&agency[1], &id, bare).await);
        let accept = desk.complete(&id, "accept").await;
        match expected {
            Ok(state) => assert_eq!(allowed(desk.attempt(&agency[1], &id, accept).await), state),
            Err(code) => assert_eq!(refused(desk.attempt(&agency[1], &id, accept).await), [code]),
        }
    }
}

#[tokio::test]
async fn a_review_of_the_city_says_its_judgement_and_measures() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changchun-2025").await;
    let (agency, bureau) = (&desk.office.town.agency, &desk.office.town.regulators);
    let facts = Facts::from([("form".into(), AssessmentForm::Review.word().into())]);
    let new = NewMatter { facts, ..desk.prepared(MatterKind::Assessment, agency[0].organisation.as_str()) };
    let id = allowed(desk.office.casework.open_matter(&bureau[0], new).await.unwrap());
    desk.moves(&agency[0], &id, "submit_material").await;
    desk.moves(&bureau[0], &id, "score").await;
    let mut bare = desk.complete(&id, "confirm").await;
    bare.facts.remove("measures");
    assert_eq!(refused(desk.attempt(&bureau[1], &id, bare).await), ["CAS-027"]);
    desk.moves(&bureau[1], &id, "confirm").await;
    assert_eq!(results(&desk, &bureau[0]).await[0].form, AssessmentForm::Review);
}

/// CAS-165 to CAS-177, each given here.
pub(super) async fn codes_of_assessments() -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let own = desk(&ledger).await;
    let (town, casework) = (&own.office.town, &own.office.casework);
    let (agency, operator) = (&town.agency, &town.operator[0]);
    seen.extend(refused(casework.open_round(&agency[0], round(Assessed::Source)).await.unwrap()));
    let facts = Facts::from([("form".into(), AssessmentForm::Audit.word().into())]);
    let audit = NewMatter { facts, ..own.prepared(MatterKind::Assessment, operator.organisation.as_str()) };
    seen.extend(refused(casework.open_matter(&agency[0], audit).await.unwrap()));
    let id = own.open(&agency[0], MatterKind::Assessment, operator.organisation.as_str()).await;
    seen.extend(own.may_not(&agency[0], &id, "score").await);
    let mut foreign = own.complete(&id, "submit_material").await;
    foreign.facts.insert("result".into(), "passed".into());
    seen.extend(refused(own.attempt(operator, &id, foreign).await));
    let item = || NewItem {
        item: "管理制度".into(),
        document: digest(&ledger, "rules"),
        statement: digest(&ledger, "真实性承诺"),
        figures: BTreeMap::new(),
    };
    seen.extend(refused(casework.give_item(&agency[0], &id, item()).await.unwrap()));
    own.moves(operator, &id, "submit_material").await;
    let mut beyond = own.complete(&id, "score").await;
    beyond.facts.insert("safety".into(), "101".into());
    seen.extend(refused(own.attempt(&agency[0], &id, beyond).await));
    own.moves(&agency[0], &id, "score").await;
    seen.extend(refused(casework.give_item(operator, &id, item()).await.unwrap()));
    let mut fails = own.complete(&id, "confirm").await;
    fails.facts.insert("result".into(), "failed".into());
    seen.extend(refused(own.attempt(&agency[1], &id, fails).await));
    let selection = own.open(&agency[0], MatterKind::OperatorSelection, agency[0].organisation.as_str()).await;
    seen.extend(refused(super::competition::told_otherwise(&own, &selection, "scheme").await));
    let rest = own.open(&agency[0], MatterKind::Assessment, own.agreement.as_str()).await;
    rowless(&own, &rest).await;
    seen.extend(own.may_not(operator, &rest, "submit_material").await);
    let exit = own.open(&agency[0], MatterKind::Exit, own.agreement.as_str()).await;
    own.office.advance_to(2028, 6, 2);
    seen.extend(own.may_not(&agency[1], &exit, "confirm").await);

    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let filed = desk_under(&ledger, "changchun-2025").await;
    let (agency, bureau) = (&filed.office.town.agency, &filed.office.town.regulators);
    let id = held(&filed, bureau, &agency[0], agency[0].organisation.as_str()).await;
    seen.extend(filed.may_not(&bureau[0], &id, "apply").await);

    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let failed = desk_under(&ledger, "luohu-2025").await;
    let (agency, operator) = (&failed.office.town.agency, &failed.office.town.operator[0]);
    let id = failed.open(&agency[0], MatterKind::Assessment, operator.organisation.as_str()).await;
    failed.moves(operator, &id, "submit_material").await;
    let mut low = failed.complete(&id, "score").await;
    low.facts.values_mut().for_each(|mark| *mark = "40".to_owned());
    allowed(failed.attempt(&agency[0], &id, low).await);
    let mut fails = failed.complete(&id, "confirm").await;
    fails.facts.insert("result".into(), "failed".into());
    allowed(failed.attempt(&agency[1], &id, fails).await);
    seen.extend(failed.may_not(&agency[1], &id, "accept").await);
    seen
}
