//! What somebody may see of a matter.
//!
//! Supervising bodies see every matter, everybody else those in which their
//! organisation has a part.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_model::id::{MatterId, OrganisationId, PersonId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::Body;
use shuyu_model::regime::{MoveRule, Remedy, told, words};
use shuyu_model::{Actor, Day, Digest, Role, Time};

use super::guards::{Asked, is_maker};
use super::{Facts, Matter, Moved};
use crate::{DayView, MatterNotice};

const MINUTE_MICROS: i64 = 60_000_000;

/// Which matters to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatterFilter {
    /// Of this kind.
    #[serde(default)]
    pub kind: Option<MatterKind>,
    /// In this state.
    #[serde(default)]
    pub state: Option<String>,
    /// Opened by, about or against this organisation.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// On this subject.
    #[serde(default)]
    pub subject: Option<String>,
}

/// A copy that is due or filed after a move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatterFiling {
    /// Of which matter.
    pub matter: MatterId,
    /// After which of its moves.
    pub version: i64,
    /// With whom.
    pub to: Body,
    /// The last day on which it is in time.
    pub due_day: Day,
    /// Whether a year on the way to that day had no holiday notice yet.
    pub is_estimated: bool,
    /// The clause that asks for it.
    pub clause: String,
    /// When it was filed.
    pub filed_at: Option<Time>,
    /// Of what was filed, or of its receipt.
    pub evidence: Option<Digest>,
    /// Who files it, where that is not who made the move.
    pub filer: Option<OrganisationId>,
}

/// A matter in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatterItem {
    /// Which.
    pub id: MatterId,
    /// Of which kind.
    pub kind: MatterKind,
    /// What people call it.
    pub title: String,
    /// What it is about.
    pub subject: String,
    /// The organisation that it concerns.
    pub subject_organisation: Option<OrganisationId>,
    /// The second party.
    pub counterparty: Option<OrganisationId>,
    /// Where it stands.
    pub state: String,
    /// What people call that.
    pub state_title: String,
    /// The version to name in a move.
    pub version: i64,
    /// When the next move is due.
    pub due: Option<DayView>,
    /// When it was opened.
    pub opened_at: Time,
    /// When it ended.
    pub ended_at: Option<Time>,
}

impl From<&Matter> for MatterItem {
    fn from(matter: &Matter) -> Self {
        let state = matter.machine().state(matter.state);
        Self {
            id: matter.id.clone(),
            kind: matter.kind,
            title: matter.title.clone(),
            subject: matter.subject.clone(),
            subject_organisation: matter.subject_organisation.clone(),
            counterparty: matter.counterparty.clone(),
            state: matter.state.to_owned(),
            state_title: state.map_or(matter.state, |state| state.title).to_owned(),
            version: matter.version,
            due: matter.due.map(DayView::from),
            opened_at: matter.opened_at,
            ended_at: matter.ended_at,
        }
    }
}

/// A move that can be made now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MoveView {
    /// Which.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Who makes it, in the jurisdiction's words.
    pub by: Vec<String>,
    /// Whether the viewer is one of them.
    pub is_yours: bool,
    /// The document that it needs.
    pub evidence: Option<String>,
    /// The contents that it needs and that are not told yet.
    pub contents_missing: Vec<String>,
    /// The records, one of which it must cite, in words.
    pub cites_required: Vec<String>,
    /// Where it gives the matter to somebody: in which roles, in the jurisdiction's words.
    pub to: Vec<String>,
    /// The last day on which it is in time.
    pub due: Option<DayView>,
    /// The clause that it rests on.
    pub clause: String,
}

/// A move that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovedView {
    /// Counts them; 1 is the opening.
    pub version: i64,
    /// Which.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
    /// Who; nobody where the platform made it.
    pub person: Option<PersonId>,
    /// For whom.
    pub organisation: Option<OrganisationId>,
    /// Why.
    pub reason: String,
    /// The document they gave.
    pub evidence: Option<Digest>,
    /// What was told by it.
    pub facts: Facts,
    /// The records that it rests on.
    pub cites: Vec<String>,
    /// Whom it gave the matter to.
    pub assignee: Option<OrganisationId>,
    /// When it was due.
    pub due_day: Option<Day>,
    /// When.
    pub at: Time,
    /// Minutes since what it is about was found, where that is told.
    pub minutes_since_found: Option<i64>,
}

/// A matter, its moves, and what can be done now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatterView {
    /// The matter.
    #[serde(flatten)]
    pub item: MatterItem,
    /// Under which version of which rules it was opened.
    pub regime: String,
    /// The clause that prescribes it.
    pub clause: String,
    /// Who opened it.
    pub opener: OrganisationId,
    /// What is known.
    pub facts: Facts,
    /// Of a scheme whose change is pending: what was approved and rules until then.
    pub approved: Option<Facts>,
    /// Of an exit from an agreement: what the agreement says, by heading.
    pub sections: Facts,
    /// The answers that a fact may have, where the document lists them.
    pub choices: BTreeMap<String, Vec<String>>,
    /// What people call each content that stands here or is asked for.
    pub content_titles: BTreeMap<String, String>,
    /// What people call each answer of `choices`, and each fact that is a word of the rules.
    pub answer_titles: BTreeMap<String, String>,
    /// The matters that cite this one, as far as the viewer sees them.
    pub cited_by: Vec<MatterId>,
    /// The remedies at law against what was done in it.
    pub remedies: Vec<Remedy>,
    /// The appeals, reviews, suits and other matters about it, as far as the viewer sees them.
    pub matters_on_it: Vec<MatterId>,
    /// What can be done now.
    pub moves: Vec<MoveView>,
    /// What was done.
    pub history: Vec<MovedView>,
    /// Copies due and filed.
    pub filings: Vec<MatterFiling>,
    /// Who was told of which move, and when they said that they know.
    pub notices: Vec<MatterNotice>,
}

