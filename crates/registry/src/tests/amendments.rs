//! Versions of agreements: drafts made anew, amendments, and what a change of rules asks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_ledger::{Event, Ledger};
use shuyu_model::id::{AgreementId, AmendmentId, ResourceId};
use shuyu_model::regime::{Form, PaperKind, ProcedureKind};
use shuyu_model::{Actor, CryptoProfile, Regime, UseKind};

use crate::testing::{Town, allowed, digest, fund_columns, new_paper, refused, regime_of, town_under};
use crate::{
    Act, AgreementKind, AgreementVersion, Listing, NewAgreement, NewAgreementFinding, NewAmendment, NewOverride, Page,
    Registry, RegistryError, Scope, enact,
};

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

fn finding(rule_change: &str) -> NewAgreementFinding {
    NewAgreementFinding { rule_change: rule_change.into(), reason: "条款与新规定一致".into(), evidence: None }
}

/// An agreement of some years on two resources.
async fn agreed(ledger: &Ledger, code: &str, years: u8) -> (Town, AgreementId, [ResourceId; 2]) {
    let town = town_under(ledger, regime_of(ledger, code)).await;
    let both = [town.resource("fund_accounts", fund_columns()).await, town.resource("other", fund_columns()).await];
    let agreement = town.agreement(&both, years).await;
    (town, agreement, both)
}

async fn signed(town: &Town, kind: ProcedureKind, id: &AmendmentId) -> Result<(), RegistryError> {
    let seen = town.registry.subject(kind, id.as_str()).await.unwrap().unwrap().digest;
    let mut turn = town.registry.turn().await.unwrap();
    enact::decided(&mut turn, kind, id.as_str(), seen).await?;
    turn.commit(Event::done(None, "agreement.amended", id.as_str())).await.unwrap();
    Ok(())
}

async fn versions(town: &Town, id: &AgreementId) -> Listing<AgreementVersion> {
    town.registry.agreement_versions(id, &Page::first()).await.unwrap().unwrap()
}

fn standing(listed: &Listing<AgreementVersion>) -> Vec<(i64, &'static str)> {
    listed.items.iter().map(|one| (one.version, one.standing)).collect()
}

/// A draft of an operator agreement for a year, without a reason for its term.
fn plain(town: &Town, resources: &[ResourceId], years: i64) -> NewAgreement {
    let from = town.ledger().now().day();
    let until = from.saturating_add(jiff::Span::new().years(years)).saturating_sub(jiff::Span::new().days(1));
    let grantee = town.operator[0].organisation.clone();
    let new = town.new_agreement(AgreementKind::Operator, grantee, resources.to_vec(), None, from, until);
    NewAgreement { term_reason: None, ..new }
}

async fn overridden(town: &Town, key: &str, value: i64) {
    let new = NewOverride {
        key: key.into(),
        value: value.into(),
        issuer: "省数据局".into(),
        rule: "省数〔2026〕3号 第五条".into(),
        first_day: town.ledger().now().day(),
        document: digest(town.ledger(), "higher rule"),
    };
    allowed(town.registry.enter_override(&town.regulators[0], new).await.unwrap());
}

