//! Figures that an assessed operator told, beside what the platform counted over the same
//! time: calls from the access log, income from closed months, incidents from matters.
//!
//! INVARIANT (counted apart): what is compared with a told figure is computed from records
//! that the teller cannot write.

use serde::Serialize;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::{Actor, Time};
use shuyu_registry::Page;

use crate::DocumentsError;
use crate::documents::Documents;
use crate::records::Stations;

type Result<T> = std::result::Result<T, DocumentsError>;

/// A told figure, and what was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldFigure {
    /// Which.
    pub figure: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What was told.
    pub told: i64,
    /// What the records say.
    pub counted: i64,
    /// Whether they differ.
    pub is_flagged: bool,
}

/// Each figure and what people call it; `shuyu_casework::assessment::FIGURES` in words.
const TITLES: [(&str, &str); 3] = [("income_fen", "收入（分）"), ("calls", "调用次数"), ("incidents", "安全事件数")];

impl Documents {
    /// The figures that were told in an assessment which the viewer may see.
    pub async fn told_figures(&self, viewer: &Actor, id: &MatterId) -> Result<Vec<ToldFigure>> {
        of(self.stations(), viewer, id).await
    }
}

pub(crate) async fn of(stations: &Stations, viewer: &Actor, id: &MatterId) -> Result<Vec<ToldFigure>> {
    let unseen = || DocumentsError::Unknown { kind: "matter", id: id.to_string() };
    let matter = stations.casework.matter(id, viewer).await?.ok_or_else(unseen)?;
    let items = stations.casework.assessment_items(viewer, id).await?;
    let Some(organisation) = matter.item.subject_organisation.clone() else { return Ok(Vec::new()) };
    let filter = shuyu_casework::ResultFilter { organisation: Some(organisation.clone()), ..Default::default() };
    let before = stations.casework.assessment_results(viewer, &filter, &Page::first()).await?;
    let before = before.items.into_iter().filter(|held| held.matter != *id);
    let since = before.map(|held| held.confirmed_at).filter(|at| *at < matter.item.opened_at).max();
    let since = since.unwrap_or(Time(0));
    let mut found = Vec::new();
    for (figure, title) in TITLES {
        // Two items that tell the same figure are told of the later one.
        let told = items.iter().filter_map(|item| Some((*item.figures.get(figure)?, item.given_at?)));
        let Some((told, until)) = told.max_by_key(|(_, at)| *at) else { continue };
        let counted = counted(stations, viewer, figure, &organisation, (since, until)).await?;
        found.push(ToldFigure { figure, title, told, counted, is_flagged: told != counted });
    }
    Ok(found)
}

async fn counted(
    stations: &Stations,
    viewer: &Actor,
    figure: &str,
    of: &OrganisationId,
    (since, until): (Time, Time),
) -> Result<i64> {
    let mut sum = 0_i64;
    match figure {
        "calls" => {
            for ((subscription, _), used) in stations.uses(since, until).await? {
                let is_theirs = stations.delivery.subscription(&subscription).is_some_and(|one| one.operator == *of);
                sum = sum.saturating_add(if is_theirs { used.calls } else { 0 });
            }
        }
        "income_fen" => {
            for statement in stations.settlement.statements().await? {
                let closed = statement.body().closed_at;
                let theirs = statement.body().results.iter().filter(|result| result.operator == *of);
                let income: i64 = theirs.map(|result| result.income.fen).sum();
                sum = sum.saturating_add(if since <= closed && closed < until { income } else { 0 });
            }
        }
        _ => {
            for incident in stations.matters(viewer, MatterKind::Incident).await? {
                let is_theirs = incident.subject_organisation.as_ref() == Some(of);
                let is_of_time = since <= incident.opened_at && incident.opened_at < until;
                sum = sum.saturating_add(i64::from(is_theirs && is_of_time));
            }
        }
    }
    Ok(sum)
}
