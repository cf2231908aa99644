//! Targets of the managing body's plan (规划目标): what is to be reached by which day,
//! counted against what was decided since the day of the plan.
//!
//! INVARIANT (of a plan on file): a target is set on a version of a development plan that
//! is in order; with a newer version the older one's targets are history.
//! INVARIANT (counted, not claimed): progress is counted at the time of asking from the
//! records that `model::regime::Figure` names, and told by nobody.
//!
//! Not here: the document's own goals (`milestones`), the plan's text (`registry::kept`).

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, PaperId};
use shuyu_model::regime::{Figure, PaperKind};
use shuyu_model::{Actor, Day, Reason, Reasons, Role, Time, Verdict};
use shuyu_registry::{Listing, Page};

use crate::case::{REASON_CHARS_MAX, REASON_CHARS_MIN};
use crate::obligations::ObligationState;
use crate::{Casework, CaseworkError, milestones, reasons};

mod store;

type Result<T> = std::result::Result<T, CaseworkError>;

/// The most targets of one version of a plan.
pub const PLAN_TARGETS_MAX: i64 = 200;
/// The most that a target can ask for.
pub(crate) const AT_LEAST_MAX: i64 = 1_000_000_000;

/// A target to be set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPlanTarget {
    /// The plan, by its paper.
    pub plan: PaperId,
    /// What the plan calls it.
    pub title: String,
    /// What is counted.
    pub figure: Figure,
    /// How many there are to be.
    pub at_least: i64,
    /// By which day.
    pub due_day: Day,
}

/// A target as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) number: i64,
    pub(crate) new: NewPlanTarget,
    pub(crate) plan_version: i64,
    pub(crate) plan_day: Day,
    pub(crate) organisation: OrganisationId,
    pub(crate) set_at: Time,
}

/// A target with how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanTargetView {
    /// Counts up from 1.
    pub number: i64,
    /// The plan, by its paper.
    pub plan: PaperId,
    /// Which version of it.
    pub plan_version: i64,
    /// Whether that version is the one on file.
    pub is_current: bool,
    /// What the plan calls it.
    pub title: String,
    /// What is counted.
    pub figure: &'static str,
    /// What people call that.
    pub figure_title: &'static str,
    /// How many there are to be.
    pub at_least: i64,
    /// How many there are, from the day of the plan to the target's, or today.
    pub counted: u64,
    /// By which day.
    pub due_day: Day,
    /// `open`, `met` or `overdue`.
    pub state: ObligationState,
    /// Who set it.
    pub organisation: OrganisationId,
    /// When.
    pub set_at: Time,
}

impl NewPlanTarget {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !(REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&self.title.trim().chars().count()) {
            faults.push(format!("`title` has {REASON_CHARS_MIN} to {REASON_CHARS_MAX} characters"));
        }
        if !(1..=AT_LEAST_MAX).contains(&self.at_least) {
            faults.push(format!("`at_least` is a number from 1 to {AT_LEAST_MAX}"));
        }
        faults
    }
}

