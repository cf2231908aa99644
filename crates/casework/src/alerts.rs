//! Alerts (监测预警): what the monitor finds unusual becomes a matter in the queue of the
//! body that the rules name, is told to the security officer of whom it is about, and
//! waits there until that body has said what came of it.
//!
//! INVARIANT (once a day): a pattern alerts once a day about the same person or thing,
//! and the row that says so is of the change that raises it.
//! INVARIANT (absent): where the rules watch no pattern, or give it no number, none alerts.
//!
//! Not here: the numbers (`regime::AlertRules`), calls under a subscription (`delivery`),
//! the state of controls (`server`); both are brought to [`Casework::raise`].

use serde_json::json;
use shuyu_ledger::{Event, Stretch};
use shuyu_model::Time;
use shuyu_model::id::{MatterId, OrganisationId, PersonId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Unusual;
use shuyu_registry::Turn;

use crate::matter::{Begun, Facts, Matter};
use crate::opening::Opening;
use crate::{Casework, CaseworkError};

mod store;

type Result<T> = std::result::Result<T, CaseworkError>;

/// The most people or things that one look at a pattern finds.
pub const OBSERVED_MAX: i64 = 200;

/// What computes, by the events that it leaves.
const COMPUTED: [&str; 2] = ["candidate.made", "draft.shown"];

/// A series of wrong passwords, by the event that it leaves.
const BLOCKED: &str = "session.blocked";

/// Something unusual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Which pattern.
    pub pattern: Unusual,
    /// Of which organisation; the addressee of alerts itself where it is the platform's.
    pub organisation: Option<OrganisationId>,
    /// Who, where it is one person.
    pub person: Option<PersonId>,
    /// What, where it is not a person: a subscription, a control.
    pub object: Option<String>,
    /// How many.
    pub count: i64,
    /// From how many on it alerts.
    pub threshold: i64,
}

impl Observed {
    /// What it is about, for INVARIANT (once a day).
    fn about(&self) -> String {
        let person = self.person.as_ref().map(|id| id.to_string());
        let organisation = self.organisation.as_ref().map(|id| id.to_string());
        self.object.clone().or(person).or(organisation).unwrap_or_default()
    }
}

impl Casework {
    /// Looks at the journal of the day for every pattern that the rules watch there, and
    /// raises what it finds. Gives the alerts that are new.
    pub async fn watch(&self, now: Time) -> Result<Vec<MatterId>> {
        let Some(rules) = self.registry().regime().alerts() else { return Ok(Vec::new()) };
        let ledger = self.registry().ledger();
        let day = Stretch { from: Time::at_start_of(now.day()), to: now.plus_micros(1) };
        let mut seen = Vec::new();
        if let Some(max) = &rules.refusals_a_day_max {
            let threshold = i64::from(max.value);
            for by in ledger.refusals_by(day, threshold, OBSERVED_MAX).await? {
                seen.push(by.into_observed(Unusual::Refusals, threshold));
            }
        }
        if let Some(max) = &rules.logins_blocked_a_day_max {
            let threshold = i64::from(max.value);
            for (object, count) in ledger.objects_of(BLOCKED, day, threshold, OBSERVED_MAX).await? {
                let Ok(person) = PersonId::parse(&object) else { continue };
                let organisation = self.registry().person(&person).await?.map(|known| known.organisation.clone());
                let pattern = Unusual::LoginsBlocked;
                seen.push(Observed { pattern, organisation, person: Some(person), object: None, count, threshold });
            }
        }
        if let (Some(first), Some(last)) = (&rules.first_hour, &rules.last_hour) {
            let hours = (i64::from(first.value), i64::from(last.value));
            for by in ledger.events_outside(&COMPUTED, day, hours, OBSERVED_MAX).await? {
                seen.push(by.into_observed(Unusual::OutOfHours, 1));
            }
        }
        let mut raised = Vec::new();
        for one in seen {
            raised.extend(self.raise(one).await?);
        }
        Ok(raised)
    }