#[tokio::test]
async fn a_draft_is_made_anew_as_a_version_of_the_first_which_stays_readable() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town_under(&ledger, regime_of(&ledger, "changchun-2025")).await;
        let (registry, agency) = (&town.registry, &town.agency[0]);
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let first = plain(&town, std::slice::from_ref(&fund), 2);
        let id = allowed(registry.draft_agreement(agency, first.clone()).await.unwrap());
        let before = registry.agreement(&id).await.unwrap().unwrap();
        let again = NewAgreement {
            contents: BTreeMap::from([("违约责任".into(), "另行约定".into())]),
            ..first.clone()
        };
        let others = registry.revise_agreement(&town.operator[0], &id, again.clone()).await.unwrap();
        assert!(refused(others).contains(&"REG-011".to_owned()), "{backend}: whoever drafts is the agency");
        assert_eq!(allowed(registry.revise_agreement(&town.agency[1], &id, again.clone()).await.unwrap()), 2);
        let after = registry.agreement(&id).await.unwrap().unwrap();
        assert_ne!(before.digest, after.digest, "{backend}: who saw the first signs nothing of the second");
        assert_eq!(after.authors.len(), 2, "{backend}: both wrote it");
        let listed = versions(&town, &id).await;
        assert_eq!(standing(&listed), [(1, "replaced"), (2, "draft")], "{backend}");
        assert_eq!(listed.items[0].text, before.text(), "{backend}: kept whole");
        assert_eq!(listed.items[0].digest, before.digest, "{backend}");
        let same = registry.revise_agreement(agency, &id, again.clone()).await;
        assert!(matches!(same, Err(RegistryError::Conflict { .. })), "{backend}: it says that already");
        let other = NewAgreement { grantee: town.other_operator[0].organisation.clone(), ..again.clone() };
        let other = registry.revise_agreement(agency, &id, other).await;
        assert!(matches!(other, Err(RegistryError::Malformed { .. })), "{backend}: with somebody else is another one");
        town.in_force(id.clone()).await;
        let late = registry.revise_agreement(agency, &id, first).await;
        assert!(matches!(late, Err(RegistryError::Conflict { .. })), "{backend}: it is no draft");
    }
}

#[tokio::test]
async fn an_amendment_that_is_signed_is_the_version_in_force_and_what_it_takes_out_is_refused_at_once() {
    for (backend, ledger, _folder) in ledgers().await {
        let (town, id, [fund, other]) = agreed(&ledger, "changsha-2026", 5).await;
        let (registry, agency) = (&town.registry, &town.agency[0]);
        let scenario = async |title: &str, resource: &ResourceId| {
            town.scenario(title, UseKind::Industry, &id, &[(resource, &["balance"])]).await
        };
        let (stays, goes) = (scenario("甲", &fund).await, scenario("乙", &other).await);
        let operator = &town.operator[0];
        let permit = async |scenario| registry.permit(operator, Act::Compute, &Scope::of(scenario)).await.unwrap();
        let (kept, lost) = (allowed(permit(stays.clone()).await), allowed(permit(goes.clone()).await));
        let narrower = NewAmendment { resources: Some(vec![fund.clone()]), ..amendment(&ledger) };
        let amended = allowed(registry.draft_amendment(agency, &id, narrower).await.unwrap());
        assert!(permit(goes.clone()).await.into_result().is_ok(), "{backend}: a draft takes nothing away");
        let before = registry.agreement(&id).await.unwrap().unwrap();
        let listed = versions(&town, &id).await;
        assert_eq!(standing(&listed), [(1, "holds"), (2, "proposed")], "{backend}");
        assert_eq!(listed.items[1].changes, ["resources", "contents"], "{backend}");
        let wrong = registry.subject(ProcedureKind::OperatorAgreement, amended.as_str()).await;
        assert!(matches!(wrong, Err(RegistryError::Malformed { .. })), "{backend}: the rules have a procedure for it");

        signed(&town, ProcedureKind::AgreementAmendment, &amended).await.unwrap();
        assert!(!kept.is_live() && !lost.is_live(), "{backend}: permits derive from the version in force");
        assert_eq!(refused(permit(goes).await), ["REG-016"], "{backend}");
        allowed(permit(stays).await);
        let after = registry.agreement(&id).await.unwrap().unwrap();
        assert_eq!((after.version, &after.resources), (2, &vec![fund]), "{backend}");
        assert_eq!(after.contents["数据安全"], "每年检查两次", "{backend}");
        assert_eq!((after.from, after.until, after.decided_at), (before.from, before.until, before.decided_at));
        let listed = versions(&town, &id).await;
        assert_eq!(standing(&listed), [(1, "replaced"), (2, "holds")], "{backend}");
        assert_eq!((&listed.items[0].text, listed.items[0].digest), (&before.text(), before.digest), "{backend}");
        assert_eq!(listed.items[1].amendment.as_ref(), Some(&amended), "{backend}");
        // Opened again, the registry knows the same.
        let again = Registry::new(ledger.clone(), registry.regime_arc());
        assert_eq!(again.agreement(&id).await.unwrap().unwrap(), after, "{backend}");
    }
}

