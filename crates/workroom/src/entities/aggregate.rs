//! Groupings: who stands behind a group and behind each aggregate of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::functions_aggregate::count::count_distinct;
use datafusion::functions_aggregate::min_max::max;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{Aggregate, Case, Expr, LogicalPlan, Operator, lit, when};
use shuyu_model::ColumnClass;

use super::{Halt, Hidden, Kind, Widened, Writer, no_subquery_about_somebody};
use crate::functions::ONE_ROW_DECIDES;
use crate::lineage::{self, Trace};

/// Whose rows an aggregate's value is made of.
enum Behind {
    /// Those of the group for whom these conditions hold.
    Those(Vec<Expr>),
    /// One, whoever it is, if there is any for whom these hold.
    One(Vec<Expr>),
}

impl Writer<'_> {
    pub(super) fn aggregate(&mut self, plan: &LogicalPlan, node: &Aggregate) -> Widened {
        no_subquery_about_somebody(&node.group_expr)?;
        no_subquery_about_somebody(&node.aggr_expr)?;
        let (input, hidden) = self.widen(&node.input)?;
        if hidden.is_empty() {
            return Ok((plan.clone(), hidden));
        }
        entities_only(&hidden)?;
        let traces = lineage::trace(&node.input, self.tables)?;
        // Equal counts are counted once: `sum(x)` and `avg(x)` ask for the same.
        let mut counts: Vec<Expr> = Vec::new();
        let mut add = |expr: Expr| {
            if !counts.contains(&expr) {
                counts.push(expr);
            }
        };
        for entity in &hidden {
            add(count_distinct(Expr::Column(entity.column.clone())));
        }
        for expr in &node.aggr_expr {
            let behind = self.behind(unaliased(expr), node, &traces)?;
            for entity in &hidden {
                add(match &behind {
                    Behind::Those(conditions) => {
                        count_distinct(where_all(conditions, Expr::Column(entity.column.clone()))?)
                    }
                    Behind::One(conditions) => max(where_all(conditions, lit(1_i64))?),
                });
            }
        }
        let (named, hidden) = self.name(counts);
        let aggr_expr = node.aggr_expr.iter().cloned().chain(named).collect();
        let aggregate = Aggregate::try_new(Arc::new(input), node.group_expr.clone(), aggr_expr)?;
        Ok((LogicalPlan::Aggregate(aggregate), hidden))
    }

    /// `SELECT DISTINCT` over persons' rows is a grouping by every column.
    pub(super) fn distinct(&mut self, plan: &LogicalPlan, distinct: &LogicalPlan) -> Widened {
        let (input, hidden) = self.widen(distinct)?;
        if hidden.is_empty() {
            return Ok((plan.clone(), hidden));
        }
        entities_only(&hidden)?;
        let groups = distinct.schema().columns().into_iter().map(Expr::Column).collect();
        let counts = hidden.iter().map(|entity| count_distinct(Expr::Column(entity.column.clone()))).collect();
        let (named, hidden) = self.name(counts);
        Ok((LogicalPlan::Aggregate(Aggregate::try_new(Arc::new(input), groups, named)?), hidden))
    }

    fn name(&mut self, counts: Vec<Expr>) -> (Vec<Expr>, Vec<Hidden>) {
        let name = |expr: Expr| {
            let name = format!("__entities_{}", self.counts);
            self.counts += 1;
            (expr.alias(name.clone()), Hidden { column: Column::from_name(name), kind: Kind::Count })
        };
        counts.into_iter().map(name).unzip()
    }

    fn behind(&self, expr: &Expr, node: &Aggregate, traces: &[Trace]) -> Result<Behind, Halt> {
        let Expr::AggregateFunction(AggregateFunction { func, params }) = expr else {
            return Err(Halt::Unknown("it computes groups in a way that is not analysed"));
        };
        let mut conditions: Vec<Expr> = params.filter.iter().map(|filter| filter.as_ref().clone()).collect();
        if func.name() == "grouping" {
            return Ok(Behind::Those(conditions));
        }
        for arg in &params.args {
            if matches!(arg, Expr::Literal(..)) {
                continue;
            }
            let value = chosen(arg, &mut conditions)?;
            conditions.push(value.clone().is_not_null());
            let trace = lineage::of(arg, node.input.schema(), traces, self.tables)?;
            if func.name() != "count" && self.has_class(&trace, |class| class == ColumnClass::DirectIdentifier) {
                return Err(Halt::Unknown("it computes with an identifier"));
            }
            if ONE_ROW_DECIDES.contains(&func.name()) && self.has_class(&trace, |class| class != ColumnClass::Plain) {
                return Ok(Behind::One(conditions));
            }
        }
        Ok(Behind::Those(conditions))
    }

    fn has_class(&self, trace: &Trace, is_it: impl Fn(ColumnClass) -> bool) -> bool {
        trace.origins.iter().any(|origin| {
            let table = self.tables.get(origin.table);
            let column = table.and_then(|table| table.columns.iter().find(|column| column.name == origin.column));
            column.is_none_or(|column| is_it(column.class))
        })
    }
}

