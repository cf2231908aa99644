//! An operator agreement and the implementing scheme that it rests on.

use std::collections::BTreeSet;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{AgreementId, MatterId, ResourceId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::ProcedureKind;
use shuyu_model::regime::words::Mode;
use shuyu_model::{Actor, CryptoProfile};
use shuyu_registry::testing::{allowed, digest, fund_columns, refused};
use shuyu_registry::{AgreementKind, Page};

use super::{Office, office, opinion};
use crate::{MatterMove, NewMatter, Outcome};

/// A move that tells nothing.
fn change(name: &str, seen_version: i64) -> MatterMove {
    MatterMove {
        name: name.to_owned(),
        reason: "as the plan says".to_owned(),
        evidence: None,
        facts: crate::matter::Facts::new(),
        due_day: None,
        cites: Vec::new(),
        assignee: None,
        seen_version,
    }
}

impl Office {
    /// The people who bring a scheme of this mode: the department, or the bureau.
    fn bringers(&self, told: &[(&str, &str)]) -> &[Actor] {
        if told.contains(&("mode", "sector")) { &self.town.source } else { &self.town.regulators }
    }

    /// A scheme, opened; with what it is to tell.
    async fn opened(&self, told: &[(&str, &str)]) -> MatterId {
        let regime = self.town.registry.regime_arc();
        let rules = &regime.matter[&MatterKind::Scheme];
        let keys = rules.contents_at("submit").flat_map(|contents| &contents.keys);
        let mut facts: crate::matter::Facts = keys.map(|key| (key.clone(), "as told".to_owned())).collect();
        facts.insert("term_years".to_owned(), "5".to_owned());
        let listed = self.town.registry.resources(&Page::first()).await.unwrap().items;
        let first = listed.first().map_or_else(|| format!("RES-{:032x}", 1), |resource| resource.id.to_string());
        facts.insert("scope_resources".to_owned(), first);
        facts.extend(told.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        facts.retain(|_, value| !value.is_empty());
        let by = &self.bringers(told)[0];
        let new = NewMatter {
            cites: Vec::new(),
            kind: MatterKind::Scheme,
            subject: by.organisation.to_string(),
            counterparty: None,
            title: "公共数据授权运营实施方案".into(),
            facts,
        };
        allowed(self.casework.open_matter(by, new).await.unwrap())
    }

    /// A scheme in review.
    async fn scheme(&self, told: &[(&str, &str)]) -> Result<MatterId, Vec<String>> {
        let id = self.opened(told).await;
        let submitted = self.moves(&self.bringers(told)[0], &id, "submit", 1).await;
        submitted.map(|_| id)
    }

    pub(super) async fn moves(&self, who: &Actor, id: &MatterId, name: &str, seen: i64) -> Result<String, Vec<String>> {
        let named = MatterMove { evidence: Some(digest(self.town.ledger(), name)), ..change(name, seen) };
        let made = self.casework.make_move(who, id, named).await.unwrap().into_result();
        made.map_err(|reasons| reasons.iter().map(|reason| reason.code.to_string()).collect())
    }

    /// The same to its end: decided by who brought it, consented to.
    async fn approved_scheme(&self, told: &[(&str, &str)]) -> MatterId {
        let id = self.scheme(told).await.unwrap();
        let by = self.bringers(told);
        let mut seen = 2;
        if by[0].organisation == self.town.source[0].organisation {
            self.moves(&self.town.regulators[0], &id, "endorse", seen).await.unwrap();
            seen += 1;
        }
        self.moves(&by[1], &id, "decide_collectively", seen).await.unwrap();
        self.moves(&by[0], &id, "refer", seen + 1).await.unwrap();
        assert_eq!(self.moves(&by[1], &id, "approve", seen + 2).await.unwrap(), "effective");
        id
    }

    /// A draft by sector on what the whole authorisation has, too.
    async fn by_sector(&self, fund: &ResourceId, scheme: Option<MatterId>) -> AgreementId {
        let operator = self.town.other_operator[0].organisation.clone();
        let today = self.town.ledger().now().day();
        let until = today.saturating_add(jiff::Span::new().years(2));
        let fund = vec![fund.clone()];
        let mut new = self.town.new_agreement(AgreementKind::Operator, operator, fund, None, today, until);
        (new.mode, new.scheme) = (Some(Mode::Sector), scheme);
        allowed(self.town.registry.draft_agreement(&self.town.agency[0], new).await.unwrap())
    }

    async fn opens(&self, agreement: &AgreementId) -> Vec<String> {
        let digest = self.town.registry.agreement(agreement).await.unwrap().unwrap().digest;
        let (kind, opener) = (ProcedureKind::OperatorAgreement, &self.town.agency[0]);
        let opened = self.casework.open(opener, kind, agreement.as_str(), digest, Vec::new()).await.unwrap();
        opened.into_result().map_or_else(|r| r.iter().map(|reason| reason.code.to_string()).collect(), |_| Vec::new())
    }
}

#[tokio::test]
async fn what_is_authorised_by_sector_rests_on_a_scheme_in_force_of_that_mode_within_its_scope_and_term() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let fund = office.town.resource("fund_accounts", fund_columns()).await;
        office.town.agreement(std::slice::from_ref(&fund), 5).await;
        let (agency, operator) = (&office.town.agency, &office.town.other_operator[0].organisation);
        crate::testing::selected(&office.casework, &agency[0], &agency[3], operator).await;
        let bare = office.by_sector(&fund, None).await;
        assert_eq!(office.opens(&bare).await, ["CAS-081"], "{backend}");
        let in_review = office.scheme(&[("mode", "sector")]).await.unwrap();
        let early = office.by_sector(&fund, Some(in_review)).await;
        assert_eq!(office.opens(&early).await, ["CAS-082"], "{backend}");
        let nothing = office.by_sector(&fund, Some(ledger.new_id())).await;
        assert_eq!(office.opens(&nothing).await, ["CAS-082"], "{backend}");
        let whole = office.approved_scheme(&[("mode", "whole")]).await;
        let other = office.by_sector(&fund, Some(whole)).await;
        assert_eq!(office.opens(&other).await, ["CAS-083"], "{backend}");
        let elsewhere: ResourceId = ledger.new_id();
        let narrow = [("mode", "sector"), ("scope_resources", elsewhere.as_str()), ("term_years", "1")];
        let beyond = office.by_sector(&fund, Some(office.approved_scheme(&narrow).await)).await;
        assert_eq!(office.opens(&beyond).await, ["CAS-084", "CAS-084"], "{backend}: scope and term");

        let scope = format!("{elsewhere}, {fund}");
        let fitting = [("mode", "sector"), ("scope_resources", scope.as_str()), ("term_years", "3")];
        let scheme = office.approved_scheme(&fitting).await;
        let agreement = office.by_sector(&fund, Some(scheme.clone())).await;
        assert_eq!(office.opens(&agreement).await, Vec::<String>::new(), "{backend}");
        let case = office.casework.cases_of(agreement.as_str()).await.unwrap().remove(0);
        // A change that is only proposed binds nobody; dropped, it leaves all as it was.
        let shorter = MatterMove {
            facts: crate::matter::Facts::from([("term_years".to_owned(), "1".to_owned())]),
            ..change("propose_change", 6)
        };
        allowed(office.casework.make_move(&office.town.source[0], &scheme, shorter).await.unwrap());
        let meanwhile = office.by_sector(&fund, Some(scheme.clone())).await;
        assert_eq!(office.opens(&meanwhile).await, Vec::<String>::new(), "{backend}: the approved term holds");
        office.moves(&office.town.source[0], &scheme, "drop_change", 7).await.unwrap();
        // It ends while the agreement is being signed.
        office.moves(&office.town.regulators[0], &scheme, "expire", 8).await.unwrap();
        let mut decided = opinion(Outcome::Approve, office.digest_of(&case).await);
        decided.evidence = Some(digest(&ledger, "minutes"));
        let signer = &office.town.agency[1];
        let signed = office.casework.sign(signer, &case, "collective_decision", decided).await.unwrap();
        assert_eq!(refused(signed), ["CAS-082"], "{backend}");
    }
}

#[tokio::test]
async fn a_scheme_is_not_submitted_with_a_mode_that_the_document_does_not_have() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office(&ledger).await;
    // There is no way for such a mode, either.
    let unknown = Some(vec!["CAS-085".to_owned(), "CAS-100".to_owned()]);
    for (mode, codes) in [("by_scenario", unknown.clone()), ("整体", unknown), ("sector", None)] {
        let refused = office.scheme(&[("mode", mode)]).await.err();
        assert_eq!(refused, codes, "{mode}");
    }
}

/// Each of the reasons of this file, for the list of all.
pub(super) async fn codes_of_schemes_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office(&ledger).await;
    let fund = office.town.resource("fund_accounts", fund_columns()).await;
    office.town.agreement(std::slice::from_ref(&fund), 5).await;
    let mut seen: BTreeSet<String> = office.scheme(&[("mode", "x")]).await.unwrap_err().into_iter().collect();
    let whole = office.approved_scheme(&[("mode", "whole"), ("term_years", "1")]).await;
    for scheme in [None, Some(ledger.new_id()), Some(whole)] {
        let draft = office.by_sector(&fund, scheme).await;
        seen.extend(office.opens(&draft).await);
    }
    seen
}
