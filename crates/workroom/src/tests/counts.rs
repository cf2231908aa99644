//! How many persons each cell describes, against numbers counted by hand.

use super::*;
use crate::entities::{Shape, counting};

/// The rows with their hidden counts after `#`, and the shape.
async fn counted(sql: &str) -> (Vec<String>, Shape) {
    let room = room(None);
    let plan = room.plan(sql).await;
    let visible = plan.schema().fields().len();
    let (plan, shape) = counting(&plan, &room.tables).unwrap();
    let rows = texts(&room.collect(plan).await.unwrap());
    let rows = rows.into_iter().map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        format!("{} # {}", cells[..visible].join("|"), cells[visible..].join("|"))
    });
    (rows.collect(), shape)
}

#[track_caller]
fn check(sql: &str, expected: &[&str], shape: &Shape) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (rows, found) = runtime.block_on(counted(sql));
    assert_eq!(&found, shape, "{sql}");
    assert_eq!(rows, expected, "{sql}");
}

#[test]
fn a_group_describes_its_different_persons() {
    let one = Shape::Group { columns: 1 };
    check("SELECT region, count(*) AS n FROM people GROUP BY region", &["N|4 # 4", "S|2 # 2"], &one);
    check("SELECT count(*) AS n FROM people", &["6 # 6"], &one);
    check("SELECT count(*) AS n FROM people WHERE region = 'X'", &["0 # 0"], &one);
    // Five payments of four payers.
    check("SELECT count(*) AS n FROM payments", &["5 # 4"], &one);
    check("SELECT amount / 3 AS a, count(*) AS n FROM payments GROUP BY 1", &["0|2 # 1", "1|3 # 3"], &one);
}

#[test]
fn sorting_limiting_having_and_naming_keep_the_counts() {
    let one = Shape::Group { columns: 1 };
    let sql = "SELECT r, n * 2 AS twice FROM (SELECT region AS r, count(*) AS n FROM people GROUP BY region \
               HAVING count(*) > 1 ORDER BY n DESC LIMIT 1) t";
    check(sql, &["N|8 # 4"], &one);
    let sql = "WITH g AS (SELECT region, count(*) AS n FROM people GROUP BY region) SELECT n FROM g WHERE n < 3";
    check(sql, &["2 # 2"], &one);
    check("SELECT DISTINCT region FROM people", &["N # 4", "S # 2"], &one);
    check("SELECT k FROM people EXCEPT SELECT amount FROM payments", &["6 # 1"], &one);
    let sql = "SELECT region, count(*) AS n FROM people GROUP BY ROLLUP(region)";
    check(sql, &["N|4 # 4", "S|2 # 2", "|6 # 6"], &one);
}

#[test]
fn an_aggregate_describes_those_whose_values_are_in_it() {
    let two = Shape::Group { columns: 2 };
    // Person 3 of N has no balance.
    check("SELECT region, sum(balance) AS s FROM people GROUP BY region", &["N|70 # 4|3", "S|77827 # 2|2"], &two);
    let sql = "SELECT region, sum(balance) AS s, avg(balance) AS a FROM people WHERE k < 3 GROUP BY region";
    check(sql, &["N|30|15.0 # 2|2"], &two);
    let sql = "SELECT region, count(*) FILTER (WHERE k > 3) AS n FROM people GROUP BY region";
    check(sql, &["N|1 # 4|1", "S|2 # 2|2"], &two);
    for otherwise in ["", "ELSE 0", "ELSE NULL"] {
        let sql =
            format!("SELECT region, sum(CASE WHEN k > 3 THEN 1 {otherwise} END) AS n FROM people GROUP BY region");
        check(&sql, &["N|1 # 4|1", "S|2 # 2|2"], &two);
    }
}

#[test]
fn what_one_row_decides_describes_one() {
    let two = Shape::Group { columns: 2 };
    check("SELECT region, max(balance) AS m FROM people GROUP BY region", &["N|40 # 4|1", "S|77777 # 2|1"], &two);
    check(
        "SELECT region, median(balance) AS m FROM people GROUP BY region",
        &["N|20.0 # 4|1", "S|38913.5 # 2|1"],
        &two,
    );
    // A plain column's maximum is nobody's in particular.
    check("SELECT region, max(k) AS m FROM people GROUP BY region", &["N|4 # 4|4", "S|6 # 2|2"], &two);
}

