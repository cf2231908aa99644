//! Districts under the city, on the city's platform: which organisation belongs to
//! which, and the schemes by which they authorise on their own.
//!
//! INVARIANT (no scheme, no authorisation): an agency of a district gives no operator
//! agreement while its district has no scheme in force; that one comes into force is
//! `casework`'s to decide, by the document's own way for districts.
//!
//! Not here: who sees what of a district (`casework`), districts with a platform of
//! their own (`exchange`).

pub(crate) mod store;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::{Event, LedgerError};
use shuyu_model::id::{DistrictSchemeId, MatterId, OrganisationId, PersonId};
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Time, Verdict, canonical};

use crate::decide::{self, Asked};
use crate::live::Basis;
use crate::page::{Listing, Page};
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::subject::{Subject, parsed};
use crate::world::World;
use crate::{Registry, RegistryError, Turn, reasons};

type Result<T> = std::result::Result<T, RegistryError>;

/// The most sections of a scheme.
pub const SECTIONS_MAX: usize = 50;
/// The longest name of one, in bytes.
pub const SECTION_BYTES_MAX: usize = 64;
/// The longest summary of one, in characters.
pub const SECTION_CHARS_MAX: usize = 2000;

/// How far a district's scheme has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DistrictSchemeState {
    /// Not decided on.
    Draft,
    /// The district authorises by it.
    InForce,
    /// A newer one took its place.
    Superseded,
}

impl DistrictSchemeState {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InForce => "in_force",
            Self::Superseded => "superseded",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Draft, Self::InForce, Self::Superseded].into_iter().find(|state| state.word() == word)
    }
}

/// A district's scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DistrictScheme {
    /// Its id.
    pub id: DistrictSchemeId,
    /// The district's data department.
    pub district: OrganisationId,
    /// What people call it.
    pub title: String,
    /// Of the document.
    pub document_digest: Digest,
    /// What each prescribed section says, in short.
    pub sections: BTreeMap<String, String>,
    /// The city's scheme that it follows, where it names one.
    pub parent: Option<MatterId>,
    /// What it narrows of the city's values, by [`NARROWABLE`].
    pub narrows: BTreeMap<String, i64>,
    /// Of all of the above.
    pub digest: Digest,
    /// How far it has come.
    pub state: DistrictSchemeState,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// Since when it is in force.
    pub in_force_at: Option<Time>,
    /// Since when a newer one is.
    pub superseded_at: Option<Time>,
}

/// What a scheme's digest covers.
#[derive(Serialize)]
struct Drafted<'a> {
    district: &'a OrganisationId,
    title: &'a str,
    document_digest: Digest,
    sections: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'a MatterId>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    narrows: &'a BTreeMap<String, i64>,
}

/// A scheme to be drafted, for the drafter's own district.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDistrictScheme {
    /// What people call it.
    pub title: String,
    /// Of the document.
    pub document_digest: Digest,
    /// What each prescribed section says, in short.
    #[serde(default)]
    pub sections: BTreeMap<String, String>,
    /// The city's scheme that it follows.
    #[serde(default)]
    pub parent: Option<MatterId>,
    /// What it narrows of the city's values, by [`NARROWABLE`].
    #[serde(default)]
    pub narrows: BTreeMap<String, i64>,
}

impl NewDistrictScheme {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        text_fault("title", &self.title, NAME_CHARS_MAX, &mut faults);
        if self.sections.len() > SECTIONS_MAX {
            faults.push(format!("`sections` are more than {SECTIONS_MAX}"));
        }
        for (key, text) in &self.sections {
            if !shuyu_model::regime::is_key(key) || key.len() > SECTION_BYTES_MAX {
                let shown = reasons::cut(key);
                faults.push(format!("`{shown}` names no section: 1 to {SECTION_BYTES_MAX} of a-z, 0-9 and `_`"));
            }
            if text.chars().count() > SECTION_CHARS_MAX {
                faults.push(format!("a section is summed up in {SECTION_CHARS_MAX} characters"));
            }
        }
        faults
    }
}

