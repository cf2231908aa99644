//! A table as an author may see it: the permitted columns, each behind its
//! mask, the permitted rows, and behind them the barrier.
//!
//! INVARIANT (raw is unreachable): the raw provider is held here and registered
//! nowhere; no name in SQL leads to it.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DFSchema;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::filter::FilterExec;
use shuyu_model::Column;
use shuyu_model::id::ResourceId;

use crate::barrier::{BarrierExec, Masked};
use crate::masks::{Applied, Plane};
use crate::pseudonym::Pseudonymiser;

/// What the permit says about one table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Its name in SQL.
    pub(crate) name: String,
    /// The resource it is.
    pub(crate) resource: ResourceId,
    /// The permitted columns, in order.
    pub(crate) columns: Vec<Column>,
    /// The name of the column that says whom a row is about, permitted or not.
    /// `None` when rows are about nobody.
    pub(crate) entity: Option<String>,
    /// The permitted rows; `None` when all are.
    pub(crate) rows: Option<Expr>,
}

/// The table that is registered in an author's session.
#[derive(Debug)]
pub(crate) struct GovernedTable {
    table: Arc<Table>,
    raw: Arc<dyn TableProvider>,
    columns: Vec<Masked>,
    schema: SchemaRef,
    pseudonymiser: Arc<Pseudonymiser>,
}

impl GovernedTable {
    /// The permitted columns of `raw`, which must hold them by name.
    pub(crate) fn new(
        table: Arc<Table>,
        raw: Arc<dyn TableProvider>,
        plane: Plane,
        pseudonymiser: &Arc<Pseudonymiser>,
    ) -> Result<Self> {
        let mut governed = Self {
            raw,
            columns: Vec::new(),
            schema: Arc::new(Schema::empty()),
            pseudonymiser: Arc::clone(pseudonymiser),
            table: Arc::clone(&table),
        };
        for column in &table.columns {
            governed.add(&column.name, &column.name, Applied::of(column, plane, pseudonymiser))?;
        }
        Ok(governed)
    }

    /// A sample whose rows are masked and filtered already.
    pub(crate) fn of_sample(
        table: Arc<Table>,
        sample: Arc<dyn TableProvider>,
        pseudonymiser: &Arc<Pseudonymiser>,
    ) -> Result<Self> {
        // Whom a row is about is not told, nor which rows were left out.
        let table = Arc::new(Table { entity: None, rows: None, ..table.as_ref().clone() });
        let mut governed = Self {
            raw: sample,
            columns: Vec::new(),
            schema: Arc::new(Schema::empty()),
            pseudonymiser: Arc::clone(pseudonymiser),
            table: Arc::clone(&table),
        };
        for column in &table.columns {
            governed.add(&column.name, &column.name, Applied::None)?;
        }
        Ok(governed)
    }

    /// The same table and one more column, `name`, that says whom a row is
    /// about; `None` when rows are about nobody. Authors never get this one.
    pub(crate) fn with_entity(&self, name: &str) -> Result<Option<Self>> {
        let Some(entity) = &self.table.entity else { return Ok(None) };
        let mut wide = Self {
            table: Arc::clone(&self.table),
            raw: Arc::clone(&self.raw),
            columns: self.columns.clone(),
            schema: SchemaRef::clone(&self.schema),
            pseudonymiser: Arc::clone(&self.pseudonymiser),
        };
        wide.add(entity, name, Applied::Entity(Arc::clone(&self.pseudonymiser)))?;
        Ok(Some(wide))
    }

    /// What the permit says about it.
    pub(crate) fn table(&self) -> &Arc<Table> {
        &self.table
    }

    fn add(&mut self, from: &str, name: &str, mask: Applied) -> Result<()> {
        let raw = self.raw.schema();
        let index = raw.index_of(from)?;
        let field = Field::new(name, mask.output_type(raw.field(index).data_type()), true);
        let fields = self.schema.fields().iter().cloned().chain([Arc::new(field)]);
        self.schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        self.columns.push(Masked { from: index, mask });
        Ok(())
    }
}

#[async_trait]
impl TableProvider for GovernedTable {
    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    // `supports_filters_pushdown` and `statistics` keep their defaults: no
    // filter of the author's is taken, no number of hidden rows is told.

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let asked: Vec<usize> = projection.cloned().unwrap_or_else(|| (0..self.columns.len()).collect());
        let schema = Arc::new(self.schema.project(&asked)?);
        let masked: Vec<&Masked> = asked.iter().filter_map(|index| self.columns.get(*index)).collect();

        // The raw columns that are needed: those asked for and those that
        // decide which rows are permitted.
        let raw_schema = self.raw.schema();
        let mut needed: Vec<usize> = masked.iter().map(|column| column.from).collect();
        if let Some(rows) = &self.table.rows {
            for column in rows.column_refs() {
                needed.push(raw_schema.index_of(column.name())?);
            }
        }
        needed.sort_unstable();
        needed.dedup();

        let mut below_filter = limit;
        if self.table.rows.is_some() {
            below_filter = None;
        }
        let mut plan = self.raw.scan(state, Some(&needed), &[], below_filter).await?;
        if let Some(rows) = &self.table.rows {
            let read = DFSchema::try_from(raw_schema.project(&needed)?)?;
            plan = Arc::new(FilterExec::try_new(state.create_physical_expr(rows.clone(), &read)?, plan)?);
        }
        let columns = masked.into_iter().map(|column| {
            let from = needed.binary_search(&column.from).map_err(|_| {
                DataFusionError::Internal("a governed table misses a column that it asked for".to_owned())
            })?;
            Ok(Masked { from, mask: column.mask.clone() })
        });
        Ok(Arc::new(BarrierExec::new(plan, columns.collect::<Result<_>>()?, schema)))
    }
}
