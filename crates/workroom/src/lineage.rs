//! Where each output column comes from: which columns of which tables are
//! computed into it, read off the plan.
//!
//! Only what flows into a value counts, not what chooses its row (WHERE, JOIN
//! … ON, GROUP BY): those are the plan's, which the reviewers read.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema};
use datafusion::datasource::source_as_provider;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::expr::WindowFunctionDefinition;
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan};

use crate::governed::{GovernedTable, Table};

/// A column of a governed table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    /// The table's place among the permitted ones.
    pub(crate) table: usize,
    /// The column's name there.
    pub(crate) column: String,
}

/// Where one column of a plan comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// All columns that are computed into it.
    pub(crate) origins: BTreeSet<Origin>,
    /// Whether its value is a number of rows, so that it shows none of theirs.
    pub(crate) is_count: bool,
}

/// The traces of a plan's columns, in the order of its schema.
pub(crate) fn trace(plan: &LogicalPlan, tables: &[Arc<Table>]) -> Result<Vec<Trace>> {
    match plan {
        LogicalPlan::TableScan(scan) => {
            let provider = source_as_provider(&scan.source)?;
            let governed = provider
                .downcast_ref::<GovernedTable>()
                .and_then(|governed| tables.iter().position(|table| table.name == governed.table().name));
            let Some(table) = governed else {
                return Err(DataFusionError::Internal("a scan of no governed table".to_owned()));
            };
            let names = scan.projected_schema.fields().iter();
            Ok(names.map(|field| Trace::from_column(table, field.name())).collect())
        }
        LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => {
            Ok(vec![Trace::default(); plan.schema().fields().len()])
        }
        LogicalPlan::Projection(node) => of_all(node.expr.iter(), &node.input, tables),
        LogicalPlan::Window(node) => {
            let mut traces = trace(&node.input, tables)?;
            traces.extend(of_all(node.window_expr.iter(), &node.input, tables)?);
            Ok(traces)
        }
        LogicalPlan::Aggregate(node) => {
            let input = trace(&node.input, tables)?;
            let mut traces = Vec::new();
            for expr in &node.group_expr {
                if let Expr::GroupingSet(set) = expr {
                    for inner in set.distinct_expr() {
                        traces.push(of(inner, node.input.schema(), &input, tables)?);
                    }
                    // The engine's own column that tells subtotals apart.
                    traces.push(Trace::default());
                } else {
                    traces.push(of(expr, node.input.schema(), &input, tables)?);
                }
            }
            for expr in &node.aggr_expr {
                traces.push(of(expr, node.input.schema(), &input, tables)?);
            }
            Ok(traces)
        }
        LogicalPlan::Union(node) => {
            let mut merged = vec![Trace::default(); plan.schema().fields().len()];
            for input in &node.inputs {
                for (into, from) in merged.iter_mut().zip(trace(input, tables)?) {
                    into.origins.extend(from.origins);
                }
            }
            Ok(merged)
        }
        LogicalPlan::Join(node) => of_join(plan, &node.left, &node.right, tables),
        LogicalPlan::Filter(node) => trace(&node.input, tables),
        LogicalPlan::Sort(node) => trace(&node.input, tables),
        LogicalPlan::Limit(node) => trace(&node.input, tables),
        LogicalPlan::SubqueryAlias(node) => trace(&node.input, tables),
        LogicalPlan::Subquery(node) => trace(&node.subquery, tables),
        LogicalPlan::Distinct(Distinct::All(input)) => trace(input, tables),
        _ => Err(DataFusionError::Internal("a step that the gate does not let through".to_owned())),
    }
}

/// A join's columns are found by name: a semi join keeps one side only, and a
/// mark join adds a column of its own.
fn of_join(plan: &LogicalPlan, left: &LogicalPlan, right: &LogicalPlan, tables: &[Arc<Table>]) -> Result<Vec<Trace>> {
    let sides = [(left.schema(), trace(left, tables)?), (right.schema(), trace(right, tables)?)];
    let find = |column: &Column| {
        sides.iter().find_map(|(schema, traces)| {
            schema.maybe_index_of_column(column).and_then(|index| traces.get(index)).cloned()
        })
    };
    Ok(plan.schema().columns().iter().map(|column| find(column).unwrap_or_default()).collect())
}

fn of_all<'a>(exprs: impl Iterator<Item = &'a Expr>, input: &LogicalPlan, tables: &[Arc<Table>]) -> Result<Vec<Trace>> {
    let traces = trace(input, tables)?;
    exprs.map(|expr| of(expr, input.schema(), &traces, tables)).collect()
}

/// The trace of an expression over an input with these traces.
pub(crate) fn of(expr: &Expr, schema: &DFSchema, input: &[Trace], tables: &[Arc<Table>]) -> Result<Trace> {
    let mut found = Trace { origins: BTreeSet::new(), is_count: is_count(expr, schema, input) };
    expr.apply(|part| {
        match part {
            Expr::Column(column) => {
                let from = schema.maybe_index_of_column(column).and_then(|index| input.get(index));
                found.origins.extend(from.into_iter().flat_map(|trace| trace.origins.iter().cloned()));
            }
            Expr::ScalarSubquery(query) => {
                for trace in trace(&query.subquery, tables)? {
                    found.origins.extend(trace.origins);
                }
            }
            // What orders, parts or filters the rows is not in the value.
            Expr::WindowFunction(function) => {
                for arg in &function.params.args {
                    found.origins.extend(of(arg, schema, input, tables)?.origins);
                }
                return Ok(TreeNodeRecursion::Jump);
            }
            Expr::AggregateFunction(function) => {
                for arg in &function.params.args {
                    found.origins.extend(of(arg, schema, input, tables)?.origins);
                }
                return Ok(TreeNodeRecursion::Jump);
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

fn is_count(expr: &Expr, schema: &DFSchema, input: &[Trace]) -> bool {
    match expr {
        Expr::Alias(alias) => is_count(&alias.expr, schema, input),
        Expr::Cast(cast) => is_count(&cast.expr, schema, input),
        Expr::Column(column) => {
            schema.maybe_index_of_column(column).and_then(|index| input.get(index)).is_some_and(|trace| trace.is_count)
        }
        Expr::AggregateFunction(function) => function.func.name() == "count",
        Expr::WindowFunction(function) => match &function.fun {
            WindowFunctionDefinition::AggregateUDF(function) => function.name() == "count",
            WindowFunctionDefinition::WindowUDF(function) => !matches!(function.name(), "lag" | "lead"),
        },
        _ => false,
    }
}

impl Trace {
    fn from_column(table: usize, column: &str) -> Self {
        let origin = Origin { table, column: column.to_owned() };
        Self { origins: BTreeSet::from([origin]), is_count: false }
    }
}
