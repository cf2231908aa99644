//! Which source columns each output column shows.

use super::*;
use crate::lineage::trace;

async fn traced(sql: &str) -> Vec<String> {
    let room = room(None);
    let plan = room.plan(sql).await;
    let shown = |origin: &crate::lineage::Origin| format!("{}.{}", room.tables[origin.table].name, origin.column);
    trace(&plan, &room.tables)
        .unwrap()
        .iter()
        .map(|trace| {
            let origins: Vec<String> = trace.origins.iter().map(shown).collect();
            format!("{}{}", if trace.is_count { "#" } else { "" }, origins.join("+"))
        })
        .collect()
}

#[tokio::test]
async fn every_output_column_names_the_columns_it_shows() {
    for (sql, expected) in [
        (
            "SELECT k, balance AS b, k + balance FROM people",
            vec!["people.k", "people.balance", "people.balance+people.k"],
        ),
        (
            "SELECT region, count(*), sum(balance) FROM people GROUP BY region",
            vec!["people.region", "#", "people.balance"],
        ),
        ("SELECT count(balance) AS n FROM people", vec!["#people.balance"]),
        ("SELECT CASE WHEN k = 1 THEN balance END AS c FROM people", vec!["people.balance+people.k"]),
        ("SELECT CASE WHEN true THEN balance END AS c FROM people", vec!["people.balance"]),
        ("SELECT n FROM (SELECT count(*) AS n FROM people) t", vec!["#"]),
        (
            "SELECT p.k, q.amount FROM people p JOIN payments q ON p.idcard = q.payer",
            vec!["people.k", "payments.amount"],
        ),
        (
            "SELECT lag(balance) OVER (ORDER BY k) AS l, row_number() OVER (ORDER BY k) AS r FROM people",
            vec!["people.balance", "#"],
        ),
        ("SELECT k FROM people UNION ALL SELECT amount FROM payments", vec!["people.k+payments.amount"]),
        ("SELECT (SELECT max(amount) FROM payments) AS m FROM zones", vec!["payments.amount"]),
        ("SELECT DISTINCT street FROM people", vec!["people.street"]),
        ("SELECT region, sum(k) FROM people GROUP BY ROLLUP(region)", vec!["people.region", "people.k"]),
        ("SELECT k FROM people WHERE idcard IN (SELECT payer FROM payments)", vec!["people.k"]),
        ("SELECT 1 AS one", vec![""]),
    ] {
        assert_eq!(traced(sql).await, expected, "{sql}");
    }
}
