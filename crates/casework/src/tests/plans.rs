//! What a scenario rests on and what its reviewers say, under the documents that ask for it.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_ledger::testing::sqlite;
use shuyu_model::id::ScenarioId;
use shuyu_model::{CryptoProfile, UseKind, Verdict};
use shuyu_registry::testing::{allowed, demand_id, scheme_id};
use shuyu_registry::{Act, NewScenario, Scope};

use super::desk::Desk;
use super::shipped_matters::desk_under;
use super::*;
use crate::{Said, StruckField, testing};

impl Desk {
    fn planned(&self) -> NewScenario {
        let columns: &[&str] = &["balance", "district"];
        self.office.town.new_scenario("另一个场景", UseKind::Industry, &self.agreement, &[(&self.fund, columns)])
    }

    async fn drafted(&self, new: NewScenario) -> ScenarioId {
        let town = &self.office.town;
        allowed(town.registry.draft_scenario(town.drafter(), new).await.unwrap())
    }

    async fn opens_scenario(&self, id: &ScenarioId) -> Verdict<CaseId> {
        let town = &self.office.town;
        let seen = town.registry.scenario(id).await.unwrap().unwrap().digest;
        let kind = ProcedureKind::Scenario;
        self.office.casework.open(&town.operator[0], kind, id.as_str(), seen, Vec::new()).await.unwrap()
    }

    async fn signs(&self, who: &Actor, case: &CaseId, step: &str, said: Said) -> Result<CaseState, Vec<String>> {
        let given = Opinion { said, ..opinion(Outcome::Approve, self.office.digest_of(case).await) };
        let signed = self.office.casework.sign(who, case, step, given).await.unwrap();
        signed.into_result().map_err(|r| r.iter().map(|reason| reason.code.to_string()).collect())
    }
}

fn findings(good: bool) -> Said {
    let keys = ["public_interest_protected", "data_security_protected", "originators_protected"];
    let last = keys.len() - 1;
    let found = keys.iter().enumerate().map(|(at, key)| ((*key).to_owned(), good || at < last));
    Said { findings: found.collect::<BTreeMap<_, _>>(), ..Said::default() }
}

#[tokio::test]
async fn a_scenario_of_the_draft_rests_on_one_scheme_in_force_and_on_three_findings() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    testing::rested(casework, &town.agency[0], &town.agency[3]).await;
    let nothing = desk.drafted(desk.planned()).await;
    assert_eq!(refused(desk.opens_scenario(&nothing).await), ["CAS-109"], "no scheme in force");

    let mut new = desk.planned();
    new.plan.scheme = Some(scheme_id());
    let scenario = desk.drafted(new.clone()).await;
    let case = allowed(desk.opens_scenario(&scenario).await);
    let conditions = Said { conditions: Some("只提供统计结果".into()), ..Said::default() };
    desk.signs(&town.source[0], &case, "holder_opinion", conditions.clone()).await.unwrap();
    let view = desk.office.view(&case, &town.operator[0]).await;
    assert_eq!(view.steps[0].opinions[0].said, conditions, "a yes on conditions is an answer of its own");
    let step = "regulator_approval";
    assert_eq!(desk.signs(&town.regulators[0], &case, step, Said::default()).await.unwrap_err(), ["CAS-108"]);
    assert_eq!(desk.signs(&town.regulators[0], &case, step, findings(false)).await.unwrap_err(), ["CAS-108"]);
    let approved = desk.signs(&town.regulators[0], &case, step, findings(true)).await.unwrap();
    assert_eq!(approved, CaseState::Approved);

    // One scenario, one scheme.
    let second = town.registry.draft_scenario(town.drafter(), new).await.unwrap();
    assert_eq!(refused(second), ["REG-095"]);
}