/// Which organisation belongs to which district, as it is now.
#[derive(Clone)]
pub struct Districts(Arc<World>);

impl Districts {
    /// The district's data department; none for the city's own.
    pub fn of(&self, organisation: &OrganisationId) -> Option<&OrganisationId> {
        self.0.districts.get(organisation)
    }
}

/// Roles of the city's own bodies, which stand above all districts.
const OF_THE_CITY: [Role; 3] = [Role::Regulator, Role::Supervisor, Role::Finance];

impl Registry {
    /// Says that an organisation belongs to a district; one that is named as its own
    /// district is that district's data department (system administrator).
    pub async fn place_in_district(
        &self,
        actor: &Actor,
        id: &OrganisationId,
        district: &OrganisationId,
    ) -> Result<Verdict<()>> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let organisation = world.organisation(id)?;
        world.organisation(district)?;
        if id != district && world.districts.get(district) != Some(district) {
            let fault = "`district` is no data department of a district; enter it as its own district first";
            return Err(RegistryError::Malformed { faults: vec![fault.to_owned()] });
        }
        if let Some(known) = world.districts.get(id) {
            let what = format!("it belongs to `{}`, for good", world.name_of(known));
            return Err(RegistryError::conflict(what));
        }
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::SystemAdmin], &mut found);
        let regime = self.regime();
        match &regime.hierarchy.districts {
            None => found.push(Reason::new(
                reasons::NO_DISTRICTS,
                "the document lets no district operate on its own",
                regime.cite_clause("setting"),
                "enter the organisation as one of the city's",
            )),
            Some(rule) => {
                if let Some(role) = organisation.roles.iter().find(|role| OF_THE_CITY.contains(role)) {
                    let what = format!("the {} is the city's, above all districts", regime.word(*role));
                    let instead = "enter the district's own body as another organisation";
                    found.push(regime.reason(reasons::OF_THE_CITY, rule, what, instead));
                }
                if id == district && !organisation.roles.contains(&Role::Agency) {
                    let what = "a district's data department authorises, and this organisation does not take part so";
                    let instead = format!("name one that is {}", regime.word(Role::Agency));
                    found.push(regime.reason(reasons::NOT_THE_DISTRICT, rule, what, instead));
                }
            }
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "organisation.district_refused", id.as_str(), reasons).await;
        }
        store::insert_place(turn.change(), id, district).await?;
        turn.touch(Basis::Organisation(id.clone()));
        let event = Event::done(Some(actor), "organisation.placed", id.as_str()).facts(json!({ "district": district }));
        turn.commit(event.under(regime)).await?;
        Ok(Verdict::Allow(()))
    }

    /// Which organisation belongs to which district.
    pub async fn districts(&self) -> Result<Districts> {
        Ok(Districts(self.world().await?))
    }

    /// The same inside a change.
    pub async fn districts_in(&self, turn: &mut Turn) -> Result<Districts> {
        Ok(Districts(self.world_in(turn).await?))
    }

    /// The district by whose authorisation a scenario runs; none for the city's own.
    pub async fn district_of(&self, scenario: &shuyu_model::id::ScenarioId) -> Result<Option<OrganisationId>> {
        let world = self.world().await?;
        let agreement = world.scenarios.get(scenario).and_then(|one| world.agreements.get(&one.agreement));
        Ok(agreement.and_then(|one| world.districts.get(&one.grantor)).cloned())
    }

    /// The organisations of the district that one belongs to; empty for the city's own,
    /// whose reach has no such bound.
    pub async fn same_district(&self, organisation: &OrganisationId) -> Result<Vec<OrganisationId>> {
        let world = self.world().await?;
        let Some(own) = world.districts.get(organisation) else { return Ok(Vec::new()) };
        Ok(world.districts.iter().filter(|(_, of)| *of == own).map(|(id, _)| id.clone()).collect())
    }

    /// Drafts a scheme for the drafter's own district.
    pub async fn draft_district_scheme(
        &self,
        actor: &Actor,
        new: NewDistrictScheme,
    ) -> Result<Verdict<DistrictSchemeId>> {
        RegistryError::of_faults(new.faults())?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let asked = self.asked(&world);
        let NewDistrictScheme { title, document_digest, sections, narrows, parent } = new;
        let district = actor.organisation.clone();
        let drafted = Drafted {
            district: &district,
            title: &title,
            document_digest,
            sections: &sections,
            narrows: &narrows,
            parent: parent.as_ref(),
        };
        let digest = canonical::digest(self.ledger().profile(), &drafted).map_err(LedgerError::from)?;
        let scheme = DistrictScheme {
            id: self.ledger().new_id(),
            district,
            title,
            document_digest,
            sections,
            parent,
            narrows,
            digest,
            state: DistrictSchemeState::Draft,
            authors: vec![actor.person.clone()],
            in_force_at: None,
            superseded_at: None,
        };
        let mut found = Vec::new();
        decide::role(&asked, actor, &[Role::Agency], &mut found);
        against(&asked, &scheme, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "district_scheme.draft_refused", "", reasons).await;
        }
        store::insert_scheme(turn.change(), &scheme).await?;
        turn.touch(Basis::Organisation(scheme.district.clone()));
        let facts = json!({
            "district": scheme.district, "sections": scheme.sections.keys().collect::<Vec<_>>(),
            "parent": scheme.parent,
        });
        let event = Event::done(Some(actor), "district_scheme.drafted", scheme.id.as_str()).facts(facts);
        turn.commit(event.digests(None, Some(digest)).under(self.regime())).await?;
        Ok(Verdict::Allow(scheme.id))
    }

    /// A district's scheme inside a change, by its id as people write it.
    pub async fn district_scheme_in(&self, turn: &mut Turn, id: &str) -> Result<Arc<DistrictScheme>> {
        let world = self.world_in(turn).await?;
        let id = parsed(DistrictSchemeId::parse(id))?;
        world.district_schemes.get(&id).cloned().ok_or_else(|| RegistryError::unknown("district scheme", id.as_str()))
    }

    /// A district's scheme, if the viewer is of that district or of the city.
    pub async fn district_scheme(&self, viewer: &Actor, id: &DistrictSchemeId) -> Result<Option<Arc<DistrictScheme>>> {
        let world = self.world().await?;
        let own = world.districts.get(&viewer.organisation);
        let seen = |scheme: &&Arc<DistrictScheme>| own.is_none_or(|own| scheme.district == *own);
        Ok(world.district_schemes.get(id).filter(seen).cloned())
    }

    /// Districts' schemes, oldest first: a district's people see their own, the city's
    /// see all.
    pub async fn district_schemes(&self, viewer: &Actor, page: &Page) -> Result<Listing<Arc<DistrictScheme>>> {
        let world = self.world().await?;
        let own = world.districts.get(&viewer.organisation);
        let seen = world.district_schemes.values().filter(|scheme| own.is_none_or(|own| scheme.district == *own));
        Ok(Listing::cut(seen, page, |scheme| scheme.id.as_str(), Arc::clone))
    }
}

