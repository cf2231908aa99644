//! The dossier on real databases: what waits for which paper under which rules, and
//! what makes a paper count or not.

use std::collections::BTreeSet;

use shuyu_ledger::Ledger;
use shuyu_ledger::testing::ledgers;
use shuyu_model::id::{AgreementId, PaperId, ResourceId, ScenarioId};
use shuyu_model::regime::{PaperAct, PaperKind, Particular};
use shuyu_model::{Actor, Day, Role, UseKind, Verdict};

use crate::testing::{Town, allowed, fund_columns, new_paper, refused, regime_of, town_under};
use crate::{Act, AgreementKind, Answer, NewPaper, PaperAnswer, PaperState, Permit, RegistryError, Scope, Standing};

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

fn dossier_codes(all: Vec<String>) -> Vec<String> {
    all.into_iter().filter(|code| ("REG-040"..="REG-049").contains(&code.as_str())).collect()
}

fn codes_of<T: std::fmt::Debug>(verdict: Verdict<T>) -> Vec<String> {
    match verdict {
        Verdict::Allow(_) => Vec::new(),
        refusal => dossier_codes(refused(refusal)),
    }
}

impl Set {
    /// Who keeps the papers of a role.
    fn keeper(&self, role: Role) -> &Actor {
        match role {
            Role::Regulator => &self.town.regulators[0],
            Role::Agency => &self.town.agency[0],
            Role::Source => &self.town.source[0],
            Role::Entity => &self.town.bank[0],
            _ => &self.town.operator[0],
        }
    }

    /// The codes of the dossier that speak against an act now.
    async fn against(&self, act: PaperAct) -> Vec<String> {
        let (town, registry) = (&self.town, &self.town.registry);
        let (operator, bank) = (&town.operator[0], &town.bank[0].organisation);
        match act {
            PaperAct::OperatorAgreement => {
                let (from, kind) = (town.ledger().now().day(), AgreementKind::Operator);
                let until = from.saturating_add(jiff::Span::new().months(6));
                let of = vec![self.fund.clone()];
                let new = town.new_agreement(kind, operator.organisation.clone(), of, None, from, until);
                codes_of(registry.draft_agreement(&town.agency[0], new).await.unwrap())
            }
            PaperAct::ProcessingAgreement => {
                let Some(processor) = town.processor.first() else { return Vec::new() };
                let from = town.ledger().now().day();
                let until = from.saturating_add(jiff::Span::new().months(6));
                let (kind, of) = (AgreementKind::Processing, vec![self.fund.clone()]);
                let new = town.new_agreement(kind, processor.organisation.clone(), of, None, from, until);
                codes_of(registry.draft_agreement(&town.agency[0], new).await.unwrap())
            }
            PaperAct::ScenarioReview => {
                let fields: &[(&ResourceId, &[&str])] = &[(&self.fund, &["district"])];
                let new = town.new_scenario("再来一个", UseKind::Industry, &self.agreement, fields);
                codes_of(registry.draft_scenario(operator, new).await.unwrap())
            }
            PaperAct::Admission | PaperAct::ReleaseReview => {
                let mut turn = registry.turn().await.unwrap();
                let found = if act == PaperAct::Admission {
                    registry.against_admission_in(&mut turn, bank, &operator.organisation).await
                } else {
                    registry.against_release_in(&mut turn, &operator.organisation).await
                };
                dossier_codes(found.unwrap().iter().map(|reason| reason.code.to_string()).collect())
            }
            PaperAct::Run => codes_of(self.run().await),
            // Asked of each person by itself: `tests/staff.rs`.
            PaperAct::DataAccess => Vec::new(),
            PaperAct::Delivery => {
                let scope = Scope::of(self.scenario.clone()).to(bank.clone());
                codes_of(registry.permit(operator, Act::Deliver, &scope).await.unwrap())
            }
        }
    }

    async fn run(&self) -> Verdict<Permit> {
        let scope = Scope::of(self.scenario.clone());
        self.town.registry.permit(&self.town.operator[0], Act::Compute, &scope).await.unwrap()
    }

