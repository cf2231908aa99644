//! Which matters a jurisdiction has: of each table (`crate::matter`) the moves that
//! its document knows, who makes them, what they need, in how many days, and with
//! whom they are filed.
//!
//! INVARIANT (walkable): every listed move can be made and every state that can be
//! reached has a listed way out, so that no matter is opened that cannot end.
//! INVARIANT (in the table): a file narrows its table and never adds to it.
//!
//! Not here: how a matter is moved (`casework`).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::faults::Faults;
use super::{Filing, Regime, Sourced};
use crate::actor::Role;
use crate::calendar::WORKING_DAYS_MAX;
use crate::matter::{Effect, Machine, MatterKind, Transition};

mod asked;
mod ending;
mod followed;

mod form;
mod holding;

pub use asked::{AnyOf, Choice, Citable, CiteRule, OpinionRule};
pub use ending::{Handing, Passage, Proposal, Reserved};
pub use followed::{NoticeRule, PLAN_STEP, PlanRule, ToldTime};
use form::tells;
pub use form::{FactForm, ToldForm, list, shares, years};
pub use holding::{Hold, Raise};

/// Who makes a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Maker {
    /// People in this role.
    Role(Role),
    /// People of the organisation that opened the matter.
    Opener,
    /// People of the matter's counterparty.
    Counterparty,
    /// People of the organisation that the matter is about.
    Concerned,
    /// The platform itself, when the day has come.
    Platform,
}

impl Maker {
    /// The word in files and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Role(role) => role.word(),
            Self::Opener => "opener",
            Self::Counterparty => "counterparty",
            Self::Concerned => "concerned",
            Self::Platform => "platform",
        }
    }
}

impl TryFrom<String> for Maker {
    type Error = String;
    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "opener" => Ok(Self::Opener),
            "counterparty" => Ok(Self::Counterparty),
            "concerned" => Ok(Self::Concerned),
            "platform" => Ok(Self::Platform),
            word => Role::parse(word)
                .map(Self::Role)
                .ok_or_else(|| format!("`{word}` is no role, nor `opener`, `counterparty`, `concerned` or `platform`")),
        }
    }
}

impl From<Maker> for String {
    fn from(maker: Maker) -> String {
        maker.word().to_owned()
    }
}

/// One or several, any of whom may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OneOrMore", into = "Vec<Maker>")]
pub struct Makers(pub Vec<Maker>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl TryFrom<OneOrMore> for Makers {
    type Error = String;
    fn try_from(given: OneOrMore) -> Result<Self, String> {
        let words = match given {
            OneOrMore::One(word) => vec![word],
            OneOrMore::More(words) => words,
        };
        words.into_iter().map(Maker::try_from).collect::<Result<_, _>>().map(Self)
    }
}

impl From<Makers> for Vec<Maker> {
    fn from(makers: Makers) -> Self {
        makers.0
    }
}

/// One move that this jurisdiction has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveRule {
    /// Which, by its word in the table.
    #[serde(rename = "move")]
    pub word: String,
    /// Who makes it.
    pub by: Makers,
    /// From which states here; from all of the table's where nothing is said.
    #[serde(default)]
    pub from: Vec<String>,
    /// Only where the matter tells so: `{ mode = "sector" }`; always where nothing is said.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
    /// What the document calls it, where not as the table does.
    #[serde(default)]
    pub title: Option<String>,
    /// A document whose digest it needs: `minutes`.
    #[serde(default)]
    pub evidence: Option<String>,
    /// Working days after the matter entered the state, in which it is due. Of the
    /// platform: after how many it is made.
    #[serde(default)]
    pub working_days_max: Option<u16>,
    /// Working days that must have passed in the state before it (公示).
    #[serde(default)]
    pub working_days_min: Option<u16>,
    /// With whom copies are filed after it.
    #[serde(default)]
    pub file: Vec<Filing>,
    /// Where it goes to somebody: the roles, one of which they hold.
    #[serde(default)]
    pub to: Vec<Role>,
    /// On which of the exit grounds an agreement ends by it, where the matter names none.
    #[serde(default)]
    pub ground: Option<String>,
    /// Its own clause, where the matter's does not say it all.
    #[serde(default)]
    pub source: Option<String>,
    /// Which of its numbers ([`MOVE_NUMBERS`]) no document states.
    #[serde(default)]
    pub settings: Vec<String>,
}

