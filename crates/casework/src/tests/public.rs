//! The public's voice, appeals that overturn, opinions that must be there, receipts with
//! numbers, remedies at law, what entities offer.

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{ProcedureKind, Sourced};
use shuyu_model::{CryptoProfile, Digest, Role, UseKind, Verdict};
use shuyu_registry::testing::{allowed, digest, refused, regime_of, town_under};
use shuyu_registry::{Page, rules};

use super::desk::{By, Desk, furnished, who};
use super::shipped_matters::desk_under;
use super::{Office, opinion};
use crate::voices::{VOICES_PER_DAY_MAX, store};
use crate::{
    CaseState, Casework, CaseworkError, MatterFilter, MatterMove, NewStance, NewVoice, Outcome, Stance, VoiceKind,
};

fn voice(kind: VoiceKind, about: Option<String>) -> NewVoice {
    NewVoice { kind, about, title: "一件事".into(), text: "这是来信的全部内容".into() }
}

fn secret(ledger: &Ledger) -> Digest {
    digest(ledger, "the secret word")
}

async fn files(desk: &Desk, kind: VoiceKind, about: Option<String>) -> Verdict<String> {
    let casework = &desk.office.casework;
    casework.file_voice(voice(kind, about), secret(desk.office.town.ledger())).await.unwrap()
}

#[tokio::test]
async fn somebody_without_an_account_reports_on_the_operator_and_reads_the_answer() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = super::desk::desk(&ledger).await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        let about = Some(town.operator[0].organisation.to_string());
        let number = allowed(files(&desk, VoiceKind::Complaint, about.clone()).await);
        let second = allowed(files(&desk, VoiceKind::Complaint, about).await);
        assert_ne!(number, second, "{backend}");

        let filter = MatterFilter { kind: Some(MatterKind::Complaint), ..MatterFilter::default() };
        let found = casework.matters(&town.regulators[0], &filter, &Page::first()).await.unwrap();
        assert_eq!(found.total, 2, "{backend}");
        let id = found.items[0].id.clone();
        // The body complained of sees it, and decides nothing.
        assert!(casework.matter(&id, &town.operator[0]).await.unwrap().is_some());
        desk.moves(&town.regulators[0], &id, "receive").await;
        desk.moves(&town.regulators[0], &id, "investigate").await;
        assert!(desk.may_not(&town.operator[0], &id, "decide").await.contains(&"CAS-021".to_owned()));
        desk.moves(&town.regulators[0], &id, "decide").await;

        let mut seen = Vec::new();
        for number in [&number, &second] {
            let view = casework.voice(number, &secret(&ledger)).await.unwrap().unwrap();
            assert!(view.due.is_some() && !view.is_ended, "{backend}");
            seen.push((view.state_title.clone(), view.steps.last().unwrap().texts.clone()));
        }
        let told = vec!["说明 outcome".to_owned(), "looked at all of it".to_owned()];
        assert!(seen.contains(&("已决定".to_owned(), told)), "{backend}: {seen:?}");
        assert!(seen.contains(&("已提出".to_owned(), Vec::new())), "{backend}: {seen:?}");
    }
}

#[tokio::test]
async fn a_voice_is_followed_by_nobody_without_its_secret_word() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = super::desk::desk(&ledger).await;
    let about = Some(desk.office.town.operator[0].organisation.to_string());
    let number = allowed(files(&desk, VoiceKind::Complaint, about).await);
    let casework = &desk.office.casework;
    assert!(casework.voice(&number, &digest(&ledger, "another word")).await.unwrap().is_none());
    assert!(casework.voice("V20200101-0001", &secret(&ledger)).await.unwrap().is_none());
    assert!(casework.voice(&number, &secret(&ledger)).await.unwrap().is_some());
}

