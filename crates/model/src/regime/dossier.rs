//! The dossier (档案): the papers that a document wants on file of a party, what each
//! must hold, who consents to it or keeps a copy, and which act waits for it.
//!
//! INVARIANT (closed): kinds of papers, the acts that wait and what a paper can hold
//! are tables here; a regime chooses from them and adds none.
//! INVARIANT (absent): a paper that the document does not ask for is not in its file.
//!
//! Not here: the papers themselves and what speaks against an act (`registry::dossier`).

use serde::{Deserialize, Serialize};

use super::faults::Faults;
use super::procedure::did_you_mean;
use super::words::words;
use super::{Regime, Sourced};
use crate::actor::Role;
use crate::time::Day;

words! {
    /// What a paper is. Kinds that two documents ask of two parties alike are one.
    PaperKind {
        DevelopmentPlan = "development_plan" "授权运营发展规划",
        ManagementNorms = "management_norms" "管理制度和标准规范",
        SecurityPolicy = "security_policy" "安全策略和制度规范",
        Mandate = "mandate" "授权(委托、确定)文件",
        UpstreamRules = "upstream_rules" "所依据的上位政策文件",
        HigherRules = "higher_rules" "上级新规定",
        AgencyEmergencyPlan = "agency_emergency_plan" "实施机构应急预案",
        NoRightsGiven = "no_rights_given" "未变相让渡数据权利的声明",
        OperationRules = "operation_rules" "运营管理制度",
        PlatformRules = "platform_rules" "平台管理制度",
        EntityRules = "entity_rules" "入驻退出规范",
        SecurityRules = "security_rules" "安全管理制度",
        DataSecurityRules = "data_security_rules" "数据安全管理制度",
        OperatingProcedures = "operating_procedures" "数据安全操作规程",
        TechnicalProtection = "technical_protection" "技术防护体系",
        EmergencyMechanism = "emergency_mechanism" "应急处置机制",
        SecurityMeasures = "security_measures" "数据安全措施",
        PersonalMeasures = "personal_measures" "个人信息保护措施",
        SecurityMechanism = "security_mechanism" "数据全生命周期安全管理机制",
        EmergencyPlan = "emergency_plan" "运营机构应急预案",
        ScenarioEmergencyPlan = "scenario_emergency_plan" "场景应急预案",
        SecurityOfficer = "security_officer" "安全负责人和管理部门",
        ProtectionCertificate = "protection_certificate" "网络安全等级保护测评",
        CryptographyAssessment = "cryptography_assessment" "密码应用安全性评估",
        AddedTool = "added_tool" "拓展建设的工具",
        Asset = "asset" "场所、设备和接入线路",
        DrillRecord = "drill_record" "应急演练记录",
        SecurityReview = "security_review" "安全审查记录",
    }
    /// An act that can wait for a paper.
    PaperAct {
        OperatorAgreement = "operator_agreement" "签订运营协议",
        ScenarioReview = "scenario_review" "提交和审核场景",
        Admission = "admission" "准许入驻",
        Run = "run" "加工运行",
        ReleaseReview = "release_review" "提交出域审核",
        Delivery = "delivery" "交付和使用",
    }
    /// What a paper can hold. The first three stand in its head, the others are its
    /// particulars.
    Particular {
        Issuer = "issuer" "发文(发证)单位",
        Number = "number" "文号(证号)",
        ValidUntil = "valid_until" "有效期至",
        Officer = "officer" "负责人",
        Department = "department" "管理部门",
        Contact = "contact" "联系方式",
        System = "system" "系统名称",
        ProtectionLevel = "protection_level" "保护等级",
        AssessedOn = "assessed_on" "测评日期",
        Conclusion = "conclusion" "测评结论",
        Purpose = "purpose" "用途",
        ToolKind = "tool_kind" "工具类别",
        ToolVersion = "tool_version" "工具版本",
        AdmissionPart = "admission_part" "准入资格",
        ExitPart = "exit_part" "退出标准",
        EncryptedStorage = "encrypted_storage" "加密存储",
        AccessControl = "access_control" "访问控制",
        LogAudit = "log_audit" "日志审计",
        LeakPart = "leak_part" "数据泄露处置",
        AbusePart = "abuse_part" "数据滥用处置",
        ResponseProcess = "response_process" "安全响应流程",
        HeldOn = "held_on" "举行日期",
        Participants = "participants" "参加人员",
        Result = "result" "结果和问题",
        AssetKind = "asset_kind" "资产类别",
        Place = "place" "地点",
        Keeper = "keeper" "保管人",
        Condition = "condition" "状态",
        CheckedOn = "checked_on" "最近检查日期",
        AtExit = "at_exit" "退出时去向",
        EffectiveOn = "effective_on" "施行日期",
        RestsOnIt = "rests_on_it" "据此确定的事项",
        GivesRightsAway = "gives_rights_away" "是否让渡权利",
    }
}

/// How a particular is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Words.
    Text,
    /// `2026-03-05`.
    Day,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// The longest text of a particular, in characters.
