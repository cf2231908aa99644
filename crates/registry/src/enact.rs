//! The only writers of "registered", "in force" and "approved".
//!
//! Each takes the turn that also holds the last signature, so that a state and
//! the signatures it rests on are one change. Named by `casework` alone (the tidy
//! test looks). Each compares the digest: what was signed is what becomes so.

use shuyu_model::id::{AgreementId, ResourceId, ScenarioId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{Digest, Time};

use crate::live::Basis;
use crate::subject::{parsed, unheld};
use crate::{RegistryError, Turn, store};

/// Makes the subject of a decided case what the case was about.
pub async fn decided(turn: &mut Turn, kind: ProcedureKind, subject: &str, digest: Digest) -> Result<(), RegistryError> {
    match kind {
        ProcedureKind::ResourceRegistration => {
            resource_registered(turn, &parsed(ResourceId::parse(subject))?, digest).await
        }
        ProcedureKind::OperatorAgreement | ProcedureKind::DevelopmentAgreement => {
            agreement_in_force(turn, &parsed(AgreementId::parse(subject))?, digest).await
        }
        ProcedureKind::Scenario => scenario_approved(turn, &parsed(ScenarioId::parse(subject))?, digest).await,
        // The airlock makes the release, from the decision.
        ProcedureKind::Release => Ok(()),
        other => Err(unheld(other)),
    }
}

/// A resource is registered, for as many years as the rules say.
pub async fn resource_registered(turn: &mut Turn, id: &ResourceId, digest: Digest) -> Result<(), RegistryError> {
    let years = i64::from(turn.regime().resource.registration_years.value);
    let today = turn.change().now().day();
    let until = Time::at_start_of(today.saturating_add(jiff::Span::new().years(years)));
    let is_written = store::set_registered(turn.change(), id, digest, until).await?;
    turn.touch(Basis::Resource(id.clone()));
    unless_changed(is_written, id.as_str())
}

/// An agreement is signed by all and holds on its days.
pub async fn agreement_in_force(turn: &mut Turn, id: &AgreementId, digest: Digest) -> Result<(), RegistryError> {
    let is_written = store::set_in_force(turn.change(), id, digest).await?;
    turn.touch(Basis::Agreement(id.clone()));
    unless_changed(is_written, id.as_str())
}

/// A scenario is approved.
pub async fn scenario_approved(turn: &mut Turn, id: &ScenarioId, digest: Digest) -> Result<(), RegistryError> {
    let is_written = store::set_approved(turn.change(), id, digest).await?;
    turn.touch(Basis::Scenario(id.clone()));
    unless_changed(is_written, id.as_str())
}

fn unless_changed(is_written: bool, id: &str) -> Result<(), RegistryError> {
    if is_written {
        return Ok(());
    }
    Err(RegistryError::conflict(format!("`{id}` is no draft with the digest that was decided on; open a new case")))
}
