//! A release: a candidate whose very bytes passed the checks and were signed
//! for. Only the airlock can make one.
//!
//! INVARIANT (seen is sent): [`Release::read_all`], [`Release::read_rows`] and
//! [`Release::reader`] give bytes out only after all were hashed again and are
//! those signed for.
//! INVARIANT (dies at once): [`Release::is_live`] is false the moment that a
//! withdrawal is written, in every copy.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};
use shuyu_model::id::{CandidateId, CaseId, HoldingId, OrganisationId, PersonId, ReleaseId, ScenarioId};
use shuyu_model::{Digest, Time};
use shuyu_workroom::{OutputKind, Workrooms};

use crate::AirlockError;
use crate::sealed::Sealed;
use crate::summary::ColumnSummary;
use crate::view::Declared;

/// Somebody who signed for a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// Who.
    pub person: PersonId,
    /// For which organisation.
    pub organisation: OrganisationId,
    /// In which step.
    pub step: String,
    /// When.
    pub at: Time,
}

/// Everything about a release that never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) candidate: CandidateId,
    pub(crate) case: CaseId,
    pub(crate) scenario: ScenarioId,
    pub(crate) operator: OrganisationId,
    pub(crate) author: PersonId,
    pub(crate) declared: Declared,
    pub(crate) columns: Vec<ColumnSummary>,
    pub(crate) digest: Digest,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) inputs: Vec<HoldingId>,
    pub(crate) checks: Vec<String>,
    pub(crate) signers: Vec<Signer>,
    pub(crate) decided_at: Time,
    pub(crate) regime: String,
    pub(crate) clauses: Vec<String>,
}

/// Whether a release has not been withdrawn; shared by all its copies.
#[derive(Debug, Clone)]
pub(crate) struct Life(Arc<AtomicBool>);

impl Life {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    pub(crate) fn end(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// A result that may leave. It cannot be made, only asked for.
#[derive(Clone)]
pub struct Release {
    inner: Arc<Inner>,
    life: Life,
}

struct Inner {
    id: ReleaseId,
    document: Document,
    released_at: Time,
    workrooms: Workrooms,
}

impl std::fmt::Debug for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Release({}, {})", self.inner.id, self.inner.document.digest)
    }
}

impl Release {
    pub(crate) fn new(id: ReleaseId, document: Document, released_at: Time, life: Life, workrooms: Workrooms) -> Self {
        Self { inner: Arc::new(Inner { id, document, released_at, workrooms }), life }
    }

    fn document(&self) -> &Document {
        &self.inner.document
    }

    /// Its id.
    pub fn id(&self) -> &ReleaseId {
        &self.inner.id
    }

    /// The candidate that it was.
    pub fn candidate(&self) -> &CandidateId {
        &self.document().candidate
    }

    /// The case in which it was signed for.
    pub fn case(&self) -> &CaseId {
        &self.document().case
    }

    /// For which scenario it was made.
    pub fn scenario(&self) -> &ScenarioId {
        &self.document().scenario
    }

    /// Which operator made it.
    pub fn operator(&self) -> &OrganisationId {
        &self.document().operator
    }

    /// Who wrote its statement.
    pub fn author(&self) -> &PersonId {
        &self.document().author
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        &self.document().declared.title
    }

    /// What it is to become.
    pub fn kind(&self) -> &OutputKind {
        &self.document().declared.kind
    }

    /// The column that a lookup is looked up by.
    pub fn key(&self) -> Option<&str> {
        match self.kind() {
            OutputKind::Lookup { key } => Some(key),
            OutputKind::Dataset | OutputKind::Report | OutputKind::Model => None,
        }
    }

    /// Its columns, in the order of the file.
    pub fn columns(&self) -> &[ColumnSummary] {
        &self.document().columns
    }

    /// The digest of its bytes, a Parquet file.
    pub fn digest(&self) -> Digest {
        self.document().digest
    }

    /// Its rows.
    pub fn rows(&self) -> u64 {
        self.document().rows
    }

    /// Its bytes.
    pub fn bytes(&self) -> u64 {
        self.document().bytes
    }

    /// The sealed versions that it was computed from.
    pub fn inputs(&self) -> &[HoldingId] {
        &self.document().inputs
    }

    /// The codes of the checks that it passed.
    pub fn checks(&self) -> &[String] {
        &self.document().checks
    }

    /// Who signed for it.
    pub fn signers(&self) -> &[Signer] {
        &self.document().signers
    }

    /// When the last of them signed.
    pub fn decided_at(&self) -> Time {
        self.document().decided_at
    }

    /// When it was released.
    pub fn released_at(&self) -> Time {
        self.inner.released_at
    }

    /// Under which version of which rules: `changsha-2026@1`.
    pub fn regime(&self) -> &str {
        &self.document().regime
    }

    /// Under which clauses.
    pub fn clauses(&self) -> &[String] {
        &self.document().clauses
    }

    /// Whether it may still be delivered. Costs one load; ask often.
    pub fn is_live(&self) -> bool {
        self.life.0.load(Ordering::SeqCst)
    }

    /// The pseudonym under which a person or firm stands in it.
    pub fn pseudonym(&self, raw_key: &str) -> String {
        self.inner.workrooms.pseudonymiser(self.scenario()).pseudonym(raw_key)
    }

    async fn sealed(&self) -> Result<Sealed, AirlockError> {
        let id = self.candidate();
        let unknown = || AirlockError::Unknown { kind: "candidate", id: id.to_string() };
        let candidate = self.inner.workrooms.candidate(id).await?.ok_or_else(unknown)?;
        Sealed::open(&self.inner.workrooms, &candidate).await
    }

    fn altered(&self) -> AirlockError {
        AirlockError::Altered { id: self.id().to_string() }
    }

    /// All its bytes, a Parquet file, as they were signed for.
    pub async fn read_all(&self) -> Result<Bytes, AirlockError> {
        let (sealed, digest) = (self.sealed().await?, self.digest());
        let read = tokio::task::spawn_blocking(move || {
            let bytes = sealed.read_all()?;
            // Hashed after reading: what is compared is what is given out.
            Ok::<_, AirlockError>((digest.profile().digest(&bytes) == digest).then_some(bytes))
        });
        read.await??.ok_or_else(|| self.altered())
    }

    /// Its bytes as a reader that holds a chunk at a time, for what is too large
    /// for memory. All of them are hashed before the first is given out, and
    /// each chunk is authenticated again as it is read. The reader blocks.
    pub async fn reader(&self) -> Result<impl std::io::Read + Send + use<>, AirlockError> {
        let (sealed, digest) = (self.sealed().await?, self.digest());
        let read = tokio::task::spawn_blocking(move || {
            let found = sealed.digest()?;
            Ok::<_, AirlockError>((found == digest).then(|| sealed.stream()))
        });
        read.await??.ok_or_else(|| self.altered())
    }

    /// All its rows, in batches.
    pub async fn read_rows(&self) -> Result<Vec<RecordBatch>, AirlockError> {
        let bytes = self.read_all().await?;
        let read = tokio::task::spawn_blocking(move || {
            let batches = ParquetRecordBatchReaderBuilder::try_new(bytes).ok()?.build().ok()?;
            batches.collect::<Result<Vec<_>, _>>().ok()
        });
        read.await?.ok_or_else(|| AirlockError::Table { id: self.id().to_string() })
    }
}
