//! The author's linter: the gate's own checks, run before anything is
//! submitted, with advice on how to write the statement again.
//!
//! INVARIANT (one code): [`lint`] runs `checks::ALL`, as submitting does.

use arrow::error::ArrowError;
use serde::{Deserialize, Serialize};

use crate::checks::{CheckResult, run_all};
use crate::view::View;

/// What the linter says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lint {
    /// Every check's result.
    pub results: Vec<CheckResult>,
    /// How to repair what was found.
    pub hints: Vec<Hint>,
}

impl Lint {
    /// Whether it could be submitted.
    pub fn is_clean(&self) -> bool {
        self.results.iter().all(CheckResult::is_passed)
    }
}

/// How to repair one check's findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// The check's code.
    pub code: String,
    /// What to do.
    pub advice: String,
    /// A piece of SQL that does it, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sql: Option<String>,
}

/// Runs the checks and says how to repair. `entities` are the columns that name
/// persons or firms in the tables that went in.
pub(crate) fn lint(view: &View<'_>, entities: &[String]) -> Result<Lint, ArrowError> {
    let results = run_all(view)?;
    let hints = results
        .iter()
        .filter(|result| !result.is_passed())
        .flat_map(|result| hints_for(view, result, entities))
        .collect();
    Ok(Lint { results, hints })
}

fn hints_for(view: &View<'_>, result: &CheckResult, entities: &[String]) -> Vec<Hint> {
    let hint = |advice: &str, sql: Option<String>| Hint { code: result.code.clone(), advice: advice.to_owned(), sql };
    let min = view.regime.release.cell_count_min.value;
    // A label such as `#3` is no name and goes into no statement.
    let columns = || {
        let labels = result.findings.iter().flat_map(|finding| finding.place.columns.iter());
        labels.filter(|label| !label.starts_with('#')).cloned().collect::<Vec<_>>()
    };
    match result.code.as_str() {
        "AIR-001" => vec![hint("do not select the column; count or group by what it is needed for", None)],
        "AIR-002" => {
            let entity = entities.first().map_or("the entity column", String::as_str);
            let is_behind_rows = result.findings.iter().any(|finding| finding.place.columns.is_empty());
            let mut hints = Vec::new();
            if is_behind_rows {
                hints.push(hint(
                    "keep only groups that are large enough",
                    Some(format!("HAVING count(DISTINCT {entity}) >= {min}")),
                ));
                hints.push(hint(
                    "or make the groups larger: districts for streets, quarters for days, bands for amounts",
                    None,
                ));
            }
            hints.extend(columns().iter().map(|column| {
                let sql = format!("CASE WHEN {column} >= {min} THEN {column} END AS {column}");
                hint("or withhold the small counts", Some(sql))
            }));
            hints
        }
        "AIR-003" => vec![hint("group the rows; a copied row is raw data", Some("GROUP BY …".to_owned()))],
        "AIR-004" => vec![hint("group by fewer columns, or submit a part at a time", None)],
        "AIR-005" => columns()
            .iter()
            .map(|column| hint("give one plain value a cell", Some(format!("CAST({column} AS VARCHAR) AS {column}"))))
            .collect(),
        "AIR-006" => vec![hint(
            "select exactly the declared columns, by their declared names",
            Some("SELECT … AS name".to_owned()),
        )],
        "AIR-007" => columns()
            .iter()
            .map(|column| {
                hint("leave the column out, or round it", Some(format!("round({column} / 1000) * 1000 AS {column}")))
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::Int64Array;

    use super::*;
    use crate::checks::table::{Sample, report};
    use crate::view::Entities;

    #[test]
    fn says_how_to_repair_a_count_that_is_too_small() {
        let mut sample = Sample::of(report(), vec![("people", Arc::new(Int64Array::from(vec![9])))]);
        sample.declared.columns[0].is_count = true;
        sample.facts.entities = Entities::PerRow(vec![Some(9)]);
        let lint = lint(&sample.view(), &["id_card".to_owned()]).unwrap();
        let sql: Vec<_> = lint.hints.iter().filter_map(|hint| hint.sql.as_deref()).collect();
        assert_eq!(sql, ["HAVING count(DISTINCT id_card) >= 10", "CASE WHEN people >= 10 THEN people END AS people"]);
        assert!(!lint.is_clean());
    }

    #[test]
    fn finds_what_the_gate_finds_and_gives_advice_for_each() {
        let mut sample = Sample::of(report(), vec![("X", Arc::new(Int64Array::from(vec![440_524_188_001_010_014])))]);
        sample.facts.raw_row_matches = None;
        sample.facts.rows = u64::MAX;
        let lint = lint(&sample.view(), &[]).unwrap();
        assert_eq!(lint.results, run_all(&sample.view()).unwrap());
        for result in lint.results.iter().filter(|result| !result.is_passed()) {
            assert!(lint.hints.iter().any(|hint| hint.code == result.code), "{}", result.code);
        }
    }

    #[test]
    fn has_nothing_to_say_of_a_clean_result() {
        let sample = Sample::of(report(), vec![("n", Arc::new(Int64Array::from(vec![20])))]);
        let lint = lint(&sample.view(), &[]).unwrap();
        assert!(lint.is_clean() && lint.hints.is_empty());
    }
}
