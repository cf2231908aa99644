//! What whoever is answerable for the platform asks in the morning: what is overdue or
//! near, what waits and for how long, what went wrong, what ends soon, what came in.
//!
//! INVARIANT (as elsewhere): each number counts what the caller's own lists hold; this is
//! no other way to see it.
//!
//! Not here: the figures of machines (`figures`).

use axum::extract::State;
use serde::Serialize;
use shuyu_casework::{MatterItem, MilestoneView, ObligationState, OpenCase};
use shuyu_model::id::{AgreementId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::{Actor, Day, Money, Month};
use shuyu_registry::{Agreement, AgreementKind, Page};
use utoipa::ToSchema;

use super::Stations;
use super::controls::{self, ControlView};
use super::documents::Owed;
use crate::app::App;
use crate::authority::Standing;
use crate::endpoint::{Shown, Who};
use crate::error::Problem;
use crate::needs::Needs;
use crate::shapes::{matters, milestones, path, shaped};

/// How far ahead something owed is near, in days.
const NEAR_DAYS: i64 = 7;

/// How far ahead the end of an agreement, or the day of a goal, is near, in days.
const ENDING_DAYS: i64 = 90;

/// How many of each kind are named.
const NAMED_MAX: usize = 4;

/// The ages by which open cases are counted, in days; what is older comes last.
const AGES_DAYS: [i64; 3] = [5, 10, 20];

/// What is owed.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwedNow {
    /// How much is overdue.
    pub overdue: usize,
    /// How much is due by `near_until`.
    pub near: usize,
    /// The most urgent.
    #[schema(value_type = Vec<matters::Obligation>)]
    pub first: Vec<Owed>,
}

/// Cases of one age.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseAge {
    /// The most days that they are open; null for all older ones.
    pub days_max: Option<i64>,
    /// How many.
    pub count: usize,
}

/// Cases that wait for a signature.
#[derive(Debug, Serialize, ToSchema)]
pub struct CasesNow {
    /// How many.
    pub total: usize,
    /// Of these, how many past their day.
    pub overdue: usize,
    /// All of them by age, the youngest first.
    pub ages: Vec<CaseAge>,
    /// The oldest.
    #[schema(value_type = Vec<path::OpenCase>)]
    pub oldest: Vec<OpenCase>,
}

/// Matters of a kind that have not ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct MattersNow {
    /// Of which kind.
    #[schema(value_type = matters::MatterKind)]
    pub kind: MatterKind,
    /// How many.
    pub total: usize,
    /// The oldest.
    #[schema(value_type = Vec<matters::MatterItem>)]
    pub first: Vec<MatterItem>,
}

/// How the controls stand that the rules require.
#[derive(Debug, Serialize, ToSchema)]
pub struct ControlsNow {
    /// How many are required.
    pub required: usize,
    /// Those of them that do not hold, or were not probed yet.
    pub failed: Vec<ControlView>,
}

/// An agreement that ends soon.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndingAgreement {
    /// Which.
    #[schema(value_type = String)]
    pub agreement: AgreementId,
    /// `operator`, `development` or `processing`.
    #[schema(value_type = String)]
    pub kind: AgreementKind,
    /// Who gave it.
    #[schema(value_type = String)]
    pub grantor: OrganisationId,
    /// Who holds it.
    #[schema(value_type = String)]
    pub grantee: OrganisationId,
    /// Its last day.
    #[schema(value_type = String, format = Date)]
    pub until: Day,
}

/// Agreements that end soon.
#[derive(Debug, Serialize, ToSchema)]
pub struct EndingNow {
    /// How many.
    pub total: usize,
    /// The soonest.
    pub first: Vec<EndingAgreement>,
}

/// The goals of the document.
#[derive(Debug, Serialize, ToSchema)]
pub struct GoalsNow {
    /// How many are overdue.
    pub overdue: usize,
    /// How many are due by `ending_until`.
    pub near: usize,
    /// The most urgent of these.
    #[schema(value_type = Vec<milestones::Milestone>)]
    pub first: Vec<MilestoneView>,
}

/// The month that was closed last.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosedMonth {
    /// Which.
    #[schema(value_type = String)]
    pub month: Month,
    /// What operators took in.
    pub income_fen: i64,
    /// What goes to the treasury.
    pub to_treasury_fen: i64,
}

/// What there is in the morning.
#[derive(Debug, Serialize, ToSchema)]
pub struct Overview {
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub today: Day,
    /// Until when something owed is near.
    #[schema(value_type = String, format = Date)]
    pub near_until: Day,
    /// Until when the end of an agreement or the day of a goal is near.
    #[schema(value_type = String, format = Date)]
    pub ending_until: Day,
    /// What is owed.
    pub owed: OwedNow,
    /// What waits for signatures.
    pub cases: CasesNow,
    /// Alerts, incidents, rectifications and complaints that have not ended.
    pub matters: Vec<MattersNow>,
    /// The required controls.
    pub controls: ControlsNow,
    /// Agreements that end soon.
    pub ending: EndingNow,
    /// The goals of the document.
    pub goals: GoalsNow,
    /// The month that was closed last; null before the first, and for who sees no statements.
    pub closed: Option<ClosedMonth>,
}

shaped! { Overview => Overview }

