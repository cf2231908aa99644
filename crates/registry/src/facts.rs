//! What is told of resources beside their description: facts that the document asks
//! for, the entry of the base catalogue behind each, and a department's own stop.
//!
//! INVARIANT (told by its own): a department tells the facts of its own resources, an
//! operator marks its own scenarios; the agency can do both, and nobody else.
//! INVARIANT (stopped is stopped): while a department's stop holds, no permit on the
//! resource lives.
//!
//! Not here: whose the data is, which nobody can tell otherwise (`Registry::owner_of`
//! reads it from the rules); which facts are asked for (`regime::FactRules`).

pub(crate) mod store;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::regime::words::Body;
use shuyu_model::regime::{FactAct, FactKind, FactRules};
use shuyu_model::{Actor, ColumnClass, Reason, Reasons, Role, Time, Verdict};

use crate::decide::{self, Asked};
use crate::live::Basis;
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::reasons::cut;
use crate::world::World;
use crate::{Registry, RegistryError, Resource, ResourceState, reasons};

type Result<T> = std::result::Result<T, RegistryError>;

/// How many values a fact has at most.
const FACT_VALUES_MAX: usize = 40;

/// A fact, as it was told last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// Which.
    pub fact: FactKind,
    /// Counts how often it was told, from 1.
    pub number: u32,
    /// What was told.
    pub told: Vec<String>,
    /// Who told it.
    pub told_by: PersonId,
    /// For whom.
    pub organisation: OrganisationId,
    /// When.
    pub told_at: Time,
}

/// A fact to be told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFact {
    /// Which.
    pub fact: FactKind,
    /// What it is.
    pub told: Vec<String>,
}

/// A fact that the rules ask for, and what was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactView {
    /// Which.
    pub fact: FactKind,
    /// What people call it.
    pub title: &'static str,
    /// The clause that asks for it.
    pub clause: String,
    /// What it can be; empty where any text does.
    pub values: Vec<String>,
    /// Whether an act waits for it and it is not there.
    pub is_missing: bool,
    /// What was told.
    pub told: Option<Fact>,
}

/// A department's stop of its own resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// Why, in words.
    pub ground: String,
    /// Who ordered it.
    pub stopped_by: PersonId,
    /// When.
    pub stopped_at: Time,
}

/// Whose a resource is beside who holds it, what was told of it, and whether it is stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResourceFacts {
    /// Whose the data is by the rules (权属); `None` where they do not say.
    pub owner: Option<String>,
    /// The department that holds it.
    pub holder: String,
    /// Its department's stop, while one holds.
    pub stopped: Option<Stop>,
    /// Each fact that the rules ask for.
    pub facts: Vec<FactView>,
}

/// What a department holds, whatever of it is operated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaseEntry {
    /// Its identifier in the base catalogue.
    pub id: String,
    /// What it is called there.
    pub title: String,
    /// Who holds it.
    pub holder: OrganisationId,
    /// How often it is brought up to date there, in days.
    pub update_every_days: Option<u16>,
    /// When it was entered.
    pub entered_at: Time,
}

/// An entry to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBaseEntry {
    /// Its identifier in the base catalogue.
    pub id: String,
    /// What it is called there.
    pub title: String,
    /// Who holds it.
    pub holder: OrganisationId,
    /// How often it is brought up to date there, in days.
    #[serde(default)]
    pub update_every_days: Option<u16>,
}

/// How an entry of the base catalogue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InventoryState {
    /// A registered resource stands for it.
    InScope,
    /// The resource that stands for it is on the negative list.
    Excluded,
    /// A resource stands for it that is not registered.
    Described,
    /// Nothing stands for it.
    Outstanding,
    /// A resource that names no entry.
    Unlinked,
}

/// A line of the inventory: an entry and what stands for it, or a resource without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InventoryLine {
    /// Names it in pages: its entry, or its resource.
    pub key: String,
    /// The entry.
    pub entry: Option<String>,
    /// What it is called.
    pub title: String,
    /// Who holds it.
    pub holder: String,
    /// What stands for it.
    pub resource: Option<ResourceId>,
    /// How it stands.
    pub state: InventoryState,
    /// Why it is excluded, and under which clause.
    pub ground: Option<String>,
}

