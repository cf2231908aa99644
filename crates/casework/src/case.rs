//! A case as it is kept, and an opinion as it is given.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shuyu_model::calendar::WorkingDay;
use shuyu_model::id::{CaseId, OrganisationId, PersonId, ScenarioId};
use shuyu_model::regime::{Procedure, ProcedureKind, Step};
use shuyu_model::{Calendar, Day, Digest, Role, Time};

use crate::CaseworkError;
use crate::registration::Defect;
use crate::said::Said;
use crate::states::{CaseState, Move};

/// What a signer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Let it be so.
    Approve,
    /// Send it back.
    Return,
    /// Never.
    Refuse,
}

impl Outcome {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Return => "return",
            Self::Refuse => "refuse",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Approve, Self::Return, Self::Refuse].into_iter().find(|outcome| outcome.word() == word)
    }
}

/// What somebody signs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opinion {
    /// What they say.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// The document that the step needs, by its digest.
    #[serde(default)]
    pub evidence: Option<Digest>,
    /// The number of that document, or of the receipt that is signed.
    #[serde(default)]
    pub number: Option<String>,
    /// Of what they looked at.
    pub subject_digest: Digest,
    /// Papers of an application that are at fault, all at once (a return at acceptance).
    #[serde(default)]
    pub defects: Vec<Defect>,
    /// What else they say: conditions, findings, fields that are not granted.
    #[serde(default)]
    pub said: Said,
}

/// The longest number of a document or receipt, in characters.
pub(crate) const NUMBER_CHARS_MAX: usize = 100;
/// The shortest reason, in characters: "ok" is none.
pub const REASON_CHARS_MIN: usize = 5;
/// The longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 2000;

impl Opinion {
    /// One that says an outcome and nothing else, for who asks what would speak against it.
    pub(crate) fn unsaid(outcome: Outcome, subject_digest: Digest) -> Self {
        let (evidence, number) = (None, None);
        let (reason, defects, said) = (String::new(), Vec::new(), Said::default());
        Self { outcome, reason, evidence, number, subject_digest, defects, said }
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        let chars = self.reason.trim().chars().count();
        let is_short = !(REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&chars);
        let short = is_short
            .then(|| format!("`reason` has {chars} characters; say why in {REASON_CHARS_MIN} to {REASON_CHARS_MAX}"));
        let number = self.number.as_ref().filter(|number| number.chars().count() > NUMBER_CHARS_MAX);
        let long = number.map(|_| format!("`number` is longer than {NUMBER_CHARS_MAX} characters"));
        short.into_iter().chain(long).collect()
    }
}

/// An opinion as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub(crate) turn: i64,
    pub(crate) step: String,
    pub(crate) person: PersonId,
    pub(crate) organisation: OrganisationId,
    pub(crate) opinion: Opinion,
    pub(crate) digest: Digest,
    pub(crate) at: Time,
}

/// A case as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) id: CaseId,
    pub(crate) kind: ProcedureKind,
    pub(crate) procedure: Procedure,
    pub(crate) regime: String,
    pub(crate) subject: String,
    pub(crate) subject_digest: Digest,
    pub(crate) title: String,
    /// The project that it belongs to, where it is about one or about a result of one.
    pub(crate) scenario: Option<ScenarioId>,
    pub(crate) state: CaseState,
    /// Counts from 1; each return ends one.
    pub(crate) turn: i64,
    /// The index of the open step.
    pub(crate) step: usize,
    pub(crate) step_opened_at: Time,
    /// Counts changes: the ETag.
    pub(crate) version: i64,
    pub(crate) opener: OrganisationId,
    pub(crate) opener_person: PersonId,
    pub(crate) opener_role: Role,
    pub(crate) parties: BTreeMap<Role, OrganisationId>,
    pub(crate) authors: Vec<PersonId>,
    /// The entities for which it was opened.
    pub(crate) applicants: Vec<OrganisationId>,
    pub(crate) opened_at: Time,
    pub(crate) ended_at: Option<Time>,
}

