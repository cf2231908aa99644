//! What a document opens to whoever has no account, and the remedies at law that it
//! leaves to whoever was refused.
//!
//! Not here: how somebody without an account is heard (`casework::voices`).

use serde::{Deserialize, Serialize};

use super::faults::Faults;
use super::{Regime, Sourced};
use crate::actor::Role;
use crate::matter::MatterKind;
use crate::time::Day;

/// The ways that a document opens to the public.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PublicRules {
    /// About bodies in which roles anybody may report (社会监督).
    pub complaints_about: Option<Sourced<Vec<Role>>>,
    /// Anybody may answer a published call.
    pub answers_calls: Option<Sourced<bool>>,
    /// Anybody may bring a scheme or an idea unasked.
    pub brings_schemes: Option<Sourced<bool>>,
    /// The first day on which anybody may comment on the draft.
    pub comments_from: Option<Sourced<Day>>,
    /// The last one.
    pub comments_until: Option<Sourced<Day>>,
}

/// One remedy at law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// `reconsideration` or `suit`.
    pub kind: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Where.
    pub body: String,
    /// In how many days after one was told.
    pub days: Option<u16>,
    /// In how many months after one was told.
    pub months: Option<u8>,
    /// The clause of the law.
    pub clause: String,
}

/// The remedies at law.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RemedyRules {
    /// Where administrative reconsideration (行政复议) is applied for.
    pub reconsideration_body: Sourced<String>,
    /// In how many days after one was told of the act.
    pub reconsideration_days: Sourced<u16>,
    /// Where an administrative suit (行政诉讼) is brought.
    pub suit_body: Sourced<String>,
    /// In how many months after one was told of the act.
    pub suit_months: Sourced<u8>,
}

impl Regime {
    /// The remedies that whoever was refused has, as a notice names them.
    pub fn remedies_at_law(&self) -> Vec<Remedy> {
        let Some(rules) = &self.remedies else { return Vec::new() };
        vec![
            Remedy {
                kind: "reconsideration",
                title: "行政复议",
                body: rules.reconsideration_body.value.clone(),
                days: Some(rules.reconsideration_days.value),
                months: None,
                clause: self.cite(&rules.reconsideration_days),
            },
            Remedy {
                kind: "suit",
                title: "行政诉讼",
                body: rules.suit_body.value.clone(),
                days: None,
                months: Some(rules.suit_months.value),
                clause: self.cite(&rules.suit_months),
            },
        ]
    }
}

pub(super) fn faults_of(regime: &Regime, faults: &mut Faults) {
    if regime.remedies.is_some() && !regime.matter.contains_key(&MatterKind::Remedy) {
        faults.at("remedies", "`remedies` are named, but there is no `matter.remedy` in which their course is kept");
    }
    let Some(rules) = &regime.public else { return };
    let needs = |kind: MatterKind, key: &str, is_given: bool, faults: &mut Faults| {
        if is_given && !regime.matter.contains_key(&kind) {
            let word = kind.word();
            faults.at(format!("public.{key}"), format!("`public.{key}` needs a `matter.{word}` here"));
        }
    };
    needs(MatterKind::Complaint, "complaints_about", rules.complaints_about.is_some(), faults);
    needs(MatterKind::Call, "answers_calls", rules.answers_calls.is_some(), faults);
    needs(MatterKind::Voice, "answers_calls", rules.answers_calls.is_some(), faults);
    needs(MatterKind::Voice, "brings_schemes", rules.brings_schemes.is_some(), faults);
    needs(MatterKind::Voice, "comments_from", rules.comments_from.is_some(), faults);
    match (&rules.comments_from, &rules.comments_until) {
        (Some(from), Some(until)) if until.value < from.value => {
            faults.at("public.comments_until", "`public.comments_until` lies before `public.comments_from`");
        }
        (Some(_), None) => faults.at("public.comments_from", "`public.comments_from` has no `public.comments_until`"),
        (None, Some(_)) => faults.at("public.comments_until", "`public.comments_until` has no `public.comments_from`"),
        _ => {}
    }
}
