//! Shapes of other platforms, and of what goes to and comes from them.

use utoipa::ToSchema;

/// Who this platform is to others.
#[derive(ToSchema)]
#[schema(as = ExchangeIdentity)]
pub struct Identity {
    /// The key that its calls are signed with: Ed25519, in base64.
    pub public_key: String,
    /// The key of its log, which signs its receipts: `name+id+base64`.
    pub verifier: String,
}

/// Where a platform stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Side {
    /// It takes our records.
    Above,
    /// We take its records.
    Below,
}

/// A body.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Body {
    /// The government of the same level.
    Government,
    /// The leader in charge.
    DeputyLeader,
    /// The leading group.
    LeadingGroup,
    /// The managing body.
    Regulator,
    /// The implementing body.
    Agency,
    /// A department that holds data.
    Source,
    /// The operator.
    Operator,
    /// Who processes for the operator.
    Processor,
    /// A re-developer.
    Entity,
    /// Security authorities.
    Supervisor,
    /// Finance, prices, market.
    Finance,
    /// The province's data authority.
    Province,
    /// The city's data authority.
    CityAuthority,
    /// A data exchange.
    Exchange,
    /// Districts.
    Districts,
    /// The public.
    Public,
    /// Whom the data is about.
    Subject,
    /// Anybody concerned.
    Anyone,
}

/// Another platform to be entered.
#[derive(ToSchema)]
pub struct NewPeer {
    /// Where it stands.
    pub side: Side,
    /// What people call it.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    /// Where it is asked: `http://HOST:PORT`; above only.
    #[schema(required = false, pattern = "^http://[A-Za-z0-9.:\\[\\]-]+$")]
    pub url: Option<String>,
    /// The bodies whose copies are filed by sending them there; above only.
    #[schema(required = false)]
    pub stands_for: Vec<Body>,
    /// The key that its calls are signed with, as it shows it.
    pub public_key: String,
    /// The key of its log, as it shows it.
    pub verifier: String,
}

/// Another platform.
#[derive(ToSchema)]
pub struct Peer {
    /// Its id here.
    pub id: String,
    /// Where it stands.
    pub side: Side,
    /// What people call it.
    pub name: String,
    /// Where it is asked.
    pub url: Option<String>,
    /// The bodies whose copies are filed by sending them there.
    pub stands_for: Vec<Body>,
    /// The key that its calls are signed with.
    pub public_key: String,
    /// The key of its log.
    pub verifier: String,
    /// When it was entered, in microseconds.
    pub made_at: i64,
    /// Since when it is known no more, in microseconds.
    pub withdrawn_at: Option<i64>,
    /// Failed attempts since the last good one.
    pub failures: i64,
    /// Not asked before, in microseconds.
    pub next_at: i64,
}

/// An attempt to send.
#[derive(ToSchema)]
pub struct Attempt {
    /// When, in microseconds.
    pub at: i64,
    /// `taken`, `refused`, `turned_away` or `unreachable`.
    pub outcome: String,
    /// A status, or a cause in a word.
    pub detail: String,
}

/// How it stands with another platform.
#[derive(ToSchema)]
pub struct PeerStatus {
    /// Which.
    pub peer: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub side: Side,
    /// Records that wait: to be sent, or to be decided on.
    pub waiting: i64,
    /// Since when the oldest of them waits, in microseconds.
    pub oldest_at: Option<i64>,
    /// When the last receipt was given, in microseconds.
    pub last_receipt_at: Option<i64>,
    /// Failed attempts since the last good one.
    pub failures: i64,
    /// The last failed attempt.
    pub last_failure: Option<Attempt>,
    /// When it is asked again, in microseconds.
    pub next_at: i64,
    /// Records that were refused.
    pub refused: i64,
    /// Records that waited too long.
    pub expired: i64,
}

