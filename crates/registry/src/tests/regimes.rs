//! One engine, five documents: the same act tried under two of them has the two
//! outcomes that the two clauses ask for.

use std::sync::Arc;

use shuyu_ledger::Event;
use shuyu_ledger::testing::sqlite;
use shuyu_model::identifier::credit_code_check;
use shuyu_model::regime::words::Mode;
use shuyu_model::regime::{Ban, ProcedureKind, Regime};
use shuyu_model::registration::RegistrationKind;
use shuyu_model::{CryptoProfile, Grade, Role, Time, UseKind, Verdict};

use crate::testing::{Town, allowed, fund_columns, new_resource, regime_of, town_under};
use crate::{Act, AgreementKind, Barred, EntityKind, NewOrganisation, Scope, enact, rules};

/// What is tried.
#[derive(Debug, Clone, Copy)]
enum Try {
    /// An operator agreement of so many years.
    Years(u8),
    /// One of so many years that says why.
    LongerWithReason(u8),
    /// One of a year that does not say why.
    ShorterSilently,
    /// One by sector.
    BySector,
    /// One by sector on what a whole authorisation has, too.
    BySectorBesideWhole,
    /// One that begins on this day.
    AgreementOn(i16, i8, i8),
    /// A development agreement with a firm that the operator owns.
    WithAffiliate,
    /// One with an entity of this form.
    WithEntity(EntityKind),
    /// One that outlasts the operator's.
    OutlastingDevelopment,
    /// One organisation as agency and regulator.
    OneBody,
    /// An end on this ground.
    EndOn(&'static str),
    /// An agreement on data that another department shared without consent.
    SharedData,
    /// An agreement on what stands on the negative list.
    NegativeListed,
    /// A scenario on a core column.
    CoreColumn,
    /// A scenario without an emergency plan.
    NoPlan,
    /// Delivery to an entity without an agreement.
    NoContract,
}

/// Where a document also asks that the entity be admitted, that is a reason of its own.
const ADMITTED: &str = "REG-031";

/// The town has a managing and an implementing body already.
const SECOND: &str = "REG-049";

/// The reasons of a refusal with their clauses; empty for a yes.
fn told<T: std::fmt::Debug>(verdict: Verdict<T>) -> Vec<(String, String)> {
    let Verdict::Refuse(reasons) = verdict else { return Vec::new() };
    reasons.iter().map(|reason| (reason.code.to_string(), reason.clause.to_string())).collect()
}

fn organisation(roles: &[Role], entity_kind: Option<EntityKind>) -> NewOrganisation {
    let first17 = "91430200MA4L00001";
    NewOrganisation {
        identity_number: None,
        name: "某个单位".into(),
        credit_code: format!("{first17}{}", credit_code_check(first17).unwrap()),
        roles: roles.to_vec(),
        entity_kind,
        owned_by: Vec::new(),
    }
}

impl Try {
    async fn at(self, town: &Town) -> Vec<(String, String)> {
        match self {
            Self::Years(_)
            | Self::LongerWithReason(_)
            | Self::ShorterSilently
            | Self::BySector
            | Self::BySectorBesideWhole
            | Self::AgreementOn(..)
            | Self::SharedData
            | Self::NegativeListed => self.agree(town).await,
            Self::WithAffiliate | Self::WithEntity(_) | Self::OutlastingDevelopment => self.develop(town).await,
            Self::CoreColumn | Self::NoPlan => self.draft_scenario(town).await,
            Self::OneBody => {
                let both = organisation(&[Role::Agency, Role::Regulator], None);
                let mut told = told(town.registry.add_organisation(&town.admins[0], both).await.unwrap());
                // That both roles are taken is told in `parties.rs`.
                told.retain(|(code, _)| code != SECOND);
                told
            }
            Self::EndOn(ground) => {
                let fund = town.resource("fund_accounts", fund_columns()).await;
                let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
                let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
                let development = town.development(&town.bank[0].organisation, &scenario).await;
                told(town.registry.terminate_agreement(&town.operator[1], &development, ground).await.unwrap())
            }
            Self::NoContract => {
                let fund = town.resource("fund_accounts", fund_columns()).await;
                let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
                let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
                let mut told = told(town.registry.permit(&town.bank[0], Act::Use, &Scope::of(scenario)).await.unwrap());
                told.retain(|(code, _)| code != ADMITTED);
                told
            }
        }
    }

