//! Who is affiliated with whom: ownership followed upwards from both sides.
//!
//! Two organisations are affiliated when one owns the other, directly or through
//! others, or when somebody owns both. That a public body owns both does not
//! count: 公司法 265(4) says that firms are not related merely because the state
//! controls them all.

use std::collections::{BTreeSet, VecDeque};

use shuyu_model::id::OrganisationId;

use crate::world::World;

/// An organisation and all who own it, directly or indirectly, nearest first.
pub(crate) fn owners<'a>(world: &'a World, of: &'a OrganisationId) -> Vec<&'a OrganisationId> {
    let (mut seen, mut found) = (BTreeSet::from([of]), Vec::new());
    let mut next = VecDeque::from([of]);
    while let Some(id) = next.pop_front() {
        found.push(id);
        let direct = world.organisations.get(id).into_iter().flat_map(|organisation| &organisation.owned_by);
        next.extend(direct.filter(|owner| seen.insert(owner)));
    }
    found
}

/// How two organisations are affiliated, in words; `None` when they are not.
pub(crate) fn link(world: &World, operator: &OrganisationId, entity: &OrganisationId) -> Option<String> {
    if operator == entity {
        return Some("it is the operator itself".to_owned());
    }
    let (above_operator, above_entity) = (owners(world, operator), owners(world, entity));
    let name = |id| world.name_of(id);
    if above_operator.contains(&entity) {
        return Some(format!("it owns the operator `{}`, directly or through others", name(operator)));
    }
    if above_entity.contains(&operator) {
        return Some(format!("the operator `{}` owns it, directly or through others", name(operator)));
    }
    above_entity
        .into_iter()
        .filter(|owner| above_operator.contains(owner))
        .find(|owner| world.organisations.get(*owner).is_none_or(|organisation| !organisation.is_public_body()))
        .map(|owner| format!("`{}` owns both it and the operator", name(owner)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use shuyu_model::Role;
    use shuyu_model::id::Key;

    use super::*;
    use crate::Organisation;

    fn id(n: u128) -> OrganisationId {
        OrganisationId::from_uuid(uuid::Uuid::from_u128(n))
    }

    fn world(edges: &[(u128, u128)], public: &[u128]) -> World {
        let mut world = World::default();
        for n in 0..10 {
            let organisation = Organisation {
                id: id(n),
                name: format!("O{n}"),
                credit_code: String::new(),
                roles: if public.contains(&n) { vec![Role::Finance] } else { vec![Role::Entity] },
                entity_kind: None,
                owned_by: edges.iter().filter(|(owned, _)| *owned == n).map(|(_, owner)| id(*owner)).collect(),
                unit: None,
                identity: None,
            };
            world.organisations.insert(id(n), Arc::new(organisation));
        }
        world
    }

    #[track_caller]
    fn check(edges: &[(u128, u128)], public: &[u128], expected: Option<&str>) {
        let found = link(&world(edges, public), &id(1), &id(2));
        assert_eq!(
            found.as_deref().map(|words| expected.is_some_and(|e| words.contains(e))),
            expected.map(|_| true),
            "{found:?}"
        );
    }

    #[test]
    fn follows_ownership_up_from_both_sides() {
        check(&[], &[], None);
        check(&[(2, 1)], &[], Some("the operator `O1` owns it"));
        check(&[(2, 3), (3, 4), (4, 1)], &[], Some("the operator `O1` owns it"));
        check(&[(1, 3), (3, 2)], &[], Some("it owns the operator"));
        check(&[(1, 3), (2, 4), (3, 5), (4, 5)], &[], Some("`O5` owns both"));
        check(&[(1, 3), (2, 4)], &[], None);
        assert!(link(&world(&[], &[]), &id(1), &id(1)).is_some());
    }

    #[test]
    fn the_state_as_common_owner_does_not_make_affiliates() {
        check(&[(1, 5), (2, 5)], &[5], None);
        check(&[(1, 5), (2, 5), (1, 6), (2, 6)], &[5], Some("`O6` owns both"));
    }

    #[test]
    fn owners_in_a_circle_are_walked_once() {
        check(&[(1, 3), (3, 1), (2, 4), (4, 2)], &[], None);
    }

    proptest! {
        #[test]
        fn being_affiliated_goes_both_ways(edges in proptest::collection::vec((0_u128..10, 0_u128..10), 0..15)) {
            let world = world(&edges, &[5]);
            prop_assert_eq!(link(&world, &id(1), &id(2)).is_some(), link(&world, &id(2), &id(1)).is_some());
        }
    }
}
