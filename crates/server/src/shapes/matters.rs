//! Shapes of matters and obligations.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::nouns::OrganisationId;
use super::path::DayView;

/// Of which kind a matter is.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum MatterKind {
    /// A scheme of authorised operation.
    Scheme,
    /// An operator is chosen.
    OperatorSelection,
    /// An entity is admitted.
    EntityOnboarding,
    /// A security incident.
    Incident,
    /// A rectification.
    Rectification,
    /// An operator leaves.
    Exit,
    /// A complaint, objection or appeal.
    Complaint,
    /// An assessment.
    Assessment,
    /// An entry of the negative list.
    NegativeListEntry,
    /// A product's registration and listing outside the platform.
    Product,
    /// An overseer looks at a party.
    Inspection,
    /// A demand for data, or a task to supply.
    DataDemand,
    /// A doubt about a resource's quality.
    QualityIssue,
    /// What departments bring to the bureau or the working group.
    Coordination,
    /// A note of an overseer, with an answer.
    Guidance,
    /// A published call for scenarios or schemes.
    Call,
    /// A case handed to police, discipline or another body.
    Referral,
    /// A risk that holds up what it is about.
    RiskReport,
    /// What a department or district signed with a third party.
    PriorAgreement,
    /// One party looks at another at an interval, or when it is told to.
    Supervision,
    /// What the public or a party says to a body that must answer.
    Voice,
    /// A review or suit at law over an act.
    Remedy,
    /// What an entity made and offers.
    EntityProduct,
    /// What the monitor noticed.
    Alert,
}

/// A matter to be opened.
#[derive(ToSchema)]
pub struct NewMatter {
    /// Of which kind.
    pub kind: MatterKind,
    /// What it is about: an id.
    pub subject: String,
    /// The second party, where the kind has one.
    #[schema(required = false)]
    pub counterparty: Option<OrganisationId>,
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// What is known of it.
    #[schema(required = false)]
    pub facts: BTreeMap<String, String>,
    /// The records that it rests on: ids of matters, cases and things.
    #[schema(required = false, max_items = 32)]
    pub cites: Vec<String>,
}

/// A move to be made.
#[derive(ToSchema)]
pub struct MatterMove {
    /// Which, by its word.
    pub name: String,
    /// Why, in at least five characters.
    #[schema(min_length = 5)]
    pub reason: String,
    /// The document that the move needs, by its digest.
    #[schema(required = false, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: Option<String>,
    /// What is told by it.
    #[schema(required = false)]
    pub facts: BTreeMap<String, String>,
    /// The day by which the next move is due, where it shall be earlier than the
    /// rules allow.
    #[schema(required = false, format = Date)]
    pub due_day: Option<String>,
    /// The records that it rests on: ids of matters, cases and things.
    #[schema(required = false, max_items = 32)]
    pub cites: Vec<String>,
    /// Whom the matter goes to, where the move gives it to somebody.
    #[schema(required = false)]
    pub assignee: Option<OrganisationId>,
    /// The version of the matter that the caller saw.
    #[schema(minimum = 1)]
    pub seen_version: i64,
}

/// A matter in a list.
#[derive(ToSchema)]
pub struct MatterItem {
    /// Its id.
    pub id: String,
    /// Of which kind.
    pub kind: MatterKind,
    /// What people call it.
    pub title: String,
    /// What it is about.
    pub subject: String,
    /// The organisation that it concerns.
    pub subject_organisation: Option<String>,
    /// The second party.
    pub counterparty: Option<String>,
    /// Where it stands.
    pub state: String,
    /// What people call that.
    pub state_title: String,
    /// The version to name in a move.
    pub version: i64,
    /// When the next move is due.
    pub due: Option<DayView>,
    /// When it was opened, in microseconds.
    pub opened_at: i64,
    /// When it ended, in microseconds.
    pub ended_at: Option<i64>,
}

/// A move that can be made now.
#[derive(ToSchema)]
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
#[derive(ToSchema)]
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
    /// Who; null where the platform made it.
    pub person: Option<String>,
    /// For whom.
    pub organisation: Option<String>,
    /// Why.
    pub reason: String,
    /// The document they gave.
    pub evidence: Option<String>,
    /// What was told by it.
    pub facts: BTreeMap<String, String>,
    /// The records that it rests on.
    pub cites: Vec<String>,
    /// Whom it gave the matter to.
    pub assignee: Option<String>,
    /// When it was due.
    #[schema(format = Date)]
    pub due_day: Option<String>,
    /// When, in microseconds.
    pub at: i64,
    /// Minutes since what it is about was found, where that is told.
    pub minutes_since_found: Option<i64>,
}