/// REG-083, REG-084, REG-096: everything that speaks against a scheme as it is drafted.
fn against(asked: &Asked<'_>, scheme: &DistrictScheme, found: &mut Vec<Reason>) {
    decide::in_force(asked, found);
    let hierarchy = &asked.regime.hierarchy;
    narrower(asked, scheme, found);
    let is_department = asked.world.districts.get(&scheme.district) == Some(&scheme.district);
    if !is_department {
        let what = format!("`{}` is the data department of no district", asked.world.name_of(&scheme.district));
        let clause = hierarchy.districts.as_ref().map(|rule| asked.regime.cite(rule));
        let clause = clause.unwrap_or_else(|| asked.regime.cite_clause("setting"));
        let instead = "leave it to the district's data department";
        found.push(Reason::new(reasons::NOT_THE_DISTRICT, what, clause, instead));
    }
    if let (Some(rule), None) = (hierarchy.district_scheme_follows.as_ref().filter(|rule| rule.value), &scheme.parent) {
        let what = "the scheme does not name the city's scheme, whose model it follows";
        let instead = "name that scheme's id as `parent`";
        found.push(asked.regime.reason(reasons::NO_PARENT, rule, what, instead));
    }
    let Some(rule) = &hierarchy.district_scheme_contents else { return };
    let is_told = |key: &&String| scheme.sections.get(*key).is_some_and(|text| !text.trim().is_empty());
    let missing: Vec<&String> = rule.value.iter().filter(|key| !is_told(key)).collect();
    if !missing.is_empty() {
        let what = format!("the scheme lacks: {}", reasons::names(&missing));
        let instead = "write these sections and sum each up";
        found.push(asked.regime.reason(reasons::SECTIONS_MISSING, rule, what, instead));
    }
}

