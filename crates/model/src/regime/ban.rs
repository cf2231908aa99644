//! Every ban that one of the documents knows. A regime's table `[bans]` holds
//! those that are in force there, each with its clause; a ban that is absent is
//! not in force there.
//!
//! Not here: the controls that make breaking a ban impossible (each station's own).
//! [`Ban::rests_on`] names the value by which a control reads it, where one does.

use serde::{Deserialize, Serialize};

use super::words::words;

words! {
    /// A thing that somebody must not do.
    Ban {
        UnapprovedAgreement = "unapproved_agreement" "擅自签订开发利用协议或自行授权",
        DisguisedTransfer = "disguised_transfer" "以合作、委托开发变相让渡运营权",
        UnpermittedOpening = "unpermitted_opening" "未经许可将本部门数据开放或授权给第三方",
        SourceLeak = "source_leak" "政府部门违规泄露数据",
        RefusedSupport = "refused_support" "对已定场景不配合、不支持",
        AbuseOfPower = "abuse_of_power" "滥用职权、玩忽职守、徇私舞弊",
        StateSecrets = "state_secrets" "运营涉及国家秘密的数据",
        PublicSecurity = "public_security" "运营影响公共安全的数据",
        NationalSecurity = "national_security" "危害国家安全、公共利益",
        ClosedByLaw = "closed_by_law" "运营依法不得开放的数据",
        InfringedRights = "infringed_rights" "侵犯商业秘密、个人隐私和个人信息权益",
        SharedWithoutConsent = "shared_without_consent" "未经提供单位同意运营共享数据",
        Unregistered = "unregistered" "未登记即授权",
        Ungraded = "ungraded" "未分类分级即授权",
        BeyondScope = "beyond_scope" "超授权范围使用数据",
        RawToMarket = "raw_to_market" "原始数据直接进入市场",
        RawSeen = "raw_seen" "加工人员接触原始数据",
        RawExported = "raw_exported" "原始数据导出运营域",
        Redevelopment = "redevelopment" "运营机构直接或间接参与再开发",
        UncontractedEntity = "uncontracted_entity" "向未签约主体提供初级产品",
        Monopoly = "monopoly" "垄断和不正当竞争",
        ThirdParties = "third_parties" "将授权数据提供给第三方",
        SubAuthorising = "sub_authorising" "转授权",
        Tampering = "tampering" "篡改原始数据",
        LeakOrDamage = "leak_or_damage" "泄露、篡改或者毁损公共数据",
        UnapprovedScenario = "unapproved_scenario" "用于或变相用于未经审批的场景",
        UnapprovedRelease = "unapproved_release" "产品未经审核即发布",
        PriceRules = "price_rules" "违反定价和公平交易规定",
        LetterMissing = "letter_missing" "未取得个人或企业授权书",
        NeitherAnonymousNorConsented = "neither_anonymous_nor_consented" "个人数据既未匿名化又未经同意",
        HidingInAssessment = "hiding_in_assessment" "考核中拒绝、隐匿、瞒报",
        ExclusiveClaims = "exclusive_claims" "擅自用于专利申报或独占性发布",
        HarmfulProducts = "harmful_products" "商业产品损害国家安全、公共利益或隐私",
        WorkingUnauthorised = "working_unauthorised" "未获授权即开展活动",
        DevelopmentOutlasts = "development_outlasts" "开发利用协议超过运营剩余时长",
        ProcessorLeak = "processor_leak" "加工主体泄露秘密或隐私",
        ProcessorBeyondScope = "processor_beyond_scope" "加工主体超授权范围加工",
        ProcessorOtherwise = "processor_otherwise" "加工主体未按要求加工",
        ProcessorThirdParties = "processor_third_parties" "加工主体将数据提供给项目外主体",
        ProcessorIrregular = "processor_irregular" "加工主体其他违规操作",
        EntityBeyondScenario = "entity_beyond_scenario" "经营主体超出授权场景",
        EntityBeyondScope = "entity_beyond_scope" "经营主体超授权范围或侵害他人权益",
        EntityLeak = "entity_leak" "经营主体泄露、滥用、篡改",
        OwnPlatform = "own_platform" "区县另行建设类似平台",
        DistrictWithoutApproval = "district_without_approval" "区县未经市级审批开展运营",
        SchemeChange = "scheme_change" "随意变更已通过的实施方案",
        DisqualifiedApplicant = "disqualified_applicant" "有不良记录者成为运营机构",
        EntityWithIncident = "entity_with_incident" "近年发生安全事件者入驻",
    }
}

impl Ban {
    /// The value of the regime file by which a control reads the ban, where one
    /// does. With the ban in force that value must be `true`.
    pub fn rests_on(self) -> Option<&'static str> {
        Some(match self {
            Self::SharedWithoutConsent => "resource.shared_needs_provider_consent",
            Self::Unregistered => "resource.must_be_registered",
            Self::Ungraded => "resource.must_be_graded",
            Self::BeyondScope | Self::EntityBeyondScenario | Self::UnapprovedScenario => "agreement.scope_is_binding",
            Self::RawToMarket | Self::RawExported => "release.raw_never_leaves",
            Self::RawSeen => "workroom.raw_is_invisible",
            Self::Redevelopment => "agreement.operator_may_not_redevelop",
            Self::UncontractedEntity => "agreement.entity_must_be_contracted",
            Self::DevelopmentOutlasts => "agreement.development_within_operator_term",
            Self::ClosedByLaw => "resource.negative_list_is_barred",
            _ => return None,
        })
    }
}
