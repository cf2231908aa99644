//! Applications: what somebody asks for and with which papers. A new one takes the
//! place of the one before it, until it is decided.
//!
//! Not here: whether papers are missing, which is told at acceptance, all at once
//! (`casework`).

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, ProductId, RegistrationId, ResourceId};
use shuyu_model::registration::{Applicant, Registrable, RegistrationCode, RegistrationKind};
use shuyu_model::{Actor, Day, Digest, Reason, Reasons, Role, Verdict};

use super::{Application, ExchangeEntry, NOTE_CHARS_MAX, NewApplication, Papers, ProductEntry, Registration};
use super::{RegistrationState, rules, store};
use crate::live::Basis;
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::reasons::{cut, names};
use crate::subject::parsed;
use crate::world::World;
use crate::{Listing, Page, Registry, RegistryError, Turn, decide, reasons, units};

type Result<T> = std::result::Result<T, RegistryError>;

/// Who can show that an entry is wrong (利害关系人).
const INTERESTED: [Role; 4] = [Role::Source, Role::Operator, Role::Entity, Role::Agency];

/// A registration that will end, for what falls due under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationTerm {
    /// Which.
    pub registration: Registration,
    /// The first day on which it can be renewed.
    pub opens: Day,
    /// In which role its holder acts.
    pub holder_role: Role,
}

