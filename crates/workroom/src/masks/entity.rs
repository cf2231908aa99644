//! A number that stands for the person or firm that a row is about. Reveals:
//! which rows are about the same one. No author can name the column; it is
//! there to count by.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array};
use datafusion::arrow::error::ArrowError;

use super::pseudonym::each;
use crate::pseudonym::Pseudonymiser;

pub(super) fn apply(values: &ArrayRef, maker: &Pseudonymiser) -> Result<ArrayRef, ArrowError> {
    Ok(Arc::new(each(values, |text| maker.entity(text))?.into_iter().collect::<Int64Array>()))
}
