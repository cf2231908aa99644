//! What the log's key says beside checkpoints: signed notes with a title, such as
//! a receipt for a record that another platform sent.
//!
//! INVARIANT (no checkpoint): a title holds a space, which no name of a log does; so
//! what is said here can never be taken for the first line of a checkpoint.

use super::note::{Note, SignerKey, VerifierKey};
use crate::LedgerError;

/// Signs lines under a title.
pub(crate) fn sign(key: &SignerKey, title: &'static str, lines: &[String]) -> Result<String, LedgerError> {
    let is_line = |line: &String| !line.is_empty() && !line.contains(char::is_control);
    if !title.contains(' ') || !lines.iter().all(is_line) {
        return Err(LedgerError::Note { what: "a title has a space, and each line is one line" });
    }
    Ok(Note::unsigned(format!("{title}\n{}\n", lines.join("\n"))).sign(key)?.to_string())
}

/// The lines below this title, if the log with this key said so.
pub fn verified_lines(note: &str, key: &VerifierKey, title: &str) -> Result<Vec<String>, LedgerError> {
    let parsed = Note::parse_unverified(note)?;
    parsed.verify(key)?;
    let mut lines = parsed.text().lines();
    if lines.next() != Some(title) {
        return Err(LedgerError::Note { what: "it says something else than was asked for" });
    }
    Ok(lines.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use shuyu_model::CryptoProfile;

    use super::super::checkpoint::Checkpoint;
    use super::super::note::KeyUse;
    use super::*;

    const TITLE: &str = "shuyu receipt v1";

    #[test]
    fn says_what_was_signed_under_its_own_title_only_and_is_no_checkpoint() {
        for profile in CryptoProfile::ALL {
            let key = SignerKey::generate("a.example", profile, KeyUse::Log).unwrap();
            let other = SignerKey::generate("a.example", profile, KeyUse::Log).unwrap();
            let note = sign(&key, TITLE, &["sequence 1".to_owned()]).unwrap();
            assert_eq!(verified_lines(&note, key.verifier(), TITLE).unwrap(), ["sequence 1"]);
            assert!(verified_lines(&note, other.verifier(), TITLE).is_err(), "another key");
            assert!(verified_lines(&note, key.verifier(), "shuyu outcome v1").is_err(), "another title");
            assert!(verified_lines(&note.replace("sequence 1", "sequence 2"), key.verifier(), TITLE).is_err());
            assert!(Checkpoint::verify(&note, key.verifier()).is_err(), "a receipt is no checkpoint");
            let checkpoint = Checkpoint::sign(&key, 1, [0; 32]).unwrap().note;
            assert!(verified_lines(&checkpoint, key.verifier(), TITLE).is_err(), "a checkpoint is no receipt");
        }
    }

    #[test]
    fn takes_no_title_that_could_name_a_log_and_no_line_that_holds_two() {
        let key = SignerKey::generate("a.example", CryptoProfile::International, KeyUse::Log).unwrap();
        assert!(sign(&key, "a.example", &["1".to_owned()]).is_err());
        assert!(sign(&key, TITLE, &["1\n2".to_owned()]).is_err());
        assert!(sign(&key, TITLE, &[String::new()]).is_err());
    }
}
