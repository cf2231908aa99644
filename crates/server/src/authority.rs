//! Who may call what, decided by Cedar from `policies/`.
//!
//! A principal is a person with roles and an organisation, an action is a
//! [`Needs`], a resource is the platform or the organisation that owns the
//! thing asked for. The policies can tell apart only which roles a person has
//! and whether the owner is the person's own organisation, so a decision is
//! kept per (roles, need, standing) and computed by Cedar once.
//!
//! INVARIANT (default deny): an action that no policy permits is denied, and an
//! error while evaluating is a denial.
//! INVARIANT (cache is Cedar): a kept decision equals what Cedar says for the
//! same roles, need and standing; the test below asks both for all of them that
//! one role or two can give.
//!
//! Not here: what a station decides about the thing itself.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression, Schema, ValidationMode, Validator,
};
use parking_lot::RwLock;
use shuyu_model::Role;

use crate::needs::{About, Needs};

const POLICIES: &[(&str, &str)] = &[
    ("platform.cedar", include_str!("../../../policies/platform.cedar")),
    ("path.cedar", include_str!("../../../policies/path.cedar")),
    ("exchange.cedar", include_str!("../../../policies/exchange.cedar")),
    ("market.cedar", include_str!("../../../policies/market.cedar")),
];
const SCHEMA: &str = include_str!("../../../policies/shuyu.cedarschema");

/// Why the policies cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The schema does not parse.
    #[error("the policy schema does not parse: {0}")]
    Schema(String),
    /// A policy file does not parse.
    #[error("the policy file `{file}` does not parse: {what}")]
    Policy {
        /// The file.
        file: &'static str,
        /// What the parser says.
        what: String,
    },
    /// The policies contradict the schema.
    #[error("the policies contradict their schema: {0}")]
    Validation(String),
    /// A request cannot be put to Cedar.
    #[error("a request cannot be put to the policies: {0}")]
    Request(String),
}

/// How the owner of the thing stands to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It is about the platform, nobody's own thing.
    Platform,
    /// It belongs to the caller's own organisation.
    Own,
    /// It belongs to another.
    Other,
}

impl Standing {
    /// The standing with which somebody would be allowed a need, if anybody is.
    pub(crate) fn of(needs: Needs) -> Self {
        match needs.about() {
            About::Platform => Self::Platform,
            About::Owned => Self::Own,
        }
    }
}

/// The policies, and the decisions made so far.
pub struct Authority {
    authorizer: Authorizer,
    policies: PolicySet,
    schema: Schema,
    kept: RwLock<HashMap<(u16, Needs, Standing), bool>>,
}

impl Authority {
    /// Parses the policies and validates them against their schema.
    pub fn load() -> Result<Self, AuthorityError> {
        let (schema, _warnings) =
            Schema::from_cedarschema_str(SCHEMA).map_err(|error| AuthorityError::Schema(error.to_string()))?;
        let mut policies = PolicySet::new();
        for (file, text) in POLICIES {
            let parsed =
                PolicySet::from_str(text).map_err(|error| AuthorityError::Policy { file, what: error.to_string() })?;
            for (index, policy) in parsed.policies().enumerate() {
                let id = cedar_policy::PolicyId::new(format!("{file}#{index}"));
                policies
                    .add(policy.new_id(id))
                    .map_err(|error| AuthorityError::Policy { file, what: error.to_string() })?;
            }
        }
        let validation = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if !validation.validation_passed() {
            let faults: Vec<_> = validation.validation_errors().map(ToString::to_string).collect();
            return Err(AuthorityError::Validation(faults.join("; ")));
        }
        Ok(Self { authorizer: Authorizer::new(), policies, schema, kept: RwLock::default() })
    }

    /// Whether somebody with these roles and this standing may do what is needed.
    pub fn allows(&self, roles: &[Role], needs: Needs, standing: Standing) -> Result<bool, AuthorityError> {
        let key = (role_bits(roles), needs, standing);
        if let Some(kept) = self.kept.read().get(&key) {
            return Ok(*kept);
        }
        let decided = self.ask_cedar(roles, needs, standing)?;
        self.kept.write().insert(key, decided);
        Ok(decided)
    }

    /// The roles that hold a need on their own, for the sentence of a refusal.
    pub fn roles_that_may(&self, needs: Needs, standing: Standing) -> Vec<Role> {
        let may = |role: &&Role| self.allows(&[**role], needs, standing).unwrap_or(false);
        Role::ALL.iter().filter(may).copied().collect()
    }

