//! What a release gives a product: its facts, and for a lookup its rows.
//!
//! INVARIANT (released only): the facts and the bytes come from the airlock.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchReader as _};
use bytes::Bytes;
use futures::future::BoxFuture;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shuyu_model::id::{OrganisationId, ReleaseId, ScenarioId};
use shuyu_model::{ColumnClass, Digest, identifier};

use crate::error::DeliveryError;
use crate::product::ProductKind;
use crate::shelf::{LOOKUP_ROWS_MAX, Shelf, Unfit};

/// How a file is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// UTF-8 with a byte order mark, so that a spreadsheet reads it.
    Csv,
    /// As it was released.
    Parquet,
}

impl FileFormat {
    /// For `Content-Type`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// A column of a release.
#[derive(Debug, Clone)]
pub(crate) struct StockColumn {
    pub(crate) name: String,
    pub(crate) class: ColumnClass,
}

/// What is known of a release.
pub(crate) struct Facts {
    pub(crate) operator: OrganisationId,
    pub(crate) scenario: ScenarioId,
    pub(crate) digest: Digest,
    pub(crate) kind: ProductKind,
    pub(crate) key: Option<String>,
    pub(crate) columns: Vec<StockColumn>,
}

/// Turns what a caller asks for into what stands in the key column.
pub(crate) type Keying = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// Whether a release is live, asked at each call.
pub(crate) type Living = Arc<dyn Fn() -> bool + Send + Sync>;

/// A release as the airlock opens it.
pub(crate) struct Opened {
    pub(crate) facts: Facts,
    pub(crate) keying: Keying,
    pub(crate) living: Living,
    /// The released file, checked against the release's digest.
    pub(crate) parquet: Bytes,
}

/// Opens a release by its name; `None` where there is none.
pub(crate) type Opener =
    Arc<dyn Fn(ReleaseId) -> BoxFuture<'static, Result<Option<Opened>, DeliveryError>> + Send + Sync>;

/// A release made ready to be served.
pub(crate) struct Stock {
    facts: Facts,
    keying: Keying,
    living: Living,
    shelf: Option<Result<Shelf, Unfit>>,
}

impl Stock {
    /// Loads the rows where the release is a lookup.
    pub(crate) fn load(opened: Opened) -> Result<Self, DeliveryError> {
        let Opened { facts, keying, living, parquet } = opened;
        let shelf = match (facts.kind, &facts.key) {
            (ProductKind::Lookup, Some(key)) => {
                Some(Shelf::load(&to_batches(parquet)?, key, &answer_columns(&facts), LOOKUP_ROWS_MAX)?)
            }
            _ => None,
        };
        Ok(Self { facts, keying, living, shelf })
    }

    /// Whether the release has not been withdrawn.
    pub(crate) fn is_live(&self) -> bool {
        (self.living)()
    }

    pub(crate) fn operator(&self) -> &OrganisationId {
        &self.facts.operator
    }

    pub(crate) fn scenario(&self) -> &ScenarioId {
        &self.facts.scenario
    }

    pub(crate) fn digest(&self) -> Digest {
        self.facts.digest
    }

    /// The columns that go out: all but the key.
    pub(crate) fn answer(&self) -> Vec<String> {
        answer_columns(&self.facts)
    }

    /// Whether each answer is about somebody: the key names a person or firm, by
    /// what was declared or by what it holds. A declaration alone would let an
    /// author do away with everybody's consent.
    pub(crate) fn is_about_people(&self) -> bool {
        let Some(key) = &self.facts.key else { return false };
        let declared = self.facts.columns.iter().find(|column| column.name == *key);
        declared.is_none_or(|column| column.class == ColumnClass::DirectIdentifier)
            || matches!(&self.shelf, Some(Ok(shelf)) if shelf.has_names())
    }

    /// Why it cannot be offered as this.
    pub(crate) fn shape_faults(&self, kind: ProductKind, key: Option<&str>) -> Vec<&'static str> {
        let mut faults = Vec::new();
        if kind != self.facts.kind {
            faults.push("the release was reviewed as another kind of product");
        }
        if key.is_some() && key != self.facts.key.as_deref() {
            faults.push("the release was reviewed with another key column");
        }
        faults.extend(match &self.shelf {
            Some(Err(Unfit::NoColumn)) => Some("the release has no such key or answer column"),
            Some(Err(Unfit::RepeatedKey)) => {
                Some("a key stands in more than one row, so that no single answer belongs to it")
            }
            Some(Err(Unfit::NullKey)) => Some("a row has no key"),
            Some(Err(Unfit::TooManyRows)) => Some("the release has more rows than one gateway holds in memory"),
            Some(Ok(_)) | None => None,
        });
        faults
    }

    /// Columns that would go out and name somebody.
    pub(crate) fn direct_answers(&self) -> Vec<&str> {
        let key = self.facts.key.as_deref();
        let others = self.facts.columns.iter().filter(|column| Some(column.name.as_str()) != key);
        others.filter(|c| c.class == ColumnClass::DirectIdentifier).map(|c| c.name.as_str()).collect()
    }

    /// The row of a key; `None` where there is none.
    pub(crate) fn find(&self, key: &str) -> Result<Option<Map<String, Value>>, DeliveryError> {
        let Some(Ok(shelf)) = &self.shelf else {
            return Err(DeliveryError::ReleasedFile { what: "it is no table to look up in" });
        };
        let key = key.trim();
        // The check digit X is written small by many.
        let upper = identifier::is_id_card(key).then(|| key.to_ascii_uppercase());
        shelf.find(&(self.keying)(upper.as_deref().unwrap_or(key)))
    }
}

fn answer_columns(facts: &Facts) -> Vec<String> {
    let others = facts.columns.iter().filter(|column| Some(&column.name) != facts.key.as_ref());
    others.map(|column| column.name.clone()).collect()
}

/// The file of a data set or report. Only declared columns are in it: a file
/// that has others is not given at all.
pub(crate) fn to_file(opened: Opened, format: FileFormat) -> Result<Bytes, DeliveryError> {
    let batches = to_batches(opened.parquet.clone())?;
    let declared: Vec<&str> = opened.facts.columns.iter().map(|column| column.name.as_str()).collect();
    let is_declared =
        |batch: &RecordBatch| batch.schema().fields().iter().all(|f| declared.contains(&f.name().as_str()));
    if !batches.iter().all(is_declared) {
        return Err(DeliveryError::ReleasedFile { what: "it has a column that was not declared" });
    }
    match format {
        FileFormat::Csv => to_csv(&batches),
        FileFormat::Parquet => Ok(opened.parquet),
    }
}

fn to_batches(parquet: Bytes) -> Result<Vec<RecordBatch>, DeliveryError> {
    let unreadable = |_| DeliveryError::ReleasedFile { what: "it is no Parquet file" };
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(parquet).and_then(|builder| builder.build()).map_err(unreadable)?;
    let schema = reader.schema();
    let mut batches = reader.collect::<Result<Vec<_>, _>>().map_err(DeliveryError::Arrow)?;
    if batches.is_empty() {
        // No rows, but a header.
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(batches)
}

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Rows as CSV, with a header.
fn to_csv(batches: &[RecordBatch]) -> Result<Bytes, DeliveryError> {
    let mut bytes = BYTE_ORDER_MARK.to_vec();
    let mut writer = arrow::csv::WriterBuilder::new().with_header(true).build(&mut bytes);
    for batch in batches {
        writer.write(batch).map_err(DeliveryError::Arrow)?;
    }
    drop(writer);
    Ok(Bytes::from(bytes))
}
