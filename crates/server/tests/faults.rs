//! What the server does when something is wrong with it or with the request:
//! problem documents, careful headers, a full disk, jobs that died.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;
use shuyu_model::Role;
use shuyu_registry::testing::fund_columns;

use crate::support::{accounts, server, server_with_reserve};

#[tokio::test]
async fn a_refusal_names_its_reasons_and_is_written_down() {
    let server = server().await;
    let entity = server.person(Role::Entity).clone();
    let before = server.app.ledger().journal_head().await.unwrap();
    let reply = server.post(&entity, "/v1/resources", &json!({})).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert_eq!(reply.headers["content-type"], "application/problem+json");
    let problem = reply.json();
    assert_eq!(problem["type"], "urn:shuyu:problem:refusal");
    let reason = &problem["reasons"][0];
    for part in ["code", "what", "clause", "instead"] {
        assert!(reason[part].as_str().is_some_and(|text| !text.is_empty()), "{part}: {problem}");
    }
    assert_eq!(problem["trace"].as_str().unwrap(), reply.headers["x-trace"].to_str().unwrap());
    let audit = server.person(Role::AuditAdmin).clone();
    let journal = server.get(&audit, "/v1/journal?limit=5").await.ok();
    let events = journal["items"].as_array().unwrap();
    assert!(before < journal["total"].as_i64().unwrap());
    assert!(
        events
            .iter()
            .any(|e| e["event"]["action"] == "request.refused" && e["event"]["person"] == json!(entity.person))
    );
}

#[tokio::test]
async fn an_event_is_proved_to_lie_in_the_signed_log() {
    let server = server().await;
    let audit = server.person(Role::AuditAdmin).clone();
    let proof = server.get(&audit, "/v1/journal/1/proof").await.ok();
    use shuyu_ledger::verify::{Hash, leaf_hash, verify_inclusion};
    let profile = server.app.ledger().profile();
    let hash = |text: &str| -> Hash { hex_bytes(text) };
    let path: Vec<Hash> = proof["path"].as_array().unwrap().iter().map(|h| hash(h.as_str().unwrap())).collect();
    let leaf = leaf_hash(profile, proof["entry"].as_str().unwrap().as_bytes());
    let (index, size) = (proof["leaf_index"].as_u64().unwrap(), proof["tree_size"].as_u64().unwrap());
    let root = hash(proof["root"].as_str().unwrap());
    verify_inclusion(profile, &leaf, index, size, &root, &path).unwrap();
    assert_eq!(server.get(&audit, "/v1/journal/999999/proof").await.status, StatusCode::NOT_FOUND);
}

fn hex_bytes(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).unwrap();
    bytes
}

