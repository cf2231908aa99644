//! The holders of rights in a product: who holds the data, who processes it, who offers
//! the product, whose what is derived from it is.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{AgreementId, OrganisationId, ProductId, ScenarioId};
use shuyu_model::regime::Right;
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Verdict};

use super::{Result, store};
use crate::live::Basis;
use crate::store::Book;
use crate::{AgreementKind, Registry, RegistryError, decide, reasons};

/// A right in a product, and who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RightView {
    /// Which.
    #[serde(rename = "right")]
    pub held_right: Right,
    /// What people call it.
    pub title: &'static str,
    /// The names of who holds it; empty where nothing was agreed yet.
    pub holders: Vec<String>,
    /// The agreement that says so; none where it follows from the records.
    pub agreement: Option<AgreementId>,
    /// The clause.
    pub clause: String,
}

/// A right, as an agreement allots it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRight {
    /// Which.
    #[serde(rename = "right")]
    pub held_right: Right,
    /// To whom.
    pub holder: OrganisationId,
    /// By which agreement.
    pub agreement: AgreementId,
    /// Of the part of it that says so.
    pub document_digest: Digest,
}

/// A right that was allotted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Allotted {
    pub(crate) held_right: Right,
    pub(crate) number: i64,
    pub(crate) holder: OrganisationId,
    pub(crate) agreement: AgreementId,
}

impl Registry {
    /// Who holds which right in a product of this scenario.
    pub async fn product_rights(&self, id: &ProductId, scenario: &ScenarioId) -> Result<Vec<RightView>> {
        let Some(rule) = self.regime().product.as_ref().and_then(|rules| rules.rights.as_ref()) else {
            return Ok(Vec::new());
        };
        let world = self.world().await?;
        let scenario = world.scenario(scenario)?;
        let allotted = store::rights(&mut Book::Ledger(self.ledger()), id.as_str()).await?;
        let view = |held: &Right| {
            let by_agreement = allotted.iter().rev().find(|one| one.held_right == *held);
            let mut holders: Vec<String> = match (held, by_agreement) {
                (_, Some(one)) => vec![world.name_of(&one.holder).to_owned()],
                (Right::Hold, None) => {
                    let resources = scenario.resources().into_iter().filter_map(|id| world.resources.get(id));
                    resources.map(|resource| world.name_of(&resource.source).to_owned()).collect()
                }
                (Right::Process | Right::Operate, None) => vec![world.name_of(&scenario.operator).to_owned()],
                (Right::Derived, None) => Vec::new(),
            };
            holders.sort();
            holders.dedup();
            RightView {
                held_right: *held,
                title: held.zh(),
                holders,
                agreement: by_agreement.map(|one| one.agreement.clone()),
                clause: self.regime().cite(rule),
            }
        };
        Ok(rule.value.iter().map(view).collect())
    }

    /// Says who holds a right in a product of this scenario, by an agreement in force
    /// between the parties to it. For the party that gives under that agreement.
    pub async fn allot_right(
        &self,
        actor: &Actor,
        id: &ProductId,
        scenario: &ScenarioId,
        new: NewRight,
    ) -> Result<Verdict<()>> {
        let rule = self.regime().product.as_ref().and_then(|rules| rules.rights.as_ref());
        let rule = rule.filter(|rule| rule.value.contains(&new.held_right)).ok_or_else(|| {
            let faults = vec!["`right`: these rules tell no such right in products apart".to_owned()];
            RegistryError::Malformed { faults }
        })?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let scenario = world.scenario(scenario)?;
        let agreement = world.agreement(&new.agreement)?;
        world.organisation(&new.holder)?;
        let asked = self.asked(&world);
        let mut found = Vec::new();
        decide::role(&asked, actor, &[Role::Agency, Role::Operator], &mut found);
        found.extend(self.unless_own(&world, actor, &agreement.grantor, self.regime().cite(rule)));
        decide::of_agreement(&asked, agreement, &mut found);
        let is_above = agreement.kind == AgreementKind::Operator && agreement.id == scenario.agreement;
        let is_of_it = is_above || agreement.scenario.as_ref() == Some(&scenario.id);
        let is_party = [&agreement.grantor, &agreement.grantee].contains(&&new.holder);
        let mut against = |what: &str, instead: &str| {
            found.push(Reason::new(reasons::RIGHT_NOT_ALLOTTED, what, self.regime().cite(rule), instead));
        };
        if new.held_right == Right::Hold {
            against("the data behind a product stays with the departments that hold it", "allot another right");
        }
        if !is_of_it || !is_party {
            against(
                "the agreement is not one about this product's scenario, or the holder is no party to it",
                "name the operator agreement or a development agreement of the scenario, and a party to it",
            );
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "product.right_refused", id.as_str(), reasons).await;
        }
        let number = store::rights_in(turn.change(), id.as_str()).await?.iter().map(|one| one.number).max();
        let number = number.unwrap_or_default().saturating_add(1);
        store::insert_right(turn.change(), id, number, &new, &actor.person).await?;
        turn.touch(Basis::Product(id.clone()));
        let facts = json!({ "right": new.held_right, "holder": new.holder, "agreement": new.agreement });
        let event = Event::done(Some(actor), "product.right_allotted", id.as_str()).facts(facts).under(self.regime());
        let event = event.citing(self.regime().cite(rule)).digests(None, Some(new.document_digest));
        turn.commit(event).await?;
        Ok(Verdict::Allow(()))
    }
}