#[tokio::test]
async fn the_public_has_the_ways_that_the_document_opens_and_no_other() {
    let cases = [
        ("changsha-2026", VoiceKind::SchemeIdea, "CAS-141"),
        ("changsha-2026", VoiceKind::CallAnswer, "CAS-141"),
        ("xianning-2025", VoiceKind::Comment, "CAS-141"),
        ("luohu-2025", VoiceKind::SchemeIdea, "CAS-141"),
        // Its days were in 2023.
        ("changsha-2023", VoiceKind::Comment, "CAS-142"),
    ];
    for (code, kind, expected) in cases {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = desk_under(&ledger, code).await;
        let about = (kind == VoiceKind::CallAnswer).then(|| "MAT-00000000000000000000000000000000".to_owned());
        assert_eq!(refused(files(&desk, kind, about).await), [expected], "{code} {kind:?}");
    }
    // Of a department no document lets the public report.
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "xianning-2025").await;
    let about = Some(desk.office.town.source[0].organisation.to_string());
    assert_eq!(refused(files(&desk, VoiceKind::Complaint, about).await), ["CAS-141"]);
}

#[tokio::test]
async fn a_comment_is_taken_within_its_days_and_answered_by_the_bureau() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let mut regime = shuyu_model::Regime::clone(&regime_of(&ledger, "changsha-2023"));
    let today = ledger.now().day();
    let (from, until) = (today, today.saturating_add(jiff::Span::new().days(1)));
    let days = regime.public.as_mut().unwrap();
    days.comments_from = Some(Sourced { value: from, source: Some("公告".into()), setting: false });
    days.comments_until = Some(Sourced { value: until, source: Some("公告".into()), setting: false });
    let town = town_under(&ledger, std::sync::Arc::new(regime)).await;
    let casework = Casework::new(town.registry.clone(), rules::shipped("changsha-2023").unwrap().calendar);
    let desk = furnished(Office { town, casework }, 1).await;
    let number = allowed(files(&desk, VoiceKind::Comment, None).await);

    let filter = MatterFilter { kind: Some(MatterKind::Voice), ..MatterFilter::default() };
    let bureau = &desk.office.town.regulators[0];
    let found = desk.office.casework.matters(bureau, &filter, &Page::first()).await.unwrap();
    desk.moves(bureau, &found.items[0].id, "answer").await;
    let view = desk.office.casework.voice(&number, &secret(&ledger)).await.unwrap().unwrap();
    assert!(view.is_ended && view.steps.last().unwrap().texts.contains(&"说明 answer".to_owned()), "{view:?}");

    ledger.clock().advance_to(ledger.now().plus_days(3)).unwrap();
    assert_eq!(refused(files(&desk, VoiceKind::Comment, None).await), ["CAS-142"]);
}

#[tokio::test]
async fn a_call_is_shown_to_everybody_and_answered_while_it_is_open() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let call = desk.open(&town.regulators[0], MatterKind::Call, town.regulators[0].organisation.as_str()).await;
    let about = || Some(call.to_string());
    assert!(casework.public_calls().await.unwrap().is_empty());
    let unseen = casework.file_voice(voice(VoiceKind::CallAnswer, about()), secret(&ledger)).await;
    assert!(matches!(unseen, Err(CaseworkError::Unknown { .. })), "{unseen:?}");
    desk.moves(&town.regulators[0], &call, "publish").await;
    let shown = casework.public_calls().await.unwrap();
    assert!(shown.len() == 1 && shown[0].is_open && shown[0].until.is_some());
    let number = allowed(files(&desk, VoiceKind::CallAnswer, about()).await);
    let view = casework.voice(&number, &secret(&ledger)).await.unwrap().unwrap();
    assert_eq!((view.kind, view.state_title.as_str()), (VoiceKind::CallAnswer, "已收到"));
    // Who calls sees the answer beside the call.
    assert_eq!(casework.matter(&call, &town.regulators[0]).await.unwrap().unwrap().matters_on_it.len(), 1);

    ledger.clock().advance_to(ledger.now().plus_days(20)).unwrap();
    desk.moves(&town.regulators[0], &call, "close").await;
    assert_eq!(refused(files(&desk, VoiceKind::CallAnswer, about()).await), ["CAS-142"]);
}

