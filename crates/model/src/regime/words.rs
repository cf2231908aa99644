//! The closed words of a regime file. Each has one spelling in files, database and
//! JSON, and one Chinese name for people.
//!
//! INVARIANT (closed): a word that stands in no table here is an error; a document
//! that needs another one gets it here, with its name.

use serde::{Deserialize, Serialize};

use crate::actor::Role;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal $zh:literal,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
            pub enum $name { $(#[doc = $zh] #[serde(rename = $word)] $variant,)* }

            impl $name {
                /// Every one.
                pub const ALL: &'static [$name] = &[$($name::$variant,)*];

                /// The word in files, database and JSON.
                pub fn word(self) -> &'static str {
                    match self { $($name::$variant => $word,)* }
                }

                /// Reads that word.
                pub fn parse(word: &str) -> Option<Self> {
                    match word { $($word => Some($name::$variant),)* _ => None }
                }

                /// What people call it.
                pub fn zh(self) -> &'static str {
                    match self { $($name::$variant => $zh,)* }
                }
            }
        )*
    };
}
pub(crate) use words;

words! {
    /// Whether the document is law or a proposal.
    Status {
        InForce = "in_force" "已施行",
        Draft = "draft" "征求意见稿",
    }
    /// By which trustworthy means data is processed.
    Means {
        UsageControl = "usage_control" "数据使用控制",
        Sandbox = "data_sandbox" "数据沙箱",
        PrivacyComputing = "privacy_computing" "隐私计算",
    }
    /// What an application for a scenario says beside title, purpose and fields.
    ScenarioPart {
        Users = "users" "服务对象",
        Scope = "service_scope" "服务范围",
        Term = "service_until" "服务期限",
        EffectExpected = "effect" "预期成效",
        Manner = "manner" "数据开发利用方式",
        DataUntil = "data_until" "数据使用时限",
        Products = "products" "预期产品和服务清单",
        OperationType = "operation_type" "运营类型",
        Demand = "demand" "所对应的数据需求",
        Scheme = "scheme" "所依据的方案",
        ProposedBy = "proposed_by" "提出场景的经营主体",
    }
    /// What kind of place issued the document.
    Level {
        City = "city" "市级",
        District = "district" "区级",
    }
    /// Who a duty, a copy or a decision may belong to: the roles of the platform,
    /// and bodies that never sign in. What these decide is recorded, with evidence,
    /// by the body that submits it.
    Body {
        Government = "government" "本级人民政府",
        DeputyLeader = "deputy_leader" "政府分管领导",
        LeadingGroup = "leading_group" "领导小组(协调工作组)",
        Regulator = "regulator" "管理机构",
        Agency = "agency" "实施机构",
        Source = "source" "数源单位",
        Operator = "operator" "运营机构",
        Processor = "processor" "数据加工主体",
        Entity = "entity" "经营主体",
        Supervisor = "supervisor" "安全监管部门",
        Finance = "finance" "发改财政等部门",
        Province = "province" "省级数据管理部门",
        City = "city_authority" "市级数据管理部门",
        Exchange = "exchange" "数据交易场所",
        Districts = "districts" "区县(市)",
        Public = "public" "社会公众",
        Subject = "subject" "个人信息主体",
        Anyone = "anyone" "任何相关主体",
    }
    /// Whether the one who processes is another party than the operator.
    ProcessorPlace {
        Absent = "absent" "不设,由运营机构加工",
        Apart = "apart" "单独遴选",
    }
    /// How much is authorised at once (授权运营模式).
    Mode {
        Whole = "whole" "整体授权",
        Sector = "sector" "分领域(个别)授权",
        Scenario = "by_scenario" "依场景授权",
    }
    /// How an operator or processor is chosen.
    SelectionMethod {
        OpenTender = "open_tender" "公开招标",
        InvitedTender = "invited_tender" "邀请招标",
        Negotiation = "negotiation" "谈判",
        CompetitiveNegotiation = "competitive_negotiation" "竞争性谈判",
        Comparison = "comparison" "综合评审比选",
    }
    /// Where the longest term stands.
    TermSetBy {
        Document = "document" "文件",
        Scheme = "scheme" "实施方案",
    }
    /// How the price of use in industry comes about.
    PriceKind {
        ServiceFee = "service_fee" "公共数据运营服务费",
        Guidance = "guidance" "政府指导价",
        Standards = "standards" "国家和省、市价格标准",
        Income = "income" "运营收益",
    }
    /// Who gets what of the income.
    ShareModel {
        Surplus = "surplus_to_treasury" "扣除成本后全额上缴",
        InAgreement = "in_agreement" "协议约定三方比例",
        Negotiated = "negotiated" "按投入贡献协商",
        ByContribution = "by_contribution" "谁投入谁贡献谁受益",
        SetByAuthorities = "set_by_authorities" "主管部门会同财政部门确定并动态调整",
    }
    /// Into which treasury the government's share goes.
    Treasury {
        City = "city_treasury" "市级财政",
        ByLevel = "by_project_level" "按项目层级入市级或区县财政",
        ByRules = "by_finance_rules" "按财政部门规定",
    }
    /// How a public institution's share is booked.
    Booking {
        Treasury = "non_tax_revenue" "作为政府非税收入缴入国库",
        FiscalAccount = "fiscal_account" "缴入财政专户",
        OwnAccount = "own_account" "留归单位,纳入单位预算",
    }
    /// As what a party shares in the income.
    Part {
        Owner = "owner" "数据权属主体(政府)",
        Operator = "operator" "运营机构",
        Processor = "processor" "数据加工主体",
        Source = "source" "数源单位",
        Entity = "entity" "经营主体(协作单位)",
    }
    /// On what a price rests.
    BasisKind {
        Policy = "policy" "价格政策文件",
        Standard = "standard" "收费标准",
        Approval = "approval" "政府指导价批准文件",
    }
    /// Uses of the infrastructure that are metered.
    Metered {
        Run = "run" "资源消耗",
        RunSecond = "run_second" "运行时长(每秒)",
        Stored = "stored_mebibyte" "结果存储(每兆字节)",
        Call = "call" "调用",
        Masking = "masking" "数据脱敏",
        Release = "model_release" "模型发布",
        Export = "result_export" "结果导出",
    }
    /// Figures of a department's contribution, each counted from records.
    Indicator {
        Registered = "registered_resources" "登记入目录的资源数",
        InUse = "resources_in_use" "被应用场景使用的资源数",
        Products = "products_made" "由其数据形成的产品数",
        Accesses = "accesses_served" "其数据支撑的调用量",
    }
    /// What an assessment's result decides.
    Effect {
        Renewal = "renewal" "续约",
        Exit = "exit_or_end" "退出、终止",
        Scope = "scope" "授权范围调整",
        Acceptance = "acceptance" "质量验收",
        Budget = "budget" "信息化项目安排",
        Reapplication = "reapplication" "再次申请",
        Qualification = "qualification" "取消资格",
        Improvement = "improvement" "改进工作",
    }
    /// How districts come to authorised operation of their own.
    DistrictRule {
        CityApproval = "city_approval" "报市级审批",
        OwnGovernmentThenFiling = "own_government_then_filing" "本级政府审议后报市级备案",
        ByReference = "by_reference" "参照执行",
    }
    /// What goes up to the platform above this one.
    Upward {
        Catalog = "catalog_entry" "目录条目",
        Registration = "registration" "资源登记信息",
        Scheme = "scheme" "实施方案",
        Selection = "selection" "运营机构遴选结果",
        Agreement = "agreement" "授权运营协议",
        Scenario = "scenario" "应用场景",
        Product = "product" "产品登记信息",
    }
    /// What kind of unit a party is.
    UnitKind {
        Government = "party_or_government" "党政机关",
        Institution = "public_institution" "事业单位",
        Enterprise = "enterprise" "企业",
        Utility = "utility" "公用企业(供水、供气、供热、供电、公共交通、邮政、通信)",
        Social = "social_organisation" "社会组织",
        Upper = "upper_level" "国家部委和省级单位",
    }
    /// Whether a unit takes part by duty or by its own will (参照执行).
    TakesPart {
        Duty = "duty" "依法纳入",
        Reference = "by_reference" "自愿参照",
    }
    /// How data came to who holds it.
    Way {
        Collected = "collected" "采集",
        Produced = "produced" "产生",
        Obtained = "obtained" "获取",
        Returned = "returned" "国家部委和省级数据属地回流",
    }
    /// In what data arose.
    ArisesIn {
        Duty = "statutory_duty" "依法履职",
        Service = "public_service" "提供公共服务",
    }
    /// For what one emergency plan is made.
    PlanPer {
        Authorisation = "authorisation" "一授权一预案",
        Operator = "per_operator" "每个运营机构一个预案",
    }
}

