//! What the registry knows of an organisation that asks to be chosen or admitted.
//!
//! Not here: whether it may be (`casework::candidacy`).

use shuyu_model::Day;
use shuyu_model::candidacy::FOR_CAUSE;
use shuyu_model::id::{AgreementId, OrganisationId};

use crate::subject::parsed;
use crate::world::World;
use crate::{Agreement, AgreementKind, AgreementState, EntityKind, Registry, RegistryError, Turn};

/// An organisation that asks to be chosen or admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applicant {
    /// Its name.
    pub name: String,
    /// Its legal form, where it is stated.
    pub entity_kind: Option<EntityKind>,
    /// Agreements that ended by its own fault, each with the day.
    pub ended_for_cause: Vec<(AgreementId, Day)>,
}

impl Registry {
    /// What is known of an applicant.
    pub async fn applicant(&self, id: &OrganisationId) -> Result<Applicant, RegistryError> {
        applicant_of(&*self.world().await?, id)
    }

    /// The same inside a change.
    pub async fn applicant_in(&self, turn: &mut Turn, id: &OrganisationId) -> Result<Applicant, RegistryError> {
        applicant_of(&*self.world_in(turn).await?, id)
    }

    /// The operator agreements that were ever concluded with an operator, whoever gave them.
    pub async fn agreements_with_in(
        &self,
        turn: &mut Turn,
        operator: &OrganisationId,
    ) -> Result<Vec<std::sync::Arc<Agreement>>, RegistryError> {
        let world = self.world_in(turn).await?;
        let is_theirs = |one: &&std::sync::Arc<Agreement>| {
            one.grantee == *operator && one.kind == AgreementKind::Operator && one.state != AgreementState::Draft
        };
        Ok(world.agreements.values().filter(is_theirs).cloned().collect())
    }

    /// Whether an operator agreement continues one in force between the same parties
    /// from the day after its last (续约).
    pub async fn is_renewal_in(&self, turn: &mut Turn, id: &str) -> Result<bool, RegistryError> {
        let world = self.world_in(turn).await?;
        let new = world.agreement(&parsed(AgreementId::parse(id))?)?;
        let continues = |old: &&Agreement| {
            let parties = (&old.grantor, &old.grantee) == (&new.grantor, &new.grantee);
            let next = old.until.saturating_add(jiff::Span::new().days(1));
            old.kind == AgreementKind::Operator && old.state == AgreementState::InForce && parties && next == new.from
        };
        Ok(world.agreements.values().map(AsRef::as_ref).any(|old: &Agreement| continues(&old)))
    }
}

fn applicant_of(world: &World, id: &OrganisationId) -> Result<Applicant, RegistryError> {
    let organisation = world.organisation(id)?;
    let for_cause = |agreement: &&Agreement| {
        agreement.grantee == *id && agreement.ended_ground.as_deref().is_some_and(|ground| FOR_CAUSE.contains(&ground))
    };
    let ended = world.agreements.values().map(AsRef::as_ref).filter(for_cause);
    Ok(Applicant {
        name: organisation.name.clone(),
        entity_kind: organisation.entity_kind,
        ended_for_cause: ended.filter_map(|a| Some((a.id.clone(), a.ended_at?.day()))).collect(),
    })
}
