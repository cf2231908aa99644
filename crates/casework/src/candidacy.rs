//! Candidacies (申请): who asks to be chosen in a selection, or admitted by an
//! operator; what each is asked, answers, and was found; how experts scored it.
//!
//! A document's conditions and grounds go in (`regime::SelectionRules`,
//! `regime::EntityRules`); what comes out is that nobody is evaluated, chosen,
//! signed with or admitted who fails one of them, with every reason at once.
//!
//! INVARIANT (each by itself): every condition has its own evidence and verdict, every
//! ground its own declaration and finding; none stands for another.
//! INVARIANT (seen is judged): a verdict is on the answer that the reviewer saw, and
//! falls with it.
//! INVARIANT (apart): who is of the applicant, or entered what it answered, judges none
//! of it; an expert has no tie to an applicant nor to who runs the selection.
//! INVARIANT (untold counts): what the platform itself remembers counts against an
//! applicant, whatever it declares and whatever a reviewer finds.
//! INVARIANT (sealed): an applicant sees no other's name or score before the notice.
//!
//! Not here: the moves of a selection or an admission (`matters.rs`), the rules.

use serde::{Deserialize, Serialize};
use shuyu_model::candidacy::{ChosenAs, Record};
use shuyu_model::id::{MatterId, OrganisationId, PersonId};
use shuyu_model::{Day, Digest, Time};

mod acts;
mod competition;
mod eligible;
pub(crate) mod gates;
mod later;
mod panel;
mod public;
mod ranking;
pub(crate) mod sheet;
pub(crate) mod store;
mod view;

pub use later::{LaterRecord, NewLaterRecord};
pub use panel::{EXPERTS_MAX, Expert, NewExpert, POINTS_MAX, Score};
pub use public::SelectionNotice;
pub use ranking::Ranked;
pub use sheet::OWN_CONDITIONS_MAX;
pub use view::{AnswerView, CandidacyItem, CandidacyView, ConditionView, FindingView, ItemView};

/// The most applicants of one selection.
pub const CANDIDACIES_MAX: usize = 50;
/// The longest title of a document, in characters.
pub const EVIDENCE_TITLE_CHARS_MAX: usize = 200;

/// The shares of the income that an applicant bids (营收分配比例), in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bid {
    /// Of the owner of the data's rights.
    pub owner_per_mille: u16,
    /// Of the operator.
    pub operator_per_mille: u16,
    /// Of the processor.
    pub processor_per_mille: u16,
}

/// A candidacy to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCandidacy {
    /// Whose; the caller's own organisation where nothing is said.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Of the signed application.
    pub document: Digest,
    /// What it bids.
    #[serde(default)]
    pub bid: Option<Bid>,
    /// The implementing scheme on which it rests, where the selection names one.
    #[serde(default)]
    pub scheme: Option<MatterId>,
}

/// A document that shows that a condition is met.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Which condition.
    pub code: String,
    /// Of the document.
    pub document: Digest,
    /// What people call it.
    pub title: String,
    /// Its day.
    pub dated: Day,
    /// Its last day, where it runs out.
    #[serde(default)]
    pub valid_until: Option<Day>,
}

/// What an applicant declares about a ground.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// Which ground.
    pub code: String,
    /// There is no such record.
    pub is_clear: bool,
    /// The day of the record, where there is one.
    #[serde(default)]
    pub on: Option<Day>,
    /// Of a document about it.
    #[serde(default)]
    pub document: Option<Digest>,
}

/// A reviewer's verdict on a condition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// Which condition.
    pub code: String,
    /// It is met.
    pub is_met: bool,
    /// Why.
    pub reason: String,
    /// The version of the answer that the reviewer saw.
    pub seen_version: i64,
}

/// What a reviewer finds about a ground.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Which ground.
    pub code: String,
    /// There is no such record.
    pub is_clear: bool,
    /// The day of the record, where there is one.
    #[serde(default)]
    pub on: Option<Day>,
    /// The largest fine that was found, in fen, where the ground is a fine of a larger
    /// amount; 0 where there is none.
    #[serde(default)]
    pub fine_fen: Option<i64>,
    /// Of what was looked at: an extract of a register.
    pub document: Digest,
    /// Why.
    pub reason: String,
    /// The version of the declaration that the reviewer saw.
    pub seen_version: i64,
}

/// A condition beside the document's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCondition {
    /// Names it.
    pub code: String,
    /// What is asked.
    pub what: String,
}

/// How a candidacy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CandidacyState {
    /// It counts.
    Standing,
    /// Taken back by the applicant.
    Withdrawn,
    /// Chosen once and ruled out afterwards (取消入选资格).
    Disqualified,
}

impl CandidacyState {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Standing => "standing",
            Self::Withdrawn => "withdrawn",
            Self::Disqualified => "disqualified",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Standing, Self::Withdrawn, Self::Disqualified].into_iter().find(|state| state.word() == word)
    }
}

/// What an applicant is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// It must be so; evidence shows it.
    Condition,
    /// It must not be so; the applicant declares it.
    Ground,
}

impl ItemKind {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::Ground => "ground",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Condition, Self::Ground].into_iter().find(|kind| kind.word() == word)
    }
}

/// What the applicant said to an item: evidence, or a declaration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) document: Option<Digest>,
    pub(crate) title: Option<String>,
    pub(crate) dated: Option<Day>,
    pub(crate) valid_until: Option<Day>,
    /// Of a ground: there is no such record.
    pub(crate) is_clear: Option<bool>,
    pub(crate) on: Option<Day>,
    pub(crate) by: PersonId,
    pub(crate) at: Time,
}

/// What the reviewer said to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    /// The condition is met; there is no such record.
    pub(crate) is_good: bool,
    pub(crate) on: Option<Day>,
    #[serde(default)]
    pub(crate) fine_fen: Option<i64>,
    pub(crate) document: Option<Digest>,
    pub(crate) reason: String,
    pub(crate) by: PersonId,
    pub(crate) at: Time,
}

/// One thing that an applicant is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) code: String,
    pub(crate) kind: ItemKind,
    pub(crate) what: String,
    /// As a reason cites it: `luohu-2025 三(五)2`.
    pub(crate) clause: String,
    pub(crate) look_back_years: Option<u8>,
    pub(crate) counts: Vec<Record>,
    /// Counts answers.
    pub(crate) version: i64,
    pub(crate) answer: Option<Answer>,
    pub(crate) finding: Option<Found>,
}

/// A candidacy as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidacy {
    pub(crate) matter: MatterId,
    pub(crate) organisation: OrganisationId,
    pub(crate) chosen_as: ChosenAs,
    pub(crate) document: Option<Digest>,
    pub(crate) bid: Option<Bid>,
    pub(crate) scheme: Option<MatterId>,
    pub(crate) state: CandidacyState,
    pub(crate) entered_by: PersonId,
    pub(crate) entered_for: OrganisationId,
    pub(crate) applied_at: Time,
    pub(crate) ended_at: Option<Time>,
    pub(crate) items: Vec<Item>,
}

impl Candidacy {
    pub(crate) fn is_standing(&self) -> bool {
        self.state == CandidacyState::Standing
    }

    pub(crate) fn item(&self, code: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.code == code)
    }
}
