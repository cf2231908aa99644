//! The workrooms opened: what both planes need, and reading what was made.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::{AsArray as _, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnv;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use shuyu_ledger::{Event, Ledger};
use shuyu_model::id::{CandidateId, HoldingId, OrganisationId, ScenarioId};
use shuyu_model::regime::RulesInForce;
use shuyu_model::{Actor, Reason, Reasons, Regime, Verdict};
use shuyu_registry::{Act, Permit};
use shuyu_vault::{SealedReader, Vault, VaultError};
use tokio::runtime::Runtime;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::candidate::{Candidate, CandidateItem, Computed, EntityCounts};
use crate::error::WorkroomError;
use crate::execute::{Watch, permit_dead};
use crate::gate::shortened;
use crate::governed::{GovernedTable, Table};
use crate::key::PseudonymKey;
use crate::masks::Plane;
use crate::pseudonym::Pseudonymiser;
use crate::sandbox::Programs;
use crate::sealed_table::{STORE_URL, SealedTable};
use crate::session::{self, Limits};
use crate::{reasons, store};

/// Where the workrooms keep what and under which key.
#[derive(Debug, Clone)]
pub struct WorkroomConfig {
    /// The master key of pseudonyms.
    pub pseudonym_key: PseudonymKey,
    /// The folder for what does not fit into memory while a statement runs. It
    /// is emptied at the start. What lies there is masked, and plain.
    pub spool_dir: PathBuf,
    /// What confines and runs the programs that train models.
    pub programs: Programs,
}

/// The workrooms. Clones are the same ones.
#[derive(Clone)]
pub struct Workrooms(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) ledger: Ledger,
    pub(crate) vault: Vault,
    pub(crate) rules: RulesInForce,
    config: WorkroomConfig,
    engine: Engine,
}

/// The threads that statements run on, apart from those that answer requests.
struct Engine(Option<Runtime>);

impl Drop for Engine {
    /// A runtime that is dropped waits for its tasks, which one must not do on
    /// a thread that others wait for.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// How many threads statements run on.
const ENGINE_THREADS: usize = 2;

/// One statement's surroundings: its limits, its memory, the permitted tables.
pub(crate) struct Room {
    pub(crate) limits: Limits,
    pub(crate) deadline: Instant,
    pub(crate) runtime: Arc<RuntimeEnv>,
    pub(crate) tables: Vec<Arc<Table>>,
    pub(crate) governed: Vec<Arc<GovernedTable>>,
    pub(crate) inputs: Vec<HoldingId>,
    pub(crate) pseudonymiser: Arc<Pseudonymiser>,
}

impl Workrooms {
    /// The workrooms over this ledger and vault. Empties the spool folder.
    pub fn new(
        ledger: Ledger,
        vault: Vault,
        rules: impl Into<RulesInForce>,
        config: WorkroomConfig,
    ) -> Result<Self, WorkroomError> {
        let spool = |doing: &'static str| move |source| WorkroomError::Spool { doing, source };
        if config.spool_dir.exists() {
            std::fs::remove_dir_all(&config.spool_dir).map_err(spool("emptying the spool folder"))?;
        }
        std::fs::create_dir_all(&config.spool_dir).map_err(spool("making the spool folder"))?;
        let engine = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(ENGINE_THREADS)
            .thread_name("workroom")
            .enable_all()
            .build()
            .map_err(spool("starting the engine's threads"))?;
        Ok(Self(Arc::new(Inner { ledger, vault, rules: rules.into(), config, engine: Engine(Some(engine)) })))
    }

    pub(crate) fn regime(&self) -> &Regime {
        self.0.rules.regime()
    }

    pub(crate) fn programs(&self) -> &Programs {
        &self.0.config.programs
    }

    pub(crate) fn spool_dir(&self) -> &std::path::Path {
        &self.0.config.spool_dir
    }

    /// What makes the pseudonyms of a scenario: a release asked for an identity
    /// number looks up its pseudonym.
    pub fn pseudonymiser(&self, scenario: &ScenarioId) -> Pseudonymiser {
        Pseudonymiser::new(self.0.ledger.profile(), self.0.config.pseudonym_key.bytes(), scenario)
    }

    /// A candidate, as it was made.
    pub async fn candidate(&self, id: &CandidateId) -> Result<Option<Candidate>, WorkroomError> {
        store::candidate(&self.0.ledger, id).await
    }

    /// A scenario's candidates, newest first, made before `before`.
    pub async fn candidates(
        &self,
        scenario: &ScenarioId,
        before: Option<&CandidateId>,
        rows_max: u16,
    ) -> Result<Vec<Candidate>, WorkroomError> {
        store::candidates(&self.0.ledger, scenario, before, i64::from(rows_max)).await
    }

