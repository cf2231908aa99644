//! The master key of pseudonyms, in a file of its own beside the other keys.
//!
//! INVARIANT (never twice): a key that exists is never replaced: with another
//! key every pseudonym would change, and released tables would answer nobody.

use std::io::{self, Write as _};
use std::path::Path;

/// The master key that scenarios' keys are derived from.
#[derive(Clone)]
pub struct PseudonymKey([u8; 32]);

impl std::fmt::Debug for PseudonymKey {
    /// Says nothing of the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PseudonymKey")
    }
}

impl PseudonymKey {
    /// This key.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key in a file of 64 hexadecimal digits; where there is no file yet,
    /// a random key is made and written first, readable by the owner alone.
    pub fn load_or_create(path: &Path) -> io::Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(error),
        }
    }

    fn parse(text: &str) -> io::Result<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| {
            io::Error::new(io::ErrorKind::InvalidData, "a pseudonym key file holds 64 hexadecimal digits")
        })?;
        Ok(Self(bytes))
    }

    fn create(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
        // Written under another name first: a crash must not leave half a key.
        let unfinished = path.with_extension("unfinished");
        let mut file =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(hex::encode(bytes).as_bytes())?;
        file.sync_all()?;
        std::fs::hard_link(&unfinished, path)?;
        std::fs::remove_file(&unfinished)?;
        if let Some(folder) = path.parent() {
            std::fs::File::open(folder)?.sync_all()?;
        }
        Ok(Self(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pseudonym.key");
        let made = PseudonymKey::load_or_create(&path).unwrap();
        assert_eq!(PseudonymKey::load_or_create(&path).unwrap().bytes(), made.bytes());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_key_file_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pseudonym.key");
        std::fs::write(&path, "abc").unwrap();
        assert!(PseudonymKey::load_or_create(&path).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "abc");
    }
}
