//! Keys: one data key for each sealed file, all wrapped under the master key.
//!
//! INVARIANT (own key): a data key seals one file and is drawn for it. Its
//! wrapping names that file's id, so a key cannot be moved to another.
//! Keys are wiped from memory when dropped, and never printed.

use std::fmt;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use aes_gcm::aead::{Aead, Payload, consts::U12};
use aes_gcm::{Aes256Gcm, AesGcm, KeyInit, Nonce};
use shuyu_model::CryptoProfile;
use zeroize::Zeroizing;

use crate::error::VaultError;

/// SM4 (GB/T 32907) in Galois/Counter mode, as GB/T 36624 has it for any block
/// cipher of 128 bits.
pub(crate) type Sm4Gcm = AesGcm<sm4::Sm4, U12>;

const NONCE_BYTES: usize = 12;
/// A key file is one short line.
const KEY_FILE_BYTES_MAX: u64 = 256;

/// Random bytes from the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| VaultError::Random { what: error.to_string() })?;
    Ok(bytes)
}

/// The bytes of a key and the cipher it is for.
#[derive(Clone)]
struct Secret {
    profile: CryptoProfile,
    bytes: Zeroizing<Vec<u8>>,
}

impl Secret {
    fn generate(profile: CryptoProfile) -> Result<Self, VaultError> {
        let drawn = Zeroizing::new(random::<32>()?);
        let bytes = drawn.get(..key_bytes(profile)).unwrap_or_default().to_vec();
        Ok(Self { profile, bytes: Zeroizing::new(bytes) })
    }

    fn new(profile: CryptoProfile, bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        (bytes.len() == key_bytes(profile)).then_some(Self { profile, bytes })
    }
}

fn key_bytes(profile: CryptoProfile) -> usize {
    match profile {
        CryptoProfile::International => 32,
        CryptoProfile::Guomi => 16,
    }
}

fn cipher_word(profile: CryptoProfile) -> &'static str {
    match profile {
        CryptoProfile::International => "aes256gcm",
        CryptoProfile::Guomi => "sm4gcm",
    }
}

/// The key of one sealed file.
#[derive(Clone)]
pub struct DataKey(Secret);

impl DataKey {
    /// Draws a new one.
    pub fn generate(profile: CryptoProfile) -> Result<Self, VaultError> {
        Secret::generate(profile).map(Self)
    }

    /// Whose ciphers it is for.
    pub fn profile(&self) -> CryptoProfile {
        self.0.profile
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// The key that all data keys lie under. Whoever has it and the database can
/// read everything: keep it on another medium than backups.
#[derive(Clone)]
pub struct MasterKey(Secret);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// Draws a new one.
    pub fn generate(profile: CryptoProfile) -> Result<Self, VaultError> {
        Secret::generate(profile).map(Self)
    }

    /// Reads `aes256gcm:…` or `sm4gcm:…` in hexadecimal digits; `None` for
    /// anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (word, digits) = text.trim().split_once(':')?;
        let profile = CryptoProfile::ALL.into_iter().find(|profile| cipher_word(*profile) == word)?;
        let bytes = Zeroizing::new(hex::decode(digits).ok()?);
        Secret::new(profile, bytes).map(Self)
    }

    /// Whose ciphers it is for.
    pub fn profile(&self) -> CryptoProfile {
        self.0.profile
    }

    /// Reads the key file, or draws a key and writes it there, readable by its
    /// owner alone. A file that others may read is refused.
    pub fn load_or_create(path: &Path, profile: CryptoProfile) -> Result<Self, VaultError> {
        let error = |what: String| VaultError::KeyFile { path: path.to_owned(), what };
        if !path.try_exists().map_err(|e| error(e.to_string()))? {
            Self::create(path, profile).map_err(|e| error(e.to_string()))?;
        }
        let file = fs::File::open(path).map_err(|e| error(e.to_string()))?;
        let mode = file.metadata().map_err(|e| error(e.to_string()))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(error("others than its owner may read it; set its mode to 0600".to_owned()));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(KEY_FILE_BYTES_MAX).read_to_string(&mut text).map_err(|e| error(e.to_string()))?;
        let key = Self::parse(&text).ok_or_else(|| error("it holds no key".to_owned()))?;
        if key.profile() == profile {
            Ok(key)
        } else {
            Err(error(format!("its key is for {}, not {}", cipher_word(key.profile()), cipher_word(profile))))
        }
    }

