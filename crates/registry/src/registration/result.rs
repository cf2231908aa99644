//! Results: what a decided application makes of a registration, and how one ends.
//! Called by `enact` alone.
//!
//! INVARIANT (dies at once): whatever ends touches its resource or product in the
//! same turn.

use shuyu_model::id::{OrganisationId, RegistrationId, ResourceId};
use shuyu_model::registration::{CODES_PER_DAY_MAX, Registrable, RegistrationCode, RegistrationKind};
use shuyu_model::{Day, Digest};

use super::{Ending, ExchangeEntry, ProductEntry, Registration, RegistrationState, apply, rules, store};
use crate::subject::parsed;
use crate::{RegistryError, ResourceState, Turn};

type Result<T> = std::result::Result<T, RegistryError>;

/// A result about to be written.
struct Issue {
    kind: RegistrationKind,
    of: Registrable,
    subject: String,
    title: String,
    holder: OrganisationId,
    digest: Digest,
    from: Day,
    until: Day,
    predecessor: Option<RegistrationId>,
    exchange: Option<ExchangeEntry>,
}

/// Makes so what a case decided, if it still is what was signed.
pub(crate) async fn decided(turn: &mut Turn, kind: RegistrationKind, subject: &str, digest: Digest) -> Result<()> {
    let registry = turn.registry();
    let world = registry.world_in(turn).await?;
    let draft = rules::subject_of(&registry.asked(&world), registry.ledger().profile(), kind, subject)?;
    if draft.digest != digest || !draft.is_draft {
        let what = format!("`{subject}` is not what was decided on; open a new case");
        return Err(RegistryError::conflict(what));
    }
    let application = world.application(subject, kind).cloned();
    let years = application.as_ref().and_then(|application| application.years);
    let product = application.and_then(|application| application.product);
    store::drop_application(turn.change(), subject, kind).await?;
    turn.touch(apply::basis(subject)?);
    match kind {
        RegistrationKind::First => first(turn, subject, digest, product).await,
        RegistrationKind::Change | RegistrationKind::Correction => {
            anew(turn, kind, subject, digest, product.map(|entry| entry.title)).await
        }
        RegistrationKind::Renewal => renewed(turn, subject, digest, years).await,
        RegistrationKind::Cancellation => {
            let ending = Ending { state: RegistrationState::Cancelled, ground: "applied_for" };
            ended(turn, subject, ending).await.map(|_| ())
        }
    }
}

/// A first registration: of a resource for as many years as the rules say; of a
/// product for its operating term, where that is no longer (N26 15).
pub(crate) async fn first(turn: &mut Turn, subject: &str, digest: Digest, product: Option<ProductEntry>) -> Result<()> {
    let registry = turn.registry();
    let world = registry.world_in(turn).await?;
    let years = turn.regime().resource.registration_years.value;
    let today = turn.change().now().day();
    let mut until = rules::last_of_years(today, years);
    let (of, title, holder) = match &product {
        Some(entry) => {
            let scenario = world.scenario(&entry.scenario)?;
            let term = world.agreement(&scenario.agreement)?;
            if term.until <= rules::last_of_years(term.from, years) {
                until = term.until;
            }
            (Registrable::Product, entry.title.clone(), scenario.operator.clone())
        }
        None => {
            let resource = world.resource(&parsed(ResourceId::parse(subject))?)?;
            set_registered(turn, &resource.id, resource.digest, until).await?;
            (Registrable::Resource, resource.title.clone(), resource.source.clone())
        }
    };
    let kind = RegistrationKind::First;
    let (from, predecessor, exchange) = (today, None, None);
    let subject = subject.to_owned();
    issue(turn, Issue { kind, of, subject, title, holder, digest, from, until, predecessor, exchange }).await
}

