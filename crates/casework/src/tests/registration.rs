//! Registration by N26: papers, notice, objections, renewal, endings.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{ObjectionId, ProductId, ResourceId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::registration::{Applicant, Registrable, RegistrationKind as Kind, RevocationGround};
use shuyu_model::{CryptoProfile, Digest, Role, UseKind, Verdict};
use shuyu_registry::testing::{allowed, digest, fund_columns, new_resource, refused, regime_of, town_under};
use shuyu_registry::{Act, NewApplication, Page, ProductEntry, RegistrationState, ResourceState, Scope};

use super::*;
use crate::{CaseworkError, Defect, NewObjection, ObjectionDecision, ObligationKind, ObligationState, Revocation};

impl Office {
    async fn drafted(&self, name: &str) -> ResourceId {
        let new = new_resource(name, fund_columns());
        allowed(self.town.registry.draft_resource(&self.town.source[0], new).await.unwrap())
    }

    /// An application with these papers, and its case.
    async fn bring(&self, kind: Kind, subject: &str, keys: &[&str]) -> Digest {
        let paper = |key: &&str| ((*key).to_owned(), digest(self.town.ledger(), key));
        let materials: BTreeMap<String, Digest> = keys.iter().map(paper).collect();
        let new = NewApplication { subject: subject.to_owned(), kind, note: String::new(), materials, years: None };
        allowed(self.town.registry.apply(&self.town.source[0], new, None).await.unwrap())
    }

    async fn open_on(&self, kind: Kind, subject: &str, seen: Digest) -> CaseId {
        let procedure = kind.procedure(Registrable::of(subject).unwrap());
        allowed(self.casework.open(&self.town.source[0], procedure, subject, seen, Vec::new()).await.unwrap())
    }

    async fn accepts(&self, case: &CaseId, outcome: Outcome, defects: &[(&str, &str)]) -> Verdict<CaseState> {
        let defect = |(material, what): &(&str, &str)| Defect { material: (*material).into(), what: (*what).into() };
        let seen = self.digest_of(case).await;
        let opinion = Opinion { defects: defects.iter().map(defect).collect(), ..opinion(outcome, seen) };
        self.casework.sign(&self.town.agency[0], case, "acceptance", opinion).await.unwrap()
    }

    /// From an accepted application to its public notice.
    async fn to_notice(&self, kind: Kind, subject: &str) -> CaseId {
        let case = self.open(&self.town.source[0], kind.procedure(Registrable::Resource), subject).await;
        self.approves(&self.town.agency[0], &case, "acceptance").await;
        self.approves(&self.town.agency[1], &case, "formal_review").await;
        case
    }

    /// To the end of a notice, and its signature.
    async fn through_notice(&self, case: &CaseId) {
        let view = self.view(case, &self.town.regulators[0]).await;
        let earliest = view.steps.iter().find_map(|step| step.earliest).unwrap();
        let noon = Time::at_start_of(earliest.day).plus_micros(12 * 3_600_000_000);
        self.town.ledger().clock().advance_to(noon).unwrap();
        assert_eq!(self.approves(&self.town.regulators[0], case, "public_notice").await, CaseState::Approved);
    }

    async fn objects(&self, actor: &Actor, case: &CaseId) -> Verdict<ObjectionId> {
        let evidence = digest(self.town.ledger(), "deed");
        let new = NewObjection { objection: "这是我单位的数据 it is ours".into(), evidence };
        self.casework.object(actor, case, new).await.unwrap()
    }

    async fn decides(&self, actor: &Actor, id: &ObjectionId, upheld: bool) -> Verdict<CaseState> {
        let decision = ObjectionDecision { upheld, reason: "looked at all of it".into() };
        self.casework.decide_objection(actor, id, decision).await.unwrap()
    }

    async fn lapsed(&self) -> Vec<RegistrationState> {
        let swept = self.casework.sweep_registrations(self.town.ledger().now()).await.unwrap();
        swept.into_iter().map(|swept| swept.state).collect()
    }

    async fn owed(&self, kind: ObligationKind) -> Vec<(String, ObligationState)> {
        let all = self.casework.obligations(&self.town.regulators[0], &Page::first()).await.unwrap();
        let of_kind = all.items.into_iter().filter(|owed| owed.kind == kind);
        of_kind.map(|owed| (owed.due_day.to_string(), owed.state)).collect()
    }
}

