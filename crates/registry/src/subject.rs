//! What a procedure decides on, as `casework` needs to know it.

use std::collections::BTreeMap;

use shuyu_model::id::{AgreementId, AmendmentId, DistrictSchemeId, IdError, OrganisationId, PersonId, ScenarioId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::registration::RegistrationKind;
use shuyu_model::{Digest, Reason, Role};

use crate::decide::Asked;
use crate::world::World;
use crate::{
    Agreement, AgreementState, Registry, RegistryError, Scenario, ScenarioState, Turn, agreements, amendments,
    district, registration, scenarios,
};

/// A draft that wants a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Of what is decided on, as it is now.
    pub digest: Digest,
    /// What people call it.
    pub title: String,
    /// Who wrote it; none of them approves it.
    pub authors: Vec<PersonId>,
    /// Whose people open its case.
    pub opener: Role,
    /// Which organisation acts in a role; roles not named are open to every
    /// organisation that holds them.
    pub parties: BTreeMap<Role, OrganisationId>,
    /// Organisations, with their names, each of which signs a step of its own where
    /// the procedure has a step of that role.
    pub each: BTreeMap<Role, Vec<(OrganisationId, String)>>,
    /// Whether it still is a draft.
    pub is_draft: bool,
    /// Everything that speaks against deciding for it now.
    pub against: Vec<Reason>,
}

pub(crate) fn parsed<T>(parsed: Result<T, IdError>) -> Result<T, RegistryError> {
    parsed.map_err(|error| RegistryError::Malformed { faults: vec![error.to_string()] })
}

impl Registry {
    /// The subject of a case; `None` for a release, which the registry does not
    /// know.
    pub async fn subject(&self, kind: ProcedureKind, id: &str) -> Result<Option<Subject>, RegistryError> {
        let world = self.world().await?;
        self.subject_of(&world, kind, id)
    }

    /// The same inside a change, so that it stays as it is until that ends.
    pub async fn subject_in(
        &self,
        turn: &mut Turn,
        kind: ProcedureKind,
        id: &str,
    ) -> Result<Option<Subject>, RegistryError> {
        let world = self.world_in(turn).await?;
        self.subject_of(&world, kind, id)
    }

    fn subject_of(&self, world: &World, kind: ProcedureKind, id: &str) -> Result<Option<Subject>, RegistryError> {
        let asked = self.asked(world);
        if let Some(registration) = RegistrationKind::of(kind) {
            let profile = self.ledger().profile();
            return registration::rules::subject_of(&asked, profile, registration, id).map(Some);
        }
        if let Ok(amendment) = AmendmentId::parse(id) {
            return amendments::subject(&asked, kind, &amendment).map(Some);
        }
        Ok(Some(match kind {
            ProcedureKind::OperatorAgreement
            | ProcedureKind::DevelopmentAgreement
            | ProcedureKind::ProcessorAgreement => {
                let agreement = world.agreement(&parsed(AgreementId::parse(id))?)?;
                if agreement.kind.procedure() != kind {
                    let faults =
                        vec![format!("`{id}` is a {} agreement; its procedure is another", agreement.kind.word())];
                    return Err(RegistryError::Malformed { faults });
                }
                of_agreement(&asked, agreement)
            }
            ProcedureKind::Scenario => of_scenario(&asked, world.scenario(&parsed(ScenarioId::parse(id))?)?)?,
            ProcedureKind::DistrictScheme => {
                let id = parsed(DistrictSchemeId::parse(id))?;
                let scheme = world.district_schemes.get(&id);
                let scheme = scheme.ok_or_else(|| RegistryError::unknown("district scheme", id.as_str()))?;
                district::subject(&asked, scheme)
            }
            ProcedureKind::Release => return Ok(None),
            other => return Err(unheld(other)),
        }))
    }
}

/// A regime can prescribe steps for things that the registry does not hold yet; no
/// case is opened on what nobody can look at.
pub(crate) fn unheld(kind: ProcedureKind) -> RegistryError {
    let what = format!("the registry holds nothing that a case of `{}` ({}) decides on", kind.word(), kind.zh());
    RegistryError::Malformed { faults: vec![what] }
}

pub(crate) fn of_agreement(asked: &Asked<'_>, agreement: &Agreement) -> Subject {
    let mut against = Vec::new();
    agreements::against(asked, agreement, &mut against);
    let (gives, gets) = agreement.kind.parties();
    Subject {
        digest: agreement.digest,
        title: format!("{} – {}", asked.world.name_of(&agreement.grantor), asked.world.name_of(&agreement.grantee)),
        authors: agreement.authors.clone(),
        opener: gives,
        parties: BTreeMap::from([(gives, agreement.grantor.clone()), (gets, agreement.grantee.clone())]),
        each: BTreeMap::new(),
        is_draft: agreement.state == AgreementState::Draft,
        against,
    }
}

fn of_scenario(asked: &Asked<'_>, scenario: &Scenario) -> Result<Subject, RegistryError> {
    let mut against = Vec::new();
    scenarios::against(asked, scenario, &mut against)?;
    let agency = asked.world.agreement(&scenario.agreement)?.grantor.clone();
    Ok(Subject {
        digest: scenario.digest,
        title: scenario.title.clone(),
        authors: scenario.authors.clone(),
        opener: Role::Operator,
        parties: BTreeMap::from([(Role::Operator, scenario.operator.clone()), (Role::Agency, agency)]),
        each: BTreeMap::from([(Role::Source, providers(asked, scenario)?)]),
        is_draft: scenario.state == ScenarioState::Draft,
        against,
    })
}

/// The departments whose data a scenario takes: where the procedure has a step of
/// whoever provides the data (一场景一审核), each of them signs one.
fn providers(asked: &Asked<'_>, scenario: &Scenario) -> Result<Vec<(OrganisationId, String)>, RegistryError> {
    let mut providers = Vec::new();
    for id in scenario.resources() {
        let source = &asked.world.resource(id)?.source;
        providers.push((source.clone(), asked.world.name_of(source).to_owned()));
    }
    providers.sort();
    providers.dedup();
    Ok(providers)
}
