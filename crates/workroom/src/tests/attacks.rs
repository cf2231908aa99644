//! Ways to get behind the permit, and what becomes of each: refused with these
//! codes, or let through and harmless.

use super::*;

/// What must become of a statement.
enum Fate {
    /// Refused, with at least this code.
    Refused(&'static str),
    /// Run, with these rows.
    Rows(&'static [&'static str]),
    /// Run, and then failing without a word of the data.
    Fails,
}
use Fate::{Fails, Refused, Rows};

/// The attacks of the design's table, and some more.
const ATTACKS: &[(&str, Fate)] = &[
    // Raw columns and tables.
    ("SELECT salary FROM people", Refused("WRK-007")),
    ("SELECT people.salary FROM people", Refused("WRK-007")),
    ("SELECT p.salary FROM people p", Refused("WRK-007")),
    ("SELECT count(*) FROM people WHERE salary > 9995", Refused("WRK-007")),
    ("SELECT count(*) FROM people ORDER BY max(salary)", Refused("WRK-007")),
    ("SELECT * FROM people JOIN payments USING (salary)", Refused("WRK-007")),
    ("SELECT salary AS region FROM people", Refused("WRK-007")),
    ("SELECT raw_people.salary FROM people", Refused("WRK-007")),
    ("SELECT \"Salary\" FROM people", Refused("WRK-007")),
    ("SELECT * FROM raw_people", Refused("WRK-006")),
    ("SELECT * FROM people, secrets", Refused("WRK-006")),
    ("SELECT * FROM datafusion.public.people", Refused("WRK-006")),
    // Functions over masked columns see the mask.
    ("SELECT upper(name) FROM people WHERE k = 1", Rows(&["王*"])),
    ("SELECT k FROM people WHERE idcard LIKE '%CANARY%'", Rows(&[])),
    ("SELECT k FROM people WHERE name LIKE '%一'", Rows(&[])),
    ("SELECT count(*) FROM people WHERE idcard = 'ID-CANARY-1'", Rows(&["0"])),
    // What tells of the engine.
    ("EXPLAIN SELECT * FROM people", Refused("WRK-004")),
    ("EXPLAIN ANALYZE SELECT * FROM people", Refused("WRK-004")),
    ("EXPLAIN VERBOSE SELECT * FROM people", Refused("WRK-004")),
    ("EXPLAIN FORMAT TREE SELECT * FROM people", Refused("WRK-004")),
    ("SHOW TABLES", Refused("WRK-004")),
    ("SHOW ALL", Refused("WRK-004")),
    ("SHOW CREATE TABLE people", Refused("WRK-004")),
    ("SHOW COLUMNS FROM people", Refused("WRK-004")),
    ("DESCRIBE people", Refused("WRK-004")),
    ("SELECT * FROM information_schema.tables", Refused("WRK-006")),
    ("SELECT * FROM information_schema.df_settings", Refused("WRK-006")),
    ("SELECT (SELECT count(*) FROM information_schema.columns)", Refused("WRK-006")),
    ("SELECT k FROM people WHERE EXISTS (SELECT 1 FROM information_schema.views)", Refused("WRK-006")),
    ("SELECT k FROM people WHERE k IN (SELECT ordinal_position FROM information_schema.columns)", Refused("WRK-006")),
    ("SELECT version()", Refused("WRK-008")),
    ("SELECT input_file_name() FROM people", Refused("WRK-008")),
    ("SELECT now(), current_date", Refused("WRK-008")),
    ("SELECT @@version", Refused("WRK-005")),
    ("SELECT arrow_typeof(k) FROM people", Refused("WRK-008")),
    // What writes, reads files or changes the session.
    ("COPY people TO '/tmp/people.csv'", Refused("WRK-004")),
    ("COPY (SELECT * FROM people) TO '/tmp/people.parquet' STORED AS PARQUET", Refused("WRK-004")),
    ("CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '/tmp/people.parquet'", Refused("WRK-004")),
    ("CREATE TABLE t AS SELECT * FROM people", Refused("WRK-004")),
    ("CREATE VIEW v AS SELECT * FROM people", Refused("WRK-004")),
    ("CREATE FUNCTION f(x INT) RETURNS INT RETURN x", Refused("WRK-004")),
    ("DROP TABLE people", Refused("WRK-004")),
    ("SET datafusion.execution.parquet.pushdown_filters = true", Refused("WRK-004")),
    ("RESET datafusion.execution.batch_size", Refused("WRK-004")),
    ("PREPARE p AS SELECT * FROM people", Refused("WRK-004")),
    ("EXECUTE p", Refused("WRK-004")),
    ("INSERT INTO people SELECT * FROM people", Refused("WRK-004")),
    ("DELETE FROM people", Refused("WRK-004")),
    ("UPDATE people SET k = 1", Refused("WRK-004")),
    ("TRUNCATE TABLE people", Refused("WRK-004")),
    ("BEGIN", Refused("WRK-004")),
    ("SELECT * INTO t FROM people", Refused("WRK-005")),
    ("WITH t AS (INSERT INTO people SELECT * FROM people) SELECT * FROM t", Refused("WRK-005")),
    ("SELECT * FROM '/tmp/people.parquet'", Refused("WRK-006")),
    ("SELECT * FROM \"/etc/passwd\"", Refused("WRK-006")),
    ("SELECT * FROM read_parquet('/tmp/people.parquet')", Refused("WRK-005")),
    ("SELECT * FROM parquet_metadata('/tmp/people.parquet')", Refused("WRK-005")),
    // What never ends, or grows.
    ("SELECT * FROM generate_series(1, 1000000000000)", Refused("WRK-005")),
    ("SELECT * FROM range(1, 1000000000000)", Refused("WRK-005")),
    ("SELECT * FROM UNNEST([1, 2, 3])", Refused("WRK-005")),
    ("SELECT repeat('x', 1000000000)", Refused("WRK-008")),
    ("SELECT lpad('x', 1000000000)", Refused("WRK-008")),
    ("SELECT random()", Refused("WRK-008")),
    ("SELECT uuid()", Refused("WRK-008")),
    ("SELECT array_agg(balance) FROM people", Refused("WRK-008")),
    ("SELECT string_agg(name, ',') FROM people", Refused("WRK-008")),
    ("SELECT first_value(balance) OVER (ORDER BY k) FROM people", Refused("WRK-008")),
    ("WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT * FROM t", Refused("WRK-005")),
    // Not one query.
    ("SELECT 1; SELECT 2", Refused("WRK-003")),
    ("SELECT 1; DROP TABLE people", Refused("WRK-003")),
    ("", Refused("WRK-003")),
    (";", Refused("WRK-003")),
    ("-- nothing", Refused("WRK-003")),
    ("SELEC * FRM people", Refused("WRK-002")),
    ("SELECT 'abc", Refused("WRK-002")),
    ("TABLE people", Refused("WRK-002")),
    ("SELECT $1", Refused("WRK-005")),
    ("SELECT * FROM people FOR UPDATE", Refused("WRK-005")),
    ("SELECT DISTINCT ON (region) region, k FROM people", Refused("WRK-012")),
    ("SELECT k AS __entity_0 FROM people", Refused("WRK-009")),
    ("SELECT __entity_0 FROM people", Refused("WRK-009")),
    // What tells by failing.
    ("SELECT sum(10 / (k - 5)) FROM people", Fails),
    ("SELECT CAST(name AS BIGINT) FROM people", Fails),
    ("SELECT CAST(region AS DATE) FROM people", Fails),
    // And what must work.
    ("SELECT region, count(*) FROM people GROUP BY region", Rows(&["N|4", "S|2"])),
    ("SELECT count(DISTINCT idcard) FROM people JOIN payments ON idcard = payer", Rows(&["4"])),
    ("WITH n AS (SELECT k AS a FROM people WHERE region = 'N') SELECT sum(a) FROM n", Rows(&["10"])),
    ("SELECT sum(balance) OVER (PARTITION BY region) AS s FROM people WHERE k = 1", Rows(&["10"])),
    (
        "SELECT extract(year FROM DATE '2026-05-01'), trim('  x '), substring('abc' FROM 2 FOR 1), position('b' IN 'abc')",
        Rows(&["2026|x|b|2"]),
    ),
    ("SELECT \"count(*)\" FROM (SELECT count(*) FROM people)", Rows(&["6"])),
    ("SELECT region r FROM people GROUP BY r HAVING count(*) > 2 ORDER BY r LIMIT 1", Rows(&["N"])),
    ("SELECT CASE WHEN k > 3 THEN 'x' ELSE 'y' END, k || '' FROM people WHERE k = 1", Rows(&["y|1"])),
    (
        "SELECT k FROM people WHERE k IN (1, 2) AND street = 'a' UNION ALL SELECT places FROM zones",
        Rows(&["1", "100", "2", "200"]),
    ),
    ("SELECT k FROM people EXCEPT SELECT amount FROM payments", Rows(&["6"])),
    ("SELECT region, count(*) FROM people GROUP BY ROLLUP(region)", Rows(&["N|4", "S|2", "|6"])),
];

