//! What speaks for and against a registration, as pure functions over what is known.

use std::collections::BTreeMap;

use serde::Serialize;
use shuyu_model::id::{OrganisationId, ProductId, RegistrationId, ResourceId};
use shuyu_model::registration::{Applicant, Registrable, RegistrationKind};
use shuyu_model::{CryptoProfile, Day, Digest, Reason, Role, Time};

use super::{Application, Papers, Registration, RegistrationState};
use crate::decide::{self, Asked};
use crate::subject::{Subject, parsed};
use crate::world::World;
use crate::{RegistryError, ResourceState, canonical, reasons};

impl World {
    /// The registrations of a resource or product, oldest first.
    pub(crate) fn registrations_of(&self, subject: &str) -> impl Iterator<Item = &Registration> {
        let ids = self.registered.get(subject).into_iter().flatten();
        ids.filter_map(|id| self.registrations.get(id)).map(AsRef::as_ref)
    }

    /// The one that holds on a day.
    pub(crate) fn registration_on(&self, subject: &str, day: Day) -> Option<&Registration> {
        self.registrations_of(subject).find(|registration| registration.holds_on(day))
    }

    /// The last one that nobody ended: it holds, has just run out, or is a renewal
    /// that begins later.
    pub(crate) fn standing_registration(&self, subject: &str) -> Option<&Registration> {
        let standing = self.registrations_of(subject).filter(|known| known.state == RegistrationState::Valid);
        standing.max_by_key(|known| known.valid_until)
    }

    pub(crate) fn application(&self, subject: &str, kind: RegistrationKind) -> Option<&Application> {
        self.applications.get(&(subject.to_owned(), kind)).map(AsRef::as_ref)
    }
}

/// The first moment after a day.
pub(crate) fn end_of(day: Day) -> Time {
    Time::at_start_of(day.saturating_add(jiff::Span::new().days(1)))
}

/// The last of so many years that begin with a day.
pub(crate) fn last_of_years(from: Day, years: u8) -> Day {
    from.saturating_add(jiff::Span::new().years(i64::from(years))).saturating_sub(jiff::Span::new().days(1))
}

/// The first day on which a registration can be renewed.
pub(crate) fn window_opens(asked: &Asked<'_>, registration: &Registration) -> Day {
    let days = i64::from(asked.regime.registration.renewal_days_before.value);
    registration.valid_until.saturating_sub(jiff::Span::new().days(days))
}

/// What is registered: a resource or a product, and whose it is.
pub(crate) struct Thing {
    pub(crate) of: Registrable,
    pub(crate) title: String,
    pub(crate) holder: OrganisationId,
    pub(crate) holder_role: Role,
    pub(crate) digest: Option<Digest>,
    pub(crate) authors: Vec<shuyu_model::id::PersonId>,
}

/// The thing behind an id. A product is known by its application or its registration.
pub(crate) fn thing(world: &World, subject: &str, kind: RegistrationKind) -> Result<Thing, RegistryError> {
    if let Ok(id) = ResourceId::parse(subject) {
        let resource = world.resource(&id)?;
        return Ok(Thing {
            of: Registrable::Resource,
            title: resource.title.clone(),
            holder: resource.source.clone(),
            holder_role: Role::Source,
            digest: Some(resource.digest),
            authors: resource.authors.clone(),
        });
    }
    let product = parsed(ProductId::parse(subject))?;
    let entry = world.application(subject, kind).and_then(|application| application.product.as_ref());
    let known = world.registrations_of(subject).last();
    let (title, holder) = match (entry, known) {
        (Some(entry), _) => (entry.title.clone(), world.scenario(&entry.scenario)?.operator.clone()),
        (None, Some(known)) => (known.title.clone(), known.holder.clone()),
        (None, None) => return Err(RegistryError::unknown("application for the product", product.as_str())),
    };
    Ok(Thing {
        of: Registrable::Product,
        title,
        holder,
        holder_role: Role::Operator,
        digest: None,
        authors: Vec::new(),
    })
}

