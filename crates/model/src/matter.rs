//! Matters (事项): what the documents prescribe beside approvals, as tables. One
//! file a kind in `matter/`: its states, its moves, and which move leads where.
//!
//! A table is the union of what the documents know; a jurisdiction's regime file
//! chooses from it (`regime::MatterRules`) and can never go beyond it.
//!
//! INVARIANT (in the table): a matter only ever is in a state of its table, and
//! leaves it only by a transition of its table.
//! INVARIANT (never stuck): every state can be reached and has an owner and a way
//! out, or is an end.
//!
//! Not here: which moves a jurisdiction has, who makes them, in how many days
//! (`regime::MatterRules`); making one (`casework`).

use serde::{Deserialize, Serialize};

mod alert;
mod assessment;
mod call;
mod complaint;
mod coordination;
mod data_demand;
mod entity_onboarding;
mod entity_product;
mod exit;
mod guidance;
mod incident;
mod inspection;
mod negative_list_entry;
mod operator_selection;
mod prior_agreement;
mod product;
mod quality_issue;
mod rectification;
mod referral;
mod remedy;
mod risk_report;
mod scheme;
mod supervision;
mod voice;

/// What a matter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatterKind {
    /// 实施方案: the scheme under which a city authorises.
    Scheme,
    /// 运营机构遴选.
    OperatorSelection,
    /// 经营主体准入: an entity is admitted by an operator.
    EntityOnboarding,
    /// 安全事件.
    Incident,
    /// 整改.
    Rectification,
    /// 退出与移交.
    Exit,
    /// 投诉、异议、申诉.
    Complaint,
    /// 评估考核.
    Assessment,
    /// 负面清单.
    NegativeListEntry,
    /// 产品登记、定价与挂牌, outside the platform.
    Product,
    /// 监督检查: an overseer looks at a party.
    Inspection,
    /// 数据需求与供给: demands and tasks to supply.
    DataDemand,
    /// 数据质量异议.
    QualityIssue,
    /// 统筹协调: what goes to the bureau or the working group.
    Coordination,
    /// 指导、督促.
    Guidance,
    /// 场景与方案征集.
    Call,
    /// 移送 to police, discipline or another body.
    Referral,
    /// 风险报告: it holds up what it is about.
    RiskReport,
    /// 既有协议: what a department or district signed with a third party.
    PriorAgreement,
    /// 日常监管: one party looks at another at an interval or when it is told to.
    Supervision,
    /// 公众来信、应征与意见.
    Voice,
    /// 行政复议、行政诉讼.
    Remedy,
    /// 经营主体的产品和服务.
    EntityProduct,
    /// 监测预警: what the monitor noticed, in somebody's queue.
    Alert,
}

impl MatterKind {
    /// Every one.
    pub const ALL: [MatterKind; 24] = [
        Self::Scheme,
        Self::OperatorSelection,
        Self::EntityOnboarding,
        Self::Incident,
        Self::Rectification,
        Self::Exit,
        Self::Complaint,
        Self::Assessment,
        Self::NegativeListEntry,
        Self::Product,
        Self::Inspection,
        Self::DataDemand,
        Self::QualityIssue,
        Self::Coordination,
        Self::Guidance,
        Self::Call,
        Self::Referral,
        Self::RiskReport,
        Self::PriorAgreement,
        Self::Supervision,
        Self::Voice,
        Self::Remedy,
        Self::EntityProduct,
        Self::Alert,
    ];

    /// The word in files, database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scheme => "scheme",
            Self::OperatorSelection => "operator_selection",
            Self::EntityOnboarding => "entity_onboarding",
            Self::Incident => "incident",
            Self::Rectification => "rectification",
            Self::Exit => "exit",
            Self::Complaint => "complaint",
            Self::Assessment => "assessment",
            Self::NegativeListEntry => "negative_list_entry",
            Self::Product => "product",
            Self::Inspection => "inspection",
            Self::DataDemand => "data_demand",
            Self::QualityIssue => "quality_issue",
            Self::Coordination => "coordination",
            Self::Guidance => "guidance",
            Self::Call => "call",
            Self::Referral => "referral",
            Self::RiskReport => "risk_report",
            Self::PriorAgreement => "prior_agreement",
            Self::Supervision => "supervision",
            Self::Voice => "voice",
            Self::Remedy => "remedy",
            Self::EntityProduct => "entity_product",
            Self::Alert => "alert",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether everybody with an account sees such a matter in this state.
    pub fn is_open_to_all(self, state: &str) -> bool {
        self == Self::Call && matches!(state, "published" | "closed" | "evaluated")
    }