#[tokio::test]
async fn an_entity_applies_to_a_departments_call_and_the_department_answers() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changchun-2025").await;
    let town = &desk.office.town;
    let call = desk.open(&town.source[0], MatterKind::Call, town.source[0].organisation.as_str()).await;
    desk.moves(&town.source[0], &call, "publish").await;
    let applied = desk.open(&town.bank[0], MatterKind::Voice, call.as_str()).await;
    assert!(desk.may_not(&town.regulators[0], &applied, "answer").await.contains(&"CAS-021".to_owned()));
    assert_eq!(desk.moves(&town.source[0], &applied, "answer").await, "answered");
}

#[tokio::test]
async fn nothing_is_evaluated_while_nobody_was_asked_or_an_opinion_is_missing() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "changsha-2023").await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        let operator = town.operator[0].organisation.as_str();
        let id = desk.open(&town.operator[0], MatterKind::Scheme, operator).await;
        desk.moves(&town.operator[0], &id, "submit").await;
        let bureau = &town.regulators[0];
        assert_eq!(desk.may_not(bureau, &id, "approve_directly").await, ["CAS-145"], "{backend}");
        let asked = &town.source[0];
        let new = || NewStance { stance: Stance::Against, opinion: "数据尚不具备条件".into(), evidence: None };
        // Who was not asked says nothing, and learns nothing.
        assert!(casework.opinions(&id, asked).await.unwrap().is_none());
        assert!(matches!(casework.give_opinion(asked, &id, new()).await, Err(CaseworkError::Unknown { .. })));
        assert_eq!(refused(casework.invite(&town.operator[0], &id, &asked.organisation).await.unwrap()), ["CAS-021"]);
        allowed(casework.invite(bureau, &id, &asked.organisation).await.unwrap());
        assert_eq!(desk.may_not(bureau, &id, "approve_directly").await, ["CAS-145"], "{backend}");
        assert_eq!(refused(casework.give_opinion(bureau, &id, new()).await.unwrap()), ["CAS-146"]);
        allowed(casework.give_opinion(asked, &id, new()).await.unwrap());
        let twice = casework.give_opinion(asked, &id, new()).await;
        assert!(matches!(twice, Err(CaseworkError::Conflict { .. })), "{backend}");
        assert_eq!(casework.opinions(&id, bureau).await.unwrap().unwrap()[0].stance, Some(Stance::Against));
        // An opinion is heard; it does not bind.
        let named = desk.complete(&id, "approve_directly").await;
        assert_eq!(allowed(desk.attempt(bureau, &id, named).await), "effective", "{backend}");
    }
}

async fn drafted(desk: &Desk) -> shuyu_model::id::ScenarioId {
    let town = &desk.office.town;
    let fields: &[(_, &[&str])] = &[(&desk.fund, &["balance"])];
    let new = town.new_scenario("贷款核验", UseKind::Industry, &desk.agreement, fields);
    allowed(town.registry.draft_scenario(&town.operator[0], new).await.unwrap())
}

/// A scenario's case under Xianning's rules that the department refused, and its entity.
async fn refused_case(desk: &Desk) -> shuyu_model::id::CaseId {
    let (office, town) = (&desk.office, &desk.office.town);
    let draft = drafted(desk).await;
    let case = office.open(&town.operator[0], ProcedureKind::Scenario, draft.as_str()).await;
    assert!(office.casework.case(&case, &town.bank[0]).await.unwrap().is_none());
    let bank = &town.bank[0].organisation;
    let wrong = office.casework.name_applicant(&town.regulators[0], &case, bank).await.unwrap();
    assert_eq!(refused(wrong), ["CAS-011"]);
    let nobody = office.casework.name_applicant(&town.operator[0], &case, &town.source[0].organisation).await;
    assert_eq!(refused(nobody.unwrap()), ["CAS-144"]);
    allowed(office.casework.name_applicant(&town.operator[0], &case, bank).await.unwrap());
    let state = office.says(&town.source[0], &case, "provider_review", Outcome::Refuse).await;
    assert_eq!(state, CaseState::Refused);
    case
}

