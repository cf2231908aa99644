//! The choice of the operator: called for, applied for, every condition judged, decided,
//! shown to the public, chosen.
//!
//! Not here: the agreement that rests on it (`authorise`).

use serde_json::{Value, json};

use super::World;
use super::client::{Reply, items, number, text};
use super::world::document_digest;

/// What the agreement of the rules must hold, as the selection's last move tells it.
const REASON: &str = "已核对材料，符合规定 checked against the rules";

pub(super) async fn try_move(w: &World<'_>, login: &str, id: &str, name: &str, facts: Value) -> anyhow::Result<Reply> {
    let seen = w.person(login)?.get(&format!("/v1/matters/{id}")).await?.json()?;
    let body = json!({
        "name": name, "reason": REASON, "evidence": document_digest(name), "facts": facts,
        "seen_version": number(&seen, "version")?,
    });
    w.person(login)?.post(&format!("/v1/matters/{id}/moves"), &body).await
}

pub(super) async fn make(w: &World<'_>, login: &str, id: &str, name: &str, facts: Value) -> anyhow::Result<()> {
    try_move(w, login, id, name, facts).await?.json()?;
    Ok(())
}

/// 遴选: from the call to the notice.
pub(super) async fn call(w: &mut World<'_>) -> anyhow::Result<()> {
    w.stage
        .step("运营机构遴选：公开招标，逐项提交条件材料", "selecting an operator: open tender, each condition shown");
    let centre = World::made(&w.report.organisations, "centre")?.to_owned();
    let operator = World::made(&w.report.organisations, "operator")?.to_owned();
    let new = json!({
        "kind": "operator_selection", "subject": centre, "title": "江城市公共数据运营机构遴选",
        "facts": { "method": "open_tender" },
    });
    let id = text(&w.person("fang.ming")?.post("/v1/matters", &new).await?.json()?, "id")?;
    make(w, "fang.ming", &id, "announce", json!({})).await?;
    let applicant = w.person("lu.yao")?;
    let application = json!({ "document": document_digest("投标文件") });
    applicant.post(&format!("/v1/matters/{id}/candidacies"), &application).await?.json()?;
    let own = format!("/v1/matters/{id}/candidacies/{operator}");
    let asked = items(&applicant.get(&own).await?.json()?, "items")?.to_vec();
    let today = w.today().to_string();
    for item in &asked {
        let what = text(item, "what")?;
        let given =
            json!({ "code": text(item, "code")?, "document": document_digest(&what), "title": what, "dated": today });
        applicant.post(&format!("{own}/evidence"), &given).await?.json()?;
    }
    w.stage.done(format!("{} 项条件 conditions", asked.len()))?;

    w.stage.step("条件未逐项审查就评审", "evaluating before each condition is judged");
    let reply = try_move(w, "fang.ming", &id, "evaluate", json!({ "winner": operator })).await?;
    w.refused("an evaluation of an applicant whom nobody has judged", reply, "CAS-043")?;

    w.stage.step("逐项审查，评审，集体决策，公示", "each condition judged; evaluated, decided, shown to the public");
    let judged = items(&applicant.get(&own).await?.json()?, "items")?.to_vec();
    for item in &judged {
        let verdict = json!({
            "code": text(item, "code")?, "is_met": true, "reason": REASON, "seen_version": number(item, "version")?,
        });
        w.person("tan.hui")?.post(&format!("{own}/verdicts"), &verdict).await?.json()?;
    }
    make(w, "fang.ming", &id, "evaluate", json!({ "winner": operator })).await?;
    make(w, "luo.chuan", &id, "decide_collectively", json!({})).await?;
    make(w, "fang.ming", &id, "publish_notice", json!({})).await?;
    w.stage.done(&id)?;
    w.report.selection = id;
    Ok(())
}

/// The notice has run: the operator is chosen.
pub(super) async fn choose(w: &mut World<'_>) -> anyhow::Result<()> {
    w.stage.step("公示期满，确定运营机构", "the notice is over, the operator is chosen");
    let id = w.report.selection.clone();
    make(w, "luo.chuan", &id, "select", json!({})).await?;
    w.stage.done(&id)
}
