//! Notes: both profiles, foreign implementations, and forgeries.

use super::*;

fn key(name: &str, profile: CryptoProfile, key_use: KeyUse) -> SignerKey {
    SignerKey::generate(name, profile, key_use).unwrap()
}

fn signed(key: &SignerKey) -> Note {
    Note::unsigned("one\ntwo\n".to_owned()).sign(key).unwrap()
}

#[test]
fn a_key_line_gives_back_the_key_and_tells_its_kind() {
    for (profile, key_use) in KINDS {
        let key = key("a.example/log", profile, key_use);
        let read = SignerKey::parse(&key.to_line()).unwrap();
        assert_eq!(read.verifier(), key.verifier());
        assert_eq!(VerifierKey::parse(&key.verifier().to_string()).unwrap(), *key.verifier());
        assert_eq!((key.verifier().profile(), key.verifier().key_use()), (profile, key_use));
    }
}

#[test]
fn finds_any_changed_byte_of_a_verifier_key() {
    for (profile, key_use) in KINDS {
        let line = key("a.example/log", profile, key_use).verifier().to_string();
        for at in 0..line.len() {
            let mut bytes = line.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            assert!(VerifierKey::parse(&changed).is_err(), "{changed}");
        }
    }
}

#[test]
fn a_note_gives_back_its_text_and_its_signature_holds() {
    for profile in CryptoProfile::ALL {
        let key = key("a.example/log", profile, KeyUse::Log);
        let note = Note::parse_unverified(&signed(&key).to_string()).unwrap();
        assert_eq!(note.text(), "one\ntwo\n");
        note.verify(key.verifier()).unwrap();
    }
}

#[test]
fn a_signature_is_by_one_key_and_over_one_text() {
    let ours = key("a.example/log", CryptoProfile::International, KeyUse::Log);
    let other = key("a.example/log", CryptoProfile::International, KeyUse::Log);
    let note = signed(&ours).to_string();
    assert!(Note::parse_unverified(&note).unwrap().verify(other.verifier()).is_err());
    let changed = note.replace("two", "too");
    assert!(Note::parse_unverified(&changed).unwrap().verify(ours.verifier()).is_err());
}

#[test]
fn a_cosignature_carries_its_time_and_is_no_log_signature() {
    for profile in CryptoProfile::ALL {
        let log = key("a.example/log", profile, KeyUse::Log);
        let witness = key("w.example", profile, KeyUse::Witness);
        let note = signed(&log).cosign(&witness, 1_780_000_000).unwrap();
        let note = Note::parse_unverified(&note.to_string()).unwrap();
        assert_eq!(note.verify_cosignature(witness.verifier()).unwrap(), 1_780_000_000);
        note.verify(log.verifier()).unwrap();
        assert!(note.verify(witness.verifier()).is_err());
        assert!(note.verify_cosignature(log.verifier()).is_err());
    }
}

#[test]
fn signing_again_replaces_the_own_signature() {
    let witness = key("w.example", CryptoProfile::International, KeyUse::Witness);
    let log = key("a.example/log", CryptoProfile::International, KeyUse::Log);
    let note = signed(&log).cosign(&witness, 1).unwrap().cosign(&witness, 2).unwrap();
    assert_eq!(note.signatures_count(), 2);
    assert_eq!(note.verify_cosignature(witness.verifier()).unwrap(), 2);
}

#[test]
fn refuses_what_is_no_note() {
    let good = signed(&key("a.example", CryptoProfile::International, KeyUse::Log)).to_string();
    let long = format!("{}\n{good}", "x".repeat(NOTE_BYTES_MAX));
    for given in [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— a\n",
        "text\n\n— a !!!!\n",
        "te\txt\n\n— a AAAAAAAA\n",
        &long,
        good.trim_end(),
    ] {
        assert!(Note::parse_unverified(given).is_err(), "{given:.40?}");
    }
}
