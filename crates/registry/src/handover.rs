//! What there is to hand over when an operator's agreement ends, and who of it is closed
//! out: read from the records, decided on by casework.
//!
//! INVARIANT (whole): what was delivered, retained or registered as an asset under the
//! agreement is in the list, each by itself.
//!
//! Not here: outcomes and receivers (`casework::exits`).

use shuyu_model::id::{AgreementId, OrganisationId};
use shuyu_model::regime::{Handing, PaperKind, Particular};
use shuyu_model::{Day, Time};

use crate::world::World;
use crate::{Agreement, AgreementKind, AgreementState, Registry, RegistryError, Turn};

/// One thing to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// What it is.
    pub kind: Handing,
    /// Its id: a development agreement, a resource, a paper.
    pub subject: String,
    /// What people call it.
    pub what: String,
    /// Whom else it concerns: the entity that is served, the department whose data it is.
    pub concerns: Option<OrganisationId>,
}

/// An operator's agreement whose last day has passed, and what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOut {
    /// Which.
    pub agreement: AgreementId,
    /// Its last day.
    pub until: Day,
    /// Whether its parties have a further one in force.
    pub is_renewed: bool,
}

impl Registry {
    /// Everything of these kinds that an operator's agreement leaves behind.
    pub async fn to_hand_over_in(
        &self,
        turn: &mut Turn,
        id: &AgreementId,
        kinds: &[Handing],
    ) -> Result<Vec<Handed>, RegistryError> {
        let world = self.world_in(turn).await?;
        let agreement = world.agreement(id)?;
        let mut found = Vec::new();
        for kind in kinds {
            match kind {
                Handing::Service => services(&world, agreement, self.now().day(), &mut found),
                Handing::Data => data(&world, agreement, &mut found),
                Handing::Asset => assets(&world, agreement, &mut found),
            }
        }
        Ok(found)
    }

    /// The operator agreements that nobody ended and whose last day has passed, oldest first.
    pub async fn run_out(&self) -> Result<Vec<RunOut>, RegistryError> {
        let (world, today) = (self.world().await?, self.now().day());
        let of_operator = || {
            let all = world.agreements.values().map(AsRef::as_ref);
            all.filter(|a: &&Agreement| a.kind == AgreementKind::Operator && a.state == AgreementState::InForce)
        };
        let follows = |old: &Agreement, new: &Agreement| {
            (&old.grantor, &old.grantee) == (&new.grantor, &new.grantee) && today <= new.until
        };
        let told = |old: &Agreement| RunOut {
            agreement: old.id.clone(),
            until: old.until,
            is_renewed: of_operator().any(|new| follows(old, new)),
        };
        Ok(of_operator().filter(|agreement| agreement.until < today).map(told).collect())
    }

    /// The operator agreements that a matter on this concerns: itself, or those of the
    /// organisation; in force, or ended at `at` or later.
    pub async fn operator_agreements_in(
        &self,
        turn: &mut Turn,
        subject: &str,
        at: Time,
    ) -> Result<Vec<AgreementId>, RegistryError> {
        let world = self.world_in(turn).await?;
        let counts = |a: &&Agreement| {
            let is_of = a.id.as_str() == subject || a.grantee.as_str() == subject;
            let ended_then = a.ended_at.is_some_and(|ended| at <= ended);
            a.kind == AgreementKind::Operator && is_of && (a.state == AgreementState::InForce || ended_then)
        };
        Ok(world.agreements.values().map(AsRef::as_ref).filter(counts).map(|agreement| agreement.id.clone()).collect())
    }

    /// Since when an organisation is no operator any more: its last agreement has ended
    /// and no other is drafted or in force; `None` while it is one, or never was.
    pub async fn operated_until(&self, id: &OrganisationId) -> Result<Option<(AgreementId, Time)>, RegistryError> {
        let (world, today) = (self.world().await?, self.now().day());
        let own = || {
            let all = world.agreements.values().map(AsRef::as_ref);
            all.filter(|a: &&Agreement| a.kind == AgreementKind::Operator && a.grantee == *id)
        };
        let stands = |a: &Agreement| match a.state {
            AgreementState::Draft => true,
            AgreementState::InForce => today <= a.until,
            AgreementState::Ended => false,
        };
        if own().any(stands) {
            return Ok(None);
        }
        let last = own().filter_map(|a| a.ended_at.map(|at| (a.id.clone(), at)));
        Ok(last.max_by_key(|(_, at)| *at))
    }
}

/// Each entity and scenario that is served under the agreement.
fn services(world: &World, agreement: &Agreement, today: Day, found: &mut Vec<Handed>) {
    for development in world.agreements.values().filter(|a| a.kind == AgreementKind::Development) {
        let scenario = development.scenario.as_ref().and_then(|id| world.scenarios.get(id));
        let Some(scenario) = scenario.filter(|scenario| scenario.agreement == agreement.id) else { continue };
        // What ran out with the operator's own agreement was served until then.
        let was_live = today <= development.until || development.until == agreement.until;
        if development.state == AgreementState::InForce && was_live {
            found.push(Handed {
                kind: Handing::Service,
                subject: development.id.to_string(),
                what: format!("{} – {}", scenario.title, world.name_of(&development.grantee)),
                concerns: Some(development.grantee.clone()),
            });
        }
    }
}

fn data(world: &World, agreement: &Agreement, found: &mut Vec<Handed>) {
    for resource in agreement.resources.iter().filter_map(|id| world.resources.get(id)) {
        found.push(Handed {
            kind: Handing::Data,
            subject: resource.id.to_string(),
            what: resource.title.clone(),
            concerns: Some(resource.source.clone()),
        });
    }
}

fn assets(world: &World, agreement: &Agreement, found: &mut Vec<Handed>) {
    for paper in world.papers_of(&agreement.grantee, PaperKind::Asset, None) {
        let at_exit = paper.particulars.get(&Particular::AtExit).map_or("", String::as_str);
        let what = format!("{} ({at_exit})", paper.title);
        found.push(Handed { kind: Handing::Asset, subject: paper.id.to_string(), what, concerns: None });
    }
}
