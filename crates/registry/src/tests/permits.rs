//! Who gets a permit, who does not and why, and when one dies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shuyu_ledger::testing::ledgers;
use shuyu_model::id::{AgreementId, ResourceId, ScenarioId};
use shuyu_model::{Actor, Grade, Role, Time, UseKind, Verdict};

use crate::decide::{self, Asked};
use crate::testing::{Town, allowed, fund_columns, refused, regime_of, town, town_under};
use crate::world::World;
use crate::{Act, Admission, AdmissionState, AgreementState, Barred, Permit, ResourceState, ScenarioState, Scope};

struct Set {
    town: Town,
    fund: ResourceId,
    agreement: AgreementId,
    scenario: ScenarioId,
    development: AgreementId,
}

async fn set(ledger: &shuyu_ledger::Ledger) -> Set {
    set_in(town(ledger).await).await
}

async fn set_in(town: Town) -> Set {
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 5).await;
    let fields: &[&str] = &["id_card", "balance", "opened_on"];
    let scenario = town.scenario("公积金核验", UseKind::Industry, &agreement, &[(&fund, fields)]).await;
    let development = town.development(&town.bank[0].organisation, &scenario).await;
    Set { town, fund, agreement, scenario, development }
}

impl Set {
    async fn ask(&self, actor: &Actor, act: Act, scope: &Scope) -> Verdict<Permit> {
        self.town.registry.permit(actor, act, scope).await.unwrap()
    }

    async fn compute(&self) -> Permit {
        allowed(self.ask(&self.town.operator[0], Act::Compute, &Scope::of(self.scenario.clone())).await)
    }

    async fn use_it(&self) -> Permit {
        allowed(self.ask(&self.town.bank[0], Act::Use, &Scope::of(self.scenario.clone())).await)
    }
}

#[tokio::test]
async fn a_permit_says_who_may_do_what_until_when() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger).await;
        let permit = set.compute().await;
        assert!(permit.is_live(), "{backend}");
        assert_eq!((permit.scenario(), permit.agreement()), (&set.scenario, &set.agreement));
        assert_eq!((permit.act(), permit.use_kind(), permit.entity()), (Act::Compute, UseKind::Industry, None));
        assert_eq!(permit.operator(), &set.town.operator[0].organisation);
        let [table] = permit.tables() else { panic!("one table: {:?}", permit.tables()) };
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!((table.name.as_str(), names), ("fund_accounts", vec!["id_card", "balance", "opened_on"]));
        assert_eq!(table.entity.as_ref().map(|column| column.name.as_str()), Some("id_card"));
        // The registration ends first: three years, where the agreement has five (to 2031-03-04 with the rules).
        assert_eq!(permit.until(), Time::at_start_of(jiff::civil::date(2029, 6, 1)));
        assert!(permit.clauses().iter().any(|clause| clause.contains("七(二)1")));

        let narrow = Scope::of(set.scenario.clone()).columns(vec![(set.fund.clone(), vec!["balance".into()])]);
        let permit = allowed(set.ask(&set.town.operator[0], Act::Compute, &narrow).await);
        assert_eq!(permit.tables()[0].columns.len(), 1);

        let permit = set.use_it().await;
        assert_eq!(permit.entity(), Some(&set.town.bank[0].organisation));
        assert_eq!(permit.development_agreement(), Some(&set.development));
        let scope = Scope::of(set.scenario.clone()).to(set.town.bank[0].organisation.clone());
        let _deliver = allowed(set.ask(&set.town.operator[1], Act::Deliver, &scope).await);
        let _review = allowed(set.ask(&set.town.agency[1], Act::Review, &Scope::of(set.scenario.clone())).await);
    }
}