#[tokio::test]
async fn who_was_refused_appeals_from_the_case_and_the_bureau_opens_it_again() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "xianning-2025").await;
        let (office, town) = (&desk.office, &desk.office.town);
        let case = refused_case(&desk).await;
        // The entity for which it was opened sees the outcome and its reasons.
        let seen = office.view(&case, &town.bank[0]).await;
        let said = &seen.steps[0].opinions[0];
        assert_eq!((seen.state, said.outcome), (CaseState::Refused, Outcome::Refuse), "{backend}");
        assert_eq!(said.reason, "looked at all of it");

        let mut appeal = desk.prepared(MatterKind::Complaint, case.as_str());
        appeal.facts.insert("disputed_result".into(), "data_use_application".into());
        let bare = office.casework.open_matter(&town.bank[0], appeal.clone()).await.unwrap();
        assert_eq!(refused(bare), ["CAS-060"], "{backend}: it names what refused");
        appeal.cites = vec![case.to_string()];
        let id = allowed(office.casework.open_matter(&town.bank[0], appeal).await.unwrap());
        assert_eq!(office.view(&case, &town.bank[0]).await.matters_on_it, std::slice::from_ref(&id), "{backend}");
        let bureau = &town.regulators[0];
        desk.moves(bureau, &id, "receive").await;
        desk.moves(bureau, &id, "investigate").await;
        assert_eq!(desk.moves(bureau, &id, "overturn").await, "decided", "{backend}");
        let open = office.view(&case, &town.bank[0]).await;
        assert_eq!((open.state, open.turn, open.ended_at), (CaseState::Open, 2, None), "{backend}");
        assert_eq!(open.discarded.len(), 1, "{backend}");
        // It goes its way again, to the end.
        assert_eq!(office.approves(&town.source[0], &case, "provider_review").await, CaseState::Open);
        assert_eq!(office.approves(&town.regulators[1], &case, "regulator_review").await, CaseState::Approved);
    }
}

#[tokio::test]
async fn an_appeal_overturns_nothing_that_is_no_refusal() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "xianning-2025").await;
    let bureau = &desk.office.town.regulators[0];
    let operator = desk.office.town.operator[0].organisation.as_str();
    let id = desk.open(&desk.office.town.bank[0], MatterKind::Complaint, operator).await;
    desk.moves(bureau, &id, "receive").await;
    desk.moves(bureau, &id, "investigate").await;
    assert_eq!(desk.may_not(bureau, &id, "overturn").await, ["CAS-140"]);
    assert_eq!(desk.moves(bureau, &id, "decide").await, "decided");
}

#[tokio::test]
async fn a_filing_is_received_with_a_number_and_never_refused() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "xianning-2025").await;
    let (office, town) = (&desk.office, &desk.office.town);
    let (case, seen) = office.open_release().await;
    office.approves(&town.operator[2], &case, "compliance_review").await;
    let bureau = &town.regulators[0];
    let sign = |outcome, number| {
        let given = crate::Opinion { number, ..opinion(outcome, seen) };
        office.casework.sign(bureau, &case, "filing_receipt", given)
    };
    let number = || Some("咸数备〔2026〕7号".to_owned());
    assert_eq!(refused(sign(Outcome::Refuse, number()).await.unwrap()), ["CAS-148"]);
    assert_eq!(refused(sign(Outcome::Return, None).await.unwrap()), ["CAS-147", "CAS-148"]);
    assert_eq!(refused(sign(Outcome::Approve, Some("  ".into())).await.unwrap()), ["CAS-147"]);
    assert_eq!(allowed(sign(Outcome::Approve, number()).await.unwrap()), CaseState::Approved);
    let steps = office.view(&case, bureau).await.steps;
    let receipt = steps.iter().find(|step| step.step == "filing_receipt").and_then(|step| step.opinions.first());
    assert_eq!(receipt.and_then(|opinion| opinion.number.as_deref()), Some("咸数备〔2026〕7号"));
}

