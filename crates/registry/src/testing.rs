//! A small town for the tests of every station: parties, people, and shortcuts
//! past the procedures to what they end in.
//!
//! Not for the program: nothing outside of tests names this module (the tidy test
//! looks). Casework's own tests go the long way.

#![allow(clippy::allow_attributes, clippy::expect_used, reason = "only tests call this; a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use shuyu_ledger::{Event, Ledger};
use shuyu_model::id::{AgreementId, MatterId, OrderId, OrganisationId, PersonId, ProductId, ResourceId, ScenarioId};
use shuyu_model::identifier::credit_code_check;
use shuyu_model::regime::Sourced;
use shuyu_model::regime::words::ScenarioPart;
use shuyu_model::registration::{Registrable, RegistrationKind};
use shuyu_model::{Actor, Column, ColumnClass, ColumnType, Day, Digest, Grade, Mask, Regime, Role, UseKind, Verdict};

use crate::live::Basis;
use crate::registration::result;
use crate::{
    AdmissionState, AgreementKind, Ending, EntityKind, Field, NewAgreement, NewOrder, NewResource, NewScenario,
    OrderStep, Organisation, Person, Plan, PlannedForm, PlannedProduct, ProductEntry, RegistrationState, Registry,
    Shares, Target, enact, rules, store,
};

/// Parties and people of 江城市. Where a role has two people, the second one may
/// approve what the first one wrote.
#[derive(Clone)]
pub struct Town {
    /// The registry.
    pub registry: Registry,
    /// Three administrators: system, security, audit.
    pub admins: Vec<Actor>,
    /// 市数据局.
    pub regulators: Vec<Actor>,
    /// 市大数据中心.
    pub agency: Vec<Actor>,
    /// 住房公积金管理中心.
    pub source: Vec<Actor>,
    /// 城市管理局, another department.
    pub other_source: Vec<Actor>,
    /// 江城数据运营公司.
    pub operator: Vec<Actor>,
    /// Another operator.
    pub other_operator: Vec<Actor>,
    /// 江城数据加工公司, where the document has a processor apart; else nobody.
    pub processor: Vec<Actor>,
    /// 江城银行.
    pub bank: Vec<Actor>,
    /// A firm that the operator owns through another.
    pub affiliate: Vec<Actor>,
    /// 江城市公安局.
    pub supervisor: Vec<Actor>,
}

/// The shipped rules.
pub fn regime() -> Arc<Regime> {
    rules::shipped(rules::SHIPPED_CODE).expect("the shipped rules").regime
}

/// One of the shipped rules, by its code; a draft as if it had been released just
/// before the day of `ledger`.
pub fn regime_of(ledger: &Ledger, code: &str) -> Arc<Regime> {
    let regime = rules::shipped(code).expect("shipped rules").regime;
    Arc::new(Regime::clone(&regime).tried_from(ledger.now().day()))
}

/// Some digest.
pub fn digest(ledger: &Ledger, of: &str) -> Digest {
    ledger.profile().digest(of.as_bytes())
}

/// A column graded L2.
pub fn column(name: &str, kind: ColumnType, class: ColumnClass, mask: Mask) -> Column {
    Column { name: name.into(), title: name.into(), kind, class, grade: Some(Grade::L2), mask, is_entity: false }
}

/// The columns of `fund_accounts`: `id_card` (the entity), `account`, `balance`,
/// `opened_on`, `district`.
pub fn fund_columns() -> Vec<Column> {
    use ColumnClass::{DirectIdentifier, Plain, Sensitive};
    let mut id_card = column("id_card", ColumnType::Text, DirectIdentifier, Mask::Pseudonym);
    id_card.is_entity = true;
    vec![
        id_card,
        column("account", ColumnType::Text, DirectIdentifier, Mask::KeepPrefix { chars: 4 }),
        column("balance", ColumnType::Integer, Sensitive, Mask::Bucket { width: 1000 }),
        column("opened_on", ColumnType::Date, Plain, Mask::None),
        column("district", ColumnType::Text, Plain, Mask::None),
    ]
}

/// A resource to be drafted.
pub fn new_resource(name: &str, columns: Vec<Column>) -> NewResource {
    NewResource {
        name: name.into(),
        title: format!("表 {name}"),
        description: "made for a test".into(),
        columns,
        shared_from: None,
        update_every_days: 30,
    }
}

