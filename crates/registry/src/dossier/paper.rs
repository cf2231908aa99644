//! A paper: what it says of itself, and how it stands on a day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_model::id::{OrganisationId, PaperId, PersonId, ScenarioId};
use shuyu_model::regime::{PaperKind, PaperRules, Particular};
use shuyu_model::{Day, Digest, Time};

use crate::party::{NAME_CHARS_MAX, text_fault};

/// What the body that the rules name said to a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It consents.
    Consented,
    /// It does not.
    Refused,
    /// It has the copy.
    Received,
}

impl Answer {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Consented => "consented",
            Self::Refused => "refused",
            Self::Received => "received",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Consented, Self::Refused, Self::Received].into_iter().find(|answer| answer.word() == word)
    }
}

/// How a paper stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperState {
    /// It counts.
    InOrder,
    /// It waits for a consent or a receipt.
    Awaiting,
    /// Consent was refused.
    Refused,
    /// Its last day, or the day to make it anew, has passed.
    Expired,
    /// It says itself that something is wrong.
    Adverse,
    /// A newer version is in effect.
    Replaced,
    /// It was taken back.
    Withdrawn,
}

/// A paper on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paper {
    /// Its id.
    pub id: PaperId,
    /// Whose.
    pub organisation: OrganisationId,
    /// What it is.
    pub kind: PaperKind,
    /// For which scenario, where each has its own.
    pub scenario: Option<ScenarioId>,
    /// What it is called.
    pub title: String,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Its number.
    pub number: Option<String>,
    /// Counts the versions, from 1.
    pub version: u32,
    /// The day it bears.
    pub issued_on: Day,
    /// Its last day, where it has one.
    pub valid_until: Option<Day>,
    /// Of the file itself, which lies with whoever entered it.
    pub digest: Digest,
    /// What else it holds.
    pub particulars: BTreeMap<Particular, String>,
    /// The version before it.
    pub replaces: Option<PaperId>,
    /// The version that is in effect instead.
    pub replaced_by: Option<PaperId>,
    /// Who entered it.
    pub entered_by: PersonId,
    /// When.
    pub entered_at: Time,
    /// What the body that the rules name said to it.
    pub answer: Option<Answer>,
    /// Who said it.
    pub answered_by: Option<PersonId>,
    /// When.
    pub answered_at: Option<Time>,
    /// Why, or the number of the receipt.
    pub answer_note: Option<String>,
    /// When it was taken back.
    pub withdrawn_at: Option<Time>,
    /// Why.
    pub withdrawn_ground: Option<String>,
}

impl Paper {
    /// Whether nothing has taken its place and nobody has taken it back.
    pub(crate) fn is_current(&self) -> bool {
        self.replaced_by.is_none() && self.withdrawn_at.is_none()
    }

    /// Whether it has the answer that the rules want.
    pub(super) fn is_answered(&self, rules: &PaperRules) -> bool {
        rules.answered_by().is_none() || matches!(self.answer, Some(Answer::Consented | Answer::Received))
    }

    /// The day that an interval counts from: when what it records was done.
    fn made_on(&self) -> Day {
        let told = [Particular::HeldOn, Particular::AssessedOn].into_iter().find_map(|key| self.particulars.get(&key));
        told.and_then(|day| day.parse().ok()).unwrap_or(self.issued_on)
    }

    /// The last day on which it counts; `None` where it has none.
    pub(crate) fn last_day(&self, rules: &PaperRules) -> Option<Day> {
        let every = rules.every_months.as_ref().map(|every| i64::from(every.value));
        let renewed = every.map(|months| self.made_on().saturating_add(jiff::Span::new().months(months)));
        renewed.into_iter().chain(self.valid_until).min()
    }

    /// How it stands.
    pub(crate) fn state(&self, rules: &PaperRules, today: Day) -> PaperState {
        let is_adverse = self.particulars.get(&Particular::GivesRightsAway).is_some_and(|said| said == "yes");
        match self.answer {
            _ if self.withdrawn_at.is_some() => PaperState::Withdrawn,
            _ if self.replaced_by.is_some() => PaperState::Replaced,
            Some(Answer::Refused) => PaperState::Refused,
            _ if !self.is_answered(rules) => PaperState::Awaiting,
            _ if self.last_day(rules).is_some_and(|last| last < today) => PaperState::Expired,
            _ if is_adverse => PaperState::Adverse,
            _ => PaperState::InOrder,
        }
    }

    /// Whether it holds a particular that the rules want.
    pub(super) fn holds(&self, particular: Particular) -> bool {
        match particular {
            Particular::Issuer => self.issuer.is_some(),
            Particular::Number => self.number.is_some(),
            Particular::ValidUntil => self.valid_until.is_some(),
            other => self.particulars.contains_key(&other),
        }
    }
}

/// A paper to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPaper {
    /// What it is.
    pub kind: PaperKind,
    /// For which scenario, where each has its own.
    #[serde(default)]
    pub scenario: Option<ScenarioId>,
    /// What it is called.
    pub title: String,
    /// Who issued it.
    #[serde(default)]
    pub issuer: Option<String>,
    /// Its number.
    #[serde(default)]
    pub number: Option<String>,
    /// The day it bears.
    pub issued_on: Day,
    /// Its last day.
    #[serde(default)]
    pub valid_until: Option<Day>,
    /// Of the file itself.
    pub digest: Digest,
    /// What else it holds.
    #[serde(default)]
    pub particulars: BTreeMap<Particular, String>,
    /// The version before it.
    #[serde(default)]
    pub replaces: Option<PaperId>,
}

impl NewPaper {
    /// Every way in which it cannot be.
    pub(super) fn faults(&self, rules: &PaperRules, today: Day) -> Vec<String> {
        let mut faults = Vec::new();
        text_fault("title", &self.title, NAME_CHARS_MAX, &mut faults);
        for (field, text) in [("issuer", &self.issuer), ("number", &self.number)] {
            if let Some(text) = text {
                text_fault(field, text, NAME_CHARS_MAX, &mut faults);
            }
        }
        if today < self.issued_on {
            faults.push("`issued_on` lies ahead; a paper is entered once it is issued".to_owned());
        }
        if self.valid_until.is_some_and(|until| until < self.issued_on) {
            faults.push("`valid_until` lies before `issued_on`".to_owned());
        }
        if self.valid_until.is_some_and(|until| until < today) {
            faults.push("`valid_until` has passed; enter the paper that counts now".to_owned());
        }
        if rules.is_of_scenario() != self.scenario.is_some() {
            faults.push(match self.scenario {
                None => "`scenario` is missing; each scenario has such a paper of its own".to_owned(),
                Some(_) => "`scenario` is set, but a paper of this kind is about the whole organisation".to_owned(),
            });
        }
        for (particular, told) in &self.particulars {
            let at = format!("`particulars.{}`", particular.word());
            if !self.kind.particulars().contains(particular) {
                faults.push(format!("{at} is nothing that a paper of this kind holds"));
            } else if let Some(fault) = particular.form().fault(told) {
                faults.push(format!("{at} {fault}"));
            }
            let is_past = matches!(particular, Particular::HeldOn | Particular::AssessedOn | Particular::CheckedOn);
            if is_past && told.parse::<Day>().is_ok_and(|day| today < day) {
                faults.push(format!("{at} lies ahead; it is told once it is done"));
            }
        }
        faults
    }
}

/// What is said to a paper.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperAnswer {
    /// Which.
    pub answer: Answer,
    /// Why, or the number of the receipt.
    pub note: String,
}
