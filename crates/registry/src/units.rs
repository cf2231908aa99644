//! Facts of parties and resources that the documents ask for: what kind of unit a party
//! is, in which division, whether it takes part by duty or by reference; who a natural
//! person is, masked; and from which duty a resource arose.
//!
//! INVARIANT (never in the clear): an identity number is kept as a salted hash and a mask.
//! INVARIANT (own area): what is authorised, and by whom, lies inside the document's own
//! area; a party whose division was not stated stands in it.
//!
//! Not here: parties themselves (`parties`), resources (`resources`).

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{OrganisationId, ResourceId};
use shuyu_model::regime::is_division;
use shuyu_model::regime::words::{ArisesIn, TakesPart, UnitKind, Way};
use shuyu_model::{Actor, Day, Reason, Reasons, Role, Verdict};

use crate::agreement::Agreement;
use crate::decide::{self, Asked};
use crate::live::Basis;
use crate::party::text_fault;
use crate::{Registry, RegistryError, reasons};

pub(crate) mod store;

type Result<T> = std::result::Result<T, RegistryError>;

/// The longest text that says a duty, in characters.
const DUTY_CHARS_MAX: usize = 500;

/// What kind of unit a party is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Of which kind.
    pub unit_kind: UnitKind,
    /// Its division code (GB/T 2260).
    pub division: String,
    /// By duty or by reference.
    pub takes_part: TakesPart,
}

/// From where a resource's data came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// In a duty or in a service.
    pub arose_in: ArisesIn,
    /// How.
    pub way: Way,
    /// In which duty or service.
    pub duty: String,
    /// Of what came back from a ministry or the province: the day.
    #[serde(default)]
    pub returned_on: Option<Day>,
}

impl Registry {
    /// States what kind of unit a party is (system administrator).
    pub async fn state_unit(&self, actor: &Actor, id: &OrganisationId, unit: Unit) -> Result<Verdict<()>> {
        if !is_division(&unit.division) {
            let fault = "`division` is no division code: six digits (GB/T 2260)".to_owned();
            return Err(RegistryError::Malformed { faults: vec![fault] });
        }
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let known = world.organisation(id)?;
        let (mut found, rules) = (Vec::new(), &self.regime().resource);
        decide::role(&self.asked(&world), actor, &[Role::SystemAdmin], &mut found);
        let is_source = known.roles.contains(&Role::Source);
        if let Some(rule) = rules.source_kinds.as_ref().filter(|_| is_source)
            && !rule.value.contains(&unit.unit_kind)
        {
            let kinds: Vec<&str> = rule.value.iter().map(|kind| kind.word()).collect();
            let what = format!("a source is no `{}` by the document", unit.unit_kind.word());
            found.push(self.regime().reason(
                reasons::NO_SUCH_SOURCE,
                rule,
                what,
                format!("one of: {}", kinds.join(", ")),
            ));
        }
        if let Some(rule) = rules.by_reference.as_ref().filter(|_| is_source)
            && rule.value.contains(&unit.unit_kind)
            && unit.takes_part == TakesPart::Duty
        {
            let what = format!("a `{}` takes part by its own will, following the document", unit.unit_kind.word());
            found.push(self.regime().reason(reasons::BY_REFERENCE, rule, what, "state `by_reference`"));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "organisation.unit_refused", id.as_str(), reasons).await;
        }
        store::put_unit(turn.change(), id, &unit, &actor.person).await?;
        turn.touch(Basis::Organisation(id.clone()));
        let event = Event::done(Some(actor), "organisation.unit_stated", id.as_str());
        turn.commit(event.facts(json!(unit)).under(self.regime())).await?;
        Ok(Verdict::Allow(()))
    }

    /// States from where a resource's data came. For the department that holds it.
    pub async fn state_origin(&self, actor: &Actor, id: &ResourceId, origin: Origin) -> Result<Verdict<()>> {
        let mut faults = Vec::new();
        text_fault("duty", &origin.duty, DUTY_CHARS_MAX, &mut faults);
        match (origin.way, origin.returned_on) {
            (Way::Returned, None) => faults.push("`returned_on` is missing: the day of the return".to_owned()),
            (Way::Collected | Way::Produced | Way::Obtained, Some(_)) => {
                faults.push("`returned_on` is given, but the data did not come back from above".to_owned());
            }
            _ => {}
        }
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let known = world.resource(id)?;
        let mut found = Vec::new();
        decide::role(&self.asked(&world), actor, &[Role::Source], &mut found);
        let from = known.shared_from.as_ref().and_then(|id| world.organisations.get(id));
        let is_upper = from.and_then(|from| from.unit.as_ref()).is_some_and(|unit| unit.unit_kind == UnitKind::Upper);
        if origin.way == Way::Returned && !is_upper {
            let what = "what came back from above names the ministry or province that shared it";
            let instead = "name it in `shared_from`, and let the system administrator state that it is `upper_level`";
            let clause = self.regime().cite_role(Role::Source);
            found.push(Reason::new(reasons::NOT_FROM_ABOVE, what, clause, instead));
        }
        found.extend(self.unless_own(&world, actor, &known.source, self.regime().cite_role(Role::Source)));
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "resource.origin_refused", id.as_str(), reasons).await;
        }
        store::put_origin(turn.change(), id, &origin, &actor.person).await?;
        turn.touch(Basis::Resource(id.clone()));
        let event = Event::done(Some(actor), "resource.origin_stated", id.as_str());
        turn.commit(event.facts(json!({ "way": origin.way })).under(self.regime())).await?;
        Ok(Verdict::Allow(()))
    }
}

