//! A project (项目) as it stands: a scenario's six parts in the order of the document
//! (CS23 5), each with its state and day, from the records; its systems, and what about it
//! waits to be coordinated (CS23 14).
//!
//! What the viewer may not see is not counted.

use serde::Serialize;
use shuyu_model::id::{MatterId, OrganisationId, PaperId, ScenarioId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::PaperKind;
use shuyu_model::{Actor, Day, Role};
use shuyu_registry::{OrderState, Page, PaperState};

use crate::records::Records;
use crate::{Documents, DocumentsError};

type Result<T> = std::result::Result<T, DocumentsError>;

/// How far a part has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    /// Nothing of it is on record.
    NotBegun,
    /// It is under way.
    UnderWay,
    /// It has come to what the document asks.
    Done,
}

/// One of the parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectStage {
    /// Which: `platform`, `scheme`, `choice`, `processing`, `trade`, `distribution`.
    pub stage: &'static str,
    /// What the document calls it.
    pub title: &'static str,
    /// How far it has come.
    pub state: StageState,
    /// The day of what it rests on.
    pub on: Option<Day>,
    /// What it rests on: ids.
    pub records: Vec<String>,
}

/// One of the three kinds of subjects that a project has (数据权属主体、数据运营主体、
/// 数据加工主体, CS23 6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectSubject {
    /// Which: `owner`, `operator`, `processor`.
    pub slot: &'static str,
    /// What the document calls it.
    pub title: &'static str,
    /// Who fills it: by the mandate on file, by the agreement, by an order that was taken.
    pub name: Option<String>,
    /// The organisation here, where it has an account.
    pub organisation: Option<OrganisationId>,
}

/// A system that the operator runs for the scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectSystem {
    /// Its paper in the dossier.
    pub paper: PaperId,
    /// What it is called.
    pub title: String,
    /// How its paper stands.
    pub state: PaperState,
}

/// What waits to be coordinated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectItem {
    /// The matter.
    pub matter: MatterId,
    /// What people call it.
    pub title: String,
    /// Where it stands.
    pub state_title: String,
}

/// A project as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProjectView {
    /// Which scenario.
    pub scenario: ScenarioId,
    /// What people call it.
    pub title: String,
    /// Whose it is.
    pub operator: OrganisationId,
    /// Its name.
    pub operator_name: String,
    /// Who owns, operates and processes; nothing is computed while one of them is missing.
    /// Empty where the document knows no such subjects.
    pub subjects: Vec<ProjectSubject>,
    /// The systems that are on file for it.
    pub systems: Vec<ProjectSystem>,
    /// What about it waits to be coordinated.
    pub coordination: Vec<ProjectItem>,
    /// Its parts, in the document's order.
    pub stages: Vec<ProjectStage>,
}

fn stage(
    stage: &'static str,
    title: &'static str,
    begun: Option<Day>,
    done: Option<Day>,
    records: Vec<String>,
) -> ProjectStage {
    let state = match (begun, done) {
        (_, Some(_)) => StageState::Done,
        (Some(_), None) => StageState::UnderWay,
        (None, None) => StageState::NotBegun,
    };
    ProjectStage { stage, title, state, on: done.or(begun), records }
}

impl Documents {
    /// A scenario's parts, as this viewer may see them; `None` where there is no such one.
    pub async fn project(&self, viewer: &Actor, id: &ScenarioId) -> Result<Option<ProjectView>> {
        let stations = self.stations();
        let records = Records::read(stations).await?;
        let Some(scenario) = records.scenarios.get(id).cloned() else { return Ok(None) };
        let registry = stations.casework.registry();
        let of = &scenario.operator;

        let papers = registry.papers(viewer, of).await?.unwrap_or_default();
        let of_this = |one: &&shuyu_registry::PaperView| {
            one.paper.kind == PaperKind::OperatorSystem
                && one.paper.scenario.as_ref() == Some(id)
                && !matches!(one.state, PaperState::Replaced | PaperState::Withdrawn)
        };
        let papers: Vec<_> = papers.iter().filter(of_this).collect();
        let good = papers.iter().filter(|one| one.state == PaperState::InOrder);
        let built =
            good.map(|one| one.paper.issued_on).max().filter(|_| papers.iter().all(|p| p.state == PaperState::InOrder));
        let first = papers.iter().map(|one| one.paper.issued_on).min();
        let ids = papers.iter().map(|one| one.paper.id.to_string()).collect();
        let platform = stage("platform", "建设平台", first, built, ids);

        let (choice, named) = self.choice(viewer, of).await?;
        let agreement = records.agreements.get(&scenario.agreement);
        let named = agreement.and_then(|one| one.scheme.clone()).or(named);
        let scheme = self.scheme(viewer, named).await?;

        let (processing, processor) = self.processing(viewer, id, scenario.approved_at.map(|at| at.day())).await?;
        let grantor = agreement.map(|one| one.grantor.clone());
        let subjects = self.subjects(&records, of, grantor.as_ref(), processor).await?;
        let products: Vec<_> = records.products.values().filter(|one| one.scenario == *id).collect();
        let offered = products.iter().map(|one| one.published_at.day()).min();
        let sold =
            records.subscriptions.values().filter(|one| one.scenario == *id).map(|one| one.opened_at.day()).min();
        let trade = stage("trade", "产品交易", offered, sold, products.iter().map(|one| one.id.to_string()).collect());

        let mut settled = Vec::new();
        for statement in stations.settlement.statements().await? {
            let view = statement.view(viewer);
            if view.results.iter().any(|result| result.operator == *of) {
                settled.push(view.month);
            }
        }
        let last = settled.iter().max().map(|month| month.first_day());
        let months = settled.iter().map(ToString::to_string).collect();
        // Nothing is distributed of a scenario of which nothing was had.
        let distribution = stage("distribution", "收益分配", sold, last.filter(|_| sold.is_some()), months);

        let waiting = stations.matters(viewer, MatterKind::Coordination).await?;
        let waiting = waiting.into_iter().filter(|one| one.subject == id.as_str() && one.ended_at.is_none());
        Ok(Some(ProjectView {
            scenario: id.clone(),
            title: scenario.title.clone(),
            operator_name: records.name(of).to_owned(),
            operator: of.clone(),
            subjects,
            systems: papers
                .iter()
                .map(|one| ProjectSystem {
                    paper: one.paper.id.clone(),
                    title: one.paper.title.clone(),
                    state: one.state,
                })
                .collect(),
            coordination: waiting
                .map(|one| ProjectItem { matter: one.id, title: one.title, state_title: one.state_title })
                .collect(),
            stages: vec![platform, scheme, choice, processing, trade, distribution],
        }))
    }