#[tokio::test]
async fn of_two_amendments_of_one_version_the_second_is_decided_on_no_more() {
    for (backend, ledger, _folder) in ledgers().await {
        let (town, id, [fund, _]) = agreed(&ledger, "changchun-2025", 2).await;
        let (registry, agency) = (&town.registry, &town.agency[0]);
        // Without a procedure of its own an amendment goes the way of its agreement.
        let kind = ProcedureKind::OperatorAgreement;
        let one = allowed(registry.draft_amendment(agency, &id, amendment(&ledger)).await.unwrap());
        let other = NewAmendment { resources: Some(vec![fund]), ..amendment(&ledger) };
        let other = allowed(registry.draft_amendment(agency, &id, other).await.unwrap());
        let seen = registry.subject(kind, other.as_str()).await.unwrap().unwrap();
        assert!(seen.is_draft && seen.against.is_empty(), "{backend}: {:?}", seen.against);
        signed(&town, kind, &one).await.unwrap();
        assert!(!registry.subject(kind, other.as_str()).await.unwrap().unwrap().is_draft, "{backend}");
        assert!(matches!(signed(&town, kind, &other).await, Err(RegistryError::Conflict { .. })), "{backend}");
        assert_eq!(
            standing(&versions(&town, &id).await),
            [(1, "replaced"), (2, "holds"), (2, "overtaken")],
            "{backend}"
        );
        town.end_agreement(&id, "breach").await;
        let late = NewAmendment { document_digest: digest(&ledger, "late"), ..amendment(&ledger) };
        let late = NewAmendment { contents: BTreeMap::from([("其他".into(), "无".into())]), ..late };
        assert_eq!(refused(registry.draft_amendment(agency, &id, late).await.unwrap()), ["REG-150"], "{backend}");
    }
}

#[tokio::test]
async fn an_amendment_changes_something_of_what_can_change() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let (town, id, _) = agreed(&ledger, "changsha-2026", 5).await;
    let before = town.registry.agreement(&id).await.unwrap().unwrap();
    let nothing = NewAmendment { contents: BTreeMap::new(), ..amendment(&ledger) };
    let same_paper = NewAmendment { document_digest: before.document_digest, ..amendment(&ledger) };
    let no_reason = NewAmendment { reason: " ".into(), ..amendment(&ledger) };
    let no_data = NewAmendment { resources: Some(Vec::new()), ..amendment(&ledger) };
    let rows = [
        ("nothing changes", nothing),
        ("the same paper", same_paper),
        ("no reason", no_reason),
        ("no resource left", no_data),
    ];
    for (what, new) in rows {
        let drafted = town.registry.draft_amendment(&town.agency[0], &id, new).await;
        assert!(matches!(drafted, Err(RegistryError::Malformed { .. })), "{what}: {drafted:?}");
    }
    // What may not be drafted may not be amended to, either.
    let longer = before.until.saturating_add(jiff::Span::new().days(1));
    let too_long = NewAmendment { until: Some(longer), ..amendment(&ledger) };
    assert_eq!(refused(town.registry.draft_amendment(&town.agency[0], &id, too_long).await.unwrap()), ["REG-018"]);
}

