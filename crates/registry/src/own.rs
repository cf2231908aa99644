//! Own tables (非公共数据): data that is not public, which an operator or an entity
//! brings into the workroom of a scenario to be joined with what is authorised.
//!
//! An own table has its owner and its origin, with the digest of what proves it, before
//! anything lands. It is landed, sealed and masked like a department's; it stands in no
//! catalogue, and no route gives it back: what comes of it leaves by the airlock alone.
//!
//! INVARIANT (its owner's alone): a permit to compute holds an own table for its owner,
//! and for the processor that computes on its owner's order; for nobody else.
//! INVARIANT (dies at once): whoever withdraws one touches it, and permits with it die.
//!
//! Not here: its versions and their destruction (`vault`).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::{Actor, Column, Digest, Reason, Reasons, Role, Time, Verdict};

use crate::decide::{self, Asked};
use crate::live::Basis;
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::permit::PermittedTable;
use crate::processing::Leave;
use crate::reasons::{self, names};
use crate::resource::{DESCRIPTION_CHARS_MAX, table_faults};
use crate::world::World;
use crate::{Listing, Page, Registry, RegistryError, Scenario, standing};

pub(crate) mod store;

type Result<T> = std::result::Result<T, RegistryError>;

/// How many own tables a scenario can have that were not withdrawn.
pub const OWN_TABLES_MAX: usize = 50;

/// A table that its owner brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnTable {
    /// Its id, among those of resources: landings and versions name it so.
    pub id: ResourceId,
    /// In whose workroom it can be used.
    pub scenario: ScenarioId,
    /// Whose it is.
    pub owner: OrganisationId,
    /// Its name in SQL.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Where it comes from, and on what lawful ground its owner has it.
    pub origin: String,
    /// The digest of what proves that.
    pub origin_digest: Digest,
    /// Its columns, each with class, grade and mask.
    pub columns: Vec<Column>,
    /// Who declared it.
    pub declared_by: PersonId,
    /// When.
    pub declared_at: Time,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Time>,
    /// Why.
    pub withdrawn_ground: Option<String>,
}

/// An own table to be declared; its owner is the actor's organisation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOwnTable {
    /// In whose workroom.
    pub scenario: ScenarioId,
    /// Its name in SQL.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Where it comes from, and on what lawful ground.
    pub origin: String,
    /// The digest of what proves that.
    pub origin_digest: Digest,
    /// Its columns.
    pub columns: Vec<Column>,
}

impl NewOwnTable {
    /// Every way in which it cannot be.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        table_faults(&self.name, &self.title, &self.columns, &mut faults);
        text_fault("origin", &self.origin, DESCRIPTION_CHARS_MAX, &mut faults);
        faults
    }
}