/// Every kind, every paper that it needs: without that one nothing is accepted, and the
/// return tells all that are missing, whether the signer named them or not.
#[tokio::test]
async fn each_missing_paper_is_told_and_all_of_them_at_once() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office(&ledger).await;
    let registered = office.town.resource("registered", fund_columns()).await;
    for kind in Kind::ALL {
        let needed = kind.materials(Registrable::Resource, Applicant::Holder);
        if kind == Kind::Renewal {
            office.advance_to(2029, 5, 15);
        }
        for left_out in (0..needed.len()).map(Some).chain([None]) {
            let subject = match kind {
                Kind::First => office.drafted(&format!("t_{}", left_out.unwrap_or(99))).await.to_string(),
                _ => registered.to_string(),
            };
            // `None` leaves all of them out.
            let is_in = |at: usize| left_out.is_some_and(|out| out != at);
            let keys: Vec<&str> =
                needed.iter().enumerate().filter(|(at, _)| is_in(*at)).map(|(_, paper)| paper.key).collect();
            let seen = office.bring(kind, &subject, &keys).await;
            let case = office.open_on(kind, &subject, seen).await;
            let refusal = office.accepts(&case, Outcome::Approve, &[]).await.into_result().unwrap_err();
            let codes: Vec<&str> = refusal.iter().map(|reason| reason.code.as_ref()).collect();
            assert_eq!(codes, ["CAS-070"], "{kind:?} without {left_out:?}");
            assert!(refusal.iter().all(|reason| reason.clause.starts_with("changsha-2026 N26 ")), "{refusal:?}");
            assert_eq!(allowed(office.accepts(&case, Outcome::Return, &[]).await), CaseState::Returned);
            let file = office.casework.registration_file(&case, &office.town.source[0]).await.unwrap().unwrap();
            let told: Vec<&str> = file.returns[0].defects.iter().map(|defect| defect.material.as_str()).collect();
            let missing: Vec<&str> =
                needed.iter().enumerate().filter(|(at, _)| !is_in(*at)).map(|(_, paper)| paper.key).collect();
            assert_eq!(told, missing, "{kind:?} without {left_out:?}");
            assert_eq!(file.missing, missing);
            allowed(office.casework.withdraw(&office.town.source[0], &case, "another try").await.unwrap());
        }
    }
}

#[tokio::test]
async fn what_an_earlier_return_saw_and_did_not_name_cannot_be_named_later() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let id = office.drafted("fund_accounts").await;
        let all: Vec<&str> =
            Kind::First.materials(Registrable::Resource, Applicant::Holder).iter().map(|m| m.key).collect();
        let seen = office.bring(Kind::First, id.as_str(), &all[1..]).await;
        let case = office.open_on(Kind::First, id.as_str(), seen).await;
        let faulty = [("risk_assessment", "没有签字盖章")];
        assert_eq!(allowed(office.accepts(&case, Outcome::Return, &faulty).await), CaseState::Returned, "{backend}");
        let file = office.casework.registration_file(&case, &office.town.agency[0]).await.unwrap().unwrap();
        let told: BTreeSet<&str> = file.returns[0].defects.iter().map(|defect| defect.material.as_str()).collect();
        assert_eq!(told, BTreeSet::from([all[0], "risk_assessment"]), "{backend}: the missing one, too");

        office.advance_to(2026, 6, 5);
        let seen = office.bring(Kind::First, id.as_str(), &all).await;
        allowed(office.casework.resubmit(&office.town.source[0], &case, seen).await.unwrap());
        let due = office.view(&case, &office.town.agency[0]).await.steps[0].due.unwrap();
        assert_eq!(due.day, date(2026, 6, 10), "{backend}: the three days begin anew");
        let late = [("lawful_source", "来源不明")];
        assert_eq!(refused(office.accepts(&case, Outcome::Return, &late).await), ["CAS-072"], "{backend}");
        assert_eq!(refused(office.accepts(&case, Outcome::Return, &[]).await), ["CAS-071"], "{backend}");
        assert_eq!(allowed(office.accepts(&case, Outcome::Return, &faulty).await), CaseState::Returned, "{backend}");
        let seen = office.bring(Kind::First, id.as_str(), &all).await;
        allowed(office.casework.resubmit(&office.town.source[0], &case, seen).await.unwrap());
        assert_eq!(allowed(office.accepts(&case, Outcome::Approve, &[]).await), CaseState::Open, "{backend}");
    }
}

