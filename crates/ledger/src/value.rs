//! What goes into and comes out of the database: 64-bit integers and text, and
//! nothing else, so that one SQL text means the same on SQLite and PostgreSQL.

use std::sync::Arc;

use shuyu_model::Time;

use crate::LedgerError;

/// One bound argument or one cell. A null knows its type, because PostgreSQL
/// asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A BIGINT: numbers, microseconds, 0 and 1 for no and yes.
    Int(i64),
    /// A TEXT: ids, JSON, digests, names.
    Text(String),
    /// No BIGINT.
    NullInt,
    /// No TEXT.
    NullText,
}

/// Arguments in the order of `$1`, `$2`, …; made by [`crate::args!`].
pub type Args = Vec<Value>;

/// Arguments for a statement: `args![id.as_str(), 5_i64, None::<i64>]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<Time> for Value {
    fn from(value: Time) -> Self {
        Self::Int(value.0)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Self::NullInt, Self::Int)
    }
}

impl From<Option<Time>> for Value {
    fn from(value: Option<Time>) -> Self {
        value.map_or(Self::NullInt, |time| Self::Int(time.0))
    }
}

impl From<Option<String>> for Value {
    fn from(value: Option<String>) -> Self {
        value.map_or(Self::NullText, Self::Text)
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        value.map_or(Self::NullText, |text| Self::Text(text.to_owned()))
    }
}

/// One row, read by column name.
#[derive(Debug, Clone)]
pub struct Row {
    pub(crate) columns: Arc<Vec<String>>,
    pub(crate) values: Vec<Value>,
}

impl Row {
    fn value(&self, column: &str) -> Result<&Value, LedgerError> {
        self.columns
            .iter()
            .position(|name| name == column)
            .and_then(|index| self.values.get(index))
            .ok_or_else(|| LedgerError::Column { column: column.to_owned(), what: "is not in the row" })
    }

    /// A BIGINT that is never null.
    pub fn int(&self, column: &str) -> Result<i64, LedgerError> {
        self.opt_int(column)?.ok_or_else(|| LedgerError::Column { column: column.to_owned(), what: "is null" })
    }

    /// A TEXT that is never null.
    pub fn text(&self, column: &str) -> Result<String, LedgerError> {
        self.opt_text(column)?.ok_or_else(|| LedgerError::Column { column: column.to_owned(), what: "is null" })
    }

    /// A BIGINT that may be null.
    pub fn opt_int(&self, column: &str) -> Result<Option<i64>, LedgerError> {
        match self.value(column)? {
            Value::Int(value) => Ok(Some(*value)),
            Value::NullInt | Value::NullText => Ok(None),
            Value::Text(_) => Err(LedgerError::Column { column: column.to_owned(), what: "is text, not a number" }),
        }
    }

    /// A TEXT that may be null.
    pub fn opt_text(&self, column: &str) -> Result<Option<String>, LedgerError> {
        match self.value(column)? {
            Value::Text(value) => Ok(Some(value.clone())),
            Value::NullInt | Value::NullText => Ok(None),
            Value::Int(_) => Err(LedgerError::Column { column: column.to_owned(), what: "is a number, not text" }),
        }
    }
}
