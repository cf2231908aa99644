//! The coordination group (协调工作组) of a document: its members, its office, and how many
//! must be there when it decides.
//!
//! Not here: who sits in it, its meetings and experts (`casework::group`).

use serde::{Deserialize, Serialize};

use super::Sourced;
use super::faults::Faults;
use crate::actor::Role;

/// The group that decides what departments cannot settle among themselves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRules {
    /// What it is called.
    pub title: String,
    /// Whose people keep its office.
    pub office: Sourced<Role>,
    /// The departments that the document names; the list is open (等).
    pub members: Sourced<Vec<String>>,
    /// How many of the members in a hundred must be there, at least.
    pub present_percent_min: Sourced<u8>,
    /// It has an expert panel: whoever judges in a selection is on it.
    pub expert_panel: Option<Sourced<bool>>,
    /// Every data asset that has a value says what risk was found, for the group.
    pub asset_risk_is_found: Option<Sourced<bool>>,
    /// The clause.
    pub source: String,
}

pub(super) fn faults_of(group: Option<&GroupRules>, faults: &mut Faults) {
    let Some(group) = group else { return };
    if group.present_percent_min.value > 100 {
        faults.at("group.present_percent_min", "`group.present_percent_min` is more than 100, which is all".to_owned());
    }
    if group.office.value.is_platform_admin() {
        let what = "`group.office` names an administrator, who decides nothing; name a party";
        faults.at("group.office", what.to_owned());
    }
}
