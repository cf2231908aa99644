//! AIR-006: what leaves is what was declared: each column once, none more, none
//! missing, under a plain name.
//!
//! Reviewers judge the declaration. A column that is not in it has been judged
//! by nobody, and one that is declared but missing makes them judge another
//! table than the one that leaves.

use arrow::error::ArrowError;
use shuyu_model::column::is_plain_name;
use shuyu_workroom::OutputKind;

use super::Check;
use crate::view::{Finding, View, label};

/// The check.
pub(super) const CHECK: Check = Check { code: "AIR-006", title: "columns that were not declared, or are missing", run };

fn run(view: &View<'_>) -> Result<Vec<Finding>, ArrowError> {
    let rule = &view.regime.release.raw_never_leaves;
    let finding = |what: &str, instead: &str| Finding::new(view, CHECK.code, rule, what, instead);
    let fields = view.table.schema().fields();
    let mut findings = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        if view.declared.column(field.name()).is_none() {
            let found = finding(
                "the result has a column that was not declared",
                "declare it, or leave it out of the statement",
            );
            findings.push(found.in_column(label(view, at)));
        }
        if fields.iter().take(at).any(|earlier| earlier.name() == field.name()) {
            findings.push(
                finding("the result has two columns of one name", "give each its own name").in_column(label(view, at)),
            );
        }
        if !is_plain_name(field.name()) {
            let found =
                finding("a column's name is not plain", "use lower-case letters, digits and `_`, a letter first");
            findings.push(found.in_column(label(view, at)));
        }
    }
    for (at, declared) in view.declared.columns.iter().enumerate() {
        if view.declared.columns.iter().take(at).any(|earlier| earlier.name == declared.name) {
            findings.push(finding("a column is declared twice", "declare each column once"));
        }
        if !fields.iter().any(|field| *field.name() == declared.name) {
            findings.push(finding(
                &format!("declared column {} is not in the result", at.saturating_add(1)),
                "give it in the statement under the declared name, or do not declare it",
            ));
        }
    }
    if let OutputKind::Lookup { key } = &view.declared.kind
        && view.declared.column(key).is_none()
    {
        findings.push(finding("the lookup's key is not among the declared columns", "declare the key column"));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array};

    use super::super::table::{Sample, column, lookup, report};
    use super::*;

    #[track_caller]
    fn check(declared: &[&str], result: &[&str], expected: usize) {
        let array = || Arc::new(Int64Array::from(vec![20])) as ArrayRef;
        let mut sample = Sample::of(report(), result.iter().map(|name| (*name, array())).collect());
        sample.declared.columns = declared.iter().map(|name| column(name)).collect();
        let found = sample.run(CHECK);
        assert_eq!(found.len(), expected, "{declared:?} {result:?} {found:?}");
    }

    #[test]
    fn what_leaves_is_what_was_declared() {
        check(&["a", "b"], &["a", "b"], 0);
        check(&["b", "a"], &["a", "b"], 0);
        check(&["a"], &["a", "b"], 1);
        check(&["a", "b"], &["a"], 1);
        check(&["a", "c"], &["a", "b"], 2);
        check(&["a"], &["a", "a"], 1);
        check(&["a", "a"], &["a"], 1);
    }

    #[test]
    fn a_name_is_plain() {
        check(&["count(*)"], &["count(*)"], 1);
        check(&["A"], &["A"], 1);
    }

    #[test]
    fn a_lookup_declares_its_key() {
        let mut sample = Sample::of(lookup("k"), vec![("n", Arc::new(Int64Array::from(vec![20])))]);
        assert_eq!(sample.run(CHECK).len(), 1);
        sample.declared.kind = lookup("n");
        assert_eq!(sample.run(CHECK).len(), 0);
    }
}