pub const PARTICULAR_CHARS_MAX: usize = 500;

impl Form {
    /// What is wrong with a particular that is written so; `None` where nothing is.
    pub fn fault(self, given: &str) -> Option<String> {
        match self {
            Self::Text if given.trim().is_empty() => Some("is empty".to_owned()),
            Self::Text if given.chars().count() > PARTICULAR_CHARS_MAX => {
                Some(format!("is longer than {PARTICULAR_CHARS_MAX} characters"))
            }
            Self::Text => None,
            Self::Day => given.parse::<Day>().err().map(|_| "is no day; write it as in 2026-03-05".to_owned()),
            Self::OneOf(words) => (!words.contains(&given)).then(|| format!("is none of: {}", words.join(", "))),
        }
    }
}

impl Particular {
    /// How it is written.
    pub fn form(self) -> Form {
        match self {
            Self::ValidUntil | Self::AssessedOn | Self::CheckedOn | Self::HeldOn | Self::EffectiveOn => Form::Day,
            Self::ProtectionLevel => Form::OneOf(&["1", "2", "3", "4", "5"]),
            Self::ToolKind => Form::OneOf(&["development", "operation"]),
            Self::AssetKind => Form::OneOf(&["premises", "hardware", "software", "access_line"]),
            Self::AtExit => Form::OneOf(&["remains", "handed_over"]),
            Self::GivesRightsAway => Form::OneOf(&["no", "yes"]),
            _ => Form::Text,
        }
    }

    /// Whether it stands in the head of every paper.
    pub fn is_of_head(self) -> bool {
        matches!(self, Self::Issuer | Self::Number | Self::ValidUntil)
    }
}

impl PaperKind {
    /// What a paper of the kind can hold beside its head.
    pub fn particulars(self) -> &'static [Particular] {
        use Particular as P;
        match self {
            Self::UpstreamRules | Self::HigherRules => &[P::EffectiveOn, P::RestsOnIt],
            Self::AgencyEmergencyPlan => &[P::LeakPart, P::AbusePart, P::ResponseProcess, P::Contact],
            Self::EmergencyPlan | Self::ScenarioEmergencyPlan | Self::EmergencyMechanism => {
                &[P::ResponseProcess, P::Officer, P::Contact]
            }
            Self::NoRightsGiven => &[P::GivesRightsAway],
            Self::EntityRules => &[P::AdmissionPart, P::ExitPart],
            Self::SecurityMechanism => &[P::EncryptedStorage, P::AccessControl, P::LogAudit],
            Self::SecurityOfficer => &[P::Officer, P::Department, P::Contact],
            Self::ProtectionCertificate => &[P::System, P::ProtectionLevel, P::AssessedOn, P::Conclusion],
            Self::CryptographyAssessment => &[P::System, P::AssessedOn, P::Conclusion],
            Self::AddedTool => &[P::ToolKind, P::ToolVersion, P::Purpose],
            Self::Asset => &[P::AssetKind, P::Place, P::Keeper, P::Condition, P::CheckedOn, P::AtExit],
            Self::DrillRecord | Self::SecurityReview => &[P::HeldOn, P::Participants, P::Result],
            Self::DevelopmentPlan
            | Self::ManagementNorms
            | Self::SecurityPolicy
            | Self::Mandate
            | Self::OperationRules
            | Self::PlatformRules
            | Self::SecurityRules
            | Self::DataSecurityRules
            | Self::OperatingProcedures
            | Self::TechnicalProtection
            | Self::SecurityMeasures
            | Self::PersonalMeasures => &[],
        }
    }

    /// Whether a party can have several side by side, each with versions of its own.
    pub fn is_many(self) -> bool {
        matches!(
            self,
            Self::UpstreamRules
                | Self::HigherRules
                | Self::ManagementNorms
                | Self::SecurityPolicy
                | Self::ProtectionCertificate
                | Self::CryptographyAssessment
                | Self::AddedTool
                | Self::Asset
                | Self::DrillRecord
                | Self::SecurityReview
        )
    }

    /// Whether a party can do without; but what it has must be in order.
    pub fn is_by_choice(self) -> bool {
        matches!(self, Self::AddedTool | Self::HigherRules)
    }
}

/// What a document says of one kind of paper.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PaperRules {
    /// Whose papers these are: each organisation that takes part as one of these.
    pub of: Vec<Role>,
    /// The acts that wait for it.
    pub before: Option<Sourced<Vec<PaperAct>>>,
    /// What it must hold.
    pub must_hold: Option<Sourced<Vec<Particular>>>,
    /// Who consents to it; without that consent it is a draft.
    pub consent_by: Option<Sourced<Role>>,
    /// With whom it is filed; without the receipt it is not.
    pub filed_with: Option<Sourced<Role>>,
    /// How often it is made anew.
    pub every_months: Option<Sourced<u8>>,
    /// Each scenario has one of its own.
    pub one_a_scenario: Option<Sourced<bool>>,
    /// The clause.
    pub source: String,
}

