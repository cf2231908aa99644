//! The plan: each step and expression of it, subqueries included, is one that a
//! workroom offers; each scan is of a governed table; each function is listed.

use std::collections::BTreeSet;

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::expr::WindowFunctionDefinition;
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan};
use shuyu_model::Reason;

use super::{Gate, PLAN_NODES_MAX};
use crate::functions;
use crate::governed::GovernedTable;
use crate::reasons;

/// Every reason that lies in the plan.
pub(crate) fn check(gate: &Gate<'_>, plan: &LogicalPlan) -> Vec<Reason> {
    let mut found = Found::default();
    let walked = plan.apply_with_subqueries(|node| {
        found.nodes += 1;
        found.node(gate, node);
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                found.expression(part);
                Ok(TreeNodeRecursion::Continue)
            })
        })?;
        Ok(TreeNodeRecursion::Continue)
    });
    let mut reasons: Vec<Reason> = found.barred.iter().map(|what| gate.barred(reasons::BARRED_PLAN, what)).collect();
    if walked.is_err() {
        // What cannot be walked cannot be judged.
        reasons.push(gate.barred(reasons::BARRED_PLAN, "a plan that cannot be walked"));
    }
    if found.nodes > PLAN_NODES_MAX {
        let what = format!("the plan has {} steps; at most {PLAN_NODES_MAX} are run", found.nodes);
        reasons.push(gate.too_complex(what));
    }
    reasons.extend(found.tables.iter().map(|name| gate.table_outside(name)));
    reasons.extend(found.functions.iter().map(|name| gate.function_outside(name)));
    reasons
}

#[derive(Default)]
struct Found {
    nodes: usize,
    barred: BTreeSet<&'static str>,
    tables: BTreeSet<String>,
    functions: BTreeSet<String>,
}

impl Found {
    fn node(&mut self, gate: &Gate<'_>, node: &LogicalPlan) {
        match node {
            LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::Window(_)
            | LogicalPlan::Aggregate(_)
            | LogicalPlan::Sort(_)
            | LogicalPlan::Join(_)
            | LogicalPlan::Union(_)
            | LogicalPlan::EmptyRelation(_)
            | LogicalPlan::Subquery(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Limit(_)
            | LogicalPlan::Values(_)
            | LogicalPlan::Distinct(Distinct::All(_)) => {}
            LogicalPlan::TableScan(scan) => {
                let is_governed = source_as_provider(&scan.source).is_ok_and(|provider| {
                    provider
                        .downcast_ref::<GovernedTable>()
                        .is_some_and(|governed| gate.tables.iter().any(|table| table.name == governed.table().name))
                });
                if !is_governed {
                    self.tables.insert(scan.table_name.table().to_owned());
                }
            }
            LogicalPlan::Distinct(_) => self.bar("DISTINCT ON"),
            LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) => self.bar("EXPLAIN"),
            LogicalPlan::RecursiveQuery(_) => self.bar("WITH RECURSIVE"),
            LogicalPlan::Unnest(_) => self.bar("UNNEST"),
            LogicalPlan::DescribeTable(_) => self.bar("DESCRIBE"),
            LogicalPlan::Copy(_) | LogicalPlan::Ddl(_) | LogicalPlan::Dml(_) | LogicalPlan::Statement(_) => {
                self.bar("statements that change something");
            }
            LogicalPlan::Extension(_) | LogicalPlan::Repartition(_) => self.bar("extensions of the engine"),
        }
    }

    fn expression(&mut self, expr: &Expr) {
        match expr {
            Expr::ScalarFunction(function) => self.function(function.func.name()),
            Expr::AggregateFunction(function) => self.function(function.func.name()),
            Expr::WindowFunction(function) => match &function.fun {
                WindowFunctionDefinition::AggregateUDF(function) => self.function(function.name()),
                WindowFunctionDefinition::WindowUDF(function) => self.function(function.name()),
            },
            Expr::ScalarVariable(..) => self.bar("variables"),
            Expr::Placeholder(_) => self.bar("placeholders"),
            Expr::Unnest(_) => self.bar("UNNEST"),
            Expr::HigherOrderFunction(_) | Expr::Lambda(_) | Expr::LambdaVariable(_) => self.bar("lambdas"),
            Expr::Alias(_)
            | Expr::Column(_)
            | Expr::Literal(..)
            | Expr::BinaryExpr(_)
            | Expr::Like(_)
            | Expr::SimilarTo(_)
            | Expr::Not(_)
            | Expr::IsNotNull(_)
            | Expr::IsNull(_)
            | Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_)
            | Expr::IsNotUnknown(_)
            | Expr::Negative(_)
            | Expr::Between(_)
            | Expr::Case(_)
            | Expr::Cast(_)
            | Expr::TryCast(_)
            | Expr::InList(_)
            | Expr::Exists(_)
            | Expr::InSubquery(_)
            | Expr::SetComparison(_)
            | Expr::ScalarSubquery(_)
            | Expr::GroupingSet(_)
            | Expr::OuterReferenceColumn(..) => {}
            _ => self.bar("an expression that is not on the list"),
        }
    }

    fn function(&mut self, name: &str) {
        if functions::find(name).is_none() {
            self.functions.insert(name.to_owned());
        }
    }

    fn bar(&mut self, what: &'static str) {
        self.barred.insert(what);
    }
}
