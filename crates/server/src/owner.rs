//! Whose thing an id names. An id says by its prefix what kind of thing it is.

use shuyu_model::id::{CandidateId, HoldingId, JobId, OrganisationId, ResourceId, ScenarioId, TrainingId};
use shuyu_vault::VaultError;

use crate::app::App;
use crate::error::Problem;

/// The organisation that owns what `id` names; none where there is no such
/// thing, or where it is no id at all.
pub(crate) async fn of(app: &App, id: &str) -> Result<Option<OrganisationId>, Problem> {
    if let Ok(id) = ResourceId::parse(id) {
        return app.registry().table_owner(&id).await.map_err(Problem::from);
    }
    if let Ok(id) = ScenarioId::parse(id) {
        return Ok(app.registry().scenario(&id).await?.map(|scenario| scenario.operator.clone()));
    }
    if let Ok(id) = HoldingId::parse(id) {
        return match app.vault().holding(&id).await {
            Ok(holding) => Ok(Some(holding.department().clone())),
            Err(VaultError::Unknown { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        };
    }
    if let Ok(id) = CandidateId::parse(id) {
        return Ok(app.workrooms().candidate(&id).await?.map(|candidate| candidate.organisation().clone()));
    }
    if let Ok(id) = TrainingId::parse(id) {
        return Ok(app.workrooms().training(&id).await?.map(|training| training.organisation));
    }
    if let Ok(id) = JobId::parse(id) {
        return app.jobs().owner(&id).await;
    }
    Ok(None)
}
