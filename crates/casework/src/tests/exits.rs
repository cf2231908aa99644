//! How an operator's agreement ends under each document: by its exit, on a ground that
//! rests on what the document asks for, opened by the platform where nobody does.

use std::collections::BTreeSet;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{CaseId, MatterId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{Actor, CryptoProfile, Verdict};
use shuyu_registry::testing::{allowed, digest, fund_columns, refused};
use shuyu_registry::{Act, AgreementState};

use super::desk::{Desk, desk};
use super::shipped_matters::desk_under;
use crate::exits::{NewResult, TargetState};
use crate::matter::Facts;
use crate::{MatterFilter, MatterMove, NewMatter};

fn facts(told: &[(&str, &str)]) -> Facts {
    told.iter().map(|(key, told)| ((*key).to_owned(), (*told).to_owned())).collect()
}

impl Desk {
    /// An exit on a ground, opened by the agency.
    async fn leaves(&self, ground: &str, more: &[(&str, &str)]) -> MatterId {
        let mut told = facts(more);
        told.insert("ground".into(), ground.into());
        let new = NewMatter { facts: told, ..self.prepared(MatterKind::Exit, self.agreement.as_str()) };
        allowed(self.office.casework.open_matter(&self.office.town.agency[0], new).await.unwrap())
    }

    async fn confirms(&self, exit: &MatterId, cites: &[&str], more: &[(&str, &str)]) -> Verdict<String> {
        let complete = self.complete(exit, "confirm").await;
        let cites = cites.iter().map(|id| (*id).to_owned()).collect();
        let named = MatterMove { cites, facts: facts(more), ..complete };
        self.attempt(&self.office.town.agency[1], exit, named).await
    }

    /// Walks a matter of this kind on the agreement through these moves of one actor each.
    async fn walked(&self, opener: &Actor, kind: MatterKind, moves: &[(&Actor, &str)]) -> MatterId {
        let id = self.open(opener, kind, self.agreement.as_str()).await;
        for (by, name) in moves {
            self.moves(by, &id, name).await;
        }
        id
    }

    async fn proposed(&self) -> Vec<(String, bool)> {
        let now = self.office.town.ledger().now();
        let proposed = self.office.casework.propose_exits(now).await.unwrap();
        proposed.into_iter().map(|one| (one.ground, one.exit.is_some())).collect()
    }

    async fn exits(&self) -> Vec<crate::MatterItem> {
        let filter = MatterFilter { kind: Some(MatterKind::Exit), ..MatterFilter::default() };
        let bureau = &self.office.town.regulators[0];
        self.office.casework.matters(bureau, &filter, &shuyu_registry::Page::first()).await.unwrap().items
    }
}

/// What is told, key by key.
type Told<'a> = &'a [(&'a str, &'a str)];

#[tokio::test]
async fn nobody_ends_an_operators_agreement_at_a_word() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        for by in [&town.agency[0], &town.operator[0], &town.regulators[0]] {
            let ended = desk.office.casework.end_agreement(by, &desk.agreement, "breach").await.unwrap();
            assert_eq!(refused(ended), ["CAS-112"], "{backend}");
        }
        let direct = town.registry.terminate_agreement(&town.agency[0], &desk.agreement, "breach").await;
        assert!(matches!(direct, Err(shuyu_registry::RegistryError::Conflict { .. })), "{backend}: {direct:?}");
        assert!(allowed(desk.asks(Act::Use).await).is_live(), "{backend}");
        // To stop at once there is an incident; what its operator gave an entity, it ends itself.
        let development = allowed(desk.asks(Act::Use).await).development_agreement().cloned().unwrap();
        let ended = desk.office.casework.end_agreement(&town.operator[0], &development, "breach").await.unwrap();
        allowed(ended);
        assert_eq!(refused(desk.asks(Act::Use).await), ["REG-007", "REG-012"], "{backend}");
    }
}