    fn paper(&self, kind: PaperKind) -> NewPaper {
        let rules = &self.town.registry.regime().dossier[&kind];
        new_paper(self.town.ledger(), kind, Some(&self.scenario).filter(|_| rules.is_of_scenario()))
    }

    async fn enters(&self, role: Role, new: NewPaper) -> Result<Verdict<PaperId>, RegistryError> {
        let keeper = self.keeper(role);
        self.town.registry.enter_paper(keeper, &keeper.organisation, new).await
    }

    async fn entered(&self, role: Role, new: NewPaper) -> PaperId {
        allowed(self.enters(role, new).await.unwrap())
    }

    /// The current paper of a kind.
    async fn current(&self, role: Role, kind: PaperKind) -> PaperId {
        let keeper = self.keeper(role);
        let all = self.town.registry.papers(keeper, &keeper.organisation).await.unwrap().unwrap();
        let over = [PaperState::Replaced, PaperState::Withdrawn];
        all.into_iter().rfind(|view| view.paper.kind == kind && !over.contains(&view.state)).unwrap().paper.id
    }

    async fn withdrawn(&self, role: Role, kind: PaperKind) {
        let id = self.current(role, kind).await;
        let done = self.town.registry.withdraw_paper(self.keeper(role), &id, "taken away in a test").await;
        allowed(done.unwrap());
    }

    async fn answers(&self, actor: &Actor, id: &PaperId, answer: Answer) -> Result<Verdict<()>, RegistryError> {
        self.town.registry.answer_paper(actor, id, PaperAnswer { answer, note: "2026年第3号".into() }).await
    }

    async fn standing(&self, role: Role, id: &PaperId) -> Standing {
        let keeper = self.keeper(role);
        let items = self.town.registry.dossier(keeper, &keeper.organisation).await.unwrap().unwrap();
        items.into_iter().find(|item| item.paper.as_ref() == Some(id)).unwrap().state
    }

    fn today(&self) -> Day {
        self.town.ledger().now().day()
    }
}

const CODES: [&str; 5] = ["changchun-2025", "changsha-2023", "changsha-2026", "luohu-2025", "xianning-2025"];

