//! How a column's values are hidden before anything of the author's touches
//! them: one file a mask, each saying what its output still reveals.
//!
//! INVARIANT (masking never adds): two values that agree in what a mask says it
//! reveals have the same masked value.
//! INVARIANT (fail closed): a mask that does not fit its column's type gives
//! nothing but nulls.

mod bucket;
mod entity;
mod generalise_date;
mod keep_prefix;
mod leading_digit;
mod none;
mod pseudonym;
mod redact;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray as _};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use shuyu_model::column::DatePart;
use shuyu_model::{Column, ColumnClass, ColumnType, Mask, Regime};

use crate::pseudonym::Pseudonymiser;

/// A mask as it is applied to one column.
#[derive(Debug, Clone)]
pub(crate) enum Applied {
    /// `none.rs`
    None,
    /// `keep_prefix.rs`
    KeepPrefix(u16),
    /// `generalise_date.rs`
    GeneraliseDate(DatePart),
    /// `bucket.rs`
    Bucket(u32),
    /// `leading_digit.rs`: the draft plane only.
    LeadingDigit,
    /// `redact.rs`
    Redact,
    /// `pseudonym.rs`
    Pseudonym(Arc<Pseudonymiser>),
    /// `entity.rs`: never a column that an author can name.
    Entity(Arc<Pseudonymiser>),
}

/// Every mask by its word, for the test that holds over all of them.
#[cfg(test)]
pub(crate) const ALL: [&str; 8] =
    ["none", "keep_prefix", "generalise_date", "bucket", "leading_digit", "redact", "pseudonym", "entity"];

/// For whose eyes the values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plane {
    /// A sample, on screen: identifiers and sensitive values are always hidden.
    Draft,
    /// The same where the document itself keeps raw data from those who process it: no
    /// value is shown as it is.
    Unseen,
    /// All rows, for nobody's eyes: as registered.
    Run,
}

impl Plane {
    /// The plane of a sample under these rules.
    pub(crate) fn of_sample(regime: &Regime) -> Self {
        let rule = &regime.workroom.raw_is_invisible;
        if rule.value && rule.source.is_some() { Self::Unseen } else { Self::Draft }
    }
}

/// The Arrow type of a landed column.
pub(crate) fn arrow_type(kind: ColumnType) -> DataType {
    use datafusion::arrow::datatypes::TimeUnit;
    match kind {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Integer => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

impl Applied {
    /// What is applied to a column in a plane.
    pub(crate) fn of(column: &Column, plane: Plane, pseudonymiser: &Arc<Pseudonymiser>) -> Self {
        let registered = match &column.mask {
            Mask::None => Self::None,
            Mask::KeepPrefix { chars } => Self::KeepPrefix(*chars),
            Mask::GeneraliseDate { to } => Self::GeneraliseDate(*to),
            Mask::Bucket { width } => Self::Bucket(*width),
            Mask::Redact => Self::Redact,
            Mask::Pseudonym => Self::Pseudonym(Arc::clone(pseudonymiser)),
        };
        match plane {
            Plane::Run => registered,
            Plane::Draft => registered.for_the_screen(column.class, column.kind, pseudonymiser),
            Plane::Unseen => {
                let class = match column.class {
                    ColumnClass::DirectIdentifier => ColumnClass::DirectIdentifier,
                    _ => ColumnClass::Sensitive,
                };
                registered.for_the_screen(class, column.kind, pseudonymiser)
            }
        }
    }

    /// The draft plane shows rows to people, so there an identifier is always a
    /// pseudonym and a sensitive value always coarse. The types stay as in the
    /// run plane: a statement that plans in one plans in the other.
    fn for_the_screen(self, class: ColumnClass, kind: ColumnType, pseudonymiser: &Arc<Pseudonymiser>) -> Self {
        match (class, kind, &self) {
            (_, _, Self::Redact | Self::Pseudonym(_)) => self,
            (ColumnClass::DirectIdentifier, ColumnType::Text, _) => Self::Pseudonym(Arc::clone(pseudonymiser)),
            (ColumnClass::DirectIdentifier, _, _) => Self::Redact,
            (ColumnClass::Sensitive, ColumnType::Integer | ColumnType::Float, Self::None) => Self::LeadingDigit,
            (ColumnClass::Sensitive, ColumnType::Date | ColumnType::Timestamp, Self::None) => {
                Self::GeneraliseDate(DatePart::Year)
            }
            (ColumnClass::Sensitive, _, Self::None) => Self::Redact,
            _ => self,
        }
    }

    /// The type that a column of type `from` has after it.
    pub(crate) fn output_type(&self, from: &DataType) -> DataType {
        match self {
            Self::Pseudonym(_) => DataType::Utf8,
            Self::Entity(_) => DataType::Int64,
            _ => from.clone(),
        }
    }

    /// Masks an array.
    pub(crate) fn apply(&self, values: &ArrayRef) -> Result<ArrayRef, ArrowError> {
        Ok(match (self, values.data_type()) {
            (Self::None, _) => none::apply(values),
            (Self::KeepPrefix(chars), DataType::Utf8) => keep_prefix::apply(values.as_string(), *chars),
            (Self::GeneraliseDate(to), DataType::Date32) => generalise_date::dates(values.as_primitive(), *to),
            (Self::GeneraliseDate(to), DataType::Timestamp(..)) => {
                generalise_date::timestamps(values.as_primitive_opt(), *to).unwrap_or_else(|| redact::apply(values))
            }
            (Self::Bucket(width), DataType::Int64) => bucket::integers(values.as_primitive(), *width),
            (Self::Bucket(width), DataType::Float64) => bucket::floats(values.as_primitive(), *width),
            (Self::LeadingDigit, DataType::Int64) => leading_digit::integers(values.as_primitive()),
            (Self::LeadingDigit, DataType::Float64) => leading_digit::floats(values.as_primitive()),
            (Self::Pseudonym(maker), _) => pseudonym::apply(values, maker)?,
            (Self::Entity(maker), _) => entity::apply(values, maker)?,
            // INVARIANT (fail closed).
            _ => redact::apply(values),
        })
    }
}

#[cfg(test)]
mod tests;
