//! What a jurisdiction asks of a matter beside its moves: whom it is opened on, which
//! answers a fact may have, which records a move must cite.
//!
//! INVARIANT (fulfillable): what is asked for can be given: a cited kind is one that
//! the jurisdiction has, in a state that its table has.
//!
//! Not here: asking (`casework::matter::guards`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Faults, MatterRules, OPENING, OneOrMore, Regime, is_key};
use crate::actor::Role;
use crate::matter::{Effect, MatterKind, SubjectKind};
use crate::regime::PaperKind;

/// A record that a move can cite: a matter of a kind, or a thing with an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Citable {
    /// A matter of this kind.
    Matter(MatterKind),
    /// A thing of this kind.
    Thing(SubjectKind),
    /// A paper of this kind on file, in order.
    Paper(PaperKind),
    /// A refusal of the journal, as `JRN-` and its number: a use that was tried.
    Refusal,
    /// A paper of any kind on file.
    AnyPaper,
}

impl Citable {
    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Matter(kind) => kind.word(),
            Self::Thing(kind) => kind.word(),
            Self::Paper(kind) => kind.word(),
            Self::Refusal => "refusal",
            Self::AnyPaper => "paper",
        }
    }

    /// What people call it.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Matter(kind) => kind.machine().title,
            Self::Thing(SubjectKind::Organisation) => "单位",
            Self::Thing(SubjectKind::Agreement) => "协议",
            Self::Thing(SubjectKind::Scenario) => "应用场景",
            Self::Thing(SubjectKind::Resource) => "公共数据资源",
            Self::Thing(SubjectKind::Matter) => "事项",
            Self::Thing(SubjectKind::Case) => "审批",
            Self::Thing(SubjectKind::Product) => "产品",
            Self::Thing(SubjectKind::Statement) => "结算单",
            Self::Thing(SubjectKind::Distribution) => "收益分配",
            Self::Paper(kind) => kind.zh(),
            Self::Refusal => "被拒绝的使用记录",
            Self::AnyPaper => "备案材料",
        }
    }
}

impl TryFrom<String> for Citable {
    type Error = String;
    fn try_from(word: String) -> Result<Self, String> {
        let thing = || SubjectKind::ALL.into_iter().find(|kind| kind.word() == word).map(Self::Thing);
        let paper = || PaperKind::ALL.iter().find(|kind| kind.word() == word).map(|kind| Self::Paper(*kind));
        let other = || [Self::Refusal, Self::AnyPaper].into_iter().find(|one| one.word() == word);
        MatterKind::parse(&word)
            .map(Self::Matter)
            .or_else(thing)
            .or_else(paper)
            .or_else(other)
            .ok_or_else(|| format!("`{word}` is neither a matter nor a thing or paper that can be cited"))
    }
}

impl From<Citable> for String {
    fn from(citable: Citable) -> String {
        citable.word().to_owned()
    }
}

/// One answer, or any of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OneOrMore", into = "Vec<String>")]
pub struct AnyOf(pub Vec<String>);

impl AnyOf {
    /// Whether what was told is one of them.
    pub fn holds(&self, told: Option<&String>) -> bool {
        told.is_some_and(|told| self.0.contains(told))
    }
}

impl TryFrom<OneOrMore> for AnyOf {
    type Error = String;
    fn try_from(given: OneOrMore) -> Result<Self, String> {
        Ok(match given {
            OneOrMore::One(word) => Self(vec![word]),
            OneOrMore::More(words) => Self(words),
        })
    }
}

impl From<AnyOf> for Vec<String> {
    fn from(any: AnyOf) -> Self {
        any.0
    }
}

/// Records that must be cited at a move, at it or before: one of them is enough. It
/// concerns the same organisation as the matter, or its counterparty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CiteRule {
    /// At which move; [`OPENING`] for the opening.
    pub at: String,
    /// Of which kinds.
    pub of: Vec<Citable>,
    /// Only where the fact `ground` is one of these; always where none is named.
    #[serde(default)]
    pub grounds: Vec<String>,
    /// Only where these facts are told so.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
    /// The cited matter is in one of these states (`overdue`, or of one kind alone
    /// `rectification/overdue`); in any where none is named for its kind.
    #[serde(default)]
    pub states: Vec<String>,
    /// What the cited matter tells.
    #[serde(default)]
    pub told: BTreeMap<String, AnyOf>,
    /// The clause that asks for it.
    pub source: String,
}

/// Bodies concerned are asked for their opinions before a move, and none is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpinionRule {
    /// Before which move.
    pub at: String,
    /// The clause that asks for it.
    pub source: String,
}

/// The answers that a fact may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Which fact.
    pub key: String,
    /// Its answers.
    pub values: Vec<String>,
    /// The clause that lists them.
    pub source: String,
}