#[test]
fn a_join_counts_the_persons_of_each_side() {
    let two = Shape::Group { columns: 2 };
    let sql = "SELECT region, count(*) AS n FROM people JOIN payments ON idcard = payer GROUP BY region";
    check(sql, &["N|4 # 3|3", "S|1 # 1|1"], &two);
    let sql = "SELECT region, count(*) AS n FROM people LEFT JOIN payments ON idcard = payer GROUP BY region";
    check(sql, &["N|5 # 4|3", "S|2 # 2|1"], &two);
    let one = Shape::Group { columns: 1 };
    let sql = "SELECT zone, places, count(*) AS n FROM people JOIN zones ON region = zone GROUP BY zone, places";
    check(sql, &["N|100|4 # 4", "S|200|2 # 2"], &one);
    let sql = "SELECT g.n, places FROM (SELECT region, count(*) AS n FROM people GROUP BY region) g \
               JOIN zones ON g.region = zone";
    check(sql, &["2|200 # 2", "4|100 # 4"], &one);
    let sql = "SELECT region, count(*) AS n FROM people WHERE idcard IN (SELECT payer FROM payments) GROUP BY region";
    check(sql, &["N|3 # 3", "S|1 # 1"], &one);
    let sql = "SELECT a.region, count(*) AS n FROM people a JOIN people b ON a.street = b.street GROUP BY a.region";
    check(sql, &["N|8 # 4|4", "S|4 # 2|2"], &two);
}

#[test]
fn rows_describe_one_person_each_or_nobody() {
    check("SELECT k FROM people WHERE k < 3", &["1 # ", "2 # "], &Shape::EachRow);
    check("SELECT k, sum(k) OVER () AS s FROM people WHERE k < 3", &["1|3 # ", "2|3 # "], &Shape::EachRow);
    check("SELECT zone FROM zones", &["N # ", "S # "], &Shape::Nobody);
    check("SELECT count(*) AS n FROM zones", &["2 # "], &Shape::Nobody);
    check("SELECT 1 AS one", &["1 # "], &Shape::Nobody);
    check("SELECT zone FROM zones UNION ALL SELECT zone FROM zones", &["N # ", "N # ", "S # ", "S # "], &Shape::Nobody);
}

#[test]
fn a_shape_that_does_not_tell_is_unknown() {
    for sql in [
        "SELECT avg(n) AS a FROM (SELECT region, count(*) AS n FROM people GROUP BY region) t",
        "SELECT DISTINCT n FROM (SELECT region, count(*) AS n FROM people GROUP BY region) t",
        "SELECT k FROM people UNION ALL SELECT amount FROM payments",
        "SELECT region, count(*) AS n FROM people GROUP BY region UNION ALL SELECT zone, places FROM zones",
        "SELECT zone, (SELECT sum(balance) FROM people) AS s FROM zones",
        "SELECT zone FROM zones WHERE 1 < (SELECT count(*) FROM people)",
        "SELECT zone FROM zones WHERE zone IN (SELECT region FROM people)",
        "SELECT a.n - b.n AS d FROM (SELECT count(*) AS n FROM people) a, (SELECT count(*) AS n FROM people WHERE k < 6) b",
        "SELECT g.n, k FROM (SELECT count(*) AS n FROM people) g, people",
        "SELECT sum(CASE WHEN k = 1 THEN balance ELSE 1 END) AS s FROM people",
        "SELECT sum(CASE WHEN k = 1 THEN balance WHEN k = 2 THEN 1 END) AS s FROM people",
        "SELECT sum(balance * CAST(k = 1 AS BIGINT)) AS s FROM people",
        "SELECT sum(coalesce(balance, 1)) AS s FROM people",
        "SELECT sum(strpos(idcard, 'a')) AS s FROM people",
        "SELECT sum(n) OVER () AS s FROM (SELECT region, count(*) AS n FROM people GROUP BY region) t",
    ] {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let room = room(None);
        let (_, shape) = runtime.block_on(async { counting(&room.plan(sql).await, &room.tables).unwrap() });
        assert!(matches!(shape, Shape::Unknown(_)), "{sql}: {shape:?}");
    }
}