    async fn agree(self, town: &Town) -> Vec<(String, String)> {
        let today = town.ledger().now().day();
        let (from, years) = match self {
            Self::Years(years) | Self::LongerWithReason(years) => (today, years),
            Self::AgreementOn(year, month, day) => (jiff::civil::date(year, month, day), 1),
            _ => (today, 1),
        };
        town.ledger().clock().advance_to(Time::at_start_of(from).max(town.ledger().now())).unwrap();
        let resource = match self {
            Self::SharedData => {
                let mut new = new_resource("marriages", fund_columns());
                new.shared_from = Some(town.other_source[0].organisation.clone());
                let id = allowed(town.registry.draft_resource(&town.source[0], new).await.unwrap());
                town.register(&id).await;
                id
            }
            _ => town.resource("fund_accounts", fund_columns()).await,
        };
        if matches!(self, Self::NegativeListed) {
            // However it comes there: in one document by an entry that others decide on.
            let mut turn = town.registry.turn().await.unwrap();
            let barred = Barred { ground: "不宜开放".into(), clause: "x".into() };
            enact::barred(&mut turn, &resource, Some(&barred)).await.unwrap();
            turn.commit(Event::done(None, "resource.barred", resource.as_str())).await.unwrap();
        }
        let until =
            from.saturating_add(jiff::Span::new().years(i64::from(years))).saturating_sub(jiff::Span::new().days(1));
        let operator = town.operator[0].organisation.clone();
        if matches!(self, Self::BySectorBesideWhole) {
            town.agreement(std::slice::from_ref(&resource), 2).await;
        }
        let mut new = town.new_agreement(AgreementKind::Operator, operator, vec![resource], None, from, until);
        match self {
            // Longer than the document's term without a word; the others say why.
            Self::Years(years) if town.registry.regime().agreement.years_max.value < years => new.term_reason = None,
            Self::ShorterSilently => new.term_reason = None,
            Self::BySector | Self::BySectorBesideWhole => new.mode = Some(Mode::Sector),
            _ => {}
        }
        told(town.registry.draft_agreement(&town.agency[0], new).await.unwrap())
    }

    async fn develop(self, town: &Town) -> Vec<(String, String)> {
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
        let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
        let entity = match self {
            Self::WithAffiliate => town.affiliate[0].organisation.clone(),
            Self::WithEntity(kind) => {
                let new = match kind {
                    EntityKind::NaturalPerson => super::units::person(&super::units::identity_number()),
                    kind => organisation(&[Role::Entity], Some(kind)),
                };
                allowed(town.registry.add_organisation(&town.admins[0], new).await.unwrap())
            }
            _ => town.bank[0].organisation.clone(),
        };
        let from = town.ledger().now().day();
        let years = if matches!(self, Self::OutlastingDevelopment) { 3 } else { 1 };
        let until = from.saturating_add(jiff::Span::new().years(years)).saturating_sub(jiff::Span::new().days(1));
        let new = town.new_agreement(AgreementKind::Development, entity, Vec::new(), Some(scenario), from, until);
        told(town.registry.draft_agreement(&town.operator[0], new).await.unwrap())
    }

    async fn draft_scenario(self, town: &Town) -> Vec<(String, String)> {
        let mut columns = fund_columns();
        if matches!(self, Self::CoreColumn) {
            columns.last_mut().unwrap().grade = Some(Grade::Core);
        }
        let fund = town.resource("fund_accounts", columns).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
        let mut new = town.new_scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["balance", "district"])]);
        if matches!(self, Self::NoPlan) {
            new.emergency_plan_digest = None;
        }
        told(town.registry.draft_scenario(town.drafter(), new).await.unwrap())
    }
}

/// A clause that one regime rests an outcome on.
type Rule = fn(&Regime) -> String;

