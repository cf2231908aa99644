//! Shapes of milestones.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// What somebody says of a goal.
#[derive(ToSchema)]
pub struct NewMark {
    /// Which goal, by its name.
    pub name: String,
    /// Whether it is met; `false` takes an earlier mark back.
    pub is_met: bool,
    /// Why, in 5 to 2000 characters.
    #[schema(min_length = 5, max_length = 2000)]
    pub reason: String,
    /// Of the document that shows it.
    #[schema(required = false, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: Option<String>,
    /// The records that show it, by their ids; 50 at most.
    #[schema(required = false, max_items = 50)]
    pub cites: Vec<String>,
}

/// What was said.
#[derive(ToSchema)]
pub struct GoalMark {
    /// Counts up from 1.
    pub number: i64,
    /// Whether it was met.
    pub is_met: bool,
    /// Why.
    pub reason: String,
    /// Of the document that shows it.
    pub evidence: Option<String>,
    /// The records that show it.
    pub cites: Vec<String>,
    /// Who said so.
    pub organisation: String,
    /// When, in microseconds.
    pub marked_at: i64,
}

/// A figure beside a goal.
#[derive(ToSchema)]
pub struct GoalFigure {
    /// Which: `scenarios_approved`.
    pub figure: String,
    /// What people call it.
    pub title: String,
    /// How many in all.
    pub total: u64,
    /// How many in each year that has any.
    pub by_year: BTreeMap<String, u64>,
}

/// A goal as it stands.
#[derive(ToSchema)]
pub struct Milestone {
    /// Its name.
    pub name: String,
    /// What the document calls it.
    pub title: String,
    /// Its phase, where the document counts phases.
    pub phase: Option<u8>,
    /// Its day, where it has one.
    #[schema(format = Date)]
    pub due_day: Option<String>,
    /// The clause.
    pub clause: String,
    /// `open`, `met`, `late` or `overdue`; one without a day is never late.
    pub state: String,
    /// The day on which it was met.
    #[schema(format = Date)]
    pub met_day: Option<String>,
    /// Whether a figure decides it, so that nobody marks it.
    pub is_counted: bool,
    /// What is counted towards it.
    pub figures: Vec<GoalFigure>,
    /// What was said of it, oldest first.
    pub marks: Vec<GoalMark>,
}

/// What a target counts.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum CountedFigure {
    /// 生效的实施方案.
    SchemesInForce,
    /// 选定并签约的运营机构.
    OperatorsSelected,
    /// 签订的运营协议.
    OperatorAgreements,
    /// 登记的公共数据资源.
    ResourcesRegistered,
    /// 批准的应用场景.
    ScenariosApproved,
    /// 准入的经营主体.
    EntitiesAdmitted,
    /// 签约的经营主体.
    EntitiesContracted,
    /// 出域的数据产品和服务.
    ResultsReleased,
    /// 登记的数据产品.
    ProductsRegistered,
    /// 完成的评估考核.
    AssessmentsHeld,
    /// 完成成效评估的应用场景.
    EffectsAssessed,
    /// 安全事件.
    IncidentsFound,
    /// 已结算的产品和服务使用量.
    UsesSettled,
}

/// A target of the plan to be set.
#[derive(ToSchema)]
pub struct NewPlanTarget {
    /// The plan, by its paper in the dossier.
    #[schema(pattern = "^PAP-[0-9a-f]{32}$")]
    pub plan: String,
    /// What the plan calls it, in 5 to 2000 characters.
    #[schema(min_length = 5, max_length = 2000)]
    pub title: String,
    /// What is counted.
    pub figure: CountedFigure,
    /// How many there are to be.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub at_least: i64,
    /// By which day.
    #[schema(format = Date)]
    pub due_day: String,
}

/// A target of the plan with how far it has come.
#[derive(ToSchema)]
pub struct PlanTarget {
    /// Counts up from 1.
    pub number: i64,
    /// The plan, by its paper.
    pub plan: String,
    /// Which version of it.
    pub plan_version: i64,
    /// Whether that version is the one on file.
    pub is_current: bool,
    /// What the plan calls it.
    pub title: String,
    /// What is counted.
    pub figure: CountedFigure,
    /// What people call that.
    pub figure_title: String,
    /// How many there are to be.
    pub at_least: i64,
    /// How many there are, from the day of the plan to the target's, or today.
    pub counted: u64,
    /// By which day.
    #[schema(format = Date)]
    pub due_day: String,
    /// `open`, `met` or `overdue`.
    pub state: String,
    /// Who set it.
    pub organisation: String,
    /// When, in microseconds.
    pub set_at: i64,
}
