//! Confirmed results, as they are kept and as they are shown: by unit and by round, the
//! basis on which projects are planned (信息化项目安排).

use std::collections::BTreeMap;

use serde::Serialize;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::regime::{AssessmentForm, PaperKind};
use shuyu_model::{Actor, Time};
use shuyu_registry::{Listing, Page};

use super::{HeldBy, Result, points, store};
use crate::Casework;

/// A result as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) matter: MatterId,
    pub(crate) form: AssessmentForm,
    /// By which row of the rules; one of before rows were kept names none, and decides nothing.
    pub(crate) held_by: Option<HeldBy>,
    pub(crate) organisation: OrganisationId,
    pub(crate) subject: String,
    pub(crate) round: Option<i64>,
    pub(crate) marks: BTreeMap<String, u8>,
    pub(crate) total: Option<u32>,
    pub(crate) result: Option<String>,
    pub(crate) items_missing: Vec<String>,
    pub(crate) items_late: Vec<String>,
    pub(crate) papers_missing: Vec<String>,
    pub(crate) clause: String,
    pub(crate) confirmed_at: Time,
}

/// A result as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResultView {
    /// The assessment.
    pub matter: MatterId,
    /// In which form it was held.
    pub form: AssessmentForm,
    /// Whom it concerns.
    pub organisation: OrganisationId,
    /// What it is about.
    pub subject: String,
    /// Of which round.
    pub round: Option<i64>,
    /// The mark of each dimension.
    pub marks: BTreeMap<String, u8>,
    /// Marks by weights, `86.25`.
    pub total: Option<String>,
    /// `passed` or `failed`.
    pub result: Option<String>,
    /// Material that was asked for and not given.
    pub items_missing: Vec<String>,
    /// Material that was given after its day.
    pub items_late: Vec<String>,
    /// Papers that the rules want on file and that were not, as people call them.
    pub papers_missing: Vec<String>,
    /// The clause.
    pub clause: String,
    /// When it was confirmed.
    pub confirmed_at: Time,
    /// The cases and matters that were decided on it.
    pub used_by: Vec<String>,
}

/// Which results.
#[derive(Debug, Clone, Default)]
pub struct ResultFilter {
    /// Of this organisation.
    pub organisation: Option<OrganisationId>,
    /// Of this round.
    pub round: Option<i64>,
    /// Of this assessment.
    pub matter: Option<MatterId>,
}

impl Casework {
    /// The confirmed results that a viewer may see, newest first.
    pub async fn assessment_results(
        &self,
        viewer: &Actor,
        filter: &ResultFilter,
        page: &Page,
    ) -> Result<Listing<ResultView>> {
        let sight = self.sight(viewer).await?;
        let ledger = self.registry().ledger();
        let uses = store::uses(ledger).await?;
        let asked = |held: &Held| {
            filter.organisation.as_ref().is_none_or(|of| held.organisation == *of)
                && filter.round.is_none_or(|round| held.round == Some(round))
                && filter.matter.as_ref().is_none_or(|matter| held.matter == *matter)
                && sight.sees_owed(Some(&held.organisation))
        };
        let mut shown = Vec::new();
        for (place, held) in store::results(ledger).await?.into_iter().rev().enumerate().filter(|(_, held)| asked(held))
        {
            let used_by = uses.iter().filter(|(matter, _)| *matter == held.matter).map(|(_, by)| by.clone()).collect();
            let zh = |word: &String| PaperKind::parse(word).map_or_else(|| word.clone(), |kind| kind.zh().to_owned());
            let view = ResultView {
                papers_missing: held.papers_missing.iter().map(zh).collect(),
                matter: held.matter,
                form: held.form,
                organisation: held.organisation,
                subject: held.subject,
                round: held.round,
                marks: held.marks,
                total: held.total.map(points),
                result: held.result,
                items_missing: held.items_missing,
                items_late: held.items_late,
                clause: held.clause,
                confirmed_at: held.confirmed_at,
                used_by,
            };
            shown.push((format!("{place:06}"), view));
        }
        Ok(Listing::cut(shown.iter(), page, |(place, _)| place.as_str(), |(_, view)| view.clone()))
    }
}