/// A change or a correction: another result in the place of the one that stands, until
/// the same day.
async fn anew(
    turn: &mut Turn,
    kind: RegistrationKind,
    subject: &str,
    digest: Digest,
    title: Option<String>,
) -> Result<()> {
    let registry = turn.registry();
    let world = registry.world_in(turn).await?;
    let today = turn.change().now().day();
    // What holds today; after its end, what has just run out.
    let known = world.registration_on(subject, today).or_else(|| world.standing_registration(subject));
    let known = known.ok_or_else(|| RegistryError::unknown("registration of", subject))?.clone();
    let last = world.standing_registration(subject).map_or(known.valid_until, |last| last.valid_until);
    let mut title = title.unwrap_or_else(|| known.title.clone());
    if let Ok(id) = ResourceId::parse(subject) {
        let resource = world.resource(&id)?;
        title = resource.title.clone();
        if resource.state == ResourceState::Draft {
            set_registered(turn, &id, resource.digest, last).await?;
        }
    }
    store::end_registration(turn.change(), &known.id, RegistrationState::Replaced, kind.word()).await?;
    let Registration { of, holder, valid_until: until, id, exchange, .. } = known;
    let (from, predecessor, subject) = (today.min(until), Some(id), subject.to_owned());
    issue(turn, Issue { kind, of, subject, title, holder, digest, from, until, predecessor, exchange }).await
}

/// A renewal begins with the day after the end of the one before it.
async fn renewed(turn: &mut Turn, subject: &str, digest: Digest, years: Option<u8>) -> Result<()> {
    let registry = turn.registry();
    let world = registry.world_in(turn).await?;
    let years_max = turn.regime().registration.renewal_years_max.value;
    let known = world.standing_registration(subject).cloned();
    let known = known.ok_or_else(|| RegistryError::unknown("registration of", subject))?;
    let from = known.valid_until.saturating_add(jiff::Span::new().days(1));
    let until = rules::last_of_years(from, years.unwrap_or(years_max).min(years_max));
    if let Ok(id) = ResourceId::parse(subject) {
        store::set_resource_until(turn.change(), &id, Some(rules::end_of(until))).await?;
    }
    let Registration { of, title, holder, id, exchange, .. } = known;
    let (kind, predecessor, subject) = (RegistrationKind::Renewal, Some(id), subject.to_owned());
    issue(turn, Issue { kind, of, subject, title, holder, digest, from, until, predecessor, exchange }).await
}

/// Every registration of a thing that nobody ended yet ends; a resource is a draft
/// again. Gives the codes.
pub(crate) async fn ended(turn: &mut Turn, subject: &str, ending: Ending<'_>) -> Result<Vec<RegistrationCode>> {
    let registry = turn.registry();
    let world = registry.world_in(turn).await?;
    let standing = world.registrations_of(subject).filter(|known| known.state == RegistrationState::Valid);
    let mut codes = Vec::new();
    for known in standing {
        store::end_registration(turn.change(), &known.id, ending.state, ending.ground).await?;
        codes.push(known.code.clone());
    }
    if let Ok(id) = ResourceId::parse(subject) {
        store::set_resource_until(turn.change(), &id, None).await?;
    }
    store::drop_applications(turn.change(), subject).await?;
    turn.touch(apply::basis(subject)?);
    Ok(codes)
}

/// What ran out and was renewed in time gives way to its renewal.
pub(crate) async fn gave_way(turn: &mut Turn, registration: &Registration) -> Result<()> {
    store::end_registration(turn.change(), &registration.id, RegistrationState::Replaced, "renewal").await?;
    turn.touch(apply::basis(&registration.subject)?);
    Ok(())
}

async fn set_registered(turn: &mut Turn, id: &ResourceId, digest: Digest, until: Day) -> Result<()> {
    if crate::store::set_registered(turn.change(), id, digest, rules::end_of(until)).await? {
        return Ok(());
    }
    Err(RegistryError::conflict(format!("`{id}` is no draft with the digest that was decided on; open a new case")))
}

async fn issue(turn: &mut Turn, new: Issue) -> Result<()> {
    let issued = turn.change().now().day();
    let number = store::issued_on(turn.change(), issued).await?.saturating_add(1);
    let full = || RegistryError::conflict(format!("{CODES_PER_DAY_MAX} results were issued today; go on tomorrow"));
    let registration = Registration {
        id: turn.registry().ledger().new_id(),
        code: RegistrationCode::new(new.of, issued, number).ok_or_else(full)?,
        kind: new.kind,
        of: new.of,
        subject: new.subject,
        title: new.title,
        holder: new.holder,
        digest: new.digest,
        issued,
        valid_from: new.from,
        valid_until: new.until,
        state: RegistrationState::Valid,
        predecessor: new.predecessor,
        exchange: new.exchange,
        ended_at: None,
        ended_ground: None,
    };
    store::insert_registration(turn.change(), &registration).await?;
    turn.touch(apply::basis(&registration.subject)?);
    Ok(())
}