#[tokio::test]
async fn under_each_document_each_act_waits_for_just_the_papers_that_the_document_names() {
    for code in CODES {
        let (backend, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
        let set = set(&ledger, code).await;
        for act in PaperAct::ALL {
            assert_eq!(set.against(*act).await, Vec::<String>::new(), "{backend} {code} {act:?}");
        }
        let dossier = set.town.registry.regime().dossier.clone();
        let by_kind = |kind: &PaperKind| !kind.is_by_choice() && *kind != PaperKind::StaffRecord;
        for (kind, rules) in dossier.iter().filter(|(kind, _)| by_kind(kind)) {
            for role in &rules.of {
                set.withdrawn(*role, *kind).await;
                for act in PaperAct::ALL {
                    let expected = if rules.is_before(*act) { vec!["REG-040".to_owned()] } else { Vec::new() };
                    assert_eq!(set.against(*act).await, expected, "{code}: {kind:?} of {role:?} before {act:?}");
                }
                let id = set.entered(*role, set.paper(*kind)).await;
                if let Some(by) = rules.answered_by() {
                    let answer = if rules.consent_by.is_some() { Answer::Consented } else { Answer::Received };
                    allowed(set.answers(set.keeper(by.value), &id, answer).await.unwrap());
                }
                for act in PaperAct::ALL {
                    assert_eq!(set.against(*act).await, Vec::<String>::new(), "{code} {kind:?} {act:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn all_papers_that_are_missing_are_told_at_once_with_clause_and_what_to_file() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "luohu-2025").await;
        for kind in [PaperKind::SecurityMechanism, PaperKind::ProtectionCertificate, PaperKind::ScenarioEmergencyPlan] {
            set.withdrawn(Role::Operator, kind).await;
        }
        let reasons = set.run().await.into_result().unwrap_err();
        let told: Vec<_> = reasons.iter().filter(|reason| reason.code == "REG-040").collect();
        assert_eq!(told.len(), 3, "{backend}: {told:?}");
        let of = |word: &str| told.iter().find(|reason| reason.what.contains(word)).unwrap();
        let mechanism = of("security_mechanism");
        assert_eq!(mechanism.clause, "luohu-2025 十(二)6, setting", "{backend}");
        assert!(mechanism.instead.contains("encrypted_storage, access_control, log_audit"), "{}", mechanism.instead);
        assert!(of("scenario_emergency_plan").instead.contains("wait for the receipt of"), "{backend}");
    }
}

#[tokio::test]
async fn a_permit_ends_with_the_last_day_of_a_paper_and_none_is_given_on_the_day_after() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "luohu-2025").await;
        let last = set.today().saturating_add(jiff::Span::new().days(10));
        let older = set.current(Role::Operator, PaperKind::ProtectionCertificate).await;
        let new =
            NewPaper { valid_until: Some(last), replaces: Some(older), ..set.paper(PaperKind::ProtectionCertificate) };
        let id = set.entered(Role::Operator, new).await;
        let permit = allowed(set.run().await);
        assert_eq!(permit.until(), shuyu_model::Time::at_start_of(last).plus_days(1), "{backend}");
        ledger.clock().advance_to(shuyu_model::Time::at_start_of(last).plus_micros(3_600_000_000)).unwrap();
        assert!(permit.is_live() && set.against(PaperAct::Run).await.is_empty(), "{backend}");
        ledger.clock().advance_to(shuyu_model::Time::at_start_of(last).plus_days(1)).unwrap();
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(set.against(PaperAct::Run).await, ["REG-041"], "{backend}");
        assert_eq!(set.standing(Role::Operator, &id).await, Standing::Paper(PaperState::Expired));
        let newer = NewPaper { replaces: Some(id), ..set.paper(PaperKind::ProtectionCertificate) };
        set.entered(Role::Operator, newer).await;
        assert!(set.against(PaperAct::Run).await.is_empty(), "{backend}");
    }
}

#[tokio::test]
async fn a_paper_taken_back_kills_the_permit_that_rests_on_it() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "changsha-2026").await;
        let permit = allowed(set.run().await);
        set.withdrawn(Role::Entity, PaperKind::ProtectionCertificate).await;
        assert!(permit.is_live(), "{backend}: no run rests on the entity's papers");
        set.withdrawn(Role::Operator, PaperKind::OperatingProcedures).await;
        assert!(!permit.is_live(), "{backend}");
        assert_eq!(set.against(PaperAct::Run).await, ["REG-040"], "{backend}");
    }
}

#[tokio::test]
async fn rules_of_the_operator_count_only_with_the_bureaus_consent_and_the_older_ones_until_then() {
    use PaperKind::EntityRules;
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "xianning-2025").await;
        let (bureau, first) = (&set.town.regulators[0], set.current(Role::Operator, EntityRules).await);
        let second = NewPaper { replaces: Some(first.clone()), ..set.paper(EntityRules) };
        let second = set.entered(Role::Operator, second).await;
        assert_eq!(set.standing(Role::Operator, &second).await, Standing::Paper(PaperState::Awaiting), "{backend}");
        assert!(set.against(PaperAct::Admission).await.is_empty(), "{backend}: the first one holds until then");
        let same = NewPaper { replaces: Some(first.clone()), ..set.paper(EntityRules) };
        assert!(matches!(set.enters(Role::Operator, same).await, Err(RegistryError::Conflict { .. })), "{backend}");
        allowed(set.answers(bureau, &second, Answer::Refused).await.unwrap());
        assert!(set.against(PaperAct::Admission).await.is_empty(), "{backend}: refused changes nothing");
        let again = set.answers(bureau, &second, Answer::Consented).await;
        assert!(matches!(again, Err(RegistryError::Conflict { .. })), "{backend}: {again:?}");
        let third = NewPaper { replaces: Some(second.clone()), ..set.paper(EntityRules) };
        let third = set.entered(Role::Operator, third).await;
        let copy = set.answers(bureau, &third, Answer::Received).await;
        assert!(matches!(copy, Err(RegistryError::Malformed { .. })), "{backend}: {copy:?}");
        allowed(set.answers(bureau, &third, Answer::Consented).await.unwrap());
        let keeper = set.keeper(Role::Operator);
        let all = set.town.registry.papers(bureau, &keeper.organisation).await.unwrap().unwrap();
        let lines: Vec<_> = all
            .iter()
            .filter(|view| view.paper.kind == EntityRules)
            .map(|view| (&view.paper.id, view.paper.version, view.state))
            .collect();
        use PaperState::{InOrder, Replaced};
        assert_eq!(lines, [(&first, 1, Replaced), (&second, 2, Replaced), (&third, 3, InOrder)], "{backend}");
    }
}

