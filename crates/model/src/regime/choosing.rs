//! What a document says about how things come to be: modes, schemes, the choice of
//! operators and processors, registration, the admission of entities.
//!
//! Each is `Option` where a document may be silent: an absent key or section means
//! that the document says nothing, not that it says no. What an applicant must be and
//! what rules one out is walked by `casework::candidacy`.

use serde::{Deserialize, Serialize};

use super::faults::{Faults, weights};
use super::words::{Body, Mode, SelectionMethod};
use super::{FactForm, Regime, Sourced};
use crate::candidacy::Record;
use crate::matter::MatterKind;

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

/// The implementing scheme (实施方案). Its moves and contents stand in `matter.scheme`.
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
    /// In which modes an operator agreement rests on a scheme in force, which it names.
    pub required_for: Option<Sourced<Vec<Mode>>>,
    /// Which of its facts make a change a larger one (较大变更), by their keys.
    pub large_change: Option<Sourced<Vec<String>>>,
}

/// One thing that an applicant must be or have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Names it for ever, in answers and verdicts: `credit_standing`.
    pub code: String,
    /// In the document's words.
    pub what: String,
    /// The clause.
    pub source: String,
}

/// A record that rules an applicant out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Disqualification {
    /// Names it for ever, in declarations and findings: `incident`.
    pub code: String,
    /// In the document's words.
    pub ground: String,
    /// How many years back it counts; absent where the document sets no limit.
    pub look_back_years: Option<u8>,
    /// From which fine on it counts, where the ground is a fine of a larger amount.
    pub fine_fen_min: Option<Sourced<i64>>,
    /// Which records of the platform count as this, whoever keeps silent.
    pub counts: Option<Sourced<Vec<Record>>>,
    /// The clause.
    pub source: String,
}

/// The choice of the operator.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SelectionRules {
    /// An operator agreement needs one.
    pub required_for_agreement: Sourced<bool>,
    /// For how many months after the choice an agreement can rest on it.
    pub holds_months: Sourced<u8>,
    /// By which methods.
    pub methods: Sourced<Vec<SelectionMethod>>,
    /// How many applicants must stand for a competitive method; fewer need grounds.
    pub applicants_min: Option<Sourced<u8>>,
    /// A selection of operators names the implementing scheme in force that it serves.
    pub rests_on_scheme: Option<Sourced<bool>>,
    /// That scheme was published on the public trading platform, or it is said why not.
    pub scheme_is_published: Option<Sourced<bool>>,
    /// What that scheme says of an operator under `operator_conditions` is asked of every
    /// applicant, one by one.
    pub conditions_of_scheme: Option<Sourced<bool>>,
    /// In how many days who runs a selection answers a record that was found of the one
    /// who was chosen.
    pub later_record_days_max: Option<Sourced<u16>>,
    /// The list of methods is open (等): another one is possible, with its reason.
    pub methods_open: Option<Sourced<bool>>,
    /// Who decides. Read through `matter.operator_selection`.
    pub decided_by: Sourced<Vec<Body>>,
    /// Whoever runs it can add conditions of its own to the document's.
    pub own_conditions: Option<Sourced<bool>>,
    /// Experts from outside judge the bids.
    pub third_party_experts: Option<Sourced<bool>>,
    /// How many of them at least.
    pub experts_min: Option<Sourced<u8>>,
    /// A bid names the shares of owner, operator and processor.
    pub shares_are_bid: Option<Sourced<bool>>,
    /// What is scored.
    pub scored_items: Option<Sourced<Vec<String>>>,
    /// The weight of each in per cent, in the same order.
    pub scored_weights: Option<Sourced<Vec<u8>>>,
    /// The choice is announced to the public. Read through `matter.operator_selection`.
    pub notice_required: Option<Sourced<bool>>,
    /// With whom the result is filed. Read through `matter.operator_selection`.
    pub filed_with: Option<Sourced<Vec<Body>>>,
    /// What an applicant must be.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// What rules an applicant out.
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
    /// Its agreement needs a selection, which holds for a cycle.
    pub selection_required: Option<Sourced<bool>>,
    /// How many experts judge the bids at least.
    pub experts_min: Option<Sourced<u8>>,
    /// What is scored.
    pub scored_items: Option<Sourced<Vec<String>>>,
    /// The weight of each in per cent, in the same order.
    pub scored_weights: Option<Sourced<Vec<u8>>>,
    /// In how many days it answers an order.
    pub answer_days_max: Option<Sourced<u16>>,
    /// It works on the operator's orders only.
    pub on_orders_only: Sourced<bool>,
    /// It processes in the named place only.
    pub place_is_binding: Sourced<bool>,
    /// What its agreement must hold.
    pub contents_required: Sourced<Vec<String>>,
}

