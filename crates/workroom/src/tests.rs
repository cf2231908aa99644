//! The gate, the barrier and the counts, over tables in memory: everything here
//! takes a provider, and the one that reads sealed holdings is tested with them
//! in `tests/main.rs`.

mod attacks;
mod counts;
mod origins;
mod side_channel;

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::prelude::SessionContext;
use shuyu_model::id::{ResourceId, ScenarioId};
use shuyu_model::{Column, ColumnClass, ColumnType, CryptoProfile, Grade, Mask, Regime, Verdict};

use crate::gate::Gate;
use crate::governed::{GovernedTable, Table};
use crate::masks::Plane;
use crate::pseudonym::Pseudonymiser;
use crate::session::{self, Limits};

pub(crate) fn regime() -> Regime {
    let text = include_str!("../../../regimes/changsha-2026/regime.toml");
    Regime::parse("changsha-2026/regime.toml", text).unwrap()
}

pub(crate) fn pseudonymiser() -> Arc<Pseudonymiser> {
    let scenario = ScenarioId::parse(&format!("SCN-{:032x}", 1)).unwrap();
    Arc::new(Pseudonymiser::new(CryptoProfile::International, &[1; 32], &scenario))
}

fn column(name: &str, kind: ColumnType, class: ColumnClass, mask: Mask) -> Column {
    Column {
        name: name.to_owned(),
        title: name.to_owned(),
        kind,
        class,
        grade: Some(Grade::L2),
        mask,
        is_entity: false,
    }
}

/// Six people; `salary` is in the file but not permitted.
fn people() -> (Table, RecordBatch) {
    let table = Table {
        name: "people".to_owned(),
        resource: ResourceId::parse(&format!("RES-{:032x}", 1)).unwrap(),
        columns: vec![
            column("idcard", ColumnType::Text, ColumnClass::DirectIdentifier, Mask::Pseudonym),
            column("name", ColumnType::Text, ColumnClass::DirectIdentifier, Mask::KeepPrefix { chars: 1 }),
            column("region", ColumnType::Text, ColumnClass::Plain, Mask::None),
            column("street", ColumnType::Text, ColumnClass::QuasiIdentifier, Mask::None),
            column("balance", ColumnType::Integer, ColumnClass::Sensitive, Mask::None),
            column("k", ColumnType::Integer, ColumnClass::Plain, Mask::None),
        ],
        entity: Some("idcard".to_owned()),
        rows: None,
    };
    let text = |values: [&str; 6]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let numbers = |values: [Option<i64>; 6]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
    let fields = [
        ("idcard", true),
        ("name", true),
        ("region", true),
        ("street", true),
        ("balance", false),
        ("k", false),
        ("salary", false),
    ];
    let schema = Schema::new(
        fields
            .map(|(name, is_text)| Field::new(name, if is_text { DataType::Utf8 } else { DataType::Int64 }, true))
            .to_vec(),
    );
    let rows = RecordBatch::try_new(
        Arc::new(schema),
        vec![
            text(["ID-CANARY-1", "ID-CANARY-2", "ID-CANARY-3", "ID-CANARY-4", "ID-CANARY-5", "ID-CANARY-6"]),
            text(["王一", "李二", "张三", "赵四", "钱五", "孙六"]),
            text(["N", "N", "N", "N", "S", "S"]),
            text(["a", "a", "b", "b", "c", "c"]),
            numbers([Some(10), Some(20), None, Some(40), Some(50), Some(77_777)]),
            numbers([Some(1), Some(2), Some(3), Some(4), Some(5), Some(6)]),
            numbers([Some(9_991), Some(9_992), Some(9_993), Some(9_994), Some(9_995), Some(9_996)]),
        ],
    )
    .unwrap();
    (table, rows)
}

/// What people paid: persons 1 (twice), 2, 3 and 5.
fn payments() -> (Table, RecordBatch) {
    let table = Table {
        name: "payments".to_owned(),
        resource: ResourceId::parse(&format!("RES-{:032x}", 2)).unwrap(),
        columns: vec![
            column("payer", ColumnType::Text, ColumnClass::DirectIdentifier, Mask::Pseudonym),
            column("amount", ColumnType::Integer, ColumnClass::Sensitive, Mask::None),
        ],
        entity: Some("payer".to_owned()),
        rows: None,
    };
    let schema =
        Schema::new(vec![Field::new("payer", DataType::Utf8, true), Field::new("amount", DataType::Int64, true)]);
    let payers: ArrayRef =
        Arc::new(StringArray::from(vec!["ID-CANARY-1", "ID-CANARY-1", "ID-CANARY-2", "ID-CANARY-3", "ID-CANARY-5"]));
    let amounts: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3, 4, 5]));
    (table, RecordBatch::try_new(Arc::new(schema), vec![payers, amounts]).unwrap())
}

