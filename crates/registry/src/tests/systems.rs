//! In which system an entity uses what it gets, and that its papers are about that one.

use std::collections::BTreeSet;

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::ledgers;
use shuyu_model::UseKind;
use shuyu_model::id::ScenarioId;
use shuyu_model::regime::{PaperKind, Particular};

use crate::testing::{Town, allowed, fund_columns, new_paper, refused, regime_of, town_under};
use crate::{Act, AgreementKind, PaperState, Scope};

async fn ready(ledger: &Ledger) -> (Town, ScenarioId) {
    let town = town_under(ledger, regime_of(ledger, "changsha-2026")).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
    let scenario = town.scenario("公积金核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
    town.development(&town.bank[0].organisation, &scenario).await;
    (town, scenario)
}

/// The bank's paper of this kind is about `system` from now on.
async fn is_about(town: &Town, kind: PaperKind, system: &str) {
    let (registry, bank) = (&town.registry, &town.bank[0]);
    let papers = registry.papers(bank, &bank.organisation).await.unwrap().unwrap();
    for view in papers.iter().filter(|view| view.paper.kind == kind && view.state == PaperState::InOrder) {
        allowed(registry.withdraw_paper(bank, &view.paper.id, "another system").await.unwrap());
    }
    let mut new = new_paper(town.ledger(), kind, None);
    new.particulars.insert(Particular::System, system.into());
    allowed(registry.enter_paper(bank, &bank.organisation, new).await.unwrap());
}

#[tokio::test]
async fn nothing_is_delivered_to_an_entity_whose_papers_are_about_another_system_than_the_agreements() {
    for (backend, ledger, _folder) in ledgers().await {
        let (town, scenario) = ready(&ledger).await;
        let scope = Scope::of(scenario).to(town.bank[0].organisation.clone());
        let asks = async || town.registry.permit(&town.operator[0], Act::Deliver, &scope).await.unwrap();
        let permit = allowed(asks().await);
        let heading = town.registry.regime().agreement.system_heading.clone().unwrap().value;
        let agreement = town.registry.agreement(permit.development_agreement().unwrap()).await.unwrap().unwrap();
        let system = agreement.contents[&heading].clone();
        for kind in [PaperKind::ProtectionCertificate, PaperKind::CryptographyAssessment] {
            is_about(&town, kind, "门户网站").await;
            assert!(!permit.is_live(), "{backend}: {}", kind.word());
            assert_eq!(refused(asks().await), ["REG-137"], "{backend}: {}", kind.word());
            is_about(&town, kind, &system).await;
            let _ = allowed(asks().await);
        }
    }
}

#[tokio::test]
async fn a_development_agreement_names_the_system_in_which_what_is_delivered_is_used() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let (town, scenario) = ready(&ledger).await;
    let (kind, bank, from) = (AgreementKind::Development, town.bank[0].organisation.clone(), ledger.now().day());
    let mut new = town.new_agreement(kind, bank, Vec::new(), Some(scenario), from, from);
    let heading = town.registry.regime().agreement.system_heading.clone().unwrap().value;
    new.contents.remove(&heading);
    assert_eq!(refused(town.registry.draft_agreement(&town.operator[0], new).await.unwrap()), ["REG-090"]);
}

/// REG-137, for `every_code_is_given_somewhere`.
pub(super) async fn codes_of_another_system() -> BTreeSet<String> {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let (town, scenario) = ready(&ledger).await;
    is_about(&town, PaperKind::ProtectionCertificate, "门户网站").await;
    let scope = Scope::of(scenario).to(town.bank[0].organisation.clone());
    refused(town.registry.permit(&town.operator[0], Act::Deliver, &scope).await.unwrap()).into_iter().collect()
}
