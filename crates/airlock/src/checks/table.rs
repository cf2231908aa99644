//! Made-up results for the tests of the checks.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};
use shuyu_model::{ColumnClass, Regime};
use shuyu_workroom::{OutputColumn, OutputKind};

use super::Check;
use crate::view::{Declared, Entities, Facts, Finding, Table, View};

const RULES: &str = include_str!("../../../../regimes/changsha-2026/regime.toml");

/// A result with all that a check may look at.
pub(crate) struct Sample {
    pub(crate) regime: Regime,
    pub(crate) declared: Declared,
    pub(crate) facts: Facts,
    pub(crate) table: Table,
}

pub(crate) fn report() -> OutputKind {
    OutputKind::Report
}

pub(crate) fn dataset() -> OutputKind {
    OutputKind::Dataset
}

pub(crate) fn lookup(key: &str) -> OutputKind {
    OutputKind::Lookup { key: key.to_owned() }
}

pub(crate) fn column(name: &str) -> OutputColumn {
    OutputColumn { name: name.to_owned(), title: "列".to_owned(), class: ColumnClass::Plain, is_count: false }
}

impl Sample {
    /// All declared as it is, nobody behind it, no raw row in it; the least
    /// count is 10.
    pub(crate) fn of(kind: OutputKind, columns: Vec<(&str, ArrayRef)>) -> Self {
        let mut regime = Regime::parse("regime.toml", RULES).unwrap();
        regime.release.cell_count_min.value = 10;
        regime.release.raw_row_matches_max.value = 0;
        let fields: Vec<Field> =
            columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
        let declared = columns.iter().map(|(name, _)| column(name)).collect();
        let schema = Arc::new(Schema::new(fields));
        let rows = columns.first().map_or(0, |(_, array)| array.len());
        let batch =
            RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, array)| array).collect()).unwrap();
        // In two pieces, so that a check must carry its row numbers across.
        let cut = rows / 2;
        let batches = vec![batch.slice(0, cut), batch.slice(cut, rows - cut)];
        Self {
            regime,
            declared: Declared { title: "结果".to_owned(), kind, columns: declared },
            facts: Facts { rows: rows as u64, bytes: 1000, entities: Entities::Nobody, raw_row_matches: Some(0) },
            table: Table::Batches(schema, batches),
        }
    }

    pub(crate) fn view(&self) -> View<'_> {
        View { regime: &self.regime, declared: &self.declared, facts: &self.facts, table: &self.table }
    }

    pub(crate) fn run(&self, check: Check) -> Vec<Finding> {
        let found = (check.run)(&self.view()).unwrap();
        for finding in &found {
            assert_eq!(finding.code, check.code);
            assert!(!finding.what.is_empty() && !finding.instead.is_empty() && !finding.clause.is_empty());
        }
        found
    }
}
