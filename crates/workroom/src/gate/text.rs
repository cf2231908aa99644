//! The text of a statement: not too long, SQL, exactly one, a query.

use datafusion::sql::parser::{DFParser, Statement};
use datafusion::sql::sqlparser::ast;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use shuyu_model::Reason;

use super::{Gate, SQL_BYTES_MAX, SQL_TOKENS_MAX};
use crate::reasons;

/// The one query that `sql` is.
pub(super) fn read(gate: &Gate<'_>, sql: &str) -> Result<Statement, Vec<Reason>> {
    let regime = gate.regime;
    let too_long = |what: String| {
        let clause = &regime.workroom.memory_mebibytes_max;
        vec![regime.reason(reasons::TOO_LONG, clause, what, "shorten the statement, or split it")]
    };
    if sql.len() > SQL_BYTES_MAX {
        return Err(too_long(format!("the statement has {} bytes; at most {SQL_BYTES_MAX} are read", sql.len())));
    }
    // Counted before it is parsed: a tree is as deep as its text is long, and
    // what walks it takes stack for each level.
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize().map_err(|_| vec![unreadable(gate)])?;
    let count = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).count();
    if count > SQL_TOKENS_MAX {
        return Err(too_long(format!("the statement has {count} words and signs; at most {SQL_TOKENS_MAX} are read")));
    }
    let mut statements = DFParser::parse_sql(sql).map_err(|_| vec![unreadable(gate)])?;
    let (Some(statement), true) = (statements.pop_front(), statements.is_empty()) else {
        let what = "the text must be exactly one statement";
        let clause = &regime.workroom.raw_is_invisible;
        return Err(vec![regime.reason(reasons::NOT_ONE, clause, what, "send one SELECT at a time")]);
    };
    match &statement {
        Statement::Statement(inner) if matches!(inner.as_ref(), ast::Statement::Query(_)) => Ok(statement),
        _ => Err(vec![gate.not_a_query()]),
    }
}

fn unreadable(gate: &Gate<'_>) -> Reason {
    gate.regime.reason(
        reasons::UNREADABLE,
        &gate.regime.workroom.raw_is_invisible,
        "the statement cannot be read as SQL",
        "check its quotes, brackets, commas and the order of its clauses: SELECT, FROM, WHERE, GROUP BY, HAVING, \
         ORDER BY, LIMIT",
    )
}