/// Parking zones: about nobody.
fn zones() -> (Table, RecordBatch) {
    let table = Table {
        name: "zones".to_owned(),
        resource: ResourceId::parse(&format!("RES-{:032x}", 3)).unwrap(),
        columns: vec![
            column("zone", ColumnType::Text, ColumnClass::Plain, Mask::None),
            column("places", ColumnType::Integer, ColumnClass::Plain, Mask::None),
        ],
        entity: None,
        rows: None,
    };
    let schema =
        Schema::new(vec![Field::new("zone", DataType::Utf8, true), Field::new("places", DataType::Int64, true)]);
    let zone: ArrayRef = Arc::new(StringArray::from(vec!["N", "S"]));
    let places: ArrayRef = Arc::new(Int64Array::from(vec![100, 200]));
    (table, RecordBatch::try_new(Arc::new(schema), vec![zone, places]).unwrap())
}

pub(crate) struct Room {
    pub(crate) regime: Regime,
    pub(crate) tables: Vec<Arc<Table>>,
    pub(crate) session: SessionContext,
}

/// A room over the three tables, in which only these rows of `people` are.
fn room(rows: Option<Expr>) -> Room {
    room_of([people(), payments(), zones()].map(|(mut table, batch)| {
        if table.name == "people" {
            table.rows.clone_from(&rows);
        }
        (table, batch)
    }))
}

fn room_of(given: impl IntoIterator<Item = (Table, RecordBatch)>) -> Room {
    let limits =
        Limits { memory_bytes_max: 64 << 20, rows_max: 1_000, seconds_max: 60, spool_dir: std::env::temp_dir() };
    let (mut tables, mut governed) = (Vec::new(), Vec::new());
    for (table, batch) in given {
        let table = Arc::new(table);
        let raw = Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]]).unwrap());
        governed.push(Arc::new(GovernedTable::new(Arc::clone(&table), raw, Plane::Run, &pseudonymiser()).unwrap()));
        tables.push(table);
    }
    let session = session::open(session::runtime(&limits).unwrap(), governed).unwrap();
    Room { regime: regime(), tables, session }
}

impl Room {
    pub(crate) async fn admit(&self, sql: &str) -> Verdict<LogicalPlan> {
        Gate { regime: &self.regime, tables: &self.tables }.admit(&self.session, sql).await
    }

    /// The plan of a statement that must be let through.
    pub(crate) async fn plan(&self, sql: &str) -> LogicalPlan {
        match self.admit(sql).await {
            Verdict::Allow(plan) => plan,
            Verdict::Refuse(reasons) => panic!("{sql}: {reasons:?}"),
        }
    }

    /// The codes that a statement is refused with; none if it is let through.
    pub(crate) async fn codes(&self, sql: &str) -> Vec<String> {
        match self.admit(sql).await {
            Verdict::Allow(_) => Vec::new(),
            Verdict::Refuse(reasons) => reasons.iter().map(|reason| reason.code.to_string()).collect(),
        }
    }

    pub(crate) async fn collect(&self, plan: LogicalPlan) -> Result<Vec<RecordBatch>, DataFusionError> {
        datafusion::dataframe::DataFrame::new(self.session.state(), plan).collect().await
    }

    /// The rows of a statement as text, cells between `|`, sorted.
    pub(crate) async fn rows(&self, sql: &str) -> Result<Vec<String>, DataFusionError> {
        Ok(texts(&self.collect(self.plan(sql).await).await?))
    }
}

pub(crate) fn texts(batches: &[RecordBatch]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let cell = |array: &ArrayRef| datafusion::arrow::util::display::array_value_to_string(array, row).unwrap();
            rows.push(batch.columns().iter().map(cell).collect::<Vec<_>>().join("|"));
        }
    }
    rows.sort();
    rows
}