    /// What people of an organisation computed, newest first, made before `before`; and how
    /// much there is in all.
    pub async fn candidates_of(
        &self,
        organisation: &OrganisationId,
        before: Option<&CandidateId>,
        rows_max: u16,
    ) -> Result<(Vec<CandidateItem>, i64), WorkroomError> {
        store::candidates_of(&self.0.ledger, organisation, before, i64::from(rows_max)).await
    }

    /// Everything that was computed for a scenario, oldest first.
    pub async fn computed_for(&self, scenario: &ScenarioId) -> Result<Vec<Computed>, WorkroomError> {
        store::computed(&self.0.ledger, scenario).await
    }

    /// The result's bytes, for the airlock alone.
    pub async fn result(&self, candidate: &Candidate) -> Result<ResultReader, WorkroomError> {
        let reader = self.sealed(candidate.id.as_str()).await?;
        Ok(ResultReader { reader })
    }

    /// How many different persons or firms each row of the result describes, in
    /// the result's order, for the airlock alone. `None` unless they were
    /// [counted](EntityCounts::Counted); of rows of several tables' persons the
    /// least count that is not zero.
    pub async fn entity_counts(&self, candidate: &Candidate) -> Result<Option<Vec<i64>>, WorkroomError> {
        if candidate.counts != EntityCounts::Counted {
            return Ok(None);
        }
        let reader = ResultReader { reader: self.sealed(&entities_id(&candidate.id)).await? };
        let read = tokio::task::spawn_blocking(move || {
            let mut counts = Vec::new();
            for batch in reader.batches()? {
                let batch = batch.map_err(|_| unreadable())?;
                let column = batch.columns().first().and_then(|column| column.as_primitive_opt::<Int64Type>());
                counts.extend(column.ok_or_else(unreadable)?.values().iter().copied());
            }
            Ok::<_, WorkroomError>(counts)
        });
        let counts = read.await.map_err(|_| unreadable())??;
        if u64::try_from(counts.len()).ok() == Some(candidate.rows) { Ok(Some(counts)) } else { Err(unreadable()) }
    }

    /// Showing a run-plane result: always refused, and written down.
    pub async fn show(&self, actor: &Actor, candidate: &Candidate) -> Result<Verdict<Infallible>, WorkroomError> {
        let regime = self.0.rules.regime();
        let reasons = Reasons::one(regime.reason(
            reasons::INVISIBLE,
            &regime.workroom.raw_is_invisible,
            "a result computed on all rows is never shown inside",
            "have it linted, which names what stands against it without a value, and submit it to the airlock; to \
             look at rows, run the statement in the draft plane",
        ));
        self.refuse(actor, "candidate.show_refused", candidate.id.as_str(), &reasons).await?;
        Ok(Verdict::Refuse(reasons))
    }

    async fn sealed(&self, id: &str) -> Result<SealedReader, WorkroomError> {
        let failed = |source: VaultError| WorkroomError::Vault { doing: "opening a result", source: source.into() };
        let sealed = self.0.vault.result(id).await.map_err(failed)?;
        let sealed = sealed.ok_or_else(|| WorkroomError::Stored { id: id.to_owned(), field: "sealed result" })?;
        self.0.vault.open_result(&sealed).await.map_err(failed)
    }

    /// Writes a refusal down, cut to the size that an entry may have.
    pub(crate) async fn refuse(
        &self,
        actor: &Actor,
        action: &'static str,
        object: &str,
        reasons: &Reasons,
    ) -> Result<(), WorkroomError> {
        const REASONS_WRITTEN_MAX: usize = 60;
        let short = |reason: &Reason| Reason {
            what: shortened(&reason.what, 200),
            instead: shortened(&reason.instead, 100),
            ..reason.clone()
        };
        let short: Vec<Reason> = reasons.iter().take(REASONS_WRITTEN_MAX).map(short).collect();
        let written = Reasons::new(short).unwrap_or_else(|| reasons.clone());
        let facts = serde_json::json!({ "reasons": reasons.iter().count() });
        self.0
            .ledger
            .refuse(Event::refused(Some(actor), action, object, &written).under(self.0.rules.regime()).facts(facts))
            .await?;
        Ok(())
    }