#[tokio::test]
async fn whatever_goes_out_says_what_it_is_and_how_to_treat_it() {
    let server = server().await;
    let get = |path: &str| Request::builder().uri(path).body(Body::empty()).unwrap();
    for (path, status, cache) in [
        ("/", StatusCode::OK, "public, max-age=60"),
        ("/style.css", StatusCode::OK, "public, max-age=3600"),
        ("/log/checkpoint", StatusCode::OK, "no-cache"),
        ("/log/../keys/log.key", StatusCode::NOT_FOUND, "no-store"),
        ("/log/%2e%2e/keys/log.key", StatusCode::NOT_FOUND, "no-store"),
        ("/healthz", StatusCode::OK, "no-store"),
        ("/v1/me", StatusCode::UNAUTHORIZED, "no-store"),
    ] {
        let reply = server.send(get(path)).await;
        assert_eq!(reply.status, status, "{path}");
        assert_eq!(reply.headers["cache-control"], cache, "{path}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{path}");
        let policy = reply.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn the_public_page_tells_what_is_authorised_and_has_no_script() {
    let server = server().await;
    let resource = server.town.resource("fund_accounts", fund_columns()).await;
    server.town.agreement(&[resource], 2).await;
    let page = server.send(Request::builder().uri("/").body(Body::empty()).unwrap()).await;
    let html = String::from_utf8(page.body).unwrap();
    for text in
        ["江城市大数据中心", "江城数据运营公司", "表 fund_accounts", "2026-06-01", "2028-05-31", "/log/checkpoint"]
    {
        assert!(html.contains(text), "{text} is not on the page");
    }
    assert!(!html.contains("<script") && !html.contains("style="));
}

#[tokio::test]
async fn a_full_disk_takes_no_new_work_and_still_shows_what_there_is() {
    let server = server_with_reserve(u64::MAX).await;
    let source = server.person(Role::Source).clone();
    let resource = server.town.resource("fund_accounts", fund_columns()).await;
    let reply = server.upload(&resource, accounts().into_bytes()).await;
    assert_eq!(reply.status, StatusCode::INSUFFICIENT_STORAGE);
    assert!(reply.json()["detail"].as_str().unwrap().contains("disk is full"));
    let reply = server.post(&source, "/v1/resources", &json!({})).await;
    assert_eq!(reply.status, StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(server.get(&source, &format!("/v1/resources/{resource}")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_landing_that_cannot_be_read_fails_its_job_with_a_hint() {
    let server = server().await;
    let resource = server.town.resource("fund_accounts", fund_columns()).await;
    let source = server.person(Role::Source).clone();
    for (bytes, hint) in [(&b"nothing,of,this\n1,2,3\n"[..], "header"), (b"", "empty"), (b"\x00\x01\x02\x03", "")] {
        let queued = server.upload(&resource, bytes.to_vec()).await.ok();
        shuyu_server::jobs::work_until_idle(server.app.clone()).await.unwrap();
        let job = server.get(&source, &format!("/v1/jobs/{}", queued["job"].as_str().unwrap())).await.ok();
        assert_eq!((&job["state"], &job["problem"]["status"]), (&json!("failed"), &json!(400)), "{job}");
        assert!(job["problem"]["detail"].as_str().unwrap().contains(hint), "{job}");
    }
    assert_eq!(server.get(&source, &format!("/v1/resources/{resource}/holdings")).await.ok()["total"], 0);
}

#[tokio::test]
async fn a_job_that_waits_can_be_cancelled_and_leaves_nothing() {
    let server = server().await;
    let resource = server.town.resource("fund_accounts", fund_columns()).await;
    let source = server.person(Role::Source).clone();
    let queued = server.upload(&resource, accounts().into_bytes()).await.ok();
    let path = format!("/v1/jobs/{}", queued["job"].as_str().unwrap());
    let cancel = || server.json(&source, Method::DELETE, &path, Vec::new());
    assert_eq!(cancel().await.status, StatusCode::NO_CONTENT);
    assert_eq!(cancel().await.status, StatusCode::CONFLICT);
    shuyu_server::jobs::work_until_idle(server.app.clone()).await.unwrap();
    assert_eq!(server.get(&source, &path).await.ok()["state"], "cancelled");
    assert_eq!(server.get(&source, &format!("/v1/resources/{resource}/holdings")).await.ok()["total"], 0);
    let jobs = server.get(&source, "/v1/jobs").await.ok();
    assert_eq!((&jobs["total"], &jobs["items"][0]["state"]), (&json!(1), &json!("cancelled")));
}

#[tokio::test]
async fn an_upload_that_is_not_what_it_says_is_refused_before_a_job_is_made() {
    let server = server().await;
    let resource = server.town.resource("fund_accounts", fund_columns()).await;
    let source = server.person(Role::Source).clone();
    let path = format!("/v1/resources/{resource}/landings?format=csv");
    let request = server.signed_in(&source, Method::POST, &path).await;
    let wrong = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";
    let reply = server.send(request.header("content-digest", wrong).body(Body::from(accounts())).unwrap()).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    let keyed = server.signed_in(&source, Method::POST, &path).await.header("idempotency-key", "k");
    let reply = server.send(keyed.body(Body::from(accounts())).unwrap()).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST, "a keyed upload names its digest");
    assert_eq!(server.get(&source, "/v1/jobs").await.ok()["total"], 0);
}
