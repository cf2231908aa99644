//! Running a plan, batch by batch, under its limits and a permit that must
//! still hold.
//!
//! INVARIANT (dies at once): before each batch is taken and after it has come,
//! the permit is asked again; one that ended ends the run with a refusal. What
//! hands no batch on is ended by its alarm.
//! INVARIANT (to the end): a run is over only when the engine says that it came
//! to the end of the plan; a task that vanished is a fault, not an end.
//! INVARIANT (mute): an engine's error becomes a reason of ours and a number
//! that leads to the log, where its kind stands and not its text.
//!
//! The engine has threads of its own: a statement that keeps them busy keeps
//! nobody else from being answered, nor this watch from ending it.

use std::sync::Arc;

use datafusion::arrow::record_batch::RecordBatch;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::SessionContext;
use futures::StreamExt as _;
use shuyu_ledger::Ledger;
use shuyu_model::id::JobId;
use shuyu_model::{Reason, Regime};
use shuyu_registry::Permit;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::AbortOnDropHandle;

use crate::alarm::{self, Alarm};
use crate::error::kind_of;
use crate::gate::{self, Gate};
use crate::governed::Table;
use crate::session::Limits;
use crate::{WorkroomError, reasons};

/// Why a run ended before its end.
pub(crate) enum Stop {
    /// A rule said no.
    Refused(Reason),
    /// We could not.
    Fault(WorkroomError),
}

impl From<WorkroomError> for Stop {
    fn from(error: WorkroomError) -> Self {
        Self::Fault(error)
    }
}

/// What a run is watched by.
pub(crate) struct Watch<'a> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) regime: &'a Regime,
    pub(crate) permit: &'a Permit,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) limits: &'a Limits,
    pub(crate) tables: &'a [Arc<Table>],
    pub(crate) deadline: Instant,
    pub(crate) engine: &'a Handle,
}

/// How many batches may wait to be taken.
const BATCHES_WAITING_MAX: usize = 1;

/// A plan that runs, in a task of the engine's: one that computes for long
/// between two batches does not keep the deadline from being noticed here.
/// Dropped, the alarm rings and the task ends.
pub(crate) struct Running<'a> {
    watch: &'a Watch<'a>,
    pieces: mpsc::Receiver<Piece>,
    _task: AbortOnDropHandle<()>,
    _stop: DropGuard,
}

enum Piece {
    Batch(Result<RecordBatch, DataFusionError>),
    End,
}

