//! The rules of a jurisdiction, as data: one TOML file, each value with the
//! clause it comes from.
//!
//! INVARIANT (sourced): every number and list that a rule rests on names its
//! clause, or says that it is the city's own setting; never both, never neither.
//! INVARIANT (no silence): a key that the engine does not know is an error that
//! names the nearest key it does know, never ignored.
//! INVARIANT (data only): there are no expressions; a test that no document has
//! needed yet is a named control in Rust.
//!
//! Not here: who applies which version when (`registry`), the procedures' run
//! (`casework`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::actor::Role;
use crate::matter::MatterKind;
use crate::time::Day;
use crate::verdict::Reason;

mod assessment;
mod ban;
mod choosing;
mod conduct;
mod diff;
mod dossier;
mod facts;
mod faults;
mod group;
mod in_force;
mod interest;
mod labels;
mod lines;
mod matter;
mod milestone;
mod money;
mod national;
mod overriding;
mod procedure;
mod public;
mod roles;
mod rules;
mod security;
mod told;
mod upstream;
pub mod words;

pub use assessment::{Assessed, Assessment, AssessmentForm, Dimension};
pub use ban::Ban;
pub use choosing::{
    Condition, Disqualification, EntityRules, ModeRules, NegativeListRules, ProcessorRules, RegistrationRules,
    SchemeRules, SelectionRules,
};
pub use conduct::{Disclosure, DrillRules, EmergencyPlanRules, HierarchyRules, ReportDuty, SupervisionDuty, Terms};
pub use diff::{Difference, Stated, diff, paths, stated};
pub use dossier::{Form, PARTICULAR_CHARS_MAX, PaperAct, PaperKind, PaperRules, Particular, plan_steps};
pub use facts::{
    CatalogueRules, FactAct, FactKind, FactRules, PlannedProduct, ProductRules, QualityRules, Right, SpecialUse,
};
use faults::Faults;
pub use group::GroupRules;
pub use in_force::RulesInForce;
pub use interest::Interest;
use lines::Lines;
pub use lines::line_of;
pub use matter::{
    AnyOf, Choice, Citable, CiteRule, Contents, FactForm, Handing, Hold, MOVE_NUMBERS, Maker, Makers, MatterRules,
    MoveRule, NoticeRule, OPENING, OpinionRule, PLAN_STEP, Passage, PlanRule, Proposal, Raise, Reserved, ToldForm,
    ToldTime, is_key, list, shares, years,
};
pub use milestone::{Counted, Figure, Milestone};
pub use money::{ConsentRule, MoneyRules};
pub use national::{
    National, NationalDocument, NationalOperation, NationalPrice, NationalRecords, NationalRegistration,
    NationalSecurity,
};
pub use overriding::Anew;
pub use procedure::{EVIDENCE, Filing, Procedure, ProcedureKind, SIGNATURES_MAX, STEP_NUMBERS, Step};
pub use public::{PublicRules, Remedy, RemedyRules};
pub use roles::is_division;
pub use rules::{
    AgreementRules, LogRules, PersonalRules, PriceRules, ReleaseRules, ResourceRules, RoleRules, ScenarioRules,
    UseKind, WorkroomRules,
};
pub use security::{AlertRules, ControlRules, RequiredControl, SecurityRules, StoppedWork, Unusual};
pub use told::told;
pub use upstream::{Upstream, upstream};
use words::{Body, Level, Status};

/// A value and where the law says so.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// The clause: `三(三)` of this document, or `N27 14(2)` of a national rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// True where no document states the value and the city chose it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub setting: bool,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// How long the document holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    /// Its first day; absent for a draft, which has none.
    pub from: Option<Day>,
    /// For how many years; absent where the document has no end.
    pub years: Option<u8>,
    /// How many days before the last one the managing body and the agency are warned.
    pub warn_days_before: Option<Sourced<u16>>,
    /// The documents that it repeals on its first day.
    #[serde(default)]
    pub repeals: Vec<Repealed>,
    /// The clause.
    pub source: String,
}

/// A document that another one repeals.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Repealed {
    /// Its number: `长府规〔2023〕3号`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The day of its issue.
    pub issued_on: Day,
    /// The clause that repeals it.
    pub source: String,
}