#[tokio::test]
async fn a_column_outside_the_scenario_is_named_beside_what_is_permitted() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger).await;
        let columns = vec![(set.fund.clone(), ["balance", "account", "salary"].map(String::from).to_vec())];
        let scope = Scope::of(set.scenario.clone()).columns(columns);
        let Verdict::Refuse(reasons) = set.ask(&set.town.operator[0], Act::Compute, &scope).await else {
            panic!("{backend}")
        };
        let [reason] = &reasons.into_vec()[..] else { panic!("{backend}") };
        assert_eq!(reason.code, "REG-009");
        assert!(reason.what.ends_with("account, salary"), "{}", reason.what);
        assert_eq!(reason.instead, "permitted on `fund_accounts` are: balance, id_card, opened_on");
        assert_eq!(reason.clause, "changsha-2026 七(二)1,二(五)");
        // The refusal is in the journal, with its clause.
        let newest = &ledger.journal_page(i64::MAX, 1).await.unwrap()[0];
        assert!(newest.text("written").unwrap().contains("REG-009"), "{newest:?}");
    }
}

/// One thing done to a good world, and the codes that must come of it.
type Fault = (&'static str, fn(&mut World, &Set), &'static [&'static str]);

fn resource(world: &mut World, set: &Set) -> crate::Resource {
    crate::Resource::clone(&world.resources[&set.fund])
}

fn put(world: &mut World, resource: crate::Resource) {
    world.resources.insert(resource.id.clone(), Arc::new(resource));
}

fn change_agreement(world: &mut World, id: &AgreementId, by: impl Fn(&mut crate::Agreement)) {
    let mut agreement = crate::Agreement::clone(&world.agreements[id]);
    by(&mut agreement);
    world.agreements.insert(id.clone(), Arc::new(agreement));
}

fn change_organisation(world: &mut World, actor: &Actor, by: impl Fn(&mut crate::Organisation)) {
    let mut organisation = crate::Organisation::clone(&world.organisations[&actor.organisation]);
    by(&mut organisation);
    world.organisations.insert(organisation.id.clone(), Arc::new(organisation));
}

fn admit(world: &mut World, set: &Set, state: AdmissionState) {
    let (entity, operator) = (set.town.bank[0].organisation.clone(), set.town.operator[0].organisation.clone());
    let admission = Admission { entity: entity.clone(), operator: operator.clone(), state, since: Time(0) };
    world.admissions.insert((entity, operator), admission);
}

const FAULTS: &[Fault] = &[
    ("nothing", |_, _| {}, &[]),
    (
        "no registration",
        |world, set| {
            let mut changed = resource(world, set);
            changed.state = ResourceState::Draft;
            put(world, changed);
        },
        &["REG-001"],
    ),
    (
        "no grade",
        |world, set| {
            let mut changed = resource(world, set);
            changed.columns[0].grade = None;
            put(world, changed);
        },
        &["REG-002"],
    ),
    (
        "core data",
        |world, set| {
            let mut changed = resource(world, set);
            changed.columns[2].grade = Some(Grade::Core);
            put(world, changed);
        },
        &["REG-003"],
    ),
    (
        "core data that the scenario does not use",
        |world, set| {
            let mut changed = resource(world, set);
            changed.columns[4].grade = Some(Grade::Core);
            put(world, changed);
        },
        &[],
    ),
    (
        "the negative list",
        |world, set| {
            let mut changed = resource(world, set);
            changed.barred = Some(Barred { ground: "秘密".into(), clause: "保密法".into() });
            put(world, changed);
        },
        &["REG-004"],
    ),
    (
        "shared without consent",
        |world, set| {
            let mut changed = resource(world, set);
            changed.shared_from = Some(set.town.other_source[0].organisation.clone());
            put(world, changed);
        },
        &["REG-005"],
    ),
    (
        "an agreement that is a draft",
        |world, set| {
            change_agreement(world, &set.agreement, |agreement| agreement.state = AgreementState::Draft);
        },
        &["REG-006"],
    ),
    (
        "an agreement that begins later",
        |world, set| {
            change_agreement(world, &set.agreement, |agreement| agreement.from = jiff::civil::date(2027, 1, 1));
        },
        &["REG-006"],
    ),
    (
        "an agreement that was ended",
        |world, set| {
            change_agreement(world, &set.agreement, |agreement| agreement.state = AgreementState::Ended);
        },
        &["REG-007"],
    ),
    (
        "an agreement that expired yesterday",
        |world, set| {
            change_agreement(world, &set.agreement, |agreement| agreement.until = jiff::civil::date(2026, 5, 31));
        },
        &["REG-007"],
    ),
    (
        "an agreement that expires today",
        |world, set| {
            change_agreement(world, &set.agreement, |agreement| agreement.until = jiff::civil::date(2026, 6, 1));
        },
        &[],
    ),
    (
        "a scenario that is a draft",
        |world, set| {
            let mut changed = crate::Scenario::clone(&world.scenarios[&set.scenario]);
            changed.state = ScenarioState::Draft;
            world.scenarios.insert(changed.id.clone(), Arc::new(changed));
        },
        &["REG-008"],
    ),
    (
        "an agreement that rests",
        |world, set| {
            world.suspended.insert(set.agreement.to_string(), Time(0));
        },
        &["REG-029"],
    ),
    (
        "a scenario that rests",
        |world, set| {
            world.suspended.insert(set.scenario.to_string(), Time(0));
        },
        &["REG-030"],
    ),
    ("an entity that was never admitted", |world, _| world.admissions.clear(), &["REG-031"]),
    ("an entity whose admission rests", |world, set| admit(world, set, AdmissionState::Suspended), &["REG-031"]),
    ("an entity that was removed", |world, set| admit(world, set, AdmissionState::Removed), &["REG-031"]),
    ("an entity that is admitted", |world, set| admit(world, set, AdmissionState::Admitted), &[]),
    (
        "an entity whose agreement was ended",
        |world, set| {
            change_agreement(world, &set.development, |agreement| agreement.state = AgreementState::Ended);
        },
        &["REG-007", "REG-012"],
    ),
    (
        "an entity contracted for another scenario",
        |world, set| {
            change_agreement(world, &set.development, |agreement| agreement.scenario = None);
        },
        &["REG-012"],
    ),
    (
        "an expired registration",
        |world, set| {
            let mut changed = resource(world, set);
            changed.registered_until = Some(set.town.ledger().now());
            put(world, changed);
        },
        &["REG-014"],
    ),
    (
        "a resource outside the agreement",
        |world, set| {
            change_agreement(world, &set.agreement, |agreement| agreement.resources.clear());
        },
        &["REG-016"],
    ),
    (
        "an entity that the operator owns",
        |world, set| {
            let operator = set.town.operator[0].organisation.clone();
            change_organisation(world, &set.town.bank[0], |bank| bank.owned_by = vec![operator.clone()]);
        },
        &["REG-020"],
    ),
    (
        "a role that was withdrawn",
        |world, set| {
            let mut changed = crate::Person::clone(&world.people[&set.town.bank[0].person]);
            changed.roles.clear();
            world.people.insert(changed.id.clone(), Arc::new(changed));
        },
        &["REG-011"],
    ),
];

#[track_caller]
fn decide(set: &Set, world: &World, now: Time, actor: &Actor, act: Act, scope: &Scope) -> Vec<String> {
    let asked = Asked { world, regime: set.town.registry.regime(), now };
    match decide::permit(&asked, actor, act, scope).unwrap() {
        Verdict::Allow(_) => Vec::new(),
        Verdict::Refuse(reasons) => reasons.iter().map(|reason| reason.code.to_string()).collect(),
    }
}

#[tokio::test]
async fn each_fault_gives_its_reasons_and_no_other() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(shuyu_model::CryptoProfile::Guomi).await;
    let set = set(&ledger).await;
    let good = set.town.registry.world().await.unwrap();
    for (name, fault, expected) in FAULTS {
        let mut world = World::clone(&good);
        fault(&mut world, &set);
        let seen = decide(&set, &world, ledger.now(), &set.town.bank[0], Act::Use, &Scope::of(set.scenario.clone()));
        assert_eq!(seen, *expected, "{name}");
    }
}

#[tokio::test]
async fn the_wrong_people_get_no_permit() {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(shuyu_model::CryptoProfile::International).await;
    let set = set(&ledger).await;
    let (town, world) = (&set.town, set.town.registry.world().await.unwrap());
    let bank = town.bank[0].organisation.clone();
    let rows: &[(&str, &Actor, Act, &[&str])] = &[
        ("another operator", &town.other_operator[0], Act::Compute, &["REG-010"]),
        ("a department", &town.source[0], Act::Compute, &["REG-010", "REG-011"]),
        ("the agency computing", &town.agency[0], Act::Compute, &["REG-010", "REG-011"]),
        ("an administrator", &town.admins[0], Act::Review, &["REG-010", "REG-011"]),
        ("an uncontracted entity", &town.affiliate[0], Act::Use, &["REG-012", "REG-020", "REG-031"]),
        ("the operator as user", &town.operator[0], Act::Use, &["REG-011", "REG-012", "REG-020", "REG-031"]),
    ];
    for (name, actor, act, expected) in rows {
        let seen = decide(&set, &world, ledger.now(), actor, *act, &Scope::of(set.scenario.clone()));
        assert_eq!(seen, *expected, "{name}");
    }
    // A role that somebody claims is not one that they hold.
    let claimed = Actor { roles: vec![Role::Operator], ..town.source[0].clone() };
    let seen = decide(&set, &world, ledger.now(), &claimed, Act::Compute, &Scope::of(set.scenario.clone()));
    assert_eq!(seen, ["REG-010", "REG-011"]);
    let other_use = Scope::of(set.scenario.clone()).to(bank).used_for(UseKind::PublicWelfare);
    assert_eq!(decide(&set, &world, ledger.now(), &town.bank[1], Act::Use, &other_use), ["REG-013"]);
}

/// Every fault at once: the refusal names them all.
pub(super) async fn codes_of_a_world_with_every_fault() -> BTreeSet<String> {
    let (ledger, _folder) = shuyu_ledger::testing::sqlite(shuyu_model::CryptoProfile::International).await;
    let set = set(&ledger).await;
    let mut world = World::clone(&*set.town.registry.world().await.unwrap());
    for (_, fault, _) in FAULTS {
        fault(&mut world, &set);
    }
    change_agreement(&mut world, &set.agreement, |agreement| {
        agreement.state = AgreementState::Draft;
    });
    change_agreement(&mut world, &set.development, |agreement| {
        agreement.scenario = Some(set.scenario.clone());
        agreement.state = AgreementState::Ended;
    });
    admit(&mut world, &set, AdmissionState::Removed);
    let columns = vec![(set.fund.clone(), ["account", "id_card", "balance"].map(String::from).to_vec())];
    let bank = set.town.bank[0].organisation.clone();
    let scope = Scope::of(set.scenario.clone()).columns(columns).to(bank).used_for(UseKind::PublicGovernance);
    let late = Time::at_start_of(jiff::civil::date(2031, 3, 5));
    decide(&set, &world, late, &set.town.source[0], Act::Use, &scope).into_iter().collect()
}

#[tokio::test]
async fn a_world_with_every_fault_is_told_every_reason_at_once() {
    let seen = codes_of_a_world_with_every_fault().await;
    let mut expected: BTreeSet<String> = (1..=16).map(|n| format!("REG-{n:03}")).collect();
    expected.extend(["REG-020", "REG-029", "REG-030", "REG-031"].map(String::from));
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_permit_dies_with_what_it_rests_on_and_with_nothing_else() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger).await;
        let (town, registry) = (&set.town, &set.town.registry);
        let scope = || Scope::of(set.scenario.clone());

        let (compute, user) = (set.compute().await, set.use_it().await);
        let other = town.resource("parking_zones", fund_columns()).await;
        allowed(registry.put_on_negative_list(&town.regulators[0], &other, "不宜开放", "数据安全法 21").await.unwrap());
        assert!(compute.is_live() && user.is_live(), "{backend}: another resource is no business of theirs");

        allowed(
            registry.put_on_negative_list(&town.regulators[0], &set.fund, "不宜开放", "数据安全法 21").await.unwrap(),
        );
        assert!(!compute.is_live() && !user.is_live(), "{backend}: negative list");
        assert_eq!(refused(set.ask(&town.operator[0], Act::Compute, &scope()).await), ["REG-004"]);
        allowed(registry.take_off_negative_list(&town.regulators[0], &set.fund).await.unwrap());
        assert!(!compute.is_live(), "{backend}: what has died stays dead");

        let (compute, user) = (set.compute().await, set.use_it().await);
        allowed(registry.withdraw_role(&town.admins[1], &town.operator[0].person, Role::Operator).await.unwrap());
        assert!(!compute.is_live() && user.is_live(), "{backend}: role");
        assert_eq!(refused(set.ask(&town.operator[0], Act::Compute, &scope()).await), ["REG-011"]);
        allowed(registry.grant_role(&town.admins[1], &town.operator[0].person, Role::Operator).await.unwrap());

        let (compute, user) = (set.compute().await, set.use_it().await);
        let ended = registry.terminate_agreement(&town.operator[1], &set.development, "breach").await.unwrap();
        allowed(ended);
        assert!(compute.is_live() && !user.is_live(), "{backend}: development agreement");
        assert_eq!(refused(set.ask(&town.bank[0], Act::Use, &scope()).await), ["REG-007", "REG-012"]);

        let grades = BTreeMap::from([("district".to_owned(), Grade::L3)]);
        allowed(registry.grade_columns(&town.source[1], &set.fund, &grades).await.unwrap());
        assert!(!compute.is_live(), "{backend}: registration");
        assert_eq!(refused(set.ask(&town.operator[0], Act::Compute, &scope()).await), ["REG-001", "REG-046"]);
        town.register(&set.fund).await;

        let compute = set.compute().await;
        town.end_agreement(&set.agreement, "operator_request").await;
        assert!(!compute.is_live(), "{backend}: operator agreement");
        assert_eq!(refused(set.ask(&town.operator[0], Act::Compute, &scope()).await), ["REG-007"]);
    }
}

