//! Catalogues in versions (授权运营目录): compiled from what is registered, put to the
//! departments that it touches, decided on, published with number and day.
//!
//! INVARIANT (as it was): a version holds its entries as they were when it was compiled;
//! what was published is never written again, so that a former description stays readable.
//! INVARIANT (still so): what is published is what is registered; an entry that changed
//! since it was compiled keeps the version back.
//! INVARIANT (nobody decides alone): where the document asks departments, or a body that
//! decides, no version is published before their answer and its minutes are on record.
//!
//! Not here: printing it (`documents`), which demands it answers (`casework` checks them).

pub(crate) mod store;
mod versions;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_model::id::{CatalogueId, MatterId, OrganisationId, PersonId, ResourceId};
use shuyu_model::regime::{CatalogueRules, FactAct, FactKind};
use shuyu_model::{Column, Digest, Reason, Role, Time};

use crate::decide::{self, Asked};
use crate::facts::{self, entry_of};
use crate::findings;
use crate::world::World;
use crate::{Registry, RegistryError, Resource, reasons};

type Result<T> = std::result::Result<T, RegistryError>;

/// Whose catalogue it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogueKind {
    /// 授权运营目录: what can be authorised.
    Operating,
    /// 本部门公共数据目录: what a department describes, registered or not.
    Department,
}

impl CatalogueKind {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Operating => "operating",
            Self::Department => "department",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Operating, Self::Department].into_iter().find(|kind| kind.word() == word)
    }
}

/// How far a version has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogueState {
    /// Compiled; it is asked about and decided on.
    Compiled,
    /// In force.
    Published,
    /// A newer one came in its place.
    Superseded,
    /// Compiled anew before it was published.
    Dropped,
}

impl CatalogueState {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Compiled => "compiled",
            Self::Published => "published",
            Self::Superseded => "superseded",
            Self::Dropped => "dropped",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Compiled, Self::Published, Self::Superseded, Self::Dropped]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// An entry, as it was when the version was compiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueEntry {
    /// Which resource.
    pub resource: ResourceId,
    /// What people call it.
    pub title: String,
    /// What it holds.
    pub description: String,
    /// The department that holds it.
    pub source: OrganisationId,
    /// Its name.
    pub source_name: String,
    /// Whose it is by the rules.
    pub owner: Option<String>,
    /// How often it is landed anew, in days.
    pub update_every_days: u16,
    /// Its data items, each with its type.
    pub columns: Vec<Column>,
    /// Its entry in the base catalogue.
    pub base_entry: Option<String>,
    /// What was told of it, by the Chinese name of each fact.
    pub facts: BTreeMap<String, Vec<String>>,
    /// The code of its registration.
    pub registration_code: Option<String>,
    /// Of its description.
    pub digest: Digest,
}

/// A resource that the version does not hold, and everything that speaks against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Which.
    pub resource: ResourceId,
    /// What people call it.
    pub title: String,
    /// Why: code and sentence of each reason.
    pub reasons: Vec<String>,
}

/// What a department answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueAnswer {
    /// Which department.
    pub organisation: OrganisationId,
    /// Whether it agrees.
    pub is_agreed: bool,
    /// What it says.
    pub opinion: String,
    /// When.
    pub answered_at: Time,
}

/// A version of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Catalogue {
    /// Its id.
    pub id: CatalogueId,
    /// Whose it is.
    pub kind: CatalogueKind,
    /// Who compiled it; of a department's own, that department.
    pub organisation: OrganisationId,
    /// Counts the versions, from 1.
    pub number: u32,
    /// How far it has come.
    pub state: CatalogueState,
    /// What it holds.
    pub entries: Vec<CatalogueEntry>,
    /// What it does not hold, and why.
    pub left_out: Vec<LeftOut>,
    /// The departments whose entries it adds, changes or drops, where the rules ask them.
    pub asked: Vec<OrganisationId>,
    /// The demands that it answers.
    pub demands: Vec<MatterId>,
    /// Of its entries.
    pub digest: Digest,
    /// Who compiled it.
    pub compiled_by: PersonId,
    /// When.
    pub compiled_at: Time,
    /// Of the minutes of the decision.
    pub decision: Option<Digest>,
    /// When it was decided on.
    pub decided_at: Option<Time>,
    /// When it was published.
    pub published_at: Option<Time>,
    /// What departments answered, oldest first.
    pub answers: Vec<CatalogueAnswer>,
}

/// A version to be compiled.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCatalogue {
    /// Whose.
    pub kind: CatalogueKind,
    /// The demands that it answers.
    #[serde(default)]
    pub demands: Vec<MatterId>,
}

