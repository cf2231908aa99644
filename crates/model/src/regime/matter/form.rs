//! Facts that other acts rest on: in which form they are told, and which rules hold only
//! for matters that tell something.
//!
//! INVARIANT (one at a time): of the rules of a move in a state at most one is for a
//! matter, whatever it tells.
//!
//! Not here: refusing what is told in another form (`casework::matter::guards`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Faults, MatterRules, MoveRule, is_key};
use crate::Day;
use crate::id::ResourceId;

/// In which form a fact is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactForm {
    /// A whole number of years: `5`.
    Years,
    /// A day: `2026-03-05`.
    Day,
    /// Ids of resources, separated by commas: a closed list.
    Resources,
    /// Words, separated by commas.
    List,
    /// Who gets how much, in per cent, 100 in all: `市财政=60, 运营机构=40`.
    Shares,
}

/// The most years that a fact can tell.
const YEARS_MAX: u16 = 100;

impl FactForm {
    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Years => "years",
            Self::Day => "day",
            Self::Resources => "resources",
            Self::List => "list",
            Self::Shares => "shares",
        }
    }

    /// In words, for a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Years => "a whole number of years",
            Self::Day => "a day, as 2026-03-05",
            Self::Resources => "ids of resources, separated by commas",
            Self::List => "words, separated by commas",
            Self::Shares => "who gets how much in per cent, 100 in all, as `甲=60, 乙=40`",
        }
    }

    /// Whether a text has this form.
    pub fn is_of(self, told: &str) -> bool {
        match self {
            Self::Years => years(told).is_some(),
            Self::Day => told.trim().parse::<Day>().is_ok(),
            Self::Resources => {
                let ids = list(told);
                !ids.is_empty() && ids.iter().all(|id| ResourceId::parse(id).is_ok())
            }
            Self::List => !list(told).is_empty(),
            Self::Shares => shares(told).is_some(),
        }
    }
}

/// The years that a fact tells.
pub fn years(told: &str) -> Option<u16> {
    told.trim().parse().ok().filter(|years| (1..=YEARS_MAX).contains(years))
}

/// The words of a list.
pub fn list(told: &str) -> Vec<&str> {
    told.split([',', '，', '、']).map(str::trim).filter(|word| !word.is_empty()).collect()
}

/// Who gets how much, in hundredths of a per cent; `None` where it is not 100 % in all.
pub fn shares(told: &str) -> Option<BTreeMap<String, u16>> {
    let mut shares = BTreeMap::new();
    for part in list(told) {
        let (who, much) = part.split_once(['=', '＝'])?;
        let much = basis_points(much)?;
        if who.trim().is_empty() || shares.insert(who.trim().to_owned(), much).is_some() {
            return None;
        }
    }
    (shares.values().map(|share| u32::from(*share)).sum::<u32>() == 10_000).then_some(shares)
}

/// `30`, `30%`, `30.25%` in hundredths of a per cent.
fn basis_points(told: &str) -> Option<u16> {
    let told = told.trim().trim_end_matches(['%', '％']).trim();
    let (whole, part) = told.split_once('.').unwrap_or((told, "0"));
    let part: u16 = match part.len() {
        1 => part.parse::<u16>().ok()?.checked_mul(10)?,
        2 => part.parse().ok()?,
        _ => return None,
    };
    whole.parse::<u16>().ok().filter(|whole| *whole <= 100)?.checked_mul(100)?.checked_add(part)
}

/// The form of one fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldForm {
    /// Which fact.
    pub key: String,
    /// In which form it is told.
    pub form: FactForm,
    /// The clause that names the fact.
    pub source: String,
}

/// Whether facts tell all of this.
pub(super) fn tells(facts: &BTreeMap<String, String>, all: &BTreeMap<String, String>) -> bool {
    all.iter().all(|(key, told)| facts.get(key).is_some_and(|known| known.trim() == told))
}

/// Whether two rules of one move could be for the same matter.
pub(super) fn is_ambiguous(here: &[&MoveRule]) -> bool {
    let apart = |one: &MoveRule, other: &MoveRule| {
        one.when.iter().any(|(key, told)| other.when.get(key).is_some_and(|others| others != told))
    };
    here.iter()
        .enumerate()
        .any(|(index, one)| here.iter().take(index).any(|other| one.word == other.word && !apart(one, other)))
}

pub(super) fn faults_of(name: &str, rules: &MatterRules, faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for form in &rules.forms {
        if !is_key(&form.key) || form.source.trim().is_empty() || !seen.insert(&form.key) {
            faults.named(format!("{name} forms of `{}` need a key of its own and a clause (`source`)", form.key));
        }
    }
    let told = rules.moves.iter().map(|rule| &rule.when).chain(rules.contents_required.iter().map(|c| &c.when));
    for key in told.flat_map(BTreeMap::keys).filter(|key| !is_key(key)).collect::<BTreeSet<_>>() {
        faults.named(format!("{name}: `{key}` in `when` is no key (lower-case letters, digits and `_`)"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_has_its_form_or_not() {
        let rows = [
            (FactForm::Years, "5", true),
            (FactForm::Years, "五年", false),
            (FactForm::Years, "0", false),
            (FactForm::Day, "2026-03-05", true),
            (FactForm::Day, "2026年3月5日", false),
            (FactForm::Resources, "全部", false),
            (FactForm::Resources, "RES-00000000000000000000000000000001", true),
            (FactForm::List, "expiry, breach、misuse", true),
            (FactForm::List, " , ", false),
            (FactForm::Shares, "市财政=60, 运营机构=40", true),
            (FactForm::Shares, "市财政=33.33%，运营机构=66.67%", true),
            (FactForm::Shares, "市财政=60, 运营机构=30", false),
            (FactForm::Shares, "市财政=60, 市财政=40", false),
            (FactForm::Shares, "另行约定", false),
        ];
        for (form, told, expected) in rows {
            assert_eq!(form.is_of(told), expected, "{form:?} {told}");
        }
    }
}