/// What an entity may be by law, as `roles.entity_kinds` says it.
pub const ENTITY_KINDS: &[(&str, &str)] =
    &[("legal_person", "法人"), ("organisation", "非法人组织"), ("natural_person", "自然人")];

/// What may happen when an agreement expires, as `agreement.at_expiry` says it.
pub const AT_EXPIRY: &[(&str, &str)] =
    &[("renew", "续约"), ("reselect", "重新遴选"), ("leave", "退出"), ("reapply", "重新申请")];

/// The grounds on which an agreement ends, as `agreement.exit_grounds` says them.
pub const EXIT_GROUNDS: &[(&str, &str)] = &[
    ("expiry", "协议到期"),
    ("operator_request", "运营机构申请提前终止"),
    ("breach", "违反协议"),
    ("grave_breach", "情节严重的违规"),
    ("misuse", "违规使用公共数据"),
    ("no_safeguards", "未采取安全保障措施"),
    ("grave_hazard_or_incident", "重大安全隐患或安全事件"),
    ("targets_unmet_and_unrectified", "未达要求且未按规定整改"),
    ("talks_failed", "未完成约定且协商不成"),
    ("rectification_overdue", "逾期未完成整改"),
    ("assessment_failed", "考核评估未通过"),
    ("change_of_law", "法律政策变化"),
    ("unlawful", "违反法律法规及政策"),
    ("required_by_law", "法定必须终止"),
    ("other", "其他情形"),
];

