//! The run plane: all rows, nothing on screen; the result goes sealed into the
//! vault, and only the airlock opens it.

use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, col};
use datafusion::prelude::SessionContext;
use shuyu_ledger::Event;
use shuyu_model::id::CandidateId;
use shuyu_model::regime::words::Means;
use shuyu_model::{Reason, Reasons, Regime, Verdict};
use shuyu_registry::Permit;
use shuyu_vault::SealedResult;
use tokio_util::sync::CancellationToken;

use crate::candidate::{Candidate, ColumnLineage, EntityCounts};
use crate::draft::refused;
use crate::entities::{self, Shape};
use crate::error::WorkroomError;
use crate::execute::{Stop, Watch};
use crate::gate::{self, Gate};
use crate::lineage::{self, Trace};
use crate::masks::Plane;
use crate::output::{self, Job, ResultColumn};
use crate::raw_rows::RawRows;
use crate::reasons;
use crate::sealing::{Sealing, vault_failed};
use crate::session;
use crate::store;
use crate::workrooms::{Room, Workrooms, entities_id};

/// By which means a statement is computed: it reads what a permit holds, masked, while
/// the permit lives, in an engine that reaches neither files nor network.
pub(crate) const STATEMENT_MEANS: [Means; 2] = [Means::UsageControl, Means::Sandbox];

/// WRK-035, where the document names the means and these are none of them.
pub(crate) fn against_means(regime: &Regime) -> Option<Reason> {
    let rule = regime.workroom.means.as_ref()?;
    if STATEMENT_MEANS.iter().any(|means| rule.value.contains(means)) {
        return None;
    }
    let allowed: Vec<&str> = rule.value.iter().map(|means| means.zh()).collect();
    let own = STATEMENT_MEANS.map(Means::zh).join("、");
    let what = format!("a statement is computed by {own}, and the rules name other means");
    Some(regime.reason(reasons::OTHER_MEANS, rule, what, format!("allowed are: {}", allowed.join("、"))))
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows of the result so far.
    pub rows: u64,
}

/// A statement that passed, and what is known of it before it runs.
struct Admitted {
    session: SessionContext,
    plan: LogicalPlan,
    counting: LogicalPlan,
    shape: Shape,
    columns: Vec<ResultColumn>,
    traces: Vec<Trace>,
}

/// The files that a run writes.
struct Files {
    result: Sealing,
    counts: Option<Sealing>,
}

/// What a run made.
struct Made {
    sealed: SealedResult,
    entities: Option<SealedResult>,
    rows: u64,
    raw_row_matches: u64,
    /// How long it took, by the ledger's clock, and how many columns it masked: what the
    /// operator bears of the infrastructure.
    took_micros: i64,
    masked_columns: usize,
}

enum Halt {
    Refused(Vec<Reason>),
    Fault(WorkroomError),
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(reason) => Self::Refused(vec![reason]),
            Stop::Fault(error) => Self::Fault(error),
        }
    }
}

impl From<WorkroomError> for Halt {
    fn from(error: WorkroomError) -> Self {
        Self::Fault(error)
    }
}

