//! A keyed pseudonym. Reveals: which values of the scenario are equal.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, StringArray};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::pseudonym::Pseudonymiser;

pub(super) fn apply(values: &ArrayRef, maker: &Pseudonymiser) -> Result<ArrayRef, ArrowError> {
    let texts = each(values, |text| maker.pseudonym(text))?;
    Ok(Arc::new(texts.into_iter().collect::<StringArray>()))
}

/// Calls `f` on each value as text: a number and the text that writes it have
/// the same pseudonym, so that they join.
pub(super) fn each<T>(values: &ArrayRef, f: impl Fn(&str) -> T) -> Result<Vec<Option<T>>, ArrowError> {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(values, &options)?;
    let mut text = String::new();
    (0..values.len())
        .map(|row| {
            if values.is_null(row) {
                return Ok(None);
            }
            text.clear();
            formatter.value(row).write(&mut text)?;
            Ok(Some(f(&text)))
        })
        .collect()
}
