//! A data subject's consent: to this entity, for this product, until then
//! (PIPL 14, 15, 23, 29: the person's own, separate, and withdrawn as easily as given).
//!
//! INVARIANT (own consent): an answer about a person rests on a consent that is
//! in force, of this person, to the entity that asks, for the product asked.
//!
//! Not here: who the person is (`subject` keeps only a keyed digest).

use serde::Serialize;
use shuyu_model::id::{ConsentId, OrganisationId, PersonId, ProductId};
use shuyu_model::{Digest, Reason, Regime, Time};

use crate::reasons;
use crate::subject::Subject;

/// One consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Consent {
    /// Its name.
    pub id: ConsentId,
    /// Whose.
    #[serde(skip)]
    pub subject: Subject,
    /// To whom.
    pub entity: OrganisationId,
    /// For what.
    pub product: ProductId,
    /// From when.
    #[serde(rename = "from_at")]
    pub from: Time,
    /// Until when, at the latest.
    #[serde(rename = "until_at")]
    pub until: Time,
    /// Who signed in to give it: the person, or somebody of the entity who
    /// holds the evidence.
    pub given_by: PersonId,
    /// The digest of what shows it: a signed form, a recording.
    pub evidence: Option<Digest>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Time>,
}

impl Consent {
    /// Whether it is in force.
    pub fn is_live(&self, now: Time) -> bool {
        self.withdrawn_at.is_none() && self.from <= now && now < self.until
    }
}

/// What a call needs consent for.
pub(crate) struct Wanted<'a> {
    pub(crate) subject: Subject,
    pub(crate) entity: &'a OrganisationId,
    pub(crate) product: &'a ProductId,
    pub(crate) now: Time,
}

/// Finds the consent that carries a call: the one that the call names, or any
/// in force among `known`. Otherwise every reason why there is none.
///
/// Nothing is said about consents that the caller did not name and that were
/// given to others: that somebody deals with another bank is not theirs to know.
pub(crate) fn find<'a>(
    wanted: &Wanted<'_>,
    named: Option<&'a Consent>,
    known: impl Iterator<Item = &'a Consent>,
    regime: &Regime,
) -> Result<ConsentId, Vec<Reason>> {
    let mut own: Vec<&Consent> = Vec::new();
    let mut found = Vec::new();
    match named {
        Some(consent) => {
            if consent.entity != *wanted.entity {
                found.push(other_entity(regime));
            }
            if consent.product != *wanted.product {
                found.push(other_product(regime));
            }
            if consent.subject != wanted.subject {
                found.push(no_consent(regime));
            } else if found.is_empty() || consent.entity == *wanted.entity {
                own.push(consent);
            }
        }
        None => own.extend(known.filter(|consent| {
            consent.subject == wanted.subject && consent.entity == *wanted.entity && consent.product == *wanted.product
        })),
    }
    let live = own.iter().find(|consent| consent.is_live(wanted.now));
    if let (Some(consent), true) = (live, found.is_empty()) {
        return Ok(consent.id.clone());
    }
    if live.is_none() {
        found.extend(own.iter().map(|consent| not_in_force(consent, regime)));
    }
    if found.is_empty() {
        found.push(no_consent(regime));
    }
    Err(found)
}

fn not_in_force(consent: &Consent, regime: &Regime) -> Reason {
    if consent.withdrawn_at.is_some() {
        regime.reason(
            reasons::CONSENT_WITHDRAWN,
            &regime.personal.consent_per_person,
            "the person has withdrawn the consent",
            "ask the person for a new consent",
        )
    } else {
        regime.reason(
            reasons::CONSENT_EXPIRED,
            &regime.personal.consent_days_max,
            "the person's consent is not in force any more",
            "ask the person for a new consent",
        )
    }
}

pub(crate) fn no_consent(regime: &Regime) -> Reason {
    regime.reason(
        reasons::NO_CONSENT,
        &regime.personal.consent_per_person,
        "the person has given no consent to this entity for this product",
        "ask the person for consent and record it first",
    )
}

fn other_entity(regime: &Regime) -> Reason {
    regime.reason(
        reasons::CONSENT_OTHER_ENTITY,
        &regime.personal.consent_per_person,
        "the consent named was given to another entity",
        "ask the person for consent to your own organisation",
    )
}