#[tokio::test]
async fn in_luohu_each_ground_rests_on_the_record_that_shows_it() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "luohu-2025").await;
    let (agency, operator) = (desk.office.town.agency.clone(), desk.office.town.operator[0].clone());
    // A finding that nobody has ordered anything about, and one that was followed up.
    let raw = desk.walked(&agency[0], MatterKind::Rectification, &[]).await;
    let steps = [(&agency[0], "request"), (&operator, "answer"), (&agency[0], "find")];
    let found = desk.walked(&agency[0], MatterKind::Inspection, &steps).await;
    let new = NewMatter {
        facts: facts(&[("area", "safeguards")]),
        ..desk.prepared(MatterKind::Inspection, desk.agreement.as_str())
    };
    let unsafe_ = allowed(desk.office.casework.open_matter(&agency[0], new).await.unwrap());
    for (by, name) in [(&agency[0], "request"), (&operator, "answer"), (&agency[0], "find")] {
        let mut named = desk.complete(&unsafe_, name).await;
        named.facts.remove("area");
        allowed(desk.attempt(by, &unsafe_, named).await);
    }
    // A use that the platform refused: its entry in the journal.
    let scope = shuyu_registry::Scope::of(desk.scenario.clone());
    let columns = vec![(desk.fund.clone(), vec!["id_card".to_owned()])];
    let tried = desk.office.town.registry.permit(&operator, Act::Compute, &scope.columns(columns)).await.unwrap();
    assert_eq!(refused(tried), ["REG-009"]);
    let refusal = format!("JRN-{}", ledger.journal_head().await.unwrap());
    let (raw, found, unsafe_) = (raw.to_string(), found.to_string(), unsafe_.to_string());

    let none: &[&str] = &[];
    let rows: [(&str, &[&str], Told, &[&str]); 12] = [
        ("breach", none, &[], &["CAS-060"]),
        ("breach", &[&raw], &[], &["CAS-060"]),
        ("breach", &[&found], &[], &[]),
        ("misuse", &[&raw], &[], &["CAS-060"]),
        ("misuse", &[&refusal], &[], &[]),
        ("no_safeguards", &[&found], &[], &["CAS-060"]),
        ("no_safeguards", &[&unsafe_], &[], &[]),
        ("grave_hazard_or_incident", &[&found], &[], &["CAS-060"]),
        ("talks_failed", none, &[], &["CAS-110"]),
        ("change_of_law", none, &[], &["CAS-027"]),
        ("change_of_law", none, &[("new_rule", "国令第1号")], &[]),
        ("required_by_law", none, &[], &["CAS-027"]),
    ];
    for (ground, cites, more, expected) in rows {
        let exit = desk.leaves(ground, &[]).await;
        let codes: Vec<String> = match desk.confirms(&exit, cites, more).await {
            Verdict::Allow(_) => Vec::new(),
            Verdict::Refuse(reasons) => reasons.iter().map(|reason| reason.code.to_string()).collect(),
        };
        assert_eq!(codes, expected, "{ground} on {cites:?}");
        if !codes.is_empty() {
            desk.moves(&agency[0], &exit, "cancel").await;
        } else {
            // The next row begins anew: what was confirmed is carried out elsewhere.
            desk.forgets(&exit).await;
        }
    }
}

impl Desk {
    /// The case of a further agreement that states no target.
    async fn opens_without_targets(&self) -> Verdict<CaseId> {
        let (town, casework) = (&self.office.town, &self.office.casework);
        let from = town.ledger().now().day();
        let until = from.saturating_add(jiff::Span::new().months(11));
        let operator = town.operator[0].organisation.clone();
        let kind = shuyu_registry::AgreementKind::Operator;
        let mut new = town.new_agreement(kind, operator, vec![self.fund.clone()], None, from, until);
        new.targets.clear();
        let draft = allowed(town.registry.draft_agreement(&town.agency[0], new).await.unwrap());
        let seen = town.registry.agreement(&draft).await.unwrap().unwrap().digest;
        let procedure = ProcedureKind::OperatorAgreement;
        casework.open(&town.agency[0], procedure, draft.as_str(), seen, Vec::new()).await.unwrap()
    }

    /// Takes an exit out of the way of the next one, as only a test can.
    async fn forgets(&self, exit: &MatterId) {
        let mut change = self.office.town.ledger().change().await.unwrap();
        crate::matter::store::forget(&mut change, exit).await.unwrap();
        change.commit(shuyu_ledger::Event::done(None, "test.forgot", exit.as_str())).await.unwrap();
    }
}

