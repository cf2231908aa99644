//! The only writers of "registered", "in force" and "approved", and for matters of
//! "suspended", "ended", "admitted" and "barred".
//!
//! Each of the first takes the turn that also holds the last signature, so that a state and
//! the signatures it rests on are one change. Named by `casework` alone (the tidy
//! test looks). Each compares the digest: what was signed is what becomes so.

use shuyu_model::id::{
    AgreementId, AmendmentId, DistrictSchemeId, MatterId, OrganisationId, ProductId, ResourceId, ScenarioId,
};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::registration::{RegistrationCode, RegistrationKind};
use shuyu_model::{Day, Digest};

use crate::live::Basis;
use crate::registration::result;
use crate::standing::{results_of, shelf_of, whose};
use crate::subject::{parsed, unheld};
use crate::{
    AdmissionState, Barred, Ending, Registration, Registry, RegistryError, SchemeMoney, Turn, amendments, chosen,
    district, schemes, store,
};

/// Makes the subject of a decided case what the case was about.
pub async fn decided(turn: &mut Turn, kind: ProcedureKind, subject: &str, digest: Digest) -> Result<(), RegistryError> {
    if let Some(registration) = RegistrationKind::of(kind) {
        return result::decided(turn, registration, subject, digest).await;
    }
    if let Ok(amendment) = AmendmentId::parse(subject) {
        return amendments::in_force(turn, &amendment, digest).await;
    }
    match kind {
        ProcedureKind::OperatorAgreement | ProcedureKind::DevelopmentAgreement | ProcedureKind::ProcessorAgreement => {
            agreement_in_force(turn, &parsed(AgreementId::parse(subject))?, digest).await
        }
        ProcedureKind::Scenario => scenario_approved(turn, &parsed(ScenarioId::parse(subject))?, digest).await,
        ProcedureKind::DistrictScheme => {
            district_scheme_in_force(turn, &parsed(DistrictSchemeId::parse(subject))?, digest).await
        }
        // The airlock makes the release, from the decision.
        ProcedureKind::Release => Ok(()),
        other => Err(unheld(other)),
    }
}

/// The registrations of a resource or product end. Says which.
pub async fn registration_ended(
    turn: &mut Turn,
    subject: &str,
    ending: Ending<'_>,
) -> Result<Vec<RegistrationCode>, RegistryError> {
    result::ended(turn, subject, ending).await
}

/// A registration whose last day has passed gives way to its renewal.
pub async fn registration_gave_way(turn: &mut Turn, registration: &Registration) -> Result<(), RegistryError> {
    result::gave_way(turn, registration).await
}

/// An agreement is signed by all and holds on its days.
pub async fn agreement_in_force(turn: &mut Turn, id: &AgreementId, digest: Digest) -> Result<(), RegistryError> {
    let registry = turn.registry();
    let grantee = registry.world_in(turn).await?.agreement(id)?.grantee.clone();
    let stamp = registry.regime().stamp();
    let is_written = store::set_in_force(turn.change(), id, digest, &stamp).await?;
    // What was concluded while its grantee's rights rest begins at rest.
    for ground in store::grounds_of(turn.change(), grantee.as_str()).await? {
        store::suspend(turn.change(), id.as_str(), &ground).await?;
    }
    turn.touch(Basis::Agreement(id.clone()));
    unless_changed(is_written, id.as_str())
}

/// Every copy of an agreement has been filed that the rules ask for after its case.
pub async fn agreement_filed(turn: &mut Turn, id: &AgreementId) -> Result<(), RegistryError> {
    store::set_filed(turn.change(), id).await?;
    turn.touch(Basis::Agreement(id.clone()));
    Ok(())
}

/// A selection has chosen this organisation: it takes part as operator from now on.
pub async fn operator_chosen(turn: &mut Turn, id: &OrganisationId) -> Result<(), RegistryError> {
    chosen::chosen(turn, id).await
}

/// The choice of this organisation is taken back.
pub async fn operator_unchosen(turn: &mut Turn, id: &OrganisationId) -> Result<(), RegistryError> {
    chosen::unchosen(turn, id).await
}

/// A district authorises by this scheme from now on.
pub async fn district_scheme_in_force(
    turn: &mut Turn,
    id: &DistrictSchemeId,
    digest: Digest,
) -> Result<(), RegistryError> {
    let district = district::store::set_in_force(turn.change(), id, digest).await?;
    if let Some(district) = &district {
        turn.touch(Basis::Organisation(district.clone()));
    }
    unless_changed(district.is_some(), id.as_str())
}