#[tokio::test]
async fn rules_without_consent_admit_nobody() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "xianning-2025").await;
        set.withdrawn(Role::Operator, PaperKind::EntityRules).await;
        let id = set.entered(Role::Operator, set.paper(PaperKind::EntityRules)).await;
        assert_eq!(set.against(PaperAct::Admission).await, ["REG-042"], "{backend}");
        allowed(set.answers(&set.town.regulators[0], &id, Answer::Refused).await.unwrap());
        assert_eq!(set.against(PaperAct::Admission).await, ["REG-042"], "{backend}");
        // The same rules need nobody's consent in Luohu.
        let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
        let luohu = self::set(&ledger, "luohu-2025").await;
        luohu.withdrawn(Role::Operator, PaperKind::EntityRules).await;
        luohu.entered(Role::Operator, luohu.paper(PaperKind::EntityRules)).await;
        assert!(luohu.against(PaperAct::Admission).await.is_empty(), "{backend}");
    }
}

#[tokio::test]
async fn nobody_needs_an_added_tool_but_one_without_a_valid_certificate_stops_runs() {
    use PaperKind::AddedTool;
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "xianning-2025").await;
        assert!(set.against(PaperAct::Run).await.is_empty(), "{backend}");
        let bare = NewPaper { number: None, valid_until: None, ..set.paper(AddedTool) };
        assert_eq!(refused(set.enters(Role::Operator, bare).await.unwrap()), ["REG-043"], "{backend}");
        let tomorrow = set.today().saturating_add(jiff::Span::new().days(1));
        let sandbox = NewPaper { valid_until: Some(tomorrow), ..set.paper(AddedTool) };
        set.entered(Role::Operator, sandbox).await;
        set.entered(Role::Operator, set.paper(AddedTool)).await;
        assert!(set.against(PaperAct::Run).await.is_empty(), "{backend}");
        ledger.clock().advance_to(shuyu_model::Time::at_start_of(tomorrow).plus_days(1)).unwrap();
        assert_eq!(set.against(PaperAct::Run).await, ["REG-041"], "{backend}: the other tool does not help");
        let all = set.town.registry.papers(set.keeper(Role::Operator), &set.keeper(Role::Operator).organisation).await;
        let expired = all.unwrap().unwrap().into_iter().find(|view| view.state == PaperState::Expired).unwrap();
        let done =
            set.town.registry.withdraw_paper(set.keeper(Role::Operator), &expired.paper.id, "no longer used").await;
        allowed(done.unwrap());
        assert!(set.against(PaperAct::Run).await.is_empty(), "{backend}");
    }
}

#[tokio::test]
async fn a_department_that_gave_rights_away_is_no_party_to_an_agreement() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "changsha-2026").await;
        let older = set.current(Role::Source, PaperKind::NoRightsGiven).await;
        let mut new = NewPaper { replaces: Some(older), ..set.paper(PaperKind::NoRightsGiven) };
        new.particulars.insert(Particular::GivesRightsAway, "yes".into());
        set.entered(Role::Source, new).await;
        assert_eq!(set.against(PaperAct::OperatorAgreement).await, ["REG-045"], "{backend}");
        assert!(set.against(PaperAct::Run).await.is_empty(), "{backend}: the agreement before it goes on");
    }
}

