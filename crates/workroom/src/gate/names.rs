//! The names in a statement: every table, column and function that it may not
//! use is found before planning, so that the reason names it and no other
//! engine's words are needed.
//!
//! A column is known if a permitted table of the statement has it, or the
//! statement itself gives the name. That is not the whole of SQL's scoping: a
//! name that slips through is found by the planner, and refused for the same
//! reason.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectName, Query, Select, SelectItem, SetExpr, Statement as SqlStatement, TableAlias, TableFactor,
    Value, ValueWithSpan, Visit as _, Visitor,
};
use shuyu_model::Reason;
use shuyu_model::column::is_plain_name;

use super::{EXPRESSION_DEPTH_MAX, Gate, NAME_CHARS_MAX, NAMES_LISTED_MAX, shortened};
use crate::functions;
use crate::reasons;

/// Names that begin so are the workroom's own.
pub(crate) const RESERVED_PREFIX: &str = "__";

/// Every reason that lies in the statement's names.
pub(super) fn check(gate: &Gate<'_>, statement: &Statement) -> Vec<Reason> {
    let mut names = Names::default();
    if let Statement::Statement(inner) = statement {
        let _ = inner.visit(&mut names);
    }
    names.reasons(gate)
}

/// Adds reasons of one kind: the first each for itself, the rest by number.
fn list(reasons: &mut Vec<Reason>, of_a_kind: impl Iterator<Item = Reason>) {
    let mut more = 0_usize;
    let mut last = None;
    for (index, reason) in of_a_kind.enumerate() {
        if index < NAMES_LISTED_MAX {
            reasons.push(reason);
        } else {
            more += 1;
            last = Some(reason);
        }
    }
    if let Some(reason) = last {
        reasons.push(Reason { what: format!("and {more} more, among them: {}", reason.what), ..reason });
    }
}

#[derive(Default)]
struct Names {
    tables: BTreeSet<String>,
    given_tables: BTreeSet<String>,
    aliases: BTreeMap<String, BTreeSet<String>>,
    given_columns: BTreeSet<String>,
    columns: BTreeSet<(Option<String>, String)>,
    functions: BTreeSet<String>,
    reserved: BTreeSet<String>,
    barred: BTreeSet<&'static str>,
    statements: usize,
    depth: usize,
    depth_max: usize,
}

/// A name as SQL reads it: without quotes, letters are small.
fn normal(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}

fn normal_parts(name: &ObjectName) -> Vec<String> {
    name.0.iter().map(|part| part.as_ident().map_or_else(|| part.to_string(), normal)).collect()
}

impl Names {
    fn bar(&mut self, is_used: bool, what: &'static str) {
        if is_used {
            self.barred.insert(what);
        }
    }

    fn give_column(&mut self, ident: &Ident) {
        let name = normal(ident);
        self.note_reserved(&name);
        self.given_columns.insert(name);
    }

    fn give_table(&mut self, alias: &TableAlias) -> String {
        let name = normal(&alias.name);
        self.note_reserved(&name);
        for column in &alias.columns {
            self.give_column(&column.name);
        }
        self.bar(alias.at.is_some(), "AT in a table's alias");
        name
    }

    fn note_reserved(&mut self, name: &str) {
        if name.starts_with(RESERVED_PREFIX) {
            self.reserved.insert(name.to_owned());
        }
    }

    fn body(&mut self, body: &SetExpr) {
        match body {
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => {}
            SetExpr::SetOperation { left, right, .. } => {
                self.body(left);
                self.body(right);
            }
            SetExpr::Table(_) => self.bar(true, "TABLE as a query"),
            _ => self.bar(true, "a change inside a query"),
        }
    }

