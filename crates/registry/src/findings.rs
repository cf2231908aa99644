//! Findings on protected interests: whether operating a resource harms national
//! security, a trade secret, privacy and whatever else the document protects.
//!
//! INVARIANT (found on this): a finding names the digest of the description that was
//! looked at; on another description it does not count.
//! INVARIANT (one by one): each interest of the document has its own finding; one that
//! is missing or found harmed keeps the resource out of agreements, scenarios and runs.
//!
//! Not here: which interests a document protects (`resource.interests` of the regime),
//! the negative list (`resources`).

pub(crate) mod store;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, PersonId, ResourceId};
use shuyu_model::regime::{Interest, Sourced};
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Time, Verdict};

use crate::decide::{self, Asked};
use crate::live::Basis;
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::reasons::names;
use crate::store::Book;
use crate::world::World;
use crate::{Registry, RegistryError, Resource, reasons};

type Result<T> = std::result::Result<T, RegistryError>;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingOutcome {
    /// Nothing touches the interest.
    Clear,
    /// Something does, and it is treated so that it does no harm.
    Treated,
    /// It would be harmed.
    Harmed,
}

impl FindingOutcome {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Treated => "treated",
            Self::Harmed => "harmed",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Clear, Self::Treated, Self::Harmed].into_iter().find(|outcome| outcome.word() == word)
    }
}

/// What somebody found on one interest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// On which.
    pub interest: Interest,
    /// Counts the findings on it, from 1.
    pub number: u32,
    /// What was found.
    pub outcome: FindingOutcome,
    /// How it is treated.
    pub treatment: Option<String>,
    /// Of the document that says so.
    pub document_digest: Digest,
    /// Of the description that was looked at.
    pub resource_digest: Digest,
    /// Who found it.
    pub found_by: PersonId,
    /// For whom.
    pub organisation: OrganisationId,
    /// When.
    pub found_at: Time,
}

/// A finding to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFinding {
    /// On which interest.
    pub interest: Interest,
    /// What was found.
    pub outcome: FindingOutcome,
    /// How it is treated, where it is.
    #[serde(default)]
    pub treatment: Option<String>,
    /// Of the document that says so.
    pub document_digest: Digest,
    /// Of the description that was looked at.
    pub resource_digest: Digest,
}

/// An interest that the rules protect, and what was found on it last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InterestView {
    /// Which.
    pub interest: Interest,
    /// What people call it.
    pub title: &'static str,
    /// Whether the finding is on the description as it is now.
    pub is_current: bool,
    /// The clause that protects it.
    pub clause: String,
    /// The findings, oldest first.
    pub findings: Vec<Finding>,
}

/// The rule that asks for findings on an interest; a mistake where none does.
pub(crate) fn asked_for<'a>(
    rule: Option<&'a Sourced<Vec<Interest>>>,
    interest: Interest,
    of: &str,
) -> Result<&'a Sourced<Vec<Interest>>> {
    rule.filter(|rule| rule.value.contains(&interest)).ok_or_else(|| {
        let known = rule.map(|rule| rule.value.iter().map(|one| one.word()).collect::<Vec<_>>().join(", "));
        let known = known.unwrap_or_else(|| "none".to_owned());
        RegistryError::Malformed { faults: vec![format!("`interest`: of {of} these rules ask for: {known}")] }
    })
}

/// What is wrong with how a finding says that something is treated.
pub(crate) fn treatment_faults(outcome: FindingOutcome, treatment: Option<&str>) -> Vec<String> {
    let mut faults = Vec::new();
    match (outcome, treatment) {
        (FindingOutcome::Treated, None) => faults.push("`treatment` is missing; say how it is treated".to_owned()),
        (_, Some(treatment)) => text_fault("treatment", treatment, NAME_CHARS_MAX, &mut faults),
        (_, None) => {}
    }
    faults
}

impl Registry {
    /// Whoever holds a thing does not undo what another body found harmed on it.
    pub(crate) fn harmed_by_others(
        &self,
        world: &World,
        last: Option<(FindingOutcome, &OrganisationId)>,
        holder: &OrganisationId,
        interest: Interest,
        rule: &Sourced<Vec<Interest>>,
    ) -> Option<Reason> {
        let (_, by) = last.filter(|(outcome, by)| *outcome == FindingOutcome::Harmed && *by != holder)?;
        let what = format!("`{}` found {} harmed", world.name_of(by), interest.word());
        Some(self.regime().reason(reasons::OTHERS_FINDING, rule, what, "ask that body to find anew"))
    }

