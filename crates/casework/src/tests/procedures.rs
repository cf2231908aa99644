//! Each procedure of the rules, from its opening to what it ends in.

use shuyu_ledger::testing::ledgers;
use shuyu_model::UseKind;
use shuyu_model::regime::ProcedureKind;
use shuyu_registry::testing::{allowed, digest, fund_columns, new_resource, refused};
use shuyu_registry::{Act, AgreementKind, AgreementState, ResourceState, Scope};

use super::{office, opinion};
use crate::{CaseState, CaseworkError, Outcome};

#[tokio::test]
async fn a_resource_is_registered_after_its_notice_has_run_in_full() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, registry) = (&office.town, &office.town.registry);
        let new = new_resource("fund_accounts", fund_columns());
        let id = allowed(registry.draft_resource(&town.source[0], new).await.unwrap());
        let case = office.open(&town.source[0], ProcedureKind::ResourceRegistration, id.as_str()).await;

        let view = office.view(&case, &town.agency[0]).await;
        let due = view.steps[0].due.unwrap();
        assert_eq!(
            (due.day, due.is_estimated),
            (jiff::civil::date(2026, 6, 4), false),
            "{backend}: three working days"
        );
        assert_eq!(office.approves(&town.agency[0], &case, "acceptance").await, CaseState::Open);
        // The Dragon Boat Festival of 2026 is off from Friday 19 to Sunday 21 June.
        office.advance_to(2026, 6, 12);
        assert_eq!(office.approves(&town.agency[1], &case, "formal_review").await, CaseState::Open);

        let earliest = office.view(&case, &town.regulators[0]).await.steps[2].earliest.unwrap();
        assert_eq!(earliest.day, jiff::civil::date(2026, 6, 30), "{backend}: the day after ten working days");
        office.advance_to(2026, 6, 29);
        assert_eq!(office.may_not(&town.regulators[0], &case, "public_notice").await, ["CAS-007"]);
        assert!(office.casework.decision(&case).await.unwrap().is_none());
        office.advance_to(2026, 6, 30);
        assert_eq!(
            office.approves(&town.regulators[0], &case, "public_notice").await,
            CaseState::Approved,
            "{backend}"
        );

        let resource = registry.resource(&id).await.unwrap().unwrap();
        assert_eq!(resource.state, ResourceState::Registered);
        assert_eq!(resource.registered_until.unwrap().day(), jiff::civil::date(2029, 6, 30));
        let decision = office.casework.decision(&case).await.unwrap().unwrap();
        assert_eq!((decision.subject(), decision.subject_digest()), (id.as_str(), office.digest_of(&case).await));
        let steps: Vec<&str> = decision.signers().iter().map(|signature| signature.step.as_str()).collect();
        assert_eq!(steps, ["acceptance", "formal_review", "public_notice"]);
        assert_eq!((decision.regime(), decision.clause()), ("changsha-2026@1", "三(二)1"));
    }
}

#[tokio::test]
async fn an_operator_agreement_needs_minutes_and_both_signatures_and_is_filed() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, registry) = (&office.town, &office.town.registry);
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let operator = town.operator[0].organisation.clone();
        let (from, until) = (jiff::civil::date(2026, 6, 1), jiff::civil::date(2031, 5, 31));
        let new = town.new_agreement(AgreementKind::Operator, operator, vec![fund], None, from, until);
        let id = allowed(registry.draft_agreement(&town.agency[0], new).await.unwrap());
        let case = office.open_chosen(id.as_str()).await;

        assert_eq!(
            office.may_not(&town.agency[0], &case, "collective_decision").await,
            ["CAS-005", "CAS-008"],
            "{backend}"
        );
        let mut decided = opinion(Outcome::Approve, office.digest_of(&case).await);
        decided.evidence = Some(digest(&ledger, "minutes"));
        let _ = allowed(office.casework.sign(&town.agency[1], &case, "collective_decision", decided).await.unwrap());
        assert_eq!(
            office.may_not(&town.other_operator[0], &case, "operator_signature").await,
            ["CAS-004"],
            "{backend}"
        );
        office.approves(&town.operator[0], &case, "operator_signature").await;
        assert_eq!(office.approves(&town.agency[1], &case, "agency_signature").await, CaseState::Approved);
        assert_eq!(registry.agreement(&id).await.unwrap().unwrap().state, AgreementState::InForce);

        let filings = office.view(&case, &town.agency[0]).await.filings;
        let [filing] = &filings[..] else { panic!("{filings:?}") };
        assert_eq!(
            (filing.to, filing.due_day, filing.filed_at),
            (shuyu_model::regime::words::Body::Regulator, jiff::civil::date(2026, 6, 15), None)
        );
        assert_eq!(office.casework.open_filings(10).await.unwrap().1, 1);
        let file = |actor| office.casework.file(actor, &case, shuyu_model::regime::words::Body::Regulator, None);
        assert_eq!(refused(file(&town.operator[0]).await.unwrap()), ["CAS-014"]);
        allowed(file(&town.agency[2]).await.unwrap());
        assert!(matches!(file(&town.agency[2]).await, Err(CaseworkError::Conflict { .. })), "{backend}");
        assert_eq!(office.casework.open_filings(10).await.unwrap(), (Vec::new(), 0));
    }
}

