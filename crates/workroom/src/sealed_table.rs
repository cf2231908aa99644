//! A sealed holding as the engine's raw table: Parquet, read by ranges through
//! the vault's decrypting store.
//!
//! Held by [`GovernedTable`](crate::governed::GovernedTable) and registered
//! nowhere. It offers the permitted columns and the one that says whom a row is
//! about; no other column of the file can be read through it.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use object_store::path::Path;
use shuyu_registry::PermittedTable;

use crate::masks::arrow_type;

/// The address under which the vault's store is known inside one session. No
/// name in SQL leads to it: there are no tables made of addresses.
pub(crate) const STORE_URL: &str = "sealed://holdings";

/// One sealed file.
#[derive(Debug)]
pub(crate) struct SealedTable {
    schema: SchemaRef,
    path: Path,
    bytes: u64,
}

impl SealedTable {
    /// The file at `path` in the opened store, which has `bytes`.
    pub(crate) fn new(table: &PermittedTable, path: Path, bytes: u64) -> Self {
        let mut columns: Vec<_> = table.columns.iter().collect();
        if let Some(entity) = &table.entity
            && !columns.iter().any(|column| column.name == entity.name)
        {
            columns.push(entity);
        }
        let fields: Vec<Field> =
            columns.iter().map(|column| Field::new(&column.name, arrow_type(column.kind), true)).collect();
        Self { schema: Arc::new(Schema::new(fields)), path, bytes }
    }
}

#[async_trait]
impl TableProvider for SealedTable {
    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let source = Arc::new(ParquetSource::new(SchemaRef::clone(&self.schema)));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(STORE_URL)?, source)
            .with_file(PartitionedFile::new(self.path.to_string(), self.bytes))
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