/// REG-125: a first registration says what kind of unit holds the data, and from which
/// duty they arose.
pub(crate) fn without_origin(asked: &Asked<'_>, resource: &ResourceId, found: &mut Vec<Reason>) {
    let Some(rule) = asked.regime.resource.origin_required.as_ref().filter(|rule| rule.value) else { return };
    let Some(known) = asked.world.resources.get(resource) else { return };
    let unit = asked.world.organisations.get(&known.source).and_then(|source| source.unit.as_ref());
    let mut missing = Vec::new();
    if unit.is_none() {
        missing.push("the kind of unit that holds it");
    }
    if known.origin.is_none() {
        missing.push("the duty or service from which its data arose");
    }
    if !missing.is_empty() {
        let what = format!("of `{}` this is not stated: {}", known.name, missing.join("; "));
        let instead = "let the system administrator state the unit, and the department the origin";
        found.push(asked.regime.reason(reasons::NO_ORIGIN, rule, what, instead));
    }
}

/// REG-126: who authorises, and whose data, stand inside the document's area.
pub(crate) fn outside_area(asked: &Asked<'_>, agreement: &Agreement, found: &mut Vec<Reason>) {
    let Some(rule) = &asked.regime.roles.division else { return };
    let resources = agreement.resources.iter().filter_map(|id| asked.world.resources.get(id));
    let mut parties: Vec<&OrganisationId> = resources.map(|resource| &resource.source).collect();
    parties.push(&agreement.grantor);
    parties.sort();
    parties.dedup();
    let outside = |id: &&&OrganisationId| {
        let unit = asked.world.organisations.get(**id).and_then(|party| party.unit.as_ref());
        unit.is_some_and(|unit| !asked.regime.is_inside(&unit.division))
    };
    let names: Vec<&str> = parties.iter().filter(outside).map(|id| asked.world.name_of(id)).collect();
    if !names.is_empty() {
        let what = format!("outside the document's area ({}): {}", rule.value, reasons::names(&names));
        let instead = "let it be authorised under the document of its own area";
        found.push(asked.regime.reason(reasons::OUTSIDE_AREA, rule, what, instead));
    }
}
