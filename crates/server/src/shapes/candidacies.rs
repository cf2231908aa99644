//! Shapes of candidacies.

use utoipa::ToSchema;

use super::nouns::OrganisationId;

/// What somebody is chosen or admitted as.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ChosenAs {
    /// An operator.
    Operator,
    /// A processor.
    Processor,
    /// An entity.
    Entity,
}

/// How a candidacy stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum CandidacyState {
    /// It counts.
    Standing,
    /// Taken back by the applicant.
    Withdrawn,
    /// Chosen once and ruled out afterwards.
    Disqualified,
}

/// What an applicant is asked about.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ItemKind {
    /// It must be so; evidence shows it.
    Condition,
    /// It must not be so; the applicant declares it.
    Ground,
}

/// The shares of the income that an applicant bids: thousandths, 1000 in all.
#[derive(ToSchema)]
pub struct Bid {
    /// Of the owner of the data's rights.
    #[schema(maximum = 1000)]
    pub owner_per_mille: u16,
    /// Of the operator.
    #[schema(maximum = 1000)]
    pub operator_per_mille: u16,
    /// Of the processor.
    #[schema(maximum = 1000)]
    pub processor_per_mille: u16,
}

/// A candidacy to be entered.
#[derive(ToSchema)]
pub struct NewCandidacy {
    /// Whose; the caller's own organisation where nothing is said.
    #[schema(required = false)]
    pub organisation: Option<OrganisationId>,
    /// Of the signed application.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document: String,
    /// What it bids.
    #[schema(required = false)]
    pub bid: Option<Bid>,
    /// The implementing scheme on which it rests, where the selection names one.
    #[schema(required = false, pattern = "^MAT-[0-9a-f]{32}$")]
    pub scheme: Option<String>,
}

/// A document that shows that a condition is met.
#[derive(ToSchema)]
pub struct Evidence {
    /// Which condition.
    pub code: String,
    /// Of the document.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Its day.
    #[schema(format = Date)]
    pub dated: String,
    /// Its last day, where it runs out.
    #[schema(required = false, format = Date)]
    pub valid_until: Option<String>,
}

/// What an applicant declares about a ground.
#[derive(ToSchema)]
pub struct Declaration {
    /// Which ground.
    pub code: String,
    /// There is no such record.
    pub is_clear: bool,
    /// The day of the record, where there is one.
    #[schema(required = false, format = Date)]
    pub on: Option<String>,
    /// Of a document about it.
    #[schema(required = false, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document: Option<String>,
}

/// A reviewer's verdict on a condition.
#[derive(ToSchema)]
pub struct Judgement {
    /// Which condition.
    pub code: String,
    /// It is met.
    pub is_met: bool,
    /// Why, in at least five characters.
    #[schema(min_length = 5)]
    pub reason: String,
    /// The version of the answer that the reviewer saw.
    pub seen_version: i64,
}

/// What a reviewer finds about a ground.
#[derive(ToSchema)]
pub struct RecordFinding {
    /// Which ground.
    pub code: String,
    /// There is no such record.
    pub is_clear: bool,
    /// The day of the record, where there is one.
    #[schema(required = false, format = Date)]
    pub on: Option<String>,
    /// The largest fine that was found, in fen, where the ground is a fine; 0 for none.
    #[schema(required = false, minimum = 0)]
    pub fine_fen: Option<i64>,
    /// Of what was looked at.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document: String,
    /// Why, in at least five characters.
    #[schema(min_length = 5)]
    pub reason: String,
    /// The version of the declaration that the reviewer saw.
    pub seen_version: i64,
}

/// A condition beside the document's.
#[derive(ToSchema)]
pub struct NewCondition {
    /// Names it: lower-case letters, digits, `_`.
    #[schema(pattern = "^[a-z0-9_]{1,40}$")]
    pub code: String,
    /// What is asked.
    #[schema(min_length = 1, max_length = 200)]
    pub what: String,
}

/// An expert to be named.
#[derive(ToSchema)]
pub struct NewExpert {
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// For whom they work.
    #[schema(min_length = 1, max_length = 200)]
    pub employer: String,
    /// Of their signed declaration of ties.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub declaration: String,
    /// With which organisations they declare a tie.
    #[schema(required = false)]
    pub ties: Vec<OrganisationId>,
}

/// How one expert scores one applicant.
#[derive(ToSchema)]
pub struct Score {
    /// Whom.
    pub organisation: OrganisationId,
    /// Which expert.
    pub expert: i64,
    /// Points from 0 to 100 for each item, in the order of the rules.
    pub points: Vec<u8>,
}

