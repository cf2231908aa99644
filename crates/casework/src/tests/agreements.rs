//! What an operator agreement rests on under each document: a scheme, a selection that it
//! names, one term, the shares that were bid; and how a scheme comes to be approved.

use std::collections::BTreeSet;

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::sqlite;
use shuyu_model::id::{AgreementId, MatterId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{Actor, CryptoProfile};
use shuyu_registry::testing::{allowed, scheme_id};
use shuyu_registry::{AgreementKind, NewAgreement, Shares};

use super::desk::{Desk, told_at};
use super::shipped_matters::desk_under;
use super::*;
use crate::matter::Facts;
use crate::{MatterMove, testing};

impl Desk {
    /// The codes with which the case of a draft is refused; none where it opens.
    async fn opens(&self, change: impl FnOnce(&mut NewAgreement)) -> Vec<String> {
        let (town, casework) = (&self.office.town, &self.office.casework);
        let from = town.ledger().now().day();
        let (grantee, fund) = (town.operator[0].organisation.clone(), vec![self.fund.clone()]);
        let mut new = town.new_agreement(AgreementKind::Operator, grantee, fund, None, from, town.last_day(from));
        change(&mut new);
        let drafted = town.registry.draft_agreement(&town.agency[0], new).await.unwrap();
        let id: AgreementId = match drafted.into_result() {
            Ok(id) => id,
            Err(reasons) => return reasons.iter().map(|reason| reason.code.to_string()).collect(),
        };
        let kind = ProcedureKind::OperatorAgreement;
        let seen = town.registry.subject(kind, id.as_str()).await.unwrap().unwrap().digest;
        let opened = casework.open(&town.agency[0], kind, id.as_str(), seen, Vec::new()).await.unwrap();
        opened.into_result().map_or_else(|r| r.iter().map(|reason| reason.code.to_string()).collect(), |_| Vec::new())
    }

    /// A move with what it needs and with other facts.
    async fn with(&self, who: &Actor, id: &MatterId, name: &str, told: &[(&str, &str)]) -> Result<String, Vec<String>> {
        let mut named: MatterMove = self.complete(id, name).await;
        named.facts.extend(told.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        named.facts.retain(|_, value| !value.is_empty());
        let made = self.attempt(who, id, named).await.into_result();
        made.map_err(|reasons| reasons.iter().map(|reason| reason.code.to_string()).collect())
    }
}

async fn chosen(ledger: &Ledger, code: &str) -> Desk {
    let desk = desk_under(ledger, code).await;
    let town = &desk.office.town;
    let (agency, operator) = (&town.agency, &town.operator[0].organisation);
    testing::selected(&desk.office.casework, &agency[0], &agency[3], operator).await;
    // A further agreement rests on the latest result.
    testing::assessed(&desk.office.casework, &agency[0], operator).await;
    desk
}

/// What is to be reached is reached before the agreement ends.
fn within_the_term(new: &mut NewAgreement) {
    for target in &mut new.targets {
        target.by = new.until.unwrap_or(target.by);
    }
}

/// Under these rules: without a scheme, a year short of the term, without its selection,
/// with other shares than were bid.
type Row =
    (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str], &'static [&'static str]);

const ROWS: &[Row] = &[
    ("changsha-2026", &["CAS-081"], &["CAS-102"], &[], &[]),
    ("changchun-2025", &["CAS-081"], &[], &["CAS-103"], &[]),
    ("xianning-2025", &["CAS-081"], &["CAS-102"], &[], &[]),
    ("luohu-2025", &["CAS-081"], &[], &[], &[]),
    ("changsha-2023", &[], &[], &[], &["CAS-104"]),
];

/// What is told, key by key.
type Told<'a> = &'a [(&'a str, &'a str)];

#[tokio::test]
async fn an_agreement_names_its_scheme_its_selection_its_one_term_and_the_shares_bid_where_the_document_says_so() {
    for (code, no_scheme, short, no_selection, other_shares) in ROWS {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = chosen(&ledger, code).await;
        assert_eq!(desk.opens(|new| new.scheme = None).await, *no_scheme, "{code}: no scheme");
        let a_year_less = |new: &mut NewAgreement| {
            new.until = new.until.map(|until| until.saturating_sub(jiff::Span::new().years(1)));
            within_the_term(new);
        };
        assert_eq!(desk.opens(a_year_less).await, *short, "{code}: shorter");
        assert_eq!(desk.opens(|new| new.selection = None).await, *no_selection, "{code}: no selection");
        let others = Shares { owner_basis_points: 3100, operator_basis_points: 4900, processor_basis_points: 2000 };
        let has_shares = desk.office.town.registry.regime().agreement.names_shares.is_some();
        let other = |new: &mut NewAgreement| new.shares = has_shares.then_some(others);
        assert_eq!(desk.opens(other).await, *other_shares, "{code}: other shares");
        let other_scheme = |new: &mut NewAgreement| new.scheme = Some(ledger.new_id());
        assert_eq!(desk.opens(other_scheme).await, ["CAS-082"], "{code}: no such scheme");
        assert_eq!(desk.opens(|_| ()).await, Vec::<String>::new(), "{code}: as it should be");
    }
}

