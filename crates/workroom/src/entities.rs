//! How many persons or firms each output cell describes, counted inside.
//!
//! The plan is written again: each scan of a table about somebody also gives a
//! hidden column that says about whom, each step hands it on, and the grouping
//! counts the different ones, for the group and for each aggregate of it (whose
//! filter or missing values may leave one person of a hundred).
//!
//! INVARIANT (never too many): where a shape is not understood the answer is
//! [`Shape::Unknown`], never a number; where several numbers apply, the least.
//!
//! What one row decides (min, max, median) describes one. A sum over a CASE
//! describes those whom its condition chose. Not here: what number is enough
//! (`airlock`).

mod aggregate;

use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, JoinType};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{
    Distinct, Expr, Filter, Join, Limit, LogicalPlan, LogicalPlanBuilder, Projection, Sort, SubqueryAlias, Window,
};

use crate::governed::{GovernedTable, Table};

/// What one output row describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nobody: no table of the statement is about persons or firms.
    Nobody,
    /// One person or firm each.
    EachRow,
    /// A group; the plan's last `columns` columns count who is in it.
    Group {
        /// How many hidden columns there are.
        columns: usize,
    },
    /// The statement's shape does not tell.
    Unknown(&'static str),
}

/// The plan that also counts, and what its rows describe. Its first columns are
/// those of `plan`, in order.
pub(crate) fn counting(plan: &LogicalPlan, tables: &[Arc<Table>]) -> Result<(LogicalPlan, Shape), DataFusionError> {
    let mut writer = Writer { tables, scans: 0, counts: 0 };
    let (wide, hidden) = match writer.widen(plan) {
        Ok(widened) => widened,
        Err(Halt::Unknown(why)) => return Ok((plan.clone(), Shape::Unknown(why))),
        Err(Halt::Engine(error)) => return Err(error),
    };
    let shape = match hidden.first() {
        None if is_about_somebody(plan)? => Shape::Unknown("it only asks whether somebody is in a table"),
        None => Shape::Nobody,
        Some(Hidden { kind: Kind::Entity, .. }) => Shape::EachRow,
        Some(Hidden { kind: Kind::Count, .. }) => Shape::Group { columns: hidden.len() },
    };
    let mut columns: Vec<Expr> = plan.schema().columns().into_iter().map(Expr::Column).collect();
    if matches!(shape, Shape::Group { .. }) {
        columns.extend(hidden.into_iter().map(|hidden| Expr::Column(hidden.column)));
    }
    let plan = LogicalPlan::Projection(Projection::try_new(columns, Arc::new(wide))?);
    Ok((plan, shape))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Says about whom a row is.
    Entity,
    /// Says how many a group has.
    Count,
}

#[derive(Debug, Clone)]
struct Hidden {
    column: Column,
    kind: Kind,
}

enum Halt {
    Unknown(&'static str),
    Engine(DataFusionError),
}

impl From<DataFusionError> for Halt {
    fn from(error: DataFusionError) -> Self {
        Self::Engine(error)
    }
}

type Widened = Result<(LogicalPlan, Vec<Hidden>), Halt>;

struct Writer<'a> {
    tables: &'a [Arc<Table>],
    scans: usize,
    counts: usize,
}