/// One version of one jurisdiction's rules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Regime {
    /// `changsha-2026`.
    pub code: String,
    /// Counts up; a version once in force is never edited.
    pub version: u32,
    /// The document's title.
    pub title: String,
    /// Who issued it.
    pub issued_by: String,
    /// Its number (发文字号), where it has one.
    pub number: Option<String>,
    /// The day on which it was issued, where the document says one.
    pub issued_on: Option<Day>,
    /// The day on which it was published, where that is another.
    pub published_on: Option<Day>,
    /// Law or draft.
    pub status: Status,
    /// What kind of place issued it.
    pub level: Level,
    /// From when to when.
    pub in_force: InForce,
    /// What things are called and whose they are.
    pub terms: Terms,
    /// What each role is called on screen and paper.
    pub words: BTreeMap<Role, String>,
    /// What bodies outside of the platform are called.
    #[serde(default)]
    pub bodies: BTreeMap<Body, String>,
    /// The clause in which each role's duties stand.
    pub duties: BTreeMap<Role, String>,
    /// Who may be what.
    pub roles: RoleRules,
    /// How much may be authorised at once.
    pub mode: ModeRules,
    /// Schemes.
    pub scheme: SchemeRules,
    /// The choice of the operator.
    pub selection: SelectionRules,
    /// The processor, where it is a party of its own.
    pub processor: Option<ProcessorRules>,
    /// Registration.
    pub registration: RegistrationRules,
    /// Resources.
    pub resource: ResourceRules,
    /// Agreements.
    pub agreement: AgreementRules,
    /// Scenarios.
    pub scenario: ScenarioRules,
    /// Admission of entities, where the document knows it.
    pub entity: Option<EntityRules>,
    /// The negative list, where the document knows it.
    pub negative_list: Option<NegativeListRules>,
    /// People.
    pub personal: PersonalRules,
    /// Workrooms.
    pub workroom: WorkroomRules,
    /// What leaves.
    pub release: ReleaseRules,
    /// Money.
    pub price: PriceRules,
    /// Distribution, the basis of prices, costs.
    pub money: MoneyRules,
    /// Logs.
    pub logs: LogRules,
    /// Who reads the journal, what is watched, which controls must hold.
    pub security: Option<SecurityRules>,
    /// Who assesses whom.
    #[serde(default)]
    pub assessment: Vec<Assessment>,
    /// Who reports what.
    #[serde(default)]
    pub report: Vec<ReportDuty>,
    /// What the public is told.
    #[serde(default)]
    pub disclosure: Vec<Disclosure>,
    /// Who looks at whom at an interval.
    #[serde(default)]
    pub supervision: Vec<SupervisionDuty>,
    /// What whoever has no account may do, where the document opens a way.
    pub public: Option<PublicRules>,
    /// The remedies at law that every refusal names, where the document names them.
    pub remedies: Option<RemedyRules>,
    /// Exercises, where the document asks for them.
    pub drill: Option<DrillRules>,
    /// Emergency plans.
    pub emergency_plan: EmergencyPlanRules,
    /// City, districts, province.
    pub hierarchy: HierarchyRules,
    /// The coordination group, where the document sets one up.
    pub group: Option<GroupRules>,
    /// What the document sets out to reach.
    #[serde(default)]
    pub milestone: Vec<Milestone>,
    /// The bans in force, each with its clause.
    #[serde(default)]
    pub bans: BTreeMap<Ban, String>,
    /// Steps.
    pub procedure: BTreeMap<ProcedureKind, Procedure>,
    /// Papers that a party has on file; one that the document does not ask for is not there.
    #[serde(default)]
    pub dossier: BTreeMap<PaperKind, PaperRules>,
    /// Lifecycles beside approvals; one that the jurisdiction lacks is not there.
    #[serde(default)]
    pub matter: BTreeMap<MatterKind, MatterRules>,
    /// Facts that are told of resources; one that the document does not ask for is not there.
    #[serde(default)]
    pub fact: BTreeMap<FactKind, FactRules>,
    /// The catalogue in versions, where the document has it published.
    pub catalogue: Option<CatalogueRules>,
    /// The supply of data, where the document asks for its quality.
    pub quality: Option<QualityRules>,
    /// Products, where the document asks more of them than of what they are made of.
    pub product: Option<ProductRules>,
    /// Products that the document announces.
    #[serde(default)]
    pub planned_product: Vec<PlannedProduct>,
    /// How many higher rules have set values of it anew; no file says it.
    #[serde(skip)]
    pub higher_rules: u32,
}

