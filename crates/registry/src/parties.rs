//! Entering organisations and people, and saying who may be what.
//!
//! INVARIANT (three admins): the system administrator makes people without
//! roles, the security administrator grants roles (never the own), the audit
//! administrator reads; none of them holds another role (三员分立).

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, PersonId};
use shuyu_model::{Actor, Reason, Reasons, Regime, Role, Verdict};

use crate::live::Basis;
use crate::party::{NewOrganisation, NewPerson, OWNERS_MAX, Organisation, Person, person_faults};
use crate::password::{self, Password};
use crate::world::World;
use crate::{Registry, RegistryError, Turn, agreements, decide, processing, reasons, store, units, whole};

type Result<T> = std::result::Result<T, RegistryError>;

/// The first three people, on an empty database.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    /// For whom they act.
    pub organisation: NewOrganisation,
    /// Name, login and password of the system, security and audit administrator.
    pub admins: [(String, String, Password); 3],
}

impl Registry {
    /// Makes the three administrators, once. Gives them in the order system,
    /// security, audit.
    pub async fn bootstrap(&self, new: Bootstrap) -> Result<Vec<Person>> {
        let mut organisation = new.organisation;
        const ADMINS: [Role; 3] = [Role::SystemAdmin, Role::SecurityAdmin, Role::AuditAdmin];
        organisation
            .roles
            .extend(ADMINS.iter().filter(|role| !organisation.roles.contains(role)).copied().collect::<Vec<_>>());
        let mut faults = organisation.faults();
        let is_operator = organisation.roles.contains(&Role::Operator);
        faults.extend(unchosen(self.regime()).filter(|_| is_operator).map(|reason| reason.what));
        for (name, login, password) in &new.admins {
            faults.extend(person_faults(name, login, password));
        }
        RegistryError::of_faults(faults)?;
        let mut hashes = Vec::new();
        for (_, _, password) in &new.admins {
            hashes.push(password::hash(password).await?);
        }
        let mut turn = self.turn().await?;
        if !self.world_in(&mut turn).await?.organisations.is_empty() {
            return Err(RegistryError::conflict(
                "there are organisations already; the administrators were made before",
            ));
        }
        let organisation = self.made(organisation);
        store::insert_organisation(turn.change(), &organisation).await?;
        turn.touch(Basis::Organisation(organisation.id.clone()));
        let mut people = Vec::new();
        for (((name, login, _), hash), role) in new.admins.into_iter().zip(hashes).zip(ADMINS) {
            let id: PersonId = self.ledger().new_id();
            let person = Person { id, name, login, organisation: organisation.id.clone(), roles: vec![role] };
            store::insert_person(turn.change(), &person, &hash).await?;
            turn.touch(Basis::Person(person.id.clone()));
            people.push(person);
        }
        let ids: Vec<&PersonId> = people.iter().map(|person| &person.id).collect();
        let event =
            Event::done(None, "platform.founded", organisation.id.as_str()).facts(json!({ "administrators": ids }));
        turn.commit(event.under(self.regime())).await?;
        Ok(people)
    }

    fn made(&self, new: NewOrganisation) -> Organisation {
        let NewOrganisation { name, credit_code, identity_number, mut roles, entity_kind, mut owned_by } = new;
        roles.sort();
        roles.dedup();
        owned_by.sort();
        owned_by.dedup();
        let id: OrganisationId = self.ledger().new_id();
        let identity = identity_number.map(|number| number.mask());
        // Nobody else has this id, so that it stands for the code that a natural person lacks.
        let credit_code = if identity.is_some() { format!("NP-{id}") } else { credit_code };
        Organisation { id, name, credit_code, roles, entity_kind, owned_by, unit: None, identity }
    }

