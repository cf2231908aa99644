//! Registration of public data (登记, N26): its kinds, what an application must
//! bring, and the code of its result.
//!
//! INVARIANT (checked): a code with one wrong character, or two neighbours swapped,
//! is no code.
//!
//! Not here: steps and days (`regimes/`), applications and what becomes of them
//! (`registry`), acceptance, notice and objections (`casework`).

use serde::{Deserialize, Serialize};

use crate::regime::ProcedureKind;
use crate::time::Day;

/// What can be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registrable {
    /// 公共数据资源.
    Resource,
    /// 公共数据产品和服务.
    Product,
}

impl Registrable {
    /// Both.
    pub const ALL: [Registrable; 2] = [Self::Resource, Self::Product];

    /// What an id names, by its first letters.
    pub fn of(id: &str) -> Option<Self> {
        if id.starts_with("RES-") { Some(Self::Resource) } else { id.starts_with("PRD-").then_some(Self::Product) }
    }

    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Product => "product",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.word() == word)
    }

    /// The letter with which its codes begin.
    fn letter(self) -> char {
        match self {
            Self::Resource => 'R',
            Self::Product => 'P',
        }
    }
}

/// What an application asks for: the four kinds of N26 9, and the renewal of N26 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationKind {
    /// 首次登记.
    First,
    /// 变更登记: what was registered has changed.
    Change,
    /// 更正登记: what was registered was wrong.
    Correction,
    /// 续展: it goes on after its end.
    Renewal,
    /// 注销登记: it ends before its end.
    Cancellation,
}

impl RegistrationKind {
    /// Every one.
    pub const ALL: [RegistrationKind; 5] =
        [Self::First, Self::Change, Self::Correction, Self::Renewal, Self::Cancellation];

    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Change => "change",
            Self::Correction => "correction",
            Self::Renewal => "renewal",
            Self::Cancellation => "cancellation",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What people call it.
    pub fn zh(self) -> &'static str {
        match self {
            Self::First => "首次登记",
            Self::Change => "变更登记",
            Self::Correction => "更正登记",
            Self::Renewal => "续展",
            Self::Cancellation => "注销登记",
        }
    }

    /// The procedure that decides it.
    pub fn procedure(self, of: Registrable) -> ProcedureKind {
        match (self, of) {
            (Self::First, Registrable::Resource) => ProcedureKind::ResourceRegistration,
            (Self::First, Registrable::Product) => ProcedureKind::ProductRegistration,
            (Self::Change, _) => ProcedureKind::RegistrationChange,
            (Self::Correction, _) => ProcedureKind::RegistrationCorrection,
            (Self::Renewal, _) => ProcedureKind::RegistrationRenewal,
            (Self::Cancellation, _) => ProcedureKind::RegistrationCancellation,
        }
    }

    /// What a procedure decides, where it decides a registration.
    pub fn of(procedure: ProcedureKind) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| Registrable::ALL.into_iter().any(|of| kind.procedure(of) == procedure))
    }
}

/// Who applies: an error can be shown by others than whoever holds the registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicant {
    /// 登记主体.
    Holder,
    /// 利害关系人.
    Other,
}

/// A paper that an application brings, by its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Material {
    /// The word in JSON.
    pub key: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The clause that asks for it.
    pub source: &'static str,
}

const fn material(key: &'static str, title: &'static str, source: &'static str) -> Material {
    Material { key, title, source }
}

const SUBJECT: Material = material("subject_info", "主体信息", "N26 9(1)");
const SOURCE: Material = material("lawful_source", "数据合法合规性来源", "N26 9(1)");
const DESCRIPTION: Material = material("description", "数据资源情况", "N26 9(1)");
const EVIDENCE: Material = material("preserved_evidence", "存证情况", "N26 7,9(1)");
const PRODUCT: Material = material("product_info", "产品和服务信息", "N26 9(1)");
const SCENARIO: Material = material("scenario_info", "应用场景信息", "N26 9(1)");
const RISKS: Material = material("risk_assessment", "数据安全风险评估", "N26 9(1)");
const CHANGED: Material = material("proof_of_change", "变更情况及证明", "N26 9(2)");
const WRONG: Material = material("proof_of_error", "登记有误的证明", "N26 9(3)");
const CONSENT: Material = material("holder_consent", "登记主体书面同意", "N26 9(3)");
const ENDED: Material = material("proof_of_ground", "注销事由证明", "N26 9(4)");

