//! The kinds of documents: a closed list, one row each.

use serde::{Deserialize, Serialize};
use shuyu_model::Role;

/// What a document is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Nothing in particular.
    Nothing,
    /// A matter, `MAT-…`.
    Matter,
    /// An agreement, `AGR-…`.
    Agreement,
    /// A report of the rules, by its name.
    Report,
    /// A department, `ORG-…`.
    Organisation,
    /// A case or a matter whose copies are filed.
    Filed,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal $title:literal, about $about:ident, period $period:literal,
        public $public:literal, by [$($role:ident),*];)*) => {
        /// Of which kind a document is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum DocumentKind { $($(#[$doc])* #[serde(rename = $word)] $name,)* }

        impl DocumentKind {
            /// Every one.
            pub const ALL: &'static [DocumentKind] = &[$(DocumentKind::$name,)*];

            /// The word in database and JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What people call it.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What it is about.
            pub fn about(self) -> About {
                match self { $(Self::$name => About::$about,)* }
            }

            /// Whether it accounts for a period.
            pub fn has_period(self) -> bool {
                match self { $(Self::$name => $period,)* }
            }

            /// Whether everybody may read it.
            pub fn is_public(self) -> bool {
                match self { $(Self::$name => $public,)* }
            }

            /// Which roles issue it. Of reports and disclosures, the rules choose among these.
            pub fn issuers(self) -> &'static [Role] {
                match self { $(Self::$name => &[$(Role::$role),*],)* }
            }
        }
    };
}

kinds! {
    /// 授权运营实施方案 (N27 9).
    Scheme = "scheme" "公共数据资源授权运营实施方案", about Matter, period false, public false,
        by [Regulator, Agency, Source];
    /// 授权运营协议 (N27 14).
    OperatorAgreement = "operator_agreement" "公共数据资源授权运营协议", about Agreement, period false, public false,
        by [Agency];
    /// 加工授权协议, where the document has processors.
    ProcessorAgreement = "processor_agreement" "数据加工授权协议", about Agreement, period false, public false,
        by [Agency];
    /// 再开发协议.
    DevelopmentAgreement = "development_agreement" "公共数据产品和服务开发利用协议", about Agreement, period false,
        public false, by [Operator];
    /// 授权运营目录.
    Catalog = "catalog" "公共数据资源授权运营目录", about Nothing, period false, public true, by [Agency, Regulator];
    /// 信息披露 (N27 17, 18).
    Disclosure = "disclosure" "公共数据资源授权运营信息披露", about Nothing, period true, public true,
        by [Agency, Operator, Regulator];
    /// 运营报告; where the document has processors, theirs, too (CS23 24).
    OperatorReport = "operator_report" "运营报告", about Report, period true, public false, by [Operator, Processor];
    /// 评估考核结果.
    AssessmentResult = "assessment_result" "授权运营评估考核结果", about Matter, period false, public false,
        by [Agency, Regulator];
    /// A department's account of the use of its data.
    SourceAccount = "source_account" "公共数据资源使用情况", about Organisation, period true, public false,
        by [Source, Operator, Agency];
    /// 备案表.
    Filing = "filing" "备案表", about Filed, period false, public false, by [Regulator, Agency, Source, Operator];
    /// 预期产品和服务清单, by class, as the applications for scenarios name them (LH25 七).
    PlannedProducts = "planned_products" "预期产品和服务清单", about Nothing, period false, public false,
        by [Operator, Agency];
    /// 结算单.
    SettlementStatement = "statement" "授权运营收益结算单", about Nothing, period true, public false, by [Agency];
}

impl DocumentKind {
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_and_has_an_issuer() {
        for kind in DocumentKind::ALL {
            assert_eq!(DocumentKind::parse(kind.word()), Some(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
            assert!(!kind.issuers().is_empty() && !kind.title().is_empty(), "{kind:?}");
        }
    }

    #[test]
    fn only_what_the_law_makes_public_is_public() {
        let public: Vec<&str> = DocumentKind::ALL.iter().filter(|k| k.is_public()).map(|k| k.word()).collect();
        assert_eq!(public, ["catalog", "disclosure"]);
    }
}
