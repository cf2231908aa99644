//! What was signed with third parties before, and rights that were given away.

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::CryptoProfile;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{PaperKind, Particular};
use shuyu_registry::NewPaper;
use shuyu_registry::testing::new_paper;

use super::desk::{Desk, desk};
use super::shipped_matters::desk_under;
use super::*;
use crate::MatterFilter;

impl Desk {
    async fn contract(&self, gives_away: &str) -> shuyu_model::id::MatterId {
        let source = &self.office.town.source[0];
        let mut new = self.prepared(MatterKind::PriorAgreement, source.organisation.as_str());
        new.facts.insert("gives_rights_away".to_owned(), gives_away.to_owned());
        allowed(self.office.casework.open_matter(source, new).await.unwrap())
    }

    async fn opened_on(&self, organisation: &str) -> usize {
        let (kind, subject) = (Some(MatterKind::Rectification), Some(organisation.to_owned()));
        let filter = MatterFilter { kind, subject, ..MatterFilter::default() };
        let viewer = &self.office.town.regulators[0];
        self.office.casework.matters(viewer, &filter, &Page::first()).await.unwrap().total
    }
}

#[tokio::test]
async fn a_department_that_says_that_it_gave_rights_away_opens_a_rectification_once() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk(&ledger).await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        let source = &town.source[0];
        assert_eq!(casework.open_violations().await.unwrap(), Vec::new(), "{backend}");
        let papers = town.registry.papers(source, &source.organisation).await.unwrap().unwrap();
        let older = papers.iter().find(|view| view.paper.kind == PaperKind::NoRightsGiven).unwrap();
        let mut new =
            NewPaper { replaces: Some(older.paper.id.clone()), ..new_paper(&ledger, PaperKind::NoRightsGiven, None) };
        new.particulars.insert(Particular::GivesRightsAway, "yes".into());
        allowed(town.registry.enter_paper(source, &source.organisation, new).await.unwrap());
        let opened = casework.open_violations().await.unwrap();
        assert_eq!(opened.len(), 1, "{backend}");
        assert_eq!(casework.open_violations().await.unwrap(), Vec::new(), "{backend}: once");
        let view = desk.view(&opened[0]).await;
        assert_eq!(view.item.subject, source.organisation.to_string(), "{backend}");
        // And whoever said it does not accept that it was put right.
        desk.moves(&town.regulators[0], &opened[0], "order").await;
        desk.moves(source, &opened[0], "report_done").await;
        assert!(desk.may_not(source, &opened[0], "accept").await.contains(&"CAS-023".to_owned()), "{backend}");
        assert_eq!(desk.moves(&town.regulators[1], &opened[0], "accept").await, "accepted");
    }
}

#[tokio::test]
async fn a_contract_that_gives_operating_rights_away_opens_a_rectification_and_another_does_not() {
    for (code, opens) in [("changsha-2026", 1), ("xianning-2025", 1), ("changsha-2023", 1)] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = desk_under(&ledger, code).await;
        let about = desk.office.town.source[0].organisation.to_string();
        desk.contract("no").await;
        assert_eq!(desk.office.casework.open_violations().await.unwrap().len(), 0, "{code}");
        let contract = desk.contract("yes").await;
        assert_eq!(desk.office.casework.open_violations().await.unwrap().len(), opens, "{code}");
        assert_eq!(desk.opened_on(&about).await, opens, "{code}");
        let cited = desk.view(&contract).await.cited_by;
        assert_eq!(cited.len(), opens, "{code}: each shows the other");
    }
}

#[tokio::test]
async fn an_agreement_from_before_is_listed_until_it_is_filed_and_is_signed_anew_or_ended() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let (bureau, source) = (&town.regulators[0], &town.source[0]);
    let unfiled = async || {
        let kind = Some(MatterKind::PriorAgreement);
        let filter = MatterFilter { kind, state: Some("entered".to_owned()), ..MatterFilter::default() };
        casework.matters(bureau, &filter, &Page::first()).await.unwrap().total
    };
    let (first, second) = (desk.contract("no").await, desk.contract("no").await);
    assert_eq!(unfiled().await, 2);
    assert_eq!(desk.may_not(bureau, &first, "end").await, ["CAS-020"], "it is not filed");
    desk.moves(source, &first, "file").await;
    desk.moves(source, &second, "file").await;
    assert_eq!(unfiled().await, 0);
    let mut bare = desk.complete(&first, "sign_anew").await;
    bare.facts.clear();
    assert_eq!(refused(desk.attempt(bureau, &first, bare).await), ["CAS-027"], "the new agreement is named");
    assert_eq!(desk.moves(bureau, &first, "sign_anew").await, "signed_anew");
    assert_eq!(desk.moves(bureau, &second, "end").await, "ended");
}