impl CiteRule {
    /// Whether it asks for its records where these facts are told.
    pub fn applies(&self, facts: &BTreeMap<String, String>) -> bool {
        let ground = facts.get("ground");
        let is_ground = self.grounds.is_empty() || ground.is_some_and(|ground| self.grounds.contains(ground));
        is_ground && self.when.iter().all(|(key, value)| facts.get(key) == Some(value))
    }

    /// Whether a cited matter of this kind counts in this state.
    pub fn counts_in(&self, kind: MatterKind, state: &str) -> bool {
        let mut of_kind = self.states.iter().filter_map(|named| match named.split_once('/') {
            Some((of, state)) => (of == kind.word()).then_some(state),
            None => Some(named.as_str()),
        });
        let first = of_kind.next();
        first.is_none() || first == Some(state) || of_kind.any(|named| named == state)
    }
}

impl MatterRules {
    /// What must be cited at a move, or at the [`OPENING`].
    pub fn cites_at<'a>(&'a self, at: &'a str) -> impl Iterator<Item = &'a CiteRule> + 'a {
        self.cites_required.iter().filter(move |rule| rule.at == at)
    }

    /// Whether who holds `role` opens one on an organisation that holds `roles`.
    pub fn oversees(&self, role: Role, roles: &[Role]) -> bool {
        self.open_on.get(&role).is_none_or(|on| on.iter().any(|role| roles.contains(role)))
    }
}

pub(super) fn faults_of(name: &str, kind: MatterKind, rules: &MatterRules, regime: &Regime, faults: &mut Faults) {
    for (role, on) in &rules.open_on {
        if !rules.open_by.contains(role) || on.is_empty() {
            faults.named(format!("{name}: `open_on.{}` needs its place in `open_by` and somebody", role.word()));
        }
    }
    for choice in &rules.choices {
        if !is_key(&choice.key) || choice.values.is_empty() || choice.source.trim().is_empty() {
            faults.named(format!("{name} choices of `{}` need a key, `values` and a clause (`source`)", choice.key));
        }
    }
    for rule in &rules.moves {
        let at = format!("{name} move `{}`", rule.word);
        let assigns = rule.transitions(kind.machine()).any(|t| t.effects.contains(&Effect::Assign));
        match (assigns, rule.to.is_empty()) {
            (true, true) => faults.named(format!("{at} goes to somebody and says not to which roles (`to`)")),
            (false, false) => faults.named(format!("{at} goes to nobody and needs no `to`")),
            _ => {}
        }
    }
    let is_bad = |rule: &OpinionRule| !rules.moves.iter().any(|of| of.word == rule.at) || rule.source.trim().is_empty();
    if rules.opinions.as_ref().is_some_and(is_bad) {
        faults.named(format!("{name}: `opinions` need a move of it (`at`) and a clause (`source`)"));
    }
    for rule in &rules.cites_required {
        cites(name, rules, rule, regime, faults);
    }
}

/// INVARIANT (fulfillable).
fn cites(name: &str, rules: &MatterRules, rule: &CiteRule, regime: &Regime, faults: &mut Faults) {
    let at = format!("{name} cites at `{}`", rule.at);
    if rule.at != OPENING && !rules.moves.iter().any(|of| of.word == rule.at) {
        faults.named(format!("{at}: there is no such move here"));
    }
    if rule.of.is_empty() || rule.source.trim().is_empty() {
        faults.named(format!("{at} need `of` and a clause (`source`)"));
    }
    let kinds = || rule.of.iter().filter_map(|of| if let Citable::Matter(kind) = of { Some(*kind) } else { None });
    for kind in kinds().filter(|kind| !regime.matter.contains_key(kind)) {
        faults.named(format!("{at}: there is no `matter.{}` here", kind.word()));
    }
    let papers = rule.of.iter().filter_map(|of| if let Citable::Paper(kind) = of { Some(*kind) } else { None });
    for kind in papers.filter(|kind| !regime.dossier.contains_key(kind)) {
        faults.named(format!("{at}: there is no `dossier.{}` here", kind.word()));
    }
    let is_state = |named: &&String| {
        let (of, state) = named.split_once('/').map_or((None, named.as_str()), |(of, state)| (Some(of), state));
        kinds().any(|kind| of.is_none_or(|of| of == kind.word()) && kind.machine().state(state).is_some())
    };
    for state in rule.states.iter().filter(|state| !is_state(state)) {
        faults.named(format!("{at}: no cited matter ever is `{state}`"));
    }
    for (key, value) in &rule.when {
        let listed = rules.choices.iter().any(|choice| choice.key == *key && choice.values.contains(value));
        if !listed {
            faults.named(format!("{at}: `{key}` is never `{value}`; list it in `choices`"));
        }
    }
    for ground in rule.grounds.iter().filter(|ground| !regime.agreement.exit_grounds.value.contains(ground)) {
        faults.named(format!("{at}: `{ground}` is none of `agreement.exit_grounds`"));
    }
}
