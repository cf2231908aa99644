//! Models are trained and validated inside, on sampled and masked rows.
//!
//! A program of the author's gets each table that it names as `/in/TABLE.csv`: the draft
//! plane's sample, drawn and masked before the program exists for it. It writes a JSON
//! object to `/out/metrics.json` and, where it trains, a model to `/out/model`; a
//! validation finds the model that it validates as `/in/model`.
//!
//! INVARIANT (sampled and masked): nothing else is mounted. Who asks for a table as it is,
//! or says nothing of it, is refused before anything is read.
//! INVARIANT (stays inside): a model's bytes are sealed, and no route gives them; what the
//! airlock releases is a candidate, and a model is none.
//!
//! Not here: how a program is confined (`sandbox`), how a sample is drawn (`draft`).

use std::io::{self, Write as _};
use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use serde::{Deserialize, Serialize};
use shuyu_ledger::Event;
use shuyu_model::id::{AgreementId, HoldingId, OrganisationId, PersonId, ScenarioId, TrainingId};
use shuyu_model::regime::Sourced;
use shuyu_model::{Digest, Reason, Regime, Time, Verdict};
use shuyu_registry::Permit;
use shuyu_vault::SealedRef;
use tokio_util::sync::CancellationToken;

use crate::draft::{refused, rows_of};
use crate::error::WorkroomError;
use crate::execute::Stop;
use crate::gate::shortened;
use crate::masks::Plane;
use crate::run::{Progress, STATEMENT_MEANS, against_means};
use crate::sandbox::{Cell, Ended, MODEL_BYTES_MAX};
use crate::sealing::vault_failed;
use crate::workrooms::{Room, Workrooms};
use crate::{reasons, store};

/// The most bytes of a program.
const PROGRAM_BYTES_MAX: usize = 256 * 1024;
/// The most bytes of a program's metrics.
const METRICS_BYTES_MAX: u64 = 64 * 1024;

/// What a program is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// It makes a model.
    Train,
    /// It measures one.
    Validate,
}

/// As what a table is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenAs {
    /// Its sample, masked.
    SampledMasked,
    /// All of it, as it is: always refused.
    Raw,
}

/// A table that a program asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingInput {
    /// Its name in the scenario.
    pub table: String,
    /// As what; unmarked is refused like raw.
    #[serde(default)]
    pub given_as: Option<GivenAs>,
}

/// A program to be run on samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewTraining {
    /// What for.
    pub purpose: Purpose,
    /// What people call it.
    pub title: String,
    /// Python, its standard library.
    pub program: String,
    /// Which tables it reads.
    pub inputs: Vec<TrainingInput>,
    /// Of a validation: whose model.
    #[serde(default)]
    pub validates: Option<TrainingId>,
}

/// What was mounted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mounted {
    /// The table's name.
    pub table: String,
    /// The version that the sample was drawn from.
    pub holding: HoldingId,
    /// How many rows were mounted.
    pub rows: u64,
    /// How it was marked.
    pub given_as: GivenAs,
}

/// A training or validation as it was run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Its id.
    pub id: TrainingId,
    /// In whose workroom.
    pub scenario: ScenarioId,
    /// Under which operator agreement.
    pub agreement: AgreementId,
    /// What for.
    pub purpose: Purpose,
    /// Of a validation: whose model.
    pub validates: Option<TrainingId>,
    /// Who ran it.
    pub author: PersonId,
    /// For whom the author acted.
    pub organisation: OrganisationId,
    /// For which operator.
    pub operator: OrganisationId,
    /// What people call it.
    pub title: String,
    /// The program, as the author wrote it.
    pub program: String,
    /// What was mounted.
    pub inputs: Vec<Mounted>,
    /// What the program measured on samples.
    pub metrics: serde_json::Value,
    /// The sealed model: its digest and how many bytes it has.
    pub model: Option<(Digest, u64)>,
    /// Under which version of which rules.
    pub regime: String,
    /// Under which clauses.
    pub clauses: Vec<String>,
    /// When.
    pub made_at: Time,
}

