//! A candidate opened for the airlock: its sealed bytes, what its author
//! declared and what the workroom counted, as checks look at them.
//!
//! Everything here blocks but [`Sealed::open`].

use std::sync::Arc;

use arrow::error::ArrowError;
use bytes::Bytes;
use shuyu_model::{Digest, Regime};
use shuyu_workroom::{Candidate, EntityCounts, ResultReader, Workrooms};

use crate::AirlockError;
use crate::review::ColumnLineage;
use crate::view::{Declared, Entities, Facts, Table, View};

/// An opened candidate.
pub(crate) struct Sealed {
    id: String,
    reader: ResultReader,
    declared: Declared,
    facts: Facts,
}

impl Sealed {
    /// Opens a candidate.
    pub(crate) async fn open(workrooms: &Workrooms, candidate: &Candidate) -> Result<Self, AirlockError> {
        let entities = match candidate.counts() {
            EntityCounts::Nobody => Entities::Nobody,
            EntityCounts::EachRow => Entities::EachRow,
            EntityCounts::Unknown { why } => Entities::Unknown(why.clone()),
            EntityCounts::Counted => {
                let counts = workrooms.entity_counts(candidate).await?.unwrap_or_default();
                Entities::PerRow(counts.into_iter().map(|count| u64::try_from(count).ok()).collect())
            }
        };
        let facts = Facts {
            rows: candidate.rows(),
            bytes: candidate.bytes(),
            entities,
            raw_row_matches: Some(candidate.raw_row_matches()),
        };
        let (id, declared) = (candidate.id().to_string(), declared(candidate));
        Ok(Self { id, reader: workrooms.result(candidate).await?, declared, facts })
    }

    fn failed(&self) -> impl Fn(Box<dyn std::error::Error + Send + Sync>) -> AirlockError + '_ {
        |source| AirlockError::Sealed { id: self.id.clone(), source }
    }

    /// Hashes all bytes, a chunk at a time.
    pub(crate) fn digest(&self) -> Result<Digest, AirlockError> {
        self.reader.sealed().digest().map_err(|error| self.failed()(error.into()))
    }

    /// All bytes.
    pub(crate) fn read_all(&self) -> Result<Bytes, AirlockError> {
        let sealed = self.reader.sealed();
        sealed.read_range(0..sealed.bytes()).map_err(|error| self.failed()(error.into()))
    }

    /// All bytes, a chunk at a time.
    pub(crate) fn stream(&self) -> impl std::io::Read + Send + use<> {
        self.reader.sealed().stream_from(0)
    }

    /// Looks at the candidate as a check does. What fails is said without the
    /// engine's words, which may hold a value.
    pub(crate) fn look<T>(
        &self,
        regime: &Arc<Regime>,
        look: impl FnOnce(&View<'_>) -> Result<T, ArrowError>,
    ) -> Result<T, AirlockError> {
        let table = Table::sealed(self.reader.clone()).map_err(|_| self.unreadable())?;
        let view = View { regime, declared: &self.declared, facts: &self.facts, table: &table };
        look(&view).map_err(|_| self.unreadable())
    }

    fn unreadable(&self) -> AirlockError {
        AirlockError::Table { id: self.id.clone() }
    }
}

/// What the author declared.
pub(crate) fn declared(candidate: &Candidate) -> Declared {
    let output = candidate.output().clone();
    Declared { title: candidate.title().to_owned(), kind: output.kind, columns: output.columns }
}

/// Where each column comes from, for reviewers.
pub(crate) fn lineage(candidate: &Candidate) -> Vec<ColumnLineage> {
    let of_column = |column: &shuyu_workroom::ColumnLineage| ColumnLineage {
        column: column.name.clone(),
        from: column.origins.iter().map(|(resource, name)| format!("{resource}.{name}")).collect(),
    };
    candidate.lineage().iter().map(of_column).collect()
}
