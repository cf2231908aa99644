//! Resources, agreements and scenarios as they are drafted, changed and ended, roles and
//! owners as they change, and permits as they are asked for.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_model::id::{OrganisationId, ResourceId};
use shuyu_model::{Actor, Day, Grade, Role, UseKind};
use shuyu_registry::testing::{digest, fund_columns, new_resource};
use shuyu_registry::{
    Act, AgreementKind, AgreementState, Field, NewAgreement, NewScenario, ScenarioState, Scope, Target,
};

use crate::city::{City, Kept};
use crate::law::Wish;
use crate::memory::{Agreement, Expect, Resource, Scenario, need};

/// So many tables; then they are only revised.
const RESOURCES_MAX: usize = 14;

const GRADES: [Grade; 6] = [Grade::L1, Grade::L2, Grade::L2, Grade::L3, Grade::L4, Grade::Core];

const USES: [UseKind; 3] = [UseKind::Industry, UseKind::PublicWelfare, UseKind::PublicGovernance];

impl City {
    fn org(&self, name: &str) -> OrganisationId {
        self.cast.iter().find(|(known, _)| known == name).unwrap().1.organisation.clone()
    }

    /// Lately made ones, most of the time.
    fn drawn_index(&mut self, len: usize) -> Option<usize> {
        let back = if self.dice.chance(80) { len.min(6) } else { len };
        (len > 0).then(|| len - 1 - self.dice.below(back))
    }

    pub(crate) async fn draft_resource(&mut self) {
        if self.memory.resources.len() >= RESOURCES_MAX {
            return;
        }
        let (_, actor) = self.drawn_actor(Role::Source, None, &[], 92);
        let name = match self.dice.chance(4) {
            true => self.memory.resources.first().map_or("t0".to_owned(), |known| known.name.clone()),
            false => format!("t{}", self.memory.resources.len()),
        };
        let mut new = new_resource(&name, fund_columns());
        if self.dice.chance(20) {
            new.shared_from = Some(self.org("other_source0"));
        }
        if self.dice.chance(15) {
            new.columns[2].grade = None;
        }
        let mut found = Vec::new();
        self.memory.role(&actor, &[Role::Source], &mut found);
        let is_taken = self.memory.resources.iter().any(|known| known.name == name);
        let expect = if is_taken { Expect::mistake("the name") } else { Expect::decided(found) };
        self.says(&actor, format!("drafts_resource {name}"));
        let result = self.town.registry.draft_resource(&actor, new.clone()).await;
        let Some(id) = self.judged(expect, 1, result).await else { return };
        let digest = self.town.registry.resource(&id).await.unwrap().unwrap().digest;
        self.found_clear(&id).await;
        self.memory.resources.push(Resource {
            id,
            name,
            source: actor.organisation.clone(),
            shared_from: new.shared_from,
            has_consent: false,
            columns: new.columns.into_iter().map(|column| (column.name, column.grade)).collect(),
            registered_until: None,
            is_barred: false,
            authors: BTreeSet::from([actor.person]),
            digest,
        });
    }

    pub(crate) async fn revise_resource(&mut self) {
        let Some(mut at) = self.drawn_index(self.memory.resources.len()) else { return };
        // Mostly those whose registration has run out: written anew, they are registered anew.
        let has_run_out =
            |at: &usize| self.memory.resources[*at].registered_until.is_some_and(|end| end <= self.memory.now);
        let run_out: Vec<usize> = (0..self.memory.resources.len()).filter(has_run_out).collect();
        if self.dice.chance(90) {
            at = self.dice.pick(&run_out).unwrap_or(at);
        }
        let known = &self.memory.resources[at];
        let (id, name, source) = (known.id.clone(), known.name.clone(), known.source.clone());
        let mut new = new_resource(&name, fund_columns());
        new.shared_from = known.shared_from.clone();
        new.description = format!("written anew on {}", self.memory.today());
        let (_, actor) = self.drawn_actor(Role::Source, Some(&source), &[], 90);
        let expect = if self.dice.chance(4) {
            new.name.push('x');
            Expect::mistake("another name")
        } else {
            Expect::decided(self.of_department(&actor, &source))
        };
        self.says(&actor, format!("revises_resource {at}"));
        let result = self.town.registry.revise_resource(&actor, &id, new.clone()).await;
        if self.judged(expect, 1, result).await.is_some() {
            let columns = new.columns.into_iter().map(|column| (column.name, column.grade)).collect();
            self.redrafted(at, &actor, columns).await;
        }
    }