impl NewFact {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.told.is_empty() || self.told.len() > FACT_VALUES_MAX {
            faults.push(format!("`told` has {} values; 1 to {FACT_VALUES_MAX} are possible", self.told.len()));
        }
        for (index, told) in self.told.iter().enumerate().take(FACT_VALUES_MAX) {
            text_fault(&format!("told[{index}]"), told, NAME_CHARS_MAX, &mut faults);
        }
        if self.fact == FactKind::BaseEntry && self.told.len() > 1 {
            faults.push("`told` names more than one entry; a resource stands for one".to_owned());
        }
        faults
    }
}

impl Registry {
    /// Whose data a resource is (权属), by the rules; nobody can say otherwise.
    pub(crate) fn owner_of(&self, world: &World, resource: &Resource) -> Option<String> {
        let owner = self.regime().resource.owner.as_ref()?;
        Some(match owner.value {
            Body::Source => world.name_of(&resource.source).to_owned(),
            body => self.regime().bodies.get(&body).cloned().unwrap_or_else(|| body.zh().to_owned()),
        })
    }

    fn fact_rules(&self, kind: FactKind) -> Result<&FactRules> {
        self.regime().fact.get(&kind).ok_or_else(|| {
            let known: Vec<&str> = self.regime().fact.keys().map(|kind| kind.word()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            RegistryError::Malformed { faults: vec![format!("`fact`: these rules ask for: {known}")] }
        })
    }

    /// Tells a fact of a resource.
    pub async fn tell_fact(&self, actor: &Actor, id: &ResourceId, new: NewFact) -> Result<Verdict<()>> {
        RegistryError::of_faults(new.faults())?;
        let rules = self.fact_rules(new.fact)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let resource = world.resource(id)?;
        let mut found = Vec::new();
        self.of_owner(&world, actor, Role::Source, &resource.source, &mut found);
        of_values(&self.asked(&world), rules, &new, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "resource.fact_refused", id.as_str(), reasons).await;
        }
        turn.touch(Basis::Resource(id.clone()));
        self.told(turn, actor, &world, id.as_str(), new, "resource.fact_told").await
    }