#[tokio::test]
async fn talks_that_failed_are_held_first_and_talks_that_did_not_fail_end_nothing() {
    for (accord, expected) in [("reached", vec!["CAS-110"]), ("no_accord", Vec::new())] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = desk_under(&ledger, "luohu-2025").await;
        let exit = desk.leaves("talks_failed", &[]).await;
        let mut talks = desk.complete(&exit, "negotiate").await;
        talks.evidence = None;
        assert_eq!(refused(desk.attempt(&desk.office.town.agency[0], &exit, talks).await), ["CAS-026"]);
        let mut talks = desk.complete(&exit, "negotiate").await;
        talks.facts.insert("accord".into(), accord.into());
        allowed(desk.attempt(&desk.office.town.agency[0], &exit, talks).await);
        let verdict = desk.confirms(&exit, &[], &[]).await;
        let codes = verdict.into_result().map_or_else(|reasons| reasons.into_vec(), |_| Vec::new());
        assert_eq!(codes.iter().map(|reason| reason.code.as_ref()).collect::<Vec<_>>(), expected, "{accord}");
    }
}

#[tokio::test]
async fn a_ground_that_no_list_names_is_described_and_an_early_leave_bears_its_liability() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let (casework, town) = (&desk.office.casework, &desk.office.town);
    let new = |told: &[(&str, &str)]| NewMatter {
        facts: facts(told),
        ..desk.prepared(MatterKind::Exit, desk.agreement.as_str())
    };
    let bare = casework.open_matter(&town.agency[0], new(&[("ground", "other")])).await.unwrap();
    assert_eq!(refused(bare), ["CAS-027"]);
    let told = [("ground", "other"), ("description", "运营机构被吊销营业执照")];
    allowed(casework.open_matter(&town.agency[0], new(&told)).await.unwrap());

    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "xianning-2025").await;
    let (casework, town) = (&desk.office.casework, &desk.office.town);
    let signed = digest(&ledger, "acceptance of liability").to_string();
    let asked = [("ground", "operator_request")];
    let rows: [(Told, &[&str]); 4] = [
        (&[], &["CAS-027"]),
        (&[("liability", "accepted"), ("liability_digest", "see the letter")], &["CAS-027"]),
        (&[("liability", "perhaps"), ("liability_digest", &signed)], &["CAS-062"]),
        (&[("liability", "accepted"), ("liability_digest", &signed)], &[]),
    ];
    for (more, expected) in rows {
        let told: Vec<(&str, &str)> = asked.iter().chain(more).copied().collect();
        let new = NewMatter { facts: facts(&told), ..desk.prepared(MatterKind::Exit, desk.agreement.as_str()) };
        let opened = casework.open_matter(&town.operator[0], new).await.unwrap();
        let codes = opened.into_result().map_or_else(|reasons| reasons.into_vec(), |_| Vec::new());
        assert_eq!(codes.iter().map(|reason| reason.code.as_ref()).collect::<Vec<_>>(), expected, "{more:?}");
    }
}

#[tokio::test]
async fn an_agreement_that_runs_out_unrenewed_opens_its_exit_once_and_not_before_its_day() {
    for code in ["changsha-2026", "changchun-2025", "xianning-2025", "luohu-2025", "changsha-2023"] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = desk_under(&ledger, code).await;
        let registry = &desk.office.town.registry;
        let until = registry.agreement(&desk.agreement).await.unwrap().unwrap().until;
        let early = desk.leaves("expiry", &[]).await;
        assert_eq!(refused(desk.confirms(&early, &[], &[]).await), ["CAS-114"], "{code}");
        desk.moves(&desk.office.town.agency[0], &early, "cancel").await;
        let at = |day: shuyu_model::Day| shuyu_model::Time::at_start_of(day).plus_micros(3_600_000_000);
        ledger.clock().advance_to(at(until)).unwrap();
        assert_eq!(desk.proposed().await, [], "{code}: its last day is its own");
        ledger.clock().advance_to(at(until.tomorrow().unwrap())).unwrap();
        assert_eq!(desk.proposed().await, [("expiry".to_owned(), true)], "{code}");
        assert_eq!(desk.proposed().await, [], "{code}: once");
        let ended = registry.agreement(&desk.agreement).await.unwrap().unwrap();
        assert_eq!((ended.state, ended.ended_ground.as_deref()), (AgreementState::Ended, Some("expiry")), "{code}");
        let exits = desk.exits().await;
        let opened = exits.iter().find(|exit| exit.ended_at.is_none()).unwrap();
        assert!(opened.due.is_some(), "{code}: the agency owes a decision");
        let view = desk.view(&opened.id).await;
        assert_eq!((view.history[0].person.as_ref(), view.facts["ground"].as_str()), (None, "expiry"), "{code}");
        // Where an exit rests on the latest result, one has been held by then.
        crate::testing::assessed(
            &desk.office.casework,
            &desk.office.town.agency[0],
            &desk.office.town.operator[0].organisation,
        )
        .await;
        allowed(desk.confirms(&opened.id, &[], &[]).await);
    }
}

