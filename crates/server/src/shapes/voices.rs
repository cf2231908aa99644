//! Shapes of what the public says and is shown.

use utoipa::ToSchema;

use super::path::DayView;

/// What somebody without an account wants.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum VoiceKind {
    /// A report on a body.
    Complaint,
    /// An answer to a call.
    CallAnswer,
    /// An idea for a scheme.
    SchemeIdea,
    /// A comment on the draft.
    Comment,
}

/// What somebody without an account says.
#[derive(ToSchema)]
pub struct NewVoice {
    /// What they want.
    pub kind: VoiceKind,
    /// Whom a report is about, or which call is answered.
    #[schema(required = false)]
    pub about: Option<String>,
    /// In one line.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// In full.
    #[schema(min_length = 5, max_length = 2000)]
    pub text: String,
}

/// One step of what became of a voice.
#[derive(ToSchema)]
pub struct VoiceStep {
    /// What was done.
    pub title: String,
    /// When, in microseconds of UTC.
    pub at: i64,
    /// What was said.
    pub texts: Vec<String>,
}

/// What became of a voice.
#[derive(ToSchema)]
pub struct VoiceView {
    /// Its number.
    pub number: String,
    /// What was wanted.
    pub kind: VoiceKind,
    /// In one line.
    pub title: String,
    /// Where it stands, in words.
    pub state_title: String,
    /// Whether it has ended.
    pub is_ended: bool,
    /// When it came, in microseconds of UTC.
    pub filed_at: i64,
    /// By when the next step is due.
    pub due: Option<DayView>,
    /// What was done.
    pub steps: Vec<VoiceStep>,
}

/// A call, for everybody.
#[derive(ToSchema)]
pub struct CallShown {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Who calls.
    pub caller: Option<String>,
    /// The scenario.
    pub scenario: String,
    /// What is asked for.
    pub asked_for: String,
    /// Whether it can be answered now.
    pub is_open: bool,
    /// Since when it stands so, in microseconds of UTC.
    pub since: i64,
    /// Until when it can be answered.
    pub until: Option<DayView>,
}

/// The published calls.
#[derive(ToSchema)]
pub struct Calls {
    /// Newest first.
    pub items: Vec<CallShown>,
}

/// A product of an entity, for everybody.
#[derive(ToSchema)]
pub struct EntityProductShown {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Whose.
    pub entity: Option<String>,
    /// The exchange where it is registered; empty where none is told.
    pub exchange: String,
    /// Its number there.
    pub registration_number: String,
    /// Whether it is offered.
    pub is_offered: bool,
    /// Since when it stands so, in microseconds of UTC.
    pub since: i64,
}

/// What entities have registered and offer.
#[derive(ToSchema)]
pub struct EntityProducts {
    /// Newest first.
    pub items: Vec<EntityProductShown>,
}

/// A body that was asked for its opinion.
#[derive(ToSchema)]
pub struct Invited {
    /// Which.
    pub organisation: String,
    /// Since when, in microseconds of UTC.
    pub invited_at: i64,
    /// `for`, `against` or `none`; null before it has answered.
    pub stance: Option<String>,
    /// In words.
    pub opinion: Option<String>,
    /// The paper that says so.
    pub evidence: Option<String>,
    /// When it answered, in microseconds of UTC.
    pub given_at: Option<i64>,
}

/// Every body that was asked.
#[derive(ToSchema)]
pub struct Opinions {
    /// In the order of their ids.
    pub items: Vec<Invited>,
}

/// An opinion.
#[derive(ToSchema)]
pub struct NewStance {
    /// For, against, or neither.
    #[schema(pattern = "^(for|against|none)$")]
    pub stance: String,
    /// In words.
    #[schema(min_length = 5, max_length = 2000)]
    pub opinion: String,
    /// The paper that says so, by its digest.
    #[schema(required = false, pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub evidence: Option<String>,
}

/// A remedy at law.
#[derive(ToSchema)]
pub struct Remedy {
    /// `reconsideration` or `suit`.
    pub kind: String,
    /// What people call it.
    pub title: String,
    /// Where.
    pub body: String,
    /// In how many days after one was told.
    pub days: Option<u16>,
    /// In how many months after one was told.
    pub months: Option<u8>,
    /// The clause of the law.
    pub clause: String,
}

/// A paper that is kept whole.
#[derive(ToSchema)]
pub struct KeptFile {
    /// Its id.
    pub id: String,
    /// Of its bytes.
    pub digest: String,
    /// How many bytes.
    pub bytes: i64,
    /// What it is, to a program.
    pub media_type: String,
    /// What it is for.
    #[schema(pattern = "^(paper|rules_text|plan|rule)$")]
    pub kind: String,
    /// What people call it.
    pub title: String,
    /// Its number; empty where it has none.
    pub number: String,
    /// The day that stands on it; empty where there is none.
    pub dated: String,
    /// Who keeps it.
    pub organisation: String,
    /// Who gave it.
    pub person: String,
    /// When, in microseconds of UTC.
    pub kept_at: i64,
    /// Since when everybody may read it.
    pub published_at: Option<i64>,
}