/// What the document says of training, or else of raw data.
fn rule(regime: &Regime) -> &Sourced<bool> {
    let rules = &regime.workroom;
    rules.training_on_samples.as_ref().unwrap_or(&rules.raw_is_invisible)
}

/// All that is against a program before anything is read.
fn against(regime: &Regime, new: &NewTraining) -> Vec<Reason> {
    let mut found = Vec::new();
    let unmarked = new.inputs.iter().filter(|input| input.given_as != Some(GivenAs::SampledMasked));
    found.extend(unmarked.map(|input| {
        let how = if input.given_as.is_some() { "raw" } else { "without a mark" };
        let what = format!(
            "the table `{}` is asked for {how}; models are trained and validated on sampled and masked data only",
            shortened(&input.table, 80)
        );
        regime.reason(reasons::UNMARKED_INPUT, rule(regime), what, "ask for it with `given_as`: `sampled_masked`")
    }));
    if new.inputs.is_empty() {
        let what = "no table is asked for";
        found.push(regime.reason(reasons::UNMARKED_INPUT, rule(regime), what, "name a table of the scenario"));
    }
    if new.program.trim().is_empty() || new.program.len() > PROGRAM_BYTES_MAX {
        let what = format!("the program has {} bytes", new.program.len());
        let instead = format!("send a program of at most {PROGRAM_BYTES_MAX} bytes");
        found.push(regime.reason(reasons::PROGRAM_LIMIT, &regime.workroom.memory_mebibytes_max, what, instead));
    }
    if (new.purpose == Purpose::Validate) != new.validates.is_some() {
        let what = "a validation names the model that it validates, and a training names none";
        found.push(other_model(regime, what));
    }
    found
}

fn other_model(regime: &Regime, what: &str) -> Reason {
    let instead = "name in `validates` a training of this scenario that made a model";
    regime.reason(reasons::OTHER_MODEL, &regime.agreement.scope_is_binding, what, instead)
}

fn spool(doing: &'static str) -> impl FnOnce(io::Error) -> WorkroomError {
    move |source| WorkroomError::Spool { doing, source }
}