    /// Marks a scenario with a fact that scenarios can have.
    pub async fn mark_scenario(&self, actor: &Actor, id: &ScenarioId, new: NewFact) -> Result<Verdict<()>> {
        let mut faults = new.faults();
        if !new.fact.is_mark() {
            faults.push(format!("`fact`: a scenario has no `{}`", new.fact.word()));
        }
        RegistryError::of_faults(faults)?;
        let rules = self.fact_rules(new.fact)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let scenario = world.scenario(id)?;
        let mut found = Vec::new();
        self.of_owner(&world, actor, Role::Operator, &scenario.operator, &mut found);
        of_values(&self.asked(&world), rules, &new, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "scenario.mark_refused", id.as_str(), reasons).await;
        }
        turn.touch(Basis::Scenario(id.clone()));
        self.told(turn, actor, &world, id.as_str(), new, "scenario.marked").await
    }

    /// REG-010, REG-011: the own organisation, or the agency.
    fn of_owner(&self, world: &World, actor: &Actor, role: Role, whose: &OrganisationId, found: &mut Vec<Reason>) {
        decide::role(&self.asked(world), actor, &[role, Role::Agency], found);
        if !actor.is(Role::Agency) {
            found.extend(self.unless_own(world, actor, whose, self.regime().cite_role(role)));
        }
    }

    async fn told(
        &self,
        mut turn: crate::Turn,
        actor: &Actor,
        world: &World,
        subject: &str,
        new: NewFact,
        action: &'static str,
    ) -> Result<Verdict<()>> {
        let last = world.facts.get(subject).and_then(|known| known.get(&new.fact)).map_or(0, |fact| fact.number);
        let fact = Fact {
            fact: new.fact,
            number: last.saturating_add(1),
            told: new.told,
            told_by: actor.person.clone(),
            organisation: actor.organisation.clone(),
            told_at: self.now(),
        };
        store::insert_fact(turn.change(), subject, &fact).await?;
        let facts = json!({ "fact": fact.fact, "number": fact.number, "told": fact.told.len() });
        let clause = self.regime().fact.get(&fact.fact).map(|rules| self.regime().cite_clause(&rules.source));
        let event = Event::done(Some(actor), action, subject).facts(facts).under(self.regime());
        let event = match clause {
            Some(clause) => event.citing(clause),
            None => event,
        };
        turn.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// Whose a resource is, what was told of it, and whether its department stopped it.
    pub async fn resource_facts(&self, id: &ResourceId) -> Result<ResourceFacts> {
        let world = self.world().await?;
        let resource = world.resource(id)?;
        let none = BTreeMap::new();
        let known = world.facts.get(id.as_str()).unwrap_or(&none);
        let view = |(kind, rules): (&FactKind, &FactRules)| FactView {
            fact: *kind,
            title: kind.zh(),
            clause: self.regime().cite_clause(&rules.source),
            values: rules.values.as_ref().map(|values| values.value.clone()).unwrap_or_default(),
            is_missing: is_asked_of(rules, resource) && rules.before.is_some() && !known.contains_key(kind),
            told: known.get(kind).cloned(),
        };
        Ok(ResourceFacts {
            owner: self.owner_of(&world, resource),
            holder: world.name_of(&resource.source).to_owned(),
            stopped: world.stops.get(id).cloned(),
            facts: self.regime().fact.iter().map(view).collect(),
        })
    }

    /// The marks of a scenario, as they were told last.
    pub async fn marks(&self, id: &ScenarioId) -> Result<Vec<Fact>> {
        let world = self.world().await?;
        world.scenario(id)?;
        Ok(world.facts.get(id.as_str()).into_iter().flat_map(|known| known.values().cloned()).collect())
    }

    /// Stops every use of a resource at once: its own department. `None` lifts the stop.
    pub async fn stop_resource(&self, actor: &Actor, id: &ResourceId, ground: Option<&str>) -> Result<Verdict<()>> {
        let Some(rule) = self.regime().resource.department_may_stop.as_ref().filter(|rule| rule.value) else {
            let faults = vec!["under these rules a department asks for a stop; report an incident".to_owned()];
            return Err(RegistryError::Malformed { faults });
        };
        let mut faults = Vec::new();
        if let Some(ground) = ground {
            text_fault("ground", ground, NAME_CHARS_MAX, &mut faults);
        }
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let resource = world.resource(id)?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Source], &mut found);
        found.extend(self.unless_own(&world, actor, &resource.source, self.regime().cite(rule)));
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "resource.stop_refused", id.as_str(), reasons).await;
        }
        if world.stops.contains_key(id) == ground.is_some() {
            let what = if ground.is_some() { "it is stopped already" } else { "it is not stopped" };
            return Err(RegistryError::conflict(what.to_owned()));
        }
        let action = match ground {
            Some(ground) => {
                store::insert_stop(turn.change(), id, ground, &actor.person).await?;
                "resource.stopped"
            }
            None => {
                store::lift_stop(turn.change(), id, &actor.person).await?;
                "resource.stop_lifted"
            }
        };
        turn.touch(Basis::Resource(id.clone()));
        let event = Event::done(Some(actor), action, id.as_str()).under(self.regime());
        turn.commit(event.citing(self.regime().cite(rule))).await?;
        Ok(Verdict::Allow(()))
    }

    /// Enters what a department holds into the base catalogue, or writes it anew: that
    /// department its own entry, whose interval stays; the agency or the managing body any.
    pub async fn enter_base_entry(&self, actor: &Actor, mut new: NewBaseEntry) -> Result<Verdict<()>> {
        let mut faults = Vec::new();
        text_fault("id", &new.id, NAME_CHARS_MAX, &mut faults);
        text_fault("title", &new.title, NAME_CHARS_MAX, &mut faults);
        if new.update_every_days == Some(0) {
            faults.push("`update_every_days` counts from 1".to_owned());
        }
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        world.organisation(&new.holder)?;
        let known = world.base.get(&new.id);
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Agency, Role::Regulator, Role::Source], &mut found);
        if !actor.is(Role::Agency) && !actor.is(Role::Regulator) {
            // Neither what another department holds nor what it promises is its own to say.
            let clause = self.regime().cite_role(Role::Source);
            let foreign = [Some(&new.holder), known.map(|known| &known.holder)].into_iter().flatten();
            let foreign = foreign.filter(|holder| **holder != actor.organisation).min();
            found.extend(foreign.and_then(|holder| self.unless_own(&world, actor, holder, clause)));
            let interval = known.and_then(|known| known.update_every_days);
            if new.update_every_days.is_some_and(|days| Some(days) != interval) {
                found.extend(reasons::needs_role(self.regime(), actor, &[Role::Agency, Role::Regulator]));
            }
            new.update_every_days = interval;
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "base_entry.refused", &cut(&new.id), reasons).await;
        }
        let entered_at = known.map_or(self.now(), |known| known.entered_at);
        let before = known.map(|known| json!({ "holder": known.holder, "update_every_days": known.update_every_days }));
        let NewBaseEntry { id, title, holder, update_every_days } = new;
        let entry = BaseEntry { id, title, holder, update_every_days, entered_at };
        store::put_base_entry(turn.change(), &entry, &actor.person).await?;
        turn.touch(Basis::Catalogues);
        for resource in linked(&world, &entry.id) {
            turn.touch(Basis::Resource(resource.id.clone()));
        }
        let event = Event::done(Some(actor), "base_entry.entered", &entry.id).under(self.regime());
        turn.commit(event.facts(json!({
            "holder": entry.holder, "update_every_days": entry.update_every_days, "before": before,
        })))
        .await?;
        Ok(Verdict::Allow(()))
    }

    /// What is held beside what is in scope: each entry of the base catalogue with what
    /// stands for it, then each resource that names none.
    pub async fn inventory(&self) -> Result<Vec<InventoryLine>> {
        let world = self.world().await?;
        let mut lines: Vec<InventoryLine> = world.base.values().map(|entry| line_of(&world, entry)).collect();
        for resource in world.resources.values().filter(|resource| entry_of(&world, resource).is_none()) {
            lines.push(InventoryLine {
                key: resource.id.to_string(),
                entry: None,
                title: resource.title.clone(),
                holder: world.name_of(&resource.source).to_owned(),
                resource: Some(resource.id.clone()),
                state: InventoryState::Unlinked,
                ground: ground(resource),
            });
        }
        lines.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(lines)
    }

    /// The entries for which nothing stands yet.
    pub async fn outstanding_entries(&self) -> Result<Vec<BaseEntry>> {
        let world = self.world().await?;
        let is_open = |entry: &&BaseEntry| line_of(&world, entry).state == InventoryState::Outstanding;
        Ok(world.base.values().filter(is_open).cloned().collect())
    }
}