/// What a decision on an application covers.
#[derive(Serialize)]
struct DecidedOn<'a> {
    subject: &'a str,
    kind: RegistrationKind,
    /// Of the thing as it is.
    thing: Option<Digest>,
    registration: Option<&'a RegistrationId>,
    applicant: &'a OrganisationId,
    note: &'a str,
    materials: &'a BTreeMap<String, Digest>,
    years: Option<u8>,
    product: Option<&'a super::ProductEntry>,
}

/// The subject of a case about a registration.
pub(crate) fn subject_of(
    asked: &Asked<'_>,
    profile: CryptoProfile,
    kind: RegistrationKind,
    subject: &str,
) -> Result<Subject, RegistryError> {
    let world = asked.world;
    let thing = thing(world, subject, kind)?;
    let application = world.application(subject, kind);
    let mut against = Vec::new();
    decide::in_force(asked, &mut against);
    of_kind(asked, kind, subject, &thing.title, &mut against);
    if let (Registrable::Resource, true) =
        (thing.of, kind == RegistrationKind::First || kind == RegistrationKind::Change)
    {
        let resource = world.resource(&parsed(ResourceId::parse(subject))?)?;
        let all: Vec<&str> = resource.columns.iter().map(|column| column.name.as_str()).collect();
        decide::graded(asked, resource, &all, &mut against);
    }
    if let Some(entry) = application.and_then(|application| application.product.as_ref()) {
        let scenario = world.scenario(&entry.scenario)?;
        decide::approved(asked, scenario, &mut against);
        decide::of_agreement(asked, world.agreement(&scenario.agreement)?, &mut against);
    }
    let mut authors = thing.authors.clone();
    let (digest, opener, applicant) = match application {
        Some(application) => {
            authors.extend(application.authors.iter().cloned());
            let decided_on = DecidedOn {
                subject,
                kind,
                thing: thing.digest,
                registration: world.standing_registration(subject).map(|known| &known.id),
                applicant: &application.applicant,
                note: &application.note,
                materials: &application.materials,
                years: application.years,
                product: application.product.as_ref(),
            };
            let digest = canonical::digest(profile, &decided_on).map_err(shuyu_ledger::LedgerError::from)?;
            (digest, application.applicant_role, application.applicant.clone())
        }
        // Nothing came with it yet: what is decided on is the thing alone.
        None => (
            thing.digest.unwrap_or_else(|| profile.digest(subject.as_bytes())),
            thing.holder_role,
            thing.holder.clone(),
        ),
    };
    authors.sort();
    authors.dedup();
    // Whether it still can be decided: a first registration makes the draft of a
    // resource registered; the others end with the registration that they are about.
    let is_draft = match kind {
        RegistrationKind::First => world.standing_registration(subject).is_none(),
        _ => world.standing_registration(subject).is_some(),
    };
    Ok(Subject {
        digest,
        title: thing.title,
        authors,
        opener,
        parties: BTreeMap::from([(opener, applicant)]),
        each: BTreeMap::new(),
        is_draft,
        against,
    })
}

/// REG-060, REG-061, REG-001: whether this kind is the one that fits.
pub(crate) fn of_kind(asked: &Asked<'_>, kind: RegistrationKind, subject: &str, title: &str, found: &mut Vec<Reason>) {
    let regime = asked.regime;
    let of = Registrable::of(subject).unwrap_or(Registrable::Resource);
    let clause = regime.procedure.get(&kind.procedure(of)).map_or("N26 9", |procedure| &procedure.source);
    let clause = regime.cite_clause(clause);
    match (kind, asked.world.standing_registration(subject)) {
        (RegistrationKind::First, Some(known)) => {
            let what = format!("`{title}` is registered under {} until {}", known.code, known.valid_until);
            let instead = "apply for a change, a correction or a renewal of that registration";
            found.push(Reason::new(reasons::REGISTERED_BEFORE, what, clause, instead));
        }
        (RegistrationKind::First, None) | (_, Some(_)) => {}
        (_, None) => {
            let what = format!("`{title}` has no registration that a {} could be about", kind.word());
            found.push(Reason::new(reasons::NO_REGISTRATION, what, clause, "apply for its first registration"));
        }
    }
    let is_redrafted = ResourceId::parse(subject)
        .ok()
        .and_then(|id| asked.world.resources.get(&id))
        .is_some_and(|resource| resource.state == ResourceState::Draft);
    if kind == RegistrationKind::Renewal && is_redrafted {
        let what = format!("`{title}` was written anew since it was registered");
        let rule = &regime.resource.must_be_registered;
        found.push(regime.reason(reasons::UNREGISTERED, rule, what, "have the change registered first"));
    }
}

