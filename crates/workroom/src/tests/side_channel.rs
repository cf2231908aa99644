//! Rows that the permit hides stay hidden from expressions that fail on them.

use datafusion::prelude::{col, lit};

use super::*;

/// Persons 5 and 6 are in S and hidden.
fn only_north() -> Room {
    room(Some(col("region").eq(lit("N"))))
}

#[tokio::test]
async fn an_expression_is_never_evaluated_on_a_hidden_row() {
    let room = only_north();
    for (sql, expected) in [
        // Person 5 is hidden and has k = 5: dividing by zero would tell.
        ("SELECT count(*) FROM people WHERE 10 / (k - 5) > -100", "4"),
        ("SELECT count(*) FROM people WHERE k < 5 OR 10 / (k - 5) > 0", "4"),
        ("SELECT sum(10 / (k - 5)) FROM people", "-20"),
        ("SELECT count(*) FROM people p JOIN zones z ON p.region = z.zone AND 10 / (k - 5) > -100", "4"),
        ("SELECT count(*) FROM people WHERE CAST(CASE WHEN region = 'S' THEN 'x' ELSE '1' END AS BIGINT) = 1", "4"),
        ("SELECT count(*) FROM (SELECT k FROM people ORDER BY 10 / (k - 5) LIMIT 9) WHERE k > 0", "4"),
        ("SELECT max(k) FROM people", "4"),
        ("SELECT count(*) FROM people", "4"),
    ] {
        assert_eq!(room.rows(sql).await.unwrap(), [expected], "{sql}");
    }
}

#[tokio::test]
async fn the_same_expression_fails_where_the_row_is_permitted() {
    // The control: without the row filter the division does fail.
    assert!(room(None).rows("SELECT count(*) FROM people WHERE 10 / (k - 5) > -100").await.is_err());
}

#[tokio::test]
async fn a_row_filter_may_use_a_column_that_is_not_permitted() {
    let room = room(Some(col("salary").lt(lit(9_993_i64))));
    assert_eq!(room.rows("SELECT k FROM people").await.unwrap(), ["1", "2"]);
    assert_eq!(room.codes("SELECT salary FROM people").await, ["WRK-007"]);
}

#[tokio::test]
async fn an_expression_sees_masked_values_only() {
    // Were the cast evaluated before the mask, it would not fail on `*`.
    let room = room(None);
    assert_eq!(room.rows("SELECT DISTINCT character_length(idcard) FROM people").await.unwrap(), ["32"]);
    assert_eq!(room.rows("SELECT count(*) FROM people WHERE right(name, 1) = '*'").await.unwrap(), ["6"]);
}

#[tokio::test]
async fn the_barrier_stands_over_every_governed_scan() {
    let room = only_north();
    for sql in [
        "SELECT k FROM people WHERE k > 2 AND region = 'N' ORDER BY k LIMIT 1",
        "SELECT p.k FROM people p JOIN payments q ON p.idcard = q.payer WHERE q.amount > 1",
        "SELECT count(*) FROM people",
    ] {
        let plan = room.plan(sql).await;
        let physical = room.session.state().create_physical_plan(&plan).await.unwrap();
        let shown = datafusion::physical_plan::displayable(physical.as_ref()).indent(false).to_string();
        let lines: Vec<&str> = shown.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            if line.starts_with("DataSourceExec") {
                // Between a scan and its barrier there is the permit's own row
                // filter at most, and steps that only move batches.
                let above: Vec<&&str> =
                    lines[..index].iter().rev().take_while(|l| !l.starts_with("BarrierExec")).collect();
                assert!(above.len() < index, "no barrier above:\n{shown}");
                assert!(
                    above.iter().all(|l| l.starts_with("FilterExec: region@") && l.contains("= N")
                        || l.starts_with("RepartitionExec")
                        || l.starts_with("CoalesceBatchesExec")
                        || l.starts_with("CooperativeExec")),
                    "{above:?}\n{shown}"
                );
            }
        }
    }
}
