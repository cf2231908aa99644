//! The admission of entities: each applies, shows that it meets every condition, is
//! judged by the operator, and is served nothing before.

use serde_json::json;

use super::World;
use super::client::{items, number, text};
use super::select::{make, try_move};
use super::world::document_digest;

/// Who is admitted, and who applies for it.
const ENTITIES: [(&str, &str); 2] = [("bank", "qin.yue"), ("welfare", "xia.ning")];

/// 经营主体准入.
pub(super) async fn entities(w: &mut World<'_>) -> anyhow::Result<()> {
    let operator = World::made(&w.report.organisations, "operator")?.to_owned();
    for (index, (word, login)) in ENTITIES.into_iter().enumerate() {
        let entity = World::made(&w.report.organisations, word)?.to_owned();
        w.stage.step("经营主体申请准入，逐项提交条件材料", "an entity applies for admission, each condition shown");
        let new = json!({
            "kind": "entity_onboarding", "subject": entity, "counterparty": operator, "title": "经营主体准入",
            "facts": { "scenario": "公共数据产品再开发 redevelopment of products" },
        });
        let id = text(&w.person(login)?.post("/v1/matters", &new).await?.json()?, "id")?;
        let own = format!("/v1/matters/{id}/candidacies/{entity}");
        let asked = items(&w.person(login)?.get(&own).await?.json()?, "items")?.to_vec();
        let today = w.today().to_string();
        for item in &asked {
            let what = text(item, "what")?;
            let given = json!({
                "code": text(item, "code")?, "document": document_digest(&what), "title": what, "dated": today,
            });
            w.person(login)?.post(&format!("{own}/evidence"), &given).await?.json()?;
        }
        w.stage.done(format!("{} 项条件 conditions", asked.len()))?;
        if index == 0 {
            w.stage.step("条件未逐项审查就准入", "an admission before each condition is judged");
            let reply = try_move(w, "su.he", &id, "review", json!({})).await?;
            w.refused("an admission of somebody whom nobody has judged", reply, "CAS-043")?;
        }
        w.stage.step("运营机构逐项审查，签约，准入", "the operator judges each condition, signs, admits");
        let judged = items(&w.person(login)?.get(&own).await?.json()?, "items")?.to_vec();
        for item in &judged {
            let verdict = json!({
                "code": text(item, "code")?, "is_met": true, "reason": "材料属实，符合条件 the evidence shows it",
                "seen_version": number(item, "version")?,
            });
            w.person("su.he")?.post(&format!("{own}/verdicts"), &verdict).await?.json()?;
        }
        for name in ["review", "sign", "admit"] {
            make(w, "su.he", &id, name, json!({})).await?;
        }
        w.stage.done(&id)?;
    }
    Ok(())
}
