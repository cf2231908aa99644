//! The steps that a document prescribes before something becomes so: who signs
//! what, in which order, in how many working days, and with whom a copy is filed.
//!
//! Not here: how a case walks them (`casework`).

use serde::{Deserialize, Serialize};

use super::Sourced;
use super::faults::Faults;
use super::matter::Maker;
use super::words::Body;
use crate::actor::Role;
use crate::id::OrganisationId;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal $zh:literal,)*) => {
        /// What a case is about. Each has its procedure in the regime file, where the
        /// document prescribes one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum ProcedureKind { $($(#[$doc])* $name,)* }

        impl ProcedureKind {
            /// Every one.
            pub const ALL: &'static [ProcedureKind] = &[$(Self::$name,)*];

            /// The word in files, database and JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What people call it.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }
        }
    };
}

kinds! {
    /// A resource becomes registered (登记).
    ResourceRegistration = "resource_registration" "资源登记",
    /// An operator agreement (运营协议).
    OperatorAgreement = "operator_agreement" "运营协议",
    /// A development agreement between operator and entity (再开发协议).
    DevelopmentAgreement = "development_agreement" "开发利用协议",
    /// A scenario (应用场景).
    Scenario = "scenario" "应用场景审批",
    /// A result leaves (出域审查).
    Release = "release" "出域审查",
    /// An implementing scheme (实施方案).
    Scheme = "scheme" "实施方案审批",
    /// A scheme for one field (分领域实施方案).
    SectorScheme = "sector_scheme" "分领域实施方案审批",
    /// A district's scheme.
    DistrictScheme = "district_scheme" "区县方案审批",
    /// A large change of a scheme (较大变更).
    SchemeChange = "scheme_change" "实施方案变更",
    /// The list of what is in scope (授权运营目录).
    CatalogRelease = "catalog_release" "授权运营目录发布",
    /// The choice of an operator (遴选).
    OperatorSelection = "operator_selection" "运营机构遴选",
    /// The choice of a processor (加工主体比选).
    ProcessorSelection = "processor_selection" "加工主体遴选",
    /// An agreement with a processor (加工授权协议).
    ProcessorAgreement = "processor_agreement" "加工授权协议",
    /// A change of an agreement (协议变更).
    AgreementAmendment = "agreement_amendment" "协议变更",
    /// What follows an agreement's end (续约、重新申请).
    AgreementRenewal = "agreement_renewal" "期满续期",
    /// An entity is admitted (入驻).
    EntityOnboarding = "entity_onboarding" "经营主体入驻",
    /// An entry of the negative list (负面清单).
    NegativeList = "negative_list" "负面清单审定",
    /// A product becomes registered (产品登记).
    ProductRegistration = "product_registration" "产品登记",
    /// What was registered has changed (变更登记).
    RegistrationChange = "registration_change" "变更登记",
    /// What was registered was wrong (更正登记).
    RegistrationCorrection = "registration_correction" "更正登记",
    /// A registration goes on after its end (续展).
    RegistrationRenewal = "registration_renewal" "登记续展",
    /// A registration ends before its end (注销登记).
    RegistrationCancellation = "registration_cancellation" "注销登记",
    /// The result of an assessment (考核评价).
    AssessmentResult = "assessment_result" "考核评价结果",
}

impl ProcedureKind {
    /// Those that every regime file must have: no station works without them.
    pub const REQUIRED: [ProcedureKind; 5] = [
        Self::ResourceRegistration,
        Self::OperatorAgreement,
        Self::DevelopmentAgreement,
        Self::Scenario,
        Self::Release,
    ];

    /// Reads its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

/// One step of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name, `compliance_review`.
    pub step: String,
    /// What people call it: 合规审查.
    pub title: String,
    /// Who signs it.
    pub by: Role,
    /// How many different people of that role must sign. They do not see each
    /// other's signatures before all have signed.
    #[serde(default = "one")]
    pub signatures: u8,
    /// Working days from the step's opening in which it must be signed.
    #[serde(default)]
    pub working_days_max: Option<u16>,
    /// Working days that must have passed before it can be signed (公示).
    #[serde(default)]
    pub working_days_min: Option<u16>,
    /// A document whose digest the signer must give: `minutes`.
    #[serde(default)]
    pub evidence: Option<String>,
    /// What its signer finds one by one, by its key, before a yes.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Whether it is the receipt of a copy that is filed (备案): it has a number, and can
    /// neither be returned nor refused.
    #[serde(default, skip_serializing_if = "is_false")]
    pub receipt: bool,
    /// Its own clause, where the procedure's does not say it all.
    #[serde(default)]
    pub source: Option<String>,
    /// Which of its numbers ([`STEP_NUMBERS`]) no document states, so that the
    /// city chose them.
    #[serde(default)]
    pub settings: Vec<String>,
    /// The one organisation that signs it. Never in a file: a case has it where every
    /// one of several parties signs a step of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<OrganisationId>,
}

/// The numbers of a step that need a clause or must be called a setting.
pub const STEP_NUMBERS: [&str; 3] = ["signatures", "working_days_max", "working_days_min"];

/// The most signatures that a step can ask for.
pub const SIGNATURES_MAX: u8 = 20;

fn is_false(flag: &bool) -> bool {
    !flag
}

fn one() -> u8 {
    1
}

/// A copy that must be filed with somebody after the end.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Filing {
    /// With whom.
    pub to: Body,
    /// Who else gets a copy of its own, which is open until its own receipt is recorded.
    #[serde(default)]
    pub and_with: Vec<Body>,
    /// Nothing but a receipt files it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub by_receipt: bool,
    /// Of a matter: who files it, where that is not who makes the move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Maker>,
    /// Within how many working days, where a document or the city says so.
    pub working_days_max: Sourced<u16>,
    /// The clause that asks for the filing.
    pub source: String,
}