/// A candidacy in a list.
#[derive(ToSchema)]
pub struct CandidacyItem {
    /// In which matter.
    pub matter: String,
    /// Whose.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// What it asks to be.
    pub chosen_as: ChosenAs,
    /// How it stands.
    pub state: CandidacyState,
    /// When it applied, in microseconds.
    pub applied_at: i64,
    /// How many items it is asked.
    pub asked: u64,
    /// On how many of them a reviewer has said nothing yet.
    pub unjudged: u64,
    /// Where it came.
    pub rank: Option<u64>,
    /// The weighted mean of all experts in hundredths of a point.
    pub points_hundredths: Option<u64>,
}

/// What the applicant said to an item.
#[derive(ToSchema)]
pub struct AnswerView {
    /// Of the document.
    pub document: Option<String>,
    /// What people call it.
    pub title: Option<String>,
    /// Its day.
    #[schema(format = Date)]
    pub dated: Option<String>,
    /// Its last day, where it runs out.
    #[schema(format = Date)]
    pub valid_until: Option<String>,
    /// Of a ground: there is no such record.
    pub is_clear: Option<bool>,
    /// The day of the record.
    #[schema(format = Date)]
    pub on: Option<String>,
    /// Who said so.
    pub by: String,
    /// When, in microseconds.
    pub at: i64,
}

/// What the reviewer said to it.
#[derive(ToSchema)]
pub struct RecordFindingView {
    /// The condition is met; there is no such record.
    pub is_good: bool,
    /// The day of the record.
    #[schema(format = Date)]
    pub on: Option<String>,
    /// The largest fine that was found, in fen.
    pub fine_fen: Option<i64>,
    /// Of what was looked at.
    pub document: Option<String>,
    /// Why.
    pub reason: String,
    /// Who; not told to the applicant.
    pub by: Option<String>,
    /// When, in microseconds.
    pub at: i64,
}

/// One thing that an applicant is asked, with what was said to it.
#[derive(ToSchema)]
pub struct ItemView {
    /// Names it.
    pub code: String,
    /// A condition or a ground.
    pub kind: ItemKind,
    /// In the document's words.
    pub what: String,
    /// Where it stands.
    pub clause: String,
    /// How many years back a record counts.
    pub look_back_years: Option<u8>,
    /// The version to name in a verdict.
    pub version: i64,
    /// What the applicant said.
    pub answer: Option<AnswerView>,
    /// What the reviewer said.
    pub finding: Option<RecordFindingView>,
}

/// A reason why not.
#[derive(ToSchema)]
pub struct Against {
    /// Its code.
    pub code: String,
    /// A sentence.
    pub what: String,
    /// Where the rule stands.
    pub clause: String,
    /// What can be done instead.
    pub instead: String,
}

/// A candidacy, all that was said, and what speaks against it.
#[derive(ToSchema)]
pub struct CandidacyView {
    /// In which matter.
    pub matter: String,
    /// Whose.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// What it asks to be.
    pub chosen_as: ChosenAs,
    /// How it stands.
    pub state: CandidacyState,
    /// When it applied, in microseconds.
    pub applied_at: i64,
    /// How many items it is asked.
    pub asked: u64,
    /// On how many of them a reviewer has said nothing yet.
    pub unjudged: u64,
    /// Where it came.
    pub rank: Option<u64>,
    /// The weighted mean of all experts in hundredths of a point.
    pub points_hundredths: Option<u64>,
    /// Of the signed application.
    pub document: Option<String>,
    /// What it bids.
    pub bid: Option<Bid>,
    /// The implementing scheme on which it rests.
    pub scheme: Option<String>,
    /// Which organisation's people entered it.
    pub entered_for: String,
    /// When it ended, in microseconds.
    pub ended_at: Option<i64>,
    /// What is asked, and what was said to it.
    pub items: Vec<ItemView>,
    /// Everything against it today.
    pub against: Vec<Against>,
    /// What was found of it after the choice.
    pub later: Vec<super::choosing::LaterRecord>,
}

/// One thing that applicants of a matter are asked.
#[derive(ToSchema)]
pub struct ConditionView {
    /// Names it.
    pub code: String,
    /// A condition or a ground.
    pub kind: ItemKind,
    /// In the document's words.
    pub what: String,
    /// Where it stands.
    pub clause: String,
    /// How many years back a record counts.
    pub look_back_years: Option<u8>,
}

/// An expert of a selection.
#[derive(ToSchema)]
pub struct Expert {
    /// Names them in scores.
    pub number: i64,
    /// Their name.
    pub name: String,
    /// For whom they work.
    pub employer: String,
    /// Of their signed declaration of ties.
    pub declaration: String,
}

/// Where an applicant came.
#[derive(ToSchema)]
pub struct Ranked {
    /// Who.
    pub organisation: String,
    /// From 1; equal points share a rank.
    pub rank: u64,
    /// The weighted mean of all experts in hundredths of a point, rounded down.
    pub points_hundredths: u64,
}
