//! Which papers an organisation owes and has not on file today, for who assesses it.

use shuyu_model::id::OrganisationId;
use shuyu_model::regime::PaperKind;

use super::paper::PaperState;
use super::view::Standing;
use crate::{Registry, RegistryError, Turn};

impl Registry {
    /// The kinds of papers that the rules ask of an organisation and of which none counts.
    pub async fn papers_missing_in(
        &self,
        turn: &mut Turn,
        id: &OrganisationId,
    ) -> Result<Vec<PaperKind>, RegistryError> {
        let world = self.world_in(turn).await?;
        let items = self.items(&world, world.organisation(id)?);
        let counts = |state: Standing| {
            matches!(state, Standing::None | Standing::Paper(PaperState::InOrder | PaperState::Adverse))
        };
        let has = |kind: PaperKind| items.iter().any(|item| item.kind == kind && counts(item.state));
        let mut missing: Vec<PaperKind> = items.iter().map(|item| item.kind).filter(|kind| !has(*kind)).collect();
        missing.dedup();
        Ok(missing)
    }
}