/// The numbers of a move that need a clause or must be called a setting.
pub const MOVE_NUMBERS: [&str; 2] = ["working_days_max", "working_days_min"];

/// What stands for the opening where the name of a move is asked for.
pub const OPENING: &str = "open";

/// Facts that must be there at a move, by their keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// At which move; [`OPENING`] for the opening.
    pub at: String,
    /// Which facts.
    pub keys: Vec<String>,
    /// Only where the matter tells so; always where nothing is said.
    #[serde(default)]
    pub when: BTreeMap<String, String>,
    /// Only where the fact `ground` is one of these; always where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<String>,
    /// The clause that lists them.
    pub source: String,
}

impl Contents {
    /// Whether it asks where these facts are told.
    pub fn applies(&self, facts: &BTreeMap<String, String>) -> bool {
        ending::is_on(&self.grounds, facts) && tells(facts, &self.when)
    }
}

/// One kind of matter, as a jurisdiction has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatterRules {
    /// The clause that prescribes it.
    pub source: String,
    /// Who opens one.
    pub open_by: Vec<Role>,
    /// The moves that there are.
    pub moves: Vec<MoveRule>,
    /// What must be told at which move.
    #[serde(default)]
    pub contents_required: Vec<Contents>,
    /// Whom each who opens may open it on, by the roles of the organisation that it
    /// is about; on anybody, where a role is not named.
    #[serde(default)]
    pub open_on: BTreeMap<Role, Vec<Role>>,
    /// Which answers a fact may have.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// In which form a fact is told, so that other acts can rest on it.
    #[serde(default)]
    pub forms: Vec<ToldForm>,
    /// Which records must be cited at which move.
    #[serde(default)]
    pub cites_required: Vec<CiteRule>,
    /// Before which move bodies concerned are asked for their opinions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opinions: Option<OpinionRule>,
    /// Who is told of a move at once and says that it knows.
    #[serde(default)]
    pub notices: Vec<NoticeRule>,
    /// Which facts are times.
    #[serde(default)]
    pub times: Vec<ToldTime>,
    /// The plan that is carried out step by step.
    #[serde(default)]
    pub plan: Option<PlanRule>,
    /// `incident`: whoever may stop the service stops it by opening it.
    #[serde(default)]
    pub at_once: Option<Sourced<bool>>,
    /// What must have gone before which move.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passages_required: Vec<Passage>,
    /// Moves that on some organisations only some may make.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserved: Vec<Reserved>,
    /// What goes on no further while it stands in some state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
    /// Which other matter follows from what it tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raises: Vec<Raise>,
    /// Who opens it only on an organisation that they have an agreement in force with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_agreement: Option<Sourced<Vec<Role>>>,
    /// `exit`: the records on which the platform proposes one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proposed_on: Vec<Proposal>,
    /// `exit`: the platform opens one when an agreement runs out and none follows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at_expiry: Option<Sourced<bool>>,
    /// `exit`: what is listed and handed over, one by one, before it closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hands_over: Option<Sourced<Vec<Handing>>>,
    /// `exit`: how many days deliveries go on after the operator's own access has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliveries_go_on_days: Option<Sourced<u16>>,
    /// `entity_onboarding`: only an admitted entity is served.
    #[serde(default)]
    pub required_for_use: Option<Sourced<bool>>,
    /// `complaint`: the body complained against may decide it itself.
    #[serde(default)]
    pub counterparty_decides: Option<Sourced<bool>>,
    /// `inspection`: how often each operator under an agreement is inspected.
    /// `risk_report`: how often the risks of each operator, resource and product are.
    #[serde(default)]
    pub every_months: Option<Sourced<u16>>,
    /// `inspection`: the answers of `area` that each interval has to cover.
    #[serde(default)]
    pub parts: Option<Sourced<Vec<String>>>,
}

