//! What is asked of products beside their registration, on real databases.

use std::collections::BTreeSet;

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{AgreementId, ProductId, ScenarioId};
use shuyu_model::regime::{Interest, Right, SpecialUse};
use shuyu_model::{Actor, CryptoProfile, UseKind, Verdict};

use crate::testing::{Town, allowed, digest, fund_columns, refused, regime_of, town_under};
use crate::{Act, FindingOutcome, NewProductFinding, NewRight, NewSpecialUse, Permit, RegistryError, Scope};

struct Set {
    town: Town,
    agreement: AgreementId,
    scenario: ScenarioId,
    product: ProductId,
}

async fn set(ledger: &Ledger, code: &str, use_kind: UseKind) -> Set {
    let town = town_under(ledger, regime_of(ledger, code)).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 1).await;
    let scenario = town.scenario("公积金核验", use_kind, &agreement, &[(&fund, &["balance"])]).await;
    town.development(&town.bank[0].organisation, &scenario).await;
    let product: ProductId = ledger.new_id();
    town.register_product(&product, &scenario).await;
    Set { town, agreement, scenario, product }
}

impl Set {
    async fn delivers(&self) -> Verdict<Permit> {
        let mut scope = Scope::of(self.scenario.clone());
        scope.product = Some(self.product.clone());
        scope.entity = Some(self.town.bank[0].organisation.clone());
        self.town.registry.permit(&self.town.operator[0], Act::Deliver, &scope).await.unwrap()
    }

    async fn finds(&self, actor: &Actor, interest: Interest, outcome: FindingOutcome) -> Verdict<()> {
        let treatment = (outcome == FindingOutcome::Treated).then(|| "已作处理".to_owned());
        let document_digest = digest(self.town.ledger(), "opinion");
        let new = NewProductFinding { interest, outcome, treatment, document_digest };
        self.town.registry.record_product_finding(actor, &self.product, new).await.unwrap()
    }

    async fn uses(&self, actor: &Actor, is_permitted: bool) -> Result<Verdict<()>, RegistryError> {
        let permission = is_permitted.then(|| digest(self.town.ledger(), "permission"));
        let new = NewSpecialUse { special_use: SpecialUse::Patent, permission };
        self.town.registry.special_use(actor, &self.scenario, new).await
    }

    async fn allots(&self, actor: &Actor, held_right: Right, to: &Actor) -> Verdict<()> {
        let new = NewRight {
            held_right,
            holder: to.organisation.clone(),
            agreement: self.agreement.clone(),
            document_digest: digest(self.town.ledger(), "part"),
        };
        self.town.registry.allot_right(actor, &self.product, &self.scenario, new).await.unwrap()
    }
}

/// The codes against delivery that begin so.
async fn against_delivery(set: &Set) -> Vec<String> {
    let codes = set.delivers().await.into_result().err();
    let codes = codes.iter().flat_map(|all| all.iter().map(|one| one.code.to_string()));
    codes.filter(|code| ["REG-116", "REG-117", "REG-118"].contains(&code.as_str())).collect()
}

pub(super) async fn codes_of_products_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let set = set(&ledger, "luohu-2025", UseKind::Industry).await;
    let mut seen = BTreeSet::new();
    allowed(set.finds(&set.town.agency[0], Interest::Privacy, FindingOutcome::Harmed).await);
    allowed(set.uses(&set.town.operator[0], false).await.unwrap());
    seen.extend(against_delivery(&set).await);
    let bare = Set { product: ledger.new_id(), ..set };
    seen.extend(against_delivery(&bare).await);
    seen.extend(refused(bare.allots(&bare.town.agency[0], Right::Hold, &bare.town.operator[0]).await));
    seen
}

