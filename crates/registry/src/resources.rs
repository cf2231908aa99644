//! Drafting, grading and barring resources. What is drafted anew must be
//! registered anew, and until then every permit on it is dead.

use std::collections::BTreeMap;

use serde_json::json;
use shuyu_ledger::{Event, LedgerError};
use shuyu_model::id::{OrganisationId, ResourceId};
use shuyu_model::{Actor, Column, Digest, Grade, Reason, Reasons, Role, Verdict};

use crate::live::Basis;
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::reasons::cut;
use crate::resource::{Barred, NewResource, Registered, Resource, ResourceState};
use crate::world::World;
use crate::{Registry, RegistryError, Turn, canonical, decide, reasons, store};

type Result<T> = std::result::Result<T, RegistryError>;

impl Registry {
    /// Drafts a resource of the actor's department.
    pub async fn draft_resource(&self, actor: &Actor, new: NewResource) -> Result<Verdict<ResourceId>> {
        RegistryError::of_faults(new.faults())?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        if let Some(known) = world.resources.values().find(|resource| resource.name == new.name) {
            return Err(RegistryError::conflict(format!("the name `{}` is taken by {}", known.name, known.id)));
        }
        if let Some(provider) = &new.shared_from {
            world.organisation(provider)?;
        }
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Source], &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "resource.draft_refused", "", reasons).await;
        }
        let resource = self.drafted(self.ledger().new_id(), actor, new)?;
        store::insert_resource(turn.change(), &resource).await?;
        self.drafted_event(turn, actor, "resource.drafted", None, &resource).await?;
        Ok(Verdict::Allow(resource.id))
    }

    /// Writes a resource anew: it is a draft again. Name, department and provider
    /// stay.
    pub async fn revise_resource(&self, actor: &Actor, id: &ResourceId, new: NewResource) -> Result<Verdict<()>> {
        let mut faults = new.faults();
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let known = world.resource(id)?;
        if new.name != known.name {
            faults.push(format!("`name` stays `{}`; another name is another resource", known.name));
        }
        if new.shared_from != known.shared_from {
            faults.push("`shared_from` stays; data from elsewhere is another resource".to_owned());
        }
        RegistryError::of_faults(faults)?;
        if let Some(reasons) = Reasons::new(self.of_department(&world, actor, known)) {
            return self.refuse(turn, actor, "resource.draft_refused", id.as_str(), reasons).await;
        }
        let mut resource = self.drafted(id.clone(), actor, new)?;
        resource.authors.extend(known.authors.iter().filter(|author| **author != actor.person).cloned());
        store::redraft_resource(turn.change(), &resource).await?;
        if known.consent_digest.is_some() && !is_alike(&known.columns, &resource.columns) {
            // Whoever shared it consented to other columns than these.
            store::set_consent(turn.change(), id, None).await?;
        }
        self.drafted_event(turn, actor, "resource.revised", Some(known.digest), &resource).await?;
        Ok(Verdict::Allow(()))
    }

    /// Grades columns. A registered resource is a draft again: what was
    /// registered said something else.
    pub async fn grade_columns(
        &self,
        actor: &Actor,
        id: &ResourceId,
        grades: &BTreeMap<String, Grade>,
    ) -> Result<Verdict<()>> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let known = world.resource(id)?;
        let unknown: Vec<String> = grades
            .keys()
            .filter(|name| known.column(name).is_none())
            .map(|name| format!("`{}` has no column `{}`", known.name, cut(name)))
            .collect();
        RegistryError::of_faults(unknown)?;
        if let Some(reasons) = Reasons::new(self.of_department(&world, actor, known)) {
            return self.refuse(turn, actor, "resource.grading_refused", id.as_str(), reasons).await;
        }
        let mut resource = Resource::clone(known);
        for column in &mut resource.columns {
            column.grade = grades.get(&column.name).copied().or(column.grade);
        }
        if resource.columns == known.columns {
            return Ok(Verdict::Allow(()));
        }
        if !resource.authors.contains(&actor.person) {
            resource.authors.push(actor.person.clone());
        }
        resource.digest = self.digest_of(&resource)?;
        store::redraft_resource(turn.change(), &resource).await?;
        self.drafted_event(turn, actor, "resource.graded", Some(known.digest), &resource).await?;
        Ok(Verdict::Allow(()))
    }

    /// Puts a resource on the negative list (regulator). It takes effect at once.
    pub async fn put_on_negative_list(
        &self,
        actor: &Actor,
        id: &ResourceId,
        ground: &str,
        clause: &str,
    ) -> Result<Verdict<()>> {
        let mut faults = Vec::new();
        text_fault("ground", ground, NAME_CHARS_MAX, &mut faults);
        text_fault("clause", clause, NAME_CHARS_MAX, &mut faults);
        RegistryError::of_faults(faults)?;
        let barred = Barred { ground: ground.to_owned(), clause: clause.to_owned() };
        self.set_barred(actor, id, Some(barred), "resource.barred").await
    }

    /// Takes a resource off the negative list (regulator).
    pub async fn take_off_negative_list(&self, actor: &Actor, id: &ResourceId) -> Result<Verdict<()>> {
        self.set_barred(actor, id, None, "resource.unbarred").await
    }

    async fn set_barred(
        &self,
        actor: &Actor,
        id: &ResourceId,
        barred: Option<Barred>,
        action: &'static str,
    ) -> Result<Verdict<()>> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        world.resource(id)?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Regulator], &mut found);
        if let Some(rules) = &self.regime().negative_list {
            let what = format!("what stands on the negative list is decided by: {}", rules.decided_by.value.zh());
            let instead = "let the department submit an entry, and record the decision on it";
            found.push(self.regime().reason(reasons::LISTED_BY_ENTRY_ONLY, &rules.decided_by, what, instead));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "resource.barring_refused", id.as_str(), reasons).await;
        }
        store::set_barred(turn.change(), id, barred.as_ref()).await?;
        turn.touch(Basis::Resource(id.clone()));
        let event = Event::done(Some(actor), action, id.as_str()).facts(json!({ "barred": barred }));
        turn.commit(event.under(self.regime())).await?;
        Ok(Verdict::Allow(()))
    }

    /// Records that the body which shared a resource consents to its authorised
    /// operation, by the digest of the document; `None` takes the consent back,
    /// at once. Only that body's own people can.
    pub async fn consent_to_sharing(
        &self,
        actor: &Actor,
        id: &ResourceId,
        document: Option<Digest>,
    ) -> Result<Verdict<()>> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let resource = world.resource(id)?;
        let Some(provider) = &resource.shared_from else {
            return Err(RegistryError::conflict(format!(
                "`{}` is the department's own; nobody shared it",
                resource.name
            )));
        };
        let rule = &self.regime().resource.shared_needs_provider_consent;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Source], &mut found);
        found.extend(self.unless_own(&world, actor, provider, self.regime().cite(rule)));
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "resource.consent_refused", id.as_str(), reasons).await;
        }
        store::set_consent(turn.change(), id, document).await?;
        turn.touch(Basis::Resource(id.clone()));
        let action =
            if document.is_some() { "resource.sharing_consented" } else { "resource.sharing_consent_withdrawn" };
        let event = Event::done(Some(actor), action, id.as_str()).digests(resource.consent_digest, document);
        turn.commit(event.under(self.regime()).citing(self.regime().cite(rule))).await?;
        Ok(Verdict::Allow(()))
    }

    /// REG-010, unless the actor's organisation is `whose`.
    pub(crate) fn unless_own(
        &self,
        world: &World,
        actor: &Actor,
        whose: &OrganisationId,
        clause: String,
    ) -> Option<Reason> {
        (actor.organisation != *whose).then(|| {
            let what = format!(
                "this is for `{}`, not for `{}`",
                world.name_of(whose),
                cut(world.name_of(&actor.organisation))
            );
            Reason::new(reasons::NOT_A_PARTY, what, clause, "ask that organisation")
        })
    }

    fn of_department(&self, world: &World, actor: &Actor, resource: &Resource) -> Vec<Reason> {
        let mut found = Vec::new();
        decide::role(&self.asked(world), actor, &[Role::Source], &mut found);
        found.extend(self.unless_own(world, actor, &resource.source, self.regime().cite_role(Role::Source)));
        found
    }

    fn drafted(&self, id: ResourceId, actor: &Actor, new: NewResource) -> Result<Resource> {
        let mut resource = Resource {
            id,
            name: new.name,
            title: new.title,
            description: new.description,
            source: actor.organisation.clone(),
            shared_from: new.shared_from,
            consent_digest: None,
            update_every_days: new.update_every_days,
            columns: new.columns,
            digest: self.ledger().profile().digest(b""),
            state: ResourceState::Draft,
            authors: vec![actor.person.clone()],
            registered_at: None,
            registered_until: None,
            barred: None,
            origin: None,
        };
        resource.digest = self.digest_of(&resource)?;
        Ok(resource)
    }

    fn digest_of(&self, resource: &Resource) -> Result<Digest> {
        let registered = Registered {
            name: &resource.name,
            title: &resource.title,
            description: &resource.description,
            source: &resource.source,
            shared_from: resource.shared_from.as_ref(),
            update_every_days: resource.update_every_days,
            columns: &resource.columns,
        };
        Ok(canonical::digest(self.ledger().profile(), &registered).map_err(LedgerError::from)?)
    }

    async fn drafted_event(
        &self,
        mut turn: Turn,
        actor: &Actor,
        action: &'static str,
        before: Option<Digest>,
        resource: &Resource,
    ) -> Result<()> {
        turn.touch(Basis::Resource(resource.id.clone()));
        let event = Event::done(Some(actor), action, resource.id.as_str()).digests(before, Some(resource.digest));
        let event = event.facts(json!({ "name": resource.name, "columns": resource.columns.len() }));
        turn.commit(event.under(self.regime())).await?;
        Ok(())
    }
}

/// Whether these are the same columns, whatever their grades.
fn is_alike(before: &[Column], after: &[Column]) -> bool {
    let ungraded = |columns: &[Column]| -> Vec<Column> {
        columns.iter().map(|column| Column { grade: None, ..column.clone() }).collect()
    };
    ungraded(before) == ungraded(after)
}