#[tokio::test]
async fn every_attack_is_refused_or_harmless() {
    let room = room(None);
    for (sql, fate) in ATTACKS {
        match fate {
            Refused(code) => {
                let codes = room.codes(sql).await;
                assert!(codes.iter().any(|given| given == code), "{sql}: {codes:?}, expected {code}");
            }
            Rows(expected) => assert_eq!(room.rows(sql).await.unwrap(), *expected, "{sql}"),
            Fails => {
                let error = room.rows(sql).await.unwrap_err();
                // The engine's own words may hold a value; ours may not.
                let ours = crate::error::WorkroomError::engine("running")(error).to_string();
                assert!(!ours.contains("CANARY") && !ours.contains('王') && !ours.contains("77777"), "{ours}");
            }
        }
    }
}

#[tokio::test]
async fn a_column_outside_the_permit_is_named_and_the_permitted_ones_are_listed() {
    let verdict = room(None).admit("SELECT salary, secret, p.diagnosis FROM people p").await;
    let Verdict::Refuse(reasons) = verdict else { panic!("it must be refused") };
    let reasons = reasons.into_vec();
    let whats: Vec<&str> = reasons.iter().map(|reason| reason.what.as_str()).collect();
    assert_eq!(
        whats,
        [
            "the column `p.diagnosis` is outside the permit",
            "the column `salary` is outside the permit",
            "the column `secret` is outside the permit",
        ]
    );
    assert_eq!(reasons[0].clause, "changsha-2026 七(二)1,二(五)");
    assert!(reasons[0].instead.contains("people (idcard, name, region, street, balance, k)"), "{}", reasons[0].instead);
}