#[tokio::test]
async fn a_higher_rule_lists_the_agreements_from_before_it_until_they_are_amended_or_found_in_order() {
    for (backend, ledger, _folder) in ledgers().await {
        let town = town_under(&ledger, regime_of(&ledger, "luohu-2025")).await;
        let (registry, agency) = (&town.registry, &town.agency[0]);
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let drafted = async |years| {
            let new = plain(&town, std::slice::from_ref(&fund), years);
            town.in_force(allowed(registry.draft_agreement(agency, new).await.unwrap())).await
        };
        let long = drafted(2).await;
        let until = plain(&town, std::slice::from_ref(&fund), 1).until;
        let affected = async || registry.affected_agreements(&Page::first()).await.unwrap().items;
        assert_eq!(affected().await, [], "{backend}: nothing has changed");
        ledger.clock().advance_to(ledger.now().plus_days(1)).unwrap();
        overridden(&town, "agreement.years_max", 1).await;
        let listed = affected().await;
        assert_eq!(listed.len(), 1, "{backend}");
        assert_eq!((&listed[0].agreement, listed[0].change.key.as_str()), (&long, "override-1"), "{backend}");
        let codes: Vec<&str> = listed[0].against.iter().map(|reason| reason.code.as_ref()).collect();
        assert_eq!(codes, ["REG-018"], "{backend}: two years are too long now");
        assert_eq!(listed[0].due_day, ledger.now().plus_days(90).day(), "{backend}");
        let unchanged = registry.find_no_change(agency, &long, finding("override-1")).await.unwrap();
        assert_eq!(refused(unchanged), ["REG-018", "REG-152"], "{backend}: with what speaks against it");

        let shorter = NewAmendment { until, rule_change: Some("override-1".into()), ..amendment(&ledger) };
        let amended = allowed(registry.draft_amendment(agency, &long, shorter.clone()).await.unwrap());
        assert_eq!((&affected().await[0].amendment, affected().await[0].settled_at), (&Some(amended.clone()), None));
        signed(&town, ProcedureKind::OperatorAgreement, &amended).await.unwrap();
        let settled = &affected().await[0];
        assert!(settled.settled_at.is_some() && settled.against.is_empty(), "{backend}: {settled:?}");
        let again = NewAmendment { document_digest: digest(&ledger, "again"), until: None, ..shorter };
        let again = NewAmendment { contents: BTreeMap::from([("其他".into(), "无".into())]), ..again };
        let again = registry.draft_amendment(agency, &long, again).await.unwrap();
        assert_eq!(refused(again), ["REG-151"], "{backend}: it follows the rule already");
        drafted(1).await;
        assert_eq!(affected().await.len(), 1, "{backend}: what is concluded under a rule is not touched by it");
    }
}

#[tokio::test]
async fn a_new_version_of_the_document_asks_the_same_and_a_finding_settles_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let (town, id, _) = agreed(&ledger, "changsha-2026", 5).await;
        let mut second = Regime::clone(&town.registry.regime_arc());
        second.version = 2;
        let anew = Registry::new(ledger.clone(), Arc::new(second));
        let affected = async || anew.affected_agreements(&Page::first()).await.unwrap().items;
        let listed = affected().await;
        assert_eq!((&listed[0].agreement, listed[0].change.key.as_str()), (&id, "changsha-2026@2"), "{backend}");
        assert_eq!((listed[0].against.as_slice(), listed[0].settled_at), (&[][..], None), "{backend}");
        let by_operator = anew.find_no_change(&town.operator[0], &id, finding("changsha-2026@2")).await.unwrap();
        assert!(refused(by_operator).contains(&"REG-011".to_owned()), "{backend}");
        let unknown = anew.find_no_change(&town.agency[0], &id, finding("changsha-2026@3")).await.unwrap();
        assert_eq!(refused(unknown), ["REG-151"], "{backend}");
        allowed(anew.find_no_change(&town.agency[0], &id, finding("changsha-2026@2")).await.unwrap());
        let settled = affected().await.remove(0);
        assert_eq!(settled.finding.unwrap().reason, "条款与新规定一致", "{backend}");
        assert!(settled.settled_at.is_some(), "{backend}");
        let twice = anew.find_no_change(&town.agency[0], &id, finding("changsha-2026@2")).await;
        assert!(matches!(twice, Err(RegistryError::Conflict { .. })), "{backend}");
        // Where agreements do not follow new rules, nothing is asked.
        let mut other = Regime::clone(&anew.regime_arc());
        other.agreement.amends_with_law = None;
        other.agreement.amends_within_days = None;
        let other = Registry::new(ledger.clone(), Arc::new(other));
        assert_eq!(other.affected_agreements(&Page::first()).await.unwrap().items, [], "{backend}");
    }
}

