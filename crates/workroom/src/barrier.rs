//! The barrier: a step of the physical plan that masks, and through which
//! nothing of the author's is pushed down.
//!
//! INVARIANT (raw is invisible): the optimiser merges an author's filter with
//! one that it finds below it, and then evaluates both on rows that the permit
//! hides (`10 / (k - 5)` tells whether a hidden row has k = 5). It cannot look
//! through this step: filters, projections, limits and statistics stop here.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatchOptions;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties as _, Partitioning, PlanProperties,
    SendableRecordBatchStream,
};
use futures::StreamExt as _;

use crate::masks::Applied;

/// One column that comes out.
#[derive(Debug, Clone)]
pub(crate) struct Masked {
    /// Its place in what comes in.
    pub(crate) from: usize,
    /// What is applied to it.
    pub(crate) mask: Applied,
}

/// Masks each batch of its input.
#[derive(Debug)]
pub(crate) struct BarrierExec {
    input: Arc<dyn ExecutionPlan>,
    columns: Arc<[Masked]>,
    properties: Arc<PlanProperties>,
}

impl BarrierExec {
    /// A barrier over `input` that gives `columns`, of this schema.
    pub(crate) fn new(input: Arc<dyn ExecutionPlan>, columns: Arc<[Masked]>, schema: SchemaRef) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(input.output_partitioning().partition_count()),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        Self { input, columns, properties: Arc::new(properties) }
    }
}

impl DisplayAs for BarrierExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BarrierExec")
    }
}

impl ExecutionPlan for BarrierExec {
    fn name(&self) -> &'static str {
        "BarrierExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        match <[_; 1]>::try_from(children) {
            Ok([input]) => Ok(Arc::new(Self::new(input, Arc::clone(&self.columns), self.schema()))),
            Err(_) => Err(DataFusionError::Internal("a barrier has one input".to_owned())),
        }
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let columns = Arc::clone(&self.columns);
        let schema = self.schema();
        let masked = self.input.execute(partition, context)?.map({
            let schema = SchemaRef::clone(&schema);
            move |batch| mask(&batch?, &columns, &schema)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, masked)))
    }
}

fn mask(batch: &RecordBatch, columns: &[Masked], schema: &SchemaRef) -> Result<RecordBatch> {
    let mut arrays = Vec::with_capacity(columns.len());
    for column in columns {
        let values = batch
            .columns()
            .get(column.from)
            .ok_or_else(|| DataFusionError::Internal("a barrier misses a column of its input".to_owned()))?;
        arrays.push(column.mask.apply(values)?);
    }
    // A `count(*)` asks for no column at all; the number of rows must stay.
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(SchemaRef::clone(schema), arrays, &options)?)
}
