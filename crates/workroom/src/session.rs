//! A session of the engine for one statement: the governed tables, the listed
//! functions, the limits, and nothing else.
//!
//! INVARIANT (nothing else): no table function, file format, table factory,
//! information schema or variable is in it.

use std::path::PathBuf;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::error::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::functions::{self, Kind};
use crate::governed::GovernedTable;

/// How many threads' worth of work one statement is split into.
const PARTITIONS: usize = 2;
/// The most that one statement may write to the spool folder.
const SPILL_BYTES_MAX: u64 = 16 << 30;

/// What one statement may take.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    pub(crate) memory_bytes_max: usize,
    pub(crate) rows_max: u64,
    pub(crate) seconds_max: u64,
    pub(crate) spool_dir: PathBuf,
}

/// The memory and the spool of one statement.
pub(crate) fn runtime(limits: &Limits) -> Result<Arc<RuntimeEnv>> {
    let disk = DiskManagerBuilder::default()
        .with_mode(DiskManagerMode::Directories(vec![limits.spool_dir.clone()]))
        .with_max_temp_directory_size(SPILL_BYTES_MAX);
    RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory_bytes_max)))
        .with_disk_manager_builder(disk)
        .build_arc()
}

/// A session in which only these tables have names.
pub(crate) fn open(runtime: Arc<RuntimeEnv>, tables: Vec<Arc<GovernedTable>>) -> Result<SessionContext> {
    let context = bare(runtime, PARTITIONS);
    for table in tables {
        let name = table.table().name.clone();
        context.register_table(name.as_str(), table as Arc<dyn TableProvider>)?;
    }
    Ok(context)
}

/// A session without a table that reads a file's rows in their order.
pub(crate) fn open_in_order(runtime: Arc<RuntimeEnv>) -> SessionContext {
    bare(runtime, 1)
}

fn bare(runtime: Arc<RuntimeEnv>, partitions: usize) -> SessionContext {
    let mut config = SessionConfig::new()
        .with_information_schema(false)
        .with_target_partitions(partitions)
        .with_collect_statistics(false);
    let options = config.options_mut();
    options.sql_parser.map_string_types_to_utf8view = false;
    let listed = |kind: Kind, name: &str| functions::find(name).is_some_and(|f| f.kind == kind && f.name == name);
    let mut scalar = SessionStateDefaults::default_scalar_functions();
    scalar.retain(|f| listed(Kind::Scalar, f.name()));
    let mut aggregate = SessionStateDefaults::default_aggregate_functions();
    aggregate.retain(|f| listed(Kind::Aggregate, f.name()));
    let mut window = SessionStateDefaults::default_window_functions();
    window.retain(|f| listed(Kind::Window, f.name()));
    let state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_expr_planners(SessionStateDefaults::default_expr_planners())
        .with_scalar_functions(scalar)
        .with_aggregate_functions(aggregate)
        .with_window_functions(window)
        .build();
    SessionContext::new_with_state(state)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_session_has_the_listed_functions_and_no_other() {
        let limits = Limits { memory_bytes_max: 1 << 20, rows_max: 1, seconds_max: 1, spool_dir: std::env::temp_dir() };
        let context = open(runtime(&limits).unwrap(), Vec::new()).unwrap();
        let state = context.state();
        let mut there: BTreeSet<String> = BTreeSet::new();
        there.extend(state.scalar_functions().keys().cloned());
        there.extend(state.aggregate_functions().keys().cloned());
        there.extend(state.window_functions().keys().cloned());
        let mut listed: BTreeSet<String> = BTreeSet::new();
        for function in functions::ALL {
            listed.insert(function.name.to_owned());
            listed.extend(function.aliases.iter().map(|alias| (*alias).to_owned()));
        }
        assert_eq!(there, listed);
        assert!(state.table_functions().is_empty());
        assert!(state.table_factories().is_empty());
    }
}
