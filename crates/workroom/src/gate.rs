//! The gate: what an author writes becomes a plan, or reasons why not.
//!
//! In order, and each step sees only what the one before it let through: the
//! text (its size, one statement, a query), its names (tables, columns,
//! functions; all that are wrong are said), the plan, and the plan's steps and
//! expressions once more, subqueries included.
//!
//! INVARIANT (allow, not deny): each step compares with a list of what is
//! offered. What nobody thought of is refused.
//! INVARIANT (mute): the engine's words are never passed on.

mod names;
mod plan;
mod text;

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use shuyu_model::{Reason, Regime, Verdict};

use crate::functions::{self, Kind};
use crate::governed::Table;
use crate::reasons;

pub(crate) use plan::check as check_plan;

/// The most bytes of a statement.
pub(crate) const SQL_BYTES_MAX: usize = 64 * 1024;
/// The most words and signs of a statement.
pub(crate) const SQL_TOKENS_MAX: usize = 8_000;
/// How deep expressions may be nested.
pub(crate) const EXPRESSION_DEPTH_MAX: usize = 100;
/// The most steps of a plan, subqueries included.
pub(crate) const PLAN_NODES_MAX: usize = 400;
/// The most names that one refusal lists one by one.
const NAMES_LISTED_MAX: usize = 40;
/// The most characters of a name or a list that a reason repeats.
const NAME_CHARS_MAX: usize = 80;
const LIST_CHARS_MAX: usize = 4_000;

/// What a statement is judged by.
pub(crate) struct Gate<'a> {
    pub(crate) regime: &'a Regime,
    pub(crate) tables: &'a [std::sync::Arc<Table>],
}

impl Gate<'_> {
    /// The plan of a statement, in a session that holds the governed tables.
    pub(crate) async fn admit(&self, session: &SessionContext, sql: &str) -> Verdict<LogicalPlan> {
        let statement = match text::read(self, sql) {
            Ok(statement) => statement,
            Err(reasons) => return refuse(reasons),
        };
        let reasons = names::check(self, &statement);
        if !reasons.is_empty() {
            return refuse(reasons);
        }
        let plan = match session.state().statement_to_plan(statement).await {
            Ok(plan) => plan,
            Err(error) => return refuse(vec![self.unplannable(&error)]),
        };
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let mut reasons = check_plan(self, &plan);
        if options.verify_plan(&plan).is_err() && reasons.is_empty() {
            reasons.push(self.not_a_query());
        }
        Verdict::from_reasons(plan, reasons)
    }

    fn not_a_query(&self) -> Reason {
        self.regime.reason(
            reasons::NOT_A_QUERY,
            &self.regime.workroom.raw_is_invisible,
            "only a query (SELECT) can be run in a workroom",
            "write one SELECT over the permitted tables",
        )
    }

    fn barred(&self, code: &'static str, what: &str) -> Reason {
        self.regime.reason(
            code,
            &self.regime.workroom.raw_is_invisible,
            format!("a workroom does not offer {what}"),
            "use SELECT with joins, subqueries, WITH, WHERE, GROUP BY, HAVING, windows, ORDER BY and LIMIT",
        )
    }

    fn table_outside(&self, name: &str) -> Reason {
        self.regime.reason(
            reasons::TABLE_OUTSIDE,
            &self.regime.agreement.scope_is_binding,
            format!("the table `{}` is outside the permit", shortened(name, NAME_CHARS_MAX)),
            format!("use a permitted table by its plain name: {}", self.permitted_tables()),
        )
    }

    fn column_outside(&self, qualifier: Option<&str>, name: &str) -> Reason {
        let column = qualifier.map_or_else(|| name.to_owned(), |table| format!("{table}.{name}"));
        self.regime.reason(
            reasons::COLUMN_OUTSIDE,
            &self.regime.agreement.scope_is_binding,
            format!("the column `{}` is outside the permit", shortened(&column, NAME_CHARS_MAX)),
            format!(
                "use the permitted columns: {}; or apply for the column in the scenario, with its reason",
                self.permitted_columns()
            ),
        )
    }

    fn function_outside(&self, name: &str) -> Reason {
        self.regime.reason(
            reasons::FUNCTION_OUTSIDE,
            &self.regime.workroom.raw_is_invisible,
            format!("the function `{}` is not on the list of functions", shortened(name, NAME_CHARS_MAX)),
            format!(
                "use {}; over groups: {}; over windows: {}",
                functions::names(Kind::Scalar),
                functions::names(Kind::Aggregate),
                functions::names(Kind::Window)
            ),
        )
    }

    fn too_complex(&self, what: String) -> Reason {
        self.regime.reason(
            reasons::TOO_COMPLEX,
            &self.regime.workroom.memory_mebibytes_max,
            what,
            "split the statement, or write it with fewer levels",
        )
    }

    fn unplannable(&self, error: &DataFusionError) -> Reason {
        let raw = &self.regime.workroom.raw_is_invisible;
        let check = "check that each function has the arguments that it takes, that values compared or added are of \
                     one type (or CAST), and that each output column is grouped by or aggregated";
        match error.find_root() {
            DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
                SchemaError::FieldNotFound { field, .. } => {
                    self.column_outside(field.relation.as_ref().map(|r| r.table()), field.name())
                }
                SchemaError::AmbiguousReference { field } => self.regime.reason(
                    reasons::UNPLANNABLE,
                    raw,
                    format!("more than one table has the column `{}`", field.name()),
                    "write the table's name before the column's",
                ),
                SchemaError::DuplicateQualifiedField { name, .. } | SchemaError::DuplicateUnqualifiedField { name } => {
                    self.regime.reason(
                        reasons::UNPLANNABLE,
                        raw,
                        format!("the column `{name}` is there twice"),
                        "give one of them another name with AS",
                    )
                }
            },
            DataFusionError::NotImplemented(_) => {
                self.regime.reason(reasons::UNPLANNABLE, raw, "the statement uses SQL that the engine lacks", check)
            }
            _ => self.regime.reason(reasons::UNPLANNABLE, raw, "the statement reads well but cannot be planned", check),
        }
    }

    fn permitted_tables(&self) -> String {
        let names: Vec<&str> = self.tables.iter().map(|table| table.name.as_str()).collect();
        shortened(&names.join(", "), LIST_CHARS_MAX)
    }

    fn permitted_columns(&self) -> String {
        let one = |table: &std::sync::Arc<Table>| {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            format!("{} ({})", table.name, names.join(", "))
        };
        shortened(&self.tables.iter().map(one).collect::<Vec<_>>().join(", "), LIST_CHARS_MAX)
    }
}

/// At most so many characters, so that a refusal stays as short as its entry in
/// the journal must be.
pub(crate) fn shortened(text: &str, chars_max: usize) -> String {
    let mut short: String = text.chars().take(chars_max).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

pub(crate) fn refuse<T>(reasons: Vec<Reason>) -> Verdict<T> {
    match shuyu_model::Reasons::new(reasons) {
        Some(reasons) => Verdict::Refuse(reasons),
        // No caller passes an empty list; if one did, no is still the answer.
        None => Verdict::Refuse(shuyu_model::Reasons::one(Reason::new(
            reasons::UNPLANNABLE,
            "the statement was refused without a reason",
            "setting",
            "report this",
        ))),
    }
}