    /// Whole and durable, or not there.
    fn create(path: &Path, profile: CryptoProfile) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let key = Self::generate(profile)?;
        let digits = Zeroizing::new(hex::encode(key.0.bytes.as_slice()));
        // Made with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        writeln!(file, "{}:{}", cipher_word(profile), digits.as_str())?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(path) {
            Ok(_) => {}
            // Somebody else was faster; theirs is read.
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.error.into()),
        }
        fs::File::open(folder)?.sync_all()?;
        Ok(())
    }

    /// The data key as it is kept: the cipher, a random nonce and the key under
    /// this one, bound to `id`.
    pub fn wrap(&self, key: &DataKey, id: &str) -> Result<String, VaultError> {
        let nonce = random::<NONCE_BYTES>()?;
        let aad = wrap_aad(key.profile(), id);
        let payload = Payload { msg: key.bytes(), aad: &aad };
        let sealed = self.aead(|aead| aead.seal(&nonce, payload));
        let sealed = sealed.ok_or_else(|| VaultError::WrongMasterKey { id: id.to_owned() })?;
        Ok(format!("{}:{}{}", cipher_word(key.profile()), hex::encode(nonce), hex::encode(sealed)))
    }

    /// The data key of `id`, from what [`MasterKey::wrap`] gave.
    pub fn unwrap(&self, wrapped: &str, id: &str) -> Result<DataKey, VaultError> {
        let error = || VaultError::WrongMasterKey { id: id.to_owned() };
        let (word, digits) = wrapped.split_once(':').ok_or_else(error)?;
        let profile = CryptoProfile::ALL.into_iter().find(|profile| cipher_word(*profile) == word).ok_or_else(error)?;
        let bytes = hex::decode(digits).map_err(|_| error())?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(error)?;
        let aad = wrap_aad(profile, id);
        let opened = self.aead(|aead| aead.open(nonce, Payload { msg: sealed, aad: &aad }));
        let secret = Secret::new(profile, Zeroizing::new(opened.ok_or_else(error)?));
        secret.map(DataKey).ok_or_else(error)
    }

    fn aead<T>(&self, f: impl FnOnce(&dyn Whole) -> Option<T>) -> Option<T> {
        match self.profile() {
            CryptoProfile::International => f(&Aes256Gcm::new_from_slice(&self.0.bytes).ok()?),
            CryptoProfile::Guomi => f(&Sm4Gcm::new_from_slice(&self.0.bytes).ok()?),
        }
    }
}

fn wrap_aad(profile: CryptoProfile, id: &str) -> Vec<u8> {
    format!("shuyu data key {} {id}", cipher_word(profile)).into_bytes()
}

/// One message at a time, whatever the cipher.
trait Whole {
    fn seal(&self, nonce: &[u8; NONCE_BYTES], payload: Payload<'_, '_>) -> Option<Vec<u8>>;
    fn open(&self, nonce: &[u8; NONCE_BYTES], payload: Payload<'_, '_>) -> Option<Vec<u8>>;
}

macro_rules! whole {
    ($($cipher:ty),*) => {$(
        impl Whole for $cipher {
            fn seal(&self, nonce: &[u8; NONCE_BYTES], payload: Payload<'_, '_>) -> Option<Vec<u8>> {
                self.encrypt(&Nonce::<U12>::from(*nonce), payload).ok()
            }
            fn open(&self, nonce: &[u8; NONCE_BYTES], payload: Payload<'_, '_>) -> Option<Vec<u8>> {
                self.decrypt(&Nonce::<U12>::from(*nonce), payload).ok()
            }
        }
    )*};
}
whole!(Aes256Gcm, Sm4Gcm);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_opens_for_its_own_id_under_its_own_master_alone() {
        for profile in CryptoProfile::ALL {
            let master = MasterKey::generate(profile).unwrap();
            let key = DataKey::generate(profile).unwrap();
            let wrapped = master.wrap(&key, "HLD-1").unwrap();
            assert_eq!(master.unwrap(&wrapped, "HLD-1").unwrap().bytes(), key.bytes());
            assert!(master.unwrap(&wrapped, "HLD-2").is_err());
            assert!(MasterKey::generate(profile).unwrap().unwrap(&wrapped, "HLD-1").is_err());
            let flipped = wrapped.replace('0', "1");
            assert!(master.unwrap(&flipped, "HLD-1").is_err() || flipped == wrapped);
            for damaged in ["", "aes256gcm:", "sm4gcm:00", "des:00"] {
                assert!(master.unwrap(damaged, "HLD-1").is_err(), "{damaged}");
            }
        }
    }

    #[test]
    fn the_key_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/master.key");
        let made = MasterKey::load_or_create(&path, CryptoProfile::Guomi).unwrap();
        let read = MasterKey::load_or_create(&path, CryptoProfile::Guomi).unwrap();
        assert_eq!(made.0.bytes, read.0.bytes);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(MasterKey::load_or_create(&path, CryptoProfile::International).is_err());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = MasterKey::load_or_create(&path, CryptoProfile::Guomi).unwrap_err();
        assert!(error.to_string().contains("0600"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "nonsense").unwrap();
        assert!(MasterKey::load_or_create(&path, CryptoProfile::Guomi).is_err());
    }

    #[test]
    fn keys_are_not_printed() {
        let master = MasterKey::parse(&format!("sm4gcm:{}", "ab".repeat(16))).unwrap();
        assert_eq!(format!("{master:?}"), "MasterKey(…)");
        assert!(MasterKey::parse(&format!("sm4gcm:{}", "ab".repeat(32))).is_none());
    }
}