#[tokio::test]
async fn a_product_is_delivered_once_each_interest_of_its_document_is_found_and_stops_when_one_is_harmed() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "changchun-2025", UseKind::Industry).await;
        assert_eq!(against_delivery(&set).await, Vec::<String>::new(), "{backend}: all is found clear");
        let bare = Set { product: ledger.new_id(), ..set };
        assert_eq!(against_delivery(&bare).await, ["REG-116"], "{backend}: nothing is found on this one");
        let product: ProductId = ledger.new_id();
        bare.town.register_product(&product, &bare.scenario).await;
        let set = Set { product, ..bare };
        let (operator, agency) = (&set.town.operator[0], &set.town.agency[0]);
        let others = set.finds(&set.town.other_operator[0], Interest::TradeSecrets, FindingOutcome::Clear).await;
        assert_eq!(refused(others), ["REG-010"], "{backend}");
        allowed(set.finds(agency, Interest::IntellectualProperty, FindingOutcome::Harmed).await);
        assert_eq!(against_delivery(&set).await, ["REG-117"], "{backend}");
        let own = set.finds(operator, Interest::IntellectualProperty, FindingOutcome::Clear).await;
        assert_eq!(refused(own), ["REG-048"], "{backend}: the operator does not overrule the agency");
        allowed(set.finds(agency, Interest::IntellectualProperty, FindingOutcome::Treated).await);
        assert_eq!(against_delivery(&set).await, Vec::<String>::new(), "{backend}");
        let last = set.town.registry.product_findings(&set.product).await.unwrap();
        let last = last.iter().find(|one| one.interest == Interest::IntellectualProperty).unwrap();
        assert_eq!((last.number, last.outcome), (3, FindingOutcome::Treated), "{backend}");
    }
}

#[tokio::test]
async fn only_commercial_products_are_asked_where_the_document_asks_only_of_them() {
    for (code, use_kind, expected) in [
        ("luohu-2025", UseKind::Industry, vec!["REG-116"]),
        ("luohu-2025", UseKind::PublicWelfare, vec![]),
        ("changchun-2025", UseKind::PublicWelfare, vec!["REG-116"]),
        ("changsha-2026", UseKind::Industry, vec![]),
    ] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let set = set(&ledger, code, use_kind).await;
        let bare = Set { product: ledger.new_id(), ..set };
        assert_eq!(against_delivery(&bare).await, expected, "{code} {use_kind:?}");
    }
}

#[tokio::test]
async fn a_scenario_for_patents_waits_for_the_agencys_permission() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "luohu-2025", UseKind::Industry).await;
        let (operator, agency) = (&set.town.operator[0], &set.town.agency[0]);
        let undeclared = set.uses(agency, true).await;
        assert!(matches!(undeclared, Err(RegistryError::Conflict { .. })), "{backend}: {undeclared:?}");
        assert_eq!(refused(set.uses(&set.town.other_operator[0], false).await.unwrap()), ["REG-010"], "{backend}");
        allowed(set.uses(operator, false).await.unwrap());
        assert_eq!(against_delivery(&set).await, ["REG-118"], "{backend}");
        let run = set.town.registry.permit(operator, Act::Compute, &Scope::of(set.scenario.clone())).await.unwrap();
        assert_eq!(refused(run), ["REG-118"], "{backend}");
        assert_eq!(
            refused(set.uses(operator, true).await.unwrap()).len(),
            2,
            "{backend}: not the operator's to permit"
        );
        allowed(set.uses(agency, true).await.unwrap());
        assert_eq!(against_delivery(&set).await, Vec::<String>::new(), "{backend}");
        let known = set.town.registry.special_uses(&set.scenario).await.unwrap();
        assert!(known[0].permission.is_some() && known[0].permitted_at.is_some(), "{backend}");
    }
}

#[tokio::test]
async fn each_right_in_a_product_has_its_holder_and_a_change_of_one_leaves_the_others() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "luohu-2025", UseKind::Industry).await;
        let holders = async || {
            let rights = set.town.registry.product_rights(&set.product, &set.scenario).await.unwrap();
            rights.into_iter().map(|one| (one.held_right, one.holders)).collect::<Vec<_>>()
        };
        let (fund, operator) = (vec!["江城市住房公积金管理中心".to_owned()], vec!["江城数据运营公司".to_owned()]);
        let before = vec![
            (Right::Hold, fund.clone()),
            (Right::Process, operator.clone()),
            (Right::Operate, operator.clone()),
            (Right::Derived, Vec::new()),
        ];
        assert_eq!(holders().await, before, "{backend}: nothing is agreed on what is derived");
        let (agency, to) = (&set.town.agency[0], &set.town.operator[0]);
        assert_eq!(refused(set.allots(agency, Right::Hold, to).await), ["REG-119"], "{backend}");
        assert_eq!(
            refused(set.allots(agency, Right::Derived, &set.town.bank[0]).await),
            ["REG-119"],
            "{backend}: no party"
        );
        assert_eq!(refused(set.allots(to, Right::Derived, to).await), ["REG-010"], "{backend}: not its own to give");
        allowed(set.allots(agency, Right::Derived, to).await);
        let after = [&before[..3], &[(Right::Derived, operator)]].concat();
        assert_eq!(holders().await, after, "{backend}");
    }
}