/// What of the income goes to the treasury, as `price.treasury_share` says it.
pub const TREASURY_SHARES: &[(&str, &str)] = &[("surplus", "收入扣除成本后的余额")];

/// The answers that facts of matters may have, and their keys, as `choices` says them.
pub const MATTER_CHOICES: &[(&str, &str)] = &[
    ("area", "检查事项"),
    ("daily_task", "日常监管任务"),
    ("log_audit", "日志审计"),
    ("permission_review", "权限核查"),
    ("inspection_round", "定期巡检"),
    ("no_effect", "无不良影响"),
    ("accord", "协商结果"),
    ("reached", "达成一致"),
    ("no_accord", "未达成一致"),
    ("liability", "违约责任"),
    ("accepted", "愿意承担"),
    ("data_use", "数据使用合规性"),
    ("safeguards", "安全保障措施"),
    ("service_effect", "服务成效"),
    ("platform_rules", "平台管理制度"),
    ("staff", "工作人员管理"),
    ("market", "市场化运营"),
    ("guided_price_ignored", "不执行政府指导价"),
    ("price_fraud", "价格欺诈"),
    ("price_unmarked", "不按规定明码标价"),
    ("conduct", "行为合规"),
    ("use_of_result", "结果运用"),
    ("judgement", "研判结论"),
    ("measures", "措施"),
    ("findings", "评估发现"),
    ("request", "需求类别"),
    ("data", "数据"),
    ("scenario", "应用场景"),
    ("aggregation", "数据归集"),
    ("data_return", "数据回流"),
    ("interface", "技术接口"),
    ("data_update", "数据更新"),
    ("protection", "安全防护支持"),
    ("masking", "数据脱敏"),
    ("system_resources", "信息系统资源"),
    ("result", "结果"),
    ("passed", "通过"),
    ("failed", "未通过"),
    ("gravity", "情节"),
    ("grave", "情节严重"),
    ("severe_damage", "造成严重损害"),
    ("consequence", "后果"),
    ("bad_effect", "造成不良影响"),
    ("grave_effect", "造成严重后果"),
    ("disputed_result", "有争议的结果"),
    ("entry_application", "平台进驻申请"),
    ("data_use_application", "公共数据资源使用申请"),
    ("release_review", "数据产品出域审核"),
    ("voice", "来信类别"),
    ("scheme_idea", "方案和建议"),
    ("call_answer", "应答征集"),
    ("comment", "对征求意见稿的意见"),
    ("remedy", "救济途径"),
    ("reconsideration", "行政复议"),
    ("suit", "行政诉讼"),
    ("sharing_refused", "不支持数据共享"),
    ("use_beyond_scope", "超范围使用"),
    ("leak", "泄露数据"),
    ("official_misconduct", "滥用职权、玩忽职守、徇私舞弊"),
    ("no_letter", "未取得授权书"),
    ("unlawful_operation", "其他违规运营"),
    ("unlawful_processing", "其他违规加工"),
    ("violation", "违规情形"),
    ("concerning", "事项层级"),
    ("departments", "跨部门"),
    ("levels", "跨层级"),
    ("about", "合同类别"),
    ("data_operation", "数据运营协议"),
    ("system_building", "委托建设信息系统合同"),
    ("joint_development", "合作开发、委托开发合同"),
    ("gives_rights_away", "是否让渡数据运营权"),
    ("yes", "是"),
    ("no", "否"),
    ("signed_on", "签订日期"),
    ("practicability", "可行性意见"),
    ("practicable", "可实施可落地"),
    ("impracticable", "不可实施"),
    ("data_scope", "授权运营的数据资源范围"),
    ("operator_conditions", "运营机构的选择条件"),
    ("term_years", "授权运营期限（年）"),
    ("revenue_sharing", "收益分配机制"),
    ("revenue_shares", "收益分配比例"),
    ("security_and_emergency", "安全保护和应急处置措施"),
    ("scope_resources", "资源清单"),
    ("mode_reason", "采用非默认模式的理由"),
    ("mode", "授权运营模式"),
    ("exit_grounds", "退出情形"),
    ("indicators", "考核指标"),
    ("cost_items", "成本核算项目"),
    ("decided_by", "审议决定的机关"),
    ("decided_on", "审议决定的日期"),
    ("public_interest_protected", "公共利益受保护"),
    ("data_security_protected", "数据安全受保护"),
    ("originators_protected", "数据来源者合法权益受保护"),
    ("monopoly", "垄断、排除或限制竞争"),
    ("service", "服务质量"),
    ("product_secured", "产品和数据应用安全有保障"),
    ("operation_compliant", "运营过程合规"),
];