/// One thing wrong with a rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// On which line, counted from 1.
    pub line: usize,
    /// What, and what to do instead.
    pub what: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl Fault {
    fn sentence(faults: &[Self]) -> String {
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    fn unless_none(file: &str, lines: &Lines<'_>, faults: Faults) -> Result<(), RegimeError> {
        let mut faults: Vec<Self> =
            faults.into_vec().into_iter().map(|(path, what)| Self { line: lines.line(&path), what }).collect();
        faults.sort_by_key(|fault| fault.line);
        if faults.is_empty() { Ok(()) } else { Err(RegimeError::Faults { file: file.to_owned(), faults }) }
    }
}

/// Why a rule file cannot be used. All faults of one kind at once.
#[derive(Debug, thiserror::Error)]
pub enum RegimeError {
    /// It is no TOML, misses a key, or has one that the engine does not know.
    #[error("the rule file `{file}` cannot be read: line {line}: {what}{hint}")]
    Shape {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// What the parser says.
        what: String,
        /// ` (did you mean …?)` or what to write instead.
        hint: String,
    },
    /// It reads, but says what cannot hold.
    #[error("the rule file `{file}` contradicts itself: {}", Fault::sentence(faults))]
    Faults {
        /// The file.
        file: String,
        /// Every fault, in the order of lines.
        faults: Vec<Fault>,
    },
}

impl Regime {
    /// Reads and checks a regime file.
    pub fn parse(file: &str, text: &str) -> Result<Self, RegimeError> {
        let (regime, plain) = lines::read::<Self>(file, text)?;
        let mut faults = Faults::default();
        faults::of_regime(&regime, &plain, &mut faults);
        Fault::unless_none(file, &Lines::of(text), faults)?;
        Ok(regime)
    }

    /// [`Self::document`], stamped on everything decided under it, and behind a `+` how many
    /// higher rules counted by then: `changchun-2025@1+2`.
    pub fn stamp(&self) -> String {
        let document = self.document();
        if self.higher_rules == 0 { document } else { format!("{document}+{}", self.higher_rules) }
    }

    /// Which version of which document: `changsha-2026@1`; a draft that is tried says so:
    /// `changsha-2023@1-draft`.
    pub fn document(&self) -> String {
        let draft = if self.status == Status::Draft { "-draft" } else { "" };
        format!("{}@{}{draft}", self.code, self.version)
    }

    /// The last day of a document that this one repeals: the day before its own first one.
    pub fn last_day_of_repealed(&self) -> Option<Day> {
        Some(self.in_force.from?.saturating_sub(jiff::Span::new().days(1)))
    }

    /// The day from which its end is warned of; `None` where it has no end or no warning.
    pub fn first_warning(&self) -> Option<Day> {
        let days = self.in_force.warn_days_before.as_ref()?.value;
        Some(self.last_day()?.saturating_sub(jiff::Span::new().days(i64::from(days))))
    }

    /// The last day on which it is in force; `None` where the document has no end.
    pub fn last_day(&self) -> Option<Day> {
        let (from, years) = (self.in_force.from?, self.in_force.years?);
        let span = jiff::Span::new().years(i64::from(years));
        Some(from.saturating_add(span).saturating_sub(jiff::Span::new().days(1)))
    }

    /// Whether it holds on a day. A draft holds on none.
    pub fn holds_on(&self, day: Day) -> bool {
        self.in_force.from.is_some_and(|from| from <= day) && self.last_day().is_none_or(|last| day <= last)
    }

    /// A draft as it would be had it been released on this day, to try it. It stays
    /// a draft and its stamp says so.
    pub fn tried_from(mut self, day: Day) -> Self {
        if self.status == Status::Draft {
            self.in_force.from = Some(day);
        }
        self
    }

    /// The clause of a ban that is in force, as a reason cites it.
    pub fn ban(&self, ban: Ban) -> Option<String> {
        self.bans.get(&ban).map(|clause| self.cite_clause(clause))
    }

    /// How a reason cites a value of this file: `changsha-2026 三(三)`, or
    /// `changsha-2026 setting`.
    pub fn cite<T>(&self, value: &Sourced<T>) -> String {
        format!("{} {}", self.code, value.source.as_deref().unwrap_or("setting"))
    }

    /// How a reason cites a clause that stands in this file: `changsha-2026 十`.
    pub fn cite_clause(&self, clause: &str) -> String {
        format!("{} {clause}", self.code)
    }

    /// How a reason cites the duties of a role.
    pub fn cite_role(&self, role: Role) -> String {
        self.cite_clause(self.duties.get(&role).map_or("setting", String::as_str))
    }

    /// What people call a role; its plain word where the file has none.
    pub fn word(&self, role: Role) -> &str {
        self.words.get(&role).map_or(role.word(), String::as_str)
    }

    /// What people call a body: as a party, as one outside of the platform, or its plain word.
    pub fn body_word(&self, body: Body) -> &str {
        let party = Role::parse(body.word()).and_then(|role| self.words.get(&role));
        party.or_else(|| self.bodies.get(&body)).map_or_else(|| body.zh(), String::as_str)
    }

    /// How a reason cites a step of a procedure, for its `number` (one of
    /// [`STEP_NUMBERS`]) or for the step as such (`""`).
    pub fn cite_step(&self, procedure: &Procedure, step: &Step, number: &str) -> String {
        if step.settings.iter().any(|setting| setting == number) {
            return self.cite_clause("setting");
        }
        self.cite_clause(step.source.as_deref().unwrap_or(&procedure.source))
    }

    /// A reason that rests on one value of this file.
    pub fn reason<T>(
        &self,
        code: &'static str,
        value: &Sourced<T>,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) -> Reason {
        Reason::new(code, what, self.cite(value), instead)
    }
}

/// The version of the document that a stamp names, whatever higher rules counted.
pub fn document_of(stamp: &str) -> &str {
    stamp.split_once('+').map_or(stamp, |(document, _)| document)
}

#[cfg(test)]
mod tests;