    /// Its table.
    pub fn machine(self) -> &'static Machine {
        match self {
            Self::Scheme => &scheme::MACHINE,
            Self::OperatorSelection => &operator_selection::MACHINE,
            Self::EntityOnboarding => &entity_onboarding::MACHINE,
            Self::Incident => &incident::MACHINE,
            Self::Rectification => &rectification::MACHINE,
            Self::Exit => &exit::MACHINE,
            Self::Complaint => &complaint::MACHINE,
            Self::Assessment => &assessment::MACHINE,
            Self::NegativeListEntry => &negative_list_entry::MACHINE,
            Self::Product => &product::MACHINE,
            Self::Inspection => &inspection::MACHINE,
            Self::DataDemand => &data_demand::MACHINE,
            Self::QualityIssue => &quality_issue::MACHINE,
            Self::Coordination => &coordination::MACHINE,
            Self::Guidance => &guidance::MACHINE,
            Self::Call => &call::MACHINE,
            Self::Referral => &referral::MACHINE,
            Self::RiskReport => &risk_report::MACHINE,
            Self::PriorAgreement => &prior_agreement::MACHINE,
            Self::Supervision => &supervision::MACHINE,
            Self::Voice => &voice::MACHINE,
            Self::Remedy => &remedy::MACHINE,
            Self::EntityProduct => &entity_product::MACHINE,
            Self::Alert => &alert::MACHINE,
        }
    }
}

/// What a matter can be about: a thing that its id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A party.
    Organisation,
    /// An operator or development agreement.
    Agreement,
    /// A scenario.
    Scenario,
    /// A resource.
    Resource,
    /// Another matter.
    Matter,
    /// A running or ended case.
    Case,
    /// A product that is registered.
    Product,
    /// A month's statement of account.
    Statement,
    /// A month's surplus, shared out.
    Distribution,
}

impl SubjectKind {
    /// Every one.
    pub const ALL: [SubjectKind; 9] = [
        Self::Organisation,
        Self::Agreement,
        Self::Scenario,
        Self::Resource,
        Self::Matter,
        Self::Case,
        Self::Product,
        Self::Statement,
        Self::Distribution,
    ];

    /// The letters with which its ids begin.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Organisation => "ORG-",
            Self::Agreement => "AGR-",
            Self::Scenario => "SCN-",
            Self::Resource => "RES-",
            Self::Matter => "MAT-",
            Self::Case => "CAS-",
            Self::Product => "PRD-",
            Self::Statement => "STM-",
            Self::Distribution => "DST-",
        }
    }

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Agreement => "agreement",
            Self::Scenario => "scenario",
            Self::Resource => "resource",
            Self::Matter => "matter",
            Self::Case => "case",
            Self::Product => "registered_product",
            Self::Statement => "statement",
            Self::Distribution => "distribution",
        }
    }

    /// What an id names, by its first letters.
    pub fn of(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| id.starts_with(kind.prefix()))
    }
}

/// What must hold of whoever makes a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// They do not act for the organisation that the matter is about.
    NotTheSubject,
    /// They neither opened the matter nor made what it is about.
    NotTheAuthor,
    /// They do not act for the matter's counterparty (the body complained
    /// against), unless the regime lets it decide.
    NotTheCounterparty,
    /// The fact `ground` is one on which the rules let an agreement end.
    KnownGround,
    /// The agreement that it is about was concluded: a draft gave nobody anything.
    Concluded,
    /// The matter is about a processor or its agreement.
    AboutAProcessor,
    /// They are the security officer whom their organisation's dossier names, where it
    /// names somebody with an account.
    TheOfficer,
}

impl Guard {
    /// For the manual.
    pub fn words(self) -> &'static str {
        match self {
            Self::NotTheSubject => "not by the organisation that it is about",
            Self::NotTheAuthor => "not by who opened it or made what it is about",
            Self::NotTheCounterparty => "not by the counterparty",
            Self::KnownGround => "`ground` is one that the rules name",
            Self::Concluded => "the agreement was concluded",
            Self::AboutAProcessor => "of a processor only",
            Self::TheOfficer => "by the security officer whom the dossier names",
        }
    }
}

/// What a transition does to rights, in the same change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The rights under the subject rest; every permit under it dies at once.
    Suspend,
    /// The same where the fact `severity` is `high`, and the rules list what it can be.
    SuspendIfHigh,
    /// What this matter suspended lives again, unless another matter holds it.
    Resume,
    /// The agreement ends; every permit under it dies at once.
    EndAccess,
    /// The entity is admitted by the operator.
    Admit,
    /// The entity's admission rests.
    SuspendAdmission,
    /// The entity is no longer admitted.
    RemoveAdmission,
    /// The resource comes onto the negative list.
    Bar,
    /// The resource comes off the negative list.
    Unbar,
    /// The matter goes to the organisation that the move names: its counterparty.
    Assign,
    /// What was told since the state that it leads to was last reached is forgotten.
    Forget,
    /// The refused case that the matter is about is open again, from its first step.
    Reopen,
    /// What was made under the subject until now stays inside until it is cleared, where
    /// the rules have the move that clears it.
    Quarantine,
    /// What this matter keeps inside may leave again.
    Clear,
    /// The products under the subject, or the one that the fact `product` names by its id,
    /// come off the shelf until [`Effect::Resume`].
    Delist,
}