/// The next version that somebody owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueDue {
    /// Who publishes it.
    pub by: Role,
    /// Since when there is something to publish.
    pub since: Time,
    /// In how many working days.
    pub working_days_max: u16,
    /// The clause, or the setting, that the days rest on.
    pub clause: String,
}

impl Registry {
    pub(crate) fn catalogue_rules(&self) -> Result<&CatalogueRules> {
        self.regime().catalogue.as_ref().ok_or_else(|| {
            let faults = vec!["these rules have no catalogue that is published in versions".to_owned()];
            RegistryError::Malformed { faults }
        })
    }

    /// A department has a catalogue of its own where the document says so.
    fn has_catalogue(&self, kind: CatalogueKind) -> Result<()> {
        let own = self.regime().catalogue.as_ref().and_then(|rules| rules.department_own.as_ref());
        if kind == CatalogueKind::Operating || own.is_some_and(|rule| rule.value) {
            return Ok(());
        }
        let faults = vec!["`kind`: these rules let no department publish a catalogue of its own".to_owned()];
        Err(RegistryError::Malformed { faults })
    }

    fn entry(&self, world: &World, resource: &Resource) -> CatalogueEntry {
        let told = world.facts.get(resource.id.as_str()).into_iter().flatten();
        let code = world.registration_on(resource.id.as_str(), self.now().day());
        CatalogueEntry {
            resource: resource.id.clone(),
            title: resource.title.clone(),
            description: resource.description.clone(),
            source: resource.source.clone(),
            source_name: world.name_of(&resource.source).to_owned(),
            owner: self.owner_of(world, resource),
            update_every_days: resource.update_every_days,
            columns: resource.columns.clone(),
            base_entry: entry_of(world, resource).map(str::to_owned),
            facts: told
                .filter(|(kind, _)| **kind != FactKind::BaseEntry)
                .map(|(kind, fact)| (kind.zh().to_owned(), fact.told.clone()))
                .collect(),
            registration_code: code.map(|registration| registration.code.to_string()),
            digest: resource.digest,
        }
    }

    /// What a version compiled now would hold, and what not.
    pub(crate) fn drawn(
        &self,
        world: &World,
        kind: CatalogueKind,
        of: Option<&OrganisationId>,
    ) -> (Vec<CatalogueEntry>, Vec<LeftOut>) {
        let asked = self.asked(world);
        let (mut entries, mut left_out) = (Vec::new(), Vec::new());
        for resource in world.resources.values().map(AsRef::as_ref) {
            let mut found = Vec::new();
            match kind {
                CatalogueKind::Department if Some(&resource.source) != of => continue,
                CatalogueKind::Department => described(&asked, resource, &mut found),
                CatalogueKind::Operating => listed(&asked, resource, &mut found),
            }
            if found.is_empty() {
                entries.push(self.entry(world, resource));
            } else {
                let reasons = found.iter().map(|reason| format!("{} {}", reason.code, reason.what)).collect();
                left_out.push(LeftOut { resource: resource.id.clone(), title: resource.title.clone(), reasons });
            }
        }
        (entries, left_out)
    }
}

/// Everything that keeps a resource out of the operating catalogue.
pub(crate) fn listed(asked: &Asked<'_>, resource: &Resource, found: &mut Vec<Reason>) {
    let all: Vec<&str> = resource.columns.iter().map(|column| column.name.as_str()).collect();
    decide::of_resource(asked, resource, found);
    decide::of_columns(asked, resource, &all, found);
    facts::against(asked, resource, FactAct::Listing, found);
}

/// Everything that keeps a resource out of its department's own catalogue, which everybody
/// reads: that it is barred, or found to do harm. It says what the department holds; that it
/// is registered is asked by what authorises its operation.
fn described(asked: &Asked<'_>, resource: &Resource, found: &mut Vec<Reason>) {
    decide::on_negative_list(asked, resource, found);
    findings::harmed(asked, resource, found);
}

/// REG-113: a resource that stands in no catalogue which its department published.
pub(crate) fn of_department(asked: &Asked<'_>, resource: &Resource, found: &mut Vec<Reason>) {
    let rules = asked.regime.catalogue.as_ref().and_then(|rules| rules.department_own.as_ref());
    let Some(rule) = rules.filter(|rule| rule.value) else { return };
    let published = asked.world.department_catalogues.get(&resource.source);
    if !published.is_some_and(|held| held.contains(&resource.id)) {
        let what = format!("`{}` stands in no catalogue that its department published", resource.name);
        let instead = "its department publishes the next version of its own catalogue";
        found.push(asked.regime.reason(reasons::NOT_IN_DEPARTMENT_CATALOGUE, rule, what, instead));
    }
}