/// In which form facts are told, as `forms` says it.
const FACT_FORMS: &[(&str, &str)] = &[
    ("years", "整数年"),
    ("day", "日期"),
    ("resources", "资源编号清单"),
    ("list", "清单"),
    ("shares", "合计百分之百的比例"),
    ("incident_kind", "事件类别"),
    ("system_flaw", "系统漏洞"),
    ("virus", "计算机病毒"),
    ("network_attack", "网络攻击"),
    ("intrusion", "网络侵入"),
    ("leak", "数据泄露"),
    ("loss", "数据丢失"),
    ("alteration", "数据篡改"),
    ("damage", "数据毁损"),
    ("major_risk", "重大风险"),
    ("hidden_relation", "数据间隐含关系可能危害安全或权益"),
    ("possible_harm", "可能危害安全或侵犯权益"),
    ("abuse", "数据滥用"),
    ("other_incident", "其他安全事件"),
    ("other_negative", "其他负面情形"),
    ("discovered_at", "发现时间"),
    ("link", "环节"),
    ("processing", "数据加工"),
    ("handling", "数据处理"),
    ("operating", "数据运营"),
    ("servicing", "数据服务"),
    ("severity", "风险等级"),
    ("high", "高"),
    ("medium", "中"),
    ("low", "低"),
    ("outcome", "处理结果"),
    ("explained", "情况正常"),
    ("put_right", "已改正"),
    ("no_harm", "未造成危害"),
];

/// Words of other modules that stand in a regime file.
const ELSEWHERE: &[(&str, &str)] = &[
    ("public_governance", "公共治理"),
    ("public_welfare", "公益事业"),
    ("industry", "产业发展、行业发展"),
    ("core", "核心数据"),
    ("important", "重要数据"),
    ("l1", "一般数据1级"),
    ("l2", "一般数据2级"),
    ("l3", "一般数据3级"),
    ("l4", "一般数据4级"),
    ("system_admin", "系统管理员"),
    ("security_admin", "安全管理员"),
    ("audit_admin", "审计管理员"),
    ("minutes", "会议纪要"),
    ("government_decision", "政府决定文件"),
    ("signed_agreement", "已签署的协议"),
    ("evaluation_report", "评审报告"),
    ("notice", "公示公告"),
    ("security_check", "安全检查记录"),
    ("organisation_structure", "组织架构"),
    ("working_mechanism", "工作机制"),
    ("operation", "运营情况"),
    ("security", "运营安全"),
    ("entities", "开发利用主体"),
];

/// What people call a word of a regime file; the word itself where it is a text.
pub fn zh(word: &str) -> &str {
    let lists = [ENTITY_KINDS, AT_EXPIRY, EXIT_GROUNDS, TREASURY_SHARES, MATTER_CHOICES, FACT_FORMS, ELSEWHERE];
    let known = lists.into_iter().flatten().copied().find(|(known, _)| *known == word).map(|(_, zh)| zh);
    known.or_else(|| zh_of_tables(word)).unwrap_or(word)
}

macro_rules! tables {
    ($($name:path,)*) => {
        fn zh_of_tables(word: &str) -> Option<&'static str> {
            None$(.or_else(|| <$name>::ALL.iter().find(|one| one.word() == word).map(|one| one.zh())))*
        }
    };
}

tables! {
    Status, Level, Body, ProcessorPlace, Mode, SelectionMethod, TermSetBy, PriceKind, ShareModel, Treasury, Effect,
    DistrictRule, Upward, PlanPer, Part, BasisKind, Metered, Indicator, super::Figure, ScenarioPart, super::PaperKind, super::PaperAct, super::Particular, super::Interest, crate::candidacy::Record, super::FactKind, super::FactAct, super::Right, super::SpecialUse, Means, UnitKind, TakesPart, Way, ArisesIn, super::Assessed, super::AssessmentForm, super::Dimension, super::Unusual, super::RequiredControl, super::StoppedWork, Booking,
}

/// The body that a role is.
pub fn body_of(role: Role) -> Option<Body> {
    Body::ALL.iter().copied().find(|body| body.word() == role.word())
}