/// The steps as this case walks them: where each of several organisations signs, one
/// step for each, in their order.
pub(crate) fn for_each(mut procedure: Procedure, each: &BTreeMap<Role, Vec<(OrganisationId, String)>>) -> Procedure {
    let own = |step: Step| match each.get(&step.by).map(Vec::as_slice) {
        None | Some([]) => vec![step],
        Some(organisations) => {
            let numbered = organisations.iter().enumerate().map(|(index, (organisation, name))| Step {
                // The first keeps the name that the file gives it.
                step: if index == 0 { step.step.clone() } else { format!("{}_{}", step.step, index.saturating_add(1)) },
                title: if organisations.len() == 1 {
                    step.title.clone()
                } else {
                    format!("{}（{name}）", step.title)
                },
                party: Some(organisation.clone()),
                ..step.clone()
            });
            numbered.collect()
        }
    };
    procedure.steps = procedure.steps.into_iter().flat_map(own).collect();
    procedure
}

impl Case {
    /// Moves it on; the table of states has the last word.
    pub(crate) fn moves(&mut self, by: Move, at: Time) -> Result<(), CaseworkError> {
        let illegal = || CaseworkError::Conflict { what: format!("the case is {}; read it again", self.state.word()) };
        let to = self.state.after(by).ok_or_else(illegal)?;
        self.state = to;
        self.version = self.version.saturating_add(1);
        match by {
            Move::Advance => {
                self.step = self.step.saturating_add(1);
                self.step_opened_at = at;
            }
            Move::Resubmit | Move::Reopen => {
                self.turn = self.turn.saturating_add(1);
                self.step = 0;
                self.step_opened_at = at;
                self.ended_at = None;
            }
            Move::Approve | Move::Refuse | Move::Withdraw => self.ended_at = Some(at),
            Move::Sign | Move::Return => {}
        }
        Ok(())
    }

    /// The step that waits for signatures.
    pub(crate) fn open_step(&self) -> Option<&Step> {
        self.procedure.steps.get(self.step).filter(|_| self.state == CaseState::Open)
    }

    /// The organisation that acts in a role here, where it is a certain one.
    pub(crate) fn party_of(&self, role: Role) -> Option<&OrganisationId> {
        self.parties.get(&role)
    }

    /// The organisation that signs a step, where it is a certain one.
    pub(crate) fn party<'a>(&'a self, step: &'a Step) -> Option<&'a OrganisationId> {
        step.party.as_ref().or_else(|| self.parties.get(&step.by))
    }

    /// Who has the next move: role, and organisation where it is a certain one.
    pub(crate) fn waits_for(&self) -> Option<(Role, Option<&OrganisationId>)> {
        match self.state {
            CaseState::Open => self.open_step().map(|step| (step.by, self.party(step))),
            CaseState::Returned => Some((self.opener_role, Some(&self.opener))),
            CaseState::Approved | CaseState::Refused | CaseState::Withdrawn => None,
        }
    }

    /// The first day on which the open step can be approved: the day after the
    /// last of the days that must have passed (公示期满).
    pub(crate) fn earliest(&self, calendar: &Calendar) -> Option<WorkingDay> {
        let days = self.open_step()?.working_days_min?;
        let last = calendar.after(self.step_opened_at.day(), days);
        Some(WorkingDay { day: last.day.saturating_add(jiff::Span::new().days(1)), ..last })
    }

    /// The last day on which the open step is in time.
    pub(crate) fn due(&self, calendar: &Calendar) -> Option<WorkingDay> {
        let days = self.open_step()?.working_days_max?;
        Some(calendar.after(self.step_opened_at.day(), days))
    }
}

/// A day that was counted to, for events.
pub(crate) fn day_text(day: Option<WorkingDay>) -> Option<String> {
    day.map(|working| Day::to_string(&working.day))
}
