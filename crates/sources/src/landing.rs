//! The sealed value that intake hands to the vault.

use std::fs::File;
use std::io::Seek;

use arrow::datatypes::SchemaRef;
use shuyu_model::id::{LandingId, OrganisationId, ResourceId};
use shuyu_model::{Column, Digest, Time};

use crate::error::SourceError;
use crate::intake::Intake;
use crate::report::QualityReport;

/// These bytes came from this department at this time, with this digest, schema
/// and quality. Only [`crate::land`] makes one. Its table lies in a spool file
/// without a name, which is gone when the landing is dropped or the process dies.
#[derive(Debug)]
pub struct Landing {
    id: LandingId,
    department: OrganisationId,
    resource: ResourceId,
    columns: Vec<Column>,
    at: Time,
    digest: Digest,
    bytes_count: u64,
    schema: SchemaRef,
    report: QualityReport,
    spool: File,
    spool_bytes: u64,
}

impl Landing {
    pub(crate) fn new(
        intake: &Intake,
        digest: Digest,
        bytes_count: u64,
        schema: SchemaRef,
        report: QualityReport,
        spool: File,
    ) -> Result<Self, SourceError> {
        let spool_bytes = spool.metadata().map_err(SourceError::spool)?.len();
        Ok(Self {
            id: intake.landing.clone(),
            department: intake.department.clone(),
            resource: intake.resource.clone(),
            columns: intake.columns.clone(),
            at: intake.at,
            digest,
            bytes_count,
            schema,
            report,
            spool,
            spool_bytes,
        })
    }

    /// Its id.
    pub fn id(&self) -> &LandingId {
        &self.id
    }

    /// Who sent it.
    pub fn department(&self) -> &OrganisationId {
        &self.department
    }

    /// What it is a version of.
    pub fn resource(&self) -> &ResourceId {
        &self.resource
    }

    /// The columns that were expected and found.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// When it arrived.
    pub fn at(&self) -> Time {
        self.at
    }

    /// The digest of the bytes as they came.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How many bytes came.
    pub fn bytes_count(&self) -> u64 {
        self.bytes_count
    }

    /// The table's schema, in the order of [`Landing::columns`].
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Rows in the table.
    pub fn rows_good(&self) -> u64 {
        self.report.rows_good
    }

    /// Rows left out.
    pub fn rows_bad(&self) -> u64 {
        self.report.rows_bad
    }

    /// The report on its quality.
    pub fn report(&self) -> &QualityReport {
        &self.report
    }

    /// How long the spool file is.
    pub fn spool_bytes(&self) -> u64 {
        self.spool_bytes
    }

    /// The table as Parquet, from its first byte. All handles share one cursor:
    /// read one at a time.
    pub fn open_spool(&self) -> Result<File, SourceError> {
        let mut file = self.spool.try_clone().map_err(SourceError::spool)?;
        file.rewind().map_err(SourceError::spool)?;
        Ok(file)
    }
}
