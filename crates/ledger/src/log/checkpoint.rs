//! Checkpoints (C2SP tlog-checkpoint): the log's signed word for how many
//! entries it has and what they hash to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::note::{KeyUse, Note, SignerKey, VerifierKey};
use super::tree::Hash;
use crate::LedgerError;

/// A checkpoint that was verified or just signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log says so: `jiangcheng.example/shuyu`, with `+sm3` behind it
    /// where the log hashes with SM3.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// The signed note as it is published.
    pub note: String,
}

impl Checkpoint {
    /// Signs what the log says now.
    pub(crate) fn sign(key: &SignerKey, size: u64, root: Hash) -> Result<Self, LedgerError> {
        let origin = key.verifier().origin();
        let text = format!("{origin}\n{size}\n{}\n", BASE64.encode(root));
        let note = Note::unsigned(text).sign(key)?.to_string();
        Ok(Self { origin, size, root, note })
    }

    /// Reads a checkpoint and verifies that the log with this key signed it.
    pub fn verify(note: &str, key: &VerifierKey) -> Result<Self, LedgerError> {
        let malformed = |what| LedgerError::Note { what };
        if key.key_use() != KeyUse::Log {
            return Err(malformed("a witness's key does not sign for a log"));
        }
        let parsed = Note::parse_unverified(note)?;
        parsed.verify(key)?;
        let mut lines = parsed.text().lines();
        let origin = lines.next().filter(|origin| *origin == key.origin());
        let origin = origin.ok_or_else(|| malformed("it is of another log"))?;
        let size = lines.next().and_then(parse_size).ok_or_else(|| malformed("it tells no size"))?;
        let root = lines.next().and_then(|line| BASE64.decode(line).ok()).and_then(|root| root.try_into().ok());
        let root = root.ok_or_else(|| malformed("it tells no root"))?;
        Ok(Self { origin: origin.to_owned(), size, root, note: note.to_owned() })
    }
}

/// A size has one spelling: no sign, no leading zero.
fn parse_size(line: &str) -> Option<u64> {
    line.parse::<u64>().ok().filter(|size| size.to_string() == line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shuyu_model::CryptoProfile;

    fn key(profile: CryptoProfile) -> SignerKey {
        SignerKey::generate("jiangcheng.example/shuyu", profile, KeyUse::Log).unwrap()
    }

    #[test]
    fn says_what_was_signed_and_by_which_log() {
        for (profile, origin) in [
            (CryptoProfile::International, "jiangcheng.example/shuyu"),
            (CryptoProfile::Guomi, "jiangcheng.example/shuyu+sm3"),
        ] {
            let key = key(profile);
            let checkpoint = Checkpoint::sign(&key, 7, [9; 32]).unwrap();
            assert_eq!(checkpoint.origin, origin);
            assert_eq!(Checkpoint::verify(&checkpoint.note, key.verifier()).unwrap(), checkpoint);
        }
    }

    #[test]
    fn finds_any_changed_byte() {
        for profile in CryptoProfile::ALL {
            let key = key(profile);
            let note = Checkpoint::sign(&key, 1_234, [9; 32]).unwrap().note;
            for at in 0..note.len() {
                let mut bytes = note.clone().into_bytes();
                bytes[at] ^= 1;
                if let Ok(changed) = String::from_utf8(bytes) {
                    assert!(Checkpoint::verify(&changed, key.verifier()).is_err(), "{profile:?}, byte {at}");
                }
            }
        }
    }

    #[test]
    fn takes_no_checkpoint_of_another_log_or_by_another_key() {
        let (ours, other) = (key(CryptoProfile::International), key(CryptoProfile::International));
        let checkpoint = Checkpoint::sign(&ours, 1, [0; 32]).unwrap();
        assert!(matches!(Checkpoint::verify(&checkpoint.note, other.verifier()), Err(LedgerError::Unsigned { .. })));
        let foreign = Note::unsigned("elsewhere.example\n1\nAAAA\n".to_owned()).sign(&ours).unwrap().to_string();
        assert!(matches!(Checkpoint::verify(&foreign, ours.verifier()), Err(LedgerError::Note { .. })));
    }

    #[test]
    fn takes_a_size_in_one_spelling_only() {
        for line in ["", "+1", "01", "-1", " 1", "1 ", "18446744073709551616"] {
            assert_eq!(parse_size(line), None, "{line:?}");
        }
        assert_eq!(parse_size("0"), Some(0));
    }
}