impl Filing {
    /// Everybody who gets a copy, each a row of its own.
    pub fn recipients(&self) -> impl Iterator<Item = Body> {
        std::iter::once(self.to).chain(self.and_with.iter().copied())
    }
}

/// The steps of a procedure, in order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Steps in order.
    pub steps: Vec<Step>,
    /// Filings after the last step.
    #[serde(default)]
    pub file: Vec<Filing>,
    /// The clause that prescribes it.
    pub source: String,
}

/// The kinds of paper that a step can ask for.
pub const EVIDENCE: [&str; 6] =
    ["minutes", "government_decision", "signed_agreement", "evaluation_report", "notice", "security_check"];

pub(super) fn faults_of(kind: ProcedureKind, procedure: &Procedure, faults: &mut Faults) {
    let name = kind.word();
    if procedure.file.iter().any(|file| file.by.is_some()) {
        let what = format!("`procedure.{name}` files its copies by who opened the case; leave `by` out");
        faults.at(format!("procedure.{name}.file"), what);
    }
    if procedure.steps.is_empty() {
        faults.at(format!("procedure.{name}.steps"), format!("`procedure.{name}` has no step; name who signs"));
    }
    for (index, step) in procedure.steps.iter().enumerate() {
        let path = format!("procedure.{name}.steps.{index}");
        let at = format!("`procedure.{name}` step `{}`", step.step);
        if step.signatures == 0 {
            faults.at(format!("{path}.signatures"), format!("{at} asks for no signature; ask for 1 at least"));
        }
        if step.signatures > SIGNATURES_MAX {
            let what = format!("{at} asks for more than {SIGNATURES_MAX} signatures");
            faults.at(format!("{path}.signatures"), what);
        }
        if procedure.steps.iter().take(index).any(|earlier| earlier.step == step.step) {
            faults.at(format!("{path}.step"), format!("{at} is there twice; name each step once"));
        }
        if !step.step.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            faults.at(format!("{path}.step"), format!("{at} is named with a-z and `_` only; its title is for people"));
        }
        let days_max = crate::calendar::WORKING_DAYS_MAX;
        if let Some(max) = step.working_days_max.filter(|max| *max == 0 || *max > days_max) {
            let what = format!("{at} has {max} working days; name 1 to {days_max}");
            faults.at(format!("{path}.working_days_max"), what);
        }
        if let (Some(min), Some(max)) = (step.working_days_min, step.working_days_max)
            && min >= max
        {
            // The minimum must have passed in full, so on the last day it has not.
            faults.at(format!("{path}.working_days_min"), format!("{at} cannot be signed before it is overdue"));
        }
        if let Some(unknown) = step.evidence.as_deref().filter(|given| !EVIDENCE.contains(given)) {
            let what = format!("{at} asks for the unknown evidence `{unknown}`{}", did_you_mean(unknown, &EVIDENCE));
            faults.at(format!("{path}.evidence"), what);
        }
        if let Some(key) = step.findings.iter().find(|key| !super::is_key(key)) {
            faults.at(format!("{path}.findings"), format!("{at} finds on `{key}`, which is no key"));
        }
        if step.party.is_some() {
            faults.at(format!("{path}.party"), format!("{at} names a `party`, which only a case knows; leave it out"));
        }
        step_sources(step, &at, &path, faults);
    }
    for (index, filing) in procedure.file.iter().enumerate() {
        let earlier: Vec<Body> = procedure.file.iter().take(index).flat_map(Filing::recipients).collect();
        for (place, to) in filing.recipients().enumerate() {
            if earlier.contains(&to) || filing.recipients().take(place).any(|before| before == to) {
                let what = format!("`procedure.{name}` files with `{}` twice; name it once", to.word());
                faults.at(format!("procedure.{name}.file.{index}.to"), what);
            }
        }
    }
}

/// INVARIANT (sourced) for the plain numbers of a step.
fn step_sources(step: &Step, at: &str, path: &str, faults: &mut Faults) {
    let given = [step.signatures != one(), step.working_days_max.is_some(), step.working_days_min.is_some()];
    let has_source = step.source.as_deref().is_some_and(|source| !source.trim().is_empty());
    for (number, is_given) in STEP_NUMBERS.into_iter().zip(given) {
        let is_setting = step.settings.iter().any(|setting| setting == number);
        if is_given && !is_setting && !has_source {
            let what = format!("{at}: `{number}` needs a clause (`source`) or a place in `settings`");
            faults.at(format!("{path}.{number}"), what);
        }
        if is_setting && !is_given {
            let what = format!("{at} calls `{number}` a setting but does not set it");
            faults.at(format!("{path}.settings"), what);
        }
    }
    for unknown in step.settings.iter().filter(|setting| !STEP_NUMBERS.contains(&setting.as_str())) {
        let what = format!("{at} has the unknown setting `{unknown}`{}", did_you_mean(unknown, &STEP_NUMBERS));
        faults.at(format!("{path}.settings"), what);
    }
}

/// ` (did you mean …?)`: the nearest of some known words.
pub(super) fn did_you_mean(given: &str, known: &[&str]) -> String {
    let nearest = known.iter().min_by_key(|known| strsim::damerau_levenshtein(known, given));
    nearest.map(|known| format!(" (did you mean `{known}`?)")).unwrap_or_default()
}