/// What a refused verdict allowed.
#[track_caller]
pub fn allowed<T>(verdict: Verdict<T>) -> T {
    verdict.into_result().expect("an allowed verdict")
}

/// The codes of a refused verdict.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(verdict: Verdict<T>) -> Vec<String> {
    let reasons = verdict.into_result().expect_err("a refused verdict");
    reasons.iter().map(|reason| reason.code.to_string()).collect()
}

mod facts;
mod findings;
mod papers;
mod schemes;

pub use papers::new_paper;

struct Founding<'a> {
    ledger: &'a Ledger,
    turn: crate::Turn,
    count: u32,
    /// Who enters the papers of those without people.
    somebody: Option<PersonId>,
}

impl Founding<'_> {
    async fn party(
        &mut self,
        name: &str,
        roles: &[Role],
        owned_by: &[&OrganisationId],
        people: &[&[Role]],
    ) -> (OrganisationId, Vec<Actor>) {
        self.count += 1;
        let first17 = format!("914301{:02}MA4L{:05}", 0, self.count);
        let check = credit_code_check(&first17).expect("17 characters of the alphabet");
        let organisation = Organisation {
            id: self.ledger.new_id(),
            name: name.into(),
            credit_code: format!("{first17}{check}"),
            roles: roles.to_vec(),
            entity_kind: Some(EntityKind::LegalPerson),
            owned_by: owned_by.iter().map(|id| (*id).clone()).collect(),
            unit: None,
            identity: None,
        };
        store::insert_organisation(self.turn.change(), &organisation).await.expect("an organisation");
        self.turn.touch(Basis::Organisation(organisation.id.clone()));
        let mut actors = Vec::new();
        for roles in people {
            self.count += 1;
            let id: PersonId = self.ledger.new_id();
            let login = format!("p{}", self.count);
            let organisation = organisation.id.clone();
            let person = Person { id, name: login.clone(), login, organisation, roles: roles.to_vec() };
            // No hash: nobody signs in here.
            store::insert_person(self.turn.change(), &person, "!").await.expect("a person");
            self.turn.touch(Basis::Person(person.id.clone()));
            actors.push(person.actor());
        }
        let by = actors.first().map(|actor: &Actor| actor.person.clone()).or(self.somebody.clone()).expect("a person");
        let regime = self.turn.registry().regime_arc();
        let people: Vec<PersonId> = actors.iter().map(|actor: &Actor| actor.person.clone()).collect();
        papers::of_organisation(self.ledger, &mut self.turn, &regime, &organisation.id, roles, &by, &people).await;
        self.somebody = Some(by);
        (organisation.id, actors)
    }
}

/// Parties and people, and nothing else yet, under the shipped rules.
pub async fn town(ledger: &Ledger) -> Town {
    town_under(ledger, regime()).await
}

/// The same under other rules.
pub async fn town_under(ledger: &Ledger, regime: Arc<Regime>) -> Town {
    use Role::{Agency, AuditAdmin, Entity, Operator, Regulator, SecurityAdmin, Source, Supervisor, SystemAdmin};
    let registry = Registry::new(ledger.clone(), regime);
    let turn = registry.turn().await.expect("a turn");
    let mut founding = Founding { ledger, turn, count: 0, somebody: None };
    let admins = [SystemAdmin, SecurityAdmin, AuditAdmin];
    let (_, admins) = founding.party("平台", &admins, &[], &[&[SystemAdmin], &[SecurityAdmin], &[AuditAdmin]]).await;
    let (_, regulators) = founding.party("江城市数据局", &[Regulator], &[], &[&[Regulator], &[Regulator]]).await;
    let (_, agency) =
        founding.party("江城市大数据中心", &[Agency], &[], &[&[Agency], &[Agency], &[Agency], &[Agency]]).await;
    let (_, source) = founding.party("江城市住房公积金管理中心", &[Source], &[], &[&[Source], &[Source]]).await;
    let (_, other_source) = founding.party("江城市城市管理局", &[Source], &[], &[&[Source], &[Source]]).await;
    let (operator_id, operator) =
        founding.party("江城数据运营公司", &[Operator], &[], &[&[Operator], &[Operator], &[Operator]]).await;
    let (_, other_operator) = founding.party("他城数据运营公司", &[Operator], &[], &[&[Operator]]).await;
    let (_, bank) = founding.party("江城银行", &[Entity], &[], &[&[Entity], &[Entity]]).await;
    let (middle, _) = founding.party("江城数据控股公司", &[Entity], &[&operator_id], &[]).await;
    let (_, affiliate) = founding.party("江城数据应用公司", &[Entity], &[&middle], &[&[Entity]]).await;
    let (_, supervisor) = founding.party("江城市公安局", &[Supervisor], &[], &[&[Supervisor], &[Supervisor]]).await;
    let processor = if founding.turn.regime().has_role(Role::Processor) {
        let people: &[&[Role]] = &[&[Role::Processor], &[Role::Processor]];
        founding.party("江城数据加工公司", &[Role::Processor], &[], people).await.1
    } else {
        Vec::new()
    };
    founding.turn.commit(Event::done(None, "platform.founded", "")).await.expect("a founded town");
    Town {
        registry,
        admins,
        regulators,
        agency,
        source,
        other_source,
        operator,
        other_operator,
        bank,
        affiliate,
        supervisor,
        processor,
    }
}

