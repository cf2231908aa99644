//! What a document says about how things go on: reports, disclosures, exercises, plans,
//! supervision, districts.
//!
//! Each is `Option` where a document may be silent.
//!
//! Not here: assessments (`assessment.rs`); incidents, rectifications, exits and complaints,
//! which are matters and say all of it there (`matter.rs`).

use serde::{Deserialize, Serialize};

use super::Sourced;
use super::words::{Body, DistrictRule, PlanPer, Upward};
use crate::actor::Role;

/// A report that somebody owes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ReportDuty {
    /// Its name, `operation`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Who owes it.
    pub by: Body,
    /// To whom.
    pub to: Body,
    /// How often.
    pub every_months: Sourced<u8>,
    /// Calendar days after its period in which it is in time.
    pub due_days: Sourced<u16>,
    /// What it must hold.
    pub contents: Option<Sourced<Vec<String>>>,
    /// The clause.
    pub source: String,
}

/// What the public is told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// By whom.
    pub by: Body,
    /// How often.
    pub every_months: Sourced<u8>,
    /// By which day of the year, `03-31`.
    pub due: Option<Sourced<String>>,
    /// What.
    pub contents: Option<Sourced<Vec<String>>>,
    /// The clause.
    pub source: String,
}

/// Exercises (应急演练).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DrillRules {
    /// Who holds them.
    pub by: Sourced<Body>,
    /// How often.
    pub every_months: Sourced<u8>,
}

/// Emergency plans (应急预案).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyPlanRules {
    /// Who makes one.
    pub by: Sourced<Vec<Body>>,
    /// For what each is made.
    pub per: Option<Sourced<PlanPer>>,
    /// With whom it is filed.
    pub filed_with: Option<Sourced<Body>>,
}

/// City, districts, province.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HierarchyRules {
    /// To which platform or system above this one is linked.
    pub linked_to: Option<Sourced<Body>>,
    /// Which records go up to it, beside the copies that are filed there.
    pub sends_up: Option<Sourced<Vec<Upward>>>,
    /// How districts come to operation of their own.
    pub districts: Option<Sourced<DistrictRule>>,
    /// What a district's scheme must hold.
    pub district_scheme_contents: Option<Sourced<Vec<String>>>,
    /// A district's scheme follows the city's, which it names.
    pub district_scheme_follows: Option<Sourced<bool>>,
    /// A district's own bodies make the moves of its selections that are the managing
    /// body's in the city.
    pub districts_choose: Option<Sourced<bool>>,
    /// New rules of a higher level prevail over this document's values.
    pub higher_rules_prevail: Option<Sourced<bool>>,
    /// Districts build no platform of their own.
    pub own_platform_barred: Option<Sourced<bool>>,
}

/// What somebody looks at of another at an interval (日常监管、定期巡检).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SupervisionDuty {
    /// What is looked at: the fact `area` of the matter that shows it.
    pub name: String,
    /// Who looks.
    pub by: Role,
    /// At whom.
    pub of: Role,
    /// How often.
    pub every_months: Sourced<u8>,
    /// The clause.
    pub source: String,
}

/// What things are called and whose they are; never a constant in the code.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What is operated: 公共数据资源, 政务数据.
    pub object: Sourced<String>,
    /// Where it is processed.
    pub place: Sourced<String>,
    /// The list of what is in scope.
    pub catalogue: Option<Sourced<String>>,
    /// Whose the data is, in the document's words.
    pub owner: Option<Sourced<String>>,
    /// Who builds and owns the one domain in which all is operated (授权运营域).
    pub domain_by: Option<Sourced<Role>>,
}
