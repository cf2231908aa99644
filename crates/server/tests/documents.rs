//! Documents over HTTP: an agreement, a disclosure and a half-yearly report are
//! issued, read in three shapes, owed and no longer owed; and who may not.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use shuyu_model::{CryptoProfile, Role, Time};
use shuyu_registry::testing::fund_columns;

use crate::openapi::document;
use crate::schema::faults;
use crate::support::{Reply, Server, server, server_under};

async fn as_nobody(server: &Server, path: &str) -> Reply {
    server.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await
}

fn published(path: &str, method: &str, status: &str, value: &Value) {
    let document = document();
    let content = &document["paths"][path][method]["responses"][status]["content"];
    let (schema, mut found) = (content["application/json"]["schema"].clone(), Vec::new());
    assert!(schema.is_object(), "{method} {path} is not described");
    faults(&document, &schema, value, "", &mut found);
    assert!(found.is_empty(), "{found:#?}");
}

async fn moved_to(server: &Server, year: i16, month: i8) {
    let to = Time::at_start_of(jiff_day(year, month)).plus_micros(36_000_000_000);
    let admin = server.person(Role::SystemAdmin).clone();
    server.post(&admin, "/v1/demo/clock", &json!({ "to": to })).await.ok();
}

fn jiff_day(year: i16, month: i8) -> shuyu_model::Day {
    shuyu_model::Day::new(year, month, 2).unwrap()
}

/// What is owed as a report of the first half of 2026.
async fn report_owed(server: &Server) -> Value {
    let operator = server.person(Role::Operator).clone();
    let owed = server.get(&operator, "/v1/obligations").await.ok();
    published("/v1/obligations", "get", "200", &owed);
    let is_it = |one: &&Value| one["what"] == "security 2026-H1";
    owed["items"].as_array().unwrap().iter().find(is_it).cloned().unwrap()
}

#[tokio::test]
async fn an_agreement_with_all_its_contents_goes_on_paper_for_its_parties_alone() {
    let server = server().await;
    let (agency, operator) = (server.person(Role::Agency).clone(), server.person(Role::Operator).clone());
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    let agreement = server.town.agreement(std::slice::from_ref(&fund), 2).await;

    let bare = json!({ "kind": "operator_agreement", "about": agreement });
    assert_eq!(server.post(&operator, "/v1/documents", &bare).await.status, StatusCode::FORBIDDEN);
    let refused = server.post(&agency, "/v1/documents", &bare).await;
    assert_eq!((refused.status, refused.codes()), (StatusCode::UNPROCESSABLE_ENTITY, vec!["DOC-006".to_owned()]));
    let preview = server.post(&agency, "/v1/documents/previews", &bare).await.ok();
    published("/v1/documents/previews", "post", "201", &preview);
    let missing = preview["reasons"][0]["what"].as_str().unwrap().split_once(": ").unwrap().1.to_owned();
    let told: Value = missing.split(", ").map(|heading| (heading.to_owned(), json!("见协议正本。"))).collect();
    let full = json!({ "kind": "operator_agreement", "about": agreement, "told": told });
    let issued = server.post(&agency, "/v1/documents", &full).await.ok();
    published("/v1/documents", "post", "201", &issued);
    let id = issued["id"].as_str().unwrap();
    for (shape, begins) in [("html", "<!DOCTYPE html>"), ("pdf", "%PDF-1.7"), ("xlsx", "PK")] {
        let reply = server.get(&operator, &format!("/v1/documents/{id}/{shape}")).await;
        assert_eq!(reply.status, StatusCode::OK, "{shape}");
        assert!(reply.body.starts_with(begins.as_bytes()), "{shape}");
        let digest = CryptoProfile::International.digest(&reply.body).to_string();
        assert_eq!(reply.headers["x-content-digest"], digest.as_str());
        assert_eq!(reply.headers["etag"], format!("\"{digest}\"").as_str());
        assert_eq!(issued[format!("{shape}_digest")], json!(digest));
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("style-src 'sha256-"), "{policy}");
    }
    // Neither an outsider nor the public reads what is between two parties.
    let bank = server.person(Role::Entity).clone();
    assert_eq!(server.get(&bank, &format!("/v1/documents/{id}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(as_nobody(&server, &format!("/public/documents/{id}/pdf")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(as_nobody(&server, &format!("/v1/documents/{id}/pdf")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_report_that_was_owed_is_met_and_a_disclosure_is_read_by_everybody() {
    let server = server_under("luohu-2025").await;
    let (agency, operator) = (server.person(Role::Agency).clone(), server.person(Role::Operator).clone());
    let fund = server.town.resource("fund_accounts", fund_columns()).await;
    server.town.agreement(std::slice::from_ref(&fund), 2).await;
    moved_to(&server, 2026, 7).await;
    assert_eq!(report_owed(&server).await["state"], "open");
    let report = json!({ "kind": "operator_report", "about": "security", "period": "2026-H1" });
    let issued = server.post(&operator, "/v1/documents", &report).await.ok();
    assert_eq!(issued["title"], "2026年上半年运营安全情况报告");
    assert_eq!(report_owed(&server).await["state"], "met");

    moved_to(&server, 2027, 1).await;
    let yearly = json!({ "kind": "disclosure", "period": "2026" });
    let disclosed = server.post(&operator, "/v1/documents", &yearly).await.ok();
    let page = as_nobody(&server, "/public/documents").await;
    let text = String::from_utf8(page.body).unwrap();
    let (number, id) = (disclosed["number"].as_str().unwrap(), disclosed["id"].as_str().unwrap());
    assert!(text.contains(number) && !text.contains("授权运营协议"), "{text}");
    let public = as_nobody(&server, &format!("/public/documents/{id}/html")).await;
    assert_eq!(public.status, StatusCode::OK);
    assert!(String::from_utf8(public.body).unwrap().contains(number));

    let listed = server.get(&agency, "/v1/documents?kind=disclosure").await.ok();
    published("/v1/documents", "get", "200", &listed);
    assert_eq!((listed["total"].as_i64(), &listed["items"][0]["number"]), (Some(1), &disclosed["number"]));
    assert_eq!(server.get(&agency, "/v1/documents?limit=1").await.ok()["total"], 2);
}

#[tokio::test]
async fn nonsense_is_told_and_no_document() {
    let server = server_under("luohu-2025").await;
    let agency = server.person(Role::Agency).clone();
    for (body, said) in [
        (json!({ "kind": "poem" }), "operator_agreement"),
        (json!({ "kind": "disclosure", "period": "2026-H3" }), "2026-Q3"),
        (json!({ "kind": "disclosure" }), "period"),
        (json!({ "kind": "catalog", "colour": "red" }), "colour"),
    ] {
        let reply = server.post(&agency, "/v1/documents", &body).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(reply.json()["detail"].as_str().unwrap().contains(said), "{}", reply.json());
    }
    let absent = format!("/v1/documents/DOC-{}", "0".repeat(32));
    assert_eq!(server.get(&agency, &absent).await.status, StatusCode::NOT_FOUND);
    assert_eq!(server.get(&agency, &format!("{absent}/docx")).await.status, StatusCode::BAD_REQUEST);
}
