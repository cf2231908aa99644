//! The draft plane: a few masked rows, the same ones each time, on screen, for
//! writing and testing statements.
//!
//! INVARIANT (masked twice over): the sample is masked before the author's
//! statement exists for it; identifiers and sensitive values are hidden there
//! even where the registry leaves them open for the run plane.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray as _, Int64Array, RecordBatch};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use serde::Serialize;
use shuyu_ledger::Event;
use shuyu_model::{ColumnClass, ColumnType, Reason, Reasons, Verdict};
use shuyu_registry::Permit;
use tokio_util::sync::CancellationToken;

use crate::error::WorkroomError;
use crate::execute::{Stop, Watch};
use crate::gate::Gate;
use crate::governed::{GovernedTable, Table};
use crate::masks::Plane;
use crate::sample::Sample;
use crate::session;
use crate::workrooms::{Room, Workrooms};

/// The most characters of a cell that are shown.
const CELL_CHARS_MAX: usize = 200;

/// What a draft shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftResult {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The cells as text.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether the statement gave more rows than are shown.
    pub is_cut: bool,
    /// How many rows of each table the statement saw.
    pub sampled: Vec<(String, u64)>,
    /// How long it took.
    pub took_micros: i64,
}

impl Workrooms {
    /// Runs a statement on masked samples and shows its rows.
    pub async fn draft(
        &self,
        permit: &Permit,
        sql: &str,
        cancel: CancellationToken,
    ) -> Result<Verdict<DraftResult>, WorkroomError> {
        let started = self.0.ledger.now();
        let stopped = match self.enter(permit, Plane::of_sample(self.0.rules.regime())).await? {
            Err(reasons) => Err(reasons),
            Ok(room) => match self.drafted(permit, sql, &cancel, &room).await {
                Ok(result) => Ok(result),
                Err(Halt::Refused(reasons)) => Err(reasons.into_vec()),
                Err(Halt::Stopped(Stop::Refused(reason))) => Err(vec![reason]),
                Err(Halt::Stopped(Stop::Fault(error))) => return Err(error),
            },
        };
        let scenario = permit.scenario().as_str();
        match stopped {
            Ok(mut result) => {
                result.took_micros = self.0.ledger.now().0.saturating_sub(started.0);
                // Who looked at what is written down, although nothing changed.
                let facts = serde_json::json!({
                    "statement": self.0.ledger.profile().digest(sql.as_bytes()),
                    "rows": result.rows.len(),
                });
                let event = Event::done(Some(permit.actor()), "draft.shown", scenario)
                    .under(self.0.rules.regime())
                    .facts(facts);
                self.0.ledger.change().await?.commit(event).await?;
                Ok(Verdict::Allow(result))
            }
            Err(reasons) => {
                let verdict = refused(reasons);
                if let Verdict::Refuse(reasons) = &verdict {
                    self.refuse(permit.actor(), "draft.refused", scenario, reasons).await?;
                }
                Ok(verdict)
            }
        }
    }

    async fn drafted(
        &self,
        permit: &Permit,
        sql: &str,
        cancel: &CancellationToken,
        room: &Room,
    ) -> Result<DraftResult, Halt> {
        let watch = self.watch(permit, cancel, room)?;
        // Judged over empty tables first, so that what is refused costs no scan.
        let empty = room.governed.iter().map(|table| RecordBatch::new_empty(schema_of(table))).collect();
        let session = self.session_of(room, empty)?;
        let gate = Gate { regime: self.0.rules.regime(), tables: &room.tables };
        gate.admit(&session, sql).await.into_result().map_err(Halt::Refused)?;

        let rows_max = usize::try_from(self.0.rules.regime().workroom.sample_rows_max.value).unwrap_or(usize::MAX);
        let samples = self.samples(&watch, room).await?;
        let sampled = room.tables.iter().zip(&samples);
        let sampled = sampled.map(|(table, sample)| (table.name.clone(), rows_of(sample))).collect();
        let session = self.session_of(room, samples)?;
        let plan = gate.admit(&session, sql).await.into_result().map_err(Halt::Refused)?;
        let columns = plan.schema().fields().iter().map(|field| field.name().clone()).collect();
        let mut running = watch.start(&session, &plan).await?;
        let (mut rows, mut is_cut) = (Vec::new(), false);
        while let Some(batch) = running.next().await? {
            is_cut |= show(&batch, rows_max, &mut rows)?;
            if is_cut {
                break;
            }
        }
        Ok(DraftResult { columns, rows, is_cut, sampled, took_micros: 0 })
    }

    /// Each table's sample, masked, in the order of the room's tables.
    pub(crate) async fn samples(&self, watch: &Watch<'_>, room: &Room) -> Result<Vec<RecordBatch>, Stop> {
        let rows_max = usize::try_from(self.regime().workroom.sample_rows_max.value).unwrap_or(usize::MAX);
        let link = link_of(&room.tables);
        let mut samples = Vec::new();
        for table in &room.governed {
            samples.push(sample(watch, room, table, link, rows_max).await?);
        }
        Ok(samples)
    }