#[tokio::test]
async fn defects_are_told_well_or_not_at_all() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office(&ledger).await;
    let id = office.drafted("fund_accounts").await;
    let case = office.open(&office.town.source[0], ProcedureKind::ResourceRegistration, id.as_str()).await;
    let seen = office.digest_of(&case).await;
    let defect = |what: &str| Defect { material: "lawful_source".into(), what: what.into() };
    let opinion = |outcome, defects| Opinion { defects, ..opinion(outcome, seen) };
    for (step, opinion, expected) in [
        ("acceptance", opinion(Outcome::Approve, vec![defect("来源不明的")]), "with the return"),
        ("formal_review", opinion(Outcome::Return, vec![defect("来源不明的")]), "with the return"),
        ("acceptance", opinion(Outcome::Return, vec![defect("x")]), "1 characters"),
        ("acceptance", opinion(Outcome::Return, vec![defect("来源不明"), defect("来源不清")]), "there twice"),
    ] {
        let error = office.casework.sign(&office.town.agency[0], &case, step, opinion).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[tokio::test]
async fn an_open_objection_holds_a_code_up_until_it_is_decided() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, id) = (&office.town, office.drafted("fund_accounts").await);
        let case = office.open(&town.source[0], ProcedureKind::ResourceRegistration, id.as_str()).await;
        assert_eq!(refused(office.objects(&town.bank[0], &case).await), ["CAS-073"], "{backend}: no notice yet");
        office.approves(&town.agency[0], &case, "acceptance").await;
        office.approves(&town.agency[1], &case, "formal_review").await;
        let notices = office.casework.notices(&Page::first()).await.unwrap();
        let [notice] = &notices.items[..] else { panic!("{backend}: {notices:?}") };
        // Ten working days from Monday 1 June end on Monday 15.
        assert_eq!((&notice.case, notice.until), (&case, date(2026, 6, 15)), "{backend}");
        assert_eq!(notice.applicant, "江城市住房公积金管理中心", "{backend}");

        let objection = allowed(office.objects(&town.bank[0], &case).await);
        office.advance_to(2026, 6, 16);
        assert_eq!(refused(office.objects(&town.bank[1], &case).await), ["CAS-073"], "{backend}: it is over");
        assert_eq!(office.casework.notices(&Page::first()).await.unwrap().total, 0, "{backend}");
        assert_eq!(office.may_not(&town.regulators[0], &case, "public_notice").await, ["CAS-074"], "{backend}");
        for stranger in [&town.agency[0], &town.bank[0], &town.source[0]] {
            assert_eq!(refused(office.decides(stranger, &objection, false).await), ["CAS-075"], "{backend}");
        }
        assert_eq!(allowed(office.decides(&town.regulators[1], &objection, false).await), CaseState::Open);
        let again = ObjectionDecision { upheld: true, reason: "once more".into() };
        let again = office.casework.decide_objection(&town.regulators[1], &objection, again).await;
        assert!(matches!(again, Err(CaseworkError::Conflict { .. })), "{backend}");
        assert_eq!(office.approves(&town.regulators[0], &case, "public_notice").await, CaseState::Approved);
        let file = office.casework.registration_file(&case, &town.source[0]).await.unwrap().unwrap();
        let name = town.registry.person(&town.bank[0].person).await.unwrap().unwrap().name.clone();
        assert_eq!((file.objections[0].upheld, &file.objections[0].name), (Some(false), &name), "{backend}");
        assert!(office.casework.registration_file(&case, &town.other_operator[0]).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn an_objection_that_is_upheld_ends_the_registration() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, id) = (&office.town, office.drafted("fund_accounts").await);
        let case = office.to_notice(Kind::First, id.as_str()).await;
        let objection = allowed(office.objects(&town.bank[0], &case).await);
        assert_eq!(allowed(office.decides(&town.regulators[0], &objection, true).await), CaseState::Refused);
        office.advance_to(2026, 7, 1);
        assert_eq!(office.may_not(&town.regulators[1], &case, "public_notice").await, ["CAS-001"], "{backend}");
        let resource = town.registry.resource(&id).await.unwrap().unwrap();
        assert_eq!(resource.state, ResourceState::Draft, "{backend}");
    }
}

