//! Shapes of the dossier and of findings.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::nouns::Role;

/// What a paper is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum PaperKind {
    /// 授权运营发展规划.
    DevelopmentPlan,
    /// 管理制度和标准规范.
    ManagementNorms,
    /// 安全策略和制度规范.
    SecurityPolicy,
    /// 授权(委托、确定)文件.
    Mandate,
    /// 所依据的上位政策文件.
    UpstreamRules,
    /// 上级新规定.
    HigherRules,
    /// 实施机构应急预案.
    AgencyEmergencyPlan,
    /// 未变相让渡数据权利的声明.
    NoRightsGiven,
    /// 运营管理制度.
    OperationRules,
    /// 平台管理制度.
    PlatformRules,
    /// 入驻退出规范.
    EntityRules,
    /// 安全管理制度.
    SecurityRules,
    /// 数据安全管理制度.
    DataSecurityRules,
    /// 数据安全操作规程.
    OperatingProcedures,
    /// 技术防护体系.
    TechnicalProtection,
    /// 应急处置机制.
    EmergencyMechanism,
    /// 数据安全措施.
    SecurityMeasures,
    /// 个人信息保护措施.
    PersonalMeasures,
    /// 数据全生命周期安全管理机制.
    SecurityMechanism,
    /// 运营机构应急预案.
    EmergencyPlan,
    /// 场景应急预案.
    ScenarioEmergencyPlan,
    /// 安全负责人和管理部门.
    SecurityOfficer,
    /// 网络安全等级保护测评.
    ProtectionCertificate,
    /// 密码应用安全性评估.
    CryptographyAssessment,
    /// 拓展建设的工具.
    AddedTool,
    /// 场所、设备和接入线路.
    Asset,
    /// 应急演练记录.
    DrillRecord,
    /// 安全审查记录.
    SecurityReview,
}

/// An act that can wait for a paper.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum PaperAct {
    /// 签订运营协议.
    OperatorAgreement,
    /// 提交和审核场景.
    ScenarioReview,
    /// 准许入驻.
    Admission,
    /// 加工运行.
    Run,
    /// 提交出域审核.
    ReleaseReview,
    /// 交付和使用.
    Delivery,
}

/// What a paper can hold.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Particular {
    /// 发文(发证)单位.
    Issuer,
    /// 文号(证号).
    Number,
    /// 有效期至.
    ValidUntil,
    /// 负责人.
    Officer,
    /// 管理部门.
    Department,
    /// 联系方式.
    Contact,
    /// 系统名称.
    System,
    /// 保护等级.
    ProtectionLevel,
    /// 测评日期.
    AssessedOn,
    /// 测评结论.
    Conclusion,
    /// 用途.
    Purpose,
    /// 工具类别.
    ToolKind,
    /// 工具版本.
    ToolVersion,
    /// 准入资格.
    AdmissionPart,
    /// 退出标准.
    ExitPart,
    /// 加密存储.
    EncryptedStorage,
    /// 访问控制.
    AccessControl,
    /// 日志审计.
    LogAudit,
    /// 数据泄露处置.
    LeakPart,
    /// 数据滥用处置.
    AbusePart,
    /// 安全响应流程.
    ResponseProcess,
    /// 举行日期.
    HeldOn,
    /// 参加人员.
    Participants,
    /// 结果和问题.
    Result,
    /// 资产类别.
    AssetKind,
    /// 地点.
    Place,
    /// 保管人.
    Keeper,
    /// 状态.
    Condition,
    /// 最近检查日期.
    CheckedOn,
    /// 退出时去向.
    AtExit,
    /// 施行日期.
    EffectiveOn,
    /// 据此确定的事项.
    RestsOnIt,
    /// 是否让渡权利.
    GivesRightsAway,
}

/// A paper to be entered.
#[derive(ToSchema)]
pub struct NewPaper {
    /// What it is; the dossier lists what the rules ask for.
    pub kind: PaperKind,
    /// For which scenario, where each has its own.
    #[schema(required = false, pattern = "^SCN-[0-9a-f]{32}$")]
    pub scenario: Option<String>,
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Who issued it.
    #[schema(required = false, max_length = 200)]
    pub issuer: Option<String>,
    /// Its number.
    #[schema(required = false, max_length = 200)]
    pub number: Option<String>,
    /// The day it bears.
    #[schema(format = Date)]
    pub issued_on: String,
    /// Its last day.
    #[schema(required = false, format = Date)]
    pub valid_until: Option<String>,
    /// Of the file itself.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub digest: String,
    /// What else it holds, by the words of `Particular`; each kind takes its own.
    #[schema(required = false, example = json!({ "officer": "张三", "department": "数据安全部" }))]
    pub particulars: BTreeMap<String, String>,
    /// The version before it.
    #[schema(required = false, pattern = "^PAP-[0-9a-f]{32}$")]
    pub replaces: Option<String>,
}