/// The shares that agreements name here; `casework::testing` bids them.
pub const SHARES: Shares =
    Shares { owner_basis_points: 3000, operator_basis_points: 5000, processor_basis_points: 2000 };

/// The scheme that agreements rest on here; `casework::testing` puts it in force.
pub fn scheme_id() -> MatterId {
    MatterId::parse("MAT-00000000000000000000000000000001").expect("an id")
}

/// The demand that scenarios answer here; `casework::testing` has it confirmed.
pub fn demand_id() -> MatterId {
    MatterId::parse("MAT-00000000000000000000000000000002").expect("an id")
}

/// The selection that chooses an operator here.
pub fn selection_of(operator: &OrganisationId) -> MatterId {
    MatterId::parse(&operator.as_str().replace("ORG-", "MAT-")).expect("an id")
}

/// One of several people.
#[track_caller]
fn nth(people: &[Actor], index: usize) -> &Actor {
    people.get(index).expect("as many people")
}

impl Town {
    /// The ledger under it.
    pub fn ledger(&self) -> &Ledger {
        self.registry.ledger()
    }

    /// Registers a resource of the first department.
    pub async fn resource(&self, name: &str, columns: Vec<Column>) -> ResourceId {
        let drafted = self.registry.draft_resource(nth(&self.source, 0), new_resource(name, columns)).await;
        let id = allowed(drafted.expect("a drafted resource"));
        self.register(&id).await;
        id
    }

    /// States of each department what unit it is.
    pub async fn of_known_units(&self) {
        use shuyu_model::regime::words::{TakesPart, UnitKind};
        let own = self.registry.regime().roles.division.as_ref().map_or("430100", |own| own.value.as_str());
        for department in [nth(&self.source, 0), nth(&self.other_source, 0)] {
            let (unit_kind, takes_part) = (UnitKind::Institution, TakesPart::Duty);
            let unit = crate::Unit { unit_kind, division: own.to_owned(), takes_part };
            let stated = self.registry.state_unit(nth(&self.admins, 0), &department.organisation, unit).await;
            allowed(stated.expect("a unit"));
        }
    }

    /// States from which duty a resource of the holder's arose.
    pub async fn of_known_origin(&self, holder: &Actor, id: &ResourceId) {
        use shuyu_model::regime::words::{ArisesIn, Way};
        let duty = "住房公积金归集、提取与贷款管理".to_owned();
        let origin = crate::Origin { arose_in: ArisesIn::Duty, way: Way::Produced, duty, returned_on: None };
        allowed(self.registry.state_origin(holder, id, origin).await.expect("an origin"));
    }

    /// Registers what is drafted; what was registered before, as a change.
    pub async fn register(&self, id: &ResourceId) {
        let standing = self.registry.registration_terms().await.expect("a world");
        let is_known = standing.iter().any(|term| term.registration.subject == id.as_str());
        let kind = if is_known { RegistrationKind::Change } else { RegistrationKind::First };
        let procedure = kind.procedure(Registrable::Resource);
        let draft = self.registry.subject(procedure, id.as_str()).await.expect("a world").expect("a resource");
        let mut turn = self.registry.turn().await.expect("a turn");
        enact::decided(&mut turn, procedure, id.as_str(), draft.digest).await.expect("a registration");
        turn.commit(Event::done(None, "resource.registered", id.as_str())).await.expect("a registration");
        self.found_clear(id).await;
        self.told_all(id).await;
    }

