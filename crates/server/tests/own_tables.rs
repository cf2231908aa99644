//! Own tables over HTTP: an entity brings its clients into the domain, joins them with what
//! is authorised, and nothing comes back but by the airlock.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shuyu_model::{Role, UseKind};
use shuyu_registry::testing::fund_columns;

use crate::support::{accounts, server_under};

/// The first hundred of the department's people, and a canary that is in no other table.
fn clients() -> Vec<u8> {
    let mut csv = "id_card,tier\n".to_owned();
    for (number, line) in accounts().lines().skip(1).take(100).enumerate() {
        let id_card = line.split(',').next().unwrap();
        csv.push_str(&format!("{id_card},CANARY-{}\n", number % 2));
    }
    csv.into_bytes()
}

fn declared(scenario: &str) -> Value {
    json!({
        "scenario": scenario, "name": "clients", "title": "客户名单",
        "origin": "本行贷款客户, 依合同与本人同意收集",
        "origin_digest": format!("sha256:{}", "ab".repeat(32)),
        "columns": [
            { "name": "id_card", "title": "身份证号", "type": "text", "class": "direct_identifier", "grade": "l3",
              "mask": { "mask": "pseudonym" }, "is_entity": true },
            { "name": "tier", "title": "等级", "type": "text", "class": "plain", "grade": "l2",
              "mask": { "mask": "none" }, "is_entity": false },
        ],
    })
}

fn run() -> Value {
    json!({
        "sql": "SELECT c.tier, f.district, count(DISTINCT f.id_card) AS people FROM clients c \
                JOIN fund_accounts f ON f.id_card = c.id_card GROUP BY c.tier, f.district",
        "title": "客户分布",
        "output": { "kind": "report", "columns": [
            { "name": "tier", "title": "等级", "class": "plain" },
            { "name": "district", "title": "区", "class": "plain" },
            { "name": "people", "title": "人数", "class": "plain", "is_count": true },
        ] },
    })
}

#[tokio::test]
async fn an_entity_joins_its_own_table_inside_and_gets_nothing_back_but_by_the_airlock() {
    let server = server_under("changchun-2025").await;
    let (bank, operator) = (server.person(Role::Entity).clone(), server.person(Role::Operator).clone());
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let agreement = server.town.agreement(std::slice::from_ref(&fund), 2).await;
    let fields: &[(&_, &[&str])] = &[(&fund, &["id_card", "district"])];
    let scenario = server.town.scenario("客户分析", UseKind::Industry, &agreement, fields).await;
    let landed = server.upload(&fund, accounts().into_bytes()).await.ok();
    server.finish(server.person(Role::Source), &landed).await;
    let runs = format!("/v1/scenarios/{scenario}/runs");

    // Without an agreement nothing is brought and nothing computed.
    let refused = server.post(&bank, "/v1/own_tables", &declared(scenario.as_str())).await;
    assert!(refused.codes().contains(&"REG-012".to_owned()), "{:?}", refused.codes());
    assert!(server.post(&bank, &runs, &run()).await.codes().contains(&"REG-012".to_owned()));
    server.town.development(&bank.organisation, &scenario).await;

    let made = server.post(&bank, "/v1/own_tables", &declared(scenario.as_str())).await.ok();
    let table = made["id"].as_str().unwrap().to_owned();
    // What has not landed is not there; the rest of the workroom is.
    let drafts = format!("/v1/scenarios/{scenario}/drafts");
    let counting = json!({ "sql": "SELECT district, count(*) AS n FROM fund_accounts GROUP BY district" });
    // Here a sample shows no value as it is, so that all districts look alike.
    assert_eq!(server.post(&bank, &drafts, &counting).await.ok()["rows_count"], 1);
    assert_eq!(server.post(&bank, &drafts, &json!({ "sql": "SELECT tier FROM clients" })).await.status.as_u16(), 422);
    // Its owner lands it, and nobody else.
    let others = server.upload_as(&operator, &table, clients()).await;
    assert_eq!(others.status, StatusCode::FORBIDDEN);
    let queued = server.upload_as(&bank, &table, clients()).await.ok();
    server.finish(&bank, &queued).await;

    let ran = server.post(&bank, &runs, &run()).await.ok();
    let ran = server.finish(&bank, &ran).await;
    let candidate = ran["result"]["candidate"].as_str().unwrap().to_owned();
    let facts = server.get(&bank, &format!("/v1/candidates/{candidate}")).await.ok();
    assert_eq!((&facts["computed_by"], &facts["rows"]), (&json!(bank.organisation), &json!(6)), "{facts}");
    assert_eq!(facts["inputs"].as_array().map(Vec::len), Some(2), "both versions are told: {facts}");
    for told in [&ran, &facts] {
        assert!(!told.to_string().contains("CANARY"), "{told}");
    }
    // The operator computes in the same workroom and does not see the table.
    let theirs = server.post(&operator, &drafts, &json!({ "sql": "SELECT tier FROM clients" })).await;
    assert_eq!(theirs.status.as_u16(), 422);
    assert_eq!(server.get(&operator, &format!("/v1/own_tables/{table}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.get(&bank, "/v1/own_tables").await.ok()["total"], 1);
    // The entity submits what it made; reviewers are other people.
    let submitted = server.post(&bank, "/v1/releases", &json!({ "candidate": candidate })).await.ok();
    assert!(submitted["case"].as_str().unwrap().starts_with("CAS-"), "{submitted}");

    let holdings = format!("/v1/resources/{table}/holdings");
    assert_eq!(server.get(&bank, &holdings).await.ok()["total"], 1);
    let withdrawal = format!("/v1/own_tables/{table}/withdrawal");
    for _ in 0..2 {
        assert!(server.post(&bank, &withdrawal, &json!({ "ground": "合同到期" })).await.status.is_success());
    }
    assert_eq!(server.get(&bank, &holdings).await.ok()["items"][0]["state"], "destroyed");
    assert_eq!(server.upload_as(&bank, &table, clients()).await.status, StatusCode::NOT_FOUND);
}
