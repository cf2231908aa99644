//! What a job says that it makes, and whether its statement makes that.

use std::collections::BTreeSet;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use serde::{Deserialize, Serialize};
use shuyu_model::column::is_plain_name;
use shuyu_model::{ColumnClass, ColumnType, Reason, Regime};

use crate::masks::arrow_type;
use crate::reasons;

/// A statement and what its result is meant for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// One query.
    #[serde(rename = "statement")]
    pub sql: String,
    /// What people call the result.
    pub title: String,
    /// What it is meant for.
    pub output: OutputSpec,
}

/// What a result is meant for, as its author declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputSpec {
    /// How it is to be delivered.
    pub kind: OutputKind,
    /// Its columns. The airlock refuses a column that is not declared here.
    pub columns: Vec<OutputColumn>,
}

/// How a result is to be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum OutputKind {
    /// Row by row, to who asks for a key.
    Lookup {
        /// The column that is asked by.
        key: String,
    },
    /// As a whole.
    Dataset,
    /// As a table to be read.
    Report,
    /// As what was learnt from many: its parameters, one row each.
    Model,
}

impl OutputKind {
    /// The word by which it is ordered.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Lookup { .. } => "lookup",
            Self::Dataset => "dataset",
            Self::Report => "report",
            Self::Model => "model",
        }
    }

    /// Whether it says something about many, in as many rows as a person can read: no row
    /// of it is somebody's.
    pub fn is_summary(&self) -> bool {
        matches!(self, Self::Report | Self::Model)
    }
}

/// A declared output column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputColumn {
    /// Its name in the result.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it says about whom.
    pub class: ColumnClass,
    /// Whether it counts persons or firms.
    #[serde(default)]
    pub is_count: bool,
}

/// A column of a result as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ColumnType,
}

/// The columns that a statement's schema makes, or why it cannot be kept so.
pub(crate) fn columns(regime: &Regime, spec: &OutputSpec, schema: &Schema) -> Result<Vec<ResultColumn>, Vec<Reason>> {
    let clause = &regime.workroom.raw_is_invisible;
    let (mut columns, mut reasons, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (index, field) in schema.fields().iter().enumerate() {
        let place = index + 1;
        if !is_plain_name(field.name()) {
            let what = format!("output column {place} has no name of small letters, digits and `_`");
            reasons.push(regime.reason(
                reasons::OUTPUT_SHAPE,
                clause,
                what,
                "name it with AS, as in `count(*) AS people`",
            ));
            continue;
        }
        let name = field.name().clone();
        if !seen.insert(name.clone()) {
            let what = format!("the output has the column `{name}` twice");
            reasons.push(regime.reason(reasons::OUTPUT_SHAPE, clause, what, "give one of them another name with AS"));
        }
        match column_type(field.data_type()) {
            Some(kind) => columns.push(ResultColumn { name, kind }),
            None => {
                let what = format!("the output column `{name}` is of a type that cannot leave");
                let instead = "CAST it to TEXT, BIGINT, DOUBLE, BOOLEAN, DATE or TIMESTAMP";
                reasons.push(regime.reason(reasons::OUTPUT_SHAPE, clause, what, instead));
            }
        }
    }
    if let OutputKind::Lookup { key } = &spec.kind
        && !seen.contains(key)
    {
        let shown = crate::gate::shortened(key, 80);
        let what = format!("the lookup's key `{shown}` is not among the output columns");
        reasons.push(regime.reason(reasons::KEY_MISSING, clause, what, "select the key column, or name another key"));
    }
    if reasons.is_empty() { Ok(columns) } else { Err(reasons) }
}

fn column_type(from: &DataType) -> Option<ColumnType> {
    match from {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(ColumnType::Text),
        from if from.is_integer() => Some(ColumnType::Integer),
        from if from.is_numeric() => Some(ColumnType::Float),
        DataType::Boolean => Some(ColumnType::Boolean),
        DataType::Date32 | DataType::Date64 => Some(ColumnType::Date),
        DataType::Timestamp(..) => Some(ColumnType::Timestamp),
        _ => None,
    }
}

/// The schema of a result with these columns.
pub(crate) fn schema(columns: &[ResultColumn]) -> SchemaRef {
    let field = |column: &ResultColumn| Field::new(&column.name, arrow_type(column.kind), true);
    std::sync::Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// The first columns of a batch, in the result's types. What does not fit is an
/// error, never a null: a result must not differ from what was computed.
pub(crate) fn fit(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let fields = schema.fields().iter().zip(batch.columns());
    let arrays: Result<Vec<ArrayRef>, ArrowError> =
        fields.map(|(field, array)| cast_with_options(array, field.data_type(), &options)).collect();
    RecordBatch::try_new(SchemaRef::clone(schema), arrays?)
}
