//! What rests or is admitted: suspensions of agreements and scenarios, admissions
//! of entities, and what a matter needs to know of the thing that it is about.
//!
//! INVARIANT (dies at once): whoever suspends, ends or bars touches its basis in
//! the same turn (`enact.rs`).
//! INVARIANT (held by all): a thing suspended by two matters lives again when both
//! have let go.
//!
//! Not here: who may suspend or admit (`casework`).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shuyu_model::id::{AgreementId, OrganisationId, PersonId, ProductId, ResourceId, ScenarioId};
use shuyu_model::matter::{MatterKind, SubjectKind};
use shuyu_model::{Day, Reason, Role, Time};

use crate::decide::Asked;
use crate::subject::parsed;
use crate::world::World;
use crate::{
    Act, Agreement, AgreementKind, AgreementState, Registry, RegistryError, Scenario, Scope, Turn, accounts, reasons,
};

/// The ground on which an agreement ends that nobody ended.
const RAN_OUT: &str = "expiry";

/// How an entity stands with an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdmissionState {
    /// It is served.
    Admitted,
    /// It is not served for now.
    Suspended,
    /// It is no longer served.
    Removed,
}

impl AdmissionState {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Suspended => "suspended",
            Self::Removed => "removed",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Admitted, Self::Suspended, Self::Removed].into_iter().find(|state| state.word() == word)
    }
}

/// An entity's admission by an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Admission {
    /// Who is admitted.
    pub entity: OrganisationId,
    /// By whom.
    pub operator: OrganisationId,
    /// How it stands.
    pub state: AdmissionState,
    /// Since when.
    pub since: Time,
}

/// What a matter is about, as `casework` needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterSubject {
    /// The organisation that it concerns: itself, a grantee, an operator, a department.
    pub organisation: OrganisationId,
    /// Which organisation acts in a role; roles not named are open to every
    /// organisation that holds them.
    pub parties: BTreeMap<Role, OrganisationId>,
    /// Who made the thing.
    pub authors: Vec<PersonId>,
    /// Whether it is an agreement that was never concluded.
    pub is_draft: bool,
    /// Whom alone it concerns, beside those who oversee; nothing where its being there is
    /// no secret.
    pub concerns: Option<BTreeSet<OrganisationId>>,
}

/// What is looked at for risks: an operator with an agreement in force, a resource or a
/// product that is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskSubject {
    /// Its id.
    pub id: String,
    /// Since when.
    pub since: Day,
}

/// An operator agreement that holds, for what falls due under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Which.
    pub agreement: AgreementId,
    /// Whose.
    pub operator: OrganisationId,
    /// Who gave it.
    pub agency: OrganisationId,
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub until: Day,
}

impl Registry {
    /// What a matter on this is about; `None` where the registry does not know such things.
    pub async fn matter_subject_in(&self, turn: &mut Turn, id: &str) -> Result<Option<MatterSubject>, RegistryError> {
        let world = self.world_in(turn).await?;
        Ok(Some(match SubjectKind::of(id) {
            Some(SubjectKind::Organisation) => of_organisation(&world, &parsed(OrganisationId::parse(id))?)?,
            Some(SubjectKind::Agreement) => of_agreement(world.agreement(&parsed(AgreementId::parse(id))?)?),
            Some(SubjectKind::Scenario) => {
                let scenario = world.scenario(&parsed(ScenarioId::parse(id))?)?;
                let agency = world.agreement(&scenario.agreement)?.grantor.clone();
                MatterSubject {
                    organisation: scenario.operator.clone(),
                    parties: BTreeMap::from([(Role::Operator, scenario.operator.clone()), (Role::Agency, agency)]),
                    authors: scenario.authors.clone(),
                    is_draft: false,
                    concerns: None,
                }
            }
            Some(SubjectKind::Resource) => {
                let resource = world.resource(&parsed(ResourceId::parse(id))?)?;
                MatterSubject {
                    organisation: resource.source.clone(),
                    parties: BTreeMap::from([(Role::Source, resource.source.clone())]),
                    authors: resource.authors.clone(),
                    is_draft: false,
                    concerns: None,
                }
            }
            Some(SubjectKind::Product) => match of_product(&world, id)? {
                Some(subject) => subject,
                None => return Err(RegistryError::unknown("registered product", id)),
            },
            Some(SubjectKind::Statement | SubjectKind::Distribution) => {
                let closed = accounts::store::closed(turn.change(), id).await?;
                closed.ok_or_else(|| RegistryError::unknown("closed account", id))?.as_subject()
            }
            Some(SubjectKind::Matter | SubjectKind::Case) | None => return Ok(None),
        }))
    }