impl MoveRule {
    /// Whether it can be made from a state here.
    pub fn leaves(&self, machine: &Machine, state: &str) -> bool {
        machine.transition(state, &self.word).is_some()
            && (self.from.is_empty() || self.from.iter().any(|from| from == state))
    }

    /// Whether the platform makes it.
    pub fn is_of_platform(&self) -> bool {
        self.by.0.contains(&Maker::Platform)
    }

    /// Whether it is for a matter that tells this.
    pub fn fits(&self, facts: &BTreeMap<String, String>) -> bool {
        tells(facts, &self.when)
    }

    /// What it is called here.
    pub fn title<'a>(&'a self, machine: &Machine) -> &'a str {
        match &self.title {
            Some(title) => title,
            None => machine.row(&self.word).map_or(&self.word, |row| row.title),
        }
    }

    fn transitions<'a>(&'a self, machine: &'static Machine) -> impl Iterator<Item = &'static Transition> + 'a {
        machine.transitions.iter().filter(|t| t.by == self.word && self.leaves(machine, t.from))
    }
}

impl MatterRules {
    /// The rule of a move from a state; `None` where it cannot be made there.
    pub fn rule(&self, machine: &Machine, state: &str, word: &str) -> Option<&MoveRule> {
        self.moves.iter().find(|rule| rule.word == word && rule.leaves(machine, state))
    }

    /// The same for a matter that tells this: the one that is for it, where there are
    /// several.
    pub fn rule_for(
        &self,
        machine: &Machine,
        state: &str,
        word: &str,
        facts: &BTreeMap<String, String>,
    ) -> Option<&MoveRule> {
        let mut here = self.moves.iter().filter(|rule| rule.word == word && rule.leaves(machine, state));
        here.find(|rule| rule.fits(facts)).or_else(|| self.rule(machine, state, word))
    }

    /// The moves that can be made from a state.
    pub fn rules_from<'a>(
        &'a self,
        machine: &'static Machine,
        state: &'a str,
    ) -> impl Iterator<Item = &'a MoveRule> + 'a {
        self.moves.iter().filter(move |rule| rule.leaves(machine, state))
    }

    /// What must be told at a move, or at the [`OPENING`].
    pub fn contents_at<'a>(&'a self, at: &'a str) -> impl Iterator<Item = &'a Contents> + 'a {
        self.contents_required.iter().filter(move |contents| contents.at == at)
    }

    /// The same for a matter that tells this.
    pub fn contents_for<'a>(
        &'a self,
        at: &'a str,
        facts: &'a BTreeMap<String, String>,
    ) -> impl Iterator<Item = &'a Contents> + 'a {
        self.contents_at(at).filter(|contents| contents.applies(facts))
    }
}

impl Regime {
    /// How a reason cites a move, for its `number` (one of [`MOVE_NUMBERS`]) or for
    /// the move as such (`""`).
    pub fn cite_move(&self, rules: &MatterRules, rule: &MoveRule, number: &str) -> String {
        if rule.settings.iter().any(|setting| setting == number) {
            return self.cite_clause("setting");
        }
        self.cite_clause(rule.source.as_deref().unwrap_or(&rules.source))
    }
}

pub(super) fn faults_of(regime: &Regime, faults: &mut Faults) {
    for (kind, rules) in &regime.matter {
        let name = format!("`matter.{}`", kind.word());
        if rules.source.trim().is_empty() {
            faults.named(format!("{name} needs its clause (`source`)"));
        }
        if rules.open_by.is_empty() {
            faults.named(format!("{name} is opened by nobody (`open_by`)"));
        }
        let before = faults.len();
        for rule in &rules.moves {
            in_table(&name, kind.machine(), rule, faults);
        }
        if before == faults.len() {
            // What is not in the table cannot be walked either; that is told first.
            walkable(&name, kind.machine(), rules, faults);
        }
        for rule in &rules.moves {
            numbers(&format!("{name} move `{}`", rule.word), rule, faults);
            grounds(&name, kind.machine(), rules, rule, &regime.agreement.exit_grounds.value, faults);
        }
        contents(&name, rules, faults);
        ending::faults_of(&name, *kind, rules, regime, faults);
        only_for(&name, *kind, rules, faults);
        asked::faults_of(&name, *kind, rules, regime, faults);
        form::faults_of(&name, rules, faults);
        followed::faults_of(&name, *kind, rules, faults);
        holding::faults_of(&name, *kind, rules, regime, faults);
    }
}