/// A scenario is approved.
pub async fn scenario_approved(turn: &mut Turn, id: &ScenarioId, digest: Digest) -> Result<(), RegistryError> {
    let is_written = store::set_approved(turn.change(), id, digest).await?;
    turn.touch(Basis::Scenario(id.clone()));
    unless_changed(is_written, id.as_str())
}

/// A scenario is to be approved without these of its fields.
pub async fn struck(turn: &mut Turn, id: &ScenarioId, fields: &[(ResourceId, String)]) -> Result<(), RegistryError> {
    store::set_struck(turn.change(), id, fields).await?;
    turn.touch(Basis::Scenario(id.clone()));
    Ok(())
}

/// The rights under a subject rest until `ground` lets go: a scenario, an
/// agreement, or every agreement that an organisation was given or is given until
/// then. Says what rests.
pub async fn suspended(turn: &mut Turn, subject: &str, ground: &MatterId) -> Result<Vec<String>, RegistryError> {
    let mut found: Vec<(String, Basis)> =
        under(turn, subject).await?.into_iter().map(|id| (id.to_string(), Basis::Agreement(id))).collect();
    if let Ok(scenario) = ScenarioId::parse(subject) {
        found.push((scenario.to_string(), Basis::Scenario(scenario)));
    }
    if let Ok(resource) = ResourceId::parse(subject) {
        found.push((resource.to_string(), Basis::Resource(resource)));
    }
    if OrganisationId::parse(subject).is_ok() {
        store::suspend(turn.change(), subject, ground.as_str()).await?;
    }
    let mut ids = Vec::new();
    for (id, basis) in found {
        store::suspend(turn.change(), &id, ground.as_str()).await?;
        turn.touch(basis);
        ids.push(id);
    }
    Ok(ids)
}

/// What `ground` suspended lives again, unless another holds it too (INVARIANT
/// (held by all)). Says what it let go.
pub async fn resumed(turn: &mut Turn, ground: &MatterId) -> Result<Vec<String>, RegistryError> {
    let mut held = store::held_by(turn.change(), ground.as_str()).await?;
    held.retain(|id| OrganisationId::parse(id).is_err());
    store::lift(turn.change(), ground.as_str()).await?;
    for id in &held {
        let id = whose(id);
        if let Ok(agreement) = AgreementId::parse(id) {
            turn.touch(Basis::Agreement(agreement));
        } else if let Ok(scenario) = ScenarioId::parse(id) {
            turn.touch(Basis::Scenario(scenario));
        } else if let Ok(resource) = ResourceId::parse(id) {
            turn.touch(Basis::Resource(resource));
        }
    }
    Ok(held)
}

/// The products of the scenarios under a subject come off the shelf until [`resumed`], or
/// `product` alone, where one is named. Says what holds them off it.
pub async fn delisted(
    turn: &mut Turn,
    subject: &str,
    product: Option<&ProductId>,
    ground: &MatterId,
) -> Result<Vec<String>, RegistryError> {
    let agreements = under(turn, subject).await?;
    let world = turn.registry().world_in(turn).await?;
    let concerns = |scenario: &crate::Scenario| {
        scenario.id.as_str() == subject
            || scenario.operator.as_str() == subject
            || agreements.contains(&scenario.agreement)
    };
    let mut shelves = Vec::new();
    for scenario in world.scenarios.values().filter(|scenario| concerns(scenario)) {
        let shelf = shelf_of(scenario.id.as_str(), product);
        store::suspend(turn.change(), &shelf, ground.as_str()).await?;
        turn.touch(Basis::Scenario(scenario.id.clone()));
        shelves.push(shelf);
    }
    Ok(shelves)
}