fn ground(resource: &Resource) -> Option<String> {
    resource.barred.as_ref().map(|barred| format!("{}（{}）", barred.ground, barred.clause))
}

fn line_of(world: &World, entry: &BaseEntry) -> InventoryLine {
    let resource = linked(world, &entry.id).max_by_key(|resource| resource.state == ResourceState::Registered);
    let state = match resource {
        None => InventoryState::Outstanding,
        Some(resource) if resource.barred.is_some() => InventoryState::Excluded,
        Some(resource) if resource.state == ResourceState::Registered => InventoryState::InScope,
        Some(_) => InventoryState::Described,
    };
    InventoryLine {
        key: entry.id.clone(),
        entry: Some(entry.id.clone()),
        title: entry.title.clone(),
        holder: world.name_of(&entry.holder).to_owned(),
        resource: resource.map(|resource| resource.id.clone()),
        state,
        ground: resource.and_then(ground),
    }
}

/// The entry of the base catalogue that a resource names.
pub(crate) fn entry_of<'a>(world: &'a World, resource: &Resource) -> Option<&'a str> {
    let fact = world.facts.get(resource.id.as_str())?.get(&FactKind::BaseEntry)?;
    fact.told.first().map(String::as_str)
}

fn linked<'a>(world: &'a World, entry: &'a str) -> impl Iterator<Item = &'a Resource> {
    world.resources.values().map(AsRef::as_ref).filter(move |resource| entry_of(world, resource) == Some(entry))
}