#[tokio::test]
async fn an_agreement_that_is_renewed_in_time_ends_without_an_exit() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2026").await;
    let town = &desk.office.town;
    let until = town.registry.agreement(&desk.agreement).await.unwrap().unwrap().until;
    ledger.clock().advance_to(shuyu_model::Time::at_start_of(until)).unwrap();
    town.agreement(std::slice::from_ref(&desk.fund), 1).await;
    ledger.clock().advance_to(shuyu_model::Time::at_start_of(until).plus_days(2)).unwrap();
    assert_eq!(desk.proposed().await, [("expiry".to_owned(), false)]);
    assert_eq!(desk.exits().await, []);
    let newest = desk.newest().await;
    assert!(newest.contains("\"is_renewed\":true") && newest.contains("agreement.ended"), "{newest}");
}

#[tokio::test]
async fn a_failed_assessment_and_an_overdue_rectification_propose_an_exit_that_the_agency_decides() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let (agency, operator) = (&town.agency, &town.operator[0]);
        let assessed = desk.open(&agency[0], MatterKind::Assessment, desk.agreement.as_str()).await;
        desk.moves(operator, &assessed, "submit_material").await;
        let mut scored = desk.complete(&assessed, "score").await;
        scored.facts.values_mut().for_each(|mark| *mark = "40".to_owned());
        allowed(desk.attempt(&agency[0], &assessed, scored).await);
        assert_eq!(desk.proposed().await, [], "{backend}: no result");
        let mut fails = desk.complete(&assessed, "confirm").await;
        fails.facts.insert("result".into(), "failed".into());
        allowed(desk.attempt(&agency[1], &assessed, fails).await);
        assert_eq!(desk.proposed().await, [("assessment_failed".to_owned(), true)], "{backend}");
        assert_eq!(desk.proposed().await, [], "{backend}: once");
        let exit = desk.exits().await.remove(0);
        let view = desk.view(&exit.id).await;
        assert_eq!(view.history[0].cites, [assessed.to_string()], "{backend}");
        let page = shuyu_registry::Page::first();
        let owed = desk.office.casework.obligations(&agency[0], &page).await.unwrap();
        assert!(owed.items.iter().any(|one| one.about == exit.id.as_str() && one.what == "confirm"), "{backend}");
        assert_eq!(desk.moves(&agency[0], &exit.id, "cancel").await, "cancelled");
        assert_eq!(desk.proposed().await, [], "{backend}: what was cancelled is decided");

        let order = desk.open(&agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
        desk.moves(&agency[0], &order, "order").await;
        ledger.clock().advance_to(ledger.now().plus_days(60)).unwrap();
        desk.sweep().await;
        assert_eq!(desk.proposed().await, [("targets_unmet_and_unrectified".to_owned(), true)], "{backend}");
        let open = desk.exits().await.into_iter().find(|exit| exit.ended_at.is_none()).unwrap();
        // What it was proposed on is what the ground rests on.
        assert_eq!(allowed(desk.confirms(&open.id, &[], &[]).await), "confirmed", "{backend}");
    }
}