#[tokio::test]
async fn where_the_document_sets_the_term_it_need_not_be_named() {
    for (code, years) in [("changsha-2026", 5), ("xianning-2025", 3), ("luohu-2025", 2)] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = desk_under(&ledger, code).await;
        let town = &desk.office.town;
        let (grantee, from) = (town.operator[0].organisation.clone(), ledger.now().day());
        let mut new = town.new_agreement(AgreementKind::Operator, grantee, vec![desk.fund.clone()], None, from, from);
        new.until = None;
        let id = allowed(town.registry.draft_agreement(&town.agency[0], new).await.unwrap());
        let last = from.saturating_add(jiff::Span::new().years(years)).saturating_sub(jiff::Span::new().days(1));
        assert_eq!(town.registry.agreement(&id).await.unwrap().unwrap().until, last, "{code}");
    }
}

/// The ways of 三(一)1 and 三(一)2: the bureau's and the department's.
#[tokio::test]
async fn a_sector_scheme_goes_the_departments_way_and_a_whole_one_the_bureaus() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2026").await;
    let town = &desk.office.town;
    let (bureau, department) = (&town.regulators, &town.source);
    let id = desk.open(&department[0], MatterKind::Scheme, department[0].organisation.as_str()).await;
    let as_whole = desk.with(&department[0], &id, "submit", &[("mode", "whole")]).await.unwrap_err();
    assert!(as_whole.contains(&"CAS-021".to_owned()), "{as_whole:?}");
    let sector = ("mode", "sector");
    let silent = [sector, ("mode_reason", ""), ("scope_resources", "")];
    assert_eq!(desk.with(&department[0], &id, "submit", &silent).await.unwrap_err(), ["CAS-027"]);
    let open_ended = [sector, ("scope_resources", "本部门全部数据")];
    assert_eq!(desk.with(&department[0], &id, "submit", &open_ended).await.unwrap_err(), ["CAS-101"]);
    assert_eq!(desk.with(&department[0], &id, "submit", &[sector]).await.unwrap(), "review");

    let early = desk.may_not(&department[1], &id, "decide_collectively").await;
    assert!(early.contains(&"CAS-100".to_owned()), "{early:?}: the bureau has not said yes");
    assert_eq!(desk.moves(&bureau[0], &id, "endorse").await, "endorsed");
    let others = desk.may_not(&bureau[1], &id, "decide_collectively").await;
    assert!(others.contains(&"CAS-021".to_owned()), "{others:?}");
    desk.moves(&department[1], &id, "decide_collectively").await;
    desk.moves(&department[0], &id, "refer").await;
    assert_eq!(desk.moves(&department[1], &id, "approve").await, "effective");
    let filings = desk.view(&id).await.filings;
    assert_eq!(filings.len(), 1, "the copy is the department's to file");
    let filed = desk.office.casework.file_matter(&bureau[0], &id, filings[0].version, filings[0].to, None).await;
    assert_eq!(refused(filed.unwrap()), ["CAS-034"]);
    allowed(
        desk.office.casework.file_matter(&department[0], &id, filings[0].version, filings[0].to, None).await.unwrap(),
    );
}

#[tokio::test]
async fn changchuns_scheme_is_advised_practicable_and_what_others_read_has_its_form() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changchun-2025").await;
    let (agency, bureau) = (&desk.office.town.agency, &desk.office.town.regulators);
    let id = desk.open(&agency[0], MatterKind::Scheme, agency[0].organisation.as_str()).await;
    assert_eq!(desk.may_not(&agency[0], &id, "submit").await, ["CAS-020"], "the bureau has not advised");
    desk.moves(&bureau[0], &id, "advise").await;
    let rows: &[(Told, &[&str])] = &[
        (&[("mode", "")], &["CAS-027", "CAS-085"]),
        (&[("mode", "whole"), ("term_years", "长期")], &["CAS-101"]),
        (&[("mode", "whole"), ("revenue_shares", "另行约定")], &["CAS-101"]),
        (&[("mode", "whole"), ("exit_grounds", "breach, bankruptcy")], &["CAS-107"]),
        (&[("mode", "whole"), ("indicators", ""), ("cost_items", "")], &["CAS-027"]),
    ];
    for (told, codes) in rows {
        assert_eq!(desk.with(&agency[0], &id, "submit", told).await.unwrap_err(), *codes, "{told:?}");
    }
    desk.with(&agency[0], &id, "submit", &[("mode", "whole")]).await.unwrap();
    let impracticable = [("practicability", "impracticable")];
    assert_eq!(desk.with(&bureau[0], &id, "refer", &impracticable).await.unwrap_err(), ["CAS-062"]);
    assert_eq!(desk.with(&bureau[0], &id, "refer", &[("practicability", "")]).await.unwrap_err(), ["CAS-027"]);
    desk.moves(&bureau[0], &id, "refer").await;
    assert_eq!(desk.with(&bureau[1], &id, "approve", &[("decided_on", "去年")]).await.unwrap_err(), ["CAS-101"]);
    assert_eq!(desk.moves(&bureau[1], &id, "approve").await, "effective");
}