    /// Registers a product of a scenario.
    pub async fn register_product(&self, id: &ProductId, scenario: &ScenarioId) {
        let entry = ProductEntry { product: id.clone(), title: "产品".into(), scenario: scenario.clone() };
        let mut turn = self.registry.turn().await.expect("a turn");
        let digest = digest(self.ledger(), id.as_str());
        result::first(&mut turn, id.as_str(), digest, Some(entry)).await.expect("a registration");
        turn.commit(Event::done(None, "product.registered", id.as_str())).await.expect("a registration");
        self.found_product_clear(id).await;
    }

    /// Revokes the registrations of a resource or product.
    pub async fn revoke(&self, subject: &str) {
        let mut turn = self.registry.turn().await.expect("a turn");
        let ending = Ending { state: RegistrationState::Revoked, ground: "false_material" };
        enact::registration_ended(&mut turn, subject, ending).await.expect("an ending");
        turn.commit(Event::done(None, "registration.revoked", subject)).await.expect("an ending");
    }

    /// An operator agreement in force from today for so many years.
    pub async fn agreement(&self, resources: &[ResourceId], years: u8) -> AgreementId {
        let from = self.ledger().now().day();
        let span = jiff::Span::new().years(i64::from(years));
        let until = from.saturating_add(span).saturating_sub(jiff::Span::new().days(1));
        let grantee = nth(&self.operator, 0).organisation.clone();
        let new = self.new_agreement(AgreementKind::Operator, grantee, resources.to_vec(), None, from, until);
        let drafted = self.registry.draft_agreement(nth(&self.agency, 0), new).await;
        self.in_force(allowed(drafted.expect("a drafted agreement"))).await
    }

    /// A development agreement between operator and `entity`, in force from
    /// today until the operator agreement ends; the entity is admitted, where the
    /// rules ask for that.
    pub async fn development(&self, entity: &OrganisationId, scenario: &ScenarioId) -> AgreementId {
        let above = self.registry.scenario(scenario).await.expect("a world").expect("a scenario").agreement.clone();
        let until = self.registry.agreement(&above).await.expect("a world").expect("an agreement").until;
        let (kind, from) = (AgreementKind::Development, self.ledger().now().day());
        let new = self.new_agreement(kind, entity.clone(), Vec::new(), Some(scenario.clone()), from, until);
        let drafted = self.registry.draft_agreement(nth(&self.operator, 0), new).await;
        let id = self.in_force(allowed(drafted.expect("a drafted agreement"))).await;
        self.filed(&id).await;
        let rules = self.registry.regime().matter.get(&shuyu_model::matter::MatterKind::EntityOnboarding);
        let is_asked = rules.and_then(|rules| rules.required_for_use.as_ref()).is_some_and(|asked| asked.value);
        if is_asked && self.registry.admissions_of(entity).await.expect("a world").is_empty() {
            self.admit(entity).await;
        }
        id
    }

    /// A processing agreement in force from today for a year.
    pub async fn processing(&self, resources: &[ResourceId]) -> AgreementId {
        let from = self.ledger().now().day();
        let until = from.saturating_add(jiff::Span::new().years(1)).saturating_sub(jiff::Span::new().days(1));
        let grantee = nth(&self.processor, 0).organisation.clone();
        let new = self.new_agreement(AgreementKind::Processing, grantee, resources.to_vec(), None, from, until);
        let drafted = self.registry.draft_agreement(nth(&self.agency, 0), new).await;
        self.in_force(allowed(drafted.expect("a drafted agreement"))).await
    }

    /// An order for all columns of a scenario, placed and taken.
    pub async fn order(&self, scenario: &ScenarioId, agreement: &AgreementId, outputs: &[&str]) -> OrderId {
        let new = self.new_order(scenario, agreement, outputs);
        let placed = self.registry.place_order(nth(&self.operator, 0), new).await;
        let id = allowed(placed.expect("a placed order"));
        let taken = self.registry.answer_order(nth(&self.processor, 0), &id, OrderStep::Take, "we can").await;
        allowed(taken.expect("a taken order"));
        id
    }

    /// An order to be placed, for half a year.
    pub fn new_order(&self, scenario: &ScenarioId, agreement: &AgreementId, outputs: &[&str]) -> NewOrder {
        NewOrder {
            title: "加工任务".into(),
            scenario: scenario.clone(),
            agreement: agreement.clone(),
            requirements: "as the scenario says".into(),
            outputs: outputs.iter().map(|word| (*word).to_owned()).collect(),
            fields: Vec::new(),
            until: self.ledger().now().day().saturating_add(jiff::Span::new().months(6)),
        }
    }

