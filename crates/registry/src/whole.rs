//! The one agency that gives whole authorisations (整体授权运营实施机构), beside those of
//! sectors, where the document has one.
//!
//! INVARIANT (exactly one): at every moment one agency of the city is it: the one named
//! last; the first that is entered is it from then on, without being named.
//!
//! Not here: that agency and managing body are two organisations (`parties`), a district's
//! own agency (`district`).

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::OrganisationId;
use shuyu_model::regime::words::Mode;
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Time, Verdict};

use crate::decide::Asked;
use crate::live::Basis;
use crate::world::World;
use crate::{Agreement, Organisation, Registry, RegistryError, Turn, decide, reasons};

pub(crate) mod store;

type Result<T> = std::result::Result<T, RegistryError>;

/// The naming of an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WholeAgency {
    /// Which.
    pub organisation: OrganisationId,
    /// The document that names it; none of the first, which nobody named.
    pub document: Option<Digest>,
    /// Since when it is known to be it; none while it is the only agency and nobody named it.
    pub named_at: Option<Time>,
}

/// An agency to be named.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewWholeAgency {
    /// Which.
    pub organisation: OrganisationId,
    /// The document that names it.
    pub document: Digest,
}

impl Registry {
    /// The one that gives whole authorisations; `None` where the document has none, or no
    /// agency is there.
    pub async fn whole_agency(&self) -> Result<Option<WholeAgency>> {
        let world = self.world().await?;
        Ok(of(&self.asked(&world)))
    }

    /// Names it (managing body); the one before gives no further whole authorisation.
    pub async fn name_whole_agency(&self, actor: &Actor, new: NewWholeAgency) -> Result<Verdict<()>> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let named = world.organisation(&new.organisation)?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Regulator], &mut found);
        let regime = self.regime();
        match regime.roles.whole_agency.as_ref().filter(|rule| rule.value) {
            None => {
                let what = "the document names no agency of whole authorisations";
                let instead = "leave it; each agency authorises in the modes of the document";
                found.push(Reason::new(reasons::OTHER_WHOLE_AGENCY, what, regime.cite_clause("setting"), instead));
            }
            Some(rule) if !is_eligible(&world, named) => {
                let what = format!("`{}` is no {} of the city", named.name, regime.word(Role::Agency));
                let instead = "name an organisation that is, and belongs to no district";
                found.push(regime.reason(reasons::OTHER_WHOLE_AGENCY, rule, what, instead));
            }
            Some(_) => {}
        }
        if let Some(reasons) = Reasons::new(found) {
            let object = new.organisation.as_str();
            return self.refuse(turn, actor, "whole_agency.refused", object, reasons).await;
        }
        let before = of(&self.asked(&world)).map(|one| one.organisation);
        let named_at = turn.change().now();
        let named =
            WholeAgency { organisation: new.organisation, document: Some(new.document), named_at: Some(named_at) };
        store::insert(turn.change(), &named, &actor.person).await?;
        for id in before.iter().chain([&named.organisation]) {
            turn.touch(Basis::Organisation(id.clone()));
        }
        let facts = json!({ "before": before });
        let event = Event::done(Some(actor), "whole_agency.named", named.organisation.as_str()).facts(facts);
        turn.commit(event.digests(None, Some(new.document)).under(regime)).await?;
        Ok(Verdict::Allow(()))
    }
}

/// Before another agency is entered, the only one there is kept as the one.
pub(crate) async fn before_another(turn: &mut Turn, asked: &Asked<'_>, actor: &Actor, roles: &[Role]) -> Result<()> {
    let is_open = asked.world.whole_agency.is_none() && roles.contains(&Role::Agency);
    let Some(only) = of(asked).filter(|_| is_open) else { return Ok(()) };
    let kept = WholeAgency { named_at: Some(turn.change().now()), ..only };
    store::insert(turn.change(), &kept, &actor.person).await?;
    turn.touch(Basis::Organisation(kept.organisation));
    Ok(())
}

fn is_eligible(world: &World, organisation: &Organisation) -> bool {
    organisation.roles.contains(&Role::Agency) && !world.districts.contains_key(&organisation.id)
}

/// Upholds INVARIANT (exactly one).
fn of(asked: &Asked<'_>) -> Option<WholeAgency> {
    asked.regime.roles.whole_agency.as_ref().filter(|rule| rule.value)?;
    let (world, named) = (asked.world, asked.world.whole_agency.clone());
    let named =
        named.filter(|one| world.organisations.get(&one.organisation).is_some_and(|one| is_eligible(world, one)));
    let first = || world.organisations.values().find(|one| is_eligible(world, one));
    let unnamed = || Some(WholeAgency { organisation: first()?.id.clone(), document: None, named_at: None });
    named.or_else(unnamed)
}

/// REG-134: a whole authorisation by another agency than the one.
pub(crate) fn against(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) {
    let Some(rule) = asked.regime.roles.whole_agency.as_ref().filter(|rule| rule.value) else { return };
    // That who is no agency authorises nothing is told by itself.
    let is_of_city = asked.world.organisations.get(&agreement.grantor).is_some_and(|one| is_eligible(asked.world, one));
    if agreement.mode != Some(Mode::Whole) || !is_of_city {
        return;
    }
    if let Some(one) = of(asked).filter(|one| one.organisation != agreement.grantor) {
        let name = asked.world.name_of(&one.organisation);
        let what = format!("whole authorisations are given by `{name}` alone");
        let instead = "authorise by sector, or leave it to that agency";
        found.push(asked.regime.reason(reasons::OTHER_WHOLE_AGENCY, rule, what, instead));
    }
}