/// INVARIANT (in the table).
fn in_table(name: &str, machine: &'static Machine, rule: &MoveRule, faults: &mut Faults) {
    let at = format!("{name} move `{}`", rule.word);
    if machine.row(&rule.word).is_none() {
        let known = machine.moves.iter().map(|row| row.word);
        let nearest = known.min_by_key(|known| strsim::damerau_levenshtein(known, &rule.word)).unwrap_or_default();
        faults.named(format!("{at} is not in the table (did you mean `{nearest}`?)"));
        return;
    }
    for from in rule.from.iter().filter(|from| machine.transition(from, &rule.word).is_none()) {
        faults.named(format!("{at} does not leave `{from}` in the table"));
    }
    if rule.by.0.is_empty() {
        faults.named(format!("{at} is made by nobody (`by`)"));
    }
    if rule.by.0.contains(&Maker::Counterparty) && !machine.has_counterparty() {
        faults.named(format!("{at} is made by a counterparty that there is not"));
    }
    if rule.is_of_platform() && rule.by.0.len() > 1 {
        faults.named(format!("{at} is made by the platform or by people, not by both"));
    }
}

/// INVARIANT (walkable).
fn walkable(name: &str, machine: &'static Machine, rules: &MatterRules, faults: &mut Faults) {
    let mut reached = BTreeSet::from([machine.initial()]);
    let mut left = vec![machine.initial()];
    while let Some(state) = left.pop() {
        let next = rules.rules_from(machine, state).filter_map(|rule| machine.transition(state, &rule.word));
        left.extend(next.map(|t| t.to).filter(|to| reached.insert(to)).collect::<Vec<_>>());
    }
    if !reached.iter().any(|state| machine.is_final(state)) {
        faults.named(format!("{name} never ends: no final state can be reached"));
    }
    for rule in rules.moves.iter().filter(|rule| !rule.transitions(machine).any(|t| reached.contains(t.from))) {
        faults.named(format!("{name} move `{}` can never be made", rule.word));
    }
    for state in reached {
        let here: Vec<&MoveRule> = rules.rules_from(machine, state).collect();
        let leads_on =
            |rule: &&MoveRule| machine.transition(state, &rule.word).is_some_and(|transition| transition.to != state);
        if !machine.is_final(state) && !here.iter().any(leads_on) {
            faults.named(format!("{name} has no way out of `{state}`"));
        }
        if form::is_ambiguous(&here) {
            faults.named(format!("{name} has a move twice in `{state}`"));
        }
        let is_due = here.iter().any(|rule| !rule.is_of_platform() && rule.working_days_max.is_some());
        let own: Vec<_> = here.iter().filter(|rule| rule.is_of_platform()).collect();
        if own.len() > 1 {
            faults.named(format!("{name} gives the platform two moves in `{state}`"));
        }
        for rule in own.iter().filter(|rule| rule.working_days_max.is_none() && !is_due) {
            faults.named(format!("{name} move `{}` of the platform has no day in `{state}`", rule.word));
        }
    }
}

/// INVARIANT (sourced) for the plain numbers of a move.
fn numbers(at: &str, rule: &MoveRule, faults: &mut Faults) {
    let given = [rule.working_days_max, rule.working_days_min];
    let has_source = rule.source.as_deref().is_some_and(|source| !source.trim().is_empty());
    for (number, days) in MOVE_NUMBERS.into_iter().zip(given) {
        let is_setting = rule.settings.iter().any(|setting| setting == number);
        if days.is_some() && !is_setting && !has_source {
            faults.named(format!("{at}: `{number}` needs a clause (`source`) or a place in `settings`"));
        }
        if days.is_none() && is_setting {
            faults.named(format!("{at} calls `{number}` a setting but does not set it"));
        }
        if days.is_some_and(|days| days > WORKING_DAYS_MAX) {
            faults.named(format!("{at}: `{number}` is more than {WORKING_DAYS_MAX}"));
        }
    }
    for unknown in rule.settings.iter().filter(|setting| !MOVE_NUMBERS.contains(&setting.as_str())) {
        let nearest = MOVE_NUMBERS.iter().min_by_key(|known| strsim::damerau_levenshtein(known, unknown)).copied();
        let nearest = nearest.unwrap_or_default();
        faults.named(format!("{at} has the unknown setting `{unknown}` (did you mean `{nearest}`?)"));
    }
    if let (Some(min), Some(max)) = (rule.working_days_min, rule.working_days_max)
        && min >= max
    {
        faults.named(format!("{at} cannot be made before it is overdue"));
    }
}