    /// Opens the permitted holdings for one statement, or says why not.
    pub(crate) async fn enter(
        &self,
        permit: &Permit,
        plane: Plane,
    ) -> Result<Result<Room, Vec<Reason>>, WorkroomError> {
        let regime = self.0.rules.regime();
        let mut reasons = Vec::new();
        if permit.act() != Act::Compute {
            let clause = &regime.agreement.scope_is_binding;
            let instead = "ask for a permit to compute";
            reasons.push(regime.reason(reasons::PERMIT_KIND, clause, "the permit is not one to compute", instead));
        }
        if !permit.is_live() {
            reasons.push(permit_dead(regime));
        }
        if !reasons.is_empty() {
            return Ok(Err(reasons));
        }
        let opened = match self.0.vault.open_holdings(permit).await {
            Ok(opened) => opened,
            Err(VaultError::PermitEnded) => return Ok(Err(vec![permit_dead(regime)])),
            Err(VaultError::NoVersion { resource }) => {
                return Ok(Err(vec![self.no_holding(format!("the resource `{resource}` has no sealed version yet"))]));
            }
            Err(VaultError::Destroyed { id, at }) => {
                return Ok(Err(vec![self.no_holding(format!("the version `{id}` was destroyed at {at}"))]));
            }
            Err(VaultError::OtherColumns { resource, columns }) => {
                let missing = |column: &String| {
                    self.no_holding(format!(
                        "the newest version of `{resource}` lacks the column `{column}` as registered"
                    ))
                };
                return Ok(Err(columns.iter().map(missing).collect()));
            }
            Err(source) => return Err(WorkroomError::Vault { doing: "opening holdings", source: source.into() }),
        };
        let limits = self.limits();
        let failed = WorkroomError::engine;
        let runtime = session::runtime(&limits).map_err(failed("opening a session"))?;
        let url = ObjectStoreUrl::parse(STORE_URL).map_err(failed("opening a session"))?;
        runtime.register_object_store(url.as_ref(), opened.store);
        let pseudonymiser = Arc::new(self.pseudonymiser(permit.scenario()));
        let (mut tables, mut governed, mut inputs) = (Vec::new(), Vec::new(), Vec::new());
        for opened in opened.tables {
            let raw = Arc::new(SealedTable::new(&opened.table, opened.path, opened.bytes));
            let table = Arc::new(Table {
                name: opened.table.name,
                resource: opened.table.resource,
                columns: opened.table.columns,
                entity: opened.table.entity.map(|column| column.name),
                // The registry permits whole tables yet; the barrier is ready.
                rows: None,
            });
            let made = GovernedTable::new(Arc::clone(&table), raw, plane, &pseudonymiser);
            governed.push(Arc::new(made.map_err(failed("governing a table"))?));
            tables.push(table);
            inputs.push(opened.holding.id().clone());
        }
        let deadline = Instant::now() + Duration::from_secs(limits.seconds_max);
        Ok(Ok(Room { limits, deadline, runtime, tables, governed, inputs, pseudonymiser }))
    }

    fn no_holding(&self, what: String) -> Reason {
        let clause = &self.0.rules.regime().resource.must_be_registered;
        self.0.rules.regime().reason(
            reasons::NO_HOLDING,
            clause,
            what,
            "ask the department to land the table, as it is registered",
        )
    }

    fn limits(&self) -> Limits {
        let rules = &self.0.rules.regime().workroom;
        let mebibytes = usize::try_from(rules.memory_mebibytes_max.value).unwrap_or(usize::MAX);
        Limits {
            memory_bytes_max: mebibytes.saturating_mul(1 << 20),
            rows_max: u64::from(rules.result_rows_max.value),
            seconds_max: u64::from(rules.run_seconds_max.value),
            spool_dir: self.0.config.spool_dir.clone(),
        }
    }

    pub(crate) fn watch<'a>(
        &'a self,
        permit: &'a Permit,
        cancel: &'a CancellationToken,
        room: &'a Room,
    ) -> Result<Watch<'a>, WorkroomError> {
        let engine = self.0.engine.0.as_ref().map(Runtime::handle);
        let gone = || WorkroomError::Engine { doing: "starting a statement", kind: "shut_down" };
        Ok(Watch {
            engine: engine.ok_or_else(gone)?,
            ledger: &self.0.ledger,
            regime: self.0.rules.regime(),
            permit,
            cancel,
            limits: &room.limits,
            tables: &room.tables,
            deadline: room.deadline,
        })
    }
}

/// Under which id the vault keeps a candidate's counts.
pub(crate) fn entities_id(id: &CandidateId) -> String {
    format!("{id}-entities")
}

fn unreadable() -> WorkroomError {
    WorkroomError::Engine { doing: "reading a result", kind: "parquet" }
}

/// A sealed result, opened. For the airlock alone; the tidy test looks who
/// names this.
#[derive(Debug, Clone)]
pub struct ResultReader {
    reader: SealedReader,
}

impl ResultReader {
    /// The result's rows, batch by batch. Blocks.
    pub fn batches(
        &self,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, datafusion::arrow::error::ArrowError>> + use<>, WorkroomError>
    {
        let builder = ParquetRecordBatchReaderBuilder::try_new(self.reader.clone()).map_err(|_| unreadable())?;
        let reader: ParquetRecordBatchReader = builder.build().map_err(|_| unreadable())?;
        Ok(reader)
    }

    /// The result's bytes, a Parquet file.
    pub fn sealed(&self) -> &SealedReader {
        &self.reader
    }
}