    /// Puts what was observed into the queue, unless it lies there today already. `None`
    /// also where the rules watch nothing, or nobody is there to be alerted.
    pub async fn raise(&self, seen: Observed) -> Result<Option<MatterId>> {
        let regime = self.registry().regime();
        let Some(rules) = regime.alerts() else { return Ok(None) };
        let mut turn = self.registry().turn().await?;
        let at = turn.change().now();
        if store::is_raised(turn.change(), &seen, &seen.about(), at.day()).await? {
            return Ok(None);
        }
        let to = rules.to.value;
        let Some(addressee) = self.registry().holders_in(&mut turn, &[to]).await?.into_iter().next() else {
            return Ok(None);
        };
        let Some(person) = self.registry().somebody_in(&mut turn, &addressee, to).await? else { return Ok(None) };
        let concerned = seen.organisation.clone().unwrap_or_else(|| addressee.clone());
        let matter = self.alert(&mut turn, &seen, (addressee, person), &concerned, at).await?;
        let opening = Opening { actor: None, reason: "the monitor found it 监测发现", cites: Vec::new() };
        let told = self.insert_opened(&mut turn, &matter, opening).await?.told;
        store::insert(turn.change(), &seen, &seen.about(), at.day(), &matter.id).await?;
        let facts = json!({
            "pattern": seen.pattern, "organisation": concerned, "person": seen.person, "object": seen.object,
            "count": seen.count, "threshold": seen.threshold, "to": to, "told": told,
        });
        let event = Event::done(None, "alert.raised", matter.id.as_str()).facts(facts).under(regime);
        turn.commit(event.citing(regime.cite_clause(&matter.rules.source))).await?;
        Ok(Some(matter.id))
    }

    async fn alert(
        &self,
        turn: &mut Turn,
        seen: &Observed,
        (opener, opener_person): (OrganisationId, PersonId),
        concerned: &OrganisationId,
        at: Time,
    ) -> Result<Matter> {
        let rules = self.matter_rules(MatterKind::Alert)?;
        let mut facts = Facts::from([
            ("pattern".to_owned(), seen.pattern.word().to_owned()),
            ("count".to_owned(), seen.count.to_string()),
            ("threshold".to_owned(), seen.threshold.to_string()),
            ("day".to_owned(), at.day().to_string()),
        ]);
        facts.extend(seen.person.as_ref().map(|person| ("person".to_owned(), person.to_string())));
        facts.extend(seen.object.clone().map(|object| ("object".to_owned(), object)));
        if let Some(officer) = self.registry().officer_of_in(turn, concerned).await? {
            facts.extend(officer.person.map(|person| ("officer_person".to_owned(), person.to_string())));
            facts.extend(officer.contact.map(|contact| ("officer_contact".to_owned(), contact)));
            facts.insert("officer".to_owned(), officer.name);
        }
        let begun = Begun {
            id: self.registry().ledger().new_id(),
            kind: MatterKind::Alert,
            rules,
            regime: self.registry().regime().stamp(),
            subject: concerned.to_string(),
            subject_organisation: Some(concerned.clone()),
            counterparty: None,
            title: format!("预警:{}", seen.pattern.zh()),
            opener,
            opener_person,
            parties: std::collections::BTreeMap::new(),
            authors: Vec::new(),
            facts,
        };
        Ok(Matter::begun(begun, at, self.calendar()))
    }
}

/// What the ledger counted, as somebody's.
trait IntoObserved {
    fn into_observed(self, pattern: Unusual, threshold: i64) -> Observed;
}

impl IntoObserved for shuyu_ledger::Counted {
    fn into_observed(self, pattern: Unusual, threshold: i64) -> Observed {
        let Self { organisation, person, count } = self;
        Observed { pattern, organisation, person, object: None, count, threshold }
    }
}