impl Workrooms {
    /// Runs a program on the samples that it asks for, confined. What it makes stays inside.
    pub async fn train(
        &self,
        permit: &Permit,
        new: NewTraining,
        cancel: CancellationToken,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Verdict<Training>, WorkroomError> {
        let regime = self.regime();
        let mut against = against(regime, &new);
        against.extend(permit.against_output(regime, "model"));
        against.extend(against_means(regime));
        let made = match self.enter(permit, Plane::of_sample(regime)).await? {
            Err(more) => Err(against.into_iter().chain(more).collect()),
            Ok(_) if !against.is_empty() => Err(against),
            Ok(room) => match self.trained(permit, &new, &cancel, progress, &room).await {
                Ok(training) => Ok(training),
                Err(Stop::Refused(reason)) => Err(vec![reason]),
                Err(Stop::Fault(error)) => return Err(error),
            },
        };
        match made {
            Ok(training) => Ok(Verdict::Allow(training)),
            Err(reasons) => {
                let verdict = refused(reasons);
                if let Verdict::Refuse(reasons) = &verdict {
                    self.refuse(permit.actor(), "training.refused", permit.scenario().as_str(), reasons).await?;
                }
                Ok(verdict)
            }
        }
    }

    /// A training, as it was run.
    pub async fn training(&self, id: &TrainingId) -> Result<Option<Training>, WorkroomError> {
        store::training(&self.0.ledger, id).await
    }

    async fn trained(
        &self,
        permit: &Permit,
        new: &NewTraining,
        cancel: &CancellationToken,
        progress: &(dyn Fn(Progress) + Send + Sync),
        room: &Room,
    ) -> Result<Training, Stop> {
        let regime = self.regime();
        let watch = self.watch(permit, cancel, room)?;
        let cell = Cell::new(self.spool_dir())?;
        if let Some(why) = cell.against(self.programs(), room.limits.memory_bytes_max).await? {
            let what = format!("this machine cannot confine a program: {why}");
            let instead = "compute with a statement; the system administrator finds in scripts/setup.sh what it takes";
            return Err(Stop::Refused(regime.reason(reasons::NO_SANDBOX, rule(regime), what, instead)));
        }
        let samples = self.samples(&watch, room).await?;
        let mut inputs = Vec::new();
        for asked in &new.inputs {
            let Some(place) = room.tables.iter().position(|table| table.name == asked.table) else {
                let what = format!("the table `{}` is not permitted", shortened(&asked.table, 80));
                let names: Vec<&str> = room.tables.iter().map(|table| table.name.as_str()).collect();
                let instead = format!("permitted are: {}", names.join(", "));
                let clause = &regime.agreement.scope_is_binding;
                return Err(Stop::Refused(regime.reason(reasons::TABLE_OUTSIDE, clause, what, instead)));
            };
            let (Some(sample), Some(holding)) = (samples.get(place), room.inputs.get(place)) else { continue };
            let failed = "mounting a sample";
            write_csv(sample, &cell.input(&format!("{}.csv", asked.table))).map_err(spool(failed))?;
            let (table, holding, rows) = (asked.table.clone(), holding.clone(), rows_of(sample));
            inputs.push(Mounted { table, holding, rows, given_as: GivenAs::SampledMasked });
            progress(Progress { rows: inputs.iter().map(|input| input.rows).sum() });
        }
        if let Some(validated) = &new.validates {
            self.mount_model(permit, validated, &cell).await?;
        }
        std::fs::write(cell.input("program.py"), &new.program).map_err(spool("mounting a program"))?;
        let ended = cell.run(self.programs(), &watch).await?;
        let (metrics, bytes) = self.written(new.purpose, ended, &cell).await?;
        self.keep_training(permit, new, inputs, metrics, bytes, &cell).await
    }

    /// Lays the model that is to be validated where the program finds it.
    async fn mount_model(&self, permit: &Permit, of: &TrainingId, cell: &Cell) -> Result<(), Stop> {
        let found = self.training(of).await?.filter(|training| training.scenario == *permit.scenario());
        let Some((digest, bytes)) = found.and_then(|training| training.model) else {
            let what = "the model to be validated is none of this scenario";
            return Err(Stop::Refused(other_model(self.regime(), what)));
        };
        let sealed = SealedRef { id: of.to_string(), digest, bytes };
        let mut reader = self.0.vault.open_result(&sealed).await.map_err(vault_failed)?.stream_from(0);
        let path = cell.input("model");
        let copied = tokio::task::spawn_blocking(move || io::copy(&mut reader, &mut std::fs::File::create(path)?));
        let copied = copied.await.map_err(io::Error::other).and_then(|copied| copied);
        copied.map_err(spool("mounting a model"))?;
        Ok(())
    }

    /// What the program wrote, or what is against it.
    async fn written(&self, purpose: Purpose, ended: Ended, cell: &Cell) -> Result<(serde_json::Value, u64), Stop> {
        let regime = self.regime();
        let refuse = |code, what: String, instead: &str| {
            Stop::Refused(regime.reason(code, &regime.workroom.memory_mebibytes_max, what, instead))
        };
        let failed = "reading what a program wrote";
        let size = |path| std::fs::metadata(path).map(|facts| facts.len()).map_err(spool(failed));
        let (model_bytes, metrics_bytes) = (size(cell.model())?, size(cell.metrics())?);
        // Asked first: a program that wrote too much fails at that.
        for (name, bytes, bytes_max) in
            [("/out/model", model_bytes, MODEL_BYTES_MAX), ("/out/metrics.json", metrics_bytes, METRICS_BYTES_MAX)]
        {
            if bytes > bytes_max {
                let what = format!("the program writes more than {bytes_max} bytes to `{name}`");
                return Err(refuse(reasons::OUTPUT_LIMIT, what, "write a smaller model, and numbers as metrics"));
            }
        }
        if ended == Ended::Badly {
            let what = "the program ended with an error; what it printed is not kept".to_owned();
            let instead = "catch the error and write its kind to /out/metrics.json; Python's standard library, the \
                           tables in /in and the limits of memory and time are all there is";
            return Err(refuse(reasons::PROGRAM_FAILS, what, instead));
        }
        let text = std::fs::read(cell.metrics()).map_err(spool(failed))?;
        let metrics = serde_json::from_slice(&text).ok().filter(serde_json::Value::is_object);
        match (metrics, purpose) {
            (Some(metrics), Purpose::Validate) => Ok((metrics, 0)),
            (Some(metrics), Purpose::Train) if model_bytes > 0 => Ok((metrics, model_bytes)),
            (metrics, _) => {
                let missing =
                    if metrics.is_some() { "a model in /out/model" } else { "an object in /out/metrics.json" };
                let what = format!("the program ended without {missing}");
                let instead = "write a JSON object to /out/metrics.json and, to train, the model to /out/model";
                Err(refuse(reasons::OUTPUT_MISSING, what, instead))
            }
        }
    }

    /// Row, sealed model and event, or none of them.
    async fn keep_training(
        &self,
        permit: &Permit,
        new: &NewTraining,
        inputs: Vec<Mounted>,
        metrics: serde_json::Value,
        model_bytes: u64,
        cell: &Cell,
    ) -> Result<Training, Stop> {
        let id: TrainingId = self.0.ledger.new_id();
        let sealed = if model_bytes > 0 {
            let file = std::fs::File::open(cell.model()).map_err(spool("sealing a model"))?;
            Some(self.0.vault.seal_result(id.as_str(), file).await.map_err(vault_failed)?)
        } else {
            None
        };
        let training = Training {
            id,
            scenario: permit.scenario().clone(),
            agreement: permit.agreement().clone(),
            purpose: new.purpose,
            validates: new.validates.clone(),
            author: permit.actor().person.clone(),
            organisation: permit.actor().organisation.clone(),
            operator: permit.operator().clone(),
            title: new.title.clone(),
            program: new.program.clone(),
            inputs,
            metrics,
            model: sealed.as_ref().map(|sealed| (sealed.sealed_ref().digest, sealed.sealed_ref().bytes)),
            regime: permit.regime().to_owned(),
            clauses: permit.clauses().to_vec(),
            made_at: self.0.ledger.now(),
        };
        let mut change = self.0.ledger.change().await.map_err(WorkroomError::from)?;
        if let Some(sealed) = &sealed {
            self.0.vault.keep_result(&mut change, sealed).await.map_err(vault_failed)?;
        }
        store::insert_training(&mut change, &training).await?;
        let profile = self.0.ledger.profile();
        let facts = serde_json::json!({
            "scenario": training.scenario,
            "operator": training.operator,
            "purpose": training.purpose,
            "validates": training.validates,
            "program": profile.digest(training.program.as_bytes()),
            "inputs": training.inputs,
            "metrics": profile.digest(training.metrics.to_string().as_bytes()),
            "means": STATEMENT_MEANS,
        });
        let event = Event::done(Some(permit.actor()), "training.made", training.id.as_str())
            .under(self.regime())
            .citing(self.regime().cite(rule(self.regime())))
            .digests(None, training.model.map(|(digest, _)| digest))
            .facts(facts);
        change.commit(event).await.map_err(WorkroomError::from)?;
        Ok(training)
    }
}

/// A header and the rows; a null is an empty field, all else stands between quotes.
fn write_csv(sample: &RecordBatch, path: &Path) -> io::Result<()> {
    let mut out = io::BufWriter::new(std::fs::File::create(path)?);
    let names: Vec<String> = sample.schema().fields().iter().map(|field| quoted(field.name())).collect();
    writeln!(out, "{}", names.join(","))?;
    let options = FormatOptions::default();
    let columns: Result<Vec<_>, _> = sample
        .columns()
        .iter()
        .map(|column| Ok((column, ArrayFormatter::try_new(column.as_ref(), &options)?)))
        .collect();
    let columns = columns.map_err(|_: datafusion::arrow::error::ArrowError| io::Error::other("a column's type"))?;
    for row in 0..sample.num_rows() {
        let cells = columns.iter().map(|(column, formatter)| {
            if column.is_null(row) {
                return Ok(String::new());
            }
            formatter.value(row).try_to_string().map(|text| quoted(&text)).map_err(|_| io::Error::other("a cell"))
        });
        writeln!(out, "{}", cells.collect::<io::Result<Vec<_>>>()?.join(","))?;
    }
    out.flush()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