impl Workrooms {
    /// Runs a job on all rows. What it makes is sealed and shown to nobody.
    pub async fn run(
        &self,
        permit: &Permit,
        job: Job,
        cancel: CancellationToken,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Verdict<Candidate>, WorkroomError> {
        let output = permit.against_output(self.0.rules.regime(), job.output.kind.word());
        let otherwise: Vec<Reason> = output.into_iter().chain(against_means(self.0.rules.regime())).collect();
        let made = match self.enter(permit, Plane::Run).await? {
            Err(reasons) => Err(Halt::Refused(reasons.into_iter().chain(otherwise).collect())),
            // What was not ordered, or not by these means, is not computed.
            Ok(_) if !otherwise.is_empty() => Err(Halt::Refused(otherwise)),
            Ok(room) => self.made(permit, &job, &cancel, progress, &room).await,
        };
        match made {
            Ok(candidate) => Ok(Verdict::Allow(candidate)),
            Err(Halt::Fault(error)) => Err(error),
            Err(Halt::Refused(reasons)) => {
                let verdict = refused(reasons);
                if let Verdict::Refuse(reasons) = &verdict {
                    self.refuse(permit.actor(), "run.refused", permit.scenario().as_str(), reasons).await?;
                }
                Ok(verdict)
            }
        }
    }

    async fn made(
        &self,
        permit: &Permit,
        job: &Job,
        cancel: &CancellationToken,
        progress: &(dyn Fn(Progress) + Send + Sync),
        room: &Room,
    ) -> Result<Candidate, Halt> {
        let admitted = self.admitted(job, room).await?;
        let id: CandidateId = self.0.ledger.new_id();
        let watch = self.watch(permit, cancel, room)?;
        let made = self.computed(&watch, &admitted, &id, progress, room).await?;
        let lineage = admitted.columns.iter().zip(&admitted.traces).map(|(column, trace)| ColumnLineage {
            name: column.name.clone(),
            origins: origins(trace, room),
            is_count: trace.is_count,
        });
        let sealed = made.sealed.sealed_ref();
        let candidate = Candidate {
            id,
            scenario: permit.scenario().clone(),
            agreement: permit.agreement().clone(),
            use_kind: permit.use_kind(),
            author: permit.actor().person.clone(),
            organisation: permit.actor().organisation.clone(),
            operator: permit.operator().clone(),
            order: permit.order().map(|order| order.id.clone()),
            title: job.title.clone(),
            statement: job.sql.clone(),
            plan: admitted.plan.display_indent().to_string(),
            output: job.output.clone(),
            lineage: lineage.collect(),
            columns: admitted.columns,
            inputs: room.inputs.clone(),
            counts: match admitted.shape {
                Shape::Nobody => EntityCounts::Nobody,
                Shape::EachRow => EntityCounts::EachRow,
                Shape::Group { .. } => EntityCounts::Counted,
                Shape::Unknown(why) => EntityCounts::Unknown { why: why.to_owned() },
            },
            raw_row_matches: made.raw_row_matches,
            digest: sealed.digest,
            bytes: sealed.bytes,
            rows: made.rows,
            regime: permit.regime().to_owned(),
            clauses: permit.clauses().to_vec(),
            means: STATEMENT_MEANS.to_vec(),
            made_at: self.0.ledger.now(),
        };
        // The last look: a permit that ended while the file was sealed.
        watch.check()?;
        self.keep(permit, &candidate, &made).await?;
        Ok(candidate)
    }

    /// The gate, the output's shape, the lineage and the plan that also counts.
    async fn admitted(&self, job: &Job, room: &Room) -> Result<Admitted, Halt> {
        let failed = WorkroomError::engine;
        let regime = self.0.rules.regime();
        let session =
            session::open(Arc::clone(&room.runtime), room.governed.clone()).map_err(failed("opening a session"))?;
        let gate = Gate { regime, tables: &room.tables };
        let plan = gate.admit(&session, &job.sql).await.into_result();
        let plan = plan.map_err(|reasons: Reasons| Halt::Refused(reasons.into_vec()))?;
        let columns = output::columns(regime, &job.output, plan.schema().as_arrow()).map_err(Halt::Refused)?;
        let traces = lineage::trace(&plan, &room.tables).map_err(failed("tracing a plan"))?;
        let (counting, shape) = entities::counting(&plan, &room.tables).map_err(failed("counting in a plan"))?;
        // What we wrote passes the same gate as what the author wrote.
        let reasons = gate::check_plan(&gate, &counting);
        if !reasons.is_empty() {
            return Err(Halt::Refused(reasons));
        }
        Ok(Admitted { session, plan, counting, shape, columns, traces })
    }

    async fn computed(
        &self,
        watch: &Watch<'_>,
        admitted: &Admitted,
        id: &CandidateId,
        progress: &(dyn Fn(Progress) + Send + Sync),
        room: &Room,
    ) -> Result<Made, Halt> {
        let vault = &self.0.vault;
        let begun = self.0.ledger.now();
        let mut files = Files {
            result: Sealing::begin(vault, id.as_str().to_owned(), output::schema(&admitted.columns))?,
            counts: match admitted.shape {
                Shape::Group { .. } => Some(Sealing::begin(vault, entities_id(id), counts_schema())?),
                _ => None,
            },
        };
        match self.streamed(watch, admitted, &mut files, progress, room).await {
            Ok((rows, raw_row_matches)) => {
                let sealed = files.result.finish().await?;
                let entities = match files.counts {
                    Some(counts) => Some(counts.finish().await?),
                    None => None,
                };
                let took_micros = self.0.ledger.now().0.saturating_sub(begun.0);
                let masked_columns = masked(&admitted.traces, room);
                Ok(Made { sealed, entities, rows, raw_row_matches, took_micros, masked_columns })
            }
            Err(halt) => {
                files.result.abandon().await;
                if let Some(counts) = files.counts {
                    counts.abandon().await;
                }
                Err(halt)
            }
        }
    }

    /// Runs the plan into the files: how many rows, and how many of them are
    /// raw ones.
    async fn streamed(
        &self,
        watch: &Watch<'_>,
        admitted: &Admitted,
        files: &mut Files,
        progress: &(dyn Fn(Progress) + Send + Sync),
        room: &Room,
    ) -> Result<(u64, u64), Halt> {
        let schema = output::schema(&admitted.columns);
        let mut running = watch.start(&admitted.session, &admitted.counting).await?;
        let mut raw_rows = RawRows::new(&admitted.traces, &room.tables, &room.runtime.memory_pool);
        let count_min = i64::from(self.0.rules.regime().release.cell_count_min.value);
        let mut rows = 0_u64;
        while let Some(batch) = running.next().await? {
            rows = rows.saturating_add(u64::try_from(batch.num_rows()).unwrap_or(u64::MAX));
            if rows > watch.limits.rows_max {
                return Err(Halt::Refused(vec![watch.too_many_rows()]));
            }
            let result = output::fit(&batch, &schema).map_err(|error| watch.failed(&error.into()))?;
            files.result.write(&result).await?;
            let counts = files.counts.as_ref().map(|_| least_counts(&batch, admitted.columns.len()));
            let is_compared =
                |row: usize| counts.as_ref().and_then(|counts| counts.get(row)).is_none_or(|count| *count < count_min);
            raw_rows.output(&result, &is_compared).map_err(|error| watch.failed(&error))?;
            if let (Some(file), Some(counts)) = (&mut files.counts, counts) {
                file.write(&counts_batch(counts)?).await?;
            }
            progress(Progress { rows });
        }
        drop(running);
        Ok((rows, self.raw_rows_found(watch, raw_rows, admitted, room).await?))
    }

    /// Looks through the sources for the output's rows.
    async fn raw_rows_found(
        &self,
        watch: &Watch<'_>,
        mut raw_rows: RawRows,
        admitted: &Admitted,
        room: &Room,
    ) -> Result<u64, Halt> {
        let failed = WorkroomError::engine;
        for index in 0..raw_rows.sources().len() {
            let Some(source) = raw_rows.sources().get(index) else { continue };
            let Some(table) = room.governed.get(source.table) else { continue };
            let name = table.table().name.as_str();
            let provider = provider_as_source(Arc::clone(table) as Arc<_>);
            let columns: Vec<_> = source.columns.iter().map(|column| col(format!("\"{column}\""))).collect();
            let plan = LogicalPlanBuilder::scan(name, provider, None)
                .and_then(|plan| plan.project(columns))
                .and_then(LogicalPlanBuilder::build)
                .map_err(failed("reading a source again"))?;
            let mut running = watch.start(&admitted.session, &plan).await?;
            while let Some(batch) = running.next().await? {
                raw_rows.compare(index, &batch).map_err(|error| watch.failed(&error))?;
            }
        }
        Ok(raw_rows.matches())
    }

    /// Row, sealed files and event, or none of them.
    async fn keep(&self, permit: &Permit, candidate: &Candidate, made: &Made) -> Result<(), WorkroomError> {
        let mut change = self.0.ledger.change().await?;
        for sealed in [Some(&made.sealed), made.entities.as_ref()].into_iter().flatten() {
            self.0.vault.keep_result(&mut change, sealed).await.map_err(vault_failed)?;
        }
        store::insert(&mut change, candidate).await?;
        let profile = self.0.ledger.profile();
        let facts = serde_json::json!({
            "scenario": candidate.scenario,
            "operator": candidate.operator,
            "order": candidate.order,
            "statement": candidate.statement_digest(profile),
            "plan": candidate.plan_digest(profile),
            "inputs": candidate.inputs,
            "rows": candidate.rows,
            "means": candidate.means,
            "bytes": candidate.bytes,
            "took_micros": made.took_micros,
            "masked_columns": made.masked_columns,
        });
        let mut event = Event::done(Some(permit.actor()), "candidate.made", candidate.id.as_str())
            .under(self.0.rules.regime())
            .digests(None, Some(candidate.digest))
            .facts(facts);
        event.clauses.extend(candidate.clauses.iter().cloned());
        change.commit(event).await?;
        Ok(())
    }
}

fn origins(trace: &Trace, room: &Room) -> Vec<(shuyu_model::id::ResourceId, String)> {
    let of = |origin: &lineage::Origin| Some((room.tables.get(origin.table)?.resource.clone(), origin.column.clone()));
    trace.origins.iter().filter_map(of).collect()
}

/// How many different columns of the sources the result rests on that came masked.
fn masked(traces: &[Trace], room: &Room) -> usize {
    let origins: std::collections::BTreeSet<_> = traces.iter().flat_map(|trace| &trace.origins).collect();
    let is_masked = |origin: &&&lineage::Origin| {
        let table = room.tables.get(origin.table);
        let column = table.and_then(|table| table.columns.iter().find(|column| column.name == origin.column));
        column.is_some_and(|column| column.mask != shuyu_model::Mask::None)
    };
    origins.iter().filter(is_masked).count()
}

fn counts_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new("__entities", DataType::Int64, false)]))
}

fn counts_batch(counts: Vec<i64>) -> Result<RecordBatch, WorkroomError> {
    let column: ArrayRef = Arc::new(Int64Array::from(counts));
    RecordBatch::try_new(counts_schema(), vec![column])
        .map_err(|_| WorkroomError::Engine { doing: "counting persons", kind: "arrow" })
}

/// For each row the least of its hidden counts that is not zero. A part that
/// nobody is in says nothing of anybody; a row that nobody is in counts zero.
fn least_counts(batch: &RecordBatch, visible: usize) -> Vec<i64> {
    let hidden: Vec<&Int64Array> =
        batch.columns().iter().skip(visible).filter_map(|column| column.as_primitive_opt::<Int64Type>()).collect();
    let at = |column: &Int64Array, row: usize| if column.is_null(row) { 0 } else { column.value(row) };
    (0..batch.num_rows())
        .map(|row| hidden.iter().map(|column| at(column, row)).filter(|count| *count > 0).min().unwrap_or(0))
        .collect()
}
