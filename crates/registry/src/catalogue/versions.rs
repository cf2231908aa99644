//! Compiling, answering, deciding on and publishing a version.

use std::collections::BTreeSet;

use serde_json::json;
use shuyu_ledger::{Event, LedgerError};
use shuyu_model::id::{CatalogueId, OrganisationId};
use shuyu_model::regime::words::body_of;
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Verdict};

use super::{
    Catalogue, CatalogueAnswer, CatalogueDue, CatalogueEntry, CatalogueKind, CatalogueState, NewCatalogue, Result,
    store,
};
use crate::live::Basis;
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::store::Book;
use crate::world::World;
use crate::{Registry, RegistryError, Turn, canonical, decide, reasons};

/// How many versions a list shows, the newest first.
const VERSIONS_SHOWN_MAX: usize = 200;

/// How many demands a version names.
const DEMANDS_MAX: usize = 200;

impl Registry {
    /// Compiles the next version; one that was compiled before and not published is dropped.
    pub async fn compile_catalogue(&self, actor: &Actor, new: NewCatalogue) -> Result<Verdict<CatalogueId>> {
        let rules = self.catalogue_rules()?;
        self.has_catalogue(new.kind)?;
        if new.demands.len() > DEMANDS_MAX {
            let faults = vec![format!("`demands` names more than {DEMANDS_MAX}")];
            return Err(RegistryError::Malformed { faults });
        }
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let roles = match new.kind {
            CatalogueKind::Operating => rules.compiled_by.value.clone(),
            CatalogueKind::Department => vec![Role::Source],
        };
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &roles, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "catalogue.refused", "", reasons).await;
        }
        let (entries, left_out) = self.drawn(&world, new.kind, Some(&actor.organisation));
        let owner = (new.kind == CatalogueKind::Department).then_some(&actor.organisation);
        let before = store::versions(&mut Book::Change(turn.change()), new.kind, owner).await?;
        let published = before.iter().find(|version| version.state == CatalogueState::Published);
        let asks = rules.departments_agree.as_ref().is_some_and(|rule| rule.value);
        let of_others = |source: &OrganisationId| new.kind == CatalogueKind::Operating && *source != actor.organisation;
        let asked = match asks {
            true => touched(published, &entries).into_iter().filter(of_others).collect(),
            false => Vec::new(),
        };
        let number = before.iter().map(|version| version.number).max().unwrap_or_default().saturating_add(1);
        let catalogue = Catalogue {
            id: self.ledger().new_id(),
            kind: new.kind,
            organisation: actor.organisation.clone(),
            number,
            state: CatalogueState::Compiled,
            digest: canonical::digest(self.ledger().profile(), &entries).map_err(LedgerError::from)?,
            entries,
            left_out,
            asked,
            demands: new.demands,
            compiled_by: actor.person.clone(),
            compiled_at: self.now(),
            decision: None,
            decided_at: None,
            published_at: None,
            answers: Vec::new(),
        };
        store::drop_compiled(turn.change(), new.kind, owner).await?;
        store::insert(turn.change(), &catalogue).await?;
        let facts = json!({
            "kind": catalogue.kind, "number": number, "entries": catalogue.entries.len(),
            "left_out": catalogue.left_out.len(), "asked": catalogue.asked.len(), "demands": catalogue.demands,
        });
        let event = Event::done(Some(actor), "catalogue.compiled", catalogue.id.as_str()).facts(facts);
        let event = event.under(self.regime()).citing(self.regime().cite(&rules.compiled_by));
        turn.commit(event.digests(None, Some(catalogue.digest))).await?;
        Ok(Verdict::Allow(catalogue.id))
    }

    /// What a department says to a version that touches its entries.
    pub async fn answer_catalogue(
        &self,
        actor: &Actor,
        id: &CatalogueId,
        is_agreed: bool,
        opinion: &str,
    ) -> Result<Verdict<()>> {
        let rules = self.catalogue_rules()?;
        let mut faults = Vec::new();
        text_fault("opinion", opinion, NAME_CHARS_MAX, &mut faults);
        RegistryError::of_faults(faults)?;
        let (mut turn, world, catalogue) = self.compiled(id).await?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Source], &mut found);
        if !catalogue.asked.contains(&actor.organisation) {
            let what = "this version touches no entry of your department, or the rules ask no department";
            let clause = rules.departments_agree.as_ref().map(|rule| self.regime().cite(rule));
            let clause = clause.unwrap_or_else(|| self.regime().cite(&rules.compiled_by));
            found.push(Reason::new(reasons::NOT_A_PARTY, what, clause, "leave it to the departments that it names"));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "catalogue.refused", id.as_str(), reasons).await;
        }
        let answer = CatalogueAnswer {
            organisation: actor.organisation.clone(),
            is_agreed,
            opinion: opinion.to_owned(),
            answered_at: self.now(),
        };
        store::insert_answer(turn.change(), &catalogue, &answer, &actor.person).await?;
        let event = Event::done(Some(actor), "catalogue.answered", id.as_str()).under(self.regime());
        turn.commit(event.facts(json!({ "is_agreed": is_agreed }))).await?;
        Ok(Verdict::Allow(()))
    }

    /// Records the decision on a version, by its minutes: whoever decides, or publishes.
    pub async fn decide_catalogue(&self, actor: &Actor, id: &CatalogueId, minutes: Digest) -> Result<Verdict<()>> {
        let rules = self.catalogue_rules()?;
        let Some(rule) = &rules.decided_by else {
            let faults = vec!["under these rules nobody decides on a catalogue before it is published".to_owned()];
            return Err(RegistryError::Malformed { faults });
        };
        let (mut turn, world, catalogue) = self.compiled(id).await?;
        // A body without an account is recorded by whoever publishes.
        let of_body = Role::ALL.iter().copied().find(|role| body_of(*role) == Some(rule.value));
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[of_body.unwrap_or(rules.published_by.value)], &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "catalogue.refused", id.as_str(), reasons).await;
        }
        store::set_decided(turn.change(), &catalogue.id, minutes, &actor.person).await?;
        let event = Event::done(Some(actor), "catalogue.decided", id.as_str()).under(self.regime());
        let event = event.citing(self.regime().cite(rule)).digests(Some(catalogue.digest), Some(minutes));
        turn.commit(event).await?;
        Ok(Verdict::Allow(()))
    }

    /// Publishes a version; the one before it is superseded, and stays readable.
    pub async fn publish_catalogue(&self, actor: &Actor, id: &CatalogueId) -> Result<Verdict<()>> {
        let rules = self.catalogue_rules()?;
        let (mut turn, world, catalogue) = self.compiled(id).await?;
        let mut found = Vec::new();
        let role = match catalogue.kind {
            CatalogueKind::Operating => rules.published_by.value,
            CatalogueKind::Department => Role::Source,
        };
        decide::role(&self.asked(&world), actor, &[role], &mut found);
        if catalogue.kind == CatalogueKind::Department {
            let clause = self.regime().cite_role(Role::Source);
            found.extend(self.unless_own(&world, actor, &catalogue.organisation, clause));
        }
        self.against_publishing(&world, &catalogue, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "catalogue.refused", id.as_str(), reasons).await;
        }
        let owner = (catalogue.kind == CatalogueKind::Department).then_some(&catalogue.organisation);
        store::supersede(turn.change(), catalogue.kind, owner).await?;
        store::set_published(turn.change(), &catalogue.id, &actor.person).await?;
        turn.touch(Basis::Catalogues);
        if catalogue.kind == CatalogueKind::Department {
            for resource in world.resources.values().filter(|one| one.source == catalogue.organisation) {
                turn.touch(Basis::Resource(resource.id.clone()));
            }
        }
        let facts = json!({ "kind": catalogue.kind, "number": catalogue.number, "entries": catalogue.entries.len() });
        let event = Event::done(Some(actor), "catalogue.published", id.as_str()).facts(facts).under(self.regime());
        let event = event.citing(self.regime().cite(&rules.published_by));
        turn.commit(event.digests(catalogue.decision, Some(catalogue.digest))).await?;
        Ok(Verdict::Allow(()))
    }

    /// REG-108 to REG-110. Upholds INVARIANT (nobody decides alone) and (still so).
    fn against_publishing(&self, world: &World, catalogue: &Catalogue, found: &mut Vec<Reason>) {
        let regime = self.regime();
        let Some(rules) = &regime.catalogue else { return };
        let agreed = |of: &&OrganisationId| {
            let last = catalogue.answers.iter().rev().find(|answer| answer.organisation == **of);
            last.is_some_and(|answer| answer.is_agreed)
        };
        let open: Vec<&str> = catalogue.asked.iter().filter(|of| !agreed(of)).map(|of| world.name_of(of)).collect();
        if let (Some(rule), false) = (&rules.departments_agree, open.is_empty()) {
            let what = format!("these departments have not agreed, or object: {}", reasons::names(&open));
            let instead = "wait for their answers, or compile it anew without what they object to";
            found.push(regime.reason(reasons::DEPARTMENTS_NOT_AGREED, rule, what, instead));
        }
        let is_operating = catalogue.kind == CatalogueKind::Operating;
        if let (Some(rule), None, true) = (&rules.decided_by, catalogue.decision, is_operating) {
            let what = format!("no decision of {} on this version is on record", rule.value.zh());
            found.push(regime.reason(reasons::CATALOGUE_UNDECIDED, rule, what, "record its minutes by their digest"));
        }
        let (entries, _) = self.drawn(world, catalogue.kind, Some(&catalogue.organisation));
        if entries != catalogue.entries {
            let what = "what stands in this version is no longer what is registered";
            found.push(regime.reason(reasons::CATALOGUE_STALE, &rules.compiled_by, what, "compile the version anew"));
        }
    }

    /// A version that is still being worked on, in a turn.
    async fn compiled(&self, id: &CatalogueId) -> Result<(Turn, std::sync::Arc<World>, Catalogue)> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let catalogue = store::one(&mut Book::Change(turn.change()), id).await?;
        let catalogue = catalogue.ok_or_else(|| RegistryError::unknown("catalogue", id.as_str()))?;
        if catalogue.state != CatalogueState::Compiled {
            return Err(RegistryError::conflict(format!(
                "{id} is {}; compile another version",
                catalogue.state.word()
            )));
        }
        Ok((turn, world, catalogue))
    }

    /// A version.
    pub async fn catalogue(&self, id: &CatalogueId) -> Result<Option<Catalogue>> {
        store::one(&mut Book::Ledger(self.ledger()), id).await
    }

    /// Versions of all catalogues, the newest first; those that are or were published only,
    /// where `is_public`.
    pub async fn catalogues(&self, is_public: bool) -> Result<Vec<Catalogue>> {
        let mut all = store::all(&mut Book::Ledger(self.ledger()), VERSIONS_SHOWN_MAX).await?;
        if is_public {
            all.retain(|version| version.published_at.is_some());
            // What was weighed before it was published is not the public's.
            for version in &mut all {
                version.left_out.clear();
                version.asked.clear();
                version.answers.clear();
            }
        }
        Ok(all)
    }

    /// The next version of the operating catalogue, where something is registered, changed
    /// or gone that the published one does not say.
    pub async fn catalogue_due(&self) -> Result<Option<CatalogueDue>> {
        let Some(rules) = &self.regime().catalogue else { return Ok(None) };
        let world = self.world().await?;
        let versions = store::versions(&mut Book::Ledger(self.ledger()), CatalogueKind::Operating, None).await?;
        let published = versions.iter().find(|version| version.state == CatalogueState::Published);
        let (entries, _) = self.drawn(&world, CatalogueKind::Operating, None);
        let known = published.map(|version| version.entries.as_slice()).unwrap_or_default();
        if entries == known {
            return Ok(None);
        }
        let ids: BTreeSet<_> = entries.iter().filter(|one| !known.contains(one)).map(|one| &one.resource).collect();
        let changed = ids.into_iter().filter_map(|id| world.resources.get(id)?.registered_at).min();
        // What has gone, or was told anew, has no moment of its own: it is owed from today.
        let now = self.now();
        let since = match (changed, published.and_then(|version| version.published_at)) {
            (Some(changed), Some(published)) if changed < published => now,
            (Some(changed), _) => changed,
            (None, _) => now,
        };
        Ok(Some(CatalogueDue {
            by: rules.published_by.value,
            since,
            working_days_max: rules.working_days_max.value,
            clause: self.regime().cite(&rules.working_days_max),
        }))
    }
}

/// The departments whose entries a version adds, changes or drops.
fn touched(published: Option<&Catalogue>, entries: &[CatalogueEntry]) -> BTreeSet<OrganisationId> {
    let known = published.map(|version| version.entries.as_slice()).unwrap_or_default();
    let added = entries.iter().filter(|entry| !known.contains(entry));
    let dropped = known.iter().filter(|entry| !entries.contains(entry));
    added.chain(dropped).map(|entry| entry.source.clone()).collect()
}