impl Registry {
    /// Declares a table of the actor's organisation (the scenario's operator, or an entity
    /// with a development agreement for it). It can be landed from then on.
    pub async fn declare_own_table(&self, actor: &Actor, new: NewOwnTable) -> Result<Verdict<ResourceId>> {
        RegistryError::of_faults(new.faults())?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let scenario = world.scenario(&new.scenario)?;
        name_is_free(&world, &new)?;
        let asked = self.asked(&world);
        let mut found = Vec::new();
        against(&asked, actor, scenario, &new, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "own_table.refused", new.scenario.as_str(), reasons).await;
        }
        let table = OwnTable {
            id: self.ledger().new_id(),
            scenario: new.scenario,
            owner: actor.organisation.clone(),
            name: new.name,
            title: new.title,
            origin: new.origin,
            origin_digest: new.origin_digest,
            columns: new.columns,
            declared_by: actor.person.clone(),
            declared_at: self.now(),
            withdrawn_at: None,
            withdrawn_ground: None,
        };
        store::insert(turn.change(), &table).await?;
        turn.touch(Basis::Resource(table.id.clone()));
        let facts = json!({ "scenario": table.scenario, "columns": table.columns.len() });
        let event = Event::done(Some(actor), "own_table.declared", table.id.as_str()).facts(facts);
        let event = event.digests(None, Some(table.origin_digest)).under(self.regime());
        turn.commit(event.citing(self.regime().cite(&self.regime().workroom.own_data))).await?;
        Ok(Verdict::Allow(table.id))
    }

    /// Withdraws an own table, at once (its owner). A second time changes nothing.
    pub async fn withdraw_own_table(&self, actor: &Actor, id: &ResourceId, ground: &str) -> Result<Verdict<()>> {
        let mut faults = Vec::new();
        text_fault("ground", ground, NAME_CHARS_MAX, &mut faults);
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let table = world.own_table(id)?;
        let clause = self.regime().cite(&self.regime().workroom.own_data);
        if let Some(reason) = self.unless_own(&world, actor, &table.owner, clause.clone()) {
            return self.refuse(turn, actor, "own_table.withdrawal_refused", id.as_str(), Reasons::one(reason)).await;
        }
        if table.withdrawn_at.is_some() {
            return Ok(Verdict::Allow(()));
        }
        store::withdraw(turn.change(), id, &actor.person, ground).await?;
        turn.touch(Basis::Resource(id.clone()));
        let facts = json!({ "scenario": table.scenario, "ground": ground });
        let event = Event::done(Some(actor), "own_table.withdrawn", id.as_str()).facts(facts).under(self.regime());
        turn.commit(event.citing(clause)).await?;
        Ok(Verdict::Allow(()))
    }

    /// An own table, for its owner and for those who answer for the domain.
    pub async fn own_table(&self, viewer: &Actor, id: &ResourceId) -> Result<Option<Arc<OwnTable>>> {
        Ok(self.world().await?.own_tables.get(id).filter(|table| is_visible(table, viewer)).cloned())
    }

    /// The own tables that somebody may see, oldest first; of one scenario, or of all.
    pub async fn own_tables(
        &self,
        viewer: &Actor,
        scenario: Option<&ScenarioId>,
        page: &Page,
    ) -> Result<Listing<Arc<OwnTable>>> {
        let world = self.world().await?;
        let of_scenario = |table: &&Arc<OwnTable>| scenario.is_none_or(|id| table.scenario == *id);
        let seen: Vec<&Arc<OwnTable>> =
            world.own_tables.values().filter(of_scenario).filter(|table| is_visible(table, viewer)).collect();
        Ok(Listing::cut(seen.into_iter(), page, |table| table.id.as_str(), Arc::clone))
    }

    /// Whose a table is, be it a department's resource or an own table.
    pub async fn table_owner(&self, id: &ResourceId) -> Result<Option<OrganisationId>> {
        let world = self.world().await?;
        let resource = world.resources.get(id).map(|resource| resource.source.clone());
        Ok(resource.or_else(|| world.own_tables.get(id).map(|table| table.owner.clone())))
    }

    /// Whose a table is and what columns it has, be it a department's resource or an own
    /// table that was not withdrawn.
    pub async fn table(&self, id: &ResourceId) -> Result<Option<(OrganisationId, Vec<Column>)>> {
        let world = self.world().await?;
        let resource = world.resources.get(id).map(|resource| (resource.source.clone(), resource.columns.clone()));
        let own = || world.own_tables.get(id).filter(|table| table.withdrawn_at.is_none());
        Ok(resource.or_else(|| own().map(|table| (table.owner.clone(), table.columns.clone()))))
    }
}

/// Its owner, and those who answer for the domain.
fn is_visible(table: &OwnTable, viewer: &Actor) -> bool {
    let oversees = [Role::Regulator, Role::Agency, Role::Supervisor].iter().any(|role| viewer.is(*role));
    oversees || table.owner == viewer.organisation
}

/// A name in SQL names one table of a scenario.
fn name_is_free(world: &World, new: &NewOwnTable) -> Result<()> {
    let live: Vec<&Arc<OwnTable>> = of_scenario(world, &new.scenario).collect();
    if live.len() >= OWN_TABLES_MAX {
        let what = format!("the scenario has {OWN_TABLES_MAX} own tables, which is the most; withdraw one first");
        return Err(RegistryError::conflict(what));
    }
    let resource = world.resources.values().find(|resource| resource.name == new.name).map(|known| known.id.clone());
    let own = || live.iter().find(|table| table.name == new.name).map(|known| known.id.clone());
    match resource.or_else(own) {
        Some(known) => Err(RegistryError::conflict(format!("the name `{}` is taken by {known}", new.name))),
        None => Ok(()),
    }
}