/// The values of the city that a district's scheme can narrow, never widen.
pub const NARROWABLE: [&str; 1] = ["agreement.years_max"];

/// REG-102.
fn narrower(asked: &Asked<'_>, scheme: &DistrictScheme, found: &mut Vec<Reason>) {
    let citys = &asked.regime.agreement.years_max;
    let is_narrower = |(key, value): &(&String, &i64)| {
        NARROWABLE.contains(&key.as_str()) && (1..=i64::from(citys.value)).contains(*value)
    };
    let wide: Vec<String> =
        scheme.narrows.iter().filter(|one| !is_narrower(one)).map(|(key, value)| format!("{key} {value}")).collect();
    if !wide.is_empty() {
        let what = format!("a district narrows these of the city's values and widens none: {}", reasons::names(&wide));
        let instead = format!("narrow {} to {} at most, or leave it to the city's", NARROWABLE.join(", "), citys.value);
        found.push(asked.regime.reason(reasons::NOT_NARROWER, citys, what, instead));
    }
}

/// The longest term that the scheme of a grantor's district gives, with that scheme.
pub(crate) fn years_max<'a>(asked: &Asked<'a>, grantor: &OrganisationId) -> Option<(&'a DistrictScheme, u8)> {
    let district = asked.world.districts.get(grantor)?;
    let is_its =
        |scheme: &&Arc<DistrictScheme>| scheme.district == *district && scheme.state == DistrictSchemeState::InForce;
    let scheme = asked.world.district_schemes.values().find(is_its)?;
    let years = scheme.narrows.get("agreement.years_max").and_then(|years| u8::try_from(*years).ok())?;
    Some((scheme, years.min(asked.regime.agreement.years_max.value)))
}

/// REG-081: an agency of a district authorises by its district's scheme.
pub(crate) fn authorised(asked: &Asked<'_>, grantor: &OrganisationId, found: &mut Vec<Reason>) {
    let Some(district) = asked.world.districts.get(grantor) else { return };
    let mut schemes = asked.world.district_schemes.values().filter(|scheme| scheme.district == *district);
    if schemes.any(|scheme| scheme.state == DistrictSchemeState::InForce) {
        return;
    }
    let Some(rule) = &asked.regime.hierarchy.districts else { return };
    let what = format!("`{}` has no scheme of its own in force ({})", asked.world.name_of(district), rule.value.zh());
    let instead = "draft the district's scheme and take it through its procedure first";
    found.push(asked.regime.reason(reasons::NO_DISTRICT_SCHEME, rule, what, instead));
}

/// As a procedure decides on it: opened and first reviewed by the district's own
/// department.
pub(crate) fn subject(asked: &Asked<'_>, scheme: &DistrictScheme) -> Subject {
    let mut found = Vec::new();
    against(asked, scheme, &mut found);
    Subject {
        digest: scheme.digest,
        title: scheme.title.clone(),
        authors: scheme.authors.clone(),
        opener: Role::Agency,
        parties: BTreeMap::from([(Role::Agency, scheme.district.clone())]),
        each: BTreeMap::new(),
        is_draft: scheme.state == DistrictSchemeState::Draft,
        against: found,
    }
}