/// A record that goes up.
#[derive(ToSchema)]
pub struct DispatchView {
    /// Which.
    pub id: String,
    /// The name of the platform that gets it.
    pub peer: String,
    /// Counts what that platform gets.
    pub sequence: i64,
    /// `catalog_entry`, `registration`, `scheme`, `selection`, `agreement` or `scenario`.
    pub kind: String,
    /// About what: an id.
    pub subject: String,
    /// Counts what it gets about this subject.
    pub version: i64,
    /// What it gets: the fields of the kind.
    #[schema(value_type = Object)]
    pub payload: String,
    /// Of that.
    pub digest: String,
    /// When the fact came about, in microseconds.
    pub queued_at: i64,
    /// `waiting`, `acknowledged`, `accepted`, `refused` or `expired`.
    pub state: String,
    /// The receipt of the platform above: a signed note.
    pub receipt: Option<String>,
    /// When that was given, by the clock there, in microseconds.
    pub receipt_at: Option<i64>,
    /// The decision of its bureau: a signed note.
    pub outcome: Option<String>,
    /// Why it was refused.
    #[schema(value_type = Vec<crate::error::ReasonDocument>)]
    pub reasons: Vec<String>,
    /// The case or matter whose copy is filed by it.
    pub filing_of: Option<String>,
    /// How often it was tried.
    pub attempts_count: i64,
    /// The newest of them.
    pub last_attempt: Option<Attempt>,
}

/// A record from below.
#[derive(ToSchema)]
pub struct SubmissionView {
    /// Which.
    pub id: String,
    /// The name of the platform that sent it.
    pub peer: String,
    /// Counts what that platform sent.
    pub sequence: i64,
    /// Of which kind.
    pub kind: String,
    /// About what: an id there.
    pub subject: String,
    /// Counts what it sent about this subject.
    pub version: i64,
    /// What it sent.
    #[schema(value_type = Object)]
    pub payload: String,
    /// Of that.
    pub digest: String,
    /// Under which version of which rules it came about there.
    pub regime: String,
    /// When it came, in microseconds.
    pub received_at: i64,
    /// `pending`, `accepted` or `refused`.
    pub state: String,
    /// Why it was refused.
    #[schema(value_type = Vec<crate::error::ReasonDocument>)]
    pub reasons: Vec<String>,
    /// The receipt that was given.
    pub receipt: String,
    /// The decision, signed.
    pub outcome: Option<String>,
    /// When it was decided on, in microseconds.
    pub decided_at: Option<i64>,
    /// By whom.
    pub decided_by: Option<String>,
}

/// An entry of a catalogue below, which is held and used there.
#[derive(ToSchema)]
pub struct HeldBelow {
    /// The record that told it.
    pub submission: String,
    /// The name of the platform where it is held.
    pub held_by: String,
    /// The entry, as it was sent.
    #[schema(value_type = Object)]
    pub entry: String,
    /// When it came, in microseconds.
    pub received_at: i64,
}

/// What the bureau says to a record from below.
#[derive(ToSchema)]
#[schema(as = DecidedOnSubmission)]
pub struct Decided {
    /// Sentences that say why not; none where it is accepted.
    #[schema(max_items = 20)]
    pub against: Vec<String>,
}

/// A record as it is sent, signed (RFC 9421).
#[derive(ToSchema)]
pub struct Letter {
    /// Counts what the sender sent here.
    #[schema(minimum = 1)]
    pub sequence: i64,
    /// Of which kind.
    pub kind: String,
    /// About what: an id there.
    pub subject: String,
    /// Counts what the sender sent about this subject.
    #[schema(minimum = 1)]
    pub version: i64,
    /// Under which version of which rules it came about.
    pub regime: String,
    /// The record as canonical JSON.
    pub payload: String,
    /// Of that text.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub digest: String,
}

/// What the sender gets.
#[derive(ToSchema)]
#[schema(as = ExchangeAnswer)]
pub struct Answer {
    /// `pending`, `accepted` or `refused`.
    pub state: String,
    /// That it was taken: a signed note.
    pub receipt: String,
    /// What the bureau decided: a signed note.
    pub outcome: Option<String>,
    /// Why it was refused.
    #[schema(value_type = Vec<crate::error::ReasonDocument>)]
    pub reasons: Vec<String>,
}
