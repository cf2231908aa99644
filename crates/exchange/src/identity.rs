//! The key with which this platform signs its calls to others, and the signing
//! (RFC 9421 with Ed25519, RFC 9530): method, path and digest of the body, with
//! `created`, `expires`, a nonce, and the public key itself as `keyid`.
//!
//! INVARIANT (never twice): a key that exists is never replaced: the others know the
//! public half of this one.

use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{SigningKey, VerifyingKey};
use httpsig::prelude::message_component::{HttpMessageComponent, HttpMessageComponentId};
use httpsig::prelude::{AlgorithmName, HttpSignatureBase, HttpSignatureParams, SecretKey};
use shuyu_model::Time;
use zeroize::Zeroizing;

use crate::ExchangeError;
use crate::signature::content_digest;

/// For how long a signed call of ours is good.
pub const CALL_SECONDS_MAX: i64 = 120;
const COVERED: [&str; 3] = ["@method", "@path", "content-digest"];

/// This platform, as others know it.
pub struct Identity {
    seed: Zeroizing<[u8; 32]>,
    public: String,
}

impl Identity {
    /// The key in a file of 64 hexadecimal digits; made at the first start, for the
    /// owner alone.
    pub fn load_or_create(path: &Path) -> Result<Self, ExchangeError> {
        let unusable = |what: String| ExchangeError::Key { path: path.display().to_string(), what };
        let text = match std::fs::read_to_string(path).map(Zeroizing::new) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                create(path).map_err(|error| unusable(error.to_string()))?;
                std::fs::read_to_string(path).map(Zeroizing::new).map_err(|error| unusable(error.to_string()))?
            }
            Err(error) => return Err(unusable(error.to_string())),
        };
        let mode = std::fs::metadata(path).map_err(|error| unusable(error.to_string()))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(unusable("others can read it; set its mode to 0600".to_owned()));
        }
        let mut seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), &mut *seed)
            .map_err(|_| unusable("it holds no 64 hexadecimal digits".to_owned()))?;
        let public = STANDARD.encode(SigningKey::from_bytes(&seed).verifying_key().as_bytes());
        Ok(Self { seed, public })
    }

    /// The public key in base64: the name by which the others know us.
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// The headers that make a call a signed one.
    pub(crate) fn sign(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
        now: Time,
    ) -> Result<Vec<(&'static str, String)>, ExchangeError> {
        let failed = |what: String| ExchangeError::Signing { what };
        let digest = content_digest(body);
        let seconds = now.0.div_euclid(1_000_000);
        let created = u64::try_from(seconds).map_err(|_| failed("it is before 1970".to_owned()))?;
        let expires = u64::try_from(seconds + CALL_SECONDS_MAX).unwrap_or(created);
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| failed(error.to_string()))?;
        let signed = || -> Result<(String, String), httpsig::prelude::HttpSigError> {
            let ids = COVERED.map(HttpMessageComponentId::try_from).into_iter().collect::<Result<Vec<_>, _>>()?;
            let mut params = HttpSignatureParams::try_new(&ids)?;
            params.set_created(created).set_expires(expires).set_keyid(&self.public).set_nonce(&hex::encode(nonce));
            let lines = [
                format!("\"@method\": {method}"),
                format!("\"@path\": {path}"),
                format!("\"content-digest\": {digest}"),
            ];
            let lines = lines
                .iter()
                .map(|line| HttpMessageComponent::try_from(line.as_str()))
                .collect::<Result<Vec<_>, _>>()?;
            let key = SecretKey::from_bytes(&AlgorithmName::Ed25519, &*self.seed)?;
            let headers = HttpSignatureBase::try_new(&lines, &params)?.build_signature_headers(&key, Some("sig"))?;
            Ok((headers.signature_input_header_value(), headers.signature_header_value()))
        };
        let (input, signature) = signed().map_err(|error| failed(error.to_string()))?;
        Ok(vec![
            ("content-type", "application/json".to_owned()),
            ("content-digest", digest),
            ("signature-input", input),
            ("signature", signature),
        ])
    }
}

/// Reads a public key; a weak one, under which a signature can be good for any call,
/// is none.
pub(crate) fn public_key(text: &str) -> Option<VerifyingKey> {
    let bytes: [u8; 32] = STANDARD.decode(text).ok()?.try_into().ok()?;
    VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak())
}

fn create(path: &Path) -> std::io::Result<()> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(|error| std::io::Error::other(error.to_string()))?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Written under another name first: a crash must not leave half a key.
    let unfinished = path.with_extension("unfinished");
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(hex::encode(*seed).as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_is_read_ever_after_and_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/exchange.key");
        let made = Identity::load_or_create(&path).unwrap();
        assert_eq!(Identity::load_or_create(&path).unwrap().public_key(), made.public_key());
        assert!(public_key(made.public_key()).is_some());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Identity::load_or_create(&path).is_err(), "others can read it");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "abc").unwrap();
        assert!(Identity::load_or_create(&path).is_err(), "a damaged file is not replaced");
        assert!(public_key("AAAA").is_none() && public_key(&STANDARD.encode([0; 32])).is_none());
    }
}
