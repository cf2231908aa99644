//! 社会公众: the party in whose name somebody without an account is heard. It holds no
//! role and nobody signs in as it.
//!
//! Not here: what the public may say (`casework::voices`).

use shuyu_model::id::{OrganisationId, PersonId};
use shuyu_model::{Actor, Role};

use crate::live::Basis;
use crate::party::{Organisation, Person};
use crate::{Registry, RegistryError, Turn, password, store};

/// Its name; and its login, which no login that is entered can be.
const NAME: &str = "社会公众";
/// What stands where others have a credit code: it has none.
const CODE: &str = "PUBLIC";

impl Registry {
    /// A hash of a password that nobody knows, where the public is still to be entered.
    pub async fn unknowable_if_needed(&self) -> Result<String, RegistryError> {
        if self.find_person_by_login(NAME).await?.is_some() {
            return Ok(String::new());
        }
        let id: PersonId = self.ledger().new_id();
        // An id of this very moment is random enough where nobody may know it: it is
        // dropped here, and people without a role cannot sign in anyway.
        password::hash(&password::Password::new(id.as_str())).await
    }

    /// The names of those who build and own the one domain, where the document says who.
    pub async fn holders_of_the_domain(&self) -> Result<Vec<String>, RegistryError> {
        let Some(rule) = &self.regime().terms.domain_by else { return Ok(Vec::new()) };
        let world = self.world().await?;
        let holders = world.organisations.values().filter(|one| one.roles.contains(&rule.value));
        // What is operated in a district is operated in the city's domain.
        let city = holders.filter(|one| one.unit.as_ref().is_none_or(|unit| unit.division.ends_with("00")));
        Ok(city.map(|one| one.name.clone()).collect())
    }

    /// The organisation that was first entered in a role.
    pub async fn first_holder_in(&self, turn: &mut Turn, role: Role) -> Result<Option<OrganisationId>, RegistryError> {
        let world = self.world_in(turn).await?;
        Ok(world.organisations.values().find(|one| one.roles.contains(&role)).map(|one| one.id.clone()))
    }

    /// The public, entered where it is not yet.
    pub async fn public_in(&self, turn: &mut Turn, unknowable: &str) -> Result<Actor, RegistryError> {
        let world = self.world_in(turn).await?;
        if let Some(known) = world.people.values().find(|person| person.login == NAME) {
            return Ok(known.actor());
        }
        let organisation = Organisation {
            id: self.ledger().new_id(),
            name: NAME.to_owned(),
            credit_code: CODE.to_owned(),
            roles: Vec::new(),
            entity_kind: None,
            owned_by: Vec::new(),
            unit: None,
            identity: None,
        };
        let person = Person {
            id: self.ledger().new_id(),
            name: NAME.to_owned(),
            login: NAME.to_owned(),
            organisation: organisation.id.clone(),
            roles: Vec::new(),
        };
        store::insert_organisation(turn.change(), &organisation).await?;
        store::insert_person(turn.change(), &person, unknowable).await?;
        turn.touch(Basis::Organisation(organisation.id));
        turn.touch(Basis::Person(person.id.clone()));
        Ok(person.actor())
    }
}