/// Registration of resources and products (登记), beside the steps of
/// its procedures and the years of `resource.registration_years`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationRules {
    /// Working days from the start of operation to the first registration. Read through
    /// `matter.product`: nothing is operated or delivered here before it is registered.
    pub first_working_days_max: Sourced<u16>,
    /// Calendar days before the end in which it can be renewed (续展).
    pub renewal_days_before: Sourced<u16>,
    /// Years of a renewal at most.
    pub renewal_years_max: Sourced<u8>,
    /// Working days in which a cancellation (注销) is done. Read through
    /// `procedure.registration_cancellation`.
    pub cancellation_working_days_max: Sourced<u16>,
    /// Products and services are registered, too.
    pub products_are_registered: Sourced<bool>,
    /// Where products are registered, listed or traded besides, in the document's words.
    pub exchange: Option<Sourced<String>>,
    /// Listing there is a duty in principle, not a choice. Not yet read by any control.
    pub listing_in_principle: Option<Sourced<bool>>,
}

/// Admission of entities. Absent where the document knows no such step.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EntityRules {
    /// Who admits one. Read through `matter.entity_onboarding`.
    pub admitted_by: Sourced<Body>,
    /// Who must agree to the rules of admission and exit. Not yet read by any control.
    pub rules_agreed_by: Option<Sourced<Body>>,
    /// With whom entry and exit are filed. Read through `matter.entity_onboarding`.
    pub filed_with: Option<Sourced<Body>>,
    /// An operator can add conditions of its own to the document's.
    pub own_conditions: Option<Sourced<bool>>,
    /// What it must be.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// What rules it out.
    #[serde(default)]
    pub disqualifications: Vec<Disqualification>,
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

/// What other acts take one by one, a scheme tells as a list, where there are schemes.
pub(super) fn scheme_lists(regime: &Regime, path: &str, key: &str, faults: &mut Faults) {
    let is_list = |form: &super::ToldForm| form.key == key && form.form == FactForm::List;
    let lists = regime.matter.get(&MatterKind::Scheme).is_none_or(|rules| rules.forms.iter().any(is_list));
    if !lists {
        let what =
            format!("`{path}` takes `{key}` one by one, which is no list in `matter.scheme.forms`; add it there");
        faults.at(path, what);
    }
}

/// What choosing and looking after the chosen says and cannot mean.
pub(super) fn faults_of(regime: &Regime, faults: &mut Faults) {
    let selection = &regime.selection;
    let holds = |rule: &Option<Sourced<bool>>| rule.as_ref().is_some_and(|rule| rule.value);
    if holds(&selection.scheme_is_published) && !holds(&selection.rests_on_scheme) {
        let what = "`selection.scheme_is_published` is of a scheme that `selection.rests_on_scheme` does not ask for";
        faults.at("selection.scheme_is_published", what);
    }
    if holds(&selection.conditions_of_scheme) {
        if !holds(&selection.rests_on_scheme) {
            let what =
                "`selection.conditions_of_scheme` is of a scheme that `selection.rests_on_scheme` does not ask for";
            faults.at("selection.conditions_of_scheme", what);
        }
        scheme_lists(regime, "selection.conditions_of_scheme", "operator_conditions", faults);
    }
    for (index, ground) in selection.disqualifications.iter().enumerate() {
        if ground.fine_fen_min.as_ref().is_some_and(|fine| fine.value < 0) {
            let path = format!("selection.disqualifications.{index}.fine_fen_min");
            faults.at(path, "a fine is an amount in fen, and not below 0".to_owned());
        }
    }
    if let Some(processor) = &regime.processor {
        let items = processor.scored_items.as_ref().map(|items| items.value.len());
        let given = processor.scored_weights.as_ref().map(|w| w.value.as_slice());
        weights("processor.scored_weights", items, given, faults);
    }
    for (index, duty) in regime.supervision.iter().enumerate() {
        let path = format!("supervision.{index}");
        if duty.by == duty.of {
            faults.at(format!("{path}.by"), format!("`{}` looks at itself; name another", duty.by.word()));
        }
        let rules = regime.matter.get(&MatterKind::Supervision);
        if !rules.is_some_and(|rules| rules.open_by.contains(&duty.by)) {
            let what = format!("`{}` opens no `matter.supervision`, in which it would show this", duty.by.word());
            faults.at(format!("{path}.by"), what);
        }
        let knows = |choice: &super::Choice| choice.key == "area" && choice.values.contains(&duty.name);
        if !rules.is_some_and(|rules| rules.choices.iter().any(knows)) {
            let what = format!("`{}` is no `area` of `matter.supervision`", duty.name);
            faults.at(format!("{path}.name"), what);
        }
    }
    if regime.in_force.warn_days_before.is_some() && regime.in_force.years.is_none() {
        let what = "`in_force.warn_days_before` warns of an end that there is not; leave it out";
        faults.at("in_force.warn_days_before", what);
    }
}
