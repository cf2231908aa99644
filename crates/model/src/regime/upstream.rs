//! What of a document's values rests on rules above it: national documents by their short
//! names (`N27 14(2)`), each with the paths of the values that cite it.
//!
//! Not here: the text of those documents, nor values that the city chose.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{NationalDocument, Regime};

/// A rule above the document, and what rests on it here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Upstream {
    /// Its short name: `N27`.
    pub short: String,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: Option<String>,
    /// The values that rest on it, each by its path with the clause: `agreement.years_max`.
    pub values: BTreeMap<String, String>,
}

/// Each national document, with what of the regime rests on it.
pub fn upstream(regime: &Regime, documents: &[NationalDocument]) -> Vec<Upstream> {
    let mut cited = Vec::new();
    // A regime is written as it was read, so that it cannot fail to be.
    if let Ok(plain) = serde_json::to_value(regime) {
        walk("", &plain, &mut cited);
    }
    let of = |document: &NationalDocument| {
        let begins = |source: &str| {
            source.split(',').any(|one| one.trim().split(' ').next().is_some_and(|first| first == document.short))
        };
        Upstream {
            short: document.short.clone(),
            title: document.title.clone(),
            number: document.number.clone(),
            values: cited.iter().filter(|(_, source)| begins(source)).cloned().collect(),
        }
    };
    documents.iter().map(of).collect()
}

/// Every path that names its source.
fn walk(path: &str, value: &Value, cited: &mut Vec<(String, String)>) {
    let under = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(fields) => {
            if let Some(source) = fields.get("source").and_then(Value::as_str) {
                cited.push((path.to_owned(), source.to_owned()));
            }
            fields.iter().for_each(|(key, value)| walk(&under(key), value, cited));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| walk(&under(&at.to_string()), item, cited));
        }
        _ => {}
    }
}
