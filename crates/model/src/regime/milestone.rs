//! What a document sets out to reach (目标、阶段任务): each goal as it stands there,
//! its day where one is named, and what can be counted towards it.
//!
//! INVARIANT (counted, not claimed): what stands beside a goal is counted from decided
//! cases and moved matters; a goal that one figure decides is met by it alone.
//!
//! Not here: counting, marking (`casework::milestones`).

use serde::{Deserialize, Serialize};

use super::faults::Faults;
use super::words::words;
use super::{ProcedureKind, Regime};
use crate::matter::MatterKind;
use crate::time::Day;

words! {
    /// What is counted, each year.
    Figure {
        SchemesInForce = "schemes_in_force" "生效的实施方案",
        OperatorsSelected = "operators_selected" "选定并签约的运营机构",
        OperatorAgreements = "operator_agreements" "签订的运营协议",
        ResourcesRegistered = "resources_registered" "登记的公共数据资源",
        ScenariosApproved = "scenarios_approved" "批准的应用场景",
        EntitiesAdmitted = "entities_admitted" "准入的经营主体",
        EntitiesContracted = "entities_contracted" "签约的经营主体",
        ResultsReleased = "results_released" "出域的数据产品和服务",
        ProductsRegistered = "products_registered" "登记的数据产品",
        AssessmentsHeld = "assessments_held" "完成的评估考核",
        EffectsAssessed = "effects_assessed" "完成成效评估的应用场景",
        IncidentsFound = "incidents_found" "安全事件",
        UsesSettled = "uses_settled" "已结算的产品和服务使用量",
    }
}

/// From which records a figure is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Cases of this kind that were decided; what counts is their subject.
    Decided(ProcedureKind),
    /// Matters of this kind that came into this state; what counts is the matter.
    Reached(MatterKind, &'static str),
    /// Confirmed results about scenarios; what counts is the assessment.
    Effects,
    /// Statements of months that were closed; what counts is the uses that each settles.
    Uses,
}

impl Figure {
    /// From which records.
    pub fn counted(self) -> Counted {
        match self {
            Self::SchemesInForce => Counted::Reached(MatterKind::Scheme, "effective"),
            Self::OperatorsSelected => Counted::Reached(MatterKind::OperatorSelection, "agreement_signed"),
            Self::OperatorAgreements => Counted::Decided(ProcedureKind::OperatorAgreement),
            Self::ResourcesRegistered => Counted::Decided(ProcedureKind::ResourceRegistration),
            Self::ScenariosApproved => Counted::Decided(ProcedureKind::Scenario),
            Self::EntitiesAdmitted => Counted::Reached(MatterKind::EntityOnboarding, "active"),
            Self::EntitiesContracted => Counted::Decided(ProcedureKind::DevelopmentAgreement),
            Self::ResultsReleased => Counted::Decided(ProcedureKind::Release),
            Self::ProductsRegistered => Counted::Reached(MatterKind::Product, "registered"),
            Self::AssessmentsHeld => Counted::Reached(MatterKind::Assessment, "result"),
            Self::EffectsAssessed => Counted::Effects,
            Self::IncidentsFound => Counted::Reached(MatterKind::Incident, "found"),
            Self::UsesSettled => Counted::Uses,
        }
    }
}

/// A goal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// Its name, `operator_determined`.
    pub name: String,
    /// What the document calls it.
    pub title: String,
    /// Its phase, where the document counts phases instead of days.
    pub phase: Option<u8>,
    /// By which day.
    pub due: Option<Day>,
    /// What is counted beside it.
    pub figures: Option<Vec<Figure>>,
    /// It is met by the first of these, and by nothing else.
    pub met_by: Option<Figure>,
    /// Whoever says that it is met names at least one of these.
    pub cites: Option<Figure>,
    /// What each scenario that is named must rest on: a resource whose name, or whose
    /// department's, says this.
    pub cites_resting_on: Option<String>,
    /// The clause.
    pub source: String,
}

impl Milestone {
    /// Every figure that it names, each once.
    pub fn counts(&self) -> Vec<Figure> {
        let mut all: Vec<Figure> = self.figures.iter().flatten().copied().collect();
        all.extend(self.met_by.into_iter().chain(self.cites));
        all.sort();
        all.dedup();
        all
    }
}

impl Regime {
    /// Whether this jurisdiction has what a figure is counted from.
    pub fn makes(&self, figure: Figure) -> bool {
        has(self, figure)
    }
}

fn has(regime: &Regime, figure: Figure) -> bool {
    match figure.counted() {
        Counted::Decided(kind) => regime.procedure.contains_key(&kind),
        Counted::Reached(kind, _) => regime.matter.contains_key(&kind),
        Counted::Uses => true,
        Counted::Effects => regime.assessment.iter().any(|row| row.of == super::Assessed::Scenario),
    }
}

pub(super) fn faults_of(regime: &Regime, faults: &mut Faults) {
    for (index, found) in regime.milestone.iter().enumerate() {
        let path = format!("milestone.{index}");
        let name = &found.name;
        if regime.milestone.iter().take(index).any(|earlier| earlier.name == *name) {
            faults.at(format!("{path}.name"), format!("the milestone `{name}` is there twice; keep one"));
        }
        if found.phase.is_some() == found.due.is_some() {
            let what = format!("the milestone `{name}` needs either its day (`due`) or its phase, and not both");
            faults.at(path.clone(), what);
        }
        if found.met_by.is_some() && found.cites.is_some() {
            let what = format!("`{name}` is met by a figure (`met_by`), so nobody cites anything; leave `cites` out");
            faults.at(format!("{path}.cites"), what);
        }
        // One use is no record that somebody could name, and the first of many meets nothing.
        if found.met_by.into_iter().chain(found.cites).any(|figure| figure.counted() == Counted::Uses) {
            faults.at(path.clone(), format!("`{name}` is met by, or cites, uses; these are only counted (`figures`)"));
        }
        if found.cites_resting_on.is_some() && found.cites != Some(Figure::ScenariosApproved) {
            let what = format!("`{name}` says what the scenarios rest on and cites none; cite `scenarios_approved`");
            faults.at(format!("{path}.cites_resting_on"), what);
        }
        for figure in found.counts().into_iter().filter(|figure| !has(regime, *figure)) {
            let word = figure.word();
            let what = format!("`{name}` counts `{word}`, but nothing here makes one; add its section or leave it out");
            faults.at(path.clone(), what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_figure_is_counted_from_records_that_exist() {
        for figure in Figure::ALL {
            if let Counted::Reached(kind, state) = figure.counted() {
                assert!(kind.machine().state(state).is_some(), "{}: {} has no {state}", figure.word(), kind.word());
            }
        }
    }
}
