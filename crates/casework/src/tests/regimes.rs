//! Each of the five regimes' procedures can be walked to its end, by the people that
//! its document names and in its order.

use std::collections::BTreeSet;

use shuyu_ledger::testing::sqlite;
use shuyu_model::regime::{ProcedureKind, Step};
use shuyu_model::{CryptoProfile, Role, UseKind};
use shuyu_registry::testing::{allowed, digest, fund_columns, new_resource, refused, regime_of, scheme_id};
use shuyu_registry::{AgreementKind, AgreementState, ResourceState, ScenarioState};

use super::*;

impl Office {
    fn people(&self, role: Role) -> &[Actor] {
        match role {
            Role::Regulator => &self.town.regulators,
            Role::Agency => &self.town.agency,
            Role::Source => &self.town.source,
            Role::Operator => &self.town.operator,
            Role::Processor => &self.town.processor,
            Role::Entity => &self.town.bank,
            _ => &[],
        }
    }

    /// Has a step signed by as many people as it asks for, with the paper that it asks
    /// for, on the first day on which it can be signed.
    pub(super) async fn walk(&self, case: &CaseId, step: &Step) {
        let view = self.view(case, &self.town.regulators[0]).await;
        let open = view.steps.iter().find(|known| known.step == step.step).unwrap();
        if let Some(earliest) = open.earliest {
            let noon = Time::at_start_of(earliest.day).plus_micros(12 * 3_600_000_000);
            self.town.ledger().clock().advance_to(noon.max(self.town.ledger().now())).unwrap();
        }
        let mut left = step.signatures;
        for actor in self.people(step.by) {
            if left == 0 {
                return;
            }
            let mut approval = opinion(Outcome::Approve, self.digest_of(case).await);
            approval.said.findings = step.findings.iter().map(|key| (key.clone(), true)).collect();
            approval.evidence = step.evidence.as_ref().map(|paper| digest(self.town.ledger(), paper));
            let signed = self.casework.sign(actor, case, &step.step, approval).await.unwrap();
            left -= u8::from(signed.into_result().is_ok());
        }
        assert_eq!(left, 0, "nobody is left to sign `{}` of {:?}", step.step, view.procedure);
    }

    /// Opens a case and has every step signed, those of departments by these people.
    pub(super) async fn decide_by(&self, opener: &Actor, kind: ProcedureKind, subject: &str, source: &[Actor]) {
        let case = self.open(opener, kind, subject).await;
        let procedure = self.town.registry.regime().procedure[&kind].clone();
        for step in &procedure.steps {
            if step.by == Role::Source {
                self.approves(&source[0], &case, &step.step).await;
            } else {
                self.walk(&case, step).await;
            }
        }
        assert_eq!(self.view(&case, &self.town.regulators[0]).await.state, CaseState::Approved);
    }

    /// Opens a case and walks all of its steps; nobody else can skip one.
    async fn decide(&self, opener: &Actor, kind: ProcedureKind, subject: &str) {
        let case = self.open(opener, kind, subject).await;
        self.walk_all(&case, kind).await;
    }

    async fn walk_all(&self, case: &CaseId, kind: ProcedureKind) {
        let regime = self.town.registry.regime_arc();
        let procedure = &regime.procedure[&kind];
        if let [_, .., last] = procedure.steps.as_slice() {
            let codes = self.may_not(&self.people(last.by)[0], case, &last.step).await;
            assert!(codes.contains(&"CAS-002".to_owned()), "{}: {kind:?} skips: {codes:?}", regime.code);
        }
        for step in &procedure.steps {
            self.walk(case, step).await;
        }
        let view = self.view(case, &self.town.regulators[0]).await;
        assert_eq!(view.state, CaseState::Approved, "{}: {kind:?}", regime.code);
        let copies = procedure.file.iter().flat_map(|file| file.recipients()).count();
        assert_eq!(view.filings.len(), copies, "{}: {kind:?}", regime.code);
        let decision = self.casework.decision(case).await.unwrap().unwrap();
        assert_eq!((decision.regime(), decision.clause()), (regime.stamp().as_str(), procedure.source.as_str()));
    }
}