impl Effect {
    /// For the manual.
    pub fn words(self) -> &'static str {
        match self {
            Self::Suspend => "rights rest",
            Self::SuspendIfHigh => "rights rest where the risk is high",
            Self::Resume => "rights live again",
            Self::EndAccess => "agreement and access end",
            Self::Admit => "entity is admitted",
            Self::SuspendAdmission => "admission rests",
            Self::RemoveAdmission => "admission ends",
            Self::Bar => "resource is barred",
            Self::Unbar => "resource is open again",
            Self::Assign => "goes to the organisation that the move names",
            Self::Forget => "what was told since is forgotten",
            Self::Reopen => "the refused case is open again",
            Self::Quarantine => "what was made stays inside",
            Self::Clear => "what was made may leave again",
            Self::Delist => "products come off the shelf",
        }
    }
}

/// A state.
#[derive(Debug, Clone, Copy)]
pub struct State {
    /// The word in files, database and JSON.
    pub word: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Whose move it is, in words; nobody's where the matter has ended.
    pub owner: Option<&'static str>,
}

/// A move: what somebody does to a matter.
#[derive(Debug, Clone, Copy)]
pub struct MoveRow {
    /// The word in files, database and JSON.
    pub word: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What must hold of whoever makes it.
    pub guards: &'static [Guard],
}

/// A move from one state to another, and what it does to rights.
#[derive(Debug, Clone, Copy)]
pub struct Transition {
    /// Where it begins.
    pub from: &'static str,
    /// Which move.
    pub by: &'static str,
    /// Where it leads; the state that it begins in, where nothing but its
    /// effects and its entry remain.
    pub to: &'static str,
    /// What it does to rights.
    pub effects: &'static [Effect],
}

/// The table of a kind.
#[derive(Debug)]
pub struct Machine {
    /// What people call the kind.
    pub title: &'static str,
    /// What it can be about.
    pub subjects: &'static [SubjectKind],
    /// What the second party is, where there always is one.
    pub counterparty: Option<&'static str>,
    /// Whether one runs at a time, or several, on the same subject.
    pub running: Running,
    /// What must hold of whoever opens one.
    pub opening: &'static [Guard],
    /// Every state; a matter begins in the first.
    pub states: &'static [State],
    /// Every move.
    pub moves: &'static [MoveRow],
    /// Every transition.
    pub transitions: &'static [Transition],
}

/// How many of a kind run on one subject (and counterparty).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    /// One at a time.
    One,
    /// As many as there are.
    Many,
}

impl Machine {
    /// Where a matter begins.
    pub fn initial(&self) -> &'static str {
        self.states.first().map_or("", |state| state.word)
    }

    /// The state of this name.
    pub fn state(&self, word: &str) -> Option<&'static State> {
        self.states.iter().find(|state| state.word == word)
    }

    /// The move of this name.
    pub fn row(&self, word: &str) -> Option<&'static MoveRow> {
        self.moves.iter().find(|row| row.word == word)
    }

    /// Where a move leads from a state; `None` where it is not in the table.
    pub fn transition(&self, from: &str, by: &str) -> Option<&'static Transition> {
        self.transitions.iter().find(|transition| transition.from == from && transition.by == by)
    }

    /// Whether a matter can have a counterparty: from its opening, or by a move.
    pub fn has_counterparty(&self) -> bool {
        self.counterparty.is_some() || self.transitions.iter().any(|t| t.effects.contains(&Effect::Assign))
    }

    /// Whether a matter in this state has ended.
    pub fn is_final(&self, state: &str) -> bool {
        self.state(state).is_some_and(|state| state.owner.is_none())
    }
}

/// A state with an owner.
const fn open(word: &'static str, title: &'static str, owner: &'static str) -> State {
    State { word, title, owner: Some(owner) }
}

/// A state in which a matter has ended.
const fn end(word: &'static str, title: &'static str) -> State {
    State { word, title, owner: None }
}

const fn row(word: &'static str, title: &'static str, guards: &'static [Guard]) -> MoveRow {
    MoveRow { word, title, guards }
}

const fn go(from: &'static str, by: &'static str, to: &'static str) -> Transition {
    Transition { from, by, to, effects: &[] }
}

const fn act(from: &'static str, by: &'static str, to: &'static str, effects: &'static [Effect]) -> Transition {
    Transition { from, by, to, effects }
}

#[cfg(test)]
mod tests;
