//! A desk in an office with everything that a test of matters needs, and who sits there.

use shuyu_ledger::Ledger;
use shuyu_model::id::{AgreementId, MatterId, OrganisationId, ProductId, ResourceId, ScenarioId};
use shuyu_model::matter::{MatterKind, SubjectKind};
use shuyu_model::regime::{Citable, Dimension, FactForm, Handing, MatterRules, PaperKind};
use shuyu_model::{Actor, Role, UseKind, Verdict};
use shuyu_registry::testing::{allowed, digest, fund_columns, refused};
use shuyu_registry::{Act, Page, PaperState, Permit, Scope};

use super::{Office, office};
use crate::exits::{HandoverOutcome, NewOutcome};
use crate::matter::Facts;
use crate::{MatterFilter, MatterItem, MatterMove, MatterView, NewMatter, NewStance, Stance, Swept, testing};

/// An office in a town with a resource, an agreement, a scenario and a customer.
pub(super) struct Desk {
    pub(super) office: Office,
    pub(super) fund: ResourceId,
    pub(super) agreement: AgreementId,
    pub(super) scenario: ScenarioId,
    /// What the customer has of the operator.
    pub(super) development: AgreementId,
    /// The code of a registered product of that scenario.
    pub(super) code: String,
}

pub(super) async fn desk(ledger: &Ledger) -> Desk {
    furnished(office(ledger).await, 5).await
}

/// A desk in an office, whose agreement runs for so many years.
pub(super) async fn furnished(office: Office, years: u8) -> Desk {
    let town = &office.town;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), years).await;
    let scenario = town.scenario("公积金核验", UseKind::Industry, &agreement, &[(&fund, &["balance"])]).await;
    let development = town.development(&town.bank[0].organisation, &scenario).await;
    let product: ProductId = town.ledger().new_id();
    town.register_product(&product, &scenario).await;
    let registered = town.registry.registration_of(product.as_str()).await.unwrap().unwrap();
    Desk { fund, agreement, scenario, development, code: registered.code.to_string(), office }
}

/// A fact in the form that the rules ask for, where they ask for one.
fn formed(desk: &Desk, rules: &MatterRules, key: &str) -> Option<String> {
    let town = &desk.office.town;
    let form = rules.forms.iter().find(|form| form.key == key)?.form;
    Some(match form {
        FactForm::Years => town.registry.regime().agreement.years_max.value.to_string(),
        FactForm::Day => town.ledger().now().day().to_string(),
        FactForm::Resources => desk.fund.to_string(),
        FactForm::List => "甲, 乙".to_owned(),
        FactForm::Shares => "甲=60, 乙=40".to_owned(),
    })
}

/// Every fact that the shipped rules ask for at a move.
pub(super) fn told_at(desk: &Desk, kind: MatterKind, at: &str) -> Facts {
    let rules = &desk.office.town.registry.regime().matter[&kind];
    let keys = rules.contents_at(at).flat_map(|contents| &contents.keys);
    let listed = |key: &str| rules.choices.iter().find(|choice| choice.key == key).map(|c| c.values[0].clone());
    let told = |key: &str| match key {
        "ground" => {
            let grounds = &desk.office.town.registry.regime().agreement.exit_grounds.value;
            grounds.iter().find(|ground| *ground == "operator_request").map_or("other", String::as_str).into()
        }
        "consequence" => "grave_effect".into(),
        "exit_standard" => "第三章".into(),
        key if key.ends_with("_digest") => digest(desk.office.town.ledger(), key).to_string(),
        "mode" => desk.office.town.registry.regime().mode.allowed.value[0].word().to_owned(),
        "registration_code" => desk.code.clone(),
        "winner" => desk.office.town.operator[0].organisation.to_string(),
        "method" => desk.office.town.registry.regime().selection.methods.value[0].word().to_owned(),
        "owner_share" => "30%".into(),
        "operator_share" => "50%".into(),
        "processor_share" => "20".into(),
        "exit_grounds" => "breach".into(),
        "discovered_at" => told_now(desk.office.town.ledger()),
        // The one step that every plan of a test has.
        "plan_step" => "见第三章".into(),
        key => formed(desk, rules, key).or_else(|| listed(key)).unwrap_or_else(|| format!("说明 {key}")),
    };
    let mut facts: Facts = keys.map(|key| (key.clone(), told(key))).collect();
    let rows = &desk.office.town.registry.regime().assessment;
    match (kind, at) {
        (MatterKind::OperatorSelection, "evaluate") => {
            facts.insert("few_reason".into(), "仅一家符合条件，报批后继续".into());
        }
        (MatterKind::Assessment, "score") => {
            facts.extend(Dimension::ALL.iter().map(|one| (one.word().to_owned(), "80".to_owned())));
        }
        (MatterKind::Assessment, "confirm") => {
            let tells = rows.iter().filter_map(|row| row.tells.as_ref()).flat_map(|tells| tells.value.clone());
            facts.extend(tells.map(|key| (key.clone(), told(&key))));
            facts.insert("result".to_owned(), "passed".to_owned());
        }
        _ => {}
    }
    facts
}