    /// The roles that an organisation takes part in.
    pub async fn roles_of_in(&self, turn: &mut Turn, id: &OrganisationId) -> Result<Vec<Role>, RegistryError> {
        Ok(self.world_in(turn).await?.organisation(id)?.roles.clone())
    }

    /// Whether two organisations have an agreement with each other that holds today.
    pub async fn have_agreement_in(
        &self,
        turn: &mut Turn,
        one: &OrganisationId,
        other: &OrganisationId,
    ) -> Result<bool, RegistryError> {
        let today = self.now().day();
        let is_between = |a: &std::sync::Arc<Agreement>| {
            let pair = (&a.grantor, &a.grantee);
            let holds = a.state == AgreementState::InForce && a.from <= today && today <= a.until;
            holds && (pair == (one, other) || pair == (other, one))
        };
        Ok(self.world_in(turn).await?.agreements.values().any(is_between))
    }

    /// Since when an agreement or scenario rests; `None` when it does not.
    pub async fn suspended_since(&self, subject: &str) -> Result<Option<Time>, RegistryError> {
        Ok(self.world().await?.suspended.get(subject).copied())
    }

    /// How an entity stands with the operators that ever admitted it.
    pub async fn admissions_of(&self, entity: &OrganisationId) -> Result<Vec<Admission>, RegistryError> {
        let world = self.world().await?;
        Ok(world.admissions.values().filter(|admission| admission.entity == *entity).cloned().collect())
    }

    /// How entities stand with an operator that ever admitted them, those that left too.
    pub async fn admissions_by(&self, operator: &OrganisationId) -> Result<Vec<Admission>, RegistryError> {
        let world = self.world().await?;
        Ok(world.admissions.values().filter(|admission| admission.operator == *operator).cloned().collect())
    }

    /// The operator agreements that hold or ran out, oldest first.
    pub async fn terms(&self) -> Result<Vec<Term>, RegistryError> {
        self.terms_of(AgreementKind::Operator).await
    }

    /// The processing agreements that hold, oldest first; the processor stands where
    /// the operator does.
    pub async fn processing_terms(&self) -> Result<Vec<Term>, RegistryError> {
        self.terms_of(AgreementKind::Processing).await
    }

    /// The operator agreements of one operator that hold or ran out, inside a change.
    pub async fn terms_with_in(&self, turn: &mut Turn, operator: &OrganisationId) -> Result<Vec<Term>, RegistryError> {
        let mut terms = terms_in(&*self.world_in(turn).await?, AgreementKind::Operator);
        terms.retain(|term| term.operator == *operator);
        Ok(terms)
    }

    async fn terms_of(&self, kind: AgreementKind) -> Result<Vec<Term>, RegistryError> {
        Ok(terms_in(&*self.world().await?, kind))
    }

    /// How many people hold a platform administrator's role beside another one.
    pub async fn mixed_admins(&self) -> Result<usize, RegistryError> {
        let world = self.world().await?;
        let is_mixed = |roles: &[Role]| roles.len() > 1 && roles.iter().any(|role| role.is_platform_admin());
        Ok(world.people.values().filter(|person| is_mixed(&person.roles)).count())
    }

    /// What is looked at for risks now, operators first.
    pub async fn risk_subjects(&self) -> Result<Vec<RiskSubject>, RegistryError> {
        let mut found: Vec<RiskSubject> = Vec::new();
        let (world, today) = (self.world().await?, self.now().day());
        let holds = |term: &Term| {
            let is_in_force = |known: &std::sync::Arc<Agreement>| known.state == AgreementState::InForce;
            world.agreements.get(&term.agreement).is_some_and(is_in_force) && today <= term.until
        };
        for term in self.terms().await?.into_iter().filter(holds) {
            let id = term.operator.to_string();
            match found.iter_mut().find(|subject| subject.id == id) {
                Some(subject) => subject.since = subject.since.min(term.from),
                None => found.push(RiskSubject { id, since: term.from }),
            }
        }
        for (subject, all) in &world.registered {
            let mut held = all.iter().filter_map(|id| world.registrations.get(id));
            if let Some(first) = held.find(|one| one.holds_on(today)) {
                found.push(RiskSubject { id: subject.clone(), since: first.valid_from });
            }
        }
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }

