//! One arrival: what is expected, within which limits, and the way through.
//!
//! Three threads share the work: the caller's reads and parses, one hashes the
//! bytes as they came, one encodes batches into the spool file. Between them
//! lie short queues, so that memory stays bounded.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use shuyu_model::column::{COLUMNS_MAX, is_plain_name};
use shuyu_model::id::{LandingId, OrganisationId, ResourceId};
use shuyu_model::{Column, CryptoProfile, Time};

use crate::error::SourceError;
use crate::landing::Landing;
use crate::meter::Meter;
use crate::report::ReportDraft;
use crate::spool::{self, Encoder};
use crate::{buffers, csv, parquet_file};

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Rows of cells with commas (RFC 4180) under a header.
    Csv,
    /// Apache Parquet.
    Parquet,
}

/// The lengths that an input may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntakeLimits {
    /// Bytes of the whole input.
    pub bytes_max: u64,
    /// Rows, good and bad.
    pub rows_max: u64,
    /// Bytes of a row, as they come.
    pub row_bytes_max: usize,
    /// Bytes of a cell, in UTF-8.
    pub cell_bytes_max: usize,
    /// Bad rows that are listed one by one; all are counted.
    pub bad_rows_max: usize,
}

impl Default for IntakeLimits {
    fn default() -> Self {
        Self {
            bytes_max: 256 << 30,
            rows_max: 10_000_000_000,
            row_bytes_max: 1 << 20,
            cell_bytes_max: 1 << 16,
            bad_rows_max: 1000,
        }
    }
}

/// What is expected of an arrival.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The landing's id, drawn by the caller.
    pub landing: LandingId,
    /// Who sends.
    pub department: OrganisationId,
    /// What it is a version of.
    pub resource: ResourceId,
    /// The columns as registered; a header names them by name or title.
    pub columns: Vec<Column>,
    /// What the bytes are.
    pub format: Format,
    /// Which hash the digest is made with.
    pub profile: CryptoProfile,
    /// How long everything may be.
    pub limits: IntakeLimits,
    /// Where the nameless spool file lies.
    pub spool_dir: PathBuf,
    /// When it arrived.
    pub at: Time,
    /// Set to true by anybody who wants it to end.
    pub cancel: Arc<AtomicBool>,
}

/// How far an intake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub bytes: u64,
    /// Rows judged, good and bad.
    pub rows: u64,
}

impl Intake {
    fn check(&self) -> Result<(), SourceError> {
        let error = |what: &str| Err(SourceError::Columns { what: what.to_owned() });
        let names: BTreeSet<_> = self.columns.iter().map(|column| column.name.as_str()).collect();
        if self.columns.is_empty() || self.columns.len() > COLUMNS_MAX {
            return error(&format!("a table has 1 to {COLUMNS_MAX} columns"));
        }
        if names.len() != self.columns.len() {
            return error("two columns have one name");
        }
        if !names.iter().all(|name| is_plain_name(name)) {
            return error("a name is not lower-case letters, digits and `_`");
        }
        Ok(())
    }
}

/// Reads `input` to its end and makes a landing of it. Blocks; `progress` is
/// called on this thread after each batch.
pub fn land(intake: &Intake, input: impl Read, progress: &dyn Fn(Progress)) -> Result<Landing, SourceError> {
    intake.check()?;
    let schema = buffers::schema(&intake.columns);
    let file = spool::create(&intake.spool_dir)?;
    let mut report = ReportDraft::new(intake.columns.len(), intake.limits.bad_rows_max);
    let (digest, bytes_count, encoded) = thread::scope(|scope| {
        let (mut meter, hashing) = Meter::start(scope, intake, input);
        let (encoder, encoding) = Encoder::start(scope, file, schema.clone(), &intake.columns);
        let read = match intake.format {
            Format::Csv => csv::read(intake, &mut meter, &encoder, &mut report, progress),
            Format::Parquet => parquet_file::read(intake, &mut meter, &encoder, &mut report, progress),
        };
        // Both threads end when their queues do.
        drop(encoder);
        let bytes_count = meter.bytes();
        drop(meter);
        let encoded = encoding.join().map_err(|_| SourceError::Worker("encoder"))?;
        let digest = hashing.join().map_err(|_| SourceError::Worker("hasher"))?;
        match (read, encoded) {
            // The reader only noticed that the encoder was gone; that one knows why.
            (Ok(()) | Err(SourceError::Worker(_)), Err(error)) => Err(error),
            (Err(error), _) => Err(error),
            (Ok(()), Ok(encoded)) => Ok((digest, bytes_count, encoded)),
        }
    })?;
    let report = report.finish(&intake.columns, &encoded.held);
    Landing::new(intake, digest, bytes_count, schema, report, encoded.file)
}
