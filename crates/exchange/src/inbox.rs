//! What comes from below: taken once, answered with a receipt, decided by the bureau.
//!
//! INVARIANT (taken once): (platform, sequence) names one record; the same one again
//! gets the same receipt, another under the same number gets none.
//! INVARIANT (one vague no): whatever is wrong with a signature gives one answer.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shuyu_ledger::{Change, Event};
use shuyu_model::id::SubmissionId;
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Verdict};

use crate::receipt::{OUTCOME, RECEIPT, Word, digest_of};
use crate::signature::{Presented, SignedCall};
use crate::view::SubmissionState;
use crate::{Exchange, ExchangeError, Peer, fields, identity, reasons, store};

type Result<T> = std::result::Result<T, ExchangeError>;

/// The longest subject.
const SUBJECT_CHARS_MAX: usize = 100;
/// The most sentences with which a bureau refuses.
const SENTENCES_MAX: usize = 20;
/// The fewest characters of one.
const SENTENCE_CHARS_MIN: usize = 5;
/// The most.
const SENTENCE_CHARS_MAX: usize = 500;

/// A record as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// Counts what the sender sent here.
    pub sequence: i64,
    /// Of which kind.
    pub kind: String,
    /// About what: an id there.
    pub subject: String,
    /// Counts what the sender sent about this subject.
    pub version: i64,
    /// Under which version of which rules it came about.
    pub regime: String,
    /// The record as canonical JSON.
    pub payload: String,
    /// Of that text.
    pub digest: Digest,
}

/// What the sender gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// `pending`, `accepted` or `refused`.
    pub state: String,
    /// That it was taken, signed.
    pub receipt: String,
    /// What the bureau decided, signed.
    pub outcome: Option<String>,
    /// Why it was refused.
    pub reasons: Vec<Reason>,
}

/// What the bureau says to a record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// Sentences that say why not; none where it is accepted. Never left out: an empty
    /// body accepts nothing.
    pub against: Vec<String>,
}

impl Decided {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.against.len() > SENTENCES_MAX {
            faults.push(format!("`against` has more than {SENTENCES_MAX} sentences"));
        }
        for (index, sentence) in self.against.iter().enumerate() {
            let chars = sentence.trim().chars().count();
            if !(SENTENCE_CHARS_MIN..=SENTENCE_CHARS_MAX).contains(&chars) {
                faults.push(format!(
                    "`against[{index}]` has {chars} characters; say why in {SENTENCE_CHARS_MIN} to {SENTENCE_CHARS_MAX}"
                ));
            }
        }
        faults
    }
}