    /// The agreements that a matter on this subject can suspend or end: itself, or
    /// all in force that the organisation was given.
    pub(crate) fn agreements_under(world: &World, subject: &str) -> Vec<AgreementId> {
        let is_of = |agreement: &&Agreement| {
            agreement.state == AgreementState::InForce
                && (agreement.id.as_str() == subject || agreement.grantee.as_str() == subject)
        };
        world.agreements.values().map(AsRef::as_ref).filter(is_of).map(|agreement| agreement.id.clone()).collect()
    }
}

/// Only what an organisation does for itself is bound to it: that it is, say, the
/// assessed operator does not make it the only operator that there is elsewhere.
fn of_organisation(world: &World, id: &OrganisationId) -> Result<MatterSubject, RegistryError> {
    let roles = &world.organisation(id)?.roles;
    let parties = roles.iter().map(|role| (*role, id.clone())).collect();
    Ok(MatterSubject { organisation: id.clone(), parties, authors: Vec::new(), is_draft: false, concerns: None })
}

/// A product is known here by its registration: its holder is who offers it.
fn of_product(world: &World, id: &str) -> Result<Option<MatterSubject>, RegistryError> {
    let last = world.registered.get(id).and_then(|all| all.last());
    let Some(registration) = last.and_then(|last| world.registrations.get(last)) else { return Ok(None) };
    let holder = &registration.holder;
    let roles = &world.organisation(holder)?.roles;
    let parties = roles.iter().map(|role| (*role, holder.clone())).collect();
    Ok(Some(MatterSubject {
        organisation: holder.clone(),
        parties,
        authors: Vec::new(),
        is_draft: false,
        concerns: None,
    }))
}

fn of_agreement(agreement: &Agreement) -> MatterSubject {
    let (gives, gets) = agreement.kind.parties();
    MatterSubject {
        organisation: agreement.grantee.clone(),
        parties: BTreeMap::from([(gives, agreement.grantor.clone()), (gets, agreement.grantee.clone())]),
        authors: agreement.authors.clone(),
        is_draft: agreement.state == AgreementState::Draft,
        concerns: None,
    }
}

/// REG-029, REG-030: a reason when an agreement or scenario rests. Says whether it
/// is free.
pub(crate) fn suspended(asked: &Asked<'_>, subject: &str, code: &'static str, found: &mut Vec<Reason>) -> bool {
    let Some(since) = asked.world.suspended.get(subject) else { return true };
    let regime = asked.regime;
    let kinds = [MatterKind::Rectification, MatterKind::Incident];
    let clause = kinds.iter().find_map(|kind| regime.matter.get(kind)).map_or("setting", |rules| &rules.source);
    found.push(Reason::new(
        code,
        format!("{subject} is suspended since {since}"),
        regime.cite_clause(clause),
        "wait until the rectification is accepted or the service resumed",
    ));
    false
}

/// Under which name what was made in a scenario stays inside.
pub(crate) fn results_of(scenario: &str) -> String {
    format!("{scenario}/results")
}

/// Under which name the products of a scenario, or one of them, are off the shelf.
pub(crate) fn shelf_of(scenario: &str, product: Option<&ProductId>) -> String {
    match product {
        Some(product) => format!("{scenario}/shelf/{product}"),
        None => format!("{scenario}/shelf"),
    }
}

/// Of what such a name speaks.
pub(crate) fn whose(name: &str) -> &str {
    name.split('/').next().unwrap_or_default()
}

