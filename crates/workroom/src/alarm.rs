//! What ends a statement that would not end by itself.
//!
//! The engine looks up from its work only when it hands a batch on. A join of a
//! million rows with a million that matches none hands nothing on for hours. So
//! the alarm is asked in two places that no join gets around: when a join's
//! condition is evaluated, and when a join hands on a batch.
//!
//! INVARIANT (dies at once): the alarm rings when the permit ends, the author
//! cancels, the time is up, or nobody waits for the result any more.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{
    ColumnarValue, Join, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::coop::cooperative;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, SendableRecordBatchStream,
};
use futures::StreamExt as _;
use shuyu_registry::Permit;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Says whether a statement must end.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    pub(crate) permit: Permit,
    pub(crate) stopped: CancellationToken,
    pub(crate) deadline: Instant,
}

impl Alarm {
    /// An error once it rings; the watch finds out why.
    fn check(&self) -> Result<()> {
        if self.permit.is_live() && !self.stopped.is_cancelled() && Instant::now() < self.deadline {
            Ok(())
        } else {
            Err(DataFusionError::Execution("the statement was ended".to_owned()))
        }
    }
}

/// The optimised plan in which each join's condition asks the alarm first.
pub(crate) fn in_conditions(plan: LogicalPlan, alarm: &Arc<Alarm>) -> Result<LogicalPlan> {
    let asked = ScalarUDF::new_from_impl(Asked::new(Arc::clone(alarm))).call(Vec::new());
    let transformed = plan.transform_up_with_subqueries(|node| match node {
        LogicalPlan::Join(join) => Ok(match join.filter {
            None => Transformed::no(LogicalPlan::Join(join)),
            // On the left of AND, where it is evaluated whatever the rest is.
            Some(filter) => {
                let filter = Some(asked.clone().and(filter));
                Transformed::yes(LogicalPlan::Join(Join { filter, ..join }))
            }
        }),
        other => Ok(Transformed::no(other)),
    })?;
    Ok(transformed.data)
}

/// The physical plan in which each join's output asks the alarm.
pub(crate) fn over_joins(plan: Arc<dyn ExecutionPlan>, alarm: &Arc<Alarm>) -> Result<Arc<dyn ExecutionPlan>> {
    let transformed = plan.transform_up(|node| {
        if node.name().contains("Join") {
            let properties = Arc::clone(node.properties());
            let watched = AlarmExec { input: node, alarm: Arc::clone(alarm), properties };
            Ok(Transformed::yes(Arc::new(watched) as Arc<dyn ExecutionPlan>))
        } else {
            Ok(Transformed::no(node))
        }
    })?;
    Ok(transformed.data)
}

/// The function `alarm()`: true, or an error. It is registered nowhere.
#[derive(Debug)]
struct Asked {
    alarm: Arc<Alarm>,
    signature: Signature,
}

impl Asked {
    fn new(alarm: Arc<Alarm>) -> Self {
        // Volatile, so that nobody evaluates it ahead of time.
        Self { alarm, signature: Signature::nullary(Volatility::Volatile) }
    }
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.alarm, &other.alarm)
    }
}

impl Eq for Asked {}

impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.alarm).hash(state);
    }
}

impl ScalarUDFImpl for Asked {
    fn name(&self) -> &str {
        "__alarm"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.alarm.check()?;
        Ok(ColumnarValue::Scalar(ScalarValue::Boolean(Some(true))))
    }
}

/// Hands a join's batches on as long as the alarm is silent, and lets others
/// have their turn in between.
#[derive(Debug)]
struct AlarmExec {
    input: Arc<dyn ExecutionPlan>,
    alarm: Arc<Alarm>,
    properties: Arc<PlanProperties>,
}

impl DisplayAs for AlarmExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AlarmExec")
    }
}

impl ExecutionPlan for AlarmExec {
    fn name(&self) -> &'static str {
        "AlarmExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
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
            Ok([input]) => {
                let properties = Arc::clone(input.properties());
                Ok(Arc::new(Self { input, alarm: Arc::clone(&self.alarm), properties }))
            }
            Err(_) => Err(DataFusionError::Internal("an alarm has one input".to_owned())),
        }
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let alarm = Arc::clone(&self.alarm);
        let watched = self.input.execute(partition, context)?.map(move |batch| {
            alarm.check()?;
            batch
        });
        let stream = RecordBatchStreamAdapter::new(self.schema(), watched);
        Ok(Box::pin(cooperative(stream)))
    }
}
