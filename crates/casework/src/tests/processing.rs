//! A processor apart: its agreement's case, and who reviews what it computed.

use std::collections::BTreeSet;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{CandidateId, MatterId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{CryptoProfile, Role, UseKind};
use shuyu_registry::testing::{allowed, digest, fund_columns, refused, regime_of, town_under};
use shuyu_registry::{Act, AgreementState, Page, Scope, rules};

use super::Office;
use crate::matter::Facts;
use crate::{CaseState, Casework, NewMatter, Obligation, ObligationKind, Outcome};

/// An office under the one document that has a processor.
pub(super) async fn apart(ledger: &shuyu_ledger::Ledger) -> Office {
    let code = "changsha-2023";
    let town = town_under(ledger, regime_of(ledger, code)).await;
    let casework = Casework::new(town.registry.clone(), rules::shipped(code).unwrap().calendar);
    Office { town, casework }
}

/// What the review of a processor's result refuses to the processor.
pub(super) async fn codes_of_a_processor_that_reviews_itself() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = apart(&ledger).await;
    let (case, _) = office.open_release().await;
    // Of the organisation that computed it.
    let mut seen: BTreeSet<String> =
        office.may_not(&office.town.processor[0], &case, "operator_check").await.into_iter().collect();
    let operator = office.town.operator[0].organisation.to_string();
    let matter = overdue(&office, &operator).await;
    let refused = office.moves(&office.town.regulators[0], &matter, "cancel_permissions", 3).await;
    seen.extend(refused.unwrap_err());
    seen
}

/// A rectification that its organisation has let pass.
async fn overdue(office: &Office, subject: &str) -> MatterId {
    let new = NewMatter {
        cites: Vec::new(),
        kind: MatterKind::Rectification,
        subject: subject.to_owned(),
        counterparty: None,
        title: "超范围加工整改".into(),
        facts: Facts::from(
            [
                ("finding", "超授权范围加工使用数据"),
                ("violation", "use_beyond_scope"),
                ("finding_paper", "检查记录第3号"),
            ]
            .map(|(key, told)| (key.to_owned(), told.to_owned())),
        ),
    };
    let regulator = &office.town.regulators[0];
    let id = allowed(office.casework.open_matter(regulator, new).await.unwrap());
    office.moves(regulator, &id, "order", 1).await.unwrap();
    let clock = office.town.ledger().clock();
    clock.advance_to(office.town.ledger().now().plus_days(60)).unwrap();
    office.casework.sweep(office.town.ledger().now()).await.unwrap();
    id
}

#[tokio::test]
async fn a_processor_that_does_not_rectify_in_time_loses_its_permissions_and_the_operator_keeps_its_own() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = apart(&ledger).await;
        let town = &office.town;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 3).await;
        let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["district"])]).await;
        let processing = town.processing(std::slice::from_ref(&fund)).await;
        town.order(&scenario, &processing, &["report"]).await;
        let scope = Scope::of(scenario);
        let processor = &town.processor[0];
        let permit = allowed(town.registry.permit(processor, Act::Compute, &scope).await.unwrap());
        let matter = overdue(&office, processor.organisation.as_str()).await;
        assert!(permit.is_live(), "{backend}: an order to rectify suspends nothing here");
        let state = office.moves(&town.regulators[0], &matter, "cancel_permissions", 3).await;
        assert_eq!(state.unwrap(), "permissions_cancelled", "{backend}");
        assert!(!permit.is_live(), "{backend}");
        let refused = refused(town.registry.permit(processor, Act::Compute, &scope).await.unwrap());
        assert_eq!(refused, ["REG-007"], "{backend}");
        let operators = town.registry.agreement(&agreement).await.unwrap().unwrap();
        assert_eq!(operators.state, AgreementState::InForce, "{backend}");
    }
}

#[tokio::test]
async fn a_processor_is_assessed_every_year_and_an_operator_applies_anew_three_months_before_its_end() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = apart(&ledger).await;
    let town = &office.town;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 3).await;
    let processing = town.processing(std::slice::from_ref(&fund)).await;
    let owed = || async {
        let listed = office.casework.obligations(&town.regulators[0], &Page::first()).await.unwrap().items;
        let of = |owed: &Obligation| {
            let kind = matches!(owed.kind, ObligationKind::Assessment | ObligationKind::Renewal);
            kind.then(|| (owed.about.clone(), owed.due_day.to_string(), owed.clause.clone()))
        };
        listed.iter().filter_map(of).collect::<Vec<_>>()
    };
    // The town begins on Monday 1 June 2026.
    let expected = [
        (processing.to_string(), "2027-05-31".to_owned(), "changsha-2023 19".to_owned()),
        (agreement.to_string(), "2029-02-28".to_owned(), "changsha-2023 22".to_owned()),
    ];
    assert_eq!(owed().await, expected);
    town.agreement(std::slice::from_ref(&fund), 4).await;
    let renewed = owed().await;
    assert!(!renewed.iter().any(|(about, ..)| *about == agreement.to_string()), "it has a longer one: {renewed:?}");
    assert_eq!(renewed.len(), 2, "which asks for its own in time");
}

#[tokio::test]
async fn what_a_processor_computed_is_checked_by_the_operator_that_ordered_it_and_by_nobody_of_the_processor() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = apart(&ledger).await;
        let (town, casework) = (&office.town, &office.casework);
        let (case, _) = office.open_release().await;
        let view = office.view(&case, &town.regulators[0]).await;
        assert_eq!(view.opener, town.processor[1].organisation, "{backend}: it hands it over");
        for person in &town.processor {
            let codes = office.may_not(person, &case, "operator_check").await;
            assert!(codes.contains(&"CAS-080".to_owned()), "{backend}: {codes:?}");
        }
        let other = office.may_not(&town.other_operator[0], &case, "operator_check").await;
        assert_eq!(other, ["CAS-004"], "{backend}: another operator did not order it");
        office.approves(&town.operator[0], &case, "operator_check").await;
        office.approves(&town.regulators[0], &case, "approval").await;
        assert_eq!(office.says(&town.regulators[1], &case, "approval", Outcome::Approve).await, CaseState::Approved);

        let candidate: CandidateId = ledger.new_id();
        let seen = digest(&ledger, "a result");
        let own = casework.open(&town.operator[0], ProcedureKind::Release, candidate.as_str(), seen, Vec::new()).await;
        assert_eq!(refused(own.unwrap()), ["CAS-011"], "{backend}: the operator does not compute");
    }
}

#[tokio::test]
async fn a_processing_agreement_is_signed_by_both_after_the_government_has_decided() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = apart(&ledger).await;
    let town = &office.town;
    let procedure = &town.registry.regime().procedure[&ProcedureKind::ProcessorAgreement];
    let signers: Vec<Role> = procedure.steps.iter().map(|step| step.by).collect();
    assert_eq!(signers, [Role::Agency, Role::Processor, Role::Agency]);
    assert_eq!(procedure.steps[0].evidence.as_deref(), Some("government_decision"));
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let (today, grantee) = (ledger.now().day(), town.processor[0].organisation.clone());
    let kind = shuyu_registry::AgreementKind::Processing;
    let new = town.new_agreement(kind, grantee, vec![fund], None, today, today);
    let id = allowed(town.registry.draft_agreement(&town.agency[0], new).await.unwrap());
    let wrong = town.registry.subject(ProcedureKind::OperatorAgreement, id.as_str()).await;
    assert!(wrong.unwrap_err().to_string().contains("processing"), "its procedure is another");
}