fn other_product(regime: &Regime) -> Reason {
    regime.reason(
        reasons::CONSENT_OTHER_PRODUCT,
        &regime.personal.consent_per_person,
        "the consent named was given for another product",
        "ask the person for consent for this product",
    )
}

/// Why a consent cannot be given for this term; all reasons.
pub(crate) fn term_reasons(until: Time, now: Time, regime: &Regime) -> Vec<Reason> {
    let days_max = &regime.personal.consent_days_max;
    let mut found = Vec::new();
    if until <= now {
        found.push(regime.reason(
            reasons::CONSENT_TERM,
            days_max,
            "the consent would have ended before it begins",
            "give an end in the future",
        ));
    }
    if until > now.plus_days(i64::from(days_max.value)) {
        found.push(regime.reason(
            reasons::CONSENT_TERM,
            days_max,
            format!("a consent holds for {} days at most", days_max.value),
            "give an earlier end and ask again when it comes",
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{id, regime, subject};

    const NOW: Time = Time(1_000);

    fn consent() -> Consent {
        Consent {
            id: id(1),
            subject: subject(1),
            entity: id(2),
            product: id(3),
            from: Time(0),
            until: Time(2_000),
            given_by: id(4),
            evidence: None,
            withdrawn_at: None,
        }
    }

    #[track_caller]
    fn check(consent: Consent, is_named: bool, codes: &[&str]) {
        let regime = regime();
        let (entity, product) = (id(2), id(3));
        let wanted = Wanted { subject: subject(1), entity: &entity, product: &product, now: NOW };
        let known = if is_named { vec![] } else { vec![consent.clone()] };
        let found = find(&wanted, is_named.then_some(&consent), known.iter(), &regime);
        let found: Vec<String> =
            found.err().unwrap_or_default().into_iter().map(|reason| reason.code.into_owned()).collect();
        assert_eq!(found, codes, "{consent:?}");
    }

    #[test]
    fn only_the_persons_own_consent_in_force_carries_a_call() {
        use reasons::{
            CONSENT_EXPIRED as EXPIRED, CONSENT_OTHER_ENTITY as ENTITY, CONSENT_OTHER_PRODUCT as PRODUCT,
            CONSENT_WITHDRAWN as WITHDRAWN, NO_CONSENT as NONE,
        };
        let withdrawn_at = Some(Time(500));
        for (change, named, unnamed) in [
            (consent(), &[][..], &[][..]),
            (Consent { until: NOW, ..consent() }, &[EXPIRED], &[EXPIRED]),
            (Consent { withdrawn_at, ..consent() }, &[WITHDRAWN], &[WITHDRAWN]),
            (Consent { withdrawn_at, until: NOW, ..consent() }, &[WITHDRAWN], &[WITHDRAWN]),
            (Consent { subject: subject(9), ..consent() }, &[NONE], &[NONE]),
            (Consent { entity: id(9), ..consent() }, &[ENTITY], &[NONE]),
            (Consent { product: id(9), ..consent() }, &[PRODUCT], &[NONE]),
            (Consent { product: id(9), entity: id(9), ..consent() }, &[ENTITY, PRODUCT], &[NONE]),
            (Consent { product: id(9), withdrawn_at, ..consent() }, &[PRODUCT, WITHDRAWN], &[NONE]),
            (Consent { entity: id(9), subject: subject(9), ..consent() }, &[ENTITY, NONE], &[NONE]),
        ] {
            check(change.clone(), true, named);
            check(change, false, unnamed);
        }
    }

    #[test]
    fn an_older_withdrawn_consent_does_not_stand_in_the_way_of_a_newer_one() {
        let regime = regime();
        let known = [Consent { withdrawn_at: Some(Time(5)), ..consent() }, Consent { id: id(7), ..consent() }];
        let (entity, product) = (id(2), id(3));
        let wanted = Wanted { subject: subject(1), entity: &entity, product: &product, now: NOW };
        assert_eq!(find(&wanted, None, known.iter(), &regime).ok(), Some(id(7)));
    }

    #[test]
    fn a_term_is_neither_past_nor_too_long() {
        let regime = regime();
        let days_max = i64::from(regime.personal.consent_days_max.value);
        for (until, count) in [
            (NOW, 1),
            (NOW.plus_micros(1), 0),
            (NOW.plus_days(days_max), 0),
            (NOW.plus_days(days_max).plus_micros(1), 1),
        ] {
            assert_eq!(term_reasons(until, NOW, &regime).len(), count, "{until}");
        }
    }
}