/// What comes of it under one regime: the code of the refusal or a yes, and the
/// clause that says so.
type Outcome = (&'static str, Option<&'static str>, &'static str);

const TERM: Rule = |regime| regime.cite(&regime.agreement.years_max);
const STATED: Rule = |regime| regime.cite(&regime.agreement.term_set_by);
const MODES: Rule = |regime| regime.cite(&regime.mode.allowed);
const COPY: Rule = |regime| {
    regime.mode.full_copy_to_whole.as_ref().map_or(regime.cite(&regime.mode.allowed), |rule| regime.cite(rule))
};
const REDEVELOPMENT: Rule = |regime| regime.cite(&regime.agreement.operator_may_not_redevelop);
const FORMS: Rule = |regime| regime.cite(&regime.roles.entity_kinds);
const WITHIN: Rule = |regime| regime.cite(&regime.agreement.development_within_operator_term);
const APART: Rule = |regime| regime.cite(&regime.roles.agency_apart_from_regulator);
const GROUNDS: Rule = |regime| regime.cite(&regime.agreement.exit_grounds);
const SHARED: Rule = |regime| regime.cite(&regime.resource.shared_needs_provider_consent);
const LISTED: Rule = |regime| regime.cite(&regime.resource.negative_list_is_barred);
const BARRED: Rule = |regime| regime.cite(&regime.resource.grades_barred);
const PLAN: Rule = |regime| regime.cite(&regime.scenario.needs_emergency_plan);
const CONTRACT: Rule = |regime| regime.cite(&regime.agreement.entity_must_be_contracted);
const LIFE: Rule = |regime| regime.cite_clause(&regime.in_force.source);

/// The act, the clause that decides it, and what comes of it here and there.
const ROWS: &[(Try, Rule, Outcome, Outcome)] = &[
    (Try::Years(5), TERM, ("changsha-2026", None, "三(三)"), ("xianning-2025", Some("REG-018"), "四(一)")),
    (Try::LongerWithReason(4), TERM, ("luohu-2025", None, "六(一)"), ("xianning-2025", Some("REG-018"), "四(一)")),
    (Try::LongerWithReason(4), TERM, ("changsha-2023", None, "22"), ("changsha-2026", None, "三(三)")),
    (Try::ShorterSilently, STATED, ("changchun-2025", None, "13"), ("changsha-2026", Some("REG-078"), "三(三)")),
    (
        Try::ShorterSilently,
        STATED,
        ("xianning-2025", Some("REG-078"), "四(一)"),
        ("luohu-2025", Some("REG-078"), "六(一)"),
    ),
    (Try::BySector, MODES, ("changchun-2025", None, "12"), ("luohu-2025", Some("REG-076"), "四")),
    (Try::BySector, MODES, ("xianning-2025", None, "一"), ("changsha-2023", Some("REG-076"), "17")),
    (Try::BySector, COPY, ("xianning-2025", None, "一"), ("changsha-2026", Some("REG-077"), "三(一)2")),
    (Try::BySectorBesideWhole, COPY, ("xianning-2025", None, "一"), ("changsha-2026", None, "三(一)2")),
    (Try::Years(3), TERM, ("xianning-2025", None, "四(一)"), ("luohu-2025", Some("REG-018"), "六(一)")),
    (Try::Years(4), TERM, ("changchun-2025", None, "N27 14(2)"), ("changsha-2023", Some("REG-018"), "22")),
    (
        Try::Years(6),
        TERM,
        ("changsha-2026", Some("REG-018"), "三(三)"),
        ("changchun-2025", Some("REG-018"), "N27 14(2)"),
    ),
    (Try::WithAffiliate, REDEVELOPMENT, ("changsha-2026", Some("REG-020"), "七(二)2"), ("luohu-2025", None, "setting")),
    (Try::WithAffiliate, REDEVELOPMENT, ("xianning-2025", Some("REG-020"), "一"), ("changsha-2023", None, "setting")),
    (Try::WithAffiliate, REDEVELOPMENT, ("changchun-2025", Some("REG-020"), "10"), ("luohu-2025", None, "setting")),
    (
        Try::WithEntity(EntityKind::NaturalPerson),
        FORMS,
        ("luohu-2025", None, "一(三)"),
        ("changchun-2025", Some("REG-021"), "3"),
    ),
    (
        Try::WithEntity(EntityKind::Organisation),
        FORMS,
        ("changchun-2025", None, "3"),
        ("changsha-2026", Some("REG-021"), "八1"),
    ),
    (
        Try::OutlastingDevelopment,
        WITHIN,
        ("luohu-2025", Some("REG-019"), "六(七)"),
        ("changsha-2026", Some("REG-019"), "setting"),
    ),
    (Try::OneBody, APART, ("xianning-2025", None, "一"), ("changsha-2026", Some("REG-025"), "二(一),二(三)")),
    (Try::OneBody, APART, ("luohu-2025", None, "一(一)"), ("changchun-2025", Some("REG-025"), "7")),
    (
        Try::EndOn("talks_failed"),
        GROUNDS,
        ("luohu-2025", None, "六(六)1-9,十二"),
        ("changsha-2026", Some("REG-026"), "六(一)-(三)"),
    ),
    (
        Try::EndOn("other"),
        GROUNDS,
        ("changsha-2026", None, "六(一)-(三)"),
        ("xianning-2025", Some("REG-026"), "四(五)"),
    ),
    (
        Try::EndOn("operator_request"),
        GROUNDS,
        ("xianning-2025", None, "四(五)"),
        ("changsha-2023", Some("REG-026"), "8,22,26运"),
    ),
    (Try::SharedData, SHARED, ("luohu-2025", Some("REG-005"), "五(一)"), ("changchun-2025", Some("REG-005"), "9")),
    (
        Try::NegativeListed,
        LISTED,
        ("changsha-2023", Some("REG-004"), "11,13"),
        ("luohu-2025", Some("REG-004"), "setting"),
    ),
    (Try::CoreColumn, BARRED, ("changsha-2023", Some("REG-003"), "11"), ("xianning-2025", Some("REG-003"), "setting")),
    (Try::NoPlan, PLAN, ("luohu-2025", Some("REG-027"), "九(二)"), ("changchun-2025", Some("REG-027"), "setting")),
    (
        Try::NoContract,
        CONTRACT,
        ("xianning-2025", Some("REG-012"), "四(三)"),
        ("changchun-2025", Some("REG-012"), "setting"),
    ),
    (
        Try::AgreementOn(2027, 11, 25),
        LIFE,
        ("luohu-2025", Some("REG-015"), "十二"),
        ("xianning-2025", None, "五(末段)"),
    ),
    (
        Try::AgreementOn(2028, 9, 24),
        LIFE,
        ("xianning-2025", Some("REG-015"), "五(末段)"),
        ("changchun-2025", None, "29"),
    ),
    (Try::AgreementOn(2031, 3, 5), LIFE, ("changsha-2026", Some("REG-015"), "十一"), ("changchun-2025", None, "29")),
];

async fn check(what: Try, rule: Rule, (code, refusal, clause): Outcome) {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, code)).await;
    let cited = format!("{code} {clause}");
    assert_eq!(rule(town.registry.regime()), cited, "{what:?}");
    let seen = what.at(&town).await;
    let expected: Vec<(String, String)> = refusal.map(|refusal| (refusal.to_owned(), cited)).into_iter().collect();
    assert_eq!(seen, expected, "{what:?} under {code}");
}