/// Somebody who was told of a move.
#[derive(ToSchema)]
pub struct MatterNotice {
    /// Of which matter.
    pub matter: String,
    /// Of which of its moves.
    pub version: i64,
    /// Who.
    pub organisation: String,
    /// When they were told, in microseconds.
    pub sent_at: i64,
    /// The last day on which their answer is in time.
    #[schema(format = Date)]
    pub due_day: String,
    /// Whether a year on the way to that day had no holiday notice yet.
    pub is_estimated: bool,
    /// The clause that asks for it.
    pub clause: String,
    /// When they said that they know, in microseconds.
    pub received_at: Option<i64>,
    /// Who said so.
    pub received_by: Option<String>,
}

/// A copy that is due or filed after a move.
#[derive(ToSchema)]
pub struct MatterFiling {
    /// Of which matter.
    pub matter: String,
    /// After which of its moves.
    pub version: i64,
    /// With whom.
    pub to: super::exchange::Body,
    /// The last day on which it is in time.
    #[schema(format = Date)]
    pub due_day: String,
    /// Whether a year on the way to that day had no holiday notice yet.
    pub is_estimated: bool,
    /// The clause that asks for it.
    pub clause: String,
    /// When it was filed, in microseconds.
    pub filed_at: Option<i64>,
    /// Of what was filed, or of its receipt.
    pub evidence: Option<String>,
    /// Who files it, where that is not who made the move.
    pub filer: Option<String>,
}

/// A matter, its moves, and what can be done now.
#[derive(ToSchema)]
pub struct MatterView {
    /// Its id.
    pub id: String,
    /// Of which kind.
    pub kind: MatterKind,
    /// What people call it.
    pub title: String,
    /// What it is about.
    pub subject: String,
    /// The organisation that it concerns.
    pub subject_organisation: Option<String>,
    /// The second party.
    pub counterparty: Option<String>,
    /// Where it stands.
    pub state: String,
    /// What people call that.
    pub state_title: String,
    /// The version to name in a move.
    pub version: i64,
    /// When the next move is due.
    pub due: Option<DayView>,
    /// When it was opened, in microseconds.
    pub opened_at: i64,
    /// When it ended, in microseconds.
    pub ended_at: Option<i64>,
    /// Under which version of which rules it was opened.
    pub regime: String,
    /// The clause that prescribes it.
    pub clause: String,
    /// Who opened it.
    pub opener: String,
    /// What is known.
    pub facts: BTreeMap<String, String>,
    /// Of a scheme whose change is pending: what was approved and rules until then.
    pub approved: Option<BTreeMap<String, String>>,
    /// Of an exit from an agreement: what the agreement says, by heading.
    pub sections: BTreeMap<String, String>,
    /// The answers that a fact may have, where the document lists them.
    pub choices: BTreeMap<String, Vec<String>>,
    /// What people call each content that stands here or is asked for.
    pub content_titles: BTreeMap<String, String>,
    /// What people call each answer of `choices`, and each fact that is a word of the rules.
    pub answer_titles: BTreeMap<String, String>,
    /// The matters that cite this one, as far as the viewer sees them.
    pub cited_by: Vec<String>,
    /// The remedies at law against what was done in it.
    pub remedies: Vec<super::voices::Remedy>,
    /// The appeals, reviews, suits and other matters about it, as far as the viewer sees them.
    pub matters_on_it: Vec<String>,
    /// What can be done now.
    pub moves: Vec<MoveView>,
    /// What was done.
    pub history: Vec<MovedView>,
    /// Copies due and filed.
    pub filings: Vec<MatterFiling>,
    /// Who was told of which move, and when they said that they know.
    pub notices: Vec<MatterNotice>,
}

/// Something that somebody must do by a day.
#[derive(ToSchema)]
pub struct Obligation {
    /// Names it in pages.
    pub key: String,
    /// Its word: `move`, `step`, `filing`, `assessment`, `agreement_end`, `rules_end`, `milestone`,
    /// `renewal`, `explanation`, `paper`, `selection`, `order`, `supervision`, `later_record`, `rules_warning`,
    /// `notice`, `risk`, `report`, `disclosure`.
    pub kind: String,
    /// About what: an id, the stamp of the rules, or the name of a goal.
    pub about: String,
    /// Which move, step or recipient.
    pub what: String,
    /// Who may do it: words of roles, or `opener`, `counterparty`, `concerned`, `maker` (of the move that is filed),
    /// `filer` (who files what another moved), `notified` (who was told of a move).
    pub by: Vec<String>,
    /// Which organisation, where it is a certain one.
    pub organisation: Option<String>,
    /// The last day on which it is in time.
    #[schema(format = Date)]
    pub due_day: String,
    /// Whether a year on the way to that day had no holiday notice yet.
    pub is_estimated: bool,
    /// The clause that the day rests on.
    pub clause: String,
    /// `open`, `met`, `late` or `overdue`.
    pub state: String,
}