    fn table(&mut self, factor: &TableFactor) {
        match factor {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                self.bar(args.is_some(), "functions that make tables");
                let is_extended = !with_hints.is_empty()
                    || version.is_some()
                    || *with_ordinality
                    || !partitions.is_empty()
                    || json_path.is_some()
                    || sample.is_some()
                    || !index_hints.is_empty();
                self.bar(is_extended, "hints, versions, samples or partitions of a table");
                let parts = normal_parts(name);
                if let Some(alias) = alias {
                    let alias = self.give_table(alias);
                    self.aliases.entry(alias).or_default().insert(parts.join("."));
                }
            }
            TableFactor::Derived { lateral, alias, sample, .. } => {
                self.bar(*lateral, "LATERAL");
                self.bar(sample.is_some(), "hints, versions, samples or partitions of a table");
                if let Some(alias) = alias {
                    let alias = self.give_table(alias);
                    self.given_tables.insert(alias);
                }
            }
            TableFactor::NestedJoin { alias, .. } => {
                if let Some(alias) = alias {
                    let alias = self.give_table(alias);
                    self.given_tables.insert(alias);
                }
            }
            TableFactor::UNNEST { .. } => self.bar(true, "UNNEST"),
            TableFactor::TableFunction { .. } | TableFactor::Function { .. } => {
                self.bar(true, "functions that make tables");
            }
            _ => self.bar(true, "PIVOT, UNPIVOT, MATCH_RECOGNIZE and tables out of JSON or XML"),
        }
    }

    fn reasons(&self, gate: &Gate<'_>) -> Vec<Reason> {
        let mut reasons: Vec<Reason> =
            self.barred.iter().map(|what| gate.barred(reasons::BARRED_SYNTAX, what)).collect();
        for name in &self.reserved {
            reasons.push(gate.regime.reason(
                reasons::RESERVED_NAME,
                &gate.regime.workroom.raw_is_invisible,
                format!(
                    "the name `{}` begins with `{RESERVED_PREFIX}`, which the workroom keeps for itself",
                    shortened(name, NAME_CHARS_MAX)
                ),
                "give it another name",
            ));
        }
        let unlisted = self.functions.iter().filter(|name| functions::find(name).is_none());
        list(&mut reasons, unlisted.map(|name| gate.function_outside(name)));
        if self.depth_max > EXPRESSION_DEPTH_MAX {
            reasons.push(gate.too_complex(format!(
                "expressions are nested {} deep; at most {EXPRESSION_DEPTH_MAX} levels are planned",
                self.depth_max
            )));
        }
        let is_ours = |name: &str| gate.tables.iter().any(|table| table.name == name);
        let outside: Vec<&String> =
            self.tables.iter().filter(|name| !self.given_tables.contains(*name) && !is_ours(name)).collect();
        list(&mut reasons, outside.iter().map(|name| gate.table_outside(name)));
        // With a table that is not ours, a bare column may be that table's.
        let unknown =
            self.columns.iter().filter(|(table, name)| !self.knows(gate, table.as_deref(), name, !outside.is_empty()));
        list(&mut reasons, unknown.map(|(table, name)| gate.column_outside(table.as_deref(), name)));
        reasons
    }

    fn knows(&self, gate: &Gate<'_>, qualifier: Option<&str>, name: &str, is_outside: bool) -> bool {
        let has = |table: &str| {
            gate.tables.iter().any(|t| t.name == table && t.columns.iter().any(|column| column.name == *name))
        };
        let Some(qualifier) = qualifier else {
            return is_outside
                || self.given_columns.contains(name)
                || !is_plain_name(name)
                || self.tables.iter().any(|table| has(table));
        };
        if self.given_tables.contains(qualifier) {
            return true;
        }
        match self.aliases.get(qualifier) {
            Some(tables) => {
                tables.iter().any(|table| {
                    has(table) || self.given_tables.contains(table) || !gate.tables.iter().any(|t| t.name == *table)
                }) || self.given_columns.contains(name)
            }
            None => {
                let is_ours = gate.tables.iter().any(|table| table.name == qualifier);
                has(qualifier) || (!is_ours && self.tables.contains(qualifier))
            }
        }
    }
}

impl Visitor for Names {
    type Break = ();

    fn pre_visit_statement(&mut self, _: &SqlStatement) -> ControlFlow<()> {
        self.statements += 1;
        self.bar(self.statements > 1, "a change inside a query");
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if let Some(with) = &query.with {
            self.bar(with.recursive, "WITH RECURSIVE");
            for table in &with.cte_tables {
                let name = self.give_table(&table.alias);
                self.given_tables.insert(name);
            }
        }
        self.bar(!query.locks.is_empty() || query.for_clause.is_some(), "FOR");
        self.bar(query.settings.is_some() || query.format_clause.is_some(), "SETTINGS and FORMAT");
        self.bar(!query.pipe_operators.is_empty(), "pipes");
        self.body(&query.body);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.bar(select.into.is_some(), "SELECT INTO");
        self.bar(!select.lateral_views.is_empty(), "LATERAL");
        self.bar(!select.connect_by.is_empty(), "CONNECT BY");
        let is_foreign = select.prewhere.is_some()
            || select.top.is_some()
            || select.value_table_mode.is_some()
            || select.select_modifiers.is_some()
            || !select.cluster_by.is_empty()
            || !select.distribute_by.is_empty()
            || !select.sort_by.is_empty();
        self.bar(is_foreign, "clauses of other databases");
        for item in &select.projection {
            match item {
                SelectItem::ExprWithAlias { alias, .. } => self.give_column(alias),
                SelectItem::ExprWithAliases { aliases, .. } => aliases.iter().for_each(|alias| self.give_column(alias)),
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let name = normal_parts(relation).join(".");
        self.note_reserved(&name);
        self.tables.insert(name);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        self.table(factor);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.depth += 1;
        self.depth_max = self.depth_max.max(self.depth);
        match expr {
            Expr::Identifier(ident) => {
                let name = normal(ident);
                self.bar(name.starts_with('@'), "variables");
                self.note_reserved(&name);
                if !name.starts_with('@') {
                    self.columns.insert((None, name));
                }
            }
            Expr::CompoundIdentifier(parts) => {
                if let [.., table, column] = parts.as_slice() {
                    let (table, column) = (normal(table), normal(column));
                    self.note_reserved(&column);
                    self.columns.insert((Some(table), column));
                }
            }
            Expr::Function(function) => {
                let name = function.name.to_string().to_lowercase();
                self.functions.insert(name.trim_matches('"').to_owned());
            }
            Expr::Lambda(_) => self.bar(true, "lambdas"),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.depth = self.depth.saturating_sub(1);
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &ValueWithSpan) -> ControlFlow<()> {
        self.bar(matches!(value.value, Value::Placeholder(_)), "placeholders");
        ControlFlow::Continue(())
    }
}
