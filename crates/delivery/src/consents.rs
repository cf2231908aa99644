//! Consents given and withdrawn.
//!
//! INVARIANT (as easily withdrawn as given): the person withdraws with one call,
//! without a reason, and it holds at once (PIPL 15).

use shuyu_ledger::Event;
use shuyu_model::id::{ConsentId, OrganisationId, ProductId};
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Time, Verdict};

use crate::consent::{Consent, term_reasons};
use crate::delivery::Delivery;
use crate::error::DeliveryError;
use crate::offers::unknown;
use crate::revoke::Revoked;
use crate::subject::is_identity;
use crate::{reasons, store};

type Result<T> = std::result::Result<T, DeliveryError>;

/// A consent to be recorded. The identity number is used for its keyed digest
/// and is not kept.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// For which product.
    pub product: ProductId,
    /// To whom.
    pub entity: OrganisationId,
    /// Whose: an identity number, or a firm's credit code.
    pub subject_id_number: String,
    /// Until when.
    #[serde(alias = "until_at")]
    pub until: Time,
    /// The digest of what shows it; an entity must have it.
    #[serde(default)]
    pub evidence_digest: Option<Digest>,
}

/// Without the number.
impl std::fmt::Debug for NewConsent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewConsent")
            .field("product", &self.product)
            .field("entity", &self.entity)
            .finish_non_exhaustive()
    }
}

impl Delivery {
    /// Records a consent: given by the person, or brought by the entity with
    /// evidence.
    pub async fn give_consent(&self, actor: &Actor, new: NewConsent) -> Result<Verdict<ConsentId>> {
        let product = self.product(&new.product).ok_or_else(|| unknown("product", new.product.as_str()))?;
        if self.0.registry.organisation(&new.entity).await?.is_none() {
            return Err(unknown("organisation", new.entity.as_str()));
        }
        if !is_identity(&new.subject_id_number) {
            let what = "an identity number or credit code of 18 characters with its check digit";
            return Err(DeliveryError::Malformed { part: "identity number", what });
        }
        let regime = self.regime();
        let now = self.0.ledger.now();
        let mut found = term_reasons(new.until, now, regime);
        found.extend(self.giver_reason(actor, &new.entity));
        if !actor.is(Role::Subject) && new.evidence_digest.is_none() {
            found.push(regime.reason(
                reasons::CONSENT_EVIDENCE,
                &regime.personal.consent_per_person,
                "an entity brings a consent with the digest of what shows it",
                "give the digest of the signed form or recording",
            ));
        }
        if let (Some(rule), Some(letter)) = (&regime.personal.letter_needed, &new.evidence_digest) {
            found.extend(self.0.registry.against_unheld(letter, rule).await?);
        }
        if !product.needs_consent {
            found.push(regime.reason(
                reasons::CONSENT_NEEDLESS,
                &regime.personal.consent_per_person,
                "the product is not about people; it needs no consent",
                "collect no consent that nothing rests on",
            ));
        }
        if let Some(reasons) = Reasons::new(found) {
            let reasons = self.refused(Some(actor), "consent.refused", new.product.as_str(), reasons).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        let mut change = self.0.ledger.change().await?;
        let consent = Consent {
            id: self.0.ledger.new_id(),
            subject: self.0.subjects.subject(&new.subject_id_number),
            entity: new.entity,
            product: new.product,
            from: now,
            until: new.until,
            given_by: actor.person.clone(),
            evidence: new.evidence_digest,
            withdrawn_at: None,
        };
        store::insert_consent(&mut change, &consent).await?;
        let event = Event::done(Some(actor), "consent.given", consent.id.as_str())
            .under(regime)
            .citing(regime.cite(&regime.personal.consent_per_person))
            .facts(serde_json::to_value(&consent)?);
        change.commit(event).await?;
        let id = consent.id.clone();
        self.0.state.write().add_consent(consent);
        Ok(Verdict::Allow(id))
    }

    /// The consents that somebody gave, or, for who acts for an entity, that were given to it:
    /// newest first, ended ones too.
    pub fn consents_seen_by(&self, actor: &Actor) -> Vec<ConsentId> {
        let id = if actor.is(Role::Entity) { actor.organisation.as_str() } else { actor.person.as_str() };
        self.0.state.read().consents_seen_by(id).iter().rev().cloned().collect()
    }

    /// Withdraws a consent, at once: by whoever gave it, or by the entity that
    /// it was given to.
    pub async fn withdraw_consent(&self, actor: &Actor, id: &ConsentId) -> Result<Verdict<()>> {
        let consent = self.consent(id).ok_or_else(|| unknown("consent", id.as_str()))?;
        let is_own = actor.person == consent.given_by;
        if let Some(reason) = self.entity_giver_reason(actor, &consent.entity).filter(|_| !is_own) {
            let reasons = self.refused(Some(actor), "consent.refused", id.as_str(), Reasons::one(reason)).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        if consent.withdrawn_at.is_none() {
            self.revoke(actor, Revoked::Consent(id.clone())).await?;
        }
        Ok(Verdict::Allow(()))
    }

    fn giver_reason(&self, actor: &Actor, entity: &OrganisationId) -> Option<Reason> {
        if actor.is(Role::Subject) { None } else { self.entity_giver_reason(actor, entity) }
    }

    fn entity_giver_reason(&self, actor: &Actor, entity: &OrganisationId) -> Option<Reason> {
        let regime = self.regime();
        (!actor.is(Role::Entity) || actor.organisation != *entity).then(|| {
            regime.reason(
                reasons::CONSENT_GIVER,
                &regime.personal.consent_per_person,
                "a consent is given and withdrawn by the person, or recorded by the entity that it is given to",
                "ask the person, or the entity",
            )
        })
    }
}