#[tokio::test]
async fn luohus_agreement_names_the_officer_and_the_department_that_its_operator_has_on_file() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "luohu-2025")).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let operator = &town.operator[0].organisation;
    let heading = town.registry.regime().agreement.officer_heading.clone().unwrap().value;
    let mut paper = new_paper(&ledger, PaperKind::SecurityOfficer, None);
    let names = ["陈安", "数据安全部"];
    let mut texts = names.iter();
    for (particular, text) in &mut paper.particulars {
        if matches!(particular.form(), Form::Text) && ["officer", "department"].contains(&particular.word()) {
            *text = (*texts.next().unwrap()).to_owned();
        }
    }
    let on_file = town.registry.dossier(&town.operator[0], operator).await.unwrap().unwrap();
    paper.replaces = on_file.into_iter().find(|one| one.kind == PaperKind::SecurityOfficer).and_then(|one| one.paper);
    allowed(town.registry.enter_paper(&town.operator[0], operator, paper).await.unwrap());
    let says = async |text: &str| {
        let mut new = plain(&town, std::slice::from_ref(&fund), 2);
        new.contents.insert(heading.clone(), text.to_owned());
        let drafted = town.registry.draft_agreement(&town.agency[0], new).await.unwrap();
        drafted.into_result().map_or_else(|r| r.iter().map(|one| one.code.to_string()).collect(), |_| Vec::new())
    };
    assert_eq!(says("由运营机构承担").await, ["REG-153"]);
    assert_eq!(says("负责人陈安").await, ["REG-153"], "and the department");
    assert_eq!(says("负责人陈安，数据安全部").await, Vec::<String>::new());
}

/// Who computes for a scenario in Luohu on an agreement of which no copy was filed.
async fn unfiled(ledger: &Ledger) -> (Town, AgreementId, Vec<String>) {
    let (town, above, [fund, _]) = agreed(ledger, "luohu-2025", 2).await;
    let scenario = town.scenario("甲", UseKind::Industry, &above, &[(&fund, &["balance"])]).await;
    let bank: &Actor = &town.bank[0];
    let until = town.registry.agreement(&above).await.unwrap().unwrap().until;
    let (kind, from) = (AgreementKind::Development, ledger.now().day());
    let new = town.new_agreement(kind, bank.organisation.clone(), Vec::new(), Some(scenario.clone()), from, until);
    let id = allowed(town.registry.draft_agreement(&town.operator[0], new).await.unwrap());
    town.in_force(id.clone()).await;
    town.admit(&bank.organisation).await;
    let codes = refused(town.registry.permit(bank, Act::Compute, &Scope::of(scenario.clone())).await.unwrap());
    town.filed(&id).await;
    allowed(town.registry.permit(bank, Act::Compute, &Scope::of(scenario)).await.unwrap());
    (town, id, codes)
}

#[tokio::test]
async fn nobody_develops_in_luohu_before_the_copy_of_the_development_agreement_is_filed() {
    for (backend, ledger, _folder) in ledgers().await {
        let (_, _, codes) = unfiled(&ledger).await;
        assert_eq!(codes, ["REG-154"], "{backend}");
    }
}

pub(super) async fn codes_of_amendments_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let (town, id, codes) = unfiled(&ledger).await;
    let mut seen: BTreeSet<String> = codes.into_iter().collect();
    let (registry, agency) = (&town.registry, &town.agency[0]);
    seen.extend(refused(registry.find_no_change(agency, &id, finding("override-9")).await.unwrap()));
    let above = town.agreement(&[town.resource("third", fund_columns()).await], 2).await;
    let silent = NewAmendment {
        contents: BTreeMap::from([("数据安全主体责任".into(), "无".into())]),
        ..amendment(&ledger)
    };
    seen.extend(refused(registry.draft_amendment(agency, &above, silent).await.unwrap()));
    ledger.clock().advance_to(ledger.now().plus_days(1)).unwrap();
    let new = plain(&town, &[town.resource("fourth", fund_columns()).await], 2);
    let plain = town.in_force(allowed(registry.draft_agreement(agency, new).await.unwrap())).await;
    ledger.clock().advance_to(ledger.now().plus_days(1)).unwrap();
    overridden(&town, "agreement.years_max", 1).await;
    seen.extend(refused(registry.find_no_change(agency, &plain, finding("override-1")).await.unwrap()));
    town.end_agreement(&above, "breach").await;
    seen.extend(refused(registry.draft_amendment(agency, &above, amendment(&ledger)).await.unwrap()));
    seen
}