#[tokio::test]
async fn a_permit_dies_with_its_scenario_and_with_its_time() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger).await;
        let registry = &set.town.registry;
        let compute = set.compute().await;
        allowed(registry.withdraw_scenario(&set.town.operator[1], &set.scenario, "不再需要").await.unwrap());
        assert!(!compute.is_live(), "{backend}");
        let seen = set.ask(&set.town.operator[0], Act::Compute, &Scope::of(set.scenario.clone())).await;
        assert_eq!(refused(seen), ["REG-008"]);

        let again =
            set.town.scenario("再一次", UseKind::PublicWelfare, &set.agreement, &[(&set.fund, &["balance"])]).await;
        let permit = allowed(set.ask(&set.town.operator[0], Act::Compute, &Scope::of(again)).await);
        ledger.clock().advance_to(permit.until().plus_micros(-1)).unwrap();
        assert!(permit.is_live(), "{backend}");
        ledger.clock().advance_to(permit.until()).unwrap();
        assert!(!permit.is_live(), "{backend}");
    }
}

#[tokio::test]
async fn who_owns_whom_decides_while_it_runs() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger).await;
        let permit = set.use_it().await;
        let owner = set.town.operator[0].organisation.clone();
        let bank = &set.town.bank[0].organisation;
        allowed(set.town.registry.set_owners(&set.town.admins[0], bank, vec![owner]).await.unwrap());
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(refused(set.ask(&set.town.bank[0], Act::Use, &Scope::of(set.scenario.clone())).await), ["REG-020"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_permit_outlives_the_end_of_its_agreement_however_many_ask_meanwhile() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = Arc::new(set(&ledger).await);
        let ended = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let askers: Vec<_> = (0..8)
            .map(|_| {
                let (set, ended) = (Arc::clone(&set), Arc::clone(&ended));
                tokio::spawn(async move {
                    let (mut permits, mut last) = (Vec::new(), false);
                    // One more round after the end, so that the end is in the middle.
                    while !last {
                        last = ended.load(std::sync::atomic::Ordering::SeqCst);
                        let scope = Scope::of(set.scenario.clone());
                        let asked =
                            set.town.registry.permit(&set.town.operator[0], Act::Compute, &scope).await.unwrap();
                        permits.extend(asked.into_result());
                        permits.truncate(1000);
                        tokio::task::yield_now().await;
                    }
                    permits
                })
            })
            .collect();
        tokio::task::yield_now().await;
        set.town.end_agreement(&set.agreement, "breach").await;
        ended.store(true, std::sync::atomic::Ordering::SeqCst);
        for asker in askers {
            let permits = asker.await.unwrap();
            assert!(permits.iter().all(|permit| !permit.is_live()), "{backend}");
        }
    }
}