    /// The choice of the operator, and the scheme that it names.
    async fn choice(&self, viewer: &Actor, of: &OrganisationId) -> Result<(ProjectStage, Option<MatterId>)> {
        let stations = self.stations();
        for item in stations.matters(viewer, MatterKind::OperatorSelection).await?.into_iter().rev() {
            let Some(view) = stations.casework.matter(&item.id, viewer).await? else { continue };
            if view.facts.get("winner").map(String::as_str) != Some(of.as_str()) || item.state == "failed" {
                continue;
            }
            let done = view.history.iter().rev().find(|moved| moved.to == "selected" && moved.from != "selected");
            let done = done
                .map(|moved| moved.at.day())
                .filter(|_| matches!(item.state.as_str(), "selected" | "agreement_signed"));
            let scheme = view.facts.get("scheme").and_then(|id| MatterId::parse(id).ok());
            let records = vec![item.id.to_string()];
            return Ok((stage("choice", "选择实施主体", Some(item.opened_at.day()), done, records), scheme));
        }
        Ok((stage("choice", "选择实施主体", None, None, Vec::new()), None))
    }

    async fn scheme(&self, viewer: &Actor, id: Option<MatterId>) -> Result<ProjectStage> {
        let view = match &id {
            Some(id) => self.stations().casework.matter(id, viewer).await?,
            None => None,
        };
        let Some(view) = view else { return Ok(stage("scheme", "评估运营方案", None, None, Vec::new())) };
        let passed = view.history.iter().find(|moved| moved.to == "effective").map(|moved| moved.at.day());
        Ok(stage("scheme", "评估运营方案", Some(view.item.opened_at.day()), passed, vec![view.item.id.to_string()]))
    }

    /// CS23 6: who fills the three slots.
    async fn subjects(
        &self,
        records: &Records,
        operator: &OrganisationId,
        grantor: Option<&OrganisationId>,
        processor: Option<OrganisationId>,
    ) -> Result<Vec<ProjectSubject>> {
        let registry = self.stations().casework.registry();
        if !registry.regime().has_role(Role::Processor) {
            return Ok(Vec::new());
        }
        let owner = match grantor {
            Some(grantor) => registry.issuer_on_file(grantor, PaperKind::Mandate).await?,
            None => None,
        };
        let named = |id: &OrganisationId| records.name(id).to_owned();
        Ok(vec![
            ProjectSubject { slot: "owner", title: "数据权属主体", name: owner, organisation: None },
            ProjectSubject {
                slot: "operator",
                title: "数据运营主体",
                name: Some(named(operator)),
                organisation: Some(operator.clone()),
            },
            ProjectSubject {
                slot: "processor",
                title: "数据加工主体",
                name: processor.as_ref().map(named),
                organisation: processor,
            },
        ])
    }

    /// The orders, and who has taken the last one.
    async fn processing(
        &self,
        viewer: &Actor,
        id: &ScenarioId,
        approved: Option<Day>,
    ) -> Result<(ProjectStage, Option<OrganisationId>)> {
        let registry = self.stations().casework.registry();
        let mut page = Page::first();
        let (mut begun, mut done, mut ids) = (approved, None, Vec::new());
        let mut processor = None;
        loop {
            let listing = registry.orders(viewer, &page).await?;
            for order in listing.items.iter().filter(|order| order.scenario == *id) {
                ids.push(order.id.to_string());
                begun = Some(order.placed_at.day());
                if matches!(order.state, OrderState::Taken | OrderState::Closed) {
                    processor = Some(order.processor.clone());
                }
                done = order.ended_at.filter(|_| order.state == OrderState::Closed).map(|at| at.day()).or(done);
            }
            match listing.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        Ok((stage("processing", "数据加工", begun, done, ids), processor))
    }
}
