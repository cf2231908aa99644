//! What a document says about how things come to be: modes, schemes, the choice of
//! operators and processors, registration, the admission of entities.
//!
//! Each is `Option` where a document may be silent: an absent key or section means
//! that the document says nothing, not that it says no.

use serde::{Deserialize, Serialize};

use super::Sourced;
use super::words::{Body, Mode, SelectionMethod};

/// How much may be authorised at once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ModeRules {
    /// The modes that may be chosen.
    pub allowed: Sourced<Vec<Mode>>,
    /// The one that is taken in principle.
    pub default: Option<Sourced<Mode>>,
    /// Data of the narrow mode goes in full to the agency of the whole mode.
    pub full_copy_to_whole: Option<Sourced<bool>>,
    /// Data of the narrow mode leaves through the unified channel only.
    pub unified_channel: Option<Sourced<bool>>,
    /// Data of the narrow mode stays usable for others.
    pub non_exclusive: Option<Sourced<bool>>,
}

impl ModeRules {
    /// The mode of what names none: the one taken in principle, or the only one.
    pub fn taken(&self) -> Option<Mode> {
        let only = match self.allowed.value.as_slice() {
            [only] => Some(*only),
            _ => None,
        };
        self.default.as_ref().map(|default| default.value).or(only)
    }
}

/// The implementing scheme (实施方案). Not yet read by any control.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SchemeRules {
    /// Who writes it.
    pub drafted_by: Sourced<Vec<Body>>,
    /// Who approves it.
    pub approved_by: Sourced<Vec<Body>>,
    /// What it must hold; the national list where the document has none.
    pub contents_required: Option<Sourced<Vec<String>>>,
    /// A large change takes the same way again.
    pub large_change_same_procedure: Option<Sourced<bool>>,
    /// With whom it is filed.
    pub filed_with: Option<Sourced<Vec<Body>>>,
}

/// One thing that a candidate must be or have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// In the document's words.
    pub what: String,
    /// The clause.
    pub source: String,
}

/// A record that rules a candidate out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Disqualification {
    /// In the document's words.
    pub ground: String,
    /// How many years back it counts; absent where the document sets no limit.
    pub look_back_years: Option<u8>,
    /// The clause.
    pub source: String,
}

/// The choice of the operator. Not yet read by any control.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SelectionRules {
    /// By which methods.
    pub methods: Sourced<Vec<SelectionMethod>>,
    /// Who decides.
    pub decided_by: Sourced<Vec<Body>>,
    /// Experts from outside judge the bids.
    pub third_party_experts: Option<Sourced<bool>>,
    /// What is scored.
    pub scored_items: Option<Sourced<Vec<String>>>,
    /// The weight of each in per cent, in the same order.
    pub scored_weights: Option<Sourced<Vec<u8>>>,
    /// The choice is announced to the public.
    pub notice_required: Option<Sourced<bool>>,
    /// With whom the result is filed.
    pub filed_with: Option<Sourced<Vec<Body>>>,
    /// What a candidate must be.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// What rules a candidate out.
    #[serde(default)]
    pub disqualifications: Vec<Disqualification>,
}

/// The processor (数据加工主体), where it is a party of its own: selected, with an
/// agreement, ordered, assessed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessorRules {
    /// Every how many years one is chosen.
    pub cycle_years: Sourced<u8>,
    /// By which methods.
    pub methods: Sourced<Vec<SelectionMethod>>,
    /// Who decides.
    pub decided_by: Sourced<Vec<Body>>,
    /// It works on the operator's orders only.
    pub on_orders_only: Sourced<bool>,
    /// It processes in the named place only.
    pub place_is_binding: Sourced<bool>,
    /// What its agreement must hold.
    pub contents_required: Sourced<Vec<String>>,
}

/// Registration of resources and products (登记), beside the steps of
/// `procedure.resource_registration` and the years of `resource.registration_years`.
/// Not yet read by any control.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationRules {
    /// Working days from the start of operation to the first registration.
    pub first_working_days_max: Sourced<u16>,
    /// Calendar days before the end in which it can be renewed (续展).
    pub renewal_days_before: Sourced<u16>,
    /// Working days in which a cancellation (注销) is done.
    pub cancellation_working_days_max: Sourced<u16>,
    /// Products and services are registered, too.
    pub products_are_registered: Sourced<bool>,
    /// Where products are listed or traded, in the document's words.
    pub exchange: Option<Sourced<String>>,
    /// Listing there is a duty in principle, not a choice.
    pub listing_in_principle: Option<Sourced<bool>>,
}

/// Admission of entities. Absent where the document knows no such step.
/// Not yet read by any control; the development agreement is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EntityRules {
    /// Who admits one.
    pub admitted_by: Sourced<Body>,
    /// Who must agree to the rules of admission and exit.
    pub rules_agreed_by: Option<Sourced<Body>>,
    /// With whom entry and exit are filed.
    pub filed_with: Option<Sourced<Body>>,
    /// No incident in so many years.
    pub look_back_years: Option<Sourced<u8>>,
    /// What it must be.
    #[serde(default)]
    pub conditions: Vec<Condition>,
}

/// The negative list (负面清单), where the document knows one.
/// Not yet read by any control; that what stands on it is barred is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NegativeListRules {
    /// Who proposes an entry.
    pub submitted_by: Sourced<Vec<Body>>,
    /// Who decides.
    pub decided_by: Sourced<Body>,
}
