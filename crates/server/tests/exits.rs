//! An operator leaves, over HTTP: no word ends its agreement; the exit lists what is
//! handed over, each receiver accepts, and its people do nothing else any more.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shuyu_model::{Role, UseKind};
use shuyu_registry::testing::fund_columns;

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Server, server, server_under};

const EVIDENCE: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// An answer held to its published shape.
fn held(path: &str, seen: &Value) {
    let document = document();
    let content = &document["paths"][path]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&document, &schema, seen, "", &mut found);
    assert!(found.is_empty(), "{path}: {found:#?}");
}

/// An exit of an agreement on which somebody is served, on the operator's own request.
async fn exit(server: &Server) -> (String, String) {
    let town = &server.town;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
    let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&fund, &["district"])]).await;
    town.development(&town.bank[0].organisation, &scenario).await;
    let new = json!({
        "kind": "exit", "subject": agreement, "title": "退出", "facts": { "ground": "operator_request" },
    });
    let agency = server.person(Role::Agency);
    let exit = server.post(agency, "/v1/matters", &new).await.ok()["id"].as_str().unwrap().to_owned();
    (agreement.to_string(), exit)
}

async fn moves(server: &Server, by: Role, exit: &str, name: &str) -> Vec<String> {
    let seen = server.get(server.person(Role::Regulator), &format!("/v1/matters/{exit}")).await.ok();
    let named = json!({
        "name": name, "reason": "按程序办理", "evidence": EVIDENCE, "seen_version": seen["version"],
    });
    let reply = server.post(server.person(by), &format!("/v1/matters/{exit}/moves"), &named).await;
    if reply.status.is_success() { Vec::new() } else { reply.codes() }
}

#[tokio::test]
async fn an_exit_is_walked_over_http_with_its_list_and_its_receipts() {
    let server = server().await;
    let (agreement, exit) = exit(&server).await;
    let agency = server.person(Role::Agency).clone();
    let word = json!({ "ground": "operator_request" });
    let direct = server.post(&agency, &format!("/v1/agreements/{agreement}/termination"), &word).await;
    assert_eq!((direct.status, direct.codes()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["CAS-112".to_owned()]));
    for name in ["confirm", "end_access", "order_deletion"] {
        assert_eq!(moves(&server, Role::Agency, &exit, name).await, Vec::<String>::new(), "{name}");
    }
    assert_eq!(moves(&server, Role::Operator, &exit, "prove_deletion").await, Vec::<String>::new());
    assert_eq!(moves(&server, Role::Agency, &exit, "seal_logs").await, Vec::<String>::new());
    assert_eq!(moves(&server, Role::Agency, &exit, "close").await, ["CAS-111"]);
    let list = format!("/v1/matters/{exit}/handover");
    let seen = server.get(&agency, &list).await.ok();
    held("/v1/matters/{id}/handover", &seen);
    assert_eq!(seen["open"], json!(2), "{seen}");
    for item in seen["items"].as_array().unwrap() {
        let outcome = if item["kind"] == "service" { "agency" } else { "deleted" };
        let decided = json!({ "outcome": outcome, "reason": "按移交方案", "evidence": EVIDENCE });
        let one = format!("{list}/{}", item["number"]);
        let by = server.post(server.person(Role::Operator), &one, &decided).await;
        assert_eq!(by.codes(), ["CAS-118"]);
        server.post(&agency, &one, &decided).await.ok();
        if outcome == "agency" {
            assert_eq!(moves(&server, Role::Agency, &exit, "close").await, ["CAS-111"]);
            server.post(&agency, &format!("{one}/acceptance"), &json!({ "receipt": EVIDENCE })).await.ok();
        }
    }
    held("/v1/matters/{id}/handover", &server.get(&agency, &list).await.ok());
    assert_eq!(moves(&server, Role::Agency, &exit, "close").await, Vec::<String>::new());

    let server = server_under("xianning-2025").await;
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let agreement = server.town.agreement(std::slice::from_ref(&fund), 1).await;
    let agency = server.person(Role::Agency).clone();
    let targets = format!("/v1/agreements/{agreement}/targets");
    let seen = server.get(&agency, &targets).await.ok();
    held("/v1/agreements/{id}/targets", &seen);
    assert_eq!((&seen["items"][0]["state"], &seen["items"][0]["actual"]), (&json!("open"), &Value::Null));
    let measured = json!({ "code": seen["items"][0]["code"], "actual": 7, "evidence": EVIDENCE });
    let by = server.post(server.person(Role::Operator), &targets, &measured).await;
    assert_eq!(by.codes(), ["CAS-118"]);
    server.post(&agency, &targets, &measured).await.ok();
    let seen = server.get(&agency, &targets).await.ok();
    held("/v1/agreements/{id}/targets", &seen);
    assert_eq!((&seen["items"][0]["state"], &seen["items"][0]["actual"]), (&json!("met"), &json!(7)));
}

#[tokio::test]
async fn people_of_an_operator_whose_agreement_has_ended_hand_over_and_do_nothing_else() {
    let server = server().await;
    let (_, exit) = exit(&server).await;
    let operator = server.person(Role::Operator).clone();
    assert_eq!(server.get(&operator, "/v1/products").await.status, StatusCode::OK);
    for name in ["confirm", "end_access"] {
        moves(&server, Role::Agency, &exit, name).await;
    }
    for path in ["/v1/products", "/v1/jobs", "/v1/catalog", "/v1/subscriptions", "/v1/releases"] {
        let refused = server.get(&operator, path).await;
        assert_eq!((refused.status, refused.codes()), (StatusCode::FORBIDDEN, vec!["CAS-119".to_owned()]), "{path}");
    }
    let newest = &server.app.ledger().journal_page(i64::MAX, 1).await.unwrap()[0];
    assert!(newest.text("written").unwrap().contains("CAS-119"), "the refusal is written down");
    assert_eq!(server.get(&operator, &format!("/v1/matters/{exit}")).await.status, StatusCode::OK);
    assert_eq!(moves(&server, Role::Operator, &exit, "hand_over").await, Vec::<String>::new());
    // Others are not touched.
    let other = server.others[&Role::Operator].clone();
    assert_eq!(server.get(&other, "/v1/products").await.status, StatusCode::OK);
}
