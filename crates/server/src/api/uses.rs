//! Who uses a department's table: for which scenario, by whom, which columns, on which
//! ground, since when, and how often it was computed on.
//!
//! Not here: that a department stops the use of its table (`facts`).

use std::collections::BTreeSet;

use axum::extract::State;
use serde::Serialize;
use shuyu_model::id::{AgreementId, HoldingId, OrganisationId, ResourceId, ScenarioId};
use shuyu_model::{Day, Time, UseKind};
use shuyu_registry::{AgreementState, Scenario, ScenarioState};
use shuyu_workroom::Computed;
use utoipa::ToSchema;

use super::Stations;
use crate::app::App;
use crate::endpoint::{At, Shown};
use crate::error::Problem;
use crate::shapes::{nouns, shaped};

/// A column that a scenario uses.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsedColumn {
    /// Its name.
    pub name: String,
    /// What it is needed for, as the application says.
    pub reason: String,
    /// In how many results it stands.
    pub results: usize,
}

/// A scenario that uses a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResourceUse {
    /// Which.
    #[schema(value_type = String)]
    pub scenario: ScenarioId,
    /// What people call it.
    pub title: String,
    /// What it is for.
    pub purpose: String,
    /// Which kind of use that is.
    #[schema(value_type = nouns::UseKind)]
    pub use_kind: UseKind,
    /// `draft`, `approved` or `withdrawn`.
    #[schema(value_type = String)]
    pub state: ScenarioState,
    /// Since when it is approved, in microseconds.
    #[schema(value_type = Option<i64>)]
    pub approved_at: Option<Time>,
    /// Who computes.
    #[schema(value_type = String)]
    pub operator: OrganisationId,
    /// Under which operator agreement.
    #[schema(value_type = String)]
    pub agreement: AgreementId,
    /// That agreement's last day.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Day>,
    /// Who is supplied from it.
    #[schema(value_type = Vec<String>)]
    pub entities: Vec<OrganisationId>,
    /// The table's columns that it uses, or asks for while it is a draft.
    pub columns: Vec<UsedColumn>,
    /// How many results were computed from the table.
    pub results: usize,
    /// When the last of them was, in microseconds.
    #[schema(value_type = Option<i64>)]
    pub last_at: Option<Time>,
}

/// Who uses a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResourceUses {
    /// Each scenario, oldest first.
    pub items: Vec<ResourceUse>,
}

shaped! { ResourceUses => ResourceUses }

/// Lists who uses a table.
pub async fn list(State(app): Stations, At(id): At<ResourceId>) -> Result<Shown<ResourceUses>, Problem> {
    app.registry().resource(&id).await?.ok_or_else(|| Problem::unseen("resource"))?;
    let versions = app.vault().holdings(&id).await?;
    let versions: BTreeSet<HoldingId> = versions.iter().map(|version| version.id().clone()).collect();
    let mut items = Vec::new();
    for scenario in app.registry().scenarios_on(&id).await? {
        items.push(use_of(&app, &id, &versions, &scenario).await?);
    }
    Ok(Shown(ResourceUses { items }))
}

async fn use_of(
    app: &App,
    resource: &ResourceId,
    versions: &BTreeSet<HoldingId>,
    scenario: &Scenario,
) -> Result<ResourceUse, Problem> {
    let computed = app.workrooms().computed_for(&scenario.id).await?;
    let read: Vec<&Computed> =
        computed.iter().filter(|one| one.inputs.iter().any(|input| versions.contains(input))).collect();
    let stands_in = |name: &str| {
        let is_it = |(of, column): &(ResourceId, String)| of == resource && column == name;
        read.iter().filter(|one| one.lineage.iter().any(|column| column.origins.iter().any(is_it))).count()
    };
    let columns = scenario.fields.iter().filter(|field| field.resource == *resource).map(|field| UsedColumn {
        name: field.column.clone(),
        reason: field.reason.clone(),
        results: stands_in(&field.column),
    });
    let supplied = app.registry().agreements_for(&scenario.id).await?;
    let entities = supplied.iter().filter(|one| one.state == AgreementState::InForce).map(|one| one.grantee.clone());
    Ok(ResourceUse {
        scenario: scenario.id.clone(),
        title: scenario.title.clone(),
        purpose: scenario.purpose.clone(),
        use_kind: scenario.use_kind,
        state: scenario.state,
        approved_at: scenario.approved_at,
        operator: scenario.operator.clone(),
        agreement: scenario.agreement.clone(),
        until: app.registry().agreement(&scenario.agreement).await?.map(|agreement| agreement.until),
        entities: entities.collect(),
        columns: columns.collect(),
        results: read.len(),
        last_at: read.iter().map(|one| one.made_at).max(),
    })
}