impl Exchange {
    /// Takes a record from a platform below.
    pub async fn receive(&self, call: &SignedCall) -> Result<Verdict<Answer>> {
        let now = self.ledger().now();
        let Some(presented) = Presented::read(call, now).filter(|_| call.path == crate::CALL_PATH) else {
            return Ok(self.not_known());
        };
        let Some(peer) = store::below_with_key(self.ledger(), &presented.keyid).await? else {
            return Ok(self.not_known());
        };
        let key = identity::public_key(&peer.public_key);
        if !key.is_some_and(|key| presented.is_by(&key)) {
            return Ok(self.not_known());
        }
        let letter: Letter = serde_json::from_slice(&call.body)
            .map_err(|error| malformed(format!("the record cannot be read: {error}")))?;
        if letter.sequence < 1 || letter.version < 1 || letter.subject.chars().count() > SUBJECT_CHARS_MAX {
            return Err(malformed("`sequence` and `version` count from 1, `subject` is an id"));
        }
        let mut change = self.ledger().change().await?;
        if !store::admit_nonce(&mut change, &peer.id, &presented.nonce, presented.fresh_until, now).await? {
            let what = "this very call came before";
            let reason = Reason::new(reasons::REPLAYED, what, "setting", "sign each call anew");
            let reasons = Reasons::one(reason);
            change.commit(Event::refused(None, "exchange.replayed", peer.id.as_str(), &reasons)).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        match store::submission_of(&mut change, &peer.id, letter.sequence).await? {
            Some((kept, answer)) if kept == letter.digest => {
                let facts = json!({ "sequence": letter.sequence, "state": answer.state });
                change.commit(Event::done(None, "exchange.asked_again", peer.id.as_str()).facts(facts)).await?;
                Ok(Verdict::Allow(answer))
            }
            Some(_) => {
                let what = format!("the number {} was given to another record", letter.sequence);
                Err(ExchangeError::Conflict { what })
            }
            None => self.take(change, &peer, letter).await.map(Verdict::Allow),
        }
    }

    fn not_known(&self) -> Verdict<Answer> {
        let what = "the call bears no fresh signature of a platform that is known here";
        let instead = "let the system administrator here enter your public key; sign method, path and content-digest";
        Verdict::Refuse(Reasons::one(Reason::new(reasons::UNKNOWN_CALLER, what, "setting", instead)))
    }

    /// A record that is new here, with everything that is wrong with it.
    async fn take(&self, mut change: Change, peer: &Peer, letter: Letter) -> Result<Answer> {
        let found = self.against(&mut change, peer, &letter).await?;
        let state = if found.is_empty() { SubmissionState::Pending } else { SubmissionState::Refused };
        let word = Word {
            sender: peer.public_key.clone(),
            sequence: letter.sequence,
            digest: letter.digest,
            state,
            at: change.now(),
            reasons: digest_of(&found),
        };
        let receipt = word.sign(self.ledger().log(), RECEIPT)?;
        let id: SubmissionId = self.ledger().new_id();
        let answer = Answer { state: state.word().to_owned(), receipt, outcome: None, reasons: found };
        store::insert_submission(&mut change, &id, &peer.id, &letter, state, &answer).await?;
        let codes: Vec<&str> = answer.reasons.iter().map(|reason| &*reason.code).collect();
        let event = Event::done(None, "exchange.received", id.as_str()).facts(json!({
            "peer": peer.id, "sequence": letter.sequence, "kind": shown(&letter.kind),
            "subject": shown(&letter.subject), "version": letter.version, "state": state, "codes": codes,
        }));
        change.commit(event.digests(None, Some(letter.digest)).under(self.regime()).citing(self.clause())).await?;
        Ok(answer)
    }

    /// EXC-003 to EXC-008, all at once.
    async fn against(&self, change: &mut Change, peer: &Peer, letter: &Letter) -> Result<Vec<Reason>> {
        let clause = self.clause();
        let mut found = Vec::new();
        if letter.digest.profile().digest(letter.payload.as_bytes()) != letter.digest {
            let what = "the record is not what its digest says";
            found.push(Reason::new(reasons::OTHER_DIGEST, what, &clause, "send the digest of the text as it is sent"));
        }
        let payload: Value = serde_json::from_str(&letter.payload).unwrap_or_default();
        match fields::kind(&letter.kind) {
            Some(kind) => found.extend(fields::faults(kind, &payload, &clause)),
            None => {
                let known: Vec<&str> = shuyu_model::regime::words::Upward::ALL.iter().map(|k| k.word()).collect();
                let what = "the record is of no kind that is taken here";
                let instead = format!("send one of: {}", known.join(", "));
                found.push(Reason::new(reasons::UNKNOWN_KIND, what, &clause, instead));
            }
        }
        let held = store::newest_version(change, peer, &letter.subject, &letter.kind).await?;
        if letter.version <= held {
            let what = format!("version {} of it is held here already", held);
            found.push(Reason::new(reasons::OLDER_VERSION, what, &clause, "send a newer version"));
        }
        Ok(Reasons::new(found).map(Reasons::into_vec).unwrap_or_default())
    }

    /// The bureau accepts a record from below, or says everything that is against it.
    pub async fn decide(&self, actor: &Actor, id: &SubmissionId, decided: Decided) -> Result<Verdict<SubmissionState>> {
        let faults = decided.faults();
        if !faults.is_empty() {
            return Err(ExchangeError::Malformed { faults });
        }
        let mut change = self.ledger().change().await?;
        let kept = store::submission(&mut change, id).await?;
        let clause = self.clause();
        let mut found = Vec::new();
        if !actor.is(Role::Regulator) {
            let what = format!("records from below are decided on by the {}", self.regime().word(Role::Regulator));
            found.push(Reason::new(reasons::NOT_THE_BUREAU, what, &clause, "leave it to that body"));
        }
        if kept.state != SubmissionState::Pending {
            let what = format!("the record is {} already", kept.state.word());
            found.push(Reason::new(reasons::DECIDED_BEFORE, what, &clause, "wait for a newer version of it"));
        }
        if let Some(reasons) = Reasons::new(found) {
            let event = Event::refused(Some(actor), "exchange.decision_refused", id.as_str(), &reasons);
            change.commit(event.under(self.regime())).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        let instead = "put it right there; its next version is sent by itself";
        let sentences = decided.against.iter().map(|sentence| sentence.trim());
        let against = sentences.map(|what| Reason::new(reasons::BUREAU_SAYS_NO, what, &clause, instead)).collect();
        let against = Reasons::new(against).map(Reasons::into_vec).unwrap_or_default();
        let state = if against.is_empty() { SubmissionState::Accepted } else { SubmissionState::Refused };
        let word = Word {
            sender: kept.sender,
            sequence: kept.sequence,
            digest: kept.digest,
            state,
            at: change.now(),
            reasons: digest_of(&against),
        };
        let outcome = word.sign(self.ledger().log(), OUTCOME)?;
        store::set_decided(&mut change, id, state, &against, &outcome, &actor.person).await?;
        let facts = json!({ "state": state, "sentences": against.len() });
        let event = Event::done(Some(actor), "exchange.decided", id.as_str()).facts(facts);
        change.commit(event.digests(None, Some(kept.digest)).under(self.regime()).citing(clause)).await?;
        Ok(Verdict::Allow(state))
    }
}

/// As much of another's word as an event repeats.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SUBJECT_CHARS_MAX).collect()
}

fn malformed(fault: impl Into<String>) -> ExchangeError {
    ExchangeError::Malformed { faults: vec![fault.into()] }
}
