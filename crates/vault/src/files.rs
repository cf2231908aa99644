//! Papers kept whole: sealed under a key of their own, as everything here, with the row
//! that says whose they are.
//!
//! INVARIANT (file before row): the bytes are durable before a row names them.
//! INVARIANT (seen is kept): what is read back has the digest that was written down.
//!
//! Not here: who may keep, read and publish one (`registry::kept`).

use std::fs::File;

use bytes::Bytes;
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::FileId;
use shuyu_model::{Actor, Verdict};
use shuyu_registry::kept::{self, FILE_BYTES_MAX};
use shuyu_registry::{KeptFile, NewFile, Registry};

use crate::error::VaultError;
use crate::store::count;
use crate::vault::{Vault, blocking};

impl Vault {
    /// Keeps a paper whole.
    pub async fn keep_file(
        &self,
        registry: &Registry,
        actor: &Actor,
        new: NewFile,
        input: File,
    ) -> Result<Verdict<KeptFile>, VaultError> {
        let ledger = &self.0.ledger;
        if let Some(reasons) = registry.against_keeping(actor, &new) {
            ledger.refuse(Event::refused(Some(actor), "file.refused", "", &reasons)).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        let bytes = input.metadata().map_err(VaultError::folder("read an upload"))?.len();
        if FILE_BYTES_MAX < bytes {
            return Err(VaultError::TooLarge { bytes_max: FILE_BYTES_MAX });
        }
        let id: FileId = ledger.new_id();
        let sealed = self.seal_result(id.as_str(), input).await?;
        let mut change = ledger.change().await?;
        let kept = self.keep_result(&mut change, &sealed).await?;
        let file = KeptFile::of(id, new, actor, kept.digest, count(kept.bytes), change.now());
        kept::keep_in(&mut change, &file).await?;
        let facts = json!({ "kind": file.kind, "media_type": file.media_type, "bytes": file.bytes });
        let event = Event::done(Some(actor), "file.kept", file.id.as_str()).facts(facts);
        change.commit(event.digests(None, Some(file.digest)).under(registry.regime())).await?;
        Ok(Verdict::Allow(file))
    }

    /// The bytes of a kept paper.
    pub async fn read_file(&self, file: &KeptFile) -> Result<Bytes, VaultError> {
        let id = file.id.as_str();
        let sealed = self.result(id).await?.ok_or_else(|| VaultError::Missing { id: id.to_owned() })?;
        if sealed.digest != file.digest {
            return Err(VaultError::tampered(id));
        }
        let reader = self.open_result(&sealed).await?;
        let profile = self.profile();
        let (bytes, found) = blocking(move || {
            let bytes = reader.read_range(0..reader.bytes())?;
            let found = profile.digest(&bytes);
            Ok((bytes, found))
        })
        .await?;
        if found == file.digest { Ok(bytes) } else { Err(VaultError::tampered(id)) }
    }
}