    /// A session over tables in memory that are masked already.
    fn session_of(
        &self,
        room: &Room,
        samples: Vec<RecordBatch>,
    ) -> Result<datafusion::prelude::SessionContext, WorkroomError> {
        let failed = WorkroomError::engine;
        let mut tables = Vec::new();
        for (table, sample) in room.tables.iter().zip(samples) {
            let raw = MemTable::try_new(sample.schema(), vec![vec![sample]]).map_err(failed("keeping a sample"))?;
            let governed = GovernedTable::of_sample(Arc::clone(table), Arc::new(raw), &room.pseudonymiser);
            tables.push(Arc::new(governed.map_err(failed("governing a sample"))?));
        }
        session::open(Arc::clone(&room.runtime), tables).map_err(failed("opening a session"))
    }
}

enum Halt {
    Refused(Reasons),
    Stopped(Stop),
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

impl From<WorkroomError> for Halt {
    fn from(error: WorkroomError) -> Self {
        Self::Stopped(Stop::Fault(error))
    }
}

pub(crate) fn refused<T>(reasons: Vec<Reason>) -> Verdict<T> {
    crate::gate::refuse(reasons)
}

fn schema_of(table: &GovernedTable) -> datafusion::arrow::datatypes::SchemaRef {
    datafusion::catalog::TableProvider::schema(table)
}

const SAMPLE_ENTITY: &str = "__entity";

/// The identifier that most of several tables share by name, as an account
/// number. Drawn by it, their samples hold rows that belong together, although
/// one table knows the person and the other only the account.
fn link_of(tables: &[Arc<Table>]) -> Option<&str> {
    let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
    for column in tables.iter().flat_map(|table| &table.columns) {
        if column.class == ColumnClass::DirectIdentifier && column.kind == ColumnType::Text {
            *shared.entry(column.name.as_str()).or_default() += 1;
        }
    }
    shared.into_iter().filter(|(_, tables)| *tables > 1).max_by_key(|(_, tables)| *tables).map(|(name, _)| name)
}

impl Room {
    /// A keyed number for each value of a column that is masked already.
    fn numbers_of(&self, column: &ArrayRef) -> Option<ArrayRef> {
        let number = |text: Option<&str>| text.map(|text| self.pseudonymiser.row(&[text.as_bytes()]));
        Some(Arc::new(column.as_string_opt::<i32>()?.iter().map(number).collect::<Int64Array>()))
    }
}

/// Draws one table's sample.
async fn sample(
    watch: &Watch<'_>,
    room: &Room,
    table: &Arc<GovernedTable>,
    link: Option<&str>,
    rows_max: usize,
) -> Result<RecordBatch, Stop> {
    let failed = WorkroomError::engine;
    let link = link.and_then(|name| schema_of(table).index_of(name).ok());
    let wide = table.with_entity(SAMPLE_ENTITY).map_err(failed("drawing a sample"))?;
    let has_entity = wide.is_some();
    let source = wide.map_or_else(|| Arc::clone(table), Arc::new);
    // One partition: rows about nobody are drawn by their place in the table.
    let session = session::open_in_order(Arc::clone(&room.runtime));
    let plan: LogicalPlan = LogicalPlanBuilder::scan(table.table().name.as_str(), provider_as_source(source), None)
        .and_then(LogicalPlanBuilder::build)
        .map_err(failed("drawing a sample"))?;
    let schema = schema_of(table);
    let mut drawn = Sample::new(Arc::clone(&schema), rows_max, &room.pseudonymiser);
    let mut running = watch.start(&session, &plan).await?;
    while let Some(batch) = running.next().await? {
        let drawing = |_| WorkroomError::Engine { doing: "drawing a sample", kind: "arrow" };
        let places: Vec<usize> = (0..schema.fields().len()).collect();
        let visible = batch.project(&places).map_err(drawing)?;
        let entities = if has_entity { batch.columns().last() } else { None };
        let linked = link.and_then(|place| visible.columns().get(place)).and_then(|column| room.numbers_of(column));
        drawn.add(&visible, linked.as_ref().or(entities)).map_err(drawing)?;
    }
    Ok(drawn.finish())
}

/// How many rows a sample has.
pub(crate) fn rows_of(sample: &RecordBatch) -> u64 {
    u64::try_from(sample.num_rows()).unwrap_or(u64::MAX)
}

/// Adds a batch's rows as text; whether there were too many.
fn show(batch: &RecordBatch, rows_max: usize, rows: &mut Vec<Vec<Option<String>>>) -> Result<bool, WorkroomError> {
    let showing = |_| WorkroomError::Engine { doing: "showing a draft", kind: "arrow" };
    let options = FormatOptions::default();
    let formatters: Result<Vec<_>, _> =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options)).collect();
    let formatters = formatters.map_err(showing)?;
    for row in 0..batch.num_rows() {
        if rows.len() >= rows_max {
            return Ok(true);
        }
        let cell = |(array, formatter): (&ArrayRef, &ArrayFormatter<'_>)| {
            let text = (!array.is_null(row)).then(|| formatter.value(row).try_to_string().map_err(showing));
            Ok(text.transpose()?.map(|text| crate::gate::shortened(&text, CELL_CHARS_MAX)))
        };
        rows.push(batch.columns().iter().zip(&formatters).map(cell).collect::<Result<_, WorkroomError>>()?);
    }
    Ok(false)
}