#[tokio::test]
async fn in_changchun_an_entity_drafts_the_operator_passes_on_and_the_authority_gives_its_opinion() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changchun-2025").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let direct = town.registry.draft_scenario(&town.operator[0], desk.planned()).await.unwrap();
    assert!(refused(direct).contains(&"REG-011".to_owned()), "the operator has no plan of its own to submit");
    let scenario = desk.drafted(desk.planned()).await;
    let found = town.registry.scenario(&scenario).await.unwrap().unwrap();
    assert_eq!(found.plan.proposed_by.as_ref(), Some(&town.bank[0].organisation));
    assert_eq!(found.operator, town.operator[0].organisation);
    assert_eq!(refused(desk.opens_scenario(&scenario).await), ["CAS-109"], "the demand is not confirmed");
    testing::rested(casework, &town.agency[0], &town.agency[3]).await;
    let kind = ProcedureKind::Scenario;
    let by_entity = casework.open(&town.bank[0], kind, scenario.as_str(), found.digest, Vec::new()).await.unwrap();
    assert_eq!(refused(by_entity), ["CAS-011"], "there is no direct way");
    let case = allowed(desk.opens_scenario(&scenario).await);
    let step = "authority_opinion";
    let others = desk.signs(&town.other_source[0], &case, step, Said::default()).await.unwrap_err();
    assert_eq!(others, ["CAS-004"], "of the department whose data it uses, and no other");
    desk.signs(&town.source[0], &case, step, Said::default()).await.unwrap();
    let end = desk.signs(&town.agency[1], &case, "compliance_evaluation", Said::default()).await.unwrap();
    assert_eq!(end, CaseState::Approved);
    assert_eq!(found.plan.demand, Some(demand_id()));
}

#[tokio::test]
async fn a_reviewer_strikes_a_field_and_only_the_rest_is_granted() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "luohu-2025").await;
    let town = &desk.office.town;
    let scenario = desk.drafted(desk.planned()).await;
    let case = allowed(desk.opens_scenario(&scenario).await);
    let struck = |column: &str| StruckField { resource: desk.fund.clone(), column: column.to_owned() };
    let said = |struck: Vec<StruckField>| Said { struck, ..Said::default() };
    let seen = desk.office.digest_of(&case).await;
    for (wrong, outcome) in [
        (said(vec![struck("id_card")]), Outcome::Approve),
        (said(vec![struck("balance"), struck("district")]), Outcome::Approve),
        (said(vec![struck("balance")]), Outcome::Return),
        (Said { conditions: Some("好".into()), ..Said::default() }, Outcome::Approve),
    ] {
        let given = Opinion { said: wrong.clone(), ..opinion(outcome, seen) };
        let signed = desk.office.casework.sign(&town.agency[1], &case, "evaluation", given).await;
        assert!(matches!(signed, Err(crate::CaseworkError::Malformed { .. })), "{wrong:?}");
    }
    let end = desk.signs(&town.agency[1], &case, "evaluation", said(vec![struck("balance")])).await.unwrap();
    assert_eq!(end, CaseState::Approved);
    let found = town.registry.scenario(&scenario).await.unwrap().unwrap();
    let columns = |fields: &[shuyu_registry::Field]| fields.iter().map(|f| f.column.clone()).collect::<Vec<_>>();
    assert_eq!((columns(&found.fields), columns(&found.struck)), (vec!["district".into()], vec!["balance".into()]));
    town.papers_of_scenario(&scenario).await;
    let mut scope = Scope::of(scenario.clone());
    scope.columns.push((desk.fund.clone(), vec!["balance".into()]));
    let asked = town.registry.permit(&town.operator[0], Act::Compute, &scope).await.unwrap();
    assert_eq!(refused(asked), ["REG-009"]);
    let asked = town.registry.permit(&town.operator[0], Act::Compute, &Scope::of(scenario)).await.unwrap();
    allowed(asked);
}

/// Each of the reasons of this file, for the list of all.
pub(super) async fn codes_of_plans_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let town = &desk.office.town;
    let mut seen = BTreeSet::from_iter(refused(desk.opens_scenario(&desk.drafted(desk.planned()).await).await));
    testing::rested(&desk.office.casework, &town.agency[0], &town.agency[3]).await;
    let mut new = desk.planned();
    new.plan.scheme = Some(scheme_id());
    let case = allowed(desk.opens_scenario(&desk.drafted(new).await).await);
    desk.signs(&town.source[0], &case, "holder_opinion", Said::default()).await.unwrap();
    seen.extend(desk.signs(&town.regulators[0], &case, "regulator_approval", Said::default()).await.unwrap_err());
    seen
}