/// Each change waits for the one before it, on PostgreSQL with a connection in
/// hand: whoever has the turn must not ask for a second one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn forty_changes_and_forty_questions_at_once_all_end() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = Arc::new(set(&ledger).await);
        let tasks: Vec<_> = (0..40)
            .map(|n| {
                let set = Arc::clone(&set);
                tokio::spawn(async move {
                    let new = crate::testing::new_resource(&format!("t{n}"), fund_columns());
                    let _ = allowed(set.town.registry.draft_resource(&set.town.source[0], new).await.unwrap());
                    set.compute().await.is_live()
                })
            })
            .collect();
        for task in tasks {
            assert!(task.await.unwrap(), "{backend}");
        }
        let total = set.town.registry.resources(&crate::Page { after: None, items_max: 1 }).await.unwrap().total;
        assert_eq!(total, 41, "{backend}");
    }
}

#[tokio::test]
async fn a_permit_dies_when_a_higher_rule_comes_into_force_and_the_next_says_so() {
    for (backend, ledger, _folder) in ledgers().await {
        let mut yielding = shuyu_model::Regime::clone(&regime_of(&ledger, "changsha-2026"));
        yielding.hierarchy.higher_rules_prevail = Some(yielding.scenario.needs_emergency_plan.clone());
        let set = set_in(town_under(&ledger, Arc::new(yielding)).await).await;
        let permit = set.compute().await;
        let new = crate::NewOverride {
            key: "release.cell_count_min".into(),
            value: 20.into(),
            issuer: "省数据局".into(),
            rule: "省数〔2026〕3号".into(),
            first_day: ledger.now().day(),
            document: crate::testing::digest(&ledger, "higher rule"),
        };
        allowed(set.town.registry.enter_override(&set.town.regulators[0], new).await.unwrap());
        assert!(!permit.is_live(), "{backend}");
        let (before, after) = (permit.regime(), set.compute().await);
        assert_eq!(after.regime(), format!("{before}+1"), "{backend}");
    }
}

#[tokio::test]
async fn a_registry_opened_again_knows_the_same() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger).await;
        let again = crate::Registry::new(ledger.clone(), set.town.registry.regime_arc());
        let (one, other) = (set.town.registry.world().await.unwrap(), again.world().await.unwrap());
        assert_eq!(one.organisations, other.organisations, "{backend}");
        assert_eq!(one.people, other.people, "{backend}");
        assert_eq!(one.resources, other.resources, "{backend}");
        assert_eq!(one.agreements, other.agreements, "{backend}");
        assert_eq!(one.scenarios, other.scenarios, "{backend}");
    }
}