impl Registry {
    /// Applies for a registration, or for what follows one. `product` says what its
    /// station knows of a product. Gives the digest that its case is opened on.
    pub async fn apply(
        &self,
        actor: &Actor,
        new: NewApplication,
        product: Option<ProductEntry>,
    ) -> Result<Verdict<Digest>> {
        let of = Registrable::of(&new.subject).filter(|of| (*of == Registrable::Product) == product.is_some());
        let Some(of) = of else {
            let faults = vec!["`subject` is no resource (`RES-…`) or product (`PRD-…`)".to_owned()];
            return Err(RegistryError::Malformed { faults });
        };
        RegistryError::of_faults(faults_of(&new, of))?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let (holder, holder_role, title) = match &product {
            Some(entry) => (world.scenario(&entry.scenario)?.operator.clone(), Role::Operator, entry.title.as_str()),
            None => {
                let resource = world.resource(&parsed(ResourceId::parse(&new.subject))?)?;
                (resource.source.clone(), Role::Source, resource.title.as_str())
            }
        };
        let before = world.application(&new.subject, new.kind);
        let (role, mut found) = self.applying(&world, actor, new.kind, &holder, holder_role, before);
        self.against_application(&world, &new, title, before, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "registration.application_refused", &new.subject, reasons).await;
        }
        let mut authors = before.map(|before| before.authors.clone()).unwrap_or_default();
        if !authors.contains(&actor.person) {
            authors.push(actor.person.clone());
        }
        let application = Application {
            applied_on: before.map_or(self.now().day(), |before| before.applied_on),
            subject: new.subject,
            kind: new.kind,
            applicant: actor.organisation.clone(),
            applicant_role: role,
            note: new.note,
            materials: new.materials,
            years: new.years,
            product,
            authors,
        };
        store::put_application(turn.change(), &application).await?;
        turn.touch(Basis::Application(application.subject.clone()));
        let (subject, kind) = (application.subject.clone(), application.kind);
        let facts = json!({ "kind": kind, "materials": application.materials, "applied_on": application.applied_on });
        let event = Event::done(Some(actor), "registration.applied", &subject).facts(facts).under(self.regime());
        turn.commit(event).await?;
        let procedure = kind.procedure(of);
        let subject = self.subject(procedure, &subject).await?;
        subject.map(|subject| Verdict::Allow(subject.digest)).ok_or_else(|| crate::subject::unheld(procedure))
    }

    /// REG-010, REG-011: whoever holds it applies; that an entry is wrong, anybody.
    fn applying(
        &self,
        world: &World,
        actor: &Actor,
        kind: RegistrationKind,
        holder: &OrganisationId,
        holder_role: Role,
        before: Option<&Application>,
    ) -> (Role, Vec<Reason>) {
        let mut found = Vec::new();
        let clause = self.regime().cite_role(holder_role);
        if kind == RegistrationKind::Correction && actor.organisation != *holder {
            decide::role(&self.asked(world), actor, &INTERESTED, &mut found);
            let role = INTERESTED.into_iter().find(|role| actor.is(*role)).unwrap_or(holder_role);
            if let Some(before) = before {
                found.extend(self.unless_own(world, actor, &before.applicant, clause));
            }
            return (role, found);
        }
        decide::role(&self.asked(world), actor, &[holder_role], &mut found);
        found.extend(self.unless_own(world, actor, holder, clause));
        (holder_role, found)
    }

    /// REG-001, REG-060 to REG-063.
    fn against_application(
        &self,
        world: &World,
        new: &NewApplication,
        title: &str,
        before: Option<&Application>,
        found: &mut Vec<Reason>,
    ) {
        let (asked, regime) = (self.asked(world), self.regime());
        rules::of_kind(&asked, new.kind, &new.subject, title, found);
        if let (RegistrationKind::First, Ok(resource)) = (new.kind, ResourceId::parse(&new.subject)) {
            units::without_origin(&asked, &resource, found);
        }
        // Whoever applied in time may mend the application afterwards.
        if let (RegistrationKind::Renewal, Some(known), None) =
            (new.kind, world.standing_registration(&new.subject), before)
        {
            rules::in_window(&asked, known, found);
        }
        let max = &regime.registration.renewal_years_max;
        if let Some(years) = new.years.filter(|years| *years == 0 || *years > max.value) {
            let what = format!("a renewal is for 1 to {} years, not for {years}", max.value);
            found.push(regime.reason(reasons::RENEWAL_TOO_LONG, max, what, format!("ask for {} at most", max.value)));
        }
    }

    /// The application that waits for a decision.
    pub async fn application(&self, subject: &str, kind: RegistrationKind) -> Result<Option<Application>> {
        Ok(self.world().await?.application(subject, kind).cloned())
    }

    /// The papers of an application beside what it needs.
    pub async fn application_papers(&self, subject: &str, kind: RegistrationKind) -> Result<Papers> {
        rules::papers(&*self.world().await?, subject, kind)
    }

    /// The same inside a change.
    pub async fn application_papers_in(
        &self,
        turn: &mut Turn,
        subject: &str,
        kind: RegistrationKind,
    ) -> Result<Papers> {
        rules::papers(&*self.world_in(turn).await?, subject, kind)
    }

    /// The result of this code.
    pub async fn registration_by_code(&self, code: &RegistrationCode) -> Result<Option<Registration>> {
        let world = self.world().await?;
        Ok(world.registrations.values().find(|known| known.code == *code).map(|known| Registration::clone(known)))
    }

    /// The same inside a change.
    pub async fn registration_by_code_in(
        &self,
        turn: &mut Turn,
        code: &RegistrationCode,
    ) -> Result<Option<Registration>> {
        let world = self.world_in(turn).await?;
        Ok(world.registrations.values().find(|known| known.code == *code).map(|known| Registration::clone(known)))
    }

    /// Results, oldest first.
    pub async fn registrations(&self, page: &Page) -> Result<Listing<Registration>> {
        let world = self.world().await?;
        Ok(Listing::cut(world.registrations.values(), page, |r| r.id.as_str(), |r| Registration::clone(r)))
    }

    /// What the public is told of an application: who applies, and what the thing holds.
    pub async fn told_on_notice(&self, applicant: &OrganisationId, subject: &str) -> Result<(String, String)> {
        let world = self.world().await?;
        let resource = ResourceId::parse(subject).ok().and_then(|id| world.resources.get(&id));
        let summary = resource.map(|resource| resource.description.clone()).unwrap_or_default();
        Ok((world.name_of(applicant).to_owned(), summary))
    }

    /// The registration of a resource or product that holds today.
    pub async fn registration_of(&self, subject: &str) -> Result<Option<Registration>> {
        let today = self.now().day();
        Ok(self.world().await?.registration_on(subject, today).cloned())
    }

    /// Every registration of a resource or product, oldest first.
    pub async fn registrations_of(&self, subject: &str) -> Result<Vec<Registration>> {
        Ok(self.world().await?.registrations_of(subject).cloned().collect())
    }

    /// The last registration that nobody ended, inside a change.
    pub async fn standing_registration_in(&self, turn: &mut Turn, subject: &str) -> Result<Option<Registration>> {
        Ok(self.world_in(turn).await?.standing_registration(subject).cloned())
    }

    /// Whether a product can be offered: registered today, or the rules do not ask.
    pub async fn is_product_offered(&self, product: &ProductId) -> Result<bool> {
        let world = self.world().await?;
        let mut found = Vec::new();
        rules::of_product(&self.asked(&world), product, &mut found);
        Ok(found.is_empty())
    }

    /// The registrations that nobody ended, oldest first: the last one of each thing.
    pub async fn registration_terms(&self) -> Result<Vec<RegistrationTerm>> {
        let world = self.world().await?;
        let asked = self.asked(&world);
        let is_last =
            |known: &&Registration| world.standing_registration(&known.subject).is_some_and(|last| last.id == known.id);
        let term = |known: &Registration| RegistrationTerm {
            opens: rules::window_opens(&asked, known),
            holder_role: if known.of == Registrable::Resource { Role::Source } else { Role::Operator },
            registration: known.clone(),
        };
        Ok(world.registrations.values().map(AsRef::as_ref).filter(is_last).map(term).collect())
    }

    /// Registrations whose last day has passed and that nobody ended.
    pub async fn registrations_run_out(&self, today: Day) -> Result<Vec<Registration>> {
        let world = self.world().await?;
        let has_run_out = |known: &&Registration| known.state == RegistrationState::Valid && known.valid_until < today;
        Ok(world.registrations.values().map(AsRef::as_ref).filter(has_run_out).cloned().collect())
    }

    /// Writes down where else a registered product is registered or listed, under which
    /// number (its operator).
    pub async fn record_exchange(
        &self,
        actor: &Actor,
        product: &ProductId,
        entry: ExchangeEntry,
        evidence: Digest,
    ) -> Result<Verdict<()>> {
        let mut faults = Vec::new();
        text_fault("exchange", &entry.exchange, NAME_CHARS_MAX, &mut faults);
        text_fault("number", &entry.number, NAME_CHARS_MAX, &mut faults);
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let today = self.now().day();
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Operator], &mut found);
        let registered: Option<RegistrationId> = match world.registration_on(product.as_str(), today) {
            Some(known) => {
                let clause = self.regime().cite_role(Role::Operator);
                found.extend(self.unless_own(&world, actor, &known.holder, clause));
                Some(known.id.clone())
            }
            None => {
                rules::of_product(&self.asked(&world), product, &mut found);
                None
            }
        };
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "registration.exchange_refused", product.as_str(), reasons).await;
        }
        let Some(id) = registered else { return Err(RegistryError::unknown("registration of", product.as_str())) };
        store::set_exchange(turn.change(), &id, &entry).await?;
        turn.touch(Basis::Product(product.clone()));
        let facts = json!({ "registration": id, "entry": entry, "evidence": evidence });
        let rule = self.regime().registration.exchange.as_ref();
        let clause = rule.map_or_else(|| self.regime().cite_clause("setting"), |rule| self.regime().cite(rule));
        let event = Event::done(Some(actor), "registration.exchanged", product.as_str()).facts(facts).citing(clause);
        turn.commit(event.under(self.regime())).await?;
        Ok(Verdict::Allow(()))
    }
}

