//! What a platform gives for a record: a receipt when it takes it, an outcome when its
//! bureau has decided. Both are said with the key of its log.
//!
//! INVARIANT (what was sent): a word is about this sender, this sequence number and
//! this digest, or it is none.

use shuyu_ledger::verify::VerifierKey;
use shuyu_ledger::{Log, verified_lines};
use shuyu_model::{CryptoProfile, Digest, Reason, Time};

use crate::ExchangeError;
use crate::view::SubmissionState;

/// The title of a receipt.
pub(crate) const RECEIPT: &str = "shuyu receipt v1";
/// The title of an outcome.
pub(crate) const OUTCOME: &str = "shuyu outcome v1";

/// What a receipt or an outcome says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The public key of whoever sent the record.
    pub sender: String,
    /// Its number.
    pub sequence: i64,
    /// Its digest.
    pub digest: Digest,
    /// What became of it.
    pub state: SubmissionState,
    /// When.
    pub at: Time,
    /// Of the reasons that stand beside it, as text.
    pub reasons: Digest,
}

/// The digest of reasons: SHA-256 on both ends, whatever their profiles.
pub(crate) fn digest_of(reasons: &[Reason]) -> Digest {
    let lines: Vec<String> =
        reasons.iter().map(|r| format!("{}\n{}\n{}\n{}", r.code, r.what, r.clause, r.instead)).collect();
    CryptoProfile::International.digest(lines.join("\n\n").as_bytes())
}

impl Word {
    pub(crate) fn sign(&self, log: &Log, title: &'static str) -> Result<String, ExchangeError> {
        let lines = [
            format!("sender {}", self.sender),
            format!("sequence {}", self.sequence),
            format!("digest {}", self.digest),
            format!("state {}", self.state.word()),
            format!("at {}", self.at.0),
            format!("reasons {}", self.reasons),
        ];
        Ok(log.attest(title, &lines)?)
    }

    /// Reads one and verifies who said it.
    pub(crate) fn verify(note: &str, key: &VerifierKey, title: &str) -> Option<Self> {
        let lines = verified_lines(note, key, title).ok()?;
        let mut lines = lines.iter();
        let mut next = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let word = Self {
            sender: next("sender")?.to_owned(),
            sequence: next("sequence")?.parse().ok()?,
            digest: Digest::parse(next("digest")?).ok()?,
            state: SubmissionState::parse(next("state")?)?,
            at: Time(next("at")?.parse().ok()?),
            reasons: Digest::parse(next("reasons")?).ok()?,
        };
        lines.next().is_none().then_some(word)
    }
}
