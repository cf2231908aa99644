//! Passwords: argon2id, hashed away from the threads that answer requests.

use std::fmt;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use serde::Deserialize;
use tokio::sync::Semaphore;

use crate::RegistryError;

/// The shortest password, in characters (NIST SP 800-63B 3.1.1.2 asks for 8 with
/// a second factor; there is none here yet).
pub const PASSWORD_CHARS_MIN: usize = 10;
/// The longest password, in bytes, so that nobody can make hashing expensive.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// How many passwords are hashed at a time: each takes 19 MiB for a moment.
const HASHES_AT_A_TIME_MAX: usize = 4;

static HASHES: Semaphore = Semaphore::const_new(HASHES_AT_A_TIME_MAX);

/// A password as somebody typed it. It never prints itself.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// What somebody typed.
    pub fn new(typed: impl Into<String>) -> Self {
        Self(typed.into())
    }

    pub(crate) fn fault(&self) -> Option<String> {
        (self.0.chars().count() < PASSWORD_CHARS_MIN || self.0.len() > PASSWORD_BYTES_MAX).then(|| {
            format!("`password` has fewer than {PASSWORD_CHARS_MIN} characters or more than {PASSWORD_BYTES_MAX} bytes")
        })
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

async fn away<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, RegistryError> {
    let _place = HASHES.acquire().await.map_err(|_| RegistryError::Interrupted)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| RegistryError::Interrupted)
}

/// The hash to keep, in PHC form.
pub(crate) async fn hash(password: &Password) -> Result<String, RegistryError> {
    let password = password.clone();
    away(move || Argon2::default().hash_password(password.0.as_bytes()).map(|hash| hash.to_string()))
        .await?
        .map_err(|error| RegistryError::Hashing { what: error.to_string() })
}

/// Whether this is the password of `hash`. Without a hash it takes as long and
/// says no, so that nobody learns which logins there are.
pub(crate) async fn is_password_of(password: &Password, hash: Option<String>) -> Result<bool, RegistryError> {
    if password.0.len() > PASSWORD_BYTES_MAX {
        return Ok(false);
    }
    let password = password.clone();
    away(move || match hash {
        Some(hash) => PasswordHash::new(&hash)
            .map(|hash| Argon2::default().verify_password(password.0.as_bytes(), &hash).is_ok())
            .map_err(|error| RegistryError::Hashing { what: error.to_string() }),
        None => Argon2::default()
            .hash_password(password.0.as_bytes())
            .map(|_| false)
            .map_err(|error| RegistryError::Hashing { what: error.to_string() }),
    })
    .await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_passes() {
        let password = Password::new("correct horse battery");
        let kept = hash(&password).await.unwrap();
        assert!(kept.starts_with("$argon2id$"));
        assert!(is_password_of(&password, Some(kept.clone())).await.unwrap());
        assert!(!is_password_of(&Password::new("correct horse batterx"), Some(kept.clone())).await.unwrap());
        assert!(!is_password_of(&password, None).await.unwrap());
        assert_ne!(kept, hash(&password).await.unwrap(), "two hashes of one password have two salts");
    }

    #[test]
    fn a_password_never_prints_itself() {
        assert_eq!(format!("{:?}", Password::new("geheim")), "Password(…)");
        assert!(Password::new("短密码").fault().is_some());
        assert!(Password::new("江城市数据局的口令一二三").fault().is_none());
    }
}