#[tokio::test]
async fn a_firms_papers_are_for_itself_for_who_supervises_and_for_operators() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let set = set(&ledger, "changsha-2026").await;
    let (town, registry) = (&set.town, &set.town.registry);
    let (bank, bureau) = (&town.bank[0].organisation, &town.regulators[0].organisation);
    for (viewer, whose, sees) in [
        (&town.bank[0], bank, true),
        (&town.affiliate[0], bank, false),
        (&town.source[0], bank, false),
        (&town.operator[0], bank, true),
        (&town.agency[0], bank, true),
        (&town.affiliate[0], bureau, true),
    ] {
        assert_eq!(registry.dossier(viewer, whose).await.unwrap().is_some(), sees, "{viewer:?} {whose}");
        assert_eq!(registry.papers(viewer, whose).await.unwrap().is_some(), sees, "{viewer:?} {whose}");
    }
}

#[tokio::test]
async fn what_a_paper_cannot_be_is_told_at_once() {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let set = set(&ledger, "changsha-2023").await;
    let tomorrow = set.today().saturating_add(jiff::Span::new().days(1));
    let mut new = set.paper(PaperKind::DrillRecord);
    new.particulars.insert(Particular::HeldOn, tomorrow.to_string());
    new.particulars.insert(Particular::Officer, "张三".into());
    new = NewPaper { title: " ".into(), issued_on: tomorrow, valid_until: Some(set.today()), ..new };
    new.scenario = Some(set.scenario.clone());
    let error = set.enters(Role::Operator, new).await.unwrap_err().to_string();
    for said in [
        "`title` is empty",
        "`issued_on` lies ahead",
        "lies before `issued_on`",
        "held_on` lies ahead",
        "`particulars.officer` is nothing",
        "`scenario` is set",
    ] {
        assert!(error.contains(said), "{said:?} is missing from {error}");
    }
    let unknown = set.enters(Role::Operator, new_paper(&ledger, PaperKind::EntityRules, None)).await;
    assert!(unknown.unwrap_err().to_string().contains("these rules ask for no entity_rules"));
    let twice = set.enters(Role::Operator, set.paper(PaperKind::SecurityRules)).await.unwrap_err();
    assert!(twice.to_string().contains("name it in `replaces`"), "{twice}");
}

#[tokio::test]
async fn a_drill_is_owed_a_year_after_the_agreement_began_and_then_a_year_after_the_last_one() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "luohu-2025").await;
        let own = set.keeper(Role::Operator).organisation.clone();
        let drills = async || {
            let due = set.town.registry.papers_due().await.unwrap().into_iter();
            due.filter(|due| due.kind == PaperKind::DrillRecord && due.organisation == own).collect::<Vec<_>>()
        };
        let last = drills().await.iter().map(|due| due.due_day).collect::<Vec<_>>();
        let year = |from: Day| from.saturating_add(jiff::Span::new().months(12));
        assert_eq!(last, [year(set.today())], "{backend}");
        ledger.clock().advance_to(ledger.now().plus_days(40)).unwrap();
        let held = set.entered(Role::Operator, set.paper(PaperKind::DrillRecord)).await;
        let due = drills().await;
        assert!(due.iter().any(|due| due.paper.as_ref() == Some(&held) && due.due_day == year(set.today())), "{due:?}");
        assert!(due.iter().all(|due| due.clause == "luohu-2025 九(二)"), "{backend}: {due:?}");
        set.withdrawn(Role::Operator, PaperKind::DrillRecord).await;
        set.withdrawn(Role::Operator, PaperKind::DrillRecord).await;
        let from = set.town.registry.agreement(&set.agreement).await.unwrap().unwrap().from;
        let due = drills().await;
        assert_eq!(due.iter().map(|due| (due.paper.clone(), due.due_day)).collect::<Vec<_>>(), [(None, year(from))]);
    }
}

