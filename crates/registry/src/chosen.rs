//! Who becomes operator by a selection, where the document makes nobody operator otherwise.
//!
//! INVARIANT (by the choice): the role comes with the move that chooses, in the same change,
//! and goes with the one that takes the choice back, unless an agreement was concluded on it.
//!
//! Not here: who may be chosen (`casework::candidacy`), who of its people acts as operator
//! (`parties`).

use shuyu_model::Role;
use shuyu_model::id::OrganisationId;

use crate::live::Basis;
use crate::{AgreementKind, AgreementState, Person, Registry, RegistryError, Turn, store};

impl Registry {
    /// Whether the choice of a selection makes the operator here.
    pub fn makes_operators_by_selection(&self) -> bool {
        self.regime().roles.operator_by_selection.as_ref().is_some_and(|rule| rule.value)
    }
}

/// It takes part as operator from now on. Upholds INVARIANT (by the choice).
pub(crate) async fn chosen(turn: &mut Turn, id: &OrganisationId) -> Result<(), RegistryError> {
    let registry = turn.registry();
    let world = registry.world_in(turn).await?;
    let mut roles = world.organisation(id)?.roles.clone();
    if roles.contains(&Role::Operator) {
        return Ok(());
    }
    roles.push(Role::Operator);
    roles.sort();
    store::set_organisation_roles(turn.change(), id, &roles).await?;
    turn.touch(Basis::Organisation(id.clone()));
    Ok(())
}

/// The choice is taken back: unless it has an agreement as operator, it and its people are
/// operator no more.
pub(crate) async fn unchosen(turn: &mut Turn, id: &OrganisationId) -> Result<(), RegistryError> {
    let registry = turn.registry();
    let world = registry.world_in(turn).await?;
    let has_agreement = world
        .agreements
        .values()
        .any(|one| one.grantee == *id && one.kind == AgreementKind::Operator && one.state != AgreementState::Draft);
    let held = &world.organisation(id)?.roles;
    if has_agreement || !held.contains(&Role::Operator) {
        return Ok(());
    }
    let roles: Vec<Role> = held.iter().copied().filter(|role| *role != Role::Operator).collect();
    store::set_organisation_roles(turn.change(), id, &roles).await?;
    turn.touch(Basis::Organisation(id.clone()));
    let is_theirs =
        |person: &&std::sync::Arc<Person>| person.organisation == *id && person.roles.contains(&Role::Operator);
    for person in world.people.values().filter(is_theirs) {
        let mut changed = Person::clone(person);
        changed.roles.retain(|role| *role != Role::Operator);
        store::set_roles(turn.change(), &changed).await?;
        turn.touch(Basis::Person(changed.id.clone()));
    }
    Ok(())
}