#[tokio::test]
async fn which_contents_differ_says_whether_a_change_is_large_and_what_was_approved_rules_until_it_is_decided() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changchun-2025").await;
    let (agency, bureau) = (&desk.office.town.agency, &desk.office.town.regulators);
    let id = desk.open(&agency[0], MatterKind::Scheme, agency[0].organisation.as_str()).await;
    desk.moves(&bureau[0], &id, "advise").await;
    desk.with(&agency[0], &id, "submit", &[("mode", "whole")]).await.unwrap();
    desk.moves(&bureau[0], &id, "refer").await;
    desk.moves(&bureau[1], &id, "approve").await;
    for key in ["data_scope", "operator_conditions", "revenue_sharing", "security_and_emergency"] {
        assert_eq!(desk.with(&agency[0], &id, "amend", &[(key, "另一个")]).await.unwrap_err(), ["CAS-105"], "{key}");
    }
    desk.with(&agency[0], &id, "amend", &[("contact", "新的联系人")]).await.unwrap();
    let approved = desk.view(&id).await.facts;
    assert_eq!(desk.view(&id).await.approved, None);
    desk.with(&agency[0], &id, "propose_change", &[("term_years", "1")]).await.unwrap();
    for (who, name) in [(&agency[0], "submit"), (&bureau[0], "return")] {
        let view = desk.view(&id).await;
        assert_eq!(view.approved.as_ref(), Some(&approved), "before {name}: both are shown");
        assert_eq!(view.facts["term_years"], "1");
        desk.with(who, &id, name, &[("term_years", if name == "submit" { "1" } else { "" })]).await.unwrap();
    }
    assert_eq!(desk.may_not(&agency[0], &id, "withdraw").await, ["CAS-106"], "it is in force");
    assert_eq!(desk.moves(&agency[0], &id, "drop_change").await, "effective");
    assert_eq!(desk.view(&id).await.facts, approved);

    let fresh = in_review_with_mode(&desk).await;
    desk.moves(&bureau[0], &fresh, "return").await;
    assert_eq!(desk.may_not(&agency[0], &fresh, "drop_change").await, ["CAS-106"], "it never was");
    desk.moves(&agency[0], &fresh, "withdraw").await;
}

async fn in_review_with_mode(desk: &Desk) -> MatterId {
    let town = &desk.office.town;
    let id = desk.open(&town.agency[0], MatterKind::Scheme, town.agency[0].organisation.as_str()).await;
    desk.moves(&town.regulators[0], &id, "advise").await;
    desk.with(&town.agency[0], &id, "submit", &[("mode", "whole")]).await.unwrap();
    id
}

#[tokio::test]
async fn a_scheme_comes_into_force_with_the_body_and_day_of_the_decision_where_the_document_names_one() {
    for (code, keys) in [
        ("luohu-2025", &["decided_by", "meeting_number", "decided_on"][..]),
        ("xianning-2025", &["decided_by", "decided_on"][..]),
    ] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = desk_under(&ledger, code).await;
        let bureau = &desk.office.town.regulators;
        let id = desk.open(&bureau[0], MatterKind::Scheme, bureau[0].organisation.as_str()).await;
        desk.moves(&bureau[0], &id, "submit").await;
        desk.moves(&bureau[0], &id, "refer").await;
        for key in keys {
            assert_eq!(desk.with(&bureau[1], &id, "approve", &[(key, "")]).await.unwrap_err(), ["CAS-027"], "{code}");
        }
        assert_eq!(desk.moves(&bureau[1], &id, "approve").await, "effective", "{code}");
    }
}