/// What changes with an application or a result.
pub(crate) fn basis(subject: &str) -> Result<Basis> {
    match ResourceId::parse(subject) {
        Ok(resource) => Ok(Basis::Resource(resource)),
        Err(_) => Ok(Basis::Product(parsed(ProductId::parse(subject))?)),
    }
}

fn faults_of(new: &NewApplication, of: Registrable) -> Vec<String> {
    let mut faults = Vec::new();
    if new.note.chars().count() > NOTE_CHARS_MAX {
        faults.push(format!("`note` has more than {NOTE_CHARS_MAX} characters"));
    }
    // Whoever is not the holder needs one paper more; it harms nobody to bring it.
    let known = Papers::of(None, new.kind, of, Applicant::Other).needed;
    let unknown: Vec<String> = new
        .materials
        .keys()
        .filter(|key| known.iter().all(|material| material.key != key.as_str()))
        .map(|key| cut(key))
        .collect();
    if !unknown.is_empty() {
        let keys: Vec<&str> = known.iter().map(|material| material.key).collect();
        faults.push(format!("`materials` knows no {}; it has: {}", names(&unknown), names(&keys)));
    }
    if new.years.is_some() && new.kind != RegistrationKind::Renewal {
        faults.push("`years` is for a renewal only".to_owned());
    }
    faults
}