impl PaperRules {
    /// Whether this act waits for it.
    pub fn is_before(&self, act: PaperAct) -> bool {
        self.before.as_ref().is_some_and(|before| before.value.contains(&act))
    }

    /// Whether each scenario has one of its own.
    pub fn is_of_scenario(&self) -> bool {
        self.one_a_scenario.as_ref().is_some_and(|rule| rule.value)
    }

    /// Who answers for it, and with what: a consent, or the receipt of a copy.
    pub fn answered_by(&self) -> Option<&Sourced<Role>> {
        self.consent_by.as_ref().or(self.filed_with.as_ref())
    }

    /// What it must hold.
    pub fn held(&self) -> &[Particular] {
        self.must_hold.as_ref().map_or(&[], |held| &held.value)
    }
}

impl Regime {
    /// How a reason cites that an act waits for a paper: its clause, and that the city
    /// chose the act where the document names none.
    pub fn cite_before(&self, rules: &PaperRules) -> String {
        let is_setting = rules.before.as_ref().is_some_and(|before| before.setting);
        self.cite_clause(&format!("{}{}", rules.source, if is_setting { ", setting" } else { "" }))
    }
}

/// What a dossier says and cannot mean.
pub(super) fn faults_of(regime: &Regime, faults: &mut Faults) {
    for (kind, rules) in &regime.dossier {
        let path = format!("dossier.{}", kind.word());
        for role in rules.of.iter().filter(|role| role.is_platform_admin() || **role == Role::Subject) {
            let what = format!("`{path}.of` names `{}`, who has no dossier; name a party", role.word());
            faults.at(format!("{path}.of"), what);
        }
        for held in rules.held().iter().filter(|held| !held.is_of_head() && !kind.particulars().contains(held)) {
            let known: Vec<&str> = kind.particulars().iter().map(|one| one.word()).collect();
            let hint = did_you_mean(held.word(), &known);
            let what = format!("`{path}.must_hold` has `{}`, which this paper cannot hold{hint}", held.word());
            faults.at(format!("{path}.must_hold"), what);
        }
        if rules.consent_by.is_some() && rules.filed_with.is_some() {
            let what =
                format!("`{path}` has both `consent_by` and `filed_with`; a consent is more than a copy, keep it");
            faults.at(format!("{path}.filed_with"), what);
        }
        if let Some(by) = rules.answered_by().filter(|by| rules.of.contains(&by.value)) {
            let key = if rules.consent_by.is_some() { "consent_by" } else { "filed_with" };
            let what = format!("`{path}.{key}` is `{}`, whose own paper it is; name another", by.value.word());
            faults.at(format!("{path}.{key}"), what);
        }
        of_acts(&path, rules, faults);
    }
}

fn of_acts(path: &str, rules: &PaperRules, faults: &mut Faults) {
    let Some(before) = &rules.before else { return };
    let entity_acts = [PaperAct::Admission, PaperAct::Delivery];
    for act in &before.value {
        if rules.of.contains(&Role::Entity) && !entity_acts.contains(act) {
            let what = format!("`{path}.before` has `{}`, in which no entity takes part; name another act", act.word());
            faults.at(format!("{path}.before"), what);
        }
        let has_scenario = matches!(act, PaperAct::Run | PaperAct::Delivery);
        if rules.is_of_scenario() && !has_scenario {
            let what = format!("`{path}.before` has `{}`, before which no scenario is approved", act.word());
            faults.at(format!("{path}.before"), what);
        }
        let others = rules.of.iter().any(|role| *role != Role::Operator);
        if *act == PaperAct::ReleaseReview && others {
            let what = format!("`{path}.before` has `release_review`, in which the operator alone takes part");
            faults.at(format!("{path}.before"), what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_particular_is_written_in_its_form() {
        let rows = [
            (Particular::Officer, "张 三", None),
            (Particular::Officer, " ", Some("is empty")),
            (Particular::HeldOn, "2026-03-05", None),
            (Particular::HeldOn, "2026-02-30", Some("is no day")),
            (Particular::ProtectionLevel, "3", None),
            (Particular::ProtectionLevel, "三级", Some("is none of: 1, 2")),
            (Particular::GivesRightsAway, "maybe", Some("is none of: no, yes")),
        ];
        for (particular, given, expected) in rows {
            let fault = particular.form().fault(given);
            assert_eq!(fault.is_some(), expected.is_some(), "{particular:?} {given:?}: {fault:?}");
            assert!(expected.is_none_or(|said| fault.unwrap_or_default().contains(said)), "{particular:?} {given:?}");
        }
    }

    #[test]
    fn no_kind_repeats_a_particular_or_has_one_of_the_head() {
        for kind in PaperKind::ALL {
            let mut seen = kind.particulars().to_vec();
            assert!(!seen.iter().any(|one| one.is_of_head()), "{kind:?}");
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), kind.particulars().len(), "{kind:?}");
        }
    }
}
