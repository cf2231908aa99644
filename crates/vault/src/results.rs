//! Results of workroom and airlock, sealed in the vault's format under keys that
//! only the vault knows, so that those stations need no cryptography.
//!
//! The file is written first; the row goes into the caller's own change, so that
//! the result and what it is a result of stand or fall together. A file whose
//! row never came is swept at the next start.

use std::io::Read;

use serde::{Deserialize, Serialize};
use shuyu_ledger::Change;
use shuyu_model::Digest;

use crate::error::VaultError;
use crate::folder::Kind;
use crate::key::DataKey;
use crate::sealed_file::{self, SealedReader};
use crate::store;
use crate::vault::{Vault, blocking};

/// The longest id of a result.
const ID_BYTES_MAX: usize = 64;

/// A result that lies sealed: which, and what its plain bytes are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedRef {
    /// The id of what it is the result of: a candidate, a release.
    pub id: String,
    /// The digest of the plain bytes.
    pub digest: Digest,
    /// How many plain bytes there are.
    pub bytes: u64,
}

/// A sealed file on disk whose row is still to be written with
/// [`Vault::keep_result`].
#[derive(Debug)]
#[must_use = "a result that is not kept is swept at the next start"]
pub struct SealedResult {
    result: SealedRef,
    wrapped_key: String,
}

impl SealedResult {
    /// What was sealed.
    pub fn sealed_ref(&self) -> &SealedRef {
        &self.result
    }
}

impl Vault {
    /// Seals all of `input` as the result of `id`, which is letters, digits and
    /// dashes and has no result yet.
    pub async fn seal_result(
        &self,
        id: &str,
        mut input: impl Read + Send + 'static,
    ) -> Result<SealedResult, VaultError> {
        if id.is_empty() || id.len() > ID_BYTES_MAX || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(VaultError::Unknown { kind: "thing with a result", id: id.chars().take(80).collect() });
        }
        let key = DataKey::generate(self.profile())?;
        let wrapped_key = self.0.master_key.wrap(&key, id)?;
        let (folder, name) = (self.0.folder.clone(), id.to_owned());
        let result = blocking(move || {
            let sealed = folder.write(Kind::Result, &name, |out| sealed_file::seal(&mut input, &key, &name, out))?;
            Ok(SealedRef { id: name, digest: sealed.digest, bytes: sealed.bytes })
        });
        Ok(SealedResult { result: result.await?, wrapped_key })
    }

    /// Writes the result's row within the caller's change.
    pub async fn keep_result(&self, change: &mut Change, result: &SealedResult) -> Result<SealedRef, VaultError> {
        let sealed_at = change.now();
        store::insert_result(change, &result.result, &result.wrapped_key, sealed_at).await?;
        Ok(result.result.clone())
    }

    /// What lies sealed as the result of `id`.
    pub async fn result(&self, id: &str) -> Result<Option<SealedRef>, VaultError> {
        Ok(store::result(&self.0.ledger, id).await?.map(|(result, _)| result))
    }

    /// Opens a result for reading. That it is still what `result` says is
    /// checked in length here and in content by [`SealedReader::digest`].
    pub async fn open_result(&self, result: &SealedRef) -> Result<SealedReader, VaultError> {
        let found = store::result(&self.0.ledger, &result.id).await?;
        let (known, wrapped) =
            found.ok_or_else(|| VaultError::Unknown { kind: "sealed result", id: result.id.clone() })?;
        if known != *result {
            return Err(VaultError::tampered(&result.id));
        }
        let key = self.0.master_key.unwrap(&wrapped, &known.id)?;
        let folder = self.0.folder.clone();
        blocking(move || {
            let reader = SealedReader::open(folder.read(Kind::Result, &known.id)?, &key, &known.id)?;
            if reader.bytes() == known.bytes { Ok(reader) } else { Err(VaultError::tampered(&known.id)) }
        })
        .await
    }
}