/// Who supervises sees all.
pub(crate) fn sees_all(viewer: &Actor) -> bool {
    [Role::Regulator, Role::Agency, Role::Supervisor].iter().any(|role| viewer.is(*role))
}

pub(crate) fn is_visible(matter: &Matter, viewer: &Actor) -> bool {
    let own = &viewer.organisation;
    let is_party = matter.opener == *own
        || matter.subject_organisation.as_ref() == Some(own)
        || matter.counterparty.as_ref() == Some(own)
        || matter.parties.values().any(|party| party == own);
    is_party || sees_all(viewer) || (matter.kind.is_open_to_all(matter.state) && !viewer.roles.is_empty())
}

pub(crate) fn of_matter(
    asked: &Asked<'_>,
    matter: &Matter,
    history: Vec<Moved>,
    filings: Vec<MatterFiling>,
    cited_by: Vec<MatterId>,
    approved: Option<Facts>,
) -> MatterView {
    let machine = matter.machine();
    // What is for a matter that tells otherwise is no move of this one.
    let is_open =
        |rule: &&MoveRule| rule.fits(&matter.facts) || rule.when.keys().any(|key| !matter.facts.contains_key(key));
    let moves = matter.rules.rules_from(machine, matter.state).filter(is_open);
    let moves = moves.map(|rule| of_rule(asked, matter, rule)).collect();
    let found_at = super::followed::found_at(matter);
    let title = |by: &str| machine.row(by).map_or("提出", |row| row.title).to_owned();
    let history = history
        .into_iter()
        .map(|moved| MovedView {
            version: moved.version,
            title: title(&moved.by),
            name: moved.by,
            from: moved.from,
            to: moved.to,
            person: moved.person,
            organisation: moved.organisation,
            reason: moved.reason,
            evidence: moved.evidence,
            facts: moved.facts,
            cites: moved.cites,
            assignee: moved.assignee,
            due_day: moved.due_day,
            at: moved.at,
            minutes_since_found: found_at.map(|found| moved.at.0.saturating_sub(found.0).div_euclid(MINUTE_MICROS)),
        })
        .collect();
    let choices = &matter.rules.choices;
    let contents = matter.rules.contents_required.iter().flat_map(|contents| &contents.keys);
    let keys = matter.facts.keys().chain(approved.iter().flat_map(Facts::keys)).chain(contents);
    let keys = keys.chain(choices.iter().map(|choice| &choice.key));
    // What was told is an answer where it is a word of the rules, and else a text of its own.
    let is_word = |text: &&String| words::zh(text) != text.as_str();
    let answers = choices.iter().flat_map(|choice| &choice.values).chain(matter.facts.values().filter(is_word));
    MatterView {
        item: MatterItem::from(matter),
        regime: matter.regime.clone(),
        clause: asked.regime.cite_clause(&matter.rules.source),
        opener: matter.opener.clone(),
        content_titles: keys.map(|key| (key.clone(), told(key).to_owned())).collect(),
        answer_titles: answers.map(|word| (word.clone(), words::zh(word).to_owned())).collect(),
        facts: matter.facts.clone(),
        approved,
        sections: Facts::new(),
        choices: choices.iter().map(|choice| (choice.key.clone(), choice.values.clone())).collect(),
        cited_by,
        remedies: Vec::new(),
        matters_on_it: Vec::new(),
        moves,
        history,
        filings,
        notices: Vec::new(),
    }
}

fn of_rule(asked: &Asked<'_>, matter: &Matter, rule: &MoveRule) -> MoveView {
    let is_told = |key: &&String| matter.facts.get(*key).is_some_and(|told| !told.trim().is_empty());
    let keys = matter.rules.contents_for(&rule.word, &matter.facts).flat_map(|contents| &contents.keys);
    let cites = matter.rules.cites_at(&rule.word).filter(|cites| cites.applies(&matter.facts));
    let due = matter.due.filter(|_| rule.working_days_max.is_some() && !rule.is_of_platform());
    MoveView {
        name: rule.word.clone(),
        title: rule.title(matter.machine()).to_owned(),
        by: rule.by.0.iter().map(|maker| who(asked, *maker)).collect(),
        is_yours: rule.by.0.iter().any(|maker| is_maker(*maker, matter, asked.known)),
        evidence: rule.evidence.clone(),
        cites_required: cites.flat_map(|cites| &cites.of).map(|of| of.zh().to_owned()).collect(),
        to: rule.to.iter().map(|role| asked.regime.word(*role).to_owned()).collect(),
        contents_missing: keys.filter(|key| !is_told(key)).cloned().collect(),
        due: due.map(DayView::from),
        clause: asked.regime.cite_move(&matter.rules, rule, ""),
    }
}

fn who(asked: &Asked<'_>, maker: shuyu_model::regime::Maker) -> String {
    match maker {
        shuyu_model::regime::Maker::Role(role) => asked.regime.word(role).to_owned(),
        other => other.word().to_owned(),
    }
}