/// The year's holidays: what falls between acceptance and code under each of them.
#[tokio::test]
async fn days_are_counted_over_the_holidays_of_the_calendar() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office(&ledger).await;
    // Begun on; three days to accept; the first day after ten days of notice. 25 to 27
    // September and 1 to 7 October 2026 are off, 20 September and 10 October are worked.
    let rows = [
        (date(2026, 6, 17), date(2026, 6, 23), date(2026, 7, 3)),
        (date(2026, 9, 24), date(2026, 9, 30), date(2026, 10, 16)),
        (date(2026, 9, 30), date(2026, 10, 10), date(2026, 10, 21)),
    ];
    for (at, (begun, accepted_by, signed_from)) in rows.into_iter().enumerate() {
        office.advance_to(begun.year(), begun.month(), begun.day());
        let id = office.drafted(&format!("t{at}")).await;
        let case = office.open(&office.town.source[0], ProcedureKind::ResourceRegistration, id.as_str()).await;
        let view = office.view(&case, &office.town.agency[0]).await;
        assert_eq!(view.steps[0].due.unwrap().day, accepted_by, "{begun}");
        office.approves(&office.town.agency[0], &case, "acceptance").await;
        office.approves(&office.town.agency[1], &case, "formal_review").await;
        let view = office.view(&case, &office.town.agency[0]).await;
        assert_eq!(view.steps[2].earliest.unwrap().day, signed_from, "{begun}");
    }
}

#[tokio::test]
async fn a_review_that_takes_longer_owes_an_explanation() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, id) = (&office.town, office.drafted("fund_accounts").await);
        let case = office.open(&town.source[0], ProcedureKind::ResourceRegistration, id.as_str()).await;
        office.approves(&town.agency[0], &case, "acceptance").await;
        assert_eq!(office.owed(ObligationKind::Explanation).await, [], "{backend}: in time");
        office.advance_to(2026, 7, 1);
        let owed = |state| [("2026-06-30".to_owned(), state)];
        assert_eq!(office.owed(ObligationKind::Explanation).await, owed(ObligationState::Overdue), "{backend}");
        let explain = |actor| office.casework.explain_delay(actor, &case, "等候数源单位补充说明");
        assert_eq!(refused(explain(&town.bank[0]).await.unwrap()), ["CAS-003"], "{backend}");
        allowed(explain(&town.agency[1]).await.unwrap());
        assert!(explain(&town.agency[1]).await.is_err(), "{backend}: once is enough");
        assert_eq!(office.owed(ObligationKind::Explanation).await, owed(ObligationState::Late), "{backend}");
        let file = office.casework.registration_file(&case, &town.source[0]).await.unwrap().unwrap();
        assert_eq!(file.delay.as_deref(), Some("等候数源单位补充说明"), "{backend}");
    }
}

#[tokio::test]
async fn who_does_not_renew_is_cancelled_on_the_day_after_and_permits_died_before() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, registry) = (&office.town, &office.town.registry);
        let (fund, other) = (town.resource("fund", fund_columns()).await, town.resource("other", fund_columns()).await);
        let agreement = town.agreement(&[fund.clone(), other.clone()], 5).await;
        let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
        let permit = async || registry.permit(&town.operator[0], Act::Compute, &Scope::of(scenario.clone())).await;
        assert_eq!(office.owed(ObligationKind::Renewal).await, [], "{backend}: its days have not begun");

        office.advance_to(2029, 4, 2);
        let owed = office.owed(ObligationKind::Renewal).await;
        assert_eq!(owed, vec![("2029-05-31".to_owned(), ObligationState::Open); 2], "{backend}");
        let live = allowed(permit().await.unwrap());
        // One is renewed, the other not.
        let case = office.to_notice(Kind::Renewal, other.as_str()).await;
        office.through_notice(&case).await;
        assert_eq!(office.owed(ObligationKind::Renewal).await.len(), 1, "{backend}");
        office.advance_to(2029, 5, 31);
        assert_eq!(office.lapsed().await, [], "{backend}: the last day");
        assert!(live.is_live(), "{backend}");
        office.advance_to(2029, 6, 1);
        assert!(!live.is_live(), "{backend}: dead before anybody sweeps");
        assert_eq!(refused(permit().await.unwrap()), ["REG-014"], "{backend}");
        let mut states = office.lapsed().await;
        states.sort_by_key(|state| state.word());
        assert_eq!(states, [RegistrationState::Cancelled, RegistrationState::Replaced], "{backend}");
        assert_eq!(office.lapsed().await, [], "{backend}: once");
        assert_eq!(refused(permit().await.unwrap()), ["REG-001", "REG-066"], "{backend}");
        let renewed = registry.registration_of(other.as_str()).await.unwrap().unwrap();
        assert_eq!((renewed.kind, renewed.valid_from), (Kind::Renewal, date(2029, 6, 1)), "{backend}");
        let first = office.open(&town.source[0], ProcedureKind::ResourceRegistration, fund.as_str()).await;
        assert_eq!(office.view(&first, &town.agency[0]).await.state, CaseState::Open, "{backend}: it begins anew");
    }
}