    /// An agreement to be drafted.
    pub fn new_agreement(
        &self,
        kind: AgreementKind,
        grantee: OrganisationId,
        resources: Vec<ResourceId>,
        scenario: Option<ScenarioId>,
        from: Day,
        until: Day,
    ) -> NewAgreement {
        let document_digest = digest(self.ledger(), "agreement");
        let is_operator = kind == AgreementKind::Operator;
        let mode = self.registry.regime().mode.allowed.value.first().copied().filter(|_| is_operator);
        let term_reason = is_operator.then(|| "agreed for a test".to_owned());
        let rules = self.registry.regime();
        let rests = rules.scheme.required_for.as_ref();
        let rests = rests.is_some_and(|rule| mode.is_some_and(|mode| rule.value.contains(&mode)));
        let names = |rule: Option<&Sourced<bool>>| is_operator && rule.is_some_and(|rule| rule.value);
        let selection = names(rules.agreement.names_selection.as_ref()).then(|| selection_of(&grantee));
        let shares = names(rules.agreement.names_shares.as_ref()).then_some(SHARES);
        let scheme = rests.then(scheme_id);
        let least = rules.agreement.targets_min.as_ref().map_or(0, |least| least.value);
        let target = |n: u8| Target {
            code: format!("target_{n}"),
            what: "开发的数据产品".into(),
            unit: "个".into(),
            at_least: 3,
            by: until,
        };
        let targets = (0..least).filter(|_| is_operator).map(target).collect();
        let (contents, until) = (self.contents(kind), Some(until));
        NewAgreement {
            kind,
            grantee,
            resources,
            scenario,
            from,
            until,
            document_digest,
            mode,
            scheme,
            selection,
            shares,
            term_reason,
            contents,
            targets,
        }
    }

    /// The last day of a term that begins on a day, as the rules name it.
    pub fn last_day(&self, from: Day) -> Day {
        crate::last_day(self.registry.regime(), from)
    }

    /// Something under each heading that the rules ask for.
    fn contents(&self, kind: AgreementKind) -> BTreeMap<String, String> {
        let rules = self.registry.regime();
        let required = match kind {
            AgreementKind::Processing => rules.processor.as_ref().map(|rules| &rules.contents_required),
            AgreementKind::Operator => rules.agreement.contents_required.as_ref(),
            AgreementKind::Development => rules.agreement.development_contents_required.as_ref(),
        };
        let headings = required.into_iter().flat_map(|required| &required.value);
        let mut contents: BTreeMap<String, String> =
            headings.map(|heading| (heading.clone(), "as agreed".to_owned())).collect();
        let officer = rules.agreement.officer_heading.as_ref().filter(|_| kind == AgreementKind::Operator);
        let system = rules.agreement.system_heading.as_ref().filter(|_| kind == AgreementKind::Development);
        contents.extend(officer.into_iter().chain(system).map(|rule| (rule.value.clone(), papers::TOLD.to_owned())));
        contents
    }

    /// Ends an operator's agreement without the way there.
    pub async fn end_agreement(&self, id: &AgreementId, ground: &str) {
        let mut turn = self.registry.turn().await.expect("a turn");
        enact::access_ended(&mut turn, id.as_str(), ground).await.expect("an ending");
        turn.commit(Event::done(None, "agreement.ended", id.as_str())).await.expect("an ending");
    }

    /// Ends an operator's agreement by its exit, so that what it had delivered goes on for
    /// so many days.
    pub async fn hand_over(&self, id: &AgreementId, days: i64) {
        let until = self.ledger().now().plus_days(days).day();
        let mut turn = self.registry.turn().await.expect("a turn");
        enact::access_ended(&mut turn, id.as_str(), "operator_request").await.expect("an ending");
        let exit = self.ledger().new_id();
        enact::deliveries_go_on(&mut turn, id, &exit, until).await.expect("an ending");
        turn.commit(Event::done(None, "agreement.ended", id.as_str())).await.expect("an ending");
    }

