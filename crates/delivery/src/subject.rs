//! The name under which a person is known here: a keyed digest of the identity
//! number, never the number.
//!
//! INVARIANT (no number): an identity number goes in and does not come out; it
//! is in no row, event, error or log line of this crate.
//!
//! The key lies in `keys/delivery.key`. Whoever loses it loses the consents, so
//! it belongs into the backup; whoever has it can try numbers out.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac};
use shuyu_model::{CryptoProfile, identifier};
use zeroize::Zeroizing;

use crate::error::DeliveryError;

/// A person or firm, as consents and calls name it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subject([u8; 32]);

impl Subject {
    /// As the database holds it.
    pub fn to_text(self) -> String {
        hex::encode(self.0)
    }

    pub(crate) fn parse(given: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(given, &mut bytes).ok().map(|()| Self(bytes))
    }
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// The key that makes subjects.
pub(crate) struct SubjectKey {
    profile: CryptoProfile,
    bytes: Zeroizing<[u8; KEY_BYTES]>,
}

/// One block of either hash.
const KEY_BYTES: usize = 64;
const KEY_FILE: &str = "delivery.key";
const DOMAIN: &[u8] = b"shuyu subject v1\n";

impl SubjectKey {
    /// Reads the key, or draws it the first time.
    pub(crate) fn open(keys_dir: &Path, profile: CryptoProfile) -> Result<Self, DeliveryError> {
        let path = keys_dir.join(KEY_FILE);
        let failed = |source| DeliveryError::KeyFile { path: path.clone(), source };
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        match fs::File::open(&path) {
            Ok(mut file) => file.read_exact(bytes.as_mut()).map_err(failed)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                getrandom::fill(bytes.as_mut()).map_err(|error| failed(std::io::Error::other(error.to_string())))?;
                fs::create_dir_all(keys_dir).map_err(failed)?;
                write_once(keys_dir, &path, bytes.as_ref()).map_err(failed)?;
            }
            Err(error) => return Err(failed(error)),
        }
        Ok(Self { profile, bytes })
    }

    /// The subject that an identity number names. Spaces around it and a small
    /// `x` at its end make no difference.
    pub(crate) fn subject(&self, identity: &str) -> Subject {
        let identity = identity.trim().to_ascii_uppercase();
        Subject(match self.profile {
            CryptoProfile::International => keyed(Hmac::<sha2::Sha256>::new(&(*self.bytes).into()), &identity),
            CryptoProfile::Guomi => keyed(Hmac::<sm3::Sm3>::new(&(*self.bytes).into()), &identity),
        })
    }
}

/// Whether a text can name the subject of a consent.
pub(crate) fn is_identity(text: &str) -> bool {
    identifier::is_id_card(text.trim()) || identifier::is_credit_code(text.trim())
}

fn keyed(mut mac: impl Mac, identity: &str) -> [u8; 32] {
    mac.update(DOMAIN);
    mac.update(identity.as_bytes());
    let mut digest = [0; 32];
    digest.iter_mut().zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from);
    digest
}

/// Whole on disk or not there at all, also after the loss of power.
fn write_once(dir: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let draft = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    fs::File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_has_one_name_for_ever_and_another_city_another() {
        for profile in CryptoProfile::ALL {
            let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let first = SubjectKey::open(here.path(), profile).unwrap().subject("11010519491231002x");
            let again = SubjectKey::open(here.path(), profile).unwrap().subject(" 11010519491231002X ");
            let elsewhere = SubjectKey::open(there.path(), profile).unwrap().subject("11010519491231002X");
            assert_eq!(first, again);
            assert_ne!(first, elsewhere);
            assert_ne!(first, SubjectKey::open(here.path(), profile).unwrap().subject("110105194912310021"));
            assert_eq!(Subject::parse(&first.to_text()), Some(first));
        }
    }

    #[test]
    fn a_key_file_that_is_cut_short_is_an_error_and_no_new_key() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(KEY_FILE), b"short").unwrap();
        assert!(SubjectKey::open(dir.path(), CryptoProfile::International).is_err());
    }
}