#[tokio::test]
async fn an_individual_authorisation_of_xianning_says_each_criterion() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "xianning-2025").await;
    let bureau = &desk.office.town.regulators[0];
    let id = desk.open(bureau, MatterKind::Scheme, bureau.organisation.as_str()).await;
    for key in ["field_or_scenario", "value_adding", "benefit", "scope_resources"] {
        let told = [("mode", "sector"), (key, "")];
        assert_eq!(desk.with(bureau, &id, "submit", &told).await.unwrap_err(), ["CAS-027"], "{key}");
    }
    assert_eq!(desk.with(bureau, &id, "submit", &[("mode", "sector")]).await.unwrap(), "review");
}

#[tokio::test]
async fn an_exit_is_on_a_ground_of_the_scheme_that_its_agreement_rests_on() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = chosen(&ledger, "changchun-2025").await;
    let (town, casework) = (&desk.office.town, &desk.office.casework);
    let mut amended = MatterMove { facts: Facts::new(), ..desk.complete(&scheme_id(), "propose_change").await };
    amended.facts.insert("exit_grounds".to_owned(), "expiry".to_owned());
    let mut exit = desk.prepared(MatterKind::Exit, desk.agreement.as_str());
    exit.facts = told_at(&desk, MatterKind::Exit, "open");
    // What is only proposed rules nothing.
    allowed(casework.make_move(&town.agency[0], &scheme_id(), amended).await.unwrap());
    let mut turn = town.registry.turn().await.unwrap();
    let scheme = casework.scheme_of(&mut turn, &desk.agreement).await.unwrap().unwrap();
    drop(turn);
    assert_eq!((scheme.id, scheme.exit_grounds), (scheme_id(), Vec::new()));

    let listed =
        testing::scheme_that_says(casework, &town.agency[0], &town.agency[3], &[("exit_grounds", "expiry")]).await;
    let from = ledger.now().day();
    let (grantee, fund) = (town.operator[0].organisation.clone(), vec![desk.fund.clone()]);
    let mut new = town.new_agreement(AgreementKind::Operator, grantee, fund, None, from, town.last_day(from));
    new.scheme = Some(listed);
    let id = allowed(town.registry.draft_agreement(&town.agency[0], new).await.unwrap());
    let id = town.in_force(id).await;
    exit.subject = id.to_string();
    assert_eq!(refused(casework.open_matter(&town.agency[0], exit.clone()).await.unwrap()), ["CAS-107"]);
    exit.facts.insert("ground".to_owned(), "expiry".to_owned());
    allowed(casework.open_matter(&town.agency[0], exit).await.unwrap());
}

#[tokio::test]
async fn an_exit_shows_what_its_agreement_says_of_it() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changsha-2023").await;
    let agency = &desk.office.town.agency[0];
    let mut exit = desk.prepared(MatterKind::Exit, desk.agreement.as_str());
    exit.facts.insert("ground".to_owned(), "expiry".to_owned());
    let id = allowed(desk.office.casework.open_matter(agency, exit).await.unwrap());
    let sections = desk.view(&id).await.sections;
    assert_eq!(sections.get("退出机制").map(String::as_str), Some("as agreed"), "{sections:?}");
    let bureau = &desk.office.town.regulators[0];
    let other = desk.open(bureau, MatterKind::Rectification, desk.agreement.as_str()).await;
    assert!(desk.view(&other).await.sections.is_empty(), "of an exit alone");
}

/// Each of the reasons of this file, for the list of all.
pub(super) async fn codes_of_agreements_with_every_fault() -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for code in ["changsha-2026", "changchun-2025", "changsha-2023"] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let desk = chosen(&ledger, code).await;
        seen.extend(desk.opens(|new| (new.scheme, new.selection) = (None, None)).await);
        let a_day = |new: &mut NewAgreement| {
            new.until = Some(new.from);
            within_the_term(new);
        };
        seen.extend(desk.opens(a_day).await);
        let others = Shares { owner_basis_points: 10_000, operator_basis_points: 0, processor_basis_points: 0 };
        seen.extend(desk.opens(|new| new.shares = Some(others)).await);
        let town = &desk.office.town;
        if code == "changchun-2025" {
            let id = in_review_with_mode(&desk).await;
            desk.moves(&town.regulators[0], &id, "return").await;
            seen.extend(desk.may_not(&town.agency[0], &id, "drop_change").await);
            let told = [("exit_grounds", "bankruptcy"), ("term_years", "x")];
            seen.extend(desk.with(&town.agency[0], &id, "submit", &told).await.unwrap_err());
            let large = [("data_scope", "另一个")];
            seen.extend(desk.with(&town.agency[0], &scheme_id(), "amend", &large).await.unwrap_err());
        }
        if code == "changsha-2026" {
            let department = &town.source[0];
            let id = desk.open(department, MatterKind::Scheme, department.organisation.as_str()).await;
            seen.extend(desk.with(department, &id, "submit", &[("mode", "elsewhere")]).await.unwrap_err());
        }
    }
    seen
}