#[tokio::test]
async fn a_scenario_and_a_development_agreement_open_the_way_for_an_entity() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, registry) = (&office.town, &office.town.registry);
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 5).await;
        let new = town.new_scenario("公积金核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]);
        let scenario = allowed(registry.draft_scenario(&town.operator[0], new).await.unwrap());
        let scope = || Scope::of(scenario.clone());
        let compute = registry.permit(&town.operator[0], Act::Compute, &scope()).await.unwrap();
        assert_eq!(refused(compute), ["REG-008"], "{backend}");

        let case = office.open(&town.operator[0], ProcedureKind::Scenario, scenario.as_str()).await;
        assert_eq!(office.approves(&town.agency[0], &case, "compliance_review").await, CaseState::Approved);
        let _permit = allowed(registry.permit(&town.operator[0], Act::Compute, &scope()).await.unwrap());

        let bank = town.bank[0].organisation.clone();
        town.admit(&bank).await;
        let (from, until) = (jiff::civil::date(2026, 6, 1), jiff::civil::date(2027, 5, 31));
        let new = town.new_agreement(AgreementKind::Development, bank, Vec::new(), Some(scenario.clone()), from, until);
        let id = allowed(registry.draft_agreement(&town.operator[0], new).await.unwrap());
        let case = office.open(&town.operator[0], ProcedureKind::DevelopmentAgreement, id.as_str()).await;
        assert_eq!(office.approves(&town.operator[1], &case, "operator_signature").await, CaseState::Open);
        let uses = registry.permit(&town.bank[0], Act::Use, &scope()).await.unwrap();
        assert_eq!(refused(uses), ["REG-006", "REG-012"], "{backend}: one signature is no agreement");
        assert_eq!(office.approves(&town.bank[1], &case, "entity_signature").await, CaseState::Approved);
        let _permit = allowed(registry.permit(&town.bank[0], Act::Use, &scope()).await.unwrap());
    }
}

#[tokio::test]
async fn a_subject_that_changes_on_the_way_is_returned_and_submitted_again() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let (town, registry) = (&office.town, &office.town.registry);
        let new = || new_resource("fund_accounts", fund_columns());
        let id = allowed(registry.draft_resource(&town.source[0], new()).await.unwrap());
        let kind = ProcedureKind::ResourceRegistration;
        let case = office.open(&town.source[0], kind, id.as_str()).await;
        office.approves(&town.agency[0], &case, "acceptance").await;
        let mut changed = new();
        changed.description = "and one more thing".into();
        allowed(registry.revise_resource(&town.source[1], &id, changed).await.unwrap());

        assert_eq!(office.may_not(&town.agency[0], &case, "formal_review").await, ["CAS-010"], "{backend}");
        assert_eq!(office.says(&town.agency[0], &case, "formal_review", Outcome::Return).await, CaseState::Returned);
        let before = office.digest_of(&case).await;
        let now = registry.subject(kind, id.as_str()).await.unwrap().unwrap().digest;
        let resubmit = |actor, seen| office.casework.resubmit(actor, &case, seen);
        assert_eq!(refused(resubmit(&town.source[0], before).await.unwrap()), ["CAS-009"]);
        assert_eq!(refused(resubmit(&town.other_source[0], now).await.unwrap()), ["CAS-011"]);
        assert_eq!(allowed(resubmit(&town.source[0], now).await.unwrap()), CaseState::Open);
        let view = office.view(&case, &town.source[0]).await;
        assert_eq!((view.turn, view.subject_digest, view.discarded.len()), (2, now, 2), "{backend}");
        assert!(view.steps.iter().all(|step| step.opinions.is_empty()), "what was signed no longer counts");
        assert_eq!(office.approves(&town.agency[0], &case, "acceptance").await, CaseState::Open);
    }
}
