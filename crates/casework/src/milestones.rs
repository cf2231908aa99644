//! Milestones (目标、阶段任务): what the document sets out to reach, what was counted
//! towards it so far, and what the managing body says of it.
//!
//! INVARIANT (counted, not claimed): a figure is counted from decided cases and moved
//! matters at the time of asking; a goal that one figure decides is marked by nobody.
//! INVARIANT (kept): a mark is never changed; a later one counts instead.
//!
//! Not here: the goals (`regimes/CODE/regime.toml`), their days among all others
//! (`obligations`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::OrganisationId;
use shuyu_model::regime::{Figure, Milestone};
use shuyu_model::{Actor, Day, Digest, Reason, Reasons, Role, Time, Verdict};
use shuyu_registry::{Listing, Page, Turn};

use crate::case::{REASON_CHARS_MAX, REASON_CHARS_MIN};
use crate::obligations::ObligationState;
use crate::{Casework, CaseworkError, reasons};

mod store;
pub(crate) use store::count;

type Result<T> = std::result::Result<T, CaseworkError>;

/// The most records that one mark cites.
pub const CITES_MAX: usize = 50;
/// The most marks that one goal gets.
pub const MARKS_MAX: i64 = 100;
/// The first year of which anything is counted: none of the documents is older.
const FIRST_YEAR: i16 = 2023;

/// What somebody says of a goal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMark {
    /// Which goal, by its name.
    pub name: String,
    /// Whether it is met; `false` takes an earlier mark back.
    pub is_met: bool,
    /// Why.
    pub reason: String,
    /// Of the document that shows it.
    #[serde(default)]
    pub evidence: Option<Digest>,
    /// The records that show it, by their ids.
    #[serde(default)]
    pub cites: Vec<String>,
}

/// What was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Counts up from 1.
    pub number: i64,
    /// Whether it was met.
    pub is_met: bool,
    /// Why.
    pub reason: String,
    /// Of the document that shows it.
    pub evidence: Option<Digest>,
    /// The records that show it.
    pub cites: Vec<String>,
    /// Who said so.
    pub organisation: OrganisationId,
    /// When.
    pub marked_at: Time,
}

/// A figure beside a goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FigureView {
    /// Which.
    pub figure: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// How many in all.
    pub total: u64,
    /// How many in each year that has any.
    pub by_year: BTreeMap<i16, u64>,
}

/// A goal as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MilestoneView {
    /// Its name.
    pub name: String,
    /// What the document calls it.
    pub title: String,
    /// Its phase, where the document counts phases.
    pub phase: Option<u8>,
    /// Its day, where it has one.
    pub due_day: Option<Day>,
    /// The clause.
    pub clause: String,
    /// How it stands; one without a day is never late.
    pub state: ObligationState,
    /// The day on which it was met.
    pub met_day: Option<Day>,
    /// Whether a figure decides it, so that nobody marks it.
    pub is_counted: bool,
    /// What is counted towards it.
    pub figures: Vec<FigureView>,
    /// What was said of it, oldest first.
    pub marks: Vec<Mark>,
}

/// When a goal is reached, for who asks what is owed.
pub(crate) struct Reached<'a> {
    pub(crate) milestone: &'a Milestone,
    pub(crate) met_day: Option<Day>,
}

impl NewMark {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !(REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&self.reason.trim().chars().count()) {
            faults.push(format!("`reason` has {REASON_CHARS_MIN} to {REASON_CHARS_MAX} characters"));
        }
        if self.cites.len() > CITES_MAX {
            faults.push(format!("`cites` names more than {CITES_MAX} records"));
        }
        if !self.is_met && !self.cites.is_empty() {
            faults.push("`cites` names what shows that a goal is met, but `is_met` is false".to_owned());
        }
        faults
    }
}

