//! Amendments of agreements before a case: who signs them, on what they rest, what they
//! change, and what is owed when the rules have changed.

use std::collections::BTreeMap;

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::CryptoProfile;
use shuyu_model::id::{AmendmentId, ResourceId};
use shuyu_model::regime::ProcedureKind;
use shuyu_registry::testing::{fund_columns, regime_of, town_under};
use shuyu_registry::{Act, AgreementKind, NewAmendment, NewOverride, Scope};

use super::desk::{Desk, desk, furnished};
use super::shipped_matters::desk_under;
use super::*;
use crate::{ObligationKind, ObligationState, ResultFilter, testing};

fn amendment(ledger: &Ledger) -> NewAmendment {
    NewAmendment {
        resources: None,
        until: None,
        document_digest: digest(ledger, "as amended"),
        scheme: None,
        shares: None,
        term_reason: None,
        contents: BTreeMap::from([("数据安全".to_owned(), "每年检查两次".to_owned())]),
        targets: None,
        reason: "双方依据新规定变更".into(),
        rule_change: None,
    }
}

impl Desk {
    async fn amending(&self, new: NewAmendment) -> AmendmentId {
        let town = &self.office.town;
        allowed(town.registry.draft_amendment(&town.agency[0], &self.agreement, new).await.unwrap())
    }

    async fn case_on_amendment(&self, kind: ProcedureKind, id: &AmendmentId) -> Result<CaseId, Vec<String>> {
        let town = &self.office.town;
        let seen = town.registry.subject(kind, id.as_str()).await.unwrap().unwrap().digest;
        let opened = self.office.casework.open(&town.agency[0], kind, id.as_str(), seen, Vec::new()).await.unwrap();
        opened.into_result().map_err(|reasons| reasons.iter().map(|reason| reason.code.to_string()).collect())
    }

    /// The other half of an agreement on two resources goes.
    async fn narrower(&self) -> (NewAmendment, ResourceId) {
        let town = &self.office.town;
        let other = town.resource("other", fund_columns()).await;
        let narrower = NewAmendment { resources: Some(vec![other.clone()]), ..amendment(self.office.town.ledger()) };
        (narrower, other)
    }
}

#[tokio::test]
async fn both_parties_sign_an_amendment_and_what_it_takes_out_of_the_scope_is_refused_at_once() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (town, office) = (&desk.office.town, &desk.office);
        let (kind, operator) = (ProcedureKind::AgreementAmendment, &town.operator[0]);
        let compute = async || {
            let scope = Scope::of(desk.scenario.clone());
            town.registry.permit(operator, Act::Compute, &scope).await.unwrap()
        };
        testing::rested(&office.casework, &town.agency[0], &town.agency[3]).await;
        let (narrower, _) = desk.narrower().await;
        let id = desk.amending(narrower).await;
        assert_eq!(
            desk.case_on_amendment(kind, &id).await.unwrap_err(),
            ["CAS-173"],
            "{backend}: a scope rests on an assessment"
        );
        testing::assessed(&office.casework, &town.agency[0], &operator.organisation).await;
        let case = desk.case_on_amendment(kind, &id).await.unwrap();
        let (filter, page) = (ResultFilter::default(), Page::first());
        let results = office.casework.assessment_results(&town.agency[0], &filter, &page).await.unwrap();
        assert_eq!(results.items[0].used_by, [case.to_string()], "{backend}: and names it");
        let permit = allowed(compute().await);
        let codes = office.may_not(&town.agency[1], &case, "agency_signature").await;
        assert!(codes.contains(&"CAS-002".to_owned()), "{backend}: {codes:?}");
        office.approves(operator, &case, "operator_signature").await;
        assert!(permit.is_live(), "{backend}: the agency has not signed");
        assert_eq!(office.approves(&town.agency[1], &case, "agency_signature").await, CaseState::Approved, "{backend}");
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(refused(compute().await), ["REG-016"], "{backend}");
        let after = town.registry.agreement(&desk.agreement).await.unwrap().unwrap();
        assert_eq!(after.version, 2, "{backend}");
        assert!(after.authors.contains(&town.agency[0].person), "{backend}");
        // What was signed is what it is: nothing is signed for it twice.
        assert_eq!(desk.case_on_amendment(kind, &id).await.unwrap_err(), ["CAS-010"], "{backend}");
    }
}

