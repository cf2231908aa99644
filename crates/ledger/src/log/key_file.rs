//! Secret keys on disk: made at the first start, one line, for the owner only.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use shuyu_model::CryptoProfile;
use zeroize::Zeroizing;

use super::fault::at;
use super::note::{KeyUse, SignerKey, VerifierKey};
use super::tiles::{sync_folder, write_files};
use crate::LedgerError;

/// The public key's name beside what it verifies.
pub(crate) const VERIFIER_FILE: &str = "verifier.key";

/// Reads the key in `path`; makes it when there is none.
pub(crate) fn open_or_make(
    path: &Path,
    name: &str,
    profile: CryptoProfile,
    key_use: KeyUse,
) -> Result<SignerKey, LedgerError> {
    let unusable = |what: &str| LedgerError::Key { path: path.to_path_buf(), what: what.to_owned() };
    let key = match fs::read_to_string(path).map(Zeroizing::new) {
        Ok(line) => {
            let mode = fs::metadata(path).map_err(at("read", path))?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(unusable("others can read it; set its mode to 0600"));
            }
            SignerKey::parse(line.trim_end()).map_err(|_| unusable("it holds no key"))?
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let key = SignerKey::generate(name, profile, key_use)?;
            write_secret(path, &key)?;
            key
        }
        Err(error) => return Err(at("read", path)(error)),
    };
    let verifier = key.verifier();
    if verifier.name() != name || verifier.profile() != profile || verifier.key_use() != key_use {
        return Err(unusable("it was made for another name, another use or other algorithms"));
    }
    Ok(key)
}

/// Writes a secret where only the owner can ever read it, whole or not at all.
fn write_secret(path: &Path, key: &SignerKey) -> Result<(), LedgerError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(at("create", folder))?;
    let temporary = path.with_extension("new");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(at("remove", &temporary)(error)),
        _ => {}
    }
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)
        .map_err(at("create", &temporary))?;
    let mut line = key.to_line();
    line.push('\n');
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(at("write", &temporary))?;
    fs::rename(&temporary, path).map_err(at("write", path))?;
    sync_folder(folder)
}

/// Writes the public key into `folder`, for whoever wants to verify.
pub(crate) fn publish_verifier(folder: &Path, verifier: &VerifierKey) -> Result<(), LedgerError> {
    let line = format!("{verifier}\n").into_bytes();
    if fs::read(folder.join(VERIFIER_FILE)).is_ok_and(|written| written == line) {
        return Ok(());
    }
    write_files(folder, &[(VERIFIER_FILE.to_owned(), line)])
}

/// Reads a public key: one line, and nothing else.
pub(crate) fn read_verifier(path: &Path) -> Result<VerifierKey, LedgerError> {
    let text = fs::read_to_string(path).map_err(at("read", path))?;
    let key = text.strip_suffix('\n').and_then(|line| VerifierKey::parse(line).ok());
    key.ok_or_else(|| LedgerError::Key { path: path.to_path_buf(), what: "it holds no verifier key".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_a_key_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/log.key");
        for profile in CryptoProfile::ALL {
            let made = open_or_make(&path, "a.example", profile, KeyUse::Log).unwrap();
            let read = open_or_make(&path, "a.example", profile, KeyUse::Log).unwrap();
            assert_eq!(made.verifier(), read.verifier());
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert!(open_or_make(&path, "b.example", profile, KeyUse::Log).is_err(), "another name");
            assert!(open_or_make(&path, "a.example", profile, KeyUse::Witness).is_err(), "another use");
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn refuses_a_key_that_others_can_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.key");
        open_or_make(&path, "a.example", CryptoProfile::International, KeyUse::Log).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = open_or_make(&path, "a.example", CryptoProfile::International, KeyUse::Log);
        assert!(matches!(error, Err(LedgerError::Key { .. })));
    }

    #[test]
    fn refuses_a_name_that_no_note_could_carry() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "a b", "a+sm3", "a\n"] {
            let key = open_or_make(&folder.path().join("k"), name, CryptoProfile::Guomi, KeyUse::Log);
            assert!(key.is_err(), "{name:?}");
        }
    }
}