    fn ask_cedar(&self, roles: &[Role], needs: Needs, standing: Standing) -> Result<bool, AuthorityError> {
        // Needs that no person answers are settled before anybody asks here.
        let Some(action) = needs.action() else { return Ok(false) };
        let person = uid("Person", "caller")?;
        let own = uid("Organisation", "own")?;
        let (resource, entities_of_resource) = match standing {
            Standing::Platform => (uid("Platform", "shuyu")?, None),
            Standing::Own => (own.clone(), None),
            Standing::Other => (uid("Organisation", "other")?, Some(uid("Organisation", "other")?)),
        };
        let attributes = HashMap::from([
            (
                "roles".to_owned(),
                RestrictedExpression::new_set(
                    roles.iter().map(|r| RestrictedExpression::new_string(r.word().to_owned())),
                ),
            ),
            ("organisation".to_owned(), RestrictedExpression::new_entity_uid(own.clone())),
        ]);
        let request_error = |error: String| AuthorityError::Request(error);
        let mut all = vec![
            Entity::new(person.clone(), attributes, HashSet::new()).map_err(|e| request_error(e.to_string()))?,
            Entity::new_no_attrs(own, HashSet::new()),
            Entity::new_no_attrs(uid("Platform", "shuyu")?, HashSet::new()),
        ];
        all.extend(entities_of_resource.map(|other| Entity::new_no_attrs(other, HashSet::new())));
        let entities = Entities::from_entities(all, Some(&self.schema)).map_err(|e| request_error(e.to_string()))?;
        let request = Request::new(person, uid("Action", action)?, resource, Context::empty(), Some(&self.schema))
            .map_err(|e| request_error(e.to_string()))?;
        let response = self.authorizer.is_authorized(&request, &self.policies, &entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(AuthorityError::Request(error.to_string()));
        }
        Ok(response.decision() == Decision::Allow)
    }
}

fn uid(kind: &str, name: &str) -> Result<EntityUid, AuthorityError> {
    let kind = EntityTypeName::from_str(kind).map_err(|error| AuthorityError::Request(error.to_string()))?;
    Ok(EntityUid::from_type_name_and_id(kind, EntityId::new(name)))
}

fn role_bits(roles: &[Role]) -> u16 {
    let bit = |role: &Role| Role::ALL.iter().position(|known| known == role).map_or(0, |at| 1_u16 << (at % 16));
    roles.iter().map(bit).fold(0, |bits, bit| bits | bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDINGS: [Standing; 3] = [Standing::Platform, Standing::Own, Standing::Other];

    #[test]
    fn each_role_has_a_bit_of_its_own() {
        let bits: HashSet<u16> = Role::ALL.iter().map(|role| role_bits(&[*role])).collect();
        assert_eq!(bits.len(), Role::ALL.len());
        assert!(!bits.contains(&0));
    }

    #[test]
    fn what_is_kept_is_what_cedar_says() {
        let authority = Authority::load().unwrap();
        let mut kept_roles: Vec<Vec<Role>> = vec![Vec::new()];
        for a in Role::ALL {
            for b in Role::ALL {
                kept_roles.push(if a == b { vec![*a] } else { vec![*b, *a] });
            }
        }
        for needs in Needs::OF_PEOPLE {
            for standing in STANDINGS {
                for roles in &kept_roles {
                    // Twice through the cache (filled, then read), once past it.
                    // A standing that the schema does not know for an action is
                    // an error from both, never an answer.
                    let first = authority.allows(roles, *needs, standing).ok();
                    let second = authority.allows(roles, *needs, standing).ok();
                    let raw = authority.ask_cedar(roles, *needs, standing).ok();
                    assert_eq!((first, second), (raw, raw), "{roles:?} {needs:?} {standing:?}");
                }
            }
        }
    }

    #[test]
    fn nobody_without_a_role_may_do_anything_but_use_their_session() {
        let authority = Authority::load().unwrap();
        for needs in Needs::OF_PEOPLE {
            for standing in STANDINGS {
                let allowed = authority.allows(&[], *needs, standing).unwrap_or(false);
                assert_eq!(allowed, *needs == Needs::Session && standing == Standing::Platform, "{needs:?}");
            }
        }
    }

    #[test]
    fn platform_administrators_hold_no_business_need() {
        let authority = Authority::load().unwrap();
        let theirs = |needs: &Needs, role: Role| authority.allows(&[role], *needs, Standing::Platform).unwrap_or(false);
        for needs in [Needs::SeeBusiness, Needs::Offer, Needs::SignCase, Needs::SeeStatements, Needs::DescribeResource]
        {
            for role in Role::ALL.iter().filter(|r| r.is_platform_admin()) {
                assert!(!theirs(&needs, *role), "{role:?} {needs:?}");
            }
        }
        assert!(theirs(&Needs::Roles, Role::SecurityAdmin) && !theirs(&Needs::Roles, Role::SystemAdmin));
        assert!(theirs(&Needs::People, Role::SystemAdmin) && !theirs(&Needs::People, Role::SecurityAdmin));
    }

    #[test]
    fn what_belongs_to_another_organisation_is_denied_but_for_six_named_exceptions() {
        let authority = Authority::load().unwrap();
        let exceptions = [
            (Role::SystemAdmin, Needs::OwnJob),
            (Role::Regulator, Needs::SeeHoldings),
            (Role::Agency, Needs::SeeHoldings),
            (Role::Agency, Needs::DestroyHolding),
            // For whoever ordered it; the registry asks for the order.
            (Role::Processor, Needs::Compute),
            // Under its development agreement, where the rules say so; the registry looks.
            (Role::Entity, Needs::Compute),
        ];
        for needs in Needs::OF_PEOPLE.iter().filter(|n| n.about() == About::Owned) {
            for role in Role::ALL {
                let allowed = authority.allows(&[*role], *needs, Standing::Other).ok();
                assert_eq!(allowed, Some(exceptions.contains(&(*role, *needs))), "{role:?} {needs:?}");
            }
        }
    }
}