impl Casework {
    /// Sets a target of the plan. For the managing body. What comes back is its number.
    pub async fn set_plan_target(&self, actor: &Actor, new: NewPlanTarget) -> Result<Verdict<i64>> {
        let regime = self.registry().regime();
        let mut faults = new.faults();
        let Some(rules) = regime.dossier.get(&PaperKind::DevelopmentPlan) else {
            faults.push(format!("{} asks the managing body for no plan", regime.stamp()));
            return Err(CaseworkError::Malformed { faults });
        };
        if !regime.makes(new.figure) {
            faults.push(format!("`figure`: nothing here makes {}", new.figure.zh()));
        }
        if !faults.is_empty() {
            return Err(CaseworkError::Malformed { faults });
        }
        let mut turn = self.registry().turn().await?;
        let known = self.known(&mut turn, actor).await?;
        let mut found = Vec::new();
        if !known.is(Role::Regulator) {
            let what = format!("a target of the plan is set by {}", regime.word(Role::Regulator));
            found.push(Reason::new(reasons::MILESTONE_ROLE, what, regime.cite_role(Role::Regulator), "tell that body"));
        }
        let paper = self.registry().cited_paper_in(&mut turn, &new.plan).await?;
        let plan = paper.filter(|paper| {
            let is_own = paper.organisation == actor.organisation && paper.kind == PaperKind::DevelopmentPlan;
            is_own && paper.is_in_order && !paper.is_history
        });
        let Some(plan) = plan else {
            let what = format!("{} is no plan of your body that is on file and in order", new.plan);
            let clause = regime.cite_clause(&rules.source);
            let instead = "enter the plan, or its newer version, in the dossier first";
            found.push(Reason::new(reasons::NO_SUCH_PLAN, what, clause, instead));
            let reasons = Reasons::new(found).ok_or_else(|| damaged(&new.plan))?;
            return self.refuse(turn, actor, "target.refused", new.plan.as_str(), reasons).await;
        };
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "target.refused", new.plan.as_str(), reasons).await;
        }
        if new.due_day < plan.issued_on {
            let faults = vec!["`due_day` lies before the day of the plan".to_owned()];
            return Err(CaseworkError::Malformed { faults });
        }
        let (last, of_plan) = store::numbers(turn.change(), &new.plan).await?;
        if of_plan >= PLAN_TARGETS_MAX {
            return Err(CaseworkError::Conflict { what: format!("the plan has {PLAN_TARGETS_MAX} targets") });
        }
        let target = Target {
            number: last.saturating_add(1),
            plan_version: i64::from(plan.version),
            plan_day: plan.issued_on,
            organisation: actor.organisation.clone(),
            set_at: turn.change().now(),
            new,
        };
        store::insert(turn.change(), &target, actor).await?;
        let facts = json!({
            "number": target.number, "version": target.plan_version, "figure": target.new.figure,
            "at_least": target.new.at_least, "due": target.new.due_day,
        });
        let event = Event::done(Some(actor), "target.set", target.new.plan.as_str()).facts(facts);
        turn.commit(event.under(regime).citing(regime.cite_clause(&rules.source))).await?;
        Ok(Verdict::Allow(target.number))
    }

    /// Every target that was set, in the order of setting, with how far it has come.
    pub async fn plan_targets(&self, page: &Page) -> Result<Listing<PlanTargetView>> {
        let ledger = self.registry().ledger();
        let today = ledger.now().day();
        let mut views = Vec::new();
        for target in store::targets(ledger).await? {
            let paper = self.registry().cited_paper(&target.new.plan).await?;
            let Target { number, new, plan_version, plan_day, organisation, set_at } = target;
            let until = new.due_day.min(today).saturating_add(jiff::Span::new().days(1));
            let (from, until) = (Time::at_start_of(plan_day), Time::at_start_of(until));
            let counted = milestones::count(ledger, new.figure, from, until).await?;
            let is_met = u64::try_from(new.at_least).is_ok_and(|least| counted >= least);
            let view = PlanTargetView {
                number,
                plan_version,
                is_current: paper.is_some_and(|paper| paper.is_in_order && !paper.is_history),
                figure: new.figure.word(),
                figure_title: new.figure.zh(),
                at_least: new.at_least,
                counted,
                due_day: new.due_day,
                state: ObligationState::at(new.due_day, is_met.then_some(new.due_day), today),
                organisation,
                set_at,
                title: new.title,
                plan: new.plan,
            };
            views.push((format!("{number:010}"), view));
        }
        Ok(Listing::cut(views.iter(), page, |(place, _)| place.as_str(), |(_, view)| view.clone()))
    }
}

fn damaged(plan: &PaperId) -> CaseworkError {
    CaseworkError::Damaged { id: plan.to_string(), what: "a refusal without a reason".to_owned() }
}