    /// Enters an organisation (system administrator).
    pub async fn add_organisation(&self, actor: &Actor, new: NewOrganisation) -> Result<Verdict<OrganisationId>> {
        RegistryError::of_faults(new.faults())?;
        let hash = match &new.identity_number {
            Some(number) => Some(password::hash(&number.secret()).await?),
            None => None,
        };
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        if let Some(known) =
            world.organisations.values().find(|o| o.name == new.name || o.credit_code == new.credit_code)
        {
            return Err(RegistryError::conflict(format!("`{}` has that name or credit code", known.id)));
        }
        known_owners(&world, &new.owned_by)?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::SystemAdmin], &mut found);
        found.extend(apart(self.regime(), &new.roles));
        found.extend(second_holder(self.regime(), &world, &new.roles));
        found.extend(roles_apart(self.regime(), &new.roles));
        found.extend(new.roles.iter().find_map(|role| processing::role_here(self.regime(), *role)));
        if new.roles.contains(&Role::Operator) {
            found.extend(agreements::operator_form(self.regime(), new.entity_kind, &new.name));
            found.extend(unchosen(self.regime()));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "organisation.refused", "", reasons).await;
        }
        whole::before_another(&mut turn, &self.asked(&world), actor, &new.roles).await?;
        let organisation = self.made(new);
        store::insert_organisation(turn.change(), &organisation).await?;
        if let (Some(mask), Some(hash)) = (&organisation.identity, &hash) {
            units::store::insert_natural_person(turn.change(), &organisation.id, mask, hash).await?;
        }
        turn.touch(Basis::Organisation(organisation.id.clone()));
        let facts = json!({ "roles": organisation.roles, "owned_by": organisation.owned_by });
        let event = Event::done(Some(actor), "organisation.added", organisation.id.as_str()).facts(facts);
        turn.commit(event.under(self.regime())).await?;
        Ok(Verdict::Allow(organisation.id))
    }

    /// Says anew who owns an organisation (system administrator). Permits that
    /// rest on who is affiliated with whom die and are decided again.
    pub async fn set_owners(
        &self,
        actor: &Actor,
        id: &OrganisationId,
        owned_by: Vec<OrganisationId>,
    ) -> Result<Verdict<()>> {
        if owned_by.len() > OWNERS_MAX {
            return Err(RegistryError::Malformed {
                faults: vec![format!("`owned_by` has more than {OWNERS_MAX} owners")],
            });
        }
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        world.organisation(id)?;
        known_owners(&world, &owned_by)?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::SystemAdmin], &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "organisation.owners_refused", id.as_str(), reasons).await;
        }
        store::set_owners(turn.change(), id, &owned_by).await?;
        turn.touch(Basis::Organisation(id.clone()));
        let facts = json!({ "owned_by": owned_by });
        let event = Event::done(Some(actor), "organisation.owners_changed", id.as_str()).facts(facts);
        turn.commit(event.under(self.regime())).await?;
        Ok(Verdict::Allow(()))
    }

    /// Enters a person, without roles (system administrator).
    pub async fn add_person(&self, actor: &Actor, new: NewPerson) -> Result<Verdict<PersonId>> {
        RegistryError::of_faults(person_faults(&new.name, &new.login, &new.password))?;
        let hash = password::hash(&new.password).await?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        world.organisation(&new.organisation)?;
        if world.people.values().any(|person| person.login == new.login) {
            return Err(RegistryError::conflict(format!("somebody signs in as `{}` already", new.login)));
        }
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::SystemAdmin], &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "person.refused", "", reasons).await;
        }
        let id: PersonId = self.ledger().new_id();
        let NewPerson { name, login, organisation, .. } = new;
        let person = Person { id: id.clone(), name, login, organisation, roles: Vec::new() };
        store::insert_person(turn.change(), &person, &hash).await?;
        turn.touch(Basis::Person(id.clone()));
        let facts = json!({ "organisation": person.organisation });
        turn.commit(Event::done(Some(actor), "person.added", id.as_str()).facts(facts).under(self.regime())).await?;
        Ok(Verdict::Allow(id))
    }

    /// Grants a role (security administrator).
    pub async fn grant_role(&self, actor: &Actor, person: &PersonId, role: Role) -> Result<Verdict<()>> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let known = world.person(person)?;
        let organisation = world.organisation(&known.organisation)?;
        let mut found = Vec::new();
        self.may_set_roles(&world, actor, person, &mut found);
        if !organisation.roles.contains(&role) {
            found.push(Reason::new(
                reasons::ROLE_OF_ORGANISATION,
                format!("`{}` takes part, but not as {}", organisation.name, role.word()),
                self.regime().cite_role(role),
                "grant it to somebody of an organisation that holds the role",
            ));
        }
        found.extend(processing::role_here(self.regime(), role));
        crate::dossier::staff::against_grant(&self.asked(&world), &known.organisation, person, role, &mut found);
        let others =
            known.roles.iter().any(|held| *held != role && (held.is_platform_admin() || role.is_platform_admin()));
        let rule = &self.regime().roles.admins_are_apart;
        if rule.value && others {
            let what = "a platform administrator holds no other role, and nobody else holds theirs";
            let instead = "grant it to another person, or withdraw the other role first";
            found.push(self.regime().reason(reasons::ADMIN_AND_OTHER, rule, what, instead));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "role.refused", person.as_str(), reasons).await;
        }
        if known.roles.contains(&role) {
            return Ok(Verdict::Allow(()));
        }
        let mut changed = Person::clone(known);
        changed.roles.push(role);
        changed.roles.sort();
        self.write_roles(turn, actor, "role.granted", &changed, role).await
    }

    /// Withdraws a role (security administrator). What the person was doing in
    /// it stops.
    pub async fn withdraw_role(&self, actor: &Actor, person: &PersonId, role: Role) -> Result<Verdict<()>> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let known = world.person(person)?;
        let mut found = Vec::new();
        self.may_set_roles(&world, actor, person, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "role.refused", person.as_str(), reasons).await;
        }
        if !known.roles.contains(&role) {
            return Ok(Verdict::Allow(()));
        }
        let mut changed = Person::clone(known);
        changed.roles.retain(|held| *held != role);
        self.write_roles(turn, actor, "role.withdrawn", &changed, role).await
    }

    fn may_set_roles(&self, world: &World, actor: &Actor, person: &PersonId, found: &mut Vec<Reason>) {
        decide::role(&self.asked(world), actor, &[Role::SecurityAdmin], found);
        if actor.person == *person {
            let rule = &self.regime().roles.admins_are_apart;
            let what = "nobody grants or withdraws a role of their own";
            found.push(self.regime().reason(reasons::OWN_ROLE, rule, what, "ask another security administrator"));
        }
    }

    async fn write_roles(
        &self,
        mut turn: Turn,
        actor: &Actor,
        action: &'static str,
        person: &Person,
        role: Role,
    ) -> Result<Verdict<()>> {
        store::set_roles(turn.change(), person).await?;
        turn.touch(Basis::Person(person.id.clone()));
        let facts = json!({ "role": role, "roles": person.roles });
        turn.commit(Event::done(Some(actor), action, person.id.as_str()).facts(facts).under(self.regime())).await?;
        Ok(Verdict::Allow(()))
    }

    /// The person with this login.
    pub async fn find_person_by_login(&self, login: &str) -> Result<Option<std::sync::Arc<Person>>> {
        Ok(self.world().await?.people.values().find(|person| person.login == login).cloned())
    }

    /// Who signs in with this login and password; `None` when nobody does, for
    /// whatever cause, after the same time.
    pub async fn sign_in(&self, login: &str, password: &Password) -> Result<Option<Actor>> {
        let (id, hash) = store::credentials(self.ledger(), login).await?.unzip();
        if !password::is_password_of(password, hash).await? {
            return Ok(None);
        }
        let actor = match id {
            Some(id) => self.actor(&id).await?,
            None => None,
        };
        Ok(actor.filter(|actor| !actor.roles.is_empty()))
    }

    /// Changes the own password; `false` when `old` is not it.
    pub async fn change_password(&self, actor: &Actor, old: &Password, new: &Password) -> Result<bool> {
        RegistryError::of_faults(new.fault().into_iter().collect())?;
        let login = self.world().await?.person(&actor.person)?.login.clone();
        let (_, hash) = store::credentials(self.ledger(), &login).await?.unzip();
        if !password::is_password_of(old, hash).await? {
            return Ok(false);
        }
        let hash = password::hash(new).await?;
        let mut turn = self.turn().await?;
        store::set_password(turn.change(), &actor.person, &hash).await?;
        turn.touch(Basis::Person(actor.person.clone()));
        turn.commit(Event::done(Some(actor), "person.password_changed", actor.person.as_str())).await?;
        Ok(true)
    }
}