#[tokio::test]
async fn every_reason_is_given_at_once() {
    let room = room(None);
    let codes = room.codes("SELECT version(), people.salary, raw.x FROM people, raw, generate_series(1, 2)").await;
    for code in ["WRK-005", "WRK-006", "WRK-007", "WRK-008"] {
        assert!(codes.iter().any(|given| given == code), "{codes:?} lacks {code}");
    }
}

#[tokio::test]
async fn a_refusal_never_holds_a_word_of_the_engine_or_of_the_data() {
    let room = room(None);
    for (sql, _) in ATTACKS {
        if let Verdict::Refuse(reasons) = room.admit(sql).await {
            let said = serde_json::to_string(&reasons).unwrap();
            for word in ["CANARY", "DataFusion", "arrow", "Schema error", "valid fields", "MemTable"] {
                assert!(!said.contains(word) || sql.contains(word), "{sql}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn long_deep_and_wide_statements_are_refused_and_harm_nobody() {
    let room = room(None);
    let checks = [
        (format!("SELECT {}", "1 + ".repeat(40_000)), "WRK-001"),
        (format!("SELECT {}1", "1+".repeat(20_000)), "WRK-001"),
        (format!("SELECT {}1", "1+".repeat(3_000)), "WRK-010"),
        (format!("SELECT {}1{}", "(".repeat(3_000), ")".repeat(3_000)), "WRK-002"),
        (format!("SELECT k FROM people WHERE {}", vec!["k = 1"; 800].join(" OR ")), "WRK-010"),
        (
            format!("SELECT * FROM {}", (0..300).map(|n| format!("zones z{n}")).collect::<Vec<_>>().join(", ")),
            "WRK-010",
        ),
    ];
    for (sql, code) in checks {
        let codes = room.codes(&sql).await;
        assert!(codes.iter().any(|given| given == code), "{}…: {codes:?}, expected {code}", &sql[..40]);
    }
}

#[tokio::test]
async fn thousands_of_forbidden_names_make_a_refusal_of_bounded_size() {
    let names: Vec<String> = (0..3_000).map(|n| format!("c{n}")).collect();
    let Verdict::Refuse(reasons) = room(None).admit(&format!("SELECT {} FROM people", names.join(","))).await else {
        panic!("it must be refused")
    };
    assert!(serde_json::to_string(&reasons).unwrap().len() < 50_000);
}
