//! Every reason that a workroom can refuse for.

/// The code of each and when it is given.
pub const REASONS: &[(&str, &str)] = &[
    (TOO_LONG, "a statement has more bytes or words than a statement may have"),
    (UNREADABLE, "a statement is no SQL"),
    (NOT_ONE, "a text holds no statement, or more than one"),
    (NOT_A_QUERY, "a statement is anything but a query"),
    (BARRED_SYNTAX, "a query uses a part of SQL that a workroom does not offer"),
    (TABLE_OUTSIDE, "a query names a table outside the permit"),
    (COLUMN_OUTSIDE, "a query names a column outside the permit"),
    (FUNCTION_OUTSIDE, "a query calls a function that is not on the list"),
    (RESERVED_NAME, "a query uses a name that the workroom keeps for itself"),
    (TOO_COMPLEX, "a query is nested or joined beyond the limit"),
    (UNPLANNABLE, "a query reads well but makes no plan"),
    (BARRED_PLAN, "a plan holds a step or expression that a workroom does not offer"),
    (PERMIT_KIND, "a permit is for another act than computing"),
    (PERMIT_DEAD, "a permit ended before or during the run"),
    (NO_HOLDING, "a permitted table has no sealed version yet"),
    (MEMORY, "a statement needs more memory than it may have"),
    (ROWS, "a statement gives more rows than it may give"),
    (SECONDS, "a statement takes longer than it may take"),
    (CANCELLED, "a statement was cancelled by the person who started it"),
    (ROW_FAILS, "an expression fails on some row"),
    (OUTPUT_SHAPE, "an output column has no usable name or a type that cannot leave"),
    (KEY_MISSING, "a lookup's key column is not among the output columns"),
    (INVISIBLE, "somebody asks to see a run-plane result"),
    (OTHER_MEANS, "a statement runs where the rules name other means of processing"),
    (UNMARKED_INPUT, "a training or validation asks for data that is not marked sampled and masked"),
    (PROGRAM_LIMIT, "a program is empty or has more bytes than a program may have"),
    (NO_SANDBOX, "this machine cannot confine a program, so none is run"),
    (PROGRAM_FAILS, "a program ended with an error, or beyond its memory or processor time"),
    (OUTPUT_LIMIT, "a program writes more bytes than its output may have"),
    (OUTPUT_MISSING, "a program ended without its metrics, or without the model that it was to train"),
    (OTHER_MODEL, "a validation names no model of its own scenario"),
];

pub(crate) const TOO_LONG: &str = "WRK-001";
pub(crate) const UNREADABLE: &str = "WRK-002";
pub(crate) const NOT_ONE: &str = "WRK-003";
pub(crate) const NOT_A_QUERY: &str = "WRK-004";
pub(crate) const BARRED_SYNTAX: &str = "WRK-005";
pub(crate) const TABLE_OUTSIDE: &str = "WRK-006";
pub(crate) const COLUMN_OUTSIDE: &str = "WRK-007";
pub(crate) const FUNCTION_OUTSIDE: &str = "WRK-008";
pub(crate) const RESERVED_NAME: &str = "WRK-009";
pub(crate) const TOO_COMPLEX: &str = "WRK-010";
pub(crate) const UNPLANNABLE: &str = "WRK-011";
pub(crate) const BARRED_PLAN: &str = "WRK-012";
pub(crate) const PERMIT_KIND: &str = "WRK-020";
pub(crate) const PERMIT_DEAD: &str = "WRK-021";
pub(crate) const NO_HOLDING: &str = "WRK-022";
pub(crate) const MEMORY: &str = "WRK-023";
pub(crate) const ROWS: &str = "WRK-024";
pub(crate) const SECONDS: &str = "WRK-025";
pub(crate) const CANCELLED: &str = "WRK-026";
pub(crate) const ROW_FAILS: &str = "WRK-027";
pub(crate) const OUTPUT_SHAPE: &str = "WRK-028";
pub(crate) const KEY_MISSING: &str = "WRK-029";
pub(crate) const INVISIBLE: &str = "WRK-030";
pub(crate) const OTHER_MEANS: &str = "WRK-035";
pub(crate) const UNMARKED_INPUT: &str = "WRK-036";
pub(crate) const PROGRAM_LIMIT: &str = "WRK-037";
pub(crate) const NO_SANDBOX: &str = "WRK-038";
pub(crate) const PROGRAM_FAILS: &str = "WRK-039";
pub(crate) const OUTPUT_LIMIT: &str = "WRK-040";
pub(crate) const OUTPUT_MISSING: &str = "WRK-041";
pub(crate) const OTHER_MODEL: &str = "WRK-042";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_stands_once() {
        let codes: std::collections::BTreeSet<_> = REASONS.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), REASONS.len());
    }
}