impl Writer<'_> {
    /// A plan with the same columns and the hidden ones.
    fn widen(&mut self, plan: &LogicalPlan) -> Widened {
        match plan {
            LogicalPlan::TableScan(scan) => self.scan(plan, scan),
            LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => Ok((plan.clone(), Vec::new())),
            LogicalPlan::Projection(node) => {
                no_subquery_about_somebody(&node.expr)?;
                let (input, hidden) = self.widen(&node.input)?;
                let mut exprs = node.expr.clone();
                exprs.extend(hidden.iter().map(|hidden| Expr::Column(hidden.column.clone())));
                Ok((LogicalPlan::Projection(Projection::try_new(exprs, Arc::new(input))?), hidden))
            }
            LogicalPlan::Filter(node) => {
                let (input, hidden) = self.widen(&node.input)?;
                Ok((LogicalPlan::Filter(Filter::try_new(node.predicate.clone(), Arc::new(input))?), hidden))
            }
            LogicalPlan::Window(node) => {
                no_subquery_about_somebody(&node.window_expr)?;
                let (input, hidden) = self.widen(&node.input)?;
                if hidden.iter().any(|hidden| hidden.kind == Kind::Count) {
                    return Err(Halt::Unknown("it computes windows over groups"));
                }
                Ok((LogicalPlan::Window(Window::try_new(node.window_expr.clone(), Arc::new(input))?), hidden))
            }
            LogicalPlan::Sort(node) => {
                let (input, hidden) = self.widen(&node.input)?;
                Ok((LogicalPlan::Sort(Sort { input: Arc::new(input), ..node.clone() }), hidden))
            }
            LogicalPlan::Limit(node) => {
                let (input, hidden) = self.widen(&node.input)?;
                Ok((LogicalPlan::Limit(Limit { input: Arc::new(input), ..node.clone() }), hidden))
            }
            LogicalPlan::SubqueryAlias(node) => {
                let (input, mut hidden) = self.widen(&node.input)?;
                for hidden in &mut hidden {
                    hidden.column = Column::new(Some(node.alias.clone()), hidden.column.name.clone());
                }
                Ok((LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(Arc::new(input), node.alias.clone())?), hidden))
            }
            LogicalPlan::Join(node) => self.join(plan, node),
            LogicalPlan::Aggregate(node) => self.aggregate(plan, node),
            LogicalPlan::Distinct(Distinct::All(input)) => self.distinct(plan, input),
            LogicalPlan::Union(node) => {
                for input in &node.inputs {
                    if !self.widen(input)?.1.is_empty() {
                        return Err(Halt::Unknown("it puts several queries about somebody together"));
                    }
                }
                Ok((plan.clone(), Vec::new()))
            }
            _ => Err(Halt::Unknown("it has a step that is not analysed")),
        }
    }

    fn scan(&mut self, plan: &LogicalPlan, scan: &datafusion::logical_expr::TableScan) -> Widened {
        let provider = source_as_provider(&scan.source)?;
        let governed =
            provider.downcast_ref::<GovernedTable>().ok_or(Halt::Unknown("it reads a table that is not governed"))?;
        let name = format!("__entity_{}", self.scans);
        let Some(wide) = governed.with_entity(&name)? else { return Ok((plan.clone(), Vec::new())) };
        if scan.projection.is_some() || !scan.filters.is_empty() || scan.fetch.is_some() {
            return Err(Halt::Unknown("its plan was changed before it was analysed"));
        }
        self.scans += 1;
        let table = scan.table_name.clone();
        let wide = LogicalPlanBuilder::scan(table.clone(), provider_as_source(Arc::new(wide)), None)?.build()?;
        Ok((wide, vec![Hidden { column: Column::new(Some(table), name), kind: Kind::Entity }]))
    }

    fn join(&mut self, plan: &LogicalPlan, node: &Join) -> Widened {
        // A semi join keeps one side; the other only decides which rows stay,
        // as a filter does, and is left as it is.
        let (has_left, has_right) = match node.join_type {
            JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => (true, true),
            JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => (true, false),
            JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark => (false, true),
        };
        let as_it_is = |side: &LogicalPlan| (side.clone(), Vec::new());
        let (left, mut hidden) = if has_left { self.widen(&node.left)? } else { as_it_is(&node.left) };
        let (right, of_right) = if has_right { self.widen(&node.right)? } else { as_it_is(&node.right) };
        let is_group = |hidden: &[Hidden]| hidden.iter().any(|hidden| hidden.kind == Kind::Count);
        if (is_group(&hidden) && !of_right.is_empty()) || (is_group(&of_right) && !hidden.is_empty()) {
            return Err(Halt::Unknown("it joins groups with groups or persons"));
        }
        hidden.extend(of_right);
        if hidden.is_empty() {
            return Ok((plan.clone(), hidden));
        }
        let joined = Join::try_new(
            Arc::new(left),
            Arc::new(right),
            node.on.clone(),
            node.filter.clone(),
            node.join_type,
            node.join_constraint,
            node.null_equality,
            node.null_aware,
        )?;
        Ok((LogicalPlan::Join(joined), hidden))
    }
}

/// A subquery in an output tells of people whom the row's own count leaves out.
/// In a filter it only chooses rows, which are then counted.
fn no_subquery_about_somebody(exprs: &[Expr]) -> Result<(), Halt> {
    for expr in exprs {
        let mut is_found = false;
        expr.apply(|part| {
            let query = match part {
                Expr::ScalarSubquery(query) => Some(query),
                Expr::Exists(exists) => Some(&exists.subquery),
                Expr::InSubquery(within) => Some(&within.subquery),
                Expr::SetComparison(comparison) => Some(&comparison.subquery),
                _ => None,
            };
            if let Some(query) = query {
                is_found |= is_about_somebody(&query.subquery)?;
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        if is_found {
            return Err(Halt::Unknown("an output is computed by a subquery about somebody"));
        }
    }
    Ok(())
}

/// Whether a plan or a subquery of it reads a table about persons or firms.
fn is_about_somebody(plan: &LogicalPlan) -> Result<bool, DataFusionError> {
    let mut is_found = false;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let provider = source_as_provider(&scan.source)?;
            is_found |=
                provider.downcast_ref::<GovernedTable>().is_none_or(|governed| governed.table().entity.is_some());
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(is_found)
}