/// REG-136: a product that the managing body took off the shelf is ordered no more; what
/// was ordered before goes on.
pub(crate) fn delisted(asked: &Asked<'_>, scope: &Scope, found: &mut Vec<Reason>) {
    let all = shelf_of(scope.scenario.as_str(), None);
    let own = scope.product.as_ref().map(|product| shelf_of(scope.scenario.as_str(), Some(product)));
    let since = asked.world.suspended.get(&all).or_else(|| asked.world.suspended.get(&own?));
    let Some(since) = since.filter(|_| scope.is_order) else { return };
    let regime = asked.regime;
    let kinds = [MatterKind::Rectification, MatterKind::Product];
    let clause = kinds.iter().find_map(|kind| regime.matter.get(kind)).map_or("setting", |rules| &rules.source);
    found.push(Reason::new(
        reasons::DELISTED,
        format!("the product is off the shelf since {since} 产品已下架"),
        regime.cite_clause(clause),
        "wait until the rectification is accepted, or order another product",
    ));
}

/// REG-130: what was made in a scenario before an incident stopped it, and what leaves it
/// since, stays inside until somebody has cleared it. Computing goes on.
pub(crate) fn quarantined(asked: &Asked<'_>, act: Act, scenario: &Scenario, found: &mut Vec<Reason>) {
    let Some(since) = asked.world.suspended.get(&results_of(scenario.id.as_str())) else { return };
    if act == Act::Compute {
        return;
    }
    found.push(Reason::new(
        reasons::RESULTS_QUARANTINED,
        format!("what was made in {} is quarantined since {since} 加工成果已隔离", scenario.id),
        incident_clause(asked),
        "wait until the body that handles the incident has cleared it",
    ));
}

/// REG-131: the use of a resource was stopped by an incident, in every scenario at once.
pub(crate) fn stopped(asked: &Asked<'_>, resource: &str, found: &mut Vec<Reason>) {
    let Some(since) = asked.world.suspended.get(resource) else { return };
    found.push(Reason::new(
        reasons::RESOURCE_STOPPED,
        format!("the use of {resource} is stopped since {since} 数据使用已停止"),
        incident_clause(asked),
        "wait until the incident has ended and the service is resumed",
    ));
}

fn incident_clause(asked: &Asked<'_>) -> String {
    let regime = asked.regime;
    regime.cite_clause(regime.matter.get(&MatterKind::Incident).map_or("setting", |rules| &rules.source))
}

/// REG-031: an entity that is not admitted where the rules ask for it, or whose
/// admission rests or has ended.
pub(crate) fn admitted(asked: &Asked<'_>, operator: &OrganisationId, entity: &OrganisationId, found: &mut Vec<Reason>) {
    let regime = asked.regime;
    let rules = regime.matter.get(&MatterKind::EntityOnboarding);
    let required = rules.and_then(|rules| rules.required_for_use.as_ref());
    let admission = asked.world.admissions.get(&(entity.clone(), operator.clone()));
    let what = match admission.map(|admission| admission.state) {
        Some(AdmissionState::Admitted) => return,
        Some(AdmissionState::Suspended) => "rests",
        Some(AdmissionState::Removed) => "has ended",
        None if required.is_some_and(|required| required.value) => "was never given",
        None => return,
    };
    let clause = match (admission, required) {
        (None, Some(required)) => regime.cite(required),
        _ => regime.cite_clause(rules.map_or("setting", |rules| &rules.source)),
    };
    let (entity, operator) = (asked.world.name_of(entity), asked.world.name_of(operator));
    let sentence = format!("the admission of `{entity}` by `{operator}` {what}");
    found.push(Reason::new(reasons::NOT_ADMITTED, sentence, clause, "apply to the operator for admission"));
}

fn terms_in(world: &World, kind: AgreementKind) -> Vec<Term> {
    let ran_out = |a: &Agreement| a.state == AgreementState::Ended && a.ended_ground.as_deref() == Some(RAN_OUT);
    let holds = |a: &&Agreement| a.kind == kind && (a.state == AgreementState::InForce || ran_out(a));
    let term = |a: &Agreement| Term {
        agreement: a.id.clone(),
        operator: a.grantee.clone(),
        agency: a.grantor.clone(),
        from: a.from,
        until: a.until,
    };
    world.agreements.values().map(AsRef::as_ref).filter(holds).map(term).collect()
}
