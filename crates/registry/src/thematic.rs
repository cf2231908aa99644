//! Thematic databases (专题库): what a processor builds on an order for a scenario, version
//! by version, each with the steps of governance that led to it and the quality before and
//! after; and the interface by which its operator reads them.
//!
//! INVARIANT (as computed): a version is a table that the platform computed on that order;
//! its digest and its rows are the table's own, not told.
//! INVARIANT (measured at both ends): the first step begins with the rows and bad rows of
//! what was read, the last ends with the rows of the table, and each goes on where the one
//! before it ended.
//! INVARIANT (one operator): nobody but the operator of the order reads it by its
//! interface, and not before it is opened.
//!
//! Not here: the rows themselves, which leave as a release or not at all.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{CandidateId, OrderId, OrganisationId, ResourceId, ScenarioId, ThematicId};
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Time, Verdict};

use crate::order::OrderState;
use crate::page::{Listing, Page};
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::store::Book;
use crate::{Registry, RegistryError, decide, processing, reasons, store};

type Result<T> = std::result::Result<T, RegistryError>;

/// The most steps of one version, and the most versions of one database.
const STEPS_MAX: usize = 50;
const VERSIONS_MAX: usize = 1000;

/// A step of governance (治理).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GovernanceKind {
    /// 标准化.
    Standardise,
    /// 去重.
    Deduplicate,
    /// 缺失处理.
    FillMissing,
    /// 异常处理.
    CorrectBad,
    /// 关联融合.
    Associate,
    /// 脱敏.
    Desensitise,
    /// 汇总.
    Aggregate,
}

/// How good a table is at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Its rows.
    pub rows: u64,
    /// Of them, bad ones.
    pub bad: u64,
    /// Values that are missing.
    pub nulls: u64,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GovernanceStep {
    /// What kind.
    pub kind: GovernanceKind,
    /// What was done, in words.
    pub what: String,
    /// The quality before.
    pub before: Measured,
    /// The quality after.
    pub after: Measured,
}

/// A version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThematicVersion {
    /// Counts them, from 1.
    pub number: i64,
    /// The table that it is.
    pub candidate: CandidateId,
    /// Its digest.
    pub digest: Digest,
    /// Its rows.
    pub rows: u64,
    /// The resources that it was computed from.
    pub sources: Vec<ResourceId>,
    /// The steps that led to it.
    pub steps: Vec<GovernanceStep>,
    /// When it was entered.
    pub made_at: Time,
}

/// A thematic database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThematicDatabase {
    /// Its id.
    pub id: ThematicId,
    /// What people call it.
    pub title: String,
    /// On which order it is built.
    pub order: OrderId,
    /// For which scenario.
    pub scenario: ScenarioId,
    /// For which operator.
    pub operator: OrganisationId,
    /// By whom.
    pub processor: OrganisationId,
    /// When it was begun.
    pub begun_at: Time,
    /// Since when the operator reads it by its interface.
    pub interface_since: Option<Time>,
    /// Its versions, oldest first.
    pub versions: Vec<ThematicVersion>,
}

/// A thematic database to be begun.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewThematicDatabase {
    /// What people call it.
    pub title: String,
    /// On which order.
    pub order: OrderId,
}

/// What the platform computed, as the workroom knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComputedTable {
    /// Which.
    pub candidate: CandidateId,
    /// On which order.
    pub order: Option<OrderId>,
    /// Its digest.
    pub digest: Digest,
    /// Its rows.
    pub rows: u64,
    /// The resources that were read.
    pub sources: Vec<ResourceId>,
    /// The rows that were read.
    pub rows_read: u64,
    /// Of them, those that were bad when they landed.
    pub bad_read: u64,
}

