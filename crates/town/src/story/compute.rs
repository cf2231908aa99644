//! Chapter four: three workrooms. Queries are written on masked samples and run
//! on everything; what a run makes is shown to nobody.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use super::client::{items, number, text};
use super::{World, jobs};

/// A statement, and what its result is declared to be.
pub(super) struct Statement {
    pub(super) word: &'static str,
    pub(super) title: &'static str,
    pub(super) english: &'static str,
    pub(super) scenario: &'static str,
    pub(super) sql: &'static str,
    kind: &'static str,
    key: Option<&'static str>,
    /// Name, title, class, whether it counts persons.
    columns: &'static [(&'static str, &'static str, &'static str, bool)],
}

/// The three that will leave.
pub(super) const GOOD: [Statement; 3] = [
    Statement {
        word: "verification",
        title: "公积金缴存核验",
        english: "provident fund verification",
        scenario: "verification",
        sql: "SELECT a.id_card AS person, a.state AS state, \
              CASE WHEN a.base_fen >= 1000000 THEN '10000+' WHEN a.base_fen >= 500000 THEN '5000-10000' ELSE '0-5000' END AS base_band_yuan, \
              count(c.month) AS months_told, \
              sum(CASE WHEN c.state = '欠缴' THEN 1 ELSE 0 END) AS months_missed \
              FROM fund_accounts a JOIN fund_contributions c ON c.account_no = a.account_no \
              GROUP BY a.id_card, a.state, a.base_fen",
        kind: "lookup",
        key: Some("person"),
        columns: &[
            ("person", "本人（假名）", "direct_identifier", false),
            ("state", "账户状态", "plain", false),
            ("base_band_yuan", "缴存基数分档（元）", "sensitive", false),
            ("months_told", "统计月数", "plain", false),
            ("months_missed", "欠缴月数", "sensitive", false),
        ],
    },
    Statement {
        word: "parking",
        title: "充电停车布局数据集",
        english: "charging and parking layout",
        scenario: "parking",
        sql: "SELECT CAST((longitude - 113.7) * 20 AS BIGINT) AS cell_x, CAST((latitude - 22.4) * 20 AS BIGINT) AS cell_y, \
              count(zone_no) AS zones_count, sum(pile_count) AS piles_count, sum(fast_count) AS fast_count, sum(area_km2) AS area_km2 \
              FROM charging_zones GROUP BY 1, 2",
        kind: "dataset",
        key: None,
        columns: &[
            ("cell_x", "网格列", "plain", false),
            ("cell_y", "网格行", "plain", false),
            ("zones_count", "片区数", "plain", false),
            ("piles_count", "充电桩数", "plain", false),
            ("fast_count", "快充桩数", "plain", false),
            ("area_km2", "面积（平方公里）", "plain", false),
        ],
    },
    Statement {
        word: "districts",
        title: "分区缴存覆盖报告",
        english: "coverage of the fund by district",
        scenario: "districts",
        sql: "SELECT r.district AS district, count(DISTINCT a.id_card) AS holders_count, \
              CAST(avg(a.base_fen) / 100000 AS BIGINT) * 1000 AS base_mean_yuan \
              FROM residents r JOIN fund_accounts a ON a.id_card = r.id_card GROUP BY r.district",
        kind: "report",
        key: None,
        columns: &[
            ("district", "行政区", "plain", false),
            ("holders_count", "缴存人数", "plain", true),
            ("base_mean_yuan", "平均缴存基数（元，千元取整）", "plain", false),
        ],
    },
];

/// Cells below the least count, and a raw identifier in an output.
pub(super) const BAD: [Statement; 2] = [
    Statement {
        word: "small_cells",
        title: "各区出生年份缴存人数",
        english: "holders by district, year of birth and base",
        scenario: "districts",
        sql: "SELECT r.district AS district, r.birth_date AS born_in, a.base_fen AS base_fen, count(DISTINCT a.id_card) AS holders_count \
              FROM residents r JOIN fund_accounts a ON a.id_card = r.id_card GROUP BY r.district, r.birth_date, a.base_fen",
        kind: "report",
        key: None,
        columns: &[
            ("district", "行政区", "plain", false),
            ("born_in", "出生年份", "plain", false),
            ("base_fen", "缴存基数（分）", "plain", false),
            ("holders_count", "缴存人数", "plain", true),
        ],
    },
    Statement {
        word: "raw_identifier",
        title: "缴存人数较多的单位",
        english: "employers with many holders, by credit code",
        scenario: "districts",
        sql: "SELECT a.employer_credit_code AS employer, count(DISTINCT a.id_card) AS holders_count \
              FROM fund_accounts a GROUP BY a.employer_credit_code HAVING count(DISTINCT a.id_card) >= 10",
        kind: "report",
        key: None,
        columns: &[("employer", "单位", "plain", false), ("holders_count", "缴存人数", "plain", true)],
    },
];

/// What whoever comes to look around can mend: some of its groups are too small, and
/// nothing is wrong with it once they are gone.
pub(super) const LEFT_TO_MEND: Statement = Statement {
    word: "bands",
    title: "各缴存基数档人数",
    english: "holders by base band",
    scenario: "districts",
    sql: "SELECT CAST(base_fen / 100000 AS BIGINT) * 1000 AS base_band_yuan, count(DISTINCT id_card) AS holders_count \
          FROM fund_accounts GROUP BY 1",
    kind: "report",
    key: None,
    columns: &[("base_band_yuan", "缴存基数档（元）", "plain", false), ("holders_count", "缴存人数", "plain", true)],
};