    /// Records what was found on a resource: its own department, or the managing body.
    pub async fn record_finding(&self, actor: &Actor, id: &ResourceId, new: NewFinding) -> Result<Verdict<()>> {
        let rule = self.regime().resource.interests.as_ref();
        let rule = asked_for(rule, new.interest, "resources")?;
        RegistryError::of_faults(treatment_faults(new.outcome, new.treatment.as_deref()))?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let resource = world.resource(id)?;
        let asked = self.asked(&world);
        let mut found = Vec::new();
        decide::role(&asked, actor, &[Role::Source, Role::Regulator], &mut found);
        if !actor.is(Role::Regulator) {
            found.extend(self.unless_own(&world, actor, &resource.source, self.regime().cite(rule)));
            let last = world.findings.get(id).and_then(|known| known.get(&new.interest));
            let last = last.map(|last| (last.outcome, &last.organisation));
            found.extend(self.harmed_by_others(&world, last, &resource.source, new.interest, rule));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "resource.finding_refused", id.as_str(), reasons).await;
        }
        if new.resource_digest != resource.digest {
            return Err(RegistryError::conflict(format!("{id} is another description by now; read it again")));
        }
        let before = store::findings(&mut Book::Change(turn.change()), id.as_str()).await?;
        let number = before.iter().filter(|(_, one)| one.interest == new.interest).map(|(_, one)| one.number).max();
        let finding = Finding {
            interest: new.interest,
            number: number.unwrap_or_default().saturating_add(1),
            outcome: new.outcome,
            treatment: new.treatment,
            document_digest: new.document_digest,
            resource_digest: new.resource_digest,
            found_by: actor.person.clone(),
            organisation: actor.organisation.clone(),
            found_at: self.now(),
        };
        store::insert(turn.change(), id, &finding).await?;
        turn.touch(Basis::Resource(id.clone()));
        let facts = json!({ "interest": finding.interest, "outcome": finding.outcome, "number": finding.number });
        let event = Event::done(Some(actor), "resource.interest_found", id.as_str()).facts(facts).under(self.regime());
        let event = event.citing(self.regime().cite(rule));
        turn.commit(event.digests(Some(finding.resource_digest), Some(finding.document_digest))).await?;
        Ok(Verdict::Allow(()))
    }

    /// Each interest that the rules protect, and all that was ever found on it here.
    pub async fn interests(&self, id: &ResourceId) -> Result<Vec<InterestView>> {
        let world = self.world().await?;
        let resource = world.resource(id)?;
        let Some(rule) = &self.regime().resource.interests else { return Ok(Vec::new()) };
        let all = store::findings(&mut Book::Ledger(self.ledger()), id.as_str()).await?;
        let view = |interest: &Interest| {
            let of = all.iter().filter(|(_, finding)| finding.interest == *interest);
            let findings: Vec<Finding> = of.map(|(_, finding)| finding.clone()).collect();
            InterestView {
                interest: *interest,
                title: interest.zh(),
                is_current: findings.last().is_some_and(|last| last.resource_digest == resource.digest),
                clause: self.regime().cite(rule),
                findings,
            }
        };
        Ok(rule.value.iter().map(view).collect())
    }
}

/// REG-046, REG-047: what is not found yet, and what is found harmed.
pub(crate) fn against(asked: &Asked<'_>, resource: &Resource, found: &mut Vec<Reason>) {
    let Some(rule) = &asked.regime.resource.interests else { return };
    let none = BTreeMap::new();
    let known = asked.world.findings.get(&resource.id).unwrap_or(&none);
    let current = |interest: &Interest| known.get(interest).filter(|one| one.resource_digest == resource.digest);
    let told = |interest: &&Interest| format!("{} ({})", interest.word(), interest.zh());
    let missing: Vec<String> = rule.value.iter().filter(|one| current(one).is_none()).map(|one| told(&one)).collect();
    if !missing.is_empty() {
        let what = format!("on `{}` as it is now nothing was found yet about: {}", resource.name, names(&missing));
        let instead = "let its department record a finding on each";
        found.push(asked.regime.reason(reasons::FINDING_MISSING, rule, what, instead));
    }
    harmed(asked, resource, found);
}

/// REG-047: what is found harmed on it as it is now.
pub(crate) fn harmed(asked: &Asked<'_>, resource: &Resource, found: &mut Vec<Reason>) {
    let Some(rule) = &asked.regime.resource.interests else { return };
    let none = BTreeMap::new();
    let known = asked.world.findings.get(&resource.id).unwrap_or(&none);
    let current = |interest: &Interest| known.get(interest).filter(|one| one.resource_digest == resource.digest);
    let told = |interest: &&Interest| format!("{} ({})", interest.word(), interest.zh());
    let is_harmed = |one: &&Interest| current(one).is_some_and(|last| last.outcome == FindingOutcome::Harmed);
    let harmed: Vec<String> = rule.value.iter().filter(is_harmed).map(|one| told(&one)).collect();
    if !harmed.is_empty() {
        let what = format!("operating `{}` was found to harm: {}", resource.name, names(&harmed));
        let instead = "do without it, or have it treated and found anew";
        found.push(asked.regime.reason(reasons::INTEREST_HARMED, rule, what, instead));
    }
}

/// Whether a finding on it, as it is now, says that something is harmed.
pub(crate) fn is_harmed(asked: &Asked<'_>, resource: &Resource) -> bool {
    let known = asked.world.findings.get(&resource.id).into_iter().flat_map(BTreeMap::values);
    known.into_iter().any(|one| one.outcome == FindingOutcome::Harmed && one.resource_digest == resource.digest)
}

impl Registry {
    /// The resources that a finding keeps out of every catalogue: their operation does harm.
    pub async fn harmed(&self) -> Result<Vec<ResourceId>> {
        let world = self.world().await?;
        let asked = self.asked(&world);
        let harmed = world.resources.values().filter(|resource| is_harmed(&asked, resource));
        Ok(harmed.map(|resource| resource.id.clone()).collect())
    }
}