/// REG-062: outside of the days in which a registration can be renewed.
pub(crate) fn in_window(asked: &Asked<'_>, registration: &Registration, found: &mut Vec<Reason>) {
    let (opens, closes, today) = (window_opens(asked, registration), registration.valid_until, asked.now.day());
    let instead = if today < opens {
        format!("apply from {opens} to {closes}")
    } else if closes < today {
        "it has run out; apply for a first registration once it is cancelled".to_owned()
    } else {
        return;
    };
    let rule = &asked.regime.registration.renewal_days_before;
    let what = format!("{} ends with {closes} and can be renewed from {opens} to {closes}", registration.code);
    found.push(asked.regime.reason(reasons::RENEWAL_WINDOW, rule, what, instead));
}

/// The papers of an application, and what it needs.
pub(crate) fn papers(world: &World, subject: &str, kind: RegistrationKind) -> Result<Papers, RegistryError> {
    let thing = thing(world, subject, kind)?;
    let application = world.application(subject, kind);
    let is_other = application.is_some_and(|application| application.applicant != thing.holder);
    let by = if is_other { Applicant::Other } else { Applicant::Holder };
    Ok(Papers::of(application, kind, thing.of, by))
}

/// REG-064, REG-065, REG-066: whether a product can be had today, where the rules want
/// it registered. Gives the first moment in which it cannot.
pub(crate) fn of_product(asked: &Asked<'_>, product: &ProductId, found: &mut Vec<Reason>) -> Option<Time> {
    let rule = &asked.regime.registration.products_are_registered;
    if !rule.value {
        return None;
    }
    let today = asked.now.day();
    if asked.world.registration_on(product.as_str(), today).is_some() {
        return asked.world.standing_registration(product.as_str()).map(|last| end_of(last.valid_until));
    }
    if ended(asked, product.as_str(), found) {
        return None;
    }
    found.push(match asked.world.standing_registration(product.as_str()) {
        Some(known) => asked.regime.reason(
            reasons::PRODUCT_REGISTRATION_EXPIRED,
            rule,
            format!("the registration {} of the product ended with {}", known.code, known.valid_until),
            "its operator has it registered anew; until then nothing is delivered",
        ),
        None => asked.regime.reason(
            reasons::PRODUCT_UNREGISTERED,
            rule,
            format!("the product {product} is not registered"),
            "its operator applies for its registration; then it is offered and delivered",
        ),
    });
    None
}

/// REG-066: the registration was cancelled or revoked, and nothing came after.
pub(crate) fn ended(asked: &Asked<'_>, subject: &str, found: &mut Vec<Reason>) -> bool {
    let last = asked.world.registrations_of(subject).last();
    let Some(last) = last.filter(|last| {
        matches!(last.state, RegistrationState::Cancelled | RegistrationState::Revoked)
            && asked.world.standing_registration(subject).is_none()
    }) else {
        return false;
    };
    let (ground, state) = (last.ended_ground.as_deref().unwrap_or("other"), last.state.word());
    let at = last.ended_at.unwrap_or(asked.now);
    let clause = if last.state == RegistrationState::Revoked { "N26 20" } else { "N26 9(4)" };
    let what = format!("the registration {} of `{}` was {state} at {at}: {ground}", last.code, last.title);
    let clause = asked.regime.cite_clause(clause);
    found.push(Reason::new(reasons::REGISTRATION_ENDED, what, clause, "apply for a first registration"));
    true
}
