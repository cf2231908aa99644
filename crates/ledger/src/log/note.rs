//! Signed notes (C2SP signed-note) and the keys that sign them.
//!
//! `international` is Ed25519, as every tlog tool reads it. `guomi` is SM2 with
//! SM3 (GB/T 32918.2) under a signature type of its own; the origin line of such
//! a log ends in `+sm3`, which no key name may contain, so neither a key nor a
//! log of one kind can be taken for the other.
//!
//! Not here: what a checkpoint says (`checkpoint`), where keys lie (`key_file`).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::Signer as _;
use shuyu_model::CryptoProfile;
use sm2::dsa::signature::Verifier as _;
use zeroize::Zeroizing;

use crate::LedgerError;

/// The longest note that is read.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;
/// The most signatures on a note that is read.
const SIGNATURES_MAX: usize = 64;
/// The identity that GB/T 32918 prescribes where none was agreed on.
const SM2_IDENTITY: &str = "1234567812345678";
/// Draws of a secret until one is a number that SM2 can use; one nearly always is.
const SM2_DRAWS_MAX: usize = 8;

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// The log's own checkpoints.
    Log,
    /// Cosignatures of a witness (C2SP tlog-cosignature), which carry a time.
    Witness,
}

/// The bytes that tell the kind of a key, before the key itself.
fn key_type(profile: CryptoProfile, key_use: KeyUse) -> &'static [u8] {
    match (profile, key_use) {
        (CryptoProfile::International, KeyUse::Log) => b"\x01",
        (CryptoProfile::International, KeyUse::Witness) => b"\x04",
        (CryptoProfile::Guomi, KeyUse::Log) => b"\xffsm2-sm3",
        (CryptoProfile::Guomi, KeyUse::Witness) => b"\xffsm2-sm3/cosignature/v1",
    }
}

/// Every kind of key there is.
const KINDS: [(CryptoProfile, KeyUse); 4] = [
    (CryptoProfile::International, KeyUse::Log),
    (CryptoProfile::International, KeyUse::Witness),
    (CryptoProfile::Guomi, KeyUse::Log),
    (CryptoProfile::Guomi, KeyUse::Witness),
];

#[derive(Clone, PartialEq, Eq)]
enum Public {
    Ed25519(ed25519_dalek::VerifyingKey),
    Sm2(Box<[u8]>),
}

/// A public key and the name it signs under: `name+id+base64`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    profile: CryptoProfile,
    key_use: KeyUse,
    public: Public,
}

impl VerifierKey {
    fn new(name: &str, profile: CryptoProfile, key_use: KeyUse, public: &[u8]) -> Result<Self, LedgerError> {
        let is_name = !name.is_empty() && !name.contains('+') && !name.contains(char::is_whitespace);
        if !is_name {
            return Err(LedgerError::Note { what: "a key's name has no space and no plus sign" });
        }
        let malformed = LedgerError::Note { what: "the key is malformed" };
        let public = match profile {
            CryptoProfile::International => public
                .try_into()
                .ok()
                .and_then(|bytes| ed25519_dalek::VerifyingKey::from_bytes(bytes).ok())
                .map(Public::Ed25519),
            CryptoProfile::Guomi => sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_IDENTITY, public)
                .ok()
                .map(|key| key.to_sec1_bytes())
                // One key has one encoding, or it would have several ids.
                .filter(|encoded| **encoded == *public)
                .map(Public::Sm2),
        };
        Ok(Self { name: name.to_owned(), profile, key_use, public: public.ok_or(malformed)? })
    }

    /// Reads `name+id+base64`, the form in which verifier keys are published.
    pub fn parse(given: &str) -> Result<Self, LedgerError> {
        let malformed = || LedgerError::Note { what: "a verifier key is `name+id+base64`" };
        let (name, rest) = given.split_once('+').ok_or_else(malformed)?;
        let (id, encoded) = rest.split_once('+').ok_or_else(malformed)?;
        let bytes = BASE64.decode(encoded).map_err(|_| malformed())?;
        for (profile, key_use) in KINDS {
            let Some(public) = bytes.strip_prefix(key_type(profile, key_use)) else { continue };
            let Ok(key) = Self::new(name, profile, key_use, public) else { continue };
            if hex::encode(key.id()) == id {
                return Ok(key);
            }
        }
        Err(malformed())
    }

    /// The name that stands on its signature lines.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The family of algorithms.
    pub fn profile(&self) -> CryptoProfile {
        self.profile
    }

    /// What it signs.
    pub fn key_use(&self) -> KeyUse {
        self.key_use
    }

    /// The first line of the checkpoints of the log with this key.
    pub fn origin(&self) -> String {
        match self.profile {
            CryptoProfile::International => self.name.clone(),
            CryptoProfile::Guomi => format!("{}+sm3", self.name),
        }
    }

    /// The kind of key and the key.
    fn typed(&self) -> Vec<u8> {
        let public: &[u8] = match &self.public {
            Public::Ed25519(key) => key.as_bytes(),
            Public::Sm2(encoded) => encoded,
        };
        [key_type(self.profile, self.key_use), public].concat()
    }

    fn id(&self) -> [u8; 4] {
        let named = [self.name.as_bytes(), b"\n", &self.typed()].concat();
        let [a, b, c, d, ..] = *self.profile.digest(&named).bytes();
        [a, b, c, d]
    }

    fn is_signature_of(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.public {
            Public::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Public::Sm2(encoded) => {
                let key = sm2::dsa::VerifyingKey::from_sec1_bytes(SM2_IDENTITY, encoded);
                let signature = sm2::dsa::Signature::from_slice(signature);
                matches!((key, signature), (Ok(key), Ok(signature)) if key.verify(message, &signature).is_ok())
            }
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), BASE64.encode(self.typed()))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
    Sm2(sm2::dsa::SigningKey),
}