#[tokio::test]
async fn a_renewal_that_is_being_decided_is_waited_for_while_nothing_opens() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office(&ledger).await;
    let fund = office.town.resource("fund", fund_columns()).await;
    office.advance_to(2029, 5, 28);
    let case = office.to_notice(Kind::Renewal, fund.as_str()).await;
    office.advance_to(2029, 6, 5);
    assert_eq!(office.lapsed().await, []);
    assert!(office.town.registry.registration_of(fund.as_str()).await.unwrap().is_none());
    office.through_notice(&case).await;
    let renewed = office.town.registry.registration_of(fund.as_str()).await.unwrap().unwrap();
    assert_eq!((renewed.valid_from, renewed.valid_until), (date(2029, 6, 1), date(2032, 5, 31)));
    assert_eq!(office.lapsed().await, [RegistrationState::Replaced]);
}

#[tokio::test]
async fn a_cancellation_is_done_in_ten_working_days_and_ends_permits_at_once() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, registry) = (&office.town, &office.town.registry);
        let fund = town.resource("fund", fund_columns()).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 5).await;
        let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
        let scope = Scope::of(scenario);
        let permit = allowed(registry.permit(&town.operator[0], Act::Compute, &scope).await.unwrap());
        let case = office.open(&town.source[0], ProcedureKind::RegistrationCancellation, fund.as_str()).await;
        office.approves(&town.agency[0], &case, "acceptance").await;
        let due = office.view(&case, &town.agency[0]).await.steps[1].due.unwrap();
        assert_eq!(due.day, date(2026, 6, 15), "{backend}");
        assert!(permit.is_live(), "{backend}");
        assert_eq!(office.approves(&town.agency[1], &case, "cancellation").await, CaseState::Approved);
        assert!(!permit.is_live(), "{backend}");
        let last = registry.registrations_of(fund.as_str()).await.unwrap().pop().unwrap();
        assert_eq!(last.state, RegistrationState::Cancelled, "{backend}");
    }
}

#[tokio::test]
async fn a_registration_is_revoked_on_a_ground_and_never_by_its_holder() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, registry) = (&office.town, &office.town.registry);
        let fund = town.resource("fund", fund_columns()).await;
        let known = registry.registration_of(fund.as_str()).await.unwrap().unwrap();
        let new = || Revocation {
            code: known.code.clone(),
            ground: RevocationGround::FalseMaterial,
            reason: "存证材料系伪造".into(),
            evidence: digest(&ledger, "expertise"),
            decision: digest(&ledger, "decision"),
        };
        let revoke = |actor| office.casework.revoke_registration(actor, new());
        for stranger in [&town.source[0], &town.bank[0]] {
            assert_eq!(refused(revoke(stranger).await.unwrap()), ["CAS-077"], "{backend}");
        }
        allowed(revoke(&town.regulators[0]).await.unwrap());
        assert!(matches!(revoke(&town.regulators[0]).await, Err(CaseworkError::Conflict { .. })), "{backend}");
        let last = registry.registrations_of(fund.as_str()).await.unwrap().pop().unwrap();
        assert_eq!((last.state, last.ended_ground.as_deref()), (RegistrationState::Revoked, Some("false_material")));
        assert_eq!(registry.resource(&fund).await.unwrap().unwrap().state, ResourceState::Draft, "{backend}");
    }
}

