//! One sealed, encrypted, immutable version of a resource.

use serde::Serialize;
use shuyu_ledger::{Entry, Row};
use shuyu_model::id::{HoldingId, LandingId, OrganisationId, ResourceId};
use shuyu_model::{Column, Digest, Time};

use crate::error::VaultError;
use crate::states::HoldingState;

/// What is known of a sealed version. Only the vault makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holding {
    id: HoldingId,
    resource: ResourceId,
    version: i64,
    state: HoldingState,
    landing: LandingId,
    department: OrganisationId,
    landed_at: Time,
    landed_digest: Digest,
    landed_bytes: i64,
    digest: Digest,
    bytes: i64,
    rows: i64,
    rows_bad: i64,
    columns: Vec<Column>,
    sealed_at: Time,
    destroyed_at: Option<Time>,
    destroyed_ground: Option<String>,
}

impl Holding {
    pub(crate) fn from_row(row: &Row) -> Result<Self, VaultError> {
        let id = row.text("id")?;
        let damaged = |error: &dyn ToString| VaultError::damaged(&id, error.to_string());
        let state = row.text("state")?;
        Ok(Self {
            id: HoldingId::parse(&id).map_err(|e| damaged(&e))?,
            resource: ResourceId::parse(&row.text("resource")?).map_err(|e| damaged(&e))?,
            version: row.int("version")?,
            state: HoldingState::parse(&state).ok_or_else(|| damaged(&"unknown state"))?,
            landing: LandingId::parse(&row.text("landing")?).map_err(|e| damaged(&e))?,
            department: OrganisationId::parse(&row.text("department")?).map_err(|e| damaged(&e))?,
            landed_at: Time(row.int("landed_at")?),
            landed_digest: Digest::parse(&row.text("landed_digest")?).map_err(|e| damaged(&e))?,
            landed_bytes: row.int("landed_bytes")?,
            digest: Digest::parse(&row.text("digest")?).map_err(|e| damaged(&e))?,
            bytes: row.int("bytes")?,
            rows: row.int("rows_good")?,
            rows_bad: row.int("rows_bad")?,
            columns: serde_json::from_str(&row.text("columns")?).map_err(|e| damaged(&e))?,
            sealed_at: Time(row.int("sealed_at")?),
            destroyed_at: row.opt_int("destroyed_at")?.map(Time),
            destroyed_ground: row.opt_text("destroyed_ground")?,
        })
    }

    /// Its id.
    pub fn id(&self) -> &HoldingId {
        &self.id
    }

    /// What it is a version of.
    pub fn resource(&self) -> &ResourceId {
        &self.resource
    }

    /// Which version, from 1, without a gap.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// Whether it can still be opened.
    pub fn state(&self) -> HoldingState {
        self.state
    }

    /// The arrival that it was made of.
    pub fn landing(&self) -> &LandingId {
        &self.landing
    }

    /// Who sent it.
    pub fn department(&self) -> &OrganisationId {
        &self.department
    }

    /// When it arrived.
    pub fn landed_at(&self) -> Time {
        self.landed_at
    }

    /// The digest of the bytes that the department sent.
    pub fn landed_digest(&self) -> Digest {
        self.landed_digest
    }

    /// How many bytes the department sent.
    pub fn landed_bytes(&self) -> i64 {
        self.landed_bytes
    }

    /// The digest of the plain Parquet bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How many plain Parquet bytes there are.
    pub fn bytes(&self) -> i64 {
        self.bytes
    }

    /// Its rows.
    pub fn rows(&self) -> i64 {
        self.rows
    }

    /// Rows of the arrival that were left out.
    pub fn rows_bad(&self) -> i64 {
        self.rows_bad
    }

    /// Its columns, as they were declared when it landed.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// When it was sealed.
    pub fn sealed_at(&self) -> Time {
        self.sealed_at
    }

    /// When its key was destroyed.
    pub fn destroyed_at(&self) -> Option<Time> {
        self.destroyed_at
    }

    /// Why its key was destroyed.
    pub fn destroyed_ground(&self) -> Option<&str> {
        self.destroyed_ground.as_deref()
    }
}

/// The proof that a version is gone: which bytes, under which key, when, and
/// where in the journal that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    /// Which holding.
    pub holding: HoldingId,
    /// The digest of the plain bytes that can no longer be read.
    pub digest: Digest,
    /// The digest of the wrapped key that was erased.
    pub key_digest: Digest,
    /// When.
    pub at: Time,
    /// The event.
    pub entry: Entry,
}
