//! Chapter five: the airlock. The author lints, the machine refuses what must
//! not leave, and two reviewers who did not make it sign blind.

use anyhow::ensure;
use serde_json::{Value, json};

use super::World;
use super::cases::{self, Case};
use super::client::{Reply, items, text};
use super::compute::{BAD, GOOD, Statement};

pub(super) async fn chapter(w: &mut World<'_>) -> anyhow::Result<()> {
    w.stage.chapter("五、出域审查", "Five: the airlock")?;
    for (statement, code) in BAD.iter().zip(["AIR-002", "AIR-001"]) {
        lint(w, statement, code).await?;
        w.stage.step(format!("提交“{}”出域", statement.title), format!("submitting {}", statement.english));
        let reply = submit(w, statement.word).await?;
        w.refused(statement.english, reply, code)?;
    }
    for statement in &GOOD {
        review(w, statement).await?;
    }
    Ok(())
}

pub(super) async fn lint(w: &mut World<'_>, statement: &Statement, code: &str) -> anyhow::Result<()> {
    w.stage.step(format!("作者自检“{}”", statement.title), format!("the author lints {}", statement.english));
    let candidate = World::made(&w.report.candidates, statement.word)?.to_owned();
    let linted = w.person("lu.yao")?.post(&format!("/v1/candidates/{candidate}/lint"), &json!({})).await?.json()?;
    let findings = items(&linted, "findings")?;
    let codes: Vec<_> = findings.iter().filter_map(|f| f.get("code").and_then(Value::as_str)).collect();
    ensure!(codes.contains(&code), "the linter found {codes:?}, not {code}");
    w.stage.done(format!("发现 findings: {}", codes.join(", ")))
}

pub(super) async fn submit(w: &World<'_>, word: &str) -> anyhow::Result<Reply> {
    let candidate = World::made(&w.report.candidates, word)?;
    w.person("lu.yao")?.post("/v1/releases", &json!({ "candidate": candidate })).await
}

/// Hands a result to the airlock; every check passes, and its case waits.
pub(super) async fn submitted(w: &mut World<'_>, statement: &Statement) -> anyhow::Result<Case> {
    w.stage.step(
        format!("提交“{}”出域：机器检查通过", statement.title),
        format!("submitting {}: every check passes", statement.english),
    );
    let submitted = submit(w, statement.word).await?.json()?;
    let case = text(&submitted, "case")?;
    let candidate = World::made(&w.report.candidates, statement.word)?.to_owned();
    let facts = w.person("tan.hui")?.get(&format!("/v1/cases/{case}")).await?.json()?;
    let case = Case { id: case, subject_digest: text(&facts, "subject_digest")? };
    w.stage.done(format!("{candidate} → {}", case.id))?;
    Ok(case)
}

/// The operator's own check and the first of two reviews.
pub(super) async fn signed_but_for_the_last(w: &mut World<'_>, case: &Case) -> anyhow::Result<()> {
    cases::sign(w, "su.he", case, "operator_check", None).await?;
    cases::sign(w, "luo.chuan", case, "security_review", None).await?;
    Ok(())
}

async fn review(w: &mut World<'_>, statement: &Statement) -> anyhow::Result<()> {
    let case = submitted(w, statement).await?;

    if statement.word == "verification" {
        w.stage.step("作者签署自己的结果", "the author signs the own result");
        let reply = cases::try_sign(w, "lu.yao", &case, "operator_check", None).await?;
        w.refused("an author approving the own release", reply, "CAS-005")?;
    }
    w.stage
        .step("运营机构自查；大数据中心两人背对背审查", "checked by the operator, reviewed blind by two of the agency");
    cases::sign(w, "su.he", &case, "operator_check", None).await?;
    let review = w.person("tan.hui")?.get(&format!("/v1/cases/{}/review", case.id)).await?.json()?;
    ensure!(!items(&review, "checks")?.is_empty(), "a reviewer does not see what the checks said");
    cases::sign(w, "tan.hui", &case, "security_review", None).await?;
    let seen = w.person("luo.chuan")?.get(&format!("/v1/cases/{}", case.id)).await?.json()?;
    ensure!(
        !seen.to_string().contains(&w.person("tan.hui")?.person),
        "the second reviewer sees the first one's signature"
    );
    cases::sign(w, "luo.chuan", &case, "security_review", None).await?;
    let path = format!("/v1/releases/{}/completion", case.id);
    let release = text(&w.person("su.he")?.post(&path, &json!({})).await?.json()?, "release")?;
    w.stage.done(&release)?;
    w.report.releases.insert(statement.word.to_owned(), release);
    Ok(())
}