/// Now, as a time is told.
pub(super) fn told_now(ledger: &Ledger) -> String {
    jiff::Timestamp::from_microsecond(ledger.now().0).unwrap().to_string()
}

impl Desk {
    pub(super) fn prepared(&self, kind: MatterKind, subject: &str) -> NewMatter {
        let town = &self.office.town;
        let counterparty = kind.machine().counterparty.map(|_| town.operator[0].organisation.clone());
        let facts = told_at(self, kind, "open");
        NewMatter { kind, subject: subject.into(), counterparty, title: "a matter".into(), facts, cites: Vec::new() }
    }

    pub(super) async fn open(&self, actor: &Actor, kind: MatterKind, subject: &str) -> MatterId {
        let mut new = self.prepared(kind, subject);
        if kind == MatterKind::OperatorSelection {
            new.facts.extend(super::competition::scheme_of(&self.office).await);
        }
        allowed(self.office.casework.open_matter(actor, new).await.unwrap())
    }

    pub(super) async fn view(&self, id: &MatterId) -> MatterView {
        self.office.casework.matter(id, &self.office.town.regulators[0]).await.unwrap().unwrap()
    }

    /// A move with everything that it needs.
    pub(super) async fn complete(&self, id: &MatterId, name: &str) -> MatterMove {
        let view = self.view(id).await;
        MatterMove {
            name: name.into(),
            reason: "looked at all of it".into(),
            evidence: Some(digest(self.office.town.ledger(), name)),
            facts: told_at(self, view.item.kind, name),
            due_day: None,
            cites: self.asked_for(&view, name).await,
            assignee: self.assignee(&view, name),
            seen_version: view.item.version,
        }
    }

    /// Somebody who may be given the matter by this move, where it gives it to somebody.
    fn assignee(&self, view: &MatterView, name: &str) -> Option<OrganisationId> {
        let town = &self.office.town;
        let rules = &town.registry.regime().matter[&view.item.kind];
        let rule = rules.rule(view.item.kind.machine(), &view.item.state, name)?;
        let of = |role: Role| match role {
            Role::Source => &town.source[0],
            Role::Agency => &town.agency[0],
            Role::Operator => &town.operator[0],
            Role::Processor => &town.processor[0],
            Role::Supervisor => &town.supervisor[0],
            other => panic!("nobody is given a matter as {other:?}"),
        };
        rule.to.first().map(|role| of(*role).organisation.clone())
    }

    /// The newest record that answers each rule which the move asks for.
    async fn asked_for(&self, view: &MatterView, name: &str) -> Vec<String> {
        let town = &self.office.town;
        let rules = &town.registry.regime().matter[&view.item.kind];
        let mut cites = Vec::new();
        for rule in rules.cites_at(name).filter(|rule| rule.applies(&view.facts)) {
            for of in &rule.of {
                let found = match of {
                    Citable::Thing(SubjectKind::Resource) => Some(self.fund.to_string()),
                    Citable::Thing(_) | Citable::Refusal | Citable::AnyPaper => None,
                    Citable::Paper(kind) => self.paper(*kind).await,
                    Citable::Matter(kind) => {
                        let filter = MatterFilter { kind: Some(*kind), ..MatterFilter::default() };
                        let all =
                            self.office.casework.matters(&town.regulators[0], &filter, &Page::first()).await.unwrap();
                        let is_same = |item: &&MatterItem| item.subject_organisation == view.item.subject_organisation;
                        all.items.iter().rfind(is_same).map(|item| item.id.to_string())
                    }
                };
                cites.extend(found.filter(|found| !cites.contains(found)));
            }
        }
        cites
    }

    /// A paper of this kind in order, of the operator or of the agency.
    pub(super) async fn paper(&self, kind: PaperKind) -> Option<String> {
        let town = &self.office.town;
        for of in [&town.operator[0], &town.agency[0]] {
            let papers = town.registry.papers(of, &of.organisation).await.unwrap().unwrap();
            let found = papers.iter().find(|view| view.paper.kind == kind && view.state == PaperState::InOrder);
            if let Some(found) = found {
                return Some(found.paper.id.to_string());
            }
        }
        None
    }

    pub(super) async fn attempt(&self, actor: &Actor, id: &MatterId, named: MatterMove) -> Verdict<String> {
        self.office.casework.make_move(actor, id, named).await.unwrap()
    }

