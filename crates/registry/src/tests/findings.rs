//! Findings on protected interests, on real databases.

use std::collections::BTreeSet;

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::ledgers;
use shuyu_model::id::{AgreementId, ResourceId, ScenarioId};
use shuyu_model::regime::Interest;
use shuyu_model::{Actor, UseKind, Verdict};

use crate::testing::{Town, allowed, digest, fund_columns, new_resource, refused, regime_of, town_under};
use crate::{Act, AgreementKind, FindingOutcome, NewFinding, Permit, RegistryError, Scope};

struct Set {
    town: Town,
    fund: ResourceId,
    agreement: AgreementId,
    scenario: ScenarioId,
}

async fn set(ledger: &Ledger, code: &str) -> Set {
    let town = town_under(ledger, regime_of(ledger, code)).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
    let scenario = town.scenario("公积金核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
    Set { town, fund, agreement, scenario }
}

impl Set {
    async fn run(&self) -> Verdict<Permit> {
        let scope = Scope::of(self.scenario.clone());
        self.town.registry.permit(&self.town.operator[0], Act::Compute, &scope).await.unwrap()
    }

    async fn finds(
        &self,
        actor: &Actor,
        interest: Interest,
        outcome: FindingOutcome,
    ) -> Result<Verdict<()>, RegistryError> {
        let resource_digest = self.town.registry.resource(&self.fund).await.unwrap().unwrap().digest;
        let treatment = (outcome == FindingOutcome::Treated).then(|| "假名化".to_owned());
        let document_digest = digest(self.town.ledger(), "opinion");
        let new = NewFinding { interest, outcome, treatment, document_digest, resource_digest };
        self.town.registry.record_finding(actor, &self.fund, new).await
    }
}

/// The codes of findings that speak against an agreement on a resource on which nothing
/// was found, and what the first of them says.
async fn without(ledger: &Ledger, code: &str) -> (Vec<String>, String) {
    let town = town_under(ledger, regime_of(ledger, code)).await;
    let id =
        allowed(town.registry.draft_resource(&town.source[0], new_resource("bare", fund_columns())).await.unwrap());
    let (from, grantee) = (ledger.now().day(), town.operator[0].organisation.clone());
    let until = from.saturating_add(jiff::Span::new().months(6));
    let new = town.new_agreement(AgreementKind::Operator, grantee, vec![id], None, from, until);
    let reasons = town.registry.draft_agreement(&town.agency[0], new).await.unwrap().into_result().unwrap_err();
    let of: Vec<_> = reasons.iter().filter(|reason| reason.code == "REG-046" || reason.code == "REG-047").collect();
    let what = of.first().map(|reason| format!("{} {}", reason.clause, reason.what)).unwrap_or_default();
    (of.iter().map(|reason| reason.code.to_string()).collect(), what)
}

#[tokio::test]
async fn each_document_asks_for_findings_on_its_own_interests_and_two_ask_for_none() {
    let rows = [
        ("changsha-2026", Some(("changsha-2026 三(二)1", "trade_secrets (商业秘密)"))),
        ("changchun-2025", Some(("changchun-2025 9", "national_security (国家安全)"))),
        ("changsha-2023", Some(("changsha-2023 11", "state_secrets (国家秘密), public_security (公共安全)"))),
        ("luohu-2025", None),
        ("xianning-2025", None),
    ];
    for (code, expected) in rows {
        let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
        let (codes, what) = without(&ledger, code).await;
        match expected {
            None => assert_eq!(codes, Vec::<String>::new(), "{code}"),
            Some((clause, said)) => {
                assert_eq!(codes, ["REG-046"], "{code}");
                assert!(what.starts_with(clause) && what.contains(said), "{code}: {what}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_found_harmed_stops_at_once_and_what_is_treated_goes_on() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "changsha-2026").await;
        let (department, bureau) = (&set.town.source[0], &set.town.regulators[0]);
        let permit = allowed(set.run().await);
        allowed(set.finds(department, Interest::TradeSecrets, FindingOutcome::Treated).await.unwrap());
        assert!(!permit.is_live(), "{backend}: decided anew");
        let permit = allowed(set.run().await);
        allowed(set.finds(bureau, Interest::Privacy, FindingOutcome::Harmed).await.unwrap());
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(refused(set.run().await), ["REG-047"], "{backend}");
        let own = set.finds(department, Interest::Privacy, FindingOutcome::Clear).await.unwrap();
        assert_eq!(refused(own), ["REG-048"], "{backend}: the department does not overrule the bureau");
        allowed(set.finds(bureau, Interest::Privacy, FindingOutcome::Treated).await.unwrap());
        allowed(set.run().await);
        let privacy = set.town.registry.interests(&set.fund).await.unwrap();
        let privacy = privacy.iter().find(|view| view.interest == Interest::Privacy).unwrap();
        let outcomes: Vec<_> = privacy.findings.iter().map(|one| (one.number, one.outcome)).collect();
        use FindingOutcome::{Clear, Harmed, Treated};
        assert_eq!(outcomes, [(1, Clear), (2, Harmed), (3, Treated)], "{backend}");
        assert!(set.agreement.as_str().starts_with("AGR-"));
    }
}

#[tokio::test]
async fn a_finding_on_another_description_does_not_count() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "changsha-2026").await;
        let known = set.town.registry.resource(&set.fund).await.unwrap().unwrap();
        let mut new = new_resource("fund_accounts", fund_columns());
        new.title = "另一个标题".into();
        allowed(set.town.registry.revise_resource(&set.town.source[0], &set.fund, new).await.unwrap());
        let codes = refused(set.run().await);
        assert!(codes.contains(&"REG-046".to_owned()), "{backend}: {codes:?}");
        let stale = NewFinding {
            interest: Interest::Privacy,
            outcome: FindingOutcome::Clear,
            treatment: None,
            document_digest: digest(&ledger, "opinion"),
            resource_digest: known.digest,
        };
        let stale = set.town.registry.record_finding(&set.town.source[0], &set.fund, stale).await;
        assert!(matches!(stale, Err(RegistryError::Conflict { .. })), "{backend}: {stale:?}");
        set.town.register(&set.fund).await;
        allowed(set.run().await);
    }
}

#[tokio::test]
async fn what_a_finding_cannot_be_is_told() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let set = set(&ledger, "changsha-2026").await;
    let elsewhere = set.finds(&set.town.source[0], Interest::StateSecrets, FindingOutcome::Clear).await.unwrap_err();
    assert!(elsewhere.to_string().contains("of resources these rules ask for: national_security"), "{elsewhere}");
    let untreated = NewFinding {
        interest: Interest::Privacy,
        outcome: FindingOutcome::Treated,
        treatment: None,
        document_digest: digest(&ledger, "opinion"),
        resource_digest: digest(&ledger, "opinion"),
    };
    let untreated = set.town.registry.record_finding(&set.town.source[0], &set.fund, untreated).await.unwrap_err();
    assert!(untreated.to_string().contains("`treatment` is missing"), "{untreated}");
}

/// What speaks against findings, and what findings speak against.
pub(super) async fn codes_of_findings_with_every_fault() -> BTreeSet<String> {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let mut seen: BTreeSet<String> = without(&ledger, "changsha-2026").await.0.into_iter().collect();
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let set = set(&ledger, "changsha-2026").await;
    let other = set.finds(&set.town.other_source[0], Interest::Privacy, FindingOutcome::Clear).await.unwrap();
    assert_eq!(refused(other), ["REG-010"]);
    allowed(set.finds(&set.town.regulators[0], Interest::Privacy, FindingOutcome::Harmed).await.unwrap());
    seen.extend(refused(set.run().await));
    seen.extend(refused(set.finds(&set.town.source[0], Interest::Privacy, FindingOutcome::Clear).await.unwrap()));
    seen
}