#[tokio::test]
async fn a_grave_case_that_ends_an_agreement_opens_its_exit() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let bureau = &desk.office.town.regulators;
    let order = desk.open(&bureau[0], MatterKind::Rectification, desk.agreement.as_str()).await;
    desk.moves(&bureau[0], &order, "order").await;
    assert_eq!(desk.proposed().await, []);
    assert_eq!(desk.moves(&bureau[0], &order, "hand_over").await, "handed_over");
    let ended = desk.office.town.registry.agreement(&desk.agreement).await.unwrap().unwrap();
    assert_eq!(ended.ended_ground.as_deref(), Some("grave_breach"));
    assert_eq!(desk.proposed().await, [("grave_breach".to_owned(), true)]);
    assert_eq!(desk.proposed().await, []);
    let exit = desk.exits().await.remove(0);
    assert_eq!(allowed(desk.confirms(&exit.id, &[], &[]).await), "confirmed");
}

#[tokio::test]
async fn an_agreement_states_a_target_and_a_missed_one_and_its_rectification_end_it_together() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "xianning-2025").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    assert!(
        refused(desk.opens_without_targets().await).contains(&"CAS-113".to_owned()),
        "nothing is signed without one"
    );

    let target = town.registry.agreement(&desk.agreement).await.unwrap().unwrap().targets[0].clone();
    let state = async || casework.targets(&desk.agreement).await.unwrap().unwrap().remove(0).state;
    let result = |actual| NewResult { code: target.code.clone(), actual, evidence: digest(&ledger, "report") };
    let by = casework.measure_target(&town.operator[0], &desk.agreement, result(9)).await.unwrap();
    assert_eq!(refused(by), ["CAS-118"]);
    assert_eq!(state().await, TargetState::Open);
    allowed(casework.measure_target(&town.agency[0], &desk.agreement, result(1)).await.unwrap());
    assert_eq!(state().await, TargetState::Open, "before its day nothing is missed");

    let order = desk.open(&town.agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
    desk.moves(&town.agency[0], &order, "order").await;
    ledger.clock().advance_to(ledger.now().plus_days(60)).unwrap();
    desk.sweep().await;
    let ground = "targets_unmet_and_unrectified";
    let exit = desk.leaves(ground, &[]).await;
    let cites = [order.as_str()];
    assert_eq!(refused(desk.confirms(&exit, &[], &[]).await), ["CAS-060", "CAS-115"]);
    assert_eq!(refused(desk.confirms(&exit, &cites, &[]).await), ["CAS-115"]);
    ledger.clock().advance_to(shuyu_model::Time::at_start_of(target.by).plus_days(1)).unwrap();
    assert_eq!(state().await, TargetState::Unmeasured);
    allowed(casework.measure_target(&town.agency[0], &desk.agreement, result(2)).await.unwrap());
    assert_eq!(state().await, TargetState::Missed);
    assert_eq!(allowed(desk.confirms(&exit, &cites, &[]).await), "confirmed");
    allowed(casework.measure_target(&town.agency[0], &desk.agreement, result(3)).await.unwrap());
    assert_eq!(state().await, TargetState::Met);
}

#[tokio::test]
async fn a_departments_rectification_follows_a_plan_agreed_with_the_bureau_which_alone_closes_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let town = &desk.office.town;
        let (department, bureau, agency) = (&town.source[0], &town.regulators, &town.agency);
        let id = desk.open(&agency[0], MatterKind::Rectification, department.organisation.as_str()).await;
        desk.moves(&agency[0], &id, "order").await;
        assert_eq!(desk.may_not(department, &id, "report_done").await, ["CAS-110"], "{backend}: no plan");
        assert_eq!(desk.moves(department, &id, "submit_plan").await, "plan_submitted");
        assert_eq!(desk.may_not(&agency[1], &id, "agree_plan").await, ["CAS-021"], "{backend}");
        assert_eq!(desk.moves(&bureau[0], &id, "return_plan").await, "ordered");
        assert_eq!(desk.moves(department, &id, "submit_plan").await, "plan_submitted");
        assert_eq!(desk.moves(&bureau[0], &id, "agree_plan").await, "plan_agreed");
        assert_eq!(desk.moves(department, &id, "report_done").await, "done");
        assert_eq!(desk.may_not(&agency[1], &id, "accept").await, ["CAS-021"], "{backend}: the bureau alone");
        assert_eq!(desk.moves(&bureau[0], &id, "accept").await, "accepted");
    }
    // An operator's needs none, and the agency that ordered it accepts it.
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let town = &desk.office.town;
    let id = desk.open(&town.agency[0], MatterKind::Rectification, desk.agreement.as_str()).await;
    desk.moves(&town.agency[0], &id, "order").await;
    desk.moves(&town.operator[0], &id, "report_done").await;
    assert_eq!(desk.moves(&town.agency[1], &id, "accept").await, "accepted");
}