    /// Whoever is asked something answers it before the move that looks at the answers.
    pub(super) async fn applied(&self, id: &MatterId, name: &str) {
        let (town, casework) = (&self.office.town, &self.office.casework);
        let view = self.view(id).await;
        let rules = &town.registry.regime().matter[&view.item.kind];
        let closes = rules.moves.iter().any(|rule| rule.word == "close_applications");
        let last = if closes { "close_applications" } else { "evaluate" };
        let (applicant, reviewer) = (&town.operator[0], &town.agency[2]);
        match view.item.kind {
            MatterKind::OperatorSelection if name == last || name == "check" && !closes => {
                let all = casework.candidacies(id, reviewer, &Page::first()).await.unwrap().unwrap();
                if all.total == 0 {
                    testing::apply(casework, id, applicant).await;
                    testing::complete(casework, id, applicant, reviewer).await;
                    testing::score(casework, id, &applicant.organisation, reviewer, 80).await;
                }
            }
            MatterKind::Coordination if ["decide", "decline"].contains(&name) => {
                super::group::met(&self.office, id, digest(town.ledger(), name)).await;
            }
            MatterKind::EntityOnboarding if name == "review" => {
                let bank = &town.bank[0].organisation;
                let asked = testing::items(casework, id, bank, &town.operator[2]).await;
                if asked.iter().all(|item| item.finding.is_some()) {
                    return;
                }
                testing::complete(casework, id, &town.bank[0], &town.operator[2]).await;
            }
            // What is fixed is landed anew, and checked, once.
            MatterKind::QualityIssue if name == "confirm" => {
                let now = town.ledger().now();
                if town.registry.last_supplies().await.unwrap().iter().all(|supply| supply.landed_at < now) {
                    town.landed(&self.fund, 1000).await;
                }
            }
            MatterKind::Exit if name == "close" => self.handed_over(id).await,
            _ => {}
        }
        if rules.opinions.as_ref().is_some_and(|rule| rule.at == name) {
            let asked = &town.source[0];
            allowed(casework.invite(&town.regulators[0], id, &asked.organisation).await.unwrap());
            let new = NewStance { stance: Stance::For, opinion: "同意该方案".into(), evidence: None };
            // Once given it stays.
            if casework.opinions(id, asked).await.unwrap().unwrap().iter().all(|one| one.stance.is_none()) {
                allowed(casework.give_opinion(asked, id, new).await.unwrap());
            }
        }
    }

    /// Everything on the list of an exit goes to the agency, is deleted, or remains; what
    /// is decided already stays so.
    pub(super) async fn handed_over(&self, id: &MatterId) {
        let (agency, casework) = (&self.office.town.agency[0], &self.office.casework);
        let all = casework.handover(id, agency).await.unwrap().unwrap().items;
        for item in all.into_iter().filter(|item| item.outcome.is_none()) {
            let outcome = match item.kind {
                Handing::Service => HandoverOutcome::Agency,
                Handing::Data => HandoverOutcome::Deleted,
                Handing::Asset => HandoverOutcome::Remains,
            };
            let evidence = digest(self.office.town.ledger(), "handover");
            let new = NewOutcome { outcome, receiver: None, reason: "as agreed".into(), evidence };
            allowed(casework.decide_handover(agency, id, item.number, new).await.unwrap());
            if outcome.has_receiver() {
                allowed(casework.accept_handover(agency, id, item.number, evidence).await.unwrap());
            }
        }
    }

    pub(super) async fn moves(&self, actor: &Actor, id: &MatterId, name: &str) -> String {
        self.applied(id, name).await;
        let named = self.complete(id, name).await;
        allowed(self.attempt(actor, id, named).await)
    }

    pub(super) async fn may_not(&self, actor: &Actor, id: &MatterId, name: &str) -> Vec<String> {
        let named = self.complete(id, name).await;
        refused(self.attempt(actor, id, named).await)
    }

    pub(super) async fn asks(&self, act: Act) -> Verdict<Permit> {
        let town = &self.office.town;
        let actor = if act == Act::Use { &town.bank[0] } else { &town.operator[0] };
        town.registry.permit(actor, act, &Scope::of(self.scenario.clone())).await.unwrap()
    }

    pub(super) async fn sweep(&self) -> Vec<(String, String)> {
        let swept = self.office.casework.sweep(self.office.town.ledger().now()).await.unwrap();
        swept.into_iter().map(|Swept { name, state, .. }| (name, state)).collect()
    }

    pub(super) async fn newest(&self) -> String {
        self.office.town.ledger().journal_page(i64::MAX, 1).await.unwrap()[0].text("written").unwrap()
    }
}

/// Who makes a move in a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Regulator(usize),
    Agency(usize),
    Operator,
    Bank,
    Source,
    Source2,
    Supervisor,
    Processor,
}

pub(super) fn who(desk: &Desk, by: By) -> &Actor {
    let town = &desk.office.town;
    match by {
        By::Regulator(n) => &town.regulators[n],
        By::Agency(n) => &town.agency[n],
        By::Operator => &town.operator[0],
        By::Bank => &town.bank[0],
        By::Source => &town.source[0],
        By::Source2 => &town.source[1],
        By::Supervisor => &town.supervisor[0],
        By::Processor => &town.processor[0],
    }
}

/// Kind, subject, opener, then moves with who makes each and where it leads.
pub(super) type Walk = (MatterKind, fn(&Desk) -> String, By, &'static [(By, &'static str, &'static str)]);
