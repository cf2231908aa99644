//! How an agreement went and what is ahead of it: its cases with their signatures and
//! copies, what is owed on it by which working day, the matters about it and its holder,
//! and what it gives to whom. Its versions are listed beside (`amendments`).
//!
//! Not here: whether something may be used now (`registry::permit`).

use std::collections::BTreeSet;

use axum::extract::State;
use serde::Serialize;
use shuyu_casework::{CaseView, MatterFilter, MatterItem, Obligation};
use shuyu_model::id::{AgreementId, OrganisationId, ScenarioId};
use shuyu_model::{Actor, Day, Time, UseKind};
use shuyu_registry::{Agreement, AgreementKind, AgreementState, Page, Scenario, ScenarioState};
use utoipa::ToSchema;

use super::Stations;
use crate::app::App;
use crate::endpoint::{At, Shown, Who};
use crate::error::Problem;
use crate::shapes::{matters, nouns, path, shaped};

/// Something that is owed on an agreement.
#[derive(Debug, Serialize, ToSchema)]
pub struct CourseDuty {
    /// What, by whom, by which day, under which clause.
    #[schema(value_type = matters::Obligation)]
    pub duty: Obligation,
    /// How many working days are left; below zero how many have passed.
    pub working_days_left: i64,
}

/// Whom an operator supplies from a scenario.
#[derive(Debug, Serialize, ToSchema)]
pub struct Supplied {
    /// By which agreement.
    #[schema(value_type = String)]
    pub agreement: AgreementId,
    /// Whom.
    #[schema(value_type = String)]
    pub entity: OrganisationId,
    /// `draft`, `in_force` or `ended`.
    #[schema(value_type = String)]
    pub state: AgreementState,
    /// Its last day.
    #[schema(value_type = String, format = Date)]
    pub until: Day,
}

/// A scenario under an agreement.
#[derive(Debug, Serialize, ToSchema)]
pub struct CourseScenario {
    /// Which.
    #[schema(value_type = String)]
    pub scenario: ScenarioId,
    /// What people call it.
    pub title: String,
    /// For which kind of use.
    #[schema(value_type = nouns::UseKind)]
    pub use_kind: UseKind,
    /// `draft`, `approved` or `withdrawn`.
    #[schema(value_type = String)]
    pub state: ScenarioState,
    /// When it was approved, in microseconds.
    #[schema(value_type = Option<i64>)]
    pub approved_at: Option<Time>,
    /// On how many tables.
    pub resources: usize,
    /// How many columns it may use, or asks for.
    pub columns: usize,
    /// Who is supplied from it.
    pub supplied: Vec<Supplied>,
}

/// The course of an agreement.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgreementCourse {
    /// The day on which this was asked.
    #[schema(value_type = String, format = Date)]
    pub today: Day,
    /// Days until its last, which counts itself; below zero when that has passed.
    pub days_left: i64,
    /// The cases on it and on its amendments that the caller may see, oldest first.
    #[schema(value_type = Vec<path::CaseView>)]
    pub cases: Vec<CaseView>,
    /// The matters about it or its holder that the caller may see, oldest first.
    #[schema(value_type = Vec<matters::MatterItem>)]
    pub matters: Vec<MatterItem>,
    /// What is owed, by day.
    pub duties: Vec<CourseDuty>,
    /// The scenarios under it, oldest first.
    pub scenarios: Vec<CourseScenario>,
}

shaped! { AgreementCourse => AgreementCourse }

/// Shows the course of an agreement.
pub async fn show(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<AgreementId>,
) -> Result<Shown<AgreementCourse>, Problem> {
    let unseen = || Problem::unseen("agreement");
    let agreement = app.registry().agreement(&id).await?.ok_or_else(unseen)?;
    let versions = app.registry().agreement_versions(&id, &Page::first()).await?.ok_or_else(unseen)?;
    let mut subjects = vec![id.to_string()];
    subjects.extend(versions.items.iter().filter_map(|one| one.amendment.as_ref()).map(ToString::to_string));
    let cases = cases(&app, &actor, &subjects).await?;
    let matters = matters(&app, &actor, &agreement).await?;
    let mut about: BTreeSet<String> = subjects.into_iter().collect();
    about.extend(cases.iter().map(|case| case.id.to_string()));
    about.extend(matters.iter().map(|matter| matter.id.to_string()));
    let (casework, today) = (app.casework(), app.ledger().now().day());
    let owed = casework.everything_owed(&actor).await?.into_iter().filter(|duty| about.contains(&duty.about));
    let duties = owed.map(|duty| CourseDuty { working_days_left: casework.calendar().left(today, duty.due_day), duty });
    let duties = duties.collect();
    let left = agreement.until.since(today).map_err(Problem::fault)?;
    let mut scenarios = Vec::new();
    for scenario in app.registry().scenarios_under(&id).await? {
        scenarios.push(course_of(&app, &scenario).await?);
    }
    Ok(Shown(AgreementCourse { today, days_left: i64::from(left.get_days()), cases, matters, duties, scenarios }))
}

async fn cases(app: &App, actor: &Actor, subjects: &[String]) -> Result<Vec<CaseView>, Problem> {
    let mut found = Vec::new();
    for subject in subjects {
        for id in app.casework().cases_of(subject).await? {
            found.extend(app.casework().case(&id, actor).await?);
        }
    }
    found.sort_by(|a, b| (a.opened_at, &a.id).cmp(&(b.opened_at, &b.id)));
    Ok(found)
}

/// Of an operator's or a processor's agreement also what concerns who holds it, and the
/// selection and the scheme that it came from.
async fn matters(app: &App, actor: &Actor, agreement: &Agreement) -> Result<Vec<MatterItem>, Problem> {
    let mut found = on(app, actor, agreement.id.as_str()).await?;
    if agreement.kind != AgreementKind::Development {
        found.extend(on(app, actor, agreement.grantee.as_str()).await?);
        let named = [&agreement.selection, &agreement.scheme];
        for id in named.into_iter().flatten() {
            found.extend(app.casework().matter(id, actor).await?.map(|view| view.item));
        }
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found.dedup_by(|a, b| a.id == b.id);
    Ok(found)
}

async fn on(app: &App, actor: &Actor, subject: &str) -> Result<Vec<MatterItem>, Problem> {
    let filter = MatterFilter { subject: Some(subject.to_owned()), ..MatterFilter::default() };
    let (mut page, mut found) = (Page::first(), Vec::new());
    loop {
        let piece = app.casework().matters(actor, &filter, &page).await?;
        found.extend(piece.items);
        page.after = piece.next;
        if page.after.is_none() {
            return Ok(found);
        }
    }
}

async fn course_of(app: &App, scenario: &Scenario) -> Result<CourseScenario, Problem> {
    let supplied = app.registry().agreements_for(&scenario.id).await?;
    let supplied = supplied.iter().map(|one| Supplied {
        agreement: one.id.clone(),
        entity: one.grantee.clone(),
        state: one.state,
        until: one.until,
    });
    Ok(CourseScenario {
        scenario: scenario.id.clone(),
        title: scenario.title.clone(),
        use_kind: scenario.use_kind,
        state: scenario.state,
        approved_at: scenario.approved_at,
        resources: scenario.resources().len(),
        columns: scenario.fields.len(),
        supplied: supplied.collect(),
    })
}