    /// Admits an entity to the town's operator without the way there.
    pub async fn admit(&self, entity: &OrganisationId) {
        let mut turn = self.registry.turn().await.expect("a turn");
        let (operator, ground) = (&nth(&self.operator, 0).organisation, self.ledger().new_id());
        let state = AdmissionState::Admitted;
        enact::admission(&mut turn, entity, operator, state, &ground).await.expect("an admission");
        turn.commit(Event::done(None, "matter.moved", entity.as_str())).await.expect("an admission");
    }

    /// Signs what is drafted.
    pub async fn in_force(&self, id: AgreementId) -> AgreementId {
        let digest = self.registry.agreement(&id).await.expect("a world").expect("an agreement").digest;
        let mut turn = self.registry.turn().await.expect("a turn");
        enact::agreement_in_force(&mut turn, &id, digest).await.expect("an agreement");
        turn.commit(Event::done(None, "agreement.in_force", id.as_str())).await.expect("an agreement");
        id
    }

    /// Files the copies of an agreement.
    pub async fn filed(&self, id: &AgreementId) {
        let mut turn = self.registry.turn().await.expect("a turn");
        enact::agreement_filed(&mut turn, id).await.expect("a filing");
        turn.commit(Event::done(None, "case.filed", id.as_str())).await.expect("a filing");
    }

    /// An approved scenario of the operator on these columns.
    pub async fn scenario(
        &self,
        title: &str,
        use_kind: UseKind,
        agreement: &AgreementId,
        fields: &[(&ResourceId, &[&str])],
    ) -> ScenarioId {
        let new = self.new_scenario(title, use_kind, agreement, fields);
        let drafted = self.registry.draft_scenario(self.drafter(), new).await;
        let id = allowed(drafted.expect("a drafted scenario"));
        let digest = self.registry.scenario(&id).await.expect("a world").expect("a scenario").digest;
        let mut turn = self.registry.turn().await.expect("a turn");
        enact::scenario_approved(&mut turn, &id, digest).await.expect("an approval");
        turn.commit(Event::done(None, "scenario.approved", id.as_str())).await.expect("an approval");
        self.papers_of_scenario(&id).await;
        id
    }

    /// Somebody who drafts scenarios under these rules.
    pub fn drafter(&self) -> &Actor {
        let may = crate::plan::drafters(self.registry.regime());
        if may.contains(&Role::Operator) { nth(&self.operator, 0) } else { nth(&self.bank, 0) }
    }

    /// All that an application says where the rules ask for it, to the end of the term.
    fn plan(&self, use_kind: UseKind) -> Plan {
        let rules = &self.registry.regime().scenario;
        let Some(required) = &rules.plan_required else { return Plan::default() };
        let asks = |part: ScenarioPart| required.value.contains(&part);
        let text = |part| asks(part).then(|| "as applied for in a test".to_owned());
        let last = self.last_day(self.ledger().now().day());
        let day = |part| asks(part).then_some(last);
        let product = PlannedProduct { title: "产品".into(), form: PlannedForm::Report, class: use_kind };
        let types = rules.operation_types.as_ref();
        Plan {
            users: text(ScenarioPart::Users),
            service_scope: text(ScenarioPart::Scope),
            service_until: day(ScenarioPart::Term),
            effect: text(ScenarioPart::EffectExpected),
            manner: text(ScenarioPart::Manner),
            data_until: day(ScenarioPart::DataUntil),
            products: asks(ScenarioPart::Products).then_some(product).into_iter().collect(),
            operation_type: types.and_then(|types| types.value.first().cloned()),
            demand: asks(ScenarioPart::Demand).then(demand_id),
            scheme: asks(ScenarioPart::Scheme).then(|| self.ledger().new_id()),
            proposed_by: None,
        }
    }

    /// A scenario to be drafted.
    pub fn new_scenario(
        &self,
        title: &str,
        use_kind: UseKind,
        agreement: &AgreementId,
        fields: &[(&ResourceId, &[&str])],
    ) -> NewScenario {
        let field = |resource: &ResourceId, column: &str| Field {
            resource: resource.clone(),
            column: column.into(),
            reason: "needed for the test".into(),
        };
        NewScenario {
            title: title.into(),
            purpose: "to be computed in a test".into(),
            use_kind,
            agreement: agreement.clone(),
            emergency_plan_digest: Some(digest(self.ledger(), "plan")),
            fields: fields.iter().flat_map(|(id, columns)| columns.iter().map(|name| field(id, name))).collect(),
            plan: self.plan(use_kind),
        }
    }
}