    fn of_department(&self, actor: &Actor, source: &OrganisationId) -> Vec<&'static str> {
        let mut found = Vec::new();
        self.memory.role(actor, &[Role::Source], &mut found);
        need(actor.organisation == *source, "another department", &mut found);
        found
    }

    /// The protected interests of what was just described are looked at there and then.
    async fn found_clear(&mut self, id: &ResourceId) {
        if self.town.found_clear(id).await {
            self.head = self.town.ledger().journal_head().await.unwrap();
        }
    }

    async fn redrafted(&mut self, at: usize, actor: &Actor, columns: Vec<(String, Option<Grade>)>) {
        let id = self.memory.resources[at].id.clone();
        self.found_clear(&id).await;
        let digest = self.town.registry.resource(&self.memory.resources[at].id).await.unwrap().unwrap().digest;
        let resource = &mut self.memory.resources[at];
        resource.columns = columns;
        resource.registered_until = None;
        resource.authors.insert(actor.person.clone());
        resource.digest = digest;
    }

    pub(crate) async fn grade(&mut self) {
        let Some(at) = self.drawn_index(self.memory.resources.len()) else { return };
        let known = &self.memory.resources[at];
        let (id, source, mut columns) = (known.id.clone(), known.source.clone(), known.columns.clone());
        let mut column = self.dice.below(columns.len());
        match columns.iter().position(|(_, grade)| grade.is_none()) {
            Some(ungraded) => column = ungraded,
            // What is graded anew must be registered anew: rarely, or nothing would be.
            None if self.dice.chance(85) => return,
            None => {}
        }
        let grade = if self.dice.chance(70) { Grade::L2 } else { self.dice.pick(&GRADES).unwrap() };
        let name = if self.dice.chance(3) { "nosuch".to_owned() } else { columns[column].0.clone() };
        let (_, actor) = self.drawn_actor(Role::Source, Some(&source), &[], 90);
        let is_new = columns[column].1 != Some(grade);
        columns[column].1 = Some(grade);
        let expect = match name.as_str() {
            "nosuch" => Expect::mistake("no such column"),
            _ => Expect::decided(self.of_department(&actor, &source)),
        };
        self.says(&actor, format!("grades_resource {at}: {name} {grade:?}"));
        let result = self.town.registry.grade_columns(&actor, &id, &BTreeMap::from([(name, grade)])).await;
        // What says nothing new changes nothing and is no event.
        if self.judged(expect, i64::from(is_new), result).await.is_some() && is_new {
            self.redrafted(at, &actor, columns).await;
        }
    }

    pub(crate) async fn consent(&mut self) {
        let Some(at) = self.drawn_index(self.memory.resources.len()) else { return };
        let shared = (0..self.memory.resources.len()).filter(|at| self.memory.resources[*at].shared_from.is_some());
        let shared: Vec<usize> = shared.collect();
        let at = if self.dice.chance(92) { self.dice.pick(&shared).unwrap_or(at) } else { at };
        let (id, provider) = (self.memory.resources[at].id.clone(), self.memory.resources[at].shared_from.clone());
        let document = self.dice.chance(80).then(|| digest(self.town.ledger(), "consent"));
        let (_, actor) = self.drawn_actor(Role::Source, provider.as_ref(), &[], 88);
        let expect = match &provider {
            None => Expect::mistake("nobody shared it"),
            Some(provider) => Expect::decided(self.of_department(&actor, provider)),
        };
        self.says(&actor, format!("consents_to {at}: {}", document.is_some()));
        let result = self.town.registry.consent_to_sharing(&actor, &id, document).await;
        if self.judged(expect, 1, result).await.is_some() {
            self.memory.resources[at].has_consent = document.is_some();
        }
    }

    pub(crate) async fn bar(&mut self) {
        let Some(mut at) = self.drawn_index(self.memory.resources.len()) else { return };
        let barred: Vec<usize> =
            (0..self.memory.resources.len()).filter(|at| self.memory.resources[*at].is_barred).collect();
        if self.dice.chance(70) {
            at = self.dice.pick(&barred).unwrap_or(at);
        }
        let id = self.memory.resources[at].id.clone();
        // What is barred rarely stays so, or nothing would be left to authorise.
        let bars = self.dice.chance(35) && !self.memory.resources[at].is_barred;
        let (_, actor) = self.drawn_actor(Role::Regulator, None, &[], 85);
        let mut found = Vec::new();
        self.memory.role(&actor, &[Role::Regulator], &mut found);
        self.says(&actor, format!("bars_or_unbars {at}: {bars}"));
        let result = match bars {
            true => self.town.registry.put_on_negative_list(&actor, &id, "不宜开放", "一").await,
            false => self.town.registry.take_off_negative_list(&actor, &id).await,
        };
        if self.judged(Expect::decided(found), 1, result).await.is_some() {
            self.memory.resources[at].is_barred = bars;
        }
    }

    /// A term: mostly within the rules, sometimes a day too long, later, or backwards.
    fn drawn_term(&mut self, years_max: u8) -> (Day, Day) {
        let later = if self.dice.chance(85) { 0 } else { i64::try_from(self.dice.below(40)).unwrap() };
        let from = self.memory.today().saturating_add(jiff::Span::new().days(later));
        let years = 1 + i64::try_from(self.dice.below(usize::from(years_max))).unwrap();
        let days = match self.dice.below(100) {
            0..88 => -1,
            88..95 => 0,
            95..97 => 400,
            _ => -3000,
        };
        (from, from.saturating_add(jiff::Span::new().years(years)).saturating_add(jiff::Span::new().days(days)))
    }

    pub(crate) async fn draft_agreement(&mut self) {
        let (from, until) = self.drawn_term(self.memory.regime.agreement.years_max.value);
        let is_strict = self.dice.chance(85);
        let is_open = |at: &usize| {
            let mut found = Vec::new();
            self.memory.against_resource(*at, &mut found);
            !is_strict || found.is_empty()
        };
        let open: Vec<usize> = (0..self.memory.resources.len()).filter(is_open).collect();
        let mut resources: Vec<usize> = open.into_iter().filter(|_| self.dice.chance(75)).collect();
        if self.dice.chance(3) {
            resources.clear();
        }
        let (_, actor) = self.drawn_actor(Role::Agency, None, &[], 92);
        let grantee = ["operator0", "operator0", "operator0", "operator0", "other_operator0", "bank0"];
        let grantee = self.dice.pick(&grantee).unwrap();
        let fault = (until < from || resources.is_empty()).then_some("the term or no resource");
        self.drafts_agreement(&actor, grantee, resources, None, (from, until), fault).await;
    }

    pub(crate) async fn draft_development(&mut self) {
        let Some(mut at) = self.drawn_index(self.memory.scenarios.len()) else { return };
        let is_approved = |at: &usize| self.memory.scenarios[*at].state == ScenarioState::Approved;
        let approved: Vec<usize> = (0..self.memory.scenarios.len()).filter(is_approved).collect();
        if self.dice.chance(90) {
            at = self.dice.pick(&approved).unwrap_or(at);
        }
        let scenario = &self.memory.scenarios[at];
        let (operator, above) = (scenario.operator.clone(), self.memory.agreements[scenario.agreement].until);
        let (from, mut until) = self.drawn_term(2);
        if self.dice.chance(80) {
            until = until.min(above);
        }
        let (_, actor) = self.drawn_actor(Role::Operator, Some(&operator), &[], 92);
        let grantee = ["bank0", "bank0", "bank0", "bank0", "bank0", "affiliate0", "operator0", "source0"];
        let grantee = self.dice.pick(&grantee).unwrap();
        let resources = if self.dice.chance(92) { Vec::new() } else { vec![0] };
        let fault = (until < from).then_some("the term");
        self.drafts_agreement(&actor, grantee, resources, Some(at), (from, until), fault).await;
    }

    async fn drafts_agreement(
        &mut self,
        actor: &Actor,
        grantee: &str,
        resources: Vec<usize>,
        scenario: Option<usize>,
        (from, until): (Day, Day),
        fault: Option<&'static str>,
    ) {
        // A development agreement is for one scenario, an operator's for none.
        let kind = if scenario.is_some() { AgreementKind::Development } else { AgreementKind::Operator };
        let has_reason = self.dice.chance(90);
        let new = NewAgreement {
            kind,
            grantee: self.org(grantee),
            resources: resources.iter().map(|at| self.memory.resources[*at].id.clone()).collect(),
            scenario: scenario.map(|at| self.memory.scenarios[at].id.clone()),
            from,
            until,
            document_digest: digest(self.town.ledger(), "agreement"),
            mode: (kind == AgreementKind::Operator).then(|| self.memory.regime.mode.allowed.value[0]),
            scheme: None,
            term_reason: has_reason.then(|| "agreed with the other party".to_owned()),
            contents: BTreeMap::new(),
            targets: self.targets(kind, until),
        };
        let gives = if kind == AgreementKind::Operator { Role::Agency } else { Role::Operator };
        let mut agreement = Agreement {
            // Not known before it is allowed; nothing that memory reckons reads it.
            id: self.town.ledger().new_id(),
            kind,
            grantor: actor.organisation.clone(),
            grantee: new.grantee.clone(),
            scenario,
            resources,
            from,
            until,
            state: AgreementState::Draft,
            ended_ground: None,
            authors: BTreeSet::from([actor.person.clone()]),
            digest: digest(self.town.ledger(), "not yet"),
            has_reason,
        };
        let mut found = Vec::new();
        self.memory.role(actor, &[gives], &mut found);
        found.extend(self.memory.against_agreement(&agreement));
        let expect = fault.map_or(Expect::decided(found), Expect::mistake);
        self.says(actor, format!("drafts_{}_agreement with {grantee} from {from} until {until}", kind.word()));
        let result = self.town.registry.draft_agreement(actor, new).await;
        let Some(id) = self.judged(expect, 1, result).await else { return };
        agreement.digest = self.town.registry.agreement(&id).await.unwrap().unwrap().digest;
        agreement.id = id;
        self.memory.agreements.push(agreement);
    }

    /// What an operator is measured against, where the rules ask for that.
    fn targets(&self, kind: AgreementKind, by: Day) -> Vec<Target> {
        let is_asked = self.memory.regime.agreement.targets_min.is_some() && kind == AgreementKind::Operator;
        let target = Target { code: "products".into(), what: "产品".into(), unit: "个".into(), at_least: 3, by };
        if is_asked { vec![target] } else { Vec::new() }
    }

    pub(crate) async fn terminate_agreement(&mut self) {
        let Some(at) = self.drawn_index(self.memory.agreements.len()) else { return };
        let agreement = &self.memory.agreements[at];
        let (id, grantor, kind) = (agreement.id.clone(), agreement.grantor.clone(), agreement.kind);
        let gives = if kind == AgreementKind::Operator { Role::Agency } else { Role::Operator };
        let grounds = self.memory.regime.agreement.exit_grounds.value.clone();
        let mut ground = self.dice.pick(&grounds).unwrap();
        if self.dice.chance(12) {
            ground = "no_such_ground".to_owned();
        }
        let (_, actor) = self.drawn_actor(gives, Some(&grantor), &[], 70);
        let mut found = Vec::new();
        let is_own = actor.organisation == grantor;
        match kind {
            AgreementKind::Operator => found.push("ends by its exit"),
            AgreementKind::Processing => self.memory.role(&actor, &[Role::Agency], &mut found),
            AgreementKind::Development => self.memory.role(&actor, &[Role::Operator, Role::Agency], &mut found),
        }
        let is_above = kind == AgreementKind::Development && actor.is(Role::Agency);
        let is_direct = kind != AgreementKind::Operator;
        need(is_own || is_above || !is_direct, "another's agreement", &mut found);
        need(grounds.contains(&ground) || !is_direct, "no such ground", &mut found);
        let is_over = self.memory.agreements[at].state == AgreementState::Ended;
        let expect = if found.is_empty() && is_over { Expect::mistake("ended before") } else { Expect::decided(found) };
        self.says(&actor, format!("ends_agreement {at}: {ground}"));
        let result = self.casework.end_agreement(&actor, &id, &ground).await;
        if self.judged(expect, 1, result).await.is_some() {
            self.memory.agreements[at].state = AgreementState::Ended;
            self.memory.agreements[at].ended_ground = Some(ground);
        }
    }

    pub(crate) async fn draft_scenario(&mut self) {
        let Some(mut at) = self.drawn_index(self.memory.agreements.len()) else { return };
        let holds = |at: &usize| {
            let mut found = Vec::new();
            self.memory.against_holding(*at, &mut found);
            found.is_empty() && self.memory.agreements[*at].kind == AgreementKind::Operator
        };
        let holding: Vec<usize> = (0..self.memory.agreements.len()).filter(holds).collect();
        if self.dice.chance(92) {
            at = self.dice.pick(&holding).unwrap_or(at);
        }
        let agreement = &self.memory.agreements[at];
        let (operator, mut of) = (agreement.grantee.clone(), agreement.resources.clone());
        if self.dice.chance(4) {
            of = (0..self.memory.resources.len()).collect();
        }
        let mut fields: Vec<(usize, String)> = Vec::new();
        for resource in of {
            for column in ["balance", "district"] {
                if self.dice.chance(35) {
                    fields.push((resource, column.to_owned()));
                }
            }
        }
        let (has_plan, has_reasons) = (self.dice.chance(95), self.dice.chance(95));
        let use_kind = self.dice.pick(&USES).unwrap();
        let (_, actor) = self.drawn_actor(Role::Operator, Some(&operator), &[], 92);
        let reason = if has_reasons { "needed for what it is for" } else { "" };
        let field = |(at, column): &(usize, String)| Field {
            resource: self.memory.resources[*at].id.clone(),
            column: column.clone(),
            reason: reason.to_owned(),
        };
        let new = NewScenario {
            title: format!("场景 {}", self.memory.scenarios.len()),
            purpose: "to be computed in a life".into(),
            use_kind,
            agreement: self.memory.agreements[at].id.clone(),
            emergency_plan_digest: has_plan.then(|| digest(self.town.ledger(), "plan")),
            fields: fields.iter().map(field).collect(),
        };
        let is_development = self.memory.agreements[at].kind == AgreementKind::Development;
        let scenario = Scenario {
            id: self.town.ledger().new_id(),
            operator: actor.organisation.clone(),
            agreement: at,
            fields,
            has_plan,
            has_reasons: has_reasons || self.memory.regime.scenario.field_reason_chars_min.value == 0,
            use_kind,
            state: ScenarioState::Draft,
            authors: BTreeSet::from([actor.person.clone()]),
            digest: digest(self.town.ledger(), "not yet"),
        };
        self.drafts_scenario(&actor, new, scenario, is_development).await;
    }

    async fn drafts_scenario(&mut self, actor: &Actor, new: NewScenario, mut scenario: Scenario, is_wrong: bool) {
        let mut found = Vec::new();
        self.memory.role(actor, &[Role::Operator], &mut found);
        found.extend(self.memory.against_scenario(&scenario));
        let is_mistake = scenario.fields.is_empty() || is_wrong;
        let expect = if is_mistake { Expect::mistake("fields or agreement") } else { Expect::decided(found) };
        self.says(actor, format!("drafts_scenario under {} with {} fields", scenario.agreement, new.fields.len()));
        let result = self.town.registry.draft_scenario(actor, new).await;
        let Some(id) = self.judged(expect, 1, result).await else { return };
        scenario.digest = self.town.registry.scenario(&id).await.unwrap().unwrap().digest;
        if self.town.papers_of_scenario(&id).await {
            self.head = self.town.ledger().journal_head().await.unwrap();
        }
        scenario.id = id;
        self.memory.scenarios.push(scenario);
    }

    pub(crate) async fn withdraw_scenario(&mut self) {
        let Some(at) = self.drawn_index(self.memory.scenarios.len()) else { return };
        let (id, operator) = (self.memory.scenarios[at].id.clone(), self.memory.scenarios[at].operator.clone());
        let (_, actor) = self.drawn_actor(Role::Operator, Some(&operator), &[], 70);
        let mut found = Vec::new();
        self.memory.role(&actor, &[Role::Operator, Role::Agency], &mut found);
        need(actor.is(Role::Agency) || actor.organisation == operator, "another's scenario", &mut found);
        let is_over = self.memory.scenarios[at].state == ScenarioState::Withdrawn;
        let expect =
            if found.is_empty() && is_over { Expect::mistake("withdrawn before") } else { Expect::decided(found) };
        self.says(&actor, format!("withdraws_scenario {at}"));
        let result = self.town.registry.withdraw_scenario(&actor, &id, "not needed any more").await;
        if self.judged(expect, 1, result).await.is_some() {
            self.memory.scenarios[at].state = ScenarioState::Withdrawn;
        }
    }

    /// Grants or withdraws a role; what was withdrawn is granted again before long.
    pub(crate) async fn change_role(&mut self) {
        let (_, admin) = self.drawn_actor(Role::SecurityAdmin, None, &[], 90);
        let business = |(_, actor): &&(String, Actor)| !actor.roles.iter().any(|role| role.is_platform_admin());
        let people: Vec<Actor> = self.cast.iter().filter(business).map(|(_, actor)| actor.clone()).collect();
        let gone = |actor: &&Actor| self.memory.roles[&actor.person].is_empty();
        let without: Vec<Actor> = people.iter().filter(gone).cloned().collect();
        let grants = self.dice.chance(75) && !without.is_empty();
        let person = self.dice.pick(if grants { &without } else { &people }).unwrap();
        let role = person.roles[0];
        let has = self.memory.roles[&person.person].contains(&role);
        let mut found = Vec::new();
        self.memory.role(&admin, &[Role::SecurityAdmin], &mut found);
        need(admin.person != person.person, "the own role", &mut found);
        self.says(&admin, format!("sets_role of {}: {grants}", self.name_of(&person)));
        let result = match grants {
            true => self.town.registry.grant_role(&admin, &person.person, role).await,
            false => self.town.registry.withdraw_role(&admin, &person.person, role).await,
        };
        let events = i64::from(has != grants);
        if self.judged(Expect::decided(found), events, result).await.is_some() {
            let held = self.memory.roles.get_mut(&person.person).unwrap();
            if grants {
                held.insert(role)
            } else {
                held.remove(&role)
            };
        }
    }

    /// The bank is bought by the operator, or sold again.
    pub(crate) async fn change_owners(&mut self) {
        let (_, admin) = self.drawn_actor(Role::SystemAdmin, None, &[], 85);
        let (bank, operator) = (self.org("bank0"), self.org("operator0"));
        let is_bought = self.memory.owners[&bank].is_empty() && self.dice.chance(25);
        let owners = if is_bought { vec![operator] } else { Vec::new() };
        let mut found = Vec::new();
        self.memory.role(&admin, &[Role::SystemAdmin], &mut found);
        self.says(&admin, format!("sets_owners of the bank: {}", owners.len()));
        let result = self.town.registry.set_owners(&admin, &bank, owners.clone()).await;
        if self.judged(Expect::decided(found), 1, result).await.is_some() {
            self.memory.owners.insert(bank, owners);
        }
    }

    pub(crate) async fn ask_permit(&mut self) {
        let is_approved = |at: &usize| self.memory.scenarios[*at].state == ScenarioState::Approved;
        let approved: Vec<usize> = (0..self.memory.scenarios.len()).filter(is_approved).collect();
        let Some(mut scenario) = self.drawn_index(self.memory.scenarios.len()) else { return };
        if self.dice.chance(92) {
            scenario = self.dice.pick(&approved).unwrap_or(scenario);
        }
        let act = self.dice.pick(&Act::ALL).unwrap();
        let served = self.memory.agreements.iter().filter(|agreement| agreement.state == AgreementState::InForce);
        let served: Vec<usize> = served.filter_map(|agreement| agreement.scenario).collect();
        if matches!(act, Act::Deliver | Act::Use) && self.dice.chance(80) {
            // Mostly one that somebody has an agreement for.
            scenario = self.dice.pick(&served[served.len().saturating_sub(3)..]).unwrap_or(scenario);
        }
        let entity = matches!(act, Act::Deliver | Act::Use).then(|| self.org("bank0"));
        let entity = if self.dice.chance(85) { entity } else { entity.map(|_| self.org("affiliate0")) };
        let use_kind = if self.dice.chance(94) { None } else { self.dice.pick(&USES) };
        // Nobody here is a processor; where only one computes, an operator tries.
        let role = self.dice.pick(act.roles(&self.memory.regime)).unwrap();
        let role = if role == Role::Processor { Role::Operator } else { role };
        let party = match role {
            Role::Operator => Some(self.memory.scenarios[scenario].operator.clone()),
            Role::Entity => entity.clone(),
            _ => None,
        };
        let (_, actor) = self.drawn_actor(role, party.as_ref(), &[], 92);
        let id = self.memory.scenarios[scenario].id.clone();
        let of_scenario = |at: &usize| self.memory.products[*at].scenario == scenario;
        let products: Vec<usize> = (0..self.memory.products.len()).filter(of_scenario).collect();
        let product = if act == Act::Deliver { self.dice.pick(&products) } else { None };
        let named = product.map(|at| self.memory.products[at].id.clone());
        let scope = Scope { entity: entity.clone(), use_kind, product: named, ..Scope::of(id) };
        let mut wish = Wish { act, scenario, entity, use_kind, product, under: None };
        let expect = Expect::decided(self.memory.against_permit(&actor, &wish));
        self.says(&actor, format!("asks_{act:?} under scenario {scenario}"));
        let result = self.town.registry.permit(&actor, act, &scope).await;
        let Some(permit) = self.judged(expect, 0, result).await else { return };
        self.tally.permits += 1;
        wish.under = permit.development_agreement().and_then(|id| self.memory.agreement_of(id.as_str()));
        self.holds(permit.is_live(), || "a permit was dead from its beginning".to_owned());
        self.kept.push(Kept { permit, actor, wish, is_dead: false });
    }
}
