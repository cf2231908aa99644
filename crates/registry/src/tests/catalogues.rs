//! Catalogues in versions, on real databases.

use std::collections::BTreeSet;

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{CatalogueId, ResourceId};
use shuyu_model::regime::{FactKind, Interest};
use shuyu_model::{Actor, CryptoProfile, Verdict};

use crate::testing::{Town, allowed, digest, fund_columns, new_resource, refused, regime_of, town_under};
use crate::{
    Catalogue, CatalogueKind, CatalogueState, FindingOutcome, NewCatalogue, NewFact, NewFinding, Page, RegistryError,
};

async fn town(ledger: &Ledger, code: &str) -> Town {
    town_under(ledger, regime_of(ledger, code)).await
}

impl Town {
    async fn compiles(&self, actor: &Actor, kind: CatalogueKind) -> Verdict<CatalogueId> {
        self.registry.compile_catalogue(actor, NewCatalogue { kind, demands: Vec::new() }).await.unwrap()
    }

    async fn version(&self, id: &CatalogueId) -> Catalogue {
        self.registry.catalogue(id).await.unwrap().unwrap()
    }

    async fn publishes(&self, actor: &Actor, id: &CatalogueId) -> Verdict<()> {
        self.registry.publish_catalogue(actor, id).await.unwrap()
    }

    /// Writes a resource anew under another title and registers that.
    async fn renamed(&self, id: &ResourceId, title: &str) {
        let known = self.registry.resource(id).await.unwrap().unwrap();
        let mut new = new_resource(&known.name, known.columns.clone());
        new.title = title.into();
        allowed(self.registry.revise_resource(&self.source[0], id, new).await.unwrap());
        self.register(id).await;
    }
}

pub(super) async fn codes_of_catalogues_with_every_fault() -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let city = town(&ledger, "changsha-2026").await;
    let fund = city.resource("fund_accounts", fund_columns()).await;
    let version = allowed(city.compiles(&city.regulators[0], CatalogueKind::Operating).await);
    city.renamed(&fund, "改了名称").await;
    seen.extend(refused(city.publishes(&city.regulators[0], &version).await));
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let city = town(&ledger, "xianning-2025").await;
    city.resource("fund_accounts", fund_columns()).await;
    let version = allowed(city.compiles(&city.agency[0], CatalogueKind::Operating).await);
    seen.extend(refused(city.publishes(&city.agency[0], &version).await));
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let city = town(&ledger, "changchun-2025").await;
    let fund = city.resource("fund_accounts", fund_columns()).await;
    let other =
        allowed(city.registry.draft_resource(&city.source[0], new_resource("unlisted", fund_columns())).await.unwrap());
    assert_ne!(fund, other);
    let version = allowed(city.compiles(&city.regulators[0], CatalogueKind::Operating).await);
    let left_out = city.version(&version).await.left_out;
    seen.extend(left_out.iter().flat_map(|one| &one.reasons).map(|reason| reason[..7].to_owned()));
    seen
}

#[tokio::test]
async fn a_version_is_published_by_the_bureau_once_its_decision_is_on_record() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger, "changsha-2026").await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let bureau = &town.regulators[0];
        assert_eq!(refused(town.compiles(&town.agency[0], CatalogueKind::Operating).await), ["REG-011"], "{backend}");
        assert!(town.registry.catalogue_due().await.unwrap().is_some(), "{backend}: nothing is published yet");
        let version = allowed(town.compiles(bureau, CatalogueKind::Operating).await);
        assert_eq!(refused(town.publishes(bureau, &version).await), ["REG-109"], "{backend}");
        let minutes = digest(&ledger, "minutes");
        let others = town.registry.decide_catalogue(&town.agency[0], &version, minutes).await.unwrap();
        assert_eq!(refused(others), ["REG-011"], "{backend}");
        allowed(town.registry.decide_catalogue(bureau, &version, minutes).await.unwrap());
        assert_eq!(refused(town.publishes(&town.agency[0], &version).await), ["REG-011"], "{backend}");
        assert!(town.registry.catalogues(true).await.unwrap().is_empty(), "{backend}: nothing is public yet");
        allowed(town.publishes(bureau, &version).await);
        let public = town.registry.catalogues(true).await.unwrap();
        assert_eq!(public.iter().map(|one| one.number).collect::<Vec<_>>(), [1], "{backend}");
        assert_eq!(public[0].entries[0].resource, fund, "{backend}");
        assert!(town.registry.catalogue_due().await.unwrap().is_none(), "{backend}: it says what is registered");
    }
}