/// What is said to a paper.
#[derive(ToSchema)]
pub struct PaperAnswer {
    /// `consented` or `refused`, where the rules want a consent; `received`, where they
    /// want a copy.
    #[schema(pattern = "^(consented|refused|received)$")]
    pub answer: String,
    /// Why, or the number of the receipt.
    #[schema(min_length = 1, max_length = 200)]
    pub note: String,
}

/// Something that the rules ask for, and what is there.
#[derive(ToSchema)]
pub struct DossierItem {
    /// Names it in pages.
    pub key: String,
    /// What it is.
    pub kind: PaperKind,
    /// What people call it.
    pub kind_title: String,
    /// For which scenario, where each has its own.
    pub scenario: Option<String>,
    /// `missing`, `none` (there is none, and none must be), or how the paper stands:
    /// `in_order`, `awaiting`, `refused`, `expired`, `adverse`.
    pub state: String,
    /// The paper; null where there is none.
    pub paper: Option<String>,
    /// Its last day; null where it has none.
    #[schema(format = Date)]
    pub last_day: Option<String>,
    /// The acts that wait for it.
    pub before: Vec<PaperAct>,
    /// What it must hold.
    pub must_hold: Vec<Particular>,
    /// Who consents to it.
    pub consent_by: Option<Role>,
    /// With whom it is filed.
    pub filed_with: Option<Role>,
    /// How often it is made anew.
    pub every_months: Option<u8>,
    /// The clause that asks for it.
    pub clause: String,
}

/// A paper and how it stands today.
#[derive(ToSchema)]
pub struct PaperView {
    /// Its id.
    pub id: String,
    /// Whose.
    pub organisation: String,
    /// What it is.
    pub kind: PaperKind,
    /// For which scenario, where each has its own.
    pub scenario: Option<String>,
    /// What it is called.
    pub title: String,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Its number.
    pub number: Option<String>,
    /// Counts the versions, from 1.
    pub version: u32,
    /// The day it bears.
    #[schema(format = Date)]
    pub issued_on: String,
    /// Its last day, as it says itself.
    #[schema(format = Date)]
    pub valid_until: Option<String>,
    /// Of the file itself.
    pub digest: String,
    /// What else it holds.
    pub particulars: BTreeMap<String, String>,
    /// The version in effect that it was to replace.
    pub replaces: Option<String>,
    /// The version that took its place.
    pub replaced_by: Option<String>,
    /// Who entered it.
    pub entered_by: String,
    /// When, in microseconds.
    pub entered_at: i64,
    /// `consented`, `refused`, `received`; null where nobody has answered.
    pub answer: Option<String>,
    /// Who answered.
    pub answered_by: Option<String>,
    /// When, in microseconds.
    pub answered_at: Option<i64>,
    /// Why, or the number of the receipt.
    pub answer_note: Option<String>,
    /// When it was taken back, in microseconds.
    pub withdrawn_at: Option<i64>,
    /// Why.
    pub withdrawn_ground: Option<String>,
    /// What people call its kind.
    pub kind_title: String,
    /// `in_order`, `awaiting`, `refused`, `expired`, `adverse`, `replaced` or `withdrawn`.
    pub state: String,
    /// The last day on which it counts; null where it has none.
    #[schema(format = Date)]
    pub last_day: Option<String>,
}

/// Something that the law protects.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Interest {
    /// 国家安全.
    NationalSecurity,
    /// 公共利益.
    PublicInterest,
    /// 公共安全.
    PublicSecurity,
    /// 国家秘密.
    StateSecrets,
    /// 商业秘密.
    TradeSecrets,
    /// 个人隐私.
    Privacy,
    /// 个人信息权益.
    PersonalInformation,
}

/// A finding to be recorded.
#[derive(ToSchema)]
pub struct NewFinding {
    /// On which interest.
    pub interest: Interest,
    /// Nothing touches it, something does and is treated, or it would be harmed.
    #[schema(pattern = "^(clear|treated|harmed)$")]
    pub outcome: String,
    /// How it is treated, where it is.
    #[schema(required = false, max_length = 200)]
    pub treatment: Option<String>,
    /// Of the document that says so.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document_digest: String,
    /// Of the description that was looked at.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub resource_digest: String,
}

/// What somebody found on one interest.
#[derive(ToSchema)]
pub struct InterestFinding {
    /// On which.
    pub interest: Interest,
    /// Counts the findings on it, from 1.
    pub number: u32,
    /// `clear`, `treated` or `harmed`.
    pub outcome: String,
    /// How it is treated.
    pub treatment: Option<String>,
    /// Of the document that says so.
    pub document_digest: String,
    /// Of the description that was looked at.
    pub resource_digest: String,
    /// Who found it.
    pub found_by: String,
    /// For whom.
    pub organisation: String,
    /// When, in microseconds.
    pub found_at: i64,
}

/// An interest that the rules protect, and what was found on it.
#[derive(ToSchema)]
pub struct InterestView {
    /// Which.
    pub interest: Interest,
    /// What people call it.
    pub title: String,
    /// Whether the last finding is on the description as it is now.
    pub is_current: bool,
    /// The clause that protects it.
    pub clause: String,
    /// The findings, oldest first.
    pub findings: Vec<InterestFinding>,
}
