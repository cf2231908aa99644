//! Protected interests: what public data that is operated may not harm.
//!
//! INVARIANT (closed): a document's list is chosen from these.

use serde::{Deserialize, Serialize};

use super::words::words;

words! {
    /// Something that the law protects.
    Interest {
        NationalSecurity = "national_security" "国家安全",
        PublicInterest = "public_interest" "公共利益",
        PublicSecurity = "public_security" "公共安全",
        StateSecrets = "state_secrets" "国家秘密",
        TradeSecrets = "trade_secrets" "商业秘密",
        Privacy = "privacy" "个人隐私",
        PersonalInformation = "personal_information" "个人信息权益",
        CollectiveSecrets = "collective_secrets" "集体秘密",
        IntellectualProperty = "intellectual_property" "知识产权",
    }
}
