//! Digests under the two crypto profiles.
//!
//! `international` hashes with SHA-256, `guomi` with SM3 (GB/T 32905), as a
//! crypto assessment (密评, GB/T 39786) asks. Both give 32 bytes; a digest
//! carries its algorithm, so that one is never taken for the other.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// Which family of algorithms an installation uses. Chosen once, at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CryptoProfile {
    /// SHA-256, Ed25519, AES-256-GCM.
    International,
    /// SM3, SM2, SM4-GCM.
    Guomi,
}

impl CryptoProfile {
    /// Both, for tests that must hold under each.
    pub const ALL: [CryptoProfile; 2] = [CryptoProfile::International, CryptoProfile::Guomi];

    /// The name of its hash, as digests write it.
    pub fn hash_name(self) -> &'static str {
        match self {
            Self::International => "sha256",
            Self::Guomi => "sm3",
        }
    }

    /// Hashes all of `bytes`.
    pub fn digest(self, bytes: &[u8]) -> Digest {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish()
    }
}

/// 32 bytes and the algorithm that made them: `sha256:9f3c…`, `sm3:66c7…`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest {
    is_sm3: bool,
    bytes: [u8; 32],
}

/// Why a string is no digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no digest: expected `sha256:` or `sm3:` and 64 hexadecimal digits")]
pub struct DigestError(String);

impl Digest {
    /// The bytes of the hash, without the algorithm.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The profile whose hash made it.
    pub fn profile(&self) -> CryptoProfile {
        if self.is_sm3 { CryptoProfile::Guomi } else { CryptoProfile::International }
    }

    /// Reads `sha256:9f3c…`.
    pub fn parse(given: &str) -> Result<Self, DigestError> {
        let error = || DigestError(given.chars().take(80).collect());
        let (name, hex_digits) = given.split_once(':').ok_or_else(error)?;
        let is_sm3 = match name {
            "sha256" => false,
            "sm3" => true,
            _ => return Err(error()),
        };
        let mut bytes = [0; 32];
        hex::decode_to_slice(hex_digits, &mut bytes).map_err(|_| error())?;
        Ok(Self { is_sm3, bytes })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.profile().hash_name(), hex::encode(self.bytes))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;
    fn try_from(given: String) -> Result<Self, DigestError> {
        Self::parse(&given)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

/// Hashes bytes as they come.
#[derive(Clone)]
pub enum Hasher {
    /// SHA-256.
    International(Box<sha2::Sha256>),
    /// SM3.
    Guomi(Box<sm3::Sm3>),
}

impl Hasher {
    /// A hasher that has seen nothing.
    pub fn new(profile: CryptoProfile) -> Self {
        match profile {
            CryptoProfile::International => Self::International(Box::default()),
            CryptoProfile::Guomi => Self::Guomi(Box::default()),
        }
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::International(hasher) => hasher.update(bytes),
            Self::Guomi(hasher) => hasher.update(bytes),
        }
    }

    /// The digest of all bytes taken in.
    pub fn finish(self) -> Digest {
        match self {
            Self::International(hasher) => Digest { is_sm3: false, bytes: hasher.finalize().into() },
            Self::Guomi(hasher) => Digest { is_sm3: true, bytes: hasher.finalize().into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_vectors() {
        // FIPS 180-4 and GB/T 32905-2016 A.1, both of "abc".
        let sha = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let sm3 = "sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
        assert_eq!(CryptoProfile::International.digest(b"abc").to_string(), sha);
        assert_eq!(CryptoProfile::Guomi.digest(b"abc").to_string(), sm3);
    }

    #[test]
    fn a_digest_is_never_taken_for_one_of_the_other_profile() {
        let digest = CryptoProfile::International.digest(b"abc");
        let as_sm3 = Digest::parse(&digest.to_string().replace("sha256", "sm3"));
        assert_ne!(as_sm3, Ok(digest));
        assert_eq!(Digest::parse(&digest.to_string()), Ok(digest));
    }

    #[test]
    fn refuses_what_is_no_digest() {
        for given in ["", "sha256", "sha256:", "md5:00", "sha256:zz", &format!("sha256:{}", "0".repeat(63))] {
            assert!(Digest::parse(given).is_err(), "{given}");
        }
    }
}