impl Casework {
    fn milestone(&self, name: &str) -> Result<&Milestone> {
        let regime = self.registry().regime();
        regime.milestone.iter().find(|found| found.name == name).ok_or_else(|| {
            let known: Vec<&str> = regime.milestone.iter().map(|found| found.name.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let what = format!("{} has no milestone of that name; it has: {known}", regime.stamp());
            CaseworkError::Malformed { faults: vec![what] }
        })
    }

    /// Says of a goal that it is met, or is not after all. For the managing body.
    /// What comes back is the mark's number.
    pub async fn mark(&self, actor: &Actor, new: NewMark) -> Result<Verdict<i64>> {
        let mut faults = new.faults();
        let milestone = match self.milestone(&new.name) {
            Ok(found) => found,
            Err(CaseworkError::Malformed { faults: unknown }) => {
                faults.extend(unknown);
                return Err(CaseworkError::Malformed { faults });
            }
            Err(other) => return Err(other),
        };
        if !faults.is_empty() {
            return Err(CaseworkError::Malformed { faults });
        }
        let regime = self.registry().regime();
        let mut turn = self.registry().turn().await?;
        let known = self.known(&mut turn, actor).await?;
        let last = store::last(turn.change(), &regime.code, &new.name).await?;
        if last.as_ref().is_some_and(|last| last.is_met) == new.is_met {
            let what = if new.is_met { "it was marked as met" } else { "it was not marked as met" };
            return Err(CaseworkError::Conflict { what: what.to_owned() });
        }
        let number = last.map_or(0, |last| last.number).saturating_add(1);
        if number > MARKS_MAX {
            return Err(CaseworkError::Conflict { what: format!("it was marked {MARKS_MAX} times") });
        }
        let found = self.against_mark(&known, milestone, &new, &mut turn).await?;
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "milestone.refused", &new.name, reasons).await;
        }
        store::insert(turn.change(), &regime.code, number, &new, actor).await?;
        let facts = json!({
            "number": number, "is_met": new.is_met, "evidence": new.evidence, "cites": new.cites, "due": milestone.due,
        });
        let event = Event::done(Some(actor), "milestone.marked", &new.name).facts(facts);
        turn.commit(event.under(regime).citing(regime.cite_clause(&milestone.source))).await?;
        Ok(Verdict::Allow(number))
    }

    async fn against_mark(
        &self,
        known: &Actor,
        milestone: &Milestone,
        new: &NewMark,
        turn: &mut Turn,
    ) -> Result<Vec<Reason>> {
        let regime = self.registry().regime();
        let clause = || regime.cite_clause(&milestone.source);
        let mut found = Vec::new();
        if !known.is(Role::Regulator) {
            let what = format!("a goal is marked by {}", regime.word(Role::Regulator));
            found.push(Reason::new(reasons::MILESTONE_ROLE, what, regime.cite_role(Role::Regulator), "tell that body"));
        }
        if let Some(figure) = milestone.met_by {
            let what = format!("it is met by the first of: {}", figure.zh());
            found.push(Reason::new(reasons::MILESTONE_COUNTED, what, clause(), "nothing needs to be said of it"));
        }
        let Some(figure) = milestone.cites.filter(|_| new.is_met) else { return Ok(found) };
        let mut counted = 0_usize;
        for id in &new.cites {
            counted = counted.saturating_add(usize::from(store::is_counted(turn.change(), figure, id).await?));
        }
        if counted == 0 || counted < new.cites.len() {
            let what = format!("it rests on {}: {counted} of {} cited are such", figure.zh(), new.cites.len());
            let instead = "name at least one, and only such, in `cites` by their ids";
            found.push(Reason::new(reasons::MILESTONE_CITES, what, clause(), instead));
        }
        let Some(named) = milestone.cites_resting_on.as_ref().filter(|_| found.is_empty()) else { return Ok(found) };
        let mut resting = 0_usize;
        for id in &new.cites {
            let rests = self.registry().scenario_rests_on_in(turn, id, named).await?;
            resting = resting.saturating_add(usize::from(rests));
        }
        if resting < new.cites.len() {
            let what = format!("it rests on `{named}`: {resting} of {} cited use such data", new.cites.len());
            let instead = "name scenarios alone that use a resource of that name, or of that department";
            found.push(Reason::new(reasons::MILESTONE_CITES, what, clause(), instead));
        }
        Ok(found)
    }

    /// Every goal with the day on which it was met.
    pub(crate) async fn reached(&self) -> Result<Vec<Reached<'_>>> {
        let regime = self.registry().regime();
        let ledger = self.registry().ledger();
        let mut said = self.marks_by_name().await?;
        let mut all = Vec::new();
        for milestone in &regime.milestone {
            let met_day = match milestone.met_by {
                Some(figure) => store::first(ledger, figure).await?.map(Time::day),
                None => {
                    let last = said.remove(&milestone.name).and_then(|mut marks| marks.pop());
                    last.filter(|mark| mark.is_met).map(|mark| mark.marked_at.day())
                }
            };
            all.push(Reached { milestone, met_day });
        }
        Ok(all)
    }

    async fn marks_by_name(&self) -> Result<BTreeMap<String, Vec<Mark>>> {
        let regime = self.registry().regime();
        let marks_max = regime.milestone.len().saturating_mul(usize::try_from(MARKS_MAX).unwrap_or(0));
        let mut by_name: BTreeMap<String, Vec<Mark>> = BTreeMap::new();
        for (name, mark) in store::marks(self.registry().ledger(), &regime.code, marks_max).await? {
            by_name.entry(name).or_default().push(mark);
        }
        Ok(by_name)
    }

    /// Every goal of the document, in its order, with its figures and what was said.
    pub async fn milestones(&self, page: &Page) -> Result<Listing<MilestoneView>> {
        let regime = self.registry().regime();
        let today = self.registry().ledger().now().day();
        let mut said = self.marks_by_name().await?;
        let mut views = Vec::new();
        for (place, Reached { milestone, met_day }) in self.reached().await?.into_iter().enumerate() {
            let mut figures = Vec::new();
            for figure in milestone.counts() {
                figures.push(self.figure(figure, today).await?);
            }
            // What has no day is never late.
            let due = milestone.due.or(met_day).unwrap_or(today);
            let view = MilestoneView {
                name: milestone.name.clone(),
                title: milestone.title.clone(),
                phase: milestone.phase,
                due_day: milestone.due,
                clause: regime.cite_clause(&milestone.source),
                state: ObligationState::at(due, met_day, today),
                met_day,
                is_counted: milestone.met_by.is_some(),
                figures,
                marks: said.remove(&milestone.name).unwrap_or_default(),
            };
            // Pages follow the document's order.
            views.push((format!("{place:04}"), view));
        }
        Ok(Listing::cut(views.iter(), page, |(place, _)| place.as_str(), |(_, view)| view.clone()))
    }

    async fn figure(&self, figure: Figure, today: Day) -> Result<FigureView> {
        let start_of = |year: i16| Time::at_start_of(jiff::civil::date(year, 1, 1));
        let mut by_year = BTreeMap::new();
        for year in FIRST_YEAR..=today.year() {
            let until = start_of(year.saturating_add(1));
            let made = store::count(self.registry().ledger(), figure, start_of(year), until).await?;
            if made > 0 {
                by_year.insert(year, made);
            }
        }
        let total = by_year.values().fold(0_u64, |sum, made| sum.saturating_add(*made));
        Ok(FigureView { figure: figure.word(), title: figure.zh(), total, by_year })
    }
}