#[tokio::test]
async fn the_same_act_under_two_regimes_has_the_outcomes_of_the_two_clauses() {
    for (what, rule, here, there) in ROWS {
        check(*what, *rule, *here).await;
        check(*what, *rule, *there).await;
    }
}

#[tokio::test]
async fn where_two_modes_stand_side_by_side_and_neither_is_taken_in_principle_one_is_named() {
    for (code, expected) in [("changchun-2025", &["REG-076"][..]), ("xianning-2025", &[]), ("luohu-2025", &[])] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town_under(&ledger, regime_of(&ledger, code)).await;
        let (fund, operator) =
            (town.resource("fund_accounts", fund_columns()).await, town.operator[0].organisation.clone());
        let today = ledger.now().day();
        let mut new = town.new_agreement(AgreementKind::Operator, operator, vec![fund], None, today, today);
        new.mode = None;
        let drafted = town.registry.draft_agreement(&town.agency[0], new).await.unwrap();
        match drafted {
            Verdict::Refuse(reasons) => {
                assert_eq!(reasons.iter().map(|reason| &*reason.code).collect::<Vec<_>>(), expected, "{code}");
            }
            Verdict::Allow(id) => {
                assert!(expected.is_empty(), "{code}");
                let drafted = town.registry.agreement(&id).await.unwrap().unwrap();
                assert_eq!(drafted.mode, Some(Mode::Whole), "{code}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_agreed_under_a_draft_that_was_never_put_in_force() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, rules::shipped("changsha-2023").unwrap().regime).await;
    let seen = Try::Years(1).at(&town).await;
    assert_eq!(seen, [("REG-015".to_owned(), "changsha-2023 27".to_owned())]);
}

#[tokio::test]
async fn nothing_is_agreed_before_the_first_day_of_a_document() {
    let text = include_str!("../../../../regimes/changchun-2025/regime.toml");
    // The town begins on Monday 1 June 2026.
    for (from, refusal) in [("2026-06-01", None), ("2026-06-02", Some("REG-015"))] {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let text = text.replace("from = \"2025-09-19\"", &format!("from = \"{from}\""));
        let town = town_under(&ledger, Arc::new(Regime::parse("later.toml", &text).unwrap())).await;
        let seen: Vec<String> = Try::Years(1).at(&town).await.into_iter().map(|(code, _)| code).collect();
        assert_eq!(seen, refusal.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{from}");
    }
}

#[tokio::test]
async fn a_permit_ends_with_its_document_where_that_has_an_end() {
    let rows = [("luohu-2025", (2027, 11, 25)), ("xianning-2025", (2028, 6, 1)), ("changchun-2025", (2028, 6, 1))];
    for (code, (year, month, day)) in rows {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let town = town_under(&ledger, regime_of(&ledger, code)).await;
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
        let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
        let permit = town.registry.permit(&town.operator[0], Act::Compute, &Scope::of(scenario)).await.unwrap();
        let expected = Time::at_start_of(jiff::civil::date(year, month, day));
        assert_eq!(allowed(permit).until(), expected, "{code}");
    }
}

#[tokio::test]
async fn a_scenario_names_each_department_whose_data_it_takes_once() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "xianning-2025")).await;
    let (one, two) = (town.resource("a", fund_columns()).await, town.resource("b", fund_columns()).await);
    let other = town.registry.draft_resource(&town.other_source[0], new_resource("c", fund_columns())).await;
    let other = allowed(other.unwrap());
    town.register(&other).await;
    let agreement = town.agreement(&[one.clone(), two.clone(), other.clone()], 2).await;
    let fields: &[(&_, &[&str])] = &[(&one, &["balance"]), (&two, &["balance"]), (&other, &["balance"])];
    let scenario = town.scenario("核验", UseKind::Industry, &agreement, fields).await;
    let subject = town.registry.subject(ProcedureKind::Scenario, scenario.as_str()).await.unwrap().unwrap();
    let mut named: Vec<&str> = subject.each[&Role::Source].iter().map(|(_, name)| name.as_str()).collect();
    named.sort_unstable();
    assert_eq!(named, ["江城市住房公积金管理中心", "江城市城市管理局"]);
}

#[tokio::test]
async fn no_case_opens_on_what_the_registry_does_not_hold() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "changsha-2026")).await;
    let held =
        [ProcedureKind::REQUIRED.as_slice(), &[ProcedureKind::ProcessorAgreement, ProcedureKind::DistrictScheme]];
    let held = held.concat();
    let is_unheld = |kind: &&ProcedureKind| !held.contains(kind) && RegistrationKind::of(**kind).is_none();
    for kind in ProcedureKind::ALL.iter().filter(is_unheld) {
        let error = town.registry.subject(*kind, "x").await.unwrap_err().to_string();
        assert!(error.contains(kind.word()), "{error}");
    }
}

/// What a document bars is what its control refuses.
#[test]
fn the_ban_on_redevelopment_is_where_the_documents_have_it() {
    let rows = [
        ("changsha-2026", Some("changsha-2026 七(二)2")),
        ("changchun-2025", Some("changchun-2025 10")),
        ("xianning-2025", Some("xianning-2025 一")),
        ("luohu-2025", None),
        ("changsha-2023", None),
    ];
    for (code, clause) in rows {
        let regime = rules::shipped(code).unwrap().regime;
        assert_eq!(regime.ban(Ban::Redevelopment).as_deref(), clause, "{code}");
        assert_eq!(regime.agreement.operator_may_not_redevelop.value, clause.is_some(), "{code}");
    }
}

#[tokio::test]
async fn what_is_made_under_a_tried_draft_says_so() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let town = town_under(&ledger, regime_of(&ledger, "changsha-2023")).await;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let _agreement = town.agreement(std::slice::from_ref(&fund), 3).await;
    let entries = ledger.journal_page(i64::MAX, 20).await.unwrap();
    let stamped = entries.iter().filter(|entry| entry.text("written").unwrap().contains("changsha-2023@1-draft"));
    assert!(stamped.count() >= 2);
}