impl RegistrationKind {
    /// Every paper that an application needs. A resource is registered before anything
    /// is made of it, so it brings no 产品和服务信息. Article 15 lists none for a
    /// renewal; that it still holds and is still safe is asked for all the same.
    pub fn materials(self, of: Registrable, by: Applicant) -> &'static [Material] {
        match (self, of, by) {
            (Self::First, Registrable::Resource, _) => &[SUBJECT, SOURCE, DESCRIPTION, EVIDENCE, SCENARIO, RISKS],
            (Self::First, Registrable::Product, _) => {
                &[SUBJECT, SOURCE, DESCRIPTION, EVIDENCE, PRODUCT, SCENARIO, RISKS]
            }
            (Self::Change, ..) => &[CHANGED, DESCRIPTION, EVIDENCE],
            (Self::Correction, _, Applicant::Holder) => &[WRONG],
            (Self::Correction, _, Applicant::Other) => &[WRONG, CONSENT],
            (Self::Renewal, ..) => &[SUBJECT, RISKS],
            (Self::Cancellation, ..) => &[ENDED],
        }
    }
}

/// Why a registration is revoked (撤销), N26 20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationGround {
    /// 提供虚假材料.
    FalseMaterial,
    /// 篡改、伪造登记结果.
    TamperedResult,
    /// 非法使用登记结果.
    UnlawfulUse,
    /// 利用登记结果谋取不正当利益.
    ImproperGain,
}

impl RevocationGround {
    /// Every one.
    pub const ALL: [RevocationGround; 4] =
        [Self::FalseMaterial, Self::TamperedResult, Self::UnlawfulUse, Self::ImproperGain];

    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::FalseMaterial => "false_material",
            Self::TamperedResult => "tampered_result",
            Self::UnlawfulUse => "unlawful_use",
            Self::ImproperGain => "improper_gain",
        }
    }
}

/// The code of a result (登记结果查询码, N26 13): `R`esource or `P`roduct, the day of
/// issue, the number of that day, a check character: `R20260305-00017-O` without its
/// dashes. The country's own coding rules were not at hand; this scheme is ours and
/// says nothing but what stands here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RegistrationCode(String);

/// Characters of a code.
pub const CODE_CHARS: usize = 15;

/// The most results of a day.
pub const CODES_PER_DAY_MAX: i64 = 99_999;