/// A secret key. It is never shown; only `key_file` writes it down.
pub(crate) struct SignerKey {
    secret: Secret,
    verifier: VerifierKey,
}

impl SignerKey {
    /// A new key from the randomness of the operating system.
    pub(crate) fn generate(name: &str, profile: CryptoProfile, key_use: KeyUse) -> Result<Self, LedgerError> {
        for _ in 0..SM2_DRAWS_MAX {
            let mut secret = Zeroizing::new([0; 32]);
            getrandom::fill(&mut *secret).map_err(|error| LedgerError::Randomness { what: error.to_string() })?;
            if let Some(key) = Self::from_secret(name, profile, key_use, &secret)? {
                return Ok(key);
            }
        }
        Err(LedgerError::Randomness { what: "no draw was a usable key".to_owned() })
    }

    /// `None` for the few numbers that are no SM2 key.
    fn from_secret(
        name: &str,
        profile: CryptoProfile,
        key_use: KeyUse,
        secret: &[u8; 32],
    ) -> Result<Option<Self>, LedgerError> {
        let (secret, public): (_, Box<[u8]>) = match profile {
            CryptoProfile::International => {
                let secret = ed25519_dalek::SigningKey::from_bytes(secret);
                let public = secret.verifying_key().to_bytes().into();
                (Secret::Ed25519(secret), public)
            }
            CryptoProfile::Guomi => match sm2::dsa::SigningKey::from_slice(SM2_IDENTITY, secret) {
                Ok(secret) => {
                    let public = secret.verifying_key().to_sec1_bytes();
                    (Secret::Sm2(secret), public)
                }
                Err(_) => return Ok(None),
            },
        };
        let verifier = VerifierKey::new(name, profile, key_use, &public)?;
        Ok(Some(Self { secret, verifier }))
    }

    /// Reads the line that [`SignerKey::to_line`] wrote.
    pub(crate) fn parse(line: &str) -> Result<Self, LedgerError> {
        let malformed = || LedgerError::Note { what: "a signer key is `PRIVATE+KEY+name+id+base64`" };
        let rest = line.strip_prefix("PRIVATE+KEY+").ok_or_else(malformed)?;
        let (name, rest) = rest.split_once('+').ok_or_else(malformed)?;
        let (id, encoded) = rest.split_once('+').ok_or_else(malformed)?;
        let bytes = Zeroizing::new(BASE64.decode(encoded).map_err(|_| malformed())?);
        for (profile, key_use) in KINDS {
            let secret = bytes.strip_prefix(key_type(profile, key_use)).and_then(|secret| secret.try_into().ok());
            let Some(secret) = secret else { continue };
            if let Some(key) = Self::from_secret(name, profile, key_use, secret)?
                && hex::encode(key.verifier.id()) == id
            {
                return Ok(key);
            }
        }
        Err(malformed())
    }

    /// The key as one line, in the form of the Go note tools.
    pub(crate) fn to_line(&self) -> Zeroizing<String> {
        let secret = Zeroizing::new(match &self.secret {
            Secret::Ed25519(key) => key.to_bytes().to_vec(),
            Secret::Sm2(key) => key.to_bytes().to_vec(),
        });
        let verifier = &self.verifier;
        let typed = Zeroizing::new([key_type(verifier.profile, verifier.key_use), &secret].concat());
        let encoded = Zeroizing::new(BASE64.encode(&*typed));
        Zeroizing::new(format!("PRIVATE+KEY+{}+{}+{}", verifier.name, hex::encode(verifier.id()), *encoded))
    }