#[tokio::test]
async fn people_of_an_operator_whose_agreement_has_ended_are_no_operators_any_more() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk(&ledger).await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let operator = &town.operator[0].organisation;
    let against = async || casework.against_former_operator(operator).await.unwrap().map(|reason| reason.code);
    assert_eq!(against().await, None);
    assert_eq!(casework.against_former_operator(&town.bank[0].organisation).await.unwrap(), None);
    let exit = desk.leaves("operator_request", &[]).await;
    allowed(desk.confirms(&exit, &[], &[]).await);
    assert_eq!(against().await, None, "confirmed is not ended");
    desk.moves(&town.agency[1], &exit, "end_access").await;
    assert_eq!(against().await.as_deref(), Some("CAS-119"));
    // Whom the agency contracts anew begins anew.
    let fund = town.resource("other_accounts", fund_columns()).await;
    town.agreement(&[fund], 1).await;
    assert_eq!(against().await, None);
}

/// CAS-110 to CAS-119, each given here.
pub(super) async fn codes_of_exits() -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let leaver = desk(&ledger).await;
    let (town, casework) = (&leaver.office.town, &leaver.office.casework);
    let (agency, operator) = (&town.agency, &town.operator[0]);
    seen.extend(refused(casework.end_agreement(&agency[0], &leaver.agreement, "breach").await.unwrap()));
    let early = leaver.leaves("expiry", &[]).await;
    seen.extend(refused(leaver.confirms(&early, &[], &[]).await));
    leaver.moves(&agency[0], &early, "cancel").await;
    let exit = leaver.leaves("operator_request", &[]).await;
    for (by, name) in [(1, "confirm"), (1, "end_access"), (1, "order_deletion")] {
        leaver.moves(&agency[by], &exit, name).await;
    }
    leaver.moves(operator, &exit, "prove_deletion").await;
    leaver.moves(&agency[1], &exit, "seal_logs").await;
    seen.extend(leaver.may_not(&agency[1], &exit, "close").await);
    let former = casework.against_former_operator(&operator.organisation).await.unwrap();
    seen.extend(former.map(|reason| reason.code.to_string()));

    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "luohu-2025").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let (bank, operator) = (&town.bank[0], &town.operator[0]);
    let talks = desk.leaves("talks_failed", &[]).await;
    seen.extend(refused(desk.confirms(&talks, &[], &[]).await));
    let unasked = desk.open(bank, MatterKind::EntityOnboarding, bank.organisation.as_str()).await;
    seen.extend(desk.may_not(operator, &unasked, "review").await);
    desk.moves(bank, &unasked, "withdraw").await;
    let new = crate::candidacy::NewCondition { code: "capital".into(), what: "实缴资本".into() };
    allowed(casework.add_admission_condition(operator, new).await.unwrap());
    let admitted = desk.open(bank, MatterKind::EntityOnboarding, bank.organisation.as_str()).await;
    for (by, name) in [(operator, "review"), (bank, "sign"), (operator, "admit")] {
        desk.moves(by, &admitted, name).await;
    }
    let mut remove = desk.complete(&admitted, "remove").await;
    remove.facts.insert("exit_standard".into(), "因为我们想这样".into());
    seen.extend(refused(desk.attempt(operator, &admitted, remove).await));

    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "xianning-2025").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    seen.extend(refused(desk.opens_without_targets().await));
    let target = town.registry.agreement(&desk.agreement).await.unwrap().unwrap().targets[0].clone();
    let result = NewResult { code: target.code, actual: 1, evidence: digest(&ledger, "report") };
    seen.extend(refused(casework.measure_target(&town.operator[0], &desk.agreement, result).await.unwrap()));
    let exit = desk.leaves("targets_unmet_and_unrectified", &[]).await;
    seen.extend(refused(desk.confirms(&exit, &[], &[]).await));
    seen
}