const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl RegistrationCode {
    /// The code of the `number`th result of a day; `None` above [`CODES_PER_DAY_MAX`].
    pub fn new(of: Registrable, issued: Day, number: i64) -> Option<Self> {
        if !(1..=CODES_PER_DAY_MAX).contains(&number) {
            return None;
        }
        let day = format!("{:04}{:02}{:02}", issued.year(), issued.month(), issued.day());
        let body = format!("{}{day}{number:05}", of.letter());
        check_of(&body).map(|check| Self(format!("{body}{check}")))
    }

    /// Reads a code as people write it: small letters, spaces and dashes pass.
    pub fn parse(given: &str) -> Option<Self> {
        let plain = given.chars().filter(|c| !matches!(c, ' ' | '-')).take(CODE_CHARS + 1);
        let text: String = plain.map(|c| c.to_ascii_uppercase()).collect();
        let (body, check) = text.split_at_checked(CODE_CHARS - 1)?;
        let of_kind = body.starts_with(['R', 'P']) && body.bytes().skip(1).all(|b| b.is_ascii_digit());
        let is_right = of_kind && check.chars().count() == 1 && check_of(body).is_some_and(|c| check.starts_with(c));
        is_right.then_some(Self(text))
    }

    /// The code, as it is printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// ISO 7064, MOD 37,36: it notices each wrong character and each swap of neighbours.
fn check_of(body: &str) -> Option<char> {
    let mut product = 36;
    for symbol in body.bytes() {
        let value = ALPHABET.iter().position(|known| *known == symbol)?;
        let sum = (product + value) % 36;
        product = (if sum == 0 { 36 } else { sum }) * 2 % 37;
    }
    ALPHABET.get((37 - product) % 36).map(|byte| char::from(*byte))
}

/// A text that is no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no registration code: 15 characters, the last one a check")]
pub struct CodeError(String);

impl TryFrom<String> for RegistrationCode {
    type Error = CodeError;
    fn try_from(given: String) -> Result<Self, CodeError> {
        Self::parse(&given).ok_or_else(|| CodeError(given.chars().take(40).collect()))
    }
}

impl From<RegistrationCode> for String {
    fn from(code: RegistrationCode) -> String {
        code.0
    }
}

impl std::fmt::Display for RegistrationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn code(number: i64) -> RegistrationCode {
        RegistrationCode::new(Registrable::Resource, jiff::civil::date(2026, 3, 5), number).unwrap()
    }

    #[test]
    fn a_code_says_what_and_when_and_reads_back_as_people_write_it() {
        let text = code(17).to_string();
        assert!(text.starts_with("R2026030500017") && text.len() == CODE_CHARS, "{text}");
        let (head, tail) = text.split_at(9);
        let (middle, end) = tail.split_at(5);
        let written = format!("{}-{middle} {end}", head.to_lowercase());
        assert_eq!(RegistrationCode::parse(&written), Some(code(17)));
        assert_eq!(RegistrationCode::new(Registrable::Product, jiff::civil::date(2026, 3, 5), 100_000), None);
        assert_eq!(RegistrationCode::new(Registrable::Product, jiff::civil::date(2026, 3, 5), 0), None);
    }

    #[test]
    fn one_wrong_character_or_two_swapped_neighbours_is_no_code() {
        for number in [1, 17, 90_210] {
            let right: Vec<u8> = code(number).as_str().bytes().collect();
            for at in 0..right.len() {
                for other in ALPHABET.iter().filter(|other| **other != right[at]) {
                    let mut wrong = right.clone();
                    wrong[at] = *other;
                    let wrong = String::from_utf8(wrong).unwrap();
                    assert_eq!(RegistrationCode::parse(&wrong), None, "{wrong}");
                }
                if at > 0 && right[at] != right[at - 1] {
                    let mut swapped = right.clone();
                    swapped.swap(at, at - 1);
                    assert_eq!(RegistrationCode::parse(&String::from_utf8(swapped).unwrap()), None);
                }
            }
        }
        for text in ["", "R", "R20260305000017KK", "登记登记登记登记登记登记登记登", "X2026030500017K"] {
            assert_eq!(RegistrationCode::parse(text), None, "{text}");
        }
    }

    #[test]
    fn each_kind_has_a_procedure_of_its_own_and_asks_for_some_paper_once() {
        for of in Registrable::ALL {
            for kind in RegistrationKind::ALL {
                assert_eq!(RegistrationKind::of(kind.procedure(of)), Some(kind));
                assert_eq!(RegistrationKind::parse(kind.word()), Some(kind));
                for by in [Applicant::Holder, Applicant::Other] {
                    let keys: Vec<&str> = kind.materials(of, by).iter().map(|material| material.key).collect();
                    let once: std::collections::BTreeSet<&str> = keys.iter().copied().collect();
                    assert!(!keys.is_empty() && once.len() == keys.len(), "{kind:?} {of:?}: {keys:?}");
                }
            }
        }
        assert_eq!(RegistrationKind::of(ProcedureKind::Scenario), None);
    }
}