fn of_scenario<'a>(world: &'a World, scenario: &'a ScenarioId) -> impl Iterator<Item = &'a Arc<OwnTable>> {
    world.own_tables.values().filter(move |table| table.scenario == *scenario && table.withdrawn_at.is_none())
}

/// Everything that speaks against declaring it.
fn against(asked: &Asked<'_>, actor: &Actor, scenario: &Scenario, new: &NewOwnTable, found: &mut Vec<Reason>) {
    let (regime, rule) = (asked.regime, &asked.regime.workroom.own_data);
    decide::in_force(asked, found);
    if !rule.value {
        let what = "the rules let no data into a workroom that is not public".to_owned();
        found.push(regime.reason(reasons::OWN_DATA_BARRED, rule, what, "compute on what is authorised"));
    }
    if actor.is(Role::Operator) && actor.organisation == scenario.operator {
        decide::role(asked, actor, &[Role::Operator], found);
    } else {
        decide::role(asked, actor, &[Role::Operator, Role::Entity], found);
        of_entity(asked, actor, scenario, found);
    }
    decide::approved(asked, scenario, found);
    let columns_where = |is: &dyn Fn(&Column) -> bool| {
        new.columns.iter().filter(|column| is(column)).map(|column| column.name.as_str()).collect::<Vec<_>>()
    };
    let ungraded = columns_where(&|column| column.grade.is_none());
    let graded = &regime.resource.must_be_graded;
    if graded.value && !ungraded.is_empty() {
        let what = format!("without a grade on `{}`: {}", new.name, names(&ungraded));
        found.push(regime.reason(reasons::UNGRADED, graded, what, "give each column its grade"));
    }
    let bars = &regime.resource.grades_barred;
    let barred = columns_where(&|column| column.grade.is_some_and(|grade| bars.value.contains(&grade)));
    if !barred.is_empty() {
        let what = format!("of a grade that never enters a workroom, on `{}`: {}", new.name, names(&barred));
        found.push(regime.reason(reasons::GRADE_BARRED, bars, what, "leave them out"));
    }
}

/// What speaks against an entity that takes part in a scenario's workroom: it has its
/// agreement for it, is admitted and no affiliate of the operator. Gives the agreement.
pub(crate) fn of_entity<'a>(
    asked: &Asked<'a>,
    actor: &Actor,
    scenario: &Scenario,
    found: &mut Vec<Reason>,
) -> Option<&'a crate::Agreement> {
    let entity = &actor.organisation;
    standing::admitted(asked, &scenario.operator, entity, found);
    decide::affiliated(asked, &scenario.operator, entity, found);
    let agreement = decide::contracted(asked, scenario, entity, None, found)?;
    unfiled(asked, agreement, found);
    Some(agreement)
}

/// REG-154: where the document wants the copy filed before anybody develops.
fn unfiled(asked: &Asked<'_>, agreement: &crate::Agreement, found: &mut Vec<Reason>) {
    let rule = asked.regime.agreement.development_filed_first.as_ref().filter(|rule| rule.value);
    if let (Some(rule), None) = (rule, agreement.filed_at) {
        let what = format!("the development agreement {} has not been filed", agreement.id);
        let instead = "let the operator file its copy first, with the case that decided on it";
        found.push(asked.regime.reason(reasons::AGREEMENT_UNFILED, rule, what, instead));
    }
}

/// The own tables that a permit to compute holds beside the scenario's columns: those of
/// whoever computes, or of whoever ordered it.
pub(crate) fn permitted(
    asked: &Asked<'_>,
    actor: &Actor,
    scenario: &Scenario,
    leave: Option<&Leave>,
) -> Vec<PermittedTable> {
    let owner = leave.map_or(&actor.organisation, |leave| &leave.order.operator);
    let own = of_scenario(asked.world, &scenario.id).filter(|table| table.owner == *owner);
    own.map(|table| PermittedTable {
        resource: table.id.clone(),
        name: table.name.clone(),
        columns: table.columns.clone(),
        entity: table.columns.iter().find(|column| column.is_entity).cloned(),
        is_own: true,
    })
    .collect()
}
