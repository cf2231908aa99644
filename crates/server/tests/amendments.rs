//! Versions of an agreement over HTTP: a draft made anew, an amendment that both sign, and
//! the list of agreements that a change of rules touches.

use axum::http::StatusCode;
use serde_json::{Value, json};
use shuyu_model::{Actor, Role};
use shuyu_registry::AgreementKind;
use shuyu_registry::testing::fund_columns;

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Server, server, server_under};

const AMENDED: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// An answer held to its published shape.
fn held(path: &str, seen: &Value) {
    let document = document();
    let content = &document["paths"][path]["get"]["responses"]["200"]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    faults(&document, &schema, seen, "", &mut found);
    assert!(found.is_empty(), "{path}: {found:#?}");
}

async fn signs(server: &Server, by: &Actor, case: &str, step: &str, digest: &Value) {
    let opinion = json!({ "step": step, "outcome": "approve", "reason": "条款无误，同意", "subject_digest": digest });
    server.post(by, &format!("/v1/cases/{case}/signatures"), &opinion).await.ok();
}

#[tokio::test]
async fn an_amendment_is_drafted_decided_on_and_read_beside_the_version_that_it_replaced() {
    let server = server().await;
    let town = &server.town;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 5).await;
    let (agency, operator) = (&town.agency, &town.operator);
    shuyu_casework::testing::rested(server.app.casework(), &agency[0], &agency[3]).await;
    let path = format!("/v1/agreements/{agreement}/amendments");
    let new = json!({
        "document_digest": AMENDED, "reason": "依据新规定变更", "contents": { "数据安全": "每年检查两次" },
    });
    let by = server.post(&operator[0], &path, &new).await;
    assert_eq!(by.status, StatusCode::FORBIDDEN, "who gave the agreement amends it");
    let nothing = json!({ "document_digest": AMENDED, "reason": "依据新规定变更" });
    assert_eq!(server.post(&agency[0], &path, &nothing).await.status, StatusCode::BAD_REQUEST);
    let amendment = server.post(&agency[0], &path, &new).await.ok()["id"].clone();
    let versions = format!("/v1/agreements/{agreement}/versions");
    let seen = server.get(&operator[0], &versions).await.ok();
    held("/v1/agreements/{id}/versions", &seen);
    assert_eq!((&seen["total"], &seen["items"][1]["standing"]), (&json!(2), &json!("proposed")), "{seen}");
    let digest = seen["items"][1]["digest"].clone();
    let open = json!({ "procedure": "agreement_amendment", "subject": amendment, "subject_digest": digest });
    let case = server.post(&agency[0], "/v1/cases", &open).await.ok()["id"].as_str().unwrap().to_owned();
    signs(&server, &operator[0], &case, "operator_signature", &digest).await;
    signs(&server, &agency[1], &case, "agency_signature", &digest).await;
    let seen = server.get(&operator[0], &versions).await.ok();
    held("/v1/agreements/{id}/versions", &seen);
    let standing: Vec<&Value> = seen["items"].as_array().unwrap().iter().map(|one| &one["standing"]).collect();
    assert_eq!(standing, ["replaced", "holds"]);
    let seen = server.get(&operator[0], &format!("/v1/agreements/{agreement}")).await.ok();
    assert_eq!((&seen["version"], &seen["document_digest"]), (&json!(2), &json!(AMENDED)));
}

#[tokio::test]
async fn a_higher_rule_lists_whom_it_touches_until_a_finding_settles_it() {
    let server = server_under("luohu-2025").await;
    let town = &server.town;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&fund), 2).await;
    let agency = &town.agency[0];
    let clock = town.ledger().clock();
    clock.advance_to(town.ledger().now().plus_days(1)).unwrap();
    let rule = shuyu_registry::NewOverride {
        key: "resource.registration_years".into(),
        value: 2.into(),
        issuer: "省数据局".into(),
        rule: "省数〔2026〕3号".into(),
        first_day: town.ledger().now().day(),
        document: shuyu_registry::testing::digest(town.ledger(), "higher rule"),
    };
    shuyu_registry::testing::allowed(town.registry.enter_override(&town.regulators[0], rule).await.unwrap());
    let list = "/v1/affected_agreements";
    let seen = server.get(agency, list).await.ok();
    held(list, &seen);
    let item = &seen["items"][0];
    let listed = (&seen["total"], &item["agreement"], &item["settled_at"]);
    assert_eq!(listed, (&json!(1), &json!(agreement), &Value::Null), "{seen}");
    let finding = json!({ "rule_change": item["change"]["key"], "reason": "协议不涉及登记有效期" });
    let path = format!("/v1/agreements/{agreement}/findings");
    let wrong = json!({ "rule_change": "override-7", "reason": "协议不涉及登记有效期" });
    assert_eq!(server.post(agency, &path, &wrong).await.codes(), ["REG-151"]);
    server.post(agency, &path, &finding).await.ok();
    let seen = server.get(agency, list).await.ok();
    held(list, &seen);
    assert!(seen["items"][0]["settled_at"].is_i64(), "{seen}");
}

#[tokio::test]
async fn a_draft_is_made_anew_under_its_id() {
    let server = server().await;
    let town = &server.town;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let from = town.ledger().now().day();
    let grantee = town.operator[0].organisation.clone();
    let new = town.new_agreement(AgreementKind::Operator, grantee, vec![fund], None, from, town.last_day(from));
    let body = json!({
        "kind": "operator", "grantee": new.grantee, "resources": new.resources, "from": new.from, "until": new.until,
        "document_digest": new.document_digest, "mode": new.mode, "scheme": new.scheme, "contents": new.contents,
    });
    let agency = server.person(Role::Agency);
    let id = server.post(agency, "/v1/agreements", &body).await.ok()["id"].as_str().unwrap().to_owned();
    let mut again = body.clone();
    again["contents"]["其他"] = json!("另行约定");
    let path = format!("/v1/agreements/{id}/versions");
    assert_eq!(server.post(agency, &path, &again).await.ok()["number"], json!(2));
    let seen = server.get(agency, &path).await.ok();
    held("/v1/agreements/{id}/versions", &seen);
    let standing: Vec<&Value> = seen["items"].as_array().unwrap().iter().map(|one| &one["standing"]).collect();
    assert_eq!(standing, ["replaced", "draft"]);
}