/// A product's registration walks the steps of each document; in Changsha's draft the
/// exchange comes last.
#[tokio::test]
async fn a_product_is_registered_under_each_document_by_its_own_steps() {
    for code in rules::codes() {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town_under(&ledger, regime_of(&ledger, code)).await;
        let calendar = rules::shipped(code).unwrap().calendar;
        let office = Office { casework: Casework::new(town.registry.clone(), calendar), town };
        let (town, registry) = (&office.town, &office.town.registry);
        let fund = town.resource("fund", fund_columns()).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
        let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
        let product: ProductId = ledger.new_id();
        let needed = Kind::First.materials(Registrable::Product, Applicant::Holder);
        let materials = needed.iter().map(|paper| (paper.key.to_owned(), digest(&ledger, paper.key))).collect();
        let (subject, kind) = (product.to_string(), Kind::First);
        let new = NewApplication { subject, kind, note: String::new(), materials, years: None };
        let entry = ProductEntry { product: product.clone(), title: "核验".into(), scenario };
        let seen = allowed(registry.apply(&town.operator[0], new, Some(entry)).await.unwrap());
        let procedure = ProcedureKind::ProductRegistration;
        let opened = office.casework.open(&town.operator[0], procedure, product.as_str(), seen, Vec::new()).await;
        let case = allowed(opened.unwrap());
        let steps = registry.regime().procedure[&procedure].steps.clone();
        assert_eq!(steps.iter().any(|step| step.by == Role::Operator), code == "changsha-2023", "{code}");
        for step in &steps {
            office.walk(&case, step).await;
        }
        let known = registry.registration_of(product.as_str()).await.unwrap().unwrap();
        let term = registry.agreement(&agreement).await.unwrap().unwrap();
        assert_eq!((known.of, known.valid_until), (Registrable::Product, term.until), "{code}");
        assert!(registry.is_product_offered(&product).await.unwrap(), "{code}");
        assert!(!registry.is_product_offered(&ledger.new_id()).await.unwrap(), "{code}");
    }
}

/// For the table of all codes.
pub(super) async fn codes_of_registrations_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office(&ledger).await;
    let town = &office.town;
    let mut seen = BTreeSet::new();
    let all: Vec<&str> =
        Kind::First.materials(Registrable::Resource, Applicant::Holder).iter().map(|m| m.key).collect();
    let id = office.drafted("one").await;
    let case = office.open_on(Kind::First, id.as_str(), office.bring(Kind::First, id.as_str(), &all[1..]).await).await;
    seen.extend(refused(office.accepts(&case, Outcome::Approve, &[]).await));
    seen.extend(refused(office.objects(&town.bank[0], &case).await));
    allowed(office.accepts(&case, Outcome::Return, &[]).await);
    let now = office.bring(Kind::First, id.as_str(), &all).await;
    allowed(office.casework.resubmit(&town.source[0], &case, now).await.unwrap());
    seen.extend(refused(office.accepts(&case, Outcome::Return, &[]).await));
    seen.extend(refused(office.accepts(&case, Outcome::Return, &[("description", "写得不清楚")]).await));
    office.approves(&town.agency[0], &case, "acceptance").await;
    office.approves(&town.agency[0], &case, "formal_review").await;
    let objection = allowed(office.objects(&town.bank[0], &case).await);
    seen.extend(office.may_not(&town.regulators[0], &case, "public_notice").await);
    seen.extend(refused(office.decides(&town.bank[0], &objection, true).await));
    let fund = town.resource("two", fund_columns()).await;
    let code = town.registry.registration_of(fund.as_str()).await.unwrap().unwrap().code;
    let (evidence, decision) = (digest(&ledger, "a"), digest(&ledger, "b"));
    let ground = RevocationGround::ImproperGain;
    let new = Revocation { code: code.clone(), ground, reason: "because of it".into(), evidence, decision };
    seen.extend(refused(office.casework.revoke_registration(&town.source[0], new).await.unwrap()));

    let desk = super::desk::furnished(office, 2).await;
    let operator = &desk.office.town.operator[0];
    let id = desk.open(operator, shuyu_model::matter::MatterKind::Product, desk.scenario.as_str()).await;
    let mut named = desk.complete(&id, "register").await;
    // A resource's code is none of a product's.
    named.facts.insert("registration_code".into(), code.to_string());
    seen.extend(refused(desk.attempt(operator, &id, named).await));
    seen
}