#[tokio::test]
async fn a_refusal_names_the_remedies_at_law_and_their_course_is_kept_on_it() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "luohu-2025").await;
    let (office, town) = (&desk.office, &desk.office.town);
    let draft = drafted(&desk).await;
    let case = office.open(&town.operator[0], ProcedureKind::Scenario, draft.as_str()).await;
    let view = office.view(&case, &town.operator[0]).await;
    assert!(view.remedies.is_empty(), "nothing was decided yet");
    let (step, by) = (view.steps[0].step.clone(), view.steps[0].by);
    let signer = if by == Role::Source { &town.source[0] } else { &town.agency[2] };
    office.says(signer, &case, &step, Outcome::Refuse).await;
    let view = office.view(&case, &town.operator[0]).await;
    let named: Vec<_> = view.remedies.iter().map(|one| (one.kind, one.days, one.months)).collect();
    assert_eq!(named, [("reconsideration", Some(60), None), ("suit", None, Some(6))]);

    let id = desk.open(&town.operator[0], MatterKind::Remedy, case.as_str()).await;
    assert_eq!(desk.moves(&town.operator[0], &id, "accept").await, "accepted");
    assert_eq!(desk.may_not(&town.supervisor[0], &id, "annul").await, ["CAS-021"]);
    assert_eq!(desk.moves(&town.operator[0], &id, "annul").await, "annulled");
    assert_eq!(office.view(&case, &town.operator[0]).await.matters_on_it, [id]);
}

#[tokio::test]
async fn a_product_of_an_entity_is_offered_only_with_the_number_of_an_exchange() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2026").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let id = desk.open(&town.bank[0], MatterKind::EntityProduct, desk.development.as_str()).await;
    assert!(casework.entity_products().await.unwrap().is_empty());
    assert_eq!(desk.may_not(&town.bank[0], &id, "offer").await, ["CAS-020"]);
    let bare = MatterMove { facts: Default::default(), ..desk.complete(&id, "register").await };
    assert_eq!(refused(desk.attempt(&town.bank[0], &id, bare).await), ["CAS-027"]);
    desk.moves(&town.bank[0], &id, "register").await;
    let shown = casework.entity_products().await.unwrap();
    assert_eq!((shown.len(), shown[0].is_offered), (1, false));
    assert_eq!(shown[0].registration_number, "说明 registration_number");
    desk.moves(&town.bank[0], &id, "offer").await;
    assert!(casework.entity_products().await.unwrap()[0].is_offered);
    // The operator sees it beside its own, with its state.
    assert!(casework.matter(&id, &town.operator[0]).await.unwrap().is_some());
    desk.moves(&town.bank[0], &id, "withdraw").await;
    assert!(casework.entity_products().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_finding_on_a_department_names_the_task_that_it_refused() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let (bureau, source) = (&town.regulators[0], &town.source[0]);
    let task = desk.open(&town.operator[0], MatterKind::DataDemand, town.operator[0].organisation.as_str()).await;
    desk.moves(bureau, &task, "put").await;
    desk.moves(who(&desk, By::Source), &task, "decline").await;
    let mut finding = desk.prepared(MatterKind::Rectification, source.organisation.as_str());
    finding.facts.insert("violation".into(), "sharing_refused".into());
    assert_eq!(refused(casework.open_matter(bureau, finding.clone()).await.unwrap()), ["CAS-060"]);
    finding.cites = vec![task.to_string()];
    let opened = allowed(casework.open_matter(bureau, finding.clone()).await.unwrap());
    desk.moves(bureau, &opened, "order").await;
    let others = ["official_misconduct", "unlawful_processing", "leak"];
    for violation in others {
        finding.facts.insert("violation".into(), violation.into());
        finding.cites.clear();
        allowed(casework.open_matter(bureau, finding.clone()).await.unwrap());
    }
    finding.facts.remove("finding_paper");
    assert_eq!(refused(casework.open_matter(bureau, finding).await.unwrap()), ["CAS-027"]);
}