    /// The public half.
    pub(crate) fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, LedgerError> {
        let failed = |_| LedgerError::Note { what: "the key failed to sign" };
        match &self.secret {
            Secret::Ed25519(key) => key.try_sign(message).map(|signature| signature.to_vec()).map_err(failed),
            Secret::Sm2(key) => key
                .try_sign(message)
                .map(|signature: sm2::dsa::Signature| signature.to_bytes().to_vec())
                .map_err(failed),
        }
    }
}

/// A signature line: by whom, and what they wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
struct NoteSignature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

/// A text with the signatures below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// A text that nobody has signed yet; it ends in a newline.
    pub(crate) fn unsigned(text: String) -> Self {
        Self { text, signatures: Vec::new() }
    }

    /// Reads a note. Nothing is verified: the text may be anybody's.
    pub fn parse_unverified(given: &str) -> Result<Self, LedgerError> {
        let malformed = |what| LedgerError::Note { what };
        if given.len() > NOTE_BYTES_MAX {
            return Err(malformed("it is too long"));
        }
        if given.contains(|c: char| c.is_ascii_control() && c != '\n') {
            return Err(malformed("it holds control characters"));
        }
        let (text, lines) = given.rsplit_once("\n\n").ok_or_else(|| malformed("it has no signatures"))?;
        let lines = lines.strip_suffix('\n').ok_or_else(|| malformed("its last line has no end"))?;
        let signatures = lines
            .split('\n')
            .take(SIGNATURES_MAX + 1)
            .map(|line| parse_signature(line).ok_or_else(|| malformed("a signature line is malformed")))
            .collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > SIGNATURES_MAX {
            return Err(malformed("it has too many signatures"));
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// What was signed; it ends in a newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many signature lines it has, known or not.
    pub fn signatures_count(&self) -> usize {
        self.signatures.len()
    }

    /// Adds a signature over the text.
    pub(crate) fn sign(mut self, key: &SignerKey) -> Result<Self, LedgerError> {
        let bytes = key.sign(self.text.as_bytes())?;
        self.add(key, bytes);
        Ok(self)
    }

    /// Adds a witness's signature over the text and the time.
    pub(crate) fn cosign(mut self, key: &SignerKey, at_secs: u64) -> Result<Self, LedgerError> {
        let signature = key.sign(cosigned(&self.text, at_secs).as_bytes())?;
        self.add(key, [at_secs.to_be_bytes().as_slice(), &signature].concat());
        Ok(self)
    }

    fn add(&mut self, key: &SignerKey, bytes: Vec<u8>) {
        let verifier = key.verifier();
        let (name, id) = (verifier.name.clone(), verifier.id());
        self.signatures.retain(|signature| signature.name != name || signature.id != id);
        self.signatures.push(NoteSignature { name, id, bytes });
    }

    fn signature_by(&self, key: &VerifierKey) -> Result<&[u8], LedgerError> {
        let id = key.id();
        let mut by_key = self.signatures.iter().filter(|signature| signature.name == key.name && signature.id == id);
        match (by_key.next(), by_key.next()) {
            (Some(signature), None) => Ok(&signature.bytes),
            _ => Err(LedgerError::Unsigned { name: key.name.clone() }),
        }
    }

    /// Checks the signature of a log's key.
    pub fn verify(&self, key: &VerifierKey) -> Result<(), LedgerError> {
        let signature = self.signature_by(key)?;
        let is_good = key.key_use == KeyUse::Log && key.is_signature_of(self.text.as_bytes(), signature);
        if is_good { Ok(()) } else { Err(LedgerError::Unsigned { name: key.name.clone() }) }
    }

    /// Checks the signature of a witness's key; tells when it was given, in
    /// seconds since 1970.
    pub fn verify_cosignature(&self, key: &VerifierKey) -> Result<u64, LedgerError> {
        let unsigned = || LedgerError::Unsigned { name: key.name.clone() };
        let (at_secs, signature) = self.signature_by(key)?.split_first_chunk::<8>().ok_or_else(unsigned)?;
        let at_secs = u64::from_be_bytes(*at_secs);
        let is_good =
            key.key_use == KeyUse::Witness && key.is_signature_of(cosigned(&self.text, at_secs).as_bytes(), signature);
        if is_good { Ok(at_secs) } else { Err(unsigned()) }
    }
}

/// What a witness signs (C2SP tlog-cosignature).
fn cosigned(text: &str, at_secs: u64) -> String {
    format!("cosignature/v1\ntime {at_secs}\n{text}")
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = BASE64.decode(encoded).ok()?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    let is_whole = !name.is_empty() && !name.contains('+') && !bytes.is_empty();
    is_whole.then(|| NoteSignature { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            let bytes = [signature.id.as_slice(), &signature.bytes].concat();
            writeln!(f, "— {} {}", signature.name, BASE64.encode(bytes))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