/// Entering, answering and withdrawing as those may not, and everything that an act can
/// wait for.
pub(super) async fn codes_of_papers_with_every_fault() -> BTreeSet<String> {
    let (_, ledger, _folder) = ledgers().await.into_iter().next().unwrap();
    let set = set(&ledger, "xianning-2025").await;
    let mut seen = BTreeSet::new();
    let mut bare = set.paper(PaperKind::EntityRules);
    bare.particulars.clear();
    let (bank, operator) = (&set.town.bank[0], &set.town.operator[0].organisation);
    set.withdrawn(Role::Operator, PaperKind::EntityRules).await;
    seen.extend(set.against(PaperAct::Admission).await);
    let entered = refused(set.town.registry.enter_paper(bank, operator, bare).await.unwrap());
    assert_eq!(entered, ["REG-010", "REG-011", "REG-043"]);
    seen.extend(entered);
    let id = set.entered(Role::Operator, set.paper(PaperKind::EntityRules)).await;
    seen.extend(set.against(PaperAct::Admission).await);
    let own = refused(set.answers(&set.town.operator[1], &id, Answer::Consented).await.unwrap());
    assert_eq!(own, ["REG-011", "REG-044"]);
    seen.extend(own);
    let taken = set.town.registry.withdraw_paper(bank, &id, "not theirs").await.unwrap();
    assert_eq!(refused(taken), ["REG-010", "REG-011"]);
    let older = set.current(Role::Source, PaperKind::NoRightsGiven).await;
    let mut adverse = NewPaper { replaces: Some(older), ..set.paper(PaperKind::NoRightsGiven) };
    adverse.particulars.insert(Particular::GivesRightsAway, "yes".into());
    set.entered(Role::Source, adverse).await;
    seen.extend(set.against(PaperAct::OperatorAgreement).await);
    set.entered(Role::Operator, NewPaper { valid_until: Some(set.today()), ..set.paper(PaperKind::AddedTool) }).await;
    ledger.clock().advance_to(ledger.now().plus_days(1)).unwrap();
    seen.extend(set.against(PaperAct::Run).await);
    seen
}

#[tokio::test]
async fn a_system_that_failed_its_test_and_a_measure_that_is_open_hold_runs_and_deliveries() {
    for (backend, ledger, _folder) in ledgers().await {
        let set = set(&ledger, "changsha-2023").await;
        let acts = [PaperAct::Run, PaperAct::Delivery];
        for act in acts {
            assert!(set.against(act).await.is_empty(), "{backend}");
        }
        // Each system by itself: that another one passed does not help.
        let mut second = set.paper(PaperKind::OperatorSystem);
        second.particulars.insert(Particular::TestResult, "failed".into());
        let failed = set.entered(Role::Operator, second).await;
        for act in acts {
            assert_eq!(set.against(act).await, ["REG-045"], "{backend}");
        }
        let passed = NewPaper { replaces: Some(failed), ..set.paper(PaperKind::OperatorSystem) };
        set.entered(Role::Operator, passed).await;
        assert!(set.against(PaperAct::Run).await.is_empty(), "{backend}");

        let older = set.current(Role::Operator, PaperKind::SecurityMeasures).await;
        let mut open = NewPaper { replaces: Some(older), ..set.paper(PaperKind::SecurityMeasures) };
        open.particulars.insert(Particular::BackupMeasure, "open".into());
        let id = set.entered(Role::Operator, open).await;
        assert!(set.against(PaperAct::Run).await.is_empty(), "{backend}: until it is looked at, the one before holds");
        allowed(set.answers(&set.town.regulators[0], &id, Answer::Consented).await.unwrap());
        for act in acts {
            assert_eq!(set.against(act).await, ["REG-045"], "{backend}: one open item is enough");
        }
        let closed = NewPaper { replaces: Some(id), ..set.paper(PaperKind::SecurityMeasures) };
        let id = set.entered(Role::Operator, closed).await;
        allowed(set.answers(&set.town.regulators[0], &id, Answer::Consented).await.unwrap());
        assert!(set.against(PaperAct::Delivery).await.is_empty(), "{backend}");
    }
}