/// What was made in the scenarios that a subject concerns stays inside until
/// [`results_cleared`]: a scenario, those under an agreement or of an operator, or those
/// that use a resource. Says which.
pub async fn results_quarantined(
    turn: &mut Turn,
    subject: &str,
    ground: &MatterId,
) -> Result<Vec<String>, RegistryError> {
    let registry = turn.registry();
    let world = registry.world_in(turn).await?;
    let concerns = |scenario: &crate::Scenario| {
        scenario.id.as_str() == subject
            || scenario.agreement.as_str() == subject
            || scenario.operator.as_str() == subject
            || scenario.resources().iter().any(|resource| resource.as_str() == subject)
    };
    let scenarios: Vec<ScenarioId> =
        world.scenarios.values().filter(|scenario| concerns(scenario)).map(|scenario| scenario.id.clone()).collect();
    let mut ids = Vec::new();
    for scenario in scenarios {
        let results = results_of(scenario.as_str());
        store::suspend(turn.change(), &results, &results_of(ground.as_str())).await?;
        turn.touch(Basis::Scenario(scenario));
        ids.push(results);
    }
    Ok(ids)
}

/// What `ground` kept inside may leave again. Says what.
pub async fn results_cleared(turn: &mut Turn, ground: &MatterId) -> Result<Vec<String>, RegistryError> {
    let ground = results_of(ground.as_str());
    let held = store::held_by(turn.change(), &ground).await?;
    store::lift(turn.change(), &ground).await?;
    for results in &held {
        let scenario = results.split('/').next().unwrap_or_default();
        turn.touch(Basis::Scenario(parsed(ScenarioId::parse(scenario))?));
    }
    Ok(held)
}

/// What a matter keeps inside now.
pub async fn results_held(turn: &mut Turn, ground: &MatterId) -> Result<Vec<String>, RegistryError> {
    store::held_by(turn.change(), &results_of(ground.as_str())).await
}

/// The agreements under a subject end at once. Says which.
pub async fn access_ended(turn: &mut Turn, subject: &str, ground: &str) -> Result<Vec<String>, RegistryError> {
    let mut subject = subject.to_owned();
    if let Ok(scenario) = ScenarioId::parse(&subject) {
        // What a scenario rests on is the operator's agreement.
        let registry = turn.registry();
        subject = registry.world_in(turn).await?.scenario(&scenario)?.agreement.to_string();
    }
    let mut ids = Vec::new();
    for id in under(turn, &subject).await? {
        if store::set_ended(turn.change(), &id, ground).await? {
            ids.push(id.to_string());
        }
        turn.touch(Basis::Agreement(id));
    }
    Ok(ids)
}

/// What an agreement that has ended had delivered goes on to this day, because of
/// `ground`; the operator's own access does not.
pub async fn deliveries_go_on(
    turn: &mut Turn,
    id: &AgreementId,
    ground: &MatterId,
    until: Day,
) -> Result<(), RegistryError> {
    store::go_on(turn.change(), id, ground, until).await?;
    turn.touch(Basis::Agreement(id.clone()));
    Ok(())
}

/// Nothing goes on under an agreement that has ended. Says whether something did.
pub async fn deliveries_end(turn: &mut Turn, id: &AgreementId) -> Result<bool, RegistryError> {
    let did = store::end_going_on(turn.change(), id).await?;
    turn.touch(Basis::Agreement(id.clone()));
    Ok(did)
}

/// How an entity stands with an operator from now on.
pub async fn admission(
    turn: &mut Turn,
    entity: &OrganisationId,
    operator: &OrganisationId,
    state: AdmissionState,
    ground: &MatterId,
) -> Result<(), RegistryError> {
    store::set_admission(turn.change(), entity, operator, state, ground.as_str()).await?;
    turn.touch(Basis::Organisation(entity.clone()));
    Ok(())
}

/// A resource comes onto the negative list, or off it.
pub async fn barred(turn: &mut Turn, id: &ResourceId, barred: Option<&Barred>) -> Result<(), RegistryError> {
    store::set_barred(turn.change(), id, barred).await?;
    turn.touch(Basis::Resource(id.clone()));
    Ok(())
}

/// What a scheme in force says of money from now on; nothing once it has ended.
pub async fn scheme_says(turn: &mut Turn, id: &MatterId, says: Option<&SchemeMoney>) -> Result<(), RegistryError> {
    schemes::store::put(turn.change(), id, says).await
}

async fn under(turn: &mut Turn, subject: &str) -> Result<Vec<AgreementId>, RegistryError> {
    let registry = turn.registry();
    let world = registry.world_in(turn).await?;
    Ok(Registry::agreements_under(&world, subject))
}

pub(crate) fn unless_changed(is_written: bool, id: &str) -> Result<(), RegistryError> {
    if is_written {
        return Ok(());
    }
    Err(RegistryError::conflict(format!("`{id}` is no draft with the digest that was decided on; open a new case")))
}