/// An agreement ends on a ground that the rules name.
fn grounds(
    name: &str,
    machine: &'static Machine,
    rules: &MatterRules,
    rule: &MoveRule,
    known: &[String],
    faults: &mut Faults,
) {
    let at = format!("{name} move `{}`", rule.word);
    let ends = rule.transitions(machine).any(|t| t.effects.contains(&Effect::EndAccess));
    let names_it = rules.contents_required.iter().any(|contents| contents.keys.iter().any(|key| key == "ground"));
    match &rule.ground {
        Some(ground) if !known.contains(ground) => {
            faults.named(format!("{at}: `{ground}` is none of `agreement.exit_grounds`"));
        }
        Some(_) if !ends => faults.named(format!("{at} ends no agreement and needs no `ground`")),
        None if ends && !names_it => faults.named(format!("{at} ends an agreement and names no `ground`")),
        _ => {}
    }
}

fn contents(name: &str, rules: &MatterRules, faults: &mut Faults) {
    for contents in &rules.contents_required {
        let at = format!("{name} contents at `{}`", contents.at);
        if contents.at != OPENING && !rules.moves.iter().any(|rule| rule.word == contents.at) {
            faults.named(format!("{at}: there is no such move here"));
        }
        if contents.keys.is_empty() || contents.source.trim().is_empty() {
            faults.named(format!("{at} need `keys` and a clause (`source`)"));
        }
        for key in contents.keys.iter().filter(|key| !is_key(key)) {
            faults.named(format!("{at}: `{key}` is no key (lower-case letters, digits and `_`)"));
        }
    }
}

/// Whether a word can name a fact: lower-case letters, digits and `_`.
pub fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn only_for(name: &str, kind: MatterKind, rules: &MatterRules, faults: &mut Faults) {
    let rows = [
        ("required_for_use", rules.required_for_use.is_some(), MatterKind::EntityOnboarding),
        ("counterparty_decides", rules.counterparty_decides.is_some(), MatterKind::Complaint),
        ("every_months", rules.every_months.is_some(), MatterKind::Inspection),
        ("parts", rules.parts.is_some(), MatterKind::Inspection),
        ("proposed_on", !rules.proposed_on.is_empty(), MatterKind::Exit),
        ("opened_at_expiry", rules.opened_at_expiry.is_some(), MatterKind::Exit),
        ("hands_over", rules.hands_over.is_some(), MatterKind::Exit),
        ("deliveries_go_on_days", rules.deliveries_go_on_days.is_some(), MatterKind::Exit),
    ];
    for (key, is_given, of) in rows {
        let is_rota = key == "every_months" && kind == MatterKind::RiskReport;
        if is_given && kind != of && !is_rota {
            faults.named(format!("{name}: `{key}` belongs to `matter.{}`", of.word()));
        }
    }
    if rules.every_months.as_ref().is_some_and(|months| months.value == 0) {
        faults.named(format!("{name}: `every_months` is 0"));
    }
    let is_inspected = kind == MatterKind::Inspection;
    if is_inspected && rules.every_months.is_some() != rules.parts.is_some() {
        faults.named(format!("{name}: `every_months` and `parts` belong together"));
    }
    let areas = rules.choices.iter().find(|choice| choice.key == "area").map(|choice| &choice.values);
    for part in rules.parts.iter().flat_map(|parts| &parts.value) {
        if !areas.is_some_and(|areas| areas.contains(part)) {
            faults.named(format!("{name}: `parts` names `{part}`, which is no answer of `area`"));
        }
    }
}

#[cfg(test)]
mod tests;