impl<'a> Watch<'a> {
    /// Starts a plan on the engine's threads.
    pub(crate) async fn start(&'a self, session: &SessionContext, plan: &LogicalPlan) -> Result<Running<'a>, Stop> {
        self.check()?;
        let stopped = self.cancel.child_token();
        let alarm = Alarm { permit: self.permit.clone(), stopped: stopped.clone(), deadline: self.deadline };
        let physical = self.physical(session, plan, &Arc::new(alarm)).await?;
        let context = session.task_ctx();
        let (sender, pieces) = mpsc::channel(BATCHES_WAITING_MAX);
        let task = self.engine.spawn(async move {
            let mut stream = match execute_stream(physical, context) {
                Ok(stream) => stream,
                Err(error) => {
                    let _ = sender.send(Piece::Batch(Err(error))).await;
                    return;
                }
            };
            while let Some(batch) = stream.next().await {
                if sender.send(Piece::Batch(batch)).await.is_err() {
                    return;
                }
            }
            // Everything that was spooled is gone before the end is told.
            drop(stream);
            let _ = sender.send(Piece::End).await;
        });
        let task = AbortOnDropHandle::new(task);
        Ok(Running { watch: self, pieces, _task: task, _stop: stopped.drop_guard() })
    }

    async fn physical(
        &self,
        session: &SessionContext,
        plan: &LogicalPlan,
        alarm: &Arc<Alarm>,
    ) -> Result<Arc<dyn ExecutionPlan>, Stop> {
        let failed = |error: DataFusionError| self.failed(&error);
        let state = session.state();
        let plan = state.optimize(plan).map_err(failed)?;
        // The optimiser is not the author, but what runs is what it wrote: the
        // same gate looks at that once more.
        let gate = Gate { regime: self.regime, tables: self.tables };
        if let Some(reason) = gate::check_plan(&gate, &plan).into_iter().next() {
            return Err(Stop::Refused(reason));
        }
        let plan = alarm::in_conditions(plan, alarm).map_err(failed)?;
        let planner = Arc::clone(state.query_planner());
        let physical = planner.create_physical_plan(&plan, &state).await.map_err(failed)?;
        alarm::over_joins(physical, alarm).map_err(failed)
    }

    /// Whether it may go on.
    pub(crate) fn check(&self) -> Result<(), Stop> {
        if !self.permit.is_live() {
            return Err(Stop::Refused(permit_dead(self.regime)));
        }
        if self.cancel.is_cancelled() {
            return Err(Stop::Refused(self.cancelled()));
        }
        if Instant::now() >= self.deadline {
            return Err(Stop::Refused(self.too_slow()));
        }
        Ok(())
    }

    fn cancelled(&self) -> Reason {
        let clause = &self.regime.workroom.run_seconds_max;
        self.regime.reason(reasons::CANCELLED, clause, "the run was cancelled", "start it again when it is wanted")
    }

    fn too_slow(&self) -> Reason {
        let (clause, max) = (&self.regime.workroom.run_seconds_max, self.limits.seconds_max);
        let what = format!("the statement ran for {max} seconds, which is the most that it may take");
        self.regime.reason(reasons::SECONDS, clause, what, "read fewer rows, or split the statement")
    }

    /// More rows than a result may have.
    pub(crate) fn too_many_rows(&self) -> Reason {
        let (clause, max) = (&self.regime.workroom.result_rows_max, self.limits.rows_max);
        let what = format!("the statement gives more than {max} rows, which is the most that it may give");
        self.regime.reason(reasons::ROWS, clause, what, "group the rows, or select fewer of them")
    }

    /// More memory than a statement may take.
    pub(crate) fn too_much_memory(&self) -> Reason {
        let clause = &self.regime.workroom.memory_mebibytes_max;
        let what = format!("the statement needs more than {} mebibytes of memory", clause.value);
        self.regime.reason(reasons::MEMORY, clause, what, "group by fewer values, or read fewer rows")
    }

    /// What an engine's error means to the author.
    pub(crate) fn failed(&self, error: &DataFusionError) -> Stop {
        // The store stops giving bytes when the permit ends, and the alarm ends
        // the engine's work: neither is the statement's fault.
        if let Err(stop) = self.check() {
            return stop;
        }
        let kind = kind_of(error);
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => Stop::Refused(self.too_much_memory()),
            DataFusionError::ArrowError(..) | DataFusionError::Execution(_) | DataFusionError::Plan(_) => {
                let number: JobId = self.ledger.new_id();
                tracing::info!(%number, kind, "a statement failed on a row");
                Stop::Refused(self.regime.reason(
                    reasons::ROW_FAILS,
                    &self.regime.workroom.raw_is_invisible,
                    format!("an expression fails on some row of the data (failure {number}); which row is not told"),
                    "divide by nullif(x, 0), use TRY_CAST in place of CAST, and mind numbers beyond 64 bits",
                ))
            }
            _ => {
                tracing::error!(kind, "the engine failed");
                Stop::Fault(WorkroomError::Engine { doing: "running a statement", kind })
            }
        }
    }
}

impl Running<'_> {
    /// The next batch, or the end.
    pub(crate) async fn next(&mut self) -> Result<Option<RecordBatch>, Stop> {
        let watch = self.watch;
        watch.check()?;
        let piece = tokio::select! {
            biased;
            () = watch.cancel.cancelled() => return Err(Stop::Refused(watch.cancelled())),
            piece = tokio::time::timeout_at(watch.deadline, self.pieces.recv()) => piece,
        };
        let batch = match piece {
            Err(_) => return Err(Stop::Refused(watch.too_slow())),
            Ok(Some(Piece::Batch(Ok(batch)))) => Some(batch),
            Ok(Some(Piece::Batch(Err(error)))) => return Err(watch.failed(&error)),
            Ok(Some(Piece::End)) => None,
            // INVARIANT (to the end).
            Ok(None) => {
                return Err(Stop::Fault(WorkroomError::Engine { doing: "running a statement", kind: "task" }));
            }
        };
        watch.check()?;
        Ok(batch)
    }
}

/// The permit is over.
pub(crate) fn permit_dead(regime: &Regime) -> Reason {
    regime.reason(
        reasons::PERMIT_DEAD,
        &regime.agreement.access_ends_with_it,
        "the permit to compute has ended",
        "ask for a new permit; if that is refused, its reasons say what is missing",
    )
}