/// What there is in the morning.
pub async fn show(State(app): Stations, Who(actor): Who) -> Result<Shown<Overview>, Problem> {
    let now = app.ledger().now();
    let today = now.day();
    let (near_until, ending_until) = (now.plus_days(NEAR_DAYS).day(), now.plus_days(ENDING_DAYS).day());
    Ok(Shown(Overview {
        today,
        near_until,
        ending_until,
        owed: owed(&app, &actor, near_until).await?,
        cases: cases(&app, &actor, today).await?,
        matters: open_matters(&app, &actor).await?,
        controls: controls_now(&app),
        ending: ending(&app, today, ending_until).await?,
        goals: goals(&app, ending_until).await?,
        closed: closed(&app, &actor).await?,
    }))
}

async fn owed(app: &App, actor: &Actor, near_until: Day) -> Result<OwedNow, Problem> {
    let mut all: Vec<Owed> = app.casework().everything_owed(actor).await?.into_iter().map(Owed::Deed).collect();
    let mut page = Page::first();
    loop {
        let piece = app.documents().duties(actor, &page).await?;
        all.extend(piece.items.into_iter().map(Owed::Paper));
        page.after = piece.next;
        if page.after.is_none() {
            break;
        }
    }
    all.sort_by(|a, b| a.key().cmp(b.key()));
    let overdue = all.iter().filter(|one| one.state() == ObligationState::Overdue).count();
    let is_near = |one: &Owed| one.state() == ObligationState::Open && one.due_day() <= near_until;
    let near = all.iter().filter(|one| is_near(one)).count();
    let urgent = all.into_iter().filter(|one| one.state() == ObligationState::Overdue || is_near(one));
    Ok(OwedNow { overdue, near, first: urgent.take(NAMED_MAX).collect() })
}

async fn cases(app: &App, actor: &Actor, today: Day) -> Result<CasesNow, Problem> {
    let all = app.casework().open_cases(actor).await?;
    let mut ages: Vec<CaseAge> =
        AGES_DAYS.into_iter().map(Some).chain([None]).map(|days_max| CaseAge { days_max, count: 0 }).collect();
    for case in &all {
        let days = today.since(case.opened_at.day()).map_err(Problem::fault)?.get_days();
        let age = ages.iter_mut().find(|age| age.days_max.is_none_or(|max| i64::from(days) <= max));
        if let Some(age) = age {
            age.count += 1;
        }
    }
    Ok(CasesNow {
        total: all.len(),
        overdue: all.iter().filter(|case| case.is_overdue).count(),
        ages,
        oldest: all.into_iter().take(NAMED_MAX).collect(),
    })
}

async fn open_matters(app: &App, actor: &Actor) -> Result<Vec<MattersNow>, Problem> {
    let mut found = Vec::new();
    for kind in [MatterKind::Alert, MatterKind::Incident, MatterKind::Rectification, MatterKind::Complaint] {
        let all = app.casework().open_matters(actor, kind).await?;
        found.push(MattersNow { kind, total: all.len(), first: all.into_iter().take(NAMED_MAX).collect() });
    }
    Ok(found)
}

fn controls_now(app: &App) -> ControlsNow {
    let required: Vec<ControlView> = controls::all(app).into_iter().filter(|control| control.is_required).collect();
    let count = required.len();
    ControlsNow {
        required: count,
        failed: required.into_iter().filter(|control| control.holds != Some(true)).collect(),
    }
}

async fn ending(app: &App, today: Day, until: Day) -> Result<EndingNow, Problem> {
    let all = app.registry().agreements_ending(today, until).await?;
    let one = |agreement: &std::sync::Arc<Agreement>| EndingAgreement {
        agreement: agreement.id.clone(),
        kind: agreement.kind,
        grantor: agreement.grantor.clone(),
        grantee: agreement.grantee.clone(),
        until: agreement.until,
    };
    Ok(EndingNow { total: all.len(), first: all.iter().take(NAMED_MAX).map(one).collect() })
}

async fn goals(app: &App, near_until: Day) -> Result<GoalsNow, Problem> {
    let (mut page, mut all) = (Page::first(), Vec::new());
    loop {
        let piece = app.casework().milestones(&page).await?;
        all.extend(piece.items);
        page.after = piece.next;
        if page.after.is_none() {
            break;
        }
    }
    let is_near =
        |goal: &MilestoneView| goal.state == ObligationState::Open && goal.due_day.is_some_and(|day| day <= near_until);
    let overdue = all.iter().filter(|goal| goal.state == ObligationState::Overdue).count();
    let near = all.iter().filter(|goal| is_near(goal)).count();
    all.retain(|goal| goal.state == ObligationState::Overdue || is_near(goal));
    all.sort_by_key(|goal| goal.due_day);
    all.truncate(NAMED_MAX);
    Ok(GoalsNow { overdue, near, first: all })
}

async fn closed(app: &App, actor: &Actor) -> Result<Option<ClosedMonth>, Problem> {
    let may_see = app.authority().allows(&actor.roles, Needs::SeeStatements, Standing::Platform);
    if !may_see.map_err(Problem::fault)? {
        return Ok(None);
    }
    let all = app.settlement().statements().await?;
    let Some(last) = all.iter().max_by_key(|statement| statement.body().month) else { return Ok(None) };
    let body = last.view(actor);
    let sum = |amounts: Vec<Money>| -> Result<i64, Problem> {
        let sum = amounts.into_iter().try_fold(Money::ZERO, |sum, one| sum.plus(one)).map_err(Problem::fault)?;
        Ok(sum.fen)
    };
    Ok(Some(ClosedMonth {
        month: body.month,
        income_fen: sum(body.results.iter().map(|result| result.income).collect())?,
        to_treasury_fen: sum(body.results.iter().map(|result| result.to_treasury).collect())?,
    }))
}