/// Counts are not counted again: who stands behind a mean of means is not known.
fn entities_only(hidden: &[Hidden]) -> Result<(), Halt> {
    if hidden.iter().all(|hidden| hidden.kind == Kind::Entity) {
        Ok(())
    } else {
        Err(Halt::Unknown("it groups what was grouped before"))
    }
}

fn unaliased(expr: &Expr) -> &Expr {
    match expr {
        Expr::Alias(alias) => unaliased(&alias.expr),
        other => other,
    }
}

/// The value that an argument adds, with what chooses it put among the
/// conditions. `CASE WHEN p THEN v [ELSE 0] END` adds for those with `p` only;
/// every other choice inside an argument could pick out one person.
fn chosen<'a>(arg: &'a Expr, conditions: &mut Vec<Expr>) -> Result<&'a Expr, Halt> {
    let value = match arg {
        Expr::Case(Case { expr: None, when_then_expr, else_expr }) => {
            let ([(condition, value)], true) = (when_then_expr.as_slice(), adds_nothing(else_expr.as_deref())) else {
                return Err(Halt::Unknown("it chooses among several values inside an aggregate"));
            };
            conditions.push(condition.as_ref().clone());
            value.as_ref()
        }
        other => other,
    };
    if chooses(value)? { Err(Halt::Unknown("it chooses values inside an aggregate")) } else { Ok(value) }
}

fn adds_nothing(otherwise: Option<&Expr>) -> bool {
    match otherwise {
        None => true,
        Some(Expr::Literal(value, _)) => {
            value.is_null()
                || matches!(value, ScalarValue::Int64(Some(0)))
                || matches!(value, ScalarValue::Float64(Some(x)) if *x == 0.0)
        }
        Some(_) => false,
    }
}

fn chooses(expr: &Expr) -> Result<bool, DataFusionError> {
    let choosing: BTreeSet<&str> = BTreeSet::from(["coalesce", "nullif", "nvl", "nvl2", "greatest", "least"]);
    let mut is_found = false;
    expr.apply(|part| {
        is_found |= match part {
            Expr::Column(_)
            | Expr::Literal(..)
            | Expr::Alias(_)
            | Expr::Cast(_)
            | Expr::TryCast(_)
            | Expr::Negative(_) => false,
            Expr::BinaryExpr(binary) => !matches!(
                binary.op,
                Operator::Plus | Operator::Minus | Operator::Multiply | Operator::Divide | Operator::Modulo
            ),
            Expr::ScalarFunction(function) => choosing.contains(function.name()),
            _ => true,
        };
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(is_found)
}

/// `value` where all conditions hold, else null.
fn where_all(conditions: &[Expr], value: Expr) -> Result<Expr, DataFusionError> {
    match conditions.iter().cloned().reduce(Expr::and) {
        None => Ok(value),
        Some(all) => when(all, value).end(),
    }
}
