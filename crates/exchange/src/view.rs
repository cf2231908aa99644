//! What is shown of records that were sent, and of those that came.

use serde::Serialize;
use serde_json::Value;
use shuyu_model::id::{DispatchId, PeerId, PersonId, SubmissionId};
use shuyu_model::{Digest, Reason, Time};

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $state:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$about])* $state,)* }

        impl $name {
            /// The word in database and JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$state => $word,)* }
            }

            /// Reads that word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$state),)* _ => None }
            }
        }
    )*};
}

states! {
    /// Where a record that goes up stands.
    DispatchState {
        /// It has no receipt yet.
        Waiting = "waiting",
        /// It has a receipt; the bureau above has not decided.
        Acknowledged = "acknowledged",
        /// The bureau above accepted it.
        Accepted = "accepted",
        /// It was refused, on arrival or by the bureau above.
        Refused = "refused",
        /// It waited too long and is tried no more.
        Expired = "expired",
    }
    /// Where a record from below stands.
    SubmissionState {
        /// The bureau has not decided.
        Pending = "pending",
        /// The bureau accepted it.
        Accepted = "accepted",
        /// It was refused, on arrival or by the bureau.
        Refused = "refused",
    }
}

/// A piece of a list, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next piece begins.
    pub next: Option<String>,
    /// How many there are on all pages together.
    pub total: usize,
}

/// An attempt to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// When.
    pub at: Time,
    /// `taken`, `refused`, `turned_away` or `unreachable`.
    pub outcome: String,
    /// A status, or a cause in a word.
    pub detail: String,
}

/// A record that goes up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DispatchView {
    /// Which.
    pub id: DispatchId,
    /// The name of the platform that gets it.
    pub peer: String,
    /// Counts what that platform gets.
    pub sequence: i64,
    /// Of which kind.
    pub kind: String,
    /// About what: an id.
    pub subject: String,
    /// Counts what it gets about this subject.
    pub version: i64,
    /// What it gets.
    pub payload: Value,
    /// Of that.
    pub digest: Digest,
    /// When the fact came about.
    pub queued_at: Time,
    /// Where it stands.
    pub state: DispatchState,
    /// The receipt of the platform above.
    pub receipt: Option<String>,
    /// When that was given, by the clock there.
    pub receipt_at: Option<Time>,
    /// Its bureau's decision, signed.
    pub outcome: Option<String>,
    /// Why it was refused.
    pub reasons: Vec<Reason>,
    /// The case or matter whose copy is filed by it.
    pub filing_of: Option<String>,
    /// How often it was tried.
    pub attempts_count: i64,
    /// The newest of them.
    pub last_attempt: Option<Attempt>,
}

/// A record from below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubmissionView {
    /// Which.
    pub id: SubmissionId,
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
    pub payload: Value,
    /// Of that.
    pub digest: Digest,
    /// Under which version of which rules it came about there.
    pub regime: String,
    /// When it came.
    pub received_at: Time,
    /// Where it stands.
    pub state: SubmissionState,
    /// Why it was refused.
    pub reasons: Vec<Reason>,
    /// The receipt that was given.
    pub receipt: String,
    /// The decision, signed.
    pub outcome: Option<String>,
    /// When it was decided on.
    pub decided_at: Option<Time>,
    /// By whom.
    pub decided_by: Option<PersonId>,
}

/// An entry of a catalogue below: of that district, held there, and not usable here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldBelow {
    /// The record that told it.
    pub submission: SubmissionId,
    /// The name of the platform where it is held; what it holds is used there.
    pub held_by: String,
    /// The entry, as it was sent.
    pub entry: Value,
    /// When it came.
    pub received_at: Time,
}

/// How it stands with another platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PeerStatus {
    /// Which.
    pub peer: PeerId,
    /// Its name.
    pub name: String,
    /// `above` or `below`.
    pub side: crate::Side,
    /// Records that wait: to be sent, or to be decided on.
    pub waiting: i64,
    /// Since when the oldest of them waits.
    pub oldest_at: Option<Time>,
    /// When the last receipt was given.
    pub last_receipt_at: Option<Time>,
    /// Failed attempts since the last good one.
    pub failures: i64,
    /// The last failed attempt.
    pub last_failure: Option<Attempt>,
    /// When it is asked again.
    pub next_at: Time,
    /// Records that were refused.
    pub refused: i64,
    /// Records that waited too long.
    pub expired: i64,
}