/// What waits for one signature.
pub(super) const LEFT_TO_SIGN: Statement = Statement {
    word: "piles",
    title: "分列充电桩总量",
    english: "charging piles by column of the grid",
    scenario: "parking",
    sql: "SELECT CAST((longitude - 113.7) * 20 AS BIGINT) AS cell_x, count(zone_no) AS zones_count, \
          sum(pile_count) AS piles_count FROM charging_zones GROUP BY 1",
    kind: "report",
    key: None,
    columns: &[
        ("cell_x", "网格列", "plain", false),
        ("zones_count", "片区数", "plain", false),
        ("piles_count", "充电桩数", "plain", false),
    ],
};

impl Statement {
    fn output(&self) -> Value {
        let columns: Vec<_> = self
            .columns
            .iter()
            .map(|(name, title, class, is_count)| json!({ "name": name, "title": title, "class": class, "is_count": is_count }))
            .collect();
        let mut output = json!({ "kind": self.kind, "columns": columns });
        if let (Some(key), Some(fields)) = (self.key, output.as_object_mut()) {
            fields.insert("key".to_owned(), json!(key));
        }
        output
    }

    /// The body that asks to run it.
    fn run(&self) -> Value {
        json!({ "sql": self.sql, "title": self.title, "output": self.output() })
    }

    /// The body that makes a product of its release.
    pub(super) fn product(&self, release: &str) -> Value {
        json!({ "release": release, "title": self.title, "kind": self.kind, "key": self.key })
    }
}

pub(super) async fn chapter(w: &mut World<'_>) -> anyhow::Result<()> {
    w.stage.chapter("四、域内计算", "Four: computing inside")?;
    for statement in &GOOD {
        draft(w, statement).await?;
    }
    refused_statements(w).await?;
    for statement in GOOD.iter().chain(&BAD) {
        run(w, statement).await?;
    }
    w.stage.step("在屏幕上查看全量计算的结果", "showing the result of a full run on the screen");
    let candidate = World::made(&w.report.candidates, "verification")?.to_owned();
    let reply = w.person("lu.yao")?.get(&format!("/v1/candidates/{candidate}/rows")).await?;
    w.refused("a run-plane result on the screen", reply, "WRK-030")
}

async fn draft(w: &mut World<'_>, statement: &Statement) -> anyhow::Result<()> {
    w.stage.step(
        format!("“{}”：在脱敏样本上编写", statement.title),
        format!("{}: written on a masked sample", statement.english),
    );
    let scenario = World::made(&w.report.scenarios, statement.scenario)?.to_owned();
    let path = format!("/v1/scenarios/{scenario}/drafts");
    let drafted = w.person("lu.yao")?.post(&path, &json!({ "sql": statement.sql })).await?.json()?;
    ensure!(drafted.get("is_sample") == Some(&Value::Bool(true)), "a draft must say that it rests on a sample");
    let columns = items(&drafted, "columns")?.len();
    let rows = number(&drafted, "rows_count")?;
    w.stage.done(format!("样本 sample: {rows} 行 rows, {columns} 列 columns"))
}

/// What is no query, or reaches beyond the permit.
async fn refused_statements(w: &mut World<'_>) -> anyhow::Result<()> {
    let scenario = World::made(&w.report.scenarios, "verification")?.to_owned();
    let lu = w.person("lu.yao")?;
    for (chinese, english, sql, code) in [
        ("查询授权之外的列", "a column outside the permit", "SELECT name, balance_fen FROM fund_accounts", "WRK-007"),
        ("查询授权之外的表", "a table outside the permit", "SELECT count(*) FROM residents", "WRK-006"),
        ("不是查询的语句", "a statement that is no query", "COPY fund_accounts TO '/tmp/fund.csv'", "WRK-004"),
        ("用 EXPLAIN 窥探", "peeping with EXPLAIN", "EXPLAIN ANALYZE SELECT state FROM fund_accounts", "WRK-004"),
        ("一次提交两条语句", "two statements at once", "SELECT state FROM fund_accounts; SELECT 1", "WRK-003"),
    ] {
        w.stage.step(chinese, english);
        let reply = lu.post(&format!("/v1/scenarios/{scenario}/drafts"), &json!({ "sql": sql })).await?;
        w.refused(english, reply, code)?;
    }
    Ok(())
}

/// Where a run is asked for, and the body that asks for one.
pub(super) fn a_run(w: &World<'_>) -> anyhow::Result<(String, Value)> {
    let statement = GOOD.first().context("a statement")?;
    let scenario = World::made(&w.report.scenarios, statement.scenario)?;
    Ok((format!("/v1/scenarios/{scenario}/runs"), statement.run()))
}

pub(super) async fn run(w: &mut World<'_>, statement: &Statement) -> anyhow::Result<()> {
    w.stage.step(
        format!("“{}”：全量运行，结果不可见", statement.title),
        format!("{}: run on everything, seen by nobody", statement.english),
    );
    let scenario = World::made(&w.report.scenarios, statement.scenario)?.to_owned();
    let lu = w.person("lu.yao")?;
    let started = lu.post(&format!("/v1/scenarios/{scenario}/runs"), &statement.run()).await?.json()?;
    let result = jobs::done(w, &lu, &started).await?;
    let candidate = text(&result, "candidate")?;
    let facts = lu.get(&format!("/v1/candidates/{candidate}")).await?.json()?;
    let (rows, digest) = (number(&facts, "rows")?, text(&facts, "digest")?);
    ensure!(rows > 0, "the run made no rows");
    let digest: String = digest.chars().take(20).collect();
    w.stage.done(format!("{candidate}, {rows} 行 rows, {digest}…"))?;
    w.report.candidates.insert(statement.word.to_owned(), candidate);
    Ok(())
}