#[tokio::test]
async fn an_amendment_of_words_alone_rests_on_no_assessment_and_keeps_the_scheme_and_the_term() {
    for (code, kind) in [
        ("changsha-2026", ProcedureKind::AgreementAmendment),
        ("changchun-2025", ProcedureKind::OperatorAgreement),
        ("xianning-2025", ProcedureKind::OperatorAgreement),
        ("luohu-2025", ProcedureKind::OperatorAgreement),
    ] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town_under(&ledger, regime_of(&ledger, code)).await;
        let casework = Casework::new(town.registry.clone(), rules::shipped(code).unwrap().calendar);
        let years = town.registry.regime().agreement.years_max.value;
        let desk = furnished(Office { town, casework }, years).await;
        let town = &desk.office.town;
        testing::rested(&desk.office.casework, &town.agency[0], &town.agency[3]).await;
        let id = desk.amending(amendment(&ledger)).await;
        let opened = desk.case_on_amendment(kind, &id).await;
        assert!(opened.is_ok(), "{code}: {opened:?}");
        let unknown = NewAmendment { scheme: Some(ledger.new_id()), ..amendment(&ledger) };
        let unknown = NewAmendment { document_digest: digest(&ledger, "other"), ..unknown };
        let id = desk.amending(unknown).await;
        let codes = desk.case_on_amendment(kind, &id).await.unwrap_err();
        assert!(codes.contains(&"CAS-082".to_owned()), "{code}: an amended scheme is one in force: {codes:?}");
    }
}

#[tokio::test]
async fn who_gave_an_agreement_owes_its_amendment_or_a_finding_after_a_change_of_rules() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "luohu-2025").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let owed = async || {
        let all = casework.obligations(&town.agency[0], &Page::first()).await.unwrap().items;
        let of: Vec<_> = all.into_iter().filter(|one| one.kind == ObligationKind::Amendment).collect();
        of.into_iter().map(|one| (one.about, one.what, one.state)).collect::<Vec<_>>()
    };
    assert_eq!(owed().await, []);
    ledger.clock().advance_to(ledger.now().plus_days(1)).unwrap();
    let new = NewOverride {
        key: "resource.registration_years".into(),
        value: 2.into(),
        issuer: "省数据局".into(),
        rule: "省数〔2026〕3号".into(),
        first_day: ledger.now().day(),
        document: digest(&ledger, "higher rule"),
    };
    allowed(town.registry.enter_override(&town.regulators[0], new).await.unwrap());
    let row = |state| (desk.agreement.to_string(), "override-1".to_owned(), state);
    assert_eq!(owed().await, [row(ObligationState::Open)]);
    ledger.clock().advance_to(ledger.now().plus_days(91)).unwrap();
    assert_eq!(owed().await, [row(ObligationState::Overdue)]);
    let found = shuyu_registry::NewAgreementFinding {
        rule_change: "override-1".into(),
        reason: "协议不涉及登记有效期".into(),
        evidence: None,
    };
    allowed(town.registry.find_no_change(&town.agency[0], &desk.agreement, found).await.unwrap());
    assert_eq!(owed().await, [row(ObligationState::Late)]);
}

#[tokio::test]
async fn the_copy_of_a_development_agreement_that_is_filed_opens_development() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "luohu-2025").await;
    let (town, office) = (&desk.office.town, &desk.office);
    let (operator, bank) = (&town.operator, &town.bank);
    let from = ledger.now().day();
    let until = town.registry.agreement(&desk.agreement).await.unwrap().unwrap().until;
    let (kind, scenario) = (AgreementKind::Development, Some(desk.scenario.clone()));
    let new = town.new_agreement(kind, bank[0].organisation.clone(), Vec::new(), scenario, from, until);
    allowed(town.registry.terminate_agreement(&operator[0], &desk.development, "breach").await.unwrap());
    let id = allowed(town.registry.draft_agreement(&operator[0], new).await.unwrap());
    let case = office.open(&operator[0], ProcedureKind::DevelopmentAgreement, id.as_str()).await;
    office.approves(&operator[1], &case, "operator_signature").await;
    assert_eq!(office.approves(&bank[1], &case, "entity_signature").await, CaseState::Approved);
    let scope = Scope::of(desk.scenario.clone());
    let develops = async || town.registry.permit(&bank[0], Act::Compute, &scope).await.unwrap();
    assert_eq!(refused(develops().await), ["REG-154"]);
    allowed(office.casework.file(&operator[0], &case, shuyu_model::regime::words::Body::Agency, None).await.unwrap());
    allowed(develops().await);
}