async fn walk_everything(code: &str) {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = shuyu_registry::testing::town_under(&ledger, regime_of(&ledger, code)).await;
    let calendar = rules::shipped(code).unwrap().calendar;
    let casework = Casework::new(town.registry.clone(), calendar);
    let office = Office { town, casework };
    let (town, registry) = (&office.town, &office.town.registry);

    let new = new_resource("fund_accounts", fund_columns());
    let fund = allowed(registry.draft_resource(&town.source[0], new).await.unwrap());
    office.decide(&town.source[0], ProcedureKind::ResourceRegistration, fund.as_str()).await;
    assert_eq!(registry.resource(&fund).await.unwrap().unwrap().state, ResourceState::Registered, "{code}");
    town.found_clear(&fund).await;
    town.told_all(&fund).await;

    let from = ledger.now().day();
    let until = from.saturating_add(jiff::Span::new().years(1));
    let operator = town.operator[0].organisation.clone();
    let new =
        town.new_agreement(AgreementKind::Operator, operator, vec![fund.clone()], None, from, town.last_day(from));
    let agreement = allowed(registry.draft_agreement(&town.agency[0], new).await.unwrap());
    crate::testing::selected(&office.casework, &town.agency[0], &town.agency[3], &town.operator[0].organisation).await;
    office.decide(&town.agency[0], ProcedureKind::OperatorAgreement, agreement.as_str()).await;

    let mut new = town.new_scenario("公积金核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]);
    new.plan.scheme = new.plan.scheme.map(|_| scheme_id());
    let scenario = allowed(registry.draft_scenario(town.drafter(), new).await.unwrap());
    office.decide(&town.operator[0], ProcedureKind::Scenario, scenario.as_str()).await;
    assert_eq!(registry.scenario(&scenario).await.unwrap().unwrap().state, ScenarioState::Approved, "{code}");

    let (bank, of) = (town.bank[0].organisation.clone(), Some(scenario));
    let new = town.new_agreement(AgreementKind::Development, bank, Vec::new(), of, from, until);
    let development = allowed(registry.draft_agreement(&town.operator[0], new).await.unwrap());
    office.decide(&town.operator[0], ProcedureKind::DevelopmentAgreement, development.as_str()).await;
    let state = registry.agreement(&development).await.unwrap().unwrap().state;
    assert_eq!(state, AgreementState::InForce, "{code}");

    if registry.regime().has_role(Role::Processor) {
        let processor = town.processor[0].organisation.clone();
        let new = town.new_agreement(AgreementKind::Processing, processor, vec![fund], None, from, until);
        let processing = allowed(registry.draft_agreement(&town.agency[0], new).await.unwrap());
        let processor = &town.processor[0].organisation;
        let chosen_as = shuyu_model::candidacy::ChosenAs::Processor;
        crate::testing::selected_as(&office.casework, &town.agency[0], &town.agency[3], processor, chosen_as).await;
        office.decide(&town.agency[0], ProcedureKind::ProcessorAgreement, processing.as_str()).await;
        let state = registry.agreement(&processing).await.unwrap().unwrap().state;
        assert_eq!(state, AgreementState::InForce, "{code}");
    }

    let (release, _) = office.open_release().await;
    office.walk_all(&release, ProcedureKind::Release).await;
}

#[tokio::test]
async fn every_procedure_of_every_regime_ends_as_its_document_says() {
    for code in rules::codes() {
        walk_everything(code).await;
    }
}

/// 一场景一审核: in Xianning each department that provides data signs, and no other.
#[tokio::test]
async fn each_department_that_provides_reviews_and_none_for_another() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = shuyu_registry::testing::town_under(&ledger, regime_of(&ledger, "xianning-2025")).await;
    let calendar = rules::shipped("xianning-2025").unwrap().calendar;
    let casework = Casework::new(town.registry.clone(), calendar);
    let office = Office { town, casework };
    let town = &office.town;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let parking = new_resource("parking", fund_columns());
    let parking = allowed(town.registry.draft_resource(&town.other_source[0], parking).await.unwrap());
    town.register(&parking).await;
    let agreement = town.agreement(&[fund.clone(), parking.clone()], 1).await;
    let fields: &[(&_, &[&str])] = &[(&fund, &["balance"]), (&parking, &["balance"])];
    let new = town.new_scenario("公积金核验", UseKind::Industry, &agreement, fields);
    let scenario = allowed(town.registry.draft_scenario(&town.operator[0], new).await.unwrap());
    let case = office.open(&town.operator[0], ProcedureKind::Scenario, scenario.as_str()).await;
    let view = office.view(&case, &town.regulators[0]).await;
    let titles: BTreeSet<&str> = view.steps.iter().map(|step| step.title.as_str()).collect();
    let expected =
        ["市政数局审核", "数据提供单位审核（江城市住房公积金管理中心）", "数据提供单位审核（江城市城市管理局）"];
    assert_eq!(titles, BTreeSet::from(expected));
    assert!(view.steps[0].title.ends_with("局）") || view.steps[0].title.ends_with("中心）"), "departments first");
    let first_is_fund = view.steps[0].party.as_ref() == Some(&town.source[0].organisation);
    let (first, second) =
        if first_is_fund { (&town.source, &town.other_source) } else { (&town.other_source, &town.source) };

    let seen = office.digest_of(&case).await;
    let sign = |actor, step| office.casework.sign(actor, &case, step, opinion(Outcome::Approve, seen));
    assert_eq!(refused(sign(&second[0], "provider_review").await.unwrap()), ["CAS-004"]);
    assert_eq!(office.inbox(&first[0], 9).await.total, 1);
    assert_eq!(office.inbox(&second[0], 9).await.total, 0);
    assert_eq!(refused(sign(&town.regulators[0], "regulator_review").await.unwrap()), ["CAS-002"]);
    assert_eq!(allowed(sign(&first[0], "provider_review").await.unwrap()), CaseState::Open);
    assert_eq!(refused(sign(&first[1], "provider_review_2").await.unwrap()), ["CAS-004"]);
    assert_eq!(office.inbox(&second[0], 9).await.total, 1);
    assert_eq!(allowed(sign(&second[0], "provider_review_2").await.unwrap()), CaseState::Open);
    assert_eq!(allowed(sign(&town.regulators[0], "regulator_review").await.unwrap()), CaseState::Approved);
}