#[tokio::test]
async fn what_is_put_under_supervision_was_reported_to_the_government_and_has_a_number() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let bureau = &desk.office.town.regulators[0];
    let department = desk.office.town.source[0].organisation.as_str();
    let id = desk.open(bureau, MatterKind::Rectification, department).await;
    desk.moves(bureau, &id, "order").await;
    ledger.clock().advance_to(ledger.now().plus_days(60)).unwrap();
    desk.sweep().await;
    let bare = MatterMove { facts: Default::default(), ..desk.complete(&id, "supervise").await };
    assert_eq!(refused(desk.attempt(bureau, &id, bare).await), ["CAS-027"]);
    assert_eq!(desk.moves(bureau, &id, "supervise").await, "supervised");
}

/// As many voices of today as are taken.
async fn filled(desk: &Desk, number: &str) {
    let casework = &desk.office.casework;
    let ledger = desk.office.town.ledger();
    let (kind, matter, _) = store::find(ledger, number, &secret(ledger)).await.unwrap().unwrap();
    let mut change = ledger.change().await.unwrap();
    for at in 0..VOICES_PER_DAY_MAX {
        let number = format!("V-{at}");
        store::insert(&mut change, &number, &secret(ledger), kind, &matter, ledger.now().day()).await.unwrap();
    }
    change.commit(shuyu_ledger::Event::done(None, "voice.filed", matter.as_str())).await.unwrap();
    assert!(casework.voice(number, &secret(ledger)).await.unwrap().is_some());
}

#[tokio::test]
async fn so_many_voices_are_taken_on_a_day_and_the_next_day_again() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = super::desk::desk(&ledger).await;
    let about = || Some(desk.office.town.operator[0].organisation.to_string());
    let number = allowed(files(&desk, VoiceKind::Complaint, about()).await);
    filled(&desk, &number).await;
    assert_eq!(refused(files(&desk, VoiceKind::Complaint, about()).await), ["CAS-143"]);
    ledger.clock().advance_to(ledger.now().plus_days(1)).unwrap();
    allowed(files(&desk, VoiceKind::Complaint, about()).await);
}

pub(super) async fn codes_of_the_public() -> Vec<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "xianning-2025").await;
    let (office, town) = (&desk.office, &desk.office.town);
    let of = |actor: &shuyu_model::Actor| Some(actor.organisation.to_string());
    let mut seen = refused(files(&desk, VoiceKind::Complaint, of(&town.source[0])).await);
    let number = allowed(files(&desk, VoiceKind::Complaint, of(&town.operator[0])).await);
    filled(&desk, &number).await;
    seen.extend(refused(files(&desk, VoiceKind::Complaint, of(&town.operator[0])).await));
    let operator = town.operator[0].organisation.as_str();
    let id = desk.open(&town.bank[0], MatterKind::Complaint, operator).await;
    desk.moves(&town.regulators[0], &id, "receive").await;
    desk.moves(&town.regulators[0], &id, "investigate").await;
    seen.extend(desk.may_not(&town.regulators[0], &id, "overturn").await);
    let (case, at) = office.open_release().await;
    let nobody = office.casework.name_applicant(&town.operator[1], &case, &town.source[0].organisation).await;
    seen.extend(refused(nobody.unwrap()));
    office.approves(&town.operator[2], &case, "compliance_review").await;
    let given = crate::Opinion { number: None, ..opinion(Outcome::Refuse, at) };
    seen.extend(refused(office.casework.sign(&town.regulators[0], &case, "filing_receipt", given).await.unwrap()));

    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let town = &desk.office.town;
    seen.extend(refused(files(&desk, VoiceKind::Comment, None).await));
    let id = desk.open(&town.operator[0], MatterKind::Scheme, town.operator[0].organisation.as_str()).await;
    desk.moves(&town.operator[0], &id, "submit").await;
    seen.extend(desk.may_not(&town.regulators[0], &id, "approve_directly").await);
    let new = NewStance { stance: Stance::None, opinion: "无意见，请研究".into(), evidence: None };
    seen.extend(refused(desk.office.casework.give_opinion(&town.regulators[0], &id, new).await.unwrap()));
    seen
}