/// Whether it says anything about a person or firm.
fn is_personal(resource: &Resource) -> bool {
    resource.columns.iter().any(|column| column.class != ColumnClass::Plain)
}

fn is_asked_of(rules: &FactRules, resource: &Resource) -> bool {
    let of_personal_data_only = rules.of_personal_data_only.as_ref().is_some_and(|only| only.value);
    !of_personal_data_only || is_personal(resource)
}

/// REG-106: a value that is not in the list, or an entry that the base catalogue lacks.
fn of_values(asked: &Asked<'_>, rules: &FactRules, new: &NewFact, found: &mut Vec<Reason>) {
    let clause = asked.regime.cite_clause(&rules.source);
    if let Some(values) = &rules.values
        && new.told.iter().any(|told| !values.value.contains(told))
    {
        let what = format!("`{}` ({}) has a value that the document does not list", new.fact.word(), new.fact.zh());
        let instead = format!("choose from: {}", values.value.join("、"));
        found.push(Reason::new(reasons::UNKNOWN_VALUE, what, &clause, instead));
    }
    if new.fact == FactKind::BaseEntry && new.told.iter().any(|told| !asked.world.base.contains_key(told)) {
        let what = "the base catalogue has no such entry";
        let instead = "have the agency enter it, or name the identifier as it stands there";
        found.push(Reason::new(reasons::UNKNOWN_VALUE, what, clause, instead));
    }
}

/// REG-105, REG-107: facts that this act waits for, and an interval that is longer than
/// the base catalogue's.
pub(crate) fn against(asked: &Asked<'_>, resource: &Resource, act: FactAct, found: &mut Vec<Reason>) {
    let none = BTreeMap::new();
    let known = asked.world.facts.get(resource.id.as_str()).unwrap_or(&none);
    for (kind, rules) in &asked.regime.fact {
        let Some(before) = rules.before.as_ref().filter(|before| before.value.contains(&act)) else { continue };
        if is_asked_of(rules, resource) && !known.contains_key(kind) {
            let what = format!("of `{}` nothing was told about: {} ({})", resource.name, kind.word(), kind.zh());
            let instead = "let its department tell it";
            found.push(asked.regime.reason(reasons::FACT_MISSING, before, what, instead));
        }
    }
    let Some(rules) = asked.regime.fact.get(&FactKind::BaseEntry) else { return };
    let entry = entry_of(asked.world, resource).and_then(|entry| asked.world.base.get(entry));
    if let Some(most) = entry.and_then(|entry| entry.update_every_days)
        && most < resource.update_every_days
    {
        let what = format!(
            "`{}` is promised anew every {} days, and its entry in the base catalogue every {most}",
            resource.name, resource.update_every_days
        );
        let clause = asked.regime.cite_clause(&rules.source);
        found.push(Reason::new(reasons::UPDATED_TOO_SELDOM, what, clause, "promise the interval of the entry"));
    }
}

/// REG-114.
pub(crate) fn stopped(asked: &Asked<'_>, resource: &Resource, found: &mut Vec<Reason>) {
    let Some(rule) = &asked.regime.resource.department_may_stop else { return };
    if let Some(stop) = asked.world.stops.get(&resource.id) {
        let what = format!("its department stopped `{}` at {}", resource.name, stop.stopped_at);
        found.push(asked.regime.reason(reasons::STOPPED, rule, what, "ask that department; it lifts its stop"));
    }
}