#[tokio::test]
async fn a_change_makes_the_next_version_due_and_the_former_description_stays_readable() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger, "changsha-2026").await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let bureau = &town.regulators[0];
        let publish = async || {
            let version = allowed(town.compiles(bureau, CatalogueKind::Operating).await);
            allowed(town.registry.decide_catalogue(bureau, &version, digest(&ledger, "minutes")).await.unwrap());
            allowed(town.publishes(bureau, &version).await);
            version
        };
        let first = publish().await;
        ledger.clock().advance_to(ledger.now().plus_days(3)).unwrap();
        town.renamed(&fund, "改了名称").await;
        let due = town.registry.catalogue_due().await.unwrap().unwrap();
        assert_eq!((due.since, due.working_days_max), (ledger.now(), 20), "{backend}");
        let second = publish().await;
        let (first, second) = (town.version(&first).await, town.version(&second).await);
        assert_eq!((first.state, second.state), (CatalogueState::Superseded, CatalogueState::Published), "{backend}");
        assert_eq!((first.number, second.number), (1, 2), "{backend}");
        assert_eq!(first.entries[0].title, "表 fund_accounts", "{backend}: as it was");
        assert_eq!(second.entries[0].title, "改了名称", "{backend}");
        let again = town.registry.publish_catalogue(bureau, &first.id).await;
        assert!(matches!(again, Err(RegistryError::Conflict { .. })), "{backend}: {again:?}");
    }
}

#[tokio::test]
async fn what_is_found_harmful_stands_in_no_catalogue_and_the_version_says_why() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger, "changsha-2026").await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let resource_digest = town.registry.resource(&fund).await.unwrap().unwrap().digest;
    let harm = NewFinding {
        interest: Interest::NationalSecurity,
        outcome: FindingOutcome::Harmed,
        treatment: None,
        document_digest: digest(&ledger, "opinion"),
        resource_digest,
    };
    assert_eq!(town.registry.catalog(&Page::first()).await.unwrap().total, 1);
    allowed(town.registry.record_finding(&town.regulators[0], &fund, harm).await.unwrap());
    assert_eq!(town.registry.catalog(&Page::first()).await.unwrap().total, 0);
    assert_eq!(town.registry.harmed().await.unwrap(), std::slice::from_ref(&fund));
    let version = allowed(town.compiles(&town.regulators[0], CatalogueKind::Operating).await);
    let version = town.version(&version).await;
    assert!(version.entries.is_empty());
    assert_eq!(version.left_out[0].resource, fund);
    assert!(version.left_out[0].reasons[0].starts_with("REG-047"), "{:?}", version.left_out);
}

#[tokio::test]
async fn departments_whose_entries_a_version_touches_agree_before_it_is_published() {
    // In Luohu the operator compiles, in Xianning the agency; both ask the departments.
    for code in ["luohu-2025", "xianning-2025"] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town(&ledger, code).await;
        town.resource("fund_accounts", fund_columns()).await;
        let maker = if code == "luohu-2025" { &town.operator[0] } else { &town.agency[0] };
        let version = allowed(town.compiles(maker, CatalogueKind::Operating).await);
        let asked = town.version(&version).await.asked;
        assert_eq!(asked, [town.source[0].organisation.clone()], "{code}");
        let agency = &town.agency[0];
        assert_eq!(refused(town.publishes(agency, &version).await), ["REG-108"], "{code}");
        let answer = async |actor: &Actor, agrees| {
            town.registry.answer_catalogue(actor, &version, agrees, "已核对目录条目").await.unwrap()
        };
        assert_eq!(refused(answer(&town.other_source[0], true).await), ["REG-010"], "{code}");
        allowed(answer(&town.source[0], false).await);
        assert_eq!(refused(town.publishes(agency, &version).await), ["REG-108"], "{code}: it objects");
        allowed(answer(&town.source[1], true).await);
        allowed(town.publishes(agency, &version).await);
    }
}

#[tokio::test]
async fn an_entry_without_its_mode_of_opening_or_its_entry_in_the_citys_catalogue_is_left_out() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger, "luohu-2025").await;
    let bare =
        allowed(town.registry.draft_resource(&town.source[0], new_resource("bare", fund_columns())).await.unwrap());
    let version = allowed(town.compiles(&town.operator[0], CatalogueKind::Operating).await);
    let left_out = town.version(&version).await.left_out;
    let missing = left_out[0].reasons.iter().filter(|reason| reason.starts_with("REG-105")).count();
    assert_eq!((left_out[0].resource.clone(), missing), (bare, 2), "{left_out:?}");
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let version = allowed(town.compiles(&town.operator[0], CatalogueKind::Operating).await);
    let entries = town.version(&version).await.entries;
    assert_eq!((entries[0].resource.clone(), entries[0].base_entry.is_some()), (fund, true));
    assert_eq!(entries[0].facts["开放方式"], ["无条件开放"]);
}