fn known_owners(world: &World, owners: &[OrganisationId]) -> Result<()> {
    owners.iter().try_for_each(|owner| world.organisation(owner).map(|_| ()))
}

/// REG-025.
fn apart(regime: &Regime, roles: &[Role]) -> Option<Reason> {
    let rule = &regime.roles.agency_apart_from_regulator;
    let is_both = roles.contains(&Role::Agency) && roles.contains(&Role::Regulator);
    (rule.value && is_both).then(|| {
        let what = format!("{} and {} are two bodies", regime.word(Role::Agency), regime.word(Role::Regulator));
        regime.reason(reasons::AGENCY_IS_REGULATOR, rule, what, "enter them as two organisations")
    })
}

/// REG-133: nobody is there yet whom a selection could have chosen.
fn unchosen(regime: &Regime) -> Option<Reason> {
    let rule = regime.roles.operator_by_selection.as_ref().filter(|rule| rule.value)?;
    let what = format!(
        "{} is whom a completed selection has chosen, and this one is only entered",
        regime.word(Role::Operator)
    );
    let instead = "enter it as what it is beside (`entity`); the choice of a selection makes it operator";
    Some(regime.reason(reasons::NOT_CHOSEN, rule, what, instead))
}

/// REG-120.
fn roles_apart(regime: &Regime, roles: &[Role]) -> Option<Reason> {
    let rule = regime.roles.apart.as_ref()?;
    // That agency and regulator are two bodies is told by a rule of its own.
    let is_told = |role: &Role| *role == Role::Agency && apart(regime, roles).is_some();
    let held = rule.value.iter().filter(|role| roles.contains(role) && !is_told(role));
    let both: Vec<&str> = held.map(|role| regime.word(*role)).collect();
    (both.len() > 1).then(|| {
        let what = format!("one organisation would be {} at once", both.join(", "));
        regime.reason(reasons::ROLES_APART, rule, what, "enter them as organisations of their own")
    })
}

/// REG-049.
fn second_holder(regime: &Regime, world: &World, roles: &[Role]) -> Option<Reason> {
    let rule = regime.roles.single_holders.as_ref()?;
    let first = |role: &&Role| world.organisations.values().find(|one| one.roles.contains(role));
    let taken: Vec<String> = rule
        .value
        .iter()
        .filter(|role| roles.contains(role))
        .filter_map(|role| Some(format!("{} is `{}`", regime.word(*role), first(&role)?.name)))
        .collect();
    (!taken.is_empty()).then(|| {
        let what = format!("the document names one organisation, which is there: {}", taken.join(", "));
        regime.reason(
            reasons::SECOND_HOLDER,
            rule,
            what,
            "let that organisation act, or enter this one in another role",
        )
    })
}