impl Registry {
    /// Begins one on an order (its processor).
    pub async fn begin_thematic(&self, actor: &Actor, new: NewThematicDatabase) -> Result<Verdict<ThematicId>> {
        let mut faults = Vec::new();
        text_fault("title", &new.title, NAME_CHARS_MAX, &mut faults);
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let order = std::sync::Arc::clone(world.order(&new.order)?);
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Processor], &mut found);
        found.extend(processing::role_here(self.regime(), Role::Processor));
        let is_taken = matches!(order.state, OrderState::Taken | OrderState::Closed);
        if order.processor != actor.organisation || !is_taken {
            found.push(self.not_ordered("the order is not yours, or you have not taken it"));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "thematic.refused", new.order.as_str(), reasons).await;
        }
        let database = ThematicDatabase {
            id: self.ledger().new_id(),
            title: new.title,
            order: new.order,
            scenario: order.scenario.clone(),
            operator: order.operator.clone(),
            processor: order.processor.clone(),
            begun_at: self.now(),
            interface_since: None,
            versions: Vec::new(),
        };
        store::insert_thematic(turn.change(), &database).await?;
        let facts = json!({ "order": database.order, "scenario": database.scenario, "operator": database.operator });
        let event = Event::done(Some(actor), "thematic.begun", database.id.as_str()).facts(facts).under(self.regime());
        turn.commit(event.citing(self.regime().cite_role(Role::Processor))).await?;
        Ok(Verdict::Allow(database.id))
    }

    /// Enters a version: a table that was computed on the order, with its steps. Says its
    /// number.
    pub async fn enter_thematic_version(
        &self,
        actor: &Actor,
        id: &ThematicId,
        computed: ComputedTable,
        steps: Vec<GovernanceStep>,
    ) -> Result<Verdict<i64>> {
        RegistryError::of_faults(faults_of(&steps))?;
        let mut turn = self.turn().await?;
        let database = self.thematic_in(&mut Book::Change(turn.change()), id).await?;
        if database.versions.len() >= VERSIONS_MAX {
            return Err(RegistryError::conflict(format!("it has {VERSIONS_MAX} versions; begin another")));
        }
        if database.versions.iter().any(|version| version.candidate == computed.candidate) {
            return Err(RegistryError::conflict("the table is a version of it already"));
        }
        let mut found = Vec::new();
        if database.processor != actor.organisation || !actor.is(Role::Processor) {
            found.push(self.not_ordered("another processor builds it"));
        }
        if computed.order.as_ref() != Some(&database.order) {
            found.push(self.not_ordered("the table was not computed on the order that it is built on"));
        }
        let ends = steps.first().map(|step| step.before).zip(steps.last().map(|step| step.after));
        let is_measured = ends.is_some_and(|(first, last)| {
            (first.rows, first.bad, last.rows) == (computed.rows_read, computed.bad_read, computed.rows)
        });
        if !is_measured {
            let what = format!(
                "{} rows with {} bad ones were read and {} rows came out; the steps begin or end otherwise",
                computed.rows_read, computed.bad_read, computed.rows
            );
            let clause = self.regime().cite_role(Role::Processor);
            found.push(Reason::new(
                reasons::MISMEASURED,
                what,
                clause,
                "tell the steps from what was read to what came out",
            ));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "thematic.refused", id.as_str(), reasons).await;
        }
        let number = database.versions.last().map_or(1, |last| last.number.saturating_add(1));
        let ComputedTable { candidate, digest, rows, sources, .. } = computed;
        let version = ThematicVersion { number, candidate, digest, rows, sources, steps, made_at: self.now() };
        store::insert_thematic_version(turn.change(), id, &version).await?;
        let facts = json!({
            "number": number, "candidate": version.candidate, "rows": rows, "steps": version.steps.len(),
            "sources": version.sources,
        });
        let event = Event::done(Some(actor), "thematic.version_entered", id.as_str()).facts(facts);
        let event = event.digests(None, Some(version.digest)).under(self.regime());
        turn.commit(event.citing(self.regime().cite_role(Role::Processor))).await?;
        Ok(Verdict::Allow(number))
    }

    /// Opens the interface to the operator of the order, and to nobody else.
    pub async fn open_thematic_interface(&self, actor: &Actor, id: &ThematicId) -> Result<Verdict<()>> {
        let mut turn = self.turn().await?;
        let database = self.thematic_in(&mut Book::Change(turn.change()), id).await?;
        if database.processor != actor.organisation || !actor.is(Role::Processor) {
            let reasons = Reasons::one(self.not_ordered("another processor builds it"));
            return self.refuse(turn, actor, "thematic.refused", id.as_str(), reasons).await;
        }
        if !store::open_thematic_interface(turn.change(), id).await? {
            return Err(RegistryError::conflict("its interface is open"));
        }
        let facts = json!({ "operator": database.operator, "scenario": database.scenario });
        let event = Event::done(Some(actor), "thematic.interface_opened", id.as_str()).facts(facts);
        turn.commit(event.under(self.regime()).citing(self.regime().cite_role(Role::Processor))).await?;
        Ok(Verdict::Allow(()))
    }

    /// One of them, for who may read it.
    pub async fn thematic(&self, viewer: &Actor, id: &ThematicId) -> Result<Option<ThematicDatabase>> {
        let found = store::thematics(&mut Book::Ledger(self.ledger()), id.as_str()).await?;
        Ok(found.into_iter().find(|one| sees(one, viewer)))
    }

    /// Those that somebody may read, by their ids.
    pub async fn thematics(&self, viewer: &Actor, page: &Page) -> Result<Listing<ThematicDatabase>> {
        let mut found = store::thematics(&mut Book::Ledger(self.ledger()), "").await?;
        found.retain(|one| sees(one, viewer));
        Ok(Listing::cut(found.iter(), page, |one| one.id.as_str(), Clone::clone))
    }

    async fn thematic_in(&self, book: &mut Book<'_>, id: &ThematicId) -> Result<ThematicDatabase> {
        let found = store::thematics(book, id.as_str()).await?.into_iter().next();
        found.ok_or_else(|| RegistryError::Unknown { kind: "thematic database", id: id.to_string() })
    }

    /// REG-103.
    fn not_ordered(&self, what: &str) -> Reason {
        let clause = self.regime().cite_role(Role::Processor);
        Reason::new(reasons::NOT_ORDERED_SO, what, clause, "build on an order of yours, from what was computed on it")
    }
}

/// Upholds INVARIANT (one operator).
fn sees(database: &ThematicDatabase, viewer: &Actor) -> bool {
    let is_operators = database.operator == viewer.organisation && database.interface_since.is_some();
    let supervises = [Role::Regulator, Role::Agency, Role::Supervisor].iter().any(|role| viewer.is(*role));
    database.processor == viewer.organisation || is_operators || supervises
}

fn faults_of(steps: &[GovernanceStep]) -> Vec<String> {
    let mut faults = Vec::new();
    if steps.is_empty() || steps.len() > STEPS_MAX {
        faults.push(format!("`steps` are 1 to {STEPS_MAX}"));
    }
    for step in steps {
        text_fault("what", &step.what, NAME_CHARS_MAX, &mut faults);
        if [step.before, step.after].iter().any(|measured| measured.rows < measured.bad) {
            faults.push("a step has more bad rows than rows".to_owned());
        }
    }
    let goes_on = |pair: &[GovernanceStep]| matches!(pair, [one, next] if one.after == next.before);
    if !steps.windows(2).all(goes_on) {
        faults.push("a step begins with other numbers than the one before it ended with".to_owned());
    }
    faults
}