#[tokio::test]
async fn a_resource_outside_its_departments_own_catalogue_is_not_authorised() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town(&ledger, "changchun-2025").await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let department = &town.source[0];
        let of_department = CatalogueKind::Department;
        assert_eq!(refused(town.compiles(&town.agency[0], of_department).await), ["REG-011"], "{backend}");
        let published = town.registry.catalogues(true).await.unwrap();
        assert_eq!(published.iter().map(|one| one.kind).collect::<Vec<_>>(), [of_department], "{backend}");
        let version = allowed(town.compiles(department, of_department).await);
        assert_eq!(refused(town.publishes(&town.other_source[0], &version).await), ["REG-010"], "{backend}");
        // A second resource is in no published version until its department publishes the next.
        let second =
            allowed(town.registry.draft_resource(department, new_resource("second", fund_columns())).await.unwrap());
        let why = async |id: &ResourceId| {
            let version = allowed(town.compiles(&town.regulators[0], CatalogueKind::Operating).await);
            let all = town.version(&version).await.left_out;
            all.into_iter().find(|one| one.resource == *id).map(|one| one.reasons).unwrap_or_default()
        };
        assert!(why(&fund).await.is_empty(), "{backend}");
        let is_outside = |reason: &String| reason.starts_with("REG-113");
        assert!(why(&second).await.iter().any(is_outside), "{backend}");
        let version = allowed(town.compiles(department, of_department).await);
        allowed(town.publishes(department, &version).await);
        assert!(!why(&second).await.iter().any(is_outside), "{backend}");
    }
}

#[tokio::test]
async fn a_document_without_a_catalogue_in_versions_has_none() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger, "changsha-2023").await;
    let new = NewCatalogue { kind: CatalogueKind::Operating, demands: Vec::new() };
    let compiled = town.registry.compile_catalogue(&town.regulators[0], new).await;
    assert!(matches!(compiled, Err(RegistryError::Malformed { .. })), "{compiled:?}");
    let fact = NewFact { fact: FactKind::OpenMode, told: vec!["x".into()] };
    let fund = town.resource("fund_accounts", fund_columns()).await;
    assert!(town.registry.tell_fact(&town.source[0], &fund, fact).await.is_err());
}

#[tokio::test]
async fn what_changed_since_it_was_compiled_keeps_a_version_back() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger, "changsha-2026").await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let bureau = &town.regulators[0];
    let version = allowed(town.compiles(bureau, CatalogueKind::Operating).await);
    allowed(town.registry.decide_catalogue(bureau, &version, digest(&ledger, "minutes")).await.unwrap());
    town.renamed(&fund, "改了名称").await;
    assert_eq!(refused(town.publishes(bureau, &version).await), ["REG-110"]);
    let next = allowed(town.compiles(bureau, CatalogueKind::Operating).await);
    assert_eq!(town.version(&version).await.state, CatalogueState::Dropped);
    allowed(town.registry.decide_catalogue(bureau, &next, digest(&ledger, "minutes")).await.unwrap());
    allowed(town.publishes(bureau, &next).await);
}

#[tokio::test]
async fn what_is_barred_or_found_harmful_stands_in_no_departments_own_catalogue() {
    for expected in ["REG-004", "REG-047"] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town(&ledger, "changchun-2025").await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let bureau = &town.regulators[0];
        if expected == "REG-004" {
            allowed(town.registry.put_on_negative_list(bureau, &fund, "不宜开放", "13").await.unwrap());
        } else {
            let harm = NewFinding {
                interest: Interest::NationalSecurity,
                outcome: FindingOutcome::Harmed,
                treatment: None,
                document_digest: digest(&ledger, "opinion"),
                resource_digest: town.registry.resource(&fund).await.unwrap().unwrap().digest,
            };
            allowed(town.registry.record_finding(bureau, &fund, harm).await.unwrap());
        }
        let version = allowed(town.compiles(&town.source[0], CatalogueKind::Department).await);
        let version = town.version(&version).await;
        assert!(version.entries.is_empty(), "{expected}");
        assert!(version.left_out[0].reasons.iter().any(|reason| reason.starts_with(expected)), "{version:?}");
    }
}

#[tokio::test]
async fn a_department_has_no_catalogue_of_its_own_where_the_document_knows_none() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town(&ledger, "changsha-2026").await;
    let new = NewCatalogue { kind: CatalogueKind::Department, demands: Vec::new() };
    let compiled = town.registry.compile_catalogue(&town.source[0], new).await;
    assert!(matches!(compiled, Err(RegistryError::Malformed { .. })), "{compiled:?}");
}
