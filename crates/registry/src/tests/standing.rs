//! What suspends, ends and admits, on real databases: permits die in the same turn.

use shuyu_ledger::testing::ledgers;
use shuyu_ledger::{Event, Ledger};
use shuyu_model::id::{AgreementId, MatterId, OrganisationId, ScenarioId};
use shuyu_model::{UseKind, Verdict};

use crate::testing::{Town, allowed, fund_columns, refused, regime, town};
use crate::{Act, AdmissionState, Permit, Registry, Scope, Turn, enact};

struct Set {
    town: Town,
    agreement: AgreementId,
    scenario: ScenarioId,
}

async fn set(ledger: &Ledger) -> Set {
    let town = town(ledger).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 5).await;
    let scenario = town.scenario("公积金核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
    town.development(&town.bank[0].organisation, &scenario).await;
    Set { town, agreement, scenario }
}

impl Set {
    async fn asks(&self, registry: &Registry, act: Act) -> Verdict<Permit> {
        let actor = if act == Act::Use { &self.town.bank[0] } else { &self.town.operator[0] };
        registry.permit(actor, act, &Scope::of(self.scenario.clone())).await.unwrap()
    }

    async fn turn(&self) -> Turn {
        self.town.registry.turn().await.unwrap()
    }
}

async fn done(turn: Turn) {
    turn.commit(Event::done(None, "matter.moved", "")).await.unwrap();
}

#[tokio::test]
async fn what_two_matters_suspend_lives_again_when_both_let_go() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger).await;
        let registry = &set.town.registry;
        let operator = set.town.operator[0].organisation.clone();
        let (first, second): (MatterId, MatterId) = (ledger.new_id(), ledger.new_id());
        let permits = [allowed(set.asks(registry, Act::Compute).await), allowed(set.asks(registry, Act::Use).await)];
        // By the agreement itself, and by the organisation that has it.
        for (subject, ground) in [(set.agreement.as_str(), &first), (operator.as_str(), &second)] {
            let mut turn = set.turn().await;
            let rests = enact::suspended(&mut turn, subject, ground).await.unwrap();
            assert_eq!(rests, [set.agreement.to_string()], "{backend}");
            done(turn).await;
        }
        assert!(permits.iter().all(|permit| !permit.is_live()), "{backend}");
        assert!(registry.suspended_since(set.agreement.as_str()).await.unwrap().is_some());
        for (ground, expected) in [(&second, vec!["REG-029"]), (&first, vec![])] {
            let mut turn = set.turn().await;
            assert_eq!(enact::resumed(&mut turn, ground).await.unwrap(), [set.agreement.to_string()]);
            done(turn).await;
            match set.asks(registry, Act::Compute).await {
                Verdict::Allow(permit) => assert!(permit.is_live() && expected.is_empty(), "{backend}"),
                verdict => assert_eq!(refused(verdict), expected, "{backend}"),
            }
        }
        // Suspended once more by one that had let go.
        let mut turn = set.turn().await;
        enact::suspended(&mut turn, set.agreement.as_str(), &first).await.unwrap();
        done(turn).await;
        assert_eq!(refused(set.asks(registry, Act::Compute).await), ["REG-029"], "{backend}");
    }
}

#[tokio::test]
async fn a_scenario_rests_alone_and_what_is_read_anew_knows_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger).await;
        let permit = allowed(set.asks(&set.town.registry, Act::Use).await);
        let mut turn = set.turn().await;
        let ground: MatterId = ledger.new_id();
        let rests = enact::suspended(&mut turn, set.scenario.as_str(), &ground).await.unwrap();
        assert_eq!(rests, [set.scenario.to_string()], "{backend}");
        done(turn).await;
        assert!(!permit.is_live(), "{backend}");
        let anew = Registry::new(ledger.clone(), regime());
        assert_eq!(refused(set.asks(&anew, Act::Compute).await), ["REG-030"], "{backend}");
        assert_eq!(refused(set.asks(&set.town.registry, Act::Use).await), ["REG-030"], "{backend}");
    }
}

#[tokio::test]
async fn an_agreement_ended_by_a_matter_is_ended_at_once_and_only_once() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger).await;
        let permit = allowed(set.asks(&set.town.registry, Act::Use).await);
        for expected in [vec![set.agreement.to_string()], Vec::new()] {
            let mut turn = set.turn().await;
            // A scenario stands for the operator agreement that it rests on.
            let ended = enact::access_ended(&mut turn, set.scenario.as_str(), "breach").await.unwrap();
            assert_eq!(ended, expected, "{backend}");
            done(turn).await;
        }
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(refused(set.asks(&set.town.registry, Act::Compute).await), ["REG-007"], "{backend}");
        assert!(set.town.registry.terms().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn where_admission_is_required_only_the_admitted_are_served() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger).await;
        let registry = set.town.registry.clone();
        let (bank, operator) = (&set.town.bank[0].organisation, &set.town.operator[0].organisation);
        assert!(allowed(set.asks(&registry, Act::Compute).await).is_live(), "{backend}: no entity, no admission");
        let mut last: Option<Permit> = None;
        for state in
            [AdmissionState::Admitted, AdmissionState::Suspended, AdmissionState::Admitted, AdmissionState::Removed]
        {
            let mut turn = registry.turn().await.unwrap();
            let ground: MatterId = ledger.new_id();
            enact::admission(&mut turn, bank, operator, state, &ground).await.unwrap();
            done(turn).await;
            assert!(last.take().is_none_or(|permit| !permit.is_live()), "{backend}");
            match set.asks(&registry, Act::Use).await {
                Verdict::Allow(permit) => {
                    assert_eq!(state, AdmissionState::Admitted);
                    last = Some(permit);
                }
                verdict => assert_eq!(refused(verdict), ["REG-031"], "{backend}: {state:?}"),
            }
        }
        let known = registry.admissions_of(bank).await.unwrap();
        let known: Vec<(&OrganisationId, AdmissionState)> = known.iter().map(|a| (&a.operator, a.state)).collect();
        assert_eq!(known, [(operator, AdmissionState::Removed)], "{backend}");
    }
}

#[tokio::test]
async fn no_risk_is_looked_for_at_an_operator_whose_agreement_is_over() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger).await;
        let operator = set.town.operator[0].organisation.to_string();
        let is_watched = async || {
            let subjects = set.town.registry.risk_subjects().await.unwrap();
            subjects.iter().any(|subject| subject.id == operator)
        };
        assert!(is_watched().await, "{backend}");
        ledger.clock().advance_to(ledger.now().plus_days(5 * 366)).unwrap();
        assert!(!is_watched().await, "{backend}: it ran out");
    }
}
