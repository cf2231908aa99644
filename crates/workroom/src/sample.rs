//! The draft plane's rows: few, masked, and the same ones each time.
//!
//! Rows are ordered by a keyed number of the person or firm that they are about
//! (or of their place, where they are about nobody) and the first ones are
//! taken. So the same persons are drawn from every table of a scenario, and its
//! joins find something; and nobody without the key can tell who is drawn.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray as _, RecordBatch, UInt64Array};
use datafusion::arrow::compute::{concat_batches, take_record_batch};
use datafusion::arrow::datatypes::{Int64Type, SchemaRef};
use datafusion::arrow::error::ArrowError;

use crate::pseudonym::Pseudonymiser;

/// Keeps the first rows in the keyed order.
pub(crate) struct Sample {
    rows_max: usize,
    maker: Arc<Pseudonymiser>,
    kept: RecordBatch,
    /// For each kept row its key and its place in the table.
    keys: Vec<(i64, u64)>,
    seen: u64,
}

impl Sample {
    /// An empty sample of batches with this schema.
    pub(crate) fn new(schema: SchemaRef, rows_max: usize, maker: &Arc<Pseudonymiser>) -> Self {
        let kept = RecordBatch::new_empty(schema);
        Self { rows_max, maker: Arc::clone(maker), kept, keys: Vec::new(), seen: 0 }
    }

    /// Takes in the table's next rows; `entities` are the numbers of those whom
    /// they are about.
    pub(crate) fn add(&mut self, batch: &RecordBatch, entities: Option<&ArrayRef>) -> Result<(), ArrowError> {
        let entities = entities.and_then(|array| array.as_primitive_opt::<Int64Type>());
        let mut keys = self.keys.clone();
        for row in 0..batch.num_rows() {
            let of =
                entities.filter(|array| row < array.len() && !datafusion::arrow::array::Array::is_null(*array, row));
            let key = of.map_or_else(|| self.maker.row(&[&self.seen.to_be_bytes()]), |array| array.value(row));
            keys.push((key, self.seen));
            self.seen += 1;
        }
        let mut order: Vec<usize> = (0..keys.len()).collect();
        order.sort_unstable_by_key(|index| keys.get(*index).copied());
        order.truncate(self.rows_max);
        let both = concat_batches(&self.kept.schema(), [&self.kept, batch])?;
        let chosen: UInt64Array = order.iter().map(|index| u64::try_from(*index).ok()).collect();
        self.kept = take_record_batch(&both, &chosen)?;
        self.keys = order.iter().filter_map(|index| keys.get(*index).copied()).collect();
        Ok(())
    }

    /// The rows.
    pub(crate) fn finish(self) -> RecordBatch {
        self.kept
    }
}
